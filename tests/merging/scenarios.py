"""Scenarios of a plan's quarter, made at random, with an oracle that knows what each answer was meant for.

By hand: `python tests/merging/scenarios.py 10000 [SEED]`. Each line of a plan has an identity of its own here, its number, which
goes with its text wherever HR or an owner moves it; the program is never asked which line is which.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from masters import NOW
from plans import HEAD, Master, Rows, sheet

from hrworkbook.merging.outcomes import MergeResult, ReceivedFile
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.model import id_writes
from hrworkbook.plan.returns import OutgoingReturn
from hrworkbook.plan.snapshot import Block, Snapshot, Write
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text, same_value
from hrworkbook.verbs.roll import roll

COLUMNS = (
    ("theme", "Theme", "text", ""), ("ref", "Ref", "reference", ""), ("priority", "Priority", "text", ""),
    ("owner", "Owner", "owners", ""), ("timescale", "Timescale", "timescale", ""), ("measures", "Measures", "text", ""),
    ("rag", "RAG", "choice", "owner"), ("progress", "Progress", "text", "owner"), ("risks", "Risks", "text", "owner"),
    ("spend", "Spend", "money", "owner"), ("share", "Share", "percent", "owner"), ("done_on", "Done on", "date", "owner"),
    ("agreed", "Agreed", "yes-no", "owner"),
)  # fmt: skip
SCHEMA = (
    'name = "scenario"\ntitle = "A plan"\ndone = ["Complete"]\n[roles]\nowner = "owner"\nstatus = "rag"\nprogress = "progress"\n'
    '[lists]\nRAG = ["Red", "Amber", "Green", "Complete"]\n'
    + "".join(
        f'[[columns]]\nkey = "{key}"\nheader = "{header}"\nkind = "{kind}"\n'
        + ('list = "RAG"\n' if key == "rag" else "")
        + ('aliases = ["Update"]\n' if key == "progress" else "")
        + (f'edited_by = "{by}"\n' if by else "")
        + ('roll = "carry"\n' if key == "progress" else "")
        for key, header, kind, by in COLUMNS
    )
)
MINE = tuple(key for key, _, _, by in COLUMNS if by)
KEYS = tuple(key for key, *_ in COLUMNS)
HEADER = {key: header for key, header, _, _ in COLUMNS}
ROLES = ("Lead of Learning", "Lead of Pay", "Lead of Safety", "Lead of Hiring", "Lead of Data")
VERBS = ("Publish", "Renew", "Train", "Agree", "Audit", "Recruit", "Review", "Launch", "Mentor", "Cost")
THINGS = (
    "the passport",
    "every manager",
    "the pay gap",
    "a new rota",
    "all sites",
    "the hot weather policy",
    "bank staff",
)
PLACES = ("in Medicine", "in Surgery", "at the depot", "in schools", "for the night shift", "in each ward", "by spring")
SHORT = ("Ongoing", "None", "As before", "On track", "See note", "Late", "n/a yet")


def email(role: str) -> str:
    return f"{role.split()[-1].lower()}@council.example"


Cell = tuple[int, str]
"""A line's number and a column's key."""


@dataclass
class Mail:
    """One file an owner sends: which lines stand in it, what the owner meant by it, and how it came."""

    owner: str
    kinds: tuple[str, ...]
    received: ReceivedFile
    truth: datetime
    """When it was really sent."""
    meant: dict[Cell, Value]
    """What the owner has answered by then, for every cell ever answered."""
    issue: int
    filled: int
    """Non-blank cells of the file."""
    foreign: bool
    """Whether it is another plan's, so that nothing of it belongs here."""
    excused: dict[Cell, Value]
    """What stands in cells that slipped in a way nobody can see, such as answers to lines that were issued blank."""
    extras: tuple[str, ...]
    """Texts of the owner's own that belong in no cell of the plan, and must be told."""
    merged_lines: tuple[str, ...]
    """The IDs of lines over which one answer was merged: they must be named."""

    @property
    def bare(self) -> bool:
        """Whether its seal is gone."""
        return (
            bool({"seal deleted", "pasted table", "csv without seal", *UNPROVEN} & set(self.kinds))
            or "only" in self.kinds[0]
        )


@dataclass
class Verdict:
    """What a scenario came to."""

    faults: list[str] = field(default_factory=list)
    answers: int = 0
    needless: int = 0
    ordinary: bool = True


ORDINARY_HR = ("none", "sort lines", "reword", "move dates", "add lines", "change cells")
FURTHER_HR = ("rename an owner",)
DRIFT_HR = ("sort all but the ID", "renumber", "delete and refill", "reuse a row")
ORDINARY_OWNER = (
    "plain", "plain", "sort lines", "delete rows", "blank rows", "own column", "move columns", "alias", "title rows",
    "hidden ID deleted", "seal deleted", "pasted table", "csv without seal", "retyped", "notes below",
)  # fmt: skip
SLIPS = (
    "one column sorted", "one column up", "one column down", "two columns swapped", "white block sorted",
    "headings exchanged", "stranger", "two answers swapped",
)  # fmt: skip
FURTHER_OWNER = ("own column like an alias", "merged rows", "row that is no line", "over the last report")
UNPROVEN = ("IDs and answers alone", "other plan's IDs and answers")
SEQUENCES = ("", "", "", "older after newer", "A-B-A", "back to issued otherwise", "X Y X", "joint alone", "retracted")


class Scenario:
    """One plan, what HR and the owners do to it, and what the merge makes of that."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        rng = self.rng
        self.roles = ROLES[: rng.randint(2, 5)]
        self.style = rng.choice(("long", "short", "blank", "mixed", "alike", "headings"))
        self.lines = 0
        self.number_at: dict[int, int] = {}
        """The line that stands in each row of the Plan sheet."""
        self.words: dict[int, dict[str, Value]] = {}
        self.hr_changed: dict[Cell, int] = {}
        """Cells HR changed, with the number of issues there were by then."""
        self.issues: list[tuple[dict[str, OutgoingReturn], dict[str, int]]] = []
        self.hr: list[str] = []
        self.mails: list[Mail] = []
        self.meant: dict[str, dict[Cell, Value]] = defaultdict(dict)
        self.said: dict[Cell, list[Value]] = defaultdict(list)
        self.clock = 0
        self.extras: list[str] = []
        self.merges: list[tuple[int, int, int, int]] = []
        self.retracted: list[tuple[str, Cell, Value]] = []
        """The owner, the cell and the answer that a later return of theirs does not have any longer."""
        self.master = Master("", {r: email(r) for r in self.roles}, SCHEMA)
        rows = [self.new_line() for _ in range(rng.randint(10, rng.choice((16, 30, 60))))]
        top = self.master.plan.tables[0].header_row
        self.put({top + 1 + i: (f"L{n:03d}", n) for i, n in enumerate(rows)})
        self.play()

    # ------------------------------------------------------------ the plan

    def new_line(self) -> int:
        """The number of a new line, its text made up."""
        self.lines += 1
        n, rng = self.lines, self.rng
        alike = self.style == "alike"
        owner = rng.choice(self.roles)
        if rng.random() < 0.12:
            owner = "/".join(rng.sample(self.roles, 2))
        text = f"{rng.choice(VERBS)} {rng.choice(THINGS)} {rng.choice(PLACES)}"
        values: dict[str, Value] = {
            "theme": f"Theme {n % 3 + 1}", "ref": f"{n % 3 + 1}.{n}", "owner": owner, "timescale": f"{rng.choice(('March', 'June', 'December'))} {rng.randint(2027, 2029)}",
            "priority": "Publish the workforce plan" if alike and rng.random() < 0.5 else text,
            "measures": f"{rng.choice(THINGS).capitalize()} {rng.choice(PLACES)}: {rng.randint(2, 99)} of {rng.randint(100, 900)}",
        }  # fmt: skip
        filled = {"long": 0.9, "short": 0.8, "blank": 0.0, "mixed": 0.5, "alike": 0.6, "headings": 0.7}[self.style]
        if self.style == "headings" and rng.random() < 0.4:
            values |= {"theme": "Theme", "priority": "Priority", "measures": "Measures"}
        for key in MINE:
            values[key] = self.value(key, n, "was") if rng.random() < filled else None
        if self.style == "headings" and rng.random() < 0.4:
            values |= {"progress": "Progress", "risks": "Risks"}
        self.words[n] = values
        return n

    def value(self, key: str, n: int, stem: str) -> Value:
        """A value for a column; a text of some length is no other line's."""
        rng = self.rng
        if key in ("progress", "risks"):
            if self.style == "short" or (self.style in ("mixed", "alike") and rng.random() < 0.4):
                return rng.choice(SHORT)
            self.clock += 1
            return (
                f"{stem.capitalize()} {rng.choice(VERBS).lower()}ed {rng.choice(THINGS)}, no {self.clock} of line {n}."
            )
        return {
            "rag": lambda: rng.choice(("Red", "Amber", "Green")), "spend": lambda: float(rng.randint(1, 90) * 250),
            "share": lambda: rng.randint(1, 20) / 20, "done_on": lambda: date(2026, rng.randint(1, 12), rng.randint(1, 28)),
            "agreed": lambda: rng.choice(("Yes", "No")),
        }[key]()  # fmt: skip

    def put(self, rows: dict[int, tuple[str, int]]) -> None:
        """Write lines, each with an ID, into rows of the Plan sheet."""
        plan = self.master.plan
        writes = []
        for row, (id_, n) in rows.items():
            self.number_at[row] = n
            values = self.words[n]
            writes += [Write(PLAN, row, plan.tables[0].column_numbers[k], ((values.get(k),),)) for k in KEYS]
            writes.append(Write(PLAN, row, plan.tables[0].column_numbers[""], ((id_ or None,),)))
        self.master.apply(writes)

    def cells(self, master: Master | None = None) -> dict[Cell, Value]:
        """What the plan says, by line and column."""
        plan = (master or self.master).plan
        return {(self.number_at[x.row], k): v for x in plan.lines for k, v in x.values.items()}

    def id_of(self) -> dict[int, str]:
        return {self.number_at[x.row]: x.id for x in self.master.plan.lines}

    # ------------------------------------------------------------ HR

    def hr_does(self, kind: str) -> None:
        """One of HR's edits of the Plan sheet."""
        rng = self.rng
        self.hr.append(kind)
        self.words = {n: dict(w) for n, w in self.words.items()}
        for (n, k), v in self.cells().items():
            self.words[n][k] = v
        ids = {x.row: x.id for x in self.master.plan.lines}
        order = [self.number_at[row] for row in ids]
        key = rng.choice(("priority", "owner", "measures", "timescale"))
        by_text = sorted(order, key=lambda n: (as_text(self.words[n][key]), n))
        id_of = {self.number_at[row]: id_ for row, id_ in ids.items()}
        if kind == "sort lines":
            self.put({row: (id_of[n], n) for row, n in zip(ids, by_text, strict=True)})
        elif kind == "sort all but the ID":
            self.put({row: (ids[row], n) for row, n in zip(ids, by_text, strict=True)})
        elif kind == "renumber":
            self.put({row: (f"L{i:03d}", n) for i, (row, n) in enumerate(zip(ids, by_text, strict=True), 1)})
        elif kind in ("delete and refill", "reuse a row"):
            count = 1 if kind == "reuse a row" else rng.randint(2, max(2, len(ids) // 3))
            for row in rng.sample(list(ids), count):
                self.put({row: (ids[row], self.new_line())})
        elif kind == "add lines":
            last = max(ids)
            self.put({last + 1 + i: ("", self.new_line()) for i in range(rng.randint(1, 4))})
            self.master.apply(id_writes(self.master.plan))
        elif kind == "rename an owner":
            self.rename(rng.choice(self.roles))
        elif kind in ("reword", "move dates", "change cells"):
            for row in rng.sample(list(ids), rng.randint(1, max(1, len(ids) // 3))):
                n = self.number_at[row]
                if kind == "reword":
                    self.words[n]["priority"] = f"{rng.choice(VERBS)} {rng.choice(THINGS)} {rng.choice(PLACES)} at once"
                elif kind == "move dates":
                    self.words[n]["timescale"] = f"{rng.choice(('April', 'May'))} {rng.randint(2027, 2030)}"
                else:
                    k = rng.choice(MINE)
                    was, self.words[n][k] = self.words[n].get(k), self.value(k, n, "HR")
                    if not meaning_same(k, was, self.words[n][k]):
                        self.hr_changed[n, k] = len(self.issues)
                self.put({row: (ids[row], n)})

    def rename(self, role: str) -> None:
        """HR calls a role by another name, on the Owners sheet and in every line."""
        new = f"{role.replace('Lead', 'Head')} and more"
        blocks = []
        for block in self.master.snapshot.sheets:
            rows = [
                ["/".join(new if one == role else one for one in v.split("/")) if isinstance(v, str) and role in v.split("/") else v for v in row]
                for row in block.rows
            ]  # fmt: skip
            blocks.append(replace(block, rows=rows) if block.name in ("Owners", PLAN) else block)
        self.master.snapshot = replace(self.master.snapshot, sheets=tuple(blocks))
        self.before_rename = role

    def issue(self) -> None:
        self.master.issue()
        self.issues.append((dict(self.master.issued), {id_: n for n, id_ in self.id_of().items()}))

    # ------------------------------------------------------------ owners

    def mail(
        self,
        owner: str,
        kinds: Iterable[str],
        answers: dict[Cell, Value],
        day: int,
        *,
        dated: bool,
        issue: int = -1,
        afresh: bool = False,
    ) -> None:
        """An owner fills in a copy of the return, and sends it."""
        issue %= len(self.issues)
        returns, numbers = self.issues[issue]
        if owner not in returns or not returns[owner].lines:
            return
        kinds = tuple(kinds)
        meant = dict(answers) if afresh else {**self.meant[owner], **answers}
        mine = returns[owner]
        at = {(numbers[line.id], k): line for line in mine.lines for k in MINE}
        meant = {c: v for c, v in meant.items() if c in at}
        self.meant[owner] |= meant
        for c, v in meant.items():
            self.said[c].append(v)
        rows = sheet(replace(mine, lines=tuple(self.answered(line, numbers, meant) for line in mine.lines)))
        sender = email(owner) if self.rng.random() < 0.7 else ""
        excused: dict[Cell, Value] = {}
        self.extras, self.merges, self.answered_ids = (
            [],
            [],
            {(line.id, k) for (n, k), line in at.items() if (n, k) in meant},
        )
        for kind in kinds:
            before = [list(r) for r in rows]
            rows = MANGLE[kind](self, rows)
            if kind in SLIPS and not self.is_recognisable(mine, before, rows, kind):
                excused = slipped_cells(before, rows, numbers)
        tidy = [[None if v == "" else v for v in row] for row in rows]
        filled = sum(not is_blank(v) for row in tidy for v in row)
        when = NOW + timedelta(days=1, hours=day)
        name = f"{owner} {len(self.mails)}.xlsx"
        digest = sha256(repr((tidy, len(self.mails))).encode()).hexdigest()
        item = ReceivedFile(
            name, (Block("Your return", tidy, tuple(self.merges)),), digest, sender, when if dated else None
        )
        foreign = "other plan's IDs and answers" in kinds
        self.mails.append(
            Mail(
                owner,
                kinds,
                item,
                when,
                {} if foreign else meant,
                issue,
                filled,
                foreign,
                excused,
                tuple(self.extras),
                self.merged_ids(tidy),
            )
        )

    def merged_ids(self, rows: Rows) -> tuple[str, ...]:
        return tuple(as_text(rows[at - 1][0]) for top, _, bottom, _ in self.merges for at in range(top, bottom + 1))

    def is_recognisable(self, issued: OutgoingReturn, before: Rows, after: Rows, kind: str) -> bool:
        """Whether whoever sees the file and what was issued can see that cells slipped."""
        if "headings" in kind:
            after = [*after[: HEAD + 1], *(list(r) for r in body(after))]
            one, other = (i for i in range(len(before[HEAD])) if before[HEAD][i] != after[HEAD][i])
            for row in body(after):
                row[one], row[other] = row[other], row[one]
        evidence = 0
        visible = []
        for key in MINE:
            at = col(before, key)
            was = {line.id: line.values.get(key) for line in issued.lines}
            keys = (
                ("progress", "risks", "rag", "agreed", "spend", "share")
                if "columns" in kind or "headings" in kind
                else (key,)
            )
            anywhere = {normalised_text(line.values.get(k)) for line in issued.lines for k in keys} - {""}
            changed = [r for r in body(after) if not same_value(r[at], was[r[0]])]
            moved = [r for r, b in zip(body(after), body(before), strict=True) if not same_value(r[at], b[at])]
            arrived = [r for r in moved if normalised_text(r[at]) in anywhere and not same_value(r[at], was[r[0]])]
            long = sum(isinstance(r[at], str) and len(r[at]) >= 12 for r in arrived)
            if moved:
                exact = Counter(normalised_text(r[at]) for r in changed) == Counter(
                    normalised_text(was[r[0]]) for r in changed
                )
                exact = exact and len(changed) > 1 and key != "agreed"  # as many Yes to No as No to Yes tells nothing
                seen = long > 0 or exact or (len(arrived) >= 3 and kind != "two answers swapped")
                visible.append(seen)
                evidence += len(arrived)
        return all(visible) or ("block" in kind and any(visible))

    def answered(self, line: object, numbers: dict[str, int], meant: dict[Cell, Value]) -> object:
        n = numbers[line.id]  # type: ignore[attr-defined]
        return replace(line, values={**line.values, **{k: v for (m, k), v in meant.items() if m == n}})  # type: ignore[type-var,attr-defined]

    def answers(self, owner: str, share: float = 0.5) -> dict[Cell, Value]:
        """New answers for some of an owner's lines."""
        returns, numbers = self.issues[-1]
        made: dict[Cell, Value] = {}
        for line in returns[owner].lines if owner in returns else ():
            if self.rng.random() < share:
                for k in self.rng.sample(MINE, self.rng.randint(1, 3)):
                    value = self.value(k, numbers[line.id], "now")
                    if not same_value(value, line.values.get(k)):
                        made[numbers[line.id], k] = value
        return made

    def play(self) -> None:
        rng = self.rng
        if rng.random() < 0.3:
            self.master.apply(roll(self.master.snapshot, self.master.later()).changes)
        self.issue()
        plain = rng.random() < 0.4
        drift, slip, twice = (not plain and rng.random() < share for share in (0.3, 0.45, 0.3))
        if twice:
            self.hr_does(rng.choice(("change cells", "change cells", "none", "reword")))
            self.issue()
        self.hr_does(rng.choice(DRIFT_HR) if drift else rng.choice((*ORDINARY_HR, *(() if plain else FURTHER_HR))))
        sequence = "" if plain else rng.choice(SEQUENCES)
        self.sequence = sequence
        for owner in rng.sample(self.roles, rng.randint(1, len(self.roles))):
            if owner not in self.issues[-1][0]:
                continue
            kinds = [rng.choice(ORDINARY_OWNER)]
            if slip:
                kinds = [rng.choice(SLIPS), *(["seal deleted"] if rng.random() < 0.3 else [])]
            elif not plain and rng.random() < 0.06:
                kinds = [rng.choice(UNPROVEN)]
            elif not plain and rng.random() < 0.2:
                kinds = [rng.choice(FURTHER_OWNER)]
            self.owner_sends(owner, kinds, sequence)
            sequence = ""

    def owner_sends(self, owner: str, kinds: list[str], sequence: str) -> None:
        rng = self.rng
        issue = rng.randrange(len(self.issues))
        first = self.answers(owner)
        dated = rng.random() < 0.6
        lines, numbers = self.issues[issue][0][owner].lines, self.issues[issue][1]
        if sequence == "older after newer":
            self.mail(owner, ["plain"], first, 1, dated=dated, issue=issue)
            newer = {c: self.value(c[1], c[0], "newer") for c in first}
            self.mail(owner, ["plain"], newer, 2, dated=dated, issue=issue)
            self.mails[-2:] = self.mails[:-3:-1]
            for mail in self.mails[-2:]:
                mail.received = replace(mail.received, **saved(mail.truth))
        elif sequence == "A-B-A":
            self.mail(owner, kinds, first, 1, dated=True, issue=issue)
            self.mail(
                owner, ["plain"], {c: self.value(c[1], c[0], "between") for c in first}, 2, dated=True, issue=issue
            )
            self.mail(owner, ["plain"], first, 3, dated=True, issue=issue)
        elif sequence == "back to issued otherwise":
            self.mail(owner, ["plain"], first, 1, dated=True, issue=issue)
            back = {(numbers[x.id], k): x.values.get(k) for x in lines for k in MINE if (numbers[x.id], k) in first}
            self.mail(owner, ["retyped"], {c: v for c, v in back.items() if v is not None}, 2, dated=True, issue=issue)
        elif sequence == "X Y X":
            for day, words in enumerate((first, {c: self.value(c[1], c[0], "y") for c in first}, first), 1):
                self.mail(owner, ["plain"], words, day, dated=True, issue=issue)
        elif sequence == "retracted":
            self.mail(owner, ["plain"], first, 1, dated=True, issue=issue)
            kept = {c: v for c, v in first.items() if rng.random() < 0.5}
            self.mail(owner, ["plain"], kept, 2, dated=True, issue=issue, afresh=True)
            if len(self.mails) > 1:
                was = {(numbers[x.id], k): x.values.get(k) for x in lines for k in MINE}
                self.retracted += [
                    (owner, c, v)
                    for c, v in self.mails[-2].meant.items()
                    if c not in kept and not same_value(v, was[c])
                ]
        elif sequence == "joint alone" and (joint := [x for x in lines if "/" in x.text("owner")]):
            self.mail(owner, ["plain"], first, 1, dated=True, issue=issue)
            other = next(r for r in joint[0].text("owner").split("/") if r != owner)
            if other in self.issues[issue][0]:
                c = (numbers[joint[0].id], "progress")
                self.mail(
                    other,
                    [f"only {joint[0].id}"],
                    {c: self.value("progress", c[0], "joint")},
                    2,
                    dated=False,
                    issue=issue,
                )
        else:
            self.mail(owner, kinds, first, 1, dated=dated, issue=issue)
            if rng.random() < 0.2:
                self.mail(owner, ["plain"], self.answers(owner, 0.2), 3, dated=True, issue=issue)

    # ------------------------------------------------------------ the verdict

    def run(self) -> Verdict:
        """Merge one by one, judge, and merge together to compare."""
        start, before = self.master.snapshot, self.cells()
        results = []
        self.master.now = NOW + timedelta(days=3)
        for mail in self.mails:
            try:
                results.append(self.master.merge(mail.received))
            except Exception as error:
                return Verdict([f"crash: {type(error).__name__}: {error}"])
        verdict = self.judge(before, results)
        again = self.copy_of(self.master.snapshot)
        again.now = self.master.now
        verdict.faults += [*self.judge_copy(again), *self.judge_undo(before)]
        if len(self.mails) > 1:
            order = sorted(
                self.mails,
                key=lambda m: (
                    m.bare and (m.received.sent or getattr(m.received, "modified", None)) is None,
                    m.received.sent or getattr(m.received, "modified", None) or datetime.min,
                    self.issues[-1 if m.bare else m.issue][0][m.owner].id,
                    m.received.file,
                ),
            )
            one_by_one, together = (self.copy_of(start) for _ in range(2))
            for mail in order:
                one_by_one.merge(mail.received)
            together.merge(*(mail.received for mail in self.mails))
            one, other = self.cells(one_by_one), self.cells(together)
            differ = [c for c in one if not meaning_same(c[1], one[c], other[c])]
            mine, theirs = asked(one_by_one), asked(together)
            if differ:
                c = differ[0]
                verdict.faults.append(
                    f"together: cell {c}: one by one '{as_text(one[c])}', together '{as_text(other[c])}'"
                )
            elif mine != theirs:
                verdict.faults.append(
                    f"together: decisions {sorted((mine - theirs).elements())[:2]} against {sorted((theirs - mine).elements())[:2]}"
                )
        return verdict

    def judge_copy(self, master: Master) -> list[str]:
        """Merge the last file again as saved once more: nothing changes and nothing new is asked."""
        if self.sequence == "older after newer" or not self.mails:
            return []
        last = self.mails[-1].received
        cells, was = self.cells(master), asked(master, files=True)
        master.merge(replace(last, file=f"copy of {last.file}", sha256=sha256(last.sha256.encode()).hexdigest()))
        now = self.cells(master)
        differ = [c for c in cells if not same_value(cells[c], now[c])]
        if differ:
            return [f"copy: {differ[0]} was '{as_text(cells[differ[0]])}', now '{as_text(now[differ[0]])}'"]
        new = sorted((asked(master, files=True) - was).elements())
        return [f"copy: asks {len(new)} again, {new[0]}"] if new else []

    def judge_undo(self, before: dict[Cell, Value]) -> list[str]:
        """Take some of the answers that wait, then undo every return: the plan says what it said before."""
        master = self.copy_of(self.master.snapshot)
        master.now = self.master.now
        for at, row in enumerate(master.decisions):
            if not row.text("Done") and self.rng.random() < 0.5:
                master.choose(at, "take return")
        master.decide()
        merged = dict.fromkeys(row.text("Return") for row in reversed(master.journal) if row.text("Return"))
        for return_id in merged:
            try:
                master.undo(return_id)
            except HrWorkbookError as error:
                if "nothing to undo" not in str(error):
                    return [f"undo: {error}"]
        now = self.cells(master)
        differ = [c for c in before if not meaning_same(c[1], before[c], now[c])]
        return [f"undo: {len(differ)}, {c} was '{as_text(before[c])}', now '{as_text(now[c])}'" for c in differ[:1]]

    def copy_of(self, snapshot: Snapshot) -> Master:
        master = Master.__new__(Master)
        master.snapshot, master.now, master.issued = snapshot, NOW + timedelta(days=3), {}
        return master

    def judge(self, before: dict[Cell, Value], results: list[MergeResult]) -> Verdict:
        verdict = Verdict(ordinary=self.is_ordinary)
        final = self.cells()
        open_rows = [d for d in self.master.decisions if not d.text("Done")]
        files = "\n".join(d.text("In the return") for d in open_rows if d.text("Column") == "the whole file")
        listed = "\n".join(
            [*(r.reason for one in results for r in one.refused), *(i.text("Note") for i in self.master.register)]
        )
        strays: dict[str, list[Value]] = defaultdict(list)
        for mail, result in zip(self.mails, results, strict=True):
            strays[mail.owner] += [s.value for one in result.returns for s in one.stray_cells]
            told = [as_text(s.value) for one in result.returns for s in one.stray_cells] + [listed, files]
            told += [d.text("In the return") for d in self.master.decisions]
            for extra in mail.extras:
                if not any(extra in one for one in told):
                    verdict.faults.append(f"untold: '{extra}' of {mail.owner} {mail.kinds}")
            notes = " ".join(note for one in result.returns for note in one.notes if " merged " in note)
            if result.returns and not all(id_ in notes for id_ in mail.merged_lines):
                verdict.faults.append(f"untold: merged over {mail.merged_lines}")
        slipped = {m.owner for m in self.mails if {*SLIPS} & {*m.kinds}}
        ids: dict[int, set[str]] = defaultdict(set)
        for id_, n in (
            *((i, n) for _, numbers in self.issues for i, n in numbers.items()),
            *((i, n) for n, i in self.id_of().items()),
        ):
            ids[n].add(id_)
        for owner, c, v in self.retracted:
            places = [f"{id_}, {HEADER[c[1]]}" for id_ in ids[c[0]]]
            is_asked = any(d.text("ID") in ids[c[0]] and d.text("Column") == HEADER[c[1]] for d in open_rows)
            if c in final and meaning_same(c[1], final[c], v) and not is_asked and not any(p in listed for p in places):
                verdict.faults.append(f"untold: {owner} retracted {c} '{as_text(v)}'")
        real = sorted((m for m in self.mails if not m.foreign), key=lambda m: m.truth)
        words: dict[Cell, dict[str, Value]] = defaultdict(dict)
        all_words: dict[Cell, list[Value]] = defaultdict(list)
        for mail in real:
            for c, v in mail.meant.items():
                words[c][mail.owner] = v
                all_words[c].append(v)
        expected = 0
        here = set(final)
        excused: dict[Cell, list[Value]] = defaultdict(list)
        for mail in self.mails:
            for c, v in mail.excused.items():
                excused[c].append(v)
        unread = {
            m.owner
            for m, one in zip(self.mails, results, strict=True)
            if any(r.status == "Refused" for r in one.refused)
        }
        for c, now in final.items():
            if any(meaning_same(c[1], now, v) for v in excused[c]):
                continue
            if not same_value(now, before[c]) and not any(meaning_same(c[1], now, v) for v in all_words[c]):
                verdict.faults.append(
                    f"wrong: {c} was '{as_text(before[c])}', now '{as_text(now)}', meant {all_words[c]}"
                )
            elif not same_value(now, before[c]) and self.hr_newer(c, real):
                verdict.faults.append(f"over HR: {c} '{as_text(before[c])}' by '{as_text(now)}'")
        for c, by_owner in words.items():
            for owner, word in by_owner.items():
                verdict.answers += 1
                now = final.get(c)
                if (c in here and meaning_same(c[1], now, word)) or c in excused or owner in unread:
                    continue
                if any(
                    d.text("Column") == HEADER[c[1]] and meaning_same(c[1], d["As issued"], word) for d in open_rows
                ):
                    expected += 1  # back to what was issued, while HR is asked about what came between
                    continue
                issued_as = [r.lines for returns, _ in self.issues for r in returns.values()]
                if c not in here and any(
                    line.id in ids[c[0]] and meaning_same(c[1], line.values.get(c[1]), word)
                    for lines in issued_as for line in lines
                ):  # fmt: skip
                    continue  # what was issued is no answer, and the line is gone
                if c not in here and any(
                    x.id in ids[c[0]] and meaning_same(c[1], x.values.get(c[1]), word) for x in self.master.plan.lines
                ):
                    continue  # the line that bears its ID says the same, and that is told
                where = [
                    (d.text("ID") in ids[c[0]] and d.text("Column") == HEADER[c[1]], d["In the return"])
                    for d in open_rows
                ]
                told = [f"{id_}, {HEADER[c[1]]}: {quote}" for id_ in ids[c[0]] for quote in ("'", "")]
                spelled = {as_text(word), as_text(as_form(word))}
                if (
                    any((here_ or owner in slipped) and meaning_same(c[1], value, word) for here_, value in where)
                    or any(meaning_same(c[1], value, word) for value in strays[owner])
                    or any(one + text in listed or one + text in files for one in told for text in spelled)
                    or (owner in slipped and any(text in one for one in (listed, files) for text in spelled if text))
                    or any(
                        f"{told_[:-2]}: the owner's earlier return said '{text}'" in listed
                        for told_ in told
                        for text in spelled
                    )
                ):
                    expected += 1
                    continue
                old = c in here and any(
                    meaning_same(c[1], now, m.meant.get(c)) for m in real if m.owner == owner and c in m.meant
                )
                verdict.faults.append(
                    f"{'older' if old else 'lost'}: {c} of {owner} '{as_text(word)}', plan '{as_text(now)}'"
                )
        if verdict.ordinary:
            conflicts = sum(
                1
                for c, w in words.items()
                if self.hr_newer(c, real) or len({normalised_text(v) for v in w.values()}) > 1
            )
            verdict.needless = max(0, len(open_rows) - conflicts)
        for mail, result in zip(self.mails, results, strict=True):
            for one in result.returns:
                if one.cell_count > mail.filled + sum(v is None for v in mail.meant.values()):
                    verdict.faults.append(f"count: {one.cell_count} outcomes of {mail.filled} cells")
        return verdict

    def hr_newer(self, c: Cell, mails: list[Mail]) -> bool:
        """Whether HR changed a cell after every issue that an answer for it came from."""
        issues = [m.issue for m in mails if c in m.meant]
        return c in self.hr_changed and bool(issues) and self.hr_changed[c] > max(issues)

    @property
    def is_ordinary(self) -> bool:
        kinds = {k for m in self.mails for k in m.kinds}
        dated = {m.owner: 0 for m in self.mails}
        for m in self.mails:
            dated[m.owner] += 1
        undated = any(n > 1 for n in dated.values()) and any(m.received.sent is None for m in self.mails)
        seal_gone = kinds & {"seal deleted", "pasted table", "csv without seal"} and len(self.issues) > 1
        if self.sequence in ("back to issued otherwise", "joint alone", "older after newer", "retracted"):
            return False
        return kinds <= set(ORDINARY_OWNER) and set(self.hr) <= set(ORDINARY_HR) and not undated and not seal_gone


def slipped_cells(before: Rows, after: Rows, numbers: dict[str, int]) -> dict[Cell, Value]:
    """What stands in the cells of a file that are not as before it slipped."""
    found: dict[Cell, Value] = {}
    for row, old in zip(body(after), body(before), strict=True):
        for key in MINE:
            value, was = row[col(after, key)], old[col(before, key)]
            if not same_value(value, was):
                found[numbers[row[0]], key] = value
    return found


def saved(when: datetime) -> dict[str, datetime]:
    """When a package says it was last saved, where a received file tells that."""
    return {"modified": when} if "modified" in ReceivedFile.__dataclass_fields__ else {}


def asked(master: Master, *, files: bool = False) -> Counter[tuple[str, str, str]]:
    """The questions that wait; with `files`, also those about whole files."""
    return Counter(
        (d.text("ID"), d.text("Column"), d.text("In the return"))
        for d in master.decisions if not d.text("Done") and (files or d.text("Column") != "the whole file")
    )  # fmt: skip


def meaning_same(key: str, one: Value, other: Value) -> bool:
    """Whether two values mean the same in a column, whatever their form; this oracle's own reading."""
    return same_value(one, other) or _plain(key, one) == _plain(key, other)


def _plain(key: str, value: Value) -> object:
    text = normalised_text(value).casefold()
    if key in ("spend", "share"):
        number = text.replace("£", "").replace(",", "")
        try:
            return float(number[:-1]) / 100 if number.endswith("%") else float(number)
        except ValueError:
            return text
    if key == "agreed":
        return {"true": "yes", "y": "yes", "false": "no", "n": "no"}.get(text, text)
    if key == "done_on":
        for form in ("%d/%m/%Y", "%d %B %Y"):
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                pass
    return text


# ---------------------------------------------------------------- what owners do to a file


def body(rows: Rows) -> Rows:
    return rows[HEAD + 1 :]


def col(rows: Rows, key: str) -> int:
    return rows[HEAD].index(HEADER[key])


def set_column(rows: Rows, key: str, change: Callable[[list[Value]], list[Value]]) -> Rows:
    at, lines = col(rows, key), body(rows)
    for row, value in zip(lines, change([r[at] for r in lines]), strict=True):
        row[at] = value
    return rows


def one_column_sorted(s: Scenario, rows: Rows) -> Rows:
    return set_column(rows, s.rng.choice(MINE), lambda v: sorted(v, key=lambda x: (x is None, as_text(x))))


def one_column_shifted(step: int) -> Callable[[Scenario, Rows], Rows]:
    def shift(s: Scenario, rows: Rows) -> Rows:
        first = s.rng.randrange(max(1, len(body(rows)) - 1))
        key = s.rng.choice(MINE)
        if step > 0:
            return set_column(rows, key, lambda v: [*v[:first], None, *v[first:-1]])
        return set_column(rows, key, lambda v: [*v[:first], *v[first + 1 :], None])

    return shift


def two_columns_swapped(s: Scenario, rows: Rows, *, headings: bool = False) -> Rows:
    pairs = [("progress", "risks")] if s.rng.random() < 0.7 else [("rag", "agreed"), ("spend", "share")]
    one, other = (col(rows, k) for k in s.rng.choice(pairs))
    for row in [rows[HEAD]] if headings else body(rows):
        row[one], row[other] = row[other], row[one]
    return rows


def white_block_sorted(s: Scenario, rows: Rows) -> Rows:
    at = [col(rows, k) for k in MINE]
    key = s.rng.choice(at)
    block = sorted(
        ([r[i] for i in at] for r in body(rows)), key=lambda b: (b[at.index(key)] is None, as_text(b[at.index(key)]))
    )
    for row, cells in zip(body(rows), block, strict=True):
        for i, value in zip(at, cells, strict=True):
            row[i] = value
    return rows


def stranger(s: Scenario, rows: Rows) -> Rows:
    """One line's text that was issued, dropped into another line's cell, and gone from its own."""
    at = col(rows, s.rng.choice(("progress", "risks")))
    full = [r for r in body(rows) if not is_blank(r[at])]
    if full and len(body(rows)) > 1:
        source = s.rng.choice(full)
        target = s.rng.choice([r for r in body(rows) if r is not source])
        source[at], target[at] = None, source[at]
    return rows


def two_answers_swapped(s: Scenario, rows: Rows) -> Rows:
    at = col(rows, s.rng.choice(MINE))
    if len(body(rows)) > 1:
        one, other = s.rng.sample(body(rows), 2)
        one[at], other[at] = other[at], one[at]
    return rows


def sorted_lines(s: Scenario, rows: Rows) -> Rows:
    at = col(rows, s.rng.choice(("priority", "rag", "measures")))
    return [*rows[: HEAD + 1], *sorted(body(rows), key=lambda r: (is_blank(r[at]), as_text(r[at])))]


def rows_deleted(s: Scenario, rows: Rows) -> Rows:
    """Rows in which nothing was answered are what an owner deletes; which those are the oracle does not ask."""
    return [*rows[: HEAD + 1], *body(rows), []]


def blank_rows(s: Scenario, rows: Rows) -> Rows:
    at = s.rng.randrange(len(body(rows)))
    return [*rows[: HEAD + 1 + at], [], [], *rows[HEAD + 1 + at :]]


def own_column(s: Scenario, rows: Rows) -> Rows:
    rows[HEAD].append("My notes")
    for row in body(rows):
        row.append("ask Jo" if s.rng.random() < 0.3 else None)
    return rows


def moved_columns(s: Scenario, rows: Rows) -> Rows:
    order = list(range(len(rows[HEAD])))
    s.rng.shuffle(order)
    return [*rows[:HEAD], *([r[i] for i in order] for r in rows[HEAD:])]


def alias(s: Scenario, rows: Rows) -> Rows:
    rows[HEAD][col(rows, "progress")] = "Update"
    return rows


def without_hidden(s: Scenario, rows: Rows) -> Rows:
    return [*rows[:HEAD], *(r[:-1] for r in rows[HEAD:])]


def pasted(s: Scenario, rows: Rows) -> Rows:
    return [list(r) for r in rows[HEAD:]]


def as_csv(s: Scenario, rows: Rows) -> Rows:
    return [[as_form(v) for v in r[:-1]] for r in rows[HEAD:]]


def as_form(value: Value) -> Value:
    if isinstance(value, float):
        return f"{round(value * 100)}%" if 0 < value <= 1 else f"{value:,.0f}"
    return as_text(value) or None


def retyped(s: Scenario, rows: Rows) -> Rows:
    """Figures, dates and words in forms that people type."""
    for row in body(rows):
        for key in ("spend", "share", "agreed", "rag", "done_on"):
            at = col(rows, key)
            value = row[at]
            if key == "spend" and isinstance(value, float):
                row[at] = s.rng.choice((f"{value:,.0f}", f"£{value:,.0f}", int(value)))
            elif key == "share" and isinstance(value, float):
                row[at] = f"{round(value * 100)}%"
            elif key == "agreed" and value:
                row[at] = s.rng.choice((as_text(value).lower(), value == "Yes"))
            elif key == "rag" and value:
                row[at] = as_text(value).lower()
            elif key == "done_on" and isinstance(value, date):
                row[at] = f"{value.day} {value:%B %Y}"
    return rows


def only_ids(s: Scenario, rows: Rows) -> Rows:
    at = [rows[HEAD].index("ID"), *(col(rows, k) for k in MINE)]
    return [[r[i] for i in at] for r in rows[HEAD:]]


def other_plans(s: Scenario, rows: Rows) -> Rows:
    """The same IDs with other answers: as if from the plan of another department."""
    rows = only_ids(s, rows)
    at = rows[0].index(HEADER["progress"])
    for row in rows[1:]:
        row[at] = f"Answer of another plan, {s.rng.random()}"
    return rows


def notes_below(s: Scenario, rows: Rows) -> Rows:
    return [*rows, [], ["Sent from my phone"]]


def titled(s: Scenario, rows: Rows) -> Rows:
    return [["Return of our team, as agreed"], [None, "Priority: high"], *rows]


def own_column_like_an_alias(s: Scenario, rows: Rows) -> Rows:
    """The heading of a column that holds what was issued is reworded, and notes of the owner's stand under a like one."""
    at = col(rows, "progress")
    if not any(
        isinstance(r[at], str) and len(r[at]) >= 12 and (r[0], "progress") not in s.answered_ids for r in body(rows)
    ):
        return rows
    rows[HEAD][at] = "What we did"
    rows[HEAD].append("Update")
    for row in body(rows):
        own = f"Own note {s.rng.random()}" if s.rng.random() < 0.4 else None
        row.append(own)
        s.extras += [own] if own else []
    return rows


def merged_rows(s: Scenario, rows: Rows) -> Rows:
    """An answer is merged over the cells of the two lines below, whose own texts are gone by that."""
    at = col(rows, "progress")
    for first in range(len(body(rows)) - 2):
        top, *below = body(rows)[first : first + 3]
        if (top[0], "progress") in s.answered_ids and not any((r[0], "progress") in s.answered_ids for r in below):
            for row in below:
                row[at] = None
            s.merges.append((HEAD + 2 + first, at + 1, HEAD + 4 + first, at + 1))
            break
    return rows


def row_that_is_no_line(s: Scenario, rows: Rows) -> Rows:
    at = next((i for i, h in enumerate(rows[HEAD]) if as_text(h).startswith("Last reported")), col(rows, "priority"))
    row: list[Value] = [None] * len(rows[HEAD])
    row[at] = f"A thought of ours {s.rng.random()}"
    s.extras.append(as_text(row[at]))
    return [*rows, row]


def over_the_last_report(s: Scenario, rows: Rows) -> Rows:
    at = next((i for i, h in enumerate(rows[HEAD]) if as_text(h).startswith("Last reported")), None)
    if at is not None:
        row = s.rng.choice(body(rows))
        row[at] = f"Typed beside {s.rng.random()}"
        s.extras.append(as_text(row[at]))
    return rows


MANGLE: dict[str, Callable[[Scenario, Rows], Rows]] = {
    "plain": lambda s, r: r, "sort lines": sorted_lines, "delete rows": rows_deleted, "blank rows": blank_rows,
    "own column": own_column, "move columns": moved_columns, "alias": alias, "title rows": titled,
    "hidden ID deleted": without_hidden, "seal deleted": lambda s, r: [*r[:4], [], *r[5:]], "pasted table": pasted,
    "csv without seal": as_csv, "retyped": retyped, "notes below": notes_below,
    "one column sorted": one_column_sorted, "one column up": one_column_shifted(-1), "one column down": one_column_shifted(1),
    "two columns swapped": two_columns_swapped, "white block sorted": white_block_sorted,
    "headings exchanged": lambda s, r: two_columns_swapped(s, r, headings=True), "stranger": stranger,
    "own column like an alias": own_column_like_an_alias, "merged rows": merged_rows,
    "row that is no line": row_that_is_no_line, "over the last report": over_the_last_report,
    "two answers swapped": two_answers_swapped, "IDs and answers alone": only_ids, "other plan's IDs and answers": other_plans,
}  # fmt: skip
for _number in range(1, 200):
    MANGLE[f"only L{_number:03d}"] = lambda s, r, id_=f"L{_number:03d}": [r[HEAD], *(x for x in body(r) if x[0] == id_)]


def judge_many(seeds: Iterable[int]) -> tuple[Counter[str], list[str], Counter[str]]:
    """Faults by kind, each fault with its seed, and figures."""
    faults: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    told: list[str] = []
    for seed in seeds:
        scenario = Scenario(seed)
        verdict = scenario.run()
        figures["scenarios"] += 1
        figures["answers"] += verdict.answers
        if verdict.ordinary:
            figures["ordinary answers"] += verdict.answers
            figures["ordinary scenarios"] += 1
            figures["ordinary scenarios with a needless question"] += verdict.needless > 0
            figures["needless questions"] += verdict.needless
        kinds = {f.partition(":")[0] for f in verdict.faults}
        faults.update(f"scenarios: {k}" for k in kinds)
        faults.update(f"cells: {f.partition(':')[0]}" for f in verdict.faults)
        about = f"{scenario.hr} {[m.kinds for m in scenario.mails]}"
        told += [f"{seed} {f} {about}" for f in verdict.faults[:2]]
        if verdict.ordinary and verdict.needless:
            told.append(f"{seed} needless: {verdict.needless} {about}")
    return faults, told, figures


if __name__ == "__main__":
    number, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    found, counted = Counter[str](), Counter[str]()
    for seed in range(first, first + number):
        faults_of_one, lines, figures_of_one = judge_many([seed])
        found, counted = found + faults_of_one, counted + figures_of_one
        for line in lines:
            print(line, flush=True)
        if not (seed - first + 1) % 50:
            print(f"{seed - first + 1:,} scenarios, to seed {seed}", file=sys.stderr, flush=True)
    for name, count in [*sorted(counted.items()), *sorted(found.items())]:
        print(f"{count:8,}  {name}")
    sys.exit(bool(found))

"""One plan, what HR and its owners do to it, and the mails that come of that; all drawn from a seed."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from masters import NOW
from plans import Master, Rows, sheet

from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.model import id_writes
from hrworkbook.plan.returns import OutgoingReturn
from hrworkbook.plan.snapshot import Block, Write
from hrworkbook.plan.values import Value, as_text, is_blank, same_value
from hrworkbook.verbs.roll import roll
from scenarios.compare import meaning_same
from scenarios.owners import MANGLE, is_recognisable, slipped_cells
from scenarios.real_files import as_read_from_a_file
from scenarios.words import (
    DRIFT_HR,
    FURTHER_HR,
    FURTHER_OWNER,
    KEYS,
    MINE,
    ORDINARY_HR,
    ORDINARY_OWNER,
    PLACES,
    ROLES,
    SCHEMA,
    SEQUENCES,
    SHORT,
    SLIPS,
    THINGS,
    UNPROVEN,
    VERBS,
    Cell,
    Mail,
    email,
)  # fmt: skip


class Scenario:
    """One plan, what HR and the owners do to it, and what the merge makes of that."""

    def __init__(self, seed: int) -> None:
        self.by_file = seed % 10 == 0
        """Whether its mails come as real files, written and read again."""
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
        self.dropped: set[tuple[Value, str]] = set()
        """The IDs and columns whose cells a slip of the owner's pushed out of the file, or wrote over."""
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
        self.dropped = set()
        self.extras, self.merges, self.answered_ids = (
            [],
            [],
            {(line.id, k) for (n, k), line in at.items() if (n, k) in meant},
        )
        for kind in kinds:
            before = [list(r) for r in rows]
            rows = MANGLE[kind](self, rows)
            if kind in SLIPS and not is_recognisable(mine, before, rows, kind):
                excused = slipped_cells(before, rows, numbers)
        tidy = [[None if v == "" else v for v in row] for row in rows]
        filled = sum(not is_blank(v) for row in tidy for v in row)
        when = NOW + timedelta(days=1, hours=day)
        name = f"{owner} {len(self.mails)}.xlsx"
        digest = sha256(repr((tidy, len(self.mails))).encode()).hexdigest()
        blocks: tuple[Block, ...] = (Block("Your return", tidy, tuple(self.merges)),)
        if self.by_file:
            blocks = as_read_from_a_file(blocks[0], "csv without seal" in kinds)
        item = ReceivedFile(name, blocks, digest, sender, when if dated else None)
        foreign = "other plan's IDs and answers" in kinds
        self.mails.append(
            Mail(
                owner,
                kinds,
                item,
                when,
                {} if foreign else {c: v for c, v in meant.items() if (at[c].id, c[1]) not in self.dropped},
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
                mail.received = replace(mail.received, modified=mail.truth)
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

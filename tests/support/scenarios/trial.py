"""A scenario merged: one by one, together, again and undone; and whatever is wrong with what came of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from unittest import mock

from masters import NOW
from plans import Master

from hrworkbook.merging.outcomes import MergeResult
from hrworkbook.plan import model
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Block, Snapshot
from hrworkbook.plan.values import Value, as_text, normalised_text, same_value
from scenarios.compare import as_form, asked, meaning_same
from scenarios.scenario import Scenario
from scenarios.words import HEADER, ORDINARY_HR, ORDINARY_OWNER, SLIPS, Cell, Verdict


def judge_many(seeds: Iterable[int]) -> tuple[Counter[str], list[str], Counter[str]]:
    """Faults by kind, each fault with its seed, and figures."""
    faults: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    told: list[str] = []
    for seed in seeds:
        with mock.patch.object(model, "read_columns_sheet", _read_once):
            scenario = Scenario(seed)
            verdict = Trial(scenario).run()
        figures["scenarios"] += 1
        figures["scenarios by real files"] += scenario.by_file
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


_READ = model.read_columns_sheet
_SCHEMAS: dict[str, Schema] = {}


def _read_once(block: Block, lists: dict[str, tuple[str, ...]], former: dict[str, str]) -> Schema:
    """Read a Columns sheet that was not read before; no scenario changes it, and each reads its plan thirty times."""
    says = repr((block.name, block.rows, block.merges, lists, former))
    if says not in _SCHEMAS:
        _SCHEMAS[says] = _READ(block, lists, former)
    return _SCHEMAS[says]


class Trial:
    """What a scenario came to, and the oracle's words about it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.master = scenario.master
        self.mails = scenario.mails
        self.start = self.master.snapshot
        self.before = scenario.cells()
        self.results: list[MergeResult] = []
        self.faults: list[str] = []

    def run(self) -> Verdict:
        """Merge one by one, judge, and merge together to compare."""
        self.master.now = NOW + timedelta(days=3)
        for mail in self.mails:
            try:
                self.results.append(self.master.merge(mail.received))
            except Exception as error:
                return Verdict([f"crash: {type(error).__name__}: {error}"])
        verdict = self.judge()
        verdict.faults += [*self.merged_again(), *self.undone(), *self.together()]
        return verdict

    def copy_of(self, snapshot: Snapshot) -> Master:
        master = Master.__new__(Master)
        master.snapshot, master.now, master.issued = snapshot, NOW + timedelta(days=3), {}
        return master

    # ------------------------------------------------------------ the laws

    def together(self) -> list[str]:
        """Merge the mails in one press, and one by one in the order in which they count: the plan and the questions are the same."""
        if len(self.mails) < 2:
            return []
        order = sorted(
            self.mails,
            key=lambda m: (
                m.bare and (m.received.sent or m.received.modified) is None,
                m.received.sent or m.received.modified or datetime.min,
                self.scenario.issues[-1 if m.bare else m.issue][0][m.owner].id,
                m.received.file,
            ),
        )
        together = self.copy_of(self.start)
        together.merge(*(mail.received for mail in self.mails))
        one_by_one = self.master
        if order != self.mails:
            one_by_one = self.copy_of(self.start)
            for mail in order:
                one_by_one.merge(mail.received)
        cells = self.scenario.cells
        one, other = cells(one_by_one), cells(together)
        if differ := [c for c in one if not meaning_same(c[1], one[c], other[c])]:
            c = differ[0]
            return [f"together: cell {c}: one by one '{as_text(one[c])}', together '{as_text(other[c])}'"]
        mine, theirs = asked(one_by_one), asked(together)
        if mine != theirs:
            here, there = sorted((mine - theirs).elements())[:2], sorted((theirs - mine).elements())[:2]
            return [f"together: decisions {here} against {there}"]
        return []

    def merged_again(self) -> list[str]:
        """Merge the last file again as saved once more: nothing changes and nothing new is asked."""
        if self.scenario.sequence == "older after newer" or not self.mails:
            return []
        master = self.copy_of(self.master.snapshot)
        master.now = self.master.now
        last = self.mails[-1].received
        cells, was = self.scenario.cells(master), asked(master, files=True)
        master.merge(replace(last, file=f"copy of {last.file}", sha256=sha256(last.sha256.encode()).hexdigest()))
        now = self.scenario.cells(master)
        differ = [c for c in cells if not same_value(cells[c], now[c])]
        if differ:
            return [f"copy: {differ[0]} was '{as_text(cells[differ[0]])}', now '{as_text(now[differ[0]])}'"]
        new = sorted((asked(master, files=True) - was).elements())
        return [f"copy: asks {len(new)} again, {new[0]}"] if new else []

    def undone(self) -> list[str]:
        """Take some of the answers that wait, then undo every return: the plan says what it said before."""
        master = self.copy_of(self.master.snapshot)
        master.now = self.master.now
        for at, row in enumerate(master.decisions):
            if not row.text("Done") and self.scenario.rng.random() < 0.5:
                master.choose(at, "take return")
        master.decide()
        merged = dict.fromkeys(row.text("Return") for row in reversed(master.journal) if row.text("Return"))
        for return_id in merged:
            try:
                master.undo(return_id)
            except HrWorkbookError as error:
                if "nothing to undo" not in str(error):
                    return [f"undo: {error}"]
        before, now = self.before, self.scenario.cells(master)
        differ = [c for c in before if not meaning_same(c[1], before[c], now[c])]
        return [f"undo: {len(differ)}, {c} was '{as_text(before[c])}', now '{as_text(now[c])}'" for c in differ[:1]]

    # ------------------------------------------------------------ the oracle

    def judge(self) -> Verdict:
        """Hold the plan and its ledgers against what every answer was meant for."""
        verdict = Verdict(ordinary=self.is_ordinary)
        self.final = self.scenario.cells()
        self.open_rows = [d for d in self.master.decisions if not d.text("Done")]
        self.files = "\n".join(d.text("In the return") for d in self.open_rows if d.text("Column") == "the whole file")
        notes = [i.text("Note") for i in self.master.register]
        self.listed = "\n".join([*(r.reason for one in self.results for r in one.refused), *notes])
        self.ids = self.ids_of_lines()
        self.real = sorted((m for m in self.mails if not m.foreign), key=lambda m: m.truth)
        self.words: dict[Cell, dict[str, Value]] = defaultdict(dict)
        self.all_words: dict[Cell, list[Value]] = defaultdict(list)
        for mail in self.real:
            for c, v in mail.meant.items():
                self.words[c][mail.owner] = v
                self.all_words[c].append(v)
        self.excused: dict[Cell, list[Value]] = defaultdict(list)
        for mail in self.mails:
            for c, v in mail.excused.items():
                self.excused[c].append(v)
        verdict.faults += [*self.untold(), *self.untold_retractions(), *self.wrong_cells(), *self.lost_answers()]
        verdict.answers = sum(map(len, self.words.values()))
        if verdict.ordinary:
            conflicts = sum(
                1
                for c, w in self.words.items()
                if self.hr_newer(c) or len({normalised_text(v) for v in w.values()}) > 1
            )
            verdict.needless = max(0, len(self.open_rows) - conflicts)
        for mail, result in zip(self.mails, self.results, strict=True):
            for one in result.returns:
                if one.cell_count > mail.filled + sum(v is None for v in mail.meant.values()):
                    verdict.faults.append(f"count: {one.cell_count} outcomes of {mail.filled} cells")
        return verdict

    def ids_of_lines(self) -> dict[int, set[str]]:
        """Return every ID that a line ever had."""
        ids: dict[int, set[str]] = defaultdict(set)
        for id_, n in (
            *((i, n) for _, numbers in self.scenario.issues for i, n in numbers.items()),
            *((i, n) for n, i in self.scenario.id_of().items()),
        ):
            ids[n].add(id_)
        return ids

    def untold(self) -> Iterator[str]:
        """Yield what owners wrote that belongs in no cell, and nobody told of."""
        for mail, result in zip(self.mails, self.results, strict=True):
            told = [as_text(s.value) for one in result.returns for s in one.stray_cells] + [self.listed, self.files]
            told += [d.text("In the return") for d in self.master.decisions]
            for extra in mail.extras:
                if not any(extra in one for one in told):
                    yield f"untold: '{extra}' of {mail.owner} {mail.kinds}"
            notes = " ".join(note for one in result.returns for note in one.notes if " merged " in note)
            if result.returns and not all(id_ in notes for id_ in mail.merged_lines):
                yield f"untold: merged over {mail.merged_lines}"

    def untold_retractions(self) -> Iterator[str]:
        """Yield the answers that a later return of their owner's does not have any longer, which stand without a word."""
        for owner, c, v in self.scenario.retracted:
            places = [f"{id_}, {HEADER[c[1]]}" for id_ in self.ids[c[0]]]
            is_asked = any(d.text("ID") in self.ids[c[0]] and d.text("Column") == HEADER[c[1]] for d in self.open_rows)
            stands = c in self.final and meaning_same(c[1], self.final[c], v)
            stands = stands and not meaning_same(c[1], self.before[c], v)  # else it is what HR wrote
            if stands and not is_asked and not any(p in self.listed for p in places):
                yield f"untold: {owner} retracted {c} '{as_text(v)}'"

    def wrong_cells(self) -> Iterator[str]:
        """Yield the cells of the plan in which something stands that nobody meant for them, or that HR had changed since."""
        for c, now in self.final.items():
            was = self.before[c]
            if same_value(now, was) or any(meaning_same(c[1], now, v) for v in self.excused[c]):
                continue
            if not any(meaning_same(c[1], now, v) for v in self.all_words[c]):
                yield f"wrong: {c} was '{as_text(was)}', now '{as_text(now)}', meant {self.all_words[c]}"
            elif self.hr_newer(c):
                yield f"over HR: {c} '{as_text(was)}' by '{as_text(now)}'"

    def lost_answers(self) -> Iterator[str]:
        """Yield the answers that neither stand in the plan, nor wait, nor are told."""
        unread = {
            m.owner
            for m, one in zip(self.mails, self.results, strict=True)
            if any(r.status == "Refused" for r in one.refused)
        }
        for c, by_owner in self.words.items():
            for owner, word in by_owner.items():
                now = self.final.get(c)
                stands = c in self.final and meaning_same(c[1], now, word)
                if stands or c in self.excused or owner in unread:
                    continue
                if self.needs_no_word(c, word) or self.is_told(owner, c, word):
                    continue
                said = (m.meant[c] for m in self.real if m.owner == owner and c in m.meant)
                old = c in self.final and any(meaning_same(c[1], now, v) for v in said)
                yield f"{'older' if old else 'lost'}: {c} of {owner} '{as_text(word)}', plan '{as_text(now)}'"

    def needs_no_word(self, c: Cell, word: Value) -> bool:
        """Whether an answer is what was issued: HR is asked about what came between, or the line is gone."""
        key, ids = c[1], self.ids[c[0]]
        if any(d.text("Column") == HEADER[key] and meaning_same(key, d["As issued"], word) for d in self.open_rows):
            return True
        issued = (x for returns, _ in self.scenario.issues for r in returns.values() for x in r.lines)
        here = (*issued, *self.master.plan.lines)
        return c not in self.final and any(x.id in ids and meaning_same(key, x.values.get(key), word) for x in here)

    def is_told(self, owner: str, c: Cell, word: Value) -> bool:
        """Whether an answer that does not stand waits on the Decisions sheet, or is told with its place."""
        key, ids = c[1], self.ids[c[0]]
        slipped = any(m.owner == owner and {*SLIPS} & {*m.kinds} for m in self.mails)
        strays = [
            s.value
            for mail, result in zip(self.mails, self.results, strict=True)
            if mail.owner == owner
            for one in result.returns
            for s in one.stray_cells
        ]
        waiting = [
            d["In the return"] for d in self.open_rows
            if slipped or (d.text("ID") in ids and d.text("Column") == HEADER[key])
        ]  # fmt: skip
        places = [f"{id_}, {HEADER[key]}" for id_ in ids]
        spelled = {as_text(word), as_text(as_form(word))}
        told = [f"{place}: {quote}{text}" for place in places for quote in ("'", "") for text in spelled]
        earlier = [f"{place}: the owner's earlier return said '{text}'" for place in places for text in spelled]
        return (
            any(meaning_same(key, value, word) for value in (*waiting, *strays))
            or any(text in listed for text in told for listed in (self.listed, self.files))
            or (slipped and any(text in listed for text in spelled if text for listed in (self.listed, self.files)))
            or any(text in self.listed for text in earlier)
        )

    def hr_newer(self, c: Cell) -> bool:
        """Whether HR changed a cell after every issue that an answer for it came from."""
        issues = [m.issue for m in self.real if c in m.meant]
        changed = self.scenario.hr_changed
        return c in changed and bool(issues) and changed[c] > max(issues)

    @property
    def is_ordinary(self) -> bool:
        """Whether nothing but ordinary work was done, so that nothing needs to be asked."""
        kinds = {k for m in self.mails for k in m.kinds}
        often = Counter(m.owner for m in self.mails)
        undated = any(n > 1 for n in often.values()) and any(m.received.sent is None for m in self.mails)
        seal_gone = kinds & {"seal deleted", "pasted table", "csv without seal"} and len(self.scenario.issues) > 1
        if self.scenario.sequence in ("back to issued otherwise", "joint alone", "older after newer", "retracted"):
            return False
        ordinary = kinds <= set(ORDINARY_OWNER) and set(self.scenario.hr) <= set(ORDINARY_HR)
        return ordinary and not undated and not seal_gone

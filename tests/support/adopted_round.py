"""A whole period and the next with one master by the command line, as an officer works: each step is checked where it ends."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.appendix import exempt_path
from hrworkbook.plan.ledger_records import read_decision
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, OWNERS, OWNERS_LEDGER, REGISTER, START
from hrworkbook.plan.model import SETTINGS, Line, Plan, read_plan
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import ChangeSet, Write
from hrworkbook.plan.values import Value, as_text, fold_name, normalised_text

NOW = datetime(2027, 1, 11, 9, 0)
TYPED = {
    "Period": "2026/27 Q3",
    "Committee": "Staffing Committee",
    "Committee date": "10 February 2027",
    "Returns due": "22 January 2027",
}

Answers = dict[tuple[str, str], str]
"""What owners typed, by line ID and column key."""


class Round:
    """One master and its folder; `resave` saves returns again as another program does."""

    def __init__(self, master: Path, resave: Callable[[Sequence[Path]], None] = lambda files: None) -> None:
        self.master, self.folder, self.resave = master, master.parent, resave
        self.now = NOW

    def run(self, verb: str, *words: object, ends: Sequence[int] = (0,)) -> None:
        """Run a command on the master; it must end as given."""
        console.fixed_now = self.now = self.now + timedelta(hours=1)
        try:
            code = main([verb, str(self.master), *map(str, words)])
        finally:
            console.fixed_now = None
        assert code in ends, f"{verb} ended with {code}"

    @property
    def plan(self) -> Plan:
        """The plan as it stands in the master now."""
        return read_plan(FileHost(self.master).snapshot())

    def type(self, writes: Sequence[Write]) -> None:
        """Type into the master, or into the file given."""
        FileHost(self.master).apply(ChangeSet(tuple(writes)))

    def fill_owners_and_start(self) -> None:
        """Give each owner an address, and say of which period and committee it is."""
        snapshot = FileHost(self.master).snapshot()
        writes = [
            write
            for item in OWNERS_LEDGER.data_rows(snapshot)
            for write in OWNERS_LEDGER.rewrite(snapshot, item, {"E-mail": f"a{item.row}@council.example"})
        ]
        start = snapshot[START]
        for row in range(1, len(start.rows) + 1):
            if (label := normalised_text(start.at(row, 2))) in TYPED:
                writes.append(Write(START, row, 3, ((TYPED[label],),)))
        assert writes and {w.sheet for w in writes} >= {OWNERS, START} and set(TYPED) <= set(SETTINGS)
        self.type(writes)

    def issue(self, name: str) -> list[Path]:
        """Issue; return the files."""
        self.run("issue", "--out", self.folder / name, "--anyway")
        return sorted((self.folder / name).glob("*.xlsx"))

    def answer(self, files: Sequence[Path], mark: str) -> Answers:
        """Fill in all white cells of returns as owners do; return what was typed."""
        plan, typed = self.plan, Answers()
        for file in files:
            host = FileHost(file)
            block = host.snapshot().sheets[0]
            top = next(r for r in range(1, 20) if normalised_text(block.at(r, 1)) == "ID")
            heads = {fold_name(as_text(v)): at for at, v in enumerate(block.rows[top - 1], 1)}
            writes = []
            for row in range(top + 1, len(block.rows) + 1):
                line = plan.by_id[as_text(block.at(row, 1))]
                for column in filter(lambda c: c.is_owners, plan.schema.columns):
                    if column.kind == "choice" and row > top + 1:
                        continue  # words that change places between lines are asked, as they should be
                    if (text := _text_for(plan, line, column, mark)) and not plan.unwritable(line, column.key):
                        typed[line.id, column.key] = text
                        writes.append(Write(block.name, row, heads[fold_name(column.header)], ((text,),)))
            host.apply(ChangeSet(tuple(writes)))
            for backup in file.parent.glob("*.backup-*"):
                backup.unlink()
        self.resave(files)
        return typed

    def assert_says(self, typed: Answers, but: Sequence[tuple[str, str]] = ()) -> None:
        """Pass where the master says what was typed."""
        plan = self.plan
        wrong = {
            plan.place(plan.by_id[id_], key): (text, plan.by_id[id_].text(key))
            for (id_, key), text in typed.items()
            if (id_, key) not in but and fold_name(plan.by_id[id_].text(key)) != fold_name(text)
        }
        assert not wrong, wrong

    def period(self, name: str) -> None:
        """A period: out, in, a conflict decided, undone and merged again, marked by hand, chased."""
        self.run("validate", ends=(0, 1))
        files = self.issue(f"out {name}")
        assert files
        late, back = files[0], files[1:] or files
        typed = self.answer(back, name)
        before = self.plan
        if typed:
            clash = next(iter(typed))
            line = before.by_id[clash[0]]
            self.type([before.cell_write(line, clash[1], _other(before, line, clash[1]))])
        before = self.plan
        self.run("merge", *back, ends=(0, 1))
        if typed:
            self.assert_says(typed, but=[clash])
            self.decide("take return")
            self.assert_says(typed)
        for number in self.changed_by(back):
            self.run("undo", number)
        undone = self.plan
        kept = {(x.id, k): x.text(k) for x in undone.lines for k in x.values}
        assert {c: t for c, t in kept.items() if typed and c != clash} == {
            (x.id, k): x.text(k) for x in before.lines for k in x.values if typed and (x.id, k) != clash
        }
        self.run("merge", *back, ends=(0, 1))
        if typed:
            self.decide("take return")
            self.assert_says(typed)
        self.chase(late if late not in back else None, name)

    def changed_by(self, files: Sequence[Path]) -> list[str]:
        """Return the numbers of the returns that changed a cell, the last first."""
        snapshot, names = FileHost(self.master).snapshot(), {file.name for file in files}
        sent = {r.text("Return") for r in REGISTER.data_rows(snapshot) if r.text("File") in names}
        return list(dict.fromkeys(r for row in JOURNAL.data_rows(snapshot)[::-1] if (r := row.text("Return")) in sent))

    def chase(self, late: Path | None, name: str) -> None:
        """Remind whoever is out; then mark them as in, and nobody is left to remind."""
        self.now += timedelta(days=14)
        self.run("chase", "--out", self.folder / f"reminders {name}", ends=(0, 1))
        if late:
            snapshot = FileHost(self.master).snapshot()
            plan = self.plan
            owner = next(r.text("Owner") for r in REGISTER.data_rows(snapshot) if r.text("File") == late.name)
            is_open = any(owner in plan.owners_of(x) and not plan.is_done(x) for x in plan.lines)
            assert len([*(self.folder / f"reminders {name}").glob("*.eml")]) == is_open
            snapshot = FileHost(self.master).snapshot()
            number = next(r.text("Return") for r in REGISTER.data_rows(snapshot) if r.text("File") == late.name)
            self.run("received", number)
            self.run("chase", "--out", self.folder / f"no reminders {name}", ends=(0, 1))
            assert not [*(self.folder / f"no reminders {name}").glob("*.eml")]

    def decide(self, choice: str) -> None:
        """Choose the same for all that waits, and apply it."""
        snapshot = FileHost(self.master).snapshot()
        waiting = [d for d in DECISIONS.data_rows(snapshot) if read_decision(d).is_open]
        if waiting:
            self.type([w for d in waiting for w in DECISIONS.rewrite(snapshot, d, {"Decision": choice})])
            self.run("decide", ends=(0, 1))

    def paper(self, name: str, *more: str) -> Path:
        """Make the appendix; return it."""
        paper = self.folder / f"{name}.xlsx"
        self.run("appendix", "-o", paper, "--docx", "--anyway", *more, ends=(0, 1))
        return paper

    def whole(self) -> None:
        """Two periods."""
        self.fill_owners_and_start()
        self.period("Q3")
        paper = self.paper("paper Q3", "--in-master")
        exempt = exempt_path(paper)
        shown = shown_in(paper) + (shown_in(exempt) if exempt.exists() else "")
        plan = self.plan
        if role := plan.schema.roles.get("priority"):
            assert not [x.id for x in plan.lines if x.text(role)[:30] not in shown]
        assert paper.with_suffix(".docx").stat().st_size > 5_000
        assert main(["check", str(paper), "--plan", str(self.master), "--json"]) in (0, 1)
        self.run("validate", ends=(0, 1))
        lines = [x.id for x in self.plan.lines]
        self.run("roll", ends=(0, 1))
        assert [x.id for x in self.plan.lines] == lines
        self.period("Q4")
        self.paper("paper Q4", "--in-master")


def adopt(path: Path, *words: object) -> dict[str, object]:
    """Adopt a workbook; return what is told of it."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["adopt", str(path), "--json", *map(str, words)]) in (0, 1)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def shown_in(paper: Path) -> str:
    """All texts of a workbook, one below the other."""
    book = openpyxl.load_workbook(paper)
    return "\n".join(str(c.value) for ws in book for row in ws.iter_rows() for c in row if c.value is not None)


def _text_for(plan: Plan, line: Line, column: Column, mark: str) -> str:
    """Return what an owner types into a cell: other than it says now."""
    words = plan.words_of(column)
    if column.kind == "choice":
        done = {fold_name(w) for w in plan.schema.done}  # a plan that is finished is not issued again
        return next((w for w in words if fold_name(w) not in {fold_name(line.text(column.key)), *done}), "")
    if column.kind == "text":
        return f"{line.id}: six of nine are done by {mark}; the rest follow."
    return ""


def _other(plan: Plan, line: Line, key: str) -> Value:
    """Return what HR types meanwhile into the same cell."""
    column = plan.schema[key]
    if column.kind == "choice":
        return next((w for w in reversed(plan.words_of(column))), "")
    return "HR corrected this meanwhile."

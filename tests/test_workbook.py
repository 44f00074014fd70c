"""The Python face: a master as an object whose methods are the jobs of the commands and buttons."""

import inspect
import subprocess
import sys
import warnings
from datetime import date

import pytest
from masters import NOW, OWNERS, THREE, answered, make_master, type_into

import hrworkbook
from hrworkbook.cli import console
from hrworkbook.cli.main import build_parser, main
from hrworkbook.hosts import live
from hrworkbook.hosts.file import FileHost
from hrworkbook.intake.reader import FileReader
from hrworkbook.plan.errors import CannotWrite, NotAMaster, NotAReturn, NotReady, UnreadableFile, WorkbookLocked
from hrworkbook.plan.ledgers import DECISIONS
from hrworkbook.plan.schema import load_schema


@pytest.fixture
def book(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    return hrworkbook.open(path, clock=lambda: NOW)


def cells(path):
    return {b.name: b.rows for b in FileHost(path).snapshot().sheets}


def test_a_master_is_opened_by_its_path_and_says_what_it_holds(book):
    assert [line.id for line in book.lines] == ["L001", "L002", "L003"]
    assert book.schema.name == "delivery-plan" and book.plan.setting("Period") == "2026/27 Q3"
    assert book.snapshot()["Plan"].rows and repr(book) == f"<hrworkbook.Workbook {book.path}>"
    type_into(book.path, {"Plan!D6": "Hire better"})
    assert book.lines[0].text("priority") == "Hire better", "nothing is kept between two calls"


def test_what_is_no_master_is_refused_at_once(tmp_path):
    with pytest.raises(UnreadableFile, match="there is no such file"):
        hrworkbook.open(tmp_path / "absent.xlsx")
    (tmp_path / "other.csv").write_text("a,b\n")
    with pytest.raises(hrworkbook.HrWorkbookError):
        hrworkbook.open(str(tmp_path / "other.csv"))


def test_live_works_on_the_open_document(book, monkeypatch):
    asked = []
    monkeypatch.setattr(live, "open_live", lambda path: asked.append(path) or FileHost(path))
    assert len(hrworkbook.open(book.path, live=True).lines) == 3 and asked == [book.path]


def test_the_whole_job_in_python(book, tmp_path):
    checked = book.validate()
    assert [f.rule for f in checked.findings] == ["reported"] and "3 lines checked" in checked.changes.message
    issued = book.issue(tmp_path / "out", due="12/12/2060")
    assert len(issued.result.returns) == 3 and len(issued.files) == 6 and all(p.is_file() for p in issued.files)
    assert [p.suffix for p in issued.drafts] == [".eml"] * 3
    assert issued.result.returns[0].due == date(2060, 12, 12) and len(issued.backups) == 1
    with book:
        chased = book.chase(tmp_path / "reminders")
        assert len(chased.drafts) == 3 == len(list((tmp_path / "reminders").iterdir()))
        merged = book.merge(sorted((tmp_path / "out").glob("*.xlsx")))
        assert len(merged.returns) == 3 and not merged.needs_a_person and merged.refused == ()
    assert book.bounce(tmp_path / "back").drafts == () and not (tmp_path / "back").exists()
    made = book.appendix(tmp_path / "appendix.xlsx", docx=True)
    assert made.findings == () and made.public.page_count >= 1 and made.exempt is None
    assert sorted(p.name for p in made.files) == ["appendix.docx", "appendix.xlsx"] and "3 lines" in made.message
    assert book.check(tmp_path / "appendix.xlsx") == [] == hrworkbook.check(tmp_path / "appendix.xlsx")
    assert book.roll().next_period == "2026/27 Q4" and len(book.history()) == 3
    assert book.next().place == ""


def answers(one):
    return {0: {"rag": "Greenish", "progress_update": f"From {one.owner.role}."}}


@pytest.fixture
def answered_book(book):
    answered(book.path, answers)
    return book


def test_decide_undo_and_bounce_return_their_results(answered_book, tmp_path):
    book, folder = answered_book, answered_book.path.parent / "in"
    merged = book.merge(folder)
    assert merged.needs_a_person and {r.outcome_counts["invalid"] for r in merged.returns} == {1}
    bounced = book.bounce(tmp_path / "back", owner="Safety Lead")
    (one,) = bounced.result.returns
    assert one.return_.owner.role == "Safety Lead" and bounced.drafts[0].name.startswith("To mend Safety Lead")
    waiting = DECISIONS.data_rows(book.snapshot())
    type_into(book.path, {f"Decisions!A{row.row}": "keep master" for row in waiting})
    assert len(book.decisions()) == len(waiting) and book.decide(dry_run=True).applied_count == len(waiting)
    assert book.decide().applied_count == len(waiting) and book.decide().applied_count == 0
    last = merged.returns[-1].return_id
    assert book.undo(dry_run=True).return_id == book.undo().return_id == last


@pytest.mark.parametrize(
    "verb",
    [
        lambda b, to: b.validate(dry_run=True),
        lambda b, to: b.issue(to, dry_run=True),
        lambda b, to: b.merge(b.path.parent / "in", dry_run=True),
        lambda b, to: b.chase(to, dry_run=True),
        lambda b, to: b.bounce(to, dry_run=True),
        lambda b, to: b.appendix(to / "a.xlsx", anyway=True, dry_run=True),
        lambda b, to: b.roll(dry_run=True),
        lambda b, to: b.decide(dry_run=True),
    ],
)
def test_a_dry_run_tells_and_writes_nothing(answered_book, tmp_path, verb):
    before, files = answered_book.path.read_bytes(), sorted(tmp_path.rglob("*"))
    assert verb(answered_book, tmp_path / "made") is not None
    assert answered_book.path.read_bytes() == before and sorted(tmp_path.rglob("*")) == files


def test_refusals_are_those_of_the_command(book, tmp_path):
    type_into(book.path, {"Plan!H6": "Greenish"})
    with pytest.raises(NotReady):
        book.issue(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert len(book.issue(tmp_path / "out", anyway=True).files) == 6
    with pytest.raises(CannotWrite, match="that is the master itself"):
        book.appendix(book.path, anyway=True)
    with pytest.raises(NotAReturn, match="there is no such file or folder"):
        book.merge("absent")
    with pytest.raises(NotAReturn):
        book.merge([])
    with pytest.raises(hrworkbook.HrWorkbookError, match="'someday'"):
        book.issue(tmp_path / "out", due="someday", anyway=True)


def test_checks_of_ones_own_may_be_files_or_functions(book, tmp_path):
    from hrworkbook.checks import check

    @check(column="Priority", remedy="Say more")
    def longer(value):
        return len(value) > 12

    (tmp_path / "ours.py").write_text(
        "from hrworkbook.checks import check\n@check(column='Ref', remedy='Use another')\ndef no_b(value):\n    return value != 'B'\n"
    )
    rules = [f.rule for f in book.validate([tmp_path / "ours.py", longer], dry_run=True).findings]
    assert sorted(rules) == ["longer", "longer", "no_b", "reported"]


def test_a_master_is_made_from_a_schema_and_a_source(tmp_path):
    source = tmp_path / "old.csv"
    source.write_text(
        "Ref,Priority,Owner,Timescale,RAG,Scribble\nA,Hire,Lead,March 2027,Green,\nB,Train,Lead,Ongoing,,hm\n"
    )
    with pytest.warns(UserWarning, match=r"old.csv: 1 filled cell has no place in the plan, Sheet1!F3 first"):
        book = hrworkbook.Workbook.new(tmp_path / "plan.xlsx", load_schema("delivery-plan"), source, clock=lambda: NOW)
    assert len(book.lines) == 2 and [u.value for u in book.made.unplaced] == ["hm"]
    with pytest.raises(CannotWrite, match="there is a file of this name already"):
        hrworkbook.Workbook.new(tmp_path / "plan.xlsx", "delivery-plan")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert hrworkbook.Workbook.new(tmp_path / "plan.xlsx", "workstreams", force=True).lines == ()
    assert len(list(tmp_path.glob("plan.backup-*"))) == 1
    with pytest.raises(CannotWrite, match="a master is an Excel workbook"):
        hrworkbook.Workbook.new(tmp_path / "plan.csv", "workstreams")


def test_of_a_source_only_the_sheets_that_are_named_are_read(tmp_path):
    two = make_master(tmp_path, THREE, owners=OWNERS)
    for named, lines in (((), 3), ("Plan", 3), (["Plan"], 3)):
        made = hrworkbook.Workbook.new(tmp_path / "new.xlsx", "delivery-plan", two, sheet=named, force=True)
        assert len(made.lines) == lines
    with pytest.raises(hrworkbook.HrWorkbookError, match="Summer"):
        hrworkbook.Workbook.new(tmp_path / "other.xlsx", "delivery-plan", two, sheet="Summer")
    assert not (tmp_path / "other.xlsx").exists()


def test_within_a_block_one_process_reads_and_ends_with_it(answered_book, monkeypatch):
    begun, ended = [], []
    enter, close = FileReader.__enter__, FileReader.close
    monkeypatch.setattr(FileReader, "__enter__", lambda self: begun.append(self) or enter(self))
    monkeypatch.setattr(FileReader, "close", lambda self: ended.append(self) or close(self))
    folder = answered_book.path.parent / "in"
    with answered_book as book:
        for _ in range(2):
            book.merge(folder, dry_run=True)
        assert len(begun) == 1 and ended == []
    assert set(ended) == set(begun)
    answered_book.merge(folder, dry_run=True)
    assert len(begun) == 2 and set(ended) == set(begun), "outside a block each merge ends its own"


NOT_IN_PYTHON = {"command", "master", "live", "json", "open", "last"}
"""What only a command has: its workbook, how it prints, opening the drafts; `undo()` without an ID is --last."""
OTHER_NAMES = {"issue.out": "folder", "chase.out": "folder", "bounce.out": "folder"}


def commands():
    (made,) = [a.choices for a in build_parser()._actions if a.dest == "command"]
    return {name: p for name, p in made.items() if any(a.dest == "master" for a in p._actions)}


@pytest.mark.parametrize("name", sorted(commands()))
def test_command_and_method_take_the_same_options(name):
    """An option is declared for the command and for Python; neither has one that the other lacks."""
    taken = {
        OTHER_NAMES.get(f"{name}.{a.dest}", a.dest)
        for a in commands()[name]._actions
        if a.dest not in NOT_IN_PYTHON | {"help"}
    }
    method = getattr(hrworkbook.Workbook, name)
    parameters = set(inspect.signature(method).parameters) - {"self"}
    assert parameters - {"dry_run", "path", "clock"} == taken - {"dry_run"}


def test_command_and_method_write_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(console, "fixed_now", NOW)
    folders = []
    for face in ("command", "python"):
        here = tmp_path / face
        here.mkdir()
        path = make_master(here, THREE, owners=OWNERS, Period="2026/27 Q3")
        if face == "command":
            assert main(["issue", str(path), "--out", str(here / "out")]) == 0
            assert main(["merge", str(path), str(here / "out"), "--json"]) == 0
            assert main(["chase", str(path), "--out", str(here / "late")]) == 0
            assert main(["appendix", str(path), "-o", str(here / "appendix.xlsx"), "--docx"]) == 0
        else:
            book = hrworkbook.open(path, clock=lambda: NOW)
            book.issue(here / "out")
            book.merge(here / "out")
            book.chase(here / "late")
            book.appendix(here / "appendix.xlsx", docx=True)
        folders.append(here)
    command, python = folders
    names = sorted(str(p.relative_to(command)) for p in command.rglob("*") if "backup" not in p.name)
    assert names == sorted(str(p.relative_to(python)) for p in python.rglob("*") if "backup" not in p.name)
    assert cells(command / "plan.xlsx") == cells(python / "plan.xlsx")
    assert (command / "appendix.xlsx").read_bytes() == (python / "appendix.xlsx").read_bytes()


def test_to_import_it_loads_nothing_heavy():
    code = (
        "import sys, hrworkbook\nassert callable(hrworkbook.open) and callable(hrworkbook.load_schema)\n"
        "assert not {'pandas', 'pandera', 'numpy', 'openpyxl', 'xlsxwriter', 'xlwings'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_name_of_the_package_is_there():
    assert set(hrworkbook.__all__) <= set(dir(hrworkbook))
    for name in hrworkbook.__all__:
        assert getattr(hrworkbook, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hrworkbook.nothing


def test_a_damaged_master_and_one_in_use_are_told(book, tmp_path):
    lock = book.path.with_name(f"~${book.path.name}")
    lock.write_bytes(b"\x03Ann" + b" " * 161)
    with pytest.raises(WorkbookLocked, match="Ann has it open"):
        book.issue(tmp_path / "out")
    assert not (tmp_path / "out").exists(), "what goes beside the master is not there without it"
    lock.unlink()
    type_into(book.path, {"Plan!A7": "L001"})
    with pytest.raises(NotAMaster, match="the ID L001 is also in row 6"):
        book.issue(tmp_path / "out")

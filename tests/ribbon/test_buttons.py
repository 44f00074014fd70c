"""Buttons: every button of the tab has its verb, its command and its work, and says what came of it."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_excel import fake_book, in_hex
from masters import OWNERS, THREE, make_master, snapshot_of

from hrworkbook import ribbon
from hrworkbook.addin.package import macros_folder
from hrworkbook.addin.ribbon import read_ribbon
from hrworkbook.cli import example
from hrworkbook.cli.main import COMMANDS, main
from hrworkbook.hosts import fault_log as faultlog
from hrworkbook.hosts import live
from hrworkbook.hosts.live import LiveHost, calling_workbook
from hrworkbook.hosts.live_books import CALLER
from hrworkbook.jobs.job import Job, carry_out
from hrworkbook.plan.errors import CannotWrite, NotAMaster, ToolMissing
from hrworkbook.plan.snapshot import Block, ChangeSet, single_write
from hrworkbook.ribbon.buttons import BUTTONS, ButtonResult, FollowUp


def verbs_of_the_tab() -> set[str]:
    return {b.verb for b in read_ribbon((macros_folder() / "ribbon.toml").read_text(encoding="utf-8")).buttons}


def test_every_button_has_its_work_and_nothing_works_without_a_button():
    assert set(BUTTONS) == verbs_of_the_tab()


def test_every_button_has_a_command_of_the_same_word():
    assert verbs_of_the_tab() - {"help", "pdf"} <= set(COMMANDS)


@pytest.fixture
def book() -> Any:
    """A plan as it is open in Excel."""
    return fake_book([Block("Plan", [["ID", "Action"], ["L001", "as it was"]])])


@pytest.fixture
def asked(book: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a press of a button 'it' comes to, set by a test; and what the user was told."""

    def it(host: Any, snapshot: Any, words: Any) -> ButtonResult:
        return asked.pressed() if callable(asked.pressed) else asked.pressed

    asked = SimpleNamespace(pressed=None, told=book.app.engine.impl.told)
    monkeypatch.setitem(BUTTONS, "it", it)
    monkeypatch.setattr(live, "_xlwings", lambda: SimpleNamespace(apps=[SimpleNamespace(books=[book])]))
    monkeypatch.setenv(CALLER, in_hex(book.impl.place))
    return asked


@pytest.fixture
def warm(asked: Any, book: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A press in the process that xlwings' UDF server keeps: Excel hands over the workbook itself."""
    monkeypatch.delenv(CALLER)
    monkeypatch.setattr(live, "_xlwings", lambda: SimpleNamespace(Book=SimpleNamespace(caller=lambda: book)))
    monkeypatch.setitem(sys.modules, "xlwings._xlwindows", SimpleNamespace(BOOK_CALLER=object(), N_COM_ATTEMPTS=0))
    return asked


CHANGES = ChangeSet((single_write("Plan", "B2", "as asked"),), "1 cell changed.")


def action(book: Any) -> Any:
    return LiveHost(book).snapshot()["Plan"].rows[1][1]


def refuses(error: Exception) -> Any:
    def refuse() -> None:
        raise error

    return refuse


def test_a_press_changes_the_workbook_and_says_so(book, asked, capsys):
    asked.pressed = ButtonResult(Job(None, CHANGES))
    ribbon.click("it")
    assert (action(book), asked.told, capsys.readouterr().err) == ("as asked", ["1 cell changed."], "")


def test_a_press_that_fails_leaves_its_words_to_excel_and_the_workbook_as_it_was(book, asked, capsys):
    asked.pressed = refuses(CannotWrite("Plan", "it is full", "Empty it"))
    with pytest.raises(SystemExit, match="2"):
        ribbon.click("it")
    assert (action(book), asked.told, capsys.readouterr().err) == ("as it was", [], "Plan: it is full. Empty it.\n")


def test_a_warm_process_finds_its_workbook(book, warm):
    warm.pressed = ButtonResult(Job(None, CHANGES))
    ribbon.click("it")
    assert (action(book), warm.told) == ("as asked", ["1 cell changed."])


def test_a_warm_process_tells_what_failed_itself_and_stays(book, warm, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(faultlog, "log_file", lambda: tmp_path / "log" / "hrworkbook.log")
    for error, says in ((CannotWrite("Plan", "it is full", "Empty it"), "Plan: it is full."), (KeyError(7), "wrong")):
        warm.pressed = refuses(error)
        ribbon.click("it")
        assert says in warm.told.pop()
    assert (action(book), capsys.readouterr().err) == ("as it was", "")


def test_without_a_workbook_that_called_there_is_nothing_to_do(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["-c"])
    with pytest.raises(NotAMaster, match="no workbook is named"):
        calling_workbook()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (
            ToolMissing("LibreOffice", "it is not installed", "Install it"),
            "LibreOffice: it is not installed. Install it.",
        ),
        (ZeroDivisionError(), "Something went wrong that should not have; the rest is done."),
    ],
)
def test_what_is_made_is_told_where_what_comes_after_fails(book, asked, capsys, tmp_path, monkeypatch, fault, why):
    monkeypatch.setattr(faultlog, "log_file", lambda: tmp_path / "hrworkbook.log")
    made = tmp_path / "appendix.xlsx"
    then = FollowUp(refuses(fault), "The PDF was not made.")
    asked.pressed = ButtonResult(Job(None, CHANGES, {made: b"made"}), then)
    with pytest.raises(SystemExit):
        ribbon.click("it")
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == ["1 cell changed. The PDF was not made.", why]
    assert len(said) <= 3
    assert (made.read_bytes(), action(book)) == (b"made", "as asked")


def test_what_comes_after_is_told_where_it_is_done(asked, tmp_path):
    asked.pressed = ButtonResult(Job(None, CHANGES), FollowUp(lambda: "The PDF is beside it.", "The PDF was not made."))
    ribbon.click("it")
    assert asked.told == ["1 cell changed. The PDF is beside it."]


@pytest.mark.parametrize(("keeps", "left"), [(True, 2), (False, 1)])
def test_a_file_replaced_is_kept_only_where_that_is_wanted(asked, tmp_path, keeps, left):
    made = tmp_path / "out" / "R0001.xlsx"
    for content in (b"first", b"second"):
        asked.pressed = ButtonResult(Job(None, ChangeSet(message="Done."), {made: content}, keeps))
        ribbon.click("it")
    assert made.read_bytes() == b"second"
    assert len(list(made.parent.iterdir())) == left


def test_a_file_replaced_is_put_back_where_the_workbook_refuses(book, asked, tmp_path):
    made = tmp_path / "R0001.xlsx"
    made.write_bytes(b"first")
    asked.pressed = ButtonResult(Job(None, ChangeSet((single_write("Gone", "A1", 1),)), {made: b"second"}))
    with pytest.raises(SystemExit):
        ribbon.click("it")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("R0001.xlsx", b"first")]


def test_the_command_too_says_what_is_made_where_its_pdf_is_not(tmp_path, monkeypatch, capsys):
    source = Path(example.__file__).parents[1] / "example" / "plan.csv"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HRWORKBOOK_SOFFICE", str(tmp_path / "not here"))
    main(["new", "delivery-plan", "plan.xlsx", "--from", str(source)])
    example._fill_start_and_owners(Path("plan.xlsx"))
    capsys.readouterr()
    assert main(["appendix", "plan.xlsx", "-o", "appendix.xlsx", "--pdf"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("appendix.pdf: appendix.xlsx is made, but not its PDF: there is no LibreOffice")
    assert Path("appendix.xlsx").is_file() and len(said.err.splitlines()) == 1


def test_a_plan_that_excel_does_not_find_is_told_with_what_to_do(asked, capsys, monkeypatch):
    monkeypatch.setenv(CALLER, in_hex("C:\\HR\\Plan=2026.xlsx"))
    with pytest.raises(SystemExit) as left:
        ribbon.click("validate")
    said = capsys.readouterr().err
    assert left.value.code == 2 and "Close the other Excel" in said and "Plan=2026.xlsx" in said
    assert len(said.splitlines()) <= 3


@pytest.mark.parametrize("handed", ["", "not hexadecimal", "00"])
def test_a_click_that_names_no_workbook_is_refused(handed, asked, capsys, monkeypatch):
    monkeypatch.setenv(CALLER, handed)
    with pytest.raises(SystemExit):
        ribbon.click("validate")
    assert "no workbook is named. Press the button on the HR Plan tab" in capsys.readouterr().err


def test_a_fault_that_cannot_be_written_down_is_told_itself(asked, capsys, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(faultlog, "log_file", lambda: tmp_path / "file" / "hrworkbook.log")

    def fails() -> Any:
        raise RuntimeError("out of luck")

    asked.pressed = fails
    with pytest.raises(SystemExit):
        ribbon.click("it")
    said = capsys.readouterr().err
    assert "nothing was changed" in said and "RuntimeError: out of luck" in said and "Traceback" not in said


@pytest.fixture
def without_office(monkeypatch, tmp_path):
    monkeypatch.setenv("HRWORKBOOK_SOFFICE", str(tmp_path / "not here"))


def printed(book: Any, folder: Path) -> ButtonResult:
    """A press of the PDF button on a plan of three lines that is open in Excel."""
    book.impl.place = str(folder / "plan.xlsx")
    path = make_master(folder, THREE, owners=OWNERS)
    return BUTTONS["pdf"](LiveHost(book), snapshot_of(path), ())


def test_without_libreoffice_excel_prints_the_pdf_itself(book, without_office, tmp_path):
    pressed = printed(book, tmp_path)
    carry_out(pressed.job)
    assert pressed.follow_up.action() == "The PDF is beside it."
    assert (tmp_path / "plan appendix.pdf").read_bytes() == b"%PDF of PK"
    assert book.app.impl.opened == [], "what was opened to be printed is closed"


def test_what_excel_does_not_print_is_told_and_leaves_nothing(book, without_office, tmp_path):
    then = printed(book, tmp_path).follow_up
    before = sorted(tmp_path.iterdir())
    book.app.impl.prints_nothing = True
    with pytest.raises(CannotWrite, match="plan appendix.pdf: Excel made no PDF. Close it if it is open"):
        then.action()
    assert book.app.impl.opened == [] and sorted(tmp_path.iterdir()) == before

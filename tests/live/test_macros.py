"""The macros of the built file, run by a real LibreOffice."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from fake_excel import in_hex
from rehearsal import MAC, arguments_of, call, handed_over, opened, rehearsal

from hrworkbook.addin.install import install, install_locations
from hrworkbook.addin.package import macros_folder, with_macros
from hrworkbook.addin.ribbon import read_ribbon
from hrworkbook.hosts.libreoffice import Office, connect

pytestmark = pytest.mark.live
BUTTONS = read_ribbon((macros_folder() / "ribbon.toml").read_text("utf-8")).buttons
PLAN = ("Start", "Plan", "Owners", "Problems", "Register", "Decisions", "Journal", "Issued")


def book(*sheets: str) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in sheets:
        made.add_worksheet(name)
    made.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def context(office: Office) -> Any:
    return connect(office.address)


@pytest.fixture(scope="module")
def plan(context: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An .xlsm twin of a plan, open in Calc, with the stand-ins for Windows."""
    path = tmp_path_factory.mktemp("plan") / "our plan.xlsm"
    path.write_bytes(rehearsal(book(*PLAN)))
    document = opened(context, path)
    yield document
    document.close(True)


def test_the_built_file_itself_opens_with_every_module(context, tmp_path):
    path = tmp_path / "built.xlsm"
    path.write_bytes(with_macros(book(*PLAN)))
    document = opened(context, path)
    try:
        modules = document.BasicLibraries.getByName("hrworkbook").getElementNames()
        assert {"HRRibbon", "HRButtons", "HRWatcher", "xlwings", "Dictionary", "ThisWorkbook", "Sheet8"} <= set(modules)
    finally:
        document.close(True)


ERRORS = "import os, sys; sys.stderr = open(os.environ['HRWORKBOOK_ERRORS'], 'w', encoding='{}', errors='replace')"


@pytest.mark.parametrize("verb", [button.verb for button in BUTTONS if button.needs != "file"])
def test_a_press_starts_exactly_this_command(plan, verb, home):
    _starts_exactly(plan, verb, home, "/our plan.xlsm")


def test_adopt_starts_on_a_workbook_that_is_no_plan(context, home, tmp_path):
    path = tmp_path / "budget.xlsm"
    path.write_bytes(rehearsal(book("Budget")))
    document = opened(context, path)
    try:
        _starts_exactly(document, "adopt", home, "/budget.xlsm")
    finally:
        document.close(True)


def _starts_exactly(document, verb, home, name):
    interpreter, *arguments = arguments_of(call(document, "Press", verb))
    assert interpreter == str(home.parent / "Python 3\\python.exe")
    command = f"{ERRORS.format('utf-16')}; import hrworkbook.ribbon; hrworkbook.ribbon.click('{verb}')"
    assert arguments == ["-E", "-P", "-B", "-c", command]
    handed = handed_over(document)
    assert set(handed) == {"HRWORKBOOK_BOOK", "HRWORKBOOK_HWND", "HRWORKBOOK_ERRORS"}
    assert bytes.fromhex(handed["HRWORKBOOK_BOOK"]).decode("utf-16-be").endswith(name)
    assert handed["HRWORKBOOK_HWND"] == "4711"


@pytest.mark.parametrize("name", ["Q3 plan^&ver .xlsm", "$(touch x) `id` $HOME.xlsm", "100% 'plán' = 計画 😀!.xlsm"])
def test_a_name_with_signs_of_a_shell_reaches_python_whole_and_no_command(context, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(rehearsal(book(*PLAN)))
    document = opened(context, path)
    try:
        command = call(document, "Press", "merge")
        assert not set(command.split(" -c ")[1]) & set("^&%!$`=\\") - set("=") and path.stem not in command
        assert handed_over(document)["HRWORKBOOK_BOOK"] == in_hex(str(path))
    finally:
        document.close(True)


def test_what_is_started_is_python_that_parses_and_reaches_our_click(plan, tmp_path):
    _, *arguments = arguments_of(call(plan, "Press", "merge"))
    # The last statement is shown instead of run: running it is the live host's test.
    arguments[-1] = arguments[-1].replace("hrworkbook.ribbon.click(", "print(hrworkbook.ribbon.click.__name__, ")
    around = {**os.environ, "HRWORKBOOK_ERRORS": str(tmp_path / "errors.txt")}
    ran = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, cwd=tmp_path, env=around
    )
    assert (ran.stdout, ran.returncode) == ("click merge\n", 0), ran.stderr


def test_without_settings_nothing_is_started(context, home, tmp_path):
    """A bare `python` would be looked for where Excel stands."""
    settings = Path(f"{home}\\.hrworkbook\\hrworkbook.conf")
    before = settings.read_bytes()
    path = tmp_path / "no settings.xlsm"
    path.write_bytes(rehearsal(book(*PLAN)))
    document = opened(context, path)
    try:
        for text in (b"", b'"INTERPRETER_WIN","python"\r\n', b'"INTERPRETER_WIN","python.exe"\r\n'):
            settings.write_bytes(text)
            assert call(document, "Press", "merge") == ""
    finally:
        settings.write_bytes(before)
        document.close(True)


def test_what_asks_first_does_nothing_without_a_yes(plan):
    # Without a screen Calc answers a question with nothing, which is no Yes.
    started = {button.verb for button in BUTTONS if call(plan, "PressAsking", button.verb)}
    assert started == {button.verb for button in BUTTONS if not button.ask and button.needs != "file"}


def test_when_python_fails_its_words_are_shown(plan):
    words = "Plan!H7: RAG is 'amber-ish'. Choose Red, Amber, Green or Complete."
    shown = call(plan, "PressFailing", "merge", words)
    assert shown == words
    assert "ended without a word" in call(plan, "PressFailing", "merge", "")


def test_where_python_may_not_be_started_that_is_said(plan):
    assert "Python could not be started" in call(plan, "PressBlocked", "merge")
    assert "hrworkbook doctor" in call(plan, "PressBlocked", "merge")


def test_every_button_is_enabled_on_a_plan_and_tells_what_it_does(plan):
    for button in BUTTONS:
        made = button.needs == "file"  # it makes a workbook a plan, and this one is
        assert call(plan, "Enabled", button.verb) == str(not made)
        said = call(plan, "Supertip", button.verb)
        assert said.startswith("Not now: This workbook is a plan already.") == made and said.endswith(button.text)


def test_where_no_plan_is_in_front_buttons_are_grey_and_say_why(context, tmp_path):
    path = tmp_path / "budget.xlsm"
    path.write_bytes(rehearsal(book("Budget", "Plan")))
    document = opened(context, path)
    try:
        for button in BUTTONS:
            grey = button.needs not in ("nothing", "file")
            assert call(document, "Enabled", button.verb) == str(not grey)
            said = call(document, "Supertip", button.verb)
            assert said.startswith("Not now: This workbook is not a plan.") == grey
            assert said.endswith(button.text)
    finally:
        document.close(True)


def test_the_tab_loads_and_shows(plan):
    assert call(plan, "Loaded") == "yes"
    assert call(plan, "Visible") == "True"


def test_on_a_mac_the_script_gets_the_same_command(context, home, tmp_path):
    path = tmp_path / "mac $(x) plan.xlsm"
    settings = home / "hrworkbook.conf"
    home.mkdir(exist_ok=True)
    settings.write_bytes(b'"INTERPRETER_MAC","/opt/my python/bin/python3"\r\n')
    path.write_bytes(rehearsal(book(*PLAN), MAC))
    document = opened(context, path)
    try:
        script, handler, *lines = call(document, "Press", "merge").split("\n")
        assert (script, handler) == ("hrworkbook.applescript", "StartPython")
        interpreter, command, name, errors = lines
        assert interpreter == "/opt/my python/bin/python3" and errors.endswith("/xlwings.log")
        assert command == f"{ERRORS.format('mac_roman')}; import hrworkbook.ribbon; hrworkbook.ribbon.click('merge')"
        assert name == in_hex(str(path))
    finally:
        settings.unlink()
        document.close(True)


def test_the_settings_that_install_writes_are_the_ones_xlwings_reads(context, home, tmp_path):
    python = home.parent / "Python 4\\python.exe"
    python.write_bytes(b"")
    install(tmp_path, "win32", {}, str(python))
    settings = Path(f"{home}\\.hrworkbook\\hrworkbook.conf")
    before = settings.read_bytes()
    settings.write_bytes(install_locations(tmp_path, "win32", {}).settings.read_bytes())
    path = tmp_path / "installed.xlsm"
    path.write_bytes(rehearsal(book(*PLAN)))
    document = opened(context, path)
    try:
        interpreter, *_ = arguments_of(call(document, "Press", "merge"))
        assert interpreter == str(python)
    finally:
        document.close(True)
        settings.write_bytes(before)


def test_on_a_mac_too(context, home, tmp_path):
    (tmp_path / "Library/Containers/com.microsoft.Excel/Data").mkdir(parents=True)
    install(tmp_path, "darwin", {}, "/opt/my python/bin/python3")
    home.mkdir(exist_ok=True)
    (home / "hrworkbook.conf").write_bytes(install_locations(tmp_path, "darwin", {}).settings.read_bytes())
    path = tmp_path / "installed mac.xlsm"
    path.write_bytes(rehearsal(book(*PLAN), MAC))
    document = opened(context, path)
    try:
        assert call(document, "Press", "merge").split("\n")[2] == "/opt/my python/bin/python3"
    finally:
        document.close(True)
        (home / "hrworkbook.conf").unlink()


def test_a_workbook_cannot_say_which_program_a_press_starts(context, home, tmp_path):
    """xlwings would obey a sheet of settings in the workbook in front; a plan that came by mail must not choose."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in PLAN:
        made.add_worksheet(name)
    orders = made.add_worksheet("hrworkbook.conf")
    orders.write_column(0, 0, ["INTERPRETER_WIN", "PYTHONPATH", "ADD_WORKBOOK_TO_PYTHONPATH"])
    orders.write_column(0, 1, ["python -m evil", "C:\\evil", "True"])
    made.close()
    path = tmp_path / "mailed.xlsm"
    path.write_bytes(rehearsal(out.getvalue()))
    document = opened(context, path)
    try:
        command = call(document, "Press", "merge")
        assert "evil" not in command and arguments_of(command)[0] == str(home.parent / "Python 3\\python.exe")
    finally:
        document.close(True)


def test_a_press_is_seen_in_a_cell(context, tmp_path):
    """The whole chain inside the document, without xlwings: callback, table of words, press, a cell."""
    from hrworkbook.addin.vba_project import module

    writer = 'Attribute VB_Name = "HRPython"\nPublic Sub RunClick(Verb As String)\nActiveWorkbook.Sheets("Start").Range("B2").Value = Verb\nEnd Sub\n'
    control = 'Attribute VB_Name = "FakeControl"\nPublic ID As String\n'
    press = 'Attribute VB_Name = "Rehearsal"\nSub Press(Verb As String)\nDim c As New FakeControl\nc.ID = Verb\nHRRibbon.OnAction c\nEnd Sub\n'
    empty = [f'Attribute VB_Name = "{name}"\n' for name in ("Dictionary", "xlwings")]
    made = [
        module(writer, "module"),
        module(control, "class"),
        module(press, "module"),
        *(module(text, "class") for text in empty),
    ]
    path = Path(tmp_path / "cell.xlsm")
    path.write_bytes(with_macros(book(*PLAN), replacements={m.name: m for m in made}))
    document = opened(context, path)
    try:
        call(document, "Press", "chase")
        cell = document.Sheets.getByName("Start").getCellRangeByName("B2")
        assert cell.String == "chase"
    finally:
        document.close(True)

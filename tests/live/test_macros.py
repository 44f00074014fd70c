"""The macros of the built file, run by a real LibreOffice."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from rehearsal import MAC, arguments_of, call, opened, rehearsal

from hrworkbook.addin.install import install, places
from hrworkbook.addin.package import macros_folder, with_macros
from hrworkbook.addin.ribbon import read_ribbon
from hrworkbook.hosts.office import Office, connect

pytestmark = pytest.mark.live
BUTTONS = read_ribbon((macros_folder() / "ribbon.toml").read_text("utf-8")).buttons
PLAN = ("Start", "Plan", "Owners", "Problems", "Register", "Decisions", "Journal", "Schema")


def book(*sheets: str) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in sheets:
        made.add_worksheet(name)
    made.close()
    return out.getvalue()


@pytest.fixture(scope="module")
def context(office: Office) -> Any:
    return connect(office.where)


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


@pytest.mark.parametrize("verb", [button.verb for button in BUTTONS])
def test_a_press_starts_exactly_this_command(plan, verb):
    interpreter, *arguments = arguments_of(call(plan, "Press", verb))
    assert interpreter == "python"
    assert arguments[:2] == ["-B", "-c"]
    prepare, _, command = arguments[2].partition("; ")
    assert prepare.startswith('import xlwings.utils;xlwings.utils.prepare_sys_path("false;')
    assert command == f"import hrworkbook.ribbon; hrworkbook.ribbon.click('{verb}')"
    assert arguments[3:] == ["--wb=our plan.xlsm", "--from_xl=1", "--app=C:\\Office\\Microsoft Excel", "--hwnd=4711"]


def test_what_is_started_is_python_that_parses_and_reaches_our_click(plan, tmp_path):
    _, *arguments = arguments_of(call(plan, "Press", "merge"))
    # The last statement is shown instead of run: running it is the live host's test.
    arguments[2] = arguments[2].replace("hrworkbook.ribbon.click(", "print(hrworkbook.ribbon.click.__name__, ")
    ran = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (ran.stdout, ran.returncode) == ("click merge\n", 0), ran.stderr


def test_what_asks_first_does_nothing_without_a_yes(plan):
    # Without a screen Calc answers a question with nothing, which is no Yes.
    started = {button.verb for button in BUTTONS if call(plan, "PressAsking", button.verb)}
    assert started == {button.verb for button in BUTTONS if not button.ask}


def test_when_python_fails_its_words_are_shown(plan):
    words = "Plan!H7: RAG is 'amber-ish'. Choose Red, Amber, Green or Complete."
    shown = call(plan, "PressFailing", "merge", words)
    assert shown.startswith(words) and "Press Ctrl+C to copy this message" in shown


def test_every_button_is_enabled_on_a_plan_and_tells_what_it_does(plan):
    for button in BUTTONS:
        assert call(plan, "Enabled", button.verb) == "True"
        assert call(plan, "Supertip", button.verb) == button.text


def test_where_no_plan_is_in_front_buttons_are_grey_and_say_why(context, tmp_path):
    path = tmp_path / "budget.xlsm"
    path.write_bytes(rehearsal(book("Budget", "Plan")))
    document = opened(context, path)
    try:
        for button in BUTTONS:
            grey = button.needs != "nothing"
            assert call(document, "Enabled", button.verb) == str(not grey)
            said = call(document, "Supertip", button.verb)
            assert said.startswith("Not now: This workbook is not a plan.") == grey
            assert said.endswith(button.text)
    finally:
        document.close(True)


def test_the_tab_loads_and_shows(plan):
    assert call(plan, "Loaded") == "yes"
    assert call(plan, "Visible") == "True"


def test_on_a_mac_the_script_gets_the_same_command(context, tmp_path):
    path = tmp_path / "mac plan.xlsm"
    path.write_bytes(rehearsal(book(*PLAN), MAC))
    document = opened(context, path)
    try:
        script, handler, argument = call(document, "Press", "merge").split("\n")
        assert script == "xlwings-0.37.8.applescript" and handler == "VbaHandler"
        prepared, interpreter, command, name, *_ = argument.split("|")
        assert prepared.startswith("false;") and interpreter and name == "mac plan.xlsm"
        assert command == "import hrworkbook.ribbon; hrworkbook.ribbon.click('merge')"
        # The script puts this between double quotes in a shell.
        assert not set(command) & set('"$`\\')
    finally:
        document.close(True)


def test_the_settings_that_install_writes_are_the_ones_xlwings_reads(context, home, tmp_path):
    # Windows' paths have backslashes, which are letters like any other here: each file stands in the room by its name.
    python = home.parent / "Python 3\\python.exe"
    python.write_bytes(b"")
    install(tmp_path, "win32", {}, str(python))
    settings = Path(f"{home}\\.hrworkbook\\hrworkbook.conf")
    settings.write_bytes(places(tmp_path, "win32", {}).settings.read_bytes())
    path = tmp_path / "installed.xlsm"
    path.write_bytes(rehearsal(book(*PLAN)))
    document = opened(context, path)
    try:
        interpreter, *_ = arguments_of(call(document, "Press", "merge"))
        assert interpreter == str(python)
    finally:
        document.close(True)
        settings.unlink()


def test_on_a_mac_too(context, home, tmp_path):
    (tmp_path / "Library/Containers/com.microsoft.Excel/Data").mkdir(parents=True)
    install(tmp_path, "darwin", {}, "/opt/my python/bin/python3")
    home.mkdir()
    (home / "hrworkbook.conf").write_bytes(places(tmp_path, "darwin", {}).settings.read_bytes())
    path = tmp_path / "installed mac.xlsm"
    path.write_bytes(rehearsal(book(*PLAN), MAC))
    document = opened(context, path)
    try:
        argument = call(document, "Press", "merge").split("\n")[2]
        assert argument.split("|")[1] == "/opt/my python/bin/python3"
    finally:
        document.close(True)
        (home / "hrworkbook.conf").unlink()


def test_a_workbook_cannot_say_which_program_a_press_starts(context, tmp_path):
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
        assert "evil" not in command and arguments_of(command)[0] == "python"
        assert 'prepare_sys_path(\\"false;' in command
    finally:
        document.close(True)


def test_a_press_is_seen_in_a_cell(context, tmp_path):
    """The whole chain inside the document, without xlwings: callback, table of words, command, a cell."""
    from hrworkbook.addin.vba import module

    writer = 'Attribute VB_Name = "xlwings"\nPublic Function RunPython(Command As String)\nActiveWorkbook.Sheets("Start").Range("B2").Value = Command\nEnd Function\n'
    control = 'Attribute VB_Name = "FakeControl"\nPublic ID As String\n'
    press = 'Attribute VB_Name = "Rehearsal"\nSub Press(Verb As String)\nDim c As New FakeControl\nc.ID = Verb\nHRRibbon.OnAction c\nEnd Sub\n'
    empty = 'Attribute VB_Name = "Dictionary"\n'
    made = [module(writer, "module"), module(control, "class"), module(press, "module"), module(empty, "class")]
    path = Path(tmp_path / "cell.xlsm")
    path.write_bytes(with_macros(book(*PLAN), instead={m.name: m for m in made}))
    document = opened(context, path)
    try:
        call(document, "Press", "chase")
        cell = document.Sheets.getByName("Start").getCellRangeByName("B2")
        assert cell.String == "import hrworkbook.ribbon; hrworkbook.ribbon.click('chase')"
    finally:
        document.close(True)

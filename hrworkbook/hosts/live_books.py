"""The workbooks that are open in Excel or Calc, each known by its full place and its plan's ID, never by name alone."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from unicodedata import normalize

from hrworkbook.hosts.synced import is_web_address, mounts, places_of
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, NotAMaster, WorkbookLocked
from hrworkbook.plan.model import plan_id

CALLER = "HRWORKBOOK_BOOK"
"""The environment variable in which a button hands over its workbook's full name, as UTF-16 written in hexadecimal: no
shell, no quoting and no code page comes near a name somebody else may have chosen."""
WINDOW = "HRWORKBOOK_HWND"
"""The environment variable with the window of the Excel that a button was pressed in, on Windows."""

_BY_COMMAND = "close it, and run the command on the file in its folder"


def full_name(book: Any) -> str:
    """Return what the program itself calls an open workbook: its path, its web address, or its name where it has neither.

    xlwings' own `fullname` is not asked: of a web address it makes the path of any file of that name it comes across.
    """
    if book.app.engine.name == "calc":
        url = str(book.api.getURL())
        return str(book.fullname) if not url or url.startswith("file:") else url
    if sys.platform == "darwin":
        from importlib import import_module

        return str(book.api.properties().get(import_module("appscript").k.full_name))
    return str(book.api.FullName)


def called_from(xlwings: Any) -> Any:
    """Return the workbook that a button says it was pressed in; raises NotAMaster where it says none, or that is not open."""
    try:
        wanted = bytes.fromhex(os.environ.get(CALLER, "")).decode("utf-16-be", "surrogatepass")
    except ValueError:
        wanted = ""
    if not wanted:
        raise NotAMaster("", "no workbook is named", "Press the button on the HR Plan tab of the plan")
    for book, name in _named(_programs(xlwings)):
        if _same_text(name, wanted):
            return book
    fault = "Excel does not find the workbook whose button was pressed"
    raise NotAMaster(Path(wanted).name, fault, "Close the other Excel windows, then press again")


def _programs(xlwings: Any) -> Iterable[Any]:
    """Return the Excel that a button was pressed in; every one that is open where it does not say which."""
    window = os.environ.get(WINDOW, "")
    if sys.platform == "win32" and window.isdigit():
        return [xlwings.App(impl=xlwings._xlwindows.App(xl=int(window)))]
    return list(xlwings.apps)


def _named(programs: Iterable[Any]) -> Iterator[tuple[Any, str]]:
    """Yield the open workbooks and their full names, without one that does not answer."""
    for program in programs:
        for book in program.books:
            name = ""
            with suppress(Exception):
                # What a program raises of a workbook that it is just opening or closing is its own matter.
                name = full_name(book)
            if name:
                yield book, name


def _same_text(left: str, right: str) -> bool:
    # A Mac writes an accent now as one letter, now as two.
    return normalize("NFC", left) == normalize("NFC", right)


def open_at(path: Path, xlwings: Any) -> tuple[Any, Path]:
    """Return the open workbook that is the file at a path, and that file; raises WorkbookLocked where it is not open."""
    wanted = path.expanduser().resolve()
    elsewhere = []
    for book, name in _named(xlwings.apps):
        if not is_web_address(name):
            if Path(name).is_absolute() and Path(name).resolve() == wanted:
                return book, wanted
        elif name.rpartition("/")[2].casefold() == wanted.name.casefold() or str(book.name) == wanted.name:
            elsewhere.append(name)
            if wanted in (place.resolve() for place in places_of(name, mounts())):
                return book, wanted
    if elsewhere:
        fault = f"it is not known to be the one that is open from {elsewhere[0]}"
        raise WorkbookLocked(path.name, fault, "Close that one and leave out --live")
    raise WorkbookLocked(path.name, "it is not open in a spreadsheet program", "Open it, or leave out --live")


def file_of(book: Any, mine: str | None) -> Path:
    """Return the file of an open workbook, whose plan ID is `mine`; raises CannotWrite where that is not known for certain.

    The file is opened, and must not be another plan's; where Excel gave only a web address, it must be this very plan's,
    and the only one.
    """
    name = full_name(book)
    if is_web_address(name):
        return _kept_in_step(book.name, name, mine)
    if not Path(name).is_absolute():
        fault = "the plan has not been saved, so it is in no folder and nothing can go beside it"
        raise CannotWrite(book.name, fault, "Save it to a folder of this computer, then try again")
    on_disk = plan_id_in(Path(name))
    if on_disk and mine and on_disk != mine:
        fault = f"the file at {name} is another plan now than the one that is open"
        raise CannotWrite(book.name, fault, "Save the open plan under another name, then try again")
    return Path(name)


def _kept_in_step(name: str, address: str, mine: str | None) -> Path:
    there = places_of(address, mounts())
    same = [place for place in there if mine is not None and plan_id_in(place) == mine]
    if len(same) == 1:
        return same[0]
    remedy = f"Nothing was written. Sync the whole library in Teams or SharePoint and press again; or {_BY_COMMAND}"
    if same:
        fault = f"{' and '.join(map(str, same))} are both this plan"
        remedy = f"Nothing was written. Move the copy away and press again; or {_BY_COMMAND}"
    elif there:
        fault = f"{there[0]}, which should be its file, does not hold this plan"
        remedy = f"Nothing was written. Save, wait until OneDrive has caught up, and press again; or {_BY_COMMAND}"
    else:
        fault = "no folder of this computer is known to be the same place"
    raise CannotWrite(name, f"it is open from the web ({address}), and {fault}", remedy)


def plan_id_in(path: Path) -> str | None:
    """Return the ID of the plan in a file, '' where it has none yet; None where it cannot be read or is no plan."""
    from hrworkbook.ooxml.load_workbook import load

    try:
        return plan_id(load(path.read_bytes(), path.name).snapshot)
    except (OSError, HrWorkbookError):
        return None

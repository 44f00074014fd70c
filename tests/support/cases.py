"""The cases of ../shared/cases: small files with their right values, run through the command line."""

import contextlib
import csv
import io
import re
import tomllib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from masters import SHARED, snapshot_of
from openpyxl.comments import Comment
from openpyxl.styles import Font

from hrworkbook.cli.main import main
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import as_text

FOLDERS = ("plans", "returns", "collections")
CASES = SHARED / "cases"


@dataclass(frozen=True)
class Case:
    """One case of a `cases.toml`."""

    folder: str
    given: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Folder and name."""
        return f"{self.folder}: {self.given['name']}"

    @property
    def files(self) -> list[Path]:
        """What is read."""
        return [CASES / self.folder / name for name in self.given.get("files", ())]


def all_cases() -> list[Case]:
    """Return every case there is; none where the shared data is not here."""
    found = []
    for folder in FOLDERS:
        path = CASES / folder / "cases.toml"
        if path.exists():
            found += [Case(folder, case) for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
    return found


class Run:
    """What the commands of one case said, and the master they left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: list[str] = []
        self.master = folder / "plan.xlsx"
        self.before: Block | None = None
        self.book = ""

    def command(self, *words: str | Path) -> int:
        """Run one command; a traceback fails the test."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                code = main([str(word) for word in words])
            except SystemExit as left:
                code = int(left.code or 0)
        self.texts.append(out.getvalue())
        assert code in (0, 1, 2), f"exit {code}"
        return code

    @property
    def plan(self) -> Block | None:
        """The Plan sheet; None where no plan came of it."""
        return snapshot_of(self.master)["Plan"] if self.master.exists() else None

    @property
    def message(self) -> str:
        """What was said, and what stands on the Decisions sheet."""
        texts = list(self.texts)
        if self.master.exists():
            texts += (" ".join(map(as_text, row)) for row in snapshot_of(self.master)["Decisions"].rows[4:])
        return "\n".join(texts)


def run_case(case: Case, folder: Path) -> Run:
    """Run a case in a folder of its own."""
    run = Run(folder)
    given, args = case.given, case.given.get("args", [])
    if given["run"] == "new":
        run.command("new", "delivery-plan", run.master, "--from", *case.files, *args)
        if given.get("validate") and run.master.exists():
            run.command("validate", run.master)
    elif given["run"] == "read":
        run.command("read", *case.files, *args)
    elif given["run"] == "collect":
        assert run.command("new", "workforce", run.master) == 0
        run.texts.clear()
        run.command("merge", run.master, *case.files, *args)
    else:
        _run_on_our_plan(case, run)
    return run


def _run_on_our_plan(case: Case, run: Run) -> None:
    shared = CASES / "returns"
    run.command("new", shared / "our_plan.toml", run.master, "--from", shared / "plan.csv")
    run.command("issue", run.master, "--out", run.folder / "out")
    run.texts.clear()
    run.before = run.plan
    given = case.given
    if given["run"] == "appendix":
        book = openpyxl.load_workbook(run.master)
        _edit(book["Plan"], given)
        book.save(run.master)
        run.command("appendix", run.master, "-o", run.folder / "a.xlsx")
        sheets = openpyxl.load_workbook(run.folder / "a.xlsx").worksheets
        run.book = "\n".join(as_text(value) for sheet in sheets for row in sheet.values for value in row if value)
    elif given["run"] == "merge":
        run.command("merge", run.master, *case.files)
    else:
        run.command("merge", run.master, edited_return(given, run.folder))


def edited_return(given: Mapping[str, Any], folder: Path) -> Path:
    """Return the owner's return, filled in as a case says."""
    [issued] = (folder / "out").glob(f"{given['owner']}*.xlsx")
    book = openpyxl.load_workbook(issued)
    _edit(book.worksheets[0], given)
    path = folder / issued.name
    if "csv" in given:
        path = path.with_suffix(".csv")
        path.write_bytes(encoded(_as_csv(book.worksheets[0].values), given["csv"]))
        return path
    book.save(path)
    if "textbox" in given:
        add_text_box(path, given["textbox"])
    return path


def _edit(sheet: Any, given: Mapping[str, Any]) -> None:
    headings = next(row for row in sheet.iter_rows() if row[0].value == "ID")
    first = headings[0].row

    def cell(line: str, heading: str) -> Any:
        row = next(c.row for c in sheet["A"] if c.row > first and c.value == line)
        return sheet.cell(row, column_of([as_text(c.value) for c in headings], heading) + 1)

    for line, heading, value, *code in given.get("edits", ()):
        place = cell(line, heading)
        place.value = value
        if code:
            place.number_format = code[0]
        if isinstance(value, str) and value.startswith("=") and "csv" not in given:
            place.data_type = "f"
    for line, heading, mark, *text in given.get("marks", ()):
        place = cell(line, heading)
        if mark == "struck":
            place.font = Font(strike=True)
        elif mark == "hidden":
            sheet.row_dimensions[place.row].hidden = True
        else:
            assert mark == "comment", mark
            place.comment = Comment(text[0], "Owner")
    if more := given.get("more"):
        beyond = max(c.column for c in headings if c.value) + 1
        sheet.cell(first, beyond).value = more[0]
        for line, value in more[1].items():
            sheet.cell(cell(line, "ID").row, beyond).value = value


def _as_csv(rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


_NEAREST = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})


def encoded(text: str, how: str) -> bytes:
    """Return a text as a program would save it: characters that an encoding lacks are replaced by the nearest it has."""
    if how.startswith("twice"):
        lossy = "lossy" in how
        again = "".join(
            bytes([b]).decode("cp1252", "replace") if lossy or b not in b"\x81\x8d\x8f\x90\x9d" else chr(b)
            for b in text.encode()
        )
        return again.encode()
    if how in ("utf-8", "utf-8-sig"):
        return text.encode(how)

    def nearest(character: str) -> str:
        try:
            character.encode(how)
        except UnicodeEncodeError:
            return character.translate(_NEAREST)
        return character

    return "".join(map(nearest, text)).encode(how, "replace")


_DRAWING = """<?xml version="1.0" encoding="UTF-8"?><xdr:wsDr
 xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col>
<xdr:colOff>0</xdr:colOff><xdr:row>12</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>3</xdr:col>
<xdr:colOff>0</xdr:colOff><xdr:row>15</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro="" textlink="">
<xdr:nvSpPr><xdr:cNvPr id="2" name="TextBox 1"/><xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/>
<a:ext cx="9" cy="9"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr><xdr:txBody><a:bodyPr/><a:p><a:r>
<a:t>{}</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"""


def add_text_box(path: Path, text: str) -> None:
    """Put a text box on the first sheet, which openpyxl cannot."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet, relations = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f'<Relationship Id="rIdBox" Type="{base}/drawing" Target="/xl/drawings/box.xml"/></Relationships>'
    package_relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    there = parts.get(relations, f'<Relationships xmlns="{package_relations}"></Relationships>'.encode())
    parts[relations] = there.replace(b"</Relationships>", link.encode())
    drawing = f'<drawing xmlns:r="{base}" r:id="rIdBox"/>'.encode()
    xml = parts[sheet]
    at = xml.find(b"<legacyDrawing")
    parts[sheet] = xml[:at] + drawing + xml[at:] if at >= 0 else xml.replace(b"</worksheet>", drawing + b"</worksheet>")
    parts["xl/drawings/box.xml"] = _DRAWING.format(text).encode()
    kind = "application/vnd.openxmlformats-officedocument.drawing+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>", f'<Override PartName="/xl/drawings/box.xml" ContentType="{kind}"/></Types>'.encode()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)


def column_of(headings: Sequence[str], wanted: str) -> int:
    """Return the index of the heading that is meant: the whole of it, else its beginning, else a part."""
    folded = [heading.casefold() for heading in headings]
    word = wanted.casefold()
    tests = (
        lambda heading: heading == word,
        lambda heading: heading.startswith(word),
        lambda heading: word in heading,
    )
    for test in tests:
        for index, heading in enumerate(folded):
            if test(heading):
                return index
    raise AssertionError(f"there is no column {wanted}: {headings}")


def shown_text(value: Any) -> str:
    """Return a value as it is compared: dates as dd/mm/yyyy, white space as one blank."""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = f"{value:%d/%m/%Y}" if type(value) is date else as_text(value)
    return " ".join(text.split())


class _Sheet:
    """A Plan sheet as its lines."""

    def __init__(self, block: Block) -> None:
        rows = [[shown_text(value) for value in row] for row in block.rows]
        at = next(n for n, row in enumerate(rows) if row and row[0] == "ID")
        self.headings = rows[at]
        self.lines = [row + [""] * (len(self.headings) - len(row)) for row in rows[at + 1 :] if any(row)]

    def column(self, wanted: str) -> list[str]:
        at = column_of(self.headings, wanted)
        return [line[at] for line in self.lines]

    def cell(self, row: str, column: str) -> str | None:
        at = column_of(self.headings, column)
        return next((line[at] for line in self.lines if row in line), None)


def faults_of(case: Case, run: Run) -> list[str]:
    """Return what is not right, each in a sentence."""
    message, plan = run.message, run.plan
    if plan is None and case.given["run"] != "read":
        asked = case.given.get("asked")
        return [] if asked and said(asked, message) else [f"no plan came of it, and not asked: {message}"]
    sheet = _Sheet(plan) if plan else None
    before = _Sheet(run.before) if run.before else None
    return [f for check in case.given["checks"] if (f := _fault(check, message, run.book, sheet, before))]


def said(pattern: str, message: str) -> bool:
    """Return whether a message says it, in capitals or not."""
    return re.search(pattern, message, re.IGNORECASE) is not None


def _fault(check: Sequence[Any], message: str, book: str, sheet: _Sheet | None, before: _Sheet | None) -> str:
    """Return the fault that one check finds; '' where there is none."""
    kind, *rest = check
    if kind == "any":
        faults = [_fault(one, message, book, sheet, before) for one in rest[0]]
        return "" if "" in faults else " and ".join(faults)
    if kind == "told":
        return "" if said(rest[0], message) else f"not told: {rest[0]}, in: {message}"
    if kind == "quiet":
        return f"said: {rest[0]}, in: {message}" if said(rest[0], message) else ""
    if kind == "book":
        return "" if rest[0] in book else f"the appendix does not hold {rest[0]}: {book}"
    assert sheet is not None
    if kind == "column":
        found = sheet.column(rest[0])
        return "" if found == rest[1] else f"{rest[0]} is {found}"
    if kind == "never":
        wrong = [value for value in sheet.column(rest[0]) if said(rest[1], value)]
        return f"{rest[0]} is {wrong}" if wrong else ""
    if kind == "kept":
        kept = any(said(rest[0], value) for line in sheet.lines for value in line) or said(rest[0], message)
        return "" if kept else f"not kept: {rest[0]}"
    assert kind == "cell", kind
    row, column, right, *told = rest
    value = sheet.cell(row, column)
    if value in right:
        return ""
    was = (before.cell(row, column) if before else "") or ""
    if value == was and told and said(told[0], message):
        return ""
    return f"{column} of '{row}' is {value!r}, in: {message}"

"""Check: what must not leave the building in a workbook, and what some of its readers could not read.

The rules are those committee papers are held to: nothing hidden and no personal traces (local government's own guidance
on publishing), and the UK Analysis Function's guidance on accessible spreadsheets.
"""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hrworkbook.intake.file_kind import detect_kind, detect_package_kind
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.ooxml.xml_tags import ATTRIBUTES, PREFIX, attribute
from hrworkbook.plan.errors import UnreadableFile, reason_of
from hrworkbook.plan.findings import Finding, Severity
from hrworkbook.plan.model import Plan
from hrworkbook.plan.snapshot import address, column_letters
from hrworkbook.plan.values import Value
from hrworkbook.verbs.check_exempt import exempt_in, kept_back_by
from hrworkbook.verbs.unreadable_text import clipped_text, colour_only

if TYPE_CHECKING:
    from openpyxl import Workbook  # noqa: TID251
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: TID251

_PROGRAMS = frozenset({"", "openpyxl", "xlsxwriter", "apache poi", "pandas", "python", "unknown"})
_MEANINGLESS = re.compile(r"(sheet|feuil|tabelle|table|tab|blad|hoja)\s*\d*", re.IGNORECASE)
_OBJECT_NAME = re.compile(rb"<%scNvPr(?=[\s/>])%s>" % (PREFIX, ATTRIBUTES))
_PART_RULES = (
    ("xl/externallinks/", "external-link", "it is linked to another workbook, whose name and path can be read", "Break the links (Data, Edit Links)"),
    ("xl/pivotcache/", "pivot-cache", "a pivot table keeps a copy of all the data it was made from", "Copy the pivot table and paste its values"),
    ("xl/comments", "comment", "it holds comments", "Delete all comments and notes (Review)"),
    ("xl/threadedcomments/", "comment", "it holds comments, with the names of those who wrote them", "Delete all comments and notes (Review)"),
    ("xl/persons/", "comment", "it holds the names of people who commented", "Delete all comments and inspect the document (File, Info)"),
    ("xl/connections.xml", "connection", "it holds a connection to a source of data", "Delete the connections (Data)"),
    ("xl/embeddings/", "embedded", "another file is embedded in it", "Delete the embedded file"),
    ("xl/vbaproject.bin", "macro", "it holds macros", "Save it as .xlsx"),
    ("docprops/custom.xml", "metadata", "it carries custom properties, such as those a return is known by", "Remove them (File, Info, Inspect Document)"),
    ("customxml/", "metadata", "it carries custom XML, where programs keep data of their own", "Remove it (File, Info, Inspect Document)"),
    ("xl/revisions/", "metadata", "it carries a history of changes and who made them", "Stop sharing the workbook (Review)"),
)  # fmt: skip
"""Parts that must not be published: how their name begins, the rule, the fault, the remedy."""


_SAVE_REMEDY = "Open it in Excel and save it as .xlsx, then check that"
_MAX_PER_RULE = 20
"""Findings told of one rule on one sheet."""
_AREA_MAX = 2_000_000
"""Cells in the rectangle around a sheet's values: all of them are looked at."""


def check(path: Path, plan: Plan | None = None) -> list[Finding]:
    """Every fault of a workbook that is to be published; none for one that may go out.

    With a plan, lines that it keeps back are looked for too.

    Raises UnreadableFile where the file is no .xlsx or .xlsm, or a broken or dangerous one.
    """
    data = _bytes_of(path)
    try:
        if detect_kind(data, path.name) != "package":
            raise refuse_package("it is no .xlsx workbook", _SAVE_REMEDY)
        package = CheckedPackage(data)
        if detect_package_kind(package) != "xlsx":
            raise refuse_package("it is no .xlsx workbook", _SAVE_REMEDY)
        package.check_xml_prologues()
    except UnreadableFile as refusal:
        raise UnreadableFile(path.name, refusal.fault, _SAVE_REMEDY) from None
    book = _open_workbook(data, path.name)
    exempt = exempt_in(book, path.name, kept_back_by(plan))
    return list(
        _limit_each_rule(
            [
                *_package_findings(package, path.name),
                *_property_findings(book, path.name),
                *_sheet_findings(book),
                *exempt,
            ]
        )
    )


def _limit_each_rule(found: list[Finding]) -> Iterator[Finding]:
    """Yield the first findings of each rule on each sheet; the rest as a number."""
    counts: Counter[tuple[str, str, Severity]] = Counter()
    for finding in found:
        key = (finding.sheet, finding.rule, finding.severity)
        counts[key] += 1
        if counts[key] <= _MAX_PER_RULE:
            yield finding
    for (sheet, rule, severity), number in counts.items():
        if number > _MAX_PER_RULE:
            fault = f"there are {number - _MAX_PER_RULE} more cells of which the same is to be said ({rule})"
            yield _finding(sheet, "", rule, fault, "Mend those named, then check again", severity=severity)


def _bytes_of(path: Path) -> bytes:
    if path.is_dir():
        raise UnreadableFile(str(path), "this is a folder, not a workbook", "Name the workbook in it")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            path.name, f"it cannot be opened ({reason_of(error)})", "Check its name and folder"
        ) from None


def _open_workbook(data: bytes, name: str) -> "Workbook":
    import warnings

    import openpyxl  # noqa: TID251

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(data), keep_vba=False)
    except Exception as error:
        raise UnreadableFile(
            name, f"it is no Excel workbook that can be checked ({type(error).__name__})", "Save it again as .xlsx"
        ) from None
    for sheet in book.worksheets:
        if sheet.max_row * sheet.max_column > _AREA_MAX:
            raise UnreadableFile(
                name,
                f"the sheet '{sheet.title}' reaches to {address(sheet.max_row, sheet.max_column)}",
                "Delete the empty rows and columns below and beside what it holds, and save it",
            )
    if not book.worksheets:
        raise UnreadableFile(name, "it has no sheets with cells", "Save it again as .xlsx")
    return book


def _finding(
    sheet: str, cell: str, rule: str, fault: str, remedy: str, value: Value = None, severity: Severity = "error"
) -> Finding:
    return Finding(severity, sheet, cell, "", value, rule, fault, remedy)


def _package_findings(package: CheckedPackage, name: str) -> Iterator[Finding]:
    """Yield what the file carries besides its cells."""
    told: set[str] = set()
    for begins, rule, fault, remedy in _PART_RULES:
        if any(part.startswith(begins) for part in package.parts) and fault not in told:
            told.add(fault)
            yield _finding(name, "", rule, fault, remedy)
    for part in package.parts:
        if not re.fullmatch(r"xl/drawings/drawing\d+\.xml", part):
            continue
        for attributes in _OBJECT_NAME.findall(package.xml(part)):
            if not (attribute(attributes, b"descr") or "").strip():
                what = attribute(attributes, b"name") or "a picture"
                yield _finding(
                    name, "", "alt-text", f"'{what}' has no alternative text", "Say in words what it shows (Alt Text)"
                )


def _property_findings(book: "Workbook", name: str) -> Iterator[Finding]:
    """Yield the document's properties, and names that nobody sees."""
    properties = book.properties
    if not (properties.title or "").strip():
        yield _finding(name, "", "title", "the document has no title", "Give it one (File, Info, Title)")
    if not (properties.language or "").strip():
        yield _finding(name, "", "language", "the document does not say its language", "Set it to en-GB")
    if (properties.creator or "").strip().casefold() in _PROGRAMS:
        yield _finding(
            name, "", "author", "the document does not say whose it is", "Give the author's role (File, Info)", properties.creator
        )  # fmt: skip
    last = (properties.lastModifiedBy or "").strip()
    if last and last != (properties.creator or "").strip():
        yield _finding(
            name, "", "author", f"it says that '{last}' saved it last", "Inspect the document (File, Info)", last
        )
    for defined in book.defined_names.values():
        if defined.hidden:
            yield _finding(name, "", "hidden-name", f"the name '{defined.name}' is hidden", "Delete it (Name Manager)")
    if not any(sheet.tables for sheet in book.worksheets):
        yield _finding(
            name, "", "table", "no sheet holds its data as a table", "Mark the data as a table (Insert, Table)"
        )


def _sheet_findings(book: "Workbook") -> Iterator[Finding]:
    tables = any(sheet.tables for sheet in book.worksheets)
    for sheet in book.worksheets:
        yield from _hidden_findings(sheet)
        yield from _layout_findings(sheet)
        if sheet.tables:
            for table in sheet.tables.values():
                yield from _table_findings(sheet, table.ref)
        elif not tables:
            yield from _unmarked_table_findings(sheet)
        if sheet.sheet_state == "visible":
            yield from colour_only(sheet)
            yield from clipped_text(sheet)


def _hidden_findings(sheet: "Worksheet") -> Iterator[Finding]:
    """Sheets, rows and columns that are there and not seen, and notes on cells."""
    name = sheet.title
    if sheet.sheet_state != "visible":
        yield _finding(name, "", "hidden-sheet", "the sheet is hidden, and anyone can show it", "Delete the sheet")
    rows = [i for i, row in sheet.row_dimensions.items() if row.hidden or row.height == 0]
    if rows:
        yield _finding(
            name,
            f"A{rows[0]}",
            "hidden-row",
            f"{_count_noun(rows, 'row')} hidden",
            "Show or delete them; clear any filter",
        )
    columns = [letters for letters, column in sheet.column_dimensions.items() if column.hidden or column.width == 0]
    if columns:
        yield _finding(
            name, f"{columns[0]}1", "hidden-column", f"{_count_noun(columns, 'column')} hidden", "Show or delete them"
        )
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None:
                yield _finding(
                    name,
                    cell.coordinate,
                    "comment",
                    f"there is a note by '{cell.comment.author}'",
                    "Delete it (Review)",
                )
            if cell.value not in (None, "") and cell.number_format == ";;;":
                yield _finding(
                    name,
                    cell.coordinate,
                    "hidden-text",
                    "its format hides what it holds",
                    "Clear it, or give it a format",
                )


def _count_noun(things: list[Any], noun: str) -> str:
    return f"1 {noun} is" if len(things) == 1 else f"{len(things)} {noun}s are"


def _layout_findings(sheet: "Worksheet") -> Iterator[Finding]:
    """Title in A1, a name that says something, nothing merged, pages that break where they were set to."""
    name = sheet.title
    for area in sheet.merged_cells.ranges:
        yield _finding(
            name,
            area.coord.split(":")[0],
            "merged",
            f"{area.coord} is merged",
            "Unmerge it; centre across the selection",
        )
    if _MEANINGLESS.fullmatch(name.strip()):
        yield _finding(
            name,
            "",
            "sheet-name",
            f"the name '{name}' says nothing of what the sheet holds",
            "Name it after its contents",
        )
    filled = sum(1 for cell in next(sheet.iter_rows(max_row=1), ()) if cell.value not in (None, ""))
    if sheet["A1"].value in (None, "") or filled > 1:
        yield _finding(
            name, "A1", "title-row", "there is no title in A1", "Put a title that says what the sheet shows in A1"
        )
    if sheet.page_setup.fitToHeight is not None and sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.row_breaks.brk:  # fmt: skip
        yield _finding(
            name, "", "page-breaks", "it is fitted to pages, so Excel ignores its page breaks", "Print it at 100 %"
        )


def _table_findings(sheet: "Worksheet", area: str) -> Iterator[Finding]:
    """Yield a table's header is one row of unlike words, and no cell or row of it is blank."""
    from openpyxl.utils import range_boundaries  # noqa: TID251

    left, top, right, bottom = range_boundaries(area)
    rows = list(sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right))
    yield from _header_findings(sheet, rows[0])
    blank = [cell for row in rows[1:] for cell in row if cell.value is None or not str(cell.value).strip()]
    for row in rows[1:]:
        if all(cell.value is None or not str(cell.value).strip() for cell in row):
            yield _finding(sheet.title, row[0].coordinate, "blank-row", "the table has a blank row", "Delete the row")
    if blank:
        first = blank[0].coordinate
        number = (
            f"1 cell of the table is blank ({first})"
            if len(blank) == 1
            else f"{len(blank)} cells of the table are blank, the first {first}"
        )
        yield _finding(sheet.title, first, "blank-cell", number, "Say 'Not reported', or 'nil' for no amount")


def _header_findings(sheet: "Worksheet", cells: Any) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for cell in cells:
        text = " ".join(str(cell.value or "").split())
        if not text or re.fullmatch(r"Column\d+|Unnamed: \d+", text):
            yield _finding(
                sheet.title,
                cell.coordinate,
                "blank-header",
                "the column has no header",
                "Say what the column holds",
                text,
            )
        elif text.casefold() in seen:
            fault = f"the header '{text}' stands in {seen[text.casefold()]} too"
            yield _finding(sheet.title, cell.coordinate, "doubled-header", fault, "Tell the two apart", text)
        seen.setdefault(text.casefold(), cell.coordinate)


def _unmarked_table_findings(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield the header of data that is not marked as a table: the first row with two filled cells."""
    for row in sheet.iter_rows():
        filled = [cell.column for cell in row if cell.value not in (None, "")]
        if len(filled) >= 2:
            last = column_letters(max(max(filled), sheet.max_column))
            yield from _header_findings(sheet, sheet[f"A{row[0].row}:{last}{row[0].row}"][0])
            below = list(sheet.iter_rows(min_row=row[0].row + 1))
            blank = [cell for cells in below for cell in cells if cell.value in (None, "")]
            if blank:
                first = address(blank[0].row, blank[0].column)
                fault = (
                    f"{len(blank)} cells of the data are blank, the first {first}"
                    if len(blank) > 1
                    else f"1 cell of the data is blank ({first})"
                )
                yield _finding(sheet.title, first, "blank-cell", fault, "Say 'Not reported', or 'nil' for no amount")
            return

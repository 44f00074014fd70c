"""The cells a fast parser leaves blank though they are not: error values, and formulas nobody computed.

To a merge, `#REF!` read as a blank would look like an owner who cleared the cell. Each function here looks through one
sheet as it is stored and says where such cells are, which rows are hidden, and how far the values reach.
"""

import re

from hrworkbook.ooxml.limits import (
    AREA_MAX,
    CACHED_BYTES,
    CELLS_MAX,
    LAST_COLUMN,
    LAST_ROW,
    PLAIN_WORKBOOK_REMEDY,
    ROWS_MAX,
    refuse_package,
)
from hrworkbook.ooxml.number_formats import column_of_letters
from hrworkbook.ooxml.xml_events import parse_elements

ERROR = "e"
UNCOMPUTED = "u"
CellFault = tuple[int, int, str, str]
"""Row and column counted from 0, `ERROR` or `UNCOMPUTED`, and the error's or the formula's text."""

_TOO_MANY_CELLS = f"a sheet of it has more than {CELLS_MAX:,} cells"
_ERROR_TEXTS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#DATA!", "#GETTING_DATA"}
)
"""The errors the parser knows; one it does not know would lose it the whole sheet."""

_COLUMNS = re.compile(rb' r="([A-Z]+)[0-9]')
_ROWS = re.compile(rb'<row[^>]*? r="([0-9]+)"')
_MOST_DIGITS = 15
_OTHER_CELL = re.compile(rb'<c(?! r=")')
_HIDDEN_ROWS = re.compile(rb'<row(?=[^>]* hidden="(?:1|true)")[^>]* r="([0-9]+)"')
_FAULT_MARKS = (b"<f", b"<!", b'="e"')
"""Formulas, comments and unparsed text, error values; their last letters are rare, and one letter is found fastest."""
_VALUE_FOLLOWS = re.compile(rb"(?: [^<>]*)?(?:/>|>[^<]*</f>)<v>[^<\s]")
"""What follows the `<f` of a formula that has its value beside it."""
_CELL_CONTENT = re.compile(rb"<(?:[\w.-]+:)?(?:v|is|f)[\s/>]")
_CELL = re.compile(r"([A-Za-z]{1,9})([0-9]{1,12})")


class SheetFaults:
    """What one stored sheet shows beside its values."""

    __slots__ = ("cells", "faults", "hidden_rows", "is_plain_xml", "last_column", "last_row", "merges", "rewritten")

    def __init__(self) -> None:
        self.faults: list[CellFault] = []
        self.hidden_rows: list[int] = []
        """Counted from 1."""
        self.merges: list[tuple[tuple[int, int], tuple[int, int]]] = []
        """First and last row and column of merged cells, counted from 0, where the parser does not tell them."""
        self.cells = 0
        self.last_row = 0
        self.last_column = 0
        self.is_plain_xml = False
        """Whether each cell and row of a worksheet part is known to have its address in the usual spelling."""
        self.rewritten: bytes | None = None
        """The sheet with what the parser would stumble on taken out; None where nothing was."""

    def extend(self, row: int, column: int) -> None:
        """Count a value at a row and column (from 0), and widen the extent to it."""
        self.cells += 1
        if row >= self.last_row:
            self.last_row = row + 1
        if column >= self.last_column:
            self.last_column = column + 1

    def check_size(self) -> None:
        """Refuse a sheet that is too large to be a return, or impossible."""
        if self.cells > CELLS_MAX:
            raise refuse_package(_TOO_MANY_CELLS, PLAIN_WORKBOOK_REMEDY)
        if self.last_row > LAST_ROW or self.last_column > LAST_COLUMN:
            raise refuse_package(
                "a sheet of it has a cell beyond the last row or column a sheet can have", PLAIN_WORKBOOK_REMEDY
            )
        if self.last_row > ROWS_MAX:
            raise refuse_package(
                f"a sheet of it has a value in row {self.last_row:,}; a return has fewer than {ROWS_MAX:,} rows",
                PLAIN_WORKBOOK_REMEDY,
            )
        if self.last_row * self.last_column > AREA_MAX:
            raise refuse_package(
                f"a sheet of it spreads over {self.last_row:,} rows by {self.last_column:,} columns, far more than a return",
                PLAIN_WORKBOOK_REMEDY,
            )


def scan_sheet_xml(xml: bytes) -> SheetFaults:
    """Return the faults, hidden rows and extent of a worksheet part of an .xlsx (ECMA-376 18.3.1.4), given as UTF-8.

    Most sheets have no error and no oddity, and a value beside each formula: a few searches settle those, and only the
    rest is parsed twice.
    """
    begin = xml.find(b"<sheetData")
    end = xml.rfind(b"</c>")
    if begin >= 0 and end > begin:
        body = xml[begin:end]  # a million formatted rows after the last value count for nothing
        addressed, last_row = _addresses(body)
        odd = [sign for sign in _FAULT_MARKS if body.find(sign[-1:]) >= 0 and body.find(sign) >= 0]
        if addressed and (not odd or (odd == [b"<f"] and all(map(_VALUE_FOLLOWS.match, body.split(b"<f")[1:])))):
            sheet = SheetFaults()
            sheet.last_row, sheet.last_column = last_row, LAST_COLUMN
            if sheet.last_row * LAST_COLUMN > AREA_MAX:  # only then does it matter how wide the sheet is
                sheet.last_column = max(
                    (column_of_letters(letters[:4]) for letters in set(_COLUMNS.findall(body))), default=0
                )
            if sheet.last_row <= ROWS_MAX and sheet.last_row * sheet.last_column <= AREA_MAX:
                if body.find(b"d") >= 0 and body.find(b" hidden=") >= 0:
                    sheet.hidden_rows = [int(row) for row in _HIDDEN_ROWS.findall(body)]
                sheet.is_plain_xml = body.find(b"'") < 0 and body.find(b"\n") < 0
                return sheet
    elif not _CELL_CONTENT.search(xml):
        return SheetFaults()
    if xml.count(b"<v>") > CELLS_MAX:
        raise refuse_package(_TOO_MANY_CELLS, PLAIN_WORKBOOK_REMEDY)
    return _SheetXmlHandler(xml).sheet


def _addresses(body: bytes) -> tuple[bool, int]:
    """Return whether each row and cell of a sheet of a possible size names its place, and the number of the last row."""
    if len(body) <= CACHED_BYTES and _OTHER_CELL.search(body) is None:
        rows = body.split(b"<row")[1:]
        numbers = [row[4 : row.find(b'"', 4)] for row in rows if row.startswith(b' r="')]
        addressed = len(numbers) == len(rows)
    else:
        numbers, cells = _ROWS.findall(body), body.count(b"<c")
        addressed = cells <= CELLS_MAX and cells + body.count(b"<row") == body.count(b' r="')
    if not all(map(bytes.isdigit, numbers)) or max(map(len, numbers), default=0) >= _MOST_DIGITS:
        return False, 0
    return addressed, max(map(int, numbers), default=0)


class _SheetXmlHandler:
    """One pass over a worksheet part, cell by cell."""

    def __init__(self, xml: bytes) -> None:
        self.sheet = SheetFaults()
        self.row = self.column = -1
        self.kind = ""
        self.in_cell = self.has_formula = self.has_value = False
        self.text: list[str] | None = None
        self.value: list[str] = []
        self.formula: list[str] = []
        if not parse_elements(xml, self.start, self.end, self.characters):
            raise refuse_package("a sheet of it is damaged")
        self.sheet.check_size()
        unknown = {text for _, _, kind, text in self.sheet.faults if kind == ERROR and text not in _ERROR_TEXTS}
        if unknown:
            for text in unknown:
                stored = text.encode().replace(b"&", b"&amp;").replace(b"<", b"&lt;")
                xml = xml.replace(b">" + stored + b"<", b">#N/A<")
            self.sheet.rewritten = xml

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element, as Expat reports it."""
        name = name.rpartition(":")[2]
        if name == "c":
            self.column += 1
            place = _CELL.fullmatch(attributes.get("r", ""))
            if place:
                self.column, self.row = column_of_letters(place[1][:9].upper().encode()) - 1, int(place[2]) - 1
            self.kind = attributes.get("t", "")
            self.in_cell, self.has_formula, self.has_value = True, False, False
            self.value, self.formula = [], []
        elif name == "v":
            self.has_value = True
            self.text = self.value
        elif name == "f" and self.in_cell:
            self.has_formula = True
            self.text = self.formula
        elif name == "is" and self.in_cell:
            self.has_value = True
            self.value = ["inline"]
        elif name == "row":
            number = attributes.get("r", "")
            self.row = int(number) - 1 if number.isdecimal() and len(number) < _MOST_DIGITS else self.row + 1
            self.column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.sheet.hidden_rows.append(self.row + 1)

    def characters(self, text: str) -> None:
        """Handle text in an element, as Expat reports it."""
        if self.text is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        """Handle the end of an element, as Expat reports it."""
        name = name.rpartition(":")[2]
        if name in ("v", "f"):
            self.text = None
        elif name == "c":
            self.end_cell()
            self.in_cell = False

    def end_cell(self) -> None:
        """Count the cell, and record its fault if it has one."""
        value = "".join(self.value).strip()
        fault: CellFault | None = None
        if self.kind == "e":
            fault = self.row, self.column, ERROR, value or "#N/A"
        elif self.has_formula and not value and not (self.has_value and self.kind == "str"):
            fault = self.row, self.column, UNCOMPUTED, "=" + "".join(self.formula)
        if fault:
            self.sheet.faults.append(fault)
        if fault or value or self.has_value or self.has_formula:
            self.sheet.extend(self.row, self.column)
            if self.sheet.cells > CELLS_MAX:
                self.sheet.check_size()


def scan_content_xml(xml: bytes) -> list[SheetFaults]:
    """Return the faults, hidden rows and extent of each table of an .ods, in order (ODF 1.2, 9.1 and 19.385)."""
    return _ContentXmlHandler(xml).sheets


class _ContentXmlHandler:
    """One pass over content.xml, counting repeated rows and cells without repeating them."""

    def __init__(self, xml: bytes) -> None:
        self.sheets: list[SheetFaults] = []
        self.depth = 0
        self.row = self.column = 0
        self.rows_repeated = 1
        self.cell: tuple[int, dict[str, str]] | None = None
        self.text: list[str] = []
        self.in_comment = False
        if not parse_elements(xml, self.start, self.end, self.characters):
            raise refuse_package("its content is damaged")
        for sheet in self.sheets:
            sheet.check_size()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element, as Expat reports it."""
        if name == "table:table":
            self.depth += 1
            if self.depth == 1:
                self.sheets.append(SheetFaults())
                self.row = 0
        elif self.depth != 1:
            return
        elif name == "table:table-row":
            self.column = 0
            self.rows_repeated = _repeat_count(attributes.get("table:number-rows-repeated", "1"))
            if attributes.get("table:visibility", "visible") != "visible" and self.rows_repeated < ROWS_MAX:
                self.sheets[-1].hidden_rows.extend(range(self.row + 1, self.row + self.rows_repeated + 1))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self.cell = _repeat_count(attributes.get("table:number-columns-repeated", "1")), attributes
            self.text = []
        elif name == "office:annotation":
            self.in_comment = True

    def characters(self, text: str) -> None:
        """Handle text in an element, as Expat reports it."""
        if self.cell and not self.in_comment:
            self.text.append(text)

    def end(self, name: str) -> None:
        """Handle the end of an element, as Expat reports it."""
        if name == "table:table":
            self.depth -= 1
        elif self.depth != 1:
            return
        elif name == "office:annotation":
            self.in_comment = False
        elif name == "table:table-row":
            self.row += self.rows_repeated
        elif self.cell and name in ("table:table-cell", "table:covered-table-cell"):
            repeated, attributes = self.cell
            self.cell = None
            down, across = (
                _repeat_count(attributes.get(f"table:number-{way}-spanned", "1")) for way in ("rows", "columns")
            )
            if down > 1 or across > 1:
                last = (self.row + down - 1, self.column + across - 1)
                self.sheets[-1].merges.append(((self.row, self.column), last))
            self.end_cell(repeated, attributes, "".join(self.text).strip())
            self.column += repeated

    def end_cell(self, repeated: int, attributes: dict[str, str], text: str) -> None:
        """Count the cell if it has content, and record its fault if it has one."""
        formula = attributes.get("table:formula", "")
        valued = any(key in attributes for key in ("office:value-type", "office:value", "office:string-value"))
        if not (formula or text or valued):
            return
        sheet = self.sheets[-1]
        sheet.extend(self.row + self.rows_repeated - 1, self.column + repeated - 1)
        sheet.cells += self.rows_repeated * repeated - 1
        if sheet.cells > CELLS_MAX:
            sheet.check_size()
        error = attributes.get("calcext:value-type") == "error" or (formula and _ODS_ERROR.fullmatch(text))
        if error:
            what = ERROR, text if text.startswith(("#", "Err:")) else "#N/A"
        elif formula and not valued and not text:
            what = UNCOMPUTED, "=" + formula.partition("=")[2]
        else:
            return
        for row in range(self.row, self.row + self.rows_repeated):
            for column in range(self.column, self.column + repeated):
                sheet.faults.append((row, column, *what))


_ODS_ERROR = re.compile(r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)|Err:\d{3}")


def _repeat_count(count: str) -> int:
    return int(count) if count.isdecimal() and 0 < len(count) < 12 else 1

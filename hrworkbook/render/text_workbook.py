"""A workbook to write: XlsxWriter's, by its public methods alone, with its texts kept texts and its language stated."""

import io
from collections.abc import Mapping
from html import escape
from typing import Any, BinaryIO

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from hrworkbook.ooxml.workbook_package import WorkbookPackage
from hrworkbook.ooxml.xml_edit import with_last_child
from hrworkbook.plan.values import begins_formula

_PROPERTIES = "docProps/core.xml"


class TextSheet(Worksheet):  # type: ignore[misc]
    """A worksheet in which no text is a formula in waiting. Cells are given by row and column, counted from 0."""

    book: "TextWorkbook"

    def write_string(self, row: int, column: int, text: str, style: Format | None = None) -> int:
        """Write a text; return 0, or a negative number where XlsxWriter could not."""
        if not text[:1].isalnum():
            style = self.book.kept_as_text(text, style)
        written: int = Worksheet.write_string(self, row, column, text, style)
        return written

    def write_rich_string(self, row: int, column: int, *pieces: Any) -> int:
        """Write a text of pieces, each behind its format, the cell's format last; return as `write_string` does."""
        text = "".join(piece for piece in pieces if isinstance(piece, str))
        if isinstance(pieces[-1], str):
            pieces = (*pieces, None)
        style = self.book.kept_as_text(text, pieces[-1])
        written: int = super().write_rich_string(row, column, *pieces[:-1], *([style] if style else []))
        return written

    def add_table(self, row: int, column: int, last_row: int, last_column: int, options: Mapping[str, Any]) -> int:
        """Mark cells as a table and write its headers; return as `write_string` does."""
        added: int = super().add_table(row, column, last_row, last_column, options)
        for at, heading in enumerate(options["columns"], column):
            if begins_formula(heading["header"]):  # which XlsxWriter has written by a method of its own
                self.write_string(row, at, heading["header"], heading.get("header_format"))
        return added


class TextWorkbook(Workbook):  # type: ignore[misc]
    """A workbook written to `out` when it is closed.

    A text that would be a formula if it were typed gets `quotePrefix`, so that F2 and Enter leave it a text.
    """

    def __init__(self, out: BinaryIO, language: str = "en-GB") -> None:
        self._out = out
        self._language = language
        self._packed = io.BytesIO()
        self._looks: dict[Format, Mapping[str, Any]] = {}
        self._quoted: dict[Format | None, Format] = {}
        super().__init__(self._packed, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})

    def add_worksheet(self, name: str | None = None, worksheet_class: type[Worksheet] | None = None) -> Worksheet:
        """Return a new sheet."""
        sheet = super().add_worksheet(name, worksheet_class or TextSheet)
        sheet.book = self
        sheet.add_write_handler(str, _write_string)
        return sheet

    def add_format(self, properties: Mapping[str, Any] | None = None) -> Format:
        """Return a new format with these properties."""
        made = super().add_format(properties)
        self._looks[made] = properties or {}
        return made

    def kept_as_text(self, text: str, style: Format | None) -> Format | None:
        """Return the format for a cell with this text: the one given, or its like with `quotePrefix`."""
        if not begins_formula(text):
            return style
        look = self._looks.get(style, {})
        if look.get("num_format") == "@":
            return style
        if style not in self._quoted:
            self._quoted[style] = self.add_format({**look, "quote_prefix": True})
        return self._quoted[style]

    def close(self) -> None:
        """Write the workbook to `out`, its language among its properties, which XlsxWriter leaves out."""
        if self.fileclosed:
            return
        super().close()
        package = WorkbookPackage(self._packed.getvalue(), "")
        language = f"<dc:language>{escape(self._language, quote=False)}</dc:language>"
        self._out.write(package.with_parts({_PROPERTIES: with_last_child(package.read(_PROPERTIES), language)}))


def _write_string(sheet: TextSheet, row: int, column: int, text: str, style: Format | None = None) -> int | None:
    """Return what `write` does with a text; a blank one it writes as a blank cell."""
    return sheet.write_string(row, column, text, style) if text else None

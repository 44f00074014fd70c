"""A workbook to write: XlsxWriter's, with its language stated and its texts kept texts; and what its headers may say."""

import re
from collections.abc import Mapping
from typing import Any, BinaryIO

from hrworkbook.plan.values import begins_formula, one_line

MOST_HEADER = 255
"""Characters in a header or footer, its codes included (Excel specifications and limits)."""


def header_text(text: str, size: int) -> str:
    """Return a text as it stands in a header or footer that is set in `size` points: on one line, `&` as `&&`.

    XlsxWriter takes the G of `R&&G` for a picture's place, and leaves the whole header out where there is no picture; so
    the size is said once more between the two.
    """
    return re.sub(r"&(?=(G|\[Picture\]))?", lambda at: f"&&&{size}" if at[1] else "&&", one_line(text))


def new_workbook(out: BinaryIO, language: str = "en-GB") -> Any:
    """An `xlsxwriter.Workbook` that writes to `out` in memory, takes texts as texts, and states its language.

    A text that would be a formula if it were typed gets `quotePrefix`, so that F2 and Enter leave it a text.
    """
    import xlsxwriter
    from xlsxwriter.core import Core
    from xlsxwriter.packager import Packager
    from xlsxwriter.worksheet import Worksheet

    class CoreWithLanguage(Core):  # type: ignore[misc]
        """The document's properties, language included, which XlsxWriter leaves out."""

        def _write_cp_category(self) -> None:
            super()._write_cp_category()
            self._xml_data_element("dc:language", language)

    class PackagerWithLanguage(Packager):  # type: ignore[misc]
        """XlsxWriter's packager, for the sake of one part."""

        def _write_core_file(self) -> None:
            core = CoreWithLanguage()
            core._set_properties(self.workbook.doc_properties)
            core._set_xml_writer(self._filename("docProps/core.xml"))
            core._assemble_xml_file()

    class SheetOfTexts(Worksheet):  # type: ignore[misc]
        """A worksheet in which no text is a formula in waiting; XlsxWriter lets these two be overridden."""

        book: "Book"

        def _write_string(self, row: int, column: int, text: str, style: Any = None) -> int:
            written: int = super()._write_string(row, column, text, self.book.kept_as_text(text, style))
            return written

        def _write_rich_string(self, row: int, column: int, *pieces: Any) -> int:
            text = "".join(piece for piece in pieces if isinstance(piece, str))
            if isinstance(pieces[-1], str):
                pieces = (*pieces, None)
            style = self.book.kept_as_text(text, pieces[-1])
            written: int = super()._write_rich_string(row, column, *pieces[:-1], *([style] if style else []))
            return written

    class Book(xlsxwriter.Workbook):  # type: ignore[misc]
        """A workbook whose packager and sheets can be told from outside, as XlsxWriter provides for."""

        def __init__(self) -> None:
            self._looks: dict[Any, Mapping[str, Any]] = {}
            self._quoted: dict[Any, Any] = {}
            super().__init__(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})

        def _get_packager(self) -> Any:
            return PackagerWithLanguage()

        def add_worksheet(self, name: str | None = None, worksheet_class: Any = None) -> Any:
            sheet = super().add_worksheet(name, worksheet_class or SheetOfTexts)
            sheet.book = self
            return sheet

        def add_format(self, properties: Mapping[str, Any] | None = None) -> Any:
            made = super().add_format(properties)
            self._looks[made] = properties or {}
            return made

        def kept_as_text(self, text: str, style: Any) -> Any:
            """The format for a cell with this text: the one given, or its like with `quotePrefix`."""
            if not begins_formula(text):
                return style
            look = self._looks.get(style, {})
            if look.get("num_format") == "@":
                return style
            if style not in self._quoted:
                self._quoted[style] = self.add_format({**look, "quote_prefix": True})
            return self._quoted[style]

    return Book()

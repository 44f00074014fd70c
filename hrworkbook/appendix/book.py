"""A workbook to write: XlsxWriter's, with the language stated among its properties."""

from typing import Any, BinaryIO


def new_book(out: BinaryIO, language: str = "en-GB") -> Any:
    """An `xlsxwriter.Workbook` that writes to `out` in memory, takes texts as texts, and states its language."""
    import xlsxwriter
    from xlsxwriter.core import Core
    from xlsxwriter.packager import Packager

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

    class BookWithLanguage(xlsxwriter.Workbook):  # type: ignore[misc]
        """A workbook whose packager can be told from outside, as XlsxWriter provides for."""

        def _get_packager(self) -> Any:
            return PackagerWithLanguage()

    return BookWithLanguage(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})

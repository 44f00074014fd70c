"""The styles of a workbook's cells: each with its like that marks a text as a text, made where it is first needed."""

import re

from hrworkbook.ooxml.cell_xml import CellContent
from hrworkbook.ooxml.workbook_xml import WorkbookXml
from hrworkbook.ooxml.xml_tags import ATTRIBUTES_BEFORE_SLASH, PREFIX, attribute
from hrworkbook.plan.values import CellError, begins_formula

_TEXT_FORMAT = b"49"
"""The number format `@` (ECMA-376 part 1, 18.8.30)."""
_STYLES = re.compile(rb"<(%s)cellXfs(?=[\s>])%s>(.*?)</\1cellXfs\s*>" % (PREFIX, ATTRIBUTES_BEFORE_SLASH), re.DOTALL)
_STYLE = re.compile(rb"<(%s)xf(?=[\s/>])%s(?:/>|>.*?</\1xf\s*>)" % (PREFIX, ATTRIBUTES_BEFORE_SLASH), re.DOTALL)
_QUOTED = re.compile(rb"""\squotePrefix\s*=\s*["'](?:1|true|on)["']""")
_PREFIX = re.compile(rb"""\squotePrefix\s*=\s*["'][^"']*["']""")
_TEXT_SETTINGS = re.compile(rb"""\s(?:quotePrefix|numFmtId|applyNumberFormat)\s*=\s*["'][^"']*["']""")
_NUMBER_FORMAT = re.compile(rb"""\snumFmtId\s*=\s*["'](\d+)["']""")


class CellStyles:
    """A workbook's cell styles, for one change of it.

    Without `quotePrefix`, or the number format of a text, F2 and Enter make a formula of a text that begins like one; with
    it, they make a text of a number.
    """

    def __init__(self, workbook: WorkbookXml) -> None:
        self._part = workbook.part_of("styles")
        self._package = workbook.package
        self._known: dict[tuple[str, bool], str] = {}
        self._texts: dict[str, str] = {}
        self._xml = b""
        self._styles: list[bytes] = []
        self._added: list[bytes] = []

    def suited(self, style: str, value: CellContent) -> str:
        """Return the number of a style that looks as `style` does ('' for the first) and keeps a text that it is given a text."""
        if type(value) is str:
            return self._with(style, True) if begins_formula(value) else style
        return style if isinstance(value, CellError) else self._with(style, False)

    def as_text(self, style: str) -> str:
        """Return the number of a style that looks as `style` does and shows whatever stands in the cell as a text."""
        if style not in self._texts:
            self._read()
            opening = _STYLE.match(self._xml_of(style))
            if not opening:
                self._texts[style] = style
            else:
                kept = _TEXT_SETTINGS.sub(b"", opening[2])
                xml, setting = opening[0], b' numFmtId="%s" applyNumberFormat="1"' % _TEXT_FORMAT
                at = opening.start(2)
                self._texts[style] = self._placed(xml[:at] + setting + kept + xml[at + len(opening[2]) :])
        return self._texts[style]

    def fill(self, style: str) -> str:
        """Return the number of a style's fill; '0' for none."""
        self._read()
        opening = _STYLE.match(self._xml_of(style))
        return (attribute(opening[2], b"fillId") or "0") if opening else "0"

    def _xml_of(self, style: str) -> bytes:
        """Return a style's XML: the first one's where it is not there, b'' where there is none at all."""
        every = [*self._styles, *self._added] if self._added else self._styles
        number = int(style) if style.isdecimal() else 0
        return every[number] if number < len(every) else every[0] if every else b""

    def parts(self) -> dict[str, bytes | None]:
        """Return the part with the styles that were added; nothing where none was."""
        if not self._added or self._part is None:
            return {}
        found = _STYLES.search(self._xml)
        if found is None:
            return {}
        number = len(self._styles) + len(self._added)
        attributes = re.sub(rb"""\scount\s*=\s*["'][^"']*["']""", b"", found[2])
        opening = b'<%scellXfs%s count="%d">' % (found[1], attributes, number)
        changed = opening + found[3] + b"".join(self._added) + b"</%scellXfs>" % found[1]
        return {self._part: self._xml[: found.start()] + changed + self._xml[found.end() :]}

    def _with(self, style: str, quoted: bool) -> str:
        if (style, quoted) not in self._known:
            self._known[style, quoted] = self._found(style, quoted)
        return self._known[style, quoted]

    def _found(self, style: str, quoted: bool) -> str:
        self._read()
        number = int(style) if style.isdecimal() else 0
        if number >= len(self._styles):
            if not quoted or not self._styles:
                return style
            number = 0  # a style that is not there looks as the first one does
        xml = self._styles[number]
        opening = _STYLE.match(xml)
        attributes = opening[2] if opening else b""
        format_ = _NUMBER_FORMAT.search(attributes)
        is_quoted = _QUOTED.search(attributes) is not None
        if is_quoted == quoted or (quoted and format_ is not None and format_[1] == _TEXT_FORMAT):
            return style
        start, end = (opening.start(2), opening.end(2)) if opening else (0, 0)
        new = _PREFIX.sub(b"", attributes)
        wanted = xml[:start] + new + (b' quotePrefix="1"' if quoted else b"") + xml[end:]
        return self._placed(wanted)

    def _placed(self, wanted: bytes) -> str:
        """Return the number of a style's XML, added where no other is the same."""
        every = [*self._styles, *self._added]
        if wanted not in every:
            self._added.append(wanted)
            every.append(wanted)
        return str(every.index(wanted))

    def _read(self) -> None:
        if not self._xml and self._part is not None:
            self._xml = self._package.read_xml(self._part)
            found = _STYLES.search(self._xml)
            self._styles = [style[0] for style in _STYLE.finditer(found[3])] if found else []

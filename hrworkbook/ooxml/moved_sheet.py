"""A worksheet that XlsxWriter made, as it must be in another workbook: other styles, texts in its own cells, nothing selected."""

import re
from collections.abc import Collection, Sequence
from functools import partial

from hrworkbook.ooxml.merge_styles import MergedStyles
from hrworkbook.ooxml.xml_tags import attribute, quoted_attribute
from hrworkbook.plan.serials import EPOCH_1900, EPOCH_1904

DAYS_1904 = (EPOCH_1904 - EPOCH_1900).days
"""How much less the number of a day is in a workbook that counts from 1904."""

_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"(?: s="([0-9]+)")?(?: t="(\w+)")?(/>|>)(?:<v>([^<]*)</v></c>)?')
_ROW_STYLE = re.compile(rb'(<row [^>]*? s=")([0-9]+)(?=")')
_COLUMN_STYLE = re.compile(rb'(<col [^>]*? style=")([0-9]+)(?=")')
_WIDTH = re.compile(rb'(<col [^>]*? width=")([0-9.]+)(?=")')
_DIFFERENTIAL = re.compile(rb'(\s(?:\w+D|d)xfId=")([0-9]+)(?=")')
_DATE_RULE = re.compile(rb'<dataValidation type="date"[^>]*>.*?</dataValidation>', re.DOTALL)
_DATE_LITERAL = re.compile(rb"(<formula[12]>)([0-9.]+)(?=</formula)")
_TEXT = re.compile(rb"<si>(.*?)</si>|<si/>", re.DOTALL)


def shared_texts(xml: bytes) -> list[bytes]:
    """Return what stands in each text of a shared strings part of ours, as XML."""
    return [match[1] or b"<t/>" for match in _TEXT.finditer(xml)]


class SheetMove:
    """How the worksheets and tables of one workbook of ours are changed on their way."""

    def __init__(
        self, styles: MergedStyles, texts: Sequence[bytes], width_factor: float, dates: Collection[int], days: int
    ) -> None:
        """`dates` are the cell styles of ours that show dates, `days` what is to be added to the number of one."""
        self._styles = [b"%d" % index for index in styles.cell_styles]
        self._differential = [b"%d" % index for index in styles.differential]
        self._texts = texts
        self._width_factor = width_factor
        self._dates, self._days = frozenset(dates), days

    def sheet(self, xml: bytes) -> bytes:
        """Return a worksheet part of ours for the other workbook."""
        start = xml.index(b"<sheetData")
        head, rest = xml[:start].replace(b' tabSelected="1"', b""), xml[start:]
        head = _COLUMN_STYLE.sub(partial(_indexed, self._styles), head)
        if self._width_factor != 1:
            head = _WIDTH.sub(lambda m: m[1] + b"%.8g" % (float(m[2]) * self._width_factor), head)
        rest = _CELL.sub(self._cell, _ROW_STYLE.sub(partial(_indexed, self._styles), rest))
        if self._days:
            rest = _DATE_RULE.sub(lambda m: _DATE_LITERAL.sub(lambda d: d[1] + self._shifted(d[2]), m[0]), rest)
        return self.table(head + rest)

    def table(self, xml: bytes) -> bytes:
        """Return a part of ours with the indexes of its differential styles changed."""
        return _DIFFERENTIAL.sub(partial(_indexed, self._differential), xml)

    def _cell(self, match: "re.Match[bytes]") -> bytes:
        ref, style, kind, tag, value = match.groups()
        own = int(style or 0)
        head = b'<c r="%s" s="%s"' % (ref, self._styles[own])
        if value is None:
            return head + (b' t="%s"' % kind if kind else b"") + tag
        if kind == b"s":
            return b'%s t="inlineStr"><is>%s</is></c>' % (head, self._texts[int(value)])
        if kind is None and self._days and own in self._dates:
            value = self._shifted(value)
        return b"%s%s><v>%s</v></c>" % (head, b' t="%s"' % kind if kind else b"", value)

    def _shifted(self, number: bytes) -> bytes:
        return repr(float(number) + self._days).removesuffix(".0").encode()


def _indexed(given: Sequence[bytes], match: "re.Match[bytes]") -> bytes:
    return match[1] + given[int(match[2])]


def named_table(xml: bytes, id_: int, name: str) -> bytes:
    """Return a table part of ours under another ID and name."""
    tag = re.search(rb"<table [^>]*>", xml)
    assert tag, "XlsxWriter begins a table so"
    new = re.sub(rb' id="\d+"', b' id="%d"' % id_, tag[0], count=1)
    new = re.sub(rb' ((?:displayN|n)ame)="[^"]*"', lambda m: b' %s="%s"' % (m[1], name.encode()), new)
    return xml[: tag.start()] + new + xml[tag.end() :]


def code_name(xml: bytes) -> str:
    """Return the name by which macros know a worksheet; '' where it has none."""
    tag = re.search(rb"<(?:[\w.-]+:)?sheetPr\s([^>]*)", xml[: xml.find(b"<sheetData")])
    return (attribute(tag[1], b"codeName") or "") if tag else ""


def with_code_name(xml: bytes, name: str) -> bytes:
    """Return a worksheet part of ours that macros know by a name; '' for none."""
    if not name:
        return xml
    given = b"<sheetPr codeName=%s" % quoted_attribute(name).encode()
    if b"<sheetPr" in xml[: xml.index(b"<sheetData")]:
        return xml.replace(b"<sheetPr", given, 1)
    return re.sub(rb"<worksheet [^>]*>", lambda root: root[0] + given + b"/>", xml, count=1)


def table_name(xml: bytes) -> str:
    """Return the name of a table part."""
    tag = re.search(rb"<(?:[\w.-]+:)?table\s([^>]*)", xml)
    return (attribute(tag[1], b"displayName") or attribute(tag[1], b"name") or "") if tag else ""


def table_id(xml: bytes) -> int:
    """Return the ID of a table part."""
    tag = re.search(rb"<(?:[\w.-]+:)?table\s([^>]*)", xml)
    text = attribute(tag[1], b"id") if tag else None
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0

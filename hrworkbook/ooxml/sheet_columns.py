"""The widths of a sheet's columns, one of them set and the others as they were."""

import re

from hrworkbook.ooxml.sheet_xml import SheetXml
from hrworkbook.ooxml.xml_outline import Edit, attribute_pattern, spliced, with_value
from hrworkbook.ooxml.xml_tags import ATTRIBUTES, attribute, quoted_attribute


def with_width(xml: bytes, place: str, column: int, width: float, *, may_narrow: bool) -> bytes:
    """Return a worksheet's XML whose column, counted from 1, is shown, and so many characters wide.

    Without `may_narrow` a column is never made narrower than it is, and one of no stated width stays so.
    """
    sheet = SheetXml(xml, place)
    p = re.escape(sheet.prefix)
    head = sheet.masked[: sheet.opening.start]
    list_ = re.search(rb"<%scols(?=[\s>])%s>" % (p, ATTRIBUTES), head)
    if list_ is None:
        if not may_narrow:
            return xml
        new = b"<%scols>%s</%scols>" % (sheet.prefix, _tag(sheet.prefix, column, width), sheet.prefix)
        return spliced(xml, [(sheet.opening.start, sheet.opening.start, new)])
    at = list_.end()
    for match in re.finditer(
        rb"<%scol(?=[\s/>])%s>(?:\s*</%scol\s*>)?" % (p, ATTRIBUTES, p), head[: sheet.opening.start]
    ):
        first, last = (int(attribute(match[1], name) or 0) for name in (b"min", b"max"))
        if first <= column <= last:
            tag = xml[match.start() : match.end()].decode()
            return spliced(xml, [_split(tag, match.start(), match.end(), (first, last), column, width, may_narrow)])
        if last < column:
            at = match.end()
    return spliced(xml, [(at, at, _tag(sheet.prefix, column, width))]) if may_narrow else xml


def _tag(prefix: bytes, column: int, width: float) -> bytes:
    return b'<%scol min="%d" max="%d" width="%.8g" customWidth="1"/>' % (prefix, column, column, width)


def _split(tag: str, start: int, end: int, area: tuple[int, int], column: int, width: float, may_narrow: bool) -> Edit:
    """Return the edit that parts a column from the others whose width one tag states."""
    first, last = area
    stated = attribute(tag.encode(), b"width") or ""
    now = float(stated) if re.fullmatch(r"\d{1,3}(\.\d*)?", stated) else 0.0
    is_hidden = attribute(tag.encode(), b"hidden") in ("1", "true")
    wanted = width if may_narrow else max(now, width)
    if wanted == now and not is_hidden:
        return start, end, tag.encode()
    own = tag
    for name in ("hidden", "bestFit", "collapsed"):
        own = attribute_pattern(name).sub("", own)
    own = with_value(with_value(own, "width", quoted_attribute(f"{wanted:.8g}")), "customWidth", '"1"')
    pieces = [(tag, first, column - 1), (own, column, column), (tag, column + 1, last)]
    new = "".join(
        with_value(with_value(each, "min", f'"{low}"'), "max", f'"{high}"') for each, low, high in pieces if low <= high
    )
    return start, end, new.encode()

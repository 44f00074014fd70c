"""The styles of a workbook of ours, appended to those of another: every record that is not there already, under a new index."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from html import unescape

from hrworkbook.ooxml.style_lists import RECORDS, StyleList, edits_of
from hrworkbook.ooxml.xml_outline import Element, outline, spliced
from hrworkbook.ooxml.xml_tags import attribute

EMPTY_STYLES = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="%s"/>'

_FIRST_FREE_FORMAT = 164
"""Number formats below it are built in (ECMA-376 part 1, 18.8.30)."""
_XF_LISTS = {"numFmtId": "numFmts", "fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
_APPLIES = ("NumberFormat", "Font", "Fill", "Border", "Alignment", "Protection")
_FORMAT_IDS = re.compile(rb"""\snumFmtId\s*=\s*["'](\d{1,9})["']""")
_THEME_COLOUR = re.compile(rb'theme="(\d+)"(?= ?/>)')
_SCHEME = re.compile(rb"<scheme [^>]*/>")
_THEME_ORDER = (1, 0, 3, 2)
"""A theme part lists dark 1, light 1, dark 2, light 2; an index counts light before dark (18.8.3)."""
_THEME_COLOURS = re.compile(rb'<a:(?:sysClr [^>]*lastClr|srgbClr val)="([0-9A-Fa-f]{6})"')


@dataclass(frozen=True)
class MergedStyles:
    """A styles part with ours in it; by our index, the new one of each cell style and of each differential style."""

    xml: bytes
    cell_styles: list[int]
    differential: list[int]


def merge_styles(
    theirs: bytes, ours: bytes, theme: bytes, dangling_cells: Collection[int] = (), dangling_differential: Collection[int] = ()
) -> MergedStyles:  # fmt: skip
    """Return their styles part with the styles of ours, a part that XlsxWriter made, appended; nothing of theirs is changed.

    `theme` is the theme part of ours, whose colours are written out; the dangling indexes are those that their
    sheets use and their part does not have: they go on leading to nothing of ours.
    """
    merge = _Merge(theirs, _without_theme(ours, theme))
    merge.pad(dangling_cells, dangling_differential)
    return merge.merged()


def record_counts(styles: bytes) -> tuple[int, int]:
    """Return how many cell styles and differential styles a styles part really has."""
    root = outline(styles, 2)
    return StyleList(styles, root, "cellXfs").length, StyleList(styles, root, "dxfs").length


def _without_theme(styles: bytes, theme: bytes) -> bytes:
    """Return styles of ours whose fonts and colours are the same under any theme."""
    colours = _THEME_COLOURS.findall(theme)

    def written_out(match: "re.Match[bytes]") -> bytes:
        index = int(match[1])
        at = _THEME_ORDER[index] if index < len(_THEME_ORDER) else index
        return b'rgb="FF%s"' % colours[at].upper() if at < len(colours) else match[0]

    return _SCHEME.sub(b"", _THEME_COLOUR.sub(written_out, styles))


class _Merge:
    """Two styles parts on their way into one."""

    def __init__(self, theirs: bytes, ours: bytes) -> None:
        self.theirs, self.ours = theirs, ours
        self.root, own = outline(theirs, 2), outline(ours, 2)
        self.lists = {name: StyleList(theirs, self.root, name) for name in RECORDS}
        self.own_elements = {name: list(each.children) if (each := own.child(name)) else [] for name in RECORDS}
        self.own = {name: [ours[e.start : e.end] for e in found] for name, found in self.own_elements.items()}

    def pad(self, cells: Collection[int], differential: Collection[int]) -> None:
        """Fill the lists up where an index of theirs leads nowhere, so that it does not come to lead to a record of ours."""
        dangling: dict[str, set[int]] = {name: set() for name in RECORDS}
        for source in ("cellXfs", "cellStyleXfs"):
            for xf in self.lists[source].children:
                for name, target in _XF_LISTS.items():
                    dangling[target].add(_whole(xf.attributes.get(name)))
        for style in self.lists["cellStyles"].children:
            dangling["cellStyleXfs"].add(_whole(style.attributes.get("xfId")))
        dangling["cellXfs"], dangling["dxfs"] = set(cells), set(differential)
        for name in ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "dxfs"):
            filler = b"<dxf/>" if name == "dxfs" else self.own[name][0]
            each = self.lists[name]
            if not each.length and name != "dxfs":  # what leads nowhere in an empty list leads to our plain records
                for record in self.own[name][: 2 if name == "fills" else 1]:
                    each.add(record)
            each.pad(dangling[name], len(self.own[name]) + 1, filler)

    def merged(self) -> MergedStyles:
        formats = self._formats()
        ids: dict[str, Mapping[int, int]] = {"numFmtId": formats}
        for attribute_, name in (("fontId", "fonts"), ("fillId", "fills"), ("borderId", "borders")):
            ids[attribute_] = {i: self.lists[name].add(record) for i, record in enumerate(self.own[name])}
        ids["xfId"] = self._named_styles(ids)
        cells = [self.lists["cellXfs"].add(_rebased_cell_style(xf, ids)) for xf in self.own["cellXfs"]]
        differential = [self.lists["dxfs"].add(_rebased(dxf, {"numFmtId": formats})) for dxf in self.own["dxfs"]]
        edits = edits_of(self.theirs, self.root, list(self.lists.values()))
        return MergedStyles(spliced(self.theirs, edits), cells, differential)

    def _formats(self) -> dict[int, int]:
        """Return the new ID of each number format of ours, by its own: those built in, and in a differential style, are among them."""
        theirs = self.lists["numFmts"]
        by_code = {e.attributes.get("formatCode", ""): _whole(e.attributes.get("numFmtId")) for e in theirs.children}
        used = {int(number) for number in _FORMAT_IDS.findall(self.theirs)}
        next_id = max([_FIRST_FREE_FORMAT - 1, *used]) + 1
        given: dict[int, int] = {}
        for tag in re.findall(rb"<numFmt [^>]*/>", self.ours):
            id_, code = int(attribute(tag, b"numFmtId") or 0), attribute(tag, b"formatCode") or ""
            if id_ in given or id_ < _FIRST_FREE_FORMAT:
                continue
            if code not in by_code:
                by_code[code] = next_id
                theirs.add(_rebased(tag, {"numFmtId": {id_: next_id}}))
                next_id += 1
            given[id_] = by_code[code]
        return given

    def _named_styles(self, ids: Mapping[str, Mapping[int, int]]) -> dict[int, int]:
        """Return the index of the style that each named style of ours (Normal, Hyperlink) is in theirs, added where there is none."""
        styles, formats = self.lists["cellStyles"], self.lists["cellStyleXfs"]
        known = {e.attributes.get("builtinId"): _whole(e.attributes.get("xfId")) for e in styles.children}
        known = {builtin: xf for builtin, xf in known.items() if xf < formats.length}
        given: dict[int, int] = {}
        for element, record in zip(self.own_elements["cellStyles"], self.own["cellStyles"], strict=True):
            own, builtin = _whole(element.attributes.get("xfId")), element.attributes.get("builtinId")
            if builtin in known:
                given[own] = known[builtin]
            elif builtin == "0":
                given[own] = 0
                if not styles.children:
                    styles.add(_rebased(record, {"xfId": given}))
            else:
                given[own] = formats.add(_rebased(self.own["cellStyleXfs"][own], ids))
                styles.add(_rebased(record, {"xfId": given}))
        return given


def _rebased(record: bytes, ids: Mapping[str, Mapping[int, int]]) -> bytes:
    for name, given in ids.items():
        record = re.sub(rb'(\s%s=")(\d+)(?=")' % name.encode(), partial(_given, given), record)
    return record


def _given(given: Mapping[int, int], match: "re.Match[bytes]") -> bytes:
    return match[1] + b"%d" % given.get(int(match[2]), int(match[2]))


def _rebased_cell_style(xf: bytes, ids: Mapping[str, Mapping[int, int]]) -> bytes:
    """Return a cell style of ours under its new indexes, saying that all of it is its own and nothing their Normal style's."""
    rebased = _rebased(xf, ids)
    head = rebased.index(b">")
    tag = re.sub(rb' apply\w+="\d"', b"", rebased[:head])
    empty = tag.endswith(b"/")
    applied = b"".join(b' apply%s="1"' % name.encode() for name in _APPLIES)
    return tag.rstrip(b"/") + applied + (b"/" if empty else b"") + rebased[head:]


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def normal_font(styles: bytes) -> tuple[str, float]:
    """Return the name and points of the font by which a workbook measures its columns; '' where it says none."""
    root = outline(styles, 2)
    named = next(
        (e for e in StyleList(styles, root, "cellStyles").children if e.attributes.get("builtinId") == "0"), None
    )
    formats, fonts = StyleList(styles, root, "cellStyleXfs").children, StyleList(styles, root, "fonts").children
    at = _whole(named.attributes.get("xfId")) if named else 0
    font = _whole(formats[at].attributes.get("fontId")) if at < len(formats) else 0
    return _font(styles, fonts[font]) if font < len(fonts) else ("", 0.0)


def _font(styles: bytes, element: Element) -> tuple[str, float]:
    record = styles[element.start : element.end]
    name, size = (
        re.search(rb"""<(?:[\w.-]+:)?%s\s[^>]*?val\s*=\s*["']([^"']*)["']""" % tag, record) for tag in (b"name", b"sz")
    )
    points = size[1].decode() if size else ""
    return unescape(name[1].decode("utf-8", "replace")) if name else "", float(points) if re.fullmatch(
        r"\d{1,3}(\.\d*)?", points
    ) else 0.0

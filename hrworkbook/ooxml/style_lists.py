"""The lists of a styles part: the records of each as bytes, to which others are added."""

import re
from collections.abc import Collection, Sequence

from hrworkbook.ooxml.xml_outline import Edit, Element, grown, inserted_in_order

ORDER = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors", "extLst")  # fmt: skip
"""The children of a styles part in the order its schema has them (ECMA-376 part 1, 18.8.39)."""
RECORDS = {"numFmts": "numFmt", "fonts": "font", "fills": "fill", "borders": "border", "cellStyleXfs": "xf", "cellXfs": "xf", "cellStyles": "cellStyle", "dxfs": "dxf"}  # fmt: skip
"""What a record of each list is called."""

_NAME = re.compile(rb"(</?)(?=[A-Za-z])")


class StyleList:
    """One list of records: those that are there, and those that are added."""

    def __init__(self, xml: bytes, root: Element, name: str) -> None:
        self.name = name
        self.element = root.child(name)
        self.prefix = (self.element or root).prefix.encode()
        self.children = list(self.element.named(RECORDS[name])) if self.element else []
        self.length = len(self.children)
        self.added: list[bytes] = []
        self._known: dict[bytes, int] = {}
        for index, child in enumerate(self.children):
            self._known.setdefault(xml[child.start : child.end], index)

    def pad(self, dangling: Collection[int], coming: int, filler: bytes) -> None:
        """Add `filler` until none of the indexes that lead nowhere leads to one of the records that are coming."""
        while struck := [i for i in dangling if self.length <= i < self.length + coming]:
            for _ in range(max(struck) + 1 - self.length):
                self._append(self._named(filler))

    def add(self, record: bytes) -> int:
        """Return the index of a record, given without prefixes: of an equal one that was there, else of the new last one."""
        named = self._named(record)
        if named not in self._known:
            self._known[named] = self._append(named)
        return self._known[named]

    def _append(self, record: bytes) -> int:
        self.added.append(record)
        self.length += 1
        return self.length - 1

    def _named(self, record: bytes) -> bytes:
        return _NAME.sub(rb"\1" + self.prefix, record) if self.prefix else record


def edits_of(xml: bytes, root: Element, lists: Sequence[StyleList]) -> list[Edit]:
    """Return the edits of a styles part that put the added records in, and state the number there are."""
    edits: list[Edit] = []
    missing: dict[str, bytes] = {}
    for each in lists:
        if not each.added:
            continue
        records = b"".join(each.added)
        if each.element:
            edits += grown(xml, each.element, records, {"count": str(each.length)})
        else:
            tag = each.prefix + each.name.encode()
            missing[each.name] = b'<%s count="%d">%s</%s>' % (tag, each.length, records, tag)
    return edits + (inserted_in_order(xml, root, ORDER, missing) if missing else [])

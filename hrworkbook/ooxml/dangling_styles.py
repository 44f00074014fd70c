"""The style indexes that a workbook's sheets use and its styles part does not have."""

import re

from hrworkbook.ooxml.workbook_xml import WorkbookXml

_LOOKED_AT = 65_536
"""Bytes of a part that tell how its attributes are written: a program writes all of them in one way."""
_USERS = ("worksheet", "table", "pivotTable")


def dangling_styles(workbook: WorkbookXml, cell_styles: int, differential: int) -> tuple[set[int], set[int]]:
    """Return the indexes of cell styles and of differential styles that lead past the number there is of each."""
    package = workbook.package
    cells = _Beyond(rb"s", cell_styles)
    rules = _Beyond(rb"\w*[dD]xfId", differential)
    found: tuple[set[int], set[int]] = (set(), set())
    waiting, seen = [workbook.part], {workbook.part}
    while waiting:
        for relation in package.relations(waiting.pop()).values():
            if relation.kind not in _USERS or not relation.target or relation.target in seen:
                continue
            seen.add(relation.target)
            waiting.append(relation.target)
            xml = package.read(relation.target)
            if relation.kind == "worksheet":
                found[0].update(cells.found_in(xml))
                xml = xml[max(xml.rfind(b"sheetData"), 0) :]
            found[1].update(rules.found_in(xml))
    return found


class _Beyond:
    """A search for the values of an attribute that are not below a number."""

    def __init__(self, name: bytes, least: int) -> None:
        digits = str(least)
        longer = rb"\d{%d,9}" % (len(digits) + 1)
        same = [_above(digits, at) for at in range(len(digits))]
        values = b"|".join([longer, digits.encode(), *filter(None, same)])
        as_long = rb"[%d-9]|\d\d" % least if least < 10 else rb"\d" * len(digits)
        self._likely = re.compile(rb' %s="(?:%s)' % (name, as_long))
        """What is found soon and is there where one of the values is, in the usual way of writing."""
        self._plain = re.compile(rb' %s="(%s)"' % (name, values))
        self._any = re.compile(rb"""\s%s\s*=\s*["'](%s)["']""" % (name, values))

    def found_in(self, xml: bytes) -> set[int]:
        """Return the values beyond; where attributes are written in an unusual way it looks longer."""
        is_odd = any(xml.find(mark, 0, _LOOKED_AT) >= 0 for mark in (b"='", b'= "', b' ="', b"\ns="))
        if not is_odd and not self._likely.search(xml):
            return set()
        return {int(value) for value in set((self._any if is_odd else self._plain).findall(xml))}


def _above(digits: str, at: int) -> bytes:
    """Return a pattern of the numbers as long, equal before a place and higher there; b'' where there is none."""
    if digits[at] == "9":
        return b""
    return rb"%s[%d-9]\d{%d}" % (digits[:at].encode(), int(digits[at]) + 1, len(digits) - at - 1)

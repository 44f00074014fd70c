"""Pictures, text boxes, charts and controls on a sheet: hidden, off the sheet, cropped, or on top of cells (20.5)."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from hrworkbook.checking.package_content import PATH
from hrworkbook.checking.personal_data import personal_data
from hrworkbook.checking.publishing_fault import publishing_fault
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted
from hrworkbook.plan.snapshot import address

_FAR_ROWS, _FAR_COLUMNS = 100, 20
Extent = tuple[int, int]
"""The last row and column a sheet uses."""


def shape_findings(
    package: CheckedPackage, part: str, sheet: str, extent: Extent, filled: set[tuple[int, int]]
) -> Iterator[Finding]:
    """Yield what is against publishing in the drawing of a sheet; `filled` are the rows and columns of its cells with values."""
    for anchor in ElementTree.fromstring(package.xml(part)):
        for shape in _shapes_of(anchor):
            yield from _shape(shape, anchor, sheet, extent, filled)


def _shapes_of(anchor: ElementTree.Element) -> list[ElementTree.Element]:
    kinds = ("sp", "pic", "graphicFrame", "cxnSp", "grpSp")
    return [e for e in anchor.iter() if e.tag.rpartition("}")[2] in kinds]


def _shape(
    shape: ElementTree.Element, anchor: ElementTree.Element, sheet: str, extent: Extent, filled: set[tuple[int, int]]
) -> Iterator[Finding]:
    described = next((e for e in shape.iter() if e.tag.endswith("}cNvPr")), None)
    said = dict(described.attrib) if described is not None else {}
    say = said.get
    name = say("name") or "a shape"
    text = " ".join("".join(t.text or "" for t in shape.iter() if t.tag.endswith("}t")).split())
    what = f"the text box '{name}' ({quoted(text)})" if text else f"the object '{name}'"
    box = _box(anchor)
    place = address(box[0], box[1]) if box and box[0] <= 1048576 and box[1] <= 16384 else ""
    if say("hidden") in ("1", "true"):
        yield publishing_fault(
            sheet, place, "shape", f"{what} is hidden", "Delete it (Home, Find & Select, Selection Pane)"
        )
    elif box and (box[0] > extent[0] + _FAR_ROWS or box[1] > extent[1] + _FAR_COLUMNS):
        yield publishing_fault(
            sheet, place, "shape", f"{what} lies far off the rest of the sheet", "Delete it (Selection Pane)"
        )
    elif box and box[2] == box[0] and box[3] == box[1] and _is_flat(anchor):
        yield publishing_fault(
            sheet, place, "shape", f"{what} has no size, so that nobody sees it", "Delete it (Selection Pane)"
        )
    yield from personal_data(sheet, place, f"{text} {say('descr', '')}")
    if PATH.search(words := f"{say('descr', '')} {say('title', '')}"):
        yield publishing_fault(
            sheet,
            place,
            "path",
            f"{what} has a path in its alternative text",
            "Say what it shows instead",
            words.strip(),
        )
    if any(e.tag.endswith("}srcRect") and any(v not in ("", "0") for v in e.attrib.values()) for e in shape.iter()):
        fault = f"{what} is cropped, and keeps what was cut away"
        yield publishing_fault(
            sheet, place, "picture-metadata", fault, "Delete the cropped areas (Picture Format, Compress Pictures)"
        )
    if box and not shape.tag.endswith(("cxnSp", "grpSp")) and not _is_open(shape):
        covered = sorted((r, c) for r, c in filled if box[0] < r < box[2] and box[1] < c < box[3])
        if covered:
            fault = f"{what} covers cells that hold something, the first {address(*covered[0])}"
            yield publishing_fault(
                sheet, address(*covered[0]), "shape", fault, "Move it off the cells, or delete what it covers"
            )


def _box(anchor: ElementTree.Element) -> tuple[int, int, int, int] | None:
    """Return first row and column, last row and column of an anchor, counted from 1; None where it has no cells."""
    ends = []
    for end in ("from", "to"):
        element = anchor.find(f"{{*}}{end}")
        if element is None:
            continue
        ends.append(tuple(int(element.findtext(f"{{*}}{k}") or 0) + 1 for k in ("row", "col")))
    if not ends:
        return None
    first, last = ends[0], ends[-1]
    return first[0], first[1], last[0], last[1]


def _is_flat(anchor: ElementTree.Element) -> bool:
    offsets = [
        [int(anchor.findtext(f"{{*}}{end}/{{*}}{k}") or 0) for end in ("from", "to")] for k in ("rowOff", "colOff")
    ]
    extent = anchor.find("{*}ext")
    if extent is not None:
        return extent.get("cx") == "0" or extent.get("cy") == "0"
    return any(a == b for a, b in offsets)


def _is_open(shape: ElementTree.Element) -> bool:
    """Return whether one sees through a shape: it has no fill."""
    return any(re.search(r"\}noFill$", e.tag) for e in shape.iter()) and not shape.tag.endswith("pic")

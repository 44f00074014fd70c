"""The file host on XML as other programs write it, and the law that a write is read back and nothing else changes."""

import re
import unicodedata
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packages import MAIN, PLAN, at, overlaid, parts, repacked, sheet, used_master, write

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.snapshot import ChangeSet, Link, Write, single_write
from hrworkbook.plan.values import CellError, Value

ROWS = {
    "as Excel": '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "CR LF": '\r\n<row r="1"\r\n>\r\n<c r="A1"\r\n><v>1</v></c >\r\n<c r="C1"><v>3</v></c></row >\r\n<row r="4"><c r="A4"><v>4</v></c></row>',
    "other order": "<row ht='15' r='1'><c t='n' r='A1'><v>1</v></c><c s='0' r = 'C1'><v>3</v></c></row><row r='4'><c t='n' r='A4'><v>4</v></c></row>",
    "no places": "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row></row><row><c><v>4</v></c></row>",
    "some places": '<row r="1"><c><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c><v>4</v></c></row>',
    "comments": '<!-- <row r="2"><c r="B2"><v>9</v></c></row> --><row r="1"><c r="A1"><v>1</v></c><!-- <c r="B1"/> --><c r="C1"><v>3</v></c></row><row r="4"><?pi <c r="B4"/>?><c r="A4"><v>4</v></c></row>',
    "CDATA": '<row r="1"><c r="A1" t="str"><v><![CDATA[1</v></c><c r="B1"><v>]]></v></c><c r="C1"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "empty rows": '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="2"/><row r="3" ht="20"></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "out of order": '<row r="4"><c r="A4"><v>4</v></c></row><row r="1"><c r="C1"><v>3</v></c><c r="A1"><v>1</v></c></row>',
    "extensions": '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c><extLst><ext uri="y"/></extLst></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "odd attributes": '<row r="1" a="&gt;>" b=\'"r="9"\'><c r="A1" a=">"><v>1</v></c><c r="C1"><v>3</v></c></row><row r="4"><c r="A4"><v>4</v></c></row>',
    "a bare place": "none",
}  # fmt: skip
WRITES: dict[str, Value | Link] = {
    "A1": "new one", "B1": 2, "D1": "=4", "B2": "two", "C3": None, "A3": True, "A4": 44, "Z4": "end", "A9": "nine", "A7": "seven"
}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "prefix"), [(how, p) for how in ROWS for p in ("", "x:") if (how, p) != ("CDATA", "x:")]
)
def test_sheets_as_other_programs_write_them(master: Path, how: str, prefix: str) -> None:
    rows = re.sub(r"<(/?)(?=(?:row|c|v|extLst|ext)\b)", rf"<\1{prefix}", ROWS[how])
    sheet(master, rows, prefix, head=f'<{prefix}dimension ref="A1:C4"/>')
    before = FileHost(master).snapshot()
    found = write(master, WRITES)
    assert overlaid(
        before["Plan"], [single_write("Plan", cell, value) for cell, value in WRITES.items()], found["Plan"]
    )
    tree = ElementTree.fromstring(parts(master)[PLAN])
    refs = [c.get("r") for c in tree.iter(f"{{{MAIN}}}c") if c.get("r")]
    assert len(refs) == len(set(refs))
    assert openpyxl.load_workbook(master)["Plan"]["A9"].value == "nine"
    assert FileHost(master).apply(ChangeSet(tuple(single_write("Plan", c, v) for c, v in WRITES.items()))) is None


def test_strict_workbooks_and_absolute_targets(master: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/"
    held = parts(master)
    changed = {
        name: content.replace(b"http://schemas.openxmlformats.org/officeDocument/2006/", strict.encode() + b"officeDocument/")
        .replace(MAIN.encode(), strict.encode() + b"spreadsheetml/main")
        .replace(b'Target="worksheets/', b'Target="/xl/worksheets/')
        for name, content in held.items()
        if name.startswith(("_rels", "xl/_rels", "xl/workbook", "xl/worksheets/sheet", "xl/styles", "xl/shared"))
    }  # fmt: skip
    repacked(master, changed)
    found = write(master, {"B3": "strictly", "A10": "new"})
    assert (at(found, "B3"), at(found, "A10"), at(found, "C2")) == ("strictly", "new", date(2016, 9, 1))


def test_part_names_of_any_case_and_slash(master: Path) -> None:
    repacked(master, {}, lambda name: name.replace("/sheet1.xml", "/SHEET1.XML").replace("xl/styles", "xl\\styles"))
    assert at(write(master, {"C3": date(2016, 1, 2)}), "C3") == date(2016, 1, 2)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1904, 1, 2), date(9999, 12, 31)),
    st.datetimes(datetime(1904, 1, 2), datetime(9999, 1, 1)),
    st.text(max_size=40),
    st.text(alphabet="_x0D1A <&>'\"\n ", max_size=20),
    st.sampled_from(["=1+1", "007", "_x000D_", " ", CellError("#N/A")]),
    st.builds(Link, st.text(st.characters(exclude_categories=["C"]), max_size=300), st.just("Plan"), st.just("B2")),
)


@pytest.mark.parametrize("how", ["master", "as Excel", "no places", "out of order", "comments"])
def test_writes_laid_over_a_snapshot_are_the_next_one(tmp_path: Path, how: str) -> None:
    path, clean = tmp_path / "m.xlsx", tmp_path / "clean.xlsx"
    used_master(clean, formulas=True)
    if how != "master":
        sheet(clean, ROWS[how])
    original = clean.read_bytes()
    places = st.tuples(st.integers(2 if how == "master" else 1, 14), st.integers(1, 9))

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.dictionaries(places, VALUES, max_size=12), st.dictionaries(places, VALUES, max_size=4))
    def law(first: dict[tuple[int, int], Value | Link], second: dict[tuple[int, int], Value | Link]) -> None:
        for place in tmp_path.glob("m.*"):
            place.unlink()
        path.write_bytes(original)
        host = FileHost(path)
        for cells in (first, second):
            before = host.snapshot()
            writes = tuple(Write("Plan", row, column, ((value,),)) for (row, column), value in cells.items())
            host.apply(ChangeSet(writes))
            after = FileHost(path).snapshot()
            mended = tuple(Write(w.sheet, w.row, w.column, ((as_stored(w.rows[0][0]),),)) for w in writes)
            assert not mended or overlaid(before["Plan"], mended, after["Plan"])
            assert before.sheets[1:] == after.sheets[1:]
            assert host.apply(ChangeSet(writes)) is None

    law()


BIDI = {*"\u061c\u200e\u200f", *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x2070)))}


def as_stored(value: Value | Link) -> Value | Link:
    """A text with what no workbook holds mended."""
    if isinstance(value, str) and not isinstance(value, CellError):
        ends = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", value)
        seen = "".join(c for c in ends if c in "\n\t" or unicodedata.category(c) != "Cc" and c not in BIDI)
        return re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", seen) or None
    return value

"""Workbooks with what people add to them, taken apart into their parts and put together again."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import xlsxwriter

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.snapshot import Block, ChangeSet, Link, Snapshot, Write, address, cells_of, single_write
from hrworkbook.plan.values import Value, same_value

PLAN = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


TEXTS = [
    "=1+1", "+44 1270", "-", "@SUM(1)", "007", "May 2020", "1/2", "TRUE", "#REF!", " lead", "trail ", "a  b", "a\nb", "\n",
    "tab\there", "<b>&amp;</b>", "]]>", "<!-- no -->", "_x000D_", "_x0041_ and _xZZZZ_", "_", "é – £ “q” Ж 日本 😀", "'quoted", "x" * 32_767,
]  # fmt: skip
"""Texts that a spreadsheet would rather take for something else."""


def png() -> bytes:
    """A picture of four dots."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(14))) + chunk(b"IEND", b"")


def used_master(path: Path, formulas: bool = False) -> Path:
    """A plan as an Excel table with what people add to a workbook: chart, comment, sparkline, picture, rules."""
    with xlsxwriter.Workbook(path) as book:
        plan, journal, figures = (book.add_worksheet(name) for name in ("Plan", "Journal", "People's figures"))
        hidden = book.add_worksheet("Lists")
        hidden.hide()
        hidden.write_column("A1", ["Red", "Amber", "Green"])
        day = book.add_format({"num_format": "dd/mm/yyyy", "bg_color": "#F3F2F1"})
        text, bold = book.add_format({"num_format": "@", "text_wrap": True}), book.add_format({"bold": True})
        plan.set_column("G:G", 12, bold)
        for row in range(1, 9):
            plan.write_string(row, 0, f"L{row:03}", text)
            plan.write_string(row, 1, f"Task {row} & its <words>", text)
            plan.write_datetime(row, 2, datetime(2016, 9, row), day)
            plan.write_number(row, 3, row * 1000)
            plan.write_blank(row, 4, None, bold)
        headers = ["ID", "Task", "Due", "Spend", "RAG"]
        plan.add_table("A1:E9", {"name": "Plan", "columns": [{"header": h} for h in headers]})
        plan.write_comment("B3", "Ask Ann")
        plan.add_sparkline("F2", {"range": "Plan!D2:D9"})
        plan.data_validation("E2:E500", {"validate": "list", "source": "=Lists!$A$1:$A$3"})
        plan.conditional_format("E2:E500", {"type": "cell", "criteria": "==", "value": '"Red"', "format": bold})
        plan.insert_image("H2", "logo.png", {"image_data": io.BytesIO(png())})
        journal.add_table(
            "A1:D2", {"name": "Journal", "columns": [{"header": h} for h in ("When", "Who", "Cell", "To")]}
        )
        journal.set_column("A:A", 12, day)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Plan!$D$2:$D$9"})
        figures.insert_chart("C2", chart)
        figures.merge_range("A1:B2", "Ours", bold)
        if formulas:
            figures.write_formula("A5", "=SUM(Plan!D2:D9)", None, 36000)
    return path


def parts(path: Path) -> dict[str, bytes]:
    """The parts of a workbook, each unpacked and its checksum good."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def repacked(path: Path, changed: dict[str, bytes | None], names: Callable[[str], str] = str) -> Path:
    """The workbook with some parts changed, added, or left out."""
    held = parts(path)
    for name, content in changed.items():
        if content is None:
            held.pop(name)
        else:
            held[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(names(name), content)
    return path


def sheet(path: Path, rows: str, prefix: str = "", head: str = "", tail: str = "", root: str = "") -> Path:
    """The workbook whose Plan has just these rows."""
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    body = f"<{prefix}sheetData>{rows}</{prefix}sheetData>" if rows != "none" else f"<{prefix}sheetData />"
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\r\n<{prefix}worksheet {space}="{root or MAIN}">{head}{body}{tail}</{prefix}worksheet>'
    rels = {name: None for name in parts(path) if name.endswith("sheet1.xml.rels")}
    return repacked(path, {PLAN: xml.encode(), **rels})


def write(path: Path, cells: dict[str, Value | Link], on: str = "Plan") -> Snapshot:
    """Apply some cells; returns what then stands there."""
    assert FileHost(path).apply(ChangeSet(tuple(single_write(on, cell, value) for cell, value in cells.items())))
    return FileHost(path).snapshot()


def at(snapshot: Snapshot, cell: str, on: str = "Plan") -> Value:
    """The value of a cell such as `B3`."""
    match = re.fullmatch(r"([A-Z]+)(\d+)", cell)
    assert match
    return snapshot[on].at(int(match[2]), ord(match[1]) - 64)


def cell_of(path: Path, cell: str, part: str = PLAN) -> ElementTree.Element:
    """A cell's element in its sheet's part."""
    found = ElementTree.fromstring(parts(path)[part]).find(f".//{{{MAIN}}}c[@r='{cell}']")
    assert found is not None
    return found


def overlaid(before: Block, writes: Iterable[Write], after: Block) -> bool:
    """Whether a sheet reads as it was with the writes laid over it."""
    wanted = {(row, column): value for _, row, column, value in cells_of(writes)}
    rows = max(len(before.rows), len(after.rows), *(row for row, _ in wanted))
    columns = max(max(map(len, [*before.rows, *after.rows]), default=0), *(column for _, column in wanted))
    for row in range(1, rows + 1):
        for column in range(1, columns + 1):
            value = wanted.get((row, column), before.at(row, column))
            said = value.text if isinstance(value, Link) else value
            if not same_value(after.at(row, column), said or (None if said == "" else said)):
                raise AssertionError(f"{address(row, column)}: {after.at(row, column)!r} is not {said!r}")
    return True

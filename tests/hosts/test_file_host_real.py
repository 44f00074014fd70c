"""The file host and the world: LibreOffice shows what was written, and real workbooks survive."""

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from masters import shared
from packages import TEXTS, overlaid, parts, write

from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.snapshot import ChangeSet, Link, Write
from hrworkbook.plan.values import Value


@pytest.mark.live
def test_libreoffice_shows_what_was_written(master: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not here")
    texts = [text for text in TEXTS if len(text) < 100 and text.strip() == text and "\t" not in text]
    cells: dict[str, Value | Link] = {f"B{row}": text for row, text in enumerate(texts, 2)}
    write(master, {**cells, "C2": date(2016, 12, 25), "D2": 1234.5, "E2": Link("Go", "Plan", "H7"), "F2": True})
    command = [office, "--headless", "--norestore", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    command += [
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,2057",
        "--outdir",
        str(tmp_path),
        str(master),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with master.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[1] for row in rows[1 : len(texts) + 1]] == texts
    assert rows[1][2:6] == ["25/12/2016", "1234.5", "Go", "TRUE"]


def test_real_workbooks_read_back_or_are_refused(tmp_path: Path) -> None:
    folder = shared("corpus/spreadsheets")
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".xlsx", ".xlsm") and p.stat().st_size < 100_000)
    written = sum(survives(file, tmp_path / f"m{file.suffix}") for file in files[::12])
    assert written >= len(files[::12]) * 3 // 4


def survives(source: Path, path: Path) -> bool:
    """Whether a real workbook takes some cells, with all else as it was; False where it is refused, unchanged."""
    for place in path.parent.iterdir():
        place.unlink()
    original = source.read_bytes()
    path.write_bytes(original)
    host = FileHost(path)
    try:
        before = host.snapshot()
        block = next(block for block in before.sheets if block.rows)
        below = len(block.rows) + 1
        full = [(r + 1, c + 1) for r, row in enumerate(block.rows) for c, value in enumerate(row) if value is not None]
        writes = [Write(block.name, below, 1, (("=new", 42.5, True),))]
        writes += [Write(block.name, row, column, ((f" text {row} ",),)) for row, column in full[:40:9]]
        backup = host.apply(ChangeSet(tuple(writes)))
    except (HrWorkbookError, StopIteration):
        assert path.read_bytes() == original
        assert [place.name for place in path.parent.iterdir()] == [path.name]
        return False
    assert backup is not None and backup.read_bytes() == original
    after = FileHost(path).snapshot()
    assert overlaid(block, writes, after[block.name])
    assert [b for b in after.sheets if b.name != block.name] == [b for b in before.sheets if b.name != block.name]
    old, new = parts(source), parts(path)
    changed = [name for name in old if old[name] != new.get(name)]
    assert all(re.search("sheet|table|calcChain|workbook|Content_Types|styles", name) for name in changed), changed
    if styled := [name for name in old if name.endswith("/styles.xml")]:
        was, now = (list(found) for found in map(_cell_styles, (old[styled[0]], new[styled[0]])))
        assert now[: len(was)] == was, "every style there was stays as it was, under its number"
        assert _marked(new, now) or not was, "a text that begins like a formula is marked as a text"
    return True


def _cell_styles(xml: bytes) -> Iterator[bytes]:
    found = next((e for e in ElementTree.fromstring(xml).iter() if e.tag.endswith("}cellXfs")), ())
    return map(ElementTree.tostring, found)


def _marked(parts_: dict[str, bytes], styles: list[bytes]) -> bool:
    """Whether the cell that holds `=new` has a style that keeps it a text."""
    for name, xml in parts_.items():
        found = (
            re.search(rb"""<[^<]*\br="A\d+"([^<]*)t="inlineStr"><[^<]*><[^<]*>=new<""", xml)
            if "sheets/" in name
            else None
        )
        if found:
            number = re.search(rb's="(\d+)"', found[1])
            style = dict(enumerate(styles)).get(int(number[1]) if number else 0, b"")
            return b'quotePrefix="1"' in style or b'numFmtId="49"' in style
    return False

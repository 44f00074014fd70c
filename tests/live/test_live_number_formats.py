"""Every line of the golden of number formats, as LibreOffice shows it now; and its .xls and .ods read back."""

import base64
import csv
import json
import os
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from conftest import absent  # type: ignore[attr-defined]
from masters import shared, snapshot_of
from number_formats import Shown, golden, squeezed, workbook

from hrworkbook.cli.main import main
from hrworkbook.intake.reader import read_file
from hrworkbook.plan.number_format.render import render
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import as_text

FILTERS = {
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true",
    "xls": "xls:MS Excel 97",
    "ods": "ods",
}
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A picture of one dot."""
LINES = golden()
REWRITTEN = {"[Blue][>5]0.0;[Color10]0", r"##\/##"}
"""Codes that LibreOffice does not write to .xls as they are."""


def convert(folder: Path, filter_: str, files: list[Path]) -> None:
    """Save files in another format in a folder, in a British setting."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if not soffice:
        absent("LibreOffice is not here")
    subprocess.run(
        [soffice, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--convert-to", filter_, "--outdir", str(folder), *map(str, files)],
        check=True, capture_output=True, timeout=120, env={**os.environ, "LC_ALL": "en_GB.UTF-8"},
    )  # fmt: skip


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden's workbook as LibreOffice saves it in each format, in a British setting."""
    folder = tmp_path_factory.mktemp("formats")
    (folder / "numbers.xlsx").write_bytes(workbook(LINES))
    for filter_ in FILTERS.values():
        convert(folder, filter_, [folder / "numbers.xlsx"])
    return folder


def test_libreoffice_shows_the_golden(saved: Path):
    with (saved / "numbers.csv").open(encoding="utf-8", newline="") as file:
        texts = [squeezed(row[0]) if row else "" for row in csv.reader(file)][1 : len(LINES) + 1]
    changed = [
        f"{line.code} | {line.value!r} | {text}" for line, text in zip(LINES, texts, strict=True) if text != line.office
    ]
    assert not changed, "\n".join(changed)


def numbers(saved: Path, name: str) -> tuple[Block, dict[int, Shown]]:
    """The sheet as it is read from a file, and the line of each of its rows (from 1) that holds a number."""
    block = next(b for b in read_file(saved / name).blocks if b.name == "Numbers")
    return block, {row: line for row, line in enumerate(LINES, 2) if not isinstance(line.value, str)}


def test_an_ods_keeps_what_was_shown(saved: Path):
    block, cells = numbers(saved, "numbers.ods")
    told = {row: block.shown_texts.get((row, 1)) for row in cells}
    wrong = [(line, told[row]) for row, line in cells.items()
             if told[row] is not None and squeezed(told[row]) != squeezed(line.office)]  # fmt: skip
    assert not wrong, "\n".join(map(str, wrong))
    untold = [line for row, line in cells.items()
              if told[row] is None and squeezed(line.office) not in ("", format(Decimal(as_text(line.value)), "f"), f"{line.value:.0f}") and "E" not in line.office]  # fmt: skip
    assert not untold, "\n".join(map(str, untold))


def test_an_xls_is_shown_alike(saved: Path):
    block, cells = numbers(saved, "numbers.xls")
    wrong = [(line, block.formats.get((row, 1))) for row, line in cells.items()
             if not line.why and line.code not in REWRITTEN
             and squeezed(render(line.value, block.formats.get((row, 1), "General"))) != line.ours]  # fmt: skip
    assert not wrong, "\n".join(map(str, wrong))


@pytest.fixture(scope="session")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cases of number formats, fills and marks as LibreOffice saves them in other formats."""
    folder = tmp_path_factory.mktemp("converted")
    for filter_ in ("ods", "xls"):
        convert(folder, filter_, [shared(f"cases/plans/{name}.xlsx") for name in CASES])
    return folder


CASES = ("number-formats", "colour-only", "marks")


@pytest.mark.parametrize("kind", ["ods", "xls"])
@pytest.mark.parametrize("name", ["number-formats", "colour-only"])
def test_each_format_gives_the_same_plan(converted: Path, tmp_path: Path, name: str, kind: str):
    rows = []
    for number, path in enumerate((shared(f"cases/plans/{name}.xlsx"), converted / f"{name}.{kind}")):
        master = tmp_path / f"{number}.xlsx"
        assert main(["new", "delivery-plan", str(master), "--from", str(path)]) in (0, 1)
        rows.append([list(map(as_text, row)) for row in snapshot_of(master)["Plan"].rows])
    assert rows[0] == rows[1]
    assert "85%" in str(rows[1]) if name == "number-formats" else "Amber" in str(rows[1])


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_each_format_tells_the_same_marks(converted: Path, kind: str, capsys: pytest.CaptureFixture[str]):
    path = shared("cases/plans/marks.xlsx") if kind == "xlsx" else converted / f"marks.{kind}"
    assert main(["read", str(path), "--schema", "delivery-plan", "--json"]) == 1
    notes = " ".join(json.loads(capsys.readouterr().out)["notes"])
    assert "hidden or filtered out, which were read all the same: 4." in notes
    assert "'Plan'!H5 has a comment, which is not read as a value: 'Members want more here.'" in notes
    if kind != "xls":
        assert "struck through" in notes
        assert "supplier withdrew" in notes


def test_marks_of_an_xls(tmp_path: Path):
    """Struck cells, a text box and a picture, and dates that count from 1904, of an .xls that LibreOffice saved."""
    drawn = tmp_path / "drawn.png"
    drawn.write_bytes(base64.b64decode(DOT))
    with xlsxwriter.Workbook(str(tmp_path / "marks.xlsx"), {"date_1904": True}) as book:
        sheet = book.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Ref", "Action"])
        sheet.write(1, 1, "Hire", book.add_format({"font_strikeout": True, "bold": True}))
        sheet.write_blank(2, 1, None, book.add_format({"font_strikeout": True}))
        sheet.write(3, 1, "Train", book.add_format({"italic": True}))
        sheet.insert_textbox(6, 1, "The supplier withdrew")
        sheet.insert_image(9, 3, str(drawn))
    convert(tmp_path, FILTERS["xls"], [tmp_path / "marks.xlsx"])
    (block,) = read_file(tmp_path / "marks.xls").blocks
    assert block.struck == ((2, 2, ""),)
    assert [text for _, _, text in block.text_boxes] == ["The supplier withdrew"]
    assert len(block.pictures) == 1
    assert block.from_1904

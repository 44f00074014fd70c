"""Three periods of the example plan, told by the appendix alone; and exempt words, sought in every byte."""

import io
import zipfile
from pathlib import Path

import pytest
from masters import snapshot_of, type_into
from openpyxl import load_workbook

from hrworkbook.cli.main import main
from hrworkbook.plan.model import read_plan


def cells(book: Path, sheet: str) -> list[list[str]]:
    """The texts of a sheet of an appendix, row by row, blanks left out."""
    rows = load_workbook(book)[sheet].iter_rows(values_only=True)
    return [[str(v) for v in row if v is not None] for row in rows]


@pytest.fixture(scope="module")
def periods(tmp_path_factory) -> list[Path]:
    """The appendix at the end of each of three periods, the plan worked on in between."""
    folder = tmp_path_factory.mktemp("periods")
    main(["demo", str(folder / "demo")])
    master, made = folder / "demo" / "plan.xlsx", []
    type_into(master, {f"Decisions!N{row}": "seen to" for row in (5, 6)})
    for number in (1, 2, 3):
        made.append(folder / f"appendix {number}.xlsx")
        assert main(["appendix", str(master), "-o", str(made[-1]), "--docx"]) == 0
        assert main(["roll", str(master)]) == 0
        line = read_plan(snapshot_of(master)).by_id["L007"]
        changed = {1: ("Amber", "Twelve of fifteen signed."), 2: ("Complete", "All fifteen signed."), 3: ("", "")}[
            number
        ]
        type_into(master, {f"Plan!H{line.row}": changed[0], f"Plan!I{line.row}": changed[1]})
    return made


def test_the_first_appendix_has_nothing_to_compare_with(periods):
    said = " ".join(t for row in cells(periods[0], "Summary") for t in row)
    assert "first report of this plan" in said and "Status, period by period" not in said


def test_the_second_and_third_tell_was_and_now(periods):
    second = [row for row in cells(periods[1], "Changes") if "Red" in row or "Amber" in row]
    assert any("Red" in row and "Amber" in row and row.index("Red") < row.index("Amber") for row in second)
    third = " ".join(t for row in cells(periods[2], "Changes") for t in row)
    assert "Twelve of fifteen signed." in third and "All fifteen signed." in third
    assert third.index("Twelve of fifteen") < third.index("All fifteen")


def test_complete_lines_leave_after_being_reported_once_and_the_rest_is_carried(periods):
    first, second, third = (cells(p, "Data") for p in periods)
    ids = [{row[0] for row in rows if row and row[0].startswith("L0")} for rows in (first, second, third)]
    assert {"L005", "L017"} <= ids[0] and not {"L005", "L017"} & ids[1]
    assert ids[2] == ids[1], "what has left does not come back"
    carried = "71% in quarter 2, up from 52%. Flexible hours and parking are named most."
    assert all(any(carried in row for row in rows) for rows in (first, second))


def test_the_trend_counts_each_period_and_now(periods):
    rows = cells(periods[2], "Summary")
    top = next(i for i, row in enumerate(rows) if row and row[0] == "Status, period by period")
    under = [row for row in rows[top + 1 : top + 12] if row]
    assert any("Now" in row for row in under) and sum("2026/27" in t for row in under for t in row) == 2
    by_word = {row[0]: row[1:] for row in under if row[0] in ("Red", "Amber", "Green", "Complete")}
    assert by_word["Red"] == ["2", "1", "1"], "L007 was red at the end of the first period only"
    assert by_word["Complete"][0] == "4"


EXEMPT = ("regrading appeals", "Three heard", "labour relations")


def every_part(path: Path) -> bytes:
    """A package's parts, unpacked, packages in packages too, and its raw bytes."""
    data = path.read_bytes()
    found = [data]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        found += [package.read(name) for name in package.namelist()]
    return b"\0".join(found)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_exempt_words_are_in_the_exempt_files_and_in_no_other(periods, number):
    folder, stem = periods[number].parent, periods[number].stem
    for kind in ("xlsx", "docx"):
        public = every_part(folder / f"{stem}.{kind}")
        exempt = every_part(folder / f"{stem} Part 2 exempt.{kind}")
        for words in EXEMPT[:2]:
            assert words.encode() not in public
            assert words.encode() in exempt
        assert EXEMPT[2].encode() not in public


def test_what_was_exempt_at_the_last_meeting_is_not_told_as_what_it_was(tmp_path):
    """A line made public later shows what it says now, never what it said while it was exempt."""
    main(["demo", str(tmp_path / "demo")])
    master = tmp_path / "demo" / "plan.xlsx"
    type_into(master, {f"Decisions!N{row}": "seen to" for row in (5, 6)})
    assert main(["roll", str(master)]) == 0
    line = read_plan(snapshot_of(master)).by_id["L013"]
    type_into(master, {f"Plan!{c}{line.row}": None for c in "JKL"} | {f"Plan!I{line.row}": "All appeals are settled."})
    assert main(["appendix", str(master), "-o", str(tmp_path / "a.xlsx")]) == 0
    assert b"All appeals are settled." in every_part(tmp_path / "a.xlsx")
    assert b"Three heard" not in every_part(tmp_path / "a.xlsx")

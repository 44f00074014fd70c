"""Exempt fails closed: no word of a line that is not certainly public is in anything public, and its cell is named."""

import openpyxl
import pytest
from exempt_plans import COUNCIL, SECRET, all_bytes, nothing_leaks, public_files, source
from masters import snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.plan.exemption import Publicity, publicity
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.values import CellError

WAYS = {
    "Part2": ("Part2", "3", "Contract"),
    "Part II": ("Part II", "3", "Contract"),
    "P2": ("P2", "3", "Contract"),
    "Exempt information": ("Exempt information", "3", "Contract"),
    "Confidential": ("Confidential", "3", "Contract"),
    "Not for publication": ("Not for publication", "3", "Contract"),
    "Yes": ("Yes", "3", "Contract"),
    "an error": ("#N/A", None, None),
    "a Cyrillic a": ("P\u0430rt 2", "3", "Contract"),
    "a formula without a stored value": ('="Part 2"', None, None),
    "a paragraph alone": (None, "3", None),
    "a reason alone": (None, None, "Contract"),
    "Private": ("Private", "3", "Contract"),
    "public beside a reason": ("Part 1", None, "Contract"),
    "a character nobody sees": ("Part 1\u200b2", None, None),
    "the word alone": ("Exempt", None, None),
    "a question": ("Part 1?", None, None),
    "two": ("Part 1 / Part 2", None, None),
    "a word between": ("Part\u200d1", None, None),
    "nothing but a joiner": ("\u200d", None, None),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_plan_that_is_read(way, suffix, tmp_path, capsys):
    master = tmp_path / "plan.xlsx"
    main(["new", "delivery-plan", str(master), "--from", str(source(tmp_path, WAYS[way], suffix))])
    nothing_leaks(master, capsys)


@pytest.mark.parametrize("way", WAYS)
def test_a_plan_that_is_typed(way, tmp_path, capsys):
    part, paragraph, reason = WAYS[way]
    main(["new", "delivery-plan", str(tmp_path / "plan.xlsx"), "--from", str(source(tmp_path, (None, None, None)))])
    value = CellError(part) if part == "#N/A" else part
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    sheet = book["Plan"]
    at = {cell.value: cell.column for cell in sheet[5]}
    for heading, text in (("Part", value), ("Exempt Paragraph", paragraph), ("Exempt Reason", reason)):
        sheet.cell(6, at[heading]).value = text
    book.save(tmp_path / "plan.xlsx")
    nothing_leaks(tmp_path / "plan.xlsx", capsys)


@pytest.mark.parametrize("way", [*WAYS, "Part 1", "Part 2", "public", "Private without grounds"])
@pytest.mark.parametrize("kind", ["text", "choice"])
def test_a_council_with_words_of_its_own(way, kind, tmp_path, capsys):
    """What is not a word of the schema is in doubt; `Private` with its grounds is in the exempt part and nowhere else."""
    cells = WAYS.get(way, (way.partition(" without")[0], None, None))
    schema = tmp_path / "own.toml"
    schema.write_text(COUNCIL.replace('aliases = ["Part"]', f'aliases = ["Part"]\nkind = "{kind}"'), encoding="utf-8")
    master = tmp_path / "plan.xlsx"
    main(["new", str(schema), str(master), "--from", str(source(tmp_path, cells))])
    if way == "public":
        assert main(["appendix", str(master), "-o", str(tmp_path / "committee.xlsx")]) == 0
        assert SECRET.encode() in all_bytes(tmp_path / "committee.xlsx")
    elif way == "Private":
        assert main(["appendix", str(master), "-o", str(tmp_path / "committee.xlsx"), "--docx", "--json"]) == 0
        assert SECRET not in capsys.readouterr().out
        assert len(public_files(tmp_path)) == 2
        assert not any(SECRET.encode() in all_bytes(p) for p in public_files(tmp_path))
        assert SECRET.encode() in all_bytes(tmp_path / "committee Part 2 exempt.xlsx")
    else:
        nothing_leaks(master, capsys)


@pytest.mark.parametrize("way", WAYS)
def test_an_owner_who_says_so_in_a_return(way, tmp_path, capsys):
    """Where owners may fill the Part in: what they send is in the plan, or waits, and nothing of it is published."""
    part = WAYS[way][0]
    if part is None:
        pytest.skip("an owner who leaves the Part blank says nothing")
    schema = tmp_path / "own.toml"
    schema.write_text(COUNCIL, encoding="utf-8")
    master = tmp_path / "plan.xlsx"
    main(["new", str(schema), str(master), "--from", str(source(tmp_path, ("Public", None, None)))])
    assert main(["issue", str(master), "--out", str(tmp_path / "out")]) == 0
    (sent,) = (tmp_path / "out").glob("*.xlsx")
    book = openpyxl.load_workbook(sent)
    sheet = book.worksheets[0]
    at = next(c for row in sheet for c in row if c.value == "Open to")
    sheet.cell(at.row + 1, at.column).value = CellError(part) if part == "#N/A" else part
    sheet.cell(at.row + 2, at.column).value = "Agored"
    book.save(sent)
    main(["merge", str(master), str(sent)])
    capsys.readouterr()
    assert main(["appendix", str(master), "-o", str(tmp_path / "committee.xlsx")]) == 1
    assert not public_files(tmp_path)


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ({"Plan!M5": "Part", "Plan!M6": "Part 2"}, "M6"),
        ({"Plan!M5": "Part", "Plan!M6": "Yes"}, "M6"),
        ({"Plan!M5": "Exempt?", "Plan!M6": "Yes"}, "M6"),
        ({"Plan!M5": "Note", "Plan!M6": "Not for publication"}, "M6"),
        ({"Plan!M6": "Confidential"}, "M6"),
        ({"Plan!M5": "Exempt Reason", "Plan!M6": "Contract"}, "M6"),
    ],
)
def test_a_column_that_the_plan_does_not_know_keeps_nothing_back_and_so_stops_it(cells, place, tmp_path, capsys):
    """As where a plan without a Part was given one by hand."""
    source_plan = source(tmp_path, (None, None, None))
    schema = tmp_path / "own.toml"
    schema.write_text(
        COUNCIL.partition('[[columns]]\nkey = "open_to"')[0]
        .replace('part = "open_to"\n', "")
        .replace('paragraph = "ground"\nreason = "why"\n', ""),
        encoding="utf-8",
    )
    master = tmp_path / "plan.xlsx"
    main(["new", str(schema), str(master), "--from", str(source_plan)])
    type_into(master, cells)
    nothing_leaks(master, capsys, cells=place[0])


def test_a_part_merged_over_two_lines_is_both_lines(tmp_path):
    main(["new", "delivery-plan", str(tmp_path / "plan.xlsx"), "--from", str(source(tmp_path, ("Part 2", "3", "Why")))])
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    book["Plan"].merge_cells("J6:J7")
    book.save(tmp_path / "plan.xlsx")
    plan = read_plan(snapshot_of(tmp_path / "plan.xlsx"))
    assert [publicity(plan, x) for x in plan.lines] == [Publicity.EXEMPT, Publicity.EXEMPT]


@pytest.mark.parametrize("word", ["part 1", " Part  1 ", "Part\u00a01", "PART 1", "Part1", "Public", "Open", None, ""])
def test_what_is_public(word, tmp_path):
    main(["new", "delivery-plan", str(tmp_path / "plan.xlsx"), "--from", str(source(tmp_path, (word, "n/a", "-")))])
    plan = read_plan(snapshot_of(tmp_path / "plan.xlsx"))
    assert [publicity(plan, x) for x in plan.lines] == [Publicity.PUBLIC, Publicity.PUBLIC]

"""Exempt fails closed: no word of a line that is not certainly public is in anything public, and its cell is named."""

import json
import zipfile
from importlib.resources import files
from pathlib import Path

import openpyxl
import pytest
from masters import OWNERS, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.plan.exemption import EXEMPT_RULE, Publicity, publicity
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema import shipped_schemas
from hrworkbook.plan.values import CellError

SECRET = "Zanzibar severance"
HEADINGS = (
    "Theme", "Ref", "Priority", "Owner", "Timescale", "RAG", "Progress Update", "Part", "Exempt Paragraph", "Exempt Reason",
)  # fmt: skip
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


def source(
    folder: Path, cells: tuple[str | None, ...], suffix: str = "xlsx", headings: tuple[str, ...] = HEADINGS
) -> Path:
    """A plan of two lines, the first with these cells of exemption."""
    rows = [
        headings,
        ("Staff", "A", SECRET, "Learning Lead", "Ongoing", "Green", f"{SECRET} is agreed.", *cells),
        ("Staff", "B", "Train managers", "Learning Lead", "Ongoing", "Amber", "First course held.", None, None, None),
    ]
    path = folder / f"source.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join(",".join(v or "" for v in row) for row in rows), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if cells[0] == "#N/A":
        book.active["H2"].data_type = "e"
    book.save(path)
    return path


def public_files(folder: Path) -> list[Path]:
    return [p for p in folder.glob("committee*") if "exempt" not in p.name]


def all_bytes(path: Path) -> bytes:
    """Every part of a file that is made."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return b"".join(package.read(n) + n.encode() for n in package.namelist())


def nothing_leaks(master: Path, capsys, cells: str = "HIJKL") -> None:
    """Validate names a cell of the line; the appendix stops, names it, and makes nothing, however it is asked."""
    capsys.readouterr()
    assert main(["validate", str(master), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    errors = [f for f in found if f["severity"] == "error"]
    assert errors and all(f["cell"][0] in cells and f["cell"][1:] == str(6) for f in errors), found
    for words in ((), ("--anyway",), ("--json", "--anyway")):
        out = master.parent / "committee.xlsx"
        code = main(["appendix", str(master), "-o", str(out), "--docx", *words])
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        assert not any(SECRET.encode() in all_bytes(p) for p in public_files(master.parent))
        if not words:
            assert code == 1 and not out.exists() and errors[0]["cell"] in said.err
        if any(f["rule"] == EXEMPT_RULE for f in errors):
            assert code == 1 and not out.exists()


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


COUNCIL = """
name = "plan"
title = "Our plan"

[roles]
theme = "theme"
priority = "priority"
owner = "owner"
status = "rag"
progress = "progress"
due = "due"
part = "open_to"
paragraph = "ground"
reason = "why"

[[columns]]
key = "theme"
header = "Theme"

[[columns]]
key = "ref"
header = "Ref"

[[columns]]
key = "priority"
header = "Priority"

[[columns]]
key = "owner"
header = "Owner"
kind = "owners"

[[columns]]
key = "due"
header = "Timescale"

[[columns]]
key = "rag"
header = "RAG"

[[columns]]
key = "progress"
header = "Progress Update"
edited_by = "owner"

[[columns]]
key = "open_to"
header = "Open to"
aliases = ["Part"]
public = ["Public", "Agored"]
exempt = ["Private"]
edited_by = "owner"

[[columns]]
key = "ground"
header = "Ground"
aliases = ["Exempt Paragraph"]

[[columns]]
key = "why"
header = "Why"
aliases = ["Exempt Reason"]

[appendix]
columns = ["priority", "owner", "progress"]
"""


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


@pytest.mark.parametrize("text", ["NOT FOR PUBLICATION: see the report", "Confidential", "exempt information"])
def test_a_mark_in_another_column_waits_for_an_answer(text, tmp_path, capsys):
    master = make_master(
        tmp_path,
        owners=OWNERS,
        table=f"""
Theme | Ref | Priority | Owner         | Timescale | RAG   | Progress Update
Staff | A   | Settle   | Learning Lead | Ongoing   | Green | {text}
""",
    )
    out = tmp_path / "committee.xlsx"
    assert main(["appendix", str(master), "-o", str(out)]) == 1 and not out.exists()
    assert "Plan!I6" in capsys.readouterr().err
    assert main(["appendix", str(master), "-o", str(out), "--anyway"]) == 1, "and check says it again"
    assert out.exists() and "says" in capsys.readouterr().out


def test_a_line_that_became_exempt_leaves_no_word_of_what_it_was(tmp_path):
    """Neither in what changed nor in the trend, whose words of status are the plan's own."""
    schema = tmp_path / "own.toml"
    schema.write_text(COUNCIL, encoding="utf-8")
    master = tmp_path / "plan.xlsx"
    main(["new", str(schema), str(master), "--from", str(source(tmp_path, ("Public", None, None)))])
    type_into(master, {"Plan!G6": SECRET})
    for ground in ((), ("Plan!I6", "Plan!J6", "Plan!K6")):
        assert main(["roll", str(master)]) == 0
        if ground:
            type_into(master, dict(zip(ground, ("Private", "3", "Contract"), strict=True)))
        assert main(["appendix", str(master), "-o", str(tmp_path / "committee.xlsx"), "--docx"]) == 0
        found = [SECRET.encode() in all_bytes(p) for p in public_files(tmp_path) if "backup" not in p.name]
        assert len(found) == 2 and (any(found) if not ground else not any(found))


def test_check_finds_a_line_that_is_kept_back(tmp_path, capsys):
    """By the Part that is printed beside it; by the plan, where nothing is."""
    schema = tmp_path / "own.toml"
    schema.write_text(COUNCIL.replace('"progress"]', '"progress", "open_to", "why"]'), encoding="utf-8")
    master, out = tmp_path / "plan.xlsx", tmp_path / "committee.xlsx"
    main(["new", str(schema), str(master), "--from", str(source(tmp_path, ("Agored", None, None)))])
    assert main(["appendix", str(master), "-o", str(out)]) == 0
    assert main(["check", str(out), "--plan", str(master)]) == 0
    type_into(master, {"Plan!I6": "Private", "Plan!J6": "3", "Plan!K6": "Contract"})
    assert main(["check", str(out)]) == 0
    capsys.readouterr()
    assert main(["check", str(out), "--plan", str(master), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert {f["sheet"] for f in found if f["rule"] == "exempt"} >= {"Data", "Plan"}
    book = openpyxl.load_workbook(out)
    for row in book["Data"].iter_rows():
        for cell in row:
            if cell.value == "Agored":
                cell.value = "Part II"
    book.save(out)
    capsys.readouterr()
    assert main(["check", str(out), "--json"]) == 1
    assert "exempt" in {f["rule"] for f in json.loads(capsys.readouterr().out)["findings"]}


def test_the_exempt_part_is_told_as_what_it_is(tmp_path, capsys):
    main(["new", "delivery-plan", str(tmp_path / "plan.xlsx"), "--from", str(source(tmp_path, ("Part 2", "3", "Why")))])
    assert main(["appendix", str(tmp_path / "plan.xlsx"), "-o", str(tmp_path / "committee.xlsx")]) == 0
    assert main(["check", str(tmp_path / "committee Part 2 exempt.xlsx")]) == 0
    assert "not for publication" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        (("Publication status", "Schedule", "Because"), ("Part 2", "3", "Contract")),
        (("Access", "x", "y"), ("NOT FOR PUBLICATION", None, None)),
        (("Exempt?", "x", "y"), ("Yes", None, None)),
        (("Part", "Exempt?", "y"), ("Part 1", "Yes", None)),
        (("x", "y", "Reason for exemption"), (None, None, "Contract")),
        (("Public or exempt", "Schedule 12A paragraph", "y"), (None, "3", None)),
    ],
)
def test_a_plan_whose_part_goes_by_another_name(headings, cells, tmp_path, capsys):
    master = tmp_path / "plan.xlsx"
    main(
        ["new", "delivery-plan", str(master), "--from", str(source(tmp_path, cells, headings=HEADINGS[:7] + headings))]
    )
    nothing_leaks(master, capsys)


def test_a_schema_without_a_part_says_that_a_mark_is_lost(tmp_path, capsys):
    schema = tmp_path / "own.toml"
    schema.write_text(
        COUNCIL.replace('part = "open_to"\n', "")
        .replace('public = ["Public", "Agored"]\nexempt = ["Private"]\n', "")
        .replace('aliases = ["Part"]\n', ""),
        encoding="utf-8",
    )
    assert (
        main(["new", str(schema), str(tmp_path / "plan.xlsx"), "--from", str(source(tmp_path, ("Part 2", "3", "x")))])
        == 1
    )
    assert "What is marked as exempt (H2) will be published" in capsys.readouterr().out


def test_a_collection_keeps_its_exempt_lines_back_too(tmp_path, capsys):
    """Of returns that nobody issued, the appendix is of those that may be published."""
    text = (
        shipped_schemas()["workforce"]
        .read_text(encoding="utf-8")
        .replace("[roles]", '[roles]\npart = "part"\nparagraph = "ground"\nreason = "why"')
    )
    more = "".join(f'[[columns]]\nkey = "{key}"\nheader = "{key.title()}"\n' for key in ("part", "ground", "why"))
    schema = tmp_path / "own.toml"
    schema.write_text(text.replace("[roles]", f"{more}\n[roles]", 1), encoding="utf-8")
    master, out = tmp_path / "plan.xlsx", tmp_path / "committee.xlsx"
    assert main(["new", str(schema), str(master)]) == 0
    main(["merge", str(master), str(files("hrworkbook.example") / "workforce")])
    plan = read_plan(snapshot_of(master))
    line = next(x for x in plan.lines if "Footpaths" in " ".join(map(str, x.values.values())))
    places = {key: f"Plan!{plan.address(line, key)}" for key in ("part", "ground", "why")}
    capsys.readouterr()
    type_into(master, {places["part"]: "Part II?!"})
    assert main(["appendix", str(master), "-o", str(out)]) == 1 and "so nothing was made" in capsys.readouterr().err
    type_into(master, {places["part"]: "Confidential", places["ground"]: "3", places["why"]: "Contract"})
    assert main(["appendix", str(master), "-o", str(out), "--docx"]) == 0
    assert len(public_files(tmp_path)) == 2
    assert not any(b"Footpaths" in all_bytes(p) for p in public_files(tmp_path))
    assert b"Footpaths" in all_bytes(tmp_path / "committee Part 2 exempt.xlsx")


def test_a_program_is_told_why_nothing_was_made(tmp_path, capsys):
    main(["new", "delivery-plan", str(tmp_path / "plan.xlsx"), "--from", str(source(tmp_path, ("Yes", None, None)))])
    capsys.readouterr()
    assert main(["appendix", str(tmp_path / "plan.xlsx"), "-o", str(tmp_path / "committee.xlsx"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["refused"].startswith("Plan!J6: Part is 'Yes'")

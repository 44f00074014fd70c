"""Marks that wait for an answer, and what is said of what is kept back."""

import json
from importlib.resources import files

import openpyxl
import pytest
from exempt_plans import COUNCIL, HEADINGS, SECRET, all_bytes, nothing_leaks, public_files, source
from masters import OWNERS, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema import shipped_schemas


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

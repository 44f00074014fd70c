"""Plans in other words and layouts than the rest of the tests: what they say is read, and of each cell it is known where it went."""

import pytest
from test_plan_source import HEADS, plan, says, sheet

TWO = ["Hire", "Train"]
LINES = "1|Hire|HR Lead|May 2027|Green|Begun\n2|Train|HR Lead|May 2027|Red|Late"

TABLES = {
    "strands over merged rows": (
        f"{HEADS}\nStrand A - Wellbeing\n1|Flu jabs|Nurse Lead|May 2027|Green|Begun\nStrand B - Reward\n2|Grades|Pay Lead|Jul 2027|Amber|Half",
        ["Flu jabs", "Grades"], ["Strand A - Wellbeing", "Strand B - Reward"],
    ),
    "priorities with aims": (
        f"{HEADS}\nPriority 3: Grow\nAim: a ladder for all\n1|Hire|HR Lead|May 2027|Green|Begun\nPriority 4: Include\nAim: all belong\n2|Train|OD Lead|May 2027|Red|Late",
        TWO, ["Priority 3: Grow", "Priority 4: Include"],
    ),
    "a title above each table": (
        f"Our people: Safe\n{HEADS}\n1|Hire|HR Lead|May 2027|Green|Begun\n\nOur people: Well\n{HEADS}\n2|Train|HR Lead|May 2027|Red|Late",
        TWO, ["Our people: Safe", "Our people: Well"],
    ),
    "capitals without references": (
        "Action|Lead|Due|RAG\nATTRACT\nHire|HR Lead|May 2027|Green\nKEEP\nTrain|OD Lead|May 2027|Red", TWO, ["ATTRACT", "KEEP"],
    ),
    "totals below and between": (
        "Ref|Action|Lead officer|Target date|Budget|RAG\n1|Hire|HR Lead|May 2027|500|Green\nSub-total||||500\n2|Train|HR Lead|May 2027|700|Red\nGrand total||||1200",
        TWO, ["", ""],
    ),
    "a source and a key below": (f"{HEADS}\n{LINES}\n\nSource: the HR system at 1 May.\nKey: Green is on track", TWO, ["", ""]),
    "a footnote between": (
        f"{HEADS}\n1|Hire|HR Lead|May 2027|Green|Begun\n† Subject to the budget\n2|Train|HR Lead|May 2027|Red|Late", TWO, ["", ""],
    ),
    "letters number the columns": (f"{HEADS}\na|b|c|d|e|f\n{LINES}", TWO, ["", ""]),
    "guidance in imperatives": (
        f"{HEADS}\ne.g. 1.1|Say what will be done|Name one post|Month and year|Choose from list|Two lines at most\n{LINES}", TWO, ["", ""],
    ),
    "guidance in brackets": (
        f"{HEADS}\n(number)|(what is to be done)|(job title)|(mm/yy)|(R/A/G)|(since last time)\n{LINES}", TWO, ["", ""],
    ),
    "an end mark": (f"{HEADS}\n{LINES}\n*** END ***\n3|Spare|HR Lead|May 2027|Green|x", TWO, ["", ""]),
    "an example first": (f"{HEADS}\nExample|Write a guide|Jo Bloggs|Jan 2026|Green|Nice\n{LINES}", TWO, ["", ""]),
    "a column of yes and no": (
        "Ref|Action|Funded?|Lead|Due|RAG\n1|Hire|No|HR Lead|May 2027|Green\n2|Train|Yes|OD Lead|May 2027|Red", TWO, ["", ""],
    ),
    "a column of must and should": (
        "No|Priority|Action|Lead|By when|RAG\n1|Must|Hire|HR Lead|May 2027|Green\n2|Should|Train|OD Lead|May 2027|Red", TWO, ["", ""],
    ),
    "headings in two lines each": (
        "Ref\\nno.|Key\\nactions|Responsible\\nofficer|Target\\ncompletion date|BRAG\\nstatus|Progress\\nto date\n" + LINES, TWO, ["", ""],
    ),
    "a letterhead": (f"Borough of Ashby\nPeople plan 2026-29\nUpdated: 3 June 2026\n\n{HEADS}\n{LINES}", TWO, ["", ""]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_lines_and_themes(name: str):
    table, priorities, themes = TABLES[name]
    found = plan(table)
    assert says(found, "priority") == priorities
    assert says(found, "theme") == themes


def test_themes_merged_over_their_lines():
    table = "Workstream|Action|Lead officer\nAttract|Advertise|HR Lead\n|Use the web|HR Lead\nKeep|Thank people|OD Lead"
    found = plan(sheet(table, [(2, 1, 3, 1)]))
    assert says(found, "theme") == ["Attract", "Attract", "Keep"]


def test_bullets_that_became_rows():
    table = "Ref|Action|Lead|Due|Progress\n1|Hire|HR Lead|May 2027|• Advert out\n||||• Ten applied\n2|Train|OD Lead|Jun 2027|• Booked"
    found = plan(sheet(table, [(2, at, 3, at) for at in range(1, 5)]))
    assert says(found, "progress_update") == ["• Advert out\n• Ten applied", "• Booked"]


@pytest.mark.parametrize(
    ("headings", "cells", "key", "value"),
    [
        ("Update June 2026|Update Sept 2026", "Old news|New news", "progress_update", "New news"),
        ("RAG Q1|RAG Q2|RAG Q3", "Green|Amber|", "rag", "Amber"),
        ("Status|RAG", "In progress|Amber", "rag", "Amber"),
        ("Executive sponsor|Lead officer", "Chief Executive|HR Lead", "owner", "HR Lead"),
    ],
)
def test_of_several_columns_the_filled_and_latest_and_the_others_are_told(headings, cells, key, value):
    found = plan(f"Ref|Action|Due|{headings}\n1|Hire|May 2027|{cells}\n2|Train|May 2027|{cells}")
    assert says(found, key) == [value, value]
    assert any(f"'{headings.split('|')[0]}'" in note for note in found.notes)


def test_a_sheet_for_each_directorate_and_one_for_the_key():
    one, two = (
        sheet(f"Ref|Action|Lead|Due|RAG\n1|{what}|HR Lead|May 2027|Green", name=name)
        for what, name in (("Hire", "Adults"), ("Grit roads", "Highways"))
    )
    found = plan(one, two, sheet("Colour|Meaning\nRed|Late\nGreen|On track", name="Key"))
    assert says(found, "theme") == ["Adults", "Highways"]
    assert {cell.sheet for cell in found.unplaced} == {"Key"}

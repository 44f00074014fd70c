"""Whole plans as councils keep them, read by the schema that their owner would adapt: all lines, and a place for every cell."""

from dataclasses import replace
from datetime import date

import pytest
from masters import shared
from test_plan_source import everything_is_somewhere, says

from hrworkbook.intake.reader import read_file
from hrworkbook.plan.schema import Schema, load_schema, read_schema
from hrworkbook.plan.values import as_text, is_blank
from hrworkbook.tables.plan_source import SourcePlan, read_plan

SCORECARD = """
name = "scorecard"
title = "Scorecard"
done = ["Green"]
[roles]
reference = "ref"
priority = "indicator"
owner = "owner"
status = "rag"
progress = "progress"
[lists]
RAG = ["Red", "Amber", "Green"]
""" + "\n".join(
    f'[[columns]]\nkey = "{key}"\nheader = "{header}"\nkind = "{kind}"\nwidth = 20{more}'
    for key, header, kind, more in (
        ("ref", "PI Ref", "reference", ""),
        ("indicator", "Performance Indicator", "text", ""),
        ("owner", "Owner", "owners", ""),
        ("outturn", "2023/24 Outturn", "text", ""),
        ("target", "Target 2024/25", "text", ""),
        ("q1", "Q1 Actual", "text", ""),
        ("q2", "Q2 Actual", "text", ""),
        ("travel", "Direction of Travel", "text", ""),
        ("rag", "RAG", "choice", '\nlist = "RAG"\nedited_by = "owner"'),
        ("progress", "Commentary", "text", '\nedited_by = "owner"'),
        ("good", "Good is", "text", ""),
    )
)


def read(name: str, schema: Schema) -> SourcePlan:
    """The plan of a file; every filled cell of it must be known."""
    blocks = read_file(shared(f"cases/whole-plans/{name}"), documents=True, fills=True).blocks
    found = read_plan(list(blocks), schema)
    as_words = [replace(b, rows=[[None if isinstance(v, date) else v for v in row] for row in b.rows]) for b in blocks]
    everything_is_somewhere(as_words, found)  # a date is read as it is shown
    return found


@pytest.mark.parametrize(
    ("name", "lines", "themes"),
    [("1_people_strategy.xlsx", 10, 3), ("2_by_sheet.xlsx", 8, 3), ("4_service_plan.ods", 6, 3), ("7_word.docx", 4, 2), ("7_word.xlsx", 4, 2)],
)  # fmt: skip
def test_every_line_has_its_theme_and_every_cell_a_place(name: str, lines: int, themes: int):
    found = read(name, load_schema("delivery-plan"))
    assert len(found.lines) == lines
    assert len(set(says(found, "theme")) - {""}) == themes


def test_a_scorecard_has_each_figure_as_it_is_shown():
    found = read("5_kpi.xlsx", read_schema(SCORECARD, "scorecard.toml"))
    assert len(found.lines) == 7
    assert says(found, "outturn")[1:5] == ["14.2%", "81.0%", "4.1%", "£6,100,000"]
    assert says(found, "q1")[3] == "Annual"
    assert not any(is_blank(line.values.get("good")) for line in found.lines)
    assert [as_text(cell.value) for cell in found.unplaced] == ["Corporate HR scorecard Q2 2024/25"]

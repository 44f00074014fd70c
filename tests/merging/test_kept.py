"""Plans as people keep them: cells merged over several lines, themes in rows of their own."""

from dataclasses import replace

import pytest
from masters import KEEPING, TODAY, block

from hrworkbook.plan.schema import load_schema
from hrworkbook.render.new_master import NewMaster
from hrworkbook.verbs.new import new

HEADS = "Ref | Objective | Lead officer | Target date | Measure | Status | Progress to date"
BANDS = f"""
HR Delivery Plan | | | | | |
{HEADS}
Workforce planning | | | | | |
A | Hire  | HR Manager | Mar 2027 | Ten | Green | Three.
B | Train | L&D Lead   | Ongoing  | All | Amber | None.
Health and safety | | | | | |
C | Audit | Safety     | May 2027 | All | Red   |
"""
COLUMN = f"""
Theme | {HEADS}
Workforce | A | Hire  | HR Manager | Mar 2027 | Ten | Green | Three.
          | B | Train | HR Manager | Ongoing  | All | Amber | None.
Safety    | C | Audit | Safety     | May 2027 | All | Red   |
"""


def made(table: str, *merges: tuple[int, int, int, int]) -> NewMaster:
    return new(load_schema("delivery-plan"), KEEPING, TODAY, [replace(block(table), merges=merges)])


def column(draft: NewMaster, key: str) -> list[object]:
    return [values.get(key) for _, values in draft.lines]


@pytest.mark.parametrize("merges", [(), ((3, 1, 3, 7), (6, 1, 6, 7))], ids=["typed", "merged across"])
def test_rows_of_their_own_above_the_lines_are_their_themes(merges):
    draft = made(BANDS, *merges)
    assert column(draft, "theme") == ["Workforce planning", "Workforce planning", "Health and safety"]
    assert [u.value for u in draft.unplaced] == ["HR Delivery Plan"]
    assert "What stands alone in its row (A3 and A6) was read as the Theme of the lines below it." in draft.notes
    assert not any("merged" in note for note in draft.notes)
    assert draft.lists["Themes"] == ("Workforce planning", "Health and safety")


def test_a_line_with_nothing_above_it_leaves_rows_of_their_own_as_notes():
    first, *rest = BANDS.strip().splitlines()
    draft = made("\n".join([first, rest[0], *rest[2:]]))
    assert column(draft, "theme") == [None, None, None]
    assert [u.value for u in draft.unplaced] == ["HR Delivery Plan", "Health and safety"]


def test_a_plan_with_a_column_of_themes_has_no_others():
    lines = COLUMN.strip().splitlines()
    draft = made("\n".join([lines[0], "See the covering report | | | | | | |", *lines[1:]]))
    assert column(draft, "theme") == ["Workforce", "Workforce", "Safety"]
    assert [u.value for u in draft.unplaced] == ["See the covering report"]


def test_a_cell_merged_over_several_lines_is_read_for_each():
    draft = made(COLUMN, (2, 1, 3, 1))
    assert column(draft, "theme") == ["Workforce", "Workforce", "Safety"]
    assert "1 cell merged over several lines was read for each of them." in draft.notes
    assert draft.unplaced == () and not any("first cell only" in note for note in draft.notes)


def test_a_theme_that_stands_once_is_filled_down_and_told():
    draft = made(COLUMN)
    assert column(draft, "theme") == ["Workforce", "Workforce", "Safety"]
    assert any("filled" in note for note in draft.notes)


def test_headings_merged_over_two_rows_stay_headings():
    draft = made(
        f"Plan | | | | | | |\n{COLUMN.strip()}".replace("Plan | |", "Theme | |", 1), (1, 1, 2, 1), (3, 1, 4, 1)
    )
    assert column(draft, "theme") == ["Workforce", "Workforce", "Safety"] and len(draft.lines) == 3

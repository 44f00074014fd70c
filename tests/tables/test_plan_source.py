"""Plans as councils keep them: each kind of heading, theme, row and column in instances of our own."""

from datetime import date

import pytest

from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.schema import load_schema
from hrworkbook.plan.snapshot import Block, CellTexts
from hrworkbook.plan.values import as_text
from hrworkbook.tables.plan_source import SourcePlan, read_plan

SCHEMA = load_schema("delivery-plan")
HEADS = "Ref|Action|Lead officer|Target date|RAG|Progress"


def sheet(table: str, merges=(), name="Plan", **marks) -> Block:
    rows = [[c.strip().replace("\\n", "\n") or None for c in line.split("|")] for line in table.strip("\n").split("\n")]
    return Block(name, rows, tuple(merges), **marks)


def plan(*blocks: Block | str, **options) -> SourcePlan:
    """The plan on some sheets; of each cell it must be known where it went."""
    given = [sheet(b) if isinstance(b, str) else b for b in blocks]
    found = read_plan(given, SCHEMA, **options)
    everything_is_somewhere(given, found)
    return found


def everything_is_somewhere(blocks, found: SourcePlan) -> None:
    """Every filled cell is in a line, a heading, a theme of its own, or listed once."""
    listed = [(u.sheet, u.cell) for u in found.unplaced]
    assert len(listed) == len(set(listed))
    told = {as_text(u.value) for u in found.unplaced}
    said = "\n".join(as_text(v) for x in found.lines for v in x.values.values()) + " ".join(x.id for x in found.lines)
    heads = " ".join(h for _, header in found.headers for c in header.columns for h in (c.name, c.heading.header))
    for block in blocks:
        for row in block.rows:
            for value in row:
                text = " ".join(as_text(value).split())
                assert (
                    not text
                    or text in " ".join(said.split())
                    or as_text(value) in told
                    or text in heads
                    or len(text) <= 8  # a ditto mark
                )


def says(found: SourcePlan, key: str) -> list[str]:
    return [as_text(x.values.get(key)) for x in found.lines]


def note(found: SourcePlan, words: str) -> str:
    (one,) = (n for n in found.notes if words in n)
    return one


def listed(found: SourcePlan) -> list[str]:
    return [u.cell for u in found.unplaced]


# Headings over two rows


@pytest.mark.parametrize(
    ("pair", "date_read"),
    [("Start|End", "Mar 27"), ("From|To", "Mar 27"), ("Original|Revised", "Mar 27"), ("Start date|Finish date", "Mar 27"),
     ("Start date|Target date", "Mar 27"), ("Begin|Complete", "Mar 27")],
)  # fmt: skip
@pytest.mark.parametrize("merged", [True, False])
def test_of_a_start_and_an_end_the_end_is_due(pair, date_read, merged):
    table = f"Ref|Action|Timescale||Lead\n||{pair}|\n1|Hire|Apr 26|Mar 27|HR Lead\n2|Train|May 26|Jun 27|OD Lead"
    merges = [(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4), (1, 5, 2, 5)] if merged else []
    found = plan(sheet(table, merges))
    assert says(found, "timescale") == ["Mar 27", "Jun 27"] and says(found, "owner") == ["HR Lead", "OD Lead"]
    assert [x.row for x in found.lines] == [3, 4]
    assert any("Timescale / " in n for n in found.notes)


def test_where_a_revised_date_is_blank_the_first_one_stands():
    found = plan("Ref|Action|Lead|Target date|Revised date\n1|Hire|HR Lead|Mar 27|\n2|Train|OD Lead|Mar 27|Jun 27")
    assert says(found, "timescale") == ["Mar 27", "Jun 27"] and listed(found) == ["D3"]
    assert "in the lines whose 'Revised date' is blank" in note(found, "'Target date' was read")


@pytest.mark.parametrize(
    ("pair", "at"),
    [("Last|This", 1), ("Q1|Q2", 1), ("Oct 2024|Jan 2025", 1), ("Previous|Current", 1), ("Current|Previous", 0), ("Q3|Q2", 0),
     ("Q4 2023/24|Q1 2024/25", 1), ("Last quarter|This quarter", 1), ("2023/24|2024/25", 1), ("Q1 24/25|Q2 24/25", 1)],
)  # fmt: skip
def test_of_two_periods_the_latest_counts(pair, at):
    found = plan(f"Ref|Action|RAG||Lead\n||{pair}|\n1|Hire|Red|Green|HR Lead\n2|Train|Green|Red|OD Lead")
    assert says(found, "rag") == (["Green", "Red"] if at else ["Red", "Green"])
    assert "is earlier than" in note(found, "is earlier than") and len(listed(found)) == 2


def test_periods_in_one_heading_row_are_told_apart_too():
    found = plan("Ref|Action|RAG Q1|RAG Q2|RAG Q3|Lead\n1|Hire|Red|Green||HR Lead\n2|Train|Green|Red||OD Lead")
    assert says(found, "rag") == ["Green", "Red"]
    found = plan(
        "Ref|Action|Progress to Q1 24/25|Progress to Q2 24/25|Lead\n1|Hire|Begun|Done|HR Lead\n2|Train|No|Half|OD Lead"
    )
    assert says(found, "progress_update") == ["Done", "Half"]


def test_where_none_can_be_told_none_is_read_and_it_is_asked():
    found = plan("Ref|Action|RAG||Lead\n||Schools|Depots|\n1|Hire|Red|Green|HR Lead\n2|Train|Green|Red|OD Lead")
    assert says(found, "rag") == ["", ""] and "choose one" in note(found, "not clear which")
    assert listed(found) == ["C3", "D3", "C4", "D4"]


def test_groups_above_known_headings_stay_groups():
    found = plan(
        "Ref|What||Delivery||Progress\n|Action|Lead|Target date|RAG|\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done."
    )
    assert says(found, "priority") == ["Hire", "Train"] and says(found, "rag") == ["Red", "Green"]
    assert says(found, "progress_update") == ["Late.", "Done."]


# Rows below the headings that are no lines, and lines that look like headings


@pytest.mark.parametrize(
    "numbers",
    [
        "(1)|(2)|(3)|(4)|(5)|(6)",
        "1|2|3|4|5|6",
        "a|b|c|d|e|f",
        "Col 1|Col 2|Col 3|Col 4|Col 5|Col 6",
        "[1]|[2]|[3]|[4]|[5]|[6]",
    ],
)
def test_a_row_that_numbers_the_columns_is_no_line(numbers):
    found = plan(f"{HEADS}\n{numbers}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done.")
    assert says(found, "priority") == ["Hire", "Train"] and "numbered" in note(found, "numbered")


@pytest.mark.parametrize(
    "row",
    ["Number|What we will do|Job title|dd/mm/yyyy|Red/Amber/Green|What has been done",
     "e.g. 1.1|Please describe the action|Name of lead|Enter a date|Select|Max 50 words",
     "Unique number|Describe the action|Who is responsible|When will it be done|R/A/G|How is it going"],
)  # fmt: skip
def test_guidance_below_the_headings_is_no_line(row):
    found = plan(f"{HEADS}\n{row}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done.")
    assert says(found, "priority") == ["Hire", "Train"] and "guidance" in note(found, "guidance")


def test_a_line_of_plain_words_below_the_headings_is_a_line():
    found = plan(
        f"{HEADS}\n1|Give staff a list of what to enter|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done."
    )
    assert len(found.lines) == 2


@pytest.mark.parametrize("word", ["No", "Progress", "Lead", "Update", "Who", "Deadline", "Owner"])
def test_a_first_line_whose_word_is_anothers_heading_is_a_line(word):
    found = plan(
        f"Theme|Ref|Priority|Owner|RAG|Stage\nPay|1|Hire|HR Lead|Green|{word}\nPay|2|Train|OD Lead|Red|Other\nPay|3|Plan|OD Lead|Red|Other"
    )
    assert says(found, "priority") == ["Hire", "Train", "Plan"] and says(found, "owner") == [
        "HR Lead",
        "OD Lead",
        "OD Lead",
    ]
    assert "Column F 'Stage' is not known" in note(found, "'Stage'")


@pytest.mark.parametrize("mark", ["Example", "e.g.", "EXAMPLE:", "Sample row"])
def test_an_example_is_no_line(mark):
    found = plan(
        f"{HEADS}\n{mark}|Fill a post|HR Lead|Mar 27|Red|Late.\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done."
    )
    assert says(found, "priority") == ["Hire", "Train"]


@pytest.mark.parametrize("mark", ["END", "*** End of plan ***", "--- end ---", "End of sheet"])
def test_a_mark_ends_the_table(mark):
    found = plan(
        f"{HEADS}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done.\n{mark}\n3|Red|Off track|x|Red|y"
    )
    assert says(found, "priority") == ["Hire", "Train"] and "A4" in listed(found) and "B5" in listed(found)


@pytest.mark.parametrize(
    "row",
    [
        "Total|2||||",
        "Grand total||||1|",
        "All actions|2|||50%|",
        "|Total|||2 of 3|",
        "Total||||1 Red, 1 Green|",
        "Total actions:|2||||£99,700",
    ],
)
def test_totals_are_no_line(row):
    found = plan(f"{HEADS}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done.\n{row}")
    assert says(found, "priority") == ["Hire", "Train"] and "totals" in note(found, "totals")


def test_a_line_that_begins_with_total_is_a_line():
    found = plan(
        f"{HEADS}\n1|Total reward statements|HR Lead|Mar 27|Red|Late.\nAll|Train all staff|OD Lead|Jun 27|Green|Done."
    )
    assert len(found.lines) == 2


@pytest.mark.parametrize(
    "table",
    ["\nHeadline figures\nIndicator|Lead|Target|Q1|Q2|RAG\nDays lost|Pay Lead|8|9|9|Red", "\nKPIs\nMeasure|2023/24|Target|Actual\nTurnover|12%|10%|11%",
     "\n\nRisk|Likelihood|Impact|Score|Mitigation\nFew apply|High|High|9|Advertise more", "\nBudget\nItem|Cost|Source|Year\nCourses|9000|Levy|2026"],
)  # fmt: skip
def test_another_table_below_is_no_part_of_the_plan(table):
    found = plan(f"{HEADS}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done.\n{table}")
    assert says(found, "priority") == ["Hire", "Train"]
    assert "another table" in note(found, "another table")


@pytest.mark.parametrize(
    "table",
    [
        "Measure|Baseline|2026|2027\nTurnover|12%|11%|10%",
        "Risk|Likelihood|Impact|Score|Mitigation\nStrikes|3|4|12|Talk",
    ],
)
def test_another_table_needs_no_blank_row_above(table):
    found = plan(f"{HEADS}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|OD Lead|Jun 27|Green|Done.\n{table}")
    assert says(found, "priority") == ["Hire", "Train"]
    assert "another table" in note(found, "another table")


def test_a_line_of_words_that_are_headings_elsewhere_is_a_line():
    found = plan(f"{HEADS}\n1|Budget|HR Lead|2027|Red|Forecast\n2|Target|OD Lead|2027|Green|Score")
    assert says(found, "priority") == ["Budget", "Target"]


def test_lines_below_a_blank_row_are_lines():
    found = plan(
        f"{HEADS}\n1|Hire|HR Lead|Mar 27|Red|Late.\n\n2|Train|OD Lead|Jun 27|Green|Done.\n\n\n3|Plan|OD Lead|TBC||"
    )
    assert says(found, "priority") == ["Hire", "Train", "Plan"]


# Themes

LINES = ["1|Hire|HR Lead|Mar 27|Red|Late.", "2|Train|OD Lead|Jun 27|Green|Done.", "3|Plan|OD Lead|Jun 27|Green|Done."]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Theme 1: Attract", "Theme 2: Retain"),
        ("ATTRACT", "RETAIN"),
        ("Priority One – Attract", "Priority Two – Retain"),
        ("Attract and keep", "Retain"),
    ],
)
def test_a_theme_in_a_row_of_its_own(one, two):
    found = plan(f"{HEADS}\n{one}\n{LINES[0]}\n{LINES[1]}\n{two}\n{LINES[2]}")
    assert says(found, "theme") == [one, one, two] and listed(found) == []


@pytest.mark.parametrize(
    "detail",
    [
        "Outcome: more staff",
        "What success looks like: all posts filled",
        "Aim – we fill our posts",
        "Theme lead: Head of HR",
    ],
)
def test_what_stands_below_a_theme_says_more_of_it(detail):
    found = plan(f"{HEADS}\nTheme 1: Attract\n{detail}\n{LINES[0]}\nTheme 2: Retain\n{detail}s\n{LINES[1]}")
    assert says(found, "theme") == ["Theme 1: Attract", "Theme 2: Retain"] and listed(found) == ["A3", "A6"]


@pytest.mark.parametrize(
    "text",
    [
        "* subject to funding",
        "Note: shaded lines are done",
        "(1) see the report",
        "† agreed in May",
        "NB: figures are provisional",
        "Key: R = red",
    ],
)
def test_a_footnote_among_the_lines_is_no_theme(text):
    found = plan(f"{HEADS}\nTheme 1: Attract\n{LINES[0]}\n{text}\n{LINES[1]}\nTheme 2: Retain\n{LINES[2]}")
    assert says(found, "theme") == ["Theme 1: Attract"] * 2 + ["Theme 2: Retain"] and listed(found) == ["A4"]


def test_a_lone_cell_in_another_column_is_the_next_paragraph():
    found = plan(f"{HEADS}\nTheme 1: Attract\n{LINES[0]}\n|||||More to come.\n|And keep them\n{LINES[1]}")
    assert (
        says(found, "progress_update")[0] == "Late.\nMore to come."
        and says(found, "priority")[0] == "Hire\nAnd keep them"
    )
    assert says(found, "theme") == ["Theme 1: Attract"] * 2 and "F4 and B5" in note(found, "paragraph")


@pytest.mark.parametrize(
    "titles",
    [("Theme 1: Attract", "Theme 2: Retain"), ("Attract", "Retain"), ("Objective 1 - Attract", "Objective 2 - Retain")],
)
@pytest.mark.parametrize("gap", ["", "\n"])
def test_one_table_a_theme(titles, gap):
    found = plan(
        f"People plan\n\n{titles[0]}\n{gap}{HEADS}\n{LINES[0]}\n{LINES[1]}\n\n{titles[1]}\n{gap}{HEADS}\n{LINES[2]}"
    )
    assert says(found, "theme") == [titles[0], titles[0], titles[1]] and listed(found) == ["A1"]


def test_blanks_below_a_theme_are_filled_and_told():
    found = plan(f"Theme|{HEADS}\nPay|{LINES[0]}\n|{LINES[1]}\nSkills|{LINES[2]}")
    assert says(found, "theme") == ["Pay", "Pay", "Skills"] and "A3" in note(found, "blank cell")
    found = plan(f"Theme|{HEADS}\nPay\n|{LINES[0]}\n|{LINES[1]}\nSkills\n|{LINES[2]}")
    assert says(found, "theme") == ["Pay", "Pay", "Skills"]


@pytest.mark.parametrize("ditto", ['"', "ditto", "Ditto", "''", "”", '- " -', "do.", "As above"])
def test_ditto_marks_are_what_stands_above(ditto):
    found = plan(
        f"{HEADS}\n1|Hire|HR Lead|Mar 27|Red|Late.\n2|Train|{ditto}|{ditto}|Green|Done.\n3|Plan|{ditto}|May 27|Green|Done."
    )
    assert says(found, "owner") == ["HR Lead"] * 3 and says(found, "timescale") == ["Mar 27", "Mar 27", "May 27"]
    assert "C3" in note(found, "Ditto")


def test_a_sheet_for_each_theme():
    one = sheet(f"Version 1\n\n{HEADS}\n{LINES[0]}\n{LINES[1]}", name="Attract")
    two = sheet(f"Version 1\n\n{HEADS}\n{LINES[2]}", name="Retain")
    found = plan(sheet("Cover|of it", name="Cover"), one, two)
    assert says(found, "theme") == ["Attract", "Attract", "Retain"] and [x.sheet for x in found.lines] == [
        "Attract",
        "Attract",
        "Retain",
    ]
    one = sheet(f"Attract and keep\n\n{HEADS}\n{LINES[0]}\n{LINES[1]}", name="1")
    two = sheet(f"Pay fairly\n\n{HEADS}\n{LINES[2]}", name="2")
    assert says(plan(one, two), "theme") == ["Attract and keep", "Attract and keep", "Pay fairly"]


def test_a_lone_action_is_no_theme_where_no_theme_opens_the_table():
    found = plan("Action|Lead|By when|RAG\nHire|HR Lead|Mar 27|Red\nTrain the clerks\nPlan|OD Lead|Jun 27|Green")
    assert says(found, "theme") == ["", ""] and listed(found) == ["A3"]
    found = plan("Theme|Action|Lead|RAG\nPay|Hire|HR Lead|Red\nSkills\n|Train|OD Lead|Green")
    assert says(found, "theme") == ["Pay", "Skills"] and listed(found) == []


def test_an_objective_over_several_actions_is_their_theme():
    found = plan("Objective|Action|Lead\nAttract|Hire|HR Lead\nAttract|Welcome|HR Lead\nRetain|Train|OD Lead")
    assert says(found, "theme") == ["Attract", "Attract", "Retain"]
    assert says(found, "priority") == ["Hire", "Welcome", "Train"]


def test_a_theme_above_the_first_line_says_where_themes_stand():
    found = plan(
        "Ref|Action|Lead|By when\n|Pay and reward||\n1|Hire|HR Lead|Mar 27\n2|Train|HR Lead|Mar 27\n|Learning||\n3|Plan|OD Lead|Jun 27"
    )
    assert says(found, "theme") == ["Pay and reward", "Pay and reward", "Learning"]
    assert says(found, "priority") == ["Hire", "Train", "Plan"]


# Sheets


def test_sheets_of_the_same_lines_at_other_times_are_not_read_twice():
    old, new = (sheet(f"{HEADS}\n{LINES[0]}\n{LINES[1]}", name=n) for n in ("Old", "Current plan, in full"))
    found = plan(new, old)
    assert len(found.lines) == 2 and '--sheet "Old"' in note(found, "Sheet 'Old'")
    q1, q2 = sheet(f"{HEADS}\n{LINES[0]}", name="Q1 2026/27"), sheet(f"{HEADS}\n{LINES[2]}", name="Q2 2026/27")
    found = plan(q1, q2)
    assert says(found, "priority") == ["Plan"] and "--sheet" in note(found, "Q1 2026/27'")


def test_a_hidden_sheet_is_told_and_not_read():
    found = plan(sheet(f"{HEADS}\n{LINES[0]}", name="Plan"), sheet(f"{HEADS}\n{LINES[1]}", name="Drafts", hidden=True))
    assert says(found, "priority") == ["Hire"] and "is hidden and" in note(found, "Drafts")


def test_a_sheet_can_be_chosen_and_a_wrong_name_is_told_with_those_there_are():
    blocks = [sheet(f"{HEADS}\n{LINES[0]}", name="One"), sheet(f"{HEADS}\n{LINES[1]}", name="Two")]
    assert says(plan(*blocks, sheets=["two"]), "priority") == ["Train"]
    with pytest.raises(NotAReturn, match="'One' and 'Two'"):
        plan(*blocks, sheets=["Three"])


# Several columns for one meaning


def test_the_filled_column_is_read_and_the_empty_one_told():
    for heads in ("Status|RAG", "RAG|Status"):
        filled = "|Red" if heads == "RAG|Status" else "Red|"
        found = plan(f"Ref|Action|Lead|{heads}\n1|Hire|HR Lead|{filled}\n2|Train|OD Lead|{filled}")
        assert says(found, "rag") == ["Red", "Red"] and "could be RAG too" in note(found, "could be")


def test_the_column_whose_cells_fit_is_read():
    found = plan("Ref|Action|Lead|Status|RAG\n1|Hire|HR Lead|We have begun|Red\n2|Train|OD Lead|All booked|Green")
    assert says(found, "rag") == ["Red", "Green"] and "D2" in listed(found)
    found = plan("Ref|Action|Lead|Timescale|Deadline\n1|Hire|HR Lead|High|Mar 27\n2|Train|OD Lead|Low|Jun 27")
    assert says(found, "timescale") == ["Mar 27", "Jun 27"] and listed(found) == ["D2", "D3"]


@pytest.mark.parametrize("ratings", [("High", "Low"), ("H", "M"), ("1", "2"), ("Medium", "High")])
def test_what_only_ranks_is_not_what_is_to_be_done(ratings):
    found = plan(f"Ref|Priority|Action|Lead\n1|{ratings[0]}|Hire|HR Lead\n2|{ratings[1]}|Train|OD Lead")
    assert says(found, "priority") == ["Hire", "Train"] and "only ranks" in note(found, "ranks")
    found = plan(f"Ref|Priority|Our promise|Lead\n1|{ratings[0]}|Hire|HR Lead\n2|{ratings[1]}|Train|OD Lead")
    assert says(found, "priority") == ["", ""] and "add 'Our promise' to the aliases" in note(found, "'Our promise'")


# Colours and tables from Word


def fills(cells: dict[str, list[int]]) -> CellTexts:
    return CellTexts(cells)


def test_a_status_kept_as_a_colour_is_that_word():
    table = "Ref|Action|Lead|RAG\n1|Hire|HR Lead|\n2|Train|OD Lead|\n3|Plan|OD Lead|Red\n4|Pay|OD Lead|"
    found = plan(sheet(table, fills=fills({"FFC7CE": [2, 4], "00B050": [3, 4], "FFFF00": [5, 4]})))
    assert says(found, "rag") == ["Red", "Green", "Red", "Amber"] and "FFC7CE as Red" in note(found, "colours")
    blue = plan(sheet(table, fills=fills({"00B0F0": [2, 4], "92D050": [3, 4], "808080": [5, 4]})))
    assert says(blue, "rag") == ["Blue", "Green", "Red", "Grey"]
    key = sheet(table + "\n\n|Complete", fills=fills({"00B0F0": [2, 4, 7, 2]}))
    assert says(plan(key), "rag")[0] == "Complete"


def test_rows_that_are_shaded_have_no_status():
    table = "Ref|Action|Lead|RAG\n1|Hire|HR Lead|\n2|Train|OD Lead|"
    found = plan(sheet(table, fills=fills({"BDD7EE": [2, 1, 2, 2, 2, 3, 2, 4]})))
    assert says(found, "rag") == ["", ""]


def test_paragraphs_pasted_as_rows_without_merges_are_one_line():
    found = plan(
        "Ref|Action|Lead|Target date|Success measure|Progress\n1|Hire|HR Lead|Mar 27|Posts filled|Begun.\n||||Fewer agency staff|More to do.\n2|Train|OD Lead|Jun 27|All trained|Done."
    )
    assert says(found, "measures") == ["Posts filled\nFewer agency staff", "All trained"]
    assert says(found, "progress_update") == ["Begun.\nMore to do.", "Done."]


def test_unknown_headings_are_told_with_the_alias_to_add():
    found = plan("Ref|Action|Lead|Cost code\n1|Hire|HR Lead|A12\n2|Train|OD Lead|")
    assert "(1 cell)" in note(found, "'Cost code'") and "add 'Cost code' to the aliases of" in note(
        found, "'Cost code'"
    )


def test_dates_stay_dates_and_numbers_are_as_shown():
    block = Block(
        "Plan",
        [HEADS.split("|"), ["1", "Hire", "HR Lead", date(2027, 3, 31), "Red", 0.85]],
        formats=CellTexts({"0%": [2, 6]}),
    )
    found = read_plan([block], SCHEMA)
    assert found.lines[0].values["timescale"] == date(2027, 3, 31) and says(found, "progress_update") == ["85%"]

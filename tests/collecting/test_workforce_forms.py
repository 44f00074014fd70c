"""Workforce returns in forms the corpus does not have: read for what they say, or refused with a true reason."""

import random
import re
from collections.abc import Callable, Sequence

import pytest
from test_workforce import corpus

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.collecting.questions import HoldReason
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.schema import Schema, load_schema
from hrworkbook.plan.snapshot import Block, CellRange
from hrworkbook.plan.values import Value, is_blank, normalised_text
from hrworkbook.tables.find_table import Table
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary
from hrworkbook.tables.resolve_headings import resolve_headings

HEAD = (
    "Organisation | Type of organisation | AO/AA headcount | AO/AA FTE | EO headcount | EO FTE | "
    "Total payroll staff headcount | Total payroll staff FTE | Salary | Overtime | Total paybill | Comments"
)
OAK = "Oak House | Executive Agency | 10 | 9.5 | 20 | 19.25 | 30 | 28.75 | 1000.50 | 10 | 1010.50 | "
ASH = "Ash House | Executive Agency | 1 | 1 | 2 | 1.5 | 3 | 2.5 | 200 | | 200 | As last month"
READ = {
    "organisation": "Oak House", "type": "Executive Agency", "ao_aa_headcount": 10, "ao_aa_fte": 9.5, "eo_headcount": 20,
    "eo_fte": 19.25, "payroll_headcount": 30, "payroll_fte": 28.75, "salary": 1000.5, "overtime": 10, "paybill": 1010.5,
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema("workforce")


def sheet(*lines: str, name: str = "May 2016") -> Block:
    return Block(name, [[cell.strip() or None for cell in line.split("|")] for line in lines])


def figures(collected: CollectedFile, line: int = 0) -> dict[str, Value]:
    cells = collected.lines[line].cells.items()
    return {key: cell.value for key, cell in cells if key != "period" and cell.value is not None}


def accounted(collected: CollectedFile, *blocks: Block) -> bool:
    return collected.placed_count + len(collected.unplaced) == sum(
        not is_blank(v) for b in blocks for r in b.rows for v in r
    )


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (r"FTE", "Whole-time equivalent (WTE)"),
        (r"headcount", "HEAD COUNT"),
        (r"AO/AA", "AA and AO"),
        (r"\bEO\b", "Executive Officers (EO)"),
        (r"Salary", "Basic pay (£)"),
        (r"Overtime", "Overtime payments"),
        (r"Total paybill", "Total pay bill *"),
        (r"Salary", "Salary [note 3]"),
        (r"Organisation ", "Name of body¹ "),
        (r"( \||$)", r" (note 2)\1"),
        (r"Total payroll staff (\S+)", r"Payroll staff; Total; \1"),
        (r"(AO/AA|EO) (\S+)", r"Payroll staff - \1 - \2"),
    ],
)
def test_headings_in_other_words(schema: Schema, was: str, becomes: str) -> None:
    head = re.sub(was, becomes, HEAD)
    assert head != HEAD
    block = sheet(head, OAK, ASH)
    collected = collect_file([block], schema)
    assert (figures(collected), collected.agreeing_count) == (READ, 2)
    assert accounted(collected, block)


UNSEEN = """
ao_aa_headcount       Payroll staff; Admin Officers & Assistants; H/C
ao_aa_headcount       Staff on payroll / Headcount / AA/AO (or equivalent)
ao_aa_fte             F.T.E. - AOs and AAs
eo_fte                Number of payroll staff: Executive Officers: WTE
seo_heo_headcount     Headcount Higher Executive Officer (HEO) / Senior Executive Officer (SEO)
grade_6_7_fte         G7/G6 FTE
grade_6_7_headcount   Payroll staff; Unified Grades 6 & 7; Heads
scs_headcount         Senior Civil Servants' headcount
other_fte             Payroll staff; Unknown/Other; Full time equiv.
payroll_headcount     Total staff on payroll headcount
agency_fte            Off-payroll staff; Agency (clerical & administrative) staff; FTE
interim_headcount     Non-payroll staff; Interims; Headcount
specialist_fte        Non payroll; Specialist contractor(s); FTEs
non_payroll_headcount Total off payroll staff (headcount)
grand_fte             Workforce total: FTE
salary                Payroll Staff Costs (£): Basic pay
performance           Cost of payroll staff; Non-consolidated bonuses
pension               Employers' pension contribution
national_insurance    Employer NI costs
paybill               Total monthly paybill for payroll staff
contingent_cost       Monthly cost of contingent labour (agency, interim managers & specialist contractors)
consultancy_cost      Non-payroll staff costs; Cost of consultants
non_payroll_cost      Total non-payroll (CCL) staff cost
grand_cost            Grand total costs: paybill and non-payroll
organisation          Department / Agency / NDPB
organisation          Organsation name
payroll_headcount     Payroll staff; Toal Employess; Headcout
parent                Main/parent dept
                      Payroll staff; AO; Headcount
                      Grade 7 FTE
                      AO/AA full time
                      Employee pension contributions
                      Consolidated performance payments
                      Other allowances
                      Agency staff
                      Contingent labour costs; Total
                      Payroll staff; EO; Headcount; female
                      EO headcount %
"""


@pytest.mark.parametrize("line", UNSEEN.strip("\n").splitlines())
def test_headings_in_words_and_orders_of_words_that_no_form_has(schema: Schema, line: str) -> None:
    key, written = line[:22].strip(), line[22:]
    head = resolve_headings([[written]], {}, 1, HeadingVocabulary(schema, {}, ()))
    assert head[0].key == (key or None)


OPEN = """
read    AO/AA headcount | EO headcount | Total headcount | AO/AA FTE | EO FTE | Total FTE | Agency headcount | Agency FTE | Total headcount | Total FTE
        ao_aa_headcount   eo_headcount   payroll_headcount ao_aa_fte   eo_fte   payroll_fte agency_headcount   agency_fte   non_payroll_headcount non_payroll_fte
pairs   AO/AA headcount | AO/AA FTE | Total headcount | Total FTE | Agency headcount | Agency FTE | Total headcount | Total FTE | Total headcount | Total FTE
        ao_aa_headcount   ao_aa_fte   payroll_headcount payroll_fte agency_headcount   agency_fte   non_payroll_headcount non_payroll_fte grand_headcount grand_fte
costs   Salary | Overtime | Total | Contingent labour cost | Consultancy cost | Total | Total
        salary   overtime   paybill contingent_cost          consultancy_cost   non_payroll_cost grand_cost
first   Total headcount | AO/AA headcount | EO headcount | Total headcount | Agency headcount | Interims headcount
        -                 ao_aa_headcount   eo_headcount   -                 agency_headcount   interim_headcount
strange AO/AA headcount | Total headcount | Temps headcount | Total headcount
        ao_aa_headcount   payroll_headcount -                 -
open    Salary | Total | Contingent labour cost | Consultancy cost | Total payroll and non-payroll costs
        salary   paybill contingent_cost          consultancy_cost   -
"""


@pytest.mark.parametrize("case", re.findall(r"^(\S.*)\n +(.*)$", OPEN, re.M), ids=lambda case: case[0].split()[0])
def test_a_total_is_of_the_columns_on_its_left_or_nobody_knows(schema: Schema, case: tuple[str, str]) -> None:
    head = [written.strip() for written in case[0].partition(" ")[2].split(" | ")]
    found = resolve_headings([head], {}, 1, HeadingVocabulary(schema, {}, ()))
    assert [h.key or "-" for h in found] == case[1].split()


def test_the_department_is_the_organisation_where_nothing_else_is(schema: Schema) -> None:
    for head, keys in (
        ("Department | Payroll total headcount", ["organisation", "payroll_headcount"]),
        ("Department | Organisation | Payroll total headcount", ["parent", "organisation", "payroll_headcount"]),
        ("Orgnaisaton | Department | Payroll total headcount", [None, None, "payroll_headcount"]),
        (
            "Orgnaisaton | Organisation | Department | Payroll total headcount",
            [None, "organisation", "parent", "payroll_headcount"],
        ),
    ):
        found = resolve_headings([head.split(" | ")], {}, 1, HeadingVocabulary(schema, {}, ()))
        assert [h.key for h in found] == keys


@pytest.mark.parametrize(
    "above",
    [
        ("Workforce return", "", "Please see the notes"),
        ("| | STAFF | | | | | | MONEY",),
        ("Department of Trees | May 2016",),
    ],
)
@pytest.mark.parametrize(
    "below",
    [
        ("(1) | (2) | (3) | (4) | (5) | (6) | (7) | (8) | (9) | (10) | (11) | (12)",),
        ("| | No. | No. | No. | No. | No. | No. | £ | £ | £ | ",),
        ("", "Elm House | Executive Agency | | | | | | | | | | "),
    ],
)
@pytest.mark.parametrize(
    "under",
    [
        ("Total | | 11 | 10.5 | 22 | 20.75 | 33 | 31.25 | 1200.50 | 10 | 1210.50 | ",),
        ("Department of Trees Total | | 11 | 10.5 | 22 | 20.75 | 33 | 31.25 | 1200.50 | 10 | 1210.50 | ",),
        ("", "Notes", "1. Figures are provisional | see 2", "2. Staff abroad are left out"),
        (HEAD,),
    ],
)
def test_what_stands_about_a_table_is_no_line(
    schema: Schema, above: Sequence[str], below: Sequence[str], under: Sequence[str]
) -> None:
    block = sheet(*above, *_three_rows(), *below, OAK, ASH, *under)
    collected = collect_file([block], schema)
    assert [normalised_text(line.cells["organisation"].value) for line in collected.lines] == ["Oak House", "Ash House"]
    assert figures(collected) == READ
    assert accounted(collected, block)


def _three_rows() -> tuple[str, ...]:
    return (
        "Organisation | Type of organisation | Payroll staff | | | | | | Payroll staff costs | | | Comments",
        "| | AO/AA | | EO | | Total employees | | Salary | Overtime | Total paybill | ",
        "| | Headcount | FTE | Headcount | FTE | Headcount | FTE | | | | ",
    )


PAYROLL = (
    "Organisation name | Organisation type | AO/AA headcount | EO headcount | Total payroll staff headcount",
    "Oak House | Executive Agency | 10 | 20 | 30",
    "Ash House | Executive Agency | 1 | 2 | 3",
)
OTHERS = (
    "Organisation name | Organisation type | Agency staff; headcount | Interims; headcount | Total; headcount",
    "Ash House | Executive Agency | 4 | 0 | 4",
    "Oak House | Executive Agency | 6 | 7 | 13",
)
COSTS = (
    "Organisation name | Organisation type | Salary | Overtime | Total",
    "Oak House | Executive Agency | 1000.50 | 10 | 1010.50",
    "Ash House | Executive Agency | 200 | | 200",
)
PARTS = {
    "on three sheets": [("May 2016", PAYROLL), ("Non-payroll", OTHERS), ("Costs", COSTS)],
    "on three sheets with a cover": [
        ("Cover", ("Reference month | May 2016",)),
        ("A", PAYROLL),
        ("B", OTHERS),
        ("C", COSTS),
    ],
    "under each other": [("May 2016", (*PAYROLL, "", "Non-payroll", *OTHERS, "", "Costs", *COSTS))],
}


@pytest.mark.parametrize("laid_out", PARTS)
def test_a_return_in_parts_is_one_line_for_each_organisation(schema: Schema, laid_out: str) -> None:
    blocks = [sheet(*lines, name=name) for name, lines in PARTS[laid_out]]
    collected = collect_file(blocks, schema)
    said: dict[tuple[str, ...], dict[str, Value]] = {}
    for line in collected.lines:
        assert not line.hold_reason
        said.setdefault(line.key, {}).update({k: v for k, v in line.values.items() if v is not None})
    who = {"organisation": "Oak House", "type": "Executive Agency", "period": "2016-05"}
    figures = ["ao_aa", "10", "eo", "20", "payroll", "30", "agency", "6", "interim", "7", "non_payroll", "13"]
    counts = {f"{of}_headcount": int(n) for of, n in zip(figures[::2], figures[1::2], strict=True)}
    assert said["2016-05", "oak house"] == {**who, **counts, "salary": 1000.5, "overtime": 10, "paybill": 1010.5}
    assert said.keys() == {("2016-05", "oak house"), ("2016-05", "ash house")}
    assert accounted(collected, *blocks)


def test_pay_of_people_on_another_sheet_is_no_part(schema: Schema) -> None:
    people = ("Name | Salary | Allowances | Pension contributions | Bonuses | Total", "A. Smith | 1 | 2 | 3 | 4 | 10")
    collected = collect_file([sheet(*PAYROLL), sheet(*people, name="Directors")], schema)
    assert [normalised_text(line.values["organisation"]) for line in collected.lines] == ["Oak House", "Ash House"]
    assert {u.reason for u in collected.unplaced} == {"is on another sheet"}


def test_grades_without_their_total_make_a_return(schema: Schema) -> None:
    head = "Organisation | AO/AA headcount | EO headcount | SCS headcount | All hands"
    (line,) = collect_file([sheet(head, "Oak House | 1 | 2 | 3 | 6")], schema).lines
    assert [line.values[f"{of}_headcount"] for of in ("ao_aa", "eo", "scs")] == [1, 2, 3]


def test_sheets_that_ask_for_the_same_figures_are_no_parts_of_one_return(schema: Schema) -> None:
    collected = collect_file([sheet(*PAYROLL, name="May 2016"), sheet(*PAYROLL, name="Another")], schema)
    assert [line.period for line in collected.lines] == ["2016-05", "2016-05", "", ""]
    assert str(collected.questions[0]).startswith("Sheet 'Another': which month is it for?")


@pytest.mark.parametrize(
    "above",
    [
        [("May 2016", ("Name of body | Oak House", ""))],
        [("Cover", ("", "Organisation name | | Oak House", "Reference month | May 2016")), ("Data", ())],
    ],
)
def test_whose_return_it_is_may_stand_above_the_table_or_on_a_cover(
    schema: Schema, above: list[tuple[str, Sequence[str]]]
) -> None:
    *covers, (name, lines) = above
    table = sheet(*lines, *(line.partition(" | ")[2] for line in PAYROLL[:2]), name=name)
    blocks = [*(sheet(*lines, name=name) for name, lines in covers), table]
    collected = collect_file(blocks, schema)
    (line,) = collected.lines
    assert line.values == {
        "organisation": "Oak House", "type": "Executive Agency", "ao_aa_headcount": 10, "eo_headcount": 20,
        "payroll_headcount": 30, "period": "2016-05",
    }  # fmt: skip
    assert "Every line is of Organisation name 'Oak House', as a cell outside the table says." in collected.notes
    assert accounted(collected, *blocks)


def test_a_line_whose_name_reads_as_a_heading_is_a_line(schema: Schema) -> None:
    head = PAYROLL[0].replace("Organisation name", "Agency staff")
    for block in (
        sheet(*PAYROLL, PAYROLL[1].replace("Oak House", "The Body")),
        sheet(PAYROLL[0], OAK_BODY, *PAYROLL[1:]),
    ):
        names = [normalised_text(line.values["organisation"]) for line in collect_file([block], schema).lines]
        assert sorted(names) == ["Ash House", "Oak House", "The Body"]
    with pytest.raises(NotAReturn, match="does not say whose it is"):
        collect_file([sheet(head, OAK_BODY, *PAYROLL[1:])], schema)


OAK_BODY = PAYROLL[1].replace("Oak House", "The Body")


@pytest.mark.parametrize("title", ["Oak House, May 2016", "Organisation name | Oak House | | Body | Ash House"])
def test_a_table_that_does_not_say_whose_it_is_asks(schema: Schema, title: str) -> None:
    lines = [line.partition(" | ")[2] for line in PAYROLL[:2]]
    with pytest.raises(NotAReturn, match=r"does not say whose it is: .* Write Organisation name above the table"):
        collect_file([sheet(title, "", *lines)], schema, "oak.xlsx")


def test_months_under_each_other_on_one_sheet(schema: Schema) -> None:
    later = [PAYROLL[0], PAYROLL[1].replace("10 | 20 | 30", "11 | 20 | 31")]
    block = sheet("April 2016", *PAYROLL, "", "May 2016", *later, "", "As at June 2016", name="Data")
    collected = collect_file([block], schema)
    assert [(line.row, line.period, line.hold_reason) for line in collected.lines] == [
        (3, "2016-04", None), (4, "2016-04", None), (8, "2016-05", None),
    ]  # fmt: skip
    untold = collect_file([sheet("April 2016", *PAYROLL, "", *later, name="Data")], schema)
    assert [bool(line.hold_reason) for line in untold.lines] == [True, False, True], (
        "two different lines of Oak House in April"
    )


def test_a_line_that_adds_up_the_others_is_none_whatever_it_says_of_itself(schema: Schema) -> None:
    total = "Department of Trees Total | Ministerial Department | 11 | 10.5 | 22 | 20.75 | 33 | 31.25 | 1200.50 | 10 | 1210.50 |"
    trust = total.replace("Department of Trees Total", "Total Care Trust").replace("| 11 |", "| 12 |")
    collected = collect_file([sheet(HEAD, OAK, ASH, total, trust)], schema)
    assert [normalised_text(line.values["organisation"]) for line in collected.lines] == [
        "Oak House",
        "Ash House",
        "Total Care Trust",
    ]
    assert {u.cell for u in collected.unplaced if u.reason == "its row adds up the other lines"} >= {"A4", "B4", "K4"}


def test_two_lines_of_one_name_wait_to_be_told_apart(schema: Schema) -> None:
    twins = [OAK.replace("Oak House", "OTHER"), ASH.replace("Ash House", "Other")]
    collected = collect_file([sheet(HEAD, twins[0], ASH, twins[1])], schema)
    assert [line.hold_reason for line in collected.lines] == [
        held := HoldReason.CONTRADICTED,
        None,
        held,
    ]
    assert tuple(map(str, collected.questions)) == (
        "Sheet 'May 2016': row 2 and row 4 are both called 'OTHER' for 2016-05 and say different things. Write on each "
        "what it is called, and read the file again; until then they are left out",
    )
    same = collect_file([sheet(HEAD, OAK, ASH, OAK)], schema)
    assert not same.questions and len(same.lines) == 3


@pytest.mark.parametrize(
    ("written", "value", "said"),
    [
        ("£ 1,000.50 ", 1000.5, ""),
        ("1 000.50", 1000.5, ""),
        ("1\u00a0000.50", 1000.5, ""),
        ("(1,000.50)", -1000.5, ""),
        ("-£1,000.50", -1000.5, ""),
        ("1.5k", 1500, ""),
        ("NIL", "nil", ""),
        (".", "nil", ""),
        ("(.)", "not applicable", ""),
        ("(..)", "not available", ""),
        ("N/A", "not applicable", ""),
        ("*", "suppressed", ""),
        ("<5", "suppressed", ""),
        ("Nil return", "nil", ""),
        ("Not held", "not available", ""),
        ("No data", "not available", ""),
        ("€1,000.50", None, "which is not in pounds"),
        ("1.000.50", None, "which has more than one decimal point"),
        ("1.000,50", None, "which has a comma for a decimal point"),
        ("1,000.50 (p)", None, "which has other words beside the number"),
        ("about 1,000", None, "which is not an exact amount"),
    ],
)
def test_amounts_as_they_may_be_written(schema: Schema, written: str, value: Value, said: str) -> None:
    block = sheet(HEAD, OAK.replace("1000.50", written), ASH)
    collected = collect_file([block], schema)
    assert collected.lines[0].cells["salary"].value == value
    kinds = [f for f in collected.findings if f.rule == "kind"]
    assert [f.cell for f in kinds] == (["I2"] if said else [])
    assert not said or said in kinds[0].fault


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Organisation | Male headcount | Female headcount | Male % | Female % | Total employees headcount | Total employees FTE",
         "Oak House | 10 | 20 | 33% | 67% | 30 | 28.75"),
        ("Organisation | White | Asian | Black | Mixed | Not known | Payroll staff headcount",
         "Oak House | 5 | 5 | 5 | 5 | 10 | 30"),
        ("Organisation | AO/AA Male | AO/AA Female | EO Male | EO Female | Total Male | Total Female",
         "Oak House | 5 | 5 | 10 | 10 | 15 | 15"),
        ("Organisation | Days lost | Payroll staff FTE | Average days", "Oak House | 60 | 28.75 | 2.1"),
        ("Organisation | Salary | Overtime | Pension | NI | Total paybill", "Oak House | 5 | 5 | 5 | 5 | 20"),
        ("Name | Salary | Allowances | Pension contributions | Bonuses | Total", "A. Smith | 1 | 2 | 3 | 4 | 10"),
        ("Heading | What to enter", "Payroll staff headcount | The people on the payroll"),
    ],
)  # fmt: skip
def test_tables_about_something_else_are_refused(schema: Schema, head: str, line: str) -> None:
    with pytest.raises(NotAReturn, match="most columns of figures|no table with the headings"):
        collect_file([sheet(head, line)], schema, "sheet.xlsx")


def test_a_table_about_something_else_beside_a_return_is_left_out(schema: Schema) -> None:
    head = "Organisation | White | Asian | Black | Mixed | Not known | Payroll staff headcount"
    blocks = [sheet(HEAD, OAK), sheet(head, "Oak House | 5 | 5 | 5 | 5 | 10 | 30", name="June 2016")]
    collected = collect_file(blocks, schema)
    assert [line.period for line in collected.lines] == ["2016-05"]
    assert {u.reason for u in collected.unplaced if u.cell in ("A2", "G2")} == {
        "stands in a table about something else"
    }
    assert accounted(collected, *blocks)


def test_a_part_under_an_unknown_heading_is_not_the_senders_slip(schema: Schema) -> None:
    lines = [OAK.replace("Oak", name) for name in ("Oak", "Ash", "Elm")]
    collected = collect_file([sheet(HEAD.replace("EO headcount", "Second band headcount"), *lines)], schema)
    wrong = [f for f in collected.findings if f.cell == "G2"]
    assert [f.remedy for f in wrong] == [
        "Say what the heading 'Second band headcount' means, then read the file again; it looks like a part of the sum"
    ]
    assert any("parts of it stand under headings that are not known" in note for note in collected.notes)


def test_totals_that_nothing_has_worked_out_are_not_taken_for_noughts(schema: Schema) -> None:
    unworked = [re.sub(r"30 \| 28.75|1010.50", "0 | 0", OAK.replace("Oak", name)) for name in ("Oak", "Ash", "Elm")]
    unworked = [line.replace("10 | 0 | 0 |", "10 | 0 |") for line in unworked]
    collected = collect_file([sheet(HEAD, *unworked)], schema)
    assert {line.hold_reason for line in collected.lines} == {HoldReason.UNCALCULATED}
    assert str(collected.questions[0]).startswith("Sheet 'May 2016': its totals are 0 and their parts are not")
    one = collect_file([sheet(HEAD, unworked[0], OAK.replace("Oak", "Ash"), ASH.replace("Ash", "Elm"))], schema)
    assert not any(line.hold_reason for line in one.lines) and len(one.findings) == 3


def test_figures_pushed_along_from_the_middle_of_a_line(schema: Schema) -> None:
    wide = f"{HEAD} | Total non-payroll staff costs | Grand total staff costs"
    good = f"{OAK}| 5 | 1015.50"
    pushed = (
        "Ash House | Executive Agency | 10 | 9.5 | | 20 | 19.25 | 30 | 28.75 | 1000.50 | 10 | 1010.50 | | 5 | 1015.50"
    )
    collected = collect_file([sheet(wide, good, pushed)], schema)
    assert [bool(line.hold_reason) for line in collected.lines] == [False, True]
    (moved,) = [f for f in collected.findings if f.rule == "moved"]
    assert moved.fault == (
        "the figures of 'Ash House' stand one column to the right of their headings, from EO headcount on: only there do "
        "they add up"
    )


# -- the corpus, changed in ways that do not change what it says -----------------------------------------------------


def _with_titles(block: Block, table: Table) -> Block:
    rows = [["Workforce data"], [None], ["Please see the notes"], *block.rows]
    return Block(block.name, rows, merges=tuple((a + 3, b, c + 3, d) for a, b, c, d in block.merges))


def _with_numbers(block: Block, table: Table) -> Block:
    rows = [["No." if i == table.first_header_row else i, *row] for i, row in enumerate(block.rows, 1)]
    merges: tuple[CellRange, ...] = tuple((a, b + 1, c, d + 1) for a, b, c, d in block.merges)
    body = table.first_header_row + table.header_rows
    return Block(block.name, [row if i >= body or row[0] == "No." else [None, *row[1:]] for i, row in enumerate(rows, 1)], merges=merges)  # fmt: skip


def _in_one_row(block: Block, table: Table) -> Block:
    """The headings of several rows in one, and the columns shuffled."""
    wide = max(map(len, block.rows))
    head: list[Value] = [None] * wide
    for heading in table.headings:
        head[heading.column - 1] = heading.header.replace(" / ", "; ") or None
    top = table.first_header_row - 1
    columns = list(range(wide))
    if all(heading.match_kind != "by position" for heading in table.headings):
        random.Random(9).shuffle(columns)
    rows = [[*row, *[None] * (wide - len(row))] for row in block.rows[top + table.header_rows :]]
    above = [list(row) for row in block.rows[:top]]
    return Block(block.name, [*above, *([row[at] for at in columns] for row in (head, *rows))])


def _marked_and_loud(block: Block, table: Table) -> Block:
    heads = range(table.first_header_row, table.first_header_row + table.header_rows)
    rows = [
        [f" {v.upper()} [note 2]\u00a0" if i in heads and isinstance(v, str) and len(v) > 3 else v for v in row]
        for i, row in enumerate(block.rows, 1)
    ]
    return Block(block.name, rows, merges=block.merges)


def _with_a_band(block: Block, table: Table) -> Block:
    top = table.first_header_row - 1
    band: list[Value] = [None, None, None, "STAFF", *[None] * 25, "MONEY"]
    merges = tuple((a + 1, b, c + 1, d) for a, b, c, d in block.merges)
    return Block(block.name, [*block.rows[:top], band, *block.rows[top:]], merges=merges)


@pytest.mark.parametrize("change", [_with_titles, _with_numbers, _in_one_row, _marked_and_loud, _with_a_band])
def test_a_return_is_read_alike_however_it_is_laid_out(schema: Schema, change: Callable[[Block, Table], Block]) -> None:
    tried = 0
    for name, (blocks, collected) in list(corpus().items())[::5]:
        if not isinstance(collected, CollectedFile):
            continue
        tables = {table.sheet: table for table in collected.tables}
        changed = [change(block, tables[block.name]) if block.name in tables else block for block in blocks]
        again = collect_file(changed, schema, name)
        assert said(again) == said(collected), name
        assert accounted(again, *changed), name
        tried += 1
    assert tried > 50


def said(collected: CollectedFile) -> dict[tuple[str, ...], list[str]]:
    """What each line says, by sheet, month and name."""
    found: dict[tuple[str, ...], list[str]] = {}
    for line in collected.lines:
        cells = {k: normalised_text(c.value) for k, c in line.cells.items() if k != "period" and c.value is not None}
        found.setdefault((line.sheet, line.period, *line.key[1:]), []).append(str(sorted(cells.items())))
    return {key: sorted(lines) for key, lines in found.items()}

"""Workforce returns in forms the corpus does not have: read for what they say, or refused with a true reason."""

import random
import re
from collections.abc import Callable, Sequence

import pytest
from test_workforce import corpus
from workforce_forms import ASH, HEAD, OAK, PAYROLL, accounted, said, sheet

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.schema import Schema, load_schema
from hrworkbook.plan.snapshot import Block, CellRange
from hrworkbook.plan.values import Value, normalised_text
from hrworkbook.tables.find_table import Table
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary
from hrworkbook.tables.resolve_headings import resolve_headings


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema("workforce")


READ = {
    "organisation": "Oak House", "type": "Executive Agency", "ao_aa_headcount": 10, "ao_aa_fte": 9.5, "eo_headcount": 20,
    "eo_fte": 19.25, "payroll_headcount": 30, "payroll_fte": 28.75, "salary": 1000.5, "overtime": 10, "paybill": 1010.5,
}  # fmt: skip


def figures(collected: CollectedFile, line: int = 0) -> dict[str, Value]:
    cells = collected.lines[line].cells.items()
    return {key: cell.value for key, cell in cells if key != "period" and cell.value is not None}


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

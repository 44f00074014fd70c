"""Real workforce returns: those that are one are read, cell by cell; those that are not are refused."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

import hrworkbook
from hrworkbook.collect import Collected, Line, collect
from hrworkbook.errors import HrWorkbookError, NotAReturn
from hrworkbook.headings import Words, fold
from hrworkbook.reading import read_file
from hrworkbook.schema import Schema, load_schema
from hrworkbook.snapshot import Block
from hrworkbook.values import Value, is_blank, plain

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[2] / "shared"))
RETURNS = SHARED / "corpus" / "workforce-returns"
TYPED = Path(__file__).with_name("workforce_values.txt")

NO_RETURNS = {  # opened and looked at: diversity figures of one agency, and a catalogue of data sets
    "045ea0281a3f.ods", "04fee9311b20.ods", "0bfc3d6c7865.ods", "0d6ceeb897fc.xls", "0d8720a0d929.csv", "0dc497302528.ods",
}  # fmt: skip

WHO = "organisation type parent"
GRADES = "ao_aa eo seo_heo grade_6_7 scs other payroll"
PAY = "salary allowances performance overtime pension national_insurance paybill contingent_cost consultancy_cost"
FORMS = {  # the columns of each form from the left, as its headings say; a pair is headcount, then full-time equivalent
    "A": ("", f"{GRADES} agency interim specialist consultants non_payroll", "grand"),
    "B": (
        "year month",
        f"{GRADES} admin interim_specialist other_contingent non_payroll",
        "consultancy_contracts grand",
    ),
    "C": ("year month", f"{GRADES} agency interim specialist consultants non_payroll", "grand"),
    "E": ("", f"{GRADES} agency interim specialist consultants non_payroll", "grand"),
    "D": ("year month", f"{GRADES} agency interim other_contingent non_payroll", "consultancy_contracts grand"),
}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema("workforce")


def test_the_headings_of_one_column_are_never_another_columns(schema: Schema) -> None:
    words = Words(schema, {}, ())
    for column in schema.columns:
        names = [column.header, *column.aliases]
        names += [f"{column.group} {name}" for name in names if column.group]
        for name in names:
            found = words.match(name)
            assert found and found[0] == column.key, f"{name} is read as {found}"


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Payroll staff;\nAO/AA;\nHeadcount", "ao_aa_headcount"),
        ("Payroll Staff / Admin Officers/Admin Assistants / FTE", "ao_aa_fte"),
        ("Non-payroll staff; Total; Headcount", "non_payroll_headcount"),
        ("Total Employees / Headcount", "payroll_headcount"),
        ("Non-payroll staff costs; Total staff costs (£)", "non_payroll_cost"),
        ("Payroll staff; Apprentices; Headcount", None),
        ("Gender pay gap", None),
    ],
)
def test_headings_are_known_in_any_forms_spelling(schema: Schema, heading: str, key: str | None) -> None:
    found = Words(schema, {}, ()).match(heading)
    assert (found[0] if found else None) == key


def test_only_the_schema_knows_these_forms(schema: Schema) -> None:
    """No heading, spelling, alias or key of these forms stands in the code; what is everyday English may."""
    said = {c.key for c in schema.columns} | {h for c in schema.columns for h in (c.header, *c.aliases)}
    said |= {phrase for given, ways in schema.spellings.items() for phrase in (given, *ways)}
    everyday = {"grand total", "comments and notes", "month and year"}
    words = {fold(phrase) for phrase in said if " " in fold(phrase)} - everyday
    words |= {"headcount", "paybill", "fte", "wte", "scs", "overtime"}
    for path in Path(hrworkbook.__file__).parent.rglob("*.py"):
        code = f" {' '.join(fold(line) for line in path.read_text(encoding='utf-8').splitlines())} "
        assert not [word for word in words if word and f" {word} " in code], path.name


# -- the corpus ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def corpus() -> dict[str, tuple[tuple[Block, ...], Collected | HrWorkbookError]]:
    """Every file as read; read once for all tests."""
    if not RETURNS.is_dir():
        pytest.skip("the corpus of workforce returns is not here")
    schema = load_schema("workforce")
    read: dict[str, tuple[tuple[Block, ...], Collected | HrWorkbookError]] = {}
    for path in sorted(RETURNS.iterdir()):
        blocks: tuple[Block, ...] = ()
        try:
            blocks = read_file(path).blocks
            read[path.name] = blocks, collect(blocks, schema, path.name)
        except HrWorkbookError as refusal:
            read[path.name] = blocks, refusal
    return read


def test_every_true_return_is_read_and_nothing_else() -> None:
    refused = {name: outcome for name, (_, outcome) in corpus().items() if isinstance(outcome, HrWorkbookError)}
    true = len(corpus()) - len(NO_RETURNS)
    assert refused.keys() >= NO_RETURNS, "files that are no workforce return are refused"
    assert len(refused.keys() - NO_RETURNS) <= 0.02 * true
    for name in NO_RETURNS:
        assert isinstance(refused[name], NotAReturn)
        assert "Organisation name and Payroll total headcount" in str(refused[name])


def test_every_cell_is_placed_or_listed() -> None:
    for name, (blocks, collected) in corpus().items():
        if isinstance(collected, Collected):
            cells = sum(not is_blank(v) for b in blocks for row in b.rows for v in row)
            assert cells == collected.placed + len(collected.unplaced), name


def test_the_figures_bear_the_reading_out() -> None:
    read = [c for _, c in corpus().values() if isinstance(c, Collected)]
    checked, agreeing = sum(c.checked for c in read), sum(c.agreeing for c in read)
    assert checked > 1500
    assert agreeing >= 0.95 * checked
    for collected in read:
        shown = {f.line for f in collected.findings if f.rule in ("adds-up", "not-over", "moved")}
        assert collected.checked - collected.agreeing <= sum(1 for line in collected.lines if name_of(line) in shown), (
            "each line that does not add up has a finding"
        )


def name_of(line: Line) -> str:
    return plain(line.cells["organisation"].value)


def test_a_line_whose_figures_stand_beside_their_headings_is_held_back() -> None:
    collected = corpus()["107cceb3983c.csv"][1]
    assert isinstance(collected, Collected)
    held = [line for line in collected.lines if line.held.startswith("its figures")]
    assert len(held) >= 5
    assert any("one column to the right" in f.fault for f in collected.findings)
    assert any("one column beside their headings" in q for q in collected.questions)


def test_a_number_that_is_none_is_a_finding_with_its_cell() -> None:
    collected = corpus()["06594aaa38ef.csv"][1]
    assert isinstance(collected, Collected)
    faults = [f.message for f in collected.findings if f.rule == "kind"]
    assert faults == [
        "Sheet1!AN6: Total non-payroll staff costs is '19.792.80', which has more than one decimal point. "
        "Write 19,792.80 if that is meant."
    ]


@pytest.mark.parametrize(
    ("file", "months", "source"),
    [
        ("082448bc1727.csv", {"2025-03"}, "as its own columns say"),
        ("000a300dae37.xls", {"2014-02"}, "as the cover says at Cover sheet!C3"),
        ("003b51ced6ca.xls", {"2014-06"}, "as the sheet's name says"),
        ("0b10657f79d3.xls", {f"2013-{m:02}" for m in range(1, 13)}, "as the sheet's name says"),
        ("0a77226f66a4.ods", {""}, "which month is it for?"),
    ],
)
def test_the_month_comes_from_table_cover_sheet_or_nowhere(file: str, months: set[str], source: str) -> None:
    collected = corpus()[file][1]
    assert isinstance(collected, Collected)
    assert {line.period for line in collected.lines} == months
    assert any(source in note for note in (*collected.notes, *collected.questions))
    assert all(bool(line.held) == (not line.period) for line in collected.lines)


def typed() -> Iterator[tuple[str, str, int, str, dict[str, str]]]:
    for text in TYPED.read_text(encoding="utf-8").splitlines():
        if text.startswith("#"):
            continue
        head, *cells = [cell.strip() for cell in re.split(r" \|(?: |$)", text)]
        file, form, row, sheet = head.split(" ", 3)
        when, pairs, rest = FORMS[form]
        who = [key for key in WHO.split() if form != "E" or key != "parent"]
        keys = [*when.split(), *who, *(f"{p}_{m}" for p in pairs.split() for m in ("headcount", "fte"))]
        for key in rest.split():
            keys += [key] if key == "consultancy_contracts" else [f"{key}_headcount", f"{key}_fte"]
        keys += [*PAY.split(), "non_payroll_cost", "grand_cost"]
        yield file, sheet, int(row), form, dict(zip(keys, cells, strict=False))


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def test_twenty_files_cell_by_cell() -> None:
    files = set()
    for file, sheet, row, _, cells in typed():
        files.add(file)
        collected = corpus()[file][1]
        assert isinstance(collected, Collected), file
        line = next(line for line in collected.lines if (line.sheet, line.row) == (sheet, row))
        if "year" in cells:
            assert line.period == f"{cells.pop('year')}-{MONTHS.index(cells.pop('month')) + 1:02}"
        read = {key: cell.value for key, cell in line.cells.items() if key not in ("period", "comments", "notes")}
        assert {key: said(value) for key, value in read.items()} == {key: meant(text) for key, text in cells.items()}
    assert len(files) == 20


def said(value: Value) -> float | str | None:
    return float(value) if isinstance(value, int | float) else plain(value) or None


def meant(text: str) -> float | str | None:
    figure = text.replace(",", "").replace("£", "")
    return float(figure) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", figure) else text or None

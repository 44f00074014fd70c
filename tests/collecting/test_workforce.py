"""Real workforce returns: those that are one are read, cell by cell; those that are not are refused."""

import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

import hrworkbook
from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.collecting.collected_line import CollectedLine
from hrworkbook.collecting.questions import HoldReason
from hrworkbook.intake.reader import read_file
from hrworkbook.plan.errors import HrWorkbookError, NotAReturn
from hrworkbook.plan.schema import Schema, load_schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, is_blank, normalised_text
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary, fold_heading

SHARED = Path(os.environ.get("HRWORKBOOK_SHARED", Path(__file__).parents[3] / "shared"))
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
    words = HeadingVocabulary(schema, {}, ())
    for column in schema.columns:
        names = [column.header, *column.aliases]
        names += [f"{column.group} {name}" for name in names if column.group]
        for name in names:
            found = words.match(name)
            assert found and found[0] == column.key, f"{name} is read as {found}"
    meant = {words.spelling.meaning(fold_heading(text)): key for text, (key, _) in words.by_text.items()}
    for text, (key, _) in words.by_text.items():
        meaning = words.spelling.meaning(fold_heading(text))
        assert meaning and meant[meaning] == key, f"{text} says the same as a heading of {meant[meaning]}"


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
    found = HeadingVocabulary(schema, {}, ()).match(heading)
    assert (found[0] if found else None) == key


def test_only_the_schema_knows_these_forms(schema: Schema) -> None:
    """No heading, spelling, alias or key of these forms stands in the code; what is everyday English may."""
    said = {c.key for c in schema.columns} | {h for c in schema.columns for h in (c.header, *c.aliases)}
    said |= {phrase for given, ways in schema.spellings.items() for phrase in (given, *ways)}
    everyday = {"grand total", "national insurance", "comments and notes", "month and year"}
    words = {fold_heading(phrase) for phrase in said if " " in fold_heading(phrase)} - everyday
    words = {word for word in words if len(max(word.split(), key=len)) > 1}  # 'h c' is anything's letters
    words |= {"headcount", "paybill", "fte", "wte", "scs", "overtime"}
    measures = Path(hrworkbook.__file__).parent / "plan" / "measures"
    units = {measures / "units.py", measures / "figures.py"}  # a council counts its measures in them
    for path in set(Path(hrworkbook.__file__).parent.rglob("*.py")) - units:
        code = f" {' '.join(fold_heading(line) for line in path.read_text(encoding='utf-8').splitlines())} "
        assert not [word for word in words if word and f" {word} " in code], path.name


def test_a_name_without_figures_is_no_line(schema: Schema) -> None:
    lines = (
        "Organisation | Type of organisation | Payroll staff headcount | Payroll staff FTE | Comments",
        "Oak House | Executive Agency | 2 | 1.5 | ",
        "Ash House | Executive Agency | | | ",
        "Elm House | Executive Agency | | | Not returned",
        "1. As sent | see 2 | | | ",
    )
    collected = collect_file(
        [Block("May 2016", [[c.strip() or None for c in line.split("|")] for line in lines])], schema
    )
    assert [name_of(line) for line in collected.lines] == ["Oak House", "Elm House"]
    why = {u.cell: u.reason for u in collected.unplaced}
    assert why == dict.fromkeys(("A3", "B3", "A5", "B5"), "its row has a name but no figures")


# -- the corpus ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def corpus() -> dict[str, tuple[tuple[Block, ...], CollectedFile | HrWorkbookError]]:
    """Every file as read; read once for all tests."""
    if not RETURNS.is_dir():
        pytest.skip("the corpus of workforce returns is not here")
    schema = load_schema("workforce")
    read: dict[str, tuple[tuple[Block, ...], CollectedFile | HrWorkbookError]] = {}
    for path in sorted(RETURNS.iterdir()):
        blocks: tuple[Block, ...] = ()
        try:
            blocks = read_file(path).blocks
            read[path.name] = blocks, collect_file(blocks, schema, path.name)
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
        if isinstance(collected, CollectedFile):
            cells = sum(not is_blank(v) for b in blocks for row in b.rows for v in row)
            assert cells == collected.placed_count + len(collected.unplaced), name


def test_the_figures_bear_the_reading_out() -> None:
    """On 96 lines of a hundred every sum agrees; of each other the receipt says what is wrong with the sender's own."""
    read = [c for _, c in corpus().values() if isinstance(c, CollectedFile)]
    checked, agreeing = sum(c.checked_count for c in read), sum(c.agreeing_count for c in read)
    assert checked > 1900
    assert agreeing >= 0.96 * checked
    shown = [f for c in read for f in c.findings if f.rule in ("adds-up", "not-over", "moved")]
    for collected in read:
        wrong = {f.line for f in collected.findings if f in shown}
        assert collected.checked_count - collected.agreeing_count <= sum(
            1 for line in collected.lines if name_of(line) in wrong
        ), "each line that does not add up has a finding"
    for finding in shown:
        assert re.search(
            "looks?|adds? up|counts|parts make|parts are borne out|not given", finding.remedy + finding.fault
        ), "each finding says what it looks like"
        assert "too little else" not in finding.remedy


@pytest.mark.parametrize(
    ("file", "cell", "looks"),
    [
        ("00561f308381.csv", "AC4", "the total looks as if it counts Consultancy contracts (4) too"),
        ("00a1523e1403.xlsx", "R2", "the total looks as if it was never worked out"),
        ("01a505d570bf.csv", "AO2", "the total looks as if it leaves out Total non-payroll staff costs (9,997,959.79)"),
        ("0398dc87638f.csv", "S4", "Agency staff headcount looks as if it was not given"),
        ("06594aaa38ef.csv", "AK7", "Grand total staff costs counts 2,410,410.79, so Total paybill looks mistyped"),
        ("092ef2ccb977.csv", "AN4", "Grand total staff costs looks mistyped for 9,348,085.34"),
        ("09f5e1d0af29.csv", "Q3", "the difference is small and looks like rounding before adding up"),
        ("0cd6dd4ec78b.csv", "W2", "is the same as Agency staff full-time equivalent, and looks copied"),
        ("0dfc6591c792.ods", "AO4", "Grand total staff costs looks mistyped for 1,512,597.29"),
        ("102b81c4fe70.csv", "AN4", "the total looks as if it leaves out Contingent labour cost (15,500.08)"),
        ("1159938ccde9.csv", "AN8", "the sum holds on 12 other lines, so it looks like a number typed wrongly"),
        ("13173d10794b.csv", "G6", "the two look as if they stand in each other's column"),
    ],
)
def test_the_receipt_says_what_a_wrong_sum_looks_like(file: str, cell: str, looks: str) -> None:
    """Each of these was opened, and is the sender's slip."""
    collected = corpus()[file][1]
    assert isinstance(collected, CollectedFile)
    assert any(looks in f.remedy for f in collected.findings if f.cell == cell)


def test_months_whose_form_is_not_filled_in_are_left_out() -> None:
    collected = corpus()["0f1eb443c2f4.ods"][1]
    assert isinstance(collected, CollectedFile)
    assert {line.period for line in collected.lines} == {"2026-04", "2026-05"}
    assert "Sheet 'March_2027' is a form that is not filled in: 4 lines left out." in collected.notes
    assert sum(u.reason == "stands on a form that is not filled in" for u in collected.unplaced) > 600


def test_a_line_of_totals_is_no_organisation() -> None:
    collected = corpus()["02b3c826aa62.csv"][1]
    assert isinstance(collected, CollectedFile)
    why = {u.cell: u.reason for u in collected.unplaced}
    assert why["A17"] == "its row is the sender's own line of totals"
    assert not any("total" in name_of(line).casefold() for line in collected.lines)


def name_of(line: CollectedLine) -> str:
    return normalised_text(line.cells["organisation"].value)


def test_a_line_whose_figures_stand_beside_their_headings_is_held_back() -> None:
    collected = corpus()["107cceb3983c.csv"][1]
    assert isinstance(collected, CollectedFile)
    held = [line for line in collected.lines if line.hold_reason is HoldReason.SHIFTED]
    assert len(held) >= 5
    assert any("one column to the right" in f.fault for f in collected.findings)
    assert any("one column beside their headings" in str(q) for q in collected.questions)


def test_a_number_that_is_none_is_a_finding_with_its_cell() -> None:
    collected = corpus()["06594aaa38ef.csv"][1]
    assert isinstance(collected, CollectedFile)
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
    assert isinstance(collected, CollectedFile)
    assert {line.period for line in collected.lines} == months
    assert any(source in note for note in (*collected.notes, *map(str, collected.questions)))
    assert all(bool(line.hold_reason) == (not line.period) for line in collected.lines)


def typed() -> Iterator[tuple[str, str, int, dict[str, str]]]:
    """Each line as typed: file, sheet, row, and the text of every cell by column."""
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
        keys += [*PAY.split(), "non_payroll_cost", "grand_cost", "comments", "notes"]
        assert len(keys) - 2 <= len(cells) <= len(keys), f"{file}, row {row}: {len(cells)} cells are typed"
        yield file, sheet, int(row), dict(zip(keys, cells, strict=False))


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
MEANS = {"N/A": "not applicable", "19.792.80": None}
"""What is typed as it stands and read as something else: a word for none, and what can be no number."""


def test_twenty_files_cell_by_cell() -> None:
    met: dict[str, set[tuple[str, int]]] = {}
    for file, sheet, row, cells in typed():
        met.setdefault(file, set()).add((sheet, row))
        collected = corpus()[file][1]
        assert isinstance(collected, CollectedFile), file
        line = next(line for line in collected.lines if (line.sheet, line.row) == (sheet, row))
        if "year" in cells:
            assert line.period == f"{cells.pop('year')}-{MONTHS.index(cells.pop('month')) + 1:02}"
        read = {key: cell.value for key, cell in line.cells.items() if key != "period"}
        assert read.keys() - {"comments", "notes"} == cells.keys() - {"comments", "notes"}, f"{file}, row {row}"
        for key, value in read.items():
            text = cells.get(key, "")
            assert is_as_typed(value, text, exact=file.endswith(".csv")), (
                f"{file}, row {row}, {key}: {value!r}, {text!r}"
            )
    assert len(met) == 20
    for file in whole_files():
        collected = corpus()[file][1]
        assert isinstance(collected, CollectedFile)
        assert met[file] == {(line.sheet, line.row) for line in collected.lines}, f"{file} is not typed whole"


def whole_files() -> list[str]:
    """The files of which every line is typed, as the head of the typed values names them."""
    head = " ".join(line.lstrip("# ") for line in TYPED.read_text(encoding="utf-8").splitlines() if line[:1] == "#")
    names = head.partition("Whole files: ")[2].partition(". ")[0].split(", ")
    found = [path.name for path in RETURNS.iterdir() if path.stem in names]
    assert len(found) == len(names) >= 12
    return found


def is_as_typed(value: Value, text: str, exact: bool) -> bool:
    """Whether what was read is what was typed; a figure of a workbook may have been rounded for show."""
    if text in MEANS or not re.fullmatch(r"-?£?[0-9][0-9,]*(\.[0-9]+)?", text):
        return (normalised_text(value) or None) == MEANS.get(text, text or None)
    figure = float(text.replace(",", "").replace("£", ""))
    shown = 0.5 * 10 ** -len(text.partition(".")[2])
    return isinstance(value, int | float) and abs(value - figure) <= (1e-9 if exact else shown + 1e-9)

"""The appendix of a collection: the latest month by name, how it changed, the trend, and who has not returned."""

import io
import zipfile

import pytest
from masters import KEEPING, NOW, TODAY
from plans import Master
from test_collect import SCHOOLS
from test_gather import Collection, file

from hrworkbook.ooxml.load_workbook import load
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import NAMES
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema import read_schema
from hrworkbook.plan.snapshot import ChangeSet
from hrworkbook.plan.values import Value
from hrworkbook.render.appendix.collection import reported_month
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.summary import plan_summary
from hrworkbook.render.appendix.write_appendix import plan_document, write_appendix
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.verbs.appendix import appendix
from hrworkbook.verbs.new import new

FOLLOWED = SCHOOLS.replace('sums = ["Total"]', 'sums = ["Total"]\ntrend = ["staff", "cost"]') + (
    '\n[appendix]\ncolumns = ["school", "staff", "days", "cost"]\n'
)
SCHEMA = read_schema(FOLLOWED, "absence.toml")


def collection(*months: tuple[str, list[str]], **settings: Value) -> Collection:
    """A collection with the lines of some months."""
    master = Collection(load(master_workbook(new(SCHEMA, KEEPING, TODAY, settings=settings)), "days.xlsx").snapshot)
    master.gather(*(file(*lines, name=month) for month, lines in months))
    return master


def made(master: Collection) -> AppendixDocument:
    return appendix(master.snapshot, NOW).public


YEAR = (
    ("June 2015", ["Hill Road | 18 | | | 3 | 12,000,000 | ", "St Mary's | 10 | | | 3 | 500,000 | "]),
    ("May 2016", ["Hill Road | 20 | | | 3 | 12,500,000 | ", "Elm Park | 7 | | | 1 | 100 | "]),
    ("June 2016", ["St Mary's | 12 | 3 | 1.5 | 4.5 | 900,000 | ", "Hill Road | 19 | | | 9 | c | "]),
)


def test_the_latest_month_by_name_with_its_change_on_the_month_and_on_the_year() -> None:
    document = made(collection(*YEAR))
    assert document.plan_title.endswith("June 2016")
    assert [(c.group, c.header) for c in document.columns] == [
        ("", "School"), ("Staff", "Jun 2016"), ("Staff", "on the month"), ("Staff", "on the year"), ("", "All days lost"),
        ("Cost", "Jun 2016"), ("Cost", "on the month"), ("Cost", "on the year"),
    ]  # fmt: skip
    assert [line.cells for line in document.lines] == [
        ("Hill Road", "19", "−1", "+1", "9", "suppressed", "–", "–"),
        ("St Mary's", "12", "–", "+2", "4.50", "£900,000", "–", "+£400,000"),
    ]


def test_the_summary_tells_totals_who_is_missing_and_compares_only_those_that_returned_both_times() -> None:
    summary = made(collection(*YEAR)).summary
    assert summary and summary.text_table and summary.trend
    assert [(c.number, c.label) for c in summary.counts] == [
        (2, "returned for June 2016"), (1, "returned in the year before, and not now"), (31, "Staff"),
        (900, "Cost, £ thousand"),
    ]  # fmt: skip
    assert summary.text_table.rows == (("Elm Park", "May 2016", ""),)
    assert summary.paragraph == (
        "For June 2016, 2 of 3 have returned. Staff is 31: 1 less than in May 2016 among the 1 that returned both times "
        "and 3 more than in June 2015 among the 2 that returned both times. Cost is £900,000: £400,000 more than in "
        "June 2015 among the 1 that returned both times."
    )


def test_the_trend_shows_thirteen_months_with_gaps() -> None:
    trend = made(collection(*YEAR)).summary.trend  # type: ignore[union-attr]
    assert trend and (len(trend.months), trend.months[0], trend.months[-1]) == (13, "Jun 2015", "Jun 2016")
    returned, staff, cost = trend.rows
    assert returned.texts == ("2", *("0",) * 10, "2", "2") and not returned.figures
    assert staff.figures == (28, *(None,) * 11, 31), "of the two that returned both times, never of one of them"
    assert (cost.label, cost.texts, cost.other_scale) == ("Cost, £ thousand", ("500.0", *("–",) * 11, "900.0"), True)


NEWCOMER = (
    *(
        (f"{month} 2016", ["Hill Road | 20 | | | 3 | | ", "St Mary's | 10 | | | 3 | | "])
        for month in ("March", "April")
    ),
    ("May 2016", [f"School {n} | {n} | | | 3 | | " for n in range(10)] + ["Hill Road | 20 | | | 3 | | "]),
    ("June 2016", [f"School {n} | {n} | | | 3 | | " for n in range(11)] + ["Hill Road | 21 | | | 3 | | "]),
)


def test_a_newcomer_does_not_raise_the_trend_nor_end_it() -> None:
    trend = made(collection(*NEWCOMER)).summary.trend  # type: ignore[union-attr]
    assert trend and trend.rows[0].texts == ("2", "2", "11", "12")
    assert trend.rows[1].figures == (None, None, 45 + 20, 45 + 21), "school 10, new in June, is left out"
    assert trend.rows[1].label == "Staff, 11 of 12"


def test_a_trend_with_nothing_to_compare_is_not_drawn() -> None:
    strangers = [
        (f"{month} 2016", [f"{name} | 20 | | | 3 | | "]) for month, name in (("May", "Elm Park"), ("June", "Hill Road"))
    ]
    document = made(collection(*strangers))
    trend = document.summary.trend  # type: ignore[union-attr]
    assert trend and trend.rows[1].texts == ("–", "20") and not trend.charted_rows
    assert "xl/charts/chart1.xml" not in zipfile.ZipFile(io.BytesIO(write_appendix(plan_document(document)))).namelist()


def test_a_form_of_nothing_but_noughts_is_no_return_and_the_period_may_be_chosen() -> None:
    ahead = ("July 2016", ["Hill Road | 0 | 0 | 0 | 0 | . | "])
    assert made(collection(*YEAR, ahead)).plan_title.endswith("June 2016")
    assert made(collection(*YEAR, Period="May 2016")).plan_title.endswith("May 2016")


def test_an_empty_collection_says_so_and_one_month_has_nothing_to_compare() -> None:
    document = made(collection())
    assert (document.lines, document.summary, document.empty_text) == ((), None, "Nothing has been returned yet.")
    one = made(collection(YEAR[2])).summary
    assert one and one.trend is None and one.text_table is None and "than in" not in one.paragraph


def test_the_workbook_has_the_chart_and_every_text_of_the_plan() -> None:
    document = made(collection(*YEAR))
    laid = plan_summary(document)
    assert laid and {"trend"} == {row.role for row in laid.rows if row.role}
    said = " ".join(text for page in range(1, laid.page_count + 1) for text in laid.texts_of(page))
    for words in ("Month by month", "Not returned for June 2016: 1", "Elm Park", "500.0"):
        assert words in said
    book = zipfile.ZipFile(io.BytesIO(write_appendix(plan_document(document))))
    chart = book.read("xl/charts/chart1.xml").decode()
    assert chart.count("<c:ser>") == 2 and "<c:lineChart>" in chart
    assert "Line chart from Jun 2015 to Jun 2016" in book.read("xl/drawings/drawing1.xml").decode()


def few_of_many() -> Collection:
    """Six returned for May, and two of them for June."""
    names = ["Hill Road", "St Mary's", "Elm Park", "Old Lane", "Kirk Street", "Ash House"]
    return collection(
        ("May 2016", [f"{name} | 20 | | | 3 | | " for name in names]),
        ("June 2016", [f"{name} | 21 | | | 3 | | " for name in names[:2]]),
    )


def test_a_month_in_which_few_have_returned_is_passed_over_and_told() -> None:
    master = few_of_many()
    result = appendix(master.snapshot, NOW)
    assert result.public.plan_title.endswith("May 2016") and len(result.public.lines) == 6
    assert result.changes.message.startswith("The appendix is made: 6 lines, for May 2016.")
    assert "June 2016 is not shown: only 2 of 6 have returned; --period 2016-06 shows it." in result.changes.message
    asked = appendix(master.snapshot, NOW, period="2016-06")
    assert asked.public.plan_title.endswith("June 2016") and len(asked.public.lines) == 2
    assert "not shown" not in asked.changes.message
    half = collection(*YEAR[:2], ("June 2016", ["Hill Road | 21 | | | 3 | | "]))
    assert made(half).plan_title.endswith("June 2016"), "half is enough"


def test_a_month_nobody_has_returned_for_is_refused_or_told() -> None:
    with pytest.raises(
        HrWorkbookError, match=r"--period: nobody has returned for July 2016\. There are months from 2016-05"
    ):
        appendix(few_of_many().snapshot, NOW, period="2016-07")
    result = appendix(collection(*YEAR, Period="July 2016").snapshot, NOW)
    assert result.public.plan_title.endswith("June 2016")
    assert "Nobody has returned for July 2016, the period on the Start sheet." in result.changes.message
    with pytest.raises(HrWorkbookError, match="only the appendix of a collection is of a month"):
        appendix(Master().snapshot, NOW, period="2016-07")


def test_names_that_are_one_are_printed_once() -> None:
    master = collection(*YEAR, ("June 2016", ["St Mary | 12 | 3 | 1.5 | 4.5 | 900,000 | "]))
    assert [line.cells[0] for line in made(master).lines] == ["Hill Road", "St Mary", "St Mary's"]
    row = dict(zip(NAMES.headings, ("St Mary", "St Mary's"), strict=True))
    master.apply(ChangeSet(NAMES.append(master.snapshot, [row]), ""))
    assert [line.cells[0] for line in made(master).lines] == ["Hill Road", "St Mary's"]


def test_names_that_became_one_by_the_names_sheet_are_told_with_their_lines() -> None:
    master = collection(
        ("June 2016", ["St Mary's | 12 | 3 | 1.5 | 4.5 | 900,000 | ", "Saint Mary | 2 | | | 1 | 100 | "])
    )
    assert reported_month(read_plan(master.snapshot))[1] == ""
    written = [dict(zip(NAMES.headings, ("Saint Mary", "St Mary's"), strict=True))]
    master.apply(ChangeSet(NAMES.append(master.snapshot, written), ""))
    month, note = reported_month(read_plan(master.snapshot))
    assert month == "2016-06"
    assert "'St Mary's' has 2 lines for June 2016" in note and "only the first is shown and counted" in note

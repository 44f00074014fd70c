"""The summary's layout: every word on a page, no page overfull, no heading torn or left alone."""

from dataclasses import replace

import pytest
from appendices import COVER, document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrworkbook.render.appendix.column_widths import page_pixels, text_width
from hrworkbook.render.appendix.document import (
    AppendixDocument,
    CellChange,
    ChangeList,
    HeadlineCount,
    MonthGrid,
    OverdueLine,
    Spend,
    SpendLine,
    StatusTable,
    Summary,
)
from hrworkbook.render.appendix.page_plan import PageSetup
from hrworkbook.render.appendix.paginate import PAGE_FILL_LIMIT
from hrworkbook.render.appendix.summary import plan_summary
from hrworkbook.render.appendix.summary_pages import SummaryPlan
from hrworkbook.render.appendix.write_appendix import plan_document
from hrworkbook.render.text_metrics import face

STATUSES = ("Complete", "On track", "At risk", "Off track", "Deferred to next year", "Not started yet", "Not reported")
MONTHS = tuple(
    f"{m} {y}" for y in (2016, 2017) for m in ("January", "Feb", "Mar", "Apr", "May", "Jun", "July", "Aug", "September")
)
SETUPS = st.builds(
    PageSetup,
    st.sampled_from(["A4", "A3"]),
    st.sampled_from(["landscape", "portrait"]),
    st.sampled_from(["Calibri", "Arial"]),
)
WORDS = st.builds(
    lambda word, times: " ".join([word] * times), st.sampled_from(["Pay &", "Leadership –", "a"]), st.integers(1, 40)
)


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    themes = [f"{i} {draw(WORDS)}" for i in range(draw(st.integers(1, 25)))]
    statuses = STATUSES[: draw(st.integers(1, 7))]
    months = MONTHS[: draw(st.integers(1, 18))] + ("Ongoing",)
    overdue = tuple(
        OverdueLine(t, "A", draw(WORDS), draw(WORDS), draw(WORDS)) for t in themes[: draw(st.integers(0, 25))]
    )
    return Summary(
        draw(WORDS) * draw(st.integers(0, 20)),
        tuple(HeadlineCount(n * 1000, draw(WORDS)) for n in range(draw(st.integers(0, 8)))),
        draw(st.sampled_from([None, StatusTable(statuses, tuple((t, tuple(range(len(statuses)))) for t in themes))])),
        draw(st.sampled_from([None, (), overdue])),
        draw(st.sampled_from([None, MonthGrid(months, tuple((t, tuple(range(len(months)))) for t in themes), "Note")])),
        draw(st.sampled_from([None, Spend("Sentence."), Spend("", (SpendLine("Survey", "£10", "nil", "£10 under"),))])),
        draw(st.sampled_from([None, ChangeList("Nothing changed.")])),
    )


def laid_out(summary: Summary, setup: PageSetup) -> SummaryPlan:
    plan = plan_summary(AppendixDocument(COVER, (), (), setup, summary))
    assert plan is not None
    return plan


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(summaries(), SETUPS)
def test_the_laws_of_a_summary(summary: Summary, setup: PageSetup) -> None:
    plan = laid_out(summary, setup)
    assert sum(plan.widths) <= page_pixels(plan.setup) and min(plan.widths) > 0
    edges = [0, *plan.breaks, len(plan.rows)]
    assert edges == sorted(set(edges))
    for first, end in zip(edges, edges[1:], strict=False):
        rows = plan.rows[first:end]
        assert sum(r.height for r in rows) <= plan.setup.height * PAGE_FILL_LIMIT
        last = rows[-1]
        assert not any(c.style.startswith(("heading", "head")) for c in last.cells), "no heading ends a page"
    for row in plan.rows:
        assert 0 < row.height <= 409.5 and row.height % 0.75 == 0
    said = " ".join(" ".join(plan.texts_of(n)) for n in range(1, plan.page_count + 1)).split()
    wanted = [*summary.paragraph.split(), *[w for c in summary.counts for w in c.label.split()]]
    wanted += [w for x in summary.overdue or () for w in f"{x.text} {x.due} {x.owner}".split()]
    for word in set(wanted):
        assert said.count(word) >= wanted.count(word), word


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("statuses", [3, 5, 7])
def test_no_word_over_the_narrow_columns_is_torn(paper: str, statuses: int) -> None:
    names = STATUSES[:statuses]
    summary = Summary(
        statuses=StatusTable(names, (("Pay", tuple(range(statuses))),)), months=MonthGrid(MONTHS, (("Pay", (1,) * 18),))
    )
    plan = laid_out(summary, PageSetup(paper=paper))  # type: ignore[arg-type]
    words = {w for row in plan.rows for c in row.cells if c.style.startswith("head") for w in str(c.value).split()}
    for name in (*names, *MONTHS, "Total", "Theme"):
        assert set(name.split()) <= words, name
    small = face("Calibri", True, plan.setup.size - 1)
    for row in plan.rows:
        for cell in row.cells:
            if cell.style.startswith("head") and cell.column and not plan.chart_slot > 1:
                assert small.width(str(cell.value)) <= text_width(plan.widths[cell.column], 0) + 4


def test_what_is_not_known_is_left_out_and_what_is_none_is_said() -> None:
    bare = laid_out(Summary("One sentence."), PageSetup())
    assert "Overdue" not in bare.texts_of(1)
    nothing = laid_out(Summary("One sentence.", overdue=()), PageSetup())
    assert "Nothing is overdue." in nothing.texts_of(1)


def test_a_document_without_a_summary_has_none() -> None:
    planned = plan_document(replace(document(), summary=None))
    assert planned.summary is None and planned.changes is None and planned.first_plan_page == 1


def test_pages_are_counted_in_the_order_they_are_printed() -> None:
    planned = plan_document(document())
    assert planned.summary and planned.changes
    assert planned.first_changes_page == planned.summary.page_count + 1
    assert planned.first_plan_page == planned.first_changes_page + planned.changes.page_count
    assert planned.page_count == planned.first_plan_page - 1 + planned.plan.page_count


def counted(number: int, themes: int = 2, words: str = "Amber") -> Summary:
    table = StatusTable(("Red", words), tuple((f"Theme {i}", (0, 1)) for i in range(themes)))
    return Summary("One sentence.", tuple(HeadlineCount(n, "lines") for n in range(number)), table)


@pytest.mark.parametrize(("number", "rows"), [(7, [7]), (8, [4, 4]), (1, [1])])
def test_the_large_numbers_stand_in_even_rows(number: int, rows: list[int]) -> None:
    plan = laid_out(counted(number), PageSetup())
    found = [len(row.cells) for row in plan.rows if row.cells and row.cells[0].style == "number"]
    assert found == rows


def test_a_plan_without_themes_is_counted_by_what_it_has() -> None:
    plan = plan_summary(AppendixDocument(COVER, (), (), PageSetup(), counted(2), theme_header="Priority"))
    assert plan and {"Status by priority", "Priority", "All lines"} <= set(plan.texts_of(1))
    assert "Theme" not in plan.texts_of(1)


def test_the_chart_gives_way_where_that_saves_a_page() -> None:
    tall = [
        row.height for n in range(2, 30) for row in laid_out(counted(7, n), PageSetup()).rows if row.role == "chart"
    ]
    assert any(below < above for above, below in zip(tall, tall[1:], strict=False)), "one more theme, a lower chart"
    full = laid_out(counted(7, 15), PageSetup())
    assert any(row.role == "chart" for row in full.rows[: full.breaks[0]]), "it stands beside the numbers"


def test_a_short_table_is_not_parted() -> None:
    late = tuple(OverdueLine("Theme", "A", f"Line {i}", "31 March 2017", "HRMT") for i in range(3))
    for themes in range(1, 25):
        plan = laid_out(replace(counted(7, themes), overdue=late), PageSetup())
        assert not any("(cont.)" in text for n in range(plan.page_count) for text in plan.texts_of(n + 1))


def test_changes_are_told_of_where_there_are_some() -> None:
    none = laid_out(Summary("Nothing has changed.", changes=ChangeList("Nothing has changed.")), PageSetup())
    assert "Changes since the last meeting" not in none.texts_of(1)
    some = ChangeList("1 line has changed.", (CellChange("Theme", "A", "Line", "RAG", "Red", "Green"),))
    assert "Changes since the last meeting" in laid_out(Summary("Words.", changes=some), PageSetup()).texts_of(1)

"""The page plan: laws that hold for any plan, and the rules of the page on small ones."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hrworkbook.render.appendix.column_widths import page_pixels, text_width
from hrworkbook.render.appendix.page_plan import CONTINUED_MARK, PagePlan, PageSetup, PrintColumn, PrintLine, trim
from hrworkbook.render.appendix.paginate import PAGE_FILL_LIMIT, paginate
from hrworkbook.render.appendix.print_texts import print_text
from hrworkbook.render.appendix.split_lines import fitting_length
from hrworkbook.render.text_metrics import face

PHRASE = "the review of consultation wellbeing. £1,250.00 café – Oct 2016 sub-committee and/or (note 3) “HR” 😀 - • x"
WORDS = st.sampled_from([*PHRASE.split(), "Schools/academies", "x" * 70, "\n", "\n- ", "agreed.\n"])
SHORT = st.lists(WORDS, max_size=6).map(" ".join)
LONG = st.builds(
    lambda words, times: " ".join(words * times), st.lists(WORDS, min_size=1, max_size=30), st.integers(1, 60)
)
TEXTS = st.one_of(st.just(""), SHORT, SHORT, LONG)
SETUPS = st.builds(
    PageSetup,
    st.sampled_from(["A4", "A3"]),
    st.sampled_from(["landscape", "portrait"]),
    st.sampled_from(["Calibri", "Arial"]),
    st.integers(8, 12),
)


@st.composite
def plans(draw: st.DrawFn) -> PagePlan:
    count = draw(st.integers(1, 6))
    kinds = draw(st.lists(st.sampled_from(["text", "reference", "status", "money"]), min_size=count, max_size=count))
    columns = [
        PrintColumn(
            f"c{j}",
            draw(SHORT) or f"Column {j}",
            draw(st.sampled_from(["", "Scope", "Budget"])),
            kinds[j],
            repeats_once=j < 2,
        )
        for j in range(count)
    ]
    lines = [
        PrintLine(
            draw(st.sampled_from(["", "Leadership", "Pay and Reward " * 12])),
            draw(st.sampled_from("ABC")),
            tuple(draw(TEXTS) for _ in range(count)),
        )
        for _ in range(draw(st.integers(0, 7)))
    ]
    return paginate(columns, lines, draw(SETUPS), title=draw(SHORT))


slow = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@slow
@given(plans())
def test_the_laws_of_a_page_plan(plan: PagePlan) -> None:
    body = plan.setup.height * PAGE_FILL_LIMIT - plan.heading_height
    regular = face(plan.setup.font, False, plan.setup.size)
    bold = face(plan.setup.font, True, plan.setup.size)
    assert sum(plan.widths) <= page_pixels(plan.setup)
    pieces: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in (*plan.rows, plan.header, *plan.group_rows):
        assert 0 < row.height <= 409.5
        assert row.height % 0.75 == 0
    for row in plan.rows:
        if row.kind != "line":
            continue
        for j, text in enumerate(row.cells):
            repeated = row.continued and j == plan.reference_column
            type_face = bold if plan.columns[j].kind == "status" else regular
            said = f"{trim(text)} {CONTINUED_MARK}".strip() if repeated else trim(text)
            assert type_face.height(said, text_width(plan.widths[j], plan.indent)) <= row.height or not said
            assert said.count("\n") <= 253
            if not repeated:
                pieces[row.line, j].append(text)
    for n, page in enumerate(plan.pages, start=1):
        assert page.height == pytest.approx(sum(r.height for r in plan.rows_of(n)))
        assert page.height <= body
        assert any(r.kind in ("line", "note") for r in plan.rows_of(n)), "no heading stands alone on a page"
        last = plan.rows_of(n)[-1]
        assert last.kind not in ("theme", "space"), "a heading keeps with its first line"
    assert [r.line for r in plan.rows if r.kind == "line" and r.starts] == sorted(
        {k[0] for k in pieces} | {r.line for r in plan.rows if r.kind == "line"}
    )


@slow
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5), SETUPS)
def test_the_fragments_of_a_cell_join_to_the_cell_and_no_word_is_split_that_fits(
    cells: list[tuple[str, str]], setup: PageSetup
) -> None:
    columns = [
        PrintColumn("id", "ID", kind="reference"),
        PrintColumn("a", "Measures", bullets=True),
        PrintColumn("b", "Update"),
    ]
    lines = [PrintLine("", str(i), (str(i), *texts)) for i, texts in enumerate(cells)]
    plan = paginate(columns, lines, setup)
    ten = face(setup.font, False, setup.size)
    for i, line in enumerate(lines):
        for j in (1, 2):
            parts = [r.cells[j] for r in plan.rows if r.kind == "line" and r.line == i]
            text = "".join(parts)
            assert text == print_text(line.cells[j], columns[j].bullets)
            width = text_width(plan.widths[j], plan.indent)
            at = 0
            for part in parts[:-1]:
                at += len(part)
                if 0 < at < len(text) and not text[at - 1].isspace() and not text[at].isspace():
                    word = text[:at].split()[-1] + text[at:].split()[0]
                    assert ten[word] > width, f"{word} was split and fits its column"


@slow
@given(LONG, st.floats(60, 400), st.integers(4, 30))
def test_a_piece_fits_its_lines_and_leaves_something_only_when_it_must(text: str, width: float, lines: int) -> None:
    ten = face("Calibri", False, 10)
    at = fitting_length(ten, text, width, lines)
    assert 0 < at <= len(text)
    assert ten.lines(trim(text[:at]), width) <= lines
    if ten.lines(text, width) <= lines:
        assert at == len(text)


COLUMNS = (
    PrintColumn("ref", "Ref", kind="reference", weight=6, repeats_once=True),
    PrintColumn("priority", "Priority", weight=40, repeats_once=True),
    PrintColumn("progress", "Progress", weight=60, bullets=True),
)
A4 = PageSetup()


def line(theme: str, ref: str, words: int, priority: str = "") -> PrintLine:
    return PrintLine(theme, ref, (ref, priority or f"Priority {ref}", " ".join(["progress"] * words)))


def pages(plan: PagePlan) -> list[str]:
    """Each page as `theme ref ref* …`: `*` where a reference goes on from the page before."""
    out = []
    for n in range(1, plan.page_count + 1):
        said = []
        for row in plan.rows_of(n):
            if row.kind == "line":
                said.append((row.cells[0] or "-") + ("*" if row.continued else ""))
            elif row.kind != "space":
                said.append(f"[{row.cells[0]}{'*' if row.continued else ''}]")
        out.append(" ".join(said))
    return out


def test_a_reference_is_shown_once_and_its_lines_keep_together() -> None:
    lines = [line("Pay", ref, 130) for ref in ("A", "A", "B", "B", "B")]
    assert pages(paginate(COLUMNS, lines, A4)) == ["[Pay] A -", "[Pay*] B - -"]


def test_a_reference_is_parted_where_that_saves_a_page_and_says_so() -> None:
    lines = [line("Pay", "A", 200), *[line("Pay", "B", 190)] * 3]
    plan = paginate(COLUMNS, lines, A4)
    assert plan.page_count == 2
    assert [start.page for start in plan.starts] == [1, 1]
    assert pages(plan)[1].startswith("[Pay*] B*")


def test_a_line_taller_than_a_page_is_cut_at_the_end_of_a_sentence() -> None:
    sentence = "The committee agreed the revised workforce strategy and asked for a further report in the spring. "
    plan = paginate(COLUMNS, [PrintLine("Pay", "A", ("A", "Priority", sentence * 120))], A4)
    assert plan.page_count > 1
    rows = [r for r in plan.rows if r.kind == "line"]
    assert all(trim(r.cells[2]).endswith("spring.") for r in rows)
    assert [r.continued for r in rows] == [page_first(plan, r) and not r.starts for r in rows]
    assert rows[0].starts and rows[-1].ends and not any(r.ends for r in rows[:-1])


def page_first(plan: PagePlan, row: object) -> bool:
    return any(next(r for r in plan.rows_of(n) if r.kind == "line") is row for n in range(1, plan.page_count + 1))


def test_a_row_over_409_points_that_fits_its_page_is_two_rows_on_one_page() -> None:
    a3 = PageSetup(paper="A3")
    text = "It was agreed to report again. " * 400
    plan = paginate(COLUMNS, [PrintLine("", "A", ("A", "P", text))], a3)
    assert plan.page_count == 1
    rows = [r for r in plan.rows if r.kind == "line"]
    assert len(rows) == 2 and not rows[1].continued
    assert rows[0].ruled == () and rows[1].ruled == (True, True, True), "no rule within a line"


def test_no_rule_is_drawn_under_a_text_shown_once_for_several_lines() -> None:
    plan = paginate(COLUMNS, [line("", "A", 9), line("", "A", 9), line("", "B", 9)], A4)
    assert [r.ruled for r in plan.rows] == [(False, False, True), (True,) * 3, (True,) * 3]


def test_the_same_reference_under_another_theme_is_another_reference() -> None:
    plan = paginate(COLUMNS, [line("Pay", "A", 9), line("Leadership", "A", 9)], A4)
    assert pages(plan) == ["[Pay] A [Leadership] A"]
    assert [(s.theme, s.reference) for s in plan.starts] == [("Pay", "A"), ("Leadership", "A")]


def test_a_second_priority_under_a_reference_is_shown() -> None:
    plan = paginate(COLUMNS, [line("", "A", 9, "One"), line("", "A", 9, "Two"), line("", "A", 9, "Two")], A4)
    assert [r.cells[:2] for r in plan.rows] == [("A", "One"), ("", "Two"), ("", "")]


def test_dashes_that_begin_a_paragraph_are_bullets_and_others_are_not() -> None:
    assert (
        print_text("- Review\n-Agree – then act\n* Report\nmid-year -5", True)
        == "• Review\n• Agree – then act\n• Report\nmid-year -5"
    )
    assert print_text("- Review", False) == "- Review"
    for figure in ("-5% calls", "-£3,000", "Target\n-0.5 days\n- -2 posts"):
        assert print_text(figure, True) == figure.replace("- -", "• -")
    assert print_text(" a\r\nb\t c \n\n\n\nd ") == "a\nb  c\n\nd"


def test_each_column_is_at_least_as_wide_as_its_longest_word() -> None:
    columns = [PrintColumn(str(j), "H") for j in range(4)]
    lines = [PrintLine("", "", ("Finance", "Schools/academies", "x " * 900, "Responsibilities"))]
    plan = paginate(columns, lines, PageSetup(orientation="portrait", size=12))
    twelve = face("Calibri", False, 12)
    for j, word in ((0, "Finance"), (1, "Schools/academies"), (3, "Responsibilities")):
        assert twelve[word] <= text_width(plan.widths[j], plan.indent)


def test_a_web_address_gives_way_where_the_page_is_full_and_no_ordinary_word_does() -> None:
    address = "https://www.council.example/democracy/committees/staffing/appendix-1-hr-delivery-plan.pdf"
    words = "Responsibilities and accountabilities are agreed. " * 6
    columns = tuple(PrintColumn(key, key.title()) for key in ("one", "two", "three", "four", "five"))
    portrait = PageSetup(orientation="portrait")
    plain = paginate(columns, [PrintLine("", "", (words,) * 5)], portrait)
    full = paginate(columns, [PrintLine("", "", (f"{words}{address}",) * 4 + (words,))], portrait)
    assert plain.indent == full.indent == 1, "texts stay clear of the lines between columns"
    ten = face("Calibri", False, 10)
    assert min(text_width(w, 1) for w in full.widths) >= ten.longest_word(words)


def test_a_group_heading_too_long_for_its_columns_takes_more_rows_not_a_merge() -> None:
    columns = [
        PrintColumn("a", "A", "Budget and the sources it is to be met from in the year"),
        PrintColumn("b", "B", "Scope"),
    ]
    plan = paginate(columns, [PrintLine("", "", ("x", "y " * 900))], A4)
    assert " ".join(r.cells[0] for r in plan.group_rows).split() == columns[0].group.split()


@pytest.mark.parametrize("columns", range(1, 16))
def test_any_number_of_columns(columns: int) -> None:
    some = [PrintColumn(str(j), f"Heading {j}") for j in range(columns)]
    lines = [
        PrintLine("Theme", str(i), tuple(f"Some words of line {i} " * (j % 4 + 1) for j in range(columns)))
        for i in range(20)
    ]
    plan = paginate(some, lines, A4)
    assert len(plan.widths) == columns and sum(plan.widths) <= page_pixels(A4)


def test_the_title_never_stands_alone() -> None:
    for words in range(400, 700, 20):
        plan = paginate(COLUMNS, [line("Pay", "A", words), line("Pay", "B", 10)], A4, title="Delivery plan")
        assert "line" in {r.kind for r in plan.rows_of(1)}, words


def test_nothing_to_report_is_said() -> None:
    plan = paginate(COLUMNS, [], A4, title="Part 2")
    assert [r.cells[0] for r in plan.rows] == ["Part 2", "There is nothing to report."]


def test_words_are_those_of_the_plan() -> None:
    plan = paginate(COLUMNS, [line("Pay", "A", 9), line("Pay", "A", 9)], A4)
    words = sum(len(cell.split()) for row in plan.rows if row.kind == "line" for cell in row.cells)
    assert words == 1 + 2 + 9 + 9, "reference and priority once, no headings"


def test_a_plan_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="one text a column"):
        paginate(COLUMNS, [PrintLine("", "A", ("A",))], A4)


def test_type_of_any_size_fills_the_page_the_same_way() -> None:
    lines = [line("Pay", chr(65 + i), 150) for i in range(20)]
    counts = [paginate(COLUMNS, lines, replace(A4, size=size)).page_count for size in (8, 9, 10, 11, 12)]
    assert counts == sorted(counts)


def test_a_theme_is_not_parted_to_fill_the_foot_of_a_page() -> None:
    lines = [line("Pay", ref, 110) for ref in "ABC"] + [line("Safety", ref, 110) for ref in "ABC"]
    assert pages(paginate(COLUMNS, lines, A4)) == ["[Pay] A B C", "[Safety] A B C"]
    short = [line("Pay", "A", 110)] + [line("Safety", ref, 110) for ref in "ABCDE"]
    assert pages(paginate(COLUMNS, short, A4))[0] == "[Pay] A [Safety] A B C", "nor is half a page left white"


def test_a_long_theme_is_ruled_once_and_its_text_stands_clear_of_the_rule() -> None:
    plan = paginate(COLUMNS, [line("Recruiting, retaining and rewarding our people " * 5, "A", 9)], A4)
    kinds = [(row.kind, row.ends) for row in plan.rows]
    assert kinds == [("theme", False), ("theme", True), ("space", True), ("line", True)]

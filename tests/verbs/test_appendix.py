"""The figures an appendix opens with, computed from the plan."""

import re
from datetime import datetime

import pytest
from masters import NOW, OWNERS, THREE, make_master, shared, snapshot_of, type_into
from plans import Master

from hrworkbook.cli.main import main
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.snapshot import Write, row_and_column
from hrworkbook.render.appendix.formats import header_code
from hrworkbook.render.appendix.page_plan import Cover, PageSetup
from hrworkbook.verbs.appendix import appendix
from hrworkbook.verbs.roll import roll


def made(path, now=NOW):
    return appendix(snapshot_of(path), now)


def test_counts_are_in_words_and_in_the_order_of_the_list(tmp_path):
    summary = made(make_master(tmp_path, THREE, owners=OWNERS)).public.summary
    assert [(c.number, c.label) for c in summary.counts] == [
        (3, "lines"), (1, "Amber (33%)"), (1, "Green (33%)"), (1, "No status (33%)"), (0, "overdue"),
    ]  # fmt: skip
    assert summary.statuses.rows == (("Staff", (0, 1, 1, 0, 0)), ("Safety", (0, 0, 0, 0, 1)))


def test_what_is_overdue_depends_on_the_day(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    before = made(path, datetime(2027, 6, 1)).public.summary
    assert (before.overdue, before.as_at) == ((), "31 December 2026, the end of 2026/27 Q3")
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q4", Committee_date="20 January 2027")
    after = made(path).public.summary
    assert after.as_at == "20 January 2027, the day of the meeting"
    (late,) = after.overdue
    assert (late.theme, late.reference, late.due, late.owner) == (
        "Safety",
        "A",
        "31 December 2026",
        "Safety Lead/Learning Lead",
    )


def test_the_month_grid_holds_every_date_and_those_without(tmp_path):
    grid = made(make_master(tmp_path, THREE, owners=OWNERS)).public.summary.months
    assert grid.months == ("Dec 2026", "Mar 2027", "Ongoing")
    assert grid.rows == (("Staff", (0, 1, 1)), ("Safety", (1, 0, 0)))


def test_the_paragraph_can_be_pasted_into_the_report(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3", Report_title="Our plan")
    assert made(path).paragraph == (
        "This appendix reports on the 3 lines of Our plan under 2 themes, for 2026/27 Q3. "
        "Of these, 1 (33%) is amber, 1 (33%) is green and 1 (33%) has no status; "
        "none is overdue as at 31 December 2026, the end of 2026/27 Q3. This is the first report of this plan."
    )


SPEND = "Workstream Name | Short Workstream Description | Chief Exec Sponsor | Planned Spend | Actual Spend"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (["One|First|A Sponsor||"], "No planned or actual spend is reported."),
        (["One|First|A Sponsor||nil"], "No amounts are reported: actual spend is given as nil."),
        (
            ["One|First|A Sponsor|£19k|12,500.50", "Two|Second|A Sponsor|1,000|nil"],
            "Planned spend is £20,000 and actual spend £12,500.50.",
        ),
    ],
)
def test_spend_is_summed_or_said_to_be_absent(rows, sentence, tmp_path):
    path = make_master(tmp_path, "\n".join([SPEND, *rows]), schema="workstreams")
    assert made(path).public.summary.spend.sentence == sentence


def test_an_exempt_line_is_in_its_own_document_and_in_no_figure(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!J8": "Part 2", "Plan!K8": "4", "Plan!L8": "Talks continue."})
    result = made(path)
    assert [x.line_id for x in result.public.lines] == ["L001", "L002"]
    assert result.public.summary.counts[0].number == 2
    assert [x.line_id for x in result.exempt.lines] == ["L003"]
    assert "reports on the one exempt line of the HR Delivery Plan" in result.exempt.summary.paragraph
    assert (result.exempt.cover.part, result.exempt.cover.paragraph) == ("Part 2 – exempt", "4")
    assert "Safety" not in repr(result.public)
    assert "1 further line is exempt and is reported in Part 2." in result.paragraph


@pytest.mark.parametrize(("cells", "place"), [({"Plan!K8": "4"}, "Plan!L8"), ({"Plan!L8": "Talks"}, "Plan!K8")])
def test_an_exempt_line_needs_its_paragraph_and_its_reason(cells, place, tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!J8": "Part 2", **cells})
    with pytest.raises(HrWorkbookError, match="is blank") as refused:
        made(path)
    assert refused.value.place == place


def test_themes_stand_together_although_the_plan_parts_them(tmp_path):
    table = THREE + "Staff | C | Keep people | Learning Lead | Ongoing | Fewer leavers | Green | Fine."
    assert [x.line_id for x in made(make_master(tmp_path, table, owners=OWNERS)).public.lines] == [
        "L001",
        "L002",
        "L004",
        "L003",
    ]


def test_surrey_first_finds_its_milestones_and_its_groups(tmp_path):
    path = tmp_path / "m.xlsx"
    main(["new", "workstreams", str(path), "--from", str(shared("seeds/surrey-first-workstreams-2010.csv"))])
    document = made(path).public
    assert [c.group for c in document.columns].count("Scope") == 5
    assert len(document.columns) == 11
    assert document.summary.spend.sentence.endswith("actual spend is given as nil.")


def test_a_line_without_a_priority_is_called_by_its_first_words(tmp_path):
    (tmp_path / "ours.toml").write_text(
        'name = "ours"\ntitle = "People programme"\n[roles]\ndue = "by"\nowner = "lead"\n'
        '[[columns]]\nkey = "news"\nheader = "News"\nedited_by = "owner"\n'
        '[[columns]]\nkey = "lead"\nheader = "Lead"\nkind = "owners"\n'
        '[[columns]]\nkey = "what"\nheader = "What"\n'
        '[[columns]]\nkey = "by"\nheader = "By"\nkind = "date"\n',
        encoding="utf-8",
    )
    (tmp_path / "plan.csv").write_text("News,Lead,What,By\nGoing,Jo,Pay review,31/12/2016\n", encoding="utf-8")
    path = tmp_path / "m.xlsx"
    main(["new", str(tmp_path / "ours.toml"), str(path), "--from", str(tmp_path / "plan.csv")])
    (late,) = made(path).public.summary.overdue
    assert late.text == "Pay review"


def test_a_plan_without_lines_says_so(tmp_path):
    path = tmp_path / "m.xlsx"
    main(["new", "delivery-plan", str(path)])
    said = made(path).public.summary.paragraph
    assert said.startswith("This appendix reports on the HR Delivery Plan, for ")
    assert "There are no lines to report." in said


@pytest.mark.parametrize(("number", "right"), [("", "Part 1"), ("B", "Appendix B\nPart 1")])
def test_the_part_stands_at_the_head_when_the_appendix_has_no_number(number, right):
    cover = Cover(title="Plan", appendix_number=number, part="Part 1")
    text = header_code(cover, PageSetup())
    assert text.split("&R")[1].endswith(right) and right.count("\n") == text.split("&R")[1].count("\n")


@pytest.mark.parametrize(
    ("rag", "due", "said"),
    [
        ("Amber", "March 2027", "It is amber."),
        ("Amber", "March 2026", "It is amber and overdue as at 31 December 2026, the end of 2026/27 Q3."),
        ("", "Ongoing", "It has no status."),
    ],
)
def test_one_line_is_told_of_as_one(rag, due, said, tmp_path):
    table = f"Theme | Ref | Priority | Owner | Timescale | RAG\nStaff | A | Hire | OD Manager | {due} | {rag}"
    paragraph = made(make_master(tmp_path, table)).paragraph
    assert paragraph.startswith("This appendix reports on the one line of the HR Delivery Plan under 1 theme, for ")
    assert f" {said} " in paragraph


def test_a_word_longer_than_a_brief_is_cut(tmp_path):
    table = f"Theme | Ref | Priority | Owner | Timescale\nStaff | A | {'Hire' * 200} | OD Manager | March 2026"
    (late,) = made(make_master(tmp_path, table)).public.summary.overdue
    assert len(late.text) <= 110 and late.text.endswith("…")


def test_the_month_grid_keeps_room_for_what_has_no_date(tmp_path):
    months = [
        f"{m} {y}" for y in (2026, 2027) for m in ("Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sept")
    ]
    rows = [
        f"Staff | {i} | Line {i} | OD Manager | {due}" for i, due in enumerate([*months, "Ongoing", "To be agreed"])
    ]
    table = "\n".join(["Theme | Ref | Priority | Owner | Timescale", *rows])
    grid = made(make_master(tmp_path, table)).public.summary.months
    assert len(grid.months) == 15 and grid.months[-2:] == ("Ongoing", "No date")
    assert grid.note == "5 months further away are not shown."


AGREED = """
name = "agreed"
title = "Plan"
done = ["Done"]
[roles]
reference = "ref"
owner = "lead"
due = "due"
revised = "new"
[[columns]]
key = "ref"
header = "Ref"
kind = "reference"
[[columns]]
key = "lead"
header = "Lead"
[[columns]]
key = "due"
header = "Due"
kind = "timescale"
[[columns]]
key = "new"
header = "Revised date"
kind = "timescale"
"""


def test_dates_agreed_anew_are_listed_by_owner_and_count_for_what_is_late():
    master = Master(
        "Ref | Lead | Due | Revised date\nA | Sam | March 2026 |\nB | Jo | June 2026 | July 2026\nC | Jo | May 2026 |",
        {},
        AGREED,
    )
    master.apply(roll(master.snapshot, NOW).changes)
    plan = master.plan
    for line, text in zip(plan.lines, ("June 2027", "June 2026", None), strict=True):
        master.apply([Write("Plan", *row_and_column(plan.address(line, "new")), ((text,),))])
    summary = appendix(master.snapshot, NOW).public.summary
    assert [(d.owner, d.reference, d.was, d.now) for d in summary.revised.dates] == [
        ("Jo", "B", "July 2026", "June 2026"),
        ("Sam", "A", "March 2026", "June 2027"),
    ]
    assert summary.revised.sentence == "2 due dates have been revised: 1 is later and 1 is earlier."
    assert [x.reference for x in summary.overdue] == ["C", "B"]
    assert summary.months.months == ("May 2026", "Jun 2026", "Jun 2027")
    assert summary.revised.sentence in summary.paragraph
    assert "2 lines have changed" in summary.changes.sentence


def test_what_a_paper_should_say_on_every_page_and_does_not_is_told(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS, Committee="Finance", Committee_date="1 May 2027")
    (blank,) = made(path).blanks
    assert blank.message in made(path).changes.message
    assert re.fullmatch(
        r"Start!C\d+: the Appendix number is blank, so the paper does not say it\. Enter it .*", blank.message
    )

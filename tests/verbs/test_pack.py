"""A pack: the appendices of several plans as one paper with one summary, a section each, exempt lines apart."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from masters import NOW, OWNERS, THREE, draft, snapshot_of, type_into

import hrworkbook
from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.pack import pack_job
from hrworkbook.plan.errors import HrWorkbookError, NotReady, UnreadableFile, WorkbookLocked
from hrworkbook.plan.model import read_plan
from hrworkbook.render.appendix.data_sheet import table_of
from hrworkbook.render.appendix.make_paper import paper_blocks
from hrworkbook.render.appendix.paper import paper_text
from hrworkbook.render.appendix.section_sheets import sheet_names_for
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.verbs.pack import Pack, PackCover
from hrworkbook.verbs.roll import roll
from hrworkbook.verbs.validate import validate

EXEMPT = """
Theme  | Ref | Priority                            | Owner            | Timescale  | Performance & Outcome Measures         | RAG   | Progress Update                | Part   | Exempt Paragraph | Exempt Reason
Staff  | A   | Hire well                           | Recruitment Lead | March 2027 | Posts filled                           | Green | Two posts filled.              |        |   |
Change | B   | Restructure the adult services team | Recruitment Lead | Dec 2026   | Named posts are ended by consultation  | Red   | Talks with the named staff began. | Part 2 | 1 | It names individuals.
"""
WORKSTREAMS = """
Workstream Name | Short Workstream Description     | Chief Exec Sponsor          | Planned Spend | Actual Spend
Payroll         | One payroll for all councils     | Chief Executive, Tandridge  | 20000         | 12000
"""
SETTINGS = {
    "Period": "2026/27 Q3", "Committee": "Joint Committee", "Committee_date": "20 January 2027", "Appendix_number": "2",
}  # fmt: skip


def master(folder: Path, name: str, table: str = THREE, schema: str = "delivery-plan", **settings: str) -> Path:
    """A master with an ID of its own."""
    made = draft(table, schema, OWNERS, **{**SETTINGS, **settings})
    made = replace(made, plan_state={**made.plan_state, "Plan ID": f"ID {name}"})
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.xlsx"
    path.write_bytes(master_workbook(made))
    return path


def packed(*paths: Path, **how: object) -> Pack:
    result = pack_job(paths, NOW, Path("pack.docx"), **how).result  # type: ignore[arg-type]
    assert isinstance(result, Pack)
    return result


def written(pack: Pack) -> str:
    return paper_text(paper_blocks(pack.public))


PAPER = """\
[Title] Adults, Children and Workstream status report
[Subtitle] Joint Committee · 20 January 2027
[Subtitle] Appendix 2 · Part 1 (public) · 2026/27 Q3 · Author: Human Resources
# Summary
"""


def test_a_pack_is_one_paper_with_one_summary_and_a_section_each(tmp_path):
    pack = packed(
        master(tmp_path, "Adults", EXEMPT), master(tmp_path, "Children"),
        master(tmp_path, "Surrey", WORKSTREAMS, "workstreams"),
    )  # fmt: skip
    text = written(pack)
    assert text.startswith(PAPER)
    headings = [line for line in text.splitlines() if line.startswith(("# ", "## ", "[Section]"))]
    assert headings == GOLDEN_HEADINGS.strip().splitlines()
    assert text.count("# Summary\n") == 1
    assert pack.paragraph == (
        "This appendix brings together 3 plans with 5 lines, for 2026/27 Q3: Adults, Children and Workstream status "
        "report. 1 further line is exempt and is reported in Part 2. Of the 4 lines of plans with statuses, 1 (25%) is amber, "
        "2 (50%) are green and 1 (25%) has no status. None is overdue as at 31 December 2026, the end of 2026/27 Q3."
    )


GOLDEN_HEADINGS = """
# Summary
## The plans side by side
## Status by plan
[Section] Adults
# Adults
## Status by theme
## Overdue
## What falls due, month by month
## Staff
[Section] Children
# Children
## Status by theme
## Overdue
## What falls due, month by month
## Staff
## Safety
[Section] Workstream status report
# Workstream status report
## Planned and actual spend
## The plan, line by line
"""


def test_exempt_lines_are_in_a_pack_of_their_own_and_nowhere_else(tmp_path):
    pack = packed(master(tmp_path, "Adults", EXEMPT), master(tmp_path, "Children"))
    assert pack.exempt is not None
    assert "Restructure" not in written(pack) and "consultation" not in written(pack)
    assert "individuals" not in str(table_of(pack.public)) and "individuals" not in str(pack.public)
    assert [section.plan_title for section in pack.exempt.sections] == ["Adults"]
    assert pack.exempt.cover.exempt and pack.exempt.cover.paragraph == "1"
    exempt = paper_text(paper_blocks(pack.exempt))
    assert "Restructure the adult services team" in exempt and "Hire well" not in exempt
    assert packed(master(tmp_path, "Place"), master(tmp_path, "Children")).exempt is None


def answer(path: Path, line: int, **values: str) -> None:
    """Type values into the cells of a line, counted from 0, by column key."""
    plan = read_plan(snapshot_of(path))
    assert values.keys() <= {column.key for column in plan.schema.columns}
    type_into(path, {f"Plan!{plan.address(plan.lines[line], key)}": value for key, value in values.items()})


def closed(path: Path) -> None:
    host = FileHost(path)
    host.apply(validate(host.snapshot(), NOW).changes)
    host.apply(roll(host.snapshot(), datetime(2027, 1, 2)).changes)


def test_the_figures_of_all_plans_are_those_of_each_added_up(tmp_path):
    first, second = master(tmp_path, "Adults"), master(tmp_path, "Children")
    third = master(tmp_path, "Place", Period="2026/27 Q4")
    answer(first, 0, rag="Complete")
    closed(first)
    closed(second)
    answer(first, 1, rag="Red", progress_update="The course was put off.")
    answer(second, 2, progress_update="Two sites are audited.")
    answer(third, 0, rag="Red")
    summary = packed(first, second, third, anyway=True).public.summary
    assert summary is not None and summary.plans is not None
    table = "\n".join(" | ".join(row) for row in (summary.plans.headers, *summary.plans.rows, summary.plans.totals))
    assert table == GOLDEN_TABLE.strip()
    assert [(c.number, c.label) for c in summary.counts] == [
        (3, "plans"), (8, "lines"), (2, "Red (25%)"), (2, "Amber (25%)"), (1, "Green (13%)"), (3, "No status (38%)"),
        (3, "overdue (38%)"), (2, "changed"), (1, "completed in 2026/27 to date"),
    ]  # fmt: skip
    assert summary.statuses is not None and summary.statuses.totals == (2, 2, 1, 3)
    assert "Since they were last reported, 2 lines have changed and 1 line has gone." in summary.paragraph


GOLDEN_TABLE = """
Plan | Lines | Overdue | Changed | New | Gone | Red | Amber | Green | No status
Adults | 2 | 1 (50%) | 1 (50%) | 0 | 1 | 50% | 0% | 0% | 50%
Children | 3 | 1 (33%) | 1 (33%) | 0 | 0 | 0% | 33% | 33% | 33%
Place | 3 | 1 (33%) | First report | First report | First report | 33% | 33% | 0% | 33%
All plans | 8 | 3 (38%) | 2 (40%) | 0 | 1 | 25% | 25% | 13% | 38%
"""


def test_several_periods_are_asked_and_told(tmp_path):
    here, behind = master(tmp_path, "Adults"), master(tmp_path, "Children", Period="2026/27 Q2")
    with pytest.raises(NotReady) as refusal:
        packed(here, behind)
    assert str(refusal.value) == (
        "The pack: the plans are not of one period: Adults.xlsx is of 2026/27 Q3 and Children.xlsx is of 2026/27 Q2, so "
        "nothing was made. Roll the plan that is behind, or mend the Period on its Start sheet; to go on all the same, add "
        "--anyway."
    )
    pack = packed(here, behind, anyway=True)
    assert "The plans are not of one period" in pack.changes.message and pack.public.cover.period == ""
    assert "Adults | 2026/27 Q3 | 3" in written(pack) and "Children | 2026/27 Q2 | 3" in written(pack)
    assert packed(here, master(tmp_path, "Place", Period="Q3 2026/27")).public.cover.period == "2026/27 Q3"


def test_copies_of_one_master_are_asked(tmp_path):
    whole = master(tmp_path, "Adults")
    copy = tmp_path / "Adults old.xlsx"
    copy.write_bytes(whole.read_bytes())
    with pytest.raises(NotReady, match="Adults.xlsx and Adults old.xlsx were copied from one master"):
        packed(whole, copy)
    with pytest.raises(HrWorkbookError, match="named more than once"):
        packed(whole, whole)


def test_each_master_that_cannot_be_taken_is_named_and_nothing_is_made(tmp_path, capsys):
    good, broken, open_ = (master(tmp_path, name) for name in ("Adults", "Broken", "Open"))
    broken.write_bytes(b"PK no workbook")
    (tmp_path / "~$Open.xlsx").write_bytes(b"\x03HR " + b"\0" * 160)
    paths = [str(path) for path in (good, broken, open_, tmp_path / "Gone.xlsx")]
    assert main(["appendix", *paths, "-o", str(tmp_path / "pack.xlsx")]) == 2
    told = capsys.readouterr().err
    assert told.startswith("The pack: 3 of 4 masters cannot be taken, so nothing was made.")
    for name in ("Broken.xlsx:", "Open.xlsx:", "Gone.xlsx:"):
        assert name in told
    assert "Adults.xlsx" not in told and not (tmp_path / "pack.xlsx").exists()
    with pytest.raises(WorkbookLocked, match="Open.xlsx"):
        packed(good, open_)
    with pytest.raises(UnreadableFile, match="Gone.xlsx"):
        packed(good, tmp_path / "Gone.xlsx")


def test_a_master_that_is_not_ready_is_named_with_its_cells(tmp_path):
    wrong = master(tmp_path, "Children", THREE.replace("| Amber |", "| Ambr |"))
    with pytest.raises(NotReady, match=r"^Children\.xlsx, Plan!"):
        packed(master(tmp_path, "Adults"), wrong)
    pack = packed(master(tmp_path, "Adults"), wrong, anyway=True)
    assert "[List Bullet] Children: 1 error stood when this was made." in written(pack)


def test_the_data_sheet_has_one_table_for_differing_schemas(tmp_path):
    pack = packed(master(tmp_path, "Adults"), master(tmp_path, "Surrey", WORKSTREAMS, "workstreams"))
    headers, rows = table_of(pack.public)
    assert headers[:4] == ["Plan", "ID", "Theme", "Ref"] and len(set(headers)) == len(headers)
    assert [row[0] for row in rows] == ["HR Delivery Plan"] * 3 + ["Workstream status report"]
    assert all(all(row) for row in rows)
    theme, spend = headers.index("Theme"), headers.index("Planned Spend")
    assert rows[-1][theme] == "Not in this plan" and rows[0][spend] == "Not in this plan"
    assert rows[-1][spend] == "£20,000"


def test_owners_and_ids_of_one_name_stay_with_their_plans(tmp_path):
    first, second = master(tmp_path, "Adults", EXEMPT), master(tmp_path, "Children")
    for path in (first, second):
        host = FileHost(path)
        host.apply(validate(host.snapshot(), NOW).changes)
    out = tmp_path / "out" / "pack.xlsx"
    out.parent.mkdir()
    made = hrworkbook.pack([first, second], out, clock=lambda: NOW)
    assert made.findings == (), "L002 is exempt in one plan and public in the other"
    headers, rows = table_of(made.result.public)
    by_plan = [(row[0], row[1], row[headers.index("Owner")]) for row in rows]
    assert by_plan == [
        ("Adults", "L001", "Recruitment Lead"),
        ("Children", "L001", "Recruitment Lead"),
        ("Children", "L002", "Learning Lead"),
        ("Children", "L003", "Safety Lead/Learning Lead"),
    ]


def test_what_the_masters_differ_in_is_told_and_can_be_given(tmp_path):
    first, second = master(tmp_path, "Adults"), master(tmp_path, "Children", Committee="Cabinet", Appendix_number="")
    pack = packed(first, second)
    assert pack.public.cover.committee == "" and pack.public.cover.appendix_number == "2"
    assert (
        "The plans differ in the Committee, so the pack says none: 'Joint Committee' and 'Cabinet'."
        in pack.changes.message
    )
    given = packed(first, second, cover=PackCover("HR across the council", "Cabinet", "3 Feb 2027", "B")).public.cover
    assert (given.title, given.committee, given.committee_date) == (
        "HR across the council",
        "Cabinet",
        "3 February 2027",
    )
    assert given.number == "Appendix B"
    assert packed(first, master(tmp_path, "Place", Report_title="Our place")).names == ("HR Delivery Plan", "Our place")


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_a_pack_is_clean_and_changes_no_master(tmp_path, ending):
    paths = [
        master(tmp_path, "Adults", EXEMPT), master(tmp_path, "Children"),
        master(tmp_path, "Surrey", WORKSTREAMS, "workstreams"),
    ]  # fmt: skip
    before = [path.read_bytes() for path in paths]
    out = tmp_path / "out" / f"pack.{ending}"
    out.parent.mkdir()
    made = hrworkbook.pack(paths, out, clock=lambda: NOW)
    assert made.findings == ()
    assert [path.read_bytes() for path in paths] == before
    assert sorted(p.name for p in out.parent.iterdir()) == [f"pack Part 2 exempt.{ending}", f"pack.{ending}"]
    if ending == "docx":
        file = docx.Document(str(out))
        heads = [" / ".join(p.text for p in section.header.paragraphs) for section in file.sections]
        assert len(heads) == 4 and heads[1].startswith("Adults, Children and Workstream status report · Adults")
        assert [s.orientation for s in file.sections].count(1) == 4
    else:
        book = openpyxl.load_workbook(out)
        assert book.sheetnames == [
            "Summary", "Adults summary", "Adults", "Children summary", "Children", "Workstream status summary",
            "Workstream status", "Data",
        ]  # fmt: skip


def test_the_command_tells_programs(tmp_path, capsys):
    paths = [str(master(tmp_path, "Adults", EXEMPT)), str(master(tmp_path, "Children"))]
    out = tmp_path / "pack.xlsx"
    assert main(["appendix", *paths, "-o", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["rows"], told["exempt"]) == (str(out), 4, str(tmp_path / "pack Part 2 exempt.xlsx"))
    assert [(p["file"], p["plan"], p["rows"], p["exempt"]) for p in told["plans"]] == [
        ("Adults.xlsx", "Adults", 1, 1), ("Children.xlsx", "Children", 3, 0),
    ]  # fmt: skip
    for option in ("--live", "--in-master"):
        assert main(["appendix", *paths, "-o", str(out), option]) == 2
        assert capsys.readouterr().err.startswith(f"{option}: several plans are")
    assert main(["appendix", paths[0], "-o", str(out), "--title", "Ours"]) == 2
    assert "a single plan says this on its Start sheet" in capsys.readouterr().err
    assert main(["appendix", *paths, "-o", paths[0]]) == 2


def test_sheet_names_are_ones_that_excel_takes():
    names = sheet_names_for(["Children's Services", "Adults & Health: care/support", "Data", "A" * 40, "A" * 40, "'"])
    assert names == ["Children's Services", "Adults & Health care", "3 Data", "A" * 20, "5 " + "A" * 18, "Plan"]

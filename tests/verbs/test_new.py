"""New: masters from schemas and from the plans people have."""

import csv
import html
import re
import zipfile
from io import BytesIO

import openpyxl
import pytest
from masters import THREE, draft, make_master, shared, snapshot_of

from hrworkbook.cli.main import main
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.values import as_text, normalised_text
from hrworkbook.render.workbook_formats import WorkbookFormats, set_page
from hrworkbook.verbs.new import financial_quarter

SEEDS = [
    ("delivery-plan", "seeds/cheshire-east-hr-plan-2016-17.csv", 53),
    ("workstreams", "seeds/surrey-first-workstreams-2010.csv", 1),
]


@pytest.mark.parametrize(("schema", "seed", "lines"), SEEDS)
def test_every_word_of_a_real_plan_is_in_its_master(schema, seed, lines, tmp_path, capsys):
    source = shared(seed)
    path = tmp_path / "m.xlsx"
    assert main(["new", schema, str(path), "--from", str(source)]) == 0
    plan = read_plan(snapshot_of(path))
    assert len(plan.lines) == lines
    rows = list(csv.DictReader(source.read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    for line, row in zip(plan.lines, rows, strict=True):
        written = {normalised_text(line.text(k)) for k in line.values}
        assert {normalised_text(v) for v in row.values() if v} <= written


def test_the_cheshire_east_plan_has_its_themes_references_and_owners(tmp_path):
    path = tmp_path / "m.xlsx"
    main(["new", "delivery-plan", str(path), "--from", str(shared(SEEDS[0][1]))])
    plan = read_plan(snapshot_of(path))
    assert len({x.text("theme") for x in plan.lines}) == 8
    assert len({(x.text("theme"), x.text("ref")) for x in plan.lines}) == 37
    assert len(plan.owners) == 10
    assert sum(x.text("rag") == "Complete" for x in plan.lines) == sum(
        x.text("progress_update").startswith("COMPLETE") for x in plan.lines
    )


def test_surrey_first_keeps_its_eleven_columns_under_three_groups(tmp_path):
    path = tmp_path / "m.xlsx"
    main(["new", "workstreams", str(path), "--from", str(shared(SEEDS[1][1]))])
    snapshot = snapshot_of(path)
    rows = snapshot["Plan"].rows
    top = next(i for i, row in enumerate(rows) if row and row[0] == "ID")
    assert len([v for v in rows[top] if v]) == 12
    assert [v for v in rows[top - 1] if v] == ["Scope", "Workstreams Status", "Budget"]
    assert [o.role for o in read_plan(snapshot).owners] == ["Mary Orton"]
    assert as_text(read_plan(snapshot).lines[0].values["actual_spend"]) == "nil"


def test_a_new_master_has_the_sheets_people_work_in(tmp_path):
    names = [b.name for b in snapshot_of(make_master(tmp_path, THREE)).sheets if not b.hidden]
    assert names == [
        "Start",
        "Plan",
        "Owners",
        "Lists",
        "Columns",
        "Problems",
        "Decisions",
        "Register",
        "Headings",
        "Journal",
        "Past periods",
    ]


def test_the_plan_sheet_is_a_table_with_dropdowns_help_and_highlighting(tmp_path):
    with zipfile.ZipFile(make_master(tmp_path, THREE)) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
        table = book.read("xl/tables/table1.xml").decode()
    assert 'name="PlanLines"' in table and 'name="RAG"' in table
    for part in ("<dataValidation ", "<conditionalFormatting ", 'state="frozen"', "promptTitle=", "Problems!"):
        assert part in sheet
    assert "mergeCell" not in sheet


def test_columns_match_by_alias_and_ids_are_given(tmp_path):
    made = draft("Section|No|Objective|Lead|By when\nStaff|A|Hire|OD Manager|March 2027")
    assert made.lines[0][0] == "L001"
    assert {k: v for k, v in made.lines[0][1].items() if v} == {
        "theme": "Staff", "ref": "A", "priority": "Hire", "owner": "OD Manager", "timescale": "March 2027",
    }  # fmt: skip


def test_ids_that_are_ours_are_kept_and_the_next_one_is_free():
    made = draft("ID|Theme|Ref|Priority\nL007|Staff|A|Hire\nL003|Staff|B|Train")
    assert [id_ for id_, _ in made.lines] == ["L007", "L003"]
    assert made.plan_state["Next ID"] == 8


def test_an_id_that_cannot_be_kept_is_told_and_the_others_stay():
    made = draft("ID|Theme|Ref|Priority\nL007|Staff|A|Hire\nL007|Staff|B|Train\n|Staff|C|Pay\n12|Staff|D|Move")
    assert [id_ for id_, _ in made.lines] == ["L007", "L008", "L009", "L010"]
    assert made.plan_state["Next ID"] == 11
    assert "The ID L007 stands twice: the line is now L008." in made.notes
    assert "The ID 12 is not one of ours: the line is now L010." in made.notes


def test_a_master_made_from_a_master_tells_what_it_left_in_few_lines(tmp_path, capsys):
    table = "Theme|Ref|Priority|Owner\n" + "\n".join(f"Staff|{i}|Do {i}|OD Manager" for i in range(30))
    old = make_master(tmp_path, table)
    (tmp_path / "ours.toml").write_text(
        'name = "ours"\ntitle = "Ours"\nid_prefix = "P"\n[[columns]]\nkey = "what"\nheader = "Priority"\n',
        encoding="utf-8",
    )
    capsys.readouterr()
    assert main(["new", str(tmp_path / "ours.toml"), str(tmp_path / "m2.xlsx"), "--from", str(old)]) == 1
    told = capsys.readouterr().out
    assert "30 IDs are not ours or stand twice, L001 the first of them" in told
    assert "No place for 30 cells of 'Plan' (its column 'Owner' is not known)" in told
    assert len(told.splitlines()) < 90


LONG_WORDS = [f"a long word for the state number {i}" for i in range(10)]


@pytest.mark.parametrize("words", [["On track", "Off track, badly"], LONG_WORDS])
def test_words_that_excel_cannot_hold_in_a_dropdown_are_kept_on_a_sheet_of_their_own(words, tmp_path):
    (tmp_path / "ours.toml").write_text(
        'name = "ours"\ntitle = "Ours"\n[[columns]]\nkey = "task"\nheader = "Task"\n'
        '[[columns]]\nkey = "state"\nheader = "State"\nkind = "choice"\nwords = ' + repr(words) + "\n"
        '[[columns]]\nkey = "big"\nheader = "Big?"\nkind = "yes-no"\n',
        encoding="utf-8",
    )
    path = tmp_path / "m.xlsx"
    assert main(["new", str(tmp_path / "ours.toml"), str(path)]) == 0
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    assert f"<formula1>Words!$B$1:$B${len(words)}</formula1>" in sheet
    assert '<formula1>"Yes,No"</formula1>' in sheet
    snapshot = snapshot_of(path)
    assert [row[1] for row in snapshot["Words"].rows[: len(words)]] == words
    plan = read_plan(snapshot)
    assert plan.words_of(plan.schema["state"]) == tuple(words)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("COMPLETE. Done.", "Complete"),
        ("COMPLETED in May", "Complete"),
        ("Complete overhaul planned", None),
        ("AMBER: slow", "Amber"),
    ],
)
def test_a_leading_status_word_in_capitals_is_read(text, status):
    made = draft(f"Theme|Ref|Priority|Progress Update\nStaff|A|Hire|{text}")
    values = made.lines[0][1]
    assert values.get("rag") == status
    assert values["progress_update"] == text


def test_what_has_no_place_is_told(tmp_path, capsys):
    source = tmp_path / "plan.csv"
    source.write_text("Theme,Ref,Priority,Shoe size\nStaff,A,Hire,42\n", encoding="utf-8")
    assert main(["new", "delivery-plan", str(tmp_path / "m.xlsx"), "--from", str(source)]) == 1
    told = capsys.readouterr().out
    assert "Shoe size" in told and "42" in told


def test_a_master_is_not_replaced_unasked(tmp_path, capsys):
    path = make_master(tmp_path, THREE)
    before = path.read_bytes()
    assert main(["new", "delivery-plan", str(path)]) == 2
    assert "there is a file of this name already" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["new", "delivery-plan", str(path), "--force"]) == 0
    assert any(p.read_bytes() == before for p in tmp_path.glob("plan.backup-*"))


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        ("2016-04-01", "2016/17 Q1"),
        ("2016-12-31", "2016/17 Q3"),
        ("2017-03-31", "2016/17 Q4"),
        ("2000-01-01", "1999/00 Q4"),
    ],
)
def test_the_period_is_the_financial_quarter(day, quarter):
    from datetime import date

    assert financial_quarter(date.fromisoformat(day)) == quarter


def test_an_old_master_brings_its_owners_along(tmp_path, capsys):
    """A plan moves to a changed schema by making a new master from the old one."""
    old = make_master(tmp_path, THREE, name="old.xlsx", owners={"Learning Lead": "learn@council.example"})
    assert main(["new", "delivery-plan", str(tmp_path / "new.xlsx"), "--from", str(old)]) == 0
    plan = read_plan(snapshot_of(tmp_path / "new.xlsx"))
    assert [x.id for x in plan.lines] == ["L001", "L002", "L003"]
    assert {o.role: o.email for o in plan.owners}["Learning Lead"] == "learn@council.example"
    assert len(plan.owners) == 3


def test_long_owners_and_themes_are_shown_whole(tmp_path):
    long = "Strategic Director of Corporate Resources and Transformation"
    theme = "Recruiting, retaining and rewarding our people " * 5
    path = make_master(
        tmp_path, f"Theme|Ref|Priority|Owner|Timescale\n{theme}|A|Hire|{long}|March 2027", owners={long: ""}
    )
    book = openpyxl.load_workbook(path)
    assert book["Owners"].row_dimensions[5].height >= 33
    lists = book["Lists"]
    assert lists.row_dimensions[5].height >= 33 and lists.column_dimensions["A"].width <= 62


def test_a_footer_may_begin_with_a_figure_and_holds_any_title():
    for title in ("2026/27 plan", "&" * 200):
        paper = WorkbookFormats(title)
        set_page(paper.book.add_worksheet(), title)
        with zipfile.ZipFile(BytesIO(paper.bytes())) as book:
            foot = re.search("<oddFooter>(.*)</oddFooter>", book.read("xl/worksheets/sheet1.xml").decode())[1]
        foot = html.unescape(foot)
        left = foot.removeprefix('&L&9&"Calibri,Regular"').removesuffix('&R&9&"Calibri,Regular"Page &P of &N')
        assert left == title[:90].replace("&", "&&") and len(foot) <= 255


def test_every_ledger_has_a_hairline_under_whatever_fills_it(tmp_path):
    book = openpyxl.load_workbook(make_master(tmp_path, THREE))
    for name in ("Owners", "Problems", "Decisions", "Register", "Headings", "Journal", "Past periods"):
        ((cells, (rule,)),) = book[name].conditional_formatting._cf_rules.items()
        top = book[name].tables[f"{name.title().replace(' ', '')}Rows"].ref.split(":")[0]
        first = f"A{int(top[1:]) + 1}"
        assert str(cells.sqref).startswith(f"{first}:") and rule.formula[0].startswith(f"COUNTA(${first}:$")
        assert rule.dxf.border.bottom.style == "thin"


def test_a_header_longer_than_a_heading_may_be_is_refused_with_what_to_do(tmp_path, capsys):
    schema = tmp_path / "ours.toml"
    for length, code in ((255, 0), (256, 2)):
        schema.write_text(
            f'name = "o"\ntitle = "O"\n[[columns]]\nkey = "long"\nheader = "{"h" * length}"\n', encoding="utf-8"
        )
        assert main(["new", str(schema), str(tmp_path / f"{length}.xlsx")]) == code
    assert "column long: the header has 256 characters" in capsys.readouterr().err


def test_the_headings_that_a_stranger_may_mean_are_offered_however_long_they_are(tmp_path):
    schema = tmp_path / "ours.toml"
    columns = "".join(f'[[columns]]\nkey = "c{n}"\nheader = "Column {n}, {"x" * 40}"\n' for n in range(9))
    schema.write_text(f'name = "o"\ntitle = "O"\n{columns}', encoding="utf-8")
    assert main(["new", str(schema), str(tmp_path / "m.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "m.xlsx")
    (rule,) = book["Headings"].data_validations.dataValidation
    sheet, _, area = rule.formula1.lstrip("=").replace("$", "").partition("!")
    assert [row[0].value for row in book[sheet][area]] == [f"Column {n}, {'x' * 40}" for n in range(9)]

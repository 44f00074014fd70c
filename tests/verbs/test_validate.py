"""Validate: every rule, each finding with its cell and remedy, and the Problems sheet."""

import json

import pytest
from masters import NOW, OWNERS, THREE, make_master, shared, snapshot_of, type_into
from plans import Master

from hrworkbook.cli.main import main
from hrworkbook.plan.ledgers import PROBLEMS, START
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Write
from hrworkbook.plan.values import normalised_text
from hrworkbook.verbs.validate import validate

HEAD = "Theme | Ref | Priority | Owner | Timescale | RAG | Progress Update | Part | Exempt Paragraph | Exempt Reason"
GOOD = "Staff | A | Hire | Learning Lead | March 2027 | Green | Two posts filled."


def found(tmp_path, *rows, head=HEAD, **how):
    path = make_master(tmp_path, "\n".join([head, *rows]), owners=OWNERS, **how)
    return [(f.severity, f.cell, f.rule) for f in validate(snapshot_of(path), NOW).findings if f.sheet == "Plan"]


def test_a_good_plan_has_no_findings(tmp_path):
    assert found(tmp_path, GOOD) == []


RULES = [
    ("a blank that must not be", "Staff | A |  | Learning Lead | March 2027 | Green | Fine.", ("error", "D6", "required")),
    ("a misspelt status", "Staff | A | Hire | Learning Lead | March 2027 | amber-ish | Fine.", ("error", "H6", "choice")),
    ("an unreadable timescale", "Staff | A | Hire | Learning Lead | soonish | Green | Fine.", ("warning", "F6", "timescale")),
    ("a date that is none", "Staff | A | Hire | Learning Lead | 31 June 2027 | Green | Fine.", ("error", "F6", "timescale")),
    ("a Cyrillic reference", "Staff | В | Hire | Learning Lead | March 2027 | Green | Fine.", ("warning", "C6", "reference")),
    ("an Arabic-Indic reference", "Staff | ١ | Hire | Learning Lead | March 2027 | Green | Fine.", ("warning", "C6", "reference")),
    ("an overdue line", "Staff | A | Hire | Learning Lead | March 2026 | Green | Fine.", ("warning", "F6", "overdue")),
    ("no progress", "Staff | A | Hire | Learning Lead | March 2027 | Green |", ("warning", "I6", "reported")),
    ("exempt without its paragraph", "Staff|A|Hire|Learning Lead|March 2027|Green|Fine.|Part 2||Contract", ("error", "K6", "exempt")),
    ("exempt without its reason", "Staff|A|Hire|Learning Lead|March 2027|Green|Fine.|Part 2|3|", ("error", "L6", "exempt")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "row", "expected"), RULES, ids=[r[0] for r in RULES])
def test_each_rule_finds_its_cell(what, row, expected, tmp_path):
    assert found(tmp_path, row) == [expected]


def test_a_complete_line_is_neither_overdue_nor_unreported(tmp_path):
    assert found(tmp_path, "Staff | A | Hire | Learning Lead | March 2026 | Complete |") == []


def test_one_reference_with_two_priorities(tmp_path):
    rows = (
        GOOD,
        "Staff | A | Hire faster | Learning Lead | March 2027 | Green | Fine.",
        "Safety | A | Audit | Learning Lead | March 2027 | Green | Fine.",
    )
    assert found(tmp_path, *rows) == [("warning", "D7", "one-value-per")]


def test_an_owner_not_on_the_owners_sheet_is_told_with_the_nearest(tmp_path):
    path = make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS)
    type_into(path, {"Plan!E6": "Lerning Lead/Safety Lead"})
    (finding,) = validate(snapshot_of(path), NOW).findings
    assert (finding.severity, finding.place, finding.rule) == ("error", "Plan!E6", "known-owner")
    assert "Did you mean 'Learning Lead'?" in finding.message


def test_spend_over_plan(tmp_path):
    head = "Workstream Name | Short Workstream Description | Chief Exec Sponsor | Status update | Planned Spend | Actual Spend"
    rows = [
        "One | First | A Sponsor | Fine. | £19k | 19,500",
        "Two | Second | A Sponsor | Fine. | nil | nil",
        "Three | Third | A Sponsor | Fine. | | £1m",
    ]
    assert found(tmp_path, *rows, head=head, schema="workstreams") == [("warning", "L6", "not-over")]


def test_the_same_text_as_last_period_is_no_progress(tmp_path):
    from hrworkbook.hosts.file import FileHost
    from hrworkbook.verbs.roll import roll

    path = make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS)
    host = FileHost(path)
    host.apply(roll(host.snapshot(), NOW).changes)
    (finding,) = validate(snapshot_of(path), NOW).findings
    assert (finding.cell, finding.rule) == ("I6", "reported")
    assert "word for word" in finding.message


def test_errors_in_cells_are_findings(tmp_path):
    """A formula error in the plan is told as what it is, with its own cell."""
    from openpyxl import load_workbook

    path = make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS)
    book = load_workbook(path)
    book["Plan"]["G6"] = "=1/0"
    book.save(path)
    messages = [f.message for f in validate(snapshot_of(path), NOW).findings]
    assert any(m.startswith("Plan!G6:") for m in messages)


def test_the_owners_sheet_is_checked(tmp_path):
    path = make_master(
        tmp_path, THREE, owners={**OWNERS, "learning lead": "x@council.example", "Safety": "not an address"}
    )
    told = {(f.sheet, f.cell, f.rule) for f in validate(snapshot_of(path), NOW).findings if f.sheet == "Owners"}
    assert ("Owners", "A6", "unique-owner") in told and ("Owners", "A8", "unique-owner") in told
    assert ("Owners", "C9", "email") in told


def test_new_lines_get_ids_that_were_never_used(tmp_path):
    from hrworkbook.hosts.file import FileHost

    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(
        path,
        {
            "Plan!A8": None,
            "Plan!B8": None,
            "Plan!C8": None,
            "Plan!D8": None,
            "Plan!E8": None,
            "Plan!F8": None,
            "Plan!G8": None,
        },
    )
    type_into(
        path,
        {
            "Plan!B9": "Safety",
            "Plan!C9": "B",
            "Plan!D9": "New",
            "Plan!E9": "Safety Lead",
            "Plan!F9": "Ongoing",
            "Plan!I9": "Begun.",
        },
    )
    host = FileHost(path)
    result = validate(host.snapshot(), NOW)
    host.apply(result.changes)
    assert [x.id for x in read_plan(snapshot_of(path)).lines] == ["L001", "L002", "L004"]
    assert "1 new line was given an ID" in result.changes.message


def test_a_doubled_id_is_an_error(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!A7": "L001"})
    assert ("error", "A7", "unique-id") in [
        (f.severity, f.cell, f.rule) for f in validate(snapshot_of(path), NOW).findings
    ]


def test_the_problems_sheet_lists_links_and_empties_again(tmp_path, capsys):
    path = make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish", "Plan!I6": None})
    assert main(["validate", str(path)]) == 1
    problems = snapshot_of(path)["Problems"]
    assert [problems.at(r, 2) for r in (5, 6)] == ["Plan!H6", "Plan!I6"]
    assert problems.at(5, 3) == "L001"
    type_into(path, {"Plan!H6": "Amber", "Plan!I6": "Under way."})
    assert main(["validate", str(path)]) == 0
    problems = snapshot_of(path)["Problems"]
    assert [v for row in problems.rows[4:] for v in row if v] == []


def test_json_has_every_finding_with_its_keys(tmp_path, capsys):
    path = make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish"})
    assert main(["validate", str(path), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding == {
        "severity": "error", "sheet": "Plan", "cell": "H6", "column": "RAG", "value": "amber-ish", "rule": "choice",
        "message": finding["message"],
    }  # fmt: skip
    assert finding["message"].startswith("Plan!H6: RAG is 'amber-ish'.")


def test_the_cheshire_east_plan_is_checked_whole(tmp_path, capsys):
    path = tmp_path / "m.xlsx"
    main(["new", "delivery-plan", str(path), "--from", str(shared("seeds/cheshire-east-hr-plan-2016-17.csv"))])
    capsys.readouterr()
    assert main(["validate", str(path), "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    by_rule = {r: sum(f["rule"] == r for f in findings) for r in {f["rule"] for f in findings}}
    assert by_rule["overdue"] > 25 and by_rule["reported"] == 4 and by_rule["owner-short"] == 1
    assert by_rule["one-value-per"] == 5 and "timescale" not in by_rule


def test_of_one_cell_the_entry_is_told_before_the_rule(tmp_path):
    """Whatever order pandera lists its failures in."""
    path = make_master(tmp_path, f"{HEAD}\n{GOOD}\n{GOOD.replace('| A |', '| B |')}", owners=OWNERS)
    type_into(path, {"Plan!E6": "12:30", "Plan!E7": "12:31"})
    told = [(f.cell, f.rule) for f in validate(snapshot_of(path), NOW).findings]
    assert told == [(c, r) for c in ("E6", "E7") for r in ("owners", "known-owner")]


def test_a_rule_that_stops_is_never_taken_for_one_that_found_nothing(tmp_path, monkeypatch):
    from pandera.errors import SchemaErrors

    from hrworkbook.plan.rules import RULE_CHECKS

    snapshot = snapshot_of(make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS))
    monkeypatch.setitem(RULE_CHECKS, "overdue", lambda plan, rule, today: 1 // 0)
    with pytest.raises(SchemaErrors, match="ZeroDivisionError"):
        validate(snapshot, NOW)


def test_two_cells_of_ref_errors_in_a_line_are_no_second_heading(tmp_path):
    from openpyxl import load_workbook

    path = make_master(tmp_path, f"{HEAD}\n{GOOD}", owners=OWNERS)
    book = load_workbook(path)
    for cell in ("G6", "H6", "I6"):
        book["Plan"][cell] = "#REF!"
        book["Plan"][cell].data_type = "e"
    book.save(path)
    assert {f.cell for f in validate(snapshot_of(path), NOW).findings if f.severity == "error"} == {"G6", "H6", "I6"}


def test_a_heading_that_is_another_columns_key_keeps_its_own_cell(tmp_path):
    from hrworkbook.plan.schema import read_schema

    text = """
name = "keys"
title = "Keys"
[[columns]]
key = "status"
header = "RAG"
[[columns]]
key = "ID"
header = "Status"
kind = "date"
"""
    path = make_master(tmp_path, "RAG | Status\nx | 1 May\ny | 1 May", schema=read_schema(text, "keys.toml"))
    assert [(f.cell, f.rule) for f in validate(snapshot_of(path), NOW).findings] == [("C6", "date"), ("C7", "date")]


ORDERED = """
name = "ordered"
title = "Ordered"
[[columns]]
key = "a"
header = "A"
required = true
[[columns]]
key = "b"
header = "B"
kind = "date"
[[columns]]
key = "c"
header = "C"
kind = "reference"
"""


def test_errors_come_first_and_of_each_kind_the_plan_before_the_owners_row_by_row():
    """Row 10 after row 9, whatever its letters; the first is where the user is taken."""
    rows = [f"x{n} | 1 May 2027 | A" for n in range(6)]
    master = Master("\n".join(["A | B | C", *rows]), {"A Lead": "nowhere", "B Lead": "b@council.example"}, ORDERED)
    master.types(L005_b="soon", L005_a=None, L001_b="never", L001_c="\u0412", L004_c="\u0412", L005_c="\u0412")
    result = validate(master.snapshot, NOW)
    assert [(f.severity, f.place) for f in result.findings] == [
        ("error", "Plan!C6"), ("error", "Plan!B10"), ("error", "Plan!C10"), ("error", "Owners!C5"),
        ("warning", "Plan!D6"), ("warning", "Plan!D9"), ("warning", "Plan!D10"),
    ]  # fmt: skip
    assert result.changes.goto == ("Plan", "C6")
    assert result.changes.message == (
        "6 lines checked: 4 errors and 3 warnings. Mend the errors on the Problems sheet, then validate again."
    )
    master.apply(result.changes)
    problems = [
        [r.text(h) for h in ("Severity", "Go to", "ID", "Column", "What it says now")]
        for r in PROBLEMS.data_rows(master.snapshot)
    ]
    assert problems[:4] == [
        ["error", "Plan!C6", "L001", "B", "never"], ["error", "Plan!B10", "L005", "A", ""],
        ["error", "Plan!C10", "L005", "B", "soon"], ["error", "Owners!C5", "", "E-mail", "nowhere"],
    ]  # fmt: skip
    assert len(problems) == 7


@pytest.mark.parametrize(
    ("new_lines", "says"), [(0, ""), (1, " 1 new line was given an ID."), (3, " 3 new lines were given an ID.")]
)
def test_new_lines_are_counted_and_listed_under_the_id_they_get(new_lines, says):
    master = Master("A | B | C\nx | 1 May 2027 | A", {}, ORDERED)
    at = master.plan.tables[0].column_numbers
    master.apply([
        Write("Plan", 7 + n, at[key], ((value,),)) for n in range(new_lines) for key, value in (("a", f"new {n}"), ("b", "soon"))
    ])  # fmt: skip
    result = validate(master.snapshot, NOW)
    plural = "error" if new_lines == 1 else "errors"
    errors = "no errors" if not new_lines else f"{new_lines} {plural}"
    ending = " Mend the errors on the Problems sheet, then validate again." if new_lines else ""
    lines = "1 line" if not new_lines else f"{1 + new_lines} lines"
    assert result.changes.message == f"{lines} checked: {errors} and no warnings.{says}{ending}"
    master.apply(result.changes)
    assert [r.text("ID") for r in PROBLEMS.data_rows(master.snapshot)] == [f"L{2 + n:03d}" for n in range(new_lines)]
    assert [x.id for x in master.plan.lines] == [f"L{1 + n:03d}" for n in range(1 + new_lines)]


def test_a_plan_without_lines_is_checked_too_and_the_start_sheet_knows():
    master = Master("", {"A Lead": "nowhere"}, ORDERED)
    result = validate(master.snapshot, NOW)
    assert [f.place for f in result.findings] == ["Owners!C5"]
    assert result.changes.message.startswith("no lines checked: 1 error and no warnings.")
    master.apply(result.changes)
    labels, counts = master.snapshot[START].rows[3:5]
    assert dict(zip(map(normalised_text, labels), counts, strict=True))["Problems"] == 1
    assert [r[2] for r in master.snapshot[START].rows if len(r) > 2 and r[1] == "Last done"][0].startswith("Validated")


def test_warnings_alone_say_that_they_stop_nobody_and_a_good_plan_says_nothing_more():
    master = Master("A | B | C\nx | 1 May 2027 | A", {}, ORDERED)
    result = validate(master.snapshot, NOW)
    assert result.changes.message == "1 line checked: no errors and no warnings." and result.changes.goto is None
    master.types(L001_c="\u0412")
    assert validate(master.snapshot, NOW).changes.message == (
        "1 line checked: no errors and 1 warning. Look at the warnings on the Problems sheet; none of them stops you."
    )


def test_what_the_owners_sheet_is_told():
    owners = {"HR": "", "HR Lead": "a@council.example", "Other Lead": "", "other lead": "", "IT Lead": ""}
    master = Master(THREE.replace("Recruitment Lead", "HR").replace("Learning Lead", "IT Lead"), owners)
    told = [(f.severity, f.cell, f.message) for f in validate(master.snapshot, NOW).findings if f.sheet == "Owners"]
    twice = "the role '{}' is here 2 times. Keep one row for each role."
    assert [(s, c, m.split(": ", 1)[1]) for s, c, m in told if "address" not in m] == [
        ("error", "A7", twice.format("Other Lead")), ("error", "A8", twice.format("other lead")),
        ("warning", "A5", "'HR' looks short for 'HR Lead'. If they are one, correct the Plan and remove this row."),
    ]  # fmt: skip
    lacking = [(s, c, m.split(": ", 1)[1]) for s, c, m in told if "address" in m]
    assert [(s, c) for s, c, _ in lacking] == [("warning", "C5"), ("warning", "C9"), ("warning", "C10")]
    assert lacking[0][2] == "HR has no e-mail address. Enter one, so that the covering mail can be addressed."

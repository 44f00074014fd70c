"""A schema as a pandera schema: its checks by name, its messages, and any frame a pandas user has."""

import copy
import pickle
import subprocess
import sys
import warnings
from datetime import date, datetime
from decimal import Decimal

import numpy
import pandas
import pandera.errors
import pandera.pandas as pandera
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from masters import NOW, THREE, TODAY
from plans import Master

from hrworkbook.plan.frames.cells import cells_of
from hrworkbook.plan.frames.failures import Failure
from hrworkbook.plan.frames.master import failures_in, plan_frame
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.model import read_plan, value_fault
from hrworkbook.plan.plan_faults import plan_faults
from hrworkbook.plan.rules import RULE_CHECKS
from hrworkbook.plan.schema import Schema, load_schema, read_schema, shipped_schemas
from hrworkbook.plan.snapshot import Write, address
from hrworkbook.plan.values import CellError, Uncomputed, Value, is_blank
from hrworkbook.verbs.validate import validate

GOOD = {
    "Theme": ["Staff", "Staff"], "Ref": ["A", "B"], "Priority": ["Hire", "Train"],
    "Owner": ["HR Lead", "HR Lead"], "Timescale": ["March 2027", "Ongoing"], "RAG": ["Green", "Amber"],
    "Progress Update": ["Two posts filled.", "First course held."],
}  # fmt: skip


def failures(schema: pandera.DataFrameSchema, frame: pandas.DataFrame) -> list[Failure]:
    """The failure cases of a frame, whose every one is to be a message of ours."""
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases["failure_case"].tolist()
        assert all(isinstance(case, Failure) for case in cases), cases
        return cases
    return []


def plan_of(**columns: object) -> pandas.DataFrame:
    """A good frame but for some columns."""
    return pandas.DataFrame({**GOOD, **{name.replace("_", " "): values for name, values in columns.items()}})


def delivery(**how: object) -> pandera.DataFrameSchema:
    return load_schema("delivery-plan").to_pandera(today=TODAY, **how)  # type: ignore[arg-type]


def test_a_good_frame_comes_back_as_it_is_and_warns_of_nothing():
    frame = plan_of()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        checked = delivery(owners=["HR Lead"]).validate(frame, lazy=True)
    pandas.testing.assert_frame_equal(checked, frame)


BAD = [
    ("a misspelt word", {"RAG": ["amber-ish", "Green"]},
     "row 0, RAG: RAG is 'amber-ish'. Did you mean Amber? Choose Red, Amber, Green or Complete."),
    ("a misspelt category", {"RAG": pandas.Categorical(["Green", "Gren"])},
     "row 1, RAG: RAG is 'Gren'. Did you mean Green? Choose Red, Amber, Green or Complete."),
    ("a blank among texts", {"Priority": ["Hire", " \u00a0"]},
     "row 1, Priority: Priority is blank. Enter it. What is to be achieved."),
    ("a date that is none", {"Timescale": ["31 June 2027", "Ongoing"]},
     "row 0, Timescale: Timescale says '31 June 2027', which cannot be read: there is no such date. "
     "Check the day and the month, day first."),
    ("a reference without its reason", {"Part": ["Part 2", None], "Exempt_Paragraph": [pandas.NA, pandas.NA]},
     "row 0, Exempt Reason: Exempt Reason is blank although Part is Part 2. Enter it. "
     "For Part 2: why the public interest in withholding outweighs that in disclosing."),
]  # fmt: skip


@pytest.mark.parametrize(("what", "columns", "message"), BAD, ids=[b[0] for b in BAD])
def test_each_fault_of_an_ordinary_frame_is_told_in_our_words(what, columns, message):
    assert message in failures(delivery(), plan_of(**columns))


@pytest.mark.parametrize("missing", [None, float("nan"), pandas.NaT, pandas.NA, "", "  ", "\u200b"])
def test_whatever_is_missing_is_blank(missing):
    found = failures(delivery(), plan_of(Theme=pandas.Series(["Staff", missing], dtype=object)))
    assert [(f.row, f.column, f.rule, f.severity) for f in found] == [(1, "Theme", "required", "error")]


def test_a_column_of_nothing_but_missing_is_blank_whatever_its_dtype():
    for dtype in ("float64", "object", "str", "category", "Int64", "datetime64[ns]", "boolean"):
        found = failures(delivery(), plan_of(Theme=pandas.Series([None, None], dtype=dtype)))
        assert [(f.row, f.rule) for f in found] == [(0, "required"), (1, "required")], dtype


KINDS_OF_COLUMN = """
name = "typed"
title = "Typed"
""" + "".join(
    f'[[columns]]\nkey = "{k.replace("-", "_")}"\nheader = "{k}"\nkind = "{k}"\nwords = ["x", "y"]\n' for k in KINDS
)

TYPED = [
    ("date", pandas.to_datetime(["2027-03-01", None]), 0),
    ("date", pandas.to_datetime(["2027-03-01", None], utc=True), 0),
    ("date", [date(2027, 3, 1), datetime(2027, 3, 1)], 0),
    ("date", pandas.Series([46082, 1], dtype="Int64"), 2),
    ("timescale", pandas.to_datetime(["2027-03-01", None]), 0),
    ("period", pandas.PeriodIndex(["2027-03", None], freq="M"), 0),
    ("period", pandas.to_datetime(["2027-03-01", "2027-03-02"]), 1),
    ("money", pandas.Series([1250, None], dtype="Int64"), 0),
    ("money", [1250.5, float("nan")], 0),
    ("money", [Decimal("12.50"), Decimal("1E+3")], 0),
    ("money", [numpy.float64(3), numpy.int32(4)], 0),
    ("money", pandas.to_datetime(["2027-03-01", None]), 1),
    ("money", [True, False], 2),
    ("money", [float("inf"), float("-inf")], 2),
    ("whole", pandas.Series([1, 2.5], dtype="Float64"), 1),
    ("number", pandas.Series(["1", "one"], dtype="str"), 1),
    ("percent", [0.5, 50], 1),
    ("yes-no", pandas.Series([True, None], dtype="boolean"), 0),
    ("yes-no", pandas.Series([1, 0], dtype="int8"), 0),
    ("choice", pandas.Categorical(["x", "z"]), 1),
    ("choice", pandas.Series(["X", " y "], dtype="str"), 0),
    ("email", ["a@council.example", "a"], 1),
    ("reference", [3.2, 4], 0),
    ("text", [pandas.Timedelta("1D"), {"a": 1}], 0),
    ("number", [pandas.Timedelta("1D"), [1, 2]], 2),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "values", "bad"), TYPED)
def test_columns_of_any_dtype_are_judged_by_what_they_say(kind, values, bad):
    schema = read_schema(KINDS_OF_COLUMN, "typed.toml").to_pandera()
    found = failures(schema, pandas.DataFrame({kind: pandas.Series(values)}))
    assert len(found) == bad and {f.column for f in found} <= {kind}


def test_cells_of_keeps_what_a_master_holds():
    values: list[Value] = ["x", 1, 1.5, True, date(2027, 3, 1), CellError("#REF!"), Uncomputed("=A1"), None]
    assert [(type(v), v) for v in cells_of(pandas.Series(values, dtype=object))] == [(type(v), v) for v in values]


def test_what_is_only_odd_warns_and_what_is_wrong_fails():
    frame = plan_of(Timescale=["soonish", "March 2020"], Ref=["В", "B"])
    with pytest.warns(pandera.errors.SchemaWarning) as told:
        assert failures(delivery(), frame) == []
    texts = " ".join(str(w.message) for w in told)
    for said in (
        "row 0, Timescale: Timescale says 'soonish'",
        "row 1, Timescale: this was due by 31 March 2020",
        "Cyrillic",
    ):
        assert said in texts
    listed = failures(delivery(warn=False), frame)
    assert {f.severity for f in listed} == {"warning"} and {f.rule for f in listed} == {
        "timescale",
        "overdue",
        "reference",
    }


def test_keys_name_the_columns_where_that_is_asked():
    schema = load_schema("delivery-plan")
    frame = plan_of(RAG=["amber-ish", "Green"], Progress_Update=["", "Fine."])
    keyed = frame.rename(columns={c.header: c.key for c in schema.columns})
    by_key = failures(schema.to_pandera(by="key", today=TODAY, warn=False), keyed)
    by_header = failures(schema.to_pandera(today=TODAY, warn=False), frame)
    assert list(map(str, by_key)) == list(map(str, by_header)) and len(by_key) == 2
    assert {f.column for f in by_key} == {"rag", "progress_update"}


def test_a_column_that_must_be_there_is_missed_and_one_that_may_be_blank_is_not():
    with pytest.raises(pandera.errors.SchemaErrors) as refused:
        delivery().validate(plan_of().drop(columns=["Theme", "RAG"]), lazy=True)
    assert refused.value.failure_cases["failure_case"].tolist() == ["Theme"]


def test_rows_are_named_by_their_label_and_a_doubled_id_is_told():
    frame = plan_of(RAG=["Green", "?"]).assign(ID=["L001", "L001"]).set_index("ID")
    assert sorted(map(str, failures(delivery(), frame))) == [
        "L001, ID: the ID L001 is also in row 1. Clear the ID of the newer line: Validate then gives it one of its own.",
        "L001, RAG: RAG is '?'. Choose Red, Amber, Green or Complete.",
    ]
    column = plan_of().assign(ID=["L001", "L001"])
    assert "the ID L001 is also in row 0" in failures(delivery(), column)[0]
    assert failures(delivery(), plan_of().assign(ID=["L001", None])) == []


def test_owners_are_asked_for_only_where_they_are_given():
    frame = plan_of(Owner=["HR Lead", "Nobody"])
    assert failures(delivery(), frame) == []
    (found,) = failures(delivery(owners=["HR Lead"]), frame)
    assert found.startswith("row 1, Owner: the owner 'Nobody' is not on the Owners sheet.")


def test_the_lists_of_a_master_are_the_words():
    frame = plan_of(RAG=["Purple", "Green"])
    assert failures(delivery(lists={"RAG": ["Purple", "Green"]}), frame) == []


@pytest.mark.parametrize("name", sorted(shipped_schemas()))
@pytest.mark.parametrize("by", ["header", "key"])
def test_yaml_keeps_every_check_and_its_statistics(name, by):
    schema = load_schema(name).to_pandera(by=by, owners=["HR Lead"])
    text = schema.to_yaml()
    again = pandera.DataFrameSchema.from_yaml(text)
    assert again == schema and again.to_yaml() == text and ": null" not in text
    for column in load_schema(name).columns:
        if column.kind == "choice":
            named = again.columns[getattr(column, by)]
            (check,) = (c for c in named.checks if c.name == "hr_choice" and c.statistics.get("severity") != "warning")
            assert check.statistics["header"] == column.header
            assert check.statistics["words"] == list(column.words or load_schema(name).lists[column.list])
    assert [c.name for c in again.checks] == [
        "hr_unique_id", *(f"hr_{r.name.replace('-', '_')}" for r in load_schema(name).rules)
    ]  # fmt: skip


def test_a_schema_from_yaml_finds_the_same():
    frame = plan_of(RAG=["amber-ish", ""], Progress_Update=["", "x"], Timescale=["soonish", None], Part=["Part 2", ""])
    schema = delivery(warn=False, owners=["Learning Lead"])
    found = failures(schema, frame)
    assert len(found) >= 7
    assert list(map(str, failures(pandera.DataFrameSchema.from_yaml(schema.to_yaml()), frame))) == list(map(str, found))


def test_yaml_is_read_where_nothing_else_of_ours_is_imported():
    script = (
        "import sys, hrworkbook.plan.frames, pandera.pandas as p; print(p.DataFrameSchema.from_yaml(sys.stdin.read()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=delivery().to_yaml(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == str(delivery())


def test_a_printed_schema_says_what_it_checks():
    printed = str(delivery())
    assert "DataType(hr_choice)" in printed and "<Check hr_overdue(column='timescale', severity='warning')>" in printed
    assert "words=['Red', 'Amber', 'Green', 'Complete']" in str(delivery().columns["RAG"].checks)


def test_two_columns_of_one_name_are_refused():
    frame = pandas.concat([plan_of(), plan_of()[["RAG"]]], axis=1)
    with pytest.raises(pandera.errors.SchemaErrors):
        delivery().validate(frame, lazy=True)


def test_labels_of_rows_may_be_doubled_or_missing():
    frame = plan_of(RAG=["?", "?"])
    for index in ([7, 7], [None, 1.0], pandas.MultiIndex.from_tuples([("a", 1), ("a", 2)])):
        assert len(failures(delivery(), frame.set_axis(index))) == 2


def test_failures_go_to_another_process_and_back():
    (found,) = failures(delivery(), plan_of(RAG=["?", "Green"]))
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert again == found and vars(again) == vars(found) and isinstance(again, Failure)


def test_pandera_is_told_which_rows_passed():
    with pytest.raises(pandera.errors.SchemaErrors) as refused:
        delivery().validate(plan_of(RAG=["?", "Green"]).set_axis([7, 9]), lazy=True)
    (error,) = refused.value.schema_errors
    assert error.check_output.to_dict() == {7: False, 9: True}


def test_rows_that_fail_can_be_dropped():
    schema = delivery()
    schema.drop_invalid_rows = True
    assert schema.validate(plan_of(RAG=["?", "Green"]), lazy=True)["Ref"].tolist() == ["B"]


def test_an_empty_frame_is_well():
    assert failures(delivery(), plan_of().iloc[:0]) == []


ENTRIES: list[Value] = [
    None, "", " ", "x", "amber", "Green", "complete", "Part 2", "31 June 2027", "March 2020", "soonish", "£19k", "12.5%",
    7.0, 7, 1, True, 42000, "В", "a@b", "nil", "2027-13", "Learning Lead/Nobody", date(2027, 3, 1), "Not Known",
    CellError("#REF!"), Uncomputed("=A1+1"), "L001", "1,0OO",
]  # fmt: skip


def judged_one_by_one(schema: Schema, plan, today: date) -> list[tuple[str, str, str, str]]:
    """What the kinds and the rules say of a plan, cell by cell, without pandas."""
    found = []
    for line in plan.lines:
        for column in schema.columns:
            value = line.values.get(column.key)
            if fault := value_fault(plan, column, value):
                rule = "required" if is_blank(value) else column.kind
                found.append((plan.address(line, column.key), fault.severity, rule, fault.fault))
    for rule in schema.rules:
        for complaint in RULE_CHECKS[rule.name](plan, rule, today):
            found.append((plan.address(complaint.line, complaint.key), rule.severity, rule.name, complaint.fault))
    return found


def first_row(plan, failure) -> int:
    return plan.lines[failure.position].row


def said(fault) -> tuple[object, ...]:
    return (fault.position, fault.column, fault.rule, fault.severity, fault.fault, fault.remedy)


@pytest.mark.parametrize("name", ["delivery-plan", "workstreams", "workforce"])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_plan_its_frame_and_its_cells_one_by_one_agree(name, data):
    """What Validate tells, what the pandas user's schema tells of the frame, and what each kind and rule says are one."""
    master = Master(THREE if name == "delivery-plan" else "", schema=name)
    plan, schema = master.plan, load_schema(name)
    width = len(schema.columns)
    rows = data.draw(
        st.lists(st.lists(st.sampled_from(ENTRIES), min_size=width, max_size=width), min_size=1, max_size=3)
    )
    first = plan.tables[0].header_row + 1
    master.apply([
        Write("Plan", first + i, plan.tables[0].column_numbers[c.key], ((row[n] if row[n] is not None else "",),))
        for i, row in enumerate(rows) for n, c in enumerate(schema.columns)
    ])  # fmt: skip
    plan = read_plan(master.snapshot)
    headers = {c.header: c.key for c in schema.columns} | {"ID": ""}
    found = [f for f in failures_in(plan, TODAY) if f.rule != "unique-id"]
    told = sorted(
        (address(first_row(plan, f), plan.tables[0].column_numbers[headers[f.column]]), f.severity, f.rule, f.fault)
        for f in found
    )
    assert told == sorted(judged_one_by_one(schema, plan, TODAY))
    without_pandas = [f for f in plan_faults(plan, TODAY) if f.rule != "unique-id"]
    assert sorted(map(said, without_pandas)) == sorted(map(said, found))
    listed = {
        (f.cell, f.severity, f.rule, f.fault) for f in validate(master.snapshot, NOW).findings if f.sheet == "Plan"
    }
    exemption = schema.role("part")
    assert listed >= {t for t in told if t[2] != "needed-when" and not (exemption and t[2] == "choice")}

    public = schema.to_pandera(lists=plan.lists, owners=[o.role for o in plan.owners], today=TODAY, warn=False)
    by_header = {c.header: c for c in schema.columns}
    frame = [
        (plan.address(plan.lines[f.position], by_header[f.column].key), f.severity, f.rule, f.fault)
        for f in failures(public, plan_frame(plan)) if f.rule != "unique-id"
    ]  # fmt: skip
    assert sorted(frame) == told
    warned = schema.to_pandera(lists=plan.lists, owners=[o.role for o in plan.owners], today=TODAY)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        wrong = failures(warned, plan_frame(plan))
    assert sorted((f.rule, f.fault) for f in wrong) == sorted(
        (t[2], t[3]) for t in told if t[1] == "error" and t[2] != "unique-id"
    )
    assert bool([w for w in heard if issubclass(w.category, pandera.errors.SchemaWarning)]) == any(
        t[1] == "warning" for t in told
    )


def test_a_line_is_overdue_on_the_day_that_is_given():
    schema = load_schema("delivery-plan").to_pandera(today=date(2019, 6, 1), warn=False)
    found = failures(schema, plan_of(Timescale=["March 2019", "March 2020"]))
    assert [(f.row, f.rule) for f in found] == [(0, "overdue")]

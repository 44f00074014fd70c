"""Frames with dtypes: a plan, its history and its ledgers for pandas, in which no entry is lost silently."""

from datetime import date, datetime

import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from masters import NOW, OWNERS, make_master, shared, type_into

import hrworkbook
from hrworkbook.hosts.file import FileHost
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.frames.typed import FrameColumn, typed_frame
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.schema import read_schema
from hrworkbook.plan.values import CellError, Uncomputed, is_blank

EVERY_KIND = """
name = "kinds"
title = "Kinds"
id_prefix = "K"
[[columns]]
key = "text"
header = "Text"
[[columns]]
key = "day"
header = "Day"
kind = "date"
[[columns]]
key = "cost"
header = "Cost"
kind = "money"
[[columns]]
key = "share"
header = "Share"
kind = "percent"
[[columns]]
key = "heads"
header = "Heads"
kind = "whole"
[[columns]]
key = "rate"
header = "Rate"
kind = "number"
[[columns]]
key = "open"
header = "Open"
kind = "yes-no"
[[columns]]
key = "colour"
header = "Colour"
kind = "choice"
words = ["Red", "Green"]
"""

TABLE = """
Text   | Day        | Cost    | Share | Heads | Rate | Open | Colour
first  | 31/03/2027 | £19k    | 72%   | 1,250 | 1.5  | Yes  | red
second |            | nil     | 5%    | nil   | 2    | n    | Green
third  | 01/04/2027 |         |       | 3     |      |      |
"""


def opened(tmp_path, table=TABLE):
    path = make_master(tmp_path, table, schema=read_schema(EVERY_KIND, "kinds.toml"))
    return hrworkbook.open(path, clock=lambda: NOW)


def dtypes(frame):
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


def test_each_kind_has_its_dtype_and_its_values(tmp_path):
    frame = opened(tmp_path).frame()
    assert dtypes(frame) == {
        "Text": "string", "Day": "datetime64[us]", "Cost": "Float64", "Share": "Float64", "Heads": "Int64",
        "Rate": "Float64", "Open": "boolean", "Colour": "category",
    }  # fmt: skip
    assert frame.index.name == "ID" and list(frame.index) == ["K001", "K002", "K003"]
    first, second, third = (frame.loc[line].tolist() for line in frame.index)
    assert first == ["first", pandas.Timestamp("2027-03-31"), 19000.0, 0.72, 1250, 1.5, True, "Red"]
    assert second[2:] == [0.0, 0.05, 0, 2.0, False, "Green"] and pandas.isna(second[1])
    assert third[:2] == ["third", pandas.Timestamp("2027-04-01")] and third[4] == 3
    assert frame.isna().sum().sum() == 6
    assert list(frame["Colour"].cat.categories) == ["Red", "Green"]
    assert frame["Cost"].sum() == 19000 and frame.attrs["unconverted"] == {}


def test_lines_without_an_id_are_there_too(tmp_path):
    book = opened(tmp_path)
    type_into(book.path, {"Plan!A6": None, "Plan!A7": None})
    frame = book.frame()
    assert len(frame) == 3 and frame.index.isna().tolist() == [True, True, False] and frame["Cost"].sum() == 19000


def test_columns_may_be_named_by_their_keys(tmp_path):
    assert list(opened(tmp_path).frame(by="key"))[:3] == ["text", "day", "cost"]


ODD = """
Text   | Day        | Cost  | Colour | Heads
first  | soon       | n/a   | Purple | 2.5
second | 31/03/2027 | £1.50 | Green  | 4
"""


def test_what_is_not_of_its_kind_keeps_its_column_and_is_named(tmp_path):
    frame = opened(tmp_path, ODD).frame()
    assert dtypes(frame) | {"Day": "object", "Cost": "object", "Colour": "string"} == dtypes(frame)
    assert frame["Cost"].tolist() == ["n/a", "£1.50"] and frame["Colour"].tolist() == ["Purple", "Green"]
    assert frame["Day"].tolist() == ["soon", "31/03/2027"]
    assert frame.attrs["unconverted"] == {"Day": ["K001"], "Cost": ["K001"], "Heads": ["K001"], "Colour": ["K001"]}


def test_it_may_be_made_missing_or_be_refused(tmp_path):
    book = opened(tmp_path, ODD)
    frame = book.frame(errors="coerce")
    assert dtypes(frame) | {"Day": "datetime64[us]", "Cost": "Float64", "Colour": "category"} == dtypes(frame)
    assert frame["Cost"].isna().tolist() == [True, False] and frame.attrs["unconverted"]["Cost"] == ["K001"]
    with pytest.raises(HrWorkbookError, match="Plan, Day: the date 'soon' of K001 cannot be converted. Mend the cell"):
        book.frame(errors="raise")


def test_an_error_value_is_no_text(tmp_path):
    cells = ["a", CellError("#REF!"), Uncomputed("=A1")]
    for kind in ("text", "choice", "date", "money", "yes-no"):
        frame = typed_frame([FrameColumn("x", kind, cells, ["a"])], pandas.Index([1, 2, 3]), "Plan")
        assert str(frame["x"].dtype) == "object" and frame.attrs["unconverted"]["x"][-2:] == [2, 3]
        assert isinstance(frame["x"].iloc[1], CellError)


def test_half_a_person_makes_whole_numbers_floats():
    frame = typed_frame([FrameColumn("x", "whole", [1.0, 2.5, None])], pandas.RangeIndex(3), "Plan")
    assert str(frame["x"].dtype) == "Float64" and frame["x"].iloc[1] == 2.5 and not frame.attrs["unconverted"]


def test_a_time_of_day_is_not_lost():
    frame = typed_frame(
        [FrameColumn("x", "date", [datetime(2027, 1, 2, 9, 30), date(2, 1, 1)])], pandas.RangeIndex(2), ""
    )
    assert frame["x"].tolist() == [datetime(2027, 1, 2, 9, 30), datetime(2, 1, 1)]


CELLS = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.dates(), st.datetimes(), st.text(max_size=8),
    st.sampled_from(["£19k", "n/a", "nil", "72%", "31/03/2027", "Yes", " red ", "Red", "*", "2016-10", "1,250"]),
    st.builds(CellError, st.sampled_from(["#REF!", "#N/A"])),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from([*KINDS, "moment", "value"]), st.lists(CELLS, max_size=6))
def test_no_entry_is_lost_silently(kind, cells):
    index = pandas.RangeIndex(len(cells))
    column = FrameColumn("x", kind, cells, ["Red", "Green"])
    kept, coerced = (typed_frame([column], index, "Plan", how) for how in ("keep", "coerce"))
    for frame in (kept, coerced):
        gone = frame["x"].isna().tolist()
        named = frame.attrs["unconverted"].get("x", []) if frame is coerced else []
        assert gone == [is_blank(cell) or at in named for at, cell in enumerate(cells)]
    assert kept.attrs == coerced.attrs


@pytest.mark.parametrize(
    ("schema", "seed", "others"),
    [
        ("delivery-plan", "cheshire-east-hr-plan-2016-17", {"RAG": "category", "Part": "category"}),
        ("workstreams", "surrey-first-workstreams-2010", {"Planned Spend": "Float64", "Actual Spend": "Float64"}),
    ],
)
def test_both_source_plans_have_their_dtypes(tmp_path, schema, seed, others):
    source = shared(f"seeds/{seed}.csv")
    book = hrworkbook.Workbook.new(tmp_path / "plan.xlsx", schema, source)
    frame = book.frame()
    assert book.made.unplaced == () and frame.attrs["unconverted"] == {}
    assert dtypes(frame) == dict.fromkeys((c.header for c in book.schema.columns), "string") | others
    filled = sum(not is_blank(value) for line in book.lines for value in line.values.values())
    assert len(frame) == len(book.lines) and int(frame.notna().sum().sum()) == filled


def test_a_typed_frame_is_judged_as_the_master_is(tmp_path):
    book = opened(tmp_path, ODD)
    found = book.validate(dry_run=True).findings
    assert len(found) == 3  # n/a is a good answer, though it is no number
    for frame in (book.frame(), book.frame(by="header", errors="keep").sort_index(ascending=False)):
        with pytest.raises(Exception) as caught:
            book.schema.to_pandera(warn=False).validate(frame, lazy=True)
        told = caught.value.failure_cases["failure_case"]
        assert {str(t).split(": ", 1)[1] for t in told} == {f.message.split(": ", 1)[1] for f in found}
    assert len(opened(tmp_path).validate(dry_run=True).findings) == 0
    book.schema.to_pandera(warn=False).validate(opened(tmp_path).frame(), lazy=True)


def test_past_periods_are_a_frame_by_period_and_line(tmp_path):
    book = opened(tmp_path)
    assert len(book.history()) == 0 and dtypes(book.history())["Cost"] == "Float64"
    book.roll()
    history = book.history()
    assert history.index.names == ["Closed period", "ID"] and len(history) == 3
    (period,) = set(history.index.get_level_values(0))
    assert dtypes(history) == {"Closed on": "datetime64[us]", **dtypes(book.frame())}
    assert history.loc[(period, "K001"), "Cost"] == 19000 and history.loc[period].index.name == "ID"
    assert history["Closed on"].iloc[0] == NOW.replace(second=0)


def test_the_ledgers_are_frames_by_their_sheet_row(tmp_path):
    table = "Theme | Ref | Priority | Owner | Timescale | RAG\nStaff | A | Hire | Recruitment Lead | March 2027 | Green"
    path = make_master(tmp_path, table, owners={"Recruitment Lead": OWNERS["Recruitment Lead"]}, Period="2026/27 Q3")
    book = hrworkbook.open(path, clock=lambda: NOW)
    issued = book.issue(tmp_path / "out")
    (returned,) = (p for p in issued.files if p.suffix == ".xlsx")
    host = FileHost(returned)
    block = host.snapshot().sheets[0]
    row, column = next(
        (r, c) for r, cells in enumerate(block.rows, 1) for c, v in enumerate(cells, 1) if v == "Green" and r > 7
    )
    type_into(returned, {f"{block.name}!{chr(64 + column)}{row}": "Red"})
    book.merge(returned)
    register, journal = book.register(), book.journal()
    assert register["What"].tolist() == ["Issued", "Merged"] and register.index.name == "Row"
    assert register["Due"].iloc[0] == pandas.Timestamp("2026-12-05") and register["Lines"].tolist()[0] == 1
    assert register["Applied"].iloc[1] == 1 and str(register["Applied"].dtype) == "Int64"
    assert journal[["ID", "Before", "After"]].values.tolist() == [["L001", "Green", "Red"]]
    assert journal["When"].iloc[0] == NOW and book.snapshot()["Journal"].at(int(journal.index[0]), 7) == "L001"
    assert len(book.decisions()) == 0 and book.frame()["RAG"].tolist() == ["Red"]

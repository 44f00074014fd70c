"""Snapshots and change sets as JSON: the contract of hosts over it, what it keeps, what it refuses, and its page."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from host_contract import SHEETS, HostContract, write_workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from hrworkbook.hosts import json_text
from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.json_form import (
    JsonHost,
    changes_from_json,
    changes_to_json,
    snapshot_from_json,
    snapshot_to_json,
)
from hrworkbook.plan.errors import HrWorkbookError, UnreadableFile
from hrworkbook.plan.serials import to_serial
from hrworkbook.plan.sheet_names import PlanSheet, is_plan_sheet
from hrworkbook.plan.snapshot import Block, CellTexts, ChangeSet, Link, Snapshot, Write, single_write
from hrworkbook.plan.values import CellError, Uncomputed

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


class FileOverJson:
    """A file whose snapshot and change set go through JSON, as a page's do."""

    def __init__(self, path: Path) -> None:
        self.file = FileHost(path)

    def snapshot(self) -> Snapshot:
        return JsonHost(snapshot_to_json(self.file.snapshot())).snapshot()

    def apply(self, changes: ChangeSet) -> None:
        host = JsonHost(snapshot_to_json(self.file.snapshot()))
        host.apply(changes)
        self.file.apply(changes_from_json(host.changes_json))


@pytest.fixture
def host(tmp_path: Path) -> FileOverJson:
    return FileOverJson(write_workbook(tmp_path / "plan.xlsx"))


class TestJson(HostContract):
    """Through JSON, and on a file."""


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.sampled_from(["=1+1", "=", "007", "null"])
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = (
    st.none()
    | st.booleans()
    | texts.filter(bool)
    | numbers
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.builds(CellError, st.sampled_from(["#N/A", "#REF!", "#SPILL!"]))
    | st.builds(Uncomputed, st.just("=A1+B2"))
)
at = st.integers(1, 99)
annotations = st.lists(st.tuples(at, at, texts), max_size=3).map(tuple)
cell_texts = st.dictionaries(texts, st.lists(st.tuples(at, at), min_size=1, max_size=3).map(lambda c: [*sum(c, ())]))
blocks = st.builds(
    Block, texts.filter(bool).map(lambda t: t[:15]), st.lists(st.lists(values, max_size=4), max_size=4),
    st.lists(st.tuples(at, at, at, at), max_size=2).map(tuple), st.booleans(), st.dictionaries(st.tuples(at, at), texts),
    annotations, annotations, *[cell_texts.map(CellTexts)] * 3, *[st.lists(at, max_size=3).map(tuple)] * 2,
    annotations, annotations, st.sampled_from(["", "utf-8"]), st.booleans(),
)  # fmt: skip
snapshots = st.builds(
    Snapshot, texts, st.lists(blocks, max_size=3, unique_by=lambda block: block.name.casefold()).map(tuple)
)


def told(block: Block) -> list[object]:
    """Everything a block tells, types of values and what does not count for its equality included."""
    rows = [[(type(v), v) for v in row] for row in block.rows]
    texts = [{t: list(c) for t, c in x.by_text.items()} for x in (block.formats, block.shown_texts, block.fills)]
    return [block, rows, block.formulas, *texts]


@settings(max_examples=60, deadline=None)
@given(snapshots)
def test_a_snapshot_comes_back_as_it_went(snapshot: Snapshot) -> None:
    back = snapshot_from_json(snapshot_to_json(snapshot))
    assert back.name == snapshot.name
    assert [told(b) for b in back.sheets] == [told(b) for b in snapshot.sheets]


links = st.builds(Link, texts.filter(lambda t: t.isprintable() and t), st.just("Plan"), st.just("B3"))
sendable = values.filter(lambda v: not isinstance(v, str) or (not isinstance(v, CellError) and v.isprintable()))
writes = st.builds(
    Write,
    st.sampled_from(["Plan", PlanSheet("Problems"), "Problems"]),
    at,
    at,
    st.lists(st.lists(sendable | links, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple),
)
change_sets = st.builds(
    ChangeSet, st.lists(writes, max_size=3).map(tuple), texts, st.none() | st.just(("Plan", "B3")),
    st.lists(st.tuples(st.just("Plan"), at, st.floats(0, 409)), max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(change_sets)
def test_a_change_set_comes_back_as_it_went(changes: ChangeSet) -> None:
    back = changes_from_json(changes_to_json(changes, ["Plan", "Problems"]))
    assert back == changes
    assert [is_plan_sheet(w.sheet) for w in back.writes] == [is_plan_sheet(w.sheet) for w in changes.writes]


def test_a_change_set_names_sheets_as_the_workbook_does() -> None:
    changes = ChangeSet((single_write("Start", "A1", Link("x", "Start", "A1")),), goto=("Start", "A1"))
    back = changes_from_json(changes_to_json(changes, ["Start", "Start (HR)"]))
    assert (back.writes[0].sheet, back.goto) == ("Start (HR)", ("Start (HR)", "A1"))
    assert back.writes[0].rows[0][0] == Link("x", "Start (HR)", "A1")


MOMENTS = [
    (date(2016, 4, 1), "dd/mm/yyyy"), (date(2016, 4, 1), "m/d/yyyy"), (datetime(2016, 10, 3, 14, 30), "dd/mm/yy hh:mm"),
    (time(9, 15), "hh:mm"), (date(9999, 12, 31), "[$-809]d mmmm yyyy"),
]  # fmt: skip


@pytest.mark.parametrize("from_1904", [False, True])
def test_numbers_whose_format_shows_a_day_are_days_where_dates_come_as_numbers(from_1904: bool) -> None:
    epoch = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    rows = [[to_serial(value, epoch)] for value, _ in MOMENTS] + [[1.5], [1.5], [-4.0]]
    formats = {
        code: [n, 1] for n, (_, code) in enumerate([*MOMENTS, (0, "£0.00"), (0, "[h]:mm"), (0, "dd/mm/yyyy ")], 1)
    }
    raw = {"name": "Plan", "rows": rows, "formats": formats, "from_1904": from_1904}
    found = snapshot_from_json(as_snapshot([raw], serials=True)).sheets[0]
    assert [row[0] for row in found.rows][:7] == [*(value for value, _ in MOMENTS), 1.5, 1.5]
    assert found.formats[2, 1] == "dd/mm/yyyy"
    assert snapshot_from_json(as_snapshot([raw])).sheets[0].rows == rows


def as_snapshot(sheets: object, **more: object) -> str:
    return json.dumps({"hrworkbook": "snapshot", "version": 1, "name": "plan.xlsx", "sheets": sheets, **more})


def sheet(rows: object, **more: object) -> str:
    return as_snapshot([{"name": "Plan", "rows": rows, **more}])


BAD = {
    "nothing": "", "no JSON": "{", "no object": "[]", "not UTF-8": b"\xff{}", "another kind": '{"hrworkbook": "changes", "version": 1}',
    "no version": '{"hrworkbook": "snapshot", "name": "", "sheets": []}',
    "a version to come": as_snapshot([], version=2), "a version that is true": as_snapshot([], version=True),
    "no sheets": '{"hrworkbook": "snapshot", "version": 1, "name": ""}',
    "an unknown part": as_snapshot([], macros=[]), "a part twice": as_snapshot([])[:-1] + ', "name": "other"}',
    "too deep": "[" * 200_000, "deep objects": '{"a":' * 100_000, "NaN": sheet([[float("nan")]]),
    "infinity": sheet([[float("inf")]]), "a number without end": sheet([[0]]).replace("[[0]]", "[[1e999]]"),
    "an endless whole number": sheet([[0]]).replace("[[0]]", f"[[{'9' * 5_000}]]"),
    "sheets that are a text": as_snapshot("Plan"), "a sheet that is a list": as_snapshot([[]]),
    "a sheet without rows": as_snapshot([{"name": "Plan"}]), "an unknown part of a sheet": sheet([], charts=[]),
    "a sheet without a name": as_snapshot([{"name": "", "rows": []}]),
    "a long name": as_snapshot([{"name": "n" * 32, "rows": []}]),
    "two sheets of a name": as_snapshot([{"name": "Plan", "rows": []}, {"name": "PLAN", "rows": []}]),
    "a row that is a text": sheet(["abc"]), "a cell that is a list": sheet([[[]]]), "a cell of two kinds": sheet([[{"date": "2016-04-01", "time": "09:00"}]]),
    "an unknown kind": sheet([[{"formula": "=1"}]]), "a date that is a number": sheet([[{"date": 42461}]]),
    "no date": sheet([[{"date": "2016-02-30"}]]), "a time zone": sheet([[{"moment": "2016-04-01T09:00:00+01:00"}]]),
    "a text too long": sheet([["x" * 32_768]]), "hidden as a word": sheet([], hidden="yes"),
    "a merge of three": sheet([], merges=[[1, 1, 1]]), "half a place": sheet([], formats={"0": [1]}),
    "a place with a fraction": sheet([], hidden_rows=[1.5]), "a row too wide": sheet([[None] * 16_385]),
    "serials as a word": as_snapshot([], serials="yes"),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_snapshot_is_refused_in_a_sentence(text: str | bytes) -> None:
    refused_in_a_sentence(lambda: snapshot_from_json(text))


def refused_in_a_sentence(read: Callable[[], object]) -> None:
    with pytest.raises(UnreadableFile) as told_why:
        read()
    said = str(told_why.value)
    assert re.fullmatch(r"The (snapshot|changes).*?: [^\n]{10,200}", said)
    assert len(said) < 300


def as_changes(writes: object, **more: object) -> str:
    return json.dumps({"hrworkbook": "changes", "version": 1, "message": "", "writes": writes, **more})


@pytest.mark.parametrize(
    "text",
    [
        as_changes([{"sheet": "Plan", "row": 1, "column": 1}]),
        as_changes([{"sheet": "Plan", "row": 1.5, "column": 1, "rows": []}]),
        as_changes([{"sheet": "Plan", "row": 1, "column": 1, "rows": [[{"link": "x", "sheet": "Plan"}]]}]),
        as_changes([], goto=["Plan"]),
        as_changes([], heights=[["Plan", 3]]),
        as_changes({}),
        as_snapshot([]),
    ],
)
def test_what_is_no_change_set_is_refused_in_a_sentence(text: str) -> None:
    refused_in_a_sentence(lambda: changes_from_json(text))


def test_a_text_too_large_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_BYTES", 100)
    refused_in_a_sentence(lambda: snapshot_from_json(sheet([["x" * 100]])))


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda j: st.lists(j) | st.dictionaries(st.text(), j)
    )
)
def test_no_json_ends_in_a_traceback(found: Any) -> None:
    for text in (json.dumps(found), as_snapshot(found), sheet(found), sheet([[found]]), as_changes(found)):
        for read in (snapshot_from_json, changes_from_json):
            try:
                read(text)
            except HrWorkbookError as error:
                assert len(str(error)) < 400


def test_half_a_character_becomes_the_sign_for_one_unknown() -> None:
    found = snapshot_from_json(
        '{"hrworkbook":"snapshot","version":1,"name":"","sheets":[{"name":"P","rows":[["a\\ud83d"]]}]}'
    )
    assert found.sheets[0].rows == [["a\ufffd"]]


def test_the_page_shows_what_is_true() -> None:
    """The snapshot on the page is read as it says, and what the page says a verb answers is what it answers."""
    given_text, answered = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[:2]
    seen = snapshot_from_json(given_text).sheets[0]
    assert [type(v).__name__ for v in seen.rows[1]] == ["str", "str", "date", "float", "bool", "CellError"]
    changes = ChangeSet(
        (Write(PlanSheet("Plan"), 2, 2, (("=not a formula", date(2017, 4, 30)),)), single_write("Problems", "A2", Link("Plan!D2", "Plan", "D2"))),
        "Two cells were changed.", ("Plan", "B2"),
    )  # fmt: skip
    assert json.loads(changes_to_json(changes, ["Plan", "Problems"])) == json.loads(answered)
    assert changes_from_json(answered) == changes


def test_every_part_of_a_sheet_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in Block.__dataclass_fields__ if f"`{name}`" not in page] == []


def test_the_contract_is_one_of_real_values() -> None:
    """What the contract reads has each kind of value that JSON must tell apart."""
    kinds = {type(v) for block in SHEETS for row in block.rows for v in row}
    assert kinds >= {str, float, bool, date, datetime, time, CellError, type(None)}

"""A plan and its ledgers as frames with dtypes, for whoever works on with pandas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any, Literal

import pandas

from hrworkbook.plan.amounts import Money, NoneWord
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.kinds import KINDS, is_kept_with_warning, match_word, quoted
from hrworkbook.plan.ledgers import PLAN, Ledger
from hrworkbook.plan.model import Plan, history_ledger
from hrworkbook.plan.schema import ID_HEADER
from hrworkbook.plan.values import CellError, Value, as_text, is_blank

OnError = Literal["keep", "coerce", "raise"]
"""What to do with an entry that is not of its column's kind: keep the column as it is, make a blank of it, or raise."""

DTYPES: Mapping[str, str] = {
    "date": "datetime64[us]", "moment": "datetime64[us]", "money": "Float64", "percent": "Float64", "number": "Float64",
    "whole": "Int64", "yes-no": "boolean", "value": "object",
}  # fmt: skip
"""The dtype of a column by its kind; a choice is a category, and every other kind is a string."""

LEDGER_KINDS: Mapping[str, str] = {
    "When": "moment", "Due": "moment", "Sent": "moment", "Closed on": "moment",
    **dict.fromkeys(
        ("Lines", "Cells", "Unchanged", "Already there", "Applied", "Conflict", "Locked", "Invalid", "Unplaced"), "whole"
    ),
    **dict.fromkeys(("My own text", "As issued", "In the master", "In the return", "Before", "After"), "value"),
}  # fmt: skip
"""The kinds of ledger columns that are no text; a value is whatever the cell of the plan held."""

_UNREADABLE = object()


@dataclass(frozen=True)
class FrameColumn:
    """A column as it will be: its name, kind, the words of a choice, and its cells."""

    name: str
    kind: str
    cells: Sequence[Value]
    words: Sequence[str] = ()


def typed_plan(plan: Plan, *, by: Literal["header", "key"] = "header", errors: OnError = "keep") -> pandas.DataFrame:
    """Return a plan's lines as a frame, indexed by ID: a row a line, a column a column of the schema.

    A line without an ID has a missing one. See `typed_frame` for dtypes and errors.
    """
    columns = [
        FrameColumn(getattr(c, by), c.kind, [x.values.get(c.key) for x in plan.lines], plan.words_of(c))
        for c in plan.schema.columns
    ]
    ids = pandas.Index([line.id or None for line in plan.lines], dtype="string", name=ID_HEADER)
    return typed_frame(columns, ids, PLAN, errors)


def typed_history(plan: Plan, *, by: Literal["header", "key"] = "header", errors: OnError = "keep") -> pandas.DataFrame:
    """Return the plan as it was reported at the end of each period, indexed by *Closed period* and ID.

    The columns are the plan's, after *Closed on*. Empty before the first period is closed.
    """
    ledger = history_ledger(plan.schema, plan.snapshot)
    rows = ledger.data_rows(plan.snapshot) if ledger.sheet in plan.snapshot else []
    columns = [FrameColumn("Closed on", "moment", [row["Closed on"] for row in rows])]
    columns += [
        FrameColumn(getattr(c, by), c.kind, [row[c.header] for row in rows], plan.words_of(c))
        for c in plan.schema.columns
    ]
    names = ["Closed period", ID_HEADER]
    index = pandas.MultiIndex.from_arrays(
        [pandas.array([row.text(name) or None for row in rows], dtype="string") for name in names], names=names
    )
    return typed_frame(columns, index, ledger.sheet, errors)


def typed_ledger(plan: Plan, ledger: Ledger, errors: OnError = "keep") -> pandas.DataFrame:
    """Return one of the master's ledgers as a frame, indexed by the sheet row its rows stand in."""
    rows = ledger.data_rows(plan.snapshot)
    columns = [FrameColumn(h, LEDGER_KINDS.get(h, "text"), [row[h] for row in rows]) for h in ledger.headings]
    return typed_frame(
        columns, pandas.Index([row.row for row in rows], name="Row", dtype="int64"), ledger.sheet, errors
    )


def typed_frame(
    columns: Sequence[FrameColumn], index: pandas.Index, sheet: str, errors: OnError = "keep"
) -> pandas.DataFrame:
    """Return a frame whose columns have the dtype of their kind (`DTYPES`); a blank is missing.

    Of an entry that is not of its kind, `errors` says what becomes: with "keep" its column stays as it is written, as
    objects, or as strings for a choice; with "coerce" it is missing; with "raise" HrWorkbookError names it. Which they
    are stands in `frame.attrs["unconverted"]`, as column → list of index labels, and nowhere else.
    """
    made: dict[str, Any] = {}
    unconverted: dict[str, list[Any]] = {}
    for column in columns:
        read = [_read(column, value) for value in column.cells]
        faulty = [position for position, value in enumerate(read) if value is _UNREADABLE]
        if faulty:
            labels = [index[position] for position in faulty]
            if errors == "raise":
                value = column.cells[faulty[0]]
                fault = f"the {column.kind} {quoted(value)} of {labels[0]} cannot be converted"
                raise HrWorkbookError(
                    f"{sheet}, {column.name}", fault, "Mend the cell, or read the frame with errors='keep'"
                )
            unconverted[column.name] = labels
        if faulty and errors == "keep":
            made[column.name] = _as_written(column)
        else:
            made[column.name] = _array(column, [None if value is _UNREADABLE else value for value in read])
    frame = pandas.DataFrame(made, index=pandas.RangeIndex(len(index)))
    frame.index = index
    frame.attrs["unconverted"] = unconverted
    return frame


def _array(column: FrameColumn, values: list[Any]) -> Any:
    if column.kind == "choice":
        return pandas.Categorical(values, categories=pandas.Index(list(dict.fromkeys(column.words)), dtype="string"))
    dtype = DTYPES.get(column.kind, "string")
    if column.kind == "whole" and any(isinstance(value, float) for value in values):
        dtype = "Float64"
    return pandas.Series(values, dtype=pandas.api.types.pandas_dtype(dtype))


def _as_written(column: FrameColumn) -> Any:
    """Return a column as strings where it is a choice, else as it is; a column with an error value is never strings."""
    cells = [None if is_blank(value) else value for value in column.cells]
    if column.kind == "choice" and not any(isinstance(value, CellError) for value in cells):
        return pandas.array([None if value is None else as_text(value) for value in cells], dtype="string")
    return pandas.Series(cells, dtype=object)


def _read(column: FrameColumn, value: Value) -> Any:
    """Return what an entry means by its kind: None for a blank, `_UNREADABLE` for an error value or what is not of it."""
    if is_blank(value) or column.kind == "value":
        return None if is_blank(value) else value
    if isinstance(value, CellError):
        return _UNREADABLE
    if column.kind == "choice":
        word = match_word(value, column.words)
        return _UNREADABLE if word is None else word
    read = _READERS.get(column.kind, as_text)(value)
    return _UNREADABLE if read is None else read


def _moment(value: Value) -> Any:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.strptime(as_text(value), "%Y-%m-%d %H:%M")
    except ValueError:
        return KINDS["date"].read(value)


def _number(kind: str) -> Callable[[Value], float | int | None]:
    """Return what reads a number of a kind: nil is nought, any other word is no number."""

    def read(value: Value) -> float | int | None:
        found = KINDS[kind].read(value)
        if isinstance(found, Money):
            found = found.amount
        if isinstance(found, NoneWord):
            return 0 if found in (NoneWord.NIL, NoneWord.NONE) else None
        if found is None:
            # A collection keeps what others published, such as half a person.
            return float(value) if kind == "whole" and is_kept_with_warning(value) else None  # type: ignore[arg-type]
        if isinstance(found, int) and abs(found) < 2**63:
            return found
        return float(found) if isfinite(float(found)) else None

    return read


_READERS: Mapping[str, Callable[[Value], Any]] = {
    "moment": _moment,
    "date": lambda value: value if isinstance(value, datetime) else KINDS["date"].read(value),
    "yes-no": KINDS["yes-no"].read,
    **{kind: _number(kind) for kind in ("money", "percent", "number", "whole")},
}

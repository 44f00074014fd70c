"""Cells of a data frame as the values the kinds judge, whatever dtype holds them."""

from collections.abc import Hashable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, cast

import pandas

from hrworkbook.plan.values import CellError, Uncomputed, Value

_PLAIN = (str, bool, int, float, datetime, date, time)
_AS_THEY_ARE = frozenset({str, bool, int, type(None), CellError, Uncomputed})
"""Types whose values are neither missing nor to be converted."""


def cells_of(series: "pandas.Series[Any]") -> list[Value]:
    """Return the values of a column, None for what pandas takes for missing (None, NaN, NaT, NA)."""
    values: list[Any] = series.tolist()
    if _AS_THEY_ARE.issuperset(map(type, values)):
        return values
    missing = series.isna().tolist()
    return [None if gone else _cell(value) for value, gone in zip(values, missing, strict=True)]


def _cell(value: Any) -> Value:
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    item = getattr(value, "item", None)  # a numpy scalar among objects
    return cast(Value, item()) if callable(item) and isinstance(item(), _PLAIN) else str(value)


def row_name(label: Hashable) -> str:
    """Return how a message names a row: `row 7` for a number, else the label itself, such as an ID."""
    return f"row {label}" if isinstance(label, int) else str(label)

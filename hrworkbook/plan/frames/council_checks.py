"""A council's own checks as pandera checks: what they return as failures, and what goes wrong inside one."""

import difflib
import traceback
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas
import pandera.pandas as pandera

from hrworkbook.checks import CouncilCheck
from hrworkbook.plan.errors import CheckFileError
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.frames.cells import cells_of
from hrworkbook.plan.frames.failures import Failure, is_ours, register
from hrworkbook.plan.frames.rule_checks import label_of
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.values import Value, fold_name, is_blank

CAN_RETURN = "Return True where it is good, else False or a sentence"


def column_of(schema: Schema, check: CouncilCheck) -> Column:
    """Return the column a check names by header or key; raise CheckFileError, with a suggestion, where there is none."""
    wanted = fold_name(check.column)
    for column in schema.columns:
        if wanted in (fold_name(column.header), fold_name(column.key)):
            return column
    headers = {fold_name(c.header): c.header for c in schema.columns}
    near = difflib.get_close_matches(wanted, headers, 1, 0.6)
    advice = f"Did you mean '{headers[near[0]]}'?" if near else f"Choose {join_words(headers.values(), 'or')}"
    raise CheckFileError(
        _place(check), f"the check '{check.name}' names the column '{check.column}', which the plan has not", advice
    )


def register_council_check(check: CouncilCheck, schema: Schema) -> Column:
    """Make a council's check known to pandera by its name, and return its column.

    Raises CheckFileError where its name cannot be used or its column is not in the plan.
    """
    column = column_of(schema, check)
    if not check.name.isidentifier() or check.name.startswith("hr_"):
        raise CheckFileError(
            _place(check), f"the check's name '{check.name}' cannot be used",
            "Use letters, digits and _, and do not begin it with hr_",
        )  # fmt: skip
    if hasattr(pandera.Check, check.name) and not is_ours(check.name):
        raise CheckFileError(
            _place(check), f"pandera has a check called '{check.name}' already", "Give yours another name"
        )
    run = partial(_frame, column=column, schema=schema) if check.whole else partial(_values, column=column)
    register(check.name, (), partial(run, check=check))
    return column


def _values(series: "pandas.Series[Any]", *, check: CouncilCheck, column: Column) -> Iterator[Failure]:
    """Yield a failure for each cell that a check refuses; each distinct value is shown to it once."""
    answers: dict[tuple[type, Value], str] = {}
    for position, value in enumerate(cells_of(series)):
        if is_blank(value):
            continue
        known = (type(value), value)
        try:
            if known not in answers:
                answers[known] = _fault(check, check(value))
        except Exception as error:
            yield _broken(series, position, series.name, column, check, error)
            return
        if answers[known]:
            yield _failure(series, position, series.name, column, check, answers[known])


def _frame(frame: pandas.DataFrame, *, check: CouncilCheck, column: Column, schema: Schema) -> Iterator[Failure]:
    """Yield a failure for each line that a check of the whole frame refuses."""
    labels = {label_of(frame, c): c.header for c in schema.columns}
    at = label_of(frame, column)
    try:
        answers = _answers(check, frame.rename(columns=labels).copy())
        faults = [_fault(check, answer) for answer in answers]
    except Exception as error:
        yield _broken(frame, 0, at, column, check, error)
        return
    for position, fault in enumerate(faults):
        if fault:
            yield _failure(frame, position, at, column, check, fault)


def _answers(check: CouncilCheck, frame: pandas.DataFrame) -> list[Any]:
    """Return a check's answer for each row; raise TypeError where they are not as many, or are of other rows."""
    given = check(frame)
    if isinstance(given, pandas.Series):
        if not given.index.equals(frame.index):
            raise TypeError("it returned a Series with another index than the frame's")
        given = given.tolist()
    if not isinstance(given, (list, tuple)) or len(given) != len(frame):
        raise TypeError(f"it did not return an answer for each of the {len(frame)} rows")
    return list(given)


def _fault(check: CouncilCheck, answer: Any) -> str:
    """Return what is wrong by an answer, '' where it is good; raise TypeError for what is no answer."""
    if isinstance(answer, str) and answer.strip():
        return answer.strip()
    if not pandas.api.types.is_bool(answer):
        raise TypeError(f"it returned {answer!r}")
    return "" if answer else check.fault


def _failure(
    frame: "pandas.DataFrame | pandas.Series[Any]", position: int, label: Any, column: Column, check: CouncilCheck, fault: str
) -> Failure:  # fmt: skip
    return Failure(
        frame, position, label, column.header,
        rule=check.name, severity=check.severity, fault=fault, remedy=check.remedy,
    )  # fmt: skip


def _broken(
    frame: "pandas.DataFrame | pandas.Series[Any]", position: int, label: Any, column: Column, check: CouncilCheck,
    error: Exception,
) -> Failure:  # fmt: skip
    """Return the failure of a check that could not be run: the fault is the check's, and so is the remedy."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == check.file]
    line = f", line {frames[-1].lineno}" if frames else ""
    is_answer = isinstance(error, TypeError) and not frames
    fault = f"the check '{check.name}' stopped with {type(error).__name__}: {error}"
    if is_answer:
        fault = f"the check '{check.name}' gave no answer: {error}"
    told = CheckFileError(f"{_place(check)}{line}", fault, CAN_RETURN if is_answer else "Mend the check")
    return Failure(
        frame, position, label, column.header,
        rule=check.name, severity="error", fault=fault, remedy=told.remedy, error=told,
    )  # fmt: skip


def _place(check: CouncilCheck) -> str:
    return Path(check.file).name or "a check"

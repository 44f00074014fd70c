"""A schema compiled to pandera: typed, nullable columns, our kinds and rules as named checks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

import pandera.pandas as pandera

from hrworkbook.checks import CouncilCheck
from hrworkbook.plan.entries import REQUIRED, UNIQUE_ID
from hrworkbook.plan.findings import Severity
from hrworkbook.plan.frames.column_checks import TYPES, check_name
from hrworkbook.plan.frames.council_checks import register_council_check
from hrworkbook.plan.frames.rule_checks import rule_statistics
from hrworkbook.plan.model import Plan
from hrworkbook.plan.schema import Column, Schema
from hrworkbook.plan.values import fold_name

Naming = Literal["header", "key"]
KNOWN_OWNER = "known-owner"


def to_pandera(
    schema: Schema, *, by: Naming = "header", lists: Mapping[str, Sequence[str]] | None = None,
    owners: Iterable[str] | None = None, today: date | None = None, plan: Plan | None = None, warn: bool = True,
    checks: Iterable[CouncilCheck] = (),
) -> pandera.DataFrameSchema:  # fmt: skip
    """Return a schema as a pandera DataFrameSchema; see `Schema.to_pandera`.

    With a plan, its lists, owners and history are used, and its columns are those of the master.
    """
    known = [o.role for o in plan.owners] if plan else None if owners is None else list(owners)
    words = {c.key: list(plan.words_of(c) if plan else _words(schema, c, lists or {})) for c in schema.columns}
    own: dict[str, list[pandera.Check]] = {}
    for check in checks:
        if not check.schemas or schema.name in check.schemas:
            column = register_council_check(check, schema)
            own.setdefault("" if check.whole else column.key, []).append(_named(check.name, check.severity, warn))
    return pandera.DataFrameSchema(
        {
            getattr(column, by): pandera.Column(
                TYPES[column.kind](),
                [*_column_checks(schema, column, words[column.key], warn), *own.get(column.key, ())],
                nullable=True,
                required=column.required,
            )
            for column in schema.columns
        },
        checks=[*_frame_checks(schema, known, today, plan, warn), *own.get("", ())],
        name=schema.name,
        unique_column_names=True,
    )


def _words(schema: Schema, column: Column, lists: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the words of a choice: of the list it names, else its own."""
    if not column.list:
        return column.words
    given = {fold_name(name): words for name, words in lists.items()}
    return given.get(fold_name(column.list), schema.lists.get(column.list, ()))


def _named(name: str, rank: Severity, warn: bool, **settings: Any) -> pandera.Check:
    made: pandera.Check = getattr(pandera.Check, name)(
        **{k: v for k, v in settings.items() if v is not None}, raise_warning=warn and rank == "warning"
    )
    return made


def _column_checks(schema: Schema, column: Column, words: list[str], warn: bool) -> Iterator[pandera.Check]:
    """Yield a column's checks: that it is filled in, and its kind's, apart for errors and warnings where both can be."""
    settings: dict[str, Any] = {"header": column.header}
    if column.required:
        yield _named(check_name(REQUIRED), "error", warn, kind=column.kind, help=column.help or None, **settings)
    if column.kind == "choice":
        settings["words"] = words
    if schema.collect:
        settings["kept"] = True
    name = check_name(column.kind)
    if warn and (schema.collect or column.kind_object.doubts):
        yield _named(name, "error", warn, **settings, severity="error")
        yield _named(name, "warning", warn, **settings, severity="warning")
    else:
        yield _named(name, "error", warn, **settings)


def _frame_checks(
    schema: Schema, owners: list[str] | None, today: date | None, plan: Plan | None, warn: bool
) -> Iterator[pandera.Check]:
    """Yield the checks across lines; whether an owner is known is asked only where the owners are."""
    yield _named(check_name(UNIQUE_ID), "error", warn)
    for rule in schema.rules:
        settings = rule_statistics(schema, rule)
        if rule.name == KNOWN_OWNER:
            if owners is None:
                continue
            settings["owners"] = owners
        yield _named(check_name(rule.name), rule.severity, warn, **settings, plan=plan, today=today)

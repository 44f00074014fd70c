"""A schema as the TOML text that `read_schema` reads back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hrworkbook.plan.columns_sheet import own_marks
from hrworkbook.plan.schema_model import (
    PLAN_FORMS,
    AppendixLayout,
    CollectionSettings,
    Column,
    Rule,
    Schema,
    ScorecardSettings,
    default_printed,
)
from hrworkbook.plan.settings import settings_of

_SHORT = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_WIDE = 118
"""Characters of a line beyond which a list is written over several."""


def schema_toml(schema: Schema) -> str:
    """Return the schema as TOML; settings that say what would hold anyway are left out."""
    parts = [
        _settings(schema, Schema("", "", (), {}), PLAN_FORMS, ("name", "title")),
        _section("roles", schema.roles),
        _section("lists", schema.lists),
        *(_column(schema, column) for column in schema.columns),
        *(_rule(rule) for rule in schema.rules),
        _appendix(schema),
        _scorecard(schema.scorecard),
    ]
    if schema.collect:
        needed = ("needs", "period")
        body = _settings(schema.collect, CollectionSettings(), settings_of(CollectionSettings), needed)
        parts += [f"[collect]\n{body}", _section("spellings", schema.spellings), _section("either", schema.either)]
    return "\n".join(part for part in parts if part)


def _settings(record: object, usual: object, names: Iterable[str], always: Iterable[str] = ()) -> str:
    """Return a line for each setting that differs from what it is without being given."""
    given = ((name, getattr(record, name)) for name in names)
    return "".join(_line(name, value) for name, value in given if name in always or value != getattr(usual, name))


def _section(name: str, table: Mapping[str, Any]) -> str:
    return f"[{name}]\n{''.join(_line(key, value) for key, value in table.items())}" if table else ""


def _column(schema: Schema, column: Column) -> str:
    public, exempt = own_marks(schema, column)
    told = {"public": public, "exempt": exempt}
    lines = [
        _line(name, value)
        for name in settings_of(Column)
        if (value := told.get(name, getattr(column, name))) != getattr(Column("", ""), name)
    ]
    return f"[[columns]]\n{''.join(lines)}"


def _rule(rule: Rule) -> str:
    settings = {"rule": rule.name, **rule.settings, "severity": rule.severity}
    return f"[[rules]]\n{''.join(_line(name, value) for name, value in settings.items())}"


def _appendix(schema: Schema) -> str:
    layout = schema.appendix
    usual = AppendixLayout(columns=tuple(c.key for c in default_printed(schema.columns, schema.roles)))
    body = _settings(layout, usual, settings_of(AppendixLayout))
    return f"[appendix]\n{body}" if body else ""


def _scorecard(settings: ScorecardSettings) -> str:
    body = _settings(settings, ScorecardSettings(), settings_of(ScorecardSettings))
    return f"[scorecard]\n{body}" if body else ""


def _line(name: str, value: Any) -> str:
    key = name if name and name.isascii() and name.replace("_", "").replace("-", "").isalnum() else _text(name)
    return "".join(_wrapped(f"{key} = ", value))


def _wrapped(start: str, value: Any) -> Iterator[str]:
    """Yield the lines of a setting: a long list stands over several."""
    whole = f"{start}{_value(value)}\n"
    if len(whole) <= _WIDE or not isinstance(value, tuple):
        yield whole
        return
    yield f"{start}[\n"
    line = " "
    for one in value:
        item = f" {_text(one)},"
        if len(line) + len(item) > _WIDE and line.strip():
            yield f"{line}\n"
            line = " "
        line += item
    yield f"{line}\n]\n"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(key)} = {_text(one)}" for key, one in value.items()) + "}"
    return f"{int(value)}" if value == int(value) else repr(value)


def _text(text: str) -> str:
    """Return a text in quotes, with what TOML lets stand in none escaped."""
    return '"' + "".join(_SHORT.get(c) or (c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}") for c in text) + '"'

"""The Columns sheet: a plan's schema as its keeper sees and changes it, a row a column; below it its settings and rules.

`read_columns_sheet` reads it back. Which settings there are is asked of the records of `schema_model` and of `RULES`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from hrworkbook.plan.cell_lists import join_items, join_pairs
from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.rule_kinds import RULES, RuleKind
from hrworkbook.plan.schema_model import (
    PLAN_FORMS,
    AppendixLayout,
    CollectionSettings,
    Column,
    Rule,
    Schema,
    ScorecardSettings,
)
from hrworkbook.plan.settings import FLAG, NUMBER, PAIRS, TEXT, WORDS, settings_of
from hrworkbook.plan.values import LONGEST_TEXT, Value, fold_name, utf16_length

COLUMNS, COLUMNS_TABLE = "Columns", "PlanColumns"
"""The sheet, and the Excel table on it."""
HEADING_ROW = 4
"""The row of the headings of the columns, on a sheet that we make."""
SPARE_ROWS = 8
"""Blank rows below the last column, ready for more."""
YES, NO = "Yes", "No"
HEADING, MEANS, PRINTED, ONCE, KEY = "header", "means", "printed", "once", "key"
"""What a column of the sheet holds besides the settings of a `Column`: its roles, whether it is printed, printed once."""
_HEADINGS = {
    HEADING: ("Heading", 26.0, "The heading as it stands on the plan's sheet."),
    "sheets": ("On sheet", 18.0, "The sheets it stands on, parted by ; where that is not every table of the plan."),
    MEANS: ("Means", 18.0, "What the column is to the plan: the owner, the due date, the status … Blank where it is none of these."),
    "kind": ("Kind", 14.0, "What its cells may hold. Blank is text."),
    "edited_by": ("Owner fills in", 12.0, "Yes where owners fill it in. Blank: it is HR's, and owners only see it."),
    "required": ("Required", 10.0, "Yes where it must be filled in."),
    "private": ("Private", 9.0, "Yes where it is HR's alone: never in a return, a mail or an appendix."),
    PRINTED: ("In the appendix", 11.0, "Yes where it is printed; or 1, 2, 3 … for another order than here. Blank: it is not printed."),
    ONCE: ("Print once", 9.0, "Yes where a text that neighbouring lines repeat is printed once."),
    "roll": ("At close", 9.0, "What closing a period does: Keep it, Clear it, or Carry it until a new text replaces it."),
    "aliases": ("Also known as", 44.0, "Other headings it has in plans and returns, parted by ;"),
    "words": ("List or words", 30.0, "The name of a list on the Lists sheet, or the words themselves, parted by ;"),
    "colours": ("Colours", 20.0, "Colours of words, such as Red: red; Late: #D4351C. The usual words have theirs already."),
    "number_format": ("Number format", 13.0, "How numbers and days are shown: a code as under Format Cells, Custom."),
    "width": ("Width", 8.0, "Its width in characters, 3 to 120. Blank is 20."),
    "help": ("Help", 46.0, "The note shown when a cell of the column is entered."),
    "group": ("Group", 16.0, "A heading above it and its neighbours."),
    "public": ("Public words", 18.0, "Of the column that means Part: the words for lines that may be published. Blank: the usual ones."),
    "exempt": ("Exempt words", 18.0, "Of that column: the words for lines that may not be."),
    "unit": ("Unit", 10.0, "Of the column that means Actual: what it counts. Blank: each line says so itself."),
    "good": ("Good is", 10.0, "Of that column: high, low or within. Blank: each line says so itself."),
    "target_of": ("Target of", 10.0, "Of a further target: the part of the year it is for, such as Q1."),
    "worked_out": ("Worked out", 14.0, "What is worked out and written there by the buttons. Blank: it is typed."),
}  # fmt: skip
_KEY = ("Key", 16.0, "The plan's own name for the column; leave it as it is. Blank for a new one: Validate gives it.")
_OF_OTHERS = ("list", KEY)
"""Settings of a `Column` that have no heading of their own: the list stands with the words; the key comes last."""

SETTING, VALUE = "Setting", "Value"
RULE, APPLIES_TO, WITH, RULE_WORDS, SEVERITY = "Rule", "Applies to", "With", "Words", "If not so"
RULE_HEADINGS = (RULE, APPLIES_TO, WITH, RULE_WORDS, SEVERITY)
PARTED = ":"
"""Between what kind a setting is and the name that is HR's own, as in `Spelling: posts`."""
UNSAID = {"unit": "line", "good": "line", "worked_out": "no"}
"""What a choice is where its cell is blank."""
COLLECT, SPELLING, EITHER = "Collect", "Spelling", "Either"
_COLUMN_KEYS = frozenset(("key", "needs", "period", "unheaded", "trend"))
"""Settings of a schema or collection that name columns; here by heading."""
_PLAN_LABELS = {
    "name": "Schema name", "title": "Title", "id_prefix": "ID prefix", "id_heading": "ID heading",
    "theme_from": "Themes come from", "done": "Done words", "key": "Lines are known by",
}  # fmt: skip
THEME_SOURCES = {"column": "Column", "sheet": "Sheet", "title": "Title", "band": "Band"}
"""How `theme_from` is said."""


@dataclass(frozen=True)
class SheetColumn:
    """One column of the Columns sheet."""

    name: str
    """The setting of a `Column`, or one of `MEANS`, `PRINTED`, `ONCE`."""
    heading: str
    form: str
    width: float
    help: str


def _sheet_columns() -> Iterator[SheetColumn]:
    forms = settings_of(Column)
    others = {f.name for f in fields(Column)} - set(_HEADINGS) - set(_OF_OTHERS)
    plain = {name: (name.replace("_", " ").capitalize(), 14.0, "") for name in forms if name in others}
    for name, (heading, width, text) in (_HEADINGS | plain).items():
        form = {MEANS: WORDS, PRINTED: TEXT, ONCE: FLAG, "edited_by": FLAG}.get(name) or forms[name]
        yield SheetColumn(name, heading, form, width, text)
    yield SheetColumn(KEY, _KEY[0], TEXT, _KEY[1], _KEY[2])


SHEET_COLUMNS = tuple(_sheet_columns())
COLUMNS_HEADINGS = tuple(c.heading for c in SHEET_COLUMNS)


@dataclass(frozen=True)
class PlanSetting:
    """One setting of the schema itself, of its appendix or of its collection."""

    section: str
    """'' for the schema itself, else `appendix` or `collect`."""
    name: str
    label: str
    form: str
    of_columns: bool
    """Whether it names columns."""


def _plan_settings() -> Iterator[PlanSetting]:
    own = PLAN_FORMS
    for name in [n for n in _PLAN_LABELS if n in own] + [n for n in own if n not in _PLAN_LABELS]:
        label = _PLAN_LABELS.get(name, name.replace("_", " ").capitalize())
        yield PlanSetting("", name, label, own[name], name in _COLUMN_KEYS)
    records = (("appendix", AppendixLayout), ("scorecard", ScorecardSettings), (COLLECT.lower(), CollectionSettings))
    for section, record in records:
        for name, form in settings_of(record).items():
            if (section, name) not in (("appendix", "columns"), ("appendix", "once")):
                label = f"{section.capitalize()} {name.replace('_', ' ')}"
                yield PlanSetting(section, name, label, form, section == COLLECT.lower() and name in _COLUMN_KEYS)


PLAN_SETTINGS = tuple(_plan_settings())


def role_label(role: str) -> str:
    """Return a role as the sheet says it: `Sub reference`."""
    return role.replace("_", " ").capitalize()


def rule_slots(kind: RuleKind) -> dict[str, str]:
    """Return which heading of the rules' table holds each setting of a rule."""
    return dict(zip(kind.column_settings, (APPLIES_TO, WITH), strict=False)) | dict.fromkeys(kind.words, RULE_WORDS)


def columns_sheet_rows(schema: Schema) -> tuple[tuple[Value, ...], ...]:
    """Return the rows of the sheet from the headings down: the columns, spare rows, the settings, the rules.

    Raises SchemaFileError for a text longer than a cell holds.
    """
    rows: list[Sequence[Value]] = [COLUMNS_HEADINGS, *(_column_row(schema, c) for c in schema.columns)]
    rows += [()] * (SPARE_ROWS + 1)
    rows += [(SETTING, VALUE), *_setting_rows(schema), (), RULE_HEADINGS]
    rows += [_rule_row(schema, rule) for rule in schema.rules]
    for row in rows:
        for value in row:
            if isinstance(value, str) and utf16_length(value) > LONGEST_TEXT:
                fault = f"'{value[:40]}…' is longer than the {LONGEST_TEXT:,} characters that a cell holds"
                raise SchemaFileError(COLUMNS, fault, "Shorten it, or make the words a list")
    return tuple(map(tuple, rows))


def _column_row(schema: Schema, column: Column) -> list[Value]:
    held = {c.name: _written(getattr(column, c.name, None), c.form) for c in SHEET_COLUMNS}
    held["edited_by"] = YES if column.is_owners else None
    held["roll"] = column.roll.capitalize()
    held |= {n: None if (v := getattr(column, n)) == blank else v.capitalize() for n, blank in UNSAID.items()}
    held[MEANS] = join_items(role_label(r) for r, key in schema.roles.items() if key == column.key) or None
    held[ONCE] = YES if column.key in schema.appendix.once else None
    held[PRINTED] = _printed(schema, column.key)
    held["words"] = column.list or _words(schema, column) or None
    public, exempt = own_marks(schema, column)
    held["public"], held["exempt"] = join_items(public) or None, join_items(exempt) or None
    return [held[c.name] for c in SHEET_COLUMNS]


def _written(value: Any, form: str) -> Value:
    if form == FLAG:
        return YES if value is True else None
    if form == WORDS:
        return join_items(value or ()) or None
    if form == PAIRS:
        return join_pairs(value) or None
    return float(value) if form == NUMBER else value or None


def _printed(schema: Schema, key: str) -> Value:
    """Return a column's place in the appendix: Yes where they are printed in the order of the sheet, else its number."""
    keys = [c.key for c in schema.printed]
    if key not in keys:
        return None
    return YES if keys == [c.key for c in schema.columns if c.key in keys] else float(keys.index(key) + 1)


def _words(schema: Schema, column: Column) -> str:
    """Return the words of a choice; in quotation marks where they would be read as the name of a list."""
    text = join_items(column.words)
    is_name = len(column.words) == 1 or fold_name(text) in map(fold_name, schema.lists)
    text = join_items(column.words, quote_all=is_name)
    return f"{text};" if text in schema.lists else text


def own_marks(schema: Schema, column: Column) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words for public and for exempt that the schema gives itself; the usual ones need not be said."""
    from hrworkbook.plan.schema import with_usual_marks

    for public, exempt in (((), ()), (column.public, ()), ((), column.exempt)):
        usual = with_usual_marks(replace(column, public=public, exempt=exempt))
        if (usual.public, usual.exempt) == (column.public, column.exempt):
            return public, exempt
    return column.public, column.exempt


def _setting_rows(schema: Schema) -> Iterator[tuple[Value, ...]]:
    records: Mapping[str, Any] = {
        "": schema,
        "appendix": schema.appendix,
        "scorecard": None if schema.scorecard == ScorecardSettings() else schema.scorecard,
        COLLECT.lower(): schema.collect,
    }
    for setting in PLAN_SETTINGS:
        if (record := records[setting.section]) is None or (setting.name == "key" and not schema.key):
            continue
        value = getattr(record, setting.name)
        if setting.name == "theme_from":
            value = THEME_SOURCES[value]
        if setting.of_columns:
            value = headings_of(schema, value) if not isinstance(value, str) else schema[value].header
        yield setting.label, (NO if value is False else _written(value, setting.form))
    for phrase, words in schema.spellings.items():
        yield f"{SPELLING}{PARTED} {join_items([phrase])}", join_items(words)
    for heading, keys in schema.either.items():
        yield f"{EITHER}{PARTED} {join_items([heading])}", join_items(headings_of(schema, keys))


def headings_of(schema: Schema, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the headings of some columns."""
    return tuple(schema[key].header for key in keys)


def below_the_columns(schema: Schema) -> tuple[list[tuple[Value, ...]], list[tuple[Value, ...]]]:
    """Return the rows of the settings that name columns, and those of the rules."""
    labels = {s.label for s in PLAN_SETTINGS if s.of_columns}
    settings = [row for row in _setting_rows(schema) if row[0] in labels or str(row[0]).startswith(f"{EITHER}{PARTED}")]
    return settings, [_rule_row(schema, rule) for rule in schema.rules]


def _rule_row(schema: Schema, rule: Rule) -> tuple[Value, ...]:
    held: dict[str, Value] = {RULE: rule.name, SEVERITY: rule.severity.capitalize()}
    kind = RULES[rule.name]
    for setting, heading in rule_slots(kind).items():
        value = rule.settings[setting]
        several = (value,) if isinstance(value, str) else value
        held[heading] = join_items(headings_of(schema, several) if setting in kind.column_settings else several)
    return tuple(held.get(h) for h in RULE_HEADINGS)

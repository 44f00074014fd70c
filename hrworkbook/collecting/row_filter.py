"""Which rows of a table are lines of a collection, and which tables are about something else, as its schema says.

Returns differ in the columns they have; what follows from those is worked out once for a folder of them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import compress
from operator import getitem
from typing import Any

from hrworkbook.collecting.entries import NUMERIC, PLAIN_TYPES, Entry, EntryReader, FaultyEntry, entry_reader
from hrworkbook.plan.amounts import ZERO_WORDS
from hrworkbook.plan.errors import NotAReturn
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.schema import CollectionSettings, Column, Schema
from hrworkbook.plan.sum_checks import sum_checks_of
from hrworkbook.plan.values import CellError, Value, is_blank, normalised_text
from hrworkbook.tables.find_table import Row, Table
from hrworkbook.tables.heading_vocabulary import HeadingVocabulary, fold_heading
from hrworkbook.tables.reporting_month import month_from_parts, parse_month, period_of

YEAR, MONTH = "(year)", "(month)"
"""Keys of the columns a line's month is made from; they are no columns of the plan."""
_MIN_FIGURES = 3
"""Columns of figures by which a sheet is known for a part of a return."""


class CollectionRules:
    """What a schema's reading needs, made once for a folder of returns."""

    def __init__(self, schema: Schema, settings: CollectionSettings) -> None:
        self.schema = schema
        self.settings = settings
        extra = tuple(
            Column(key, headers[0], aliases=headers[1:])
            for key, headers in ((YEAR, settings.year), (MONTH, settings.month))
            if headers
        )
        self.schema_with_months = replace(schema, columns=(*extra, *schema.columns))
        self.readers = {c.key: entry_reader(c, settings) for c in schema.columns if c.key != settings.period}
        self.figure_keys = frozenset(c.key for c in schema.columns if c.kind in NUMERIC)
        first = next((i for i, c in enumerate(schema.columns) if c.key in self.figure_keys), 0)
        words = [(i, c.key) for i, c in enumerate(schema.columns) if c.key not in (*self.figure_keys, *schema.key)]
        self.identifying_keys = [key for i, key in words if i < first]
        """Columns that say more about who a line is of: those before the figures in the schema."""
        self.text_keys = [key for i, key in words if i > first]
        """Columns for what is said of a line: those after."""
        self.total_words = frozenset(map(fold_heading, settings.sums))
        self.total_prefixes = tuple(f"{said} " for said in self.total_words)
        self.total_suffixes = tuple(f" {said}" for said in self.total_words)
        self.name_keys = [key for key in schema.key if key != settings.period]
        self.name_labels = {
            key: {fold_heading(said) for said in (schema[key].header, *schema[key].aliases)} for key in self.name_keys
        }
        """What stands beside a name that is given above a table."""
        self.sum_checks = sum_checks_of(schema)
        self.ignored_headings = [said for said in settings.unread if "*" not in said]
        """Headings of columns that stay unread, as the schema writes them."""
        self._unread = [_fold_pattern(said) for said in settings.unread]
        self._sheets = [_fold_pattern(said) for said in settings.sheets]
        self._end_marks = frozenset(map(fold_heading, settings.end))
        self._examples = tuple(map(fold_heading, settings.examples))
        self._forms: dict[tuple[str, ...], RowForm] = {}

    @cached_property
    def _vocabulary(self) -> HeadingVocabulary:
        return HeadingVocabulary(self.schema_with_months, None, ())

    def is_heading(self, text: str) -> bool:
        """Return whether a text says no more than a heading does, or a part of one."""
        return self._vocabulary.is_likely(text)

    def is_unread(self, heading: str) -> bool:
        """Return whether the schema lets the column of a heading that is not known stay unread."""
        return any(fnmatchcase(fold_heading(heading), pattern) for pattern in self._unread)

    def reads_sheet(self, name: str) -> bool:
        """Return whether the schema lets a sheet of this name be read."""
        return not self._sheets or any(fnmatchcase(fold_heading(name), pattern) for pattern in self._sheets)

    def end_row(self, rows: Sequence[Sequence[Value]], first: int) -> int:
        """Return the sheet row, from 1 and not above `first`, that marks the end of the lines; 0 where none does."""
        if not self._end_marks:
            return 0
        for number, row in enumerate(rows[first - 1 :], first):
            text = next((v for v in row if v is not None and not is_blank(v)), None)
            if isinstance(text, str) and fold_heading(text) in self._end_marks:
                return number
        return 0

    def is_example(self, row: Sequence[Value], names: Sequence[str]) -> bool:
        """Return whether a row only shows how to fill one in: its name or its first cell says so."""
        if not self._examples:
            return False
        first = next((v for v in row if v is not None and not is_blank(v)), None)
        return any(self._says_example(said) for said in (first, *names) if isinstance(said, str))

    def _says_example(self, text: str) -> bool:
        whole, head = fold_heading(text), fold_heading(_LABEL_END.split(normalised_text(text), 1)[0])
        return whole in self._examples or (head != whole and head in self._examples)

    def sounds_total(self, name: str) -> bool:
        """Return whether a folded name begins or ends with a word for a sum."""
        return name.startswith(self.total_prefixes) or name.endswith(self.total_suffixes)

    def form(self, keys: tuple[str, ...]) -> "RowForm":
        """Return the form with these columns."""
        if keys not in self._forms:
            self._forms[keys] = RowForm(keys, self)
        return self._forms[keys]

    def is_return(self, keys: Collection[str]) -> bool:
        """Return whether columns make a return: all that is needed, a total also by its parts."""
        return set(keys).issuperset(self.name_keys) and self.is_return_without_name(keys)

    def is_return_without_name(self, keys: Collection[str]) -> bool:
        """Return whether columns make a return, but for whose it is."""
        return all(key in keys or self.has_parts(key, keys) for key in self.settings.needs if key not in self.name_keys)

    def has_parts(self, total: str, keys: Collection[str]) -> bool:
        """Return whether there are columns enough that add up to a total."""
        sums = (rule.parts for rule in self.sum_checks if rule.is_sum and rule.total == total)
        return any(len(set(parts).intersection(keys)) >= _MIN_FIGURES for parts in sums)

    def is_part_of_return(self, keys: Collection[str]) -> bool:
        """Return whether columns make a part of a return that has others: names, and figures enough."""
        return set(keys).issuperset(self.name_keys) and len(self.figure_keys.intersection(keys)) >= _MIN_FIGURES

    def is_unrelated(self, table: Table) -> bool:
        """Return whether a table is about something else: more of its headings are not known than are columns of figures."""
        if "*" in self.settings.unread:
            return False
        known = self.figure_keys or {column.key for column in self.schema.columns}
        return len(unknown_headings(table)) > sum(h.key in known for h in table.headings)


def unknown_headings(table: Table) -> list[str]:
    """Return the headings of a table that are not known."""
    return [h.header for h in table.headings if h.is_unknown]


def unrelated_file(table: Table, schema: Schema, name: str) -> NotAReturn:
    """Return the refusal of a file whose tables are about something else."""
    strange = unknown_headings(table)
    named = join_words(f"'{' '.join(header.split())}'" for header in strange[:3])
    more = f" and {count_noun(len(strange) - 3, 'other')}" if len(strange) > 3 else ""
    return NotAReturn(
        name,
        f"most columns of figures on sheet '{table.sheet}' are none of '{schema.title}': {named}{more}",
        "If it is such a return, add these headings to the schema's aliases",
    )


def _fold_pattern(pattern: str) -> str:
    """Return a pattern for folded texts; `*` stands for anything."""
    return "*".join(fold_heading(part) for part in pattern.split("*"))


_last_rules: CollectionRules | None = None


def collection_rules_for(schema: Schema, settings: CollectionSettings) -> CollectionRules:
    """Return what the schema's reading needs; that asked for last is kept, since a folder of returns asks for the same."""
    global _last_rules
    if not _last_rules or _last_rules.schema is not schema:
        _last_rules = CollectionRules(schema, settings)
    return _last_rules


class RowForm:
    """The columns of one form, and what they make of the rows under them."""

    def __init__(self, keys: tuple[str, ...], rules: CollectionRules) -> None:
        self.keys = keys
        self.index_of = {key: at for at, key in enumerate(keys)}
        """Where each column stands among the keys."""
        self.taken_keys = frozenset(key for key in keys if key in rules.readers)
        self.numeric = [key in rules.figure_keys for key in keys]
        self.period = rules.settings.period
        self.month_column = next((key for key in (self.period, MONTH, YEAR) if key in keys), "")
        """The column that says the month, or the most of it."""
        self._rules = rules
        self._readers = [rules.readers.get(key, _IGNORED_READER) for key in keys]
        self._text_indexes = [at for at, numeric in enumerate(self.numeric) if not numeric]
        self._name_indexes = [self.index_of.get(key, -1) for key in rules.name_keys]
        self._remark_indexes = [self.index_of[key] for key in rules.text_keys if key in keys]
        self._identifying_indexes = [self.index_of[key] for key in rules.identifying_keys if key in keys]
        self._period, self._year, self._month = (self.index_of.get(key, -1) for key in (self.period, YEAR, MONTH))

    def why_not_a_line(self, row: Row, names_outside: Mapping[str, str]) -> str:
        """Return why a row is no line of the collection; '' where it is one. `names_outside` are names that stand above the table."""
        values = row.values
        for key, at in zip(self._rules.name_keys, self._name_indexes, strict=True):
            value = values[at] if at >= 0 else names_outside.get(key)
            if value is None or is_blank(value) or isinstance(value, CellError):
                return f"its row has no {self._rules.schema[key].header}"
        first = self._name_indexes[0]
        name = normalised_text(values[first]) if first >= 0 else names_outside[self._rules.name_keys[0]]
        if self._is_total(fold_heading(name), values):
            return "its row is the sender's own line of totals"
        if _COLUMN_NUMBER.fullmatch(name) and _is_column_numbering(row):
            return "its row numbers the columns"
        if not self._has_content(values):
            return "its row has a name but no figures"
        return ""

    def _is_total(self, name: str, values: Sequence[Value]) -> bool:
        """Return whether a row sums up others: by its name alone, or by a word of it where nothing else says what it is."""
        if name in self._rules.total_words:
            return True
        return self._rules.sounds_total(name) and all(is_blank(values[at]) for at in self._identifying_indexes)

    def _has_content(self, values: Sequence[Value]) -> bool:
        """Return whether a row has anything beside what it is called: a figure, a word for one, or a remark."""
        for value in compress(values, self.numeric):
            if value is not None and not is_blank(value):
                return True
        return any(not is_blank(values[at]) for at in self._remark_indexes)

    def names(self, row: Row, names_outside: Mapping[str, str]) -> list[str]:
        """Return whose line a row is: its key columns but the month, as written."""
        keyed = zip(self._rules.name_keys, self._name_indexes, strict=True)
        return [normalised_text(row.values[at]) if at >= 0 else names_outside[key] for key, at in keyed]

    def named(self, names: Sequence[str]) -> Iterable[tuple[str, str]]:
        """Return the names of a line by column."""
        return zip(self._rules.name_keys, names, strict=True)

    def month(self, row: Row) -> str:
        """Return the month a row says by itself; '' where it does not."""
        if self._period >= 0 and not is_blank(row.values[self._period]):
            return parse_month(row.values[self._period])
        year = row.values[self._year] if self._year >= 0 else None
        return month_from_parts(year, row.values[self._month] if self._month >= 0 else None)

    def month_code(self, row: Row) -> str:
        """Return the month a row says as `2011-12`, which may be a year; what `month` says where it is not so written."""
        at = self._period if self._period >= 0 else self._month if self._year < 0 else -1
        return period_of(row.values[at]) if at >= 0 else self.month(row)

    def month_texts(self, row: Row) -> list[str]:
        """Return what a row says in its columns for the month: `'April'`, `'2016/17'`."""
        written = [row.values[at] for at in (self._month, self._year, self._period) if at >= 0]
        return [f"'{normalised_text(value)}'" for value in written if not is_blank(value)]

    def entries(self, row: Row) -> list[Entry]:
        """Return what the cells of a row stand for."""
        if PLAIN_TYPES.issuperset(map(type, row.values)):
            return list(map(getitem, self._readers, row.values))
        return [reader.entry(value) for reader, value in zip(self._readers, row.values, strict=True)]

    def is_filled(self, row: Row, entries: Sequence[Entry]) -> bool:
        """Return whether a row says anything: a figure other than nought, a word for one, a remark, or a nought in every place."""
        blank = False
        for value, entry, numeric in zip(row.values, entries, self.numeric, strict=True):
            if numeric and is_blank(value):
                blank = True
            elif numeric and entry != 0:
                return True
        return not blank or any(not is_blank(row.values[at]) for at in self._remark_indexes)

    def figures(self, entries: Sequence[Entry], types: Sequence[type]) -> tuple[dict[str, float], frozenset[str]]:
        """Return the numbers among the entries, by key, and the keys of figures that nobody knows.

        Those are what the sender withheld, could not give, or wrote so that it cannot be read. `types` are the entries' own.
        """
        numbers: Iterable[Any] = compress(zip(self.keys, entries, strict=True), map(_is_number, types))
        figures: dict[str, float] = dict(numbers)
        if FaultyEntry not in types and types.count(str) == sum(types[at] is str for at in self._text_indexes):
            return figures, frozenset()
        unknown = set()
        for key, entry, numeric in zip(self.keys, entries, self.numeric, strict=True):
            value = entry.value if isinstance(entry, FaultyEntry) else entry
            withheld = numeric and isinstance(value, str) and value not in ZERO_WORDS
            if isinstance(value, int | float) and not isinstance(value, bool):
                figures[key] = value
            elif withheld or (isinstance(entry, FaultyEntry) and value is None):
                unknown.add(key)
        return figures, frozenset(unknown)


def find_total_rows(figures: Sequence[Mapping[str, float]], totals: Collection[int]) -> Collection[int]:
    """Return which of the lines that may be totals, by where they stand, are: of all other lines, or of those just above.

    Three figures at least must be sums, and none of more than nought be anything else.
    """
    found = []
    parts: list[Mapping[str, float]] = []
    everything = [line for at, line in enumerate(figures) if at not in totals]
    for at, line in enumerate(figures):
        if at not in totals:
            parts.append(line)
            continue
        if _is_sum(line, everything) or _is_sum(line, parts):
            found.append(at)
        parts = []
    return found


def _is_sum(line: Mapping[str, float], parts: Sequence[Mapping[str, float]]) -> bool:
    filled = {key: figure for key, figure in line.items() if figure}
    return len(filled) >= _MIN_FIGURES and all(
        _adds_up(figure, [part.get(key, 0) for part in parts]) for key, figure in filled.items()
    )


def _adds_up(figure: float, parts: Sequence[float]) -> bool:
    """Return whether parts make up a figure, each of them within half of one where not all of them are whole."""
    far = 0.0 if all(float(one).is_integer() for one in (figure, *parts)) else (1 + len(parts)) / 2
    return abs(figure - sum(parts)) <= far


_IGNORED_READER = EntryReader(lambda written: None)
"""Reads the columns that only say a line's month."""
_is_number = frozenset({int, float}).__contains__
_LABEL_END = re.compile(r"[:(\[–-]|\s[.]")
_COLUMN_NUMBER = re.compile(r"[(\[]?([0-9]{1,3})(?:\.0)?[)\].]?")


def _is_column_numbering(row: Row) -> bool:
    """Return whether a row only numbers the columns: (1), (2), (3) from left to right."""
    last = 0
    for _, value in sorted(row.cells.values(), key=lambda place: place[0]):
        if is_blank(value):
            continue
        match = _COLUMN_NUMBER.fullmatch(normalised_text(value))
        if not match or int(match[1]) <= last or (last and int(match[1]) > last + 3):
            return False
        last = int(match[1])
    return last > 3

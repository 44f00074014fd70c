"""Which rows of a table are lines of a collection, and which tables are about something else, as its schema says."""

import re
from dataclasses import replace

from hrworkbook.entries import NUMERIC, reader_of
from hrworkbook.errors import NotAReturn
from hrworkbook.findings import count, listed
from hrworkbook.headings import fold
from hrworkbook.schema import Collecting, Column, Schema
from hrworkbook.sums import rules_of
from hrworkbook.tables import Row, Table
from hrworkbook.values import CellError, is_blank, plain

YEAR, MONTH = "(year)", "(month)"
"""Keys of the columns a line's month is made from; they are no columns of the plan."""


class Ready:
    """What a schema's reading needs, made once for a folder of returns."""

    def __init__(self, schema: Schema, settings: Collecting) -> None:
        self.schema = schema
        self.settings = settings
        extra = tuple(
            Column(key, headers[0], aliases=headers[1:])
            for key, headers in ((YEAR, settings.year), (MONTH, settings.month))
            if headers
        )
        self.wide = replace(schema, columns=(*extra, *schema.columns))
        self.readers = {c.key: reader_of(c, settings) for c in schema.columns if c.key != settings.period}
        self.numeric = frozenset(c.key for c in schema.columns if c.kind in NUMERIC)
        first = next((i for i, c in enumerate(schema.columns) if c.key in self.numeric), 0)
        words = [(i, c.key) for i, c in enumerate(schema.columns) if c.key not in (*self.numeric, *schema.key)]
        self.called = [key for i, key in words if i < first]
        """Columns that say more about who a line is of: those before the figures in the schema."""
        self.remarks = [key for i, key in words if i > first]
        """Columns for what is said of a line: those after."""
        self.sums = frozenset(map(fold, settings.sums))
        said = "|".join(map(re.escape, self.sums)) or "(?!)"
        self.sums_in = re.compile(rf"(?:{said}) .*|.* (?:{said})").fullmatch
        """Whether a folded name begins or ends with a word for a sum."""
        self.names = [key for key in schema.key if key != settings.period]
        self.rules = rules_of(schema)

    def is_strange(self, table: Table) -> bool:
        """Whether a table is about something else: more of its headings are not known than are columns of figures."""
        known = self.numeric or {column.key for column in self.schema.columns}
        return len(unread(table)) > sum(h.key in known for h in table.headings)

    def no_line(self, row: Row) -> str:
        """Why a row is no line of the collection; '' for one that is."""
        for key in self.names:
            value = row.cells[key][1] if key in row.cells else None
            if is_blank(value) or isinstance(value, CellError):
                return f"its row has no {self.schema[key].header}"
        if self.is_total(row):
            return "its row is the sender's own line of totals"
        if _ORDINAL.fullmatch(plain(row.cells[self.names[0]][1])) and _numbers_columns(row):
            return "its row numbers the columns"
        if not self.says_more(row):
            return "its row has a name but no figures"
        return ""

    def is_total(self, row: Row) -> bool:
        """Whether a row sums up others: by its name alone, or by a word of it where nothing else says what it is."""
        name = fold(plain(row.cells[self.names[0]][1]))
        if name in self.sums:
            return True
        if not self.sums_in(name):
            return False
        return all(is_blank(row.cells[key][1]) for key in self.called if key in row.cells)

    def says_more(self, row: Row) -> bool:
        """Whether a row has anything beside what it is called: a figure, a word for one, or a remark."""
        numeric = self.numeric
        for key, (_, value) in row.cells.items():
            if value is not None and key in numeric and not is_blank(value):
                return True
        return any(not is_blank(row.cells[key][1]) for key in self.remarks if key in row.cells)

    def is_filled(self, row: Row) -> bool:
        """Whether a row says anything: a figure other than nought, a word for one, a remark, or a nought in every place."""
        blank = False
        numeric, readers, remarks = self.numeric, self.readers, self.remarks
        for key, (_, value) in row.cells.items():
            if is_blank(value):
                blank = blank or key in numeric
            elif (readers[key][0](value)[0] != 0) if key in numeric else key in remarks:
                return True
        return not blank


def unread(table: Table) -> list[str]:
    """The headings of a table that are not known."""
    return [
        h.header for h in table.headings if h.key is None and (h.how == "not known" or h.how.startswith("suggestion"))
    ]


def another(table: Table, schema: Schema, name: str) -> NotAReturn:
    """The refusal of a file whose tables are about something else."""
    strange = unread(table)
    named = listed(f"'{' '.join(header.split())}'" for header in strange[:3])
    more = f" and {count(len(strange) - 3, 'other')}" if len(strange) > 3 else ""
    return NotAReturn(
        name,
        f"most columns of figures on sheet '{table.sheet}' are none of '{schema.title}': {named}{more}",
        "If it is such a return, add these headings to the schema's aliases",
    )


_last: Ready | None = None


def ready_for(schema: Schema, settings: Collecting) -> Ready:
    """What the schema's reading needs; that asked for last is kept, since a folder of returns asks for the same."""
    global _last
    if not _last or _last.schema is not schema:
        _last = Ready(schema, settings)
    return _last


_ORDINAL = re.compile(r"[(\[]?([0-9]{1,3})(?:\.0)?[)\].]?")


def _numbers_columns(row: Row) -> bool:
    """Whether a row only numbers the columns: (1), (2), (3) from left to right."""
    last = 0
    for _, value in sorted(row.cells.values(), key=lambda place: place[0]):
        if is_blank(value):
            continue
        match = _ORDINAL.fullmatch(plain(value))
        if not match or int(match[1]) <= last or (last and int(match[1]) > last + 3):
            return False
        last = int(match[1])
    return last > 3

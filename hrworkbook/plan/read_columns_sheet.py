"""The Columns sheet read: a schema, or every slip on the sheet with its cell and what to do."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from hrworkbook.plan.cell_lists import is_quoted
from hrworkbook.plan.columns_sheet import (
    COLUMNS_HEADINGS,
    HEADING,
    KEY,
    MEANS,
    ONCE,
    PRINTED,
    SHEET_COLUMNS,
    UNSAID,
    SheetColumn,
    role_label,
)
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.kinds import KINDS, nearest_word
from hrworkbook.plan.schema import ROLES, Schema, SchemaReader
from hrworkbook.plan.schema_faults import SchemaFaults
from hrworkbook.plan.schema_model import ID_HEADER, Column
from hrworkbook.plan.setting_cells import SettingCell
from hrworkbook.plan.setting_rows import SettingRows
from hrworkbook.plan.settings import WORDS, SettingPlace, choices_of
from hrworkbook.plan.snapshot import Block, address
from hrworkbook.plan.values import as_text, fold_name

SEARCHED_ROWS = 15
_FEWEST_HEADINGS = 3
NEEDED = ("Heading", MEANS.capitalize(), "Kind", "Owner fills in", "Private", "In the appendix", "List or words")
"""Headings without which the sheet would say another thing than it did."""
_WORDS_OFFERED = ("choice", "text", "reference", "timescale")
"""Kinds whose cells may offer words of their own."""


def read_columns_sheet(
    block: Block, lists: Mapping[str, tuple[str, ...]], former: Mapping[str, str] | None = None
) -> Schema:
    """Return the schema that a Columns sheet holds; `lists` are the words of the Lists sheet, by its headings.

    `former` are the headings that columns had before, by key: settings and rules may still name them so.
    Raises SchemaFaults, with a finding for each slip: its cell, and what to do.
    """
    reader = _SheetReader(block, lists, former or {})
    data = reader.data()
    if reader.findings:
        raise SchemaFaults(reader.findings)
    return CrossReader(reader).schema(data)


def heading_row_of(block: Block) -> int:
    """Return the row with the headings of the columns; 0 where there is none."""
    known = set(map(fold_name, COLUMNS_HEADINGS))
    counts = {
        row: len(known & {fold_name(as_text(v)) for v in block.rows[row - 1]})
        for row in range(1, min(SEARCHED_ROWS, len(block.rows)) + 1)
    }
    best = max(counts, key=counts.__getitem__, default=0)
    return best if best and counts[best] >= _FEWEST_HEADINGS else 0


def is_columns_sheet(block: Block) -> bool:
    """Return whether a sheet is a Columns sheet of ours, and not one that bears the name."""
    return heading_row_of(block) > 0


class _SheetReader(SettingRows):
    """The sheet as the data that a TOML file would hold; slips are collected, and where each setting stands is kept."""

    def __init__(self, block: Block, lists: Mapping[str, tuple[str, ...]], former: Mapping[str, str]) -> None:
        super().__init__(block)
        self.former = former
        self.lists = lists
        self.top = 0
        """The row of the columns' headings."""

    def data(self) -> dict[str, Any]:
        """Return what a TOML file would hold, as far as the cells can be read."""
        self.top = heading_row_of(self.block)
        if not self.top:
            self.fault(
                SettingCell(0, 0, "", None),
                "there is no row of headings",
                f"It begins {join_words(COLUMNS_HEADINGS[:4])}: take the latest backup of the master",
            )
            return {}
        at = self.headings(self.top, COLUMNS_HEADINGS, NEEDED)
        ends = [row for row in (self.settings_row, self.rules_row) if row > self.top]
        last = min(ends, default=len(self.block.rows) + 1) - 1
        rows = [self.column_row(row, at) for row in range(self.top + 1, last + 1)]
        rows = [cells for cells in rows if cells]
        columns, roles = self.columns(rows)
        for key, heading in self.former.items():
            if key in (c["key"] for c in columns):
                self.keys.setdefault(fold_name(heading), key)
        data: dict[str, Any] = {
            "columns": columns,
            "roles": roles,
            "lists": {k: list(v) for k, v in self.lists.items()},
        }
        layout: dict[str, Any] = {"columns": self.printed(rows, roles), "once": self.marked(rows, ONCE)}
        data |= self.settings(layout)
        data["rules"] = self.rules()
        cross = CrossReader(self, data.get("id_heading", ID_HEADER))
        for column in columns:
            with suppress(SchemaFaults):  # noted by then
                cross.check_header(SettingPlace("columns", name=column["key"], setting=HEADING), column["header"])
        return data

    def column_row(self, row: int, at: Mapping[str, int]) -> dict[str, SettingCell]:
        """Return the filled cells of a row by what they are for; none where the row is blank or has no heading."""
        cells = {c.name: self.cell(row, at[c.heading], c.heading) for c in SHEET_COLUMNS if c.heading in at}
        filled = {name: cell for name, cell in cells.items() if cell.value is not None}
        if filled and HEADING not in filled:
            place = cells.get(HEADING, next(iter(filled.values())))
            self.fault(place, "this row has no heading", "Enter the column's heading, or clear the row")
            return {}
        return filled

    def columns(self, rows: Sequence[Mapping[str, SettingCell]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Return the columns, and the key of each role."""
        columns: list[dict[str, Any]] = []
        roles: dict[str, str] = {}
        holders: dict[str, SettingCell] = {}
        given = self.given_keys(rows)
        headings: dict[str, SettingCell] = {}
        for cells, key in zip(rows, given, strict=True):
            for name, cell in cells.items():
                self.places["columns", key, name] = cell
            column: dict[str, Any] = {"key": key, "header": cells[HEADING].text}
            for one in SHEET_COLUMNS:
                if one.name in cells and one.name not in (KEY, HEADING, MEANS, PRINTED, ONCE):
                    column |= self.setting(one, cells[one.name])
            self.check_words(cells, column)
            self.take_headings(cells, column, headings)
            columns.append(column)
            for role in self.roles(cells.get(MEANS)):
                if role in holders:
                    first = holders[role]
                    fault = f"two columns mean {role_label(role)}: this one, and the one in row {first.row}"
                    self.fault(cells[MEANS], fault, "Keep one of the two")
                holders.setdefault(role, cells[MEANS])
                roles.setdefault(role, key)
        for cells, column in zip(rows, columns, strict=True):
            for name in ("public", "exempt"):
                if name in cells and roles.get("part") != column["key"]:
                    self.fault(
                        cells[name],
                        "this column does not mean Part, so it has no such words",
                        "Clear the cell, or choose Part under Means",
                    )
        return columns, roles

    def given_keys(self, rows: Sequence[Mapping[str, SettingCell]]) -> list[str]:
        """Return each column's key: its own, else one made of its heading."""
        taken: dict[str, SettingCell] = {}
        for cells in rows:
            if cell := cells.get(KEY):
                if not re.fullmatch(r"[A-Za-z0-9_]*[A-Za-z0-9][A-Za-z0-9_]*", cell.text):
                    self.fault(
                        cell,
                        f"the key '{cell.text}' cannot be used",
                        "Use letters, digits and _ only, or clear it: Validate gives one",
                    )
                elif cell.text in taken:
                    first = taken[cell.text]
                    self.fault(
                        cell,
                        f"the key '{cell.text}' is also in row {first.row}",
                        "Clear the one of the newer column: Validate gives it one of its own",
                    )
                taken.setdefault(cell.text, cell)
        keys: list[str] = []
        for cells in rows:
            keys.append(cells[KEY].text if KEY in cells else new_key(cells[HEADING].text, {*taken, *keys}))
        return keys

    def take_headings(
        self, cells: Mapping[str, SettingCell], column: Mapping[str, Any], seen: dict[str, SettingCell]
    ) -> None:
        """Note a heading, or another it is known by, that a row above has too."""
        cell = cells[HEADING]
        for text, where in ((column["header"], cell), *((a, cells["aliases"]) for a in column.get("aliases", ()))):
            folded = fold_name(text)
            other = seen.setdefault(folded, where)
            if folded and other.row != where.row:
                self.fault(
                    where,
                    f"'{text}' is also in {address(other.row, other.column)}",
                    "Give each column headings of its own",
                )
            self.keys.setdefault(folded, column["key"])

    def setting(self, one: SheetColumn, cell: SettingCell) -> dict[str, Any]:
        """Return what a cell says of a column, by setting; nothing where it cannot be read, which is noted."""
        if one.name == "words" and (name := self.list_named(cell)):
            return {"list": name}
        value = self.read(cell, one.form)
        if value is None:
            return {}
        if one.name == "edited_by":
            return {one.name: "owner" if value else "hr"}
        if one.name == "kind":
            return self.word(cell, list(KINDS), "kind", one.name)
        if one.name in ("roll", *UNSAID):
            choices = choices_of(Column)[one.name]
            return self.word(cell, [c.capitalize() for c in choices], "choice", one.name, str.lower)
        if one.name == "words":
            return self.words(cell, value)
        if one.name == "width" and not 3 <= value <= 120:
            self.fault(cell, f"the width is {value:g}", "Give a width of 3 to 120 characters, or clear the cell")
            return {}
        return {one.name: value}

    def list_named(self, cell: SettingCell) -> str:
        """Return the list that a cell names, whatever signs are in its name; '' where it holds words of its own."""
        if cell.text in self.lists:
            return cell.text
        if is_quoted(cell.text):
            return ""
        return {fold_name(name): name for name in self.lists}.get(fold_name(cell.text), "")

    def words(self, cell: SettingCell, words: list[str]) -> dict[str, Any]:
        """Return the words of a cell; one word alone that is like a list's name is noted."""
        if len(words) == 1 and not is_quoted(cell.text):
            near = nearest_word(words[0], list(self.lists))
            advice = f"Did you mean {near}? " if near else ""
            self.fault(
                cell,
                f"there is no list '{words[0]}' on the Lists sheet",
                f"{advice}Name a list that is there, or write the words parted by ;",
            )
            return {}
        if twice := next((w for i, w in enumerate(words) if fold_name(w) in map(fold_name, words[:i])), ""):
            self.fault(cell, f"the word '{twice}' stands twice", "Keep one of the two")
            return {}
        return {"words": words}

    def check_words(self, cells: Mapping[str, SettingCell], column: Mapping[str, Any]) -> None:
        """Note a choice without words, and words beside a kind whose cells are none."""
        kind, cell = column.get("kind", "text"), cells.get("words")
        marks = column.get("public") or column.get("exempt")
        if cell and kind not in _WORDS_OFFERED:
            self.fault(cell, f"a column of the kind {kind} has no words", "Clear the cell, or choose the kind choice")
        if kind == "choice" and not cell and not marks:
            place = SettingCell(
                cells[HEADING].row, self.column_of("words") or cells[HEADING].column, "List or words", None
            )
            self.fault(
                place, "a choice needs its words", "Name a list of the Lists sheet, or write the words parted by ;"
            )

    def column_of(self, name: str) -> int:
        """Return the sheet column of a setting, from any row that has it."""
        heading = next(c.heading for c in SHEET_COLUMNS if c.name == name)
        folded = [fold_name(as_text(v)) for v in self.block.rows[self.top - 1]]
        return folded.index(fold_name(heading)) + 1 if fold_name(heading) in folded else 0

    def roles(self, cell: SettingCell | None) -> list[str]:
        """Return what a column means to the plan."""
        found: list[str] = []
        for item in (self.read(cell, WORDS) or ()) if cell else ():
            one = SettingCell(cell.row, cell.column, cell.heading, item)  # type: ignore[union-attr]
            found += self.word(one, [role_label(r) for r in ROLES], "meaning", MEANS, _role).values()
        return found

    def marked(self, rows: Iterable[Mapping[str, SettingCell]], name: str) -> list[str]:
        """Return the keys of the columns whose cell says yes."""
        return [self.key_of(cells) for cells in rows if name in cells and self.yes_no(cells[name])]

    def key_of(self, cells: Mapping[str, SettingCell]) -> str:
        """Return the key of a row's column."""
        return self.keys[fold_name(cells[HEADING].text)]

    def printed(self, rows: Sequence[Mapping[str, SettingCell]], roles: Mapping[str, str]) -> list[str]:
        """Return the keys of the columns to print, in print order."""
        placed: list[tuple[float, int, str]] = []
        numbers: dict[float, SettingCell] = {}
        for i, cells in enumerate(rows):
            if (cell := cells.get(PRINTED)) is None:
                continue
            if isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
                if cell.value in numbers:
                    self.fault(
                        cell,
                        f"the place {cell.text} is also in row {numbers[cell.value].row}",
                        "Give each column another number",
                    )
                numbers[float(cell.value)] = cell
                placed.append((float(cell.value), i, self.key_of(cells)))
            elif (said := KINDS["yes-no"].read(cell.value)) is None:
                self.fault(
                    cell,
                    f"'{cell.text}' is neither Yes nor a place",
                    "Choose Yes, give its place such as 1, or clear the cell",
                )
            elif said:
                placed.append((float("inf"), i, self.key_of(cells)))
        left_out = {roles.get(role) for role in ("part", "paragraph", "reason")}
        may_be = [c for c in rows if "private" not in c and self.key_of(c) not in left_out]
        if rows and may_be and not placed and not self.findings:
            place = SettingCell(self.top, self.column_of(PRINTED), "In the appendix", None)
            self.fault(place, "no column is in the appendix", "Choose Yes beside the columns that are to be printed")
        return [key for _, _, key in sorted(placed)]


def _role(label: str) -> str:
    return next(role for role in ROLES if role_label(role) == label)


def new_key(heading: str, taken: Collection[str]) -> str:
    """Return a key for a column, made of its heading."""
    made = "_".join(re.findall(r"[a-z0-9]+", fold_name(heading).encode("ascii", "ignore").decode())) or "column"
    return next(key for n in range(1, len(taken) + 3) if (key := made if n == 1 else f"{made}_{n}") not in taken)


class CrossReader(SchemaReader):
    """The checks that a TOML file passes too, their places told as cells."""

    def __init__(self, reader: _SheetReader, id_heading: str = ID_HEADER) -> None:
        super().__init__(reader.block.name, "")
        self.reader = reader
        self.id_heading = id_heading
        self.lists_are_live = True

    def called(self, setting: str) -> str:
        """Return the heading under which the sheet has a setting."""
        return next(c.heading for c in SHEET_COLUMNS if c.name == setting)

    def error(self, place: SettingPlace, fault: str, remedy: str, line: str = "") -> SchemaFaults:  # type: ignore[override]
        """Return the complaint with its cell."""
        places = self.reader.places
        names = {"public": ("public", "exempt"), "list": ("words",), "key": (KEY, "key")}.get(
            place.setting, (place.setting,)
        )
        of = str(place.number) if place.section == "rules" else place.name
        at = [places[k] for name in (*names, HEADING, "") if (k := (place.section, of, name)) in places]
        cell = at[0] if at else SettingCell(0, 0, "", None)
        self.reader.fault(cell, fault, remedy)
        return SchemaFaults(self.reader.findings)

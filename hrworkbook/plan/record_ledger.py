"""The sheets that keep lines as they were: Issued and Past periods. Their columns stay where they are for good.

A row of keys above the headings says which column of the schema each is, whatever it is called by now. A column that the
schema gained since comes behind the others; one that it lost stays.
"""

from dataclasses import dataclass

from hrworkbook.plan.ledgers import SEARCHED_ROWS, Ledger
from hrworkbook.plan.schema_model import Column
from hrworkbook.plan.snapshot import Snapshot, Write
from hrworkbook.plan.values import as_text, fold_name, is_blank, normalised_text

KEYS = "Keys"
"""What stands before the keys."""


@dataclass(frozen=True)
class RecordLedger(Ledger):
    """A ledger whose last headings are those of a schema's columns."""

    columns: tuple[Column, ...] = ()
    is_table: bool = True
    """Whether its rows are an Excel table."""

    @property
    def own_headings(self) -> tuple[str, ...]:
        """Its headings before those of the columns."""
        return self.headings[: len(self.headings) - len(self.columns)]

    def heading_row(self, snapshot: Snapshot) -> tuple[int, dict[str, int]]:
        """Return the sheet row of the headings, and the sheet column of each; a new one is to come behind the others.

        Raises NotAMaster where a heading was removed and no keys stand above, as in masters made before.
        """
        top, own, keys = self._found(snapshot)
        if not keys:
            return super().heading_row(snapshot)
        block = snapshot[self.sheet]
        by_key = {key: number for number, key in keys.items()}
        by_heading = {
            fold_name(as_text(v)): n
            for n, v in enumerate(block.rows[top - 1], 1)
            if n not in own.values() and not is_blank(v)
        }
        places = dict(own)
        free = max([*own.values(), *keys, *by_heading.values()]) + 1
        for column in self.columns:
            names = (column.header, *column.aliases)
            heading = next((by_heading[f] for n in names if (f := fold_name(n)) in by_heading), 0)
            found = by_key.get(column.key) or (heading if heading not in places.values() else 0)
            places[column.header] = found or free
            free += not found
        return top, places

    def keys(self, snapshot: Snapshot) -> dict[int, str]:
        """Return the key of each sheet column that has one, by its number: those of columns no longer in the schema too."""
        return self._found(snapshot)[2]

    def former_headings(self, snapshot: Snapshot) -> dict[str, str]:
        """Return what each column is called here, by key."""
        top, _, keys = self._found(snapshot)
        block = snapshot[self.sheet]
        return {key: heading for number, key in keys.items() if (heading := normalised_text(block.at(top, number)))}

    def order(self, snapshot: Snapshot) -> tuple[str, ...]:
        """Return the keys in the order of the sheet's columns, those of columns that are gone or to come among them."""
        _, places = self.heading_row(snapshot)
        keys = self.keys(snapshot)
        held = {places[c.header]: c.key for c in self.columns}
        return tuple(key for _, key in sorted((keys | held).items()))

    def upkeep(self, snapshot: Snapshot) -> tuple[Write, ...]:
        """Return the writes that bring keys and headings up to the schema."""
        top, _, keys = self._found(snapshot)
        if not keys:
            return ()
        block = snapshot[self.sheet]
        _, places = self.heading_row(snapshot)
        wanted = [(top - 1, places[c.header], c.key) for c in self.columns]
        # The headings of an Excel table are left as they are; the keys above say whose they are.
        wanted += [
            (top, at, c.header)
            for c in self.columns
            if (at := places[c.header]) and (not self.is_table or is_blank(block.at(top, at)))
        ]
        return tuple(
            Write(self.sheet, row, at, ((text,),)) for row, at, text in wanted if as_text(block.at(row, at)) != text
        )

    def key_row(self) -> tuple[str | None, ...]:
        """Return the row of keys of a new sheet."""
        rest = (None,) * (len(self.own_headings) - 1)
        return (KEYS, *rest, *(c.key for c in self.columns))

    def _found(self, snapshot: Snapshot) -> tuple[int, dict[str, int], dict[int, str]]:
        """Return the heading row, where the ledger's own headings stand in it, and the key of each sheet column above."""
        block = snapshot[self.sheet]
        for row in range(2, min(SEARCHED_ROWS, len(block.rows)) + 1):
            folded = [fold_name(as_text(v)) for v in block.rows[row - 1]]
            if all(fold_name(h) in folded for h in self.own_headings):
                own = {h: folded.index(fold_name(h)) + 1 for h in self.own_headings}
                above = block.rows[row - 2]
                if own[self.own_headings[0]] > len(above) or as_text(above[own[self.own_headings[0]] - 1]) != KEYS:
                    return row, own, {}
                taken = set(own.values())
                return row, own, {n: as_text(v) for n, v in enumerate(above, 1) if n not in taken and not is_blank(v)}
        return 0, {}, {}


def headings_by_key(snapshot: Snapshot, sheet: str, own_headings: tuple[str, ...]) -> dict[str, str]:
    """Return what a sheet of records calls each column, by key: its heading when something last was written there."""
    return RecordLedger(sheet, own_headings, "").former_headings(snapshot) if sheet in snapshot else {}

"""The master's own sheets that verbs write to, as ledgers: one heading row, then one row an item."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.ledger_rows_before import Cells, change_before, decision_before
from hrworkbook.plan.snapshot import Block, Snapshot, Write, address
from hrworkbook.plan.values import Value, as_text, fold_name, is_blank, normalised_text

START, PLAN, OWNERS, LISTS = "Start", "Plan", "Owners", "Lists"
SEARCHED_ROWS = 15
"""How far down a ledger's headings are looked for."""


@dataclass(frozen=True)
class LedgerRow:
    """One row of a ledger: its sheet row and its values by heading, as the ledger spells it."""

    row: int
    values: Mapping[str, Value]

    def __getitem__(self, heading: str) -> Value:
        return self.values.get(heading)

    def text(self, heading: str) -> str:
        """Return the value as plain text; '' for a blank."""
        return normalised_text(self.values.get(heading))

    def has(self, heading: str) -> bool:
        """Return whether the sheet has a column of this heading: masters made before lack some."""
        return heading in self.values

    def number(self, heading: str) -> int:
        """Return the value as a whole number; 0 for a blank or a text."""
        value = self.values.get(heading)
        return int(value) if isinstance(value, (int, float)) else 0


@dataclass(frozen=True)
class Ledger:
    """One such sheet: its name, its headings in order, and what it is for."""

    sheet: str
    headings: tuple[str, ...]
    purpose: str
    widths: tuple[float, ...] = ()
    wrap_text: bool = True
    """Whether rows grow with their texts; a long record is easier to scan with one line a row."""
    added: frozenset[str] = frozenset()
    """Headings that masters made before do not have."""
    without_added: Callable[[Cells], Cells] = dict
    """From a row, it as such a master keeps it."""

    def heading_row(self, snapshot: Snapshot) -> tuple[int, dict[str, int]]:
        """Return the sheet row of the headings, and the sheet column of each heading that is there.

        Raises NotAMaster where a heading was renamed or removed, but for those that masters made before lack.
        """
        block = snapshot[self.sheet]
        needed = [h for h in self.headings if h not in self.added]
        best: tuple[int, int, list[str]] = (0, 0, needed)
        for row in range(1, min(SEARCHED_ROWS, len(block.rows)) + 1):
            found = [fold_name(as_text(v)) for v in block.rows[row - 1]]
            missing = [h for h in needed if fold_name(h) not in found]
            if not missing:
                return row, {h: found.index(fold_name(h)) + 1 for h in self.headings if fold_name(h) in found}
            if len(needed) - len(missing) > best[0]:
                best = (len(needed) - len(missing), row, missing)
        place = f"{self.sheet}!{address(best[1], 1)}" if best[1] else self.sheet
        raise NotAMaster(
            place,
            f"the heading {join_words([repr(h) for h in best[2][:3]])} is missing",
            "Type it back into the heading row, or take the latest backup of the master",
        )

    def data_rows(self, snapshot: Snapshot) -> list[LedgerRow]:
        """Every row that holds anything, from the first below the headings."""
        top, columns = self.heading_row(snapshot)
        block = snapshot[self.sheet]
        return [item for item in self._rows(block, top, columns) if not all(is_blank(v) for v in item.values.values())]

    @staticmethod
    def _rows(block: Block, top: int, columns: Mapping[str, int]) -> Iterable[LedgerRow]:
        pairs = [(heading, column - 1) for heading, column in columns.items()]
        for number, row in enumerate(block.rows[top:], top + 1):
            width = len(row)
            yield LedgerRow(number, {h: row[c] if c < width else None for h, c in pairs})

    def append(self, snapshot: Snapshot, rows: Sequence[Cells]) -> tuple[Write, ...]:
        """Return the writes that add these rows below the last one."""
        if not rows:
            return ()
        top, columns = self.heading_row(snapshot)
        items = self.data_rows(snapshot)
        return self._writes(max((i.row for i in items), default=top) + 1, columns, rows)

    def replace(self, snapshot: Snapshot, rows: Sequence[Cells]) -> tuple[Write, ...]:
        """Return the writes that make these the only rows, clearing what else stood there."""
        top, columns = self.heading_row(snapshot)
        last = max((i.row for i in self.data_rows(snapshot)), default=top)
        blanks = [dict.fromkeys(self.headings)] * max(0, last - top - len(rows))
        return self._writes(top + 1, columns, [*rows, *blanks])

    def rewrite(self, snapshot: Snapshot, item: LedgerRow, changes: Cells) -> tuple[Write, ...]:
        """Return the writes that change some values of one row."""
        _, columns = self.heading_row(snapshot)
        changes = changes if self.added <= columns.keys() else self.without_added(changes)
        return tuple(Write(self.sheet, item.row, columns[h], ((v,),)) for h, v in changes.items())

    def widths_on(self, snapshot: Snapshot) -> tuple[float, ...]:
        """Return the width of each sheet column from A, in characters, where the ledger's stand as it lists them."""
        _, columns = self.heading_row(snapshot)
        return tuple(width for h, width in zip(self.headings, self.widths, strict=True) if h in columns)

    def _writes(self, row: int, columns: Mapping[str, int], rows: Sequence[Cells]) -> tuple[Write, ...]:
        if not rows:
            return ()
        if not self.added <= columns.keys():
            rows = [self.without_added(one) for one in rows]
        ats = list(columns.values())
        if ats == list(range(ats[0], ats[0] + len(ats))):
            return (Write(self.sheet, row, ats[0], tuple(tuple(r.get(h) for h in columns) for r in rows)),)
        return tuple(Write(self.sheet, row, at, tuple((r.get(h),) for r in rows)) for h, at in columns.items())


PROBLEMS = Ledger(
    "Problems",
    ("Severity", "Go to", "ID", "Column", "What is wrong", "What to do", "What it says now", "Rule"),
    "What Validate found. Click a place to go to it; run Validate again when you have mended it.",
    (11, 12, 9, 24, 52, 52, 40, 16),
    added=frozenset({"Rule"}),
)
RECEIVED = "Received"
"""The Register's column in which HR marks an issued return as answered without a file; by hand, or by the verb."""
REGISTER = Ledger(
    "Register",
    ("What", "Return", "Owner", "Period", "When", "Due", "Received", "File", "From", "Sent", "Lines", "Cells", "Unchanged",
     "Already there", "Applied", "Conflict", "Locked", "Invalid", "Unplaced", "Note", "Hash"),
    "Every return that went out and every file that came back, in order. Nothing is ever removed from here.",
    (13, 9, 26, 14, 17, 12, 11, 34, 30, 17, 8, 8, 11, 13, 9, 9, 8, 9, 10, 70, 20),
    wrap_text=False,
    added=frozenset({RECEIVED}),
    without_added=lambda cells: {h: v for h, v in cells.items() if h != RECEIVED},
)  # fmt: skip
DECISIONS = Ledger(
    "Decisions",
    ("Decision", "My own text", "Question", "Why", "Go to", "ID", "Column", "As issued", "In the master",
     "In the return", "Owner", "Return", "When", "Done", "State", "Can be taken"),
    "Cells that need you. Choose in the first column, then press Decide. The master's text stands until you do.",
    (16, 26, 11, 40, 12, 9, 18, 32, 36, 36, 22, 9, 17, 20, 11, 13),
    added=frozenset({"Question", "State", "Can be taken"}),
    without_added=decision_before,
)  # fmt: skip
JOURNAL = Ledger(
    "Journal",
    ("When", "Why", "Return", "File", "From", "Owner", "ID", "Column", "Before", "After", "Decision", "Formula"),
    "Every cell of the plan that a button changed, newest last. Undo works from this list.",
    (17, 10, 9, 34, 30, 24, 9, 24, 50, 50, 14, 30),
    wrap_text=False,
    added=frozenset({"Decision", "Formula"}),
    without_added=change_before,
)
HEADINGS = Ledger(
    "Headings",
    ("Heading in a return", "Seen in", "Perhaps", "Means the column"),
    "Headings owners used that the plan does not know. Choose what each means: the next merge will remember it.",
    (34, 36, 28, 28),
)
NAMES = Ledger(
    "Names",
    ("As reported", "Stands for"),
    "Names that are one: what returns write, and the name it stands for. The next merge and the appendix go by it.",
    (46, 46),
)
"""Of a collection's master alone; one made before there was such a sheet does without."""
OWNERS_LEDGER = Ledger(
    OWNERS,
    ("Role", "Name", "E-mail", "Deputy", "Deputy e-mail"),
    "Who answers for the lines of the plan. A return goes to each role here that the Plan names.",
    (34, 26, 42, 26, 42),
)

KEEP_MASTER, TAKE_RETURN, KEEP_BOTH, OWN_TEXT = "keep master", "take return", "keep both", "my own text"
CHOICES = (KEEP_MASTER, TAKE_RETURN, KEEP_BOTH, OWN_TEXT)

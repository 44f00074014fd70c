"""A collection in memory and the files that come to it."""

from collections.abc import Sequence
from hashlib import sha256

from masters import KEEPING, NOW, TODAY
from plans import Master
from test_collect import HEAD, SCHOOLS

from hrworkbook.collecting.given_months import GivenMonths
from hrworkbook.collecting.merge_collected import merge_collected
from hrworkbook.merging.outcomes import MergeResult, ReceivedFile, RefusedFile
from hrworkbook.ooxml.load_workbook import load
from hrworkbook.plan.schema import load_schema, read_schema
from hrworkbook.plan.snapshot import Block, Snapshot
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.verbs.new import new


def empty(schema: str = "") -> Snapshot:
    """A collection without a line."""
    found = load_schema(schema) if schema else read_schema(SCHOOLS, "absence.toml")
    return load(master_workbook(new(found, KEEPING, TODAY)), "days.xlsx").snapshot


EMPTY = empty()


class Collection(Master):
    """A collection's master in memory."""

    def __init__(self, snapshot: Snapshot = EMPTY) -> None:
        self.snapshot, self.now, self.issued = snapshot, NOW, {}

    def gather(self, *received: ReceivedFile | RefusedFile, period: str | GivenMonths = "") -> MergeResult:
        """A merge of returns nobody issued, applied."""
        result = merge_collected(self.plan, received, self.later(), period)
        for one in result.returns:
            assert sum(one.outcome_counts.values()) == one.cell_count
        self.apply(result.changes)
        return result

    def table(self) -> list[tuple[str, ...]]:
        """The Plan's lines as text, without their IDs."""
        keys = [c.key for c in self.plan.schema.columns]
        return [tuple(line.text(key) for key in keys) for line in self.plan.lines]


def file(*lines: str, name: str = "June 2016", head: str = HEAD, sheets: Sequence[Block] = ()) -> ReceivedFile:
    """A return of these lines; its sheet's name says the month."""
    rows = [[c.strip() or None for c in line.split("|")] for line in (head, *lines)]
    blocks = (Block(name, rows), *sheets)
    digest = sha256(repr([(b.name, b.rows) for b in blocks]).encode()).hexdigest()
    return ReceivedFile(f"{digest[:8]}.xlsx", blocks, digest)


def outcomes(result: MergeResult) -> list[dict[str, int]]:
    return [{o: n for o, n in one.outcome_counts.items() if n} for one in result.returns]


A = "St Mary's | 12 | 3 | 1.5 | 4.5 | 900 | 100"


B = "Hill Road | 20 | 7 | 2 | 9 | (..) | "

"""What a master knows of the returns it issued: its Register, Issued sheet and Journal."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from hrworkbook.merging.ledger_rows import note_of
from hrworkbook.merging.line_identity import CurrentLine, LineIdentity
from hrworkbook.merging.match_rows import Baseline, LineTextIndex
from hrworkbook.merging.merge_history import WITHOUT_SEAL, MergeHistory, read_moment
from hrworkbook.merging.outcomes import RefusedFile
from hrworkbook.plan.ledger_records import file_status, read_change
from hrworkbook.plan.ledger_words import ChangeCause, FileStatus
from hrworkbook.plan.ledgers import JOURNAL, REGISTER
from hrworkbook.plan.model import Plan, issued_ledger
from hrworkbook.plan.owners import parse_owners
from hrworkbook.plan.values import Value, as_text, fold_name, normalised_text

_OF_RETURNS = (FileStatus.ISSUED, FileStatus.MERGED, FileStatus.UNDONE, FileStatus.SENT_AGAIN)
"""What the Register calls the files of returns; any other file was refused."""


@dataclass(frozen=True)
class IssuedReturn:
    """A return this master issued."""

    id: str
    owner: str
    period: str
    baseline: Baseline
    """By line ID, then by column key in the order of the Issued sheet, what the plan had as it was issued."""


class IssuedReturns:
    """What a master's Register, Issued sheet and Journal know of its returns."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.owner_columns = frozenset(c.key for c in plan.schema.columns if c.is_owners)
        """The keys of the columns that are the owner's."""
        self._register = REGISTER.data_rows(plan.snapshot)
        self._rows: dict[str, list[Sequence[Value]]] = defaultdict(list)
        self._id_index = 0
        self._key_indexes: list[tuple[str, int]] = []
        self._read_baselines()
        self.merge_history = MergeHistory(self._register, frozenset(self.kept(WITHOUT_SEAL)))
        self._issued = {i.text("Return"): i for i in self._register if file_status(i) is FileStatus.ISSUED}
        self._returns: dict[str, IssuedReturn] = {}
        self._text_indexes: dict[str, LineTextIndex] = {}
        self._identity = LineIdentity(plan)
        self._current: dict[str, Mapping[str, CurrentLine]] = {}
        self._written_by_owner: dict[str, dict[tuple[str, str], Value]] | None = None
        self._refused = {
            (what, i.text("Hash") or i.text("File"), i.text("Return") if what is FileStatus.OLDER else i.text("Note"))
            for i in self._register
            if (what := file_status(i)) not in _OF_RETURNS
        }

    def _read_baselines(self) -> None:
        """Read the rows of the Issued sheet by return; `_key_indexes` says where in a row each column stands, in their order."""
        ledger = issued_ledger(self._plan.schema)
        top, columns = ledger.heading_row(self._plan.snapshot)
        at, self._id_index = (columns[heading] - 1 for heading in ledger.own_headings)
        keys = ledger.keys(self._plan.snapshot) | {columns[c.header]: c.key for c in self._plan.schema.columns}
        self._key_indexes = [(key, number - 1) for number, key in sorted(keys.items())]
        for row in self._plan.snapshot[ledger.sheet].rows[top:]:
            if at < len(row) and row[at] is not None:
                self._rows[normalised_text(row[at])].append(row)

    def kept(self, name: str) -> list[str]:
        """Return what the hidden sheet keeps under a name that is no return's, a text a row, in order."""
        at = self._id_index
        return [as_text(row[at]) for row in self._rows.get(name, ()) if at < len(row)]

    def issued_at(self, return_id: str) -> datetime | None:
        """Return when a return was issued; None where the Register does not say."""
        return read_moment(self._issued[return_id], "When")

    def __contains__(self, return_id: str) -> bool:
        return return_id in self._issued

    def __getitem__(self, return_id: str) -> IssuedReturn:
        if return_id not in self._returns:
            register = self._issued[return_id]
            id_at, pairs = self._id_index, self._key_indexes
            baseline: dict[str, dict[str, Value]] = {}
            for row in self._rows[return_id]:
                width = len(row)
                if id_at < width:
                    baseline[normalised_text(row[id_at])] = {key: row[at] if at < width else None for key, at in pairs}
            self._returns[return_id] = IssuedReturn(
                return_id, register.text("Owner"), register.text("Period"), baseline
            )
        return self._returns[return_id]

    def owner_now(self, known: IssuedReturn) -> str:
        """Return what the owner of a return is called now: HR may have renamed the role since.

        A name that is no longer on the Owners sheet is the one that stands in its place in all lines issued to it, unless
        that was issued a return of its own before.
        """
        plan, column = self._plan, self._plan.schema.role("owner")
        if column is None or fold_name(known.owner) in plan.role_spellings:
            return known.owner
        names: set[str] = set()
        for id_, line in self.current_lines(known).items():
            if line.id and not line.doubt:
                then = [fold_name(name) for name in parse_owners(as_text(known.baseline[id_].get(column.key)))]
                now = plan.owners_of(plan.by_id[line.id])
                if fold_name(known.owner) not in then or len(now) != len(then):
                    return known.owner
                names.add(now[then.index(fold_name(known.owner))])
        name = names.pop() if len(names) == 1 else ""
        before = {
            fold_name(row.text("Owner")) for id_, row in self._issued.items() if row.row <= self._issued[known.id].row
        }
        is_same = fold_name(name) in plan.role_spellings and fold_name(name) not in before
        return name if is_same else known.owner

    def open_returns(self) -> list[IssuedReturn]:
        """Every return of the present period, the newest first."""
        period = self._plan.setting("Period")
        return [self[id_] for id_, row in reversed(self._issued.items()) if row.text("Period") == period]

    def earlier_returns(self, owner: str) -> list[IssuedReturn]:
        """Every return of an owner in other periods, the newest first."""
        period = self._plan.setting("Period")
        return [
            self[id_]
            for id_, row in reversed(self._issued.items())
            if row.text("Period") != period and row.text("Owner") == owner
        ]

    def text_index(self, known: IssuedReturn) -> LineTextIndex:
        """Return the lines of a return by what they say."""
        if known.id not in self._text_indexes:
            self._text_indexes[known.id] = LineTextIndex(self._plan.schema, known.baseline)
        return self._text_indexes[known.id]

    def current_lines(self, known: IssuedReturn) -> Mapping[str, CurrentLine]:
        """Return by issued ID the line of the plan that each line of a return is now."""
        if known.id not in self._current:
            self._current[known.id] = self._identity.current(known.baseline)
        return self._current[known.id]

    def also_issued(self, known: IssuedReturn) -> list[Baseline]:
        """Return what else was issued to a return's owner in its period, issue by issue, by the plan's lines as they are."""
        others = [one for one in self.open_returns() if one.owner == known.owner and one.id != known.id]
        return [
            {line.id: one.baseline[id_] for id_, line in self.current_lines(one).items() if line.id and not line.doubt}
            for one in others
        ]

    def last_sent(self, owner: str, *, sealed: bool = False) -> datetime | None:
        """When the newest merged return of an owner was sent, in the present period; None where not known.

        With `sealed`, of those that bore their seal.
        """
        return self.merge_history.last_sent(owner, self._plan.setting("Period"), sealed=sealed)

    def is_newest(self, owner: str, sent: datetime | None, *, sealed: bool) -> bool:
        """Whether a return sent then is known to be newer than all that is merged of its owner's this period."""
        return self.merge_history.is_newest((owner, self._plan.setting("Period")), sent, sealed=sealed)

    def is_registered(self, refusal: RefusedFile) -> bool:
        """Whether the Register already has this refusal of this file."""
        if refusal.status in (FileStatus.ALREADY_MERGED, FileStatus.TWICE):
            return True
        detail = refusal.return_id if refusal.status is FileStatus.OLDER else normalised_text(note_of(refusal))
        return (refusal.status, refusal.sha256 or normalised_text(refusal.file), detail) in self._refused

    @cached_property
    def last_writers(self) -> dict[tuple[str, str], tuple[str, Value]]:
        """Whose return made each cell's newest change ('' where HR did), and what it says, by line ID and column key."""
        writers: dict[tuple[str, str], tuple[str, Value]] = {}
        for item in JOURNAL.data_rows(self._plan.snapshot):
            if column := self._plan.schema.column_headed(item.text("Column")):
                owner = item.text("Owner") if read_change(item).cause is ChangeCause.MERGE else ""
                writers[item.text("ID"), column.key] = (owner, item["After"])
        return writers

    def written_by(self, owner: str) -> Mapping[tuple[str, str], Value]:
        """Return the text of each cell whose newest change came from this owner's return, by line ID and column key."""
        if self._written_by_owner is None:
            self._written_by_owner = defaultdict(dict)
            for cell, (who, value) in self.last_writers.items():
                self._written_by_owner[who][cell] = value
        return self._written_by_owner.get(owner, {})

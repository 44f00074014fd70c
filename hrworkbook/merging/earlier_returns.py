"""What an owner's earlier returns wrote, whether they were merged before or in the same press."""

from collections.abc import Mapping
from datetime import datetime

from hrworkbook.merging.admit import IssuedReturns
from hrworkbook.merging.merge_history import to_the_minute
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.merging.three_way import LastWriters
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.values import Value


class EarlierReturns:
    """The returns of one press that are merged already, beside those that the Register knows."""

    def __init__(self, issued: IssuedReturns, now: datetime) -> None:
        self._issued = issued
        self._now = now
        self._merged: dict[str, list[tuple[datetime, bool]]] = {}
        """By owner, of each the latest moment at which it can have been sent, and whether it bore its seal."""

    def add(self, one: ReadReturn) -> None:
        """Note that a return is merged."""
        self._merged.setdefault(one.owner, []).append((one.sent or self._now, one.sealed))

    def written_by(self, one: ReadReturn, writers: LastWriters) -> Mapping[CellKey, Value]:
        """Return what the owner's earlier returns last wrote, by cell; `writers` has what this press wrote too."""
        if one.owner not in self._merged:
            return self._issued.written_by(one.owner)
        return {cell: value for cell, (who, value) in writers.items() if who == one.owner}

    def is_newest(self, one: ReadReturn) -> bool:
        """Whether a return is known to be newer than all that is merged of its owner's, and as well proven."""
        if not self._issued.is_newest(one.owner, one.sent, sealed=one.sealed):
            return False
        theirs = self._merged.get(one.owner, ())
        if not theirs:
            return True
        if one.sent is None or (not one.sealed and any(sealed for _, sealed in theirs)):
            return False
        return to_the_minute(one.sent) >= max(to_the_minute(moment) for moment, _ in theirs)

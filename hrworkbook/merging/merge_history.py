"""Merged before: the files a Register knows, and when a copy of one is news."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property

from hrworkbook.merging.outcomes import (
    ReceivedFile,
    RefusedFile,
    to_local_time,
)
from hrworkbook.plan.ledger_records import file_status
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.ledgers import LedgerRow

MergedFile = tuple[str, str]
"""A file's hash, and the ID of a return in it."""
WITHOUT_SEAL = "merged without seal"
"""Under which the hidden sheet keeps the files that were merged without their seal."""


class MergeHistory:
    """The files merged and not undone. A file that holds two returns is there for each of them."""

    def __init__(self, register: Sequence[LedgerRow], unsealed: Collection[str] = ()) -> None:
        self._register = register
        self._unsealed = unsealed
        self.rows: dict[MergedFile, LedgerRow] = {}
        """The Register's row of each, in the order they were last merged."""
        undone: dict[str, set[MergedFile]] = {}
        for item in register:
            file = (item.text("Hash"), item.text("Return"))
            if (what := file_status(item)) is FileStatus.MERGED:
                self.rows.pop(file, None)
                self.rows[file] = item
                undone.get(file[0], set()).discard(file)
            elif what is FileStatus.UNDONE:
                self.rows.pop(file, None)
                undone.setdefault(file[0], set()).add(file)
        self._returns_to_reread = {sha256 for sha256, files in undone.items() if files}

    @cached_property
    def skippable_copies(self) -> dict[str, datetime]:
        """By the hash of each file that need not be read: the moment a copy of it is news after.

        A file of which a return was undone is not among them.
        """
        known: dict[str, datetime] = {}
        for (sha256, _), moment in self.last_copy_sent.items():
            known[sha256] = min(moment, known.get(sha256, datetime.max))
        return {sha256: moment for sha256, moment in known.items() if sha256 not in self._returns_to_reread}

    @cached_property
    def last_copy_sent(self) -> dict[MergedFile, datetime]:
        """The moment a copy of each file is news after, since it is then its owner's newest word.

        It never is where nothing else of the owner's was merged since, in the same period.
        """
        last: dict[tuple[str, str], str] = {}
        newest: dict[tuple[str, str], datetime] = {}
        for (sha256, id_), item in self.rows.items():
            whose = self._owner_and_period(id_)
            last[whose] = sha256
            newest[whose] = max(_latest(item), newest.get(whose, datetime.min))
        return {
            (sha256, id_): datetime.max
            if last[self._owner_and_period(id_)] == sha256
            else max(newest[self._owner_and_period(id_)], _read_moment(item, "Sent") or datetime.min)
            for (sha256, id_), item in self.rows.items()
        }

    def last_sent(self, owner: str, period: str, *, sealed: bool = False) -> datetime | None:
        """When an owner last sent a return of a period that was merged, a copy of it included; None where not known.

        With `sealed`, only what bore its seal counts.
        """
        again = (
            (_file(i), i) for i in self._sent_again_rows if self._owner_and_period(i.text("Return")) == (owner, period)
        )
        merged = self._of_owner.get((owner, period), [])
        counted = [*merged, *((file, i) for file, i in again if file in self.rows)]
        return max(
            (at for file, i in counted if (not sealed or self.bore_seal(file)) and (at := _sent(i))), default=None
        )

    def is_newest(self, whose: tuple[str, str], sent: datetime | None, *, sealed: bool) -> bool:
        """Return whether a return was sent after all that was merged of its owner's that period, and is as well proven.

        What has no date was sent before it was merged. Dates alone do not put a return without seal above one with it.
        """
        theirs = self._of_owner.get(whose, [])
        if not theirs:
            return True
        if sent is None or (not sealed and any(self.bore_seal(file) for file, _ in theirs)):
            return False
        return to_the_minute(sent) >= max(_latest(item) for _, item in theirs)

    @cached_property
    def _of_owner(self) -> dict[tuple[str, str], list[tuple[MergedFile, LedgerRow]]]:
        """The files merged, by owner and period."""
        files: dict[tuple[str, str], list[tuple[MergedFile, LedgerRow]]] = {}
        for file, item in self.rows.items():
            files.setdefault(self._owner_and_period(file[1]), []).append((file, item))
        return files

    def bore_seal(self, file: MergedFile) -> bool:
        """Return whether a merged file bore the seal that was issued."""
        return unsealed_mark(*file) not in self._unsealed

    def was_sent_again(self, file: MergedFile, sent: datetime | None) -> bool:
        """Return whether a file was sent later than the Register says; where it does not say, it is not known."""
        copies = [self.rows[file], *(i for i in self._sent_again_rows if _file(i) == file)]
        moments = [moment for i in copies if (moment := _read_moment(i, "Sent"))]
        return bool(sent and moments and to_the_minute(sent) > max(moments))

    @cached_property
    def _sent_again_rows(self) -> list[LedgerRow]:
        return [i for i in self._register if file_status(i) is FileStatus.SENT_AGAIN]

    def rows_of_file(self, sha256: str) -> list[LedgerRow]:
        """Return the Register's rows of one file."""
        return self._by_hash.get(sha256, [])

    @cached_property
    def _by_hash(self) -> dict[str, list[LedgerRow]]:
        rows: dict[str, list[LedgerRow]] = {}
        for (sha256, _), row in self.rows.items():
            rows.setdefault(sha256, []).append(row)
        return rows

    def _owner_and_period(self, return_id: str) -> tuple[str, str]:
        return self._issued.get(return_id, ("", ""))

    @cached_property
    def _issued(self) -> dict[str, tuple[str, str]]:
        """Owner and period of each return."""
        issued = (i for i in self._register if file_status(i) is FileStatus.ISSUED)
        return {i.text("Return"): (i.text("Owner"), i.text("Period")) for i in issued}


def unsealed_mark(sha256: str, return_id: str) -> str:
    """How the hidden sheet remembers that a file was merged for a return without its seal."""
    return f"{return_id} {sha256}"


def is_known_copy(sent: datetime | None, after: datetime) -> bool:
    """Return whether a copy of a known file is no news: not sent after that moment, or nobody knows when."""
    return sent is None or to_the_minute(sent) <= after


def already_merged(item: ReceivedFile, rows: Iterable[LedgerRow], more: str = "; nothing to do") -> RefusedFile:
    """Return the refusal of a file, or a return in it, that was merged before, as the Register's rows have it."""
    rows = list(rows)
    returns = " and ".join(dict.fromkeys(r.text("Return") for r in rows))
    reason = f"already merged on {rows[-1].text('When')} as {returns}{more}"
    known = (rows[-1].text("Return"), rows[-1].text("Owner"))
    return RefusedFile(item.file, reason, item.sha256, item.sender, item.sent, FileStatus.ALREADY_MERGED, *known)


def _file(item: LedgerRow) -> MergedFile:
    return (item.text("Hash"), item.text("Return"))


def _read_moment(item: LedgerRow, heading: str) -> datetime | None:
    """Return a moment in the Register; None where there is none."""
    with suppress(ValueError):
        return datetime.strptime(item.text(heading), "%Y-%m-%d %H:%M")
    return None


def _sent(item: LedgerRow) -> datetime | None:
    """When a file was sent; None where its mail was dated ahead of the clock when it was merged, which proves nothing."""
    sent, when = _read_moment(item, "Sent"), _read_moment(item, "When")
    return None if sent and when and sent > when else sent


def _latest(item: LedgerRow) -> datetime:
    """Return the latest moment at which a merged file can have been sent."""
    return _sent(item) or _read_moment(item, "When") or datetime.max


def to_the_minute(sent: datetime) -> datetime:
    """Return a moment as the Register has it, by this computer's clock."""
    return (to_local_time(sent) or sent).replace(second=0, microsecond=0)


def duplicate_file(file: ReceivedFile) -> RefusedFile:
    """Return the refusal of a file that is there twice."""
    reason = "the same file is here twice; it was read once"
    return RefusedFile(file.file, reason, file.sha256, file.sender, file.sent, FileStatus.TWICE)

"""Merged before: the files a Register knows, and when a copy of one is news."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property

from hrworkbook.ledgers import Item
from hrworkbook.merging.outcomes import AGAIN, ALREADY, TWICE, Received, Refused, by_this_clock
from hrworkbook.values import folded

File = tuple[str, str]
"""A file's hash, and the ID of a return in it."""


class MergedBefore:
    """The files merged and not undone. A file that holds two returns is there for each of them."""

    def __init__(self, register: Sequence[Item]) -> None:
        self._register = register
        self.rows: dict[File, Item] = {}
        """The Register's row of each, in the order they were last merged."""
        undone: dict[str, set[File]] = {}
        for item in register:
            file = (item.text("Hash"), item.text("Return"))
            if item.text("What") == "Merged":
                self.rows.pop(file, None)
                self.rows[file] = item
                undone.get(file[0], set()).discard(file)
            elif item.text("What") == "Undone":
                self.rows.pop(file, None)
                undone.setdefault(file[0], set()).add(file)
        self._to_read_again = {sha256 for sha256, files in undone.items() if files}

    @cached_property
    def known(self) -> dict[str, datetime]:
        """By the hash of each file that need not be read: the moment a copy of it is news after.

        A file of which a return was undone is not among them.
        """
        known: dict[str, datetime] = {}
        for (sha256, _), moment in self.news_after.items():
            known[sha256] = min(moment, known.get(sha256, datetime.max))
        return {sha256: moment for sha256, moment in known.items() if sha256 not in self._to_read_again}

    @cached_property
    def news_after(self) -> dict[File, datetime]:
        """The moment a copy of each file is news after, since it is then its owner's newest word.

        It never is where nothing else of the owner's was merged since, in the same period.
        """
        last: dict[tuple[str, str], str] = {}
        newest: dict[tuple[str, str], datetime] = {}
        for (sha256, id_), item in self.rows.items():
            whose = self._whose(id_)
            last[whose] = sha256
            sent = _moment(item, "Sent") or _moment(item, "When") or datetime.max
            newest[whose] = max(sent, newest.get(whose, datetime.min))
        return {
            (sha256, id_): datetime.max if last[self._whose(id_)] == sha256 else newest[self._whose(id_)]
            for sha256, id_ in self.rows
        }

    def last_sent(self, owner: str, period: str) -> datetime | None:
        """When an owner last sent a return of a period that was merged, a copy of it included; None where not known."""
        told = [i for i in self._told_again if (i.text("Hash"), i.text("Return")) in self.rows]
        theirs = (i for i in (*self.rows.values(), *told) if self._whose(i.text("Return")) == (owner, period))
        return max((sent for i in theirs if (sent := _moment(i, "Sent"))), default=None)

    def sent_again(self, file: File, sent: datetime | None) -> bool:
        """Whether a file was sent later than the Register says; where it does not say, it is not known."""
        told = [self.rows[file], *(i for i in self._told_again if (i.text("Hash"), i.text("Return")) == file)]
        moments = [moment for i in told if (moment := _moment(i, "Sent"))]
        return bool(sent and moments and _to_the_minute(sent) > max(moments))

    @cached_property
    def _told_again(self) -> list[Item]:
        return [i for i in self._register if i.text("What") == AGAIN]

    def of(self, sha256: str) -> list[Item]:
        """The Register's rows of one file."""
        return self._by_hash.get(sha256, [])

    @cached_property
    def _by_hash(self) -> dict[str, list[Item]]:
        rows: dict[str, list[Item]] = {}
        for (sha256, _), row in self.rows.items():
            rows.setdefault(sha256, []).append(row)
        return rows

    def _whose(self, return_id: str) -> tuple[str, str]:
        return self._issued.get(return_id, ("", ""))

    @cached_property
    def _issued(self) -> dict[str, tuple[str, str]]:
        """Owner and period of each return."""
        issued = (i for i in self._register if i.text("What") == "Issued")
        return {i.text("Return"): (i.text("Owner"), i.text("Period")) for i in issued}


def says_nothing_new(sent: datetime | None, after: datetime) -> bool:
    """Whether a copy of a known file is no news: not sent after that moment, or nobody knows when."""
    return sent is None or _to_the_minute(sent) <= after


def already(item: Received, rows: Iterable[Item], more: str = "; nothing to do") -> Refused:
    """The refusal of a file, or a return in it, that was merged before, as the Register's rows have it."""
    rows = list(rows)
    returns = " and ".join(dict.fromkeys(r.text("Return") for r in rows))
    reason = f"already merged on {rows[-1].text('When')} as {returns}{more}"
    known = (rows[-1].text("Return"), rows[-1].text("Owner"))
    return Refused(item.file, reason, item.sha256, item.sender, item.sent, ALREADY, *known)


def same_sender(sender: str, row: Item) -> bool:
    """Whether an address is the one a merged file came from, or is not known."""
    return not sender or folded(sender) == folded(row.text("From"))


def _moment(item: Item, heading: str) -> datetime | None:
    """A moment in the Register; None where there is none."""
    with suppress(ValueError):
        return datetime.strptime(item.text(heading), "%Y-%m-%d %H:%M")
    return None


def _to_the_minute(sent: datetime) -> datetime:
    """A moment as the Register has it, by this computer's clock."""
    return (by_this_clock(sent) or sent).replace(second=0, microsecond=0)


def twice(file: Received) -> Refused:
    """The refusal of a file that is there twice."""
    reason = "the same file is here twice; it was read once"
    return Refused(file.file, reason, file.sha256, file.sender, file.sent, TWICE)

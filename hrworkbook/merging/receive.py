"""Receive: files, mails and folders → what the merge can compare, or a refusal with its reason."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hrworkbook.errors import UnreadableFile
from hrworkbook.inbox.attachments import Aside, Attachment, Refusal
from hrworkbook.inbox.unpack import collect
from hrworkbook.issue import without_words
from hrworkbook.merging.merged_before import says_nothing_new
from hrworkbook.merging.outcomes import TWICE, Received, Refused, by_this_clock
from hrworkbook.reading.reader import Reader

Found = Attachment | Received | Refused
"""A file to read; or one whose lot is known without reading it."""
NONE: Mapping[str, datetime] = {}


def receive(
    paths: Iterable[Path],
    password: str | None = None,
    known: Mapping[str, datetime] = NONE,
    asides: list[Aside] | None = None,
) -> Iterator[Received | Refused]:
    """Every file in some paths, in order, read in one capped child process or refused.

    Of a file whose hash is `known` no cell is read, unless it was sent after the moment from which a copy is news. What was
    set aside (logos, signatures, lock files) is added to `asides`.
    """
    with Reader(password=password) as reader:
        yield from read_found(find(paths, known, asides), reader)


def find(
    paths: Iterable[Path], known: Mapping[str, datetime] = NONE, asides: list[Aside] | None = None
) -> Iterator[Found]:
    """Every file in some paths, in order, unread: those to read, and those that need no reading.

    A copy of a file is read again only where it might count for more than the first: from somebody else, or sent later.
    """
    first: dict[str, Attachment] = {}
    for found in collect(paths, asides, known):
        item = replace(found, sent=by_this_clock(found.sent)) if found.sent else found
        if isinstance(item, Refusal):
            yield Refused(item.place, item.message, "", item.sender, item.sent, "No return", container=item.container)
        elif item.sha256 in known and says_nothing_new(item.sent, known[item.sha256]):
            yield Received(item.place, (), item.sha256, item.sender, item.sent, container=item.container)
        elif item.copy_of and item.sha256 in first and _adds_nothing(first[item.sha256], item):
            reason = f"it is the same file as '{item.copy_of}', which was read"
            yield Refused(item.place, reason, item.sha256, item.sender, item.sent, TWICE, container=item.container)
        else:
            if item.sha256:
                first[item.sha256] = item
            yield item


def _adds_nothing(first: Attachment, copy: Attachment) -> bool:
    """Whether a copy came the same way from the same sender as an earlier file, and was not sent later."""
    if (first.sender, first.senders) != (copy.sender, copy.senders):
        return False
    return copy.sent is None or (first.sent is not None and copy.sent <= first.sent)


def read_found(found: Iterable[Found], reader: Reader) -> Iterator[Received | Refused]:
    """What was found, in the same order, each file read or refused."""
    order: deque[Found] = deque()

    def to_read() -> Iterator[Attachment]:
        for item in found:
            order.append(item)
            if isinstance(item, Attachment):
                yield item

    for file, reading in reader.read_many(to_read()):
        while (item := order.popleft()) is not file:
            assert not isinstance(item, Attachment)
            yield item
        if isinstance(reading, UnreadableFile):
            yield Refused(file.place, str(reading), file.sha256, file.sender, file.sent, container=file.container)
        else:
            blocks = without_words(reading.blocks)
            yield Received(file.place, blocks, reading.sha256, file.sender, file.sent, file.senders, file.container)
    for item in order:
        assert not isinstance(item, Attachment)
        yield item

"""Receive: files, mails and folders → what the merge can compare, or a refusal with its reason."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hrworkbook.intake.attachments import Attachment, IgnoredAttachment, RefusedAttachment
from hrworkbook.intake.find_attachments import find_attachments
from hrworkbook.intake.reader import FileReader
from hrworkbook.merging.merge_history import is_known_copy
from hrworkbook.merging.outcomes import (
    ReceivedFile,
    RefusedFile,
    to_local_time,
)
from hrworkbook.plan.errors import UnreadableFile, format_message
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.returns import without_words

FoundItem = Attachment | ReceivedFile | RefusedFile
"""A file to read; or one whose lot is known without reading it."""
NO_KNOWN_FILES: Mapping[str, datetime] = {}


def receive_files(
    paths: Iterable[Path],
    password: str | None = None,
    skippable_copies: Mapping[str, datetime] = NO_KNOWN_FILES,
    ignored: list[IgnoredAttachment] | None = None,
    *,
    fills: bool = False,
) -> Iterator[ReceivedFile | RefusedFile]:
    """Every file in some paths, in order, read in one capped child process or refused; with `fills` its cells' colours too.

    Of a file whose hash is `skippable_copies` no cell is read, unless it was sent after the moment from which a copy is news. What was
    set aside (logos, signatures, lock files) is added to `ignored`.
    """
    with FileReader(password=password, fills=fills) as reader:
        yield from read_found_files(find_files(paths, skippable_copies, ignored), reader)


def find_files(
    paths: Iterable[Path],
    skippable_copies: Mapping[str, datetime] = NO_KNOWN_FILES,
    ignored: list[IgnoredAttachment] | None = None,
) -> Iterator[FoundItem]:
    """Every file in some paths, in order, unread: those to read, and those that need no reading.

    A copy of a file is read again only where it might count for more than the first: from somebody else, or sent later.
    """
    first: dict[str, Attachment] = {}
    for found in find_attachments(paths, ignored, skippable_copies):
        item = replace(found, sent=to_local_time(found.sent)) if found.sent else found
        if isinstance(item, RefusedAttachment):
            reason = format_message("", item.fault, item.remedy)
            yield RefusedFile(
                item.place, reason, "", item.sender, item.sent, FileStatus.NO_RETURN, container=item.container
            )
        elif item.sha256 in skippable_copies and is_known_copy(item.sent, skippable_copies[item.sha256]):
            yield ReceivedFile(item.place, (), item.sha256, item.sender, item.sent, container=item.container)
        elif item.copy_of and item.sha256 in first and _is_older_copy(first[item.sha256], item):
            reason = f"it is the same file as '{item.copy_of}', which was read"
            yield RefusedFile(
                item.place, reason, item.sha256, item.sender, item.sent, FileStatus.TWICE, container=item.container
            )
        else:
            if item.sha256:
                first[item.sha256] = item
            yield item


def _is_older_copy(first: Attachment, copy: Attachment) -> bool:
    """Whether a copy came the same way from the same sender as an earlier file, and was not sent later."""
    if (first.sender, first.senders) != (copy.sender, copy.senders):
        return False
    return copy.sent is None or (first.sent is not None and copy.sent <= first.sent)


def read_found_files(found: Iterable[FoundItem], reader: FileReader) -> Iterator[ReceivedFile | RefusedFile]:
    """Yield what was found, in the same order, each file read or refused."""
    order: deque[FoundItem] = deque()

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
            yield RefusedFile(
                file.place,
                format_message("", reading.fault, reading.remedy),
                file.sha256,
                file.sender,
                file.sent,
                container=file.container,
            )
        else:
            blocks = without_words(reading.blocks)
            yield ReceivedFile(
                file.place,
                blocks,
                reading.sha256,
                file.sender,
                file.sent,
                file.senders,
                file.container,
                to_local_time(reading.modified),
            )
    for item in order:
        assert not isinstance(item, Attachment)
        yield item

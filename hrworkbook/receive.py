"""Receive: files, mails and folders → what the merge can compare, or a refusal with its reason."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from hrworkbook.errors import UnreadableFile
from hrworkbook.inbox import Attachment, Refusal, collect
from hrworkbook.outcomes import Received, Refused
from hrworkbook.reading import Reader


def receive(paths: Iterable[Path], password: str | None = None) -> Iterator[Received | Refused]:
    """Every file in some paths, in order, read in one capped child process or refused.

    A file on disk counts as sent when it was last saved.
    """
    refusals: list[Refused] = []

    def attachments() -> Iterator[Attachment]:
        for item in collect(paths):
            if isinstance(item, Refusal):
                refusals.append(Refused(item.place, item.message, "", item.sender, item.sent, "No return"))
            else:
                yield item

    with Reader(password=password) as reader:
        for item, reading in reader.read_many(attachments()):
            if isinstance(reading, UnreadableFile):
                yield Refused(item.place, str(reading), item.sha256, item.sender, item.sent)
            else:
                yield Received(item.place, reading.blocks, reading.sha256, item.sender, item.sent)
    yield from refusals

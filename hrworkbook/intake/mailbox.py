"""A mailbox (mbox) → the mails in it, one at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hrworkbook.intake.attachments import MAIL_MAX
from hrworkbook.ooxml.limits import MB


def mails_of_mailbox(path: Path) -> Iterator[bytes]:
    """Yield each mail of an mbox file; a mail past `MAIL_MAX` comes cut, so that it is refused."""
    with path.open("rb") as file:
        yield from mails_of_stream(file)


def mails_of_stream(file: BinaryIO) -> Iterator[bytes]:
    """Yield each mail of an open mbox file; a mail past `MAIL_MAX` comes cut, so that it is refused."""
    mail = bytearray()
    after_blank = True
    for line in _lines(file):
        if after_blank and line.startswith(b"From "):
            if mail:
                yield bytes(mail)
            mail, after_blank = bytearray(), False
            continue
        after_blank = line in (b"\n", b"\r\n")
        if len(mail) <= MAIL_MAX:
            mail += line[1:] if line.startswith(b">From ") else line
    if mail:
        yield bytes(mail)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file; a line of more than a megabyte in pieces."""
    while line := file.readline(MB):
        yield line

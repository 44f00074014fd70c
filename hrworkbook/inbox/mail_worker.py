"""The capped child that takes mails apart: a mail as bytes in, its facts and what is enclosed in it out."""

from typing import Any

from hrworkbook.errors import UnreadableFile
from hrworkbook.inbox.mail import packed
from hrworkbook.inbox.mails import SEND_AGAIN, read_mail
from hrworkbook.inbox.outlook import read_outlook
from hrworkbook.reading.bounds import refuse_package
from hrworkbook.reading.worker import Answer, serve_with


def serve(memory_mb: int) -> None:
    """Answer requests for the facts of mails."""
    serve_with(_read, memory_mb)


def _read(request: dict[str, Any], data: bytes) -> Answer:
    try:
        mail = read_outlook(data) if request["outlook"] else read_mail(data)
    except (UnreadableFile, MemoryError):
        raise
    except Exception:
        raise refuse_package("this mail is damaged and cannot be read", SEND_AGAIN) from None
    enclosed: list[bytes] = []
    return packed(mail, enclosed), enclosed

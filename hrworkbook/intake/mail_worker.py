"""The capped child that takes mails apart: a mail as bytes in, its facts and what is enclosed in it out."""

from typing import Any

from hrworkbook.intake.mail import packed
from hrworkbook.intake.mails import SEND_AGAIN, read_mail
from hrworkbook.intake.outlook import read_outlook
from hrworkbook.intake.reader_worker import Answer, serve_with
from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.plan.errors import UnreadableFile


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

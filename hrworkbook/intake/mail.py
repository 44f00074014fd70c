"""What a mail says, and how that travels from the child that took it apart."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from hrworkbook.intake.attachments import shown_text


@dataclass(frozen=True)
class MailPart:
    """Something enclosed in a mail, under the name the mail gives it, which must never become a path."""

    name: str
    mime: str
    data: bytes
    inline: bool = False
    """Part of the text, as a logo in a signature is."""
    damaged: bool = False
    """Its coding is broken or the mail is cut short, so bytes may be missing."""


@dataclass
class Mail:
    """One mail, with those forwarded in it."""

    sender: str = ""
    """The address alone."""
    sender_name: str = ""
    sent: datetime | None = None
    subject: str = ""
    text: str = ""
    table: bytes = b""
    """A table in its text that may be the return, as CSV; b'' where there is none."""
    automatic: bool = False
    """Sent by a machine: out of office, or undeliverable."""
    draft: bool = False
    """Never sent: one of ours, waiting in the folder of what goes out."""
    partial: bool = False
    """One piece of a mail sent in pieces, or one whose attachments stayed elsewhere."""
    encryption: str = ""
    """How it is locked: 'encrypted (S/MIME)'; '' where it is not."""
    link: str = ""
    """Where a workbook lies that was not sent but linked to, with its name where it is told; '' where there is none."""
    parts: list[MailPart] = field(default_factory=list)
    forwarded: list["Mail"] = field(default_factory=list)


_PLAIN = tuple(f.name for f in fields(Mail) if f.name not in ("sent", "table", "parts", "forwarded"))


def packed(mail: Mail, enclosed: list[bytes]) -> dict[str, Any]:
    """Return a mail as a dict that JSON can represent.

    The bytes of its table, its parts and its forwarded mails are appended to `enclosed`, in that order.
    """
    enclosed += (mail.table, *(e.data for e in mail.parts))
    return {
        **{name: getattr(mail, name) for name in _PLAIN},
        "sent": mail.sent.isoformat() if mail.sent else None,
        "table": len(mail.table),
        "parts": [[e.name, e.mime, len(e.data), e.inline, e.damaged] for e in mail.parts],
        "forwarded": [packed(inner, enclosed) for inner in mail.forwarded],
    }


def unpacked(facts: dict[str, Any], enclosed: memoryview) -> Mail:
    """Return the mail that `packed` turned into `facts`; `enclosed` holds the appended bytes, concatenated."""
    at = 0

    def cut(size: int) -> bytes:
        nonlocal at
        at += size
        return bytes(enclosed[at - size : at])

    return _mail(facts, cut)


def _mail(facts: dict[str, Any], cut: Callable[[int], bytes]) -> Mail:
    mail = Mail(**{name: facts[name] for name in _PLAIN})
    mail.sent = datetime.fromisoformat(facts["sent"]) if facts["sent"] else None
    mail.table = cut(facts["table"])
    mail.parts = [
        MailPart(name, mime, cut(size), inline, damaged) for name, mime, size, inline, damaged in facts["parts"]
    ]
    mail.forwarded = [_mail(inner, cut) for inner in facts["forwarded"]]
    return mail


def no_workbook_refusal(mail: Mail) -> tuple[str, str]:
    """Return why a mail holds no return, and what to do about it."""
    if mail.encryption:
        return f"this mail is {mail.encryption}", "Open it in your mail program, save the workbook and give that"
    if mail.link:
        return (
            f"no workbook is attached but a link to one in the cloud ({shown_text(mail.link, 120)})",
            "Open the link, download the workbook and give that, or ask the sender to attach it",
        )
    if mail.partial:
        return (
            "this is one piece of a mail that was sent in pieces",
            "Open it in your mail program, save the workbook and give that",
        )
    if mail.automatic:
        return (
            "this is an automatic reply, with nothing attached",
            "Nothing to do, unless it says who to write to instead",
        )
    if any(e.mime.startswith("image/") and not e.inline for e in mail.parts):
        return "only a picture is attached", "Look at it, and ask the sender for the workbook itself"
    text = shown_text(mail.text, 100)
    if text:
        return (
            f"no workbook is attached; the text may hold the answer: “{text}”",
            "Read it, and ask the sender for the workbook",
        )
    return "no workbook is attached", "Ask the sender to attach it and send it again"

"""A mail as sent → who sent it when, its text, what is enclosed, and the mails forwarded in it.

Mails are counted before they are parsed: the standard parser takes minutes over a mail of 100,000 parts and fails on one
nested 2,000 deep.
"""

import base64
import binascii
import contextlib
import email.errors
import email.header
import email.message
import email.parser
import email.policy
import email.utils
import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from hrworkbook.inbox.attachments import MAIL_MAX
from hrworkbook.inbox.mail_tables import table_in
from hrworkbook.reading.bounds import MB, refused

PARTS_MAX = 1_000
DEPTH_MAX = 20
LINES_MAX = 1_500_000
"""Twice what `MAIL_MAX` of base64 has; the parser's time grows with lines times boundaries."""
_FIELD_MAX = 4_000

_SEND_AGAIN = "Ask the sender to send the workbook again in an ordinary mail"
_BOUNDARY = re.compile(rb"boundary\s*(?:\*[0-9*]*)?=", re.I)
_FORWARD = re.compile(rb"message/(?:rfc822|global|news|partial)", re.I)
_PART_FIELD = re.compile(rb"^content-[a-z-]+:[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,200}@[\w-][\w.-]{0,200}")
_TAG = re.compile(r"<(?:style|script|head)\b.*?</(?:style|script|head)>|<[^>]*>", re.S | re.I)
_BROKEN = (
    email.errors.InvalidBase64PaddingDefect,
    email.errors.InvalidBase64CharactersDefect,
    email.errors.InvalidBase64LengthDefect,
)


@dataclass(frozen=True)
class Enclosure:
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
    locked: str = ""
    """How it is locked: 'encrypted (S/MIME)'; '' where it is not."""
    enclosures: list[Enclosure] = field(default_factory=list)
    forwarded: list["Mail"] = field(default_factory=list)


def read_mail(data: bytes, depth: int = 0) -> Mail:
    """A mail in the form of RFC 5322, as .eml files and mailboxes hold it; raises UnreadableFile where it is built to harm."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.removeprefix(b"\xef\xbb\xbf")
    _check_mail(data)
    try:
        message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(data)
        return _mail(message, depth)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError):
        raise refused("this mail is damaged and cannot be read", _SEND_AGAIN) from None


def _check_mail(data: bytes) -> None:
    if len(data) > MAIL_MAX:
        raise refused(f"this mail has {len(data) // MB} MB; more than {MAIL_MAX // MB} MB are not read", _SEND_AGAIN)
    boundaries = len(_BOUNDARY.findall(data))
    forwards = len(_FORWARD.findall(data))
    parts = data.count(b"\n--") if boundaries else 0
    if parts > 5 * PARTS_MAX or boundaries > 10 * DEPTH_MAX or forwards > 5 * DEPTH_MAX:
        raise refused(f"this mail has {max(parts, boundaries):,} parts, which no honest mail has", _SEND_AGAIN)
    lines = data.count(b"\n")
    top = re.search(rb"\n\r?\n", data)
    if (
        lines > LINES_MAX
        or lines * (1 + boundaries + forwards) > 20 * LINES_MAX
        or (top.start() if top else len(data)) > 2 * MB
    ):
        raise refused("this mail is built so that reading it would take very long", _SEND_AGAIN)
    if boundaries and any(len(found[0]) > _FIELD_MAX for found in _PART_FIELD.finditer(data)):
        raise refused("this mail has a heading of a size no honest mail has", _SEND_AGAIN)


def _mail(message: "email.message.Message[str, str]", depth: int) -> Mail:
    if depth > DEPTH_MAX:
        raise refused(f"this mail holds mails more than {DEPTH_MAX} deep", _SEND_AGAIN)
    mail = Mail(subject=_words(message, "subject"))
    mail.sender_name, mail.sender = _address(message)
    mail.sent = _date(message.get("date"))
    mail.draft = message.get("x-unsent", "").strip() == "1" and mail.sent is None
    auto = str(message.get("auto-submitted", "no")).lower()
    mail.automatic = (
        auto.startswith("auto") and auto != "auto-forwarded"
    ) or message.get_content_type() == "multipart/report"
    plain: list[str] = []
    rich: list[str] = []
    _gather(message, mail, depth, plain, rich)
    mail.text = " ".join((" ".join(plain) or html.unescape(_TAG.sub(" ", " ".join(rich)))).split())
    return mail


def _gather(part: "email.message.Message[str, str]", mail: Mail, depth: int, plain: list[str], rich: list[str]) -> None:
    """Put a part, and the parts in it, where they belong in the mail."""
    if len(mail.enclosures) + len(mail.forwarded) > PARTS_MAX:
        raise refused(f"this mail has more than {PARTS_MAX:,} parts, which no honest mail has", _SEND_AGAIN)
    kind = part.get_content_type()
    inner = part.get_payload()
    name = _name(part)
    if kind == "multipart/encrypted":
        mail.locked = "encrypted (PGP)"
    elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") and "signed" not in str(
        part.get_param("smime-type", "")
    ):
        mail.locked = "encrypted (S/MIME)"
    elif kind in ("message/partial", "message/external-body"):
        mail.partial = True
    elif kind.startswith("message/") and isinstance(inner, list):
        if kind != "message/delivery-status":
            mail.forwarded += [_forwarded(part, cast("email.message.Message[str, str]", m), depth) for m in inner]
    elif isinstance(inner, list):
        for child in inner:
            _gather(cast("email.message.Message[str, str]", child), mail, depth, plain, rich)
        if mail.enclosures and any(
            isinstance(defect, email.errors.CloseBoundaryNotFoundDefect) for defect in part.defects
        ):
            mail.enclosures[-1] = replace(mail.enclosures[-1], damaged=True)
    elif kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment":
        text = _decoded(part)[0].decode(_charset(part), "replace")
        (plain if kind == "text/plain" else rich).append(text[:20_000])
        if kind == "text/html" and not mail.table:
            mail.table = table_in(text)
    else:
        data, damaged = _decoded(part)
        if data or name:
            inline = part.get_content_disposition() == "inline" or bool(part.get("content-id"))
            mail.enclosures.append(Enclosure(name, kind, data, inline, damaged))


def _forwarded(part: "email.message.Message[str, str]", inner: "email.message.Message[str, str]", depth: int) -> Mail:
    """A mail inside a mail; some programs wrap it in base64, which the standard parser leaves wrapped."""
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64" and not inner.keys():
        try:
            return read_mail(base64.b64decode(str(inner.get_payload())), depth + 1)
        except binascii.Error:
            return Mail(subject="a forwarded mail whose coding is damaged")
    return _mail(inner, depth + 1)


def _decoded(part: "email.message.Message[str, str]") -> tuple[bytes, bool]:
    """The part's bytes, and whether some may be missing."""
    data = part.get_payload(decode=True)
    damaged = any(isinstance(defect, _BROKEN) for defect in part.defects)
    return (data if isinstance(data, bytes) else b""), damaged


def _charset(part: "email.message.Message[str, str]") -> str:
    charset = part.get_content_charset("utf-8")
    try:
        "".encode(charset)
    except (LookupError, ValueError):
        return "latin-1"
    return "utf-8" if charset == "us-ascii" else charset


def _name(part: "email.message.Message[str, str]") -> str:
    """The name the mail gives a part, its RFC 2047 and RFC 2231 codings undone."""
    try:
        return decoded_words(part.get_filename() or "")
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def _words(message: "email.message.Message[str, str]", field_name: str) -> str:
    return decoded_words(str(message.get(field_name, ""))[:_FIELD_MAX])


def decoded_words(text: str) -> str:
    """A heading's text on one line, encoded words decoded; as it stands where the coding is broken."""
    if "=?" in text:
        with contextlib.suppress(LookupError, ValueError, email.errors.MessageError):
            text = str(email.header.make_header(email.header.decode_header(text)))
    elif not text.isascii():
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(text.split())


def _address(message: "email.message.Message[str, str]") -> tuple[str, str]:
    """Name and address of the sender."""
    for field_name in ("from", "sender", "reply-to", "return-path"):
        found = str(message.get(field_name, ""))[:_FIELD_MAX]
        if found:
            return name_and_address(found)
    return "", ""


def name_and_address(text: str) -> tuple[str, str]:
    """`('Jo Smith', 'jo@example.org')` for `Jo Smith <jo@example.org>`; the address in lower case, '' where there is none."""
    name, address = email.utils.parseaddr(" ".join(text.split()))
    found = _ADDRESS.search(address) or _ADDRESS.search(text)
    if found and "<" in text and f"<{found[0]}" not in text.replace(" ", ""):
        found = None  # a name may look like anybody's address: where there are brackets, only what is in them counts
    return decoded_words(name), found[0].lower() if found else ""


def _date(text: Any) -> datetime | None:
    try:
        sent = email.utils.parsedate_to_datetime(str(text)[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)


def mails_of_mailbox(path: Path) -> Iterator[bytes]:
    """Each mail of an mbox file, one at a time; a mail past `MAIL_MAX` comes cut, so that it is refused."""
    with path.open("rb") as file:
        yield from mails_of_stream(file)


def mails_of_stream(file: BinaryIO) -> Iterator[bytes]:
    """The same from an open file."""
    lines: list[bytes] = []
    size = 0
    after_blank = True
    for line in file:
        if after_blank and line.startswith(b"From ") and lines is not None:
            if lines:
                yield b"".join(lines)
            lines, size = [], 0
            after_blank = False
            continue
        after_blank = line in (b"\n", b"\r\n")
        if size <= MAIL_MAX:
            lines.append(line[1:] if line.startswith(b">From ") else line)
            size += len(line)
    if lines:
        yield b"".join(lines)


# ---------------------------------------------------------------- Outlook's .msg


def read_outlook(data: bytes) -> Mail:
    """A mail as Outlook saves it (.msg); raises UnreadableFile where it is damaged, or the optional reader is absent."""
    try:
        import oxmsg
    except ImportError:
        raise refused(
            "this is an Outlook message, and what reads those is not installed",
            "Install it with: pip install 'hrworkbook[mail]'. Or save the workbook attached to it and give that",
        ) from None
    try:
        message = oxmsg.Message.load(io.BytesIO(data))
        return _outlook_mail(message, 0)
    except Exception:
        raise refused("this Outlook message is damaged and cannot be read", _SEND_AGAIN) from None


def _outlook_mail(message: Any, depth: int) -> Mail:
    mail = Mail(subject=decoded_words(_told(message, "subject") or ""))
    mail.sender_name, mail.sender = name_and_address(str(_told(message, "sender") or ""))
    mail.sent = _told(message, "sent_date") or _date(dict(_told(message, "message_headers") or {}).get("Date"))
    if mail.sent and not mail.sent.tzinfo:
        mail.sent = mail.sent.replace(tzinfo=UTC)
    text = _told(message, "body") or html.unescape(_TAG.sub(" ", _told(message, "html_body") or ""))
    mail.text = " ".join(text[:20_000].split())
    mail.table = table_in(str(_told(message, "html_body") or ""))
    kind = str(_told(message, "message_class") or "").upper()
    mail.automatic = kind.startswith(("REPORT.", "IPM.NOTE.RULES.OOFTEMPLATE"))
    if "SMIME" in kind and "MULTIPARTSIGNED" not in kind:
        mail.locked = "encrypted (S/MIME)"
    for attachment in list(message.attachments)[:PARTS_MAX]:
        inner = [s for s in attachment._storage.storages if s.name == "__substg1.0_3701000D"]
        if inner and depth < DEPTH_MAX:
            mail.forwarded.append(_outlook_mail(_embedded(inner[0]), depth + 1))
            continue
        content = _told(attachment, "file_bytes")
        name = _told(attachment, "file_name") or ""
        if content or name:
            inline = bool(_property(attachment, 0x3712)) or bool(_property(attachment, 0x7FFE))
            mail.enclosures.append(
                Enclosure(str(name), str(_told(attachment, "mime_type") or ""), content or b"", inline)
            )
    return mail


def _embedded(storage: Any) -> Any:
    """A message inside a message; its properties begin eight bytes earlier ([MS-OXMSG] 2.4.1.2)."""
    import oxmsg
    from oxmsg.properties import Properties

    message = oxmsg.Message(storage)
    message.__dict__["_properties"] = Properties(storage, properties_header_offset=24)
    return message


def _told(of: Any, name: str) -> Any:
    """One fact of a message; None where the message does not hold it in readable form."""
    try:
        return getattr(of, name)
    except Exception:
        return None


def _property(attachment: Any, number: int) -> Any:
    """A property by its number: 0x3712 is the content id, 0x7FFE 'hidden' ([MS-OXPROPS])."""
    try:
        return (
            attachment.properties.str_prop_value(number)
            if number == 0x3712
            else attachment.properties.int_prop_value(number)
        )
    except Exception:
        return None

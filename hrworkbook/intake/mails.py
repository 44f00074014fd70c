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
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from hrworkbook.intake.attachments import MAIL_MAX
from hrworkbook.intake.mail import Mail, MailPart
from hrworkbook.intake.mail_tables import tables_as_csv
from hrworkbook.intake.markup import text_of
from hrworkbook.ooxml.limits import MB, refuse_package

PARTS_MAX = 1_000
DEPTH_MAX = 20
LINES_MAX = 1_500_000
"""Twice what `MAIL_MAX` of base64 has; the parser's time grows with lines times boundaries."""
STEPS_MAX = 12_000_000
"""Lines times boundaries: the parser holds each line against every boundary."""
TEXT_MAX = 20_000
"""Characters of a mail's text that are kept."""
PAGE_MAX = 200_000
"""Characters of a mail's HTML that are looked through for its text."""
_FIELD_MAX, _SETTINGS_MAX = 4_000, 100
"""Characters of a heading, and settings that one of a part may have."""
_SLOW_CHARSETS = frozenset({"punycode", "idna", "unicode-escape", "unicode_escape", "raw-unicode-escape"})
"""Codings that are no character sets; decoding some takes time that grows with the square of the text."""

SEND_AGAIN = "Ask the sender to send the workbook again in an ordinary mail"
RIGHTS_MANAGED = "protected by rights management"
_BOUNDARY = re.compile(rb"boundary\s*(?:\*[0-9*]*)?=", re.I)
_FORWARDED_TYPE = re.compile(rb"message/(?:rfc822|global|news|partial)", re.I)
_MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,200}@[\w-][\w.-]{0,200}")
_APPLE_DOUBLE = b"\x00\x05\x16\x07"
"""How the half of a Mac's file begins that holds no contents (RFC 1740)."""
_CLOUD_LINK = re.compile(
    r"https://(?:[a-z0-9-]+\.)*(?:sharepoint\.com|1drv\.ms|onedrive\.live\.com|docs\.google\.com|drive\.google\.com"
    r"|dropbox\.com|box\.com|wetransfer\.com|we\.tl|icloud\.com)/[^\s\"'<>]+",
    re.I,
)
_DECODING_DEFECTS = (
    email.errors.InvalidBase64PaddingDefect,
    email.errors.InvalidBase64CharactersDefect,
    email.errors.InvalidBase64LengthDefect,
)


def read_mail(data: bytes, depth: int = 0) -> Mail:
    """Return the mail in the bytes of an RFC 5322 message, as .eml files and mailboxes hold it.

    Raises UnreadableFile where it is damaged, too large, or built to exhaust the parser.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    data = data.removeprefix(b"\xef\xbb\xbf")
    _check_mail(data)
    try:
        message = email.parser.BytesParser(policy=_Fields()).parsebytes(data)
        return _parse_mail(message, depth)
    except (RecursionError, LookupError, ValueError, TypeError, AttributeError, AssertionError):
        raise refuse_package("this mail is damaged and cannot be read", SEND_AGAIN) from None


def _check_mail(data: bytes) -> None:
    if len(data) > MAIL_MAX:
        raise refuse_package(
            f"this mail has {len(data) // MB} MB; more than {MAIL_MAX // MB} MB are not read", SEND_AGAIN
        )
    boundaries = len(_BOUNDARY.findall(data))
    forwards = len(_FORWARDED_TYPE.findall(data))
    parts = data.count(b"\n--") if boundaries else 0
    if parts > 5 * PARTS_MAX or boundaries > 10 * DEPTH_MAX or forwards > 5 * DEPTH_MAX:
        raise refuse_package(f"this mail has {max(parts, boundaries):,} parts, which no honest mail has", SEND_AGAIN)
    lines = data.count(b"\n")
    top = re.search(rb"\n\r?\n", data)
    if (
        lines > LINES_MAX
        or lines * (1 + boundaries + forwards) > STEPS_MAX
        or (top.start() if top else len(data)) > 2 * MB
    ):
        raise refuse_package("this mail is built so that reading it would take very long", SEND_AGAIN)


class _Fields(email.policy.Compat32):
    """The parser's rules, with a bound on headings: it takes one with many settings apart again and again."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        size = sum(map(len, sourcelines))
        settings = sum(line.count(";") for line in sourcelines) if size > _SETTINGS_MAX else 0
        if (size > _FIELD_MAX or settings > _SETTINGS_MAX) and sourcelines[0].lower().startswith("content-"):
            raise refuse_package("this mail has a heading of a size no honest mail has", SEND_AGAIN)
        if size > _FIELD_MAX:
            sourcelines = ["".join(sourcelines)[:_FIELD_MAX]]
        return super().header_source_parse(sourcelines)


def _parse_mail(message: "email.message.Message[str, str]", depth: int) -> Mail:
    if depth > DEPTH_MAX:
        raise refuse_package(f"this mail holds mails more than {DEPTH_MAX} deep", SEND_AGAIN)
    mail = Mail(subject=_header_text(message, "subject"))
    mail.sender_name, mail.sender = _sender_address(message)
    mail.sent = date_of(message.get("date"))
    mail.draft = message.get("x-unsent", "").strip() == "1" and mail.sent is None
    auto = str(message.get("auto-submitted", "no")).lower()
    mail.automatic = (
        auto.startswith("auto") and auto != "auto-forwarded"
    ) or message.get_content_type() == "multipart/report"
    plain: list[str] = []
    rich: list[str] = []
    _collect_parts(message, mail, depth, plain, rich)
    mail.text = " ".join((" ".join(plain) or " ".join(rich))[:TEXT_MAX].split()) or mail.text
    return mail


def _collect_parts(
    part: "email.message.Message[str, str]", mail: Mail, depth: int, plain: list[str], rich: list[str]
) -> None:
    """Add a part, and the parts in it, to the mail by their type; text goes to `plain` and `rich`."""
    if len(mail.parts) + len(mail.forwarded) > PARTS_MAX:
        raise refuse_package(f"this mail has more than {PARTS_MAX:,} parts, which no honest mail has", SEND_AGAIN)
    kind = part.get_content_type()
    inner = part.get_payload()
    name = _part_name(part)
    if kind == "multipart/encrypted":
        mail.encryption = "encrypted (PGP)"
    elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime") or name.lower() == "smime.p7m":
        add_signed(mail, _decode_body(part)[0], depth)
    elif kind == "message/external-body":
        mail.link = str(part.get_param("url", "") or part.get_param("name", "") or "an address in the mail")[:300]
    elif kind == "message/partial":
        mail.partial = True
    elif kind == "application/applefile" and _decode_body(part)[0].startswith(_APPLE_DOUBLE):
        pass  # what a Mac keeps beside a file: the file itself is the other half
    elif kind.startswith("message/") and isinstance(inner, list):
        if kind != "message/delivery-status":
            mail.forwarded += [_forwarded(part, cast("email.message.Message[str, str]", m), depth) for m in inner]
    elif isinstance(inner, list):
        for child in inner:
            _collect_parts(cast("email.message.Message[str, str]", child), mail, depth, plain, rich)
        _mark_cut_part(part, mail)
    elif kind in ("text/plain", "text/html") and not name and part.get_content_disposition() != "attachment":
        _add_text(part, kind, mail, plain, rich)
    else:
        _add_enclosure(part, kind, name, mail)


def _mark_cut_part(part: "email.message.Message[str, str]", mail: Mail) -> None:
    """Mark the last enclosed file as damaged where the multipart that holds it was never closed."""
    if mail.parts and any(isinstance(defect, email.errors.CloseBoundaryNotFoundDefect) for defect in part.defects):
        mail.parts[-1] = replace(mail.parts[-1], damaged=True)


def _add_text(
    part: "email.message.Message[str, str]", kind: str, mail: Mail, plain: list[str], rich: list[str]
) -> None:
    """Add the text of a part to `plain` or `rich`, by its MIME type, and its link and table to the mail."""
    text = _decode_body(part)[0].decode(_charset(part), "replace")
    mail.link = mail.link or cloud_link(text)
    if kind == "text/plain" and sum(map(len, plain)) < TEXT_MAX:
        plain.append(text[:TEXT_MAX])
    elif kind == "text/html" and not plain and sum(map(len, rich)) < TEXT_MAX:
        rich.append(text_of(text, PAGE_MAX)[:TEXT_MAX])
    if kind == "text/html" and not mail.table:
        mail.table = tables_as_csv(text)


def _add_enclosure(part: "email.message.Message[str, str]", kind: str, name: str, mail: Mail) -> None:
    """Add an enclosed file to the mail; a rights-managed message is only noted as its encryption."""
    data, damaged = _decode_body(part)
    if kind == "application/x-microsoft-rpmsg-message" or name.lower().endswith(".rpmsg"):
        mail.encryption = RIGHTS_MANAGED
    elif data or name:
        inline = part.get_content_disposition() == "inline" or bool(part.get("content-id"))
        mail.parts.append(MailPart(name, kind, data, inline, damaged))


def add_signed(mail: Mail, data: bytes, depth: int) -> None:
    """Add what a signature encloses to its mail: signed is not encrypted."""
    from hrworkbook.intake.signed import NotSigned, is_pkcs7, signed_message

    if is_pkcs7(data):
        try:
            data = signed_message(data)
        except NotSigned:
            mail.encryption = "encrypted (S/MIME)"
            return
    elif not data.lstrip()[:8].lower().startswith((b"content-", b"mime-ver")):
        mail.encryption = "encrypted (S/MIME)"
        return
    add_entity(mail, data, depth)


def add_entity(mail: Mail, data: bytes, depth: int) -> None:
    """Add the parts of a message that has no sender of its own to the mail it came in."""
    if depth > DEPTH_MAX:
        raise refuse_package(f"this mail holds mails more than {DEPTH_MAX} deep", SEND_AGAIN)
    _check_mail(data)
    plain: list[str] = []
    rich: list[str] = []
    _collect_parts(email.parser.BytesParser(policy=_Fields()).parsebytes(data), mail, depth + 1, plain, rich)
    mail.text = mail.text or " ".join((" ".join(plain) or " ".join(rich))[:TEXT_MAX].split())


def cloud_link(text: str) -> str:
    """Return the first address in a text at which people share files; '' where there is none."""
    found = _CLOUD_LINK.search(text[:PAGE_MAX])
    return found[0][:300] if found else ""


def _forwarded(part: "email.message.Message[str, str]", inner: "email.message.Message[str, str]", depth: int) -> Mail:
    """Return a forwarded mail; some programs encode it as base64, which the standard parser does not decode."""
    if str(part.get("content-transfer-encoding", "")).strip().lower() == "base64" and not inner.keys():
        try:
            return read_mail(base64.b64decode(str(inner.get_payload())), depth + 1)
        except binascii.Error:
            return Mail(subject="a forwarded mail whose coding is damaged")
    return _parse_mail(inner, depth + 1)


def _decode_body(part: "email.message.Message[str, str]") -> tuple[bytes, bool]:
    """Return the decoded bytes of a part, and whether some may be missing."""
    data = part.get_payload(decode=True)
    damaged = any(isinstance(defect, _DECODING_DEFECTS) for defect in part.defects)
    return (data if isinstance(data, bytes) else b""), damaged


def _charset(part: "email.message.Message[str, str]") -> str:
    charset = part.get_content_charset("utf-8")
    try:
        "".encode(charset)
    except (LookupError, ValueError):
        return "latin-1"
    return "utf-8" if charset == "us-ascii" else "latin-1" if charset in _SLOW_CHARSETS else charset


def _part_name(part: "email.message.Message[str, str]") -> str:
    """Return the file name of a part, decoded by RFC 2047 and RFC 2231; '' where it has none, or it is broken."""
    try:
        return decode_header(part.get_filename() or "")
    except (LookupError, ValueError, TypeError, AttributeError):
        return ""


def _header_text(message: "email.message.Message[str, str]", field_name: str) -> str:
    return decode_header(str(message.get(field_name, ""))[:_FIELD_MAX])


def decode_header(text: str) -> str:
    """Return the text of a header on one line, encoded words decoded; as it stands where the encoding is broken."""
    text = text[:_FIELD_MAX]
    if "=?" in text and not any(f"=?{slow}?" in text.lower() for slow in _SLOW_CHARSETS):
        with contextlib.suppress(LookupError, ValueError, email.errors.MessageError):
            text = str(email.header.make_header(email.header.decode_header(text)))
    elif not text.isascii():
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(text.split())


def _sender_address(message: "email.message.Message[str, str]") -> tuple[str, str]:
    """Return the name and the address of the sender."""
    for field_name in ("from", "sender", "reply-to", "return-path"):
        found = str(message.get(field_name, ""))[:_FIELD_MAX]
        if found:
            return name_and_address(found)
    return "", ""


def name_and_address(text: str) -> tuple[str, str]:
    """Return `('Jo Smith', 'jo@example.org')` for `Jo Smith <JO@example.org>`; the address '' where there is none."""
    text = " ".join(text[:_FIELD_MAX].split())
    name, address = email.utils.parseaddr(text)
    found = _MAIL_ADDRESS.search(address) or _MAIL_ADDRESS.search(text)
    if found and "<" in text and f"<{found[0]}" not in text.replace(" ", ""):
        found = None  # a name may look like anybody's address: where there are brackets, only what is in them counts
    return decode_header(name), found[0].lower() if found else ""


def date_of(text: Any) -> datetime | None:
    """Return the time of a Date header, in UTC where it names no zone; None where it has no valid time."""
    try:
        sent = email.utils.parsedate_to_datetime(str(text)[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return sent if sent.tzinfo else sent.replace(tzinfo=UTC)

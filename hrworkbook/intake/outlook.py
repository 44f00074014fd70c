"""A mail as Outlook saves it (.msg) → the same facts as of any other mail."""

import io
from datetime import UTC
from typing import Any

from hrworkbook.intake.mail import Mail, MailPart
from hrworkbook.intake.mail_tables import tables_as_csv
from hrworkbook.intake.mails import (
    DEPTH_MAX,
    PAGE_MAX,
    PARTS_MAX,
    RIGHTS_MANAGED,
    SEND_AGAIN,
    TEXT_MAX,
    add_signed,
    cloud_link,
    date_of,
    decode_header,
    name_and_address,
)
from hrworkbook.intake.markup import text_of
from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.plan.errors import UnreadableFile


def read_outlook(data: bytes) -> Mail:
    """Return the mail in an Outlook message file (.msg).

    Raises UnreadableFile where it is damaged, or the optional reader is not installed.
    """
    try:
        import oxmsg
    except ImportError:
        raise refuse_package(
            "this is an Outlook message, and what reads those is not installed",
            "Install it with: pip install 'hrworkbook[mail]'. Or save the workbook attached to it and give that",
        ) from None
    try:
        message = oxmsg.Message.load(io.BytesIO(data))
        return _outlook_mail(message, 0)
    except (MemoryError, UnreadableFile):
        raise
    except Exception:
        raise refuse_package("this Outlook message is damaged and cannot be read", SEND_AGAIN) from None


def _outlook_mail(message: Any, depth: int) -> Mail:
    mail = Mail(subject=decode_header(_attribute(message, "subject") or ""))
    mail.sender_name, mail.sender = name_and_address(str(_attribute(message, "sender") or ""))
    if not mail.sender:
        mail.sender_name, mail.sender = _sender_property(message)
    mail.sent = _attribute(message, "sent_date") or date_of(
        dict(_attribute(message, "message_headers") or {}).get("Date")
    )
    if mail.sent and not mail.sent.tzinfo:
        mail.sent = mail.sent.replace(tzinfo=UTC)
    page = str(_attribute(message, "html_body") or "")
    text = str(_attribute(message, "body") or "") or text_of(page, PAGE_MAX)
    mail.text = " ".join(text[:TEXT_MAX].split())
    mail.table = tables_as_csv(page)
    kind = str(_attribute(message, "message_class") or "").upper()
    mail.automatic = kind.startswith(("REPORT.", "IPM.NOTE.RULES.OOFTEMPLATE"))
    mail.link = cloud_link(text) or cloud_link(page)
    attachments = list(message.attachments)
    if len(attachments) > PARTS_MAX:
        raise refuse_package(f"this mail has more than {PARTS_MAX:,} parts, which no honest mail has", SEND_AGAIN)
    for attachment in attachments:
        inner = [s for s in attachment._storage.storages if s.name == "__substg1.0_3701000D"]
        if inner and depth < DEPTH_MAX:
            mail.forwarded.append(_outlook_mail(_embedded(inner[0]), depth + 1))
            continue
        content = _attribute(attachment, "file_bytes")
        name = _attribute(attachment, "file_name") or ""
        if "SMIME" in kind and content and (len(attachments) == 1 or str(name).lower() == "smime.p7m"):
            add_signed(mail, content, depth + 1)
        elif str(name).lower().endswith(".rpmsg"):
            mail.encryption = RIGHTS_MANAGED
        elif _is_link(attachment, content):
            mail.link = f"{name or 'a file'} at {mail.link}" if mail.link else str(name or "a file")
        elif content or name:
            inline = bool(_property(attachment, 0x3712)) or bool(_property(attachment, 0x7FFE))
            mail.parts.append(
                MailPart(str(name), str(_attribute(attachment, "mime_type") or ""), content or b"", inline)
            )
    return mail


def _sender_property(message: Any) -> tuple[str, str]:
    """Return name and address of the sender from the message's properties ([MS-OXPROPS] 2.1014, 2.1006 and 2.1000)."""
    texts = [str(_property_text(message, number) or "") for number in (0x5D01, 0x0C1F, 0x0C1A)]
    address = next((text for text in texts[:2] if "@" in text), "")
    return name_and_address(f"{texts[2]} <{address}>" if address else texts[2])


def _property_text(message: Any, number: int) -> str:
    """Return a text property of a message, even where its property list leaves it out; '' where there is none."""
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252")):
        name = f"__substg1.0_{number:04X}{kind}"
        for stream in message._storage.streams:
            if stream.name == name:
                return bytes(stream.bytes_).decode(encoding, "replace").rstrip("\0")
    return ""


_BY_WEB_REFERENCE = 7


def _is_link(attachment: Any, content: bytes | None) -> bool:
    """Whether an attachment is a link to a file in the cloud ([MS-OXCMSG] 2.2.2.9: its method is 7)."""
    try:
        method = attachment.properties.int_prop_value(0x3705)
    except Exception:
        method = None
    return not content and method in (_BY_WEB_REFERENCE, 2, 3, 4)


def _embedded(storage: Any) -> Any:
    """Return the message in a message; its properties begin eight bytes earlier ([MS-OXMSG] 2.4.1.2)."""
    import oxmsg
    from oxmsg.properties import Properties

    message = oxmsg.Message(storage)
    message.__dict__["_properties"] = Properties(storage, properties_header_offset=24)
    return message


def _attribute(of: Any, name: str) -> Any:
    """Return an attribute of a message; None where it cannot be read."""
    try:
        return getattr(of, name)
    except Exception:
        return None


def _property(attachment: Any, number: int) -> Any:
    """Return a property by its number ([MS-OXPROPS]); None where unreadable.

    0x3712 is the content ID, a text; any other is read as a number, such as 0x7FFE, 'hidden'.
    """
    try:
        return (
            attachment.properties.str_prop_value(number)
            if number == 0x3712
            else attachment.properties.int_prop_value(number)
        )
    except Exception:
        return None

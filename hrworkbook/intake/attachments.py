"""What comes out of an inbox, and how a mail, a mailbox, a parcel and a system's own file are told from what people send."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from hrworkbook.intake.file_kind import OLE, ZIP
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import FILE_MAX, MB
from hrworkbook.plan.errors import format_message

MAIL_MAX = 60 * MB

_MAIL_FIELD = re.compile(
    rb"(?:from|to|received|return-path|message-id|mime-version|delivered-to|subject|date|x-[a-z-]+|content-type|reply-to):[ \t]?",
    re.I,
)
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SPREADSHEET_SUFFIXES = (
    ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".xltx", ".xltm", ".xlt", ".ots", ".tsv", ".fods", ".numbers",
)  # fmt: skip
_CONTAINER_SUFFIXES = (".eml", ".msg", ".zip", ".mbox")
_SPREADSHEET_MIME = re.compile(r"spreadsheet|ms-excel|csv", re.I)
_DOCUMENT_SUFFIXES = (".doc", ".docx", ".docm", ".dot", ".ppt", ".pptx", ".odt", ".odp", ".vsd", ".vsdx", ".pub")
IGNORED_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".emf", ".wmf", ".ico", ".vcf", ".ics", ".p7s", ".asc",
    ".sig", ".css",
)  # fmt: skip
_DECORATION_TYPES = (
    "image/", "text/calendar", "text/vcard", "text/x-vcard", "application/pkcs7-signature",
    "application/x-pkcs7-signature", "application/pgp-signature", "text/rfc822-headers",
)  # fmt: skip
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_UNSAFE_NAME = re.compile(r"[/\\]|^[ .]*$|^ |[ .]$")
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


NO_SENDER = "a mail that names no sender"


class Container(NamedTuple):
    """A file on disk that holds others: a mail, a mailbox or a zip."""

    number: int
    """Which of the files that were looked into: two in different folders may have one name."""
    name: str


@dataclass(frozen=True)
class Attachment:
    """A file that may be a return: on disk (`path`) or out of a mail or zip (`data`), and who sent it when."""

    name: str
    """A name safe to show; never use it as a path."""
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    sha256: str = ""
    """'' for a file too large to be a return."""
    sender: str = ""
    sender_name: str = ""
    senders: tuple[str, ...] = ()
    """Who sent each mail it came in, outermost first; `NO_SENDER` for one that names nobody."""
    sent: datetime | None = None
    subject: str = ""
    containers: tuple[str, ...] = ()
    """What it came in, outermost first: a mailbox, a mail, a forwarded mail, a zip."""
    copy_of: str = ""
    """The place of an earlier file with the same contents; '' for the first."""
    container: Container | None = None
    """What it came in; None for a file that lies there by itself."""

    @property
    def place(self) -> str:
        """Return where the file was found, for messages: `reply.eml > Return.xlsx`."""
        return " > ".join((*self.containers, self.name))

    def content(self) -> bytes:
        """Return the bytes of the file, cut after `FILE_MAX` + 1, so that one too large is recognised.

        Raises OSError where the file cannot be read.
        """
        if self.data is not None or self.path is None:
            return self.data or b""
        with self.path.open("rb") as file:
            return file.read(FILE_MAX + 1)


@dataclass(frozen=True)
class RefusedAttachment:
    """Something sent that holds no return, or that cannot be opened."""

    place: str
    fault: str
    remedy: str
    sender: str = ""
    sender_name: str = ""
    senders: tuple[str, ...] = ()
    sent: datetime | None = None
    subject: str = ""
    containers: tuple[str, ...] = ()
    container: Container | None = None

    @property
    def message(self) -> str:
        """Return the message for the user: place, fault, remedy."""
        return format_message(self.place, self.fault, self.remedy)


@dataclass(frozen=True)
class IgnoredAttachment:
    """Something set aside without a word to the officer: a logo, a signature, an invitation, a lock file."""

    place: str
    reason: str
    count: int = 1
    """How many files: more than one for those of a container past the first few."""


def safe_name(name: str) -> str:
    r"""Return a file name that is safe to show and to write, of at most 120 characters.

    Folders (`../../`, `C:\`), control characters and direction marks are removed.
    """
    if name.isascii() and name.isprintable() and len(name) <= 120 and not _UNSAFE_NAME.search(name):
        return name
    leaf = re.split(r"[/\\]", name.replace("\0", ""))[-1]
    leaf = printable(leaf)
    leaf = leaf.encode("utf-8", "replace").decode().lstrip().rstrip(" .") if leaf.strip(" .") else ""
    if len(leaf) > 120:
        stem, dot, ending = leaf.rpartition(".")
        leaf = f"{stem[: 118 - len(ending)]}…{dot}{ending}" if dot and len(ending) < 10 else leaf[:119] + "…"
    return leaf or "unnamed attachment"


def printable(text: str) -> str:
    """Return a text without control characters and direction marks, which could disguise a name."""
    return "".join(c for c in text if c.isprintable() and c not in _DIRECTION_MARKS)


def shown_text(text: str, longest: int) -> str:
    """Return the beginning of a text on one line, without control characters; `longest` counts characters."""
    line = printable(" ".join(text[: 20 * longest].split()))
    return line[:longest] + ("…" if len(line) > longest else "")


def ignore_reason(name: str) -> str:
    """Return why a file is not one that people sent: a lock file, a file of the system; '' for any other."""
    low = name.lower()
    if low.startswith(("~$", ".~lock")):
        return "a lock file: the workbook is open somewhere"
    if low in _SYSTEM_FILES or low.startswith((".", "~")) or low.endswith((".tmp", ".crdownload", ".part", ".lnk")):
        return "a file of the system, not one that was sent"
    return ""


def attachment_kind(name: str, mime: str, head: bytes, inline: bool) -> Literal["workbook", "ornament", "document", ""]:
    """Return what a part of a mail may be, by its name, MIME type and first bytes; '' for text of the mail itself."""
    low = name.lower()
    if head.startswith(b"\x78\x9f\x3e\x22") or low == "winmail.dat" or mime in _TNEF:
        return "workbook"
    if low.endswith(IGNORED_SUFFIXES) or mime.lower().startswith(_DECORATION_TYPES):
        return "ornament"
    if low.endswith((*SPREADSHEET_SUFFIXES, *_CONTAINER_SUFFIXES)) or _SPREADSHEET_MIME.search(mime):
        return "workbook"
    if head.startswith((ZIP, OLE)) and not low.endswith(_DOCUMENT_SUFFIXES):
        return "workbook"
    return "document" if name or not inline else ""


def is_mailbox(head: bytes) -> bool:
    """Whether a file begins as an mbox does."""
    first, _, rest = head.partition(b"\n")
    return (
        first.startswith(b"From ")
        and b"@" in first + rest
        and bool(_MAIL_FIELD.match(rest) or re.match(rb"[A-Za-z-]+:", rest))
    )


def is_mail(head: bytes, name: str) -> bool:
    """Whether a file is a mail, by its name or its first lines."""
    if head.startswith((ZIP, OLE, b"%PDF")):
        return False
    return name.lower().endswith((".eml", ".emlx")) or _has_mail_headers(head.removeprefix(b"\xef\xbb\xbf"))


def _has_mail_headers(head: bytes) -> bool:
    """Whether the first paragraph is headings of a mail, two of them at least."""
    if head[:1] not in (b" ", b"\t") and not re.match(rb"[!-9;-~]+:", head):
        return False
    paragraph = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r?\n", paragraph)[:-1] if line[:1] not in (b" ", b"\t")]
    return (
        len(lines) > 1
        and all(re.match(rb"[!-9;-~]+:", line) for line in lines)
        and sum(bool(_MAIL_FIELD.match(line)) for line in lines) > 1
    )


def is_outlook_message(data: bytes) -> bool:
    """Whether a compound file is an Outlook message: its directory names the stream every message has."""
    return "__properties_version1.0".encode("utf-16-le") in data and "__nameid_version1.0".encode("utf-16-le") in data


def is_single_document(package: CheckedPackage) -> bool:
    """Whether a zip is one document (a workbook, a Word file) and not a parcel of files."""
    parts = package.parts
    return any(name in parts for name in ("[content_types].xml", "_rels/.rels", "mimetype", "content.xml")) or any(
        name.startswith("xl/") or name.endswith(".iwa") or name == "index.zip" for name in parts
    )

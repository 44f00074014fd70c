"""Whatever came back: files, folders, mails, mailboxes and zips of these → the attachments to read, one at a time.

Nothing is unpacked to disk and no name from a mail becomes a path. What is plainly no return (logos, signatures, invitations)
is set aside and counted, not refused.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from hrworkbook.bounds import FILE_MAX, MB, Package, refused
from hrworkbook.errors import UnreadableFile, say
from hrworkbook.mails import MAIL_MAX, Mail, mails_of_mailbox, read_mail, read_outlook
from hrworkbook.sniff import OLE, ZIP

ZIP_MAX = 200 * MB
ZIP_DEPTH = 5
ATTACHMENTS_MAX = 5_000
"""Attachments taken out of one mail, mailbox message or zip."""

_BOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".xltx", ".xltm", ".xlt", ".ots", ".tsv", ".fods", ".numbers")
_NOT_RETURNS = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".emf", ".wmf", ".ico", ".vcf", ".ics", ".p7s", ".asc", ".sig", ".css")
_ASIDE_KINDS = ("image/", "text/calendar", "text/vcard", "text/x-vcard", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "text/rfc822-headers")
_MAIL_FIELD = re.compile(
    rb"(?:from|to|received|return-path|message-id|mime-version|delivered-to|subject|date|x-[a-z-]+|content-type|reply-to):[ \t]?", re.I
)
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


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
    sent: datetime | None = None
    subject: str = ""
    via: tuple[str, ...] = ()
    """What it came in, outermost first: a mailbox, a mail, a forwarded mail, a zip."""
    copy_of: str = ""
    """The place of an earlier file with the same contents; '' for the first."""

    @property
    def place(self) -> str:
        """`reply.eml > Return.xlsx`: where it lies, for messages."""
        return " > ".join((*self.via, self.name))

    def content(self) -> bytes:
        """The file's bytes, one more than a return may have at most; raises OSError."""
        if self.data is not None or self.path is None:
            return self.data or b""
        with self.path.open("rb") as file:
            return file.read(FILE_MAX + 1)


@dataclass(frozen=True)
class Refusal:
    """Something sent that holds no return, or that cannot be opened."""

    place: str
    fault: str
    remedy: str
    sender: str = ""
    sender_name: str = ""
    sent: datetime | None = None
    subject: str = ""
    via: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The refusal as it is told: place, fault, remedy."""
        return say(self.place, self.fault, self.remedy)


@dataclass(frozen=True)
class Aside:
    """Something set aside without a word to the officer: a logo, a signature, an invitation, a lock file."""

    place: str
    why: str


def collect(paths: Iterable[Path], asides: list[Aside] | None = None) -> Iterator[Attachment | Refusal]:
    """Every file that may be a return, in the order of the paths, each folder sorted by name.

    A path is a file, a folder, a mail (.eml, .msg), a mailbox (mbox) or a zip of these, told by content. A mail without a
    workbook is a refusal. What is set aside is added to `asides` where one is given.
    """
    finder = _Finder(asides if asides is not None else [])
    for path in paths:
        yield from finder.at(Path(path))


class _Finder:
    def __init__(self, asides: list[Aside]) -> None:
        self.asides = asides
        self.seen: dict[bytes, str] = {}

    def at(self, path: Path) -> Iterator[Attachment | Refusal]:
        """Everything at a path the officer gave."""
        if not path.exists():
            yield Refusal(path.name or str(path), "there is no such file or folder", "Check its name")
        elif path.is_dir():
            yield from self.folder(path)
        else:
            yield from self.file(path)

    def folder(self, folder: Path) -> Iterator[Attachment | Refusal]:
        """Every file of a folder and its folders; links to other folders are not followed."""
        closed: list[OSError] = []
        for where, folders, names in os.walk(folder, onerror=closed.append):
            folders[:] = sorted((f for f in folders if not f.startswith((".", "__MACOSX"))), key=_in_order)
            for name in sorted(names, key=_in_order):
                if why := _not_sent(name):
                    self.asides.append(Aside(safe_name(name), why))
                else:
                    yield from self.file(Path(where, name))
        for error in closed:
            yield Refusal(safe_name(Path(str(error.filename)).name), "this folder cannot be opened", "Check that you may read it, and try again")

    def file(self, path: Path) -> Iterator[Attachment | Refusal]:
        """A file on disk, looked into where it is a mail, a mailbox or a zip."""
        name = safe_name(path.name)
        try:
            if not path.is_file():
                yield Refusal(name, "this is no ordinary file", "Give a file or a folder")
                return
            with path.open("rb") as file:
                head = file.read(4096)
            size = path.stat().st_size
        except OSError as error:
            yield Refusal(name, f"it cannot be opened ({(error.strerror or 'no reason given').lower()})", "Check that you may read it, and try again")
            return
        try:
            if _is_mailbox(head):
                for number, data in enumerate(mails_of_mailbox(path), 1):
                    yield from self.mail(data, (name, f"mail {number}"))
            elif _is_mail(head, name):
                yield from self.mail(_read(path, size, MAIL_MAX), (name,))
            elif head.startswith(ZIP) and size <= ZIP_MAX:
                yield from self.package(path.read_bytes(), Attachment(name, path), 0)
            elif head.startswith(OLE) and size <= MAIL_MAX and (name.lower().endswith(".msg") or _is_outlook(path.read_bytes())):
                yield from self.outlook(path.read_bytes(), (name,))
            else:
                yield self.placed(Attachment(name, path))
        except UnreadableFile as refusal:
            yield Refusal(name, refusal.fault, refusal.remedy)
        except OSError as error:
            yield Refusal(name, f"it cannot be read ({(error.strerror or 'no reason given').lower()})", "Copy it to your own disk and try again")

    def placed(self, found: Attachment) -> Attachment:
        """The attachment with its hash, and the place of an earlier copy if there is one."""
        content = found.content()
        if len(content) > FILE_MAX:
            return found
        digest = hashlib.sha256(content)
        earlier = self.seen.setdefault(digest.digest(), found.place)
        return replace(found, sha256=digest.hexdigest(), copy_of="" if earlier is found.place else earlier)

    # ------------------------------------------------------------ mails

    def outlook(self, data: bytes, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What an Outlook message holds."""
        try:
            mail = read_outlook(data)
        except UnreadableFile as refusal:
            yield Refusal(" > ".join(via), refusal.fault, refusal.remedy, via=via[:-1])
            return
        yield from self.enclosed(mail, via)

    def mail(self, data: bytes, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What a mail holds."""
        try:
            mail = read_mail(data)
        except UnreadableFile as refusal:
            yield Refusal(" > ".join(via), refusal.fault, refusal.remedy, via=via[:-1])
            return
        yield from self.enclosed(mail, via)

    def enclosed(self, mail: Mail, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """The attachments of a mail and of those in it, or the refusal of a mail that has none."""
        said = {"sender": mail.sender, "sender_name": mail.sender_name, "sent": mail.sent, "subject": mail.subject}
        any_found = False
        for found in self.enclosures(mail, via):
            any_found = True
            yield replace(found, **{key: value for key, value in said.items() if not getattr(found, key)})
        for inner in mail.forwarded:
            label = f"forwarded mail '{inner.subject[:60]}'" if inner.subject else "forwarded mail"
            for found in self.enclosed(inner, (*via, label)):
                if isinstance(found, Refusal) and (any_found or mail.automatic):
                    self.asides.append(Aside(found.place, found.fault))
                    continue
                any_found = True
                yield replace(found, **{key: value for key, value in said.items() if not getattr(found, key)})
        if not any_found:
            fault, remedy = _without_workbook(mail)
            yield Refusal(" > ".join(via), fault, remedy, via=via[:-1], **said)  # type: ignore[arg-type]

    def enclosures(self, mail: Mail, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What is enclosed in one mail: workbooks, or failing those its documents; logos and signatures set aside."""
        books, others = [], []
        for enclosure in mail.enclosures:
            name = safe_name(enclosure.name) if enclosure.name else ""
            shown = name or "unnamed attachment"
            head = enclosure.data[:4096]
            low = name.lower()
            if head.startswith(b"\x78\x9f\x3e\x22") or low == "winmail.dat" or enclosure.mime in ("application/ms-tnef", "application/vnd.ms-tnef"):
                books.append((enclosure, shown))
            elif low.endswith(_NOT_RETURNS) or enclosure.mime.lower().startswith(_ASIDE_KINDS):
                self.asides.append(Aside(" > ".join((*via, shown)), "a picture, signature or invitation"))
            elif low.endswith((*_BOOKS, ".eml", ".msg", ".zip", ".mbox")) or head.startswith((ZIP, OLE)):
                books.append((enclosure, shown))
            elif name or not enclosure.inline:
                others.append((enclosure, shown))
        if books:
            for _, shown in others:
                self.asides.append(Aside(" > ".join((*via, shown)), "a document beside the workbook"))
        count = 0
        for enclosure, shown in books or others:
            if enclosure.damaged and not enclosure.data.startswith(ZIP):
                yield Refusal(" > ".join((*via, shown)), "it was damaged on its way: its mail coding is broken", "Ask the sender to send it again")
                continue
            for found in self.opened(Attachment(shown, data=enclosure.data, via=via), 0):
                count += 1
                if count > ATTACHMENTS_MAX:
                    yield Refusal(" > ".join(via), f"it holds more than {ATTACHMENTS_MAX:,} files; the rest were not read", "Send them in parts")
                    return
                yield found

    # ------------------------------------------------------------ zips

    def opened(self, found: Attachment, depth: int) -> Iterator[Attachment | Refusal]:
        """An attachment's bytes, looked into where they are a mail or a zip."""
        data = found.data or b""
        head = data[:4096]
        via = (*found.via, found.name)
        if head.startswith(ZIP):
            yield from self.package(data, found, depth)
        elif head.startswith(OLE) and (found.name.lower().endswith(".msg") or _is_outlook(data)):
            yield from self.outlook(data, via)
        elif _is_mail(head, found.name):
            yield from self.mail(data, via)
        else:
            yield self.placed(found)

    def package(self, data: bytes, found: Attachment, depth: int) -> Iterator[Attachment | Refusal]:
        """A zip: a workbook as it is, a zip of files with each of its files looked into."""
        try:
            package = Package(data)
        except UnreadableFile as refusal:
            if found.name.lower().endswith(_BOOKS):
                yield self.placed(found)
            else:
                yield Refusal(found.place, refusal.fault, refusal.remedy, via=found.via)
            return
        if is_document(package):
            yield self.placed(found)
            return
        if depth >= ZIP_DEPTH:
            yield Refusal(found.place, f"it holds zips in zips more than {ZIP_DEPTH} deep", "Ask the sender for the workbook itself", via=found.via)
            return
        via = (*found.via, found.name)
        any_found = False
        for part in sorted(package.parts.values(), key=lambda p: _in_order(p.name)):
            name = safe_name(part.name)
            why = _not_sent(name) or ("part of a Mac's own filing" if "__MACOSX" in part.name else "")
            if why or name.lower().endswith(_NOT_RETURNS):
                self.asides.append(Aside(" > ".join((*via, name)), why or "a picture, signature or invitation"))
                continue
            any_found = True
            try:
                inside = package.take(part.name)
            except UnreadableFile as refusal:
                yield Refusal(" > ".join((*via, name)), refusal.fault, refusal.remedy, via=via)
                continue
            yield from self.opened(replace(found, name=name, path=None, data=inside, via=via, sha256="", copy_of=""), depth + 1)
        if not any_found:
            yield Refusal(found.place, "it is a zip with no spreadsheet in it", "Ask the sender for the Excel workbook itself", via=found.via)


def is_document(package: Package) -> bool:
    """Whether a zip is one document (a workbook, a Word file) and not a parcel of files."""
    parts = package.parts
    return any(name in parts for name in ("[content_types].xml", "_rels/.rels", "mimetype", "content.xml")) or any(
        name.startswith("xl/") or name.endswith(".iwa") or name == "index.zip" for name in parts
    )


def safe_name(name: str) -> str:
    r"""The last step of a name, fit to show: no folders (`../../`, `C:\`), no control or direction characters, no more than 120."""
    leaf = re.split(r"[/\\]", name.replace("\0", ""))[-1]
    leaf = "".join(c for c in leaf if c.isprintable() and c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    leaf = leaf.encode("utf-8", "replace").decode().strip(" .") if leaf.strip(" .") else ""
    if len(leaf) > 120:
        stem, dot, ending = leaf.rpartition(".")
        leaf = f"{stem[: 118 - len(ending)]}…{dot}{ending}" if dot and len(ending) < 10 else leaf[:119] + "…"
    return leaf or "unnamed attachment"


def _in_order(name: str) -> tuple[str, str]:
    return name.casefold(), name


def _not_sent(name: str) -> str:
    """Why a file is none of the things people sent: a lock, a system's own file; '' for any other."""
    low = name.lower()
    if low.startswith(("~$", ".~lock")):
        return "a lock file: the workbook is open somewhere"
    if low in _SYSTEM or low.startswith((".", "~")) or low.endswith((".tmp", ".crdownload", ".part", ".lnk")):
        return "a file of the system, not one that was sent"
    return ""


def _is_mailbox(head: bytes) -> bool:
    first, _, rest = head.partition(b"\n")
    return first.startswith(b"From ") and b"@" in first + rest and bool(_MAIL_FIELD.match(rest) or re.match(rb"[A-Za-z-]+:", rest))


def _is_mail(head: bytes, name: str) -> bool:
    if head.startswith((ZIP, OLE, b"%PDF")):
        return False
    return name.lower().endswith((".eml", ".emlx")) or bool(_MAIL_FIELD.match(head.removeprefix(b"\xef\xbb\xbf"))) and _several_fields(head)


def _several_fields(head: bytes) -> bool:
    """Whether the first paragraph is headings of a mail, two of them at least."""
    paragraph = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    lines = [line for line in re.split(rb"\r?\n", paragraph)[:-1] if line[:1] not in (b" ", b"\t")]
    return len(lines) > 1 and all(re.match(rb"[!-9;-~]+:", line) for line in lines) and sum(bool(_MAIL_FIELD.match(line)) for line in lines) > 1


def _is_outlook(data: bytes) -> bool:
    """Whether a compound file is an Outlook message: its directory names the stream every message has."""
    return "__properties_version1.0".encode("utf-16-le") in data and "__nameid_version1.0".encode("utf-16-le") in data


def _read(path: Path, size: int, limit: int) -> bytes:
    if size > limit:
        raise refused(f"it has {size // MB} MB; more than {limit // MB} MB are not read", "Ask the sender for the workbook alone")
    return path.read_bytes()


def _without_workbook(mail: Mail) -> tuple[str, str]:
    """Why a mail holds no return, and what to do about it."""
    if mail.locked:
        return f"this mail is {mail.locked}", "Open it in your mail program, save the workbook and give that"
    if mail.automatic:
        return "this is an automatic reply, with nothing attached", "Nothing to do, unless it says who to write to instead"
    text = mail.text[:100] + ("…" if len(mail.text) > 100 else "")
    if text:
        return f"no workbook is attached; the text may hold the answer: “{text}”", "Read it, and ask the sender for the workbook"
    return "no workbook is attached", "Ask the sender to attach it and send it again"

"""Whatever came back: files, folders, mails, mailboxes and zips of these → the attachments to read, one at a time.

Nothing is unpacked to disk and no name from a mail becomes a path. What is plainly no return (logos, signatures, invitations)
is set aside and counted, not refused.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hrworkbook.attachments import (
    MAIL_MAX,
    Aside,
    Attachment,
    Refusal,
    is_document,
    is_mail,
    is_mailbox,
    is_outlook,
    not_sent,
    safe_name,
    shown_text,
)
from hrworkbook.bounds import FILE_MAX, MB, TOTAL_MAX, Package, refused
from hrworkbook.errors import UnreadableFile
from hrworkbook.sniff import OLE, ZIP

if TYPE_CHECKING:
    from hrworkbook.mails import Mail

ZIP_MAX = 200 * MB
_NO_ZIP = "Ask the sender for the workbook itself, without the zip"
ZIP_DEPTH = 5
ATTACHMENTS_MAX = 5_000
"""Attachments taken out of one mail, mailbox message or zip."""

_BOOKS = (
    ".xlsx",
    ".xlsm",
    ".xlsb",
    ".xls",
    ".ods",
    ".csv",
    ".xltx",
    ".xltm",
    ".xlt",
    ".ots",
    ".tsv",
    ".fods",
    ".numbers",
)
_BOOK_KIND = re.compile(r"spreadsheet|ms-excel|csv", re.I)
_DOCUMENTS = (".doc", ".docx", ".docm", ".dot", ".ppt", ".pptx", ".odt", ".odp", ".vsd", ".vsdx", ".pub")
_NOT_RETURNS = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".bmp",
    ".svg",
    ".webp",
    ".emf",
    ".wmf",
    ".ico",
    ".vcf",
    ".ics",
    ".p7s",
    ".asc",
    ".sig",
    ".css",
)
_ASIDE_KINDS = (
    "image/",
    "text/calendar",
    "text/vcard",
    "text/x-vcard",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/rfc822-headers",
)


Found = TypeVar("Found", bound="Attachment | Refusal")


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
        self.unpacked = 0
        """Bytes taken out of zips, in zips, in one file on disk."""

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
                if why := not_sent(name):
                    self.asides.append(Aside(safe_name(name), why))
                else:
                    yield from self.file(Path(where, name))
        for error in closed:
            yield Refusal(
                safe_name(Path(str(error.filename)).name),
                "this folder cannot be opened",
                "Check that you may read it, and try again",
            )

    def file(self, path: Path) -> Iterator[Attachment | Refusal]:
        """A file on disk, looked into where it is a mail, a mailbox or a zip."""
        name = safe_name(path.name)
        self.unpacked = 0
        try:
            if not path.is_file():
                yield Refusal(name, "this is no ordinary file", "Give a file or a folder")
                return
            with path.open("rb") as file:
                head = file.read(4096)
            size = path.stat().st_size
        except OSError as error:
            yield Refusal(
                name,
                f"it cannot be opened ({(error.strerror or 'no reason given').lower()})",
                "Check that you may read it, and try again",
            )
            return
        try:
            if is_mailbox(head):
                from hrworkbook.mails import mails_of_mailbox

                for number, data in enumerate(mails_of_mailbox(path), 1):
                    yield from self.mail(data, (name, f"mail {number}"))
            elif head and is_mail(head, name):
                yield from self.mail(_read(path, size, MAIL_MAX), (name,))
            elif head.startswith(ZIP) and size <= ZIP_MAX:
                yield from self.package(path.read_bytes(), Attachment(name, path), 0)
            elif (
                head.startswith(OLE)
                and size <= MAIL_MAX
                and (name.lower().endswith(".msg") or is_outlook(path.read_bytes()))
            ):
                yield from self.outlook(path.read_bytes(), (name,))
            else:
                yield self.placed(Attachment(name, path))
        except UnreadableFile as refusal:
            yield Refusal(name, refusal.fault, refusal.remedy)
        except OSError as error:
            yield Refusal(
                name,
                f"it cannot be read ({(error.strerror or 'no reason given').lower()})",
                "Copy it to your own disk and try again",
            )

    def placed(self, found: Attachment) -> Attachment:
        """The attachment with its hash, and the place of an earlier copy if there is one."""
        content = found.content()
        if len(content) > FILE_MAX:
            return found
        digest = hashlib.sha256(content)
        earlier = self.seen.get(digest.digest(), "")
        if not earlier:
            self.seen[digest.digest()] = found.place
        return replace(found, sha256=digest.hexdigest(), copy_of=earlier)

    # ------------------------------------------------------------ mails

    def outlook(self, data: bytes, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What an Outlook message holds."""
        from hrworkbook.mails import read_outlook

        try:
            mail = read_outlook(data)
        except UnreadableFile as refusal:
            yield Refusal(" > ".join(via), refusal.fault, refusal.remedy, via=via[:-1])
            return
        yield from self.enclosed(mail, via)

    def mail(self, data: bytes, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What a mail holds."""
        from hrworkbook.mails import read_mail

        try:
            mail = read_mail(data)
        except UnreadableFile as refusal:
            yield Refusal(" > ".join(via), refusal.fault, refusal.remedy, via=via[:-1])
            return
        yield from self.enclosed(mail, via)

    def enclosed(self, mail: "Mail", via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """The attachments of a mail and of those in it, or the refusal of a mail that has none."""
        if mail.draft:
            self.asides.append(Aside(" > ".join(via), "a draft that was never sent"))
            return
        any_found = False
        for found in self.enclosures(mail, via):
            any_found = True
            yield _sent_with(found, mail)
        for inner in mail.forwarded:
            label = f"forwarded mail '{inner.subject[:60]}'" if inner.subject else "forwarded mail"
            for found in self.enclosed(inner, (*via, label)):
                if isinstance(found, Refusal) and (any_found or mail.automatic):
                    self.asides.append(Aside(found.place, found.fault))
                    continue
                any_found = True
                yield _sent_with(found, mail)
        if not any_found:
            fault, remedy = _without_workbook(mail)
            yield _sent_with(Refusal(" > ".join(via), fault, remedy, via=via[:-1]), mail)

    def enclosures(self, mail: "Mail", via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What is enclosed in one mail: workbooks, or failing those its documents; logos and signatures set aside."""
        books, others = [], []
        for enclosure in mail.enclosures:
            name = safe_name(enclosure.name) if enclosure.name else ""
            shown = name or "unnamed attachment"
            head = enclosure.data[:4096]
            low = name.lower()
            if (
                head.startswith(b"\x78\x9f\x3e\x22")
                or low == "winmail.dat"
                or enclosure.mime in ("application/ms-tnef", "application/vnd.ms-tnef")
            ):
                books.append((enclosure, shown))
            elif low.endswith(_NOT_RETURNS) or enclosure.mime.lower().startswith(_ASIDE_KINDS):
                self.asides.append(Aside(" > ".join((*via, shown)), "a picture, signature or invitation"))
            elif (
                low.endswith((*_BOOKS, ".eml", ".msg", ".zip", ".mbox"))
                or _BOOK_KIND.search(enclosure.mime)
                or (head.startswith((ZIP, OLE)) and not low.endswith(_DOCUMENTS))
            ):
                books.append((enclosure, shown))
            elif name or not enclosure.inline:
                others.append((enclosure, shown))
        if books:
            for _, shown in others:
                self.asides.append(Aside(" > ".join((*via, shown)), "a document beside the workbook"))
        count = 0
        for enclosure, shown in books or others:
            if enclosure.damaged and not enclosure.data.startswith(ZIP):
                yield Refusal(
                    " > ".join((*via, shown)),
                    "it was damaged on its way: bytes of it may be missing",
                    "Ask the sender to send it again",
                    via=via,
                )
                continue
            for found in self.opened(Attachment(shown, data=enclosure.data, via=via), 0):
                count += 1
                if count > ATTACHMENTS_MAX:
                    yield Refusal(
                        " > ".join(via),
                        f"it holds more than {ATTACHMENTS_MAX:,} files; the rest were not read",
                        "Send them in parts",
                        via=via[:-1],
                    )
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
        elif head.startswith(OLE) and (found.name.lower().endswith(".msg") or is_outlook(data)):
            yield from self.outlook(data, via)
        elif is_mail(head, found.name):
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
                yield Refusal(found.place, refusal.fault, _NO_ZIP, via=found.via)
            return
        if is_document(package):
            yield self.placed(found)
            return
        if depth >= ZIP_DEPTH:
            yield Refusal(
                found.place,
                f"it holds zips in zips more than {ZIP_DEPTH} deep",
                "Ask the sender for the workbook itself",
                via=found.via,
            )
            return
        via = (*found.via, found.name)
        any_found = False
        for part in sorted(package.parts.values(), key=lambda p: _in_order(p.name)):
            name = safe_name(part.name)
            why = not_sent(part.name.rsplit("/", 1)[-1]) or (
                "part of a Mac's own filing" if "__MACOSX" in part.name else ""
            )
            if why or name.lower().endswith(_NOT_RETURNS):
                self.asides.append(Aside(" > ".join((*via, name)), why or "a picture, signature or invitation"))
                continue
            any_found = True
            self.unpacked += part.size
            if self.unpacked > TOTAL_MAX:
                yield Refusal(
                    found.place,
                    f"it unpacks to more than {TOTAL_MAX // MB} MB; the rest was not read",
                    _NO_ZIP,
                    via=found.via,
                )
                return
            try:
                inside = package.take(part.name)
            except UnreadableFile as refusal:
                yield Refusal(" > ".join((*via, name)), refusal.fault, refusal.remedy, via=via)
                continue
            yield from self.opened(
                replace(found, name=name, path=None, data=inside, via=via, sha256="", copy_of=""), depth + 1
            )
        if not any_found:
            yield Refusal(
                found.place,
                "it is a zip with no spreadsheet in it",
                "Ask the sender for the Excel workbook itself",
                via=found.via,
            )


def _in_order(name: str) -> tuple[str, str]:
    return name.casefold(), name


def _sent_with(found: Found, mail: "Mail") -> Found:
    """What was found, with the sender and date of its mail where those of a mail inside it are not known."""
    return replace(
        found,
        sender=found.sender or mail.sender,
        sender_name=found.sender_name or mail.sender_name,
        sent=found.sent or mail.sent,
        subject=found.subject or mail.subject,
    )


def _read(path: Path, size: int, limit: int) -> bytes:
    if size > limit:
        raise refused(
            f"it has {size // MB} MB; more than {limit // MB} MB are not read", "Ask the sender for the workbook alone"
        )
    return path.read_bytes()


def _without_workbook(mail: "Mail") -> tuple[str, str]:
    """Why a mail holds no return, and what to do about it."""
    if mail.locked:
        return f"this mail is {mail.locked}", "Open it in your mail program, save the workbook and give that"
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
    if any(e.mime.startswith("image/") and not e.inline for e in mail.enclosures):
        return "only a picture is attached", "Look at it, and ask the sender for the workbook itself"
    text = shown_text(mail.text, 100)
    if text:
        return (
            f"no workbook is attached; the text may hold the answer: “{text}”",
            "Read it, and ask the sender for the workbook",
        )
    return "no workbook is attached", "Ask the sender to attach it and send it again"

"""Whatever came back: files, folders, mails, mailboxes and zips of these → the attachments to read, one at a time.

Nothing is unpacked to disk and no name from a mail becomes a path. What is plainly no return (logos, signatures, invitations)
is set aside and counted, not refused.
"""

import hashlib
import os
import stat
import time as clock
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from hrworkbook.errors import UnreadableFile, reason_of
from hrworkbook.inbox.attachments import (
    BOOKS,
    MAIL_MAX,
    NO_SENDER,
    NOT_RETURNS,
    Aside,
    Attachment,
    Container,
    Refusal,
    is_document,
    is_mail,
    is_mailbox,
    is_outlook,
    not_sent,
    safe_name,
    shown_text,
    sort_of,
)
from hrworkbook.inbox.mail import Enclosure, Mail
from hrworkbook.inbox.mail_reader import MailReader
from hrworkbook.inbox.mail_tables import NAME
from hrworkbook.reading.bounds import FILE_MAX, MB, TOTAL_MAX, Package, refused
from hrworkbook.reading.sniff import OLE, ZIP

ZIP_MAX = 200 * MB
_NO_ZIP = "Ask the sender for the workbook itself, without the zip"
ZIP_DEPTH = 5
_HEAD = 4096
"""Bytes by which a file is told for what it is."""
FILES_MAX = 20_000
"""Files taken out of one file on disk, in whatever it holds."""
HELD_UP_MAX = 20.0
"""Seconds that mails which are refused may take in one file on disk, before the rest of it is left unread."""
_ASIDES_NAMED = 10
"""Files of one container set aside for one reason that are named; the rest are counted."""

Found = TypeVar("Found", bound="Attachment | Refusal")


def collect(
    paths: Iterable[Path], asides: list[Aside] | None = None, known: Collection[str] = ()
) -> Iterator[Attachment | Refusal]:
    """Every file that may be a return, in the order of the paths, each folder sorted by name.

    A path is a file, a folder, a mail (.eml, .msg), a mailbox (mbox) or a zip of these, told by content. A mail without a
    workbook is a refusal. What is set aside is added to `asides` where one is given. A file whose hash is `known` is taken
    for the workbook that it was.
    """
    finder = _Finder(asides if asides is not None else [], known)
    try:
        for path in paths:
            yield from finder.at(Path(path))
    finally:
        finder.mails.close()


class _Finder:
    def __init__(self, asides: list[Aside], known: Collection[str]) -> None:
        self.asides = asides
        self.known = known
        self.mails = MailReader()
        self.seen: dict[str, str] = {}
        self.unpacked = 0
        """Bytes taken out of zips, in zips, in one file on disk."""
        self.number = 0
        """Which file on disk is being looked into, from 1."""
        self.taken = 0
        """Files taken out of it."""
        self.held_up = 0.0
        """Seconds spent on mails in it that were refused."""
        self.set_aside: Counter[str] = Counter()
        """How many files of it were set aside, by the reason."""
        self.others_aside: dict[str, int] = {}
        """Where in `asides` those are counted that are not named."""

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
        self.number += 1
        self.unpacked = self.taken = 0
        self.held_up = 0.0
        self.set_aside.clear()
        try:
            read = _read(path)
        except OSError as error:
            why = reason_of(error)
            yield Refusal(name, f"it cannot be opened ({why})", "Check that you may read it, and try again")
            return
        if read is None:
            yield Refusal(name, "this is no ordinary file", "Give a file or a folder")
            return
        container = Container(self.number, name)
        try:
            for found in self.on_disk(path, name, *read):
                inside = found.via or isinstance(found, Refusal)
                yield replace(found, container=container) if inside else found
        except UnreadableFile as refusal:
            yield Refusal(name, refusal.fault, refusal.remedy, container=container)
        except OSError as error:
            why = reason_of(error)
            yield Refusal(name, f"it cannot be read ({why})", "Copy it to your own disk and try again")

    def on_disk(self, path: Path, name: str, head: bytes, data: bytes | None) -> Iterator[Attachment | Refusal]:
        """A file on disk by its first bytes, and all of them where they are not too many."""
        if is_mailbox(head):
            from hrworkbook.inbox.mailbox import mails_of_mailbox

            for number, mail in enumerate(mails_of_mailbox(path), 1):
                self.take()
                yield from self.mail(mail, (name, f"mail {number}"))
        elif head and is_mail(head, name):
            if data is None:
                size = f"it has {path.stat().st_size // MB} MB; more than {MAIL_MAX // MB} MB are not read"
                raise refused(size, "Ask the sender for the workbook alone")
            yield from self.mail(data, (name,))
        elif data is None:
            yield Attachment(name, path)
        elif head.startswith(ZIP):
            yield from self.package(data, Attachment(name, path), 0)
        elif head.startswith(OLE) and (name.lower().endswith(".msg") or is_outlook(data)):
            yield from self.mail(data, (name,), outlook=True)
        else:
            yield self.placed(Attachment(name, path), data)

    def take(self) -> None:
        """Count one more file taken out of the file on disk; raises UnreadableFile where that is enough of it."""
        self.taken += 1
        if self.taken > FILES_MAX:
            raise refused(f"it holds more than {FILES_MAX:,} files; the rest were not read", "Send them in parts")
        if self.held_up > HELD_UP_MAX:
            raise refused("mails in it take far longer to read than any honest mail; the rest were not read", _NO_ZIP)

    def aside(self, place: tuple[str, ...], why: str) -> None:
        """Set aside a file of a container; past the first few for one reason they are only counted."""
        self.set_aside[why] += 1
        more = self.set_aside[why] - _ASIDES_NAMED
        if more <= 0:
            self.asides.append(Aside(" > ".join(place), why))
        elif more == 1:
            self.others_aside[why] = len(self.asides)
            self.asides.append(Aside(f"{place[0]} > another file in it", why))
        else:
            self.asides[self.others_aside[why]] = Aside(f"{place[0]} > {more:,} more files in it", why, more)

    def placed(self, found: Attachment, data: bytes, sha256: str = "") -> Attachment:
        """The attachment with its hash, and the place of an earlier copy if there is one."""
        if len(data) > FILE_MAX:
            return found
        sha256 = sha256 or hashlib.sha256(data).hexdigest()
        earlier = self.seen.get(sha256, "")
        if not earlier:
            self.seen[sha256] = found.place
        return replace(found, sha256=sha256, copy_of=earlier)

    # ------------------------------------------------------------ mails

    def mail(self, data: bytes, via: tuple[str, ...], outlook: bool = False) -> Iterator[Attachment | Refusal]:
        """What a mail holds, or an Outlook message."""
        began = clock.monotonic()
        try:
            mail = self.mails.read(data, outlook)
        except UnreadableFile as refusal:
            self.held_up += clock.monotonic() - began
            yield Refusal(" > ".join(via), refusal.fault, refusal.remedy, via=via[:-1])
            return
        yield from self.enclosed(mail, via)

    def enclosed(self, mail: Mail, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """The attachments of a mail and of those in it, or the refusal of a mail that has none."""
        if mail.draft:
            self.aside(via, "a draft that was never sent")
            return
        any_found = False
        for found in self.enclosures(mail, via):
            any_found = True
            yield _sent_with(found, mail)
        for inner in mail.forwarded:
            label = f"forwarded mail '{inner.subject[:60]}'" if inner.subject else "forwarded mail"
            for found in self.enclosed(inner, (*via, label)):
                if isinstance(found, Refusal) and (any_found or mail.automatic):
                    self.aside((*via, label), found.fault)
                    continue
                any_found = True
                yield _sent_with(found, mail)
        if not any_found and mail.table and not mail.automatic:
            yield _sent_with(self.placed(Attachment(NAME, data=mail.table, via=via), mail.table), mail)
        elif not any_found:
            fault, remedy = _without_workbook(mail)
            yield _sent_with(Refusal(" > ".join(via), fault, remedy, via=via[:-1]), mail)

    def enclosures(self, mail: Mail, via: tuple[str, ...]) -> Iterator[Attachment | Refusal]:
        """What is enclosed in one mail: workbooks, or failing those its documents; logos and signatures set aside."""
        books: list[tuple[Enclosure, str]] = []
        others: list[tuple[Enclosure, str]] = []
        for enclosure in mail.enclosures:
            name = safe_name(enclosure.name) if enclosure.name else ""
            shown = name or "unnamed attachment"
            sort = sort_of(name, enclosure.mime, enclosure.data[:_HEAD], enclosure.inline)
            if sort == "ornament":
                self.aside((*via, shown), "a picture, signature or invitation")
            elif sort:
                (books if sort == "workbook" else others).append((enclosure, shown))
        if books:
            for _, shown in others:
                self.aside((*via, shown), "a document beside the workbook")
        for enclosure, shown in books or others:
            if enclosure.damaged and not enclosure.data.startswith(ZIP):
                yield Refusal(
                    " > ".join((*via, shown)),
                    "it was damaged on its way: bytes of it may be missing",
                    "Ask the sender to send it again",
                    via=via,
                )
                continue
            self.take()
            yield from self.opened(Attachment(shown, data=enclosure.data, via=via), 0)

    # ------------------------------------------------------------ zips

    def opened(self, found: Attachment, depth: int) -> Iterator[Attachment | Refusal]:
        """An attachment's bytes, looked into where they are a mail or a zip."""
        data = found.data or b""
        head = data[:4096]
        via = (*found.via, found.name)
        if head.startswith(ZIP):
            yield from self.package(data, found, depth)
        elif head.startswith(OLE) and (found.name.lower().endswith(".msg") or is_outlook(data)):
            yield from self.mail(data, via, outlook=True)
        elif is_mail(head, found.name):
            yield from self.mail(data, via)
        else:
            yield self.placed(found, data)

    def package(self, data: bytes, found: Attachment, depth: int) -> Iterator[Attachment | Refusal]:
        """A zip: a workbook as it is, a zip of files with each of its files looked into."""
        sha256 = hashlib.sha256(data).hexdigest() if len(data) <= FILE_MAX else ""
        if sha256 in self.known:
            yield self.placed(found, data, sha256)
            return
        try:
            package = Package(data, FILES_MAX)
        except UnreadableFile as refusal:
            if found.name.lower().endswith(BOOKS):
                yield self.placed(found, data, sha256)
            else:
                yield Refusal(found.place, refusal.fault, _NO_ZIP, via=found.via)
            return
        if is_document(package):
            yield self.placed(found, data, sha256)
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
            if why or name.lower().endswith(NOT_RETURNS):
                self.aside((*via, name), why or "a picture, signature or invitation")
                continue
            any_found = True
            self.take()
            self.unpacked += part.size
            if self.unpacked > TOTAL_MAX:
                raise refused(f"it unpacks to more than {TOTAL_MAX // MB} MB; the rest was not read", _NO_ZIP)
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


def _sent_with(found: Found, mail: Mail) -> Found:
    """What was found, with the sender and date of its mail where those of a mail inside it are not known."""
    return replace(
        found,
        sender=found.sender or mail.sender,
        sender_name=found.sender_name or mail.sender_name,
        senders=(mail.sender or NO_SENDER, *found.senders),
        sent=found.sent or mail.sent,
        subject=found.subject or mail.subject,
    )


def _read(path: Path) -> tuple[bytes, bytes | None] | None:
    """A file's first bytes, and all of them; None instead of those of a mailbox or a file too large, None for no file."""
    with suppress(FileNotFoundError):
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                head = file.read(status.st_size if status.st_size <= MB else _HEAD)
                if is_mailbox(head[:_HEAD]):
                    return head[:_HEAD], None
                most = ZIP_MAX if head.startswith(ZIP) else MAIL_MAX
                rest = file.read(most) if len(head) < status.st_size <= most else b""
                return head[:_HEAD], head + rest if status.st_size <= most else None
    return None


def _without_workbook(mail: Mail) -> tuple[str, str]:
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

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

from hrworkbook.intake.attachments import (
    IGNORED_SUFFIXES,
    MAIL_MAX,
    NO_SENDER,
    SPREADSHEET_SUFFIXES,
    Attachment,
    Container,
    IgnoredAttachment,
    RefusedAttachment,
    attachment_kind,
    ignore_reason,
    is_mail,
    is_mailbox,
    is_outlook_message,
    is_single_document,
    safe_name,
)
from hrworkbook.intake.file_kind import OLE, ZIP
from hrworkbook.intake.mail import Mail, MailPart, no_workbook_refusal
from hrworkbook.intake.mail_reader import MailReader
from hrworkbook.intake.mail_tables import TABLE_FILE_NAME
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import FILE_MAX, MB, TOTAL_MAX, refuse_package
from hrworkbook.plan.errors import UnreadableFile, reason_of

ZIP_MAX = 200 * MB
_NO_ZIP_REMEDY = "Ask the sender for the workbook itself, without the zip"
ZIP_DEPTH = 5
_HEAD_BYTES = 4096
"""Bytes by which a file is told for what it is."""
FILES_MAX = 20_000
"""Files taken out of one file on disk, in whatever it holds."""
HELD_UP_MAX = 20.0
"""Seconds that mails which are refused may take in one file on disk, before the rest of it is left unread."""
_ASIDES_NAMED = 10
"""Files of one container set aside for one reason that are named; the rest are counted."""

FoundFile = TypeVar("FoundFile", bound="Attachment | RefusedAttachment")


def find_attachments(
    paths: Iterable[Path], ignored: list[IgnoredAttachment] | None = None, known_hashes: Collection[str] = ()
) -> Iterator[Attachment | RefusedAttachment]:
    """Yield each file that may be a return, in the order of the paths, each folder sorted by name.

    A path is a file, a folder, a mail (.eml, .msg), a mailbox (mbox) or a zip of these, told by content. A mail without a
    workbook is a refusal. What is set aside is added to `ignored` where one is given. A file whose SHA-256 is in
    `known_hashes` is taken for a workbook without a look inside.
    """
    finder = _AttachmentFinder(ignored if ignored is not None else [], known_hashes)
    try:
        for path in paths:
            yield from finder.find_at(Path(path))
    finally:
        finder.mails.close()


class _AttachmentFinder:
    def __init__(self, ignored: list[IgnoredAttachment], known_hashes: Collection[str]) -> None:
        self.ignored = ignored
        self.known_hashes = known_hashes
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
        """Where in `ignored` those are counted that are not named."""

    def find_at(self, path: Path) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments at a path the user gave; a refusal where there is nothing."""
        if not path.exists():
            yield RefusedAttachment(path.name or str(path), "there is no such file or folder", "Check its name")
        elif path.is_dir():
            yield from self.find_in_folder(path)
        else:
            yield from self.find_in_file(path)

    def find_in_folder(self, folder: Path) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments in a folder and its subfolders; symbolic links to folders are not followed."""
        closed: list[OSError] = []
        for where, folders, names in os.walk(folder, onerror=closed.append):
            folders[:] = sorted((f for f in folders if not f.startswith((".", "__MACOSX"))), key=_natural_order)
            for name in sorted(names, key=_natural_order):
                if why := ignore_reason(name):
                    self.ignored.append(IgnoredAttachment(safe_name(name), why))
                else:
                    yield from self.find_in_file(Path(where, name))
        for error in closed:
            yield RefusedAttachment(
                safe_name(Path(str(error.filename)).name),
                "this folder cannot be opened",
                "Check that you may read it, and try again",
            )

    def find_in_file(self, path: Path) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments of a file on disk, or the file itself where it is no mail, mailbox or zip."""
        name = safe_name(path.name)
        self.number += 1
        self.unpacked = self.taken = 0
        self.held_up = 0.0
        self.set_aside.clear()
        try:
            read = _read_file(path)
        except OSError as error:
            why = reason_of(error)
            yield RefusedAttachment(name, f"it cannot be opened ({why})", "Check that you may read it, and try again")
            return
        if read is None:
            yield RefusedAttachment(name, "this is no ordinary file", "Give a file or a folder")
            return
        container = Container(self.number, name)
        try:
            for found in self.examine_file(path, name, *read):
                inside = found.containers or isinstance(found, RefusedAttachment)
                yield replace(found, container=container) if inside else found
        except UnreadableFile as refusal:
            yield RefusedAttachment(name, refusal.fault, refusal.remedy, container=container)
        except OSError as error:
            why = reason_of(error)
            yield RefusedAttachment(name, f"it cannot be read ({why})", "Copy it to your own disk and try again")

    def examine_file(
        self, path: Path, name: str, head: bytes, data: bytes | None
    ) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments of a file on disk by its kind, which its first bytes tell.

        `data` is None for a mailbox and for a file too large to read. Raises UnreadableFile for a mail too large.
        """
        if is_mailbox(head):
            from hrworkbook.intake.mailbox import mails_of_mailbox

            for number, mail in enumerate(mails_of_mailbox(path), 1):
                self.take()
                yield from self.find_in_mail(mail, (name, f"mail {number}"))
        elif head and is_mail(head, name):
            if data is None:
                size = f"it has {path.stat().st_size // MB} MB; more than {MAIL_MAX // MB} MB are not read"
                raise refuse_package(size, "Ask the sender for the workbook alone")
            yield from self.find_in_mail(data, (name,))
        elif data is None:
            yield Attachment(name, path)
        elif head.startswith(ZIP):
            yield from self.find_in_zip(data, Attachment(name, path), 0)
        elif head.startswith(OLE) and (name.lower().endswith(".msg") or is_outlook_message(data)):
            yield from self.find_in_mail(data, (name,), outlook=True)
        else:
            yield self.with_hash(Attachment(name, path), data)

    def take(self) -> None:
        """Count one more file taken out of the file on disk.

        Raises UnreadableFile past `FILES_MAX` files, or past `HELD_UP_MAX` seconds spent on refused mails.
        """
        self.taken += 1
        if self.taken > FILES_MAX:
            raise refuse_package(
                f"it holds more than {FILES_MAX:,} files; the rest were not read", "Send them in parts"
            )
        if self.held_up > HELD_UP_MAX:
            raise refuse_package(
                "mails in it take far longer to read than any honest mail; the rest were not read", _NO_ZIP_REMEDY
            )

    def aside(self, place: tuple[str, ...], why: str) -> None:
        """Set aside a file of a container; past `_ASIDES_NAMED` with the same reason, files are only counted."""
        self.set_aside[why] += 1
        more = self.set_aside[why] - _ASIDES_NAMED
        if more <= 0:
            self.ignored.append(IgnoredAttachment(" > ".join(place), why))
        elif more == 1:
            self.others_aside[why] = len(self.ignored)
            self.ignored.append(IgnoredAttachment(f"{place[0]} > another file in it", why))
        else:
            self.ignored[self.others_aside[why]] = IgnoredAttachment(
                f"{place[0]} > {more:,} more files in it", why, more
            )

    def with_hash(self, found: Attachment, data: bytes, sha256: str = "") -> Attachment:
        """Return the attachment with its SHA-256 and the place of an earlier copy, if any; unchanged if too large."""
        if len(data) > FILE_MAX:
            return found
        sha256 = sha256 or hashlib.sha256(data).hexdigest()
        earlier = self.seen.get(sha256, "")
        if not earlier:
            self.seen[sha256] = found.place
        return replace(found, sha256=sha256, copy_of=earlier)

    # ------------------------------------------------------------ mails

    def find_in_mail(
        self, data: bytes, containers: tuple[str, ...], outlook: bool = False
    ) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments of a mail, or of an Outlook message; a refusal where it cannot be read."""
        began = clock.monotonic()
        try:
            mail = self.mails.read(data, outlook)
        except UnreadableFile as refusal:
            self.held_up += clock.monotonic() - began
            yield RefusedAttachment(" > ".join(containers), refusal.fault, refusal.remedy, containers=containers[:-1])
            return
        yield from self.find_in_parsed_mail(mail, containers)

    def find_in_parsed_mail(self, mail: Mail, containers: tuple[str, ...]) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments of a mail and of the mails in it; a refusal where it has none."""
        if mail.draft:
            self.aside(containers, "a draft that was never sent")
            return
        any_found = False
        for found in self.find_in_parts(mail, containers):
            any_found = True
            yield _with_sender(found, mail)
        for inner in mail.forwarded:
            label = f"forwarded mail '{inner.subject[:60]}'" if inner.subject else "forwarded mail"
            for found in self.find_in_parsed_mail(inner, (*containers, label)):
                if isinstance(found, RefusedAttachment) and (any_found or mail.automatic):
                    self.aside((*containers, label), found.fault)
                    continue
                any_found = True
                yield _with_sender(found, mail)
        if not any_found and mail.table and not mail.automatic:
            yield _with_sender(
                self.with_hash(Attachment(TABLE_FILE_NAME, data=mail.table, containers=containers), mail.table), mail
            )
        elif not any_found:
            fault, remedy = no_workbook_refusal(mail)
            yield _with_sender(
                RefusedAttachment(" > ".join(containers), fault, remedy, containers=containers[:-1]), mail
            )

    def find_in_parts(self, mail: Mail, containers: tuple[str, ...]) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the workbooks enclosed in one mail, or its documents where it has no workbook.

        Logos, signatures and documents beside a workbook are set aside.
        """
        books: list[tuple[MailPart, str]] = []
        others: list[tuple[MailPart, str]] = []
        for enclosure in mail.parts:
            name = safe_name(enclosure.name) if enclosure.name else ""
            shown = name or "unnamed attachment"
            sort = attachment_kind(name, enclosure.mime, enclosure.data[:_HEAD_BYTES], enclosure.inline)
            if sort == "ornament":
                self.aside((*containers, shown), "a picture, signature or invitation")
            elif sort:
                (books if sort == "workbook" else others).append((enclosure, shown))
        if books:
            for _, shown in others:
                self.aside((*containers, shown), "a document beside the workbook")
        for enclosure, shown in books or others:
            if enclosure.damaged and not enclosure.data.startswith(ZIP):
                yield RefusedAttachment(
                    " > ".join((*containers, shown)),
                    "it was damaged on its way: bytes of it may be missing",
                    "Ask the sender to send it again",
                    containers=containers,
                )
                continue
            self.take()
            yield from self.find_in_attachment(Attachment(shown, data=enclosure.data, containers=containers), 0)

    # ------------------------------------------------------------ zips

    def find_in_attachment(self, found: Attachment, depth: int) -> Iterator[Attachment | RefusedAttachment]:
        """Yield the attachments inside an attachment that is a mail or a zip, or the attachment itself."""
        data = found.data or b""
        head = data[:4096]
        containers = (*found.containers, found.name)
        if head.startswith(ZIP):
            yield from self.find_in_zip(data, found, depth)
        elif head.startswith(OLE) and (found.name.lower().endswith(".msg") or is_outlook_message(data)):
            yield from self.find_in_mail(data, containers, outlook=True)
        elif is_mail(head, found.name):
            yield from self.find_in_mail(data, containers)
        else:
            yield self.with_hash(found, data)

    def find_in_zip(self, data: bytes, found: Attachment, depth: int) -> Iterator[Attachment | RefusedAttachment]:
        """Yield a zip itself where it is a workbook, else the attachments in it; a refusal where it is unreadable."""
        sha256 = hashlib.sha256(data).hexdigest() if len(data) <= FILE_MAX else ""
        if sha256 in self.known_hashes:
            yield self.with_hash(found, data, sha256)
            return
        try:
            package = CheckedPackage(data, FILES_MAX)
        except UnreadableFile as refusal:
            if found.name.lower().endswith(SPREADSHEET_SUFFIXES):
                yield self.with_hash(found, data, sha256)
            else:
                yield RefusedAttachment(found.place, refusal.fault, _NO_ZIP_REMEDY, containers=found.containers)
            return
        if is_single_document(package):
            yield self.with_hash(found, data, sha256)
            return
        if depth >= ZIP_DEPTH:
            yield RefusedAttachment(
                found.place,
                f"it holds zips in zips more than {ZIP_DEPTH} deep",
                "Ask the sender for the workbook itself",
                containers=found.containers,
            )
            return
        containers = (*found.containers, found.name)
        any_found = False
        for part in sorted(package.parts.values(), key=lambda p: _natural_order(p.name)):
            name = safe_name(part.name)
            why = ignore_reason(part.name.rsplit("/", 1)[-1]) or (
                "part of a Mac's own filing" if "__MACOSX" in part.name else ""
            )
            if why or name.lower().endswith(IGNORED_SUFFIXES):
                self.aside((*containers, name), why or "a picture, signature or invitation")
                continue
            any_found = True
            self.take()
            self.unpacked += part.size
            if self.unpacked > TOTAL_MAX:
                raise refuse_package(
                    f"it unpacks to more than {TOTAL_MAX // MB} MB; the rest was not read", _NO_ZIP_REMEDY
                )
            try:
                inside = package.inflate(part.name)
            except UnreadableFile as refusal:
                yield RefusedAttachment(
                    " > ".join((*containers, name)), refusal.fault, refusal.remedy, containers=containers
                )
                continue
            yield from self.find_in_attachment(
                replace(found, name=name, path=None, data=inside, containers=containers, sha256="", copy_of=""),
                depth + 1,
            )
        if not any_found:
            yield RefusedAttachment(
                found.place,
                "it is a zip with no spreadsheet in it",
                "Ask the sender for the Excel workbook itself",
                containers=found.containers,
            )


def _natural_order(name: str) -> tuple[str, str]:
    return name.casefold(), name


def _with_sender(found: FoundFile, mail: Mail) -> FoundFile:
    """Return a found file with the sender and date of the mail, where an inner mail has not set them."""
    return replace(
        found,
        sender=found.sender or mail.sender,
        sender_name=found.sender_name or mail.sender_name,
        senders=(mail.sender or NO_SENDER, *found.senders),
        sent=found.sent or mail.sent,
        subject=found.subject or mail.subject,
    )


def _read_file(path: Path) -> tuple[bytes, bytes | None] | None:
    """Return the first bytes of a file and all of its bytes; None where there is no regular file.

    All of its bytes are None for a mailbox, and for a file larger than its kind may be. Raises OSError.
    """
    with suppress(FileNotFoundError):
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                head = file.read(status.st_size if status.st_size <= MB else _HEAD_BYTES)
                if is_mailbox(head[:_HEAD_BYTES]):
                    return head[:_HEAD_BYTES], None
                most = ZIP_MAX if head.startswith(ZIP) else MAIL_MAX
                rest = file.read(most) if len(head) < status.st_size <= most else b""
                return head[:_HEAD_BYTES], head + rest if status.st_size <= most else None
    return None

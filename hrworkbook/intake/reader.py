"""Read any file an owner may send: its cells, or a plain reason why not.

`read_file` reads in this process. `FileReader` reads in a child process with a memory cap and a time limit, for files nobody
vouches for; one child reads many files and is replaced when one of them kills it or holds it up.
"""

import hashlib
import json
import stat
import sys
import time as clock
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from hrworkbook.ooxml.limits import FILE_MAX, MB, PLAIN_WORKBOOK_REMEDY, RESAVE_REMEDY
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.snapshot import Block, CellTexts
from hrworkbook.plan.values import CellError, Uncomputed, Value

if TYPE_CHECKING:
    from hrworkbook.intake.child_process import ChildProcess

READ_AHEAD_FILES, READ_AHEAD_BYTES = 40, 4 << 20
"""Files, and bytes of files, that the child is given before it has answered the first of them: it and the caller work at
the same time, and what is answered waits in memory."""

SLOW, HELD_UP_MAX = 2.0, 25.0
"""Seconds from which on a file is slow, and that the slow files of one container may take before the rest is left unread."""


@dataclass(frozen=True)
class FileContents:
    """A file as read: its sheets in tab order, and what is worth telling the officer about it."""

    name: str
    kind: str
    """xlsx, xlsm, xlsb, xls, ods or csv: what the file is, whatever it is called."""
    blocks: tuple[Block, ...]
    sha256: str
    notes: tuple[str, ...] = ()
    """Sentences such as 'It was locked with a password.'"""
    hidden_rows: dict[str, frozenset[int]] = field(default_factory=dict)
    """Rows hidden or filtered out, counted from 1, by sheet; sheets without any are left out."""
    modified: datetime | None = None
    """When its package says it was last saved (ECMA-376, part 2, 11.1: dcterms:modified), with its zone."""


class FileSource(Protocol):
    """Something to read: a file on disk (`path`), or the bytes of an attachment (`data`)."""

    @property
    def name(self) -> str:
        """Return the name to show."""

    @property
    def path(self) -> Path | None:
        """Return the path on disk; None for an attachment."""

    @property
    def data(self) -> bytes | None:
        """Return the bytes of an attachment; None for a file on disk."""

    @property
    def container(self) -> Hashable:
        """Return the container it came in, such as a zip; None for a file by itself."""


Item = TypeVar("Item", bound="FileSource | Path")


def read_file(
    source: Path | bytes, name: str = "", password: str | None = None, *, documents: bool = False, fills: bool = False
) -> FileContents:
    """Return the cells of a file, read in this process.

    Only for files we made ourselves, and for processes that are already a capped child.

    Raises UnreadableFile where it is no spreadsheet, or a broken, locked or dangerous one.
    """
    from hrworkbook.intake.read_cells import read_file_cells
    from hrworkbook.intake.reader_worker import read_bytes

    shown = name or (source.name if isinstance(source, Path) else "the file")
    try:
        if isinstance(source, Path):
            _size_of(source)
            source = read_bytes(str(source))
        book = read_file_cells(source, shown, password, documents=documents, fills=fills)
    except UnreadableFile as refusal:
        raise UnreadableFile(shown, refusal.fault, refusal.remedy) from None
    book["sha256"] = hashlib.sha256(source).hexdigest()
    return _contents_from(book, shown)


class FileReader:
    """Reads files in a child process that is capped to `memory_mb` and has `seconds` for each; close it, or use `with`.

    A file that kills the child or outlasts its time is refused, and the next one gets a fresh child. Raises ToolMissing where
    this computer lets no second process start.
    """

    def __init__(
        self,
        memory_mb: int = 1024,
        seconds: float = 15,
        password: str | None = None,
        *,
        documents: bool = False,
        fills: bool = False,
    ) -> None:
        self.memory_mb = memory_mb
        self.seconds = seconds
        self.password = password
        self.documents = documents
        """Whether the tables of Word documents are read too: a plan may be kept in one, a return is none."""
        self.fills = fills
        """Whether the colours of cells are told: a plan may say something by them, and they take long to find."""
        self._child: ChildProcess | None = None
        self._waiting_since = 0.0
        self._held_up: dict[Hashable, float] = {}
        """Seconds that the slow files of each container took."""

    def __enter__(self) -> Self:
        self._connected()  # the child starts up while the caller still looks for files
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        if self._child:
            self._child.kill()
            self._child = None

    def read(self, item: "FileSource | Path") -> FileContents:
        """Return the cells of one file; raise UnreadableFile where it cannot be read."""
        for _, outcome in self.read_many([item]):
            if isinstance(outcome, UnreadableFile):
                raise outcome
            return outcome
        raise AssertionError("read_many answers every item")

    def read_many(self, items: Iterable[Item]) -> Iterator[tuple[Item, "FileContents | UnreadableFile"]]:
        """Yield each item with its contents or its refusal, in the order given; the child reads ahead meanwhile."""
        waiting: deque[tuple[Item, dict[str, Any] | UnreadableFile, bytes]] = deque()
        source = iter(items)
        more = True
        ahead = 0
        try:
            while True:
                few = len(waiting) <= READ_AHEAD_FILES // 2  # asked for in bursts: each time costs a change of threads
                while few and more and len(waiting) < READ_AHEAD_FILES and (ahead < READ_AHEAD_BYTES or not waiting):
                    item = next(source, None)
                    if item is None:
                        more = False
                        break
                    request, data = self._request(item)
                    if self._held_up.get(_container(item), 0) > HELD_UP_MAX:
                        request, data = _left_unread(item), b""
                    waiting.append((item, request, data))
                    ahead += _request_bytes(request)
                    if isinstance(request, dict):
                        self._send(request, data, first=sum(isinstance(r, dict) for _, r, _ in waiting) == 1)
                if not waiting:
                    return
                item, request, data = waiting[0]
                outcome = request if isinstance(request, UnreadableFile) else self._next_result(_name(item), waiting)
                waiting.popleft()
                ahead -= _request_bytes(request)
                yield item, outcome
        finally:
            if any(isinstance(request, dict) for _, request, _ in waiting):
                self.close()

    def _request(self, item: "FileSource | Path") -> tuple[dict[str, Any] | UnreadableFile, bytes]:
        name = _name(item)
        path = item if isinstance(item, Path) else item.path
        data = None if isinstance(item, Path) else item.data
        request: dict[str, Any] = {"name": name, "password": self.password}
        request |= {what: True for what, asked in (("documents", self.documents), ("fills", self.fills)) if asked}
        if data is not None and len(data) > FILE_MAX:
            too_much = f"it has {len(data) / MB:,.0f} MB; a return has fewer than {FILE_MAX // MB}"
            return UnreadableFile(name, too_much, PLAIN_WORKBOOK_REMEDY), b""
        if data is not None:
            return {**request, "size": len(data)}, data
        if path is None:
            return UnreadableFile(name, "it has no contents", "Ask the sender to attach it again"), b""
        try:
            size = _size_of(path)
        except UnreadableFile as refusal:
            return UnreadableFile(name, refusal.fault, refusal.remedy), b""
        return {**request, "path": str(path.absolute()), "on_disk": size}, b""

    def _send(self, request: dict[str, Any], data: bytes, first: bool) -> None:
        if first:
            self._waiting_since = clock.monotonic()
        self._connected().send(json.dumps(request).encode("ascii"), data)

    def _connected(self) -> "ChildProcess":
        if self._child is None:
            from hrworkbook.intake.child_process import ChildProcess

            self._child = ChildProcess(self.memory_mb)
        return self._child

    def _next_result(self, name: str, waiting: "deque[Any]") -> "FileContents | UnreadableFile":
        """Return the outcome of the first file waiting: its contents, or its refusal.

        A child that has ended is replaced, and the rest of the files are sent to the new one.
        """
        while True:
            assert self._child is not None
            answer = self._child.receive(self._waiting_since + self.seconds, self.memory_mb)
            if isinstance(answer, tuple):
                began, (self._waiting_since, book) = self._waiting_since, answer
                self._note(waiting[0][0], self._waiting_since - began)
                if "fault" in book:
                    return UnreadableFile(name, book["fault"], book["remedy"])
                return _contents_from(book, name)
            self.close()
            blamed = answer != "retired"
            if blamed:
                self._note(waiting[0][0], clock.monotonic() - self._waiting_since)
                self._leave_unread(waiting)
            asked = [(request, data) for _, request, data in waiting if isinstance(request, dict)]
            for index, (request, data) in enumerate(asked[1:] if blamed else asked):
                self._send(request, data, first=index == 0)
            if blamed:
                return UnreadableFile(name, *self._end_fault(answer))

    def _note(self, item: "FileSource | Path", seconds: float) -> None:
        container = _container(item)
        if container is not None and seconds > SLOW:
            self._held_up[container] = self._held_up.get(container, 0) + seconds

    def _leave_unread(self, waiting: "deque[Any]") -> None:
        """Refuse what else waits of a container that has held up the reader for long enough, but for the first."""
        for at, (item, request, _) in enumerate(waiting):
            if at and isinstance(request, dict) and self._held_up.get(_container(item), 0) > HELD_UP_MAX:
                waiting[at] = (item, _left_unread(item), b"")

    def _end_fault(self, why: str) -> tuple[str, str]:
        """Return fault and remedy for a file that ended its child."""
        if why == "late":
            return (
                f"it took longer than {self.seconds:g} seconds to read, far longer than any return",
                PLAIN_WORKBOOK_REMEDY,
            )
        if why == "memory":
            return "it needs more memory than any return should", PLAIN_WORKBOOK_REMEDY
        return "it is damaged in a way that stops the reader", RESAVE_REMEDY


def _name(item: "FileSource | Path") -> str:
    return item.name


def _container(item: "FileSource | Path") -> Hashable:
    return None if isinstance(item, Path) else item.container


def _left_unread(item: "FileSource | Path") -> UnreadableFile:
    fault = "it was not read: other files that came with it take far longer than any return"
    return UnreadableFile(_name(item), fault, "If it is a return, give it by itself")


def _request_bytes(request: dict[str, Any] | UnreadableFile) -> int:
    return 0 if isinstance(request, UnreadableFile) else int(request.get("size") or request.get("on_disk") or 0)


def _size_of(path: Path) -> int:
    """Return the size of a file in bytes; raise UnreadableFile where it is missing, a folder or a device."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        raise UnreadableFile(path.name, "there is no such file", "Check its name and folder") from None
    if stat.S_ISDIR(found.st_mode):
        raise UnreadableFile(
            path.name, "this is a folder", "Give the file in it, or give the folder to `hrworkbook merge`"
        )
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableFile(path.name, "this is no ordinary file", "Give a file")
    return found.st_size


_SPECIAL_TYPES: dict[str, Callable[[str], Value]] = {
    "e": CellError,
    "u": Uncomputed,
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "h": time.fromisoformat,
}


def _moment(text: str) -> datetime | None:
    """Return the moment of a W3CDTF text with its zone; None where it is none."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _marks(sheet: dict[str, Any]) -> dict[str, Any]:
    """Return what a sheet shows beside its values, as keyword arguments of `Block`."""
    found: dict[str, Any] = {}
    for what in ("comments", "struck", "text_boxes", "pictures"):
        if what in sheet:
            found[what] = tuple((row, column, text) for row, column, text in sheet[what])
    for what in ("formats", "shown_texts", "fills"):
        if what in sheet:
            found[what] = CellTexts(sheet[what])
    for what in ("hidden_rows", "hidden_columns"):
        if sheet.get(what):
            found[what] = tuple(sheet[what])
    return found | {what: sheet[what] for what in ("from_1904", "encoding") if what in sheet}


def _contents_from(book: dict[str, Any], name: str) -> FileContents:
    """Return the contents of a file from the plain lists that a child sends."""
    blocks: list[Block] = []
    hidden: dict[str, frozenset[int]] = {}
    for sheet in book["sheets"]:
        rows = sheet["rows"]
        for row, column, tag, text in sheet["specials"]:
            rows[row][column] = _SPECIAL_TYPES[tag](text)
        merges = tuple((top, left, bottom, right) for top, left, bottom, right in sheet["merges"])
        blocks.append(Block(sheet["name"], rows, merges, sheet["hidden"], **_marks(sheet)))
        if sheet["hidden_rows"]:
            hidden[sheet["name"]] = frozenset(sheet["hidden_rows"])
    notes = list(book["notes"])
    if not book.get("capped", True) and sys.platform != "darwin":
        notes.append("This computer could not cap the memory used to read it.")
    return FileContents(
        name, book["kind"], tuple(blocks), book["sha256"], tuple(notes), hidden, _moment(book.get("modified", ""))
    )

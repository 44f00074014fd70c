"""The capped child process: takes files on its standard input, answers with their cells.

A frame is four bytes of length, then JSON; a request that carries the file itself is followed by its bytes. JSON, not
pickle: what a hostile file could make of this process must not become code in its parent. A file that kills the process or
holds it up costs only that file; see `hrworkbook.intake.reader.FileReader`.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from hrworkbook.intake.read_cells import read_file_cells
from hrworkbook.ooxml.limits import FILE_MAX, MB, PLAIN_WORKBOOK_REMEDY, RESAVE_REMEDY, refuse_package
from hrworkbook.plan.errors import UnreadableFile, reason_of

ENCLOSING = b"E"
"""Begins an answer whose JSON, its length before it, is followed by bytes; JSON itself begins with a brace."""
RETIRE_AFTER_BYTES = 4 * MB
"""A file or an answer of this size leaves the process's memory in pieces; it then makes way for a fresh one."""


Answer = tuple[dict[str, Any], Sequence[bytes]]
"""What JSON can carry of an answer, and the bytes that follow it."""


def serve(memory_mb: int) -> None:
    """Answer requests for the cells of files."""
    serve_with(_cells, memory_mb)


def serve_with(read: Callable[[dict[str, Any], bytes], Answer], memory_mb: int) -> None:
    """Answer requests until the standard input ends, or until a large file has been answered."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    capped = cap_memory(memory_mb * MB)
    while True:
        frame = _read_exactly(requests, 4)
        if len(frame) < 4:
            return
        request = json.loads(_read_exactly(requests, int.from_bytes(frame, "little")))
        data = _read_exactly(requests, request["size"]) if "size" in request else None
        answer, enclosed, last = _answer(read, request, data)
        answer["capped"] = capped
        body = json.dumps(answer, check_circular=False, separators=(",", ":")).encode("ascii")
        if enclosed:
            body = b"".join((ENCLOSING, len(body).to_bytes(4, "little"), body, *enclosed))
        _send(answers, len(body).to_bytes(4, "little") + body)
        if last or len(body) > RETIRE_AFTER_BYTES or (data is not None and len(data) > RETIRE_AFTER_BYTES):
            return


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    return stream.read(size)


def _send(stream: BinaryIO, frame: bytes) -> None:
    view = memoryview(frame)
    while view:
        view = view[stream.write(view) :]


def _cells(request: dict[str, Any], data: bytes) -> Answer:
    """Return the cells of a file and its SHA-256, in the form of an answer."""
    asked = {what: request[what] for what in ("documents", "fills") if what in request}
    book = read_file_cells(data, request["name"], request.get("password"), **asked)
    book["sha256"] = hashlib.sha256(data).hexdigest()
    return book, ()


def _answer(
    read: Callable[[dict[str, Any], bytes], Answer], request: dict[str, Any], data: bytes | None
) -> tuple[dict[str, Any], Sequence[bytes], bool]:
    """Return the answer to a request, the bytes that follow it, and whether the process should end after it."""
    try:
        if data is None:
            data = read_bytes(request["path"])
        return *read(request, data), len(data) > RETIRE_AFTER_BYTES
    except UnreadableFile as refusal:
        return {"fault": refusal.fault, "remedy": refusal.remedy}, (), False
    except (MemoryError, RecursionError):
        return {"fault": OUT_OF_MEMORY[0], "remedy": OUT_OF_MEMORY[1]}, (), True
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # The parser's panics are no `Exception`; whatever it is, the file is at fault and the next one is not.
        error_text = f"{type(error).__name__}: {error}"[:120].splitlines()[0]
        return (
            {"fault": f"it is damaged in a way that confuses the reader ({error_text})", "remedy": RESAVE_REMEDY},
            (),
            True,
        )


OUT_OF_MEMORY = "it needs more memory than any return should", PLAIN_WORKBOOK_REMEDY


def read_bytes(path: str) -> bytes:
    """Return the bytes of the file, cut after `FILE_MAX` + 1, so that one too large is recognised.

    Raises UnreadableFile where it cannot be opened.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (pathlib costs the child a tenth of its start-up)
            # Room for the largest file takes longer to set aside than most files take to read.
            return file.read(min(os.fstat(file.fileno()).st_size, FILE_MAX) + 1)
    except OSError as error:
        raise refuse_package(
            f"it cannot be opened ({reason_of(error)})", "Close it elsewhere, check that you may read it, and try again"
        ) from None


def cap_memory(size: int) -> bool:
    """Limit the memory of this process to `size` bytes; return False where the system cannot."""
    if sys.platform == "win32":
        from hrworkbook.intake.windows_job import limit_memory

        return limit_memory(size)
    import resource

    try:
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        if hard != resource.RLIM_INFINITY:
            size = min(size, hard)
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return False
    return sys.platform != "darwin"  # which takes the limit and ignores it; the parent watches instead

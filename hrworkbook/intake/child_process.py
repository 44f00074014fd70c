"""The line to the capped child: starts it, sends files, waits no longer than allowed for an answer."""

import contextlib
import importlib.util
import json
import os
import queue
import subprocess
import sys
import threading
import time as clock
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal

from hrworkbook.plan.errors import ToolMissing

EndReason = Literal["late", "memory", "died", "retired"]
"""Why no answer came: out of time, out of memory, crashed, or ended of itself before it came to this file."""

MAX_ANSWER_BYTES = 700 << 20
_READ_BYTES = 1 << 18

# The child needs a few modules of this package and the parser: not the package's front door, not `site`, nothing that lies
# beside the file or in the current folder. That is also three quarters of what its start would cost.
_BOOT_CODE = (
    "import sys; p = type(sys)('hrworkbook'); p.__path__ = [sys.argv[1]]; sys.modules['hrworkbook'] = p; "
    "sys.path[:0] = sys.argv[4:]; __import__(sys.argv[3], fromlist=['serve']).serve(int(sys.argv[2]))"
)


class ChildProcess:
    """One child process and the two threads that talk to it, so that neither side can hold up the other."""

    def __init__(self, memory_mb: int, worker: str = "hrworkbook.intake.reader_worker") -> None:
        """Start the child; it runs `serve` of the module named."""
        flags = ["-I", "-S", *(["-B"] if sys.dont_write_bytecode else [])]
        try:
            self.process = subprocess.Popen(
                [
                    _interpreter(),
                    *flags,
                    "-c",
                    _BOOT_CODE,
                    str(Path(__file__).parents[1]),
                    str(memory_mb),
                    worker,
                    *_library_folders(),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise ToolMissing(
                "reading files",
                f"the process that reads them safely cannot be started ({(error.strerror or 'no reason given').lower()})",
                "Close other programs and try again; if it goes on, ask IT whether Python may start a second process",
            ) from None
        _enlarge_pipe(self.process.stdout)
        self._watched = sys.platform == "darwin"
        """Whether memory is watched from here, for want of a cap."""
        self._requests: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        for work in (self._send_loop, self._receive_loop):
            threading.Thread(target=work, daemon=True).start()

    def send(self, request: bytes, data: bytes) -> None:
        """Send a request, followed by the bytes of the file where they are not read from disk."""
        self._requests.put(len(request).to_bytes(4, "little") + request)
        if data:
            self._requests.put(data)

    def receive(self, deadline: float, memory_mb: int) -> tuple[float, dict[str, Any]] | EndReason:
        """Return when the next answer arrived (monotonic seconds) and its content, or the reason why there is none."""
        while True:
            left = max(deadline - clock.monotonic(), 0)
            try:
                came, body = self._answers.get(timeout=min(left, 0.5) if self._watched else left)
            except queue.Empty:
                if clock.monotonic() >= deadline:
                    return "late"
                if self._watched and resident_mb(self.process.pid) > memory_mb:
                    return "memory"
                continue
            if body:
                return came, _opened(body)
            return _end_reason(self.process.wait())

    def kill(self) -> None:
        """End the child, whatever it is doing."""
        self._requests.put(None)
        self.process.kill()
        self.process.wait()

    def _send_loop(self) -> None:
        stream = self.process.stdin
        assert stream is not None
        with contextlib.suppress(OSError):  # the child is gone; the other thread notices
            while (frame := self._requests.get()) is not None:
                stream.write(frame)
                if self._requests.empty():
                    stream.flush()
        with contextlib.suppress(OSError):
            stream.close()

    def _receive_loop(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        with stream:
            for body in _frames(stream):
                self._answers.put((clock.monotonic(), body))
        self._answers.put((clock.monotonic(), b""))


def _frames(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the answers of the child until it ends or sends one longer than `MAX_ANSWER_BYTES`.

    Each answer follows its length in four bytes, little-endian. Each read takes all that the pipe holds.
    """
    held = b""
    while chunk := stream.read1(_READ_BYTES):  # type: ignore[attr-defined]
        held += chunk
        while len(held) >= 4:
            end = 4 + int.from_bytes(held[:4], "little")
            if end > MAX_ANSWER_BYTES:
                return
            if len(held) < end:
                held += stream.read(end - len(held))
            if end == 4 or len(held) < end:
                return
            yield held[4:end]
            held = held[end:]


def _opened(body: bytes) -> dict[str, Any]:
    """Return the JSON object of an answer; bytes that follow it are under `enclosed`."""
    if body.startswith(b"{"):
        return dict(json.loads(body))
    end = 5 + int.from_bytes(body[1:5], "little")
    return {**json.loads(body[5:end]), "enclosed": memoryview(body)[end:]}


def _enlarge_pipe(pipe: IO[bytes] | None) -> None:
    """Enlarge the pipe to 1 MiB on Linux, so that the child need not wait until a whole answer has been read."""
    if pipe and sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


def _end_reason(code: int) -> EndReason:
    """Return why the child ended, by its exit code.

    The parser aborts (SIGABRT, on Windows fail-fast) where it cannot allocate memory.
    """
    if code == 0:
        return "retired"
    return "memory" if code in (-6, -9, 134, 137, 3, 0xC0000409, 0xC0000409 - (1 << 32)) else "died"


def _interpreter() -> str:
    """Return the path of the Python interpreter for the child.

    In a Windows virtual environment `python.exe` only starts another process, which would survive a kill.
    """
    return str(getattr(sys, "_base_executable", "") or sys.executable) if os.name == "nt" else sys.executable


def _library_folders() -> list[str]:
    """Return the folders of the parser and the other libraries; never the current folder."""
    found = importlib.util.find_spec("python_calamine")
    first = [str(Path(found.origin).parents[1])] if found and found.origin else []
    rest = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages") and Path(p).is_absolute()]
    return list(dict.fromkeys(first + rest))


def resident_mb(pid: int) -> int:
    """Return the resident memory of a process in MiB, 0 where unknown; for macOS, which ignores RLIMIT_AS."""
    try:
        ps_output = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, timeout=2
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return 0
    return int(ps_output) // 1024 if ps_output.strip().isdecimal() else 0

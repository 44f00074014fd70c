"""Thousands of returns: reading spread over processes, or over the machines of a Dask cluster.

Each task is a batch of files. Its worker reads them in a capped child of its own, holds them against what was issued, and
sends back only what they change. The order of the files is kept, and only so many batches are under way at a time.
"""

import gc
import hashlib
import os
import pickle
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hrworkbook.errors import HrWorkbookError, ToolMissing, reason_of
from hrworkbook.inbox.attachments import Attachment
from hrworkbook.merge import read_replies
from hrworkbook.merging.compare import Reply
from hrworkbook.merging.outcomes import Received, Refused
from hrworkbook.merging.receive import Found, read_found
from hrworkbook.reading.bounds import MB
from hrworkbook.reading.reader import Reader
from hrworkbook.snapshot import Snapshot

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

WORTH_IT = 2_000
"""Files from which on reading is spread over processes unasked."""
BATCH = 50
"""Files in a task, so that sending it costs little beside reading them."""
BATCH_BYTES = 8 * MB
"""Bytes that travel with a task before it is full."""
MOST_PROCESSES = 16
ANSWERS_WITHIN = 10
"""Seconds a scheduler has to answer."""
_PARCELS = (".zip", ".mbox", ".mbx", "")
_PARCELLED = 25_000
"""Bytes a return takes in a zip or a mailbox, roughly."""

Outcome = Reply | Received | Refused


@dataclass(frozen=True)
class Crowd:
    """Workers that read: where batches are handed in, and what each is handed in with."""

    executor: "Executor"
    workers: int
    key: str
    """Names the task among others that the same workers may have."""
    task: Any
    """The plan to hold files against and the password, pickled; or what the executor turns into that at the worker."""
    travels: bool
    """Whether the files' bytes go along, for workers that do not see this disk."""
    name: str
    """What to call it in messages."""

    def read(self, found: Iterable[Found]) -> Iterator[Outcome]:
        """What each file changes, or why it is refused, in the order found; files that need no reading stay as they are."""
        waiting: deque[tuple[list[Found], Future[list[Outcome]]]] = deque()
        for batch in _batches(found, self.travels):
            to_read = [item for item in batch if isinstance(item, Attachment)]
            waiting.append((batch, self.executor.submit(_read_batch, self.key, self.task, to_read)))
            if len(waiting) > 2 * self.workers + 1:
                yield from self._outcomes(*waiting.popleft())
        while waiting:
            yield from self._outcomes(*waiting.popleft())

    def _outcomes(self, batch: list[Found], future: "Future[list[Outcome]]") -> Iterator[Outcome]:
        try:
            read = iter(future.result())
        except HrWorkbookError:
            raise
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())[:150]
            raise HrWorkbookError(
                self.name,
                f"a process that reads files has failed ({said})",
                "Try again with --jobs 1; nothing was changed",
            ) from error
        for item in batch:
            yield next(read) if isinstance(item, Attachment) else item


@contextmanager
def processes(jobs: int, snapshot: Snapshot | None, password: str | None) -> Iterator[Crowd]:
    """So many processes on this computer; they end with the block, whatever ends it.

    They compare with the plan of `snapshot`; without one they only read.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    key, task = _task(snapshot, password)
    # Spawned on every system: a forked process would hold the ends of this one's pipes.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (key, task))
    try:
        with _deaf():
            for _ in range(jobs):
                pool.submit(_nothing)  # a process starts with each, while files are still looked for
        yield Crowd(pool, jobs, key, b"", False, "reading files")
        pool.shutdown(wait=True)
    finally:
        workers = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(5)
            if worker.is_alive():
                worker.kill()


@contextmanager
def _deaf() -> Iterator[None]:
    """Lets processes begin deaf to Ctrl+C, which is their parent's to hear; it hears it a moment later."""
    import signal

    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    # What this thread does not take goes to another, and would interrupt this one all the same.
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
        if heard:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def cluster(address: str, snapshot: Snapshot | None, password: str | None) -> Iterator[Crowd]:
    """The workers of a Dask scheduler that runs already; what they were given is taken back at the end.

    Raises ToolMissing where Dask is not installed, here or there, and HrWorkbookError where no scheduler answers.
    """
    client = _client(address)
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise HrWorkbookError(address, "this cluster has no workers", "Start some with: dask worker " + address)
        _same_version(client, address)
        key, task = _task(snapshot, password)
        crowd = Crowd(client.get_executor(pure=False), threads, key, None, True, address)
        try:
            yield replace(crowd, task=client.scatter(task, broadcast=True, hash=False))
        finally:
            with suppress(Exception):
                crowd.executor.shutdown(wait=False)
                client.run(close_desks)
    finally:
        client.close()


def _client(address: str) -> Any:
    import logging
    import warnings

    try:
        from distributed import Client
    except ImportError:
        raise ToolMissing(
            "--cluster",
            "Dask is not installed",
            "Install it with: pip install 'hrworkbook[cluster]', or leave out --cluster",
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whether versions fit is checked below, and told our way
            return Client(address, timeout=ANSWERS_WITHIN, set_as_default=False)  # type: ignore[no-untyped-call, unused-ignore]
    except (OSError, ValueError, TimeoutError, RuntimeError) as error:
        said = " ".join(str(error).split())[:100]
        raise HrWorkbookError(
            address,
            f"no Dask scheduler answers here ({said})",
            "Give the address that `dask scheduler` prints, such as tcp://127.0.0.1:8786",
        ) from None


def _same_version(client: Any, address: str) -> None:
    """Refuse workers on which another version would read: two versions may read the same file differently."""
    try:
        theirs = set(client.run(version).values())
    except (ImportError, AttributeError):
        theirs = {"none"}
    if theirs != {version()}:
        raise ToolMissing(
            address,
            f"its workers have hrworkbook {' and '.join(sorted(theirs))}, and this is {version()}",
            "Install the same version on every worker",
        )


def version() -> str:
    """This package's version, with its readers' beside it."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    said = []
    for name in ("hrworkbook", "python-calamine"):
        with suppress(PackageNotFoundError):
            said.append(of(name))
    return "/".join(said)


def jobs_for(paths: Iterable[Path]) -> int:
    """How many processes to read with, where nobody says: one, or past a few thousand files one for every two processors.

    One keeps two busy, since the capped child reads ahead of it; one for each would be slower by a fifth.
    """
    seen = 0
    for path in paths:
        for where, _, names in os.walk(path) if path.is_dir() else [(str(path.parent), [], [path.name])]:
            seen += sum(_about(Path(where, name)) for name in names)
            if seen >= WORTH_IT:
                return max(1, min(_processors() // 2, MOST_PROCESSES))
    return 1


def _processors() -> int:
    """The processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _about(path: Path) -> int:
    """How many returns a file may hold: one, or for a zip or a mailbox what its size suggests."""
    if path.suffix.lower() not in _PARCELS:
        return 1
    with suppress(OSError):
        return max(1, path.stat().st_size // _PARCELLED)
    return 1


def _batches(found: Iterable[Found], travels: bool) -> Iterator[list[Found]]:
    batch: list[Found] = []
    to_read = size = 0
    for item in found:
        sent = _packed(item) if travels and isinstance(item, Attachment) else item
        batch.append(sent)
        if isinstance(sent, Attachment):
            to_read += 1
            size += len(sent.data or b"")
        if to_read >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, to_read, size = [], 0, 0
    if batch:
        yield batch


def _packed(item: Attachment) -> Found:
    """The file with its bytes instead of its path."""
    try:
        return replace(item, path=None, data=item.content())
    except OSError as error:
        reason = f"{item.place}: it cannot be opened ({reason_of(error)}). Check that you may read it."
        return Refused(item.place, reason, item.sha256, item.sender, item.sent, container=item.container)


def _task(snapshot: Snapshot | None, password: str | None) -> tuple[str, bytes]:
    task = pickle.dumps((snapshot, password), pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(task).hexdigest(), task


# ---------------------------------------------------------------- at the worker


class _Desk:
    """What a worker keeps from one batch to the next: its capped child, and the plan files are held against."""

    def __init__(self, task: bytes) -> None:
        snapshot, password = pickle.loads(task)
        self.reader = Reader(password=password)
        self._files: Iterator[Received | Refused] = iter(())
        self._outcomes = read_replies(snapshot, self._feed()) if snapshot else self._feed()

    def read(self, files: Sequence[Attachment]) -> list[Outcome]:
        """One outcome for each file."""
        self._files = read_found(files, self.reader)
        return [next(self._outcomes) for _ in files]

    def _feed(self) -> Iterator[Received | Refused]:
        """The files of one batch after the other."""
        while True:
            yield next(self._files, _END)


_END = Refused("", "there was no such file")
_free: dict[str, list[_Desk]] = {}
"""The desks nobody sits at, by what they were set up for."""
_all: set[_Desk] = set()
_tasks: dict[str, bytes] = {}
"""What a worker process was begun with, so that it need not come with every batch."""
_lock = threading.Lock()


def _read_batch(key: str, task: bytes, files: Sequence[Attachment]) -> list[Outcome]:
    """A batch, at a desk that is free; a Dask worker may have several threads, each with its own."""
    with _lock:
        free = _free.setdefault(key, [])
        desk = free.pop() if free else None
    if desk is None:
        desk = _Desk(task or _tasks[key])
        _all.add(desk)
    try:
        outcomes = desk.read(files)
    except BaseException:
        _all.discard(desk)
        desk.reader.close()
        raise
    with _lock:
        _free.setdefault(key, []).append(desk)
    return outcomes


def close_desks() -> None:
    """End the capped children of this process, and let go of the plans."""
    with _lock:
        every = list(_all)
        _free.clear()
        _all.clear()
    for desk in every:
        desk.reader.close()


def _begin(key: str, task: bytes) -> None:
    """A worker process begins: it leaves Ctrl+C to its parent, and ends when that does."""
    import signal
    from multiprocessing import parent_process
    from multiprocessing.util import Finalize

    gc.set_threshold(100_000, 50, 50)  # the plan is large and stays: looking it through for garbage costs a tenth
    Finalize(None, close_desks, exitpriority=1)
    _tasks[key] = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    parent = parent_process()

    def watch() -> None:
        if parent:
            parent.join()
            _leave()

    threading.Thread(target=watch, daemon=True).start()


def _nothing() -> None:
    """The first task of a process: to be there."""


def _leave() -> None:
    """End this process and its child at once."""
    for desk in list(_all):
        with suppress(Exception):
            desk.reader.close()
    os._exit(1)

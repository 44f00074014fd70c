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

from hrworkbook.intake.attachments import Attachment
from hrworkbook.intake.reader import FileReader
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.merging.read_replies import read_replies
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.merging.receive_files import FoundItem, read_found_files
from hrworkbook.plan.errors import HrWorkbookError, ToolMissing, reason_of
from hrworkbook.plan.snapshot import Snapshot

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

MIN_FILES_FOR_PARALLEL = 2_000
"""Files from which on reading is spread over processes unasked."""
BATCH_FILES = 50
"""Files in a task, so that sending it costs little beside reading them."""
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes that travel with a task before it is full."""
MAX_PROCESSES = 16
SCHEDULER_TIMEOUT = 10
"""Seconds a scheduler has to answer."""
_CONTAINER_SUFFIXES = (".zip", ".mbox", ".mbx", "")
_BYTES_PER_RETURN = 25_000
"""Bytes a return takes in a zip or a mailbox, roughly."""

ReadResult = ReadReturn | ReceivedFile | RefusedFile


@dataclass(frozen=True)
class ReaderPool:
    """Workers that read: where batches are handed in, and what each is handed in with."""

    executor: "Executor"
    workers: int
    key: str
    """Names the task among others that the same workers may have."""
    task: Any
    """The plan to hold files against and the password, pickled; or what the executor turns into that at the worker."""
    sends_bytes: bool
    """Whether the files' bytes go along, for workers that do not see this disk."""
    name: str
    """What to call it in messages."""

    def read(self, found: Iterable[FoundItem]) -> Iterator[ReadResult]:
        """Yield what each file changes, or why it is refused, in the order found; files that need no reading stay as they are."""
        waiting: deque[tuple[list[FoundItem], Future[list[ReadResult]]]] = deque()
        for batch in _batches(found, self.sends_bytes):
            to_read = [item for item in batch if isinstance(item, Attachment)]
            waiting.append((batch, self.executor.submit(_read_batch, self.key, self.task, to_read)))
            if len(waiting) > 2 * self.workers + 1:
                yield from self._batch_results(*waiting.popleft())
        while waiting:
            yield from self._batch_results(*waiting.popleft())

    def _batch_results(self, batch: list[FoundItem], future: "Future[list[ReadResult]]") -> Iterator[ReadResult]:
        try:
            read = iter(future.result())
        except HrWorkbookError:
            raise
        except Exception as error:
            error_text = " ".join(f"{type(error).__name__}: {error}".split())[:150]
            raise HrWorkbookError(
                self.name,
                f"a process that reads files has failed ({error_text})",
                "Try again with --jobs 1; nothing was changed",
            ) from error
        for item in batch:
            yield next(read) if isinstance(item, Attachment) else item


@contextmanager
def process_pool(jobs: int, snapshot: Snapshot | None, password: str | None) -> Iterator[ReaderPool]:
    """So many processes on this computer; they end with the block, whatever ends it.

    They compare with the plan of `snapshot`; without one they only read.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    key, task = _pickle_task(snapshot, password)
    # Spawned on every system: a forked process would hold the ends of this one's pipes.
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start_worker, (key, task))
    try:
        with _interrupts_blocked():
            for _ in range(jobs):
                pool.submit(_warm_up)  # a process starts with each, while files are still looked for
        yield ReaderPool(pool, jobs, key, b"", False, "reading files")
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
def _interrupts_blocked() -> Iterator[None]:
    """Lets processes begin deaf to Ctrl+C, which is their parent's to hear; it hears it a moment later."""
    import signal

    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    interrupts: list[int] = []
    # What this thread does not take goes to another, and would interrupt this one all the same.
    handler = signal.signal(signal.SIGINT, lambda number, _: interrupts.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, handler)
        if interrupts:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def cluster_pool(address: str, snapshot: Snapshot | None, password: str | None) -> Iterator[ReaderPool]:
    """Return the workers of a Dask scheduler that runs already; what they were given is taken back at the end.

    Raises ToolMissing where Dask is not installed, here or there, and HrWorkbookError where no scheduler answers.
    """
    client = _client(address)
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise HrWorkbookError(address, "this cluster has no workers", "Start some with: dask worker " + address)
        _same_version(client, address)
        key, task = _pickle_task(snapshot, password)
        pool = ReaderPool(client.get_executor(pure=False), threads, key, None, True, address)
        try:
            yield replace(pool, task=client.scatter(task, broadcast=True, hash=False))
        finally:
            with suppress(Exception):
                pool.executor.shutdown(wait=False)
                client.run(close_workers)
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
            return Client(address, timeout=SCHEDULER_TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call, unused-ignore]
    except (OSError, ValueError, TimeoutError, RuntimeError) as error:
        error_text = " ".join(str(error).split())[:100]
        raise HrWorkbookError(
            address,
            f"no Dask scheduler answers here ({error_text})",
            "Give the address that `dask scheduler` prints, such as tcp://127.0.0.1:8786",
        ) from None


def _same_version(client: Any, address: str) -> None:
    """Refuse workers on which another version would read: two versions may read the same file differently."""
    try:
        worker_versions = set(client.run(version).values())
    except (ImportError, AttributeError):
        worker_versions = {"none"}
    if worker_versions != {version()}:
        raise ToolMissing(
            address,
            f"its workers have hrworkbook {' and '.join(sorted(worker_versions))}, and this is {version()}",
            "Install the same version on every worker",
        )


def version() -> str:
    """Return this package's version, with its readers' beside it."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    versions = []
    for name in ("hrworkbook", "python-calamine"):
        with suppress(PackageNotFoundError):
            versions.append(of(name))
    return "/".join(versions)


def default_jobs(paths: Iterable[Path]) -> int:
    """How many processes to read with, where nobody says: one, or past a few thousand files one for every two processors.

    One keeps two busy, since the capped child reads ahead of it; one for each would be slower by a fifth.
    """
    returns_found = 0
    for path in paths:
        for where, _, names in os.walk(path) if path.is_dir() else [(str(path.parent), [], [path.name])]:
            returns_found += sum(_estimated_returns(Path(where, name)) for name in names)
            if returns_found >= MIN_FILES_FOR_PARALLEL:
                return max(1, min(_usable_processors() // 2, MAX_PROCESSES))
    return 1


def _usable_processors() -> int:
    """Return the processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _estimated_returns(path: Path) -> int:
    """How many returns a file may hold: one, or for a zip or a mailbox what its size suggests."""
    if path.suffix.lower() not in _CONTAINER_SUFFIXES:
        return 1
    with suppress(OSError):
        return max(1, path.stat().st_size // _BYTES_PER_RETURN)
    return 1


def _batches(found: Iterable[FoundItem], sends_bytes: bool) -> Iterator[list[FoundItem]]:
    batch: list[FoundItem] = []
    to_read = size = 0
    for item in found:
        sent = _with_bytes(item) if sends_bytes and isinstance(item, Attachment) else item
        batch.append(sent)
        if isinstance(sent, Attachment):
            to_read += 1
            size += len(sent.data or b"")
        if to_read >= BATCH_FILES or size >= BATCH_BYTES:
            yield batch
            batch, to_read, size = [], 0, 0
    if batch:
        yield batch


def _with_bytes(item: Attachment) -> FoundItem:
    """Return the file with its bytes instead of its path."""
    try:
        return replace(item, path=None, data=item.content())
    except OSError as error:
        reason = f"it cannot be opened ({reason_of(error)}). Check that you may read it."
        return RefusedFile(item.place, reason, item.sha256, item.sender, item.sent, container=item.container)


def _pickle_task(snapshot: Snapshot | None, password: str | None) -> tuple[str, bytes]:
    task = pickle.dumps((snapshot, password), pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(task).hexdigest(), task


# ---------------------------------------------------------------- at the worker


class WorkerState:
    """What a worker keeps from one batch to the next: its capped child, and the plan files are held against."""

    def __init__(self, task: bytes) -> None:
        snapshot, password = pickle.loads(task)
        self.reader = FileReader(password=password)
        self._files: Iterator[ReceivedFile | RefusedFile] = iter(())
        self._outcomes = read_replies(snapshot, self._next_files()) if snapshot else self._next_files()

    def read(self, files: Sequence[Attachment]) -> list[ReadResult]:
        """One outcome for each file."""
        self._files = read_found_files(files, self.reader)
        return [next(self._outcomes) for _ in files]

    def _next_files(self) -> Iterator[ReceivedFile | RefusedFile]:
        """Yield the files of one batch after the other."""
        while True:
            yield next(self._files, _MISSING_FILE)


_MISSING_FILE = RefusedFile("", "there was no such file")
_idle_states: dict[str, list[WorkerState]] = {}
"""The desks nobody sits at, by what they were set up for."""
_all_states: set[WorkerState] = set()
_tasks: dict[str, bytes] = {}
"""What a worker process was begun with, so that it need not come with every batch."""
_lock = threading.Lock()


def _read_batch(key: str, task: bytes, files: Sequence[Attachment]) -> list[ReadResult]:
    """Return a batch, at a desk that is free; a Dask worker may have several threads, each with its own."""
    with _lock:
        free = _idle_states.setdefault(key, [])
        state = free.pop() if free else None
    if state is None:
        state = WorkerState(task or _tasks[key])
        _all_states.add(state)
    try:
        outcomes = state.read(files)
    except BaseException:
        _all_states.discard(state)
        state.reader.close()
        raise
    with _lock:
        _idle_states.setdefault(key, []).append(state)
    return outcomes


def close_workers() -> None:
    """End the capped children of this process, and let go of the plans."""
    with _lock:
        every = list(_all_states)
        _idle_states.clear()
        _all_states.clear()
    for state in every:
        state.reader.close()


def _start_worker(key: str, task: bytes) -> None:
    """Begin a worker process: it leaves Ctrl+C to its parent, and ends when that does."""
    import signal
    from multiprocessing import parent_process
    from multiprocessing.util import Finalize

    gc.set_threshold(100_000, 50, 50)  # the plan is large and stays: looking it through for garbage costs a tenth
    Finalize(None, close_workers, exitpriority=1)
    _tasks[key] = task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: _exit_worker())
    parent = parent_process()

    def watch() -> None:
        if parent:
            parent.join()
            _exit_worker()

    threading.Thread(target=watch, daemon=True).start()


def _warm_up() -> None:
    """Do the first task of a process: to be there."""


def _exit_worker() -> None:
    """End this process and its child at once."""
    for state in list(_all_states):
        with suppress(Exception):
            state.reader.close()
    os._exit(1)

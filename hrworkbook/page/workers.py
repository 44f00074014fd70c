"""The processes that do the work of the verbs, so that no job keeps the page from answering."""

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, Concatenate, ParamSpec, TypeVar

from hrworkbook.jobs.job import Progress
from hrworkbook.plan.errors import HrWorkbookError, keep_warnings_away

P = ParamSpec("P")
Result = TypeVar("Result")

_EVERY = 0.2
"""Seconds between two reports of progress."""
_JOBS_A_PROCESS = 500
"""Jobs after which a process makes way for a new one, with what it has gathered in memory."""

_reports: Any = None
"""In a worker: the queue to the server, of (number of the work, done, total)."""


class Workers:
    """A few processes, or threads where there are to be none."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._executor: Executor | None = None
        self._listeners: dict[int, Progress] = {}
        self._number = 0
        self._context = multiprocessing.get_context("spawn")
        self._queue: Any = None

    def start(self) -> None:
        """Start the processes, so that the first to press a button waits for none."""
        if self.count:
            self._queue = self._context.SimpleQueue()
            threading.Thread(target=self._listen, daemon=True).start()
        self._executor = self._new_executor()
        for _ in range(self.count - 1):  # one is left for who comes at once
            self._executor.submit(_get_ready)

    def _new_executor(self) -> Executor:
        if not self.count:
            return ThreadPoolExecutor(4)
        return ProcessPoolExecutor(
            self.count, self._context, _begin, (self._queue,), max_tasks_per_child=_JOBS_A_PROCESS
        )

    def stop(self) -> None:
        """Let what is being done end, and stop."""
        if self._executor:
            self._executor.shutdown(cancel_futures=True)
            self._executor = None
        if self._queue is not None:
            self._queue.put(None)

    async def run(
        self, work: Callable[Concatenate[Progress, P], Result], progress: Progress, *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Return what a function of a module returns, called in a worker with what reports its progress.

        Raises what it raises, and HrWorkbookError where its process ended under it.
        """
        if self._executor is None:
            self.start()
        assert self._executor
        executor = self._executor
        self._number += 1
        number = self._number
        self._listeners[number] = progress
        try:
            call = _in_process if self.count else _in_thread
            reporting = number if self.count else _seldom(progress)
            return await asyncio.wrap_future(executor.submit(call, reporting, work, args, kwargs))  # type: ignore[arg-type]
        except BrokenProcessPool:
            if self._executor is executor:
                self._executor = self._new_executor()
            raise HrWorkbookError(
                "The server", "the process that did this was stopped",
                "The plan is as it was before, or as it was to be after: look at its Journal, and do it again if it is not there",
            ) from None  # fmt: skip
        finally:
            self._listeners.pop(number, None)

    def _listen(self) -> None:
        while (report := self._queue.get()) is not None:
            number, done, total = report
            if listener := self._listeners.get(number):
                listener(done, total)


def _seldom(progress: Progress) -> Progress:
    """Return what reports every fifth of a second at most."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last > _EVERY:
            last = now
            progress(done, total)

    return report


def _in_thread(progress: Progress, work: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    return work(progress, *args, **kwargs)


def _in_process(number: int, work: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    return work(_seldom(lambda done, total: _reports.put((number, done, total))), *args, **kwargs)


def _begin(queue: Any) -> None:
    """Make a process ready: Ctrl+C is the server's to hear, and where the server is gone it ends too."""
    global _reports
    _reports = queue
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_warnings_away()
    gc.set_threshold(100_000, 50, 50)
    threading.Thread(target=_end_with_server, daemon=True).start()


def _end_with_server() -> None:
    server = multiprocessing.parent_process()
    if server:
        with contextlib.suppress(OSError):
            wait([server.sentinel])
        os._exit(1)


def _get_ready() -> None:
    """Import what the first press of a button would wait for."""
    from hrworkbook.verbs.validate import hypothesis_hidden

    with hypothesis_hidden():
        import hrworkbook.page.perform
        import hrworkbook.plan.frames.master  # noqa: F401

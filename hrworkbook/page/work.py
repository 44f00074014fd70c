"""The work that is being done for the page, and what came of it: one writer a plan at a time, told as it goes on."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from hrworkbook.hosts.fault_log import keep_details
from hrworkbook.page.perform import Press, perform
from hrworkbook.page.receipt import Receipt
from hrworkbook.page.workers import Workers
from hrworkbook.plan.errors import HrWorkbookError, NotReady

KEPT = 200
"""Receipts kept in memory; the plan's Register and Journal keep what was done for good."""
_MOST_SILENCE = 15.0
"""Seconds after which an event stream says that it is still there."""

Log = Callable[[str], None]


@dataclass(eq=False)
class Work:
    """One press of a button, from its start to its receipt."""

    id: str
    press: Press
    done: int = 0
    total: int = 0
    is_waiting: bool = False
    """Whether somebody else's work on the same plan comes first."""
    receipt: Receipt | None = None
    refusal: str = ""
    """Why it could not be done, as place, fault and remedy."""
    can_go_on: bool = False
    """Whether it can be done all the same, if somebody says so."""
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_finished(self) -> bool:
        """Whether there is a receipt or a refusal."""
        return self.finished.is_set()

    @property
    def exit_code(self) -> int:
        """What the command would have ended with: 0 well, 1 a person is needed, 2 it could not be done."""
        if self.receipt:
            return int(self.receipt.needs_a_person)
        return 1 if self.can_go_on else 2

    def tell(self) -> None:
        """Wake up whoever waits for news of it."""
        self.changed.set()
        self.changed = asyncio.Event()


class WorkList:
    """All work of a server."""

    def __init__(self, workers: Workers, log: Log) -> None:
        self._workers = workers
        self._log = log
        self._all: dict[str, Work] = {}
        self._last: dict[tuple[str, Path], str] = {}
        self._writers: dict[Path, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    def __getitem__(self, id_: str) -> Work | None:
        return self._all.get(id_)

    def last_of(self, who: str, plan: Path) -> Work | None:
        """Return what somebody last had done to a plan, as far as it is kept."""
        return self._all.get(self._last.get((who, plan), ""))

    def start(self, press: Press, uploads: ExitStack) -> Work:
        """Begin a press's work, whether or not its browser stays; `uploads` are removed when it is done."""
        work = Work(secrets.token_urlsafe(12), press)
        self._all[work.id] = work
        self._last[press.who, press.plan] = work.id
        for id_ in [one.id for one in self._all.values() if one.is_finished][: max(0, len(self._all) - KEPT)]:
            del self._all[id_]
        task = asyncio.create_task(self._do(work, uploads))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return work

    async def _do(self, work: Work, uploads: ExitStack) -> None:
        press, loop = work.press, asyncio.get_running_loop()

        def progress(done: int, total: int) -> None:
            def tell() -> None:
                work.done, work.total = done, total
                work.tell()

            loop.call_soon_threadsafe(tell)

        writer = self._writers.setdefault(press.plan, asyncio.Lock())
        try:
            with uploads:
                work.is_waiting = writer.locked()
                async with writer:
                    work.is_waiting = False
                    work.receipt = await self._workers.run(perform, progress, press)
        except HrWorkbookError as error:
            work.refusal, work.can_go_on = str(error), isinstance(error, NotReady)
        except MemoryError:
            work.refusal = "This needs more memory than there is. Nothing was changed."
        except OSError as error:
            work.refusal = f"{error.strerror or 'Something could not be read or written'}. Nothing was half done."
        except Exception as error:
            keep_details(error)
            work.refusal = (
                "Something went wrong that should not have. Nothing was half done. "
                "Please report it to whoever runs this page: the details are in the server's log file."
            )
        finally:
            # What came in is gone; nothing of it is kept with the receipt either.
            work.press = replace(press, uploads=(), options={}, choices=())
            self._log(f"{press.who}: {press.verb} {press.plan.name}: {_ENDINGS[work.exit_code]}")
            work.finished.set()
            work.tell()

    async def events(self, work: Work) -> AsyncIterator[str]:
        """Yield server-sent events: progress while it goes on, `finished` in the end; ends when the server stops."""
        while True:
            changed = work.changed
            if work.is_finished:
                yield "event: finished\ndata: {}\n\n"
                return
            told = {"done": work.done, "total": work.total, "waiting": work.is_waiting}
            yield f"event: progress\ndata: {json.dumps(told)}\n\n"
            waits = [asyncio.ensure_future(one.wait()) for one in (changed, self._stopping)]
            try:
                await asyncio.wait(waits, timeout=_MOST_SILENCE, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in waits:
                    one.cancel()
            if self._stopping.is_set():
                return

    def end_streams(self) -> None:
        """End every event stream: while one is open, the server does not stop."""
        self._stopping.set()

    async def finish(self) -> None:
        """Wait until all work is done."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))


_ENDINGS = ("done", "a person is needed", "could not be done")
"""By exit code."""

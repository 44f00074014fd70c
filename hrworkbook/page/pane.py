"""What a button does for a workbook that is open in Excel's task pane: its snapshot came as JSON, its change set goes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hrworkbook.hosts.json_form import JsonHost
from hrworkbook.jobs.appendix import appendix_path, exempt_path
from hrworkbook.jobs.job import Job, Progress, carry_out
from hrworkbook.jobs.plain import decide_job, next_job, received_job
from hrworkbook.page.perform import VERBS, Press, Run, perform
from hrworkbook.page.receipt import Receipt, receipt
from hrworkbook.plan.errors import HrWorkbookError, NotAMaster
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from hrworkbook.plan.start_sheet import next_step


@dataclass(frozen=True)
class PanePress:
    """A button pressed in the pane: on which workbook, when, by whom, and with what."""

    verb: str
    snapshot: bytes
    """The workbook as JSON; for `adopt`, which needs all of it, its file."""
    name: str
    """What the workbook's file is called."""
    folder: Path
    """An empty folder for what is made; whoever calls removes it."""
    now: datetime
    who: str
    uploads: tuple[Path, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    selected: tuple[str, str] = ("", "")
    """Sheet and cell in front."""
    may_see_exempt: bool = True


@dataclass(frozen=True)
class PaneResult:
    """What the pane is to do: apply a change set, then offer files, one of them opened at once."""

    changes_json: str
    message: str
    needs_a_person: bool
    notes: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    opened: str = ""
    """The name of the file that is a workbook to open beside the plan."""


def run_verb(progress: Progress, press: PanePress) -> PaneResult:
    """Return what a button comes to: the change set, and the files beside it. Raises as the verb's job does."""
    plan = press.folder / press.name
    if press.verb == "adopt":
        plan.write_bytes(press.snapshot)
        told = perform(progress, Press("adopt", plan, press.now, press.who))
        plan.unlink()
        return _result(press, told, "", told.plan)
    if press.verb not in PANE_VERBS and press.verb not in VERBS:
        raise HrWorkbookError("HR Plan", f"there is no button '{press.verb}'", "Reload the page")
    host = JsonHost(press.snapshot)
    made = Press(press.verb, plan, press.now, press.who, press.uploads, press.options)
    run = Run(made, host, host.snapshot(), progress)
    told = PANE_VERBS[press.verb](run, press) if press.verb in PANE_VERBS else VERBS[press.verb](run)
    opened = appendix_path(plan).name if press.verb == "appendix" else ""
    return _result(press, told, host.changes_json, opened)


def _result(press: PanePress, told: Receipt, changes_json: str, opened: str) -> PaneResult:
    hidden = exempt_path(appendix_path(press.folder / press.name)).stem
    files = {
        path.name: path.read_bytes()
        for path in sorted(press.folder.rglob("*"))
        if path.is_file() and (press.may_see_exempt or path.stem != hidden)
    }
    notes = (*told.notes, *(f"{place}: {why}" for place, why in told.refused))
    return PaneResult(changes_json, told.message, told.needs_a_person, notes, files, opened)


def _decide(run: Run, press: PanePress) -> Receipt:
    job = run.carry_out(decide_job(run.snapshot, press.now))
    return receipt(job, bool(job.result.waiting_count or job.result.findings), findings=job.result.findings)


def _next(run: Run, press: PanePress) -> Receipt:
    return receipt(carry_out(next_job(run.snapshot, press.selected), run.host))


def _received(run: Run, press: PanePress) -> Receipt:
    named = press.options.get("owner", "")
    job = received_job(run.snapshot, press.now, named, selected=("", "") if named else press.selected)
    return receipt(run.carry_out(job))


def _help(run: Run, press: PanePress) -> Receipt:
    return receipt(carry_out(Job(None, _next_step(run.snapshot)), run.host))


def _next_step(snapshot: Snapshot) -> ChangeSet:
    try:
        step, how = next_step(read_plan(snapshot))
    except NotAMaster:
        return ChangeSet(
            message="This workbook is not a plan. Open your plan; or, where this is the workbook you keep it in, press Adopt."
        )
    return ChangeSet(message=f"{step} {how}", goto=("Start", "A1"))


PANE_VERBS: dict[str, Callable[[Run, PanePress], Receipt]] = {
    "decide": _decide, "next": _next, "received": _received, "help": _help,
}  # fmt: skip
"""Verbs that go by the sheets in front, where the page in a browser goes by its own forms."""

"""Pack, with its files: several masters read, and their appendices placed as one paper; no master is changed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hrworkbook.jobs.appendix import AppendixJob, documents_job
from hrworkbook.jobs.job import Progress, no_progress
from hrworkbook.jobs.options import check_appendix_path, read_period
from hrworkbook.plan.errors import HrWorkbookError, NotReady, WorkbookLocked
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.verbs.appendix import Appendix, appendix
from hrworkbook.verbs.pack import PackCover, PackPlan, pack


def pack_job(
    masters: Sequence[Path], now: datetime, target: Path, *, cover: PackCover | None = None, anyway: bool = False,
    docx: bool = False, period: str = "", progress: Progress = no_progress,
) -> AppendixJob:  # fmt: skip
    """Return the pack of several masters at a path, the exempt pack beside it: its ending says what it is, as an appendix's does.

    `period` is the month that collections among them are reported for. Its result is a `Pack`. Raises as the verbs
    `appendix` and `pack` do, and where a master is damaged, locked, open elsewhere or not ready, each of those named.
    """
    _refuse_twice(masters)
    for master in masters:
        check_appendix_path(target, master)
    month = read_period(period)
    names = _names(masters)
    refused: list[HrWorkbookError] = []
    given: list[PackPlan] = []
    plans: list[Plan] = []
    for done, (master, name) in enumerate(zip(masters, names, strict=True)):
        progress(done, len(masters))
        try:
            plan, made = _appendix_of(master, now, anyway=anyway, month=month)
        except HrWorkbookError as error:
            refused.append(_naming(error, f"{name}{master.suffix}", master))
            continue
        plans.append(plan)
        given.append(PackPlan(f"{name}{master.suffix}", name, plan.id, made))
    if refused:
        raise _together(refused, len(masters))
    if month and not any(plan.schema.collect for plan in plans):
        raise HrWorkbookError("--period", "none of these plans is a collection", "Leave --period out")
    result = pack(given, cover or PackCover(), anyway=anyway)
    return documents_job(result, target, _with_ids_of_their_own(plans, given), docx=docx, progress=progress)


def _appendix_of(master: Path, now: datetime, *, anyway: bool, month: str) -> tuple[Plan, Appendix]:
    """Return a master's plan and its appendix."""
    from hrworkbook.hosts.file import FileHost, who_has_it_open

    snapshot = FileHost(master).snapshot()
    if someone := who_has_it_open(master):
        raise WorkbookLocked(
            master.name, f"{someone}, and what is not saved would be missing",
            "Ask for it to be saved and closed, then try again. If nobody has it open, delete the file named",
        )  # fmt: skip
    plan = read_plan(snapshot)
    return plan, appendix(snapshot, now, anyway=anyway, period=month if plan.schema.collect else "")


def _refuse_twice(masters: Sequence[Path]) -> None:
    for real, number in Counter(master.resolve() for master in masters).items():
        if number > 1:
            raise HrWorkbookError(real.name, "it is named more than once", "Name each master once")


def _names(masters: Sequence[Path]) -> list[str]:
    """Return each master's name without its ending, with its folder before it where two are called the same."""
    number = Counter(master.stem.casefold() for master in masters)
    return [
        master.stem if number[master.stem.casefold()] == 1 else f"{master.resolve().parent.name}/{master.stem}"
        for master in masters
    ]


def _naming(error: HrWorkbookError, name: str, master: Path) -> HrWorkbookError:
    """Return the error with the workbook at its place, where that says a cell or a sheet only."""
    place = error.place
    if place in (master.name, str(master)):
        error.place = name
    elif not place.startswith(name):
        error.place = f"{name}, {place}" if place else name
    return error


def _together(refused: Sequence[HrWorkbookError], number: int) -> HrWorkbookError:
    """Return one error for all: a person is needed where that is so for each, else the job could not be done."""
    if len(refused) == 1:
        return refused[0]
    kind = NotReady if all(isinstance(error, NotReady) for error in refused) else HrWorkbookError
    fault = f"{len(refused)} of {count_noun(number, 'master')} cannot be taken, so nothing was made"
    return kind("The pack", fault, " ".join(str(error) for error in refused))


def _with_ids_of_their_own(plans: Sequence[Plan], given: Sequence[PackPlan]) -> tuple[Plan, ...]:
    """Return the plans to look for exempt lines by: an ID that another plan has too names its workbook, and is no sign of the line."""
    number = Counter(id_ for plan in plans for id_ in {line.id for line in plan.lines})
    return tuple(
        replace(
            plan,
            lines=tuple(replace(x, id=f"{x.id} of {one.file}") if number[x.id] > 1 and x.id else x for x in plan.lines),
        )
        for plan, one in zip(plans, given, strict=True)
    )

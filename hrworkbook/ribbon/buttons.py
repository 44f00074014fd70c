"""What each button does: its job on the open workbook, and where its files go."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from hrworkbook.jobs.job import IN_FOLDER, OUT_FOLDER, Job, Progress
from hrworkbook.plan.errors import NotAMaster, NotAReturn
from hrworkbook.plan.findings import count_noun, errors_of
from hrworkbook.plan.snapshot import ChangeSet, Snapshot

NO_PLAN = "This workbook is not a plan. Open your plan; or, where this is the workbook you keep it in, press Adopt."


class ButtonHost(Protocol):
    """What a button needs of the open workbook."""

    @property
    def path(self) -> Path:
        """Where the workbook is saved; raises CannotWrite where that is no folder of this computer."""

    def where(self) -> tuple[str, str]:
        """Return the sheet in front and the cell selected on it."""

    def progress(self, text: str) -> None:
        """Show a text in the status bar."""

    def print_pdf(self, workbook: Path, pdf: Path) -> None:
        """Write the PDF that the spreadsheet program itself prints of a workbook."""


@dataclass(frozen=True)
class FollowUp:
    """What is done once the job is carried out, and cannot be taken back: should it fail, the rest stands."""

    action: Callable[[], str]
    """Does it, and returns what to say of it."""
    failed_text: str
    """What to say where it fails."""


@dataclass(frozen=True)
class ButtonResult:
    """What a press comes to: the job to carry out, and what follows."""

    job: Job[Any]
    follow_up: FollowUp | None = None


ButtonFunction = Callable[[ButtonHost, Snapshot, tuple[str, ...]], ButtonResult]


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)


def _progress(host: ButtonHost, what: str) -> Progress:
    """Return what counts in the status bar: twice a second at most, since telling Excel takes longer than reading a file."""
    last_shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal last_shown
        if (now := time.monotonic()) - last_shown > 0.5:
            last_shown = now
            host.progress(
                f"HR Plan: {what} {min(done + 1, total)} of {total} …" if total else f"HR Plan: {what} {done} …"
            )

    return show


def adopt(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Make a copy of the workbook in front, as it was last saved, that is a plan."""
    from hrworkbook.jobs.adopt import adopt_job

    source = host.path
    target = source.with_name(f"{source.stem} - HR plan{source.suffix if source.suffix == '.xlsm' else '.xlsx'}")
    job = adopt_job(source, _now(), target)
    asked = job.result.own.questions
    first = f" First: {asked[0].what}? Taken: {asked[0].taken}." if asked else ""
    return ButtonResult(job.with_message(f"It is beside this workbook, which is as it was: open it.{first}"))


def validate(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Validate, and jump to the first problem."""
    from hrworkbook.jobs.plain import validate_job

    return ButtonResult(validate_job(snapshot, _now()))


def next(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Jump to the problem after the selected cell."""
    from hrworkbook.jobs.plain import next_job

    return ButtonResult(next_job(snapshot, host.where()))


def issue(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Write the returns and their covering mails into the folder for what goes out."""
    from hrworkbook.jobs.issue import issue_job

    job = issue_job(snapshot, _now(), host.path.parent / OUT_FOLDER, progress=_progress(host, "writing return"))
    return ButtonResult(
        job.with_message(
            f"They are in the folder '{OUT_FOLDER}' beside this plan, each with a mail to send it with. "
            "Save the plan now: it remembers what went out."
        )
    )


def merge(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Merge everything in the folder for what came back."""
    from hrworkbook.jobs.merge import merge_job

    folder = host.path.parent / IN_FOLDER
    if not folder.is_dir():
        raise NotAReturn(
            IN_FOLDER,
            f"there is no folder '{IN_FOLDER}' beside this plan",
            "Make it, save the replies into it, and press Merge again",
        )
    return ButtonResult(merge_job(snapshot, [folder], _now(), progress=_progress(host, "reading file")))


def decide(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Apply the choices made on the Decisions sheet."""
    from hrworkbook.jobs.plain import decide_job

    return ButtonResult(decide_job(snapshot, _now()))


def undo(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Take back a return: the one named, else the last one merged."""
    from hrworkbook.jobs.plain import undo_job

    return ButtonResult(undo_job(snapshot, _now(), words[0] if words else ""))


def received(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Mark the return in the selected row of the Register as received, or the one named."""
    from hrworkbook.jobs.plain import received_job

    named = words[0] if words else ""
    return ButtonResult(received_job(snapshot, _now(), named, selected=("", "") if named else host.where()))


def chase(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Write a reminder for each owner still out into the folder for what goes out."""
    from hrworkbook.jobs.chase import chase_job

    job = chase_job(snapshot, _now(), host.path.parent / OUT_FOLDER, progress=_progress(host, "writing reminder"))
    where = f"They are in the folder '{OUT_FOLDER}' beside this plan." if job.files else ""
    return ButtonResult(job.with_message(where))


def appendix(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Make the appendix beside the plan, and the exempt one where there is one."""
    return _appendix(host, snapshot, prints=False)


def pdf(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Make the appendix beside the plan, printed to a PDF."""
    return _appendix(host, snapshot, prints=True)


def _appendix(host: ButtonHost, snapshot: Snapshot, prints: bool) -> ButtonResult:
    from hrworkbook.jobs.appendix import appendix_job, appendix_path, check_appendix, print_appendix

    target = appendix_path(host.path)
    job = appendix_job(snapshot, _now(), target, progress=_progress(host, "writing document"))

    def check() -> str:
        host.progress("HR Plan: checking the appendix …")
        findings = check_appendix(job).findings
        if not findings:
            return ""
        first = (errors_of(findings) or findings)[0]
        left = len(findings) - 1
        more = f" There {'is one' if left == 1 else f'are {left}'} more: check {target.name}." if left else ""
        return f"Before you publish it: {first.message}{more}"

    def print_and_check() -> str:
        printed = print_appendix(
            job, print_workbook=host.print_pdf, progress=_progress(host, "printing document")
        )  # fmt: skip
        told = "The PDF is beside it." if len(printed.pdfs) == 1 else "The PDFs are beside it."
        return f"{told} {check()}".strip()

    told = job.with_message(f"{target.name} is beside this plan: {count_noun(job.public.page_count, 'page')}.")
    if not prints:
        return ButtonResult(told, FollowUp(check, "It was not checked for publication."))
    failed = "The PDF was not made." if len(job.documents) == 1 else "The PDFs were not all made."
    return ButtonResult(told, FollowUp(print_and_check, failed))


def roll(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Close the period and begin the next."""
    from hrworkbook.jobs.plain import roll_job

    return ButtonResult(roll_job(snapshot, _now(), words[0] if words else ""))


def help(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Say what to do next, as the Start sheet does; for a workbook that is no plan, how to come by one."""
    from hrworkbook.plan.model import read_plan
    from hrworkbook.plan.start_sheet import next_step

    try:
        step, how = next_step(read_plan(snapshot))
    except NotAMaster:
        return ButtonResult(Job(None, ChangeSet(message=NO_PLAN)))
    return ButtonResult(Job(None, ChangeSet(message=f"{step} {how}", goto=("Start", "A1"))))


BUTTONS: dict[str, ButtonFunction] = {
    "adopt": adopt, "validate": validate, "next": next, "issue": issue, "merge": merge, "decide": decide, "undo": undo,
    "received": received, "chase": chase,
    "appendix": appendix, "pdf": pdf, "roll": roll, "help": help,
}  # fmt: skip
"""Each button's work, by its verb."""

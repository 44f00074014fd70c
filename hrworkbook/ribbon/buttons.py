"""What each button does: its verb on the open workbook, and the files that go beside it."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from hrworkbook.jobs.appendix import appendix_path, exempt_path
from hrworkbook.plan.errors import NotAMaster, NotAReturn
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.snapshot import ChangeSet, Snapshot

OUT_FOLDER, IN_FOLDER = "Returns out", "Returns in"
"""The folders beside the plan for what goes out and what came back."""
NO_PLAN = (
    "This workbook is not a plan. Open your plan, or make one from what you have: "
    "hrworkbook new delivery-plan plan.xlsx --from your-file.xlsx"
)


class ButtonHost(Protocol):
    """What a button needs of the open workbook."""

    @property
    def path(self) -> Path:
        """Where the workbook is saved; raises CannotWrite where that is no folder of this computer."""

    def where(self) -> tuple[str, str]:
        """The sheet in front and the cell selected on it."""

    def progress(self, text: str) -> None:
        """Shows a text in the status bar."""

    def print_pdf(self, workbook: Path, pdf: Path) -> None:
        """Writes the PDF that the spreadsheet program itself prints of a workbook."""


@dataclass(frozen=True)
class ButtonResult:
    """What a press comes to: the changes to the workbook, and the files to place before they are made."""

    changes: ChangeSet
    files: Mapping[Path, bytes] = field(default_factory=dict)
    keeps_existing: bool = True
    """Whether a file that stood in the place of a new one stays beside it as a dated backup."""
    follow_up: "FollowUp | None" = None


@dataclass(frozen=True)
class FollowUp:
    """What is done once all of that is in place, and cannot be taken back: should it fail, the rest stands."""

    action: Callable[[], None]
    done_text: str
    failed_text: str
    """What to say of it, either way."""


Item = TypeVar("Item")
ButtonFunction = Callable[[ButtonHost, Snapshot, tuple[str, ...]], ButtonResult]


def _now() -> datetime:
    return datetime.now().replace(microsecond=0)


def validate(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Validate, and a jump to the first problem."""
    from hrworkbook.jobs.check_files import load_checks
    from hrworkbook.verbs.validate import hypothesis_hidden
    from hrworkbook.verbs.validate import validate as verb

    checks = load_checks()
    with hypothesis_hidden():
        return ButtonResult(verb(snapshot, _now(), checks).changes)


def next(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """A jump to the problem after the selected cell."""
    from hrworkbook.verbs.next import next as verb

    return ButtonResult(verb(snapshot, host.where()).changes)


def issue(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """The returns and their covering mails, into the folder for what goes out."""
    from hrworkbook.jobs.draft_mails import covering_mail
    from hrworkbook.render.return_workbook import return_workbook
    from hrworkbook.verbs.issue import issue as verb

    result = verb(snapshot, _now())
    folder = host.path.parent / OUT_FOLDER
    files: dict[Path, bytes] = {}
    for i, one in enumerate(result.returns, 1):
        host.progress(f"HR Plan: writing return {i} of {len(result.returns)} …")
        book = return_workbook(one)
        files[folder / one.file] = book
        files[folder / f"{Path(one.file).stem}.eml"] = covering_mail(one, book)
    return ButtonResult(
        _with_message(
            result.changes,
            f"They are in the folder '{OUT_FOLDER}' beside this plan, each with a mail to send it with. "
            "Save the plan now: it remembers what went out.",
        ),
        files,
        keeps_existing=False,
    )


def merge(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """Everything in the folder for what came back, merged."""
    from hrworkbook.merging.incoming import read_incoming
    from hrworkbook.verbs.merge import merge as verb

    folder = host.path.parent / IN_FOLDER
    if not folder.is_dir():
        raise NotAReturn(
            IN_FOLDER,
            f"there is no folder '{IN_FOLDER}' beside this plan",
            "Make it, save the replies into it, and press Merge again",
        )
    return ButtonResult(verb(snapshot, _with_progress(host, read_incoming(snapshot, [folder])), _now()).changes)


def _with_progress(host: ButtonHost, files: Iterable[Item]) -> Iterator[Item]:
    """The files, counted in the status bar: twice a second at most, since telling Excel takes longer than reading one."""
    last_shown = 0.0
    for number, file in enumerate(files, 1):
        if (now := time.monotonic()) - last_shown > 0.5:
            last_shown = now
            host.progress(f"HR Plan: reading file {number} …")
        yield file


def decide(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """The choices made on the Decisions sheet, applied."""
    from hrworkbook.verbs.decide import decide as verb

    return ButtonResult(verb(snapshot, _now()).changes)


def undo(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """The last return merged, taken back."""
    from hrworkbook.verbs.undo import undo as verb

    return ButtonResult(verb(snapshot, _now(), words[0] if words else "").changes)


def chase(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """A reminder for each owner still out, into the folder for what goes out."""
    from hrworkbook.jobs.draft_mails import reminder_mail
    from hrworkbook.render.return_workbook import return_workbook
    from hrworkbook.verbs.chase import chase as verb

    result = verb(snapshot, _now())
    folder = host.path.parent / OUT_FOLDER
    files = {
        folder / f"Reminder {Path(r.return_.file).stem}.eml": reminder_mail(
            r.return_, return_workbook(r.return_), r.days_late
        )
        for r in result.reminders
    }
    where = f" They are in the folder '{OUT_FOLDER}' beside this plan." if files else ""
    return ButtonResult(ChangeSet(message=result.message + where), files, keeps_existing=False)


def appendix(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """The appendix beside the plan, and the exempt one where there is one."""
    return _appendix(host, snapshot, prints=False)


def pdf(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """The appendix beside the plan, printed to a PDF."""
    return _appendix(host, snapshot, prints=True)


def _appendix(host: ButtonHost, snapshot: Snapshot, prints: bool) -> ButtonResult:
    from hrworkbook.jobs.pdf import print_pdf
    from hrworkbook.render.appendix.write_appendix import plan_document, write_appendix
    from hrworkbook.verbs.appendix import appendix as verb

    result = verb(snapshot, _now())
    target = appendix_path(host.path)
    planned = {target: plan_document(result.public)}
    if result.exempt:
        planned[exempt_path(target)] = plan_document(result.exempt)

    def print_them() -> None:
        for path, document in planned.items():
            host.progress(f"HR Plan: printing {path.name} …")
            print_pdf(document, path.with_suffix(".pdf"), print_workbook=host.print_pdf)

    message = f"{target.name} is beside this plan: {count_noun(planned[target].page_count, 'page')}."
    files = {path: write_appendix(document) for path, document in planned.items()}
    if not prints:
        return ButtonResult(_with_message(result.changes, message), files)
    then = FollowUp(print_them, "The PDF is beside it.", "The PDF was not made.")
    if len(planned) > 1:
        then = FollowUp(print_them, "The PDFs are beside it.", "The PDFs were not all made.")
    return ButtonResult(_with_message(result.changes, message), files, follow_up=then)


def roll(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """The period closed and the next begun."""
    from hrworkbook.verbs.roll import roll as verb

    return ButtonResult(verb(snapshot, _now(), words[0] if words else "").changes)


def help(host: ButtonHost, snapshot: Snapshot, words: tuple[str, ...]) -> ButtonResult:
    """What to do next, as the Start sheet says it; for a workbook that is no plan, how to come by one."""
    from hrworkbook.plan.model import read_plan
    from hrworkbook.plan.start_sheet import next_step

    try:
        step, how = next_step(read_plan(snapshot))
    except NotAMaster:
        return ButtonResult(ChangeSet(message=NO_PLAN))
    return ButtonResult(ChangeSet(message=f"{step} {how}", goto=("Start", "A1")))


def _with_message(changes: ChangeSet, more: str) -> ChangeSet:
    return replace(changes, message=f"{changes.message} {more}".strip())


BUTTONS: dict[str, ButtonFunction] = {
    "validate": validate, "next": next, "issue": issue, "merge": merge, "decide": decide, "undo": undo, "chase": chase,
    "appendix": appendix, "pdf": pdf, "roll": roll, "help": help,
}  # fmt: skip
"""Each button's work, by its verb."""

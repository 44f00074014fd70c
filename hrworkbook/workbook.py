"""A master as a Python object: one method a verb, each the job that the command and the button of that word do."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from hrworkbook.jobs.job import Job, PlanHost, carry_out
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.model import Line, Plan, read_plan
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas

    from hrworkbook.checks import CouncilCheck
    from hrworkbook.intake.reader import FileReader
    from hrworkbook.jobs.appendix import AppendixJob
    from hrworkbook.jobs.schema import Upgrade
    from hrworkbook.merging.outcomes import MergeResult
    from hrworkbook.plan.findings import Finding
    from hrworkbook.plan.frames.typed import OnError
    from hrworkbook.plan.ledgers import Ledger
    from hrworkbook.render.new_master import NewMaster
    from hrworkbook.verbs.adopt import Adoption
    from hrworkbook.verbs.bounce import BounceResult
    from hrworkbook.verbs.chase import ChaseResult
    from hrworkbook.verbs.decide import DecideResult
    from hrworkbook.verbs.issue import IssueResult
    from hrworkbook.verbs.next import NextProblem
    from hrworkbook.verbs.received import ReceivedResult
    from hrworkbook.verbs.roll import RollResult
    from hrworkbook.verbs.undo import UndoResult
    from hrworkbook.verbs.validate import ValidateResult

AnyPath = str | PathLike[str]
Clock = Callable[[], datetime]


def this_moment() -> datetime:
    """Return the time by this computer, to the second."""
    return datetime.now().replace(microsecond=0)


def open(path: AnyPath, *, live: bool = False, clock: Clock | None = None) -> "Workbook":
    """Return the master at a path; with `live`, as it is open in Excel or Calc, where you save it yourself.

    `clock` says what time it is: this computer's, unless a job is to be told of another day. Raises UnreadableFile where
    there is no such file, NotAMaster where it is none; with `live` WorkbookLocked where it is not open, and ToolMissing
    where no spreadsheet program can be reached.
    """
    where = Path(path)
    host: PlanHost
    if live:
        from hrworkbook.hosts.live import open_live

        host = open_live(where)
    else:
        from hrworkbook.hosts.file import FileHost

        host = FileHost(where)
    book = Workbook(host, where, clock)
    _ = book.plan
    return book


def pack(
    masters: Iterable[AnyPath], out: AnyPath, *, title: str = "", committee: str = "", date: str = "", number: str = "",
    pdf: bool = False, proof: bool = False, docx: bool = False, anyway: bool = False, period: str = "",
    clock: Clock | None = None, dry_run: bool = False,
) -> "AppendixJob":  # fmt: skip
    """Write the appendices of several masters as one paper, and the exempt lines as another beside it; change no master.

    `title`, `committee`, `date` and `number` are what it says of itself, else what the masters agree on; the rest is as in
    `Workbook.appendix`. Its `result` has the pack's documents, one section a plan. Raises NotReady where the masters are of
    several periods or copies of one, unless `anyway`, and where one of them is not ready, damaged or open, which is named.
    """
    from hrworkbook.jobs.appendix import place_appendix
    from hrworkbook.jobs.pack import pack_job
    from hrworkbook.verbs.pack import PackCover

    job = pack_job(
        [Path(master) for master in masters], (clock or this_moment)(), Path(out),
        cover=PackCover(title, committee, date, number), anyway=anyway, docx=docx, period=period,
    )  # fmt: skip
    return job if dry_run else place_appendix(job, None, pdf=pdf, proof=proof)


class Workbook:
    """A master: what it holds now, and a method for each verb.

    Nothing is kept between two calls: each reads the master as it is then, and each verb saves what it changes before it
    returns, whole or not at all, with a dated backup of the file. With `dry_run` a verb tells what it would do and writes
    nothing. A verb with files beside it returns its Job: `result`, `files`, `drafts`, `backups`; any other its result.
    What cannot be done raises an HrWorkbookError, with place, fault and remedy.
    """

    def __init__(self, host: PlanHost, path: Path, clock: Clock | None = None) -> None:
        self.host = host
        self.path = path
        self.made: NewMaster | None = None
        """Of a master that `Workbook.new` made: its contents, the notes on how they were read, and cells without a place."""
        self.adopted: Adoption | None = None
        """Of a workbook that `Workbook.adopt` made a master: what it was read as."""
        self._clock = clock or this_moment
        self._reader: FileReader | None = None
        self._keeps_reader = False

    @classmethod
    def new(
        cls, path: AnyPath, schema: Schema | str | PathLike[str] | None, source: AnyPath | None = None, *,
        sheet: str | Sequence[str] = (), force: bool = False, clock: Clock | None = None,
    ) -> Self:  # fmt: skip
        """Make a master of a schema, empty or with the plan in a CSV file or workbook; return it.

        Without a schema (None) one is drawn up from the source. `sheet` names the sheet or sheets of the source to read; else every one with the plan's headings is. `force` replaces
        a file that is there, and keeps it as a dated backup. Warns where a cell of the source has no place in the plan; all
        of those are in `made.unplaced`. Raises CannotWrite, NotAReturn, SchemaFileError.
        """
        from hrworkbook.hosts.file import FileHost
        from hrworkbook.jobs.new import new_job

        where = Path(path)
        book = cls(FileHost(where), where, clock)
        asked = schema if schema is None or isinstance(schema, Schema) else str(schema)
        before = None if source is None else Path(source)
        sheets = [sheet] if isinstance(sheet, str) else sheet
        job = carry_out(new_job(asked, where, book._clock(), before, force=force, sheets=sheets))
        book.made = job.result
        if missed := book.made.unplaced:
            first = f"{missed[0].sheet}!{missed[0].cell}"
            cells = count_noun(len(missed), "filled cell has", "filled cells have")
            warnings.warn(f"{source}: {cells} no place in the plan, {first} first", stacklevel=2)
        return book

    @classmethod
    def adopt(
        cls, path: AnyPath, out: AnyPath | None = None, *, sheet: str | Sequence[str] = (), clock: Clock | None = None
    ) -> Self:
        """Make a council's own workbook the master, in its place or at `out`; return it.

        `adopted` tells what was read, and what was guessed. Raises CannotWrite, NotAReturn, UnreadableFile.
        """
        from hrworkbook.hosts.file import FileHost
        from hrworkbook.jobs.adopt import adopt_job

        now = (clock or this_moment)()
        sheets = [sheet] if isinstance(sheet, str) else sheet
        job = carry_out(adopt_job(Path(path), now, Path(out) if out is not None else None, sheets))
        where = next(iter(job.files))
        book = cls(FileHost(where), where, clock)
        book.adopted = job.result
        return book

    def __enter__(self) -> Self:
        """Keep the process that reads returns ready between two merges, until the block ends."""
        self._keeps_reader = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeps_reader = False
        if self._reader:
            self._reader.close()
            self._reader = None

    def __repr__(self) -> str:
        return f"<hrworkbook.Workbook {self.path}>"

    # What it holds

    def snapshot(self) -> Snapshot:
        """Return every sheet's block of values as it is now: what the pure verbs take."""
        return self.host.snapshot()

    @property
    def plan(self) -> Plan:
        """The plan as it is now: its lines, owners, lists and settings."""
        return read_plan(self.snapshot())

    @property
    def schema(self) -> Schema:
        """The schema that the master carries."""
        return self.plan.schema

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the plan, in its order."""
        return self.plan.lines

    def frame(self, *, by: Literal["header", "key"] = "header", errors: "OnError" = "keep") -> "pandas.DataFrame":
        """Return the plan as a DataFrame indexed by ID, each column with the dtype of its kind.

        Columns are named by their headers or their keys. Dates are datetime64, money, percent and number Float64, whole
        Int64, yes-no boolean, a choice a category of its words, all else string; a blank is missing. Where an entry is not
        of its kind, `errors` says what becomes: "keep" leaves its column as it is written, "coerce" makes the entry
        missing, "raise" raises HrWorkbookError; `frame.attrs["unconverted"]` names the entries by column.
        """
        from hrworkbook.plan.frames.typed import typed_plan

        return typed_plan(self.plan, by=by, errors=errors)

    def history(self, *, by: Literal["header", "key"] = "header", errors: "OnError" = "keep") -> "pandas.DataFrame":
        """Return the plan as each closed period reported it, indexed by *Closed period* and ID; dtypes as in `frame`."""
        from hrworkbook.plan.frames.typed import typed_history

        return typed_history(self.plan, by=by, errors=errors)

    def journal(self) -> "pandas.DataFrame":
        """Return every cell that a verb changed, before and after, indexed by the row of the Journal sheet."""
        from hrworkbook.plan.ledgers import JOURNAL

        return self._ledger(JOURNAL)

    def decisions(self) -> "pandas.DataFrame":
        """Return the cells that wait for HR or did, indexed by the row of the Decisions sheet."""
        from hrworkbook.plan.ledgers import DECISIONS

        return self._ledger(DECISIONS)

    def register(self) -> "pandas.DataFrame":
        """Return every return that went out and every file that came back, indexed by the row of the Register sheet."""
        from hrworkbook.plan.ledgers import REGISTER

        return self._ledger(REGISTER)

    def _ledger(self, ledger: "Ledger") -> "pandas.DataFrame":
        from hrworkbook.plan.frames.typed import typed_ledger

        return typed_ledger(self.plan, ledger)

    # What is done with it

    def _done(self, job: Job[Any], dry_run: bool) -> Any:
        """Carry the job out, unless it is only to be told; return its result."""
        return (job if dry_run else carry_out(job, self.host)).result

    def validate(self, checks: "Iterable[AnyPath | CouncilCheck]" = (), *, dry_run: bool = False) -> "ValidateResult":
        """Check the plan: list what is wrong on the Problems sheet, and give new lines their ID.

        `checks` are a council's own: Python files, or checks made with `hrworkbook.checks`.
        """
        from hrworkbook.jobs.plain import validate_job

        given = [Path(check) if isinstance(check, (str, PathLike)) else check for check in checks]
        result: ValidateResult = self._done(validate_job(self.snapshot(), self._clock(), given), dry_run)
        return result

    def next(self, after: tuple[str, str] = ("", "")) -> "NextProblem":
        """Return the problem that follows a sheet and cell in the order of the Problems sheet; the first without one."""
        from hrworkbook.jobs.plain import next_job

        result: NextProblem = self._done(next_job(self.snapshot(), after), dry_run=False)
        return result

    def issue(
        self, folder: AnyPath, *, due: date | str | None = None, owner: str = "", anyway: bool = False, again: bool = False,
        dry_run: bool = False,
    ) -> "Job[IssueResult]":  # fmt: skip
        """Write a return and a covering mail for each owner, or for one, into a folder.

        `due` is the day they are to be back; else what the Start sheet says. `anyway` goes on although errors stand or
        decisions wait. Raises NotReady without it. An owner whose return is in gets no other, unless named, or `again`
        is given.
        """
        from hrworkbook.jobs.issue import issue_job

        job = issue_job(self.snapshot(), self._clock(), Path(folder), due, owner, anyway=anyway, again=again)
        return job if dry_run else carry_out(job, self.host)

    def merge(
        self, paths: AnyPath | Iterable[AnyPath], *, period: str | Sequence[str] = "", password: str | None = None,
        jobs: int | None = None, cluster: str = "", dry_run: bool = False,
    ) -> "MergeResult":  # fmt: skip
        """Merge the returns at one or more paths: files, mails, folders and zips of these.

        `period` is, for a collection, the month of sheets that do not say it, or several, each as `Sheet=2015-04`; `jobs`
        processes read, or the workers of the Dask scheduler at the address `cluster`.
        """
        from hrworkbook.jobs.merge import merge_job

        several: Sequence[Path] = (
            [Path(paths)] if isinstance(paths, (str, PathLike)) else [Path(path) for path in paths]
        )
        with self._reader_for(password, jobs, cluster) as reader:
            job = merge_job(
                self.snapshot(), several, self._clock(), period=period, password=password, jobs=jobs, cluster=cluster,
                reader=reader,
            )  # fmt: skip
        result: MergeResult = self._done(job, dry_run)
        return result

    def _reader_for(
        self, password: str | None, jobs: int | None, cluster: str
    ) -> "AbstractContextManager[FileReader | None]":
        """Return the reader to merge with: the one that is kept, within a `with` block and without a password."""
        from hrworkbook.jobs.merge import reader_for

        made = reader_for(password, jobs, cluster)
        if not self._keeps_reader or password is not None or isinstance(made, nullcontext):
            return made
        self._reader = self._reader or made.__enter__()
        return nullcontext(self._reader)

    def bounce(self, folder: AnyPath, *, owner: str = "", dry_run: bool = False) -> "Job[BounceResult]":
        """Write a reply for each return with cells to mend, or for one owner's, into a folder."""
        from hrworkbook.jobs.bounce import bounce_job

        job = bounce_job(self.snapshot(), self._clock(), Path(folder), owner)
        return job if dry_run else carry_out(job, self.host)

    def decide(self, *, dry_run: bool = False) -> "DecideResult":
        """Apply what was chosen on the Decisions sheet."""
        from hrworkbook.jobs.plain import decide_job

        result: DecideResult = self._done(decide_job(self.snapshot(), self._clock()), dry_run)
        return result

    def undo(self, return_id: str = "", *, dry_run: bool = False) -> "UndoResult":
        """Put back what one return changed; the last one merged where none is named."""
        from hrworkbook.jobs.plain import undo_job

        result: UndoResult = self._done(undo_job(self.snapshot(), self._clock(), return_id), dry_run)
        return result

    def received(self, owner: str, period: str = "", *, undo: bool = False, dry_run: bool = False) -> "ReceivedResult":
        """Mark an owner's return as answered without a file, or take the mark back; by role, name or the return's ID."""
        from hrworkbook.jobs.plain import received_job

        job = received_job(self.snapshot(), self._clock(), owner, period, undo=undo)
        result: ReceivedResult = self._done(job, dry_run)
        return result

    def chase(self, folder: AnyPath, *, dry_run: bool = False) -> "Job[ChaseResult]":
        """Write a reminder for each owner still out into a folder."""
        from hrworkbook.jobs.chase import chase_job

        job = chase_job(self.snapshot(), self._clock(), Path(folder))
        return job if dry_run else carry_out(job, self.host)

    def appendix(
        self, out: AnyPath, *, pdf: bool = False, proof: bool = False, docx: bool = False, anyway: bool = False,
        period: str = "", in_master: bool = False, dry_run: bool = False,
    ) -> "AppendixJob":  # fmt: skip
        """Write the appendix at a path that ends in .xlsx, .docx or .pdf, and the exempt one beside it where a line is exempt.

        `docx` writes it for Word too, `pdf` prints that (LibreOffice or Word must be there), `proof` reads the print back. What is
        against publishing it is in `findings` of what comes back, the proofs in `proofs`. Raises NotReady where errors
        stand or decisions wait, unless `anyway`. `period` is, for a collection, the month it is of. `in_master` puts its
        printed sheets into the master file too.
        """
        from hrworkbook.jobs.appendix import appendix_job, place_appendix
        from hrworkbook.jobs.appendix_in_master import put_appendix, sheet_host

        job = appendix_job(
            self.snapshot(), self._clock(), Path(out), master=self.path, anyway=anyway, docx=docx, period=period
        )
        sheets = sheet_host(self.host) if in_master else None
        if sheets:
            put_appendix(job, sheets, dry_run=True)
        if dry_run:
            return job
        return place_appendix(job, self.host, pdf=pdf, proof=proof, then=lambda: sheets and put_appendix(job, sheets))

    def check(self, file: AnyPath) -> "list[Finding]":
        """Return what is against publishing a workbook; the exempt lines of this plan are looked for in it."""
        from hrworkbook.jobs.check import check_file

        return check_file(Path(file), self.snapshot())

    def upgrade(self) -> "Upgrade":
        """Bring a master made before up to date, with a Columns sheet for its schema; of an open workbook raises CannotWrite."""
        from hrworkbook.jobs.appendix_in_master import sheet_host
        from hrworkbook.jobs.schema import upgrade

        return upgrade(sheet_host(self.host))

    def roll(self, next: str = "", *, dry_run: bool = False) -> "RollResult":
        """Close the period and begin the next: the one named, else the quarter after it."""
        from hrworkbook.jobs.plain import roll_job

        result: RollResult = self._done(roll_job(self.snapshot(), self._clock(), next), dry_run)
        return result

"""Appendix, with its files: the workbooks, Word documents and PDFs, what their print proves and what a check finds in them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.jobs.job import Job, Progress, no_progress
from hrworkbook.jobs.options import check_new_workbook, read_period
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import Finding, errors_of
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.render.appendix.write_appendix import DocumentPlan, plan_document, write_appendix
from hrworkbook.verbs.appendix import Appendix, appendix

if TYPE_CHECKING:
    from hrworkbook.render.appendix.verify_print import PrintProof


def appendix_path(master: Path) -> Path:
    """Return `Our plan appendix.xlsx` beside `Our plan.xlsx`: where it goes if nobody says."""
    return master.with_name(f"{master.stem} appendix.xlsx")


def exempt_path(appendix: Path) -> Path:
    """Return where the exempt appendix goes that belongs to a public one."""
    return appendix.with_name(f"{appendix.stem} Part 2 exempt.xlsx")


@dataclass(frozen=True)
class AppendixJob(Job[Appendix]):
    """An appendix as a job: its documents by the path of their workbook, the public one first."""

    documents: Mapping[Path, DocumentPlan] = field(default_factory=dict)
    proofs: "Mapping[Path, PrintProof]" = field(default_factory=dict)
    """By workbook, how its PDF compares with what was planned; empty before `print_appendix`, or where not asked for."""
    pdfs: tuple[Path, ...] = ()
    """What `print_appendix` printed."""
    findings: tuple[Finding, ...] = ()
    """What `check_appendix` has against publishing it."""

    @property
    def public(self) -> DocumentPlan:
        """The document for the public."""
        return next(iter(self.documents.values()))

    @property
    def exempt(self) -> Path | None:
        """The workbook of the exempt document; None where no line is exempt."""
        return next(iter([*self.documents][1:]), None)


def appendix_job(
    snapshot: Snapshot, now: datetime, target: Path, *, master: Path | None = None, anyway: bool = False,
    docx: bool = False, period: str = "", progress: Progress = no_progress,
) -> AppendixJob:  # fmt: skip
    """Return the appendix as a workbook at a path, the exempt one beside it, and with `docx` each as a Word document.

    Raises as the verb does, and CannotWrite where the path is no .xlsx or is the master itself.
    """
    check_new_workbook(target, "the appendix", master)
    result = appendix(snapshot, now, anyway=anyway, period=read_period(period))
    documents = {target: plan_document(result.public)}
    if result.exempt:
        documents[exempt_path(target)] = plan_document(result.exempt)
    files: dict[Path, bytes] = {}
    for done, (path, document) in enumerate(documents.items()):
        progress(done, len(documents))
        files[path] = write_appendix(document)
        if docx:
            from hrworkbook.render.appendix.word import write_word

            files[path.with_suffix(".docx")] = write_word(document.document)
    return AppendixJob(result, result.changes, files, keep_replaced=True, documents=documents)


def print_appendix(
    job: AppendixJob, *, proof: bool = False, print_workbook: Callable[[Path, Path], None] | None = None,
    progress: Progress = no_progress,
) -> AppendixJob:  # fmt: skip
    """Print each workbook of an appendix that is in place to a PDF beside it; return the job with the PDFs and proofs.

    `print_workbook` prints where there is no LibreOffice. Raises ToolMissing or CannotWrite, and what is
    printed by then stays.
    """
    from hrworkbook.jobs.pdf import print_pdf

    proofs: dict[Path, PrintProof] = {}
    pdfs: list[Path] = []
    for done, (path, document) in enumerate(job.documents.items()):
        progress(done, len(job.documents))
        pdf = path.with_suffix(".pdf")
        print_pdf(document, pdf, print_workbook=print_workbook)
        pdfs.append(pdf)
        if proof:
            from hrworkbook.render.appendix.verify_print import verify_print

            proofs[path] = verify_print(pdf, document)
    return replace(job, pdfs=tuple(pdfs), proofs=proofs)


def finish_appendix(
    job: AppendixJob, snapshot: Snapshot, *, pdf: bool = False, proof: bool = False, progress: Progress = no_progress
) -> AppendixJob:
    """Print, prove and check an appendix that is in place; return the job with what came of it.

    Raises as `print_appendix` does, with the word that the workbook itself is made.
    """
    if pdf or proof:
        try:
            job = print_appendix(job, proof=proof, progress=progress)
        except HrWorkbookError as error:
            workbook = Path(error.place).with_suffix(".xlsx").name
            error.fault = f"{workbook} is made, but not its PDF: {error.fault}"
            raise
    return check_appendix(job, snapshot)


def check_appendix(job: AppendixJob, snapshot: Snapshot) -> AppendixJob:
    """Return the job with what the publication check has against the workbooks that are in place."""
    return replace(job, findings=tuple(_findings(job, snapshot)))


def _findings(job: AppendixJob, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield what is wrong with each workbook; of the exempt one not that it is exempt."""
    from hrworkbook.verbs.check import check

    for path in job.documents:
        if path == job.exempt:
            yield from errors_of(check(path))
        else:
            yield from check(path, read_plan(snapshot))

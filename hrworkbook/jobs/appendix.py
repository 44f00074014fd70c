"""Appendix, with its files: workbooks, Word documents and PDFs, what their print proves and what a check finds in them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.jobs.job import Job, PlanHost, Progress, carry_out, no_progress
from hrworkbook.jobs.options import check_appendix_path, read_period
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.exemption import EXEMPT_RULE
from hrworkbook.plan.findings import Finding, errors_of
from hrworkbook.plan.model import Plan, read_plan
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.render.appendix.write_appendix import DocumentPlan, plan_document, write_appendix
from hrworkbook.verbs.appendix import Appendix, appendix

if TYPE_CHECKING:
    from hrworkbook.jobs.pdf import PrintWorkbook
    from hrworkbook.render.appendix.verify_print import PrintProof

WORKBOOK, DOCUMENT, PDF = ".xlsx", ".docx", ".pdf"
NOT_ACCESSIBLE = "This PDF is not accessible: it has no tags, since there is neither LibreOffice Writer nor Word here to print the Word document."


def appendix_path(master: Path) -> Path:
    """Return `Our plan appendix.xlsx` beside `Our plan.xlsx`: where it goes if nobody says."""
    return master.with_name(f"{master.stem} appendix.xlsx")


def exempt_path(appendix: Path) -> Path:
    """Return where the exempt appendix goes that belongs to a public one."""
    return appendix.with_name(f"{appendix.stem} Part 2 exempt{appendix.suffix}")


@dataclass(frozen=True)
class AppendixJob(Job[Appendix]):
    """An appendix as a job: its documents by the path asked for, the public one first."""

    documents: Mapping[Path, DocumentPlan] = field(default_factory=dict)
    proofs: "Mapping[Path, PrintProof]" = field(default_factory=dict)
    """By the path asked for, how the PDF compares with what was planned; empty before `print_appendix`, or where not asked for."""
    pdfs: tuple[Path, ...] = ()
    """What `print_appendix` printed."""
    findings: tuple[Finding, ...] = ()
    """What `check_appendix` has against publishing it."""
    plans: tuple[Plan, ...] = ()
    """The plans it is made from, whose exempt lines are looked for in what is published."""

    @property
    def public(self) -> DocumentPlan:
        """The document for the public."""
        return next(iter(self.documents.values()))

    @property
    def page_count(self) -> int | None:
        """The pages the public document prints on; None for a Word document that was not printed: Word says it itself."""
        target = next(iter(self.documents))
        if target.suffix.lower() == WORKBOOK:
            return self.public.page_count
        if not self.pdfs:
            return None
        from hrworkbook.jobs.pdf import count_pages

        return count_pages(self.pdfs[0])

    @property
    def exempt(self) -> Path | None:
        """The path of the exempt document; None where no line is exempt."""
        return next(iter([*self.documents][1:]), None)


def appendix_job(
    snapshot: Snapshot, now: datetime, target: Path, *, master: Path | None = None, anyway: bool = False,
    docx: bool = False, period: str = "", progress: Progress = no_progress,
) -> AppendixJob:  # fmt: skip
    """Return the appendix at a path, the exempt one beside it: the ending says whether it is a workbook, a Word document or a PDF.

    `docx` adds a Word document. A PDF is not among the job's files: `print_appendix` makes it. Raises as the verb
    does, and CannotWrite where the path has another ending or is the master itself.
    """
    check_appendix_path(target, master)
    result = appendix(snapshot, now, anyway=anyway, period=read_period(period))
    return documents_job(result, target, (read_plan(snapshot),), docx=docx, progress=progress)


def documents_job(
    result: Appendix, target: Path, plans: tuple[Plan, ...], *, docx: bool = False, progress: Progress = no_progress
) -> AppendixJob:
    """Return what places the documents of an appendix or a pack at a path, in the form that its ending asks for."""
    kind = target.suffix.lower()
    documents = {target: plan_document(result.public)}
    if result.exempt:
        documents[exempt_path(target)] = plan_document(result.exempt)
    files: dict[Path, bytes] = {}
    for done, (path, document) in enumerate(documents.items()):
        progress(done, len(documents))
        if kind == WORKBOOK:
            files[path] = write_appendix(document)
        if docx or kind == DOCUMENT:
            from hrworkbook.render.appendix.word import write_word

            files[path.with_suffix(DOCUMENT)] = write_word(document.document)
    return AppendixJob(result, result.changes, files, keep_replaced=True, documents=documents, plans=plans)


def print_appendix(
    job: AppendixJob, *, proof: bool = False, print_workbook: "PrintWorkbook | None" = None,
    progress: Progress = no_progress,
) -> AppendixJob:  # fmt: skip
    """Print each document of an appendix to a PDF, beside what is in place of it; return the job with the PDFs and proofs.

    `print_workbook` prints where nothing can print a Word document. The message says where a PDF is not accessible.
    Raises ToolMissing or CannotWrite.
    """
    from hrworkbook.jobs.pdf import print_papers

    progress(0, len(job.documents))
    pdfs = {path.with_suffix(PDF): document for path, document in job.documents.items()}
    printer = print_papers(pdfs, print_workbook=print_workbook)
    proofs: dict[Path, PrintProof] = {}
    if proof:
        for path, document in job.documents.items():
            proofs[path] = _prove(path.with_suffix(PDF), document, printer.makes_tags)
    if not printer.makes_tags:
        job = job.with_message(NOT_ACCESSIBLE)
    return replace(job, pdfs=tuple(pdfs), proofs=proofs)


def _prove(pdf: Path, document: DocumentPlan, is_tagged: bool) -> "PrintProof":
    """Return how a PDF compares with the document, or where it was printed from the workbook, with its planned pages."""
    if is_tagged:
        from hrworkbook.render.appendix.verify_paper import verify_paper

        return verify_paper(pdf, document.document)
    from hrworkbook.render.appendix.verify_print import verify_print

    return verify_print(pdf, document)


def place_appendix(
    job: AppendixJob, host: PlanHost | None, *, pdf: bool = False, proof: bool = False,
    progress: Progress = no_progress, then: Callable[[], object] = lambda: None,
) -> AppendixJob:  # fmt: skip
    """Carry an appendix out, print, prove and check it; return the job with what came of it.

    Without a host nothing but files is placed: a pack changes no master. `then` is called once it is carried out. Where a PDF is all that is asked for, it is printed before the master says
    that it is made. Raises as `carry_out` and `print_appendix` do.
    """
    if not job.files:
        job = _finish_appendix(job, pdf=True, proof=proof, progress=progress)
    placed = carry_out(job, host)
    then()
    return _finish_appendix(placed, pdf=pdf, proof=proof, progress=progress) if job.files else placed


def _finish_appendix(job: AppendixJob, *, pdf: bool, proof: bool, progress: Progress) -> AppendixJob:
    """Raise as `print_appendix` does, with the word that the files themselves are made."""
    if pdf or proof or any(path.suffix.lower() == PDF for path in job.documents):
        try:
            job = print_appendix(job, proof=proof, progress=progress)
        except HrWorkbookError as error:
            if job.files:
                error.fault = f"{next(iter(job.files)).name} is made, but not its PDF: {error.fault}"
            raise
    return check_appendix(job)


def check_appendix(job: AppendixJob) -> AppendixJob:
    """Return the job with what the publication check has against the files that are in place."""
    return replace(job, findings=tuple(dict.fromkeys(_findings(job))))


def _findings(job: AppendixJob) -> Iterator[Finding]:
    """Yield what is wrong with each file; of the exempt ones not that they are exempt."""
    from hrworkbook.verbs.check import check

    exempt = job.exempt.stem if job.exempt else None
    for path in dict.fromkeys((*job.files, *job.pdfs)):
        if path.stem == exempt:
            yield from (fault for fault in errors_of(check(path)) if fault.rule != EXEMPT_RULE)
        else:
            for plan in job.plans:
                yield from check(path, plan)

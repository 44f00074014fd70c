"""The commands of the committee's papers: appendix, roll."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import Progress, host_of, now, print_json, show, show_finding
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError
from hrworkbook.plan.findings import count_noun

if TYPE_CHECKING:
    from hrworkbook.plan.findings import Finding
    from hrworkbook.plan.snapshot import Snapshot
    from hrworkbook.render.appendix.verify_print import PrintProof
    from hrworkbook.render.appendix.write_appendix import DocumentPlan


def run_appendix(options: Namespace) -> int:
    """Makes the appendix, the exempt one beside it where there is one, and what else is asked for."""
    from hrworkbook.hosts.new_files import write_all
    from hrworkbook.jobs.appendix import exempt_path
    from hrworkbook.render.appendix.write_appendix import plan_document, write_appendix
    from hrworkbook.verbs.appendix import appendix

    target = Path(options.out)
    if target.suffix.lower() != ".xlsx":
        raise CannotWrite(target.name, "the appendix is an Excel workbook", "Give it a name that ends in .xlsx")
    if target.resolve() == Path(options.master).resolve():
        raise CannotWrite(target.name, "that is the master itself", "Give the appendix a name of its own")
    host = host_of(options)
    with Progress("Laying out"):
        snapshot = host.snapshot()
        result = appendix(snapshot, now(), anyway=options.anyway)
        planned = {target: plan_document(result.public)}
        if result.exempt:
            planned[exempt_path(target)] = plan_document(result.exempt)
        files = {path.name: write_appendix(document) for path, document in planned.items()}
        if options.docx:
            files |= _word_files(planned)
    with write_all(target.parent, files, keep=True):
        host.apply(result.changes)
    proofs = _print_pdfs(planned, options.proof) if options.pdf or options.proof else {}
    faults = [*_faults_of(target, snapshot), *(f for path in planned if path != target for f in _faults_of(path, None))]
    public = planned[target]
    if options.json:
        print_json({
            "file": str(target), "pages": public.page_count, "rows": len(result.public.lines), "words": public.plan.word_count,
            "exempt": str(exempt_path(target)) if result.exempt else None,
            "pdf": str(target.with_suffix(".pdf")) if proofs else None,
            "proof": proof.as_json() if (proof := proofs.get(target)) else None,
            "findings": [f.as_json() for f in faults], "paragraph": result.paragraph,
            "errors": result.standing.errors, "decisions": result.standing.decisions,
        })  # fmt: skip
    else:
        rows = count_noun(len(result.public.lines), "line")
        show(f"{target.name}: {count_noun(public.page_count, 'page')}, {rows}, {public.plan.word_count:,} words.")
        for path, proof in proofs.items():
            if proof:
                show(f"{path.with_suffix('.pdf').name}: {_proof_summary(proof)}")
                for difference in proof.differences[:20]:
                    show(f"  {difference}")
        for fault in faults:
            show_finding(fault)
        show(result.changes.message)
        show(f"For the covering report: {result.paragraph}")
    return 1 if faults or any(p and p.differences for p in proofs.values()) else 0


def _word_files(planned: "Mapping[Path, DocumentPlan]") -> dict[str, bytes]:
    from hrworkbook.render.appendix.word import write_word

    return {path.with_suffix(".docx").name: write_word(document.document) for path, document in planned.items()}


def _print_pdfs(planned: "Mapping[Path, DocumentPlan]", proves: bool) -> "dict[Path, PrintProof | None]":
    """Each workbook printed to a PDF beside it, and compared with what was planned where that is asked for."""
    from hrworkbook.jobs.pdf import print_pdf
    from hrworkbook.render.appendix.verify_print import verify_print

    proofs: dict[Path, PrintProof | None] = {}
    with Progress("Printing"):
        for path, document in planned.items():
            pdf = path.with_suffix(".pdf")
            try:
                print_pdf(document, pdf)
            except HrWorkbookError as error:
                error.fault = f"{path.name} is made, but not its PDF: {error.fault}"
                raise
            proofs[path] = verify_print(pdf, document) if proves else None
    return proofs


def _proof_summary(proof: "PrintProof") -> str:
    same = f"{proof.words_printed:,} of {proof.words_planned:,} words and {proof.pages_printed} of {count_noun(proof.pages_planned, 'page')} are printed as planned."
    if not proof.differences:
        return same
    return f"{count_noun(len(proof.differences), 'difference')} from what was planned."


def _faults_of(path: Path, snapshot: "Snapshot | None") -> "list[Finding]":
    """What the publication check has against our own output; of the exempt part not that it is exempt."""
    from hrworkbook.plan.findings import errors_of
    from hrworkbook.plan.model import read_plan
    from hrworkbook.verbs.check import check_workbook

    found = check_workbook(path, read_plan(snapshot) if snapshot else None)
    return found if snapshot else errors_of(found)


def run_check(options: Namespace) -> int:
    """Checks a workbook before it is published."""
    from hrworkbook.plan.findings import errors_of
    from hrworkbook.verbs.check import check_workbook

    plan = None
    if options.plan:
        from hrworkbook.hosts.file import FileHost
        from hrworkbook.plan.model import read_plan

        plan = read_plan(FileHost(Path(options.plan)).snapshot())
    findings = check_workbook(Path(options.file), plan)
    if options.json:
        print_json({"findings": [f.as_json() for f in findings]})
    else:
        for finding in findings:
            show_finding(finding)
        errors = len(errors_of(findings))
        show(
            f"{Path(options.file).name}: {count_noun(errors, 'error')} and {count_noun(len(findings) - errors, 'warning')}."
            if findings
            else f"{Path(options.file).name}: nothing stands against publishing it."
        )
    return 1 if errors_of(findings) else 0


def run_roll(options: Namespace) -> int:
    """Closes the period."""
    from hrworkbook.verbs.roll import roll

    host = host_of(options)
    result = roll(host.snapshot(), now(), options.next or "")
    host.apply(result.changes)
    if options.json:
        print_json({"closed": result.closed_period, "next": result.next_period, "lines": result.line_count})
    else:
        show(result.changes.message)
    return 0

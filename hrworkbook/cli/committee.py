"""The commands of the committee's papers: appendix, check, roll."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import Progress, host_of, now, print_json, show, show_finding
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun, errors_of, join_words

if TYPE_CHECKING:
    from hrworkbook.jobs.appendix import AppendixJob
    from hrworkbook.render.appendix.verify_print import PrintProof


def run_appendix(options: Namespace) -> int:
    """Make the appendix, the exempt one beside it where there is one, and what else is asked for; of several masters a pack."""
    if len(options.masters) > 1:
        from hrworkbook.cli.pack import run_pack

        return run_pack(options)
    if given := [f"--{name}" for name in ("title", "committee", "date", "number") if getattr(options, name)]:
        raise HrWorkbookError(
            join_words(given), "a single plan says this on its Start sheet", "Enter it there, or name several masters"
        )
    options.master = options.masters[0]
    from hrworkbook.jobs.appendix import appendix_job, place_appendix
    from hrworkbook.jobs.appendix_in_master import put_appendix, sheet_host

    host = host_of(options)
    target = Path(options.out)
    with Progress("Laying out") as progress:
        snapshot = host.snapshot()
        job = appendix_job(
            snapshot, now(), target, master=Path(options.master), anyway=options.anyway, docx=options.docx,
            period=options.period, progress=progress.at
        )  # fmt: skip
    in_master = sheet_host(host) if options.in_master else None
    if in_master:
        put_appendix(job, in_master, dry_run=True)
    put: list[str] = []
    with Progress("Printing") as progress:
        job = place_appendix(
            job, host, pdf=options.pdf, proof=options.proof, progress=progress.at,
            then=lambda: put.extend(put_appendix(job, in_master) if in_master else ())
        )  # fmt: skip
    if options.json:
        print_json(_appendix_json(job, target))
    else:
        _print_appendix(job, target)
        if put:
            sheets = join_words([f"'{name}'" for name in put])
            show(f"In {Path(options.master).name}, behind the other sheets: {sheets}.")
    return 1 if job.findings or any(proof.differences for proof in job.proofs.values()) else 0


def _appendix_json(job: "AppendixJob", target: Path) -> dict[str, object]:
    public, result = job.public, job.result
    return {
        "file": str(target), "pages": job.page_count, "rows": len(result.public.lines),
        "words": public.word_count,
        "exempt": str(job.exempt) if job.exempt else None,
        "pdf": str(job.pdfs[0]) if job.pdfs else None,
        "proof": proof.as_json() if (proof := job.proofs.get(target)) else None,
        "findings": [f.as_json() for f in job.findings], "paragraph": result.paragraph,
        "errors": result.standing.errors, "decisions": result.standing.decisions,
    }  # fmt: skip


def _print_appendix(job: "AppendixJob", target: Path) -> None:
    rows = count_noun(len(job.result.public.lines), "line")
    pages = f"{count_noun(job.page_count, 'page')}, " if job.page_count is not None else ""
    show(f"{target.name}: {pages}{rows}, {job.public.word_count:,} words.")
    show_proofs(job)
    for finding in job.findings:
        show_finding(finding)
    show(job.message)
    show(f"For the covering report: {job.result.paragraph}")


def show_proofs(job: "AppendixJob") -> None:
    """Show what each print proves, with its first differences."""
    for path, proof in job.proofs.items():
        show(f"{path.with_suffix('.pdf').name}: {_proof_summary(proof)}")
        for difference in proof.differences[:20]:
            show(f"  {difference}")


def _proof_summary(proof: "PrintProof") -> str:
    if proof.differences:
        return f"{count_noun(len(proof.differences), 'difference')} from what was planned."
    words = f"{proof.words_printed:,} of {proof.words_planned:,} words"
    return f"{words} and {proof.pages_printed} of {count_noun(proof.pages_planned, 'page')} are printed as planned."


def run_check(options: Namespace) -> int:
    """Check a workbook before it is published."""
    from hrworkbook.jobs.check import check_file

    name = Path(options.file).name
    findings = check_file(Path(options.file), Path(options.plan) if options.plan else None)
    errors = len(errors_of(findings))
    if options.json:
        print_json({"findings": [f.as_json() for f in findings]})
        return 1 if errors else 0
    for finding in findings:
        show_finding(finding)
    if findings:
        show(f"{name}: {count_noun(errors, 'error')} and {count_noun(len(findings) - errors, 'warning')}.")
    else:
        show(f"{name}: nothing stands against publishing it.")
    return 1 if errors else 0


def run_roll(options: Namespace) -> int:
    """Close the period."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.plain import roll_job

    host = host_of(options)
    job = carry_out(roll_job(host.snapshot(), now(), options.next or ""), host)
    result = job.result
    if options.json:
        print_json({"closed": result.closed_period, "next": result.next_period, "lines": result.line_count})
    else:
        show(job.message)
    return 0

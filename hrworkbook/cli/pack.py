"""The command `appendix` with several masters: a pack."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import Progress, now, print_json, show, show_finding
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun

if TYPE_CHECKING:
    from hrworkbook.jobs.appendix import AppendixJob
    from hrworkbook.verbs.pack import Pack


def run_pack(options: Namespace) -> int:
    """Make one paper of several masters, the exempt one beside it where there is one, and what else is asked for."""
    from hrworkbook.jobs.appendix import place_appendix
    from hrworkbook.jobs.pack import pack_job
    from hrworkbook.verbs.pack import PackCover

    for name, what in (("live", "read from their files"), ("in_master", "put into no master")):
        if getattr(options, name):
            option = f"--{name.replace('_', '-')}"
            raise HrWorkbookError(option, f"several plans are {what}", f"Leave {option} out, or name one master")
    target = Path(options.out)
    cover = PackCover(options.title, options.committee, options.date, options.number)
    with Progress("Laying out") as progress:
        job = pack_job(
            [Path(master) for master in options.masters], now(), target, cover=cover, anyway=options.anyway,
            docx=options.docx, period=options.period, progress=progress.at,
        )  # fmt: skip
    with Progress("Printing") as progress:
        job = place_appendix(job, None, pdf=options.pdf, proof=options.proof, progress=progress.at)
    if options.json:
        print_json(_pack_json(job, target))
    else:
        _show_pack(job, target)
    return 1 if job.findings or any(proof.differences for proof in job.proofs.values()) else 0


def _pack_json(job: "AppendixJob", target: Path) -> dict[str, object]:
    from hrworkbook.render.appendix.pack_figures import changed_of, overdue_of, statuses_of

    result = job.result
    plans = []
    for plan, section in zip(_pack(job).plans, result.public.sections, strict=True):
        changed, made = changed_of(section), plan.appendix
        plans.append({
            "file": plan.file, "plan": section.plan_title, "period": section.cover.period, "rows": len(section.lines),
            "exempt": len(made.exempt.lines) if made.exempt else 0, "statuses": statuses_of(section),
            "overdue": overdue_of(section), "changed": changed.changed if changed else None,
            "new": changed.new if changed else None, "gone": changed.gone if changed else None,
            "errors": made.standing.errors, "decisions": made.standing.decisions,
        })  # fmt: skip
    proof = job.proofs.get(target)
    return {
        "file": str(target), "pages": job.page_count, "rows": sum(len(s.lines) for s in result.public.sections),
        "words": job.public.word_count, "plans": plans, "exempt": str(job.exempt) if job.exempt else None,
        "pdf": str(job.pdfs[0]) if job.pdfs else None, "proof": proof.as_json() if proof else None,
        "findings": [f.as_json() for f in job.findings], "paragraph": result.paragraph, "message": job.message,
    }  # fmt: skip


def _show_pack(job: "AppendixJob", target: Path) -> None:
    from hrworkbook.cli.committee import show_proofs

    sections = job.result.public.sections
    rows = count_noun(sum(len(section.lines) for section in sections), "line")
    pages = f"{count_noun(job.page_count, 'page')}, " if job.page_count is not None else ""
    show(f"{target.name}: {pages}{count_noun(len(sections), 'plan')}, {rows}, {job.public.word_count:,} words.")
    for plan, section in zip(_pack(job).plans, sections, strict=True):
        period = f", {section.cover.period}" if section.cover.period else ""
        show(f"  {section.plan_title} ({plan.file}): {count_noun(len(section.lines), 'line')}{period}")
    show_proofs(job)
    for finding in job.findings:
        show_finding(finding)
    show(job.message)
    show(f"For the covering report: {job.result.paragraph}")


def _pack(job: "AppendixJob") -> "Pack":
    from hrworkbook.verbs.pack import Pack

    assert isinstance(job.result, Pack)
    return job.result

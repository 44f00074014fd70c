"""The commands of the returns: issue, merge, bounce, decide, undo, received, chase."""

from argparse import Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hrworkbook.cli.console import Progress, host_of, now, print_json, show, stray_lines
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import count_noun

if TYPE_CHECKING:
    from hrworkbook.jobs.job import Job
    from hrworkbook.merging.outcomes import MergeResult, RefusedFile, ReturnOutcome


def run_issue(options: Namespace) -> int:
    """Write the returns."""
    from hrworkbook.jobs.issue import issue_job
    from hrworkbook.jobs.job import carry_out

    host = host_of(options)
    folder = Path(options.out)
    with Progress("Writing returns") as progress:
        job = issue_job(
            host.snapshot(), now(), folder, options.due, options.owner, anyway=options.anyway, again=options.again,
            progress=progress.at,
        )  # fmt: skip
    carry_out(job, host)
    returns = job.result.returns
    if options.json:
        before = {owner: {"sent_before": one.as_json()} for owner, one in job.result.sent_before.items()}
        print_json({
            "issued": [
                {"owner": r.owner.role, "file": str(folder / r.file), "rows": len(r.lines), "return_id": r.id}
                | before.get(r.owner.role, {})
                for r in returns
            ],
            "not_again": list(job.result.skipped),
        })  # fmt: skip
    else:
        for r in returns:
            show(f"  {r.id}  {r.owner.role}: {count_noun(len(r.lines), 'line')}, {folder / r.file}")
        show(job.message)
        show("Each has a covering mail beside it (.eml): open it, check it, send it.")
    _open_drafts(options, job)
    return 0


def _open_drafts(options: Namespace, job: "Job[Any]") -> None:
    """Open the drafts where --open asks for it; what they are for is done either way."""
    from hrworkbook.hosts.open_drafts import open_drafts

    if options.open and job.drafts:
        show(open_drafts(job.drafts), wrong=options.json)


def run_merge(options: Namespace) -> int:
    """Merge returns."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.merge import check_merge_options, merge_job, reader_for

    host = host_of(options)
    paths = [Path(p) for p in options.paths]
    check_merge_options(paths, options.period, options.jobs)
    reading = reader_for(options.password, options.jobs, options.cluster)
    with reading as reader, Progress("Reading") as progress:
        snapshot = host.snapshot()  # while the reader starts up
        job = merge_job(
            snapshot, paths, now(), period=options.period, password=options.password, jobs=options.jobs,
            cluster=options.cluster, reader=reader, progress=progress.at,
        )  # fmt: skip
    if not options.dry_run:
        carry_out(job, host)
    if options.json:
        print_json(_merged_json(job.result))
    else:
        _print_merged(job.result)
        show(("Nothing was changed (dry run). " if options.dry_run else "") + job.message)
    return 1 if job.result.needs_a_person else 0


def _return_json(r: "ReturnOutcome") -> dict[str, object]:
    return {
        "file": r.received.file, "owner": r.owner, "return_id": r.return_id, "cells": r.cell_count, "outcomes": r.outcome_counts,
        "from": r.received.sender, "on_owners_sheet": not r.from_elsewhere,
    }  # fmt: skip


def _merged_json(result: "MergeResult") -> dict[str, object]:
    from hrworkbook.merging.outcomes import Outcome
    from hrworkbook.plan.ledger_words import FileStatus

    skipped: dict[str, object] = {"cells": 0, "outcomes": dict.fromkeys(Outcome, 0)}
    return {
        "returns": [
            *map(_return_json, result.returns),
            *(
                {"file": r.file, "owner": r.owner, "return_id": r.return_id, **skipped, "skipped": r.reason}
                for r in result.refused
                if r.status in (FileStatus.ALREADY_MERGED, FileStatus.SENT_AGAIN)
            ),
        ],
        "refused": [_refused_json(r) for r in result.refused if r.status not in (FileStatus.ALREADY_MERGED, FileStatus.SENT_AGAIN)],
        "aside": [{"file": a.place, "reason": a.reason, "count": a.count} for a in result.ignored],
    }  # fmt: skip


def _refused_json(refusal: "RefusedFile") -> dict[str, object]:
    inside = [{"reason": one.reason, "count": one.count, "files": one.files} for one in refusal.inside]
    told = {"file": refusal.file, "reason": refusal.reason, "what": refusal.status, "from": refusal.sender}
    return told | ({"inside": inside} if inside else {})


def _print_merged(result: "MergeResult") -> None:
    from hrworkbook.merging.outcomes import UNDECIDED_OUTCOMES

    for r in result.returns:
        outcome_counts = ", ".join(f"{n} {o}" for o, n in r.outcome_counts.items() if n)
        show(
            f"  {r.return_id}  {r.owner}: {count_noun(r.cell_count, 'cell')} received = {outcome_counts or 'none'}  ({r.received.file})"
        )
        for note in r.notes:
            show(f"         {note}")
        for cell in r.cells:
            if cell.outcome in UNDECIDED_OUTCOMES:
                show(f"         {cell.outcome}: {cell.line.id}, {cell.column.header}: {cell.reason}")
        for line in stray_lines(r.stray_cells):
            show(f"         {line}")
    for refusal in result.refused:
        show(f"  {refusal.status}: {refusal.message}")
    if result.ignored:
        counted: Counter[str] = Counter()
        for aside in result.ignored:
            counted[aside.reason] += aside.count
        whys = "; ".join(f"{n:,} × {why}" for why, n in counted.items())
        show(f"  Set aside, being no returns: {count_noun(counted.total(), 'file')} ({whys})")


def run_decide(options: Namespace) -> int:
    """Apply decisions."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.plain import decide_job

    host = host_of(options)
    job = carry_out(decide_job(host.snapshot(), now()), host)
    result = job.result
    if options.json:
        print_json({
            "applied": result.applied_count, "waiting": result.waiting_count, "findings": [f.as_json() for f in result.findings],
            "returns": [_return_json(r) for r in result.returns],
        })  # fmt: skip
    else:
        show(job.message)
    return 1 if result.waiting_count or result.findings else 0


def run_undo(options: Namespace) -> int:
    """Undo one return."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.plain import undo_job

    if bool(options.return_id) == options.last:
        raise HrWorkbookError("undo", "it is not clear which return to undo", "Give its ID, such as R0007, or --last")
    host = host_of(options)
    job = carry_out(undo_job(host.snapshot(), now(), options.return_id), host)
    result = job.result
    if options.json:
        left = [{"cell": place, "reason": why} for place, why in result.left_cells]
        print_json({"return_id": result.return_id, "restored": list(result.restored_cells), "left": left})
    else:
        show(job.message)
    return 1 if result.left_cells else 0


def run_received(options: Namespace) -> int:
    """Mark a return as received."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.plain import received_job

    host = host_of(options)
    job = received_job(host.snapshot(), now(), options.owner, options.period, undo=options.undo)
    result = carry_out(job, host).result
    if options.json:
        print_json({
            "return_id": result.return_id, "owner": result.owner, "period": result.period, "received": result.is_received,
            "changed": bool(job.changes.writes),
        })  # fmt: skip
    else:
        show(job.message)
    return 0


def run_chase(options: Namespace) -> int:
    """Write reminders."""
    from hrworkbook.jobs.chase import chase_job
    from hrworkbook.jobs.job import carry_out

    host = host_of(options)
    with Progress("Writing reminders") as progress:
        job = chase_job(host.snapshot(), now(), Path(options.out), progress=progress.at)
    carry_out(job, host)
    written = list(zip(job.result.reminders, job.drafts, strict=True))
    if options.json:
        print_json({"chased": [
            {
                "owner": one.return_.owner.role, "return_id": one.return_.id, "file": str(path),
                "rows": len(one.return_.lines), "days_late": one.days_late,
            }
            for one, path in written
        ]})  # fmt: skip
    else:
        for one, path in written:
            show(f"  {one.return_.id}  {one.return_.owner.role}: {path}")
        show(job.message)
    _open_drafts(options, job)
    return 0


def run_bounce(options: Namespace) -> int:
    """Write the drafts that send returns back."""
    from hrworkbook.jobs.bounce import bounce_job
    from hrworkbook.jobs.job import carry_out

    host = host_of(options)
    with Progress("Writing replies") as progress:
        job = bounce_job(host.snapshot(), now(), Path(options.out), options.owner, progress=progress.at)
    carry_out(job, host)
    written = list(zip(job.result.returns, job.drafts, strict=True))
    if options.json:
        print_json({"bounced": [
            {
                "owner": one.return_.owner.role, "return_id": one.return_.id, "file": str(path),
                "cells": [
                    {"id": c.line, "column": c.column, "value": c.text, "reason": c.reason} for c in one.faulty_cells.values()
                ],
                "sent_from_elsewhere": one.elsewhere,
            }
            for one, path in written
        ]})  # fmt: skip
    else:
        for one, path in written:
            show(f"  {one.return_.id}  {one.return_.owner.role}: {path}")
            for cell in one.faulty_cells.values():
                show(f"         {cell.line}, {cell.column}: {cell.reason}")
        show(job.message)
    _open_drafts(options, job)
    return 0

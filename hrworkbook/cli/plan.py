"""The commands of the plan itself: new, validate, next."""

from argparse import Namespace
from pathlib import Path

from hrworkbook.cli.console import (
    Progress,
    host_of,
    now,
    print_json,
    print_strays,
    questions_json,
    quote_path,
    show,
    show_finding,
    show_questions,
)  # fmt: skip
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import errors_of
from hrworkbook.plan.values import as_text


def run_new(options: Namespace) -> int:
    """Make a master."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.new import new_job

    *schema, master = options.names
    if len(schema) > 1:
        fault = f"'{options.names[2]}' is one name too many"
        raise HrWorkbookError("new", fault, "Give a schema and the workbook to make, or the workbook and --from FILE")
    target = Path(master)
    source = None if options.source is None else Path(options.source)
    job = carry_out(
        new_job(schema[0] if schema else None, target, now(), source, force=options.force, sheets=options.sheet)
    )
    draft = job.result
    unplaced = [{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in draft.unplaced]
    if options.json:
        print_json({
            "file": str(target), "lines": len(draft.lines), "owners": [o.role for o in draft.owners], "unplaced": unplaced,
            "backup": str(job.backups[0]) if job.backups else None,
            "questions": questions_json(draft.questions),
        })  # fmt: skip
    else:
        show(job.message)
        for note in draft.notes:
            show(f"  {note}")
        show_questions(draft.questions)
        print_strays(unplaced)
        show("Open it and start on the Start sheet, or run: hrworkbook validate " + quote_path(target))
    return 1 if unplaced or draft.questions else 0


def run_validate(options: Namespace) -> int:
    """Check a plan."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.plain import validate_job

    host = host_of(options)
    with Progress("Checking"):
        job = carry_out(validate_job(host.snapshot(), now(), options.checks), host)
    findings = job.result.findings
    if options.json:
        print_json({"findings": [f.as_json() for f in findings]})
    else:
        for finding in findings:
            show_finding(finding)
        show(job.message)
    return 1 if errors_of(findings) else 0


def run_next(options: Namespace) -> int:
    """Show the next problem."""
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.plain import next_job
    from hrworkbook.plan.ledgers import PLAN
    from hrworkbook.plan.sheet_names import split_place
    from hrworkbook.plan.snapshot import address, row_and_column

    host = host_of(options)
    sheet, cell = split_place(options.after)
    try:
        after = (sheet or PLAN, address(*row_and_column(cell))) if options.after else host.where()
    except ValueError:
        raise HrWorkbookError("--after", f"'{options.after}' is no cell", "Give one such as Plan!H7") from None
    job = carry_out(next_job(host.snapshot(), after), host)
    if options.json:
        print_json({"place": job.result.place, "message": job.message})
    else:
        show(job.message)
    return 1 if job.result.place else 0


def run_schema(options: Namespace) -> int:
    """Show a workbook's schema, or write it to a file."""
    from hrworkbook.hosts.file import FileHost
    from hrworkbook.jobs.job import carry_out
    from hrworkbook.jobs.schema import schema_job
    from hrworkbook.plan.schema_toml import schema_toml

    target = None if options.out is None else Path(options.out)
    job = carry_out(schema_job(FileHost(Path(options.file)).snapshot(), target, force=options.force))
    text = schema_toml(job.result)
    if options.json:
        backup = str(job.backups[0]) if job.backups else None
        print_json({"file": options.file, "written": options.out, "schema": text, "backup": backup})
    elif target is None:
        for line in text.splitlines():
            show(line)
    else:
        show(job.message)
    return 0


def run_upgrade(options: Namespace) -> int:
    """Bring a master made before up to date."""
    from hrworkbook.hosts.file import FileHost
    from hrworkbook.jobs.schema import upgrade

    done = upgrade(FileHost(Path(options.master)))
    if options.json:
        print_json({"changes": list(done.changes), "backup": str(done.backup) if done.backup else None})
        return 0
    for change in done.changes:
        show(change)
    show(f"As it was it is kept: {done.backup.name}" if done.backup else "It is up to date: nothing was changed.")
    return 0

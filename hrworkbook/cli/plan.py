"""The commands of the plan itself: new, validate."""

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from hrworkbook.cli.console import Progress, host_of, now, print_json, print_strays, quote_path, show, show_finding
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError
from hrworkbook.plan.findings import count_noun, errors_of
from hrworkbook.plan.snapshot import Block, Snapshot
from hrworkbook.plan.values import as_text


def run_new(options: Namespace) -> int:
    """Makes a master."""
    from hrworkbook.hosts.new_files import write_new
    from hrworkbook.intake.reader import FileReader
    from hrworkbook.plan.ledgers import OWNERS, PLAN
    from hrworkbook.plan.model import SCHEMA_SHEET, Owner, new_state, read_owners
    from hrworkbook.plan.schema import load_schema
    from hrworkbook.render.master_workbook import master_workbook
    from hrworkbook.verbs.new import new

    target = Path(options.master)
    if target.suffix.lower() != ".xlsx":
        raise CannotWrite(target.name, "a master is an Excel workbook", "Give it a name that ends in .xlsx")
    if target.exists() and not options.force:
        raise CannotWrite(
            target.name, "there is a file of this name already", "Choose another name, or add --force to replace it"
        )
    schema = load_schema(options.schema)
    blocks: tuple[Block, ...] = ()
    if options.source is not None:
        with FileReader() as reader:
            blocks = reader.read(Path(options.source)).blocks
    before = Snapshot(Path(options.source or "").name, blocks)
    owners: tuple[Owner, ...] = ()
    if {PLAN, OWNERS, SCHEMA_SHEET} <= {b.name for b in blocks}:
        plan = before[PLAN]  # without its title and the sentence below it
        blocks, owners = (replace(plan, rows=[[], [], *plan.rows[2:]]),), tuple(read_owners(before))
    draft = new(schema, new_state(), now().date(), blocks, owners, source=before.name, sheets=options.sheet)
    backup = write_new(target, master_workbook(draft), keep=options.force)
    unplaced = [{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in draft.unplaced]
    if options.json:
        print_json({
            "file": str(target), "lines": len(draft.lines), "owners": [o.role for o in draft.owners], "unplaced": unplaced,
            "backup": str(backup) if backup else None,
        })  # fmt: skip
    else:
        show(
            f"{target.name} is ready: {count_noun(len(draft.lines), 'line')}, {count_noun(len(draft.owners), 'owner')}."
        )
        for note in draft.notes:
            show(f"  {note}")
        print_strays(unplaced)
        show("Open it and start on the Start sheet, or run: hrworkbook validate " + quote_path(target))
    return 1 if unplaced else 0


def run_validate(options: Namespace) -> int:
    """Checks a plan."""
    from hrworkbook.jobs.check_files import load_checks
    from hrworkbook.verbs.validate import hypothesis_hidden, validate

    checks = load_checks(options.checks)
    host = host_of(options)
    with Progress("Checking"):
        with hypothesis_hidden():
            result = validate(host.snapshot(), now(), checks)
        host.apply(result.changes)
    if options.json:
        print_json({"findings": [f.as_json() for f in result.findings]})
    else:
        for finding in result.findings:
            show_finding(finding)
        show(result.changes.message)
    return 1 if errors_of(result.findings) else 0


def run_next(options: Namespace) -> int:
    """Shows the next problem."""
    from hrworkbook.plan.ledgers import PLAN
    from hrworkbook.plan.snapshot import address, row_and_column
    from hrworkbook.verbs.next import next

    host = host_of(options)
    sheet, _, cell = options.after.rpartition("!")
    try:
        after = (sheet or PLAN, address(*row_and_column(cell))) if options.after else host.where()
    except ValueError:
        raise HrWorkbookError("--after", f"'{options.after}' is no cell", "Give one such as Plan!H7") from None
    result = next(host.snapshot(), after)
    host.apply(result.changes)
    if options.json:
        print_json({"place": result.place, "message": result.changes.message})
    else:
        show(result.changes.message)
    return 1 if result.place else 0

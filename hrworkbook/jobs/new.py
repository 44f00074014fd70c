"""New, with its files: a master made from a schema and from the plan as it was kept until now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hrworkbook.jobs.adopt import helps_of
from hrworkbook.jobs.job import Job
from hrworkbook.jobs.options import check_new_workbook
from hrworkbook.plan.errors import CannotWrite, SchemaFileError
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledgers import OWNERS, PLAN
from hrworkbook.plan.model import Owner, holds_schema, new_state, read_owners
from hrworkbook.plan.schema import Schema, load_schema
from hrworkbook.plan.snapshot import Block, ChangeSet, Snapshot
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.render.new_master import NewMaster
from hrworkbook.verbs.new import new


def new_job(
    schema: Schema | str | Path | None,
    target: Path,
    now: datetime,
    source: Path | None = None,
    *,
    force: bool = False,
    sheets: Sequence[str] = (),
) -> Job[NewMaster]:
    """Return a master of a schema at a path, empty or with the lines of a source: a CSV file, a workbook, a Word document, or a master.

    Without a schema one is drawn up from the source. With `force` a file that is there is replaced, and kept as a dated backup; `sheets` names those of the source to read.
    Raises CannotWrite for a path that is no .xlsx, or where there is a file already; and as `load_schema`, `FileReader` and the verb do.
    """
    check_new_workbook(target, "a master")
    if target.exists() and not force:
        raise CannotWrite(
            target.name, "there is a file of this name already", "Choose another name, or add --force to replace it"
        )
    if schema is None and source is None:
        raise SchemaFileError(
            "new", "there is neither a schema nor a plan to draw one up from", "Give delivery-plan, or --from FILE"
        )
    read = schema if schema is None or isinstance(schema, Schema) else load_schema(str(schema))
    blocks, file_notes, kind = _contents_of(source) if source is not None else ((), (), "")
    helps = helps_of(source, kind) if source is not None and read is None else None
    before = Snapshot(source.name if source is not None else "", blocks)
    owners: tuple[Owner, ...] = ()
    if read and PLAN in (names := {b.name for b in blocks}) and OWNERS in names and holds_schema(names):
        plan = before[PLAN]  # without its title and the sentence below it
        blocks, owners = (replace(plan, rows=[[], [], *plan.rows[2:]]),), tuple(read_owners(before))
    draft = new(read, new_state(), now.date(), blocks, owners, source=before.name, sheets=sheets, helps=helps)
    draft = replace(draft, notes=(*file_notes, *draft.notes))
    message = (
        f"{target.name} is ready: {count_noun(len(draft.lines), 'line')}, {count_noun(len(draft.owners), 'owner')}."
    )
    return Job(draft, ChangeSet(message=message), {target: master_workbook(draft)}, keep_replaced=True)


def _contents_of(source: Path) -> tuple[tuple[Block, ...], tuple[str, ...], str]:
    """Return the sheets of a plan as it was kept, a Word document's tables too, what is said of the file, and its kind."""
    from hrworkbook.intake.reader import FileReader

    with FileReader(documents=True, fills=True) as reader:
        contents = reader.read(source)
    return contents.blocks, contents.notes, contents.kind


def shipped_masters() -> dict[str, bytes]:
    """Return every shipped schema's empty master as an .xlsx, by file name without ending; the same bytes each time.

    They have no plan ID and no seal key: each copy gets its own when it first issues.
    """
    from datetime import date

    from hrworkbook.plan.schema import shipped_schemas

    blank = {"Plan ID": None, "Seal key": None, "Next ID": 1}
    drafts = {
        name: new(load_schema(name), blank, date(2000, 1, 1), settings={"Period": None}) for name in shipped_schemas()
    }
    return {name: master_workbook(draft) for name, draft in drafts.items()}

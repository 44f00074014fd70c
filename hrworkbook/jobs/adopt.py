"""Adopt, with its files: a council's own workbook becomes the master, where it stands or as a copy."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from hrworkbook.hosts.adopted_package import adopted_package, has_signed_macros, workbook_helps
from hrworkbook.jobs.convert import xlsx_of
from hrworkbook.jobs.job import Job
from hrworkbook.plan.errors import CannotWrite, UnreadableFile, reason_of
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledgers import PLAN
from hrworkbook.plan.model import new_state
from hrworkbook.plan.sheet_helps import SheetHelps
from hrworkbook.plan.snapshot import Block, ChangeSet
from hrworkbook.render.master_workbook import master_workbook
from hrworkbook.verbs.adopt import Adoption, adopt, refuse_merged_answers
from hrworkbook.verbs.new import new

__all__ = ["Adoption", "adopt_job"]

_IN_PLACE = ("xlsx", "xlsm")


def adopt_job(
    source: Path, now: datetime, out: Path | None = None, sheets: Sequence[str] = (), *, dry_run: bool = False
) -> Job[Adoption]:
    """Return a council's workbook as a master: in its own place, or at `out`; of any other kind of file an .xlsx beside it.

    `sheets` names those to read. With `dry_run` there is nothing to write. Raises as the reader and the verb do; CannotWrite
    where it may not be changed, or a file is in the way.
    """
    from hrworkbook.intake.reader import FileReader

    with FileReader(documents=True, fills=True, seconds=60) as reader:
        contents = reader.read(source)
        helps = helps_of(source, contents.kind)
        found = adopt(contents.blocks, source.name, now.date(), new_state(), sheets, helps)
        if dry_run:
            return Job(found, ChangeSet(message=found.message))
        refuse_merged_answers(found.own, source.name)
        target = _target(source, out, contents.kind)
        data, how = (_bytes_of(source), "") if contents.kind in _IN_PLACE else xlsx_of(source, contents.kind)
        if how and data:
            found = _read_again(reader.read(_Item(f"{source.stem}.xlsx", data)).blocks, found, now, sheets)
    if data:
        made = adopted_package(
            data, source.name, master_workbook(found.draft), id_columns=found.id_columns, words=found.words, leave_out=(PLAN,)
        )  # fmt: skip
    else:
        made = master_workbook(new(None, new_state(), now.date(), contents.blocks, source=source.name, sheets=sheets))
    message = f"{target.name} is the master: {found.summary}{how}"
    if data and found.words:
        message += f" {count_noun(len(found.words), 'cell that was a colour alone says', 'cells that were colours alone say')} what it means now."
    if data and has_signed_macros(data, source.name):
        message += " Its macros are signed; Excel may drop the signature when it next saves them."
    return Job(found, ChangeSet(message=message), {target: made}, keep_replaced=True)


def helps_of(source: Path, kind: str) -> dict[str, SheetHelps]:
    """Return the dropdowns and pivot tables of a workbook's sheets; nothing where its kind does not tell them."""
    return workbook_helps(_bytes_of(source), source.name) if kind in _IN_PLACE else {}


def _read_again(blocks: Sequence[Block], before: Adoption, now: datetime, sheets: Sequence[str]) -> Adoption:
    """Return the adoption of a workbook saved by another program; raise CannotWrite where it has not the same lines."""
    after = adopt(blocks, before.file, now.date(), before.draft.plan_state, sheets)
    if len(after.own.plan.lines) != len(before.own.plan.lines) or after.owners != before.owners:
        raise CannotWrite(
            before.file, "LibreOffice's copy of it does not hold the same lines", "Save it as .xlsx from Excel"
        )
    return after


class _Item:
    """A workbook in memory, to be read."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data: bytes | None = data
        self.path: Path | None = None
        self.container = None


def _bytes_of(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as fault:
        raise UnreadableFile(
            source.name, f"it cannot be read ({reason_of(fault)})", "Check that you may open it"
        ) from fault


def _target(source: Path, out: Path | None, kind: str) -> Path:
    """Return where the master is written: the workbook itself, the path given, or an .xlsx beside a file of another kind."""
    ending = f".{kind}" if kind in _IN_PLACE else ".xlsx"
    target = out or (source if kind in _IN_PLACE else source.with_suffix(".xlsx"))
    if target.suffix.lower() != ending:
        why = " with macros" if ending == ".xlsm" else ""
        raise CannotWrite(target.name, f"the master is an Excel workbook{why}", f"Give it a name that ends in {ending}")
    if target.exists() and not (target.exists() and source.exists() and target.samefile(source)):
        raise CannotWrite(target.name, "there is a file of this name already", "Choose another name with -o")
    return target

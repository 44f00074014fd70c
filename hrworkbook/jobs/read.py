"""Read: how a file would be read, by the schema that fits it best."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.jobs.job import Progress, no_progress
from hrworkbook.jobs.options import read_given_months
from hrworkbook.merging.admit import our_texts
from hrworkbook.merging.comment_notes import comment_notes
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.merging.read_return import read_only_headings
from hrworkbook.merging.receive_files import receive_files
from hrworkbook.plan.errors import HrWorkbookError, NotAReturn
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.schema import Schema, load_schema, shipped_schemas
from hrworkbook.plan.values import is_blank
from hrworkbook.tables.find_table import Table, find_table
from hrworkbook.tables.plan_source import SourcePlan, read_plan


@dataclass(frozen=True)
class FileReading:
    """A file as a merge would read it: as one table of a plan, or as a return of a collection."""

    file: ReceivedFile
    table: Table | None
    collected: CollectedFile | None
    """Of these and the plan one is there."""
    notes: tuple[str, ...] = ()
    plan: SourcePlan | None = None
    """A plan that is no return of ours, as its keeper has it."""
    marks: tuple[str, ...] = ()
    """What stands on the sheets without being a value, or is hidden or struck through; a collection tells it in its notes."""

    @property
    def needs_a_person(self) -> bool:
        """Whether something has no place, is asked, or stands beside the values."""
        if self.collected:
            return bool(self.collected.unplaced or self.collected.questions or self.collected.findings)
        read = self.plan or self.table
        return bool(self.marks or (read and read.unplaced))

    @property
    def cell_count(self) -> int:
        """The filled cells of the whole file."""
        return sum(not is_blank(v) for b in self.file.blocks for row in b.rows for v in row)


def read_file(
    path: Path, schema: str = "", *, period: str | Sequence[str] = "", password: str | None = None,
    sheets: Sequence[str] = (), progress: Progress = no_progress,
) -> FileReading:  # fmt: skip
    """Return how one file would be read: by a schema that is named, else by whichever shipped one fits it best.

    A plan that is no return of ours is read as `new` does, from all its sheets or those named `sheets`.
    Raises NotAReturn where the path is a folder, or no table is found in the file; UnreadableFile, and HrWorkbookError
    for a period that is no month or for a sheet that is not there.
    """
    given = read_given_months(period)
    if path.is_dir():
        raise NotAReturn(path.name, "this is a folder", "Give one file in it, or the folder to `hrworkbook merge`")
    item = _first_file(path, password, progress)
    given.check_names((item.file, block.name) for block in item.blocks)
    if schema and load_schema(schema).collect:
        return FileReading(item, None, collect_file(item.blocks, load_schema(schema), item.file, period=given))
    ours = our_texts(item.blocks)
    best, table = _best_schema_and_table(item, schema, ours)
    if best.collect:
        return FileReading(item, None, collect_file(item.blocks, best, item.file, period=given))
    marks = tuple(comment_notes(item.blocks, with_struck=True))
    if not ours:
        plan = read_plan(item.blocks, best, ignored=read_only_headings(best), sheets=sheets, name=item.file)
        return FileReading(item, None, None, (*plan.notes, *marks), plan, marks)
    return FileReading(item, table, None, (*table.notes, *marks), marks=marks)


def _first_file(path: Path, password: str | None, progress: Progress) -> ReceivedFile:
    """Return the first file at a path that can be read, in the capped child process; raise NotAReturn with the reason."""
    refused: list[RefusedFile] = []
    for number, item in enumerate(receive_files([path], password, fills=True), 1):
        progress(number, 0)
        if not isinstance(item, RefusedFile):
            return item
        refused.append(item)
    if refused:
        raise NotAReturn(refused[0].file, refused[0].reason)
    raise NotAReturn(str(path), "there is no file to read", "Check the name and the folder")


def _best_schema_and_table(item: ReceivedFile, name: str, furniture: set[str]) -> tuple[Schema, Table]:
    """Return the named schema, else whichever shipped one knows most of the file's headings, and its table by it."""
    refusals: list[HrWorkbookError] = []
    names = [name] if name else list(shipped_schemas())
    found = list(_tables(item, names, furniture, refusals))
    if found:
        return max(found, key=lambda f: sum(h.key is not None for h in f[1].headings))
    if name:
        raise refusals[0]
    raise NotAReturn(
        item.file,
        f"no table in it has the headings of {join_words(names, 'or')}",
        "Give your own schema with --schema FILE.toml, or ask the sender for the return they were sent",
    )


def _tables(
    item: ReceivedFile, names: list[str], furniture: set[str], refusals: list[HrWorkbookError]
) -> Iterator[tuple[Schema, Table]]:
    """Yield each schema that finds its table, and add why to the refusals where one does not."""
    for one in names:
        schema = load_schema(one)
        try:
            table = find_table(item.blocks, schema, furniture=furniture, ignored=read_only_headings(schema))
            if schema.collect and len(names) > 1:
                collect_file(item.blocks, schema, item.file)  # a heading or two is not yet such a return
        except NotAReturn as refusal:
            refusals.append(refusal)
        else:
            yield schema, table

"""The commands of the returns: issue, read, merge, bounce, decide, undo, chase."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import Progress, host_of, now, print_json, print_strays, show, stray_lines
from hrworkbook.plan.errors import HrWorkbookError, NotAReturn
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import as_text

if TYPE_CHECKING:
    from hrworkbook.intake.attachments import IgnoredAttachment
    from hrworkbook.merging.outcomes import MergeResult, ReceivedFile, RefusedFile, ReturnOutcome
    from hrworkbook.plan.schema import Schema
    from hrworkbook.tables.find_table import Table


def run_issue(options: Namespace) -> int:
    """Writes the returns."""
    from hrworkbook.hosts.new_files import write_all
    from hrworkbook.jobs.draft_mails import covering_mail
    from hrworkbook.plan.kinds import KINDS
    from hrworkbook.render.return_workbook import return_workbook
    from hrworkbook.verbs.issue import issue

    due = None
    if options.due:
        fault = KINDS["date"].fault(options.due, "the day", ())
        if fault:
            raise HrWorkbookError("--due", fault.fault, fault.remedy)
        due = KINDS["date"].read(options.due)
    host = host_of(options)
    folder = Path(options.out)
    result = issue(host.snapshot(), now(), due, options.owner, anyway=options.anyway)
    files: dict[str, bytes] = {}
    with Progress("Writing returns", len(result.returns)) as progress:
        for one in result.returns:
            book = return_workbook(one)
            files[one.file] = book
            files[f"{Path(one.file).stem}.eml"] = covering_mail(one, book)
            progress.step()
    with write_all(folder, files):
        host.apply(result.changes)
    if options.json:
        print_json({"issued": [
            {"owner": r.owner.role, "file": str(folder / r.file), "rows": len(r.lines), "return_id": r.id} for r in result.returns
        ]})  # fmt: skip
    else:
        for r in result.returns:
            show(f"  {r.id}  {r.owner.role}: {count_noun(len(r.lines), 'line')}, {folder / r.file}")
        show(result.changes.message)
        show("Each has a covering mail beside it (.eml): open it, check it, send it.")
    _open(options, [folder / name for name in files if name.endswith(".eml")])
    return 0


def _open(options: Namespace, drafts: Sequence[Path]) -> None:
    """Opens the drafts where --open asks for it; what they are for is done either way."""
    from hrworkbook.hosts.open_drafts import open_drafts

    if options.open and drafts:
        show(open_drafts(drafts), wrong=options.json)


def run_read(options: Namespace) -> int:
    """Shows how a file would be read."""
    from hrworkbook.cli.collection import show_collected
    from hrworkbook.collecting.given_months import parse_given_months
    from hrworkbook.merging.admit import our_texts
    from hrworkbook.merging.comment_notes import comment_notes
    from hrworkbook.merging.outcomes import RefusedFile
    from hrworkbook.plan.schema import load_schema
    from hrworkbook.plan.values import is_blank

    path = Path(options.file)
    parse_given_months(options.period)
    if path.is_dir():
        raise NotAReturn(path.name, "this is a folder", "Give one file in it, or the folder to `hrworkbook merge`")
    item = next((r for r in _read_paths([path], options.password) if not isinstance(r, RefusedFile)), None)
    if item is None:
        raise _first_refusal([path], options.password)
    if options.schema and load_schema(options.schema).collect:
        return show_collected(item, load_schema(options.schema), options)
    schema, table = _best_schema_and_table(item, options.schema, our_texts(item.blocks))
    if schema.collect:
        return show_collected(item, schema, options)
    cells = sum(not is_blank(v) for b in item.blocks for row in b.rows for v in row)
    if options.json:
        print_json({
            "file": item.file, "sheet": table.sheet, "header_rows": table.header_rows,
            "columns": [{"cell": h.cell, "header": h.header, "key": h.key, "how": h.match_text} for h in table.headings],
            "rows": len(table.rows), "cells": cells, "placed": cells - len(table.unplaced),
            "unplaced": [
                {"cell": u.cell if u.sheet == table.sheet else f"{u.sheet}!{u.cell}", "value": as_text(u.value)}
                for u in table.unplaced
            ],
        })  # fmt: skip
        return 0
    show(f"How I read {item.file}")
    show(
        f"  Sheet '{table.sheet}', {count_noun(len(table.rows), 'line')}; {cells - len(table.unplaced):,} of {count_noun(cells, 'cell')} placed."
    )
    for h in table.headings:
        show(f"  {h.cell:>5}  {h.header or '(blank)'} → {h.key or '(no column)'} [{h.match_text}]")
    for note in (*table.notes, *comment_notes(item.blocks, with_struck=True)):
        show(f"  {note}")
    print_strays([{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.reason} for u in table.unplaced])
    return 0


def _best_schema_and_table(item: "ReceivedFile", name: str | None, furniture: set[str]) -> "tuple[Schema, Table]":
    """The named schema, else whichever shipped one knows most of the file's headings, and the file's table by it."""
    from hrworkbook.collecting.collect_file import collect_file
    from hrworkbook.merging.diff_return import read_only_headings
    from hrworkbook.plan.errors import NotAReturn
    from hrworkbook.plan.findings import join_words
    from hrworkbook.plan.schema import load_schema, shipped_schemas
    from hrworkbook.tables.find_table import find_table

    found: list[tuple[int, Schema, Table]] = []
    refusals: list[HrWorkbookError] = []
    names = [name] if name else list(shipped_schemas())
    for one in names:
        schema = load_schema(one)
        ignored = read_only_headings(schema)
        try:
            table = find_table(item.blocks, schema, furniture=furniture, ignored=ignored)
            if schema.collect and not name:
                collect_file(item.blocks, schema, item.file)  # a heading or two is not yet such a return
        except NotAReturn as refusal:
            refusals.append(refusal)
        else:
            found.append((sum(h.key is not None for h in table.headings), schema, table))
    if found:
        return max(found, key=lambda f: f[0])[1:]
    if name:
        raise refusals[0]
    raise NotAReturn(
        item.file,
        f"no table in it has the headings of {join_words(names, 'or')}",
        "Give your own schema with --schema FILE.toml, or ask the sender for the return they were sent",
    )


def run_merge(options: Namespace) -> int:
    """Merges returns."""
    from hrworkbook.collecting.given_months import parse_given_months
    from hrworkbook.intake.reader import FileReader
    from hrworkbook.merging.incoming import read_incoming
    from hrworkbook.verbs.merge import merge

    host = host_of(options)
    given = parse_given_months(options.period)
    ignored: list[IgnoredAttachment] = []
    paths = [Path(p) for p in options.paths]
    if not any(p.exists() for p in paths):
        raise NotAReturn(str(paths[0]), "there is no such file or folder", "Check its name")
    if options.jobs is not None and options.jobs < 1:
        raise HrWorkbookError("--jobs", f"{options.jobs} processes read nothing", "Give 1 or more")
    alone = options.jobs in (None, 1) and not options.cluster
    with FileReader(password=options.password) if alone else nullcontext() as reader, Progress("Reading") as progress:
        snapshot = host.snapshot()  # while the reader starts up
        files = read_incoming(
            snapshot, paths, options.password, ignored, jobs=options.jobs, scheduler=options.cluster, reader=reader
        )
        result = merge(snapshot, progress.counted(files), now(), given)
    if not options.dry_run:
        host.apply(result.changes)
    if options.json:
        print_json(_merged_json(result, ignored))
    else:
        _print_merged(result, ignored)
        show(("Nothing was changed (dry run). " if options.dry_run else "") + result.changes.message)
    return 1 if result.needs_a_person else 0


def _return_json(r: "ReturnOutcome") -> dict[str, object]:
    return {
        "file": r.received.file, "owner": r.owner, "return_id": r.return_id, "cells": r.cell_count, "outcomes": r.outcome_counts,
        "from": r.received.sender, "on_owners_sheet": not r.from_elsewhere,
    }  # fmt: skip


def _merged_json(result: "MergeResult", ignored: "Sequence[IgnoredAttachment]") -> dict[str, object]:
    from hrworkbook.merging.outcomes import ALREADY_MERGED, OUTCOMES, SENT_AGAIN

    skipped: dict[str, object] = {"cells": 0, "outcomes": dict.fromkeys(OUTCOMES, 0)}
    return {
        "returns": [
            *map(_return_json, result.returns),
            *(
                {"file": r.file, "owner": r.owner, "return_id": r.return_id, **skipped, "skipped": r.reason}
                for r in result.refused
                if r.status in (ALREADY_MERGED, SENT_AGAIN)
            ),
        ],
        "refused": [_refused_json(r) for r in result.refused if r.status not in (ALREADY_MERGED, SENT_AGAIN)],
        "aside": [{"file": a.place, "reason": a.reason, "count": a.count} for a in ignored],
    }  # fmt: skip


def _refused_json(refusal: "RefusedFile") -> dict[str, object]:
    inside = [{"reason": one.reason, "count": one.count, "files": one.files} for one in refusal.inside]
    told = {"file": refusal.file, "reason": refusal.reason, "what": refusal.status, "from": refusal.sender}
    return told | ({"inside": inside} if inside else {})


def _print_merged(result: "MergeResult", ignored: "Sequence[IgnoredAttachment]") -> None:
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
        reason = refusal.reason if refusal.reason.startswith(refusal.file) else f"{refusal.file}: {refusal.reason}"
        show(f"  {refusal.status}: {reason}")
    if ignored:
        counted: Counter[str] = Counter()
        for aside in ignored:
            counted[aside.reason] += aside.count
        whys = "; ".join(f"{n:,} × {why}" for why, n in counted.items())
        show(f"  Set aside, being no returns: {count_noun(counted.total(), 'file')} ({whys})")


def run_decide(options: Namespace) -> int:
    """Applies decisions."""
    from hrworkbook.verbs.decide import decide

    host = host_of(options)
    result = decide(host.snapshot(), now())
    host.apply(result.changes)
    if options.json:
        print_json({
            "applied": result.applied_count, "waiting": result.waiting_count, "findings": [f.as_json() for f in result.findings],
            "returns": [_return_json(r) for r in result.returns],
        })  # fmt: skip
    else:
        show(result.changes.message)
    return 1 if result.waiting_count or result.findings else 0


def run_undo(options: Namespace) -> int:
    """Undoes one return."""
    from hrworkbook.verbs.undo import undo

    if bool(options.return_id) == options.last:
        raise HrWorkbookError("undo", "it is not clear which return to undo", "Give its ID, such as R0007, or --last")
    host = host_of(options)
    result = undo(host.snapshot(), now(), options.return_id)
    host.apply(result.changes)
    if options.json:
        left = [{"cell": place, "reason": why} for place, why in result.left_cells]
        print_json({"return_id": result.return_id, "restored": list(result.restored_cells), "left": left})
    else:
        show(result.changes.message)
    return 1 if result.left_cells else 0


def _read_paths(paths: Sequence[Path], password: str | None) -> Iterator["ReceivedFile | RefusedFile"]:
    """Every file in some paths, read in the capped child process, or refused with its reason."""
    from hrworkbook.merging.receive_files import receive_files

    with Progress("Reading") as progress:
        yield from progress.counted(receive_files(paths, password))


def _first_refusal(paths: Sequence[Path], password: str | None) -> HrWorkbookError:
    from hrworkbook.merging.outcomes import RefusedFile
    from hrworkbook.plan.errors import NotAReturn

    for item in _read_paths(paths, password):
        if isinstance(item, RefusedFile):
            return NotAReturn("", item.reason)
    return NotAReturn(str(paths[0]), "there is no file to read", "Check the name and the folder")


def run_chase(options: Namespace) -> int:
    """Writes reminders."""
    from hrworkbook.hosts.new_files import write_all
    from hrworkbook.jobs.draft_mails import reminder_mail
    from hrworkbook.render.return_workbook import return_workbook
    from hrworkbook.verbs.chase import chase

    result = chase(host_of(options).snapshot(), now())
    folder = Path(options.out)
    files: dict[str, bytes] = {}
    chased: list[dict[str, object]] = []
    for one in result.reminders:
        name = f"Reminder {Path(one.return_.file).stem}.eml"
        files[name] = reminder_mail(one.return_, return_workbook(one.return_), one.days_late)
        chased.append({
            "owner": one.return_.owner.role, "return_id": one.return_.id, "file": str(folder / name),
            "rows": len(one.return_.lines), "days_late": one.days_late,
        })  # fmt: skip
    with write_all(folder, files):
        pass
    if options.json:
        print_json({"chased": chased})
    else:
        for row in chased:
            show(f"  {row['return_id']}  {row['owner']}: {row['file']}")
        show(result.message)
    _open(options, [folder / name for name in files])
    return 0


def run_bounce(options: Namespace) -> int:
    """Writes the drafts that send returns back."""
    from hrworkbook.hosts.new_files import write_all
    from hrworkbook.jobs.draft_mails import bounce_mail as reply
    from hrworkbook.render.return_workbook import return_workbook
    from hrworkbook.verbs.bounce import bounce, cell_comment

    result = bounce(host_of(options).snapshot(), now(), options.owner)
    folder = Path(options.out)
    files: dict[str, bytes] = {}
    bounced: list[dict[str, object]] = []
    for one in result.returns:
        name = f"To mend {Path(one.return_.file).stem}.eml"
        notes = {place: cell_comment(cell) for place, cell in one.faulty_cells.items()}
        files[name] = reply(one, return_workbook(one.return_, notes))
        cells = [
            {"id": c.line, "column": c.column, "value": c.text, "reason": c.reason} for c in one.faulty_cells.values()
        ]
        bounced.append({
            "owner": one.return_.owner.role, "return_id": one.return_.id, "file": str(folder / name), "cells": cells,
            "sent_from_elsewhere": one.elsewhere,
        })  # fmt: skip
    with write_all(folder, files):
        pass
    if options.json:
        print_json({"bounced": bounced})
    else:
        for one, name in zip(result.returns, files, strict=True):
            show(f"  {one.return_.id}  {one.return_.owner.role}: {folder / name}")
            for cell in one.faulty_cells.values():
                show(f"         {cell.line}, {cell.column}: {cell.reason}")
        show(result.message)
    _open(options, [folder / name for name in files])
    return 0

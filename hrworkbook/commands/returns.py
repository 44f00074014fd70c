"""The commands of the returns: issue, read, merge, bounce, decide, undo, chase."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.commands.console import Progress, host_of, now, print_json, print_strays, show, stray_lines
from hrworkbook.errors import HrWorkbookError, NotAReturn
from hrworkbook.findings import count
from hrworkbook.values import as_text

if TYPE_CHECKING:
    from hrworkbook.inbox.attachments import Aside
    from hrworkbook.merging.outcomes import Comparison, Merged, Received, Refused
    from hrworkbook.schema import Schema
    from hrworkbook.tables.find import Table


def run_issue(options: Namespace) -> int:
    """Writes the returns."""
    from hrworkbook.drafts import covering_mail
    from hrworkbook.hosts.files import place_all
    from hrworkbook.issue import issue
    from hrworkbook.kinds import KINDS
    from hrworkbook.sheets.return_sheet import return_workbook

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
    with place_all(folder, files):
        host.apply(result.changes)
    if options.json:
        print_json({"issued": [
            {"owner": r.owner.role, "file": str(folder / r.file), "rows": len(r.lines), "return_id": r.id} for r in result.returns
        ]})  # fmt: skip
    else:
        for r in result.returns:
            show(f"  {r.id}  {r.owner.role}: {count(len(r.lines), 'line')}, {folder / r.file}")
        show(result.changes.message)
        show("Each has a covering mail beside it (.eml): open it, check it, send it.")
    _open(options, [folder / name for name in files if name.endswith(".eml")])
    return 0


def _open(options: Namespace, drafts: Sequence[Path]) -> None:
    """Opens the drafts where --open asks for it; what they are for is done either way."""
    from hrworkbook.hosts.opening import open_drafts

    if options.open and drafts:
        show(open_drafts(drafts), wrong=options.json)


def run_read(options: Namespace) -> int:
    """Shows how a file would be read."""
    from hrworkbook.commands.collection import month_given, show_collected
    from hrworkbook.merging.admit import furniture_of
    from hrworkbook.merging.outcomes import Refused
    from hrworkbook.merging.remarks import comments_on
    from hrworkbook.schema import load_schema
    from hrworkbook.values import is_blank

    path = Path(options.file)
    month_given(options.period)
    if path.is_dir():
        raise NotAReturn(path.name, "this is a folder", "Give one file in it, or the folder to `hrworkbook merge`")
    item = next((r for r in _received([path], options.password) if not isinstance(r, Refused)), None)
    if item is None:
        raise _first_refusal([path], options.password)
    if options.schema and load_schema(options.schema).collect:
        return show_collected(item, load_schema(options.schema), options)
    schema, table = _best_table(item, options.schema, furniture_of(item.blocks))
    if schema.collect:
        return show_collected(item, schema, options)
    cells = sum(not is_blank(v) for b in item.blocks for row in b.rows for v in row)
    if options.json:
        print_json({
            "file": item.file, "sheet": table.sheet, "header_rows": table.header_rows,
            "columns": [{"cell": h.cell, "header": h.header, "key": h.key, "how": h.how} for h in table.headings],
            "rows": len(table.rows), "cells": cells, "placed": cells - len(table.unplaced),
            "unplaced": [
                {"cell": u.cell if u.sheet == table.sheet else f"{u.sheet}!{u.cell}", "value": as_text(u.value)}
                for u in table.unplaced
            ],
        })  # fmt: skip
        return 0
    show(f"How I read {item.file}")
    show(
        f"  Sheet '{table.sheet}', {count(len(table.rows), 'line')}; {cells - len(table.unplaced):,} of {count(cells, 'cell')} placed."
    )
    for h in table.headings:
        show(f"  {h.cell:>5}  {h.header or '(blank)'} → {h.key or '(no column)'} [{h.how}]")
    for note in (*table.notes, *comments_on(item.blocks)):
        show(f"  {note}")
    print_strays([{"cell": f"{u.sheet}!{u.cell}", "value": as_text(u.value), "why": u.why} for u in table.unplaced])
    return 0


def _best_table(item: "Received", name: str | None, furniture: set[str]) -> "tuple[Schema, Table]":
    """The named schema, else whichever shipped one knows most of the file's headings, and the file's table by it."""
    from hrworkbook.collecting.collect import collect
    from hrworkbook.errors import NotAReturn
    from hrworkbook.findings import listed
    from hrworkbook.merging.compare import shown_only
    from hrworkbook.schema import load_schema, shipped_schemas
    from hrworkbook.tables.find import find_table

    found: list[tuple[int, Schema, Table]] = []
    refusals: list[HrWorkbookError] = []
    names = [name] if name else list(shipped_schemas())
    for one in names:
        schema = load_schema(one)
        ignored = shown_only(schema)
        try:
            table = find_table(item.blocks, schema, furniture=furniture, ignored=ignored)
            if schema.collect and not name:
                collect(item.blocks, schema, item.file)  # a heading or two is not yet such a return
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
        f"no table in it has the headings of {listed(names, 'or')}",
        "Give your own schema with --schema FILE.toml, or ask the sender for the return they were sent",
    )


def run_merge(options: Namespace) -> int:
    """Merges returns."""
    from hrworkbook.commands.collection import month_given
    from hrworkbook.merge import merge
    from hrworkbook.merging.arrivals import arrivals
    from hrworkbook.reading.reader import Reader

    host = host_of(options)
    period = month_given(options.period)
    asides: list[Aside] = []
    paths = [Path(p) for p in options.paths]
    if not any(p.exists() for p in paths):
        raise NotAReturn(str(paths[0]), "there is no such file or folder", "Check its name")
    if options.jobs is not None and options.jobs < 1:
        raise HrWorkbookError("--jobs", f"{options.jobs} processes read nothing", "Give 1 or more")
    alone = options.jobs in (None, 1) and not options.cluster
    with Reader(password=options.password) if alone else nullcontext() as reader, Progress("Reading") as progress:
        snapshot = host.snapshot()  # while the reader starts up
        files = arrivals(
            snapshot, paths, options.password, asides, jobs=options.jobs, scheduler=options.cluster, reader=reader
        )
        result = merge(snapshot, progress.counted(files), now(), period)
    if not options.dry_run:
        host.apply(result.changes)
    if options.json:
        print_json(_merged_json(result, asides))
    else:
        _print_merged(result, asides)
        show(("Nothing was changed (dry run). " if options.dry_run else "") + result.changes.message)
    return 1 if result.needs_a_person else 0


def _return_json(r: "Comparison") -> dict[str, object]:
    return {
        "file": r.received.file, "owner": r.owner, "return_id": r.return_id, "cells": r.count, "outcomes": r.outcomes,
        "from": r.received.sender, "on_owners_sheet": not r.from_elsewhere,
    }  # fmt: skip


def _merged_json(result: "Merged", asides: "Sequence[Aside]") -> dict[str, object]:
    from hrworkbook.merging.outcomes import AGAIN, ALREADY, OUTCOMES

    skipped: dict[str, object] = {"cells": 0, "outcomes": dict.fromkeys(OUTCOMES, 0)}
    return {
        "returns": [
            *map(_return_json, result.returns),
            *(
                {"file": r.file, "owner": r.owner, "return_id": r.return_id, **skipped, "skipped": r.reason}
                for r in result.refused
                if r.what in (ALREADY, AGAIN)
            ),
        ],
        "refused": [_refused_json(r) for r in result.refused if r.what not in (ALREADY, AGAIN)],
        "aside": [{"file": a.place, "reason": a.why, "count": a.count} for a in asides],
    }  # fmt: skip


def _refused_json(refusal: "Refused") -> dict[str, object]:
    inside = [{"reason": one.reason, "count": one.count, "files": one.files} for one in refusal.inside]
    told = {"file": refusal.file, "reason": refusal.reason, "what": refusal.what, "from": refusal.sender}
    return told | ({"inside": inside} if inside else {})


def _print_merged(result: "Merged", asides: "Sequence[Aside]") -> None:
    from hrworkbook.merging.outcomes import TO_DECIDE

    for r in result.returns:
        said = ", ".join(f"{n} {o}" for o, n in r.outcomes.items() if n)
        show(f"  {r.return_id}  {r.owner}: {count(r.count, 'cell')} received = {said or 'none'}  ({r.received.file})")
        for note in r.notes:
            show(f"         {note}")
        for cell in r.cells:
            if cell.outcome in TO_DECIDE:
                show(f"         {cell.outcome}: {cell.line.id}, {cell.column.header}: {cell.why}")
        for line in stray_lines(r.strays):
            show(f"         {line}")
    for refusal in result.refused:
        told = refusal.reason if refusal.reason.startswith(refusal.file) else f"{refusal.file}: {refusal.reason}"
        show(f"  {refusal.what}: {told}")
    if asides:
        counted: Counter[str] = Counter()
        for aside in asides:
            counted[aside.why] += aside.count
        whys = "; ".join(f"{n:,} × {why}" for why, n in counted.items())
        show(f"  Set aside, being no returns: {count(counted.total(), 'file')} ({whys})")


def run_decide(options: Namespace) -> int:
    """Applies decisions."""
    from hrworkbook.decide import decide

    host = host_of(options)
    result = decide(host.snapshot(), now())
    host.apply(result.changes)
    if options.json:
        print_json({
            "applied": result.applied, "waiting": result.waiting, "findings": [f.as_json() for f in result.findings],
            "returns": [_return_json(r) for r in result.returns],
        })  # fmt: skip
    else:
        show(result.changes.message)
    return 1 if result.waiting or result.findings else 0


def run_undo(options: Namespace) -> int:
    """Undoes one return."""
    from hrworkbook.undo import undo

    if bool(options.return_id) == options.last:
        raise HrWorkbookError("undo", "it is not clear which return to undo", "Give its ID, such as R0007, or --last")
    host = host_of(options)
    result = undo(host.snapshot(), now(), options.return_id)
    host.apply(result.changes)
    if options.json:
        left = [{"cell": place, "reason": why} for place, why in result.left]
        print_json({"return_id": result.return_id, "restored": list(result.restored), "left": left})
    else:
        show(result.changes.message)
    return 1 if result.left else 0


def _received(paths: Sequence[Path], password: str | None) -> Iterator["Received | Refused"]:
    """Every file in some paths, read in the capped child process, or refused with its reason."""
    from hrworkbook.merging.receive import receive

    with Progress("Reading") as progress:
        yield from progress.counted(receive(paths, password))


def _first_refusal(paths: Sequence[Path], password: str | None) -> HrWorkbookError:
    from hrworkbook.errors import NotAReturn
    from hrworkbook.merging.outcomes import Refused

    for item in _received(paths, password):
        if isinstance(item, Refused):
            return NotAReturn("", item.reason)
    return NotAReturn(str(paths[0]), "there is no file to read", "Check the name and the folder")


def run_chase(options: Namespace) -> int:
    """Writes reminders."""
    from hrworkbook.chase import chase
    from hrworkbook.drafts import reminder
    from hrworkbook.hosts.files import place_all
    from hrworkbook.sheets.return_sheet import return_workbook

    result = chase(host_of(options).snapshot(), now())
    folder = Path(options.out)
    files: dict[str, bytes] = {}
    chased: list[dict[str, object]] = []
    for one in result.reminders:
        name = f"Reminder {Path(one.issued.file).stem}.eml"
        files[name] = reminder(one.issued, return_workbook(one.issued), one.days_late)
        chased.append({
            "owner": one.issued.owner.role, "return_id": one.issued.id, "file": str(folder / name),
            "rows": len(one.issued.lines), "days_late": one.days_late,
        })  # fmt: skip
    with place_all(folder, files):
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
    from hrworkbook.bounce import bounce, note_on
    from hrworkbook.drafts import bounce as reply
    from hrworkbook.hosts.files import place_all
    from hrworkbook.sheets.return_sheet import return_workbook

    result = bounce(host_of(options).snapshot(), now(), options.owner)
    folder = Path(options.out)
    files: dict[str, bytes] = {}
    bounced: list[dict[str, object]] = []
    for one in result.returns:
        name = f"To mend {Path(one.issued.file).stem}.eml"
        notes = {place: note_on(cell) for place, cell in one.faulty.items()}
        files[name] = reply(one, return_workbook(one.issued, notes))
        cells = [{"id": c.line, "column": c.column, "value": c.said, "reason": c.why} for c in one.faulty.values()]
        bounced.append({
            "owner": one.issued.owner.role, "return_id": one.issued.id, "file": str(folder / name), "cells": cells,
            "sent_from_elsewhere": one.elsewhere,
        })  # fmt: skip
    with place_all(folder, files):
        pass
    if options.json:
        print_json({"bounced": bounced})
    else:
        for one, name in zip(result.returns, files, strict=True):
            show(f"  {one.issued.id}  {one.issued.owner.role}: {folder / name}")
            for cell in one.faulty.values():
                show(f"         {cell.line}, {cell.column}: {cell.why}")
        show(result.message)
    _open(options, [folder / name for name in files])
    return 0

"""Ways an owner mangles a return, each with what an HR officer would expect to become of it.

Every case begins as one real issued workbook in which the owner has answered for line L003: RAG Complete, and a new
progress update. Manglers work on it with openpyxl; other formats are made from what they leave.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from plans import HEAD, Master
from torture_plan import ANSWER, FIRST, LAST, TOP, answered, fresh
from torture_slips import (
    beside_itself,
    cached,
    clear,
    coloured,
    copy_row,
    doubled,
    dragged,
    emptied,
    errors,
    excels_dates,
    far_out,
    grid,
    grouped,
    hide,
    lifted,
    moved,
    on_its_side,
    others_rows,
    pasted,
    pasted_below,
    put,
    put_text,
    rename,
    reorder,
    rewrite,
    serials,
    sheet_in_front,
    sort_columns,
    spaced,
    struck_through,
    take_out,
    two_headings,
)

from hrworkbook.intake.reader import FileContents, read_file
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.returns import ROW_ID
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text


@dataclass(frozen=True)
class Expect:
    """What should become of a file."""

    applied: dict[str, Value] = field(default_factory=lambda: dict(ANSWER))
    """Cells written, by place; every other cell of the plan stays."""
    conflict: int = 0
    locked: int = 0
    invalid: int = 0
    unplaced: int | None = 0
    """None where any number may be listed."""
    refused: str = ""
    """Part of the reason; '' for a file that is merged."""
    says: str = ""
    """Part of a note of the receipt."""


NOTHING = Expect(applied={})


@dataclass(frozen=True)
class Case:
    """One way of mangling, and what is expected; `but` is for formats that change more than the owner did."""

    name: str
    mangle: Callable[[Workbook, Worksheet], object]
    expect: Expect = field(default_factory=Expect)
    but: dict[str, Expect] = field(default_factory=dict)
    only: tuple[str, ...] = ("xlsx", "ods", "xls", "csv")
    raw: Callable[[bytes], bytes] | None = None
    """A last change to the saved package, for what openpyxl cannot write."""


# fmt: off
CASES = [
    Case("filled in as asked", lambda b, p: None),
    Case("saved and sent back unread", lambda b, p: (put(p, "L003", "RAG", "Green"), put(p, "L003", "Progress Update", "Six pairs of mentors at work.")), NOTHING),
    # headings
    Case("a heading by its alias", lambda b, p: rename(p, "RAG", "RAG status")),
    Case("headings in other cases and spaces", lambda b, p: (rename(p, "RAG", " rag "), rename(p, "Progress Update", "PROGRESS   UPDATE:"))),
    Case("a heading nobody knows", lambda b, p: rename(p, "Progress Update", "Where are we now?"), Expect({"L003.rag": "Complete"}, unplaced=4, says="Columns not in the file, so left as they are: Progress Update")),
    Case("a heading that is nearly another", lambda b, p: rename(p, "Progress Update", "Progress Updated By"), Expect({"L003.rag": "Complete"}, unplaced=4)),
    Case("the answer columns in front", lambda b, p: moved(p)),
    Case("a column twice, the same", lambda b, p: doubled(p)),
    Case("a column twice, with another answer", lambda b, p: doubled(p, "Another answer."), Expect(unplaced=1)),
    Case("group headings merged above", lambda b, p: grouped(p), Expect(unplaced=2)),
    Case("a heading over two rows", lambda b, p: two_headings(p), Expect(unplaced=1)),
    Case("headings deleted", lambda b, p: p.delete_rows(TOP), Expect({}, refused="no table with the headings")),
    Case("a column of comments added", lambda b, p: (p.cell(TOP, 12, "Comments"), p.cell(FIRST, 12, "Ring me about this.")), Expect(unplaced=1)),
    Case("blank columns between", lambda b, p: rewrite(p, [[*row[:4], None, *row[4:7], None, *row[7:]] for row in grid(p)])),
    # titles and the seal
    Case("title rows added", lambda b, p: p.insert_rows(1, 4) or p.cell(2, 1, "Learning and Development, draft 2"), Expect(unplaced=1)),
    Case("everything above the table deleted", lambda b, p: p.delete_rows(1, HEAD), Expect(says="The seal is gone; taken for return R0002")),
    Case("the seal's row deleted", lambda b, p: p.delete_rows(5), Expect(says="The seal is gone; taken for return R0002")),
    Case("the seal edited", lambda b, p: p.cell(5, 1, str(p["A5"].value).replace("R0002", "R0003")), Expect({}, refused="the seal of return R0003 is not the one that was issued")),
    Case("the seal cut short", lambda b, p: p.cell(5, 1, str(p["A5"].value)[:40]), Expect({}, refused="its seal cannot be read")),
    Case("the table pasted into a new file", pasted, Expect(says="The seal is gone; taken for return R0002")),
    Case("a note over the title", lambda b, p: p.cell(1, 1, "Please ring before Friday"), Expect(unplaced=1)),
    # rows
    Case("blank rows between", lambda b, p: p.insert_rows(FIRST + 1, 2)),
    Case("a note on a row of its own", lambda b, p: p.insert_rows(FIRST + 1) or p.cell(FIRST + 1, 3, "See my e-mail about the next one"), Expect(unplaced=1)),
    Case("a new line without an ID", lambda b, p: p.append([None, "Staff", "C", "Thank long servers in person", "Learning Lead", "2027", "All thanked", "Amber", "Begun."]), Expect(unplaced=8)),
    Case("a new line with an ID of its own", lambda b, p: p.append(["L099", "Staff", "C", "Thank long servers in person", "Learning Lead", "2027", "All thanked", "Amber", "Begun."]), Expect(unplaced=9)),
    Case("sorted the other way", lambda b, p: reorder(p, lambda rows: rows[::-1])),
    Case("sorted without the ID column", lambda b, p: sort_columns(p, *[c.value for c in p[TOP][1:]]), Expect(says="its ID says L004; it was read as L003")),
    Case("the answers sorted without the rest", lambda b, p: sort_columns(p, "RAG", "Progress Update"), Expect({}, conflict=6, says="as if sorted without the rest")),
    Case("the progress sorted without the rest", lambda b, p: sort_columns(p, "Progress Update"), Expect({}, conflict=5, says="as if sorted without the rest")),
    Case("the locked columns sorted without the rest", lambda b, p: sort_columns(p, "Priority", "Ref", "Performance & Outcome Measures"), Expect(locked=10)),
    Case("filtered, and a column hidden", lambda b, p: hide(p)),
    Case("a line deleted", lambda b, p: p.delete_rows(FIRST), Expect(says="Not in the file, so left as they are: L002")),
    Case("only the answered line kept", lambda b, p: (p.delete_rows(LAST - 1, 2), p.delete_rows(FIRST)), Expect(says="L002, L004, L005")),
    Case("a line cleared with the Delete key", lambda b, p: clear(p, FIRST, 2, 9), Expect(says="Emptied in the file, so left as they are: L002")),
    Case("a line twice, the same", lambda b, p: copy_row(p, FIRST + 1), Expect(says="Line L003 stands in rows")),
    Case("a line twice, with different answers", lambda b, p: copy_row(p, FIRST + 1, Progress_Update="Or is it nine pairs?"), Expect({"L003.rag": "Complete"}, conflict=2)),
    Case("the whole table twice", lambda b, p: pasted_below(p), Expect(unplaced=0, says="The headings are repeated")),
    Case("the whole table twice, with different answers", lambda b, p: pasted_below(p, change=True), Expect({"L003.rag": "Complete"}, conflict=2)),
    Case("another owner's lines pasted in", lambda b, p: others_rows(p), Expect(unplaced=None)),
    Case("a total at the foot", lambda b, p: p.append([None, None, None, None, None, None, "Complete:", "1 of 4"]), Expect(unplaced=2)),
    # notes
    Case("notes below", lambda b, p: (p.append([]), p.append(["Sent from my phone"]), p.append([None, "NB the first is late"])), Expect(unplaced=2)),
    Case("notes at the right", lambda b, p: (p.cell(FIRST, 13, "ask Jo"), p.cell(LAST, 14, "ok")), Expect(unplaced=2)),
    Case("a sheet in front", lambda b, p: sheet_in_front(b), Expect(unplaced=2), only=("xlsx", "ods", "xls")),
    Case("the sheet renamed", lambda b, p: setattr(p, "title", "L&D Q3 FINAL (2)")),
    Case("a copy of the sheet kept behind", lambda b, p: setattr(b.copy_worksheet(p), "title", "Old"), Expect(unplaced=None, says="Sheet 'Old' holds a table too"), only=("xlsx", "ods", "xls")),
    Case("comments only", lambda b, p: setattr(p.cell(FIRST, 9), "comment", Comment("Is this right?", "Jo")), Expect(says="has a comment, which is not read as a value: 'Is this right?'"), but={"csv": Expect(), "xls": Expect()}),
    Case("old words struck through before the new", lambda b, p: put(p, "L002", "Progress Update", struck_through("First course held in May.", " Second held in June.")), Expect(conflict=1), only=("xlsx", "ods")),
    Case("a whole answer struck through", lambda b, p: setattr(p.cell(FIRST, 9), "font", Font(strike=True)), Expect(says="I8 is struck through"), only=("xlsx",)),
    Case("coloured only", lambda b, p: coloured(p)),
    Case("protected again with a password", lambda b, p: setattr(p.protection, "password", "secret")),
    # columns
    Case("the ID column deleted", lambda b, p: p.delete_cols(1), Expect(says="its ID is gone; it was read as L003, by the hidden ID")),
    Case("both ID columns deleted", lambda b, p: take_out(p, "ID", ROW_ID), Expect(says="Matched by guess, from their other cells")),
    Case("the hidden column deleted", lambda b, p: take_out(p, ROW_ID)),
    Case("an answer column deleted", lambda b, p: take_out(p, "RAG"), Expect({"L003.progress_update": ANSWER["L003.progress_update"]}, says="left as they are: RAG")),
    Case("a column of HR's deleted", lambda b, p: take_out(p, "Performance & Outcome Measures"), Expect(says="left as they are: Performance & Outcome Measures")),
    # IDs
    Case("an ID typed over", lambda b, p: p.cell(FIRST + 1, 1, "3"), Expect(says="its ID says 3; it was read as L003")),
    Case("an ID typed over with another line's", lambda b, p: p.cell(FIRST + 1, 1, "L002"), Expect(says="its ID says L002; it was read as L003")),
    Case("IDs in small letters with spaces", lambda b, p: [p.cell(r, 1, f" {p.cell(r, 1).value} ") for r in range(FIRST, LAST + 1)]),
    # what is in the cells
    Case("spaces, curly quotes and line ends", lambda b, p: spaced(p)),
    Case("dates as Excel makes them", lambda b, p: excels_dates(p)),
    Case("dates as bare numbers", lambda b, p: serials(p)),
    Case("007 made a number", lambda b, p: put(p, "L003", "Ref", 7)),
    Case("a formula with its result", lambda b, p: put(p, "L002", "Progress Update", "=4+5"), Expect({**ANSWER, "L002.progress_update": "9"}), raw=cached),
    Case("a formula without its result", lambda b, p: put(p, "L002", "Progress Update", "=4+5"), Expect(invalid=1), but={f: Expect({**ANSWER, "L002.progress_update": "9"}) for f in ("ods", "xls", "resaved")}, only=("xlsx", "ods", "xls")),
    Case("an error in an answer", lambda b, p: put(p, "L002", "Progress Update", "=A1/0"), Expect(invalid=1), raw=errors),
    Case("an error typed as text", lambda b, p: put_text(p, "L002", "Progress Update", "#N/A"), Expect(conflict=1)),
    Case("text like a formula", lambda b, p: put_text(p, "L002", "Progress Update", "=cmd|' /C calc'!A0"), Expect({**ANSWER, "L002.progress_update": "=cmd|' /C calc'!A0"})),
    Case("text beginning with plus, minus, at", lambda b, p: (put_text(p, "L002", "Progress Update", "+2 posts"), put_text(p, "L004", "Progress Update", "-1 site"), put_text(p, "L005", "Progress Update", "@Jo: done")), Expect({**ANSWER, "L002.progress_update": "+2 posts", "L004.progress_update": "-1 site", "L005.progress_update": "@Jo: done"})),
    Case("a bullet list", lambda b, p: put(p, "L002", "Progress Update", "- held two courses\n- booked a third"), Expect({**ANSWER, "L002.progress_update": "- held two courses\n- booked a third"})),
    Case("a number for an answer", lambda b, p: put(p, "L002", "Progress Update", 12), Expect({**ANSWER, "L002.progress_update": "12"})),
    Case("an answer cleared", lambda b, p: put(p, "L002", "Progress Update", None), Expect({**ANSWER, "L002.progress_update": None})),
    Case("all the answers cleared", lambda b, p: [clear(p, r, 8, 9) for r in range(FIRST, LAST + 1)], Expect({f"L00{n}.{k}": None for n in (2, 3, 4, 5) for k in ("rag", "progress_update")})),
    Case("answers merged over two lines", lambda b, p: p.merge_cells(start_row=FIRST + 1, end_row=FIRST + 2, start_column=9, end_column=9), but={"csv": Expect({**ANSWER, "L004.progress_update": None})}),
    Case("the RAG misspelt", lambda b, p: put(p, "L002", "RAG", "Amberr"), Expect(invalid=1)),
    Case("the RAG in other cases", lambda b, p: (put(p, "L002", "RAG", "AMBER "), put(p, "L003", "RAG", "complete"))),
    Case("the RAG by its letter", lambda b, p: put(p, "L002", "RAG", "A"), Expect(invalid=1)),
    Case("locked cells changed", lambda b, p: (put(p, "L002", "Priority", "Train some managers"), put(p, "L004", "Owner", "Safety Lead")), Expect(locked=2)),
    Case("a locked cell cleared", lambda b, p: put(p, "L002", "Priority", None), Expect(locked=1)),
    Case("in sentences about a formula", lambda b, p: put_text(p, "L002", "Progress Update", "'=SUM' is wrong in the sheet"), Expect({**ANSWER, "L002.progress_update": "'=SUM' is wrong in the sheet"})),
    # found by fresh eyes
    Case("a line break in a heading", lambda b, p: rename(p, "Progress Update", "Progress\nUpdate")),
    Case("a star and a colon after headings", lambda b, p: (rename(p, "RAG", "RAG*"), rename(p, "Progress Update", "Progress Update:"))),
    Case("a request after a heading", lambda b, p: rename(p, "Progress Update", "Progress Update (please complete)"), Expect({"L003.rag": "Complete"}, unplaced=4)),
    Case("an answer typed over a heading", lambda b, p: rename(p, "Progress Update", "All is going well"), Expect({"L003.rag": "Complete"}, unplaced=4)),
    Case("an answer continued in a row below", lambda b, p: p.insert_rows(FIRST + 2) or p.cell(FIRST + 2, 9, "And two more pairs in June."), Expect(unplaced=1)),
    Case("two answers continued in a row below", lambda b, p: (p.insert_rows(FIRST + 2), p.cell(FIRST + 2, 8, "Red"), p.cell(FIRST + 2, 9, "And two more pairs in June.")), Expect(unplaced=2)),
    Case("one word as a heading between lines", lambda b, p: p.insert_rows(FIRST + 2) or p.cell(FIRST + 2, 1, "Safety"), Expect(unplaced=1)),
    Case("a heading merged across between lines", lambda b, p: (p.insert_rows(FIRST + 2), p.cell(FIRST + 2, 1, "Recruitment"), p.merge_cells(start_row=FIRST + 2, end_row=FIRST + 2, start_column=1, end_column=9)), Expect(unplaced=1)),
    Case("an answer merged over two columns", lambda b, p: (put(p, "L002", "RAG", "See last time"), p.merge_cells(start_row=FIRST, end_row=FIRST, start_column=8, end_column=9)), Expect(invalid=1), but={"csv": Expect({**ANSWER, "L002.progress_update": None}, invalid=1)}),
    Case("the hidden IDs typed over", lambda b, p: put(p, "L004", ROW_ID, "see my e-mail"), Expect(unplaced=1)),
    Case("the hidden IDs sorted without the rest", lambda b, p: sort_columns(p, ROW_ID)),
    Case("words after the IDs", lambda b, p: [put(p, i, "ID", f"{i} (ours)") for i in ("L002", "L003", "L004", "L005")]),
    Case("the table once more beside itself", lambda b, p: beside_itself(p)),
    Case("the table once more beside itself, with another answer", lambda b, p: beside_itself(p, "Quite another answer."), Expect(unplaced=1)),
    Case("the table far down and to the right", lambda b, p: far_out(b, p), Expect(says="The seal is gone; taken for return R0002")),
    Case("IDs dragged down from the first", lambda b, p: dragged(p, "ID"), Expect(conflict=0)),
    Case("both IDs dragged up by one line", lambda b, p: lifted(p), Expect({}, conflict=2)),
    Case("an answer in HR's column beside", lambda b, p: put(p, "L002", "Performance & Outcome Measures", "All trained by spring. Update: half are."), Expect(locked=1)),
    Case("answers that stand for nothing", lambda b, p: (put(p, "L002", "Progress Update", "n/a"), put(p, "L004", "Progress Update", "-"), put(p, "L005", "Progress Update", "As above")), Expect({**ANSWER, "L002.progress_update": "n/a", "L004.progress_update": "-", "L005.progress_update": "As above"})),
    Case("the RAG as a sentence", lambda b, p: (put(p, "L002", "RAG", "Green - on track"), put(p, "L004", "RAG", "Amber/Red"), put(p, "L005", "RAG", "\U0001f7e2")), Expect(invalid=3)),
    Case("no room to show the answers", lambda b, p: (put_text(p, "L002", "Progress Update", "#" * 255), put_text(p, "L004", "Timescale", "########")), Expect(invalid=1)),
    Case("line ends as a library keeps them", lambda b, p: put(p, "L004", "Progress Update", "Ten of ten seen._x005F_x000D_\nReport to follow."), Expect({**ANSWER, "L004.progress_update": "Ten of ten seen.\nReport to follow."}), only=("xlsx", "ods", "xls")),
    Case("soft hyphens", lambda b, p: put(p, "L002", "Priority", "Train every man\u00adager in the new scheme")),
    Case("a text that turns round", lambda b, p: put(p, "L002", "Progress Update", "\u202edevil\u202c half done"), Expect({**ANSWER, "L002.progress_update": "devil half done"})),
    # no return at all
    Case("emptied", lambda b, p: emptied(b), Expect({}, refused="no rows were found in it")),
    Case("turned on its side", on_its_side, Expect({}, refused="lies on its side")),
]
# fmt: on


def mangled(case: Case) -> bytes:
    """The case's .xlsx."""
    book = openpyxl.load_workbook(io.BytesIO(answered()))
    case.mangle(book, book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return case.raw(out.getvalue()) if case.raw else out.getvalue()


def as_csv(content: bytes, delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """The first sheet with a table as Excel writes it to a CSV file: values as they show."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    page = next((p for p in book.worksheets if p.sheet_state == "visible"), book.worksheets[0])
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in page.iter_rows():
        writer.writerow([_shown(c.value) for c in row])
    return out.getvalue().encode(encoding, "replace")


def _shown(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.strftime("%b-%y") if value.day == 1 else value.strftime("%d/%m/%Y")
    return value


def received(reading: FileContents, file: str = "") -> ReceivedFile:
    """What the inbox would hand to the merge."""
    return ReceivedFile(file or reading.name, reading.blocks, reading.sha256)


def try_out(content: bytes, name: str, expect: Expect) -> None:
    """Merges a file and asserts what became of it: the outcome, every cell accounted for, no wrong cell written."""
    master = fresh()
    before = master.values()
    reply: ReceivedFile | RefusedFile
    try:
        reply = received(read_file(content, name), f"RE_ FW_ {name}")
    except UnreadableFile as refusal:
        reply = RefusedFile(name, str(refusal))
    result = master.merge(reply)
    now = master.values()
    wrong = {
        ".".join(p): now[p]
        for p in now
        if normalised_text(now[p]) != normalised_text(expect.applied.get(".".join(p), before[p]))
    }
    assert not wrong, f"cells that should not say this: {wrong}"
    assert not any(isinstance(now[p], str) and len(now[p]) > 32_767 for p in now)
    if expect.refused:
        assert not result.returns, "it should have been refused"
        assert expect.refused in result.refused[0].reason, result.refused[0].reason
        return
    assert result.returns and isinstance(reply, ReceivedFile), result.refused[0].reason
    (one,) = result.returns
    found = one.outcome_counts
    assert sum(found.values()) == one.cell_count
    wanted = {
        "applied": len(expect.applied),
        "conflict": expect.conflict,
        "locked": expect.locked,
        "invalid": expect.invalid,
    }
    got = {k: found[k] for k in wanted}
    assert got == wanted, (got, [(c.outcome, c.line.id, c.column.key, c.received, c.reason) for c in one.cells])
    if expect.unplaced is not None:
        assert found["unplaced"] == expect.unplaced, [(s.cell, s.value, s.reason) for s in one.stray_cells]
    if expect.says:
        assert any(expect.says in n for n in one.notes), one.notes
    assert not (lost := list(_lost(master, reply, result))), f"cells of which nothing became: {lost}"


def _lost(master: Master, reply: ReceivedFile, result: object) -> Iterator[str]:
    """Texts of a file that are neither as issued, nor ours, nor in any outcome, note or list: found without the merge's help."""
    (one,) = result.returns  # type: ignore[attr-defined]
    mine = master.issued["Learning Lead"]
    known = {normalised_text(v) for x in mine.lines for v in (x.id, *x.values.values())}
    known |= {
        normalised_text(c.value)
        for row in openpyxl.load_workbook(io.BytesIO(answered())).worksheets[0].iter_rows(max_row=TOP)
        for c in row
    }
    known |= {normalised_text(c.received) for c in one.cells} | {normalised_text(s.value) for s in one.stray_cells}
    known = {text.casefold() for text in known}
    notes = "\n".join([*one.notes, *one.unknown_headings]).casefold()
    for block in reply.blocks:
        for row in block.rows:
            for value in row:
                text = "".join(c for c in normalised_text(value).casefold() if c >= " " or c == "\n")
                if is_blank(value) or text in known or text in notes or as_text(value) in HEADINGS:
                    continue
                yield text


HEADINGS = {
    "ten of ten seen._x000d_\nreport to follow.",
    "Progress\nUpdate",
    "RAG*",
    "Progress Update:",
    "########",
    "\u202edevil\u202c half done",
    "The plan",
    "Your answer",
    "Progress",
    "Update",
    "RAG status",
    " rag ",
    "PROGRESS   UPDATE:",
    "46447",
    "46477",
    "7",
    "01/03/2027",
    "31/03/2027",
}
"""Headings typed anew, and cells that only stand in another form."""

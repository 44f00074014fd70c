"""Bounce: a return goes back for the cells that could not be taken, and merges again once they are mended."""

import email
import io
import json
import os
from email import policy

import openpyxl
import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import address
from hrworkbook.plan.start_sheet import open_decisions
from hrworkbook.plan.values import clean
from hrworkbook.verbs.bounce import bounce


def place(book, line, heading):
    """`Sheet!H7` of a line's cell in a return."""
    sheet = snapshot_of(book).sheets[0]
    top = next(i for i, row in enumerate(sheet.rows) if "Progress Update" in row)
    row = next(i for i, cells in enumerate(sheet.rows) if i > top and cells[0] == line)
    return f"{sheet.name}!{address(row + 1, sheet.rows[top].index(heading) + 1)}"


def issued(folder, capsys, table=THREE, owners=OWNERS):
    path = make_master(folder, table, owners=owners)
    assert main(["issue", str(path), "--out", str(folder / "out")]) == 0
    capsys.readouterr()
    return path


def answer(folder, owner, cells, name="reply.xlsx", minutes=0):
    """An owner's return with some cells typed over, saved some minutes from now."""
    (sent,) = (folder / "out").glob(f"{owner} *.xlsx")
    book = folder / name
    book.write_bytes(sent.read_bytes())
    type_into(book, {place(book, *at): value for at, value in cells.items()})
    os.utime(book, (at := book.stat().st_mtime + 60 * minutes, at))
    return book


def bounced(folder, path, *more):
    """The mails bounce writes, with the workbook in each."""
    assert main(["bounce", str(path), "--out", str(folder / "back"), *more]) == 0
    found = []
    for draft in sorted((folder / "back").glob("*.eml")):
        mail = email.message_from_bytes(draft.read_bytes(), policy=policy.default)
        (attached,) = mail.iter_attachments()
        found.append((mail, attached.get_content()))
    return found


def kept(folder, content, name="mended.xlsx"):
    book = folder / name
    book.write_bytes(content)
    os.utime(book, (at := book.stat().st_mtime + 3600, at))
    return book


def merged(path, book, capsys):
    """The exit code and the outcomes of merging one file."""
    capsys.readouterr()
    code = main(["merge", str(path), str(book), "--json"])
    (one,) = json.loads(capsys.readouterr().out)["returns"]
    return code, {o: n for o, n in one["outcomes"].items() if n}


RAG, UPDATE = "RAG", "Progress Update"


def test_a_mended_return_merges_again_and_settles_what_waited(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    book = answer(tmp_path, "Learning Lead", {("L002", RAG): "amber-ish", ("L002", UPDATE): "Second course held."})
    assert main(["merge", str(path), str(book)]) == 1
    ((mail, content),) = bounced(tmp_path, path)
    assert mail["X-Unsent"] == "1" and mail["To"] == "learn@council.example" and mail["Cc"] is None
    assert "line L002, RAG: RAG is 'amber-ish'. Did you mean Amber? Choose Red, Amber, Green or Complete." in " ".join(
        mail.get_body().get_content().split()
    )
    back = kept(tmp_path, content)
    cells = dict(zip(*(snapshot_of(back).sheets[0].rows[i] for i in (6, 7)), strict=True))
    assert cells[RAG] == "amber-ish", "as the owner wrote it"
    assert cells[UPDATE] == "Second course held.", "the owner's own answer"
    type_into(back, {place(back, "L002", RAG): "Red"})
    assert len(open_decisions(read_plan(snapshot_of(path)))) == 1
    code, outcomes = merged(path, back, capsys)
    assert code == 0 and outcomes["applied"] == 1 and outcomes["already"] == 1
    assert set(outcomes) == {"applied", "already", "unchanged"}
    plan = read_plan(snapshot_of(path))
    assert (
        plan.by_id["L002"].text("rag") == "Red" and plan.by_id["L002"].text("progress_update") == "Second course held."
    )
    assert open_decisions(plan) == []
    assert bounce(snapshot_of(path), NOW).returns == ()


def test_each_faulty_cell_has_its_own_comment_and_no_other_cell_has_one(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    main(["merge", str(path), str(answer(tmp_path, "Learning Lead", {("L002", RAG): "fine", ("L003", RAG): "tba"}))])
    ((_, content),) = bounced(tmp_path, path)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    book = kept(tmp_path, content)
    assert set(notes) == {place(book, line, RAG).split("!")[1] for line in ("L002", "L003")}
    assert {sheet[at].value for at in notes} == {"fine", "tba"}
    for at, note in notes.items():
        assert f"RAG is '{sheet[at].value}'. Choose Red, Amber, Green or Complete." in note
        assert not sheet[at].protection.locked
    assert sheet.protection.sheet


def test_sent_back_unmended_it_waits_as_before_and_is_not_asked_twice(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    main(["merge", str(path), str(answer(tmp_path, "Learning Lead", {("L002", RAG): "amber-ish"}))])
    ((_, content),) = bounced(tmp_path, path)
    code, outcomes = merged(path, kept(tmp_path, content), capsys)
    assert code == 1 and outcomes["invalid"] == 1 and "applied" not in outcomes
    assert len(open_decisions(read_plan(snapshot_of(path)))) == 1


def test_what_hr_changed_or_decided_since_is_shown_and_does_not_conflict(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    book = answer(tmp_path, "Learning Lead", {
        ("L002", RAG): "amber-ish", ("L002", UPDATE): "Second course held.", ("L003", UPDATE): "Sites seen.",
    })  # fmt: skip
    plan = read_plan(snapshot_of(path))
    type_into(path, {f"Plan!{plan.address(plan.by_id['L003'], 'progress_update')}": "HR wrote this."})
    main(["merge", str(path), str(book)])
    plan = read_plan(snapshot_of(path))
    assert plan.by_id["L003"].text("progress_update") == "HR wrote this."
    decisions = snapshot_of(path)["Decisions"]
    top = next(i for i, row in enumerate(decisions.rows) if "Decision" in row)
    row = next(i for i, row in enumerate(decisions.rows) if "L003" in row)
    type_into(path, {f"Decisions!{address(row + 1, decisions.rows[top].index('Decision') + 1)}": "keep master"})
    main(["decide", str(path)])
    l002 = plan.address(plan.by_id["L002"], "progress_update")
    type_into(path, {f"Plan!{l002}": "Second course held in May."})
    ((_, content),) = bounced(tmp_path, path)
    back = kept(tmp_path, content)
    assert snapshot_of(back).sheets[0].rows[7][-2] == "Second course held in May."
    type_into(back, {place(back, "L002", RAG): "Green"})
    code, outcomes = merged(path, back, capsys)
    assert code == 0 and set(outcomes) == {"applied", "already", "unchanged"} and outcomes["applied"] == 1


def test_an_error_value_and_a_text_too_long_go_back_and_never_reach_the_plan(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    long = "word " * 8000
    (sent,) = (tmp_path / "out").glob("Learning Lead *.xlsx")
    rows = [list(row) for row in snapshot_of(sent).sheets[0].rows]
    heads = rows[6]
    rows[7][heads.index(UPDATE)], rows[8][heads.index(UPDATE)], rows[7][heads.index(RAG)] = long, "#REF!", "maybe"
    text = "\n".join(",".join('"' + str(v or "").replace('"', '""') + '"' for v in row) for row in rows)
    (tmp_path / "reply.csv").write_text(text, encoding="utf-8")
    main(["merge", str(path), str(tmp_path / "reply.csv")])
    ((_, content),) = bounced(tmp_path, path)
    back = kept(tmp_path, content)
    cells = snapshot_of(back).sheets[0].rows
    assert cells[7][heads.index(UPDATE)] == "First course held.", "not half of what the owner wrote"
    assert cells[8][heads.index(UPDATE)] == "#REF!"
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    notes = [c.comment.text for row in sheet.iter_rows() for c in row if c.comment]
    assert len(notes) == 3 and any("It said: word word" in n for n in notes)
    before = read_plan(snapshot_of(path)).lines
    _, outcomes = merged(path, back, capsys)
    assert "applied" not in outcomes and outcomes["invalid"] == 2
    assert read_plan(snapshot_of(path)).lines == before


def test_only_what_still_waits_for_its_owner_goes_back(tmp_path, capsys):
    """Not what was undone, not what HR has chosen for, not what a newer return has mended already."""
    path = issued(tmp_path, capsys)
    main(["merge", str(path), str(answer(tmp_path, "Learning Lead", {("L002", RAG): "amber-ish"}))])
    assert len(bounce(snapshot_of(path), NOW).returns) == 1
    again = answer(tmp_path, "Learning Lead", {("L002", RAG): "Green"}, "again.xlsx", minutes=5)
    main(["merge", str(path), str(again)])
    assert bounce(snapshot_of(path), NOW).returns == ()
    main(["merge", str(path), str(answer(tmp_path, "Recruitment Lead", {("L001", RAG): "good"}, "r.xlsx"))])
    (back,) = bounce(snapshot_of(path), NOW).returns
    main(["undo", str(path), back.return_.id])
    assert bounce(snapshot_of(path), NOW).returns == ()
    assert main(["bounce", str(path), "--out", str(tmp_path / "none")]) == 0
    assert "nothing goes back" in capsys.readouterr().out
    main(["merge", str(path), str(answer(tmp_path, "Safety Lead", {("L003", RAG): "good"}, "s.xlsx"))])
    decisions = snapshot_of(path)["Decisions"]
    top = next(i for i, row in enumerate(decisions.rows) if "Decision" in row)
    row = next(i for i, row in enumerate(decisions.rows) if "Safety Lead" in row)
    type_into(path, {f"Decisions!{address(row + 1, decisions.rows[top].index('Decision') + 1)}": "keep master"})
    assert bounce(snapshot_of(path), NOW).returns == ()


def test_one_owner_alone(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    for n, (owner, line) in enumerate((("Learning Lead", "L002"), ("Recruitment Lead", "L001"))):
        main(["merge", str(path), str(answer(tmp_path, owner, {(line, RAG): "so so"}, f"{n}.xlsx"))])
    capsys.readouterr()
    assert main(["bounce", str(path), "--out", str(tmp_path / "b"), "--owner", "learning lead", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["bounced"]
    assert one["owner"] == "Learning Lead" and [c["id"] for c in one["cells"]] == ["L002"]
    assert main(["bounce", str(path), "--out", str(tmp_path / "b"), "--owner", "Nobody"]) == 2
    assert "Choose Recruitment Lead, Learning Lead or Safety Lead" in capsys.readouterr().err


def test_before_anything_was_issued_there_is_nothing_to_send_back(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    assert main(["bounce", str(path), "--out", str(tmp_path / "b")]) == 2
    assert "nothing was issued" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_line_taken_out_of_the_plan_does_not_go_back(tmp_path, capsys):
    path = issued(tmp_path, capsys)
    main(["merge", str(path), str(answer(tmp_path, "Learning Lead", {("L002", RAG): "x", ("L003", RAG): "y"}))])
    plan = snapshot_of(path)["Plan"]
    row = next(i for i, cells in enumerate(plan.rows, 1) if "L003" in cells)
    type_into(path, {f"Plan!{address(row, c)}": None for c in range(1, len(plan.rows[row - 1]) + 1)})
    (back,) = bounce(snapshot_of(path), NOW).returns
    assert [line.id for line in back.return_.lines] == ["L002"] and list(back.faulty_cells) == [("L002", "rag")]


@pytest.mark.parametrize("wrong", ["=1+1", "@SUM(A1)", "-", "+44", "\u202eevil", "amber\nish", "  amber-ish  "])
def test_whatever_the_owner_wrote_goes_back_as_text(wrong, tmp_path, capsys):
    path = issued(tmp_path, capsys)
    main(["merge", str(path), str(answer(tmp_path, "Learning Lead", {("L002", RAG): wrong}))])
    ((_, content),) = bounced(tmp_path, path)
    book = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    at = place(kept(tmp_path, content), "L002", RAG).split("!")[1]
    assert book[at].value.strip() == clean(wrong).strip() and book[at].data_type == "s"

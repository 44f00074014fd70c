"""Quarantine: a return that nothing proves waits whole for HR, and no date or address of a mail is taken for proof."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from masters import OWNERS, THREE, make_master, snapshot_of, type_into
from plans import HEAD, Master, back, received, sheet

from hrworkbook.cli.main import main
from hrworkbook.plan.ledger_records import WHOLE_FILE
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, OWNERS_LEDGER, REGISTER
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import address

STRANGER = "jo@elsewhere.example"
OWNER = OWNERS["Learning Lead"]
CSV = "ID,Progress Update\r\nL002,Nothing will be done.\r\n"


def mail(path, sender, content, name, ahead=timedelta(hours=-1)):
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Subject"] = sender, "My return"
    message["Date"] = datetime.now(UTC) + ahead
    message.set_content("Here it is.")
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    path.write_bytes(message.as_bytes())
    return path


@pytest.fixture
def folder(tmp_path, capsys):
    """A master that was issued, the owner's sealed return in a mail, and a stranger's line in another, dated ahead."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 0
    (book,) = (tmp_path / "out").glob("Learning Lead *.xlsx")
    rows = snapshot_of(book).sheets[0]
    update = rows.rows[HEAD].index("Progress Update") + 1
    type_into(book, {f"{rows.name}!{address(8, update)}": "Second course held."})
    mail(tmp_path / "owner.eml", OWNER, book.read_bytes(), book.name)
    mail(tmp_path / "stranger.eml", f"Jo <{STRANGER}>", CSV.encode(), "reply.csv", timedelta(minutes=40))
    capsys.readouterr()
    return tmp_path


def says(folder):
    return read_plan(snapshot_of(folder / "plan.xlsx")).by_id["L002"].text("progress_update")


def ran(capsys, *words):
    capsys.readouterr()
    code = main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "lots",
    [[["owner", "stranger"]], [["stranger", "owner"]], [["owner"], ["stranger"]], [["stranger"], ["owner"]]],
    ids=["together", "together, turned round", "the owner's first", "the stranger's first"],
)
def test_a_strangers_line_dated_ahead_beside_the_owners_sealed_return(folder, capsys, lots):
    plan = folder / "plan.xlsx"
    for lot in lots:
        code, told = ran(capsys, "merge", plan, *(folder / f"{name}.eml" for name in lot))
        if "stranger" in lot:
            assert code == 1
            (one,) = told["refused"]
            assert one["what"] == "Waits" and one["from"] == STRANGER and STRANGER in one["reason"]
        if "owner" in lot:
            assert [r["outcomes"]["applied"] for r in told["returns"]] == [1]
    assert says(folder) == "Second course held."
    snapshot = snapshot_of(plan)
    (row,) = DECISIONS.data_rows(snapshot)
    assert row.text("Column") == WHOLE_FILE and STRANGER in row.text("Why") and "reply.csv" in row.text("Why")
    assert row.text("In the return") == "L002, Progress Update: Nothing will be done."
    assert [(i.text("What"), i.text("From")) for i in REGISTER.data_rows(snapshot) if i.text("What") == "Waits"] == [
        ("Waits", STRANGER)
    ]
    assert not any(STRANGER in i.text("From") for i in JOURNAL.data_rows(snapshot))
    before = plan.read_bytes()
    code, _ = ran(capsys, "merge", plan, folder / "owner.eml", folder / "stranger.eml")
    assert code == 1 and plan.read_bytes() == before, "asked once"


def test_the_message_of_the_button_names_the_sender(folder, capsys):
    main(["merge", str(folder / "plan.xlsx"), str(folder / "stranger.eml")])
    printed = capsys.readouterr().out
    assert "1 file waits whole for your decision" in printed.splitlines()[-1] and STRANGER in printed.splitlines()[-1]


def test_no_draft_goes_to_an_address_of_a_mail(folder, capsys):
    """A stranger's file that HR has taken, with a cell to mend, goes to the owner alone; a sealed one too."""
    plan, out = folder / "plan.xlsx", folder / "drafts"
    mail(folder / "bad.eml", STRANGER, b"ID,RAG\r\nL002,perhaps\r\n", "bad.csv")
    book = min((folder / "out").glob("Learning Lead *.xlsx"), key=lambda path: len(path.name))
    rag = snapshot_of(book).sheets[0].rows[HEAD].index("RAG") + 1
    type_into(book, {f"{snapshot_of(book).sheets[0].name}!{address(9, rag)}": "so so"})
    mail(folder / "sealed.eml", STRANGER, book.read_bytes(), book.name)
    code, told = ran(capsys, "merge", plan, folder / "bad.eml")
    choose(plan, "take return")
    ran(capsys, "decide", plan)
    code, told = ran(capsys, "merge", plan, folder / "sealed.eml")
    assert code == 1 and told["returns"][0]["from"] == STRANGER and told["returns"][0]["on_owners_sheet"] is False
    code, told = ran(capsys, "bounce", plan, "--out", out)
    assert told["bounced"][0]["sent_from_elsewhere"] == STRANGER and len(told["bounced"][0]["cells"]) == 2
    main(["bounce", str(plan), "--out", str(out)])
    assert STRANGER in capsys.readouterr().out
    main(["chase", str(plan), "--out", str(out)])
    main(["issue", str(plan), "--out", str(out), "--anyway"])
    drafts = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in out.glob("*.eml")]
    to = {a for d in drafts for h in ("To", "Cc", "Bcc") for a in (d[h] or "").replace(" ", "").split(",") if a}
    assert len(drafts) > 3 and to <= set(OWNERS.values())


def choose(plan, word, row=-1):
    snapshot = snapshot_of(plan)
    item = DECISIONS.data_rows(snapshot)[row]
    at = DECISIONS.rewrite(snapshot, item, {"Decision": word})[0]
    type_into(plan, {f"{DECISIONS.sheet}!{address(at.row, at.column)}": word})


def test_a_file_is_taken_whole_as_if_merged_and_undone_as_such(folder, capsys):
    plan, told = folder / "plan.xlsx", folder / "stranger.eml"
    ran(capsys, "merge", plan, told)
    told.rename(folder / "gone.eml")
    choose(plan, "take return")
    code, answer = ran(capsys, "decide", plan)
    assert code == 0 and answer["applied"] == 1 and answer["waiting"] == 0
    assert says(folder) == "Nothing will be done."
    snapshot = snapshot_of(plan)
    (line,) = [i for i in JOURNAL.data_rows(snapshot) if i.text("Why") == "merge"]
    assert (line.text("Owner"), line.text("From"), line.text("Before")) == (
        "Learning Lead",
        STRANGER,
        "First course held.",
    )
    (merged,) = [i for i in REGISTER.data_rows(snapshot) if i.text("What") == "Merged"]
    assert (
        merged.text("From") == STRANGER
        and merged.number("Applied") == 1
        and merged.text("Return") == line.text("Return")
    )
    _, again = ran(capsys, "merge", plan, folder / "gone.eml")
    assert "already merged" in again["returns"][0]["skipped"]
    ran(capsys, "merge", plan, folder / "owner.eml")
    assert says(folder) == "Nothing will be done.", "which is newer nobody knows: HR is asked"
    assert [r.text("Column") for r in DECISIONS.data_rows(snapshot_of(plan)) if not r.text("Done")] == [
        "Progress Update"
    ]
    assert main(["undo", str(plan), line.text("Return")]) == 0
    assert says(folder) == "First course held."
    code, again = ran(capsys, "merge", plan, folder / "gone.eml")
    assert code == 1 and again["refused"][0]["what"] == "Waits"
    choose(plan, "take return")
    assert ran(capsys, "decide", plan)[1]["applied"] == 1 and says(folder) == "Nothing will be done."


def test_a_file_that_hr_turns_away_is_not_asked_about_again(folder, capsys):
    plan = folder / "plan.xlsx"
    ran(capsys, "merge", plan, folder / "stranger.eml")
    choose(plan, "keep both")
    code, answer = ran(capsys, "decide", plan)
    assert code == 1 and "about a whole file" in str(answer["findings"])
    choose(plan, "keep master")
    assert ran(capsys, "decide", plan)[0] == 0
    code, told = ran(capsys, "merge", plan, folder / "stranger.eml")
    assert code == 0 and told["refused"][0]["what"] == "Not taken" and says(folder) == "First course held."


def test_an_address_entered_on_the_owners_sheet_lets_a_file_in_and_settles_the_question():
    """With HR's columns in it; its rows are then known by what HR wrote."""
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    file = back(mine, mangle=lambda rows: rows[HEAD:], sender=STRANGER, L002_rag="Red")
    assert master.merge(file).refused[0].status == "Waits" and master.says("L002.rag") != "Red"
    owner = next(i for i in OWNERS_LEDGER.data_rows(master.snapshot) if i.text("Role") == "Learning Lead")
    master.apply(OWNERS_LEDGER.rewrite(master.snapshot, owner, {"Deputy e-mail": f"Jo <{STRANGER.upper()}>"}))
    assert master.merge(file).returns and master.says("L002.rag") == "Red"
    (row,) = master.decisions
    assert row.text("Done").startswith("merged")


TABLE = [["ID", "Progress Update"], ["L002", "Well under way."]]


@pytest.mark.parametrize("sender", ["", OWNER, STRANGER], ids=["a folder", "the owner", "a stranger"])
@pytest.mark.parametrize("whole", [False, True], ids=["IDs alone", "HR's text too"])
def test_what_proves_a_table_without_seal(sender, whole):
    master = Master()
    master.issue()
    rows = sheet(master.issued["Learning Lead"], L002_progress_update="Well under way.")[HEAD:] if whole else TABLE
    result = master.merge(received([list(r) for r in rows], sender=sender))
    proven = whole and sender != STRANGER
    assert bool(result.returns) == proven and len(master.decisions) == (not proven)
    assert master.says("L002.progress_update") == ("Well under way." if proven else "First course held.")
    if not proven:
        assert result.needs_a_person and (sender in result.refused[0].reason)
        master.choose(0, "take return")
        assert master.decide().returns[0].outcome_counts["applied"] == 1
        assert master.says("L002.progress_update") == "Well under way."


def test_a_row_without_hrs_text_waits_beside_others_that_have_it():
    master = Master()
    master.issue()
    rows = sheet(master.issued["Learning Lead"], L002_rag="Red", L003_rag="Red")[HEAD:]
    head, mine, other = rows
    rows[2] = [v if h in ("ID", "RAG", "Owner") else None for h, v in zip(head, other, strict=True)]
    (one,) = master.merge(received(rows)).returns
    assert {c.line.id: c.outcome for c in one.cells if c.column.key == "rag"} == {"L002": "applied", "L003": "conflict"}
    assert "only its ID says" in master.decisions[0].text("Why")


def test_a_table_without_seal_is_never_above_the_sealed_return_by_its_date():
    """Together and one by one, whichever is dated later."""
    for hours in (1, -1):
        for lots in ([2], [1, 1]):
            master = Master()
            master.issue()
            mine = master.issued["Learning Lead"]
            at = master.now
            sealed = back(mine, at, sender=OWNER, file="sealed.xlsx", L002_rag="Red")
            bare = back(
                mine, at + timedelta(hours=hours), mangle=lambda rows: rows[HEAD:], sender=OWNER, L002_rag="Complete"
            )
            master.later(days=1)
            files = iter([sealed, bare])
            for size in lots:
                result = master.merge(*(next(files) for _ in range(size)))
            assert master.says("L002.rag") == "Red", (hours, lots)
            assert len(master.decisions) == (hours > 0)
            assert [r.status for r in result.refused] == ["Older"] * (hours < 0)


def test_a_mail_dated_ahead_is_no_newer_once_that_moment_has_passed():
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    ahead = back(mine, master.now + timedelta(hours=5), sender=OWNER, L002_rag="Red")
    master.merge(ahead)
    sealed = back(mine, master.later(hours=1), sender=OWNER, L002_rag="Complete")
    master.later(minutes=1)
    assert master.merge(sealed).returns and master.says("L002.rag") == "Complete"
    before = master.snapshot
    master.later(days=2)
    result = master.merge(ahead, sealed)
    assert not result.returns and master.snapshot == before


@pytest.mark.parametrize("lots", [[2], [1, 1]])
def test_a_sealed_return_dated_ahead_is_not_the_newest_of_its_owners(lots):
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    today = back(mine, master.now, sender=OWNER, file="today.xlsx", L002_rag="Complete")
    ahead = back(mine, master.now + timedelta(minutes=100), sender=OWNER, file="ahead.xlsx", L002_rag="Red")
    files = iter([ahead, today])
    for size in lots:
        result = master.merge(*(next(files) for _ in range(size)))
        assert not result.refused
    assert master.says("L002.rag") == "Red" and len(master.decisions) == 1, "which is newer nobody knows"


def test_a_sealed_return_goes_before_one_without_that_has_no_date():
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    sealed = back(mine, master.now, sender=OWNER, L002_rag="Red")
    bare = back(mine, mangle=lambda rows: rows[HEAD:], L002_rag="Complete")
    master.merge(bare, sealed)
    assert master.says("L002.rag") == "Red" and len(master.decisions) == 1


def test_a_return_of_every_kind_of_value_comes_out_as_it_went_in():
    from datetime import date, time

    from hrworkbook.merging.outcomes import ReceivedFile, StrayCell, Unproven
    from hrworkbook.merging.quarantine import pack, unpack
    from hrworkbook.merging.read_return import CellEdit, ReadReturn, ReturnDiff
    from hrworkbook.plan.values import CellError

    values = [
        None,
        "",
        " a  b\n“c”\u00a0",
        1,
        1.5,
        True,
        date(2026, 1, 2),
        datetime(2026, 1, 2, 3, 4),
        time(5, 6),
        CellError("#REF!"),
    ]
    edits = tuple(CellEdit(("L001", "rag"), v, w, v, "invalid", "Why.") for v in values for w in values)
    read = ReturnDiff(edits, tuple(StrayCell("A1", v, "why") for v in values), ("note",), 3, 2)
    item = ReceivedFile("a > b.csv", (), "0" * 64, STRANGER, datetime(2026, 1, 2, 3, 4, 5))
    one = ReadReturn(
        item, "R0001", "Lead", read, {"x": ""}, sealed=False, unproven=Unproven.STRANGER, from_elsewhere=STRANGER
    )
    again = unpack(pack(one))
    assert again == one and [type(e.value) for e in again.diff.edits] == [type(e.value) for e in edits]


def test_a_long_return_is_kept_over_several_cells():
    import random

    master = Master()
    master.issue()
    text = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz ABCDEFG", k=32_000)).strip()
    rows = [["ID", "Progress Update", "RAG"], ["L002", text, "Red"], ["L003", text[::-1].strip(), None]]
    assert master.merge(received(rows, sender=STRANGER)).refused[0].status == "Waits"
    assert max(len(str(v)) for row in master.snapshot["Issued"].rows for v in row if v) < 32_767
    master.choose(0, "take return")
    master.decide()
    assert master.says("L002.progress_update") == text and master.says("L002.rag") == "Red"


def enclosed(sender, inner):
    """A mail with another inside it."""
    message = EmailMessage(policy=policy.SMTP)
    if sender:
        message["From"] = sender
    message["Subject"], message["Date"] = "Fwd", datetime.now(UTC) - timedelta(hours=1)
    message.set_content("As asked.")
    message.add_attachment(message_from_bytes(inner, policy=policy.SMTP))
    return message.as_bytes()


def bare_mail(folder, sender):
    """A mail with the owner's whole table, without its seal; HR's text stands in it."""
    import csv
    import io

    book = min((folder / "out").glob("Learning Lead *.xlsx"), key=lambda path: len(path.name))
    table = io.StringIO(newline="")
    csv.writer(table).writerows(snapshot_of(book).sheets[0].rows[HEAD:])
    return mail(folder / "bare.eml", sender, table.getvalue().encode("utf-8-sig"), "table.csv").read_bytes()


@pytest.mark.parametrize(
    "wrapped, waits",
    [
        (lambda inner: inner, False),
        (lambda inner: enclosed(f"Learn <{OWNER}>", inner), False),
        (lambda inner: enclosed(STRANGER, inner), True),
        (lambda inner: enclosed("", inner), True),
        (lambda inner: enclosed(OWNER, enclosed(STRANGER, inner)), True),
        (lambda inner: inner.replace(b"From: ", b"X-From: ", 1), True),
        (lambda inner: inner.replace(OWNER.encode(), OWNER.encode() + b" <somebody>", 1), True),
        (lambda inner: inner.replace(OWNER.encode(), f'"{OWNER}" <{STRANGER}>'.encode(), 1), True),
    ],
    ids=[
        "from the owner",
        "forwarded by the owner",
        "in a stranger's mail",
        "in nobody's mail",
        "two deep",
        "no sender",
        "an address for a name",
        "the owner for a name",
    ],
)
def test_a_mail_in_a_mail_does_not_vouch_for_itself(folder, capsys, wrapped, waits):
    (folder / "bare.eml").write_bytes(wrapped(bare_mail(folder, OWNER)))
    code, told = ran(capsys, "merge", folder / "plan.xlsx", folder / "bare.eml")
    assert (says(folder) == "First course held.") == waits and code == waits
    assert [r["what"] for r in told["refused"]] == ["Waits"] * waits
    if waits:
        assert told["refused"][0]["from"] in (STRANGER, "a mail that names no sender")


def test_of_two_copies_of_a_table_the_one_that_is_proven_counts(folder, capsys):
    inner = bare_mail(folder, OWNER)
    (folder / "a.eml").write_bytes(enclosed(STRANGER, inner))
    code, told = ran(capsys, "merge", folder / "plan.xlsx", folder / "a.eml", folder / "bare.eml")
    assert code == 0 and says(folder) == "Second course held."


def test_chase_names_a_file_that_waits_for_a_return_still_out(folder, capsys):
    ran(capsys, "merge", folder / "plan.xlsx", folder / "stranger.eml")
    main(["chase", str(folder / "plan.xlsx"), "--out", str(folder / "drafts")])
    assert STRANGER in capsys.readouterr().out

"""Received: a return that was answered by phone counts as one that is in, until the mark is taken back."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into
from plans import Master, back

from hrworkbook.cli.main import main
from hrworkbook.jobs.plain import received_job
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.ledgers import JOURNAL, RECEIVED, REGISTER, START
from hrworkbook.plan.snapshot import Write
from hrworkbook.plan.start_sheet import returns_issued_and_back
from hrworkbook.plan.values import normalised_text
from hrworkbook.ribbon.buttons import BUTTONS
from hrworkbook.verbs.chase import chase
from hrworkbook.verbs.received import ReceivedResult, received
from hrworkbook.verbs.roll import roll


@pytest.fixture
def master() -> Master:
    """A master of three owners, issued."""
    made = Master(THREE)
    made.issue()
    return made


def mark(master: Master, owner: str, **how: object) -> ReceivedResult:
    result = received(master.snapshot, master.later(), owner, **how)  # type: ignore[arg-type]
    master.apply(result.changes)
    return result


def back_now(master: Master) -> set[str]:
    out, back_ids = returns_issued_and_back(master.plan)
    return {out[id_] for id_ in back_ids}


def starts(master: Master) -> str:
    """What Start says of the returns."""
    rows = master.snapshot[START].rows
    row, column = next(
        (r, c) for r, cells in enumerate(rows) for c, v in enumerate(cells) if normalised_text(v) == "Returns in"
    )
    return normalised_text(rows[row + 1][column])


def test_a_marked_return_is_in_for_chase_start_and_roll(master: Master) -> None:
    told = mark(master, "learning lead")
    assert told.is_received and told.owner == "Learning Lead"
    assert told.changes.message == (
        f"{told.return_id} of Learning Lead is marked as received. 2 lines of theirs are as issued: type what you were "
        "told into the Plan sheet. 1 of 3 returns is in."
    )
    assert back_now(master) == {"Learning Lead"} and starts(master) == "1 of 3"
    assert {r.return_.owner.role for r in chase(master.snapshot, NOW).reminders} == set(OWNERS) - {"Learning Lead"}
    assert "2 returns never came back" in roll(master.snapshot, NOW).changes.message


def test_what_is_typed_already_is_not_asked_for_again(master: Master) -> None:
    master.types(L001_progress_update="By phone: all posts filled.")
    assert "as issued" not in mark(master, "Recruitment Lead").changes.message


@pytest.mark.parametrize("how", ["undo", "undo by its ID", "take back", "by hand"])
def test_a_mark_can_be_taken_back(master: Master, how: str) -> None:
    told = mark(master, "Learning Lead")
    if how == "by hand":
        row = next(r for r in master.register if r.text("Return") == told.return_id)
        master.apply(REGISTER.rewrite(master.snapshot, row, {RECEIVED: None}))
    elif how == "take back":
        again = mark(master, told.return_id, undo=True)
        assert (
            not again.is_received
            and "Chase will remind its owner again. None of 3 returns is in." in again.changes.message
        )
    else:
        master.undo(told.return_id if how == "undo by its ID" else "")
    assert back_now(master) == set()
    if how != "by hand":
        assert starts(master) == "0 of 3"
        assert [(r.text("Why"), r.text("Before"), r.text("After")) for r in master.journal] == [
            ("received", "", "received"),
            ("undo", "received", ""),
        ]


def test_a_mark_of_hrs_own_hand_counts(master: Master) -> None:
    row = master.register[1]
    master.apply(REGISTER.rewrite(master.snapshot, row, {RECEIVED: "received"}))
    assert back_now(master) == {row.text("Owner")}
    assert "is marked as received already. Nothing was changed." in mark(master, row.text("Return")).changes.message
    master.apply(REGISTER.rewrite(master.snapshot, row, {RECEIVED: "No"}))
    assert back_now(master) == set()


def test_the_return_may_still_come_and_its_undo_leaves_the_mark(master: Master) -> None:
    told = mark(master, "Safety Lead")
    before = master.values()
    assert master.merge(back(master.issued["Safety Lead"], L003_rag="Green")).returns[0].outcome_counts["applied"] == 1
    assert mark(master, "Safety Lead").changes.writes == ()
    master.undo()
    assert master.values() == before and back_now(master) == {"Safety Lead"}
    master.undo(told.return_id)
    assert back_now(master) == set()


def test_a_return_that_came_back_is_told_and_left(master: Master) -> None:
    master.merge(back(master.issued["Safety Lead"], L003_rag="Green"))
    told = mark(master, "Safety Lead")
    assert told.is_received and told.changes.writes == ()
    assert "came back and is merged, so it counts as received. Nothing was changed." in told.changes.message


def test_issued_again_the_newest_return_is_meant_and_the_other_named_by_its_id(master: Master) -> None:
    first = master.issued["Safety Lead"].id
    master.issue(owner="Safety Lead")
    assert mark(master, "Safety Lead").return_id == master.issued["Safety Lead"].id != first
    assert mark(master, first.lower()).return_id == first


def test_a_return_of_an_earlier_period_is_found_by_its_period_and_changes_no_count_of_this_one(master: Master) -> None:
    period = master.plan.setting("Period")
    master.apply(roll(master.snapshot, master.later()).changes)
    with pytest.raises(HrWorkbookError, match=rf"nothing was issued for .*Choose {period}"):
        mark(master, "Safety Lead")
    master.issue()
    old = mark(master, "Safety Lead", period=period)
    assert old.period == period and back_now(master) == set() and starts(master) == "0 of 3"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("Learnin Lead", r"Owners: there is no owner or return 'Learnin Lead'. Is 'Learning Lead' meant\?"),
        ("Zebra", r"there is no owner or return 'Zebra'. Choose .*Recruitment Lead"),
        ("R0099", r"there is no owner or return 'R0099'"),
        (
            "Archive Lead",
            r"no return was issued to Archive Lead for .*, so there is nothing to mark. Type what they told you",
        ),
    ],
)
def test_who_has_nothing_to_answer_or_is_not_known_is_told(wanted: str, says: str) -> None:
    master = Master(THREE, {**OWNERS, "Archive Lead": "archive@council.example"})
    master.issue()
    with pytest.raises(HrWorkbookError, match=says):
        received(master.snapshot, NOW, wanted)


def test_a_mark_that_is_not_there_cannot_be_taken_back(master: Master) -> None:
    with pytest.raises(HrWorkbookError, match=r"Register!A\d+: R0001 is not marked as received"):
        received(master.snapshot, NOW, "R0001", undo=True)


def test_a_master_made_before_gets_the_column(master: Master) -> None:
    top, columns = REGISTER.heading_row(master.snapshot)
    at = columns[RECEIVED]
    master.apply([Write(REGISTER.sheet, top, at, (("Remarks of ours",),))])
    assert RECEIVED not in REGISTER.heading_row(master.snapshot)[1]
    mark(master, "Safety Lead")
    assert back_now(master) == {"Safety Lead"}
    assert REGISTER.heading_row(master.snapshot)[1][RECEIVED] == columns["Hash"] + 1
    mark(master, "Safety Lead", undo=True)
    mark(master, "Learning Lead")
    assert back_now(master) == {"Learning Lead"}


def test_the_command_marks_and_takes_back_on_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    capsys.readouterr()
    assert main(["received", str(path), "Safety Lead", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["owner"], told["received"], told["changed"]) == ("Safety Lead", True, True)
    assert main(["received", str(path), "Safety Lead"]) == 0
    assert "already" in capsys.readouterr().out
    assert main(["received", str(path), "Safety Lead", "--undo"]) == 0
    assert "not marked as received any more" in capsys.readouterr().out
    assert [r.text("Why") for r in JOURNAL.data_rows(snapshot_of(path))] == ["received", "undo"]
    assert main(["received", str(path), "Nobody"]) == 2


def test_the_button_marks_the_row_selected_on_the_register(tmp_path: Path) -> None:
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    snapshot = snapshot_of(path)
    row = REGISTER.data_rows(snapshot)[1]
    host = SimpleNamespace(where=lambda: (REGISTER.sheet, f"C{row.row}"))
    pressed = BUTTONS["received"](host, snapshot, ())  # type: ignore[arg-type]
    assert pressed.job.result.return_id == row.text("Return")
    for place in (("Plan", "A6"), (REGISTER.sheet, "A1"), (REGISTER.sheet, "A90")):
        with pytest.raises(HrWorkbookError, match="Select the row of the return on the Register sheet"):
            received_job(snapshot, NOW, "", selected=place)


def test_the_person_is_found_by_name_as_well(tmp_path: Path) -> None:
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    type_into(path, {"Owners!B7": "Ada Field"})
    assert received(snapshot_of(path), NOW, "ada field").owner == list(OWNERS)[2]

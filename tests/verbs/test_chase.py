"""Chase: reminders to those still out, with what is still open."""

import email
import json
from datetime import timedelta
from email import policy

import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.jobs.draft_mails import reminder_mail
from hrworkbook.plan.model import read_plan
from hrworkbook.verbs.chase import chase


def test_only_those_still_out_are_chased_with_their_open_lines(tmp_path, capsys, monkeypatch):
    path, out = make_master(tmp_path, THREE, owners=OWNERS), tmp_path / "out"
    monkeypatch.setattr(console, "fixed_now", NOW)
    main(["issue", str(path), "--out", str(out), "--due", "2026-12-01"])
    monkeypatch.setattr(console, "fixed_now", NOW + timedelta(30))
    (back,) = out.glob("Safety Lead*.xlsx")
    main(["merge", str(path), str(back)])
    type_into(path, {"Plan!H7": "Complete"})
    capsys.readouterr()
    assert main(["chase", str(path), "--out", str(tmp_path / "reminders"), "--json"]) == 0
    chased = json.loads(capsys.readouterr().out)["chased"]
    assert [(c["owner"], c["rows"]) for c in chased] == [("Recruitment Lead", 1), ("Learning Lead", 1)]
    assert all(c["days_late"] > 0 for c in chased)


def test_a_reminder_is_a_draft_that_can_be_opened_and_sent(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    main(["chase", str(path), "--out", str(tmp_path / "reminders")])
    (draft,) = (tmp_path / "reminders").glob("*Learning*.eml")
    mail = email.message_from_bytes(draft.read_bytes(), policy=policy.default)
    assert mail["X-Unsent"] == "1" and mail["To"] == "learn@council.example"
    (attached,) = mail.iter_attachments()
    assert attached.get_filename().endswith(".xlsx") and attached.get_content().startswith(b"PK")


def test_a_chased_return_merges_as_the_one_it_stands_for(tmp_path, capsys):
    """The open part carries the whole return's seal, and HR's side still has the whole baseline."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    type_into(path, {"Plan!H7": "Complete"})
    main(["chase", str(path), "--out", str(tmp_path / "reminders")])
    (draft,) = (tmp_path / "reminders").glob("*Learning*.eml")
    mail = email.message_from_bytes(draft.read_bytes(), policy=policy.default)
    (attached,) = mail.iter_attachments()
    book = tmp_path / "reply.xlsx"
    book.write_bytes(attached.get_content())
    sheet = snapshot_of(book).sheets[0]
    assert [row[0] for row in sheet.rows[7:]] == ["L003"]
    heads = sheet.rows[6]
    type_into(book, {f"{sheet.name}!{chr(65 + heads.index('Progress Update'))}8": "All sites seen."})
    assert main(["merge", str(path), str(book)]) == 0
    assert read_plan(snapshot_of(path)).by_id["L003"].text("progress_update") == "All sites seen."


def test_when_all_are_in_nobody_is_chased(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    main(["merge", str(path), *map(str, sorted((tmp_path / "out").glob("*.xlsx")))])
    assert chase(snapshot_of(path), NOW).reminders == ()


def test_before_anything_was_issued_there_is_nothing_to_chase(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    assert main(["chase", str(path), "--out", str(tmp_path / "reminders")]) == 2
    assert "Issue first, then chase" in capsys.readouterr().err


def test_an_owner_with_no_line_left_open_is_told_of_and_not_reminded(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    type_into(path, {"Plan!H6": "Complete"})
    capsys.readouterr()
    assert main(["chase", str(path), "--out", str(tmp_path / "reminders")]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == (
        "2 reminders written; none of 3 returns is in. Recruitment Lead has no line still open and is not reminded."
    )
    assert not list((tmp_path / "reminders").glob("*Recruitment*"))


@pytest.mark.parametrize(("complete", "said"), [((), "the 2 lines of yours"), (("Plan!H7",), "the 1 line of yours")])
def test_a_reminder_counts_the_open_lines(complete, said, tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    type_into(path, dict.fromkeys(complete, "Complete"))
    (learning,) = (r for r in chase(snapshot_of(path), NOW).reminders if r.return_.owner.role == "Learning Lead")
    mail = email.message_from_bytes(reminder_mail(learning.return_, b"PK", 0), policy=policy.default)
    assert said in mail.get_body(("plain",)).get_content()

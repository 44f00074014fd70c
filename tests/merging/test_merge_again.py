"""Merge, again: an answer sent once more after another, within one merge and across several."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into
from plans import Master, back

from hrworkbook.cli.main import main
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import address
from hrworkbook.verbs.merge import merge

MONDAY = datetime(2026, 11, 16, 10, 0)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
OWNER, DEPUTY, COLLEAGUE = OWNERS["Learning Lead"], "deputy@council.example", "jo@council.example"
UPDATE = "L002.progress_update"


def learning():
    """A master, and what the Learning Lead answered on Monday and on Tuesday."""
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    a = back(mine, MONDAY, sender=OWNER, file="monday.xlsx", L002_progress_update="Monday.", L003_rag="Red")
    b = back(mine, TUESDAY, sender=OWNER, file="tuesday.xlsx", L002_progress_update="Tuesday.")
    return master, a, b


def again(file, sent, sender=OWNER):
    """The same file, sent once more."""
    return replace(file, sent=sent, sender=sender, file="again.xlsx")


def whats(result):
    return sorted(r.status for r in result.refused)


@pytest.mark.parametrize("lots", [[2, 1], [1, 2], [1, 1, 1], [3]])
def test_the_first_answer_sent_again_after_another_is_the_newest(lots):
    master, a, b = learning()
    mails = iter([a, b, again(a, WEDNESDAY)])
    for size in lots:
        result = master.merge(*(next(mails) for _ in range(size)))
    assert master.says(UPDATE) == "Monday." and len(result.returns) == {(1, 2): 0, (3,): 2}.get(tuple(lots), 1), whats(
        result
    )
    before = master.snapshot
    result = master.merge(a, b, again(a, WEDNESDAY))
    assert set(whats(result)) <= {"Already merged", "Older", "Twice"} and not result.returns
    assert master.snapshot == before, "merging twice equals once"
    master.undo()
    assert master.says(UPDATE) == "First course held.", "undo goes back to before any of them"
    assert master.says("L003.rag") is None


def test_what_the_second_answer_alone_changed_is_asked_about():
    """The first says there what was issued, which may be meant or not."""
    master, a, _ = learning()
    b = back(master.issued["Learning Lead"], TUESDAY, sender=OWNER, L002_progress_update="Tuesday.", L002_rag="Red")
    master.merge(a)
    master.merge(b)
    result = master.merge(again(a, WEDNESDAY))
    assert master.says(UPDATE) == "Monday." and master.says("L002.rag") == "Red"
    assert [c.column.key for c in result.returns[0].cells if c.outcome == "conflict"] == ["rag"]
    assert "earlier return" in master.decisions[0].text("Why")


def test_sent_again_with_nothing_between_there_is_nothing_to_do_but_a_late_mail_is_then_older():
    master, a, b = learning()
    master.merge(a)
    values = master.values()
    result = master.merge(again(a, WEDNESDAY))
    assert whats(result) == ["Sent again"] and not result.needs_a_person and master.values() == values
    assert [(i.text("What"), i.text("Sent")) for i in master.register[-1:]] == [("Sent again", "2026-11-18 10:00")]
    before = master.snapshot
    result = master.merge(again(a, WEDNESDAY), a)
    assert whats(result) == ["Already merged"] * 2 and master.snapshot == before
    result = master.merge(b)
    assert whats(result) == ["Older"] and master.says(UPDATE) == "Monday."
    assert "sent 2026-11-18 10:00" in result.refused[0].reason and "'Tuesday.'" in result.refused[0].reason
    before = master.snapshot
    master.merge(b)
    assert master.snapshot == before


def test_a_copy_that_a_colleague_passes_on_later_is_not_the_owners_newest_word():
    for lots in ([[0], [1], [2]], [[0, 1, 2]]):
        master, a, b = learning()
        mails = [a, b, again(a, WEDNESDAY, COLLEAGUE)]
        for lot in lots:
            result = master.merge(*(mails[n] for n in lot))
        assert master.says(UPDATE) == "Tuesday.", lots
        before = master.snapshot
        result = master.merge(*mails)
        assert master.snapshot == before and not result.needs_a_person
        passed_on = next(r for r in result.refused if r.sender == COLLEAGUE)
        assert passed_on.status == "Already merged"
        assert len(lots) == 1 or f"{COLLEAGUE} sent it again, who is not Learning Lead" in passed_on.reason


def test_a_deputy_may_send_it_again():
    master, a, b = learning()
    owners = master.snapshot["Owners"]
    row = next(n for n, r in enumerate(owners.rows, 1) if "Learning Lead" in r)
    top = next(r for r in owners.rows if "Deputy e-mail" in r)
    from hrworkbook.plan.snapshot import Write

    master.apply([Write("Owners", row, top.index("Deputy e-mail") + 1, ((DEPUTY,),))])
    for mail in (a, b, again(a, WEDNESDAY, DEPUTY)):
        master.merge(mail)
    assert master.says(UPDATE) == "Monday."


def test_where_nobody_knows_when_it_was_sent_a_known_file_says_nothing_new():
    master, a, b = learning()
    master.merge(a)
    master.merge(b)
    before = master.snapshot
    result = master.merge(again(a, None))
    assert whats(result) == ["Already merged"] and master.snapshot == before


def test_a_file_of_no_date_counts_as_sent_before_it_was_merged():
    """Saved to disk and merged on Saturday; sent again by mail on Sunday, after another."""
    master, a, b = learning()
    master.merge(replace(a, sent=None, sender=""))
    master.merge(replace(b, sent=None, sender=""))
    assert master.says(UPDATE) == "Monday." and len(master.decisions) == 1, "nobody knows which is the newer"
    master.choose(0, "take return")
    master.decide()
    sunday = master.later(days=1)
    assert master.merge(again(a, sunday)).returns and master.says(UPDATE) == "Tuesday." and len(master.decisions) == 2
    result = master.merge(again(b, master.now - timedelta(days=3)))
    assert whats(result) == ["Already merged"]


def test_moments_of_other_zones_and_seconds_are_the_same_moments():
    master, a, b = learning()
    sent = MONDAY.replace(second=40)
    master.merge(replace(a, sent=sent))
    master.merge(b)
    assert whats(master.merge(replace(a, sent=sent.astimezone(UTC)))) == ["Already merged"]
    assert master.merge(again(a, WEDNESDAY.astimezone(UTC))).returns


def test_last_periods_file_sent_again_is_not_read_as_this_periods():
    from hrworkbook.verbs.roll import roll

    master, a, _ = learning()
    master.merge(a)
    master.apply(roll(master.snapshot, master.later()).changes)
    master.issue()
    master.merge(back(master.issued["Learning Lead"], WEDNESDAY, L002_progress_update="Next period."))
    result = master.merge(again(a, THURSDAY))
    assert whats(result) == ["Sent again"] and master.says(UPDATE) == "Next period."


def test_three_mails_in_a_folder_one_after_the_other_and_all_at_once(tmp_path, capsys):
    """By the command line: the same file attached to Monday's and Wednesday's mail, another to Tuesday's."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (sent,) = (tmp_path / "out").glob("Learning Lead *.xlsx")
    (tmp_path / "in").mkdir()
    for name, says, days in (("1", "Monday.", (23, 25)), ("2", "Tuesday.", (24,))):
        book = tmp_path / f"{name}.xlsx"
        book.write_bytes(sent.read_bytes())
        sheet = snapshot_of(book).sheets[0]
        type_into(book, {f"{sheet.name}!{address(8, sheet.rows[6].index('Progress Update') + 1)}": says})
        for day in days:
            mail = EmailMessage(policy=SMTP)
            mail["From"], mail["Subject"], mail["Date"] = OWNER, "My return", datetime(2026, 10, day, 9, tzinfo=UTC)
            mail.set_content("Here it is.")
            mail.add_attachment(book.read_bytes(), maintype="application", subtype="octet-stream", filename=sent.name)
            (tmp_path / f"{day}.eml").write_bytes(mail.as_bytes())
    says = []
    for days in ((23,), (23, 24), (25, 23, 24), (25, 24, 23)):
        for day in days:
            (tmp_path / "in" / f"{9 * day % 7} {day}.eml").write_bytes((tmp_path / f"{day}.eml").read_bytes())
        capsys.readouterr()
        assert main(["merge", str(path), str(tmp_path / "in")]) in (0, 1)
        says.append(read_plan(snapshot_of(path)).by_id["L002"].text("progress_update"))
    assert says == ["Monday.", "Tuesday.", "Monday.", "Monday."]
    before = path.read_bytes()
    assert main(["merge", str(path), str(tmp_path / "in")]) == 0 and path.read_bytes() == before
    whole = make_master(tmp_path, THREE, "whole.xlsx", owners=OWNERS)
    main(["issue", str(whole), "--out", str(tmp_path / "unused")])
    assert merge(snapshot_of(whole), (), NOW).changes.writes == ()


def test_a_mail_dated_in_a_year_to_come_does_not_outdate_every_other():
    master, a, b = learning()
    result = master.merge(replace(a, sent=MONDAY.replace(year=2099)))
    assert "dated 16/11/2099 10:00, which is yet to come" in "\n".join(result.returns[0].notes)
    assert master.register[-1].text("Sent") == "2099-11-16 10:00", "as the mail says"
    assert master.merge(b).returns and master.says(UPDATE) == "Monday." and len(master.decisions) == 1
    assert whats(master.merge(again(b, MONDAY.replace(year=2098)))) == ["Already merged"]
    tomorrow = master.later(days=1)
    assert master.merge(back(master.issued["Learning Lead"], tomorrow, L002_progress_update="Now.")).returns
    assert master.says(UPDATE) == "Now."

"""Receive: every file in order, read once, or passed by where its lot is known."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.intake.attachments import IgnoredAttachment
from hrworkbook.intake.reader import FileReader
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.merging.receive_files import receive_files
from hrworkbook.verbs.merge import merge


@pytest.fixture
def asked(monkeypatch):
    """The names of the files that the reading child was asked for."""
    names = []
    ask = FileReader._request

    def noted(self, item):
        names.append(item.name)
        return ask(self, item)

    monkeypatch.setattr(FileReader, "_request", noted)
    return names


def mail(folder, name, content, sender, day, attached="return.csv"):
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = sender, "My return"
    message["Date"] = datetime(2026, 11, day, 9, tzinfo=UTC)
    message.set_content("Here it is.")
    message.add_attachment(content, maintype="text", subtype="csv", filename=attached)
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    (folder / name).write_bytes(message.as_bytes())


def test_files_and_refusals_come_in_the_order_of_the_folder(tmp_path):
    for name in ("a.csv", "c.csv"):
        (tmp_path / name).write_text(f"Theme,RAG\n{name},Red\n", encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 not a spreadsheet")
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "me@council.example", "nothing"
    message.set_content("No attachment.")
    (tmp_path / "b2.eml").write_bytes(message.as_bytes())
    (tmp_path / "d.eml").write_bytes(message.as_bytes())
    items = list(receive_files([tmp_path]))
    assert [i.file for i in items] == ["a.csv", "b.pdf", "b2.eml", "c.csv", "d.eml"]
    assert [isinstance(i, RefusedFile) for i in items] == [False, True, True, False, True]


def test_a_file_whose_hash_is_known_is_not_read(tmp_path, asked):
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text(f"Theme,RAG\n{name},Red\n", encoding="utf-8")
    first = list(receive_files([tmp_path]))
    asked.clear()
    again = list(
        receive_files([tmp_path], skippable_copies=dict.fromkeys([first[0].sha256, first[2].sha256], datetime.max))
    )
    assert asked == ["b.csv"]
    assert [(i.file, i.sha256) for i in again] == [(i.file, i.sha256) for i in first]
    assert [len(i.blocks) for i in again] == [0, 1, 0]


def test_a_second_merge_reads_nothing_and_says_already_merged(tmp_path, asked, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    books = [str(b) for b in sorted((tmp_path / "out").glob("*.xlsx"))]
    assert main(["merge", str(path), *books]) == 0
    assert len(asked) == 3
    before = path.read_bytes()
    asked.clear()
    capsys.readouterr()
    assert main(["merge", str(path), *books]) == 0
    assert asked == [] and path.read_bytes() == before
    assert capsys.readouterr().out.count("already merged on") == 3


def test_an_undone_return_is_read_again(tmp_path, asked):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (book,) = (tmp_path / "out").glob("Learning Lead *.xlsx")
    main(["merge", str(path), str(book)])
    main(["undo", str(path), "--last"])
    asked.clear()
    main(["merge", str(path), str(book)])
    assert asked == [book.name]


def test_the_same_file_twice_is_read_once(tmp_path, asked):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("Theme,RAG\nStaff,Red\n", encoding="utf-8")
    one, other = receive_files([tmp_path])
    assert asked == ["a.csv"] and isinstance(one, ReceivedFile)
    assert isinstance(other, RefusedFile) and other.status == "Twice" and "'a.csv'" in other.reason


@pytest.mark.parametrize(
    ("sender", "day", "read"),
    [("a@x.example", 2, 1), ("a@x.example", 1, 1), ("b@x.example", 2, 2), ("a@x.example", 4, 2)],
)
def test_a_copy_from_somebody_else_or_sent_later_is_read_too(sender, day, read, tmp_path, asked):
    content = b"Theme,RAG\nStaff,Red\n"
    mail(tmp_path, "1.eml", content, "a@x.example", 2)
    mail(tmp_path, "2.eml", content, sender, day)
    items = list(receive_files([tmp_path]))
    assert len(asked) == read
    assert [isinstance(i, ReceivedFile) for i in items] == [True, read == 2]


def test_what_is_set_aside_is_counted_and_told(tmp_path, capsys):
    asides: list[IgnoredAttachment] = []
    mail(tmp_path, "1.eml", b"Theme,RAG\nStaff,Red\n", "a@x.example", 2)
    (tmp_path / "~$Return.xlsx").write_bytes(b"lock")
    assert len(list(receive_files([tmp_path], ignored=asides))) == 1
    assert sorted(a.place for a in asides) == ["1.eml > logo.png", "~$Return.xlsx"]
    (tmp_path / "plan").mkdir()
    path = make_master(tmp_path / "plan", THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "plan" / "out")])
    capsys.readouterr()
    main(["merge", str(path), str(tmp_path / "1.eml"), str(tmp_path / "plan" / "out")])
    assert "Set aside, being no returns: 4 files" in capsys.readouterr().out


def test_memory_holds_no_more_than_the_files_being_read(tmp_path):
    """What is handed on is let go: a folder of any size is read in the same memory."""
    import gc
    import weakref

    for number in range(30):
        (tmp_path / f"{number:02}.csv").write_text(f"Theme,RAG\nStaff {number},Red\n", encoding="utf-8")
    seen = []
    for item in receive_files([tmp_path]):
        seen.append(weakref.ref(item))
        del item
        gc.collect()
        assert sum(ref() is not None for ref in seen) <= 2
    assert len(seen) == 30


def test_known_files_take_part_in_the_merge_as_already_merged(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (book,) = (tmp_path / "out").glob("Learning Lead *.xlsx")
    main(["merge", str(path), str(book)])
    snapshot = snapshot_of(path)
    (read,) = receive_files([book])
    result = merge(snapshot, receive_files([book], skippable_copies={read.sha256: datetime.max}), NOW)
    assert [r.status for r in result.refused] == ["Already merged"] and not result.needs_a_person


def test_the_folder_of_what_went_out_can_be_merged_where_owners_filled_it_in(tmp_path, capsys):
    """On a shared drive owners type into the very files; the drafts beside them were never sent and are set aside."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (mine,) = (tmp_path / "out").glob("Recruitment Lead*.xlsx")
    sheet = snapshot_of(mine).sheets[0]
    column = chr(65 + sheet.rows[6].index("Progress Update"))
    type_into(mine, {f"{sheet.name}!{column}8": "Three posts filled."})
    for backup in (tmp_path / "out").glob("*.backup-*"):
        backup.unlink()
    capsys.readouterr()
    assert main(["merge", str(path), str(tmp_path / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["returns"]) == 3 and told["refused"] == []
    assert [a["reason"] for a in told["aside"]] == ["a draft that was never sent"] * 3
    assert sum(r["outcomes"]["applied"] for r in told["returns"]) == 1

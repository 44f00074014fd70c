"""A container is told once: how much of it was refused, why, and of which files; what is good in it is merged."""

import json
from pathlib import Path

import pytest
from hostile import mail, mailbox, zipped
from masters import OWNERS, THREE, make_master
from openpyxl import load_workbook

from hrworkbook.cli.main import main
from hrworkbook.intake.attachments import Attachment, Container
from hrworkbook.intake.mail_reader import MailReader
from hrworkbook.intake.mail_tables import tables_as_csv
from hrworkbook.intake.reader import FileContents, FileReader
from hrworkbook.merging.containers import Containers
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.merging.receive_files import receive_files
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.ledger_words import FileStatus

ZIP = Container(1, "in.zip")


def refused(name: str, why: str, container: Container | None = ZIP, **more: str) -> RefusedFile:
    return RefusedFile(f"in.zip > {name}", f"{why}. Ask the sender.", container=container, **more)


def test_several_refusals_of_a_container_are_one_with_counts_and_names() -> None:
    every = [refused(f"{n}.csv", "this is a text") for n in range(7)] + [refused("x.pdf", "this is a PDF")]
    alone = RefusedFile("a.csv", "this is a text.")
    one, other = Containers().told_once([every[0], alone, *every[1:]])
    assert other is alone and one.file == "in.zip"
    assert [(i.reason, i.count) for i in one.inside] == [
        ("this is a text. Ask the sender.", 7),
        ("this is a PDF. Ask the sender.", 1),
    ]
    assert one.inside[0].files == tuple(f"{n}.csv" for n in range(7))
    assert one.reason == (
        "8 files in it were not merged: 7 × “this is a text. Ask the sender.” (0.csv, 1.csv, 2.csv and 4 more); "
        "1 × “this is a PDF. Ask the sender.” (x.pdf)"
    )


def test_reasons_that_differ_in_what_they_quote_are_one() -> None:
    (one,) = Containers().told_once([refused(f"{n}.csv", f"it begins 'word {n}' in row {n}") for n in range(5)])
    assert [(i.reason, i.count) for i in one.inside] == [("it begins '…' in row …. Ask the sender.", 5)]


def test_one_refusal_keeps_its_own_words_and_two_containers_of_one_name_are_two() -> None:
    lone = refused("a.csv", "this is a text")
    assert Containers().told_once([lone]) == [lone]
    pairs = [refused(f"{n}.csv", "this is a text", Container(k, "in.zip")) for k in (1, 2) for n in (1, 2)]
    assert [one.container for one in Containers().told_once(pairs)] == [Container(1, "in.zip"), Container(2, "in.zip")]


def test_what_is_refused_after_it_was_read_is_told_with_its_container() -> None:
    containers = Containers()
    items = [ReceivedFile(f"in.zip > {n}.csv", (), str(n), container=ZIP) for n in range(3)]
    assert list(containers.noting(items)) == items
    (one,) = containers.told_once([RefusedFile(item.file, "no table in it") for item in items])
    assert one.inside[0].count == 3 and one.status == "Refused"


def test_a_return_merged_before_keeps_its_line_and_its_copies_add_none() -> None:
    known = [
        RefusedFile(
            f"in.zip > {n}", "already merged", "hash", status=FileStatus.ALREADY_MERGED, return_id="R1", container=ZIP
        )
        for n in "ab"
    ]
    twice = [refused(n, "the same file", status=FileStatus.TWICE) for n in "cd"]
    told = Containers().told_once([*known, *twice])
    assert [one.status for one in told] == [FileStatus.ALREADY_MERGED, FileStatus.TWICE]


def test_good_returns_beside_bad_files_are_merged_and_the_register_grows_by_one_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    files: dict[str, str | bytes] = {b.name: b.read_bytes() for b in sorted((tmp_path / "out").glob("*.xlsx"))}
    junk = {f"{n}.csv": b"x%d" % n for n in range(40)}
    parcel = tmp_path / "in.zip"
    parcel.write_bytes(zipped({**junk, **files, "mail.eml": mail(text="no"), "z.zip": zipped({"a.csv": b"x"})}))
    capsys.readouterr()

    def rows() -> list[tuple[object, ...]]:
        return [r for r in load_workbook(path)["Register"].iter_rows(values_only=True) if any(r)]

    before = len(rows())
    assert main(["merge", str(path), str(parcel), "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert len(said["returns"]) == 3 and len(said["refused"]) == 1
    assert said["refused"][0]["file"] == "in.zip" and sum(i["count"] for i in said["refused"][0]["inside"]) == 42
    (told,) = (row for row in rows()[before:] if "Refused" in row)
    assert len(rows()) == before + 4
    note = next(str(cell) for cell in told if "were not merged" in str(cell))
    assert "mail.eml" in note and "39.csv" in note and "z.zip > a.csv" in note
    assert main(["merge", str(path), str(parcel)]) == 1
    assert len(rows()) == before + 4, "told before"
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  Refused")]
    assert len(lines) == 1 and "42 files in it were not merged" in lines[0]


def test_a_zip_of_thousands_is_read(tmp_path: Path) -> None:
    (tmp_path / "in.zip").write_bytes(zipped({f"{n}.csv": f"Theme,RAG\n{n},Red\n" for n in range(2_500)}))
    items = list(receive_files([tmp_path / "in.zip"]))
    assert len(items) == 2_500 and all(isinstance(item, ReceivedFile) for item in items)


def test_a_file_with_more_than_is_taken_out_of_one_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrworkbook.intake.find_attachments.FILES_MAX", 5)
    (tmp_path / "in.mbox").write_bytes(mailbox(*(mail((f"{n}.csv", b"Theme,RAG\n%d,Red\n" % n)) for n in range(9))))
    *read, last = receive_files([tmp_path / "in.mbox"])
    assert read and isinstance(last, RefusedFile) and "the rest were not read" in last.reason


def test_the_rest_of_a_container_that_holds_up_the_reader_is_left_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrworkbook.intake.reader.HELD_UP_MAX", 1.0)
    monkeypatch.setattr("hrworkbook.intake.reader.SLOW", 0.5)
    good = b"Theme,RAG\n1,Red\n"
    slow = Attachment("slow.csv", data=good, container=ZIP)
    others = [Attachment(f"{n}.csv", data=good, container=ZIP) for n in range(60)]
    lone = Attachment("lone.csv", data=good)
    with FileReader() as reader:
        reader._note(slow, 2.0)
        outcomes = {item.name: outcome for item, outcome in reader.read_many([*others, lone])}
    assert isinstance(outcomes.pop("lone.csv"), FileContents)
    assert all(isinstance(o, UnreadableFile) and "was not read" in o.fault for o in outcomes.values())


def test_a_mail_that_outlasts_its_time_or_ends_its_child_is_refused_and_the_next_is_read() -> None:
    reader = MailReader(seconds=30)
    try:
        reader.read(mail())
        reader.seconds = 0.0
        with pytest.raises(UnreadableFile, match="took longer than 0 seconds"):
            reader.read(mail())
        reader.seconds = 30
        assert reader.read(mail(("a.csv", b"x"))).parts[0].data == b"x"
        assert reader._line
        reader._line.process.kill()
        with pytest.raises(UnreadableFile):
            reader.read(mail())
        assert reader.read(mail(text="Hello there")).text == "Hello there"
    finally:
        reader.close()


@pytest.mark.parametrize(
    ("cell", "found"), [("rowspan=1", True), ("rowspan=2", False), ("rowspan=1000000000", False), ("rowspan=0", False)]
)
def test_a_cell_merged_downwards_by_any_number_leaves_the_table_to_the_officer(cell: str, found: bool) -> None:
    page = (
        f"<table><tr><td>ID</td><td>Theme</td><td>RAG</td></tr><tr><td {cell}>L1</td><td>a</td><td>b</td></tr></table>"
    )
    assert bool(tables_as_csv(page)) is found

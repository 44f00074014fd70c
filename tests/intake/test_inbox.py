"""The inbox: what is found in files, folders, mails, mailboxes and zips, who sent it, and what is set aside or refused."""

import base64
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import hostile
import pytest
from hostile import book, forwarding, mail, mailbox, zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from masters import shared

from hrworkbook.intake.attachments import safe_name
from hrworkbook.intake.find_attachments import Attachment, IgnoredAttachment, RefusedAttachment, find_attachments
from hrworkbook.intake.mails import name_and_address
from hrworkbook.intake.reader import FileContents, FileReader

CSV = b"Ref,RAG\n1,Green\n"
BOOK = book()
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 99
HEAD = (
    "From: Jo <jo@example.org>\nSubject: HR plan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
)


def find(
    folder: Path, data: bytes, name: str = "reply.eml"
) -> tuple[list[Attachment | RefusedAttachment], list[IgnoredAttachment]]:
    """What is found in one file, and what is set aside."""
    path = folder / name
    path.write_bytes(data)
    asides: list[IgnoredAttachment] = []
    return list(find_attachments([path], asides)), asides


def names(found: list[Attachment | RefusedAttachment]) -> list[str]:
    """The name of each attachment; for a refusal its sentence."""
    return [item.message if isinstance(item, RefusedAttachment) else item.name for item in found]


def test_an_attachment_knows_its_sender_and_date(tmp_path: Path) -> None:
    (found,), _ = find(tmp_path, mail(("Return of Jo.xlsx", BOOK)))
    assert isinstance(found, Attachment)
    assert (found.name, found.place, found.containers) == (
        "Return of Jo.xlsx",
        "reply.eml > Return of Jo.xlsx",
        ("reply.eml",),
    )
    assert (found.sender, found.sender_name, found.subject) == ("jo.smith@example.org", "Jo Smith", "HR plan")
    assert found.sent == datetime(2016, 10, 3, 8, 30, tzinfo=UTC)
    assert found.content() == BOOK and len(found.sha256) == 64 and found.path is None


def test_a_folder_is_read_in_order_and_what_nobody_sent_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    for name in (
        "c.xlsx",
        "~$c.xlsx",
        ".~lock.c.xlsx#",
        "Thumbs.db",
        "x.tmp",
        ".c.xlsx",
        ".hidden/h.xlsx",
        "__MACOSX/m.xlsx",
        "b/a.csv",
        "A.csv",
    ):
        (tmp_path / name).write_bytes(CSV if name.endswith("csv") else BOOK)
    (tmp_path / "mail.eml").write_bytes(mail(("d.xlsx", book('<row r="1"><c r="A1"><v>5</v></c></row>'))))
    asides: list[IgnoredAttachment] = []
    found = list(find_attachments([tmp_path], asides))
    assert names(found) == ["A.csv", "c.xlsx", "d.xlsx", "a.csv"]
    assert [item.copy_of for item in found if isinstance(item, Attachment)] == ["", "", "", "A.csv"]
    assert sorted(aside.place for aside in asides) == [".c.xlsx", ".~lock.c.xlsx#", "Thumbs.db", "x.tmp", "~$c.xlsx"]
    assert names(list(find_attachments([tmp_path / "nowhere"]))) == [
        "nowhere: there is no such file or folder. Check its name."
    ]


def test_a_folder_that_holds_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "r.xlsx").write_bytes(BOOK)
    try:
        (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    assert names(list(find_attachments([tmp_path]))) == ["r.xlsx"]


def test_logos_signatures_and_invitations_are_set_aside(tmp_path: Path) -> None:
    enclosed = (
        ("logo.png", PNG),
        ("r.xlsx", BOOK),
        ("card.vcf", b"BEGIN:VCARD"),
        ("smime.p7s", b"x"),
        ("cover.pdf", b"%PDF"),
    )
    found, asides = find(tmp_path, mail(*enclosed))
    assert names(found) == ["r.xlsx"]
    assert [aside.place.split(" > ")[1] for aside in asides] == ["logo.png", "card.vcf", "smime.p7s", "cover.pdf"]


def test_a_document_alone_is_passed_on_to_be_named(tmp_path: Path) -> None:
    found, _ = find(tmp_path, mail(("Return.pdf", b"%PDF-1.4")))
    assert names(found) == ["Return.pdf"]
    with FileReader() as reader:
        ((_, refused),) = reader.read_many(found)  # type: ignore[type-var]
    assert "this is a PDF document" in str(refused)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            mail(text="All my lines are Green,\nthanks \x1b[31m"),
            "no workbook is attached; the text may hold the answer: “All my lines are Green, thanks",
        ),
        (mail(text=" "), "no workbook is attached. Ask the sender"),
        (hostile.mail_with_picture(PNG), "only a picture is attached"),
        (mail(auto_submitted="auto-replied", subject="Automatic reply"), "this is an automatic reply"),
        (
            b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
            "encrypted (S/MIME)",
        ),
        (
            (HEAD.replace("mixed", "encrypted") + "Content-Type: application/pgp-encrypted\n\nx\n--b--").encode(),
            "encrypted (PGP)",
        ),
        (
            b"From: a@b.c\nSubject: x\nContent-Type: message/partial; id=1; number=1; total=2\n\nFrom: c\n\nx",
            "sent in pieces",
        ),
        (b"From: a@b.c\nSubject: x\nContent-Type: text/html\n\n<style>p{}</style><p>Done&nbsp;it", "“Done it”"),
    ],
)
def test_a_mail_without_a_workbook_says_so(tmp_path: Path, data: bytes, words: str) -> None:
    (found,), _ = find(tmp_path, data)
    assert isinstance(found, RefusedAttachment)
    assert words in found.message and "\x1b" not in found.message and len(found.message.splitlines()) == 1
    assert found.sender


def test_forwarded_mails_are_opened_and_the_first_sender_counts(tmp_path: Path) -> None:
    (found,), _ = find(tmp_path, forwarding(mail(("r.xlsx", BOOK)), 3))
    assert isinstance(found, Attachment)
    assert found.sender == "jo.smith@example.org"
    assert len(found.containers) == 4 and found.containers[0] == "reply.eml"
    wrapped = (
        HEAD
        + "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(mail(("r.xlsx", BOOK))).decode()
        + "--b--\n"
    )
    (found,), _ = find(tmp_path, wrapped.encode())
    assert isinstance(found, Attachment) and found.content() == BOOK
    (found,), _ = find(tmp_path, mail(("original.eml", mail(("r.xlsx", BOOK), sender="owner@example.org"))))
    assert isinstance(found, Attachment) and found.sender == "owner@example.org"


def test_a_reply_whose_forwarded_mails_have_nothing_is_refused_once(tmp_path: Path) -> None:
    found, _ = find(tmp_path, forwarding(mail(text="nothing here"), 2))
    assert len(found) == 1 and isinstance(found[0], RefusedAttachment)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Content-Disposition: attachment; filename*0*=UTF-8''r%C3%A9; filename*1*=turn.csv", "réturn.csv"),
        ('Content-Type: text/csv; name="=?iso-8859-1?Q?r=E9turn.csv?="', "réturn.csv"),
        ('Content-Disposition: attachment; filename="../../etc/evil.csv"', "evil.csv"),
        (r'Content-Disposition: attachment; filename="C:\\\\Users\\\\jo\\\\r.csv"', "r.csv"),
        ('Content-Disposition: attachment; filename="=?x-nonsense?q?r.csv?="', "=_x-nonsense_q_r.csv_="),
        ("Content-Disposition: attachment", "unnamed attachment"),
        ("Content-Type: text/csv", "unnamed attachment"),
    ],
)
def test_names_as_mail_programs_write_them(tmp_path: Path, heading: str, name: str) -> None:
    (found,), _ = find(tmp_path, f"{HEAD}{heading}\n\n{CSV.decode()}\n--b--".encode())
    assert isinstance(found, Attachment)
    assert found.name.replace("?", "_") == name and found.content().startswith(CSV.rstrip())


@given(st.text(max_size=400))
@settings(max_examples=300)
def test_a_name_is_always_safe_to_show(name: str) -> None:
    shown = safe_name(name)
    assert 0 < len(shown) <= 120 and shown.isprintable()
    assert not set(shown) & set("/\\\u202e") and shown.rstrip(" .") == shown
    shown.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jo Smith <Jo@Example.org>", ("Jo Smith", "jo@example.org")),
        ('"Smith, Jo" <jo@example.org>', ("Smith, Jo", "jo@example.org")),
        ("=?utf-8?q?J=C3=B6?= <jo@example.org>", ("Jö", "jo@example.org")),
        ("jo@example.org (Jo Smith)", ("Jo Smith", "jo@example.org")),
        ("Jo [mailto:jo@example.org]", ("", "jo@example.org")),
        ("nobody", ("", "")),
    ],
)
def test_senders(text: str, expected: tuple[str, str]) -> None:
    name, sender = name_and_address(text)
    assert sender == expected[1]
    assert not expected[0] or name == expected[0]


@pytest.mark.parametrize("content, broken", [(CSV, True), (BOOK, False)])
def test_a_broken_coding_is_noticed_where_the_file_cannot_tell(tmp_path: Path, content: bytes, broken: bool) -> None:
    """A workbook has checksums of its own; a cut text table would be a table with fewer rows."""
    coded = base64.b64encode(content).decode().rstrip("=")
    coded = coded if len(coded) % 4 else coded[:-1]
    found, _ = find(
        tmp_path, f"{HEAD}Content-Type: x/y; name=r.csv\nContent-Transfer-Encoding: base64\n\n{coded}\n--b--".encode()
    )
    assert ("bytes of it may be missing" in names(found)[0]) is broken
    found, _ = find(tmp_path, f"{HEAD}Content-Type: text/csv; name=r.csv\n\n{CSV.decode()}".encode())
    assert "bytes of it may be missing" in names(found)[0], "the mail is cut short"


def test_a_mailbox_is_read_mail_by_mail(tmp_path: Path) -> None:
    box = mailbox(mail(("r.xlsx", BOOK)), mail(text="From here on\nFrom me"), mail(("q.csv", CSV)))
    found, _ = find(tmp_path, box, "returns.mbox")
    assert names(found)[0::2] == ["r.xlsx", "q.csv"]
    assert isinstance(found[1], RefusedAttachment) and "“From here on From me”" in found[1].message
    assert [item.containers for item in found if isinstance(item, Attachment)] == [
        ("returns.mbox", "mail 1"),
        ("returns.mbox", "mail 3"),
    ]


def test_a_zip_is_opened_where_it_is_a_parcel_and_not_where_it_is_a_workbook(tmp_path: Path) -> None:
    parcel = {
        "in/r.xlsx": BOOK,
        "q.csv": CSV,
        "m.eml": mail(("s.csv", CSV + b"2,Red\n")),
        "__MACOSX/._r.xlsx": b"x",
        ".DS_Store": b"y",
        "in/z.zip": zipped({"t.csv": CSV + b"3,Red\n"}),
    }
    found, asides = find(tmp_path, zipped(parcel), "returns.zip")
    assert sorted(names(found)) == ["q.csv", "r.xlsx", "s.csv", "t.csv"]
    assert len(asides) == 2
    found, _ = find(tmp_path, BOOK, "renamed.zip")
    assert names(found) == ["renamed.zip"], "a workbook by another name"
    found, _ = find(tmp_path, mail(("returns.zip", zipped({"r.xlsx": BOOK}))))
    assert isinstance(found[0], Attachment) and found[0].sender == "jo.smith@example.org"
    found, _ = find(tmp_path, zipped({"logo.png": PNG}), "x.zip")
    assert "a zip with no spreadsheet in it" in names(found)[0]


def test_two_files_of_one_name_are_two_and_the_same_file_again_is_a_copy(tmp_path: Path) -> None:
    other = book('<row r="1"><c r="A1"><v>5</v></c></row>')
    found, _ = find(tmp_path, mail(("r.xlsx", BOOK), ("r.xlsx", other), ("copy.xlsx", BOOK)))
    assert [item.copy_of for item in found if isinstance(item, Attachment)] == ["", "", "reply.eml > r.xlsx"]


def test_outlook_messages_of_others_are_opened() -> None:
    pytest.importorskip("oxmsg")
    folder = shared("corpus/spreadsheets")
    found = [item for path in sorted(folder.glob("*.msg")) for item in find_attachments([path])]
    attachments = [item for item in found if isinstance(item, Attachment)]
    assert len(attachments) >= 2 and all(item.data for item in attachments)
    assert any(item.sender and item.sent for item in attachments)
    inner = [
        item
        for item in find_attachments(sorted(folder.glob("*attachment_msg_pdf.msg")))
        if isinstance(item, Attachment)
    ]
    assert [item.name for item in inner] == ["smbprn.00009008.KdcPjl.pdf"] and inner[0].content().startswith(b"%PDF")


def test_odd_mails_of_others_are_opened_or_refused_in_a_sentence() -> None:
    folder = shared("corpus/spreadsheets")
    paths = sorted(folder.glob("*.eml"))
    asides: list[IgnoredAttachment] = []
    found = list(find_attachments(paths, asides))
    assert len(paths) == len({item.containers[0] if item.containers else item.place for item in found}), (
        "every mail is accounted for"
    )
    refusals = [item for item in found if isinstance(item, RefusedAttachment)]
    assert all(len(item.message.splitlines()) == 1 and item.message.isprintable() for item in refusals)
    assert len(found) - len(refusals) > 40 and len(asides) > 50


BOMB = hostile.bomb_of_spaces()
_NEST = BOOK
for _number in range(30):
    _NEST = zipped({f"{_number}.zip": _NEST})
_FAT = hostile.raw_zip([(f"{n}.csv", 0, 0, 190 << 20, b"") for n in range(2)])
HOSTILE_MAILS: dict[str, tuple[bytes, str]] = {
    "100,000 parts": (hostile.many_parts(100_000), "100,001 parts"),
    "nested 2,000 deep": (hostile.nested_parts(2_000), "2,000 parts"),
    "nested in itself": (hostile.nested_parts(2_000, same=True), "2,000 parts"),
    "forwarded 2,000 times": (forwarding(mail(("r.xlsx", BOOK)), 300), "parts|deep"),
    "forwarded 25 times": (forwarding(mail(("r.xlsx", BOOK)), 25), "more than 20 deep"),
    "a heading of 10 MB": (b"From: a@b.c\nSubject: " + b"x" * 10_000_000 + b"\n\nhi", "very long"),
    "two million headings": (b"From: a@b.c\nSubject: x\n" + b"X-A: y\n" * 2_000_000 + b"\nhi", "very long"),
    "200,000 settings": (
        b"From: a@b.c\nSubject: x\nContent-Type: multipart/mixed"
        + b'; a="b;"' * 200_000
        + b"; boundary=b\n\n--b\n\nx\n--b--",
        "heading of a size",
    ),
    "thirty million lines": (b"From: a@b.c\nSubject: x\n\n" + b"\n" * 30_000_000, "very long"),
    "sixty-two megabytes": (b"From: a@b.c\nSubject: x\n\n" + b"x" * (62 << 20), "62 MB"),
    "a bomb in a zip": (mail(("r.zip", BOMB)), "trap"),
    "zips in zips": (mail(("r.zip", _NEST)), "more than 5 deep"),
    "half a zip": (mail(("r.zip", zipped({"a.csv": CSV})[:60])), "cut short"),
    "a zip that lies": (mail(("r.zip", _FAT)), "cut short|another size|damaged"),
}


@pytest.mark.parametrize("what", HOSTILE_MAILS)
def test_hostile_mails_are_refused_in_one_sentence(tmp_path: Path, what: str) -> None:
    import re

    data, words = HOSTILE_MAILS[what]
    began = time.monotonic()
    found, _ = find(tmp_path, data)
    assert time.monotonic() - began < 8
    assert len(found) == 1 and isinstance(found[0], RefusedAttachment)
    assert re.search(words, found[0].message), found[0].message
    assert len(found[0].message.splitlines()) == 1 and len(found[0].message) < 400


def test_damaged_mails_never_do_worse_than_a_refusal(tmp_path: Path) -> None:
    rng = random.Random(5)
    whole = forwarding(mail(("r.xlsx", BOOK), ("logo.png", PNG), ("q.csv", CSV)), 2)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 40)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        found, _ = find(tmp_path, bytes(data[: rng.choice([len(data), rng.randrange(1, len(data))])]))
        assert found, "something is said of every mail"


def test_true_returns_are_found_among_hostile_ones(tmp_path: Path) -> None:
    """Ten true returns beside everything else: the ten are read, each other file is refused or set aside."""
    for number in range(10):
        (tmp_path / f"true{number}.eml").write_bytes(
            mail((f"Return {number}.xlsx", book(f'<row r="1"><c r="A1"><v>{number}</v></c></row>')))
        )
    for number, (data, _) in enumerate(HOSTILE_MAILS.values()):
        if len(data) < 20_000_000:
            (tmp_path / f"bad{number}.eml").write_bytes(data)
    (tmp_path / "bomb.xlsx").write_bytes(BOMB)
    with FileReader() as reader:
        outcomes = list(reader.read_many(item for item in find_attachments([tmp_path]) if isinstance(item, Attachment)))
    read = [outcome.blocks[0].at(1, 1) for _, outcome in outcomes if isinstance(outcome, FileContents)]
    assert read == [float(n) for n in range(10)]

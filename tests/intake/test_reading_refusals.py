"""What the reader refuses, and how: what is no spreadsheet, bombs, traps and damage."""

import io
import random
import re
import time
from pathlib import Path

import hostile
import pytest
from hostile import ROWS, SHEET, book, ods, ods_cell, sheet_xml, with_part, xls, xlsb
from readings import refusal

from hrworkbook.intake.attachments import Attachment
from hrworkbook.intake.reader import FileContents, FileReader, read_file
from hrworkbook.ooxml import limits as bounds
from hrworkbook.plan.errors import UnreadableFile

DOCX = hostile.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d/>"})


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "r.xlsx", "empty (0 bytes)"),
        (b"\0" * 900, "r.xlsx", "nothing but zeros"),
        (b"%PDF-1.4", "r.xlsx", "PDF"),
        (b"\x89PNG\r\n", "r.xlsx", "a picture"),
        (b"\0\0\0 ftypheic", "r.xlsx", "picture"),
        (b"{\\rtf1 x}", "r.doc", "rich text"),
        (b"\x78\x9f\x3e\x22\0", "winmail.dat", "winmail.dat"),
        (b"<html><table><tr><td>1</td></tr></table>", "r.xls", "web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "r.xls", "web page"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "r.xls",
            "Excel 2003 XML",
        ),
        (
            b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">',
            "r.fods",
            "flat OpenDocument",
        ),
        (b'<?xml version="1.0"?><a/>', "r.xml", "XML file"),
        (b'{"url": "https://docs.google.com/x", "doc_id": "1"}', "r.gsheet", "only a link"),
        (b"[InternetShortcut]\r\nURL=https://x", "r.url", "only a link"),
        (b'{"a": 1}', "r.json", "JSON"),
        (b"From: a@b.c\nTo: d@e.f\nSubject: x\n\nhello", "r.xlsx", "e-mail"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x", "r.xls", "web page archive"),
        (DOCX, "r.xlsx", "Word document"),
        (hostile.zipped({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<d/>"}), "r.xlsx", "PowerPoint"),
        (hostile.zipped({"Index/Document.iwa": b"x", "Metadata/x": b"y"}), "r.numbers", "Numbers"),
        (
            hostile.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
            "r.ods",
            "Writer",
        ),
        (hostile.zipped({"in/Return of Jo.xlsx": book()}), "r.xlsx", "a zip holding 'Return of Jo.xlsx'"),
        (hostile.zipped({"a.txt": b"x"}), "r.zip", "no spreadsheet in it"),
        (hostile.compound({"WordDocument": b"x"}), "r.xls", "Word document"),
        (hostile.compound({"PowerPoint Document": b"x"}), "r.xls", "PowerPoint"),
        (hostile.compound({"__properties_version1.0": b"x"}), "r.xls", "Outlook message"),
        (hostile.compound({"EncryptedPackage": b"x"}), "r.xlsx", "locked with a password"),
        (hostile.compound({"Contents": b"x"}), "r.xls", "no workbook in it"),
        (b"\x09\x04\x06\x00\0\0\0\0", "r.xls", "Excel 4"),
        (b"MZ\x90\0\3\0\0\0", "r.xlsx", "a program"),
        (bytes(range(256)) * 9, "r.xlsx", "not a spreadsheet"),
        (b"Dear HR, all my lines are on track. Regards, Jo\nSent from my phone\n", "reply.txt", "a text, not a table"),
        (b"import sys, os\n\nprint(1)\nfor a, b in c:\n    pass\n" * 3, "x.py", "a text, not a table"),
        (book(""), "r.xlsx", "no rows were found"),
        (b"\n\n ,,\n".replace(b" ", b""), "r.csv", "no rows were found"),
    ],
)
def test_what_is_no_spreadsheet_is_named_for_what_it_is(data: bytes, name: str, words: str) -> None:
    said = refusal(data, name)
    assert words in said, said
    assert said.startswith(f"{name}: ")
    assert re.search(r"Ask the sender|Give |Save |Do not open", said), "it says what to do"
    assert "\n" not in said and len(said) < 330


def test_a_locked_workbook_takes_a_password(tmp_path: Path) -> None:
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml")
    locked = io.BytesIO()
    plain = with_part("docProps/noise.bin", random.Random(5).randbytes(9_000))  # what locks it here pads smaller files
    msoffcrypto.OOXMLFile(io.BytesIO(plain)).encrypt("sesame", locked)
    assert "locked with a password" in refusal(locked.getvalue())
    assert "--password" in refusal(locked.getvalue())
    assert "the password does not open it" in refusal(locked.getvalue(), password="open")
    reading = read_file(locked.getvalue(), "Return.xlsx", "sesame")
    assert [list(row) for row in reading.blocks[0].rows] == [["Ref", "RAG"], [1.0, "Green"]]
    assert "It was locked with a password." in reading.notes
    with FileReader(password="sesame") as one:
        assert one.read(Attachment("r.xlsx", data=locked.getvalue())).kind == "xlsx"


# ---------------------------------------------------------------- bombs, traps and damage

LAUGHS = hostile.LAUGHS
_RAW = sheet_xml(ROWS).encode()
HOSTILE: dict[str, tuple[bytes, str]] = {
    "a gigabyte of spaces": (hostile.bomb_of_spaces(), "trap"),
    "a gigabyte that says it is small": (hostile.bomb_of_spaces(lie=True), "another size than it says"),
    "three million cells": (hostile.many_cells(3_000_000), "2,000,000 cells"),
    "a value in the last corner": (
        book(ROWS + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "row 1,048,576",
    ),
    "two far values": (book(ROWS + '<row r="199999"><c r="ZZ199999"><v>1</v></c></row>'), "far more than a return"),
    "a row that cannot be": (
        book('<row r="99999999999"><c r="B99999999999"><v>1</v></c></row>'),
        "beyond the last row",
    ),
    "a column that cannot be": (
        book('<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>' * 500),
        "beyond|more memory",
    ),
    "entities in the sheet": (with_part(SHEET, LAUGHS + sheet_xml(ROWS)), "document type"),
    "entities in UTF-16": (with_part(SHEET, (LAUGHS + sheet_xml(ROWS)).encode("utf-16")), "document type"),
    "entities in the properties": (
        with_part("docProps/core.xml", "<!--" + "x" * 9000 + "-->" + LAUGHS + "<a/>"),
        "document type",
    ),
    "entities in the texts": (with_part("xl/sharedStrings.xml", LAUGHS + "<sst/>"), "document type"),
    "a file outside": (
        with_part("xl/workbook.xml", '<!DOCTYPE x SYSTEM "file:///etc/passwd"><workbook/>'),
        "document type",
    ),
    "an ods of entities": (
        hostile.zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": LAUGHS + "<x/>"}),
        "document type",
    ),
    "an ods without end": (
        ods(
            f'<table:table-row table:number-rows-repeated="1048576">{ods_cell("x", office__value_type="string", table__number_columns_repeated="16384")}</table:table-row>'
        ),
        "2,000,000 cells",
    ),
    "an xls without end": (
        xls(hostile.xls_number(0, 0, 1), hostile.xls_number(65535, 255, 1)),
        "far more than a return",
    ),
    "an xlsb without end": (
        xlsb(
            hostile.xlsb_row(0),
            hostile.xlsb_number(0, 1),
            hostile.xlsb_row(0xFFFFFFFF),
            hostile.xlsb_number(0xFFFFFFFF, 1),
        ),
        "beyond",
    ),
    "the same part twice": (hostile.raw_zip([(SHEET, 0, 0, 1, b"a"), (SHEET, 0, 1, 1, b"b")]), "two different parts"),
    "overlapping parts": (
        hostile.raw_zip([("a.xml", 0, 0, 50, b"a" * 50), ("b.xml", 0, 0, 50, b"b" * 50)], {1: 0}),
        "on top of each other",
    ),
    "three thousand parts": (hostile.zipped({f"xl/{n}.xml": b"" for n in range(3000)}), "3,000 parts"),
    "a wrong checksum": (
        hostile.book_around(_RAW, len(_RAW), 99).replace(b"\x08\0\0\0\x21", b"\0\0\0\0\x21"),
        "cut short|checksum|unpacked|damaged",
    ),
    "a locked zip": (
        bytearray(book()).replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0"),
        "locked with a password",
    ),
    "no sheet behind the name": (with_part(SHEET, None), "contents of its sheet 'Return' are missing"),
    "no list of sheets": (with_part("xl/workbook.xml", None), "list of its sheets is missing"),
    "a sheet outside the package": (
        with_part(
            "xl/_rels/workbook.xml.rels",
            hostile._RELS % (hostile._REL % ("rId1", "worksheet", "../../../../etc/passwd")),
        ),
        "missing",
    ),
    "half a file": (book()[:700], "cut short"),
    "not XML": (with_part(SHEET, "<worksheet><sheetData><row r='1'><c r='A1' t='e'><v>#REF"), "damaged"),
    "a text that is not there": (book('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "damaged"),
    "a locked xls": (xls(before=hostile.record(0x2F, b"\0" * 6)), "locked with a password|does not open"),
    "twenty megabytes of letters": (b"a" * 20_000_000, "a text, not a table"),
    "too many lines": (b"a,b\n" * 1_500_000, "far more than a return"),
    "too large a file": (b"a,b\n" * 6_000_000, "23 MB"),
    "a quotation without end": (b'a,"' + b"b,c\n" * 5_000_000, "damaged|table|return"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_in_one_sentence(reader: FileReader, what: str) -> None:
    data, words = HOSTILE[what]
    began = time.monotonic()
    with pytest.raises(UnreadableFile) as raised:
        reader.read(Attachment("Return.csv" if data[:1] == b"a" else "Return.xlsx", data=bytes(data)))
    said = str(raised.value)
    assert re.search(words, said), said
    assert len(said.splitlines()) == 1 and len(said) < 330
    assert time.monotonic() - began < 15


def test_damaged_files_never_do_worse_than_a_refusal(reader: FileReader) -> None:
    rng = random.Random(11)
    for whole in (
        book(),
        xls(hostile.xls_number(0, 0, 1)),
        xlsb(hostile.xlsb_row(0), hostile.xlsb_number(0, 1)),
        ods(f"<table:table-row>{ods_cell('x', office__value_type='string')}</table:table-row>"),
    ):
        damaged = []
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(rng.randint(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            damaged.append(
                Attachment("Return.xlsx", data=bytes(data[: rng.choice([len(data), rng.randrange(1, len(data))])]))
            )
        outcomes = [outcome for _, outcome in reader.read_many(damaged)]
        assert len(outcomes) == 40
        assert all(isinstance(outcome, FileContents | UnreadableFile) for outcome in outcomes)
    assert reader.read(Attachment("Return.xlsx", data=book())).blocks[0].at(2, 2) == "Green"


def test_the_limits_stand_as_measured() -> None:
    assert (bounds.FILE_MAX, bounds.ENTRIES_MAX, bounds.PART_MAX, bounds.TOTAL_MAX) == (
        20 << 20,
        2_000,
        200 << 20,
        400 << 20,
    )
    assert (bounds.RATIO_MAX, bounds.RATIO_FROM, bounds.CELLS_MAX, bounds.ROWS_MAX) == (
        200,
        5 << 20,
        2_000_000,
        200_000,
    )

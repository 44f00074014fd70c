"""Text from outside that begins like a formula stays text in every workbook of ours, also after F2 and Enter."""

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fake_excel import fake_book
from hypothesis import example, given
from hypothesis import strategies as st
from masters import NOW, answered, snapshot_of, type_into

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.live import LiveHost
from hrworkbook.plan.snapshot import Block, ChangeSet, single_write
from hrworkbook.plan.values import begins_formula

NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RISKY = ('=HYPERLINK("http://x.example","a")', "+1 post", "-two posts", "@SUM(A1)", "\t=1+1", " -3", "\n+4", "\uff1d1")

SCHEMA = """
name = "ours"
title = "=R&G Plan"
[roles]
owner = "lead"
reference = "ref"
theme = "theme"
status = "status"
part = "part"
paragraph = "paragraph"
reason = "reason"
[[columns]]
key = "theme"
header = "+Theme"
[[columns]]
key = "ref"
header = "-Ref"
kind = "reference"
[[columns]]
key = "text"
header = "=Priority"
group = "@What"
[[columns]]
key = "lead"
header = "@Lead"
kind = "owners"
[[columns]]
key = "status"
header = "=Status"
kind = "choice"
words = ["=Done", "+Late, badly", "-Going"]
edited_by = "owner"
[[columns]]
key = "update"
header = "+Update"
edited_by = "owner"
roll = "carry"
[[columns]]
key = "due"
header = "-Due"
kind = "date"
edited_by = "owner"
[[columns]]
key = "part"
header = "Part"
kind = "choice"
words = ["Part 1", "Part 2"]
[[columns]]
key = "paragraph"
header = "=Paragraph"
[[columns]]
key = "reason"
header = "-Reason"
"""


def unmarked(book: bytes) -> Iterator[str]:
    """Every text of a workbook that F2 and Enter would make a formula: sheet part, cell and text."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        names = parts.namelist()
        tree = {n: ElementTree.fromstring(parts.read(n)) for n in names if n.endswith(".xml")}
        xfs = tree["xl/styles.xml"].find(f"{NS}cellXfs")
        assert xfs is not None
        codes = {f.get("numFmtId") for f in tree["xl/styles.xml"].iter(f"{NS}numFmt") if f.get("formatCode") == "@"}
        kept = [xf.get("quotePrefix") == "1" or xf.get("numFmtId") in {"49", *codes} for xf in xfs]
        shared = ["".join(t.text or "" for t in si.iter(f"{NS}t")) for si in tree.get("xl/sharedStrings.xml", ())]
        for name in names:
            if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                continue
            for cell in tree[name].iter(f"{NS}c"):
                kind, value = cell.get("t"), cell.find(f"{NS}v")
                if kind == "s" and value is not None:
                    text = shared[int(value.text or 0)]
                elif kind == "inlineStr":
                    text = "".join(t.text or "" for t in cell.iter(f"{NS}t"))
                else:
                    continue
                if text.strip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and not kept[int(cell.get("s", "0"))]:
                    yield f"{name}!{cell.get('r')}: {text!r}"


def workbooks(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every workbook in a folder, those in mails too."""
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            yield path.name, path.read_bytes()
        elif path.suffix == ".eml":
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for part in mail.iter_attachments():
                yield f"{path.name} > {part.get_filename()}", part.get_content()


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which every command was run on a plan whose every text begins like a formula."""
    monkeypatch.setattr(console, "fixed_now", NOW)
    (tmp_path / "ours.toml").write_text(SCHEMA, encoding="utf-8")
    lines = ["+Theme,-Ref,=Priority,@Lead,=Status,+Update,-Due,Part,=Paragraph,-Reason"]
    for n, text in enumerate(RISKY):
        cell = '"' + text.replace('"', '""') + '"'
        lines.append(
            f"=Theme {n // 3},{n},{cell},{'=Lead A' if n % 2 else '-Lead B'},-Going,{cell},,{'Part 2,1,@names' if n == 3 else 'Part 1,,'}"
        )
    (tmp_path / "plan.csv").write_text("\n".join(lines), encoding="utf-8")
    path = tmp_path / "m.xlsx"
    assert main(["new", str(tmp_path / "ours.toml"), str(path), "--from", str(tmp_path / "plan.csv")]) in (0, 1)
    type_into(path, {"Start!C12": "+Q1", "Start!C13": "=Committee", "Start!C16": "-R&G Title", "Start!C17": "@Author"})
    type_into(path, {"Owners!C5": "a@x.example", "Owners!C6": "b@x.example"})
    main(["validate", str(path)])
    main(["issue", str(path), "--out", str(tmp_path / "again")])
    assert main(["appendix", str(path), "-o", str(tmp_path / "appendix.xlsx"), "--docx"]) in (0, 1)
    answered(path, lambda one: {n: {"update": f"={n}+1 done", "status": "-Goin", "due": "@today"} for n in range(9)})
    next((tmp_path / "in").iterdir()).unlink()
    type_into(path, {"Plan!G6": "=HR wrote this"})
    main(["merge", str(path), str(tmp_path / "in")])
    for command in (["chase"], ["bounce"]):
        main([*command, str(path), "--out", str(tmp_path / command[0])])
    type_into(path, {"Decisions!A5": "my own text", "Decisions!B5": "=mine"})
    main(["decide", str(path)])
    main(["undo", str(path), "--last"])
    main(["roll", str(path), "--next", "+Q2"])
    return tmp_path


def test_no_text_of_any_workbook_is_a_formula_in_waiting(used: Path) -> None:
    found = dict(workbooks(used))
    assert {"m.xlsx", "appendix.xlsx", "appendix Part 2 exempt.xlsx"} <= set(found)
    for mail in ("Lead", "To mend", "Reminder"):
        assert any(mail in name and ".eml > " in name for name in found), mail
    assert not {name: wrong for name, book in found.items() if (wrong := list(unmarked(book)))}


def test_the_check_sees_an_unmarked_text(used: Path) -> None:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        book.add_worksheet().write_string(0, 0, "=1+1")
    assert len(list(unmarked(out.getvalue()))) == 1


def test_a_number_or_a_blank_over_a_marked_text_is_marked_no_more(used: Path) -> None:
    path = used / "m.xlsx"
    type_into(path, {"Journal!I90": "=a text"})
    for value in (5.0, None):
        type_into(path, {"Journal!I90": value})
        with zipfile.ZipFile(path) as parts:
            styles = ElementTree.fromstring(parts.read("xl/styles.xml")).find(f"{NS}cellXfs")
            cells = [c for n in parts.namelist() if "worksheets/sheet" in n and n.endswith(".xml")
                     for c in ElementTree.fromstring(parts.read(n)).iter(f"{NS}c") if c.get("r") == "I90"]  # fmt: skip
        assert styles is not None and cells
        assert all(styles[int(c.get("s", "0"))].get("quotePrefix") is None for c in cells)
        type_into(path, {"Journal!I90": "=a text"})


@given(st.text(st.sampled_from("=+-@ \t\nab1\uff1d'\u00a0")))
@example("=")
def test_what_begins_a_formula_is_known(text: str) -> None:
    assert begins_formula(text) == (text.strip()[:1] in {*"=+-@\uff1d"})


@pytest.mark.parametrize("text", RISKY)
def test_an_open_workbook_gets_it_into_a_text_cell(text: str) -> None:
    book = fake_book([Block("Plan", [["a", "b"], ["c", "d"]])], {})
    LiveHost(book).apply(ChangeSet((single_write("Plan", "B2", text),)))
    assert book.sheets["Plan"].range("B2").number_format == "@" and book.sheets["Plan"].range("B2").value == text


def test_a_style_is_added_once_and_the_rest_of_the_styles_stay(used: Path) -> None:
    path = used / "m.xlsx"

    def styles() -> bytes:
        with zipfile.ZipFile(path) as parts:
            return parts.read("xl/styles.xml")

    type_into(path, {"Journal!I95": "=one"})
    once = styles()
    host = FileHost(path)
    host.snapshot()
    host.apply(ChangeSet(tuple(single_write("Journal", f"I{row}", f"={row}") for row in range(96, 120))))
    assert styles() == once
    assert snapshot_of(path)["Journal"].at(119, 9) == "=119"

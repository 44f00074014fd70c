"""What is printed is text: nothing in a cell, a heading, a file's name or a subject steers a terminal or forges a line."""

import ast
import json
import sys
import unicodedata
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from masters import NOW, OWNERS, THREE, make_master, snapshot_of, type_into
from openpyxl import load_workbook

import hrworkbook
from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.jobs.draft_mails import draft_mail
from hrworkbook.plan.errors import HrWorkbookError, format_message
from hrworkbook.plan.model import Owner
from hrworkbook.plan.snapshot import ChangeSet
from hrworkbook.plan.values import as_text, clean, normalised_text, one_line, same_value, storable_text

BIDI = {chr(n) for n in range(0x110000) if unicodedata.bidirectional(chr(n)) in
        ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")} | {"\u200e", "\u200f", "\u061c"}  # fmt: skip
HOSTILE = "good\x1b[2J\x1b]0;title\x07\x9b31m\u202egnp.exe\u2066\u200f\x7f\u2028  R0099  Forged: 5 cells\u2029\x85Merged: all\x0b."
ANY = st.text() | st.text(
    st.sampled_from("ab \t\r\n\x0b\x0c\x1b\x7f\x85\x9b\u2028\u2029\u202e\u2069\u200f\u200b\ufeff\ud800")
)


def is_clean(text: str, allowed: str = "\n\t") -> bool:
    return not any(
        (unicodedata.category(c) == "Cc" and c not in allowed) or c in BIDI or c in "\u2028\u2029" for c in text
    )


@given(ANY)
@example(HOSTILE)
def test_clean_text_holds_no_control_and_says_the_same(text: str) -> None:
    assert is_clean(clean(text)) and clean(clean(text)) == clean(text)
    assert same_value(text, clean(text)) and normalised_text(normalised_text(text)) == normalised_text(text)
    assert is_clean(storable_text(text)) and storable_text(text).encode().decode() == storable_text(text)
    line = one_line(text)
    assert is_clean(line, "") and len(line.splitlines()) <= 1 and one_line(line) == line


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == one_line(text) == storable_text(text) == text


@given(ANY, ANY, ANY)
def test_a_complaint_is_one_line(place: str, fault: str, remedy: str) -> None:
    assert is_clean(format_message(place, fault, remedy), "")
    assert is_clean(str(HrWorkbookError(place, fault, remedy)), "")


def test_a_message_and_a_mail_are_clean() -> None:
    assert is_clean(ChangeSet(message=HOSTILE).message)
    mail = draft_mail(Owner("Ann", email="ann@x.example"), HOSTILE, HOSTILE, []).decode()
    assert is_clean(mail, "\r\n\t") and "=1B" not in mail and "=E2=80=AE" not in mail


def test_commands_print_by_the_console_alone() -> None:
    """What is printed elsewhere would not be cleaned."""
    root = Path(hrworkbook.__file__).parent
    may = {root / "cli" / "console.py", root / "cli" / "main.py", root / "ribbon" / "__init__.py"}
    for path in set(root.rglob("*.py")) - may:
        calls = (n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call))
        lines = [n.lineno for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
        assert not lines, f"{path}: {lines}"


@pytest.fixture
def mailed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a plan that was issued, and answers whose every text is hostile."""
    monkeypatch.setattr(console, "fixed_now", NOW)
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    sent = next((tmp_path / "out").glob("Learning*.xlsx"))
    cells = HOSTILE.replace("\x1b", "").replace("\x07", "").replace("\x0b", "")  # no .xlsx holds those
    book = load_workbook(sent)
    page = book.worksheets[0]
    page.cell(8, page.max_column + 1, cells)
    page.cell(7, page.max_column + 1, f"Notes {cells}")
    for column in range(1, page.max_column):
        if page.cell(7, column).value in ("RAG", "Progress Update"):
            page.cell(8, column, cells)
    book.create_sheet("Odd\u202e\x9b\x85 sheet")["A1"] = cells
    back = tmp_path / "in"
    back.mkdir()
    book.save(tmp_path / "reply.xlsx")
    name = "reply\x1b[31m\u202e\nForged: line\x9b.xlsx" if sys.platform != "win32" else "reply\u202e.xlsx"
    (back / name).write_bytes((tmp_path / "reply.xlsx").read_bytes())
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "stranger@x.example", "Re: \u202ereturn\x9b"
    mail.set_content(f"ID,RAG,{HOSTILE}\nL001,{HOSTILE},x\n")
    mail.add_attachment(
        f"ID,RAG,Odd {HOSTILE}\nL002,{HOSTILE},y\n".encode(),
        maintype="text",
        subtype="csv",
        filename="a\u202e\u2028b.csv",
    )
    (back / "mail.eml").write_bytes(mail.as_bytes())
    return path


@pytest.mark.parametrize("json_too", [False, True])
def test_whatever_comes_in_no_control_reaches_terminal_or_ledger(mailed: Path, json_too: bool, capsys) -> None:
    more = ["--json"] if json_too else []
    capsys.readouterr()
    back = mailed.parent / "in"
    for words in (["merge", str(mailed), str(back)], ["validate", str(mailed)], ["next", str(mailed)],
                  ["bounce", str(mailed), "--out", str(mailed.parent / "b")], ["chase", str(mailed), "--out", str(mailed.parent / "c")],
                  *(["read", str(file)] for file in sorted(back.iterdir())), ["read", str(back / "none\x1b[2J\nForged")]):  # fmt: skip
        main([*words, *more])
        said = capsys.readouterr()
        assert is_clean(said.out) and is_clean(said.err), words
        assert not any(
            line.strip().startswith(("Forged", "R0099", "Merged: all")) for line in (said.out + said.err).splitlines()
        ), words
        if json_too and said.out:
            assert all(map(is_clean, _texts(json.loads(said.out)))), words
    for block in snapshot_of(mailed).sheets:
        for row in block.rows:
            assert all(is_clean(as_text(value)) for value in row), block.name


def _texts(found: object) -> list[str]:
    if isinstance(found, dict):
        return [t for pair in found.items() for item in pair for t in _texts(item)]
    if isinstance(found, list):
        return [t for item in found for t in _texts(item)]
    return [found] if isinstance(found, str) else []


def test_no_warning_of_a_library_reaches_the_user(tmp_path: Path, capfd) -> None:
    """A title with &G in it was taken for a picture: the header was left out, and the user told of a footer."""
    import subprocess
    import zipfile

    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    type_into(path, {"Start!C16": "R&G Plan, &[Picture] &D"})
    target = tmp_path / "appendix.xlsx"
    done = subprocess.run(
        [sys.executable, "-m", "hrworkbook", "appendix", str(path), "-o", str(target)], capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr
    with zipfile.ZipFile(target) as parts:
        sheets = [parts.read(n).decode() for n in parts.namelist() if n.startswith("xl/worksheets/sheet")]
    assert sheets
    for xml in sheets:
        header = xml.partition("<oddHeader>")[2].partition("</oddHeader>")[0].replace("&amp;", "&")
        assert "R&&&9G Plan, &&&9[Picture] &&D" in header and "Part 1" in header

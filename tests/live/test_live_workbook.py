"""The Python face on a document that is open in Calc: the same verbs, and nothing saved by them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from masters import NOW, OWNERS, THREE, make_master

import hrworkbook


def test_the_open_document_is_worked_on_and_not_saved(tmp_path: Path, open_book: Callable[[Path], Any]) -> None:
    path = make_master(tmp_path, THREE, owners=OWNERS, Period="2026/27 Q3")
    saved = path.read_bytes()
    document = open_book(path)
    book = hrworkbook.open(path, live=True, clock=lambda: NOW)
    assert book.frame().equals(hrworkbook.open(path).frame())
    document.sheets["Plan"].range("D6").value = "Hire better"
    assert book.frame().loc["L001", "Priority"] == "Hire better"
    assert [f.rule for f in book.validate().findings] == ["reported"]
    issued = book.issue(tmp_path / "out")
    assert len(issued.files) == 6 == len(list((tmp_path / "out").iterdir())) and issued.backups == ()
    merged = book.merge(sorted((tmp_path / "out").glob("*.xlsx")))
    assert len(merged.returns) == 3 and book.register()["What"].tolist() == ["Issued"] * 3 + ["Merged"] * 3
    assert path.read_bytes() == saved

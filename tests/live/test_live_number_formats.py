"""Every line of the golden of number formats, as LibreOffice shows it now; and its .xls and .ods read back."""

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import absent  # type: ignore[attr-defined]
from number_formats import golden, squeezed, workbook

from hrworkbook.intake.stored_formats import stored_formats
from hrworkbook.plan.number_format.render import render

FILTERS = {
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true",
    "xls": "xls:MS Excel 97",
    "ods": "ods",
}
LINES = golden()
REWRITTEN = {"[Blue][>5]0.0;[Color10]0", r"##\/##"}
"""Codes that LibreOffice does not write to .xls as they are."""


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden's workbook as LibreOffice saves it in each format, in a British setting."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if not soffice:
        absent("LibreOffice is not here")
    folder = tmp_path_factory.mktemp("formats")
    (folder / "numbers.xlsx").write_bytes(workbook(LINES))
    for filter_ in FILTERS.values():
        subprocess.run(
            [soffice, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
             "--convert-to", filter_, "--outdir", str(folder), str(folder / "numbers.xlsx")],
            check=True, capture_output=True, timeout=120, env={**os.environ, "LC_ALL": "en_GB.UTF-8"},
        )  # fmt: skip
    return folder


def test_libreoffice_shows_the_golden(saved: Path):
    with (saved / "numbers.csv").open(encoding="utf-8", newline="") as file:
        texts = [squeezed(row[0]) if row else "" for row in csv.reader(file)][1 : len(LINES) + 1]
    changed = [
        f"{line.code} | {line.value!r} | {text}" for line, text in zip(LINES, texts, strict=True) if text != line.office
    ]
    assert not changed, "\n".join(changed)


def test_an_ods_keeps_what_was_shown(saved: Path):
    cells = {row: line for row, line in enumerate(LINES, 1) if not isinstance(line.value, str)}
    found = stored_formats((saved / "numbers.ods").read_bytes(), "numbers.ods", {"Numbers": {(r, 0) for r in cells}})
    assert found["Numbers"].keys() == {(row, 0) for row in cells}
    wrong = [(line, found["Numbers"][row, 0].text) for row, line in cells.items()
             if squeezed(found["Numbers"][row, 0].text or "") != line.office]  # fmt: skip
    assert not wrong, "\n".join(map(str, wrong))


def test_an_xls_is_shown_alike(saved: Path):
    cells = {row: line for row, line in enumerate(LINES, 1) if not isinstance(line.value, str)}
    found = stored_formats((saved / "numbers.xls").read_bytes(), "numbers.xls", {"Numbers": {(r, 0) for r in cells}})
    assert found["Numbers"].keys() == {(row, 0) for row in cells}
    wrong = [(line, found["Numbers"][row, 0]) for row, line in cells.items()
             if not line.why and line.code not in REWRITTEN and squeezed(render(line.value, found["Numbers"][row, 0].code)) != line.ours]  # fmt: skip
    assert not wrong, "\n".join(map(str, wrong))

"""The torture set as LibreOffice saves it: .ods, .xls, and .xlsx again; each format in one run of the program."""

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import absent  # type: ignore[attr-defined]
from torture import CASES, mangled, try_out
from torture_plan import answered

FORMATS = {"ods": "ods", "xls": "xls:MS Excel 97", "xlsx": "xlsx:Calc MS Excel 2007 XML"}


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A folder for each format with every case as LibreOffice saved it."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if not soffice:
        absent("LibreOffice is not here")
    folder = tmp_path_factory.mktemp("torture")
    sources = folder / "as mangled"
    sources.mkdir()
    for number, case in enumerate(CASES):
        (sources / f"{number:03}.xlsx").write_bytes(mangled(case))
    (sources / "plain.xlsx").write_bytes(answered())
    for name, filter_ in FORMATS.items():
        subprocess.run(
            [soffice, "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
             "--convert-to", filter_, "--outdir", str(folder / name), *map(str, sorted(sources.iterdir()))],
            check=True, capture_output=True, timeout=240,
        )  # fmt: skip
    return folder


@pytest.mark.parametrize("form", FORMATS)
def test_every_case_was_saved(saved: Path, form: str):
    assert len(list((saved / form).iterdir())) == len(CASES) + 1


POSSIBLE = [(form, number) for number, case in enumerate(CASES) for form in FORMATS if form in case.only]
"""What an owner can do, and in which formats."""


@pytest.mark.parametrize(
    ("form", "number"), POSSIBLE, ids=[f"{CASES[number].name}-{form}" for form, number in POSSIBLE]
)
def test_what_becomes_of_it(saved: Path, form: str, number: int):
    case = CASES[number]
    content = (saved / form / f"{number:03}.{form}").read_bytes()
    try_out(content, f"Return.{form}", case.but.get("resaved" if form == "xlsx" else form, case.expect))

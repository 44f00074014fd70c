"""An adopted workbook whose returns LibreOffice saved again, and which LibreOffice opens with its chart still there."""

import shutil
import subprocess

import pytest
from adopted_round import Round, adopt
from foreign_books import build_book

from hrworkbook.hosts.libreoffice import find_soffice

pytestmark = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not here")


def converted(files, ending, folder):
    """Have LibreOffice save files as another kind, into a folder."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(find_soffice()), profile, "--headless", "--convert-to", ending, "--outdir", str(folder)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=180)


@pytest.mark.parametrize("name", ["five sheets", "three tables", "names of ours", "macros"])
def test_returns_that_libreoffice_saved_are_merged(name, tmp_path):
    def resave(files):
        folder = tmp_path / "saved again"
        converted(files, "xlsx", folder)
        for file in files:
            shutil.move(folder / file.name, file)

    path = build_book(name, tmp_path)
    adopt(path)
    Round(path, resave).whole()


def test_the_chart_is_still_seen(tmp_path):
    path = build_book("rich", tmp_path)
    adopt(path)
    Round(path).paper("paper", "--in-master")
    assert blue_dots(path, tmp_path) > 300


def blue_dots(book, folder):
    """How many dots of the printed workbook have the colour of the chart's columns."""
    converted([book], "pdf", folder)
    subprocess.run(["pdftoppm", "-r", "30", folder / f"{book.stem}.pdf", folder / "page"], check=True, timeout=60)
    pages = b"".join(page.read_bytes() for page in folder.glob("page*.ppm"))
    return pages.count(bytes((0x4F, 0x81, 0xBD)))

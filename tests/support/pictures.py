"""Makes the README's pictures from the demo, by hand: `python tests/pictures.py` (needs LibreOffice and pdftoppm)."""

import subprocess
import tempfile
from pathlib import Path

from printing import xlsx_to_pdf

from hrworkbook.cli.main import main

PICTURES = Path(__file__).parents[2] / "workbook" / "pictures"


def picture(book: Path, page: int, name: str) -> None:
    """One printed page of a workbook as a PNG, its white edges cut off."""
    pdf = book.with_suffix(".pdf")
    xlsx_to_pdf(book, pdf)
    stem = PICTURES / name
    subprocess.run(
        ["pdftoppm", "-png", "-r", "100", "-f", str(page), "-l", str(page), "-singlefile", pdf, stem], check=True
    )
    subprocess.run(
        [
            "convert",
            f"{stem}.png",
            "-trim",
            "-bordercolor",
            "white",
            "-border",
            "16",
            "+dither",
            "-colors",
            "128",
            f"{stem}.png",
        ],
        check=True,
    )


def make() -> None:
    """All of them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        main(["demo", str(demo)])
        picture(demo / "appendix.xlsx", 1, "appendix")
        picture(demo / "plan.xlsx", 2, "master")
        picture(next((demo / "Returns out").glob("Pay*.xlsx")), 1, "return")


if __name__ == "__main__":
    make()

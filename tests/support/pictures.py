"""Makes the README's pictures from the demo, by hand: `python tests/pictures.py` (needs LibreOffice and pdftoppm)."""

import subprocess
import tempfile
from pathlib import Path

from printing import xlsx_to_pdf

from hrworkbook.cli.main import main

ROOT = Path(__file__).parents[2]
PICTURES, OF_THE_PAGES = ROOT / "workbook" / "pictures", ROOT / "docs" / "pictures"


def picture(book: Path, page: int, name: str, folder: Path = PICTURES, top: int = 0) -> None:
    """One printed page of a workbook as a PNG, its white edges cut off; with `top` no more than so many dots of it."""
    pdf = book.with_suffix(".pdf")
    xlsx_to_pdf(book, pdf)
    stem = folder / name
    subprocess.run(
        ["pdftoppm", "-png", "-r", "100", "-f", str(page), "-l", str(page), "-singlefile", pdf, stem], check=True
    )
    subprocess.run(
        [
            "convert",
            f"{stem}.png",
            *(["-gravity", "north", "-crop", f"x{top}+0+0", "+repage"] if top else []),
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
        own = demo / "Our people plan as master.xlsx"
        picture(own, 1, "own-plan", OF_THE_PAGES)
        picture(next((demo / "Our returns out").glob("Learning*.xlsx")), 1, "own-return", OF_THE_PAGES, top=390)


if __name__ == "__main__":
    make()

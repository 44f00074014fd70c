"""The paper, printed for real: both seeds and fifteen plans that are hard to print, each proved by its tags, word by word."""

import os
import shutil
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from appendices import COVER, document
from masters import shared

import hrworkbook
from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.libreoffice import find_soffice, has_writer
from hrworkbook.jobs.pdf import Printer, print_papers
from hrworkbook.plan.findings import errors_of
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.read_tags import read_tags
from hrworkbook.render.appendix.verify_paper import verify_paper
from hrworkbook.render.appendix.write_appendix import plan_document
from hrworkbook.verbs.appendix import appendix
from hrworkbook.verbs.check import check

SENTENCE = "The review of pay was agreed with schools and trade unions, and work to deliver it progresses as planned. "
WELSH = "Mae’r gwaith yn mynd rhagddo ac mae’r adolygiad wedi ei gwblhau gyda’r undebau. "
ADDRESS = "https://www.example.gov.uk/" + "workforce-strategy-and-plan/" * 12
SCRIPTS = (
    "تم الانتهاء من المراجعة السنوية",
    "Перевірку завершено",
    "Η αξιολόγηση ολοκληρώθηκε",
    WELSH,
    "Zażółć gęślą jaźń",
)
EXEMPT = Cover(
    "Delivery Plan", "Staffing Committee", "20 March 2017", "Head of HR", "2", "Part 2 – exempt", "3", "Contract."
)
LONG_COMMITTEE = Cover(
    "A plan whose title takes more than one line, since it names each of the services it is about, and their partners too",
    "Corporate Policy, Workforce, Equalities and Organisational Development Overview and Scrutiny Sub-Committee of the Council",
    "Monday, 20 March 2017 at 2.00 pm, Committee Suite 1 and 2, Westfields, Middlewich Road, Sandbach", "Head of HR", "1",
)  # fmt: skip


@pytest.fixture(autouse=True)
def writer() -> None:
    """Skip, or fail where live tests are required, where no Writer can print."""
    office = find_soffice()
    missing = "" if office and has_writer(office) else "there is no LibreOffice Writer to print with"
    missing = missing or ("" if shutil.which("pdftotext") else "there is no pdftotext (poppler)")
    if missing and os.environ.get("HRWORKBOOK_REQUIRE_LIVE") == "1":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def with_text(text: str, lines: int = 6, **changes: object) -> AppendixDocument:
    """A plan whose progress is one text."""
    made = document(lines)
    cells = tuple(replace(x, cells=(*x.cells[:3], text, x.cells[4])) for x in made.lines)
    return replace(made, lines=cells, **changes)  # type: ignore[arg-type]


def of_columns(number: int, setup: PageSetup) -> AppendixDocument:
    columns = tuple(PrintColumn(f"c{n}", f"Heading {n}", kind="money" if n % 5 == 4 else "text") for n in range(number))
    cells = tuple("£1,250,000" if c.kind == "money" else f"Agreed in part {n}" for n, c in enumerate(columns))
    return AppendixDocument(COVER, columns, tuple(PrintLine("Pay", str(n), cells) for n in range(12)), setup)


def themes(number: int) -> AppendixDocument:
    made = document(number * 8)
    lines = tuple(replace(x, theme=f"Theme {n // 4 + 1} of a plan with many themes") for n, x in enumerate(made.lines))
    return replace(made, lines=lines)


STRESS = {
    "one line": document(1),
    "600 lines": document(600),
    "40 themes": themes(40),
    "6,000 characters": with_text((SENTENCE * 60)[:6_000], 2),
    "points": with_text("Agreed:\n- " + "\n- ".join([SENTENCE.strip()] * 40), 2),
    "unbroken address": with_text(ADDRESS, 3),
    "scripts": with_text("\n".join(SCRIPTS), 4),
    "Welsh": with_text(WELSH * 6, 4),
    "14 columns": of_columns(14, PageSetup()),
    "14 columns on A3": of_columns(14, PageSetup("A3")),
    "portrait": document(24, setup=PageSetup(orientation="portrait")),
    "A3 in 9 point": document(40, setup=PageSetup("A3", "landscape", "Arial", 9)),
    "all exempt": document(16, cover=EXEMPT),
    "long names": document(16, cover=LONG_COMMITTEE),
    "empty": document(0, summary=None),
}
MOST_PAGES = {"one line": 2, "empty": 1, "14 columns": 2, "14 columns on A3": 2, "all exempt": 4, "long names": 4}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of their PDFs, printed in one run."""
    folder = tmp_path_factory.mktemp("papers")
    papers = {folder / f"{name}.pdf": plan_document(made) for name, made in STRESS.items()}
    assert print_papers(papers, timeout=250) is Printer.WRITER
    return folder


@pytest.mark.parametrize("name", STRESS)
def test_a_hard_plan_is_printed_word_for_word_and_tagged(name: str, printed: Path) -> None:
    pdf = printed / f"{name}.pdf"
    proof = verify_paper(pdf, STRESS[name])
    assert proof.differences == () and proof.words_printed == proof.words_planned
    assert proof.pages_printed <= MOST_PAGES.get(name, 1_000)
    if name != "600 lines":  # reading its pages for the check takes long
        assert errors_of(check(pdf)) == []


def test_the_tags_are_those_of_a_document(printed: Path) -> None:
    tags = read_tags((printed / "points.pdf").read_bytes())
    kinds = Counter(tags.kinds())
    assert {"H1", "H2", "P", "L", "LI", "LBody", "Table", "TR", "TH", "TD", "Figure"} <= kinds.keys()
    assert all(e.scope == "Column" for e in tags.root.walk() if e.kind == "TH")
    assert all(e.alternative_text.startswith("Bar") for e in tags.root.walk() if e.kind == "Figure")
    assert [b for b in tags.bookmarks if b[1] in ("Summary", "Plan", "Theme 1")] == [
        (1, "Summary"), (1, "Plan"), (2, "Theme 1"),
    ]  # fmt: skip
    assert (tags.title, tags.language, tags.shows_title, tags.is_pdf_ua) == (COVER.title, "en-GB", True, True)


def test_welsh_is_told_to_a_screen_reader(printed: Path) -> None:
    tags = read_tags((printed / "Welsh.pdf").read_bytes())
    assert {e.language for e in tags.root.walk() if "rhagddo" in e.text and e.language} == {"cy-GB"}


def test_a_theme_stands_on_every_page_of_its_lines(printed: Path) -> None:
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(printed / "600 lines.pdf").pages]
    assert len(pages) > 20
    of_the_plan = pages[len(pages) // 2 : -1]
    assert [n for n, text in enumerate(of_the_plan) if "Theme " not in text or "Priority" not in text] == []


@pytest.mark.parametrize(
    ("schema", "seed", "most"),
    [("delivery-plan", "cheshire-east-hr-plan-2016-17", 15), ("workstreams", "surrey-first-workstreams-2010", 3)],
)
def test_the_seeds_take_no_more_pages_than_said(schema: str, seed: str, most: int, tmp_path: Path) -> None:
    hrworkbook.Workbook.new(tmp_path / "plan.xlsx", schema, shared(f"seeds/{seed}.csv"))
    made = appendix(FileHost(tmp_path / "plan.xlsx").snapshot(), datetime(2026, 11, 29, 10), anyway=True).public
    pdf = tmp_path / "paper.pdf"
    print_papers({pdf: plan_document(made)})
    proof = verify_paper(pdf, made)
    assert proof.differences == () and proof.pages_printed <= most
    assert errors_of(check(pdf)) == []

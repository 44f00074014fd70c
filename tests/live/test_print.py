"""Printed for real: what LibreOffice prints of an appendix is what was planned, and the proof sees when it is not."""

import csv
import os
import random
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from masters import shared
from printing import print_pdf, xlsx_to_pdf

from hrworkbook.hosts.libreoffice import find_soffice
from hrworkbook.render.appendix.document import (
    AppendixDocument,
    CellChange,
    ChangeList,
    HeadlineCount,
    MonthGrid,
    OverdueLine,
    Spend,
    SpendLine,
    StatusTable,
    Summary,
)
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.read_pdf import squeeze
from hrworkbook.render.appendix.verify_print import PrintProof, verify_print
from hrworkbook.render.appendix.write_appendix import DocumentPlan, plan_document, write_appendix

FULL = os.environ.get("HRWORKBOOK_FULL") == "1"
COVER = Cover(
    "HR Delivery Plan & outcomes 2016/17",
    "Staffing Committee",
    "20 March 2017",
    "Head of Strategic HR",
    "1",
    period="To March 2017",
)


@pytest.fixture(autouse=True)
def printing() -> None:
    """Skip, or fail where live tests are required, where nothing can print."""
    missing = "there is no LibreOffice to print with" if find_soffice() is None else ""
    missing = missing or ("" if shutil.which("pdftotext") else "there is no pdftotext (poppler) to read a PDF back")
    if missing and os.environ.get("HRWORKBOOK_REQUIRE_LIVE") == "1":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def cheshire(setup: PageSetup) -> AppendixDocument:
    with shared("seeds/cheshire-east-hr-plan-2016-17.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = (
        PrintColumn("ref", "Ref", kind="reference", repeats_once=True, weight=6),
        PrintColumn("priority", "Priority", repeats_once=True, weight=40),
        PrintColumn("owner", "Owner"),
        PrintColumn("timescale", "Timescale"),
        PrintColumn("measures", "Performance & Outcome Measures", bullets=True, weight=40),
        PrintColumn("status", "Status", kind="status"),
        PrintColumn("progress", "Progress update", bullets=True, weight=50),
    )
    lines = []
    for row in rows:
        status = "Complete" if row["progress_update"].startswith("COMPLETE") else ""
        cells = (
            row["ref"],
            row["priority"],
            row["owner"],
            row["timescale"],
            row["measures"],
            status,
            row["progress_update"],
        )
        lines.append(PrintLine(row["theme"], row["ref"], cells))
    return AppendixDocument(COVER, columns, tuple(lines), setup)


def surrey(setup: PageSetup) -> AppendixDocument:
    with shared("seeds/surrey-first-workstreams-2010.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    groups = ["Scope"] * 5 + ["Workstreams Status"] * 4 + ["Budget"] * 2
    columns = tuple(
        PrintColumn(name, name, group, kind="money" if "Spend" in name else "text")
        for name, group in zip(rows[0], groups, strict=True)
    )
    lines = tuple(PrintLine("", row["Workstream Name"], tuple(row.values())) for row in rows)
    return AppendixDocument(replace(COVER, title="Surrey First"), columns, lines, setup)


def printed(document: AppendixDocument, folder: Path) -> tuple[DocumentPlan, Path, PrintProof]:
    planned = plan_document(document)
    pdf = folder / "appendix.pdf"
    print_pdf(planned, pdf)
    return planned, pdf, verify_print(pdf, planned)


@pytest.mark.parametrize("font", ["Calibri", "Arial"] if FULL else ["Calibri"])
def test_cheshire_east_prints_as_planned_on_at_most_14_pages(font: str, tmp_path: Path) -> None:
    planned, _, proof = printed(cheshire(PageSetup(font=font)), tmp_path)  # type: ignore[arg-type]
    assert proof.differences == ()
    assert proof.words_printed == proof.words_planned and proof.pages_printed == proof.pages_planned
    if font == "Calibri":
        assert planned.plan.page_count <= 14


def test_every_column_of_cheshire_east_read_down_the_pages_is_the_source(tmp_path: Path) -> None:
    document = cheshire(PageSetup())
    planned, pdf, _ = printed(document, tmp_path)
    plan = planned.plan
    for j, column in enumerate(plan.columns):
        down = "".join(
            row.cells[j]
            for row in plan.rows
            if row.kind == "line" and not (row.continued and j == plan.reference_column)
        )
        source, before = "", None
        for line in document.lines:
            run = before is not None and (before.theme, before.reference) == (line.theme, line.reference)
            same = run and all(before.cells[k] == line.cells[k] for k in range(j + 1)) if column.repeats_once else False
            source += "" if same else re.sub(r"(?m)^- ", "", line.cells[j])
            before = line
        assert squeeze(down).replace("•", "") == squeeze(source), column.header


@pytest.mark.parametrize(("paper", "size", "pages"), [("A3", 9, 1), ("A4", 8, 2)])
def test_surrey_first_prints_as_planned(paper: str, size: int, pages: int, tmp_path: Path) -> None:
    planned, _, proof = printed(surrey(PageSetup(paper=paper, size=size)), tmp_path)  # type: ignore[arg-type]
    assert proof.differences == ()
    assert planned.plan.page_count == pages


PHRASES = (
    "the of review consultation wellbeing £1,250.00 café naïve Llŷr Ynys Môn Šárka April – Oct 2016 sub-committee and/or "
    "“quoted” HR's (see note 3) 42% ≥ 80% • e.g. 😀 ✓ résumé; Grüße, œuvre … 1st/2nd follow-up _x000D_ & < > = + @ -5 / "
    "https://www.example.gov.uk/committees/staffing-and-appeals/2016-17/appendix-one.pdf"
)
WORDS = PHRASES.split()
SIZES = [1, 2, 5, 20, 60, 150, 300, 700, 1500, 4000, 9000]


def stress_text(chance: random.Random, size: int) -> str:
    out = ""
    while len(out) < size:
        word = "x" * chance.choice((25, 60, 200)) if chance.random() < 0.02 else chance.choice(WORDS)
        end = "." if chance.random() > 0.93 else ""
        out += word + end + chance.choices((" ", "\n", "\n- "), (95, 2.5, 2.5))[0]
    return out[:size].strip() or "x"


def stress(seed: int, setup: PageSetup, count: int = 40) -> AppendixDocument:
    """A plan with all that makes printing hard: cells of 1 to 9,000 characters, long words, bullets, emoji."""
    chance = random.Random(seed)
    groups = ("Scope", "Scope", "Progress", "Progress", "Progress", "Budget") if seed % 2 else ("",) * 6
    columns = (
        PrintColumn("ref", "Ref", groups[0], "reference", repeats_once=True),
        PrintColumn("priority", "Priority and objective", groups[1], repeats_once=True),
        PrintColumn("status", "Status", groups[2], "status"),
        PrintColumn("measures", "Measures", groups[3], bullets=True),
        PrintColumn("update", "Progress update", groups[4]),
        PrintColumn("spend", "Planned spend", groups[5], "money"),
    )
    weights = [6, 6, 8, 8, 8, 8, 6, 3, 2, 1, 0.6]
    lines = []
    for i in range(count):
        theme = f"Theme {i // 9}: Élan – Pay & Reward" + " and a very long name that goes on" * (
            4 if i // 9 == 2 else 0
        )
        priority = stress_text(random.Random(seed * 100 + i // 3), (30, 120, 260)[i // 3 % 3])
        lengths = chance.choices(SIZES, weights, k=2)
        texts = [stress_text(chance, n) if chance.random() > 0.08 else "" for n in lengths]
        ref, status = chr(65 + i % 9 // 2), chance.choice(("Red", "Amber", "Green", "Complete", ""))
        lines.append(
            PrintLine(theme, ref, (ref, priority, status, *texts, chance.choice(("nil", "£19k", "1,250.00", ""))))
        )
    return AppendixDocument(replace(COVER, title="Stress & strain"), columns, tuple(lines), setup)


EVERY = [
    (f, p, o, s)
    for f in ("Calibri", "Arial")
    for p in ("A4", "A3")
    for o in ("landscape", "portrait")
    for s in range(8, 13)
]
SOME = [
    ("Calibri", "A4", "landscape", 10),
    ("Arial", "A4", "portrait", 11),
    ("Calibri", "A3", "portrait", 8),
    ("Arial", "A3", "landscape", 12),
]


@pytest.mark.parametrize(("font", "paper", "orientation", "size"), EVERY if FULL else SOME)
def test_a_stress_plan_prints_as_planned(font: str, paper: str, orientation: str, size: int, tmp_path: Path) -> None:
    seed = size * 2 + (font == "Arial")
    setup = PageSetup(paper, orientation, font, size)  # type: ignore[arg-type]
    _, _, proof = printed(stress(seed, setup, 40 if FULL else 24), tmp_path)
    assert proof.differences == ()
    assert (proof.pages_printed, proof.words_printed) == (proof.pages_planned, proof.words_planned)


def example(lines: int = 30) -> AppendixDocument:
    """A plan of our own with every part of a summary."""
    themes = (
        "Leadership – Governance & Accountability",
        "Employee Rewards – Pay and Non-Financial Reward",
        "Wellbeing",
    )
    words = "The review has been agreed with trade unions and work to deliver it progresses as planned this year. "
    columns = (
        PrintColumn("ref", "Ref", kind="reference", repeats_once=True),
        PrintColumn("priority", "Priority", repeats_once=True, weight=30),
        PrintColumn("owner", "Owner"),
        PrintColumn("status", "Status", kind="status"),
        PrintColumn("progress", "Progress update", bullets=True, weight=50),
    )
    statuses = ("Complete", "Green", "Amber", "Red", "Not reported")
    made = []
    for i in range(lines):
        theme, ref = themes[i * 3 // lines], chr(65 + i % (lines // 3) // 2)
        cells = (ref, f"Priority {ref} {words}", f"Owner number {i}", statuses[i % 5], words * (i % 5 + 2))
        made.append(PrintLine(theme, ref, cells, f"L{i + 1}"))
    counts = tuple((theme, tuple(2 for _ in statuses)) for theme in themes)
    months = tuple(f"{m} 2016" for m in ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")) + (
        "Ongoing",
        "Not dated",
    )
    summary = Summary(
        "The plan has 30 lines. 6 are complete.\n7 are overdue.",
        tuple(HeadlineCount(6, status.lower(), status) for status in statuses),
        StatusTable(statuses, counts),
        tuple(OverdueLine(x.theme, x.reference, x.cells[1], "Oct 2016", "Head of HR/HR Delivery Manager/OD Manager") for x in made[:7]),
        MonthGrid(months, tuple((theme, tuple(i % 3 for i in range(11))) for theme in themes), "Counted in the month it ends."),
        Spend("Planned spend is £120,000.", (SpendLine("Survey", "£120,000", "£96,500", "£23,500 under"),)),
        ChangeList("2 cells changed.", (CellChange(themes[0], "A", "Priority A", "Status", "Amber", "Green"), CellChange(themes[2], "A", "Priority A", "Progress update", "", words))),
    )  # fmt: skip
    return AppendixDocument(COVER, columns, tuple(made), summary=summary)


def test_summary_changes_and_plan_print_as_planned(tmp_path: Path) -> None:
    planned, _, proof = printed(example(), tmp_path)
    assert proof.differences == ()
    assert planned.summary and planned.changes
    assert proof.pages_printed == planned.summary.page_count + planned.changes.page_count + planned.plan.page_count


Parts = dict[str, str]


def mutated(data: bytes, change: Callable[[Parts], None]) -> bytes:
    """The workbook with its parts changed as text."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old:
        parts = {name: old.read(name).decode("utf-8") for name in old.namelist()}
    change(parts)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, text in parts.items():
            new.writestr(name, text)
    return out.getvalue()


PLAN = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def tall_rows(sheet: str) -> list[re.Match[str]]:
    return [m for m in re.finditer(r'<row r="(\d+)"[^>]*? ht="([\d.]+)"', sheet) if float(m[2]) > 60]


def row_too_short(parts: Parts) -> None:
    row = tall_rows(parts[PLAN])[1]
    short = row[0].replace(f'ht="{row[2]}"', 'ht="18"')
    parts[PLAN] = parts[PLAN].replace(row[0], short, 1)


def widened_column(parts: Parts) -> None:
    def wider(match: re.Match[str]) -> str:
        return f'{match[1]}{float(match[2]) + 4}"'

    parts[PLAN] = re.sub(r'(<col min="3" max="3" width=")([\d.]+)"', wider, parts[PLAN], count=1)


def cut_text(parts: Parts) -> None:
    parts[STRINGS] = parts[STRINGS].replace("progresses as planned this year.", "progresses as", 1)


def swapped_cells(parts: Parts) -> None:
    cells = re.findall(r'<c r="C\d+" s="\d+" t="s"><v>\d+</v></c>', parts[PLAN])
    one, other = cells[2], cells[3]
    first, second = re.findall(r"<v>\d+</v>", one)[0], re.findall(r"<v>\d+</v>", other)[0]
    parts[PLAN] = parts[PLAN].replace(one, one.replace(first, second)).replace(other, other.replace(second, first))


def lost_page_break(parts: Parts) -> None:
    parts[PLAN] = re.sub(r'<brk id="\d+"[^>]*/>', "", parts[PLAN], count=1)


def missing_last_page(parts: Parts) -> None:
    last = int(re.findall(r'<brk id="(\d+)"', parts[PLAN])[-1])
    parts["xl/workbook.xml"] = re.sub(
        r"(Plan!\$A\$1:\$[A-Z]+\$)\d+(</definedName>)", lambda m: f"{m[1]}{last}{m[2]}", parts["xl/workbook.xml"]
    )


def heading_not_repeated(parts: Parts) -> None:
    parts["xl/workbook.xml"] = re.sub(
        r'<definedName name="_xlnm.Print_Titles".*?</definedName>', "", parts["xl/workbook.xml"]
    )


def lost_footer(parts: Parts) -> None:
    parts[PLAN] = re.sub(r"<oddFooter>.*?</oddFooter>", "", parts[PLAN], flags=re.DOTALL)


@pytest.mark.parametrize(
    "change",
    [row_too_short, widened_column, cut_text, swapped_cells, lost_page_break, missing_last_page, heading_not_repeated, lost_footer],
)  # fmt: skip
def test_the_proof_catches(change: Callable[[Parts], None], tmp_path: Path) -> None:
    planned = plan_document(replace(example(), summary=None))
    sound = write_appendix(planned, with_data_sheet=False)
    broken = mutated(sound, change)
    assert broken != mutated(sound, lambda parts: None), "the mutation changed nothing"
    (tmp_path / "broken.xlsx").write_bytes(broken)
    xlsx_to_pdf(tmp_path / "broken.xlsx", tmp_path / "broken.pdf")
    proof = verify_print(tmp_path / "broken.pdf", planned)
    assert not proof.ok
    assert all(d.endswith(".") for d in proof.differences)


def test_a_sound_plan_of_the_mutation_tests_is_proved(tmp_path: Path) -> None:
    _, _, proof = printed(replace(example(), summary=None), tmp_path)
    assert proof.differences == () and proof.pages_planned > 3


def test_the_whole_workbook_prints_the_same_pages_before_its_data(tmp_path: Path) -> None:
    planned = plan_document(example())
    (tmp_path / "whole.xlsx").write_bytes(write_appendix(planned))
    xlsx_to_pdf(tmp_path / "whole.xlsx", tmp_path / "whole.pdf")
    plan_only = verify_print(tmp_path / "whole.pdf", planned.plan, planned.first_plan_page)
    assert [d for d in plan_only.differences if not d.endswith("printed.")] == []
    assert plan_only.words_printed == plan_only.words_planned


RIGHT_TO_LEFT = "تم الانتهاء من المراجعة السنوية وأرسلت النتائج إلى اللجنة."


def test_cells_that_run_from_right_to_left_are_proved_and_their_loss_is_seen(tmp_path: Path) -> None:
    """Where lines end, sentences and the words of other languages between them stand in an order of their own."""
    words = f"{RIGHT_TO_LEFT} Mae’r gwaith yn mynd rhagddo. {RIGHT_TO_LEFT} " * 6
    lines = tuple(PrintLine("Pay", ref, (ref, words, RIGHT_TO_LEFT)) for ref in "ABC")
    columns = (PrintColumn("ref", "Ref", kind="reference"), PrintColumn("text", "Text"), PrintColumn("more", "More"))
    made = AppendixDocument(COVER, columns, lines)
    planned, pdf, proof = printed(made, tmp_path)
    assert proof.differences == ()
    other = replace(made, lines=(*lines[:2], PrintLine("Pay", "C", ("C", words.replace("النتائج", "النتا"), "x"))))
    lost = verify_print(pdf, plan_document(other)).differences
    assert any("column 'Text'" in d for d in lost) and any("column 'More'" in d for d in lost)


def test_a_difference_is_told_from_where_the_texts_part(tmp_path: Path) -> None:
    text = "The review of every allowance older than ten years goes on as planned. " * 8
    made = AppendixDocument(COVER, (PrintColumn("text", "Text"),), (PrintLine("", "", (text,)),))
    _, pdf, _ = printed(made, tmp_path)
    (said,) = verify_print(
        pdf, plan_document(replace(made, lines=(PrintLine("", "", (text + "It ends.",)),)))
    ).differences
    assert "planned '… on as planned. It ends.', printed '… on as planned.'" in said


def test_a_pdf_says_its_title_author_and_language(tmp_path: Path) -> None:
    _, pdf, _ = printed(example(6), tmp_path)
    told = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    assert f"Title:           {COVER.title}" in told and "Author:          Head of Strategic HR" in told
    assert b"/Lang(en-GB)" in pdf.read_bytes()


def test_a_theme_longer_than_its_line_is_proved_in_pieces_and_its_end_is_missed(tmp_path: Path) -> None:
    theme = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
    summary = Summary("Words.", (), StatusTable(("Red",), ((theme, (1,)), ("Pay", (2,)))))
    made = AppendixDocument(COVER, (PrintColumn("text", "Text"),), (PrintLine("", "", ("Words.",)),), summary=summary)
    _, pdf, proof = printed(made, tmp_path)
    assert proof.differences == ()
    longer = replace(summary, statuses=StatusTable(("Red",), ((theme + "en", (1,)), ("Pay", (2,)))))
    assert verify_print(pdf, plan_document(replace(made, summary=longer))).differences

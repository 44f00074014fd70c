"""Sixty returns by ten owners, as six programs give them back: no answer on a wrong line, none lost."""

import html
import random
import shutil
import subprocess
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import absent  # type: ignore[attr-defined]
from masters import answered, make_master, snapshot_of

from hrworkbook.cli.main import main
from hrworkbook.plan.ledgers import REGISTER
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.returns import ROW_ID, OutgoingReturn
from hrworkbook.plan.schema import CellKey
from hrworkbook.plan.values import Value, as_text, normalised_text

OWNERS = {f"{area} Lead": f"{area.lower()}@council.example" for area in
          ("Recruitment", "Learning", "Safety", "Pay", "Pensions", "Wellbeing", "Equality", "Payroll", "Policy", "Systems")}  # fmt: skip
FORMATS = {
    "ours.xlsx": "",
    "libreoffice.xlsx": "xlsx:Calc MS Excel 2007 XML",
    "97.xls": "xls:MS Excel 97",
    "sheet.ods": "ods",
    "text.csv": "csv:Text - txt - csv (StarCalc):44,34,76,1",
    "pasted.eml": "",
}
"""How the returns of one lot come back: the filter that LibreOffice saves them by, '' where it does not."""
LINES = 6
TEXTS = (
    "All {n} posts are filled.", "Delayed: the supplier’s offer is £{n},500 – too high.", "Café trial in {n} schools\nNext: évaluation",
    "“Phase {n}” signed off, 31/03/2027", "No change", "{n}", "0{n}7", "- item {n}\n- item two", "50 % of {n} sites; > half",
)  # fmt: skip


def table() -> str:
    """The plan: six lines for each owner, the owners in turn, so that no return's lines stand together."""
    head = "Theme | Ref | Priority | Owner | Timescale | Performance & Outcome Measures | RAG | Progress Update"
    rows = [
        f"Theme {n // 8} | {n} | Priority {n}: agree and publish it | {list(OWNERS)[n % len(OWNERS)]} | March 2027 | Measure {n}, reported quarterly | {('Green', 'Amber', 'Red')[n % 3]} | Begun in area {n}."
        for n in range(LINES * len(OWNERS))
    ]
    return "\n".join([head, *rows])


def answers_of(one: OutgoingReturn) -> dict[int, dict[str, Value]]:
    """The answers of an owner by position of a line: some lines wholly, some in part, some not; one answer is cleared."""
    dice = random.Random(f"{one.owner.role} answers")
    given: dict[int, dict[str, Value]] = {}
    for place, _ in enumerate(one.lines):
        if dice.random() < 0.75:
            given.setdefault(place, {})["progress_update"] = dice.choice(TEXTS).format(n=dice.randint(2, 40))
        if dice.random() < 0.5:
            given.setdefault(place, {})["rag"] = dice.choice(("Red", "Amber", "Green", "Complete"))
    given.setdefault(dice.randrange(LINES), {})["progress_update"] = None
    return given


def as_mail(workbook: Path, sender: str) -> bytes:
    """A mail in whose text the table of a return was pasted, as a mail program writes it."""
    rows = snapshot_of(workbook).sheets[0].rows
    top = next(n for n, row in enumerate(rows) if row and row[0] == "ID")
    shown = [at for at, heading in enumerate(rows[top]) if heading not in (None, ROW_ID)]
    lines = [
        "<tr>" + "".join(f"<td>{_html(row[at] if at < len(row) else None)}</td>" for at in shown) + "</tr>"
        for row in rows[top:]
    ]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "hr@council.example", "Our part"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
    mail.set_content("Please see the table.")
    mail.add_alternative(f"<html><body><p>Here it is:</p><table>{''.join(lines)}</table></body></html>", subtype="html")
    return mail.as_bytes()


def _html(value: Value) -> str:
    return html.escape(as_text(value)).replace("\n", "<br>")


@pytest.fixture(scope="module")
def lots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[CellKey, Value], int]:
    """A folder with a master issued to ten owners and their returns in each format; what the plan must say; the answers."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if not soffice:
        absent("LibreOffice is not here")
    folder = tmp_path_factory.mktemp("sixty")
    master = make_master(folder, table(), owners=OWNERS, Period="2026/27 Q3")
    expected = {(x.id, key): value for x in read_plan(snapshot_of(master)).lines for key, value in x.values.items()}
    count = 0

    def answers(one: OutgoingReturn) -> dict[int, dict[str, Value]]:
        nonlocal count
        given = answers_of(one)
        for place, cells in given.items():
            for key, value in cells.items():
                count += expected[one.lines[place].id, key] != value
                expected[one.lines[place].id, key] = value
        return given

    answered(master, answers)
    sources = sorted((folder / "in").glob("*.xlsx"))
    assert len(sources) == len(OWNERS)
    for name, filter_ in FORMATS.items():
        lot = folder / name
        if filter_:
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            subprocess.run(
                [soffice, "--headless", "--norestore", profile, "--convert-to", filter_, "--outdir", str(lot), *map(str, sources)],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
        elif name.endswith(".eml"):
            lot.mkdir()
            for source in sources:
                sender = next(mail for role, mail in OWNERS.items() if source.name.startswith(role))
                (lot / f"{source.stem}.eml").write_bytes(as_mail(source, sender))
        else:
            shutil.copytree(folder / "in", lot)
    return folder, expected, count


@pytest.mark.parametrize("name", FORMATS)
def test_every_answer_is_on_its_line_and_none_is_lost(
    lots: tuple[Path, Mapping[CellKey, Value], int], name: str, tmp_path: Path
) -> None:
    folder, expected, count = lots
    assert len(list((folder / name).iterdir())) == len(OWNERS) and count > 60
    master = shutil.copy(folder / "plan.xlsx", tmp_path / "plan.xlsx")
    assert main(["merge", str(master), str(folder / name)]) == 0
    snapshot = snapshot_of(Path(master))
    now = {(x.id, key): value for x in read_plan(snapshot).lines for key, value in x.values.items()}
    wrong = {at: (value, now[at]) for at, value in expected.items() if _said(now[at]) != _said(value)}
    assert wrong == {}
    merged = [row for row in REGISTER.data_rows(snapshot) if row.text("What") == "Merged"]
    assert len(merged) == len(OWNERS)
    assert sum(row.number("Applied") for row in merged) == count


def _said(value: Value) -> str:
    return "\n".join(line.strip() for line in as_text(value).splitlines()) if value else normalised_text(value)

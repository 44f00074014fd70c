"""A plan with exempt lines, and the files that must not hold them."""

import json
import zipfile
from pathlib import Path

import openpyxl

from hrworkbook.cli.main import main
from hrworkbook.plan.exemption import EXEMPT_RULE

SECRET = "Zanzibar severance"


HEADINGS = (
    "Theme", "Ref", "Priority", "Owner", "Timescale", "RAG", "Progress Update", "Part", "Exempt Paragraph", "Exempt Reason",
)  # fmt: skip


def source(
    folder: Path, cells: tuple[str | None, ...], suffix: str = "xlsx", headings: tuple[str, ...] = HEADINGS
) -> Path:
    """A plan of two lines, the first with these cells of exemption."""
    rows = [
        headings,
        ("Staff", "A", SECRET, "Learning Lead", "Ongoing", "Green", f"{SECRET} is agreed.", *cells),
        ("Staff", "B", "Train managers", "Learning Lead", "Ongoing", "Amber", "First course held.", None, None, None),
    ]
    path = folder / f"source.{suffix}"
    if suffix == "csv":
        path.write_text("\n".join(",".join(v or "" for v in row) for row in rows), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if cells[0] == "#N/A":
        book.active["H2"].data_type = "e"
    book.save(path)
    return path


def public_files(folder: Path) -> list[Path]:
    return [p for p in folder.glob("committee*") if "exempt" not in p.name]


def all_bytes(path: Path) -> bytes:
    """Every part of a file that is made."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return b"".join(package.read(n) + n.encode() for n in package.namelist())


def nothing_leaks(master: Path, capsys, cells: str = "HIJKL") -> None:
    """Validate names a cell of the line; the appendix stops, names it, and makes nothing, however it is asked."""
    capsys.readouterr()
    assert main(["validate", str(master), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    errors = [f for f in found if f["severity"] == "error"]
    assert errors and all(f["cell"][0] in cells and f["cell"][1:] == str(6) for f in errors), found
    for words in ((), ("--anyway",), ("--json", "--anyway")):
        out = master.parent / "committee.xlsx"
        code = main(["appendix", str(master), "-o", str(out), "--docx", *words])
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err
        assert not any(SECRET.encode() in all_bytes(p) for p in public_files(master.parent))
        if not words:
            assert code == 1 and not out.exists() and errors[0]["cell"] in said.err
        if any(f["rule"] == EXEMPT_RULE for f in errors):
            assert code == 1 and not out.exists()


COUNCIL = """
name = "plan"
title = "Our plan"

[roles]
theme = "theme"
priority = "priority"
owner = "owner"
status = "rag"
progress = "progress"
due = "due"
part = "open_to"
paragraph = "ground"
reason = "why"

[[columns]]
key = "theme"
header = "Theme"

[[columns]]
key = "ref"
header = "Ref"

[[columns]]
key = "priority"
header = "Priority"

[[columns]]
key = "owner"
header = "Owner"
kind = "owners"

[[columns]]
key = "due"
header = "Timescale"

[[columns]]
key = "rag"
header = "RAG"

[[columns]]
key = "progress"
header = "Progress Update"
edited_by = "owner"

[[columns]]
key = "open_to"
header = "Open to"
aliases = ["Part"]
public = ["Public", "Agored"]
exempt = ["Private"]
edited_by = "owner"

[[columns]]
key = "ground"
header = "Ground"
aliases = ["Exempt Paragraph"]

[[columns]]
key = "why"
header = "Why"
aliases = ["Exempt Reason"]

[appendix]
columns = ["priority", "owner", "progress"]
"""

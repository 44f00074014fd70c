"""The torture set: what becomes of every way of mangling a return, in the formats made without LibreOffice."""

import csv
import io
import json
import shutil

import pytest
from hostile import LAUGHS, bomb_of_spaces, mail, many_cells, many_parts, nested_parts, ods, ods_cell
from masters import shared, snapshot_of, type_into
from plans import HEAD
from torture import CASES, Expect, as_csv, mangled, received, try_out
from torture_plan import ANSWER, answered, fresh

from hrworkbook.cli.main import main
from hrworkbook.intake.reader import read_file
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.snapshot import address


@pytest.mark.parametrize("case", [c for c in CASES if "xlsx" in c.only], ids=lambda c: c.name)
def test_xlsx(case):
    try_out(mangled(case), "Return.xlsx", case.expect)


@pytest.mark.parametrize("case", [c for c in CASES if "csv" in c.only], ids=lambda c: c.name)
def test_csv(case):
    try_out(as_csv(mangled(case)), "Return.csv", case.but.get("csv", case.expect))


def test_there_are_more_than_forty_ways():
    assert len({c.name for c in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(",", "utf-8"), (";", "cp1252"), (";", "utf-8-sig"), ("\t", "utf-16"), ("\t", "cp1252"), ("|", "utf-8")],
)
def test_every_kind_of_csv(delimiter, encoding):
    try_out(as_csv(answered(), delimiter, encoding), "Return.csv", Expect())


@pytest.mark.parametrize(
    ("answer", "expect"),
    [
        ("x" * 40_000, Expect(invalid=1)),
        ("word " * 6_000, Expect({**ANSWER, "L002.progress_update": ("word " * 6_000).strip()})),
        ("bell\x07 rings", Expect({**ANSWER, "L002.progress_update": "bell rings"})),
        ("first\rsecond\r\nthird", Expect({**ANSWER, "L002.progress_update": "first\nsecond\nthird"})),
        ("=1+1", Expect({**ANSWER, "L002.progress_update": "=1+1"})),
        ("#DIV/0!", Expect(invalid=1)),
        ("Err:502", Expect(invalid=1)),
        ("It cost £5 – “cheap”", Expect({**ANSWER, "L002.progress_update": "It cost £5 – “cheap”"})),
    ],
    ids=[
        "40,000 characters",
        "30,000 characters",
        "bell",
        "carriage returns",
        "formula",
        "error",
        "Calc's error",
        "cp1252",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_what_only_a_csv_can_hold(answer, expect, encoding):
    rows = list(csv.reader(io.StringIO(as_csv(answered()).decode("utf-8-sig"), newline="")))
    line = next(r for r in rows if r and r[0] == "L002")
    line[line.index("First course held in May.")] = answer
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    try_out(out.getvalue().encode(encoding), "Return.csv", expect)


def test_the_same_file_under_another_name_and_again():
    master = fresh()
    one = read_file(answered(), "Return.xlsx")
    result = master.merge(received(one, "a.xlsx"), received(one, "Copy of a.xlsx"))
    assert [r.received.file for r in result.returns] == ["a.xlsx"]
    assert result.refused[0].status == "Twice"


def test_all_of_them_in_one_folder_are_one_answer():
    """Sixty versions of one owner's return at once: nobody knows which is the newest, and no wrong cell is written."""
    master = fresh()
    before = master.values()
    replies = [
        received(read_file(mangled(c), "Return.xlsx"), f"{n}.xlsx") for n, c in enumerate(CASES) if c.name != "emptied"
    ]
    result = master.merge(*replies)
    for one in result.returns:
        assert sum(one.outcome_counts.values()) == one.cell_count
    hrs = {p for p in before if p[1] not in ("rag", "progress_update") or p[0] in ("L001", "L006")}
    assert all(master.values()[p] == before[p] for p in hrs)
    assert len(result.returns) + len(result.refused) == len(replies)


def test_ten_true_returns_among_a_thousand_odd_and_hostile_files(tmp_path, capsys):
    """The ten are merged, every other file is listed with its reason, and the master is otherwise untouched."""
    path, inbox = tmp_path / "plan.xlsx", tmp_path / "in"
    main(["new", "delivery-plan", str(path), "--from", str(shared("seeds/cheshire-east-hr-plan-2016-17.csv"))])
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    inbox.mkdir()
    answers = {}
    plan = read_plan(snapshot_of(path))
    returns = sorted((tmp_path / "out").glob("*.xlsx"), key=lambda f: len(snapshot_of(f).sheets[0].rows))
    for number, file in enumerate(returns):
        block = snapshot_of(file).sheets[0]
        heads = list(block.rows[HEAD])
        line = next(r[0] for r in block.rows[HEAD + 1 :] if r[0] not in answers)
        row = next(n for n, r in enumerate(block.rows, 1) if r and r[0] == line)
        answers[line] = f"Answer {number}: done by the summer."
        type_into(file, {f"{block.name}!{address(row, heads.index('Progress Update') + 1)}": answers[line]})
        shutil.copy(file, inbox / f"{number} {file.name}")
    odd = sorted(f for f in shared("corpus/spreadsheets").rglob("*") if f.is_file())
    for number, file in enumerate(odd):
        shutil.copyfile(file, inbox / f"odd {number:04} {file.name}")
    hostile = {
        "bomb.xlsx": bomb_of_spaces(), "laughs.xlsx": LAUGHS, "cells.xlsx": many_cells(3_000_000),
        "mail.eml": mail(("../../../evil.xlsx", answered())), "nested.eml": nested_parts(300), "parts.eml": many_parts(5_000),
    }  # fmt: skip
    for name, content in hostile.items():
        (inbox / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = snapshot_of(path)
    capsys.readouterr()
    assert main(["merge", str(path), str(inbox), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert sorted(r["file"].split()[0] for r in told["returns"]) == sorted("0123456789")
    assert all(sum(r["outcomes"].values()) == r["cells"] and r["outcomes"]["applied"] == 1 for r in told["returns"])
    assert len(told["refused"]) >= len(odd) and all(r["file"] and r["reason"] for r in told["refused"])
    after = snapshot_of(path)
    now = read_plan(after)
    for line in plan.lines:
        changed = {k for k, v in now.by_id[line.id].values.items() if v != line.values[k]}
        assert changed == ({"progress_update"} if line.id in answers else set())
        assert not changed or now.by_id[line.id].text("progress_update") == answers[line.id]
    for block in before.sheets:
        if block.name not in ("Start", "Plan", "Register", "Journal", "Headings", "Decisions", "Problems"):
            assert after[block.name].rows == block.rows
    assert not list(tmp_path.rglob("evil.xlsx"))


def test_merged_cells_of_an_ods_are_known():
    """The parser does not tell them, and a covered cell is not a cleared one."""
    said = {"office__value_type": "string"}
    both = ods_cell("for both", table__number_rows_spanned="2", table__number_columns_spanned="1", **said)
    rows = (
        f"<table:table-row>{ods_cell('Ref', **said)}{ods_cell('Note', **said)}</table:table-row>"
        f"<table:table-row>{ods_cell('A', **said)}{both}</table:table-row>"
        f"<table:table-row>{ods_cell('B', **said)}<table:covered-table-cell/></table:table-row>"
    )
    assert read_file(ods(rows), "merged.ods").blocks[0].merges == ((2, 2, 3, 2),)

"""What stands while errors stand: nothing is published or sent, unless it is wanted and then said; and what is HR's alone."""

import email
import email.policy
import json
import zipfile
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from masters import NOW, OWNERS, THREE, TODAY, make_master, snapshot_of, type_into

import hrworkbook
from hrworkbook.cli.main import main
from hrworkbook.plan.errors import NotReady, SchemaFileError
from hrworkbook.plan.frames.master import failures_in
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.plan_faults import plan_faults
from hrworkbook.plan.schema import load_schema, read_schema, shipped_schemas
from hrworkbook.ribbon.buttons import BUTTONS
from hrworkbook.verbs.readiness import Standing

WORDS = {"issue": ("--out", "out"), "appendix": ("-o", "committee.xlsx", "--docx")}


def decision(path: Path) -> None:
    """A decision that waits."""
    type_into(
        path,
        {"Decisions!C5": "conflict", "Decisions!D5": "The master changed", "Decisions!E5": "Plan!I6", "Decisions!F5": "L001",
         "Decisions!G5": "Progress Update", "Decisions!J5": "Three posts."},
    )  # fmt: skip


@pytest.mark.parametrize("command", WORDS)
@pytest.mark.parametrize(
    ("errors", "waits", "said"),
    [
        ({"Plan!H6": "amber-ish"}, False, "Plan!H6: 1 error stands (RAG is 'amber-ish'), so nothing was made. Mend"),
        ({}, True, "Plan!I6: 1 decision waits, so nothing was made. Choose on the Decisions sheet and press Decide;"),
        (
            {f"Plan!H{r}": "x" for r in (6, 7, 8)} | {f"Plan!D{r}": None for r in (6, 7, 8)},
            True,
            "and 2 more: 6 errors stand",
        ),
    ],
)
def test_nothing_goes_out_before_it_is_mended(command, errors, waits, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, errors)
    if waits:
        decision(path)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    assert main([command, "plan.xlsx", *WORDS[command]]) == 1
    told = capsys.readouterr()
    assert said in told.err and "--anyway" in told.err and not told.out
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before, "nothing is written"
    assert main([command, "plan.xlsx", *WORDS[command], "--anyway"]) in (0, 1)
    assert len(list(tmp_path.iterdir())) > len(before)
    start = " ".join(str(c.value) for row in openpyxl.load_workbook(path)["Start"] for c in row if c.value)
    stood = [f"{len(errors)} error{'s' * (len(errors) > 1)} stood"] if errors else []
    stood += ["1 decision waited"] if waits else []
    assert f"although {' and '.join(stood)}" in start
    if command == "appendix":
        sentence = f"{' and '.join(stood)} when this was made."
        assert sentence in str(openpyxl.load_workbook("committee.xlsx")["Data"]["A2"].value)
        assert sentence.encode() in zipfile.ZipFile("committee.docx").read("word/document.xml")


def test_a_sound_plan_says_nothing_of_it(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    made = hrworkbook.appendix(snapshot_of(path), NOW, anyway=True)
    assert made.standing == Standing() and not made.standing and made.public.note == ""


@pytest.mark.parametrize("button", ["issue", "appendix", "pdf"])
def test_a_button_stops_as_the_command_does_and_says_how_to_go_on(button, tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish"})
    with pytest.raises(NotReady) as refused:
        BUTTONS[button](SimpleNamespace(path=path, progress=print), snapshot_of(path), ())
    assert "--anyway" in str(refused.value) and "--live while the plan is open" in str(refused.value)
    assert len(str(refused.value)) < 400, "a message box shows it whole"


@pytest.mark.parametrize("name", sorted(shipped_schemas()))
def test_what_stands_is_what_validate_finds(name, tmp_path):
    """Without pandera, which takes longer to load than a button may: the same cells."""
    path = make_master(tmp_path, schema=name)
    schema = load_schema(name)
    type_into(
        path,
        {
            f"Plan!{chr(65 + c)}{r}": v
            for c in range(1, min(len(schema.columns), 20))
            for r, v in ((6, "no such"), (7, None), (8, 5.5))
        },
    )
    plan = read_plan(snapshot_of(path))
    told = [sorted((f.position, f.column, f.rule, f.severity, f.fault, f.remedy) for f in found) for found in
            (plan_faults(plan, TODAY), failures_in(plan, TODAY))]  # fmt: skip
    assert plan.lines and told[0] and told[0] == told[1]


PRIVATE = """
name = "plan"
title = "Our plan"
[roles]
owner = "owner"
progress = "progress"
status = "state"
[[columns]]
key = "note"
header = "HR note"
private = true
[[columns]]
key = "what"
header = "What"
[[columns]]
key = "owner"
header = "Owner"
kind = "owners"
[[columns]]
key = "grade"
header = "Grade"
kind = "choice"
words = ["Zanzibar grade", "Other"]
private = true
[[columns]]
key = "state"
header = "State"
kind = "choice"
words = ["Open", "Done"]
edited_by = "owner"
[[columns]]
key = "progress"
header = "Progress"
edited_by = "owner"
roll = "carry"
"""
SECRET = "Zanzibar"


def every_text(path: Path) -> str:
    """Everything in a file, what is packed or attached too."""

    def parts(data: bytes, name: str) -> list[bytes]:
        if zipfile.is_zipfile(BytesIO(data)):
            with zipfile.ZipFile(BytesIO(data)) as package:
                return [package.read(n) for n in package.namelist()]
        if name.endswith(".eml"):
            mail = email.message_from_bytes(data, policy=email.policy.default)
            whole = [p.get_payload(decode=True) or b"" for p in mail.walk()]
            return [data, *(x for w in whole for x in parts(w, ""))]
        return [data]

    return b"\n".join(parts(path.read_bytes(), path.name)).decode("utf-8", "replace")


def test_a_private_column_is_in_nothing_that_leaves(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    schema = read_schema(PRIVATE, "own.toml")
    table = """
HR note          | What        | Owner   | Grade          | State | Progress
Zanzibar dispute | Hire well   | HR Lead | Zanzibar grade | Open  | Begun.
                 | Train staff | HR Lead | Zanzibar grade | Open  | Begun too.
"""
    path = make_master(tmp_path, table, schema=schema, owners={"HR Lead": "hr@council.example"})
    assert SECRET not in repr(hrworkbook.issue(snapshot_of(path), NOW).returns)
    assert main(["issue", "plan.xlsx", "--out", "out", "--due", "12/01/2060"]) == 0
    assert main(["chase", "plan.xlsx", "--out", "chased"]) in (0, 1)
    (sent,) = (tmp_path / "out").glob("*.xlsx")
    book = openpyxl.load_workbook(sent)
    sheet = book.worksheets[0]
    heads = {c.value: c for row in sheet for c in row if isinstance(c.value, str)}
    sheet.cell(heads["State"].row + 1, heads["State"].column).value = "Opne"
    sheet.cell(heads["State"].row + 2, heads["Progress"].column).value = "Half way."
    book.save("back.xlsx")
    assert main(["merge", "plan.xlsx", "back.xlsx"]) == 1
    assert main(["bounce", "plan.xlsx", "--out", "bounced"]) in (0, 1)
    type_into(path, {"Decisions!A5": "keep master"})
    assert main(["decide", "plan.xlsx"]) == 0
    assert main(["roll", "plan.xlsx"]) == 0
    type_into(path, {"Plan!B6": "Zanzibar settled"})
    capsys.readouterr()
    assert main(["appendix", "plan.xlsx", "-o", "committee.xlsx", "--docx", "--json"]) == 0
    assert SECRET not in capsys.readouterr().out
    left = [p for p in tmp_path.rglob("*") if p.is_file() and not p.name.startswith("plan")]
    assert {p.suffix for p in left} == {".xlsx", ".eml", ".docx"} and len(left) >= 6
    assert [p.name for p in left if SECRET in every_text(p) or "HR note" in every_text(p)] == []
    assert "Half way." in every_text(tmp_path / "committee.xlsx"), "the return was known again"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('owner = "owner"', 'owner = "owner"\ntheme = "note"', "it is private, and is the plan's theme"),
        ("private = true", 'private = true\nedited_by = "owner"', "a private column cannot be the owner's"),
        (
            'title = "Our plan"',
            'title = "Our plan"\nkey = ["note"]',
            "it is private, and the appendix or the key names it",
        ),
        ("[roles]", '[appendix]\ncolumns = ["note"]\n[roles]', "it is private, and the appendix or the key names it"),
        ('header = "What"', 'header = "What"\npublic = ["Yes"]', "'public' and 'exempt' belong to the column"),
        ('header = "What"', 'header = "What"\nprivate = "yes"', "'private' is 'yes'"),
    ],
)
def test_a_schema_that_contradicts_itself_is_refused(old, new, said):
    with pytest.raises(SchemaFileError, match="own.toml") as refused:
        read_schema(PRIVATE.replace(old, new, 1), "own.toml")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('public = ["Open"]\nexempt = ["open"]', "stands twice"),
        (
            'kind = "choice"\nwords = ["Open", "Shut"]\npublic = ["Open"]\nexempt = ["Closed"]',
            "whether 'Shut' is public or exempt",
        ),
        ('exempt = ["-"]', "has no letter"),
    ],
)
def test_words_of_exemption_that_contradict_each_other_are_refused(settings, said):
    text = PRIVATE.replace('owner = "owner"', 'owner = "owner"\npart = "what"', 1)
    with pytest.raises(SchemaFileError) as refused:
        read_schema(text.replace('header = "What"', f'header = "What"\n{settings}', 1), "own.toml")
    assert said in str(refused.value)


def test_a_word_a_council_calls_public_is_not_exempt_by_default():
    text = PRIVATE.replace('owner = "owner"', 'owner = "owner"\npart = "what"', 1)
    schema = read_schema(text.replace('header = "What"', 'header = "What"\npublic = ["Restricted"]', 1), "own.toml")
    assert schema["what"].public == ("Restricted",) and "Restricted" not in schema["what"].exempt
    assert "Part 2" in schema["what"].exempt and json.dumps(schema["what"].exempt)

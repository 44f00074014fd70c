"""One rule for names: a heading or list name of any spelling is written and known again through every verb."""

import json
from datetime import datetime

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from plans import Master, back

from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.ledgers import PLAN, TAKE_RETURN
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema import read_schema
from hrworkbook.plan.snapshot import Write
from hrworkbook.plan.values import fold_name, normalised_text
from hrworkbook.verbs.bounce import bounce
from hrworkbook.verbs.next import next as next_problem
from hrworkbook.verbs.roll import roll
from hrworkbook.verbs.validate import validate

MONDAY, TUESDAY = datetime(2026, 11, 16, 10, 0), datetime(2026, 11, 17, 10, 0)
OWNERS = {"Learning Lead": "lead@council.example"}
_PIECES = st.sampled_from([
    "What’s been done", "“Plan” B", "so  far", "Cost", "cost", "é", "e\u0301", "soft\u00adhyphen", "zero\u200bwidth", "e\u200b\u0301",
    "no\u00a0break", "narrow\u202fspace", "Progress:", "Progress*", "=SUM(A1)", "+1", "-x", "@home", "L001", "ID no", "Why", "Column", "£",
    "100%", "R&D", "ﬁt", "ﬀ", "İ", "ß", "ẞ", "x\u0304", "日本", "ｆｕｌｌ", "'quoted'", "\"", "\\", "/", "[#]", "{x}", "a" * 120, "1", "2017",
    "\u202eturned", "\u200emark", "tab\there", "‘", "—", "…", "½", "Σς", "😀",
])  # fmt: skip
NAMES = st.lists(_PIECES, min_size=1, max_size=3).flatmap(
    lambda pieces: st.sampled_from(["", " ", "  ", "\u00a0"]).map(lambda gap: gap.join(pieces))
)


def schema_text(progress: str, status: str, list_name: str) -> str:
    return f"""
name = "odd"
title = "Odd plan"
done = ["Closed"]
[lists]
{json.dumps(list_name, ensure_ascii=False)} = ["Open", "Closed"]
[[columns]]
key = "action"
header = "Action"
[[columns]]
key = "owner"
header = "Owner"
kind = "owners"
[[columns]]
key = "progress"
header = {json.dumps(progress, ensure_ascii=False)}
edited_by = "owner"
roll = "clear"
[[columns]]
key = "status"
header = {json.dumps(status, ensure_ascii=False)}
kind = "choice"
list = {json.dumps(list_name, ensure_ascii=False)}
edited_by = "owner"
[roles]
owner = "owner"
status = "status"
""".replace("\x7f", "")


def odd_master(progress: str, status: str, list_name: str) -> Master:
    """A master of two lines with these headings; names that a schema refuses are not tried."""
    text = schema_text(progress, status, list_name)
    try:
        read_schema(text, "odd.toml")
    except SchemaFileError:
        assume(False)
    table = "Action | Owner\nRun a course | Learning Lead\nHold an interview | Learning Lead"
    return Master(table, OWNERS, text)


@settings(
    max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(NAMES, NAMES, NAMES)
@example("What’s been done", "“RAG”", "RAG’s  words")
@example("Done  so far", "Cost*", "List  two")
@example("e\u200b\u0301 x", "é y", "É")
def test_headings_of_any_spelling_go_through_merge_decide_undo_and_merge_again(progress, status, list_name):
    assume(max(len(progress), len(status)) <= 255)
    master = odd_master(progress, status, list_name)
    returned = master.issue()["Learning Lead"]
    master.types(L001_progress="HR's own", L002_status="Open")
    before = master.values()
    reply = back(returned, MONDAY, L001_progress="The owner's", L002_progress="Held.", L002_status="Nonsense")
    merged = master.merge(reply)
    counts = {"unchanged": 4, "already": 0, "applied": 1, "conflict": 1, "locked": 0, "invalid": 1, "unplaced": 0}
    assert merged.returns[0].outcome_counts == counts
    assert len(master.decisions) == 2
    (bounced,) = bounce(master.snapshot, master.now).returns
    assert list(bounced.faulty_cells) == [("L002", "status")]

    asked = {row.text("ID"): place for place, row in enumerate(master.decisions)}
    master.choose(asked["L001"], TAKE_RETURN)
    decided = master.decide()
    assert not decided.findings and (decided.applied_count, decided.waiting_count) == (1, 1)
    assert master.says("L001.progress") == "The owner's"

    undone = master.undo(returned.id)
    assert not undone.left_cells and master.values() == before

    again = master.merge(reply)
    assert again.returns[0].outcome_counts == merged.returns[0].outcome_counts
    newer = master.merge(
        back(returned, TUESDAY, L001_progress="The owner's", L002_progress="Held twice.", L002_status="Closed")
    )
    assert newer.returns[0].outcome_counts["applied"] == 1  # her own words of before are no conflict
    open_rows = [row for row in master.decisions if not row.text("Done")]
    assert [row.text("In the return") for row in open_rows] == ["The owner's", "Closed"]


@settings(
    max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(NAMES, NAMES, NAMES)
@example("What’s been done", "“RAG”", "RAG’s  words")
@example("Case", "State", "ＬＩＳＴ")
@example("Case", "State", '"2017')
def test_a_dropdown_is_checked_whatever_its_list_is_called(progress, status, list_name):
    assume(max(len(progress), len(status)) <= 255)
    master = odd_master(progress, status, list_name)
    assert master.plan.words_of(master.plan.schema["status"]) == ("Open", "Closed")
    master.types(L001_status="Nonsense", L002_status="closed")
    result = validate(master.snapshot, master.now)
    (finding,) = (f for f in result.findings if f.rule == "choice")
    assert finding.line == "L001" and "Choose Open or Closed" in finding.message
    master.apply(result.changes)
    plan = master.plan
    places = {next_problem(master.snapshot, ("", "")).place}
    for _ in result.findings:
        places.add(next_problem(master.snapshot, tuple(max(places).split("!"))).place)
    assert f"{PLAN}!{plan.address(plan.by_id['L001'], 'status')}" in places


@settings(
    max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(NAMES, NAMES, NAMES)
@example("What’s been done", "“RAG”", "RAG’s  words")
def test_a_closed_period_is_read_back_whatever_its_headings(progress, status, list_name):
    assume(max(len(progress), len(status)) <= 255)
    master = odd_master(progress, status, list_name)
    master.types(L001_progress="Said in Q3", L002_status="Closed")
    master.apply([Write("Start", row, 3, (("2016/17 Q3",),)) for row, cells in enumerate(master.snapshot["Start"].rows, 1)
                  if len(cells) > 1 and cells[1] == "Period"])  # fmt: skip
    master.apply(roll(master.snapshot, master.later()).changes)
    from hrworkbook.plan.history import last_closed

    assert last_closed(master.plan).text("L001", "progress") == "Said in Q3"
    assert last_closed(master.plan).text("L002", "status") == "Closed"


@given(st.one_of(NAMES, st.text(max_size=40)))
@example("bell\x07rung")
@example("e\u200b\u0301")
@example("a \u200b b")
def test_what_a_cell_makes_of_a_name_is_the_same_name(name):
    kept = normalised_text(name)
    assert normalised_text(kept) == kept
    assert fold_name(kept) == fold_name(name)
    assert fold_name(f"\u00a0{name.upper() if name.isascii() else name}\u200b ") == fold_name(name)


REFUSED = [
    ("a heading without a letter", '"→ …"', '"Status"', '"Words"', "has no letter or digit"),
    ("a list's name without a letter", '"Done"', '"Status"', '"★"', "has no letter or digit"),
    ("two lists of one name", '"Done"', '"Status"', '"Words" = ["Yes"]\n"words"', "share the name"),
]


@pytest.mark.parametrize(("what", "progress", "status", "name", "says"), REFUSED, ids=[r[0] for r in REFUSED])
def test_names_that_could_not_be_told_apart_are_refused(what, progress, status, name, says):
    text = schema_text("Done", "Status", "Words").replace('header = "Done"', f"header = {progress}")
    text = text.replace('"Words" = [', f"{name} = [").replace('list = "Words"', f"list = {name.rpartition(chr(10))[2]}")
    with pytest.raises(SchemaFileError, match=says):
        read_schema(text, "odd.toml")


def test_a_master_is_read_when_its_headings_were_retyped_in_another_spelling():
    master = odd_master("What’s been  done", "RAG “now”", "RAG’s words")
    plan = master.plan
    master.apply(
        [Write(PLAN, plan.tables[0].header_row, plan.tables[0].column_numbers["progress"], (("What's been done",),))]
    )
    lists = master.snapshot["Lists"].rows
    row, column = next((r, c) for r, cells in enumerate(lists, 1) for c, v in enumerate(cells, 1) if v == "RAG’s words")
    master.apply([Write("Lists", row, column, (("rag's  words",),))])
    issued = master.snapshot["Issued"].rows
    row, column = next((r, c) for r, cells in enumerate(issued, 1) for c, v in enumerate(cells, 1) if v == "RAG “now”")
    master.apply([Write("Issued", row, column, (('RAG "now"',),))])
    plan = read_plan(master.snapshot)
    assert plan.words_of(plan.schema["status"]) == ("Open", "Closed")
    returned = master.issue()["Learning Lead"]
    merged = master.merge(back(returned, MONDAY, L001_progress="Begun."))
    assert merged.returns[0].outcome_counts["applied"] == 1


@given(st.lists(st.sampled_from([*"aB1_-#&% .", "_x000D_", "_x0041_", "  "]), max_size=6).map("".join))
@example("Progress_x000D_Update")
@example("#")
def test_a_plain_text_is_folded_as_one_with_a_sign_nobody_sees(text):
    """Plain texts have a way of their own through the folding, for its speed alone."""
    assert normalised_text(f"{text}\u200b") == normalised_text(text)
    assert fold_name(f"{text}\u200b") == fold_name(text)
    assert fold_name(normalised_text(text)) == fold_name(text)


@pytest.mark.parametrize("text", ["Progress_x000D_Update", "Progress_x000D_\nUpdate", "Progress\rUpdate"])
def test_a_line_end_as_some_library_keeps_it_is_a_line_end(text):
    """`_x000D_` is how a workbook codes a carriage return; a library that does not know it hands it on as text."""
    assert normalised_text(text) == "Progress\nUpdate" and fold_name(text) == "progress update"

"""A few hundred scenarios of a quarter against an oracle that knows what each answer was meant for; see `scenarios`."""

import pytest
from plans import HEAD, Master, back
from scenarios import SCHEMA, Scenario, Trial, judge_many

from hrworkbook.merging.join_texts import join_texts
from hrworkbook.merging.slips import IssuedForms, column_cells, exchanged_columns
from hrworkbook.plan.schema import read_schema
from hrworkbook.tables.find_table import Row
from hrworkbook.verbs.validate import validate

TABLE = """
Theme | Ref | Priority                    | Owner | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Care  | 1.1 | Launch the plan in Medicine | Lead  | March 2027 | Turnover under 11.5%           | Green |
Care  | 1.2 | Open the nursery in May     | Lead  | May 2027   | Ninety places filled           | Amber |
Care  | 2.1 | Publish the passport        | Lead  | Dec 2026   | Passports in use               | Red   |
Care  | 2.2 | Pay the living wage         | Lead  | June 2027  | Nobody below it                | Green |
"""


@pytest.mark.parametrize("first", range(1, 241, 40))
def test_no_answer_goes_to_a_wrong_line_and_none_is_lost(first):
    faults, told, figures = judge_many(range(first, first + 40))
    assert not faults, "\n".join(told)
    assert figures["answers"] > 300
    assert figures["needless questions"] <= 0.02 * figures["ordinary answers"] + 2


def test_the_oracle_sees_an_answer_on_a_wrong_line():
    scenario = Scenario(3)
    trial = Trial(scenario)
    trial.results = [scenario.master.merge(mail.received) for mail in scenario.mails]
    assert not trial.judge().faults
    id_ = scenario.master.plan.lines[0].id
    scenario.master.types(**{f"{id_}_progress": "A text that nobody sent."})
    assert trial.judge().faults[0].startswith("wrong")


@pytest.fixture
def master():
    made = Master(TABLE, {"Lead": "lead@council.example"})
    made.issue()
    return made


def exchange_lines(master, one, other):
    """HR sorts all columns but the ID."""
    values = {id_: master.plan.by_id[id_].values for id_ in (one, other)}
    for id_, source in ((one, other), (other, one)):
        master.types(**{f"{id_}_{key}": value for key, value in values[source].items()})


def test_answers_follow_their_line_when_hr_sorts_all_columns_but_the_id(master):
    exchange_lines(master, "L001", "L002")
    result = master.merge(back(master.issued["Lead"], L001_progress_update="Launched in both hospitals."))
    assert master.says("L002.progress_update") == "Launched in both hospitals."
    assert master.says("L001.progress_update") is None
    assert any("L001 is L002" in note for note in result.returns[0].notes)


def test_an_answer_for_a_line_whose_row_hr_used_again_waits_and_validate_says_so(master):
    master.types(L003_ref="9.9", L003_priority="Close the old depot", L003_measures="The site is sold")
    master.merge(back(master.issued["Lead"], L003_rag="Green", L004_rag="Amber"))
    assert (master.says("L003.rag"), master.says("L004.rag")) == ("Red", "Amber")
    assert [d.text("ID") for d in master.decisions] == ["L003"]
    assert "another line" in master.decisions[0].text("Why")
    found = [f for f in validate(master.snapshot, master.now).findings if f.rule == "drifted-id"]
    assert [(f.line, f.severity) for f in found] == [("L003", "warning")]


@pytest.mark.parametrize("cells", [{"L003_priority": "Issue passports to all"}, {"L003_timescale": "May 2028"}])
def test_hrs_ordinary_work_holds_nothing_up(master, cells):
    master.types(**cells)
    master.merge(back(master.issued["Lead"], L003_rag="Green"))
    assert master.says("L003.rag") == "Green" and not master.decisions
    assert not [f for f in validate(master.snapshot, master.now).findings if f.rule == "drifted-id"]


def test_a_column_of_short_words_shifted_down_waits(master):
    def down(rows):
        column = rows[HEAD].index("RAG")
        words = [row[column] for row in rows[HEAD + 1 :]]
        for row, word in zip(rows[HEAD + 1 :], [None, *words], strict=False):
            row[column] = word

    before = master.values()
    master.merge(back(master.issued["Lead"], mangle=down))
    assert master.values() == before and len(master.decisions) >= 3


def test_a_value_that_was_ever_issued_is_no_edit_without_a_seal(master):
    first = master.issued["Lead"]
    master.types(L002_rag="Red")
    master.issue()
    master.merge(back(first, mangle=lambda rows: rows[HEAD:], L003_progress_update="Half of them are out."))
    assert master.says("L002.rag") == "Red", "what HR changed between the issues stands"
    assert master.says("L003.progress_update") == "Half of them are out." and not master.decisions


def test_an_answer_that_comes_again_after_another_is_asked_about_again(master):
    master.types(L001_rag="Red")
    mine = master.issued["Lead"]
    for day, word in enumerate(("Complete", "Amber", "Complete")):
        master.merge(back(mine, master.later(days=1), L001_rag=word, file=f"{day}.xlsx"))
    assert [d.text("In the return") for d in master.decisions if not d.text("Done")] == ["Complete"]


def test_keep_both_keeps_lines_and_list_items():
    text = "Panel met. Site live 9 October.\n\nTime to hire:\n- 30 days\n- 25 by May"
    assert join_texts("Panel met.", text) == text
    assert join_texts("Panel met. More soon.", text).endswith(
        "Site live 9 October.\n\nTime to hire:\n- 30 days\n- 25 by May"
    )


@pytest.mark.parametrize(
    ("sender", "address", "taken"),
    [
        ("skills.manager@council.example", "", True),
        ("Skills_Manager@council.example", "", True),
        ("jo@council.example", "", False),
        ("skills.manager@elsewhere.example", "jo@council.example", False),
    ],
)
def test_a_sender_that_spells_the_owner_counts_where_no_address_is_known(sender, address, taken):
    made = Master(TABLE.replace("Lead ", "Skills Manager "), {"Skills Manager": address})
    made.issue()
    file = back(made.issued["Skills Manager"], mangle=lambda rows: rows[HEAD:], sender=sender, L001_rag="Red")
    result = made.merge(file)
    assert (made.says("L001.rag") == "Red") == taken
    assert taken == any(sender in note for one in result.returns for note in one.notes)
    assert taken or result.refused[0].status == "Waits"


@pytest.mark.parametrize("seed", [41726, 60091])
def test_columns_exchanged_or_a_pair_of_short_words_exchanged_wait_beside_other_answers(seed):
    """One half of a line answered anew; another issue's text beside, in a file without its seal."""
    faults, told, _ = judge_many([seed])
    assert not faults, told


@pytest.mark.parametrize("seed", [2079, 2116])
def test_columns_of_different_kinds_that_were_exchanged_wait(seed):
    faults, told, _ = judge_many([seed])
    assert not faults, told


@pytest.mark.parametrize(("one", "other"), [("rag", "agreed"), ("spend", "share"), ("done_on", "progress")])
def test_a_value_under_another_heading_is_read_as_what_it_was(one, other):
    """'Yes' under RAG is the Yes that was issued as Agreed, in whatever form each kind is compared."""
    issued = {"rag": "Red", "agreed": "Yes", "spend": 2000.0, "share": 0.5, "done_on": "1 May 2026", "progress": "n/a"}
    schema = read_schema(SCHEMA, "plan.toml")
    was = {id_: dict(issued) for id_ in ("L001", "L002")}
    places = {one: issued[other], other: issued[one]}
    rows = [(id_, Row(at, id_, tuple(places), (2, 3), tuple(places.values()))) for at, id_ in enumerate(was, 8)]
    forms = IssuedForms(schema, was)
    cells = [column_cells(key, rows, forms, was) for key in (one, other)]
    assert [(a.key, b.key) for a, b in exchanged_columns(cells)] == [(one, other)]
    kept = [(id_, Row(8, id_, (one, other), (2, 3), (issued[one], issued[other]))) for id_ in was]
    assert not list(exchanged_columns([column_cells(key, kept, forms, was) for key in (one, other)]))

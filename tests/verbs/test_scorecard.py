"""Scorecards through the verbs: what stands in a master after each of them, counted again by other means."""

import random
from dataclasses import dataclass
from datetime import date

import pytest
from masters import KEEPING, block, shared
from plans import Master, back

from hrworkbook.intake.reader import read_file
from hrworkbook.plan.history import closed_periods
from hrworkbook.plan.schema import load_schema
from hrworkbook.plan.values import Value, as_text
from hrworkbook.verbs.appendix import Appendix, appendix
from hrworkbook.verbs.new import new
from hrworkbook.verbs.roll import roll
from hrworkbook.verbs.validate import validate

OWNERS = {"HR Manager": "hr@council.example", "Finance Lead": "finance@council.example"}
HEADINGS = "Theme | Ref | Measure | Owner | Unit | Good is | Tolerance | Target | Actual | Comment | Corrective action"
SIX = f"""
{HEADINGS}
Attendance | A1 | Sickness days per FTE | HR Manager | days | low | 1 | 8 | 8.5 | Up. |
Attendance | A2 | Appraisals done | HR Manager | % | high | 5% | 90% | 95% | |
Pay | B1 | Agency spend | Finance Lead | £ | low | 10% | £500,000 | £600,000 | | Freeze.
Pay | B2 | Vacancies | Finance Lead | number | within | 2 | 10 - 20 | 22 | |
Pay | B3 | Gender pay gap | Finance Lead | % | low | | 3.5% | Annual | |
Pay | B4 | Turnover | Finance Lead | % | low | 2 | 12% | 19% | |
"""


def scorecard(table: str = SIX, period: str = "2025/26 Q1", schema: str = "scorecard") -> Master:
    master = Master(table, OWNERS, schema)
    master.apply_setting("Period", period)
    return master


def validated(master: Master) -> list[str]:
    """The messages of a validation, applied."""
    result = validate(master.snapshot, master.later())
    master.apply(result.changes)
    return [f.message for f in result.findings]


def rolled(master: Master) -> None:
    master.apply(roll(master.snapshot, master.later()).changes)


def column(master: Master, key: str) -> list[str]:
    return [line.text(key) for line in master.plan.lines]


def test_validate_fills_status_and_direction():
    master = scorecard()
    told = validated(master)
    assert column(master, "status") == ["Amber", "Green", "Red", "Amber", "Data not due", "Red"]
    assert column(master, "direction") == [""] * 6
    assert [m for m in told if "Corrective action" in m] == [
        "Plan!T11: Corrective action is blank although Status is Red. Enter it. What is being done where the status is red."
    ]
    rolled(master)
    assert column(master, "actual") == [""] * 6
    master.types(M001_actual=8.2, M002_actual="95%", M003_actual=650000, M004_actual=20, M006_actual=0.18)
    validated(master)
    assert column(master, "status")[:4] == ["Amber", "Green", "Red", "Green"]
    assert column(master, "direction") == ["▲ better", "► same", "▼ worse", "▲ better", "", "▲ better"]
    assert column(master, "previous") == ["8.5", "95%", "£600,000", "22", "", "19%"]


def test_validating_twice_writes_no_worked_out_cell_again():
    master = scorecard()
    validated(master)
    again = validate(master.snapshot, master.later()).changes
    assert not [w for w in again.writes if w.sheet == "Plan"]


def test_closing_a_period_begins_the_next_without_figures():
    master = scorecard()
    validated(master)
    rolled(master)
    assert column(master, "status") == ["No data"] * 4 + ["No data", "No data"]
    assert column(master, "direction") == [""] * 6
    assert column(master, "previous")[0] == "8.5"
    (closed,) = closed_periods(master.plan)
    assert closed.text("M003", "status") == "Red" and closed.text("M003", "actual") == "£600,000"


@pytest.mark.parametrize("answer", [0.72, "72 %", 72, "72%", "72", "0.72", "72 per cent", 72.0])
def test_an_owners_figure_is_one_value_however_it_is_written(answer: Value):
    master = scorecard()
    validated(master)
    issued = master.issue()["HR Manager"]
    result = master.merge(back(issued, M002_actual=answer))
    assert master.says("M002.actual") == "72%"
    assert master.says("M002.status") == "Red"
    assert [c.outcome for r in result.returns for c in r.cells] == ["applied"]
    master.undo()
    assert (master.says("M002.actual"), master.says("M002.status")) == ("95%", "Green")


@pytest.mark.parametrize("answer", [0.95, "95 %", 95, "95%", "95.0%"])
def test_the_same_figure_in_another_form_is_no_change(answer: Value):
    master = scorecard()
    issued = master.issue()["HR Manager"]
    result = master.merge(back(issued, M002_actual=answer))
    assert [c.outcome for r in result.returns for c in r.cells] == []
    assert master.says("M002.actual") == "95%"


def test_two_spellings_of_one_figure_are_no_conflict():
    master = scorecard()
    issued = master.issue()["HR Manager"]
    master.types(M002_actual=0.72)
    result = master.merge(back(issued, M002_actual="72%"))
    assert [c.outcome for r in result.returns for c in r.cells] == ["already"]
    master.types(M002_actual=0.5)
    result = master.merge(back(issued, M002_actual="73%", file="again.xlsx"))
    assert [c.outcome for r in result.returns for c in r.cells] == ["conflict"]
    master.choose(0, "take return")
    master.decide()
    assert (master.says("M002.actual"), master.says("M002.status")) == ("73%", "Red")


@pytest.mark.parametrize("word", ["N/A", "annual", "Annual", "n/a", "not applicable"])
def test_words_are_no_errors(word: str):
    master = scorecard()
    issued = master.issue()["HR Manager"]
    master.merge(back(issued, M002_actual=word))
    assert master.says("M002.actual") == word
    assert not [m for m in validated(master) if "Actual" in m]
    assert column(master, "status")[1] in ("Not rated", "Data not due")


def test_what_is_odd_about_a_figure_is_asked_and_never_refused():
    master = scorecard()
    validated(master)
    rolled(master)
    master.types(M001_actual=82, M002_actual=1.4, M003_actual=60000, M004_actual="about 12", M006_actual=-0.1)
    result = validate(master.snapshot, master.later())
    asked = {f.line: f.fault for f in result.findings if f.column == "Actual"}
    assert asked == {
        "M001": "Actual is 82, and in 2025/26 Q1 it was 8.5",
        "M002": "Actual is 1.4, read as 1.4%, and in 2025/26 Q1 it was 95%",
        "M003": "Actual is 60000, read as £60,000, and in 2025/26 Q1 it was £600,000",
        "M004": "Actual is 'about 12', which is not read as a figure",
        "M005": "there is no Actual, which was due by 30 September 2025",
        "M006": "Actual is -0.1, which is no share of a whole",
    }
    assert {f.severity for f in result.findings} == {"warning"}


def test_a_target_that_is_changed_within_the_year_is_told():
    master = scorecard()
    validated(master)
    rolled(master)
    master.types(M001_target=9, M002_target=0.9)
    told = [m for m in validated(master) if "Target" in m]
    assert len(told) == 1 and "the Target is 9, and in 2025/26 Q1 it was 8" in told[0]
    master.apply_setting("Period", "2026/27 Q1")
    assert not [m for m in validated(master) if "Target" in m]  # another year


def test_a_figure_that_is_due_and_missing_is_told_after_its_day():
    table = SIX.replace("| 8.5 |", "| |").replace("Annual", "")
    master = scorecard(table, "2026/27 Q3")
    master.apply_setting("Returns due", "30 November 2026")
    assert not [m for m in validated(master) if "no Actual" in m]
    master.later(days=20)
    told = [m for m in validated(master) if "no Actual" in m]
    assert len(told) == 2 and "was due by 30 November 2026" in told[0]


def test_a_status_set_by_hand_is_marked_and_stays():
    master = scorecard()
    master.types(M003_status_by_hand="Amber")
    validated(master)
    validated(master)
    assert column(master, "status")[2] == "Amber (by hand)"
    master.types(M003_status_by_hand=None)
    validated(master)
    assert column(master, "status")[2] == "Red"


HAVERING = (
    """name = "havering"
title = "Corporate scorecard"
[roles]
priority = "measure"
good = "good"
target = "target"
actual = "actual"
status = "status"
[scorecard]
tolerance = "10%"
[scorecard.statuses]
Green = "within tolerance"
Amber = "better than a year ago or same as a year ago"
Red = "worse than a year ago"
"""
    + "".join(
        f'[[columns]]\nkey = "{key}"\nheader = "{header}"\n{more}\n'
        for key, header, more in (
            ("measure", "Measure", ""), ("good", "Good is", ""), ("target", "Target", 'kind = "measure"'),
            ("actual", "Actual", 'kind = "measure"\nroll = "clear"'), ("status", "Status", 'worked_out = "status"'),
        )
    )
)  # fmt: skip


def test_a_printed_rule_is_data():
    """Red: more than 10 % off and worse than a year ago; amber: as far off, improved or held; green: on or within 10 %."""
    table = "Measure | Good is | Target | Actual\n" + "\n".join(
        f"Measure {i} | {good} | 100 | {a}" for i, (good, a) in enumerate([("high", 80), ("high", 80), ("high", 80), ("high", 90), ("low", 111), ("low", 110)])
    )  # fmt: skip
    master = Master(table, {}, HAVERING)
    master.apply_setting("Period", "2025/26 Q1")
    validated(master)
    assert column(master, "status") == ["Not rated"] * 3 + ["Green", "Not rated", "Green"]
    rolled(master)
    master.apply_setting("Period", "2026/27 Q1")
    for i, now in enumerate((81, 80, 79, 89.9, 112, 111), 1):
        master.types(**{f"L00{i}_actual": now})
    validated(master)
    assert column(master, "status") == ["Amber", "Amber", "Red", "Red", "Red", "Red"]


def test_a_councils_own_scorecard_with_quarters_across():
    blocks = read_file(shared("cases/whole-plans/5_kpi.xlsx"), documents=True, fills=True).blocks
    draft = new(load_schema("scorecard"), KEEPING, date(2026, 11, 21), list(blocks))
    assert draft.settings["Period"] == "2024/25 Q2"
    assert [as_text(v["actual"]) for _, v in draft.lines] == [
        "9.4",
        "12.8%",
        "88.0%",
        "Annual",
        "£2,950,000",
        "2.4%",
        "47",
    ]
    past = {(p, v["ref"]): v["actual"] for p, _, v in draft.past_lines}
    assert len(past) == 14
    assert past["2023/24", "HR05"] == "£6,100,000" and past["2024/25 Q1", "HR04"] == "Annual"
    assert [v.get("status_by_hand") for _, v in draft.lines] == [None, "Amber", "Amber", None, "Red", None, "Amber"]


def test_months_across_without_a_year_are_told():
    table = "Measure | Owner | Good is | Target | Apr | May | Jun\nCases | Lead | Low | 5 | 4 | 6 | \nCalls | Lead | High | 50 | 40 | 60 |"
    draft = new(load_schema("scorecard"), KEEPING, date(2026, 11, 21), [block(table)])
    assert draft.settings["Period"] == "May 2026"
    assert [as_text(v["actual"]) for _, v in draft.lines] == ["6", "60"]
    assert [(p, as_text(v["actual"])) for p, _, v in draft.past_lines] == [("April 2026", "4"), ("April 2026", "40")]
    assert any("names no year: its periods were read as of 2026/27" in note for note in draft.notes)


# A scorecard of forty measures over eight quarters, counted again without the program's own figures


@dataclass
class Made:
    """A made measure: what it is in each quarter."""

    good: str
    unit: str
    tolerance: float
    is_share: bool
    targets: list[tuple[float, float]]
    actuals: list[float | None]


def made_measures() -> list[Made]:
    chance = random.Random(14)
    made = []
    for i in range(40):
        good = ("high", "low", "within")[i % 3]
        target = chance.randint(20, 60)
        width = 10 if good == "within" else 0
        targets = [(target, target + width)] * 4 + [(target + 5 * (i % 2), target + width + 5 * (i % 2))] * 4
        if i % 7 == 0:  # changed within the year
            targets[6:] = [(target - 4, target + width - 4)] * 2
        actuals = [
            None if chance.random() < 0.15 else chance.randint(target - 15, target + width + 15) for _ in range(8)
        ]
        made.append(
            Made(good, ("number", "%", "£", "days")[i % 4], chance.choice((3, 10)), bool(i % 2), targets, actuals)
        )
    return made


def written(value: float, unit: str) -> Value:
    return f"{value:g}%" if unit == "%" else value


def off(m: Made, value: float, quarter: int) -> float:
    low, high = m.targets[quarter]
    return {"high": max(0, low - value), "low": max(0, value - high), "within": max(0, low - value, value - high)}[
        m.good
    ]


def recounted_status(m: Made, quarter: int) -> str:
    value = m.actuals[quarter]
    if value is None:
        return "No data"
    gap, (low, high) = off(m, value, quarter), m.targets[quarter]
    if gap == 0:
        return "Green"
    end = high if value > high else low
    return "Amber" if gap * 100 <= (m.tolerance * end if m.is_share else m.tolerance * 100) else "Red"


def recounted_direction(m: Made, now: int, before: list[int]) -> str:
    value = m.actuals[now]
    earlier = [q for q in before if q >= 0 and m.actuals[q] is not None]
    if value is None or not earlier:
        return ""
    other = m.actuals[earlier[0]]
    assert other is not None
    gain = {"high": value - other, "low": other - value, "within": off(m, other, now) - off(m, value, now)}[m.good]
    arrow = "▲ better" if gain > 0 else "▼ worse" if gain < 0 else "► same"
    if earlier[0] != now - 1 and len(before) > 1:
        arrow += f" (since {2024 + earlier[0] // 4}/{25 + earlier[0] // 4} Q{earlier[0] % 4 + 1})"
    return arrow


def recounted_year(m: Made, quarter: int) -> str:
    of_year = [m.actuals[q] for q in range(quarter // 4 * 4, quarter + 1)]
    there = [v for v in of_year if v is not None]
    if m.actuals[quarter] is None:
        return ""
    total = sum(there) / (len(there) if m.unit == "%" else 1)
    number = f"{round(total, 2):g}"
    text = {"%": f"{number}%", "£": f"£{number}"}.get(m.unit, number)
    missing = len(of_year) - len(there)
    return f"{text} ({missing} {'period' if missing == 1 else 'periods'} missing)" if missing else text


def test_forty_measures_over_eight_quarters_are_as_counted_again():
    made = made_measures()
    rows = [f"Theme {i % 5} | R{i} | Measure {i} | HR Manager | {m.unit} | {m.good} | {m.tolerance}{'%' * m.is_share} | | | |" for i, m in enumerate(made)]  # fmt: skip
    master = scorecard("\n".join([HEADINGS, *rows]), "2024/25 Q1")
    master.types(**{f"M{i:03d}_accumulation": "Average" if m.unit == "%" else "Sum" for i, m in enumerate(made, 1)})
    for quarter in range(8):
        cells: dict[str, Value] = {}
        for i, m in enumerate(made, 1):
            low, high = m.targets[quarter]
            cells[f"M{i:03d}_target"] = (
                f"{low} - {high}{'%' * (m.unit == '%')}" if m.good == "within" else written(low, m.unit)
            )
            if (value := m.actuals[quarter]) is not None:
                cells[f"M{i:03d}_actual"] = written(value, m.unit)
        master.types(**cells)
        validated(master)
        assert column(master, "status") == [recounted_status(m, quarter) for m in made], quarter
        assert column(master, "direction") == [
            recounted_direction(m, quarter, list(range(quarter - 1, -1, -1))) for m in made
        ]
        assert column(master, "year_direction") == [recounted_direction(m, quarter, [quarter - 4]) for m in made]
        assert column(master, "year_to_date") == [recounted_year(m, quarter) for m in made], quarter
        if quarter < 7:
            rolled(master)
    assert {"Green", "Amber", "Red", "No data"} == {recounted_status(m, q) for m in made for q in range(8)}


# The paper


def paper(master: Master) -> Appendix:
    return appendix(master.snapshot, master.later(), anyway=True)


def test_the_paper_has_statuses_with_percentages_and_the_exceptions_first():
    master = scorecard()
    validated(master)
    rolled(master)
    master.types(
        M001_actual=8.2, M002_actual="70%", M003_actual=550000, M004_actual=21, M005_actual="n/a", M006_actual=0.19
    )
    master.types(M002_corrective_action="Managers are reminded.", M006_status_by_hand="Red")
    made = paper(master)
    assert (
        "Of 5 measures with a status, 3 (60%) are amber and 2 (40%) are red. Without a status: 1 not rated."
        in made.paragraph
    )
    assert made.public.summary and made.public.summary.text_table
    assert made.public.summary.text_table.rows == (
        ("A2 Appraisals done: 70% against 90%", "Red, ▼ worse", "Managers are reminded."),
        ("B4 Turnover: 19% against 12%", "Red (by hand), ► same", "None given"),
    )
    at = [c.key for c in made.public.columns].index("actual")
    assert [line.cells[at] for line in made.public.lines] == ["8.2", "70%", "£550,000", "21", "n/a", "19%"]


def test_what_is_published_is_worked_out_of_what_is_published():
    master = scorecard()
    validated(master)
    master.types(M001_actual=12)  # and nobody validated since
    made = paper(master)
    at = [c.key for c in made.public.columns].index("status")
    assert made.public.lines[0].cells[at] == "Red"


BOTH = (
    load_schema("delivery-plan")
    .source.replace('progress = "progress_update"', 'progress = "progress_update"\nmeasures = "measures"\ntarget = "target"\nactual = "actual"')
    .replace(
        "[[rules]]",
        '[[columns]]\nkey = "target"\nheader = "Target"\nkind = "measure"\n[[columns]]\nkey = "actual"\nheader = "Actual"\nkind = "measure"\nedited_by = "owner"\n'
        '[[columns]]\nkey = "measured"\nheader = "Measured"\nworked_out = "status"\n[[rules]]',
        1,
    )
)  # fmt: skip


def test_a_plan_of_actions_shows_the_figures_of_the_measures_that_they_name():
    table = """
Theme | Ref | Priority | Owner | Timescale | Performance & Outcome Measures | RAG | Progress Update | Target | Actual
Health | A | Offer health checks | HR Manager | March 2027 | KPI 1; KPI 2; Staff survey | Green | Offered. | |
Health | B | Review the policy | HR Manager | March 2027 | Agreed by members | Amber | Drafted. | |
Measures | KPI 1 | Take up of places | HR Manager | Ongoing | | Green | Counted. | > 80% | 72%
Measures | KPI 2 | Days lost | HR Manager | Ongoing | | Green | Counted. | at most 8 days | 7.5
"""
    master = Master(table, OWNERS, BOTH)
    validated(master)
    assert [line.text("measured") for line in master.plan.lines] == ["", "", "Red", "Green"]
    assert [line.text("rag") for line in master.plan.lines] == ["Green", "Amber", "Green", "Green"]
    made = paper(master)
    at = [c.key for c in made.public.columns].index("measures")
    assert made.public.lines[0].cells[at].split("\n") == [
        "Take up of places: 72% against > 80% (Red)", "Days lost: 7.5 against at most 8 days (Green)", "Staff survey",
    ]  # fmt: skip
    assert made.public.lines[1].cells[at] == "Agreed by members"

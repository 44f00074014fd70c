"""Measures by the words of their cells: unit, which way is good, tolerance, target and actual, and the status they come to."""

import pytest

from hrworkbook.plan.measures.figures import cell_value, parse_figure, read_figure, shown_figure
from hrworkbook.plan.measures.periods import read_period
from hrworkbook.plan.measures.scorecard import Measure, Scorecard
from hrworkbook.plan.measures.units import PERCENT, read_unit
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema import load_schema, read_schema
from hrworkbook.plan.snapshot import Snapshot
from hrworkbook.plan.values import Value

STATUSES = """
Unit         | Good is               | Tolerance           | Target                                   | Actual            | Status
%            | High                  | 5%                  | 80%                                      | 80%               | Green
%            | High                  | 5%                  | 80%                                      | 76%               | Amber
%            | High                  | 5%                  | 80%                                      | 75.9%             | Red
%            | High                  | 5                   | 80                                       | 75                | Amber
%            | High                  | 5                   | 80                                       | 74.9              | Red
%            | High                  | 0.05                | 0.8                                      | 0.75              | Amber
%            | High                  | 5pp                 | 80%                                      | 75%               | Amber
%            | High                  | 5 percentage points | 80%                                      | 74%               | Red
%            | High                  | 5 ppts              | 80%                                      | 75%               | Amber
%            | High                  | 5% points           | 80%                                      | 75%               | Amber
%            | High                  |                     | 80%                                      | 79%               | Red
%            | high is good          | 5                   | ≥ 80%                                    | 80%               | Green
%            |                       | 5                   | ≥ 80%                                    | 79%               | Amber
%            |                       | 5                   | >=80%                                    | 79%               | Amber
%            |                       | 5                   | > 80%                                    | 80%               | Amber
%            |                       |                     | > 80%                                    | 80.1%             | Green
%            |                       | 5                   | 80%+                                     | 80                | Green
%            |                       | 5                   | 80% or more                              | 80                | Green
%            |                       | 5                   | 80% or above                             | 79                | Amber
%            |                       | 5                   | 80% or higher                            | 79                | Amber
%            |                       | 5                   | 10% or less                              | 9                 | Green
%            |                       | 5                   | 10% or below                             | 16                | Red
%            |                       | 5                   | 10% or lower                             | 14                | Amber
%            |                       | 5                   | below 10%                                | 10%               | Amber
%            |                       | 5                   | < 10%                                    | 9.9%              | Green
%            | within                | 2                   | 80-85%                                   | 84%               | Green
%            | within                | 2                   | 80-85%                                   | 78%               | Amber
%            | within                | 2                   | 80-85%                                   | 87.1%             | Red
%            | within                | 2                   | 80% - 85%                                | 87%               | Amber
%            | within                | 2                   | 80–85%                                   | 87%               | Amber
%            | within                | 2                   | 80 to 85%                                | 87%               | Amber
%            | within                | 2                   | between 80% and 85%                      | 77                | Red
%            | within                |                     | 80-85%                                   | 86%               | Red
%            | within                | 5%                  | 80-85%                                   | 76%               | Amber
%            | within                | 5                   | 80%                                      | 78%               | Amber
%            | within                | 5                   | 80%                                      | 80%               | Green
%            | within                | 5                   | 80%                                      | 86%               | Red
%            | within                | 5                   | 80% +/- 2%                               | 78%               | Green
%            | within                | 5                   | 80% ± 2                                  | 78%               | Green
days         | low                   | 1                   | < 5 days                                 | 4.9               | Green
days         | low                   | 1                   | < 5 days                                 | 5                 | Amber
days         | low                   | 1                   | < 5 days                                 | 6.1               | Red
days         | low                   | 1 day               | < 5 days                                 | 5.5 days          | Amber
Days         | Low                   | 1.0                 | 8.0 days                                 | 8.4 days          | Amber
days         | low                   | 10%                 | 8                                        | 8.8               | Amber
days         | low                   | 10%                 | 8                                        | 8.81              | Red
days         |                       |                     | 5 days or fewer                          | 5                 | Green
days         |                       |                     | within 5 days                            | 5                 | Green
days         |                       |                     | within 5 days                            | 6                 | Red
days         |                       | 1                   | within 5 working days                    | 6                 | Amber
days         |                       | 1                   | no more than 5 working days              | 6                 | Amber
days         |                       | 1                   | 5 working days max                       | 6                 | Amber
Days         | Low                   | 10%                 | 20 days                                  | 23 days           | Red
%            | high                  | 2                   | 95% by March                             | 94%               | Amber
%            | high                  | 2                   | 95% by March 2027                        | 92%               | Red
%            | high                  | 2                   | 95% by 31 March 2027                     | 95%               | Green
%            | high                  | 2                   | 95% by end of Q4                         | 95%               | Green
%            | high                  | 2                   | 95% (March 2027)                         | 95%               | Green
%            | high                  | 2                   | 95% (annual)                             | 95%               | Green
%            | high                  | 2                   | 95% per year                             | 95%               | Green
%            | high                  | 2                   | Target: 95%                              | 95%               | Green
£            | low                   | 10%                 | £500,000                                 | £550,000          | Amber
£            | low                   | 10%                 | £500k                                    | £551k             | Red
£            | low                   | £50k                | £500k                                    | £550k             | Amber
£            | low                   | 50k                 | 500k                                     | 551k              | Red
£m           | low                   | 0.1                 | 5.6                                      | 5.7               | Amber
£m           | low                   | 0.1                 | £5.6m                                    | £5.7m             | Amber
£m           | low                   | 0.1                 | £5.6m                                    | £5.8m             | Red
£m           | low                   | 5%                  | 5.6                                      | £5.88m            | Amber
£k           | low                   | 10                  | 500                                      | 510               | Amber
£k           | low                   | 10                  | £500k                                    | 511               | Red
£000s        | low                   | 10                  | 500                                      | £510,000          | Amber
£            | low                   | 5%                  | under £1.5m                              | £1,500,000        | Amber
£            | low                   | 5%                  | ≤ £1.5m                                  | £1,500,000        | Green
£            | high                  | 10%                 | £1.2m saving                             | £1.1m             | Amber
£            | within                | £0.1m               | £0                                       | -£50,000          | Amber
£            | low                   | £10k                | £0                                       | £10k              | Amber
£            | low                   | £10k                | 0                                        | £11k              | Red
£            | low                   | £10k                | nil                                      | 0                 | Green
number       | low                   | 0                   | 0                                        | 0                 | Green
number       | low                   | 0                   | 0                                        | 1                 | Red
number       | low                   | 1                   | zero                                     | 1                 | Amber
number       | High                  | 2                   | 20                                       | 18                | Amber
Number       | Higher is better      | 10%                 | 1,200                                    | 1,080             | Amber
No.          | Bigger is better      | 10%                 | 1,200                                    | 1,079             | Red
Number       | Aim to maximise       | 2                   | 20                                       | 17                | Red
Number       | Aim to minimise       | 2                   | 20                                       | 22                | Amber
Number       | Aim to Max            | 2                   | 20                                       | 18                | Amber
Number       | Aim to Min            | 2                   | 20                                       | 18                | Green
Number       | Good to be high       | 2                   | 20                                       | 18                | Amber
Number       | Good to be Low        | 2                   | 20                                       | 18                | Green
Number       | ↑ better              | 2                   | 20                                       | 18                | Amber
Number       | ↓ better              | 2                   | 20                                       | 22                | Amber
Number       | ▲                     | 2                   | 20                                       | 18                | Amber
Number       | ⬆                     | 2                   | 20                                       | 18                | Amber
Number       | ⬇                     | 2                   | 20                                       | 22                | Amber
Number       | ⬇️                    | 2                   | 20                                       | 22                | Amber
Number       | High is good          | 2                   | 20                                       | 18                | Amber
Number       | Low is best           | 2                   | 20                                       | 22                | Amber
Number       | High = good           | 2                   | 20                                       | 18                | Amber
Number       | +                     | 2                   | 20                                       | 18                | Amber
Number       | -                     | 2                   | 20                                       | 22                | Amber
Number       | Positive              | 2                   | 20                                       | 18                | Amber
Number       | Negative              | 2                   | 20                                       | 22                | Amber
Number       | Up is good            | 2                   | 20                                       | 18                | Amber
Number       | Down is good          | 2                   | 20                                       | 22                | Amber
Number       | A high number is good | 2                   | 20                                       | 18                | Amber
Number       | Smaller is better     | 2                   | 20                                       | 22                | Amber
Number       | Larger is better      | 2                   | 20                                       | 18                | Amber
Number       | Greater is better     | 2                   | 20                                       | 18                | Amber
Number       | Fewer is better       | 2                   | 20                                       | 22                | Amber
Number       | Less is better        | 2                   | 20                                       | 22                | Amber
Number       | More is better        | 2                   | 20                                       | 18                | Amber
Number       | Lower the better      | 2                   | 20                                       | 22                | Amber
Number       | The higher the better | 2                   | 20                                       | 18                | Amber
Number       | Decrease              | 2                   | 20                                       | 22                | Amber
Number       | Reduce                | 2                   | 20                                       | 22                | Amber
Number       | Reduction             | 2                   | 20                                       | 22                | Amber
Number       | Increase is good      | 2                   | 20                                       | 18                | Amber
Number       | Good = Low            | 2                   | 20                                       | 22                | Amber
Number       | High good             | 2                   | 20                                       | 18                | Amber
Number       | Hi                    | 2                   | 20                                       | 18                | Amber
Number       | Lo                    | 2                   | 20                                       | 22                | Amber
Number       | Within range          | 2                   | 18 - 20                                  | 22                | Amber
Number       | Plan is best          | 2                   | 20                                       | 22                | Amber
Number       | In range              | 2                   | 18 to 20                                 | 22.5              | Red
Number       | Nearer to target      | 2                   | 20                                       | 22                | Amber
ratio        | within                | 0.5                 | 1:6                                      | 1:6               | Green
ratio        | low                   | 1                   | 4:1                                      | 5:1               | Amber
ratio        | low                   | 1                   | 4:1                                      | 5.5               | Red
Ratio        | low                   | 10%                 | 1.2                                      | 1.32              | Amber
rate         | low                   | 0.5                 | 4.0                                      | 4.6               | Red
per 1,000    | low                   | 0.5                 | 4.0                                      | 4.4               | Amber
FTE          | within                | 5%                  | 1,000                                    | 1,050             | Amber
FTE          | within                | 5%                  | 1,000                                    | 949               | Red
Hours        | low                   | 1                   | 24 hours                                 | 25 hours          | Amber
Weeks        | low                   | 1                   | 12 weeks                                 | 13 weeks          | Amber
weeks        | low                   | 1                   | < 12 weeks                               | 13.5 weeks        | Red
Score        | high                  | 0.2                 | 4.0                                      | 3.8               | Amber
£            | high                  | 5%                  | -£100,000                                | -£104,000         | Amber
£            | high                  | 5%                  | (£100,000)                               | (£106,000)        | Red
%            | low                   | 1                   | -2%                                      | -1.5%             | Amber
%            | high                  | +/-5%               | 80%                                      | 76%               | Amber
%            | high                  | ± 5                 | 80%                                      | 75%               | Amber
%            | high                  | +/- 5               | 80%                                      | 75%               | Amber
%            | high                  | 5% below target     | 80%                                      | 76%               | Amber
%            | high                  | within 5%           | 80%                                      | 76%               | Amber
%            | high                  | -5%                 | 80%                                      | 76%               | Amber
%            | high                  | < 5%                | 80%                                      | 76%               | Amber
%            | high                  | up to 5%            | 80%                                      | 76%               | Amber
%            | high                  | 5 per cent          | 80%                                      | 76%               | Amber
%            | high                  | 0                   | 80%                                      | 79%               | Red
%            | high                  | none                | 80%                                      | 79%               | Red
%            | high                  | n/a                 | 80%                                      | 79%               | Red
%            | high                  | 0.05                | 80%                                      | 75%               | Amber
%            | high                  | 0.5                 | 80%                                      | 79.5%             | Amber
%            | high                  | 1                   | 80%                                      | 79%               | Amber
%            | low                   | 0.5                 | 3.5%                                     | 4%                | Amber
%            | low                   | 0.5                 | 3.5%                                     | 4.1%              | Red
%            | high                  | 5%                  | 80%                                      | N/A               | Not rated
%            | high                  | 5%                  | 80%                                      | Annual            | Data not due
%            | high                  | 5%                  | 80%                                      |                   | No data
%            | high                  | 5%                  |                                          | 70%               | No target
%            | high                  | 5%                  | TBC                                      | 70%               | No target
%            | high                  | 5%                  | Monitor only                             | 70%               | No target
%            | high                  | 5%                  | N/A                                      | 70%               | No target
%            | high                  | 5%                  | Baseline year                            | 70%               | No target
%            | high                  | 5%                  | No target                                | 70%               | No target
%            |                       |                     | 80%                                      | 70%               | Not rated
             | high                  | 5%                  | 80%                                      | 76                | Amber
             | high                  | 5%                  | 80%                                      | 0.76              | Amber
             | high                  | 5                   | 80                                       | 76                | Amber
             | low                   | 5%                  | £1m                                      | 1,040,000         | Amber
             | low                   | 5%                  | £1m                                      | £1.04m            | Amber
%            | High                  | 5%                  | 100%                                     | 95                | Amber
%            | High                  | 5%                  | 1                                        | 0.95              | Amber
%            | High                  | 5%                  | 100                                      | 95%               | Amber
%            | low                   | 0                   | 0%                                       | 0                 | Green
%            | low                   | 1                   | 1%                                       | 0.9%              | Green
%            | low                   | 0.2                 | 1                                        | 0.9               | Green
Percentage   | High                  | 5%                  | 80%                                      | 72% (18 of 25)    | Red
%            | High                  | 5%                  | 80%                                      | 72% (provisional) | Red
%            | High                  | 5%                  | 80%                                      | 72%*              | Red
Number       | Neutral               | 2                   | 20                                       | 22                | Not rated
Number       | High or low           | 2                   | 20                                       | 22                | Not rated
Number       | Not high              | 2                   | 20                                       | 22                | Not rated
Number       | High is bad           | 2                   | 20                                       | 22                | Amber
%            | High                  | 5%                  | 80%                                      | c. 72%            | Not rated
%            | High                  | 5%                  | 80%                                      | 72% 75%           | Not rated
%            | High                  | 5%                  | 80%                                      | 7.2 days          | Not rated
%            | High                  | 5%                  | 5% reduction                             | 3%                | No target
%            | High                  | 5%                  | 10% below last year                      | 3%                | No target
%            | High                  | 5%                  | Increase by 5%                           | 3%                | No target
Weeks        | Low                   | 1                   | 12 weeks                                 | 13 days           | Not rated
Weeks        | Low                   | 1                   | 12                                       | 13 hours          | Not rated
%            | High                  | 75%                 | 80%                                      | 76%               | Amber
%            | High                  | 75%                 | 80%                                      | 74%               | Red
%            | Low                   | 12%                 | 10%                                      | 11.2%             | Amber
%            | Low                   | 12%                 | 10%                                      | 11.3%             | Red
£m           | Low                   | 0.1                 | £4 - 5m                                  | £5.05m            | Amber
£            | Within                |                     | £4 - 5m                                  | £4.5m             | Green
%            | Within                |                     | 0.8 - 0.9                                | 85                | Green
%            | Within                |                     | 80 ± 1                                   | 79                | Green
%            | Within                |                     | ± 2%                                     | -1.5%             | Green
days         | Low                   | 1                   | 8 days per FTE                           | 8.4 days per FTE  | Amber
£k           | Low                   | 10%                 | 500                                      | £540,000          | Amber
£000         | Low                   | 10%                 | 500                                      | 540               | Amber
Working days | Lower is better       | 0.5                 | 8.5                                      | 8.9               | Amber
%            | Aim to maximise       | 5%                  | At least 95% of managers by March 2027   | 94%               | Amber
%            | Aim to maximise       | 5%                  | 95% of appraisals completed by end of Q4 | 94%               | Amber
"""
KEYS = ("unit", "good", "tolerance", "target", "actual")
SCORECARD = load_schema("scorecard")


def card(period: str = "2026/27 Q3", source: str = "") -> Scorecard:
    schema = read_schema(source, "scorecard.toml") if source else SCORECARD
    return Scorecard(Plan(Snapshot("", ()), schema, (), (), (), {}, {"Period": period}, {}))


def measure(period: str = "2026/27 Q3", source: str = "", **values: Value) -> Measure:
    return card(period, source).measure(Line("M001", 1, values))


@pytest.mark.parametrize("row", STATUSES.strip().splitlines()[1:])
def test_a_status_comes_of_the_words_of_its_line(row: str):
    *cells, status = (cell.strip() for cell in row.split("|"))
    values = {key: cell for key, cell in zip(KEYS, cells, strict=True) if cell}
    assert card().status(measure(**values)) == status


@pytest.mark.parametrize(("target", "actual"), [(0.8, 0.76), (80, 76), ("80%", 0.76), (0.8, "76 %"), ("80", "76.0%")])
def test_numbers_and_texts_of_a_percentage_are_one(target: Value, actual: Value):
    for tolerance in ("5%", 5, "5 points", 0.05):
        made = measure(unit="%", good="high", target=target, actual=actual, tolerance=tolerance)
        assert card().status(made) == "Amber"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.7213, "%", "72.13%"), ("72", "%", "72%"), (1234567, "£", "£1,234,567"), (1234567.5, "£", "£1,234,567.50"),
        ("£5.6m", "£m", "£5.6m"), (5.6, "£m", "£5.6m"), ("£5,600,000", "£m", "£5.6m"), (5.61234567, "£m", "£5,612,345.67"),
        (510, "£000s", "£510k"), ("(£12)", "£", "-£12"), (9.4, "days", "9.4"), ("9.4 days", "days", "9.4"), ("12 weeks", "weeks", "12"),
        ("4:1", "ratio", "4:1"), (1500, "FTE", "1,500"), ("n/a", "%", "n/a"), ("4 - 6%", "%", "4 - 6%"), ("72% (18 of 25)", "%", "72% (18 of 25)"),
    ],
)  # fmt: skip
def test_a_figure_is_printed_in_its_unit(value: Value, unit: str, shown: str):
    assert shown_figure(value, read_unit(unit)) == shown


@pytest.mark.parametrize("unit", ["%", "£", "£m", "£k", "days", "number", "weeks"])
@pytest.mark.parametrize("value", ["0.5", "12", "99.95", "1200", "3.14159"])
def test_what_a_cell_is_made_to_hold_is_the_figure_it_held(value: str, unit: str):
    read = read_unit(unit)
    assert read
    figure = read_figure(value, read)
    assert figure is not None
    again = read_figure(cell_value(figure, read), read)
    assert again is not None and abs(again - figure) < 10 ** (-2 if "£" in unit else -4)


def test_a_remark_is_no_part_of_a_figure_that_is_kept():
    """The figure counts, and the cell stays as the owner wrote it: two such texts are never taken for one."""
    assert parse_figure("72% (18 of 25)") is None
    assert measure(unit="%", actual="72% (18 of 25)").actual == read_figure("72%", PERCENT)
    assert measure(unit="%", actual="72% (68%)").actual is None  # which of the two?


QUARTERLY = """name = "q"
title = "Q"
[roles]
target = "target"
actual = "actual"
[[columns]]
key = "target"
header = "Target"
kind = "measure"
[[columns]]
key = "first"
header = "Q1 target"
kind = "measure"
target_of = "Q1"
[[columns]]
key = "march"
header = "March target"
kind = "measure"
target_of = "March"
[[columns]]
key = "actual"
header = "Actual"
kind = "measure"
good = "high"
"""


@pytest.mark.parametrize(
    ("period", "target"),
    [("2026/27 Q1", 40), ("2026/27 Q2", 80), ("March 2027", 75), ("April 2026", 80), ("2026/27", 80)],
)
def test_a_target_of_a_part_of_the_year_goes_before_that_of_the_line(period: str, target: int):
    made = measure(period, QUARTERLY, target=80, first=40, march=75, actual=50)
    assert made.target and made.target.low == target


def test_a_part_of_the_year_without_a_target_has_that_of_the_line():
    made = measure("2026/27 Q1", QUARTERLY, target=80, first=None, actual=50)
    assert made.target and made.target.low == 80


@pytest.mark.parametrize(
    ("name", "before", "year_ago"),
    [("2026/27 Q1", "2025/26 Q4", "2025/26 Q1"), ("April 2026", "March 2026", "April 2025"), ("2026/27", "2025/26", "2025/26")],
)  # fmt: skip
def test_a_period_knows_the_one_before_and_a_year_ago(name: str, before: str, year_ago: str):
    period = read_period(name)
    assert period and (period.name, period.before.name, period.a_year_before.name) == (name, before, year_ago)

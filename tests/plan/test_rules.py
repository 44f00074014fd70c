"""The rules across lines: what each finds, word for word, and the nearest it must not find."""

import pytest
from plans import Master

from hrworkbook.verbs.roll import roll
from hrworkbook.verbs.validate import validate

COLUMNS = """
name = "rules"
title = "Rules"
done = ["Done", "Dropped"]
[roles]
owner = "owner"
status = "status"
[[columns]]
key = "theme"
header = "Theme"
[[columns]]
key = "ref"
header = "Ref"
[[columns]]
key = "what"
header = "What"
help = "In a few words."
[[columns]]
key = "owner"
header = "Owner"
kind = "owners"
[[columns]]
key = "due"
header = "Due"
kind = "timescale"
[[columns]]
key = "status"
header = "Status"
[[columns]]
key = "said"
header = "Said"
[[columns]]
key = "limit"
header = "Limit"
kind = "money"
[[columns]]
key = "spent"
header = "Spent"
kind = "money"
[[columns]]
key = "one"
header = "One"
kind = "number"
[[columns]]
key = "two"
header = "Two"
kind = "number"
[[columns]]
key = "all"
header = "All"
kind = "number"
"""
HEAD = "Theme | Ref | What | Owner | Due | Status | Said | Limit | Spent | One | Two | All"


def found(rule: str, *rows: str, owners: dict[str, str] | None = None) -> list[str]:
    """Return the messages of one rule over lines, which begin in row 6 of the Plan sheet."""
    name = rule.split('"')[1]
    return told(Master("\n".join([HEAD, *rows]), owners or {}, f"{COLUMNS}\n[[rules]]\n{rule}\n"), name)


def told(master: Master, name: str) -> list[str]:
    return [f.message for f in validate(master.snapshot, master.now).findings if f.rule == name]


ONE_VALUE = 'rule = "one-value-per"\ncolumn = "what"\nper = ["theme", "ref"]'


def test_one_value_names_the_first_line_that_differs():
    rows = ("A | 1 | Hire", "a | 1 | hire ", "A | 1 | Train people", "B | 1 | Train", "A | 2 | Train", "A | 1 | Keep")
    advice = "Make the two alike, or give this line another Ref."
    assert found(ONE_VALUE, *rows) == [
        f"Plan!D7: Ref '1' has another What in row 6: 'Hire'. {advice}",
        f"Plan!D8: Ref '1' has another What in row 6: 'Hire'. {advice}",
        f"Plan!D11: Ref '1' has another What in row 6: 'Hire'. {advice}",
    ]


def test_one_value_asks_nothing_of_lines_without_a_reference_or_a_text():
    assert (
        found(ONE_VALUE, "A | | Hire", "A | | Train", "| 1 | Hire", "| 1 | Train", "A | 1 |", "A | 1 | x", "A|1|") == []
    )


def test_one_value_shows_long_texts_short():
    (message,) = found(ONE_VALUE, f"A | {'r' * 31} | {'p' * 61}", f"A | {'r' * 31} | other")
    assert f"Ref '{'r' * 29}…' has another What in row 6: '{'p' * 59}…'" in message
    (message,) = found(ONE_VALUE, f"A | {'r' * 30} | {'p' * 60}", f"A | {'r' * 30} | other")
    assert f"Ref '{'r' * 30}' has another What in row 6: '{'p' * 60}'" in message


def test_unique_names_the_first_of_each_set():
    rule = 'rule = "unique"\ncolumns = ["theme", "ref"]'
    rows = ("A | 1", "A | 2", "a | 1", "B | | x", "C | | y", "A | | x", "A | | y", "A | 1")
    advice = "Remove one of the two, or tell them apart."
    master = Master("\n".join([HEAD, *rows]), {}, f"{COLUMNS}\n[[rules]]\n{rule}\n")
    master.types(L004_theme=None, L005_theme=None)  # nothing to compare is not the same
    assert told(master, "unique") == [
        f"Plan!B8: Theme and Ref 'a' is also in row 6. {advice}",
        f"Plan!B12: Theme and Ref 'A' is also in row 11. {advice}",
        f"Plan!B13: Theme and Ref 'A' is also in row 6. {advice}",
    ]


def test_known_owner_suggests_the_nearest_and_asks_for_each_of_joint_owners():
    rule = 'rule = "known-owner"\ncolumn = "owner"'
    master = Master(
        f"{HEAD}\nA|1|x| Head of HR\nA|2|x| \nA|3|x| head of  hr", {"Head of HR": "", "Payroll Lead": ""},
        f"{COLUMNS}\n[[rules]]\n{rule}\n",
    )  # fmt: skip
    assert told(master, "known-owner") == []
    master.types(L001_owner="Hed of HR/Payroll Lead/Zebra", L002_owner=12)
    assert told(master, "known-owner") == [
        "Plan!E6: the owner 'Hed of HR' is not on the Owners sheet. Did you mean 'Head of HR'? Otherwise add the role "
        "there, or correct it here. Joint owners are parted by /.",
        "Plan!E6: the owner 'Zebra' is not on the Owners sheet. Add the role there, or correct it here. Joint owners are "
        "parted by /.",
    ]


def test_overdue_is_the_day_after_and_says_what_the_status_is():
    rule = 'rule = "overdue"\ncolumn = "due"'
    rows = (
        "A|1|x|| 20/11/2026 | Red", "A|2|x|| 21/11/2026 | Red", "A|3|x|| 20/11/2026 |", "A|4|x|| 20/11/2026 | Done",
        "A|5|x|| 20/11/2026 | dropped", "A|6|x|| | Red", "A|7|x|| Ongoing | Red", "A|8|x|| Sept - Oct 2026 | Red",
    )  # fmt: skip
    assert found(rule, *rows) == [
        "Plan!F6: this was due by 20 November 2026 and its status is Red. Mark it Done if it is, or agree a new Due.",
        "Plan!F8: this was due by 20 November 2026 and its status is not reported. Mark it Done if it is, or agree a new Due.",
        "Plan!F13: this was due by 31 October 2026 and its status is Red. Mark it Done if it is, or agree a new Due.",
    ]


def test_overdue_in_prose_is_its_last_date():
    rule = 'rule = "overdue"\ncolumn = "said"'
    rows = (
        "A|1|x|||Red| Begun 1/3/2026, to end 31/10/2026.",
        "A|2|x|||Red| From 1/3/2026 to 1/12/2026.",
        "A|3|x|||Red| Soon.",
    )
    (message,) = found(rule, *rows)
    assert message.startswith("Plan!H6: this was due by 31 October 2026")


def test_not_over_allows_what_rounding_does():
    rule = 'rule = "not-over"\ncolumn = "spent"\nlimit = "limit"'
    rows = (
        "A|1|x||||| £100 | £100.01", "A|2|x||||| 100 | 100.005", "A|3|x||||| 100 | 100", "A|4|x||||| | 100",
        "A|5|x||||| 100 |", "A|6|x||||| nil | 1", "A|7|x||||| lots | 100", "A|8|x||||| £2k | £2,001",
        "A|9|x||||| 100 | 99",
    )  # fmt: skip
    advice = "Check both figures; if the overspend is real, explain it in the progress update."
    assert found(rule, *rows) == [
        f"Plan!J6: Spent is £100.01, over the Limit of £100. {advice}",
        f"Plan!J11: Spent is 1, over the Limit of nil. {advice}",
        f"Plan!J13: Spent is £2,001, over the Limit of £2k. {advice}",
    ]


def test_reported_asks_for_what_is_blank_or_the_same_as_last_period():
    rule = 'rule = "reported"\ncolumn = "said"\nseverity = "error"'
    rows = ("A|1|x|||Red| Begun.", "A|2|x|||Red|", "A|3|x|||Done|", "A|4|x|||Red| Going on.", "A|5|x|||Done|Ended.")
    master = Master("\n".join([HEAD, *rows]), {}, f"{COLUMNS}\n[[rules]]\n{rule}\n")
    blank = "no Said is reported this period. Ask the owner, or enter what has happened; 'No change' is an answer."
    assert told(master, "reported") == [f"Plan!H7: {blank}"]
    assert {f.severity for f in validate(master.snapshot, master.now).findings} == {"error"}
    master.apply(roll(master.snapshot, master.now, "2027 Q1").changes)
    master.types(L004_said="Further on.", L001_said="Begun. ")
    same = "the Said is word for word the last period's. Ask the owner what has happened since."
    assert told(master, "reported") == [f"Plan!H6: {same}", f"Plan!H7: {blank}"]


@pytest.mark.parametrize("word", ["Red", " red ", "RED"])
def test_needed_when_a_word_asks_for_it(word):
    rule = 'rule = "needed-when"\ncolumn = "what"\nwhen = "status"\nis = ["Red", "Late"]'
    rows = (f"A|1| |||{word}", "A|2| |||Green", "A|3| x |||Red", "A|4| |||Late")
    assert found(rule, *rows) == [
        f"Plan!D6: What is blank although Status is {word.strip()}. Enter it. In a few words.",
        "Plan!D9: What is blank although Status is Late. Enter it. In a few words.",
    ]
    (bare,) = found(rule.replace('"what"', '"said"'), "A|1|x|||Red|")
    assert bare == "Plan!H6: Said is blank although Status is Red. Enter it."


def test_adds_up_leaves_out_what_is_blank_and_doubts_no_sum_over_the_unknown():
    rule = 'rule = "adds-up"\ntotal = "all"\nparts = ["one", "two"]'
    rows = (
        "A|1|x|||||||1|2|3", "A|2|x|||||||1|2|9", "A|3|x|||||||1||9", "A|4|x|||||||1|?|9", "A|5|x|||||||1|nil|9",
        "A|6|x|||||||1|2|",
    )  # fmt: skip
    advice = "Check the parts and the total with the sender."
    assert found(rule, *rows) == [
        f"Plan!M7: All is 9 but its parts add up to 3. {advice}",
        f"Plan!M8: All is 9 but its parts add up to 1. {advice}",
        f"Plan!M10: All is 9 but its parts add up to 1. {advice}",
    ]

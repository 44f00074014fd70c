"""The dates a text names on its way: milestones, with what is due and the words they stand in."""

from datetime import date

import pytest

from hrworkbook.plan.dates.timescale import dates_in

MILESTONES = (
    "Produce paper on reducing staff numbers at minimal cost 24 September. Visit to Dover to learn from the best "
    "practice of the East Kent Partnership 28 September. Workshop to agree focus of shared training 22 October. "
    "Audit of HR skills across the 12 councils to assess capability (November) Further development of the matrix "
    "model (ongoing)"
)


def test_dates_in_prose() -> None:
    found = dates_in(MILESTONES, period=(date(2010, 4, 1), date(2011, 3, 31)))
    assert [(m.phrase, str(m.span.start) if m.span else "ongoing" * m.ongoing) for m in found] == [
        ("24 September", "2010-09-24"),
        ("28 September", "2010-09-28"),
        ("22 October", "2010-10-22"),
        ("November", "2010-11-01"),
        ("ongoing", "ongoing"),
    ]
    assert [m.description for m in found] == [
        "Produce paper on reducing staff numbers at minimal cost",
        "Visit to Dover to learn from the best practice of the East Kent Partnership",
        "Workshop to agree focus of shared training",
        "Audit of HR skills across the 12 councils to assess capability",
        "Further development of the matrix model",
    ]
    assert all(MILESTONES[m.position :].startswith(m.phrase) for m in found)


def test_dates_in_prose_without_a_period_say_they_have_no_year() -> None:
    found = dates_in(MILESTONES)
    assert [m.reason for m in found if not m.ongoing] == ["it has no year"] * 4
    assert all(m.span is None for m in found)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("Managers may 2 weeks later march on. 4751 bookings, 128 of 155 schools (83%), 24/7, version 1.2.3.", []),
        ("The People Plan 2016/17 has been agreed; in 2016 staff met.", []),
        (
            "Tenders were invited during Oct/Nov 2016 and a decision will be reached in June 2017.",
            ["Oct", "Nov 2016", "June 2017"],
        ),
        ("Shared with managers and CLT during March 2017.", ["March 2017"]),
        ("to be done by end of 2016/17", ["by end of 2016/17"]),
        ("It took place on 14 th December 2016 to celebrate", ["14 th December 2016"]),
        ("ran for four weeks from 15th June to 13th July 2016 with", ["from 15th June to 13th July 2016"]),
        ("to be undertaken during Q4 2016/17.", ["Q4 2016/17"]),
        ("May we meet in May 2017?", ["May 2017"]),
    ],
)
def test_what_is_a_date_in_prose(text: str, phrases: list[str]) -> None:
    assert [m.phrase for m in dates_in(text)] == phrases

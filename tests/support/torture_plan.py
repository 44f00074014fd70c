"""The plan that the mangled returns are of, as it was issued."""

from copy import copy
from dataclasses import replace
from functools import cache

from plans import HEAD, Master

from hrworkbook.plan.model import Line
from hrworkbook.plan.values import Value
from hrworkbook.render.return_workbook import return_workbook

PLAN = """
Theme  | Ref | Priority                              | Owner                     | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Staff  | A   | Hire well and early                   | Recruitment Lead          | March 2027 | Posts filled                   | Green | Two posts filled.
Staff  | B   | Train every manager in the new scheme | Learning Lead             | Mar-27     | All trained by spring          | Amber | First course held in May.
Staff  | 007 | Mentor new starters in each service   | Learning Lead             | Ongoing    | Ten pairs at work              | Green | Six pairs of mentors at work.
Safety | A   | Audit sites with the safety team      | Safety Lead/Learning Lead | Dec 2026   | All sites audited              | Red   | Nine of ten sites seen.
Safety | B   | Renew the "first aid" certificates    | Learning Lead             | 31/03/2027 | Certificates in date           | Amber | It is "in hand": see the note.
Safety | C   | Write the policy for hot weather      | Safety Lead               | 2027       | Policy agreed                  | Amber | Draft written.
"""
OWNERS = {
    "Recruitment Lead": "recruit@council.example",
    "Learning Lead": "learn@council.example",
    "Safety Lead": "safety@council.example",
}
ANSWER: dict[str, Value] = {"L003.rag": "Complete", "L003.progress_update": "Eight pairs of mentors at work."}
FIRST, LAST = HEAD + 2, HEAD + 5
"""The sheet rows of L002 and L005, counted from 1; the headings stand in row HEAD + 1."""
TOP = HEAD + 1


@cache
def issued() -> Master:
    """The master as it was issued; use `fresh` to merge into."""
    master = Master(PLAN, OWNERS)
    master.issue()
    return master


def fresh() -> Master:
    """A master just issued, of one's own."""
    master = copy(issued())
    master.issued = dict(master.issued)
    return master


@cache
def answered(owner: str = "Learning Lead") -> bytes:
    """The owner's return as issued, with the answer for L003 filled in where it is theirs."""
    one = issued().issued[owner]
    lines: list[Line] = []
    for line in one.lines:
        mine = {p.split(".")[1]: v for p, v in ANSWER.items() if p.startswith(f"{line.id}.")}
        lines.append(replace(line, values={**line.values, **mine}))
    return return_workbook(replace(one, lines=tuple(lines)))

"""The laws of merging over mixtures: answers of every kind in a return edited in several ways at once, and saved.

Whatever was done to the file, a cell of the plan says what it said or what its owner wrote into that very cell; what was
written is in the plan, or waits, or is listed; merging again changes nothing, and undo gives all of it back.
"""

import csv
import datetime as dt
import io
from hashlib import sha256

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plans import Master, sheet

from hrworkbook.intake.reader import read_file
from hrworkbook.merging.outcomes import ReceivedFile
from hrworkbook.plan.schema import load_schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import as_text, is_blank, normalised_text, same_value

MORE = """
[[columns]]
key = "spent"
header = "Spent"
kind = "money"
edited_by = "owner"
[[columns]]
key = "done"
header = "% done"
kind = "percent"
edited_by = "owner"
[[columns]]
key = "review"
header = "Review date"
kind = "date"
edited_by = "owner"
[[columns]]
key = "seen"
header = "Evidence seen?"
kind = "yes-no"
edited_by = "owner"

[[rules]]"""
SOURCE = load_schema("delivery-plan").source.replace("[[rules]]", MORE.lstrip(), 1)
TABLE = """
Theme  | Ref  | Priority                      | Owner      | Timescale  | Performance & Outcome Measures | RAG   | Progress Update           | Spent  | % done | Review date | Evidence seen?
Care   | 1.1  | Launch the plan – in Medicine | Lead       | 31/03/2027 | Turnover ≤ 11.5%\\n• fewer gaps | Red   | As reported last quarter. | £12.5k | 25%    | 31/01/2027  | Yes
Care   | 1.10 | Launch the plan – in Surgery  | Lead       | Mar-27     | Turnover ≤ 11.5%\\n• fewer gaps | Amber | As reported last quarter. | 25     | 0.5    | 01/02/2027  | No
Care   | 1.1  | Launch the plan – in Medicine | Lead/Other | Ongoing    |                                | Green | Two “quick wins” – filled | nil    |        |             | Yes
Belong |      | Publish the passport          | Lead       | 31.12.26   | Passports in use               | Red   | Paused.\\n\\nNext: talks    | £1.2m  | 100%   | 28/02/2027  |
"""
ANSWERS = {
    "rag": ["Red", " amber ", "GREEN", "R", "Amber/Green", None],
    "progress_update": [
        "Contract awarded.",
        "No change",
        "=SUM(A1)",
        "- one\n- two",
        "50%",
        "“so far” – £60",
        12,
        None,
    ],
    "spent": ["£13k", 14.5, "nil", "about £3k"],
    "done": ["75%", 0.8, "half", 50],
    "review": [dt.date(2027, 5, 1), "31/05/2027", "Feb 2027", "31/02/2027"],
    "seen": ["Y", "no", True, "tbc"],
}
EDITS = (
    "shuffle", "blank row", "title", "swap columns", "double a line", "delete a line", "no ID", "no hidden ID", "note", "note between",
    "new column", "gap", "no top", "other letters", "spaces", "retyped", "table again", "total",
)  # fmt: skip


@pytest.fixture(scope="module")
def start():
    made = Master(TABLE, {"Lead": "lead@council.example", "Other": "other@council.example"}, SOURCE)
    made.issue()
    return made.snapshot, dict(made.issued), made.now


def edit(rows, what, chance):
    """One thing people do to a return, done to its rows."""
    top = next(
        n
        for n, row in enumerate(rows)
        if len({normalised_text(v).casefold() for v in row} & {"rag", "priority", "spent"}) == 3
    )
    heads, body = rows[top], rows[top + 1 :]
    width = len(heads)
    for row in rows[top:]:
        row += [None] * (width - len(row))
    full = [row for row in body if sum(v is not None for v in row) > 4]
    match what:
        case "shuffle":
            chance.shuffle(body)
            rows[top + 1 :] = body
        case "blank row":
            rows.insert(chance.randint(top + 1, len(rows)), [])
        case "title":
            rows.insert(0, ["Draft 2, from the ward"])
        case "swap columns":
            one, other = chance.randrange(width), chance.randrange(width)
            for row in rows[top:]:
                row[one], row[other] = row[other], row[one]
        case "double a line":
            rows.append(list(chance.choice(full)))
        case "delete a line" if len(full) > 1:
            rows.remove(chance.choice(full))
        case "no ID" | "no hidden ID":
            heading = "ID" if what == "no ID" else "Row ID"
            if heading in heads:
                at = heads.index(heading)
                for row in rows[top:]:
                    row.pop(at)
        case "note":
            rows.append(["Kind regards"])
        case "note between":
            rows.insert(chance.randint(top + 1, len(rows)), [None, None, "see my mail"])
        case "new column":
            for n, row in enumerate(rows[top:]):
                row.append("My view" if not n else "ring me" if n == 1 else None)
        case "gap":
            at = chance.randrange(width)
            for row in rows[top:]:
                row.insert(at, None)
        case "no top":
            del rows[:top]
        case "other letters":
            at = chance.randrange(width)
            heads[at] = f" {normalised_text(heads[at]).upper()} " if heads[at] else None
        case "spaces":
            for row in full:
                at = chance.randrange(width)
                row[at] = f"\u00a0{row[at].replace(' ', '  ')} " if isinstance(row[at], str) else row[at]
        case "retyped":
            new = {"31/03/2027": dt.datetime(2027, 3, 31), "1.10": 1.1, "1.1": 1.1, "100%": 1.0}
            for row in body:
                row[:] = [new.get(v, v) if isinstance(v, str) else v for v in row]
        case "table again":
            rows += [[], list(heads), *map(list, body)]
        case "total":
            rows.append([*[None] * (width - 2), "Total", "7"])


def saved(rows, form):
    """The rows as a file of some form gives them back."""
    rows = [[None if v == "" else v for v in row] for row in rows]
    if form == "table":
        return ReceivedFile("r.xlsx", (Block("Your return", rows),), sha256(repr(rows).encode()).hexdigest())
    out = io.BytesIO()
    if form == "xlsx":
        book = openpyxl.Workbook()
        for r, row in enumerate(rows, 1):
            for c, value in enumerate(row, 1):
                if value is not None:
                    cell = book.active.cell(r, c, value)
                    cell.data_type = "s" if isinstance(value, str) else cell.data_type
        book.save(out)
    else:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([[_shown(v) for v in row] for row in rows])
        out.write(text.getvalue().encode(form.partition(" ")[2], "replace"))
    reading = read_file(out.getvalue(), "r.xlsx" if form == "xlsx" else "r.csv")
    return ReceivedFile(reading.name, reading.blocks, reading.sha256)


def _shown(value):
    if isinstance(value, bool):
        return str(value).upper()
    return value.strftime("%d/%m/%Y") if isinstance(value, dt.date) else value


def means(column, value):
    """What a cell says, in whichever form it stands there."""
    if is_blank(value):
        return None
    if column.kind in ("money", "percent", "date", "yes-no") and not column.kind_object.fault(value, column.header, ()):
        return column.kind_object.read(value)
    return normalised_text(value).casefold() if column.kind == "choice" else normalised_text(value)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["L001", "L002", "L003", "L004"]), st.sampled_from(sorted(ANSWERS))),
        st.integers(0, 7),
        max_size=6,
    ),
    st.lists(st.sampled_from(EDITS), max_size=4),
    st.sampled_from(["table", "xlsx", "csv utf-8-sig", "csv cp1252"]),
    st.randoms(use_true_random=False),
)
def test_no_mixture_of_edits_writes_a_wrong_cell_or_loses_an_answer(start, picked, edits, form, chance):
    master = Master()
    master.snapshot, master.issued, master.now = start
    answers = {place: ANSWERS[place[1]][n % len(ANSWERS[place[1]])] for place, n in picked.items()}
    rows = sheet(master.issued["Lead"], **{f"{line}_{key}": value for (line, key), value in answers.items()})
    for what in edits:
        edit(rows, what, chance)
    file = saved(rows, form)
    columns = {c.key: c for c in master.plan.schema.columns}
    before = master.values()
    result = master.merge(file)
    after = master.values()
    told = [
        normalised_text(v)
        for r in result.returns
        for v in (*(c.received for c in r.cells), *(s.value for s in r.stray_cells))
    ]
    for place, says in after.items():
        if type(says) is type(before[place]) and says == before[place]:
            continue
        assert place in answers and means(columns[place[1]], says) == means(columns[place[1]], answers[place]), place
    for (line, key), came in answers.items() if result.returns and "delete a line" not in edits else ():
        column = columns[key]
        kept = means(column, after[line, key]) == means(column, came) or means(column, before[line, key]) == means(
            column, came
        )
        listed = {
            normalised_text(came),
            normalised_text(as_text(came)),
            normalised_text(_shown(came)),
            normalised_text(column.kind_object.read(came) if key == "review" else came),
            normalised_text(as_text(column.kind_object.read(came)) if key == "seen" else came),
        }
        assert is_blank(came) or kept or {str(t).casefold() for t in listed} & {str(t).casefold() for t in told}, (
            line,
            key,
            came,
        )
    assert master.merge(file).returns == () or master.values() == after
    for one in result.returns:
        master.undo(one.return_id)
    assert all(same_value(v, before[p]) and type(v) is type(before[p]) for p, v in master.values().items())

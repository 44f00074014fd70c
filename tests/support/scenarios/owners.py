"""What owners do to a file before it is sent: what is ordinary, and what slips."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from plans import HEAD, Rows

from hrworkbook.plan.returns import OutgoingReturn
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text, same_value
from scenarios.compare import as_form
from scenarios.words import HEADER, MINE, Cell

if TYPE_CHECKING:
    from scenarios.scenario import Scenario


Mangle = Callable[["Scenario", Rows], Rows]


def body(rows: Rows) -> Rows:
    return rows[HEAD + 1 :]


def col(rows: Rows, key: str) -> int:
    return rows[HEAD].index(HEADER[key])


def set_column(rows: Rows, key: str, change: Callable[[list[Value]], list[Value]]) -> Rows:
    at, lines = col(rows, key), body(rows)
    for row, value in zip(lines, change([r[at] for r in lines]), strict=True):
        row[at] = value
    return rows


def one_column_sorted(s: "Scenario", rows: Rows) -> Rows:
    return set_column(rows, s.rng.choice(MINE), lambda v: sorted(v, key=lambda x: (x is None, as_text(x))))


def one_column_shifted(step: int) -> Mangle:
    def shift(s: "Scenario", rows: Rows) -> Rows:
        first = s.rng.randrange(max(1, len(body(rows)) - 1))
        key = s.rng.choice(MINE)
        s.dropped.add((body(rows)[-1 if step > 0 else first][0], key))
        if step > 0:
            return set_column(rows, key, lambda v: [*v[:first], None, *v[first:-1]])
        return set_column(rows, key, lambda v: [*v[:first], *v[first + 1 :], None])

    return shift


def two_columns_swapped(s: "Scenario", rows: Rows, *, headings: bool = False) -> Rows:
    pairs = [("progress", "risks")] if s.rng.random() < 0.7 else [("rag", "agreed"), ("spend", "share")]
    one, other = (col(rows, k) for k in s.rng.choice(pairs))
    for row in [rows[HEAD]] if headings else body(rows):
        row[one], row[other] = row[other], row[one]
    return rows


def white_block_sorted(s: "Scenario", rows: Rows) -> Rows:
    at = [col(rows, k) for k in MINE]
    key = s.rng.choice(at)
    block = sorted(
        ([r[i] for i in at] for r in body(rows)), key=lambda b: (b[at.index(key)] is None, as_text(b[at.index(key)]))
    )
    for row, cells in zip(body(rows), block, strict=True):
        for i, value in zip(at, cells, strict=True):
            row[i] = value
    return rows


def stranger(s: "Scenario", rows: Rows) -> Rows:
    """One line's text that was issued, dropped into another line's cell, and gone from its own."""
    key = s.rng.choice(("progress", "risks"))
    at = col(rows, key)
    full = [r for r in body(rows) if not is_blank(r[at])]
    if full and len(body(rows)) > 1:
        source = s.rng.choice(full)
        target = s.rng.choice([r for r in body(rows) if r is not source])
        s.dropped.add((target[0], key))
        source[at], target[at] = None, source[at]
    return rows


def two_answers_swapped(s: "Scenario", rows: Rows) -> Rows:
    at = col(rows, s.rng.choice(MINE))
    if len(body(rows)) > 1:
        one, other = s.rng.sample(body(rows), 2)
        one[at], other[at] = other[at], one[at]
    return rows


def sorted_lines(s: "Scenario", rows: Rows) -> Rows:
    at = col(rows, s.rng.choice(("priority", "rag", "measures")))
    return [*rows[: HEAD + 1], *sorted(body(rows), key=lambda r: (is_blank(r[at]), as_text(r[at])))]


def rows_deleted(s: "Scenario", rows: Rows) -> Rows:
    """Rows in which nothing was answered are what an owner deletes; which those are the oracle does not ask."""
    return [*rows[: HEAD + 1], *body(rows), []]


def blank_rows(s: "Scenario", rows: Rows) -> Rows:
    at = s.rng.randrange(len(body(rows)))
    return [*rows[: HEAD + 1 + at], [], [], *rows[HEAD + 1 + at :]]


def own_column(s: "Scenario", rows: Rows) -> Rows:
    rows[HEAD].append("My notes")
    for row in body(rows):
        row.append("ask Jo" if s.rng.random() < 0.3 else None)
    return rows


def moved_columns(s: "Scenario", rows: Rows) -> Rows:
    order = list(range(len(rows[HEAD])))
    s.rng.shuffle(order)
    return [*rows[:HEAD], *([r[i] for i in order] for r in rows[HEAD:])]


def alias(s: "Scenario", rows: Rows) -> Rows:
    rows[HEAD][col(rows, "progress")] = "Update"
    return rows


def without_hidden(s: "Scenario", rows: Rows) -> Rows:
    return [*rows[:HEAD], *(r[:-1] for r in rows[HEAD:])]


def pasted(s: "Scenario", rows: Rows) -> Rows:
    return [list(r) for r in rows[HEAD:]]


def as_csv(s: "Scenario", rows: Rows) -> Rows:
    return [[as_form(v) for v in r[:-1]] for r in rows[HEAD:]]


def retyped(s: "Scenario", rows: Rows) -> Rows:
    """Figures, dates and words in forms that people type."""
    for row in body(rows):
        for key in ("spend", "share", "agreed", "rag", "done_on"):
            at = col(rows, key)
            value = row[at]
            if key == "spend" and isinstance(value, float):
                row[at] = s.rng.choice((f"{value:,.0f}", f"£{value:,.0f}", int(value)))
            elif key == "share" and isinstance(value, float):
                row[at] = f"{round(value * 100)}%"
            elif key == "agreed" and value:
                row[at] = s.rng.choice((as_text(value).lower(), value == "Yes"))
            elif key == "rag" and value:
                row[at] = as_text(value).lower()
            elif key == "done_on" and isinstance(value, date):
                row[at] = f"{value.day} {value:%B %Y}"
    return rows


def only_ids(s: "Scenario", rows: Rows) -> Rows:
    at = [rows[HEAD].index("ID"), *(col(rows, k) for k in MINE)]
    return [[r[i] for i in at] for r in rows[HEAD:]]


def other_plans(s: "Scenario", rows: Rows) -> Rows:
    """The same IDs with other answers: as if from the plan of another department."""
    rows = only_ids(s, rows)
    at = rows[0].index(HEADER["progress"])
    for row in rows[1:]:
        row[at] = f"Answer of another plan, {s.rng.random()}"
    return rows


def notes_below(s: "Scenario", rows: Rows) -> Rows:
    return [*rows, [], ["Sent from my phone"]]


def titled(s: "Scenario", rows: Rows) -> Rows:
    return [["Return of our team, as agreed"], [None, "Priority: high"], *rows]


def own_column_like_an_alias(s: "Scenario", rows: Rows) -> Rows:
    """The heading of a column that holds what was issued is reworded, and notes of the owner's stand under a like one."""
    at = col(rows, "progress")
    if not any(
        isinstance(r[at], str) and len(r[at]) >= 12 and (r[0], "progress") not in s.answered_ids for r in body(rows)
    ):
        return rows
    rows[HEAD][at] = "What we did"
    rows[HEAD].append("Update")
    for row in body(rows):
        own = f"Own note {s.rng.random()}" if s.rng.random() < 0.4 else None
        row.append(own)
        s.extras += [own] if own else []
    return rows


def merged_rows(s: "Scenario", rows: Rows) -> Rows:
    """An answer is merged over the cells of the two lines below, whose own texts are gone by that."""
    at = col(rows, "progress")
    for first in range(len(body(rows)) - 2):
        top, *below = body(rows)[first : first + 3]
        if (top[0], "progress") in s.answered_ids and not any((r[0], "progress") in s.answered_ids for r in below):
            for row in below:
                row[at] = None
            s.merges.append((HEAD + 2 + first, at + 1, HEAD + 4 + first, at + 1))
            break
    return rows


def row_that_is_no_line(s: "Scenario", rows: Rows) -> Rows:
    at = next((i for i, h in enumerate(rows[HEAD]) if as_text(h).startswith("Last reported")), col(rows, "priority"))
    row: list[Value] = [None] * len(rows[HEAD])
    row[at] = f"A thought of ours {s.rng.random()}"
    s.extras.append(as_text(row[at]))
    return [*rows, row]


def over_the_last_report(s: "Scenario", rows: Rows) -> Rows:
    at = next((i for i, h in enumerate(rows[HEAD]) if as_text(h).startswith("Last reported")), None)
    if at is not None:
        row = s.rng.choice(body(rows))
        row[at] = f"Typed beside {s.rng.random()}"
        s.extras.append(as_text(row[at]))
    return rows


MANGLE: dict[str, Mangle] = {
    "plain": lambda s, r: r, "sort lines": sorted_lines, "delete rows": rows_deleted, "blank rows": blank_rows,
    "own column": own_column, "move columns": moved_columns, "alias": alias, "title rows": titled,
    "hidden ID deleted": without_hidden, "seal deleted": lambda s, r: [*r[:4], [], *r[5:]], "pasted table": pasted,
    "csv without seal": as_csv, "retyped": retyped, "notes below": notes_below,
    "one column sorted": one_column_sorted, "one column up": one_column_shifted(-1), "one column down": one_column_shifted(1),
    "two columns swapped": two_columns_swapped, "white block sorted": white_block_sorted,
    "headings exchanged": lambda s, r: two_columns_swapped(s, r, headings=True), "stranger": stranger,
    "own column like an alias": own_column_like_an_alias, "merged rows": merged_rows,
    "row that is no line": row_that_is_no_line, "over the last report": over_the_last_report,
    "two answers swapped": two_answers_swapped, "IDs and answers alone": only_ids, "other plan's IDs and answers": other_plans,
}  # fmt: skip
for _number in range(1, 200):
    MANGLE[f"only L{_number:03d}"] = lambda s, r, id_=f"L{_number:03d}": [r[HEAD], *(x for x in body(r) if x[0] == id_)]


def slipped_cells(before: Rows, after: Rows, numbers: dict[str, int]) -> dict[Cell, Value]:
    """What stands in the cells of a file that are not as before it slipped."""
    found: dict[Cell, Value] = {}
    for row, old in zip(body(after), body(before), strict=True):
        for key in MINE:
            value, was = row[col(after, key)], old[col(before, key)]
            if not same_value(value, was):
                found[numbers[row[0]], key] = value
    return found


def is_recognisable(issued: OutgoingReturn, before: Rows, after: Rows, kind: str) -> bool:
    """Whether whoever sees the file and what was issued can see that cells slipped."""
    if "headings" in kind:
        after = [*after[: HEAD + 1], *(list(r) for r in body(after))]
        one, other = (i for i in range(len(before[HEAD])) if before[HEAD][i] != after[HEAD][i])
        for row in body(after):
            row[one], row[other] = row[other], row[one]
    evidence = 0
    visible = []
    for key in MINE:
        at = col(before, key)
        was = {line.id: line.values.get(key) for line in issued.lines}
        keys = (
            ("progress", "risks", "rag", "agreed", "spend", "share")
            if "columns" in kind or "headings" in kind
            else (key,)
        )
        anywhere = {normalised_text(line.values.get(k)) for line in issued.lines for k in keys} - {""}
        changed = [r for r in body(after) if not same_value(r[at], was[r[0]])]
        moved = [r for r, b in zip(body(after), body(before), strict=True) if not same_value(r[at], b[at])]
        arrived = [r for r in moved if normalised_text(r[at]) in anywhere and not same_value(r[at], was[r[0]])]
        long = sum(isinstance(r[at], str) and len(r[at]) >= 12 for r in arrived)
        if moved:
            exact = Counter(normalised_text(r[at]) for r in changed) == Counter(
                normalised_text(was[r[0]]) for r in changed
            )
            exact = exact and len(changed) > 1 and key != "agreed"  # as many Yes to No as No to Yes tells nothing
            seen = long > 0 or exact or (len(arrived) >= 3 and kind != "two answers swapped")
            visible.append(seen)
            evidence += len(arrived)
    return all(visible) or ("block" in kind and any(visible))

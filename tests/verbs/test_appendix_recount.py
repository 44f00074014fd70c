"""The figures of an appendix, counted a second time from the raw cells of 500 random histories, by code of its own.

Nothing here reads a plan, a date or a status with the package's code: rows are lists of cells as they stand on the
sheets Plan and Past periods.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

import pytest
from histories import HEADS, MONTHS, STATUSES, Row, lived, raw
from plans import Master

from hrworkbook.plan.ledgers import PLAN, START
from hrworkbook.plan.model import HISTORY
from hrworkbook.verbs.appendix import appendix

HISTORIES, BATCHES = 500, 10


def quarter_end(period: str) -> date:
    year, quarter = int(period[:4]), int(period[-1])
    month = (6, 9, 12, 3)[quarter - 1]
    year += quarter == 4
    return date(year, month, monthrange(year, month)[1])


def due_day(text: object) -> date | None:
    words = str(text or "").split()
    if len(words) != 2:
        return None
    month, year = MONTHS.index(words[0]) + 1, int(words[1])
    return date(year, month, monthrange(year, month)[1])


def money(value: object) -> float | None:
    return None if value is None else 0 if value == "nil" else float(str(value).replace(",", ""))


def same(one: object, two: object) -> bool:
    return str(one if one is not None else "") == str(two if two is not None else "")


@dataclass
class Recount:
    """The plan now and as it was closed, as raw rows; everything is counted for one part."""

    now: list[Row]
    closed: list[tuple[str, dict[str, Row]]]
    exempt: bool
    day: date
    present_period: str

    def mine(self, row: Row) -> bool:
        return (row["Part"] == "Part 2") is self.exempt

    def seen(self, id_: object, last: int | None = None) -> Row | None:
        """A line as it stood in the latest of the closed periods that has it."""
        for _, rows in reversed(self.closed[:last]):
            if id_ in rows:
                return rows[id_]
        return None

    def lines(self) -> list[Row]:
        both = [
            r for r in self.now if not (r["RAG"] == "Complete" and (self.seen(r["ID"]) or {}).get("RAG") == "Complete")
        ]
        return [r for r in both if self.mine(r)]

    def status_counts(self, rows: list[Row]) -> dict[str, int]:
        return {s: sum((r["RAG"] or "No status") == s for r in rows) for s in (*STATUSES, "No status")}

    def overdue(self) -> set[object]:
        return {r["Ref"] for r in self.lines() if (d := due_day(r["Due"])) and d < self.day and r["RAG"] != "Complete"}

    def sentence(self) -> str:
        if not self.closed:
            return "This is the first report of this plan."
        new = changed = moved_in = complete = deleted = moved_out = 0
        lines = self.lines()
        for row in lines:
            before = self.seen(row["ID"])
            if before is None:
                new += 1
            elif not self.mine(before):
                moved_in += 1
            else:
                changed += any(not same(row[h], before[h]) for h in HEADS[1:10])
        for id_, row in self.closed[-1][1].items():
            if not self.mine(row) or any(r["ID"] == id_ for r in lines):
                continue
            there = [r for r in self.now if r["ID"] == id_]
            if row["RAG"] == "Complete" and (not there or there[0]["RAG"] == "Complete"):
                complete += 1
            elif there:
                moved_out += 1
            else:
                deleted += 1
        into, out = ("now exempt", "no longer exempt") if self.exempt else ("no longer exempt", "now exempt")
        told = []
        for number, one, many in (
            (changed, "has changed", "have changed"), (new, "is new", "are new"),
            (complete, "has left as complete", "have left as complete"), (deleted, "was deleted", "were deleted"),
            (moved_out, f"is {out}", f"are {out}"), (moved_in, f"is {into}", f"are {into}"),
        ):  # fmt: skip
            if number:
                told.append(f"{number} line {one}" if number == 1 else f"{number} lines {many}")
        name = self.closed[-1][0]
        if not told:
            return f"Nothing has changed since {name}."
        return f"Since {name}, {', '.join(told[:-1])}{' and ' if told[1:] else ''}{told[-1]}."

    def cells_changed(self) -> set[tuple[object, object]]:
        found: set[tuple[object, object]] = set()
        for row in self.lines() if self.closed else []:
            before = self.seen(row["ID"])
            if before is None or not self.mine(before):
                found.add((row["Ref"], "Line"))
            else:
                found |= {(row["Ref"], h) for h in HEADS[1:10] if not same(row[h], before[h])}
        return found

    def revised(self) -> set[tuple[object, object, object, object]]:
        return {
            (r["Ref"], r["Owner"], b["Due"], r["Due"])
            for r in self.lines()
            if (b := self.seen(r["ID"]))
            and self.mine(b)
            and due_day(b["Due"])
            and due_day(b["Due"]) != due_day(r["Due"])
        }

    def completed(self, upto: int) -> int:
        """Lines complete after so many closed periods, in the year of the last of them; one more is the present."""
        year = self.year(upto - 1)
        ids = {id_ for _, rows in self.closed[:upto] for id_ in rows}
        present = upto > len(self.closed)
        ids |= {r["ID"] for r in self.now} if present else set()
        number = 0
        for id_ in ids:
            at = max((i for i in range(min(upto, len(self.closed))) if id_ in self.closed[i][1]), default=-1)
            row = self.closed[at][1][id_] if at >= 0 else None
            part = row
            here = [r for r in self.now if r["ID"] == id_] if present else []
            if here:
                part = here[0]
                if not (row and row["RAG"] == "Complete" and here[0]["RAG"] == "Complete"):
                    row, at = here[0], upto - 1
            assert row is not None and part is not None
            number += row["RAG"] == "Complete" and self.mine(part) and self.year(at) == year
        return number

    def year(self, at: int) -> int:
        period = self.closed[at][0] if at < len(self.closed) else ""
        day = quarter_end(period) if period else self.day
        return day.year - (day.month < 4)


def recount_of(master: Master, exempt: bool) -> Recount:
    closed: dict[str, dict[str, Row]] = {}
    for row in raw(master, HISTORY, "Closed period"):
        closed.setdefault(str(row["Closed period"]), {})[str(row["ID"])] = row
    settings = {cells[1]: cells[2] for cells in master.snapshot[START].rows if len(cells) > 2}
    end = quarter_end(settings["Period"])
    meeting = {None: None, "15 May 2026": date(2026, 5, 15), "1 June 2030": date(2030, 6, 1)}[
        settings["Committee date"]
    ]
    day = min(end, meeting) if meeting else end
    return Recount(raw(master, PLAN, "ID"), list(closed.items()), exempt, day, settings["Period"])


def compare(master: Master) -> None:
    made = appendix(master.snapshot, master.now)
    for document, exempt in ((made.public, False), (made.exempt, True)):
        count = recount_of(master, exempt)
        lines = count.lines()
        if document is None:
            assert not lines
            continue
        summary = document.summary
        assert summary is not None
        total = len(lines)
        by_status = count.status_counts(lines)
        assert [x.line_id for x in document.lines] and total or not total
        assert {x.reference for x in document.lines} == {r["Ref"] for r in lines}
        shown = {c.status: c for c in summary.counts if c.status}
        assert {s: c.number for s, c in shown.items()} == {s: n for s, n in by_status.items() if n}
        for status, c in shown.items():
            assert c.label == f"{status} ({int(100 * by_status[status] / total + 0.5)}%)"
        themes = dict(summary.statuses.rows) if summary.statuses else {}
        for theme in {r["Theme"] for r in lines}:
            wanted = count.status_counts([r for r in lines if r["Theme"] == theme])
            assert dict(zip(summary.statuses.statuses, themes[theme], strict=True)) == {
                s: wanted[s] for s in summary.statuses.statuses
            }
        assert {x.reference for x in summary.overdue or ()} == count.overdue()
        assert summary.changes.sentence == count.sentence() and count.sentence() in summary.paragraph
        assert {(c.reference, c.column) for c in summary.changes.changes} == count.cells_changed()
        revised = {(d.reference, d.owner, d.was, d.now) for d in summary.revised.dates} if summary.revised else set()
        assert revised == (count.revised() if count.closed else set())
        check_trend(summary, count)
        check_spend(summary, lines)
        exempt_now = replace(count, exempt=True).lines()
        if not exempt and exempt_now:
            many = len(exempt_now) != 1
            further = "further " if lines else ""
            said = f"{len(exempt_now)} {further}line{'s are' if many else ' is'} exempt and {'are' if many else 'is'} reported in Part 2."
            assert said in summary.paragraph
        else:
            assert "reported in Part 2" not in summary.paragraph


def check_trend(summary, count: Recount) -> None:
    if not count.closed:
        assert summary.trend is None
        return
    rows = {r.label: [int(t) for t in r.texts] for r in summary.trend.rows} if summary.trend else {}
    whole = [[r for r in rows_.values() if count.mine(r)] for _, rows_ in count.closed] + [count.lines()]
    if rows:
        for status in STATUSES:
            assert rows[status] == [count.status_counts(r)[status] for r in whole]
        done = [count.completed(i) for i in range(1, len(count.closed) + 2)]
        assert rows["Completed in the year to date"] == done
    large = [c.number for c in summary.counts if c.label.startswith("completed in ")]
    assert large == [count.completed(len(count.closed) + 1)]


def check_spend(summary, lines: list[Row]) -> None:
    figures = [(money(r["Planned"]), money(r["Actual"])) for r in lines]
    figures = [f for f in figures if f != (None, None)]
    if not any(p or a for p, a in figures):
        return
    planned, actual = sum(p or 0 for p, _ in figures), sum(a or 0 for _, a in figures)

    def pounds(n: float) -> str:
        return f"{'-' if n < 0 else ''}£{abs(n):,.2f}".removesuffix(".00")

    assert summary.spend.sentence.startswith(f"Planned spend is {pounds(planned)} and actual spend {pounds(actual)}.")
    if len(figures) > 1:
        total = summary.spend.lines[-1]
        whole = all(p is not None and a is not None for p, a in figures)
        assert (total.planned, total.actual, total.is_total) == (pounds(planned), pounds(actual), True)
        assert total.difference == (pounds(actual - planned) if whole else "Not known")


@pytest.mark.parametrize("batch", range(BATCHES))
def test_the_figures_equal_an_independent_recount(batch):
    for seed in range(batch, HISTORIES, BATCHES):
        master = lived(seed)
        try:
            compare(master)
        except AssertionError as error:
            error.add_note(f"history {seed}")
            raise


def test_the_histories_have_in_them_what_is_counted():
    """A recount of histories in which nothing happens would prove nothing."""
    told = " ".join(recount_of(lived(seed), exempt=False).sentence() for seed in range(60))
    for words in ("changed", "new", "left as complete", "deleted", "now exempt", "no longer exempt", "first report"):
        assert words in told

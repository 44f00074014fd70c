"""Appendix: the plan as a committee sees it, from the master's snapshot to the pages of a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.exemption import Publicity, publicity
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.history import ClosedPeriod, closed_periods, last_seen_lines, lines_to_report
from hrworkbook.plan.measures.scorecard import with_cells, worked_out_cells
from hrworkbook.plan.model import AUTHOR, Line, Plan, read_plan
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import ChangeSet, Snapshot
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import as_text, fold_name, is_blank
from hrworkbook.render.appendix import figures
from hrworkbook.render.appendix.document import AppendixDocument, Summary
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.scorecard import MeasureTexts
from hrworkbook.render.word_colours import USUAL_COLOURS, WordColours, coloured_columns
from hrworkbook.verbs.readiness import Standing, require_ready

PUBLIC, EXEMPT = "Part 1 (public)", "Part 2 – exempt"


@dataclass(frozen=True)
class Appendix:
    """The appendix as data: its public document, the exempt one where a line is marked Part 2, and what it writes."""

    public: AppendixDocument
    exempt: AppendixDocument | None
    paragraph: str
    """The covering paragraph, ready to paste into the report."""
    changes: ChangeSet
    standing: Standing = Standing()
    """What stood against making it, and was gone past."""


def appendix(snapshot: Snapshot, now: datetime, *, anyway: bool = False, period: str = "") -> Appendix:
    """Return the appendix of a master; of a collection that of the month `period` (`2015-04`), else of the latest there is.

    Raises NotAMaster for a damaged master, and NotReady where errors stand or decisions wait and `anyway` is not given,
    and always where it is not certain which lines may be published, or an exempt one lacks its paragraph or reason
    (Local Government Act 1972, Schedule 12A).
    """
    plan = read_plan(snapshot)
    plan = with_cells(plan, worked_out_cells(plan))  # what is published was worked out of what is published
    if period and not plan.schema.collect:
        raise HrWorkbookError("--period", "only the appendix of a collection is of a month", "Leave --period out")
    standing = require_ready(plan, now.date(), "appendix", anyway=anyway)
    lines = plan.lines if plan.schema.collect else lines_to_report(plan)
    public, exempt = (
        replace(plan, lines=tuple(x for x in lines if publicity(plan, x) is which))
        for which in (Publicity.PUBLIC, Publicity.EXEMPT)
    )
    period, note = _reported_month(plan, period)
    document = _document(public, now.date(), standing, period=period)
    made = count_noun(len(document.lines), "line")
    when = f", for {document.cover.period}" if plan.schema.collect and document.cover.period else ""
    message = f"The appendix is made: {made}{when}."
    message += f" {note}" if note else ""
    if number := len(exempt.lines):
        message += f" {count_noun(number, 'exempt line is', 'exempt lines are')} in a workbook of {'its' if number == 1 else 'their'} own."
    if standing:
        message += f" Its Data sheet says that {standing.sentence}"
    done_text = f"Made the appendix of {made}{standing.aside}"
    return Appendix(
        document,
        _document(exempt, now.date(), standing, exempt=True, period=period) if exempt.lines else None,
        document.summary.paragraph if document.summary else "",
        ChangeSet(status_writes(plan, done_text, now), message),
        standing,
    )


def _reported_month(plan: Plan, period: str) -> tuple[str, str]:
    """Return the month a collection's appendix is of and what is to be said of it; two blanks for any other plan."""
    if not plan.schema.collect:
        return "", ""
    from hrworkbook.render.appendix.collection import reported_month

    return reported_month(plan, period)


def _page_setup(plan: Plan) -> PageSetup:
    layout = plan.schema.appendix
    return PageSetup(layout.paper, layout.orientation, layout.font, layout.size)


def _document(
    plan: Plan, today: date, standing: Standing, *, exempt: bool = False, period: str = ""
) -> AppendixDocument:
    """Return the document of a plan's lines, all of them public or all of them exempt."""
    if plan.schema.collect:
        from hrworkbook.render.appendix.collection import collection_document

        cover = _cover(plan, plan.lines if exempt else (), exempt)
        return replace(collection_document(plan, cover, _page_setup(plan), period), note=standing.sentence)
    layout, columns, lines = plan.schema.appendix, plan.schema.printed, plan.lines
    measures = MeasureTexts(plan)
    theme = plan.schema.role("theme") if layout.theme_headings else None
    coloured = coloured_columns(plan.schema, {c.key: plan.words_of(c) for c in plan.schema.columns})
    return AppendixDocument(
        cover=_cover(plan, lines, exempt),
        columns=tuple(_print_column(plan, c, coloured) for c in columns),
        lines=tuple(
            PrintLine(
                line.text(theme.key) if theme else "",
                figures.reference_of(plan, line),
                tuple(_cell_text(plan, c, line, measures) for c in columns),
                line.id,
            )
            for line in _grouped_by_theme(lines, theme)
        ),
        setup=_page_setup(plan),
        summary=_summary(plan, lines, today, exempt=exempt),
        plan_title=layout.title or plan.schema.title,
        theme_header=figures.theme_header(plan),
        note=standing.sentence,
        status_colours=coloured.get(plan.schema.roles.get("status", ""), USUAL_COLOURS),
    )


def _grouped_by_theme(lines: Sequence[Line], theme: Column | None) -> list[Line]:
    """Return the lines in the plan's order, each theme's together, themes in the order they first come."""
    if theme is None:
        return list(lines)
    order = {t: i for i, t in enumerate(dict.fromkeys(fold_name(x.text(theme.key)) for x in lines))}
    return sorted(lines, key=lambda x: order[fold_name(x.text(theme.key))])


def _print_column(plan: Plan, column: Column, coloured: Mapping[str, WordColours]) -> PrintColumn:
    kind = "status" if column.key in coloured else column.kind
    group = column.group if plan.schema.appendix.groups else ""
    once = column.key in plan.schema.appendix.once
    colours = coloured.get(column.key, USUAL_COLOURS)
    return PrintColumn(column.key, column.header, group, kind, column.width, column.kind == "text", once, colours)


def _cell_text(plan: Plan, column: Column, line: Line, measures: MeasureTexts) -> str:
    if (text := measures.cell_text(column, line)) is not None:
        return text
    status = plan.schema.role("status")
    if status and column.key == status.key:
        return "" if is_blank(line.values.get(column.key)) else figures.status_of(plan, line)
    return as_text(line.values.get(column.key))


def _cover(plan: Plan, lines: Sequence[Line], exempt: bool) -> Cover:
    def joined(role: str) -> str:
        column = plan.schema.role(role)
        return join_words(dict.fromkeys(x.text(column.key) for x in lines)) if column and exempt else ""

    return Cover(
        title=plan.setting("Report title") or plan.schema.appendix.title or plan.schema.title,
        committee=plan.setting("Committee"),
        committee_date=_date_text(plan.setting("Committee date")),
        author=plan.setting("Prepared by") or AUTHOR,
        appendix_number=plan.setting("Appendix number"),
        part=EXEMPT if exempt else PUBLIC,
        paragraph=joined("paragraph"),
        reason=joined("reason"),
        period=plan.setting("Period"),
    )


def _date_text(text: str) -> str:
    """Return a date as a committee paper writes it; any other text as it stands."""
    read = read_timescale(text)
    one_day = read.due and len(read.spans) == 1 and read.spans[0].start == read.due
    return f"{read.due.day} {read.due:%B %Y}" if one_day and read.due else text


def _summary(plan: Plan, lines: Sequence[Line], today: date, *, exempt: bool) -> Summary:
    before = [figures.publishable_period(plan, p, exempt=exempt) for p in _reported_periods(plan)]
    last = last_seen_lines(before)
    return Summary(
        paragraph=covering_paragraph(plan, lines, last, today, exempt=exempt),
        counts=figures.headline_counts(plan, lines, today),
        statuses=figures.status_table(plan, lines),
        overdue=figures.overdue_table(plan, lines, today),
        months=figures.due_months(plan, lines, today),
        spend=figures.spend_table(plan, lines),
        changes=figures.changes_since(plan, lines, last),
        trend=figures.trend_table(plan, lines, before),
        text_table=MeasureTexts(plan).exceptions(lines),
    )


def _reported_periods(plan: Plan) -> list[ClosedPeriod]:
    """Return the closed periods, without those of which only figures are known, as a scorecard begins with."""
    status = plan.schema.role("status")
    periods = list(closed_periods(plan))
    if status is None or _is_of_actions(plan):
        return periods
    return [p for p in periods if any(not is_blank(values.get(status.key)) for values in p.lines.values())]


def covering_paragraph(
    plan: Plan, lines: Sequence[Line], last: ClosedPeriod, today: date, *, exempt: bool = False
) -> str:
    """Three or four plain sentences with the counts, ready to paste into the report."""
    period = plan.setting("Period")
    themes = len({figures.theme_of(plan, x) for x in lines}) if plan.schema.role("theme") else 0
    title = plan.setting("Report title") or plan.schema.title
    what = "exempt line" if exempt else "line"
    number = f"the one {what}" if len(lines) == 1 else f"the {count_noun(len(lines), what)}"
    the = "" if title.partition(" ")[0].casefold() in ("the", "our", "a", "an") else "the "
    sentences = [
        f"This appendix reports on {f'{number} of ' if lines else ''}{the}{title}"
        + (f" under {count_noun(themes, 'theme')}" if themes else "")
        + (f", for {period}." if period else "."),
        "" if lines else "There are no lines to report.",
        _status_sentence(plan, lines, today) if _is_of_actions(plan) else "",
        MeasureTexts(plan).status_sentence(lines),
    ]
    spent = figures.spend_table(plan, lines)
    if spent:
        sentences.append(spent.sentence)
    sentences.append(figures.changes_since(plan, lines, last).sentence)
    return " ".join(s for s in sentences if s)


def _is_of_actions(plan: Plan) -> bool:
    """Return whether a plan's status is its owners' word on their actions, and not worked out of figures."""
    status = plan.schema.role("status")
    return status is None or status.worked_out == "no"


def _status_sentence(plan: Plan, lines: Sequence[Line], today: date) -> str:
    """Return the sentence that tells how many lines have each status, and how many are overdue."""
    by_status = [(sum(figures.status_of(plan, x) == w for x in lines), w) for w in figures.statuses_used(plan, lines)]
    late = figures.overdue_table(plan, lines, today)
    if len(lines) == 1:
        status_words = [w[0].lower() + w[1:] for n, w in by_status if n] + (["overdue"] if late else [])
        return f"It is {join_words(status_words)}." if status_words else ""
    statuses = join_words(f"{n} {'is' if n == 1 else 'are'} {w[0].lower() + w[1:]}" for n, w in by_status if n)
    overdue = (
        ""
        if late is None
        else f"{len(late):,} {'is' if len(late) == 1 else 'are'} overdue"
        if late
        else "none is overdue"
    )
    status_words = [s for s in (statuses, overdue) if s]
    return f"Of these, {'; '.join(status_words)}." if status_words else ""

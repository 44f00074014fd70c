"""Appendix: the plan as a committee sees it, from the master's snapshot to the pages of a workbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.errors import HrWorkbookError, format_message
from hrworkbook.plan.exemption import Publicity, publicity
from hrworkbook.plan.findings import Finding, count_noun, join_words
from hrworkbook.plan.history import lines_to_report
from hrworkbook.plan.ledgers import START
from hrworkbook.plan.measures.scorecard import with_cells, worked_out_cells
from hrworkbook.plan.model import AUTHOR, Line, Plan, read_plan
from hrworkbook.plan.schema import Column
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, address
from hrworkbook.plan.start_sheet import status_writes
from hrworkbook.plan.values import fold_name, normalised_text
from hrworkbook.render.appendix import figures
from hrworkbook.render.appendix.comparison import Comparison
from hrworkbook.render.appendix.document import AppendixDocument, Summary
from hrworkbook.render.appendix.figure_texts import share_text
from hrworkbook.render.appendix.page_plan import Cover, PageSetup, PrintColumn, PrintLine
from hrworkbook.render.appendix.paper_day import PaperDay, long_date, paper_day
from hrworkbook.render.appendix.scorecard import MeasureTexts, is_of_actions, reported_periods
from hrworkbook.render.appendix.spend import spend_table
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
    blanks: tuple[Finding, ...] = ()
    """What the paper should say on every page and the Start sheet leaves blank."""


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
    document = _document(plan, public.lines, now.date(), standing, period=period, exempt_count=len(exempt.lines))
    made = count_noun(len(document.lines), "line")
    when = f", for {document.cover.period}" if plan.schema.collect and document.cover.period else ""
    message = f"The appendix is made: {made}{when}."
    message += f" {note}" if note else ""
    if number := len(exempt.lines):
        message += f" {count_noun(number, 'exempt line is', 'exempt lines are')} in a workbook of {'its' if number == 1 else 'their'} own."
    if standing:
        message += f" Its Data sheet says that {standing.sentence}"
    blanks = tuple(_blank_settings(plan))
    message += _blanks_message(blanks)
    done_text = f"Made the appendix of {made}{standing.aside}"
    return Appendix(
        document,
        _document(plan, exempt.lines, now.date(), standing, exempt=True, period=period) if exempt.lines else None,
        document.summary.paragraph if document.summary else "",
        ChangeSet(status_writes(plan, done_text, now), message),
        standing,
        blanks,
    )


def _blank_settings(plan: Plan) -> Iterator[Finding]:
    """Yield a warning for each thing that members look for at the head of a paper and the Start sheet does not give."""
    block = plan.snapshot[START]
    places = {normalised_text(block.at(row, 2)): address(row, 3) for row in range(1, len(block.rows) + 1)}
    for name in ("Committee", "Committee date", "Appendix number"):
        if not plan.setting(name):
            yield Finding(
                "warning", START, places.get(name, ""), name, None, "blank-setting",
                f"the {name} is blank, so the paper does not say it", "Enter it and make the appendix again",
            )  # fmt: skip


def _blanks_message(blanks: Sequence[Finding]) -> str:
    """Return what is blank in one sentence, a space before it; '' where nothing is."""
    if len(blanks) < 2:
        return "".join(f" {finding.message}" for finding in blanks)
    fault = f"the {join_words(f.column for f in blanks)} are blank, so the paper does not say them"
    return f" {format_message(join_words(f.place for f in blanks), fault, 'Enter them and make the appendix again')}"


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
    whole: Plan, lines: tuple[Line, ...], today: date, standing: Standing, *, exempt: bool = False, period: str = "",
    exempt_count: int = 0,
) -> AppendixDocument:  # fmt: skip
    """Return the document of some of a plan's lines, all of them public or all of them exempt."""
    plan = replace(whole, lines=lines)
    if plan.schema.collect:
        from hrworkbook.render.appendix.collection import collection_document

        cover = _cover(plan, lines if exempt else (), exempt)
        document = replace(collection_document(plan, cover, _page_setup(plan), period), note=standing.sentence)
        return _with_exempt_count(document, exempt_count)
    layout, columns, measures = plan.schema.appendix, plan.schema.printed, MeasureTexts(plan)
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
        summary=_summary(whole, plan, today, exempt=exempt, exempt_count=exempt_count),
        plan_title=layout.title or plan.schema.title,
        theme_header=figures.theme_header(plan),
        note=standing.sentence,
        status_colours=coloured.get(plan.schema.roles.get("status", ""), USUAL_COLOURS),
    )


def _with_exempt_count(document: AppendixDocument, exempt_count: int) -> AppendixDocument:
    """Return the document whose paragraph also says how many lines are exempt."""
    if not exempt_count or document.summary is None:
        return document
    paragraph = f"{document.summary.paragraph} {exempt_sentence(exempt_count, bool(document.lines))}"
    return replace(document, summary=replace(document.summary, paragraph=paragraph))


def exempt_sentence(number: int, further: bool) -> str:
    """Return how many lines are exempt, `further` to those that are told."""
    what = "further line" if further else "line"
    are = "is exempt and is" if number == 1 else "are exempt and are"
    return f"{count_noun(number, what)} {are} reported in Part 2."


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
    if (of_measure := measures.cell_text(column, line)) is not None:
        return of_measure
    text = figures.printed_text(plan, line, column)
    return figures.NO_STATUS if not text and column is plan.schema.role("status") else text


def _cover(plan: Plan, lines: Sequence[Line], exempt: bool) -> Cover:
    def joined(role: str) -> str:
        column = plan.schema.role(role)
        return join_words(dict.fromkeys(x.text(column.key) for x in lines)) if column and exempt else ""

    return Cover(
        title=plan.setting("Report title") or plan.schema.appendix.title or plan.schema.title,
        committee=plan.setting("Committee"),
        committee_date=date_text(plan.setting("Committee date")),
        author=plan.setting("Prepared by") or AUTHOR,
        appendix_number=plan.setting("Appendix number"),
        part=EXEMPT if exempt else PUBLIC,
        paragraph=joined("paragraph"),
        reason=joined("reason"),
        period=plan.setting("Period"),
    )


def date_text(text: str) -> str:
    """Return a date as a committee paper writes it; any other text as it stands."""
    read = read_timescale(text)
    one_day = read.due and len(read.spans) == 1 and read.spans[0].start == read.due
    return long_date(read.due) if one_day and read.due else text


def _summary(whole: Plan, plan: Plan, today: date, *, exempt: bool, exempt_count: int) -> Summary:
    """Return the summary of a plan that has the lines of one part only; `whole` has the others too."""
    lines, day = plan.lines, paper_day(plan, today)
    part = Publicity.EXEMPT if exempt else Publicity.PUBLIC
    comparison = Comparison(whole, lines, part, reported_periods(plan), day)
    overdue = figures.overdue_table(plan, lines, day.day)
    return Summary(
        paragraph=covering_paragraph(plan, comparison, exempt_count),
        counts=figures.headline_counts(plan, lines, day.day, comparison.completed_to_date()),
        statuses=figures.status_table(plan, lines),
        overdue=overdue,
        months=figures.due_months(plan, lines, day.day),
        spend=spend_table(plan, lines),
        changes=comparison.changes(),
        revised=comparison.revised_dates(),
        as_at=day.text if overdue is not None else "",
        trend=comparison.trend(),
        text_table=MeasureTexts(plan).exceptions(lines),
        completed=comparison.completed_to_date(),
    )


def covering_paragraph(plan: Plan, comparison: Comparison, exempt_count: int = 0) -> str:
    """Return a few plain sentences with the counts, ready to paste into the report.

    `plan` has the lines of one part only; `exempt_count` is how many more are exempt, and said in public.
    """
    lines, period = plan.lines, plan.setting("Period")
    themes = len({figures.theme_of(plan, x) for x in lines}) if plan.schema.role("theme") else 0
    title = plan.setting("Report title") or plan.schema.title
    what = "exempt line" if comparison.part is Publicity.EXEMPT else "line"
    number = f"the one {what}" if len(lines) == 1 else f"the {count_noun(len(lines), what)}"
    the = "" if title.partition(" ")[0].casefold() in ("the", "our", "a", "an") else "the "
    sentences = [
        f"This appendix reports on {f'{number} of ' if lines else ''}{the}{title}"
        + (f" under {count_noun(themes, 'theme')}" if themes else "")
        + (f", for {period}." if period else "."),
        "" if lines else "There are no lines to report.",
        exempt_sentence(exempt_count, bool(lines)) if exempt_count else "",
        _status_sentence(plan, comparison.day) if is_of_actions(plan) else "",
        MeasureTexts(plan).status_sentence(lines),
        _completed_sentence(comparison),
    ]
    if spent := spend_table(plan, lines):
        sentences.append(spent.sentence)
    sentences.append(comparison.changes().sentence)
    if revised := comparison.revised_dates():
        sentences.append(revised.sentence)
    return " ".join(s for s in sentences if s)


def _completed_sentence(comparison: Comparison) -> str:
    completed = comparison.completed_to_date()
    if completed is None:
        return ""
    return f"{count_noun(completed[0], 'line has', 'lines have').capitalize()} been completed {completed[1]} to date."


def _status_sentence(plan: Plan, day: PaperDay) -> str:
    """Return the sentence that tells how many lines have each status, and how many are overdue on the paper's day."""
    lines = plan.lines
    by_status = [(sum(figures.status_of(plan, x) == w for x in lines), w) for w in figures.statuses_used(plan, lines)]
    late = figures.overdue_table(plan, lines, day.day)
    if len(lines) == 1:
        return _sentence_of_one(next((w for n, w in by_status if n), ""), day if late else None)
    statuses = join_words(f"{n:,} ({share_text(n, len(lines))}) {status_verb(w, n)}" for n, w in by_status if n)
    overdue = "" if late is None else f"{overdue_count(len(late), len(lines))} overdue as at {day.text}"
    told = [s for s in (statuses, overdue) if s]
    return f"Of these, {'; '.join(told)}." if told else ""


def _sentence_of_one(status: str, overdue_on: PaperDay | None) -> str:
    """Return what is said of a plan's only line."""
    told = [status_verb(status, 1)] if status else []
    if overdue_on:
        told.append(f"{'' if told and status != figures.NO_STATUS else 'is '}overdue as at {overdue_on.text}")
    return f"It {join_words(told)}." if told else ""


def status_verb(status: str, number: int) -> str:
    """Return a status as a sentence says it of so many lines: `is amber`, `are amber`, `have no status`."""
    if status == figures.NO_STATUS:
        return f"{'has' if number == 1 else 'have'} no status"
    return f"{'is' if number == 1 else 'are'} {status[0].lower() + status[1:]}"


def overdue_count(late: int, total: int) -> str:
    """Return how many lines of how many are overdue: `5 (9%) are`, `none is`."""
    if not late:
        return "none is"
    return f"{late:,} ({share_text(late, total)}) {'is' if late == 1 else 'are'}"

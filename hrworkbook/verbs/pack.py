"""Pack: the appendices of several plans as one paper, with one summary; exempt lines in a pack of their own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.errors import HrWorkbookError, NotReady
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.snapshot import ChangeSet
from hrworkbook.plan.values import fold_name, single_spaced
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.figure_texts import share_text
from hrworkbook.render.appendix.pack_figures import (
    changed_of,
    counted_lines,
    line_count,
    overdue_of,
    pack_colours,
    pack_summary,
    status_totals,
)
from hrworkbook.render.appendix.page_plan import Cover
from hrworkbook.render.appendix.paper_day import last_day_of
from hrworkbook.verbs.appendix import EXEMPT, PUBLIC, Appendix, date_text, exempt_sentence, overdue_count, status_verb
from hrworkbook.verbs.readiness import Standing

_MOST_TITLES = 3
"""Plans that the title of a pack names."""


@dataclass(frozen=True)
class PackPlan:
    """A plan that goes into a pack."""

    file: str
    """What its workbook is called, as it is told: `Adults.xlsx`; no two are alike."""
    name: str
    """What the section is called where another plan has the same title: `Adults`."""
    plan_id: str
    appendix: Appendix


@dataclass(frozen=True)
class PackCover:
    """What the officer says of the pack; what is blank is taken from the plans, where they agree."""

    title: str = ""
    committee: str = ""
    date: str = ""
    number: str = ""


@dataclass(frozen=True)
class Pack(Appendix):
    """The pack as data: an appendix whose documents have a section a plan."""

    plans: tuple[PackPlan, ...] = ()
    """The plans in their order, each with its own appendix."""
    names: tuple[str, ...] = ()
    """What the section of each is called."""


def pack(plans: Sequence[PackPlan], cover: PackCover | None = None, *, anyway: bool = False) -> Pack:
    """Return the appendices of two or more plans as one paper; it changes no plan.

    Each plan is a section with its own columns, lines, figures and owners; the summary counts over all of them. Raises
    NotReady where the plans are not of one period, or two are copies of one master, and `anyway` is not given.
    """
    if len(plans) < 2:
        raise HrWorkbookError("The pack", "it needs two plans or more", "Name the masters, one after the other")
    doubts = [*_periods_that_differ(plans), *_copies(plans)]
    if doubts and not anyway:
        fault = f"{join_words([doubt for doubt, _ in doubts])}, so nothing was made"
        remedy = "; ".join(remedy for _, remedy in doubts)
        raise NotReady("The pack", fault, f"{remedy}; to go on all the same, add --anyway")
    names = _section_names(plans)
    whole, differing = _whole_cover(plans, names, cover or PackCover())
    exempt_count = sum(len(x.appendix.exempt.lines) for x in plans if x.appendix.exempt)
    public = _document(
        whole, [(x, name, x.appendix.public) for x, name in zip(plans, names, strict=True)], exempt_count
    )
    kept = [(x, name, x.appendix.exempt) for x, name in zip(plans, names, strict=True) if x.appendix.exempt]
    exempt = _document(replace(whole, part=EXEMPT), [(x, n, d) for x, n, d in kept if d]) if kept else None
    standing = Standing(
        sum(x.appendix.standing.errors for x in plans), sum(x.appendix.standing.decisions for x in plans)
    )
    told = [f"{doubt[:1].upper()}{doubt[1:]}." for doubt, _ in doubts]
    message = " ".join(
        [_message(plans, line_count(public.sections), exempt_count, standing), *told, *differing, *_blanks(whole)]
    )
    paragraph = public.summary.paragraph if public.summary else ""
    return Pack(public, exempt, paragraph, ChangeSet(message=message), standing, (), tuple(plans), names)


def _periods_that_differ(plans: Sequence[PackPlan]) -> Iterator[tuple[str, str]]:
    """Yield that the plans are of several periods, and what to do."""
    files: dict[object, list[PackPlan]] = {}
    for plan in plans:
        files.setdefault(_time_of(plan.appendix.public.cover.period), []).append(plan)
    if len(files) > 1:
        told = (
            f"{join_words([x.file for x in some])} {'is' if len(some) == 1 else 'are'} "
            + (f"of {period}" if (period := single_spaced(some[0].appendix.public.cover.period)) else "of no period")
            for some in files.values()
        )
        yield f"the plans are not of one period: {join_words(told)}", "Roll the plan that is behind, or mend the Period on its Start sheet"  # fmt: skip


def _time_of(period: str) -> object:
    """Return what two names of one period have in common: the days they mean, else their letters."""
    return read_timescale(period).spans if last_day_of(period) else fold_name(period)


def _copies(plans: Sequence[PackPlan]) -> Iterator[tuple[str, str]]:
    """Yield which plans are copies of one master, whose lines might count twice."""
    files: dict[str, list[str]] = {}
    for plan in plans:
        if plan.plan_id:
            files.setdefault(plan.plan_id, []).append(plan.file)
    for some in files.values():
        if len(some) > 1:
            yield f"{join_words(some)} were copied from one master, and its lines may count twice", "Leave the copy out"


def _section_names(plans: Sequence[PackPlan]) -> tuple[str, ...]:
    """Return what each section is called: the plan's title, where several have the same one the name of its workbook."""
    titles = [single_spaced(plan.appendix.public.cover.title) for plan in plans]
    number = Counter(map(fold_name, titles))
    return tuple(
        title if number[fold_name(title)] == 1 else plan.name for title, plan in zip(titles, plans, strict=True)
    )


def _whole_cover(plans: Sequence[PackPlan], names: Sequence[str], given: PackCover) -> tuple[Cover, list[str]]:
    """Return the cover of the public pack, and what was left blank since the plans say different things."""
    covers = [plan.appendix.public.cover for plan in plans]
    differing: list[str] = []

    def agreed(what: str, texts: Sequence[str], option: str = "") -> str:
        spelled: dict[str, str] = {}
        for text in filter(None, map(single_spaced, texts)):
            spelled.setdefault(fold_name(text), text)
        said = [*spelled.values()]
        if len(said) > 1 and option:
            quoted = join_words([f"'{text}'" for text in said])
            differing.append(f"The plans differ in the {what}, so the pack says none: {quoted}. Give {option}.")
        return said[0] if len(said) == 1 else ""

    titles = {fold_name(cover.title) for cover in covers}
    title = given.title or (single_spaced(covers[0].title) if len(titles) == 1 else _joint_title(names))
    authors = list(dict.fromkeys(single_spaced(cover.author) for cover in covers if cover.author))
    cover = Cover(
        title=title,
        committee=given.committee or agreed("Committee", [c.committee for c in covers], "--committee"),
        committee_date=date_text(given.date) or agreed("Committee date", [c.committee_date for c in covers], "--date"),
        author=join_words(authors) if len(authors) <= _MOST_TITLES else "",
        appendix_number=given.number or agreed("Appendix number", [c.appendix_number for c in covers], "--number"),
        part=PUBLIC,
        period=covers[0].period if len({_time_of(c.period) for c in covers}) == 1 else "",
        organisation=agreed("organisation", [c.organisation for c in covers]),
    )
    return cover, differing


def _joint_title(names: Sequence[str]) -> str:
    return join_words(names) if len(names) <= _MOST_TITLES else f"{len(names)} plans"


def _blanks(cover: Cover) -> Iterator[str]:
    """Yield a sentence for each thing that members look for at the head of a paper and this one does not say."""
    blank = [
        name
        for name, text in (
            ("Committee", cover.committee),
            ("Committee date", cover.committee_date),
            ("Appendix number", cover.appendix_number),
        )
        if not text
    ]
    if blank:
        yield f"The paper does not say the {join_words(blank)}: give {'it' if len(blank) == 1 else 'them'} with --committee, --date and --number, or on the Start sheets."


def _document(
    cover: Cover, given: Sequence[tuple[PackPlan, str, AppendixDocument]], exempt_count: int = 0
) -> AppendixDocument:
    """Return the pack of some documents, all public or all exempt."""
    own = [document for _, _, document in given]
    grounds = {name: join_words(dict.fromkeys(text for d in own if (text := getattr(d.cover, name)))) for name in ("paragraph", "reason")}  # fmt: skip
    cover = replace(cover, **grounds)
    sections = tuple(_section(cover, name, document, own[0]) for _, name, document in given)
    days = {d.summary.as_at for d in own if d.summary and d.summary.as_at}
    as_at = next(iter(days)) if len(days) == 1 else ""
    paragraph = _paragraph(cover, sections, as_at, exempt_count)
    return AppendixDocument(
        cover,
        (),
        (),
        own[0].setup,
        pack_summary(sections, paragraph, as_at),
        plan_title=cover.title,
        theme_header="Plan",
        language=own[0].language,
        status_colours=pack_colours(sections),
        sections=sections,
    )


def _section(cover: Cover, name: str, document: AppendixDocument, first: AppendixDocument) -> AppendixDocument:
    """Return a plan's document as a section: its own lines and page, in the type of the pack, under the pack's cover."""
    own = document.cover
    setup = replace(document.setup, font=first.setup.font, size=first.setup.size)
    page = replace(
        cover, section=name, paragraph=own.paragraph, reason=own.reason, period=own.period, author=own.author
    )
    note = f"{name}: {document.note}" if document.note else ""
    return replace(document, cover=page, setup=setup, plan_title=name, note=note)


def _paragraph(cover: Cover, sections: Sequence[AppendixDocument], as_at: str, exempt_count: int) -> str:
    """Return a few plain sentences with the counts over all plans, ready to paste into the report."""
    lines, names = line_count(sections), join_words([section.plan_title for section in sections])
    exempt = "exempt " if cover.exempt else ""
    period = f", for {cover.period}" if cover.period else ""
    number = count_noun(lines, f"{exempt}line") if lines else f"no {exempt}lines"
    plans = f"{len(sections)} plans" if len(sections) > 1 else "one plan"
    sentences = [f"This appendix brings together {plans} with {number}{period}: {names}."]
    if exempt_count:
        sentences.append(exempt_sentence(exempt_count, bool(lines)))
    used = status_totals(sections)
    judged = sum(used.values())
    told = [f"{n:,} ({share_text(n, judged)}) {status_verb(status, n)}" for status, n in used.items()]
    if told:
        of = "these" if judged == lines else f"the {count_noun(judged, 'line')} of plans with statuses"
        sentences.append(f"Of {of}, {join_words(told)}.")
    late = [n for section in sections if (n := overdue_of(section)) is not None]
    if late:
        day = f"as at {as_at}" if as_at else "as at the day of each plan"
        text = f"{overdue_count(sum(late), counted_lines(sections, overdue_of))} overdue {day}."
        sentences.append(text[:1].upper() + text[1:])
    moved = [lines_moved for section in sections if (lines_moved := changed_of(section)) is not None]
    if moved:
        parts = [
            (sum(n.changed for n in moved), "has changed", "have changed"),
            (sum(n.new for n in moved), "is new", "are new"),
            (sum(n.gone for n in moved), "has gone", "have gone"),
        ]
        told = [f"{count_noun(n, 'line')} {one if n == 1 else many}" for n, one, many in parts if n]
        sentences.append(f"Since they were last reported, {join_words(told) if told else 'nothing has changed'}.")
    return " ".join(sentences)


def _message(plans: Sequence[PackPlan], lines: int, exempt_count: int, standing: Standing) -> str:
    """Return what to tell the officer."""
    sentences = [f"The pack is made: {count_noun(lines, 'line')} of {count_noun(len(plans), 'plan')}."]
    if exempt_count:
        are = "exempt line is" if exempt_count == 1 else "exempt lines are"
        sentences.append(
            f"{count_noun(exempt_count, are, are)} in a pack of {'its' if exempt_count == 1 else 'their'} own."
        )
    if standing:
        named = join_words([x.file for x in plans if x.appendix.standing])
        sentences.append(f"Its notes say that {standing.counts} in {named} when it was made.")
    return " ".join(sentences)

"""What a row of a plan's table is by what it says: a line, a theme, a note, a total, guidance, an end mark."""

import re
from collections.abc import Mapping, Sequence

from hrworkbook.plan.schema import Schema
from hrworkbook.plan.values import CellError, Value, as_text, fold_name, has_letter, is_blank

Filled = list[tuple[int, Value]]
"""Sheet column and value of a row's cells that are seen and not blank."""
_LABELS = (
    "theme|priority|objective|aim|goal|strand|workstream|work stream|pillar|section|area|programme|ambition|commitment|"
    "focus|domain|chapter|outcome"
)
_LABEL = re.compile(
    rf"(?:(?:strategic|key|corporate|council|service|our|cross.cutting) )?({_LABELS})\b ?(?:area |no\.? ?)?"
    r"(?:(?:[0-9]{1,2}(?:\.[0-9]+)*|[a-z]|[ivx]+|one|two|three|four|five|six|seven|eight|nine|ten)\b ?[:.)–—-]?|[:–—-])",
    re.IGNORECASE,
)
"""`Theme 1: …`, `Priority 2 – …`, `Objective: …`: what a theme is called, with its number or before a colon."""
_CONTINUED = re.compile(r"[\s,–—-]*\(?\bcont(?:inued|['’]?d|\.)?\.*\)?\.*\s*$", re.IGNORECASE)
_DETAIL = re.compile(
    r"(outcomes?|aims?|purpose|vision|context|rationale|description|success|(?:what|how|why|where)\b[^:]{0,60}|measures? of success|"
    r"(?:(?:theme|executive|strategic|outcome|responsible|senior) )?(?:lead|sponsor|owner)(?: (?:officer|member))?|"
    r"(?:links?|linked|contributes) to\b[^:]{0,60}|we will|intended outcomes?) ?[0-9.]* ?[:–—]",
    re.IGNORECASE,
)
"""What stands below a theme and says more of it: `Outcome: …`, `What success looks like: …`."""
_NOTE = re.compile(
    r"[*†‡§¹²³⁴⁵⁶⁷⁸⁹#]|\(?(?:please note|notes?|n\.?b\.?|sources?|foot ?notes?|rag key|key|legend|caveats?|definitions?)\b ?[0-9]* ?(?:[:.)–—-]|$)",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?:sub[- ]?|grand )?totals?\b|sum\b|all\b|overall\b|average\b|count\b|number of\b", re.IGNORECASE)
_TOTAL_ALONE = re.compile(r"(?:sub[- ]?|grand )?totals?:?", re.IGNORECASE)
_END = re.compile(
    r"[-–—*=#~. <>]*(?:the )?end(?: of (?:the )?(?:sheet|table|plan|list|data|document|report|action plan|file|worksheet))?[-–—*=#~. <>]*",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"[(\[<]?(?:(?:worked|completed|for) )?(?:example|e\.g\.?|sample)\b(?: (?:row|line|entry|only))?[)\]>:.\-– ]*(?:[0-9]+)?",
    re.IGNORECASE,
)
_COLUMN_NUMBER = re.compile(r"[(\[]?(?:column |col )?([0-9]{1,2}|[a-z])[)\].]?", re.IGNORECASE)
_GUIDANCE = re.compile(
    r"\b(?:how|what|who|when|why|which|please|enter|select|choose|insert|describe|list|state|give|max(?:imum)?|words?|e\.?g|"
    r"example|job title|post title|name of|drop\W?down|free text|brief|briefly|must|should|use|dd|mm|yy|yyyy|mmm|r/?a/?g|b/?r/?a/?g|"
    r"red/amber/green|red, amber)\b|[dmy]{1,4}[-/. ][dmy]{1,4}",
    re.IGNORECASE,
)
_PLACEHOLDER_DATE = re.compile(
    r"[dmy]{1,4}(?:[-/. ][dmy]{1,4}){1,2}|.*\b(?:date|month|dd|mmm?|yyyy|yy)\b.*", re.IGNORECASE
)
_DITTO = re.compile(r"[\"”“″〃]|''|’’|,,|[-–—] ?[\"”″] ?[-–—]|ditto\.?|do\.|as above\.?|\(as above\)", re.IGNORECASE)
_RATINGS = frozenset(
    [
        "high",
        "medium",
        "low",
        "h",
        "m",
        "l",
        "med",
        "high",
        "medium",
        "medium",
        "low",
        "very",
        "high",
        "very",
        "low",
        "critical",
        "urgent",
        "normal",
        "must",
        "should",
        "could",
        "won",
        "t",
        "1",
        "2",
        "3",
        "4",
        "5",
        "essential",
        "desirable",
        "p1",
        "p2",
        "p3",
        "p4",
        "tier",
        "1",
        "tier",
        "2",
        "tier",
        "3",
    ]
) | {
    "very high",
    "very low",
    "medium high",
    "medium low",
    "high priority",
    "medium priority",
    "low priority",
    "quick win",
    "tier 1",
    "tier 2",
    "tier 3",
}
_PERIOD_HEADING = re.compile(r"20[0-9]{2}(?:[/-][0-9]{2,4})?")
_OTHER_HEADING = re.compile(
    r"(?:(?:key|performance|annual|latest|current|previous|last|this|no\.?|number of|total) )*"
    r"(?:measure|indicator|kpi|metric|pi|baseline|target|actual|outturn|result|figure|value|unit|trend|direction(?: of travel)?|"
    r"risk|likelihood|impact|score|mitigation|control|cost|budget|spend|saving|funding|item|source|benchmark|variance|"
    r"forecast|frequency|issue|dependency|date|rating|rag|year|quarter)s?"
    r"|(?:q(?:uarter)?|qtr) ?[1-4](?: .*)?|20[0-9]{2}(?: ?[/-] ?[0-9]{2,4})?|(?:target|actual|outturn|baseline) 20[0-9/ -]{2,8}",
    re.IGNORECASE,
)
"""What columns are called in the tables of figures, risks and budgets that stand beside a plan, and periods."""
_LONGEST_HEADING_CELL = 45
_LONGEST_THEME = 160
_ENOUGH_GUIDANCE = 3


_FIGURE_PARTS = re.compile(r"(?i)\b(?:of|k|m|bn|days?|weeks?|months?|hours?|years?)\b|[0-9.,£$€%/()+: -]")
_LONGEST_FIGURE = 60


def is_rating(value: Value) -> bool:
    """Return whether a cell only ranks: High, Medium, Low, 1, 2."""
    return fold_name(as_text(value)).removesuffix(" 0") in _RATINGS


def is_ditto(value: Value) -> bool:
    """Return whether a cell says that it is as the one above."""
    return isinstance(value, str) and len(value) <= 12 and bool(_DITTO.fullmatch(value.strip()))


def theme_label(text: str) -> str:
    """Return what a theme is called where its heading says so (`theme` of `Theme 2 – Pay`); '' where it does not."""
    found = _LABEL.match(text)
    return found[1].lower() if found else ""


def theme_text(text: str) -> str:
    """Return a theme on one line, without the word that it is continued from the page before."""
    return " ".join(_CONTINUED.sub("", text).split())


def is_detail(text: str) -> bool:
    """Return whether a heading says more of the theme above it, as `Outcome: …` does."""
    return bool(_DETAIL.match(text))


def detail_label(text: str) -> str:
    """Return what stands before the colon of such a heading."""
    found = _DETAIL.match(text)
    return found[1] if found else ""


def is_note(text: str) -> bool:
    """Return whether a text that stands alone is a footnote, a note or a key."""
    return bool(_NOTE.match(text)) or (len(text) > _LONGEST_THEME and not theme_label(text))


def is_end_mark(text: str) -> bool:
    """Return whether a text that stands alone marks the end of the table."""
    return len(text) <= 40 and bool(_END.fullmatch(text))


def is_example(filled: Sequence[tuple[int, Value]]) -> bool:
    """Return whether a row is headed as an example; `filled` are its cells, leftmost first."""
    return any(isinstance(v, str) and _EXAMPLE.fullmatch(v.strip()) for _, v in filled[:2]) and len(filled) > 1


def is_total(filled: Sequence[tuple[int, Value]]) -> bool:
    """Return whether a row adds up the rows above: a word for it or none, and beside it nothing but figures."""
    first = filled[0][1]
    if isinstance(first, str) and _TOTAL_ALONE.fullmatch(first.strip()):
        return True
    texts = 0
    for _, value in filled:
        texts += not _is_figure(value)
        if texts > 1:
            return False
    if texts == len(filled):
        return False
    named = isinstance(first, str) and not isinstance(first, CellError) and bool(_TOTAL.match(first.strip()))
    return named if texts else len(filled) > 1 and any(isinstance(v, CellError) for _, v in filled)


def _is_figure(value: Value) -> bool:
    if not isinstance(value, str) or isinstance(value, CellError):
        return True
    return len(value) <= _LONGEST_FIGURE and not _FIGURE_PARTS.sub("", value).strip()


def is_numbering(filled: Sequence[tuple[int, Value]]) -> bool:
    """Return whether a row only numbers the columns: (1) (2) (3), or a b c."""
    marks = []
    for _, value in filled:
        found = _COLUMN_NUMBER.fullmatch(as_text(value).strip().removesuffix(".0"))
        if not found:
            return False
        marks.append(int(found[1]) if found[1].isdigit() else ord(found[1].lower()))
    return len(marks) > 2 and all(b - a == 1 for a, b in zip(marks, marks[1:], strict=False))


def is_guidance(
    schema: Schema, values: Mapping[str, Value], others: Sequence[Value], below: Sequence[Mapping[str, Value]]
) -> bool:
    """Return whether the first row below the headings tells how to fill in the columns.

    `values` are its cells by column key, `others` those of columns that are not known, `below` the rows after it.
    """
    score = sum(
        isinstance(v, str) and len(v) <= 200 and bool(_GUIDANCE.search(v))
        for v in (*values.values(), *others)
        if not is_blank(v)
    )
    status, due, reference = schema.role("status"), schema.role("due"), schema.role("reference")
    if status and (word := values.get(status.key)) and not _fits(schema, status.key, word):
        score += any(_fits(schema, status.key, row.get(status.key)) for row in below)
    if (
        due
        and (day := values.get(due.key))
        and isinstance(day, str)
        and _PLACEHOLDER_DATE.fullmatch(day.strip())
        and not re.search("[0-9]", day)
    ):
        score += 1
    if reference and (mark := values.get(reference.key)):
        wordy = isinstance(mark, str) and len(mark) > 3 and mark.replace(" ", "").isalpha()
        score += wordy and any(re.search("[0-9]", as_text(row.get(reference.key))) for row in below)
    filled = sum(not is_blank(v) for v in (*values.values(), *others))
    return score >= _ENOUGH_GUIDANCE and 2 * score >= filled


def _fits(schema: Schema, key: str, value: Value) -> bool:
    column = schema[key]
    words = column.words or schema.lists.get(column.list, ())
    return not is_blank(value) and column.kind_object.fault(value, column.header, words) is None


def may_head_another_table(schema: Schema, filled: Sequence[tuple[int, Value]], key_at: Mapping[int, str]) -> bool:
    """Return whether a row may hold the headings of another table: short words alone, and some where they cannot be a line's."""
    if any(not _is_short_heading(value) for _, value in filled):
        return False
    typed = [
        (key_at[at], v)
        for at, v in filled
        if at in key_at and schema[key_at[at]].kind in ("choice", "timescale", "date", "money", "number")
    ]
    return len(filled) > 2 and any(not _fits(schema, key, value) for key, value in typed)


def heads_another_table(filled: Sequence[tuple[int, Value]]) -> bool:
    """Return whether most cells of a row are what the columns of another table are called, also with no blank row above."""
    named = [bool(_OTHER_HEADING.fullmatch(as_text(value).strip())) for _, value in filled]
    return named[0] and sum(named) > 2 and 2 * sum(named) > len(filled)


def _is_short_heading(value: Value) -> bool:
    """Whether a cell may be the heading of a column: a few words, or a period."""
    if not isinstance(value, str) or isinstance(value, CellError) or len(value) > _LONGEST_HEADING_CELL:
        return False
    return has_letter(value) or bool(_PERIOD_HEADING.fullmatch(value.strip()))

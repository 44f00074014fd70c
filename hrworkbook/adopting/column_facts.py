"""What a column's cells say, whatever its heading: dates, marks of progress, names of roles, references, long texts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from hrworkbook.plan.dates.timescale import read_timescale
from hrworkbook.plan.row_kinds import is_rating
from hrworkbook.plan.values import CellError, Value, as_text, fold_name, normalised_text

STATUS_WORDS = frozenset(
    ["red", "amber", "green", "blue", "grey", "gray", "black", "purple", "yellow", "orange", "r", "a", "g", "b", "rag", "red amber", "amber red", "amber green", "green amber", "complete", "completed", "done", "closed", "open", "not started", "not yet started", "started", "in progress", "ongoing", "on track", "on target", "off track", "at risk", "delayed", "on hold", "paused", "overdue", "slipped", "behind", "behind schedule", "ahead", "ahead of schedule", "on schedule", "cancelled", "superseded", "withdrawn", "deferred", "not due", "not yet due", "no longer required", "not applicable", "n a", "na", "tbc", "outstanding", "implemented", "partially implemented", "part implemented", "not implemented", "partly complete", "partially complete", "achieved", "not achieved", "partially achieved", "part achieved", "partially met", "met", "not met", "delivered", "live", "under way", "underway", "planned", "pending", "new", "stalled", "escalated", "transferred", "embedded", "business as usual", "bau", "some slippage", "minor issues", "major issues", "no concerns", "some concerns", "significant concerns", "exceeded", "exception", "awaiting approval", "in development", "scheduled", "removed", "yes", "no", "partial", "partially", "incomplete", "to be started", "yet to start", "completed late", "complete late", "slightly behind", "off target", "below target", "above target", "work in progress", "wip"]
)  # fmt: skip
"""What is said of how a line stands, folded."""
_COLOURS = frozenset(["red", "amber", "green", "blue", "grey", "yellow", "r", "a", "g", "b"])
_ROLE_WORDS = re.compile(
    r"\b(?:managers?|officers?|heads?|directors?|leads?|advis[eo]rs?|partners?|bps?|hrbps?|team|coordinators?|co ordinators?|executive|"
    r"chief|assistant|supervisors?|specialists?|consultants?|ad|dd|hod|hr|od|ld|l and d|owners?|chair|secretary|clerk|cllr|"
    r"analysts?|administrators?|engineers?|solicitor|treasurer|accountants?|principal|service|services|board|group|unit|"
    r"commissioners?|practitioners?|business partner|s151|section 151|ceo|cex|cfo|coo|dcs|dass|dph|president|trainers?|leader|all|champions?)\b"
)
_PERSON = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Miss|Dr|Cllr|Prof)\.? )?[A-Z][a-z'’-]+(?: [A-Z]\.?)?(?: (?:de |van |Mc|Mac|O['’])?[A-Z][a-z'’-]+){1,2}"
)
_POST = re.compile(
    r"\b(?:managers?|officers?|heads? of \w+|directors?(?: of \w+)?|leads?|advis[eo]rs?|partners?|coordinators?|analysts?|"
    r"specialists?|supervisors?|executive|champions?|accountants?|administrators?|solicitor)\b"
)
_INITIALS = re.compile(r"[A-Z]{2,4}(?:\s*(?:/|,|&|and)\s*[A-Z]{2,4})*")
_REFERENCE = re.compile(
    r"(?i)[a-z]{0,6}[ ./-]?[0-9]{1,4}(?:[.\-/][0-9a-z]{1,4}){0,4}\.?(?: ?\([a-z0-9]{1,3}\))?[a-z]?|[a-z]|[ivx]{1,5}\.?|\([a-z0-9]{1,4}\)"
)
_OTHER_WHEN = re.compile(r"(?i)\b(?:ongoing|on-going|continuous|annual(?:ly)?|quarterly|monthly|weekly|tbc|tba|tbd|to be (?:confirmed|agreed|determined)|immediate(?:ly)?|asap|end of|q[1-4]|qtr|quarter|spring|summer|autumn|winter|short|medium|long)\b")  # fmt: skip
_MOST_WORDS = 60
"""Different texts of a column, beyond which nobody asks which they are."""
_LOOKED_AT = 400
"""Cells of a column that are looked at closely."""


@dataclass
class ColumnFacts:
    """What the cells of a column are, as shares of those that are filled."""

    lines: int
    """Rows of its tables that may be lines."""
    filled: int = 0
    distinct: int = 0
    length: float = 0.0
    """Characters of a cell, on average."""
    days: float = 0.0
    """Real dates, or texts that are one."""
    times: float = 0.0
    """Dates, spans and words for when."""
    figures: float = 0.0
    references: float = 0.0
    statuses: float = 0.0
    colours: float = 0.0
    names: float = 0.0
    ratings: float = 0.0
    long: float = 0.0
    """Texts of more than 40 characters."""
    fills: int = 0
    """Blank cells with a colour that stands for a word."""
    fill_words: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    """How often each text stands there, as it is most often written."""

    @property
    def repeats(self) -> bool:
        """Whether the same texts stand there again and again."""
        return self.filled > 1 and self.distinct <= 0.75 * self.filled

    @property
    def share_filled(self) -> float:
        """How many of the lines have it."""
        return self.filled / self.lines if self.lines else 0.0


def facts_of(values: Sequence[Value], lines: int, fills: Iterable[str] = ()) -> ColumnFacts:
    """Return what the filled cells of a column are; `fills` are the colour words of its blank cells."""
    words = Counter(fills)
    facts = ColumnFacts(lines, filled=len(values), fills=words.total(), fill_words=words)
    if not values:
        return facts
    texts = [normalised_text(v) for v in values]
    facts.distinct = len({t.casefold() for t in texts})
    if facts.distinct <= _MOST_WORDS:
        facts.words = _spelled(texts)
    sample = list(zip(values, texts, strict=True))[:_LOOKED_AT]
    count = len(sample)
    facts.length = sum(len(t) for _, t in sample) / count

    def share(test: Iterable[bool]) -> float:
        return sum(test) / count

    folded = [fold_name(t) for _, t in sample]
    facts.days = share(isinstance(v, date) or _is_day(t) for v, t in sample)
    facts.times = share(isinstance(v, date) or _is_time(t) for v, t in sample)
    facts.figures = share(_is_figure(v, t) for v, t in sample)
    facts.references = share(not isinstance(v, date) and bool(_REFERENCE.fullmatch(t)) for v, t in sample)
    facts.statuses = share(f in STATUS_WORDS for f in folded)
    facts.colours = share(f in _COLOURS for f in folded)
    facts.names = share(_is_name(t, f) for (_, t), f in zip(sample, folded, strict=True))
    facts.ratings = share(is_rating(v) for v, _ in sample)
    facts.long = share(len(t) > 40 for _, t in sample)
    return facts


def _spelled(texts: Sequence[str]) -> Counter[str]:
    """Return how often each text stands there, whatever its case, under its most frequent spelling."""
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        spellings.setdefault(" ".join(text.casefold().split()), Counter())[text] += 1
    return Counter({forms.most_common(1)[0][0]: forms.total() for forms in spellings.values()})


def _is_day(text: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}(?: [0-9:]+)?", text))


def _is_time(text: str) -> bool:
    if len(text) > 90 or not text:
        return False
    if _is_day(text):
        return True
    read = read_timescale(text)
    if read.spans or read.ongoing or read.undetermined:
        return len(text) <= 60 or not read.unread_text
    return len(text) <= 30 and bool(_OTHER_WHEN.search(text))


def _is_figure(value: Value, text: str) -> bool:
    if isinstance(value, (bool, date | CellError)):
        return False
    return isinstance(value, int | float) or bool(
        re.fullmatch(r"[-+(]?[£$€]?[0-9][0-9,]*(?:\.[0-9]+)? ?(?:%|k|m|bn)?\)?", text)
    )


def _is_name(text: str, folded: str) -> bool:
    if (
        not text
        or len(text) > 80
        or text.endswith(".")
        or text[0].isdigit()
        or len(text.split()) > 9
        or folded in STATUS_WORDS
    ):
        return False
    return bool(_ROLE_WORDS.search(folded)) or bool(_PERSON.fullmatch(text)) or bool(_INITIALS.fullmatch(text))


def name_alike(texts: Sequence[str]) -> bool:
    """Return whether each text alone is somebody: all of them posts, or all persons (`Jane Smith, Pay Manager` is one)."""
    posts = [bool(_POST.search(fold_name(t))) for t in texts]
    return all(posts) or (not any(posts) and all(_PERSON.fullmatch(t) for t in texts))


def number_family(code: str) -> str:
    """Return what a number format shows: `percent`, `money`, `date`, `time`, `plain`, or `other` for one with words."""
    bare = re.sub(r"\\.|_.|\*.|\[[^\]]*\]", "", re.sub(r'"[^"]*"', "", code))
    if "%" in bare:
        return "percent"
    if any(sign in code for sign in "£$€"):
        return "money"
    if re.search(r"[yd]|mmm", bare, re.IGNORECASE):
        return "date"
    if re.search(r"[hs]", bare, re.IGNORECASE):
        return "time"
    if re.search(r'"[^"]*[^\W\d_][^"]*"', code) or re.fullmatch(r"0{2,}", bare) or bare == "@":
        return "other"
    return "plain"


def kind_of(facts: ColumnFacts, values: Sequence[Value], families: Mapping[str, int]) -> str:
    """Return the kind that nearly all of a column's cells have: date, percent, money, whole, number, else text.

    `families` counts its cells by what their number formats show. Figures that are shown in several ways are text: each as
    it is shown.
    """
    if not facts.filled:
        return "text"
    real_days = sum(isinstance(v, date) for v in values)
    if real_days == len(values) or (facts.days == 1 and real_days):
        return "date"
    if facts.times >= 0.8 and facts.figures < 0.5:
        return "timescale"
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(values):
        return "text"
    if set(families) == {"percent"} and families["percent"] == len(numbers):
        return "percent" if all(0 <= v <= 1 for v in numbers) else "number"
    if set(families) == {"money"} and families["money"] == len(numbers):
        return "money"
    if not families or (set(families) == {"plain"} and families["plain"] == len(numbers)):
        return "whole" if all(float(v).is_integer() for v in numbers) else "number"
    return "text"


def words_as_text(value: Value) -> str:
    """Return a value on one line."""
    return " ".join(as_text(value).split())

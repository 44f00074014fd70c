"""What programs do to cells on their way: digits lost, references made dates, words for a blank, pictures, months first.

Nothing here is mended: what cannot be known is told with its cell, or held for a decision.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from enum import Enum

from hrworkbook.plan.schema import Column
from hrworkbook.plan.values import CellError, Value, as_text, normalised_text


class Damage(Enum):
    """How a cell was damaged; the value is the fault as a phrase behind the value."""

    DIGITS_LOST = "has lost digits: a spreadsheet shortened a long number"
    DATE_FOR_REFERENCE = "is a date: a spreadsheet turned a reference such as 1.2 or 2-3 into it"
    BLANK_WORD = "is what a program writes for a blank cell"
    PICTURE = "stands for a picture, which cannot be read"
    MONTH_FIRST = "may be month-first, as another date of this column is: write the month as a word"


REMEDIES = {
    Damage.DIGITS_LOST: "Type it whole, in a cell formatted as text",
    Damage.DATE_FOR_REFERENCE: "Type the reference again, in a cell formatted as text",
    Damage.BLANK_WORD: "Clear the cell, or type what is meant",
    Damage.PICTURE: "Type what the picture says",
    Damage.MONTH_FIRST: "Write the month as a word, such as 4 May 2027",
}

_TEXT_KINDS = frozenset({"text", "reference", "owners", "email", "choice"})
_EXPONENT = re.compile(r"[-+]?[0-9](?:\.[0-9]+)?E\+[0-9]{2,3}")
_BLANK_WORDS = frozenset({"NaN", "nan", "NAN", "NaT", "<NA>", "#N/A", "#NA", "NULL", "(null)"})
_PICTURE = re.compile(r"=(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
_DAY_AND_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE_TEXT = re.compile(
    rf"[0-9]{{1,2}}[-/ ]{_DAY_AND_MONTH}(?:[-/ ][0-9]{{2,4}})?|{_DAY_AND_MONTH}-[0-9]{{2,4}}"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00:00)?",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-](?:[0-9]{4}|[0-9]{2})(?: 0?0:00(?::00)?)?")


def damage_of(kind: str, value: Value) -> Damage | None:
    """Return how a value in a column of this kind was damaged, by what can be told from the cell alone."""
    if isinstance(value, date):
        return Damage.DATE_FOR_REFERENCE if kind == "reference" else None
    if not isinstance(value, str) or isinstance(value, CellError):
        return None
    text = value.strip()
    if not text or len(text) > 400:
        return None
    if _PICTURE.match(text):
        return Damage.PICTURE
    if text in _BLANK_WORDS:
        return Damage.BLANK_WORD
    if kind in _TEXT_KINDS and _EXPONENT.fullmatch(text):
        return Damage.DIGITS_LOST
    if kind == "reference" and _DATE_TEXT.fullmatch(text):
        return Damage.DATE_FOR_REFERENCE
    return None


def ambiguous_dates(values: Iterable[Value]) -> frozenset[str]:
    """Return the dates of a column that may be read two ways, where another of its dates can only be month-first.

    They are as normalised text; none where no date is month-first. Real dates have a form of their own and no doubt.
    """
    texts = {normalised_text(value) for value in values if isinstance(value, str) and len(value) < 40}
    dates = [(text, int(found[1]), int(found[2])) for text in texts if (found := _NUMERIC_DATE.fullmatch(text))]
    if not any(first <= 12 < second <= 31 for _, first, second in dates):
        return frozenset()
    return frozenset(text for text, first, second in dates if first <= 12 and second <= 12 and first != second)


def damage_notes(
    columns: Iterable[Column], lines: Mapping[str, Mapping[str, Value]], name: Callable[[str], str] = str
) -> Iterator[str]:
    """Yield a sentence for each damaged cell of some lines, by their ID or what `name` makes of it."""
    for column in columns:
        doubtful = frozenset[str]()
        if column.kind in ("date", "timescale"):
            doubtful = ambiguous_dates(values.get(column.key) for values in lines.values())
        for id_, values in lines.items():
            value = values.get(column.key)
            if value is None:
                continue
            damage = damage_of(column.kind, value)
            if damage is None and doubtful and normalised_text(value) in doubtful:
                damage = Damage.MONTH_FIRST
            if damage:
                shown = " ".join(as_text(value).split())[:60]
                yield f"{name(id_)}, {column.header}: '{shown}' {damage.value}. {REMEDIES[damage]}."


def without_blank_words(values: Mapping[str, Value], keep: Collection[str] = ()) -> Mapping[str, Value]:
    """Return a line without the words that programs write for a blank, but for the columns to `keep`, by their keys."""
    blank = {
        key
        for key, value in values.items()
        if key not in keep and isinstance(value, str) and value.strip() in _BLANK_WORDS
    }
    return {key: None if key in blank else value for key, value in values.items()} if blank else values

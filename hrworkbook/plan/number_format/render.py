"""A number and its format's code → the text a spreadsheet shows (ECMA-376 part 1, 18.8.31).

British conventions where the code leaves them to the computer: dd/mm/yyyy, a point, a comma between thousands, £.
"""

import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from hrworkbook.plan.number_format.builtin_ids import GENERAL
from hrworkbook.plan.number_format.code import Condition, Kind, Section, UnknownCode, sections_of
from hrworkbook.plan.number_format.dates import DateSection
from hrworkbook.plan.number_format.digits import FractionSection, NumberSection, fraction_at, general
from hrworkbook.plan.serials import to_shown_serial

Number = float | int | date | datetime | time | timedelta

_PLAIN = frozenset({"", "general", "standard", "@"})


def is_plain(code: str) -> bool:
    """Return whether the code shows a number as it is stored, so that nothing needs to be rendered."""
    return code.strip().lower() in _PLAIN


def shown(value: Number, code: str, *, from_1904: bool = False) -> str:
    """Return what the sheet shows of a number, as the value of a cell of text or of a reference.

    What stands around it to line up columns is left out. A number that its format hides keeps its plain text unless it
    is nought: somebody's figure is not taken for a blank.
    """
    text = " ".join(render(value, code, from_1904=from_1904).split())
    return text if text or value == 0 else plain_text(value)


def render(value: Number | str, code: str, *, from_1904: bool = False) -> str:
    """Return the text that a spreadsheet shows for a number, a date or a text with a number format's code.

    A column's fill (`* `) is left out, and a blank as wide as a letter (`_)`) is one space. A code that is not known and
    a date before 1900 give the number's plain text. Times are cut, not rounded, to the seconds shown.
    """
    try:
        code_format = _format(code)
    except UnknownCode:
        return value if isinstance(value, str) else plain_text(value)
    if isinstance(value, str):
        return code_format.text(value)
    if isinstance(value, (date, time, timedelta)):
        number = to_shown_serial(value)
        from_1904 = False
    else:
        number = float(value)
    text = code_format.number(number, from_1904) if math.isfinite(number) else None
    return plain_text(value) if text is None else text


def plain_text(value: Number) -> str:
    """Return a number as a cell without a format shows it; dates as dd/mm/yyyy."""
    if isinstance(value, (date, time, timedelta)):
        has_day = isinstance(value, date)
        has_time = not has_day or (isinstance(value, datetime) and value.time() != time())
        code = " ".join(("dd/mm/yyyy",) * has_day + ("hh:mm",) * has_time)
        return _format(code).number(to_shown_serial(value), False) or str(value)
    number = float(value)
    if not math.isfinite(number):
        return str(value)
    return "-" + general(-number) if number < 0 else general(number)


Part = Callable[[float, bool], str | None]
"""A section's text of a number that is signed where the flag says so; None where it cannot be shown."""


class _Format:
    """A code taken apart."""

    def __init__(self, code: str) -> None:
        sections = sections_of(code if code.strip() else GENERAL)
        self.for_text: Section | None = None
        if len(sections) == 4:
            self.for_text = sections.pop()
        elif sections[-1].is_text:
            self.for_text = sections[-1]
            # What is around the text in a code for texts alone is not shown with a number.
            sections = sections[:-1] or sections_of(GENERAL)
        self.conditions = _conditions(sections)
        self.unsigned = _unsigned(self.conditions)
        self.sections = [_Drawn(section) for section in sections]

    def number(self, value: float, from_1904: bool) -> str | None:
        """Return the text of a number; None where it has no section, or the section cannot show it."""
        for section, condition, unsigned in zip(self.sections, self.conditions, self.unsigned, strict=True):
            if condition is None or condition.holds(value):
                return section.render(abs(value) if unsigned else value, from_1904)
        return None

    def text(self, value: str) -> str:
        """Return the text of a text."""
        if self.for_text is None:
            return value
        return "".join(value if kind is Kind.GENERAL else text for kind, text in self.for_text.tokens)


_format = lru_cache(1_000)(_Format)


def _conditions(sections: list[Section]) -> list[Condition | None]:
    """Return what each section is for; None for the one that takes the rest."""
    given = [section.condition for section in sections]
    if len(given) == 1:
        return given
    if len(given) == 2:
        default = Condition(">=" if given[1] is None else ">", 0)
        return [given[0] or default, given[1]]
    return [given[0] or Condition(">", 0), given[1] or Condition("<", 0), None]


def _unsigned(conditions: list[Condition | None]) -> list[bool]:
    """Which sections are for negative numbers alone, and so show no minus of their own."""
    found = [
        condition is not None and condition.sign in ("<", "<=") and condition.limit == 0 for condition in conditions
    ]
    first = conditions[0]
    if len(conditions) == 2 and conditions[1] is None and first and first.sign in (">", ">=") and first.limit == 0:
        found[1] = True
    return found


class _Drawn:
    """One section, drawn up for numbers."""

    def __init__(self, section: Section) -> None:
        self.tokens = section.tokens
        self.dates: DateSection | None = None
        self.digits: NumberSection | FractionSection | None = None
        self.is_general = section.has(Kind.GENERAL)
        self.factor = 100 if section.has(Kind.PERCENT) else 1
        if section.has(Kind.DATE, Kind.ELAPSED, Kind.HALF_DAY):
            self.dates = DateSection(section)
        elif section.has(Kind.DIGIT):
            self.digits = FractionSection(section) if fraction_at(section) >= 0 else NumberSection(section)

    def render(self, value: float, from_1904: bool) -> str | None:
        """Return the text of a number; None where it cannot be shown."""
        if self.dates:
            return self.dates.render(value, from_1904)
        if self.digits:
            text, is_zero = self.digits.render(abs(value))
            return "-" + text if value < 0 and not is_zero else text
        if not self.is_general:
            text = "".join([text for _, text in self.tokens])
            return "-" + text if value < 0 and text else text
        number = general(abs(value) * self.factor)
        text = "".join([number if kind is Kind.GENERAL else text for kind, text in self.tokens])
        return "-" + text if value < 0 else text

"""A measure's figures as people write them: `72%`, `£5.6m`, `9.4 days`, `12 weeks`; each as a number in its unit."""

import re
from dataclasses import dataclass
from decimal import Decimal

from hrworkbook.plan.amounts import ZERO_WORDS, Amount, NoneWord, parse_amount
from hrworkbook.plan.measures.units import COUNTED_WORDS, DAYS, MONEY, PERCENT, RATIO, Unit, UnitKind, counted_word
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and the unit that is written with it."""

    value: Decimal
    """A percentage is a fraction: 0.72 for 72%."""
    unit: Unit | None = None
    """None where the number stands alone."""
    is_full: bool = False
    """Whether its thousands or millions are written with it: `5.6m`."""


_RATIO = re.compile(r"(\d+(?:\.\d+)?)\s*:\s*(\d+(?:\.\d+)?)")
_DAYS = re.compile(
    r"(.*?\d)\s*(?:working |calendar |sick )?(?:days?|d)(?: (?:per|lost per|/) ?(?:fte|employee|person|head))?"
)
_COUNTED = re.compile(rf"(.*?\d)\s*((?:{'|'.join(COUNTED_WORDS)})s?)")
_MULTIPLIED = re.compile(r"[0-9] ?(?:k|thousand|mn?|million|bn|billion)\b")
_REMARK = re.compile(
    r"(?P<figure>.*?\d[^()\[\]*†‡]*?)\s*(?:[*†‡]+|\((?P<remark>[^()]*[a-z][^()]*)\)|\[(?P<note>[^\[\]]*[a-z][^\[\]]*)\])"
)
_LARGEST_FRACTION = 1
"""A number without % of a percentage is a fraction up to here, and hundredths above: 0.72 and 72 are 72%."""


def parse_figure(value: Value) -> Figure | None:
    """Return the number in a cell and the unit written with it; None for a blank, a word or a text that is no figure."""
    if is_blank(value):
        return None
    text = normalised_text(value).casefold()
    if isinstance(value, str) and text[-1:].isalpha() | (":" in text) and (found := _with_words(text)):
        return found
    amount = parse_amount(value)
    if isinstance(amount, NoneWord):
        return Figure(Decimal(0)) if amount.value in ZERO_WORDS and amount is not NoneWord.DASH else None
    if not isinstance(amount, Amount):
        return None
    unit = PERCENT if amount.percent else MONEY if amount.pounds else None
    return Figure(amount.value, unit, isinstance(value, str) and _MULTIPLIED.search(text) is not None)


def _with_words(text: str) -> Figure | None:
    """Return the figure in a text such as `4:1`, `9.4 days` or `12 weeks`; None in any other."""
    if (ratio := _RATIO.fullmatch(text)) and Decimal(ratio[2]):
        return Figure(Decimal(ratio[1]) / Decimal(ratio[2]), RATIO)
    if days := _DAYS.fullmatch(text):
        number, unit = days[1], DAYS
    elif counted := _COUNTED.fullmatch(text):
        number, unit = counted[1], Unit(UnitKind.NUMBER, counted=counted_word(counted[2]))
    else:
        return None
    amount = parse_amount(number)
    is_number = isinstance(amount, Amount) and not amount.pounds and not amount.percent
    return Figure(amount.value, unit) if is_number and isinstance(amount, Amount) else None


def parse_remarked_figure(value: Value) -> Figure | None:
    """Return the figure in a cell, which may have a remark behind it: `72% (18 of 25)`, `72%*`, `8.1 (provisional)`."""
    if (found := parse_figure(value)) or not isinstance(value, str):
        return found
    remarked = _REMARK.fullmatch(normalised_text(value).casefold())
    return parse_figure(remarked["figure"]) if remarked else None


def in_unit(figure: Figure, unit: Unit) -> Decimal | None:
    """Return a figure as a number of a unit; None where another is written with it.

    A number without % is a percentage of so many hundredths, or a fraction where it is 1 or less. A number of a unit such as
    £m is of millions; with £ it is so where it is less than one million.
    """
    own = figure.unit
    if own and (own.kind is not unit.kind or (own.counted and unit.counted and own.counted != unit.counted)):
        return None
    if unit.kind is UnitKind.PERCENT and own is None:
        return figure.value / 100 if abs(figure.value) > _LARGEST_FRACTION else figure.value
    if unit.multiple > 1 and not figure.is_full and (own is None or abs(figure.value) < unit.multiple):
        return figure.value * unit.multiple
    return figure.value


def read_figure(value: Value, unit: Unit) -> Decimal | None:
    """Return what a cell comes to in a unit; None for a blank, a word, and what has another unit."""
    figure = parse_figure(value)
    return in_unit(figure, unit) if figure else None


def read_remarked_figure(value: Value, unit: Unit) -> Decimal | None:
    """Return what a cell comes to in a unit, whatever remark stands behind its figure; None as for `read_figure`."""
    figure = parse_remarked_figure(value)
    return in_unit(figure, unit) if figure else None


def format_figure(value: Decimal, unit: Unit) -> str:
    """Return a figure as a paper prints it: `72%`, `£5,600,000`, `£5.6m`, `9.4`, with as many decimals as it has, four at most."""
    if unit.kind is UnitKind.PERCENT:
        return f"{_plain(value * 100, 2)}%"
    if unit.kind is not UnitKind.MONEY:
        return _plain(value, 4)
    sign = "-" if value < 0 else ""
    short = abs(value) / unit.multiple
    if unit.multiple > 1 and short == round(short, 3):
        return f"{sign}£{_plain(short, 3)}{'m' if unit.multiple == 1_000_000 else 'k'}"
    return f"{sign}£{abs(value):,.{0 if value == value.to_integral_value() else 2}f}"


def _plain(value: Decimal, decimals: int) -> str:
    rounded = round(value, decimals).normalize()
    return f"{rounded + 0:,f}" if rounded else "0"


def cell_value(value: Decimal, unit: Unit) -> Value:
    """Return a figure as a cell of a plan holds it: a number, and a text where a sign belongs to it."""
    if unit.kind in (UnitKind.PERCENT, UnitKind.MONEY):
        return format_figure(value, unit)
    return float(round(value, 10))


def shown_figure(value: Value, unit: Unit | None) -> str:
    """Return what a cell of a measure is printed as: its figure in its unit; words, ranges and ratios as they are written."""
    figure = parse_figure(value)
    if figure is None or unit is None or (isinstance(value, str) and ":" in value):
        return as_text(value)
    found = in_unit(figure, unit)
    return as_text(value) if found is None else format_figure(found, unit)

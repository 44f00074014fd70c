"""Figures as a paper prints them: money, percentages and numbers in the format of their cell, else of their kind."""

import re
from decimal import ROUND_HALF_UP, Decimal

from hrworkbook.plan.amounts import Amount, parse_amount
from hrworkbook.plan.number_format.cell_text import shown_value
from hrworkbook.plan.number_format.render import is_plain
from hrworkbook.plan.schema_model import Column
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text
from hrworkbook.render.appendix.page_plan import NUMBER_KINDS

_DIGITS_ALONE = re.compile(r"[-\u2212\u2013(]? ?£?-?[\d,. ]*\d[\d,. ]*\)?")
"""A text that says no more than a number: what bears a unit or a multiplier, such as £19k, is left as it was written."""

_PENNY = Decimal("0.01")


def figure_text(column: Column, value: Value, code: str = "") -> str:
    """Return a cell's text in print: a number by its cell's format `code`, else by its column's kind; the rest as written.

    `1250` in a column of money is `£1,250`, `0.725` in one of percentages `72.5%`; *nil*, `£19k` and the like stay.
    """
    if column.kind not in NUMBER_KINDS or is_blank(value) or isinstance(value, bool):
        return as_text(value)
    if isinstance(value, int | float) and not is_plain(code):
        return as_text(shown_value(value, code))
    amount = parse_amount(value)
    if not isinstance(amount, Amount) or (
        isinstance(value, str) and not _DIGITS_ALONE.fullmatch(normalised_text(value))
    ):
        return as_text(value)
    if column.kind == "money":
        return pounds(amount.value)
    if column.kind == "percent":
        return percentage(amount.value) if abs(amount.value) <= 1 else as_text(value)
    return as_text(value) if amount.pounds else _grouped(amount.value)


def pounds(figure: Decimal) -> str:
    """Return an amount of money: `£1,250`, `-£12.50`, its pence where there are any."""
    figure = figure.quantize(_PENNY, ROUND_HALF_UP)
    pence = "" if figure == figure.to_integral() else f"{abs(figure) % 1:.2f}"[1:]
    return f"{'-' if figure < 0 else ''}£{int(abs(figure)):,}{pence}"


def percentage(fraction: Decimal) -> str:
    """Return a fraction as a percentage, in as many decimals as it has: `72%`, `72.5%`."""
    return f"{_grouped(fraction * 100)}%"


def share_text(number: int, total: int) -> str:
    """Return a count's share of a total in whole per cent: `34%`; what is not quite none or all is said so."""
    if not total:
        return "0%"
    rounded = (200 * number + total) // (2 * total)
    if number and not rounded:
        return "under 1%"
    return "over 99%" if rounded == 100 and number < total else f"{rounded}%"


def _grouped(figure: Decimal) -> str:
    whole, _, decimals = f"{figure:,f}".partition(".")
    return f"{whole}.{decimals.rstrip('0')}".rstrip(".")

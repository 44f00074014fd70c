"""Which month a return is for, from wherever its sender wrote it. A month is said as year and month: `2015-04`."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache

from hrworkbook.plan.serials import likely_day
from hrworkbook.plan.snapshot import Block, address
from hrworkbook.plan.values import CellError, Value, normalised_text
from hrworkbook.tables.heading_vocabulary import fold_heading
from hrworkbook.tables.month_text import financial_month, is_month_code, read_month

_LONGEST_TITLE = 60
"""Characters of a title that may name the month; longer ones are instructions, with dates of their own."""
_COVER_ROWS = 60
_LABEL_SIGNS = 8
"""Characters, such as colons and spaces, that a label on a sheet may have beyond its letters."""
_FINANCIAL_YEAR = re.compile("((?:19|20)[0-9]{2}) ?[/-] ?((?:19|20)?[0-9]{2})")
_OTHER_DAY = re.compile(
    r"\s*(?:date )?(?:of |last )?(?:return(?:ed)? (?:date|by|on)|publi|issue|print|updat|complet|creat|submi|sent|due|prepar|sign|version)",
    re.IGNORECASE,
)
"""Begins what is said of a day that is not the one reported on."""


def _month_code(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


def month_named_in(text: str) -> str:
    """Return the one month a text names, alone or by a day in it; '' where it names none, or several."""
    return read_month(text).month


def period_of(value: Value) -> str:
    """Return the month that a cell of the master's own column holds, where `2011-12` is December; '' for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    return text if is_month_code(text) else parse_month(value)


@lru_cache(maxsize=1024, typed=True)
def parse_month(value: Value) -> str:
    """Return the month a cell holds: a date, its day number, or a text that names one month; '' for anything else."""
    if isinstance(value, date):
        return _month_code(value)
    if isinstance(value, str):
        return (
            ""
            if isinstance(value, CellError) or len(value) > _LONGEST_TITLE
            else month_named_in(normalised_text(value))
        )
    day = likely_day(value)
    return _month_code(day) if day else ""


@lru_cache(maxsize=1024, typed=True)
def month_from_parts(year: Value, month: Value) -> str:
    """Return the month that a cell for the year and a cell for the month give together; '' where they do not."""
    alone = parse_month(month)
    if year is None or normalised_text(year) == "":
        return alone
    written = parse_month(year)[:4] if isinstance(year, date) else normalised_text(year).removesuffix(".0")
    if (match := _FINANCIAL_YEAR.fullmatch(written)) and (int(match[1]) + 1 - int(match[2])) % 100 == 0:
        if normalised_text(month).removesuffix(".0").isdecimal():
            return ""  # the twelfth month of such a year is March to some, December to others
        first = month_from_parts(match[1], month)
        found = financial_month(int(match[1]), int(first[5:])) if first else alone
        return found if found == alone or not alone or isinstance(month, date) else ""
    if not re.fullmatch("(?:19|20)[0-9]{2}", written):
        return alone or (parse_month(year) if month is None else "")
    if alone:
        return f"{written}-{alone[5:]}" if isinstance(month, date) else alone if alone[:4] == written else ""
    number = normalised_text(month).removesuffix(".0")
    if number.isdecimal() and 1 <= int(number) <= 12:
        return f"{written}-{int(number):02}"
    return month_named_in(f"{number} {written}") if number and len(number) <= _LONGEST_TITLE else ""


def month_on_cover(blocks: Collection[Block], labels: Collection[str], years: Collection[str] = ()) -> tuple[str, str]:
    """Return the month beside or below one of the cover's labels, and where it stands; two blanks where there is none.

    A month without its year is completed by the year beside or below one of the labels for it on the same sheet.
    """
    wanted = {fold_heading(label) for label in labels}
    wanted_years = {fold_heading(year) for year in years}
    for block in blocks:
        year = next((v for at in _places_beside(block, wanted_years) if month_from_parts(v := block.at(*at), 1)), None)
        for at in _places_beside(block, wanted):
            month = _month_with_year(block.at(*at), year)
            if month and not (
                _is_below_label(block, at, wanted) and _month_with_year(block.at(at[0] + 1, at[1]), year)
            ):
                return month, f"{block.name}!{address(*at)}"
    return "", ""


def _month_with_year(value: Value, year: Value) -> str:
    """Return the month a cell names, completed by a year where it names none; '' for a bare number."""
    named = year is not None and isinstance(value, str) and not value.strip().isdecimal()
    return parse_month(value) or (month_from_parts(year, value) if named else "")


def _is_below_label(block: Block, at: tuple[int, int], wanted: Collection[str]) -> bool:
    """Return whether a cell stands right below a label: with another month below it, the label heads a column."""
    above = block.at(at[0] - 1, at[1])
    return isinstance(above, str) and fold_heading(above) in wanted


def _places_beside(block: Block, wanted: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the places where the answer to one of the labels may stand: up to three to the right, or below."""
    longest = max(map(len, wanted), default=0) + _LABEL_SIGNS
    for row, column, value in _text_cells(block) if wanted else ():
        if len(value) <= longest and fold_heading(value) in wanted:
            yield from ((row, column + 1), (row, column + 2), (row, column + 3), (row + 1, column))


def month_above(block: Block, header_row: int, labels: Collection[str], years: Collection[str] = ()) -> tuple[str, str]:
    """Return the month in the titles above a table, and where it stands; two blanks where there is none or more than one."""
    above = Block(block.name, block.rows[: header_row - 1])
    month, place = month_on_cover([above], labels, years)
    if month:
        return month, place
    titles = [
        (parse_month(v), f"{block.name}!{address(r, c)}")
        for r, c, v in _text_cells(above)
        if len(v) <= _LONGEST_TITLE and not _OTHER_DAY.match(v) and not _is_beside_other_day(above, r, c)
    ]
    days = [
        (parse_month(v), f"{block.name}!{address(r, c)}")
        for r, row in enumerate(above.rows, 1)
        for c, v in enumerate(row, 1)
        if isinstance(v, date) and not _is_beside_other_day(above, r, c)
    ]
    found = {month: place for month, place in (*titles, *days) if month}
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def _is_beside_other_day(block: Block, row: int, column: int) -> bool:
    """Return whether the cell on the left says that a day is that of sending, printing or publishing."""
    left = block.at(row, column - 1)
    return isinstance(left, str) and bool(_OTHER_DAY.match(left))


def months_of_parts(
    block: Block, header_row: int, rows: Sequence[int], labels: Collection[str], years: Collection[str] = ()
) -> dict[int, str]:
    """Return the month of each of a table's rows, by sheet row, where they stand in parts, each with its title and headings; else nothing."""
    month, months = month_above(block, header_row, labels, years)[0], {}
    titles = 0
    for above, row in zip((0, *rows), rows, strict=False):
        if above and row - above > 2:
            between = [
                [v for v in block.rows[n - 1] if v is not None and normalised_text(v)] for n in range(above + 1, row)
            ]
            filled = [values for values in between if values]
            month_of_first = [found for values in filled[:-1] if len(values) == 1 and (found := parse_month(values[0]))]
            titles, month = titles + len(month_of_first), month_of_first[-1] if month_of_first else month
        months[row] = month
    return months if titles and all(months.values()) else {}


def _text_cells(block: Block) -> Iterator[tuple[int, int, str]]:
    for row, values in enumerate(block.rows[:_COVER_ROWS], 1):
        for column, value in enumerate(values[:20], 1):
            if isinstance(value, str) and value and not isinstance(value, CellError):
                yield row, column, value

"""Find the month of a table's lines: every place that may say it is asked, and places that contradict each other are told."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from hrworkbook.collecting.collected_line import LineSource
from hrworkbook.collecting.given_months import GivenMonths
from hrworkbook.collecting.questions import QuestionKind, SheetQuestion
from hrworkbook.collecting.row_filter import CollectionRules
from hrworkbook.plan.findings import count_noun, join_words
from hrworkbook.plan.snapshot import Block
from hrworkbook.tables.month_text import MonthDoubt, read_month
from hrworkbook.tables.read_rows import Table
from hrworkbook.tables.reporting_month import month_above, month_on_cover, months_of_parts


class MonthSource(Enum):
    """A place that may say the month; the value is how it is spoken of."""

    COLUMNS = "its own columns say"
    PARTS = "the titles of its parts say"
    OTHER_ROWS = "its other rows say"
    ABOVE = "{place} says above the table"
    COVER = "the cover says at {place}"
    SHEET_NAME = "the sheet's name says"
    OTHER_PART = "sheet '{place}' says"
    FILE_NAME = "the file's name says"
    GIVEN = "you gave it"


class MonthClaim(NamedTuple):
    """A month, and the place that says it."""

    month: str
    source: MonthSource
    place: str = ""

    @property
    def said_by(self) -> str:
        """The place in words: `the sheet's name says`."""
        return self.source.value.format(place=self.place)


class FoundMonths(NamedTuple):
    """The month of each of a table's lines, and how it was found."""

    months: Sequence[str] = ()
    """By line; '' where it is not known."""
    note: str = ""
    question: SheetQuestion | None = None
    is_given: bool = False
    """Whether it is the month that was given for all sheets."""


@dataclass(frozen=True)
class MonthFinder:
    """One file, and all that its tables have in common about their months."""

    file: str
    blocks: Sequence[Block]
    tables: Sequence[Table]
    rules: CollectionRules
    given: GivenMonths

    def find(self, table: Table, sources: Sequence[LineSource]) -> FoundMonths:
        """Return the month of each line: its own, else the one that sheet, cover or file say, if they agree."""
        own = _own_months(sources)
        if not own:
            return FoundMonths()
        of_sheet = self.given.of_sheet(self.file, table.sheet)
        distinct = sorted({month for month in own if month})
        if of_sheet and len(distinct) < 2:
            return _found(table, [of_sheet] * len(own), MonthClaim(of_sheet, MonthSource.GIVEN))
        if all(own) and len(distinct) > 1:
            return _found(table, own, MonthClaim("", MonthSource.COLUMNS))
        if parts := self._months_of_parts(table) if not all(own) else {}:
            return _found(table, [parts[s.row.row_number] for s in sources], MonthClaim("", MonthSource.PARTS))
        claims = list(self._claims(table, distinct, all(own)))
        months = list(dict.fromkeys(claim.month for claim in claims))
        chosen = of_sheet or (self.given.for_all if self.given.for_all in months else "")
        if len(months) > 1 and not chosen:
            return FoundMonths([""] * len(own), question=self._contradiction(table, claims))
        if chosen and (of_sheet or len(months) > 1):
            kept = own if len(distinct) > 1 else [""] * len(own)
            return _found(table, [m or chosen for m in kept], MonthClaim(chosen, MonthSource.GIVEN))
        if claims:
            return _found(table, [m or claims[0].month for m in own], claims[0])
        if self.given.for_all:
            claim = MonthClaim(self.given.for_all, MonthSource.GIVEN)
            return _found(table, [m or claim.month for m in own], claim)._replace(is_given=True)
        return FoundMonths(own, question=self._unknown(table, sources, own))

    def _months_of_parts(self, table: Table) -> dict[int, str]:
        settings, rows = self.rules.settings, [row.row_number for row in table.rows]
        return months_of_parts(self._block(table), table.first_header_row, rows, settings.cover, settings.year)

    def _claims(self, table: Table, own: Sequence[str], everywhere: bool) -> Iterator[MonthClaim]:
        """Yield what each place says, the nearest first; places further off are asked only where none of these says it."""
        count = 0
        for claim in self._claims_of_sheet(table, own, everywhere):
            count += 1
            yield claim
        if not count and (other := self._claim_of_other_part(table)):
            count += 1
            yield other
        named = read_month(self.file).month
        if named and (not count or self._is_one_return):
            yield MonthClaim(named, MonthSource.FILE_NAME)

    def _claims_of_sheet(self, table: Table, own: Sequence[str], everywhere: bool) -> Iterator[MonthClaim]:
        if len(own) == 1:
            yield MonthClaim(own[0], MonthSource.COLUMNS if everywhere else MonthSource.OTHER_ROWS)
        settings = self.rules.settings
        month, place = month_above(self._block(table), table.first_header_row, settings.cover, settings.year)
        if month:
            yield MonthClaim(month, MonthSource.ABOVE, place)
        month, place = self._on_cover
        if month and self._is_one_return:
            yield MonthClaim(month, MonthSource.COVER, place)
        if month := read_month(table.sheet).month:
            yield MonthClaim(month, MonthSource.SHEET_NAME)

    def _claim_of_other_part(self, table: Table) -> MonthClaim | None:
        """Return the one month that the other parts of the return say in their rows, above them or by their name."""
        sheet_of_month: dict[str, str] = {}
        settings = self.rules.settings
        for other in (other for other in self.tables if other is not table and self._is_one_return):
            own = {month for row in other.rows if (month := self.rules.form(row.keys).month(row))}
            above = month_above(self._block(other), other.first_header_row, settings.cover, settings.year)[0]
            for month in own or {above or read_month(other.sheet).month} - {""}:
                sheet_of_month[month] = other.sheet
        if len(sheet_of_month) != 1:
            return None
        month, sheet = next(iter(sheet_of_month.items()))
        return MonthClaim(month, MonthSource.OTHER_PART, sheet)

    @cached_property
    def _on_cover(self) -> tuple[str, str]:
        tables, settings = {t.sheet for t in self.tables}, self.rules.settings
        return month_on_cover([b for b in self.blocks if b.name not in tables], settings.cover, settings.year)

    @cached_property
    def _is_one_return(self) -> bool:
        """Return whether the file is one return, on one sheet or in parts: no figure is asked for on two of them."""
        figures = Counter(chain.from_iterable(table.keys & self.rules.figure_keys for table in self.tables))
        return max(figures.values(), default=0) < 2

    def _block(self, table: Table) -> Block:
        return next(b for b in self.blocks if b.name == table.sheet)

    def _contradiction(self, table: Table, claims: Sequence[MonthClaim]) -> SheetQuestion:
        said = join_words(f"{claim.said_by} {claim.month}" for claim in claims)
        fault = f"Sheet '{table.sheet}': which month is it for? {said[0].upper()}{said[1:]}"
        return SheetQuestion(QuestionKind.MONTH, table.sheet, fault, f"Give the right one as {self._option(table)}")

    def _unknown(self, table: Table, sources: Sequence[LineSource], own: Sequence[str]) -> SheetQuestion:
        first = next(source for source, month in zip(sources, own, strict=True) if not month)
        texts = join_words(first.form.month_texts(first.row))
        doubts = [
            f"'{name}' {doubt.value}"
            for name in dict.fromkeys((table.sheet, self.file))
            if (doubt := read_month(name).doubt) is not MonthDoubt.NOTHING
        ]
        why = "Neither the table, nor a cover sheet, nor the names of the sheet and the file say"
        if texts:
            why = f"Its own columns say {texts}, which is no one month"
        elif doubts:
            why = join_words(doubts)
        fault = f"Sheet '{table.sheet}': which month is it for? {why}"
        return SheetQuestion(QuestionKind.MONTH, table.sheet, fault, f"Give it as {self._option(table)}")

    def _option(self, table: Table) -> str:
        """Return the option that gives this sheet its month, as it is typed."""
        return "--period 2015-04" if len(self.tables) == 1 else f'--period "{table.sheet}=2015-04"'


def _own_months(sources: Sequence[LineSource]) -> list[str]:
    """Return the month each line says by itself; `2011-12` is a month only in a column that holds other months so written."""
    own = [source.form.month(source.row) for source in sources]
    if all(own) or not any(own):
        return own
    codes = [source.form.month_code(source.row) for source in sources]
    return codes if all(codes) else own


def _found(table: Table, months: Sequence[str], claim: MonthClaim) -> FoundMonths:
    distinct = sorted(set(months))
    text = (
        distinct[0]
        if len(distinct) == 1
        else f"{count_noun(len(distinct), 'month')} from {distinct[0]} to {distinct[-1]}"
    )
    return FoundMonths(months, f"Sheet '{table.sheet}' is for {text}, as {claim.said_by}.")

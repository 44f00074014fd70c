"""What a sheet of a workbook has to help whoever fills it in, beside its cells."""

from dataclasses import dataclass

from hrworkbook.plan.snapshot import CellRange


@dataclass(frozen=True)
class SheetHelps:
    """The dropdowns of a sheet, each with the formula of its words, and the ranges that are pivot tables."""

    dropdowns: tuple[tuple[CellRange, str], ...] = ()
    """`"Red,Amber,Green"`, `Lists!$A$2:$A$6` or the name of a range."""
    pivots: tuple[CellRange, ...] = ()

"""The months an officer gives for sheets that do not say theirs: one for all, or one for each sheet or file by its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hrworkbook.plan.errors import HrWorkbookError
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.values import normalised_text
from hrworkbook.tables.reporting_month import period_of

FileSheet = tuple[str, str]
"""A file's name, and a sheet of it."""
_SHOWN_SHEETS = 5


@dataclass(frozen=True)
class GivenMonths:
    """Months as `2015-04`; blank where none were given."""

    for_all: str = ""
    """The month of every sheet that does not say its own."""
    by_name: Mapping[str, str] = field(default_factory=dict)
    """The month of a sheet (`Data`), a file (`return.xlsx`) or a sheet of a file (`return.xlsx:Data`), as typed."""

    def __bool__(self) -> bool:
        return bool(self.for_all or self.by_name)

    def of_sheet(self, file: str, sheet: str) -> str:
        """Return the month given for just this sheet, or for its file; '' where none is."""
        for names in (_names_of_sheet(file, sheet), _names_of_file(file)):
            for name, month in self.by_name.items():
                if _fold(name) in names:
                    return month
        return ""

    def check_names(self, sheets: Iterable[FileSheet]) -> None:
        """Raise HrWorkbookError where a month was given for a sheet or file that is not among these."""
        known = list(dict.fromkeys(sheets))
        for name in self.by_name:
            if not any(_fold(name) in {*_names_of_sheet(file, sheet), *_names_of_file(file)} for file, sheet in known):
                shown = join_words(f"'{sheet}' of {file}" for file, sheet in known[:_SHOWN_SHEETS])
                raise HrWorkbookError(
                    "--period",
                    f"no sheet or file is called '{name}'",
                    f"Check its name: there {'is' if len(known) == 1 else 'are'} {shown}"
                    + (" and others" if len(known) > _SHOWN_SHEETS else ""),
                )


def parse_given_months(texts: Sequence[str]) -> GivenMonths:
    """Return the months of the `--period` options: `2015-04`, `April 2015` or `Data=2015-04`.

    Raises HrWorkbookError where one names no month, or two are for the same sheets.
    """
    months: dict[str, str] = {}
    for text in filter(None, texts):
        name, equals, said = text.rpartition("=")
        name = name.strip().strip("'\"") if equals else ""
        month = period_of(said.strip().strip("'\""))
        if not month:
            fault = f"'{said.strip()}' is no month"
            raise HrWorkbookError("--period", fault, "Give year and month, such as --period 2015-04")
        if equals and not name:
            fault = f"'{text}' does not say which sheet it is for"
            raise HrWorkbookError("--period", fault, 'Give its name and the month, such as --period "Data=2015-04"')
        if months.setdefault(name, month) != month:
            whose = f"'{name}'" if name else "all sheets"
            fault = f"two months are given for {whose}: {months[name]} and {month}"
            raise HrWorkbookError("--period", fault, 'Give each sheet its own, such as --period "Data=2015-04"')
    return GivenMonths(months.pop("", ""), months)


def as_given(period: "str | GivenMonths") -> GivenMonths:
    """Return the months given, where one month for all may be given as `2015-04`."""
    return GivenMonths(period) if isinstance(period, str) else period


def _fold(name: str) -> str:
    return normalised_text(name).casefold()


def _names_of_file(file: str) -> set[str]:
    name = _fold(file)
    return {name, name.rpartition(".")[0] or name, name.replace("\\", "/").rpartition("/")[2]}


def _names_of_sheet(file: str, sheet: str) -> set[str]:
    return {_fold(sheet), *(f"{name}:{_fold(sheet)}" for name in _names_of_file(file))}

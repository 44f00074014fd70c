"""A serial number as the date or time of day that a format's section shows."""

from datetime import timedelta

from hrworkbook.plan.number_format.code import Kind, Section
from hrworkbook.plan.serials import DAYS_TO_1904, EPOCH_1900, LAST_SERIAL

_ENGLISH = (
    ("January", "February", "March", "April", "May", "June"),
    ("July", "August", "September", "October", "November", "December"),
)
_WELSH = (
    ("Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin"),
    ("Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"),
)
_MONTHS = _ENGLISH[0] + _ENGLISH[1]
_WELSH_MONTHS = _WELSH[0] + _WELSH[1]
_WELSH_SHORT = ("Ion", "Chwef", "Mawrth", "Ebrill", "Mai", "Meh", "Gorff", "Awst", "Medi", "Hyd", "Tach", "Rhag")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WELSH_DAYS = ("Dydd Llun", "Dydd Mawrth", "Dydd Mercher", "Dydd Iau", "Dydd Gwener", "Dydd Sadwrn", "Dydd Sul")
_WELSH_DAYS_SHORT = ("Llun", "Maw", "Mer", "Iau", "Gwen", "Sad", "Sul")
_CYMRAEG = 0x452

_FINEST = 4
_UNITS = 10**_FINEST
"""Parts of a second that a serial number tells apart; finer ones are noise of its binary form."""
_DAY = 86_400 * _UNITS


class DateSection:
    """A section that shows a date, a time of day or a length of time, drawn up once and used for many."""

    def __init__(self, section: Section) -> None:
        self.tokens = section.tokens
        self.is_welsh = section.language == _CYMRAEG
        self.is_half_day = section.has(Kind.HALF_DAY)
        self.is_elapsed = section.has(Kind.ELAPSED)
        parts = max((len(text) - 1 for kind, text in section.tokens if kind is Kind.SECONDS), default=0)
        whole = 0 if self.is_elapsed else _FINEST
        self.step = int(10 ** max(_FINEST - (parts or whole), 0))

    def render(self, value: float, from_1904: bool) -> str | None:
        """Return the text of a serial number; None for what no sheet shows as a date."""
        if self.is_elapsed:
            return self._elapsed(value)
        serial = value + DAYS_TO_1904 if from_1904 else value
        if not 0 <= serial < LAST_SERIAL:
            return None
        day = int(serial)
        # A moment before midnight stays on its day, as spreadsheet programs have it.
        units = min(self._rounded((serial - day) * _DAY), _DAY - 1)
        return "".join([self._shown(kind, text, day, units, 0) for kind, text in self.tokens])

    def _elapsed(self, value: float) -> str | None:
        if abs(value) >= LAST_SERIAL:
            return None
        elapsed = self._rounded(abs(value) * _DAY)
        day, units = divmod(elapsed, _DAY)
        text = "".join([self._shown(kind, text, day, units, elapsed) for kind, text in self.tokens])
        return "-" + text if value < 0 and elapsed else text

    def _rounded(self, units: float) -> int:
        """Round to the part of a second that is shown; a time of day without parts of a second is not rounded."""
        return int(units / self.step + 0.5) * self.step

    def _shown(self, kind: Kind, text: str, day: int, units: int, elapsed: int) -> str:
        if kind is Kind.LITERAL:
            return text
        if kind is Kind.SECONDS:
            return f".{units % _UNITS:0{_FINEST}}"[: len(text)].ljust(len(text), "0")
        if kind is Kind.HALF_DAY:
            shown = "PM" if units >= _DAY // 2 else "AM"
            return shown if len(text) > 3 else shown[0].lower() if text[0] == "a" else shown[0]
        if kind is Kind.ELAPSED:
            seconds = elapsed // _UNITS
            whole = seconds // {"h": 3_600, "m": 60, "s": 1}[text[0]]
            return f"{whole:0{len(text)}}"
        if text[0] in "hns":
            seconds = units // _UNITS
            hour = seconds // 3_600
            if self.is_half_day:
                hour = hour % 12 or 12
            number = {"h": hour, "n": seconds // 60 % 60, "s": seconds % 60}[text[0]]
            return f"{number:02}" if len(text) > 1 else str(number)
        return self._of_day(text, day)

    def _of_day(self, text: str, day: int) -> str:
        """Return a year, a month or a day; days before March 1900 as Excel counts them, with a 29 February 1900 that never was."""
        if day == 60:
            year, month, number, weekday = 1900, 2, 29, 2
        elif day == 0:
            year, month, number, weekday = 1900, 1, 0, 5
        else:
            shown = EPOCH_1900 + timedelta(days=day if day > 60 else day + 1)
            year, month, number = shown.year, shown.month, shown.day
            weekday = (day - 2) % 7
        letter, width = text[0], len(text)
        if letter == "y":
            return f"{year % 100:02}" if width < 3 else f"{year:04}"
        if letter == "m":
            return self._month(month, width)
        if letter == "d" and width < 3:
            return f"{number:02}" if width > 1 else str(number)
        if self.is_welsh:
            return _WELSH_DAYS_SHORT[weekday] if width == 3 else _WELSH_DAYS[weekday]
        return _DAYS[weekday][:3] if width == 3 else _DAYS[weekday]

    def _month(self, month: int, width: int) -> str:
        if width < 3:
            return f"{month:02}" if width > 1 else str(month)
        name = (_WELSH_MONTHS if self.is_welsh else _MONTHS)[month - 1]
        if width == 3:
            return _WELSH_SHORT[month - 1] if self.is_welsh else name[:3]
        return name[:1] if width == 5 else name

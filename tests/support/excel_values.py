"""What Excel makes of a value over COM: a text is read as if typed, an error value is a number, a text cell holds text."""

import re
from datetime import datetime
from typing import Any

ERRORS = {"#DIV/0!": 2007, "#N/A": 2042, "#NAME?": 2029, "#NULL!": 2000, "#NUM!": 2036, "#REF!": 2023, "#VALUE!": 2015}
NUMBERS = {number - 2_146_828_288: text for text, number in ERRORS.items()}
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class ComError(Exception):
    """What pywin32 raises; `hresult` says why."""

    def __init__(self, hresult: int = -2147352567) -> None:
        super().__init__("(com_error)")
        self.hresult = hresult


def as_typed(text: str) -> Any:
    """What Excel makes of a text typed into a general cell."""
    if text.startswith("'"):
        return text[1:]
    if text.startswith(("=", "+", "-", "@")) and not re.fullmatch(r"[+-]?[\d.]+", text):
        if not re.fullmatch(r"=[\w(+].*", text, re.DOTALL):
            raise ComError
        return text
    if text in ERRORS:
        return ERRORS[text] - 2_146_828_288
    if text.strip().upper() in ("TRUE", "FALSE"):
        return text.strip().upper() == "TRUE"
    if (match := re.fullmatch(r"\s*([A-Za-z]{3})[a-z]* (\d{4})\s*", text)) and match[1].lower() in _MONTHS:
        return datetime(int(match[2]), _MONTHS.index(match[1].lower()) + 1, 1)
    if match := re.fullmatch(r"\s*([12]?\d)/(1[012]|[1-9])\s*", text):
        return datetime(2026, int(match[2]), int(match[1]) or 1)
    try:
        return float(text.replace(",", "")) if re.fullmatch(r"\s*[+-]?[\d.,]+(e[+-]?\d+)?\s*", text, re.I) else text
    except ValueError:
        return text


def computed(formula: str) -> Any:
    """The value of a formula: the text of a link, or 2."""
    if match := re.fullmatch(r'=HYPERLINK\("(?:[^"]|"")*",(.*)\)', formula, re.DOTALL):
        return "".join(part.replace('""', '"') for part in re.findall(r'"((?:[^"]|"")*)"', match[1]))
    return 2.0


def in_text_cell(value: Any) -> str:
    """What a value becomes in a text cell."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return f"{value:%m/%d/%Y}"
    return str(int(value)) if float(value).is_integer() else repr(float(value))

"""Formulas of ours in which sheets, tables and names get other names."""

import re
from collections.abc import Mapping
from html import unescape
from xml.sax.saxutils import escape

_TOKEN = re.compile(
    r""""((?:[^"]|"")*)"|'((?:[^']|'')+)'!|(?<![\w.])([A-Za-z_\\][\w.\\]*)!|(?<![\w.!\[#'])([A-Za-z_\\][\w.\\]*)(?![\w.(!'\\])"""
)
_FORMULAS = re.compile(
    rb"(<(?:\w+:)?(?:f|formula|formula1|formula2|calculatedColumnFormula|totalsRowFormula)(?:\s[^>]*)?>)([^<]+)(?=</)"
)
_LOCATION = re.compile(rb'(<hyperlink [^>]*?location=")([^"]*)(?=")')


class RenamedReferences:
    """What sheets are called, and what tables and names are called, by what they were."""

    def __init__(self, sheets: Mapping[str, str], names: Mapping[str, str]) -> None:
        self.sheets = {old.casefold(): new for old, new in sheets.items() if old != new}
        self.names = {old.casefold(): new for old, new in names.items() if old != new}

    def in_xml(self, xml: bytes) -> bytes:
        """Return a part of ours with the new names in all its formulas and links."""
        if not self.sheets and not self.names:
            return xml
        return _LOCATION.sub(self._replaced, _FORMULAS.sub(self._replaced, xml))

    def _replaced(self, match: "re.Match[bytes]") -> bytes:
        return match[1] + escape(self.in_formula(unescape(match[2].decode())), {'"': "&quot;"}).encode()

    def in_formula(self, formula: str) -> str:
        """Return a formula with the new names; in a text only where that is a place to jump to (`"#'Plan'!A1"`)."""
        return _TOKEN.sub(self._token, formula)

    def _token(self, match: "re.Match[str]") -> str:
        text, quoted, sheet, name = match.groups()
        if text is not None:
            return f'"#{self.in_formula(text[1:])}"' if text.startswith("#") else match[0]
        if name is not None:
            return self.names.get(name.casefold(), name)
        old = quoted.replace("''", "'") if quoted is not None else sheet
        new = self.sheets.get(old.casefold())
        return match[0] if new is None else f"{quoted_sheet(new)}!"


def quoted_sheet(name: str) -> str:
    """Return a sheet's name as a formula has it."""
    return "'" + name.replace("'", "''") + "'"

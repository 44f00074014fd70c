"""Formulas as Excel writes them and as Calc's UNO interface does."""

import re

_EXCEL_TOKENS = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'!?|[A-Za-z_][\w.]*!|[,;{}]')
_CALC_TOKENS = re.compile(r'"(?:[^"]|"")*"|\$?(?:\'(?:[^\']|\'\')*\'|[^\W\d]\w*)\.(?=\$?[A-Za-z]{1,3}\$?\d)|[;|{}]')


def to_calc(formula: str) -> str:
    """`=SUM(Plan!A1,2)` as `=SUM(Plan.A1;2)`: texts in quotes stay as they are."""
    depth = 0

    def calc_token(match: re.Match[str]) -> str:
        nonlocal depth
        part = match[0]
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part.endswith("!"):
            return part[:-1] + "."
        if part == ",":
            return ";"
        return "|" if part == ";" and depth else part

    return _EXCEL_TOKENS.sub(calc_token, formula)


def to_excel(formula: str) -> str:
    """`=SUM($Plan.A1;2)` as `=SUM(Plan!A1,2)`: texts in quotes stay as they are."""

    def excel_token(match: re.Match[str]) -> str:
        part = match[0]
        if part.startswith('"'):
            return part
        if part.endswith("."):
            return part[:-1].removeprefix("$") + "!"
        return {";": ",", "|": ";"}.get(part, part)

    return _CALC_TOKENS.sub(excel_token, formula)

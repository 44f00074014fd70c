"""The number formats that files name by an ID alone (ECMA-376 part 1, 18.8.30), as a British Excel has them."""

from collections.abc import Mapping

GENERAL = "General"
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"£"#,##0;-"£"#,##0',
    6: '"£"#,##0;[Red]-"£"#,##0',
    7: '"£"#,##0.00;-"£"#,##0.00',
    8: '"£"#,##0.00;[Red]-"£"#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "dd/mm/yyyy",
    15: "dd-mmm-yy",
    16: "dd-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "hh:mm",
    21: "hh:mm:ss",
    22: "dd/mm/yyyy hh:mm",
    37: "#,##0;-#,##0",
    38: "#,##0;[Red]-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00",
    41: '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-',
    42: '_-"£"* #,##0_-;-"£"* #,##0_-;_-"£"* "-"_-;_-@_-',
    43: '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-',
    44: '_-"£"* #,##0.00_-;-"£"* #,##0.00_-;_-"£"* "-"??_-;_-@_-',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "dd/mm/yyyy"),
}
"""The code of each number format that files name by its ID alone; those of China, Japan and Korea stand for dates."""
SYSTEM_IDS = frozenset({14, 22})
"""Formats that are the computer's own, whatever code a file gives them."""

_OF_THE_COMPUTER = {"m/d/yyyy": BUILT_IN[14], "m/d/yyyy h:mm": BUILT_IN[22]}


def shown_by_computer(code: str) -> str:
    """Return the code an open Excel gives for a cell; its computer's own date formats it names as American, whatever they show."""
    return _OF_THE_COMPUTER.get(code, code)


def code_of(identity: int, given: Mapping[int, str]) -> str:
    """Return the code of a number format's ID: the file's own, else the built-in one, else General."""
    built_in = BUILT_IN.get(identity, GENERAL)
    return built_in if identity in SYSTEM_IDS else given.get(identity, built_in)

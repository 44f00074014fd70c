"""By how much a column's width must be stated otherwise where another font measures it."""

_OUR_DIGIT = 7
"""Pixels of the widest digit of Calibri 11, by which XlsxWriter states widths."""
_DIGIT_EMS = {
    "aptos narrow": 0.49, "arial": 0.556, "arial narrow": 0.456, "calibri": 0.507, "cambria": 0.554, "candara": 0.554,
    "carlito": 0.507, "century gothic": 0.554, "courier new": 0.6, "franklin gothic book": 0.554, "garamond": 0.469,
    "georgia": 0.614, "gill sans mt": 0.5, "helvetica": 0.556, "liberation sans": 0.556, "segoe ui": 0.539,
    "tahoma": 0.546, "times new roman": 0.5, "trebuchet ms": 0.524, "verdana": 0.636,
}  # fmt: skip
"""The width of a digit, in ems, of the fonts that workbooks have as their Normal font."""


def width_factor(font: str, points: float) -> float:
    """Return what the widths of our columns are multiplied by in a workbook of this Normal font, to be as wide on screen.

    1 for a font that is not known (ECMA-376 part 1, 18.3.1.13).
    """
    ems = _DIGIT_EMS.get(font.strip().casefold())
    if ems is None or not 4 <= points <= 40:
        return 1.0
    return _OUR_DIGIT / max(round(ems * points * 96 / 72), 1)

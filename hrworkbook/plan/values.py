"""What a cell can hold, when two cells are the same, and how a value is said."""

import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache

LONGEST_TEXT = 32_767
"""Characters a cell holds (Excel specifications and limits)."""
LONGEST_HEADING = 255
"""Characters of a table's heading (Excel specifications and limits)."""


class CellError(str):
    """An error value such as `#REF!`: never a blank, never a text."""

    __slots__ = ()


class Uncomputed(CellError):
    """A formula whose value was never computed or not stored; holds the formula's text where known."""

    __slots__ = ()


Value = str | float | int | bool | date | datetime | time | CellError | None

_FOLDED_CHARACTERS = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2007": " ",
        "\u200b": None,
        "\u00ad": None,
        "\u2060": None,
        "\ufeff": None,
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\t": " ",
    }
)
_INVISIBLE = frozenset(chr(code) for code, stands_for in _FOLDED_CHARACTERS.items() if stands_for is None)
"""Signs without width: a cell that holds nothing else is blank, and a line on a terminal has none of them."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]")
"""C0 and C1 (ECMA-48), and what turns a line's direction round (Unicode's Bidi_Control, and its deprecated kin)."""
_BREAK = re.compile(r"[ \t]*[\n\t][ \t\n]*")
_FORMULA_SIGNS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What begins a formula when it is typed, in full width too."""
_SPACES = re.compile(r" {2,}")
_BREAKS = re.compile(r" *\n[ \n]*")
ESCAPED_RETURN = "_x000D_"
"""A carriage return in a workbook's own coding, as some programs take it for the text itself (ECMA-376, part 1, 22.9.2.19)."""
_WORD_CHARACTERS = {code: " " for code in range(128) if not chr(code).isalnum()} | {38: " and ", 37: " % "}
"""What the signs of a plain text are read as in a header."""
_LETTER = re.compile(r"[^\W\d_]")
_NO_CHARACTER = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""What no XML can hold, controls apart."""


def as_text(value: Value) -> str:
    """Return the value as a person would type it: `42`, `31/03/2017`, `Yes`; a blank is ''."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y") if value.time() == time() else value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return str(value)


def normalised_text(value: Value) -> str:
    """Return the text that counts when cells are compared.

    Folds what mail and paste change: outer and doubled spaces, non-breaking spaces, CR LF, blank lines, curly quotes
    and what is not printed.
    """
    text = value if type(value) is str else as_text(value)
    if text.isascii() and "  " not in text and text.isprintable() and ESCAPED_RETURN not in text:
        return text.strip()
    text = unicodedata.normalize("NFC", clean(with_line_feeds(text)).translate(_FOLDED_CHARACTERS))
    return _BREAKS.sub("\n", _SPACES.sub(" ", text)).strip()


def with_line_feeds(text: str) -> str:
    """Return the text with each line ended by one line feed, as Excel ends them."""
    if "\r" in text or ESCAPED_RETURN in text:
        text = text.replace(ESCAPED_RETURN, "\r").replace("\r\n", "\n").replace("\r", "\n")
    return text


def same_value(left: Value, right: Value) -> bool:
    """Return whether two cells say the same; an error value equals only the same error value."""
    if isinstance(left, CellError) or isinstance(right, CellError):
        return isinstance(left, CellError) and isinstance(right, CellError) and str(left) == str(right)
    return left == right or normalised_text(left) == normalised_text(right)


def is_blank(value: Value) -> bool:
    """Return whether nothing is written in the cell; an error value is not a blank."""
    if type(value) is not str:
        return value is None
    text = value.strip()
    return not text or (text[0] in _INVISIBLE and normalised_text(text) == "")


def has_letter(text: str) -> bool:
    """Return whether any letter stands in the text."""
    if text.isascii():
        return text.lower() != text.upper()
    return bool(_LETTER.search(text))


def clean(text: str) -> str:
    """Return the text without C0, C1 and bidi controls; tabs stay, and whatever ends a line is one line feed.

    What is shown, sent or kept passes here, so that no cell, heading, file name or subject steers a terminal, turns a
    line round, or stands for a line of ours.
    """
    if text.isprintable():
        return text
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """Return the text cleaned, and on one line: what a terminal or a message shows of it begins no line of its own."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in _BREAK.sub(" ", clean(text)) if c not in _INVISIBLE)


def single_spaced(text: str) -> str:
    """Return the text cleaned, on one line, each run of spaces as one."""
    return " ".join(one_line(text).split())


def shorten(text: str, most: int) -> str:
    """Return the text as `single_spaced` does, in at most so many characters: where it is cut, the last is “…”."""
    flat = single_spaced(text)
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def storable_text(text: str) -> str:
    """Return the text as a workbook is to hold it: cleaned, U+FFFD for lone surrogates and what is no character."""
    return text if text.isprintable() else _NO_CHARACTER.sub("\ufffd", clean(text))


def utf16_length(text: str) -> int:
    """Return how many characters the text has as Excel counts them."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def begins_formula(text: str) -> bool:
    """Return whether a text would be a formula if it were typed: it begins with `= + - @`, white space before it or not."""
    return not text[:1].isalnum() and text.lstrip()[:1] in _FORMULA_SIGNS


def fold_name(text: str) -> str:
    """Return a heading, list name, owner or other name for look-up: the one rule by which two of them are the same.

    Letters and digits in lower case, `&` as `and`; what writing it to a cell and reading it back changes makes no
    difference. Empty for a name without a letter or digit, but for `#` alone, which is read as `No`. Texts as long as a
    heading may be are remembered, since the same ones come in every sheet.
    """
    return _fold_short(text) if len(text) <= LONGEST_HEADING else _fold(text)


@lru_cache(maxsize=8192)
def _fold_short(text: str) -> str:
    return _fold(text)


def _fold(text: str) -> str:
    if text.isascii() and text.isprintable() and ESCAPED_RETURN not in text:
        folded = " ".join(text.lower().translate(_WORD_CHARACTERS).split())
    else:
        text = unicodedata.normalize("NFKC", normalised_text(text)).casefold()
        folded = " ".join(re.findall(r"[^\W_]+|[%£]", text.replace("&", " and ")))
    return folded or ("no" if text.strip() == "#" else "")

"""Whether the signs of a text stand where writers put them, or look as if the text was read in another encoding.

A letter of another encoding lands on a sign that may be common, but at a place where it is not: `caf\u201a`, `\u015345k`,
`team\u00d5s`. So each sign beyond ASCII is judged by what stands beside it, and a sign that has no rule is not plausible.
"""

from collections.abc import Callable

_NO_LETTERS = frozenset("\u00aa\u00ba\u00b5\u00d0\u00de\u00f0\u00fe\u0192\u02c6\u02dc")
"""Letters to Unicode that hardly stand in a text of our readers."""
_THOUSANDS = frozenset("kmb")


def is_plausible(text: str) -> bool:
    """Return whether each sign beyond ASCII stands at a place where English, Welsh or a name of Western Europe has it."""
    return all(
        _stands_well(text[at - 1] if at else " ", sign, text[at + 1] if at + 1 < len(text) else " ")
        for at, sign in enumerate(text)
        if sign > "\x7f"
    )


def _stands_well(before: str, sign: str, after: str) -> bool:
    if sign.isalpha() and sign not in _NO_LETTERS:
        return _is_letter_well(before, sign, after)
    rule = _RULES.get(sign)
    return rule is not None and rule(before, after)


def _is_letter_well(before: str, letter: str, after: str) -> bool:
    if before.isdigit() or after.isdigit():
        return False
    if letter.isupper():
        starts = not before.isalpha() and after.isalpha()
        return starts or (before.isupper() and not after.islower())
    if not before.isalpha() and not after.isalpha():
        return letter == "\u00e0"
    return not after.isupper()


def _opens(before: str, after: str) -> bool:
    return not before.isalnum() and not after.isspace()


def _closes(before: str, after: str) -> bool:
    return not before.isspace() and not after.isalnum()


def _is_apostrophe(before: str, after: str) -> bool:
    return not before.isspace() or after.isalnum()


def _is_pound(before: str, after: str) -> bool:
    return not before.isalnum() and (not after.isalpha() or after.lower() in _THOUSANDS)


def _is_euro(before: str, after: str) -> bool:
    return not before.isalpha() and (before.isdigit() or not after.isalpha())


def _is_between_words(before: str, after: str) -> bool:
    return not (before.isalpha() and after.isalpha())


def _is_no_part_of_a_word(before: str, after: str) -> bool:
    return not before.isalpha() and not after.isalpha()


def _follows_a_number(before: str, after: str) -> bool:
    return (before.isdigit() or before.isspace()) and not after.islower()


def _is_raised(before: str, after: str) -> bool:
    return before.isalnum() and not after.isalpha()


def _anywhere(before: str, after: str) -> bool:
    return True


_RULES: dict[str, Callable[[str, str], bool]] = {
    **dict.fromkeys("\u2018\u201c", _opens),
    "\u2019": _is_apostrophe,
    "\u201d": _closes,
    **dict.fromkeys("\u2013\u2014\u00a0\u00ad", _anywhere),
    "\u2026": _is_between_words,
    "\u00a3": _is_pound,
    "\u20ac": _is_euro,
    **dict.fromkeys("\u2022\u00b7\u00a7\u00a9\u00ab\u00bb\u00d7\u00b1\u00f7\u00bc\u00bd\u00be", _is_no_part_of_a_word),
    "\u00b0": _follows_a_number,
    **dict.fromkeys("\u00b9\u00b2\u00b3\u00ae\u2122", _is_raised),
}
"""What must hold of the signs beside each sign: those before and after it, a blank at the ends."""

"""Which words of a status, such as Red or Off track, have which colour: one table for master, return and appendix."""

from collections.abc import Iterator, Mapping, Sequence

from hrworkbook.plan.schema_model import Schema
from hrworkbook.render import style as look
from hrworkbook.render.style import FillColours, contrast_ratio

READABLE = 4.5
"""The least contrast of a text and its fill (WCAG 2.2, 1.4.3)."""
_BLACK = "#000000"

PALETTE = {
    "red": look.RED,
    "amber/red": "#F2603C",
    "amber": look.AMBER,
    "orange": look.AMBER,
    "yellow": "#FFDD00",
    "amber/green": "#B5C94A",
    "green": look.GREEN,
    "blue": look.COMPLETE,
    "purple": "#4C2C92",
    "pink": "#D53880",
    "brown": "#B58840",
    "turquoise": "#28A197",
    "grey": "#B1B4B6",
    "black": look.TEXT,
    "white": look.WHITE,
}
"""Colours by the names a council calls them."""

_WORDS = {
    "red": (
        "r", "overdue", "off track", "off-track", "off target", "not on track", "not on target", "not achieved", "not met",
        "missed", "failed", "failing", "critical", "not delivered", "significant issues", "serious concerns",
    ),
    "amber/red": (
        "red/amber", "amber-red", "red-amber", "amber - red", "red - amber", "amber – red", "red – amber", "amber to red",
        "red to amber", "r/a", "a/r",
    ),
    "amber": (
        "a", "yellow/amber", "delayed", "at risk", "slipped", "slipping", "slippage", "some slippage", "partially met", "partly met",
        "partially achieved", "partly achieved", "partially complete", "partially completed", "partly complete", "some concerns",
        "minor issues", "some issues", "needs attention", "caution",
    ),
    "amber/green": (
        "green/amber", "amber-green", "green-amber", "amber - green", "green - amber", "amber – green", "green – amber",
        "amber to green", "green to amber", "g/a", "a/g",
    ),
    "green": (
        "g", "on track", "on-track", "on target", "on schedule", "on course", "in progress - on track", "progressing well", "ahead",
        "ahead of schedule", "ahead of target", "good progress",
    ),
    "blue": (
        "b", "complete", "completed", "done", "closed", "finished", "delivered", "achieved", "implemented", "met", "action complete",
        "action completed", "fully complete", "fully implemented", "complete and closed", "completed and closed",
    ),
    "grey": (
        "gray", "not started", "not yet started", "not due", "not yet due", "on hold", "paused", "suspended", "deferred",
        "cancelled", "canceled", "withdrawn", "superseded", "no longer required", "not applicable", "n/a", "future", "planned",
    ),
}  # fmt: skip
"""The words councils use for a status, by the colour that says the same."""
_LEADING = ("red", "amber", "green", "blue", "grey", "yellow", "purple", "complete", "completed", "delayed", "on hold")
"""Words that give their colour to what they begin, as in `Red - delayed`."""
_PARTING, _PARTING_AFTER_SPACE = ":,;(", " - – — ("
"""What parts such a word from the rest. A slash does not: `Amber/Red` is a colour of its own."""
_LONGEST_FORMULA = 255
"""Characters that Excel lets a conditional format's formula have where it is edited."""
_COLOUR_OF = PALETTE | {word: PALETTE[name] for name, words in _WORDS.items() for word in words}


def readable_text(fill: str) -> str:
    """Return the text colour that reads on a fill: white or the usual text, black where neither has the contrast."""
    return next((c for c in (look.WHITE, look.TEXT) if contrast_ratio(fill, c) >= READABLE), _BLACK)


def fill_named(colour: str) -> str | None:
    """Return the `#RRGGBB` that a colour's name or code stands for; None for what is neither."""
    code = colour.strip().removeprefix("#")
    if len(code) == 6 and all(c in "0123456789abcdefABCDEF" for c in code):
        return f"#{code.upper()}"
    return PALETTE.get(_folded(colour))


def _folded(word: str) -> str:
    """Return a word in lower case, its spaces single and none round a slash."""
    return " ".join(word.casefold().split()).replace(" /", "/").replace("/ ", "/")


class WordColours:
    """The colours of one column's words: its own, as its schema gives them, then the usual ones."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        given = {_folded(word): fill for word, name in (own or {}).items() if (fill := fill_named(name))}
        self._has_own = bool(given)
        self._fills = {**given, **{word: fill for word, fill in _COLOUR_OF.items() if word not in given}}
        self._leading = sorted({*given, *_LEADING}, key=lambda word: (-len(word), word))

    def of(self, word: str) -> FillColours | None:
        """Return the fill and the text colour for a word, whatever its case; None for a word without a colour."""
        folded = _folded(word)
        fill = self._fills.get(folded)
        if fill is None and (first := next((w for w in self._leading if _begins_with(folded, w)), "")):
            fill = self._fills[first]
        return FillColours(fill, readable_text(fill)) if fill else None

    def colours_any(self, words: Sequence[str]) -> bool:
        """Return whether these words are a status: the column has colours of its own, or all or two of them have one."""
        known = sum(self.of(word) is not None for word in words)
        return self._has_own or known >= min(2, max(1, len(words)))

    def formulas(self, cell: str) -> Iterator[tuple[str, FillColours]]:
        """Yield a formula for conditional formats that is true where a cell says a word of a colour, and that colour.

        The first that is true counts. They tell typed text too, whatever its case and the spaces round it.
        """
        fills: dict[str, list[str]] = {}
        for word, fill in self._fills.items():
            fills.setdefault(fill, []).extend(dict.fromkeys((word, word.replace("/", " / "))))
        for fill, words in fills.items():
            for formula in _says_one_of(cell, words):
                yield formula, FillColours(fill, readable_text(fill))
        for word in self._leading:
            fill = self._fills[word]
            formula = _begins_formula(cell, word)
            if len(formula) <= _LONGEST_FORMULA:
                yield formula, FillColours(fill, readable_text(fill))


def coloured_columns(schema: Schema, words: Mapping[str, Sequence[str]]) -> dict[str, WordColours]:
    """Return the columns shown in colour, by key: the status, what has colours of its own, choices of words of colours.

    `words` are those of each choice, by column key.
    """
    status = schema.role("status")
    found = {}
    for column in schema.columns:
        colours = WordColours(column.colours)
        is_choice = column.kind == "choice" or bool(column.list or column.words)
        if (
            column is status
            or column.colours
            or (is_choice and colours.colours_any(words.get(column.key, column.words)))
        ):
            found[column.key] = colours
    return found


USUAL_COLOURS = WordColours()
"""Where a column gives no colours of its own."""


def status_colours(status: str, colours: WordColours = USUAL_COLOURS) -> FillColours:
    """Return the fill and text colour for a status word, whatever its case; quiet ones for a word without a colour."""
    return colours.of(status) or look.NO_STATUS_COLOURS


def _begins_with(text: str, word: str) -> bool:
    rest = text.removeprefix(word)
    return len(rest) < len(text) and (rest[:1] in _PARTING or rest[:2] in _PARTING_AFTER_SPACE)


def _begins_formula(cell: str, word: str) -> str:
    """Return the formula of `_begins_with`; for the word alone it is true as well."""
    at = len(word) + 1
    one, two = (
        f'ISNUMBER(FIND(MID(TRIM({cell}),{at},{n}),"{c}"))' for n, c in ((1, _PARTING), (2, _PARTING_AFTER_SPACE))
    )
    return f'=AND(LEFT(TRIM({cell}),{at - 1})="{_quoted(word)}",OR({one},{two}))'


def _says_one_of(cell: str, words: Sequence[str]) -> Iterator[str]:
    """Yield formulas that look a cell's text up among words, as many as it takes for none to be too long."""
    start, end = f'=ISNUMBER(FIND("|"&LOWER(TRIM({cell}))&"|","|', '"))'
    listed = ""
    for word in words:
        quoted = _quoted(word)
        if "|" in word:
            yield f'=LOWER(TRIM({cell}))="{quoted}"'
            continue
        if listed and len(start) + len(listed) + len(quoted) + 1 + len(end) > _LONGEST_FORMULA:
            yield start + listed + end
            listed = ""
        listed += f"{quoted}|"
    if listed:
        yield start + listed + end


def _quoted(word: str) -> str:
    return word.replace('"', '""')

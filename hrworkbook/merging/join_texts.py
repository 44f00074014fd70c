"""Two texts of one cell put together, as an appendix can print them."""

import re

from hrworkbook.plan.values import CellError, Value, as_text, normalised_text

_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])(?=\s)|(?<=\n)")
_LIST_ITEM = re.compile(r"\s*([-–—•*·▪]|\(?\w{1,3}[.)])\s")


def join_texts(master: Value, returned: Value) -> Value:
    """Return the two texts one after the other, as an appendix can print them: each sentence whole, none said twice in a row.

    What the returned text begins with and the master already says is left out; so is the shorter where the other holds it.
    """
    one, other = as_text(master).strip(), as_text(returned).strip()
    if isinstance(master, CellError) or not one or _contains_text(one, other):
        return returned
    if isinstance(returned, CellError) or not other or _contains_text(other, one):
        return master
    other = _without_shared_beginning(one, other)
    last = one.rsplit("\n", 1)[-1]
    end = "" if _ENDS_SENTENCE.search(one) or _LIST_ITEM.match(last) else "."
    return f"{one.rstrip(',').rstrip()}{end}\n{other}"


def _contains_text(part: str, whole: str) -> bool:
    """Return whether a text holds another whole, sentence by sentence."""
    part_sentences, holds = ([normalised_text(s).rstrip(".") for s in _sentences(text)] for text in (part, whole))
    return any(
        holds[i : i + len(part_sentences)] == part_sentences for i in range(len(holds) - len(part_sentences) + 1)
    )


def _sentences(text: str) -> list[str]:
    return [s for s in _SENTENCE_ENDS.split(text) if s.strip()]


def _without_shared_beginning(one: str, other: str) -> str:
    """Return the second text without the sentences that the first begins with too."""
    first, second = _sentences(one), _sentences(other)
    shared = 0
    while shared < min(len(first), len(second) - 1) and normalised_text(first[shared]) == normalised_text(
        second[shared]
    ):
        shared += 1
    return "".join(second[shared:]).strip()

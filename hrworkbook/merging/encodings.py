"""Letters and figures that a program damaged on a return's way: put right where the untouched cells show how, else held.

A CSV file says nothing of its encoding. What was issued and comes back in cells nobody touched is the witness: by the
same mapping the owner's new words are read, where it can be reversed. Where nothing shows it, odd letters are held.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hrworkbook.merging.match_rows import Baseline
from hrworkbook.merging.outcomes import Outcome
from hrworkbook.merging.plausible_letters import is_plausible
from hrworkbook.merging.read_return import CellEdit, ReturnDiff
from hrworkbook.plan.damage import REMEDIES, Damage, ambiguous_dates, damage_of
from hrworkbook.plan.model import Plan
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import Value, normalised_text
from hrworkbook.tables.find_table import Table

_NEAREST = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2026": "...", "\u00a0": " ", "\u2022": "*", "\u20ac": "EUR",
}  # fmt: skip
"""What programs write for a sign that an encoding lacks."""
_LOST = "?"
_NAMES = {
    "mac_roman": "MacRoman", "cp850": "code page 850 (DOS)", "cp437": "code page 437 (DOS)", "latin-1": "ISO-8859-1",
    "iso8859_15": "ISO-8859-15", "cp1252": "Windows (cp1252)", "utf-8": "UTF-8", "ascii": "ASCII",
}  # fmt: skip
_INNER_QUESTION = re.compile(r"\w\?\w|(?:^|\s)\?(?=[\w\s])")
_QUESTION_IN_A_WORD = re.compile(
    r"(?<![^\s(\"'\u201c\u2018])[^\W\d]+\?['\u2019]?[^\W\d][\w'\u2019]*(?![^\s.,;:!)\"'\u201d\u2019])"
)
"""A word with a question mark for one of its letters; an address on the web has other signs beside it."""
_GARBLED_UTF_8 = re.compile(
    "\ufffd|\u00e2\u20ac|\u00e2\u0080|\u00c3[\u0080-\u00bf\u0192\u2020-\u2122]|\u00c2[\u00a0-\u00bf]"  # read as cp1252
    "|\u201a\u00c4|\u221a[^\\s\\w]|\u221a[\u00ae\u00a9\u00aa\u00ba\u0178\u00fc\u00e0]|\u00ac[\u00a3\u00a9\u03a9]"  # as MacRoman
)
"""Marks of UTF-8 that was read as something else."""


@dataclass(frozen=True)
class Coding:
    """In which encoding a file was written, and in which it was read."""

    written: str
    read: str

    def damage(self, text: str) -> str:
        """Return what a text comes back as."""
        return _decode("".join(map(self._nearest, text)).encode(self.written, "replace"), self.read)

    def _nearest(self, sign: str) -> str:
        try:
            sign.encode(self.written)
        except UnicodeEncodeError:
            return _NEAREST.get(sign, sign)
        return sign

    def mend(self, text: str) -> str | None:
        """Return the text as it was written; None where that cannot be known."""
        try:
            return _encode(text, self.read).decode(self.written)
        except UnicodeError:
            return None

    @property
    def is_plain(self) -> bool:
        """Whether what is in the encoding at all was read as it was written."""
        return self.written in ("cp1252", "latin-1", "iso8859_15", "ascii") and self.read in ("cp1252", "utf-8")


_CODINGS = (
    Coding("cp1252", "cp1252"), Coding("latin-1", "cp1252"), Coding("mac_roman", "cp1252"), Coding("cp850", "cp1252"),
    Coding("cp437", "cp1252"), Coding("utf-8", "cp1252"), Coding("utf-8", "mac_roman"), Coding("utf-8", "cp850"),
    Coding("utf-8", "latin-1"), Coding("mac_roman", "utf-8"), Coding("ascii", "utf-8"), Coding("ascii", "cp1252"),
)  # fmt: skip


def _encode(text: str, encoding: str) -> bytes:
    """Encode a text as it was decoded: bytes that Windows' code page leaves open are control characters."""
    if encoding != "cp1252":
        return text.encode(encoding)
    return b"".join(bytes([ord(c)]) if "\x80" <= c <= "\x9f" else c.encode("cp1252") for c in text)


def _decode(data: bytes, encoding: str) -> str:
    if encoding != "cp1252":
        return data.decode(encoding, "replace")
    return "".join(chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252") for byte in data)


def settle_damage(
    plan: Plan, baseline: Baseline, blocks: Sequence[Block], tables: Sequence[Table], diff: ReturnDiff
) -> ReturnDiff:
    """Return what a return changes, without what a program and no person changed, and with what is in doubt held."""
    if not diff.edits:
        return diff
    edits = list(_held_damage(plan, tables, diff.edits))
    if not any(block.encoding for block in blocks):
        return replace(diff, edits=tuple(edits))
    return _settle_letters(replace(diff, edits=tuple(edits)), baseline, tables, blocks[0].encoding)


def _held_damage(plan: Plan, tables: Sequence[Table], edits: Sequence[CellEdit]) -> Iterator[CellEdit]:
    """Yield the edits, those held whose figures, dates or pictures a program has damaged."""
    columns = {edit.key[1] for edit in edits if plan.schema[edit.key[1]].kind in ("date", "timescale")}
    doubtful = {
        key: ambiguous_dates(row[key] for table in tables for row in table.rows if key in row) for key in columns
    }
    for edit in edits:
        column = plan.schema[edit.key[1]]
        damage = damage_of(column.kind, edit.received)
        if damage is None and normalised_text(edit.received) in doubtful.get(column.key, ()):
            damage = Damage.MONTH_FIRST
        if damage and edit.outcome in (None, Outcome.INVALID):
            reason = (
                f"{column.header} is '{normalised_text(edit.received)[:60]}', which {damage.value}. {REMEDIES[damage]}"
            )
            edit = replace(edit, outcome=Outcome.CONFLICT, reason=reason)
        yield edit


def _mended_note(codings: Sequence[Coding]) -> str:
    if not codings:
        return "Its letters had been read in the wrong encoding once, and were put right."
    return f"Its letters were written in {_NAMES[codings[0].written]}, as cells that nobody touched show."


@dataclass(frozen=True)
class _Witness:
    """What the cells that nobody touched say of a file's letters."""

    codings: tuple[Coding, ...] = ()
    """Every mapping that explains most of them; none where they came back as issued."""
    shows_letters: bool = False
    """Whether a letter among them shows it, and not only a sign that many encodings lack."""
    proves_intact: bool = False
    """Whether one came back as issued that every encoding but the right one would have changed."""


def _settle_letters(diff: ReturnDiff, baseline: Baseline, tables: Sequence[Table], encoding: str) -> ReturnDiff:
    """Return the edits of a text file with their letters put right or held."""
    witness = _witness_of(baseline, tables)
    codings = witness.codings
    doubtful = encoding == "cp1252" and not witness.proves_intact and not all(map(is_plausible, _new_texts(diff)))
    kept: list[CellEdit] = []
    notes: dict[str, None] = {}
    same = 0
    for edit in diff.edits:
        received = edit.received
        if not isinstance(received, str) or edit.outcome not in (None, Outcome.LOCKED):
            kept.append(edit)
        elif isinstance(edit.base, str) and any(_same(c.damage(edit.base), received) for c in codings):
            same += 1
        elif edit.outcome:
            kept.append(edit)
        else:
            mended, reason = _mended(received, witness, encoding=encoding, is_doubtful=doubtful)
            if reason:
                kept.append(replace(edit, outcome=Outcome.CONFLICT, reason=reason))
            elif mended == received:
                kept.append(edit)
            else:
                notes[_mended_note(codings)] = None
                kept.append(replace(edit, received=mended, value=mended.strip()))
    return replace(diff, edits=tuple(kept), notes=(*diff.notes, *notes), unchanged_count=diff.unchanged_count + same)


def _new_texts(diff: ReturnDiff) -> Iterator[str]:
    """Yield the texts that a return changes."""
    return (edit.received for edit in diff.edits if not edit.outcome and isinstance(edit.received, str))


def _witness_of(baseline: Baseline, tables: Sequence[Table]) -> _Witness:
    """Return what the cells that nobody touched say; nothing where none of them has a sign beyond ASCII."""
    pairs = [
        (issued, received)
        for issued, received in _text_pairs(baseline, tables)
        if not issued.isascii() and isinstance(received, str)
    ]
    intact = [issued for issued, received in pairs if _same(issued, received)]
    votes = dict.fromkeys(_CODINGS, 0)
    letters = False
    for issued, received in pairs:
        if _same(issued, received):
            continue
        for coding in _CODINGS:
            if _same(coding.damage(issued), received):
                votes[coding] += 1
                letters = letters or not received.isascii()
    for coding in _CODINGS:
        if any(not _same(coding.damage(issued), issued) for issued in intact):
            votes[coding] = 0
    most = max(votes.values())
    codings = tuple(coding for coding, count in votes.items() if count == most) if most else ()
    others = [coding for coding in _CODINGS if not coding.is_plain]
    proven = not codings and all(any(not _same(c.damage(text), text) for text in intact) for c in others)
    return _Witness(codings, letters, proven)


def _text_pairs(baseline: Baseline, tables: Sequence[Table]) -> Iterator[tuple[str, Value]]:
    for table in tables:
        for row in table.rows:
            issued: Mapping[str, Value] = baseline.get(row.line_id, {})
            for key, value in zip(row.keys, row.values, strict=True):
                if isinstance(text := issued.get(key), str):
                    yield text, value


def _same(one: str, other: str) -> bool:
    return one == other or normalised_text(one) == normalised_text(other) or _bare(one) == _bare(other)


def _bare(text: str) -> str:
    """Return a normalised text without the control and replacement characters that get lost between programs."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]", "", normalised_text(text))


def _mended(text: str, witness: _Witness, *, encoding: str, is_doubtful: bool) -> tuple[str, str]:
    """Return a new text as it was written, and why it is held instead ('' where it is not).

    `is_doubtful` says that a new text of the same file stands for another encoding than the one it was read in.
    """
    codings = witness.codings
    lossy = [coding for coding in codings if coding.written == "ascii"]
    if lossy and _LOST in text and _INNER_QUESTION.search(text):
        return text, f"its characters came back damaged, '{_LOST}' for some of them. Ask what it should say"
    if _QUESTION_IN_A_WORD.search(text):
        return text, f"'{_LOST}' stands for a letter that the file could not hold. Ask what it should say"
    if text.isascii():
        return text, ""
    if witness.shows_letters and codings and not any(c.is_plain for c in codings):
        readings = list(dict.fromkeys(reading for c in codings if (reading := c.mend(text)) is not None))
        if len(readings) == 1:
            return readings[0], ""
        if not readings:
            return text, "its characters came back in an encoding that cannot be put right. Ask what it should say"
    undone = Coding("utf-8", "cp1252").mend(text)
    if undone is not None and undone != text:
        return text, ""  # read as UTF-8 once more: it is put right wherever it stands
    undone = Coding("utf-8", "mac_roman").mend(text)
    if undone is not None and undone != text and is_plausible(undone):
        return undone, ""
    if is_doubtful or (encoding != "cp1252" and _GARBLED_UTF_8.search(text)):
        readings = [r for n in ("cp850", "mac_roman") if (r := Coding(n, "cp1252").mend(text)) and is_plausible(r)]
        perhaps = f", perhaps for '{readings[0][:60]}'" if readings else ""
        return text, f"its characters look as if read in the wrong encoding{perhaps}. Ask what it should say"
    return text, ""

"""Letters and figures that a program damaged on a return's way: put right where the untouched cells show how, else held.

A CSV file says nothing of its encoding. What was issued and comes back in cells nobody touched is the witness: by the
same mapping the owner's new words are read, where it can be reversed. Where nothing shows it, odd letters are held.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hrworkbook.merging.match_rows import Baseline
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
_ODD = re.compile(
    "[\u0080-\u009f\ufffd\u201a\u201e\u2020\u2021\u02c6\u02dc\u2039\u203a\u0192\u00a1\u00a4\u00a6\u00a8\u00aa\u00ac\u00ad\u00af"
    "\u00b4-\u00b6\u00b8-\u00bb\u00bf\u00d0\u00d2-\u00d5\u00d7-\u00db\u00de\u00cc-\u00cf\u00c8\u00ca\u00cb\u00f0\u00fe\u017d\u0160\u2030]"
    "|[\u0152\u0153\u00c6\u00e6\u00fa\u00ba\u00bd\u00e1]\\d|[a-z][\u00c0-\u00de]|[\u00c0-\u00de][a-z]{0,1}\\b(?<=[a-z])"
    "|\u00e2\u20ac|\u00c3[\u0080-\u00bf\u0192\u2020-\u2122]|\u00c2[\u00a0-\u00bf]"
)
"""Signs that hardly stand in an English or Welsh text, and often in one that was read in the wrong encoding."""
_INNER_QUESTION = re.compile(r"\w\?\w|(?:^|\s)\?(?=[\w\s])")


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
        if damage and edit.outcome in ("", "invalid"):
            reason = (
                f"{column.header} is '{normalised_text(edit.received)[:60]}', which {damage.value}. {REMEDIES[damage]}"
            )
            edit = replace(edit, outcome="conflict", reason=reason)
        yield edit


def _settle_letters(diff: ReturnDiff, baseline: Baseline, tables: Sequence[Table], encoding: str) -> ReturnDiff:
    """Return the edits of a text file with their letters put right or held."""
    codings, is_sure = _codings_seen(baseline, tables)
    kept: list[CellEdit] = []
    notes: dict[str, None] = {}
    same = 0
    for edit in diff.edits:
        received = edit.received
        if not isinstance(received, str) or edit.outcome not in ("", "locked"):
            kept.append(edit)
        elif isinstance(edit.base, str) and any(_same(c.damage(edit.base), received) for c in codings):
            same += 1
        elif edit.outcome:
            kept.append(edit)
        else:
            mended, reason = _mended(received, codings, is_sure=is_sure, encoding=encoding)
            if reason:
                kept.append(replace(edit, outcome="conflict", reason=reason))
            elif mended == received:
                kept.append(edit)
            else:
                notes[
                    f"Its letters were written in {_NAMES[codings[0].written]}, as cells that nobody touched show."
                ] = None
                kept.append(replace(edit, received=mended, value=mended.strip()))
    return replace(diff, edits=tuple(kept), notes=(*diff.notes, *notes), unchanged_count=diff.unchanged_count + same)


def _codings_seen(baseline: Baseline, tables: Sequence[Table]) -> tuple[list[Coding], bool]:
    """Return how the cells that nobody touched were damaged: every mapping that explains most of them.

    The flag is whether a letter among them shows it, and not only a sign that many encodings lack. None where they came
    back as issued.
    """
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
    return ([coding for coding, count in votes.items() if count == most] if most else []), letters


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


def _mended(text: str, codings: Sequence[Coding], *, is_sure: bool, encoding: str) -> tuple[str, str]:
    """Return a new text as it was written, and why it is held instead ('' where it is not)."""
    lossy = [coding for coding in codings if coding.written == "ascii"]
    if lossy and _LOST in text and _INNER_QUESTION.search(text):
        return text, f"its characters came back damaged, '{_LOST}' for some of them. Ask what it should say"
    if text.isascii():
        return text, ""
    readings = list(dict.fromkeys(r for c in codings if not c.is_plain and (r := c.mend(text)) is not None))
    if is_sure and len(readings) == 1 and not any(c.is_plain for c in codings):
        return readings[0], ""
    if is_sure and codings and not readings and not any(c.is_plain for c in codings):
        return text, "its characters came back in an encoding that cannot be put right. Ask what it should say"
    undone = Coding("utf-8", "cp1252").mend(text)
    if undone is not None and undone != text:
        return text, ""  # read as UTF-8 once more: it is put right wherever it stands
    if _ODD.search(text) and (encoding != "utf-8" or _is_garbled_utf8(text)):
        others = [
            r for name in ("cp850", "mac_roman") if (r := Coding(name, "cp1252").mend(text)) and not _ODD.search(r)
        ]
        perhaps = f", perhaps for '{others[0][:60]}'" if others else ""
        return text, f"its characters look as if read in the wrong encoding{perhaps}. Ask what it should say"
    return text, ""


def _is_garbled_utf8(text: str) -> bool:
    """Whether a text bears the marks of UTF-8 that was read as something else and could not be put right."""
    return (
        re.search(
            "\ufffd|\u00e2\u20ac|\u00e2\u0080|\u00c3[\u0080-\u00bf\u0192\u2020-\u2122]|\u00c2[\u00a0-\u00bf]", text
        )
        is not None
    )

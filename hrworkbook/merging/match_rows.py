"""Match: which issued line each row of a return is, by its hidden ID, its visible ID, or what it says."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hrworkbook.plan.schema import Schema
from hrworkbook.plan.values import Value, as_text, is_blank, normalised_text, same_value
from hrworkbook.tables.find_table import Row

Baseline = Mapping[str, Mapping[str, Value]]
"""What was issued: by line ID, then by column key."""


MIN_TELLING_CHARACTERS = 12
"""Characters of locked text that a row must share with a line to be known by them."""

_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]+")
_TEXT_KINDS = ("text", "reference", "owners", "choice")
"""Kinds that no spreadsheet retypes on its own, as it does dates and numbers."""


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A row that is an issued line."""

    row: Row
    line_id: str
    doubt_reason: str = ""
    """Why nothing in the row is taken without HR; '' where there is no doubt."""


@dataclass(frozen=True)
class MatchResult:
    """The rows of a table that are issued lines, those that are none, and how they were known where not by their ID."""

    matched: tuple[MatchedRow, ...]
    unmatched: tuple[Row, ...]
    notes: tuple[str, ...]


Texts = tuple[tuple[tuple[str, ...], Callable[[Value], str], tuple[str, ...]], ...]
"""Columns, the form their values are compared in, and what a row says in them."""


class LineTextIndex:
    """Issued lines by their locked text, for rows whose ID is gone or doubtful."""

    def __init__(self, schema: Schema, baseline: Baseline) -> None:
        self._schema = schema
        self._baseline = baseline
        self._locked_keys = [(c.key, c.kind in _TEXT_KINDS) for c in schema.columns if not c.is_owners]
        self._said: dict[str, frozenset[str]] = {}
        self._indexes: dict[tuple[tuple[str, ...], Callable[[Value], str]], dict[tuple[str, ...], str]] = {}

    def contains(self, row: Row) -> bool:
        """Whether a row is one of these lines, by its ID or by what it says."""
        issued = self._baseline.get(row.line_id)
        if issued is not None and not is_another_line(issued, row, [key for key, _ in self._locked_keys]):
            return True
        return bool(self.find(row))

    def may_hold(self, row: Row, keys: Iterable[str]) -> bool:
        """Whether some line says in each of these columns what a row says there, so that looking for it is worth while."""
        return all(alphanumeric(row[key]) in self._gists(key) for key in keys)

    def _gists(self, key: str) -> frozenset[str]:
        if key not in self._said:
            self._said[key] = frozenset(alphanumeric(issued.get(key)) for issued in self._baseline.values())
        return self._said[key]

    def find(self, row: Row) -> str:
        """Return the one issued line whose locked text the row has; '' where there is none, or several.

        Failing the text as it is, its letters and figures will do, since signs are what a file coded otherwise loses.
        """
        for keys, form, says in self._texts(row):
            if found := self._index_by(keys, form).get(says):
                return found
        return ""

    def _texts(self, row: Row) -> Texts:
        """Return what a row says in its locked columns, long enough to know a line by; kept, since many returns are asked."""
        if row.texts is None or row.texts[0] is not self._schema:
            whole = tuple(key for key, _ in self._locked_keys if key in row)
            words = tuple(key for key, is_word in self._locked_keys if is_word and key in row)
            read = (
                (k, form, tuple(form(row[key]) for key in k))
                for k, form in ((whole, normalised_text), (words, normalised_text), (words, alphanumeric))
            )
            row.texts = self._schema, tuple(one for one in read if sum(map(len, one[2])) >= MIN_TELLING_CHARACTERS)
        texts: Texts = row.texts[1]
        return texts

    def _index_by(self, keys: tuple[str, ...], form: Callable[[Value], str]) -> dict[tuple[str, ...], str]:
        if (keys, form) not in self._indexes:
            lines: dict[tuple[str, ...], str] = {}
            for id_, issued in self._baseline.items():
                says = tuple(form(issued.get(key)) for key in keys)
                lines[says] = "" if says in lines else id_
            self._indexes[keys, form] = lines
        return self._indexes[keys, form]


def alphanumeric(value: Value) -> str:
    """Return the letters and figures of a text that every coding has."""
    return _NOT_ALPHANUMERIC.sub("", normalised_text(value))


def match_rows(schema: Schema, baseline: Baseline, rows: Sequence[Row], hidden: Mapping[int, str]) -> MatchResult:
    """Every row by the issued line it is; `hidden` holds the IDs of the hidden column by sheet row, where it is there.

    An ID that what the row says contradicts is doubted: the row is then that of the line it reads as, and waits for HR.
    """
    contents = LineTextIndex(schema, baseline)
    locked = [c.key for c in schema.columns if not c.is_owners]
    whole = {row.line_id for row in rows if row.line_id and hidden.get(row.row_number) == row.line_id}
    astray = _rows_with_wrong_ids(schema, baseline, contents, rows, hidden)
    matched: list[MatchedRow] = []
    without: list[Row] = []
    notes: list[str] = []
    for row in rows:
        visible, kept = row.line_id, hidden.get(row.row_number, "")
        if kept != visible and kept in whole:
            kept = ""
        votes = [id_ for id_ in (kept, visible) if id_ in baseline]
        if not votes:
            without.append(row)
            continue
        id_ = votes[0]
        if (votes == [id_, id_] and row.row_number not in astray) or (
            len(votes) == 1 and _matches_locked_text(baseline[id_], row, locked)
        ):
            matched.append(MatchedRow(row, id_))
        else:
            odd = bool(kept) and kept not in baseline
            matched.append(_match_with_doubt(row, votes, contents.find(row), baseline[id_], locked, odd))
        if visible and visible != matched[-1].line_id:
            notes.append(f"Row {row.row_number}: its ID says {visible}; it was read as {matched[-1].line_id}")
        elif not visible:
            notes.append(f"Row {row.row_number}: its ID is gone; it was read as {id_}, by the hidden ID")
    guessed, lost = _match_by_text(without, contents, {m.line_id for m in matched})
    notes += [f"Row {m.row.row_number}: its ID says {m.row.line_id}, which is no line of this return"
              for m in guessed if m.row.line_id]  # fmt: skip
    if guessed:
        notes.append("Matched by guess, from their other cells: " + ", ".join(m.line_id for m in guessed))
    return MatchResult((*matched, *guessed), tuple(lost), tuple(notes))


def _rows_with_wrong_ids(
    schema: Schema, baseline: Baseline, contents: LineTextIndex, rows: Sequence[Row], hidden: Mapping[int, str]
) -> set[int]:
    """Rows both of whose IDs are another line's, as where IDs were dragged down or sorted without the rest.

    What HR and the owner wrote stands together there; where only HR's columns were moved, the IDs are right, and the
    owner's cells tell that.
    """
    locked = [c.key for c in schema.columns if not c.is_owners]
    first: Mapping[str, Value] = next(iter(baseline.values()), {})
    telling = max(locked, key=lambda key: len(as_text(first.get(key))), default="")
    reads_as: dict[int, str] = {}
    nowhere: set[int] = set()
    sides = 0
    for row in _rows_not_as_issued(baseline, rows, telling):
        issued = baseline.get(row.line_id)
        if issued is None or hidden.get(row.row_number) != row.line_id or not is_another_line(issued, row, locked):
            continue
        found = contents.find(row)
        if not found and _is_half_as_issued(issued, row, locked):
            sides -= 1
        elif not found:
            nowhere.add(row.row_number)
        elif found and found != row.line_id:
            reads_as[row.row_number] = found
            sides += text_vote(baseline, row, row.line_id, found, locked)
    return nowhere | set(reads_as) if sides >= 0 else set()


def _is_half_as_issued(issued: Mapping[str, Value], row: Row, locked: Sequence[str]) -> bool:
    """Whether half of the owner's cells of a row, of those not blank, say what was issued for a line."""
    cells = [(k, v) for k, v in zip(row.keys, row.values, strict=True) if k not in locked and not is_blank(v)]
    return 0 < len(cells) <= 2 * sum(same_value(value, issued.get(key)) for key, value in cells)


def _rows_not_as_issued(baseline: Baseline, rows: Sequence[Row], telling: str) -> list[Row]:
    """Return the rows whose most telling cell is not as it was issued for their ID; most have none."""
    none: Mapping[str, Value] = {}
    places = {keys: keys.index(telling) for keys in {row.keys for row in rows} if telling in keys}
    return [
        r for r in rows if r.keys in places and r.values[places[r.keys]] != baseline.get(r.line_id, none).get(telling)
    ]


def text_vote(baseline: Baseline, row: Row, line: str, reads_as: str, locked: Sequence[str]) -> int:
    """How many of the owner's cells of a row are as issued for the line it reads as, less those issued for its ID.

    A long text, which no two lines share by chance, counts for more than any number of short ones.
    """
    vote = 0
    for key, value in zip(row.keys, row.values, strict=True):
        if key in locked or is_blank(value):
            continue
        by_text, by_id = (same_value(value, baseline[id_].get(key)) for id_ in (reads_as, line))
        vote += (by_text - by_id) * (100 if len(as_text(value)) >= MIN_TELLING_CHARACTERS else 1)
    return vote


def _is_column_shifted(issued: Mapping[str, Value], row: Row, locked: Sequence[str]) -> bool:
    """Whether a text issued in one column stands in another, as where a file's commas were taken for cells."""
    home = {text: key for key, value in issued.items() if len(text := normalised_text(value)) >= MIN_TELLING_CHARACTERS}
    return any(home.get(normalised_text(row[key]), key) != key for key in locked if key in row)


def _matches_locked_text(issued: Mapping[str, Value], row: Row, locked: Sequence[str]) -> bool:
    """Whether nothing in the row's locked cells differs from what was issued."""
    return all(same_value(row[key], issued.get(key)) for key in locked if key in row)


def is_another_line(issued: Mapping[str, Value], row: Row, locked: Sequence[str]) -> bool:
    """Whether a row with a line's ID says something else throughout: a line of another plan, perhaps, numbered alike.

    Its longest locked text is another, and no more than half of its locked texts agree.
    """
    here = dict(zip(row.keys, row.values, strict=True))
    texts = {key: says for key in locked if key in here and not is_blank(says := issued.get(key))}
    if not texts:
        return False
    agree = {key for key, says in texts.items() if here[key] == says or _reads_alike(here[key], says)}
    if len(agree) * 2 > len(texts):
        return False
    return max(texts, key=lambda key: len(normalised_text(texts[key]))) not in agree


def _match_with_doubt(
    row: Row, votes: Sequence[str], reads_as: str, issued: Mapping[str, Value], locked: Sequence[str], odd: bool
) -> MatchedRow:
    """Return the line of a row whose IDs, or whose ID and text, may disagree; `odd` where something else is in the ID's column."""
    if len(set(votes)) == 1:
        if reads_as in ("", votes[0]):
            astray = odd or _is_column_shifted(issued, row, locked) or is_another_line(issued, row, locked)
            other = astray and not reads_as
            return MatchedRow(
                row,
                votes[0],
                f"the row has the ID {votes[0]}, but its other cells are not that line's" if other else "",
            )
        return MatchedRow(row, reads_as, f"the row has the ID {votes[0]}, but its other cells are those of {reads_as}")
    if reads_as in votes:
        return MatchedRow(row, reads_as)
    return MatchedRow(row, votes[0], f"the row has two IDs, {votes[0]} and {votes[1]}")


def _match_by_text(rows: Sequence[Row], contents: LineTextIndex, taken: set[str]) -> tuple[list[MatchedRow], list[Row]]:
    """Rows without an ID of this return by what they say, each line once; and the rows that are no line."""
    finds = [(row, contents.find(row)) for row in rows]
    often = Counter(found for _, found in finds)
    guessed: list[MatchedRow] = []
    lost: list[Row] = []
    for row, found in finds:
        if found and often[found] == 1 and found not in taken:
            guessed.append(MatchedRow(row, found))
        else:
            lost.append(row)
    return guessed, lost


def shows_issued_text(issued: Mapping[str, Value], row: Row, keys: Sequence[str]) -> bool:
    """Whether texts that HR issued for a line in these columns, `MIN_TELLING_CHARACTERS` characters in all, stand in a row."""
    here = (as_text(row[key]) for key in keys if key in row and _reads_alike(row[key], issued.get(key)))
    return sum(map(len, here)) >= MIN_TELLING_CHARACTERS


def _reads_alike(received: Value, issued: Value) -> bool:
    return same_value(received, issued) or alphanumeric(received) == alphanumeric(issued) != ""


def only_claimed(schema: Schema, baseline: Baseline, matched: Sequence[MatchedRow]) -> tuple[list[MatchedRow], bool]:
    """Return the rows of a return without a seal, in doubt where only an ID says which line they are; and whether any is proven.

    Where none is, the whole return is in doubt, and no row more than another. The owner's name is no text of HR's here:
    whoever answers knows it.
    """
    owner = schema.role("owner")
    keys = [c.key for c in schema.columns if not c.is_owners and c is not owner]
    proven = [bool(m.doubt_reason) or shows_issued_text(baseline[m.line_id], m.row, keys) for m in matched]
    if all(proven) or not any(proven):
        return list(matched), any(proven)
    why = "none of your own text stands in its row, so only its ID says which line it is"
    return [m if shown else replace(m, doubt_reason=why) for m, shown in zip(matched, proven, strict=True)], True


def doubted(
    contents: LineTextIndex, schema: Schema, baseline: Baseline, match: MatchedRow, changed: Sequence[str]
) -> MatchedRow:
    """Return the match, in doubt where HR's cells in its row are another line's, and the owner's do not side with its ID.

    Lines much alike tell only by this that IDs were sorted without the rest. `changed` are the keys of HR's cells that are
    not as issued.
    """
    words = [key for key in changed if schema[key].kind in _TEXT_KINDS]
    if not contents.may_hold(match.row, words or changed):  # it would be found as no other line
        return match
    home = contents.find(match.row)
    if home in ("", match.line_id):
        return match
    if text_vote(baseline, match.row, match.line_id, home, [c.key for c in schema.columns if not c.is_owners]) < 0:
        return match
    return replace(match, doubt_reason=f"the row has the ID {match.line_id}, but its other cells are those of {home}")


def is_emptied(row: Row) -> bool:
    """Whether nothing but the row's ID is left in it: a deleted line, which deletes nothing."""
    return row.values.count(None) == len(row.values) or all(map(is_blank, row.values))


def rows_by_line(matched: Sequence[MatchedRow]) -> dict[str, list[MatchedRow]]:
    """Return the rows of each line, in the order they were found."""
    rows: dict[str, list[MatchedRow]] = defaultdict(list)
    for match in matched:
        rows[match.line_id].append(match)
    return rows

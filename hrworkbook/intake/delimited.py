"""Text tables: .csv, .tsv and what databases and payroll systems export, in whatever encoding and with whatever delimiter."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from hrworkbook.ooxml.limits import AREA_MAX, CELLS_MAX, LAST_COLUMN, PLAIN_WORKBOOK_REMEDY, ROWS_MAX, refuse_package

_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SAMPLE_CHARACTERS = 60_000


def read_text_cells(data: bytes, name: str) -> dict[str, Any]:
    """Return the table in a text file as a book of one sheet, in which every cell is text.

    Raises UnreadableFile for prose and for text in no known encoding.
    """
    text, encoding = decode(data)
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    declared = re.match(r"\s*\"?sep=(.)\"?\r?\n", text)
    if declared:
        text = text[declared.end() :]
    delimiter, evenness, parsed = (declared[1], 1.0, None) if declared else _detect_and_parse(text)
    named_a_table = name.lower().endswith((".csv", ".tsv", ".tab", ".xls", ".xlsx", ".ods"))
    if evenness < 0.4 and evenness < (
        0.0 if named_a_table and _has_short_lines(text) else 0.08 if named_a_table else 0.4
    ):
        raise refuse_package("this is a text, not a table", "Ask the sender for the Excel workbook itself")
    rows = _table_rows(text, delimiter or ",", parsed)
    if not rows:
        raise refuse_package(
            "no rows were found in it", "Ask the sender whether they sent the right file, saved after filling it in"
        )
    notes = (
        [f"It is a text table, separated by {_DELIMITER_NAMES.get(delimiter or ',', repr(delimiter))}."]
        if delimiter not in (",", "")
        else []
    )
    if encoding == "cp1252":
        notes.append("Its accents and symbols were read as Windows text (cp1252).")
    sheet: dict[str, Any] = {
        "name": "Sheet1", "hidden": False, "rows": rows, "merges": [], "hidden_rows": [], "specials": [], "encoding": encoding,
    }  # fmt: skip
    return {"kind": "csv", "sheets": [sheet], "notes": notes}


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and its encoding: by its byte-order mark or UTF-16's zero bytes, else UTF-8, else cp1252."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace"), "utf-16"
    if data[:400:2].count(0) > 100 or data[1:400:2].count(0) > min(100, len(data) // 4):
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be", "replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        if "\ufffd" in text:  # five bytes are open in it, and letters in other encodings: they are kept
            text = "".join(chr(b) if c == "\ufffd" else c for b, c in zip(data, text, strict=True))
        return text, "cp1252"


def detect_delimiter(text: str) -> tuple[str, float]:
    """Return the character that splits the text into the most even columns, and how even they are, from 0 to 1.

    The character is '' where none splits it.

    Each candidate is tried on the first lines, quotes respected. The one wins under which the most lines agree on a number
    of columns above one; a semicolon file with decimal commas reads even under commas in no more than a few lines.
    """
    return _detect_and_parse(text)[:2]


def _detect_and_parse(text: str) -> tuple[str, float, list[list[str]] | None]:
    """Return the delimiter, how even its columns are (0 to 1), and the rows as it splits them.

    The rows are None where no delimiter splits the text, or it is longer than the sample that was parsed.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    if len(text) > _SAMPLE_CHARACTERS:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, evenness, table = "", 0.0, None
    for delimiter in _DELIMITER_NAMES:
        if delimiter not in sample:
            continue
        rows = _parse(sample, delimiter)
        widths = [len(row) for row in rows if any(map(str.strip, row))]
        wide = Counter(width for width in widths if width > 1)
        if not wide:
            continue
        usual, agreeing = max(wide.items(), key=lambda item: (item[1], item[0]))
        even = agreeing / len(widths) * (1 - 1 / (1 + usual))
        if agreeing == 1 and len(widths) > 2:
            even /= 10  # one line in many: a sentence with a comma, not a table
        if even > evenness * 1.05:
            best, evenness, table = delimiter, even, rows
        if evenness * 1.05 >= 1:
            break  # no other can do better
    return best, evenness, table if len(sample) == len(text) else None


def _parse(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(_parse_rows(text, delimiter))
    except csv.Error:
        return []


def _parse_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """Return the rows of a text, without the blank rows after the last value; some programs write thousands."""
    csv.field_size_limit(1 << 24)
    if text.count('"') % 2 == 0:  # else a quotation that nobody closed may hold them
        end = text.find("\n", len(text.rstrip(delimiter + "\r\n")))
        text = text if end < 0 else text[: end + 1]
    return csv.reader(_split_lines(text), delimiter=delimiter)


def _table_rows(text: str, delimiter: str, parsed: list[list[str]] | None) -> list[list[str | None]]:
    """Return the rows of the table, blank cells as None, without blank cells and rows after the last value.

    Raises UnreadableFile for a table that is too large, or whose quotation marks do not match.
    """
    rows: list[list[str | None]] = []
    cells = widest = 0
    guards = '=""' in text or '="' in text
    try:
        for line in parsed or _parse_rows(text, delimiter):
            width = len(line) if any(line) else 0
            while width and not line[width - 1]:
                width -= 1
            rows.append([cell or None for cell in (line[:width] if width < len(line) else line)])
            if guards:
                rows[-1] = [_unguarded(cell) if cell and cell.startswith('="') else cell for cell in rows[-1]]
            cells += width
            widest = max(widest, width)
            if cells > CELLS_MAX or len(rows) > ROWS_MAX * 5:
                raise refuse_package(
                    f"it has more than {len(rows) - 1:,} rows, far more than a return", PLAIN_WORKBOOK_REMEDY
                )
    except csv.Error:
        raise refuse_package("it is damaged: its quotation marks do not match") from None
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > ROWS_MAX or widest > LAST_COLUMN or len(rows) * widest > AREA_MAX * 4:
        raise refuse_package(
            f"it has {len(rows):,} rows of up to {widest:,} cells, far more than a return", PLAIN_WORKBOOK_REMEDY
        )
    return rows


_GUARDED = re.compile(r'="((?:[^"]|"")*)"')


def _unguarded(cell: str) -> str:
    """Return a text without the equals sign and quotes by which programs keep Excel from making a number of it."""
    match = _GUARDED.fullmatch(cell)
    return match[1].replace('""', '"') if match else cell


def _split_lines(text: str) -> Iterable[str]:
    r"""Return the lines of a text, split at \n, \r\n and \r only, as spreadsheets do: not at form feeds or U+2028."""
    return io.StringIO(text, newline="")


def _has_short_lines(text: str) -> bool:
    lines = text.splitlines()[:200]
    return bool(lines) and sum(map(len, lines)) / len(lines) < 200

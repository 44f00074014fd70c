"""A mail's sheet as a real file: written as xlsx or csv, and read as a merge reads it."""

import csv
import io
from datetime import date

import xlsxwriter

from hrworkbook.intake.reader import read_file
from hrworkbook.plan.returns import without_words
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import as_text


def as_read_from_a_file(block: Block, is_csv: bool) -> tuple[Block, ...]:
    """Return the sheets of the file that holds a block's cells."""
    data = _csv(block) if is_csv else _xlsx(block)
    return without_words(read_file(data, "return.csv" if is_csv else "return.xlsx").blocks)


def _csv(block: Block) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([as_text(value) for value in row] for row in block.rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(block: Block) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        page, day = book.add_worksheet(block.name), book.add_format({"num_format": "dd/mm/yyyy"})
        for top, left, bottom, right in block.merges:
            page.merge_range(top - 1, left - 1, bottom - 1, right - 1, "")
        for at, row in enumerate(block.rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(at, column, value)
                elif isinstance(value, date):
                    page.write_datetime(at, column, value, day)
                elif value is not None:
                    page.write(at, column, value)
    return kept.getvalue()

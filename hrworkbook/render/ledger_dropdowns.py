"""The dropdowns of the ledgers: what HR can choose on Decisions, Register and Headings."""

from xlsxwriter.worksheet import Worksheet

from hrworkbook.plan.columns_sheet import COLUMNS, HEADING_ROW
from hrworkbook.plan.ledger_words import RECEIVED_WORD
from hrworkbook.plan.ledgers import CHOICES, HEADINGS, RECEIVED, REGISTER
from hrworkbook.plan.schema import Schema

LEDGER_HEADER_ROW = 4
SPARE_ROWS = 5_000
"""Rows below the plan, and of a ledger, that have dropdowns and highlighting ready."""


def add_decision_dropdown(sheet: Worksheet) -> None:
    """Give the first column of the Decisions sheet what can be decided."""
    sheet.data_validation(LEDGER_HEADER_ROW, 0, LEDGER_HEADER_ROW + 5_000, 0, {
        "validate": "list", "source": list(CHOICES), "input_title": "Your decision",
        "input_message": "Choose, then press Decide. Your own words go in the next column.",
        "error_title": "Your decision", "error_message": "Choose one of the four from the list.",
    })  # fmt: skip


def add_received_dropdown(sheet: Worksheet) -> None:
    """Give the Register the mark of a return that was answered by phone."""
    column = REGISTER.headings.index(RECEIVED)
    sheet.data_validation(LEDGER_HEADER_ROW, column, LEDGER_HEADER_ROW + SPARE_ROWS, column, {
        "validate": "list", "source": [RECEIVED_WORD], "input_title": "Answered by phone?",
        "input_message": "Choose 'received' in the row of the return that went out. Clear the cell to take it back.",
        "error_title": "Answered by phone?", "error_message": "Choose 'received', or leave it blank.",
    })  # fmt: skip


def add_meaning_dropdown(sheet: Worksheet, schema: Schema) -> None:
    """Give the Headings sheet the columns a heading can mean."""
    column = HEADINGS.headings.index("Means the column")
    source = f"={COLUMNS}!$A${HEADING_ROW + 1}:$A${HEADING_ROW + len(schema.columns)}"
    sheet.data_validation(
        LEDGER_HEADER_ROW, column, LEDGER_HEADER_ROW + 1_000, column, {"validate": "list", "source": source}
    )

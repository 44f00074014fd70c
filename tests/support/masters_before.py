"""Masters as they were made before they had a Columns sheet: the schema's text hidden, no keys above the records."""

from unittest.mock import patch

from hrworkbook.plan.model import SCHEMA_SHEET
from hrworkbook.plan.record_ledger import RecordLedger
from hrworkbook.render import master_workbook as render
from hrworkbook.render.new_master import NewMaster


def master_before(draft: NewMaster) -> bytes:
    """The master as an .xlsx, its schema's TOML on a hidden sheet, one line a cell from A3 down."""

    def write_hidden_text(formats, sheet, schema):  # type: ignore[no-untyped-def]
        sheet.write_string(0, 0, SCHEMA_SHEET)
        sheet.write_string(1, 0, "The schema this master was made from, kept with it.")
        for row, line in enumerate(schema.source.splitlines(), 2):
            sheet.write_string(row, 0, line)
        sheet.hide()

    with (
        patch.object(render, "COLUMNS", SCHEMA_SHEET),
        patch.object(render, "write_columns_sheet", write_hidden_text),
        patch.object(RecordLedger, "key_row", lambda self: ()),
    ):
        return render.master_workbook(draft)

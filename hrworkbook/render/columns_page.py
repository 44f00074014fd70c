"""The Columns sheet of a master: the schema as a table to fill in, with dropdowns, and its settings and rules below."""

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hrworkbook.plan.columns_sheet import (
    APPLIES_TO,
    COLUMNS,
    COLUMNS_TABLE,
    HEADING_ROW,
    MEANS,
    NO,
    PLAN_SETTINGS,
    PRINTED,
    RULE,
    RULE_HEADINGS,
    RULE_WORDS,
    SETTING,
    SEVERITY,
    SHEET_COLUMNS,
    SPARE_ROWS,
    THEME_SOURCES,
    UNSAID,
    YES,
    SheetColumn,
    columns_sheet_rows,
    role_label,
)
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.schema import ROLES, Schema
from hrworkbook.plan.schema_model import AppendixLayout, Column, ScorecardSettings
from hrworkbook.plan.settings import FLAG, choices_of
from hrworkbook.plan.values import Value
from hrworkbook.render import style as look
from hrworkbook.render.sheet_parts import heading_format, write_title
from hrworkbook.render.workbook_formats import WorkbookFormats, set_page, write_value

PURPOSE = "What each column of the plan is. Change a heading on the plan's sheet too. For a new column fill in a blank row here, and type its heading there; then press Validate."  # fmt: skip
ROW_HEIGHT = 33
"""Points: two lines. A longer text is seen in full where its cell is chosen."""
SETTINGS_HEIGHT = 20
_LONG = ("aliases",)
"""Settings whose texts may be longer than two lines: of those the beginning is to be seen."""


def write_columns_sheet(formats: WorkbookFormats, sheet: Worksheet, schema: Schema) -> None:
    """Write the sheet of a schema."""
    sheet.hide_gridlines(2)
    write_title(formats, sheet, COLUMNS, PURPOSE)
    rows = columns_sheet_rows(schema)
    top = HEADING_ROW - 1
    for i, column in enumerate(SHEET_COLUMNS):
        sheet.set_column(i, i, column.width, formats.format(indent=1))
    last = len(schema.columns) + SPARE_ROWS
    styles = dict.fromkeys(range(len(SHEET_COLUMNS)), _body(formats))
    styles |= {0: _body(formats, bold=True), len(SHEET_COLUMNS) - 1: _body(formats, font_color=look.SECONDARY)}
    styles |= {i: _body(formats, valign="top") for i, c in enumerate(SHEET_COLUMNS) if c.name in _LONG}
    sheet.add_table(top, 0, top + last, len(SHEET_COLUMNS) - 1, {
        "name": COLUMNS_TABLE,
        "style": None,
        "columns": [
            {"header": c.heading, "header_format": heading_format(formats, False), "format": styles[i]}
            for i, c in enumerate(SHEET_COLUMNS)
        ],
    })  # fmt: skip
    for row, values in enumerate(rows[1 : last + 1], top + 1):
        for i, style in styles.items():
            write_value(sheet, row, i, values[i] if values else None, style)
        sheet.set_row(row, ROW_HEIGHT)
    sheet.set_row(top, ROW_HEIGHT + 3)
    for i, column in enumerate(SHEET_COLUMNS):
        sheet.data_validation(top + 1, i, top + last, i, _validation(column))
    _write_below(formats, sheet, rows[last + 1 :], top + last + 1, f"=$A${HEADING_ROW + 1}:$A${HEADING_ROW + last}")
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
    set_page(sheet, COLUMNS, paper="A3")


def columns_workbook(schema: Schema) -> bytes:
    """Return a workbook with the Columns sheet of a schema alone, to be put into a master."""
    formats = WorkbookFormats(schema.title)
    write_columns_sheet(formats, formats.book.add_worksheet(COLUMNS), schema)
    return formats.bytes()


def _body(formats: WorkbookFormats, **looks: object) -> Format:
    return formats.format(
        **{"text_wrap": True, "indent": 1, "valign": "vcenter", "bottom": 1, "bottom_color": look.RULE_COLOUR}
        | {"font_size": 10, **looks}
    )


def _write_row(sheet: Worksheet, row: int, values: Sequence[Value], style: Format) -> None:
    for i, value in enumerate(values):
        write_value(sheet, row, i, value, style)


def _validation(column: SheetColumn) -> dict[str, object]:
    """Return the dropdown of a column, and its help."""
    shown = {"input_title": column.heading, "input_message": column.help[:255]} if column.help else {}
    words = {
        MEANS: [role_label(role) for role in ROLES],
        "kind": list(KINDS),
        **{n: _words_of(n) for n in ("roll", *UNSAID)},
        PRINTED: [YES, NO],
    }.get(column.name, [YES, NO] if column.form == FLAG else [])
    if not words:
        return {"validate": "any", **shown}
    return _dropdown(words, column.heading, column.name not in (MEANS, PRINTED)) | shown


def _words_of(name: str) -> list[str]:
    """Return the words of a column's choice, but for the one that a blank stands for."""
    return [word.capitalize() for word in choices_of(Column)[name] if word != UNSAID.get(name)]


def _dropdown(words: Sequence[str] | str, title: str, strict: bool) -> dict[str, object]:
    source = words if isinstance(words, str) else list(words)
    error = {"error_title": title, "error_message": "Choose one of the words in the list."}
    return {"validate": "list", "source": source, "show_error": strict, **error}


def _write_below(
    formats: WorkbookFormats, sheet: Worksheet, rows: Sequence[Sequence[Value]], first: int, headings: str
) -> None:
    """Write the settings and the rules; `headings` is the range of the columns' headings."""
    line, label = _body(formats), _body(formats, bold=True)
    value = formats.format(indent=1, valign="vcenter", font_size=10)
    forms = {setting.label: setting for setting in PLAN_SETTINGS}
    choices = choices_of(AppendixLayout, ScorecardSettings)
    is_rules = False
    for row, values in enumerate(rows, first):
        sheet.set_row(row, SETTINGS_HEIGHT if not is_rules else ROW_HEIGHT)
        if not values:
            continue
        if values[0] in (SETTING, RULE) and len(values) == (len(RULE_HEADINGS) if values[0] == RULE else 2):
            is_rules = values[0] == RULE
            _write_row(sheet, row, values, heading_format(formats, False))
            continue
        write_value(sheet, row, 0, values[0], label)
        for i, one in enumerate(values[1:], 1):
            write_value(sheet, row, i, one, line if is_rules else value)
        setting = forms.get(str(values[0]))
        if setting and not is_rules:
            words = [YES, NO] if setting.form == FLAG else list(choices.get(setting.name, ()))
            words = list(THEME_SOURCES.values()) if setting.name == "theme_from" else words
            if words:
                sheet.data_validation(row, 1, row, 1, _dropdown(words, setting.label, True))
    end = first + len(rows) + SPARE_ROWS
    top = first + next(i for i, values in enumerate(rows) if values and values[0] == RULE and len(values) > 2)
    for row in range(first + len(rows), end):
        sheet.set_row(row, ROW_HEIGHT)
        _write_row(sheet, row, [None] * len(RULE_HEADINGS), line)
    sheet.data_validation(top + 1, 0, end, 0, _dropdown(list(RULES), RULE, True))
    for i in range(RULE_HEADINGS.index(APPLIES_TO), RULE_HEADINGS.index(RULE_WORDS)):
        sheet.data_validation(top + 1, i, end, i, _dropdown(headings, RULE_HEADINGS[i], False))
    severity = RULE_HEADINGS.index(SEVERITY)
    sheet.data_validation(top + 1, severity, end, severity, _dropdown(["Warning", "Error"], SEVERITY, True))

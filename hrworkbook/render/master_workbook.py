"""The master workbook, written new: the sheets an officer works in, empty or filled from a plan."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from hrworkbook.plan.columns_sheet import COLUMNS
from hrworkbook.plan.ledgers import (
    DECISIONS,
    HEADINGS,
    JOURNAL,
    LISTS,
    NAMES,
    OWNERS,
    OWNERS_LEDGER,
    PLAN,
    PROBLEMS,
    REGISTER,
    START,
    Ledger,
)  # fmt: skip
from hrworkbook.plan.measures.rule_texts import rule_text
from hrworkbook.plan.model import HISTORY, SETTINGS, STATE_SETTINGS, history_ledger, issued_ledger
from hrworkbook.plan.record_ledger import RecordLedger
from hrworkbook.plan.schema import ID_HEADER, Column, Schema
from hrworkbook.plan.snapshot import address, column_letters
from hrworkbook.plan.start_sheet import STATUS_LABELS, STEPS
from hrworkbook.plan.values import Value, as_text
from hrworkbook.render import style as look
from hrworkbook.render.columns_page import write_columns_sheet
from hrworkbook.render.ledger_dropdowns import (
    LEDGER_HEADER_ROW,
    SPARE_ROWS,
    add_decision_dropdown,
    add_meaning_dropdown,
    add_received_dropdown,
)
from hrworkbook.render.new_master import NewMaster
from hrworkbook.render.row_heights import MAX_HEIGHT, row_height
from hrworkbook.render.sheet_parts import add_comment, heading_format, write_title
from hrworkbook.render.word_colours import coloured_columns
from hrworkbook.render.workbook_formats import (
    WorkbookFormats,
    add_word_colours,
    dropdown_list,
    set_page,
    write_value,
)

PLAN_HEADER_ROW = 5
"""The Plan sheet's heading row; above it the title, a sentence of help and the group headings."""
LEDGER_ROWS = 200_000
"""Rows of a ledger that have a hairline where they are filled, whoever fills them."""
WORDS_SHEET = "Words"
"""The hidden sheet with the words of choices that have too many for a dropdown's own list."""


def master_workbook(draft: NewMaster) -> bytes:
    """Return the master as an .xlsx; the same draft gives the same bytes."""
    formats = WorkbookFormats(draft.schema.title)
    sheets = {name: formats.book.add_worksheet(name) for name in (START, PLAN, OWNERS, LISTS, COLUMNS)}
    start = sheets[START]
    _write_start(formats, start, draft)
    _write_plan(formats, sheets[PLAN], draft)
    owners = [{"Role": o.role, "Name": o.name, "E-mail": o.email, "Deputy": o.deputy, "Deputy e-mail": o.deputy_email}
              for o in draft.owners]  # fmt: skip
    _write_ledger(formats, sheets[OWNERS], OWNERS_LEDGER, owners)
    _write_lists(formats, sheets[LISTS], draft)
    write_columns_sheet(formats, sheets[COLUMNS], draft.schema)
    names = (NAMES,) if draft.schema.collect else ()
    for ledger in (PROBLEMS, DECISIONS, REGISTER, HEADINGS, *names, JOURNAL, history_ledger(draft.schema)):
        sheet = formats.book.add_worksheet(ledger.sheet)
        _write_ledger(formats, sheet, ledger, _past_rows(draft) if ledger.sheet == HISTORY else ())
        if isinstance(ledger, RecordLedger):
            for i, key in enumerate(ledger.key_row()):
                write_value(sheet, LEDGER_HEADER_ROW - 2, i, key, formats.format(font_color=look.SECONDARY))
            sheet.set_row(LEDGER_HEADER_ROW - 2, None, None, {"hidden": True})
        if ledger is DECISIONS:
            add_decision_dropdown(sheet)
        if ledger is REGISTER:
            add_received_dropdown(sheet)
        if ledger is HEADINGS:
            add_meaning_dropdown(sheet, draft.schema)
    _write_internal_sheets(formats, draft)
    start.activate()
    start.set_first_sheet()
    return formats.bytes()


def _past_rows(draft: NewMaster) -> list[dict[str, Value]]:
    """Return the rows of Past periods that a source filled; nobody closed those periods here, so they have no day."""
    return [
        {"Closed period": period, ID_HEADER: line_id, **{c.header: values.get(c.key) for c in draft.schema.columns}}
        for period, line_id, values in draft.past_lines
    ]


def _write_start(formats: WorkbookFormats, sheet: Worksheet, draft: NewMaster) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 4, 27, formats.format())
    sheet.set_column(5, 5, 40, formats.format())
    write_title(formats, sheet, draft.schema.title, "Where this plan stands, and what to do next.")
    label = formats.format(font_color=look.SECONDARY, indent=1, bottom=1, bottom_color=look.RULE_COLOUR)
    number = formats.format(
        font_size=look.LARGE_NUMBER_SIZE, bold=True, indent=1, valign="vcenter", font_color=look.HEADER_FILL
    )
    sheet.set_row(2, 9)
    for i, name in enumerate(STATUS_LABELS):
        write_value(sheet, 3, 1 + i, name, label)
        count = draft.line_count if name == "Lines" else 0 if name != "Returns in" else "0 of 0"
        write_value(sheet, 4, 1 + i, count, number)
    sheet.set_row(3, 18)
    sheet.set_row(4, 40)
    strong = formats.format(bold=True, font_size=look.HEADING_SIZE, text_wrap=False, indent=1)
    sentence = formats.format(font_size=look.HEADING_SIZE, indent=1)
    step = "Owners" if draft.line_count else "Lines"
    sheet.set_row(5, 9)
    for row, (name, text) in enumerate(zip(("Next step", "How"), STEPS[step], strict=True), 6):
        write_value(sheet, row, 1, name, strong if row == 6 else formats.format(bold=True, indent=1))
        write_value(sheet, row, 2, text, sentence if row == 6 else formats.format(indent=1))
        sheet.set_row(row, 22 if row == 6 else 18)
    write_value(sheet, 8, 1, "Last done", formats.format(bold=True, indent=1))
    write_value(sheet, 8, 2, "Adopted" if draft.lines_elsewhere else "Made new", formats.format(indent=1))
    sheet.set_row(9, 12)
    head = formats.format(bold=True, font_color=look.WHITE, bg_color=look.HEADER_FILL, valign="vcenter", indent=1)
    for column, text in enumerate(("Fill in each period", "", "", "", ""), 1):
        write_value(sheet, 10, column, text, head)
    sheet.set_row(10, 20)
    entry = formats.format(
        valign="vcenter",
        bottom=1,
        bottom_color=look.RULE_COLOUR,
        bg_color=look.WHITE,
        align="left",
        indent=1,
        num_format="d mmmm yyyy",
    )
    setting = formats.format(valign="vcenter", bottom=1, bottom_color=look.RULE_COLOUR, indent=1)
    for row, (name, help_) in enumerate(SETTINGS.items(), 11):
        write_value(sheet, row, 1, name, setting)
        write_value(sheet, row, 2, draft.settings.get(name), entry)
        write_value(sheet, row, 3, help_, formats.format(valign="vcenter", indent=1, font_color=look.SECONDARY))
        sheet.set_row(row, 22)
    set_page(sheet, draft.schema.title)


def _write_plan(formats: WorkbookFormats, sheet: Worksheet, draft: NewMaster) -> None:
    schema = draft.schema
    columns = schema.columns
    sheet.hide_gridlines(2)
    write_title(formats, sheet, schema.title, "Dark headings are HR's columns; blue headings are the owners'. An ID is never used twice: leave it blank on a new line and Validate will give one.")  # fmt: skip
    sheet.set_row(2, 6)
    top = PLAN_HEADER_ROW - 1
    if any(c.group for c in columns):
        _write_groups(formats, sheet, top - 1, columns)
    sheet.set_row(top - 1, 18 if any(c.group for c in columns) else 6)
    widths = [8.0, *(c.width for c in columns)]
    bodies = _body_formats(formats, schema, "vcenter")
    top_bodies = _body_formats(formats, schema, "top")
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width, formats.format(text_wrap=True, indent=1, valign="vcenter"))
    for row, (id_, values) in enumerate(draft.lines, top + 1):
        cells: list[Value] = [id_, *(values.get(c.key) for c in columns)]
        height = row_height([as_text(v) for v in cells], widths)
        for i, value in enumerate(cells):
            style = (bodies if height < MAX_HEIGHT else top_bodies)[i]
            if i and (code := draft.number_formats.get((id_, columns[i - 1].key))):
                style = formats.format(
                    **_looks("vcenter" if height < MAX_HEIGHT else "top", columns[i - 1]), num_format=code
                )
            write_value(sheet, row, i, value, style)
        sheet.set_row(row, height)
    last = top + max(1, len(draft.lines))
    headings = [schema.id_heading, *(c.header for c in columns)]
    sheet.add_table(top, 0, last, len(columns), {
        "name": "PlanLines",
        "style": None,
        "columns": [
            {"header": h, "header_format": heading_format(formats, i > 0 and columns[i - 1].is_owners), "format": bodies[i]}
            for i, h in enumerate(headings)
        ],
    })  # fmt: skip
    sheet.set_row(top, row_height(headings, [w - 2 for w in widths]) + 6)
    for i, column in enumerate(columns, 1):
        if rule := rule_text(schema, column):
            add_comment(sheet, top, i, rule)
    _add_dropdowns(sheet, draft, top + 1, last + SPARE_ROWS)
    _add_bar(sheet, schema, top + 1, last + SPARE_ROWS)
    _add_highlights(formats, sheet, draft, top + 1, last + SPARE_ROWS)
    references = {schema.roles.get("reference"), schema.roles.get("sub_reference")}
    frozen = 1 + max((i for i, c in enumerate(columns, 1) if c.key in references), default=1)
    sheet.freeze_panes(top + 1, frozen if sum(widths[:frozen]) <= 60 else 1)
    sheet.repeat_rows(top)
    sheet.set_zoom(90)
    set_page(sheet, schema.title, paper=schema.appendix.paper)


def _body_formats(formats: WorkbookFormats, schema: Schema, valign: str) -> list[Format]:
    """Return the formats of a line's cells, the ID's first.

    Texts stand in the middle of their row, since nothing keeps those at the top off the rule above; where a row is too low
    for its text, that would cut off its beginning, and they stand at the top.
    """
    codes = [(c, number_format_of(schema, c)) for c in schema.columns]
    own = [formats.format(**_looks(valign, c), **({"num_format": code} if code else {})) for c, code in codes]
    return [formats.format(**_looks(valign), font_color=look.SECONDARY), *own]


def _looks(valign: str, column: Column | None = None) -> dict[str, Any]:
    """Return the look of a cell; of a measure its figures stand at the right, be they numbers or texts such as 72%."""
    right = {"align": "right"} if column is not None and column.kind == "measure" else {}
    return {"text_wrap": True, "indent": 1, "bottom": 1, "bottom_color": look.RULE_COLOUR, "valign": valign, **right}


def number_format_of(schema: Schema, column: Column) -> str:
    """Return the code in which a column's numbers are shown; '' where nothing says."""
    return column.number_format or ("0%" if column.key == schema.roles.get("complete") else "")


def _add_bar(sheet: Worksheet, schema: Schema, first: int, last: int) -> None:
    """Show how much of a line is done as a bar in its cell: from nothing to all of it."""
    for i, column in enumerate(schema.columns, 1):
        if column.key == schema.roles.get("complete"):
            ends = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1}
            sheet.conditional_format(
                first, i, last, i, {"type": "data_bar", "bar_solid": True, "bar_color": look.BAR_COLOUR, **ends}
            )


def _write_groups(formats: WorkbookFormats, sheet: Worksheet, row: int, columns: Sequence[Column]) -> None:
    """Group headings, centred across their columns without merging."""
    style = formats.format(
        bold=True, align="center_across", bg_color=look.NEUTRAL_FILL, left=1, left_color=look.RULE_COLOUR
    )
    rest = formats.format(bold=True, align="center_across", bg_color=look.NEUTRAL_FILL)
    before = ""
    for i, column in enumerate(columns, 1):
        first = column.group != before
        write_value(sheet, row, i, column.group if first else None, style if first else rest)
        before = column.group


def _add_dropdowns(sheet: Worksheet, draft: NewMaster, first: int, last: int) -> None:
    names = list(draft.lists)
    for i, column in enumerate(draft.schema.columns, 1):
        help_ = {"input_title": column.header[:32], "input_message": column.help[:255]} if column.help else {}
        source: object = None
        if column.kind == "owners":
            source = _named_range(OWNERS, 1, LEDGER_HEADER_ROW + 1)
        elif column.list:
            source = _named_range(LISTS, names.index(column.list) + 1, LEDGER_HEADER_ROW + 1)
        elif column.words:
            source = dropdown_list(column.words) or _internal_list_range(i, len(column.words))
        elif column.kind == "yes-no":
            source = ["Yes", "No"]
        if source is None:
            if help_:
                sheet.data_validation(first, i, last, i, {"validate": "any", **help_})
            continue
        strict = column.kind == "choice"
        error = {"error_title": column.header[:32], "error_message": "Choose one of the words in the list."}
        sheet.data_validation(
            first, i, last, i, {"validate": "list", "source": source, "show_error": strict, **error, **help_}
        )


def _named_range(sheet: str, column: int, row: int) -> str:
    """Return a formula for the filled part of a list, so that the dropdown ends where the words end."""
    letters = column_letters(column)
    cells = f"{sheet}!${letters}${row}:${letters}${row + 199}"
    return f"=OFFSET({sheet}!${letters}${row},0,0,MAX(1,COUNTA({cells})),1)"


def _internal_list_range(column: int, count: int) -> str:
    """Return the words of a choice that Excel cannot hold in the dropdown itself, kept on a hidden sheet."""
    letters = column_letters(column)
    return f"={WORDS_SHEET}!${letters}$1:${letters}${count}"


def _add_highlights(formats: WorkbookFormats, sheet: Worksheet, draft: NewMaster, first: int, last: int) -> None:
    """Highlights problem cells by looking them up on the Problems sheet, and marks where a theme begins.

    Each look repeats the hairline under the row: LibreOffice lets its borders stand for all four.
    """
    count = len(draft.schema.columns)
    words = {c.key: draft.lists.get(c.list, ()) if c.list else c.words for c in draft.schema.columns}
    coloured = coloured_columns(draft.schema, words)
    for i, column in enumerate(draft.schema.columns, 1):
        if column.key in coloured:
            add_word_colours(formats, sheet, i, first, last, coloured[column.key])
    problems = f"{PROBLEMS.sheet}!"
    for severity, fill, edge in (
        ("error", look.PROBLEM_FILL, look.RED),
        ("warning", look.WARNING_FILL, look.AMBER),
    ):
        found = (
            f"=COUNTIFS({problems}$A:$A,\"{severity}\",{problems}$C:$C,$A{first + 1},{problems}$D:$D,A${first})>0"
        )  # fmt: skip
        style = formats.condition(bg_color=fill, left=1, left_color=edge)
        sheet.conditional_format(first, 0, last, count, {"type": "formula", "criteria": found, "format": style})
    theme = draft.schema.roles.get("theme")
    if theme:
        at = column_letters(2 + [c.key for c in draft.schema.columns].index(theme))
        changed = f'=AND(${at}{first + 1}<>"",${at}{first + 1}<>${at}{first})'
        style = formats.condition(top=1, top_color=look.HEADER_FILL)
        sheet.conditional_format(first, 0, last, count, {"type": "formula", "criteria": changed, "format": style})


def _write_ledger(
    formats: WorkbookFormats,
    sheet: Worksheet,
    ledger: Ledger,
    rows: Sequence[Mapping[str, Value]] = (),
    top: int = LEDGER_HEADER_ROW,
) -> None:
    sheet.hide_gridlines(2)
    write_title(formats, sheet, ledger.sheet, ledger.purpose)
    widths = ledger.widths or (14.0,) * len(ledger.headings)
    body: dict[str, Format] = {}
    for i, (heading, width) in enumerate(zip(ledger.headings, widths, strict=True)):
        looks: dict[str, Any] = {"text_wrap": ledger.wrap_text, "indent": 1, "valign": "vcenter"}
        if heading == "Go to":
            looks["font_color"] = look.LINK
        body[heading] = formats.format(**looks)
        sheet.set_column(i, i, width, body[heading])
    for row, item in enumerate(rows, top):
        for i, heading in enumerate(ledger.headings):
            write_value(sheet, row, i, item.get(heading), body[heading])
        texts = [as_text(item.get(heading)) for heading in ledger.headings]
        sheet.set_row(row, max(18, row_height(texts, widths)) if ledger.wrap_text else 18)
    sheet.add_table(top - 1, 0, top - 1 + max(1, len(rows)), len(ledger.headings) - 1, {
        "name": f"{ledger.sheet.title().replace(' ', '')}Rows",
        "style": None,
        "columns": [{"header": h, "header_format": heading_format(formats, False), "format": body[h]} for h in ledger.headings],
    })  # fmt: skip
    last = len(ledger.headings) - 1
    filled = f"=COUNTA($A{top + 1}:${column_letters(last + 1)}{top + 1})>0"
    sheet.conditional_format(
        top, 0, LEDGER_ROWS, last, {"type": "formula", "criteria": filled, "format": formats.condition()}
    )
    sheet.set_row(top - 1, max(22, row_height(ledger.headings, [w - 3 for w in widths]) + 3))
    sheet.freeze_panes(top, 0)
    sheet.repeat_rows(top - 1)
    set_page(sheet, ledger.sheet)


def _write_lists(formats: WorkbookFormats, sheet: Worksheet, draft: NewMaster) -> None:
    sheet.hide_gridlines(2)
    write_title(formats, sheet, LISTS, "The words the dropdowns offer. Add a word below the last one of its list.")
    looks: dict[str, Any] = {"indent": 1, "text_wrap": True, "valign": "vcenter"}
    body = formats.format(**looks, bottom=1, bottom_color=look.RULE_COLOUR)
    widths = [min(60, max(24, *(len(w) + 4 for w in (name, *words)))) for name, words in draft.lists.items()]
    for i, (name, words) in enumerate(draft.lists.items()):
        sheet.set_column(i, i, widths[i], formats.format(**looks))
        write_value(sheet, LEDGER_HEADER_ROW - 1, i, name, heading_format(formats, False))
        for row, word in enumerate(words, LEDGER_HEADER_ROW):
            write_value(sheet, row, i, word, body)
    for row, texts in enumerate(zip_longest(*draft.lists.values(), fillvalue=""), LEDGER_HEADER_ROW):
        sheet.set_row(row, max(18, row_height(texts, widths)))
    sheet.set_row(LEDGER_HEADER_ROW - 1, 22)
    sheet.freeze_panes(LEDGER_HEADER_ROW, 0)
    set_page(sheet, LISTS)


def _write_internal_sheets(formats: WorkbookFormats, draft: NewMaster) -> None:
    """Write the two sheets the project keeps for itself, hidden so that nobody need look at them."""
    issued = issued_ledger(draft.schema)
    sheet = formats.book.add_worksheet(issued.sheet)
    write_title(formats, sheet, issued.sheet, issued.purpose)
    for i, key in enumerate(issued.key_row()):
        write_value(sheet, 5, i, key, formats.format())
    for row, name in enumerate(STATE_SETTINGS, 2):
        write_value(sheet, row, 0, name, formats.format())
        write_value(sheet, row, 1, draft.plan_state[name], formats.format())
    for i, heading in enumerate(issued.headings):
        write_value(sheet, 6, i, heading, heading_format(formats, False))
    sheet.hide()
    if long := [c for c in draft.schema.columns if c.words and dropdown_list(c.words) is None]:
        sheet = formats.book.add_worksheet(WORDS_SHEET)
        for i, column in enumerate(draft.schema.columns):
            for row, word in enumerate(column.words if column in long else ()):
                write_value(sheet, row, i, word, formats.format())
        sheet.hide()


def plan_cell(row: int, column: int) -> str:
    """Return the address of the n-th line's m-th column on a new master's Plan sheet, both from 1; column 0 is the ID."""
    return address(PLAN_HEADER_ROW + row, column + 1)

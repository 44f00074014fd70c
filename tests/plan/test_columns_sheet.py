"""The Columns sheet: a schema as a table that an officer changes, and every slip on it told with its cell."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from masters import make_master, snapshot_of
from plans import Master, back

from hrworkbook.plan.cell_lists import BadList, join_items, join_pairs, split_items, split_pairs
from hrworkbook.plan.columns_sheet import (
    COLUMNS,
    COLUMNS_HEADINGS,
    PLAN_SETTINGS,
    SHEET_COLUMNS,
    columns_sheet_rows,
    rule_slots,
)
from hrworkbook.plan.columns_upkeep import ColumnRows
from hrworkbook.plan.errors import NotAMaster, SchemaFileError
from hrworkbook.plan.model import ISSUED_SHEET, read_schema_of
from hrworkbook.plan.read_columns_sheet import read_columns_sheet
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.schema import load_schema, read_schema, shipped_schemas
from hrworkbook.plan.schema_faults import SchemaFaults
from hrworkbook.plan.schema_model import PLAN_FORMS, AppendixLayout, CollectionSettings, Column, Schema
from hrworkbook.plan.schema_toml import schema_toml
from hrworkbook.plan.settings import settings_of
from hrworkbook.plan.snapshot import Block, Write, row_and_column
from hrworkbook.verbs.validate import validate

PLAN = """
name = "small"
title = "Small plan"
done = ["Done"]
[roles]
theme = "theme"
owner = "lead"
status = "state"
part = "part"
due = "due"
[lists]
State = ["Open", "Done"]
[[columns]]
key = "theme"
header = "Theme"
[[columns]]
key = "lead"
header = "Lead"
kind = "owners"
aliases = ["Who", "By whom"]
required = true
[[columns]]
key = "due"
header = "Due"
kind = "date"
number_format = "d mmm yyyy"
[[columns]]
key = "state"
header = "State"
kind = "choice"
list = "State"
edited_by = "owner"
colours = {Open = "amber", Done = "#00703C"}
[[columns]]
key = "part"
header = "Part"
kind = "choice"
words = ["Part 1", "Part 2"]
[[columns]]
key = "note"
header = "Note"
private = true
[[rules]]
rule = "needed-when"
column = "due"
when = "state"
is = ["Open"]
severity = "error"
"""


def columns_block(schema: Schema) -> Block:
    """The sheet of a schema, its headings in row 1."""
    return Block(COLUMNS, columns_sheet_rows(schema))


def changed(schema: Schema, cell: str, value: object) -> Block:
    """The sheet with one cell changed."""
    row, column = row_and_column(cell)
    rows = [list(r) for r in columns_sheet_rows(schema)]
    rows[row - 1] += [None] * (column - len(rows[row - 1]))
    rows[row - 1][column - 1] = value
    return Block(COLUMNS, rows)


def findings_of(block: Block, lists: dict[str, tuple[str, ...]]) -> list[str]:
    with pytest.raises(SchemaFaults) as refused:
        read_columns_sheet(block, lists)
    return [f.message for f in refused.value.findings]


# Two spellings that say the same


@pytest.mark.parametrize("name", sorted(shipped_schemas()))
def test_a_shipped_schema_goes_to_the_sheet_and_to_toml_and_comes_back(name, tmp_path):
    schema = load_schema(name)
    assert read_columns_sheet(columns_block(schema), dict(schema.lists)) == schema
    assert read_schema(schema_toml(schema), "again.toml") == schema
    assert read_schema_of(snapshot_of(make_master(tmp_path, schema=schema))) == schema


COLUMN = '[[columns]]\nkey = "a"\nheader = "A"\n'
ODD = {
    "quotes": COLUMN + """help = 'He said "now; then": go'\naliases = ['"A"', 'a "b" c', 'x; y', 'it''s']""".replace("''s", "s"),
    "curly quotes": COLUMN + 'help = "\u201cnow\u201d \u2018then\u2019"\naliases = ["\u201cA\u201d; b"]',
    "double spaces": COLUMN + 'help = "one  two   three"\naliases = ["x  y", " z "]',
    "a carriage return's own coding": COLUMN + 'help = "one _x000D_ two_x0041_"\naliases = ["x_x000D_y"]',
    "a hundred long words": COLUMN + 'kind = "choice"\nwords = [' + ", ".join(f'"word {i}, {"x" * 60}"' for i in range(100)) + "]",
    "other scripts": COLUMN.replace('"A"', '"Área — Größe № 7 目標"') + 'help = "\U0001f600 naïve"\naliases = ["Цель", "هدف"]',
    "like formulas": COLUMN.replace('"A"', '"=A1"') + 'help = "=SUM(A1:A9)"\naliases = ["+1", "-x", "@y", "=A1&B1"]',
    "numbers as words": COLUMN + 'kind = "choice"\nwords = ["1", "2", "3.5", "007"]\naliases = ["2016", "1e5"]',
    "one word that is a list's name": '[lists]\nRAG = ["Red"]\n' + COLUMN + 'kind = "choice"\nwords = ["RAG"]',
    "line breaks and tabs": COLUMN + 'help = "one\\ntwo\\r\\nthree\\tfour"\naliases = ["two\\nlines"]',
    "every setting of a column": COLUMN + 'kind = "choice"\nsheets = ["One", "Two; three"]\ngroup = "G"\nrequired = true\n'
    'edited_by = "owner"\nwidth = 12.5\nwords = ["x", "y: z"]\nroll = "carry"\ncolours = {x = "red", "y: z" = "#123456"}\n'
    'number_format = "#,##0.00;[Red]-#,##0.00"\n',
    "another way through the appendix": COLUMN + '[[columns]]\nkey = "b"\nheader = "B"\n[[columns]]\nkey = "c"\nheader = "C"\n'
    '[appendix]\ncolumns = ["c", "a"]\nonce = ["c"]\npaper = "A3"\nsize = 9.5\ntheme_headings = false\ngroups = true',
    "its own words for Part": '[roles]\npart = "a"\n' + COLUMN + 'kind = "choice"\npublic = ["Yellow"]\nexempt = ["Pink"]',
    "where themes and IDs are": 'id_heading = "Plan ID"\nid_prefix = ""\ntheme_from = "sheet"\n' + COLUMN,
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_schema_goes_to_the_sheet_and_to_toml_and_comes_back(name, tmp_path):
    head, _, rest = ODD[name].rpartition("\n[[columns]]") if "theme_from" in ODD[name] else ("", "", ODD[name])
    schema = read_schema(f'name = "n"\ntitle = "T"\n{head}\n{"[[columns]]" if head else ""}{rest}', "odd.toml")
    assert read_columns_sheet(columns_block(schema), dict(schema.lists)) == schema
    assert read_schema(schema_toml(schema), "again.toml") == schema
    assert read_schema_of(snapshot_of(make_master(tmp_path, schema=schema))) == schema


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from(';:"\n '), min_size=1, max_size=20)  # fmt: skip


@given(st.lists(TEXTS.map(str.strip).filter(bool)))
def test_texts_in_a_cell_are_read_back(items):
    assert list(split_items(join_items(items))) == items
    assert list(split_items(join_items(items, quote_all=True))) == items


@given(st.dictionaries(TEXTS.map(str.strip).filter(bool), TEXTS.map(str.strip).filter(bool)))
def test_texts_with_what_belongs_to_each_are_read_back(pairs):
    assert split_pairs(join_pairs(pairs)) == pairs


@pytest.mark.parametrize("text", ['"a', '"a" b', '"a"; "'])
def test_a_list_that_cannot_be_read_is_refused(text):
    with pytest.raises(BadList):
        split_items(text)


@given(
    headers=st.lists(TEXTS.filter(lambda t: "\n" not in t), min_size=1, max_size=5),
    help_=TEXTS, aliases=st.lists(TEXTS, max_size=3), words=st.lists(TEXTS, min_size=1, max_size=4), width=st.floats(3, 120),
)  # fmt: skip
def test_whatever_the_texts_the_two_spellings_say_the_same(headers, help_, aliases, words, width):
    columns = tuple(
        Column(f"k{i}", header, "choice" if i % 2 else "text", width=width, help=help_, words=tuple(words) if i % 2 else (),
               aliases=tuple(f"{a} {i} {n}" for n, a in enumerate(aliases)), edited_by="owner" if i % 3 else "hr", private=i == 2)
        for i, header in enumerate(headers)
    )  # fmt: skip
    try:
        schema = read_schema(schema_toml(Schema("n", "T", columns, {"priority": "k0"})), "law.toml")
    except SchemaFileError:
        return  # two headings that are one, or none in words: refused in both spellings
    assert read_columns_sheet(columns_block(schema), dict(schema.lists)) == schema
    assert read_schema(schema_toml(schema), "again.toml") == schema


def test_every_setting_has_its_place_on_the_sheet():
    assert {c.name for c in SHEET_COLUMNS} >= set(settings_of(Column)) - {"list"}
    told = {(s.section, s.name) for s in PLAN_SETTINGS}
    assert told >= {("", name) for name in PLAN_FORMS}
    assert told >= {("collect", name) for name in settings_of(CollectionSettings)}
    assert told >= {("appendix", name) for name in settings_of(AppendixLayout)} - {
        ("appendix", "columns"),
        ("appendix", "once"),
    }
    for name, kind in RULES.items():
        slots = rule_slots(kind)
        assert set(slots) == set(kind.settings) and len(set(slots.values())) == len(slots), name


# Slips


def cell_of(heading: str, row: int) -> str:
    from hrworkbook.plan.snapshot import address

    return address(row, COLUMNS_HEADINGS.index(heading) + 1)


SLIPS = [
    ("Kind", 3, "onwers", "there is no kind 'onwers'. Did you mean owners?"),
    ("Means", 2, "Theem", "there is no meaning 'Theem'. Did you mean Theme?"),
    ("Means", 4, "Owner", "two columns mean Owner: this one, and the one in row 3. Keep one of the two."),
    ("Heading", 4, "Lead", "'Lead' is also in A3. Give each column headings of its own."),
    ("Heading", 4, "by WHOM", "'by WHOM' is also in K3"),
    ("Heading", 4, None, "this row has no heading. Enter the column's heading, or clear the row."),
    ("Heading", 4, "ID", "the header 'ID' is the plan's own"),
    ("Heading", 4, "?!", "has no letter or digit"),
    ("List or words", 4, "soon; later", "a column of the kind date has no words"),
    ("List or words", 5, None, "a choice needs its words. Name a list of the Lists sheet, or write the words parted by ;"),
    ("List or words", 5, "Stat", "there is no list 'Stat' on the Lists sheet. Did you mean State?"),
    ("List or words", 6, "Part 1; part 1", "the word 'part 1' stands twice"),
    ("Width", 3, "wide", "'wide' is no number above 0. Type a number, such as 20."),
    ("Width", 3, 300.0, "the width is 300. Give a width of 3 to 120 characters"),
    ("Required", 3, "perhaps", "'perhaps' is neither Yes nor No. Choose Yes, or clear the cell."),
    ("Private", 5, "Yes", "a private column cannot be the owner's. Take out Owner fills in, or Private."),
    ("Private", 3, "Yes", "it is private, and is the plan's owner"),
    ("In the appendix", 3, "first", "'first' is neither Yes nor a place"),
    ("At close", 3, "Kepe", "there is no choice 'Kepe'. Did you mean Keep? Choose Keep, Clear or Carry."),
    ("Colours", 5, "Open; Done: green", "the cell cannot be read: 'Open' has no colon and nothing after it"),
    ("Colours", 5, "Open: gren", "there is no colour 'gren'. Did you mean 'green'?"),
    ("Colours", 4, "Open: green", "only the words of a choice have colours"),
    ("Public words", 4, "Yellow", "this column does not mean Part, so it has no such words"),
    ("Also known as", 4, '"When', "a quotation mark is not closed"),
    ("Key", 4, "lead", "the key 'lead' is also in row 3. Clear the one of the newer column"),
    ("Key", 4, "the due", "the key 'the due' cannot be used"),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "row", "value", "says"), SLIPS, ids=[f"{s[0]}: {s[2]}" for s in SLIPS])
def test_a_slip_is_told_with_its_cell(heading, row, value, says):
    schema = read_schema(PLAN, "small.toml")
    told = findings_of(changed(schema, cell_of(heading, row), value), dict(schema.lists))
    assert any(message.startswith(f"{COLUMNS}!{cell_of(heading, row)}: ") and says in message for message in told), told


BELOW = [
    ("Title", 2, None, "the plan has no title. Enter it."),
    ("Appendix paper", 2, "A5", "there is no choice 'A5' for 'paper'"),
    ("Appendix size", 2, 20.0, "the size is 20"),
    ("Done words", 2, "Finished", "there is no status 'Finished'"),
    ("Done words", 1, "Done word", "there is no setting 'Done word'. Did you mean Done words?"),
    ("Appendix groups", 1, "Title", "the setting 'Title' stands twice"),
    ("Themes come from", 2, "Shet", "Did you mean Sheet?"),
    ("needed-when", 1, "neded-when", "there is no rule 'neded-when'. Did you mean needed-when?"),
    ("needed-when", 2, "Deu", "there is no column 'Deu'. Did you mean Due?"),
    ("needed-when", 3, None, "the rule needed-when needs its column here"),
    ("needed-when", 5, "Eror", "there is no severity 'Eror'. Did you mean Error?"),
    ("Setting", 2, "Vlaue", "there is no table of settings") ,
]  # fmt: skip


@pytest.mark.parametrize(("label", "column", "value", "says"), BELOW, ids=[f"{s[0]}: {s[2]}" for s in BELOW])
def test_a_slip_below_the_columns_is_told_too(label, column, value, says):
    schema = read_schema(PLAN, "small.toml")
    rows = columns_sheet_rows(schema)
    row = next(i for i, r in enumerate(rows, 1) if r and r[0] == label)
    from hrworkbook.plan.snapshot import address

    told = findings_of(changed(schema, address(row, column), value), dict(schema.lists))
    if label == "Setting":
        assert any("the table of settings is missing" in message for message in told), told
    else:
        assert any(m.startswith(f"{COLUMNS}!{address(row, column)}: ") and says in m for m in told), told


def test_all_slips_are_told_at_once():
    schema = read_schema(PLAN, "small.toml")
    block = changed(schema, cell_of("Kind", 3), "onwers")
    block.rows[3][COLUMNS_HEADINGS.index("Width")] = "wide"
    assert len(findings_of(block, dict(schema.lists))) == 2


def test_a_heading_of_the_sheet_that_is_misspelt_is_told_for_its_column_would_not_be_read():
    schema = read_schema(PLAN, "small.toml")
    told = findings_of(changed(schema, cell_of("Private", 1), "Privat"), dict(schema.lists))
    assert "there is no heading 'Privat' here. Did you mean 'Private'? Type it back." in told[0]


def test_nothing_is_published_because_nothing_is_marked():
    schema = read_schema(PLAN, "small.toml")
    rows = [list(r) for r in columns_sheet_rows(schema)]
    for row in rows[1 : len(schema.columns) + 1]:
        row[COLUMNS_HEADINGS.index("In the appendix")] = None
    told = findings_of(Block(COLUMNS, rows), dict(schema.lists))
    assert told[0].startswith(f"{COLUMNS}!{cell_of('In the appendix', 1)}: no column is in the appendix")


# Changed in a master


class Changing(Master):
    """A master whose Columns and Plan sheets HR types into."""

    def says_of(self, header: str, name: str, value: object) -> None:
        place = ColumnRows(self.snapshot[COLUMNS]).place(header, name)
        assert place
        self.apply([Write(COLUMNS, *place, ((value,),))])  # type: ignore[list-item]

    def heading(self, old: str, new: str) -> None:
        """Renames a heading on the Plan sheet."""
        block = self.snapshot["Plan"]
        row, column = next(
            (r, c) for r, cells in enumerate(block.rows, 1) for c, v in enumerate(cells, 1) if r < 8 and v == old
        )
        self.apply([Write("Plan", row, column, ((new,),))])

    def new_column(self, heading: str, **settings: object) -> None:
        """Adds a column on both sheets."""
        block = self.snapshot[COLUMNS]
        row = next(r for r in range(ColumnRows(block).top + 1, 200) if not block.at(r, 1))
        for name, value in {"header": heading, **settings}.items():
            at = next(i for i, c in enumerate(SHEET_COLUMNS, 1) if c.name == name)
            self.apply([Write(COLUMNS, row, at, ((value,),))])  # type: ignore[list-item]
        plan = self.snapshot["Plan"]
        top = next(r for r, cells in enumerate(plan.rows, 1) if cells and cells[0] == "ID")
        self.apply([Write("Plan", top, len(plan.rows[top - 1]) + 1, ((heading,),))])

    def validate(self):
        result = validate(self.snapshot, self.later())
        self.apply(result.changes)
        return result


def test_a_renamed_heading_takes_effect_also_for_returns_already_out():
    master = Changing()
    issued = master.issue()["Learning Lead"]
    master.says_of("Progress Update", "header", "News")
    master.heading("Progress Update", "News")
    merged = master.merge(back(issued, L002_progress_update="Second course held."))
    assert merged.returns and master.says("L002.progress_update") == "Second course held."
    assert "Progress Update" in str(
        master.snapshot[COLUMNS].at(*ColumnRows(master.snapshot[COLUMNS]).place("News", "aliases"))
    )
    assert "News" in [str(v) for row in master.snapshot[ISSUED_SHEET].rows[:8] for v in row]
    assert master.plan.schema.column_headed("Progress Update").key == "progress_update"


def test_what_was_merged_before_a_heading_was_renamed_is_undone_after():
    master = Changing()
    issued = master.issue()["Learning Lead"]
    before = master.values()
    master.merge(back(issued, L002_progress_update="Second course held."))
    master.says_of("Progress Update", "header", "News")
    master.heading("Progress Update", "News")
    assert not master.undo(issued.id).left_cells
    assert master.values() == before


def test_a_heading_renamed_twice_with_a_press_between_is_still_known():
    master = Changing()
    issued = master.issue()["Learning Lead"]
    for old, new in (("Progress Update", "News"), ("News", "Latest news item")):
        master.says_of(old, "header", new)
        master.heading(old, new)
        master.validate()
    master.merge(back(issued, L002_progress_update="Second course held."))
    assert master.says("L002.progress_update") == "Second course held."


def test_a_new_column_takes_effect_and_returns_already_out_keep_their_seal():
    master = Changing()
    issued = master.issue()["Learning Lead"]
    master.new_column("Budget holder", kind="text", edited_by="Yes")
    assert "budget_holder" in master.plan.schema
    master.validate()
    assert (
        master.snapshot[COLUMNS].at(*ColumnRows(master.snapshot[COLUMNS]).place("Budget holder", "key"))
        == "budget_holder"
    )
    merged = master.merge(back(issued, L002_progress_update="Second course held."))
    assert merged.returns and not merged.refused
    again = master.issue(owner="Learning Lead")["Learning Lead"]
    merged = master.merge(back(again, L002_budget_holder="Ann"))
    assert merged.returns and master.says("L002.budget_holder") == "Ann"


def test_columns_in_another_order_break_no_seal():
    master = Changing()
    issued = master.issue()["Learning Lead"]
    block = master.snapshot[COLUMNS]
    top = ColumnRows(block).top
    rows = list(block.rows)
    rows[top], rows[top + 3] = rows[top + 3], rows[top]
    master.snapshot = replace(
        master.snapshot, sheets=tuple(replace(b, rows=rows) if b.name == COLUMNS else b for b in master.snapshot.sheets)
    )
    merged = master.merge(back(issued, L002_progress_update="Second course held."))
    assert merged.returns and not merged.refused


def test_a_column_given_up_breaks_no_seal():
    master = Changing()
    issued = master.issue()["Learning Lead"]
    rows = ColumnRows(master.snapshot[COLUMNS])
    row, _ = rows.place("Performance & Outcome Measures", "header")
    master.apply([Write(COLUMNS, row, 1, ((None,) * len(COLUMNS_HEADINGS),))])
    merged = master.merge(back(issued, L002_progress_update="Second course held."))
    assert merged.returns and master.says("L002.progress_update") == "Second course held."


def test_two_headings_exchanged_while_returns_are_out_are_refused():
    master = Changing()
    master.issue()
    for old, new in (("Progress Update", "x1"), ("RAG", "Progress Update"), ("x1", "RAG")):
        master.says_of(old, "header", new)
        master.heading(old, new)
    result = master.validate()
    assert {f.rule for f in result.findings} == {"former-heading"} and result.findings[0].cell
    with pytest.raises(NotAMaster, match="was the heading of the column that is now"):
        _ = master.plan


def test_a_heading_changed_on_one_sheet_alone_is_told_with_both_cells():
    for on_columns in (True, False):
        master = Changing()
        if on_columns:
            master.says_of("Progress Update", "header", "News")
        else:
            master.heading("Progress Update", "News")
        cell = ColumnRows(master.snapshot[COLUMNS]).address("News" if on_columns else "Progress Update")
        (finding,) = master.validate().findings
        assert finding.place == "Plan!I5"
        assert (
            f"{COLUMNS}!{cell}" in finding.message
            and "'News'" in finding.message
            and "'Progress Update'" in finding.message
        )


def test_a_changed_kind_takes_effect_at_the_next_press():
    master = Changing()
    master.says_of("Timescale", "kind", "date")
    assert any("Ongoing" in str(f.value) and f.column == "Timescale" for f in master.validate().findings)
    master.says_of("Timescale", "kind", "dat")
    (finding,) = master.validate().findings
    assert finding.sheet == COLUMNS and "Did you mean date?" in finding.remedy
    assert master.snapshot["Problems"].rows[4][1] == finding.place

"""Plans whose cells are merged over lines or over the rows of one, as Word's tables are pasted."""

from datetime import date

from masters import KEEPING, block

from hrworkbook.plan.schema import load_schema, read_schema
from hrworkbook.plan.snapshot import Block
from hrworkbook.verbs.new import new

HEADS = ["Theme", "Ref", "Priority", "Owner", "Timescale", "Measures", "RAG", "Progress"]
PLAIN = load_schema("delivery-plan")


def made(rows, merges=(), schema=PLAIN):
    return new(schema, KEEPING, date(2026, 11, 26), [Block("Plan", rows, tuple(merges))])


def says(draft, key):
    return [values.get(key) for _, values in draft.lines]


def test_what_is_merged_downwards_is_said_of_each_of_its_lines():
    rows = [
        HEADS,
        ["Staff", "A", "Hire well", "HR Lead", "Ongoing", "Posts filled", "Green", "Two."],
        [None, "A", None, "Pay Lead", "May 2027", "Fewer agency staff", "Red", "None."],
        [None, "B", "Train", "HR Lead", "2027", "All trained", "Amber", None],
        ["Safety", "A", "Audit", "HR Lead", "2027", "Audited", "Amber", None],
    ]
    draft = made(rows, [(2, 1, 4, 1), (2, 3, 3, 3)])
    assert says(draft, "theme") == ["Staff", "Staff", "Staff", "Safety"]
    assert says(draft, "priority") == ["Hire well", "Hire well", "Train", "Audit"]
    assert says(draft, "owner") == ["HR Lead", "Pay Lead", "HR Lead", "HR Lead"]
    assert "2 cells merged over several lines were read for each of them." in draft.notes
    assert not any("first cell only" in note for note in draft.notes)


def test_a_table_pasted_from_word_has_one_line_for_each_of_its_own():
    rows = [
        HEADS,
        ["Staff", "A", "Hire well", "HR Lead", "Ongoing", "Posts filled", "Green", "Two posts."],
        [None, None, None, None, None, "Fewer agency staff", None, "Three to come."],
        [None, None, None, None, None, "Happier teams", None, None],
        ["Staff", "B", "Train", "Pay Lead", "2027", "All trained", "Amber", "Begun."],
        [None, None, None, None, None, None, None, "Half done."],
    ]
    merges = [(2, c, 4, c) for c in (1, 2, 3, 4, 5, 7)] + [(5, c, 6, c) for c in (1, 2, 3, 4, 5, 6, 7)]
    draft = made(rows, merges)
    assert says(draft, "measures") == ["Posts filled\nFewer agency staff\nHappier teams", "All trained"]
    assert says(draft, "progress_update") == ["Two posts.\nThree to come.", "Begun.\nHalf done."]
    assert says(draft, "rag") == ["Green", "Amber"] and not draft.unplaced
    assert any("2 lines stood over several rows each" in note for note in draft.notes)


def test_rows_with_a_date_or_a_status_of_their_own_are_lines_of_their_own():
    rows = [
        HEADS,
        ["Staff", "A", "Hire well", "HR Lead", "May 2027", "Posts filled", "Green", "Two."],
        [None, None, None, None, "June 2027", "Fewer agency staff", "Red", "None."],
    ]
    draft = made(rows, [(2, c, 3, c) for c in (1, 2, 3, 4)])
    assert says(draft, "rag") == ["Green", "Red"] and says(draft, "owner") == ["HR Lead", "HR Lead"]


def test_a_plan_without_themes_keeps_headings_between_listed():
    source = PLAIN.source.replace('theme = "theme"\n', "")
    rows = [HEADS[1:], ["STAFF"], ["A", "Hire well", "HR Lead", "Ongoing"]]
    assert [u.value for u in made(rows, schema=read_schema(source, "x.toml")).unplaced] == ["STAFF"]


def test_many_merged_cells_are_told_in_one_sentence():
    rows = [HEADS, *([["Staff", "A", f"Priority {n}", "HR Lead", "2027", "m", "Red", "p"] for n in range(20)])]
    draft = made(rows, [(r, 6, r + 1, 6) for r in range(2, 22, 2)])
    assert [n for n in draft.notes if "merged" in n] == [
        "10 cells merged over several lines were read for each of them."
    ]


def test_an_owner_made_of_two_others_is_told():
    table = "Theme|Ref|Priority|Owner\nA|A|One|Head of HR & OD, Pay Lead\nA|B|Two|Head of HR & OD\nA|C|Three|Pay Lead\nA|D|Four|Pay Lead and Chair"
    draft = new(PLAIN, KEEPING, date(2026, 11, 26), [block(table)])
    (note,) = (n for n in draft.notes if "one owner" in n)
    assert note.startswith("'Head of HR & OD, Pay Lead' is read as one owner.")


def test_line_ends_of_other_systems_are_one_kind_in_the_plan():
    from hrworkbook.ooxml.load_workbook import load
    from hrworkbook.plan.model import read_plan
    from hrworkbook.render.master_workbook import master_workbook

    draft = made([HEADS, ["Staff", "A", "Hire", "HR Lead", None, "One\r\nTwo\rThree", None, None]])
    (line,) = read_plan(load(master_workbook(draft), "m.xlsx").snapshot).lines
    assert line.values["measures"] == "One\nTwo\nThree"

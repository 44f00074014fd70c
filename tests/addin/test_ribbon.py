"""The HR Plan tab: one table, two ribbon parts, one module of words."""

import re
from xml.etree import ElementTree

import pytest
from ribbon_check import ICONS

from hrworkbook.addin.package import macros_folder, our_modules
from hrworkbook.addin.ribbon import NAMESPACES, buttons_module, read_ribbon, ribbon_xml
from hrworkbook.plan.errors import SchemaFileError

TEXT = (macros_folder() / "ribbon.toml").read_text("utf-8")
RIBBON = read_ribbon(TEXT)
MODULES = {m.name: m.source for m in our_modules()}


def test_the_tab_has_every_button_where_the_officer_looks():
    assert RIBBON.tab == "HR Plan"
    assert {g.label: [b.label for b in g.buttons] for g in RIBBON.groups} == {
        "Plan": ["Validate", "Next problem", "Adopt"],
        "Returns": ["Issue", "Merge", "Decide", "Undo", "Received", "Chase"],
        "Committee": ["Appendix", "PDF", "Close period"],
        "Help": ["Help"],
    }


def test_both_parts_say_the_same_in_their_own_namespace():
    trees = [ElementTree.fromstring(ribbon_xml(RIBBON, namespace)) for namespace in NAMESPACES.values()]
    assert [t.tag.partition("}")[0][1:] for t in trees] == list(NAMESPACES.values())
    said = [[(e.tag.partition("}")[2], e.attrib) for e in tree.iter()] for tree in trees]
    assert said[0] == said[1]
    assert [e["id"] for tag, e in said[0] if tag == "button"] == [b.verb for b in RIBBON.buttons]


def test_every_button_is_a_command_too():
    from hrworkbook.cli.main import COMMANDS

    for button in RIBBON.buttons:
        word = button.command_line.split()[1]
        assert word in COMMANDS or word == "--help", button.verb


def test_words_are_plain_and_short_enough_to_read():
    for button in RIBBON.buttons:
        assert button.image in ICONS
        assert len(button.label) <= 14 and len(button.title) <= 45
        assert button.text.endswith(".") and not re.search(
            r"\b(record|entity|payload|manager|VBA|JSON|Python)\b", button.text
        )
        assert len(button.text) < 300
    assert all(b.ask.endswith(("?", ".")) and "?" in b.ask for b in RIBBON.buttons if b.ask)


def test_what_cannot_be_taken_back_in_excel_asks_first():
    assert {b.verb for b in RIBBON.buttons if b.ask} == {"undo", "roll"}


def test_only_help_and_adopt_work_without_a_plan():
    assert {b.verb for b in RIBBON.buttons if b.needs == "nothing"} == {"help"}
    assert {b.verb for b in RIBBON.buttons if b.needs == "file"} == {"adopt"}


def test_characters_that_xml_and_basic_reserve_are_escaped():
    odd = TEXT.replace('title = "Check the plan"', 'title = "Check \\"R&D\\" <now>"').replace(
        "Checks every", 'Checks "every'
    )
    ribbon = read_ribbon(odd)
    tree = ElementTree.fromstring(ribbon_xml(ribbon, "n"))
    assert tree.find(".//{n}button").get("screentip") == 'Check "R&D" <now> (hrworkbook validate)'
    assert 'TextOf = "Checks ""every line' in buttons_module(ribbon)


def test_the_words_module_is_the_table():
    source = MODULES["HRButtons"]
    for function, values in (
        ("TextOf", {b.verb: b.text for b in RIBBON.buttons}),
        ("NeedsOf", {b.verb: b.needs for b in RIBBON.buttons}),
        ("QuestionOf", {b.verb: b.ask for b in RIBBON.buttons if b.ask}),
    ):
        found = re.findall(rf'Case "(\w+)": {function} = "(.*)"\r', source)
        assert {verb: text.replace('""', '"') for verb, text in found} == values


def test_every_function_the_callbacks_use_is_there():
    used = set(re.findall(r"HRButtons\.(\w+)", MODULES["HRRibbon"]))
    assert used == {"TextOf", "NeedsOf", "QuestionOf"}
    assert used <= set(re.findall(r"Public Function (\w+)", MODULES["HRButtons"]))
    assert "Public Sub RunClick(" in MODULES["HRPython"] and "HRPython.RunClick Verb" in MODULES["HRRibbon"]
    for function in ("GetConfig", "FileExists", "ParentFolder", "CreateGUID", "WScript", "XLPy"):
        assert f"{function}(" in MODULES["HRPython"] or f"{function}." in MODULES["HRPython"]
        assert re.search(rf"^Function {function}\(|^Public Function {function}\(", MODULES["xlwings"], re.MULTILINE)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('keytip = "V"', 'keytipp = "V"', "there is no setting 'keytipp'"),
        ('keytip = "V"', "", "the setting 'keytip' is missing"),
        ('keytip = "V"', "keytip = 5", "keytip is 5"),
        ('keytip = "V"', 'keytip = "N"', "two buttons have the key tip 'N'"),
        ('verb = "next"', 'verb = "validate"', "two buttons have the name 'validate'"),
        ('verb = "next"', 'verb = "Next one"', "one word in small letters"),
        ('needs = "nothing"', 'needs = "nothin"', "Choose nothing, file, plan or writing"),
        ('tab = "HR Plan"', 'tab = "HR Plan', "not TOML"),
        ('ask = "Take back', 'ask = "Take\\nback', "line break"),
        ("Says where", "Says where" + "x" * 900, "900 at most"),
        ('label = "Plan"', 'lable = "Plan"', "there is no setting 'lable'"),
    ],
)
def test_a_slip_in_the_table_is_refused_with_its_place(old, new, says):
    assert old in TEXT
    with pytest.raises(SchemaFileError, match=re.escape(says)) as fault:
        read_ribbon(TEXT.replace(old, new, 1))
    assert str(fault.value).startswith("ribbon.toml")

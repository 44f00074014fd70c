"""Schemas: what is read, what is refused, and a council's own copy."""

import pytest
from masters import NOW, draft, make_master, snapshot_of

from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.schema import load_schema, read_schema, shipped_schemas
from hrworkbook.verbs.issue import issue
from hrworkbook.verbs.validate import validate

SMALL = """
name = "small"
title = "Small plan"
[lists]
State = ["Open", "Closed"]
[[columns]]
key = "what"
header = "What"
required = true
[[columns]]
key = "state"
header = "State"
kind = "choice"
list = "State"
edited_by = "owner"
"""


@pytest.mark.parametrize("name", sorted(shipped_schemas()))
def test_every_shipped_schema_reads_and_makes_a_master(name, tmp_path):
    schema = load_schema(name)
    assert schema.title and schema.columns
    assert read_plan(snapshot_of(make_master(tmp_path, schema=schema))).schema == schema


REFUSED = [
    ("a typo in a setting", 'header = "What"', 'heder = "What"', "there is no setting 'heder'. Did you mean 'header'?"),
    ("a missing header", 'header = "What"\n', "", "column 1 'what': 'header' is missing"),
    ("an unknown kind", 'kind = "choice"', 'kind = "choise"', "there is no kind 'choise'. Did you mean 'choice'?"),
    ("a flag in quotes", "required = true", 'required = "yes"', "'required' is 'yes'. Give true or false"),
    ("a list that is not there", 'list = "State"', 'list = "Stat"', "there is no list 'Stat'. Did you mean 'State'?"),
    ("a choice without words", 'list = "State"\n', "", "a choice needs its words"),
    ("an unknown editor", 'edited_by = "owner"', 'edited_by = "owners"', "Did you mean 'owner'?"),
    ("two columns with one key", 'key = "state"', 'key = "what"', "two columns share the key 'what'"),
    ("two columns with one header", 'header = "State"', 'header = "what"', "two columns share the header or alias"),
    ("a header that is the ID's", 'header = "What"', 'header = "ID"', "is the plan's own"),
    ("a key with spaces", 'key = "what"', 'key = "wh at"', "the key 'wh at' cannot be used"),
    ("broken TOML", 'title = "Small plan"', 'title = "Small plan', "this is not valid TOML"),
    ("no title", 'title = "Small plan"', "", "'title' is missing"),
    ("a section misspelt", "[lists]", "[list]", "there is no setting or section 'list'. Did you mean 'lists'?"),
    ("one bracket too few", "[[columns]]\nkey = \"state\"", "[columns]\nkey = \"state\"", "not valid TOML"),
    ("a width of nothing", "required = true", "width = 1", "the width is 1"),
    ("a header on two lines", 'header = "State"', 'header = "The\\nstate"', "the header has a line break"),
    ("a prefix that is no word", 'name = ', 'id_prefix = "=1"\nname = ', "'=1' cannot begin an ID"),
    ("words that are no words", 'State = ["Open", "Closed"]', "State = [true, false]", "'State' is [True, False]"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "good", "bad", "says"), REFUSED, ids=[r[0] for r in REFUSED])
def test_what_is_not_known_is_refused_with_place_and_suggestion(what, good, bad, says):
    assert good in SMALL
    with pytest.raises(SchemaFileError) as refused:
        read_schema(SMALL.replace(good, bad), "small.toml")
    assert str(refused.value).startswith("small.toml")
    assert says in str(refused.value)


RULES_REFUSED = [
    ('[[rules]]\nrule = "overdu"\ncolumn = "what"', "there is no rule 'overdu'. Did you mean 'overdue'?"),
    ('[[rules]]\nrule = "overdue"\ncolumn = "whta"', "there is no column 'whta'. Did you mean 'what'?"),
    ('[[rules]]\nrule = "overdue"', "'column' is missing"),
    ('[[rules]]\nrule = "overdue"\ncolumn = "what"\nseverity = "eror"', "Did you mean 'error'?"),
    ('[roles]\nowners = "what"', "there is no setting 'owners'. Did you mean 'owner'?"),
    ('[[rules]]\nrule = "not-over"\ncolumn = "what"\nlimit = "state"', "the column 'state' holds no amounts"),
    ('[[column]]\nkey = "more"', "small.toml, line 17: there is no setting or section 'column'"),
    ('[appendix]\npaper = "A5"', "there is no choice 'A5' for 'paper'"),
    ("[appendix]\nsize = 14", "the size is 14. Give 8 to 12 points"),
    ('[appendix]\ncolumns = ["what", "stat"]', "there is no column 'stat'. Did you mean 'state'?"),
]


@pytest.mark.parametrize(("more", "says"), RULES_REFUSED)
def test_rules_roles_and_layout_are_checked_too(more, says):
    with pytest.raises(SchemaFileError) as refused:
        read_schema(f"{SMALL}\n{more}\n", "small.toml")
    assert says in str(refused.value)


def test_a_word_for_done_is_one_of_the_status():
    roles = '[roles]\nstatus = "state"\n'
    assert read_schema(f'done = ["closed"]\n{SMALL}\n{roles}', "small.toml").done == ("closed",)
    with pytest.raises(SchemaFileError, match="done, line 1: there is no status 'Finished'. Choose Closed or Open"):
        read_schema(f'done = ["Finished"]\n{SMALL}\n{roles}', "small.toml")


def test_a_schema_that_is_not_there_is_refused_with_the_nearest_name():
    with pytest.raises(SchemaFileError, match="Did you mean 'delivery-plan'?"):
        load_schema("delivery-plna")


OUR_PLAN = """
name = "our-plan"
title = "Our people plan"
id_prefix = "PP"
done = ["Done"]
[roles]
theme = "pillar"
owner = "lead"
status = "state"
progress = "news"
[lists]
State = ["Not begun", "Under way", "Done"]
[[columns]]
key = "lead"
header = "Lead officer"
kind = "owners"
required = true
[[columns]]
key = "pillar"
header = "Pillar"
required = true
[[columns]]
key = "goal"
header = "Goal"
required = true
[[columns]]
key = "state"
header = "State"
kind = "choice"
list = "State"
edited_by = "owner"
[[columns]]
key = "news"
header = "News"
edited_by = "owner"
roll = "clear"
[[columns]]
key = "cost"
header = "Cost"
kind = "money"
[[rules]]
rule = "known-owner"
column = "lead"
[[rules]]
rule = "reported"
column = "news"
[appendix]
columns = ["goal", "lead", "state", "news"]
font = "Arial"
"""
"""A council's own schema: columns added (cost), renamed (pillar, goal, news), reordered (lead first), dropped (ref)."""


def test_a_council_adapts_a_schema_without_touching_code(tmp_path):
    """The whole job runs on a schema that adds, renames, reorders and drops columns."""
    from hrworkbook.render.appendix.write_appendix import write_appendix
    from hrworkbook.verbs.appendix import appendix

    own = tmp_path / "our_plan.toml"
    own.write_text(OUR_PLAN, encoding="utf-8")
    table = """
    Lead officer | Pillar | Goal        | State     | News    | Cost
    HR Lead      | People | Hire well   | under way | Begun.  | £19k
    HR Lead      | Pay    | Review pay  | Dnoe      |         | lots
    """
    path = make_master(tmp_path, table, schema=load_schema(str(own)), owners={"HR Lead": "hr@council.example"})
    snapshot = snapshot_of(path)
    found = validate(snapshot, NOW)
    assert [(f.cell, f.rule) for f in found.findings] == [("E7", "choice"), ("G7", "money"), ("F7", "reported")]
    issued = issue(snapshot, NOW, anyway=True)
    assert [(r.owner.role, [x.id for x in r.lines]) for r in issued.returns] == [("HR Lead", ["PP001", "PP002"])]
    made = appendix(snapshot, NOW, anyway=True)
    assert [c.header for c in made.public.columns] == ["Goal", "Lead officer", "State", "News"]
    assert made.public.setup.font == "Arial"
    assert write_appendix(made.public).startswith(b"PK")


def test_the_schema_goes_with_the_master(tmp_path):
    """A master knows its schema although the file it was made from is gone."""
    assert read_plan(snapshot_of(make_master(tmp_path))).schema.name == "delivery-plan"
    assert draft().schema.source.startswith("# A delivery plan")

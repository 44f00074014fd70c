"""docs/schema.md names every setting, with its form and default, and nothing else: the program is asked for each."""

import re
from dataclasses import MISSING
from pathlib import Path

import pytest

from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.schema import ROLES, AppendixLayout, CollectionSettings, Column, Schema, read_schema
from hrworkbook.plan.schema_model import ScorecardSettings

PAGE = (Path(__file__).parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
PLAN = 'name = "n"\ntitle = "t"\n{top}\n[[columns]]\nkey = "a"\nheader = "A"\n{column}\n{rest}'
SECTIONS = {
    "The plan itself": ("top", "{}", Schema),
    "`[[columns]]`": ("column", "{}", Column),
    "`[appendix]`": ("rest", "[appendix]\n{}", AppendixLayout),
    "`[scorecard]`": ("rest", "[scorecard]\n{}", ScorecardSettings),
    "`[collect]`": ("rest", '[collect]\nneeds = ["a"]\nperiod = "a"\n{}', CollectionSettings),
}
CHOICES = [("plan", "theme_from"), ("column", "edited_by"), ("column", "roll"), ("appendix", "paper"), ("appendix", "orientation"), ("appendix", "font"), ("column", "unit"), ("column", "good"), ("column", "worked_out"), ("scorecard", "good"), ("scorecard", "frequency"), ("scorecard", "year_to_date")]  # fmt: skip


def rows_under(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading of the page, without its head."""
    part = PAGE.split(f"# {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert table
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[0].splitlines()[2:]]


def refusal(text: str) -> str:
    """Return what the program says against a schema."""
    with pytest.raises(SchemaFileError) as refused:
        read_schema(text, "s.toml")
    return str(refused.value)


def with_setting(section: str, setting: str) -> str:
    place, form, _ = SECTIONS[section]
    parts = {"top": "", "column": "", "rest": ""}
    # A setting given twice is no TOML: those the frame already has are replaced.
    name = setting.split(" ")[0]
    frame = re.sub(rf"(?m)^{name} = .*\n" if place != "column" else r"(?!)", "", form)
    text = PLAN.format(**parts | {place: frame.format(setting)})
    if place == "top":
        text = re.sub(rf"(?m)\A(.*?)^{name} = \"\w\"\n", r"\1", text, count=1, flags=re.DOTALL) if name in ("name", "title") else text  # fmt: skip
    if place == "column" and name in ("key", "header"):
        text = re.sub(rf'(?m)^{name} = "[aA]"\n', "", text)
    return text


def words_offered(message: str) -> set[str]:
    """Return the words that a refusal offers."""
    offered = re.search(r"Choose (.*?)\.?$", message, re.DOTALL)
    assert offered, message
    return set(re.split(r", | or ", offered[1]))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_is_there_with_its_form_and_default(section):
    told = {row[0].strip("`"): row for row in rows_under(section)}
    known = words_offered(refusal(with_setting(section, "qqqq = 1")))
    sections = {"appendix", "collect", "columns", "either", "lists", "roles", "rules", "scorecard", "spellings"}
    assert set(told) == known - (sections if section == "The plan itself" else set())
    fields = SECTIONS[section][2].__dataclass_fields__
    for name, (_, form, default, what) in told.items():
        assert f"Give {form}" in refusal(with_setting(section, f"{name} = 2020-01-01")), name
        value = () if fields[name].default is MISSING else fields[name].default
        given = default == "must be given" or (section == "`[collect]`" and name in ("needs", "period"))
        if not given:
            shown = {True: "`true`", False: "`false`"}.get(value, f"`{value:g}`" if isinstance(value, (int, float)) else f"`{value}`" if value else "none")  # fmt: skip
            assert default == shown, name
        assert len(what) > 8


@pytest.mark.parametrize(("section", "setting"), CHOICES)
def test_every_choice_of_a_setting_is_told(section, setting):
    heading = next(s for s in SECTIONS if section in s)
    (row,) = [row for row in rows_under(heading) if row[0] == f"`{setting}`"]
    offered = words_offered(refusal(with_setting(heading, f'{setting} = "qqqq"')))
    assert offered == set(re.findall(r"`([\w-]+)`", row[3])) | ({row[2].strip("`")} & offered)


def test_what_must_be_given_is_said_so():
    for section in SECTIONS:
        for name, _, default, _ in rows_under(section):
            bare = "[collect]\n" if "collect" in section else ""
            if default == "must be given":
                text = with_setting(section, f"{name.strip('`')} = 1").replace(f"{name.strip('`')} = 1", "")
                assert f"{name.strip('`')}' is missing" in refusal(text + bare if "[collect]" not in text else text)


def test_kinds_and_roles_are_those_of_the_program():
    assert {row[0].strip("`"): row[1] for row in rows_under("Kinds")} == {k.name: k.description for k in KINDS.values()}
    assert [row[0].strip("`") for row in rows_under("`[roles]`")] == list(ROLES)


def test_every_rule_with_its_settings_is_there():
    told = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in rows_under("`[[rules]]`")}
    rule = '[[rules]]\nrule = "{}"\n{}'
    assert set(told) == words_offered(refusal(PLAN.format(top="", column="", rest=rule.format("qqqq", ""))))
    for name, settings in told.items():
        text = PLAN.format(top="", column="", rest=rule.format(name, "qqqq = 1"))
        assert settings | {"rule", "severity"} == words_offered(refusal(text)), name

"""Whole plans in shapes of their own, read without a schema: every line, every owner, every cell."""

from datetime import date
from pathlib import Path

import pytest
from own_plans import OWN_PLANS, build
from published_plans import PUBLISHED_PLANS

from hrworkbook.adopting.read_workbook import OwnPlan, read_workbook
from hrworkbook.hosts.adopted_package import workbook_helps
from hrworkbook.intake.reader import read_file
from hrworkbook.plan.values import as_text, is_blank
from hrworkbook.verbs.adopt import owners_named

PLANS = OWN_PLANS | PUBLISHED_PLANS


@pytest.fixture(params=PLANS, scope="module")
def case(request, tmp_path_factory):
    path = build(PLANS[request.param], tmp_path_factory.mktemp("own") / "plan.xlsx")
    return PLANS[request.param], read(path)


def read(path: Path) -> OwnPlan:
    return read_workbook(
        read_file(path, fills=True).blocks, path.name, (), workbook_helps(path.read_bytes(), path.name)
    )


def value(own: OwnPlan, line, role: str):
    column = own.drawn.schema.role(role)
    return as_text(line.values.get(column.key)) if column else ""


def test_its_lines_are_what_is_to_be_done(case):
    plan, own = case
    assert [value(own, x, "priority") for x in own.plan.lines] == plan.lines


def test_its_columns_have_their_roles(case):
    plan, own = case
    schema = own.drawn.schema
    derived = {d.means for d in own.drawn.columns if d.source is None}
    assert {role: schema[key].header for role, key in schema.roles.items() if role not in derived} == plan.means


def test_its_themes_are_those_of_the_lines(case):
    plan, own = case
    found = [value(own, x, "theme") for x in own.plan.lines]
    assert found == (list(plan.themes) or [""] * len(plan.lines))


def test_its_owners_are_named(case):
    plan, own = case
    assert list(owners_named(own, date(2025, 11, 28))) == list(plan.owners)


def test_a_person_is_asked_what_a_person_would_ask(case):
    plan, own = case
    assert len(own.questions) == plan.asked, [q.what for q in own.questions]


def test_every_cell_is_placed_or_listed(case):
    plan, own = case
    assert own.cells == own.placed + len(own.left_out)
    reasons = " ".join({u.reason for u in own.left_out})
    assert [words for words in plan.elsewhere if words not in reasons] == []


def test_hidden_columns_are_private(case):
    plan, own = case
    assert [c.header for c in own.drawn.schema.columns if c.private] == list(plan.private)


def test_values_are_as_shown(case):
    plan, own = case
    by_text = {value(own, x, "priority"): x for x in own.plan.lines}
    keys = {d.column.header: d.column.key for d in own.drawn.columns}
    for (line, heading), wanted in plan.values.items():
        assert as_text(by_text[line].values[keys[heading]]) == wanted


def test_no_value_of_a_column_is_lost(case):
    """Whatever stands in the lines' rows stands in the lines."""
    _, own = case
    for line in own.plan.lines:
        assert any(not is_blank(v) for v in line.values.values())


def test_words_that_say_done_are_found_in_their_parts():
    words = {
        "two languages": ("Cwblhawyd / Complete",),
        "months across": ("B",),
        "a key below": ("Blue",),
        "figures for a status": (),
    }
    assert {name: drawn_done(name) for name in words} == words


def drawn_done(name: str) -> tuple[str, ...]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return tuple(read(build(PLANS[name], Path(folder) / "plan.xlsx")).drawn.schema.done)

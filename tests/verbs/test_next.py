"""Next: from problem to problem, in the order of the Problems sheet."""

import openpyxl
from masters import OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli.main import main
from hrworkbook.verbs.next import next


def test_the_problems_come_one_after_the_other_and_then_again(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish", "Plan!D7": None})
    main(["validate", str(path)])
    snapshot = snapshot_of(path)
    places, at = [], ("", "")
    for _ in range(4):
        found = next(snapshot, at)
        places.append(found.place)
        at = found.changes.goto
    assert places == ["Plan!H6", "Plan!D7", "Plan!I8", "Plan!H6"]


def test_a_problem_is_found_where_its_line_went(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish"})
    main(["validate", str(path)])
    rows = [list(r) for r in snapshot_of(path)["Plan"].rows[5:7]]
    swapped = {f"Plan!{chr(65 + c)}{6 + r}": rows[1 - r][c] for r in range(2) for c in range(9)}
    type_into(path, swapped)
    assert next(snapshot_of(path)).place == "Plan!H7"


def test_without_problems_it_says_so(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    assert main(["next", str(path)]) == 0
    assert "Press Validate" in capsys.readouterr().out


def test_the_place_one_is_at_may_leave_out_the_plan_and_must_be_a_cell(tmp_path, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish", "Plan!D7": None})
    main(["validate", str(path)])
    capsys.readouterr()
    assert main(["next", str(path), "--after", "h6"]) == 1
    assert "Plan!D7" in capsys.readouterr().out
    assert main(["next", str(path), "--after", "the RAG"]) == 2
    assert capsys.readouterr().err == "--after: 'the RAG' is no cell. Give one such as Plan!H7.\n"


def test_a_master_saved_by_a_library_still_leads_to_its_problems(tmp_path):
    """openpyxl keeps the formula of a jump and drops the text it shows."""
    path = make_master(tmp_path, THREE, owners=OWNERS)
    type_into(path, {"Plan!H6": "amber-ish"})
    main(["validate", str(path)])
    openpyxl.load_workbook(path).save(path)
    assert next(snapshot_of(path)).place == "Plan!H6"

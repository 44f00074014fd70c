"""Next: from problem to problem, in the order of the Problems sheet."""

from masters import OWNERS, THREE, make_master, snapshot_of, type_into

from hrworkbook.cli import main
from hrworkbook.next import next


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

"""Small files with their right values, or the question that names the cell: ../shared/cases, through the command line.

A case that is not yet right is listed in `NOT_YET`; one that is listed and right fails, so the table can only shrink.
"""

import pytest
from cases import CASES, Case, all_cases, faults_of, run_case

NOT_YET: frozenset[str] = frozenset({
})  # fmt: skip


def _param(case: Case) -> object:
    marks = [pytest.mark.xfail(strict=True, reason="not yet right")] if case.id in NOT_YET else []
    return pytest.param(case, id=case.id, marks=marks)


@pytest.mark.parametrize("case", [_param(case) for case in all_cases()])
def test_a_case_ends_with_its_right_value_or_a_question(case: Case, tmp_path):
    assert faults_of(case, run_case(case, tmp_path)) == []


def test_the_cases_are_here_and_those_not_yet_right_are_among_them():
    if not CASES.exists():
        pytest.skip("the shared test data is not here (cases)")
    assert {case.id for case in all_cases()} >= NOT_YET

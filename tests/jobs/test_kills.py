"""A few kills of each command; `python tests/kills.py` makes hundreds."""

import random
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no fork", allow_module_level=True)

from kills import JOBS, Job, survive

KILLS = 4


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_a_killed_command_leaves_all_as_before_or_as_after(job: Job) -> None:
    assert survive(job, KILLS, random.Random(11)).total() == KILLS

"""Scenarios of a plan's quarter, made at random, with an oracle that knows what each answer was meant for.

By hand: `python tests/support/scenarios 10000 [SEED]`. Each line of a plan has an identity of its own here, its number, which
goes with its text wherever HR or an owner moves it; the program is never asked which line is which. Every tenth scenario goes
through real files.
"""

from scenarios.scenario import Scenario
from scenarios.trial import Trial, judge_many
from scenarios.words import SCHEMA

__all__ = ["SCHEMA", "Scenario", "Trial", "judge_many"]

"""Buttons: every button of the tab has its verb, its command and its work."""

from hrworkbook.addin.package import macros_folder
from hrworkbook.addin.ribbon import read_ribbon
from hrworkbook.buttons import BUTTONS
from hrworkbook.cli import COMMANDS


def verbs_of_the_tab() -> set[str]:
    return {b.verb for b in read_ribbon((macros_folder() / "ribbon.toml").read_text(encoding="utf-8")).buttons}


def test_every_button_has_its_work_and_nothing_works_without_a_button():
    assert set(BUTTONS) == verbs_of_the_tab()


def test_every_button_has_a_command_of_the_same_word():
    assert verbs_of_the_tab() - {"help", "pdf"} <= set(COMMANDS)

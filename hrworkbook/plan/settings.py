"""Settings in a TOML file that HR officers edit: each of a known name and the right form, or refused with a suggestion."""

import difflib
import re
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeGuard, get_args, get_origin

from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.values import storable_text, with_line_feeds

TEXT, FLAG, NUMBER, WORDS = "a text in quotes", "true or false", "a number above 0", "a list of texts in [ ]"
PAIRS = 'a text for each word, such as {Red = "red"}'
"""The forms a setting may have."""
_FORMS: dict[Any, str] = {
    str: TEXT, bool: FLAG, float: NUMBER, tuple[str, ...]: WORDS, Mapping[str, str]: PAIRS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettingPlace:
    """Where a setting stands in a schema, however that is spelled."""

    section: str = ""
    """`columns`, `rules`, `roles`, `lists`, `appendix`, `collect`, `either`; '' for the plan itself."""
    number: int = 0
    """Which column or rule, counted from 1; 0 for none of them, or where only its name is known."""
    name: str = ""
    """The column's key or the rule's name."""
    setting: str = ""

    def of(self, setting: str) -> "SettingPlace":
        """Return the place of one setting there."""
        return replace(self, setting=setting)

    def __str__(self) -> str:
        """Return the place as a TOML file has it."""
        if self.section in ("columns", "rules") and (self.number or self.name):
            noun = self.section[:-1] + (f" {self.number}" if self.number else "")
            name = f" '{self.name}'" if self.name else ""
            return noun + name + (f", {self.setting}" if self.setting and self.section == "rules" else "")
        brackets = f"[[{self.section}]]" if self.section in ("columns", "rules") else f"[{self.section}]"
        return " ".join(p for p in (brackets if self.section else "", self.setting) if p)


def settings_of(record: type, *, leave_out: Collection[str] = ()) -> dict[str, str]:
    """Return the form of each setting that a dataclass declares, by name; fields of any other type are no settings."""
    hints = {f.name: f.type for f in fields(record) if f.name not in leave_out}
    return {
        name: TEXT if get_origin(hint) is Literal else _FORMS[hint] for name, hint in hints.items() if _is_form(hint)
    }


def _is_form(hint: object) -> TypeGuard[Hashable]:
    return get_origin(hint) is Literal or hint in _FORMS


def choices_of(*records: type) -> dict[str, tuple[str, ...]]:
    """Return the words of each setting that a dataclass declares as one of several, by name."""
    return {f.name: get_args(f.type) for record in records for f in fields(record) if get_origin(f.type) is Literal}


def _as_held(value: Any) -> Any:
    """Return a setting's value as a record has it: lists as tuples, each text as a cell of a workbook can hold it."""
    if isinstance(value, str):
        return with_line_feeds(storable_text(value)).strip()
    if isinstance(value, dict):
        return {_as_held(key): _as_held(one) for key, one in value.items()}
    return tuple(_as_held(one) for one in value) if isinstance(value, list) else value


class SettingsFile:
    """One such file being read: knows its name and text, for the places in its complaints."""

    def __init__(self, file: str, text: str, choices: Mapping[str, tuple[str, ...]]) -> None:
        self.file = file
        self.text = text
        self.choices = choices
        """The words a setting of that name may hold."""

    def error(self, place: SettingPlace, fault: str, remedy: str, line: str = "") -> SchemaFileError:
        """Return the complaint about a place in the file."""
        return SchemaFileError(", ".join(p for p in (self.file, str(place), line) if p), fault, remedy)

    def called(self, setting: str) -> str:
        """Return what a column's setting is called in this file."""
        return setting

    def unknown_error(
        self, place: SettingPlace, what: str, word: str, known: Iterable[str], of: str = ""
    ) -> SchemaFileError:
        """Return the complaint about a word that is none of the known ones, with the nearest of them."""
        known = sorted(known)
        near = difflib.get_close_matches(word, known, 1, 0.6)
        advice = f"Did you mean '{near[0]}'? " if near else ""
        there = re.escape(word)
        alone = re.compile(rf"^\s*(\[+\s*)?[\"']?{there}[\"']?\s*[=\]]|[\"']{there}[\"']|[{{,]\s*{there}\s*=")
        line = next((f"line {i}" for i, at in enumerate(self.text.splitlines(), 1) if alone.search(at)), "")
        return self.error(place, f"there is no {what} '{word}'{of}", f"{advice}Choose {join_words(known, 'or')}", line)

    def table(self, place: SettingPlace, table: object, known: Mapping[str, str]) -> dict[str, Any]:
        """Return the table's settings, each of a known name and the right form; lists become tuples."""
        if not isinstance(table, dict):
            raise self.error(place, "this must be a table of settings", "Write one setting a line, as name = value")
        settings: dict[str, Any] = {}
        for name, value in table.items():
            if name not in known:
                raise self.unknown_error(place, "setting", name, known)
            form = known[name]
            good = {
                TEXT: isinstance(value, str),
                FLAG: isinstance(value, bool),
                NUMBER: isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0,
                WORDS: isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value),
                PAIRS: isinstance(value, dict) and all(isinstance(v, str) for v in value.values()),
            }[form]
            if not good:
                raise self.error(place.of(name), f"'{name}' is {value!r}", f"Give {form}")
            if name in self.choices and place.section != "roles" and value not in self.choices[name]:
                raise self.unknown_error(place.of(name), "choice", value, self.choices[name], f" for '{name}'")
            settings[name] = _as_held(value)
        return settings

    def tables(self, data: dict[str, Any], name: str) -> list[Any]:
        """Return the tables of that name."""
        tables = data.get(name, [])
        if not isinstance(tables, list):
            raise self.error(SettingPlace(name), "this must be a list of tables", f"Write [[{name}]] with two brackets")
        return tables

    def check_key(self, place: SettingPlace, key: str, keys: Iterable[str]) -> None:
        """Refuse a column that is not there."""
        if key not in keys:
            raise self.unknown_error(place, "column", key, keys)

"""JSON from outside, taken apart without trusting it: its size, its depth, its numbers and the type of each part."""

import json
from collections.abc import Collection
from math import isfinite
from typing import Any, NoReturn, TypeVar

from hrworkbook.ooxml.limits import MB
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.values import shorten

MAX_BYTES = 64 * MB
"""Bytes of one text: a plan of 5,000 lines has five million."""

_REMEDY = "Reload the page and try again; if it happens again, report it"
_Part = TypeVar("_Part")
_NAMES = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


def refuse(place: str, fault: str, remedy: str = _REMEDY) -> NoReturn:
    """Raise UnreadableFile for a part of some JSON."""
    raise UnreadableFile(place, fault, remedy)


def read_json(text: str | bytes, what: str) -> dict[str, Any]:
    """Return the object that a JSON text holds; `what` names it in messages.

    Raises UnreadableFile where it is too large, too deep, no JSON, no object, or has NaN, a number without end or a name twice.
    """
    if len(text) > MAX_BYTES:
        refuse(
            what, f"it has more than {MAX_BYTES // MB} million bytes", "Delete rows and sheets the plan does not need"
        )

    def no_number(word: str) -> NoReturn:
        refuse(what, f"{word} is no number of a sheet")

    def number(digits: str) -> float:
        found = float(digits)
        return found if isfinite(found) else no_number(shorten(digits, 20))

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            refuse(what, "a name stands twice in one object")
        return found

    try:
        found = json.loads(
            text, parse_constant=no_number, parse_float=number, parse_int=number, object_pairs_hook=object_of
        )
    except RecursionError:
        refuse(what, "it is nested too deeply")
    except (ValueError, UnicodeDecodeError):
        refuse(what, "it is not JSON")
    return part(found, dict, what)


def part(value: object, kind: type[_Part], place: str) -> _Part:
    """Return a part of some JSON that is of a type; raises UnreadableFile for another. A whole number comes as int."""
    if kind is int and type(value) is float and value.is_integer() and abs(value) < 1e9:
        return kind(value)  # type: ignore[call-arg]
    if type(value) is not kind:
        refuse(place, f"it is not {_NAMES[kind]}")
    return value


def check_names(found: dict[str, Any], must: Collection[str], may: Collection[str], place: str) -> None:
    """Raise UnreadableFile where an object lacks a name or has one that is not known."""
    for name in must:
        if name not in found:
            refuse(place, f"'{name}' is missing")
    for name in found:
        if name not in must and name not in may:
            refuse(place, f"'{shorten(name, 40)}' is not known here")


def list_of(value: object, types: tuple[type, ...], place: str) -> tuple[Any, ...]:
    """Return a list of fixed length, such as row, column and text, as a tuple; raises UnreadableFile for another."""
    found = part(value, list, place)
    if len(found) != len(types):
        refuse(place, f"it has {len(found)} parts where {len(types)} belong")
    return tuple(part(each, kind, place) for each, kind in zip(found, types, strict=True))

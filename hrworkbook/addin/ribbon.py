"""The HR Plan tab, from one table of buttons: both ribbon parts, and the module that knows their words."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast
from xml.sax.saxutils import quoteattr

from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.findings import join_words

NAMESPACES: dict[str, str] = {
    "customUI/customUI14.xml": "http://schemas.microsoft.com/office/2009/07/customui",
    "customUI/customUI.xml": "http://schemas.microsoft.com/office/2006/01/customui",
}
"""The part Excel 2010 and later reads, and the one that other programs keep when they save."""

ButtonNeeds = Literal["nothing", "file", "plan", "writing"]
_NEEDS = ("nothing", "file", "plan", "writing")
_LONGEST_TEXT = 900
"""A supertip holds 1,024 characters, a line of VBA 1,023; the reason for a greyed button comes on top."""


@dataclass(frozen=True, slots=True)
class RibbonButton:
    """One button: its verb is its id, its callback's argument and its command."""

    verb: str
    label: str
    keytip: str
    image: str
    needs: ButtonNeeds
    title: str
    text: str
    ask: str = ""
    command: str = ""
    large: bool = False

    @property
    def command_line(self) -> str:
        """What does the same without Excel: `hrworkbook merge`."""
        return f"hrworkbook {self.command or self.verb}"


@dataclass(frozen=True, slots=True)
class RibbonGroup:
    """One group of the tab."""

    name: str
    label: str
    buttons: tuple[RibbonButton, ...]


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The tab."""

    tab: str
    keytip: str
    groups: tuple[RibbonGroup, ...]

    @property
    def buttons(self) -> tuple[RibbonButton, ...]:
        """Every button, from left to right."""
        return tuple(button for group in self.groups for button in group.buttons)


def read_ribbon(text: str, place: str = "ribbon.toml") -> Ribbon:
    """Return the tab that `ribbon.toml` describes; raises SchemaFileError for a setting that is unknown, missing or doubled."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SchemaFileError(place, f"it is not TOML: {fault}") from None
    _check_settings(table, {"tab": str, "keytip": str, "group": list}, {}, place)
    groups = []
    for group in table["group"]:
        _check_settings(
            group, {"name": str, "label": str, "button": list}, {}, f"{place}, group {group.get('name', '?')}"
        )
        groups.append(RibbonGroup(group["name"], group["label"], tuple(_button(b, place) for b in group["button"])))
    ribbon = Ribbon(table["tab"], table["keytip"], tuple(groups))
    _refuse_duplicates([b.verb for b in ribbon.buttons] + [f"group {g.name}" for g in groups], "name", place)
    _refuse_duplicates([b.keytip for b in ribbon.buttons], "key tip", place)
    return ribbon


def ribbon_xml(ribbon: Ribbon, namespace: str) -> bytes:
    """One ribbon part; the two parts differ in nothing but their namespace."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<customUI xmlns="{namespace}" onLoad="HRRibbon.OnLoad">',
        "  <ribbon>",
        "    <tabs>",
        f"      <tab {_attributes(id='hrplan', label=ribbon.tab, keytip=ribbon.keytip, getVisible='HRRibbon.GetVisible')}>",
    ]
    for group in ribbon.groups:
        lines.append(f"        <group {_attributes(id=f'group_{group.name}', label=group.label)}>")
        lines += [f"          <button {_button_attributes(button)}/>" for button in group.buttons]
        lines.append("        </group>")
    lines += ["      </tab>", "    </tabs>", "  </ribbon>", "</customUI>", ""]
    return "\n".join(lines).encode()


def buttons_module(ribbon: Ribbon) -> str:
    """Return the source of the module HRButtons: what each button says, needs and asks."""
    lines = [
        'Attribute VB_Name = "HRButtons"',
        "' What each button of the HR Plan tab says, needs and asks. Made from ribbon.toml by hrworkbook build.",
        "Option Explicit",
    ]
    for function, values in (
        ("TextOf", {b.verb: b.text for b in ribbon.buttons}),
        ("NeedsOf", {b.verb: b.needs for b in ribbon.buttons}),
        ("QuestionOf", {b.verb: b.ask for b in ribbon.buttons if b.ask}),
    ):
        lines += ["", f"Public Function {function}(ByVal Verb As String) As String", "    Select Case Verb"]
        for verb, value in values.items():
            lines.append(f'        Case "{verb}": {function} = "{value.replace(chr(34), chr(34) * 2)}"')
        lines += ["    End Select", "End Function"]
    return "\n".join(lines) + "\n"


def _button(table: dict[str, Any], place: str) -> RibbonButton:
    place = f"{place}, button {table.get('verb', '?')}"
    must = dict.fromkeys(("verb", "label", "keytip", "image", "needs", "title", "text"), str)
    _check_settings(table, must, {"ask": str, "command": str, "large": bool}, place)
    if table["needs"] not in _NEEDS:
        raise SchemaFileError(place, f"needs is '{table['needs']}'", f"Choose {join_words(_NEEDS, 'or')}")
    if not re.fullmatch(r"[a-z]+", table["verb"]):
        raise SchemaFileError(place, "a verb is one word in small letters", "It is the command's name, too")
    for key in ("text", "ask"):
        value = table.get(key, "")
        if "\n" in value or len(value) > _LONGEST_TEXT:
            raise SchemaFileError(
                place, f"{key} has {len(value)} characters or a line break", f"{_LONGEST_TEXT} at most"
            )
    return RibbonButton(**{**table, "needs": cast(ButtonNeeds, table["needs"])})


def _button_attributes(button: RibbonButton) -> str:
    return _attributes(
        id=button.verb,
        label=button.label,
        keytip=button.keytip,
        imageMso=button.image,
        size="large" if button.large else "normal",
        screentip=f"{button.title} ({button.command_line})",
        getSupertip="HRRibbon.GetSupertip",
        getEnabled="HRRibbon.GetEnabled",
        onAction="HRRibbon.OnAction",
    )


def _attributes(**values: str) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in values.items())


def _check_settings(table: dict[str, Any], must: Mapping[str, type], may: Mapping[str, type], place: str) -> None:
    for key, value in table.items():
        kind = must.get(key) or may.get(key)
        if kind is None:
            known = join_words([f"'{k}'" for k in (*must, *may)])
            raise SchemaFileError(place, f"there is no setting '{key}'", f"The settings are {known}")
        if not isinstance(value, kind):
            raise SchemaFileError(place, f"{key} is {value!r}", f"Write it as {kind.__name__}")
    for key in must:
        if key not in table:
            raise SchemaFileError(place, f"the setting '{key}' is missing", "Add it")


def _refuse_duplicates(names: list[str], what: str, place: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SchemaFileError(place, f"two buttons have the {what} '{name}'", "Give one another")

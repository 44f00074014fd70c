"""A plan's schema: its columns, rules and appendix layout, read from TOML.

HR officers edit these files, so every unknown setting, kind or rule is refused with its place and a suggestion.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hrworkbook.errors import SchemaFileError
from hrworkbook.findings import Severity, listed
from hrworkbook.kinds import KINDS, Kind
from hrworkbook.settings import FLAG, NUMBER, TEXT, WORDS, SettingsFile
from hrworkbook.values import folded

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

    from hrworkbook.checks import CouncilCheck

ID_HEADER = "ID"
OUR_HEADERS = (ID_HEADER, "Closed period", "Closed on", "Issued as")
"""Headers the project's own sheets set beside the plan's columns."""


@dataclass(frozen=True)
class Column:
    """One column of the plan."""

    key: str
    header: str
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    group: str = ""
    required: bool = False
    edited_by: str = "hr"
    """Who may change it in a return: `owner` or `hr`."""
    width: float = 20.0
    """Width on the Plan sheet, in characters."""
    words: tuple[str, ...] = ()
    """The words of a choice, where they stand in the schema."""
    list: str = ""
    """The heading on the master's Lists sheet whose words a choice takes."""
    help: str = ""
    """Shown when the cell is entered."""
    roll: str = "keep"
    """What closing a period does to it: `keep`, `clear`, or `carry` (kept until a new text replaces it)."""

    @property
    def by_owner(self) -> bool:
        """Whether the owner may change it."""
        return self.edited_by == "owner"

    @property
    def type(self) -> Kind:
        """The kind's checks and parsing."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Rule:
    """One rule across cells or lines; its settings are column keys or words."""

    name: str
    severity: Severity
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class AppendixLayout:
    """How the appendix is printed."""

    title: str = ""
    columns: tuple[str, ...] = ()
    """Keys in print order; empty means every column."""
    paper: str = "A4"
    orientation: str = "landscape"
    font: str = "Calibri"
    size: float = 10
    """Points, 8 to 12."""
    theme_headings: bool = True
    groups: bool = False
    """Whether the group headings stand above the column headings."""
    once: tuple[str, ...] = ()
    """Columns whose repeated text is shown once for neighbouring lines."""


@dataclass(frozen=True)
class Collecting:
    """How returns that nobody issued are read; words are matched whatever their case and spacing."""

    needs: tuple[str, ...] = ()
    """Columns without which a table is no such return."""
    period: str = ""
    """The column of the month a line is for."""
    year: tuple[str, ...] = ()
    """Headings of columns that give the year of a line."""
    month: tuple[str, ...] = ()
    """Headings of columns that give its month."""
    cover: tuple[str, ...] = ()
    """What stands beside the month on a cover sheet."""
    sums: tuple[str, ...] = ()
    """What stands in the first key column of a sender's own line of totals."""
    unheaded: tuple[str, ...] = ()
    """Columns that may stand at the left without a heading, in this order."""
    trend: tuple[str, ...] = ()
    """Columns of figures whose change on the month and on the year the appendix shows."""
    none: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    not_available: tuple[str, ...] = ()
    suppressed: tuple[str, ...] = ()
    """Words that stand where a number would, beyond those known to every plan."""


@dataclass(frozen=True)
class Schema:
    """A plan's whole schema."""

    name: str
    title: str
    columns: tuple[Column, ...]
    roles: Mapping[str, str]
    """What a column means to the verbs: theme, reference, owner, due, status, progress, planned, actual, …"""
    rules: tuple[Rule, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    done: tuple[str, ...] = ()
    """Status words that mean nothing more is to be done."""
    appendix: AppendixLayout = AppendixLayout()
    id_prefix: str = "L"
    key: tuple[str, ...] = ()
    """Columns that together know a line, for collections of returns nobody issued."""
    collect: Collecting | None = None
    """How to read returns nobody issued; None for a plan whose returns are issued."""
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Ways a phrase is written in headings, by the phrase."""
    either: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Headings that may be one column's or another's, and which ones."""
    source: str = ""
    """The TOML text it was read from."""

    @cached_property
    def _by_key(self) -> dict[str, Column]:
        return {c.key: c for c in self.columns}

    def __getitem__(self, key: str) -> Column:
        return self._by_key[key]

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def role(self, name: str) -> Column | None:
        """The column with this role, or None where the plan has none."""
        key = self.roles.get(name)
        return self[key] if key else None

    def by_header(self, header: str) -> Column | None:
        """The column whose header or alias this is, after normalising; None where there is none."""
        wanted = folded(header)
        names = {c.key: (c.header, c.key.replace("_", " "), *c.aliases) for c in self.columns}
        return next((self[key] for key, said in names.items() if wanted in map(folded, said)), None)

    def to_pandera(
        self, *, by: 'Literal["header", "key"]' = "header", lists: Mapping[str, Sequence[str]] | None = None,
        owners: Iterable[str] | None = None, today: date | None = None, warn: bool = True,
        checks: "Iterable[CouncilCheck]" = (),
    ) -> "DataFrameSchema":  # fmt: skip
        """Return the schema as a pandera DataFrameSchema, whose failure cases are the messages Validate tells.

        Its columns are called as in the plan (`by="header"`) or by key, take any dtype, and may be blank as far as
        pandera is concerned: that one must be filled in is a check like each kind and rule, all registered by name.
        `lists` are the words of a master's Lists sheet; without `owners` nobody asks whether an owner is known; `today`
        is the day on which a line is overdue. With `warn` what is only odd is pandera's SchemaWarning, else it is
        among the failure cases with the severity `warning`.

        Raises CheckFileError where one of a council's own `checks` does not fit the schema.
        """
        from hrworkbook.frames.compile import to_pandera

        return to_pandera(self, by=by, lists=lists, owners=owners, today=today, warn=warn, checks=checks)


ROLES = (
    "theme", "reference", "priority", "owner", "due", "status", "progress", "planned", "actual", "part", "paragraph", "reason",
)  # fmt: skip

_PLAN = {"name": TEXT, "title": TEXT, "id_prefix": TEXT, "done": WORDS, "key": WORDS}
_COLUMN = {
    "key": TEXT, "header": TEXT, "kind": TEXT, "aliases": WORDS, "group": TEXT, "required": FLAG,
    "edited_by": TEXT, "width": NUMBER, "words": WORDS, "list": TEXT, "help": TEXT, "roll": TEXT,
}  # fmt: skip
_APPENDIX = {
    "title": TEXT, "columns": WORDS, "paper": TEXT, "orientation": TEXT, "font": TEXT, "size": NUMBER,
    "theme_headings": FLAG, "groups": FLAG, "once": WORDS,
}  # fmt: skip
_COLLECT = {
    "needs": WORDS, "period": TEXT, "year": WORDS, "month": WORDS, "cover": WORDS, "sums": WORDS, "unheaded": WORDS,
    "trend": WORDS, "none": WORDS, "not_applicable": WORDS, "not_available": WORDS, "suppressed": WORDS,
}  # fmt: skip
_CHOICES = {
    "edited_by": ("hr", "owner"),
    "roll": ("keep", "clear", "carry"),
    "paper": ("A4", "A3"),
    "orientation": ("landscape", "portrait"),
    "font": ("Calibri", "Arial"),
    "severity": ("error", "warning"),
}

RULES: dict[str, dict[str, str]] = {
    "one-value-per": {"column": TEXT, "per": WORDS},
    "unique": {"columns": WORDS},
    "known-owner": {"column": TEXT},
    "overdue": {"column": TEXT},
    "not-over": {"column": TEXT, "limit": TEXT},
    "reported": {"column": TEXT},
    "needed-when": {"column": TEXT, "when": TEXT, "is": WORDS},
    "adds-up": {"total": TEXT, "parts": WORDS},
}
"""Every rule with its settings; each may also have `severity`."""

COLUMN_SETTINGS = ("column", "columns", "per", "limit", "when", "total", "parts")
_OF_AMOUNTS = ("not-over", "adds-up")
_NO_AMOUNTS = ("reference", "choice", "owners", "timescale", "date", "yes-no", "email", "period")


def read_schema(text: str, file: str) -> Schema:
    """The schema a TOML text describes.

    Raises SchemaFileError, with the file, the place in it and a suggestion, for anything it does not know.
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise SchemaFileError(
            file, f"this is not valid TOML: {error}", "Mend that line; the shipped schemas show the form"
        ) from None
    return _Reading(file, text).schema(data)


class _Reading(SettingsFile):
    """One schema file being read."""

    def __init__(self, file: str, text: str) -> None:
        super().__init__(file, text, _CHOICES)

    def schema(self, data: dict[str, Any]) -> Schema:
        sections = {"columns", "rules", "roles", "lists", "appendix", "collect", "spellings", "either"}
        for name in data:
            if name not in sections and name not in _PLAN:
                raise self.unknown("", "setting or section", name, sections | set(_PLAN))
        top = self.table("", {k: v for k, v in data.items() if k not in sections}, _PLAN)
        for needed in ("name", "title"):
            if not top.get(needed, "").strip():
                raise self.refuse("", f"'{needed}' is missing", f'Add a line {needed} = "…" at the top')
        if not re.fullmatch(r"[A-Za-z]{0,6}", prefix := top.get("id_prefix", "")):
            raise self.refuse("id_prefix", f"'{prefix}' cannot begin an ID", "Use one to six letters, such as L")
        lists = self.words("lists", data)
        columns = self.columns(data.get("columns", []), lists)
        keys = [c.key for c in columns]
        for key in top.get("key", ()):
            self.known_key("key", key, keys)
        roles = self.roles(data.get("roles", {}), keys)
        either = self.words("either", data)
        for key in (key for several in either.values() for key in several):
            self.known_key("[either]", key, keys)
        self.done(top.get("done", ()), next((c for c in columns if c.key == roles.get("status")), None), lists)
        return Schema(
            columns=tuple(columns),
            roles=roles,
            rules=tuple(self.rule(i, r, columns) for i, r in enumerate(self.tables(data, "rules"), 1)),
            lists=lists,
            appendix=self.appendix(data.get("appendix", {}), keys),
            collect=self.collect(data["collect"], keys) if "collect" in data else None,
            spellings=self.words("spellings", data),
            either=either,
            source=self.text,
            **top,
        )

    def words(self, section: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """A section whose settings are the file's own, each with its words."""
        table = data.get(section, {})
        return self.table(f"[{section}]", table, dict.fromkeys(table, WORDS))

    def collect(self, table: object, keys: list[str]) -> Collecting:
        settings = self.table("[collect]", table, _COLLECT)
        for needed in ("needs", "period"):
            if not settings.get(needed):
                raise self.refuse("[collect]", f"'{needed}' is missing", f"Give {_COLLECT[needed]}")
        for key in (settings["period"], *settings["needs"], *settings.get("unheaded", ()), *settings.get("trend", ())):
            self.known_key("[collect]", key, keys)
        return Collecting(**settings)

    def columns(self, tables: object, lists: Mapping[str, Any]) -> list[Column]:
        if not isinstance(tables, list) or not tables:
            raise self.refuse(
                "[[columns]]", "there are no columns", "Add a [[columns]] table for each column of the plan"
            )
        columns: list[Column] = []
        for i, table in enumerate(tables, 1):
            name = table.get("key") or table.get("header") if isinstance(table, dict) else None
            place = f"column {i}" + (f" '{name}'" if name else "")
            columns.append(self.column(place, self.table(place, table, _COLUMN), lists))
        self.distinct("key", (c.key for c in columns))
        self.distinct("header or alias", (h for c in columns for h in {folded(h) for h in (c.header, *c.aliases)}))
        return columns

    def column(self, place: str, settings: dict[str, Any], lists: Mapping[str, Any]) -> Column:
        for needed in ("key", "header"):
            if not settings.get(needed, "").strip():
                raise self.refuse(place, f"'{needed}' is missing", f'Add a line {needed} = "…"')
        column = Column(**settings)
        if not column.key.replace("_", "").isalnum() or not column.key.isascii():
            raise self.refuse(place, f"the key '{column.key}' cannot be used", "Use letters, digits and _ only")
        if len(column.header.splitlines()) > 1:
            raise self.refuse(
                place, "the header has a line break", "Write it on one line; Excel breaks it where needed"
            )
        if len(set(map(folded, column.words))) < len(column.words):
            raise self.refuse(place, "a word stands twice in 'words'", "Keep one of the two")
        if column.kind not in KINDS:
            raise self.unknown(place, "kind", column.kind, KINDS)
        if folded(column.header) in map(folded, OUR_HEADERS):
            raise self.refuse(
                place, f"the header '{column.header}' is the plan's own", "Choose another header, such as 'Reference'"
            )
        if column.kind == "choice" and not (column.words or column.list):
            raise self.refuse(
                place, "a choice needs its words", 'Add words = ["…", "…"], or list = "…" for a list on the Lists sheet'
            )
        if column.list and column.list not in lists:
            raise (
                self.unknown(place, "list", column.list, lists)
                if lists
                else self.refuse(place, f"there is no list '{column.list}'", f'Add {column.list} = ["…"] under [lists]')
            )
        if not 3 <= column.width <= 120:
            raise self.refuse(place, f"the width is {column.width:g}", "Give a width of 3 to 120 characters")
        return column

    def distinct(self, what: str, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self.refuse("[[columns]]", f"two columns share the {what} '{name}'", "Give each column its own")
            seen.add(name)

    def roles(self, table: object, keys: list[str]) -> dict[str, str]:
        roles = self.table("[roles]", table, dict.fromkeys(ROLES, TEXT))
        for role, key in roles.items():
            self.known_key(f"[roles] {role}", key, keys)
        return roles

    def done(self, words: Iterable[str], status: Column | None, lists: Mapping[str, Any]) -> None:
        known = (status.words or lists.get(status.list, ())) if status else ()
        for word in words:
            if known and folded(word) not in map(folded, known):
                raise self.unknown("done", "status", word, known)

    def rule(self, i: int, table: object, columns: list[Column]) -> Rule:
        name = table.get("rule") if isinstance(table, dict) else None
        place = f"rule {i}" + (f" '{name}'" if name else "")
        if not isinstance(table, dict) or not isinstance(name, str):
            raise self.refuse(place, "'rule' is missing", f'Add a line rule = "…": {listed(sorted(RULES), "or")}')
        if name not in RULES:
            raise self.unknown(place, "rule", name, RULES)
        kinds = {c.key: c.kind for c in columns}
        settings = self.table(place, table, {"rule": TEXT, "severity": TEXT, **RULES[name]})
        severity = settings.pop("severity", "warning")
        del settings["rule"]
        for needed in RULES[name]:
            if needed not in settings:
                raise self.refuse(place, f"'{needed}' is missing", f"Give {RULES[name][needed]}")
            if needed in COLUMN_SETTINGS:
                value = settings[needed]
                for key in (value,) if isinstance(value, str) else value:
                    self.known_key(f"{place}, {needed}", key, kinds)
                    if name in _OF_AMOUNTS and kinds[key] in _NO_AMOUNTS:
                        raise self.refuse(
                            f"{place}, {needed}",
                            f"the column '{key}' holds no amounts",
                            "Choose a column of money or numbers",
                        )
        return Rule(name, severity, settings)

    def appendix(self, table: object, keys: list[str]) -> AppendixLayout:
        settings = self.table("[appendix]", table, _APPENDIX)
        for name in ("columns", "once"):
            for key in settings.get(name, ()):
                self.known_key(f"[appendix] {name}", key, keys)
        if not 8 <= settings.get("size", 10) <= 12:
            raise self.refuse("[appendix]", f"the size is {settings['size']}", "Give 8 to 12 points")
        return AppendixLayout(**settings)


def shipped_schemas() -> dict[str, Path]:
    """The schemas that come with the project, by name (`delivery-plan`)."""
    package = Path(__file__).parent
    folder = next(f for f in (package / "schemas", package.parent / "schemas") if f.is_dir())
    return {path.stem.replace("_", "-"): path for path in sorted(folder.glob("*.toml"))}


def load_schema(name_or_path: str) -> Schema:
    """The shipped schema of that name, or the one in the .toml file at that path."""
    shipped = shipped_schemas()
    path = shipped.get(name_or_path.replace("_", "-"), Path(name_or_path))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise SchemaFileError(path.name, "this is not a text file in UTF-8", "Save it as UTF-8 plain text") from None
    except OSError:
        near = difflib.get_close_matches(name_or_path, shipped, 1)
        advice = (
            f"Did you mean '{near[0]}'?"
            if near
            else f"Give {listed(shipped, 'or')}, or the path of your own .toml file"
        )
        raise SchemaFileError(name_or_path, "there is no such schema", advice) from None
    return read_schema(text, path.name)

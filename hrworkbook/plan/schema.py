"""A plan's schema: its columns, rules and appendix layout, read from TOML.

HR officers edit these files, so every unknown setting, kind or rule is refused with its place and a suggestion.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hrworkbook.plan.errors import SchemaFileError
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.kinds import KINDS
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.schema_model import (
    COLOUR_NAMES,
    EXEMPT_WORDS,
    ID_HEADER,
    PLAN_FORMS,
    PUBLIC_WORDS,
    RESERVED_HEADERS,
    AppendixLayout,
    CellKey,
    CollectionSettings,
    Column,
    Rule,
    Schema,
    ScorecardSettings,
    default_printed,
)
from hrworkbook.plan.scorecard_settings import check_scorecard
from hrworkbook.plan.settings import TEXT, WORDS, SettingPlace, SettingsFile, choices_of, settings_of
from hrworkbook.plan.values import fold_name

__all__ = [
    "ID_HEADER", "RESERVED_HEADERS", "ROLES", "AppendixLayout", "CellKey", "CollectionSettings", "Column", "Rule", "Schema",
    "load_schema", "read_schema", "shipped_schemas",
]  # fmt: skip

ROLES = (
    "theme", "reference", "sub_reference", "priority", "owner", "start", "due", "revised", "status", "complete", "progress",
    "planned", "actual", "target", "unit", "good", "tolerance", "frequency", "accumulation", "by_hand", "measures", "corrective",
    "part", "paragraph", "reason",
)  # fmt: skip

_COLUMN, _APPENDIX, _COLLECT, _SCORECARD = map(
    settings_of, (Column, AppendixLayout, CollectionSettings, ScorecardSettings)
)
_CHOICES = choices_of(Schema, Column, AppendixLayout, ScorecardSettings, Rule)
TOP, COLUMNS, LISTS, APPENDIX, COLLECT, SCORECARD = map(
    SettingPlace, ("", "columns", "lists", "appendix", "collect", "scorecard")
)
_NON_AMOUNT_KINDS = ("reference", "choice", "owners", "timescale", "date", "yes-no", "email", "period")


def read_schema(text: str, file: str) -> Schema:
    """Return the schema a TOML text describes.

    Raises SchemaFileError, with the file, the place in it and a suggestion, for anything it does not know.
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise SchemaFileError(
            file, f"this is not valid TOML: {error}", "Mend that line; the shipped schemas show the form"
        ) from None
    return SchemaReader(file, text).schema(data)


class SchemaReader(SettingsFile):
    """One schema file being read."""

    def __init__(self, file: str, text: str) -> None:
        super().__init__(file, text, _CHOICES)
        self.id_heading = ID_HEADER
        self.lists_are_live = False
        """Whether the lists are those of a master, to which HR adds words."""

    def schema(self, data: dict[str, Any]) -> Schema:
        sections = {"columns", "rules", "roles", "lists", "appendix", "scorecard", "collect", "spellings", "either"}
        for name in data:
            if name not in sections and name not in PLAN_FORMS:
                raise self.unknown_error(TOP, "setting or section", name, sections | set(PLAN_FORMS))
        top = self.table(TOP, {k: v for k, v in data.items() if k not in sections}, PLAN_FORMS)
        for needed in ("name", "title"):
            if not top.get(needed, "").strip():
                raise self.error(TOP.of(needed), f"'{needed}' is missing", f'Add a line {needed} = "…" at the top')
        if not re.fullmatch(r"[A-Za-z]{0,6}", prefix := top.get("id_prefix", "")):
            raise self.error(TOP.of("id_prefix"), f"'{prefix}' cannot begin an ID", "Use one to six letters, such as L")
        self.id_heading = top.get("id_heading", ID_HEADER)
        if not fold_name(self.id_heading):
            raise self.error(
                TOP.of("id_heading"), "the ID's heading has no letter", f"Give it one, such as {ID_HEADER}"
            )
        lists = self.words("lists", data)
        self.distinct(LISTS, "lists", "name", map(self.named_list, lists))
        columns = self.columns(data.get("columns", []), lists)
        keys = [c.key for c in columns]
        for key in top.get("key", ()):
            self.check_key(TOP.of("key"), key, keys)
        roles = self.roles(data.get("roles", {}), keys)
        columns = [self.marking(c, roles, data) for c in columns]
        self.kept_private(columns, roles, (*top.get("key", ()), *self.printed(data)))
        either = self.words("either", data)
        for key in (key for several in either.values() for key in several):
            self.check_key(SettingPlace("either"), key, keys)
        self.done(top.get("done", ()), next((c for c in columns if c.key == roles.get("status")), None), lists)
        return Schema(
            columns=tuple(columns),
            roles=roles,
            rules=tuple(self.rule(i, r, columns) for i, r in enumerate(self.tables(data, "rules"), 1)),
            lists=lists,
            appendix=self.appendix(data.get("appendix", {}), columns, roles),
            scorecard=self.scorecard(data.get("scorecard", {}), columns, roles),
            collect=self.collect(data["collect"], keys) if "collect" in data else None,
            spellings=self.words("spellings", data),
            either=either,
            source=self.text,
            **top,
        )

    def words(self, section: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a section whose settings are the file's own, each with its words."""
        table = data.get(section, {})
        return self.table(SettingPlace(section), table, dict.fromkeys(table, WORDS))

    def scorecard(self, table: object, columns: Sequence[Column], roles: Mapping[str, str]) -> ScorecardSettings:
        """Return how measures are judged; refuse a condition that is none, and what is worked out of nothing or typed as well."""
        settings = ScorecardSettings(**self.table(SCORECARD, table, _SCORECARD))
        check_scorecard(self, settings, columns, roles)
        return settings

    def collect(self, table: object, keys: list[str]) -> CollectionSettings:
        settings = self.table(COLLECT, table, _COLLECT)
        for needed in ("needs", "period"):
            if not settings.get(needed):
                raise self.error(COLLECT.of(needed), f"'{needed}' is missing", f"Give {_COLLECT[needed]}")
        for name in ("period", "needs", "unheaded", "trend"):
            named = settings.get(name, ())
            for key in (named,) if isinstance(named, str) else named:
                self.check_key(COLLECT.of(name), key, keys)
        return CollectionSettings(**settings)

    def columns(self, tables: object, lists: Mapping[str, Any]) -> list[Column]:
        if not isinstance(tables, list) or not tables:
            raise self.error(COLUMNS, "there are no columns", "Add a [[columns]] table for each column of the plan")
        columns: list[Column] = []
        for i, table in enumerate(tables, 1):
            name = table.get("key") or table.get("header") if isinstance(table, dict) else None
            place = SettingPlace("columns", i, name if isinstance(name, str) else "")
            columns.append(self.column(place, self.table(place, table, _COLUMN), lists))
        self.distinct(COLUMNS, "columns", "key", (c.key for c in columns))
        self.distinct(
            COLUMNS,
            "columns",
            "header or alias",
            (h for c in columns for h in {fold_name(h) for h in (c.header, *c.aliases)}),
        )
        return columns

    def column(self, place: SettingPlace, settings: dict[str, Any], lists: Mapping[str, Any]) -> Column:
        for needed in ("key", "header"):
            if not settings.get(needed, "").strip():
                raise self.error(place.of(needed), f"'{needed}' is missing", f'Add a line {needed} = "…"')
        column = Column(**settings)
        if not column.key.replace("_", "").isalnum() or not column.key.isascii():
            raise self.error(
                place.of("key"), f"the key '{column.key}' cannot be used", "Use letters, digits and _ only"
            )
        self.check_header(place.of("header"), column.header)
        if column.kind not in KINDS:
            raise self.unknown_error(place.of("kind"), "kind", column.kind, KINDS)
        if not 3 <= column.width <= 120:
            raise self.error(place.of("width"), f"the width is {column.width:g}", "Give a width of 3 to 120 characters")
        self.check_looks(place, column, lists)
        return self.with_words(place, column, lists)

    def check_looks(self, place: SettingPlace, column: Column, lists: Mapping[str, Any]) -> None:
        """Refuse a number format that is none, and a colour that is none or has no word."""
        if column.number_format:
            from hrworkbook.plan.number_format.code import UnknownCode, sections_of

            try:
                sections_of(column.number_format)
            except UnknownCode:
                fault = f"'{column.number_format}' is no number format"
                raise self.error(
                    place.of("number_format"), fault, "Give a code as Excel has it, such as #,##0.00"
                ) from None
        if column.colours and column.kind != "choice":
            raise self.error(place.of("colours"), "only the words of a choice have colours", "Make it a choice")
        known = column.words or (() if self.lists_are_live else tuple(lists.get(column.list, ())))
        for word, colour in column.colours.items():
            if known and fold_name(word) not in map(fold_name, known):
                raise self.unknown_error(place.of("colours"), "word", word, known)
            if colour.casefold() not in COLOUR_NAMES and not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
                raise self.unknown_error(place.of("colours"), "colour", colour, (*COLOUR_NAMES, "#RRGGBB"))

    def check_header(self, place: SettingPlace, header: str) -> None:
        if len(header.splitlines()) > 1:
            raise self.error(place, "the header has a line break", "Write it on one line; Excel breaks it where needed")
        if not (folded := fold_name(header)):
            raise self.error(place, f"the header '{header}' has no letter or digit", "Give it a header in words")
        if folded in map(fold_name, (self.id_heading, *RESERVED_HEADERS[1:])):
            raise self.error(
                place, f"the header '{header}' is the plan's own", "Choose another header, such as 'Reference'"
            )

    def with_words(self, place: SettingPlace, column: Column, lists: Mapping[str, Any]) -> Column:
        """Return a column with the words of a choice, its list named as under [lists]."""
        if not column.words and not column.list and column.kind == "choice":
            column = replace(column, words=(*column.public, *column.exempt))
        if len(set(map(fold_name, column.words))) < len(column.words):
            raise self.error(place.of("words"), "a word stands twice in 'words'", "Keep one of the two")
        if column.kind == "choice" and not (column.words or column.list):
            raise self.error(
                place.of("words"),
                "a choice needs its words",
                'Add words = ["…", "…"], or list = "…" for a list on the Lists sheet',
            )
        if not column.list:
            return column
        column = replace(column, words=())
        if own_name := next((name for name in lists if fold_name(name) == fold_name(column.list)), ""):
            return replace(column, list=own_name)
        if lists:
            raise self.unknown_error(place.of("list"), "list", column.list, lists)
        raise self.error(
            place.of("list"), f"there is no list '{column.list}'", f'Add {column.list} = ["…"] under [lists]'
        )

    def marking(self, column: Column, roles: Mapping[str, str], data: Mapping[str, Any]) -> Column:
        """Return the column that says what may be published, with the words for it: its own, else the shipped ones."""
        own = {fold_name(w): w for w in (*column.public, *column.exempt)}
        place = SettingPlace("columns", name=column.key, setting="public")
        if column.key != roles.get("part"):
            if own:
                fault = "'public' and 'exempt' belong to the column that says what may be published"
                raise self.error(place, fault, f'Add part = "{column.key}" under [roles]')
            return column
        if len(own) < len(column.public) + len(column.exempt) or "" in own:
            raise self.error(place, "a word of 'public' or 'exempt' stands twice, or has no letter", "Correct it")
        words = column.words or tuple(data.get("lists", {}).get(column.list, ()))
        if own and (strange := next((w for w in words if fold_name(w) not in own), "")):
            remedy = f"Add '{strange}' to '{self.called('public')}' or to '{self.called('exempt')}'"
            raise self.error(place, f"nothing says whether '{strange}' is public or exempt", remedy)
        return with_usual_marks(column)

    @staticmethod
    def printed(data: Mapping[str, Any]) -> list[str]:
        """Return the keys of columns that the file names for print."""
        layout, collect = data.get("appendix", {}), data.get("collect", {})
        named = [
            t.get(n, ()) for t, n in ((layout, "columns"), (layout, "once"), (collect, "trend")) if isinstance(t, dict)
        ]
        return [key for keys in named if isinstance(keys, list) for key in keys]

    def kept_private(self, columns: Iterable[Column], roles: Mapping[str, str], shown: Iterable[str]) -> None:
        """Refuse a private column that owners or the committee would have to see."""
        for column in columns:
            if not column.private:
                continue
            place, own = SettingPlace("columns", name=column.key, setting="private"), self.called("private")
            role = next((r for r, key in roles.items() if key == column.key and r != "part"), "")
            if column.is_owners:
                raise self.error(
                    place, "a private column cannot be the owner's", f"Take out {self.called('edited_by')}, or {own}"
                )
            if role or column.key in shown:
                why = f"is the plan's {role}" if role else "the appendix or the key names it"
                raise self.error(place, f"it is private, and {why}", f"Take it out there, or take out {own}")

    def distinct(self, place: SettingPlace, items: str, what: str, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for name in names:
            if name in seen:
                raise self.error(place, f"two {items} share the {what} '{name}'", f"Give each of the {items} its own")
            seen.add(name)

    def named_list(self, name: str) -> str:
        """Return a list's name folded; raise SchemaFileError where nothing of it is left to know it by."""
        if not (folded := fold_name(name)):
            raise self.error(LISTS, f"the name '{name}' has no letter or digit", "Give the list a name in words")
        return folded

    def roles(self, table: object, keys: list[str]) -> dict[str, str]:
        roles = self.table(SettingPlace("roles"), table, dict.fromkeys(ROLES, TEXT))
        for role, key in roles.items():
            self.check_key(SettingPlace("roles", setting=role), key, keys)
        return roles

    def done(self, words: Iterable[str], status: Column | None, lists: Mapping[str, Any]) -> None:
        known = (status.words or lists.get(status.list, ())) if status else ()
        for word in words:
            if known and fold_name(word) not in map(fold_name, known):
                raise self.unknown_error(TOP.of("done"), "status", word, known)

    def rule(self, i: int, table: object, columns: list[Column]) -> Rule:
        name = table.get("rule") if isinstance(table, dict) else None
        place = SettingPlace("rules", i, name if isinstance(name, str) else "")
        if not isinstance(table, dict) or not isinstance(name, str):
            raise self.error(place, "'rule' is missing", f'Add a line rule = "…": {join_words(sorted(RULES), "or")}')
        if name not in RULES:
            raise self.unknown_error(place, "rule", name, RULES)
        kind = RULES[name]
        settings = self.table(place, table, {"rule": TEXT, "severity": TEXT, **kind.settings})
        severity = settings.pop("severity", "warning")
        del settings["rule"]
        if missing := next((s for s in kind.settings if s not in settings), ""):
            raise self.error(place, f"'{missing}' is missing", f"Give {kind.settings[missing]}")
        kinds = {c.key: c.kind for c in columns}
        for setting in kind.column_settings:
            value = settings[setting]
            for key in (value,) if isinstance(value, str) else value:
                self.check_key(place.of(setting), key, kinds)
                if kind.of_amounts and kinds[key] in _NON_AMOUNT_KINDS:
                    fault = f"the column '{key}' holds no amounts"
                    raise self.error(place.of(setting), fault, "Choose a column of money or numbers")
        return Rule(name, severity, settings)

    def appendix(self, table: object, columns: Sequence[Column], roles: Mapping[str, str]) -> AppendixLayout:
        """Return the layout with every column to print named."""
        keys = [c.key for c in columns]
        settings = self.table(APPENDIX, table, _APPENDIX)
        for name in ("columns", "once"):
            for key in settings.get(name, ()):
                self.check_key(APPENDIX.of(name), key, keys)
        if not 8 <= settings.get("size", 10) <= 12:
            raise self.error(APPENDIX.of("size"), f"the size is {settings['size']}", "Give 8 to 12 points")
        layout = AppendixLayout(**settings)
        printed = layout.columns or tuple(c.key for c in default_printed(columns, roles))
        return replace(layout, columns=printed, once=tuple(key for key in keys if key in layout.once))


def with_usual_marks(column: Column) -> Column:
    """Return a column with the usual words for what may be published and what may not, where it has none of its own."""
    own = {fold_name(w) for w in (*column.public, *column.exempt)}
    return replace(
        column,
        public=column.public or tuple(w for w in PUBLIC_WORDS if fold_name(w) not in own),
        exempt=column.exempt or tuple(w for w in EXEMPT_WORDS if fold_name(w) not in own),
    )


def shipped_schemas() -> dict[str, Path]:
    """Return the schemas that come with the project, by name (`delivery-plan`)."""
    package = Path(__file__).parents[1]
    folder = next(f for f in (package / "schemas", package.parent / "schemas") if f.is_dir())
    return {path.stem.replace("_", "-"): path for path in sorted(folder.glob("*.toml"))}


def load_schema(name_or_path: str) -> Schema:
    """Return the shipped schema of that name, or the one in the .toml file at that path."""
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
            else f"Give {join_words(shipped, 'or')}, or the path of your own .toml file"
        )
        raise SchemaFileError(name_or_path, "there is no such schema", advice) from None
    return read_schema(text, path.name)

"""The settings and the rules below the columns of the Columns sheet, read."""

from collections.abc import Mapping
from typing import Any

from hrworkbook.plan.cell_lists import BadList, split_items
from hrworkbook.plan.columns_sheet import (
    EITHER,
    PARTED,
    PLAN_SETTINGS,
    RULE,
    RULE_HEADINGS,
    SETTING,
    SEVERITY,
    SPELLING,
    THEME_SOURCES,
    VALUE,
    rule_slots,
)
from hrworkbook.plan.rule_kinds import RULES
from hrworkbook.plan.setting_cells import SettingCell, SettingCells
from hrworkbook.plan.settings import TEXT, WORDS
from hrworkbook.plan.snapshot import Block
from hrworkbook.plan.values import fold_name


class SettingRows(SettingCells):
    """The two tables below the columns."""

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self.settings_row = self.table_row((SETTING, VALUE), 1)
        """Where the headings of the settings stand; 0 where they are not there."""
        self.rules_row = self.table_row(RULE_HEADINGS[:2], self.settings_row or 1)

    def settings(self, layout: dict[str, Any]) -> dict[str, Any]:
        """Return the settings of the schema itself, of its appendix and of its collection."""
        data: dict[str, Any] = {"appendix": layout}
        own: dict[str, dict[str, Any]] = {SPELLING: {}, EITHER: {}}
        by_label = {fold_name(s.label): s for s in PLAN_SETTINGS}
        at = self.headings(self.settings_row, (SETTING, VALUE), (SETTING, VALUE)) if self.settings_row else {}
        last = self.rules_row - 1 if self.rules_row else len(self.block.rows)
        for row in range(self.settings_row + 1, last + 1) if len(at) == 2 else ():
            label, cell = self.cell(row, at[SETTING], SETTING), self.cell(row, at[VALUE], VALUE)
            if label.value is None:
                if cell.value is not None:
                    self.fault(label, "this value has no setting beside it", "Enter which setting it is, or clear it")
                continue
            what, _, rest = label.text.partition(PARTED)
            if group := next((g for g in own if rest and fold_name(g) == fold_name(what)), ""):
                self.phrase(own[group], group, rest, cell)
            elif found := by_label.get(fold_name(label.text)):
                place = data if not found.section else data.setdefault(found.section, {})
                if found.name in place:
                    self.fault(label, f"the setting '{found.label}' stands twice", "Keep one of the two")
                self.places[found.section, "", found.name] = cell
                if (value := self.plan_setting(found.name, found.form, found.of_columns, cell)) is not None:
                    place[found.name] = value
            else:
                self.word(label, [s.label for s in PLAN_SETTINGS], "setting", "")
        if not self.settings_row:
            what = f"the table of settings is missing: a row that says {SETTING} and, beside it, {VALUE}"
            self.fault(SettingCell(0, 0, "", None), what, "Take it from the latest backup of the master")
        for name in ("name", "title") if self.settings_row else ():
            if not data.get(name):
                cell = self.places.get(
                    ("", "", name), SettingCell(self.settings_row, at.get(SETTING, 1), SETTING, None)
                )
                self.fault(cell, f"the plan has no {name}", "Enter it")
        return data | {"spellings": own[SPELLING], "either": own[EITHER]}

    def phrase(self, into: dict[str, Any], group: str, rest: str, cell: SettingCell) -> None:
        """Take in a spelling, or a heading that is one column's or another's."""
        try:
            phrase = next(iter(split_items(rest)), "")
        except BadList:
            phrase = rest.strip()
        words = self.read(cell, WORDS) or []
        into[phrase] = words if group == SPELLING else self.column_keys(cell, words)

    def plan_setting(self, name: str, form: str, of_columns: bool, cell: SettingCell) -> Any:
        """Return the value of a setting; None where it is as it would be anyway, or cannot be read."""
        if name == "theme_from" and cell.value is not None:
            sources = {label: source for source, label in THEME_SOURCES.items()}
            return self.word(cell, list(sources), "source of themes", name, sources.__getitem__).get(name)
        if cell.value is None:
            return "" if form == TEXT and name in ("id_prefix", "id_heading", "name", "title") else None
        value = self.read(cell, form)
        if of_columns and value is not None:
            keys = self.column_keys(cell, [value] if isinstance(value, str) else value)
            return keys if form == WORDS else next(iter(keys), None)
        return value

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules."""
        if not self.rules_row:
            return []
        at = self.headings(self.rules_row, RULE_HEADINGS, RULE_HEADINGS)
        rules: list[dict[str, Any]] = []
        for row in range(self.rules_row + 1, len(self.block.rows) + 1) if len(at) == len(RULE_HEADINGS) else ():
            cells = {h: self.cell(row, at[h], h) for h in RULE_HEADINGS}
            if all(c.value is None for c in cells.values()):
                continue
            name = self.word(cells[RULE], list(RULES), "rule", "rule").get("rule")
            if name:
                rules.append(self.rule(name, cells, len(rules) + 1))
        return rules

    def rule(self, name: str, cells: Mapping[str, SettingCell], number: int) -> dict[str, Any]:
        """Return one rule."""
        kind = RULES[name]
        slots = rule_slots(kind)
        made: dict[str, Any] = {"rule": name}
        self.places["rules", str(number), ""] = cells[RULE]
        for setting, heading in slots.items():
            cell = cells[heading]
            self.places["rules", str(number), setting] = cell
            if cell.value is None:
                what = "columns" if setting in kind.columns else "column" if setting in kind.column else "words"
                self.fault(
                    cell, f"the rule {name} needs its {what} here", "Enter what the rule looks at, or clear the row"
                )
                continue
            items = self.read(cell, WORDS)
            if items is None:
                continue
            keys = self.column_keys(cell, items) if setting in kind.column_settings else items
            if setting in kind.column and len(items) > 1:
                self.fault(cell, f"the rule {name} looks at one column here", "Name one, and add a row for each other")
            made[setting] = keys[0] if setting in kind.column and keys else keys
        for heading in RULE_HEADINGS[1:4]:
            if heading not in slots.values() and cells[heading].value is not None:
                self.fault(
                    cells[heading], f"the rule {name} has nothing to do with '{cells[heading].text}'", "Clear the cell"
                )
        if cells[SEVERITY].value is not None:
            made |= self.word(cells[SEVERITY], ("Error", "Warning"), "severity", "severity", str.lower)
        return made

"""How a measure's numbers are shown in a workbook: the number format of its unit."""

from collections.abc import Sequence
from decimal import Decimal

from hrworkbook.plan.amounts import Amount, parse_amount
from hrworkbook.plan.measures.figures import in_unit, parse_figure
from hrworkbook.plan.measures.units import Unit, UnitKind
from hrworkbook.plan.model import Line, Plan
from hrworkbook.plan.schema_model import CellKey
from hrworkbook.plan.values import Value

_MOST_DECIMALS = 2


def figure_code(value: Value, unit: Unit | None) -> str:
    """Return the number format in which a number of a unit is shown; '' for a text, which shows itself, and where none is needed."""
    if unit is None or isinstance(value, str | bool) or not isinstance(value, int | float):
        return ""
    figure = parse_figure(value)
    if figure is None:
        return ""
    if unit.kind is UnitKind.PERCENT:
        is_fraction = in_unit(figure, unit) == figure.value
        decimals = _decimals(figure.value * 100 if is_fraction else figure.value)
        return f"0{decimals}%" if is_fraction else f'0{decimals}"%"'
    if unit.kind is UnitKind.MONEY:
        sign = {1_000_000: '"m"', 1_000: '"k"'}.get(unit.multiple, "")
        return f"£#,##0{_decimals(figure.value) if sign else '.00' if _decimals(figure.value) else ''}{sign}"
    return f"#,##0{_decimals(figure.value)}" if abs(figure.value) >= 1_000 else ""


def _decimals(value: Decimal) -> str:
    exponent = round(value, _MOST_DECIMALS).normalize().as_tuple().exponent
    return "." + "0" * -exponent if isinstance(exponent, int) and exponent < 0 else ""


def figure_codes(plan: Plan, lines: Sequence[Line]) -> dict[CellKey, str]:
    """Return the number format of each number of some lines' measures that needs one, by line ID and column key."""
    keys = [c.key for c in plan.schema.columns if c.kind == "measure" and c.key != plan.schema.roles.get("tolerance")]
    if not keys or "actual" not in plan.schema.roles:
        return {}
    units = {line.id: plan.scorecard.unit_of(line) for line in lines}
    return {
        (line.id, key): code
        for line in lines
        for key in keys
        if (code := figure_code(line.values.get(key), units[line.id]))
    }


def as_number(value: Value) -> Value:
    """Return a text that is nothing but a number as that number, so that a workbook can reckon with it; any other value as it is."""
    if (
        not isinstance(value, str)
        or not value.strip().removeprefix("-").replace(",", "").replace(".", "", 1).isdecimal()
    ):
        return value
    amount = parse_amount(value)
    return float(amount.value) if isinstance(amount, Amount) else value

"""Take arithmetic as a witness: whether the figures of a line bear out that every column was read for what it is.

A total that its parts do not make up is either the sender's own slip or a column read in the wrong place. Where most
lines disagree in the same sum, or all agree one column further on, it looks like the column; where one line disagrees it
looks like a number, and often which.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hrworkbook.collecting.diagnose import MismatchDiagnosis
from hrworkbook.plan.findings import Finding, count_noun
from hrworkbook.plan.schema import Schema
from hrworkbook.plan.sum_checks import LineFigures, Mismatch, SumCheck, SumChecks, difference, format_number


@dataclass
class SumReport:
    """What the arithmetic says of one table's lines."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked_count: int = 0
    """Lines with at least one sum to check."""
    agreeing_count: int = 0
    """Lines among them on which every sum agrees."""
    shifted_lines: dict[int, int] = field(default_factory=dict)
    """Lines, by their index, whose figures add up only so many columns to the right of their headings."""
    is_uncalculated: bool = False
    """Whether on most lines every total is 0 and its parts are not: formulas that nobody worked out."""


def check_sums(
    lines: Sequence[LineFigures], schema: Schema, rules: SumChecks, unknown_headings: Sequence[str] = ()
) -> SumReport:
    """Check every sum and every limit of the schema, as `rules_of` gives them, on every line of one table.

    `unknown_headings` holds the headings of the columns that were not known, of which one may be a part of a sum.
    """
    report = SumReport()
    wrong: dict[int, list[Mismatch]] = defaultdict(list)
    checked_per_rule: Counter[int] = Counter()
    for index, line in enumerate(lines):
        checks = rules.for_lines_with(line.figures)
        offs = {i: difference(line, rules[i]) for i in checks.doubtful(line.figures)}
        outcomes = [i for i in checks.check_numbers if offs.get(i, 0.0) is not None] if offs else checks.check_numbers
        if not outcomes:
            continue
        report.checked_count += 1
        failing = sum(map(bool, offs.values()))
        report.agreeing_count += not failing
        if failing > 1 and (found := _find_shift(line, rules, len(outcomes))):
            report.shifted_lines[index] = found[0]
            report.findings.append(_shift_finding(line, *found, schema))
            continue
        checked_per_rule.update(outcomes)
        for i, off in offs.items():
            if off:
                wrong[i].append((line, off))
    never = sum(_is_uncalculated(line, rules) for line in lines) if any(rules[i].is_sum for i in wrong) else 0
    report.is_uncalculated = never * 5 >= report.checked_count * 3 > 0
    if wrong:
        _report_mismatches(report, wrong, checked_per_rule, rules, schema, unknown_headings)
    return report


def _is_uncalculated(line: LineFigures, rules: SumChecks) -> bool:
    """Return whether every total of a line is 0, of three or more whose parts are not."""
    totals = [
        line.figures[rule.total]
        for rule in rules
        if rule.is_sum and rule.total in line.figures and any(line.figures.get(part) for part in rule.parts)
    ]
    return len(totals) >= 3 and not any(totals)


def _report_mismatches(
    report: SumReport,
    wrong: Mapping[int, Sequence[Mismatch]],
    checked_per_rule: Mapping[int, int],
    rules: Sequence[SumCheck],
    schema: Schema,
    unknown_headings: Sequence[str],
) -> None:
    """Put what is wrong into words: a finding for each line, and a note where most lines fail in the same sum."""
    for i, found in sorted(wrong.items()):
        diagnosis = MismatchDiagnosis(rules[i], found, checked_per_rule[i], rules, schema, unknown_headings)
        if diagnosis.common_cause:
            note = f"on {len(found)} of {count_noun(checked_per_rule[i], 'line')}: {diagnosis.common_cause}."
            report.notes.append(f"{_mismatch_text(rules[i], schema)} {note}")
        report.findings += [_finding(rules[i], line, diagnosis.remedy(line, off), schema) for line, off in found]


def _find_shift(line: LineFigures, rules: SumChecks, checked_per_rule: int) -> tuple[int, str] | None:
    """Return how many columns to the right of their headings the figures add up, and the first key of which this is true.

    None where that explains nothing.
    """
    failing = sum(bool(difference(line, rule)) for rule in rules if rule.is_sum and line.figures.get(rule.total))
    for by in (1, -1, 2, -2) if failing > 1 else (1, -1):
        beside = line.shifted_figures(by)
        keys = [key for key in line.keys if key in line.figures or key in beside]
        figures = {key: beside[key] for key in keys if key in beside}
        supposed = line._replace(figures=figures, unknown_keys=frozenset(), written_value=figures.get)
        for first in keys if failing > 2 else keys[:1]:
            if _all_sums_agree(supposed, rules, checked_per_rule):
                return by, "" if first == keys[0] else first
            figures.pop(first, None)  # from here on, this column stands where it should
            if first in line.figures:
                figures[first] = line.figures[first]
    return None


def _all_sums_agree(line: LineFigures, rules: SumChecks, checked_per_rule: int) -> bool:
    """Return whether every sum of the line agrees, and enough of them to prove something."""
    checks = rules.for_lines_with(line.figures)
    open_ones = set()
    for i in checks.doubtful(line.figures):
        off = difference(line, rules[i])
        if off:
            return False
        if off is None:
            open_ones.add(i)
    outcomes = [rules[i] for i in checks.check_numbers if i not in open_ones]
    proven = sum(rule.is_sum and bool(line.figures.get(rule.total)) for rule in outcomes)
    return len(outcomes) * 3 >= checked_per_rule * 2 and proven >= 3


def _shift_finding(line: LineFigures, by: int, first: str, schema: Schema) -> Finding:
    far = f"{('one', 'two')[abs(by) - 1]} column{'s' if abs(by) > 1 else ''} to the {'right' if by > 0 else 'left'}"
    since = f", from {schema[first].header} on" if first else ""
    return Finding(
        "error", line.sheet, line.address(first), "", None, "moved",
        f"the figures of '{line.name}' stand {far} of their headings{since}: only there do they add up",
        "Move the figures under their headings, or the headings over their figures, and read the file again", line.name,
    )  # fmt: skip


def _mismatch_text(rule: SumCheck, schema: Schema) -> str:
    if rule.is_sum:
        return f"{schema[rule.total].header} is not the sum of its parts"
    return f"{schema[rule.total].header} is over {schema[rule.parts[0]].header}"


def _finding(rule: SumCheck, line: LineFigures, remedy: str, schema: Schema) -> Finding:
    stated, header = line.figures[rule.total], schema[rule.total].header
    if rule.is_sum:
        made = sum(line.figures.get(p, 0) for p in rule.parts)
        fault = f"{header} is {format_number(stated)}, but its parts add up to {format_number(made)}"
    else:
        limit = rule.parts[0]
        fault = f"{header} is {format_number(stated)}, over the {schema[limit].header} of {format_number(line.figures[limit])}"
    return Finding(
        rule.severity, line.sheet, line.address(rule.total), header, stated, "adds-up" if rule.is_sum else "not-over",
        fault, remedy, line.name,
    )  # fmt: skip

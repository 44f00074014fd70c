"""One fault of a file that is to be published, as a finding."""

from hrworkbook.plan.findings import Finding, Severity
from hrworkbook.plan.values import Value

FILE_INSPECT = "Remove it (File, Info, Inspect Document)"


def publishing_fault(
    place: str,
    cell: str,
    rule: str,
    fault: str,
    remedy: str,
    value: Value = None,
    severity: Severity = "error",
) -> Finding:
    """Return the fault as a finding; `place` is a sheet, or the file's name where it is the whole file's."""
    return Finding(severity, place, cell, "", value, rule, fault, remedy)


def count_are(number: int, noun: str) -> str:
    """Return `1 row is`, `3 rows are`."""
    return f"1 {noun} is" if number == 1 else f"{number:,} {noun}s are"

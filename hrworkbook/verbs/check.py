"""Check: what must not leave the building in a workbook, Word document or PDF, and what some of its readers could not read.

The rules are those committee papers are held to: nothing hidden and no personal traces (local government's own guidance
on publishing), the UK Analysis Function's guidance on accessible spreadsheets, and WCAG 2.2 AA.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hrworkbook.checking.document_file import document_findings
from hrworkbook.checking.exempt_lines import kept_back_by
from hrworkbook.checking.pdf_file import pdf_findings
from hrworkbook.checking.publishing_fault import publishing_fault
from hrworkbook.checking.workbook_file import workbook_findings
from hrworkbook.intake.file_kind import detect_kind, detect_package_kind
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.plan.errors import UnreadableFile, reason_of
from hrworkbook.plan.findings import Finding, Severity
from hrworkbook.plan.model import Plan

_SAVE_REMEDY = "Open it in Excel or Word and save it as .xlsx, .docx or .pdf, then check that"
_MAX_PER_RULE = 20
"""Findings told of one rule on one sheet."""


def check(path: Path, plan: Plan | None = None) -> list[Finding]:
    """Every fault of a workbook, document or PDF that is to be published; none for one that may go out.

    With a plan, lines that it keeps back are looked for too.

    Raises UnreadableFile where the file is none of these, or a broken or dangerous one.
    """
    data = _bytes_of(path)
    kept_back = kept_back_by(plan)
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return list(_limit_each_rule(pdf_findings(data, path.name, kept_back)))
    try:
        package, kind = _open_package(data, path.name)
    except UnreadableFile as refusal:
        raise UnreadableFile(path.name, refusal.fault, _SAVE_REMEDY) from None
    if kind == "docx":
        return list(_limit_each_rule(document_findings(package, path.name, kept_back)))
    return list(_limit_each_rule(workbook_findings(package, data, path.name, kept_back)))


def _open_package(data: bytes, name: str) -> tuple[CheckedPackage, str]:
    if detect_kind(data, name) != "package":
        raise refuse_package("it is no .xlsx workbook, .docx document or PDF", _SAVE_REMEDY)
    package = CheckedPackage(data)
    kind = (
        "docx" if "word/document.xml" in package and "xl/workbook.xml" not in package else detect_package_kind(package)
    )
    if kind not in ("xlsx", "docx"):
        raise refuse_package("it is no .xlsx workbook, .docx document or PDF", _SAVE_REMEDY)
    package.check_xml_prologues()
    return package, kind


def _limit_each_rule(found: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the first findings of each rule on each sheet; the rest as a number."""
    counts: Counter[tuple[str, str, Severity]] = Counter()
    for finding in found:
        key = (finding.sheet, finding.rule, finding.severity)
        counts[key] += 1
        if counts[key] <= _MAX_PER_RULE:
            yield finding
    for (sheet, rule, severity), number in counts.items():
        if number > _MAX_PER_RULE:
            fault = f"there are {number - _MAX_PER_RULE} more places of which the same is to be said ({rule})"
            yield publishing_fault(sheet, "", rule, fault, "Mend those named, then check again", severity=severity)


def _bytes_of(path: Path) -> bytes:
    if path.is_dir():
        raise UnreadableFile(str(path), "this is a folder, not a workbook", "Name the workbook in it")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            path.name, f"it cannot be opened ({reason_of(error)})", "Check its name and folder"
        ) from None

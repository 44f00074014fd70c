"""What a sheet keeps beside its cells' values: formulas, links, notes, headers, dropdowns, scenarios, rules that hide."""

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from hrworkbook.checking.hidden_text import hides
from hrworkbook.checking.package_content import PATH, is_person
from hrworkbook.checking.personal_data import personal_data, personal_words
from hrworkbook.checking.publishing_fault import publishing_fault
from hrworkbook.checking.workbook_settings import reads_another_book
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.kinds import quoted
from hrworkbook.plan.values import fold_name
from hrworkbook.render.style import contrast_ratio

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: TID251

Box = tuple[int, int, int, int]
_PAGE_SETUP = "Change it (Page Layout, Print Titles, Header/Footer)"


def sheet_content(sheet: "Worksheet", charted: Collection[Box] = ()) -> Iterator[Finding]:
    """Yield what is against publishing in a sheet's cells, and in what hangs on them; `charted` ranges are seen in a chart."""
    for row in sheet.iter_rows():
        for cell in row:
            yield from _cell_content(sheet, cell)
    yield from _headers(sheet)
    yield from _dropdowns(sheet)
    yield from _rules_that_hide(sheet)
    yield from _outside_print_area(sheet, charted)


def _cell_content(sheet: "Worksheet", cell: Any) -> Iterator[Finding]:
    name, place = sheet.title, cell.coordinate
    if cell.comment is not None:
        yield publishing_fault(
            name, place, "comment", f"there is a note by '{cell.comment.author}'", "Delete it (Review)"
        )
    formula = getattr(cell.value, "text", cell.value) if cell.data_type == "f" else ""
    if formula and reads_another_book(str(formula)):
        fault = f"its formula reads another workbook or a file outside, and shows its path: {quoted(str(formula))}"
        yield publishing_fault(name, place, "external-link", fault, "Paste its value", str(formula))
    elif isinstance(cell.value, str):
        yield from personal_data(name, place, cell.value)
        if PATH.search(cell.value):
            fault = f"it shows a path on a computer or server, {quoted(cell.value)}"
            yield publishing_fault(
                name, place, "path", fault, "Take it out, if the public need not know it", cell.value, "warning"
            )
    tip = (cell.hyperlink.tooltip or "") if cell.hyperlink is not None else ""
    if PATH.search(tip) or any(personal_words(tip)):
        fault = f"its link shows the tip {quoted(tip)}"
        yield publishing_fault(name, place, "path", fault, "Change the ScreenTip (Edit Hyperlink)", tip)


def _headers(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield headers and footers that print a path, a file's name or a person (18.3.1.39 to 46)."""
    for which in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        part = getattr(sheet, which)
        text = " ".join(t for side in ("left", "center", "right") if (t := getattr(part, side).text))
        where = "header" if "Header" in which else "footer"
        codes = text.replace("&&", "")
        if "&Z" in codes or PATH.search(text):
            yield publishing_fault(
                sheet.title, "", "path", f"its {where} prints the path of the file", _PAGE_SETUP, text
            )
        elif "&F" in codes:
            yield publishing_fault(
                sheet.title, "", "path", f"its {where} prints the file name", _PAGE_SETUP, text, "warning"
            )
        yield from personal_data(sheet.title, "", text)


def _dropdowns(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield messages of validations, and words of dropdowns that name somebody."""
    for rule in sheet.data_validations.dataValidation if sheet.data_validations else ():
        place = str(rule.sqref).split(" ")[0].split(":")[0]
        for what, text in (("an input message", rule.prompt), ("an error message", rule.error)):
            title = rule.promptTitle if what == "an input message" else rule.errorTitle
            text = " ".join(filter(None, (title, text)))
            if text:
                fault = f"its validation has {what} that shows only when the cell is chosen, {quoted(text)}"
                yield publishing_fault(sheet.title, place, "validation", fault, "Clear the validation (Data)", text)
        words = (
            (rule.formula1 or "").strip('"').split(",")
            if rule.type == "list" and (rule.formula1 or "").startswith('"')
            else []
        )
        shown = (
            {fold_name(str(c.value)) for row in sheet.iter_rows() for c in row if c.value is not None}
            if words
            else set()
        )
        unseen = [w.strip() for w in words if w.strip() and fold_name(w) not in shown]
        named = [w for w in unseen if is_person(w) or any(personal_words(w))]
        if named:
            fault = f"its dropdown names {quoted(named[0])}, who stands in no cell"
            yield publishing_fault(sheet.title, place, "validation", fault, "Clear the validation (Data)", named[0])
        elif unseen:
            fault = f"its dropdown offers words that stand in no cell, such as {quoted(unseen[0])}"
            yield publishing_fault(
                sheet.title, place, "validation", fault, "Clear the validation (Data)", unseen[0], "warning"
            )


def _rules_that_hide(sheet: "Worksheet") -> Iterator[Finding]:
    """Yield conditional formats that make a text white on nothing, or give it a format that shows nothing."""
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            style = rule.dxf
            if style is None:
                continue
            code = style.numFmt.formatCode if style.numFmt is not None else ""
            colour = style.font.color.rgb if style.font is not None and style.font.color is not None else None
            unfilled = (
                style.fill is None or style.fill.fill_type is None and style.fill.bgColor.rgb in (None, "00000000")
            )
            white = isinstance(colour, str) and unfilled and contrast_ratio(f"#{colour[-6:]}", "#FFFFFF") < 1.2
            if white or (code and hides("text", code) and hides(1.0, code)):
                place = str(area.sqref).split(" ")[0].split(":")[0]
                fault = "a conditional format hides what the cells hold"
                yield publishing_fault(
                    sheet.title, place, "hidden-text", fault, "Clear the rule (Home, Conditional Formatting)"
                )


def _outside_print_area(sheet: "Worksheet", charted: Collection[Box]) -> Iterator[Finding]:
    """Yield the first cell that is not printed although the sheet has a print area, and that no chart shows either."""
    areas = [a.rpartition("!")[2] for a in re.split(r",(?![^']*'!)", sheet.print_area or "") if a]
    printed = [box for area in areas if (box := box_of(area))]
    if not printed:
        return
    seen = [*printed, *charted]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value not in (None, "") and not any(_lies_in(cell, box) for box in seen):
                fault = "it lies outside the print area: the file shows it, and the print does not"
                remedy = "Delete it, or print it too"
                yield publishing_fault(sheet.title, cell.coordinate, "off-print", fault, remedy, cell.value)
                return


def box_of(area: str) -> Box | None:
    """Return first column and row, last column and row of a range such as `$A$1:$C$9`; None for no range."""
    from openpyxl.utils import range_boundaries  # noqa: TID251

    try:
        left, top, right, bottom = range_boundaries(area.replace("$", ""))
    except ValueError:
        return None
    return left or 1, top or 1, right or 16384, bottom or 1048576


def _lies_in(cell: Any, box: Box) -> bool:
    return bool(box[0] <= cell.column <= box[2] and box[1] <= cell.row <= box[3])


def sheet_part_findings(xml: bytes, title: str) -> Iterator[Finding]:
    """Yield what a sheet's part keeps that no cell shows: scenarios, ranges with the names of those who may change them."""
    if not re.search(rb"<(\w+:)?(scenarios|protectedRanges|customSheetViews|dataConsolidate|webPublishItems)", xml):
        return
    for element in ElementTree.fromstring(xml).iter():
        tag, say = element.tag.rpartition("}")[2], element.attrib.get
        if tag == "scenario":
            by = f" by {quoted(say('user', ''))}" if say("user") else ""
            fault = f"it keeps the scenario {quoted(say('name', ''))}{by}, with its values"
            yield publishing_fault(title, "", "scenario", fault, "Delete it (Data, What-If Analysis)", say("comment"))
        elif tag == "protectedRange" and say("securityDescriptor"):
            fault = f"its range {quoted(say('name', ''))} names who may change it"
            yield publishing_fault(title, "", "metadata", fault, "Delete it (Review, Allow Edit Ranges)")
        elif tag == "customSheetView":
            yield publishing_fault(
                title, "", "custom-view", "it keeps a view of its own", "Delete it (View, Custom Views)"
            )
        elif tag == "dataRef" and (said := " ".join(element.attrib.values())):
            yield publishing_fault(
                title, "", "external-link", f"it consolidates {quoted(said)}", "Delete the consolidation (Data)"
            )
        elif tag == "webPublishItem" and PATH.search(say("destinationFile", "")):
            path = say("destinationFile", "")
            yield publishing_fault(
                title, "", "path", f"it keeps the path {quoted(path)}", "Copy the sheet into a new workbook"
            )


def unused_texts(shared_strings: bytes, sheets: list[bytes]) -> list[str]:
    """Return the shared texts no cell uses any more: what was deleted, and can still be read in the file (18.4)."""
    used = {
        int(n)
        for xml in sheets
        for n in re.findall(
            rb'<(?:\w+:)?c [^<>]*\bt="s"[^<>]*>\s*(?:<(?:\w+:)?f[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>(\d+)<',
            xml,
        )
    }
    items = ElementTree.fromstring(shared_strings).findall("{*}si")
    return [
        text
        for at, item in enumerate(items)
        if at not in used and (text := "".join(t.text or "" for t in item.iter() if t.tag.endswith("}t")).strip())
    ]

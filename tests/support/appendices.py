"""An appendix to write and print: a plan of themes with all that a summary may hold."""

from dataclasses import replace

from hrworkbook.render.appendix.document import (
    AppendixDocument,
    CellChange,
    ChangeList,
    HeadlineCount,
    MonthGrid,
    OverdueLine,
    Spend,
    SpendLine,
    StatusTable,
    Summary,
)
from hrworkbook.render.appendix.page_plan import Cover, PrintColumn, PrintLine

COVER = Cover(
    "Delivery Plan & outcomes", "Staffing Committee", "20 March 2017", "Head of HR", "1", organisation="Cheshire East"
)
COLUMNS = (
    PrintColumn("ref", "Ref", "Scope", "reference", repeats_once=True),
    PrintColumn("priority", "Priority", "Scope", repeats_once=True, weight=30),
    PrintColumn("status", "Status", "Progress", "status"),
    PrintColumn("update", "Progress update", "Progress", bullets=True, weight=50),
    PrintColumn("spend", "Spend", "Budget", "money"),
)
STATUSES = ("Complete", "Green", "Amber", "Red", "Not reported")


def document(lines: int = 24, **changes: object) -> AppendixDocument:
    words = "The review has been agreed and work to deliver it progresses as planned. "
    made = tuple(
        PrintLine(
            f"Theme {i // 8 + 1}",
            chr(65 + i % 8 // 2),
            (chr(65 + i % 8 // 2), f"Priority {i // 2}", STATUSES[i % 4], words * (i % 5), "nil" if i % 3 else ""),
            f"L{i + 1}",
        )
        for i in range(lines)
    )
    themes = tuple(dict.fromkeys(line.theme for line in made))
    summary = Summary(
        "The plan has 24 lines. 6 are complete.",
        (HeadlineCount(24, "lines in the plan"), *(HeadlineCount(6, s.lower(), s) for s in STATUSES)),
        StatusTable(STATUSES, tuple((t, (2, 2, 2, 2, 0)) for t in themes)),
        (OverdueLine("Theme 1", "A", "Priority 0", "Oct 2016", "HRMT"),),
        MonthGrid(("Apr 2016", "May 2016", "Ongoing"), tuple((t, (1, 0, 2)) for t in themes)),
        Spend("Planned spend is £10.", (SpendLine("Survey", "£10", "£9", "£1 under"),)),
        ChangeList("1 cell changed.", (CellChange("Theme 1", "A", "Priority 0", "Status", "", "Green"),)),
    )
    return replace(AppendixDocument(COVER, COLUMNS, made, summary=summary), **changes)  # type: ignore[arg-type]

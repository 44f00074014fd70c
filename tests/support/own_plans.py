"""Whole plans of councils that do not exist, each kept in a shape of its own; a sheet is a small text table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import PatternFill


@dataclass(frozen=True)
class Sheet:
    """One sheet: a line of text for each row, cells parted by |; `>` begins a number or date, `\\n` breaks a line."""

    text: str
    merges: Sequence[str] = ()
    fills: Mapping[str, str] = field(default_factory=dict)
    """RRGGBB by cell or range."""
    formats: Mapping[str, str] = field(default_factory=dict)
    """Number formats by cell or range."""
    hidden_columns: str = ""
    hidden: bool = False
    widths: Mapping[str, float] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    """Words of a dropdown, parted by commas, by range."""


@dataclass(frozen=True)
class OwnPlan:
    """One workbook and what it means."""

    sheets: Mapping[str, Sheet]
    lines: Sequence[str]
    """What is to be done on each line, in order."""
    owners: Sequence[str]
    themes: Sequence[str]
    """The theme of each line; empty where the plan has none."""
    means: Mapping[str, str]
    """Headings by the role they have."""
    asked: int = 0
    """How many questions a person would ask."""
    elsewhere: Sequence[str] = ()
    """Words of reasons that must be given for what is left out."""
    private: Sequence[str] = ()
    values: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    """Shown values by the line's text and the heading."""


def _value(text: str) -> Any:
    text = text.strip()
    if not text:
        return None
    if not text.startswith(">"):
        return text.replace("\\n", "\n")
    text = text[1:]
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            pass
    return float(text) if "." in text else int(text)


def build(plan: OwnPlan, path: Path) -> Path:
    """Write a plan as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, sheet in plan.sheets.items():
        ws = book.create_sheet(name)
        for row, line in enumerate(sheet.text.strip("\n").split("\n"), 1):
            for column, cell in enumerate(line.split("|"), 1):
                if (value := _value(cell)) is not None:
                    ws.cell(row, column, value)
        for area, rgb in sheet.fills.items():
            for cell in _cells(ws, area):
                cell.fill = PatternFill("solid", fgColor=rgb)
        for area, code in sheet.formats.items():
            for cell in _cells(ws, area):
                cell.number_format = code
        for area in sheet.merges:
            ws.merge_cells(area)
        for letter in sheet.hidden_columns:
            ws.column_dimensions[letter].hidden = True
        for letter, width in sheet.widths.items():
            ws.column_dimensions[letter].width = width
        for area, words in sheet.lists.items():
            from openpyxl.worksheet.datavalidation import DataValidation

            rule = DataValidation("list", formula1=f'"{words}"')
            rule.add(area)
            ws.add_data_validation(rule)
        if sheet.hidden:
            ws.sheet_state = "hidden"
    book.save(path)
    return path


def _cells(ws: Any, area: str) -> list[Any]:
    found = ws[area]
    return [cell for row in found for cell in row] if isinstance(found, tuple) else [found]


HEAD = "1F3864"
RED, AMBER, GREEN, BLUE = "FF0000", "FFC000", "00B050", "00B0F0"

AUDIT = OwnPlan(
    {
        "Tracker": Sheet("""
Eastmere Borough Council
Internal audit: HR recommendations tracker

Audit|Rec No|Recommendation|Priority|Agreed action|Responsible Officer|Original Due Date|Revised Due Date|Status|Update
Payroll|1|Reconcile the payroll control account each month|High|Agreed|Payroll Manager|>30/06/2025||Implemented|Done monthly since May.
Payroll|2|Remove leavers within five days|Medium|Agreed, with IT|Payroll Manager|>30/09/2025|>31/12/2025|In progress|Form is live.
Recruitment|1|Keep evidence of right to work checks|High|Agreed|Recruitment Lead|>31/07/2025||Overdue|Two files missing.
Recruitment|2|Write down who may approve an agency booking|Low|Agreed|Head of HR|>31/12/2025||Not yet due|
Absence|1|Return to work forms within three days|Medium|Partly agreed|HR Business Partner|>31/10/2025|>31/01/2026|In progress|64% within three days.
"""),
        "Summary": Sheet("""
Status|Number
Implemented|>1
In progress|>2
Overdue|>1
Not yet due|>1
"""),
    },
    ["Reconcile the payroll control account each month", "Remove leavers within five days", "Keep evidence of right to work checks",
     "Write down who may approve an agency booking", "Return to work forms within three days"],
    ["Payroll Manager", "Recruitment Lead", "Head of HR", "HR Business Partner"],
    ["Payroll", "Payroll", "Recruitment", "Recruitment", "Absence"],
    {"theme": "Audit", "reference": "Rec No", "priority": "Recommendation", "owner": "Responsible Officer", "due": "Original Due Date", "revised": "Revised Due Date",
     "status": "Status", "progress": "Update"},
)  # fmt: skip

DIRECTORATES = OwnPlan(
    {
        "Front": Sheet("People plan 2025/26\n\nOwned by the Director of People\nLast updated|>14/10/2025"),
        "Adults": Sheet("""
Adults
Ref|Action|Lead|By when|RAG|Progress
A1|Fill social work vacancies|Principal Social Worker|Mar 26|Amber|Nine of 14 filled.
A2|Set up a bank of care staff|Service Manager|Jun 26|Green|
"""),
        "Children": Sheet("""
Children
Ref|Action|Lead officer|By when|RAG|Progress
C1|Stop use of agency team managers|Head of Safeguarding|Dec 25|Red|Three remain.
C2|Student placements|Principal Social Worker|Sep 26|Green|18 placed.
"""),
        "Place": Sheet("""
Place
Ref|Action|Lead|By when|RAG|Progress update
P1|Driver training|Fleet Manager|Jan 26|Complete|All trained.
"""),
    },
    ["Fill social work vacancies", "Set up a bank of care staff", "Stop use of agency team managers", "Student placements", "Driver training"],
    ["Principal Social Worker", "Service Manager", "Head of Safeguarding", "Fleet Manager"],
    ["Adults", "Adults", "Children", "Children", "Place"],
    {"reference": "Ref", "priority": "Action", "owner": "Lead", "due": "By when", "status": "RAG", "progress": "Progress"},
    elsewhere=["another sheet"],
)  # fmt: skip

QUARTERS = OwnPlan(
    {
        "Plan 24-25": Sheet("""
HR service plan 2024/25 – quarterly monitoring
No|What we will do|Lead|Target date|Quarter 1||Quarter 2||Quarter 3|
||||Update|RAG|Update|RAG|Update|RAG
1|New starters' portal|HR Systems Lead|>31/12/2024|Spec written|G|Built|A||
2|Appraisal window|OD Adviser|>30/09/2024|Opened|G|88% done|G||
3|Job evaluation backlog|Reward Adviser|>31/03/2025|40 left|R|22 left|A||
""", merges=["A1:J1", "E2:F2", "G2:H2", "I2:J2", "A2:A3", "B2:B3", "C2:C3", "D2:D3"]),
    },
    ["New starters' portal", "Appraisal window", "Job evaluation backlog"],
    ["HR Systems Lead", "OD Adviser", "Reward Adviser"], [],
    {"reference": "No", "priority": "What we will do", "owner": "Lead", "due": "Target date", "status": "Quarter 2 / RAG", "progress": "Quarter 2 / Update"},
    asked=2,
)  # fmt: skip

EQUALITY = OwnPlan(
    {
        "Action plan": Sheet("""
|Equality, diversity and inclusion action plan

|Equality objective|What are we going to do?|Who is responsible?|When will it be done by?|How will we measure success?|Where are we now?|Status
|1. Our workforce reflects our residents|Positive action on apprenticeships|Early Careers Adviser|April 2026|Share of applicants|Two events held|On track
||Publish the ethnicity pay gap|Reward Manager|March 2026|Published|Data drafted|On track
||Name-blind shortlisting|Recruitment Manager|September 2025|In place|In place since May|Completed
|2. Everyone can do their best work|Workplace adjustment passport|Wellbeing Adviser|Ongoing|200 passports|113 issued|At risk
||Menopause champions|Wellbeing Adviser|June 2026|12 champions|Not begun|Not started
|
|Key|
|On track|Will be done by the date
|At risk|May be late
|Completed|Done
""", merges=["B4:B6", "B7:B8"]),
    },
    ["Positive action on apprenticeships", "Publish the ethnicity pay gap", "Name-blind shortlisting", "Workplace adjustment passport", "Menopause champions"],
    ["Early Careers Adviser", "Reward Manager", "Recruitment Manager", "Wellbeing Adviser"],
    ["1. Our workforce reflects our residents"] * 3 + ["2. Everyone can do their best work"] * 2,
    {"theme": "Equality objective", "priority": "What are we going to do?", "owner": "Who is responsible?", "due": "When will it be done by?",
     "status": "Status", "progress": "Where are we now?"},
    elsewhere=["below the table"],
)  # fmt: skip

GANTT = OwnPlan(
    {
        "Programme": Sheet("""
Payroll system replacement|||||||||||
Task ID|Workstream|Task|Assigned to|Start|Finish|% complete|Oct|Nov|Dec|Jan|Comments
>1.1|Data|Cleanse addresses|Payroll Officer|>01/10/2025|>30/11/2025|>0.75|||||Nearly there
>1.2|Data|Map pay elements|Payroll Manager|>01/10/2025|>31/10/2025|>1|||||Signed off
>1.10|Data|Dry run|Payroll Manager|>01/12/2025|>31/12/2025|>0|||||
>2.1|People|Train managers|L&D Adviser|>01/12/2025|>31/01/2026|>0.1|||||Dates booked
""", fills={"H3:I3": BLUE, "H4": BLUE, "J5": BLUE, "J6:K6": BLUE, "A2:L2": HEAD}, formats={"A3:A6": "0.00", "A3": "0.0", "A4": "0.0", "A6": "0.0", "G3:G6": "0%", "E3:F6": "dd/mm/yyyy"}),
    },
    ["Cleanse addresses", "Map pay elements", "Dry run", "Train managers"],
    ["Payroll Officer", "Payroll Manager", "L&D Adviser"], ["Data", "Data", "Data", "People"],
    {"reference": "Task ID", "theme": "Workstream", "priority": "Task", "owner": "Assigned to", "start": "Start", "due": "Finish", "complete": "% complete",
     "progress": "Comments"},
    values={("Dry run", "Task ID"): "1.10", ("Cleanse addresses", "Task ID"): "1.1"},
)  # fmt: skip

SIDE_KEY = OwnPlan(
    {
        "HR Plan": Sheet("""

||HR Delivery Plan – Oakshire County Council
||
||Priority area|Key actions|Lead Officer|Timescale|Success criteria|RAG Status|Comments||Key
||Recruitment|Refresh the careers site|Resourcing Manager|Dec 2025|Site live|Green|In test||Green = on track
||Recruitment|Agency framework|Procurement Partner|Mar 2026|Contract let|Amber|Tender out||Amber = some slippage
||Health|Flu clinics|Wellbeing Lead|Nov 2025|500 jabs|Blue|520 given||Red = off track
||Health|Stress survey|Wellbeing Lead|Feb 2026|60% reply|||  |Blue = complete
||Pay|Pay policy statement|Head of HR|Mar 2026|Approved by Council|Green|
||
||Prepared by:|Jo Marsh||Date:|>01/10/2025
"""),
    },
    ["Refresh the careers site", "Agency framework", "Flu clinics", "Stress survey", "Pay policy statement"],
    ["Resourcing Manager", "Procurement Partner", "Wellbeing Lead", "Head of HR"],
    ["Recruitment", "Recruitment", "Health", "Health", "Pay"],
    {"theme": "Priority area", "priority": "Key actions", "owner": "Lead Officer", "due": "Timescale", "status": "RAG Status", "progress": "Comments"},
    elsewhere=["below the table", "beside the table"],
)  # fmt: skip

UNKNOWN_WORDS = OwnPlan(
    {
        "Sheet1": Sheet("""
Making it happen

Pledge|Flagship|Champion|Landing|Health check|Story so far
Attract|Refer-a-friend bonus|Resourcing Manager|>31/01/2026|Red|No budget yet.
Attract|One careers page|Resourcing Manager|>28/02/2026|Green|Wireframes agreed.
Grow|Level 5 managers' course|L&D Manager|>30/06/2026|Amber|Cohort of twelve recruited, first day in May.
Grow|Mentors for all new managers|OD Lead|>30/09/2026|Green|
Keep|Stay interviews|HR Business Partners|>31/03/2026|Amber|Piloted in Housing.
""", fills={"A3:F3": HEAD}),
    },
    ["Refer-a-friend bonus", "One careers page", "Level 5 managers' course", "Mentors for all new managers", "Stay interviews"],
    ["Resourcing Manager", "L&D Manager", "OD Lead", "HR Business Partners"],
    ["Attract", "Attract", "Grow", "Grow", "Keep"],
    {"theme": "Pledge", "priority": "Flagship", "owner": "Champion", "due": "Landing", "status": "Health check", "progress": "Story so far"},
)  # fmt: skip

CROWD = OwnPlan(
    {
        "Dashboard": Sheet("HR plan at a glance\n\nRAG|Actions|Share\nRed|>1|>0.25\nAmber|>1|>0.25\nGreen|>2|>0.5\nTotal|>4|>1", formats={"C4:C7": "0%"}),
        "Live actions": Sheet("""
Ref|Theme|Action|Action owner|Deadline|RAG|Latest update
1|Pay|Pay offer to unions|Head of HR|Jan 26|Green|Drafted
2|Pay|Market supplements review|Reward Manager|Feb 26|Amber|Half done
3|Skills|Levy transfer|L&D Manager|Mar 26|Green|Agreed
4|Skills|Digital skills audit|L&D Manager|Nov 25|Red|Not begun
"""),
        "Completed actions": Sheet("""
Ref|Theme|Action|Action owner|Deadline|RAG|Latest update
5|Pay|Pension letters|Payroll Manager|Apr 25|Complete|All sent
"""),
        "Risks": Sheet("""
Risk ID|Risk|Cause|Likelihood|Impact|Score|Mitigation|Risk owner
R1|Strike over pay|Low offer|>3|>4|>12|Talks|Head of HR
R2|Payroll fails|Old system|>2|>5|>10|Replacement|Payroll Manager
"""),
        "Lists": Sheet("Themes|RAG\nPay|Red\nSkills|Amber\n|Green\n|Complete", hidden=True),
    },
    ["Pay offer to unions", "Market supplements review", "Levy transfer", "Digital skills audit", "Pension letters"],
    ["Head of HR", "Reward Manager", "L&D Manager", "Payroll Manager"], ["Pay", "Pay", "Skills", "Skills", "Pay"],
    {"reference": "Ref", "theme": "Theme", "priority": "Action", "owner": "Action owner", "due": "Deadline", "status": "RAG", "progress": "Latest update"},
    elsewhere=["table of risks"],
)  # fmt: skip

PLAIN_BANDS = OwnPlan(
    {
        "Plan": Sheet("""
WORKFORCE PLAN
Version 4 – approved by Personnel Committee 12 March 2025

No.|Objective|Tasks|Lead|Timing|Resources|Outcome|RAG
ATTRACTION
1|Be an employer of choice|New values in all adverts|Recruitment Adviser|Q1|Existing|More applicants|
2|Be an employer of choice|Open days|Recruitment Adviser|Q2|£2,000|Four held|
RETENTION
3|Keep the people we have|Exit interviews by phone|HR Officer|Q1|Existing|70% take part|
4|Keep the people we have|Flexible working guide|HR Officer|Q3|Existing|Published|
RESKILLING
5|Skills for the future|Apprentices in Finance|L&D Officer|Q4|Levy|Three starts|

* Q1 is April to June
Signed off:||Chief Executive
""", merges=["A1:H1", "A2:H2", "A5:H5", "A8:H8", "A11:H11"], fills={"H6": GREEN, "H7": AMBER, "H9": GREEN, "H10": RED, "H12": GREEN, "A4:H4": HEAD, "A5": "D9E2F3", "A8": "D9E2F3", "A11": "D9E2F3"}),
    },
    ["New values in all adverts", "Open days", "Exit interviews by phone", "Flexible working guide", "Apprentices in Finance"],
    ["Recruitment Adviser", "HR Officer", "L&D Officer"],
    ["ATTRACTION", "ATTRACTION", "RETENTION", "RETENTION", "RESKILLING"],
    {"reference": "No.", "priority": "Tasks", "owner": "Lead", "due": "Timing", "status": "RAG"},
    asked=1, elsewhere=["below the table"],
    values={("Open days", "RAG"): "Amber", ("Flexible working guide", "RAG"): "Red"},
)  # fmt: skip

VERSIONS = OwnPlan(
    {
        name: Sheet(f"""
Position at {name}
Ref|Action|Owner|Due date|RAG|Progress
1|Renew the pay policy|Pay Manager|>31/03/2026|{rag}|{text}
2|Re-tender the car scheme|Benefits Lead|>30/06/2026|Green|{text} too
3|Review grades|Pay Manager|>30/09/2026|Amber|Slow
""")
        for name, rag, text in (("Q1 2025-26", "Red", "Begun"), ("Q2 2025-26", "Amber", "Drafted"))
    },
    ["Renew the pay policy", "Re-tender the car scheme", "Review grades"], ["Pay Manager", "Benefits Lead"], [],
    {"reference": "Ref", "priority": "Action", "owner": "Owner", "due": "Due date", "status": "RAG", "progress": "Progress"},
    asked=1, values={("Renew the pay policy", "RAG"): "Amber"}, elsewhere=["another time"],
)  # fmt: skip

MONEY = OwnPlan(
    {
        "Savings": Sheet("""
Ref|Saving\\nproposal|Budget\\nholder|Target\\n(£)|Achieved to date|% achieved|Deliver by|RAG\\nrating|Narrative|Officer notes
>1.1|Fewer agency staff|Resourcing Manager|>120000|>45000|>0.375|>31/03/2026|Amber|Two teams still rely on agency.|Ask about Housing
>1.10|End the lease cars|Fleet Manager|>30000|>30000|>1|>30/06/2025|Green|All handed back.|
>1.2|One payroll run|Payroll Manager|>8500|>0|>0|>31/12/2025|Red|System cannot do it.|Vendor dispute
Total|||>158500|>75000|||||
""", formats={"A2": "0.0", "A3": "0.00", "A4": "0.0", "D2:E5": "£#,##0", "F2:F4": "0%", "G2:G4": "mmm-yy"}, hidden_columns="J"),
    },
    ["Fewer agency staff", "End the lease cars", "One payroll run"],
    ["Resourcing Manager", "Fleet Manager", "Payroll Manager"], [],
    {"reference": "Ref", "priority": "Saving proposal", "owner": "Budget holder", "due": "Deliver by", "complete": "% achieved", "status": "RAG rating",
     "progress": "Narrative"},
    private=["Officer notes"], elsewhere=["totals"], values={("End the lease cars", "Ref"): "1.10"},
)  # fmt: skip

TWO_LEVELS = OwnPlan(
    {
        "Strategy": Sheet("""
People Strategy action plan

Strategic theme|Objective|Action ref|Action|Executive sponsor|Delivery lead|Support from|Start date|Target date|Revised target date|BRAG|Progress since last report|Next steps|Exempt?|Exempt paragraph|Exempt reason
1. Leadership|1.1 Visible leaders|1.1.1|Back to the floor days|Chief Executive|OD Manager|Comms|Apr 25|Mar 26||Green|Six held|Book spring|
1. Leadership|1.1 Visible leaders|1.1.2|Leaders' blog|Chief Executive|Comms Officer|IT|Apr 25|Dec 25|Mar 26|Amber|Three posts|Rota|
1. Leadership|1.2 Talent|1.2.1|Succession plans|Director of People|HR Business Partners|All directors|Jun 25|Jun 26||Red|None begun|Workshop in May|Exempt|1|Names people in small teams
2. Wellbeing|2.1 Healthy work|2.1.1|Absence policy|Director of People|Wellbeing Lead||Jan 25|Sep 25||Blue|Agreed||
"""),
    },
    ["Back to the floor days", "Leaders' blog", "Succession plans", "Absence policy"],
    ["OD Manager", "Comms Officer", "HR Business Partners", "Wellbeing Lead"],
    ["1. Leadership"] * 3 + ["2. Wellbeing"],
    {"theme": "Strategic theme", "reference": "Action ref", "priority": "Action", "owner": "Delivery lead", "start": "Start date", "due": "Target date",
     "revised": "Revised target date", "status": "BRAG", "progress": "Progress since last report", "part": "Exempt?", "paragraph": "Exempt paragraph", "reason": "Exempt reason"},
)  # fmt: skip

KEY_ABOVE = OwnPlan(
    {
        "Action Plan": Sheet("""
HR & Payroll Improvement Board action plan
Key|Red – off track|Amber – some delay|Green – on track|Blue – complete
Action no.|Action (what will be done)|Lead officer (name and job title)|By when (dd/mm/yy)|RAG (Red/Amber/Green)|Update (no more than 100 words)
1|Map every payroll process|Jane Smith, Payroll Manager|30/09/25|Blue|Mapped.
2|Write the service standard|Tom O'Neil|31/10/25|Amber|Drafted, with the unions.
3|Train the helpdesk|Priya Shah|30/11/25|Green|
4|Close the old mailbox|Jane Smith, Payroll Manager|31/12/25|Green|
""", fills={"B2": RED, "C2": AMBER, "D2": GREEN, "E2": BLUE}),
    },
    ["Map every payroll process", "Write the service standard", "Train the helpdesk", "Close the old mailbox"],
    ["Jane Smith, Payroll Manager", "Tom O'Neil", "Priya Shah"], [],
    {"reference": "Action no.", "priority": "Action (what will be done)", "owner": "Lead officer (name and job title)", "due": "By when (dd/mm/yy)",
     "status": "RAG (Red/Amber/Green)", "progress": "Update (no more than 100 words)"},
    elsewhere=["above the table"],
)  # fmt: skip

GROUPED = OwnPlan(
    {
        "Workforce": Sheet("""
Workforce plan
Planning||||Monitoring|||
Priority|Aim|What we will do|Lead|Measure|Status|Position at 30 Sept|Due
High|Grow our own|Ten apprentices|JS|Ten in post|In progress|Six started|Mar-26
||Graduate scheme|JS/KT|Two graduates|Not started||Sep-26
Medium|Keep people|Buddy scheme|KT|All new starters|Complete|Running|Jun-25

Low|Plan ahead|Succession charts|MB|All Heads of Service|In progress|Four of nine|Dec-25
|||Priority|Aim|What we will do
""".replace("|||Priority|Aim|What we will do\n", ""), merges=["A2:D2", "E2:H2", "A4:A5", "B4:B5"]),
    },
    ["Ten apprentices", "Graduate scheme", "Buddy scheme", "Succession charts"],
    ["JS", "KT", "MB"], ["Grow our own", "Grow our own", "Keep people", "Plan ahead"],
    {"theme": "Planning / Aim", "priority": "Planning / What we will do", "owner": "Planning / Lead", "due": "Monitoring / Due",
     "status": "Monitoring / Status", "progress": "Monitoring / Position at 30 Sept"},
)  # fmt: skip

SPACED = OwnPlan(
    {
        "Plan": Sheet("""
Ref|Milestone|Target date|Owner|Status|Oct-25 update|Nov-25 update

M1|Policy signed off|Q3 2025/26|Policy Officer|2 - In progress|Drafting|With unions

M2|Managers briefed|Winter 2025|L&D Officer|1 - Not started||Rooms booked

Ref|Milestone|Target date|Owner|Status|Oct-25 update|Nov-25 update
M3|First return received|End of March 2026|Policy Officer / HR Officer|1 - Not started||

END
"""),
    },
    ["Policy signed off", "Managers briefed", "First return received"],
    ["Policy Officer", "L&D Officer", "HR Officer"], [],
    {"reference": "Ref", "priority": "Milestone", "due": "Target date", "owner": "Owner", "status": "Status", "progress": "Nov-25 update"},
    asked=1,
)  # fmt: skip

HISTORY_SHEET = OwnPlan(
    {
        "Document control": Sheet("""
Document control
Version|Date|Author|Changes
0.1|>01/04/2025|Policy Officer|First draft
1.0|>01/06/2025|Head of HR|Approved by the Board
"""),
        "Plan": Sheet("""
Outcome|Action|Responsible|Timescale|Progress|RAG
People feel safe|Lone worker devices|H&S Adviser|Mar 2026|120 issued|Green
People feel safe|Violence policy|H&S Adviser|Jan 2026|Out to consult|Amber
People are well|Physio pilot|OH Manager|Ongoing|40 seen|Green
"""),
        "KPIs": Sheet("""
Indicator|Target|Q1|Q2|RAG
Incidents reported|>40|>12|>19|Green
Days lost|>8|>9.1|>8.7|Amber
"""),
    },
    ["Lone worker devices", "Violence policy", "Physio pilot"], ["H&S Adviser", "OH Manager"],
    ["People feel safe", "People feel safe", "People are well"],
    {"theme": "Outcome", "priority": "Action", "owner": "Responsible", "due": "Timescale", "progress": "Progress", "status": "RAG"},
    elsewhere=["indicators"],
)  # fmt: skip

NO_HEADING_NUMBER = OwnPlan(
    {
        "Tracker": Sheet("""
|Priority|Action|Lead|Deadline|Done?|Notes
>1|High|Chase overdue appraisals|HR Advisers|>30/11/2025|N|
>2|Low|Tidy the shared drive|HR Admin Team|>31/12/2025|Y|Archive made
>3|High|Issue contracts within eight weeks|Recruitment Team|>15/12/2025|N|Backlog of 31
"""),
    },
    ["Chase overdue appraisals", "Tidy the shared drive", "Issue contracts within eight weeks"],
    ["HR Advisers", "HR Admin Team", "Recruitment Team"], [],
    {"priority": "Action", "owner": "Lead", "due": "Deadline", "status": "Done?", "progress": "Notes"},
    asked=1, elsewhere=["under no heading"],
)  # fmt: skip

RISKS_ALONE = OwnPlan(
    {
        "Risk register": Sheet("""
HR risk register
Risk ref|Risk description|Likelihood|Impact|Score|Existing controls|Further action|Risk owner|Review date|Direction
HR1|Loss of key staff|>3|>4|>12|Exit interviews|Succession plans|Head of HR|>31/12/2025|Same
HR2|Strike|>2|>5|>10|JCC meets monthly|Talks|Director of People|>30/11/2025|Up
"""),
    },
    ["Loss of key staff", "Strike"], ["Head of HR", "Director of People"], [],
    {"reference": "Risk ref", "priority": "Risk description", "owner": "Risk owner"},
    asked=1,
)  # fmt: skip

OWN_ID = OwnPlan(
    {
        "Plan": Sheet("""
People plan
ID|Workstream|Action|Responsible officer|Deadline|BRAG|Update
>101|Pay|Pay policy statement|Pay Manager|Mar 26|Green|Drafted
>102|Pay|Car scheme|Benefits Lead|Jun 26|Amber|
>103|Skills|Levy transfer|L&D Manager|Sep 26|Red|No takers yet
"""),
        "Start": Sheet("How to use this workbook\nFill in your lines each quarter."),
    },
    ["Pay policy statement", "Car scheme", "Levy transfer"], ["Pay Manager", "Benefits Lead", "L&D Manager"],
    ["Pay", "Pay", "Skills"],
    {"reference": "ID (own)", "theme": "Workstream", "priority": "Action", "owner": "Responsible officer", "due": "Deadline", "status": "BRAG",
     "progress": "Update"},
)  # fmt: skip

OWN_PLANS = {
    "an ID of their own": OWN_ID,
    "a key above it": KEY_ABOVE, "groups over headings": GROUPED, "spaced out": SPACED, "document control": HISTORY_SHEET,
    "no heading over the numbers": NO_HEADING_NUMBER, "risks alone": RISKS_ALONE,
    "audit tracker": AUDIT, "a sheet a directorate": DIRECTORATES, "quarters in pairs": QUARTERS, "equality objectives": EQUALITY,
    "tasks and months": GANTT, "a key beside it": SIDE_KEY, "words of their own": UNKNOWN_WORDS, "many other sheets": CROWD,
    "bands in capitals": PLAIN_BANDS, "a sheet a quarter": VERSIONS, "savings": MONEY, "two levels": TWO_LEVELS,
}  # fmt: skip

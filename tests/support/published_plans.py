"""More whole plans of councils that do not exist, in the shapes in which plans are published."""

from own_plans import AMBER, BLUE, GREEN, RED, OwnPlan, Sheet

LEAD_AND_SUPPORT = OwnPlan(
    {
        "GPG actions": Sheet("""
Gender pay gap action plan
#|What we will do|Lead / Support|By when|How we'll know it's worked|Update Apr|Update Jul
>1|Flexible adverts|Resourcing Manager / HR BPs|>30/09/2025|All G12+ adverts|Drafted|In use
>2|Returners programme|Early Careers Lead / Comms|>31/03/2026|10 placed|Scoping|
>3|Ask leavers|HR Operations Lead|>31/12/2025|70% reply|Form built|41% reply
""")
    },
    ["Flexible adverts", "Returners programme", "Ask leavers"],
    ["Resourcing Manager", "HR BPs", "Early Careers Lead", "Comms", "HR Operations Lead"], [],
    {"reference": "#", "priority": "What we will do", "owner": "Lead / Support", "due": "By when", "progress": "Update Jul"},
    asked=2,
)  # fmt: skip

MONTHS_ACROSS = OwnPlan(
    {
        "Wellbeing": Sheet("""
Pillar|No|Action|Lead|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Jan|Feb|Mar|Comments
Mind|1|First aiders|Wellbeing Officer|G|G|A|A|||||||||52 trained
Mind|2|Stress checks|H&S Manager|G|A|R|R||||||||
Body|3|Physio|OH Manager|G|G|G|B||||||||

R|Off track
A|At risk
""")
    },
    ["First aiders", "Stress checks", "Physio"], ["Wellbeing Officer", "H&S Manager", "OH Manager"], ["Mind", "Mind", "Body"],
    {"theme": "Pillar", "reference": "No", "priority": "Action", "owner": "Lead", "status": "Jul", "progress": "Comments"},
    asked=1, elsewhere=["below the table"], values={("Stress checks", "Jul"): "R"},
)  # fmt: skip

MONTHS_IN_COLOUR = OwnPlan(
    {
        "RAG": Sheet("""
Ref|Project|Lead|Apr|May|Jun|Comments
1|Job evaluation|Reward Manager||||Two panels
2|Payroll move|Payroll Manager||||
3|Values|OD Manager||||Workshops
""", fills={"D2": GREEN, "E2:F2": AMBER, "D3": GREEN, "E3:F3": RED, "D4": AMBER, "E4:F4": BLUE})
    },
    ["Job evaluation", "Payroll move", "Values"], ["Reward Manager", "Payroll Manager", "OD Manager"], [],
    {"reference": "Ref", "priority": "Project", "owner": "Lead", "status": "Jun", "progress": "Comments"},
    asked=2, values={("Payroll move", "Jun"): "Red"},
)  # fmt: skip

MILESTONES_A_QUARTER = OwnPlan(
    {
        "Service plan": Sheet("""
Service objective|Task|Responsible Officer|Q1 milestone|RAG|Q2 milestone|RAG|Q3 milestone|RAG|Year end comments
Modern employer|Pay spine|Reward Manager|Consult|G|Ballot|A|Implement||
Modern employer|Policy hub|Policy Officer|Tender|G|Build|G|Launch||
Healthy workforce|Absence|OH Manager|Baseline|C|Train|R|Audit||Covid
""")
    },
    ["Pay spine", "Policy hub", "Absence"], ["Reward Manager", "Policy Officer", "OH Manager"],
    ["Modern employer", "Modern employer", "Healthy workforce"],
    {"theme": "Service objective", "priority": "Task", "owner": "Responsible Officer", "status": "RAG (2)", "progress": "Year end comments"},
    asked=1, values={("Absence", "RAG (2)"): "R"},
)  # fmt: skip

BILINGUAL = OwnPlan(
    {
        "Cynllun": Sheet("""
Cyf / Ref|Amcan / Objective|Cam gweithredu / Action|Swyddog arweiniol / Lead officer|Dyddiad / Date|Statws / Status|Cynnydd / Progress
1.1|Gweithlu / Workforce|Hysbysebu / Advertise|Rheolwr / Resourcing Manager|March 2026|Ar waith / On track|Ar waith
1.2|Gweithlu / Workforce|Prentisiaeth / Apprentices|Pennaeth / Head of HR|September 2025|Cwblhawyd / Complete|Pump
2.1|Tâl / Pay|Bwlch cyflog / Pay gap|Pennaeth / Head of HR|March 2026|Ar waith / On track|
""")
    },
    ["Hysbysebu / Advertise", "Prentisiaeth / Apprentices", "Bwlch cyflog / Pay gap"],
    ["Rheolwr", "Resourcing Manager", "Pennaeth", "Head of HR"], ["Gweithlu / Workforce"] * 2 + ["Tâl / Pay"],
    {"reference": "Cyf / Ref", "theme": "Amcan / Objective", "priority": "Cam gweithredu / Action", "owner": "Swyddog arweiniol / Lead officer",
     "due": "Dyddiad / Date", "status": "Statws / Status", "progress": "Cynnydd / Progress"},
    asked=1,
)  # fmt: skip

RISK_LOG = OwnPlan(
    {
        "Action log": Sheet("""
Risk ref|Risk|Score|Action ref|Action required|Action owner|Date raised|Due|Status|Notes
R04|Failure of payroll|>16|R04/a|Test the restore|ICT Manager|>02/04/2025|>30/06/2025|Closed|Four hours
|||R04/b|Manual payments|Payroll Manager|>02/04/2025|>30/09/2025|Open|Draft
R07|Loss of key staff|>12|R07/a|Succession charts|HR Business Partner|>14/05/2025|>31/12/2025|Open|
""", merges=["A2:A3", "B2:B3", "C2:C3"])
    },
    ["Test the restore", "Manual payments", "Succession charts"], ["ICT Manager", "Payroll Manager", "HR Business Partner"],
    ["Failure of payroll"] * 2 + ["Loss of key staff"],
    {"theme": "Risk", "reference": "Action ref", "priority": "Action required", "owner": "Action owner", "due": "Due", "status": "Status", "progress": "Notes"},
)  # fmt: skip

KEY_BELOW = OwnPlan(
    {
        "OD plan": Sheet("""
Ref|OD actions|Who|When|Progress|BRAG
LEADERSHIP
1|• Framework\\n• 360 feedback|OD Manager|Sept 2025|Agreed|Green
2|• Essentials||Dec 2025||Amber
3|• Talent panels||Mar 2026||Green
CULTURE
4|• Values week|Engagement Lead|Oct 2025|Held|Blue
5|• Staff survey||Feb 2026|Supplier chosen|Green

Key|Blue – complete
|Green – on track
|Amber – some risk
""")
    },
    ["• Framework\n• 360 feedback", "• Essentials", "• Talent panels", "• Values week", "• Staff survey"],
    ["OD Manager", "Engagement Lead"], ["LEADERSHIP"] * 3 + ["CULTURE"] * 2,
    {"reference": "Ref", "priority": "OD actions", "owner": "Who", "due": "When", "progress": "Progress", "status": "BRAG"},
    asked=1, elsewhere=["below the table"],
)  # fmt: skip

CONTINUED = OwnPlan(
    {
        "Plan": Sheet("""
Annual HR delivery plan
Objective No|Key task|Project Manager|Completion|Position at Q2
1.1|Pay policy|Ann Hughes|June 2026|Begun
1.2|Car scheme|Ben Okafor|Sept 2026|
Annual HR delivery plan (continued)
Objective No|Key task|Project Manager|Completion|Position at Q2
1.3|Grades review|Ann Hughes and Ben Okafor|Dec 2026|Slow

Page 2 of 2
""")
    },
    ["Pay policy", "Car scheme", "Grades review"], ["Ann Hughes", "Ben Okafor", "Ann Hughes and Ben Okafor"], [],
    {"reference": "Objective No", "priority": "Key task", "owner": "Project Manager", "due": "Completion", "progress": "Position at Q2"},
    asked=1,
)  # fmt: skip

SCALE = OwnPlan(
    {
        name: Sheet(f"""
Director:|Head of {name}

Ref|Workforce action|Lead|Target|Status (1-4)|Update
{rows}
""")
        for name, rows in {
            "Corporate": "C1|Values refresh|OD Manager|31/03/2026|3|Out\nC2|Hybrid policy|Policy Officer|12/15/2026|4|",
            "Housing": "H1|Trades scheme|Repairs Manager|04/05/2026|2|Two of six",
        }.items()
    },
    ["Values refresh", "Hybrid policy", "Trades scheme"], ["OD Manager", "Policy Officer", "Repairs Manager"],
    ["Corporate", "Corporate", "Housing"],
    {"reference": "Ref", "priority": "Workforce action", "owner": "Lead", "due": "Target", "status": "Status (1-4)", "progress": "Update"},
    asked=2,
)  # fmt: skip

PUBLISHED_PLANS = {
    "lead and support": LEAD_AND_SUPPORT, "months across": MONTHS_ACROSS, "months in colour": MONTHS_IN_COLOUR,
    "milestones a quarter": MILESTONES_A_QUARTER, "two languages": BILINGUAL, "a risk log": RISK_LOG, "a key below": KEY_BELOW,
    "continued pages": CONTINUED, "figures for a status": SCALE,
}  # fmt: skip

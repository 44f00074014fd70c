"""What a heading says by its words alone, without a schema: who, by when, what is to be done, how it stands."""

import re
from enum import StrEnum
from functools import lru_cache

from hrworkbook.plan.values import fold_name
from hrworkbook.tables.heading_periods import without_period


class Meaning(StrEnum):
    """What a column of a plan is for."""

    REFERENCE = "reference"
    THEME = "theme"
    ACTION = "action"
    OWNER = "owner"
    SUPPORT = "support"
    START = "start"
    DUE = "due"
    REVISED = "revised"
    DONE_ON = "done on"
    OTHER_DATE = "other date"
    STATUS = "status"
    PROGRESS = "progress"
    MEASURE = "measure"
    TARGET = "target"
    ACTUAL = "actual"
    RATING = "rating"
    PART = "part"
    RESOURCE = "resource"
    PRIVATE = "private"
    NEXT = "next steps"
    RISK = "risk"
    INDICATOR = "indicator"
    PERCENT = "percent complete"


_MONTHS = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*"
_PATTERNS: tuple[tuple[Meaning, int, str], ...] = (
    (Meaning.PRIVATE, 3, r"internal (?:notes?|comments?|use)|private(?: notes?)?|hr (?:only|notes?)|not for publication notes?|confidential (?:notes?|comments?)"),
    (Meaning.PART, 3, r"part|part 1 or (?:part )?2|part 1 part 2|(?:public or )?exempt|confidential|publication|exempt or public|open or exempt"),
    (Meaning.REFERENCE, 3, r"(?:(?:action|rec|recommendation|objective|pi|kpi|indicator|measure|item|line|task|project|risk|milestone|unique|plan|audit|strategy|paragraph|para|report|finding|issue|deliverable|priority|theme|aim|goal|s|sr|serial|row|activity|our) )?(?:refs?|reference|nos?|numbers?|num|id|ids|code|identifier)(?: (?:nos?|numbers?|code|id))?"),
    (Meaning.REFERENCE, 2, r"item|rec|s n|ser|sn|line|para(?:graph)?"),
    (Meaning.RISK, 3, r"likelihood|impact score|impact(?: rating)? \w{0,2}|probability|severity|consequences?|(?:inherent|residual|gross|net|current|target|risk) (?:risk )?(?:score|rating|level)|risk (?:score|rating|level|description|title)|risks?(?: and issues)?|(?:existing |current |key )?controls?(?: in place)?|mitigations?(?: and controls?)?|mitigating (?:actions?|controls?)"),
    (Meaning.PERCENT, 3, r"(?:% |percent(?:age)? |per cent )(?:complete[d]?|progress|done|achieved|delivered|of completion)|(?:progress|completion|complete|completed|done) (?:%|percent(?:age)?)"),
    (Meaning.RATING, 3, r"(?:priority|importance|urgency|action priority|recommendation priority|rec priority)(?: (?:level|rating|ranking|rank|grade|score|h m l|high medium low|1 2 3))|(?:ranking|rank|grade|grading|importance|urgency|weighting|moscow|h m l)|category of recommendation|priority (?:h m l|high medium low)"),
    (Meaning.DONE_ON, 3, r"(?:date|actual date|month) .*(?:completed|closed|achieved|delivered|implemented|finished|signed off)|(?:completed|closed|achieved|delivered|implemented|finished|signed off|closure)(?: on| date)|actual (?:end|finish|completion|delivery)(?: date)?|completion date actual|date (?:complete|of completion|of closure)"),
    (Meaning.REVISED, 3, r"(?:revised|new|extended|amended|forecast|updated|rescheduled|current|latest) (?:\w+ ){0,3}(?:date|deadline|timescales?|target|completion|due|finish|end|timeline|time frame|timeframe)(?: date)?|revised(?: by when)?|forecast|date revised"),
    (Meaning.OTHER_DATE, 3, r"(?:date |when )?(?:last )?(?:updated|reviewed)(?: on| date)?|(?:date |when )(?:last )?(?:updated?|reviewed)|last update|update date|(?:date|month) of (?:last |next )?(?:update|review|meeting|report|decision)|(?:next |last )?(?:review|update|meeting|report|reporting|committee|audit|approval|issue)(?: date| due)|date (?:raised|added|agreed|reported|identified|logged|opened|approved|created|of entry|entered|last updated|issued)|review(?: frequency)?|frequency|next review|(?:opened|raised|agreed)(?: on)?"),
    (Meaning.START, 3, r"(?:(?:planned|target|actual|project|proposed|expected|forecast|baseline|original) )?(?:starts?|started|starting|commence\w*|begins?|beginning|from)(?: date| on| month)?|date (?:started|from|commenced)|start by"),
    (Meaning.PROGRESS, 3, r"rag (?:commentary|comments?|narrative|notes?|explanation|rationale|reason)|(?:status|rag) (?:and|comments?|commentary|notes?|narrative|update|report)\b.*|.*\b(?:status update|progress (?:update|report|comments?|commentary|notes?|narrative|summary|made|to date|statement|against)|update on progress|updates? (?:and|on|from|for|since)|commentary|narrative|position statement)\b.*"),
    (Meaning.STATUS, 3, r"(?:.* )?(?:rag|brag|ragb|bragg|b rag|r a g)(?: .*)?|(?:(?:current|action|overall|delivery|progress|latest|implementation|project|task|milestone|recommendation|rec|completion|previous|last|this|forecast|end of year|year end|budget|time) )*status(?: colour| rating| code| of action)?|(?:progress|performance|delivery|assurance|confidence|current|completion) rating|rating|traffic lights?|on track|(?:is it )?(?:complete|completed|done|implemented|achieved|closed)(?: y n| yes no)?|open closed|open or closed|dlt rating|health|how is it going|state"),
    (Meaning.PROGRESS, 3, r"(?:\w+ ){0,4}(?:progress|updates?|comments?|commentary|narrative|position|achievements?|achieved so far|latest|story so far)(?: (?:to date|so far|made|now|notes?|report|since|on action|and issues|and next steps|as at|at|to|in|for|this|during|from|against|box|received|summary|reported)(?: .*)?)?|(?:what (?:have|has) (?:we|been) (?:done|achieved|happened)|how are we doing|what we have done|what we did|where are we now|what has happened|work (?:done|completed|undertaken) (?:to date|so far)|actions? taken(?: .*)?|you said we did|where we are|how far have we got|evidence of progress)(?: .*)?|notes?|remarks?|feedback|response(?: to date)?|current situation|headlines?|highlights?|(?:highlight|exception|monthly|quarterly) reports?"),
    (Meaning.NEXT, 3, r"next steps?(?: .*)?|planned next|what next|(?:planned|future) (?:activity|actions|work) (?:next|in).*|still to do|outstanding(?: actions?| work)?"),
    (Meaning.SUPPORT, 3, r"(?:.* )?(?:partners?|supporting|supported by|support(?: officers?| lead| from| team| needed)?|stakeholders?|consultees?|with whom|working with|other (?:officers?|leads?|services?|teams?)|contributors?|delivery team|team members|in partnership with|consulted|informed|delivery partners?|who else)(?: .*)?|deputy(?: lead)?"),
    (Meaning.OWNER, 2, r"(?:accountable|responsible|lead) (?:(?:executive|corporate|assistant|strategic) )?(?:directors?|executives?|sponsors?|members?|chief officers?)"),
    (Meaning.OWNER, 3, r"(?:(?:action|task|delivery|named|day to day|operational|service|project|lead|responsible|accountable|officer|main|overall|hr|milestone|measure|kpi|pi|indicator|data|objective|programme|budget|contract|workstream|allocated|nominated) )*(?:leads?|owners?|managers?|officers?|lead (?:officers?|person|persons|manager|managers|name|contact|role|responsible)|lead and .*)(?: officers?| names?| role| s)?|(?:person|persons|officers?|who|who is|managers?|post|postholder|role|individual|people|lead|name|officer s|staff) (?:is )?(?:responsible|accountable|leading)(?: .*)?|responsib(?:le|ility|ilities)(?: .*)?|accountab(?:le|ility)(?: .*)?|who|by who|by whom|who by|who will .*|whose job|who s? ?(?:doing it|leading|job|responsible)|led by|assigned(?: to| officer)?|(?:allocated|delegated) to|officers?|lead|owned by|owner|named (?:officer|person|manager)|(?:budget |post |action |risk )?holder|managers?|post ?holder|delivered by|action by|action (?:for|with)|owner s|lead s|hr lead|point of contact|contact(?: officer| person)?|actionee|job title|post title"),
    (Meaning.OWNER, 2, r"(?:(?:strategic|executive|senior|cabinet|member|political|corporate|slt|clt|cmt|smt|director|elt|theme|programme|priority|risk|workstream|sponsor|lead) )+(?:lead|owner|sponsor|responsible officer|lead officer|member|leads?|owners?|officer)|(?:executive |senior |project )?sponsor|portfolio(?: holder)?|cabinet member|directors?|sro|senior responsible (?:officer|owner)|head of service|teams?|service(?: area)?|department|directorate|lead (?:service|department|directorate|team|organisation|agency)|responsible (?:service|team|department|directorate)"),
    (Meaning.MEASURE, 3, r"(?:.* )?(?:success(?: criteria| measures?)?|measures? of .*|how will (?:we|you|it) .*(?:know|measure|tell).*|how (?:we|will) (?:will )?(?:know|measure|be measured).*|how measured|what (?:will )?(?:success|good) looks? like.*|what does (?:success|good) look like.*|what difference.*|what will be different.*|so what|evidence(?: of .*| required| needed)?|outcome measures?|performance measures?|success looks like|acceptance criteria|critical success factors?|deliverables? and outcomes?|outputs?(?: and outcomes?)?|(?:expected|intended|desired|anticipated|planned) (?:outcomes?|results?|outputs?|impacts?|benefits?)|benefits?(?: realised)?|impact|performance targets?|key performance indicators?|kpis?|measures?)(?: .*)?"),
    (Meaning.INDICATOR, 3, r"(?:key )?(?:performance )?indicators?(?: (?:title|name|description|definition))?|(?:kpi|pi|measure|metric|indicator) (?:title|name|description|definition|text)|metrics?|(?:local|national) indicator"),
    (Meaning.TARGET, 3, r"(?:annual |year end |yearly )?targets? (?:20)?[0-9]{2}(?: [0-9]{2,4})?|(?:20)?[0-9]{2} [0-9]{2} targets?"),
    (Meaning.DUE, 3, r"(?:.* )?(?:due|deadline|by when|when by|timescales?|time scales?|time ?frames?|time ?lines?|timing|timetable|timings)(?: .*)?|when(?: .*)?|by(?: when)?|target (?:completion|date|end|finish|delivery|month|quarter|year|deadline)(?: date)?|(?:(?:planned|proposed|expected|anticipated|agreed|original|estimated|scheduled|estimate|baseline|target|project) )+(?:completion|end|finish|delivery|implementation|date)(?: date)?|(?:date )?(?:to be |for |of )?(?:completed? by|completion)(?: date| by| target)?|(?:date )?to be completed|(?:end|finish|ends|finishes|delivery|implementation|completion|due)(?: date| by)?|(?:milestone|target|action) (?:date|by)|date|dates|to|until|quarter|year|completed? by|deliver(?:ed|y)? by|implement(?:ed)? by|year of delivery|quarter due|month|date (?:due|for completion|required|to complete|needed)|target(?:ed)? for"),
    (Meaning.MEASURE, 2, r"(?:.* )?outcomes?(?: .*)?"),
    (Meaning.RESOURCE, 3, r"(?:.* )?(?:resources?|budgets?|costs?|funding|finance|financial|savings?|spend|hours|capacity|investment)(?: .*)?"),
    (Meaning.TARGET, 3, r"targets?|(?:annual|year end|yearly|\w+ )?targets?(?: \w+)?|baseline|benchmark|trajectory|tolerance|threshold"),
    (Meaning.ACTUAL, 3, r"(?:.* )?(?:actuals?|outturns?|performance|results?|value|achieved|current figure|ytd|year to date|figure)(?: .*)?"),
    (Meaning.ACTION, 3, r"(?:.* )?(?:actions?|tasks?|activit(?:y|ies)|recommendations?|what (?:we will do|will we do|will be done|are we going to do|we are going to do|needs to be done|do we need to do|we need to do|will you do|is to be done|we plan to do|we re going to do|we ll do|must be done|needs to happen|will happen)|we will|milestones?|steps?|interventions?|initiatives?|to do|commitments?|how will we (?:do|achieve|get|deliver).*|how we will (?:do|achieve|get|deliver).*)(?: .*)?|what|how|key deliverables?|management response"),
    (Meaning.ACTION, 2, r"(?:.* )?(?:projects?|objectives?|sub objectives?|deliverables?|requirements?|proposals?|improvements?|issues?|findings?|descriptions?|details?|work(?: items?)?|title|goals?|aims?|name|promises?|pledges?|areas? for improvement)(?: .*)?"),
    (Meaning.THEME, 3, r"(?:strategic |corporate |key |our |council |main |priority |people |delivery |hr |overarching )*(?:themes?|work ?streams?|work streams?|strands?|pillars?|priority areas?|priority themes?|strategic (?:priority|priorities|objectives?|aims?|goals?|outcomes?)|corporate (?:priority|objective|outcome|aim|plan priority)|sections?|ambitions?|domains?|focus(?: areas?)?|areas? of focus|areas?(?: of work)?|work areas?|categor(?:y|ies)|programmes?|topics?|headings?|subject|priorit(?:y|ies)|what we want to achieve|key area)(?: (?:title|name|area|heading))?"),
)  # fmt: skip
_THEME_WORDS = re.compile(r"(?:.* )?(?:theme|workstream|strand|pillar|priorit(?:y|ies)|objectives?|outcomes?|aims?|goals?|section|ambition|area|category|programme|directorate|service|department|team|domain|focus|driver|commitment|chapter|project|topic)s?(?: .*)?")  # fmt: skip
_COMPILED = [(meaning, strength, re.compile(pattern)) for meaning, strength, pattern in _PATTERNS]
_LONGEST = 120
PATH_SEPARATOR = " / "
"""What stands between the parts of a heading over several rows."""
_SIDES = re.compile(r"\s*/\s*|\s+(?:and|with|&|plus)\s+", re.IGNORECASE)


@lru_cache(maxsize=8192)
def meaning_of(heading: str) -> tuple[Meaning | None, int]:
    """Return what a heading says and how plainly (3 plainly, 2 perhaps, 0 not at all).

    A heading over two rows is given as `Timescale / Start`: its last part counts first, then the whole, then the group.
    """
    parts = heading.split(PATH_SEPARATOR)
    wholes = [parts[-1], " ".join(parts), *reversed(parts[:-1])] if len(parts) > 1 else [heading]
    for text in wholes:
        if (found := _meaning_of_text(text))[0]:
            return found
    return None, 0


@lru_cache(maxsize=8192)
def meaning_of_cell(heading: str) -> tuple[Meaning | None, int]:
    """Return what a heading in one cell says: of `Lead / Support` and `Lead and partners` who leads counts, whom they work with not."""
    found = _meaning_of_text(heading)
    sides = sides_of(heading)
    if found[0] is None or len(sides) > 1 and "/" in heading and found[1] < 3:
        found = next((m for side in reversed(sides) if (m := _meaning_of_text(side))[0]), found)
    if found[0] is Meaning.SUPPORT and len(sides) > 1 and (first := _meaning_of_text(sides[0]))[0] is Meaning.OWNER:
        return first
    return found


def sides_of(heading: str) -> list[str]:
    """Return the parts of a heading in one cell that are joined by `/`, `and` or `with`."""
    return _SIDES.split(heading)


def may_be_theme(heading: str) -> bool:
    """Return whether a column so headed may say under which theme a line stands."""
    return bool(_THEME_WORDS.fullmatch(fold_name(heading)[:_LONGEST]))


def _meaning_of_text(text: str) -> tuple[Meaning | None, int]:
    bare = re.sub(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]", " ", text)
    folded = fold_name(text)[:_LONGEST]
    first = folded if "rag" in folded.split() else ""
    wholes = dict.fromkeys((first, fold_name(bare)[:_LONGEST], folded, fold_name(without_period(bare))[:_LONGEST]))
    for one in wholes:
        for meaning, strength, pattern in _COMPILED:
            if one and pattern.fullmatch(one):
                return meaning, strength
    return None, 0

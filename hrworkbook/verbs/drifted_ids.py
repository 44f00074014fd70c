"""IDs that no longer mean the line they were issued for: what validate says of them, by the same proof that merge asks for."""

from collections.abc import Iterator

from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.plan.findings import Finding
from hrworkbook.plan.model import Plan, duplicate_ids
from hrworkbook.plan.schema import ID_HEADER


def drifted_id_findings(plan: Plan) -> Iterator[Finding]:
    """Yield a warning for each line of the plan whose ID was issued in this period for another line, or that bore another.

    HR's columns tell, as they were issued and as they stand. A plan with a doubled ID has a worse fault, told elsewhere.
    """
    if plan.schema.collect or not plan.id or duplicate_ids(plan.lines):
        return
    issued = IssuedReturns(plan)
    told: set[str] = set()
    for one in issued.open_returns():
        for id_, now in issued.current_lines(one).items():
            if now.id in told or not now.id or (now.id == id_ and not now.doubt):
                continue
            told.add(now.id)
            fault = f"its ID was issued in {one.id} for a line of which HR's columns said something else"
            remedy = "If another line was typed into this row, clear its ID: Validate then gives it one of its own"
            if not now.doubt:
                fault = f"it was issued in {one.id} as {id_}, by what HR's columns say"
                remedy = f"Its answers will come here all the same. Give it back the ID {id_} if it is to keep it"
            line = plan.by_id[now.id]
            yield Finding(
                "warning", line.sheet, plan.address(line, ""), ID_HEADER, line.id, "drifted-id", fault, remedy, line.id
            )  # fmt: skip

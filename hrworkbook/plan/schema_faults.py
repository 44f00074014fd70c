"""What stands on a master's own sheets and cannot be: told with its cells, all at once."""

from collections.abc import Sequence

from hrworkbook.plan.errors import NotAMaster
from hrworkbook.plan.findings import Finding, count_noun


class SchemaFaults(NotAMaster):
    """A master's Columns sheet has slips, or its sheets contradict one another; `findings` are all of them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first, more = findings[0], len(findings) - 1
        others = f" Validate lists {count_noun(more, 'other fault', 'other faults')} of this kind" if more else ""
        super().__init__(first.place, first.fault, f"{first.remedy.rstrip('.')}.{others}" if others else first.remedy)

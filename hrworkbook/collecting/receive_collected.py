"""Which files may be merged into a collection, each as it was read, and which may not, with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hrworkbook.collecting.collect_file import CollectedFile, collect_file
from hrworkbook.collecting.collected_line import CollectedLine
from hrworkbook.collecting.duplicates import contradict
from hrworkbook.collecting.given_months import FileSheet, GivenMonths
from hrworkbook.collecting.line_keys import LineKey, LineKeys
from hrworkbook.collecting.period_conflicts import hold_conflicting
from hrworkbook.collecting.questions import HoldReason, SheetQuestion
from hrworkbook.merging.issued_returns import IssuedReturns
from hrworkbook.merging.merge_history import already_merged, duplicate_file
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile, refused_file, to_local_time
from hrworkbook.merging.read_return import MergeContext
from hrworkbook.plan.errors import HrWorkbookError, NotAReturn, WrongPeriod
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.ledgers import JOURNAL
from hrworkbook.plan.model import Line, Plan
from hrworkbook.tables.reporting_month import month_named_in, period_of


@dataclass(frozen=True)
class CollectedReturn:
    """One file that may be merged, as it was read; its sheets are no longer kept."""

    received: ReceivedFile
    collected: CollectedFile

    @property
    def lines(self) -> list[CollectedLine]:
        """Return its lines about which no question stands open."""
        return [line for line in self.collected.lines if not line.hold_reason]


@dataclass(frozen=True)
class CollectionReader:
    """Reads files for one merge, by what the plan knows of headings, names and files merged before."""

    plan: Plan
    issued: IssuedReturns
    keys: LineKeys
    given: GivenMonths

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        return MergeContext(self.plan).aliases

    @cached_property
    def _lines(self) -> dict[LineKey, Line]:
        found: dict[LineKey, Line] = {}
        for line in self.plan.lines:
            if key := self.keys.key_of(line.values):
                found.setdefault(key, line)
        return found

    def read(self, received: Iterable[ReceivedFile | RefusedFile]) -> tuple[list[CollectedReturn], list[RefusedFile]]:
        """Return the files that may be merged, by their hash, and those that may not, each with its reason, by their names.

        Raises HrWorkbookError where a month was given for a sheet or file that is not there.
        """
        refused: list[RefusedFile] = []
        sheets: list[FileSheet] = []
        best: dict[str, tuple[ReceivedFile, CollectedReturn | RefusedFile]] = {}
        for item in received:
            if isinstance(item, RefusedFile):
                refused.append(item)
                continue
            sheets += [(item.file, block.name) for block in item.blocks]
            known = best.get(item.sha256)
            if known and _copy_preference(known[0]) <= _copy_preference(item):
                refused.append(duplicate_file(item))
                continue
            if known:
                refused.append(duplicate_file(known[0]))
            best[item.sha256] = replace(item, blocks=()), self._read_one(item)
        self.given.check_names(sheets)
        read = {sha256: one for sha256, (_, one) in sorted(best.items()) if isinstance(one, CollectedReturn)}
        refused += self._hold_shared_month(read)
        refused += [one for _, one in best.values() if isinstance(one, RefusedFile)]
        return list(read.values()), sorted(refused, key=lambda r: (r.file, r.sha256, r.status, r.reason))

    def _hold_shared_month(self, read: dict[str, CollectedReturn]) -> list[RefusedFile]:
        """Hold, of the files read, those that cannot all be for the one month given; return what is then refused."""
        month = self.given.for_all
        if not month:
            return []
        files = {sha256: (one.received.file, one.collected) for sha256, one in read.items()}
        refused = []
        for sha256, collected in hold_conflicting(files, month, self.keys.named_by).items():
            try:
                _check_mergeable(read[sha256].received.file, collected)
                read[sha256] = replace(read[sha256], collected=collected)
            except HrWorkbookError as error:
                refused.append(_refused_file(read.pop(sha256).received, error))
        return refused

    def _read_one(self, item: ReceivedFile) -> CollectedReturn | RefusedFile:
        """Return one file as it may be merged, or why it may not."""
        before = self.issued.merge_history.rows_of_file(item.sha256)
        if before and not (self.given and self._had_waited(item)):
            return already_merged(item, before)
        try:
            collected = self._collect(item, self.given)
            if before and (answered := self._answered_before(collected, before[0].text("Return"))):
                collected = self._collect(item, replace(self.given, by_name={**answered, **self.given.by_name}))
            _check_mergeable(item.file, collected)
        except HrWorkbookError as error:
            return _refused_file(item, error)
        return CollectedReturn(replace(item, blocks=(), sent=to_local_time(item.sent)), collected)

    def _collect(self, item: ReceivedFile, given: GivenMonths) -> CollectedFile:
        return collect_file(item.blocks, self.plan.schema, item.file, self._aliases, given, self.keys.same_names)

    def _had_waited(self, item: ReceivedFile) -> bool:
        """Return whether lines of a file that was merged waited for their month to be given."""
        return any(not line.period for line in self._collect(item, GivenMonths()).lines)

    def _answered_before(self, collected: CollectedFile, return_id: str) -> dict[str, str]:
        """Return the months, by sheet, under which sheets that wait for one were merged before.

        It is the one month of those this return brought in under which the plan has each of the sheet's lines as it is.
        """
        header = self.plan.schema[self.keys.period].header
        months = {
            period_of(row["After"])
            for row in JOURNAL.data_rows(self.plan.snapshot)
            if row.text("Return") == return_id and row.text("Column") == header
        } - {""}
        answered = {}
        waiting = [line for line in collected.lines if line.hold_reason is HoldReason.NO_MONTH]
        for sheet in dict.fromkeys(line.sheet for line in waiting):
            lines = [line for line in waiting if line.sheet == sheet]
            fitting = [month for month in months if all(self._stands_in_plan(line, month) for line in lines)]
            if len(fitting) == 1:
                answered[sheet] = fitting[0]
        return answered

    def _stands_in_plan(self, line: CollectedLine, month: str) -> bool:
        known = self._lines.get((month, *line.key[1:]))
        if known is None:
            return False
        says = {key: value for key, value in line.values.items() if key not in self.keys.columns}
        return not contradict(says, known.values)


def _copy_preference(item: ReceivedFile) -> tuple[bool, str, str, str]:
    """Return which copy of a file is read: one whose name says a month, then by their names, whatever order they come in."""
    return (not month_named_in(item.file), item.file, item.sender, str(item.sent))


def _refused_file(item: ReceivedFile, error: HrWorkbookError) -> RefusedFile:
    what = FileStatus.NO_MONTH if isinstance(error, WrongPeriod) else FileStatus.REFUSED
    return refused_file(item, error, what)


def _check_mergeable(file: str, collected: CollectedFile) -> None:
    """Raise NotAReturn where no line of the file can be merged, WrongPeriod where all it takes is their month."""
    if not collected.lines:
        if collected.questions:
            raise NotAReturn(file, *_first_question(collected.questions))
        raise NotAReturn(file, "it has headings but no lines filled in", "Ask the sender for the filled-in return")
    if all(line.hold_reason for line in collected.lines):
        kind = NotAReturn if any(line.period for line in collected.lines) else WrongPeriod
        raise kind(file, *_first_question(collected.questions))


def _first_question(questions: Sequence[SheetQuestion]) -> tuple[str, str]:
    """Return the first question as fault and remedy, with how many more there are."""
    fault, remedy = questions[0].fault, questions[0].remedy
    more = f" ({count_noun(len(questions) - 1, 'more sheet')} likewise)" if len(questions) > 1 else ""
    return f"{fault[0].lower()}{fault[1:]}{more}", remedy

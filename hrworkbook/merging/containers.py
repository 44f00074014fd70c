"""A mail, a mailbox or a zip of which much was refused → one outcome that says how much, why, and of which files."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from hrworkbook.intake.attachments import Container
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile, RefusedInside
from hrworkbook.merging.read_return import ReadReturn
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.ledger_words import FileStatus
from hrworkbook.plan.values import shorten

_KEPT_APART = (FileStatus.ALREADY_MERGED, FileStatus.SENT_AGAIN, FileStatus.OLDER)
"""What is said of a return in a container by itself, since a return of the plan is meant."""
_WORST_FIRST = (FileStatus.REFUSED, FileStatus.NO_MONTH, FileStatus.NO_RETURN, FileStatus.TWICE)
_REASONS, _NAMED = 50, 50
"""Reasons that are told, and files that are named for each."""
_NAMED_ON_A_LINE, _REASONS_ON_A_LINE = 3, 4
_LONGEST_REASON = 300
_QUOTED = re.compile(r"'[^']*'|[0-9]+(?:[,.][0-9]+)*")
"""What a reason quotes of its file, in which reasons that are alike differ."""

Item = TypeVar("Item", bound="ReceivedFile | RefusedFile | ReadReturn")


class Containers:
    """What each file of a merge came in, noted as the files pass by."""

    def __init__(self) -> None:
        self._of: dict[str, Container] = {}

    def noting(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the same items."""
        for item in items:
            file = item.received if isinstance(item, ReadReturn) else item
            if file.container:
                self._of[file.file] = file.container
            yield item

    def told_once(self, refused: Sequence[RefusedFile]) -> list[RefusedFile]:
        """Return what was refused, in the same order, with one outcome for each container of which several files were refused."""
        together: dict[Container, list[RefusedFile]] = {}
        for one in refused:
            container = one.container or self._of.get(one.file)
            if container and one.status not in _KEPT_APART:
                together.setdefault(container, []).append(one)
        told: list[RefusedFile] = []
        seen: set[object] = set()
        for one in refused:
            container = one.container or self._of.get(one.file)
            several = together.get(container, ()) if container and one.status not in _KEPT_APART else ()
            key = (container, one.status, one.return_id, one.sha256) if len(several) < 2 else container
            if container and key in seen:
                continue
            seen.add(key)
            told.append(_as_one(container, several) if container and len(several) > 1 else one)
        return told


def _as_one(container: Container, refused: Sequence[RefusedFile]) -> RefusedFile:
    """Return what was refused of one container."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for one in refused:
        reason = " ".join(one.reason.split())
        alike.setdefault(_QUOTED.sub(_general, reason), []).append((shorten(reason, _LONGEST_REASON), one.file))
    begin = f"{container.name} > "
    inside = [
        RefusedInside(
            shorten(general, _LONGEST_REASON) if len({said for said, _ in told}) > 1 else told[0][0],
            len(told),
            tuple(file.removeprefix(begin) for _, file in told[:_NAMED]),
        )
        for general, told in sorted(alike.items(), key=lambda item: -len(item[1]))
    ]
    if len(inside) > _REASONS:
        others = sum(one.count for one in inside[_REASONS:])
        inside[_REASONS:] = [RefusedInside("other reasons", others, ())]
    senders, moments = {one.sender for one in refused}, {one.sent for one in refused}
    return RefusedFile(
        container.name,
        _on_a_line(inside, len(refused)),
        sender=senders.pop() if len(senders) == 1 else "",
        sent=moments.pop() if len(moments) == 1 else None,
        status=min(
            (one.status for one in refused), key=lambda what: _WORST_FIRST.index(what) if what in _WORST_FIRST else 0
        ),
        container=container,
        inside=tuple(inside),
    )


def _general(quoted: re.Match[str]) -> str:
    return "'…'" if quoted[0].startswith("'") else "…"


def _on_a_line(inside: Sequence[RefusedInside], number: int) -> str:
    """Return the commonest reasons, each with the first files."""
    told = [f"{one.count:,} × “{one.reason}” ({one.named(_NAMED_ON_A_LINE)})" for one in inside[:_REASONS_ON_A_LINE]]
    if rest := number - sum(one.count for one in inside[:_REASONS_ON_A_LINE]):
        told.append(f"{rest:,} × for other reasons")
    return f"{count_noun(number, 'file')} in it were not merged: {'; '.join(told)}"

"""What a press of a button on the page does: its job on the plan's file, carried out, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.choices import Choice, decide_choices_job
from hrworkbook.jobs.job import OUT_FOLDER, Job, PlanHost, Progress, carry_out
from hrworkbook.jobs.plain import received_job, roll_job, undo_job, validate_job
from hrworkbook.jobs.signed import signed
from hrworkbook.page.folder import out_folder
from hrworkbook.page.receipt import Receipt, merge_receipt, receipt
from hrworkbook.plan.findings import count_noun, errors_of, join_words
from hrworkbook.plan.snapshot import Snapshot


@dataclass(frozen=True)
class Press:
    """A button pressed: on which plan, when, by whom, and with what."""

    verb: str
    plan: Path
    now: datetime
    who: str
    uploads: tuple[Path, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    """What the form said: a return's ID, an owner, a date, `anyway` …"""
    choices: tuple[Choice, ...] = ()

    def option(self, name: str) -> str:
        """Return an option's text; '' where it was not given."""
        return self.options.get(name, "").strip()


@dataclass(frozen=True)
class Run:
    """What a verb's function works with."""

    press: Press
    host: PlanHost
    snapshot: Snapshot
    progress: Progress

    def carry_out(self, job: Job[Any]) -> Job[Any]:
        """Carry a job out with the name of who pressed beside what it notes."""
        return carry_out(signed(job, self.snapshot, self.press.who), self.host)

    @property
    def out_folder(self) -> Path:
        """Where the plan's drafts go."""
        return out_folder(self.press.plan, OUT_FOLDER)


def perform(progress: Progress, press: Press) -> Receipt:
    """Do what a button promises; return what came of it. Raises as its job does."""
    if press.verb == "adopt":
        return _adopt(press)
    host = FileHost(press.plan)
    return VERBS[press.verb](Run(press, host, host.snapshot(), progress))


def _adopt(press: Press) -> Receipt:
    from hrworkbook.jobs.adopt import adopt_job

    source = press.plan
    target = source.with_name(f"{source.stem} - HR plan{source.suffix if source.suffix == '.xlsm' else '.xlsx'}")
    job = carry_out(adopt_job(source, press.now, target))
    asked = job.result.own.questions
    notes = (
        f"{q.what}? Taken: {q.taken}." + (f" Else: {join_words(q.instead, 'or')}." if q.instead else "") for q in asked
    )
    return replace(receipt(job, bool(asked)), notes=tuple(notes), plan=target.name)


def _validate(run: Run) -> Receipt:
    job = run.carry_out(validate_job(run.snapshot, run.press.now))
    return receipt(job, bool(errors_of(job.result.findings)))


def _issue(run: Run) -> Receipt:
    from hrworkbook.jobs.issue import issue_job

    press = run.press
    job = run.carry_out(
        issue_job(
            run.snapshot, press.now, run.out_folder, press.option("due"), press.option("owner"),
            anyway=bool(press.option("anyway")), again=bool(press.option("again")), progress=run.progress,
        )
    )  # fmt: skip
    told = [f"{r.id}, {r.owner.role}: {count_noun(len(r.lines), 'line')}." for r in job.result.returns]
    return replace(receipt(job), notes=tuple(told), has_drafts=bool(job.files))


def _merge(run: Run) -> Receipt:
    from hrworkbook.jobs.merge import merge_job

    press = run.press
    job = merge_job(
        run.snapshot, press.uploads, press.now, period=press.option("period"), password=press.option("password") or None,
        jobs=1, progress=run.progress,
    )  # fmt: skip
    return merge_receipt(run.carry_out(job))


def _decide(run: Run) -> Receipt:
    job = run.carry_out(decide_choices_job(run.snapshot, run.press.now, run.press.choices))
    return receipt(job, bool(job.result.waiting_count or job.result.findings), findings=job.result.findings)


def _undo(run: Run) -> Receipt:
    job = run.carry_out(undo_job(run.snapshot, run.press.now, run.press.option("return")))
    left = tuple(f"{place} is left as it is: {why}." for place, why in job.result.left_cells)
    return replace(receipt(job, bool(left)), notes=left)


def _received(run: Run) -> Receipt:
    press = run.press
    is_taken_back = bool(press.option("take_back"))
    return receipt(run.carry_out(received_job(run.snapshot, press.now, press.option("owner"), undo=is_taken_back)))


def _chase(run: Run) -> Receipt:
    from hrworkbook.jobs.chase import chase_job

    job = run.carry_out(chase_job(run.snapshot, run.press.now, run.out_folder, progress=run.progress))
    told = tuple(f"{one.return_.id}, {one.return_.owner.role}." for one in job.result.reminders)
    return replace(receipt(job), notes=told, has_drafts=bool(job.files))


def _bounce(run: Run) -> Receipt:
    from hrworkbook.jobs.bounce import bounce_job

    press = run.press
    job = run.carry_out(
        bounce_job(run.snapshot, press.now, run.out_folder, press.option("owner"), progress=run.progress)
    )
    told = (
        f"{one.return_.id}, {one.return_.owner.role}: {count_noun(len(one.faulty_cells), 'cell')} to mend."
        for one in job.result.returns
    )
    return replace(receipt(job), notes=tuple(told), has_drafts=bool(job.files))


def _appendix(run: Run) -> Receipt:
    return _papers(run, pdf=False)


def _pdf(run: Run) -> Receipt:
    return _papers(run, pdf=True)


def _papers(run: Run, *, pdf: bool) -> Receipt:
    from hrworkbook.jobs.appendix import appendix_job, appendix_path, place_appendix

    press = run.press
    target = appendix_path(press.plan)
    job = appendix_job(
        run.snapshot, press.now, target, master=press.plan, anyway=bool(press.option("anyway")), docx=True,
        period=press.option("period"), progress=run.progress,
    )  # fmt: skip
    done = place_appendix(job, run.host, pdf=pdf, progress=run.progress)
    made = receipt(done, bool(done.findings), findings=done.findings)
    return replace(made, notes=(f"For the covering report: {done.result.paragraph}",), has_papers=True)


def _roll(run: Run) -> Receipt:
    return receipt(run.carry_out(roll_job(run.snapshot, run.press.now, run.press.option("next"))))


VERBS: dict[str, Callable[[Run], Receipt]] = {
    "validate": _validate, "issue": _issue, "merge": _merge, "decide": _decide, "undo": _undo, "received": _received,
    "chase": _chase, "bounce": _bounce, "appendix": _appendix, "pdf": _pdf, "roll": _roll,
}  # fmt: skip
"""What each verb of a plan does, by its word; `adopt` works on what is no plan yet."""

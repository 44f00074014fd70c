"""What each button of the HR Plan tab runs: one verb on the workbook in front."""

import sys

from hrworkbook.hosts.fault_log import keep_details
from hrworkbook.hosts.live import LiveHost, calling_workbook, is_warm
from hrworkbook.jobs.job import carry_out
from hrworkbook.jobs.job_process import skip_garbage_collection
from hrworkbook.plan.errors import HrWorkbookError, keep_warnings_away
from hrworkbook.plan.values import clean
from hrworkbook.ribbon.buttons import BUTTONS


def click(verb: str, *arguments: str) -> None:
    """Do what a button promises, in the workbook that called.

    The message of the verb is told and its `goto` shown. What cannot be done is told in at most three lines, with the
    workbook as it was, and ends the process with 2, upon which RunPython shows those lines; a process that stays warm
    for the next click shows them itself.
    """
    host: LiveHost | None = None
    state_text, first_part = "nothing was changed", ""
    keep_warnings_away()
    if not is_warm():
        skip_garbage_collection()
    try:
        host = calling_workbook()
        if verb not in BUTTONS:
            raise HrWorkbookError(
                "HR Plan", f"there is no button '{verb}'", "Update hrworkbook and its add-in together"
            )
        host.progress(f"HR Plan: {verb} …")
        pressed = BUTTONS[verb](host, host.snapshot(), arguments)
        carry_out(pressed.job, host)
        state_text, message = "what you asked is done", pressed.job.message
        if pressed.follow_up:
            state_text, first_part = "the rest is done", f"{message} {pressed.follow_up.failed_text}\n"
            message, first_part = f"{message} {pressed.follow_up.action()}".strip(), ""
        host.progress("")
        host.show_message(message)
    except HrWorkbookError as error:
        _show_failure(host, f"{first_part}{error}")
    except Exception as error:
        _show_failure(
            host, f"{first_part}Something went wrong that should not have; {state_text}.\n{keep_details(error)}"
        )


def _show_failure(host: LiveHost | None, message: str) -> None:
    text = "\n".join(line[:400] for line in clean(message).splitlines()[:3])
    warm = is_warm()
    if host:
        host.progress("")
        # RunPython shows in a box what stands on stderr, but not that of a process that stays.
        if warm or not host.waits_for_an_answer:
            host.show_message(text, wrong=True)
    if warm and host:
        return
    print(text, file=sys.stderr)
    raise RuntimeError(text) if warm else SystemExit(2)

"""The command line: one command for each verb, for people and (with --json) for programs."""

import argparse
import difflib
import os
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from hrworkbook.cli.options import Commands, committee_options, machine_options, serve_options
from hrworkbook.jobs.job_process import skip_garbage_collection
from hrworkbook.plan.errors import HrWorkbookError, NotReady, format_message, keep_warnings_away, reason_of
from hrworkbook.plan.values import one_line

ABOUT = """Keep a plan in an Excel workbook: check it, send each owner their part, merge what comes back,
and make the appendix for the committee. MASTER is the workbook you work in."""

LIVE_COMMANDS = (
    "validate",
    "next",
    "issue",
    "merge",
    "decide",
    "undo",
    "received",
    "chase",
    "bounce",
    "appendix",
    "roll",
)
"""The commands that can work on the open document."""

_WITHOUT_MASTER = (
    "new",
    "adopt",
    "schema",
    "read",
    "check",
    "demo",
    "install",
    "uninstall",
    "doctor",
    "build",
    "serve",
)

EXIT_CODES_TEXT = "Ends with 0 when all is well, 1 when something needs a person, 2 when the job could not be done."

COMMANDS: dict[str, tuple[str, str]] = {
    "new": (
        "make a new master workbook",
        "Makes a master from a schema (delivery-plan, scorecard, workstreams, workforce, or your own .toml file), empty or filled with a plan "
        "you have in a CSV file or another workbook. Headings are matched by name or alias; the owners named are listed "
        "on the Owners sheet. Nothing that is in the file is left out silently.",
    ),
    "adopt": (
        "make your own workbook the master",
        "Reads the workbook you keep the plan in, finds its tables, and draws up what each column is from its heading and its "
        "cells. What was guessed is told, with what it could be instead; nothing in it is left out silently.",
    ),
    "validate": (
        "check every entry of the plan",
        "Checks the plan against its schema: what is missing, misspelt, overdue, unreported or contradictory. The "
        "problems go to the Problems sheet, each with a link to its cell, and are listed here. New lines get their ID.",
    ),
    "next": (
        "show the next problem",
        "Shows the problem that comes after a cell in the order of the Problems sheet, and what to do about it.",
    ),
    "schema": (
        "show what a workbook says its columns are",
        "Shows the schema of a master, as its Columns sheet has it, as a text file in TOML: to keep, to compare, or to make "
        "another master from.",
    ),
    "upgrade": (
        "bring a master made before up to date",
        "Gives a master that keeps its schema hidden a Columns sheet, on which each column of the plan can be changed. The "
        "file as it was is kept as a backup; what was changed is listed.",
    ),
    "issue": (
        "write one return for each owner",
        "Writes a workbook for each owner with only their lines, locked but for the cells they may fill in, and a "
        "covering mail you can open and send. The master remembers what went out.",
    ),
    "read": (
        "show how a file would be read",
        "Reads one file the way merge would, and tells what it found: the sheet, the heading row, which column is "
        "which, and every cell that has no place. Changes nothing.",
    ),
    "merge": (
        "merge the returns that came back",
        "Reads returns, mails (.eml, .msg, mbox), folders and zips of them, and merges what owners filled in. Every cell "
        "is accounted for: unchanged, already there, applied, or listed for you to decide. Nothing is overwritten that "
        "you changed meanwhile.",
    ),
    "decide": (
        "apply what you chose on the Decisions sheet",
        "Applies each decision you made on the Decisions sheet: keep master, take return, keep both, or my own text.",
    ),
    "undo": (
        "put back what one return changed",
        "Puts back the cells one return changed. Cells changed again since are left as they are, and listed.",
    ),
    "received": (
        "mark a return as answered without a file, by phone or in person",
        "Marks an owner's return in the Register as received: it counts as one that is in, and chase writes no reminder. "
        "What you were told you type into the plan yourself. --undo takes the mark back.",
    ),
    "chase": (
        "write reminders to owners still out",
        "Writes a reminder mail for each owner whose return has not come back, with their open lines attached.",
    ),
    "bounce": (
        "send returns back for cells to mend",
        "Writes a reply for each return with cells that could not be taken: the same return with the owner's answers in "
        "it, and a comment on each faulty cell that says what is wrong and what to do.",
    ),
    "appendix": (
        "make the appendix for the committee",
        "Writes the formatted appendix as a workbook that prints as planned, and with --pdf as a PDF too. Of several masters it "
        "makes a pack: one paper with one summary, and a section for each plan.",
    ),
    "check": (
        "check a workbook before it is published",
        "Looks for what must not leave the building, or would keep someone from reading it: exempt lines, hidden sheets, comments, "
        "authors, external links, merged cells, missing titles, text that would be clipped. Works on any workbook.",
    ),
    "roll": (
        "close the period and start the next",
        "Keeps the plan as it was reported on the Past periods sheet, clears or carries each column as the schema says, and names the "
        "next period. Lines that were complete have now been reported once and leave the next appendix.",
    ),
    "serve": (
        "serve a folder's plans as a page for any browser",
        "Serves a page with the plans of a folder: where each stands, the buttons of the HR Plan tab, problems, decisions, the "
        "journal, the papers. It shows its address with a one-time key on the first line, and runs until Ctrl+C.",
    ),
    "install": (
        "put the HR Plan tab into Excel",
        "Puts the add-in where Excel on Windows or the Mac loads it, for you alone and without an administrator, and "
        "tells what it did.",
    ),
    "uninstall": ("take the HR Plan tab out of Excel", "Undoes what install did, and leaves nothing behind."),
    "doctor": (
        "find out why a button does not work",
        "Looks at the add-in, its settings, Python, and the rules of this computer that can stop a button, and says what "
        "to do about each.",
    ),
    "build": (
        "build the add-in and the masters from text",
        "For developers: makes workbook/hrworkbook.xlam and the masters from macros/ and schemas/, the same bytes each "
        "time.",
    ),
    "demo": (
        "show the whole job on an example plan",
        "Makes an example plan, issues returns, receives made-up replies, merges them, and makes an appendix. Start here.",
    ),
}
"""Each command's one-line help and its longer explanation."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line, as every other refusal."""

    def error(self, message: str) -> NoReturn:
        if match := re.match(r"argument COMMAND: invalid choice: '(.*?)' \(", message):
            near = difflib.get_close_matches(match[1].lower(), COMMANDS, 1, 0.6)
            message = f"there is no command '{match[1]}'. "
            message += f"Did you mean {near[0]}?" if near else f"Choose {', '.join(COMMANDS)}"
        self.exit(2, f"{format_message(self.prog, message)} For help: {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command and its help."""
    parser = _Parser(prog="hrworkbook", description=ABOUT, epilog=EXIT_CODES_TEXT)
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    made = {
        name: commands.add_parser(name, help=short, description=long, epilog=EXIT_CODES_TEXT)
        for name, (short, long) in COMMANDS.items()
    }
    for name, command in made.items():
        if name == "appendix":
            command.add_argument(
                "masters", metavar="MASTER", nargs="+", help="the master workbook; of several, one paper is made of all"
            )
        elif name not in _WITHOUT_MASTER:
            command.add_argument("master", metavar="MASTER", help="the master workbook")
        if name in LIVE_COMMANDS:
            command.add_argument(
                "--live", action="store_true", help="work on MASTER as it is open in Excel or Calc; you save it"
            )
        if name not in ("demo", "serve"):
            command.add_argument("--json", action="store_true", help="print the result as JSON, for programs")
    for options in (
        _plan_options,
        _return_options,
        _merge_options,
        committee_options,
        machine_options,
        serve_options,
    ):
        options(made)
    return parser


def _plan_options(made: Commands) -> None:
    new = made["new"]
    new.usage = "%(prog)s [-h] [--json] [--from FILE] [--sheet NAME] [--force] [SCHEMA] MASTER"
    new.add_argument(
        "names", metavar="[SCHEMA] MASTER", nargs="+",
        help="delivery-plan, scorecard, workstreams, or the path of your own .toml file (left out, one is drawn up from FILE); then the "
        "workbook to make, such as plan.xlsx",
    )  # fmt: skip
    new.add_argument(
        "--from", dest="source", metavar="FILE", help="a CSV file, workbook or Word document with the plan as it is now"
    )
    new.add_argument(
        "--sheet", metavar="NAME", action="append", default=[],
        help="read this sheet of FILE only; may be given again (else every sheet with the plan's headings is read)",
    )  # fmt: skip
    new.add_argument(
        "--force", action="store_true", help="replace MASTER if it is there (the old one is kept as a backup)"
    )
    adopt = made["adopt"]
    adopt.add_argument("file", metavar="FILE", help="the workbook with your plan")
    adopt.add_argument("-o", "--out", metavar="MASTER", help="write the master here and leave FILE as it is")
    adopt.add_argument(
        "--sheet", metavar="NAME", action="append", default=[], help="read this sheet of FILE only; may be given again"
    )
    adopt.add_argument("--dry-run", action="store_true", help="tell what would happen and change nothing")
    made["validate"].add_argument(
        "--checks", metavar="FILE", action="append", default=[],
        help="a Python file with checks of your own (see docs/pandera.md); may be given again",
    )  # fmt: skip
    made["schema"].add_argument("file", metavar="FILE", help="the workbook")
    made["schema"].add_argument("-o", "--out", metavar="FILE.toml", help="write it to this file; else it is shown")
    made["schema"].add_argument(
        "--force", action="store_true", help="replace the file if it is there (kept as a backup)"
    )
    made["next"].add_argument("--after", metavar="CELL", default="", help="where you are, such as Plan!H7")
    made["roll"].add_argument(
        "--next", metavar="PERIOD", help="the next period, such as 2016/17 Q4; else the quarter after this one"
    )


def _return_options(made: Commands) -> None:
    made["issue"].add_argument(
        "--due", metavar="DATE", help="when they are to be back, such as 12/12/2016; else as on the Start sheet"
    )
    for name in ("issue", "appendix"):
        made[name].add_argument(
            "--anyway", action="store_true", help="go on although errors stand or decisions wait, and say so in it"
        )
    for name, written in (("issue", "returns"), ("chase", "reminders"), ("bounce", "replies")):
        made[name].add_argument("--out", metavar="DIR", required=True, help=f"the folder for the {written}")
        made[name].add_argument("--open", action="store_true", help="open the drafts in your mail program")
    made["issue"].add_argument(
        "--owner", metavar="NAME", default="", help="issue to this owner only, even if their return is in"
    )
    made["issue"].add_argument("--again", action="store_true", help="issue also to owners whose return is in")
    made["bounce"].add_argument("--owner", metavar="NAME", default="", help="the return of this owner only")
    received = made["received"]
    received.add_argument(
        "owner", metavar="OWNER", help="the owner as on the Owners sheet, or the return's ID, such as R0007"
    )
    received.add_argument(
        "--period", metavar="NAME", default="", help="the period, such as 2016/17 Q2; else the present one"
    )
    received.add_argument("--undo", action="store_true", help="take the mark back")
    undo = made["undo"]
    undo.add_argument("return_id", metavar="RETURN_ID", nargs="?", default="", help="such as R0007")
    undo.add_argument("--last", action="store_true", help="the last return merged")


def _merge_options(made: Commands) -> None:
    read, merge = made["read"], made["merge"]
    read.add_argument("file", metavar="FILE", help="the file to read")
    read.add_argument(
        "--sheet", metavar="NAME", action="append", default=[], help="read this sheet only; may be given again"
    )
    read.add_argument("--schema", metavar="SCHEMA", help="the schema to read it by; else whichever fits best")
    merge.add_argument("paths", metavar="PATH", nargs="+", help="a return, a mail, a folder, or a zip of these")
    merge.add_argument("--dry-run", action="store_true", help="tell what would happen and change nothing")
    spread = merge.add_mutually_exclusive_group()
    spread.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        help="read with N processes; else one, or past 2,000 files one for every two processors",
    )
    spread.add_argument(
        "--cluster", metavar="ADDRESS", default="", help="read on the workers of this Dask scheduler, such as tcp://host:8786"
    )  # fmt: skip
    for command in (read, merge):
        command.add_argument(
            "--period", metavar="MONTH", action="append", default=[],
            help="for a collection: the month of sheets that do not say it, such as 2015-04, or of one of them, such as "
            "Sheet=2015-04; may be given several times",
        )  # fmt: skip
        command.add_argument("--password", metavar="WORD", help="the password of protected files")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("hrworkbook")
    except PackageNotFoundError:
        return "unknown"


def _run(arguments: Sequence[str] | None) -> int:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed, or a Python without a window of its own
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    keep_warnings_away()
    options = build_parser().parse_args(arguments)
    skip_garbage_collection()
    from hrworkbook.cli import run

    code = run(options)
    sys.stdout.flush()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; tell whatever goes wrong in at most three lines."""
    try:
        return _run(arguments)
    except HrWorkbookError as error:
        _complain(str(error))
        return 1 if isinstance(error, NotReady) else 2
    except KeyboardInterrupt:
        _complain("Stopped. Nothing was half done.")
    except MemoryError:
        _complain("This needs more memory than there is. Nothing was changed.")
    except BrokenPipeError:
        # Whoever read what we print has gone (`| head`); the job itself was done before anything was printed.
        _discard_output()
        return 0
    except OSError as error:
        # What we print may find no room, after the job was done; of that the system tells no name.
        done = "Nothing was changed" if error.filename else "See what was done before you run it again"
        place = error.filename or "The output"
        if not error.filename:
            _discard_output()
        _complain(f"{place}: {reason_of(error) if error.strerror else str(error).lower()}. {done}.")
    except Exception as error:
        from hrworkbook.hosts.fault_log import keep_details

        _complain(f"Something unexpected went wrong: {type(error).__name__}: {error}. Nothing was half done.")
        _complain(f"Please report it. {keep_details(error)}")
    return 2


def _complain(text: str) -> None:
    """Print at most 1,200 characters on one line of stderr."""
    print(one_line(text)[:1200], file=sys.stderr)


def _discard_output() -> None:
    """Print nothing that is still to be printed: Python would try once more as it ends, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


if __name__ == "__main__":
    sys.exit(main())

"""The options of the papers' commands, of those for this computer, and of the page."""

import argparse
from collections.abc import Mapping

Commands = Mapping[str, argparse.ArgumentParser]
"""The parser of each command, by its name."""


def committee_options(made: Commands) -> None:
    """Add the options of the commands of the papers."""
    appendix = made["appendix"]
    appendix.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        required=True,
        help="what to write: a Word document (.docx), its PDF (.pdf) or a workbook (.xlsx)",
    )
    appendix.add_argument(
        "--period",
        metavar="MONTH",
        default="",
        help="of a collection: the month it is of, such as 2015-04; else the latest",
    )
    for name, what in (
        ("title", "its title"),
        ("committee", "the committee it goes to"),
        ("date", "the date of the meeting"),
        ("number", "its appendix number"),
    ):
        appendix.add_argument(
            f"--{name}", metavar="TEXT", default="", help=f"of several masters: {what}; else what they agree on"
        )
    appendix.add_argument("--pdf", action="store_true", help="print it to a PDF beside it (needs LibreOffice or Word)")
    appendix.add_argument("--proof", action="store_true", help="read the PDF back and tell whether it holds every word")
    appendix.add_argument("--docx", action="store_true", help="write it as a Word document too")
    appendix.add_argument(
        "--in-master",
        action="store_true",
        help="put its sheets into the master too, in place of those of an earlier one",
    )
    made["check"].add_argument("file", metavar="FILE", help="the workbook to look at")
    made["check"].add_argument("--plan", metavar="MASTER", help="look for the lines that this plan keeps back, too")


def machine_options(made: Commands) -> None:
    """Add the options of the commands for this computer."""
    made["install"].add_argument("--warm", action="store_true", help="keep one Python ready between clicks (Windows)")
    made["doctor"].add_argument("plan", metavar="MASTER", nargs="?", help="a plan whose place is to be looked at too")
    made["build"].add_argument("folder", metavar="DIR", nargs="?", default=".", help="the repository (default: here)")
    made["build"].add_argument("--check", action="store_true", help="only tell which files are not as built")
    made["demo"].add_argument(
        "folder", metavar="DIR", nargs="?", default="demo", help="where to put it (default: ./demo)"
    )


def serve_options(made: Commands) -> None:
    """Add the options of serve."""
    serve = made["serve"]
    serve.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="the folder with the plans (default: here)"
    )
    for name, metavar, default, what in (
        ("--host", "ADDRESS", "127.0.0.1", "the address to listen at (default: 127.0.0.1, this computer alone)"),
        (
            "--proxy",
            "ADDRESS",
            "",
            "the address of the proxy in front, which speaks https; requests from others are refused",
        ),
        ("--proxy-user", "HEADER", "", "the header in which the proxy names who has signed in with it"),
        ("--cert", "FILE", None, "the certificate for https, with its chain, in PEM"),
        ("--key", "FILE", None, "the certificate's key, in PEM"),
        ("--users", "FILE", None, "who may use the page, and what each may do"),
        ("--add-user", "NAME", None, "put somebody into the users file, and end; asks for a pass phrase"),
    ):
        serve.add_argument(name, metavar=metavar, default=default, help=what)
    serve.add_argument(
        "--port", metavar="N", type=int, default=8100, help="the port (default: 8100; 0: any that is free)"
    )
    serve.add_argument("--workers", metavar="N", type=int, default=2, help="processes that do the work (default: 2)")
    serve.add_argument("--open", action="store_true", help="open the page in your browser")
    serve.add_argument(
        "--name", metavar="NAME", action="append", default=[],
        help="the name by which people open it, such as plans.council.example; may be given again",
    )  # fmt: skip
    serve.add_argument(
        "--may", choices=("view", "edit", "exempt"), action="append", default=[],
        help="what the user added may do: view is always; edit: press the buttons; exempt: see what is not for publication",
    )  # fmt: skip

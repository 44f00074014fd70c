"""The commands of the add-in and this computer: build, install, uninstall, doctor."""

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from hrworkbook.cli.console import print_json, show
from hrworkbook.plan.findings import count_noun

if TYPE_CHECKING:
    from hrworkbook.addin.doctor import Diagnosis


def run_build(options: Namespace) -> int:
    """Build the add-in and the masters, or tell which of those there are not as built."""
    from hrworkbook.addin.package import build, stale_files
    from hrworkbook.jobs.new import shipped_masters

    root = Path(options.folder)
    if options.check:
        wrong = stale_files(root, shipped_masters())
        if options.json:
            print_json({"stale": wrong})
        else:
            for name in wrong:
                show(f"{root / 'workbook' / name}: it is not what the sources give. Run: hrworkbook build")
            if not wrong:
                show("Every file is as built.")
        return 1 if wrong else 0
    files = build(root, shipped_masters())
    if options.json:
        print_json({"built": [str(f) for f in files]})
    else:
        for file in files:
            show(f"  {file}")
        show(f"{count_noun(len(files), 'file')} built.")
    return 0


def run_install(options: Namespace) -> int:
    """Put the add-in where Excel loads it."""
    from hrworkbook.addin.install import install

    return _print_done(options, install(Path.home(), sys.platform, os.environ, udf_server=options.warm))


def run_uninstall(options: Namespace) -> int:
    """Take the add-in out again."""
    from hrworkbook.addin.install import uninstall

    return _print_done(options, uninstall(Path.home(), sys.platform, os.environ))


def _print_done(options: Namespace, done: list[str]) -> int:
    if options.json:
        print_json({"done": done})
    else:
        for line in done:
            show(line)
    return 0


def _printing() -> "Diagnosis":
    """Return what prints the PDF of a paper here, and whether that PDF is accessible."""
    from hrworkbook.addin.doctor import Diagnosis
    from hrworkbook.jobs.pdf import find_printer

    printer = find_printer()
    if printer and printer.makes_tags:
        return Diagnosis("PDF", True, f"{printer.value} prints the paper, tagged for screen readers")
    install = "Install LibreOffice with Writer (on Debian or Ubuntu: apt install libreoffice-writer), or Word"
    what = (
        f"{printer.value} prints it, without tags for screen readers" if printer else "nothing here can print the paper"
    )
    return Diagnosis("PDF", None, what, install)


def run_doctor(options: Namespace) -> int:
    """Look for what keeps the buttons from working."""
    from hrworkbook.addin.doctor import diagnose

    plan = Path(options.plan) if options.plan else None
    checks = [*diagnose(Path.home(), sys.platform, os.environ, plan), _printing()]
    if options.json:
        print_json({"checks": [{"name": c.name, "good": c.ok, "message": c.message} for c in checks]})
    else:
        mark = {True: "well ", False: "WRONG", None: "look "}
        for check in checks:
            show(f"  {mark[check.ok]}  {check.message}")
    return 1 if any(c.ok is False for c in checks) else 0

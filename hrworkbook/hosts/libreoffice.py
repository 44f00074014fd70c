"""LibreOffice: finding it, starting it, and speaking to it over UNO."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, Self

from hrworkbook.plan.errors import ToolMissing

ADDRESS_VARIABLE = "HRWORKBOOK_OFFICE"
"""The environment variable that says where LibreOffice listens: `pipe,name=NAME` or `socket,host=HOST,port=PORT`."""

_PROGRAM_VARIABLE = "HRWORKBOOK_SOFFICE"
_ACCEPT_OPTION = re.compile(r"--accept=[\"']?((?:pipe|socket),[^;\"']+);urp")
_REMEDY = "Open the master in LibreOffice started as: soffice --accept='pipe,name=hrworkbook;urp;' MASTER"


def find_soffice() -> Path | None:
    """Return the LibreOffice program of this computer; None where there is none."""
    if named := os.environ.get(_PROGRAM_VARIABLE):
        return Path(named) if Path(named).exists() else None
    found = shutil.which("soffice") or shutil.which("libreoffice")
    usual = [Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"), Path("/usr/lib/libreoffice/program/soffice")]
    usual += [Path(os.environ[v]) / "LibreOffice/program/soffice.exe" for v in ("ProgramFiles",) if v in os.environ]
    return Path(found) if found else next((p for p in usual if p.exists()), None)


def has_writer(office: Path) -> bool:
    """Return whether a LibreOffice has Writer, which prints documents; distributions part it from Calc.

    Where its libraries are not found in their usual places, it is taken to be whole.
    """
    program = office.resolve().parent
    for folder in (program, program.parent / "Frameworks"):
        for calc, writer in (
            ("libsclo.so", "libswlo.so"),
            ("sclo.dll", "swlo.dll"),
            ("libsclo.dylib", "libswlo.dylib"),
        ):
            if (folder / calc).exists():
                return (folder / writer).exists()
    return True


def import_uno() -> Any:
    """Return the `uno` module, which LibreOffice or the system brings; raises ToolMissing."""
    try:
        return _import("uno")
    except ImportError:
        pass
    for folder in _uno_folders():
        # For this import only: other modules of the system must never be taken for the ones installed here.
        sys.path.append(str(folder))
        try:
            return _import("uno")
        except ImportError:
            continue
        finally:
            sys.path.remove(str(folder))
    raise ToolMissing(
        "LibreOffice",
        f"its Python bridge (uno) is not here for Python {sys.version_info.major}.{sys.version_info.minor}",
        "On Debian or Ubuntu: apt install python3-uno; elsewhere use the Python that comes with LibreOffice",
    )


def _import(name: str) -> Any:
    import importlib

    return importlib.import_module(name)


def _uno_folders() -> Iterator[Path]:
    yield Path("/usr/lib/python3/dist-packages")
    if program := find_soffice():
        yield program.resolve().parent
        yield program.resolve().parent.parent / "Resources"


def find_address() -> str | None:
    """How to reach a LibreOffice that is open: what the environment says, else the first one found listening."""
    if named := os.environ.get(ADDRESS_VARIABLE):
        return named.split(";")[0]
    if sys.platform.startswith("win"):
        return None
    try:
        listed = subprocess.run(["ps", "-xo", "args"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = (
        _ACCEPT_OPTION.search(line)
        for line in listed.stdout.decode("utf-8", "replace").splitlines()
        if "soffice" in line
    )
    return next((match[1] for match in found if match), None)


def connect(address: str | None = None, seconds: float = 0) -> Any:
    """LibreOffice's component context, trying again for some seconds; raises ToolMissing where nothing answers."""
    uno = import_uno()
    address = address or find_address()
    if address is None:
        raise ToolMissing("LibreOffice", "none that is open can be reached", _REMEDY)
    local = uno.getComponentContext()
    atexit.unregister(_close_connections)
    atexit.register(_close_connections, local)
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:{address};urp;StarOffice.ComponentContext")
        except Exception as fault:
            # Whatever UNO raises (NoConnectException, mostly), the way to it is closed.
            if time.monotonic() >= until:
                raise ToolMissing("LibreOffice", f"none answers at {address}", _REMEDY) from fault
        time.sleep(0.05)


def _close_connections(local: Any) -> None:
    """Close the connections: a Python that ends with one open crashes now and then, its work long done."""
    with suppress(Exception):
        factory = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.BridgeFactory", local)
        for bridge in factory.getExistingBridges():
            bridge.dispose()


@dataclass
class Office:
    """A LibreOffice that we started; `address` is how to reach it."""

    address: str
    process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, unsaved documents and all; it is killed where it does not go."""
        # Asked beside: with a window it may ask a question of its own first, and never answer.
        Thread(target=self._ask_to_end, daemon=True).start()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self._kill()

    def _ask_to_end(self) -> None:
        # It may be hung, gone, or vanish while it answers: whichever it is, it is killed then.
        with suppress(Exception):
            context = connect(self.address)
            desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
            opened = desktop.getComponents().createEnumeration()
            while opened.hasMoreElements():
                with suppress(Exception):
                    # Nothing of it is to be saved, and nobody is there to be asked.
                    opened.nextElement().setModified(False)
            desktop.terminate()

    def _kill(self) -> None:
        if sys.platform == "win32":
            self.process.kill()
        else:
            # soffice is a script: the program it started is in its process group, which is ours alone.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def start_office(
    profile: Path, *, window: bool = False, documents: Sequence[Path] = (), environment: Mapping[str, str] | None = None
) -> Office:
    """Return a LibreOffice of its own, ready to be spoken to, with its settings in the folder `profile`.

    `window` opens a window on the display of `environment`. Raises ToolMissing where there is no LibreOffice or
    no bridge to it, OSError where it does not start.
    """
    program = find_soffice()
    if program is None:
        raise ToolMissing("LibreOffice", "it is not installed", "Install it from libreoffice.org")
    import_uno()
    where = f"pipe,name=hrworkbook-{os.getpid()}-{time.monotonic_ns()}"
    command = [
        str(program),
        "--norestore",
        "--nologo",
        "--nodefault",
        "--nofirststartwizard",
    ]
    command += [] if window else ["--headless"]
    command += [f"-env:UserInstallation={profile.resolve().as_uri()}", f"--accept={where};urp;", *map(str, documents)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command,
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )
    office = Office(where, process)
    until = time.monotonic() + 60
    while True:
        try:
            connect(where, seconds=0.5)
            return office
        except ToolMissing as missing:
            ended = process.poll() is not None
            if not ended and time.monotonic() < until:
                continue
            office.close()
            fault = "it ended as soon as it was started" if ended else "it was started and does not answer"
            raise OSError(f"LibreOffice: {fault}. Start it by hand once, and see what it says.") from missing

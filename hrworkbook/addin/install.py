r"""Put the add-in where Excel loads it, and the settings where the add-in looks for them; undo exactly that.

Windows: `%APPDATA%\Microsoft\Excel\XLSTART`. Excel opens what lies there, trusts it from the start, and it is the
user's own: no administrator, no registry, no Trust Center. The AddIns folder with its `OPEN` value in the registry
would need both, and a numbered value that other add-ins share.
Mac: Excel's own startup folder, and the script that starts Python in the folder Apple asks for.
"""

import contextlib
import csv
import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hrworkbook.addin import package
from hrworkbook.plan.errors import PRIVACY_REMEDY, CannotWrite, ToolMissing, is_privacy_refusal, reason_of

WINDOWS, MAC = "win32", "darwin"
BASE_SETTINGS = {"ADD_WORKBOOK_TO_PYTHONPATH": "False", "SHOW CONSOLE": "False"}
"""Settings that are always the same: nothing lying beside a workbook is ever imported, and no black window opens."""
UDF_SERVER_SETTING = "USE UDF SERVER"


@dataclass(frozen=True, slots=True)
class InstallLocations:
    """Where everything goes for one user."""

    platform: str
    addin_file: Path
    settings: Path
    receipt: Path
    """What was made here, so that `uninstall` removes that and nothing else."""
    log: Path
    """Where a click writes down what should never happen."""
    script: Path | None = None
    """Mac only: what starts Python."""

    @property
    def interpreter_key(self) -> str:
        """The setting that names the Python to start."""
        return "INTERPRETER_MAC" if self.platform == MAC else "INTERPRETER_WIN"

    @property
    def encoding(self) -> str:
        """The letters VBA reads a file in on that system."""
        if self.platform == MAC:
            return "mac_roman"
        return "mbcs" if sys.platform == WINDOWS else "cp1252"


def install_locations(home: Path, platform: str, environ: Mapping[str, str]) -> InstallLocations:
    """Where the add-in and its settings go for a user; raises ToolMissing on a system without Excel."""
    own = home / f".{package.PROJECT}"
    receipt = own / "installed.json"
    if platform == WINDOWS:
        roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        startup = roaming / "Microsoft" / "Excel" / "XLSTART"
        log = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / package.PROJECT / "hrworkbook.log"
        return InstallLocations(platform, startup / package.ADDIN, own / f"{package.PROJECT}.conf", receipt, log)
    if platform == MAC:
        library = home / "Library"
        startup = library / "Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
        settings = library / "Containers/com.microsoft.Excel/Data" / f"{package.PROJECT}.conf"
        script = library / "Application Scripts/com.microsoft.Excel" / package.SCRIPT
        return InstallLocations(
            platform, startup / package.ADDIN, settings, receipt, library / "Logs/hrworkbook.log", script
        )
    raise ToolMissing(
        "hrworkbook install",
        "there is no Excel for this system",
        "Use the commands, or LibreOffice Calc: hrworkbook merge --live",
    )


def is_store_python(base: str) -> bool:
    """Whether a Python, by the folder it was installed to, is the Microsoft Store's.

    Windows keeps what such a program writes to AppData from every other: Excel would never see the add-in.
    """
    return "windowsapps" in base.casefold()


STORE_PYTHON_FAULT = (
    "this Python is from the Microsoft Store, and Windows hides from Excel what it writes where Excel looks"
)
USE_PYTHON_ORG = "Install Python from python.org and hrworkbook in it, then run there: hrworkbook install"


def install(
    home: Path,
    platform: str,
    environ: Mapping[str, str],
    interpreter: str = sys.executable,
    *,
    udf_server: bool = False,
    base: str = sys.base_prefix,
) -> list[str]:
    """Install the add-in and its settings, or bring them up to date; return what was done, one sentence a step.

    `udf_server` keeps one Python running behind Excel between clicks (Windows only). Raises CannotWrite where a file is in
    use or not allowed, ToolMissing where Excel could not see what this Python writes, with what to do.
    """
    locations = install_locations(home, platform, environ)
    if platform == WINDOWS and is_store_python(base):
        raise ToolMissing("hrworkbook install", STORE_PYTHON_FAULT, USE_PYTHON_ORG)
    if locations.platform == MAC and not locations.settings.parent.is_dir():
        fault = "Excel has never been started here, so it has no folder of its own yet"
        raise CannotWrite(str(locations.settings.parent), fault, "Start Excel once, close it, and run this again")
    settings = (
        read_settings(locations)
        | BASE_SETTINGS
        | {locations.interpreter_key: interpreter, UDF_SERVER_SETTING: str(udf_server and platform == WINDOWS)}
    )
    files = {locations.addin_file: package.addin(), locations.settings: _settings_text(settings, locations)}
    done = [
        f"The HR Plan tab is in {locations.addin_file.parent}, which Excel opens and trusts when it starts.",
        f"The buttons start {interpreter}, as {locations.settings} says. Nothing beside a workbook is imported.",
    ]
    if settings[UDF_SERVER_SETTING] == "True":
        done.append(
            "One Python stays ready behind Excel between clicks. To stop that: hrworkbook install, without --warm."
        )
    if locations.script:
        files[locations.script] = script()
        done.append(f"The script that lets Excel start Python is in {locations.script.parent}.")
    # The receipt first: what is cut short here can still be taken out.
    _replace(locations.receipt, _new_receipt(locations, files))
    for path, data in files.items():
        _replace(path, data)
    done.append("Close Excel and open it again, then open your plan and look for the HR Plan tab.")
    done.append("If the tab is not there: hrworkbook doctor. To take it all out again: hrworkbook uninstall.")
    return done


def uninstall(home: Path, platform: str, environ: Mapping[str, str]) -> list[str]:
    """Remove all that `install` made, and settings of its own, but no one else's; return what was removed, one sentence a step."""
    locations = install_locations(home, platform, environ)
    had = _receipt(locations)
    done = []
    if locations.addin_file.is_file():
        _remove(locations.addin_file)
        done.append(f"The HR Plan tab was taken out of {locations.addin_file.parent}.")
    others = {
        k: v
        for k, v in read_settings(locations).items()
        if k not in {*BASE_SETTINGS, UDF_SERVER_SETTING, locations.interpreter_key}
    }
    if others:
        _replace(locations.settings, _settings_text(others, locations))
        done.append(f"Settings of your own were left in {locations.settings}: {', '.join(others)}.")
    elif locations.settings.is_file():
        _remove(locations.settings)
        done.append(f"The settings in {locations.settings} were removed.")
    for made in map(Path, had.get("files", [])):
        # Also xlwings' own script, which versions before put there.
        if locations.script and made.parent == locations.script.parent and made.is_file():
            _remove(made)
            done.append(f"The script {made.name} was removed.")
    for path in (locations.log, locations.receipt):
        if path.is_file():
            _remove(path)
    if locations.platform == WINDOWS and locations.log.parent.is_dir() and not any(locations.log.parent.iterdir()):
        locations.log.parent.rmdir()
    for folder in sorted(map(Path, had.get("folders", [])), key=lambda p: len(p.parts), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return done or ["Nothing was installed here, so nothing was removed."]


def read_settings(locations: InstallLocations) -> dict[str, str]:
    """Return the user's settings file as a table; empty where there is none."""
    if not locations.settings.is_file():
        return {}
    text = locations.settings.read_bytes().decode(locations.encoding, errors="replace")
    return {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) == 2}


def _settings_text(settings: Mapping[str, str], locations: InstallLocations) -> bytes:
    """Return the settings as VBA's `Input #` reads them: quoted, no quote within, in the system's letters."""
    lines = []
    for name, value in settings.items():
        if '"' in value:
            raise CannotWrite(str(locations.settings), f"a setting cannot hold a quotation mark: {value}")
        lines.append(f'"{name}","{value}"\r\n')
    try:
        return "".join(lines).encode(locations.encoding)
    except UnicodeEncodeError as fault:
        letter = str(fault.object)[fault.start]
        raise CannotWrite(
            str(locations.settings),
            f"Excel's macros cannot read the letter {letter} in the path of Python",
            "Install Python in a folder with plain letters, such as C:\\Python, and run this again",
        ) from None


def script() -> bytes:
    """Return the script that starts Python on a Mac."""
    return (package.macros_folder() / package.SCRIPT).read_bytes()


def _new_receipt(locations: InstallLocations, files: Mapping[Path, bytes]) -> bytes:
    """Return what this installation makes, together with what earlier ones made."""
    made = _receipt(locations)
    paths = [*files, locations.receipt]
    folders = {str(folder) for path in paths for folder in path.parents if not folder.exists()}
    return json.dumps(
        {
            "files": sorted({*made.get("files", []), *map(str, files)}),
            "folders": sorted({*made.get("folders", []), *folders}),
        },
        indent=1,
    ).encode()


def _receipt(locations: InstallLocations) -> dict[str, list[str]]:
    try:
        had = json.loads(locations.receipt.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: [str(x) for x in v] for k, v in had.items() if isinstance(v, list)} if isinstance(had, dict) else {}


def _replace(path: Path, data: bytes) -> None:
    half = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
        half.replace(path)
    except OSError as fault:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
        raise _refused(path, fault) from None


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as fault:
        raise _refused(path, fault) from None


def _refused(path: Path, fault: OSError) -> CannotWrite:
    if is_privacy_refusal(fault):
        return CannotWrite(str(path), "macOS keeps Excel's folders from this program", PRIVACY_REMEDY)
    why = "it is in use or not yours to change" if isinstance(fault, PermissionError) else reason_of(fault)
    return CannotWrite(str(path), why, "Close Excel, then run this again")

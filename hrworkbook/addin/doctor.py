"""What may keep the buttons from working, and what to do about each."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from hrworkbook.addin import package
from hrworkbook.addin.install import (
    FROM_THE_STORE,
    MAC,
    OTHER_PYTHON,
    SAFE,
    WARM,
    WINDOWS,
    Places,
    is_from_the_store,
    places,
    read_settings,
    script_source,
)
from hrworkbook.addin.parts import unzipped
from hrworkbook.errors import say

Registry = Callable[[str, str], object]
"""A value of the Windows registry by key (`HKCU\\Software\\…`) and name; None where there is none."""
Ask = Callable[[str], str]
"""The version of xlwings that an interpreter imports; '' where it does not."""

OFFICE = "Microsoft\\Office\\16.0\\Excel\\Security"
CHILD_PROCESS_RULE = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
"""Microsoft Defender: block all Office applications from creating child processes."""
_RULES = "Microsoft\\Windows Defender\\Windows Defender Exploit Guard\\ASR\\Rules"
_TROUBLESOME = "&^%!"
_MEANWHILE = "Until then use the commands: every button is one, such as hrworkbook merge"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: True where it is well, False where it is not, None where a person must look."""

    name: str
    good: bool | None
    what: str
    remedy: str = ""

    @property
    def message(self) -> str:
        """`Add-in: it is not installed. Run: hrworkbook install.`"""
        return say(self.name, self.what, self.remedy)


def examine(
    home: Path,
    platform: str,
    environ: Mapping[str, str],
    workbook: Path | None = None,
    *,
    registry: Registry | None = None,
    ask: Ask | None = None,
    base: str = sys.base_prefix,
) -> list[Check]:
    """Every check that applies to this system, and to one plan where it is given; changes nothing.

    Raises ToolMissing on a system without Excel.
    """
    where = places(home, platform, environ)
    settings = read_settings(where)
    checks = [_addin(where), *_python(where, settings, ask or xlwings_of), _safe(where, settings)]
    if platform == WINDOWS:
        if is_from_the_store(base):
            checks.insert(0, Check("Python", False, FROM_THE_STORE, OTHER_PYTHON))
        look = registry or _registry_of_this_system()
        checks.append(_warm(settings))
        checks += _windows_rules(look, settings.get(where.interpreter_key, "python.exe"))
    if platform == MAC:
        checks.append(_mac_script(where))
    checks += _mark_of_the_web(where.addin, "Add-in")
    checks += _one_drive(environ, workbook)
    if workbook:
        checks += _mark_of_the_web(workbook, "Plan")
    return checks


def xlwings_of(interpreter: str) -> str:
    """The version of xlwings the interpreter imports beside hrworkbook; '' where it cannot be started or has none."""
    code = "import importlib.metadata as m; m.version('hrworkbook'); print(m.version('xlwings'))"
    try:
        ran = subprocess.run([interpreter, "-P", "-c", code], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.strip()


def _addin(where: Places) -> Check:
    name = "Add-in"
    if not where.addin.is_file():
        return Check(name, False, f"it is not in {where.addin.parent}", "Run: hrworkbook install")
    try:
        same = unzipped(where.addin.read_bytes()) == unzipped(package.addin())
    except Exception:  # whatever a broken zip raises, it is not our add-in
        same = False
    if not same:
        return Check(name, False, "it was made by another version, or changed since", "Run: hrworkbook install")
    look = (
        "If Excel does not show the tab: File, Options, Add-ins, Manage: Disabled Items, Go, and enable hrworkbook.xlam"
    )
    what = f"it is in {where.addin.parent}, for xlwings {version('xlwings')}"
    return Check(name, True, what, look if where.platform == WINDOWS else "")


def _python(where: Places, settings: Mapping[str, str], ask: Ask) -> Iterator[Check]:
    name, install = "Python", "Run: hrworkbook install"
    interpreter = settings.get(where.interpreter_key, "")
    if not interpreter:
        yield Check(name, False, f"{where.settings} does not say which Python to start", install)
        return
    if not Path(interpreter).is_file():
        yield Check(name, False, f"{interpreter} is not there any more", install)
        return
    found, want = ask(interpreter), version("xlwings")
    if not found:
        yield Check(name, False, f"{interpreter} does not start, or hrworkbook is not installed in it", install)
    elif found != want:
        what = f"{interpreter} has xlwings {found}, the add-in was made for {want}"
        yield Check(name, False, what, f"Run: {interpreter} -m pip install xlwings=={want}")
    else:
        yield Check(name, True, f"{interpreter} starts, with xlwings {found}")
    if where.platform == WINDOWS and any(c in interpreter for c in _TROUBLESOME):
        what = f"its path has one of {' '.join(_TROUBLESOME)} in it, which Windows' command line takes for its own"
        yield Check(name, False, what, f"Install Python in a folder without them. {_MEANWHILE}")


def _safe(where: Places, settings: Mapping[str, str]) -> Check:
    wrong = [key for key, value in SAFE.items() if settings.get(key, "").lower() != value.lower()]
    if wrong:
        what = f"{' and '.join(wrong)} in {where.settings} is not False"
        return Check("Settings", False, what, "Run: hrworkbook install")
    return Check("Settings", True, "nothing lying beside a workbook is imported")


def _warm(settings: Mapping[str, str]) -> Check:
    name = "Warm Python"
    if settings.get(WARM, "").lower() != "true":
        return Check(name, True, "off: each click starts Python anew", "For faster clicks: hrworkbook install --warm")
    interpreter = Path(settings.get("INTERPRETER_WIN", ""))
    library = f"xlwings64-{version('xlwings')}.dll"
    if not any((folder / library).is_file() for folder in (interpreter.parent, interpreter.parent.parent)):
        return Check(name, False, f"{library} is not beside {interpreter}", "Run: hrworkbook install, without --warm")
    return Check(name, True, "on: one Python stays ready between clicks")


def _windows_rules(look: Registry, interpreter: str) -> Iterator[Check]:
    def policy(name: str, sub: str = "") -> object:
        found = look(f"HKCU\\Software\\Policies\\{OFFICE}{sub}", name)
        return look(f"HKCU\\Software\\{OFFICE}{sub}", name) if found is None else found

    macros, ask_it = "Macros", "Ask IT to allow hrworkbook.xlam"
    if policy("AllLocationsDisabled", "\\Trusted Locations") == 1:
        yield Check(macros, False, "trusted locations are switched off, so the startup folder is not trusted", ask_it)
    elif policy("DisableAllAddins") == 1:
        yield Check(macros, False, "all add-ins are switched off in the Trust Center", f"{ask_it}. {_MEANWHILE}")
    elif policy("RequireAddinSig") == 1:
        yield Check(
            macros, False, "only signed add-ins may run here, and this one is not signed", f"{ask_it}. {_MEANWHILE}"
        )
    elif policy("VBAWarnings") in (3, 4):
        what = "macros in workbooks are switched off; the add-in works, for its folder is trusted, a plan as .xlsm does not"
        yield Check(macros, True, what, "Keep the plan as .xlsx and use the add-in")
    else:
        yield Check(macros, True, "the add-in's folder is trusted, and nothing here forbids it")
    yield _child_processes(look, interpreter)


def _child_processes(look: Registry, interpreter: str) -> Check:
    name = "Antivirus rule"
    found = [look(f"HKLM\\SOFTWARE\\{start}{_RULES}", CHILD_PROCESS_RULE) for start in ("Policies\\", "")]
    state = next((str(value) for value in found if value is not None), "")
    rule = f"“Block all Office applications from creating child processes” ({CHILD_PROCESS_RULE})"
    if state in ("1", "6"):
        what = f"Defender's rule {rule} stops Excel from starting Python"
        return Check(name, False, what, f"Ask IT to exclude {interpreter} from that rule. {_MEANWHILE}")
    if state == "2":
        return Check(name, True, f"Defender's rule {rule} only watches")
    what = "no Defender rule that stops Excel from starting Python was found; another product's would not show here"
    return Check(name, None, what, f"If a click does nothing at all, ask IT whether Excel may start {interpreter}")


def _mac_script(where: Places) -> Check:
    source = script_source()
    if where.script is None or source is None or not where.script.is_file():
        return Check("Script", False, "the script that lets Excel start Python is not there", "Run: hrworkbook install")
    if where.script.read_bytes() != source.read_bytes():
        remedy = f"Delete {where.script} and run: hrworkbook install"
        return Check("Script", False, f"{where.script.name} is not the one xlwings brought", remedy)
    return Check("Script", True, f"{where.script.name} is where Excel looks for it")


def _mark_of_the_web(path: Path, name: str) -> Iterator[Check]:
    """A file that came by mail or browser is marked so in a stream of its own, and Excel blocks its macros."""
    try:
        mark = path.with_name(f"{path.name}:Zone.Identifier").read_text("utf-8", errors="replace")
    except OSError:
        return
    zone = re.search(r"^ZoneId=([0-9]+)", mark, re.MULTILINE)
    if zone and int(zone[1]) >= 3:
        remedy = "Right-click it, choose Properties, tick Unblock"
        yield Check(
            name, False, f"{path.name} is marked as coming from the internet, so Excel blocks its macros", remedy
        )


def _one_drive(environ: Mapping[str, str], workbook: Path | None) -> Iterator[Check]:
    name = "OneDrive"
    folders = {environ[k] for k in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer") if environ.get(k)}
    remedy = (
        "Right-click its folder, choose Always keep on this device, and open the plan from there; "
        "if a button cannot find it, move it to a folder that is not shared"
    )
    if workbook is None:
        if folders:
            what = f"{', '.join(sorted(folders))} is kept in step with the web: Excel gives plans there a web address"
            yield Check(name, None, what, f"For a plan in there: hrworkbook doctor PLAN. {remedy}")
        return
    inside = any(workbook.is_relative_to(f) for f in folders)
    if inside or any(part.lower().startswith(("onedrive", "sharepoint", "http")) for part in workbook.parts):
        yield Check(
            name, None, f"{workbook.name} is in OneDrive or SharePoint, and Excel gives it a web address", remedy
        )
    else:
        yield Check(name, True, f"{workbook.name} is not in OneDrive")


def _registry_of_this_system() -> Registry:
    if sys.platform != "win32":
        return lambda key, name: None
    import winreg

    hives = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}

    def look(key: str, name: str) -> object:
        hive, _, path = key.partition("\\")
        try:
            with winreg.OpenKey(hives[hive], path) as opened:
                return winreg.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    return look

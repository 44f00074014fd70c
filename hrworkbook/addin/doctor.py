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
    script,
)
from hrworkbook.addin.parts import unzipped
from hrworkbook.errors import say

Registry = Callable[[str, str], object]
"""A value of the Windows registry by key (`HKCU\\Software\\…`) and name; None where there is none."""
Ask = Callable[[str], str]
"""The version of xlwings that an interpreter imports; '' where it does not."""

OFFICE = "Microsoft\\Office\\16.0\\Excel\\Security"
COMMON = "Microsoft\\Office\\16.0\\Common"
CHILD_PROCESS_RULE = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
"""Microsoft Defender: block all Office applications from creating child processes."""
WIN32_RULE = "92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B"
"""Microsoft Defender: block Win32 API calls from Office macros."""
_DEFENDER = "Microsoft\\Windows Defender"
_RULES = f"{_DEFENDER}\\Windows Defender Exploit Guard\\ASR\\Rules"
INTUNE = f"HKLM\\SOFTWARE\\Policies\\{_DEFENDER}\\Policy Manager"
"""Where Intune writes all such rules into one value, ASRRules: rule=state, one after another, parted by |."""
_BLOCKS, _WATCHES = ("1", "6"), ("2",)
_TROUBLESOME = "&^%!"
"""Letters that cmd.exe, which starts the Python that stays ready, takes for its own; without it only %."""
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
        checks.append(_warm(settings, look))
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
        # As a button starts it: nothing of PYTHONPATH, nothing of the current folder.
        ran = subprocess.run([interpreter, "-E", "-P", "-c", code], capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.decode("ascii", "replace").strip()


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
    troublesome = _TROUBLESOME if settings.get(WARM, "").lower() == "true" else "%"
    if where.platform == WINDOWS and any(c in interpreter for c in troublesome):
        what = f"its path has {' or '.join(troublesome)} in it, which Windows' command line takes for its own"
        yield Check(name, False, what, f"Install Python in a folder without them. {_MEANWHILE}")


def _safe(where: Places, settings: Mapping[str, str]) -> Check:
    wrong = [key for key, value in SAFE.items() if settings.get(key, "").lower() != value.lower()]
    if wrong:
        what = f"{' and '.join(wrong)} in {where.settings} is not False"
        return Check("Settings", False, what, "Run: hrworkbook install")
    return Check("Settings", True, "nothing lying beside a workbook is imported")


def _warm(settings: Mapping[str, str], look: Registry) -> Check:
    name = "Warm Python"
    if settings.get(WARM, "").lower() != "true":
        return Check(name, True, "off: each click starts Python anew", "For faster clicks: hrworkbook install --warm")
    interpreter = Path(settings.get("INTERPRETER_WIN", ""))
    library = f"xlwings64-{version('xlwings')}.dll"
    if not any((folder / library).is_file() for folder in (interpreter.parent, interpreter.parent.parent)):
        return Check(name, False, f"{library} is not beside {interpreter}", "Run: hrworkbook install, without --warm")
    if str(look("HKCU\\Software\\Policies\\Microsoft\\Windows\\System", "DisableCMD")) in ("1", "2"):
        what = "the command prompt is switched off here (DisableCMD), and it is what starts a Python that stays ready"
        return Check(name, False, what, "Run: hrworkbook install, without --warm")
    return Check(name, True, "on: one Python stays ready between clicks")


def _windows_rules(look: Registry, interpreter: str) -> Iterator[Check]:
    yield _macros(look)
    yield _child_processes(look, interpreter)
    yield from _calls_of_windows(look)


def _macros(look: Registry) -> Check:
    def policy(name: str, where: str = OFFICE) -> object:
        found = look(f"HKCU\\Software\\Policies\\{where}", name)
        return look(f"HKCU\\Software\\{where}", name) if found is None else found

    macros, ask_it = "Macros", "Ask IT to allow hrworkbook.xlam"
    if policy("VBAOff", COMMON) == 1 or look(f"HKLM\\SOFTWARE\\{COMMON}", "VBAOff") == 1:
        return Check(macros, False, "macros are switched off in all of Office (VBAOff)", f"{ask_it}. {_MEANWHILE}")
    if policy("allow user locations", f"{COMMON}\\Security\\Trusted Locations") == 0:
        what = "only locations that IT names are trusted (allow user locations is off), and the startup folder is the user's"
        return Check(macros, False, what, f"Ask IT to name Excel's startup folder (XLSTART) as trusted. {_MEANWHILE}")
    if policy("AllLocationsDisabled", f"{OFFICE}\\Trusted Locations") == 1:
        return Check(macros, False, "trusted locations are switched off, so the startup folder is not trusted", ask_it)
    if policy("DisableAllAddins") == 1:
        return Check(macros, False, "all add-ins are switched off in the Trust Center", f"{ask_it}. {_MEANWHILE}")
    if policy("RequireAddinSig") == 1:
        what = "only signed add-ins may run here, and this one is not signed"
        return Check(macros, False, what, f"{ask_it}. {_MEANWHILE}")
    if policy("VBAWarnings") in (3, 4):
        what = "macros in workbooks are switched off; the add-in works, for its folder is trusted, a plan as .xlsm does not"
        return Check(macros, True, what, "Keep the plan as .xlsx and use the add-in")
    return Check(macros, True, "the add-in's folder is trusted, and nothing here forbids it")


def _defender(look: Registry, rule: str) -> str:
    """The state of a rule of Defender's: 1 blocks, 2 watches, 6 warns; the strictest where several places name it."""
    found = [str(look(f"HKLM\\SOFTWARE\\{start}{_RULES}", rule) or "") for start in ("Policies\\", "")]
    for each in str(look(INTUNE, "ASRRules") or "").split("|"):
        name, _, state = each.partition("=")
        if name.strip().strip("{}").upper() == rule:
            found.append(state.strip())
    return next((state for state in (*_BLOCKS, *_WATCHES) if state in found), "")


def _child_processes(look: Registry, interpreter: str) -> Check:
    name, state = "Antivirus rule", _defender(look, CHILD_PROCESS_RULE)
    rule = f"“Block all Office applications from creating child processes” ({CHILD_PROCESS_RULE})"
    if state in _BLOCKS:
        what = f"Defender's rule {rule} stops Excel from starting Python"
        return Check(name, False, what, f"Ask IT to exclude {interpreter} from that rule. {_MEANWHILE}")
    if state in _WATCHES:
        return Check(name, True, f"Defender's rule {rule} only watches")
    what = "no Defender rule that stops Excel from starting Python was found; another product's would not show here"
    return Check(name, None, what, f"If a click does nothing at all, ask IT whether Excel may start {interpreter}")


def _calls_of_windows(look: Registry) -> Iterator[Check]:
    if _defender(look, WIN32_RULE) in _BLOCKS:
        what = f"Defender's rule “Block Win32 API calls from Office macros” ({WIN32_RULE}) may stop the add-in"
        yield Check("Antivirus rule", False, what, f"Ask IT to exclude hrworkbook.xlam from that rule. {_MEANWHILE}")


def _mac_script(where: Places) -> Check:
    if where.script is None or not where.script.is_file():
        return Check("Script", False, "the script that lets Excel start Python is not there", "Run: hrworkbook install")
    if where.script.read_bytes() != script():
        what = f"{where.script.name} is of another version, or changed since"
        return Check("Script", False, what, "Run: hrworkbook install")
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
        "Right-click its folder, choose Always keep on this device, and open the plan from there. In Teams or "
        "SharePoint sync the whole library, not a folder of it: a button puts nothing anywhere where it is not certain. "
        "Else close the plan and run the command on it"
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

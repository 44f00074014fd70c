"""What may keep the buttons from working, and what to do about each."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from hrworkbook.addin import package
from hrworkbook.addin.install import (
    BASE_SETTINGS,
    MAC,
    STORE_PYTHON_FAULT,
    UDF_SERVER_SETTING,
    USE_PYTHON_ORG,
    WINDOWS,
    InstallLocations,
    install_locations,
    is_store_python,
    read_settings,
    script,
)
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.plan.errors import HrWorkbookError, format_message

ReadRegistry = Callable[[str, str], object]
"""A value of the Windows registry by key (`HKCU\\Software\\…`) and name; None where there is none."""
AskInterpreter = Callable[[str], str]
"""The version of xlwings that an interpreter imports; '' where it does not."""

EXCEL_SECURITY_KEY = "Microsoft\\Office\\16.0\\Excel\\Security"
COMMON = "Microsoft\\Office\\16.0\\Common"
CHILD_PROCESS_RULE = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
"""Microsoft Defender: block all Office applications from creating child processes."""
WIN32_RULE = "92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B"
"""Microsoft Defender: block Win32 API calls from Office macros."""
_DEFENDER = "Microsoft\\Windows Defender"
_ASR_RULES_KEY = f"{_DEFENDER}\\Windows Defender Exploit Guard\\ASR\\Rules"
INTUNE = f"HKLM\\SOFTWARE\\Policies\\{_DEFENDER}\\Policy Manager"
"""Where Intune writes all such rules into one value, ASRRules: rule=state, one after another, parted by |."""
_BLOCKS, _WATCHES = ("1", "6"), ("2",)
_UNSAFE_PATH_CHARACTERS = "&^%!"
"""Letters that cmd.exe, which starts the Python that stays ready, takes for its own; without it only %."""
_UNTIL_THEN = "Until then use the commands: every button is one, such as hrworkbook merge"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at: True where it is well, False where it is not, None where a person must look."""

    name: str
    ok: bool | None
    fault: str
    remedy: str = ""

    @property
    def message(self) -> str:
        """What was found and what to do, as in `Add-in: it is not installed. Run: hrworkbook install.`."""
        return format_message(self.name, self.fault, self.remedy)


def diagnose(
    home: Path,
    platform: str,
    environ: Mapping[str, str],
    workbook: Path | None = None,
    *,
    registry: ReadRegistry | None = None,
    ask: AskInterpreter | None = None,
    base: str = sys.base_prefix,
) -> list[Diagnosis]:
    """Every check that applies to this system, and to one plan where it is given; changes nothing.

    Raises ToolMissing on a system without Excel.
    """
    locations = install_locations(home, platform, environ)
    settings = read_settings(locations)
    checks = [
        _check_addin(locations),
        *_check_python(locations, settings, ask or xlwings_version),
        _check_security_settings(locations, settings),
    ]
    if platform == WINDOWS:
        if is_store_python(base):
            checks.insert(0, Diagnosis("Python", False, STORE_PYTHON_FAULT, USE_PYTHON_ORG))
        read_registry = registry or _registry_of_this_system()
        checks.append(_check_udf_server(settings, read_registry))
        rules = list(_check_windows_rules(read_registry, settings.get(locations.interpreter_key, "python.exe")))
        checks += [*rules, *_better_on_the_page(rules)]
    if platform == MAC:
        checks.append(_check_mac_script(locations))
    checks += _check_mark_of_the_web(locations.addin_file, "Add-in")
    checks += _check_one_drive(environ, workbook)
    if workbook:
        checks += _check_mark_of_the_web(workbook, "Plan")
    return checks


def xlwings_version(interpreter: str) -> str:
    """Return the version of xlwings the interpreter imports beside hrworkbook; '' where it cannot be started or has none."""
    code = "import importlib.metadata as m; m.version('hrworkbook'); print(m.version('xlwings'))"
    try:
        # As a button starts it: nothing of PYTHONPATH, nothing of the current folder.
        ran = subprocess.run([interpreter, "-E", "-P", "-c", code], capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.decode("ascii", "replace").strip()


def _check_addin(locations: InstallLocations) -> Diagnosis:
    name = "Add-in"
    if not locations.addin_file.is_file():
        return Diagnosis(name, False, f"it is not in {locations.addin_file.parent}", "Run: hrworkbook install")
    try:
        same = (
            CheckedPackage(locations.addin_file.read_bytes()).contents() == CheckedPackage(package.addin()).contents()
        )
    except (OSError, HrWorkbookError):
        same = False
    if not same:
        return Diagnosis(name, False, "it was made by another version, or changed since", "Run: hrworkbook install")
    read_registry = (
        "If Excel does not show the tab: File, Options, Add-ins, Manage: Disabled Items, Go, and enable hrworkbook.xlam"
    )
    what = f"it is in {locations.addin_file.parent}, for xlwings {version('xlwings')}"
    return Diagnosis(name, True, what, read_registry if locations.platform == WINDOWS else "")


def _check_python(locations: InstallLocations, settings: Mapping[str, str], ask: AskInterpreter) -> Iterator[Diagnosis]:
    name, install = "Python", "Run: hrworkbook install"
    interpreter = settings.get(locations.interpreter_key, "")
    if not interpreter:
        yield Diagnosis(name, False, f"{locations.settings} does not say which Python to start", install)
        return
    if not Path(interpreter).is_file():
        yield Diagnosis(name, False, f"{interpreter} is not there any more", install)
        return
    found, want = ask(interpreter), version("xlwings")
    if not found:
        yield Diagnosis(name, False, f"{interpreter} does not start, or hrworkbook is not installed in it", install)
    elif found != want:
        what = f"{interpreter} has xlwings {found}, the add-in was made for {want}"
        yield Diagnosis(name, False, what, f"Run: {interpreter} -m pip install xlwings=={want}")
    else:
        yield Diagnosis(name, True, f"{interpreter} starts, with xlwings {found}")
    troublesome = _UNSAFE_PATH_CHARACTERS if settings.get(UDF_SERVER_SETTING, "").lower() == "true" else "%"
    if locations.platform == WINDOWS and any(c in interpreter for c in troublesome):
        what = f"its path has {' or '.join(troublesome)} in it, which Windows' command line takes for its own"
        yield Diagnosis(name, False, what, f"Install Python in a folder without them. {_UNTIL_THEN}")


def _check_security_settings(locations: InstallLocations, settings: Mapping[str, str]) -> Diagnosis:
    wrong = [key for key, value in BASE_SETTINGS.items() if settings.get(key, "").lower() != value.lower()]
    if wrong:
        what = f"{' and '.join(wrong)} in {locations.settings} is not False"
        return Diagnosis("Settings", False, what, "Run: hrworkbook install")
    return Diagnosis("Settings", True, "nothing lying beside a workbook is imported")


def _check_udf_server(settings: Mapping[str, str], read_registry: ReadRegistry) -> Diagnosis:
    name = "Warm Python"
    if settings.get(UDF_SERVER_SETTING, "").lower() != "true":
        return Diagnosis(
            name, True, "off: each click starts Python anew", "For faster clicks: hrworkbook install --warm"
        )
    interpreter = Path(settings.get("INTERPRETER_WIN", ""))
    library = f"xlwings64-{version('xlwings')}.dll"
    if not any((folder / library).is_file() for folder in (interpreter.parent, interpreter.parent.parent)):
        return Diagnosis(
            name, False, f"{library} is not beside {interpreter}", "Run: hrworkbook install, without --warm"
        )
    if str(read_registry("HKCU\\Software\\Policies\\Microsoft\\Windows\\System", "DisableCMD")) in ("1", "2"):
        what = "the command prompt is switched off here (DisableCMD), and it is what starts a Python that stays ready"
        return Diagnosis(name, False, what, "Run: hrworkbook install, without --warm")
    return Diagnosis(name, True, "on: one Python stays ready between clicks")


def _check_windows_rules(read_registry: ReadRegistry, interpreter: str) -> Iterator[Diagnosis]:
    yield _macros(read_registry)
    yield _check_child_processes(read_registry, interpreter)
    yield from _calls_of_windows(read_registry)


def _better_on_the_page(rules: Sequence[Diagnosis]) -> Iterator[Diagnosis]:
    """Yield that the page serves better, where a rule of this computer forbids macros or what they start."""
    if forbidden := [rule for rule in rules if rule.ok is False]:
        why = f"it needs neither macros nor a program that Excel starts, which is what is forbidden here ({forbidden[0].name})"
        remedy = "Serve your plans to your browser: hrworkbook serve FOLDER --open"
        yield Diagnosis("Page", None, why, remedy)


def _macros(read_registry: ReadRegistry) -> Diagnosis:
    def policy(name: str, locations: str = EXCEL_SECURITY_KEY) -> object:
        found = read_registry(f"HKCU\\Software\\Policies\\{locations}", name)
        return read_registry(f"HKCU\\Software\\{locations}", name) if found is None else found

    macros, ask_it = "Macros", "Ask IT to allow hrworkbook.xlam"
    if policy("VBAOff", COMMON) == 1 or read_registry(f"HKLM\\SOFTWARE\\{COMMON}", "VBAOff") == 1:
        return Diagnosis(macros, False, "macros are switched off in all of Office (VBAOff)", f"{ask_it}. {_UNTIL_THEN}")
    if policy("allow user locations", f"{COMMON}\\Security\\Trusted Locations") == 0:
        what = "only locations that IT names are trusted (allow user locations is off), and the startup folder is the user's"
        return Diagnosis(
            macros, False, what, f"Ask IT to name Excel's startup folder (XLSTART) as trusted. {_UNTIL_THEN}"
        )
    if policy("AllLocationsDisabled", f"{EXCEL_SECURITY_KEY}\\Trusted Locations") == 1:
        return Diagnosis(
            macros, False, "trusted locations are switched off, so the startup folder is not trusted", ask_it
        )
    if policy("DisableAllAddins") == 1:
        return Diagnosis(macros, False, "all add-ins are switched off in the Trust Center", f"{ask_it}. {_UNTIL_THEN}")
    if policy("RequireAddinSig") == 1:
        what = "only signed add-ins may run here, and this one is not signed"
        return Diagnosis(macros, False, what, f"{ask_it}. {_UNTIL_THEN}")
    if policy("VBAWarnings") in (3, 4):
        what = "macros in workbooks are switched off; the add-in works, for its folder is trusted, a plan as .xlsm does not"
        return Diagnosis(macros, True, what, "Keep the plan as .xlsx and use the add-in")
    return Diagnosis(macros, True, "the add-in's folder is trusted, and nothing here forbids it")


def _defender(read_registry: ReadRegistry, rule: str) -> str:
    """Return the state of a rule of Defender's: 1 blocks, 2 watches, 6 warns; the strictest where several places name it."""
    found = [str(read_registry(f"HKLM\\SOFTWARE\\{start}{_ASR_RULES_KEY}", rule) or "") for start in ("Policies\\", "")]
    for each in str(read_registry(INTUNE, "ASRRules") or "").split("|"):
        name, _, state = each.partition("=")
        if name.strip().strip("{}").upper() == rule:
            found.append(state.strip())
    return next((state for state in (*_BLOCKS, *_WATCHES) if state in found), "")


def _check_child_processes(read_registry: ReadRegistry, interpreter: str) -> Diagnosis:
    name, state = "Antivirus rule", _defender(read_registry, CHILD_PROCESS_RULE)
    rule = f"“Block all Office applications from creating child processes” ({CHILD_PROCESS_RULE})"
    if state in _BLOCKS:
        what = f"Defender's rule {rule} stops Excel from starting Python"
        return Diagnosis(name, False, what, f"Ask IT to exclude {interpreter} from that rule. {_UNTIL_THEN}")
    if state in _WATCHES:
        return Diagnosis(name, True, f"Defender's rule {rule} only watches")
    what = "no Defender rule that stops Excel from starting Python was found; another product's would not show here"
    return Diagnosis(name, None, what, f"If a click does nothing at all, ask IT whether Excel may start {interpreter}")


def _calls_of_windows(read_registry: ReadRegistry) -> Iterator[Diagnosis]:
    if _defender(read_registry, WIN32_RULE) in _BLOCKS:
        what = f"Defender's rule “Block Win32 API calls from Office macros” ({WIN32_RULE}) may stop the add-in"
        yield Diagnosis(
            "Antivirus rule", False, what, f"Ask IT to exclude hrworkbook.xlam from that rule. {_UNTIL_THEN}"
        )


def _check_mac_script(locations: InstallLocations) -> Diagnosis:
    if locations.script is None or not locations.script.is_file():
        return Diagnosis(
            "Script", False, "the script that lets Excel start Python is not there", "Run: hrworkbook install"
        )
    if locations.script.read_bytes() != script():
        what = f"{locations.script.name} is of another version, or changed since"
        return Diagnosis("Script", False, what, "Run: hrworkbook install")
    return Diagnosis("Script", True, f"{locations.script.name} is where Excel looks for it")


def _check_mark_of_the_web(path: Path, name: str) -> Iterator[Diagnosis]:
    """Yield a file that came by mail or browser is marked so in a stream of its own, and Excel blocks its macros."""
    try:
        mark = path.with_name(f"{path.name}:Zone.Identifier").read_text("utf-8", errors="replace")
    except OSError:
        return
    zone = re.search(r"^ZoneId=([0-9]+)", mark, re.MULTILINE)
    if zone and int(zone[1]) >= 3:
        remedy = "Right-click it, choose Properties, tick Unblock"
        yield Diagnosis(
            name, False, f"{path.name} is marked as coming from the internet, so Excel blocks its macros", remedy
        )


def _check_one_drive(environ: Mapping[str, str], workbook: Path | None) -> Iterator[Diagnosis]:
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
            yield Diagnosis(name, None, what, f"For a plan in there: hrworkbook doctor PLAN. {remedy}")
        return
    inside = any(workbook.is_relative_to(f) for f in folders)
    if inside or any(part.lower().startswith(("onedrive", "sharepoint", "http")) for part in workbook.parts):
        yield Diagnosis(
            name, None, f"{workbook.name} is in OneDrive or SharePoint, and Excel gives it a web address", remedy
        )
    else:
        yield Diagnosis(name, True, f"{workbook.name} is not in OneDrive")


def _registry_of_this_system() -> ReadRegistry:
    if sys.platform != "win32":
        return lambda key, name: None
    import winreg

    hives = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}

    def read_registry(key: str, name: str) -> object:
        hive, _, path = key.partition("\\")
        try:
            with winreg.OpenKey(hives[hive], path) as opened:
                return winreg.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    return read_registry

"""Doctor: each trouble of the field is named, with what to do, in made-up Windows and Mac homes."""

import sys
import zipfile
from pathlib import Path

import pytest

from hrworkbook.addin.doctor import (
    CHILD_PROCESS_RULE,
    COMMON,
    EXCEL_SECURITY_KEY,
    INTUNE,
    WIN32_RULE,
    Diagnosis,
    diagnose,
    xlwings_version,
)
from hrworkbook.addin.install import install, install_locations
from hrworkbook.plan.errors import ToolMissing

PINNED = "0.37.8"
WATCHED = f"HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows Defender\\Windows Defender Exploit Guard\\ASR\\Rules {CHILD_PROCESS_RULE}"
POLICY, OWN = f"HKCU\\Software\\Policies\\{EXCEL_SECURITY_KEY}", f"HKCU\\Software\\{EXCEL_SECURITY_KEY}"


class User:
    """A made-up person with the add-in installed and a Python that answers."""

    def __init__(self, home: Path, platform: str) -> None:
        self.home, self.platform = home, platform
        self.python = home / "Python" / "python.exe"
        self.python.parent.mkdir(parents=True)
        self.python.write_bytes(b"")
        self.environ = {"APPDATA": str(home / "AppData/Roaming")} if platform == "win32" else {}
        (home / "Library/Containers/com.microsoft.Excel/Data").mkdir(parents=True)
        self.registry: dict[str, object] = {}
        self.version = PINNED
        self.where = install_locations(home, platform, self.environ)
        install(home, platform, self.environ, str(self.python))

    def examine(self, workbook: Path | None = None) -> list[Diagnosis]:
        return diagnose(
            self.home,
            self.platform,
            self.environ,
            workbook,
            registry=lambda key, name: self.registry.get(f"{key} {name}"),
            ask=lambda interpreter: self.version if interpreter == str(self.python) else "",
        )

    def faults(self, workbook: Path | None = None) -> list[str]:
        return [c.message for c in self.examine(workbook) if c.ok is False]


@pytest.fixture
def windows(tmp_path):
    return User(tmp_path / "home", "win32")


@pytest.fixture
def mac(tmp_path):
    return User(tmp_path / "home", "darwin")


@pytest.fixture(params=["windows", "mac"])
def user(request):
    return request.getfixturevalue(request.param)


def test_a_good_installation_has_no_fault(user):
    assert user.faults() == []
    assert [c.name for c in user.examine() if c.ok][:3] == ["Add-in", "Python", "Settings"]


def test_every_fault_says_what_to_do(tmp_path):
    for platform in ("win32", "darwin"):
        for check in diagnose(tmp_path, platform, {}, registry=lambda k, n: None):
            assert check.remedy or check.ok, check


def test_nothing_installed(tmp_path):
    found = {c.name: c for c in diagnose(tmp_path, "win32", {}, registry=lambda k, n: None)}
    assert found["Add-in"].ok is False and found["Add-in"].remedy == "Run: hrworkbook install"
    assert found["Python"].ok is False and found["Settings"].ok is False


def test_an_add_in_of_another_version(user):
    parts = zipfile.ZipFile(user.where.addin_file)
    with zipfile.ZipFile(user.home / "other.xlam", "w") as other:
        for name in parts.namelist():
            other.writestr(name, parts.read(name) + (b" " if name.endswith("customUI.xml") else b""))
    user.where.addin_file.write_bytes((user.home / "other.xlam").read_bytes())
    assert user.faults() == ["Add-in: it was made by another version, or changed since. Run: hrworkbook install."]


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 not a zip", b"<html>blocked</html>"])
def test_a_broken_add_in(user, broken):
    user.where.addin_file.write_bytes(broken)
    assert "Add-in: it was made by another version" in user.faults()[0]


def test_a_python_whose_files_excel_cannot_see(user):
    store = "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_x64"
    found = diagnose(user.home, user.platform, user.environ, registry=lambda k, n: None, ask=lambda i: "", base=store)
    assert ("Microsoft Store" in found[0].message) == (user.platform == "win32")
    assert found[0].ok is (user.platform != "win32")


def test_python_was_moved(user):
    user.python.unlink()
    assert user.faults() == [f"Python: {user.python} is not there any more. Run: hrworkbook install."]


def test_python_without_hrworkbook(user):
    user.version = ""
    assert "does not start, or hrworkbook is not installed in it" in user.faults()[0]


def test_versions_that_differ(user):
    user.version = "0.30.0"
    assert user.faults()[0].endswith(f"pip install xlwings=={PINNED}.")


def test_a_path_the_command_line_would_misread(windows):
    for folder, warm, fault in (("R&D", False, False), ("R&D", True, True), ("100%", False, True)):
        odd = windows.home / folder / "python.exe"
        odd.parent.mkdir(exist_ok=True)
        odd.write_bytes(b"")
        (odd.parent / f"xlwings64-{PINNED}.dll").write_bytes(b"")
        windows.python = odd
        install(windows.home, windows.platform, windows.environ, str(odd), udf_server=warm)
        assert any("Install Python in a folder without them" in said for said in windows.faults()) == fault


def test_settings_that_import_what_lies_beside_a_workbook(user):
    text = user.where.settings.read_text()
    user.where.settings.write_text(
        text.replace('"ADD_WORKBOOK_TO_PYTHONPATH","False"', '"ADD_WORKBOOK_TO_PYTHONPATH","True"')
    )
    assert "ADD_WORKBOOK_TO_PYTHONPATH" in user.faults()[0]


def test_a_warm_python_without_its_library(windows):
    install(windows.home, "win32", windows.environ, str(windows.python), udf_server=True)
    assert f"xlwings64-{PINNED}.dll is not beside" in windows.faults()[0]
    (windows.python.parent / f"xlwings64-{PINNED}.dll").write_bytes(b"")
    assert windows.faults() == []


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        (f"{POLICY}\\Trusted Locations AllLocationsDisabled", 1, "trusted locations are switched off"),
        (f"{OWN}\\Trusted Locations AllLocationsDisabled", 1, "trusted locations are switched off"),
        (f"{POLICY} DisableAllAddins", 1, "all add-ins are switched off"),
        (f"{OWN} RequireAddinSig", 1, "only signed add-ins"),
        (WATCHED, "1", "stops Excel from starting Python"),
        (WATCHED.replace("Policies\\", ""), 1, "stops Excel from starting Python"),
        (WATCHED, "6", "stops Excel from starting Python"),
        (WATCHED, 1, "stops Excel from starting Python"),
        (f"{INTUNE} ASRRules", f"{WIN32_RULE}=2|{CHILD_PROCESS_RULE.lower()}=1", "stops Excel from starting Python"),
        (f"{INTUNE} ASRRules", f"{{{CHILD_PROCESS_RULE}}} = 6", "stops Excel from starting Python"),
        (f"{INTUNE} ASRRules", f"{CHILD_PROCESS_RULE}=2|{WIN32_RULE}=1", "may stop the add-in"),
        (WATCHED.replace(CHILD_PROCESS_RULE, WIN32_RULE), 1, "may stop the add-in"),
        (
            f"HKCU\\Software\\Policies\\{COMMON}\\Security\\Trusted Locations allow user locations",
            0,
            "only locations that IT",
        ),
        (f"HKCU\\Software\\Policies\\{COMMON} VBAOff", 1, "switched off in all of Office"),
        (f"HKLM\\SOFTWARE\\{COMMON} VBAOff", 1, "switched off in all of Office"),
    ],
)
def test_rules_of_it_that_stop_the_buttons(windows, key, value, says):
    windows.registry[key] = value
    (fault,) = windows.faults()
    assert says in fault and "Ask IT" in fault
    (page,) = [c for c in windows.examine() if c.name == "Page"]
    assert page.ok is None and "hrworkbook serve" in page.message


def test_the_page_is_not_named_where_the_buttons_may_work(windows):
    assert [c for c in windows.examine() if c.name == "Page"] == []


def test_intunes_rules_that_only_watch_or_concern_others_are_no_fault(windows):
    windows.registry[f"{INTUNE} ASRRules"] = (
        f"{CHILD_PROCESS_RULE}=2|{WIN32_RULE}=0|BE9BA2D9-53EA-4CDC-84E5-9B1EEEE46550=1"
    )
    assert windows.faults() == []


@pytest.mark.parametrize("level", [1, 2])
def test_a_command_prompt_switched_off_stops_the_warm_python_alone(windows, level):
    windows.registry["HKCU\\Software\\Policies\\Microsoft\\Windows\\System DisableCMD"] = level
    assert windows.faults() == []
    (windows.python.parent / f"xlwings64-{PINNED}.dll").write_bytes(b"")
    install(windows.home, "win32", windows.environ, str(windows.python), udf_server=True)
    (fault,) = windows.faults()
    assert "DisableCMD" in fault and "without --warm" in fault


def test_a_policy_outranks_the_users_own_choice(windows):
    windows.registry |= {f"{POLICY} RequireAddinSig": 0, f"{OWN} RequireAddinSig": 1}
    assert windows.faults() == []


@pytest.mark.parametrize("level", [3, 4])
def test_macros_in_workbooks_switched_off_leave_the_add_in_working(windows, level):
    windows.registry[f"{POLICY} VBAWarnings"] = level
    assert windows.faults() == []
    (check,) = [c for c in windows.examine() if c.name == "Macros"]
    assert check.remedy == "Keep the plan as .xlsx and use the add-in"


def test_a_rule_that_only_watches_is_no_fault(windows):
    windows.registry[WATCHED] = "2"
    assert [c.ok for c in windows.examine() if c.name == "Antivirus rule"] == [True]


def test_another_products_rule_cannot_be_seen_and_that_is_said(windows):
    (check,) = [c for c in windows.examine() if c.name == "Antivirus rule"]
    assert check.ok is None and "another product's" in check.fault


def test_files_marked_as_from_the_internet(windows):
    plan = windows.home / "plan.xlsm"
    plan.write_bytes(b"")
    for path in (plan, windows.where.addin_file):
        path.with_name(f"{path.name}:Zone.Identifier").write_text("[ZoneTransfer]\r\nZoneId=3\r\n")
    assert len(windows.faults(plan)) == 2
    assert all("tick Unblock" in fault for fault in windows.faults(plan))
    for path in (plan, windows.where.addin_file):
        path.with_name(f"{path.name}:Zone.Identifier").write_text("[ZoneTransfer]\r\nZoneId=0\r\n")
    assert windows.faults(plan) == []


@pytest.mark.parametrize("plan", ["OneDrive - Council/plan.xlsx", "OneDrive - Council/HR/plan.xlsx"])
def test_a_plan_in_onedrive(windows, plan):
    windows.environ["OneDriveCommercial"] = str(windows.home / "OneDrive - Council")
    (check,) = [c for c in windows.examine(windows.home / plan) if c.name == "OneDrive"]
    assert check.ok is None and "Always keep on this device" in check.remedy
    (check,) = [c for c in windows.examine(windows.home / "Documents/plan.xlsx") if c.name == "OneDrive"]
    assert check.ok is True


def test_onedrive_without_a_plan_says_how_to_ask_about_one(windows):
    windows.environ["OneDrive"] = "C:\\Users\\zoe\\OneDrive"
    (check,) = [c for c in windows.examine() if c.name == "OneDrive"]
    assert "hrworkbook doctor PLAN" in check.remedy


def test_the_macs_script(mac):
    mac.where.script.write_bytes(b"-- another")
    assert "is of another version, or changed since. Run: hrworkbook install" in mac.faults()[0]
    mac.where.script.unlink()
    assert mac.faults() == ["Script: the script that lets Excel start Python is not there. Run: hrworkbook install."]


def test_this_python_answers_for_itself(tmp_path):
    assert xlwings_version(sys.executable) == PINNED
    assert xlwings_version(str(tmp_path / "no python")) == ""


def test_linux_is_told_about_calc(tmp_path):
    with pytest.raises(ToolMissing, match="Calc"):
        diagnose(tmp_path, "linux", {})

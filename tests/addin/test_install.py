"""Install and uninstall, in made-up Windows and Mac homes."""

import json
import zipfile
from pathlib import Path

import pytest

from hrworkbook.addin.install import install, install_locations, read_settings, script, uninstall
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, ToolMissing

PYTHON = "C:\\Program Files\\Python312\\python.exe"


def tree(home: Path) -> dict[str, bytes]:
    """Everything under a home, folders included."""
    return {str(p.relative_to(home)): p.read_bytes() if p.is_file() else b"/" for p in sorted(home.rglob("*"))}


@pytest.fixture
def windows(tmp_path: Path) -> tuple[Path, str, dict[str, str]]:
    home = tmp_path / "Zoë Okafor"
    (home / "AppData/Roaming/Microsoft/Excel").mkdir(parents=True)
    (home / "AppData/Roaming/Microsoft/Excel/Excel15.xlb").write_bytes(b"someone else's")
    return home, "win32", {"APPDATA": str(home / "AppData/Roaming"), "USERPROFILE": str(home)}


@pytest.fixture
def mac(tmp_path: Path) -> tuple[Path, str, dict[str, str]]:
    home = tmp_path / "zoe"
    (home / "Library/Containers/com.microsoft.Excel/Data").mkdir(parents=True)
    (home / "Library/Containers/com.microsoft.Excel/Data/other.txt").write_bytes(b"someone else's")
    return home, "darwin", {}


@pytest.fixture(params=["windows", "mac"])
def user(request: pytest.FixtureRequest) -> tuple[Path, str, dict[str, str]]:
    return request.getfixturevalue(request.param)


def test_windows_puts_everything_where_excel_and_xlwings_look(windows):
    home, platform, environ = windows
    said = install(home, platform, environ, PYTHON)
    startup = home / "AppData/Roaming/Microsoft/Excel/XLSTART"
    assert "xl/vbaProject.bin" in zipfile.ZipFile(startup / "hrworkbook.xlam").namelist()
    assert (home / ".hrworkbook/hrworkbook.conf").read_bytes().decode("cp1252").split("\r\n") == [
        '"ADD_WORKBOOK_TO_PYTHONPATH","False"',
        '"SHOW CONSOLE","False"',
        f'"INTERPRETER_WIN","{PYTHON}"',
        '"USE UDF SERVER","False"',
        "",
    ]
    assert any(str(startup) in line for line in said) and any(PYTHON in line for line in said)
    assert all(line.endswith(".") for line in said)


def test_a_python_whose_files_excel_cannot_see_installs_nothing(windows):
    """The Microsoft Store's, also under an environment made with it: Windows keeps its AppData apart."""
    home, platform, environ = windows
    before = tree(home)
    store = "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_3.12.2800.0_x64__qbz5n2kfra8p0"
    with pytest.raises(ToolMissing, match="Windows hides from Excel.*Install Python from python.org"):
        install(home, platform, environ, "C:\\Users\\Zoe\\.venv\\Scripts\\python.exe", base=store)
    assert tree(home) == before


def test_mac_puts_everything_where_excel_and_xlwings_look(mac):
    home, platform, environ = mac
    install(home, platform, environ, "/opt/python/bin/python3")
    library = home / "Library"
    assert (
        library / "Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/hrworkbook.xlam"
    ).is_file()
    conf = (library / "Containers/com.microsoft.Excel/Data/hrworkbook.conf").read_text()
    assert '"INTERPRETER_MAC","/opt/python/bin/python3"' in conf
    there = library / "Application Scripts/com.microsoft.Excel/hrworkbook.applescript"
    assert there.read_bytes() == script() and script().isascii()


def test_uninstall_leaves_the_home_as_it_was(user):
    home, platform, environ = user
    before = tree(home)
    install(home, platform, environ, PYTHON)
    assert tree(home) != before
    said = uninstall(home, platform, environ)
    assert tree(home) == before
    assert "The HR Plan tab was taken out" in said[0]


def test_installing_twice_is_as_once_and_still_comes_out_whole(user):
    home, platform, environ = user
    before = tree(home)
    install(home, platform, environ, PYTHON)
    once = tree(home)
    install(home, platform, environ, PYTHON)
    assert tree(home) == once
    uninstall(home, platform, environ)
    assert tree(home) == before


def test_uninstall_where_nothing_was_installed_changes_nothing(user):
    home, platform, environ = user
    before = tree(home)
    assert uninstall(home, platform, environ) == ["Nothing was installed here, so nothing was removed."]
    assert tree(home) == before


def test_the_log_that_clicks_leave_is_taken_too(user):
    home, platform, environ = user
    before = tree(home)
    install(home, platform, environ, PYTHON)
    log = install_locations(home, platform, environ).log
    made = [p for p in (log.parent, *log.parents) if not p.exists()]
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("what should never happen")
    uninstall(home, platform, environ)
    left = {home / k for k in tree(home).keys() - before.keys()}
    assert left <= {p for p in made if p.name != "hrworkbook"}  # folders of the system's own may stay


def test_settings_of_the_users_own_survive_both(windows):
    home, platform, environ = windows
    where = install_locations(home, platform, environ)
    where.settings.parent.mkdir()
    where.settings.write_bytes(
        b'"ONEDRIVE_COMMERCIAL_WIN","D:\\OneDrive, shared"\r\n"INTERPRETER_WIN","C:\\old.exe"\r\n'
    )
    install(home, platform, environ, PYTHON, udf_server=True)
    assert read_settings(where)["ONEDRIVE_COMMERCIAL_WIN"] == "D:\\OneDrive, shared"
    assert read_settings(where)["INTERPRETER_WIN"] == PYTHON
    assert read_settings(where)["USE UDF SERVER"] == "True"
    said = uninstall(home, platform, environ)
    assert read_settings(where) == {"ONEDRIVE_COMMERCIAL_WIN": "D:\\OneDrive, shared"}
    assert any("ONEDRIVE_COMMERCIAL_WIN" in line for line in said)


def test_a_second_install_turns_the_warm_process_off(windows):
    install(*windows, PYTHON, udf_server=True)
    install(*windows, PYTHON)
    assert read_settings(install_locations(*windows))["USE UDF SERVER"] == "False"


def test_the_warm_process_is_for_windows_only(mac):
    install(*mac, PYTHON, udf_server=True)
    assert read_settings(install_locations(*mac))["USE UDF SERVER"] == "False"


def test_the_script_that_other_xlwings_users_have_is_left(mac):
    where = install_locations(*mac)
    theirs = where.script.with_name("xlwings-0.37.8.applescript")
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"-- theirs")
    install(*mac, PYTHON)
    uninstall(*mac)
    assert theirs.read_bytes() == b"-- theirs" and not where.script.exists()


def test_the_script_that_a_version_before_put_there_is_taken_out(mac):
    install(*mac, PYTHON)
    where = install_locations(*mac)
    before = where.script.with_name("xlwings-0.37.8.applescript")
    before.write_bytes(b"-- xlwings'")
    had = json.loads(where.receipt.read_text())
    where.receipt.write_text(json.dumps({**had, "files": [*had["files"], str(before)]}))
    assert "The script xlwings-0.37.8.applescript was removed." in uninstall(*mac)
    assert not before.exists() and not where.script.exists()


def test_without_appdata_the_usual_folder_is_taken(windows):
    home, platform, _ = windows
    assert (
        install_locations(home, platform, {}).addin_file
        == home / "AppData/Roaming/Microsoft/Excel/XLSTART/hrworkbook.xlam"
    )


def test_a_redirected_appdata_is_followed(windows, tmp_path):
    home, platform, _ = windows
    install(home, platform, {"APPDATA": str(tmp_path / "server/roaming")}, PYTHON)
    assert (tmp_path / "server/roaming/Microsoft/Excel/XLSTART/hrworkbook.xlam").is_file()
    uninstall(home, platform, {"APPDATA": str(tmp_path / "server/roaming")})
    assert not (tmp_path / "server").exists()


@pytest.mark.parametrize("path", ["C:\\Użytkownik\\python.exe", "C:\\日本\\python.exe"])
def test_a_path_vba_cannot_read_is_refused_and_nothing_is_left(windows, path):
    before = tree(windows[0])
    with pytest.raises(CannotWrite, match="plain letters"):
        install(*windows, path)
    assert tree(windows[0]) == before


def test_a_file_that_cannot_be_written_says_to_close_excel(user):
    where = install_locations(*user)
    where.addin_file.mkdir(parents=True)  # stands for a file held open: it cannot be replaced
    with pytest.raises(CannotWrite, match="Close Excel, then run this again"):
        install(*user, PYTHON)


def test_an_install_cut_short_can_still_be_taken_out(user):
    home, platform, environ = user
    before = tree(home)
    where = install_locations(*user)
    where.settings.parent.mkdir(parents=True, exist_ok=True)
    where.settings.mkdir()
    with pytest.raises(CannotWrite):
        install(*user, PYTHON)
    where.settings.rmdir()
    assert where.addin_file.is_file()
    uninstall(*user)
    left = {k for k, v in tree(home).items() if v != b"/"} - {k for k, v in before.items() if v != b"/"}
    assert not left


def test_a_mac_where_excel_never_ran_is_told_to_start_it(tmp_path):
    with pytest.raises(CannotWrite, match="Start Excel once"):
        install(tmp_path, "darwin", {}, PYTHON)
    assert tree(tmp_path) == {}


def test_linux_is_told_about_calc(tmp_path):
    with pytest.raises(ToolMissing, match="Calc"):
        install(tmp_path, "linux", {}, PYTHON)
    assert issubclass(ToolMissing, HrWorkbookError)


def test_a_broken_receipt_does_not_stop_uninstall(user):
    install(*user, PYTHON)
    where = install_locations(*user)
    where.receipt.write_bytes(b"{ broken")
    uninstall(*user)
    assert not where.addin_file.exists() and not where.settings.exists() and not where.receipt.exists()

"""What a press starts: the very words of the macros, run by a real Python where somebody has left modules of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fake_excel import in_hex

from hrworkbook.addin.install import script
from hrworkbook.addin.package import our_modules
from hrworkbook.hosts.live_books import CALLER

SOURCE = {m.name: m.source.replace("\r\n", "\n") for m in our_modules()}
STARTED = SOURCE["HRPython"]


def joined(words: str) -> str:
    """The texts of a Basic expression put together, with its continued lines."""
    return "".join(part.replace('""', '"') for part in re.findall(r'"((?:[^"]|"")*)"', words))


def cold(verb: str, encoding: str) -> list[str]:
    """The arguments a press gives Python where it is started anew."""
    flags = re.search(r'& " (-E -P -B -c) " &', STARTED)
    command = re.search(r"StartingCommandFor = (.*?)End Function", STARTED, re.DOTALL)
    click = re.search(r"    CommandFor = (.*)", STARTED)
    assert flags and command and click
    opened, closed = command[1].split("& ENCODING &")
    return [*flags[1].split(), joined(opened) + encoding + joined(closed) + joined(click[1]).replace("''", f"'{verb}'")]


def warm() -> list[str]:
    """The same where one stays ready; it prints instead of serving, which takes a Windows."""
    tail = re.search(r'tail = "(.*)"\n', SOURCE["xlwings"])
    assert tail
    flags, code = tail[1].replace('""', '"').split(' -c "')
    code = code.replace('" & LicenseKeyEnvString & "', "").rstrip('"')
    assert code == "import sys, os;import xlwings; xlwings.serve('$(CLSID)')"
    return [*flags.split(), "-c", code.replace("xlwings.serve('$(CLSID)')", "print(xlwings.__version__)")]


@pytest.fixture
def stand(tmp_path: Path) -> Path:
    """A folder to stand in, with modules that tell when they are imported."""
    for name in ("hrworkbook", "xlwings", "sitecustomize", "usercustomize", "os", "pandas", "openpyxl", "ribbon"):
        (tmp_path / f"{name}.py").write_text(
            f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r})\nraise SystemExit(3)\n"
        )
    return tmp_path


SURROUNDINGS = [
    "",
    os.pathsep,
    f"{os.pathsep}/nowhere",
    f"/nowhere{os.pathsep}{os.pathsep}",
    ".",
    f".{os.pathsep}",
    "{}",
]


@pytest.mark.parametrize("mode", ["cold", "warm"])
@pytest.mark.parametrize("python_path", SURROUNDINGS)
def test_nothing_is_imported_from_where_excel_stands(stand, mode, python_path):
    errors = stand / "errors.txt"
    around = {**os.environ, "PYTHONPATH": python_path.format(stand), "HRWORKBOOK_ERRORS": str(errors), CALLER: ""}
    words = cold("validate", "utf-16") if mode == "cold" else warm()
    ran = subprocess.run([sys.executable, *words], cwd=stand, env=around, capture_output=True, timeout=60)
    assert not (stand / "imported").exists()
    if mode == "warm":
        assert (ran.returncode, ran.stdout.decode().strip()) == (0, "0.37.8")
    else:
        assert (ran.returncode, ran.stdout, ran.stderr) == (2, b"", b"")
        assert "no workbook is named" in errors.read_text("utf-16")


def test_without_our_flags_it_would_be(stand):
    """The trap is a trap."""
    words = [w for w in cold("validate", "utf-16") if w not in ("-E", "-P")]
    around = {**os.environ, "HRWORKBOOK_ERRORS": str(stand / "errors.txt")}
    assert subprocess.run([sys.executable, *words], cwd=stand, env=around, timeout=60).returncode == 3
    assert (stand / "imported").exists()


@pytest.mark.parametrize(("encoding", "shown"), [("utf-16", "Ω 計画"), ("mac_roman", "Ω ??")])
def test_errors_are_left_in_the_letters_that_are_read(tmp_path, encoding, shown):
    """Whatever Python's own default is, and for whatever goes wrong: an import too."""
    errors = tmp_path / "errors.txt"
    words = cold("validate", encoding)
    words[-1] = words[-1].replace("import hrworkbook.ribbon", "raise ImportError('\u03a9 計画')")
    for utf8 in ("0", "1"):
        around = {**os.environ, "HRWORKBOOK_ERRORS": str(errors), "PYTHONUTF8": utf8}
        ran = subprocess.run([sys.executable, *words], env=around, capture_output=True, timeout=60)
        assert ran.returncode == 1 and f"ImportError: {shown}" in errors.read_text(encoding)
    assert f'ENCODING As String = "{encoding}"' in STARTED


def test_both_sides_name_the_same_encoding():
    # -1 is TristateTrue: the file is read as UTF-16.
    assert "OpenTextFile(Path, 1, False, -1)" in STARTED
    assert "#If Mac Then\nPrivate Const SETTING" in STARTED and STARTED.index("mac_roman") < STARTED.index("utf-16")


def test_the_words_for_python_hold_nothing_a_shell_or_a_quotation_could_read():
    for code in (cold("merge", "utf-16")[-1], cold("roll", "mac_roman")[-1]):
        assert not set(code) & set('"$`\\%&^!|<>\n')


def test_no_name_of_a_file_is_put_into_a_command():
    for place in re.findall(r"^.*ActiveWorkbook\.(?:FullName|Name|Path).*$", STARTED, re.MULTILINE):
        assert "InHex(ActiveWorkbook.FullName)" in place


def test_on_a_mac_every_word_is_quoted():
    """The script's own shell command, with words that a shell would take for its own."""
    source = script().decode("ascii")
    used = re.findall(
        r"(quoted form of )?\b(interpreter|pythonCode|workbookName|errorFile)\b",
        source.split("to paragraphs of request")[1],
    )
    assert sorted(name for _, name in used) == ["errorFile", "interpreter", "pythonCode", "workbookName"]
    assert all(quoted for quoted, _ in used)


@pytest.mark.parametrize("folder", ["my python", "R&D $(touch x)", "it's `id`"])
def test_a_macs_command_reaches_python_whatever_its_path_is(folder, tmp_path):
    """As AppleScript would put it together, run by a real shell."""
    interpreter = tmp_path / folder / "python"
    interpreter.parent.mkdir()
    interpreter.symlink_to(sys.executable)
    errors = tmp_path / "er'rors $HOME.txt"
    given = {
        "interpreter": str(interpreter),
        "pythonCode": cold("validate", "mac_roman")[-1].replace("import hrworkbook.ribbon", "print(os.environ['HRWORKBOOK_BOOK'], file=sys.stderr)").partition("; hrworkbook")[0],
        "workbookName": in_hex("/Users/zoe/Q3 $(x) plan.xlsx"),
        "errorFile": str(errors),
    }  # fmt: skip
    source = script().decode("ascii")

    def put_together(expression: str, known: dict[str, str]) -> str:
        quote = lambda text: "'" + text.replace("'", "'\\''") + "'"  # noqa: E731
        parts = re.findall(r'"([^"]*)"|quoted form of (\w+)|(\w+)', expression)
        return "".join(
            text or (quote(known[quoted]) if quoted else known.get(name, "")) for text, quoted, name in parts
        )

    lines = dict(re.findall(r"set (\w+) to (.*)", source.replace("set {", "")))
    known = {**given, **{name: put_together(lines[name], given) for name in ("around", "python")}}
    shell = re.search(r"do shell script (.*)", source)
    assert shell
    command = put_together(shell[1], known)
    assert command.endswith(" > /dev/null 2>&1 &")
    subprocess.run(["sh", "-c", f"{command[:-1]}; wait"], cwd=tmp_path, check=True, timeout=60)
    assert errors.read_text("mac_roman").strip() == given["workbookName"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([folder, errors.name])

"""A built file made ready for Calc: the same macros, with stand-ins for what only Windows, a Mac or Excel has.

Calc's Basic has no conditional compilation, so each `#If` is decided here as Excel's compiler would decide it, and a
few properties that Calc does not know are given. `HRPython` itself is the built one: what a press would start is the
very command line it makes, kept instead of run (to run it from inside Basic would hang Calc), with what it hands over.
"""

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hrworkbook.addin.package import our_modules, with_macros
from hrworkbook.addin.vba_project import Module, ModuleKind, module

WINDOWS = {"VBA7": True, "Win64": True, "Mac": False, "MAC_OFFICE_VERSION": 0}
MAC = {"VBA7": True, "Win64": False, "Mac": True, "MAC_OFFICE_VERSION": 16}

CONTROL = 'Attribute VB_Name = "FakeControl"\nOption Explicit\nPublic ID As String\n'
SHELL = """Attribute VB_Name = "FakeShell"
Public CurrentDirectory As String
Public Function Environment(Which)
    Set Environment = New FakeEnvironment
End Function
Public Function Run(Command, Style, Wait)
    If Rehearsal.ExitCode < 0 Then Err.Raise 5, "", "The program is blocked"
    Rehearsal.Started = Command
    Run = Rehearsal.ExitCode
End Function
Public Function ExpandEnvironmentStrings(Text)
    ExpandEnvironmentStrings = Text
End Function
Public Function Popup(Text, Seconds, Title, Buttons)
    Rehearsal.Shown = Text
End Function
"""
ENVIRONMENT = """Attribute VB_Name = "FakeEnvironment"
Public Sub Keep(Name As String, Value As String)
    Rehearsal.Handed = Rehearsal.Handed & Name & "=" & Value & vbLf
End Sub
"""
FILES = """Attribute VB_Name = "FakeFiles"
Public Function OpenTextFile(Path, Mode, Create, Format)
    Set OpenTextFile = Me
End Function
Public Function ReadAll()
    ReadAll = Rehearsal.Stderr
End Function
Public Sub DeleteFile(Path)
End Sub
"""
REHEARSAL = """Attribute VB_Name = "Rehearsal"
Public Started As String
Public Handed As String
Public Shown As String
Public ExitCode As Long
Public Stderr As String

Public Function Press(Verb As String) As String
    Application.DisplayAlerts = False
    Press = PressAsking(Verb)
    Application.DisplayAlerts = True
End Function

Public Function PressFailing(Verb As String, Words As String) As String
    ExitCode = 2
    Stderr = Words
    Press Verb
    PressFailing = Shown
    ExitCode = 0
    Stderr = ""
End Function

Public Function PressBlocked(Verb As String) As String
    ExitCode = -1
    Press Verb
    PressBlocked = Shown
    ExitCode = 0
End Function

Public Function HandedOver() As String
    HandedOver = Handed
End Function

Public Function PressAsking(Verb As String) As String
    Dim control As New FakeControl
    control.ID = Verb
    Started = ""
    Handed = ""
    Shown = ""
    On Error GoTo Wrong
    HRRibbon.OnAction control
    PressAsking = Started
    Exit Function
Wrong:
    PressAsking = "error " & Err.Number & ": " & Err.Description
End Function

Public Function Enabled(Verb As String) As String
    Dim control As New FakeControl
    Dim returned As Variant
    control.ID = Verb
    On Error GoTo Wrong
    HRRibbon.GetEnabled control, returned
    Enabled = CStr(returned)
    Exit Function
Wrong:
    Enabled = "error " & Err.Number & ": " & Err.Description
End Function

Public Function Supertip(Verb As String) As String
    Dim control As New FakeControl
    Dim returned As Variant
    control.ID = Verb
    On Error GoTo Wrong
    HRRibbon.GetSupertip control, returned
    Supertip = returned
    Exit Function
Wrong:
    Supertip = "error " & Err.Number & ": " & Err.Description
End Function

Public Function Visible() As String
    Dim control As New FakeControl
    Dim returned As Variant
    On Error GoTo Wrong
    HRRibbon.GetVisible control, returned
    Visible = CStr(returned)
    Exit Function
Wrong:
    Visible = "error " & Err.Number & ": " & Err.Description
End Function

Public Function Loaded() As String
    On Error GoTo Wrong
    HRRibbon.OnLoad Nothing
    HRRibbon.Refresh
    Loaded = "yes"
    Exit Function
Wrong:
    Loaded = "error " & Err.Number & ": " & Err.Description
End Function

Public Function AppleScriptTask(Script, Handler, Argument)
    Started = Script & vbLf & Handler & vbLf & Argument
    AppleScriptTask = "0"
End Function

Public Function MacScript(Script)
    Dim First As Long
    First = InStr(Script, Chr(34))
    If First > 0 Then MacScript = Mid(Script, First + 1, InStrRev(Script, Chr(34)) - First - 1) Else MacScript = Environ("HRW_HOME")
End Function
"""

_GIVEN = {
    'Set Value = CreateObject("WScript.Shell")': "Set Value = New FakeShell",
    "Randomize Timer() + Application.Hwnd": "Randomize",
    "Application.Hwnd": "4711",
    'CreateObject("Scripting.FileSystemObject")': "New FakeFiles",
    "ActiveWorkbook.FullName": '(ActiveWorkbook.Path & "/" & ActiveWorkbook.Name)',
    "AppleScriptTask ": "Rehearsal.AppleScriptTask ",
    "Application.VERSION": '"16.0"',
}


def rehearsal(xlsx: bytes, system: Mapping[str, Any] = WINDOWS) -> bytes:
    """The .xlsm twin of a master with the stand-ins; press its buttons with `call(document, "Press", verb)`."""
    ours = {m.name: m.source.replace("\r\n", "\n") for m in our_modules()}
    xlwings, python = (_given(resolved(ours[name], system)) for name in ("xlwings", "HRPython"))
    xlwings = re.sub(r"^.*Optional \w+ As String = .*$", _with_defaults, xlwings, flags=re.MULTILINE)
    # VBA's own constants, by their values: Calc does not know them behind `VBA.`.
    dictionary = re.sub(r"VBA\.vb(Binary|Text|Database)Compare", _compare, resolved(ours["Dictionary"], system))
    stand_ins: list[tuple[str, ModuleKind]] = [(text, "class") for text in (CONTROL, SHELL, ENVIRONMENT, FILES)]
    stand_ins += [(REHEARSAL, "module"), (python, "module")]
    made: list[Module] = [module(text, kind) for text, kind in stand_ins]
    made += [module(xlwings, "module"), module(dictionary, "class")]
    return with_macros(xlsx, replacements={m.name: m for m in made})


def _given(source: str) -> str:
    for old, new in _GIVEN.items():
        source = source.replace(old, new)
    # Calc's classes have no properties with an index.
    return re.sub(r"Around\.Item\((.*?)\) = ", r"Around.Keep \1, ", source)


def call(document: Any, function: str, *arguments: object) -> Any:
    """What a function of the module Rehearsal returns, run by Calc in the open document."""
    address = f"vnd.sun.star.script:hrworkbook.Rehearsal.{function}?language=Basic&location=document"
    return document.getScriptProvider().getScript(address).invoke(arguments, (), ())[0]


def opened(context: Any, path: Path) -> Any:
    """The file open in Calc with its macros allowed."""
    from hrworkbook.hosts.calc_uno import property_values

    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    return desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, property_values(MacroExecutionMode=4))


def arguments_of(command: str) -> list[str]:
    """The program and arguments Windows makes of a command line that no shell has read."""
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', command)]


def handed_over(document: Any) -> dict[str, str]:
    """What the last press put into the environment of the Python it started."""
    return dict(line.split("=", 1) for line in call(document, "HandedOver").splitlines())


def resolved(source: str, known: Mapping[str, Any]) -> str:
    """The source with its `#If` decided, as Excel compiles it on that system."""
    names = {name.lower(): value for name, value in known.items()}
    out: list[str] = []
    open_ifs: list[tuple[bool, bool, bool]] = []  # was around it live, was a branch taken, is this one live
    for line in source.split("\n"):
        directive = re.match(r"\s*#(If|ElseIf|Else|End If|Const)\b(.*)", line)
        if not directive:
            if all(live for _, _, live in open_ifs):
                out.append(line)
            continue
        word, rest = directive[1], re.sub(r"\s*('.*|Then\s*('.*)?)$", "", directive[2]).strip()
        if word == "Const":
            name, _, value = rest.partition("=")
            names[name.strip().lower()] = ast.literal_eval(value.strip())
        elif word == "If":
            around = all(live for _, _, live in open_ifs)
            true = around and _true(rest, names)
            open_ifs.append((around, true, true))
        elif word == "End If":
            open_ifs.pop()
        else:
            around, taken, _ = open_ifs.pop()
            live = around and not taken and (word == "Else" or _true(rest, names))
            open_ifs.append((around, taken or live, live))
    assert not open_ifs
    return "\n".join(out)


def _true(condition: str, names: Mapping[str, Any]) -> bool:
    """A condition of the forms these two modules use: `A`, `A Or Not B`, `A = "text"`, `A >= 15`."""
    compared = re.fullmatch(r"(\w+)\s*(=|>=)\s*(.+)", condition)
    if compared:
        have, want = names.get(compared[1].lower(), False), ast.literal_eval(compared[3])
        return bool(have == want if compared[2] == "=" else have >= want)
    return any(
        not names.get(term.split()[-1].lower(), False)
        if term.startswith("Not ")
        else bool(names.get(term.lower(), False))
        for term in condition.split(" Or ")
    )


def _with_defaults(signature: re.Match[str]) -> str:
    """Calc leaves an optional text that is not given without a type: it is given its default by hand."""
    optional = re.compile(r'Optional (\w+) As String = ("[^"]*")')
    lines = [f"If IsMissing({name}) Then {name} = {value}" for name, value in optional.findall(signature[0])]
    return "\n".join([optional.sub(r"Optional \1 As Variant", signature[0]), *lines])


def _compare(found: re.Match[str]) -> str:
    return str(("Binary", "Text", "Database").index(found[1]))

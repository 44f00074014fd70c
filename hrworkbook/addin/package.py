"""The add-in and the masters with macros, assembled from text."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from hrworkbook.addin.ribbon import NAMESPACES, buttons_module, read_ribbon, ribbon_xml
from hrworkbook.addin.vba_project import Module, document, module, vba_project
from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.package_edit import add_relationship, content_type, set_content_type
from hrworkbook.ooxml.relationships import read_relationships, relationships_part
from hrworkbook.ooxml.xml_edit import child_attribute, root_name, with_attribute
from hrworkbook.ooxml.zip_writing import zip_parts
from hrworkbook.plan.errors import CannotWrite, ToolMissing, UnreadableFile, reason_of

PROJECT = "hrworkbook"
ADDIN = f"{PROJECT}.xlam"
SCRIPT = f"{PROJECT}.applescript"
"""What starts Python on a Mac."""
LICENCES = "LICENCES.txt"

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_VBA_RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_RIBBON_RELATIONSHIPS = {
    "customUI/customUI14.xml": "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
    "customUI/customUI.xml": "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
}
_MAIN_TYPES = {
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "xlam": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
}
_XLSX_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_SHEET_KINDS: dict[str, Literal["sheet", "chart"]] = {
    "worksheet": "sheet",
    "dialogsheet": "sheet",
    "chartsheet": "chart",
}

_XLWINGS_EDITS = (
    ('PROJECT_NAME As String = "myaddin"', f'PROJECT_NAME As String = "{PROJECT}"', 1),
    # A workbook that came by mail, or a file beside it on a shared drive, must not choose the program a click starts:
    # only the user's own settings count, and nothing beside the workbook is imported even where those are lost.
    ('If source = "" Or source = "sheet" Then', 'If source = "sheet" Then', 1),
    ('If source = "" Or source = "directory" Then', 'If source = "directory" Then', 1),
    ('GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")', 'GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "false")', 1),
    # The warm process starts in whatever folder Excel is in, where a cmd.exe may lie as well as a module.
    ('tail = " -B -c', 'tail = " -B -E -P -c', 1),
    ('PYTHON_WIN = "cmd.exe "', 'PYTHON_WIN = Environ("SystemRoot") & "\\System32\\cmd.exe "', 2),
    # The names of files that it would hand over go through cmd.exe, and empty ones become the current folder.
    (
        'import xlwings.utils;xlwings.utils.prepare_sys_path(\\""" & PYTHONPATH & "\\"");import xlwings;',
        "import xlwings;",
        1,
    ),
)
"""What is changed in xlwings' module for custom add-ins, and how often each occurs; the licence stays at its head."""
_XLWINGS_LEFT_OUT = ("RunPython", "ExecuteMac", "ExecuteWindows", "RunFrozenPython")
"""Its procedures that hand the names of files to a shell; HRPython starts Python instead."""


def build(root: Path, masters: Mapping[str, bytes]) -> list[Path]:
    """Write the add-in, and each master plain (.xlsx) and with macros (.xlsm), to `root/workbook`; return the files.

    `masters` are .xlsx workbooks by name without ending. The bytes written are the same each time.
    """
    folder = root / "workbook"
    files = build_all(masters, _macros_in(root))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as fault:
        raise CannotWrite(str(folder), f"it cannot be written: {reason_of(fault)}", "Choose another folder") from None
    return [folder / name for name in files]


def stale_files(root: Path, masters: Mapping[str, bytes]) -> list[str]:
    """Return the files in `root/workbook` that differ from those `build` would write, compared part by part.

    Part by part because the compression of a zip may differ between versions of zlib, and the parts may not.
    """
    folder = root / "workbook"
    return [
        name
        for name, data in build_all(masters, _macros_in(root)).items()
        if not (folder / name).is_file() or not _same_package((folder / name).read_bytes(), data)
    ]


def _same_package(left: bytes, right: bytes) -> bool:
    try:
        return list(CheckedPackage(left).contents().items()) == list(CheckedPackage(right).contents().items())
    except UnreadableFile:
        return left == right


def build_all(masters: Mapping[str, bytes], macros: Path | None = None) -> dict[str, bytes]:
    """Return the files `build` writes, by name."""
    files = {ADDIN: addin(macros), LICENCES: licences(macros)}
    for name, xlsx in masters.items():
        files[f"{name}.xlsx"] = zip_parts(CheckedPackage(xlsx).contents())
        files[f"{name}.xlsm"] = with_macros(xlsx, macros=macros)
    return files


def addin(macros: Path | None = None) -> bytes:
    """`hrworkbook.xlam`: the tab and the macros on an empty sheet."""
    return with_macros(zip_parts(_empty_workbook()), "xlam", macros)


def with_macros(
    xlsx: bytes,
    kind: Literal["xlsm", "xlam"] = "xlsm",
    macros: Path | None = None,
    replacements: Mapping[str, Module] | None = None,
) -> bytes:
    """Return a workbook's twin with the macros and the tab; all its other parts are byte for byte the same.

    `replacements` puts other modules in place of ours of the same name, or beside them, for a test build. Raises ValueError
    where the workbook has macros already.
    """
    parts = CheckedPackage(xlsx).contents()
    main = _workbook_part(parts)
    if content_type(parts, main) != _XLSX_MAIN_TYPE:
        raise ValueError(f"{main} is no plain workbook: {content_type(parts, main)}")
    modules = [
        *_with_code_names(parts, main),
        *({m.name: m for m in our_modules(macros)} | dict(replacements or {})).values(),
    ]
    project = posixpath.join(posixpath.dirname(main), "vbaProject.bin")
    set_content_type(parts, main, _MAIN_TYPES[kind])
    set_content_type(parts, project, "application/vnd.ms-office.vbaProject")
    add_relationship(parts, main, "rIdVba", _VBA_RELATIONSHIP, "vbaProject.bin")
    parts[project] = vba_project(PROJECT, modules)
    for number, (name, xml) in enumerate(ribbon_parts(macros).items(), 1):
        parts[name] = xml
        set_content_type(parts, name, "application/xml")
        add_relationship(parts, "", f"rIdRibbon{number}", _RIBBON_RELATIONSHIPS[name], name)
    return zip_parts(parts)


def ribbon_parts(macros: Path | None = None) -> dict[str, bytes]:
    """Both ribbon parts by name."""
    ribbon = read_ribbon((macros or macros_folder()).joinpath("ribbon.toml").read_text("utf-8"))
    return {name: ribbon_xml(ribbon, namespace) for name, namespace in NAMESPACES.items()}


def our_modules(macros: Path | None = None) -> tuple[Module, ...]:
    """Return the project's modules and classes in a fixed order: ours, the buttons' words, then xlwings' two."""
    folder = macros or macros_folder()
    paths = sorted([*folder.glob("*.bas"), *folder.glob("*.cls")], key=lambda p: p.name)
    ours = [module(p.read_text("utf-8"), "class" if p.suffix == ".cls" else "module") for p in paths]
    words = buttons_module(read_ribbon((folder / "ribbon.toml").read_text("utf-8")))
    return (*ours, module(words, "module"), *xlwings_modules())


@cache
def xlwings_modules() -> tuple[Module, ...]:
    """Return xlwings' module for custom add-ins and the Dictionary class it needs, from the installed xlwings.

    Raises ToolMissing where xlwings is absent or its module is not the one this version was made for.
    """
    found = find_spec("xlwings")
    folder = Path(found.origin).parent if found and found.origin else None
    bas, cls = "xlwings_custom_addin.bas", "addin/Dictionary.cls"
    if folder is None or not (folder / bas).is_file() or not (folder / cls).is_file():
        raise ToolMissing("xlwings", "its add-in module is not here", "Install hrworkbook again with pip")
    text = (folder / bas).read_bytes().decode("cp1252").replace("\r\n", "\n")
    for name in _XLWINGS_LEFT_OUT:
        text, times = re.subn(rf"^(?:Public )?(Function|Sub) {name}\(.*?^End \1\n", "", text, flags=re.M | re.S)
        if times != 1:
            raise ToolMissing("xlwings", f"its module has changed: there is no {name} in it", "Use the version pinned")
    for old, new, times in _XLWINGS_EDITS:
        if text.count(old) != times:
            raise ToolMissing(
                "xlwings", f"its module has changed: {old!r} is not in it as expected", "Use the version pinned"
            )
        text = text.replace(old, new)
    return module(text, "module"), module((folder / cls).read_bytes().decode("cp1252"), "class")


def licences(macros: Path | None = None) -> bytes:
    """Return the licences of the two modules that are xlwings', which go wherever the built files go."""
    xlwings_licence = distribution("xlwings").read_text("licenses/LICENSE.txt")
    if not xlwings_licence:
        raise ToolMissing("xlwings", "its licence is not here", "Install hrworkbook again with pip")
    mit = ((macros or macros_folder()) / "Dictionary.licence.txt").read_text("utf-8")
    head = f"The macros in {ADDIN} and in the .xlsm workbooks are hrworkbook's, but for two modules."
    edited = f"The module xlwings is from xlwings {version('xlwings')}, changed in the few places that hrworkbook's own"
    text = f"{head}\n\n{edited}\nhrworkbook/addin/package.py lists. Its licence:\n\n{xlwings_licence.strip()}\n\n"
    text += f"The class Dictionary is Tim Hall's VBA-Dictionary, as xlwings brings it. Its licence:\n\n{mit.strip()}\n"
    return text.replace("\r\n", "\n").encode()


def macros_folder() -> Path:
    """Return the folder of the macros' text: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for folder in (package / "macros", package.parent / "macros"):
        if (folder / "ribbon.toml").is_file():
            return folder
    raise ToolMissing("macros", "the text of the macros is not here", "Install hrworkbook again with pip")


def _macros_in(root: Path) -> Path | None:
    folder = root / "macros"
    return folder if folder.is_dir() else None


def _with_code_names(parts: dict[str, bytes], main: str) -> Iterator[Module]:
    """Yield the document modules, each named in its part as Excel will look for it."""
    sheets = list(_sheets(parts, main))
    had = [
        child_attribute(parts[main], "workbookPr", "codeName"),
        *(child_attribute(parts[s], "sheetPr", "codeName") for s in sheets),
    ]
    names = _code_names(had)
    before = ("fileVersion", "fileSharing")
    parts[main] = with_attribute(parts[main], "workbookPr", "codeName", names[0], before)
    yield document(names[0], "workbook")
    for sheet, name in zip(sheets, names[1:], strict=True):
        yield document(name, _SHEET_KINDS[root_name(parts[sheet])])
        parts[sheet] = with_attribute(parts[sheet], "sheetPr", "codeName", name)


def _code_names(existing: Sequence[str]) -> list[str]:
    """Return the code names a workbook had where they will do, else ThisWorkbook, Sheet1, Sheet2 and so on."""
    names: list[str] = []
    taken = {name.lower() for name in existing if name}
    for number, name in enumerate(existing):
        if not re.fullmatch(r"[A-Za-z]\w{0,30}", name, re.ASCII) or name.lower() in {n.lower() for n in names}:
            name = "ThisWorkbook" if number == 0 else f"Sheet{number}"
            while name.lower() in taken:
                name += "_"
            taken.add(name.lower())
        names.append(name)
    return names


def _sheets(parts: Mapping[str, bytes], main: str) -> Iterator[str]:
    """Yield the sheets' parts, in tab order."""
    relationships = read_relationships(parts[relationships_part(main)], main)
    for sheet in ElementTree.fromstring(parts[main]).findall("{*}sheets/{*}sheet"):
        yield relationships[sheet.attrib[f"{{{_RELATIONSHIPS}}}id"]].target


def _workbook_part(parts: Mapping[str, bytes]) -> str:
    for relationship in read_relationships(parts[relationships_part("")], "").values():
        if relationship.kind == "officeDocument":
            return relationship.target
    raise ValueError("the package names no workbook")


_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-"


def _empty_workbook() -> dict[str, bytes]:
    """Return the least that is a workbook, with the title and words that Excel's list of add-ins shows."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{_MIME}package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_XLSX_MAIN_TYPE}"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_MIME}officedocument.spreadsheetml.worksheet+xml"/>'
        f'<Override PartName="/docProps/core.xml" ContentType="{_MIME}package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>HR Plan</dc:title>'
        "<dc:description>The HR Plan tab: check a plan, send returns out, merge what comes back, make the appendix."
        "</dc:description></cp:coreProperties>",
        "xl/workbook.xml": f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_RELATIONSHIPS}">'
        '<sheets><sheet name="HR Plan" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONSHIPS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SPREADSHEET}"><sheetData/></worksheet>',
    }
    return {name: (_XML_DECLARATION + text).encode() for name, text in parts.items()}

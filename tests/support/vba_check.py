"""What would make Excel repair, drop or misbind a macro project or a tab; reads files, shares no code with the writer.

`faults(package)` takes a .xlsm or .xlam apart with olefile and oletools and says, in one line each, what is wrong.
Sources: MS-CFB for the compound file, MS-OVBA for the project, MS-CUSTOMUI for the tab, ECMA-376 for the package.
"""

import io
import posixpath
import re
import struct
import warnings
import zipfile
from xml.etree import ElementTree

import olefile
from compound_check import compound_faults
from ribbon_check import ribbon_faults

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # oletools' grammar uses pyparsing's old names
    from oletools.olevba import VBA_Parser, decompress_stream

INFORMATION = (0x01, 0x02, 0x14, 0x03, 0x04, 0x05, 0x40, 0x06, 0x3D, 0x07, 0x08, 0x09, 0x0C, 0x3C)
MODULE = (0x19, 0x47, 0x1A, 0x32, 0x1C, 0x48, 0x31, 0x1E, 0x2C)
TWINS = {0x05: 0x40, 0x0C: 0x3C, 0x16: 0x3E, 0x19: 0x47, 0x1A: 0x32, 0x1C: 0x48}
OFFICE_LIBRARY = "{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}"
DOCUMENT_BASES = {"workbook": "00020819", "worksheet": "00020820", "dialogsheet": "00020820", "chartsheet": "00020821"}


def faults(package: bytes) -> list[str]:
    """Every fault of a workbook or add-in with macros; empty where Excel would take it as it is."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name) for name in names}
    if len({name.lower() for name in names}) != len(names):
        found.append("package: a part twice")
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    overrides = {e.get("PartName", "").lstrip("/"): e.get("ContentType", "") for e in types if e.get("PartName")}
    defaults = {e.get("Extension", "").lower(): e.get("ContentType", "") for e in types if e.get("Extension")}
    found += [f"package: content type for {name}, which is not there" for name in overrides if name not in parts]
    root = _relationships(parts, "")
    main = next(target for kind, target in root.values() if kind.endswith("/officeDocument"))
    if not re.search(r"\.(sheet|addin)\.macroEnabled\.main\+xml$", overrides.get(main, "")):
        found.append(f"package: {main} is {overrides.get(main)}, not one with macros")
    projects = [
        t for kind, t in _relationships(parts, main).values() if kind.endswith("/2006/relationships/vbaProject")
    ]
    if len(projects) != 1 or projects[0] not in parts:
        return [*found, "package: the workbook has no macro project"]
    if overrides.get(projects[0], defaults.get("bin")) != "application/vnd.ms-office.vbaProject":
        found.append("package: the macro project's content type")
    more, modules = project_faults(parts[projects[0]])
    found += more
    found += _code_name_faults(parts, main, modules)
    found += ribbon_faults(parts, root, modules)
    return found


def read_back(package: bytes, name: str) -> dict[str, str]:
    """Each module's source as olevba reads it from the workbook or add-in."""
    parser = VBA_Parser(name, data=package)
    return {stream.rpartition("/")[2]: source for _, stream, _, source in parser.extract_macros()}


def sources(project: bytes) -> dict[str, tuple[str, str]]:
    """Kind (Document, Class or Module) and source of each module of a project."""
    return project_faults(project)[1]


def project_faults(project: bytes) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """The faults of a `vbaProject.bin`, and its modules' kinds and sources."""
    found = compound_faults(project)
    try:
        ole = olefile.OleFileIO(io.BytesIO(project), raise_defects=olefile.DEFECT_INCORRECT)
        missing = [s for s in ("PROJECT", "VBA/dir", "VBA/_VBA_PROJECT") if not ole.exists(s)]
        if missing:
            return [*found, f"project: no stream {', '.join(missing)}"], {}
        head = ole.openstream("VBA/_VBA_PROJECT").read()
        if head != bytes.fromhex("CC61FFFF000000"):
            found.append("project: _VBA_PROJECT does not say that there is no compiled code")
        more, modules = _dir_faults(bytes(decompress_stream(bytearray(ole.openstream("VBA/dir").read()))), ole)
        found += more
        found += _project_text_faults(ole, modules)
        return found, {name: (kind, source) for name, (kind, source, _) in modules.items()}
    except Exception as fault:  # whatever a broken file raises in the libraries is one fault here
        return [*found, f"project: cannot be read: {fault!r}"], {}


def _dir_faults(data: bytes, ole: olefile.OleFileIO) -> tuple[list[str], dict[str, tuple[str, str, int]]]:
    """The faults of the dir stream, and each module's kind, source and type mark."""
    found, parts, at = [], [], 0
    while at + 6 <= len(data):
        number, size = struct.unpack_from("<HI", data, at)
        size = 6 if number == 0x09 else size
        parts.append((number, data[at + 6 : at + 6 + size]))
        at += 6 + size
    numbers = [n for n, _ in parts]
    if at != len(data) or numbers[-1:] != [0x10]:
        found.append("dir: does not end as it should")
    if tuple(n for n in numbers[: len(INFORMATION)]) != INFORMATION:
        found.append("dir: the project's own fields are not in their order")
        return found, {}
    page = f"cp{struct.unpack('<H', dict(parts)[0x03])[0]}"
    if page != "cp1252":
        found.append(f"dir: code page {page}")
    for (number, value), (following, twin) in zip(parts, parts[1:], strict=False):
        if number in TWINS and (following != TWINS[number] or value.decode(page) != twin.decode("utf-16-le")):
            found.append(f"dir: field {number:#x} has no equal in Unicode")
    libraries = [value.decode(page, "replace") for number, value in parts if number == 0x0D]
    if not any(OFFICE_LIBRARY in library for library in libraries):
        found.append("dir: no reference to the Office library, where the tab's own types are")
    starts = [i for i, n in enumerate(numbers) if n == 0x19]
    counts = [struct.unpack("<H", v)[0] for n, v in parts if n == 0x0F]
    if counts != [len(starts)]:
        found.append(f"dir: says {counts} modules, has {len(starts)}")
    modules: dict[str, tuple[str, str, int]] = {}
    for start, end in zip(starts, [*starts[1:], len(parts) - 1], strict=True):
        block = parts[start:end]
        name = dict(block)[0x19].decode(page)
        order = tuple(n for n, _ in block)
        if order not in ((*MODULE, 0x21, 0x2B), (*MODULE, 0x22, 0x2B)):
            found.append(f"{name}: its fields are not in their order")
        if name.lower() in {n.lower() for n in modules}:
            found.append(f"{name}: twice")
        stream = dict(block)[0x1A].decode(page)
        if not ole.exists(["VBA", stream]):
            found.append(f"{name}: no stream")
            continue
        if struct.unpack("<I", dict(block)[0x31])[0]:
            found.append(f"{name}: its source does not begin its stream")
        source = bytes(decompress_stream(bytearray(ole.openstream(["VBA", stream]).read()))).decode(page)
        modules[name] = ("", source, 0x21 if 0x21 in order else 0x22)
        found += _source_faults(name, source)
    streams = {path[1] for path in ole.listdir() if path[0] == "VBA" and len(path) == 2} - {"dir", "_VBA_PROJECT"}
    if {s.lower() for s in streams} != {n.lower() for n in modules}:
        found.append("dir: its modules are not the streams")
    return found, modules


def _source_faults(name: str, source: str) -> list[str]:
    found = []
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", name):
        found.append(f"{name}: not a name VBA allows")
    if not source.startswith(f'Attribute VB_Name = "{name}"\r\n'):
        found.append(f"{name}: its source names another module")
    if "\n" in source.replace("\r\n", "") or "\r" in source.replace("\r\n", ""):
        found.append(f"{name}: a line does not end with CR LF")
    if "\0" in source or not source.endswith("\r\n"):
        found.append(f"{name}: NUL, or a last line without an end")
    if any(len(line) > 1023 for line in source.split("\r\n")):
        found.append(f"{name}: a line of over 1,023 characters")
    return found


def _project_text_faults(ole: olefile.OleFileIO, modules: dict[str, tuple[str, str, int]]) -> list[str]:
    """PROJECT and PROJECTwm against the modules; sets each module's kind."""
    found = []
    text = ole.openstream("PROJECT").read().decode("cp1252")
    if "\n" in text.replace("\r\n", "") or "\r" in text.replace("\r\n", ""):
        found.append("PROJECT: a line does not end with CR LF")
    lines = text.split("[Host Extender Info]")[0].splitlines()
    values = dict(line.partition("=")[::2] for line in lines if "=" in line)
    for key in ("ID", "Name", "HelpContextID", "CMG", "DPB", "GC"):
        if not re.fullmatch(r'".*"', values.get(key, "")):
            found.append(f"PROJECT: no {key}")
    named = [
        (k, v.partition("/")[0])
        for k, _, v in (x.partition("=") for x in lines)
        if k in ("Document", "Class", "Module")
    ]
    if [n for _, n in named] != list(modules):
        found.append("PROJECT: other modules than dir, or in another order")
    key = sum(values.get("ID", '""')[1:-1].encode()) & 0xFF
    for what, length in (("CMG", 4), ("DPB", 1), ("GC", 1)):
        try:
            hidden = bytes.fromhex(values.get(what, '""')[1:-1])
            if _revealed(hidden, key) != (b"\xff" if what == "GC" else bytes(length)):
                found.append(f"PROJECT: {what} does not say unprotected and visible")
        except (ValueError, IndexError, struct.error):
            found.append(f"PROJECT: {what} cannot be read")
    for kind, name in named:
        if name not in modules:
            continue
        _, source, mark = modules[name]
        modules[name] = (kind, source, mark)
        if (kind == "Module") != (mark == 0x21):
            found.append(f"{name}: dir and PROJECT differ on what it is")
        if (kind == "Module") == ("Attribute VB_Base" in source):
            found.append(f"{name}: a {kind} that is derived wrongly")
    if "[Workspace]" not in text or any(f"\r\n{name}=" not in text.split("[Workspace]")[1] for name in modules):
        found.append("PROJECT: a module has no window in the workspace")
    want = b"".join(n.encode("cp1252") + b"\0" + n.encode("utf-16-le") + b"\0\0" for n in modules) + b"\0\0"
    if not ole.exists("PROJECTwm") or ole.openstream("PROJECTwm").read() != want:
        found.append("PROJECTwm: other names than dir")
    return found


def _revealed(hidden: bytes, key: int) -> bytes:
    """What MS-OVBA 2.4.3 hides; raises ValueError where version, key or length are wrong."""
    seed = hidden[0]
    if hidden[1] ^ seed != 2 or hidden[2] ^ seed != key:
        raise ValueError("not this project's")
    plain, clear = key, bytearray()
    for i, byte in enumerate(hidden[3:], 3):
        plain = byte ^ ((hidden[i - 2] + plain) & 0xFF)
        clear.append(plain)
    clear = clear[(seed & 6) // 2 :]
    length = struct.unpack_from("<I", clear)[0]
    if length != len(clear) - 4:
        raise ValueError("length")
    return bytes(clear[4:])


def _code_name_faults(parts: dict[str, bytes], main: str, modules: dict[str, tuple[str, str]]) -> list[str]:
    """Workbook and sheets against the modules behind them."""
    found = []
    book = ElementTree.fromstring(parts[main])
    properties = book.find("{*}workbookPr")
    wanted = {("workbook" if properties is None else properties.get("codeName") or "none"): "workbook"}
    if properties is None or not properties.get("codeName"):
        found.append("workbook: no code name")
    targets = _relationships(parts, main)
    for sheet in book.findall("{*}sheets/{*}sheet"):
        rid = next(v for k, v in sheet.attrib.items() if k.endswith("relationships}id"))
        root = ElementTree.fromstring(parts[targets[rid][1]])
        first = root[0] if len(root) else None
        name = first.get("codeName") if first is not None and first.tag.endswith("}sheetPr") else None
        if not name or name in wanted:
            found.append(f"sheet {sheet.get('name')}: no code name of its own")
        wanted[name or "none"] = root.tag.rpartition("}")[2]
    documents = {name for name, (kind, _) in modules.items() if kind == "Document"}
    if documents != set(wanted):
        found.append(f"code names {sorted(wanted)} but document modules {sorted(documents)}")
    for name in documents & set(wanted):
        base = f'Attribute VB_Base = "0{{{DOCUMENT_BASES[wanted[name]]}-0000-0000-C000-000000000046}}"\r\n'
        if base not in modules[name][1] or "Attribute VB_PredeclaredId = True\r\n" not in modules[name][1]:
            found.append(f"{name}: not derived as the module behind a {wanted[name]}")
    return found


def _relationships(parts: dict[str, bytes], part: str) -> dict[str, tuple[str, str]]:
    """Type and target part of each relationship of a part, by id."""
    folder, name = posixpath.split(part)
    rels = ElementTree.fromstring(parts[posixpath.join(folder, "_rels", f"{name}.rels")])
    return {
        e.get("Id", ""): (
            e.get("Type", ""),
            posixpath.normpath(posixpath.join("/", folder, e.get("Target", ""))).lstrip("/"),
        )
        for e in rels
    }

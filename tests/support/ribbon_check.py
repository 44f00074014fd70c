"""What makes Excel drop a tab or misbind a button (MS-CUSTOMUI)."""

import re
from xml.etree import ElementTree

ICONS = {
    "ErrorChecking",
    "FindNext",
    "FileSendAsAttachment",
    "ReviewCombineRevisions",
    "ReviewAcceptChange",
    "Undo",
    "NewMailMessage",
    "CreateReportFromWizard",
    "FileSaveAsExcelXlsx",
    "FileSaveAsPdfOrXps",
    "Recurrence",
    "Help",
    "AcceptInvitation",
}
"""Icons seen to exist in Excel; a name Excel does not know leaves a button without its picture."""
CALLBACKS = {"onLoad": 1, "onAction": 1, "getEnabled": 2, "getSupertip": 2, "getVisible": 2, "getScreentip": 2}
"""How many arguments Excel passes to each callback."""
RIBBONS = {
    "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility": "2009/07",
    "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility": "2006/01",
}


def ribbon_faults(
    parts: dict[str, bytes], root: dict[str, tuple[str, str]], modules: dict[str, tuple[str, str]]
) -> list[str]:
    """The two parts of a tab against each other, and their callbacks against the modules that hold them."""
    found, seen = [], {}
    procedures = {
        f"{name}.{sub}": len([a for a in arguments.split(",") if a.strip()])
        for name, (kind, source) in modules.items()
        if kind == "Module"
        for sub, arguments in re.findall(r"^Public Sub (\w+)\(([^)]*)\)", source, re.MULTILINE)
    }
    for kind, target in root.values():
        if kind not in RIBBONS:
            continue
        if target not in parts:
            found.append(f"{target}: not there")
            continue
        tab = ElementTree.fromstring(parts[target])
        seen[kind] = [(e.tag.rpartition("}")[2], e.attrib) for e in tab.iter()]
        if tab.tag != f"{{http://schemas.microsoft.com/office/{RIBBONS[kind]}/customui}}customUI":
            found.append(f"{target}: its namespace is not the relationship's")
        ids = [e.get("id") for e in tab.iter() if e.get("id")]
        if len(ids) != len(set(ids)):
            found.append(f"{target}: an id twice")
        for element in tab.iter():
            found += [f"{target}: {fault}" for fault in _control_faults(element, procedures)]
    if set(seen) != set(RIBBONS):
        found.append("ribbon: one of its two parts has no relationship")
    elif len({repr(v) for v in seen.values()}) != 1:
        found.append("ribbon: its two parts differ")
    return found


def _control_faults(element: ElementTree.Element, procedures: dict[str, int]) -> list[str]:
    found, name = [], element.get("id", "the tab")
    for attribute, value in element.attrib.items():
        if attribute in CALLBACKS and procedures.get(value) != CALLBACKS[attribute]:
            found.append(f"{name}: {attribute}={value} is no Sub of {CALLBACKS[attribute]} arguments")
        elif re.match(r"on[A-Z]|get[A-Z]", attribute) and attribute not in CALLBACKS:
            found.append(f"{name}: {attribute} is no callback of ours")
        if attribute in ("screentip", "supertip") and len(value) > 1024:
            found.append(f"{name}: {attribute} too long")
    if element.tag.endswith("}button"):
        if element.get("imageMso") not in ICONS:
            found.append(f"{name}: no icon {element.get('imageMso')}")
        if not re.fullmatch(r"[A-Z0-9]{1,3}", element.get("keytip", "")) or not element.get("label"):
            found.append(f"{name}: no label or key tip")
    return found

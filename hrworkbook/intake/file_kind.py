"""What a file is, whatever it is called, and what to ask the sender for where it is no spreadsheet."""

import re

from hrworkbook.ooxml.checked_package import CheckedPackage
from hrworkbook.ooxml.limits import refuse_package
from hrworkbook.plan.errors import UnreadableFile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\3\4"
SPREADSHEET_KINDS = ("xlsx", "xlsm", "xlsb", "xls", "ods", "csv")
"""The kinds that are read."""

_ASK_FOR_WORKBOOK = "Ask the sender for the Excel workbook itself"
_ASK_FOR_XLSX = "Ask the sender to open it and save it as an Excel workbook (.xlsx)"
_MAGIC_BYTES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _ASK_FOR_WORKBOOK),
    (b"{\\rtf", "a Word document in rich text", _ASK_FOR_WORKBOOK),
    (b"\x89PNG", "a picture", _ASK_FOR_WORKBOOK + ", not a picture of it"),
    (b"\xff\xd8\xff", "a picture", _ASK_FOR_WORKBOOK + ", not a picture of it"),
    (b"GIF8", "a picture", _ASK_FOR_WORKBOOK + ", not a picture of it"),
    (b"BM", "a picture", _ASK_FOR_WORKBOOK + ", not a picture of it"),
    (b"II*\0", "a picture", _ASK_FOR_WORKBOOK + ", not a picture of it"),
    (b"MM\0*", "a picture", _ASK_FOR_WORKBOOK + ", not a picture of it"),
    (
        b"\x78\x9f\x3e\x22",
        "a winmail.dat, Outlook's own wrapping",
        "Ask the sender to send it again as HTML or plain text mail, not rich text",
    ),
    (b"\x1f\x8b", "a packed (gzip) file", _ASK_FOR_WORKBOOK),
    (b"7z\xbc\xaf\x27\x1c", "a packed (7-Zip) file", _ASK_FOR_WORKBOOK),
    (b"Rar!", "a packed (RAR) file", _ASK_FOR_WORKBOOK),
    (b"MZ", "a program, not a spreadsheet", "Do not open it; ask the sender whether they sent it"),
    (b"\x7fELF", "a program, not a spreadsheet", "Do not open it; ask the sender whether they sent it"),
    (b"SQLite format 3", "a database", _ASK_FOR_XLSX),
    (b"!BDN", "an Outlook data file", _ASK_FOR_WORKBOOK),
    (b"ID;P", "an old exchange format (SYLK)", _ASK_FOR_XLSX),
    (b"\x00\x00\x02\x00\x06\x04", "a Lotus 1-2-3 worksheet", _ASK_FOR_XLSX),
    (b"\x00\x00\x1a\x00", "a Lotus 1-2-3 worksheet", _ASK_FOR_XLSX),
    (b"\x09\x00\x04\x00", "a workbook of Excel 2", _ASK_FOR_XLSX),
    (b"\x09\x00\x06\x00", "a workbook of Excel 2", _ASK_FOR_XLSX),
    (b"\x09\x02\x06\x00", "a workbook of Excel 3", _ASK_FOR_XLSX),
    (b"\x09\x04\x06\x00", "a workbook of Excel 4", _ASK_FOR_XLSX),
)
_MARKUP_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "an Excel 2003 XML spreadsheet", _ASK_FOR_XLSX),
    (b"urn:oasis:names:tc:opendocument", "a flat OpenDocument file", _ASK_FOR_XLSX + " or .ods"),
    (b"<html", "a web page named like a spreadsheet", _ASK_FOR_XLSX),
    (b"<!doctype html", "a web page named like a spreadsheet", _ASK_FOR_XLSX),
    (b"<table", "a web page named like a spreadsheet", _ASK_FOR_XLSX),
    (b"<?xml", "an XML file", _ASK_FOR_WORKBOOK),
)
_MAIL = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*:[ \t].*\r?\n(?:[ \t].*\r?\n)*){2}")
_MAIL_FIELD = re.compile(
    rb"^(?:from|to|received|return-path|message-id|mime-version|delivered-to|subject):", re.I | re.M
)
_PACKAGE_KINDS = {
    "word/": ("a Word document", _ASK_FOR_WORKBOOK),
    "ppt/": ("a PowerPoint presentation", _ASK_FOR_WORKBOOK),
    "visio/": ("a Visio drawing", _ASK_FOR_WORKBOOK),
    "index/": ("a Numbers spreadsheet", "Ask the sender to export it from Numbers to Excel (.xlsx)"),
    "index.zip": ("a Numbers spreadsheet", "Ask the sender to export it from Numbers to Excel (.xlsx)"),
}
_OLE_KINDS = {
    "worddocument": ("a Word document", _ASK_FOR_WORKBOOK),
    "powerpoint document": ("a PowerPoint presentation", _ASK_FOR_WORKBOOK),
    "__properties_version1.0": (
        "an Outlook message",
        "Save the workbook attached to it and give that, or give the message to `hrworkbook merge`",
    ),
    "visiodocument": ("a Visio drawing", _ASK_FOR_WORKBOOK),
    "quill": ("a Publisher document", _ASK_FOR_WORKBOOK),
}


def not_a_spreadsheet(what: str, remedy: str = _ASK_FOR_WORKBOOK) -> UnreadableFile:
    """Return the refusal of a file that is no spreadsheet; `what` completes "this is …"."""
    return refuse_package(f"this is {what}", remedy)


def detect_kind(data: bytes, name: str = "") -> str:
    """Return the reader for the bytes of a file: 'package', 'ole' or 'csv'.

    Raises UnreadableFile, named for what it is, where the file is plainly no spreadsheet.
    """
    if not data:
        raise refuse_package("it is empty (0 bytes)", "Ask the sender to attach it again")
    head = data[:4096]
    if head.startswith((ZIP, b"PK\5\6", b"PK00PK\3\4")):
        return "package"
    if head.startswith(OLE):
        return "ole"
    if not head.strip(b"\0"):
        raise refuse_package(
            "it holds nothing but zeros, as a download or copy that failed does", "Ask the sender to attach it again"
        )
    for start, what, remedy in _MAGIC_BYTES:
        if head.startswith(start) and (start not in (b"BM", b"MZ") or b"\0" in head):
            raise not_a_spreadsheet(what, remedy)
    if head[4:8] == b"ftyp":
        raise not_a_spreadsheet("a picture or film", _ASK_FOR_WORKBOOK + ", not a picture of it")
    return _check_text(data, head, name)


def _check_text(data: bytes, head: bytes, name: str) -> str:
    utf16 = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    plain = (
        (head[: len(head) & ~1].decode("utf-16", "replace").encode() if utf16 else head)
        .removeprefix(b"\xef\xbb\xbf")
        .lstrip()
    )
    low = plain.lower()
    if low.startswith(b"<"):
        for mark, what, remedy in _MARKUP_KINDS:
            if mark in low:
                raise not_a_spreadsheet(what, remedy)
        raise not_a_spreadsheet("a file of markup", _ASK_FOR_WORKBOOK)
    if low.startswith(b"[internetshortcut]") or (low.startswith(b"{") and b"docs.google.com" in low):
        raise not_a_spreadsheet(
            "only a link to a file kept elsewhere", "Ask the sender to download it as Excel (.xlsx) and attach that"
        )
    if low.startswith((b"{", b"[")) and b'"' in low[:200] and b":" in low:
        raise not_a_spreadsheet("a file of program data (JSON)")
    if _MAIL.match(plain) and _MAIL_FIELD.search(plain):
        if b"multipart/related" in low and name.lower().endswith((".xls", ".mht", ".mhtml")):
            raise not_a_spreadsheet("a web page archive named like a spreadsheet", _ASK_FOR_XLSX)
        raise not_a_spreadsheet(
            "an e-mail message", "Give it to `hrworkbook merge`, or save the workbook attached to it"
        )
    if low.startswith(b"begin ") and re.match(rb"begin [0-7]{3} ", low):
        raise not_a_spreadsheet("an attachment in an old mail coding (uuencode)", _ASK_FOR_WORKBOOK)
    if not utf16 and (b"\0" in head or _control_count(head) > len(head) // 50):
        raise refuse_package("this is not a spreadsheet of any kind that can be read", _ASK_FOR_XLSX)
    return "csv"


_CONTROLS = bytes(i for i in range(32) if i not in (9, 10, 12, 13, 26))


def _control_count(head: bytes) -> int:
    """Return the number of control bytes, which no text file has."""
    return len(head) - len(head.translate(None, _CONTROLS))


def detect_package_kind(package: CheckedPackage) -> str:
    """Return 'xlsx', 'xlsb' or 'ods' for a package; raise UnreadableFile for any other."""
    parts = package.parts
    if "mimetype" in parts:
        mimetype = package["mimetype"][:100].decode("ascii", "replace").strip()
        if mimetype.startswith("application/vnd.oasis.opendocument.spreadsheet") or (
            mimetype == "application/vnd.sun.xml.calc" and "content.xml" in parts
        ):
            return "ods"
        if "opendocument.text" in mimetype:
            raise not_a_spreadsheet("a Writer document")
        if "opendocument" in mimetype:
            raise not_a_spreadsheet("an OpenDocument file that is no spreadsheet")
        if "epub" in mimetype:
            raise not_a_spreadsheet("an electronic book")
    if any(name.endswith("workbook.bin") for name in parts):
        return "xlsb"
    if any(name.startswith("xl/") for name in parts):
        return "xlsx"
    if "[content_types].xml" in parts or "_rels/.rels" in parts:
        starts = [start for start in _PACKAGE_KINDS if any(name.startswith(start) for name in parts)]
        if starts:
            raise not_a_spreadsheet(*_PACKAGE_KINDS[starts[0]])
        return "xlsx"
    if "content.xml" in parts:
        return "ods"
    if any(name.endswith(".iwa") or name == "index.zip" or name == "index/document.iwa" for name in parts):
        raise not_a_spreadsheet(*_PACKAGE_KINDS["index/"])
    return _plain_zip([part.name for part in parts.values()])


def _plain_zip(names: list[str]) -> str:
    if not names:
        raise refuse_package("it is a zip with nothing in it", "Ask the sender to attach it again")
    books = [n for n in names if n.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv"))]
    if books:
        inside = books[0].rsplit("/", 1)[-1][:60]
        raise not_a_spreadsheet(f"a zip holding '{inside}'", "Give the zip to `hrworkbook merge`, or unpack it first")
    raise not_a_spreadsheet("a zip with no spreadsheet in it", _ASK_FOR_WORKBOOK)


def detect_ole_kind(streams: set[str]) -> str:
    """Return 'xls' or 'encrypted' by the top-level names of a compound file, given in lower case.

    Raises UnreadableFile for any other kind.
    """
    if "encryptedpackage" in streams:
        return "encrypted"
    if streams & {"workbook", "book"}:
        return "xls"
    for name, (what, remedy) in _OLE_KINDS.items():
        if name in streams:
            raise not_a_spreadsheet(what, remedy)
    raise refuse_package("it is an Office file with no workbook in it, or a damaged one", RESAVE_XLSX_REMEDY)


RESAVE_XLSX_REMEDY = _ASK_FOR_XLSX

"""Makers of what an inbox may hold and a reader must survive: odd, broken and hostile workbooks and mails, as bytes.

Each is made on the spot; none is kept in the repository.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping
from email.message import EmailMessage

_NS = "http://schemas.openxmlformats.org/"
_MAIN = f'xmlns="{_NS}spreadsheetml/2006/main" xmlns:r="{_NS}officeDocument/2006/relationships"'
_REL = f'<Relationship Id="%s" Type="{_NS}officeDocument/2006/relationships/%s" Target="%s"/>'
_RELS = f'<Relationships xmlns="{_NS}package/2006/relationships">%s</Relationships>'
ROWS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Ref</t></is></c><c r="B1" t="inlineStr"><is><t>RAG</t></is></c></row>'
    + ('<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="inlineStr"><is><t>Green</t></is></c></row>')
)
SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(rows: str, tail: str = "") -> str:
    """A worksheet part with these rows."""
    return f"<worksheet {_MAIN}><sheetData>{rows}</sheetData>{tail}</worksheet>"


def book_parts(rows: str = ROWS, tail: str = "") -> dict[str, str | bytes]:
    """The parts of a small .xlsx with one sheet."""
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _RELS % (_REL % ("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook {_MAIN}><sheets><sheet name="Return" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _RELS % (_REL % ("rId1", "worksheet", "worksheets/sheet1.xml")),
        SHEET: sheet_xml(rows, tail),
    }


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()


def book(rows: str = ROWS, tail: str = "", **parts: str | bytes) -> bytes:
    """A small .xlsx; keywords replace or add parts, their names with `__` for `/` and `_dot_` for `.`."""
    named = {name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()}
    return zipped({**book_parts(rows, tail), **named})


def with_part(name: str, part: str | bytes | None) -> bytes:
    """A small .xlsx with one part replaced, added, or (None) left out."""
    parts = book_parts()
    parts.pop(name, None)
    return zipped(parts if part is None else {**parts, name: part})


def repeated(head: bytes, block: bytes, times: int, tail: bytes) -> tuple[bytes, int, int]:
    """A deflate stream of `head`, `block` many times over, and `tail`, made without inflating it: stream, size, CRC."""
    out = []
    crc = zlib.crc32(head)
    first = zlib.compressobj(9, zlib.DEFLATED, -15)
    out.append(first.compress(head) + first.flush(zlib.Z_FULL_FLUSH))
    once = zlib.compressobj(9, zlib.DEFLATED, -15)
    out.append((once.compress(block) + once.flush(zlib.Z_FULL_FLUSH)) * times)
    for _ in range(times if len(block) * times < 1 << 28 else 0):
        crc = zlib.crc32(block, crc)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    out.append(last.compress(tail) + last.flush())
    return b"".join(out), len(head) + len(block) * times + len(tail), zlib.crc32(tail, crc)


def raw_zip(entries: list[tuple[str, int, int, int, bytes]], starts: Mapping[int, int] | None = None) -> bytes:
    """A zip written by hand: name, method, CRC, size as told, stream; `starts` overrides where the directory says one lies."""
    body, directory = bytearray(), bytearray()
    for number, (name, method, crc, size, stream) in enumerate(entries):
        label = name.encode()
        at = (starts or {}).get(number, len(body))
        body += (
            struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, method, 0, 33, crc, len(stream), size, len(label), 0)
            + label
            + stream
        )
        directory += (
            struct.pack(
                "<4s6H3L5H2L",
                b"PK\1\2",
                20,
                20,
                0,
                method,
                0,
                33,
                crc,
                len(stream),
                size,
                len(label),
                0,
                0,
                0,
                0,
                0,
                at,
            )
            + label
        )
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return bytes(body + directory + end)


def book_around(stream: bytes, size: int, crc: int, name: str = SHEET) -> bytes:
    """A small .xlsx whose sheet (or other part) is a ready deflate stream, with the size and CRC it claims."""
    entries = []
    for part, content in book_parts().items():
        if part != name:
            raw = content.encode() if isinstance(content, str) else content
            entries.append((part, 0, zlib.crc32(raw), len(raw), raw))
    entries.append((name, 8, crc, size, stream))
    return raw_zip(entries)


def bomb_of_spaces(lie: bool = False) -> bytes:
    """One megabyte that unpacks to one gigabyte; with `lie` it says it unpacks to a thousand bytes."""
    stream, size, crc = repeated(f"<worksheet {_MAIN}>".encode(), b" " * (1 << 20), 1024, b"<sheetData/></worksheet>")
    return book_around(stream, 1000 if lie else size, crc)


def many_cells(number: int) -> bytes:
    """That many tiny cells, of values random enough to pass for honest packing."""
    rng = random.Random(7)
    block = "".join(
        f"<row>{''.join(f'<c><v>{rng.random():.6f}</v></c>' for _ in range(50))}</row>" for _ in range(100)
    ).encode()
    stream, size, crc = repeated(
        f"<worksheet {_MAIN}><sheetData>".encode(), block, number // 5000, b"</sheetData></worksheet>"
    )
    return book_around(stream, size, crc)


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(2, 10))
    + "]>"
)


def ods(rows: str) -> bytes:
    """A small .ods with these rows in one table."""
    odf = "urn:oasis:names:tc:opendocument:xmlns:"
    names = f'xmlns:office="{odf}office:1.0" xmlns:table="{odf}table:1.0" xmlns:text="{odf}text:1.0"'
    calc = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f"<office:document-content {names} {calc}><office:body><office:spreadsheet>"
            f'<table:table table:name="Return">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        }
    )


def ods_cell(text: str = "", **attributes: str) -> str:
    """One cell of an .ods table; attributes with `__` for `:` and `_` for `-`."""
    told = "".join(f' {key.replace("__", ":").replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<table:table-cell{told}>{f'<text:p>{text}</text:p>' if text else ''}</table:table-cell>"


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound (OLE) file with these streams, each padded past the mini-stream cutoff."""
    sectors: list[bytes] = []
    fat: list[int] = []
    entries = [_entry("Root Entry", 5, 0xFFFFFFFE, 0, 1 if streams else 0xFFFFFFFF)]
    for number, (name, content) in enumerate(streams.items(), 1):
        content = content.ljust(4096, b"\0")
        chain = [content[i : i + 512].ljust(512, b"\0") for i in range(0, len(content), 512)]
        first = len(sectors)
        sectors += chain
        fat += [*range(first + 1, first + len(chain)), 0xFFFFFFFE]
        entries.append(
            _entry(name, 2, first, len(content), number + 1 if number < len(streams) else 0xFFFFFFFF, right=True)
        )
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    first_directory = len(sectors)
    chain = [directory[i : i + 512] for i in range(0, len(directory), 512)]
    sectors += chain
    fat += [*range(first_directory + 1, first_directory + len(chain)), 0xFFFFFFFE]
    tables = 1
    while (len(fat) + tables) > tables * 128:
        tables += 1
    first_table = len(sectors)
    fat += [0xFFFFFFFD] * tables
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    sectors += [struct.pack("<128L", *fat[i : i + 128]) for i in range(0, len(fat), 128)]
    head = struct.pack(
        "<8s16s5H6s7L",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        tables,
        first_directory,
        0,
        4096,
        0xFFFFFFFE,
        0,
    )
    head += struct.pack("<2L", 0xFFFFFFFE, 0)
    difat = [*range(first_table, first_table + tables)][:109]
    return (head[:76] + struct.pack("<109L", *difat, *[0xFFFFFFFF] * (109 - len(difat)))) + b"".join(sectors)


def _entry(name: str, kind: int, start: int, size: int, link: int, right: bool = False) -> bytes:
    label = name.encode("utf-16-le") + b"\0\0"
    child, sibling = (0xFFFFFFFF, link) if right else (link, 0xFFFFFFFF)
    return struct.pack(
        "<64sHBB3L16sL8s8sLQ", label, len(label), kind, 1, 0xFFFFFFFF, sibling, child, b"", 0, b"", b"", start, size
    )


def record(kind: int, content: bytes = b"") -> bytes:
    """One BIFF record."""
    return struct.pack("<2H", kind, len(content)) + content


def xls(*cells: bytes, before: bytes = b"") -> bytes:
    """A small .xls (BIFF8) with one sheet of these cell records; `before` stands ahead of the list of sheets."""
    start = record(0x809, struct.pack("<4H2L", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6)) + before
    name = b"Return"
    tail = record(0x0A)
    at = len(start) + 4 + 8 + len(name) + len(tail)
    start += record(0x85, struct.pack("<LBBBB", at, 0, 0, len(name), 0) + name) + tail
    sheet = record(0x809, struct.pack("<4H2L", 0x0600, 0x10, 0x0DBB, 0x07CC, 0, 6)) + b"".join(cells) + record(0x0A)
    return compound({"Workbook": start + sheet})


def xls_number(row: int, column: int, value: float) -> bytes:
    """A NUMBER record."""
    return record(0x203, struct.pack("<3Hd", row, column, 0, value))


def xls_error(row: int, column: int, code: int) -> bytes:
    """A BOOLERR record holding an error."""
    return record(0x205, struct.pack("<3HBB", row, column, 0, code, 1))


def xls_formula(row: int, column: int, result: bytes) -> bytes:
    """A FORMULA record of `=1/0` with these eight bytes as its result."""
    tokens = b"\x1e\x01\x00\x1e\x00\x00\x06"
    return record(0x06, struct.pack("<3H", row, column, 0) + result + struct.pack("<HLH", 0, 0, len(tokens)) + tokens)


def brt(kind: int, content: bytes = b"") -> bytes:
    """One record of an .xlsb part."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = b"", len(content)
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + content


def xlsb(*records: bytes) -> bytes:
    """A small .xlsb with one sheet of these row and cell records."""
    text = lambda s: struct.pack("<L", len(s)) + s.encode("utf-16-le")  # noqa: E731
    workbook = (
        brt(131) + brt(143) + brt(156, struct.pack("<2L", 0, 1) + text("rId1") + text("Return")) + brt(144) + brt(132)
    )
    sheet = brt(129) + brt(148, struct.pack("<4L", 0, 9, 0, 9)) + brt(145) + b"".join(records) + brt(146) + brt(130)
    parts = book_parts()
    return zipped(
        {
            "[Content_Types].xml": parts["[Content_Types].xml"],
            "_rels/.rels": _RELS % (_REL % ("rId1", "officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": workbook,
            "xl/_rels/workbook.bin.rels": _RELS % (_REL % ("rId1", "worksheet", "worksheets/sheet1.bin")),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def xlsb_row(row: int) -> bytes:
    """A BrtRowHdr."""
    return brt(0, struct.pack("<2LHHB", row, 0, 300, 0, 0) + struct.pack("<L", 0))


def xlsb_number(column: int, value: float) -> bytes:
    """A BrtCellReal."""
    return brt(5, struct.pack("<2Ld", column, 0, value))


def xlsb_error(column: int, code: int) -> bytes:
    """A BrtCellError."""
    return brt(3, struct.pack("<2LB", column, 0, code))


# ---------------------------------------------------------------- mails


def mail(*enclosed: tuple[str, bytes], text: str = "Please find attached.", **headings: str) -> bytes:
    """A mail with these files enclosed."""
    message = EmailMessage()
    message["From"] = headings.pop("sender", "Jo Smith <Jo.Smith@Example.org>")
    message["To"] = "hr@example.org"
    message["Subject"] = headings.pop("subject", "HR plan")
    message["Date"] = headings.pop("date", "Mon, 03 Oct 2016 09:30:00 +0100")
    for name, value in headings.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in enclosed:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def forwarding(inner: bytes, times: int = 1) -> bytes:
    """A mail that forwards a mail that forwards a mail."""
    for number in range(times):
        head = f"From: boss{number}@example.org\nSubject: FW: HR plan\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b{number}\n\n"
        inner = head.encode() + b"--b%d\nContent-Type: message/rfc822\n\n%s\n--b%d--\n" % (number, inner, number)
    return inner


def many_parts(number: int) -> bytes:
    """A mail of that many empty parts."""
    head = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"--b\nContent-Type: text/plain\n\nx\n" * number + b"--b--\n"


def nested_parts(depth: int, same: bool = False) -> bytes:
    """A mail whose parts lie in each other that deep."""
    out = [b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"]
    for number in range(depth):
        name = b"b" if same else b"b%d" % number
        out.append(b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (name, name))
    return b"".join(out) + b"Content-Type: text/plain\n\nx\n"


def mailbox(*mails: bytes) -> bytes:
    """An mbox of these mails."""
    return b"".join(
        b"From jo@example.org Mon Oct  3 09:30:00 2016\n" + m.replace(b"\nFrom ", b"\n>From ").rstrip(b"\n") + b"\n\n"
        for m in mails
    )


def mail_with_picture(picture: bytes) -> bytes:
    """A mail with a photograph of the return."""
    message = EmailMessage()
    message["From"] = "jo@example.org"
    message.set_content("See attached")
    message.add_attachment(picture, maintype="image", subtype="png", filename="IMG_0001.png")
    return message.as_bytes()

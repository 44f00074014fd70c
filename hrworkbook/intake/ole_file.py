"""Compound files: .xls workbooks, and workbooks locked with a password."""

import io

import olefile

from hrworkbook.intake.calamine_sheets import password_error
from hrworkbook.intake.file_kind import detect_ole_kind
from hrworkbook.ooxml.limits import FILE_MAX, MB, PLAIN_WORKBOOK_REMEDY, refuse_package

DEFAULT_PASSWORD = "VelvetSweatshop"
"""What Excel itself locks a 'read-only recommended' workbook with ([MS-OFFCRYPTO] 2.4.2.1)."""


def open_compound_file(data: bytes, password: str | None, notes: list[str]) -> tuple[str, bytes, bytes]:
    """Return 'xls' or 'package', the decrypted bytes of the file, and the workbook stream of an .xls.

    Raises UnreadableFile for any other compound file, a damaged one, or one that the password does not open.
    """
    kind, stream = _identify(data)
    if kind == "xls" and not _is_encrypted(stream):
        return "xls", data, stream
    clear = _decrypt(data, password)
    notes.append("It was locked with a password.")
    if kind == "xls":
        return "xls", clear, _identify(clear)[1]
    return "package", clear, b""


def _identify(data: bytes) -> tuple[str, bytes]:
    """Return the kind of a compound file, and its workbook stream; b'' where it is no .xls.

    Raises UnreadableFile where it is damaged or under rights management.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            names = {entry[0].lower(): entry[0] for entry in compound.listdir(streams=True, storages=True)}
            if _is_rights_managed(compound):
                raise refuse_package(
                    "it is under rights management: only the people its owner named can open it, and no password helps",
                    "Ask the sender for a copy without protection or sensitivity label",
                )
            kind = detect_ole_kind(set(names))
            if kind != "xls":
                return kind, b""
            with compound.openstream(names.get("workbook") or names["book"]) as stream:
                return kind, stream.read(FILE_MAX + MB)
    except (OSError, ValueError, IndexError, KeyError, RecursionError, OverflowError):
        raise refuse_package("it is damaged: an old Office file that cannot be opened") from None


def _is_rights_managed(compound: "olefile.OleFileIO") -> bool:
    """Whether the contents are locked by a rights management server ([MS-OFFCRYPTO] 2.2) and not by a password."""
    names = {"/".join(entry).lower() for entry in compound.listdir(streams=True, storages=False)}
    return any("drmencrypted" in name or name.endswith("drmcontent") for name in names)


def _is_encrypted(stream: bytes) -> bool:
    """Whether the workbook stream begins with a FILEPASS ([MS-XLS] 2.4.117)."""
    at = 0
    for _ in range(40):
        kind, length = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        if kind == 0x2F:
            return True
        if at + 4 >= len(stream) or kind in (0x0A, 0x85):
            return False
        at += 4 + length
    return False


def _decrypt(data: bytes, password: str | None) -> bytes:
    try:
        import msoffcrypto
    except ImportError:
        raise refuse_package(
            "it is locked with a password",
            "Ask the sender for a copy without one, or install what opens locked files: pip install 'hrworkbook[encrypted]'",
        ) from None
    for attempt in dict.fromkeys([password or DEFAULT_PASSWORD, DEFAULT_PASSWORD]):
        clear = io.BytesIO()
        try:
            office = msoffcrypto.OfficeFile(io.BytesIO(data))
            office.load_key(password=attempt)
            office.decrypt(clear)
        except Exception:
            continue
        if 0 < clear.tell() <= FILE_MAX + MB:
            return clear.getvalue()
        raise refuse_package("what the password opens is too large to be a return", PLAIN_WORKBOOK_REMEDY)
    raise password_error(password)

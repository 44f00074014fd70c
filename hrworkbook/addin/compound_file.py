"""Microsoft's compound file, version 3, written from named streams (MS-CFB)."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

SECTOR = 512
MINI_SECTOR = 64
MINI_STREAM_CUTOFF = 4096
"""Streams shorter than this live in the mini stream."""

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_FAT_ENTRIES_IN_HEADER = 109
"""FAT sectors the header can name: files up to 6.8 MB, far beyond any VBA project."""
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    children: list["_Entry"] = field(default_factory=list)
    number: int = 0
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    colour: int = _BLACK
    start: int = 0
    size: int = 0


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file of the streams, each named by its path (`VBA/dir`); the same bytes for the same streams.

    Raises ValueError for a name over 31 characters or a file over 6.8 MB.
    """
    root = _build_tree(streams)
    entries = _number_entries(root)
    big, mini = bytearray(), bytearray()
    chains: list[tuple[int, int]] = []
    mini_chains: list[tuple[int, int]] = []
    for entry in entries:
        if entry.kind != _STREAM:
            continue
        entry.size = len(entry.data)
        small = entry.size < MINI_STREAM_CUTOFF
        entry.start = _append(mini if small else big, entry.data, MINI_SECTOR if small else SECTOR)
        if entry.data:
            (mini_chains if small else chains).append((entry.start, entry.size))
        else:
            entry.start = _END
    mini_fat = _fat(mini_chains, MINI_SECTOR)
    root.size = len(mini)
    root.start = _append(big, bytes(mini), SECTOR) if mini else _END
    if mini:
        chains.append((root.start, len(mini)))
    mini_fat_bytes = _pack_numbers(mini_fat)
    mini_fat_start = _append(big, mini_fat_bytes, SECTOR, 0xFF) if mini else _END
    if mini:
        chains.append((mini_fat_start, len(mini_fat_bytes)))
    directory = b"".join(map(_directory_entry, entries))
    directory_start = _append(big, _pad_directory(directory), SECTOR)
    chains.append((directory_start, len(directory)))
    return _assemble(bytes(big), chains, directory_start, mini_fat_start, -(-len(mini_fat_bytes) // SECTOR))


def _assemble(big: bytes, chains: list[tuple[int, int]], directory: int, mini_fat: int, mini_fats: int) -> bytes:
    sectors = len(big) // SECTOR
    fats = 1
    while fats * SECTOR // 4 < sectors + fats:
        fats += 1
    if fats > _FAT_ENTRIES_IN_HEADER:
        raise ValueError(f"a compound file of {len(big):,} bytes is more than this writer stores")
    fat = _fat(chains, SECTOR)
    fat += [_FREE] * (sectors - len(fat)) + [_FAT] * fats
    fat += [_FREE] * (fats * SECTOR // 4 - len(fat))
    header = struct.pack(
        "<8s16s5H6x2I",
        bytes.fromhex("D0CF11E0A1B11AE1"),
        bytes(16),
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        fats,
    )
    header += struct.pack("<6I", directory, 0, MINI_STREAM_CUTOFF, mini_fat, mini_fats, _END) + struct.pack("<I", 0)
    named = [sectors + i for i in range(fats)]
    header += struct.pack(f"<{_FAT_ENTRIES_IN_HEADER}I", *named, *[_FREE] * (_FAT_ENTRIES_IN_HEADER - fats))
    return header + big + _pack_numbers(fat)


def _build_tree(streams: Mapping[str, bytes]) -> _Entry:
    root = _Entry("Root Entry", _ROOT)
    storages = {"": root}
    for path, data in streams.items():
        folder, _, name = path.rpartition("/")
        if folder not in storages:
            storages[folder] = _Entry(folder, _STORAGE)
            root.children.append(storages[folder])
        storages[folder].children.append(_Entry(name, _STREAM, data))
    return root


def _number_entries(root: _Entry) -> list[_Entry]:
    """Every entry in directory order, its siblings linked as a red-black tree."""
    entries = [root]

    def place(parent: _Entry) -> None:
        parent.children.sort(key=lambda e: (len(e.name.encode("utf-16-le")), e.name.upper()))
        for entry in parent.children:
            if len(entry.name) > 31:
                raise ValueError(f"'{entry.name}' is longer than the 31 characters a stream's name may have")
            entry.number = len(entries)
            entries.append(entry)
        parent.child = _link_balanced(parent.children, len(parent.children).bit_length())
        for entry in parent.children:
            if entry.kind == _STORAGE:
                place(entry)

    place(root)
    return entries


def _link_balanced(siblings: list[_Entry], levels: int) -> int:
    """Hang the halves of the siblings below the middle one, and return its number.

    Every level but the lowest is full, so black nodes with a red lowest level make a red-black tree.
    """
    if not siblings:
        return _FREE
    middle = len(siblings) // 2
    entry = siblings[middle]
    entry.left = _link_balanced(siblings[:middle], levels - 1)
    entry.right = _link_balanced(siblings[middle + 1 :], levels - 1)
    entry.colour = _RED if levels == 1 else _BLACK
    return entry.number


def _directory_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    return struct.pack(
        "<64sH2B3I16sI16s3I",
        name,
        len(name) + 2,
        entry.kind,
        entry.colour,
        entry.left,
        entry.right,
        entry.child,
        bytes(16),
        0,
        bytes(16),
        entry.start if entry.kind != _STORAGE else 0,
        entry.size,
        0,
    )


def _pad_directory(directory: bytes) -> bytes:
    unused = struct.pack("<68x3I48x", _FREE, _FREE, _FREE)
    return directory + unused * (-len(directory) % SECTOR // len(unused))


def _append(area: bytearray, data: bytes, sector: int, fill: int = 0) -> int:
    """Add data and return its first sector, which is at the end of the area and padded to whole sectors."""
    start = len(area) // sector
    area += data + bytes([fill]) * (-len(data) % sector)
    return start


def _fat(chains: list[tuple[int, int]], sector: int) -> list[int]:
    """Return the table of which sector follows which, for chains of (first sector, bytes) that lie end to end."""
    table: list[int] = []
    for start, size in chains:
        count = -(-size // sector)
        assert start == len(table), "chains lie end to end"
        table += [*range(start + 1, start + count), _END]
    return table


def _pack_numbers(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)

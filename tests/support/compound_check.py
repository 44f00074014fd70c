"""What makes a compound file (MS-CFB) unsound: header, sector chains and directory tree, read by hand from the bytes."""

import struct

FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound_faults(data: bytes) -> list[str]:
    """Header, sector chains and directory tree, read by hand from the bytes."""
    if data[:8] != bytes.fromhex("D0CF11E0A1B11AE1") or len(data) % 512 or len(data) < 1536:
        return ["compound file: no header, or not whole sectors"]
    found = []
    if struct.unpack_from("<4H", data, 26) != (3, 0xFFFE, 9, 6) or any(data[8:24]):
        found.append("compound file: header fields")
    count, directory, _, cutoff, mini, minis, *_ = struct.unpack_from("<7I", data, 44)
    listed = [s for s in struct.unpack_from("<109I", data, 76) if s != FREE]
    if len(listed) != count or cutoff != 4096 or any(512 * (s + 2) > len(data) for s in listed):
        return [*found, "compound file: its FAT is not where the header says"]
    fat = [n for s in listed for n in struct.unpack_from("<128I", data, 512 * (s + 1))]
    owner = dict.fromkeys(listed, "FAT")
    if any(fat[s] != FAT_SECTOR for s in listed):
        found.append("compound file: a FAT sector is not marked as one")

    def chain(start: int, what: str) -> list[int]:
        sectors: list[int] = []
        while start != END:
            if start >= len(fat) or 512 * (start + 2) > len(data) or start in owner:
                found.append(f"compound file: the sectors of {what} run into {owner.get(start, 'nothing')}")
                break
            owner[start] = what
            sectors.append(start)
            start = fat[start]
        return sectors

    entries = b"".join(data[512 * (s + 1) : 512 * (s + 2)] for s in chain(directory, "the directory"))
    table = [struct.unpack_from("<64sH2B3I36xIQ", entries, i) for i in range(0, len(entries), 128)]
    if not table:
        return [*found, "compound file: no directory"]
    mini_sectors = len(chain(mini, "the small streams' table")) if minis else 0
    root_sectors = len(chain(table[0][7], "the small streams")) if table[0][8] else 0
    if mini_sectors != minis or root_sectors != -(-table[0][8] // 512):
        found.append("compound file: the small streams' table or room has another length")
    for name, length, kind, *_, start, size in table[1:]:
        if kind == 2 and size >= cutoff and len(chain(start, _text(name, length))) != -(-size // 512):
            found.append(f"compound file: {_text(name, length)} has another length")
    found += [
        f"compound file: sector {s} belongs to nothing" for s, n in enumerate(fat) if n != FREE and s not in owner
    ]
    return found + _tree_faults(table)


def _tree_faults(table: list[tuple]) -> list[str]:
    """Siblings stand in order in a tree without red under red: Excel finds streams by walking it.

    Excel's own trees are often all black and lean, so how deep they are is no fault.
    """
    found: list[str] = []
    reached = {0}

    def walk(number: int, above_is_red: bool, names: list[str], seen: set[int]) -> None:
        if number == FREE:
            return
        if number >= len(table) or number in seen:
            found.append("compound file: the directory's tree is torn")
            return
        seen.add(number)
        name, length, kind, colour, left, right, child, *_ = table[number]
        if kind not in (1, 2):
            found.append("compound file: the directory's tree holds an unused entry")
        if above_is_red and colour == 0:
            found.append(f"compound file: red under red at {_text(name, length)}")
        walk(left, colour == 0, names, seen)
        names.append(_text(name, length))
        walk(right, colour == 0, names, seen)
        reached.add(number)
        if kind == 1:
            siblings(child)

    def siblings(number: int) -> None:
        names: list[str] = []
        walk(number, False, names, set())
        if names != sorted(names, key=lambda n: (len(n), n.upper())):
            found.append(f"compound file: out of order: {', '.join(names)}")

    siblings(table[0][6])
    lost = [_text(e[0], e[1]) for i, e in enumerate(table) if e[2] in (1, 2) and i not in reached]
    return [*found, f"compound file: not found by walking the tree: {', '.join(lost)}"] if lost else found


def _text(name: bytes, length: int) -> str:
    return name[: max(length - 2, 0)].decode("utf-16-le", "replace")

"""What OneDrive on a Mac writes down of the folders it keeps in step, as far as its settings say a whole address.

In each account's folder of settings `global.ini` names the account; `<account>.ini` has a line for each library that is
kept in step whole (`libraryScope`), and a ClientPolicy file has the library's web address. Folders inside a library
(`libraryFolder`, `AddedScope`) are written down by number alone, and are left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

_SETTINGS = (
    "Library/Application Support/OneDrive/settings",
    "Library/Containers/com.microsoft.OneDrive-mac/Data/Library/Application Support/OneDrive/settings",
)
_FIELD = re.compile(r'"([^"]*)"|(\S+)')
_ADDRESS = "DavUrlNamespace"
_NUMBER, _SITE, _LIBRARY, _FOLDER = 2, 10, 12, 14
"""Where a line of a library has its number, the IDs of its site and of itself, and its folder on this computer."""


def keys_of_settings(home: Path) -> Iterator[dict[str, object]]:
    """Yield the mounts that OneDrive's settings below a home name, as the Windows registry would have them."""
    for place in _SETTINGS:
        for account in sorted((home / place).glob("*")):
            name = _values(account / "global.ini").get("cid", "")
            if name and account.name == "Personal":
                yield from _personal(account, name)
            elif name and account.name.startswith("Business"):
                yield from _business(account, name)


def _business(account: Path, name: str) -> Iterator[dict[str, object]]:
    for line in _lines(account / f"{name}.ini"):
        fields = [quoted or bare for quoted, bare in _FIELD.findall(line)]
        if fields[:2] != ["libraryScope", "="] or len(fields) <= _FOLDER:
            continue
        own = fields[_NUMBER] == "0"
        policy = "ClientPolicy.ini" if own else f"ClientPolicy_{fields[_LIBRARY]}{fields[_SITE]}.ini"
        yield {"UrlNamespace": _values(account / policy).get(_ADDRESS, ""), "MountPoint": fields[_FOLDER]}


def _personal(account: Path, name: str) -> Iterator[dict[str, object]]:
    address = _values(account / "ClientPolicy.ini").get(_ADDRESS, "")
    for line in _lines(account / f"{name}.ini"):
        folders = [quoted for quoted, _ in _FIELD.findall(line) if quoted.startswith("/")]
        if line.startswith("library = ") and folders:
            yield {"UrlNamespace": address, "MountPoint": folders[0], "CID": name}


def _values(path: Path) -> dict[str, str]:
    pairs = (line.partition(" = ") for line in _lines(path))
    return {name.strip(): value.strip() for name, found, value in pairs if found}


def _lines(path: Path) -> list[str]:
    """Return the lines of a file of settings; none where it is not there, or macOS keeps it from this program."""
    try:
        return path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []

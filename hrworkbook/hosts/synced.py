"""Where a workbook that is open from Teams, SharePoint or OneDrive lies on this computer: known exactly, or not at all.

Excel calls such a workbook by its web address. Which folder is kept in step with which address, only the sync program
knows; a guess by name has put one team's returns into another team's folder.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

PROVIDERS = "Software\\SyncEngines\\Providers\\OneDrive"
"""Below HKCU: one key for each folder that OneDrive keeps in step, its own and those of SharePoint and Teams."""
_PERSONAL = "d.docs.live.net"


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder of this computer, and the web address it is kept in step with."""

    address: str
    folder: Path


def is_web_address(place: str) -> bool:
    """Whether a spreadsheet program calls the place of a workbook by a web address."""
    return "://" in place


def mounts() -> list[Mount]:
    """Every folder that this computer's OneDrive says it keeps in step."""
    if sys.platform == "darwin":
        from hrworkbook.hosts.synced_on_mac import keys_of_settings

        return mounts_among(keys_of_settings(Path.home()))
    return mounts_among(_keys_of_the_registry())


def mounts_among(keys: Iterable[Mapping[str, object]]) -> list[Mount]:
    """Return the mounts that the sync program's keys name, each a table of its values.

    Left out is what does not say its address whole: of a folder inside a library (`IsFolderScope`) only the library's
    address is written down.
    """
    found = []
    for key in keys:
        values = {name.casefold(): value for name, value in key.items()}
        address, folder = str(values.get("urlnamespace") or ""), str(values.get("mountpoint") or "")
        if str(values.get("isfolderscope") or "0") != "0" or not address or not Path(folder).is_absolute():
            continue
        if _parts(address) == [_PERSONAL]:
            if not values.get("cid"):
                continue
            address = f"{address.rstrip('/')}/{values['cid']}"
        found.append(Mount(address, Path(folder)))
    return found


def places_of(address: str, mounts: Iterable[Mount]) -> list[Path]:
    """Return the files that are there for a web address, one for each mount whose address it begins with, part by part."""
    wanted = _parts(address)
    found: list[Path] = []
    for mount in mounts:
        head = _parts(mount.address)
        if not head or _folded(wanted[: len(head)]) != _folded(head):
            continue
        for rest in (wanted[len(head) :], [unquote(part) for part in wanted[len(head) :]]):
            place = mount.folder.joinpath(*rest)
            if rest and not any(map(_leads_astray, rest)) and _is_there(place) and not _among(place, found):
                found.append(place)
    return found


def _parts(address: str) -> list[str]:
    """Host and folders of a web address; none where it is no address of the web."""
    scheme, _, rest = address.partition("://")
    return [part for part in rest.split("/") if part] if scheme.casefold() in ("http", "https") else []


def _folded(parts: Sequence[str]) -> list[str]:
    return [unquote(part).casefold() for part in parts]


def _leads_astray(part: str) -> bool:
    return part in (".", "..") or any(letter in part for letter in "/\\:\0")


def _is_there(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # a folder that is not ours to look into is no place to write to
        return False


def _among(place: Path, found: Iterable[Path]) -> bool:
    return any(place.samefile(other) for other in found)


def _keys_of_the_registry() -> Iterator[dict[str, object]]:
    if sys.platform != "win32":
        return
    import winreg

    try:
        providers = winreg.OpenKey(winreg.HKEY_CURRENT_USER, PROVIDERS)
    except OSError:
        return
    with providers:
        for number in range(winreg.QueryInfoKey(providers)[0]):
            try:
                with winreg.OpenKey(providers, winreg.EnumKey(providers, number)) as key:
                    values = (winreg.EnumValue(key, i) for i in range(winreg.QueryInfoKey(key)[1]))
                    yield {name: value for name, value, _ in values}
            except OSError:
                continue

"""The users file: who may use the page, what each may do, and their pass phrases, hashed."""

import hashlib
import json
import os
import secrets
import tomllib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hrworkbook.hosts.new_files import write_new
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, reason_of
from hrworkbook.plan.findings import join_words
from hrworkbook.plan.values import one_line

SHORTEST_PHRASE = 12
_COST, _BLOCK_SIZE, _PARALLEL = 2**15, 8, 1
_MEMORY = 64 * 2**20


class Right(StrEnum):
    """What somebody may do; who is in the file may view."""

    VIEW = "view"
    EDIT = "edit"
    """Press the buttons, decide, merge."""
    EXEMPT = "exempt"
    """See what is not for publication: the exempt papers, and every cell of a plan that has exempt lines."""


@dataclass(frozen=True)
class User:
    """Somebody who may use the page."""

    name: str
    rights: frozenset[Right]
    phrase_hash: str = ""

    def may(self, right: Right) -> bool:
        """Return whether they may do it."""
        return right in self.rights


EVERYTHING = frozenset(Right)


class Users:
    """The users of a file, read again whenever it has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._users: Mapping[str, User] = {}
        self._read()

    def __getitem__(self, name: str) -> User | None:
        self._read()
        return self._users.get(name)

    def check(self, name: str, phrase: str) -> User | None:
        """Return the user of a name and pass phrase; None where they do not belong together. Takes as long for any name."""
        user = self[name]
        is_right = phrase_matches(phrase, user.phrase_hash if user and user.phrase_hash else _NOBODY)
        return user if user and user.phrase_hash and is_right else None

    def _read(self) -> None:
        try:
            found = self.path.stat()
        except OSError as fault:
            self._users, self._seen = {}, None
            raise HrWorkbookError(
                str(self.path), f"the users file cannot be read ({reason_of(fault)})", _ADD
            ) from fault
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            self._users = {}  # a file that cannot be read lets nobody in
            self._users = read_users(self.path)
            self._seen = seen


_ADD = "Make it with: hrworkbook serve --users FILE --add-user NAME"


def read_users(path: Path) -> dict[str, User]:
    """Return the users of a file by name; raises HrWorkbookError with the user and the setting that is wrong."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise HrWorkbookError(str(path), f"the users file cannot be read ({reason_of(fault)})", _ADD) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise HrWorkbookError(path.name, f"it is no users file: {one_line(str(fault))}", _ADD) from None
    return {name: _user(name, settings, path.name) for name, settings in table.items()}


def _user(name: str, settings: Any, place: str) -> User:
    place = f"{place}, user '{name}'"
    if not isinstance(settings, dict) or not {"may", "pass_phrase"} >= settings.keys():
        raise HrWorkbookError(place, "only 'may' and 'pass_phrase' can be set", _ADD)
    may = settings.get("may", [])
    words = [str(right) for right in Right]
    if not isinstance(may, list) or any(word not in words for word in may):
        raise HrWorkbookError(place, f"'may' is {may!r}", f"List what they may: {join_words(words)}")
    phrase_hash = settings.get("pass_phrase", "")
    if phrase_hash and not _parts_of(phrase_hash):
        raise HrWorkbookError(place, "'pass_phrase' is not as this program writes it", _ADD)
    return User(name, frozenset({Right.VIEW, *map(Right, may)}), phrase_hash)


def add_user(path: Path, name: str, phrase: str, rights: Iterable[Right]) -> None:
    """Put a user into a users file, made where there is none, readable by its owner alone; the name may be there already.

    Raises HrWorkbookError for a name or pass phrase that cannot be, CannotWrite where the file cannot be written.
    """
    if not name.strip() or name != one_line(name).strip() or len(name) > 80:
        raise HrWorkbookError("--add-user", f"'{name}' cannot be a user's name", "Give one such as 'Anna Smith'")
    if len(phrase) < SHORTEST_PHRASE:
        fault = f"the pass phrase has {len(phrase)} characters"
        raise HrWorkbookError(name, fault, f"Use {SHORTEST_PHRASE} or more: four words do well")
    users = read_users(path) if path.exists() else {}
    users[name] = User(name, frozenset({Right.VIEW, *rights}), hash_phrase(phrase))
    text = "# Who may use the page. Made by: hrworkbook serve --users FILE --add-user NAME\n"
    for user in users.values():
        may = json.dumps([str(right) for right in Right if right in user.rights])
        text += f"\n[{json.dumps(user.name, ensure_ascii=False)}]\nmay = {may}\n"
        text += f"pass_phrase = {json.dumps(user.phrase_hash)}\n" if user.phrase_hash else ""
    before = os.umask(0o077)
    try:
        write_new(path, text.encode())
        path.chmod(0o600)
    except OSError as fault:
        raise CannotWrite(str(path), f"it cannot be written ({reason_of(fault)})", "Choose another folder") from fault
    finally:
        os.umask(before)


def hash_phrase(phrase: str) -> str:
    """Return a pass phrase as the users file keeps it: scrypt, its three costs, the salt and the hash."""
    salt = secrets.token_bytes(16)
    made = _scrypt(phrase, salt, _COST, _BLOCK_SIZE, _PARALLEL)
    return f"scrypt:{_COST}:{_BLOCK_SIZE}:{_PARALLEL}:{b64encode(salt).decode()}:{b64encode(made).decode()}"


def phrase_matches(phrase: str, phrase_hash: str) -> bool:
    """Return whether a pass phrase is the one of a hash."""
    parts = _parts_of(phrase_hash)
    if not parts:
        return False
    cost, block_size, parallel, salt, wanted = parts
    return secrets.compare_digest(_scrypt(phrase, salt, cost, block_size, parallel), wanted)


def _scrypt(phrase: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    phrase_bytes = phrase.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(phrase_bytes, salt=salt, n=cost, r=block_size, p=parallel, maxmem=_MEMORY, dklen=32)


def _parts_of(phrase_hash: Any) -> tuple[int, int, int, bytes, bytes] | None:
    try:
        kind, cost, block_size, parallel, salt, made = phrase_hash.split(":")
        parts = (
            int(cost),
            int(block_size),
            int(parallel),
            b64decode(salt, validate=True),
            b64decode(made, validate=True),
        )
    except (AttributeError, ValueError, Base64Error):
        return None
    is_sound = kind == "scrypt" and 2**14 <= parts[0] <= 2**15 and 1 <= parts[1] <= 8 and 1 <= parts[2] <= 4
    return parts if is_sound and len(parts[3]) >= 8 and len(parts[4]) == 32 else None


_NOBODY = f"scrypt:{_COST}:{_BLOCK_SIZE}:{_PARALLEL}:{b64encode(bytes(16)).decode()}:{b64encode(bytes(32)).decode()}"
"""What is compared for a name that nobody has."""

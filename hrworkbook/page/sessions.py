"""Who is signed in: one-time keys, and the sessions that cookies name. Kept in memory alone, and gone with the server."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

LASTS = 12 * 3600.0
"""Seconds without a request after which a session ends."""
_MOST_SESSIONS = 10_000
MOST_FAILURES = 5
WAIT = 60.0
"""Wrong pass phrases for one name from one address, and the seconds to wait then."""


@dataclass
class Session:
    """Somebody's session, by name."""

    user: str
    last_seen: float


class Sessions:
    """The sessions of one server, and its keys."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: set[str] = set()
        self._sessions: dict[str, Session] = {}
        self._failures: dict[tuple[str, str], list[float]] = {}

    def new_key(self) -> str:
        """Return a key that opens one session, once."""
        key = secrets.token_urlsafe(32)
        self._keys.add(_hashed(key))
        return key

    @staticmethod
    def new_secret() -> str:
        """Return what nobody can guess, for an address that opens one file."""
        return secrets.token_urlsafe(24)

    def use_key(self, key: str) -> bool:
        """Return whether a key is good; it is none any more."""
        hashed = _hashed(key)
        if hashed not in self._keys:
            return False
        self._keys.remove(hashed)
        return True

    def begin(self, user: str) -> str:
        """Return the token of a new session; the server keeps its hash alone."""
        now = self._clock()
        for hashed, session in list(self._sessions.items()):
            if now - session.last_seen > LASTS:
                del self._sessions[hashed]
        if len(self._sessions) >= _MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        token = secrets.token_urlsafe(32)
        self._sessions[_hashed(token)] = Session(user, now)
        return token

    def user(self, token: str) -> str | None:
        """Return whose session a token names; None where it names none, or one that has ended."""
        session = self._sessions.get(_hashed(token)) if token else None
        now = self._clock()
        if session is None or now - session.last_seen > LASTS:
            return None
        session.last_seen = now
        return session.user

    def end(self, token: str) -> None:
        """End a session."""
        self._sessions.pop(_hashed(token), None)

    def must_wait(self, name: str, address: str) -> bool:
        """Return whether a name from an address, or an address with any, has failed too often just now to try again."""
        now = self._clock()
        return any(
            sum(now - t < WAIT for t in self._failures.get(place, ())) >= most for place, most in _places(name, address)
        )

    def failed(self, name: str, address: str) -> None:
        """Note a wrong pass phrase."""
        now = self._clock()
        if len(self._failures) > _MOST_SESSIONS:
            self._failures = {p: times for p, times in self._failures.items() if now - times[-1] < WAIT}
        for place, most in _places(name, address):
            times = self._failures.setdefault(place, [])
            times.append(now)
            del times[:-most]


def _places(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
    """Return what failures are counted for, and how many are let be: a stranger elsewhere must keep nobody out."""
    return (((name, address), MOST_FAILURES), (("", address), 20 * MOST_FAILURES))


def _hashed(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

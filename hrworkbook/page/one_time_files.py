"""Files that wait to be fetched by a browser that has signed in nowhere: once, soon, by an address nobody can guess."""

import time

_FILE_SECONDS = 600.0
_MOST_FILE_BYTES = 200_000_000


class OneTimeFiles:
    """Files that wait in memory to be fetched, each once, by an address nobody can guess."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[float, str, bytes]] = {}

    def add(self, key: str, name: str, content: bytes) -> None:
        """Keep a file for some minutes; the oldest make way where too much waits."""
        now = time.monotonic()
        self._files = {k: f for k, f in self._files.items() if now - f[0] < _FILE_SECONDS}
        self._files[key] = (now, name, content)
        while len(self._files) > 1 and sum(len(f[2]) for f in self._files.values()) > _MOST_FILE_BYTES:
            del self._files[next(iter(self._files))]

    def take(self, key: str) -> tuple[str, bytes] | None:
        """Return a file's name and content, and keep it no longer; None where there is none."""
        found = self._files.pop(key, None)
        return None if found is None or time.monotonic() - found[0] >= _FILE_SECONDS else found[1:]

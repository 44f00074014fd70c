"""What a server of the page is told when it starts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LARGEST_UPLOAD = 200_000_000
"""Bytes of one request; a mailbox of a few hundred returns has a tenth of it."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Settings:
    """One server: its folder, its address, and who may use it."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8100
    names: tuple[str, ...] = ()
    """The names by which it is addressed, where they are not the host's: as in `plans.council.example`."""
    certificate: Path | None = None
    private_key: Path | None = None
    users_file: Path | None = None
    proxy: str = ""
    """The address from which a proxy sends its requests; others are then refused. It speaks https to the browsers."""
    proxy_user_header: str = ""
    """The header in which the proxy names who has signed in with it."""
    workers: int = 2
    """Processes that do the work of the verbs; 0 does it in threads of this one."""
    largest_upload: int = LARGEST_UPLOAD
    patience: float = 1.5
    """Seconds to wait for what a press comes to before its progress is shown."""
    office_js: str = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
    """Where the task pane takes Microsoft's library from; its terms want it from there."""
    fixed_now: datetime | None = None
    """A day to work on that is not today's, as in the demo."""

    @property
    def is_https(self) -> bool:
        """Whether browsers reach it by https."""
        return bool(self.certificate or self.proxy)

    @property
    def hosts(self) -> frozenset[str]:
        """Every `Host` by which it may be addressed, in small letters."""
        plain = 443 if self.is_https else 80
        names = set(self.names)
        if not names:
            names = {"127.0.0.1", "localhost", "[::1]"} if self.host in LOOPBACK else {_in_brackets(self.host)}
        given = {name.lower() for name in names}
        with_port = {name if _has_port(name) else f"{name}:{self.port}" for name in given}
        # Behind a proxy the port is the proxy's, and mostly not told.
        return frozenset(with_port | (given if self.proxy or self.port == plain else set()))

    @property
    def origins(self) -> frozenset[str]:
        """Every `Origin` whose pages may change anything."""
        scheme = "https" if self.is_https else "http"
        return frozenset(f"{scheme}://{host}" for host in self.hosts)

    @property
    def address(self) -> str:
        """The address to open, without a key."""
        scheme = "https" if self.is_https else "http"
        if self.names:
            name = self.names[0]
            return f"{scheme}://{name}/" if self.proxy or _has_port(name) else f"{scheme}://{name}:{self.port}/"
        return f"{scheme}://{_in_brackets(self.host)}:{self.port}/"

    @property
    def cookie(self) -> str:
        """The session cookie's name: of this port, since cookies know none; `__Host-` keeps it from other names."""
        return f"{'__Host-' if self.is_https else ''}hrworkbook-{self.port}"


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _has_port(name: str) -> bool:
    return name.rpartition("]")[2].count(":") == 1

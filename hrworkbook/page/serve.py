"""Starting and stopping the server of the page."""

import asyncio
import logging
import signal
import socket
import ssl
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import FrameType

import uvicorn

from hrworkbook.page.app import create_app
from hrworkbook.page.sessions import Sessions
from hrworkbook.page.settings import LOOPBACK, Settings
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError, UnreadableFile, reason_of

_ANY_ADDRESS = frozenset({"", "0.0.0.0", "::"})
_SECONDS_TO_STOP = 20


def check_settings(settings: Settings) -> None:
    """Raise HrWorkbookError for what would serve plans to strangers, or cannot be served at all."""
    if not settings.folder.is_dir():
        raise UnreadableFile(str(settings.folder), "there is no such folder", "Name the folder with your plans")
    if not 0 <= settings.port <= 65_535:
        raise HrWorkbookError(
            f"--port {settings.port}", "there is no such port", "Give one up to 65535, or 0 for any that is free"
        )
    if bool(settings.certificate) != bool(settings.private_key):
        raise HrWorkbookError("--cert", "a certificate and its key belong together", "Give both --cert and --key")
    is_beyond = settings.host not in LOOPBACK
    if is_beyond and not settings.is_https:
        raise HrWorkbookError(
            f"--host {settings.host}", "other computers could listen in",
            "Give --cert and --key, or --proxy with the address of the proxy that speaks https",
        )  # fmt: skip
    if (is_beyond or settings.proxy) and not settings.users_file:
        raise HrWorkbookError(
            f"--host {settings.host}" if is_beyond else "--proxy", "it is not said who may use the page",
            "Give --users FILE; make it with: hrworkbook serve --users FILE --add-user NAME",
        )  # fmt: skip
    if (settings.host in _ANY_ADDRESS or settings.proxy) and not settings.names:
        given = "--proxy" if settings.proxy else f"--host {settings.host}"
        raise HrWorkbookError(
            given, "it is not said by which name people open it", "Give it, such as --name plans.council.example"
        )
    if settings.proxy_user_header and not settings.proxy:
        raise HrWorkbookError(
            "--proxy-user", "anybody could send that header", "Give --proxy with the proxy's address too"
        )


def serve(settings: Settings, show: Callable[[str], None], *, open_browser: bool = False) -> None:
    """Serve the page until Ctrl+C; shows its address first, with a one-time key where there are no users.

    Raises HrWorkbookError for settings that would be unsafe, CannotWrite where the port is taken.
    """
    check_settings(settings)
    check_certificate(settings)
    listening = _bound_socket(settings)
    settings = replace(settings, folder=settings.folder.resolve(), port=listening.getsockname()[1])
    sessions = Sessions()
    app = create_app(settings, sessions=sessions, announce=show)
    address = settings.address if settings.users_file else f"{settings.address}open?key={sessions.new_key()}"
    show(address)
    _log_to_stderr()
    config = uvicorn.Config(
        app, lifespan="on", ws="none", access_log=False, log_config=None, proxy_headers=False, server_header=False,
        ssl_certfile=settings.certificate, ssl_keyfile=settings.private_key, timeout_graceful_shutdown=_SECONDS_TO_STOP,
    )  # fmt: skip
    if open_browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        _Server(config, app.state.page.works.end_streams).run(sockets=[listening])


def check_certificate(settings: Settings) -> None:
    """Raise HrWorkbookError where the certificate or its key cannot be used."""
    if not settings.certificate or not settings.private_key:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.certificate, settings.private_key)
    except OSError as fault:  # ssl.SSLError is one
        why = (
            reason_of(fault) if fault.strerror and not isinstance(fault, ssl.SSLError) else "they are not a pair in PEM"
        )
        remedy = "Give the certificate with its chain, and the key without a password"
        raise HrWorkbookError("--cert", f"the certificate and its key cannot be used ({why})", remedy) from fault


class _Server(uvicorn.Server):
    """A server that ends its event streams before it waits for its requests to end."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._end_streams)
        super().handle_exit(sig, frame)


def _bound_socket(settings: Settings) -> socket.socket:
    try:
        family, kind, _, _, place = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
        if sys.platform != "win32":  # where it would let another program take the port as well
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(128)
    except OSError as fault:
        told = f"{settings.host} cannot be served there ({reason_of(fault)})"
        raise CannotWrite(f"--port {settings.port}", told, "Give another port or host") from fault
    return listening


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%d/%m/%Y %H:%M:%S"))
    log = logging.getLogger("hrworkbook.page")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    errors = logging.getLogger("uvicorn.error")
    errors.addHandler(handler)
    errors.setLevel(logging.ERROR)

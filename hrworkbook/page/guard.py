"""What every request passes: whose name it calls, where it comes from, how large it is, and who sends it."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hrworkbook.page.sessions import Sessions
from hrworkbook.page.settings import Settings
from hrworkbook.page.users import EVERYTHING, User, Users
from hrworkbook.plan.errors import HrWorkbookError

Refuse = Callable[[Request, HTTPException], ASGIApp]
"""Makes the answer that tells a refusal."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every answer says, where its page does not say otherwise."""


class Guard:
    """The outermost part of the app: refuses what does not come from the page itself, and says who asks."""

    def __init__(
        self, app: ASGIApp, settings: Settings, sessions: Sessions, users: Users | None, refuse: Refuse
    ) -> None:
        self.app = app
        self.settings = settings
        self.sessions = sessions
        self.users = users
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its user in `request.state.user`, None where nobody has signed in; or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        request = Request(scope)
        scope.setdefault("state", {})["user"] = None
        send = _with_headers(send)
        try:
            self._check(request)
            scope["state"]["user"] = self._user_of(request)
        except HTTPException as refusal:
            await self.refuse(request, refusal)(scope, receive, send)
        except HrWorkbookError as error:
            await self.refuse(request, HTTPException(503, str(error)))(scope, receive, send)
        else:
            await self.app(scope, self._capped(receive), send)

    def _check(self, request: Request) -> None:
        """Raise HTTPException for a request that is not to be looked at any further."""
        hosts = request.headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.settings.hosts:
            raise HTTPException(
                421, "This page is not served under that name. Open it by the address it was given out with."
            )
        if self.settings.proxy and (request.client is None or request.client.host != self.settings.proxy):
            raise HTTPException(403, "This page is reached through the council's proxy only.")
        if request.method not in SAFE_METHODS and request.headers.getlist("origin") not in self._origins:
            raise HTTPException(
                403, "This did not come from the page itself, so nothing was done. Open the page, and press there."
            )
        length = request.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > self.settings.largest_upload:
            raise too_large(self.settings)

    @property
    def _origins(self) -> list[list[str]]:
        return [[origin] for origin in self.settings.origins]

    def _user_of(self, request: Request) -> User | None:
        """Return who sends a request: as the proxy says, as the cookie's session says; None where nobody does."""
        settings = self.settings
        if settings.proxy and settings.proxy_user_header:
            names = request.headers.getlist(settings.proxy_user_header)
            name = names[0] if len(names) == 1 else None
        else:
            # The task pane has no cookie where Excel shows it in a frame, and names its session itself.
            kind, _, token = request.headers.get("authorization", "").partition(" ")
            cookie = request.cookies.get(settings.cookie, "")
            name = self.sessions.user(token.strip() if kind.lower() == "bearer" else cookie)
        if name is None:
            return None
        return self.users[name] if self.users else User(name, EVERYTHING)

    def _capped(self, receive: Receive) -> Receive:
        """Return what receives a body, of so many bytes and no more, whatever its length was said to be."""
        seen = 0

        async def capped() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.settings.largest_upload:
                raise too_large(self.settings)
            return message

        return capped


def too_large(settings: Settings) -> HTTPException:
    """Return the refusal of a request that is larger than is read."""
    most = settings.largest_upload / 1_000_000
    return HTTPException(413, f"That is more than {most:,.0f} MB at once, so nothing was read. Send it in parts.")


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending

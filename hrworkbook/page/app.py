"""The server's app: its routes, each with what one must be allowed to use it, behind the guard."""

import getpass
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from hrworkbook.hosts.fault_log import keep_details
from hrworkbook.page.folder import NoSuchPlan
from hrworkbook.page.guard import Guard
from hrworkbook.page.one_time_files import OneTimeFiles
from hrworkbook.page.pages import html
from hrworkbook.page.sessions import Sessions
from hrworkbook.page.settings import Settings
from hrworkbook.page.users import Right, User, Users
from hrworkbook.page.work import WorkList
from hrworkbook.page.workers import Workers
from hrworkbook.plan.errors import HrWorkbookError, WorkbookLocked

LOG = logging.getLogger("hrworkbook.page")
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class PageState:
    """What the handlers of one server share, as `request.app.state.page`."""

    settings: Settings
    sessions: Sessions
    users: Users | None
    workers: Workers
    works: WorkList
    announce: Callable[[str], None]
    """Shows a line to whoever started the server."""
    local_user: str
    """Whose sessions are that a key opens: the person at this computer."""
    pane_files: OneTimeFiles
    """What Excel's task pane has made and not fetched yet."""

    def now(self) -> datetime:
        """Return this moment, or the server's own day."""
        return self.settings.fixed_now or datetime.now().replace(microsecond=0)


def page_state(request: Request) -> PageState:
    """Return what the handlers share."""
    found = request.app.state.page
    assert isinstance(found, PageState)
    return found


def user_of(request: Request) -> User:
    """Return who sends a request, on a route that needs somebody."""
    user = request.state.user
    assert isinstance(user, User)
    return user


def route(path: str, handler: Handler, needs: Right | None, method: str = "GET") -> Route:
    """Return a route that only those reach who may; None is for everybody. Whatever goes wrong in it is told in a sentence."""

    async def checked(request: Request) -> Response:
        user = request.state.user
        if needs is not None and user is None:
            return _not_signed_in(request)
        if needs is not None and not user.may(needs):
            raise HTTPException(
                403, f"You may not do this here: it needs the right '{needs}'. Ask whoever keeps the users file."
            )
        try:
            return await handler(request)
        except (HTTPException, ClientDisconnect):
            raise
        except NoSuchPlan as error:
            raise HTTPException(404, str(error)) from None
        except HrWorkbookError as error:
            raise HTTPException(409 if isinstance(error, WorkbookLocked) else 400, str(error)) from None
        except Exception as error:
            keep_details(error)
            raise HTTPException(500, "Something went wrong that should not have. Please report it.") from error

    return Route(path, checked, methods=[method])


def _not_signed_in(request: Request) -> Response:
    settings = page_state(request).settings
    if settings.users_file and not settings.proxy_user_header and request.method == "GET":
        return RedirectResponse("/sign-in", 303)
    if settings.users_file:
        raise HTTPException(403, "You are not signed in, or not in the users file. Sign in, then do it again.")
    raise HTTPException(
        403,
        "This page opens with the address that 'hrworkbook serve' printed, once, and then in the same browser. "
        "Take the newest address from where it runs.",
    )


def refuse(request: Request, refusal: HTTPException) -> Response:
    """Return the answer that tells a refusal in a sentence; what was sent along is not read."""
    answer = html(request, "refusal.html", refusal.status_code, message=refusal.detail)
    if refusal.status_code == 413:
        answer.headers["connection"] = "close"
    return answer


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    texts = {404: "There is no such page here.", 405: "That cannot be done here."}
    if refusal.detail in ("Not Found", "Method Not Allowed"):
        refusal = HTTPException(refusal.status_code, texts[refusal.status_code])
    return refuse(request, refusal)


def routes() -> list[BaseRoute]:
    """Return every route of the page."""
    from hrworkbook.page import files, plan_pages, presses, sign_in
    from hrworkbook.page.pane_routes import pane_routes

    return [
        route("/", plan_pages.folder_page, Right.VIEW),
        route("/open", sign_in.open_with_key, None),
        route("/sign-in", sign_in.sign_in_page, None),
        route("/sign-in", sign_in.sign_in, None, "POST"),
        route("/sign-out", sign_in.sign_out, None, "POST"),
        route("/static/{file}", files.static_file, None),
        route("/adopt/{name}", presses.press_adopt, Right.EDIT, "POST"),
        route("/plan/{name}", plan_pages.overview_page, Right.VIEW),
        route("/plan/{name}/problems", plan_pages.problems_page, Right.VIEW),
        route("/plan/{name}/next", plan_pages.next_page, Right.VIEW),
        route("/plan/{name}/decisions", plan_pages.decisions_page, Right.VIEW),
        route("/plan/{name}/journal", plan_pages.journal_page, Right.VIEW),
        route("/plan/{name}/papers", plan_pages.papers_page, Right.VIEW),
        route("/plan/{name}/papers/{part}/{kind}", files.paper, Right.VIEW),
        route("/plan/{name}/papers/{part}/page/{number:int}", files.paper_picture, Right.VIEW),
        route("/plan/{name}/drafts.zip", files.drafts, Right.EDIT),
        route("/plan/{name}/ask/{verb}", plan_pages.ask_page, Right.EDIT),
        route("/plan/{name}/do/{verb}", presses.press_button, Right.EDIT, "POST"),
        route("/plan/{name}/work/{id}", plan_pages.work_page, Right.EDIT),
        route("/plan/{name}/work/{id}/events", presses.work_events, Right.EDIT),
        *pane_routes(),
    ]


def create_app(
    settings: Settings, more_routes: Sequence[BaseRoute] = (), sessions: Sessions | None = None,
    announce: Callable[[str], None] = lambda line: None,
) -> Starlette:  # fmt: skip
    """Return the app of a server; raises HrWorkbookError where its users file cannot be read."""
    users = Users(settings.users_file) if settings.users_file else None
    workers = Workers(settings.workers)
    keys = sessions or Sessions()
    works = WorkList(workers, LOG.info)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        workers.start()
        yield
        works.end_streams()
        await works.finish()
        workers.stop()

    app = Starlette(
        routes=[*routes(), *more_routes],
        middleware=[Middleware(partial(Guard, settings=settings, sessions=keys, users=users, refuse=refuse))],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )
    app.state.page = PageState(settings, keys, users, workers, works, announce, _local_user(), OneTimeFiles())
    return app


def _local_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "this computer"

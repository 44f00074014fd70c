"""Signing in: with the one-time key of the printed address, or with a name and a pass phrase."""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hrworkbook.page.app import LOG, page_state
from hrworkbook.page.pages import html
from hrworkbook.page.sessions import LASTS
from hrworkbook.plan.values import one_line

_LONGEST = 1_000
"""Characters of a name or pass phrase."""


async def open_with_key(request: Request) -> Response:
    """Exchange the one-time key of an address for a session."""
    page = page_state(request)
    key = request.query_params.get("key", "")
    if page.users or request.method != "GET" or not page.sessions.use_key(key):
        raise HTTPException(
            403,
            "This address has been used, or is not one of this page's. Each works once: take the newest from where it runs.",
        )
    LOG.info("%s: opened the page", page.local_user)
    page.announce(f"For another browser: {key_address(request)}")
    return _signed_in(request, page.local_user)


def key_address(request: Request) -> str:
    """Return a new address with a one-time key."""
    page = page_state(request)
    return f"{page.settings.address}open?key={page.sessions.new_key()}"


async def sign_in_page(request: Request) -> Response:
    """Ask for name and pass phrase."""
    if not page_state(request).users:
        raise HTTPException(404, "There is no such page here.")
    return html(request, "sign_in.html", message="")


async def sign_in(request: Request) -> Response:
    """Begin a session for the right name and pass phrase."""
    page = page_state(request)
    if not page.users or page.settings.proxy_user_header:
        raise HTTPException(404, "There is no such page here.")
    try:
        name = await name_signed_in(request)
    except HTTPException as refusal:
        return html(request, "sign_in.html", refusal.status_code, message=refusal.detail)
    return _signed_in(request, name)


async def name_signed_in(request: Request) -> str:
    """Return whose the name and pass phrase of a form are, or, where there are no users, the one-time key.

    Raises HTTPException 403 where they are nobody's, 429 where that came too often.
    """
    page = page_state(request)
    form = await request.form(max_files=0, max_fields=4, max_part_size=10_000)
    name, address = _text(form, "name").strip(), request.client.host if request.client else ""
    if page.sessions.must_wait(name, address):
        raise HTTPException(429, "That was wrong too often. Wait a minute, then try again.")
    if page.users:
        user = await run_in_threadpool(page.users.check, name, _text(form, "phrase"))
        found = user.name if user else ""
    else:
        key = _text(form, "key").rpartition("key=")[2].strip()
        found = page.local_user if page.sessions.use_key(key) else ""
    if not found:
        page.sessions.failed(name, address)
        LOG.warning("%s: could not sign in, from %s", one_line(name)[:80], address)
        if page.users:
            raise HTTPException(403, "This name and pass phrase do not belong together.")
        raise HTTPException(
            403, "This key does not open the plan: each works once. Take the newest from where it runs."
        )
    LOG.info("%s: signed in", found)
    return found


async def sign_out(request: Request) -> Response:
    """End the session."""
    page = page_state(request)
    page.sessions.end(request.cookies.get(page.settings.cookie, ""))
    answer = RedirectResponse("/sign-in" if page.users else "/", 303)
    answer.delete_cookie(page.settings.cookie, secure=page.settings.is_https, httponly=True, samesite="strict")
    return answer


def _signed_in(request: Request, name: str) -> Response:
    page = page_state(request)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        page.settings.cookie, page.sessions.begin(name), max_age=int(LASTS), secure=page.settings.is_https, httponly=True,
        samesite="strict",
    )  # fmt: skip
    return answer


def _text(form: Mapping[str, object], name: str) -> str:
    value = form.get(name, "")
    return value[:_LONGEST] if isinstance(value, str) else ""

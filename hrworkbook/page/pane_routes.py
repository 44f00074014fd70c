"""The task pane of Excel: its page, its manifest, its buttons, and its files, each fetched once."""

import base64
import json
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from hrworkbook.hosts.json_form import snapshot_from_json
from hrworkbook.hosts.leftovers import temporary_folder
from hrworkbook.page.app import LOG, page_state, route, user_of
from hrworkbook.page.files import attachment
from hrworkbook.page.manifest import icon, manifest_xml
from hrworkbook.page.pages import html, ribbon
from hrworkbook.page.pane import PanePress, PaneResult, run_verb
from hrworkbook.page.presses import form_options, kept_files, read_form, safe_name
from hrworkbook.page.sign_in import name_signed_in
from hrworkbook.page.users import Right
from hrworkbook.plan.errors import NotReady
from hrworkbook.plan.values import one_line

_FRAMES = "https://*.officeapps.live.com https://*.office.com https://*.office.net https://*.sharepoint.com https://*.cloud.microsoft"
"""Where Excel on the web shows the pane in a frame."""


def pane_routes() -> list[BaseRoute]:
    """Return the routes of the pane."""
    return [
        route("/pane", pane_page, None),
        route("/pane/manifest.xml", manifest, None),
        route("/pane/icon-{size:int}.png", icon_file, None),
        route("/pane/sign-in", sign_in, None, "POST"),
        route("/pane/do/{verb}", press_button, Right.EDIT, "POST"),
        route("/pane/file/{key}", one_time_file, None),
    ]


async def pane_page(request: Request) -> Response:
    """Return the pane; it shows nothing of any plan before somebody has signed in."""
    page = page_state(request)
    answer = html(
        request, "pane.html", office_js=page.settings.office_js, has_users=page.users is not None,
        is_signed_in=request.state.user is not None, groups=ribbon().groups,
    )  # fmt: skip
    office = urlsplit(page.settings.office_js)
    origin = f"{office.scheme}://{office.netloc}"
    answer.headers["content-security-policy"] = (
        f"default-src 'none'; script-src 'self' {origin}; style-src 'self'; img-src 'self'; connect-src 'self' {origin}; "
        f"form-action 'self'; base-uri 'none'; frame-ancestors 'self' {_FRAMES}"
    )
    answer.headers["cross-origin-opener-policy"] = "unsafe-none"
    return answer


async def manifest(request: Request) -> Response:
    """Return the manifest that an administrator deploys, with this server's own address."""
    text = manifest_xml(ribbon(), page_state(request).settings.address)
    return Response(text, media_type="text/xml")


async def icon_file(request: Request) -> Response:
    """Return the icon in one of its sizes."""
    size = request.path_params["size"]
    if size not in (16, 32, 64, 80):
        raise HTTPException(404, "There is no such picture here.")
    return Response(icon(size), media_type="image/png")


async def sign_in(request: Request) -> Response:
    """Begin a session for the right name and pass phrase, or the one-time key; its token goes to the pane, not into a cookie.

    A frame of Excel on the web gets no cookies of ours.
    """
    page = page_state(request)
    if page.settings.proxy_user_header:
        raise HTTPException(404, "There is no such page here.")
    return JSONResponse({"token": page.sessions.begin(await name_signed_in(request))})


async def press_button(request: Request) -> Response:
    """Do what a button does to the workbook that was sent; return the change set, and where its files are fetched."""
    page, user = page_state(request), user_of(request)
    verb = request.path_params["verb"]
    form = await read_form(request)
    sent = form.get("workbook")
    if not isinstance(sent, UploadFile):
        raise HTTPException(400, "The workbook was not sent, so nothing was done. Press the button again.")
    content = await sent.read()
    with ExitStack() as rooms:
        uploads: tuple[Path, ...] = ()
        if verb == "merge":
            uploads = await run_in_threadpool(kept_files, form, rooms)
        selected = form.get("sheet", ""), form.get("cell", "")
        name = await run_in_threadpool(_name_of, verb, content, sent.filename or "")
        press = PanePress(
            verb, content, name, rooms.enter_context(temporary_folder()), page.now(), user.name, uploads, form_options(form),
            (str(selected[0])[:40], str(selected[1])[:20]), user.may(Right.EXEMPT),
        )  # fmt: skip
        try:
            result = await page.workers.run(run_verb, lambda done, total: None, press)
        except NotReady as error:
            raise HTTPException(409, str(error)) from None
    LOG.info("%s: %s %s, in Excel", user.name, verb, one_line(name))
    return JSONResponse(_answer(request, result))


def _name_of(verb: str, content: bytes, filename: str) -> str:
    """Return what the workbook's file is called, safe as a file's name."""
    name = filename if verb == "adopt" else snapshot_from_json(content).name
    safe = safe_name(name)
    return safe if Path(safe).suffix.lower() in (".xlsx", ".xlsm") else f"{safe}.xlsx"


def _answer(request: Request, result: PaneResult) -> dict[str, object]:
    page = page_state(request)
    files = []
    for name, content in result.files.items():
        key = page.sessions.new_secret()
        page.pane_files.add(key, name, content)
        files.append({"name": name, "address": f"/pane/file/{key}"})
    opened = result.files.get(result.opened)
    return {
        "changes": json.loads(result.changes_json) if result.changes_json else None,
        "message": result.message,
        "needs_a_person": result.needs_a_person,
        "notes": list(result.notes),
        "files": files,
        "open": base64.b64encode(opened).decode() if opened else None,
    }


async def one_time_file(request: Request) -> Response:
    """Send a file, once: the browser that Excel opens for it has signed in nowhere."""
    found = page_state(request).pane_files.take(request.path_params["key"])
    if found is None:
        raise HTTPException(404, "This file has been fetched already, or waited too long. Press the button again.")
    name, content = found
    return Response(content, media_type="application/octet-stream", headers={"content-disposition": attachment(name)})

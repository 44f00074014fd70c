"""The buttons of the page: what a form sent is read, checked and begun; its work goes on whether or not the browser stays."""

import asyncio
import re
from contextlib import ExitStack, suppress
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hrworkbook.hosts.leftovers import temporary_folder
from hrworkbook.jobs.choices import Choice
from hrworkbook.page import view
from hrworkbook.page.app import page_state, user_of
from hrworkbook.page.folder import workbook_named
from hrworkbook.page.perform import VERBS, Press
from hrworkbook.page.plan_pages import check_may_see_cells, plan_of, read, to_work
from hrworkbook.page.users import Right
from hrworkbook.page.work import Work
from hrworkbook.plan.ledgers import CHOICES
from hrworkbook.plan.values import one_line, storable_text

_MOST_FILES, _MOST_FIELDS = 2_000, 4_000
_LONGEST_FIELD = 200_000
"""Bytes of one field of a form; a cell holds 32,767 characters."""
_OPTIONS = ("owner", "due", "again", "anyway", "return", "take_back", "period", "next", "password")
_SHOWS_CELLS = frozenset({"merge", "decide", "bounce"})
"""Verbs whose receipts tell cells of the plan."""
_BAD_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')


async def press_button(request: Request) -> Response:
    """Begin what a button does to a plan, and show its receipt, or how far it is."""
    verb, plan = request.path_params["verb"], plan_of(request)
    if verb not in VERBS:
        raise HTTPException(404, "There is no such button here.")
    if verb in _SHOWS_CELLS:
        check_may_see_cells(request, (await read(request, view.read_overview)).standing)
    form = await read_form(request)
    with ExitStack() as uploads:
        files: tuple[Path, ...] = ()
        if verb == "merge":
            files = await run_in_threadpool(kept_files, form, uploads)
        press = Press(
            verb, plan, page_state(request).now(), user_of(request).name, files, form_options(form),
            _choices(form) if verb == "decide" else (),
        )  # fmt: skip
        if verb == "decide" and not press.choices:
            raise HTTPException(
                400, "Nothing was chosen, so nothing was done. Choose what the plan is to say, then press Decide."
            )
        return await _begin(request, press, uploads.pop_all())


async def press_adopt(request: Request) -> Response:
    """Begin to make a copy of a workbook that is a plan; what is in it nobody has looked at, so it may be an exempt paper."""
    if not user_of(request).may(Right.EXEMPT):
        raise HTTPException(
            403, "What is in this workbook is not known, so only those may adopt it who may see exempt papers."
        )
    source = workbook_named(page_state(request).settings.folder, request.path_params["name"])
    press = Press("adopt", source, page_state(request).now(), user_of(request).name)
    return await _begin(request, press, ExitStack())


async def _begin(request: Request, press: Press, uploads: ExitStack) -> Response:
    work = page_state(request).works.start(press, uploads)
    with suppress(TimeoutError):
        await asyncio.wait_for(work.finished.wait(), page_state(request).settings.patience)
    return to_work(press.plan.name, work.id)


async def read_form(request: Request) -> FormData:
    """Return what a form sent; raises HTTPException where it cannot be read."""
    try:
        return await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD)
    except HTTPException as fault:
        if fault.status_code != 400:
            raise
        raise HTTPException(
            400, f"What was sent could not be read ({one_line(fault.detail)}) Nothing was done."
        ) from None


def kept_files(form: FormData, uploads: ExitStack) -> tuple[Path, ...]:
    """Return the files of a form in a folder of their own, removed with `uploads`; each under the name it came with."""
    given = [item for item in form.getlist("files") if isinstance(item, UploadFile) and item.filename]
    if not given:
        raise HTTPException(400, "No file was sent, so nothing was merged. Choose the mails, returns or zips first.")
    room = uploads.enter_context(temporary_folder())
    kept = []
    for number, item in enumerate(given):
        folder = room / str(number)
        folder.mkdir()
        path = folder / safe_name(item.filename or "")
        with path.open("wb") as target:
            while piece := item.file.read(1_000_000):
                target.write(piece)
        kept.append(path)
    return tuple(kept)


def safe_name(name: str) -> str:
    """Return the last part of a file's name with nothing in it that means more than a letter, its ending kept."""
    plain = _BAD_NAME.sub("_", re.split(r"[/\\]", storable_text(one_line(name)))[-1]).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    encoded = (stem if dot else plain).encode("utf-8", "replace")[:150].decode("utf-8", "ignore")
    return f"{encoded}.{ending[:20]}" if dot else encoded


def form_options(form: FormData) -> dict[str, str]:
    """Return the options of a form that a button knows."""
    return {name: value[:500] for name in _OPTIONS if isinstance(value := form.get(name), str) and value.strip()}


def _choices(form: FormData) -> tuple[Choice, ...]:
    """Return what was chosen for each row of the Decisions sheet."""
    found = []
    for name in form:
        value = form.get(name)
        row = name.removeprefix("choice-")
        if not name.startswith("choice-") or not (row.isascii() and row.isdigit() and len(row) < 8):
            continue
        if value in CHOICES and isinstance(value, str):
            own, seal = form.get(f"own-{row}", ""), form.get(f"asked-{row}", "")
            if isinstance(own, str) and isinstance(seal, str):
                found.append(Choice(int(row), seal, value, own.replace("\r\n", "\n")))
    return tuple(found)


def work_of(request: Request) -> Work:
    """Return the work that an address names; raises HTTPException where there is none."""
    work = page_state(request).works[request.path_params["id"]]
    if work is None or work.press.plan != plan_of(request):
        raise HTTPException(404, "That was done too long ago to be shown here.")
    return work


async def work_events(request: Request) -> Response:
    """Send how far a press has come, as it goes on."""
    events = page_state(request).works.events(work_of(request))
    return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})

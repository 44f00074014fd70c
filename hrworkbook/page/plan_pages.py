"""The pages one looks at: the folder, and of a plan where it stands, its problems, decisions, journal and papers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hrworkbook.page import view
from hrworkbook.page.app import page_state, user_of
from hrworkbook.page.folder import workbook_named, workbooks_in
from hrworkbook.page.pages import button, html
from hrworkbook.page.papers import papers_of
from hrworkbook.page.users import Right
from hrworkbook.page.view import PlanView, Standing


def plan_of(request: Request) -> Path:
    """Return the plan that an address names; raises NoSuchPlan."""
    return workbook_named(page_state(request).settings.folder, request.path_params["name"])


async def read(request: Request, reading: Callable[..., PlanView], *args: Any) -> PlanView:
    """Return what a reading finds in the plan of an address."""
    return await page_state(request).workers.run(reading, lambda done, total: None, plan_of(request), *args)


def may_see_cells(request: Request, standing: Standing) -> bool:
    """Return whether somebody may see the plan's cells: with exempt lines in it, only who may see exempt papers."""
    return not standing.has_exempt_lines or user_of(request).may(Right.EXEMPT)


def check_may_see_cells(request: Request, standing: Standing) -> None:
    """Raise HTTPException where somebody may not see the plan's cells."""
    if not may_see_cells(request, standing):
        raise HTTPException(
            403,
            "This plan has lines that are not for publication, so its cells are shown to those who may see exempt papers. "
            "Ask whoever keeps the users file.",
        )


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


async def folder_page(request: Request) -> Response:
    """Show the plans of the folder."""
    folder = page_state(request).settings.folder
    plans, others = await run_in_threadpool(workbooks_in, folder)
    return html(request, "folder.html", folder=folder.name or str(folder), plans=plans, others=others)


async def overview_page(request: Request) -> Response:
    """Show where a plan stands, what can be done, and its owners."""
    found = await read(request, view.read_overview)
    last = page_state(request).works.last_of(user_of(request).name, plan_of(request))
    return _plan_page(request, "overview.html", found, last=last)


async def problems_page(request: Request) -> Response:
    """Show the plan's problems."""
    found = await read(request, view.read_problems, _page_number(request))
    check_may_see_cells(request, found.standing)
    return _plan_page(request, "problems.html", found)


async def next_page(request: Request) -> Response:
    """Show the problem that follows the one at `after`."""
    found = await read(request, view.read_next_problem, request.query_params.get("after", "")[:300])
    check_may_see_cells(request, found.standing)
    return _plan_page(request, "problems.html", found)


async def decisions_page(request: Request) -> Response:
    """Show the decisions that wait."""
    found = await read(request, view.read_decisions, _page_number(request))
    check_may_see_cells(request, found.standing)
    return _plan_page(request, "decisions.html", found)


async def journal_page(request: Request) -> Response:
    """Show what was changed, and the returns that can be undone."""
    found = await read(request, view.read_journal, _page_number(request))
    check_may_see_cells(request, found.standing)
    return _plan_page(request, "journal.html", found)


async def papers_page(request: Request) -> Response:
    """Show the papers that are made, the appendix as pictures of its pages."""
    found = await read(request, view.read_overview)
    papers = await run_in_threadpool(papers_of, plan_of(request), with_exempt=user_of(request).may(Right.EXEMPT))
    return _plan_page(request, "papers.html", found, papers=papers)


async def ask_page(request: Request) -> Response:
    """Ask whether a button is meant, as the ribbon asks."""
    asked = button(request.path_params["verb"])
    if not asked.ask:
        raise HTTPException(404, "There is no such page here.")
    found = await read(request, view.read_overview)
    return_id = request.query_params.get("return", "")[:20]
    return _plan_page(request, "ask.html", found, asked=asked, return_id=return_id)


async def work_page(request: Request) -> Response:
    """Show how far a press of a button has come, or what came of it."""
    work = page_state(request).works[request.path_params["id"]]
    plan = plan_of(request)
    if work is None or work.press.plan != plan:
        raise HTTPException(404, "That was done too long ago to be shown here. The plan's Journal says what was done.")
    if not work.is_finished:
        return html(request, "working.html", work=work, name=plan.name, verb=button(work.press.verb))
    if work.press.verb == "adopt":
        made = work.receipt.plan if work.receipt else ""
        return html(request, "adopted.html", work=work, name=plan.name, made=made)
    found = await read(request, view.read_overview)
    return _plan_page(request, "work.html", found, work=work, verb=button(work.press.verb))


def _plan_page(request: Request, template: str, found: PlanView, **what: Any) -> Response:
    cells = may_see_cells(request, found.standing)
    return html(request, template, found=found, standing=found.standing, may_see_cells=cells, **what)


def to_work(name: str, work_id: str) -> Response:
    """Return the way to the page of a press."""
    from urllib.parse import quote

    return RedirectResponse(f"/plan/{quote(name, safe='')}/work/{work_id}", 303)

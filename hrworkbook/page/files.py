"""The files the page hands out: papers, pictures of their pages, drafts, and the page's own style and script."""

import io
import zipfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hrworkbook.jobs.job import OUT_FOLDER
from hrworkbook.page import view
from hrworkbook.page.app import user_of
from hrworkbook.page.folder import out_folder
from hrworkbook.page.pages import STATIC
from hrworkbook.page.papers import ENDINGS, Part, page_picture, paper_path
from hrworkbook.page.plan_pages import check_may_see_cells, plan_of, read
from hrworkbook.page.users import Right

_STATIC = {
    "page.css": "text/css",
    **dict.fromkeys(("page.js", "pane.js", "excel-host.js", "excel-read.js", "excel-write.js"), "text/javascript"),
}
_DRAFTS = (".eml", ".xlsx")


async def static_file(request: Request) -> Response:
    """Send the style sheet or a script."""
    name = request.path_params["file"]
    if name not in _STATIC:
        raise HTTPException(404, "There is no such file here.")
    return FileResponse(STATIC / name, media_type=_STATIC[name], headers={"cache-control": "no-cache"})


def _paper_of(request: Request, kind: str) -> Path:
    """Return the paper that an address names, for those who may have it; raises HTTPException."""
    part = request.path_params["part"]
    if part not in tuple(Part) or kind not in ENDINGS:
        raise HTTPException(404, "There is no such paper.")
    if part == Part.EXEMPT and not user_of(request).may(Right.EXEMPT):
        raise HTTPException(403, "This paper is not for publication. Only those may see it whom the users file lets.")
    path = paper_path(plan_of(request), Part(part), kind)
    if not path.is_file() or path.is_symlink():
        raise HTTPException(404, "This paper is not made. Press Appendix or PDF first.")
    return path


async def paper(request: Request) -> Response:
    """Send a paper."""
    path = _paper_of(request, request.path_params["kind"])
    return FileResponse(path, filename=path.name)


async def paper_picture(request: Request) -> Response:
    """Send a picture of a paper's page."""
    path, number = _paper_of(request, "pdf"), request.path_params["number"]
    if not 1 <= number <= 9_999:
        raise HTTPException(404, "There is no such page.")
    return Response(await run_in_threadpool(page_picture, path, number), media_type="image/png")


async def drafts(request: Request) -> Response:
    """Send the plan's drafts, returns and mails, as one zip."""
    check_may_see_cells(request, (await read(request, view.read_overview)).standing)
    plan = plan_of(request)
    content = await run_in_threadpool(_zipped, out_folder(plan, OUT_FOLDER))
    name = f"{plan.stem} - to send.zip"
    response = Response(content, media_type="application/zip")
    response.headers["content-disposition"] = attachment(name)
    return response


def attachment(name: str) -> str:
    """Return the header that has a browser save a file under a name."""
    from urllib.parse import quote

    return f"attachment; filename*=utf-8''{quote(name, safe='')}"


def _zipped(folder: Path) -> bytes:
    """Return the drafts of a folder as a zip; raises HTTPException where there are none."""
    found = [] if folder.is_symlink() or not folder.is_dir() else sorted(folder.iterdir())
    found = [p for p in found if p.suffix in _DRAFTS and p.is_file() and not p.is_symlink() and p.name[0] not in ".~"]
    if not found:
        raise HTTPException(404, "There is nothing to send. Press Issue or Chase first.")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for path in found:
            made.write(path, path.name)
    return target.getvalue()

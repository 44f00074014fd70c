"""The page's HTML, from templates that escape whatever is put into them."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hrworkbook.addin.package import macros_folder
from hrworkbook.addin.ribbon import Ribbon, RibbonButton, read_ribbon
from hrworkbook.page.users import Right
from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.values import one_line

_TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
MERGE_ALSO_BOUNCE = RibbonButton(
    "bounce", "Bounce", "", "", "writing", "Send returns back for cells to mend",
    "Writes a reply for each return with cells that could not be taken: the same return with its owner's answers in it, and a "
    "comment on each faulty cell. Nothing is sent.",
)  # fmt: skip
"""The verb that has no button on the ribbon."""
STEPS_HERE = {
    "Lines": ("Type or paste the plan into the Plan sheet of its workbook, then validate it.", "validate"),
    "Owners": ("Fill in the owners and the period in the plan's workbook, then validate it.", "validate"),
    "Problems": ("Mend what is listed under Problems, then validate again.", "next"),
    "Issue": ("Send each owner their part.", "issue"),
    "Decide": ("Choose under Decisions what the plan is to say.", "decide"),
    "Merge": ("Merge the replies that came back; chase the owners still out.", "merge"),
    "Appendix": ("Everything is in: make the appendix.", "appendix"),
}  # fmt: skip
"""Each next step, as it is said where there are no sheets to go to, and the button that does it."""


@cache
def ribbon() -> Ribbon:
    """Return the HR Plan tab, whose words are the page's."""
    return read_ribbon((macros_folder() / "ribbon.toml").read_text(encoding="utf-8"))


@cache
def button(verb: str) -> RibbonButton:
    """Return a verb's button."""
    return next((b for b in ribbon().buttons if b.verb == verb), MERGE_ALSO_BOUNCE)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )  # fmt: skip
    made.filters["one_line"] = one_line
    made.globals.update(
        count_noun=count_noun,
        ribbon=ribbon,
        button=button,
        Right=Right,
        steps=STEPS_HERE,
        bounce=MERGE_ALSO_BOUNCE,
    )
    return made


def html(request: Request, template: str, status: int = 200, **what: Any) -> HTMLResponse:
    """Return a page; its template knows the request's user beside what is given."""
    user = request.state.user
    text = _environment().get_template(template).render(
        user=user, path=request.scope["path"], may_edit=bool(user and user.may(Right.EDIT)),
        may_see_exempt=bool(user and user.may(Right.EXEMPT)), **what,
    )  # fmt: skip
    return HTMLResponse(text, status)

"""The page for tests: a folder with plans, and a client that is signed in as a browser is."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from pathlib import Path

from masters import OWNERS, THREE, answered, make_master, type_into
from starlette.testclient import TestClient

from hrworkbook.page.app import create_app
from hrworkbook.page.sessions import Sessions
from hrworkbook.page.settings import Settings
from hrworkbook.page.users import Right, add_user

NOW = datetime(2026, 11, 21, 9, 30)
BASE = "http://127.0.0.1:8100"
PHRASE = "correct horse battery"


def plan_with_returns(folder: Path, name: str = "plan.xlsx", **how: object) -> Path:
    """A plan whose returns are out, and what came back in `in` beside it: one cell of each changed, one of them HR's too."""
    path = make_master(folder, THREE, name, owners=OWNERS, Period="2026/27 Q3", **how)
    answered(path, lambda one: {0: {"rag": "Red", "progress_update": "Much has happened."}})
    type_into(path, {"Plan!I6": "HR wrote this meanwhile."})
    return path


@contextmanager
def page_client(folder: Path, *, signed_in: bool = True, **settings: object) -> Iterator[TestClient]:
    """A client of a page on a folder, signed in with the key; jobs run in threads."""
    sessions = Sessions()
    made = Settings(folder, workers=0, patience=60, fixed_now=NOW, **settings)  # type: ignore[arg-type]
    with TestClient(create_app(made, sessions=sessions), base_url=made.address.rstrip("/")) as client:
        if signed_in:
            assert client.get(f"/open?key={sessions.new_key()}").status_code == 200
        client.headers["origin"] = made.address.rstrip("/")
        client.sessions = sessions  # type: ignore[attr-defined]
        yield client


def users_file(folder: Path, users: Mapping[str, tuple[Right, ...]]) -> Path:
    """A users file; everybody's pass phrase is the same."""
    path = folder / "users.toml"
    for name, rights in users.items():
        add_user(path, name, PHRASE, rights)
    return path


def words(text: str) -> str:
    """The words of a page's main part, spaces as one."""
    main = re.sub(r"(?s)<(style|script).*?</\1>", "", text.split("<main", 1)[-1].partition(">")[2])
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()


def sent_back(plan: Path) -> list[tuple[str, tuple[str, bytes]]]:
    """The files in `in` beside a plan, as a form sends them."""
    return [("files", (path.name, path.read_bytes())) for path in sorted((plan.parent / "in").iterdir())]

"""Requests that must fail do, each by itself, and nothing is changed by any of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
from pages import BASE, page_client, plan_with_returns, users_file
from starlette.testclient import TestClient

from hrworkbook.page.users import Right

LARGEST = 300_000


@dataclass(frozen=True)
class Refused:
    """A request, what it must be answered with, and what the page must say of it."""

    name: str
    status: int
    path: str = "/plan/plan.xlsx"
    method: str = "GET"
    headers: Mapping[str, str | None] = field(default_factory=dict)
    """None takes a header away that a browser sends."""
    data: object = None
    files: object = None
    content: object = None
    says: str = ""
    as_user: str = ""
    """A user of the users file; '' is the person at this computer, `nobody` no one."""


def post(name: str, status: int, path: str = "/plan/plan.xlsx/do/validate", **more: object) -> Refused:
    return Refused(name, status, path, "POST", **more)  # type: ignore[arg-type]


def _too_much() -> Iterator[bytes]:
    """A body whose length nobody says beforehand."""
    yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.eml"\r\n\r\n'
    for _ in range(40):
        yield b"a" * 10_000


REFUSED = [
    Refused("no key", 403, as_user="nobody", says="printed"),
    Refused("a wrong key", 403, "/open?key=AAAA", as_user="nobody", says="used"),
    Refused("an empty key", 403, "/open?key=", as_user="nobody"),
    Refused("a key by HEAD", 403, "/open?key={key}", "HEAD", as_user="nobody"),
    Refused("a made-up cookie", 403, headers={"cookie": "hrworkbook-8100=AAAA"}, as_user="nobody"),
    Refused("a press without a session", 403, "/plan/plan.xlsx/do/validate", "POST", as_user="nobody"),
    Refused("another host", 421, headers={"host": "evil.example"}, says="name"),
    Refused("another host on this port", 421, headers={"host": "evil.example:8100"}),
    Refused("this host on another port", 421, headers={"host": "127.0.0.1:9999"}),
    Refused("another host, no such page", 421, "/nowhere", headers={"host": "evil.example"}),
    post("no origin", 403, headers={"origin": None}, says="nothing was done"),
    post("a foreign origin", 403, headers={"origin": "https://evil.example"}),
    post("an origin of null", 403, headers={"origin": "null"}),
    post("the origin of another port", 403, headers={"origin": "http://127.0.0.1:9999"}),
    post("an origin like ours", 403, headers={"origin": f"{BASE}.evil.example"}),
    post("our origin by https", 403, headers={"origin": BASE.replace("http:", "https:")}),
    Refused("a change by GET", 405, "/plan/plan.xlsx/do/validate"),
    Refused("a change by PUT", 405, "/plan/plan.xlsx/do/validate", "PUT"),
    Refused("out of the folder", 404, "/plan/..%2Fsecret.xlsx"),
    Refused("out of the folder, twice", 404, "/plan/..%2F..%2Fsecret.xlsx"),
    Refused("out of the folder by Windows", 404, "/plan/..%5Csecret.xlsx"),
    Refused("an absolute path", 404, "/plan/%2Fetc%2Fpasswd"),
    Refused("a link out of the folder", 404, "/plan/link.xlsx", says="no such plan"),
    Refused("a folder in the folder", 404, "/plan/Returns out"),
    Refused("a device", 404, "/plan/CON.xlsx"),
    Refused("a name with a zero byte", 404, "/plan/plan.xlsx%00"),
    Refused("a backup", 404, "/plan/plan.backup-2026-11-21-093000.xlsx"),
    Refused("a lock of Excel's", 404, "/plan/~$plan.xlsx"),
    Refused("the users file", 404, "/plan/users.toml"),
    Refused("a workbook that is no plan", 400, "/plan/other.xlsx", says="not a master"),
    post("no such button", 404, "/plan/plan.xlsx/do/format"),
    Refused("a style sheet out of its folder", 404, "/static/..%2Fapp.py"),
    Refused("a paper that is not made", 404, "/plan/plan.xlsx/papers/public/pdf", says="not made"),
    Refused("a paper of another kind", 404, "/plan/plan.xlsx/papers/public/xlsm"),
    Refused("a receipt there is not", 404, "/plan/plan.xlsx/work/AAAA"),
    post("more than is read", 413, "/plan/plan.xlsx/do/merge", files={"files": ("a.eml", b"a" * LARGEST)}, says="MB"),
    post("more than is read, its length not said", 413, "/plan/plan.xlsx/do/merge", content=_too_much,
         headers={"content-type": "multipart/form-data; boundary=x"}, says="MB"),
    post("a length that is no number", 413, "/plan/plan.xlsx/do/merge", headers={"content-length": "-1"}),
    post("a form that is none", 400, "/plan/plan.xlsx/do/merge", content=b"no form",
         headers={"content-type": "multipart/form-data"}, says="Nothing was done"),
    post("a merge of nothing", 400, "/plan/plan.xlsx/do/merge", says="No file was sent"),
    post("a decision about nothing", 400, "/plan/plan.xlsx/do/decide", says="Nothing was chosen"),
    Refused("nobody of the users", 303, as_user="stranger"),
    Refused("a key where there are users", 403, "/open?key={key}", as_user="stranger"),
    post("a wrong pass phrase", 403, "/sign-in", data={"name": "Edith", "phrase": "wrong horse battery"}, as_user="stranger"),
    post("a press by who may view", 403, as_user="Vera", says="'edit'"),
    Refused("the exempt paper for who may edit", 403, "/plan/plan.xlsx/papers/exempt/word", as_user="Edith", says="publication"),
    Refused("an exempt page for who may edit", 403, "/plan/plan.xlsx/papers/exempt/page/1", as_user="Edith"),
    Refused("an exempt plan's problems", 403, "/plan/exempt.xlsx/problems", as_user="Edith", says="not for publication"),
    Refused("an exempt plan's next problem", 403, "/plan/exempt.xlsx/next?after=", as_user="Edith"),
    Refused("an exempt plan's decisions", 403, "/plan/exempt.xlsx/decisions", as_user="Edith"),
    Refused("an exempt plan's journal", 403, "/plan/exempt.xlsx/journal", as_user="Vera"),
    Refused("an exempt plan's drafts", 403, "/plan/exempt.xlsx/drafts.zip", as_user="Edith"),
    post("a merge into an exempt plan", 403, "/plan/exempt.xlsx/do/merge", files={"files": ("a.eml", b"a")}, as_user="Edith"),
    post("adopting a workbook unseen", 403, "/adopt/other.xlsx", as_user="Edith"),
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with plans, and beside it what must not be reached."""
    from masters import make_master

    home = tmp_path_factory.mktemp("home")
    served = home / "plans"
    served.mkdir()
    plan = plan_with_returns(served)
    part = "Theme | Ref | Priority | Owner | Part\nStaff | A | Hire | Recruitment Lead | Part 2"
    make_master(served, part, "exempt.xlsx", owners={"Recruitment Lead": "r@council.example"}, Period="2026/27 Q3")
    make_master(home, part, "secret.xlsx")
    for name in ("CON.xlsx", "plan.backup-2026-11-21-093000.xlsx", "~$plan.xlsx"):
        (served / name).write_bytes(plan.read_bytes())
    (served / "~$plan.xlsx").rename(served / "~$plan.xlsx ")  # a lock would keep every writer out
    (served / "other.xlsx").write_bytes(next((served / "in").iterdir()).read_bytes())
    (served / "Returns out").mkdir()
    (served / "link.xlsx").symlink_to(home / "secret.xlsx")
    (served / "plan appendix Part 2 exempt.docx").write_bytes(b"exempt")
    users_file(served, {"Vera": (), "Edith": (Right.EDIT,), "Ada": (Right.EDIT, Right.EXEMPT)})
    return served


@pytest.fixture(scope="module")
def clients(folder: Path) -> Iterator[Callable[[str], TestClient]]:
    """By user, a client: of a page with a key, or of one with the users file."""
    with (
        page_client(folder, largest_upload=LARGEST) as local,
        page_client(folder, largest_upload=LARGEST, users_file=folder / "users.toml", signed_in=False) as named,
    ):
        sessions = {"local": dict(local.cookies)}

        def client(user: str) -> TestClient:
            one = local if user in ("", "nobody") else named
            one.cookies.clear()
            if user == "":
                one.cookies.update(sessions["local"])
            elif user not in ("nobody", "stranger"):
                one.cookies.set("hrworkbook-8100", named.sessions.begin(user))  # type: ignore[attr-defined]
            return one

        yield client


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("one", REFUSED, ids=lambda one: one.name)
def test_a_request_that_must_fail_does(one, clients, folder):
    client, before = clients(one.as_user), contents(folder)
    path = one.path.format(key=client.sessions.new_key())
    request = client.build_request(
        one.method,
        path,
        data=one.data,
        files=one.files,
        content=one.content() if callable(one.content) else one.content,
    )
    for name, value in one.headers.items():
        request.headers.pop(name, None)
        if value is not None:
            request.headers[name] = value
    answer = client.send(request, follow_redirects=False)
    assert answer.status_code == one.status
    assert one.says in unescape(answer.text)
    assert "Traceback" not in answer.text and str(folder) not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert contents(folder) == before


def test_there_are_thirty_and_more():
    assert len(REFUSED) >= 30 and len({one.name for one in REFUSED}) == len(REFUSED)


def test_a_key_opens_one_session_and_no_second(folder):
    with page_client(folder, signed_in=False) as client:
        key = client.sessions.new_key()
        first = client.get(f"/open?key={key}", follow_redirects=False)
        assert first.status_code == 303 and first.headers["location"] == "/"
        cookie = first.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie
        assert client.get("/").status_code == 200
        assert client.get(f"/open?key={key}").status_code == 403


def test_a_cookie_of_https_is_secure_and_bound_to_its_host(folder, tmp_path):
    users = folder / "users.toml"
    proxied = {"proxy": "testclient", "names": ("plans.council.example",), "users_file": users}
    with page_client(folder, signed_in=False, **proxied) as client:
        answer = client.post(
            "/sign-in", data={"name": "Vera", "phrase": "correct horse battery"}, follow_redirects=False
        )
        cookie = answer.headers["set-cookie"]
        assert answer.status_code == 303 and cookie.startswith("__Host-hrworkbook-8100=") and "; Secure" in cookie


def test_only_the_proxy_is_heard_and_believed(folder):
    users = folder / "users.toml"
    proxied = {"names": ("plans.council.example",), "users_file": users, "proxy_user_header": "remote-user"}
    with page_client(folder, signed_in=False, proxy="10.0.0.1", **proxied) as client:
        assert client.get("/", headers={"remote-user": "Vera"}).status_code == 403
    with page_client(folder, signed_in=False, proxy="testclient", **proxied) as client:
        assert "Vera" in client.get("/", headers={"remote-user": "Vera"}).text
        assert client.get("/", headers={"remote-user": "Nobody"}).status_code == 403
        assert client.get("/").status_code == 403
        assert client.get("/sign-in").status_code == 200
        assert client.post("/sign-in", data={"name": "Vera", "phrase": "correct horse battery"}).status_code == 404


def test_too_many_wrong_pass_phrases_must_wait(folder):
    with page_client(folder, signed_in=False, users_file=folder / "users.toml") as client:
        for _ in range(5):
            assert client.post("/sign-in", data={"name": "Vera", "phrase": "x"}).status_code == 403
        right = {"name": "Vera", "phrase": "correct horse battery"}
        assert client.post("/sign-in", data=right, follow_redirects=False).status_code == 429


def test_who_is_taken_out_of_the_users_file_is_out_at_once(folder, tmp_path):
    users = users_file(tmp_path, {"Vera": ()})
    with page_client(folder, signed_in=False, users_file=users) as client:
        client.cookies.set("hrworkbook-8100", client.sessions.begin("Vera"))
        assert client.get("/").status_code == 200
        users.write_text("", encoding="utf-8")
        assert client.get("/", follow_redirects=False).status_code == 303
        users.write_text("[", encoding="utf-8")
        assert client.get("/", follow_redirects=False).status_code == 503
        users.unlink()
        assert client.get("/", follow_redirects=False).status_code == 503


def test_signing_out_ends_the_session_on_the_server(folder):
    with page_client(folder) as client:
        cookies = dict(client.cookies)
        assert client.post("/sign-out", follow_redirects=False).status_code == 303
        client.cookies.update(cookies)
        assert client.get("/").status_code == 403

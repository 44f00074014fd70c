"""`hrworkbook serve`: what it refuses to serve, its first line, Ctrl+C, and being killed."""

import io
import random
import socket
import sys
import threading
import time
from dataclasses import replace

import pytest
from page_kills import Served, survive
from pages import PHRASE, plan_with_returns, sent_back

from hrworkbook.cli import serve as command
from hrworkbook.cli.main import main
from hrworkbook.page.serve import check_settings, serve
from hrworkbook.page.settings import Settings
from hrworkbook.page.users import Right, Users, hash_phrase, phrase_matches
from hrworkbook.plan.errors import HrWorkbookError


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "there is no such folder"),
        (["--host", "0.0.0.0"], "other computers could listen in"),
        (["--host", "192.0.2.1", "--users", "users.toml"], "other computers could listen in"),
        (["--host", "192.0.2.1", "--cert", "c.pem", "--key", "k.pem"], "it is not said who may use the page"),
        (["--proxy", "192.0.2.1"], "it is not said who may use the page"),
        (["--proxy", "192.0.2.1", "--users", "users.toml"], "by which name people open it"),
        (["--host", "::", "--cert", "c", "--key", "k", "--users", "u"], "by which name people open it"),
        (["--proxy-user", "remote-user"], "anybody could send that header"),
        (["--cert", "c.pem"], "belong together"),
        (["--cert", "c.pem", "--key", "k.pem"], "cannot be used"),
        (["--users", "users.toml"], "the users file cannot be read"),
        (["--port", "99999"], "there is no such port"),
        (["--add-user", "Anna"], "into which users file"),
    ],
)
def test_what_is_unsafe_or_cannot_be_is_refused_in_a_line(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["serve", *words]) == 2
    told = capsys.readouterr()
    assert says in told.err and told.err.count("\n") == 1 and told.out == ""


def test_a_port_that_is_taken_is_told(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["serve", str(tmp_path), "--port", str(taken.getsockname()[1])]) == 2
    assert "Give another port" in capsys.readouterr().err


def test_without_its_part_it_says_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert main(["serve", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        "serve: the part that serves the page is not installed. Install it with: python -m pip install 'hrworkbook[web]'.\n"
    )


def test_with_https_or_a_proxy_and_users_it_may_serve_others(tmp_path):
    users = tmp_path / "users.toml"
    beyond = Settings(tmp_path, host="192.0.2.1", users_file=users)
    check_settings(replace(beyond, certificate=users, private_key=users))
    check_settings(replace(beyond, proxy="192.0.2.2", names=("plans.council.example",)))
    with pytest.raises(HrWorkbookError):
        serve(replace(beyond, users_file=None), print)


@pytest.mark.parametrize(
    ("settings", "good", "bad"),
    [
        (Settings(None), ["127.0.0.1:8100", "localhost:8100", "[::1]:8100"], ["127.0.0.1", "evil.example:8100"]),
        (Settings(None, host="192.0.2.1", certificate=1), ["192.0.2.1:8100"], ["192.0.2.1", "localhost:8100"]),
        (Settings(None, names=("Plans.Example",), port=443, certificate=1), ["plans.example", "plans.example:443"], ["127.0.0.1:443"]),
        (Settings(None, names=("plans.example",), proxy="10.0.0.1"), ["plans.example"], ["127.0.0.1:8100"]),
    ],
)  # fmt: skip
def test_the_names_it_answers_to(settings, good, bad):
    assert settings.hosts >= set(good) and not settings.hosts & set(bad)
    scheme = "https" if settings.is_https else "http"
    assert f"{scheme}://{good[0]}" in settings.origins


def test_a_user_is_put_into_the_file_and_only_its_owner_can_read_it(tmp_path, monkeypatch, capsys):
    path = tmp_path / "users.toml"
    add = ["serve", "--users", str(path), "--add-user"]
    for name, more in (('Zoë "Z" O\'Neil', ["--may", "edit", "--may", "exempt"]), ("Vera", [])):
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PHRASE}\n"))
        assert main([*add, name, *more]) == 0
    users = Users(path)
    assert users.check('Zoë "Z" O\'Neil', PHRASE).rights == {Right.VIEW, Right.EDIT, Right.EXEMPT}
    assert users["Vera"].rights == {Right.VIEW} and users.check("Vera", PHRASE + " ") is None
    assert users.check("Nobody", PHRASE) is None
    assert PHRASE not in path.read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main([*add, "Anna"]) == 2 and "5 characters" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PHRASE}\n"))
    assert main([*add, "An\nna"]) == 2
    assert Users(path)["Anna"] is None


@pytest.mark.parametrize(
    "text", ["[", "a = 1", "[a]\nmay = ['all']", "[a]\npass_phrase = 'x'", "[a]\nadmin = true", "[a]\nmay = 'edit'"]
)
def test_a_users_file_that_says_something_else_lets_nobody_in(text, tmp_path):
    path = tmp_path / "users.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HrWorkbookError):
        Users(path)


def test_a_hash_is_of_one_phrase_and_has_its_own_salt():
    first, second = hash_phrase(PHRASE), hash_phrase(PHRASE)
    assert first != second and phrase_matches(PHRASE, first) and phrase_matches(PHRASE, second)
    assert not phrase_matches(PHRASE.upper(), first)
    for damaged in ("", "scrypt:1:1:1:AA==:AA==", first.replace("scrypt", "plain"), first[:-4]):
        assert not phrase_matches(PHRASE, damaged)


def test_ctrl_c_lets_what_was_begun_end_and_ends_open_streams(tmp_path):
    plan = plan_with_returns(tmp_path)
    served = Served(tmp_path)
    work: list[str] = []

    def press() -> None:
        answer = served.client.post("/plan/plan.xlsx/do/merge", files=sent_back(plan), follow_redirects=False)
        work.append(str(answer.status_code))

    pressing = threading.Thread(target=press)
    pressing.start()
    time.sleep(0.3)
    told = served.stop()
    pressing.join()
    assert work == ["303"]
    assert served.process.returncode == 0 and "Traceback" not in told, told
    assert "merge plan.xlsx: a person is needed" in told
    assert "Much has happened." in plan_text(plan)


def plan_text(plan):
    from masters import snapshot_of

    return str(snapshot_of(plan)["Plan"].rows)


@pytest.mark.skipif(sys.platform != "linux", reason="who is whose child is read from /proc")
def test_killed_in_a_merge_the_plan_is_as_before_or_as_after():
    assert survive(2, random.Random(11)).total() == 2

"""Drafts: mails that open ready to send, whatever the Owners sheet says; and opening them."""

import email
import json
import subprocess
from email import policy
from pathlib import Path

import pytest
from masters import OWNERS, THREE, make_master

from hrworkbook.cli.main import main
from hrworkbook.hosts import open_drafts as opening
from hrworkbook.hosts.open_drafts import MAX_DRAFTS, open_drafts, open_with_system
from hrworkbook.jobs.draft_mails import draft_mail
from hrworkbook.plan.errors import ToolMissing
from hrworkbook.plan.model import Owner


def read(data):
    return email.message_from_bytes(data, policy=policy.default)


def made(address="", copy="", subject="Your return", text="Dear you"):
    return read(draft_mail(Owner("Lead", email=address), subject, text, [("Return.xlsx", b"PK")], copy=copy))


@pytest.mark.parametrize(
    ("address", "to"),
    [
        ("a@x.example", "a@x.example"),
        ("a@x.example; b@x.example", "a@x.example, b@x.example"),
        ("Ann Other <a@x.example>", "a@x.example"),
        ("a@x.example a@x.example", "a@x.example"),
        ("ask the front desk", None),
        ("@", None),
        ("a@x.example\nBcc: everyone@x.example", "a@x.example, everyone@x.example"),
        ("jörg@x.example", None),
        ("", None),
    ],
)
def test_it_is_addressed_where_the_address_is_known(address, to):
    mail = made(address)
    assert mail["To"] == to and mail["Bcc"] is None and mail["X-Unsent"] == "1"


@pytest.mark.parametrize(
    ("address", "sender", "to", "cc"),
    [
        ("a@x.example", "", "a@x.example", None),
        ("a@x.example", "A@X.example", "a@x.example", None),
        ("a@x.example", "deputy@x.example", "a@x.example", "deputy@x.example"),
        ("", "deputy@x.example", "deputy@x.example", None),
        ("", "evil\r\nBcc: all@x.example", "all@x.example", None),
    ],
)
def test_whoever_sent_the_return_has_a_copy_or_stands_in(address, sender, to, cc):
    mail = made(address, sender)
    assert (mail["To"], mail["Cc"], mail["Bcc"]) == (to, cc, None)


def test_a_subject_stays_on_its_line_and_any_text_arrives():
    mail = made("a@x.example", subject="Plan\nBcc: x@x.example", text="“Quoted” – naïve\n" + "long " * 400)
    assert mail["Subject"] == "Plan Bcc: x@x.example" and mail["Bcc"] is None
    body = mail.get_body().get_content()
    assert "“Quoted” – naïve" in body and body.count("long") == 400
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Return.xlsx", b"PK")


def test_every_covering_mail_says_what_by_when_and_has_its_return(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out"), "--due", "12/01/2060"])
    drafts = sorted((tmp_path / "out").glob("*.eml"))
    assert len(drafts) == 3
    for file in drafts:
        mail = read(file.read_bytes())
        assert mail["X-Unsent"] == "1" and "12 January 2060" in mail["Subject"]
        (attached,) = mail.iter_attachments()
        assert attached.get_content() == file.with_suffix(".xlsx").read_bytes()


# ---------------------------------------------------------------- opening them


@pytest.fixture
def opened(monkeypatch):
    """The names of the drafts a mail program was given."""
    names = []
    monkeypatch.setattr(opening, "open_with_system", lambda path: names.append(path.name))
    return names


@pytest.mark.parametrize("command", ["issue", "chase", "bounce"])
def test_drafts_are_opened_where_that_is_asked(command, tmp_path, opened, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    if command != "issue":
        main(["issue", str(path), "--out", str(tmp_path / "out")])
    assert opened == []
    assert main([command, str(path), "--out", str(tmp_path / command), "--open"]) == 0
    assert sorted(opened) == sorted(p.name for p in (tmp_path / command).glob("*.eml"))
    assert len(opened) == {"issue": 3, "chase": 3, "bounce": 0}[command]
    assert ("Opened 3 drafts" in capsys.readouterr().out) == bool(opened)


def test_programs_get_json_alone(tmp_path, opened, capsys):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out"), "--open", "--json"])
    said = capsys.readouterr()
    assert len(json.loads(said.out)["issued"]) == 3 and "Opened 3 drafts" in said.err


def test_no_more_windows_than_anybody_can_look_at():
    names = []
    told = open_drafts([Path(f"{n}.eml") for n in range(MAX_DRAFTS + 1)], lambda path: names.append(path.name))
    assert len(names) == MAX_DRAFTS and "1 more is in the folder" in told


@pytest.mark.parametrize("fault", [ToolMissing("--open", "no program for mails was found"), OSError(2, "Not there")])
def test_drafts_that_cannot_be_opened_are_still_written(fault, tmp_path, capsys, monkeypatch):
    def fails(path):
        raise fault

    monkeypatch.setattr(opening, "open_with_system", fails)
    path = make_master(tmp_path, THREE, owners=OWNERS)
    assert main(["issue", str(path), "--out", str(tmp_path / "out"), "--open"]) == 0
    assert "could not be opened" in capsys.readouterr().out
    assert len(list((tmp_path / "out").glob("*.eml"))) == 3


@pytest.mark.parametrize(("system", "program"), [("darwin", "open"), ("linux", "xdg-open")])
def test_each_system_has_its_own_way(system, program, monkeypatch, tmp_path):
    ran = []
    monkeypatch.setattr(opening.sys, "platform", system)
    monkeypatch.setattr(opening.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(opening.subprocess, "Popen", lambda command, **_: ran.append(command) or Started())
    open_with_system(tmp_path / "a.eml")
    assert ran == [[f"/bin/{program}", str(tmp_path / "a.eml")]]


class Started:
    """A mail program that ends as told, or stays."""

    def __init__(self, ends=0):
        self.ends = ends

    def wait(self, seconds):
        if self.ends is None:
            raise subprocess.TimeoutExpired("mail", seconds)
        return self.ends


@pytest.mark.parametrize(("ends", "opens"), [(0, True), (None, True), (3, False)])
def test_a_mail_program_may_stay_but_not_fail(ends, opens, monkeypatch, tmp_path):
    monkeypatch.setattr(opening.sys, "platform", "linux")
    monkeypatch.setattr(opening.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(opening.subprocess, "Popen", lambda *_, **__: Started(ends))
    assert ("Opened 1 draft" in open_drafts([tmp_path / "a.eml"])) == opens


def test_windows_opens_it_as_a_double_click_does(monkeypatch, tmp_path):
    started = []
    monkeypatch.setattr(opening.sys, "platform", "win32")
    monkeypatch.setattr(opening.os, "startfile", started.append, raising=False)
    open_with_system(tmp_path / "a.eml")
    assert started == [tmp_path / "a.eml"]


def test_without_a_mail_program_the_fault_is_plain(monkeypatch, tmp_path):
    monkeypatch.setattr(opening.sys, "platform", "linux")
    monkeypatch.setattr(opening.shutil, "which", lambda _: None)
    with pytest.raises(ToolMissing, match="no program for mails"):
        open_with_system(tmp_path / "a.eml")

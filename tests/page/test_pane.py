"""The task pane by its requests: a posted snapshot comes to what the command does, files are fetched once, the manifest is sound."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from host_contract import cells
from pages import NOW, page_client, plan_with_returns, sent_back

from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.json_form import changes_from_json, snapshot_to_json
from hrworkbook.jobs.job import carry_out
from hrworkbook.jobs.merge import merge_job
from hrworkbook.jobs.plain import validate_job
from hrworkbook.page.manifest import LONG, SHORT, shortened
from hrworkbook.page.pages import ribbon


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return plan_with_returns(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="module")
def client(plan):
    with page_client(plan.parent) as made:
        yield made


def posted(client, plan, verb, files=(), **fields):
    """What the pane's button is answered for a workbook."""
    sent = ("workbook", ("workbook.json", snapshot_to_json(FileHost(plan).snapshot())))
    return client.post(f"/pane/do/{verb}", files=[sent, *files], data=fields)


def applied(plan: Path, answer, to: Path) -> FileHost:
    """A copy of the plan with the change set of an answer in it."""
    to.write_bytes(plan.read_bytes())
    host = FileHost(to)
    host.apply(changes_from_json(json.dumps(answer["changes"])))
    return host


def without_who(host: FileHost) -> dict:
    """The plan's cells, but for the Journal and Register, where the page notes who pressed."""
    return {at: v for at, v in cells(host.snapshot()).items() if at[0] not in ("Journal", "Register")}


@pytest.mark.parametrize("verb", ["validate", "merge"])
def test_a_button_in_the_pane_ends_with_the_plan_of_the_command(client, plan, tmp_path, verb):
    files = sent_back(plan) if verb == "merge" else []
    answer = posted(client, plan, verb, files).json()
    command = tmp_path / "command" / plan.name
    command.parent.mkdir()
    command.write_bytes(plan.read_bytes())
    host = FileHost(command)
    came = sorted((plan.parent / "in").iterdir())
    job = validate_job(host.snapshot(), NOW) if verb == "validate" else merge_job(host.snapshot(), came, NOW)
    carry_out(job, host)
    assert without_who(applied(plan, answer, tmp_path / plan.name)) == without_who(host)
    assert answer["message"].startswith(job.message[:40])


@pytest.mark.parametrize("verb", [b.verb for b in ribbon().buttons if b.verb not in ("pdf", "adopt", "merge")])
def test_every_button_is_answered(client, plan, verb):
    answer = posted(client, plan, verb, sheet="Register", cell="A2")
    assert answer.status_code in (200, 400, 409)
    told = answer.json()["message"] if answer.status_code == 200 else re.findall(r"<p[^>]*>([^<]+)", answer.text)
    assert told
    if verb not in ("roll", "received", "undo"):  # which may have nothing to do here
        assert answer.status_code == 200


def test_files_are_fetched_once_by_a_browser_that_has_signed_in_nowhere(client, plan):
    answer = posted(client, plan, "chase").json()
    assert answer["files"] and all(one["name"].endswith(".eml") for one in answer["files"])
    address = answer["files"][0]["address"]
    with page_client(plan.parent, signed_in=False):
        client.cookies, kept = {}, client.cookies
        assert client.get(address).status_code == 200
        client.cookies = kept
    assert client.get(address).status_code == 404


def test_adopt_takes_the_workbook_s_file(client):
    answer = client.post("/pane/do/adopt", files=[("workbook", ("x.xlsx", b"no workbook"))])
    assert answer.status_code == 400 and "x.xlsx" in answer.text


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b'{"hrworkbook":"snapshot","version":9}'])
def test_what_is_no_snapshot_is_refused_in_a_sentence(client, content):
    answer = client.post("/pane/do/validate", files=[("workbook", ("workbook.json", content))])
    assert answer.status_code == 400 and "The snapshot" in answer.text


def test_the_pane_signs_in_with_a_key_and_names_its_session_itself(plan):
    with page_client(plan.parent, signed_in=False) as client:
        assert posted(client, plan, "next").status_code == 403
        assert client.post("/pane/sign-in", data={"key": "wrong"}).status_code == 403
        token = client.post("/pane/sign-in", data={"key": client.sessions.new_key()}).json()["token"]
        assert not client.cookies
        client.headers["authorization"] = f"Bearer {token}"
        assert posted(client, plan, "next").status_code == 200
        client.headers["authorization"] = "Bearer wrong"
        assert posted(client, plan, "next").status_code == 403


def test_the_pane_has_the_ribbon_s_words_and_may_stand_in_excel_s_frame(client):
    page = client.get("/pane")
    for button in ribbon().buttons:
        assert f'data-verb="{button.verb}"' in page.text and f">{button.label}</button>" in page.text
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://*.officeapps.live.com" in policy and "appsforoffice.microsoft.com" in policy
    assert "frame-ancestors 'none'" in client.get("/").headers["content-security-policy"]


ORDER = [
    "Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl", "HighResolutionIconUrl",
    "SupportUrl", "AppDomains", "Hosts", "Requirements", "DefaultSettings", "Permissions", "VersionOverrides",
]  # fmt: skip
"""The order in which Microsoft's schema has the parts of a task pane's manifest."""


def faults_of(xml: str, answers) -> list[str]:
    """What is wrong with a manifest: order, IDs without a text, texts too long, addresses that do not answer."""
    root = ElementTree.fromstring(xml)

    def local(element):
        return element.tag.rpartition("}")[2]

    faults = [] if [local(e) for e in root] == ORDER else ["the parts are not in their order"]
    known = {e.get("id"): e for e in root.iter() if local(e) in ("Image", "Url", "String") and e.get("id")}
    used = {e.get("resid") for e in root.iter() if e.get("resid")}
    faults += [f"{i} is not defined" for i in used - known.keys()]
    faults += [f"{i} is not used" for i in known.keys() - used]
    faults += [f"{i} has more than 32 characters" for i in known if len(i) > 32]
    for kind, most in (("ShortStrings", SHORT), ("LongStrings", LONG)):
        for texts in (e for e in root.iter() if local(e) == kind):
            faults += [f"{t.get('id')} is too long" for t in texts if len(t.get("DefaultValue")) > most]
    addresses = {e.get("DefaultValue") for e in root.iter() if (e.get("DefaultValue") or "").startswith("http")}
    faults += [f"{a} does not answer" for a in addresses if answers(a) != 200]
    for control in (e for e in root.iter() if local(e) == "Control"):
        if [local(e) for e in control] != ["Label", "Supertip", "Icon", "Action"]:
            faults.append(f"{control.get('id')} is not in order")
    return faults


def test_the_manifest_is_sound_and_has_the_ribbon_s_buttons(client):
    xml = client.get("/pane/manifest.xml").text
    assert faults_of(xml, lambda address: client.get(address).status_code) == []
    assert re.findall(r"<FunctionName>(\w+)<", xml) == [button.verb for button in ribbon().buttons]
    assert client.get("/pane/icon-32.png").content.startswith(b"\x89PNG")
    assert client.get("/pane/icon-33.png").status_code == 404


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ('String id="tab"', 'String id="tob"'),
        ("<Version>", "<Permissions>x</Permissions><Version>"),
        ("icon-80", "icon-81"),
    ],
)
def test_the_checker_finds_what_is_wrong(client, was, now):
    assert faults_of(client.get("/pane/manifest.xml").text.replace(was, now), lambda a: client.get(a).status_code)


def test_a_text_is_shortened_by_whole_sentences():
    assert shortened("One. Two is long.", 10) == "One."
    assert shortened("Nothing ends here", 10) == "Nothing e…"

"""The page by its requests: every button ends as the command does, what is shown is the plan's, names stand beside what was done."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from masters import NOW, make_master, snapshot_of, type_into
from pages import page_client, plan_with_returns, sent_back, users_file, words

from hrworkbook.hosts.file import FileHost
from hrworkbook.hosts.leftovers import temporary_folder
from hrworkbook.jobs.merge import merge_job
from hrworkbook.page.app import routes
from hrworkbook.page.pages import STEPS_HERE, ribbon
from hrworkbook.page.perform import VERBS
from hrworkbook.page.presses import safe_name
from hrworkbook.page.users import Right
from hrworkbook.plan.ledgers import DECISIONS, JOURNAL, REGISTER
from hrworkbook.plan.start_sheet import STEPS

PLAN = "/plan/plan.xlsx"


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    """A plan whose returns were merged on the page by the person at this computer: its folder and the receipt's words."""
    folder = tmp_path_factory.mktemp("plans")
    plan = plan_with_returns(folder)
    with page_client(folder) as client:
        answer = client.post(f"{PLAN}/do/merge", files=sent_back(plan))
        assert answer.status_code == 200
        yield client, plan, words(answer.text)


@pytest.fixture
def again(merged, tmp_path):
    """A copy of that plan, to be changed, and a client of its folder."""
    plan = tmp_path / "plan.xlsx"
    plan.write_bytes(merged[1].read_bytes())
    with page_client(tmp_path) as client:
        yield client, plan


def test_every_button_of_the_ribbon_is_on_the_page_with_its_words(merged):
    client, _, _ = merged
    shown = client.get(PLAN).text
    for button in ribbon().buttons:
        if button.verb != "adopt":
            assert f">{button.label}</" in shown and button.title in shown
            assert button.verb in VERBS or button.verb in ("next", "help")


def test_every_next_step_is_said_for_the_page_too():
    assert STEPS_HERE.keys() == STEPS.keys()


def test_a_merge_on_the_page_is_the_command_s_and_every_cell_is_told(merged, tmp_path):
    _, plan, receipt = merged
    twin = plan_with_returns(tmp_path)
    job = merge_job(snapshot_of(twin), [tmp_path / "in"], NOW)
    assert job.message in receipt
    for one in job.result.returns:
        assert f"{one.return_id}: {one.owner}" in receipt and f"{one.cell_count} cells received = " in receipt
    FileHost(twin).apply(job.changes)
    assert [r.text("Hash") for r in REGISTER.data_rows(snapshot_of(plan))] != []
    assert _without_times(snapshot_of(plan)) == _without_times(snapshot_of(twin))


def _without_times(snapshot) -> object:
    """The lines of a plan; which file it was, when, and by whom are no part of them."""
    return [list(row) for row in snapshot["Plan"].rows]


def test_the_journal_and_the_register_say_who(merged):
    client, plan, _ = merged
    snapshot = snapshot_of(plan)
    for ledger in (JOURNAL, REGISTER):
        top, columns = ledger.heading_row(snapshot)
        by = max(columns.values()) + 1
        assert snapshot[ledger.sheet].at(top, by) == "By"
        assert snapshot[ledger.sheet].at(ledger.data_rows(snapshot)[-1].row, by) == client.app.state.page.local_user
    assert f"<td>{client.app.state.page.local_user}</td>" in client.get(f"{PLAN}/journal").text


def test_a_dropped_file_is_known_by_the_name_it_came_with_and_nothing_of_it_stays(merged):
    _, plan, receipt = merged
    names = {path.name for path in (plan.parent / "in").iterdir()}
    assert all(name in receipt for name in names)
    assert {row.text("File") for row in REGISTER.data_rows(snapshot_of(plan))} >= names
    with temporary_folder() as room:
        mine = {path.name.rsplit("-", 1)[0] for path in [room]}
        assert [
            p for p in room.parent.iterdir() if p != room and p.name.rsplit("-", 1)[0] in mine and (p / "0").exists()
        ] == []


def test_where_it_stands_its_owners_and_what_is_next(merged):
    client, _, _ = merged
    shown = words(client.get(PLAN).text)
    assert "Choose under Decisions what the plan is to say." in shown
    assert "Returns in 3 of 3" in shown and "Recruitment Lead 1 R0001 in" in shown


def test_a_decision_is_made_in_place_and_undone_again(again):
    client, plan = again
    before = snapshot_of(plan)["Plan"].at(6, 9)
    shown = client.get(f"{PLAN}/decisions").text
    assert "HR wrote this meanwhile." in shown and "Much has happened." in shown
    row, asked = re.search(r'name="asked-(\d+)" value="(\w+)"', shown).groups()
    form = {f"choice-{row}": "my own text", f"own-{row}": "=We agreed\r\non this.", f"asked-{row}": asked}
    assert "1 decision applied" in words(client.post(f"{PLAN}/do/decide", data=form).text)
    assert snapshot_of(plan)["Plan"].at(6, 9) == "=We agreed\non this." != before
    assert DECISIONS.data_rows(snapshot_of(plan))[0].text("Decision") == "my own text"

    stale = client.post(f"{PLAN}/do/decide", data=form)
    assert "settled or changed by someone while you looked at it" in words(stale.text)

    asking = client.get(f"{PLAN}/ask/undo?return=R0001").text
    assert "Take back R0001?" in words(asking)
    assert "R0001" in words(client.post(f"{PLAN}/do/undo", data={"return": "R0001"}).text)
    assert snapshot_of(plan)["Plan"].at(6, 8) == "Green"
    assert snapshot_of(plan)["Plan"].at(6, 9) == "=We agreed\non this.", (
        "what HR wrote itself is no answer of a return's"
    )
    assert "R0001" not in words(client.get(f"{PLAN}/journal").text).partition("Every cell")[0]


def test_a_decision_about_another_text_is_not_carried_out(again):
    client, plan = again
    row, asked = re.search(r'name="asked-(\d+)" value="(\w+)"', client.get(f"{PLAN}/decisions").text).groups()
    held = plan.read_bytes()
    for form in (
        {f"choice-{row}": "take return", f"asked-{row}": "0" * 16},
        {f"choice-{row}": "take return"},
        {"choice-4": "take return", "asked-4": asked},
        {"choice-9999999": "take return", "asked-9999999": asked},
    ):
        assert "Nothing was written" in words(client.post(f"{PLAN}/do/decide", data=form).text)
        assert plan.read_bytes() == held
    form = {f"choice-{row}": "take it", f"asked-{row}": asked}
    assert client.post(f"{PLAN}/do/decide", data=form).status_code == 400


def test_problems_with_their_cells_one_after_the_other(again):
    client, plan = again
    type_into(plan, {"Plan!H7": "amber-ish"})
    receipt = client.post(f"{PLAN}/do/validate")
    assert "See the problems" in receipt.text
    shown = client.get(f"{PLAN}/problems").text
    assert "Plan!H7" in shown and "amber-ish" in shown
    places = re.findall(r'class="cell">([^<]+)', shown)
    seen, after = [], ""
    for _ in range(len(places)):
        page = client.get(f"{PLAN}/next", params={"after": after}).text
        after = re.search(r'(?s)aria-current="true".*?class="cell">([^<]+)', page)[1]
        seen.append(after)
    assert sorted(seen) == sorted(places)


def test_what_is_in_a_cell_is_text_on_the_page(again):
    client, plan = again
    type_into(plan, {"Plan!H7": "<script>alert(1)</script>", "Start!C7": '"><img src=x>'})
    client.post(f"{PLAN}/do/validate")
    shown = client.get(f"{PLAN}/problems").text
    assert "<script>alert" not in shown and "&lt;script&gt;alert" in shown
    assert "<img" not in shown


def test_issue_chase_and_the_drafts_as_one_zip(tmp_path):
    make = plan_with_returns(tmp_path)
    with page_client(tmp_path) as client:
        answer = client.post(f"{PLAN}/do/issue", data={"due": "31 February 2027"})
        assert "--due" in answer.text or "due" in words(answer.text)
        told = words(client.post(f"{PLAN}/do/issue", data={"owner": "Learning Lead", "due": "12/12/2026"}).text)
        assert "1 return issued" in told and "Learning Lead: 2 lines" in told
        client.post(f"{PLAN}/do/chase")
        zipped = client.get(f"{PLAN}/drafts.zip")
        names = zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()
        folder = tmp_path / "Returns out" / "plan"
        assert sorted(names) == sorted(p.name for p in folder.iterdir()) and any(
            n.startswith("Reminder ") for n in names
        )
        assert "plan%20-%20to%20send.zip" in zipped.headers["content-disposition"]
        assert "1 of 3" in words(
            client.post(f"{PLAN}/do/received", data={"owner": "R0001"}).text
        ) or "received" in words(client.get(PLAN).text)
        assert "in, by word" in words(client.get(PLAN).text)
        client.post(f"{PLAN}/do/received", data={"owner": "R0001", "take_back": "yes"})
        assert "in, by word" not in words(client.get(PLAN).text)
    assert make.exists()


def test_what_stands_against_it_is_told_and_one_may_go_on(tmp_path):
    plan = plan_with_returns(tmp_path)
    type_into(plan, {"Plan!H7": "amber-ish"})
    with page_client(tmp_path) as client:
        refused = client.post(f"{PLAN}/do/issue", data={"again": "yes"})
        assert "Go on all the same" in refused.text
        assert "returns issued" in words(client.post(f"{PLAN}/do/issue", data={"anyway": "yes", "again": "yes"}).text)


def test_the_appendix_is_made_shown_and_fetched_the_exempt_one_only_by_who_may(tmp_path):
    table = "Theme | Ref | Priority | Owner | Timescale | Performance & Outcome Measures | RAG | Progress Update | Part | Exempt paragraph | Exempt reason\n"
    table += "Staff | A | Hire well | Lead | March 2027 | Filled | Green | Two filled. | | |\n"
    table += (
        "Staff | B | The secret move | Lead | March 2027 | Moved | Green | Begun. | Part 2 | 3 | It is about money.\n"
    )
    make_master(tmp_path, table, owners={"Lead": "lead@council.example"}, Period="2026/27 Q3")
    users = users_file(tmp_path, {"Vera": (), "Edith": (Right.EDIT,), "Ada": (Right.EDIT, Right.EXEMPT)})
    with page_client(tmp_path, signed_in=False, users_file=users) as client:

        def signed_in(name: str) -> None:
            client.cookies.clear()
            client.cookies.set("hrworkbook-8100", client.sessions.begin(name))

        signed_in("Ada")
        assert "See the papers" in client.post(f"{PLAN}/do/appendix").text
        shown = client.get(f"{PLAN}/papers").text
        assert "exempt" in shown and "papers/exempt/word" in shown
        document = client.get(f"{PLAN}/papers/public/word")
        assert document.content[:2] == b"PK" and "plan%20appendix.docx" in document.headers["content-disposition"]
        assert client.get(f"{PLAN}/papers/exempt/workbook").content[:2] == b"PK"
        for name in ("Edith", "Vera"):
            signed_in(name)
            shown = client.get(f"{PLAN}/papers").text
            assert "papers/public/word" in shown and "papers/exempt" not in shown
            assert client.get(f"{PLAN}/papers/exempt/word").status_code == 403
            overview = client.get(PLAN).text
            assert "not for publication" in overview and "secret" not in overview
        signed_in("Edith")
        done = client.post(f"{PLAN}/do/validate").text
        assert words(done).startswith("Check the plan Done.") and "secret" not in done
        other = client.get(f"{PLAN}/work/{client.app.state.page.works.last_of('Ada', tmp_path / 'plan.xlsx').id}").text
        assert "secret" not in other and "exempt line" not in words(other)


def test_a_workbook_of_their_own_is_adopted_beside_itself(tmp_path):
    from hrworkbook.render.own_workbook import write_own_workbook

    source = tmp_path / "Our plan.xlsx"
    write_own_workbook(source)
    held = source.read_bytes()
    with page_client(tmp_path) as client:
        assert 'action="/adopt/Our%20plan.xlsx"' in client.get("/").text
        answer = client.post("/adopt/Our plan.xlsx")
        assert "is the master" in words(answer.text)
        address = re.search(r'class="button main" href="([^"]+)"', answer.text)[1]
        assert client.get(address).status_code == 200
        assert "Our plan - HR plan" in words(client.get("/").text)
    assert source.read_bytes() == held


def test_a_plan_that_is_open_elsewhere_is_left_and_told(again):
    client, plan = again
    held = plan.read_bytes()
    (plan.parent / ".~lock.plan.xlsx#").write_text("Anna,anna,elsewhere,21.11.2026,;", encoding="utf-8")
    told = words(client.post(f"{PLAN}/do/validate").text)
    assert "Anna" in told and "has it open" in told
    assert plan.read_bytes() == held


def test_the_period_is_closed_only_after_a_question_and_not_while_decisions_wait(again):
    client, plan = again
    asking = client.get(f"{PLAN}/ask/roll")
    assert "Close this period?" in words(asking.text)
    assert client.get(f"{PLAN}/ask/validate").status_code == 404
    held = plan.read_bytes()
    assert 'class="told bad"' in client.post(f"{PLAN}/do/roll").text
    assert plan.read_bytes() == held
    row, asked = re.search(r'name="asked-(\d+)" value="(\w+)"', client.get(f"{PLAN}/decisions").text).groups()
    client.post(f"{PLAN}/do/decide", data={f"choice-{row}": "keep master", f"asked-{row}": asked})
    assert "2026/27 Q3 is closed" in words(client.post(f"{PLAN}/do/roll", data={"next": "2026/27 Q4"}).text)
    assert "2026/27 Q4" in client.get(PLAN).text


def test_a_bomb_and_rubbish_are_refused_in_a_sentence_and_the_rest_is_merged(tmp_path):
    plan = plan_with_returns(tmp_path)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b" " * 60_000_000)
    with page_client(tmp_path) as client:
        files = [
            *sent_back(plan)[:1],
            ("files", ("bomb.xlsx", bomb.getvalue())),
            ("files", ("../../x.xlsx", b"PK\x03\x04nonsense")),
        ]
        told = words(client.post(f"{PLAN}/do/merge", files=files).text)
    assert "1 return merged" in told and "Not merged" in told and "bomb.xlsx" in told
    assert not (tmp_path.parent / "x.xlsx").exists() and not (tmp_path.parent.parent / "x.xlsx").exists()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.eml", "a.eml"), ("../../a.eml", "a.eml"), ("C:\\mails\\a.eml", "a.eml"), ("a:b?.eml", "a_b_.eml"), ("..", "file"), ("", "file"),
        ("a\x00\n.eml", "a .eml"), ("x" * 400 + ".xlsx", "x" * 150 + ".xlsx"), ("ü" * 100 + ".eml", "ü" * 75 + ".eml"),
    ],
)  # fmt: skip
def test_a_file_s_name_names_nothing_but_a_file(given, kept):
    assert safe_name(given) == kept


def test_events_tell_the_end_and_end(again):
    client, _ = again
    answer = client.post(f"{PLAN}/do/validate", follow_redirects=False)
    events = client.get(f"{answer.headers['location']}/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert events.text.endswith("event: finished\ndata: {}\n\n")
    for told in re.findall(r"event: progress\ndata: (.*)", events.text):
        assert json.loads(told).keys() == {"done", "total", "waiting"}


def test_two_who_press_at_once_are_served_one_after_the_other(again):
    from concurrent.futures import ThreadPoolExecutor

    client, plan = again
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: client.post(f"{PLAN}/do/validate").text, range(4)))
    assert all("lines checked" in words(text) for text in answers)
    assert FileHost(plan).snapshot()


def test_no_route_is_open_to_everybody_but_those_that_let_in():
    """Every route says what one must be allowed to use it: no wrapped handler is left without."""
    free = {"/open", "/sign-in", "/sign-out", "/static/{file}"}
    # The pane shows nothing before somebody has signed in; its files have addresses that nobody can guess.
    free |= {"/pane", "/pane/sign-in", "/pane/manifest.xml", "/pane/icon-{size:int}.png", "/pane/file/{key}"}
    with page_client(Path.cwd(), signed_in=False) as client:
        for one in routes():
            path = re.sub(r"\{number:int\}", "1", one.path)
            path = re.sub(r"\{\w+\}", "x", path)
            if one.path not in free:
                for method in one.methods:
                    assert client.request(method, path).status_code == 403, (method, one.path)

"""A plan that is open from the web, in a made-up Excel with a made-up OneDrive: its own folder, or a refusal."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_excel import fake_book, in_hex
from masters import OWNERS, THREE, draft, snapshot_of

from hrworkbook import ribbon
from hrworkbook.hosts import live, live_books
from hrworkbook.hosts.live import LiveHost, open_live
from hrworkbook.hosts.live_books import CALLER
from hrworkbook.hosts.synced import mounts_among, places_of
from hrworkbook.hosts.synced_on_mac import keys_of_settings
from hrworkbook.plan.errors import CannotWrite, NotAMaster, WorkbookLocked
from hrworkbook.render.master_workbook import master_workbook

SITE = "https://council.sharepoint.com/sites/HR/Shared Documents"
OTHER = "https://council.sharepoint.com/sites/Payroll/Shared Documents"
MINE = "https://council-my.sharepoint.com/personal/zoe_council/Documents"
ANNA = "https://council-my.sharepoint.com/personal/anna_council/Documents"


def plan_file(folder: Path, plan_id: str, name: str = "plan.xlsx") -> Path:
    """A master of that plan ID in a folder, made where it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    made = draft(THREE, owners=OWNERS)
    made.plan_state["Plan ID"] = plan_id  # type: ignore[index]
    (folder / name).write_bytes(master_workbook(made))
    return folder / name


class Desk:
    """A made-up desk: folders that OneDrive keeps in step, and workbooks open in Excel."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.keys: list[Mapping[str, object]] = []
        self.books: list[Any] = []
        monkeypatch.setattr(live_books, "mounts", lambda: mounts_among(self.keys))
        apps = [SimpleNamespace(books=self.books)]
        monkeypatch.setattr(live, "_xlwings", lambda: SimpleNamespace(apps=apps))

    def sync(self, address: str, folder: str, **more: object) -> Path:
        """A folder kept in step, as the registry has it."""
        self.keys.append({"UrlNamespace": f"{address}/", "MountPoint": str(self.home / folder), **more})
        return self.home / folder

    def open(self, name: str, plan: Path, guess: object = "") -> LiveHost:
        """A workbook with a plan's contents, open under a full name; `guess` is what xlwings would make of that."""
        book = fake_book(list(snapshot_of(plan).sheets))
        book.impl.place, book.impl.guess, book.impl.name = name, guess, name.replace("\\", "/").rpartition("/")[2]
        self.books.append(book)
        return LiveHost(book)

    def files(self) -> set[Path]:
        return {path for path in self.home.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def press(desk: Desk, verb: str, host: LiveHost, monkeypatch: pytest.MonkeyPatch) -> int:
    """A button pressed in an open workbook; returns how the process ended."""
    monkeypatch.setenv(CALLER, in_hex(host.book.impl.place))
    try:
        ribbon.click(verb)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_returns_go_beside_the_plan_where_its_own_library_is_in_step(desk, monkeypatch):
    desk.sync(OTHER, "Council/Payroll - Documents")
    plan = plan_file(desk.sync(SITE, "Council/HR - Documents") / "Plans", "AAAA")
    wrong = plan_file(desk.home / "Council/Payroll - Documents", "AAAA")
    host = desk.open(f"{SITE}/Plans/plan.xlsx", plan, guess=wrong)
    assert host.path == plan
    assert press(desk, "issue", host, monkeypatch) == 0
    assert list((plan.parent / "Returns out").glob("*.xlsx")) and not (wrong.parent / "Returns out").exists()


REFUSED = {
    "wrong library": (OTHER, "Payroll - Documents", "AAAA"),
    "colleague's share": (MINE, "OneDrive - Council", "AAAA"),
    "an address that only begins alike": (f"{SITE} old", "HR - Documents old", "AAAA"),
    "another plan of the same name": (SITE, "HR - Documents", "BBBB"),
    "another plan without an ID": (SITE, "HR - Documents", ""),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("verb", ["issue", "appendix", "pdf", "merge"])
def test_no_folder_is_taken_for_the_plans_but_its_own(desk, case, verb, monkeypatch, capsys):
    address, folder, plan_id = REFUSED[case]
    namesake = plan_file(desk.sync(address, folder), plan_id)
    place = f"{ANNA if 'colleague' in case else SITE}/plan.xlsx"
    host = desk.open(place, plan_file(desk.home / "elsewhere", "AAAA"), guess=namesake)
    before, cells = desk.files(), host.snapshot()
    assert press(desk, verb, host, monkeypatch) == 2
    said = capsys.readouterr().err
    assert place in said and "Nothing was written" in said and "run the command" in said
    assert desk.files() == before and host.snapshot() == cells


def test_of_two_mounts_the_one_with_the_plan_is_taken(desk):
    first, second = desk.sync(SITE, "one"), desk.sync(SITE, "two")
    first.mkdir()
    plan = plan_file(second, "AAAA")
    host = desk.open(f"{SITE}/plan.xlsx", plan)
    assert host.path == plan
    plan_file(first, "BBBB")
    assert LiveHost(host.book).path == plan, "another plan there is no reason to doubt"
    plan_file(first, "AAAA")
    with pytest.raises(CannotWrite, match="are both this plan"):
        _ = LiveHost(host.book).path


def test_the_same_file_by_two_mounts_is_one_file(desk):
    whole, part = desk.sync(SITE, "whole"), desk.sync(f"{SITE}/Plans", "whole/Plans")
    plan = plan_file(whole / "Plans", "AAAA")
    assert plan == part / "plan.xlsx"
    assert desk.open(f"{SITE}/Plans/plan.xlsx", plan).path == plan


def test_a_folder_inside_a_library_says_only_its_librarys_address_and_is_not_taken(desk):
    plan = plan_file(desk.sync(SITE, "HR - Secret", IsFolderScope="1"), "AAAA")
    with pytest.raises(CannotWrite, match="no folder of this computer is known to be the same place"):
        _ = desk.open(f"{SITE}/plan.xlsx", plan).path


@pytest.mark.parametrize(
    ("address", "key", "below"),
    [
        (
            "https://d.docs.live.net/1A2B/HR/plan.xlsx",
            {"UrlNamespace": "https://d.docs.live.net/", "CID": "1a2b"},
            "HR",
        ),
        ("https://d.docs.live.net/9999/HR/plan.xlsx", {"UrlNamespace": "https://d.docs.live.net/", "CID": "1a2b"}, ""),
        ("https://d.docs.live.net/1A2B/HR/plan.xlsx", {"UrlNamespace": "https://d.docs.live.net/"}, ""),
        (f"{SITE}/HR/plan.xlsx".replace(" ", "%20"), {"urlnamespace": SITE.upper()}, "HR"),
        (f"{SITE}/../HR/plan.xlsx", {"UrlNamespace": SITE}, ""),
        (f"{SITE}/HR%2F..%2Fplan.xlsx", {"UrlNamespace": SITE}, ""),
        (
            "https://council.sharepoint.com.evil.org/HR/plan.xlsx",
            {"UrlNamespace": "https://council.sharepoint.com"},
            "",
        ),
        ("ftp://council.sharepoint.com/HR/plan.xlsx", {"UrlNamespace": "ftp://council.sharepoint.com"}, ""),
        (f"{SITE}/HR/plan.xlsx", {"UrlNamespace": ""}, ""),
        (f"{SITE}/HR/plan.xlsx", {"UrlNamespace": SITE, "MountPoint": "relative"}, ""),
    ],
)
def test_an_address_is_followed_part_by_part(address, key, below, tmp_path):
    for folder in (tmp_path / "HR", tmp_path):
        plan_file(folder, "AAAA")
    found = places_of(address, mounts_among([{"MountPoint": str(tmp_path), **key}]))
    assert found == ([tmp_path / below / "plan.xlsx"] if below else [])


LIBRARY = 'libraryScope = {number} 5f7 5 "{name}" 4 "" "" "{host}" SITE{number} WEB LIB{number} 1 "{folder}" 2 SYNC\n'
PART = 'libraryFolder = 0 7 ab12 "{folder}" 5 "General" SYNC\n'


def test_on_a_mac_the_settings_of_onedrive_say_which_library_is_where(tmp_path):
    """As OneDrive for the Mac writes them: a table of accounts, libraries kept in step whole, and parts of some."""
    settings = tmp_path / "Library/Application Support/OneDrive/settings"
    account, personal = settings / "Business1", settings / "Personal"
    for folder, cid in ((account, "c1d"), (personal, "1a2b")):
        folder.mkdir(parents=True)
        (folder / "global.ini").write_text(f"cid = {cid}\nother = x\n")
    lines = [
        LIBRARY.format(number=0, name="ODB", host="", folder="/Users/zoe/OneDrive - Council"),
        LIBRARY.format(number=3, name="HR – Plän", host="h", folder="/Users/zoe/Council/HR - Documents"),
        LIBRARY.format(number=4, name="Only a shortcut", host="h", folder=""),
        LIBRARY.format(number=5, name="No address", host="h", folder="/Users/zoe/Council/Lost"),
        PART.format(folder="/Users/zoe/Council/HR - General"),
        "libraryScope = short\n",
        "nonsense\n",
    ]
    (account / "c1d.ini").write_text("".join(lines), encoding="utf-8")
    (account / "ClientPolicy.ini").write_text(f"SiteID = x\nDavUrlNamespace = {MINE}/\n")
    (account / "ClientPolicy_LIB3SITE3.ini").write_text(f"DavUrlNamespace = {SITE}/\n")
    (account / "ClientPolicy_LIB4SITE4.ini").write_text(f"DavUrlNamespace = {OTHER}/\n")
    (personal / "1a2b.ini").write_text('library = 1 4 1a2b!101 1 "/Users/zoe/OneDrive" 2\n')
    (personal / "ClientPolicy.ini").write_text("DavUrlNamespace = https://d.docs.live.net\n")
    assert [(m.address.rstrip("/"), str(m.folder)) for m in mounts_among(keys_of_settings(tmp_path))] == [
        (MINE, "/Users/zoe/OneDrive - Council"),
        (SITE, "/Users/zoe/Council/HR - Documents"),
        ("https://d.docs.live.net/1a2b", "/Users/zoe/OneDrive"),
    ]
    assert list(keys_of_settings(tmp_path / "nobody")) == []


def test_live_is_the_file_that_is_named_and_not_its_namesake(desk):
    mine, other = plan_file(desk.home / "mine", "AAAA"), plan_file(desk.home / "other", "BBBB")
    desk.open(str(other), other)
    host = desk.open(str(mine), mine)
    assert open_live(mine).book is host.book
    with pytest.raises(WorkbookLocked, match="it is not open in a spreadsheet program"):
        open_live(plan_file(desk.home / "third", "AAAA"))


def test_live_does_not_take_a_namesake_from_the_web(desk):
    mine = plan_file(desk.home / "mine", "AAAA")
    desk.open(f"{OTHER}/plan.xlsx", mine, guess=mine)
    with pytest.raises(WorkbookLocked, match="not known to be the one that is open from https://"):
        open_live(mine)
    plan = plan_file(desk.sync(SITE, "HR - Documents"), "AAAA")
    host = desk.open(f"{SITE}/plan.xlsx", plan)
    assert open_live(plan).book is host.book
    plan_file(plan.parent, "BBBB")
    with pytest.raises(CannotWrite, match="does not hold this plan"):
        open_live(plan)


NAMES = [
    "Q3 plan^&ver .xlsm",
    "plan $(touch x) `id` $HOME.xlsm",
    "Plan=2026.xlsm",
    "plán – 計画 😀 'x' \"y\".xlsm",
    "%PATH%!.xlsm",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_signs_of_a_shell_is_a_name_like_any_other(desk, name, monkeypatch):
    plan = plan_file(desk.home / "mine", "AAAA", name)
    desk.open(str(plan_file(desk.home / "other", "BBBB", name)), plan)
    host = desk.open(str(plan), plan)
    assert press(desk, "issue", host, monkeypatch) == 0
    assert (plan.parent / "Returns out").is_dir() and not (desk.home / "other" / "Returns out").exists()


def test_a_button_finds_its_workbook_by_full_name_and_not_by_name(desk, monkeypatch):
    plan = plan_file(desk.home / "mine", "AAAA")
    desk.open(str(plan_file(desk.home / "other", "BBBB")), plan)
    monkeypatch.setenv(CALLER, in_hex(str(plan)))
    with pytest.raises(NotAMaster, match="Excel does not find the workbook whose button was pressed"):
        live.calling_workbook()


def test_a_file_that_became_another_plan_is_not_written_beside(desk):
    plan = plan_file(desk.home / "mine", "AAAA")
    host = desk.open(str(plan), plan)
    assert host.path == plan
    plan_file(desk.home / "mine", "BBBB")
    with pytest.raises(CannotWrite, match="is another plan now than the one that is open"):
        _ = LiveHost(host.book).path

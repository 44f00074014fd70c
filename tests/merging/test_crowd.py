"""Crowd: reading spread over processes and machines comes to the same as reading in one.

It is done with 1,000 returns, or as many as HRWORKBOOK_CROWD says; `pytest -s` shows the hashes of the masters.
"""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout

import pytest
from cluster import dask, free_port
from masters import NOW, OWNERS, THREE, answered, make_master, snapshot_of

from hrworkbook.cli import console
from hrworkbook.cli.main import main
from hrworkbook.intake.attachments import Attachment
from hrworkbook.merging import parallel as crowds
from hrworkbook.merging.outcomes import ReceivedFile, RefusedFile
from hrworkbook.merging.parallel import ReaderPool, close_workers, default_jobs, process_pool
from hrworkbook.merging.receive_files import find_files, receive_files
from hrworkbook.plan.errors import HrWorkbookError, ToolMissing
from hrworkbook.verbs.merge import merge

RETURNS = int(os.environ.get("HRWORKBOOK_CROWD", "1000"))


def many(folder, returns):
    """A master with this many owners of two lines, issued, and a folder of their returns with a cell filled in in each."""
    head = "Theme | Ref | Priority | Owner | Timescale | Performance & Outcome Measures | RAG | Progress Update"
    rows = [
        f"Staff | {chr(65 + n % 26)} | Priority {n} in words | Owner {n // 2 + 1} | March 2027 | Measure {n} | Green | Update {n}."
        for n in range(2 * returns)
    ]
    path = make_master(folder, "\n".join([head, *rows]))
    answered(path, lambda one: {0: {"progress_update": f"News of {one.owner.role}."}})
    return path


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """A master of many owners, with their returns and some that are none."""
    folder = tmp_path_factory.mktemp("crowd")
    path = many(folder, RETURNS)
    (folder / "in" / "Owner 7 letter.pdf").write_bytes(b"%PDF-1.4 a letter")
    (folder / "in" / "Owner 8 rota.csv").write_text("Week,Monday\n2,Office\n", encoding="utf-8")
    books = sorted((folder / "in").glob("Owner 9 *.xlsx"))
    (folder / "in" / "Owner 9 again.xlsx").write_bytes(books[0].read_bytes())
    return path


@contextmanager
def threads(snapshot):
    """Workers that are threads of this process: the same seam, sooner begun."""
    key, task = crowds._pickle_task(snapshot, None)
    with ThreadPoolExecutor(2) as pool:
        yield ReaderPool(pool, 2, key, task, True, "threads")
    close_workers()


def merged(path, copy, *options):
    """The bytes of a copy of the master after a merge at a fixed moment."""
    copy.write_bytes(path.read_bytes())
    console.fixed_now = NOW
    try:
        with redirect_stdout(io.StringIO()):
            assert main(["merge", str(copy), str(path.parent / "in"), *options]) == 1
    finally:
        console.fixed_now = None
    made = copy.read_bytes()
    print(f"\n  {RETURNS:,} returns, {' '.join(options)}: {hashlib.sha256(made).hexdigest()}")
    return made


@pytest.fixture(scope="module")
def alone(plan, tmp_path_factory):
    """The master as a merge in one process leaves it."""
    return merged(plan, tmp_path_factory.mktemp("alone") / "plan.xlsx", "--jobs", "1")


def test_two_processes_make_the_same_master_byte_for_byte(plan, alone, tmp_path):
    assert merged(plan, tmp_path / "plan.xlsx", "--jobs", "2") == alone
    assert alone != plan.read_bytes()


def test_any_executor_will_do_and_nothing_of_the_merge_differs(plan, monkeypatch):
    monkeypatch.setattr(crowds, "BATCH_FILES", 7)
    snapshot, folder = snapshot_of(plan), [plan.parent / "in"]
    one = merge(snapshot, receive_files(folder), NOW)
    with threads(snapshot) as crowd:
        other = merge(snapshot, crowd.read(find_files(folder)), NOW)
    assert other == one and len(one.returns) == RETURNS and len(one.refused) == 3


def test_outcomes_come_in_the_order_found(plan, monkeypatch):
    monkeypatch.setattr(crowds, "BATCH_FILES", 5)
    folder = [plan.parent / "in"]
    with threads(None) as crowd:
        names = [item.file for item in crowd.read(find_files(folder))]
    assert names == [item.file for item in receive_files(folder)] and len(names) == RETURNS + 3


def test_without_a_plan_the_cells_themselves_come_back(plan):
    """A collection is compared here: what its files mean can depend on one another."""
    folder = [plan.parent / "in"]
    with threads(None) as crowd:
        apart = list(crowd.read(find_files(folder)))
    assert apart == list(receive_files(folder))


class Counting:
    """An executor that works at once, and notes how many results nobody has fetched."""

    def __init__(self):
        self.waiting, self.most, self.sizes = 0, 0, []

    def submit(self, work, key, task, files):
        self.sizes.append(len(files))
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        counting = self

        class Fetched(Future):
            def result(self, timeout=None):
                counting.waiting -= 1
                return [ReceivedFile(f.name, (), f.sha256) for f in files]

        return Fetched()


def test_only_a_few_batches_are_under_way_and_each_is_worth_sending():
    """Memory is flat in the number of returns."""
    taken = 0

    def endless():
        nonlocal taken
        for n in range(20_000):
            taken += 1
            yield Attachment(f"{n}.csv", data=b"x", sha256=str(n))

    counting = Counting()
    for n, item in enumerate(ReaderPool(counting, 2, "", b"", False, "").read(endless())):
        assert item.file == f"{n}.csv"
        assert taken - n <= crowds.BATCH_FILES * 7
    assert counting.most <= 6 and set(counting.sizes) == {crowds.BATCH_FILES} and n == 19_999


def test_a_batch_is_full_by_its_bytes_too(monkeypatch):
    monkeypatch.setattr(crowds, "BATCH_BYTES", 1000)
    counting = Counting()
    list(
        ReaderPool(counting, 2, "", b"", True, "").read(
            Attachment(f"{n}", data=b"x" * 400, sha256=str(n)) for n in range(9)
        )
    )
    assert counting.sizes == [3, 3, 3]


def test_files_that_need_no_reading_are_not_sent():
    found = [ReceivedFile("a", (), "1"), Attachment("b", data=b"x"), RefusedFile("c", "no"), ReceivedFile("d", (), "2")]
    counting = Counting()
    assert [i.file for i in ReaderPool(counting, 2, "", b"", True, "").read(found)] == ["a", "b", "c", "d"]
    assert counting.sizes == [1]


def test_a_file_that_is_gone_by_the_time_it_is_sent_is_refused(tmp_path):
    (outcome,) = ReaderPool(Counting(), 2, "", b"", True, "").read([Attachment("gone.xlsx", tmp_path / "gone.xlsx")])
    assert isinstance(outcome, RefusedFile) and "cannot be opened" in outcome.reason


def test_hostile_files_are_refused_as_they_are_in_one_process(plan, monkeypatch, tmp_path):
    from hostile import bomb_of_spaces, many_cells

    monkeypatch.setattr(crowds, "BATCH_FILES", 3)
    for book in sorted((plan.parent / "in").glob("Owner 1*.xlsx"))[:4]:
        (tmp_path / book.name).write_bytes(book.read_bytes())
    (tmp_path / "Owner 10 a.xlsx").write_bytes(bomb_of_spaces())
    (tmp_path / "Owner 10 b.xlsx").write_bytes(many_cells(3_000_000))
    (tmp_path / "Owner 10 c.xls").write_bytes(b"\xd0\xcf\x11\xe0" + b"no workbook" * 50)
    snapshot = snapshot_of(plan)
    with threads(snapshot) as crowd:
        other = merge(snapshot, crowd.read(find_files([tmp_path])), NOW)
    assert other == merge(snapshot, receive_files([tmp_path]), NOW)
    assert len(other.returns) == 4 and len(other.refused) == 3


def test_a_worker_that_fails_is_told_plainly(plan):
    class Failing:
        def submit(self, *_):
            failed = Future()
            failed.set_exception(RuntimeError("the process pool is broken"))
            return failed

    with pytest.raises(HrWorkbookError, match=r"a process that reads files has failed .*Try again with --jobs 1"):
        list(ReaderPool(Failing(), 1, "", b"", True, "reading files").read([Attachment("a", data=b"x")]))


def test_a_failing_batch_leaves_no_child_behind(monkeypatch):
    closed = []
    monkeypatch.setattr(crowds.FileReader, "close", lambda self: closed.append(self))
    monkeypatch.setattr(crowds, "read_found_files", lambda *_: (_ for _ in ()).throw(MemoryError()))
    key, task = crowds._pickle_task(None, None)
    with pytest.raises((MemoryError, RuntimeError)):
        crowds._read_batch(key, task, [Attachment("a", data=b"x")])
    assert closed and not crowds._all_states


def test_reading_spreads_only_past_thousands_of_files(tmp_path, monkeypatch):
    monkeypatch.setattr(crowds, "_usable_processors", lambda: 4)
    for n in range(30):
        (tmp_path / f"{n}.xlsx").touch()
    assert default_jobs([tmp_path]) == 1
    monkeypatch.setattr(crowds, "MIN_FILES_FOR_PARALLEL", 30)
    assert default_jobs([tmp_path]) == 2, "a process and the child that reads for it keep two processors busy"
    assert default_jobs([tmp_path / "0.xlsx", tmp_path / "none"]) == 1
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "all.zip").write_bytes(b"x" * 800_000)
    assert default_jobs([tmp_path / "box"]) == 2, "a zip or a mailbox counts by its size"
    monkeypatch.setattr(crowds, "_usable_processors", lambda: 1)
    assert default_jobs([tmp_path]) == 1
    monkeypatch.setattr(crowds, "_usable_processors", lambda: 128)
    assert default_jobs([tmp_path]) == crowds.MAX_PROCESSES


@pytest.mark.parametrize(("jobs", "told"), [("0", "Give 1 or more"), ("-3", "Give 1 or more")])
def test_no_processes_read_nothing(jobs, told, plan, capsys):
    assert main(["merge", str(plan), str(plan.parent / "in"), "--jobs", jobs]) == 2
    assert told in capsys.readouterr().err


def children_of(group):
    """The processes of a session, but for zombies."""
    said = subprocess.run(["ps", "-A", "-o", "pid=,sid=,stat="], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if line.split()[1] == str(group) and "Z" not in line.split()[2]]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ps on Windows")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_whatever_ends_a_merge_no_process_is_left(how, plan, tmp_path):
    copy = tmp_path / "plan.xlsx"
    copy.write_bytes(plan.read_bytes())
    before = copy.read_bytes()
    for n in range(3):
        for book in (plan.parent / "in").glob("*.xlsx"):
            (tmp_path / f"{n}{book.name}").write_bytes(book.read_bytes() + b"\0" * n)
    command = [sys.executable, "-m", "hrworkbook", "merge", str(copy), str(tmp_path), "--jobs", "2"]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    while len(children_of(process.pid)) < 4 and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    assert process.poll() is None, "it ended before it could be stopped"
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does: everyone hears it
    else:
        process.send_signal(how)
    _, said = process.communicate(timeout=60)
    while (left := children_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []
    if how == signal.SIGINT:
        assert said.strip() == "Stopped. Nothing was half done." and process.returncode == 2
    assert copy.read_bytes() == before


# ---------------------------------------------------------------- a cluster


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a Dask scheduler with two workers, all processes of their own."""
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'hrworkbook[cluster]'")
    with dask(tmp_path_factory.mktemp("dask")) as address:
        yield address


def test_a_cluster_makes_the_same_master_byte_for_byte(plan, alone, scheduler, tmp_path):
    assert merged(plan, tmp_path / "plan.xlsx", "--cluster", scheduler) == alone


def test_a_cluster_is_left_as_it_was(plan, scheduler, tmp_path):
    """No child waits on at the workers, and nothing of the plan stays there."""
    from distributed import Client

    merged(plan, tmp_path / "plan.xlsx", "--cluster", scheduler)
    with Client(scheduler, set_as_default=False) as client:
        assert set(client.run(lambda: (len(crowds._all_states), len(crowds._idle_states))).values()) == {(0, 0)}
        assert not any(client.has_what().values())


def test_a_cluster_that_is_not_there_is_told_in_a_line(plan, capsys, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is not installed")
    before = plan.read_bytes()
    monkeypatch.setattr(crowds, "SCHEDULER_TIMEOUT", 1)
    for address in (f"tcp://127.0.0.1:{free_port()}", "nonsense://x", "no such place"):
        assert main(["merge", str(plan), str(plan.parent / "in"), "--cluster", address]) == 2
        said = capsys.readouterr().err
        assert "no Dask scheduler answers here" in said and len(said.splitlines()) <= 3
    assert plan.read_bytes() == before


def test_without_dask_the_remedy_is_named(plan, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["merge", str(plan), str(plan.parent / "in"), "--cluster", "tcp://127.0.0.1:8786"]) == 2
    assert "pip install 'hrworkbook[cluster]'" in capsys.readouterr().err


def test_workers_of_another_version_are_refused():
    class Client:
        def run(self, work):
            return {"one": "hrworkbook 0.0.1", "two": crowds.version()}

    with pytest.raises(ToolMissing, match="Install the same version on every worker"):
        crowds._same_version(Client(), "tcp://x")


def test_processes_read_what_a_password_opens_and_end(tmp_path):
    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    with process_pool(2, snapshot_of(path), "secret") as crowd:
        outcomes = list(crowd.read(find_files(sorted((tmp_path / "out").glob("*.xlsx")))))
    assert len(outcomes) == 3 and not any(isinstance(o, RefusedFile) for o in outcomes)

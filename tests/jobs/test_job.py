"""A job is carried out whole or not at all: its files and its changes, whichever face asks."""

import pytest
from masters import OWNERS, THREE, make_master

from hrworkbook.cli.main import main
from hrworkbook.hosts.file import FileHost
from hrworkbook.jobs.job import Job, carry_out
from hrworkbook.plan.errors import CannotWrite, NotAMaster
from hrworkbook.plan.snapshot import ChangeSet, single_write

GOOD = ChangeSet((single_write("Start", "C12", "as asked"),), "Done.")
BAD = ChangeSet((single_write("No such sheet", "A1", 1),))


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def host(tmp_path):
    host = FileHost(make_master(tmp_path, THREE, owners=OWNERS))
    host.snapshot()
    return host


def test_files_of_several_folders_and_the_changes_are_in_place_together(host, tmp_path):
    files = {tmp_path / "a" / "1.txt": b"1", tmp_path / "b" / "c" / "2.txt": b"2"}
    done = carry_out(Job(None, GOOD, files), host)
    assert all(path.read_bytes() == content for path, content in files.items())
    assert host.snapshot()["Start"].at(12, 3) == "as asked" and [b.suffix for b in done.backups] == [".xlsx"]


@pytest.mark.parametrize("keep", [True, False])
def test_where_the_master_refuses_every_file_is_as_before(host, tmp_path, keep):
    (tmp_path / "old.txt").write_bytes(b"old")
    before = tree(tmp_path)
    files = {tmp_path / "old.txt": b"new", tmp_path / "made" / "deep" / "new.txt": b"new"}
    with pytest.raises(NotAMaster):
        carry_out(Job(None, BAD, files, keep), host)
    assert tree(tmp_path) == before and not (tmp_path / "made").exists()


def test_where_a_file_cannot_be_written_nothing_is(host, tmp_path):
    (tmp_path / "in the way").write_bytes(b"")
    before = tree(tmp_path)
    with pytest.raises(CannotWrite):
        carry_out(Job(None, GOOD, {tmp_path / "a.txt": b"a", tmp_path / "in the way" / "b.txt": b"b"}), host)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(("keep", "left"), [(True, 1), (False, 0)])
def test_a_file_replaced_is_kept_where_the_job_says_so(tmp_path, keep, left):
    (tmp_path / "old.txt").write_bytes(b"old")
    done = carry_out(Job(None, ChangeSet(), {tmp_path / "old.txt": b"new"}, keep))
    assert (tmp_path / "old.txt").read_bytes() == b"new" and len(done.backups) == left == len(tree(tmp_path)) - 1


def test_returns_of_an_earlier_issue_survive_a_command_that_cannot_be_done(tmp_path, monkeypatch, capsys):
    """The command once removed what it had replaced; only the button put it back."""
    path, out = make_master(tmp_path, THREE, owners=OWNERS), tmp_path / "out"
    fresh = path.read_bytes()
    assert main(["issue", str(path), "--out", str(out)]) == 0
    issued = tree(out)
    path.write_bytes(fresh)  # the backup, taken back: the same returns are issued again

    def refuses(self, changes):
        raise CannotWrite("plan.xlsx", "it is full")

    monkeypatch.setattr(FileHost, "apply", refuses)
    assert main(["issue", str(path), "--out", str(out)]) == 2
    assert tree(out) == issued and "it is full" in capsys.readouterr().err

"""The child that reads: order is kept, and no file takes the next one with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hostile import book

from hrworkbook.intake.attachments import Attachment
from hrworkbook.intake.reader import READ_AHEAD_FILES, FileContents, FileReader
from hrworkbook.plan.errors import UnreadableFile


def good(number: int) -> Attachment:
    """A small workbook holding a number."""
    return Attachment(f"r{number}.xlsx", data=book(f'<row r="1"><c r="A1"><v>{number}</v></c></row>'))


MANY = READ_AHEAD_FILES + 9
"""More files than are read ahead, so that some are still to be asked for when the child is gone."""


def numbers(outcomes: list[FileContents | UnreadableFile]) -> list[object]:
    """What each outcome holds, or 'refused'."""
    return [outcome.blocks[0].at(1, 1) if isinstance(outcome, FileContents) else "refused" for outcome in outcomes]


def test_answers_keep_their_order_and_a_refusal_costs_nobody_else(tmp_path: Path) -> None:
    items: list[object] = [good(n) for n in range(12)]
    items[3] = Attachment("bad.xlsx", data=b"%PDF")
    items[5] = tmp_path / "absent.xlsx"
    items[6] = tmp_path
    items[8] = tmp_path / "there.xlsx"
    (tmp_path / "there.xlsx").write_bytes(book())
    with FileReader() as one:
        pairs = list(one.read_many(items))  # type: ignore[type-var]
        assert [item for item, _ in pairs] == items
        found = numbers([outcome for _, outcome in pairs])
    assert found == [0, 1, 2, "refused", 4, "refused", "refused", 7, "Ref", 9, 10, 11]


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_a_child_that_hangs_is_replaced_and_only_its_file_is_refused() -> None:
    with FileReader(seconds=5) as one:
        outcomes = []
        for item, outcome in one.read_many(good(n) for n in range(MANY)):
            outcomes.append(outcome)
            if item.name == "r2.xlsx":
                assert one._child is not None
                time.sleep(1)  # the files read ahead are answered by now
                os.kill(one._child.process.pid, signal.SIGSTOP)
        found = numbers(outcomes)
    assert found.count("refused") == 1
    assert [n for n in found if n != "refused"] == [n for n in range(MANY) if n != found.index("refused")]
    late = next(o for o in outcomes if isinstance(o, UnreadableFile))
    assert "took longer than 5 seconds" in str(late)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("sign, words", [(signal.SIGABRT, "more memory"), (signal.SIGSEGV, "stops the reader")])
def test_a_child_that_dies_is_replaced_and_only_its_file_is_refused(sign: signal.Signals, words: str) -> None:
    with FileReader() as one:
        outcomes = []
        for item, outcome in one.read_many(good(n) for n in range(MANY)):
            outcomes.append(outcome)
            if item.name == "r2.xlsx":
                assert one._child is not None
                time.sleep(0.3)
                os.kill(one._child.process.pid, sign)
        found = numbers(outcomes)
    assert found.count("refused") <= 1 and len(found) == MANY
    refused = [o for o in outcomes if isinstance(o, UnreadableFile)]
    assert all(words in str(o) for o in refused)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the cap is set another way there")
def test_the_child_is_capped_and_a_file_past_the_cap_is_refused() -> None:
    """A table that 1 GiB reads does not fit a cap of 55 MB; the next file does."""
    wide = Attachment("wide.csv", data=b"a,b\n" + b"c,ddddddddddddddddddddddddddddddddddd\n" * 150_000)
    with FileReader(memory_mb=55) as one:
        outcomes = [outcome for _, outcome in one.read_many([good(1), wide, good(2)])]
    assert numbers(outcomes) == [1, "refused", 2]
    assert "more memory" in str(outcomes[1])
    with FileReader() as one:
        assert one.read(wide).kind == "csv"


def test_where_the_system_has_no_cap_the_parent_watches() -> None:
    """As on macOS: the child is stopped when it occupies more than it may, and its file is refused."""
    from hrworkbook.intake.child_process import resident_mb

    if not resident_mb(os.getpid()):
        pytest.skip("no `ps` here")
    wide = Attachment("wide.csv", data=b"a,b\n" + b"c,ddddddddddddddddddddddddddddddddddd\n" * 190_000)
    with FileReader(seconds=60) as one:
        one._connected()._watched = True
        child = one._connected().process.pid
        while resident_mb(child) < 4:  # stopped before it has loaded anything, it would occupy next to nothing
            time.sleep(0.05)
        if os.name != "nt":
            os.kill(child, signal.SIGSTOP)
        with pytest.raises(UnreadableFile, match="more memory"):
            one.memory_mb = 1  # the child was started with far more; only the watch knows of this
            one.read(wide)


def test_a_system_that_lets_nothing_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from hrworkbook.intake import child_process as workerline
    from hrworkbook.plan.errors import ToolMissing

    monkeypatch.setattr(workerline, "_interpreter", lambda: "/no/such/python")
    with pytest.raises(ToolMissing, match="cannot be started"), FileReader() as one:
        one.read(good(1))


def test_a_child_retires_after_a_large_file_without_losing_those_sent_ahead() -> None:
    large = Attachment("large.csv", data=b"a,b\n" + b"c,ddddddddddddddddddddddddddddddddddd\n" * 130_000)
    with FileReader() as one:
        outcomes = [outcome for _, outcome in one.read_many([good(1), large, good(2), good(3)])]
    assert numbers(outcomes) == [1, "a", 2, 3]


def test_leaving_early_leaves_no_answers_behind() -> None:
    with FileReader() as one:
        for _ in one.read_many(good(n) for n in range(5)):
            break
        assert numbers([one.read(good(77))]) == [77]


def test_nothing_beside_the_file_is_imported(tmp_path: Path) -> None:
    """A module lying beside the file, or in the current folder, is not what the child imports."""
    for name in ("json.py", "python_calamine.py", "hrworkbook.py", "olefile.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('imported')")
    (tmp_path / "r.xlsx").write_bytes(book())
    code = "import sys; sys.path.pop(0); from pathlib import Path; from hrworkbook.intake.reader import FileReader; print(FileReader().read(Path('r.xlsx')).kind)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code.replace("sys.path.pop(0); ", "")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "xlsx", done.stderr


def test_the_limits_of_windows_have_the_layout_windows_expects() -> None:
    import ctypes

    from hrworkbook.intake.windows_job import JobLimits

    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert ctypes.sizeof(JobLimits) == 144
        assert JobLimits.process_memory.offset == 112


def test_a_device_or_pipe_is_not_waited_for(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes here")
    os.mkfifo(tmp_path / "pipe.xlsx")
    with FileReader() as one, pytest.raises(UnreadableFile, match="no ordinary file"):
        one.read(tmp_path / "pipe.xlsx")

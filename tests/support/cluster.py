"""A Dask cluster of the tests' own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def dask(folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers of one thread each, all processes of their own that work in a folder."""
    from distributed import Client

    address = f"tcp://127.0.0.1:{free_port()}"
    found = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    place = {"cwd": folder, "env": {**os.environ, "PYTHONPATH": found}}
    run = [sys.executable, "-m"]
    worker = ["distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    commands = [["distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"], worker, worker]
    made = [
        subprocess.Popen([*run, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **place)  # type: ignore[call-overload]
        for command in commands
    ]
    try:
        with Client(address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address
    finally:
        for process in reversed(made):
            process.terminate()
        for process in made:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()

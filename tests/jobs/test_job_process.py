"""A process that does one job leaves its garbage lying, also as it ends."""

import subprocess
import sys

import pytest

COMMAND = "from hrworkbook.cli.main import main\nmain(['read', 'nowhere.xlsx'])"
CLICK = "from hrworkbook.ribbon import click\ntry: click('validate')\nexcept SystemExit: pass"


@pytest.mark.parametrize("face", [COMMAND, CLICK], ids=["command", "click"])
def test_a_process_of_one_job_ends_without_looking_through_all_it_holds(face):
    """What is registered first is called last: by then nothing is left for the last collection."""
    code = f"import atexit, gc\natexit.register(lambda: print('left:', len(gc.get_objects()) < 1000))\n{face}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "left: True" in done.stdout, done.stdout + done.stderr

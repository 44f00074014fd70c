"""Twenty people on twenty plans: how long a validate takes on the page, beside the command's time.

`python tests/benchmarks/bench_page.py [SECONDS [PEOPLE [WORKERS]]]`; each person presses, reads, thinks two to six seconds.
"""

import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import httpx
from masters import OWNERS, THREE, make_master

SERVE = (sys.executable, "-m", "hrworkbook")


def main(seconds: float = 120, people: int = 20, workers: int = 2) -> int:
    with tempfile.TemporaryDirectory() as home:
        first = make_master(Path(home), THREE, "plan0.xlsx", owners=OWNERS, Period="2026/27 Q3")
        for number in range(1, people):
            shutil.copy(first, Path(home) / f"plan{number}.xlsx")
        started = time.monotonic()
        subprocess.run([*SERVE, "validate", str(first)], capture_output=True, check=False)
        command = time.monotonic() - started
        words = [*SERVE, "serve", home, "--port", "0", "--workers", str(workers)]
        server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert server.stdout
        address = server.stdout.readline().strip()
        base = address.partition("/open")[0]
        cookies = httpx.get(address, follow_redirects=False).cookies
        times: list[float] = []
        errors: list[str] = []
        end = time.monotonic() + seconds

        def person(number: int) -> None:
            draw = random.Random(number)
            plan = f"/plan/plan{number}.xlsx"
            with httpx.Client(base_url=base, cookies=cookies, headers={"origin": base}, timeout=60) as client:
                time.sleep(draw.uniform(2, 6))
                while time.monotonic() < end:
                    begun = time.monotonic()
                    place = client.post(f"{plan}/do/validate").headers.get("location", "")
                    while "data-events" in (text := client.get(place).text):
                        time.sleep(0.1)
                    times.append(time.monotonic() - begun)
                    if "lines checked" not in text:
                        errors.append(text)
                    if client.get(f"{plan}/problems").status_code != 200:
                        errors.append("problems")
                    time.sleep(draw.uniform(2, 6))

        crowd = [threading.Thread(target=person, args=[number]) for number in range(people)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        server.send_signal(signal.SIGINT)
        code = server.wait(60)
    slowest = statistics.quantiles(times, n=20)[-1]
    print(f"{len(times)} validates, {len(errors)} errors, server ended with {code}; the command takes {command:.2f} s")
    print(
        f"median {statistics.median(times):.2f} s, 95 % within {slowest:.2f} s = {slowest / command:.1f} × the command"
    )
    return 1 if errors or code else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

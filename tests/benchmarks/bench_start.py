"""From process start to work done: `validate` of 100 lines beside `import pandera.pandas` alone, and the other clicks.

Run it by itself: `python tests/benchmarks/bench_start.py`. Each round starts every program once, so that a busy machine
slows all alike; what is printed is the median over the rounds of each round's ratio. All is compiled, as pip leaves it.
"""

import csv
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fair import as_installed

ROUNDS = 11
PANDERA = "import pandera.pandas"


def make_plan(folder: Path) -> Path:
    """A master of 100 lines, issued once."""
    example = Path(__file__).parents[2] / "hrworkbook" / "example" / "plan.csv"
    heading, *lines = csv.reader(example.read_text(encoding="utf-8-sig").splitlines())
    with (folder / "plan.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        for i in range(100):
            theme, _, *rest = lines[i % len(lines)]
            writer.writerow([theme, f"R{i}", *rest])
    run("new", "delivery-plan", folder / "plan.xlsx", "--from", folder / "plan.csv")
    run("issue", folder / "plan.xlsx", "--out", folder / "out")
    return folder / "plan.xlsx"


def run(*words: object) -> None:
    subprocess.run([*command(*words)], capture_output=True, check=False)


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "hrworkbook", *map(str, words)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        as_installed()
        plan = make_plan(folder)
        sent = next((folder / "out").glob("*.xlsx"))
        programs = {
            PANDERA: [sys.executable, "-c", PANDERA],
            "validate": command("validate", plan),
            "read": command("read", sent),
            "issue": command("issue", plan, "--out", folder / "out"),
            "--help": command("--help"),
        }
        clock: dict[str, list[float]] = {name: [] for name in programs}
        processor: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(ROUNDS + 1):
            for name, words in programs.items():
                used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
                subprocess.run(words, capture_output=True, check=False)
                clock[name].append(time.perf_counter() - began)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                processor[name].append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
    # The first round fills the caches of the disk.
    for name in programs:
        print(
            f"{name:22} {statistics.median(clock[name][1:]):6.2f} s  {ratio(clock, name):5.2f} × by the clock", end=""
        )
        print(f"  {ratio(processor, name):5.2f} × by the processor")


def ratio(times: dict[str, list[float]], name: str) -> float:
    return statistics.median(a / b for a, b in zip(times[name][1:], times[PANDERA][1:], strict=True))


if __name__ == "__main__":
    main()

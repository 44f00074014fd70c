"""Run scenarios by hand: each fault as it is found, and the figures at the end."""

import sys
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from scenarios import judge_many  # noqa: E402

number, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
found, counted = Counter[str](), Counter[str]()
for seed in range(first, first + number):
    faults, lines, figures = judge_many([seed])
    found, counted = found + faults, counted + figures
    for line in lines:
        print(line, flush=True)
    if not (done := seed - first + 1) % 50:
        each = time.process_time() / done
        print(f"{done:,} scenarios, to seed {seed}, {each:.2f} s of processor each", file=sys.stderr, flush=True)
for name, count in [*sorted(counted.items()), *sorted(found.items())]:
    print(f"{count:8,}  {name}")
sys.exit(bool(found))

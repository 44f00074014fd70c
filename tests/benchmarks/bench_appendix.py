"""10,000 lines made into an appendix, measured and paged, beside bare XlsxWriter writing the same formatted cells.

Processor time, by turns. Run it by itself: `python tests/benchmarks/bench_appendix.py [LINES]`. The lines have texts of their own, so that nothing
is measured once for all. Each way runs in a process of its own, in turns; the ratio printed is the median over rounds.
"""

import io
import random
import statistics
import subprocess
import sys
import time
from typing import Any

from hrworkbook.render.appendix import write_appendix as sheets
from hrworkbook.render.appendix.document import AppendixDocument
from hrworkbook.render.appendix.page_plan import Cover, PrintColumn, PrintLine

ROUNDS = 5
SENTENCE = "review consultation of the workforce strategy agreed with schools and trade unions in autumn £1,250 2016/17"
WORDS = SENTENCE.split()
CELL_WRITES = ("write_string", "write_blank", "write_number", "write_rich_string", "set_row", "set_column_pixels")


def document(count: int) -> AppendixDocument:
    chance = random.Random(1)
    columns = (
        PrintColumn("ref", "Ref", kind="reference", repeats_once=True),
        PrintColumn("priority", "Priority", repeats_once=True),
        PrintColumn("owner", "Owner"),
        PrintColumn("timescale", "Timescale"),
        PrintColumn("measures", "Measures", bullets=True),
        PrintColumn("progress", "Progress update", bullets=True),
    )
    lines = []
    for i in range(count):
        text = [" ".join(chance.choices(WORDS, k=chance.randint(1, n))) for n in (20, 25, 40)]
        cells = (f"A{i // 3}", text[0] if i % 3 == 0 else lines[-1].cells[1], f"Owner {i % 40}", "Oct 2016", *text[1:])
        lines.append(PrintLine(f"Theme {i // 60}", f"A{i // 3}", cells, f"L{i}"))
    return AppendixDocument(Cover("Plan", author="HR"), columns, tuple(lines))


def recorded(count: int) -> list[tuple[str, list[tuple[str, tuple[Any, ...]]]]]:
    """Every cell and row our writer writes, with its format's settings in place of the format."""
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    calls: list[tuple[str, list[tuple[str, tuple[Any, ...]]]]] = []
    settings: dict[int, int] = {}
    add = xlsxwriter.Workbook.add_worksheet

    def adding(self: Any, name: str | None = None, worksheet_class: Any = None) -> Any:
        calls.append((name or "", []))
        return add(self, name, worksheet_class)

    def recording(name: str) -> Any:
        real = getattr(Worksheet, name)

        def call(self: Any, *args: Any) -> Any:
            plain = tuple(
                ("format", settings.setdefault(id(a), len(settings))) if hasattr(a, "xf_index") else a for a in args
            )
            calls[-1][1].append((name, plain))
            return real(self, *args)

        return real, call

    held = {name: recording(name) for name in CELL_WRITES}
    xlsxwriter.Workbook.add_worksheet = adding
    for name, (_, call) in held.items():
        setattr(Worksheet, name, call)
    sheets.write_appendix(document(count))
    xlsxwriter.Workbook.add_worksheet = add
    for name, (real, _) in held.items():
        setattr(Worksheet, name, real)
    return calls


def bare(count: int) -> float:
    """Processor seconds XlsxWriter needs for those cells, knowing beforehand what to write."""
    import xlsxwriter

    calls = recorded(count)
    begun = time.process_time()
    book = xlsxwriter.Workbook(
        io.BytesIO(), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    formats: dict[int, Any] = {}
    for name, writes in calls:
        sheet = book.add_worksheet(name)
        for method, args in writes:
            made = []
            for a in args:
                if isinstance(a, tuple) and a[:1] == ("format",):
                    if a[1] not in formats:
                        formats[a[1]] = book.add_format(
                            {"text_wrap": True, "valign": "top", "font_size": 8 + a[1] % 5, "indent": a[1] % 9}
                        )
                    made.append(formats[a[1]])
                else:
                    made.append(a)
            getattr(sheet, method)(*made)
    book.close()
    return time.process_time() - begun


def ours(count: int) -> float:
    """Processor seconds from lines to workbook, measuring and paging included."""
    plan = document(count)
    begun = time.process_time()
    sheets.write_appendix(sheets.plan_document(plan))
    return time.process_time() - begun


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if len(sys.argv) > 2:
        import resource

        seconds = {"bare": bare, "ours": ours}[sys.argv[2]](count)
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    memory = 0.0
    for _ in range(ROUNDS):
        for way in times:
            done = subprocess.run(
                [sys.executable, __file__, str(count), way], capture_output=True, text=True, check=True
            )
            seconds, megabytes = map(float, done.stdout.split())
            times[way].append(seconds)
            memory = max(memory, megabytes) if way == "ours" else memory
    ratio = statistics.median(o / b for o, b in zip(times["ours"], times["bare"], strict=True))
    print(
        f"{count:,} lines: bare XlsxWriter {statistics.median(times['bare']):.2f} s, ours {statistics.median(times['ours']):.2f} s"
    )
    print(f"ours / bare = {ratio:.2f} (target: at most 1.4); memory {memory:.0f} MB (target: under 300)")


if __name__ == "__main__":
    main()

"""One small mail or table cannot hang a merge: each beside a good return, through the real command, under limits.

The good return is merged within 20 s of processor time and 1 GiB, and the bad file is one line and one row of the Register.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import hostile
import pytest
from hostile import mail, mailbox, zipped
from masters import OWNERS, THREE, make_master
from openpyxl import load_workbook

from hrworkbook.cli.main import main
from hrworkbook.intake.mail_reader import MailReader
from hrworkbook.plan.errors import UnreadableFile
from hrworkbook.plan.schema import load_schema

SECONDS, MEMORY = 20, 1 << 30
N = 200_000
BIG = 4_000_000
HEADINGS = [c.header for c in load_schema("delivery-plan").columns]


def html(page: str) -> bytes:
    return b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html\n\n" + page.encode()


def head(*lines: str) -> bytes:
    return ("From: a@b.c\nSubject: x\nMIME-Version: 1.0\n" + "\n".join(lines) + "\n\nhi\n").encode()


def part(*lines: str, body: str = "x") -> bytes:
    first = "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
    return ("From: a@b.c\nMIME-Version: 1.0\n" + first + "\n".join(lines) + f"\n\n{body}\n--b--\n").encode()


def table(row: str) -> str:
    return f"<table><tr><td>ID</td><td>Theme</td><td>RAG</td></tr>{row}</table>"


CELLS = "<td>L001</td><td>Staff</td><td>Red</td>"
MAILS = {
    "unclosed style": html("<style" * (N // 6)),
    "unclosed script and head": html("<script><head>" * (N // 14)),
    "less than": html("<" * N),
    "greater than": html("> " * (N // 2)),
    "comments": html("<!--" * (N // 4)),
    "comments closed late": html("<!--" * (N // 4) + "-->"),
    "cdata": html("<![CDATA[" * (N // 9)),
    "declarations": html("<!DOCTYPE [" * (N // 11)),
    "quotes": html("<a b='" * (N // 6)),
    "ampersands": html("&" * N),
    "entities": html("&amp" * (N // 4)),
    "a number of 200,000 digits": html(table(f"<tr><td>&#{'1' * N};</td></tr>")),
    "tags": html("<b>" * (N // 3)),
    "tables in tables": html("<table><tr><td>ID" * (N // 17)),
    "wide cells": html(table(f"<tr><td colspan=1000000000>{CELLS}</tr>" * (N // 60))),
    "tall cells": html(table(f"<tr><td rowspan=1000000000>{CELLS}</tr>" * (N // 60))),
    "many wide cells": html(table("<tr>" + "<td colspan=200>" * 120_000)),
    "white space": html("> " + " " * N + "ID" + "\n" * N),
    "colspan and no number": html(table("<td " + "colspan = " * (N // 10) + ">")),
    "semicolons": head("Content-Type: text/plain" + ";" * N),
    "semicolons in a folded heading": head("Content-Type: text/plain", *[" ;;;;;;;;;"] * (N // 10)),
    "quotes in a heading": head('Content-Type: text/plain; a="' + '\\"' * (N // 2)),
    "semicolons in a part": part("Content-Disposition: attachment; " + "a=b;" * (N // 4)),
    "just short enough, a thousand times": part(
        *["\n--b\nContent-Type: text/plain; " + ";" * 3_900] * 900
    ),
    "continued names": part(
        "Content-Disposition: attachment; " + "; ".join(f"filename*{i}*=%41" for i in range(N // 18))
    ),
    "encoded words": head("X-A: y").replace(b"Subject: x", b"Subject: " + b"=?utf-8?q?a?= " * (N // 14)),
    "encoded words in a name": part('Content-Type: x/y; name="' + "=?utf-8?b?" * 390 + '"'),
    "an endless encoded word": head("X-A: y").replace(b"Subject: x", b"Subject: =?" + b"?" * N),
    "brackets in an address": head("X-A: y").replace(b"a@b.c", b"(" * N),
    "angles in an address": head("X-A: y").replace(b"a@b.c", b"<" * N),
    "ats in an address": head("X-A: y").replace(b"a@b.c", b"a@" * (N // 2)),
    "dots in an address": head("X-A: y").replace(b"a@b.c", b"a." * (N // 2)),
    "commas in an address": head("X-A: y").replace(b"a@b.c", b"," * N),
    "quotes in an address": head("X-A: y").replace(b"a@b.c", b'"\\' * (N // 2)),
    "a date of digits": head("Date: " + "1" * N),
    "a thousand boundaries": hostile.nested_parts(190) + b"--b1x\n" * 60_000,
    "boundaries never closed": part("Content-Type: text/plain", body="--b" * (N // 3)),
    "quoted printable": part("Content-Transfer-Encoding: quoted-printable", body="=" * N),
    "base64 of nothing": part("Content-Type: x/y; name=r.csv", "Content-Transfer-Encoding: base64", body="=!" * (N // 2)),
    "uuencoded": part("Content-Type: x/y; name=r.csv", "Content-Transfer-Encoding: x-uuencode", body="begin 6\n" * (N // 8)),
    "punycode": part("Content-Type: text/plain; charset=punycode", body="a-" + "b9" * N),
    "idna": part("Content-Type: text/html; charset=idna", body="xn--" + "b9" * N),
    "forwards": hostile.forwarding(mail(text="x"), 99),
    "forwards in base64": part(
        "Content-Type: message/rfc822",
        "Content-Transfer-Encoding: base64",
        body=base64.encodebytes(html("<style" * (N // 6))).decode(),
    ),
    "carriage returns": head("X: y").replace(b"\nhi", b"\r" * N),
    "headings of nothing": head(*["a:"] * (N // 3)),
}  # fmt: skip
TABLES = {
    "a million commas": b"," * 1_000_000,
    "one row": b"a," * (BIG // 2),
    "one line of words": ",".join(f"w{i}" for i in range(500_000)).encode(),
    "very wide": "\n".join(",".join(f"w{r}x{c}" for c in range(10_000)) for r in range(50)).encode(),
    "very tall": b"x\n" * 190_000,
    "one column of headings": ("\n".join(HEADINGS) + "\n").encode() * 8_000,
    "all headings": (",".join(["ID", *HEADINGS]) + "\n").encode() * (BIG // 160),
    "an ID in every row": "\n".join(f"ID,{HEADINGS[i % len(HEADINGS)]},x{i}" for i in range(150_000)).encode(),
    "parts of headings": "\n".join(f"Theme,{HEADINGS[i % 5].split()[0]},{i}" for i in range(150_000)).encode(),
    "headings in every order": "\n".join(
        ",".join(["ID", *HEADINGS[i % 9 :], *HEADINGS[: i % 9]]) for i in range(BIG // 160)
    ).encode(),
    "all text": "\n".join(f"text number {i} of many, said at length {i}" for i in range(BIG // 40)).encode(),
    "headings and much below": (",".join(["ID", *HEADINGS]) + "\n").encode() + b"L1,Staff,A,b c d,e\n" * 180_000,
    "headings and much beside": (",".join(["ID", *HEADINGS]) + "\n").encode() + b",".join([b"x"] * 400) + b"\n" + b",".join([b"x"] * 400) + b"\n" * 2_000,
    "long texts": (("Theme Priority " * 26)[:390] + ",y\n").encode() * 9_000,
    "half a quotation": b'"' + b"a,b\n" * (BIG // 4),
    "empty quotations": b'"",' * (BIG // 3),
}  # fmt: skip
CONTAINERS = {
    "junk.zip": zipped({f"{n}.csv": b"x" for n in range(3_000)}),
    "too many.zip": hostile.raw_zip([(f"{n}", 0, 0, 0, b"") for n in range(37_327)]),
    "junk.eml": mail(*((f"{n}.csv", b"x%d" % n) for n in range(300))),
    "junk.mbox": mailbox(*(mail(text=f"no {n}") for n in range(300))),
    "copies.zip": zipped({f"{n}.csv": b"a,b\n1,2\n" for n in range(2_000)}),
    "nested.zip": zipped({f"{n}.zip": zipped({f"{m}.csv": b"x" for m in range(40)}) for n in range(40)}),
    "mails.zip": zipped({f"{n}.eml": mail(text="nothing") for n in range(300)}),
    "pictures.zip": zipped({f"{n}.png": b"x" for n in range(3_000)}),
}  # fmt: skip


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A master that has issued, and a good return with one answer."""
    folder = tmp_path_factory.mktemp("plan")
    path = make_master(folder, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(folder / "out")])
    (good,) = (folder / "out").glob("Learning Lead *.xlsx")
    book = load_workbook(good)
    sheet = book.active
    assert sheet is not None
    at = next(c for row in sheet.iter_rows() for c in row if c.value == "Progress Update")
    sheet.cell(at.row + 1, at.column).value = "Held."
    book.save(good)
    return path, good


def limited() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def merged(plan: tuple[Path, Path], folder: Path, bad: dict[str, bytes]) -> dict[str, list[dict[str, object]]]:
    """What the command says of a good return beside bad files; it holds to its limits and leaves one row for each file."""
    if sys.platform == "win32":
        pytest.skip("this system has no limit of memory to set from here")
    path, inbox = folder / "plan.xlsx", folder / "in"
    shutil.copy(plan[0], path)
    inbox.mkdir()
    shutil.copy(plan[1], inbox / plan[1].name)
    for name, data in bad.items():
        (inbox / name).write_bytes(data)
    before = len(register(path))
    command = [sys.executable, "-m", "hrworkbook", "merge", str(path), str(inbox)]
    began, cpu = time.monotonic(), os.times()
    said = subprocess.run(
        [*command, "--json"],
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limited,
        cwd=Path(__file__).parents[2],
    )
    after = os.times()
    took = after.children_user + after.children_system - cpu.children_user - cpu.children_system
    # A busy machine slows the clock and not the processor; what only waits would show in the clock.
    assert min(took, time.monotonic() - began) < SECONDS
    assert said.returncode == 1 and not said.stderr, said.stderr
    result: dict[str, list[dict[str, object]]] = json.loads(said.stdout)
    assert [(one["file"], one["outcomes"]["applied"]) for one in result["returns"]] == [(plan[1].name, 1)]  # type: ignore[index]
    assert len(register(path)) - before == 1 + len(result["refused"])
    return result


def register(path: Path) -> list[tuple[object, ...]]:
    return [row for row in load_workbook(path, read_only=True)["Register"].iter_rows(values_only=True) if any(row)]


@pytest.fixture(scope="module")
def mails() -> Iterator[MailReader]:
    reader = MailReader()
    reader.read(mail())
    yield reader
    reader.close()


@pytest.mark.parametrize("what", MAILS)
def test_a_hostile_mail_is_taken_apart_in_time_that_grows_with_its_size(mails: MailReader, what: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(UnreadableFile):
        mails.read(MAILS[what])
    assert time.monotonic() - began < 6, "not even half of what one may take: a busy machine is allowed for"


def test_all_hostile_mails_together_are_one_line_each_beside_a_good_return(
    plan: tuple[Path, Path], tmp_path: Path
) -> None:
    result = merged(plan, tmp_path, {f"bad {number}.eml": data for number, data in enumerate(MAILS.values())})
    told = sorted(str(refused["file"]).split(" > ")[0] for refused in result["refused"])
    assert told == sorted(f"bad {number}.eml" for number in range(len(MAILS)))
    assert all(len(str(refused["reason"]).splitlines()) == 1 for refused in result["refused"])


@pytest.mark.parametrize("what", TABLES)
def test_a_hostile_table_is_one_line_beside_a_good_return(plan: tuple[Path, Path], tmp_path: Path, what: str) -> None:
    result = merged(plan, tmp_path, {"bad.csv": TABLES[what]})
    (refused,) = result["refused"]
    assert refused["file"] == "bad.csv" and len(str(refused["reason"]).splitlines()) == 1


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_is_one_line_whatever_it_holds(plan: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    result = merged(plan, tmp_path, {name: CONTAINERS[name]})
    (refused,) = result["refused"]
    assert refused["file"] == name and len(str(refused["reason"])) < 1_500
    assert len(result["aside"]) <= 11

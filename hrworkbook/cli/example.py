"""The demo: the whole job on the example plan, command by command, with made-up replies."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from importlib.resources import as_file, files
from pathlib import Path

from hrworkbook.cli import console
from hrworkbook.cli.console import show
from hrworkbook.plan.errors import CannotWrite, HrWorkbookError
from hrworkbook.plan.ledger_records import read_decision
from hrworkbook.plan.snapshot import ChangeSet, Snapshot, Write
from hrworkbook.plan.values import Value, normalised_text

DEMO_TIME = datetime(2027, 1, 11, 9, 0)
"""The demo's own day, so that it tells the same story whenever it is run."""


def run_demo(options: Namespace) -> int:
    """Run the whole job in a folder and tell where to look."""
    folder = Path(options.folder)
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(str(folder), "this is a file, not a folder", "Name a new folder: hrworkbook demo DIR")
    if folder.exists() and any(folder.iterdir()):
        raise CannotWrite(
            str(folder), "there is something in that folder already", "Name a new folder: hrworkbook demo DIR"
        )
    console.fixed_now = DEMO_TIME
    try:
        return _run_story(folder)
    finally:
        console.fixed_now = None


def _run_story(folder: Path) -> int:
    master, out, back = folder / "plan.xlsx", folder / "Returns out", folder / "Returns in"
    _print_sentence("1. You have a plan in a CSV file. Make a master workbook from it.")
    with as_file(files("hrworkbook.example") / "plan.csv") as source:
        _run(
            "new",
            "delivery-plan",
            str(master),
            "--from",
            str(source),
            shown=f'new delivery-plan "{master}" --from plan.csv',
        )
    _print_sentence("2. You fill in the Start and Owners sheets, and check the plan.")
    _fill_start_and_owners(master)
    _run("validate", str(master))
    _print_sentence("3. You send each owner their part.")
    _run("issue", str(master), "--out", str(out))
    _print_sentence("4. A week passes. You correct one update in the master yourself; replies come in by e-mail.")
    console.fixed_now = DEMO_TIME + timedelta(days=10, hours=8)
    _correct_one_update(master)
    for name in _replies(out, back):
        show(f"  {back / name}")
    _print_sentence("5. You merge the replies. Every cell is accounted for.")
    _run("merge", str(master), str(back))
    _print_sentence("6. What could not be taken goes back to its owner, to be mended.")
    _run("bounce", str(master), "--out", str(folder / "To mend"))
    _print_sentence("7. You remind whoever is still out.")
    console.fixed_now = DEMO_TIME + timedelta(days=14)
    _run("chase", str(master), "--out", str(folder / "Reminders"))
    _print_sentence(
        "8. The paper is due. You choose what the plan says where a reply was not taken, on the Decisions sheet."
    )
    _choose(master, "keep master")
    _run("decide", str(master))
    _print_sentence("9. You make the appendix for the committee.")
    _run("appendix", str(master), "-o", str(folder / "appendix.xlsx"))
    own = _own_workbook_story(folder)
    _print_sentence("Where to look")
    show(f"  {master}: the Start sheet says what is next; Decisions holds what you chose.")
    show(f"  {out}: what the owners were sent, with a covering mail each.")
    show(f"  {folder / 'appendix.xlsx'}: the appendix, ready to print.")
    show(f"  {own}: a workbook of its council's own that is the master, its sheets and its chart as they were.")
    return 0


def _own_workbook_story(folder: Path) -> Path:
    """Make a council's own workbook the master, and send its owners their parts; return it."""
    from hrworkbook.render.own_workbook import write_own_workbook

    before, own = folder / "Our people plan.xlsx", folder / "Our people plan as master.xlsx"
    _print_sentence(
        "10. Or the workbook you have had for years is the master. (Without -o it is changed where it stands.)"
    )
    console.fixed_now = DEMO_TIME
    write_own_workbook(before)
    _run("adopt", str(before), "-o", str(own))
    _print_sentence("11. From there on all is as above: fill in Start and Owners, check, send, merge.")
    _fill_start_and_owners(own)
    _run("issue", str(own), "--out", str(folder / "Our returns out"))
    return own


def _print_sentence(sentence: str) -> None:
    show()
    show(sentence)


def _run(command: str, *words: str, shown: str = "") -> None:
    """Show one command as it would be typed, then run it; a refusal ends the demo."""
    from hrworkbook.cli import run
    from hrworkbook.cli.main import build_parser

    typed = " ".join(f'"{w}"' if " " in w else w for w in words)
    show(f"$ hrworkbook {shown or f'{command} {typed}'}")
    run(build_parser().parse_args([command, *words]))


def _fill_start_and_owners(master: Path) -> None:
    """Type what the officer types into the Start and Owners sheets."""
    settings: dict[str, Value] = {
        "Period": "2026/27 Q3", "Committee": "Staffing Committee", "Committee date": "10 February 2027",
        "Returns due": "22 January 2027", "Prepared by": "Head of HR", "Appendix number": "1",
    }  # fmt: skip

    def typed(snapshot: Snapshot) -> list[Write]:
        writes = [
            Write("Start", row, 3, ((settings[label],),))
            for row in range(1, len(snapshot["Start"].rows) + 1)
            if (label := normalised_text(snapshot["Start"].at(row, 2))) in settings
        ]
        owners = snapshot["Owners"]
        for row in range(5, len(owners.rows) + 1):
            if role := normalised_text(owners.at(row, 1)):
                writes.append(Write("Owners", row, 3, ((address_of(role),),)))
        return writes

    _apply_typed(master, typed)


def address_of(role: str) -> str:
    """Return the made-up address of a role of the example plan."""
    return f"{role.lower().replace(' ', '.')}@council.example"


def _correct_one_update(master: Path) -> None:
    """Change one update after the returns went out, as the officer: one reply will disagree with it."""
    _apply_typed(
        master,
        lambda s: _cells(
            s, "Plan", {("L008", "Progress Update"): "2.9 in quarter 3, by the monitoring report of 8 January."}
        ),
    )


def _choose(master: Path, choice: str) -> None:
    """Make the officer's choice for every decision that waits."""
    from hrworkbook.plan.ledgers import DECISIONS

    def chosen(snapshot: Snapshot) -> list[Write]:
        waiting = [d for d in DECISIONS.data_rows(snapshot) if read_decision(d).is_open]
        return [w for d in waiting for w in DECISIONS.rewrite(snapshot, d, {"Decision": choice})]

    _apply_typed(master, chosen)


def _apply_typed(book: Path, typed: object) -> None:
    from hrworkbook.hosts.file import FileHost

    host = FileHost(book)
    writes: Sequence[Write] = typed(host.snapshot())  # type: ignore[operator]
    host.apply(ChangeSet(tuple(writes)))
    for backup in book.parent.glob(f"{book.stem}.backup-*"):
        backup.unlink()


def _cells(snapshot: Snapshot, sheet: str, texts: Mapping[tuple[str, str], Value]) -> list[Write]:
    """Return the writes of cells known by their line's ID and their heading."""
    block = snapshot[sheet]
    top = next(r for r in range(1, 20) if normalised_text(block.at(r, 1)) == "ID")
    columns = {normalised_text(v): c for c, v in enumerate(block.rows[top - 1], 1)}
    rows = {normalised_text(block.at(r, 1)): r for r in range(top + 1, len(block.rows) + 1)}
    return [Write(sheet, rows[line], columns[heading], ((value,),)) for (line, heading), value in texts.items()]


REPLIES: tuple[tuple[str, str, dict[tuple[str, str], Value]], ...] = (
    ("1 a clean reply", "Learning Manager", {
        ("L006", "Progress Update"): "Two cohorts have finished: 35 managers, 33 of whom rated it good or very good.",
        ("L006", "RAG"): "Complete",
    }),
    ("2 a reply that disagrees with you", "Health and Safety Manager", {
        ("L008", "Progress Update"): "3.0 in quarter 3, the same as in quarter 2.",
        ("L009", "Progress Update"): "All 22 audited. Thirty-one actions, nineteen of them closed.",
        ("L009", "RAG"): "complete",
    }),
    ("3 a reply with bad values", "Pay and Reward Manager", {
        ("L011", "RAG"): "Greenish",
        ("L012", "RAG"): "Red",
        ("L012", "Progress Update"): "Not begun: waiting for the national award.",
    }),
)  # fmt: skip
"""The returns that come back, and what their owners wrote."""


def _replies(out: Path, back: Path) -> list[str]:
    """Write the replies as mails; return their file names."""
    back.mkdir(parents=True)
    names: list[str] = []
    for i, (name, role, texts) in enumerate(REPLIES):
        sent = next(out.glob(f"{role} *.xlsx"), None)
        if sent is None:
            raise HrWorkbookError(str(out), f"the return of {role} is gone", "Run the demo in a new folder")
        filled = back / sent.name
        filled.write_bytes(sent.read_bytes())
        _apply_typed(filled, lambda s, t=texts: _cells(s, s.sheets[0].name, t))
        mail = _mail(role, f"RE: {sent.stem}", "Please find my return attached.", DEMO_TIME + timedelta(days=7 + i))
        mail.add_attachment(
            filled.read_bytes(), maintype="application", subtype="vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            filename=sent.name,
        )  # fmt: skip
        filled.unlink()
        names.append(f"{name}.eml")
        (back / names[-1]).write_bytes(mail.as_bytes())
    mail = _mail(
        "Head of HR",
        "Automatic reply: your return",
        "I am away until Monday. The rota is attached.",
        DEMO_TIME + timedelta(days=10),
    )
    mail.add_attachment("Week,Monday,Tuesday\n2,Office,Home\n3,Home,Office\n", subtype="csv", filename="rota.csv")
    names.append("4 no return at all.eml")
    (back / names[-1]).write_bytes(mail.as_bytes())
    return names


def _mail(role: str, subject: str, text: str, sent: datetime) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{role} <{address_of(role)}>"
    mail["To"] = "hr@council.example"
    mail["Subject"] = subject
    mail["Date"] = sent.strftime("%a, %d %b %Y %H:%M:%S +0000")
    mail.set_content(text)
    return mail

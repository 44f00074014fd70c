"""Draft mails: ready to open, check and send from any mail program."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

from hrworkbook.plan.findings import count_noun
from hrworkbook.plan.model import Owner, parse_addresses
from hrworkbook.plan.returns import OutgoingReturn
from hrworkbook.plan.values import clean
from hrworkbook.verbs.bounce import BouncedReturn
from hrworkbook.verbs.issue import SentBefore

_EDITING = " (if Excel shows Enable Editing, press it: until then it keeps nothing you type)"
XLSX_MIME = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def draft_mail(
    to: Owner, subject: str, text: str, attachments: Sequence[tuple[str, bytes]], *, copy: str = ""
) -> bytes:
    """Return an unsent mail as an .eml, addressed where the address is known.

    `X-Unsent: 1` makes Outlook open it for editing. `attachments` are file names and contents. `copy` is who else is to have
    it; it stands in for the owner whose address is not known.
    """
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(clean(subject).split())
    to_them = parse_addresses(to.email)
    others = [a for a in parse_addresses(copy) if a.casefold() not in {t.casefold() for t in to_them}]
    for heading, addresses in (("To", to_them or others), ("Cc", others if to_them else [])):
        if addresses:
            mail[heading] = ", ".join(addresses)
    mail["X-Unsent"] = "1"
    mail.set_content(clean(text))
    for name, content in attachments:
        mail.add_attachment(content, maintype=XLSX_MIME[0], subtype=XLSX_MIME[1], filename=name)
    return mail.as_bytes()


def covering_mail(issued: OutgoingReturn, workbook: bytes, before: SentBefore | None = None) -> bytes:
    """Return the mail that takes a return to its owner; it says so where one was sent before for the same period."""
    lines = count_noun(len(issued.lines), "line")
    text = (
        f"{_greeting(issued.owner)}\n\n"
        f"Your part of the {issued.schema.title} for {issued.period} is attached: {lines}.{_instead(before)}\n\n"
        f"Please open it{_EDITING}, fill in the white cells, save the file, and send it back to me by {_due_text(issued)}. "
        "You can widen the columns as you like; every other cell is only there to read.\n\n"
        "If nothing has changed, write 'No change'. If something outside the white cells is wrong, tell me in your reply.\n\n"
        "Thank you\n"
    )
    subject = f"{issued.schema.title}, {issued.period}: your return by {_due_text(issued)}"
    return draft_mail(issued.owner, subject, text, [(issued.file, workbook)])


def _instead(before: SentBefore | None) -> str:
    if before is None:
        return ""
    when = f" on {before.day}" if before.day else " before"
    return f" It takes the place of the one I sent you{when}: please use this one, even if you have sent that back."


def reminder_mail(issued: OutgoingReturn, workbook: bytes, days_late: int) -> bytes:
    """Return the mail that reminds an owner of a return that has not come back, with the lines still open."""
    when = (
        f"was due on {_due_text(issued)}, {count_noun(days_late, 'day')} ago"
        if days_late > 0
        else f"is due on {_due_text(issued)}"
    )
    text = (
        f"{_greeting(issued.owner)}\n\n"
        f"Your return for the {issued.schema.title}, {issued.period}, {when}, and I do not have it yet. "
        f"It is attached again, with the {count_noun(len(issued.lines), 'line')} of yours still open.\n\n"
        f"Please open it{_EDITING}, fill in the white cells, save it and send it back. If you have answered already, our mails have crossed.\n\n"
        "Thank you\n"
    )
    return draft_mail(
        issued.owner, f"Reminder: {issued.schema.title}, {issued.period}", text, [(issued.file, workbook)]
    )


def bounce_mail(bounced: BouncedReturn, workbook: bytes) -> bytes:
    """Return the mail that sends a return back for the cells that could not be taken, each with what to do.

    It goes to the owner, with a copy to whoever sent the return where that is somebody else.
    """
    issued, cells = bounced.return_, count_noun(len(bounced.faulty_cells), "cell")
    wrong = "\n".join(
        f"  - line {c.line}, {c.column}: {' '.join(c.reason.split()).rstrip('.')}."
        for c in bounced.faulty_cells.values()
    )
    text = (
        f"{_greeting(issued.owner)}\n\n"
        f"Thank you for your return for the {issued.schema.title}, {issued.period}. "
        f"I could not take {cells} as {'it stands' if len(bounced.faulty_cells) == 1 else 'they stand'}:\n\n"
        f"{wrong}\n\n"
        f"Your return is attached with your answers in it and a note on each of these cells. Please open it{_EDITING}, mend "
        "them in that file and send it back; everything else you sent has reached me.\n\n"
        "Thank you\n"
    )
    subject = f"{issued.schema.title}, {issued.period}: {cells} to mend in your return"
    return draft_mail(issued.owner, subject, text, [(issued.file, workbook)], copy=bounced.sender)


def _greeting(owner: Owner) -> str:
    return f"Dear {owner.name or owner.role}"


def _due_text(issued: OutgoingReturn) -> str:
    return f"{issued.due.day} {issued.due:%B %Y}"

"""A return answered in the mail itself: the table pasted into its text."""

import html
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from plans import HEAD, Master, sheet

from hrworkbook.intake.mail_tables import TABLE_FILE_NAME, tables_as_csv
from hrworkbook.merging.outcomes import RefusedFile
from hrworkbook.merging.receive_files import receive_files

TABLE = """
Theme  | Ref | Priority                              | Owner         | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Staff  | A   | Hire well & early                     | Learning Lead | March 2027 | Posts < 5 % open               | Green | Two posts filled.\\nOne to come.
Staff  | B   | Train every manager in the new scheme | Learning Lead | Mar-27     | All trained by spring          | Amber | First course held in May.
"""
ADDRESS = "learn@council.example"
ANSWERS = {"L001_rag": "Red", "L002_progress_update": "Two courses held,\n• both full"}


@pytest.fixture
def master():
    made = Master(TABLE, {"Learning Lead": ADDRESS})
    made.issue()
    return made


def as_html(rows, cell="td"):
    """Rows as Outlook pastes them: each line of a cell a paragraph, every tag full of styles."""

    def one(value):
        lines = "" if value is None else str(value)
        paragraphs = "</p>\n<p class=MsoNormal>".join(html.escape(line) for line in lines.split("\n"))
        return f"<{cell} width=93 style='border:solid windowtext 1.0pt'><p class=MsoNormal><b><span\n lang=EN-GB>{paragraphs or '&nbsp;'}</span></b></p></{cell}>"

    body = "\n".join(f"<tr style='height:15.0pt'>{''.join(map(one, row))}</tr>" for row in rows)
    return f"<table class=MsoNormalTable border=0>\n{body}\n</table>"


def page(*tables):
    around = (
        "<html><head><style>p {margin:0}</style></head><body><!--[if gte mso 9]><xml>ID</xml><![endif]--><p>Hello,</p>"
    )
    return (
        around + "<p>see below</p>".join(tables) + "<table><tr><td>Jo Bloggs</td><td>Learning</td></tr></table></body>"
    )


def reply(folder, content, attached=b"", sender=ADDRESS):
    message = EmailMessage()
    message["From"], message["Subject"] = sender, "RE: your return"
    message["Date"] = datetime(2026, 11, 26, 9, tzinfo=UTC)
    message.set_content("Please see below.")
    message.add_alternative(content, subtype="html")
    if attached:
        message.add_attachment(attached, maintype="application", subtype="octet-stream", filename="Other.csv")
    (folder / "reply.eml").write_bytes(message.as_bytes())
    return list(receive_files([folder / "reply.eml"]))


@pytest.mark.parametrize("top", [0, HEAD], ids=["with its title", "the table alone"])
@pytest.mark.parametrize("laid_out", [False, True], ids=["as it is", "in a laid-out mail"])
def test_the_answers_are_merged_and_nothing_else_changes(master, tmp_path, top, laid_out):
    rows = [row[:-1] for row in sheet(master.issued["Learning Lead"], **ANSWERS)[top:]]
    table = as_html(rows)
    (item,) = reply(tmp_path, page(f"<table><tr><td>{table}</td></tr></table>" if laid_out else table))
    before = master.values()
    (one,) = master.merge(item).returns
    assert item.file == f"reply.eml > {TABLE_FILE_NAME}" and item.sender == ADDRESS
    assert one.outcome_counts["applied"] == 2 and not one.stray_cells
    written = {("L001", "rag"): "Red", ("L002", "progress_update"): "Two courses held,\n• both full"}
    assert master.values() == before | written


def test_a_reply_below_an_older_one_is_asked_about_where_they_differ(master, tmp_path):
    mine = master.issued["Learning Lead"]
    newer, older = (as_html(sheet(mine, **cells)[HEAD:]) for cells in (ANSWERS, {"L001_rag": "Amber"}))
    (item,) = reply(tmp_path, page(newer, older))
    (one,) = master.merge(item).returns
    assert master.says("L001.rag") == "Green" and one.outcome_counts["conflict"] == 2
    assert master.says("L002.progress_update") == "Two courses held,\n• both full"


def test_someone_elses_table_is_refused(master, tmp_path):
    other = Master(TABLE.replace("Learning Lead", "Pay Lead"), {"Pay Lead": "pay@council.example"})
    other.issue()
    (item,) = reply(tmp_path, page(as_html(sheet(other.issued["Pay Lead"]))))
    result = master.merge(item)
    assert not result.returns and "not the one that was issued" in result.refused[0].reason


@pytest.mark.parametrize(
    "content",
    [
        page(),
        page(as_html([["Name", "Number", "Extension"], ["Jo", "ID 7", "12"]])),
        page(as_html([["ID", "Staff"], ["L001", "x"]])),
        page(as_html([["ID", "RAG", "Progress Update"], ["L001", "Red", "x"]]).replace("<td ", "<td rowspan=2 ", 1)),
        page(as_html([["ID", "RAG", "Progress Update"], ["L001", "Red", "x"]]).replace("Red", "<s>Green</s> Red")),
    ],
    ids=["a signature", "no IDs", "two columns", "merged downwards", "struck through"],
)
def test_what_is_no_plain_table_of_lines_is_left_to_the_officer(content, tmp_path):
    (item,) = reply(tmp_path, content)
    assert isinstance(item, RefusedFile) and "the text may hold the answer" in item.reason


def test_a_workbook_beside_it_is_the_return(master, tmp_path):
    rows = sheet(master.issued["Learning Lead"], **ANSWERS)
    (item,) = reply(tmp_path, page(as_html(rows[HEAD:])), attached=b"ID,RAG\nL001,Amber\n")
    assert item.file == "reply.eml > Other.csv"


@pytest.mark.parametrize(
    "content",
    [
        "<" * 900_000,
        "<!" * 400_000,
        "<!--" * 300_000,
        "<table>" * 200_000,
        "<td a='" * 200_000,
        "&#" * 500_000,
        "<style" * 200_000,
    ],
)
def test_a_mail_made_to_harm_costs_little(content):
    started = time.process_time()
    tables_as_csv(f"<table><tr><td>ID</td>{content}")
    assert time.process_time() - started < 5

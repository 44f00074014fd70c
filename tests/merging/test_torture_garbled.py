"""The torture set, garbled: letters read wrongly, texts cut off, line breaks lost, commas taken for cells."""

import csv
import io
from datetime import datetime

import pytest
from plans import HEAD, Master, at, back, sheet

from hrworkbook.intake.reader import read_file
from hrworkbook.merging.outcomes import ReceivedFile

LONG = "The scheme’s first year: " + "every manager met their team – twice. " * 12
TABLE = f"""
Theme            | Ref | Priority                                   | Owner         | Timescale            | Performance & Outcome Measures                       | RAG   | Progress Update
People – culture | A   | The council’s managers trained             | Learning Lead | April – June 2026    | Fewer complaints, better reviews, shorter absences   | Green | Café mornings, “open to all”, cost £40.
People – culture | B   | Mentors found, trained, and kept           | Learning Lead | Ongoing              | Ten pairs at work, and {LONG} | Amber | {LONG}
People – culture | C   | A list of what, when and who, kept by all  | Learning Lead | December 2026        | Kept                                                 | Red   | - begun\\n- half done\\n- to be read
"""
OWNER = {"Learning Lead": "learn@council.example"}
MONDAY = datetime(2026, 11, 16, 10, 0)
UPDATE = "progress_update"


@pytest.fixture
def master():
    made = Master(TABLE, OWNER)
    made.issue()
    return made


def as_csv(master, change=lambda text: text, **cells):
    """The return as a CSV file, each of its texts changed."""
    out = io.StringIO(newline="")
    rows = sheet(master.issued["Learning Lead"], **cells)
    csv.writer(out).writerows([[change(v) if isinstance(v, str) else v for v in row] for row in rows])
    return out.getvalue().encode("utf-8-sig", "replace")


def merged(master, content, name="Return.csv"):
    reading = read_file(content, name)
    result = master.merge(ReceivedFile(name, reading.blocks, reading.sha256))
    (one,) = result.returns
    return one


def outcomes(one):
    return {o: n for o, n in one.outcome_counts.items() if n and o != "unchanged"}


GARBLED = {
    "UTF-8 read as Windows": lambda t: t.encode().decode("cp1252", "replace"),
    "UTF-8 read as Latin 1": lambda t: t.encode().decode("latin-1"),
    "UTF-8 read as a Mac": lambda t: t.encode().decode("mac_roman"),
    "Windows read as a Mac": lambda t: t.encode("cp1252").decode("mac_roman"),
    "a Mac read as Windows": lambda t: t.encode("mac_roman").decode("cp1252", "replace"),
    "question marks": lambda t: t.encode("ascii", "replace").decode(),
    "DOS read as Windows": lambda t: t.encode("cp850", "replace").decode("cp1252", "replace"),
}


@pytest.mark.parametrize("how", GARBLED)
def test_letters_read_wrongly_change_nothing_and_ask_nothing(master, how):
    before = master.values()
    one = merged(master, as_csv(master, GARBLED[how], L001_rag="Complete"))
    assert outcomes(one) == {"applied": 1}, [(c.outcome, c.received, c.why) for c in one.cells]
    assert master.values() == {**before, ("L001", "rag"): "Complete"}


SIGNS = "Sickness ≤ 4% – “on track” → spring 🙂"


@pytest.mark.parametrize("came", ["? 4%|? spring ?", "? 4%|? spring ??", "= 4%|> spring ??"])
def test_signs_that_windows_own_code_lacks_change_nothing(came):
    """What Excel leaves of them in a CSV file: `?`, or the nearest sign; the rest of the text is as it was."""
    master = Master(TABLE.replace("Kept ", f"{SIGNS} ").replace("- half done", SIGNS), OWNER)
    master.issue()
    before = master.values()
    level, spring = came.split("|")
    lost = {"≤ 4%": level, "→ spring 🙂": spring}

    def as_windows(text):
        for sign, left in lost.items():
            text = text.replace(sign, left)
        return text

    assert outcomes(merged(master, as_csv(master, as_windows))) == {} and master.values() == before
    rows = as_csv(master, L003_progress_update=SIGNS.replace("≤ 4%", "≤ 5%"))
    assert outcomes(merged(master, rows)) == {"applied": 1}


def test_an_answer_whose_letters_were_read_wrongly_is_written_as_it_was_meant(master):
    says = "The café’s “open” days – £60 each."
    merged(master, as_csv(master, GARBLED["UTF-8 read as Latin 1"], L001_progress_update=says))
    assert master.says("L001.progress_update") == says


@pytest.mark.parametrize("says", ["FRANÇA", "Â", "château – âge", "naïve Ã©"])
def test_an_answer_that_only_looks_so_stays_as_it_is(master, says):
    one = master.merge(back(master.issued["Learning Lead"], MONDAY, L001_progress_update=says)).returns[0]
    assert [c.outcome for c in one.cells] == ["applied"] and master.says("L001.progress_update") == says


@pytest.mark.parametrize("says", ["Café mornings, “open to all”, cost €40.", "Cafe mornings, “open to all”, cost £40."])
def test_a_letter_that_the_owner_changed_is_an_answer(master, says):
    master.merge(back(master.issued["Learning Lead"], MONDAY, L001_progress_update=says))
    assert master.says("L001.progress_update") == says


@pytest.mark.parametrize("length", [254, 255, 256])
def test_a_text_cut_off_by_a_program_is_asked_about(master, length):
    values = master.issued["Learning Lead"].lines[1].values
    cut = {f"L002_{key}": str(values[key])[:length] for key in (UPDATE, "measures")}
    one = master.merge(back(master.issued["Learning Lead"], MONDAY, **cut)).returns[0]
    assert outcomes(one) == {"conflict": 1} and "cut off after" in master.decisions[0].text("Why")
    assert master.says("L002.progress_update") == LONG.strip()


def test_a_text_that_the_owner_shortened_is_an_answer(master):
    master.merge(back(master.issued["Learning Lead"], MONDAY, L002_progress_update=LONG[:200]))
    assert master.says("L002.progress_update") == LONG[:200].strip()


def test_line_breaks_lost_on_the_way_change_nothing_and_those_added_are_an_answer(master):
    flat = as_csv(master, lambda t: t.replace("\n", " "), L001_progress_update="One.\nTwo.")
    before = master.values()
    assert outcomes(merged(master, flat)) == {"applied": 1}
    assert master.values() == {**before, ("L001", UPDATE): "One. Two."}
    listed = "Café mornings,\n“open to all”,\ncost £40."
    later = back(master.issued["Learning Lead"], master.later(), L001_progress_update=listed)
    one = master.merge(later).returns[0]
    assert one.outcome_counts["applied"] == 1 and master.says("L001.progress_update") == listed


def test_dashes_and_dots_typed_anew_count_in_the_owners_cells_alone(master):
    typed = {
        "L001_timescale": "April - June 2026",
        "L001_theme": "People - culture",
        "L002_progress_update": "So far...",
    }
    one = master.merge(back(master.issued["Learning Lead"], MONDAY, **typed)).returns[0]
    assert outcomes(one) == {"applied": 1} and master.says("L002.progress_update") == "So far..."


def test_commas_taken_for_cells_write_nothing(master):
    """A CSV file written without quotes: what follows a comma stands one cell further on."""
    rows = sheet(master.issued["Learning Lead"], L001_progress_update="Three mornings, and a fourth, to come.")
    text = "\r\n".join(",".join("" if v is None else " ".join(str(v).split()) for v in row) for row in rows)
    before = master.values()
    one = merged(master, text.encode("utf-8-sig"))
    assert master.values() == before and one.outcome_counts["applied"] == 0
    told = [*(str(c.received) for c in one.cells), *(str(s.value) for s in one.stray_cells)]
    assert any("Three mornings" in t for t in told) and any("a fourth" in t for t in told)


def test_ids_dragged_down_over_both_columns_take_no_answer_to_another_line(master):
    def dragged(rows):
        for n, row in enumerate(rows[HEAD + 1 :], 1):
            row[0] = row[-1] = f"L{n % 3 + 1:03d}"

    before = master.values()
    one = master.merge(back(master.issued["Learning Lead"], MONDAY, dragged, L002_progress_update="Twelve.")).returns[0]
    assert master.values() == before
    assert [(c.line.id, c.outcome) for c in one.cells] == [("L002", "conflict")]


def test_hrs_columns_alone_sorted_leave_the_ids_right(master):
    def sorted_alone(rows):
        heads = ("Priority", "Performance & Outcome Measures", "Timescale", "Ref")
        for column in (at(rows, h) for h in heads):
            values = [row[column] for row in rows[HEAD + 1 :]]
            for row, value in zip(rows[HEAD + 1 :], [values[-1], *values[:-1]], strict=True):
                row[column] = value

    one = master.merge(back(master.issued["Learning Lead"], MONDAY, sorted_alone, L002_rag="Complete")).returns[0]
    assert (
        master.says("L002.rag") == "Complete"
        and one.outcome_counts["locked"] == 12
        and one.outcome_counts["applied"] == 1
    )

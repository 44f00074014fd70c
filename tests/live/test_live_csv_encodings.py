"""A return that LibreOffice saved as CSV in each encoding: nothing untouched is overwritten, and new words are right or held."""

import shutil
from pathlib import Path

import pytest
from masters import answered, make_master, snapshot_of
from test_live_number_formats import convert

from hrworkbook.cli.main import main
from hrworkbook.plan.model import read_plan

TABLE = """
Theme        | Ref | Priority                         | Owner         | Timescale  | Performance & Outcome Measures | RAG   | Progress Update
Pay – grades | A   | The café’s rota is agreed        | Learning Lead | March 2027 | “Ready now” said by nine       | Green | Twelve of thirty – £1,250 spent…
Pay – grades | B   | Train Zoë’s managers             | Learning Lead | Ongoing    | All trained at ½ the cost      | Amber | First course – “good” – held at the café.
Pay – grades | C   | Publish the list                 | Learning Lead | Dec 2026   | Kept                           | Red   | Plain words only
"""
PLAIN = TABLE.translate(str.maketrans("–’“”…½é£ë", '-\'"".1e$e'))
"""The same without a sign beyond ASCII: nothing untouched shows how the file was written."""
NEW = {0: "Gwyneth Tŷ’s café opens – £45k is agreed.", 2: "Señor García: “nearly done” – à bientôt."}
PLAIN_OF = str.maketrans({"–": "-", "’": "'", "“": '"', "”": '"', "ŷ": "y"})
"""What LibreOffice writes for a sign that an encoding lacks, where that loses no meaning."""
ENCODINGS = {"UTF-8": 76, "ISO-8859-1": 12, "cp850": 4, "MacRoman": 2, "cp1252": 1}
TWICE = {"twice": ("utf-8", "cp1252"), "twice by a Mac": ("utf-8", "mac_roman")}


@pytest.fixture(scope="module", params=[TABLE, PLAIN], ids=["letters issued", "plain issued"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A master, and its owner's return as CSV in each encoding."""
    folder = tmp_path_factory.mktemp("csv")
    master = make_master(folder, request.param, owners={"Learning Lead": "learn@council.example"})
    answered(master, lambda one: {place: {"progress_update": text} for place, text in NEW.items()})
    (back,) = (folder / "in").iterdir()
    for name, number in ENCODINGS.items():
        convert(folder, f"csv:Text - txt - csv (StarCalc):44,34,{number},1,,0,false,true,false", [back])
        (folder / f"{back.stem}.csv").rename(folder / f"{name}.csv")
    text = (folder / "UTF-8.csv").read_bytes().decode("utf-8-sig")
    for name, (written, read) in TWICE.items():
        (folder / f"{name}.csv").write_bytes(text.encode(written).decode(read, "replace").encode("utf-8"))
    return folder


def texts(master: Path) -> dict[tuple[str, str], object]:
    """The texts of the plan by reference and column."""
    return {
        (str(line.values["ref"]), key): value
        for line in read_plan(snapshot_of(master)).lines
        for key, value in line.values.items()
    }


@pytest.mark.parametrize("encoding", [*ENCODINGS, *TWICE])
def test_nothing_untouched_is_overwritten(
    saved: Path, tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]
):
    master = Path(shutil.copy(saved / "plan.xlsx", tmp_path))
    before = texts(master)
    main(["merge", str(master), str(saved / f"{encoding}.csv")])
    told = capsys.readouterr()
    after = texts(master)
    answers = {(ref, "progress_update"): NEW[place] for ref, place in (("A", 0), ("C", 2))}
    assert {key: after[key] for key in before if key not in answers} == {
        key: value for key, value in before.items() if key not in answers
    }
    for key, text in answers.items():
        is_right = after[key] in (text, text.translate(PLAIN_OF))
        assert is_right or after[key] == before[key], f"{key}: {after[key]!r}\n{told.out}{told.err}"
        assert is_right or "Ask what it should say" in told.out + told.err, told.out + told.err
    if encoding == "UTF-8":
        assert {after[key] for key in answers} == set(answers.values())

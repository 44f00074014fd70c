"""Text tables: whatever parts the cells and encodes the letters."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import rows

from hrworkbook.intake.delimited import decode, detect_delimiter
from hrworkbook.intake.reader import read_file


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Ref,RAG\n1,Green\n", [["Ref", "RAG"], ["1", "Green"]]),
        (b"\xef\xbb\xbfRef;Cost\n1;2,50\n2;3,75\n", [["Ref", "Cost"], ["1", "2,50"], ["2", "3,75"]]),
        ("Ref\tRAG\n1\t“Green”\n".encode("utf-16"), [["Ref", "RAG"], ["1", "“Green”"]]),
        ("Ref,RAG\n1,Green – on track £5".encode("cp1252"), [["Ref", "RAG"], ["1", "Green – on track £5"]]),
        (b"sep=|\r\na|b;c\r\n1|2\r\n", [["a", "b;c"], ["1", "2"]]),
        (b'Ref,Text\n1,"one\ntwo, ""three"""\n', [["Ref", "Text"], ["1", 'one\ntwo, "three"']]),
        (
            b"HR plan; second quarter\nReturn of Jo\n\nRef,RAG,By\n1,Red,May\n2,Green,June\n",
            [
                ["HR plan; second quarter"],
                ["Return of Jo"],
                [],
                ["Ref", "RAG", "By"],
                ["1", "Red", "May"],
                ["2", "Green", "June"],
            ],
        ),
        (b"007,May 2020,=1+1\n-3,+4,@x\n", [["007", "May 2020", "=1+1"], ["-3", "+4", "@x"]]),
        (b"a,b\rc,d\r", [["a", "b"], ["c", "d"]]),
        (b"Ref\nA-1\nA-2\n", [["Ref"], ["A-1"], ["A-2"]]),
        (b"a,b\n1,x\x0cy\n", [["a", "b"], ["1", "x\x0cy"]]),
        (b"a,b,\r\n1,2,\r\n,,\r\n\r\n,,\r\n", [["a", "b"], ["1", "2"]]),
        (b"a;b\n1;2\n;;\n,\n", [["a", "b"], ["1", "2"], [], [","]]),
        (b'a,b\n1,"open\n,,\n,,\n', [["a", "b"], ["1", "open\n,,\n,,\n"]]),
    ],
)
def test_text_tables(data: bytes, expected: list[list[str]]) -> None:
    assert rows(data, "Return.csv") == expected


@given(
    st.lists(st.lists(st.text("abc;, \n\"'é£1.", max_size=9), min_size=3, max_size=3), min_size=4, max_size=9),
    st.sampled_from([",", ";", "\t", "|"]),
)
@settings(max_examples=60, deadline=None)
def test_a_table_written_with_any_delimiter_comes_back(table: list[list[str]], delimiter: str) -> None:
    import csv

    table = [["Reference", "What was done", "RAG"], *[["x" + cell.strip() for cell in row] for row in table]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    assert rows(out.getvalue().encode(), "Return.csv") == table


def test_encodings_and_delimiters_are_told() -> None:
    assert decode("é".encode("utf-16-le") + "abc,d".encode("utf-16-le"))[0] == "éabc,d"
    assert detect_delimiter("Well, this is prose.\nIt goes on.\nAnd on\nand on\n")[1] < 0.4
    notes = read_file(b"a;b\n1;\xa35\n", "x.csv").notes
    assert notes == (
        "It is a text table, separated by semicolons.",
        "Its accents and symbols were read as Windows text (cp1252).",
    )

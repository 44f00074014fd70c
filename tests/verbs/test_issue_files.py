"""The files that issuing makes: returns, their lists and mails."""

import io
import zipfile

import openpyxl
from masters import OWNERS, THREE, make_master, shared, snapshot_of
from plans import HEAD, Master, back, sheet

from hrworkbook.cli.main import main
from hrworkbook.intake.reader import read_file
from hrworkbook.plan.ledgers import REGISTER
from hrworkbook.plan.model import read_plan
from hrworkbook.plan.returns import (
    FILL_IN_TEXT,
    ROW_ID,
    title_line,
)
from hrworkbook.plan.seal import find_seal
from hrworkbook.plan.values import as_text
from hrworkbook.render.return_workbook import return_workbook


def written(master, owner):
    """A return as openpyxl opens it."""
    return openpyxl.load_workbook(io.BytesIO(return_workbook(master.issued[owner])))


def test_only_the_owners_cells_are_unlocked_and_no_macro_is_in_it():
    master = Master()
    master.issue()
    content = return_workbook(master.issued["Learning Lead"])
    book = openpyxl.load_workbook(io.BytesIO(content))
    (page,) = book.worksheets
    heads = [c.value for c in page[HEAD + 1]]
    open_ = {heads[c.column - 1] for row in page.iter_rows(min_row=HEAD + 2) for c in row if not c.protection.locked}
    assert page.protection.sheet and open_ == {"RAG", "Progress Update"}
    assert all(c.protection.locked for row in page.iter_rows(max_row=HEAD + 1) for c in row)
    assert not any("vba" in n.lower() or "macro" in n.lower() for n in zipfile.ZipFile(io.BytesIO(content)).namelist())


def test_a_return_has_a_title_what_to_do_a_seal_dropdowns_and_a_hidden_id():
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    page = written(master, "Learning Lead").worksheets[0]
    assert page["A1"].value == title_line(mine) and page["A3"].value == FILL_IN_TEXT
    assert "2026/27 Q3" in page["A2"].value and "5 December 2026" in page["A2"].value
    heads = [c.value for c in page[HEAD + 1]]
    assert heads[-1] == ROW_ID and page.column_dimensions[page.cell(HEAD + 1, len(heads)).column_letter].hidden
    assert [page.cell(r, len(heads)).value for r in (HEAD + 2, HEAD + 3)] == ["L002", "L003"]
    rules = {str(v.sqref): v.formula1 for v in page.data_validations.dataValidation}
    assert '"Red,Amber,Green,Complete"' in rules.values()
    assert [t.ref.split(":")[0] for t in page.tables.values()] == [f"A{HEAD + 1}"] and page.freeze_panes


def test_the_sheet_and_its_drawing_in_the_tests_are_one():
    """What the tests of the pure merge call a return is what issuing writes."""
    master = Master()
    master.issue()
    for mine in master.issued.values():
        block = read_file(return_workbook(mine)).blocks[0]
        real = [[as_text(v) for v in row] for row in block.rows]
        drawn = [[as_text(v) for v in row] for row in sheet(mine)]
        keep = [i for i, h in enumerate(drawn[HEAD]) if h in real[HEAD]]
        cut = [[row[i] for i in keep] for row in drawn[HEAD:]]
        width = len(cut[0])
        assert [[*row, *[""] * (width - len(row))] for row in real[HEAD:]] == cut
        assert [row[0] for row in real[:5]] == [row[0] for row in drawn[:5]]
        assert find_seal([block])[0] == mine.seal


def test_the_same_return_gives_the_same_bytes():
    master = Master()
    master.issue()
    mine = master.issued["Learning Lead"]
    assert return_workbook(mine) == return_workbook(mine)


def test_text_like_a_formula_goes_out_and_comes_back_as_text():
    master = Master()
    master.types(L002_progress_update='=HYPERLINK("http://x","pay")', L002_measures="+1 person", L002_rag="Red")
    master.issue()
    page = written(master, "Learning Lead").worksheets[0]
    cells = [c for row in page.iter_rows(min_row=HEAD + 2) for c in row if c.value is not None]
    assert all(c.data_type in ("s", "inlineStr", "n") for c in cells)
    result = master.merge(back(master.issued["Learning Lead"]))
    assert not result.returns[0].cells


def test_ten_owners_of_the_cheshire_east_plan(tmp_path, capsys):
    path = tmp_path / "plan.xlsx"
    main(["new", "delivery-plan", str(path), "--from", str(shared("seeds/cheshire-east-hr-plan-2016-17.csv"))])
    capsys.readouterr()
    assert main(["issue", str(path), "--out", str(tmp_path / "out"), "--json"]) == 0
    plan = read_plan(snapshot_of(path))
    returns = sorted((tmp_path / "out").glob("*.xlsx"))
    assert len(returns) == 10
    issued = [i for i in REGISTER.data_rows(snapshot_of(path)) if i.text("What") == "Issued"]
    for one in issued:
        (file,) = (f for f in returns if one.text("Return") in f.name)
        ids = [row[0] for row in read_file(file).blocks[0].rows[HEAD + 1 :]]
        assert ids == [x.id for x in plan.lines if one.text("Owner") in plan.owners_of(x)]
    assert sum(len(plan.owners_of(x)) for x in plan.lines) == sum(i.number("Lines") for i in issued)


def test_the_one_sponsor_of_the_surrey_first_report(tmp_path):
    path = tmp_path / "report.xlsx"
    main(["new", "workstreams", str(path), "--from", str(shared("seeds/surrey-first-workstreams-2010.csv"))])
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (file,) = (tmp_path / "out").glob("*.xlsx")
    assert "Mary Orton" in file.name
    assert main(["merge", str(path), str(file)]) == 0


def test_names_of_files_hold_nothing_a_disk_refuses(tmp_path):
    table = "Theme | Ref | Priority | Owner | Timescale\nA | A | Hire | HR: Policy & 'Pay' <new>? | Ongoing"
    path = make_master(tmp_path, table, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    (file,) = (tmp_path / "out").glob("*.xlsx")
    assert file.name == "HR Policy & Pay new 2026 27 Q3 R0001.xlsx"


def test_words_with_a_comma_are_offered_from_a_hidden_sheet_that_is_no_answer(tmp_path, capsys):
    (tmp_path / "ours.toml").write_text(
        'name = "ours"\ntitle = "Ours"\n[roles]\nowner = "lead"\n'
        '[[columns]]\nkey = "lead"\nheader = "Lead"\nkind = "owners"\n'
        '[[columns]]\nkey = "state"\nheader = "State"\nkind = "choice"\nedited_by = "owner"\n'
        'words = ["Fine", "Late, badly"]\n'
        '[[columns]]\nkey = "big"\nheader = "Big?"\nkind = "yes-no"\nedited_by = "owner"\n',
        encoding="utf-8",
    )
    (tmp_path / "plan.csv").write_text("Lead,State,Big?\nJo,Fine,Y\n", encoding="utf-8")
    path = tmp_path / "m.xlsx"
    main(["new", str(tmp_path / "ours.toml"), str(path), "--from", str(tmp_path / "plan.csv")])
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 0
    (sent,) = (tmp_path / "out").glob("*.xlsx")
    rules = openpyxl.load_workbook(sent).worksheets[0].data_validations.dataValidation
    state, big = sorted(rules, key=lambda rule: str(rule.sqref))
    assert state.formula1 == "Words!$A$2:$A$3" and state.type == "list"
    words = openpyxl.load_workbook(sent)["Words"]
    assert words.sheet_state == "hidden" and [words["A2"].value, words["A3"].value] == ["Fine", "Late, badly"]
    assert big.formula1 == '"Yes,No"' and not big.showErrorMessage
    capsys.readouterr()
    assert main(["merge", str(path), str(sent)]) == 0, "the words of a dropdown are nobody's answer"
    assert "no place" not in capsys.readouterr().out


def test_a_dropdown_of_more_than_255_characters_reaches_its_owner(tmp_path):
    words = [f"Stage {n} of the long programme of change" for n in range(20)]
    schema = (
        'name = "ours"\ntitle = "Ours"\n[roles]\nowner = "lead"\n'
        '[[columns]]\nkey = "lead"\nheader = "Lead"\nkind = "owners"\n'
        '[[columns]]\nkey = "stage"\nheader = "Stage"\nkind = "choice"\nedited_by = "owner"\n'
        f"words = {words}\n"
    )
    (tmp_path / "ours.toml").write_text(schema, encoding="utf-8")
    (tmp_path / "plan.csv").write_text(f"Lead,Stage\nJo,{words[3]}\n", encoding="utf-8")
    path = tmp_path / "m.xlsx"
    main(["new", str(tmp_path / "ours.toml"), str(path), "--from", str(tmp_path / "plan.csv")])
    assert main(["issue", str(path), "--out", str(tmp_path / "out")]) == 0
    (sent,) = (tmp_path / "out").glob("*.xlsx")
    (rule,) = openpyxl.load_workbook(sent).worksheets[0].data_validations.dataValidation
    assert rule.formula1 == "Words!$A$2:$A$21"


def test_a_return_and_its_mail_say_what_enable_editing_is_for(tmp_path):
    import email
    import email.policy

    path = make_master(tmp_path, THREE, owners=OWNERS)
    main(["issue", str(path), "--out", str(tmp_path / "out")])
    sent = next((tmp_path / "out").glob("*.xlsx"))
    said = [row[0].value for row in openpyxl.load_workbook(sent).worksheets[0]["A1:A5"]]
    assert any("Enable Editing" in str(text) for text in said)
    with sent.with_suffix(".eml").open("rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    assert "Enable Editing" in mail.get_body().get_content()

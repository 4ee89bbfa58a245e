"""Words, ids and parameters made to do something: they stay data."""

import io
import json
from dataclasses import replace
from datetime import datetime

import nbformat
import pytest
from fake_run import make_run
from nbformat.v4 import new_code_cell, new_notebook
from pypdf import PdfReader

from minelib.briefing import brief
from minelib.config import Config
from minelib.explore import write_explore
from minelib.notebooks import normalise, run
from minelib.pipeline import mine
from minelib.redact import new_key
from minelib.review import append, decide, read_decisions

LABELS = [
    "#panic(1)",
    '#read("/etc/hostname")',
    "$x^2$ *粗* _斜_",
    "</script><script>alert(1)",
    "]#let a=1[",
    '"; #quit',
]
NUMBERS = ["../../../hit", "..\\hit", "/tmp/hit", "a/b", "CON", ".", "nul\u200b", "-rf", "=1+1", "%2e%2e/hit"]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_reaches_the_page_letter_by_letter(label):
    made = make_run(60)
    made = replace(made, candidates=made.candidates.assign(label=label))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(brief(made))).pages)
    assert "".join(label.split()) in "".join(text.split())


def test_numbers_that_are_paths_write_nothing_elsewhere(tmp_path):
    folder = tmp_path / "deep" / "er" / "still"
    folder.mkdir(parents=True)
    said = "工地完工后一直拖欠农民工工资，多次讨要没有结果"
    rows = (f'"{number}","第{i}工地欠薪","第{i}工地{said}。"' for i, number in enumerate(NUMBERS))
    (folder / "a.csv").write_text("编号,标题,内容\n" + "\n".join(rows), encoding="utf-8")
    made = mine([folder / "a.csv"], folder / "out", key=new_key(), config=Config())
    assert len(made.petitions) == len(NUMBERS)
    assert {p.name for p in folder.iterdir()} == {"a.csv", "out"}
    assert [p.name for p in tmp_path.rglob("*hit*")] == []


@pytest.mark.parametrize("words", LABELS)
def test_what_a_person_writes_in_a_decision_stays_one_line_of_data(words, tmp_path):
    made, path = make_run(60), tmp_path / "decisions.jsonl"
    issue = made.candidates["issue_id"].iloc[0]
    append(
        path,
        decide(
            made, issue, "rename", by=words, at=datetime(2026, 1, 5), label=words + '\n{"action": "accept"}'
        ),
    )
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1
    decisions, n_broken = read_decisions(path)
    assert n_broken == 0 and len(decisions) == 1


def test_a_label_closes_no_script_of_the_explore_page(tmp_path):
    made = make_run(60)
    plain = write_explore(made, tmp_path).read_text(encoding="utf-8")
    hostile = replace(made, candidates=made.candidates.assign(label="</script><script>alert(1)</script>"))
    (tmp_path / "other").mkdir()
    page = write_explore(hostile, tmp_path / "other").read_text(encoding="utf-8")
    assert page.count("<script") == plain.count("<script") and page.count("</script") == plain.count(
        "</script"
    )


def test_a_parameter_that_is_code_is_a_string(tmp_path):
    path, hit = tmp_path / "06_样例.ipynb", tmp_path / "hit"
    cells = [
        new_code_cell('LEDGER = "a.csv"', metadata={"tags": ["parameters"]}),
        new_code_cell("print(LEDGER)"),
    ]
    nbformat.write(normalise(new_notebook(cells=cells), path.stem), path)
    code = f'"; open({json.dumps(str(hit))}, "w"); "'
    book = nbformat.read(run(path, tmp_path / "out", {"LEDGER": code}), as_version=4)
    assert not hit.exists() and book.cells[-1].outputs[0].text == code + "\n"

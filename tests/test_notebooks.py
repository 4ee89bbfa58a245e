"""The committed notebooks: as `make refresh` leaves them, short, clean, naming nobody; the refresh."""

import base64
import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import MOST_BYTES, RULES

from minelib.errors import InputError
from minelib.exporter import notebook_document
from minelib.notebooks import KERNEL, find_notebook, normalise, own_parameters, refresh, run
from minelib.redact.keys import new_key

FOLDER = Path(__file__).parents[1] / "notebooks"
BOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture(scope="module", params=BOOKS, ids=lambda p: p.name[:2])
def book(request):
    nbformat.validate(nbformat.read(request.param, as_version=4))
    return request.param.stem, nbformat.read(request.param, as_version=4)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_the_committed_notebook_keeps_the_rule(book, rule):
    assert list(rule(book[1], book[0])) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.name[:2])
def test_a_notebook_stays_small_enough_to_read_in_a_diff(path):
    assert path.stat().st_size < MOST_BYTES


def test_the_start_page_lists_every_notebook():
    text = BOOKS[0].read_text(encoding="utf-8")
    assert [p.stem for p in BOOKS[1:] if p.stem.replace("_", " ") not in text] == []


def a_good_one():
    text = new_output("execute_result", {"text/plain": "'好'"}, execution_count=2)
    return normalise(
        new_notebook(
            cells=[
                new_markdown_cell("# 99 样例\n\n*A sample.*"),
                new_code_cell('OUT = "../out"', execution_count=1, metadata={"tags": ["parameters"]}),
                new_code_cell("'好'", execution_count=2, outputs=[text]),
                new_markdown_cell("**局限**：样例。"),
            ]
        ),
        "99_样例",
    )


def spoil(where, **changes):
    def change(book):
        cell = book.cells[where]
        for name, value in changes.items():
            cell[name] = value

    return change


def add_output(output):
    return lambda book: book.cells[2].outputs.append(output)


PICTURE = new_output("display_data", {"image/png": base64.b64encode(b"x").decode()})
SPOILED = {
    "run_in_order": spoil(2, execution_count=None),
    "clean_outputs": add_output(new_output("stream", name="stderr", text="警告")),
    "metadata": lambda book: book.metadata.update(kernelspec={**KERNEL, "name": "mine"}),
    "ids": spoil(2, id="99-02"),
    "as_refreshed": lambda book: book.metadata.update(widgets={}),
    "one_parameters_cell": spoil(1, source="OUT = open('x').read()"),
    "short_cells": spoil(2, source="1\n" * 13),
    "story_only": spoil(2, source="f = lambda: 1"),
    "prose_first": lambda book: book.cells.extend([copy.deepcopy(book.cells[2])] * 2),
    # somebody's home folder, made up: the rule is there to find such paths
    "no_machine": add_output(
        new_output("stream", name="stdout", text=f"saved to {Path('/home', 'me', 'x.pdf')}")
    ),
    "nobody": add_output(new_output("display_data", {"text/html": "<td>电话<b>13912345678</b></td>"})),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_each_rule_passes_a_good_notebook_and_finds_a_spoiled_one(rule):
    good = a_good_one()
    good.cells[2].outputs.append(PICTURE)
    assert list(rule(good, "99_样例")) == []
    SPOILED[rule.__name__](good)
    assert list(rule(good, "99_样例"))


SHOWY = """import sys, time
import anywidget
from IPython.display import display
print("一", flush=True)
time.sleep(0.3)
print("二")
class Panel(anywidget.AnyWidget):
    _esm = "export default { render() {} }"
    def _repr_mimebundle_(self, **kwargs):
        data, meta = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": "表", "text/html": "<table></table>"}, meta
Panel()"""


def test_refresh_twice_gives_the_same_file_widgets_and_all(tmp_path):
    path = tmp_path / "07_样例.ipynb"
    book = new_notebook(cells=[new_markdown_cell("# 样例"), new_code_cell(SHOWY), new_code_cell("1 + 1")])
    book.metadata["kernelspec"] = {"name": "gone", "display_name": "somebody's", "language": "python"}
    nbformat.write(book, path)
    assert refresh([path]) == [path]
    first = path.read_bytes()
    refresh([path])
    assert path.read_bytes() == first
    made = nbformat.read(path, as_version=4)
    assert [c.id for c in made.cells] == ["07-01", "07-02", "07-03"]
    assert made.metadata["kernelspec"] == KERNEL
    stream, panel = made.cells[1].outputs
    assert stream.text == "一\n二\n"
    assert set(panel.data) == {"text/plain", "text/html"}


def test_a_failing_notebook_is_left_as_it_was(tmp_path):
    from nbclient.exceptions import CellExecutionError

    path = tmp_path / "01_坏.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1"), new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    with pytest.raises(CellExecutionError):
        refresh([path])
    assert path.read_bytes() == before


def test_run_puts_the_users_parameters_into_a_copy(tmp_path):
    path = tmp_path / "06_样例.ipynb"
    parameters = new_code_cell('LEDGER = "样例.xlsx"', metadata={"tags": ["parameters"]})
    cells = [parameters, new_code_cell("print(LEDGER)")]
    nbformat.write(normalise(new_notebook(cells=cells), path.stem), path)
    before = path.read_bytes()
    made = run(path, tmp_path / "结果", {"LEDGER": "我的 台账.xlsx"})
    assert made == tmp_path / "结果" / path.name
    assert nbformat.read(made, as_version=4).cells[-1].outputs[0].text == "我的 台账.xlsx\n"
    assert path.read_bytes() == before


def test_a_misspelt_parameter_is_refused_by_name(tmp_path):
    path = tmp_path / "06_样例.ipynb"
    cell = new_code_cell('LEDGER = "样例.xlsx"', metadata={"tags": ["parameters"]})
    nbformat.write(normalise(new_notebook(cells=[cell]), path.stem), path)
    with pytest.raises(InputError, match=re.escape("LEGER; it has LEDGER")):
        run(path, tmp_path / "out", {"LEGER": "x"})
    assert not (tmp_path / "out").exists()


@pytest.fixture
def given(tmp_path):
    """A ledger and a key of the user's own."""
    (tmp_path / "台账.csv").write_text("编号,内容\n1,欠薪\n", encoding="utf-8")
    new_key(tmp_path / "key")
    return {"ledger": tmp_path / "台账.csv", "out": tmp_path / "out", "key": tmp_path / "key"}


def test_every_notebook_takes_what_it_has_of_a_users_ledger_folder_and_key(given):
    parameters = own_parameters(BOOKS, **given, others=["BY=乙"])
    assert [b.stem for b in BOOKS if b not in parameters] == ["11_好到什么程度"]
    for book, chosen in parameters.items():
        assert chosen["LEDGER"] == str(given["ledger"])
        assert chosen.get("KEY", str(given["key"])) == str(given["key"])
        assert chosen.get("OUT", str(given["out"] / "结果")) == str(given["out"] / "结果")
        assert ("BY" in chosen) == book.name.startswith("08")


def test_without_a_key_file_the_users_own_is_made_and_never_the_samples_used(given, monkeypatch):
    monkeypatch.setenv("MINELIB_KEY", str(given["out"].parent / "mine.key"))
    parameters = own_parameters(BOOKS[:1], given["ledger"], given["out"])
    assert parameters[BOOKS[0]]["KEY"] == str(given["out"].parent / "mine.key")
    assert (given["out"].parent / "mine.key").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"others": ["BYE=乙"]}, "BYE; there are"),
        ({"others": ["BY"]}, "NAME=value"),
        ({"ledger": "没有.xlsx"}, "没有.xlsx"),
        ({"key": "没有.key"}, "没有.key"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_runs(given, change, told):
    with pytest.raises(InputError, match=re.escape(told)):
        own_parameters(BOOKS, **{**given, **change})
    assert not given["out"].exists()


def test_a_notebook_that_stops_at_the_users_input_ends_in_one_line(tmp_path):
    path = tmp_path / "06_样例.ipynb"
    stops = new_code_cell("from minelib.errors import InputError\nraise InputError(f'{LEDGER} is no ledger')")
    cells = [new_code_cell('LEDGER = "样例.xlsx"', metadata={"tags": ["parameters"]}), stops]
    nbformat.write(normalise(new_notebook(cells=cells), path.stem), path)
    with pytest.raises(InputError, match="06_样例.ipynb: x.csv is no ledger"):
        run(path, tmp_path / "out", {"LEDGER": "x.csv"})


@pytest.mark.parametrize(
    "path", [b for b in BOOKS if b.name[:2] not in ("01", "02", "03", "08", "12")], ids=lambda p: p.name[:2]
)
def test_a_notebook_with_findings_can_be_exported_as_a_briefing(path):
    document, _ = notebook_document(nbformat.read(path, as_version=4), name=path.stem)
    kinds = {block["kind"] for block in document["blocks"]}
    assert "title" in kinds
    assert kinds & {"table", "figure"}


@pytest.mark.parametrize("name", ["06", "06_归集", "99", "0"])
def test_a_notebook_is_found_by_the_start_of_its_name(name):
    if name.startswith("06"):
        assert find_notebook(name, FOLDER).stem == "06_归集问题"
    else:
        with pytest.raises(InputError, match="06_归集问题"):
            find_notebook(name, FOLDER)


def test_a_chinese_file_name_reads_as_it_is_in_the_run_notebook(tmp_path):
    path = tmp_path / "06_样例.ipynb"
    cells = [
        new_code_cell('LEDGER = "样例.xlsx"', metadata={"tags": ["parameters"]}),
        new_code_cell("LEDGER"),
    ]
    nbformat.write(normalise(new_notebook(cells=cells), path.stem), path)
    book = nbformat.read(run(path, tmp_path / "out", {"LEDGER": "我的'台账(1).xlsx"}), as_version=4)
    (given,) = (c.source for c in book.cells if "injected-parameters" in c.metadata.get("tags", []))
    assert given == 'LEDGER = "我的\'台账(1).xlsx"'
    assert "我的'台账(1).xlsx" in book.cells[-1].outputs[0].data["text/plain"]

"""Progress: shown where a person looks, and nowhere else."""

import sys
from io import StringIO
from itertools import groupby
from types import SimpleNamespace

import pytest

from minelib import progress
from minelib.cli import main
from minelib.pipeline import mine
from minelib.progress import (
    NotebookBar,
    TerminalBar,
    Watched,
    progress_here,
    silent,
    terminal_progress,
    ticks,
)
from minelib.progress import shown as while_shown
from minelib.scale import Here


class Terminal(StringIO):
    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


def screen(written: str) -> list[str]:
    """What stood on the line, drawing by drawing."""
    return [part.removeprefix("\x1b[K") for part in written.split("\r")[1:]]


def test_the_bar_fills_says_what_is_left_and_is_gone_at_the_end():
    terminal = Terminal()
    list(ticks(range(4), TerminalBar(terminal, Clock()), "归类", 4))
    lines = screen(terminal.getvalue())
    assert [line.split("]")[-1].split()[0] for line in lines[:-1]] == ["0%", "25%", "50%", "75%"]
    assert lines[2] == "归类 [############------------]  50% 约剩 2 秒"
    assert lines[-1] == ""


def test_a_pipe_and_a_log_get_nothing():
    assert terminal_progress(StringIO()) is silent
    assert terminal_progress(Terminal()) is not silent


def test_a_bar_is_not_drawn_more_often_than_a_person_can_see():
    terminal, times = Terminal(), iter(i / 1000 for i in range(1000))
    bar = TerminalBar(terminal, lambda: next(times))
    for done in range(100):
        bar("归类", done, 1000)
    assert len(screen(terminal.getvalue())) == 1


@pytest.mark.parametrize("n", [0, 1, 199, 100_000])
def test_ticks_are_few_and_end_at_the_total(n):
    told = []
    assert sum(1 for _ in ticks(range(n), lambda *t: told.append(t), "并案", n)) == n
    assert told[0] == ("并案", 0, n)
    assert told[-1] == ("并案", n, n)
    assert len(told) <= 402


class Display:
    """Stands for IPython's display: what the cell shows now."""

    def __init__(self):
        self.now, self.n = [], 0

    def display(self, bundle, raw, display_id):
        assert raw
        assert display_id
        self.now.append(bundle)
        return SimpleNamespace(update=self._update)

    def _update(self, bundle, raw):
        assert raw
        self.n += 1
        self.now[-1] = bundle


@pytest.fixture
def shown(monkeypatch):
    shown = Display()
    monkeypatch.setitem(sys.modules, "IPython.display", shown)
    return shown


def test_a_notebook_shows_one_bar_for_all_stages_and_keeps_nothing_of_it(shown):
    bar = NotebookBar(Clock())
    bar("归类<b>", 1, 4)
    assert 'value="25"' in shown.now[0]["text/html"]
    assert "归类&lt;b&gt;" in shown.now[0]["text/html"]
    bar("归类<b>", 4, 4)
    bar("并案", 1, 2)
    bar("并案", 2, 2)
    assert shown.now == [{"text/html": "", "text/plain": ""}]


@pytest.mark.parametrize("name", ["notebooks/06.ipynb", None])
def test_only_a_notebook_a_server_started_shows_a_bar(monkeypatch, name):
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(progress.os, "environ", {"JPY_SESSION_NAME": name} if name else {})
    assert isinstance(progress_here(), NotebookBar) == bool(name)


def test_outside_of_notebooks_nothing_is_shown(monkeypatch):
    monkeypatch.setattr(progress.os, "environ", {"JPY_SESSION_NAME": "x"})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert progress_here() is silent


def test_a_stage_is_taken_away_however_it_ends():
    told = []
    with pytest.raises(ZeroDivisionError), while_shown(lambda *t: told.append(t), "归类", 1, 6):
        raise ZeroDivisionError
    assert told == [("归类", 1, 6), ("归类", 6, 6)]


def test_a_run_tells_of_each_stage_it_makes_and_of_none_it_takes_over(tmp_path, capfd):
    ledger = tmp_path / "台账.csv"
    ledger.write_text("编号,内容\n1,欠薪三个月\n2,电梯困人\n", encoding="utf-8")
    told = []
    for _ in range(2):
        mine(ledger, tmp_path / "out", key=b"k" * 32, progress=lambda *t: told.append(t))
    told = [t for t in told if not t[0].endswith("遍")]  # a pass over blocks is within a stage
    told = [t for t, _ in groupby(told)]  # after its passes a stage is shown again
    begun = [stage for stage, done, total in told if done < total]
    assert begun == [
        "读取、清洗、脱敏",
        "归类",
        "并案（事项）",
        "归集问题",
        "研判排序",
        "写出结果、简报",
        "写出结果、简报",
    ]
    assert [t[0] for t in told if t[1] == t[2]] == begun
    assert capfd.readouterr().err == ""


def test_the_command_leaves_stderr_empty_where_it_is_no_terminal(tmp_path, capfd):
    ledger, key = tmp_path / "台账.csv", tmp_path / "key"
    ledger.write_text("编号,内容\n1,欠薪三个月\n", encoding="utf-8")
    key.write_text("0123456789abcdef" * 4 + "\n")
    key.chmod(0o600)
    assert main(["mine", str(ledger), "--out", str(tmp_path / "out"), "--key", str(key)]) == 0
    assert capfd.readouterr().err == ""


def test_blocks_of_a_stage_move_the_bar_and_their_number_need_not_be_known():
    told = []
    watched = Watched(Here(), lambda *t: told.append(t))
    with watched.stage("归集", 3, 6):
        assert list(watched.map(abs, (n for n in (1, -2)))) == [1, 2]
        assert list(watched.map(abs, [-3])) == [3]
        assert list(watched.map(abs, [4, 5, 6])) == [4, 5, 6]
    assert told == [
        ("归集", 3, 6),
        *[("归集 第1遍", 1, None), ("归集 第1遍", 2, None), ("归集 第1遍", 2, 2), ("归集", 3, 6)],
        *[("归集 第3遍", 1, 3), ("归集 第3遍", 2, 3), ("归集 第3遍", 3, 3)],
        *[("归集 第3遍", 3, 3), ("归集", 3, 6), ("归集", 6, 6)],
    ]


def test_a_bar_without_an_end_counts(shown):
    terminal = Terminal()
    for bar in (TerminalBar(terminal, Clock()), NotebookBar(Clock())):
        bar("读取 第1遍", 12, None)
    assert screen(terminal.getvalue()) == ["读取 第1遍 已做 12 块"]
    assert '<progress max="100"></progress>' in shown.now[0]["text/html"]


def test_a_run_of_several_blocks_moves_within_its_stages(tmp_path):
    ledger, told = tmp_path / "台账.csv", []
    rows = [f"{n},{place}小区电梯第{n}次困人，物业不修" for n, place in enumerate("甲乙丙丁戊己" * 20)]
    ledger.write_text("\n".join(["编号,内容", *rows]), encoding="utf-8")
    engine = Here(block_rows=30)
    mine(ledger, tmp_path / "out", key=b"k" * 32, engine=engine, progress=lambda *t: told.append(t))
    within = {stage.split()[0] for stage, _, _ in told if stage.endswith("遍")}
    assert {"读取、清洗、脱敏", "归类", "并案（事项）", "归集问题"} <= within
    assert ("读取、清洗、脱敏 第1遍", 3, 4) in told

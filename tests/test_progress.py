"""Progress: shown where a person looks, and nowhere else."""

import sys
from io import StringIO
from types import SimpleNamespace

import pytest

from minelib import progress
from minelib.progress import NotebookBar, TerminalBar, progress_here, silent, terminal_progress, ticks


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

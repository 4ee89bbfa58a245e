"""Work is counted, not timed: each text is cut once, each stage made once, nothing is read that is not needed."""

import runpy
import sys
from pathlib import Path

import pytest
from test_pipeline import KEY, ledger

from minelib import pipeline
from minelib.pipeline import mine
from minelib.redact.redactor import Redactor
from minelib.runs import StageStore
from minelib.scale import Here
from minelib.segment import Segmenter
from minelib.stages.words import segmenter


class _Counted(Here):
    """An engine that counts how many rows each function was given."""

    def __init__(self):
        super().__init__(block_rows=10)
        self.rows: dict[str, int] = {}

    def map(self, function, blocks, *common):
        name = next((each.__name__ for each in common if callable(each)), function.__name__)
        for block in blocks:
            self.rows[name] = self.rows.get(name, 0) + _rows(block)
            yield function(block, *common)


def _rows(block) -> int:
    """Count the rows of a block, or of the blocks among what is sent together."""
    return sum(map(_rows, block)) if isinstance(block, tuple) else len(block) if hasattr(block, "read") else 0


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    folder, engine = tmp_path_factory.mktemp("counted"), _Counted()
    mine(ledger(folder / "a.csv"), folder / "out", key=KEY, engine=engine)
    return folder, engine.rows


def test_every_petition_is_redacted_settled_and_cut_once(counted):
    _, rows = counted
    assert {rows[name] for name in ("_note", "_first_reading")} == {33}  # one of them is no petition
    assert {rows[name] for name in ("_settle_block", "_look_at", "_read_letters")} == {32}
    assert rows["compare_block"] <= 2 * 32


def test_a_stage_that_is_kept_is_not_made_again(counted, monkeypatch):
    folder, _ = counted
    engine, made = _Counted(), []
    monkeypatch.setattr(StageStore, "put", lambda self, name, key, frames: made.append(name))
    mine(folder / "a.csv", folder / "out", key=KEY, engine=engine)
    assert made == [] and engine.rows == {}


def test_words_cut_before_an_interruption_are_not_cut_again(tmp_path, monkeypatch):
    def stop(*args):
        raise KeyboardInterrupt

    source, engine = ledger(tmp_path / "a.csv"), _Counted()
    with monkeypatch.context() as patch:
        patch.setattr(pipeline.stages, "issues", stop)
        with pytest.raises(KeyboardInterrupt):
            mine(source, tmp_path / "out", key=KEY)
    mine(source, tmp_path / "out", key=KEY, engine=engine)
    assert "_cut_block" not in engine.rows and "_first_reading" not in engine.rows


def test_a_body_is_cut_once(tmp_path, monkeypatch):
    cut: list[str] = []
    real = Segmenter.segment

    def counted(self, texts):
        texts = list(texts)
        cut.extend(text for text in texts if "\n" in text)
        return real(self, texts)

    monkeypatch.setattr(Segmenter, "segment", counted)
    segmenter.cache_clear()
    mine(ledger(tmp_path / "a.csv"), tmp_path / "out", key=KEY)
    assert len(cut) == len(set(cut)) == 32


def test_the_detectors_read_every_row_once_and_masked_cells_once_more(tmp_path, monkeypatch):
    read: list[int] = []
    real = Redactor.spans_many

    def counted(self, texts, *args, **options):
        read.append(len(texts))
        return real(self, texts, *args, **options)

    monkeypatch.setattr(Redactor, "spans_many", counted)
    mine(ledger(tmp_path / "a.csv"), tmp_path / "out", key=KEY)
    assert 32 <= sum(read) <= 32 * 3


COUNTS = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "counts.py"))


def _calls(function, *args) -> int:
    """Count the Python functions called: the same on every machine, and hardly another between versions."""
    made = 0

    def note(frame, event, arg):
        nonlocal made
        made += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        function(*args)
    finally:
        sys.setprofile(before)
    return made


# Half as much again as it takes now: what calls a function for each character, or reads a text twice, takes more.
@pytest.mark.parametrize(
    ("path", "at_most"),
    [("clean", 64), ("redact", 268), ("gate", 198), ("phrases", 10), ("mentions", 33), ("segment", 4)],
)
def test_a_further_petition_takes_no_more_calls_than_it_did(path, at_most):
    texts, read = COUNTS["petitions"](200), COUNTS["PATHS"][path]
    read(texts)  # word lists and engines are loaded
    assert (_calls(read, texts) - _calls(read, texts[:100])) / 100 <= at_most

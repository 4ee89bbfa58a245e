"""Work by blocks: the same results from any engine, and no block lost with its worker."""

import gc
import multiprocessing
import os
import signal
import sys
import time
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_pipeline import KEY, contents, ledger
from threadpoolctl import threadpool_info, threadpool_limits

from minelib.errors import InputError, MinelibError
from minelib.pipeline import mine
from minelib.scale import (
    Here,
    Keys,
    Processes,
    ascends,
    ask,
    at_once,
    blocks_of,
    give_back,
    open_engine,
    processes,
    set_aside,
)
from minelib.scale.cluster import Cluster


def _double(block, marks):
    return [2 * x for x in block], os.getpid()


def _die_once(block, marks: Path):
    mark = marks / str(block)
    if block % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return block * 10


def _die(block):
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse(block):
    raise InputError(f"block {block}")


def _slowly(block):
    time.sleep(0.4)
    return block


def _slow_first(block):
    if block == 0:
        time.sleep(0.1)
    return block


def test_processes_give_what_one_process_gives():
    blocks = [list(range(i, i + 3)) for i in range(0, 30, 3)]
    here, there = (list(engine.map(_double, blocks, None)) for engine in (Here(), Processes(3)))
    assert [r for r, _ in there] == [r for r, _ in here]
    assert os.getpid() not in {pid for _, pid in there}


def test_results_come_in_the_order_of_the_blocks():
    assert list(Processes(2).map(_slow_first, range(6))) == list(range(6))


def test_a_killed_worker_loses_nothing(tmp_path):
    assert list(Processes(2).map(_die_once, range(7), tmp_path)) == [10 * n for n in range(7)]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_block_that_kills_every_worker_is_given_up():
    with pytest.raises(MinelibError, match="block [12]"):
        list(Processes(2).map(_die, range(2)))


def test_an_error_in_a_worker_is_the_callers():
    with pytest.raises(InputError, match=r"block \d"):
        list(Processes(2).map(_refuse, range(4)))
    assert not multiprocessing.active_children()


def test_a_map_left_half_way_leaves_no_process():
    results = Processes(2).map(_slow_first, range(100))
    next(results)
    results.close()
    assert not multiprocessing.active_children()


def test_errands_are_run_once_and_only_while_workers_take_their_time(monkeypatch):
    done = []
    engine = Processes(2, errands=(lambda n=n: done.append((n, os.getpid())) for n in range(3)))
    monkeypatch.setattr(processes, "_PATIENCE", 60)  # no block takes so long
    assert list(engine.map(abs, range(4))) == list(range(4))
    assert done == []
    monkeypatch.setattr(processes, "_PATIENCE", 0)
    for _ in range(2):
        assert list(engine.map(_slowly, range(6))) == list(range(6))
    assert done == [(n, os.getpid()) for n in range(3)]


def test_errands_go_on_for_as_long_as_no_block_is_done(monkeypatch):
    done = []
    monkeypatch.setattr(processes, "_PATIENCE", 0)
    engine = Processes(2, errands=(lambda n=n: done.append(n) for n in range(5)))
    assert list(engine.map(_slowly, range(2))) == [0, 1]
    assert done == list(range(5))


def test_blocks_are_taken_as_they_are_needed():
    taken = []

    def blocks():
        for n in range(100):
            taken.append(n)
            yield n

    results = Processes(2).map(_slow_first, blocks())
    next(results)
    assert len(taken) <= 12
    results.close()


def test_a_wrong_engine_is_named():
    with pytest.raises(InputError, match="local, dask"), open_engine("spark"):
        pass
    with pytest.raises(InputError, match="at least 1"), open_engine(workers=0):
        pass


def test_an_empty_table_is_one_empty_block():
    import pandas as pd

    assert [len(b) for b in blocks_of(pd.DataFrame({"a": []}))] == [0]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    mine(ledger(folder / "a.csv"), folder / "out", key=KEY)
    return folder / "out"


@pytest.mark.parametrize(
    "engine", [Here(block_rows=7), Processes(2, block_rows=5)], ids=["here", "processes"]
)
def test_rows_a_block_and_workers_leave_no_trace_in_a_run(finished, tmp_path, engine):
    mine(finished.parent / "a.csv", tmp_path / "out", key=KEY, engine=engine)
    assert contents(tmp_path / "out") == contents(finished)


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("distributed")
    with open_engine("dask", workers=2) as engine:
        yield engine


def test_a_cluster_makes_the_same_run(finished, tmp_path, cluster):
    engine = Cluster(cluster.client, block_rows=8)
    mine(finished.parent / "a.csv", tmp_path / "out", key=KEY, engine=engine)
    assert contents(tmp_path / "out") == contents(finished)


def test_a_killed_worker_of_a_cluster_loses_nothing(tmp_path, cluster):
    assert list(cluster.map(_die_once, range(7), tmp_path)) == [10 * n for n in range(7)]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("minelib.scale.cluster._WAIT", "0.5s")
    with (
        pytest.raises(InputError, match="no Dask scheduler answers"),
        open_engine("dask", scheduler="127.0.0.1:1"),
    ):
        pass


def test_free_memory_is_given_back_and_what_is_used_stays():
    kept = bytearray(b"\1" * (1 << 20))
    with set_aside():
        give_back()
    assert sum(kept) == 1 << 20


class _Knot:
    def __init__(self):
        self.itself = self


def test_what_is_set_aside_is_collected_again_afterwards():
    knot = _Knot()
    gone = weakref.ref(knot)
    with set_aside():
        assert gc.get_freeze_count()
        del knot
        gc.collect()
        assert gone()
    gc.collect()
    assert not gone()
    assert not gc.get_freeze_count()


@pytest.mark.parametrize("workers", [1, 2, 3, 9])
def test_what_is_done_at_once_comes_back_in_order(workers):
    done = at_once(*(lambda n=n: (n, os.getpid()) for n in range(4)), workers=workers)
    assert [n for n, _ in done] == list(range(4))
    assert done[-1][1] == os.getpid()
    assert workers > 1 or {pid for _, pid in done} == {os.getpid()}


forks = pytest.mark.skipif(sys.platform != "linux", reason="in turn where the system does not fork")


@forks
@pytest.mark.parametrize("workers", [2, 3, 9])
def test_others_are_at_work_while_this_process_does_the_last(workers):
    begun = [multiprocessing.get_context("fork").Event() for _ in range(workers - 1)]
    jobs = [lambda e=event: e.set() or os.getpid() for event in begun]
    *others, ours = at_once(*jobs, lambda: [event.wait(60) for event in begun], workers=workers)
    assert all(ours) and os.getpid() not in others


@forks
def test_who_is_free_takes_what_nobody_has_begun():
    done = multiprocessing.get_context("fork").Event()
    waited, _, ours = at_once(lambda: done.wait(60), done.set, os.getpid)
    assert waited and ours == os.getpid()


@forks
def test_what_a_killed_process_had_begun_is_done_again(tmp_path):
    begun = multiprocessing.get_context("fork").Event()

    def dies_once():
        begun.set()
        if not (tmp_path / "died").exists():
            (tmp_path / "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    assert at_once(dies_once, lambda: begun.wait(60)) == ["done", True]


def _frozen(block):
    return gc.get_freeze_count()


def test_a_worker_sets_aside_what_it_inherits():
    assert all(Processes(2).map(_frozen, range(2)))


def _kernel_threads(_) -> int:
    return max((kernel["num_threads"] for kernel in threadpool_info()), default=1)


@pytest.mark.parametrize("before", [None, "3"])
def test_matrix_kernels_have_one_thread_while_there_is_a_process_for_every_core(monkeypatch, before):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if before:
        monkeypatch.setenv("OMP_NUM_THREADS", before)
    with threadpool_limits(2):
        assert _kernel_threads(0) == 2
        with open_engine(workers=2) as engine:
            assert set(engine.map(_kernel_threads, range(4))) == {1} == {_kernel_threads(0)}
            assert os.environ["OMP_NUM_THREADS"] == "1"  # for what is loaded later
        assert _kernel_threads(0) == 2 and os.environ.get("OMP_NUM_THREADS") == before


@given(
    st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=40),
    st.lists(st.integers(0, 2**64 - 1), max_size=40),
)
def test_keys_are_found_where_they_stand_and_nothing_else(keys, others):
    asked = [number for pair in zip(keys, others, strict=False) for number in pair] + keys + others
    at, place = Keys(np.array(keys, np.uint64)).find(np.array(asked, np.uint64))
    expected = [(i, keys.index(number)) for i, number in enumerate(asked) if number in keys]
    assert list(zip(at.tolist(), place.tolist(), strict=True)) == expected


@given(
    st.lists(st.tuples(st.text(alphabet="甲乙a", max_size=3), st.booleans()), max_size=30),
    st.integers(1, 7),
    st.integers(1, 5),
)
def test_texts_are_asked_alike_in_whatever_portions_and_pieces(rows, portion, piece):
    texts, wanted = [text for text, _ in rows], np.array([asked for _, asked in rows], dtype=bool)
    pieces = [texts[at : at + piece] for at in range(0, len(texts), piece)]
    column = pd.Series(pd.array(pa.chunked_array(pieces, type=pa.large_string()), dtype="str"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[ask.__module__], "_ROWS_ASKED", portion)
        assert ask(column, wanted, pc.utf8_length).tolist() == [len(text) for text, asked in rows if asked]


@given(st.lists(st.text(alphabet="甲乙\U00020000\ufffda", max_size=3), max_size=8))
def test_texts_ascend_where_python_says_so(texts):
    assert ascends(pd.Series(texts, dtype="str")) == (texts == sorted(texts))

"""Killed at any moment, a run goes on where it stopped and ends in the same bytes; no decision is ever lost."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from minelib.review.records import Decision, append, read_decisions

LOOP = Path(__file__).parents[1] / "benchmarks" / "kill_loop.py"


@pytest.fixture(scope="module")
def kill_loop():
    spec = importlib.util.spec_from_file_location("kill_loop", LOOP)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_runs_killed_in_every_stage_go_on_and_end_in_the_same_bytes(tmp_path):
    done = subprocess.run(
        [sys.executable, LOOP, "--kills", "3"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "decisions: {'kills': 3" in done.stdout and "all alike: {'kills': 3" in done.stdout


def _decision(n: int) -> Decision:
    return Decision(
        f"2025-01-01T00:00:{n:02d}", "检察官助理", "note", "I1", ("L1", "L2"), {"why": f"理由{n}" * 40}
    )


@pytest.mark.parametrize("cut", [1, 7, 60, 200, 400])
def test_a_record_cut_short_never_costs_an_earlier_one(tmp_path, cut):
    path = tmp_path / "decisions.jsonl"
    for n in range(3):
        append(path, _decision(n))
    whole = path.read_bytes()
    append(path, _decision(3))
    path.write_bytes(path.read_bytes()[: len(whole) + cut])  # killed while writing
    decisions, broken = read_decisions(path)
    assert decisions == [_decision(n) for n in range(3)] and broken == 1
    append(path, _decision(4))
    decisions, broken = read_decisions(path)
    assert decisions == [_decision(n) for n in (0, 1, 2, 4)] and broken == 1
    assert path.read_bytes().startswith(whole)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_writer_killed_at_random_leaves_every_finished_record(tmp_path):
    path, rounds = tmp_path / "decisions.jsonl", 5
    for kill in range(rounds):
        told = tmp_path / f"told{kill}"
        child = os.fork()
        if not child:
            with told.open("ab", buffering=0) as ledger:
                for n in range(10_000):
                    append(path, _decision(n % 60))
                    ledger.write(b"x")
            os._exit(0)
        while not told.exists() or told.stat().st_size < 3 + kill:
            os.sched_yield()
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        finished = sum(p.stat().st_size for p in tmp_path.glob("told*"))
        lines = [line for line in path.read_bytes().splitlines() if line.strip()]
        _, broken = read_decisions(path)
        assert len(lines) - broken >= finished and broken <= kill + 1


def test_left_overs_of_a_killed_run_are_swept_up(tmp_path, kill_loop):
    from minelib.pipeline import mine

    ledger, out = kill_loop.write_ledger(tmp_path / "a.csv"), tmp_path / "out"
    mine(ledger, out, key=kill_loop.KEY)
    whole = kill_loop.contents(out)
    (out / "manifest.json").unlink()  # killed while results were moved in
    shutil.rmtree(out / "figures")
    (out / ".new").mkdir()
    (out / ".new" / "petitions.parquet").write_bytes(b"half")
    for stage in (out / ".stages").iterdir():
        (stage / "stage.json").write_text("{")  # a disk that lied about what it had written
    (out / ".stages" / "read.new").mkdir()
    mine(ledger, out, key=kill_loop.KEY)
    assert kill_loop.contents(out) == whole
    assert not (out / ".new").exists()

"""Kill `minelib mine` at random moments of every stage; the next run must end in the bytes of an undisturbed one.

    python benchmarks/kill_loop.py [--kills 200] [--seed 0]

Each kill is SIGKILL to a process that is mining, at a random moment of a stage drawn beforehand; one that had
finished is not counted. Kills follow one another through the stages of one run, which then is finished and
compared, and the folder emptied. After each kill the folder must be whole or hold no manifest. Then as many writers of
a decisions file are killed: every record they had finished must be there.
"""

import argparse
import hashlib
import mmap
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd

from minelib.runs import program_digest

KEY = bytes(range(32))
PLACES = ("云顶花园", "滨江雅苑", "金色家园", "翠竹新村", "锦绣华庭", "望江名邸")
TEXTS = (
    "{p}小区物业公司没有召开业主大会就上涨物业费，还停用门禁卡逼迫缴费，电话1380013{n:04d}。",
    "我们在{p}项目工地做木工，劳务公司拖欠农民工工资三个月，多次讨薪无果。",
    "{p}小区交房五年，开发商一直不给业主办理房产证，孩子入学受到影响。",
)
MADE = ("read", "classes", "matters", "issues", "screen")
WRITTEN = ("write_tables", "write_briefing", "check_leaks")
STAGES = (*MADE, *WRITTEN, "move")
DRAWN = (*range(len(STAGES)), *[len(STAGES) - 1] * 3)  # moving takes a moment only: few kills meet it


def write_ledger(path: Path) -> Path:
    """Write a ledger of 18 petitions that needs every stage."""
    rows = [
        (
            f"L{i * 3 + j:03d}",
            f"2025-{1 + (i + j) % 12:02d}-11",
            "李建国",
            f"{place}反映问题",
            text.format(p=place, n=i),
        )
        for i, place in enumerate(PLACES)
        for j, text in enumerate(TEXTS)
    ]
    pd.DataFrame(rows, columns=["编号", "日期", "姓名", "标题", "内容"]).to_csv(path, index=False)
    return path


def contents(folder: Path) -> dict[str, str]:
    """Digest every file of a run folder that is a result."""
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    parts = ((p.relative_to(folder), p) for p in files)
    kept = ((name, p) for name, p in parts if not any(part.startswith(".") for part in name.parts))
    return {name.as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for name, p in kept}


class Watched:
    """A process that mines and tells when it enters each stage.

    Attributes
    ----------
    entered : ndarray
        Seconds of the monotonic clock at which each of `STAGES` began, 0 where it did not; shared memory.
    """

    def __init__(self, ledger: Path, out: Path):
        self.entered = np.frombuffer(mmap.mmap(-1, 8 * len(STAGES)))
        self.pid, self.status = os.fork(), None
        if not self.pid:
            self._mine(ledger, out)

    def _mine(self, ledger: Path, out: Path) -> None:
        from minelib import pipeline

        status = 1
        try:
            self._tell(pipeline)
            pipeline.mine(ledger, out, key=KEY)
            status = 0
        finally:
            os._exit(status)

    def _tell(self, pipeline) -> None:
        make, stage_of = pipeline._Stages.__call__, {name: n for n, name in enumerate(STAGES)}

        def made(stages, name, *rest):
            self.entered[stage_of[name]] = time.monotonic()
            return make(stages, name, *rest)

        def written(name):
            real = getattr(pipeline, name)

            def step(*args, **options):
                self.entered[stage_of[name] :] = 0  # tables are checked before the briefing is written
                self.entered[stage_of[name]] = time.monotonic()
                made = real(*args, **options)
                self.entered[stage_of[name] + 1] = time.monotonic()
                return made

            return step

        pipeline._Stages.__call__ = made
        for name in WRITTEN:
            setattr(pipeline, name, written(name))

    def runs(self) -> bool:
        """Tell whether the process has not ended yet."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def wait(self) -> int:
        """Wait for its end; return its status."""
        if self.status is None:
            _, self.status = os.waitpid(self.pid, 0)
        return self.status

    def kill(self, stage: int, seconds: float) -> str:
        """Kill it so many seconds into a stage; return the stage it was met in, "" when it had finished."""
        while self.runs() and not self.entered[stage]:
            time.sleep(0.0002)
        while self.runs() and time.monotonic() < self.entered[stage] + seconds:
            time.sleep(0.0002)
        if self.runs():
            os.kill(self.pid, signal.SIGKILL)
        met = os.WIFSIGNALED(self.wait())
        return STAGES[int(self.entered.argmax())] if met and self.entered.any() else ""


def kill_loop(folder: Path, *, kills: int, seed: int = 0, report=lambda line: None) -> dict:
    """Kill a running `mine` `kills` times; return how often in each stage, and how many runs were compared.

    Raises
    ------
    SystemExit
        When a run after a kill fails or differs from the undisturbed one, or the program changed meanwhile.
    """
    rng, ledger, program = random.Random(seed), write_ledger(folder / "a.csv"), program_digest.__wrapped__()
    whole, took = _undisturbed(ledger, folder / "whole")
    met, compared = Counter(), 0
    while met.total() < kills:
        out = folder / f"out{compared}"
        for stage in sorted(rng.choices(DRAWN, k=min(len(STAGES), kills - met.total()))):
            where = Watched(ledger, out).kill(stage, took[stage] * rng.random())
            met.update([where] if where else [])
            there = contents(out) if out.is_dir() else {}
            if "manifest.json" in there and there != whole:
                raise SystemExit(f"kill {met.total()}: a finished run that is not whole")
        _finish(Watched(ledger, out))
        if program_digest.__wrapped__() != program:
            raise SystemExit("the program was changed while the loop ran; give it a copy of its own")
        if other := sorted({name for name, _ in contents(out).items() ^ whole.items()}):
            raise SystemExit(f"kill {met.total()}: it went on and ended in other bytes: {', '.join(other)}")
        compared += 1
        shutil.rmtree(out)
        report(f"{met.total()} kills, {compared} runs compared, all alike")
    return {"kills": met.total(), "by stage": {s: met[s] for s in STAGES}, "compared": compared}


def _undisturbed(ledger: Path, out: Path) -> tuple[dict[str, str], list[float]]:
    """Mine in peace; return the results and the seconds of each stage."""
    run = Watched(ledger, out)
    _finish(run)
    return contents(out), np.diff([*run.entered, time.monotonic()]).tolist()


def _finish(run: Watched) -> None:
    if status := run.wait():
        raise SystemExit(f"a run after a kill failed with status {status}")


def kill_writers(folder: Path, *, kills: int, seed: int = 0) -> dict[str, int]:
    """Kill writers of one decisions file; return how many records were finished, and how many were cut short.

    Raises
    ------
    SystemExit
        When a finished record is lost.
    """
    from minelib.review.records import Decision, append, read_decisions

    rng, path, done = random.Random(seed), folder / "decisions.jsonl", 0
    for kill in range(1, kills + 1):
        written = np.frombuffer(mmap.mmap(-1, 8), dtype=np.int64)
        child = os.fork()
        while not child:
            reason = {"why": f"第{kill}次第{written[0]}条" * 60}
            append(path, Decision("2025-01-01T00:00:00", "检察官助理", "note", "I1", ("L1",), reason))
            written[0] += 1
        while not written[0]:
            time.sleep(0.0001)
        time.sleep(rng.random() / 100)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        done += int(written[0])
        decisions, broken = read_decisions(path)
        # A record may be whole though its writer died before counting it.
        if not done <= len(decisions) <= done + kill:
            raise SystemExit(f"kill {kill}: {done} records finished, {len(decisions)} there")
    return {"kills": kills, "finished": done, "read back": len(decisions), "cut short": broken}


def preload() -> None:
    """Load here what each child would load again; nothing is run, for threads do not survive a fork."""
    for name in ("minelib.pipeline", "minelib.clean", "minelib.redact", "minelib.classes", "minelib.matters",
                 "minelib.issues", "minelib.screen", "sklearn.feature_extraction.text", "sklearn.linear_model",
                 "sklearn.svm", "matplotlib.pyplot", "scipy.cluster.hierarchy", "igraph", "pypdf", "typst",
                 "opencc", "rjieba", "jieba", "xlsxwriter", "python_calamine"):  # fmt: skip
        import_module(name)
    program_digest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        preload()
        _say(f"decisions: {kill_writers(folder, kills=options.kills, seed=options.seed)}")
        _say(f"all alike: {kill_loop(folder, kills=options.kills, seed=options.seed, report=_say)}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Kill `minelib mine` at random moments; the next run must go on and end in the bytes of an undisturbed one.

    python benchmarks/kill_loop.py [--kills 200] [--seed 0]

Every kill is SIGKILL at a random moment of the time a run takes, in a process of its own that was forked from
one that has all modules loaded. After each kill the results folder must be the earlier run's, whole, or hold no
manifest; every tenth kill the run is finished and compared, and the folder emptied.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import pandas as pd

from minelib.runs import program_digest

KEY = bytes(range(32))
PLACES = ("云顶花园", "滨江雅苑", "金色家园", "翠竹新村", "锦绣华庭", "望江名邸")
TEXTS = (
    "{p}小区物业公司没有召开业主大会就上涨物业费，还停用门禁卡逼迫缴费，电话1380013{n:04d}。",
    "我们在{p}项目工地做木工，劳务公司拖欠农民工工资三个月，多次讨薪无果。",
    "{p}小区交房五年，开发商一直不给业主办理房产证，孩子入学受到影响。",
)


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


def mine_in_child(ledger: Path, out: Path) -> int:
    """Fork a child that mines; return its process id."""
    child = os.fork()
    if child:
        return child
    from minelib.pipeline import mine

    status = 1
    try:
        mine(ledger, out, key=KEY)
        status = 0
    finally:
        os._exit(status)


def finish(ledger: Path, out: Path) -> float:
    """Mine undisturbed; return the seconds it took."""
    start = time.perf_counter()
    _, status = os.waitpid(mine_in_child(ledger, out), 0)
    if status:
        raise SystemExit(f"a run after a kill failed with status {status}")
    return time.perf_counter() - start


def kill_loop(folder: Path, *, kills: int, seed: int = 0, every: int = 10, report=lambda line: None) -> dict:
    """Kill `kills` times; return how many kills met a running process and how many finished runs were compared.

    Raises
    ------
    SystemExit
        When a run after a kill fails or differs from the undisturbed one.
    """
    rng, ledger = random.Random(seed), write_ledger(folder / "a.csv")
    seconds = finish(ledger, folder / "whole")
    whole, out = contents(folder / "whole"), folder / "out"
    done = {"kills": 0, "met": 0, "compared": 0, "seconds": round(seconds, 2)}
    for n in range(1, kills + 1):
        if n % every == 1 % every:
            shutil.rmtree(out, ignore_errors=True)
        child = mine_in_child(ledger, out)
        time.sleep(rng.uniform(0, seconds * rng.random()))  # what goes on from half-way is done sooner
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        done["kills"] += 1
        done["met"] += os.WIFSIGNALED(status)
        there = contents(out) if out.is_dir() else {}
        if "manifest.json" in there and there != whole:
            raise SystemExit(f"kill {n}: a finished run that is not whole")
        if n % every == 0:
            finish(ledger, out)
            if other := sorted({name for name, _ in contents(out).items() ^ whole.items()}):
                raise SystemExit(f"kill {n}: the run that went on ended in other bytes: {', '.join(other)}")
            done["compared"] += 1
            report(str(done))
    return done


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
    parser.add_argument("--every", type=int, default=10, help="finish and compare after so many kills")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        preload()
        done = kill_loop(
            Path(folder), kills=options.kills, seed=options.seed, every=options.every, report=_say
        )
    _say(f"all alike: {done}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Count the instructions of the hot paths, a row: on a busy machine the clock wavers, and these counts do not.

    python benchmarks/counts.py [--rows 200] [--only segment]

Each path reads synthetic petitions on one thread in a process of its own: first all, then so many again, or twice as
many; the difference is what further rows take, without imports and dictionaries. Valgrind counts (about fifty times
slower than life, repeatable to a thousandth), or `perf stat` where valgrind is missing and the processor lets itself
be counted. jieba stands beside the segmenter for a ratio that no clock has touched.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

COUNTERS = {
    "valgrind": (
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"],
        re.compile(r"I\s+refs:\s+([\d,]+)"),
    ),
    "perf": (["perf", "stat", "-x;", "-e", "instructions:u"], re.compile(r"^(\d+);", re.M)),
}
# What varies from run to run is fixed: the order of sets, threads, and the processor a library believes it is on.
STEADY = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Haswell",
}


def clean(texts: list[str]) -> None:
    """Clean titles and texts as they come."""
    from minelib.clean import clean_text

    for text in texts:
        clean_text(text)


def redact(texts: list[str]) -> None:
    """Find and mask personal information."""
    from minelib.redact import Redactor

    Redactor(bytes(range(32))).redact_many(texts)


def gate(texts: list[str]) -> None:
    """Read as the leak gate does."""
    from minelib.gate import Reader

    Reader().find_many(texts)


def phrases(texts: list[str]) -> None:
    """Find and weigh the phrases of the grievance classes."""
    from minelib.classes.scoring import PhraseScorer
    from minelib.knowledge.taxonomy import load_taxonomy

    PhraseScorer(load_taxonomy()).weigh(texts)


def mentions(texts: list[str]) -> None:
    """Find places and respondents."""
    from minelib.mentions import find_all_mentions

    for _ in find_all_mentions(texts):
        pass


def segment(texts: list[str]) -> None:
    """Cut words."""
    from minelib.segment import Segmenter

    Segmenter().segment(texts)


def jieba(texts: list[str]) -> None:
    """Cut words with jieba, its dictionary read anew."""
    import logging

    import jieba as peer

    peer.setLogLevel(logging.ERROR)
    for text in texts:
        peer.lcut(text)


PATHS = {f.__name__: f for f in (clean, redact, gate, phrases, mentions, segment, jieba)}


def petitions(rows: int) -> list[str]:
    """Make synthetic titles and texts."""
    from minelib.sample import make_ledger

    ledger, _ = make_ledger(rows=rows)
    return (ledger["诉求标题"] + "\n" + ledger["诉求内容"]).tolist()


def counted(counter: str, command: list[str]) -> int:
    """Run a command and return how many instructions it took.

    Raises
    ------
    RuntimeError
        When it fails, or nothing was counted.
    """
    prefix, pattern = COUNTERS[counter]
    done = subprocess.run([*prefix, *command], capture_output=True, text=True, env=os.environ | STEADY)
    found = pattern.search(done.stderr)
    if done.returncode or not found:
        raise RuntimeError((done.stderr.splitlines() or ["no reason given"])[-1])
    return int(found[1].replace(",", ""))


def working_counter() -> str | None:
    """Return the first counter that can count a Python process here."""
    for name in COUNTERS:
        try:
            counted(name, [sys.executable, "-S", "-c", ""])
        except (OSError, RuntimeError):
            continue
        return name
    return None


def count_row(counter: str, path: str, texts: Path, rows: int) -> float:
    """Return the instructions a path takes for each further row."""
    command = [sys.executable, "-W", "ignore", __file__, "--texts", str(texts), "--only", path, "--rows"]
    subprocess.run([*command, "1"], check=True, env=os.environ | STEADY)  # writes bytecode and caches
    less, more = (counted(counter, [*command, str(n)]) for n in (rows, 2 * rows))
    return (more - less) / rows


def main() -> None:
    """Count every path at two sizes and print what a row takes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--only", choices=PATHS)
    parser.add_argument("--texts", type=Path, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.texts:
        texts = json.loads(a.texts.read_text(encoding="utf-8"))
        PATHS[a.only](texts)  # loads what only some rows need: the difference is that of rows alone
        PATHS[a.only](texts[: a.rows])
        return
    counter = working_counter()
    if not counter:
        sys.exit("nothing here counts instructions: install valgrind, or run where `perf stat` has counters")
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.json"
        texts.write_text(json.dumps(petitions(2 * a.rows)), encoding="utf-8")
        print(f"instructions a row, counted by {counter}, {a.rows} further rows")
        for path in [a.only] if a.only else PATHS:
            try:
                print(f"{path:10s} {count_row(counter, path, texts, a.rows):14,.0f}", flush=True)
            except (RuntimeError, subprocess.CalledProcessError) as error:
                print(f"{path:10s} stopped: {error}", flush=True)


if __name__ == "__main__":
    main()

"""Measure minelib and other tools on the same rows, one after another: seconds of CPU, memory, and ratios.

    python benchmarks/speed.py LEDGER [--rows N]

Every tool runs in a process of its own on one core, so that its peak memory is its own and a busy machine moves the
clock of all alike; CPU seconds are compared, not the clock. minelib's line is all of `mine` (reading, redaction,
classes, matters, issues, candidates, briefing, leak gate); the others only cut words and cluster texts that are in
memory already. BERTopic takes part when it is installed, with LSA vectors, for no model can be fetched offline.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

HEADERS = {
    "record_id": "编号",
    "received_at": "信访日期",
    "petitioner": "姓名",
    "title": "标题",
    "text": "信访内容",
}
K = 40  # as many clusters as there are grievance classes


def texts_of(ledger: Path, rows: int | None) -> list[str]:
    """Read titles and texts."""
    from minelib.ledger import read_ledger

    petitions = read_ledger(ledger).petitions.head(rows)
    return (petitions["title"] + "\n" + petitions["text"]).tolist()


def jieba_tfidf_kmeans(texts: list[str]) -> None:
    """jieba, TF-IDF, LSA and k-means of scikit-learn."""
    _kmeans(_jieba(texts))


def minelib_words_kmeans(texts: list[str]) -> None:
    """The same with minelib's segmenter."""
    from minelib.segment import Segmenter

    _kmeans(Segmenter().segment(texts))


def jieba_alone(texts: list[str]) -> None:
    """Cut words with jieba."""
    _jieba(texts)


def minelib_segmenter(texts: list[str]) -> None:
    """Cut words with minelib."""
    from minelib.segment import Segmenter

    Segmenter().segment(texts)


def bertopic_lsa(texts: list[str]) -> None:
    """jieba, LSA vectors and BERTopic."""
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer

    tokens = _jieba(texts)
    model = BERTopic(embedding_model=None, vectorizer_model=CountVectorizer(analyzer=str.split))
    model.fit_transform([" ".join(t) for t in tokens], embeddings=_lsa(tokens))


def _jieba(texts: list[str]) -> list[list[str]]:
    import logging

    import jieba

    jieba.setLogLevel(logging.ERROR)
    return [jieba.lcut(text) for text in texts]


def _lsa(tokens: list[list[str]]):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    weights = TfidfVectorizer(analyzer=list, min_df=2, max_df=0.5).fit_transform(tokens)
    return normalize(TruncatedSVD(min(100, weights.shape[1] - 1), random_state=0).fit_transform(weights))


def _kmeans(tokens: list[list[str]]) -> None:
    from sklearn.cluster import KMeans

    KMeans(min(K, len(tokens)), n_init=3, random_state=0).fit(_lsa(tokens))


TOOLS = {f.__name__: f for f in (jieba_alone, minelib_segmenter, jieba_tfidf_kmeans, minelib_words_kmeans)}
TOOLS |= {"bertopic_lsa": bertopic_lsa} if find_spec("bertopic") else {}


def mine_whole(ledger: Path, rows: int | None) -> None:
    """All of `mine`, PDF included."""
    import pandas as pd

    from minelib.ledger import read_ledger
    from minelib.pipeline import mine

    with tempfile.TemporaryDirectory() as folder:
        source = ledger
        if rows:
            source = Path(folder) / "some.csv"
            some = read_ledger(ledger).petitions.head(rows)
            pd.DataFrame({header: some[field] for field, header in HEADERS.items()}).to_csv(
                source, index=False
            )
        mine(source, Path(folder) / "out", key=bytes(range(32)))


def measure(name: str, ledger: Path, rows: int | None) -> dict[str, float]:
    """Run one tool here and say what it took."""
    texts = None if name == "mine" else texts_of(ledger, rows)
    wall, cpu = time.perf_counter(), time.process_time()
    if texts is None:
        mine_whole(ledger, rows)
    else:
        TOOLS[name](texts)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
        "peak_mb": used // 1024,
    }


def main() -> None:
    """Measure every tool in a process of its own and print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--only", choices=("mine", *TOOLS), help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.only:
        print(json.dumps(measure(a.only, a.ledger, a.rows)))
        return
    one_core = os.environ | dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
    )
    found = {}
    for name in ("mine", *TOOLS):
        command = [sys.executable, "-W", "ignore", __file__, str(a.ledger), "--only", name]
        command += ["--rows", str(a.rows)] if a.rows else []
        done = subprocess.run(command, capture_output=True, text=True, env=one_core)
        if done.returncode:
            print(f"{name:22s} stopped: {(done.stderr.splitlines() or ['no reason given'])[-1]}", flush=True)
            continue
        found[name] = json.loads(done.stdout.splitlines()[-1])
        ratio = found[name]["cpu_s"] / found.get("mine", found[name])["cpu_s"]
        print(f"{name:22s} {found[name]}  CPU against mine ×{ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()

"""Measure minelib and other tools on the same petitions: classes, matters, issues, seconds.

    python benchmarks/mining.py RUN --gold DIR [--figure mining.png]
    python benchmarks/mining.py RUN --answers data/city.answers.csv

RUN is a finished run folder; its redacted petitions are what every tool gets. DIR holds ``class_gold_dev.csv`` (id,
class), ``matters_dev.csv`` and ``issues_dev.csv`` (…_id, petition_id). BERTopic and tomotopy take part when they are
installed (benchmarks/requirements-peers.txt). Every clustering stands for classes, matters and issues alike, as in the
tools' own use: the best F1 over its clusters counts.
"""

import argparse
import re
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from recall import best_f1
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import LatentDirichletAllocation, TruncatedSVD
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.preprocessing import normalize

from minelib.runs import load_run
from minelib.segment import Segmenter
from minelib.vectorise import term_counts, tfidf

K = 40  # as many clusters as there are grievance classes
Tool = Callable[[list[list[str]]], np.ndarray]


def _lsa(tokens: list[list[str]], n: int = 100) -> np.ndarray:
    weights = tfidf(term_counts(tokens, min_df=2, max_df=0.5).counts)
    n = min(n, weights.shape[1] - 1)
    return normalize(TruncatedSVD(n, random_state=0).fit_transform(weights))


def kmeans(tokens: list[list[str]]) -> np.ndarray:
    """LSA and k-means."""
    return KMeans(K, n_init=3, random_state=0).fit_predict(_lsa(tokens))


def hdbscan(tokens: list[list[str]]) -> np.ndarray:
    """LSA and HDBSCAN; noise is -1."""
    return HDBSCAN(min_cluster_size=3, copy=True).fit_predict(_lsa(tokens, 200))


def lda(tokens: list[list[str]]) -> np.ndarray:
    """scikit-learn's LDA, the likeliest topic."""
    counts = term_counts(tokens, min_df=2, max_df=0.5).counts
    return (
        LatentDirichletAllocation(K, learning_method="online", random_state=0)
        .fit_transform(counts)
        .argmax(axis=1)
    )


def _bertopic(tokens: list[list[str]], **options) -> np.ndarray:
    from bertopic import BERTopic
    from sklearn.feature_extraction.text import CountVectorizer

    words = CountVectorizer(analyzer=str.split)
    model = BERTopic(embedding_model=None, vectorizer_model=words, **options)
    return np.asarray(model.fit_transform([" ".join(t) for t in tokens], embeddings=_lsa(tokens, 200))[0])


def bertopic(tokens: list[list[str]]) -> np.ndarray:
    """BERTopic as it comes, UMAP and HDBSCAN, over LSA vectors: no model can be fetched offline."""
    from umap import UMAP

    space = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
    return _bertopic(tokens, umap_model=space)


def bertopic_kmeans(tokens: list[list[str]]) -> np.ndarray:
    """BERTopic over LSA vectors with k-means for its clusters."""
    from umap import UMAP

    space = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0)
    return _bertopic(tokens, umap_model=space, hdbscan_model=KMeans(K, n_init=3, random_state=0))


def tomotopy(tokens: list[list[str]]) -> np.ndarray:
    """Gibbs-sampled LDA of tomotopy, the likeliest topic."""
    import tomotopy as tp

    model = tp.LDAModel(k=K, min_df=2, seed=0)
    for words in filter(None, tokens):
        model.add_doc(words)
    model.train(300, workers=1)
    found = iter([np.argmax(d.get_topic_dist()) for d in model.docs])
    return np.array([next(found) if t else -1 for t in tokens])


PEERS: dict[str, Tool] = {"LSA + k-means": kmeans, "LSA + HDBSCAN": hdbscan, "LDA": lda}
OPTIONAL: dict[str, Tool] = {
    "BERTopic": bertopic,
    "BERTopic, k-means": bertopic_kmeans,
    "tomotopy LDA": tomotopy,
}
PEERS |= {name: tool for name, tool in OPTIONAL.items() if find_spec(re.split("[ ,]", name.lower())[0])}


def gold_of_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """Read gold tables with columns id, name for class, matter and issue."""
    classes = pd.read_csv(folder / "class_gold_dev.csv", dtype=str)[["id", "class"]].set_axis(
        ["id", "name"], axis=1
    )
    tables = {"class": classes}
    for kind in ("matter", "issue"):
        table = pd.read_csv(folder / f"{kind}s_dev.csv", dtype=str)
        tables[kind] = table[["petition_id", f"{kind}_id"]].set_axis(["id", "name"], axis=1)
    return tables


def gold_of_answers(path: Path) -> dict[str, pd.DataFrame]:
    """Read a sample's answer key in the same form; matters of one petition are left out."""
    key = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = {"class": "class", "matter": "matter", "issue": "issue"}
    tables = {kind: key[["record_id", c]].set_axis(["id", "name"], axis=1) for kind, c in columns.items()}
    tables["matter"] = tables["matter"][tables["matter"].duplicated("name", keep=False)]
    tables["issue"] = tables["issue"][key["planted"] == "1"]
    return tables


def score(found: dict[str, pd.Series], gold: dict[str, pd.DataFrame]) -> dict[str, float]:
    """Compare a partition for each kind, by record id, with the gold."""
    both = gold["class"].assign(found=gold["class"]["id"].map(found["class"])).dropna()
    result = {"class_ami": adjusted_mutual_info_score(both["name"], both["found"].astype(str))}
    for kind in ("matter", "issue"):
        inside = gold[kind][gold[kind]["id"].isin(found[kind].index)]
        groups = found[kind].dropna()
        predicted = {str(n): set(g.index) for n, g in groups.groupby(groups) if len(g) > 1 and str(n) != "-1"}
        f1 = best_f1(inside.groupby("name")["id"].agg(set).to_dict(), predicted)
        result |= {f"{kind}_f1": f1.mean(), f"{kind}_found": (f1 >= 0.5).mean()}
    return result


def measure(folder: str, gold: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Score the run and every peer on its petitions, one row a tool."""
    petitions = load_run(folder).petitions.set_index("record_id")
    own = {
        kind: petitions[c]
        for kind, c in (("class", "class_code"), ("matter", "matter_id"), ("issue", "issue_id"))
    }
    rows = {"minelib": score(own, gold)}
    tokens = Segmenter().segment(petitions["title"] + "\n" + petitions["text"])
    for name, tool in PEERS.items():
        start = time.perf_counter()
        labels = pd.Series(tool(tokens), index=petitions.index)
        rows[name] = {**score(dict.fromkeys(own, labels), gold), "seconds": time.perf_counter() - start}
    return pd.DataFrame(rows).T.round(3)


def draw(table: pd.DataFrame, path: str) -> None:
    """Draw the three measures, a group of bars a tool."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.subplots()
    table[["class_ami", "matter_f1", "issue_f1"]].plot.bar(
        ax=axes, rot=20, color=["#1f6fb2", "#e6a23c", "#777777"]
    )
    axes.set_ylim(0, 1)
    axes.set_title("class AMI, matter mean F1, issue mean F1")
    figure.savefig(path, dpi=140)


def asked(description: str) -> tuple[argparse.Namespace, dict[str, pd.DataFrame]]:
    """Read the command line of a benchmark of one run, and the labels it names."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run")
    labels = parser.add_mutually_exclusive_group(required=True)
    labels.add_argument("--gold", type=Path, metavar="DIR")
    labels.add_argument("--answers", type=Path, metavar="CSV")
    parser.add_argument("--figure")
    a = parser.parse_args()
    return a, gold_of_folder(a.gold) if a.gold else gold_of_answers(a.answers)


def main() -> None:
    """Print the table and draw the figure."""
    a, gold = asked(__doc__)
    table = measure(a.run, gold)
    print(table.to_string())
    if a.figure:
        draw(table, a.figure)


if __name__ == "__main__":
    main()

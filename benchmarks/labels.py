"""Measure what a few labels are worth: class accuracy with 0, 40, 200 and 400 labels.

    python benchmarks/labels.py RUN --gold DIR [--figure labels.svg]
    python benchmarks/labels.py RUN --answers data/city.answers.csv

RUN is a finished run folder, the labels are those of ``benchmarks/mining.py``. In each of five splits a third of
the labelled petitions is kept aside; the labels come from the rest. Three ways get the same: minelib with its
packaged taxonomy, minelib with a taxonomy of class names and descriptions alone, and a linear SVC over TF-IDF.
"""

import re

import numpy as np
import pandas as pd
from mining import asked
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from minelib.classes import GrievanceClassifier, Taxonomy, load_taxonomy
from minelib.knowledge.taxonomy import make_taxonomy
from minelib.runs import load_run
from minelib.segment import Segmenter
from minelib.vectorise import term_counts, tfidf

N_LABELS = (0, 40, 200, 400)
SPLITS = 5
ASIDE = 1 / 3


def names_only() -> Taxonomy:
    """Return the packaged classes with nothing but the words of their names and descriptions."""
    taxonomy = load_taxonomy()
    classes = [
        {"code": c.code, "name": c.name, "about": c.about, "words": _short(f"{c.name}、{c.about}")}
        for c in taxonomy.classes
    ]
    return make_taxonomy({"class": classes, "other": taxonomy.other, "borrow": False})


def _short(text: str) -> str:
    return " ".join(w for w in re.split("[、，；和与及等 ]", text) if 2 <= len(w) <= 6)


def split(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shuffle the rows of `n` labelled petitions into those labels come from and those kept aside."""
    order = np.random.default_rng(seed).permutation(n)
    aside = round(n * ASIDE)
    return order[aside:], order[:aside]


def by_minelib(texts, rows, names, chosen, tested, taxonomy):
    """Predict the tested rows when only the chosen ones are labelled."""
    known = np.full(len(texts), "", dtype=object)
    known[rows[chosen]] = names[chosen]
    model = GrievanceClassifier(taxonomy).fit(texts, known)
    return model.predict([texts[i] for i in rows[tested]])


def by_svc(weights, rows, names, chosen, tested):
    """Predict the tested rows by a linear SVC trained on the chosen ones."""
    if len(set(names[chosen])) < 2:
        return None
    return LinearSVC().fit(weights[rows[chosen]], names[chosen]).predict(weights[rows[tested]])


def measure(folder: str, gold: pd.DataFrame) -> pd.DataFrame:
    """Return accuracy and macro F1, one row a way, number of labels and split."""
    petitions = load_run(folder).petitions.set_index("record_id")
    texts = (petitions["title"] + "\n" + petitions["text"]).tolist()
    gold = gold[gold["id"].isin(petitions.index)]
    rows, names = petitions.index.get_indexer(gold["id"]), gold["name"].to_numpy(dtype=object)
    weights = tfidf(term_counts(Segmenter().segment(texts), min_df=2, max_df=0.5).counts)
    ways = {
        "minelib": lambda c, t: by_minelib(texts, rows, names, c, t, None),
        "minelib, class names only": lambda c, t: by_minelib(texts, rows, names, c, t, names_only()),
        "TF-IDF + SVC": lambda c, t: by_svc(weights, rows, names, c, t),
    }
    results = []
    for seed in range(SPLITS):
        pool, tested = split(len(rows), seed)
        for n in dict.fromkeys(min(n, len(pool)) for n in N_LABELS):
            for way, predict in ways.items():
                found = predict(pool[:n], tested)
                if found is not None:
                    results.append((way, n, *scores(names[tested], found)))
    return pd.DataFrame(results, columns=["way", "labels", "accuracy", "macro_f1"])


def scores(names: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Accuracy and macro F1 over the classes that occur."""
    names, found = names.astype(str), found.astype(str)
    return float((names == found).mean()), float(f1_score(names, found, average="macro", zero_division=0))


def draw(table: pd.DataFrame, path: str) -> None:
    """Draw mean accuracy by number of labels, a line a way, with the range over the splits."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    styles = zip(table.groupby("way", sort=False), ("#1f6fb2", "#7fb3dd", "#777777"), "osD", strict=False)
    for (way, part), color, marker in styles:
        by = part.groupby("labels")["accuracy"]
        axes.plot(by.mean(), color=color, marker=marker, label=way)
        axes.fill_between(by.mean().index, by.min(), by.max(), color=color, alpha=0.15)
    axes.set(ylim=(0, 1), xlabel="labels", ylabel="accuracy on petitions kept aside")
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None} if str(path).endswith(".svg") else None)


def main() -> None:
    """Print the table and draw the figure."""
    a, gold = asked(__doc__)
    table = measure(a.run, gold["class"])
    print(table.groupby(["way", "labels"], sort=False).mean().round(3).to_string())
    if a.figure:
        draw(table, a.figure)


if __name__ == "__main__":
    main()

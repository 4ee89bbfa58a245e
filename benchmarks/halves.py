"""Measure how far the packaged phrases are fitted to the labelled petitions: half of them stand aside.

    python benchmarks/halves.py RUN --gold DIR
    python benchmarks/halves.py RUN --answers data/city.answers.csv

RUN is a finished run folder, the labels are those of ``benchmarks/mining.py``. In each of five splits one half of the
labelled petitions is scored, with the knowledge that could have been written without it:

shipped
    the packaged taxonomy;
no witness aside
    without the phrases that stand in the half scored and in no other petition of the ledger;
few witnesses aside
    without the phrases that stand in the half scored and in fewer than five other petitions;
weights of the other half
    further, every phrase's points by how often it is right in the other half, one tier for all it does not say.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from labels import scores
from mining import asked

from minelib.classes import GrievanceClassifier, Taxonomy, load_taxonomy
from minelib.classes.scoring import PhraseScorer
from minelib.runs import load_run

SPLITS = 5
FEW = 5  # petitions beside the half scored, for a phrase to count as known without it
SAID = 3  # petitions of the other half, for it to tell a phrase's points
TIERS = ((0.8, 4.0), (0.5, 2.0), (0.2, 1.0), (0.0, -3.0))  # right so often: so many points


def witnesses(taxonomy: Taxonomy, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (phrase, text) in which a phrase stands; phrases numbered class by class."""
    hits = PhraseScorer(taxonomy).weigh(texts).hits
    pairs = np.unique(np.stack([hits.phrase, hits.text]), axis=1)
    return pairs[0], pairs[1]


def with_weights(taxonomy: Taxonomy, weights: np.ndarray) -> Taxonomy:
    """Return the taxonomy with other points for its phrases, NaN for a phrase to leave out."""
    rest, classes = iter(weights.tolist()), []
    for c in taxonomy.classes:
        pairs = [(phrase, next(rest)) for phrase, _ in c.phrases]
        classes.append(replace(c, phrases=tuple((p, w) for p, w in pairs if w == w)))
    return replace(taxonomy, classes=tuple(classes))


def told_by(right: np.ndarray, said: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the points of each phrase by its share of right petitions among those that say it."""
    share = right / np.maximum(said, 1)
    points = np.select([share >= least for least, _ in TIERS], [w for _, w in TIERS])
    usual = np.where(weights > 0, 2.0, weights)
    return np.where(said >= SAID, points, usual)


def knowledge(taxonomy: Taxonomy, pairs, rows: np.ndarray, names: np.ndarray, aside: np.ndarray):
    """Yield each way's name and its taxonomy; `aside` tells which of the labelled `rows` are scored."""
    phrase, text = pairs
    weights = np.array([w for c in taxonomy.classes for _, w in c.phrases])
    owner = np.array([c.code for c in taxonomy.classes for _ in c.phrases], dtype=object)
    inside = np.isin(text, rows[aside])
    n_inside, n_other = (np.bincount(phrase[part], minlength=len(weights)) for part in (inside, ~inside))
    name_of = dict(zip(rows[~aside].tolist(), names[~aside], strict=True))
    other = np.isin(text, rows[~aside])
    right = other & np.array([owner[p] == name_of.get(t) for p, t in zip(phrase, text, strict=True)])
    said, good = (np.bincount(phrase[part], minlength=len(weights)) for part in (other, right))
    few = (n_inside > 0) & (n_other < FEW)
    yield "shipped", taxonomy
    yield (
        "no witness aside",
        with_weights(taxonomy, np.where((n_inside > 0) & (n_other == 0), np.nan, weights)),
    )
    yield "few witnesses aside", with_weights(taxonomy, np.where(few, np.nan, weights))
    yield (
        "weights of the other half",
        with_weights(taxonomy, np.where(few, np.nan, told_by(good, said, weights))),
    )


def measure(folder: str, gold: pd.DataFrame) -> pd.DataFrame:
    """Return accuracy, macro F1 and the number of phrases kept, one row a way and half scored."""
    petitions = load_run(folder).petitions.set_index("record_id")
    texts = (petitions["title"] + "\n" + petitions["text"]).tolist()
    gold = gold[gold["id"].isin(petitions.index)]
    rows, names = petitions.index.get_indexer(gold["id"]), gold["name"].to_numpy(dtype=object)
    taxonomy = load_taxonomy()
    pairs, results = witnesses(taxonomy, texts), []
    for seed in range(SPLITS):
        half = np.random.default_rng(seed).permutation(len(rows)) < len(rows) // 2
        for aside in (half, ~half):
            for way, known in knowledge(taxonomy, pairs, rows, names, aside):
                found = GrievanceClassifier(known).fit(texts).predict([texts[i] for i in rows[aside]])
                kept = sum(len(c.phrases) for c in known.classes)
                results.append((way, kept, *scores(names[aside], found)))
    return pd.DataFrame(results, columns=["way", "phrases", "accuracy", "macro_f1"])


def main() -> None:
    """Print the table."""
    a, gold = asked(__doc__)
    print(measure(a.run, gold["class"]).groupby("way", sort=False).mean().round(3).to_string())


if __name__ == "__main__":
    main()

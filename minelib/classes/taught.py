"""A text model taught by petitions the phrases are sure of, by example sentences, and by a person's labels."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from minelib.classes.bigrams import PairWeights, count_pairs
from minelib.knowledge.taxonomy import Taxonomy

SURE_MARGIN = 8.0  # points between the first and the second class that make a petition a training example
LESSON_WEIGHT = 1.0  # an example sentence of the taxonomy counts as much as this many guesses
LABEL_WEIGHT = 5.0  # and a person's label as much as this many


@dataclass(frozen=True, slots=True)
class TaughtModel:
    """A linear model over character pairs; it has no rows of `coef` where there was nothing to tell apart.

    `own` is how many petitions of the ledger itself it learnt from.
    """

    own: int
    n_classes: int
    seen: np.ndarray
    weights: PairWeights
    coef: np.ndarray
    intercept: np.ndarray

    def decide(self, pairs: sparse.csr_matrix) -> np.ndarray:
        """Decision + 1 for every class seen, 0 for the others; (n_texts, n_classes)."""
        total = np.zeros((pairs.shape[0], self.n_classes))
        if not len(self.coef) or not len(total):
            return total
        decided = self.weights.weigh(pairs) @ self.coef.T + self.intercept
        total[:, self.seen] = 1 + (decided if len(self.coef) > 1 else np.hstack([-decided, decided]))
        return total


def teach(
    taxonomy: Taxonomy, points: np.ndarray, pairs: sparse.csr_matrix, known: np.ndarray, *, seed: int
) -> TaughtModel:
    """Fit on the rows whose class is `known` (≥ 0) or which the phrases' `points` are sure of."""
    from sklearn.svm import LinearSVC

    ranked = np.sort(points, axis=1)
    sure = ranked[:, -1] - ranked[:, -2] >= SURE_MARGIN
    rows = np.flatnonzero((known >= 0) | sure)
    target = np.where(known >= 0, known, points.argmax(axis=1))[rows]
    lessons, lesson_class = _lessons(taxonomy)
    counts = sparse.vstack([pairs[rows], count_pairs(lessons)]).tocsr()
    guessed = np.where(known[rows] >= 0, LABEL_WEIGHT, 1.0)
    weight = np.concatenate([guessed, np.full(len(lessons), LESSON_WEIGHT)])
    target = np.concatenate([target, lesson_class])
    weights, seen = PairWeights.of(counts), np.unique(target)
    coef, intercept = np.zeros((0, len(weights.columns))), np.zeros(0)
    if len(seen) > 1 and len(weights.columns):
        svc = LinearSVC(C=0.3, tol=0.1, random_state=seed)
        svc.fit(weights.weigh(counts), target, sample_weight=weight)
        coef, intercept = svc.coef_, svc.intercept_
    return TaughtModel(len(rows), len(taxonomy.classes), seen, weights, coef, intercept)


def _lessons(taxonomy: Taxonomy) -> tuple[list[str], np.ndarray]:
    """Texts of the taxonomy itself: each class's name, description, words and example sentences."""
    texts, owner = [], []
    for i, c in enumerate(taxonomy.classes):
        words = " ".join(w for p, weight in c.phrases if weight > 1 for part in p.parts for w in part)
        mine = [f"{c.name}\n{c.about}", f"{c.name}\n{words}", *(f"{e}\n{e}" for e in c.examples)]
        texts += mine
        owner += [i] * len(mine)
    return texts, np.array(owner, dtype=np.int64)

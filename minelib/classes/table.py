"""Classify a table of petitions."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from minelib.classes.classifier import (
    CHUNK,
    MAX_TRAINING,
    TEMPERATURE,
    GrievanceClassifier,
    Reading,
    known_codes,
    pick,
    softmax,
    text_digests,
)
from minelib.knowledge.taxonomy import Taxonomy, load_taxonomy
from minelib.scale import MapBlocks, blocks_of, map_here

SECOND_POINTS = 10.0  # least points of a second class's own phrases: models alone make no second grievance
SECOND_SHARE = 0.5  # and at least this share of the first one's


def classify(
    petitions: pd.DataFrame,
    tokens=None,
    *,
    taxonomy: Taxonomy | None = None,
    labels: Mapping[str, str] | None = None,
    seed: int = 0,
    map_blocks: MapBlocks = map_here,
    workers: int = 1,
) -> pd.DataFrame:
    """Give every petition a class, its margin, a second class and the words that speak for it.

    Parameters
    ----------
    petitions : DataFrame
        With `record_id`, `title`, `text`.
    tokens : ignored
        Kept so that every step is called alike; classes are told from characters.
    taxonomy : Taxonomy, optional
        Default: the packaged one.
    labels : mapping of record_id to class code, optional
        What a person already decided; these petitions keep it, and the others profit.
    seed : int
    map_blocks, workers
        An engine's `map` and how many blocks it works on at a time; what is made does not hang on them.

    Returns
    -------
    DataFrame
        `record_id`, `class_code`, `class_margin` (0 … 1), `second_class`, `class_evidence` (JSON spans in
        title + "\\n" + text), in the order of `petitions`.

    >>> table = pd.DataFrame({"record_id": ["a"], "title": ["小区夜间施工扰民"], "text": ["吵得睡不着"]})
    >>> classify(table).loc[0, "class_code"]
    'C09'
    """
    shared = {"seed": seed, "map_blocks": map_blocks, "workers": workers}
    learnt = learn_classes(petitions, taxonomy=taxonomy, labels=labels, **shared)
    return learnt.classify(partial(_map_rows, petitions, map_blocks))


@dataclass(frozen=True)
class Learnt:
    """A model, and what it says of the petitions it learnt from where these are all of them."""

    model: GrievanceClassifier
    labels: Mapping[str, str] | None
    table: pd.DataFrame | None

    def classify(self, map_rows: Callable[..., Iterable[pd.DataFrame]]) -> pd.DataFrame:
        """Return what `classify` does; petitions are read where they have not been.

        ``map_rows(function, *common, rows=…)`` maps a function over blocks of all petitions, in order.
        """
        if self.table is not None:
            return self.table
        blocks = map_rows(classify_with, self.model, self.labels, rows=CHUNK)
        return pd.concat(blocks, ignore_index=True)


def learn_classes(
    petitions: pd.DataFrame,
    *,
    taxonomy: Taxonomy | None = None,
    labels: Mapping[str, str] | None = None,
    seed: int = 0,
    map_blocks: MapBlocks = map_here,
    workers: int = 1,
) -> Learnt:
    """Do the first half of `classify`, which takes one process a few seconds however large the ledger is."""
    model, known = GrievanceClassifier(taxonomy, random_state=seed), _known(petitions, labels)
    shared = {"map_blocks": map_blocks, "workers": workers}
    if len(petitions) <= MAX_TRAINING:
        whole = model.fit_read(_texts(petitions), known, **shared)
        return Learnt(model, labels, _classify_reading(model, whole, known, petitions))
    codes = (taxonomy or load_taxonomy()).codes
    digests = np.concatenate(list(_map_rows(petitions, map_blocks, _digests)))
    rows = pick(digests, known_codes(known, len(known), codes))
    model.fit_read(_texts(petitions.iloc[rows]), [known[i] for i in rows], **shared)
    return Learnt(model, labels, None)


def _map_rows(petitions: pd.DataFrame, map_blocks: MapBlocks, function, *common, rows: int = CHUNK):
    return map_blocks(function, blocks_of(petitions, rows), *common)


def _digests(petitions: pd.DataFrame) -> np.ndarray:
    return text_digests(_texts(petitions))


def classify_with(petitions: pd.DataFrame, model: GrievanceClassifier, labels) -> pd.DataFrame:
    """Do `classify_block`, the block first, as an engine's `map` gives it."""
    return classify_block(model, petitions, labels=labels)


def fit_classifier(
    petitions: pd.DataFrame,
    *,
    taxonomy: Taxonomy | None = None,
    labels: Mapping[str, str] | None = None,
    seed: int = 0,
    map_blocks: MapBlocks = map_here,
    workers: int = 1,
) -> GrievanceClassifier:
    """Fit on a sample of the ledger: all labelled rows and, up to `MAX_TRAINING`, those a digest of the text picks.

    The fitted model holds no text and pickles small, so blocks may be classified elsewhere. See `classify`.

    >>> table = pd.DataFrame({"record_id": ["a"], "title": ["小区夜间施工扰民"], "text": ["吵得睡不着"]})
    >>> classify_block(fit_classifier(table), table).equals(classify(table))
    True
    """
    model, known = GrievanceClassifier(taxonomy, random_state=seed), _known(petitions, labels)
    model.fit_read(_texts(petitions), known, map_blocks=map_blocks, workers=workers)
    return model


def classify_block(
    model: GrievanceClassifier, petitions: pd.DataFrame, *, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Classify some rows with a fitted model: each row's result depends on that row alone. See `classify`."""
    texts = _texts(petitions)
    return _classify_reading(model, model.read(texts), _known(petitions, labels), petitions)


def _texts(petitions: pd.DataFrame) -> list[str]:
    return (petitions["title"] + "\n" + petitions["text"]).tolist()


def _known(petitions: pd.DataFrame, labels: Mapping[str, str] | None) -> list[str]:
    known = labels or {}
    return [known.get(r, "") for r in petitions["record_id"].tolist()]


def _classify_reading(
    model: GrievanceClassifier, reading: Reading, known: list[str], petitions: pd.DataFrame
) -> pd.DataFrame:
    decision = model.decide(reading)
    first = model.choose(decision)
    given = np.array([k != "" for k in known], dtype=bool)
    codes = model.taxonomy_.codes
    first[given] = [codes.index(k) for k in known if k]
    rows = np.arange(len(first))
    chance = softmax(decision / TEMPERATURE)
    lead = chance[rows, first] - _without(chance, first).max(axis=1)
    spoken = model.kin_.fold(reading.points)
    others = _without(spoken, first)
    second = others.argmax(axis=1)
    real = others[rows, second] >= np.maximum(SECOND_POINTS, SECOND_SHARE * spoken[rows, first])
    return pd.DataFrame(
        {
            "record_id": petitions["record_id"].to_numpy(),
            "class_code": [codes[i] for i in first],
            "class_margin": np.where(given, 1.0, np.maximum(lead, 0)).round(4),
            "second_class": [codes[i] if ok else "" for i, ok in zip(second, real, strict=True)],
            "class_evidence": [json.dumps(s, ensure_ascii=False) for s in model.spans(reading, first)],
        }
    )


def _without(table: np.ndarray, column: np.ndarray) -> np.ndarray:
    rest = table.copy()
    rest[np.arange(len(rest)), column] = -np.inf
    return rest

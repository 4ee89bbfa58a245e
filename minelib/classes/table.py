"""Classify a table of petitions."""

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd

from minelib.classes.classifier import CHUNK, TEMPERATURE, GrievanceClassifier, Reading, softmax
from minelib.knowledge.taxonomy import Taxonomy

COLUMNS = ["record_id", "class_code", "class_margin", "second_class", "class_evidence"]
SECOND_POINTS = 10.0  # least points of a second class's own phrases: models alone make no second grievance
SECOND_SHARE = 0.5  # and at least this share of the first one's


def classify(
    petitions: pd.DataFrame,
    tokens=None,
    *,
    taxonomy: Taxonomy | None = None,
    labels: Mapping[str, str] | None = None,
    seed: int = 0,
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

    Returns
    -------
    DataFrame
        `record_id`, `class_code`, `class_margin` (0 … 1), `second_class`, `class_evidence` (JSON spans in
        title + "\\n" + text), in the order of `petitions`.

    >>> table = pd.DataFrame({"record_id": ["a"], "title": ["小区夜间施工扰民"], "text": ["吵得睡不着"]})
    >>> classify(table).loc[0, "class_code"]
    'C09'
    """
    texts = (petitions["title"] + "\n" + petitions["text"]).tolist()
    known = [(labels or {}).get(r, "") for r in petitions["record_id"]]
    model = GrievanceClassifier(taxonomy, random_state=seed)
    whole = model.fit_read(texts, known)
    size = max(len(texts), 1) if whole else CHUNK
    parts = [
        _classify_reading(model, whole or model.read(texts[i : i + size]), known[i : i + size])
        for i in range(0, len(texts), size)
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS[1:])
    table.insert(0, "record_id", petitions["record_id"].to_numpy())
    return table


def _classify_reading(model: GrievanceClassifier, reading: Reading, known: list[str]) -> pd.DataFrame:
    decision = model.decide(reading)
    first = model.choose(decision)
    given = np.array([k != "" for k in known])
    codes = model.taxonomy_.codes
    first[given] = [codes.index(k) for k in known if k]
    rows = np.arange(len(first))
    chance = softmax(decision / TEMPERATURE)
    lead = chance[rows, first] - _without(chance, first).max(axis=1)
    others = _without(reading.points, first)
    second = others.argmax(axis=1)
    real = others[rows, second] >= np.maximum(SECOND_POINTS, SECOND_SHARE * reading.points[rows, first])
    return pd.DataFrame(
        {
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

"""What a classifier has learnt, as frames: the next month classifies as this one did, and learns nothing anew."""

from collections.abc import Mapping

import pandas as pd

from minelib.classes.bigrams import PairWeights
from minelib.classes.classifier import GrievanceClassifier
from minelib.classes.taught import TaughtModel
from minelib.knowledge.taxonomy import Taxonomy


def frames_of(model: GrievanceClassifier) -> dict[str, pd.DataFrame]:
    """Write down what a fitted classifier has learnt; no text is in it.

    Returns
    -------
    dict
        ``pairs`` (a row a hashed character pair: ``column``, ``idf``, and what it says for each class), ``seen``,
        ``intercepts``, ``offsets`` and ``told`` (``own``, ``n_classes``, ``trust``).
    """
    taught = model.model_
    said = {str(n): row for n, row in enumerate(taught.coef)}
    return {
        "pairs": pd.DataFrame({"column": taught.weights.columns, "idf": taught.weights.idf, **said}),
        "seen": pd.DataFrame({"seen": taught.seen}),
        "intercepts": pd.DataFrame({"intercept": taught.intercept}),
        "offsets": pd.DataFrame({"offset": model.offset_}),
        "told": pd.DataFrame({"own": [taught.own], "n_classes": [taught.n_classes], "trust": [model.trust_]}),
    }


def model_of(
    frames: Mapping[str, pd.DataFrame], taxonomy: Taxonomy | None = None, *, seed: int = 0
) -> GrievanceClassifier:
    """Return the classifier that `frames_of` wrote down.

    Parameters
    ----------
    frames : mapping of str to DataFrame
    taxonomy, seed
        What it was made with.

    Examples
    --------
    >>> texts = ["工地夜间施工噪音扰民\\n半夜还在打桩", "老板拖欠工资\\n至今未发"]
    >>> model = GrievanceClassifier().fit(texts)
    >>> bool((model_of(frames_of(model)).decision_function(texts) == model.decision_function(texts)).all())
    True
    """
    pairs, told = frames["pairs"], frames["told"].iloc[0]
    coef = pairs.drop(columns=["column", "idf"]).to_numpy().T
    weights = PairWeights(pairs["column"].to_numpy(), pairs["idf"].to_numpy())
    seen, intercept = frames["seen"]["seen"].to_numpy(), frames["intercepts"]["intercept"].to_numpy()
    model = GrievanceClassifier(taxonomy, random_state=seed)
    model._prepare()
    model.offset_, model.trust_ = frames["offsets"]["offset"].to_numpy(), float(told["trust"])
    model.model_ = TaughtModel(int(told["own"]), int(told["n_classes"]), seen, weights, coef, intercept)
    return model

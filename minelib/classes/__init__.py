"""What kind of grievance is a petition about?

Phrases of a taxonomy decide where they are sure; a model trained on the petitions they are sure of decides
the rest.
`classify` does a table (`fit_classifier` and `classify_block` in two steps, for many machines);
`GrievanceClassifier` is the estimator behind it.
"""

from minelib.knowledge.taxonomy import Taxonomy, load_taxonomy

_TABLE = ("classify", "classify_block", "fit_classifier", "learn_classes")

__all__ = [
    "GrievanceClassifier",
    "Taxonomy",
    "classify",
    "classify_block",
    "fit_classifier",
    "learn_classes",
    "load_taxonomy",
]


def __getattr__(name: str):
    # scikit-learn is heavy: loaded when first asked for.
    if name == "GrievanceClassifier":
        from minelib.classes.classifier import GrievanceClassifier

        return GrievanceClassifier
    if name in _TABLE:
        from minelib.classes import table

        return getattr(table, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

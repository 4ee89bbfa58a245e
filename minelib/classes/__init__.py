"""What kind of grievance is a petition about?

Phrases of a taxonomy decide where they are sure; a model trained on the petitions they are sure of decides
the rest.
`classify` does a table; `GrievanceClassifier` is the estimator behind it.
"""

from minelib.knowledge.taxonomy import Taxonomy, load_taxonomy

__all__ = ["GrievanceClassifier", "Taxonomy", "classify", "load_taxonomy"]


def __getattr__(name: str):
    # scikit-learn is heavy: loaded when first asked for.
    if name == "GrievanceClassifier":
        from minelib.classes.classifier import GrievanceClassifier

        return GrievanceClassifier
    if name == "classify":
        from minelib.classes.table import classify

        return classify
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

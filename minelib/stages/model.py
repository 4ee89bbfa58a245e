"""The classifier of a large run is kept beside it: the next month classifies as this one did, and learns nothing anew.

Of a small run more petitions make a better classifier, and to learn takes little: there it learns again each month.
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from minelib.config import Config
from minelib.runs import StageStore, digest, file_digest, library_versions, program_digest
from minelib.scale import at_once
from minelib.stages.words import Words

if TYPE_CHECKING:
    from minelib.classes import GrievanceClassifier

_NAME = "model"


def keep_classifier(model: "GrievanceClassifier", n_petitions: int, folder: Path, config: Config) -> None:
    """Keep beside a run what a classifier has learnt, where it had more petitions than it learns from."""
    from minelib.classes import classifier
    from minelib.classes.frozen import frames_of

    if n_petitions > classifier.MAX_TRAINING:
        StageStore(folder).put(_NAME, _key(config), frames_of(model))


def classifier(words: Words, *, config: Config, kept: Path, folder: Path) -> "GrievanceClassifier":
    """Return the classifier kept beside a run, else one that learns from these words' petitions.

    It is kept in `folder` too. One that another program, other classes or other labels have taught does not count.
    """
    from minelib.classes.frozen import model_of

    frames = StageStore(kept).get(_NAME, _key(config))
    model = (
        _fitted(words, config)
        if frames is None
        else model_of(frames, taught(config)["taxonomy"], seed=config.seed)
    )
    keep_classifier(model, len(words.petitions), folder, config)
    return model


def _fitted(words: Words, config: Config) -> "GrievanceClassifier":
    """Learn, while the other processes look at the words."""
    from minelib.classes import fit_classifier

    fit = partial(fit_classifier, words.petitions, **taught(config), seed=config.seed)
    model, _ = at_once(fit, lambda: (words.groups, words.letters), workers=words.engine.workers)
    return model


def taught(config: Config) -> dict:
    """Return the classes there are, and what a person has said of petitions."""
    from minelib.classes.labels import read_labels
    from minelib.knowledge.taxonomy import load_taxonomy

    taxonomy = load_taxonomy(config.mine.taxonomy or None)
    labels = read_labels(config.mine.labels, taxonomy) if config.mine.labels else None
    return {"taxonomy": taxonomy, "labels": labels}


def _key(config: Config) -> str:
    files = (Path(p) for p in (config.mine.taxonomy, config.mine.labels))
    said = (file_digest(path) if path.is_file() else "" for path in files)
    return digest(program_digest(), *map(str, library_versions().items()), str(config.seed), *said)

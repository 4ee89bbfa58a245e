"""Classes, matters, issues, candidates: each stage's frames from the frames before.

What looks at one petition at a time is mapped over blocks by the engine; what looks at all of them is done here.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from minelib.config import Config
from minelib.errors import MinelibError
from minelib.gate import Reader
from minelib.scale import Engine, at_once, blocks_of
from minelib.schema import ISSUE, LINK, RUN_PETITION, frame
from minelib.stages.model import keep_classifier, taught
from minelib.stages.words import Words, segmenter

if TYPE_CHECKING:
    from minelib.classes import GrievanceClassifier

Frames = Mapping[str, pd.DataFrame]


def classes(words: Words, config: Config, folder: Path) -> Frames:
    """Give every petition a grievance class, and mark the vulnerable groups it names.

    Learning keeps one process busy; the others meanwhile look at the words, and at what the next stage begins with.
    What was learnt is kept in `folder`, see `keep_classifier`.
    """
    from minelib.classes import learn_classes

    learn = partial(learn_classes, words.petitions, **taught(config), seed=config.seed)
    learnt, (groups, _) = at_once(learn, lambda: (words.groups, words.letters), workers=words.engine.workers)
    keep_classifier(learnt.model, len(words.petitions), folder, config)
    return {"classes": learnt.classify(words.map).assign(groups=groups)}


def classes_of(
    fresh: pd.DataFrame, words: Words, model: "GrievanceClassifier", config: Config
) -> pd.DataFrame:
    """Classify and mark some of the petitions as `classes` would, with a model that has learnt already."""
    from minelib.classes.table import classify_with

    blocks = blocks_of(fresh, words.engine.block_rows)
    found = words.engine.map(classify_with, blocks, model, taught(config)["labels"])
    groups = pd.Series(words.groups, index=words.petitions["record_id"])
    return pd.concat(list(found), ignore_index=True).assign(groups=groups[fresh["record_id"]].tolist())


def matters(words: Words, class_table: pd.DataFrame, config: Config, reader: Reader) -> Frames:
    """Link petitions of the same thing.

    Linking keeps one process busy; the others meanwhile read what the next stage begins with.
    """
    from minelib.matters import link_matters

    letters, named = words.letters
    del words.letters  # nobody asks again, and of a large ledger they are much
    link = partial(
        link_matters,
        words.petitions,
        tokens=words.tokens,
        letters=letters,
        classes=class_table[["class_code", "second_class"]],
        seed=config.seed,
    )
    found, _ = at_once(link, lambda: words.wording, workers=words.engine.workers)
    table = _without_people(named, reader)
    table["matter_id"] = found.matter_id.reindex(table["record_id"]).to_numpy()
    return {"matters": table, "links": frame(found.links, LINK)}


def names(petitions: pd.DataFrame, reader: Reader, engine: Engine) -> pd.DataFrame:
    """Return the places and respondents each petition names, as `matters` does."""
    from minelib.mentions import name_petitions

    blocks = engine.map(name_petitions, blocks_of(petitions, engine.block_rows))
    return _without_people(pd.concat(list(blocks), ignore_index=True), reader)


def _without_people(named: pd.DataFrame, reader: Reader) -> pd.DataFrame:
    """Leave out names of places and respondents that, standing alone, read as a person's."""
    columns = ["named_place", "named_respondent", "township"]
    names = pd.unique(named[columns].to_numpy(dtype=object).ravel()).tolist()
    persons = {name for name, spans in zip(names, reader.find_many(names), strict=True) if spans}
    return named.assign(**{c: named[c].where(~named[c].isin(persons), "") for c in columns})


def issues(words: Words, class_table: pd.DataFrame, linked: Frames, config: Config, reader: Reader) -> Frames:
    """Group matters by the wrong, and write down every petition with all that was found of it.

    Returns
    -------
    dict
        ``petitions`` (`schema.RUN_PETITION`, as far as the tables given tell it), ``matters`` (`schema.MATTER`),
        ``issues`` (`schema.ISSUE`).
    """
    from minelib.issues import find_issues
    from minelib.tally import matter_table

    rows = beside(words.petitions, class_table, linked["matters"])
    found = find_issues(
        rows,
        matter_id=rows["matter_id"],
        class_code=rows["class_code"],
        wording=words.wording,
        seed=config.seed,
        granularity=config.mine.granularity,
        levels=(),
        map_blocks=words.engine.map,
    )
    del words.wording  # of a large ledger it is gigabytes
    rows = rows.assign(issue_id=found.issue_id.to_numpy())
    matter = matter_table(rows.assign(length=rows["text"].str.len()))
    told = found.of_matters(rows["matter_id"])
    table = found.table.assign(**{c: found.table[c].map(reader.blank) for c in ("label", "keywords")})
    return {
        "petitions": rows[[c for c in RUN_PETITION if c in rows]],
        "matters": matter.assign(issue_id=matter["matter_id"].map(told)),
        "issues": frame(table, ISSUE),
        "note": pd.DataFrame({"note": [found.note]}),
    }


def beside(petitions: pd.DataFrame, *tables: pd.DataFrame) -> pd.DataFrame:
    """Return petitions with what tables of the same petitions in the same order say of them; no text is copied.

    >>> one, other = pd.DataFrame({"record_id": ["1"], "a": [2]}), pd.DataFrame({"b": [3], "record_id": ["1"]})
    >>> beside(one, other).to_dict("records")
    [{'record_id': '1', 'a': 2, 'b': 3}]
    """
    if any(not table["record_id"].equals(petitions["record_id"]) for table in tables):
        raise MinelibError("tables of one run tell of different petitions, or in another order")
    columns = {c: table[c] for table in tables for c in table if c not in petitions}
    return petitions.assign(**columns)


def screen(grouped: Frames, config: Config, letters: pd.DataFrame) -> Frames:
    """Rank issues as candidates, by what `stages.letters` found in each petition."""
    from minelib.screen import Weights, screen_issues

    weights = Weights.changed(config.screen)
    tables = grouped["petitions"], grouped["matters"], grouped["issues"]
    candidates, signals = screen_issues(*tables, marks=letters, weights=weights, seed=config.seed)
    return {"candidates": candidates, "signals": signals}


def segmenter_fingerprint(config: Config) -> str:
    """Return what stands for engine and dictionary in the manifest."""
    return segmenter(config.segment).fingerprint

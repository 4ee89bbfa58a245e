"""Classes, matters, issues, candidates: each stage's frames from the frames before.

What looks at one petition at a time is mapped over blocks by the engine; what looks at all of them is done here.
"""

import pandas as pd

from minelib.config import Config
from minelib.gate import Reader
from minelib.schema import ISSUE, LINK, RUN_PETITION, frame
from minelib.stages.words import Words, core_texts, segmenter

Frames = dict[str, pd.DataFrame]


def classes(words: Words, config: Config) -> Frames:
    """Give every petition a grievance class, and mark the vulnerable groups it names."""
    from minelib.classes import classify
    from minelib.classes.labels import read_labels
    from minelib.knowledge.taxonomy import load_taxonomy

    taxonomy = load_taxonomy(config.mine.taxonomy or None)
    labels = read_labels(config.mine.labels, taxonomy) if config.mine.labels else None
    table = classify(
        words.petitions,
        taxonomy=taxonomy,
        labels=labels,
        seed=config.seed,
        map_blocks=words.engine.map,
        workers=words.engine.workers,
    )
    groups = [group for block in words.map(_mark_block) for group in block]
    return {"classes": table.assign(groups=groups)}


def _mark_block(petitions: pd.DataFrame) -> list[str]:
    from minelib.screen import mark_groups

    return mark_groups(core_texts(petitions))


def matters(words: Words, class_table: pd.DataFrame, config: Config, reader: Reader) -> Frames:
    """Link petitions of the same thing."""
    from minelib.matters import link_matters
    from minelib.mentions import Mentions, mention_petitions, name_petitions

    mentions = Mentions.joined(words.map(mention_petitions))
    found = link_matters(
        words.petitions,
        tokens=words.tokens,
        mentions=mentions,
        classes=class_table[["class_code", "second_class"]],
        seed=config.seed,
    )
    named = _without_people(name_petitions(words.petitions, mentions), reader)
    table = named.assign(matter_id=found.matter_id.reindex(named["record_id"]).to_numpy())
    return {"matters": table, "links": frame(found.links, LINK)}


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
        ``petitions`` (`schema.RUN_PETITION`), ``matters`` (`schema.MATTER`), ``issues`` (`schema.ISSUE`).
    """
    from minelib.issues import find_issues
    from minelib.tally import matter_table

    rows = words.petitions.merge(class_table, on="record_id").merge(linked["matters"], on="record_id")
    found = find_issues(
        rows,
        matter_id=rows["matter_id"],
        class_code=rows["class_code"],
        tokens=words.tokens,
        seed=config.seed,
        granularity=config.mine.granularity,
        map_blocks=words.engine.map,
    )
    rows = rows.assign(issue_id=found.issue_id.to_numpy())
    matter = matter_table(rows)
    told = found.of_matters(rows["matter_id"])
    table = found.table.assign(**{c: found.table[c].map(reader.blank) for c in ("label", "keywords")})
    return {
        "petitions": rows[list(RUN_PETITION)],
        "matters": matter.assign(issue_id=matter["matter_id"].map(told)),
        "issues": frame(table, ISSUE),
        "levels": found.levels.assign(record_id=rows["record_id"]),
        "note": pd.DataFrame({"note": [found.note]}),
    }


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

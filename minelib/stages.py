"""What each stage of a run makes of the one before: functions from frames to frames.

Words are cut at most once a run, and only when a stage that needs them has to be made anew.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import pandas as pd

from minelib.config import Config
from minelib.schema import ISSUE, LINK, PETITION, RUN_PETITION, frame

Frames = dict[str, pd.DataFrame]


def read(paths: Iterable[Path], key: bytes, config: Config) -> Frames:
    """Read, clean and redact: raw text exists only inside this call.

    Returns
    -------
    dict
        ``petitions`` (`schema.PETITION`, sorted by `record_id`), ``rejects``, ``sources``, and ``changes``: how many
        rows and characters each kind of cleaning and masking touched.
    """
    from minelib.clean import clean_petitions
    from minelib.ledger import read_ledger
    from minelib.redact import Redactor

    ledger = read_ledger(paths, columns=config.ledger.columns or None, sheet=config.ledger.sheet or None)
    cleaned, clean_log = clean_petitions(ledger.petitions)
    redactor = Redactor(key, mask_names=config.redact.mask_names, keep_names=config.redact.keep_names)
    redacted, redact_log = redactor.redact_petitions(cleaned)
    petitions = redacted.sort_values("record_id", ignore_index=True)[list(PETITION)]
    changes = pd.concat([clean_log.table().assign(step="clean"), redact_log.table().assign(step="redact")])
    return {"petitions": petitions, "rejects": ledger.rejects, "sources": ledger.sources, "changes": changes.astype(str)}


class Words:
    """The redacted petitions of a run and, when asked for, their words.

    Attributes
    ----------
    petitions : DataFrame
    texts : list of str
        Title and text without greetings and closings, joined by a line break.
    tokens : list of list of str
    """

    def __init__(self, petitions: pd.DataFrame, config: Config):
        self.petitions = petitions
        self._options = config.segment

    @cached_property
    def texts(self) -> list[str]:
        from minelib.clean import core_text

        pairs = zip(self.petitions["title"], self.petitions["text"], strict=True)
        return [f"{title}\n{core_text(text)}" for title, text in pairs]

    @cached_property
    def tokens(self) -> list[list[str]]:
        from minelib.segment import Segmenter

        return Segmenter(self._options.words, engine=self._options.engine).segment(self.texts)


def classes(words: Words, config: Config) -> Frames:
    """Give every petition a grievance class, and mark the vulnerable groups it names."""
    from minelib.classes import classify, read_labels
    from minelib.knowledge.taxonomy import load_taxonomy
    from minelib.screen import mark_groups

    labels = read_labels(config.mine.labels) if config.mine.labels else None
    taxonomy = load_taxonomy(config.mine.taxonomy or None)
    table = classify(words.petitions, words.tokens, taxonomy=taxonomy, labels=labels, seed=config.seed)
    return {"classes": table.assign(groups=mark_groups(words.texts))}


def matters(words: Words, class_code: pd.Series, config: Config) -> Frames:
    """Link petitions of the same thing."""
    from minelib.matters import link_matters

    found = link_matters(words.petitions, tokens=words.tokens, classes=class_code, seed=config.seed)
    return {"matters": found.named(), "links": frame(found.links, LINK)}


def issues(words: Words, class_table: pd.DataFrame, linked: Frames, config: Config) -> Frames:
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
        words.petitions,
        matter_id=rows["matter_id"],
        class_code=rows["class_code"],
        tokens=words.tokens,
        seed=config.seed,
        granularity=config.mine.granularity,
    )
    rows["issue_id"] = found.issue_id.reindex(rows["record_id"]).to_numpy()
    petitions = rows[list(RUN_PETITION)]
    return {"petitions": petitions, "matters": matter_table(rows), "issues": frame(found.table, ISSUE)}


def screen(grouped: Frames, config: Config) -> Frames:
    """Rank issues as candidates."""
    from minelib.screen import Weights, screen_issues

    weights = Weights(**config.screen)
    tables = grouped["petitions"], grouped["matters"], grouped["issues"]
    candidates, signals = screen_issues(*tables, weights=weights, seed=config.seed)
    return {"candidates": candidates, "signals": signals}


def segmenter_fingerprint(config: Config) -> str:
    """Return what stands for engine and dictionary in the manifest."""
    from minelib.segment import Segmenter

    return Segmenter(config.segment.words, engine=config.segment.engine).fingerprint

"""What each stage of a run makes of the one before: functions from frames to frames.

Words are cut at most once a run, and only when a stage that needs them has to be made anew.
"""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from minelib.config import Config
from minelib.errors import InputError
from minelib.gate import Reader
from minelib.schema import ISSUE, LINK, PETITION, REJECT, RUN_PETITION, frame

Frames = dict[str, pd.DataFrame]


class Reading:
    """Read, clean and redact ledgers: raw text exists only inside `make`."""

    def __init__(self, paths: Iterable[Path], key: bytes, config: Config):
        self._paths, self._key, self._config = list(paths), key, config

    def make(self) -> Frames:
        """Return ``petitions`` (`schema.PETITION`, by `record_id`), ``rejects``, ``sources`` and ``changes``.

        Further for the leak gate ``sealed`` and ``passed``: digests of what was masked, and of texts it has read.
        """
        from minelib.clean import clean_petitions
        from minelib.ledger import read_ledger
        from minelib.redact import Redactor, seal

        options = self._config
        ledger = read_ledger(
            self._paths, columns=options.ledger.columns or None, sheet=options.ledger.sheet or None
        )
        inside, outside = _in_period(ledger.petitions, options.ledger.since, options.ledger.until)
        cleaned, clean_log = clean_petitions(_least(inside))
        redactor = Redactor(
            self._key, mask_names=options.redact.mask_names, keep_names=options.redact.keep_names
        )
        redacted, redact_log = redactor.redact_petitions(cleaned)
        reader = Reader(masked=redact_log.surfaces, keep_names=options.redact.keep_names)
        tables = redacted, pd.concat([ledger.rejects, outside]), ledger.sources
        redacted, rejects, sources = (settled(table, reader, redactor) for table in tables)
        petitions = redacted.sort_values("record_id", ignore_index=True)[list(PETITION)]
        cleaning = clean_log.table().set_axis(["kind", "rows", "n"], axis=1).assign(step="clean")
        masking = pd.DataFrame(
            {"kind": list(redact_log.masked), "n": list(redact_log.masked.values())}
        ).assign(step="redact")
        changes = pd.concat([cleaning, masking])[["step", "kind", "n"]].astype({"n": "int64"})
        return {
            "petitions": petitions, "rejects": rejects, "sources": sources, "changes": changes,
            "sealed": seal(redact_log.surfaces, self._key), "passed": pd.DataFrame({"digest": reader.passed}),
        }  # fmt: skip


def settled(table: pd.DataFrame, reader: Reader, redactor) -> pd.DataFrame:
    """Mask what the leak gate would find in any cell, a file's or a sheet's name too."""
    texts = (c for c in table if pd.api.types.is_string_dtype(table[c]))
    columns = [c for c in texts if c not in ("record_id", "petitioner_id")]
    masked = {c: {text: reader.settle(text, redactor) for text in table[c].unique()} for c in columns}
    return table.assign(**{c: table[c].map(masked[c]) for c in columns})


def _in_period(petitions: pd.DataFrame, since: str, until: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part petitions by the day they were made: those of the period, and the others as rejects."""
    if not (since or until):
        return petitions, frame([], REJECT)
    days = petitions["received_at"]
    inside = (days >= _day(since, "since", "1900-01-01")) & (
        days < _day(until, "until", "2200-01-01") + pd.Timedelta(days=1)
    )
    outside = petitions.loc[~inside, ["source", "sheet", "row"]].assign(reason="不在所选时段内")
    return petitions[inside].reset_index(drop=True), frame(outside.to_dict("list"), REJECT)


def _day(text: str, name: str, default: str) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(text or default))
    except ValueError as error:
        raise InputError(f"ledger.{name} takes a day as YYYY-MM-DD, got {text!r}") from error


def _least(petitions: pd.DataFrame) -> pd.DataFrame:
    """Keep of an agency's answer only that there was one: no step reads more (个人信息保护法 art. 6: the least)."""
    return petitions.assign(reply=petitions["reply"].ne("").map({True: "有", False: ""}))


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
    from minelib.classes import classify
    from minelib.classes.labels import read_labels
    from minelib.knowledge.taxonomy import load_taxonomy
    from minelib.screen import mark_groups

    taxonomy = load_taxonomy(config.mine.taxonomy or None)
    labels = read_labels(config.mine.labels, taxonomy) if config.mine.labels else None
    table = classify(words.petitions, taxonomy=taxonomy, labels=labels, seed=config.seed)
    return {"classes": table.assign(groups=mark_groups(words.texts))}


def matters(words: Words, class_table: pd.DataFrame, config: Config, reader: Reader) -> Frames:
    """Link petitions of the same thing."""
    from minelib.matters import link_matters
    from minelib.mentions import name_petitions

    found = link_matters(
        words.petitions,
        tokens=words.tokens,
        classes=class_table[["class_code", "second_class"]],
        seed=config.seed,
    )
    named = _without_people(name_petitions(words.petitions), reader)
    table = named.assign(matter_id=found.matter_id.reindex(named["record_id"]).to_numpy())
    return {"matters": table, "links": frame(found.links, LINK)}


def _without_people(named: pd.DataFrame, reader: Reader) -> pd.DataFrame:
    """Leave out names of places and respondents that, standing alone, read as a person's."""
    columns = ["named_place", "named_respondent", "township"]
    persons = {name for name in pd.unique(named[columns].to_numpy().ravel()) if reader.find(name)}
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


def screen(grouped: Frames, config: Config) -> Frames:
    """Rank issues as candidates."""
    from minelib.screen import Weights, screen_issues

    weights = Weights.changed(config.screen)
    tables = grouped["petitions"], grouped["matters"], grouped["issues"]
    candidates, signals = screen_issues(*tables, weights=weights, seed=config.seed)
    return {"candidates": candidates, "signals": signals}


def segmenter_fingerprint(config: Config) -> str:
    """Return what stands for engine and dictionary in the manifest."""
    from minelib.segment import Segmenter

    return Segmenter(config.segment.words, engine=config.segment.engine).fingerprint

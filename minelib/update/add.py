"""Add new ledgers to a finished run.

Only the new rows are read, cleaned, redacted and classified for good. They are linked and grouped among some old
petitions (those that share a name first, see `keep.context_of`), so that a new petition joins the matter and issue it
belongs to; what fits none is looked through for new issues, together with the old petitions that belonged to none.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from minelib import pipeline, stages
from minelib.config import Config
from minelib.disclosure import uniqueness
from minelib.errors import InputError
from minelib.gate import Reader, own_numbers
from minelib.gate.marks import Marks
from minelib.issues.group import MIN_MATTERS
from minelib.ledger import ledger_paths
from minelib.progress import Progress, Watched, progress_here
from minelib.redact.sealed import Sealed
from minelib.redact.surfaces import Surfaces
from minelib.runs import Run, StageStore, digest, in_order, only_run_in, read_run
from minelib.scale import Engine, Here, among, at_once, position_in, rows_of
from minelib.schema import REJECT, frame
from minelib.tally import funnel
from minelib.update.keep import (
    as_petitions,
    context_of,
    name_new,
    newer_answers,
    part_repeated,
    stay,
    told_anew,
    whole_petitions,
)
from minelib.update.masked import holding, mask_both
from minelib.update.sums import NAMED, issues_of, matters_of

if TYPE_CHECKING:
    from minelib.classes import GrievanceClassifier

ENOUGH, MOST = 10_000, 50_000  # old petitions among which new ones are placed, see `keep.context_of`
_STAGES = 3  # the new rows are read, placed, and everything is written
AGAIN = "上期结果中已有，保留原归属"
_OF_CLASS = ["class_code", "class_margin", "second_class", "class_evidence", "groups"]


def add(
    paths: str | Path | Iterable[str | Path],
    onto: str | Path,
    out: str | Path,
    *,
    key: bytes,
    config: Config | None = None,
    report: Callable[[str], None] | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Run:
    """Take new ledgers into a finished run, and write the whole to another folder.

    Old petitions keep class, matter and issue; a row the old run already holds only brings its newer reply and
    status. Decisions recorded beside the old run are copied, so that they are replayed over the new one.

    Parameters
    ----------
    paths : path or iterable of paths
        The new ledgers.
    onto : path
        Folder of the finished run; it is only read.
    out : path
        Folder of the new run.
    key : bytes
        The key the old run was made with: with another a person would have two pseudonyms.
    config : Config, optional
    report : callable, optional
        Called with one line of Chinese as each stage ends.
    engine, progress : optional
        As `minelib.mine` takes them.

    Raises
    ------
    InputError
        When there is no finished run in `onto`, it was made with another key, `out` is the same folder, or a
        ledger cannot be used.
    LeakError
        When something that would leave still holds personal information.
    """
    config, report = config or Config(), report or (lambda line: None)
    engine = Watched(engine or Here(), progress or progress_here())
    files = ledger_paths(paths)
    before, folder = read_run(onto), Path(out)
    _check(before, Path(onto), folder, key)
    known = stages.known_of(before, Path(onto))
    with only_run_in(folder):
        with engine.stage("读取、清洗、脱敏", 0, _STAGES):
            old, read, reader, again = _read(files, Path(onto), before, known, key, config, engine)
        fresh, repeated = part_repeated(read["petitions"], old.petitions)
        n_read = len(fresh) + len(repeated) + len(read["rejects"])
        report(f"读到 {n_read} 行：新增 {len(fresh)} 件，上期已有 {len(repeated)} 件")
        old = replace(old, petitions=newer_answers(old.petitions, repeated))
        again |= among(old.petitions["record_id"], repeated["record_id"])
        with engine.stage("归类、并案、归集、研判", 1, _STAGES):
            classifier = partial(stages.classifier, config=config, kept=Path(onto), folder=folder)
            placing = again, known, classifier, config, reader, engine
            run, letters, named = _place(old, read["named"], fresh, *placing)
        report("归类、并案、归集、研判：完成，原有编号不变")
        rejects = _rejects(Path(onto), read["rejects"], repeated)
        rows = letters["row"].iloc[np.argsort(run.petitions["record_id"].to_numpy(), kind="stable")]
        _describe(run, before, read, rejects, rows, n_fresh=len(fresh), key=key, config=config)
        own = _own(run, again, known)
        with engine.stage("写出结果、简报", 2, _STAGES):
            passed = pd.DataFrame({"digest": reader.passed})
            options = {"reader": reader, "own": own, "config": config, "engine": engine, "known": known}
            pipeline.write_run(run, rejects, folder, **options)
        _hand_on(
            Path(onto),
            folder,
            read={"sealed": read["sealed"], "passed": passed},
            matters={"matters": named.reset_index()},
        )
        stages.keep_known(run, folder, letters, own.sorted())
    report(f"结果：{folder}　简报：{folder / 'briefing.pdf'}")
    return in_order(run)


def _check(before: Run, onto: Path, out: Path, key: bytes) -> None:
    if out.resolve() == onto.resolve():
        raise InputError(
            f"--out is the old run's own folder {onto}; give another, the old run stays as it is"
        )
    if before.manifest.get("key") != digest("fingerprint of", key):
        raise InputError(
            f"{onto} was made with another key, so pseudonyms would not match; give that one (--key)"
        )


def _read(
    files: list[Path],
    onto: Path,
    old: Run,
    known: stages.Known | None,
    key: bytes,
    config: Config,
    engine: Engine,
):
    """Read the new ledgers; mask in each run what was masked in the other, see `masked.mask_both`."""
    reading = stages.Reading(files, key, config, engine)
    read, before = reading.make(), _kept(onto, "read", "sealed")
    new = Sealed(before, key).lacking(reading.masked.surfaces)
    tables = [t for t in (before, read["sealed"]) if len(t)] or [before]
    read["sealed"] = pd.concat(tables, ignore_index=True).drop_duplicates(ignore_index=True)
    sealed = Sealed(read["sealed"], key)
    settled = mask_both(old, read, sealed, new, key=key, config=config, engine=engine, known=known)
    kept = _names(_kept(onto, "matters", "matters"), new) if known else pd.DataFrame()
    masked, read, reader, again = settled
    read["named"] = kept if len(kept) else _named_anew(masked.petitions, reader, engine)
    return masked, read, reader, again


def _kept(onto: Path, stage: str, name: str) -> pd.DataFrame:
    """Return what a stage of the old run kept, empty where its stages were cleared away."""
    path = onto / ".stages" / stage / f"{name}.parquet"
    return pd.read_parquet(path) if path.exists() else pd.DataFrame()


def _names(kept: pd.DataFrame, new: Surfaces) -> pd.DataFrame:
    """Return by `record_id` what old petitions name, without names in which something is masked only now."""
    if not len(kept):
        return kept
    told = kept.set_index("record_id")[list(NAMED)]
    return told[~holding(told, new)]


def _named_anew(petitions: pd.DataFrame, reader: Reader, engine: Engine) -> pd.DataFrame:
    """Return by `record_id` what old petitions name, where that was not kept or another program read it."""
    return stages.names(petitions, reader, engine).set_index("record_id")[list(NAMED)]


def _place(
    before: Run,
    names: pd.DataFrame,
    fresh: pd.DataFrame,
    again: np.ndarray,
    known: stages.Known | None,
    classifier: Callable[[stages.Words], "GrievanceClassifier"],
    config: Config,
    reader: Reader,
    engine: Engine,
) -> tuple[Run, pd.DataFrame, pd.DataFrame]:
    """Give each new petition its class, matter and issue, and rank the issues anew.

    `names` by `record_id` are those the old run read in its petitions.

    Returns
    -------
    run : Run
        Old rows as they stand, and after them the new ones.
    letters : DataFrame
        See `stages.letters`.
    named : DataFrame
        By `record_id`, what old and new petitions name.
    """
    context = context_of(before.petitions, _shared(before, fresh), enough=ENOUGH, most=MOST)
    rows = pd.concat([as_petitions(context), fresh]).sort_values("record_id", ignore_index=True)
    words = stages.Words(rows, config, engine)
    told = stages.classes_of(fresh, words, classifier(words), config)
    class_table = _beside_known(context, told)
    linked = stages.matters(words, class_table, config, reader)
    named = linked["matters"].set_index("record_id")
    matter = stay(named["matter_id"], context.set_index("record_id")["matter_id"])
    linked["matters"] = named.assign(matter_id=matter).reset_index()
    found = stages.issues(words, class_table, linked, config, reader)
    issue = _issue_of(found["petitions"], matter, context, before)
    new = found["petitions"][among(found["petitions"]["record_id"], fresh["record_id"])]
    old = _with_issues(before.petitions, context, issue, before.issues["issue_id"])
    new = new.assign(issue_id=new["record_id"].map(issue).astype(old["issue_id"].dtype))
    whole = whole_petitions(old, new)
    joined = ~old["issue_id"].eq(before.petitions["issue_id"]) & old["issue_id"].notna()
    changed = _first(again | joined.to_numpy(), len(whole), rest=True)
    names = pd.concat([names, named.loc[~among(named.index, names.index), list(NAMED)]])
    issues, matters = at_once(
        lambda: issues_of(whole, names, before, _renamed(found, issue)),
        lambda: matters_of(whole, named, before.matters, changed),
        workers=engine.workers,
    )
    links = _links(before.links, linked["links"], fresh, matter)
    tables = {"petitions": whole, "matters": matters, "issues": issues}
    letters = _letters(whole, again, known, engine)
    return Run(links=links, **tables, **stages.screen(tables, config, letters)), letters, names


def _issue_of(found: pd.DataFrame, matter: pd.Series, context: pd.DataFrame, before: Run) -> pd.Series:
    """Return by `record_id` the issue of each petition, known or new.

    Where only some old petitions were looked at, a new issue has to be of new matters.
    """
    known, had = before.issues["issue_id"], context.set_index("record_id")["issue_id"]
    issue = stay(found.set_index("record_id")["issue_id"], had)
    if len(context) < len(before.petitions):
        old = matter[among(matter, before.matters["matter_id"])].unique()
        issue = told_anew(issue, matter, old, known)
    return name_new(issue, matter, known, least=MIN_MATTERS)


def _with_issues(
    old: pd.DataFrame, context: pd.DataFrame, issue: pd.Series, known: pd.Series
) -> pd.DataFrame:
    """Return old petitions with their issues; one that had none may be in a new issue, never in an old one."""
    had_none = context.loc[context["issue_id"].isna(), "record_id"]
    late = issue.reindex(had_none).dropna()
    late = late[~late.isin(known)]
    at = among(old["record_id"], late.index)
    issues = old["issue_id"].astype("str")
    issues[at] = old.loc[at, "record_id"].map(late)
    return old.assign(issue_id=issues)


def _letters(
    whole: pd.DataFrame, again: np.ndarray, known: stages.Known | None, engine: Engine
) -> pd.DataFrame:
    """Read the petitions that are new, were changed or joined an issue; what is known of the others holds."""
    if known is None:
        return stages.letters(whole, engine)
    told = known.letters
    joined = told["alleges"].isna() & whole["issue_id"].iloc[: len(told)].notna()
    at = _first(again | joined.to_numpy(), len(whole), rest=True)
    made = rows_of(whole, at, list(whole)).reset_index(drop=True)
    made = stages.letters(made, engine).set_axis(np.flatnonzero(at))
    return pd.concat([told[~at[: len(told)]], made]).sort_index()


def _own(run: Run, again: np.ndarray, known: stages.Known | None) -> Marks:
    """Return the run's own numbers, see `gate.own_numbers`; most are `known`."""
    if known is None:
        return own_numbers(run.petitions)
    at = _first(again, len(run.petitions), rest=True)
    late = rows_of(run.petitions, at, ["record_id", "matter_id", "petitioner_id"])
    return Marks(known.own).with_more(own_numbers(late, run.issues).sorted())


def _first(rows: np.ndarray, n: int, *, rest: bool = False) -> np.ndarray:
    """Mark old rows among all `n`, of which they are the first, and new ones as said."""
    return np.concatenate([rows, np.full(n - len(rows), rest)])


def _shared(before: Run, fresh: pd.DataFrame) -> pd.DataFrame:
    """Number the petitioner, place and respondent each old petition shares with a new one, -1 for none."""
    from minelib.mentions import name_petitions

    named = name_petitions(fresh)[["named_place", "named_respondent"]].to_numpy().ravel()
    names, people = (pd.Series(sorted(set(of) - {""})) for of in (named, fresh["petitioner_id"]))
    at = position_in(before.petitions["matter_id"], before.matters["matter_id"])
    told = {c: np.append(position_in(before.matters[c], names), -1)[at] for c in ("place", "respondent")}
    told["petitioner"] = position_in(before.petitions["petitioner_id"], people)
    return pd.DataFrame(told, index=before.petitions.index)


def _beside_known(context: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Return the classes of old petitions, as they have them, and of new ones."""
    tables = [t for t in (context[["record_id", *_OF_CLASS]], told) if len(t)]
    return pd.concat(tables).sort_values("record_id", ignore_index=True)


def _renamed(found: stages.Frames, issue: pd.Series) -> pd.DataFrame:
    """Return the rows of found issues that are new, under the ids they were given."""
    pairs = found["petitions"].set_index("record_id")["issue_id"].dropna()
    names = pd.DataFrame({"found": pairs, "issue_id": issue.reindex(pairs.index)}).dropna().drop_duplicates()
    table = found["issues"].rename(columns={"issue_id": "found"}).merge(names, on="found")
    return table.drop_duplicates("issue_id")


def _links(old: pd.DataFrame, found: pd.DataFrame, fresh: pd.DataFrame, matter: pd.Series) -> pd.DataFrame:
    """Return the old links, and those found for new petitions that hold."""
    ends = found["record_id"], found["linked_to"]
    new = among(ends[0], fresh["record_id"]) | among(ends[1], fresh["record_id"])
    together = ends[0].map(matter).eq(ends[1].map(matter))
    parts = [p for p in (old, found[new & together]) if len(p)] or [old]
    return pd.concat(parts, ignore_index=True)


def _rejects(onto: Path, new: pd.DataFrame, repeated: pd.DataFrame) -> pd.DataFrame:
    again = repeated[["source", "sheet", "row"]].assign(reason=AGAIN)
    path = onto / "rejects.csv"
    old = pd.read_csv(path, dtype=str, keep_default_na=False) if path.exists() else frame([], REJECT)
    return frame(pd.concat([old.astype({"row": "int64"}), new, again]).to_dict("list"), REJECT)


def _describe(
    run: Run, before: Run, read, rejects, rows: pd.Series, *, n_fresh: int, key: bytes, config: Config
) -> None:
    """Write down what the run was made of: the old run, and how many petitions came to it."""
    changes = pd.concat([pd.DataFrame(before.counts.get("changes", [])), read["changes"]])
    run.counts.update(funnel(run, rejects, changes.groupby(["step", "kind"], as_index=False)["n"].sum()))
    run.counts["uniqueness"] = uniqueness(run, least=config.small_cell)
    run.counts["added"] = n_fresh
    run.manifest.update(pipeline.run_manifest(run, rows, key, config))
    run.manifest["onto"] = before.manifest.get("petitions", "")


def _hand_on(onto: Path, folder: Path, **kept: stages.Frames) -> None:
    """Keep for the next month what was read of petitions, by stage, and the decisions taken so far."""
    for stage, frames in kept.items():
        StageStore(folder).put(stage, digest("added"), frames)
    decisions = onto / "decisions.jsonl"
    if decisions.exists() and not (folder / "decisions.jsonl").exists():
        shutil.copyfile(decisions, folder / "decisions.jsonl")

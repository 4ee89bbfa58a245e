"""Add new ledgers to a finished run.

Only the new rows are read, cleaned, redacted and classified for good. They are linked and grouped among some old
petitions (those that share a name first, see `keep.context_of`), so that a new petition joins the matter and issue it
belongs to; what fits none is looked through for new issues, together with the old petitions that belonged to none.
"""

import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from minelib import pipeline, stages
from minelib.config import Config
from minelib.disclosure import uniqueness
from minelib.errors import InputError
from minelib.gate import Reader
from minelib.gate.marks import Marks, digests
from minelib.issues.gather import most_common
from minelib.issues.group import MIN_MATTERS
from minelib.ledger import ledger_paths
from minelib.progress import Progress, Watched, progress_here
from minelib.redact import Found, Redactor
from minelib.redact.sealed import Sealed
from minelib.runs import (
    Run,
    StageStore,
    digest,
    library_versions,
    load_run,
    only_run_in,
    program_digest,
)
from minelib.scale import Engine, Here, blocks_of
from minelib.schema import ISSUE, MATTER, PETITION, REJECT, frame
from minelib.tally import funnel, matter_table, petitioner_keys
from minelib.trends import counted_dates
from minelib.update.keep import (
    as_petitions,
    context_of,
    name_new,
    newer_answers,
    part_repeated,
    stay,
    whole_petitions,
)

CONTEXT = 20_000  # old petitions among which new ones are placed: at least so many,
TIMES, MOST_CONTEXT = 10, 50_000  # so many for each new one, and at most so many
_STAGES = 3  # the new rows are read, placed, and everything is written
AGAIN = "上期结果中已有，保留原归属"
_NAMED = ["named_place", "named_respondent", "township"]
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
    before, folder = load_run(onto), Path(out)
    _check(before, Path(onto), folder, key)
    with only_run_in(folder):
        with engine.stage("读取、清洗、脱敏", 0, _STAGES):
            read, before, reader = _read(files, Path(onto), before, key, config, engine)
        fresh, repeated = part_repeated(read["petitions"], before.petitions)
        n_read = len(fresh) + len(repeated) + len(read["rejects"])
        report(f"读到 {n_read} 行：新增 {len(fresh)} 件，上期已有 {len(repeated)} 件")
        old = replace(before, petitions=newer_answers(before.petitions, repeated))
        with engine.stage("归类、并案、归集、研判", 1, _STAGES):
            run = _place(old, fresh, config, reader, engine)
        report("归类、并案、归集、研判：完成，原有编号不变")
        rejects = _rejects(Path(onto), read["rejects"], repeated)
        _describe(run, before, read, rejects, n_fresh=len(fresh), key=key, config=config)
        with engine.stage("写出结果、简报", 2, _STAGES):
            pipeline.write_run(run, rejects, folder, reader=reader, config=config, engine=engine)
        _hand_on(Path(onto), folder, read, reader)
    report(f"结果：{folder}　简报：{folder / 'briefing.pdf'}")
    return run


def _check(before: Run, onto: Path, out: Path, key: bytes) -> None:
    if out.resolve() == onto.resolve():
        raise InputError(
            f"--out is the old run's own folder {onto}; give another, the old run stays as it is"
        )
    if before.manifest.get("key") != digest("fingerprint of", key):
        raise InputError(
            f"{onto} was made with another key, so pseudonyms would not match; give that one (--key)"
        )


def _read(files: list[Path], onto: Path, old: Run, key: bytes, config: Config, engine: Engine):
    """Read the new ledgers; mask in each run what was masked in the other.

    Returns
    -------
    read : dict of DataFrame
        As `stages.Reading`, ``sealed`` of both runs.
    old : Run
        The old run.
    reader : Reader
        Knows what was masked in either, and which texts hold none of it: those the old run passed were searched for
        what the new rows masked, all others read whole.
    """
    reading = stages.Reading(files, key, config, engine)
    read = reading.make()
    keep = config.redact.keep_names
    redactor = Redactor(key, mask_names=config.redact.mask_names, keep_names=keep)
    known = _kept(onto, "sealed")
    read["sealed"] = pd.concat([t for t in (known, read["sealed"]) if len(t)] or [known], ignore_index=True)
    read["sealed"] = read["sealed"].drop_duplicates(ignore_index=True)
    sealed = Sealed(read["sealed"], key)
    told = {
        "petitions": [c for c, kind in PETITION.items() if kind == "str" and c in old.petitions],
        "matters": ["place", "respondent", "township"],
        "issues": ["label", "keywords"],
    }
    tables = {name: getattr(old, name)[columns] for name, columns in told.items()}
    settling = sealed, redactor, keep, Marks(_passed(onto, old)), reading.masked
    settled, passed = _settle_all({**tables, "fresh": read["petitions"]}, settling, engine)
    read["petitions"] = settled.pop("fresh")
    masked = {n: getattr(old, n).reset_index(drop=True).assign(**t) for n, t in settled.items()}
    return read, replace(old, **masked), Reader(masked=sealed, keep_names=keep, passed=passed)


def _settle_all(tables: stages.Frames, settling: tuple, engine: Engine) -> tuple[stages.Frames, np.ndarray]:
    """Do `_settle` to all blocks of some tables."""
    settled, passed = {}, []
    for name, table in tables.items():
        done = list(engine.map(_settle, blocks_of(table, engine.block_rows), *settling))
        settled[name] = pd.concat([block for block, _ in done], ignore_index=True)
        passed += [marks for _, marks in done]
    return settled, np.unique(np.concatenate(passed))


def _settle(
    table: pd.DataFrame,
    sealed: Sealed,
    redactor: Redactor,
    keep_names: Collection[str],
    passed: Marks,
    new: Found,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Mask in a block what was masked anywhere; also return digests of the texts read.

    Texts that `passed` before need not be read again where nothing `new` stands in them.
    """
    texts = list({text for c in table if pd.api.types.is_string_dtype(table[c]) for text in table[c]})
    marks = digests(texts)
    free = np.fromiter((not spans for spans in new.surfaces.find_many(texts)), bool, len(texts))
    reader = Reader(masked=sealed, keep_names=keep_names, passed=marks[passed.hold(marks) & free])
    return stages.settled(table, reader, redactor), reader.passed


def _passed(onto: Path, old: Run) -> pd.Series:
    """Return digests of the texts that passed in the old run; of none where today's scan might see more.

    Each was scanned, and searched for all that was masked then. Another program or library may see more, and so does
    one that is not told to let a name stand.
    """
    kept, made = _kept(onto, "passed"), old.manifest
    same = made["program"] == program_digest() and made["libraries"] == library_versions()
    whole = same and not made["config"]["redact"]["keep_names"]
    return kept["digest"] if whole and len(kept) else pd.Series([], dtype="uint64")


def _kept(onto: Path, name: str) -> pd.DataFrame:
    """Return what the old run kept for the leak gate, empty where its stages were cleared away."""
    path = onto / ".stages" / "read" / f"{name}.parquet"
    return pd.read_parquet(path) if path.exists() else pd.DataFrame()


def _place(before: Run, fresh: pd.DataFrame, config: Config, reader: Reader, engine: Engine) -> Run:
    """Give each new petition its class, matter and issue, and rank the issues anew."""
    most = min(max(CONTEXT, TIMES * len(fresh)), MOST_CONTEXT)
    context = context_of(before.petitions, _shares(before, fresh, most), most=most)
    rows = pd.concat([as_petitions(context), fresh]).sort_values("record_id", ignore_index=True)
    words = stages.Words(rows, config, engine)
    class_table = _classes(words, context, config)
    linked = stages.matters(words, class_table, config, reader)
    named = linked["matters"].set_index("record_id")
    known = before.petitions.set_index("record_id")
    matter = stay(named["matter_id"], known["matter_id"])
    linked["matters"] = named.assign(matter_id=matter).reset_index()
    found = stages.issues(words, class_table, linked, config, reader)
    issue = stay(found["petitions"].set_index("record_id")["issue_id"], known["issue_id"])
    issue = name_new(issue, matter, before.issues["issue_id"], least=MIN_MATTERS)
    new = found["petitions"][found["petitions"]["record_id"].isin(fresh["record_id"])]
    whole = whole_petitions(before.petitions, new)
    whole["issue_id"] = _issue_of(whole, issue, before)
    matters, sites = _matters(whole, named[_NAMED], before.matters)
    issues = _issues(whole, sites, before.issues, _renamed(found, issue))
    links = _links(before.links, linked["links"], fresh, matter)
    tables = {"petitions": whole, "matters": matters, "issues": issues}
    return Run(links=links, **tables, **stages.screen(tables, config))


def _issue_of(whole: pd.DataFrame, issue: pd.Series, before: Run) -> pd.Series:
    """Return each petition's issue; an old one that had none may be in a new issue, never in an old one."""
    had = before.petitions.set_index("record_id")["issue_id"]
    placed, kept = (whole["record_id"].map(s) for s in (issue, had))
    late = whole["record_id"].isin(had.index) & placed.isin(before.issues["issue_id"])
    return kept.fillna(placed.where(~late)).astype(object)


def _shares(before: Run, fresh: pd.DataFrame, most: int) -> pd.Series:
    """Tell which old petitions share a petitioner, or a place or respondent, with a new one."""
    from minelib.mentions import name_petitions

    if len(before.petitions) <= most:
        return pd.Series(False, index=before.petitions.index)
    names = set(name_petitions(fresh)[["named_place", "named_respondent"]].to_numpy().ravel()) - {""}
    there = before.matters["place"].isin(names) | before.matters["respondent"].isin(names)
    people = set(fresh["petitioner_id"]) - {""}
    same = before.petitions["matter_id"].isin(before.matters.loc[there, "matter_id"])
    return same | before.petitions["petitioner_id"].isin(people)


def _classes(words: stages.Words, context: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Classify; old petitions keep the class they have."""
    table = stages.classes(words, config)["classes"].set_index("record_id")
    kept = context.set_index("record_id")[_OF_CLASS]
    table.loc[kept.index, _OF_CLASS] = kept
    return table.reset_index()


def _matters(
    whole: pd.DataFrame, named: pd.DataFrame, old: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum up by matter; what lies outside the context is called as its matter was.

    Returns
    -------
    matters, sites : DataFrame
        `schema.MATTER`, and for each petition what it names.
    """
    of_matter = old.set_index("matter_id")[["place", "respondent", "township"]].set_axis(_NAMED, axis=1)
    before = of_matter.reindex(whole["matter_id"]).set_axis(whole["record_id"])
    sites = named.reindex(whole["record_id"]).fillna(before).fillna("")
    table = matter_table(whole.assign(**{c: sites[c].to_numpy() for c in _NAMED}))
    told = most_common(whole["issue_id"].dropna(), whole["matter_id"])
    kept = old.set_index("matter_id")["issue_id"].dropna()
    issue = table["matter_id"].map(kept).fillna(table["matter_id"].map(told))
    return frame(table.assign(issue_id=issue), MATTER).assign(issue_id=issue), sites.reset_index(drop=True)


def _renamed(found: stages.Frames, issue: pd.Series) -> pd.DataFrame:
    """Return the rows of found issues that are new, under the ids they were given."""
    pairs = found["petitions"].set_index("record_id")["issue_id"].dropna()
    names = pd.DataFrame({"found": pairs, "issue_id": issue.reindex(pairs.index)}).dropna().drop_duplicates()
    table = found["issues"].rename(columns={"issue_id": "found"}).merge(names, on="found")
    return table.drop_duplicates("issue_id")


def _issues(whole: pd.DataFrame, sites: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return old issues under their names and new ones, all counted anew."""
    table = pd.concat([old, new[~new["issue_id"].isin(old["issue_id"])]])[list(ISSUE)]
    rows = whole.assign(
        day=counted_dates(whole),
        who=petitioner_keys(whole),
        **{c: sites[c].replace("", None) for c in _NAMED},
    )
    groups = rows.dropna(subset=["issue_id"]).groupby("issue_id")
    counts = groups.agg(
        n_petitions=("record_id", "size"), n_matters=("matter_id", "nunique"), n_petitioners=("who", "nunique"),
        n_places=("named_place", "nunique"), n_respondents=("named_respondent", "nunique"),
        first_at=("day", "min"), last_at=("day", "max"),
    )  # fmt: skip
    table = table.set_index("issue_id").drop(columns=list(counts)).join(counts, how="inner").reset_index()
    members = whole.set_index("record_id")["issue_id"]
    table["exemplars"] = [
        " ".join(r for r in ids.split() if members.get(r) == i) or groups.get_group(i)["record_id"].min()
        for i, ids in zip(table["issue_id"], table["exemplars"], strict=True)
    ]
    return frame(
        table.sort_values(["n_matters", "issue_id"], ascending=[False, True], ignore_index=True), ISSUE
    )


def _links(old: pd.DataFrame, found: pd.DataFrame, fresh: pd.DataFrame, matter: pd.Series) -> pd.DataFrame:
    """Return the old links, and those found for new petitions that hold."""
    ends = found["record_id"], found["linked_to"]
    new = ends[0].isin(fresh["record_id"]) | ends[1].isin(fresh["record_id"])
    together = ends[0].map(matter).eq(ends[1].map(matter))
    parts = [p for p in (old, found[new & together]) if len(p)] or [old]
    return pd.concat(parts, ignore_index=True)


def _rejects(onto: Path, new: pd.DataFrame, repeated: pd.DataFrame) -> pd.DataFrame:
    again = repeated[["source", "sheet", "row"]].assign(reason=AGAIN)
    path = onto / "rejects.csv"
    old = pd.read_csv(path, dtype=str, keep_default_na=False) if path.exists() else frame([], REJECT)
    return frame(pd.concat([old.astype({"row": "int64"}), new, again]).to_dict("list"), REJECT)


def _describe(run: Run, before: Run, read, rejects, *, n_fresh: int, key: bytes, config: Config) -> None:
    """Write down what the run was made of: the old run, and how many petitions came to it."""
    changes = pd.concat([pd.DataFrame(before.counts.get("changes", [])), read["changes"]])
    run.counts.update(funnel(run, rejects, changes.groupby(["step", "kind"], as_index=False)["n"].sum()))
    run.counts["uniqueness"] = uniqueness(run, least=config.small_cell)
    run.counts["added"] = n_fresh
    whole = {**read, "petitions": as_petitions(run.petitions)}
    run.manifest.update(pipeline.run_manifest(run, whole, key, config))
    run.manifest["onto"] = before.manifest.get("petitions", "")


def _hand_on(onto: Path, folder: Path, read: stages.Frames, reader: Reader) -> None:
    """Keep for the next month what the leak gate knows, and the decisions taken so far."""
    passed = pd.DataFrame({"digest": reader.passed})
    StageStore(folder).put("read", digest("added"), {"sealed": read["sealed"], "passed": passed})
    decisions = onto / "decisions.jsonl"
    if decisions.exists() and not (folder / "decisions.jsonl").exists():
        shutil.copyfile(decisions, folder / "decisions.jsonl")

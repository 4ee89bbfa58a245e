"""One run: a ledger in, a run folder out.

What each stage made is kept under the digest of everything it depends on, so a second run does only what changed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path, PurePath

import pandas as pd

from minelib import __version__, stages
from minelib.briefing import BriefingConfig, write_briefing
from minelib.config import Config
from minelib.disclosure import uniqueness
from minelib.explore.write import write_page
from minelib.fonts import substitutions
from minelib.gate import Reader, check_leaks, own_numbers
from minelib.gate.marks import Marks
from minelib.ledger import ledger_paths
from minelib.progress import Progress, Watched, progress_here
from minelib.redact.sealed import Sealed
from minelib.runs import (
    SCHEMA_VERSION,
    Run,
    StageStore,
    digest,
    file_digest,
    in_order,
    library_versions,
    only_run_in,
    program_digest,
    staged,
    write_json,
)
from minelib.scale import Engine, Here, at_once, give_back, set_aside
from minelib.schema import RUN_PETITION
from minelib.tables import write_tables
from minelib.tally import funnel

Report = Callable[[str], None]
_STAGES = 6  # read, classes, matters, issues, screen; then everything is written


def mine(
    paths: str | Path | Iterable[str | Path],
    out: str | Path,
    *,
    key: bytes,
    config: Config | None = None,
    report: Report | None = None,
    engine: Engine | None = None,
    progress: Progress | None = None,
) -> Run:
    """Mine ledgers into a run folder.

    Parameters
    ----------
    paths : path or iterable of paths
        Ledger files, or folders of parquet files; see `minelib.ledger.read_ledger`.
    out : path
        The run folder. An unfinished run there goes on; a finished one is replaced only when this one has finished.
    key : bytes
        The office's secret behind the pseudonyms, see `minelib.redact.load_key`.
    config : Config, optional
    report : callable, optional
        Called with one line of Chinese as each stage ends.
    engine : Engine, optional
        Where work by blocks of rows is done, see `minelib.scale.open_engine`; in this process when not given.
        It changes the time a run takes, never what it makes.
    progress : callable, optional
        Told of the stage being made, see `minelib.progress`; a bar in a notebook somebody has open when not given.

    Returns
    -------
    Run
        The tables also written to `out`.

    Raises
    ------
    InputError
        When a ledger, an option or the folder cannot be used; an earlier run in `out` stays whole.
    LeakError
        When something that would leave still holds personal information; nothing is replaced.
    """
    config, report, folder = config or Config(), report or (lambda line: None), Path(out)
    engine = Watched(engine or Here(), progress or progress_here())
    files = ledger_paths(paths)
    with only_run_in(folder), set_aside():
        stage = _Stages(folder, report, engine)
        reading = stages.Reading(files, key, config, engine, stages.OnDisk(stage.store.folder / "read.parts"))
        inputs = [digest(key), config.digest("ledger", "redact"), *(_content(p) for p in files)]
        run, rejects, reader, letters = _run_stages(stage, reading, inputs, key, config, engine)
        give_back()
        own = own_numbers(run.petitions)
        with engine.stage("写出结果、简报", _STAGES - 1, _STAGES):
            write_run(run, rejects, folder, reader=reader, own=own, config=config, engine=engine)
        stages.keep_known(run, folder, letters, own.sorted())
    report(f"结果：{folder}　简报：{folder / 'briefing.pdf'}")
    return run


def write_run(
    run: Run,
    rejects: pd.DataFrame,
    folder: Path,
    *,
    reader: Reader,
    own: Marks,
    config: Config,
    engine: Engine | None = None,
    known: stages.Known | None = None,
) -> None:
    """Write everything a run folder holds, once nothing in it leaks; until then the folder stays as it is.

    Files of tables in which all is as it is `known` are taken over, and not read again; of others only what changed.
    """
    workers = engine.workers if engine else 1
    briefing = {"config": BriefingConfig.from_mapping(config.briefing), "workers": workers}
    shown = in_order(run)
    writers = (
        partial(write_tables, run, rejects, earlier=known and known.earlier),
        partial(write_page, shown),
        partial(write_briefing, shown, **briefing),
    )
    files = known.files if known else {}
    check = partial(check_leaks, reader=reader, own=own, before=files)
    with staged(folder) as fresh:
        jobs = (partial(_checked, write, fresh, check, files) for write in writers)
        written = frozenset().union(*at_once(*jobs, workers=workers))
        write_json(fresh / "manifest.json", run.manifest)
        parts = sorted(n for n in written if _is_part(n) and not _is_among(files, fresh, n))
        ours, *theirs = (frozenset(parts[n::workers]) for n in range(workers))
        last = partial(check, fresh, only=lambda name: name in ours or name not in written)
        at_once(*(partial(check, fresh, only=s.__contains__) for s in theirs if s), last, workers=workers)


def _checked(
    write: Callable[[Path], frozenset[str]], fresh: Path, check: Callable, files: Mapping[str, Path]
) -> frozenset[str]:
    """Write some files of a run folder and read them again for leaks; return their names.

    Parts of a table are left for all workers to read, and tables taken over from `files`, which were read before.
    """
    names = write(fresh)
    tables = (n for n in names if n.endswith(".parquet") and (fresh / n).is_file())
    later = {n for n in tables if _is_part(n) or _is_among(files, fresh, n)}
    check(fresh, only=(names - later).__contains__)
    return names


def _is_among(files: Mapping[str, Path], folder: Path, name: str) -> bool:
    """Tell whether a file is the very one it was before: where no link can be made its copy is compared when read."""
    return name in files and (folder / name).samefile(files[name])


def _is_part(name: str) -> bool:
    """Tell whether a file is one of several that make up a table."""
    return PurePath(name).parent.suffix == ".parquet"


class _Stages:
    """Make each stage once, or take it from an earlier run; each key holds the key before it."""

    def __init__(self, folder: Path, report: Report, watched: Watched):
        self.store, self._report, self._watched, self._n = StageStore(folder), report, watched, 0
        self._key = digest(program_digest(), *map(str, library_versions().items()))

    def __call__(
        self, name: str, title: str, make: Callable[[], stages.Frames], *parts: str
    ) -> stages.Frames:
        self._key = digest(self._key, name, *parts)
        made = self.store.get(name, self._key)
        self._n += 1
        if made is None:
            give_back()
            with self._watched.stage(title, self._n - 1, _STAGES):
                self.store.put(name, self._key, make())
            # read back, so that a reused stage and a fresh one are the same
            made = self.store.get(name, self._key)
            self._report(f"{title}：完成")
        else:
            self._report(f"{title}：沿用上次结果（输入、选项、程序均未变）")
        return made

    def beside(self, *parts: str) -> stages.Keep:
        """Keep what several later stages need and only they ask for; its key is none of theirs."""
        before = self._key

        def keep(name: str, make: Callable[[], stages.Frames]) -> stages.Frames:
            key = digest(before, name, *parts)
            made = self.store.get(name, key)
            if made is None:
                self.store.put(name, key, make())
                made = self.store.get(name, key)  # of which each frame is read when it is asked for
            return made

        return keep


def _run_stages(
    stage: _Stages,
    reading: stages.Reading,
    inputs: list[str],
    key: bytes,
    config: Config,
    engine: Engine,
) -> tuple[Run, pd.DataFrame, Reader, pd.DataFrame]:
    read = stage("read", "读取、清洗、脱敏", reading.make, *inputs)
    petitions, rejects = read["petitions"], read["rejects"]
    masked = Sealed(read["sealed"], key)
    reader = Reader(masked=masked, keep_names=config.redact.keep_names, passed=read["passed"]["digest"])
    stage._report(f"读到 {len(petitions) + len(rejects)} 行 = 采用 {len(petitions)} + 退回 {len(rejects)}")
    for line in _columns_read(read["sources"]):
        stage._report(line)
    grouped, links = _grouped(stage, petitions, config, reader, engine)
    screened = stage(
        "screen", "研判排序", lambda: _screened(grouped, config, engine), config.digest("screen")
    )
    run = Run(links=links, **grouped, candidates=screened["candidates"], signals=screened["signals"])
    letters = screened["letters"]
    run.counts.update(funnel(run, rejects, read["changes"]))
    run.counts["uniqueness"] = uniqueness(run, least=config.small_cell)
    run.manifest.update(run_manifest(run, letters["row"], key, config))
    return run, rejects, reader, letters


def _grouped(
    stage: _Stages, petitions: pd.DataFrame, config: Config, reader: Reader, engine: Engine
) -> tuple[stages.Frames, pd.DataFrame]:
    """Return petitions with all that was found of each, matters and issues; and links.

    Words, and what else is only needed on the way, are let go of here: they are as much as the petitions.
    """
    parts = stage.store.parts("read", "petitions")
    words = stages.Words(petitions, config, engine, stage.beside(config.digest("segment")), parts)
    options = [
        config.digest("seed", "segment", "mine"),
        *(_content(Path(p)) for p in (config.mine.taxonomy, config.mine.labels) if p),
    ]
    classes = stage(
        "classes", "归类", lambda: _apart(stages.classes(words, config, stage.store.folder.parent)), *options
    )
    linked = stage(
        "matters", "并案（事项）", lambda: stages.matters(words, classes["classes"], config, reader)
    )
    made = stage(
        "issues", "归集问题", lambda: _added(stages.issues(words, classes["classes"], linked, config, reader))
    )
    told = classes["classes"], classes["evidence"], linked["matters"], made["petitions"]
    whole = stages.beside(petitions, *told)[list(RUN_PETITION)]
    return {"petitions": whole, "matters": made["matters"], "issues": made["issues"]}, linked["links"]


def _apart(classified: stages.Frames) -> stages.Frames:
    """Keep the words that speak for a class apart from it: they are long, and only the finished run shows them."""
    table = classified["classes"]
    evidence = table[["record_id", "class_evidence"]]
    return {"classes": table.drop(columns="class_evidence"), "evidence": evidence}


def _added(grouped: stages.Frames) -> stages.Frames:
    """Leave out of the petitions what earlier stages have kept."""
    return {**grouped, "petitions": grouped["petitions"][["record_id", "issue_id"]]}


def _screened(grouped: stages.Frames, config: Config, engine: Engine) -> stages.Frames:
    letters = stages.letters(grouped["petitions"], engine)
    return {**stages.screen(grouped, config, letters), "letters": letters}


def _columns_read(sources: pd.DataFrame) -> list[str]:
    """Say what each column was taken for, once for each way of naming them: a wrong guess is seen at once."""
    used = sources[sources["n_used"] > 0].drop_duplicates(["columns", "unmapped"])
    return [
        f"列：{row.columns}" + (f"；未用：{row.unmapped}" if row.unmapped else "")
        for row in used.itertuples()
    ]


def _content(path: Path) -> str:
    """Return the digest of a file that is there; what is wrong with another is for its reader to say."""
    return file_digest(path) if path.is_file() else str(path)


def _config(config: Config) -> dict:
    """Return the options, of the names to mask and to keep only how many there are."""
    tree = asdict(config)
    return tree | {"redact": {name: len(names) for name, names in tree["redact"].items()}}


def run_manifest(run: Run, rows: pd.Series, key: bytes, config: Config) -> dict:
    """Say what the run was made of, without a clock, a path or a row order in it.

    `rows` stand for the petitions, in order of id; see `stages.letters`.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "minelib": __version__,
        "program": program_digest(),
        "libraries": library_versions(),
        "key": digest("fingerprint of", key),
        "config": _config(config),
        "sources": sorted(run.petitions["source"].unique().tolist()),
        "petitions": digest(rows.to_numpy("<u8").tobytes()),
        "fonts": substitutions(),
        "segmenter": stages.segmenter_fingerprint(config),
        "counts": run.counts,
    }

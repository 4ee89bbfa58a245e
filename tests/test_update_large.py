"""A day added to a run too large to look through again: only some of its petitions are read beside the new ones."""

import random
import shutil
import sys

import pandas as pd
import pytest
from test_parts import in_parts
from test_pipeline import KEY, ledger

from minelib.classes import GrievanceClassifier, classifier, fit_classifier, table
from minelib.classes.frozen import frames_of, model_of
from minelib.config import Config, MineOptions
from minelib.knowledge.taxonomy import make_taxonomy
from minelib.pipeline import mine
from minelib.update import add
from minelib.update.keep import told_anew

TEXTS = ["工地夜间施工噪音扰民\n半夜还在打桩", "老板拖欠工资\n至今未发", "今天天气\n很好", ""]


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return pd.read_csv(ledger(tmp_path_factory.mktemp("rows") / "a.csv"), dtype=str, keep_default_na=False)


def learn_from(n, patch):
    for module in (classifier, table):
        patch.setattr(module, "MAX_TRAINING", n)


def look_at_few(patch):
    """Let only some old petitions be looked at beside the new ones."""
    for bound in ("ENOUGH", "MOST"):
        patch.setattr(sys.modules[add.__module__], bound, 20)


@pytest.fixture(autouse=True)
def little_training(monkeypatch):
    learn_from(20, monkeypatch)


@pytest.fixture(scope="module")
def old(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("old")
    with pytest.MonkeyPatch.context() as patch:
        learn_from(20, patch)
        mine(in_parts(folder / "july", rows[:25]), folder / "run", key=KEY)
    return folder / "run"


@pytest.fixture
def never_fitted(monkeypatch):
    def fit_read(self, *a, **k):
        raise AssertionError("the classifier learns although it is kept")

    monkeypatch.setattr(GrievanceClassifier, "fit_read", fit_read)


def test_a_new_day_is_classified_by_what_was_learnt_before(rows, old, tmp_path, never_fitted):
    day = in_parts(tmp_path / "august", rows[25:])
    run = add(day, old, tmp_path / "one", key=KEY)
    assert (run.petitions["class_code"] != "").all()
    # and what was learnt goes on to the day after
    again = rows[25:].assign(信访件编号=[f"Z{n}" for n in range(len(rows) - 25)])
    add(in_parts(tmp_path / "september", again), tmp_path / "one", tmp_path / "two", key=KEY)


def test_without_what_was_learnt_it_is_learnt_anew(rows, old, tmp_path):
    bare = shutil.copytree(old, tmp_path / "bare")
    shutil.rmtree(bare / ".stages" / "model")
    add(in_parts(tmp_path / "august", rows[25:]), bare, tmp_path / "new", key=KEY)
    assert (tmp_path / "new" / ".stages" / "model" / "pairs.parquet").is_file()


def test_other_labels_make_the_classifier_learn_again(rows, old, tmp_path, never_fitted):
    labels = tmp_path / "labels.csv"
    labels.write_text(f"id,class\n{rows.iloc[0, 0]},C05\n", encoding="utf-8")
    config = Config(mine=MineOptions(labels=str(labels)))
    with pytest.raises(AssertionError, match="learns although"):
        add(in_parts(tmp_path / "august", rows[25:]), old, tmp_path / "new", key=KEY, config=config)


@pytest.mark.parametrize("seed", range(3))
def test_a_classifier_taken_up_again_decides_as_it_did(seed):
    rng = random.Random(seed)
    words = ["噪音", "工资", "物业", "拆迁", "学校", "道路", "拖欠", "扰民"]
    some = ["".join(rng.choices(words, k=6)) + "\n" + "".join(rng.choices(words, k=30)) for _ in range(120)]
    letters = pd.DataFrame({"record_id": [str(n) for n in range(120)], "title": "", "text": some})
    labels = {str(n): rng.choice(["C05", "C23"]) for n in range(0, 120, 2)}
    model = fit_classifier(letters, labels=labels, seed=seed)
    again = model_of(frames_of(model), seed=seed)
    assert (again.decision_function(TEXTS) == model.decision_function(TEXTS)).all()


@pytest.mark.parametrize("names", [["甲", "乙", "其他"], ["甲", "其他"]])
def test_a_classifier_of_few_classes_is_taken_up_too(names):
    taxonomy = make_taxonomy(
        {"class": [{"name": n, "words": w} for n, w in zip(names, ["苹果", "香蕉", ""], strict=False)]}
    )
    model = GrievanceClassifier(taxonomy).fit(["苹果很甜\n" * 3, "香蕉很黄\n" * 3] * 4)
    again = model_of(frames_of(model), taxonomy)
    assert (again.decision_function(TEXTS) == model.decision_function(TEXTS)).all()


def test_a_new_issue_is_of_new_matters():
    group = pd.Series({"a": "f", "b": "f", "c": "f", "x": "f", "y": "g", "d": "g", "k": "K", "z": None})
    matter = pd.Series({"a": "A", "b": "B", "c": "B", "x": "X", "y": "Y", "d": "D", "k": "A", "z": "Z"})
    assert told_anew(group, matter, ["A", "B", "D"], ["K"]).fillna("").to_dict() == {
        "a": "", "b": "", "c": "", "x": "", "y": "g", "d": "g", "k": "K", "z": "",
    }  # fmt: skip


def test_old_petitions_alone_make_no_new_issue_where_only_some_are_looked_at(
    rows, old, tmp_path, monkeypatch
):
    """The old run's issues are taken away: found again among a few, they would pass for new ones."""
    bare = shutil.copytree(old, tmp_path / "bare")
    for path in ("petitions.parquet", "tables/matters.parquet"):
        told = pd.read_parquet(bare / path)
        told.assign(issue_id=pd.Series(None, index=told.index, dtype="str")).to_parquet(bare / path)
    issues = pd.read_parquet(bare / "tables/issues.parquet")
    issues[:0].to_parquet(bare / "tables/issues.parquet")
    day = in_parts(tmp_path / "august", rows[25:26])
    whole = add(day, bare, tmp_path / "whole", key=KEY)
    assert len(
        whole.issues
    )  # all old petitions are looked at: what they make together with the new one counts
    look_at_few(monkeypatch)
    some = add(day, bare, tmp_path / "some", key=KEY)
    assert not len(some.issues)


def test_a_run_that_learnt_from_all_its_petitions_keeps_no_classifier(rows, tmp_path, monkeypatch):
    learn_from(30, monkeypatch)
    mine(in_parts(tmp_path / "july", rows[:25]), tmp_path / "old", key=KEY)
    assert not (tmp_path / "old" / ".stages" / "model").exists()
    add(in_parts(tmp_path / "august", rows[25:]), tmp_path / "old", tmp_path / "new", key=KEY)
    assert (tmp_path / "new" / ".stages" / "model").exists()  # together they are more than it learns from


@pytest.mark.parametrize("gone", ["matters", "known"])
def test_what_old_petitions_name_is_read_anew_where_it_was_not_kept(gone, rows, old, tmp_path, monkeypatch):
    look_at_few(monkeypatch)
    bare = shutil.copytree(old, tmp_path / "bare")
    shutil.rmtree(bare / ".stages" / gone)
    if gone == "known":  # another program read these, and its names do not count
        path = bare / ".stages" / "matters" / "matters.parquet"
        pd.read_parquet(path).assign(named_place="一处").to_parquet(path)
    day = in_parts(tmp_path / "august", rows[25:26])
    made = []
    for name, onto in (("one", old), ("other", bare)):
        run = add(day, onto, tmp_path / name, key=KEY)
        told = pd.read_parquet(tmp_path / name / ".stages" / "matters" / "matters.parquet")
        made.append(told.sort_values("record_id", ignore_index=True))
        assert made[-1]["record_id"].tolist() == run.petitions["record_id"].tolist()
    pd.testing.assert_frame_equal(*made)

"""The parts of finding issues: sayings, groups that join or go, likeness."""

import random

import numpy as np
import pytest
import scipy.sparse as sp

from minelib.issues import discover as discovering
from minelib.issues import load_wrongs, make_wrongs
from minelib.issues.absorb import absorbed, drawn_in
from minelib.issues.discover import discover_groups
from minelib.issues.group import Grouping, keep_firm, likeness
from minelib.issues.spot import SAID, spot_wrongs
from minelib.knowledge.taxonomy import load_taxonomy


def test_a_large_ledger_is_clustered_on_a_sample_and_the_others_join(monkeypatch):
    rng = np.random.default_rng(0)
    centre = np.repeat(np.eye(8, dtype=np.float32)[:2], 60, axis=0)
    vectors = centre + rng.normal(0, 0.05, centre.shape).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    monkeypatch.setattr(discovering, "_SAMPLE", 50)
    group = discover_groups(vectors)
    assert (group >= 0).all()
    assert len(set(group[:60]) & set(group[60:])) == 0


def test_clustering_leaves_the_callers_random_numbers_alone():
    vectors = np.eye(6, dtype=np.float32)
    random.seed(11)
    expected = random.Random(11).random()
    discover_groups(vectors, seed=3)
    assert random.random() == expected


def test_a_saying_counts_in_either_order_but_not_across_sentences():
    wrongs = make_wrongs({"wrong": [{"name": "欠薪", "say": "拖欠~工资"}]})
    score = spot_wrongs(["拖欠工资", "工资被拖欠", "公司拖欠。工资不高"], [""] * 3, wrongs).toarray().ravel()
    assert score.tolist() == [3.0, 3.0, 0.0]


def test_a_short_note_says_a_wrong_once_and_a_long_letter_must_say_it_again():
    wrongs = make_wrongs({"wrong": [{"name": "欠薪", "say": "拖欠~工资"}]})
    note = "王某反映，老板拖欠工资。"
    score = spot_wrongs(["求帮助"] * 2, [note, note + "，" * 300], wrongs).toarray().ravel()
    assert score[0] >= SAID > score[1]


def test_the_first_sentence_stands_in_for_a_title_that_says_nothing():
    wrongs = make_wrongs({"wrong": [{"name": "欠薪", "say": "拖欠~工资"}]})
    body = "老板拖欠工资。" + "，" * 300
    titles = ["", "反映问题", "申请再审", "感谢社区帮助"]
    score = spot_wrongs(titles, [body] * 4, wrongs).toarray().ravel()
    assert (score >= SAID).tolist() == [True, True, True, False]


def test_a_hint_alone_does_not_say_it_and_unless_speaks_against():
    entry = {"name": "违建", "say": "违建", "hint": "城管", "unless": "强拆"}
    wrongs = make_wrongs({"wrong": [entry]})
    titles, bodies = ["城管不管", "违建", "违建被强拆"], ["城管城管", "", ""]
    hint, plain, against = spot_wrongs(titles, bodies, wrongs).toarray().ravel()
    assert hint < SAID <= plain
    assert against < SAID


def test_every_packaged_wrong_belongs_to_a_class_and_says_something_short():
    codes = set(load_taxonomy().codes)
    for wrong in load_wrongs():
        assert wrong.topic in codes, wrong.name
        assert 4 <= len(wrong.name) <= 30, wrong.name


def test_a_group_outside_the_list_goes_when_its_matters_share_few_words_or_resamples_miss_it():
    found = Grouping(np.array([0, 0, 1, 1, 2, 2, -1]), ("", "", "欠薪"), np.ones(7))
    one_kind = np.ones(3)
    kept, firm = keep_firm(found, np.array([0.9, 0.1, 0.1]), np.array([0.5, 0.5, 0.0]), one_kind)
    assert kept.names == ("", "欠薪")
    assert kept.group.tolist() == [0, 0, -1, -1, 1, 1, -1]
    assert firm.tolist() == [0.9, 0.1]
    assert keep_firm(found, np.full(3, np.nan), np.zeros(3), one_kind)[0].names == ("欠薪",)
    assert keep_firm(found, np.ones(3), np.ones(3), np.array([0.4, 0.9, 0.4]))[0].names == ("", "欠薪")


def test_likeness_counts_a_matter_once():
    words = sp.csr_matrix(np.array([[1, 0], [1, 0], [0, 1.0], [0, 1.0]]))
    found = Grouping(np.zeros(4, dtype=int), ("",), np.ones(4))
    assert likeness(words, found, np.array([0, 0, 1, 1])).tolist() == [0.0]
    assert likeness(words, found, np.array([0, 1, 2, 3])).round(2).tolist() == [0.33]


def around(direction, n, seed):
    """Draw `n` unit vectors near a direction."""
    drawn = np.asarray(direction) + np.random.default_rng(seed).normal(0, 0.2, (n, len(direction)))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("n_found", "rival", "code", "joins"),
    [
        (12, [0, 0, 1], "C05", True),
        (12, [0, 0, 1], "", True),
        (12, [0, 0, 1], "C13", False),  # another grievance class
        (12, [0.8, 0.6, 0], "C05", False),  # another wrong is as near
        (60, [0, 0, 1], "C05", False),  # far more than tell the wrong outright
    ],
)
def test_a_found_group_joins_the_known_wrong_it_tells_in_other_words(n_found, rival, code, joins):
    vectors = np.vstack([around([1, 0, 0], 10, 0), around(rival, 10, 1), around([0.9, 0.4, 0], n_found, 2)])
    group = np.repeat([0, 1, 2], [10, 10, n_found])
    codes = np.where(group < 2, "C05", code)
    into = absorbed(vectors, group, wider=["甲", "乙"], topics=["C05", "C06"], codes=codes)
    assert into.tolist() == [0, 1, 0 if joins else 2]


@pytest.mark.parametrize(
    ("single", "code", "joins"),
    [
        ([0.8, 0.6, 0], "C05", True),
        ([0.8, 0.6, 0], "", True),
        ([0.8, 0.6, 0], "C13", False),  # another grievance class
        ([0.7, 0, 0.7], "C05", False),  # as near to another wrong
        ([0.3, 0.95, 0], "C05", False),  # near to none
    ],
)
def test_a_single_petition_joins_the_one_known_wrong_it_is_near(single, code, joins):
    vectors = np.vstack([around([1, 0, 0], 10, 0), around([0, 0, 1], 10, 1), [single]])
    group, codes = np.repeat([0, 1, -1], [10, 10, 1]), np.repeat(["C05", "C06", code], [10, 10, 1])
    drawn = drawn_in(vectors, group, wider=["甲", "乙"], topics=["C05", "C06"], codes=codes)
    assert drawn.tolist() == [-1] * 20 + [0 if joins else -1]


def test_parts_of_one_wider_wrong_are_no_rivals():
    vectors = np.vstack([around([1, 0, 0], 10, 0), around([1, 0, 0], 10, 1), around([0.9, 0.4, 0], 12, 2)])
    group, codes = np.repeat([0, 1, 2], [10, 10, 12]), np.full(32, "")
    told = [
        absorbed(vectors, group, wider=w, topics=["", ""], codes=codes)[2]
        for w in (["甲", "甲"], ["甲", "乙"])
    ]
    assert told[0] < 2 and told[1] == 2


def test_how_many_rows_are_scored_at_a_time_changes_nothing(monkeypatch):
    from minelib.issues.spread import spread_best

    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(40, 3)).astype(np.float32)
    score = sp.csr_matrix(np.where(draw.random((40, 2)) < 0.3, 3.0, 0).astype(np.float32))
    top, column = spread_best(vectors, score)
    assert (top >= score.max(axis=1).toarray().ravel()).all()
    monkeypatch.setattr("minelib.issues.spread._ROWS_SCORED", 8)
    assert (
        np.allclose(spread_best(vectors, score)[0], top) and (spread_best(vectors, score)[1] == column).all()
    )


def test_large_groups_are_cut_alike_wherever_it_is_done():
    from minelib.issues.group import cut_large
    from minelib.scale import Processes

    vectors = np.repeat(np.eye(4, dtype=np.float32), 15, axis=0)
    whole = Grouping(np.repeat([0, 1], 30), ("甲", "乙"), np.ones(60))
    here, there = cut_large(whole, vectors, 0), cut_large(whole, vectors, 0, Processes(2).map)
    assert len(set(here.group.tolist())) > 2
    assert here.group.tolist() == there.group.tolist() and here.names == there.names

"""What petitions say is read before anybody knows their matters, and gives the same issues."""

import pandas as pd
import pytest

from minelib.issues import find_issues, read_wording
from minelib.segment import Segmenter

TOWNS = ["云岭", "松桥", "柳湾", "桃园", "石坪", "竹溪", "梅岭", "枫林", "荷塘", "兰亭"]
PLACES = [side + town for town in TOWNS for side in "东西"]
WRONGS = [
    "包工头拖欠农民工工资，讨薪无果",
    "住户开麻将馆，打麻将的声音深夜扰民",
    "缆车停运，缆车售票处不肯退票",
]


@pytest.fixture(scope="module")
def petitions():
    rows = [(f"{p}{k}", f"{p}{said[:7]}", f"{p}{said}。") for p in PLACES for k, said in enumerate(WRONGS)]
    return pd.DataFrame(rows, columns=["record_id", "title", "text"])


def told(petitions):
    tokens = Segmenter().segment(petitions["title"] + "\n" + petitions["text"])
    return tokens, {"matter_id": petitions["record_id"], "class_code": ["C40"] * len(petitions)}


@pytest.mark.parametrize("wrongs", [None, ()])
def test_wording_read_before_gives_the_same_issues_in_any_row_order(petitions, wrongs):
    tokens, columns = told(petitions)
    at_once = find_issues(petitions, tokens=tokens, wrongs=wrongs, **columns)
    assert at_once.issue_id.notna().any()
    shuffled = petitions.sample(frac=1, random_state=1)
    wording = read_wording(shuffled, told(shuffled)[0], wrongs=wrongs)
    found = find_issues(petitions, wording=wording, **columns)
    pd.testing.assert_frame_equal(found.table, at_once.table)
    pd.testing.assert_series_equal(found.issue_id, at_once.issue_id)


def test_wording_keeps_the_wrongs_it_was_read_for(petitions):
    tokens, columns = told(petitions)
    known = find_issues(petitions, tokens=tokens, **columns)
    none = find_issues(petitions, wording=read_wording(petitions, tokens, wrongs=()), **columns)
    assert known.table["known"].any()
    assert not none.table["known"].any()

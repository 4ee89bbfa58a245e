"""More like this petition, more like these words."""

import pandas as pd
import pytest

from minelib.errors import InputError
from minelib.lookup import Lookup, more_like

ROWS = [
    ("r1", "楼下麻将馆深夜扰民", "麻将馆通宵营业，打麻将的声音吵得全楼睡不着。"),
    ("r2", "小区麻将馆噪音大", "一楼开麻将馆，深夜打麻将，声音很吵。"),
    ("r3", "公交车半小时不来", "线路发车间隔太长，上班等车半小时。"),
    ("r4", "希望增加公交车班次", "早高峰公交车太挤，发车间隔长。"),
    ("r5", "学校周末有偿补课", "周末组织学生补课，每人收费八百元。"),
    ("r6", "一楼棋牌室通宵打牌", "棋牌室打麻将通宵，声音吵得睡不着。"),
]
PETITIONS = pd.DataFrame(ROWS, columns=["record_id", "title", "text"])


@pytest.fixture(scope="module")
def lookup():
    return Lookup(PETITIONS)


def test_a_petition_finds_its_like_and_not_itself(lookup):
    found = lookup.more_like("r1")["record_id"].tolist()
    assert found[0] == "r2"
    assert "r1" not in found


def test_words_find_petitions_that_hold_them_inside_longer_words(lookup):
    assert set(lookup.more_like("公交", k=2)["record_id"]) == {"r3", "r4"}


def test_each_answer_says_which_words_speak_for_it(lookup):
    first = lookup.more_like("补课 收费", k=1).iloc[0]
    assert first["record_id"] == "r5"
    assert "补课" in first["shared"].split("、")


def test_scores_fall_and_stay_between_0_and_1(lookup):
    score = lookup.more_like("r6")["score"]
    assert score.is_monotonic_decreasing
    assert score.between(0, 1).all()


def test_words_nobody_wrote_find_nothing(lookup):
    assert lookup.more_like("渔业捕捞许可").empty


def test_row_order_changes_nothing():
    mixed = PETITIONS.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(more_like(PETITIONS, "打麻将"), more_like(mixed, "打麻将"))


def test_ready_tokens_serve_as_well(lookup):
    from minelib.segment import Segmenter

    tokens = Segmenter().segment(f"{t}\n{b}" for _, t, b in ROWS)
    assert Lookup(PETITIONS, tokens).more_like("r3").equals(lookup.more_like("r3"))


@pytest.mark.parametrize(("query", "k"), [("", 3), ("  ", 3), ("补课", 0)])
def test_an_empty_question_is_refused(lookup, query, k):
    with pytest.raises(InputError):
        lookup.more_like(query, k=k)


def test_a_ledger_of_one_or_no_rows_answers_with_nothing():
    assert more_like(PETITIONS.head(1), "r1").empty
    assert more_like(PETITIONS.head(0), "补课").empty

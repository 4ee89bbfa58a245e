"""The fast engine gives jieba's tokens, and the project's words stay whole."""

import gc
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minelib.errors import InputError
from minelib.segment import (
    _JIEBA_TOTAL,
    _MIXED_WORDS,
    _OWN_FREQUENCY,
    Segmenter,
    _Counts,
    _plain_jieba,
    packaged_lexicon,
)  # fmt: skip

MATERIAL = [
    *"的了在是我有和不人这中大为上个国一以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经",
    *"省市县区镇村路号栋楼物业小区开发商拖欠工资拆迁补偿幼儿园噪音油烟违建房产证检察院",
    *"0123456789abcXYZ+#&._%-", *" \n\r\t，。：；！？（）《》〈〉【】“”", *"\u3400\u9fd6\uf900\U00020000é①～１Ａ",
    "K9县", "A市", "〈姓名3QK7〉", "2019.10-31", "3.5%", "www.a-b.com", "C++", "T恤", "卡拉OK", "支持起诉", "..--",
]  # fmt: skip


@pytest.fixture(scope="module")
def engines():
    own = ["云顶花园", "滨河苑", "月经"]
    return Segmenter(own, engine="rjieba"), Segmenter(own, engine="jieba")


@settings(max_examples=1500, deadline=None)
@given(pieces=st.lists(st.sampled_from(MATERIAL), max_size=40))
def test_both_engines_give_the_same_tokens(engines, pieces):
    fast, reference = engines
    assert fast.cut("".join(pieces)) == reference.cut("".join(pieces))


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=60))
def test_engines_agree_and_lose_nothing_on_any_text(engines, text):
    fast, reference = engines
    assert fast.cut(text) == reference.cut(text)
    assert "".join(fast.cut(text)) == text


@settings(max_examples=1500, deadline=None)
@given(pieces=st.lists(st.sampled_from([*"谢天常堵的一不了砰1-&", "管理", "2.", "T恤", "A座"]), max_size=24))
def test_engines_agree_on_characters_said_again_and_again(engines, pieces):
    (fast, reference), text = engines, "".join(pieces)
    assert fast.cut(text) == reference.cut(text)


def test_many_texts_are_cut_as_each_alone(engines):
    texts = [
        "谢谢谢大家，天天堵堵堵的路",
        "",
        "K9县2019.10-31和A&B的C++",
        "一二一二一二",
        "A市拖欠工资",
    ] * 500
    assert engines[0].segment(texts) == [engines[1].cut(text) for text in texts]


@pytest.mark.parametrize("said", ["谢", "很多", "一阵", "月", "达姆", "一点儿"])
def test_words_said_on_and_on_are_cut_as_jieba_does(said):
    own = ["月月月"]
    texts = [before + said * n + "的" for n in range(3, 14) for before in ("", "很", "A座")]
    reference = Segmenter(own, engine="jieba")
    assert Segmenter(own).segment(texts) == [reference.cut(text) for text in texts]


def test_the_counts_that_settle_a_tie_are_those_of_jieba():
    own = ("A座楼", "月月月", "南 京")
    reference, counts = _plain_jieba(), _Counts(packaged_lexicon(), own)
    for word, count in (packaged_lexicon() | dict.fromkeys(own, _OWN_FREQUENCY)).items():
        reference.add_word(word, count)
    for first in "一吉高龢龥月南谢Ac1阿":
        begun = {word: count for word, count in reference.FREQ.items() if word[0] == first}
        assert counts.words_from(first) == begun


def test_a_text_is_cut_the_same_before_and_after_others():
    texts = ["月月月月，2.2月", "堵堵堵。天天堵车", "K9县", "", "𠀀谢谢谢", "常在在在"]
    segmenter = Segmenter()
    assert segmenter.segment(texts + texts[::-1]) == [segmenter.cut(t) for t in texts + texts[::-1]]


def test_words_that_mix_scripts_are_those_of_the_dictionary():
    mixed = {w for w, n in _plain_jieba().FREQ.items() if n and re.search(r"[A-Za-z0-9+#&._%\-]", w)}
    assert set(_MIXED_WORDS.split()) == mixed


def test_the_total_of_all_counts_is_that_of_the_dictionary():
    assert _plain_jieba().total == _JIEBA_TOTAL


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_every_word_of_the_dictionary_cuts_as_one_token(engine):
    segmenter = Segmenter(engine=engine)
    assert [w for w in packaged_lexicon() if segmenter.cut(w) != [w]] == []


def test_the_dictionary_holds_the_frequencies_jieba_suggests():
    reference = _plain_jieba()
    assert {w: reference.suggest_freq(w) for w in packaged_lexicon()} == packaged_lexicon()


def test_masks_and_anonymised_places_stay_whole(engines):
    text = "K9县〈姓名3QK7〉在A7区某小区"
    assert engines[0].cut(text) == ["K9县", "〈姓名3QK7〉", "在", "A7区", "某", "小区"]


def test_own_words_stay_whole_in_both_engines(engines):
    for engine in engines:
        assert "滨河苑" in engine.cut("我是滨河苑的业主")
        assert engine.cut("月经") == ["月经"]


def test_own_words_change_the_fingerprint_and_order_does_not():
    assert Segmenter(["甲乙丙", "丁戊己"]).fingerprint == Segmenter(["丁戊己", "甲乙丙"]).fingerprint
    assert Segmenter(["甲乙丙"]).fingerprint != Segmenter().fingerprint


def test_the_reference_engine_is_silent(capfd):
    Segmenter(engine="jieba").cut("拖欠农民工工资")
    assert capfd.readouterr() == ("", "")


def test_unknown_engine_is_refused():
    with pytest.raises(InputError, match="rjieba"):
        Segmenter(engine="hanlp")


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(engines, enabled):
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(TypeError):
            engines[0].segment([None])
        assert gc.isenabled() is enabled
    finally:
        gc.enable()


def test_neither_tables_nor_a_second_dictionary_are_loaded_to_cut_words():
    script = """
import sys
from minelib.segment import Segmenter
Segmenter().segment(["A市某公司拖欠农民工工资，2019.10-31讨薪无果"])
print(*({"pandas", "jieba", "rjieba"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

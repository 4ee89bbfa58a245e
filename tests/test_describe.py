"""Keywords, exemplars and labels say what sets a group apart."""

import re

import numpy as np
import scipy.sparse as sp

from minelib.describe import (
    LABEL_LENGTH,
    class_tfidf,
    exemplars,
    keywords,
    label,
    parts_of_speech,
    say_plainly,
)


def cut(text):
    return re.findall("〈.+?〉|电梯|困人|频繁|户口|迁移|没人|拖欠|工资|公司|牧业|岚鹿|望溪|.", text)


def test_a_word_all_groups_use_tells_less_than_a_groups_own():
    member = sp.csr_matrix([[1, 0], [1, 0], [0, 1]])
    counts = sp.csr_matrix([[3, 2, 0], [3, 2, 0], [3, 0, 2]])
    score = class_tfidf(member, counts)
    assert score[0, 1] / score[0, 0] > 2 / 3
    assert keywords(score, ["小区", "停水", "补课"], k=1)[1] != ["停水"]


def test_an_empty_group_has_no_words():
    score = class_tfidf(sp.csr_matrix((2, 1)), sp.csr_matrix([[1, 0], [0, 1]]))
    assert keywords(score, ["甲", "乙"]) == [[]]


def test_a_member_that_hardly_belongs_hardly_counts():
    counts = sp.csr_matrix([[4, 0], [0, 4]])
    score = class_tfidf(sp.csr_matrix([[1.0, 0.1], [0.1, 1.0]]), counts)
    assert score[0, 0] > 9 * score[0, 1]


def test_exemplars_come_from_distinct_matters_and_ties_go_by_id():
    strength = np.array([0.5, 0.9, 0.9, 0.9])
    assert exemplars(strength, ["d", "c", "b", "a"], ["m3", "m2", "m1", "m1"], k=3) == ["a", "c", "d"]


def test_a_title_is_cut_down_to_what_is_wrong():
    assert say_plainly("再次投诉物业擅自涨价！！") == "物业擅自涨价"
    assert say_plainly("关于学校违规补课收费的投诉") == "学校违规补课收费"
    assert len(say_plainly("路灯" * 40)) == LABEL_LENGTH
    assert say_plainly("") == ""


def named(titles, weights, *, share=None, kinds=None):
    """Label titles whose members say the words in the share of titles that hold them."""
    cuts = [cut(title) for title in titles]

    def of_titles(words):
        return sum(words & weights.keys() <= set(c) for c in cuts) / len(cuts)

    return label(cuts, weights, share or of_titles, kinds or (lambda phrase: ["n", "v"]))


def test_a_label_says_what_most_say_in_any_order_of_titles():
    titles = ["咨询户口迁移", "电梯困人没人修", "反映电梯频繁困人的问题"]
    weights = {"电梯": 1.0, "困人": 1.0, "频繁": 0.5, "户口": 0.1, "迁移": 0.1}
    assert named(titles, weights) == named(titles[::-1], weights) == "电梯困人"


def test_a_label_is_broken_at_what_only_one_member_says():
    weights = {"拖欠": 1.0, "工资": 1.0, "公司": 0.2}
    assert named(["岚鹿牧业公司拖欠〈姓名3QK7〉工资", "望溪公司拖欠工资"], weights) == "公司拖欠工资"


def test_what_few_members_say_is_no_label_nor_is_a_phrase_without_a_verb():
    weights = {"电梯": 1.0, "困人": 1.0}
    assert named(["电梯困人"], weights) == "电梯困人"
    assert named(["电梯困人"], weights, share=lambda words: 0.1) == ""
    assert named(["电梯困人"], weights, kinds=lambda phrase: ["n", "n"]) == ""


def test_a_verb_with_its_object_goes_before_a_phrase_that_tells_more():
    weights = {"电梯": 3.0, "频繁": 3.0, "拖欠": 1.0, "工资": 1.0}
    kinds = {"电梯频繁": ["a", "n"], "拖欠工资": ["v", "n"]}
    assert named(["电梯频繁", "拖欠工资"], weights, kinds=kinds.get) == "拖欠工资"


def test_a_group_without_titles_has_no_label():
    assert named(["", "！"], {}) == ""


def test_a_clause_is_not_cut_at_its_verb_nor_begun_by_what_a_name_left():
    title = ["镇", "村", "没", "签字", "房子", "就", "被", "推", "了"]
    said = label([title, title], {"签字": 1.0, "房子": 1.0}, lambda words: 1.0, parts_of_speech)
    assert said == "没签字房子就被推了"


def test_a_phrase_that_was_cut_off_is_no_label():
    title = ["买房", "时", "承诺", "划", "在"]
    assert (
        label([title], {"买房": 1.0, "承诺": 1.0, "在": 1.0}, lambda words: 1.0, parts_of_speech)
        == "买房时承诺"
    )

"""Groups are marked by words that name them, not by words that look like it; wrongs are told from wishes."""

import numpy as np
import pytest
from scipy import stats

from minelib.knowledge import packaged_toml
from minelib.screen import exact_interval, mark_allegations, mark_groups
from minelib.screen.shares import share_words, wilson_low


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("七十三岁的母亲无人照料", "老年人"),
        ("本人今年68岁，养老院不退押金", "老年人"),
        ("想咨询养老保险怎么缴", ""),
        ("老年大学报名", ""),
        ("学校食堂发现异物，学生腹痛", "未成年人"),
        ("我是在读大学生", ""),
        ("学区房虚假宣传", ""),
        ("包工头拖欠我们几个人的工资", "农民工"),
        ("重度残疾，轮椅无法通行", "残疾人"),
        ("外嫁女不给分红", "妇女"),
        ("退役军人安置未落实", "军人"),
        ("退役电池处理不当", ""),
        ("残疾老人被停发补贴", "老年人、残疾人"),
        ("", ""),
    ],
)
def test_groups(text, group):
    assert mark_groups([text]) == [group]


@pytest.mark.parametrize(
    ("title", "text", "code", "alleges"),
    [
        ("投诉物业挪用维修资金", "账目从不公开，多次要求均被拒绝。", "C05", True),
        ("工地夜间施工扰民", "凌晨仍在施工，噪音严重，投诉无果。", "C09", True),
        ("公司拖欠工资三个月", "一直推脱不发。", "C23", True),
        ("咨询公积金贷款额度", "请问需要什么手续？", "C07", False),
        ("建议增设公交线路", "希望方便居民出行。", "C14", False),
        ("请问某路什么时候修好", "", "C13", False),
        ("电梯问题解决了，感谢！", "反映后物业连夜修好，不用再回复。", "C05", False),
        ("补偿款至今未到账", "协议签了两年，项目指挥部不认账。", "C01", True),
        ("临办退休才知单位漏缴社保", "账户停缴了两年，公司不认。", "C24", True),
        ("嫁出去的女儿分不到土地款", "村里说没有份，妇联来过也没用。", "C08", True),
        ("过渡费断了，新房还没影", "封顶三年一直不分房，过渡期的钱也停了。", "C01", True),
        ("房子没签字就被拆了", "没出示任何手续。", "C01", True),
        ("咨询小区停水何时恢复", "请问什么时候来水？", "C15", False),
        ("请问社保补缴如何办理", "想了解需要什么手续。", "C24", False),
    ],
)
def test_a_wrong_is_told_from_a_question_or_a_wish_on_the_same_subject(title, text, code, alleges):
    assert (mark_allegations([title], [text], [code])[0] > 0.6) == alleges


def test_intervals_are_scipys_exact_ones():
    k, n = [0, 3, 7, 12], [5, 9, 7, 60]
    low, high = exact_interval(k, n)
    for i, (a, b) in enumerate(zip(k, n, strict=True)):
        theirs = stats.binomtest(a, b).proportion_ci(method="exact")
        assert (low[i], high[i]) == pytest.approx((theirs.low, theirs.high))


def test_the_lower_bound_is_scipys_wilson():
    theirs = stats.binomtest(7, 23).proportion_ci(confidence_level=0.9, method="wilson")
    assert wilson_low(7, 23, z=stats.norm.ppf(0.95)) == pytest.approx(theirs.low)
    assert np.isfinite(wilson_low(0, 0))


def test_percentages_begin_at_twenty():
    assert "%" not in share_words(5, 19, 0.1, 0.5) and "%" in share_words(5, 20, 0.1, 0.5)


def test_a_pattern_names_the_words_it_needs():
    groups = packaged_toml("groups")["group"]
    assert all(bool(g.get("pattern")) == bool(g.get("needs")) for g in groups)
    assert mark_groups(["我今年72岁，押金不退", "孩子7岁不能入学", "工地拖欠三个月工资"]) == [
        "老年人",
        "未成年人",
        "农民工",
    ]

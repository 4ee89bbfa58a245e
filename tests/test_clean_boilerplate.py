"""Greetings, closings and signatures: pointed at where they are, and only there."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minelib.clean import boilerplate, boilerplate_spans, core_text
from minelib.knowledge import packaged_toml


def found(text, kind):
    return [text[a:b].strip() for a, b, k in boilerplate_spans(text) if k == kind]


@pytest.mark.parametrize(
    ("text", "greeting"),
    [
        ("尊敬的李书记：您好！工地欠薪。", "尊敬的李书记：您好！"),
        ("尊敬的市委、市政府领导：工地欠薪。", "尊敬的市委、市政府领导："),
        ("各位领导好，工地欠薪。", "各位领导好，"),
        ("您好！工地欠薪。", "您好！"),
        ("王局长：您好，工地欠薪。", "王局长：您好，"),
        ("尊敬的领导我是一名教师", "尊敬的领导"),
        ("尊敬的检察官：\n工地欠薪。", "尊敬的检察官："),
    ],
)
def test_greetings(text, greeting):
    assert found(text, "greeting") == [greeting]


@pytest.mark.parametrize(
    "text",
    [
        "李书记不作为，工地欠薪。",
        "被投诉部门：某局。工地欠薪。",
        "村主任贪污补偿款，请查处。",
        "好好的路挖了三次。",
        "工地欠薪，见了李局长：他不管。",
    ],
)
def test_what_is_no_greeting(text):
    assert found(text, "greeting") == []


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("工地欠薪。恳请领导尽快解决，谢谢！", ["恳请领导尽快解决，谢谢！"]),
        ("工地欠薪。望有关部门高度重视。", ["望有关部门高度重视。"]),
        ("工地欠薪。此致\n敬礼", ["此致\n敬礼"]),
        ("工地欠薪，谢谢", ["谢谢"]),
        ("希望政府关注。工地欠薪。盼复！", ["希望政府关注。", "盼复！"]),
    ],
)
def test_closings(text, closing):
    assert found(text, "closing") == closing


@pytest.mark.parametrize(
    "text",
    [
        "恳请退还押金三千元。",
        "希望增加公交班次。",
        "请查处某公司。",
        "感谢信写好了又撕了。",
        "我们的问题是下水道堵塞。",
        "政府部门处理问题。",
    ],
)
def test_a_plea_that_says_what_for_is_kept(text):
    assert boilerplate_spans(text) == []
    assert core_text(text) == text


def test_signatures_are_the_last_lines():
    text = "工地欠薪。\n反映人：甲某某\n2024年3月5日"
    assert "\n".join(found(text, "signature")) == "反映人：甲某某\n2024年3月5日"
    assert core_text(text) == "工地欠薪。"
    assert found("2024年3月5日\n工地欠薪。", "signature") == []


def test_a_text_that_is_nothing_else_comes_back_whole():
    assert core_text("您好！谢谢！") == "您好！谢谢！"
    assert core_text("") == ""


CLOSING = [word for words in packaged_toml("boilerplate")["closing"].values() for word in words]
PIECES = [
    "尊敬的",
    "李书记",
    "：",
    "您好",
    "！",
    "恳请",
    "领导",
    "解决",
    "，",
    "。",
    "谢谢",
    "此致",
    "敬礼",
    "\n",
    "欠薪",
    "2024年3月5日",
    "市民",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=40))
def test_spans_are_in_order_inside_the_text_and_apart(text):
    at = 0
    for start, end, kind in boilerplate_spans(text):
        assert at <= start < end <= len(text)
        assert kind in ("greeting", "closing", "signature")
        at = end


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from([*CLOSING, *boilerplate._STOPS, *" :：~～", "欠薪"]), max_size=14).map("".join)
)
def test_closings_are_found_wherever_a_clause_may_begin(text):
    _, clauses, core = boilerplate._closing()
    plain = re.compile(rf"(?<![^{boilerplate._STOPS}\s]){clauses.pattern}")
    closings = [(m.start(), m.end(), "closing") for m in plain.finditer(text) if core.search(m[0])]
    assert boilerplate._closings(text, 0) == closings


@pytest.mark.parametrize(
    "piece", ["您好！", "恳请", "恳请领导，", "尊敬的", "书记", "张书记、", "的", "一名", "2024年", "\n"]
)
def test_a_long_text_of_one_thing_ends(piece):
    text = piece * (1_000_000 // len(piece))
    assert all(0 <= start < end <= len(text) for start, end, _ in boilerplate_spans(text))

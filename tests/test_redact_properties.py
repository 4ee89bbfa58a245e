"""What must hold of redaction for any text."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from minelib.codepoints import matches
from minelib.redact import Redactor, records, scan
from minelib.redact.find import DETECTORS
from minelib.redact.needs import called
from minelib.redact.numbers import valid_identity
from minelib.redact.spans import MASK_WORD
from minelib.redact.view import Page
from minelib.schema import MASK

REDACTOR = Redactor(b"0123456789abcdef")
PIECES = st.sampled_from(
    ["村民", "张小芳", "王建国、", "老李", "和", "胡书记", "电话", "13800138000", "一三八", "身份证", "4302",
     "湘B7K392", "3栋802房", "1965年8月2日生", "（2022）湘0202民初1534号", "〈姓名3QK7〉", "〈", "〉", "\n",
     "，", "。", "：", "(", ")", "某", "姓", "·", "a@b.com", "微信", "wxid_abc12345", "\u200b", "\0",
     "\ud800", "阿依古丽", "·艾合买提", " ", "被告", "高兴"])  # fmt: skip
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join))


@st.composite
def identity_numbers(draw):
    body = f"{draw(st.sampled_from(['430203', '110105', '650102']))}{draw(st.integers(1930, 2020))}"
    body += f"{draw(st.integers(1, 12)):02}{draw(st.integers(1, 28)):02}{draw(st.integers(0, 999)):03}"
    return next(body + c for c in "0123456789X" if valid_identity(body + c))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("〈姓名3QK7〉书记张三李四")
def test_spans_are_sorted_apart_and_inside_the_text(text):
    spans = REDACTOR.spans(text)
    edges = [e for s in spans for e in (s.start, s.end)]
    assert edges == sorted(edges)
    assert all(0 <= s.start < s.end <= len(text) and 0 <= s.keep < s.end - s.start for s in spans)
    assert {s.kind for s in spans} <= set(MASK_WORD)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_redacting_twice_changes_nothing(text):
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("一一·买提〈姓名0000〉")
def test_masks_stand_untouched(text):
    spans = REDACTOR.spans(text)
    assert not any(s.start < m.end() and m.start() < s.end for m in MASK.finditer(text) for s in spans)
    assert set(MASK.findall(text)) <= set(MASK.findall(REDACTOR.redact(text)))


@settings(max_examples=200, deadline=None)
@given(TEXTS, identity_numbers(), st.sampled_from(["", " ", "-"]))
def test_no_identity_number_with_a_right_check_digit_survives(text, number, gap):
    written = f"{number[:6]}{gap}{number[6:14]}{gap}{number[14:]}"
    redacted = REDACTOR.redact(f"{text}，{written}，")
    assert written not in redacted
    assert not [m for m in re.findall(r"(?<!\d)\d{17}[\dX](?!\d)", redacted) if m == number]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_scan_finds_nothing_in_what_was_redacted(text):
    assert scan(REDACTOR.redact(text)) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_texts_do_not_depend_on_their_neighbours(texts):
    assert REDACTOR.redact_many(texts) == [REDACTOR.redact(t) for t in texts]


MORE = st.sampled_from(
    ["老", "小", "周", "生", "出生于", "年龄", " 生", "男", "1980年3月", "88号", "号", "案", "警", "*", "敬",
     "亲爱的", "长", "书记", "易、彭两位警官", ".", "12栋", "3单元", "302室", "业主", "QQ", "v", "@", "AT",
     "湘 A 1 2 3 4 5", "K9县", "duan", "姓名:", "张 三", "1、", "上官", "١٢٣٤٥٦٧٨٩٠١", "13 8 0013 8000"])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(st.one_of(PIECES, MORE), max_size=14).map("".join), min_size=1, max_size=4))
def test_a_detector_that_is_not_called_would_find_nothing(texts):
    page = Page(texts)
    for view, detectors in zip(page, called(page, DETECTORS), strict=True):
        for detector in set(DETECTORS) - set(detectors):
            assert not list(detector(view)), detector.__name__


NUMBERS = st.sampled_from(
    ["1985年3月2日", "85年", "19870203", "二〇〇一年腊月初八", "一九", "2O", "是农历5月3日", "于", "٨٥年", "٣٤٥室",
     "301", "室", "1205房", "的业主", "-", "3栋", "9", "8", "1", "年", "月", ".", "第", "日", " "])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(NUMBERS, max_size=12).map("".join))
def test_dates_and_rooms_are_those_of_a_whole_search(text):
    (view,) = Page([text])
    for pattern, find in (
        (records._DATE, records._dates),
        (records._LONE_ROOM, records._room_numbers),
        (records._OWNED_ROOM, records._room_numbers),
    ):
        tried = [m.span() for m in matches(pattern, view.text, view.places(find))]
        assert tried == [m.span() for m in pattern.finditer(view.text)]
    if not view.places(records._room_numbers):
        assert not records._DASHED.search(view.text)

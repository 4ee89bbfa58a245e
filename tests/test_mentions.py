"""Names of places and respondents are found, cut at the right place, and taken out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minelib.codepoints import matches, places_in
from minelib.mentions import (
    Mention,
    Mentions,
    find,
    find_all_mentions,
    find_mentions,
    mask_mentions,
    name_petitions,
    normalise_name,
    place_of,
    respondent_of,
    strip_mentions,
    township_of,
)
from minelib.mentions.words import mention_words
from minelib.schema import MASK


def names(text: str) -> list[tuple[str, str]]:
    return [(m.kind, m.name) for m in find_mentions(text)]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("关于云栖听澜苑小区漏水的投诉", "compound", "云栖听澜苑"),
        ("A3区云栖听澜苑二期漏水", "compound", "云栖听澜苑"),
        ("强烈反对在碧波名邸旁建垃圾站", "compound", "碧波名邸"),
        ("投诉金蝉商贸有限公司拖欠货款", "company", "金蝉商贸"),
        ("我在启明星幼儿园交了学费", "school", "启明星幼儿园"),
        ("市民到仁和康医院看病", "hospital", "仁和康医院"),
        ("请求修复金桂路路面", "road", "金桂路"),
        ("位于河口镇柳树村三组的鱼塘", "village", "柳树村三组"),
        ("K3县河口镇的自来水", "township", "河口镇"),
        ("何时开通地铁三号线", "transit", "3号线"),
        ("107国道坑洼不平", "transit", "107国道"),
        ("不满“老滋味”饭店的油烟", "company", "老滋味饭店"),
        ("易得贷平台不让提现", "platform", "易得贷"),
    ],
)
def test_each_kind_of_name_is_found(text, kind, name):
    assert (kind, name) in names(text)


@pytest.mark.parametrize("text", ["我们小区的物业公司乱收费", "老旧小区改造", "学校门口的马路", "", "小区"])
def test_words_that_name_nothing_are_left_alone(text):
    assert names(text) == []


def test_a_name_ends_where_the_one_before_it_ends():
    assert names("K3县河口镇柳树村春晖小学") == [
        ("district", "K3县"),
        ("township", "河口镇"),
        ("village", "柳树村"),
        ("school", "春晖小学"),
    ]


def test_masked_district_codes_are_districts():
    assert names("A市B12县C7区") == [("district", "A市"), ("district", "B12县"), ("district", "C7区")]


def test_masks_of_redaction_are_never_in_a_name():
    text = "向〈姓名3QK7〉小区反映，〈住址9XBD〉路"
    found = find_mentions(text)
    masked = [range(*m.span()) for m in MASK.finditer(text)]
    assert not any(i in span for m in found for span in masked for i in range(m.start, m.end))


def test_offsets_cut_the_name_out_of_the_text():
    text = "A3区金桂路云栖·听澜苑小区旁的启明幼儿园"
    cut = [text[m.start : m.end] for m in find_mentions(text)]
    assert cut == ["A3区", "金桂路", "云栖·听澜苑小区", "启明幼儿园"]


def test_mentions_do_not_overlap_and_come_in_order():
    text = "河口镇柳树村三组村民到K3县公安局反映金桂路云栖苑小区物业公司一事，107国道旁" * 5
    ends = [0, *(m.end for m in find_mentions(text))]
    assert all(m.start >= end for m, end in zip(find_mentions(text), ends, strict=False))


SPELLINGS = ["伊豪滨河苑", "伊豪·滨河苑", "伊豪滨河苑小区", "伊豪滨河苑二期", "伊豪滨河苑3、4期"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_a_compound_are_one_name(spelling):
    assert normalise_name(spelling, "compound") == "伊豪滨河苑"


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("上塘街道", "上塘街道"),
        ("杭州市下沙街道", "下沙街道"),
        ("家住上坪乡", "上坪乡"),
        ("镇上中山街道", "中山街道"),
        ("县里中和镇", "中和镇"),
    ],
)
def test_a_town_that_begins_with_a_side_keeps_it(text, town):
    assert township_of(find_mentions(text)) == town


def test_a_masked_text_keeps_what_was_done():
    text = "A3区云栖听澜苑小区的启明星幼儿园违规收费，金桂路旁"
    assert mask_mentions(text, find_mentions(text)) == "小区的幼儿园违规收费，路旁"
    assert strip_mentions("没有名字的一句话") == "没有名字的一句话"


def test_long_hostile_text_stays_linear():
    assert len(find_mentions("路" * 20_000)) < 20_000
    assert find_mentions("“" * 20_000) == []


def test_petitions_are_named_by_ledger_then_title_then_letter():
    rows = [
        ("1", "云栖苑小区漏水", "河口镇的云栖苑", "", "", ("云栖苑", "", "河口镇")),
        ("2", "拖欠工资", "在金蝉商贸公司打工", "K3县河口镇", "银鹭物业", ("", "银鹭物业", "河口镇")),
        ("3", "一封信", "", "", "", ("", "", "")),
    ]
    columns = ["record_id", "title", "text", "place", "respondent"]
    named = name_petitions(pd.DataFrame([row[:5] for row in rows], columns=columns))
    assert [tuple(row[1:]) for row in named.itertuples(index=False)] == [row[5] for row in rows]
    assert list(named.columns) == ["record_id", "named_place", "named_respondent", "township"]


def test_naming_no_petitions_gives_an_empty_table():
    assert name_petitions(pd.DataFrame(columns=["record_id", "title", "text"])).empty


def test_narrowest_area_and_first_place_and_respondent_win():
    found = find_mentions("A市A3区金桂路云栖苑小区，被金蝉商贸公司占用")
    assert (place_of(found), respondent_of(found), township_of(found)) == ("云栖苑", "金蝉商贸", "A3区")


KINDS, NAMES = st.sampled_from(["road", "compound"]), st.text("金桂路云栖苑", min_size=1, max_size=3)
FOUND = st.lists(
    st.lists(st.builds(Mention, st.integers(0, 99), st.integers(0, 99), KINDS, NAMES), max_size=4), max_size=9
)


@given(FOUND)
def test_coded_names_read_as_they_were(found):
    mentions = Mentions.of(found)
    assert list(mentions) == found
    assert [mentions[i] for i in range(len(found))] == found
    assert list(mentions.things) == sorted({(m.kind, m.name) for some in found for m in some})


@given(FOUND, st.integers(0, 9))
def test_however_parted_the_joined_names_are_the_same(found, cut):
    whole, joined = Mentions.of(found), Mentions.joined(map(Mentions.of, (found[:cut], found[cut:])))
    assert joined.spans.tolist() == whole.spans.tolist()
    assert joined.codes.tolist() == whole.codes.tolist()
    assert joined.ends.tolist() == whole.ends.tolist()
    assert joined.things == whole.things


@given(FOUND, st.randoms())
def test_names_of_taken_rows_come_in_the_order_asked_for(found, random):
    rows = np.array([random.randrange(len(found)) for _ in found], dtype=np.int64)
    assert list(Mentions.of(found).take(rows)) == [found[i] for i in rows]


PIECES = st.sampled_from(
    ["云栖", "听澜苑", "小区", "金桂", "路", "街", "柳树", "村", "三组", "金蝉", "有限公司", "公司", "医院",
     "A3区", "K9县", "Z", "12号线", "三号线", "号", "G4高速", "107国道", "9路", "路公交", "公交", "916",
     "〈姓名3QK7〉", "“", "”", "·", "的", "在", "，", "\n", "２", "＃"])  # fmt: skip


@given(st.lists(st.lists(PIECES, max_size=16).map("".join), max_size=5))
def test_names_of_many_texts_are_those_of_each(texts):
    assert list(find_all_mentions(texts)) == [find_mentions(text) for text in texts]


@given(st.lists(PIECES, max_size=16).map("".join))
def test_places_are_given_wherever_a_pattern_would_match(text):
    ((endings, transit, areas),) = places_in([text], find._endings, find._transit, find._areas)
    ending = mention_words().ending
    for pattern, places in ((ending, endings), (find._MASKED_AREA, areas)):
        found = [m.span() for m in matches(pattern, text, places)]
        assert found == [m.span() for m in pattern.finditer(text)]
    assert transit or not find._TRANSIT.search(text)

"""Cleaning: what is mended, what is kept, what is counted."""

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from minelib.clean import clean_petitions, clean_text
from minelib.clean.log import KINDS
from minelib.clean.wanting import wanting
from minelib.schema import RAW_PETITION, frame

# A page as copies of news leave it: Traditional forms, pinyin notes, half-width marks, sign-offs, headlines.
PAGE = (
    "?某法治報(bào)訊(全媒體記者 甲某 通訊員 乙某)"
    "某市淥口區(qū)檢察院主動(dòng)融入大局,取得“新經(jīng)驗(yàn)”。\n"
    "累計(jì)接待群眾59人次,徵收(shōu)糾紛21件,什麼(me)都記入臺賬(zhàng)。\n"
    "責(zé)編:丙小明\n一審:丁小春\n三審:戊小暉\n來源:某法治報(bào)\n"
    "- 某地舉行升旗儀式\n- 某協(xié)會(huì)成立,構(gòu)建新體系\n"
    "- 公布5起養(yǎng)老領(lǐng)域典型案例"
)
MENDED = (
    "某法治报讯(全媒体记者 甲某 通讯员 乙某)某市渌口区检察院主动融入大局，取得“新经验”。\n"
    "累计接待群众59人次，征收纠纷21件，什么都记入台账。"
)


def test_a_damaged_page_is_mended_and_its_real_brackets_stay():
    text, counts = clean_text(PAGE)
    assert text == MENDED
    assert set(counts) == {"pinyin", "traditional", "punctuation", "tail"}
    notes = [part.split(")")[0] for part in PAGE.split("(")[1:]]
    assert counts["pinyin"] == sum(len(n) + 2 for n in notes if n[0] != "全")


@pytest.mark.parametrize(
    ("traditional", "simple"),
    [
        ("淥口", "渌口"),
        ("徵收與徵求", "征收与征求"),
        ("臺賬", "台账"),
        ("乾隆年間曬乾", "乾隆年间晒干"),
        ("著名的顯著問題仍拖著", "著名的显著问题仍拖着"),
        ("不瞭解，去瞭望臺", "不了解，去瞭望台"),
        ("藉口聲名狼藉", "借口声名狼藉"),
        ("覆蓋後答覆，申請覆核", "覆盖后答复，申请复核"),
        ("皇后與後來", "皇后与后来"),
        ("髮廊發放麵包", "发廊发放面包"),
    ],
)
def test_traditional_forms_with_more_than_one_simple_form(traditional, simple):
    assert clean_text(traditional)[0] == simple


@pytest.mark.parametrize(
    "text",
    [
        "乾隆年间的著名狼藉，瞭望塔覆盖范围",
        "王昇、李喆、张堃反映",
        "微信(wx)群(qq)里说方案(a)好(OK)",
        "第3栋(a座)“欠薪”？！是真的！！",
        "合同约定：价款1,200元，比例3:7",
        "a<b且c>d，<某公司>与《通知》",
        "AT&T 与 R&D; 都写 &未知;",
        "一审：败诉\n二审：维持原判\n- 请求立案\n- 请求再审",
        "来源：某小区业主群",
        "我们的诉求：\n- 退还押金\n- 公开账目",
        "相关阅读材料已经提交",
        "请关闭该厂，打印费退还",
        "房子🏠漏水，见第①项",
        "〔2024〕5号文",
    ],
)
def test_what_is_right_stays(text):
    assert clean_text(text) == (text, {})


@pytest.mark.parametrize(
    ("raw", "cleaned", "kinds"),
    [
        ("\n\t\t\t\n\t\t工地欠薪\u3000三个月\r\n\r\n\t", "工地欠薪 三个月", {"space"}),
        ("第一行_x000D_\n第二行_x0009_完", "第一行\n第二行 完", {"cell_escape", "space"}),
        ("拆\u200b迁\ufeff补\u202e偿\U000e0041", "拆迁补偿", {"invisible"}),
        ("欠\x00薪\x07三\x7f个月", "欠薪三个月", {"control"}),
        ("半个\ud800字", "半个\ufffd字", {"surrogate", "mojibake"}),
        ("<p>欠薪</p><p style='x'>三<b>个</b>月<br/></p>", "欠薪\n三个月", {"markup", "space"}),
        ("前<script>alert('<b>')</script>后<style>p{}</style>", "前后", {"markup"}),
        ("前<!-- <p> -->后", "前后", {"markup"}),
        ("甲&amp;乙&nbsp;丙&lt;丁&#12290;", "甲&乙 丙<丁。", {"entity", "space"}),
        ("&lt;br&gt;欠薪&amp;nbsp;三月", "欠薪 三月", {"entity", "markup", "space"}),
        ("<<b>b>粗</<b>b>", "粗", {"markup"}),
        ("張(zhāng)三(sān)反映", "张三反映", {"pinyin", "traditional"}),
        ("監(jiān)督機關", "监督机关", {"pinyin", "traditional"}),
        ("【打印】【关闭】\n楼道堆物\n上一篇：某公告\n点击数：123", "楼道堆物", {"furniture"}),
        ("某地开展普法。\n相关阅读：\n- 某地举行升旗仪式\n- 某市召开大会", "某地开展普法。", {"tail"}),
        ("某地开展普法。\n（责任编辑：甲乙丙）", "某地开展普法。", {"tail"}),
        ("系统?!薄?〕显示", "系统?!薄?〕显示", {"mojibake"}),
        ("锟斤拷锟斤拷", "锟斤拷锟斤拷", {"mojibake"}),
    ],
)
def test_what_is_mended(raw, cleaned, kinds):
    text, counts = clean_text(raw)
    assert text == cleaned
    assert set(counts) == kinds <= set(KINDS)
    assert all(n > 0 for n in counts.values())


def test_page_lines_are_looked_for_in_bodies_only():
    assert clean_text("点击数：123", body=False) == ("点击数：123", {})


def petitions(*texts, **columns):
    rows = [{"record_id": str(i), "row": i + 2, "text": t} for i, t in enumerate(texts)]
    return frame(rows, RAW_PETITION).assign(**columns)


def test_every_change_is_counted_by_kind_and_petition():
    raw = petitions(
        "欠薪<br>三个月", "噪音", "\ufffd油\u200b烟", petitioner="張\u200b三", received_at=pd.Timestamp(0)
    )
    before = raw.copy(deep=True)
    cleaned, log = clean_petitions(raw)
    pd.testing.assert_frame_equal(raw, before)
    assert cleaned["text"].tolist() == ["欠薪\n三个月", "噪音", "\ufffd油烟"]
    assert cleaned["petitioner"].tolist() == ["张三"] * 3
    assert list(cleaned.columns) == list(raw.columns) and (cleaned.dtypes == raw.dtypes).all()
    assert log.counts == {"markup": 1, "invisible": 3, "traditional": 3, "mojibake": 1}
    assert log.table().values.tolist()[0] == ["去除网页标记", 1, 3]
    assert log.of("1")["kind"].tolist() == ["invisible", "traditional"]
    assert log.of("0")[["field", "kind"]].values.tolist()[0] == ["text", "markup"]
    assert log.flagged() == ["2"] and log.n_petitions == 3


def test_nothing_to_clean():
    cleaned, log = clean_petitions(petitions("欠薪"))
    assert cleaned["text"].tolist() == ["欠薪"] and log.table().empty and log.counts == {}
    cleaned, log = clean_petitions(petitions())
    assert len(cleaned) == 0 and log.n_petitions == 0


PIECES = st.sampled_from(
    [
        *"<>&;()/汉字漢著乾報,:?！。〔-• \n\t\r\0\u200b\u202e\u3000\ud800\ufffd",
        "br",
        "script",
        "nbsp",
        "amp",
        "#60",
    ]
    + [
        "b",
        "p",
        "_x000D_",
        "_x00",
        "0D_",
        "bào",
        "me",
        "责编",
        "三审",
        "：张三",
        "来源",
        "相关阅读",
        "打印",
        "关闭",
    ]
    + [
        "上一篇",
        "点击：5",
        "标题文字五六",
        "&amp;",
        "<b>",
        "</b>",
        "<!--",
        "-->",
        "\n- 某地举行升旗仪式",
        "\n责编：张三",
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=40)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("<<<<<<<b>b>b>b>b>b>b>")
@example("&amp;amp;lt;b&amp;gt;")
@example("_x00_x0001_0D_")
@example("&am&amp;p;lt;br>")
@example("责编：张三\n打印\n- 某地举行升旗仪式\n打印")
def test_cleaning_again_changes_nothing(text):
    once, _ = clean_text(text)
    again, counts = clean_text(once)
    assert again == once
    assert set(counts) <= {"mojibake"}
    once.encode("utf-8")


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, max_size=6), st.booleans())
@example(["", " 欠薪", "欠薪 ", "工 地", "\ue000欠薪"], False)
@example(["欠薪。\n责编：张三", "打印", "锟斤", "_x000D_"], True)
def test_what_wants_no_cleaning_is_left_as_it_is_by_it(texts, body):
    wanted = wanting(texts, body=body)
    assert wanted == sorted(set(wanted))
    for text in (t for i, t in enumerate(texts) if i not in wanted):
        assert clean_text(text, body=body) == (text, {})


HOSTILE = [
    "<",
    "<b ",
    "<script>",
    "<!--",
    "&",
    "&amp;",
    "&#",
    " \n",
    "汉(hàn)",
    "汉(",
    "漢",
    "?!薄",
    "_x00",
    "_x000D_",
]
HOSTILE += [
    "打印 关闭 ",
    "打印\n",
    "- 某地举行升旗仪式\n",
    "责编：张三\n",
    "©",
    "\ud800",
    "<<b>b>",
    "。“",
    "2024年",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_text_of_one_thing_ends(piece):
    """A pattern that backtracks would not come back from this in a day; linear ones take a second."""
    text, _ = clean_text(piece * (1_000_000 // len(piece)))
    assert len(text) <= 1_000_000

"""Classes: phrases with their look-alikes and denials, the model behind them, and the table."""

import json
import pickle
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from minelib.classes import GrievanceClassifier, classify, classify_block, fit_classifier
from minelib.classes.calibrate import best_setting
from minelib.classes.joining import GAP
from minelib.classes.kin import with_kin
from minelib.classes.matching import BREAKS, PhraseFinder
from minelib.classes.scoring import PhraseScorer
from minelib.classes.sentences import examples_digest, sentence_points
from minelib.errors import InputError
from minelib.knowledge.taxonomy import load_taxonomy, make_taxonomy, parse_phrase

LETTERS = {
    "C01": "房屋征收补偿标准太低\n我家房子被征收，补偿款一直没有到位，过渡费也停发了。",
    "C02": "新房漏水开发商不管\n交房后发现墙体开裂，卫生间漏水，开发商拒绝维修。",
    "C05": "物业公司乱收费\n物业费涨价没有经过业主大会，公共收益也不公开。",
    "C09": "工地夜间施工噪音扰民\n每天凌晨还在打桩，吵得老人孩子睡不着。",
    "C10": "楼下饭店油烟直排\n烧烤店没有油烟净化设备，整栋楼都是烟味。",
    "C13": "村里的泥巴路何时硬化\n一下雨全是泥坑，车子进不来，希望尽快修路。",
    "C23": "包工头拖欠农民工工资\n我们十几个人干了半年，工钱一分没给。",
    "C25": "三个儿子都不赡养老人\n母亲八十岁了，三个儿子没人管，请求支持起诉要赡养费。",
    "C28": "投资理财公司跑路\n业务员说年化收益高，现在无法兑付，本金拿不回来。",
    "C33": "被人打伤派出所不立案\n对方把我打成轻伤，报警后一直不予立案。",
    "C34": "胜诉判决拿不到钱申请执行\n法院判决生效两年，被执行人转移财产，执行局终本了。",
    "C35": "孩子落户口被拒\n派出所说材料不齐，上户口跑了四次还没办好。",
}


@pytest.fixture(scope="module")
def model():
    return GrievanceClassifier().fit(list(LETTERS.values()))


@pytest.mark.parametrize("code", LETTERS)
def test_a_single_letter_is_classified_without_labels(code):
    assert GrievanceClassifier().fit([LETTERS[code]]).predict([LETTERS[code]]).tolist() == [code]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("请尽快拆除违建\n邻居在楼顶违章搭建，城管至今没有拆除违建。", "C01"),
        ("征信记录有误影响我贷款\n银行把别人的逾期记到我的征信上。", "C01"),
        ("建材公司拖欠材料款\n给工地送水泥，货款拖了一年。", "C13"),
        ("前夫不付抚养费\n离婚后孩子的抚养费一直没给。", "C25"),
        ("这不是拆迁问题，是路太烂\n村道坑坑洼洼，请求修路。", "C01"),
    ],
)
def test_look_alikes_and_denials_do_not_count(model, text, wrong):
    assert model.predict([text])[0] != wrong


def test_finder_keeps_near_pairs_in_order_and_in_one_sentence():
    finder = PhraseFinder([parse_phrase(p) for p in ("拖欠~工资", "工地+吵", "小区&电梯", "ktv")])
    apart = "拖欠一二三四五六七八九工资"
    texts = ["拖欠我的工资", "工资拖欠", "拖欠。工资", apart]
    texts += ["吵死了这工地", "吵。工地", "小区\n电梯", "ＫTv"]
    hits = finder.find(texts)
    found = sorted(zip(hits.text.tolist(), hits.phrase.tolist(), strict=True))
    assert found == [(0, 0), (4, 1), (6, 2), (7, 3)]


def test_finder_counts_offsets_in_code_points():
    hits = PhraseFinder([parse_phrase("工资")]).find(["", "𠀀拖工资"])
    assert (hits.text[0], hits.start[0], hits.end[0]) == (1, 2, 4)


def test_finder_agrees_with_plain_search():
    rng = np.random.default_rng(0)
    texts = ["".join(rng.choice(list("欠薪工资拖\n。"), size=40)) for _ in range(50)]
    words = ["工资", "拖欠", "欠薪工", "薪", "资。拖欠"]
    hits = PhraseFinder([parse_phrase(w) for w in words]).find(texts)
    found = sorted(zip(hits.phrase.tolist(), hits.text.tolist(), hits.start.tolist(), strict=True))
    plain = [
        (p, t, s)
        for p, w in enumerate(words)
        for t, x in enumerate(texts)
        for s in range(len(x))
        if x.startswith(w, s)
    ]
    assert found == sorted(plain)


def _joined_by_hand(phrase, text):
    """Join the parts of a phrase one occurrence after another: start and end of each."""
    sentence = [sum(c in BREAKS for c in text[: i + 1]) for i in range(len(text))]
    places = [
        [
            (at, n, at + len(w))
            for n, w in enumerate(part)
            for at in range(len(text))
            if text.startswith(w, at)
        ]
        for part in phrase.parts
    ]
    for start, _, end in places[0]:
        for there in places[1:]:
            if phrase.operator == "~":
                after = min((p for p in there if p[0] >= end), default=None)
                near = after and after[0] - end <= GAP and sentence[start] == sentence[after[0]]
                end = after[2] if near else -1
            elif not any(phrase.operator == "&" or sentence[at] == sentence[start] for at, *_ in there):
                end = -1
            if end < 0:
                break
        else:
            yield start, end


@pytest.mark.parametrize("seed", range(5))
def test_finder_joins_all_phrases_as_one_would_by_hand(seed):
    rng = np.random.default_rng(seed)
    letters, words = (
        list("甲乙丙丁戊。\n子丑"),
        ["甲", "乙", "甲乙", "丙", "丁戊", "子", "丑甲", "乙丙", "甲乙丙", "乙丙丁戊"],
    )

    def part():
        return "|".join(rng.permutation(words)[: rng.integers(1, 4)])

    spelt = [o.join(part() for _ in range(rng.integers(2, 5))) for o in "~+&" for _ in range(8)] + [part()]
    phrases = [parse_phrase(p) for p in spelt]
    texts = ["".join(rng.choice(letters, size=rng.integers(0, 60))) for _ in range(40)]
    hits = PhraseFinder(phrases).find(texts)
    columns = (getattr(hits, name).tolist() for name in ("phrase", "text", "start", "end"))
    by_hand = [
        (p, t, *span)
        for p, phrase in enumerate(phrases)
        for t, text in enumerate(texts)
        for span in _joined_by_hand(phrase, text)
    ]
    assert sorted(zip(*columns, strict=True)) == sorted(by_hand)


def test_title_weighs_more_than_background():
    classes = [{"name": "甲", "words": "油烟"}, {"name": "乙", "words": "噪音"}]
    scorer = PhraseScorer(make_taxonomy({"class": classes}))
    texts = ["油烟\n噪音", "噪音\n油烟"]
    points = scorer.points(scorer.weigh(texts), 2)
    assert points.argmax(axis=1).tolist() == [0, 1]


def test_order_of_the_ledger_does_not_matter():
    texts = list(LETTERS.values())
    forward = GrievanceClassifier().fit(texts).predict_proba(texts)
    backward = GrievanceClassifier().fit(texts[::-1]).predict_proba(texts[::-1])[::-1]
    np.testing.assert_allclose(forward, backward, atol=1e-9)


def test_evidence_spans_hold_the_words(model):
    text = LETTERS["C23"]
    spans = model.evidence([text])[0]
    assert any("农民工工资" in text[start:end] for start, end, _ in spans)


def test_probabilities_and_tags_follow_the_contract(model):
    chance = model.predict_proba(list(LETTERS.values()))
    np.testing.assert_allclose(chance.sum(axis=1), 1)
    assert model.__sklearn_tags__().input_tags.string
    assert clone(GrievanceClassifier(abstain_below=0.3)).get_params()["abstain_below"] == 0.3


def test_a_text_that_says_nothing_is_other(model):
    assert model.predict(["", "\n", "abc def\n123"]).tolist() == ["C40"] * 3


def test_labels_overrule_and_teach():
    classes = [{"name": "甲", "words": "苹果"}, {"name": "乙", "words": "香蕉"}, {"name": "其他"}]
    taxonomy = make_taxonomy({"class": classes})
    texts = [f"苹果很好吃{i}\n" for i in "一二三四五六"] + [f"葡萄很酸{i}\n" for i in "一二三四五六"]
    labels = [None] * 6 + ["乙"] * 6
    model = GrievanceClassifier(taxonomy).fit(texts, labels)
    assert model.predict(["葡萄很酸九\n"]).tolist() == ["乙"]


@pytest.mark.parametrize("bad", ["一封信", [1, 2], 5])
def test_wrong_input_is_named(bad):
    with pytest.raises(InputError):
        GrievanceClassifier().fit(bad)


def test_unknown_label_is_named():
    with pytest.raises(InputError, match="C99"):
        GrievanceClassifier().fit(["甲\n", "乙\n"], ["C99", ""])


def test_table_keeps_rows_labels_and_evidence():
    letters = pd.DataFrame({"record_id": list(LETTERS), "title": "", "text": list(LETTERS.values())})
    letters[["title", "text"]] = letters["text"].str.split("\n", n=1, expand=True).to_numpy()
    table = classify(letters, labels={"C05": "C36"})
    expected = ["C36" if c == "C05" else c for c in LETTERS]
    assert table["class_code"].tolist() == expected
    assert table["record_id"].tolist() == list(LETTERS)
    assert table["class_margin"].between(0, 1).all()
    assert all(isinstance(json.loads(e), list) for e in table["class_evidence"])
    assert classify(letters.head(0)).shape == (0, 5)


def test_two_grievances_in_one_letter_give_a_second_class():
    letter = pd.DataFrame(
        {
            "record_id": ["a"],
            "title": ["饭店油烟直排、半夜噪音扰民"],
            "text": ["油烟熏得开不了窗，凌晨音响吵得睡不着。"],
        }
    )
    row = classify(letter).iloc[0]
    assert {row["class_code"], row["second_class"]} == {"C09", "C10"}


def test_a_user_taxonomy_of_few_words_works():
    names = {"城乡建设": "小区 道路 物业", "环境保护": "污染 噪音 垃圾", "劳动社保": "工资 社保", "其他": ""}
    taxonomy = make_taxonomy({"class": [{"name": n, "words": w} for n, w in names.items()]})
    letters = pd.DataFrame({"record_id": ["1", "2"], "title": ["河水污染", "工资没发"], "text": ["", ""]})
    assert classify(letters, taxonomy=taxonomy)["class_code"].tolist() == ["环境保护", "劳动社保"]


def test_every_class_of_the_packaged_taxonomy_is_reachable():
    taxonomy = load_taxonomy()
    texts = [f"{c.name}\n{c.about}" for c in taxonomy.classes]
    assert GrievanceClassifier().fit(texts).predict(texts).tolist() == list(taxonomy.codes)


def test_a_word_before_beside_is_a_landmark():
    scorer = PhraseScorer(load_taxonomy())
    texts = ["公交站旁\n", "公交站台\n"]
    points = scorer.points(scorer.weigh(texts), 2)[:, load_taxonomy().codes.index("C14")]
    assert points[0] < points[1]


def test_a_letter_of_thanks_is_not_a_complaint(model):
    assert model.predict(["感谢社区及时拆除油烟管道\n特此表扬，为你们点赞。"]).tolist() == ["C40"]


def test_colloquial_words_without_a_phrase_are_near_an_example():
    taxonomy = load_taxonomy()
    points = sentence_points(taxonomy, ["\n忙活了一整年，到过年一个子儿都没拿到手"])
    assert taxonomy.codes[points.argmax()] == "C23"


def test_sentence_points_are_none_without_examples():
    taxonomy = make_taxonomy({"class": [{"name": "甲", "words": "苹果"}, {"name": "乙"}]})
    assert not sentence_points(taxonomy, ["苹果"]).any()


def test_sentence_vectors_are_asked_only_where_the_ledger_teaches_little(monkeypatch):
    asked = []

    def points(taxonomy, texts):
        asked.extend(texts)
        return np.zeros((len(texts), len(taxonomy.classes)))

    monkeypatch.setattr("minelib.classes.classifier.sentence_points", points)
    letters, odd = list(LETTERS.values()), "咋整\n大伙儿没辙"
    GrievanceClassifier().fit(letters).predict([odd])
    assert asked == [odd]
    many = [f"{letter}第{n}次反映" for n in range(60) for letter in letters]
    GrievanceClassifier().fit(many).predict([odd])
    assert asked == [odd]


def test_copies_get_the_same_class_wherever_they_stand():
    texts = [LETTERS["C23"], LETTERS["C09"], LETTERS["C23"]] * 20
    codes = GrievanceClassifier().fit(texts).predict(texts)
    assert codes.tolist() == ["C23", "C09", "C23"] * 20


def test_a_long_body_does_not_outvote_the_title():
    body = "我们小区旁边有学校、医院和公交站，马路对面是幼儿园，派出所也不远。" * 200
    text = f"恳请解决拖欠农民工工资问题\n{body}"
    assert GrievanceClassifier().fit([text]).predict([text]).tolist() == ["C23"]


def test_shipped_vectors_belong_to_the_shipped_examples():
    with np.load(files("minelib.knowledge") / "class_vectors.npz") as shipped:
        assert str(shipped["examples"]) == examples_digest(load_taxonomy())


def test_two_steps_and_any_block_give_what_one_gives():
    letters = pd.DataFrame({"record_id": list(LETTERS), "title": "", "text": list(LETTERS.values())})
    model = pickle.loads(pickle.dumps(fit_classifier(letters, labels={"C05": "C36"})))  # noqa: S301
    blocks = [classify_block(model, b, labels={"C05": "C36"}) for b in (letters.head(3), letters.iloc[3:])]
    pd.testing.assert_frame_equal(
        pd.concat(blocks, ignore_index=True), classify(letters, labels={"C05": "C36"})
    )


def test_offsets_move_a_class_that_labels_find_too_seldom():
    torn = np.tile([[6.0, 5.0, 0.0]], (60, 1))
    index, offset = best_setting([torn, torn * 0], np.ones(60, dtype=int))
    assert index == 0
    assert (torn[0] + offset).argmax() == 1


def test_labels_that_say_nothing_new_change_nothing():
    sure = np.eye(3)[np.arange(60) % 3] * 20
    index, offset = best_setting([sure, sure[::-1]], np.arange(60) % 3)
    assert index == 0 and (sure + offset).argmax(axis=1).tolist() == (np.arange(60) % 3).tolist()


def test_many_labels_teach_a_thin_taxonomy():
    classes = [{"name": "甲", "words": "苹果"}, {"name": "乙", "words": "香蕉"}, {"name": "其他"}]
    texts = [f"{w}很{t}{n}\n" for n in "一二三四五六七八九十" for w, t in (("苹果", "甜"), ("葡萄", "酸"))]
    labels = ["甲", "乙"] * 10
    model = GrievanceClassifier(make_taxonomy({"class": classes})).fit(texts * 2, labels * 2)
    assert model.predict(["葡萄真酸\n", "苹果真甜\n"]).tolist() == ["乙", "甲"]


SEVEN = [
    {"name": "城乡建设", "words": "拆迁 征收 安置 交房 开发商 物业 违建 村务 供水 供电"},
    {"name": "环境保护", "words": "噪音 油烟 污水 垃圾 变电站"},
    {"name": "交通运输", "words": "公交 地铁 出租车 公路 红绿灯"},
    {"name": "教育文体", "words": "学校 学生 入学 补课 幼儿园 旅游"},
    {"name": "劳动和社会保障", "words": "工资 欠薪 社保 退休 低保"},
    {"name": "商贸卫生", "words": "消费 退款 贷款 食品 医院"},
    {"name": "政法", "words": "派出所 法院 户口 干部 消防"},
]


def test_a_few_words_a_class_borrow_what_the_packaged_classes_know():
    texts = [
        "包工头跑了\n干了半年活，一分钱没拿到，班组十二个人。",
        "烟道直排呛得开不了窗\n楼下烧烤摊炭火熏人。",
        "老赖转移房产\n胜诉三年了，执行局终本，对方照样开豪车。",
        "早教中心关门跑路\n剩下四十节课不退钱。",
    ]
    told = GrievanceClassifier(make_taxonomy({"class": [*SEVEN, {"name": "其他"}]})).fit(texts).predict(texts)
    assert told.tolist() == ["劳动和社会保障", "环境保护", "政法", "教育文体"]


def test_borrowing_can_be_switched_off_and_stops_outside_the_field():
    fruit = [{"name": "甲", "words": "苹果"}, {"name": "乙", "words": "香蕉"}, {"name": "其他"}]
    assert not len(with_kin(make_taxonomy({"class": fruit})).borrowed)
    assert not len(with_kin(make_taxonomy({"class": SEVEN, "borrow": False})).borrowed)
    assert len(with_kin(make_taxonomy({"class": SEVEN})).borrowed) > 20


def test_reading_in_parts_or_by_blocks_gives_the_same_table(monkeypatch):
    letters = pd.DataFrame({"record_id": list(LETTERS), "title": "", "text": list(LETTERS.values())})
    at_once = classify(letters)
    pd.testing.assert_frame_equal(classify(letters, workers=5), at_once)
    for module in ("classifier", "table"):
        monkeypatch.setattr(f"minelib.classes.{module}.MAX_TRAINING", len(letters) - 1)
    sampled = classify(letters)
    monkeypatch.setattr("minelib.classes.table.CHUNK", 4)
    pd.testing.assert_frame_equal(classify(letters), sampled)

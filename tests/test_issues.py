"""Issues: the same wrong at different places, known or not; noise stays noise, little stays little."""

import random

import numpy as np
import pandas as pd
import pytest

from minelib.errors import InputError
from minelib.issues import find_issues, make_wrongs, wording
from minelib.issues import read as reading
from minelib.issues import table as tabling
from minelib.issues.firm import stability
from minelib.issues.gather import Rows
from minelib.issues.group import Grouping, class_share
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.schema import ISSUE
from minelib.segment import Segmenter

NAMES = [a + b for a in "云望锦翠金碧清远" for b in "岭湖溪桥沙岸"]
# Two wrongs no list knows, told in ever new ways, and things that have nothing in common.
CABLEWAY = [
    "索道停运",
    "缆车故障",
    "游客滞留",
    "半山腰",
    "退票不退",
    "景区推脱",
    "检修公告",
    "吊厢悬停",
    "救援迟缓",
    "安全绳",
]
LIBRARY = [
    "图书逾期",
    "借书证注销",
    "罚金翻倍",
    "还书机器",
    "读者登记",
    "馆员拒收",
    "借阅记录",
    "押金清零",
    "预约书目",
    "闭馆通知",
]
ODD = [
    "蜜蜂",
    "钟表",
    "邮票",
    "陶罐",
    "风筝",
    "算盘",
    "竹编",
    "皮影",
    "剪纸",
    "年画",
    "琥珀",
    "罗盘",
    "砚台",
    "绣球",
    "纸伞",
    "铜锣",
    "木屐",
    "瓷瓶",
    "香囊",
    "折扇",
]


def ledger(rows):
    table = pd.DataFrame(rows, columns=["record_id", "named_place", "title", "text"])
    return table.assign(petitioner_id="", received_at=pd.Timestamp("2025-03-01"))


def told(words, n, seed, prefix):
    """Tell one wrong `n` times: its first word nearly always, four of the others in any order."""
    rng = random.Random(seed)
    rows = []
    for i in range(n):
        said = words[: rng.random() < 0.9] + rng.sample(words[1:], 4)
        rows.append((f"{prefix}{i:03d}", NAMES[i % len(NAMES)], "，".join(said[:2]), "。".join(said) + "。"))
    return rows


def find(petitions, matter_id=None, class_code="C40", **options):
    tokens = Segmenter().segment(petitions["title"] + "\n" + petitions["text"])
    matter = petitions["record_id"] if matter_id is None else matter_id
    codes = [class_code] * len(petitions)
    return find_issues(petitions, matter_id=matter, class_code=codes, tokens=tokens, **options)


@pytest.fixture(scope="module")
def known():
    noise, wages = "一楼住户开麻将馆，打麻将的声音深夜扰民。", "包工头拖欠农民工工资，讨薪无果。"
    rows = [(f"k{i}", NAMES[i], f"{NAMES[i]}小区麻将馆通宵扰民", noise) for i in range(5)]
    rows += [(f"w{i}", NAMES[i], f"{NAMES[i]}项目拖欠农民工工资", wages) for i in range(4)]
    rows += [("z1", "云岭", "咨询日食几点开始", "请问日食几点开始。")]
    return ledger(rows)


@pytest.fixture(scope="module")
def unknown():
    odd = [(f"o{i:03d}", "", ODD[i % 20], f"{ODD[i % 20]}{ODD[(i * 7 + 3) % 20]}。") for i in range(20)]
    return ledger(told(CABLEWAY, 45, 1, "a") + told(LIBRARY, 45, 2, "b") + odd)


def test_known_wrongs_are_found_at_any_size_and_called_by_their_name(known):
    found = find(known)
    assert found.table["label"].tolist() == ["住宅楼内开设麻将馆、棋牌室扰民", "拖欠工资、工程款"]
    assert found.table["n_matters"].tolist() == [5, 4]
    assert found.table["n_places"].tolist() == [5, 4]
    assert found.table["known"].all()
    assert pd.isna(found.issue_id.iloc[-1])
    assert set(ISSUE) <= set(found.table)


def test_one_place_is_not_a_kind_of_wrong(known):
    at_one_place = known.assign(named_place="云岭")
    assert find(at_one_place).table.empty


def test_copies_of_one_matter_are_not_a_kind_of_wrong(known):
    copies = pd.concat([known.head(1)] * 30, ignore_index=True)
    copies["record_id"] = [f"c{i}" for i in range(30)]
    found = find(copies, matter_id=["m"] * 30)
    assert found.table.empty
    assert found.issue_id.isna().all()
    assert "不能说存在类案问题" in found.note


@pytest.mark.parametrize("n", [0, 1, 2])
def test_next_to_nothing_gives_no_issue_and_says_so(known, n):
    found = find(known.head(n))
    assert found.table.empty
    assert len(found.issue_id) == len(found.levels) == n
    assert "未作聚类" in found.note


def test_petitions_without_words_belong_nowhere():
    empty = ledger([(f"e{i}", "", "", "") for i in range(60)])
    assert find(empty).table.empty


def test_wrongs_no_list_knows_are_found_and_the_rest_stays_outside(unknown):
    found = find(unknown, wrongs=())
    group = found.issue_id.groupby(unknown["record_id"].str[0])
    share = group.agg(lambda ids: ids.value_counts(dropna=False).iloc[0] / len(ids))
    assert share["a"] > 0.85 and share["b"] > 0.85
    assert group.get_group("a").mode()[0] != group.get_group("b").mode()[0]
    assert group.get_group("o").isna().mean() > 0.5
    assert not found.table["known"].any()


def test_what_is_found_is_labelled_in_the_petitions_own_words(unknown):
    table = find(unknown, wrongs=()).table
    said = {w for words in (CABLEWAY, LIBRARY) for w in words}
    for label in table["label"].head(2):
        assert any(w in label for w in said), label


def test_row_order_changes_nothing(unknown):
    mixed = unknown.sample(frac=1, random_state=5)
    one, other = find(unknown), find(mixed)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_series_equal(one.issue_id, other.issue_id.sort_index())


def test_a_silent_petition_takes_what_its_matter_tells(known):
    silent = known.assign(record_id=known["record_id"] + "s", title="再次反映", text="盼回复。")
    loud = [known.assign(record_id=known["record_id"] + str(i)) for i in range(3)]
    both = pd.concat([*loud, silent], ignore_index=True)
    matter = both["record_id"].str[:2]
    found = find(both, matter_id=matter)
    told = found.issue_id.groupby(matter).nunique(dropna=False)
    assert told.drop("z1").eq(1).all()
    assert found.table.loc[0, ["n_petitions", "n_matters", "n_petitioners"]].tolist() == [20, 5, 20]


def test_a_matter_that_tells_two_wrongs_counts_in_both_and_its_main_one_is_the_one_most_tell(known):
    matter = ["m0", "m1", "m2", "m3", "m0", "m0", "m1", "m2", "m3", "z"]
    found = find(known, matter_id=matter)
    assert found.table["n_matters"].tolist() == [4, 4]
    main = found.of_matters(matter)
    assert main["m0"] == found.issue_id[0]
    assert "z" not in main


def test_coarser_levels_hold_finer_ones(unknown, known):
    both = pd.concat([unknown, known], ignore_index=True)
    levels = find(both).levels
    assert levels["fine"].nunique() >= levels["default"].nunique() >= levels["coarse"].nunique()
    inside = levels.dropna().groupby("default")["coarse"].nunique()
    assert inside.eq(1).all()


def test_levels_not_asked_for_change_nothing_else(unknown, known):
    both = pd.concat([unknown, known], ignore_index=True)
    whole, one = find(both), find(both, levels=[])
    assert list(one.levels) == ["default"]
    pd.testing.assert_frame_equal(one.table, whole.table)
    pd.testing.assert_series_equal(one.issue_id, whole.issue_id)


def test_the_granularity_asked_for_is_the_one_in_the_table(known):
    found = find(known, granularity="coarse", class_code="C09")
    assert found.table["label"].tolist() == [load_taxonomy().title("C09")]
    assert (found.issue_id.dropna() == found.levels["coarse"].dropna()).all()


def test_a_part_is_an_issue_of_its_own_only_when_fine(known):
    assert "拖欠农民工工资、工程款" in find(known, granularity="fine").table["label"].tolist()
    assert "拖欠农民工工资、工程款" not in find(known).table["label"].tolist()


def test_a_petition_of_another_class_must_say_a_wrong_more_clearly(known):
    wages = make_wrongs({"wrong": [{"name": "拖欠工资", "topic": "C23", "say": "拖欠~工资"}]})
    in_title_alone = known.assign(text="")

    def count(petitions, code):
        return find(petitions, class_code=code, wrongs=wages).table["known"].sum()

    issues_where_class_is = {c: count(in_title_alone, c) for c in ("C23", "C40", "欠薪类", "C09")}
    assert issues_where_class_is == {"C23": 1, "C40": 1, "欠薪类": 1, "C09": 0}
    assert count(known, "C09") == 1


def test_members_come_clearest_first(known):
    found = find(known)
    members = found.members(found.table.loc[0, "issue_id"])
    assert sorted(members) == [0, 1, 2, 3, 4]
    assert found.strength[members].is_monotonic_decreasing


def test_half_a_saying_is_enough_where_all_else_is_alike_and_not_where_it_is_not():
    rng = random.Random(4)
    talk = ["牌友喧哗", "洗牌声响", "彻夜不眠", "邻居劝阻", "烟雾缭绕"]
    wrongs = make_wrongs({"wrong": [{"name": "麻将馆扰民", "say": "麻将馆~扰民 打麻将~通宵"}]})
    rows = [(f"m{i:03d}", NAMES[i % 48], "麻将馆扰民", "。".join(rng.sample(talk, 3))) for i in range(150)]
    rows += [(f"x{i:03d}", NAMES[i % 48], *["，".join(rng.sample(ODD, 4))] * 2) for i in range(80)]
    half = "旁边就是麻将馆，扰民已久。打麻将常到通宵。" + "，" * 250
    rows += [("y1", "云岭", "牌友喧哗洗牌声响", half + "。".join(talk))]
    rows += [("y2", "云岭", "，".join(ODD[:3]), half + "，".join(ODD[3:9]))]
    found = find(ledger(rows), wrongs=wrongs)
    label = found.issue_id.map(found.table.set_index("issue_id")["label"])
    assert label.iloc[-2] == "麻将馆扰民"
    assert label.iloc[-1] != "麻将馆扰民"


def test_stability_tells_a_clear_group_from_a_chance_one(unknown):
    table = find(unknown, wrongs=()).table
    assert table["stability"].between(0, 1).all()
    assert table["stability"].head(2).min() > 0.7
    chance = np.random.default_rng(0).integers(0, 4, 200)

    def regroup(draws):
        return (np.random.default_rng(seed).integers(0, 4, len(rows)) for rows, seed in draws)

    assert stability(chance, np.arange(200), regroup, resamples=5, seed=0).max() < 0.4


def test_without_resamples_stability_is_not_claimed(known):
    assert find(known, resamples=0).table["stability"].isna().all()


def test_a_small_ledger_gathers_the_rest_by_class_and_says_so(known):
    rows = [(f"c{i}", NAMES[i], f"{NAMES[i]}家门前", f"{ODD[i]}{ODD[i + 6]}") for i in range(4)]
    found = find(ledger(rows), class_code="C08")
    assert found.table["label"].tolist() == [load_taxonomy().title("C08") + "（按类别归集）"]
    assert not found.table["known"].any()
    assert find(ledger(rows), class_code="C40").table.empty
    assert find(ledger(rows).assign(named_place="云岭"), class_code="C08").table.empty


def test_what_is_said_at_one_place_alone_stands_in_no_label_and_no_keyword():
    rows = told(CABLEWAY, 45, 1, "a") + told(LIBRARY, 45, 2, "b")
    named = [(i, "云岭", f"岚鹿牧业{t}", f"岚鹿牧业。{b}") for i, _, t, b in rows[:10]]
    table = find(ledger(named + rows[10:]), wrongs=()).table
    assert len(table) == 2
    assert not (table["label"] + table["keywords"]).str.contains("岚鹿|牧业").any()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"wrong": [{"name": "甲"}]}, "at least one phrase"),
        ({"wrong": [{"say": "甲"}]}, "needs a name"),
        ({"wrong": [{"name": "甲", "say": "乙", "sya": "丙"}]}, "unknown key 'sya'"),
        ({"wrong": [{"name": "甲", "say": "乙"}, {"name": "甲", "say": "丙"}]}, "more than once"),
        ({"wrong": {"name": "甲"}}, "list of"),
    ],
)
def test_a_faulty_list_of_wrongs_is_refused_by_name(data, said):
    with pytest.raises(InputError, match=said):
        make_wrongs(data)


def test_what_is_asked_wrongly_is_refused(known):
    with pytest.raises(InputError, match="granularity"):
        find(known, granularity="medium")
    with pytest.raises(InputError, match="title"):
        find_issues(known.drop(columns="title"), matter_id=[], class_code=[], tokens=[])
    with pytest.raises(InputError, match="10 petitions"):
        find_issues(known, matter_id=known["record_id"], class_code=["C40"], tokens=[[]] * 10)


def test_a_turn_of_phrase_falls_into_all_classes_and_a_wrong_into_one_or_two():
    matter, group = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), np.repeat([0, 1], 5)
    code = np.array(["C05", "C05", "C05", "C05", "C06", "C01", "C02", "C03", "C09", "C40"], dtype=object)
    rows = Rows(matter, matter, None, None, code)
    assert class_share(Grouping(group, ("", ""), np.ones(10)), rows).tolist() == [1.0, 0.5]
    unknown = Rows(matter, matter, None, None, np.full(10, "自定", dtype=object))
    assert class_share(Grouping(group, ("", ""), np.ones(10)), unknown).tolist() == [1.0, 1.0]


def test_a_group_that_shares_mere_words_says_so_in_its_label(monkeypatch, unknown):
    assert not find(unknown, wrongs=(), resamples=0).table["label"].str.startswith("涉及").any()
    monkeypatch.setattr(tabling, "_ONE_THING", 1.0)
    table = find(unknown, wrongs=(), resamples=0).table
    assert table["label"].str.fullmatch("涉及.+的各类诉求").all()


@pytest.mark.parametrize("n", [1, 10, 60])
def test_small_ledgers_give_only_what_recurs_and_say_what_they_cannot(known, n):
    odd = [
        (f"o{i:03d}", NAMES[i % 48], ODD[i % 20], f"{ODD[i % 20]}{ODD[(i * 7 + 3) % 20]}。")
        for i in range(50)
    ]
    rows = pd.concat([known, ledger(odd)], ignore_index=True).head(n)
    found = find(rows)
    assert (found.table["n_matters"] >= 3).all()
    assert found.table["known"].all()
    assert found.note.startswith(f"{n} 件")
    assert ("未作聚类" in found.note) == (n < 40)


def test_two_issues_and_nothing_else_are_two_issues(known):
    found = find(known.head(9))
    assert len(found.table) == 2
    assert found.issue_id.notna().all()


def test_letters_of_twenty_thousand_characters_are_read_like_others(known):
    long = known.assign(text=known["text"] + "，" * 10_000 + known["text"] + "因" * 10_000)
    assert find(long).table["label"].tolist() == find(known).table["label"].tolist()


def test_how_petitions_are_parted_into_blocks_changes_nothing(monkeypatch, unknown, known):
    both = pd.concat([unknown, known], ignore_index=True)
    whole = find(both, resamples=2)
    for module in (reading, wording):
        monkeypatch.setattr(module, "ROWS_A_BLOCK", 7)
    parted = find(both, resamples=2)
    pd.testing.assert_frame_equal(whole.table, parted.table)
    pd.testing.assert_series_equal(whole.issue_id, parted.issue_id)


def test_petitions_in_traditional_script_tell_the_same_wrongs_once_cleaned(known):
    opencc = pytest.importorskip("opencc")
    write = opencc.OpenCC("s2t").convert
    from minelib.clean import clean_petitions
    from minelib.schema import RAW_PETITION, frame

    columns = {c: known[c] for c in ("record_id", "title", "text")} | {"row": range(len(known))}
    plain, _ = clean_petitions(frame(columns, RAW_PETITION))
    columns |= {c: known[c].map(write) for c in ("title", "text")}
    cleaned, _ = clean_petitions(frame(columns, RAW_PETITION))
    assert (columns["title"] != known["title"]).any()
    names = {"named_place": known["named_place"].to_numpy()}
    assert (
        find(cleaned.assign(**names)).table["label"].tolist()
        == find(plain.assign(**names)).table["label"].tolist()
    )


def test_how_many_rows_are_added_up_at_a_time_changes_nothing(monkeypatch):
    from minelib.issues.discover import sums
    from minelib.issues.group import closeness

    vectors = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    group = np.array([0, 1, -1, 0, 2, 1, 1, 2, -1])
    total, near = sums(vectors, group), closeness(vectors, group)
    monkeypatch.setattr("minelib.issues.discover._ROWS_ADDED", 2)
    monkeypatch.setattr("minelib.issues.group._ROWS_COMPARED", 2)
    assert np.allclose(sums(vectors, group), total, rtol=1e-12)
    assert np.allclose(closeness(vectors, group), near, rtol=1e-12)


def test_how_many_places_are_read_at_a_time_changes_nothing(known, monkeypatch):
    table = find(known).table
    monkeypatch.setattr("minelib.issues.table._PLACES_READ", 2)
    pd.testing.assert_frame_equal(find(known).table, table)

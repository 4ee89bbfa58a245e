"""Petitions of one concrete thing are linked, those of another stay apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minelib.matters import REASONS, link_matters, read_letters
from minelib.matters.average import average_groups
from minelib.matters.names import TaughtNames
from minelib.schema import LINK

RUBBISH = [
    ("a1", "P1", "A3区云栖苑小区垃圾站臭气熏天", "北门垃圾站臭气熏天，蚊虫成群，请求搬走。", "2024-05-01"),
    ("a2", "P2", "云栖苑垃圾站臭气扰民何时搬走", "垃圾站紧挨住宅，臭气熏天，孩子不敢开窗。", "2024-05-09"),
    ("a3", "P3", "请搬走A3区云栖苑的垃圾站", "臭气熏天的垃圾站离我家只有十米，蚊虫成群。", "2024-06-02"),
]
KINDERGARTEN = [
    ("b1", "P4", "A3区云栖苑配套幼儿园拒绝办普惠园", "配套幼儿园收费三千元，应办成普惠性。", "2024-05-03"),
    ("b2", "P5", "云栖苑小区配套幼儿园收费太高", "配套幼儿园收费三千元，普惠性政策没有落实。", "2024-05-20"),
]
WAGES = [
    ("c1", "P6", "K3县金蝉商贸公司拖欠工资", "公司拖欠三十名工人半年工资，老板失联。", "2024-05-04"),
    ("c2", "P6", "再次反映K3县金蝉商贸公司拖欠工人工资", "拖欠的工资至今没有发，老板失联。", "2024-06-11"),
]
# Others of the same kinds elsewhere, so that the words alone tell nothing.
OTHERS = [
    (f"x{i:02}", f"Q{i}", f"{area}{name}{what}", f"{name}{text}", f"2024-0{1 + i % 6}-1{i % 9}")
    for i, (area, name, what, text) in enumerate(
        [
            ("A1区", "碧波名邸小区", "垃圾站臭气扰民", "门口垃圾站臭气大，请处理。"),
            ("A2区", "丹枫雅苑小区", "楼顶漏水", "顶楼漏水三年，物业不修。"),
            ("B4县", "银鹭建材公司", "拖欠工资", "拖欠木工班组工资。"),
            ("A4区", "松风公馆", "配套幼儿园何时开园", "幼儿园建好两年没有开园。"),
            ("C5县", "柳树村", "自来水浑浊", "自来水发黄，不能饮用。"),
            ("A6区", "朝霞路", "路灯不亮", "路灯坏了一个月，夜里危险。"),
            ("D2县", "河口镇卫生院", "看病排队太久", "只有一个窗口收费。"),
            ("A1区", "锦鲤健身", "关门不退卡", "办卡一周后关门，会员费不退。"),
        ]
    )
]


def ledger(*groups) -> pd.DataFrame:
    rows = [row for group in groups for row in group]
    table = pd.DataFrame(rows, columns=["record_id", "petitioner_id", "title", "text", "received_at"])
    return table.assign(received_at=pd.to_datetime(table["received_at"]))


def parts(matters) -> set[frozenset[str]]:
    groups = matters.matter_id.groupby(matters.matter_id).groups.values()
    return {frozenset(ids) for ids in groups if len(ids) > 1}


def test_the_same_thing_is_one_matter_and_another_thing_there_is_not():
    found = parts(link_matters(ledger(RUBBISH, KINDERGARTEN, WAGES, OTHERS)))
    assert frozenset(row[0] for row in RUBBISH) in found
    assert frozenset(row[0] for row in KINDERGARTEN) in found
    assert frozenset(row[0] for row in WAGES) in found
    assert len(found) == 3


def test_row_order_changes_nothing():
    table = ledger(RUBBISH, KINDERGARTEN, WAGES, OTHERS)
    shuffled = table.sample(frac=1, random_state=3)
    first, second = link_matters(table), link_matters(shuffled)
    pd.testing.assert_series_equal(first.matter_id, second.matter_id)
    pd.testing.assert_frame_equal(first.links, second.links)


def test_tokens_and_letters_given_follow_their_rows():
    from minelib.segment import Segmenter

    table = ledger(RUBBISH, KINDERGARTEN, WAGES, OTHERS).sample(frac=1, random_state=5)
    texts = (table["title"] + "\n" + table["text"]).tolist()
    given = link_matters(table, tokens=Segmenter().segment(texts), letters=read_letters(table))
    pd.testing.assert_series_equal(given.matter_id, link_matters(table).matter_id)


def test_how_letters_are_parted_for_reading_changes_nothing():
    from minelib.matters import Letters

    table = ledger(RUBBISH, KINDERGARTEN, WAGES, OTHERS)
    table = table.assign(
        place=["A3区云栖苑小区", ""] * 7 + ["金桂路"], respondent=["", "金蝉商贸公司〈电话9XBD〉"] * 7 + [""]
    )
    whole = read_letters(table)
    parted = Letters.joined(
        read_letters(table.iloc[i : i + 4].reset_index(drop=True)) for i in range(0, 15, 4)
    )
    for name in ("mentions", "masks", "places", "respondents"):
        assert list(getattr(parted, name)) == list(getattr(whole, name))
    assert (parted.letter == whole.letter).all() and (parted.title == whole.title).all()
    pd.testing.assert_frame_equal(link_matters(table, letters=parted).links, link_matters(table).links)


def test_names_in_text_count_less_than_in_the_title_or_the_ledgers_columns():
    from minelib.matters.evidence import NAMED_IN_TEXT, _named
    from minelib.matters.names import TaughtNames, look_up
    from minelib.scale import map_here

    rows = [("云栖苑小区漏水", "金桂路积水"), ("金桂路积水", "云栖苑积水"), ("漏水", "联系〈姓名3QK7〉")]
    table = pd.DataFrame(rows, columns=["title", "text"]).assign(respondent=["", "", "金蝉商贸公司"])
    letters = read_letters(table)
    taught = look_up(TaughtNames.of(letters.mentions), table, np.arange(3), map_here)
    assert [[m.name for m in found] for found in taught] == [["云栖苑"], ["云栖苑"], []]
    weight = (
        _named(letters, taught).toarray().astype(float).round(1).tolist()
    )  # 〈姓名3QK7〉, 云栖苑, 金桂路, 金蝉商贸
    less = NAMED_IN_TEXT
    assert weight == [[0, 1, less, 0], [0, less, 1, 0], [less, 0, 0, 1]]


def test_runs_of_a_title_are_sorted_and_do_not_reach_into_the_next():
    from minelib.matters.evidence import _grams

    assert list(_grams(["云栖网A3区", "", "栖云网络", "网"])) == [["云栖网"], [], ["云栖网", "云络网"], []]


def test_links_hold_each_matter_together_and_give_a_reason():
    found = link_matters(ledger(RUBBISH, KINDERGARTEN, WAGES, OTHERS))
    assert list(found.links.columns) == list(LINK)
    assert set(found.links["reason"]) <= set(REASONS)
    assert (found.links["record_id"] > found.links["linked_to"]).all()
    assert found.links["strength"].between(0, 1).all()
    assert len(found.links) == len(found.matter_id) - found.matter_id.nunique()
    left, right = (found.matter_id[found.links[side]].tolist() for side in ("record_id", "linked_to"))
    assert left == right


def test_a_copy_is_linked_whoever_sent_it_and_says_so():
    copy = ("a9", "P9", "A3区云栖苑小区垃圾站臭气熏天！", RUBBISH[0][3].replace("，", ","), "2024-09-01")
    found = link_matters(ledger(RUBBISH[:1], [copy], OTHERS))
    assert found.matter_id["a9"] == found.matter_id["a1"]
    assert found.links["reason"].tolist() == ["copy"]


def test_a_line_added_to_a_letter_makes_a_near_copy():
    longer = ("c9", "P9", WAGES[0][2], WAGES[0][3] + "请领导过问。", "2024-05-05")
    found = link_matters(ledger(WAGES[:1], [longer], OTHERS))
    assert found.links["reason"].tolist() == ["near copy"]


def test_the_same_person_again_is_named_as_the_reason():
    links = link_matters(ledger(WAGES, OTHERS)).links
    assert links["reason"].tolist() == ["same petitioner"]


def test_one_wrong_in_two_districts_is_two_matters():
    here = [("d1", "P8", "K3县实验小学违规补课收费", "周末组织补课，每人收费八百元。", "2024-05-04")]
    there = [("d2", "P9", "K4县实验小学假期补课", "假期补课还要收费，家长敢怒不敢言。", "2024-05-30")]
    found = link_matters(ledger(here, there, OTHERS))
    assert found.matter_id["d1"] != found.matter_id["d2"]
    nearby = [(*there[0][:2], "K3县实验小学假期补课", *there[0][3:])]
    found = link_matters(ledger(here, nearby, OTHERS))
    assert found.matter_id["d1"] == found.matter_id["d2"]


def test_what_the_ledger_says_of_place_and_respondent_counts():
    others = [row for row in OTHERS if "工资" not in row[2]]
    letters = ledger(WAGES[:1], [("c9", "P9", *WAGES[0][2:])], others)
    letters = letters.assign(title=letters["title"].str.replace("K3县金蝉商贸公司", "公司"))
    places = ["河口镇银鹭家园项目", "河口镇银鹭家园项目工地", *[""] * len(others)]
    firms = ["丹枫劳务有限公司", "丹枫劳务公司", *[""] * len(others)]
    one = link_matters(letters.assign(place=places, respondent=firms)).matter_id
    assert one["c1"] == one["c9"]
    places[1], firms[1] = "松风镇碧波名邸项目", "朝霞建筑有限公司"
    two = link_matters(letters.assign(place=places, respondent=firms)).matter_id
    assert two["c1"] != two["c9"]


def test_one_form_letter_about_eight_compounds_is_eight_matters():
    places = ["云栖苑", "碧波名邸", "丹枫雅苑", "松风公馆", "银鹭家园", "朝霞新村", "锦鲤华庭", "柳浪花园"]
    wrongs = [
        ("物业擅自涨价", "我是{}小区业主，物业公司没有召开业主大会就擅自上涨物业费。"),
        ("工地拖欠农民工工资", "我们在{}项目工地做木工，包工头拖欠农民工工资三个月，多次讨薪无果。"),
    ]
    rows = [
        (f"f{i}{j}", f"P{i}{j}", place + title, text.format(place), f"2025-0{1 + i}-1{j}")
        for i, place in enumerate(places)
        for j, (title, text) in enumerate(wrongs)
    ]
    assert link_matters(ledger(rows)).matter_id.nunique() == 16


def test_letters_of_one_title_that_name_their_place_below_it_stay_apart():
    text = "{}旁边的工地每天施工到凌晨，噪音很大，老人孩子无法休息，多次拨打电话没有解决，请有关部门处理。{}"
    names = ["云栖苑小区", "听澜花园", "碧波家园", "翠竹苑", "星河湾小区", "枫林苑", "御景花园", "和顺家园"]
    said = ["", "盼复。", "希望尽快。"]
    rows = [
        (f"{i}-{k}", f"P{i}{k}", "夜间施工噪音扰民", text.format(name, more), f"2024-03-1{k}")
        for i, name in enumerate(names)
        for k, more in enumerate(said)
    ]
    found = link_matters(ledger(rows))
    groups = {
        frozenset(r.split("-")[0] for r in g)
        for g in found.matter_id.groupby(found.matter_id).groups.values()
    }
    assert groups == {frozenset(str(i)) for i in range(len(names))}


def test_letters_that_hold_one_masked_name_are_linked_more_easily_than_those_that_hold_two():
    def strength(mask):
        titles = ["投诉〈姓名3QK7〉英语不退学费", f"{mask}英语校区关门"]
        rows = [(f"e{i}", f"P{i}", title, "交的学费没有退。", "2024-05-04") for i, title in enumerate(titles)]
        links = link_matters(ledger(rows, OTHERS)).links
        return links.loc[links["record_id"] == "e1", "strength"].sum()

    assert strength("〈姓名3QK7〉") > strength("〈姓名8ABC〉")


def test_a_class_in_common_or_none_moves_the_link():
    table = ledger(RUBBISH, OTHERS)
    same = ["C01"] * len(table)
    other = ["C01", "C02", "C02", *same[3:]]
    second = pd.DataFrame({"class_code": other, "second_class": ["C02", *[""] * (len(table) - 1)]})
    strength = [link_matters(table, classes=c).links["strength"].sum() for c in (same, other, second)]
    assert strength[1] < strength[0] == strength[2]


def test_matter_ids_come_from_the_smallest_record_id():
    alone = link_matters(ledger(RUBBISH[:1], OTHERS)).matter_id["a1"]
    assert link_matters(ledger(RUBBISH, OTHERS)).matter_id["a3"] == alone
    assert alone.startswith("M")


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_few_petitions(n):
    found = link_matters(ledger(RUBBISH[:n]))
    assert found.matter_id.index.tolist() == [row[0] for row in RUBBISH[:n]]
    assert list(found.links.columns) == list(LINK)


def test_all_copies_are_one_matter():
    rows = [(f"r{i:02}", f"P{i}", *RUBBISH[0][2:]) for i in range(30)]
    found = link_matters(ledger(rows))
    assert found.matter_id.nunique() == 1 and len(found.links) == 29


def test_letters_without_a_word_stay_alone():
    rows = [(f"r{i}", "", "", "", "2024-01-01") for i in range(5)]
    assert link_matters(ledger(rows)).matter_id.nunique() == 5


def test_a_very_long_letter_is_linked_like_any_other():
    long = ("z1", "P1", RUBBISH[0][2], "垃圾站臭气熏天，蚊虫成群。" * 1600, "2024-05-02")
    assert link_matters(ledger(RUBBISH, [long], OTHERS)).matter_id.notna().all()


def test_columns_the_ledger_lacks_are_not_needed():
    table = ledger(RUBBISH, OTHERS)[["record_id", "title", "text"]]
    assert link_matters(table).matter_id["a1"] == link_matters(table).matter_id["a2"]


def test_a_name_in_very_many_letters_pairs_nobody(monkeypatch):
    from minelib.matters import pairs

    run, seen = pairs._strongest, []
    monkeypatch.setattr(pairs, "_strongest", lambda block, *rest: seen.append(block.nnz) or run(block, *rest))
    signs = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄"
    titles = [f"地铁九号线{signs[i % 26]}{signs[i // 26]}口{signs[-1 - i % 26]}灯" for i in range(400)]
    link_matters(ledger([(f"h{i:03}", f"P{i}", title, "", "2024-01-01") for i, title in enumerate(titles)]))
    assert sum(seen) < 400 * 400 / 2


def test_average_linkage_does_not_chain():
    left, right = np.array([0, 1, 2, 0, 1]), np.array([1, 2, 3, 2, 3])
    chance = np.array([0.9, 0.5, 0.9, 0.1, 0.1])
    groups = average_groups(left, right, chance, 5, first=0.7, least=0.4, most_pairs=40)
    assert groups.tolist() == [0, 0, 2, 2, 4]


def test_two_alone_need_more_than_a_third_that_joins_them():
    pair = np.array([0]), np.array([1]), np.array([0.6])
    assert average_groups(*pair, 2, first=0.7, least=0.4, most_pairs=40).tolist() == [0, 1]
    three = np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([0.8, 0.5, 0.5])
    assert average_groups(*three, 3, first=0.7, least=0.4, most_pairs=40).tolist() == [0, 0, 0]


def test_a_group_larger_than_the_pairs_weighed_still_grows():
    n, near = 60, 6
    left = np.repeat(np.arange(n), near)
    right = (left + np.tile(np.arange(1, near + 1), n)) % n
    low, high = np.minimum(left, right), np.maximum(left, right)
    groups = average_groups(low, high, np.full(len(low), 0.95), n, first=0.7, least=0.45, most_pairs=near)
    assert len(set(groups.tolist())) <= 2


def _joined_by_hand(n: int, chance: dict, first: float, least: float, most: int) -> list[int]:
    """Join the likeliest two groups, of equals the first, until none is likely enough."""
    members = {i: [i] for i in range(n)}

    def mean(i: int, j: int) -> float:
        small, large = sorted((len(members[i]), len(members[j])))
        pairs = [chance.get((min(a, b), max(a, b)), 0.0) for a in members[i] for b in members[j]]
        return sum(pairs) / (small * min(large, most))

    while True:
        pairs = [(-mean(i, j), i, j) for i in members for j in members if i < j]
        enough = lambda i, j: first if len(members[i]) == len(members[j]) == 1 else least  # noqa: E731
        likely = [(p, i, j) for p, i, j in pairs if -p >= enough(i, j) and p]
        if not likely:
            return [min(k for k in members if i in members[k]) for i in range(n)]
        _, i, j = min(likely)
        members[i] += members.pop(j)


@given(
    st.integers(2, 8).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.dictionaries(
                st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda p: p[0] < p[1]),
                st.integers(1, 16).map(lambda sixteenth: sixteenth / 16),  # sums are exact, and ties many
            ),
        )
    ),
    st.integers(1, 4),
)
def test_groups_are_those_of_joining_the_likeliest_two_again_and_again(case, most):
    n, chance = case
    left, right = np.array(sorted(chance), dtype=int).reshape(-1, 2).T
    weights = np.array([chance[pair] for pair in sorted(chance)])
    options = {"first": 0.75, "least": 0.375}
    found = average_groups(left, right, weights, n, **options, most_pairs=most)
    assert found.tolist() == _joined_by_hand(n, chance, **options, most=most)


def test_a_year_is_no_taught_name():
    assert not TaughtNames(["2018年"]).find("2018年度补贴何时发放")


def test_taught_names_are_found_inside_longer_ones():
    taught = TaughtNames(["滨河苑", "锦鲤", "金蝉商贸"])
    assert taught.find("伊豪滨河苑和锦鲤健身") == {"滨河苑"}

"""The law file keeps its own rules, the day picks the version, and routes keep clear of the known traps."""

from datetime import date

import pandas as pd
import pytest

from minelib.errors import InputError
from minelib.knowledge import packaged_toml
from minelib.laws import OPEN, cite, cite_all, field_table, law_table, laws_for, load_laws, routes_for

# The twenty groups of grievances a procuratorate can supervise, by class code.
NUMBERS = (1, 2, 3, 4, 5, 8, 9, 10, 11, 18, 20, 22, 23, 24, 25, 27, 28, 29, 30, 33, 34, 37)
SUPERVISABLE = [f"C{n:02d}" for n in NUMBERS]

STATUTE = """
[[statute]]
name = "{name}"
version = "{version}"
effective_from = {start}
effective_to = {end}
source = "试"
verified_on = ""
articles = [{{ no = "1", says = "试", classes = ["{code}"], topics = [] }}]
"""


def written(tmp_path, *statutes):
    path = tmp_path / "laws.toml"
    default = {"name": "甲法", "version": "一", "start": "2020-01-01", "end": '""', "code": "C01"}
    path.write_text("\n".join(STATUTE.format(**{**default, **s}) for s in statutes), encoding="utf-8")
    return path


def test_packaged_rows_are_dated_checked_and_known():
    laws = pd.DataFrame(load_laws())
    assert (laws["effective_from"] <= laws["effective_to"]).all()
    assert laws["says"].str.len().between(3, 40).all()
    assert laws["source"].ne("").all()
    versions = laws.drop_duplicates(["statute", "version"]).sort_values(["statute", "effective_from"])
    following = versions.groupby("statute")["effective_from"].shift(-1)
    ended = versions["effective_to"][following.notna()]
    assert (ended < following[following.notna()]).all()


@pytest.mark.parametrize("code", SUPERVISABLE)
def test_every_supervisable_class_has_law_routes_and_points_to_verify(code):
    on = date(2026, 9, 1)
    routes = routes_for(code, on)
    assert len(laws_for(code, on)) and routes.person and routes.class_level and routes.supervised
    assert len(routes.verify) >= 3


def test_every_class_of_the_guide_has_routes():
    assert sorted(packaged_toml("routes")["class"]) == [f"C{i:02d}" for i in range(1, 41)]


def statutes(code, *day):
    return {law.statute for law in laws_for(code, date(*day))}


def test_the_environment_code_replaces_the_single_acts_on_its_day():
    both = {"噪声污染防治法", "生态环境法典"}
    assert statutes("C09", 2026, 8, 14) & both == {"噪声污染防治法"}
    assert statutes("C09", 2026, 8, 15) & both == {"生态环境法典"}


def test_facts_on_both_sides_of_a_change_get_both_versions():
    both = laws_for("C09", date(2025, 12, 1), until=date(2026, 1, 31))
    noise = {(law.version, law.article) for law in both if law.statute == "治安管理处罚法"}
    assert {("2012年修正", "58"), ("2025年修订", "88")} <= noise


@pytest.mark.parametrize(
    ("code", "text", "article"),
    [
        ("C09", "工地夜间施工噪音", "572"),
        ("C09", "广场舞音响扰民", "593"),
        ("C10", "餐饮油烟扰民", "250"),
        ("C11", "养殖场粪污直排", "309"),
    ],
)
def test_the_environment_code_is_cited_by_its_article(code, text, article):
    cited = [law for law in laws_for(code, date(2026, 9, 1), text=text) if law.statute == "生态环境法典"]
    assert article in [law.article for law in cited] and all(law.verified_on for law in cited)


def test_an_article_may_have_been_read_elsewhere_than_its_statute(tmp_path):
    path = written(tmp_path, {})
    text = path.read_text(encoding="utf-8").replace("topics = [] }", 'topics = [], source = "另处" }')
    path.write_text(text, encoding="utf-8")
    assert load_laws(path)[0].source == "另处"


def test_the_civil_code_does_not_reach_back():
    assert "民法典" not in statutes("C05", 2019, 6, 1) and "物权法" in statutes("C05", 2019, 6, 1)


def test_no_row_or_field_rests_on_the_draft_public_interest_litigation_law():
    assert not any("检察公益诉讼法" in law.statute for law in load_laws())
    assert not field_table()["basis"].str.contains("检察公益诉讼法").any()


@pytest.mark.parametrize(
    ("code", "text"),
    [("C23", "拖欠农民工工资"), ("C29", "预付卡闭店"), ("C25", "子女不赡养老人"), ("C01", "拆迁补偿款未付")],
)
def test_traps_get_no_public_interest_field(code, text):
    routes = routes_for(code, date(2026, 6, 1), text=text)
    assert not routes.has_field and routes.field == "无法定公益诉讼领域，可考虑检察建议"
    assert not any("行政公益诉讼" in r for r in routes.class_level)
    assert routes.note


def test_demolition_is_administrative_supervision_unless_state_money_was_taken():
    assert "行政检察类案监督" in routes_for("C01", date(2026, 6, 1)).class_level
    assert "国有财产保护" in routes_for("C01", date(2026, 6, 1), text="虚报面积套取补偿款").field


def test_a_field_holds_only_from_its_day():
    before, after = (routes_for("C37", date(2021, 8, d)).has_field for d in (30, 31))
    assert not before and not after
    assert routes_for("C37", date(2021, 9, 1)).has_field


def test_an_unverified_row_says_so_wherever_it_is_cited():
    loose = [law for law in load_laws() if law.verified_on is None]
    checked = [law for law in load_laws() if law.verified_on is not None]
    assert loose and all("未核" in cite(law) for law in loose)
    assert checked and not any("未核" in cite(law) for law in checked)
    assert cite_all(loose).count("未核") == len({(law.statute, law.version) for law in loose})
    assert law_table(loose)["核对"].eq("未核").all()


def test_topics_choose_between_city_houses_and_village_land():
    land = laws_for("C01", date(2025, 6, 1), text="村里征地补偿款被截留")
    house = laws_for("C01", date(2025, 6, 1), text="棚户区改造评估价偏低")
    assert land[0].statute == "土地管理法"
    assert house[0].statute == "国有土地上房屋征收与补偿条例"


@pytest.mark.parametrize(
    ("statutes", "message"),
    [
        ([{"end": "2019-01-01"}], "before effective_from"),
        ([{"end": "2021-01-01"}, {"version": "二", "start": "2021-01-01"}], "end the older one"),
        ([{}, {"version": "二", "start": "2023-01-01"}], "end the older one"),
        ([{"code": "C77"}], "unknown class C77"),
        ([{"start": '""'}], "must be dates"),
    ],
)
def test_wrong_rows_are_refused_by_name(tmp_path, statutes, message):
    with pytest.raises(InputError, match=message) as caught:
        load_laws(written(tmp_path, *statutes))
    assert "甲法" in str(caught.value)


def test_a_missing_date_is_refused(tmp_path):
    path = written(tmp_path, {})
    text = path.read_text(encoding="utf-8").replace("effective_from = 2020-01-01\n", "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="missing effective_from"):
        load_laws(path)


def test_a_good_file_is_read(tmp_path):
    laws = load_laws(written(tmp_path, {"end": "2020-12-31"}, {"version": "二", "start": "2021-01-01"}))
    assert [law.effective_to for law in laws] == [date(2020, 12, 31), OPEN]
    assert [law.version for law in laws_for("C01", date(2021, 1, 1), laws=laws)] == ["二"]


def test_an_unknown_class_has_no_routes():
    with pytest.raises(InputError, match="C99"):
        routes_for("C99", date(2026, 1, 1))


def test_articles_of_a_version_are_cited_once_and_in_order():
    cited = cite_all(laws_for("C23", date(2025, 6, 1), text="工地拖欠农民工工资"))
    assert cited.count("《保障农民工工资支付条例》") == 1
    numbers = cited.split("第724号）")[1].split("；")[0].split("、")
    assert numbers == sorted(numbers, key=lambda n: int(n[1:-1])) and len(numbers) >= 5

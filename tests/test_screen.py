"""Class topics come first; storms over one site and wishes do not; every score is the sum of its parts."""

import numpy as np
import pandas as pd
import pytest

from minelib.errors import InputError
from minelib.schema import CANDIDATE, ISSUE, MATTER, RUN_PETITION, SIGNAL, frame
from minelib.screen import SIGNALS, Weights, law_sheet, screen_issues, weight_sensitivity
from minelib.tally import matter_table

WRONG = ("投诉{site}拒不退还费用", "{site}违规收取费用，多次交涉拒绝退款，主管部门推诿不处理。")
PLAIN = ("投诉{site}违规收费", "{site}违规收取费用，拒绝退款。")
WISH = ("建议在{site}附近增设地铁站", "希望早日规划建设地铁出入口，方便市民出行。")


def letters(issue, code, sites, per_site, words, *, per_matter=1, start="2025-01-05", group="", **more):
    """Letters of one issue: `per_site` matters at each site, `per_matter` letters each."""
    rows = []
    for s, site in enumerate(sites):
        for m in range(per_site):
            for k in range(per_matter):
                name = f"{issue}-{s:02d}-{m:02d}"
                day = pd.Timestamp(start) + pd.Timedelta(days=(37 * s + 11 * m + k) % 300)
                rows.append({
                    "record_id": f"{name}-{k:02d}", "source": "台账.csv", "title": words[0].format(site=site),
                    "text": words[1].format(site=site), "class_code": code, "matter_id": f"M{name}",
                    "issue_id": issue, "petitioner_id": f"P{name}-{k}", "received_at": day, "groups": group,
                    "named_place": "", "named_respondent": site, "township": f"第{s % 6}镇", **more,
                })  # fmt: skip
    return rows


def tables(*parts):
    rows = pd.DataFrame([row for part in parts for row in part])
    petitions = frame(rows, RUN_PETITION)
    named, length = rows[["named_place", "named_respondent", "township"]], petitions["text"].str.len()
    matters = matter_table(petitions.assign(length=length, **named))
    issues = matters.groupby("issue_id").agg(
        class_code=("class_code", "first"), n_petitions=("n_petitions", "sum"),
        n_matters=("matter_id", "size"), n_petitioners=("n_petitioners", "sum"),
        first_at=("first_at", "min"), last_at=("last_at", "max"), exemplars=("exemplar", "first"),
        n_places=("place", "nunique"), n_respondents=("respondent", "nunique"),
    )  # fmt: skip
    issues = issues.reset_index().assign(label="拒不退费", keywords="退费、收费", stability=0.8)
    return petitions, frame(matters, MATTER), frame(issues, ISSUE)


SHOPS = [f"第{i}培训学校" for i in range(14)]


@pytest.fixture(scope="module")
def city():
    return tables(
        letters("I1-topic", "C22", SHOPS, 1, WRONG, per_matter=2),
        letters("I2-storm", "C02", ["某处工地"], 1, WRONG, per_matter=50),
        letters("I3-split-storm", "C02", ["另一工地"], 25, WRONG, per_matter=2),
        letters("I4-wish", "C14", [f"第{i}小区" for i in range(40)], 1, WISH, per_matter=3),
    )


@pytest.fixture(scope="module")
def screened(city):
    return screen_issues(*city, seed=1)


def test_a_class_topic_beats_storms_and_wishes(screened):
    candidates, _ = screened
    assert candidates["issue_id"].iloc[0] == "I1-topic"
    score = candidates.set_index("issue_id")["score"]
    assert score["I1-topic"] - score.drop("I1-topic").max() > 15


def test_candidates_and_signals_keep_the_contract(screened):
    candidates, signals = screened
    assert list(candidates) == list(CANDIDATE) and list(signals) == list(SIGNAL)
    assert candidates["rank"].tolist() == [1, 2, 3, 4]
    assert signals.groupby("issue_id")["signal"].agg(tuple).map(SIGNALS.__eq__).all()


def test_the_score_is_the_sum_of_its_points_and_stays_within_100(screened):
    candidates, signals = screened
    total = signals.groupby("issue_id")["points"].sum()
    np.testing.assert_allclose(candidates.set_index("issue_id")["score"].sort_index(), total)
    assert total.between(0, 100).all() and signals["points"].ge(0).all()


def test_a_rank_lies_in_its_interval(screened):
    candidates, _ = screened
    assert (candidates["rank_low"] <= candidates["rank"]).all()
    assert (candidates["rank"] <= candidates["rank_high"]).all()


def test_every_candidate_says_why_what_law_and_what_to_verify(screened):
    first = screened[0].iloc[0]
    assert "普遍性：14件独立事项，28件次" in first["reasons"]
    assert "消费者权益保护法" in first["laws"] and first["verify"].startswith("1. ")
    assert first["person_routes"] and first["class_routes"] and first["supervised"]


def test_the_law_sheet_holds_what_the_candidates_cite(city, screened):
    candidates, _ = screened
    sheet = law_sheet(candidates, city[0])
    first = sheet[sheet["问题编号"].eq(candidates["issue_id"].iloc[0])]
    assert len(first) and all(f"《{statute}》" in candidates["laws"].iloc[0] for statute in first["法律"])
    assert sheet["排名"].is_monotonic_increasing


def test_an_issue_over_a_change_of_law_cites_both_versions():
    rows = letters("I1", "C09", SHOPS[:4], 1, ("投诉噪声", "深夜噪声扰民。"), start="2025-10-01")
    candidates, _ = screen_issues(*tables(rows), resamples=5)
    assert "（2012年修正）" in candidates["laws"].iloc[0] and "（2025年修订）" in candidates["laws"].iloc[0]


def test_the_field_signal_warns_of_the_trap():
    _, signals = screen_issues(*tables(letters("I1", "C23", SHOPS[:4], 1, WRONG)), resamples=5)
    assert "欠薪不是单独的公益诉讼领域" in one(signals, "I1", "field")["shown"]


def test_a_matter_that_tells_of_two_wrongs_counts_in_each_issue():
    rows = letters("I1", "C05", SHOPS[:5], 1, WRONG, per_matter=2)
    petitions, matters, issues = tables(rows)
    petitions.loc[petitions["record_id"].str.endswith("-01"), "issue_id"] = "I2"
    both = pd.concat([issues, issues.assign(issue_id="I2")], ignore_index=True)
    _, signals = screen_issues(petitions, matters, both, resamples=5)
    for issue in ("I1", "I2"):
        assert one(signals, issue, "breadth")["shown"].startswith("5件独立事项，5件次")


def test_a_bulk_is_told_from_the_whole_ledger_not_from_its_issue():
    rows = letters("I1", "C22", SHOPS, 3, WRONG)
    bulk = letters("I2", "C29", SHOPS[:9], 1, WRONG) + letters("", "C40", SHOPS[:9], 1, WISH)
    for row in bulk:
        row["received_at"] = pd.Timestamp("2025-10-20 09:30:05")
    _, signals = screen_issues(*tables(rows, bulk), resamples=5)
    assert "9件为批量登记" in one(signals, "I2", "rise")["shown"]


def test_words_never_find_anybody_guilty(screened):
    candidates, signals = screened
    said = "".join(signals["shown"]) + "".join(candidates["reasons"])
    assert not any(word in said for word in ("查明", "认定违法", "构成犯罪"))


def test_shares_of_fewer_than_twenty_are_counts_not_percentages(screened):
    signals = screened[1]
    shown = [one(signals, "I1-topic", s)["shown"] for s in ("vulnerable", "group", "supervisable")]
    assert not any("%" in text for text in shown)


def test_rows_in_any_order_give_the_same_tables(city, screened):
    rng = np.random.default_rng(3)
    shuffled = [t.iloc[rng.permutation(len(t))].reset_index(drop=True) for t in city]
    for ours, again in zip(screened, screen_issues(*shuffled, seed=1), strict=True):
        pd.testing.assert_frame_equal(ours, again)


def test_inputs_are_left_alone(city):
    before = [t.copy(deep=True) for t in city]
    screen_issues(*city, resamples=5)
    for table, copy in zip(city, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_no_issues_give_empty_tables(city):
    petitions, matters, _ = city
    candidates, signals = screen_issues(petitions, matters, frame([], ISSUE))
    assert len(candidates) == len(signals) == 0 and list(candidates) == list(CANDIDATE)


def one(signals, issue, signal):
    row = signals[signals["issue_id"].eq(issue) & signals["signal"].eq(signal)]
    return row.iloc[0]


def test_vulnerable_groups_add_points_and_are_counted_by_matter():
    _, signals = screen_issues(
        *tables(
            letters("I1", "C25", SHOPS[:6], 1, WRONG, per_matter=2, group="老年人"),
            letters("I2", "C25", SHOPS[:6], 1, WRONG, per_matter=2),
        )
    )
    assert one(signals, "I1", "vulnerable")["points"] > one(signals, "I2", "vulnerable")["points"] == 0
    assert "6件中6件" in one(signals, "I1", "vulnerable")["shown"]
    assert "老年人6件" in one(signals, "I1", "vulnerable")["shown"]


def test_repeats_are_letters_of_the_same_person_or_marked_by_the_ledger():
    rows = letters("I1", "C23", SHOPS[:4], 1, WRONG, per_matter=3)
    for row in rows[:3]:
        row["petitioner_id"] = "P1"  # three letters of one person: two repeats
    rows[5]["is_repeat"] = True
    _, signals = screen_issues(*tables(rows))
    assert one(signals, "I1", "repetition")["value"] == pytest.approx(3 / 12)


def test_five_people_on_one_letter_are_a_joint_visit():
    rows = letters("I1", "C23", SHOPS[:4], 1, WRONG)
    rows[0]["n_people"] = 12
    _, signals = screen_issues(*tables(rows))
    assert one(signals, "I1", "group")["value"] == pytest.approx(1 / 4)
    assert "15人次" in one(signals, "I1", "group")["shown"]


def test_silence_counts_only_where_the_ledger_records_replies():
    with_replies = letters("I1", "C23", SHOPS[:4], 1, PLAIN, source="a.csv")
    with_replies[0]["replied_at"] = with_replies[0]["received_at"] + pd.Timedelta(days=10)
    with_replies[1]["replied_at"] = with_replies[1]["received_at"] + pd.Timedelta(days=90)
    without = letters("I2", "C23", SHOPS[:4], 1, PLAIN, source="b.csv")
    court = letters("I3", "C34", SHOPS[:4], 1, PLAIN, source="a.csv")
    late = letters("I4", "C40", ["甲"], 1, WISH, source="b.csv", start="2026-01-01")
    _, signals = screen_issues(*tables(with_replies, without, court, late))
    assert one(signals, "I1", "delay")["value"] == pytest.approx(3 / 4)
    assert "可计时4件次中3件次" in one(signals, "I1", "delay")["shown"]
    assert one(signals, "I2", "delay")["value"] == one(signals, "I3", "delay")["value"] == 0
    assert "可计时" not in one(signals, "I2", "delay")["shown"]


def test_the_three_limits_of_the_regulation_are_counted_apart():
    rows = letters("I1", "C23", SHOPS[:5], 1, PLAIN)
    for row, waited, sent in zip(rows, (10, 61, 90, 91, 200), (3, 15, 16, 40, 1), strict=True):
        row["replied_at"] = row["received_at"] + pd.Timedelta(days=waited)
        row["exchanged_at"] = row["received_at"] + pd.Timedelta(days=sent)
    shown = one(screen_issues(*tables(rows), resamples=5)[1], "I1", "delay")["shown"]
    assert "可计时5件次中4件次超过60日" in shown and "其中2件次超过90日" in shown
    assert "有转交日期的5件次中2件次超过15日方转交" in shown


def test_writers_who_were_passed_over_count_without_any_dates():
    _, signals = screen_issues(
        *tables(letters("I1", "C23", SHOPS[:4], 1, PLAIN), letters("I2", "C23", SHOPS[:4], 1, WRONG))
    )
    assert one(signals, "I1", "delay")["points"] < one(signals, "I2", "delay")["points"]
    assert one(signals, "I2", "delay")["value"] == 1


def test_one_respondent_behind_all_matters_is_concentration():
    _, signals = screen_issues(
        *tables(letters("I1", "C02", ["同一开发商"], 8, WRONG), letters("I2", "C02", SHOPS[:8], 1, WRONG))
    )
    same, apart = one(signals, "I1", "concentration"), one(signals, "I2", "concentration")
    assert same["value"] == 1 and apart["value"] == 0 and "宜先核对是否同一事件" in same["shown"]
    assert one(signals, "I1", "breadth")["points"] < one(signals, "I2", "breadth")["points"] / 1.5


def test_a_topic_of_the_last_quarter_is_new():
    _, signals = screen_issues(
        *tables(
            letters("I1", "C29", SHOPS, 1, WRONG),
            letters("I2", "C29", SHOPS[:2], 1, WRONG, start="2025-10-20"),
        )
    )
    assert one(signals, "I2", "novelty")["shown"].startswith("近三个月新出现")
    assert one(signals, "I1", "novelty")["points"] == 0


def test_weights_are_checked_by_name_and_sign():
    with pytest.raises(InputError, match="rise"):
        Weights(rise=-1)
    with pytest.raises(InputError, match="allowed: breadth"):
        Weights.changed({"braedth": 3})


def test_a_weight_of_nothing_takes_its_points_away(city):
    _, signals = screen_issues(*city, weights=Weights(supervisable=0), resamples=5)
    assert signals.loc[signals["signal"].eq("supervisable"), "points"].eq(0).all()


def test_sensitivity_names_the_signal_a_rank_hangs_on(screened):
    table = weight_sensitivity(screened[1], top=1, draws=100)
    first = table.iloc[0]
    assert first["issue_id"] == "I1-topic" and first["in_top"] > 0.9
    assert {f"without_{s}" for s in SIGNALS} <= set(table)

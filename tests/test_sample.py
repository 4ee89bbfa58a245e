"""Synthetic ledgers: same bytes each time, planted things where the key says, nothing of a real person."""

import hashlib
import json
import re
import zipfile

import pandas as pd
import pytest

from minelib.errors import InputError, MinelibError
from minelib.sample import make_ledger, write_sample
from minelib.sample.grammar import Grammar, parse
from minelib.sample.letters import _third_person
from minelib.sample.people import check_digit, luhn_digit, mark, unmark
from minelib.sample.topics import topics

TEXT = "诉求内容"


@pytest.fixture(scope="module")
def city():
    return make_ledger("city")


@pytest.fixture(scope="module")
def district():
    return make_ledger("district")


def _content(path):
    """The bytes, of a workbook unpacked: how tightly a zip file is packed is not ours to promise."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _digest(paths):
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


@pytest.mark.parametrize("kind", ["city", "district"])
def test_same_arguments_give_the_same_bytes(tmp_path, kind):
    first = write_sample(tmp_path / "a", kind=kind, rows=120)
    assert _digest(first) == _digest(write_sample(tmp_path / "b", kind=kind, rows=120))
    assert _digest(first) != _digest(write_sample(tmp_path / "c", kind=kind, rows=120, seed=1))


@pytest.mark.parametrize("kind", ["city", "district"])
def test_committed_samples_are_what_the_generator_writes(tmp_path, kind, pytestconfig):
    for path in write_sample(tmp_path, kind=kind):
        assert _content(path) == _content(pytestconfig.rootpath / "data" / path.name), path.name


def test_rows_are_as_many_as_asked_and_known_by_one_number(city, district):
    assert len(city[0]) == len(city[1]) == 2000
    assert 59 <= len(district[0]) <= 64
    for ledger, key in (city, district):
        assert ledger.iloc[:, 0].tolist() == key["record_id"].tolist()
        assert key["record_id"].is_unique


def test_every_class_of_the_taxonomy_is_in_the_city(city):
    assert set(city[1]["class"]) - {""} == {f"C{n:02d}" for n in range(1, 41)}


def test_planted_topics_recur_in_different_matters_at_different_places(city):
    planted = city[1][city[1]["planted"] == 1]
    assert planted["issue"].nunique() == 15
    spread = planted.groupby("issue").agg(matters=("matter", "nunique"), places=("place", "nunique"))
    assert spread["matters"].min() >= 12
    assert spread["places"].min() >= 12


def test_each_storm_is_one_matter_of_many_petitions_within_weeks(city):
    ledger, key = city
    storms = key[key["storm"] == 1]
    assert storms.groupby("issue")["matter"].nunique().eq(1).all()
    assert sorted(storms["issue"].value_counts()) == [35, 40, 50]
    days = ledger["来电时间"].groupby(key["issue"]).agg(lambda when: (when.max() - when.min()).days)
    assert days[storms["issue"].unique()].max() <= 90


def test_batch_rows_share_one_minute_and_are_different_matters(city):
    ledger, key = city
    batch = key["batch"] == 1
    assert batch.sum() == 60
    assert ledger.loc[batch, "登记时间"].dt.floor("min").nunique() == 1
    assert key.loc[batch, "matter"].is_unique


def test_the_rising_topic_rises_and_disappears_without_trend(city):
    def late_share(ledger, key):
        when = ledger.loc[key["issue"] == "prepaid-card", "来电时间"]
        return (when >= "2025-08-01").mean()

    assert late_share(*city) > 0.5
    steady = make_ledger("city", trend=False)
    assert late_share(*steady) < 0.35
    assert steady[1]["storm"].sum() == steady[1]["batch"].sum() == 0


def test_texts_do_not_look_copied_except_where_the_key_says_so(city):
    ledger, key = city
    own = key["copy_of"].eq("") & key["reject"].eq(0)
    shared = ledger.loc[own, TEXT].duplicated(keep=False).mean()
    assert shared < 0.02
    copies = ledger.loc[key["mode"].eq("copy") & key["reject"].eq(0)]
    assert len(copies) > 30


def test_a_copy_stands_after_the_petition_it_repeats(city):
    ledger, key = city
    text = dict(zip(key["record_id"], ledger[TEXT], strict=True))
    copies = key[key["copy_of"].ne("") & key["mode"].eq("copy") & key["reject"].eq(0)]
    same = [text[a] == text[b] for a, b in zip(copies["record_id"], copies["copy_of"], strict=True)]
    position = {record_id: i for i, record_id in enumerate(key["record_id"])}
    assert all(position[b] < position[a] for a, b in zip(copies["record_id"], copies["copy_of"], strict=True))
    assert sum(same) / len(same) > 0.6


def test_spans_of_the_key_are_in_the_cells(city):
    ledger, key = city
    cells = ledger.set_index("工单编号")
    kinds = set()
    for record_id, packed in zip(key["record_id"], key["pii"], strict=True):
        for column, start, end, kind, surface in json.loads(packed):
            assert cells.at[record_id, column][start:end] == surface
            kinds.add(kind)
    named = {
        "NAME",
        "NAME_TITLE",
        "PHONE",
        "ID",
        "BANK",
        "PLATE",
        "ADDRESS",
        "DOB",
        "CASE_NO",
        "EMAIL",
        "SOCIAL",
    }
    assert kinds == named


def test_no_number_can_be_a_real_persons(city):
    everything = "\n".join(map(str, city[0].to_numpy().ravel()))
    assert set(re.findall(r"(?<!\d)1[3-9]\d(?=\d{8}(?!\d))", everything)) == {"154"}
    ids = set(re.findall(r"(?<!\d)\d{17}[\dX](?!\d)", everything))
    assert len(ids) > 50
    assert all(i.startswith("4397") and check_digit(i[:17]) == i[17] for i in ids)
    cards = set(re.findall(r"(?<!\d)62\d{17}(?!\d)", everything))
    assert cards
    assert all(c.startswith("629999") and luhn_digit(c[:-1]) == c[-1] for c in cards)


def test_no_mark_or_slot_is_left_in_any_cell(city, district):
    for ledger, _ in (city, district):
        everything = "\n".join(map(str, ledger.to_numpy().ravel()))
        assert not re.search(r"[{}\[\]|\ue000-\ue002]", everything)


def test_rejects_have_neither_title_nor_text(city):
    ledger, key = city
    empty = ledger[key["reject"] == 1]
    assert len(empty) == 12
    assert (empty["诉求标题"] + empty[TEXT].str.strip()).eq("").all()


def test_months_of_one_seed_are_one_story():
    whole, key = make_ledger("city", rows=600)
    parts = [make_ledger("city", rows=600, period=month) for month in ("2025-09", "2025-10", "2025-11")]
    stretch, _ = make_ledger("city", rows=600, period="2025-09:2025-11")
    pd.testing.assert_frame_equal(pd.concat([p[0] for p in parts], ignore_index=True), stretch)
    assert set(stretch["工单编号"]) <= set(whole["工单编号"])
    matters = [set(p[1]["matter"]) for p in parts]
    assert matters[0] & (matters[1] | matters[2])
    assert matters[2] - matters[0] - matters[1]
    assert len(key) == 600


def test_the_messy_workbook_still_holds_every_row(tmp_path, city):
    path = write_sample(tmp_path, kind="city")[0]
    sheets = pd.read_excel(path, sheet_name=None, header=None, dtype=object, engine="calamine")
    assert len(sheets) == 5
    cells = {str(v) for sheet in sheets.values() for v in sheet.to_numpy().ravel() if v == v}
    assert set(city[0]["工单编号"]) <= cells
    assert any("_x000D_" in c for c in cells) and any("\xa0" in c for c in cells)


@pytest.mark.parametrize(
    "wrong", [{"kind": "village"}, {"rows": 0}, {"months": 0}, {"kind": "district", "period": "soon"}]
)
def test_wrong_arguments_are_told(wrong):
    with pytest.raises(InputError):
        make_ledger(**{"rows": 20, **wrong})


@pytest.mark.parametrize("rows", [1, 10, 100])
def test_small_ledgers_have_the_asked_size(rows):
    assert len(make_ledger("city", rows=rows)[0]) == rows
    assert len(make_ledger("district", rows=rows)[0]) == rows


@pytest.mark.parametrize("template", ["[a|b", "{open", "a]b"])
def test_a_broken_template_is_an_error(template):
    with pytest.raises(MinelibError):
        parse(template)


def test_every_wording_of_every_topic_parses_and_is_its_own():
    for topic in topics().values():
        for field in (topic.title, topic.back, topic.wrong, topic.detail, topic.done, topic.want):
            assert all(parse(t) is not None for t in field)
        assert len(set(topic.wrong)) == len(topic.wrong) >= 2


def test_planted_topics_have_many_wordings():
    for topic_id in ("wages", "elder-prepaid", "prepaid-card", "transition-fee"):
        assert len(topics()[topic_id].wrong) >= 10


def test_unknown_slot_is_an_error():
    from random import Random

    with pytest.raises(MinelibError, match="nobody"):
        Grammar({}, Random(0)).expand("{nobody}")


def test_marks_keep_their_place_through_other_people():
    assert unmark("甲" + mark("NAME", "王五") + "，" + mark("PHONE", "154"))[1] == [
        [1, 3, "NAME", "王五"],
        [4, 7, "PHONE", "154"],
    ]


def test_a_clerk_does_not_write_in_the_first_person():
    assert "我" not in _third_person("我们一家，我和我妈")

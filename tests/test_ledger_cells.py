"""What single cells say: dates, numbers of people, repeats."""

import datetime as dt

import pandas as pd
import pytest

from minelib.ledger.cells import parse_date, parse_people, parse_repeat


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2019/2/28 11:25:05", "2019-02-28 11:25:05"),
        ("2019-02-28", "2019-02-28"),
        ("2019年2月28日", "2019-02-28"),
        ("2019年2月28日9时5分", "2019-02-28 09:05:00"),
        ("２０１９．２．２８", "2019-02-28"),
        ("20190228", "2019-02-28"),
        ("20190228112505", "2019-02-28 11:25:05"),
        ("2019.2.28", "2019-02-28"),
        ("19.2.28", "2019-02-28"),
        ("2019-02-28T11:25:05+08:00", "2019-02-28 11:25:05"),
        ("2019/2/28 下午3:05", "2019-02-28 15:05:00"),
        (43524, "2019-02-28"),
        (43524.25, "2019-02-28 06:00:00"),
        ("43524", "2019-02-28"),
        (dt.datetime(2019, 2, 28, 11, 25, 5, 7), "2019-02-28 11:25:05"),
        (dt.date(2019, 2, 28), "2019-02-28"),
        ("2019-02-30", None),
        ("2019-13-01", None),
        ("0001-01-01", None),
        ("1900-01-01", None),
        ("02/28/19", None),
        ("去年", None),
        ("", None),
        (7, None),
        (float("nan"), None),
    ],
)
def test_dates(cell, day):
    assert parse_date(cell) == (pd.Timestamp(day) if day else None)


def test_people_and_repeats():
    people = {
        "5人": 5,
        "约30余人": 30,
        "３人": 3,
        2.0: 2,
        "十二": 12,
        "二十余人": 20,
        "两百人": 200,
        "": None,
        "0": None,
    }
    assert {k: parse_people(k) for k in people} == people
    repeats = {
        "初件": False,
        "重件": True,
        "是": True,
        "否": False,
        "初访": False,
        "重复访": True,
        "不详": None,
        1.0: True,
    }
    assert {k: parse_repeat(k) for k in repeats} == repeats

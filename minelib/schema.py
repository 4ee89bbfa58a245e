"""Names and types of the columns that pass between the steps.

A petition (信访件) is a row known by its `record_id`. Raw petitions hold a `petitioner`; redaction replaces it by a
keyed `petitioner_id`, and nothing to the right of `redact` ever sees the raw one.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from minelib.errors import MinelibError

if TYPE_CHECKING:  # segmentation needs the pattern of masks, and nobody's tables
    import pandas as pd

# What the three dates of a ledger mean: 信访日期 (made), 登记日期 (registered), 交换日期 (passed on).
DATES = ("received_at", "registered_at", "exchanged_at", "replied_at")

RAW_PETITION: Mapping[str, str] = {
    "record_id": "str",  # the ledger's own number, else made from content; unique
    "source": "str",  # file name, without its folder
    "sheet": "str",  # "" where the format has no sheets
    "row": "int64",  # row in that sheet or file, counted from 1 as a spreadsheet shows it
    "title": "str",  # 留言主题, 案件名称; "" where the ledger has none
    "text": "str",  # 留言详情, 案情摘要, 信访内容
    "petitioner": "str",  # name or account as the ledger gives it, "" where none
    "identity": "str",  # further identifying cells (证件号, 电话, 住址), joined by a space
    "place": "str",  # 问题发生地, 乡镇, 属地
    "respondent": "str",  # 被信访人, 被反映单位
    "agency": "str",  # 承办单位, 责任单位
    "channel": "str",  # 信访形式: 来信, 来访, 网信, 电话
    "purpose": "str",  # 信访目的: 投诉, 求助, 咨询, 建议
    "category": "str",  # the class the ledger itself gives, if any
    "n_people": "Int64",  # 信访人数; <NA> where not given
    "is_repeat": "boolean",  # 是否重复, 初/重; <NA> where not given
    "reply": "str",  # 答复意见, 办理情况
    "status": "str",  # 办结状态
    "received_at": "datetime64[s]",
    "registered_at": "datetime64[s]",
    "exchanged_at": "datetime64[s]",
    "replied_at": "datetime64[s]",
}

# After redaction: nobody's name, a keyed pseudonym instead.
PETITION: Mapping[str, str] = {
    **{k: v for k, v in RAW_PETITION.items() if k not in ("petitioner", "identity")},
    "petitioner_id": "str",  # P + keyed code; "" where the ledger names no petitioner
}

REJECT: Mapping[str, str] = {"source": "str", "sheet": "str", "row": "int64", "reason": "str"}

# 〈姓名3QK7〉: the kind in Chinese, then four characters keyed by the office's secret.
MASK = re.compile(r"〈(?:姓名|电话|证件|银行卡|邮箱|账号|车牌|住址|生日|案号)[0-9A-Z]{4}〉")


def frame(rows, columns: Mapping[str, str]) -> "pd.DataFrame":
    """Make a frame with exactly `columns`, in that order and of those types; absent text is "".

    >>> frame([{"source": "a.csv", "row": 3, "reason": "空行"}], REJECT).to_dict("records")
    [{'source': 'a.csv', 'sheet': '', 'row': 3, 'reason': '空行'}]
    """
    import pandas as pd

    table = pd.DataFrame(rows)
    data = {}
    for name, dtype in columns.items():
        column = table[name] if name in table else pd.Series([None] * len(table), dtype="object")
        data[name] = column.fillna("").astype(str) if dtype == "str" else column.astype(dtype)
    return pd.DataFrame(data, index=pd.RangeIndex(len(table)))


def check(table: "pd.DataFrame", columns: Mapping[str, str], *, what: str) -> None:
    """Raise when `table` lacks one of `columns` or its record ids repeat.

    Raises
    ------
    MinelibError
        Naming the missing columns, or how many ids repeat.
    """
    missing = [c for c in columns if c not in table]
    if missing:
        raise MinelibError(f"{what}: columns missing: {', '.join(missing)}")
    if "record_id" in columns and table["record_id"].duplicated().any():
        n = int(table["record_id"].duplicated().sum())
        raise MinelibError(f"{what}: record_id must be unique, {n} repeat")


# The tables of a run folder. Ids are made from content (a digest of the smallest record id inside), so that they do
# not depend on row order; "" or <NA> where there is none.

RUN_PETITION: Mapping[str, str] = {
    **{
        k: v for k, v in PETITION.items() if k != "row"
    },  # the same file with its rows shuffled gives the same run
    "class_code": "str",  # C01 … C40; the taxonomy's own "other" class where the classifier abstains
    "class_margin": "float64",  # distance to the second best class, 0 … 1
    "second_class": "str",  # a second grievance in the same letter, "" where none
    "class_evidence": "str",  # JSON list of [start, end, pattern] in title + "\n" + text
    "groups": "str",  # vulnerable groups, joined by "、": 老年人 未成年人 农民工 残疾人 妇女 军人
    "matter_id": "str",
    "issue_id": "str",  # <NA> where the petition belongs to no issue
}

LINK: Mapping[str, str] = {
    "record_id": "str",  # the later of the two, by id
    "linked_to": "str",
    "reason": "str",  # copy, near copy, same petitioner, same place and thing
    "strength": "float64",  # 0 … 1
}

MATTER: Mapping[str, str] = {
    "matter_id": "str",
    "issue_id": "str",  # <NA> where none
    "class_code": "str",
    "n_petitions": "int64",  # 件次
    "n_petitioners": "int64",  # distinct petitioner ids; a petition without one counts as its own
    "n_people": "int64",  # 人次: the ledger's 信访人数, 1 where not given
    "place": "str",
    "respondent": "str",
    "township": "str",  # the area a table is made by; the ledger's place or its first administrative name
    "first_at": "datetime64[s]",
    "last_at": "datetime64[s]",
    "exemplar": "str",  # record id of the petition that tells it best
}

ISSUE: Mapping[str, str] = {
    "issue_id": "str",
    "label": "str",  # verb and object, as a person would write it: 开发商拒退购房款
    "keywords": "str",  # joined by "、"
    "class_code": "str",  # of most of its matters
    "n_petitions": "int64",
    "n_matters": "int64",
    "n_petitioners": "int64",
    "n_places": "int64",
    "n_respondents": "int64",
    "stability": "float64",  # 0 … 1: how often resamples find the same members
    "exemplars": "str",  # three record ids, joined by a space
    "first_at": "datetime64[s]",
    "last_at": "datetime64[s]",
}

# One row an issue and signal: the parts a score is made of.
SIGNAL: Mapping[str, str] = {
    "issue_id": "str",
    "signal": "str",  # breadth, spread, concentration, rise, repetition, group, vulnerable, novelty, delay, law, field
    "value": "float64",  # NaN where it cannot be measured
    "shown": "str",  # the same in Chinese words with its counts, as a briefing prints it
    "points": "float64",  # what it adds to the score: weight × value scaled to 0 … 1
}

CANDIDATE: Mapping[str, str] = {
    "rank": "int64",  # 1 is first
    "score": "float64",  # sum of the points of its signals, 0 … 100
    **ISSUE,
    "reasons": "str",  # the strongest signals in words
    "rank_low": "int64",  # 5 % and 95 % of the rank over resampled matters
    "rank_high": "int64",
    "person_routes": "str",  # joined by "、"
    "class_routes": "str",
    "supervised": "str",  # who would be supervised
    "laws": "str",  # statute and article, joined by "；", an unverified one marked
    "verify": "str",  # numbered 监督点, joined by "\n"
}

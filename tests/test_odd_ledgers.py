"""Small and odd ledgers from file to briefing: no crash, no invented issue, and a word on what cannot be said."""

import json

import pandas as pd
import pytest

from minelib.pipeline import mine

KEY = b"a key only for the tests"
WAGES = "我们在{}工地干活，包工头拖欠工资半年不给，多次讨要没有结果，请求支持起诉。"


def _visits(said: list[str]) -> pd.DataFrame:
    """A procuratorate's register of visits, in the columns of 12309."""
    return pd.DataFrame(
        {
            "信访件编号": [f"X{n:03}" for n in range(len(said))],
            "信访日期": "2025-03-04",
            "来访人姓名": [f"赵一{'甲乙丙丁戊己庚辛壬癸'[n % 10]}" for n in range(len(said))],
            "案件类别": "民事",
            "反映内容": said,
            "涉案单位": "",
            "办理情况": "正在办理",
        }
    )


LEDGERS = {
    "one visit": _visits([WAGES.format("东山")]),
    "all copies": _visits([WAGES.format("东山")] * 12),
    "one long letter": _visits([WAGES.format("东山") + "因" * 20_000]),
    "traditional script": _visits([WAGES.format("東山").replace("给", "給").replace("请", "請")]),
    "empty beside one": _visits([WAGES.format("东山"), "", "  "]),
}


@pytest.mark.parametrize("name", LEDGERS)
def test_what_is_one_matter_is_no_issue_and_the_briefing_says_so(name, tmp_path):
    LEDGERS[name].to_csv(tmp_path / "a.csv", index=False)
    run = mine(tmp_path / "a.csv", tmp_path / "out", key=KEY)
    assert run.matters["matter_id"].nunique() == 1
    assert run.petitions["class_code"].eq("C23").all()
    assert run.issues.empty and run.candidates.empty
    note = pd.read_parquet(tmp_path / "out" / ".stages" / "issues" / "note.parquet")["note"].item()
    assert "不能说存在类案问题" in note and "未作聚类" in note
    facts = json.loads((tmp_path / "out" / "facts.json").read_text(encoding="utf-8"))
    assert not facts["candidates"]
    assert (tmp_path / "out" / "briefing.pdf").read_bytes().startswith(b"%PDF")


def test_three_sites_of_one_wrong_are_an_issue_of_a_register_of_visits(tmp_path):
    said = [WAGES.format(site) for site in ("东山小区", "西湖花园", "南岭学校", "北坡医院")]
    _visits(said).to_csv(tmp_path / "a.csv", index=False)
    run = mine(tmp_path / "a.csv", tmp_path / "out", key=KEY)
    assert run.issues["label"].str.contains("拖欠").tolist() == [True]
    assert run.issues["n_matters"].tolist() == [4]

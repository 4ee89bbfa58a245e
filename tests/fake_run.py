"""A small made-up run with the shape of a real one, for tests of what reads runs."""

from dataclasses import replace

import numpy as np
import pandas as pd

from minelib.runs import Run
from minelib.schema import CANDIDATE, ISSUE, LINK, MATTER, RUN_PETITION, SIGNAL, frame

CONFIG = {"office": "某区检察院", "recipients": "院领导", "issue": "第1期"}
PATTERNS = [
    ("C01", "征收补偿款未按协议支付", "征收、补偿款、协议", "补偿协议签订后款项迟迟未付"),
    ("C09", "预付卡商家停业后不退余额", "预付卡、停业、余额", "门店停业，卡内余额无法退还"),
    ("C12", "工程完工后拖欠农民工工资", "工资、农民工、拖欠", "完工后工资一直没有结清"),
    ("C20", "物业停电催缴物业费", "物业费、停电、催缴", "物业以停电方式催缴物业费"),
    ("C05", "养老机构押金不退", "养老、押金、退费", "老人离院后押金不予退还"),
]
TOWNS = ["东河镇", "西山镇", "南桥街道", "北港乡", "中湖镇", "上林乡"]
GROUPS = ["", "", "", "老年人", "农民工", "残疾人、老年人"]


def make_run(n: int = 300, *, seed: int = 7, start: str = "2025-01-06", days: int = 420) -> Run:
    """Make a run of `n` petitions in about two thirds as many matters, the same for the same arguments."""
    rng = np.random.default_rng(seed)
    matter = np.sort(rng.integers(0, max(1, 2 * n // 3), n))
    kind = (matter * 7919 % 9).clip(0, len(PATTERNS))  # some matters belong to no issue
    received = pd.Timestamp(start) + pd.to_timedelta(np.sort(rng.integers(0, days, n)), unit="D")
    petitions = frame([_petition(i, matter[i], kind[i], received[i], rng) for i in range(n)], RUN_PETITION)
    petitions["issue_id"] = petitions["issue_id"].where(petitions["issue_id"] != "", pd.NA)
    matters = _matters(petitions)
    issues = _issues(matters, petitions)
    signals = _signals(issues)
    candidates = _candidates(issues, signals)
    links = frame([], LINK)
    counts = {"read": n + 3, "used": n, "rejected": 3, "masked": {"姓名": 12, "电话": 4}}
    return Run(petitions, matters, links, issues, candidates, signals, counts, {"version": "0.1.0"})


def tables(run: Run, change) -> Run:
    """Return the run with `change` made to every one of its tables."""
    names = ("petitions", "matters", "links", "issues", "candidates", "signals")
    return replace(run, **{name: change(getattr(run, name)) for name in names})


def _petition(i, matter, kind, received, rng) -> dict:
    """Make one petition of a pattern, or a single odd one."""
    code, label, _, text = (PATTERNS + [("C40", "", "", "咨询办事指南与窗口时间")])[kind]
    town = TOWNS[matter % len(TOWNS)]
    return {
        "record_id": f"X{i:06d}", "source": "台账.xlsx", "sheet": "Sheet1", "row": i + 2,
        "title": f"反映{label or '窗口办事'}", "text": f"{town}第{matter}组反映{text}，请求核查。",
        "place": town, "petitioner_id": f"P{matter * 3 + rng.integers(0, 2):05d}",
        "n_people": int(rng.integers(1, 4)), "received_at": received, "class_code": code,
        "class_margin": 0.6, "class_evidence": "[]", "matter_id": f"M{matter:05d}",
        "groups": GROUPS[int(rng.integers(0, len(GROUPS)))],
        "issue_id": f"I{kind}" if kind < len(PATTERNS) else "",
    }  # fmt: skip


def _matters(petitions) -> pd.DataFrame:
    """Sum petitions up by matter."""
    rows = []
    for matter_id, part in petitions.groupby("matter_id", sort=True):
        first = part.iloc[0]
        rows.append({
            "matter_id": matter_id, "issue_id": first["issue_id"], "class_code": first["class_code"],
            "n_petitions": len(part), "n_petitioners": part["petitioner_id"].nunique(),
            "n_people": int(part["n_people"].sum()), "place": first["place"], "township": first["place"],
            "first_at": part["received_at"].min(), "last_at": part["received_at"].max(),
            "exemplar": first["record_id"],
        })  # fmt: skip
    matters = frame(rows, MATTER)
    matters["issue_id"] = matters["issue_id"].where(matters["issue_id"] != "", pd.NA)
    return matters


def _issues(matters, petitions) -> pd.DataFrame:
    """Sum matters up by issue."""
    rows = []
    for issue_id, part in matters.groupby("issue_id", sort=True):
        code, label, keywords, _ = PATTERNS[int(issue_id[1:])]
        rows.append({
            "issue_id": issue_id, "label": label, "keywords": keywords, "class_code": code,
            "n_petitions": part["n_petitions"].sum(), "n_matters": len(part),
            "n_petitioners": petitions.loc[petitions["issue_id"] == issue_id, "petitioner_id"].nunique(),
            "n_places": part["place"].nunique(), "n_respondents": 0, "stability": 0.9,
            "exemplars": " ".join(part["exemplar"].head(3)),
            "first_at": part["first_at"].min(), "last_at": part["last_at"].max(),
        })  # fmt: skip
    return frame(rows, ISSUE)


def _signals(issues) -> pd.DataFrame:
    """Give every issue three signals, one of them not measurable."""
    rows = []
    for rank, issue in enumerate(issues.itertuples()):
        shown = f"{issue.n_matters}个事项、{issue.n_places}个地点"
        rows += [
            {"issue_id": issue.issue_id, "signal": "breadth", "value": float(issue.n_matters), "shown": shown,
             "points": 30.0 - 3 * rank},
            {"issue_id": issue.issue_id, "signal": "repetition", "value": 0.2, "shown": "重复访占比",
             "points": 12.0 - rank},
            {"issue_id": issue.issue_id, "signal": "rise", "value": float("nan"),
             "shown": "时段不足，不作判断", "points": 0.0},
        ]  # fmt: skip
    return frame(rows, SIGNAL)


def _candidates(issues, signals) -> pd.DataFrame:
    """Rank the issues by the sum of their points."""
    score = signals.groupby("issue_id")["points"].sum()
    rows = []
    ranked = sorted(issues.to_dict("records"), key=lambda row: -score[row["issue_id"]])
    for rank, issue in enumerate(ranked, start=1):
        rows.append({
            "rank": rank, "score": score[issue["issue_id"]], **issue,
            "reasons": f"{issue['n_matters']}个事项分布在{issue['n_places']}个地点",
            "rank_low": max(1, rank - 1), "rank_high": rank + 1, "person_routes": "支持起诉、司法救助",
            "class_routes": "社会治理检察建议、行政违法行为监督", "supervised": "行业主管部门",
            "laws": "民事诉讼法第15条；保障农民工工资支付条例第30条（未核）",
            "verify": "1. 核查协议与付款凭证\n2. 核查主管部门是否履职",
        })  # fmt: skip
    return frame(rows, CANDIDATE)

"""Say each signal in Chinese with its counts, as a briefing prints it."""

import numpy as np

from minelib.screen.evidence import EXTENDED_DAYS, PASS_ON_DAYS, REPLY_DAYS, Evidence
from minelib.screen.shares import FEW, exact_interval, share_words

NAMES = {
    "breadth": "普遍性",
    "spread": "分布",
    "concentration": "主体集中",
    "rise": "上升",
    "repetition": "重复访",
    "group": "群体性",
    "vulnerable": "特殊群体",
    "novelty": "苗头",
    "delay": "回应",
    "law": "法律依据",
    "field": "公益诉讼领域",
    "supervisable": "反映具体问题",
}


def words(e: Evidence) -> dict[str, list[str]]:
    """Return, for each signal measured on matters, its words by issue."""
    return {
        "breadth": _breadth(e),
        "spread": _spread(e),
        "concentration": _concentration(e),
        "repetition": _shares(e, "repeats", "letters", "重复访"),
        "group": _group(e),
        "vulnerable": _vulnerable(e),
        "delay": _delay(e),
        "supervisable": _supervisable(e),
    }


def _breadth(e):
    letters = e.total(e.ones, "letters")
    return [
        f"{int(m)}件独立事项，{int(n)}件次，{int(p)}名信访人"
        + ("；归集不够稳定，宜先核对成员" if s < 0.5 else "")
        for m, n, p, s in zip(e.total(e.ones), letters, e.issues["n_petitioners"], e.stability, strict=True)
    ]


def _spread(e):
    named = e.area.by_issue(e.area.totals(e.ones))
    sites = e.area.by_issue(e.area.totals(e.ones) > 0)
    return [
        f"涉及{int(s)}个地点或对象" + (f"，{int(m - n)}件未写明" if m > n else "")
        for s, n, m in zip(sites, named, e.total(e.ones), strict=True)
    ]


def _concentration(e):
    people = e.matters["n_petitioners"].to_numpy(float)
    most = np.zeros(len(e.issues))
    np.maximum.at(most, e.site.issue, e.site.totals(people))
    np.maximum.at(most, e.issue, np.where(e.site.code < 0, people, 0))
    return [
        f"{int(n)}名信访人中最多{int(k)}名反映同一地点或对象"
        + ("，宜先核对是否同一事件" if n > 2 and k >= n / 2 else "")
        for k, n in zip(most, e.total(people), strict=True)
    ]


def _shares(e, column, of, what):
    k = e.total(e.ones, column)
    n = e.total(e.ones) if of is None else e.total(e.ones, of)
    low, high = exact_interval(k, n)
    return [
        f"{what}{share_words(int(a), int(b), lo, hi)}" if a else f"未见{what}"
        for a, b, lo, hi in zip(k, n, low, high, strict=True)
    ]


def _group(e):
    people = e.total(e.ones, "n_people")
    return [
        f"{text}，共{int(p)}人次" if not text.startswith("未见") else text
        for text, p in zip(_shares(e, "joint", None, "集体、联名或五人以上"), people, strict=True)
    ]


def _vulnerable(e):
    columns = [c for c in e.matters if c.startswith("group:")]
    counts = {c.removeprefix("group:"): e.total(e.ones, c).astype(int) for c in columns}
    shown = []
    for i, text in enumerate(_shares(e, "grouped", None, "涉特殊群体")):
        parts = sorted(((n[i], name) for name, n in counts.items() if n[i]), key=lambda x: (-x[0], x[1]))
        shown.append(text + ("：" + "、".join(f"{name}{n}件" for n, name in parts) if parts else ""))
    return shown


def _delay(e):
    names = ("late", "overlong", "clocked", "sent_late", "sent")
    counts = zip(*(e.total(e.ones, name).astype(int) for name in names), strict=True)
    said = _shares(e, "unheeded", None, "称反映未果或答复迟延")
    return [text + _clock(*row) for text, row in zip(said, counts, strict=True)]


def _clock(late: int, overlong: int, timed: int, sent_late: int, sent: int) -> str:
    """Say what the ledger's dates tell; whether a limit applies has to be checked petition by petition."""
    parts = []
    if timed:
        parts.append(f"可计时{timed}件次中{late}件次超过{REPLY_DAYS}日未见答复或方答复")
        if overlong:
            parts[0] += f"，其中{overlong}件次超过{EXTENDED_DAYS}日（延长期亦已过）"
    if sent_late:
        parts.append(f"有转交日期的{sent}件次中{sent_late}件次超过{PASS_ON_DAYS}日方转交")
    return "；" + "；".join(parts) + "（是否适用该时限须逐件核对）" if parts else ""


def _supervisable(e):
    n = e.total(e.ones)
    k = np.bincount(e.issue, weights=(e.matters["alleges"] >= 0.5).astype(float), minlength=len(e.issues))
    return [
        f"{int(b)}件中约{int(a)}件反映具体问题"
        + ("，其余为咨询、求助或建议" if a < b else "")
        + ("（样本少）" if b < FEW else "")
        for a, b in zip(k, n, strict=True)
    ]

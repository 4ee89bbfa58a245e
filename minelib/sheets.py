"""Tables and counts in the words a researcher reads: Chinese heads, known values named, everything escaped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from minelib.clean import KINDS
from minelib.compare import STATES
from minelib.display import Displayed, Sheet
from minelib.redact.spans import MASK_WORD
from minelib.tables import NAMES

_LONG = 60  # characters of a cell that are shown
# Heads beyond those of the workbook.
HEADS: Mapping[str, str] = {
    **NAMES, "title": "主题", "text": "内容", "petitioner_id": "化名", "received_at": "信访日期", "score": "得分",
    "second_class": "第二类", "class_margin": "差距", "linked_to": "相连的件", "strength": "强度", "kind": "种类",
    "state": "变化", "n_matters_old": "上期事项", "n_matters_new": "本期事项", "n_shared": "共同件次",
    "warning": "说明",
    "decision": "意见", "why": "理由", "by": "谁", "status": "状态", "date": "日期", "due": "应于",
    "days_late": "逾期天数",
    "header_row": "表头行", "n_read": "读到", "n_used": "采用", "n_rejected": "退回", "n_bad_dates": "日期读不出",
    "skipped": "略过的原因", "read": "读到", "used": "采用", "rejected": "退回", "matters": "事项", "issues": "问题",
    "candidates": "候选线索", "in_top": "留在前十的比例", "class": "答案类别", "shared": "共同的词", "columns": "列",
    "unmapped": "未用的列", "fact": "事实", "visit": "初重", "day": "日期", "waited": "未答复天数", "groups": "群体",
    "field": "当作", "petitioner": "反映人", "identity": "身份信息", "agency": "承办单位", "channel": "形式",
    "purpose": "目的", "category": "台账自己的分类", "is_repeat": "是否重复", "reply": "答复",
    "registered_at": "登记日期", "exchanged_at": "交换日期", "replied_at": "答复日期",
}  # fmt: skip
_REASONS = {
    "copy": "原样抄件", "near copy": "近似抄件", "same petitioner": "同一反映人",
    "same place and thing": "同一地点同一事",
}  # fmt: skip
_VALUES: Mapping[str, Mapping[str, str]] = {
    "reason": _REASONS,
    "state": STATES,
    "kind": {**KINDS, **MASK_WORD, "NAME_TITLE": "姓名（姓加称谓）"},
    "decision": {"accept": "采纳", "reject": "不采纳"},
    "field": HEADS,
    "fact": {
        "petitions": "件次", "people": "人次", "petitioners": "独立反映人", "matters": "事项", "repeats": "重复件",
        "repeat_share": "重复件占比", "n_sources": "台账份数", "rows_read": "读到的行",
    },
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Table(Displayed):
    """What `show` returns.

    Attributes
    ----------
    table : DataFrame
        As it is shown: Chinese heads, cells in words.
    title, note : str
    facts : tuple of (name, value)
    """

    table: pd.DataFrame
    title: str = ""
    facts: tuple[tuple[str, object], ...] = ()
    note: str = ""

    def _sheet(self) -> Sheet:
        return Sheet(
            self.title,
            facts=self.facts,
            head=list(self.table.columns),
            rows=self.table.to_numpy(dtype=object).tolist(),
            note=self.note,
        )


def show(
    what: pd.DataFrame | pd.Series | Mapping,
    *,
    title: str = "",
    names: Mapping[str, str] | None = None,
    most: int = 12,
) -> Table:
    """Show a table or some counts in Chinese.

    Parameters
    ----------
    what : DataFrame, Series or mapping
        A mapping is shown as one line of counts; the index of a table is a column where it has a name.
    title : str
    names : mapping, optional
        Class code → its name, such as ``taxonomy.title`` gives.
    most : int
        Rows shown; how many more there are is said.

    Returns
    -------
    Table
        Shows itself as HTML in a notebook, every value escaped, else as text.

    Examples
    --------
    >>> show({"read": 5, "used": 4})
    读到 5　采用 4
    >>> show(pd.DataFrame({"label": ["欠薪", "漏水"], "score": [71.25, None]}), most=1)
    问题　得分
    欠薪　71.25
    另有 1 行。
    """
    if isinstance(what, Mapping):
        facts = tuple((HEADS.get(name, name), _cell(value)) for name, value in what.items())
        return Table(pd.DataFrame(), title, facts)
    table = what.rename(what.name or "数").to_frame() if isinstance(what, pd.Series) else what
    if any(table.index.names):
        table = table.reset_index()
    rest = len(table) - most
    cells = {name: _column(name, table[name].head(most), names or {}) for name in table}
    shown = pd.DataFrame({HEADS.get(name, name): column for name, column in cells.items()})
    return Table(shown, title, note=f"另有 {rest} 行。" if rest > 0 else "")


def _column(name: str, values: pd.Series, names: Mapping[str, str]) -> list[str]:
    of_class = name in ("class", "class_code", "second_class")
    words = {c: f"{c} {title}" for c, title in names.items()} if of_class else _VALUES.get(name, {})
    return [words.get(text, text) for text in map(_cell, values)]


def _cell(value) -> str:
    """Return a value as a reader expects it.

    >>> [_cell(v) for v in (True, np.float64(0.8664), 3.0, None, pd.Timestamp("2025-01-02 03:04"))]
    ['是', '0.87', '3', '', '2025-01-02']
    """
    if isinstance(value, bool | np.bool_):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(map(_cell, value))
    if pd.isna(value):
        return ""
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float | np.floating):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    text = str(value)
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"

"""What the commands print."""

import sys
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `minelib --help` must not wait for pandas
    import pandas as pd

_CANDIDATES = {
    "rank": "排名", "score": "得分", "label": "问题（候选，待核查）", "n_matters": "事项", "n_petitions": "件次",
    "n_places": "地点", "class_routes": "类案方式",
}  # fmt: skip


def candidate_lines(candidates: "pd.DataFrame", *, most: int = 15) -> str:
    """Return the ranked candidates as a table for the terminal.

    >>> import pandas as pd
    >>> row = {"rank": 1, "score": 71.2, "label": "拖欠工资", "n_matters": 9, "n_petitions": 12, "n_places": 5}
    >>> print(candidate_lines(pd.DataFrame([{**row, "class_routes": "检察建议"}])))
    排名  得分  问题（候选，待核查）  事项  件次  地点  类案方式
       1  71.2  拖欠工资                 9    12     5  检察建议
    """
    if candidates.empty:
        return "没有达到条件的候选线索；详见 briefing.pdf 的数据与方法说明。"
    return table_lines(candidates.head(most), _CANDIDATES)


def table_lines(table: "pd.DataFrame", names: Mapping[str, str]) -> str:
    """Return columns of a table under Chinese heads, numbers to the right, aligned for Han characters.

    >>> import pandas as pd
    >>> print(table_lines(pd.DataFrame({"n": [3], "label": ["欠薪"]}), {"n": "事项", "label": "问题"}))
    事项  问题
       3  欠薪
    """
    if table.empty:
        return "（无）"
    columns = [_column(name, table[column]) for column, name in names.items()]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*columns, strict=True))


def _column(name: str, values: "pd.Series") -> list[str]:
    number = getattr(values.dtype, "kind", "O") in "iuf"
    texts = values.astype(object).where(values.notna(), "").map(_shown).tolist()
    width = max(map(text_width, [name, *texts]))
    spaces = [" " * (width - text_width(t)) for t in texts]
    cells = [s + t if number else t + s for s, t in zip(spaces, texts, strict=True)]
    return [name + " " * (width - text_width(name)), *cells]


def _shown(value) -> str:
    return f"{value:.1f}" if isinstance(value, float) else str(value).replace("\n", " ")


def text_width(text: str) -> int:
    """Return how many columns a terminal gives a text: two to a Han character.

    >>> text_width("A市")
    3
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def say(text: str) -> None:
    """Print one text, at once, so that a long run shows how far it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

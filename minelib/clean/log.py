"""What cleaning changed: counted, by kind and by petition."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

KINDS: Mapping[str, str] = {
    "surrogate": "无效字符改为�",
    "cell_escape": "还原表格转义符",
    "entity": "还原网页转义符",
    "markup": "去除网页标记",
    "invisible": "去除不可见字符",
    "control": "去除控制字符",
    "space": "统一空白与换行",
    "pinyin": "去除夹注拼音",
    "traditional": "繁体转为简体",
    "punctuation": "恢复全角标点",
    "furniture": "去除网页按钮与版权行",
    "tail": "去除责编署名与无关标题",
    "neutralised": "层层嵌套的标记改为全角",
    "mojibake": "疑似乱码（只标记，未改动）",
}
FLAGS = frozenset({"mojibake"})


@dataclass(frozen=True)
class CleanLog:
    """Every change cleaning made.

    Attributes
    ----------
    changes : DataFrame
        One row a petition, field and kind: `record_id`, `field`, `kind` (a key of `KINDS`), `characters`
        changed or, for a flag, pointed at.
    n_petitions : int
        Petitions looked at.
    """

    changes: pd.DataFrame
    n_petitions: int

    @property
    def counts(self) -> dict[str, int]:
        """Petitions changed, by kind; for the funnel of a run."""
        rows = self.changes.groupby("kind")["record_id"].nunique()
        return {kind: int(rows[kind]) for kind in KINDS if kind in rows}

    def table(self) -> pd.DataFrame:
        """Return the kinds of change in Chinese with the petitions and characters each one touched."""
        by_kind = self.changes.groupby("kind")
        rows, characters = by_kind["record_id"].nunique(), by_kind["characters"].sum()
        kinds = [kind for kind in KINDS if kind in rows]
        return pd.DataFrame(
            {
                "清洗项目": [KINDS[k] for k in kinds],
                "涉及件数": [int(rows[k]) for k in kinds],
                "涉及字符数": [int(characters[k]) for k in kinds],
            }
        )

    def of(self, record_id: str) -> pd.DataFrame:
        """Return the changes made to one petition."""
        return self.changes[self.changes["record_id"] == record_id].reset_index(drop=True)

    def flagged(self) -> list[str]:
        """Return the ids of petitions that lost characters before they came to us, in order."""
        return sorted(set(self.changes.loc[self.changes["kind"].isin(FLAGS), "record_id"]))

"""One candidate as it shows itself in a notebook."""

import re
from dataclasses import dataclass

import pandas as pd

from minelib.display import Displayed, Sheet
from minelib.errors import InputError
from minelib.explore.data import class_titles
from minelib.runs import Run
from minelib.screen import NAMES

_NUMBER = re.compile(r"^\d+\.\s*")  # a list has marks of its own


@dataclass(frozen=True, repr=False)
class CandidateCard(Displayed):
    """A candidate with its signals.

    Attributes
    ----------
    row : Series
        `schema.CANDIDATE`.
    signals : DataFrame
        `schema.SIGNAL`, the strongest first.
    class_name : str
    """

    row: pd.Series
    signals: pd.DataFrame
    class_name: str

    def _sheet(self) -> Sheet:
        row = self.row
        verify = [_NUMBER.sub("", line) for line in row["verify"].split("\n")]
        parts = [
            ("需核查的监督点", verify), ("法律依据", row["laws"].split("；")),
            ("类案方式", [row["class_routes"]]), ("个案方式", [row["person_routes"]]),
            ("监督对象", [row["supervised"]]),
        ]  # fmt: skip
        return Sheet(
            f"{row['rank']}　{row['label']}",
            facts=[
                ("类别", self.class_name), ("得分", f"{row['score']:.1f}"), ("事项", row["n_matters"]),
                ("件次", row["n_petitions"]), ("独立反映人", row["n_petitioners"]), ("地点", row["n_places"]),
                ("排名区间", f"{row['rank_low']}–{row['rank_high']}"),
            ],
            head=["指标", "得分", "说明"],
            rows=[[NAMES.get(s.signal, s.signal), f"{s.points:.1f}", s.shown] for s in self.signals.itertuples()],
            parts=[(name, [line for line in lines if line]) for name, lines in parts if any(lines)],
            note="疑似线索，待核查。",
        )  # fmt: skip


def candidate_card(run: Run, rank: int = 1) -> CandidateCard:
    """Show the candidate of a rank: signals with their numbers, law, routes, what to verify.

    Raises
    ------
    InputError
        When no candidate has that rank.
    """
    found = run.candidates[run.candidates["rank"] == rank]
    if found.empty:
        raise InputError(f"no candidate has rank {rank}; there are {len(run.candidates)}")
    row = found.iloc[0]
    signals = run.signals[(run.signals["issue_id"] == row["issue_id"]) & (run.signals["points"] > 0)]
    signals = signals.sort_values(["points", "signal"], ascending=[False, True], ignore_index=True)
    return CandidateCard(row, signals, class_titles(run, [row["class_code"]])[row["class_code"]])

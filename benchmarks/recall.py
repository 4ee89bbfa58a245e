"""Measure a run of a synthetic ledger against its answer key.

    python benchmarks/recall.py out/sample data/city.answers.csv

Prints class accuracy, mean best F1 of matters and of planted topics, how many planted topics stand among the first
candidates, where issues that are mostly one single-event storm ended up, and whether a planted bulk registration was
called a rise.
"""

import argparse
import json

import pandas as pd

from minelib.runs import load_run


def best_f1(gold: dict[str, set], predicted: dict[str, set]) -> pd.Series:
    """Return for each gold group the best F1 over predicted groups."""
    where: dict[str, list[str]] = {}
    for name, members in predicted.items():
        for member in members:
            where.setdefault(member, []).append(name)
    scores = {}
    for name, members in gold.items():
        near = {n for m in members for n in where.get(m, ())}
        scores[name] = max(
            (2 * len(members & predicted[n]) / (len(members) + len(predicted[n])) for n in near), default=0.0
        )
    return pd.Series(scores, dtype=float)


def groups(table: pd.DataFrame, column: str) -> dict[str, set]:
    """Return the record ids of each value of a column."""
    filled = table[table[column].notna() & (table[column] != "")]
    return filled.groupby(column)["record_id"].agg(set).to_dict()


def rank_of(members: set, found: dict[str, set], ranked: list[str]) -> int:
    """Return the rank of the candidate that holds most of a topic and is mostly it; 0 where there is none."""
    shared = {
        i: len(found[i] & members)
        for i in ranked
        if i in found and 2 * len(found[i] & members) > len(found[i])
    }
    best = max(shared, key=lambda i: (shared[i], -ranked.index(i)), default=None)
    return ranked.index(best) + 1 if best and shared[best] else 0


def measure(folder: str, answers: str, *, top: int = 10) -> dict:
    """Compare a run folder with an answer key."""
    run = load_run(folder)
    key = pd.read_csv(answers, dtype=str, keep_default_na=False)
    both = key.merge(run.petitions, on="record_id")
    sure = both[both["doubtful"] != "1"]
    matters = {k: v for k, v in groups(both, "matter").items() if len(v) > 1}
    planted = groups(both[both["planted"] == "1"], "issue")
    found = groups(both, "issue_id")
    topics = best_f1(planted, found)
    ranked = run.candidates.sort_values("rank")["issue_id"].tolist()
    rank = {t: rank_of(members, found, ranked) for t, members in planted.items()}
    storms = both.assign(storm=both["storm"] == "1").groupby("issue_id")["storm"].mean()
    bulk = both.loc[both["batch"] == "1", "issue_id"].dropna().unique()
    rising = run.signals[run.signals["signal"].eq("rise") & run.signals["points"].gt(0)]
    top_ids = set(ranked[:top])
    planted_share = both.assign(planted=both["planted"] == "1").groupby("issue_id")["planted"].mean()
    return {
        "petitions": len(both),
        "class_accuracy": round(float((sure["class"] == sure["class_code"]).mean()), 3),
        "matter_mean_f1": round(float(best_f1(matters, groups(both, "matter_id")).mean()), 3),
        "n_matters": [int(both["matter"].nunique()), int(both["matter_id"].nunique())],
        "topic_mean_f1": round(float(topics.mean()), 3),
        "topics": {t: [round(float(topics[t]), 2), rank[t]] for t in sorted(planted)},
        "topics_in_top": [sum(0 < r <= top for r in rank.values()), len(planted)],
        "top_is_planted": [int(sum(planted_share[i] > 0.5 for i in top_ids)), len(top_ids)],
        "storm_ranks": sorted(ranked.index(i) + 1 for i in storms.index[storms > 0.5]),
        "bulk_called_rising": sorted(set(bulk) & set(rising["issue_id"]) - set(_planted_rise(both, rising))),
    }


def _planted_rise(both: pd.DataFrame, rising: pd.DataFrame) -> list[str]:
    """Return the rising issues that are mostly a topic planted with a rise: a bulk may lie among those too."""
    grows = both["planted"].eq("1") & both["profile"].isin(("rise", "new", "winter"))
    share = both.assign(grows=grows).groupby("issue_id")["grows"].mean()
    return [i for i in rising["issue_id"] if share.get(i, 0) > 0.5]


def main() -> None:
    """Print the comparison as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder")
    parser.add_argument("answers")
    a = parser.parse_args()
    print(json.dumps(measure(a.folder, a.answers), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()

"""What the explore page holds, as plain data: issues, matters, petitions by column. Redacted text and counts only."""

import json

import pandas as pd

from minelib.errors import InputError
from minelib.explore.layout import map_data
from minelib.knowledge.taxonomy import load_taxonomy
from minelib.runs import Run
from minelib.scale import rows_of

MOST_ROWS = 10_000
MOST_CHARACTERS = 8_000_000  # a browser opens a page of 25 MB in a few seconds
_ISSUE_WORDS = ("label", "keywords", "class_code", "reasons", "class_routes", "person_routes", "supervised")
_ISSUE_COUNTS = ("rank", "n_matters", "n_petitions", "n_petitioners", "n_places", "n_respondents")
_MOST_PLACES = 8


def page_data(run: Run, *, most: int = MOST_ROWS) -> dict:
    """Gather what the page shows.

    Returns
    -------
    dict
        ``counts``, ``classes`` (code → name), ``issues`` (a list), ``points`` (matters on the map, by column) and
        ``rows`` (petitions, by column): those of candidates first, by rank, then the others by record id.
    """
    discs, points = map_data(run)
    rows = _rows(run, most)
    candidates = run.candidates.sort_values("rank")
    codes = {*rows["class_code"], *candidates["class_code"]}
    return {
        "counts": {
            "petitions": len(run.petitions), "shown": len(rows), "matters": len(run.matters),
            "issues": len(run.issues), "candidates": len(candidates),
        },
        "classes": class_titles(run, sorted(codes)),
        "issues": _issues(candidates, run.matters, discs),
        "points": _points(points, candidates),
        "rows": {name: rows[name].tolist() for name in rows},
    }  # fmt: skip


def class_titles(run: Run, codes: list[str]) -> dict[str, str]:
    """Name class codes by the taxonomy of the run, as far as it is still there; else by the code."""
    own = run.manifest.get("config", {}).get("mine", {}).get("taxonomy") or None
    try:
        taxonomy = load_taxonomy(own)
    except InputError:
        return {code: code for code in codes}
    return {code: taxonomy.title(code) if code in taxonomy.codes else code for code in codes}


def _rows(run: Run, most: int) -> pd.DataFrame:
    """Return the petitions to show, one column a kind; as many as a browser takes easily."""
    table = run.petitions
    rank = table["issue_id"].map(run.candidates.set_index("issue_id")["rank"])
    order = pd.DataFrame({"rank": rank.fillna(1e9), "record_id": table["record_id"]}).sort_values(
        ["rank", "record_id"]
    )
    chosen = rows_of(table, table.index.isin(order.index[:most]), table.columns).loc[order.index[:most]]
    size = (chosen["title"].str.len() + chosen["text"].str.len()).cumsum()
    chosen = chosen[size <= MOST_CHARACTERS]
    township = run.matters.set_index("matter_id")["township"]
    return pd.DataFrame({
        "record_id": chosen["record_id"],
        "day": chosen["received_at"].dt.strftime("%Y-%m-%d").fillna(""),
        "class_code": chosen["class_code"].fillna(""),
        "issue_id": chosen["issue_id"].fillna(""),
        "matter_id": chosen["matter_id"],
        "place": chosen["matter_id"].map(township).fillna(""),
        "groups": chosen["groups"].fillna(""),
        "title": chosen["title"],
        "text": chosen["text"],
        "marks": [_marks(evidence) for evidence in chosen["class_evidence"]],
    })  # fmt: skip


def _marks(evidence: str) -> list[list[int]]:
    """Return start and end of each span, in order."""
    return sorted([span[:2] for span in json.loads(evidence or "[]")])


def _issues(candidates: pd.DataFrame, matters: pd.DataFrame, discs: pd.DataFrame) -> list[dict]:
    places = _places(matters)
    where = discs.set_index("issue_id")[["x", "y", "r"]].T.to_dict()
    return [
        {
            "id": row["issue_id"],
            **{name: row[name] or "" for name in _ISSUE_WORDS},
            **{name: int(row[name]) for name in _ISSUE_COUNTS},
            "score": round(float(row["score"]), 1),
            "stability": round(float(row["stability"]), 2) if pd.notna(row["stability"]) else None,
            "first": _day(row["first_at"]),
            "last": _day(row["last_at"]),
            "places": places.get(row["issue_id"], []),
            **where.get(row["issue_id"], {}),
        }
        for row in candidates.to_dict("records")
    ]


def _places(matters: pd.DataFrame) -> dict[str, list]:
    """Return for every issue the townships with most matters: [[name, matters], …]."""
    named = matters[matters["issue_id"].notna() & (matters["township"] != "")]
    counts = named.groupby(["issue_id", "township"]).size().rename("n").reset_index()
    counts = counts.sort_values(["issue_id", "n", "township"], ascending=[True, False, True])
    most = counts.groupby("issue_id").head(_MOST_PLACES)
    places: dict[str, list] = {}
    for issue, *place in zip(most["issue_id"], most["township"], most["n"], strict=True):
        places.setdefault(issue, []).append(place)
    return places


def _points(points: pd.DataFrame, candidates: pd.DataFrame) -> dict[str, list]:
    """Return matters by column; ``issue`` is the place of the issue in the list of issues."""
    nth = pd.Series(range(len(candidates)), index=candidates["issue_id"])
    return {
        "matter_id": points["matter_id"].tolist(),
        "issue": points["issue_id"].map(nth).astype(int).tolist(),
        "n": points["n_petitions"].astype(int).tolist(),
        "place": points["place"].where(points["place"] != "", points["township"]).fillna("").tolist(),
        "respondent": points["respondent"].fillna("").tolist(),
        "first": points["first_at"].dt.strftime("%Y-%m-%d").fillna("").tolist(),
        "last": points["last_at"].dt.strftime("%Y-%m-%d").fillna("").tolist(),
        "x": points["x"].tolist(),
        "y": points["y"].tolist(),
    }


def _day(time) -> str:
    return "" if pd.isna(time) else f"{time:%Y-%m-%d}"

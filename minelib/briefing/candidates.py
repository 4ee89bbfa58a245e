"""What a briefing says of one candidate: counts, reasons in words, evidence, law, routes, what to verify."""

import re
from collections.abc import Mapping

import pandas as pd

from minelib.briefing.book import MATTERS, PERSONS, PIECES, PLACES, UNIQUE_MATTERS, UNIQUE_PERSONS, Book
from minelib.briefing.dates import month_words, span_words, without_iso
from minelib.briefing.quote import plain, quotation, readable, unease, unnamed
from minelib.plots.data import MIN_CELL
from minelib.scale import among, rows_of
from minelib.screen import NAMES
from minelib.trends import counted_dates

TRENDS = ("rise", "novelty", "group")  # told with the candidate: how it moves and who stands behind it
CAUSES = ("delay", "repetition", "vulnerable")  # told where causes are looked for
CARD = ("supervisable", "spread", "concentration", *TRENDS, *CAUSES)  # the rest of a card says the others
_OF = re.compile(r"^(\D+)(\d+)件中(\d+)件(?!次)")
_LATE = re.compile(r"可计时(\d+)件次中(\d+)件次超过(\d+)日未见答复或方答复")
_COUNT = re.compile(r"(\d)件(?!次)")


def best(candidates: pd.DataFrame, top: int) -> list[dict]:
    """Return the first `top` candidates."""
    return candidates.sort_values("rank").head(top).to_dict("records")


def candidate(book: Book, row: dict, names: Mapping[str, str]) -> dict:
    """Tell one candidate, its counts entered in the book."""
    key, issue = f"c{row['rank']}", row["issue_id"]
    signals = book.run.signals[book.run.signals["issue_id"] == issue]
    signals = signals.sort_values(["points", "signal"], ascending=[False, True])
    petitions = book.rows[(book.rows["issue_id"] == issue).fillna(False).astype(bool)]
    _count_candidate(book, key, row, petitions)
    if trend := _said(signals, TRENDS):
        book.said(f"{key}.trend", "；".join(trend), "signals.shown")
    return {
        "rank": int(row["rank"]), "key": key, "issue_id": issue, "label": readable(row["label"]),
        "class": names.get(row["class_code"], row["class_code"]), "keywords": readable(row["keywords"]),
        "reasons": "；".join(_said(signals, TRENDS + CAUSES)[:3]) or readable(row["reasons"]),
        "score": round(float(row["score"]), 1), "rank_range": [int(row["rank_low"]), int(row["rank_high"])],
        "signals": [{"signal": s.signal, "name": NAMES.get(s.signal, s.signal), "shown": readable(s.shown),
                     "points": round(float(s.points), 1)} for s in signals.itertuples()],
        "causes": _said(signals, CAUSES), "indicators": _said(signals, CARD), "field": _field(signals),
        "evidence": _evidence(book.run.petitions, row["exemplars"].split()),
        "laws": listed(row["laws"], "；"), "supervised": row["supervised"],
        "person_routes": listed(row["person_routes"], "、"),
        "class_routes": listed(row["class_routes"], "、"),
        "verify": listed(without_iso(row["verify"]), "\n"), "records": sorted(petitions["record_id"]),
    }  # fmt: skip


def _count_candidate(book: Book, key: str, row: dict, petitions: pd.DataFrame) -> None:
    """Enter the counts of a candidate, its name and its months."""
    issue = row["issue_id"]
    book.count(f"{key}.petitions", PIECES, issue_id=issue)
    book.count(f"{key}.matters", MATTERS, measure=UNIQUE_MATTERS, issue_id=issue)
    book.count(f"{key}.petitioners", PERSONS, measure=UNIQUE_PERSONS, issue_id=issue)
    book.stated(f"{key}.places", int(row["n_places"]), PLACES, "candidates.n_places")
    book.said(f"{key}.label", readable(row["label"]), "candidates.label")
    days = counted_dates(book.run.petitions)[petitions.index]
    book.said(f"{key}.span", span_words(days.min(), days.max()), "petitions")


def _said(signals: pd.DataFrame, wanted: tuple[str, ...]) -> list[str]:
    """Return the words of the `wanted` signals that gave points, in that order."""
    shown = signals[signals["points"] > 0].set_index("signal")["shown"]
    return [worded(name, readable(shown[name])) for name in wanted if name in shown]


def worded(signal: str, shown: str) -> str:
    """Write a signal for a reader: no asides, the unit named, nothing said of what was not found.

    >>> worded("delay", "称反映未果或答复迟延12件中7件（样本少）；可计时18件次中0件次超过60日未见答复")
    '12个事项中7个称反映未果或答复迟延'
    >>> worded("repetition", "重复访22件中8件，占36.4%（95%区间17.2%—59.3%）")
    '22件次中8件次为重复访，占36.4%'
    """
    text = "；".join(part for part in plain(shown).split("；") if "中0件次" not in part)
    text = _LATE.sub(r"可计时的\1件次中，有\2件次超过\3日才见答复或者仍未见答复", text)
    text = _without_few(text) if signal == "vulnerable" else text
    text = _OF.sub(lambda found: _part_first(*found.groups()), text)
    if signal == "repetition":
        return _COUNT.sub(r"\1件次", text)
    return _COUNT.sub(r"\1个", _COUNT.sub(r"\1个事项", text, count=1))


def _without_few(text: str) -> str:
    """Leave out the groups with fewer matters than a table by place would show: they could point at a person."""
    head, _, parts = text.partition("：")
    kept = [part for part in parts.split("、") if int(re.search(r"\d+|$", part)[0] or 0) >= MIN_CELL]
    return head + ("：" + "、".join(kept) if kept else "")


def _part_first(what: str, whole: str, part: str) -> str:
    """Say how many of how many before what they are."""
    verb = "" if what[0] in "称涉" else "为"
    return f"{whole}件均{verb}{what}" if whole == part else f"{whole}件中{part}件{verb}{what}"


def _field(signals: pd.DataFrame) -> str:
    """Return what the law on public-interest litigation says of this kind of wrong."""
    shown = signals.loc[signals["signal"] == "field", "shown"]
    return plain(readable(shown.iloc[0])) if len(shown) else ""


def _evidence(petitions: pd.DataFrame, exemplars: list[str]) -> list[dict]:
    """Quote the petitions that tell it best, the easiest to read first, with month and id."""
    rows = rows_of(petitions, among(petitions["record_id"], exemplars), petitions.columns).set_index(
        "record_id"
    )
    day = counted_dates(rows)
    quoted = [
        {"record_id": rid, "month": month_words(day[rid]), "text": unnamed(quotation(rows.loc[rid]))}
        for rid in exemplars
        if rid in rows.index
    ]
    return sorted(quoted, key=lambda quote: unease(quote["text"]))


def clue(row: dict, names: Mapping[str, str]) -> dict:
    """Return one line of the appended clue list."""
    return {
        "rank": int(row["rank"]), "label": readable(row["label"]), "issue_id": row["issue_id"],
        "class": names.get(row["class_code"], row["class_code"]), "score": round(float(row["score"]), 1),
        "n_matters": int(row["n_matters"]), "n_petitions": int(row["n_petitions"]),
        "records": row["exemplars"].split(), "laws": listed(row["laws"], "；"),
    }  # fmt: skip


def listed(text: str, mark: str) -> list[str]:
    """Split a joined cell of the candidates table.

    >>> listed("支持起诉、司法救助", "、")
    ['支持起诉', '司法救助']
    """
    return [part for part in text.split(mark) if part.strip()]

"""Law and routes by grievance class, chosen by the day of the facts.

`knowledge/laws.toml` and `routes.toml` are for a prosecutor to read and mend. A row that nobody checked
against a text says 未核 wherever it is shown; the loader refuses dates missing, reversed or overlapping.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pandas as pd

from minelib.errors import InputError
from minelib.knowledge import packaged_toml, read_toml

COLUMNS = (
    "statute", "version", "article", "says", "effective_from", "effective_to", "verified_on", "source",
    "classes", "topics",
)
OPEN = date.max  # still in force
UNVERIFIED = "（未核）"
NO_FIELD = "无法定公益诉讼领域，可考虑检察建议"


@dataclass(frozen=True)
class Routes:
    """What can be done about a class of grievance; a proposal to a human.

    Attributes
    ----------
    person, class_level : tuple of str
        For one petitioner (支持起诉, 司法救助 …), and for the pattern (检察建议, 行政检察 …).
    supervised : str
        监督对象.
    verify : tuple of str
        监督点, in order.
    field : str
        The statutory public-interest field with its basis, or `NO_FIELD`.
    has_field : bool
    note : str
        The trap to keep in mind.
    """

    person: tuple[str, ...]
    class_level: tuple[str, ...]
    supervised: str
    verify: tuple[str, ...]
    field: str
    has_field: bool
    note: str


def load_laws(path: str | Path | None = None, *, classes: Iterable[str] | None = None) -> pd.DataFrame:
    """Read and check a law file; the packaged one when no path is given.

    Parameters
    ----------
    path : path, optional
        A TOML file laid out as `knowledge/laws.toml`.
    classes : iterable of str, optional
        Allowed class codes; those of `routes.toml` when absent.

    Returns
    -------
    DataFrame
        One row an article of a version: `COLUMNS`. Dates are `datetime.date`; `effective_to` is `OPEN` while
        in force, `verified_on` None where not verified; `classes` and `topics` are tuples.

    Raises
    ------
    InputError
        Missing or reversed dates, overlapping versions, unknown class codes; names statute and version.

    Examples
    --------
    >>> laws = load_laws()
    >>> laws.loc[laws["statute"] == "生态环境法典", "effective_from"].iloc[0].isoformat()
    '2026-08-15'
    """
    data = packaged_toml("laws") if path is None else read_toml(path)
    allowed = set(packaged_toml("routes")["class"] if classes is None else classes)
    statutes = data.get("statute", [])
    if not statutes:
        raise InputError("law file has no [[statute]]; see knowledge/laws.toml for the layout")
    rows = [row for statute in statutes for row in _rows(statute, allowed)]
    _refuse_overlaps(statutes)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def laws_for(
    class_code: str, on: date, *, until: date | None = None, text: str = "", laws: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the rows for a class that were in force on a day, or at any time of a span.

    Parameters
    ----------
    class_code : str
        C01 … C40.
    on : date
        Day of the facts; the petition's date where nothing better is known.
    until : date, optional
        Last day of the facts.
    text : str
        Label, keywords and titles of the issue: rows whose topics occur in it come first, rows of other
        topics are left out. Where no topic occurs, nothing is left out: the reader must choose.
    laws : DataFrame, optional
        From `load_laws`.

    Returns
    -------
    DataFrame
        As `load_laws`, best first.

    Examples
    --------
    >>> laws_for("C09", date(2025, 12, 31)).query("statute == '治安管理处罚法'")["article"].tolist()
    ['58']
    >>> laws_for("C09", date(2026, 1, 1)).query("statute == '治安管理处罚法'")["article"].tolist()
    ['88']
    """
    rows = _by_class(class_code) if laws is None else _of_class(laws, class_code)
    until = until or on
    rows = rows[(rows["effective_from"] <= until) & (rows["effective_to"] >= on)]
    hits = rows["topics"].map(lambda topics: sum(t in text for t in topics))
    general = rows["topics"].map(len).eq(0)
    if hits.gt(0).any():
        rows, hits = rows[general | hits.gt(0)], hits[general | hits.gt(0)]
    order = pd.DataFrame({"hits": -hits, "unverified": rows["verified_on"].isna()}).sort_values(
        ["hits", "unverified"], kind="stable"
    )
    return rows.loc[order.index]


def cite(row: Mapping) -> str:
    """Return a row as a briefing prints it, marked when it was not verified.

    Examples
    --------
    >>> rows = laws_for("C09", date(2026, 1, 1))
    >>> cite(rows.query("statute == '治安管理处罚法'").iloc[0])
    '《治安管理处罚法》（2025年修订）第88条（未核）'
    """
    article = row["article"]
    if not article:
        number = "（条文序号待核）"
    elif "之" in article:
        number = f"第{article.split('之', 1)[0]}条之{article.split('之', 1)[1]}"
    else:
        number = f"第{article}条"
    return f"《{row['statute']}》（{row['version']}）{number}" + ("" if row["verified_on"] else UNVERIFIED)


def cite_all(rows: pd.DataFrame, *, most: int = 8) -> str:
    """Join citations by "；", the articles of one version together, at most `most` versions.

    >>> cite_all(laws_for("C12", date(2025, 6, 1)).head(1))
    '《城乡规划法》（2019年修正）第43条（未核）'
    """
    cited: dict[tuple, list[str]] = {}
    for row in rows.to_dict("records"):
        key = (row["statute"], row["version"], bool(row["verified_on"]))
        cited.setdefault(key, []).append(cite({**row, "verified_on": "checked"}))
    texts = []
    for (statute, version, verified), articles in list(cited.items())[:most]:
        head = f"《{statute}》（{version}）"
        numbers = "、".join(dict.fromkeys(a.removeprefix(head) for a in articles))
        texts.append(head + numbers + ("" if verified else UNVERIFIED))
    return "；".join(texts)


def routes_for(class_code: str, on: date, *, text: str = "") -> Routes:
    """Return person-level and class-level routes side by side, and the public-interest field if there is one.

    Parameters
    ----------
    class_code : str
    on : date
        Fields of public-interest litigation came one by one; the day decides.
    text : str
        What the issue says; some fields apply only to part of a class (a lift inside property management).

    Examples
    --------
    >>> routes = routes_for("C23", date(2026, 1, 1), text="拖欠农民工工资")
    >>> routes.person[0], routes.class_level[0], routes.field
    ('支持起诉', '社会治理检察建议', '无法定公益诉讼领域，可考虑检察建议')
    """
    table = packaged_toml("routes")["class"]
    if class_code not in table:
        raise InputError(f"no routes for class {class_code!r}; known: {', '.join(sorted(table))}")
    entry = table[class_code]
    fields = _fields(entry, on, text)
    return Routes(
        tuple(entry["person"]),
        tuple(r for r in entry["class"] if fields or "公益诉讼" not in r or "等外" in r),
        entry["supervised"],
        tuple(entry["verify"]),
        "、".join(fields) or NO_FIELD,
        bool(fields),
        entry["note"],
    )


def field_table() -> pd.DataFrame:
    """Return the statutory fields of public-interest litigation with their basis and dates.

    >>> int((field_table()["basis"].str.contains("检察公益诉讼法")).sum())  # not in force
    0
    """
    return pd.DataFrame(packaged_toml("routes")["field"])


def _fields(entry: Mapping, on: date, text: str) -> list[str]:
    """Name each field, with its basis, that the class has, the day had and the text speaks of."""
    wanted = {f["name"] for f in entry["fields"] if not f["if"] or any(w in text for w in f["if"])}
    return [
        f"{field['name']}（{field['basis']}）" + ("" if field["verified_on"] else UNVERIFIED)
        for field in packaged_toml("routes")["field"]
        if field["name"] in wanted and field["effective_from"] <= on <= (field["effective_to"] or OPEN)
    ]


def _rows(statute: Mapping, allowed: set[str]) -> Iterable[tuple]:
    """Check one statute's version and yield its articles."""
    name = f"{statute.get('name', '?')}（{statute.get('version', '?')}）"
    needed = ("name", "version", "effective_from", "effective_to", "source", "articles")
    missing = [k for k in needed if k not in statute]
    if missing:
        raise InputError(f"law {name}: missing {', '.join(missing)}")
    start, end = statute["effective_from"], statute["effective_to"] or OPEN
    if not isinstance(start, date) or not isinstance(end, date):
        raise InputError(f"law {name}: effective_from and effective_to must be dates, \"\" for open")
    if end < start:
        raise InputError(f"law {name}: effective_to {end} is before effective_from {start}")
    for article in statute["articles"]:
        unknown = sorted(set(article["classes"]) - allowed)
        if unknown:
            raise InputError(f"law {name} article {article['no']!r}: unknown class {', '.join(unknown)}")
        verified = article.get("verified_on", statute.get("verified_on")) or None
        yield (
            statute["name"], statute["version"], article["no"], article["says"], start, end, verified,
            statute["source"], tuple(article["classes"]), tuple(article.get("topics", ())),
        )


def _refuse_overlaps(statutes: Iterable[Mapping]) -> None:
    """Two versions of a statute cannot both be in force on a day."""
    last: dict[str, tuple[date, str]] = {}
    for statute in sorted(statutes, key=lambda s: (s["name"], s["effective_from"])):
        end, version = last.get(statute["name"], (date.min, ""))
        if statute["effective_from"] <= end and version:
            raise InputError(
                f"law {statute['name']}: version {version} runs to {end}, but {statute['version']} starts on "
                f"{statute['effective_from']}; end the older one the day before"
            )
        last[statute["name"]] = (statute["effective_to"] or OPEN, statute["version"])


def _of_class(laws: pd.DataFrame, class_code: str) -> pd.DataFrame:
    return laws[laws["classes"].map(lambda codes: class_code in codes)]


@cache
def _by_class(class_code: str) -> pd.DataFrame:
    """The packaged rows of a class; thousands of issues ask for forty classes."""
    return _of_class(_packaged(), class_code)


@cache
def _packaged() -> pd.DataFrame:
    return load_laws()

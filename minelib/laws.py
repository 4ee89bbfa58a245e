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

OPEN = date.max  # still in force
UNVERIFIED = "（未核）"
NO_FIELD = "无法定公益诉讼领域，可考虑检察建议"


@dataclass(frozen=True)
class Law:
    """An article of one version of a statute, and the grievances it speaks to.

    Attributes
    ----------
    statute, version, article, says, source : str
        `says` in our own words; `article` "" where its number is not known.
    effective_from, effective_to : date
        `effective_to` is `OPEN` while in force.
    verified_on : date or None
        When the article was read in `source`; None is not verified.
    classes, topics : tuple of str
    """

    statute: str
    version: str
    article: str
    says: str
    effective_from: date
    effective_to: date
    verified_on: date | None
    source: str
    classes: tuple[str, ...]
    topics: tuple[str, ...]


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


def load_laws(path: str | Path | None = None, *, classes: Iterable[str] | None = None) -> tuple[Law, ...]:
    """Read and check a law file; the packaged one when no path is given.

    Parameters
    ----------
    path : path, optional
        A TOML file laid out as `knowledge/laws.toml`.
    classes : iterable of str, optional
        Allowed class codes; those of `routes.toml` when absent.

    Raises
    ------
    InputError
        Missing or reversed dates, overlapping versions, unknown class codes; names statute and version.

    Examples
    --------
    >>> {law.effective_from.isoformat() for law in load_laws() if law.statute == "生态环境法典"}
    {'2026-08-15'}
    """
    data = packaged_toml("laws") if path is None else read_toml(path)
    allowed = set(packaged_toml("routes")["class"] if classes is None else classes)
    statutes = data.get("statute", [])
    if not statutes:
        raise InputError("law file has no [[statute]]; see knowledge/laws.toml for the layout")
    laws = tuple(law for statute in statutes for law in _read_statute(statute, allowed))
    _refuse_overlaps(statutes)
    return laws


def laws_for(
    class_code: str, on: date, *, until: date | None = None, text: str = "", laws: Iterable[Law] | None = None
) -> list[Law]:
    """Return the law for a class that was in force on a day, or at any time of a span, best first.

    Parameters
    ----------
    class_code : str
        C01 … C40.
    on : date
        Day of the facts; the petition's date where nothing better is known.
    until : date, optional
        Last day of the facts.
    text : str
        Label, keywords and titles of the issue. Articles on other topics are left out, unless the class has
        nothing else: then all stay and the reader must choose.
    laws : iterable of Law, optional
        From `load_laws`.

    Examples
    --------
    >>> before, after = (laws_for("C09", day, text="噪声") for day in (date(2025, 12, 31), date(2026, 1, 1)))
    >>> [law.article for law in before + after if law.statute == "治安管理处罚法"]
    ['58', '88']
    """
    known = _by_class(class_code) if laws is None else [law for law in laws if class_code in law.classes]
    valid = [law for law in known if law.effective_from <= (until or on) and law.effective_to >= on]
    hits = {law: sum(topic in text for topic in law.topics) for law in valid}
    apt = [law for law in valid if hits[law] or not law.topics] if text else valid
    return sorted(apt or valid, key=lambda law: (-hits[law], law.verified_on is None))


def cite(law: Law) -> str:
    """Return an article as a briefing prints it, marked when it was not verified.

    Examples
    --------
    >>> cite(laws_for("C07", date(2025, 6, 1))[0])
    '《住房公积金管理条例》（2019年修订）第37条（未核）'
    """
    return f"《{law.statute}》（{law.version}）{_number(law)}" + ("" if law.verified_on else UNVERIFIED)


def cite_all(laws: Iterable[Law]) -> str:
    """Join citations by "；", the articles of one version together.

    >>> wages = laws_for("C23", date(2025, 6, 1), text="克扣工资")
    >>> cite_all([law for law in wages if law.statute == "劳动法"])
    '《劳动法》（2018年修正）第50条、第91条'
    """
    cited: dict[tuple[str, str, bool], list[Law]] = {}
    for law in laws:
        cited.setdefault((law.statute, law.version, law.verified_on is not None), []).append(law)
    return "；".join(
        f"《{statute}》（{version}）{_numbers(of_version)}" + ("" if verified else UNVERIFIED)
        for (statute, version, verified), of_version in cited.items()
    )


def law_table(laws: Iterable[Law]) -> pd.DataFrame:
    """Return laws as a table for people: a row an article, 未核 where not verified.

    >>> law_table(laws_for("C36", date(2026, 1, 1)))["核对"].tolist()
    ['未核']
    """
    return pd.DataFrame(
        [
            {
                "法律": law.statute, "版本": law.version, "条": law.article or "待核", "内容": law.says,
                "施行日": law.effective_from.isoformat(),
                "失效日": "" if law.effective_to == OPEN else law.effective_to.isoformat(),
                "核对": law.verified_on.isoformat() if law.verified_on else "未核",
                "来源": law.source, "类别": "、".join(law.classes),
            }
            for law in laws
        ],
        columns=["法律", "版本", "条", "内容", "施行日", "失效日", "核对", "来源", "类别"],
    )  # fmt: skip


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


def _numbers(laws: Iterable[Law]) -> str:
    ordered = sorted(laws, key=lambda law: int(law.article.split("之")[0] or 0))
    return "、".join(dict.fromkeys(_number(law) for law in ordered))


def _number(law: Law) -> str:
    if not law.article:
        return "（条文序号待核）"
    number, *suffix = law.article.split("之")
    return f"第{number}条" + (f"之{suffix[0]}" if suffix else "")


def _read_statute(statute: Mapping, allowed: set[str]) -> Iterable[Law]:
    """Check one version of a statute and yield its articles."""
    name = f"{statute.get('name', '?')}（{statute.get('version', '?')}）"
    needed = ("name", "version", "effective_from", "effective_to", "source", "articles")
    missing = [k for k in needed if k not in statute]
    if missing:
        raise InputError(f"law {name}: missing {', '.join(missing)}")
    start, end = statute["effective_from"], statute["effective_to"] or OPEN
    if not isinstance(start, date) or not isinstance(end, date):
        raise InputError(f'law {name}: effective_from and effective_to must be dates, "" for open')
    if end < start:
        raise InputError(f"law {name}: effective_to {end} is before effective_from {start}")
    for article in statute["articles"]:
        unknown = sorted(set(article["classes"]) - allowed)
        if unknown:
            raise InputError(f"law {name} article {article['no']!r}: unknown class {', '.join(unknown)}")
        verified = article.get("verified_on", statute.get("verified_on")) or None
        yield Law(
            statute["name"], statute["version"], article["no"], article["says"], start, end, verified,
            article.get("source", statute["source"]), tuple(article["classes"]), tuple(article.get("topics", ())),
        )  # fmt: skip


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


@cache
def _by_class(class_code: str) -> tuple[Law, ...]:
    """The packaged law of a class; thousands of issues ask for forty classes."""
    return tuple(law for law in _packaged() if class_code in law.classes)


@cache
def _packaged() -> tuple[Law, ...]:
    return load_laws()

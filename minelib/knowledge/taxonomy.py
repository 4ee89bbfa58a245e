"""The grievance classes a petition may fall in, and the words that tell them apart.

A taxonomy is a TOML file a prosecutor can edit. The packaged one has 40 classes; any other, with a name and a
few words a class, works the same way.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from minelib.errors import InputError
from minelib.knowledge import packaged_toml, read_toml

TIERS = {"sure": 4.0, "likely": 2.0, "hint": 1.0, "against": -3.0}
OPERATORS = "~+&"
_CLASS_KEYS = ("code", "name", "about", "words", *TIERS, "lookalike", "examples")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way of saying it: parts joined by one operator, each part a choice of words.

    Attributes
    ----------
    text : str
        As it stands in the file.
    parts : tuple of tuple of str
    operator : str
        "" for a single part, "~" near and in order, "+" in one sentence, "&" in one petition.
    """

    text: str
    parts: tuple[tuple[str, ...], ...]
    operator: str


@dataclass(frozen=True, slots=True)
class GrievanceClass:
    """A class: `phrases` pairs each phrase with its weight; words inside a `lookalike` do not count."""

    code: str
    name: str
    about: str
    phrases: tuple[tuple[Phrase, float], ...]
    lookalikes: tuple[Phrase, ...]
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All classes, in the order of the file; `other` is the code given where nothing fits.

    `borrow` lets classes without examples use what the packaged classes know that their words point at.
    """

    name: str
    other: str
    classes: tuple[GrievanceClass, ...]
    borrow: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(c.code for c in self.classes)

    def title(self, code: str) -> str:
        """Return the name of a class.

        >>> load_taxonomy().title("C09")
        '噪音扰民'
        """
        return next(c.name for c in self.classes if c.code == code)


def parse_phrase(text: str) -> Phrase:
    """Read one phrase of the file.

    Raises
    ------
    InputError
        When it mixes operators or leaves a part empty.

    >>> parse_phrase("拖欠|克扣~工资").parts
    (('拖欠', '克扣'), ('工资',))
    """
    used = [o for o in OPERATORS if o in text]
    if len(used) > 1:
        raise InputError(f"phrase {text!r} mixes {' and '.join(used)}; use one of {' '.join(OPERATORS)}")
    operator = used[0] if used else ""
    parts = text.split(operator) if operator else [text]
    choices = tuple(tuple(part.split("|")) for part in parts)
    if any(not word for part in choices for word in part):
        raise InputError(f"phrase {text!r} has an empty word beside |, ~, + or &")
    return Phrase(text, choices, operator)


def load_taxonomy(path: str | Path | None = None) -> Taxonomy:
    """Load and check a taxonomy: the packaged one, or a user's TOML file.

    Raises
    ------
    InputError
        Naming the class and the entry at fault.

    >>> taxonomy = load_taxonomy()
    >>> len(taxonomy.classes), taxonomy.other
    (40, 'C40')
    """
    if path is None:
        return _packaged()
    return make_taxonomy(read_toml(path), where=str(path))


@cache
def _packaged() -> Taxonomy:
    examples = packaged_toml("class_examples")
    data = packaged_toml("taxonomy")
    classes = [{**c, "examples": examples.get(c["code"], "")} for c in data["class"]]
    return make_taxonomy({**data, "class": classes}, where="taxonomy.toml")


def make_taxonomy(data: dict, *, where: str = "taxonomy") -> Taxonomy:
    """Check plain data in the form of the TOML file and freeze it.

    >>> make_taxonomy({"class": [{"name": "欠薪", "words": "工资"}, {"name": "其他"}]}).codes
    ('欠薪', '其他')
    """
    entries = data.get("class")
    if not isinstance(entries, list) or len(entries) < 2:
        raise InputError(f"{where}: needs at least two [[class]] tables, each with a name and words")
    classes = tuple(_read_class(e, f"{where}: class {i}") for i, e in enumerate(entries, 1))
    codes = [c.code for c in classes]
    if repeated := sorted({c for c in codes if codes.count(c) > 1}):
        raise InputError(f"{where}: class code {', '.join(repeated)} is given more than once")
    other = str(data.get("other", codes[-1]))
    if other not in codes:
        raise InputError(f"{where}: other = {other!r} is not one of the class codes {', '.join(codes)}")
    borrow = data.get("borrow", True)
    if not isinstance(borrow, bool):
        raise InputError(f"{where}: borrow = {borrow!r} must be true or false")
    return Taxonomy(str(data.get("name", where)), other, classes, borrow)


def _read_class(entry: dict, where: str) -> GrievanceClass:
    if not isinstance(entry, dict) or not str(entry.get("name", "")).strip():
        raise InputError(f"{where}: needs a name")
    name = str(entry["name"]).strip()
    where = f"{where} ({entry.get('code', name)})"
    if unknown := sorted(set(entry) - set(_CLASS_KEYS)):
        raise InputError(f"{where}: unknown key {', '.join(unknown)}; allowed: {', '.join(_CLASS_KEYS)}")
    tiers = {**TIERS, "words": TIERS["likely"]}
    weighed = {}
    for key, weight in tiers.items():
        for phrase in _phrases(entry.get(key, ""), f"{where}: {key}"):
            weighed.setdefault(phrase, weight)
    return GrievanceClass(
        code=str(entry.get("code", name)),
        name=name,
        about=str(entry.get("about", "")),
        phrases=tuple(weighed.items()),
        lookalikes=tuple(_phrases(entry.get("lookalike", ""), f"{where}: lookalike")),
        examples=tuple(_lines(entry.get("examples", ""))),
    )


def _phrases(value, where: str) -> list[Phrase]:
    if not isinstance(value, str | list):
        raise InputError(f"{where}: must be words in one text or a list, got {type(value).__name__}")
    words = re.split(r"\s+", value.strip()) if isinstance(value, str) else [str(v).strip() for v in value]
    try:
        return [parse_phrase(w) for w in dict.fromkeys(words) if w]
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _lines(value: str | list) -> list[str]:
    lines = value.splitlines() if isinstance(value, str) else [str(v) for v in value]
    return [line.strip() for line in lines if line.strip()]

"""Check that a briefing's facts hold together: sums, shares, changes and the words around them."""

import re
from collections.abc import Iterator, Mapping

from minelib.briefing.book import MIN_BASE, answer
from minelib.briefing.compose import templates_used
from minelib.briefing.prose import slots
from minelib.runs import Run

_FALL = re.compile(r"(?:下降|减少|降低|回落)(?:了)?\s*(\d+(?:\.\d+)?)\s*[%％]")
_CHANGE = re.compile(r"(同比|环比)[^。；;]{0,40}")
_PERSON_PIECES = re.compile(r"件次[^，。；、（）]{0,6}中的\d+人次|人次[^，。；、（）]{0,6}中的\d+件次")


def lint_facts(facts: Mapping, *, run: Run | None = None) -> list[str]:
    """Return what is wrong with `facts`, one line each; nothing wrong is an empty list.

    Parameters
    ----------
    facts : mapping
        From `summarise`.
    run : Run, optional
        Where given, every count is asked of the rows again.

    Notes
    -----
    A fall over 100 %, a share that does not follow from its part and whole, parts that exceed their whole, a
    同比 or 环比 that names no base, a percentage on fewer than 20, a share of 件次 in 人次, and a number in a
    sentence that is not a fact are all errors.
    """
    book = facts["facts"]
    found = [line for key, fact in book.items() for line in _wrong_fact(key, fact, book)]
    found += _wrong_classes(facts)
    found += [line for text in templates_used(facts) for line in _wrong_template(text, book)]
    found += [line for key, fact in book.items() for line in lint_text(str(fact["shown"]), where=key)]
    if run is not None:
        found += [
            f"{key}: says {fact['value']}, the rows say {again}"
            for key, fact in book.items()
            if "query" in fact and (again := answer(run, fact["query"])) != fact["value"]
        ]
    return found


def lint_text(text: str, *, where: str = "text") -> list[str]:
    """Return what is wrong with the statistics of a sentence.

    >>> lint_text("矛盾纠纷同比下降218%")
    ['text: 下降218% is a fall over 100 %', 'text: 同比 names no base']
    >>> lint_text("同比下降21.8%（上年同期55件次）")
    []
    """
    found = [
        f"{where}: {fall[0]} is a fall over 100 %" for fall in _FALL.finditer(text) if float(fall[1]) > 100
    ]
    found += [
        f"{where}: {change[1]} names no base" for change in _CHANGE.finditer(text)
        if re.search(r"\d", change[0]) and not re.search(r"[（(][^）)]*\d", change[0])
    ]  # fmt: skip
    if _PERSON_PIECES.search(text):
        found.append(f"{where}: 件次 and 人次 are different counts")
    return found


def _wrong_fact(key: str, fact: Mapping, book: Mapping) -> Iterator[str]:
    """Check one fact against those it is made of."""
    if fact["unit"] and str(fact["value"]) not in fact["shown"] and "part" not in fact and "now" not in fact:
        yield f"{key}: shown as {fact['shown']!r}, value {fact['value']}"
    if "less" in fact and fact["value"] != book[fact["whole"]]["value"] - book[fact["less"]]["value"]:
        yield f"{key}: {fact['value']} is not {fact['whole']} less {fact['less']}"
    if "part" in fact:
        yield from _wrong_share(key, fact, book[fact["part"]], book[fact["base"]])
    if "now" in fact:
        yield from _wrong_change(key, fact, book[fact["now"]], book[fact["base"]])


def _wrong_share(key: str, fact: Mapping, part: Mapping, whole: Mapping) -> Iterator[str]:
    """Check a share against its part and whole."""
    if part["unit"] != whole["unit"]:
        yield f"{key}: {part['unit']} of {whole['unit']} is no share"
    if part["value"] > whole["value"]:
        yield f"{key}: the part {part['value']} exceeds the whole {whole['value']}"
    if not whole["value"]:
        return
    if fact["value"] is None or abs(fact["value"] - 100 * part["value"] / whole["value"]) > 0.051:
        yield f"{key}: {fact['value']} % is not {part['value']} of {whole['value']}"
    if "%" in fact["shown"] and whole["value"] < MIN_BASE:
        yield f"{key}: a percentage on a base of {whole['value']}"
    if "%" in fact["shown"] and fact["shown"] != f"{fact['value']:.1f}%":
        yield f"{key}: shown as {fact['shown']}, value {fact['value']}"


def _wrong_change(key: str, fact: Mapping, now: Mapping, before: Mapping) -> Iterator[str]:
    """Check a change against what it compares."""
    if now["unit"] != before["unit"]:
        yield f"{key}: {now['unit']} against {before['unit']} is no change"
    if fact["step"] != now["value"] - before["value"]:
        yield f"{key}: the step {fact['step']} is not {now['value']} less {before['value']}"
    if before["value"] and abs(fact["value"] - 100 * fact["step"] / before["value"]) > 0.051:
        yield f"{key}: {fact['value']} % is not {before['value']} to {now['value']}"
    if "%" in fact["shown"] and before["value"] < MIN_BASE:
        yield f"{key}: a percentage on a base of {before['value']}"
    if "%" in fact["shown"] and f"{abs(fact['value']):.1f}%" not in fact["shown"]:
        yield f"{key}: shown as {fact['shown']}, value {fact['value']}"


def _wrong_classes(facts: Mapping) -> Iterator[str]:
    """Check that the classes do not add up to more than the whole."""
    book = facts["facts"]
    for part, whole in (("petitions", "petitions"), ("matters", "matters")):
        total = sum(book[f"{row['key']}.{part}"]["value"] for row in facts["classes"])
        if part == "petitions" and total > book[whole]["value"]:
            yield f"classes: {total} {part} in classes, {book[whole]['value']} in all"


def _wrong_template(template: str, book: Mapping) -> Iterator[str]:
    """Check that a sentence has no number of its own and asks only for facts there are."""
    bare = re.sub(r"\{[^{}]+\}", "", template)
    if re.search(r"[0-9０-９%％]", bare):
        yield f"a number stands in a sentence without a fact: {bare[:20]}…"
    for key in slots(template):
        if key not in book:
            yield f"a sentence asks for {key}, which is no fact"

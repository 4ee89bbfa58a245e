"""How letters begin and end: greetings, pleas, thanks and signatures, which tell nothing about the grievance.

They are pointed at, not taken away: a briefing may quote them, vectors should not see them.
"""

import re
from functools import cache

from minelib.knowledge import packaged_toml
from minelib.knowledge.patterns import any_of

_STOPS = "。！？!?；;，,…\n"
_LONGEST = 40  # characters of a line that signs
_SIGNATURE_LINES = 4
_WORD = re.compile(r"[^\W\d_]")

Span = tuple[int, int, str]


def _any_of(words) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _greeting() -> re.Pattern:
    known = packaged_toml("boilerplate")["greeting"]
    opening, titles, hello = (_any_of(known[k]) for k in ("opening", "titles", "hello"))
    name = rf"[^{_STOPS}：:、\s您你]{{0,12}}?"
    ending = r"[\s：:，,。.!！、~～]"
    titled = rf"{name}(?:{titles})(?:\s?[、和及与]?\s?{name}(?:{titles})){{0,4}}"
    greeted = rf"(?:{hello}|好){ending}*+"
    return re.compile(
        rf"\s*(?:"
        rf"(?:{opening}){titled}(?:{ending}++(?:{greeted})?|{greeted}|(?=我|首先|今|\Z))"
        rf"|(?!被|投诉|举报|反映|责任|承办){titled}(?:[：:]{ending}*+|{ending}*+{greeted})"
        rf"|(?:{hello}){ending}++"
        rf")"
    )


@cache
def _closing() -> tuple[re.Pattern, re.Pattern, re.Pattern]:
    """Return patterns of where a clause may begin to close, of a run of such clauses, and of a word that counts.

    The first begins with the characters looked for: the regex engine passes over all others quickly.
    """
    known = packaged_toml("boilerplate")["closing"]
    every = known["core"] + known["rest"]
    begins = rf"[{''.join(sorted({w[0] for w in every}))}](?<![^{_STOPS}\s].)"
    clause = rf"(?:{any_of(every)}){{1,30}}+[ ：:.~～]*+(?:[{_STOPS}][{_STOPS}\s~～.]*+|\Z)"
    return re.compile(begins), re.compile(rf"(?:{clause})+"), re.compile(_any_of(known["core"]))


@cache
def _signature() -> re.Pattern:
    known = packaged_toml("boilerplate")["signature"]
    labels, groups = _any_of(known["labels"]), _any_of(known["groups"])
    n = r"[\d〇零○O一二三四五六七八九十]"
    date = rf"{n}{{4}}\s?[年./-]\s?{n}{{1,3}}\s?[月./-]\s?{n}{{1,3}}\s?日?"
    who = (
        rf"(?:(?:{labels})\s?[:：].{{0,20}}|(?:一[名位个群]|全体|广大|各位|你的).{{0,12}}?(?:{groups})代?表?)"
    )
    return re.compile(rf"\s*(?:{who})?[\s,，。.]*(?:{date})?[\s。.]*")


def _greetings(text: str) -> list[Span]:
    spans, at = [], 0
    while len(spans) < 4 and (found := _greeting().match(text, at)) and found.end() > at:
        spans.append((at + len(found[0]) - len(found[0].lstrip()), found.end(), "greeting"))
        at = found.end()
    return spans


def _closings(text: str, begin: int) -> list[Span]:
    begins, clauses, core = _closing()
    spans, at = [], begin
    while first := begins.search(text, at):
        run = clauses.match(text, first.start())
        at = run.end() if run else first.end()
        if run and core.search(run[0]):
            spans.append((*run.span(), "closing"))
    return spans


def _signatures(text: str, begin: int) -> list[Span]:
    """Return the last short lines that sign the letter, looked at from the end."""
    spans, end = [], len(text)
    for _ in range(_SIGNATURE_LINES):
        start = text.rfind("\n", begin, end) + 1 or begin
        line = text[start:end]
        if not line.strip() or len(line) > _LONGEST or not _signature().fullmatch(line):
            break
        spans.append((start, end, "signature"))
        end = max(start - 1, begin)
    return spans[::-1]


def boilerplate_spans(text: str) -> list[Span]:
    """Return where a cleaned text greets, pleads or thanks, and signs.

    Returns
    -------
    list of (start, end, kind)
        In order, not overlapping; kind is "greeting", "closing" or "signature". A clause counts as closing
        when it is made of pleading and thanking words alone: 恳请领导尽快解决 is one, 恳请退还押金 is not.

    Examples
    --------
    >>> text = "尊敬的李书记：您好！工地拖欠工资三个月。恳请领导尽快解决，谢谢！\\n此致\\n敬礼"
    >>> [(text[a:b].strip(), kind) for a, b, kind in boilerplate_spans(text)]
    [('尊敬的李书记：您好！', 'greeting'), ('恳请领导尽快解决，谢谢！\\n此致\\n敬礼', 'closing')]
    """
    greetings = _greetings(text)
    begin = greetings[-1][1] if greetings else 0
    signatures = _signatures(text, begin)
    end = signatures[0][0] if signatures else len(text)
    closings = [s for s in _closings(text, begin) if s[1] <= end]
    return _merged(greetings + closings + signatures)


def _merged(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end, kind in spans:
        if joined and joined[-1][1] == start and joined[-1][2] == kind:
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return joined


def core_text(text: str) -> str:
    """Return a cleaned text without its greetings, closings and signatures, for comparing petitions.

    A text that is nothing else comes back whole.

    >>> core_text("尊敬的李书记：您好！工地拖欠工资三个月。恳请领导尽快解决，谢谢！")
    '工地拖欠工资三个月。'
    """
    kept, at = [], 0
    for start, end, _ in boilerplate_spans(text):
        kept.append(text[at:start])
        at = end
    core = ("".join(kept) + text[at:]).strip()
    return core if _WORD.search(core) else text

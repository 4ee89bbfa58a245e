"""People named in part: 胡书记, 张大爷, 老周, 尹某, 姚姓工作人员, 易、彭两位警官, and 黄某泽."""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from minelib.codepoints import Beginnings, char_table, followed
from minelib.redact.lexicon import any_of, lexicon, longer_surnames
from minelib.redact.names import EDGE
from minelib.redact.needs import needs
from minelib.redact.spans import Span
from minelib.redact.view import View

# Below this a surname is an everyday word first (时, 应, 平 …) and counts only where more says person.
EVERYDAY = 1.0
_FIRM = 3.5  # above this it is hardly ever another word
_RESPECT = re.compile("(?:尊敬|敬爱|亲爱)的?$")
# What may stand before an everyday surname: 社区于主任, 找高经理.
_BEFORE_PERSON = re.compile(
    "(?:[的是和与及找叫让请被跟对把给问、村镇乡局所院庭科队部办位名个谢系求据见到商方天时由]|社区|街道|公司|物业|学校|支行|中心)$"
)
# Surnames that are prepositions, verbs or adverbs: 向书记反映 names nobody unless 的 or 敬 stands before it.
_VERBS = frozenset("向和于同与从由任全都应时单原区成能但元果官可修计查管支付")
# Of these the following name somebody unless the words beside them say otherwise: 于老师 (but 由于老师), 任奶奶.
_AFTER_YU = frozenset("由关对出属位处基鉴至用在利便敢善等大小多少高低优限忙急始源终归")
_GOES_ON = re.compile("[就不也让是还没却已又竟总只]|[说讲](?!明)|答应|承诺|表示")
_PAID = re.compile("[工款钱费薪订定清现押利息]")
# Titles that stand behind a verb as often as behind a surname: 赔付业主.
_LOOSE = {"业主", "房东", "房主", "客服", "代表", "销售", "中介", "干部", "负责人", "监理",
          "大队", "主播", "顾问", "工头"}  # fmt: skip
_CLOSE = (
    r"(?=$|[\s,。、;:!?()等的说讲和与那在也就给让要是你您把来去都又互态答承亲带收签接打骂推没不还却称认他她]"
    "|回复|告知|表示)"
)


@cache
def _titled() -> tuple[re.Pattern, np.ndarray, Beginnings]:
    """Return the pattern, a table of surnames of one character, and where titles may begin."""
    lex = lexicon()
    titles = [*(lex.titles - lex.short_titles), *lex.kin]
    surname = rf"{any_of(lex.compounds)}|[{''.join(lex.surnames)}]"
    pattern = re.compile(rf"({surname})({any_of(titles)}|[{''.join(sorted(lex.short_titles))}]{_CLOSE})")
    return pattern, char_table(lex.surnames), Beginnings([*titles, *lex.short_titles])


def _titled_starts(codes: np.ndarray) -> np.ndarray:
    _, surnames, titles = _titled()
    before = titles(codes) - 1
    return np.union1d(before[surnames[codes[before]]], longer_surnames()(codes))


def _is_person(text: str, m: re.Match) -> bool:
    lex, start, surname = lexicon(), m.start(), m[1]
    before, bits = text[max(0, start - 6) : start], lex.surnames.get(surname, lex.compounds.get(surname, 9.0))
    near = not before or before[-1] in EDGE or bool(_BEFORE_PERSON.search(before))
    inside = lex.words.get(m[0][:2], 0.0) if len(surname) == 1 else 0.0
    across = lex.words.get(before[-1:] + surname[0], 0.0)
    # 马队|长 is seldom meant where a person may stand, 高校|长期 nearly always.
    spared = near and len(m[2]) > 1 and bits >= EVERYDAY and inside < 9
    if m[0] in lex.not_names or inside > 3 and not spared:
        return False
    if surname in _VERBS:
        return _is_verb_surname(text, m, before)
    if m[2] in lex.short_titles and (bits < EVERYDAY or across > 4 or not near and bits < 4):
        return False
    if bits < -2 and not _ADDRESSED.match(text, m.end()):
        return False
    if m[2] in _LOOSE:
        return near and bits >= _FIRM and not across
    return near or (bits >= EVERYDAY and across <= 7)


def _is_verb_surname(text: str, m: re.Match, before: str) -> bool:
    """Tell whether somebody is called 于, 任, 付 or 向 here; elsewhere these are no surname."""
    surname, title = m[1], m[2]
    if before[-1:] == "的" and surname != "原" or _RESPECT.search(before):
        return True
    if title in lexicon().kin and len(title) > 1 and surname in "任全应时单成付":
        return True
    if surname == "于":
        return len(title) > 1 and before[-1:] not in _AFTER_YU
    if surname == "付":
        return len(title) > 1 and title not in _LOOSE and not _PAID.match(text, m.end())
    return surname == "向" and len(title) > 1 and bool(_GOES_ON.match(text, m.end()))


@needs(_titled_starts)
def titled(v: View) -> Iterator[Span]:
    """Find a surname with a title or a kin word behind it."""
    pattern = _titled()[0]
    for start in v.places(_titled_starts):
        m = pattern.match(v.text, start)
        if m and _is_person(v.text, m):
            yield Span(start, m.end(), "NAME_TITLE", len(m[2]))


_OLD = re.compile("[老小]([一-鿿])")


@cache
def _old_tables() -> tuple[np.ndarray, np.ndarray]:
    surnames = (c for c, bits in lexicon().surnames.items() if bits >= EVERYDAY)
    return char_table("老小"), char_table(surnames)


def _olds(codes: np.ndarray) -> np.ndarray:
    return followed(codes, *_old_tables())


_OLD_BEFORE = re.compile(
    "(?:[找是和与被跟问叫请据让给骂打]|隔壁|工友|邻居|同事|朋友|网友|村民|老乡|司机|室友|同学|战友|伙计|工头|销售|中介|保安)$"
)
_OLD_AFTER = re.compile(
    "答应|他们|带[的着头]|受伤|认为|觉得|告诉|接[待了]|借[钱给]|打[电人了]|骂|不[肯给在]|没[有给在]|又|还|已|今年|当时|一[家起]|家[里的]|他|她|称|承|表示|负责|帮|收|欠|拖|拿|走|死|病"
)
_OLD_CLOSE = re.compile("$|[\\s,。、;:!?()\"'”’\0等的说讲和与在家也都就来去给让要是叫把被跟同向找]")


@needs(_olds)
def familiar(v: View) -> Iterator[Span]:
    """Find 老周 and 小李, which need behind them what a person takes: 小区 and 老板 do not count."""
    text, lex = v.text, lexicon()
    for m in filter(None, (_OLD.match(text, at) for at in v.places(_olds))):
        if m[0] in lex.not_names:
            continue
        titled = any(
            text.startswith(t, m.end()) for t in ("经理", "老师", "主任", "师傅", "警官", "律师", "医生")
        )
        beside = lex.surnames[m[1]] > 2 and (
            _OLD_AFTER.match(text, m.end()) or _OLD_BEFORE.search(text[max(0, m.start() - 3) : m.start()])
        )
        if titled or beside or _OLD_CLOSE.match(text, m.end()):
            yield Span(m.start(), m.end(), "NAME_TITLE")


_SOME = re.compile(
    "某(?:某|[甲乙丙丁戊]|(?![日天月年地处时事些个种项方位市县区村公单]))|[xX×*]{1,2}(?![\\dA-Za-z*×])|[○]{1,2}"
)


@needs("某*xX×○")
def hidden(v: View) -> Iterator[Span]:
    """Find 尹某, 张某某, 刘**, and full names hidden in part: 黄某泽."""
    text, lex = v.text, lexicon()
    for m in _SOME.finditer(text):
        size = 2 if text[max(0, m.start() - 2) : m.start()] in lex.compounds else 1
        start, end = m.start() - size, m.end()
        if start < 0 or size == 1 and lex.surnames.get(text[start], -9.0) < -1:
            continue
        given = text[end : end + 1]
        partly = m[0] in ("某", "*", "x", "X", "×", "○") and "㐀" <= given <= "鿿"
        plain = lex.given.get(given, 1.0) > -2.3 and given not in "家再又才先后"
        if partly and plain and text[end : end + 2] not in lex.words:
            yield Span(start, end + 1, "NAME")
        elif lex.words.get(text[start - 1 : start + 1], 0.0) < 9:
            yield Span(start, end, "NAME_TITLE")


@cache
def _surnamed() -> re.Pattern:
    lex = lexicon()
    every, person = "".join(lex.surnames), any_of(lex.persons | lex.titles)
    return re.compile(rf"[{every}]姓(?:的?(?:[一-鿿]{{0,3}}?)(?P<person>{person})|氏|(?=[、和与及][{every}]姓))"
                      rf"|(?<![百贵同大小老尊])"
                      rf"(?P<bare>姓[{every}])(?:的?(?:一[位个名])?{person})?的?")  # fmt: skip


@needs("姓")
def surnamed(v: View) -> Iterator[Span]:
    """Find 姚姓工作人员, 姓李的教练 and 我姓王."""
    for m in _surnamed().finditer(v.text):
        # 姓公还是姓钱 names nobody: a bare surname needs somebody whose it is.
        if v.text[m.start() - 1 : m.start()] in lexicon().surnames and m["bare"]:
            continue
        owned = lexicon().before.ends(v.text, m.start()) or v.text[m.start() - 1 : m.start()] in (
            "我",
            "他",
            "她",
        )
        if not m["bare"] or len(m[0]) > 2 or owned:
            yield Span(m.start(), m.end(), "NAME_TITLE", len(m["person"] or ""))


_POLITE = re.compile("(?:尊敬|敬爱|亲爱|敬重)的?([一-鿿]{2})(副?(?:书记|[市县区省镇局部厅院]长|主任|检察长))")
_ANYBODY = re.compile(
    r"(?:尊敬|敬爱|敬重)的? ?([一-鿿])((?:书记|[市县区省镇局厅州]长|主任|检察长|院长|校长|老师|警官|法官|经理|总)"
    r"(?=[ ,:、!。\n]|您|你|及|和|$))"
)
_NOBODY = frozenset("各位市县区省镇乡村局厅部州党老新总副校政原现前男女的大")
_GIVEN = re.compile(
    "([一-鿿]{2})(书记|[市县区镇乡局院所队校部厅]长|主任|老师|经理|师傅|[哥姐叔](?=[,。、说在也就]))"
)
_GIVEN_BITS = 5.0  # of the two characters together
_ADDRESSED = re.compile(
    "[ ,:、!。]|您|你好|$"
)  # behind a title: somebody is spoken to, or one of several leaders
_OFFICE = re.compile("[市县区省州镇乡村委党政校院厅局办总支副各位老原的]")


@cache
def _shared() -> tuple[re.Pattern, np.ndarray, np.ndarray]:
    """Return the pattern, and tables of its surnames and of what stands between them."""
    lex = lexicon()
    surnames = [c for c, bits in lex.surnames.items() if bits >= EVERYDAY]
    every = f"[{''.join(surnames)}]"
    person = any_of(w for w in lex.titles | lex.persons if len(w) > 1)
    pattern = re.compile(rf"{every}(?:[、和,及]{every}){{1,4}}(?:等?[两二三四五几])(?:[位名个]|人的?)?{person}"
                         rf"|(?<![一-鿿]){every}、{every}{person}")  # fmt: skip
    return pattern, char_table(surnames), char_table("、和,及")


def _shared_starts(codes: np.ndarray) -> np.ndarray:
    _, surnames, between = _shared()
    starts = followed(codes, surnames, between)
    return starts[surnames[codes[starts + 2]]]


@cache
def _given_tables() -> tuple[np.ndarray, np.ndarray]:
    """Return tables of the first and the second character of a title, or of a title and what follows it."""
    return char_table("书主老经师市县区镇乡局院所队校部厅哥姐叔"), char_table("记任师理傅长,。、说在也就")


def _given_titles(codes: np.ndarray) -> np.ndarray:
    return followed(codes, *_given_tables())


@needs(_given_titles)
def given(v: View) -> Iterator[Span]:
    """Find a given name with a title: 感谢晓芳老师; with a surname before it, the full name alone."""
    text, lex = v.text, lexicon()
    for m in filter(None, (_GIVEN.match(text, at - 2) for at in v.places(_given_titles) if at >= 2)):
        bits, surname = sum(lex.given.get(c, 1.0) for c in m[1]), text[max(0, m.start() - 1) : m.start()]
        alone = (
            m.start() == 0 or text[m.start() - 1] in EDGE or text.startswith(("感谢", "向"), m.start() - 2)
        )
        addressed = (
            alone and m[2][-1] in "记长" and _ADDRESSED.match(text, m.end()) and not _OFFICE.search(m[1])
        )
        if (
            bits < (_GIVEN_BITS - 4 if addressed else _GIVEN_BITS)
            or m[1] in lex.words
            or m[1] in lex.not_names
        ):
            continue
        if lex.surnames.get(m[1][0], 0.0) > 2:
            continue
        if lex.surnames.get(surname, -9.0) > EVERYDAY and surname not in _VERBS:
            yield Span(m.start() - 1, m.end(1), "NAME")
        else:
            yield Span(m.start(), m.end(), "NAME_TITLE", len(m[2]))


@needs("敬亲", _shared_starts)
def polite(v: View) -> Iterator[Span]:
    """Find a leader called by the given name (尊敬的大山书记) and two who share a title (易、彭两位警官)."""
    text, lex = v.text, lexicon()
    spoken_to = "敬" in text or "亲爱" in text
    for m in _ANYBODY.finditer(text) if spoken_to else ():
        if m[1] not in _NOBODY:
            yield Span(m.start(1), m.end(), "NAME_TITLE", len(m[2]))
    for m in _POLITE.finditer(text) if spoken_to else ():
        if _OFFICE.search(m[1]):
            continue
        if m[1][0] in lex.surnames:
            yield Span(*m.span(1), "NAME")
        else:
            yield Span(m.start(1), m.end(), "NAME_TITLE", len(m[2]))
    starts = v.places(_shared_starts)
    for m in _shared()[0].finditer(text, starts[0]) if starts else ():
        if text[m.start() - 1 : m.start() + 1] not in lex.words:
            yield Span(m.start(), m.end(), "NAME_TITLE")

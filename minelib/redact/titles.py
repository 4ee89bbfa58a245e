"""People named in part: 胡书记, 老周, 张大爷, 姚姓工作人员, 尹某, 黄某泽, 刘duan, and names without a surname."""

import re
from collections.abc import Iterator
from functools import cache

from minelib.redact.lexicon import any_of, lexicon
from minelib.redact.names import STRONG, _ends_with, _starts_with, before_bits
from minelib.redact.spans import Span
from minelib.redact.view import View

# A surname that is also an everyday word (向, 于, 任, 区 …) counts only where something else says person.
_EVERYDAY = 1.0
_OPEN = r"(?:^|(?<=[\s,。、;:!?()\"'“”‘’<>《》\0]))"
# What may stand before an everyday surname: 尊敬的向书记, 社区于主任, 找高经理.
_BEFORE_PERSON = re.compile(r"(?:尊敬的?|敬爱的?|亲爱的?|[的是和与及找叫让请被跟对把给问、]|社区|街道|村|镇|乡|局|公司|物业|学校|所|院|庭|科|队|支行|中心|部|办|位|名|个)$")
_NOT_OLD = re.compile(r"老(?:师|板|赖|高|钱|方|江|路|房|车|黄历|石|万|金|时|成|解|汤|水|付|毛病|年|云|强|安|景|班|项目|单|龙头|龙|党|鲁|商|严|武|乡|白|白干|燕|包|祖|沙|马|应|冀|乐|应|古|家|城|区|易|余|关|欧|司)")
_NOT_SMALL = re.compile(r"小(?:高|时|区|路|方|车|石|金|江|黄|毛|康|白|马|熊|龙|鱼|房|米|巷|单|万|温|安|云|尚|成|乐|项|班|解|汤|水|付|严|鲍|古|项目|苗|叶|花|沙|池|楼|鹿|广|伍|包|梅|雷|雪|计|常|施|史|商|易|强|毕|关|经|卜|谷|穆|景|宫|栾|官|燕|麦|尤|莫|季)")


# Surnames that are prepositions, verbs or adverbs: 向书记反映 is no Mr 向 unless 尊敬的 stands before it.
_VERBS = frozenset("向和于同与从由任全都应时单原区成能但元果官可修计查管支")


@cache
def _surnames() -> tuple[str, str]:
    lex = lexicon()
    firm = "".join(c for c, bits in lex.surnames.items() if bits >= _EVERYDAY)
    return firm, "".join(lex.surnames)


# Titles that stand behind a verb as often as behind a surname: 赔付业主, 催收客户.
_LOOSE = frozenset("业主 房东 房主 客服 代表 销售 中介 干部 负责人 监理 大队 主播 顾问 工头 同志 女士们".split()) - {"同志"}


@cache
def _titled() -> re.Pattern:
    lex = lexicon()
    _, every = _surnames()
    title = any_of([*(lex.titles - set("工科局处所院校董导律队班总") - _LOOSE), *lex.kin])
    short = rf"[{lex.short_titles}](?=$|[\s,。、;:!?()等的说讲和与]|回复|告知|答复|表示|亲口|那|在|也|就|给|让|要|是|你|您|把|来|去)"
    return re.compile(rf"({any_of(lex.compounds)}|[{every}])({title}|{short})")



def titled(v: View) -> Iterator[Span]:
    """Find a surname with a title or a kin word behind it."""
    text, lex = v.text, lexicon()
    for m in _titled().finditer(text):
        surname, title = m[1], m[2]
        start = m.start()
        before = text[max(0, start - 6):start]
        bits = lex.surnames.get(surname, 9.0)
        across = lex.words.get(text[start - 1:start + 1], 0.0) if start else 0.0
        inside = lex.words.get(m[0][:2], 0.0) if len(surname) == 1 else 0.0
        opened = not before or before[-1] in " ,。、;:!?()\"'“”‘’《\n\0"
        near = opened or bool(_BEFORE_PERSON.search(before))
        firm = bits >= _EVERYDAY
        if len(title) == 1 and title not in lex.kin and not firm:
            continue
        if inside > 3 or m[0] in lex.not_names or (across > 7 and not near):
            continue
        if surname == "原" and before[-1:] != "敬" and not before.endswith("敬的"):
            continue
        if not firm and not near or (surname in _VERBS and before[-1:] not in ("的", "敬")):
            continue
        if firm and len(title) == 1 and title not in lex.kin and across > 4:
            continue
        keep = len(title)
        yield Span(start, m.end(), "NAME_TITLE", keep)


@cache
def _shared() -> re.Pattern:
    lex = lexicon()
    every = f"[{''.join(lex.surnames)}]"
    return re.compile(rf"{every}(?:[、和,及]{every}){{1,4}}(?:[两二三四五几]|等[两二三四五几]?)(?:位|名|个|人的?|)"
                      rf"{any_of(lex.titles | lex.persons)}|(?<![一-鿿]){every}、{every}{any_of(t for t in lex.titles if len(t) > 1)}")


@cache
def _called() -> re.Pattern:
    firm, every = _surnames()
    lex = lexicon()
    follow = rf"(?=$|{any_of(lex.titles)}|[\s,。、;:!?()\"”’等的说讲和与在家也都就来去给让要是叫把被跟同向找])"
    return re.compile(
        rf"(?P<old>(?<![一-鿿])[老小][{firm}]{follow}|[老小][{firm}]{follow})"
        rf"|(?P<some>(?:{any_of(lex.compounds)}|[{every}])(?:某某|某[甲乙丙丁戊]|某(?![日天月年地处时事些个种项方位市县区村公单])|[xX×＊*]{{1,2}}(?=[^\dA-Za-z*×])|[○〇]{{1,2}}))"
        rf"|(?P<surname>[{every}]姓(?:的?{any_of(lex.persons)})?)"
        rf"|(?P<is>(?<![百贵同大小老尊])姓[{every}]的?(?:一[位个名])?{any_of(lex.persons | lex.titles)}?)")


def called(v: View) -> Iterator[Span]:
    """Find 老周, 小李, 尹某, 张某某, 姚姓工作人员, 姓李的教练, and partly hidden full names (黄某泽)."""
    text, lex = v.text, lexicon()
    for m in _called().finditer(text):
        start, end = m.span()
        if m["old"]:
            if not (_NOT_OLD.match(m[0]) or _NOT_SMALL.match(m[0])):
                yield Span(start, end, "NAME_TITLE")
        elif m["some"]:
            given = text[end:end + 1]
            hidden = m[0][-1] in "某×xX*○〇" and m[0].count("某") < 2 and "㐀" <= given <= "鿿"
            if hidden and lex.given.get(given, 1.0) > -1.0 and text[end:end + 2] not in lex.words:
                yield Span(start, end + 1, "NAME")
            elif lex.words.get(text[start - 1:start + 1], 0) < 9 and lex.surnames.get(m[0][0], 9) > -1:
                yield Span(start, end, "NAME_TITLE")
        elif m["surname"]:
            tail = m[0][2:].removeprefix("的")
            if tail or text[end:end + 1] in "氏":
                yield Span(start, end, "NAME_TITLE", len(tail))
        elif len(m[0]) > 2 or _ends_with(text, start, lex.before, 3) or text[start - 1:start] in ("我", "他", "她", "贵"):
            yield Span(start, end, "NAME_TITLE")


_POLITE = re.compile(r"(?:尊敬|敬爱|亲爱|敬重)的?([一-鿿]{2})((?:副)?(?:书记|市长|县长|区长|省长|镇长|局长|主任|部长|厅长|检察长|院长))")
_OFFICE = re.compile(r"[市县区省州镇乡村委党政校院厅局办总支副各位老原]")


def polite(v: View) -> Iterator[Span]:
    """Find a leader called by the given name: 尊敬的大山书记; and two who share a title: 易、彭两位警官."""
    lex = lexicon()
    for m in _POLITE.finditer(v.text):
        if not _OFFICE.search(m[1]) and m[1][0] != "的":
            own = m[1][0] in lex.surnames
            yield Span(m.start(1), m.end(1) if own else m.end(), "NAME" if own else "NAME_TITLE", 0 if own else len(m[2]))
    for m in _shared().finditer(v.text):
        if v.text[m.start() - 1:m.start() + 1] not in lex.words:
            yield Span(m.start(), m.end(), "NAME_TITLE")



@cache
def _minority() -> re.Pattern:
    groups = sorted(w for w in lexicon().minority if len(w) > 1)
    head = "".join(sorted({w[0] for w in groups}))
    return re.compile(rf"(?=[{head}])(?:(?:{any_of(groups)}){{2,3}}|{any_of(w for w in groups if len(w) > 2)})")


_DOTTED = re.compile(r"([一-鿿]{2,8})((?:[·.][一-鿿]{2,8}){1,2})")


def _syllables(text: str, words: frozenset[str]) -> int:
    """Count the characters at the start that are syllable groups of names."""
    at = 0
    while n := _starts_with(text, at, words, 4):
        at += n
    return at


def minority(v: View) -> Iterator[Span]:
    """Find names of two or more syllable groups, with a dot (阿依古丽·艾合买提) or without (仁增卓玛)."""
    text, words = v.text, lexicon().minority
    yield from (Span(m.start(), m.end(), "NAME") for m in _minority().finditer(text))
    for m in _DOTTED.finditer(text) if "·" in text or "." in text else ():
        left, right = m[1], m[2][1:]
        known = next((i for i in range(len(left)) if _syllables(left[i:], words) == len(left) - i), len(left))
        after = _syllables(right, words)
        if known == len(left) and not after:
            continue
        start = m.start() + (known if known < len(left) else 0)
        yield Span(start, m.start(2) + 1 + (after or len(right)), "NAME")


@cache
def _spaced() -> re.Pattern:
    lex = lexicon()
    given = "".join(c for c, bits in lex.given.items() if bits > -2)
    return re.compile(rf"[{''.join(lex.surnames)}] {{1,4}}[{given}](?: {{1,4}}[{given}])?(?=[ ,。;()|\n]|$)")


def spaced(v: View) -> Iterator[Span]:
    """Find names written wide in a form: 姓名: 张  三."""
    for m in _spaced().finditer(v.text):
        if before_bits(v.text, m.start(), lexicon()) >= STRONG:
            yield Span(m.start(), m.end(), "NAME")


_LATIN = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,6}(?![A-Za-z0-9@_.])")


_ROMAN = re.compile(r"(?<![A-Za-z])([A-Z][a-z]+) ([A-Z][a-z]+(?:-?[A-Za-z][a-z]+)?)(?![A-Za-z])")


def mixed(v: View) -> Iterator[Span]:
    """Find names half in pinyin: 刘duan, wang大海."""
    text, lex = v.text, lexicon()
    for m in _ROMAN.finditer(text):
        if m[1].lower() in lex.pinyin or m[2].lower() in lex.pinyin:
            yield Span(m.start(), m.end(), "NAME")
    for m in _LATIN.finditer(text):
        start, end = m.span()
        given = [lex.given.get(c, 0.0) for c in text[end:end + 2] if "㐀" <= c <= "鿿"]
        if m[0].lower() in lex.pinyin and given and given[0] > -3:
            yield Span(start, end + 1 + (len(given) > 1 and given[1] > 0), "NAME")
        before = text[start - 1:start]
        if m[0].islower() and lex.surnames.get(before, 0.0) >= _EVERYDAY and text[start - 2:start] not in lex.words:
            yield Span(start - 1, end, "NAME")

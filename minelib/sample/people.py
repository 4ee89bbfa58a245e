"""Invented people and their numbers; nobody lives behind them.

Every number stands where no real one can: the mobile range 154 and the area codes 4397.. and 9701 are
assigned to nobody, bank cards begin with an unused issuer number, mail goes to the reserved domain
example.com. Check digits are right, so that a redactor that checks them is put to the test.

In a text under construction personal information stands between marks; `unmark` takes them out and tells the
spans.
"""

import re
from dataclasses import dataclass
from functools import partial
from random import Random

_OPEN, _TYPE_END, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARKED = re.compile(f"{_OPEN}([A-Z_]+){_TYPE_END}([^{_CLOSE}]*){_CLOSE}")

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟")
_MALE = "建国志强明军华伟勇斌磊涛鹏辉刚平波杰超浩宇健文武德福顺贵祥云松柏海江长根水生庆喜"
_FEMALE = "秀英桂兰玉梅红霞丽娟芳艳敏静雪莲燕琴凤珍淑华春香月娥爱菊翠萍婷倩雯莉慧云"
_WORD_NAMES = ("高兴", "马上", "常青", "康乐", "黄河", "石磊", "方正", "江山", "白雪", "万里", "金凤凰")
_TITLES = ("主任", "队长", "经理", "老板", "书记", "医生", "老师", "科长", "院长", "所长", "工", "总")
# Who is meant by a name and a title, by slot.
_TITLED = {
    "official": ("主任", "科长", "检察官", "局长", "书记", "所长", "同志"),
    "boss_title": ("老板", "总", "经理", "工头", "队长", "老板"),
    "teacher": ("老师", "主任", "校长", "老师"),
    "doctor": ("医生", "主任", "大夫"),
    "officer": ("警官", "所长", "队长", "警官"),
}
_KIN = ("大爷", "阿姨", "婆婆", "嫂子", "大姐", "师傅", "伯伯")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Person:
    """One invented petitioner."""

    name: str
    id_number: str
    phone: str
    door: str
    age: int
    female: bool


def mark(kind: str, surface: str) -> str:
    """Put `surface` between marks as personal information of `kind`."""
    return f"{_OPEN}{kind}{_TYPE_END}{surface}{_CLOSE}"


def unmark(text: str) -> tuple[str, list[list]]:
    """Return the plain text and its spans `[start, end, kind, surface]` in code points.

    >>> unmark("我叫" + mark("NAME", "马上") + "。")
    ('我叫马上。', [[2, 4, 'NAME', '马上']])
    """
    out, spans, length, last = [], [], 0, 0
    for match in _MARKED.finditer(text):
        before, (kind, surface) = text[last : match.start()], match.groups()
        start = length + len(before)
        out += (before, surface)
        spans.append([start, start + len(surface), kind, surface])
        length, last = start + len(surface), match.end()
    return "".join((*out, text[last:])), spans


def full_name(rng: Random, female: bool = False) -> str:
    """Return a surname and a given name; now and then compound, or a word of the language."""
    chance = rng.random()
    if chance < 0.01:
        return rng.choice(_WORD_NAMES)
    surname = rng.choice(COMPOUND_SURNAMES) if chance < 0.025 else rng.choice(SURNAMES)
    given = _FEMALE if female else _MALE
    return surname + "".join(rng.choice(given) for _ in range(1 if rng.random() < 0.15 else 2))


def check_digit(seventeen: str) -> str:
    """Return the last character of a citizen's number (GB 11643-1999, MOD 11-2).

    >>> check_digit("11010519491231002")
    'X'
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(seventeen, weights, strict=True))
    return "10X98765432"[total % 11]


def luhn_digit(digits: str) -> str:
    """Return the digit that makes a card number pass the Luhn check.

    >>> luhn_digit("7992739871")
    '3'
    """
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def person(rng: Random, year: int, elder: bool = False) -> Person:
    """Return an invented petitioner as of `year`; `elder` ones are over 60."""
    female, age = rng.random() < 0.45, rng.randint(61, 86) if elder else rng.randint(24, 67)
    born = f"{year - age}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    serial = f"{rng.randint(1, 49):02d}{rng.randrange(0 if female else 1, 10, 2)}"
    body = f"4397{rng.randint(1, 28):02d}{born}{serial}"
    unit = rng.choice(("", "", f"{rng.randint(1, 4)}单元"))
    door = f"{rng.randint(1, 28)}[栋|幢]{unit}{rng.randint(1, 32)}{rng.randint(1, 6):02d}[室|房|]"
    return Person(full_name(rng, female), body + check_digit(body), phone_number(rng), door, age, female)


def phone_number(rng: Random) -> str:
    """Return a mobile number of the range 154, which no operator holds."""
    return f"154{rng.randrange(10**8):08d}"


def spoken(rng: Random, digits: str) -> str:
    """Write a number as people do: plain, mostly; split, full-width, or in Chinese digits."""
    chance = rng.random()
    if chance < 0.72:
        return digits
    if chance < 0.86:
        return rng.choice(" -").join((digits[:3], digits[3:7], digits[7:]))
    if chance < 0.93:
        return digits.translate({48 + i: 0xFF10 + i for i in range(10)})
    return "".join(_DIGITS[int(d)] if d.isdigit() else d for d in digits)


def _bank_card(rng: Random) -> str:
    body = f"629999{rng.randrange(10**12):012d}"
    digits = body + luhn_digit(body)
    return " ".join(digits[i : i + 4] for i in range(0, 19, 4)) if rng.random() < 0.3 else digits


def _plate(rng: Random) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    if rng.random() < 0.3:  # new energy: D or F, one of either, four digits
        tail = rng.choice("DF") + rng.choice(letters + "0123456789") + f"{rng.randrange(10**4):04d}"
    else:
        tail = "".join(
            rng.sample([*rng.choices("0123456789", k=3), *rng.choices(letters + "0123456789", k=2)], 5)
        )
    return f"湘X{rng.choice(['', '', '·'])}{tail}"


def _titled(rng: Random) -> str:
    surname = rng.choice(SURNAMES)
    pattern = rng.random()
    if pattern < 0.6:
        return surname + rng.choice(_TITLES)
    if pattern < 0.75:
        return "老" + surname
    if pattern < 0.9:
        return surname + "某"
    return surname + rng.choice(_KIN)


def _by_title(rng: Random, titles: tuple[str, ...]) -> str:
    return mark("NAME_TITLE", rng.choice(SURNAMES) + rng.choice(titles))


def _case_number(rng: Random) -> str:
    kind = rng.choice(["民初", "民终", "执", "行初"])
    return f"（{rng.randint(2021, 2025)}）湘9701{kind}{rng.randint(11, 3999)}号"


def _disability_card(rng: Random) -> str:
    return person(rng, 2025).id_number + f"{rng.randint(1, 7)}{rng.randint(1, 4)}"


def _birth_date(rng: Random) -> str:
    return f"{rng.randint(1940, 2015)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"


def _social(rng: Random) -> str:
    return rng.choice(["wx_", "tl", "abc", "happy"]) + str(rng.randrange(10**4, 10**7))


def _email(rng: Random) -> str:
    return f"user{rng.randrange(10**3, 10**6)}@example.com"


# Slots that stand for someone else's personal information; each use is another person.
MAKERS = {
    "name": lambda rng: mark("NAME", full_name(rng)),
    "her_name": lambda rng: mark("NAME", full_name(rng, True)),
    "titled": lambda rng: mark("NAME_TITLE", _titled(rng)),
    **{slot: partial(_by_title, titles=titles) for slot, titles in _TITLED.items()},
    "phone": lambda rng: mark("PHONE", spoken(rng, phone_number(rng))),
    "bank_card": lambda rng: mark("BANK", _bank_card(rng)),
    "plate": lambda rng: mark("PLATE", _plate(rng)),
    "case_no": lambda rng: mark("CASE_NO", _case_number(rng)),
    "born": lambda rng: mark("DOB", _birth_date(rng)),
    "disabled_card": lambda rng: mark("ID", _disability_card(rng)),
    "email": lambda rng: mark("EMAIL", _email(rng)),
    "social": lambda rng: mark("SOCIAL", _social(rng)),
}

"""Door-level addresses, birth dates and case numbers."""

import re
from collections.abc import Iterator
from functools import cache
from string import ascii_letters

import numpy as np

from minelib.codepoints import Beginnings, char_table, followed, matches
from minelib.redact.needs import needs
from minelib.redact.numbers import PROVINCES
from minelib.redact.spans import Span
from minelib.redact.view import View, digit_table
from minelib.scale import distinct

_HAN_DIGITS = "零〇一二三四五六七八九十百"
_N = rf"(?:[A-Za-z]?\d{{1,4}}[A-Za-z]?|[{_HAN_DIGITS}]{{1,4}}|[A-Za-z])"
_BUILDING = rf"{_N} ?(?:[栋幢座]|号楼|号栋|#楼?栋?|楼(?=\d)|号(?=[A-Za-z\d]栋))"
_UNIT = rf"{_N} ?(?:单元|梯|门(?=\d)|座)"
# Behind a number these say that it counts or measures.
_COUNTED = "[年月元米个万户多余人平栋幢路吨台辆套间㎡mM]"
_DIGIT_ROOM = rf"[A-Za-z]?\d{{3,4}}[A-Za-z]?(?!\d|{_COUNTED})"
_HAN_ROOM = rf"[一二三四五六七八九][{_HAN_DIGITS}]{{2,3}}(?![{_HAN_DIGITS}千万元多])"
_ROOM = rf"(?:{_DIGIT_ROOM}|{_HAN_ROOM})(?:[、,/及和]{_DIGIT_ROOM})*"
_ROOM_WORD = "(?:号?房间?(?![东客])|室|户(?![型主])|号)"
# Rooms where the public is served or a trade is run: not where a person lives.
_TRADES = ("办公|会议|窗口|教室|病[房室]|诊室|号电梯|门面|商[铺店]|店|超市|餐|酒|宾馆|麻将|机房|公司"
           "|工作室|培训|车位")  # fmt: skip
_PUBLIC = f"(?! ?[号室]? ?(?:{_TRADES}))"
_DOOR = re.compile(
    rf"(?:(?<![\d.])\d{{1,5}}号(?:附\d{{1,3}}号|大?院)?)?(?<![\dA-Za-z.]){_BUILDING}[ \-]?(?:{_UNIT})?[ \-]?"
    rf"(?:{_N} ?[楼层])?[ \-]?"
    rf"(?:{_ROOM} ?{_ROOM_WORD}?|{_N} ?(?:号?房间?(?![东客])|室|号(?=[,。的]|$|居民|住户|业主)))"
    rf"(?![\d栋幢楼元]){_PUBLIC}")  # fmt: skip
_UNIT_ROOM = re.compile(
    rf"(?<![\dA-Za-z.]){_UNIT} ?(?:{_N} ?[楼层])? ?{_ROOM} ?{_ROOM_WORD}?(?![\d栋幢元]){_PUBLIC}"
)
_DASHED = re.compile(r"(?<![\d.\-A-Za-z第字号:])[A-Za-z]?\d{1,3}(?:栋|座|#)?-(?:\d{1,2}-)?\d{3,4}[A-Za-z]?"
                     r"[室房号户]?(?![\d\-.年月元米个万mM㎡])")  # fmt: skip
_LONE_ROOM = re.compile(r"(?<![\d.\-/A-Za-z第])\d{3,4} ?(?:室|房间?|号房)(?![产屋价地贷东租客])")
_OWNERS = ("业主", "住户", "房东", "租户", "租客", "户主", "邻居", "房客")
_OWNED_ROOM = re.compile(r"(?<![\d.\-/A-Za-z第近约共有达余超多])\d{3,4}(?:室|房(?!东))?"
                         rf"(?= ?的?(?:{'|'.join(_OWNERS)}))")  # fmt: skip
_NUMBER = re.compile(
    r"号(?:之[\d一二三四五六]|附\d{1,4}号)?"
    r"(?![线楼栋幢院地令文人口召码门机外井桩路段墩台坑时至到岗仓厂店]|电梯|公馆|商铺|门面|公告|通知|会议|规定)"
)
_BEFORE_NUMBER = re.compile(r"(?<![\d.第字A-Za-z])(?:[A-Za-z]?\d{1,5}|[一二三四五六七八九十百]{1,5})$")
_DWELLS = re.compile("家住|住在|住址|住所|地址|居住|现住|户籍|[我他她]家|住户|业主|家庭|房屋|房子|租住|租房"
                     "|门牌|位于我|[住居寓](?=[^,。;]{0,20}$)|本人[系是]|我[系是]")  # fmt: skip
_OWNER = re.compile(
    " ?[号室房]?的?(?:业主|住户|居民|房东|租户|租客|户主|村民|邻居|家里|家的|家(?![具电园政长装])|房客|户)"
)
_LIVES = re.compile("(?:家住|住[在进到]|户[口籍]都?在)[^,。;]{0,16}$")
_STREET_END = re.compile("(?:[路街巷弄里道桥岭坪园院]|胡同|宿舍|[组村队屯寨湾冲塘])(?:[东西南北中]段)?$")
_GROUP_END = re.compile("(?:[组队屯寨湾冲]|散户|村民?小?组)$")


_REACH = 20  # characters a door has at most before the first word for a building


_NUMBER_BEGINS = frozenset(f"{_HAN_DIGITS}{ascii_letters}")


@cache
def _number_ends() -> np.ndarray:
    return digit_table() | char_table(_NUMBER_BEGINS)


@cache
def _marks(chars: str) -> np.ndarray:
    return char_table(chars)


def _numbered(codes: np.ndarray, marks: str) -> np.ndarray:
    """Find the characters that have a number before them, with or without a space."""
    places = np.flatnonzero(_marks(marks)[codes])
    before = np.where(codes[places - 1] == ord(" "), codes[places - 2], codes[places - 1])
    return places[_number_ends()[before]]


# Where what a pattern cannot do without stands; most texts have none of it.
def _buildings(codes: np.ndarray) -> np.ndarray:
    return _numbered(codes, "栋幢座号#楼")


def _units(codes: np.ndarray) -> np.ndarray:
    return _numbered(codes, "单梯门座")


def _room_numbers(codes: np.ndarray) -> np.ndarray:
    """Find where three or four digits stand, and none beside them."""
    is_digit = digit_table()
    places = followed(codes, is_digit, is_digit)
    places = places[is_digit[codes[places + 2]] & ~is_digit[codes[places - 1]]]
    return places[~(is_digit[codes[places + 3]] & is_digit[codes[places + 4]])]


def _around(pattern: re.Pattern, text: str, places: list[int]) -> Iterator[re.Match]:
    """Give what `finditer` would, of a pattern that begins with a number and holds one of `places` within `_REACH`."""
    at = 0
    for place in places:
        at = max(at, place - _REACH)
        while at < place:
            m = pattern.match(text, at) if text[at] in _NUMBER_BEGINS or text[at].isdecimal() else None
            if m:
                yield m
            at = m.end() if m else at + 1


def _doors(v: View) -> Iterator[re.Match]:
    text = v.text
    yield from _around(_DOOR, text, v.places(_buildings))
    yield from _around(_UNIT_ROOM, text, v.places(_units))
    if not (numbers := v.places(_room_numbers)):
        return
    if any(word in text for word in _OWNERS):
        yield from matches(_OWNED_ROOM, text, numbers)
    rooms = _DASHED.finditer(text) if "-" in text else ()
    alone = matches(_LONE_ROOM, text, numbers) if "室" in text or "房" in text else ()
    for m in (*rooms, *alone):
        if _OWNER.match(text, m.end()) or _DWELLS.search(text[max(0, m.start() - 25) : m.start()]):
            yield m


def _house_numbers(codes: np.ndarray) -> np.ndarray:
    places = np.flatnonzero(codes == ord("号"))
    return places[_number_ends()[codes[places - 1]]]


@needs(_buildings, _units, _room_numbers, _house_numbers)
def addresses(v: View) -> Iterator[Span]:
    """Find the part of an address that leads to one door: 3栋802房, 响田路[86号附5号] of somebody's home."""
    text = v.text
    yield from (Span(m.start(), m.end(), "ADDRESS") for m in _doors(v))
    for m in _NUMBER.finditer(text) if v.places(_house_numbers) else ():
        digits = _BEFORE_NUMBER.search(text, max(0, m.start() - 8), m.start())
        if not digits:
            continue
        before = text[max(0, digits.start() - 30) : digits.start()]
        # A house number in the country leads to one family, one in a street only if it is called a home.
        named = _DWELLS.search(before) and not re.match("[一-鿿]", text[m.end() : m.end() + 1])
        home = _STREET_END.search(before) and (named or _LIVES.search(before))
        if _GROUP_END.search(before) or home or _OWNER.match(text, m.end()):
            yield Span(digits.start(), m.end(), "ADDRESS")


_YEAR = r"(?:(?:18|19|20)\d{2}|(?<!\d)[03-9]\d(?=年)|[一二][〇零九八○0O][〇零一二三四五六七八九○]{2})"
_MONTH = "(?:农历|阴历|阳历|公历|古历)?(?:[腊冬正]|[01]?\\d|[一二三四五六七八九十]{1,3})"
_DAY = "(?:初?[一二三四五六七八九十廿]{1,3}|[0-3]?\\d)"
_DATE = re.compile(
    rf"{_YEAR} ?[年\-/.·](?: ?{_MONTH} ?(?:月份?|[\-/.·]|(?<=\d)(?![\d月]))(?: ?{_DAY}(?!\d) ?[日号]?)?)?"
    r"|(?<!\d)(?:18|19|20)\d{2}[01]\d[0-3]\d(?!\d)|(?<=[于是])(?:农历|阴历)?[01]?\d月[0-3]?\d日")  # fmt: skip
_BORN_BEFORE = re.compile(
    r"(?:出生(?:日期|年月日?|时间|于|年份|在)?|生日|(?<!先)生于|出于|诞生于?|生辰|年龄|出世于?|生年|DOB"
    r"|(?:档案|身份证|户口本?|户籍)[上里]?(?:写|登记|显示)?(?=的?[是为成]))"
    r"[^\d,。;!?\n]{0,6}$", re.I)  # fmt: skip
_SEX_BEFORE = re.compile(r"[(,、 |\n:][男女]性?[,、 |]{1,3}(?:[一-鿿]{1,3}族[,、 |]{1,3})?$")
_BORN_AFTER = re.compile(
    r" ?(?:出生(?!效)|生(?=[,。;、)( \n]|$)|生人|生的|降生|诞生|的?生日|[^\d,。;!?\n前后期间]{0,5}出生(?!效))"
)


_BORN = ("出于", "年龄", "男", "女", "DOB", "dob")


@cache
def _born_tables() -> tuple[Beginnings, np.ndarray, np.ndarray]:
    """Return the words that may stand beside a birth date, and what 生 alone must have behind or before it."""
    return Beginnings(_BORN), char_table("于日人的"), digit_table() | char_table("出诞年月日")


def _born(codes: np.ndarray) -> np.ndarray:
    words, behind, before = _born_tables()
    places = np.flatnonzero(codes == ord("生"))
    near = np.where(codes[places - 1] == ord(" "), codes[places - 2], codes[places - 1])
    places = places[behind[codes[places + 1]] | before[near]]
    return np.sort(np.concatenate([places, words(codes)]))


@cache
def _date_tables() -> tuple[Beginnings, np.ndarray, np.ndarray]:
    """Return how a year may begin, and what a month may have before it and begin with where no year is told."""
    years = ["18", "19", "20", *(one + two for one in "一二" for two in "〇零○0O一二三四五六七八九")]
    return Beginnings(years), char_table("于是"), digit_table() | char_table("农阴")


def _dates(codes: np.ndarray) -> np.ndarray:
    """Find where a date may begin: all that `_DATE` can match does so here."""
    is_digit, (years, before, months) = digit_table(), _date_tables()
    short = np.flatnonzero(codes == ord("年")) - 2  # 85年
    short = short[is_digit[codes[short]] & is_digit[codes[short + 1]]]
    return distinct(np.concatenate([years(codes), short, followed(codes, before, months) + 1]))


@needs(_born)
def births(v: View) -> Iterator[Span]:
    """Find dates that the text calls somebody's birth."""
    text = v.text
    for m in matches(_DATE, text, v.places(_dates)):
        before = text[max(0, m.start() - 16) : m.start()]
        if _BORN_BEFORE.search(before) or _BORN_AFTER.match(text, m.end()) or _SEX_BEFORE.search(before):
            yield Span(m.start(), m.end(), "DOB")


_YEAR_BOX = r"[(\[]? ?(?:(?:19|20)\d{2}|二[〇零○][〇零一二三四五六七八九○]{2})(?: ?[)\]]|年) ?"
_MATTER = "(?:民|刑|行|执|商|知|破|赔|财保|诉前调|调|督|催|特|仲|清|辖|协|认|司惩|司救|减|医|强)"
_COURT = re.compile(
    rf"{_YEAR_BOX}[一-鿿A-Z]{{0,3}}\d{{0,5}}[一-鿿]{{0,4}}{_MATTER}[一-鿿]{{0,3}}"
    r"(?:字第?|第)? ?\d{1,6} ?号(?:之[一二三四五六七八九十\d]+)?"
    r"|(?<!\d)(?:19|20)\d{2}[一-鿿]\d{0,5}[民刑行执][一-鿿]{1,2}\d{1,6}(?:号|(?=案))")  # fmt: skip
_POLICE = re.compile(
    rf"(?:[{PROVINCES}](?=[一-鿿]{{2}}))?[一-鿿]{{1,2}}[公检警][一-鿿()]{{0,10}}?{_YEAR_BOX}第? ?\d{{1,14}} ?号"
)
_POLICE_NO = re.compile(r"[AJXZ]\d{16,23}(?!\d)")
_OFFICE_DOC = re.compile(r"(?:[发通规释函办令告文宣议会党纪人采招价财建交报研指电务技综]|建议)字?[(\[]?$")
_CASE_LETTER = re.compile("[立受撤刑捕诉拘移赔抗民行监控申终罚调执鉴认保逮押取解传回不治强侦案]")
_HEAVY = re.compile("刑[拘捕诉侦]|取保|逮捕|监视居住|行罚|鉴通|拘通|立通|捕通")


_CASE_YEAR = re.compile(r"(?:19|20)\d\d|二[〇零○]")
_CASE_END = re.compile("[号案]")
_BEFORE_CASE = 18  # the longest name of an office, and its brackets


@needs("号案警")
def cases(v: View) -> Iterator[Span]:
    """Find case numbers of courts, the police and procuratorates; document numbers of offices stay."""
    text = v.text
    for year in _CASE_YEAR.finditer(text) if "号" in text or "案" in text else ():
        start = max(0, year.start() - _BEFORE_CASE)
        number = text.find("号", year.end(), year.end() + 30) + 1
        stop = number or year.end() + 30
        for m in _COURT.finditer(text, start, stop + 8) if _CASE_END.search(text, start, stop + 8) else ():
            yield Span(m.start(), m.end(), "CASE_NO")
        for m in _POLICE.finditer(text, start, stop) if number else ():
            letters = re.split(r"[(\[]?(?:19|20|二)", m[0])[0]
            if _CASE_LETTER.search(letters) and (_HEAVY.search(letters) or not _OFFICE_DOC.search(letters)):
                yield Span(m.start(), m.end(), "CASE_NO")
    for m in _POLICE_NO.finditer(text) if any(c in text for c in "AJXZ") else ():
        if re.search("案|警", text[max(0, m.start() - 12) : m.start()]):
            yield Span(m.start(), m.end(), "CASE_NO")

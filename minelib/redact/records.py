"""Door-level addresses, birth dates and case numbers."""

import re
from collections.abc import Iterator

from minelib.redact.spans import Span
from minelib.redact.view import View

_N = r"(?:[A-Za-z]?\d{1,4}[A-Za-z]?|[一二三四五六七八九十百零〇]{1,4}|[A-Za-z])"
_BUILDING = rf"{_N} ?(?:[栋幢座]|号楼|号栋|#楼?栋?|楼(?=\d)|号(?=[A-Za-z\d]栋))"
_UNIT = rf"{_N} ?(?:单元|梯|门(?=\d)|座)"
_FLOOR = rf"(?:{_N} ?[楼层])?"
_ROOM = r"(?:[A-Za-z]?\d{3,4}[A-Za-z]?(?!\d|[年月元米个万户多余人平栋幢路]))(?:[、,/及和](?:[A-Za-z]?\d{3,4}(?!\d|[年月元米个万户多余人平栋幢路])))*"
# Rooms where the public is served or a trade is run, behind a number: not where a person lives.
_PUBLIC = r"(?! ?(?:号|室)? ?(?:办公|会议|窗口|教室|病房|病室|诊室|号?电梯|门面|商铺|商店|店|超市|餐|酒|宾馆|麻将|机房|号?机组|公司|工作室|培训|车位|号?地块))"
_DOOR = re.compile(
    rf"(?:(?<![\d.])\d{{1,5}}号(?:附\d{{1,3}}号)?)?(?<![\dA-Za-z.]){_BUILDING}[ ,\-]?(?:{_UNIT})?[ ,\-]?{_FLOOR}[ ,\-]?"
    rf"(?:{_ROOM} ?(?:号?房间?(?!东)|室|户|号)?|(?:{_N} ?(?:号房|室|户|房间?|号(?=[,。的]|$|居民|住户|业主)))(?!东))(?![\d栋幢楼元]){_PUBLIC}")
_UNIT_ROOM = re.compile(rf"(?<![\dA-Za-z.]){_UNIT} ?{_FLOOR} ?{_ROOM} ?(?:号?房|室|户|号)?(?![\d栋幢元]){_PUBLIC}")
_DASHED = re.compile(r"(?<![\d.\-A-Za-z第字号:])[A-Za-z]?\d{1,3}(?:栋|座|#)?-(?:\d{1,2}-)?\d{3,4}[A-Za-z]?(?:室|房|号|户)?(?![\d\-.年月元米个万])")
_DWELLS = re.compile(r"家住|住在|住址|住所|地址|居住|现住|户籍|我家|他家|她家|住户|业主|家庭|房屋|房子|租住|租房|位于我|门牌|[住居寓](?=[^,。;]{0,20}$)|本人[系是]|我[系是]")
_OWNER = re.compile(r" ?(?:号|室|房)?(?:的)?(?:业主|住户|居民|房东|租户|租客|户主|村民|邻居|家里|家的|家(?!具|电|园|政|长|装)|房客|户)")
_LONE = re.compile(r"(?<![\d.\-/A-Za-z第])\d{3,4}(?:室|房(?!东))?(?= ?(?:的)?(?:业主|住户|房东|租户|租客|户主|邻居|房客))")
_LONE_ROOM = re.compile(r"(?<![\d.\-/A-Za-z第])\d{3,4} ?(?:室|房间?|号房)(?![产屋价地贷])")
_NUMBER = re.compile(r"(?<![\d.第字])(?:[A-Za-z]?\d{1,5}|[一二三四五六七八九十百]{1,5})号(?:之[\d一二三四五六]|附\d{1,4}号)?(?![线楼栋幢院地令文人口召码门机外井桩路段墩台坑时至到]|电梯|公馆|商铺|门面|岗|仓|厂|店|公告|通知|会议|规定)")
_STREET_END = re.compile(r"(?:路|街|巷|弄|里|道|胡同|[组村队屯寨湾冲塘])(?:[东西南北中]段)?$")
_GROUP_END = re.compile(r"(?:[组队屯寨湾冲]|散户|村民?小?组)$")


def addresses(v: View) -> Iterator[Span]:
    """Find the part of an address that leads to one door: 3栋802房, 响田路[86号附5号] of somebody's home."""
    text = v.text
    for pattern in (_DOOR, _UNIT_ROOM):
        yield from (Span(m.start(), m.end(), "ADDRESS") for m in pattern.finditer(text))
    yield from (Span(m.start(), m.end(), "ADDRESS") for m in _LONE.finditer(text))
    for m in _DASHED.finditer(text):
        if _OWNER.match(text, m.end()) or _DWELLS.search(text[max(0, m.start() - 25):m.start()]):
            yield Span(m.start(), m.end(), "ADDRESS")
    for m in _LONE_ROOM.finditer(text):
        if _OWNER.match(text, m.end()) or _DWELLS.search(text[max(0, m.start() - 25):m.start()]):
            yield Span(m.start(), m.end(), "ADDRESS")
    for m in _NUMBER.finditer(text):
        before = text[max(0, m.start() - 30):m.start()]
        home = _DWELLS.search(before) or _OWNER.match(text, m.end())
        # A house number in the country leads to one family, one in a street only if it is called a home.
        street = _STREET_END.search(before) and home and not re.match(r"[一-鿿]", text[m.end():m.end() + 1])
        if _GROUP_END.search(before) or street or _OWNER.match(text, m.end()):
            yield Span(m.start(), m.end(), "ADDRESS")


_YEAR = r"(?:(?:18|19|20)\d{2}|(?<!\d)[3-9]\d(?=年)|(?<!\d)0\d(?=年))"
_CN_YEAR = r"[一二][〇零九八○0O][〇零一二三四五六七八九○]{2}"
_DATE = re.compile(
    rf"(?:{_YEAR}|{_CN_YEAR}) ?(?:年|[\-/.·])(?: ?(?:农历|阴历|阳历|腊|正|[0-1]?\d|[一二三四五六七八九十]{{1,3}}) ?(?:月份?|[\-/.·])"
    rf" ?(?:(?:初?[一二三四五六七八九十廿]{{1,3}}|[0-3]?\d)(?!\d) ?[日号]?)?)?|(?<!\d)(?:18|19|20)\d{{2}}[01]\d[0-3]\d(?!\d)"
    rf"|(?<=[于是])(?:农历|阴历)?[0-1]?\d月[0-3]?\d日")
_BORN_BEFORE = re.compile(r"(?:出生(?:日期|年月日?|时间|于|年份|在)?|生日|生于|出于|诞生于?|生辰|年龄|出世于?|生年|DOB)"
                          r"(?:[^\d,。;!?\n]{0,6})$", re.I)
_SEX_BEFORE = re.compile(r"[(,、 |\t\n:](?:男|女)(?:性)?[,、 |\t]{1,3}(?:[一-鿿]{1,3}族[,、 |\t]{1,3})?$")
_BORN_AFTER = re.compile(r" ?(?:出生|生(?=[,。;、)( \n]|$)|生人|生的|降生|诞生|的?生日|年?出生|[^\d,。;!?\n]{0,5}出生)")
_BORN_VERB = re.compile(r"\(?(?:农历|阴历|阳历|公历)?\)?$")


def births(v: View) -> Iterator[Span]:
    """Find dates that the text calls somebody's birth."""
    for m in _DATE.finditer(v.text):
        before, end = v.text[max(0, m.start() - 16):m.start()], m.end()
        if _BORN_BEFORE.search(before) or _BORN_AFTER.match(v.text, end) or _SEX_BEFORE.search(before):
            yield Span(m.start(), end - (v.text[end - 1] == " "), "DOB")


_YEAR_BOX = r"[(\[]? ?(?:(?:19|20)\d{2}|二[〇零○][〇零一二三四五六七八九○]{2})(?: ?[)\]]|年) ?"
_COURT = re.compile(rf"{_YEAR_BOX}[一-鿿A-Z]{{0,3}}\d{{0,5}}[一-鿿]{{0,4}}"
                    r"(?:民|刑|行|执|商|知|破|赔|财保|诉前调|调|督|催|特|仲|清|辖|协|认|司惩|司救|减|医|强)[一-鿿]{0,3}"
                    r"(?:字第?|第)? ?\d{1,6} ?号(?:之[一二三四五六七八九十\d]+)?")
_POLICE = re.compile(rf"[一-鿿]{{1,2}}(?:公|检|警)[一-鿿()]{{0,10}}?{_YEAR_BOX}(?:第)? ?\d{{1,7}} ?号")
_POLICE_NO = re.compile(r"[AJXZ]\d{16,23}(?!\d)")
_OFFICE_DOC = re.compile(r"(?:发|通|规|释|函|办|令|告|文|宣|议|会|党|纪|人|建议|采|招|价|财|建|交|报|研|指|电|务|技|综)字?[(\[]?$")
_CASE_LETTER = re.compile(r"立|受|撤|刑|捕|诉|拘|移|赔|抗|民|行|监|控|申|终|罚|调|执|鉴|认|保|逮|押|取|解|传|回|不|治|强|侦|刑侦|案")


def cases(v: View) -> Iterator[Span]:
    """Find case numbers of courts, the police and procuratorates; document numbers of offices stay."""
    yield from (Span(m.start(), m.end(), "CASE_NO") for m in _COURT.finditer(v.text))
    for m in _POLICE.finditer(v.text):
        letters = re.split(r"[(\[]?(?:19|20|二)", m[0])[0]
        if _CASE_LETTER.search(letters) and not _OFFICE_DOC.search(letters):
            yield Span(m.start(), m.end(), "CASE_NO")
    for m in _POLICE_NO.finditer(v.text):
        if re.search(r"案|警", v.text[max(0, m.start() - 12):m.start()]):
            yield Span(m.start(), m.end(), "CASE_NO")

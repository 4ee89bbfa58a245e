"""Numbers and accounts: identity, telephone, bank, mail, social media, plates."""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from minelib.redact.spans import Span
from minelib.redact.view import CHINESE_DIGITS, View, char_table

# What may stand between the digits of one number when people write it in groups.
_GAP = r"[ \-.·_/*]{0,2}"
# Nothing shorter is a telephone, a card or an identity number; most texts hold no such run and are done at once.
_RUN = re.compile(r"\d(?:[^\d年月,。、\n]{0,2}[\d*×xX#]){6}|\d{1,8}[*×]{2}")
_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# Words before a long number that say it is something else, and words that say it is a person's.
_THING = re.compile(
    r"(?:订单|单号|运单|快递|物流|信用代码|税号|许可证|许可|执照|批准|合同|流水|交易|凭证|发票|条码|条形码|批号|编号|货号"
    r"|设备|序列|工单|产品|商品|备案|登记号|图号|文号|证书|产权证|房产证|不动产|林权|地块|宗地|坐标|标准|表号|户号"
    r"|水表|电表|气表|型号|建字|地字|施工|备案号|受理号|信访件|件号|单据|票号|学籍|追溯码|溯源|验证码|取件码|保单|政策|股票)"
    r"[^\d,。;!?、]{0,8}$")
_ID_WORD = re.compile(r"身份|证件|证号|公民|居民证|一代证|二代证|残疾|号码|护照|通行证|军官|身分|\bID\b", re.I)
_PHONE_WORD = re.compile(r"电话|固话|座机|手机|联系|致电|拨打|来电|热线|传真|号码|微信|小灵通|[Tt][Ee][Ll]|打给|打来|短信|客服")
_BANK_WORD = re.compile(r"卡号|账号|帐号|账户|帐户|银行|储蓄|转账|转帐|打款|汇款|打到|打入|存折|户名|开户|退款|收款|信用社"
                        r"|[建农工中招交]行|邮储|信用卡|借记卡|支付宝|卡里|卡内|卡上")


def _readings(v: View) -> tuple[str, ...]:
    """Give the plain text and, where they differ, the same with Chinese numerals as digits.

    Both are needed: in 22668190一直占线 the numeral is no digit, in 一三八… it is.
    """
    return (v.text,) if v.text == v.digits else (v.text, v.digits)


def _only(digits: str) -> str:
    return re.sub(r"[^0-9Xx*]", "", digits)


def valid_identity(number: str) -> bool:
    """Tell whether 18 characters pass the check digit of GB 11643.

    >>> valid_identity("11010519491231002X"), valid_identity("110105194912310021")
    (True, False)
    """
    total = sum(w * int(c) for w, c in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def valid_luhn(number: str) -> bool:
    """Tell whether a card number passes the Luhn check."""
    doubled = (int(c) * (1 + i % 2) for i, c in enumerate(reversed(number)))
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


_ID18 = re.compile(rf"(?<![\dA-Za-z])[1-8](?:{_GAP}\d){{16}}{_GAP}[\dXx](?:{_GAP}\d{{2}})?(?![\dA-WYZa-wyz])")
_ID18_GLUED = re.compile(rf"(?<!\d){_REGION}\d{{4}}(?:18|19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
                         r"\d{3}[\dXx](?!\d)")
# Letters typed for digits: 43O2O3I96508020393.
_ID18_TYPED = re.compile(r"(?<![\dA-Za-z])(?=(?:[^\W\d_]?\d){10})[1-8][\doOlI]{16}[\doOXx](?![\dA-Za-z])")
_ID15 = re.compile(rf"(?<![\dA-Za-z]){_REGION}\d{{4}}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}(?![\dA-Za-z])")
_ID_MASKED = re.compile(r"(?<![\dA-Za-z*])(\d{1,16}[*×Xx#?·•]{2,16})(\d{0,4}[\dXx]?)(?![*×])")
_DATE8 = re.compile(r"(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_PASSPORT = re.compile(r"(?<![A-Za-z\d])(?:[A-Z]\d{7,10}|E[A-HJ-NP-Z]\d{7}|1[45]\d{7})(?![A-Za-z\d])", re.I)
_PASSPORT_WORD = re.compile(r"护照|通行证|台胞证|回乡证|居留证|证件|身份证")
_OFFICER = re.compile(r"[一-鿿]字第?\d{6,9}号?")
_OFFICER_WORD = re.compile(r"军|士兵|士官|警官证|义务兵|退役|伤残")


def _dated(number: str) -> bool:
    return bool(re.match(_REGION, number) and _DATE8.match(number[6:14]))


def identities(v: View) -> Iterator[Span]:
    """Find identity card, disability card, passport and officer's card numbers."""
    for text in _readings(v):
        for m in _ID18.finditer(text):
            number, before = _only(m[0]), text[max(0, m.start() - 18):m.start()]
            # A right check digit alone is one chance in eleven; with a date of birth inside it is no order number.
            sound = _dated(number) and (not _THING.search(before) or valid_identity(number))
            if sound or _ID_WORD.search(before) and not _THING.search(before):
                yield Span(m.start(), m.end(), "ID")
        for m in _ID18_GLUED.finditer(text):
            if valid_identity(m[0]) or not _THING.search(text[max(0, m.start() - 18):m.start()]):
                yield Span(m.start(), m.end(), "ID")
        for m in _ID15.finditer(text):
            if not _THING.search(text[max(0, m.start() - 18):m.start()]):
                yield Span(m.start(), m.end(), "ID")
        for m in _ID_MASKED.finditer(text):
            # 430322195*******2015年: hidden to the end, and the digits behind it are something else.
            end = m.end(1) if len(m[1]) in (15, 18) else m.end()
            if end - m.start() in (15, 17, 18, 20) or re.search("身份|证", text[max(0, m.start() - 12):m.start()]):
                yield Span(m.start(), end, "ID")
    for pattern, word in ((_PASSPORT, _PASSPORT_WORD), (_ID18_TYPED, _ID_WORD), (_OFFICER, _OFFICER_WORD)):
        for m in pattern.finditer(v.text):
            if word.search(v.text[max(0, m.start() - 12):m.start()]):
                yield Span(m.start(), m.end(), "ID")


_MOBILE = re.compile(r"(?<![\d.])(?:\+?(?:00)?86[ \-]?)?1[3-9]\d(?:[ \-.·_]{0,2}\d){8}(?!\d)")
_MOBILE_NOISY = re.compile(r"(?<!\d)(?:\+?86[ \-]?)?1[^\d。,;!?\n]{0,2}[3-9](?:[^\d。;!?\n]{0,2}\d){9}(?!\d)")
_MOBILE_MASKED = re.compile(r"(?<![\d*])1[3-9]\d[*×xX#]{3,8}\d{2,5}(?![\d*])")
_MOBILE_LETTERS = re.compile(r"(?<![A-Za-z\d])[1lI][3-9][\doOlI]{9}(?![A-Za-z\d])")
_LANDLINE = re.compile(r"(?<![\d.\-])(?:\(?\+?86\)?[ \-]?)?\(?0\d{2,3}\)?[ \-]{0,2}\d{3,4}[ \-]?\d{4}(?:(?:-|转)\d{1,5})?(?![\d\-])"
                       r"|(?<!\d)\+86[ \-]?\d{2,3}[ \-]?\d{3,4}[ \-]?\d{4}(?!\d)")
_SERVICE = re.compile(r"(?<![\d.\-])[48]00[ \-]?\d{3,4}[ \-]?\d{3,4}(?![\d\-元])")
_LOCAL = re.compile(r"(?<![\d.\-])[2-8]\d{2,3}[ \-]?\d{4}(?:[-转]\d{1,4})?(?![\d元万亿.\-年平米斤吨户人])")


def _same(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    return len(set(digits)) < 2 or digits.startswith("0000")


def phones(v: View) -> Iterator[Span]:
    """Find telephone numbers, whatever stands between their digits; public hotlines are not personal."""
    for text in _readings(v):
        for m in _MOBILE.finditer(text):
            if not _same(m[0]):
                yield Span(m.start(), m.end(), "PHONE")
        for pattern in (_LANDLINE, _SERVICE, _MOBILE_MASKED):
            for m in pattern.finditer(text):
                if not _same(m[0]) and not _THING.search(text[max(0, m.start() - 18):m.start()]):
                    yield Span(m.start(), m.end(), "PHONE")
        for pattern in (_MOBILE_NOISY, _MOBILE_LETTERS, _LOCAL):
            for m in pattern.finditer(text):
                before = text[max(0, m.start() - 12):m.start()]
                if _PHONE_WORD.search(before) and not _THING.search(before) and not _same(m[0]):
                    yield Span(m.start(), m.end(), "PHONE")


_CARD = re.compile(r"(?<![\dA-Za-z.])\d(?:[ \-]{0,2}\d){11,20}(?![\dA-Za-z])")
_CARD_MASKED = re.compile(r"(?<![\d*])\d{4,6}[ \-]?[*×xX# ]{4,14}\d{3,4}(?![\d*])")


def cards(v: View) -> Iterator[Span]:
    """Find bank cards and accounts: by check digit, or by what the text calls them."""
    for text in _readings(v):
        for m in _CARD.finditer(text):
            number, before = _only(m[0]), text[max(0, m.start() - 20):m.start()]
            by_check = 16 <= len(number) <= 19 and number[0] in "3456" and valid_luhn(number)
            if (by_check or _BANK_WORD.search(before)) and not _THING.search(before) and not _same(number):
                yield Span(m.start(), m.end(), "BANK")
        for m in _CARD_MASKED.finditer(text):
            if _BANK_WORD.search(text[max(0, m.start() - 20):m.start()]):
                yield Span(m.start(), m.end(), "BANK")


@cache
def _digit_table() -> np.ndarray:
    return char_table([*"0123456789", *CHINESE_DIGITS])


def numbers(v: View) -> Iterator[Span]:
    """Find identity, telephone and card numbers."""
    places = np.flatnonzero(_digit_table()[v.codes])
    crowded = len(places) > 6 and (places[6:] - places[:-6] < 19).any() or "*" in v.text or "×" in v.text
    if crowded and _RUN.search(v.digits):
        yield from identities(v)
        yield from phones(v)
        yield from cards(v)


_AT = r" ?(?:@|\(at\)|\[at\]|#at#| at |艾特) ?"
_EMAIL = re.compile(rf"[A-Za-z0-9][\w.+\-]{{0,63}}{_AT}[A-Za-z0-9][A-Za-z0-9\-]*(?: ?(?:[.·]|点|dot) ?[A-Za-z0-9\-]+)+",
                    re.A | re.I)
_SOCIAL_WORD = (r"(?:微信|微博|QQ|扣扣|企鹅|抖音|快手|小红书|支付宝|钉钉|陌陌|淘宝|闲鱼|百度|头条|知乎|威信|薇信|V信|wechat|weixin"
                r"|telegram|whatsapp|skype|(?<![a-z])(?:wx|vx|v)(?![a-z_]))")
_SOCIAL = re.compile(rf"{_SOCIAL_WORD}(?:账号|帐号|账户|名|号码|号|ID|群号|群)?[是为叫:\s,(\"“”'加]{{0,3}}(?:账号|号)?[是为:\s]{{0,2}}"
                     r"@?([A-Za-z0-9][A-Za-z0-9_\-]{4,29})(?![A-Za-z0-9_\-])", re.I | re.A)
_AT_NAME = re.compile(r"(?:微博|抖音|快手|小红书)(?:账号|帐号|号|名)?[:是为]?@([\w一-鿿\-]{2,20})")
_ACCOUNT = re.compile(r"[A-Za-z\d][\w.\-]{4}|@", re.A)
_WXID = re.compile(r"wxid_[a-z0-9]{6,22}", re.I)
_NOT_ACCOUNT = re.compile(r"^0000-|(?:app|pay|wechat|weixin|20[012]\d)$|^[a-z]+$|^\d{1,4}$|^(?:12345|12309|12315|12389)$", re.I)


def accounts(v: View) -> Iterator[Span]:
    """Find e-mail addresses and the names of social media accounts."""
    if not _ACCOUNT.search(v.text):
        return
    for m in _EMAIL.finditer(v.text):
        yield Span(m.start(), m.end(), "EMAIL")
    for m in _WXID.finditer(v.text):
        yield Span(m.start(), m.end(), "SOCIAL")
    for m in _AT_NAME.finditer(v.text):
        yield Span(*m.span(1), "SOCIAL")
    for m in _SOCIAL.finditer(v.text):
        called = re.search(r"号|名|ID|账|帐|[:是为]|加", m[0][:m.start(1) - m.start()], re.I)
        if not _NOT_ACCOUNT.search(m[1]) and (called or len(m[1]) > 5 and re.search(r"\d", m[1])):
            yield Span(*m.span(1), "SOCIAL")


_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领港澳"
_PLATE = re.compile(rf"(?<![A-Za-z0-9])([^\x00-\u4dff经在到从走与和及往至沿上下由路段的第]|\*)(?=[A-Z][ ·.\-]?[A-Z0-9]{{4}})([A-Z][ ·.\-]?)"
                    r"((?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF])(?!\d)|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳领试超])", re.I)
_PLATE_MASKED = re.compile(rf"[{_PROVINCE}][A-Z][ ·.\-]?(?=[A-Z0-9]*[*×xX])[A-Z0-9*×]{{5,6}}", re.I)
_PLATE_WORD = re.compile(r"车|牌|照|挂|停")


def plates(v: View) -> Iterator[Span]:
    """Find number plates; the province letter may have been changed or hidden, then the text must speak of cars."""
    text, found, unsure, provinces = v.text, [], [], set()
    for m in (*_PLATE.finditer(text), *_PLATE_MASKED.finditer(text)):
        tail = m[0][1:]
        digits = sum(c.isdigit() for c in tail)
        if digits < 2:
            continue
        around = text[max(0, m.start() - 14):m.start()] + text[m.end():m.end() + 8]
        upper = tail.upper() == tail
        if (m[0][0] in _PROVINCE and (upper or _PLATE_WORD.search(around))) or _PLATE_WORD.search(around):
            found.append(m)
            provinces.add(m[0][0])
        else:
            unsure.append(m)
    # In a list of plates the words 车 and 牌 stand only once.
    found += (m for m in unsure if m[0][0] in provinces)
    yield from (Span(m.start(), m.end(), "PLATE") for m in found)

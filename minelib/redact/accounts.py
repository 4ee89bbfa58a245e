"""E-mail addresses and the names of social media accounts."""

import re
from collections.abc import Iterator
from functools import cache

import numpy as np

from minelib.codepoints import char_table, followed
from minelib.knowledge import packaged_toml
from minelib.redact.lexicon import any_of
from minelib.redact.needs import needs
from minelib.redact.spans import Span
from minelib.redact.view import View

_HINT = re.compile(r"[A-Za-z\d][\w.\-]{4}", re.A)
_REACH = 30  # characters that the name of a service and what follows it have at most before the account
_AT = r" ?(?:@|\(at\)|\[at\]|#at#|#(?=[a-z\d]+\.(?:com|cn|net)\b)| at |艾特) ?"
_AT_SIGNS = ("@", "#", "at", "艾特")
_EMAIL = re.compile(
    rf"[A-Za-z0-9][\w.+\-]{{0,63}}{_AT}[A-Za-z0-9][A-Za-z0-9\-]*(?: ?(?:[.·]|点|dot) ?[A-Za-z0-9\-]+)+",
    re.A | re.I,
)
_WXID = re.compile(r"wxid_[a-z0-9]{6,22}", re.I)
_NAMED = re.compile(r"(?:微博|抖音|快手|小红书)(?:账号|帐号|号|名)?[:是为]?@([\w一-鿿\-]{2,20})")
_CALLED = re.compile("号|名|ID|账|帐|[:是为加]", re.I)
_NO_ACCOUNT = re.compile(r"^0000-|(?:app|pay|wechat|weixin)$|^[a-z]+$|^\d{1,4}$|^12[03]\d\d$", re.I)


_SHORT = ("wx", "vx", "v")  # 微信 as people write it; none of them inside a word


@cache
def _services() -> tuple[str, ...]:
    """Return the names of services, in small letters."""
    return tuple(packaged_toml("redact_numbers")["social"].lower().split())


@cache
def _account() -> re.Pattern:
    return re.compile(
        rf"(?:{any_of(_services())}|(?<![a-z]){any_of(_SHORT)}(?![a-z_]))(?:[账帐][号户]|名|号码?|ID|群号?)?[是为叫:\s,(\"“”'加]{{0,3}}"
        r"(?:账号|号)?[是为:\s]{0,2}@?([A-Za-z0-9][A-Za-z0-9_\-]{4,29})(?![A-Za-z0-9_\-])",
        re.I | re.A,
    )


@cache
def _beginnings() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tables of the first two characters of what is written before an account, and of those that do alone."""
    # Any letter may be a capital: QQ, Qq.
    words = {form for word in (*_services(), *_AT_SIGNS) for form in (word, word.upper())}
    first, second = (char_table(word[n] for word in words if len(word) > 1) for n in (0, 1))
    short = {form for word in _SHORT for form in (word[0], word[0].upper())}
    return first, second, char_table({"_", *short, *(word for word in words if len(word) == 1)})


def _begun(codes: np.ndarray) -> np.ndarray:
    first, second, alone = _beginnings()
    return np.sort(np.concatenate([followed(codes, first, second), np.flatnonzero(alone[codes])]))


@needs(_begun)
def accounts(v: View) -> Iterator[Span]:
    """Find e-mail addresses and account names; 业主微信群 and 微信公众号 name no account."""
    text = v.text
    hint = _HINT.search(text)
    if "@" not in text and not hint:
        return
    said = text.lower()  # patterns that heed no case try every character: only where what they need is there
    if any(at in said for at in _AT_SIGNS):
        yield from (Span(*m.span(), "EMAIL") for m in _EMAIL.finditer(text))
    if "_" in text:
        yield from (Span(*m.span(), "SOCIAL") for m in _WXID.finditer(text))
    if "@" in text:
        yield from (Span(*m.span(1), "SOCIAL") for m in _NAMED.finditer(text))
    named = hint and any(service in said for service in (*_services(), *_SHORT))
    for m in _account().finditer(text, max(0, hint.start() - _REACH)) if named else ():
        called = _CALLED.search(text, m.start(), m.start(1))
        if not _NO_ACCOUNT.search(m[1]) and (called or len(m[1]) > 5 and re.search(r"\d", m[1])):
            yield Span(*m.span(1), "SOCIAL")

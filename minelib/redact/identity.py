"""One way of writing each value, so that the same person or number gets the same code."""

import re

from minelib.redact.view import digit_form, plain_form

_NOBODY = re.compile(
    r"(?:匿名|无|不详|未知|未留|不愿透露|保密|网友|群众|市民|村民|业主|居民|来电人|信访人|[某×xX*\-/.\s]*)"
    r"(?:网友|用户|者|人)?"
)


def normal_form(surface: str, kind: str) -> str:
    """Write one value one way, however the text wrote it: the same telephone gets the same mask.

    >>> normal_form("１３８-0013 八〇〇〇", "PHONE"), normal_form("张(zhāng)三", "NAME")
    ('13800138000', '张三')
    """
    if kind in ("PHONE", "ID", "BANK"):
        digits = re.sub(r"[^0-9X*]", "", digit_form(surface).upper())
        return digits[-11:] if kind == "PHONE" and digits.startswith(("86", "0086")) else digits
    return re.sub(r"[\s·.\-_]", "", plain_form(surface)).upper()


def is_nobody(petitioner: str) -> bool:
    """Tell whether a ledger's petitioner cell names nobody: empty, 匿名, 网友."""
    return bool(_NOBODY.fullmatch(petitioner.strip()))


def petitioner_identity(petitioner: str, identity: str) -> str:
    """Write one person one way: by identity card if there is one, else name and telephone, else name.

    Without card or telephone two people of one name are one: a ledger that gives only names says no more.

    >>> petitioner_identity("张三", "430203196508020393 13800138000")
    'ID43020319650802039'
    >>> petitioner_identity("张 三", "430203650802039") == petitioner_identity("张三", "430203196508020393")
    True
    >>> petitioner_identity("匿名", ""), petitioner_identity(" A00012345 ", "")
    ('', 'A00012345')
    """
    name = "" if is_nobody(petitioner) else normal_form(petitioner, "NAME")
    digits = digit_form(identity)
    card = re.search(r"(?<!\d)(\d{6})((?:19|20)?)(\d{9})[\dXx]?(?!\d)", digits)
    if card:
        return f"ID{card[1]}{card[2] or '19'}{card[3]}"
    phone = re.search(r"(?<!\d)1[3-9]\d(?:[ \-]?\d){8}(?!\d)", digits)
    if phone:
        return f"{name}/{re.sub(r'[^0-9]', '', phone[0])}"
    return name

"""The sentences of a briefing: constant templates whose every number and name is a fact, `{key}`.

Words stay modest: 反映, 疑似, 拟, 建议核查; nothing here says 查明 or 违法.
"""

import re
from collections.abc import Mapping

_SLOT = re.compile(r"\{([^{}]+)\}")


def fill(template: str, facts: Mapping[str, Mapping]) -> str:
    """Put the facts into a template, once: braces inside a fact stay as they are.

    >>> fill("共{petitions}", {"petitions": {"shown": "20件次"}})
    '共20件次'
    """
    return _SLOT.sub(lambda slot: facts[slot[1]]["shown"], template)


def slots(template: str) -> list[str]:
    """Return the keys a template uses.

    >>> slots("共{petitions}，占{repeat_share}")
    ['petitions', 'repeat_share']
    """
    return _SLOT.findall(template)


def basic(told: Mapping) -> list[str]:
    """一、基本情况: sources, period, counts, how the letters came, comparison."""
    facts = told["facts"]
    people = "、{people}" if "people" in facts else ""
    text = [
        f"本期研判诉求台账{{n_sources}}，时段为{{first_day}}至{{last_day}}，共{{petitions}}{people}，由{{petitioners}}提出。"
        "重复反映、联名反映归并后，为{matters}；重复件" + _repeats(facts) + _channels(told)
    ]
    changes = [key for key in ("yoy", "pop") if key in facts]
    if changes:
        text.append("全部诉求" + "；".join(f"{{{key}}}" for key in changes) + "。")
    else:
        text.append("台账未覆盖上年同期和上一等长时段，本期不作同比、环比。")
    return text


def _repeats(facts: Mapping) -> str:
    """Say how many letters repeat a matter, with the share where the base carries one."""
    if facts["repeat_share"]["value"] is None or facts["petitions"]["value"] < 20:
        return "{repeats}。"
    return "{repeats}，占{repeat_share}。"


def _channels(told: Mapping) -> str:
    """Say how most letters came, where the ledger tells."""
    parts = "、".join(f"{{{row['key']}.name}}{{{row['key']}}}" for row in told["channels"])
    return f"反映渠道主要为：{parts}。" if parts else ""


def meaning(told: Mapping) -> str:
    """口径: what each count is a count of."""
    people = "人次为信访人数之和，未填的按一人计；" if "people" in told["facts"] else ""
    return (
        f"口径：件次为台账行数；{people}人为去重后的信访人，未署名的各计一人；事项为同一事由、同一地点或者对象的"
        "诉求归并后之数。各数口径不同，不能相加。占比保留一位小数，各项之和可能不等于总数。"
    )


def kinds(told: Mapping) -> str:
    """类别: the largest classes in words."""
    keys = [row["key"] for row in told["classes"] if not row["other"]][:3]
    parts = "；".join(f"{{{key}.name}}{{{key}.petitions}}，{_of_all(told, key)}" for key in keys)
    return f"件次较多的依次为{parts}。" if keys else ""


def _of_all(told: Mapping, key: str) -> str:
    """Say a class's share of all letters; on a small base the matters stand instead."""
    small = not told["facts"][f"{key}.share"]["shown"].endswith("%")
    return f"归并为{{{key}.matters}}" if small else f"占{{{key}.share}}"


def months(told: Mapping) -> str:
    """时间: the busiest month and those out of the expected band, or that it cannot be said."""
    facts = told["facts"]
    if "best_month" not in facts:
        return "台账仅含{whole_months}，不足以判断时间变化。"
    text = "近{whole_months}中，{best_month.name}最多，为{best_month}"
    if "banded_months" not in facts:
        return text + "；可比的整月不足，不作趋势判断。"
    if "months_above" in facts:
        return text + "；{months_above}高于按此前各月推算的预期范围，是否因集中登记所致，建议先行核查。"
    return text + "；各月均未高于按此前各月推算的预期范围。"


def groups(told: Mapping) -> str:
    """群体: letters that speak of vulnerable groups."""
    parts = "、".join(f"{{{row['key']}.name}}{{{row['key']}}}" for row in told["groups"])
    return f"诉求中提及{parts}；一件可提及多个群体，各数不能相加。" if parts else ""


def problems(told: Mapping) -> list[str]:
    """三: what a candidate is, how many there are, and that they are unverified."""
    if not told["candidates"]:
        return ["按现有台账，未形成可供研判的疑似类案监督线索。件数较少时，未形成线索不等于没有问题。"]
    rest = len(told["clues"]) > len(told["candidates"]) and "clues" in told["appendices"]
    return [
        "同类问题在不同事项、不同地点或者对象反复出现的，列为疑似类案监督线索，共{n_candidates}，按研判得分排序，以下为"
        f"靠前的{{n_told}}{'，续后的见附件' if rest else ''}。所引均为群众反映，尚未核实，不代表对事实或者责任的认定。"
    ]


def candidate(row: Mapping, facts: Mapping) -> str:
    """Tell one candidate in a paragraph: its counts and how it moves."""
    return counts(row) + (f"{{{row['key']}.trend}}。" if f"{row['key']}.trend" in facts else "")


def counts(row: Mapping) -> str:
    """Tell the counts of one candidate."""
    key = row["key"]
    return (
        f"此类诉求{{{key}.petitions}}，归并为{{{key}.matters}}，涉及{{{key}.petitioners}}、{{{key}.places}}，"
        f"时间为{{{key}.span}}。"
    )


CAUSES = ("以下仅列数据所能显示的情形，供分析原因时参考；是否超过法定办理时限、成因为何，均须核查后认定。",)


def proposals(told: Mapping) -> list[str]:
    """五: what the proposals are; that an unverified article has to be read first, where there is one."""
    unread = any("未核" in law for row in told["candidates"] for law in row["laws"])
    return [
        "以下由系统按线索对应的法条和监督方式列出，是否采纳由检察官决定"
        + ("；标“未核”的法条，引用前须核对原文。" if unread else "。")
    ]


EDUCATION = ("订单式普法方面，下列地区同类诉求较集中，拟商当地综治中心安排专题。",)


def mediation(told: Mapping) -> list[str]:
    """六: which disputes a mediator could be asked about."""
    if not told["mediation"]:
        return []
    parts = "、".join(f"{kind}{{mediation.{kind}}}" for kind in told["mediation"])
    return [
        f"检调对接方面，经文字初筛，可先行评估是否适宜调解的有{parts}。双方自愿方可移送调解；"
        "有暴力、胁迫或者刑事情节的不适用。"
    ]


_DONE = {
    "接待人次": "接待群众", "移送线索件": "移送线索", "检察建议件": "提出检察建议",
    "公益诉讼件": "启动公益诉讼程序", "司法救助金额": "发放司法救助金", "化解件": "办结",
}  # fmt: skip


def duties(told: Mapping) -> list[str]:
    """履职情况: what the recorded steps say, and nothing where none is recorded."""
    parts = [f"{words}{{duty.{name}}}" for name, words in _DONE.items() if f"duty.{name}" in told["facts"]]
    return ["据研判意见记录，本期" + "，".join(parts) + "。"] if parts else []


def method(told: Mapping) -> list[str]:
    """七: where the numbers come from, how they were made and what they cannot carry."""
    facts = told["facts"]
    text = [meaning(told)]
    if {"rows_read", "rows_used", "rows_rejected"} <= facts.keys():
        out = "剔除{rows_rejected}（原因见剔除清单）" if facts["rows_rejected"]["value"] else "无剔除"
        text.append(
            f"数据：读入{{rows_read}}，采用{{rows_used}}，{out}。姓名、电话、证件号码等在载入时即已脱敏。"
        )
    return [
        *text,
        "方法：按内容、地点、对象归并事项，按诉求类别词典分类，在不同事项之间归集同类问题；各项研判指标加权相加为"
        "研判得分，权重见配置文件。",
        "局限：台账只反映登记到的诉求，不代表实际发生情况；自动归并和分类可能有误；研判得分只用于排序，不表示问题轻重"
        "或者责任大小；基数不足的只列件数，不计百分比。各数的口径和对应记录编号均可在事实表中查到。",
    ]

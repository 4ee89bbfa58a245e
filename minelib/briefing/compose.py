"""Arrange facts into the document of a template: 简报 (briefing), two pages (short), 线索卡 (cards)."""

from collections.abc import Iterator, Mapping

from minelib.briefing import prose
from minelib.briefing.blocks import Block, form, heading, notes, paras, table
from minelib.briefing.sections import briefing, proposal_rows
from minelib.errors import InputError

CARDS = "类案监督线索卡"


def compose(facts: Mapping, *, template: str = "briefing", figures: Mapping[str, str] | None = None) -> dict:
    """Return the document `typeset` and `to_word` take.

    Parameters
    ----------
    facts : mapping
        From `summarise`.
    template : {"briefing", "short", "cards"}
    figures : mapping, optional
        Figure kind → file name, of those that were drawn.

    Raises
    ------
    InputError
        When the template is not known.
    """
    arrange = {"briefing": briefing, "short": _short, "cards": _cards}.get(template)
    if arrange is None:
        raise InputError(f"template {template!r} is not one of briefing, short, cards")
    blocks = [_filled(block, facts["facts"]) for block in arrange(facts, figures or {})]
    if template == "cards":  # a card goes to a case department by itself: no 报头, no 版记
        return {"title": CARDS, "date": facts["head"]["date"], "blocks": blocks}
    blocks.insert(0, {"kind": "title", "text": facts["head"]["title"]})
    return {"title": facts["head"]["title"], "date": facts["head"]["date"], "head": dict(facts["head"]),
            "blocks": blocks}  # fmt: skip


def templates_used(facts: Mapping) -> list[str]:
    """Return the sentence templates of the longest document, before the facts are put in."""
    return [block["template"] for block in briefing(facts, {}) if "template" in block]


def _filled(block: Block, facts: Mapping) -> Block:
    """Put the facts into a block's template."""
    if "template" not in block:
        return block
    return {k: v for k, v in block.items() if k != "template"} | {
        "text": prose.fill(block["template"], facts)
    }


def _short(facts: Mapping, _) -> Iterator[Block]:
    """Two pages: the counts, the first candidates in a table, the limits in small type."""
    yield from paras([*prose.basic(facts), *prose.problems(facts)])
    rows = [
        [str(row["rank"]), row["label"], row["reasons"], "、".join(row["class_routes"])]
        for row in facts["candidates"]
    ]
    if rows:
        yield table(["序号", "线索（疑似）", "主要理由", "拟用方式"], rows, [1, 4, 9, 5])
    yield from notes(facts, prose.method(facts))


def _cards(facts: Mapping, _) -> Iterator[Block]:
    """One candidate a page, for hand-over to a case department."""
    for row in facts["candidates"]:
        if row["rank"] > 1:
            yield {"kind": "pagebreak"}
        yield {"kind": "title", "text": CARDS, "spaced": False}
        yield heading(f"{{{row['key']}.label}}", numbered=False)
        yield {"kind": "note", "template": prose.counts(row)}
        yield form([
            ["诉求类别", [row["class"]]],
            ["研判得分", [_score(row)]],
            ["研判指标", ["；".join(row["indicators"])]],
            ["典型诉求", [f"“{q['text']}”（编号{q['record_id']}）" for q in row["evidence"]]],
            *proposal_rows(row),
            ["研判意见", ["□采纳　□不采纳　□并入其他线索", "理由：", "　"]],  # room to write
            ["承办人", ["　　　　　　　　　　　　日期："]],
        ]) | {"fit": True}  # fmt: skip


def _score(row: Mapping) -> str:
    """Say the score and how firm the rank is."""
    low, high = row["rank_range"]
    firm = f"均为第{low}位" if low == high else f"在第{low}至第{high}位之间"
    return f"{row['score']}分，列第{row['rank']}位；对事项重抽样时，位次{firm}"

"""Arrange facts into the document of a template: 简报 (briefing), two pages (short), 线索卡 (cards)."""

from collections.abc import Callable, Iterator, Mapping

from minelib.briefing import prose
from minelib.briefing.quote import plain
from minelib.errors import InputError
from minelib.plots import FIGURES

Block = dict
CARDS = "类案监督线索卡"


def compose(facts: Mapping, *, template: str = "briefing", figures: Mapping[str, str] | None = None) -> dict:
    """Return the document `typeset` and `render_docx` take.

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
    arrange = {"briefing": _briefing, "short": _short, "cards": _cards}.get(template)
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
    return [block["template"] for block in _briefing(facts, {}) if "template" in block]


def _filled(block: Block, facts: Mapping) -> Block:
    """Put the facts into a block's template."""
    if "template" not in block:
        return block
    return {k: v for k, v in block.items() if k != "template"} | {
        "text": prose.fill(block["template"], facts)
    }


def _heading(text: str, level: int = 1, *, numbered: bool = True) -> Block:
    return {"kind": "heading", "level": level, "template": text, "numbered": numbered}


def _paras(sentences) -> list[Block]:
    return [{"kind": "para", "template": text} for text in sentences]


def _figure(kind: str, figures: Mapping[str, str]) -> list[Block]:
    """Return the figure block where it was drawn."""
    if kind not in figures:
        return []
    caption = FIGURES[kind].caption
    alt = f"{caption}。数据见运行目录中同名的表格文件。"
    return [{"kind": "figure", "file": figures[kind], "caption": caption, "alt": alt}]


def _briefing(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    """The whole briefing, section by section as the config asks."""
    parts: dict[str, Callable] = {
        "basic": _basic, "features": _features, "problems": _problems, "causes": _causes,
        "proposals": _proposals, "education": _education, "duties": _duties, "method": _method,
    }  # fmt: skip
    for name in facts["sections"]:
        if name in parts:
            yield from parts[name](facts, figures)
    yield from _appendices(facts, figures)


def _basic(facts: Mapping, _) -> Iterator[Block]:
    yield _heading("基本情况")
    yield from _paras(prose.basic(facts))


def _features(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    yield _heading("主要特点")
    for title, sentences, extra in (
        ("类别分布", prose.kinds(facts), [_class_table(facts)]),
        ("时间变化", prose.months(facts), _figure("monthly", figures)),
        ("涉及群体", prose.groups(facts), []),
    ):
        if sentences:
            yield _heading(title, 2)
            yield from _paras(sentences)
            yield from extra


def _class_table(facts: Mapping) -> Block:
    """Count, matters and share of the largest classes."""

    def shown(key: str) -> str:
        return facts["facts"][key]["shown"]

    rows = [
        [shown(f"{row['key']}.name"), *(str(facts["facts"][f"{row['key']}.{part}"]["value"])
         for part in ("petitions", "matters")), _share_cell(facts["facts"], f"{row['key']}.share")]
        for row in facts["classes"]
    ]  # fmt: skip
    return {"kind": "table", "caption": "诉求较多的类别", "columns": ["类别", "件次", "事项", "占全部件次"],
            "rows": rows, "widths": [4, 2, 2, 3], "right": [1, 2, 3]}  # fmt: skip


def _share_cell(facts: Mapping, key: str) -> str:
    """A share where its base carries one, else a dash: the counts stand beside it."""
    return facts[key]["shown"] if facts[key]["shown"].endswith("%") else "—"


def _problems(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    yield _heading("突出问题及典型事例")
    yield from _paras(prose.problems(facts))
    yield from _figure("candidates", figures)
    for row in facts["candidates"]:
        yield _heading(f"{{{row['key']}.label}}", 2)
        yield from _paras([prose.candidate(row)])
        yield from map(_quote, row["evidence"][: facts["quoted"]])


def _quote(quoted: Mapping) -> Block:
    """A petitioner's words with the record they stand in."""
    when = f"，{quoted['month']}" if quoted["month"] else ""
    return {"kind": "quote", "text": f"群众反映：“{quoted['text']}”（编号{quoted['record_id']}{when}）"}


def _causes(facts: Mapping, _) -> Iterator[Block]:
    rows = [
        [row["label"], "\n".join(f"{s['name']}：{plain(s['shown'])}" for s in row["signals"]
         if s["signal"] in prose.CAUSE_SIGNALS and s["points"] > 0)]
        for row in facts["candidates"]
    ]  # fmt: skip
    rows = [row for row in rows if row[1]]
    if rows:
        yield _heading("原因分析")
        yield from _paras(prose.CAUSES)
        yield {"kind": "table", "caption": "数据显示的情形", "columns": ["问题", "情形"], "rows": rows,
               "widths": [2, 4]}  # fmt: skip


def _proposals(facts: Mapping, _) -> Iterator[Block]:
    if facts["candidates"]:
        yield _heading("拟开展类案监督的建议")
        yield from _paras(prose.PROPOSALS)
    for row in facts["candidates"]:
        yield _heading(f"{{{row['key']}.label}}", 2)
        yield {"kind": "form", "rows": _proposal_rows(row)}


def _proposal_rows(row: Mapping) -> list:
    """What to verify, by which law, whom to supervise, by which route; an empty one is left out."""
    routes = [
        f"{level}：{'、'.join(names)}"
        for level, names in (("类案层面", row["class_routes"]), ("个案层面", row["person_routes"]))
        if names
    ]
    rows = [
        ["建议核查", row["verify"]], ["法律依据", row["laws"]], ["监督对象", [row["supervised"]]],
        ["拟用方式", routes],
    ]  # fmt: skip
    return [[name, lines] for name, lines in rows if any(lines)]


def _education(facts: Mapping, _) -> Iterator[Block]:
    if not facts["education"] and not facts["mediation"]:
        return
    yield _heading("普法与调解建议")
    if facts["education"]:
        yield from _paras(prose.EDUCATION)
        rows = [
            [place, subject, str(n), groups] for place, subject, _, n, _, groups, *_ in facts["education"]
        ]
        yield {"kind": "table", "columns": ["地区", "普法专题", "事项", "涉及群体"], "rows": rows,
               "widths": [4, 6, 2, 6], "right": [2]}  # fmt: skip
    yield from _paras(prose.mediation(facts))


def _duties(facts: Mapping, _) -> Iterator[Block]:
    if sentences := prose.duties(facts):
        yield _heading("履职情况")
        yield from _paras(sentences)


def _method(facts: Mapping, _) -> Iterator[Block]:
    yield _heading("数据与方法说明")
    for sentence in prose.method(facts):
        yield {"kind": "note", "template": sentence}
    for note in facts["notes"].values():
        yield {"kind": "note", "text": note}


def _appendices(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    """Clue list, law table and the figures not yet shown."""
    shown = ("monthly", "candidates")
    parts = {
        "clues": _clue_table,
        "laws": _law_table,
        "figures": lambda f: [b for kind in FIGURES if kind not in shown for b in _figure(kind, figures)],
    }
    titles = {"clues": "线索清单（脱敏）", "laws": "法条表", "figures": "图表"}
    made = [(titles[name], blocks) for name in facts["appendices"] if (blocks := parts[name](facts))]
    if made:
        yield {"kind": "pagebreak"}
    for number, (title, blocks) in enumerate(made, start=1):
        mark = (
            f"附件{number}" if len(made) > 1 else "附件"
        )  # GB/T 9704-2012, 7.3.4: a single one has no number
        yield {"kind": "heading", "level": 1, "text": f"{mark}　{title}", "numbered": False}
        yield from blocks


def _clue_table(facts: Mapping) -> list[Block]:
    """One line a candidate with the ids of its exemplars, apart from other numbers lest they run together."""
    rows = [
        [str(row["rank"]), row["label"], "、".join(row["records"]), row["class"], str(row["n_matters"]),
         str(row["n_petitions"])]
        for row in facts["clues"]
    ]  # fmt: skip
    return [{"kind": "table", "columns": ["序号", "线索（疑似）", "典型记录编号", "类别", "事项", "件次"],
             "rows": rows, "widths": [2, 6, 5, 4, 2, 2], "right": [4, 5]}] if rows else []  # fmt: skip


def _law_table(facts: Mapping) -> list[Block]:
    """Each statute and the candidates it bears on."""
    bearing: dict[str, list[str]] = {}
    for row in facts["candidates"]:
        for law in row["laws"]:
            bearing.setdefault(law, []).append(str(row["rank"]))
    rows = [[law, "、".join(ranks)] for law, ranks in bearing.items()]
    return (
        [{"kind": "table", "columns": ["法律依据", "对应线索序号"], "rows": rows, "widths": [5, 2]}]
        if rows
        else []
    )


def _short(facts: Mapping, _) -> Iterator[Block]:
    """Two pages: the counts, the first candidates in a table, the limits in small type."""
    counts, changes, meaning = prose.basic(facts)
    yield from _paras([counts, changes, *prose.problems(facts)])
    rows = [
        [str(row["rank"]), row["label"], row["reasons"], "、".join(row["class_routes"])]
        for row in facts["candidates"]
    ]
    if rows:
        yield {"kind": "table", "columns": ["序号", "线索（疑似）", "主要理由", "拟用方式"], "rows": rows,
               "widths": [2, 6, 8, 6]}  # fmt: skip
    for sentence in (meaning, *prose.method(facts)):
        yield {"kind": "note", "template": sentence}
    for note in facts["notes"].values():
        yield {"kind": "note", "text": note}


def _cards(facts: Mapping, _) -> Iterator[Block]:
    """One candidate a page, for hand-over to a case department."""
    for row in facts["candidates"]:
        if row["rank"] > 1:
            yield {"kind": "pagebreak"}
        yield {"kind": "title", "text": CARDS, "spaced": False}
        yield {"kind": "heading", "level": 1, "template": f"{{{row['key']}.label}}", "numbered": False}
        yield {"kind": "note", "template": prose.candidate(row)}
        low, high = row["rank_range"]
        yield {"kind": "form", "rows": [
            ["诉求类别", [row["class"]]],
            ["研判得分", [f"{row['score']}分；重抽样检验的位次在第{low}至第{high}位之间"]],
            ["研判指标", [f"{s['name']}：{s['shown']}" for s in row["signals"]]],
            ["典型诉求", [f"“{q['text']}”（编号{q['record_id']}）" for q in row["evidence"]]],
            *_proposal_rows(row),
            ["研判意见", ["□采纳　□不采纳　□并入其他线索　　理由："]],
            ["承办人", ["　　　　　　　　日期："]],
        ]}  # fmt: skip

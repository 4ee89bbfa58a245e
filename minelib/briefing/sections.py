"""The sections of the 简报, in the order an office reads them, and its appendices."""

from collections.abc import Callable, Iterator, Mapping

from minelib.briefing import prose
from minelib.briefing.blocks import Block, figure, form, heading, notes, paras, table
from minelib.plots import FIGURES

_IN_TEXT = ("monthly",)  # figures shown where they are told of; the others are appended


def briefing(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    """Arrange the whole briefing, section by section as the config asks."""
    parts: dict[str, Callable] = {
        "basic": _basic, "features": _features, "problems": _problems, "causes": _causes,
        "proposals": _proposals, "education": _education, "duties": _duties, "method": _method,
    }  # fmt: skip
    for name in facts["sections"]:
        yield from parts[name](facts, figures)
    yield from _appendices(facts, figures)


def _basic(facts: Mapping, _) -> Iterator[Block]:
    yield heading("基本情况")
    yield from paras(prose.basic(facts))


def _features(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    yield heading("主要特点")
    for title, sentence, shown in (
        ("类别分布", prose.kinds(facts), []),
        ("时间变化", prose.months(facts), figure("monthly", figures)),
        ("涉及群体", prose.groups(facts), []),
    ):
        if sentence:
            yield heading(title, 2)
            yield from paras([sentence])
            yield from shown


def _problems(facts: Mapping, _) -> Iterator[Block]:
    yield heading("突出问题及典型事例")
    yield from paras(prose.problems(facts))
    for row in facts["candidates"]:
        yield heading(f"{{{row['key']}.label}}", 2)
        yield from paras([prose.candidate(row, facts["facts"])])
        yield from map(_quote, row["evidence"][: facts["quoted"]])


def _quote(quoted: Mapping) -> Block:
    """A petitioner's words with the record they stand in."""
    when = f"，{quoted['month']}" if quoted["month"] else ""
    return {"kind": "quote", "text": f"群众反映：“{quoted['text']}”（编号{quoted['record_id']}{when}）"}


def _causes(facts: Mapping, _) -> Iterator[Block]:
    rows = [[row["label"], "。\n".join(row["causes"]) + "。"] for row in facts["candidates"] if row["causes"]]
    if rows:
        yield heading("原因分析")
        yield from paras(prose.CAUSES)
        yield table(["问题", "数据显示的情形"], rows, [1, 3])


def _proposals(facts: Mapping, _) -> Iterator[Block]:
    if facts["candidates"]:
        yield heading("拟开展类案监督的建议")
        yield from paras(prose.proposals(facts))
    for row in facts["candidates"]:
        yield heading(f"{{{row['key']}.label}}", 2)
        yield form(proposal_rows(row))


def proposal_rows(row: Mapping) -> list:
    """What to verify, by which law, whom to supervise, by which route."""
    routes = [
        f"{level}：{'、'.join(names)}"
        for level, names in (("类案层面", row["class_routes"]), ("个案层面", row["person_routes"]))
        if names
    ]
    return [
        ["监督点及核查事项", row["verify"]], ["法律依据", ["；".join(row["laws"])]], ["监督对象", [row["supervised"]]],
        ["拟用方式", routes], ["公益诉讼", [row["field"]]],
    ]  # fmt: skip


def _education(facts: Mapping, _) -> Iterator[Block]:
    if not facts["education"] and not facts["mediation"]:
        return
    yield heading("普法与调解建议")
    if facts["education"]:
        yield from paras(prose.EDUCATION)
        rows = [
            [place, subject, str(n), groups] for place, subject, _, n, _, groups, *_ in facts["education"]
        ]
        yield table(["地区", "普法专题", "事项", "涉及群体"], rows, [4, 6, 2, 6], right=[2])
    yield from paras(prose.mediation(facts))


def _duties(facts: Mapping, _) -> Iterator[Block]:
    if sentences := prose.duties(facts):
        yield heading("履职情况")
        yield from paras(sentences)


def _method(facts: Mapping, _) -> Iterator[Block]:
    yield heading("数据与方法说明")
    yield from notes(facts, prose.method(facts))


def _appendices(facts: Mapping, figures: Mapping[str, str]) -> Iterator[Block]:
    """Clue list, law table, tables and figures not yet shown."""
    parts = {"clues": _clue_table, "laws": _law_table, "figures": lambda f: _rest(f, figures)}
    titles = {"clues": "线索清单（脱敏）", "laws": "法条表", "figures": "图表"}
    made = [(titles[name], blocks) for name in facts["appendices"] if (blocks := parts[name](facts))]
    if made:
        yield {"kind": "pagebreak"}
    for number, (title, blocks) in enumerate(made, start=1):
        mark = f"附件{number}" if len(made) > 1 else "附件"  # 7.3.4: a single one has no number
        yield {"kind": "heading", "level": 1, "text": f"{mark}　{title}", "numbered": False}
        yield from blocks


def _clue_table(facts: Mapping) -> list[Block]:
    """One line a candidate with the ids of its exemplars, apart from other numbers lest they run together."""
    rows = [
        [str(row["rank"]), row["label"], "、".join(row["records"]), row["class"], str(row["n_matters"]),
         str(row["n_petitions"])]
        for row in facts["clues"]
    ]  # fmt: skip
    columns = ["序号", "线索（疑似）", "典型记录编号", "类别", "事项", "件次"]
    return [table(columns, rows, [2, 6, 7, 5, 2, 2], right=[4, 5])] if rows else []


def _law_table(facts: Mapping) -> list[Block]:
    """Each statute and the candidates it bears on."""
    bearing: dict[str, list[str]] = {}
    for row in facts["candidates"]:
        for law in row["laws"]:
            bearing.setdefault(law, []).append(str(row["rank"]))
    rows = [[law, "、".join(ranks)] for law, ranks in bearing.items()]
    return [table(["法律依据", "对应线索序号"], rows, [5, 1])] if rows else []


def _rest(facts: Mapping, figures: Mapping[str, str]) -> list[Block]:
    """The table of classes, and the figures the text has not shown."""
    shown = _IN_TEXT if "features" in facts["sections"] else ()
    drawn = [block for kind in FIGURES if kind not in shown for block in figure(kind, figures)]
    return [*_class_table(facts), *drawn]


def _class_table(facts: Mapping) -> list[Block]:
    """Count, matters and share of the largest classes."""
    book = facts["facts"]
    rows = [
        [book[f"{key}.name"]["shown"], *(str(book[f"{key}.{part}"]["value"]) for part in ("petitions", "matters")),
         _share_cell(book[f"{key}.share"]["shown"])]
        for key in (row["key"] for row in facts["classes"])
    ]  # fmt: skip
    columns = ["类别", "件次", "事项", "占全部件次"]
    return [table(columns, rows, [4, 2, 2, 3], right=[1, 2, 3], caption="诉求较多的类别")] if rows else []


def _share_cell(shown: str) -> str:
    """A share where its base carries one, else a dash: the counts stand beside it."""
    return shown if shown.endswith("%") else "—"

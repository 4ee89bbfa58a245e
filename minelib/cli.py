"""The command line: ``minelib mine LEDGER --out DIR`` and its siblings.

Exit status 0 is good, 2 the user's input or options, 1 our fault.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from minelib import __version__
from minelib.errors import InputError, LeakError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except (InputError, LeakError) as error:
        sys.stderr.write(f"minelib: {' '.join(str(error).split())}\n")
        return 2
    except BrokenPipeError:
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="minelib", description="从信访、热线台账中发现类案监督线索（候选）")
    parser.add_argument("--version", action="version", version=f"minelib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for add in (_mine_command, _redact_command, _brief_command, _sample_command):
        add(commands)
    return parser


def _mine_command(commands) -> None:
    command = commands.add_parser("mine", help="台账 → 线索、图表、简报")
    command.add_argument("ledgers", nargs="+", metavar="LEDGER", help="台账文件：xlsx xls csv tsv jsonl parquet")
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="结果文件夹")
    command.add_argument("--config", type=Path, metavar="TOML", help="选项文件")
    command.add_argument("--taxonomy", metavar="TOML", help="自定义诉求类别")
    command.add_argument("--labels", metavar="CSV", help="人工标注：两列 id, class")
    command.add_argument("--columns", action="append", default=[], metavar="名=列名", help="指定列，如 text=案情摘要")
    command.add_argument("--key", type=Path, metavar="FILE", help="化名密钥文件（默认在用户目录，首次自动生成）")
    command.set_defaults(run=_mine)


def _mine(a) -> None:
    from minelib.config import load_config
    from minelib.pipeline import mine
    from minelib.redact import load_key

    chosen = {"taxonomy": a.taxonomy, "labels": a.labels}
    overrides = {"mine": {k: v for k, v in chosen.items() if v}, "ledger": {"columns": dict(map(_column, a.columns))}}
    config = load_config(a.config, **{k: v for k, v in overrides.items() if any(v.values())})
    run = mine(a.ledgers, a.out, key=load_key(a.key), config=config, report=_say)
    _say(candidate_lines(run.candidates))


def _column(text: str) -> tuple[str, str]:
    name, mark, header = text.partition("=")
    if not mark:
        raise InputError(f"--columns takes NAME=HEADER, such as text=案情摘要, got {text!r}")
    return name, header


def _redact_command(commands) -> None:
    command = commands.add_parser("redact", help="逐行脱敏 JSON Lines：{id, text}")
    command.add_argument("file", type=Path)
    command.add_argument("--spans", required=True, type=Path, metavar="OUT", help="输出：{id, spans, text}")
    command.add_argument("--key", type=Path, metavar="FILE")
    command.set_defaults(run=_redact)


def _redact(a) -> None:
    from minelib.redact import load_key, redact_jsonl

    n = redact_jsonl(a.file, a.spans, load_key(a.key))
    _say(f"脱敏 {n} 行：{a.spans}")


def _brief_command(commands) -> None:
    command = commands.add_parser("brief", help="由结果文件夹重新生成简报")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--template", default="briefing", choices=("briefing", "cards", "short"), help="简报、线索卡、两页版")
    command.add_argument("--out", type=Path, metavar="PDF", help="默认 DIR/briefing.pdf 或 DIR/cards.pdf 等")
    command.set_defaults(run=_brief)


def _brief(a) -> None:
    from minelib.briefing import render, summarise
    from minelib.runs import load_run

    run = load_run(a.folder)
    path = a.out or a.folder / f"{a.template}.pdf"
    path.write_bytes(render(summarise(run, config=run.manifest["config"]["briefing"]), template=a.template))
    _say(f"已生成：{path}")


def _sample_command(commands) -> None:
    command = commands.add_parser("sample", help="生成合成台账（不含真实信息）")
    command.add_argument("--out", type=Path, default=Path("data"), metavar="DIR")
    command.add_argument("--kind", choices=("district", "city"), default="city", help="区院半年接访 / 市热线")
    command.add_argument("--rows", type=int)
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=_sample)


def _sample(a) -> None:
    from minelib.sample import write_sample

    for path in write_sample(a.out, kind=a.kind, rows=a.rows, seed=a.seed):
        _say(f"已生成：{path}")


def candidate_lines(candidates, *, most: int = 15) -> str:
    """Return the ranked candidates as a table for the terminal, columns aligned for Han characters.

    >>> import pandas as pd
    >>> row = {"rank": 1, "score": 71.2, "label": "拖欠工资", "n_matters": 9, "n_petitions": 12, "n_places": 5, "class_routes": "检察建议"}
    >>> print(candidate_lines(pd.DataFrame([row])))
    排名  得分  问题（候选，待核查）  事项  件次  地点  类案方式
       1  71.2  拖欠工资                 9    12     5  检察建议
    """
    head = ["排名", "得分", "问题（候选，待核查）", "事项", "件次", "地点", "类案方式"]
    columns = ["rank", "score", "label", "n_matters", "n_petitions", "n_places", "class_routes"]
    rows = [[f"{v:.1f}" if isinstance(v, float) else str(v) for v in r] for r in candidates[columns].head(most).to_numpy(object)]
    if not rows:
        return "没有达到条件的候选线索；详见 briefing.pdf 的数据与方法说明。"
    widths = [max(_width(r[i]) for r in [head, *rows]) for i in range(len(head))]
    left = {2, len(head) - 1}
    lines = ["  ".join(_pad(c, w, i in left or r is head) for i, (c, w) in enumerate(zip(r, widths, strict=True))) for r in [head, *rows]]
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _pad(text: str, width: int, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Commands that make things: mine, redact, brief, sample."""

from pathlib import Path

from minelib.cli.engine import add_engine, engine_of
from minelib.cli.show import candidate_lines, say
from minelib.errors import InputError


def add_mine(commands) -> None:
    """Add ``minelib mine``."""
    command = commands.add_parser("mine", help="台账 → 线索、图表、简报")
    command.add_argument(
        "ledgers",
        nargs="+",
        metavar="LEDGER",
        help="台账文件：xlsx xls csv tsv jsonl parquet；或分成多个 parquet 的文件夹",
    )
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="结果文件夹")
    command.add_argument("--config", type=Path, metavar="TOML", help="选项文件")
    command.add_argument("--taxonomy", metavar="TOML", help="自定义诉求类别")
    command.add_argument("--labels", metavar="CSV", help="人工标注：两列 id, class")
    command.add_argument(
        "--columns", action="append", default=[], metavar="名=列名", help="指定列，如 text=案情摘要"
    )
    command.add_argument(
        "--key", type=Path, metavar="FILE", help="化名密钥文件（默认在用户目录，首次自动生成）"
    )
    add_engine(command)
    command.set_defaults(run=_mine)


def _mine(a) -> None:
    from minelib.config import load_config
    from minelib.pipeline import mine
    from minelib.redact import load_key

    chosen = {"taxonomy": a.taxonomy, "labels": a.labels}
    overrides = {
        "mine": {k: v for k, v in chosen.items() if v},
        "ledger": {"columns": dict(map(_column, a.columns))},
    }
    config = load_config(a.config, **{k: v for k, v in overrides.items() if any(v.values())})
    with engine_of(a) as options:
        run = mine(a.ledgers, a.out, key=load_key(a.key), config=config, report=say, **options)
    say(candidate_lines(run.candidates))


def _column(text: str) -> tuple[str, str]:
    name, mark, header = text.partition("=")
    if not mark:
        raise InputError(f"--columns takes NAME=HEADER, such as text=案情摘要, got {text!r}")
    return name, header


def add_redact(commands) -> None:
    """Add ``minelib redact``."""
    command = commands.add_parser("redact", help="逐行脱敏 JSON Lines：{id, text}")
    command.add_argument("file", type=Path)
    command.add_argument("--spans", required=True, type=Path, metavar="OUT", help="输出：{id, spans, text}")
    command.add_argument("--key", type=Path, metavar="FILE")
    command.set_defaults(run=_redact)


def _redact(a) -> None:
    from minelib.redact import load_key, redact_jsonl

    n = redact_jsonl(a.file, a.spans, load_key(a.key))
    say(f"脱敏 {n} 行：{a.spans}")


def add_brief(commands) -> None:
    """Add ``minelib brief``."""
    command = commands.add_parser("brief", help="由结果文件夹重新生成简报")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument(
        "--template", default="briefing", choices=("briefing", "cards", "short"), help="简报、线索卡、两页版"
    )
    command.add_argument("--format", choices=("pdf", "docx"), help="默认 pdf；docx 供编辑（Word、WPS）")
    command.add_argument("--word", action="store_const", const="docx", dest="format", help="同 --format docx")
    command.add_argument("--out", type=Path, metavar="FILE", help="默认 DIR/briefing.pdf、DIR/cards.docx 等")
    command.set_defaults(run=_brief)


def _brief(a) -> None:
    from minelib.briefing import brief
    from minelib.review import read_decisions
    from minelib.runs import load_run

    run = load_run(a.folder)
    kind = a.format or ("docx" if a.out and a.out.suffix.lower() == ".docx" else "pdf")
    path = a.out or a.folder / f"{a.template}.{kind}"
    decisions, _ = read_decisions(a.folder / "decisions.jsonl")
    config = run.manifest["config"]["briefing"]
    path.write_bytes(brief(run, config=config, template=a.template, format=kind, decisions=decisions))
    say(f"已生成：{path}")


def add_sample(commands) -> None:
    """Add ``minelib sample``."""
    command = commands.add_parser("sample", help="生成合成台账（不含真实信息）")
    command.add_argument("--out", type=Path, default=Path("data"), metavar="DIR")
    command.add_argument("--kind", choices=("district", "city"), default="city", help="区院半年接访 / 市热线")
    command.add_argument("--rows", type=int)
    command.add_argument("--seed", type=int, default=0)
    command.set_defaults(run=_sample)


def _sample(a) -> None:
    from minelib.sample import write_sample

    for path in write_sample(a.out, kind=a.kind, rows=a.rows, seed=a.seed):
        say(f"已生成：{path}")

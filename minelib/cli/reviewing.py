"""Commands that go on from finished runs: review, add, compare, like, person."""

from datetime import date, datetime
from pathlib import Path

from minelib.cli.engine import add_engine, engine_of
from minelib.cli.show import say, table_lines
from minelib.errors import InputError

ALERT = 3  # exit status of `compare --alert` where something crossed a threshold
_COMPARED = {
    "state": "变化", "issue_id_old": "上期编号", "issue_id_new": "本期编号", "label": "问题",
    "n_matters_old": "上期事项", "n_matters_new": "本期事项", "n_shared": "共同件次", "matched_by": "对应依据",
    "kind": "预警", "warning": "说明",
}  # fmt: skip


_DETAILS = ("why", "label", "into", "petition", "status", "date", "amount", "decision", "members")
_REVIEWED = {
    "rank": "排名", "issue_id": "编号", "label": "问题", "n_matters": "事项", "decision": "意见", "why": "理由",
    "status": "办理", "status_date": "日期", "carried": "备注",
}  # fmt: skip
_STEPS = {"issue_id": "编号", "label": "问题", "status": "环节", "date": "日期"}


def add_review(commands) -> None:
    """Add ``minelib review``."""
    command = commands.add_parser("review", help="查看线索，记录研判意见（只增不改）")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument(
        "action",
        nargs="?",
        default="list",
        help="list accept reject rename merge split move note status undo；steps overdue figures join",
    )
    command.add_argument("candidate", nargs="?", help="排名或问题编号")
    command.add_argument("--by", default="", help="谁作的决定")
    command.add_argument("--file", type=Path, metavar="JSONL", help="默认 DIR/decisions.jsonl")
    command.add_argument("--other", type=Path, metavar="JSONL", help="join：另一人的决定文件")
    command.add_argument("--since", metavar="日期", help="figures：起（含）")
    command.add_argument("--until", metavar="日期", help="figures：止（含）；overdue：截至哪天，默认今天")
    for name in _DETAILS[:-1]:
        command.add_argument(f"--{name}")
    command.add_argument("--members", nargs="+", metavar="ID")
    command.set_defaults(run=_review)


def _review(a) -> None:
    from minelib.review import read_decisions, replay
    from minelib.runs import load_run

    run, path = load_run(a.folder), a.file or a.folder / "decisions.jsonl"
    if a.action == "join":
        _join(path, a.other)
    elif a.action not in ("list", "steps", "overdue", "figures"):
        _decide(run, path, a)
    decisions, n_broken = read_decisions(path)
    reviewed = replay(run, decisions)
    if a.action in ("steps", "overdue", "figures"):
        _report(run, reviewed, decisions, a)
        return
    say(table_lines(reviewed.candidates, _REVIEWED))
    if n_broken:
        say(f"不完整的记录 {n_broken} 条，未采用")
    if len(reviewed.stale):
        say(f"不再适用的决定 {len(reviewed.stale)} 条：")
        say(
            table_lines(
                reviewed.stale, {"at": "时间", "by": "谁", "action": "决定", "reason": "原因", "id": "编号"}
            )
        )


def _decide(run, path: Path, a) -> None:
    """Write down one decision on the run as earlier decisions left it."""
    from minelib.review import append, as_reviewed, decide, read_decisions, replay

    left = as_reviewed(run, replay(run, read_decisions(path)[0]))
    chosen = {name: value for name in _DETAILS if (value := getattr(a, name))}
    if "into" in chosen:
        chosen["into"] = _issue(left, chosen["into"])
    decision = decide(left, _issue(left, a.candidate), a.action, by=a.by, at=datetime.now(), **chosen)
    append(path, decision)
    say(f"已记录 {decision.id}：{path}")


def _join(path: Path, other: Path | None) -> None:
    from minelib.review import join

    if other is None:
        raise InputError("join needs --other FILE, the decisions of somebody else")
    say(f"并入 {join(path, other)} 条：{path}")


def _report(run, reviewed, decisions, a) -> None:
    """Print the steps taken, what is overdue, or the office's figures of a period."""
    from minelib.review import office_figures, overdue, progress

    until = _day(a.until, "until") or date.today()
    if a.action == "figures":
        start = _day(a.since, "since")
        if not start:
            raise InputError("figures needs --since YYYY-MM-DD and takes --until YYYY-MM-DD")
        figures = office_figures(run.petitions, decisions, start=start, end=until)
        say("　".join(f"{name} {value:g}" for name, value in figures.items()))
        return
    label = reviewed.candidates.set_index("issue_id")["label"]
    table = overdue(decisions, today=until) if a.action == "overdue" else progress(decisions)
    table = table.assign(label=table["issue_id"].map(label).fillna("（本次结果中没有）"))
    more = (
        {"due": "应于", "days_late": "逾期天数"} if a.action == "overdue" else {"by": "谁", "amount": "金额"}
    )
    say(table_lines(table, {**_STEPS, **more}))


def _day(text: str | None, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"--{name} takes a day as YYYY-MM-DD, got {text!r}") from error


def _issue(run, name: str | None) -> str:
    """Return the issue of a rank or an issue id."""
    if not name:
        raise InputError("name a candidate by its rank or issue id")
    if not name.isdigit():
        return name
    found = run.candidates.loc[
        run.candidates["rank"] == int(name), "issue_id"
    ]  # a part split off has no rank
    if found.empty:
        raise InputError(f"no candidate has rank {name}; there are {len(run.candidates)}")
    return found.iloc[0]


def add_add(commands) -> None:
    """Add ``minelib add``."""
    command = commands.add_parser("add", help="下一月：新台账并入已有结果，原有编号不变")
    command.add_argument("ledgers", nargs="+", metavar="LEDGER", help="新台账文件")
    command.add_argument("--onto", required=True, type=Path, metavar="OLD", help="已有的结果文件夹（只读）")
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="新的结果文件夹")
    command.add_argument("--config", type=Path, metavar="TOML", help="选项文件")
    command.add_argument("--key", type=Path, metavar="FILE", help="化名密钥文件，须与上期相同")
    add_engine(command)
    command.set_defaults(run=_add)


def _add(a) -> None:
    from minelib.cli.show import candidate_lines
    from minelib.config import load_config
    from minelib.redact import load_key
    from minelib.update import add

    key, config = load_key(a.key), load_config(a.config)
    with engine_of(a) as options:
        run = add(a.ledgers, a.onto, a.out, key=key, config=config, report=say, **options)
    say(candidate_lines(run.candidates))


def add_compare(commands) -> None:
    """Add ``minelib compare``."""
    command = commands.add_parser("compare", help="两次结果对照：延续、拆分、合并、新增、消失，预警")
    command.add_argument("old", type=Path, metavar="OLD")
    command.add_argument("new", type=Path, metavar="NEW")
    command.add_argument("--out", type=Path, metavar="XLSX", help="另存为工作簿")
    command.add_argument("--quiet", action="store_true", help="只输出一行小结，供定时任务记录")
    command.add_argument("--alert", action="store_true", help=f"有预警时退出码为 {ALERT}")
    command.set_defaults(run=_compare)


def _compare(a) -> int:
    from minelib.compare import STATES, compare_runs
    from minelib.runs import load_run
    from minelib.tables import write_workbook

    found = compare_runs(load_run(a.old), load_run(a.new))
    say(found.summary)
    if not a.quiet:
        say(
            table_lines(
                found.warnings, {"kind": "预警", "label": "问题", "n_matters": "事项", "warning": "说明"}
            )
        )
    if a.out:
        issues = found.issues.assign(state=found.issues["state"].map(STATES))
        write_workbook(
            {"对照": issues.rename(columns=_COMPARED), "预警": found.warnings.rename(columns=_COMPARED)},
            a.out,
        )
        say(f"已保存：{a.out}")
    return ALERT if a.alert and len(found.warnings) else 0


def add_like(commands) -> None:
    """Add ``minelib like``."""
    command = commands.add_parser("like", help="找相近的件：给一个编号或几个词")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("query", metavar="编号或词句")
    command.add_argument("--most", type=int, default=10)
    command.set_defaults(run=_like)


def _like(a) -> None:
    from minelib.lookup import more_like
    from minelib.runs import load_run

    found = more_like(load_run(a.folder).petitions, a.query, k=a.most)
    say(table_lines(found, {"score": "相近", "record_id": "编号", "title": "主题", "shared": "共同的词"}))


def add_person(commands) -> None:
    """Add ``minelib person``."""
    command = commands.add_parser("person", help="一人一档：一个化名的全部来访（只供办理，不作评分）")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("petitioner", metavar="化名", help="petitions.parquet 中的 petitioner_id")
    command.set_defaults(run=_person)


def _person(a) -> None:
    from minelib.dossier import dossier
    from minelib.runs import load_run

    rows = dossier(load_run(a.folder), a.petitioner)
    rows = rows.assign(day=rows["day"].dt.strftime("%Y-%m-%d"))
    names = {
        "matter_id": "事项",
        "day": "日期",
        "visit": "初重",
        "record_id": "编号",
        "title": "主题",
        "status": "状态",
    }
    say(table_lines(rows, {**names, "waited": "未答复天数（待核）"}))

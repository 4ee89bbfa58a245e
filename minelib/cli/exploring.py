"""Commands that show a run: explore."""

from pathlib import Path

from minelib.cli.show import say


def add_explore(commands) -> None:
    """Add ``minelib explore``."""
    command = commands.add_parser("explore", help="问题图与证据表：一个网页文件，不联网，用浏览器打开")
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--most", type=int, metavar="N", help="最多载入多少件（默认 10000）")
    command.set_defaults(run=_explore)


def _explore(a) -> None:
    from minelib.errors import InputError
    from minelib.explore import write_explore
    from minelib.runs import load_run

    if a.most is not None and a.most < 1:
        raise InputError(f"--most takes a number from 1, got {a.most}")
    options = {} if a.most is None else {"most": a.most}
    say(f"已生成：{write_explore(load_run(a.folder), a.folder, **options)}")

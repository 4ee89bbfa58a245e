"""Commands that show: explore, notebook."""

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


def add_notebook(commands) -> None:
    """Add ``minelib notebook``."""
    command = commands.add_parser("notebook", help="在自己的台账上运行笔记本")
    command.add_argument("action", choices=("run", "list"))
    command.add_argument("names", nargs="*", metavar="NAME", help="编号或文件名开头，如 06；不写则全部")
    command.add_argument("--ledger", metavar="LEDGER", help="台账文件")
    command.add_argument(
        "--key", type=Path, metavar="FILE", help="化名密钥文件（默认在用户目录，首次自动生成）"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="运行后的笔记本和结果放在这里")
    command.add_argument(
        "--set", action="append", default=[], metavar="名=值", help="其他参数，如 UNTIL=2025-09-30"
    )
    command.add_argument("--notebooks", type=Path, default=Path("notebooks"), metavar="DIR")
    command.set_defaults(run=_notebook)


def _notebook(a) -> None:
    from minelib.errors import InputError
    from minelib.notebooks import find_notebook, own_parameters, run

    books = [find_notebook(n, a.notebooks) for n in a.names] or sorted(a.notebooks.glob("*.ipynb"))
    if a.action == "list":
        say("\n".join(p.stem for p in books))
        return
    if not (a.ledger and a.out):
        raise InputError("notebook run needs --ledger FILE and --out DIR")
    parameters = own_parameters(books, a.ledger, a.out, key=a.key, others=a.set)
    for book in books:
        if book in parameters:
            say(f"已运行：{run(book, a.out, parameters[book])}")
        else:
            say(f"略过：{book.stem}（要有答案才能量；给 --set ANSWERS=答案.csv）")

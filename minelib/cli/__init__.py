"""The command line: ``minelib mine LEDGER --out DIR`` and its siblings.

Exit status 0 is good, 2 the user's input or options, 1 our fault; a command may name a further one.
"""

import argparse
import sys
from collections.abc import Sequence

from minelib import __version__
from minelib.cli import exploring, mining, reviewing
from minelib.errors import InputError, LeakError

_COMMANDS = (
    mining.add_mine, reviewing.add_add, mining.add_brief, exploring.add_explore, reviewing.add_review,
    reviewing.add_compare, reviewing.add_like, reviewing.add_person,
    mining.add_redact, mining.add_sample, exploring.add_notebook,
)  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="minelib", description="从信访、热线台账中发现类案监督线索（候选）")
    parser.add_argument("--version", action="version", version=f"minelib {__version__}")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for add in _COMMANDS:
        add(commands)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except (InputError, LeakError) as error:
        sys.stderr.write(f"minelib: {' '.join(str(error).split())}\n")
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 0

"""What the field knows, as data: grievance classes, law, words. Each file is checked when it is read.

`load_taxonomy` is in `minelib.classes`, `load_laws` in `minelib.laws`; here is what they share.
"""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from minelib.errors import InputError


def packaged_text(name: str) -> str:
    """Return a packaged file as it is written.

    >>> packaged_text("routes.toml").startswith("#")
    True
    """
    return (files(__package__) / name).read_text(encoding="utf-8")


@cache
def word_list(name: str) -> tuple[str, ...]:
    """Return the words of `knowledge/{name}.txt`: one a line, `#` starts a comment, order kept.

    >>> "的" in word_list("stopwords")
    True
    """
    text = packaged_text(f"{name}.txt")
    words = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(dict.fromkeys(w for w in words if w))


@cache
def packaged_toml(name: str) -> dict:
    """Return `knowledge/{name}.toml` as plain data; callers must not change it."""
    return tomllib.loads(packaged_text(f"{name}.toml"))


def read_toml(path: str | Path) -> dict:
    """Read a user's TOML file.

    Raises
    ------
    InputError
        When the file cannot be read or is not TOML; the message names file and line.
    """
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} is not valid TOML in UTF-8: {error}") from error

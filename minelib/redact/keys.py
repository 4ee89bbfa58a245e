"""The office's secret, and the codes made with it.

Every mask and pseudonym is HMAC-SHA256 of a normal form under a key of 32 random bytes. Who has the key can
test a guess (is this code 张三?); who has not can do nothing better than guess the key. So the key is kept
outside every run folder. It is a setting like any other: the same key gives the same bytes, another office's
key gives other codes.

Without `--key FILE` the key lies in the user's own folder and is made there once, readable by its owner only.
A key derived from the ledger would need no file, but it would be no secret: whoever holds the ledger could
reverse every code, so minelib does not offer it.
"""

import hmac
import os
import secrets
import stat
import warnings
from pathlib import Path

from minelib.errors import InputError, MinelibWarning

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BYTES = 32


def key_path() -> Path:
    """Say where the user's own key lies: `$MINELIB_KEY`, else `~/.config/minelib/redaction.key`."""
    named = os.environ.get("MINELIB_KEY")
    return Path(named) if named else Path.home() / ".config" / "minelib" / "redaction.key"


def new_key(path: str | Path | None = None) -> bytes:
    """Make a key of 32 random bytes; with a path write it there, readable by its owner only.

    Raises
    ------
    InputError
        When the file is there already (a key is never overwritten: its masks could not be made again) or
        cannot be written.

    Examples
    --------
    >>> len(new_key())
    32
    """
    key = secrets.token_bytes(_BYTES)
    if path is None:
        return key
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError as error:
        raise InputError(f"key file {path} is there already; use it, or name another file") from error
    except OSError as error:
        raise InputError(
            f"cannot write key file {path}: {error.strerror or error}; name another with --key"
        ) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
    return key


def load_key(path: str | Path | None = None) -> bytes:
    """Read the key of `path`; without one the user's own, made on first use.

    Parameters
    ----------
    path : str or Path, optional
        A file of 64 hexadecimal digits, as `new_key` writes it; lines that begin with # are comments. A file
        that was named and is not there is an error: a mistyped name must not quietly change every pseudonym.
        One that others can read is warned of, unless its first line says `# public`, as that of the sample key
        does.

    Raises
    ------
    InputError
        When the file is missing, unreadable or no key.
    """
    chosen = Path(path) if path is not None else key_path()
    if path is None and not chosen.exists():
        return new_key(chosen)
    try:
        lines = chosen.read_text(encoding="utf-8").splitlines()
        key = bytes.fromhex("".join(line.strip() for line in lines if not line.startswith("#")))
    except FileNotFoundError as error:
        raise InputError(
            f"key file {chosen} is not there; make one with minelib.redact.new_key(path)"
        ) from error
    except OSError as error:
        raise InputError(f"cannot read key file {chosen}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{chosen} is no key: 64 hexadecimal digits are needed") from error
    if len(key) < 16:
        raise InputError(f"{chosen} is no key: it holds {len(key)} bytes, at least 16 are needed")
    public = bool(lines) and lines[0].startswith("# public")
    if os.name == "posix" and not public and chosen.stat().st_mode & 0o077:
        warnings.warn(f"key file {chosen} can be read by others: chmod 600 it", MinelibWarning, stacklevel=2)
    return key


def code(key: bytes, kind: str, value: str, length: int = 4) -> str:
    """Give the code of a value under a key: same value, same code; `kind` keeps a name and a number apart.

    >>> code(b"k" * 16, "姓名", "张三") == code(b"k" * 16, "姓名", "张三") != code(b"j" * 16, "姓名", "张三")
    True
    """
    return spelled(code_number(key, kind, value, length), length)


def code_number(key: bytes, kind: str, value: str, length: int = 4) -> int:
    """Give the code of a value as a number, see `spelled`."""
    digest = hmac.digest(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), "sha256")
    return int.from_bytes(digest, "big") % len(_ALPHABET) ** length


def spelled(number: int, length: int = 4) -> str:
    """Spell a code's number.

    >>> spelled(1), spelled(36**4 - 1)
    ('1000', 'ZZZZ')
    """
    letters = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def key_id(key: bytes) -> str:
    """Name a key without giving it away, so that a manifest can say whether two runs share pseudonyms."""
    return code(key, "key", "", 8)

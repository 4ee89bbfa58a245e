"""Ask the package index that pip uses for known advisories of every version pinned in requirements.txt.

    python tests/advisories.py [requirements.txt]

Ends with status 1 where a pinned version has an open advisory, 0 where none has, and 0 with one line where the index
does not tell (a mirror without the JSON interface, no network): then nothing was checked.
"""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.M)
_SECONDS = 20


class SilentError(Exception):
    """The index does not tell."""


def pins(text: str) -> list[tuple[str, str]]:
    """Return name and version of every pin.

    >>> pins("numpy==2.1.0 ; x \\\\\\n    --hash=sha256:00\\n")
    [('numpy', '2.1.0')]
    """
    return sorted(set(_PIN.findall(text)))


def index_root() -> str:
    """Return the root of the JSON interface beside the index pip is set to, else pip's own."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    said = subprocess.run(asked, capture_output=True, text=True).stdout.strip()
    if said:
        return said.rstrip("/").removesuffix("/simple") + "/pypi"
    from pip._internal.models.index import PyPI

    return PyPI.pypi_url


def advisories(root: str, name: str, version: str) -> list[str]:
    """Return the open advisories of one release.

    Raises
    ------
    SilentError
        When the index gives no data of advisories.
    """
    try:
        with urllib.request.urlopen(f"{root}/{name}/{version}/json", timeout=_SECONDS) as answer:
            known = json.load(answer)["vulnerabilities"]
    except (OSError, ValueError, KeyError) as error:
        raise SilentError(f"{name} {version}: {type(error).__name__}") from error
    return [f"{item['id']} (mended in {', '.join(item['fixed_in']) or 'none'})"
            for item in known if not item.get("withdrawn")]  # fmt: skip


def main(arguments: list[str]) -> int:
    path = Path(arguments[0] if arguments else Path(__file__).parents[1] / "requirements.txt")
    root, pinned, bad = index_root(), pins(path.read_text(encoding="utf-8")), 0
    try:
        for name, version in pinned:
            for advisory in advisories(root, name, version):
                sys.stdout.write(f"{name} {version}: {advisory}\n")
                bad += 1
    except SilentError as error:
        sys.stdout.write(f"advisories: skipped, the package index gives no advisories here ({error})\n")
        return int(bad > 0)
    sys.stdout.write(f"advisories: {len(pinned)} pinned versions asked about, {bad} open advisories\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

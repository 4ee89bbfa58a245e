"""The page as one file: data, script and style inside, nothing fetched."""

import base64
import json
from hashlib import sha256
from importlib.resources import files
from string import Template

from minelib.explore.data import MOST_ROWS, page_data
from minelib.runs import Run

_MARKUP = "<>&\u2028\u2029"


def explore_page(run: Run, *, most: int = MOST_ROWS) -> str:
    """Return the explore page of a run as HTML.

    Parameters
    ----------
    run : Run
    most : int
        At most so many petitions are put in, those of candidates first; the page says how many there are.

    Returns
    -------
    str
        One file without a network address. Its content security policy lets only its own script and style work, so
        that even text that passed for markup could do nothing; petition text is data, set as text.
    """
    return page_of(page_data(run, most=most))


def page_of(data: dict) -> str:
    """Return the page that shows `data`, see `minelib.explore.data.page_data`."""
    script, style = _part("element.js") + _part("page.js"), _part("page.css")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(_part("page.html")).substitute(
        policy=policy, style=style, script=script, data=embedded(data)
    )


def embedded(tree: dict) -> str:
    """Write JSON that cannot end the element it stands in.

    >>> embedded({"t": "</script>"})
    '{"t":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for mark in _MARKUP:
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the source expression of an inline element (W3C, Content Security Policy Level 3, §8.1)."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"

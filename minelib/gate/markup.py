"""The words of HTML, SVG and XML: a paragraph at a time, with what stands in attributes, comments and scripts."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from minelib.gate.trees import Text, leaves, loads

_TAGS = re.compile(r"</?[A-Za-z!?][^>]*>")  # 3<5>2 is none
_COMMENT = re.compile(r"<!--(.*?)-->", re.S)
_OPENING = re.compile(r"<(script|style)\b[^>]*>", re.I)
_CLOSING = {name: re.compile(rf"</{name}\s*>", re.I) for name in ("script", "style")}
_PARAGRAPH = re.compile(r"</(?:w:p|text|title|desc|p|div|td|th|li|h\d|si|comment)>|<br\s*/?>", re.I)
# The digest of a security policy: letters at random read as anything.
_DIGEST = re.compile(r"'sha256-[A-Za-z0-9+/]{43}='")
# Attributes in which somebody's words may stand; coordinates and colours are none.
_SAYING = re.compile(
    r"""\s(?:alt|title|descr|name|content|href|src|cite|value|label|placeholder|target|tooltip|display|location"""
    r"""|prompt|prompttitle|error|errortitle|aria-[\w-]+|data-[\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""",
    re.I,
)


def words(markup: str) -> Iterator[Text]:
    """Yield the words of markup, a paragraph at a time: a name cut by tags is one again.

    >>> list(words('<p>电话<b>13</b>9</p><img alt="甲">'))
    [('paragraph 1', '电话139'), ('attribute 1', '甲')]
    """
    for n, m in enumerate(_COMMENT.finditer(markup), 1):
        yield f"comment {n}", html.unescape(m[1])
    markup = _COMMENT.sub("", markup)
    scripts, markup = _apart(markup)
    for n, (kind, content) in enumerate(scripts, 1):
        yield from ((f"{kind} {n}{where}", text) for where, text in _script(content))
    for n, part in enumerate(_PARAGRAPH.split(markup), 1):
        if text := html.unescape(_TAGS.sub("", part)).strip():
            yield f"paragraph {n}", text
    for n, m in enumerate(_SAYING.finditer(markup), 1):
        if text := _DIGEST.sub("", html.unescape(m[1] or m[2] or "")):
            yield f"attribute {n}", text


def _apart(markup: str) -> tuple[list[Text], str]:
    """Take scripts and styles out of markup: (kind, content) of each, and the rest.

    >>> _apart("<p>甲<SCRIPT>1</script>乙<style>2")
    ([('script', '1'), ('style', '2')], '<p>甲乙')
    """
    scripts, rest, at = [], [], 0
    while opened := _OPENING.search(markup, at):
        kind = opened[1].lower()
        closed = _CLOSING[kind].search(markup, opened.end())
        scripts.append((kind, markup[opened.end() : closed.start() if closed else None]))
        rest.append(markup[at : opened.start()])
        at = closed.end() if closed else len(markup)
    return scripts, "".join([*rest, markup[at:]])


def _script(content: str) -> Iterator[Text]:
    """Yield the strings of data, or else the lines of a program."""
    try:
        yield from leaves(loads(content))
    except ValueError:
        yield from ((f" line {i}", line) for i, line in enumerate(content.splitlines(), 1))


def markup_file(path: Path) -> Iterator[Text]:
    """Yield the words of an HTML or SVG file."""
    yield from words(path.read_text(encoding="utf-8"))

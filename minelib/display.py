"""How results show themselves: heading, numbers, table, lines; as HTML in a notebook, else as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

_TEMPLATE = """<div>{% if s.title %}<h4>{{ s.title }}</h4>{% endif %}
{%- if s.facts %}<p>{% for name, value in s.facts %}{{ name }} <b>{{ value }}</b>{{ "　" if not loop.last }}{% endfor %}</p>{% endif %}
{%- if s.rows %}<table><thead><tr>{% for c in s.head %}<th style="text-align: left">{{ c }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in s.rows %}<tr>{% for c in row %}<td style="text-align: left{{ "; white-space: nowrap" if not loop.last }}">{{ c }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>{% endif %}
{%- for name, lines in s.parts %}<p><b>{{ name }}</b></p><ul>{% for line in lines %}<li>{{ line }}</li>{% endfor %}</ul>{% endfor %}
{%- if s.note %}<p>{{ s.note }}</p>{% endif %}</div>"""  # noqa: E501


@dataclass(frozen=True)
class Sheet:
    """What is shown of a result.

    Attributes
    ----------
    title : str
    facts : sequence of (name, value)
    head, rows : sequences
        A table.
    parts : sequence of (name, lines)
    note : str

    Examples
    --------
    >>> print(Sheet("结果", facts=[("件次", 3)], head=["问题"], rows=[["<欠薪>"]], note="待核查").text())
    结果
    件次 3
    问题
    <欠薪>
    待核查
    >>> "&lt;欠薪&gt;" in Sheet("结果", head=["问题"], rows=[["<欠薪>"]]).html()
    True
    """

    title: str
    facts: Sequence[tuple[str, object]] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence] = ()
    parts: Sequence[tuple[str, Sequence[str]]] = field(default_factory=tuple)
    note: str = ""

    def html(self) -> str:
        """Return HTML in which every value is escaped."""
        return _template().render(s=self)

    def text(self) -> str:
        """Return the same as lines of text."""
        lines = [self.title, "　".join(f"{name} {value}" for name, value in self.facts)]
        lines += ["　".join(map(str, row)) for row in ([self.head, *self.rows] if self.rows else [])]
        for name, part in self.parts:
            lines += [f"{name}：", *(f"- {line}" for line in part)]
        return "\n".join(line for line in [*lines, self.note] if line)


class Displayed:
    """Give a class that has a ``_sheet()`` its forms in a notebook and at a prompt."""

    def _sheet(self) -> Sheet:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return self._sheet().html()

    def __repr__(self) -> str:
        return self._sheet().text()


@cache
def _template():
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_TEMPLATE)

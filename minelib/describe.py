"""Say what a group of texts is about: keywords, exemplars, a label. Pure functions of two matrices.

`doc_topic` (texts × groups) holds how strongly each text belongs to each group, `doc_term` (texts × words)
how often each word stands in it. Nothing here knows where groups come from.
"""

import re
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

# How a title begins before it says what is wrong, and how it ends after.
_OPENING = re.compile(
    r"^(?:申请|信访|来访|上访|登记|再次|二次|三次|实名|强烈|严重|紧急|恳请|请求|请问|请|关于|有关|对于|反映|反应|投诉|举报|咨询|建议|希望|要求|求助|质疑|"
    r"控诉|呼吁|盼|望|领导|政府|相关部门|部门|解决|处理|查处|督促|一下|的|对|在|市民|小区|街道|社区|某|、|，|：|“|”)+"
)
_CLOSING = re.compile(
    r"(?:的|等|之)?(?:相关)?(?:问题|情况|事项|事宜|一事|投诉|咨询|建议|请求|诉求|反映|举报|疑问)?"
    r"(?:的(?:投诉|咨询|建议|请求|反映|举报|请示))?[。！？!?…\s]*$"
)
_MARKS = re.compile(r"[，。！？!?；;、\s“”\"（）()《》…]+")
LABEL_LENGTH = 18


def class_tfidf(doc_topic: sp.csr_matrix, doc_term: sp.csr_matrix) -> np.ndarray:
    """Weigh words by group: frequent in this group, rare over all groups.

    Parameters
    ----------
    doc_topic : csr_matrix, shape (n_texts, n_groups)
    doc_term : csr_matrix, shape (n_texts, n_words)

    Returns
    -------
    ndarray, shape (n_groups, n_words)

    Notes
    -----
    Class-based TF-IDF: M. Grootendorst, "BERTopic" (2022), eq. 2, on term shares of each group.

    Examples
    --------
    >>> score = class_tfidf(sp.csr_matrix([[1, 0], [0, 1]]), sp.csr_matrix([[2, 1, 0], [0, 1, 3]]))
    >>> score.argmax(axis=1).tolist()
    [0, 2]
    """
    frequency = np.asarray((doc_topic.T @ doc_term).todense(), dtype=np.float64)
    if not frequency.size:
        return frequency
    total = frequency.sum(axis=1, keepdims=True)
    share = np.divide(frequency, total, out=np.zeros_like(frequency), where=total > 0)
    over_all = share.sum(axis=0)
    mean = share.sum(axis=1).mean()
    return share * np.log1p(np.divide(mean, over_all, out=np.zeros_like(over_all), where=over_all > 0))


def keywords(scores: np.ndarray, words: Sequence[str], k: int = 8) -> list[list[str]]:
    """Return the `k` best words of each group, best first, ties in order of the words.

    >>> keywords(np.array([[0.1, 0.4, 0.0]]), ["工资", "拖欠", "路"])
    [['拖欠', '工资']]
    """
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return [[words[j] for j in row if scores[i, j] > 0] for i, row in enumerate(order)]


def exemplars(strength: np.ndarray, ids: Sequence[str], matters: Sequence[str], k: int = 3) -> list[str]:
    """Return the ids of the `k` strongest texts of one group, each of another matter, ties by id.

    >>> exemplars(np.array([0.9, 0.9, 0.5]), ["b", "a", "c"], ["m1", "m1", "m2"])
    ['a', 'c']
    """
    chosen: dict[str, str] = {}
    for i in sorted(range(len(ids)), key=lambda i: (-strength[i], ids[i])):
        chosen.setdefault(matters[i], ids[i])
        if len(chosen) == k:
            break
    return list(chosen.values())


def say_plainly(title: str) -> str:
    """Cut a title down to what is wrong: no opening, no closing, at most `LABEL_LENGTH` characters.

    >>> say_plainly("关于请求解决小区电梯频繁故障的问题！")
    '电梯频繁故障'
    """
    core = _CLOSING.sub("", _OPENING.sub("", title.strip()))
    pieces = [p for p in _MARKS.split(core) if len(p) > 2] or [core]
    return max(pieces, key=len)[:LABEL_LENGTH]


def label(titles: Sequence[str], weights: dict[str, float], cut) -> str:
    """Choose the piece of a title that says most of what the group has in common.

    Parameters
    ----------
    titles : sequence of str
        Titles of the group, names of places and respondents taken out.
    weights : dict of str to float
        The words that members at several places share, and how much they tell. A title is broken at every
        other word and mask, for it may be a name.
    cut : callable
        Text to words, such as `Segmenter().cut`.

    Returns
    -------
    str
        "" where no piece says two of the words.

    Examples
    --------
    >>> words = {"反映路面破损": ["路面", "破损"], "路面破损": ["路面", "破损"]}
    >>> label(["反映路面破损"], {"路面": 1.0, "破损": 1.0}, words.get)
    '路面破损'
    """
    pieces = sorted({p for t in titles for p in _shared_pieces(say_plainly(t), weights, cut)})
    if not pieces:
        return ""

    def tells(piece: tuple[str, ...]) -> float:
        return sum(weights.get(w, 0.0) for w in set(piece)) / (4 + len("".join(piece))) ** 0.5

    return "".join(max(pieces, key=tells))


def _shared_pieces(title: str, weights: dict[str, float], cut) -> list[tuple[str, ...]]:
    """Break a title where it says what the group does not share; keep pieces that say two shared words."""
    pieces: list[list[str]] = [[]]
    for word in cut(title):
        if word in weights or (len(word) == 1 and not _MARKS.match(word)):
            pieces[-1].append(word)
        else:
            pieces.append([])
    trimmed = [_trim(p, weights) for p in pieces]
    return [p for p in trimmed if len(weights.keys() & set(p)) > 1]


def _trim(piece: list[str], weights: dict[str, float]) -> tuple[str, ...]:
    """Drop loose characters at both ends."""
    told = [i for i, w in enumerate(piece) if w in weights]
    return tuple(piece[told[0] : told[-1] + 1]) if told else ()

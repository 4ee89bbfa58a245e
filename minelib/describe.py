"""Say what a group of texts is about: keywords, exemplars, a label. Pure functions of two matrices.

`doc_topic` (texts × groups) holds how strongly each text belongs to each group, `doc_term` (texts × words)
how often each word stands in it. Nothing here knows where groups come from.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import dropwhile

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
LEAST_SHARE = 0.15  # of the members that must say the telling words of a label
_WHOLE_SHARE = 0.1  # and all of its words
_READ = 30  # best phrases whose grammar is looked at
_MOST_WORDS = 7
_WHOLE = 1.4  # a clause as somebody wrote it reads better than a part of one
_DOING = frozenset("乱拒欠被无未不没强违私偷骗占缺少难拆涨")
# What a clause can begin with once the names are out of it: 〔某〕镇〔某〕村拆猪栏没补偿.
_LEFT_OVER = frozenset(
    [
        "我",
        "我们",
        "我家",
        "这",
        "这家",
        "这个",
        "那个",
        "某",
        "区",
        "县",
        "市",
        "镇",
        "乡",
        "村",
        "镇村",
        "乡村",
        "组",
    ]
    + ["街道", "园区", "路", "线路", "线", "号", "栋", "期"]
)
_DANGLING = frozenset("在给到向被把对为从和与跟的地得")  # a phrase that ends so was cut off
_ASKING = re.compile(
    r"反[映应]|投诉|举报|咨询|建议|希望|[请要]求|请问|求助|恳[请求]|呼吁|质疑|控诉|关于|有关|再次|[请望盼求]|问题|情况|事[宜项]|相关|解决|"
    r"处理|查查|查一查|管管|管一管|帮帮|帮帮忙|看看|如何|怎[么样]|什么|为何|为什么|是否|何时|能否|可[否以]|领导|政府|部门|加快|严重|一下|谢谢|我们|大家|有人|一家|来电"
)


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


def label(
    titles: Sequence[Sequence[str]],
    weights: Mapping[str, float],
    share: Callable[[frozenset[str]], float],
    kinds: Callable[[str], list[str]],
    common: Container[str] = (),
) -> str:
    """Choose the phrase, best a verb with its object, that says most of what the members of a group share.

    Parameters
    ----------
    titles : sequence of sequences of str
        Words of the members' titles, names of places and respondents taken out.
    weights : mapping of str to float
        The words that members at several places share, and how much they tell.
    share : callable
        Some words to the share of members that say all of them, 0 … 1; what is no content word is passed over.
    kinds : callable
        A phrase to the parts of speech of its words, as `parts_of_speech` gives them.
    common : container of str
        Words that are nobody's name. A title is broken at every word that is neither here nor in `weights`.

    Returns
    -------
    str
        "" where no clause says what `LEAST_SHARE` of the members say.

    Examples
    --------
    >>> titles = [["反映", "物业", "乱", "收", "停车费", "的", "问题"], ["物业", "乱", "收", "停车费"]]
    >>> weights = {"物业": 0.5, "停车费": 1.0}
    >>> label(titles, weights, lambda words: 1.0, parts_of_speech)
    '物业乱收停车费'
    """
    clauses = {
        tuple(c) for title in titles for c in _split(title, lambda w: _ASKING.fullmatch(w) or _is_mark(w))
    }
    known = {c for clause in clauses for c in _split(clause, lambda w: not _may_stand(w, weights, common))}
    wholes = set(map(_begun, clauses))
    phrases = sorted({phrase for piece in known for phrase in _phrases(piece, weights, piece in clauses)})

    def tells(phrase: tuple[str, ...]) -> float:
        words = frozenset(weights.keys() & set(phrase))
        told = sum(weights[w] for w in words) * share(words) ** 0.5
        return told * (_WHOLE if phrase in wholes else 1.0) / (8 + len("".join(phrase))) ** 0.5

    best = sorted(phrases, key=lambda p: (-tells(p), p))[:_READ]
    said = [p for p in best if share(frozenset(weights.keys() & set(p))) >= LEAST_SHARE]
    said = [p for p in said if share(frozenset(p)) >= _WHOLE_SHARE]
    clauses = [(_grammar(kinds(p)), p) for p in map("".join, said)]
    return max((c for c in clauses if c[0]), key=lambda c: c[0], default=(0, ""))[1]


def parts_of_speech(phrase: str) -> list[str]:
    """Return the parts of speech of the words of a phrase: n… noun, v… verb, a adjective, d adverb.

    >>> parts_of_speech("退还定金")
    ['v', 'n']
    """
    return [kind for _, kind in _tagger().tag(phrase)]


@cache
def _tagger():
    from minelib.segment import engine_class

    return engine_class()()


def _grammar(kinds: list[str]) -> int:
    """Tell how like a clause it is: 2 with a verb before a noun, or both in another order; 0 without a verb."""
    verbs = [i for i, k in enumerate(kinds) if k.startswith("v")]
    nouns = [i for i, k in enumerate(kinds) if k.startswith("n")]
    if not verbs or not nouns:
        return 0
    return 2 if verbs[0] < nouns[-1] or nouns[0] < verbs[-1] else 1


def _split(words: Sequence[str], breaks: Callable[[str], object]) -> list[tuple[str, ...]]:
    """Return the runs of words between those that break."""
    pieces: list[list[str]] = [[]]
    for word in words:
        if breaks(word):
            pieces.append([])
        else:
            pieces[-1].append(word)
    return [tuple(p) for p in pieces if p]


def _is_mark(word: str) -> bool:
    return not word[:1].isalnum()


def _may_stand(word: str, weights: Mapping[str, float], common: Container[str]) -> bool:
    """Tell whether a word is nobody's name: many say it, or it is a single character."""
    return word in weights or word in common or len(word) == 1


def _phrases(piece: tuple[str, ...], weights: Mapping[str, float], whole: bool) -> Iterator[tuple[str, ...]]:
    """Yield the runs of a piece that say two shared words and fit a label; a whole clause also as it stands."""
    ends = range(len(piece) + 1)
    runs = {_trim(piece[i:j], weights) for i in ends for j in ends[i + 2 : i + _MOST_WORDS + 1]}
    for run in runs | ({_begun(piece)} if whole else set()):
        if _tells_two(run, weights) and len("".join(run)) <= LABEL_LENGTH and run[-1][-1] not in _DANGLING:
            yield run


def _begun(clause: tuple[str, ...]) -> tuple[str, ...]:
    """Return a clause from the first word on that says something.

    >>> _begun(("镇", "村", "拆", "猪栏", "没", "补偿"))
    ('拆', '猪栏', '没', '补偿')
    """
    return tuple(dropwhile(_LEFT_OVER.__contains__, clause))


def _tells_two(piece: Sequence[str], weights: Mapping[str, float]) -> bool:
    return len(weights.keys() & set(piece)) > 1


def _trim(piece: Sequence[str], weights: Mapping[str, float]) -> tuple[str, ...]:
    """Drop loose characters at both ends; one that says what was done stays before a word: 乱, 拒, 欠."""
    told = [i for i, w in enumerate(piece) if w in weights or w in _DOING]
    while told and piece[told[-1]] not in weights:
        told.pop()
    return tuple(piece[told[0] : told[-1] + 1]) if told else ()

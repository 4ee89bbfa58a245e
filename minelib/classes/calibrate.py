"""What a few labels say about a model that needs none: where its classes end, and how far to trust its parts.

Forty offsets, one a class, are learnt from two hundred labels before a text model learns anything from them
(measured in docs/classes.md). Everything is judged on labels kept aside, and left as it was where it does not help.
"""

import numpy as np

FEW = 20  # labels below which they only stand for themselves
FOLDS = 3
RIDGE = 4.0  # how firmly offsets are held at 0
WORTH, CLEAR = 0.01, 160  # a setting must win this share of n labels, and CLEAR / n: the fewer, the clearer
_TEMPERATURE = 5.0  # points to log-odds, as in the classifier


def class_offsets(decision: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Points to add to every class so that labelled rows become likelier; (n_classes,).

    A multinomial logistic model whose only free numbers are its intercepts, held at 0 by a ridge.

    >>> torn = np.tile([1.0, 0.0], (40, 1))
    >>> bool(np.diff(class_offsets(torn, np.ones(40, dtype=int)))[0] > 1)
    True
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp

    logits, count = decision / _TEMPERATURE, np.bincount(target, minlength=decision.shape[1])

    def loss(offset):
        total = logits + offset
        norm = logsumexp(total, axis=1)
        share = np.exp(total - norm[:, None]).sum(axis=0)
        value = norm.sum() - total[np.arange(len(target)), target].sum() + RIDGE * offset @ offset / 2
        return value, share - count + RIDGE * offset

    found = minimize(loss, np.zeros(decision.shape[1]), jac=True, method="L-BFGS-B")
    return found.x.round(6) * _TEMPERATURE


def folds_of(n: int) -> np.ndarray:
    """Number of the fold of each of `n` rows, in turn."""
    return np.arange(n) % FOLDS


def right_with_offsets(decision: np.ndarray, target: np.ndarray) -> int:
    """Count the rows whose class comes out right when offsets are learnt from the other folds."""
    fold, right = folds_of(len(target)), 0
    for f in range(FOLDS):
        offset = class_offsets(decision[fold != f], target[fold != f])
        right += int(((decision[fold == f] + offset).argmax(axis=1) == target[fold == f]).sum())
    return right


def best_setting(settings: list[np.ndarray], target: np.ndarray) -> tuple[int, np.ndarray]:
    """Choose among ways to decide: the index of one, and the offsets that go with it.

    Parameters
    ----------
    settings : list of arrays of shape (n_labels, n_classes)
        Decisions about the labelled rows, each made without the row's own label. The first is what holds without
        any label.
    target : int array

    Returns
    -------
    (int, array)
        The first setting without offsets unless another way clearly wins labels.
    """
    least = max(WORTH * len(target), CLEAR / len(target))
    plain = int((settings[0].argmax(axis=1) == target).sum())
    right = [right_with_offsets(d, target) for d in settings]
    best = int(np.argmax(right))
    if right[best] < right[0] + least:
        best = 0
    if right[best] < plain + least:
        return 0, np.zeros(settings[0].shape[1])
    return best, class_offsets(settings[best], target)

"""Numbers so coarse that sums of their products are exact: every processor, in any order, adds them up alike.

Matrix kernels differ between processors in the order they add, and so in the last bit; which neighbours a petition
has, and with them whole groups, must not hang on that.
"""

import numpy as np

# Products are multiples of 2^-22: below 4, as of unit vectors, their sums fit the 24 bits of a float32.
STEP = 2.0**-11


def exactly(values: np.ndarray, step: float = STEP) -> np.ndarray:
    """Round to whole multiples of `step`.

    Parameters
    ----------
    values : ndarray
        Rows of unit length, say.
    step : float
        A power of 2. Of two matrices multiplied in float32 the steps must leave the sums fewer than 2^24 steps.

    Returns
    -------
    ndarray of float32

    Examples
    --------
    >>> exactly(np.array([0.1, 1.0])).tolist()
    [0.10009765625, 1.0]
    """
    return (np.round(values / step) * step).astype(np.float32)

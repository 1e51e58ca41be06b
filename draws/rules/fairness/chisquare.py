"""The χ² distribution and the quadratic form of a test, in plain Python.

Values agree with printed tables to at least eight digits (tests/draws/test_fairness_rules.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_TINY = 1e-300
_CLOSE = 1e-15
_MOST = 10_000
_SINGULAR = 1e-9


def tail(x: float, df: int) -> float:
    """Probability that a χ² variable with `df` degrees of freedom is at least `x`.

    raises: ValueError for a negative x or less than one degree of freedom
    """
    if x < 0 or df < 1:
        raise ValueError("χ² 值不能为负，自由度至少为 1")
    if x == 0:
        return 1.0
    a, half = df / 2, x / 2
    scale = math.exp(a * math.log(half) - half - math.lgamma(a))
    if half < a + 1:
        return max(0.0, 1 - scale * _series(a, half))
    return scale * _fraction(a, half)


def _series(a: float, x: float) -> float:
    """Lower incomplete gamma without its factor; converges fast for x < a + 1."""
    term = total = 1 / a
    for n in range(1, _MOST):
        term *= x / (a + n)
        total += term
        if term < total * _CLOSE:
            break
    return total


def _fraction(a: float, x: float) -> float:
    """Upper incomplete gamma without its factor, by Lentz' continued fraction; for x >= a + 1."""
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    total = d
    for n in range(1, _MOST):
        step = n * (a - n)
        b += 2
        d = 1 / _safe(b + step * d)
        c = _safe(b + step / c)
        total *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return total


def _safe(x: float) -> float:
    return x if abs(x) > _TINY else _TINY


def quadratic(covariance: Sequence[Sequence[float]], off: Sequence[float]) -> tuple[float, int]:
    """`off' Σ⁻¹ off` and the rank of Σ; directions in which nothing can vary are left out."""
    matrix, rest = [list(row) for row in covariance], list(off)
    left = set(range(len(rest)))
    limit = _SINGULAR * max((matrix[i][i] for i in left), default=0.0)
    total, rank = 0.0, 0
    while left:
        i = max(left, key=lambda j: matrix[j][j])
        pivot = matrix[i][i]
        if pivot <= limit:
            break
        total, rank = total + rest[i] ** 2 / pivot, rank + 1
        left.remove(i)
        for j in left:
            factor = matrix[j][i] / pivot
            rest[j] -= factor * rest[i]
            for k in left:
                matrix[j][k] -= factor * matrix[i][k]
    return total, rank

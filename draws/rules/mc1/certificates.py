"""Checking certificates that somebody else wrote (§8, steps V14 and V17)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from .errors import CertificateInvalid
from .teams import Certificate, Problem, Rung, sums_of


def check_certificates(
    problem: Problem, rung: Rung, lacking: Sequence[str], certs: Sequence[Mapping[str, Any]]
) -> None:
    """One valid certificate per lacking visit, in the same order; any valid one passes."""
    if [cert["t"] for cert in certs] != list(lacking):
        raise CertificateInvalid(f"缺组 {len(lacking)} 家，证明要按同样顺序一家一份")
    if not certs:
        return
    demands, places, dropped = problem.demands(rung), problem.places(rung), set(lacking)
    for body in certs:
        certificate = Certificate(body["t"], tuple(body["r"]), tuple(body["v"]))
        _check_names(problem, dropped, certificate)
        inside = problem.mask(certificate.v)
        sums = sums_of(certificate, problem.place_of, demands, places, inside)
        if not sums.holds:
            raise CertificateInvalid(
                f"{certificate.t[:8]} 的缺组证明不成立：需要 {sums.want} 个名额，"
                f"名单内有 {sums.places} 个，其他人还能补 {sums.outside} 个"
            )


def _check_names(problem: Problem, lacking: set[str], certificate: Certificate) -> None:
    t, r, v = certificate.t, certificate.r, certificate.v
    for names in (r, v):
        if any(a >= b for a, b in itertools.pairwise(names)):
            raise CertificateInvalid(f"{t[:8]} 的缺组证明没有按顺序排列")
    if t not in r:
        raise CertificateInvalid(f"{t[:8]} 的缺组证明里没有它自己")
    own_place = problem.place_of[t]
    for other in r:
        if other == t:
            continue
        if other not in problem.place_of or other in lacking or problem.place_of[other] > own_place:
            raise CertificateInvalid(f"{t[:8]} 的缺组证明引用了不在它之前成组的 {other[:8]}")
    unknown = [i for i in v if i not in problem.roster.at]
    if unknown:
        raise CertificateInvalid(f"{t[:8]} 的缺组证明引用了名单外的人员 {unknown[0][:8]}")

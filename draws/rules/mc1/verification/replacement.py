"""Steps V15–V17, round by round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..certificates import check_certificates
from ..chains import chain_step, reseed
from ..errors import CauseRejected, EntropyBroken, Mc1Error
from ..rounds import Opened, RoundOutcome, open_round, play_round
from ..standing import Standing
from .case import Case
from .steps import NA, PASS, Report


def check_rounds(case: Case, report: Report) -> None:
    """All rounds; on a failure the report is marked and the rest stays unchecked."""
    report.steps.update(dict.fromkeys(("V15", "V16", "V17"), NA))
    keys = (case.manifest["chains"]["a"], case.manifest["chains"]["b"])
    for number, (causes, result) in enumerate(_rounds(case), start=1):
        step = "V15"
        try:
            opened = _open(case, number, causes)
            if result is not None:
                _check_number(result["r"], number)
            report.steps[step] = PASS
            if result is None:
                return
            step = "V16"
            _check_keys(case, keys, result)
            report.steps[step] = PASS
            keys = (result["xa"], result["xb"])
            step = "V17"
            case.standing = _check_result(case, number, opened, result)
            report.steps[step] = PASS
            case.rounds_done = number
        except Mc1Error as broken:
            report.fail(step, f"第 {number} 轮：{broken}")
            return


def _rounds(case: Case) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any] | None]]:
    pending = None
    for event in case.events:
        if event["type"] == "round_causes":
            pending = event["body"]
        elif event["type"] == "round_result" and pending is not None:
            yield pending, event["body"]
            pending = None
    if pending is not None:
        yield pending, None


def _open(case: Case, number: int, causes: Mapping[str, Any]) -> Opened:
    length = case.manifest["chains"]["len"]
    _check_number(causes["r"], number)
    if number > length:
        raise CauseRejected(f"第 {number} 轮超过链长 {length}")
    assert case.standing is not None
    return open_round(case.standing, causes["causes"], causes["started"])


def _check_number(stated: int, number: int) -> None:
    if stated != number:
        raise CauseRejected(f"轮次写的是 {stated}，应是 {number}")


def _check_keys(case: Case, before: tuple[str, str], result: Mapping[str, Any]) -> None:
    for name, key, tip in zip("AB", (result["xa"], result["xb"]), before, strict=True):
        if chain_step(case.suite, key) != tip:
            raise EntropyBroken(f"密钥链 {name} 与上一节对不上")


def _check_result(case: Case, number: int, opened: Opened, result: Mapping[str, Any]) -> Standing:
    reveal = case.body("reveal")
    assert reveal is not None
    seed = reseed(case.suite, reveal["seed"], number, result["xa"], result["xb"])
    outcome = play_round(opened, seed)
    computed = outcome.as_body(r=number, xa=result["xa"], xb=result["xb"], seed=seed)
    for key in ("seed", "strata", "swaps", "level", "teams", "lacking"):
        if result[key] != computed[key]:
            raise Mc1Error(f"由新种子算出的替换结果与记录不同（{key}）")
    _check_certificates(case, outcome, result)
    return outcome.standing


def _check_certificates(case: Case, outcome: RoundOutcome, result: Mapping[str, Any]) -> None:
    rung = case.frozen.ladder[result["level"]]
    check_certificates(outcome.problem, rung, result["lacking"], result["certs"])

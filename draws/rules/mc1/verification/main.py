"""Steps V08–V14: entropy, seed, selection, teams, certificates."""

from __future__ import annotations

from ..certificates import check_certificates
from ..entropy import ENTROPY_EVENTS, check_opens, check_pub, op_commit, seed_of
from ..errors import CertificateInvalid, EntropyBroken, Mc1Error
from ..manifest import freeze_hash
from ..standing import draw
from .case import Case


def v08_sealed_first(case: Case) -> bool:
    found = False
    for event in case.events:
        if event["type"] in ENTROPY_EVENTS:
            case.entropy.apply(event["type"], event["body"])
            found = True
        elif event["type"] == "reveal":
            case.entropy.check_reveal()
    return found


def v09_opens(case: Case) -> bool:
    if case.body("open") is None:
        return False
    check_opens(case.suite, case.draw_id, case.entropy)
    return True


def v10_operator(case: Case) -> bool:
    reveal = case.body("reveal")
    if reveal is None:
        return False
    if op_commit(case.suite, case.draw_id, reveal["op_secret"]) != case.manifest["op_commit"]:
        raise EntropyBroken("组织方秘密与冻结单里封存的不同")
    return True


def v11_seed(case: Case) -> bool:
    reveal = case.body("reveal")
    if reveal is None:
        return False
    if reveal["attempt"] != case.entropy.attempt:
        raise EntropyBroken(f"揭示的不是最后一次（第 {case.entropy.attempt} 次）的数字")
    check_pub(case.manifest["pub"], reveal["pub"])
    seed = seed_of(
        case.suite,
        freeze_hash(case.suite, case.manifest),
        reveal["op_secret"],
        reveal["attempt"],
        case.entropy.digits(),
        reveal["pub"],
    )
    if seed != reveal["seed"]:
        raise EntropyBroken("按冻结单、组织方秘密和各席数字算出的种子与记录不同")
    return True


def v12_selection(case: Case) -> bool:
    result, reveal = case.body("result"), case.body("reveal")
    if result is None or reveal is None:
        return False
    case.outcome = draw(case.frozen, reveal["seed"])
    case.standing = case.outcome.standing
    if result["strata"] != [stratum.as_body() for stratum in case.outcome.strata]:
        raise Mc1Error("由种子算出的抽中名单与记录不同")
    return True


def v13_teams(case: Case) -> bool:
    result = case.body("result")
    if result is None or case.outcome is None:
        return False
    computed = case.outcome.assignment.as_body()
    if any(result[key] != computed[key] for key in ("level", "teams", "lacking")):
        raise Mc1Error("由种子算出的检查组与记录不同")
    return True


def v14_certificates(case: Case) -> bool:
    result, reveal = case.body("result"), case.body("reveal")
    if result is None or reveal is None or case.outcome is None:
        return False
    if not result["lacking"]:
        if result["certs"]:
            raise CertificateInvalid("没有缺组，却附了缺组证明")
        return False
    problem = case.outcome.problem
    rung = case.frozen.ladder[result["level"]]
    check_certificates(problem, rung, result["lacking"], result["certs"])
    return True

"""Freeze and draw of 10,000 targets as pure rules: records, salts, codes, sorting, manifest; then selection and teams.

Compared with the digests that the protocol asks for, computed in a bare loop.
"""

import hashlib
import hmac
import random

from benches._figures import Figure, best, compared

ROWS, PEOPLE, SHARE = 10_000, 100, 15  # percent drawn
LIMIT = 0.5  # seconds of processor time
MASTER = bytes(range(32))
STATUSES = ("E",) * 9 + ("C.CAP",)


def run() -> list[Figure]:
    bare, _ = best(digests)
    registered = register()
    froze, frozen = best(lambda: freeze(*registered))
    drew, _ = best(lambda: played(frozen))
    other = f"协议要求的 {6 * ROWS} 个摘要的裸循环"
    return [
        compared(f"{ROWS} 行冻结与抽取", froze + drew, other, bare, at_most=LIMIT),
        compared(f"其中冻结 {ROWS} 行", froze, other, bare),
        compared(f"其中抽取并分组（抽 {SHARE}%，{PEOPLE} 人）", drew, other, bare),
    ]


def digests() -> None:
    """Per target: two for the salt, one each for the code, the leaf, the node above it and the ticket."""
    text = b"x" * 200
    for _ in range(ROWS):
        hmac.digest(MASTER, text, "sha256")
        for _ in range(4):
            hashlib.sha256(text).hexdigest()


def register() -> tuple[list, list]:
    """What the rules are given: (uid, name, facts) of every target, (uid, facts) of every inspector."""
    from draws.rules.mc1.rows import InspectorRow, TargetFacts

    rng = random.Random(3)
    targets = [
        (f"91140521MA{n:08d}.01", f"沁水县第{n}号环境监管对象有限公司",
         TargetFacts(rng.randrange(3), 1, f"A{rng.randrange(14):02d}", "DD1", rng.choice(("HW", "", "", "")), (("general", rng.choice(STATUSES)),)))
        for n in range(ROWS)
    ]  # fmt: skip
    need = ROWS * SHARE // 100
    people = [
        (f"ZF{j:05d}", InspectorRow("", frozenset({f"A{j % 14:02d}", f"A{rng.randrange(14):02d}"}), "DD1",
                                    frozenset({"HW"} if j % 3 == 0 else ()), 4 * need // PEOPLE, "A"))
        for j in range(PEOPLE)
    ]  # fmt: skip
    return targets, people


def freeze(targets: list, people: list) -> tuple[dict, list[str], list[str]]:
    from draws.rules.mc1.chains import chain_tip
    from draws.rules.mc1.entropy import op_commit
    from draws.rules.mc1.hashing import suite_of
    from draws.rules.mc1.manifest import build_manifest, freeze_hash
    from draws.rules.mc1.quota import Stratum
    from draws.rules.mc1.rows import commit_record, make_record, sorted_rows

    suite, draw_id = suite_of("MC1"), "140521-2026Q4-01"
    rows = sorted_rows([
        commit_record(suite, MASTER, draw_id, make_record("T", uid, name, facts.text)) for uid, name, facts in targets
    ])  # fmt: skip
    roster = sorted_rows([
        commit_record(suite, MASTER, draw_id, make_record("I", uid, uid, row.facts)) for uid, row in people
    ])  # fmt: skip
    stratum = Stratum("general", "general", "county", "rate", SHARE, 100, 0, 0, 0, 0, True, 0, "uniform", "")
    tip = chain_tip(suite, "a" * 64, 64)
    manifest = build_manifest(
        suite, kind="F", draw_id=draw_id, prev=None, rulebook={"id": "bench", "hash": "0" * 64}, strata=[stratum],
        overrides=[], team={"g": 2, "ladder": [{"cap_add": 0, "reach": "area", "skill": True}, {"cap_add": 0, "reach": "any", "skill": True}]},
        op_commit=op_commit(suite, draw_id, "b" * 64), chains={"len": 64, "a": tip, "b": tip, "b_holder": "discipline"},
        seats=[{"id": "S1", "role": "observer", "method": "sealed"}], pub=None, targets=rows, inspectors=roster, recusals=[],
    )  # fmt: skip
    freeze_hash(suite, manifest)
    return manifest, rows, roster


def played(frozen: tuple[dict, list[str], list[str]]) -> None:
    from draws.rules.mc1.standing import Frozen, draw

    manifest, rows, roster = frozen
    outcome = draw(Frozen.read(manifest, rows, roster, []), "5" * 64)
    if len(outcome.assignment.teams) != len(outcome.strata[0].sel):
        raise SystemExit("抽中的对象没有全部排上检查组，不能比较")

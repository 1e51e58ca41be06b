"""A whole MC1 draw from one number: registers, ceremony, rounds, openings. Plain functions, no database."""

from __future__ import annotations

import random
from typing import Any

from draws.rules.mc1.canonical import canon
from draws.rules.mc1.chains import chain_release, chain_tip
from draws.rules.mc1.entropy import op_commit, slip_commit
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.manifest import build_manifest
from draws.rules.mc1.quota import Stratum
from draws.rules.mc1.rows import (
    InspectorRow,
    TargetFacts,
    commit_record,
    make_record,
    recusal_row,
    sorted_rows,
)
from draws.rules.mc1.state import DrawState
from draws.rules.mc1.transcript import assemble_openings, assemble_transcript

AREAS, BODIES, SKILLS = ("A1", "A2", "A3", ""), ("DD1", "DD2", ""), ("HW", "RAD", "", "", "")
STRATA = ("general", "key", "special")
CHAIN = 6


def hex_of(rng: random.Random) -> str:
    return rng.randbytes(32).hex()


class Ceremony:
    """Walks one draw with the functions the actions use; `transcript()` and `openings()` at any moment."""

    def __init__(self, number: int, *, version: str = "MC1", targets: int = 24, inspectors: int = 8) -> None:
        self.rng = rng = random.Random(number)
        self.suite = suite_of(version)
        self.draw_id = f"140521-2026Q{rng.randint(1, 4)}-{rng.randint(1, 99):02d}"
        self.master, self.op_secret = rng.randbytes(32), hex_of(rng)
        self.chains = (hex_of(rng), hex_of(rng))
        self.commitments = {}
        self.targets = self._targets(targets)
        self.inspectors = self._inspectors(inspectors)
        self.recusals = sorted(
            {
                recusal_row(rng.choice(self.targets)[:64], rng.choice(self.inspectors)[:64], "KIN")
                for _ in range(rng.randint(0, 4) if targets and inspectors else 0)
            }
        )
        self.seats = self._seats()
        self.manifest = self._manifest()
        rows = {"targets": self.targets, "inspectors": self.inspectors, "recusals": self.recusals}
        self.rows = rows
        self.state = DrawState(version, self.draw_id, **rows)
        self.events: list[dict[str, Any]] = []

    def _commit(self, kind: str, uid: str, facts: str) -> str:
        record = make_record(kind, uid, f"名称{uid}", facts, "")
        made = commit_record(self.suite, self.master, self.draw_id, record)
        self.commitments[made.c] = made
        return made.row

    def _targets(self, number: int) -> list[str]:
        for place in range(number):
            self._commit("T", f"T{place:04d}", self.target_facts().text)
        return sorted_rows([made for made in self.commitments.values() if made.record["k"] == "T"])

    def target_facts(self) -> TargetFacts:
        rng = self.rng
        strata = sorted(rng.sample(STRATA, rng.randint(1, 2)))
        statuses = ("E", "E", "E", "E", "C.CAP", "X.DUP")
        return TargetFacts(
            rng.randint(0, 2),
            rng.choice((1, 1, 1, 3)),
            rng.choice(AREAS),
            rng.choice(BODIES),
            rng.choice(SKILLS),
            tuple((stratum, rng.choice(statuses)) for stratum in strata),
        )

    def _inspectors(self, number: int) -> list[str]:
        return sorted(self.inspector(place) for place in range(number))

    def inspector(self, place: int) -> str:
        rng = self.rng
        row = InspectorRow(
            "",
            frozenset(rng.sample(AREAS[:3], rng.randint(0, 3))),
            rng.choice(BODIES),
            frozenset(rng.sample(("HW", "RAD"), rng.randint(0, 2))),
            rng.randint(0, 5),
            rng.choice(("A", "A", "A", "A", "L.LEAVE")),
        )
        return self._commit("I", f"I{place:04d}", row.facts)

    def _seats(self) -> list[dict[str, str]]:
        methods = self.rng.choice(
            (("sealed",), ("spoken",), ("sealed", "spoken"), ("spoken", "sealed", "sealed"))
        )
        return [{"id": f"S{n}", "role": "citizen", "method": its} for n, its in enumerate(methods)]

    def _manifest(self) -> dict[str, Any]:
        rng, suite = self.rng, self.suite
        strata = [
            Stratum(
                name, name, "county", rng.choice(("rate", "count", "all", "officers")), rng.randint(1, 6),
                rng.choice((10, 4)), rng.randint(0, 8), rng.randint(0, 2), rng.randint(0, 2),
                rng.randint(0, 1), True, 0, rng.choice(("uniform", "uninspected_first")), rng.choice(SKILLS),
            )
            for name in rng.sample(STRATA, 3)
        ]  # fmt: skip
        ladder = [
            {"cap_add": 0, "reach": "area", "skill": True},
            {"cap_add": 0, "reach": "body", "skill": True},
            {"cap_add": rng.randint(0, 3), "reach": "any", "skill": rng.random() < 0.7},
        ]
        return build_manifest(
            suite,
            kind="F",
            draw_id=self.draw_id,
            prev=None,
            rulebook={"id": "book", "hash": hex_of(rng)},
            strata=strata,
            overrides=[],
            team={"g": rng.choice((2, 2, 3)), "ladder": ladder[rng.randint(0, 2) :]},
            op_commit=op_commit(suite, self.draw_id, self.op_secret),
            chains={
                "len": CHAIN,
                "a": chain_tip(suite, self.chains[0], CHAIN),
                "b": chain_tip(suite, self.chains[1], CHAIN),
                "b_holder": "discipline",
            },
            seats=self.seats,
            pub=None,
            targets=self.targets,
            inspectors=self.inspectors,
            recusals=self.recusals,
        )

    def write(self, kind: str, /, **body: Any) -> None:
        at = f"2026-11-02T08:{len(self.events) % 60:02d}:00+08:00"
        event = self.state.next_event(kind, at, body)
        self.events.append(event)
        self.state.apply(event)

    def freeze(self) -> Ceremony:
        self.write(
            "announce", draw_id=self.draw_id, kind="F", when="2026-11-03T09:00:00+08:00", place="会议室",
            pub=None, verifiers=[],
        )  # fmt: skip
        self.write("freeze", **self.manifest)
        return self

    def collect(self) -> Ceremony:
        """Slips, lock, opens of one attempt."""
        attempt = self.state.log.attempt
        hands = {
            seat["id"]: ("".join(self.rng.choices("0123456789", k=20)), hex_of(self.rng)[:32])
            for seat in self.seats
        }
        sealed = [seat["id"] for seat in self.seats if seat["method"] == "sealed"]
        for seat in sealed:
            commit = slip_commit(self.suite, self.draw_id, attempt, seat, *hands[seat])
            self.write("slip", attempt=attempt, seat=seat, commit=commit)
        self.write("lock", attempt=attempt)
        for seat in (*sealed, *(other for other in hands if other not in sealed)):
            digits, nonce = hands[seat]
            self.write(
                "open", attempt=attempt, seat=seat, digits=digits, nonce=nonce if seat in sealed else ""
            )
        return self

    def result(self) -> Ceremony:
        self.write("reveal", **self.state.reveal_body(op_secret=self.op_secret, pub=None))
        self.write("result", **self.state.result_body())
        self.write("sign", by=[{"role": "discipline", "ref": hex_of(self.rng)}])
        return self

    def causes(self) -> list[dict[str, Any]]:
        """Some causes that hold, over different visits."""
        rng, standing = self.rng, self.state.standing
        assert standing is not None
        why = {"why": "X", "ev": hex_of(rng)}
        found: list[dict[str, Any]] = []
        visits = [visit for visit in standing.visits.values() if visit.team]
        for visit in rng.sample(sorted(visits, key=lambda its: its.t), min(len(visits), 5)):
            i = rng.choice(visit.team)
            kind = rng.choice(("void", "recuse", "swap", "swap", "absent"))
            if kind == "void":
                found.append({"k": "void", "t": visit.t, **why})
            elif kind == "absent" and not any(i == cause.get("i") for cause in found):
                found.append({"k": "absent", "i": i, "ts": [visit.t], **why})
            elif kind in ("recuse", "swap") and not any(
                cause["k"] == "absent" and cause["i"] == i for cause in found
            ):
                found.append({"k": kind, "t": visit.t, "i": i, **why})
        gone = {cause["i"] for cause in found if cause["k"] == "absent"}
        found = [
            cause for cause in found
            if cause["k"] != "swap" or cause["i"] not in gone | standing.absent
        ]  # fmt: skip
        if rng.random() < 0.5 or not found:
            rows = sorted(self.inspector(1000 + len(self.commitments)) for _ in range(2))
            found.append({"k": "add", "rows": rows, **why})
        return sorted(found, key=canon)

    def round(self) -> Ceremony:
        standing = self.state.standing
        assert standing is not None
        causes = self.causes()
        touched = {t for cause in causes for t in (*cause.get("ts", ()), cause.get("t"))}
        size = self.manifest["team"]["g"]
        full = sorted(
            t for t, visit in standing.visits.items() if len(visit.team) == size and t not in touched
        )
        r = self.state.round + 1
        self.write("round_causes", r=r, approver="head", started=full[:1], causes=causes)
        keys = (chain_release(self.suite, secret, CHAIN, r) for secret in self.chains)
        self.write("round_result", **self.state.round_result_body(*keys))
        return self

    def close(self) -> Ceremony:
        self.write("close", **self.state.close_body())
        return self

    def transcript(self) -> dict[str, Any]:
        return assemble_transcript(self.suite, self.draw_id, self.events, **self.rows)

    def openings(self) -> dict[str, Any]:
        return assemble_openings(self.draw_id, self.commitments.values())


def whole_draw(number: int, rounds: int = 3, **sizes: Any) -> Ceremony:
    ceremony = Ceremony(number, **sizes).freeze().collect().result()
    for _ in range(rounds):
        ceremony.round()
    return ceremony.close()

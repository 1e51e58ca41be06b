"""Draws with everything odd that MC1 allows, and records of them altered in every way. Plain functions, no database."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections.abc import Iterator
from typing import Any

from draws.rules.mc1.entropy import slip_commit
from draws.rules.mc1.errors import Mc1Error
from draws.rules.mc1.events import heads
from draws.rules.mc1.hashing import suite_of
from draws.rules.mc1.manifest import build_manifest, strata_of
from draws.rules.mc1.merkle import merkle_root
from draws.rules.mc1.rows import TargetFacts, commit_record, make_record

from .mc1_draws import AREAS, BODIES, SKILLS, STRATA, Ceremony, hex_of

NAMES = (
    "😀𠀀𩸽", "é", "e\u0301", "شركة\u200f", "\u202eabc", "﷽" * 50, "𠮷" * 200, '"\\\b\f\n\r\t\x01\x7f', "\u2028\u2029",
    "名|称", "\ufeff头", "㈱ﬃ０", "\x00x", "👨‍👩‍👧", "null", '{"a":1}', "\ud7ff\ue000\uffff",
)  # fmt: skip
STATUSES = (
    "E", "E", "E", "C.CAP", "C.SUPERIOR", "C.DRAWN", "C.ONCE", "C.RECENT", "C.CLOSED", "C.OFFPOOL",
    "X.CLOSED", "X.MOVED", "X.DUP", "X.NOJUR",
)  # fmt: skip
NUMBERS = {"cn.ssq": "01.05.09.10.22.33.16", "cn.dlt": "01.02.03.30.35.01.12", "cn.3d": "0.9.0"}
JUNK: tuple[Any, ...] = (
    None, True, 0, -1, "", "x", "01", "a" * 64, "F" * 64, [], {}, "MC1-SM3", "\ud800", "😀", "1\n", 2**53,
)  # fmt: skip


class OddCeremony(Ceremony):
    """Names of every script, weights to 20, all statuses, lotteries, overrides, open batches, failed attempts."""

    def _commit(self, kind: str, uid: str, facts: str) -> str:
        record = make_record(kind, uid, self.rng.choice(NAMES), facts, self.rng.choice(("", "ab" * 32)))
        made = commit_record(self.suite, self.master, self.draw_id, record)
        self.commitments[made.c] = made
        return made.row

    def target_facts(self) -> TargetFacts:
        rng = self.rng
        member = sorted(rng.sample(STRATA, rng.randint(1, 3)))
        return TargetFacts(
            rng.choice((0, 1, 2, 999)), rng.choice((1, 1, 3, 20)), rng.choice(AREAS), rng.choice(BODIES),
            rng.choice(SKILLS), tuple((stratum, rng.choice(STATUSES)) for stratum in member),
        )  # fmt: skip

    def _manifest(self) -> dict[str, Any]:
        plain, rng = super()._manifest(), self.rng
        strata = [
            dataclasses.replace(its, last=False, draw=rng.randint(0, its.draw)) if rng.random() < 0.4 else its
            for its in strata_of(plain)
        ]
        eligible = sorted(row[:64] for row in self.targets if ":E" in row)
        overrides = rng.sample(eligible, min(len(eligible), rng.randint(0, 2)))
        source = rng.choice((None, *NUMBERS))
        return build_manifest(
            self.suite,
            **{
                key: plain[key]
                for key in ("kind", "draw_id", "rulebook", "team", "op_commit", "chains", "seats")
            },
            prev=None,
            pub=source and {"source": source, "issue": "2026100"},
            strata=strata,
            overrides=[{"c": c, "rule": "cap", "approval_hash": "cd" * 32} for c in sorted(overrides)],
            targets=self.targets,
            inspectors=self.inspectors,
            recusals=self.recusals,
        )

    def freeze(self) -> OddCeremony:
        self.write(
            "announce", draw_id=self.draw_id, kind="F", when="2026-11-03T09:00:00+08:00", place="会议室😀",
            pub=self.manifest["pub"], verifiers=[],
        )  # fmt: skip
        self.write("freeze", **self.manifest)
        return self

    def fail_attempt(self) -> None:
        """Slips and lock of an attempt in which at least one sealed seat stays shut."""
        attempt = self.state.log.attempt
        sealed = [seat["id"] for seat in self.seats if seat["method"] == "sealed"]
        if not sealed or attempt == 3:
            return
        hands = {
            seat: ("".join(self.rng.choices("0123456789", k=6)), hex_of(self.rng)[:32]) for seat in sealed
        }
        for seat in sealed:
            commit = slip_commit(self.suite, self.draw_id, attempt, seat, *hands[seat])
            self.write("slip", attempt=attempt, seat=seat, commit=commit)
        self.write("lock", attempt=attempt)
        opened = sealed[: self.rng.randint(0, len(sealed) - 1)]
        for seat in opened:
            self.write("open", attempt=attempt, seat=seat, digits=hands[seat][0], nonce=hands[seat][1])
        missing = [seat["id"] for seat in self.seats if seat["id"] not in opened]
        self.write("retry", attempt=attempt, missing=missing)

    def result(self) -> OddCeremony:
        pub = self.manifest["pub"]
        drawn = pub and NUMBERS[pub["source"]]
        self.write("reveal", **self.state.reveal_body(op_secret=self.op_secret, pub=drawn))
        self.write("result", **self.state.result_body())
        self.write("sign", by=[{"role": "discipline", "ref": hex_of(self.rng)}])
        return self


def odd_draw(number: int) -> dict[str, Any]:
    """Transcript, openings, anchors and no previous draw; the draw may stop anywhere."""
    rng = random.Random(number)
    made = OddCeremony(
        number,
        version=rng.choice(("MC1", "MC1", "MC1-SM3")),
        targets=rng.choice((0, 1, 2, 5, 12, 24)),
        inspectors=rng.choice((0, 1, 2, 3, 5, 8)),
    )
    made.freeze()
    if rng.random() < 0.9:
        for _ in range(rng.choice((0, 0, 1, 2))):
            made.fail_attempt()
        made.collect()
        made.result()
        for _ in range(rng.choice((0, 1, 2))):
            made.round()
        if rng.random() < 0.2:
            made.write("void", why="ERROR", text="错", by=[{"role": "head", "ref": "ab" * 32}])
        if rng.random() < 0.7:
            made.close()
    chain = heads(made.suite, made.draw_id, made.events)
    anchors = [{"seq": seq, "head": chain[seq]} for seq in sorted({2, len(made.events)})]
    return {
        "transcript": made.transcript(), "openings": made.openings() if rng.random() < 0.7 else None,
        "anchors": anchors, "prev": None,
    }  # fmt: skip


def altered(material: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """The same record with one thing changed; mostly with heads and roots made to fit again."""
    changed = copy.deepcopy(material)
    transcript, chance = changed["transcript"], rng.random()
    if chance < 0.15 and changed["openings"]:
        _change(changed["openings"], rng)
    elif chance < 0.55:
        _change(rng.choice(transcript["events"])["body"], rng)
    elif chance < 0.75:
        _change_row(transcript, rng)
    elif chance < 0.9:
        _reorder(transcript["events"], rng)
    else:
        _change(transcript, rng)
    if rng.random() < 0.8:
        _rechain(transcript)
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key inside."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _change(document: Any, rng: random.Random) -> None:
    places = list(_places(document))
    if not places:
        return
    parent, key = rng.choice(places)
    value, chance = parent[key], rng.random()
    if chance < 0.15:
        del parent[key]
    elif isinstance(parent, list) and chance < 0.4:
        other = rng.randrange(len(parent))
        parent[key], parent[other] = parent[other], parent[key]
    elif isinstance(parent, list) and chance < 0.5:
        parent.insert(
            other := rng.randrange(len(parent) + 1), copy.deepcopy(parent[min(other, len(parent) - 1)])
        )
    elif isinstance(value, int) and not isinstance(value, bool) and chance < 0.9:
        parent[key] = value + rng.choice((-1, 1, 2))
    elif isinstance(value, str) and value and chance < 0.9:
        place = rng.randrange(len(value))
        parent[key] = value[:place] + rng.choice("0123456789abcdefAZ|.+:\n名") + value[place + 1 :]
    else:
        parent[key] = copy.deepcopy(rng.choice(JUNK))


def _change_row(transcript: dict[str, Any], rng: random.Random) -> None:
    rows = transcript[rng.choice(("targets", "inspectors", "recusals"))]
    if rows:
        place = rng.randrange(len(rows))
        parts = rows[place].split("|")
        part = rng.randrange(len(parts))
        parts[part] = rng.choice(
            (rng.choice(rows).split("|")[part], "", "0", "21", "A2+A1", "key:E+general:E", "nope:E", "KIN")
        )
        rows[place] = "|".join(parts)
        if rng.random() < 0.6:
            rows.sort()
    manifest = transcript["events"][1]["body"]
    for letter, name in (("t", "targets"), ("i", "inspectors"), ("r", "recusals")):
        manifest[f"n_{letter}"] = len(transcript[name])
        manifest[f"{letter}_root"] = merkle_root(suite_of(transcript["v"]), transcript[name])


def _reorder(events: list[Any], rng: random.Random) -> None:
    place, other = rng.randrange(len(events)), rng.randrange(len(events))
    chance = rng.random()
    if chance < 0.4:
        del events[place]
    elif chance < 0.6:
        events.insert(other, copy.deepcopy(events[place]))
    elif chance < 0.8:
        events[place], events[other] = events[other], events[place]
    else:
        del events[place:]
    for seq, event in enumerate(events, 1):
        event["seq"] = seq


def _rechain(transcript: dict[str, Any]) -> None:
    try:
        chain = heads(suite_of(transcript["v"]), transcript["draw_id"], transcript["events"])
    except (Mc1Error, LookupError, TypeError, ValueError):
        return
    transcript["head"] = chain[-1]

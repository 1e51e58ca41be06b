"""Build whole transcripts of any size, so that the verifier can be run on what no vector contains."""

import random

ZEROS = "0" * 64


class Builder:
    """Rows, manifest and events of one formal draw with a single spoken dice seat (MC1 §3–§9)."""

    def __init__(self, verifier, *, seed=1, version="MC1", draw_id="140521-2026Q3-01"):
        self.v, self.random, self.draw_id = verifier, random.Random(seed), draw_id
        self.hash = verifier.Hash(version)
        self.version, self.events = version, []

    def hex(self):
        return f"{self.random.getrandbits(256):064x}"

    def rows(self, *, targets, inspectors, recusals, areas, capacity, skilled_share, needy_share):
        """`capacity` is a function of the inspector's number; shares are probabilities."""
        pick, chance = self.random.choice, self.random.random
        names = [f"A{n:02d}" for n in range(areas)]
        tiers = ["general:E"] * 8 + ["key:E", "special:E", "general:C.CAP", "key:E+special:E"]
        self.targets = sorted(
            f"{self.hex()}|0|1|{pick(names)}|DD1|{'HW' if chance() < needy_share else ''}|{pick(tiers)}"
            for _ in range(targets)
        )
        self.inspectors = sorted(
            f"{self.hex()}|{names[n % areas]}|DD1|{'HW' if chance() < skilled_share else ''}|{capacity(n)}|A"
            for n in range(inspectors)
        )
        pairs = {(pick(self.targets)[:64], pick(self.inspectors)[:64]) for _ in range(recusals)}
        self.recusals = sorted(f"{t}|{i}|KIN" for t, i in pairs)
        return self

    def add(self, kind, body):
        at = f"2026-11-02T08:00:{len(self.events) % 60:02d}+08:00"
        self.events.append({"seq": len(self.events) + 1, "type": kind, "at": at, "body": body})
        return body

    def manifest(self, *, draws, ladder, g=2, chain_len=8):
        """`draws` maps stratum ids to counts, as `count` strata."""
        secret, self.keys = self.hex(), {side: [self.hex()] for side in "ab"}
        for links in self.keys.values():
            while len(links) <= chain_len:
                links.append(self.hash.h("chain", links[-1]))
        self.op_secret = secret
        strata = [
            {
                "id": name, "line": name, "body": "county", "basis": "count", "num": count, "den": 1,
                "officers": 0, "floor": 0, "before": 0, "extra": 0, "last": True, "draw": count,
                "order": "uniform", "skill": "",
            }
            for name, count in draws.items()
        ]  # fmt: skip
        self.frozen = {
            "v": self.version, "kind": "F", "draw_id": self.draw_id,
            "prev": {"draw_id": "", "seq": 0, "head": ZEROS},
            "rulebook": {"id": "synthetic", "hash": self.hex()},
            "n_t": len(self.targets), "n_i": len(self.inspectors), "n_r": len(self.recusals),
            "t_root": self.hash.merkle(self.targets), "i_root": self.hash.merkle(self.inspectors),
            "r_root": self.hash.merkle(self.recusals), "strata": strata, "overrides": [],
            "team": {"g": g, "ladder": ladder}, "op_commit": self.hash.h("op", self.draw_id, secret),
            "chains": {
                "len": chain_len, "a": self.keys["a"][-1], "b": self.keys["b"][-1], "b_holder": "discipline",
            },
            "seats": [{"id": "S1", "role": "citizen", "method": "spoken"}], "pub": None,
        }  # fmt: skip
        self.add(
            "announce",
            {
                "draw_id": self.draw_id, "kind": "F", "when": "2026-11-03T09:00:00+08:00",
                "place": "会议室", "pub": None, "verifiers": [],
            },
        )  # fmt: skip
        self.add("freeze", self.frozen)
        return self

    def entropy(self):
        digits = "".join(self.random.choice("0123456789") for _ in range(20))
        self.add("lock", {"attempt": 1})
        self.add("open", {"attempt": 1, "seat": "S1", "digits": digits, "nonce": ""})
        freeze_hash = self.hash.h("freeze", self.v.canon(self.frozen))
        mixed = self.v.canon({"attempt": 1, "digits": [digits], "pub": None})
        self.seed = self.hash.h("seed", freeze_hash, self.op_secret, mixed)
        self.add("reveal", {"attempt": 1, "op_secret": self.op_secret, "pub": None, "seed": self.seed})
        return self

    def result(self, *, certs=()):
        """Selection and teams by the verifier's own functions: for speed and for starting points."""
        v = self.v
        targets = {row[:64]: v.read_target(row) for row in self.targets}
        people = {row[:64]: v.read_inspector(row) for row in self.inspectors}
        barred = {tuple(row.split("|")[:2]) for row in self.recusals}
        draw = v.Draw(self.hash, self.frozen, targets, people, barred)
        strata = []
        for s in self.frozen["strata"]:
            members = [t.statuses[s["id"]] for t in targets.values() if s["id"] in t.statuses]
            base, rows = sum(m[0] != "X" for m in members), draw.pool(s["id"])
            sel = v.rank(self.hash, self.seed, s, rows)[: s["draw"]]
            draw.credit(s["id"], sel)
            need = v.quota(s, base, len(rows))[0]
            numbers = {"base": base, "pool": len(rows), "need": need, "shortfall": 0}
            strata.append({"id": s["id"], "sel": sel, **numbers})
        level, teams, lacking = v.TeamStep(draw, self.seed).answer()
        body = {"strata": strata, "level": level, "teams": teams, "lacking": lacking, "certs": list(certs)}
        self.add("result", body)
        return self

    def finish(self):
        self.add("sign", {"by": [{"role": "citizen", "ref": self.hex()}]})
        return self

    def transcript(self):
        return {
            "format": "MC1-transcript", "v": self.version, "draw_id": self.draw_id, "events": self.events,
            "targets": self.targets, "inspectors": self.inspectors, "recusals": self.recusals,
            "head": self.hash.heads(self.draw_id, self.events)[-1],
        }  # fmt: skip

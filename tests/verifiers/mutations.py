"""Single-field changes of whole draws, and the step whose rule covers each field. source: draw-protocol.md §4, §5, §14

An attacker who changes one field may leave the chain as it is (`plain`), chain everything anew (`rechained`), or for a
row also write the new list fingerprint into the manifest (`rerooted`). Whatever no other rule binds is bound by a head
that somebody kept (V21): there is no field that can change unnoticed. Kept are the heads on paper of the vector, and
the last one, which is what the minutes print and the next draw links to.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"
CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("pos-*.json"))}
MODES = ("plain", "rechained", "rerooted", "malformed")

# Field of an event -> steps that may be the first to fail when everything was chained anew. Two steps are named where
# the value decides: an order inside a value (V01), a number that still gives the same `draw` (V11 instead of V07), a
# slip that was never opened or a cause without effect (V21). SEED: whatever enters the manifest and nothing else.
SEED = "V11"
PAPER = "V21"
EVENT_FIELDS = {
    r"\w+\.seq": "V02",
    r"\w+\.type": "V01",
    r"\w+\.at": PAPER,
    r"announce\.body\.(draw_id|kind|pub(\..*)?)": "V03",
    r"announce\.body\.(when|place|verifiers\[\])": PAPER,
    r"freeze\.body\.v": "V03",
    r"freeze\.body\.kind": "V01",
    r"freeze\.body\.draw_id": "V03",
    r"freeze\.body\.prev\.(draw_id|seq|head)": f"V01 {SEED}",
    r"freeze\.body\.rulebook\.(id|hash)": SEED,
    r"freeze\.body\.(n_t|t_root)": "V04",
    r"freeze\.body\.(n_i|i_root)": "V05",
    r"freeze\.body\.(n_r|r_root)": "V06",
    r"freeze\.body\.strata\[\]\.id": f"V07 {SEED}",
    r"freeze\.body\.strata\[\]\.(basis|num|den|officers|floor|before|extra|last|draw)": f"V07 {SEED}",
    r"freeze\.body\.strata\[\]\.(line|body|order|skill)": SEED,
    r"freeze\.body\.overrides\[\]\.c": "V01 V07",
    r"freeze\.body\.overrides\[\]\.rule": f"V01 {SEED}",
    r"freeze\.body\.overrides\[\]\.approval_hash": SEED,
    r"freeze\.body\.team\.g": SEED,
    r"freeze\.body\.team\.ladder\[\]\.(cap_add|reach|skill)": SEED,
    r"freeze\.body\.op_commit": "V10",
    r"freeze\.body\.chains\.(len|a|b|b_holder)": SEED,
    r"freeze\.body\.seats\[\]\.id": "V01 V08",
    r"freeze\.body\.seats\[\]\.method": "V08",
    r"freeze\.body\.seats\[\]\.role": SEED,
    r"freeze\.body\.pub(\.(source|issue))?": "V03",
    r"spotcheck\.body\.cs\[\]": "V01 V18",
    r"slip\.body\.(attempt|seat)": "V08",
    r"slip\.body\.commit": f"V09 {PAPER}",
    r"lock\.body\.attempt": "V08",
    r"open\.body\.(attempt|seat)": "V08",
    r"open\.body\.digits": f"V09 {SEED}",
    r"open\.body\.nonce": "V09",
    r"retry\.body\.(attempt|missing\[\])": "V08",
    r"reveal\.body\.op_secret": "V10",
    r"reveal\.body\.(attempt|pub|seed)": "V11",
    r"result\.body\.strata\[\]\.(id|base|pool|need|shortfall|sel\[\])": "V12",
    r"result\.body\.(level|teams\[\]\[\](\[\])?|lacking\[\])": "V13",
    r"result\.body\.certs\[\]\.(t|r\[\]|v\[\])": "V01 V14",
    r"(sign|void)\.body\.by\[\]\.(role|ref)": PAPER,
    r"round_causes\.body\.r": "V15",
    r"round_causes\.body\.approver": PAPER,
    r"round_causes\.body\.started\[\]": "V01 V15",
    r"round_causes\.body\.causes\[\]\.k": "V01 V15 V17",
    r"round_causes\.body\.causes\[\]\.(t|i|ts\[\])": "V01 V15",
    r"round_causes\.body\.causes\[\]\.(why|ev)": f"V01 {PAPER}",
    r"round_causes\.body\.causes\[\]\.rows\[\]": "V01 V17 V18 V20",
    r"round_result\.body\.r": "V15",
    r"round_result\.body\.(xa|xb)": "V16",
    r"round_result\.body\.seed": "V17",
    r"round_result\.body\.strata\[\]\.(id|vacant|sel\[\])": "V17",
    r"round_result\.body\.swaps\[\]\.(t1|i1|t2|i2|level)": "V17",
    r"round_result\.body\.(level|teams\[\]\[\](\[\])?|lacking\[\])": "V17",
    r"round_result\.body\.certs\[\]\.(t|r\[\]|v\[\])": "V01 V17",
    r"(unmask|opening)\.body\.cs\[\]": "V01 V18",
    r"unmask\.body\.(who|why)": PAPER,
    r"opening\.body\.to": PAPER,
    r"void\.body\.why": f"V18 {PAPER}",
    r"void\.body\.text": PAPER,
    r"close\.body\.(rounds|visits|lacking)": "V18",
}
# Orders, uniqueness and pairs of fields that V01 checks inside one event; otherwise an unchained change is V02.
FORMAT_RULES = (
    r"\w+\.type|freeze\.body\.(kind|prev\..*|seats\[\]\.id|overrides\[\]\.(c|rule))|(spotcheck|unmask|opening)\.body\.cs\[\]"
    r"|round_causes\.body\.(started\[\]|causes\[\]\..*)|(result|round_result)\.body\.certs\[\]\.(r|v)\[\]"
)
OTHER_FIELDS = {
    r"transcript\.format": "V01",
    r"transcript\.(v|draw_id|head)": "V02",
    r"transcript\.targets\[\]": "V04",
    r"transcript\.inspectors\[\]": "V05",
    r"transcript\.recusals\[\]": "V06",
    r"openings\.format": "V01",
    r"openings\.(draw_id|openings\[\]\.(c|salt|record\.(k|uid|name|row|ev)))": "V19",
    r"anchors\[\]\.(seq|head)": PAPER,
}
ENUMS = {
    "format": ["MC1-transcript", "MC1-openings", "MC2"], "v": ["MC1", "MC1-SM3"], "kind": ["F", "R"], "last": [True, False],
    "basis": ["rate", "officers", "count", "all"], "order": ["uniform", "uninspected_first"],
    "reach": ["area", "body", "any"], "method": ["sealed", "spoken"], "source": ["cn.ssq", "cn.dlt", "cn.3d"],
    "to": ["public", "discipline", "party", "superior"], "k": ["add", "void", "absent", "recuse", "swap"],
    "type": ["announce", "freeze", "slip", "lock", "open", "reveal", "result", "sign", "close"],
}  # fmt: skip
STATUSES = {"E": "C.CAP", "A": "L.LEAVE"}
REASONS = ["KIN", "SHARE", "EMPLOY", "CREDIT", "DISPUTE", "OTHER"]


@dataclass(frozen=True)
class Mutation:
    """One field of one case changed; `patch` as in negative.json, applied to the case and then chained by mode."""

    base: str
    field: str
    mode: str
    patch: list[dict[str, Any]]
    expected: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.base} {self.mode} {self.field} {json.dumps(self.patch[1], ensure_ascii=False)}"

    def document(self) -> dict[str, Any]:
        case = copy.deepcopy(
            {key: CASES[self.base].get(key) for key in ("transcript", "openings", "anchors", "prev")}
        )
        for operation in self.patch:
            apply(case, operation)
        return case


def apply(document: Any, operation: dict[str, Any]) -> None:
    *path, last = operation["path"].split("/")[1:]
    for key in path:
        document = document[int(key) if isinstance(document, list) else key]
    key = int(last) if isinstance(document, list) else last
    if operation["op"] == "remove":
        del document[key]
    else:
        document[key] = operation["value"]


def leaves(value: Any, pointer: str, field: str) -> Iterator[tuple[str, str, Any]]:
    """(JSON pointer, field with [] for places in lists, value) of every leaf."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{pointer}/{key}", f"{field}.{key}" if field else key)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{place}", f"{field}[]")
    else:
        yield pointer, field, value


def fields_of(base: str) -> Iterator[tuple[str, str, Any]]:
    """Every leaf that a verifier is given for this case; fields of events begin with the event's type."""
    case = CASES[base]
    for place, event in enumerate(case["transcript"]["events"]):
        yield from leaves(event, f"/transcript/events/{place}", event["type"])
    rest = {key: value for key, value in case["transcript"].items() if key != "events"}
    yield from leaves(rest, "/transcript", "transcript")
    yield from leaves(case["openings"] or {}, "/openings", "openings")
    yield from leaves(case["anchors"] or [], "/anchors", "anchors")


def row_of_table(table: dict[str, str], field: str) -> str | None:
    found = {steps for pattern, steps in table.items() if re.fullmatch(pattern, field)}
    assert len(found) <= 1, f"{field} 在表里有两行"
    return found.pop() if found else None


def expected_steps(base: str, field: str, mode: str) -> frozenset[str]:
    """Steps that may fail first. Without a reveal there is no seed to contradict: only paper does."""
    if mode == "malformed":
        return frozenset({"V01"})
    other = row_of_table(OTHER_FIELDS, field)
    if mode == "rerooted":
        # A recusal that names the old row is the first to notice, else the quota or the seed.
        steps = {"V06", "V07", SEED} if field.endswith("targets[]") else {"V06", SEED}
    elif other is not None:
        steps = {"V03"} if (mode, field) == ("rechained", "transcript.draw_id") else set(other.split())
    elif mode == "plain":
        steps = {"V02", "V01"} if re.fullmatch(FORMAT_RULES, field) else {"V02"}
        steps = {"V01"} if row_of_table(EVENT_FIELDS, field) == "V01" else steps
    else:
        written = row_of_table(EVENT_FIELDS, field)
        assert written is not None, field
        steps = set(written.split())
    if not any(event["type"] == "reveal" for event in CASES[base]["transcript"]["events"]):
        steps = {PAPER if step in {SEED, "V10"} else step for step in steps}
    return frozenset(steps)


# ---------------------------------------------------------------- other values of the same shape


def other_value(rng: random.Random, pointer: str, field: str, value: Any) -> Any:
    """A different value that keeps type, length and alphabet, so that the rule behind the format must catch it."""
    name = re.sub(r"\[\]", "", field.rsplit(".", 1)[-1])
    if field.startswith("transcript.") and field.endswith("s[]"):
        return other_row(rng, field, value)
    if value is None:
        return {"source": "cn.3d", "issue": "2026280"} if not field.startswith("reveal") else "1.2.3"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        lowest = {"g": 2}.get(name, 1 if name in {"seq", "attempt", "r", "den", "len"} else 0)
        highest = {"attempt": 3, "g": 9}.get(name, 999)
        up = value <= lowest or (value < highest and rng.random() < 0.5)
        return value + 1 if up else value - 1
    if name in ENUMS and value in ENUMS[name]:
        return rng.choice([one for one in ENUMS[name] if one != value])
    if field.startswith("openings") and name == "k":
        return {"T": "I", "I": "T"}[value]
    if name == "why" and field.startswith("void"):
        return rng.choice([one for one in ("ERROR", "REGISTER", "ORDER", "OTHER") if one != value])
    if name == "draw_id":
        return value[:-1] + str((int(value[-1]) + 1) % 10) if value else "140521-2025Q4-01"
    if name == "ev" and not value:
        return "a1" * 32
    if name in {"at", "when"}:
        return value[:18] + str((int(value[18]) + 1) % 10) + value[19:]
    if name == "rows":
        return (
            value[:-1] + other_character(rng, value, 0)
            if not value
            else other_row(rng, "inspectors[]", value)
        )
    return other_text(rng, value)


def other_text(rng: random.Random, value: str) -> str:
    if not value:
        return "a1" * 16
    places = [place for place, letter in enumerate(value) if letter.isalnum()]
    place = rng.choice(places)
    return value[:place] + other_character(rng, value, place) + value[place + 1 :]


def other_character(rng: random.Random, value: str, place: int) -> str:
    letter = value[place]
    alphabet = next(
        (its for its in ("0123456789", "abcdef", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ") if letter in its),
        "甲乙丙",
    )  # fmt: skip
    return rng.choice([one for one in alphabet if one != letter])


def other_row(rng: random.Random, field: str, row: str) -> str:
    """A row that is still a row: another code, number, status or reason."""
    parts = row.split("|")
    if "recusals" in field:
        place = rng.randrange(3)
        parts[place] = (
            rng.choice([one for one in REASONS if one != parts[2]])
            if place == 2
            else other_text(rng, parts[place])
        )
        return "|".join(parts)
    if "inspectors" in field:
        place = rng.choice([0, 4, 5])
        if place == 5:
            parts[5] = STATUSES.get(parts[5], "A")
        else:
            parts[place] = str(int(parts[4]) + 1) if place else other_text(rng, parts[0])
        return "|".join(parts)
    place = rng.choice([0, 1, 2, 6])
    if place == 6:
        stratum, status = parts[6].split("+")[0].split(":")
        parts[6] = "+".join([f"{stratum}:{STATUSES.get(status, 'E')}", *parts[6].split("+")[1:]])
    else:
        parts[place] = other_text(rng, parts[0]) if not place else str((int(parts[place]) + 1) % 20 or 1)
    return "|".join(parts)


def malformed(rng: random.Random, pointer: str, value: Any) -> list[dict[str, Any]]:
    """A value of another type, a missing key or a key too many."""
    parent, last = pointer.rsplit("/", 1)
    kinds = ["type"] if last.isdigit() else ["type", "missing", "extra"]
    match rng.choice(kinds):
        case "missing":
            return [{"op": "remove", "path": pointer}]
        case "extra":
            return [{"op": "add", "path": f"{parent}/extra_{rng.randrange(9)}", "value": value}]
    return [{"op": "replace", "path": pointer, "value": rng.choice([0.5, [], {}])}]


# ---------------------------------------------------------------- chaining anew


def hasher(version: str) -> Any:
    return lambda data: hashlib.new("sm3" if version == "MC1-SM3" else "sha256", data)


def canon(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def rechained_head(transcript: dict[str, Any]) -> str:
    of = hasher(transcript["v"])
    head = of(f"MC1|start|{transcript['draw_id']}".encode()).hexdigest()
    for event in transcript["events"]:
        head = of(f"MC1|event|{head}|{canon(event)}".encode()).hexdigest()
    return head


def merkle(version: str, texts: list[str]) -> bytes:
    of = hasher(version)
    if len(texts) <= 1:
        return of(b"\0" + texts[0].encode() if texts else b"").digest()
    half = 1 << (len(texts) - 1).bit_length() - 1
    return of(b"\1" + merkle(version, texts[:half]) + merkle(version, texts[half:])).digest()


def finished(patch: list[dict[str, Any]], base: str, mode: str, field: str) -> list[dict[str, Any]]:
    """The patch with what the attacker recomputes."""
    if mode in ("plain", "malformed"):
        return patch
    transcript, patch = Mutation(base, field, mode, patch, frozenset()).document()["transcript"], list(patch)
    if mode == "rerooted":
        rows = field.split(".")[1].removesuffix("[]")
        transcript[rows].sort()
        patch.append({"op": "replace", "path": f"/transcript/{rows}", "value": transcript[rows]})
        place = next(n for n, event in enumerate(transcript["events"]) if event["type"] == "freeze")
        root = merkle(transcript["v"], transcript[rows]).hex()
        transcript["events"][place]["body"][f"{rows[0]}_root"] = root
        patch.append(
            {"op": "replace", "path": f"/transcript/events/{place}/body/{rows[0]}_root", "value": root}
        )
    patch.append({"op": "replace", "path": "/transcript/head", "value": rechained_head(transcript)})
    return patch


def modes_of(field: str) -> list[str]:
    if field.startswith(("openings", "anchors")):
        return ["plain"] if field.startswith("anchors") else ["plain", "malformed"]
    if field in {"transcript.targets[]", "transcript.inspectors[]"}:
        return ["plain", "rerooted", "malformed"]
    if field.startswith("transcript.") and field != "transcript.draw_id":
        return ["plain", "malformed"]
    return ["plain", "rechained", "malformed"]


def mutations(seed: int, each: int) -> list[Mutation]:
    """`each` random changes of every field in every mode it allows, over all cases; the same for the same seed."""
    rng = random.Random(seed)
    places: dict[tuple[str, str], list[tuple[str, str, Any]]] = {}
    for base in CASES:
        for pointer, field, value in fields_of(base):
            for mode in modes_of(field):
                places.setdefault((field, mode), []).append((base, pointer, value))
    return [
        mutation(rng, *rng.choice(chosen), field, mode)
        for (field, mode), chosen in sorted(places.items())
        for _ in range(each)
    ]


def mutation(rng: random.Random, base: str, pointer: str, value: Any, field: str, mode: str) -> Mutation:
    if mode == "malformed":
        patch = malformed(rng, pointer, value)
    else:
        patch = [{"op": "replace", "path": pointer, "value": other_value(rng, pointer, field, value)}]
    patch = finished([kept_heads(base), *patch], base, mode, field)
    return Mutation(base, field, mode, patch, expected_steps(base, field, mode))


def kept_heads(base: str) -> dict[str, Any]:
    """The vector's anchors, and the head after its last event."""
    transcript, anchors = CASES[base]["transcript"], CASES[base]["anchors"] or []
    last = {"seq": len(transcript["events"]), "head": transcript["head"]}
    return {"op": "replace", "path": "/anchors", "value": [*anchors, last]}

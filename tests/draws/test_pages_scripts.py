"""The scripts of the seat and the live page, run in Node on the draw vectors."""

import hashlib
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "static" / "js"
VECTORS = ROOT / "tests" / "golden" / "vectors"
NODE = shutil.which("node")
pytestmark = [pytest.mark.once, pytest.mark.skipif(NODE is None, reason="没有安装 Node")]

RUN = """
const fs = require("fs"); const vm = require("vm");
global.window = {};
for (const file of process.argv.slice(1)) vm.runInThisContext(fs.readFileSync(file, "utf8"));
const jobs = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(jobs.map(([name, ...given]) => window[name](...given))));
"""


def run(jobs: list[list]) -> list:
    files = [str(SCRIPTS / name) for name in ("sha256.js", "draw-check.js")]
    done = subprocess.run(
        [str(NODE), "-e", RUN, *files],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_sha256_agrees_with_hashlib_at_every_length_around_a_block():
    chance = random.Random(7)
    texts = [
        "".join(chance.choice("aé严\u2028😀") for _ in range(n)) for n in (*range(70), 119, 120, 121, 5000)
    ]
    assert run([["mcSha256", text] for text in texts]) == [
        hashlib.sha256(text.encode()).hexdigest() for text in texts
    ]


def transcript(name: str) -> dict:
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["transcript"]


CASES = (
    "pos-01-basic",
    "pos-03-items",
    "pos-05-weights-dice",
    "pos-06-retry",
    "pos-09-second-batch",
    "pos-10-rehearsal",
)


def test_the_phone_computes_the_same_targets_as_the_vectors():
    assert [said["ok"] for said in run([["mcCheck", transcript(name)] for name in CASES])] == [True] * len(
        CASES
    )


def test_the_phone_notices_whatever_is_changed():
    def changed(kind: str, key: str, value) -> dict:
        copy = transcript("pos-01-basic")
        body = [event["body"] for event in copy["events"] if event["type"] == kind][-1]
        body[key] = value(body[key])
        return copy

    def swap(strata):
        for stratum in strata:
            stratum["sel"] = stratum["sel"][::-1]
        return strata

    jobs = [
        changed("reveal", "seed", lambda seed: "0" * 64),
        changed("reveal", "op_secret", lambda secret: "0" * 64),
        changed("open", "digits", lambda digits: digits[::-1]),
        changed("result", "strata", swap),
        changed("freeze", "n_t", lambda n: n + 1),
    ]
    said = run([["mcCheck", job] for job in jobs])
    assert [one["ok"] for one in said] == [False] * len(jobs)
    assert all(one["why"] for one in said)


def test_the_phone_says_when_it_cannot_judge():
    early = transcript("pos-01-basic")
    early["events"] = early["events"][:2]
    (unfinished, national) = run([["mcCheck", early], ["mcCheck", transcript("pos-12-sm3")]])
    assert unfinished["why"] == "记录还不完整"
    assert "国密" in national["why"]


def shown(name: str) -> tuple[list[dict], list[dict]]:
    """The events as the feed gives them, and the picks as the page shows them."""
    said = transcript(name)
    events = [
        {"type": event["type"], "content": json.dumps({"body": event["body"]})} for event in said["events"]
    ]
    seed = next(event["body"]["seed"] for event in said["events"] if event["type"] == "reveal")
    result = next(event["body"] for event in said["events"] if event["type"] == "result")
    frozen = next(event["body"] for event in said["events"] if event["type"] == "freeze")
    rows = {row.split("|")[0]: row.split("|") for row in said["targets"]}
    layers = []
    for stratum, entry in zip(result["strata"], frozen["strata"], strict=True):
        picks = [
            {"c": c, "ticket": lowest(seed, stratum["id"], c, int(rows[c][2])), "visits": int(rows[c][1])}
            for c in stratum["sel"]
        ]
        layers.append({
            "stratum": stratum["id"], "byVisits": entry["order"] == "uninspected_first", "picks": picks,
        })  # fmt: skip
    return events, layers


def lowest(seed: str, stratum: str, c: str, weight: int) -> str:
    said = (f"MC1|ticket|{seed}|{stratum}|{c}|{j}" for j in range(weight))
    return min(hashlib.sha256(text.encode()).hexdigest() for text in said)[:8]


def test_a_public_phone_recomputes_seed_and_tickets_from_events_alone():
    jobs = [["mcCheckEvents", "MC1", *shown(name)] for name in CASES]
    said = run(jobs)
    assert [(one["ok"], one.get("level")) for one in said] == [(True, "picks")] * len(CASES), said


def test_a_public_phone_sees_only_the_seed_while_the_list_is_secret():
    events, _ = shown("pos-01-basic")
    for event in events:
        if event["type"] == "result":
            event["content"] = None
    (said,) = run([["mcCheckEvents", "MC1", events, []]])
    assert (said["ok"], said["level"]) == (True, "seed")


def test_a_public_phone_turns_red_when_the_screen_shows_something_else():
    def changed(change) -> list:
        events, layers = shown("pos-01-basic")
        change(layers)
        return ["mcCheckEvents", "MC1", events, layers]

    def ticket(layers):
        layers[0]["picks"][0]["ticket"] = "00000000"

    def swapped(layers):
        layers[0]["picks"][:2] = layers[0]["picks"][1::-1]

    def other(layers):
        layers[0]["picks"][0]["c"] = "0" * 64

    def gone(layers):
        layers[0]["picks"].pop()

    said = run([changed(change) for change in (ticket, swapped, other, gone)])
    assert [one["ok"] for one in said] == [False] * 4
    assert all(one["why"] for one in said)

"""The browser verifier against the draw vectors, in Node. source: draw-protocol.md §14, §15"""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "static" / "verify" / "verifier.html"
VECTORS = ROOT / "tests" / "golden" / "vectors"
COMMAND = ROOT / "scripts" / "mc1_verify.js"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None, reason="没有安装 Node，无法在浏览器之外运行 verifier.html 的程序"
)

POSITIVE = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(VECTORS.glob("pos-*.json"))}
NEGATIVE = json.loads((VECTORS / "negative.json").read_text("utf-8"))
MICRO = json.loads((VECTORS / "micro.json").read_text("utf-8"))
VERSIONS = ("MC1", "MC1-SM3")


def node(jobs: list[dict[str, Any]]) -> list[Any]:
    """Run all jobs in one Node process and return their results in order."""
    assert NODE is not None
    driver = Path(__file__).with_name("run_verifier.js")
    done = subprocess.run(
        [NODE, str(driver)], input=json.dumps(jobs), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ---------------------------------------------------------------- vectors


@needs_node
def test_every_positive_vector_gives_exactly_its_expected_object() -> None:
    results = node([{"op": "verify", "base": name} for name in POSITIVE])
    wrong = [name for name, got in zip(POSITIVE, results, strict=True) if got != POSITIVE[name]["expect"]]
    assert len(POSITIVE) >= 14
    assert wrong == []


@needs_node
def test_every_negative_vector_fails_first_at_its_step() -> None:
    results = node([{"op": "verify", "base": c["base"], "patch": c["patch"]} for c in NEGATIVE])
    wrong = {
        c["name"]: (got["failed"], c["fails"])
        for c, got in zip(NEGATIVE, results, strict=True)
        if got["failed"] != c["fails"] or got["ok"]
    }
    assert len(NEGATIVE) >= 51
    assert wrong == {}


@needs_node
def test_steps_after_a_failure_are_all_skipped() -> None:
    results = node([{"op": "verify", "base": c["base"], "patch": c["patch"]} for c in NEGATIVE])
    for case, got in zip(NEGATIVE, results, strict=True):
        at = int(case["fails"][1:])
        assert got["steps"][case["fails"]] == "fail"
        assert {got["steps"][f"V{n:02d}"] for n in range(at + 1, 22)} <= {"skipped"}, case["name"]
        assert {got["steps"][f"V{n:02d}"] for n in range(1, at)} <= {"pass", "na"}, case["name"]


@needs_node
def test_text_input_and_the_sliced_run_agree_with_the_plain_run() -> None:
    names = ["pos-08-rounds", "pos-12-sm3"]
    plain, text, sliced = (
        node([{"op": op, "base": name, "asText": op == "verify" and as_text} for name in names])
        for op, as_text in (("verify", False), ("verify", True), ("verifyAsync", False))
    )
    assert text == plain
    assert [s["result"] for s in sliced] == plain
    assert [word for word in sliced[0]["seen"] if word.endswith("pass")] == [
        f"{step} pass" for step, status in plain[0]["steps"].items() if status == "pass"
    ]


@needs_node
def test_a_record_that_stops_early_is_checked_as_far_as_it_goes() -> None:
    jobs = [
        {"op": "verify", "base": name, "keepEvents": keep, "without": ["openings", "anchors", "prev"]}
        for name, case in POSITIVE.items()
        for keep in range(2, len(case["transcript"]["events"]) + 1)
    ]
    for job, got in zip(jobs, node(jobs), strict=True):
        types = [e["type"] for e in POSITIVE[job["base"]]["transcript"]["events"][: job["keepEvents"]]]
        assert got["ok"], (job, got["failed"])
        assert got["steps"]["V11"] == ("pass" if "reveal" in types else "na")
        assert got["steps"]["V12"] == ("pass" if "result" in types else "na")
        assert got["steps"]["V15"] == ("pass" if "round_causes" in types else "na")
        assert got["steps"]["V17"] == ("pass" if "round_result" in types else "na")


# ---------------------------------------------------------------- micro vectors


@needs_node
def test_hash_canonical_text_and_merkle_match_the_micro_vectors() -> None:
    hashes = [(c, v) for c in MICRO["hash"] for v in VERSIONS]
    merkles = [(c, v) for c in MICRO["merkle"] for v in VERSIONS]
    assert node([{"op": "hash", "version": v, "fields": c["fields"]} for c, v in hashes]) == [
        c[v] for c, v in hashes
    ]
    assert node([{"op": "merkle", "version": v, "texts": c["texts"]} for c, v in merkles]) == [
        c[v] for c, v in merkles
    ]
    assert node([{"op": "canon", "value": c["value"]} for c in MICRO["canon"]]) == [
        c["text"] for c in MICRO["canon"]
    ]


@needs_node
def test_invalid_canonical_values_are_refused_except_a_key_given_twice() -> None:
    results = node([{"op": "canonOfText", "text": c["json"]} for c in MICRO["canon_invalid"]])
    accepted = [c["why"] for c, got in zip(MICRO["canon_invalid"], results, strict=True) if got is not None]
    # 1e3 and a repeated key are invisible after JSON.parse (§14 lets JavaScript pass them).
    assert set(accepted) <= {"exponent", "key twice"}


@needs_node
def test_quota_arithmetic_matches_the_micro_vectors() -> None:
    jobs = [
        {
            "op": "quota",
            "stratum": {**c, "last": True, "draw": c["limit"]},
            "base": c["base"],
            "pool": c["pool"],
        }
        for c in MICRO["quota"]
    ]
    for case, got in zip(MICRO["quota"], node(jobs), strict=True):
        assert got == {"need": case["need"], "limit": case["limit"], "shortfall": case["shortfall_if_last"]}


@needs_node
def test_assignments_and_certificates_match_the_micro_vectors() -> None:
    cases = MICRO["assignment"]
    for case, got in zip(cases, node([{"op": "assign", **c} for c in cases]), strict=True):
        assert got["complete"] is (case["answer"] is not None)
        assert got["lacking"] == case["lacking"]
        assert got["teams"] == case["kept_answer"]
    proofs = [(c, cert) for c in cases for cert in c.get("certs", [])]
    assert proofs
    assert all(node([{"op": "certificate", **c, "r": cert["r"], "v": cert["v"]} for c, cert in proofs]))


def brute_force(case: dict[str, Any]) -> list[list[int]] | None:
    """The first complete assignment in lexicographic order, by trying all of them."""

    def teams(x: int) -> Iterator[tuple[int, ...]]:
        skilled = case["skilled"][x]
        for team in itertools.combinations(case["candidates"][x], case["want"][x]):
            if skilled is None or any(j in skilled for j in team):
                yield team

    def search(x: int, places: list[int]) -> list[list[int]] | None:
        if x == len(case["want"]):
            return []
        for team in teams(x):
            left = list(places)
            for j in team:
                left[j] -= 1
            rest = None if min(left) < 0 else search(x + 1, left)
            if rest is not None:
                return [list(team), *rest]
        return None

    return search(0, case["places"])


def small_problem(rng: random.Random) -> dict[str, Any]:
    people, visits = rng.randint(2, 6), rng.randint(1, 5)
    return {
        "candidates": [rng.sample(range(people), rng.randint(1, people)) for _ in range(visits)],
        "skilled": [
            None if rng.random() < 0.4 else rng.sample(range(people), rng.randint(0, people))
            for _ in range(visits)
        ],
        "want": [rng.randint(1, 3) for _ in range(visits)],
        "places": [rng.randint(0, 3) for _ in range(people)],
    }


@needs_node
def test_assignments_are_the_first_of_all_complete_ones_on_small_problems() -> None:
    rng = random.Random(86)
    cases = [small_problem(rng) for _ in range(3000)]
    solvable = 0
    for case, got in zip(cases, node([{"op": "assign", **c} for c in cases]), strict=True):
        answer = brute_force(case)
        assert got["complete"] is (answer is not None), case
        if answer is not None:
            solvable += 1
            assert got["teams"] == answer, case
    assert solvable >= 300


@needs_node
def test_kept_visits_are_exactly_those_that_fit_with_the_kept_ones_before() -> None:
    rng = random.Random(7)
    cases = [small_problem(rng) for _ in range(1000)]
    for case, got in zip(cases, node([{"op": "assign", **c} for c in cases]), strict=True):
        kept: list[int] = []
        for x in range(len(case["want"])):
            if brute_force(only(case, [*kept, x])) is not None:
                kept.append(x)
        assert got["lacking"] == [x for x in range(len(case["want"])) if x not in kept], case
        assert [got["teams"][x] for x in kept] == brute_force(only(case, kept)), case


def only(case: dict[str, Any], visits: list[int]) -> dict[str, Any]:
    chosen = {key: [case[key][x] for x in visits] for key in ("candidates", "skilled", "want")}
    return {**chosen, "places": case["places"]}


# ---------------------------------------------------------------- mutations


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}")
    elif isinstance(value, list):
        for k, item in enumerate(value):
            yield from leaves(item, f"{path}/{k}")
    else:
        yield path, value


def changed(value: Any, rng: random.Random) -> Any:
    """Another value of the same type, close to the old one (null becomes a text)."""
    if value is None:
        return "01.02.03"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice([1, -1, 10])
    if not value:
        return rng.choice(["0", "x"])
    k = rng.randrange(len(value))
    other = rng.choice([c for c in "0123456789abcdefX" if c != value[k]])
    return rng.choice([value[:k] + other + value[k + 1 :], value[:k] + value[k + 1 :], value + "0"])


@needs_node
def test_random_changes_of_one_field_are_all_rejected() -> None:
    rng = random.Random(20261013)
    jobs = []
    for _ in range(1500):
        name = rng.choice(list(POSITIVE))
        part = rng.choice(["transcript"] * 8 + ["openings", "anchors"])
        found = list(leaves(POSITIVE[name][part], f"/{part}"))
        if not POSITIVE[name][part] or not found:
            continue
        path, value = rng.choice(found)
        patch = [{"op": "replace", "path": path, "value": changed(value, rng)}]
        jobs.append({"op": "verify", "base": name, "patch": patch})
    passed = [job for job, got in zip(jobs, node(jobs), strict=True) if got["ok"]]
    assert len(jobs) >= 1000
    assert passed == []


@needs_node
def test_random_changes_are_rejected_even_when_the_chain_is_recomputed() -> None:
    rng = random.Random(4711)
    jobs = []
    decided = [
        n for n, c in POSITIVE.items() if any(e["type"] == "reveal" for e in c["transcript"]["events"])
    ]
    while len(jobs) < 600:
        name = rng.choice(decided)
        events = POSITIVE[name]["transcript"]["events"]
        k = rng.randrange(len(events))
        if events[k]["type"] not in {"freeze", "open", "reveal", "result", "round_result", "close"}:
            continue
        path, value = rng.choice(list(leaves(events[k]["body"], f"/transcript/events/{k}/body")))
        patch = [{"op": "replace", "path": path, "value": changed(value, rng)}]
        jobs.append(
            {
                "op": "verify",
                "base": name,
                "patch": patch,
                "rechain": True,
                "without": ["anchors", "openings", "prev"],
            }
        )
    passed = [job for job, got in zip(jobs, node(jobs), strict=True) if got["ok"]]
    assert passed == []


@needs_node
def test_anything_of_a_wrong_shape_fails_at_the_format_step() -> None:
    rng = random.Random(99)
    jobs = []
    for _ in range(300):
        name = rng.choice(list(POSITIVE))
        path, _value = rng.choice(list(leaves(POSITIVE[name]["transcript"], "/transcript")))
        junk = rng.choice([{}, [], {"a": 1}, -1.5, [[]], 10**17])
        jobs.append({"op": "verify", "base": name, "patch": [{"op": "replace", "path": path, "value": junk}]})
    for k, whole in enumerate([None, [], 7, "[]", {}, {"format": "MC1-transcript"}]):
        jobs.append(
            {
                "op": "verify",
                "base": "pos-01-basic",
                "patch": [{"op": "replace", "path": "/transcript", "value": whole}],
            }
        )
        assert k < 6
    assert {got["failed"] for got in node(jobs)} == {"V01"}


# ---------------------------------------------------------------- command line


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert NODE is not None
    return subprocess.run(
        [NODE, str(COMMAND), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def write(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return str(path)


@needs_node
def test_the_command_reports_the_expected_object_and_its_exit_codes(tmp_path: Path) -> None:
    case = POSITIVE["pos-09-second-batch"]
    transcript = write(tmp_path / "t.json", case["transcript"])
    openings = write(tmp_path / "o.json", case["openings"])
    prev = write(tmp_path / "p.json", case["prev"])
    anchors = [w for a in case["anchors"] for w in ("--anchor", f"{a['seq']}:{a['head']}")]
    done = run_command(transcript, "--openings", openings, "--prev", prev, *anchors, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, case["expect"])

    bad = copy.deepcopy(case["transcript"])
    bad["events"][0]["body"]["place"] = "别处"
    done = run_command(write(tmp_path / "bad.json", bad))
    assert done.returncode == 1
    assert "V02 不通过 事件链首尾相接，没有增删改\nV03 未检查" in done.stdout
    assert run_command(write(tmp_path / "new.json", {**case["transcript"], "v": "MC2"})).returncode == 3
    assert run_command(write(tmp_path / "list.json", [])).returncode == 1


@needs_node
@pytest.mark.parametrize("content", [b"not json", b'\xef\xbb\xbf{"format":1}', b'{"a":"\xff"}', b""])
def test_the_command_answers_2_for_a_file_it_cannot_read(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert run_command(str(path)).returncode == 2


@needs_node
@pytest.mark.parametrize(
    "arguments", [[], ["--json"], ["a.json", "b.json"], ["a.json", "--anchor", "x"], ["a.json", "--nope"]]
)
def test_the_command_answers_2_for_wrong_usage(arguments: list[str]) -> None:
    assert run_command(*arguments).returncode == 2


# ---------------------------------------------------------------- the file itself

NEWER_THAN_86 = r"""
\.at\(  \.hasOwn\(  structuredClone  \.findLast  \.toSorted  \.toReversed  \.groupBy  AbortSignal  randomUUID
Segmenter  crypto\.subtle  \bBigInt\b  \b\d+n\b  replaceChildren  type="module"  \bimport\s*[({"']  \bfetch\(
WebSocket  EventSource  sendBeacon  \beval\(  new\sFunction  navigator\.clipboard  checkVisibility  \|\|=  \?\?=
:is\(  :where\(  :has\(  \binset\s*:  aspect-ratio  margin-inline  padding-block  accent-color  file-selector-button
@layer  @container  color-mix  oklch  \d(dvh|svh|lvh)\b  text-wrap  \binert\b  popover  color-scheme  :user-valid
(?m)^\s*(translate|rotate|scale)\s*:
""".split()


def test_nothing_newer_than_chromium_86_is_used() -> None:
    page = PAGE.read_text("utf-8")
    assert [pattern for pattern in NEWER_THAN_86 if re.search(pattern, page)] == []


def test_the_file_stands_alone_and_can_be_served_with_a_hash_policy() -> None:
    page = PAGE.read_text("utf-8")
    markup = page[: page.index("<style>")] + page[page.index("</style>") : page.index("<script>")]
    assert page.count("<style>") == page.count("<script>") == page.count("</script>") == 1
    assert not re.search(r"\s(on[a-z]+|style)=", markup)
    assert not re.search(r"\b(src|srcset)=|<link|<iframe|https?://|url\(|@import", page.replace("#src=", ""))
    assert not page.startswith("\ufeff")

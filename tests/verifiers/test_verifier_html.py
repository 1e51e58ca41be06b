"""The browser verifier against the draw vectors, in Node. source: draw-protocol.md §14, §15"""

from __future__ import annotations

import base64
import copy
import hashlib
import itertools
import json
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

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

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
NEWER_THAN_86 = [
    r"\.at\(", r"\.hasOwn\(", r"structuredClone", r"\.findLast", r"\.toSorted", r"\.toReversed",
    r"\.groupBy", r"AbortSignal", r"randomUUID", r"Segmenter", r"crypto\.subtle", r"\bBigInt\b",
    r"\b\d+n\b", r"replaceChildren", r'type="module"', r"""\bimport\s*[({"']""", r"\bfetch\(", r"WebSocket",
    r"EventSource", r"sendBeacon", r"\beval\(", r"new\sFunction", r"navigator\.clipboard",
    r"checkVisibility", r":is\(", r":where\(", r":has\(", r"\binset\s*:", r"aspect-ratio", r"margin-inline",
    r"padding-block", r"accent-color", r"file-selector-button", r"@layer", r"@container", r"color-mix",
    r"oklch", r"\d(dvh|svh|lvh)\b", r"text-wrap", r"\binert\b", r"popover", r"color-scheme", r":user-valid",
    r"(?m)^\s*(translate|rotate|scale)\s*:",
]  # fmt: skip


def test_nothing_newer_than_chromium_86_is_used() -> None:
    page = PAGE.read_text("utf-8")
    assert [pattern for pattern in NEWER_THAN_86 if re.search(pattern, page)] == []


def test_the_file_stands_alone_and_can_be_served_with_a_hash_policy() -> None:
    page = PAGE.read_text("utf-8")
    markup = page[: page.index("<style>")] + page[page.index("</style>") : page.index("<script>")]
    assert page.count("<style>") == page.count("<script>") == page.count("</script>") == 1
    assert not re.search(r"\s(on[a-z]+|style)=", markup)
    rest = page.replace("#src=", "").replace(SVG_NAMESPACE, "")
    rest = rest.replace('<link rel="icon" href="data:', "", 1)  # the icon is in the file itself
    assert not re.search(r"\b(src|srcset)=|<link|<iframe|https?://|url\(|@import", rest)
    assert not page.startswith("\ufeff")


# ---------------------------------------------------------------- in Chromium

CHROMIUM = shutil.which("chromium")
in_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="没有安装 Chromium，无法打开 verifier.html"),
]


def browser_tests(function: Any) -> Any:
    for mark in in_chromium:
        function = mark(function)
    return function


class Site(BaseHTTPRequestHandler):
    """Serves the page with a strict hash policy and one transcript, and remembers what was asked for."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/verifier.html":
            self.answer(PAGE.read_bytes(), "text/html; charset=utf-8")
        elif self.path == "/draw/1/transcript.json":
            self.answer(json.dumps(POSITIVE["pos-12-sm3"]["transcript"]).encode(), "application/json")
        else:
            self.send_error(404)

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", hash_policy())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


def hash_policy() -> str:
    page = PAGE.read_text("utf-8")

    def digest(tag: str) -> str:
        content = page[page.index(f"<{tag}>") + len(tag) + 2 : page.index(f"</{tag}>")]
        return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()

    return (
        f"default-src 'none'; script-src 'sha256-{digest('script')}'; style-src 'sha256-{digest('style')}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Browser:
    """The browser of the whole run: a second driver in one process refuses to start beside the first."""
    return browser


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    """A page opened from disk whose console must stay empty and which must send nothing."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, locale="zh-CN", reduced_motion="reduce"
    )
    tab = context.new_page()
    noise: list[str] = []
    tab.on("console", lambda message: noise.append(message.text))
    tab.on("pageerror", lambda error: noise.append(str(error)))
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(PAGE.as_uri())
    yield tab
    context.close()
    assert noise == []
    assert asked == [PAGE.as_uri()]


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Site.asked.clear()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def give(tab: Page, folder: Path, case: dict[str, Any]) -> None:
    for slot in ("transcript", "openings", "prev"):
        if case[slot] is not None:
            tab.set_input_files(f"#file-{slot}", write(folder / f"{slot}.json", case[slot]))
            tab.wait_for_selector(f"#state-{slot}.slot__s--ok")


def verify(tab: Page, folder: Path, case: dict[str, Any]) -> str:
    give(tab, folder, case)
    tab.get_by_role("button", name="开始核验").click()
    return tab.locator("#verdict h2").inner_text()


def tampered(name: str) -> tuple[dict[str, Any], str]:
    found = next(c for c in NEGATIVE if c["name"].startswith(name + "@"))
    case = copy.deepcopy(POSITIVE[found["base"]])
    for change in found["patch"]:
        *parents, last = change["path"].split("/")[1:]
        node_: Any = case
        for key in parents:
            node_ = node_[int(key) if isinstance(node_, list) else key]
        assert change["op"] == "replace"
        node_[int(last) if isinstance(node_, list) else last] = change["value"]
    return case, found["fails"]


def assert_accessible(tab: Page) -> None:
    found = Axe().run(tab).response["violations"]
    assert [(v["id"], [n["html"][:100] for n in v["nodes"]]) for v in found] == []


@browser_tests
@pytest.mark.parametrize("name", ["pos-08-rounds", "pos-09-second-batch", "pos-12-sm3"])
def test_a_good_record_opened_from_disk_is_confirmed(tab: Page, tmp_path: Path, name: str) -> None:
    case = POSITIVE[name]
    passed = [*case["expect"]["steps"].values()]
    if case["prev"] is None:
        passed[-1] = "na"
    verdict = verify(tab, tmp_path, case)
    assert verdict == f"核验通过，21 项中 {passed.count('pass')} 项通过、{passed.count('na')} 项不适用"
    text = tab.locator("#after").inner_text()
    result = next(e for e in case["transcript"]["events"] if e["type"] == "result")["body"]
    drawn = len({c for stratum in result["strata"] for c in stratum["sel"]})
    for promise in (
        "名单没有被改动",
        "组织方没有临时换数",
        "每位观察员的数字都算进了种子",
        "回避规则执行一致",
    ):
        assert promise in text
    assert f"您的浏览器算出的 {drawn} 家与公布的一致" in text
    head = case["expect"]["head"]
    assert f"{head[:4]}-{head[4:8]}" in tab.locator(".verdict__code").inner_text()
    assert tab.locator("[data-step] .r--pass").count() == passed.count("pass")
    if name == "pos-08-rounds":
        assert_accessible(tab)


@browser_tests
def test_the_shown_command_line_gives_the_shown_hash(tab: Page, tmp_path: Path) -> None:
    case = POSITIVE["pos-05-weights-dice"]
    verify(tab, tmp_path, case)
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    shown = tab.locator("pre.cmd:has-text('sha256sum')").all_inner_texts()
    assert len(shown) >= 6
    for block in shown:
        command, value = block.rsplit("\n", 1)
        text = re.fullmatch(r"printf %s '(.*)' \| sha256sum", command, re.DOTALL)
        assert text
        assert hashlib.sha256(text[1].encode()).hexdigest() == value
    assert any(block.endswith(case["expect"]["seed"]) for block in shown)
    assert_accessible(tab)


@browser_tests
@pytest.mark.parametrize(
    "name, shown", [("pos-01-basic", ["特殊", "重点", "一般"]), ("pos-05-weights-dice", ["类别 S1"])]
)
def test_the_strata_are_called_by_their_names(tab: Page, tmp_path: Path, name: str, shown: list[str]) -> None:
    """key, special, general in Chinese, their codes in small print; a code the page does not know stays one."""
    verify(tab, tmp_path, POSITIVE[name])
    assert tab.locator(".strat h3").all_inner_texts() == shown
    assert "冻结单里的代号" in tab.locator(".strat").first.inner_text()


@browser_tests
@pytest.mark.parametrize("name", ["selection_replaced", "head_changed", "key_b_wrong", "opening_name"])
def test_a_tampered_record_shows_the_failing_step_in_red(tab: Page, tmp_path: Path, name: str) -> None:
    case, step = tampered(name)
    verdict = verify(tab, tmp_path, case)
    assert verdict.startswith(f"核验不通过：{step} ")
    line = tab.locator(f"[data-step={step}]")
    assert line.is_visible()
    assert "不通过" in line.inner_text()
    red = "rgb(168, 28, 21)"
    assert line.locator(".r").evaluate("n => getComputedStyle(n).color") == red
    assert tab.locator(".verdict").evaluate("n => getComputedStyle(n).backgroundColor") == red
    assert tab.locator("[data-step] .r--fail").count() == 1
    later = 21 - int(step[1:])
    assert tab.locator("[data-step] .r--skipped").count() == later
    if name == "selection_replaced":
        assert_accessible(tab)


@browser_tests
def test_paper_heads_are_checked_and_mistypings_are_explained(tab: Page, tmp_path: Path) -> None:
    case = POSITIVE["pos-01-basic"]
    give(tab, tmp_path, case)
    tab.get_by_text("手里有纸质记录单").click()
    seq, head = case["anchors"][0]["seq"], case["anchors"][0]["head"]
    tab.fill("#seq-1", str(seq))
    tab.fill("#head-1", head[:4] + "-" + head[4:8])
    tab.click("#start")
    assert "8 位短码" in tab.locator("#anchor-error-1").inner_text()
    tab.fill("#head-1", head[:63])
    tab.click("#start")
    assert "现在是 63 位" in tab.locator("#anchor-error-1").inner_text()
    assert_accessible(tab)
    tab.fill("#head-1", " ".join(re.findall(".{8}", head.upper())))
    tab.click("#start")
    assert tab.locator("#verdict h2").inner_text().startswith("核验通过，21 项中 17 项")
    tab.evaluate("document.querySelector('#intake').open = true")
    tab.fill("#head-1", "0" * 64)
    tab.click("#start")
    assert tab.locator("#verdict h2").inner_text() == "核验不通过：V21 与纸质记录、上一次抽取衔接"


@browser_tests
def test_wrong_files_are_explained_with_what_to_do(tab: Page, tmp_path: Path) -> None:
    case = POSITIVE["pos-01-basic"]
    tab.click("#start")
    assert tab.locator("#go-error").inner_text() == "请先选择抽取记录文件。"
    (tmp_path / "x.json").write_bytes(b'{"format":')
    tab.set_input_files("#file-transcript", str(tmp_path / "x.json"))
    tab.get_by_text("不是完整的 JSON 文件").wait_for()
    (tmp_path / "gbk.json").write_bytes('{"a":"抽取"}'.encode("gbk"))
    tab.set_input_files("#file-transcript", str(tmp_path / "gbk.json"))
    tab.get_by_text("编码不是 UTF-8").wait_for()
    tab.set_input_files("#file-transcript", write(tmp_path / "case.json", case))
    tab.get_by_text("不是抽取记录。抽取记录请到抽取会页面下载").wait_for()
    tab.set_input_files("#file-transcript", write(tmp_path / "o.json", case["openings"]))
    tab.get_by_text("请放到“名称公开文件”一栏").wait_for()
    tab.set_input_files("#file-transcript", write(tmp_path / "v9.json", {**case["transcript"], "v": "MC9"}))
    tab.get_by_text("本页只认识 MC1、MC1-SM3").wait_for()
    other = POSITIVE["pos-09-second-batch"]
    give(tab, tmp_path, {**case, "openings": other["openings"]})
    tab.click("#start")
    tab.get_by_text("不能放在一起核验").wait_for()
    assert tab.locator("#verdict").inner_text() == ""
    assert_accessible(tab)


@browser_tests
def test_files_dropped_together_find_their_places(tab: Page) -> None:
    case = POSITIVE["pos-09-second-batch"]
    tab.evaluate(
        """(files) => {
            const data = new DataTransfer();
            for (const [name, text] of files) data.items.add(new File([text], name));
            const options = { dataTransfer: data, bubbles: true, cancelable: true };
            document.dispatchEvent(new DragEvent('drop', options));
        }""",
        [[f"{k}.json", json.dumps(case[k])] for k in ("prev", "openings", "transcript")],
    )
    tab.wait_for_selector("#state-transcript.slot__s--ok")
    tab.get_by_text(f"已读入 prev.json：{case['prev']['draw_id']}").wait_for()
    tab.click("#start")
    assert tab.locator("#verdict h2").inner_text().startswith("核验通过")
    assert tab.locator("[data-step=V21] .r--pass").count() == 1


@browser_tests
def test_the_keyboard_alone_is_enough(tab: Page, tmp_path: Path) -> None:
    give(tab, tmp_path, POSITIVE["pos-01-basic"])
    tab.focus("#big")
    for _ in range(20):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id") == "start":
            break
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".verdict")
    assert tab.evaluate("document.activeElement.textContent").startswith("核验通过")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert tab.locator("[data-step=V01]").is_visible()


@browser_tests
@pytest.mark.parametrize("width", [320, 390])
def test_the_page_fits_a_phone_also_in_large_type(tab: Page, tmp_path: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 844})
    verify(tab, tmp_path, POSITIVE["pos-02-overlay-swap"])
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.click("#big")
    assert tab.locator("#big").get_attribute("aria-pressed") == "true"
    assert tab.evaluate("getComputedStyle(document.body).fontSize") == "20px"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(tab)


@browser_tests
def test_a_rehearsal_carries_its_watermark_and_a_formal_draw_does_not(tab: Page, tmp_path: Path) -> None:
    give(tab, tmp_path, POSITIVE["pos-10-rehearsal"])
    assert tab.locator("#drill").is_visible()
    assert tab.locator(".wm").evaluate("n => getComputedStyle(n).display") == "block"
    verify(tab, tmp_path, POSITIVE["pos-10-rehearsal"])
    assert tab.locator(".wm").evaluate("n => getComputedStyle(n).display") == "block"
    assert tab.locator("#drill").inner_text() == "演练，不作数"
    assert "这是一次演练" in tab.locator("#verdict").inner_text()
    assert_accessible(tab)
    tab.evaluate("document.querySelector('#intake').open = true")
    verify(tab, tmp_path, POSITIVE["pos-13-void-seats"])
    assert tab.locator(".wm").evaluate("n => getComputedStyle(n).display") == "none"
    assert "已经作废" in tab.locator("#verdict").inner_text()
    assert "组织方没有临时换数，" not in tab.locator("#groups").inner_text()


@browser_tests
def test_a_failed_step_says_what_to_do_in_the_words_of_the_other_verifier(tab: Page, tmp_path: Path) -> None:
    case = copy.deepcopy(POSITIVE["pos-03-items"])
    case["transcript"]["recusals"].pop()
    verify(tab, tmp_path, case)
    failed = tab.locator("[data-step=V06]")
    assert "不通过" in failed.inner_text()
    assert "怎么办：回避名单不是冻结时的那一份。请要求组织方出示冻结时的名单。" in failed.inner_text()
    assert tab.get_by_text("怎么办：").count() == 1
    assert_accessible(tab)


def test_both_verifiers_give_the_same_advice_for_every_step() -> None:
    page, python = PAGE.read_text("utf-8"), (PAGE.parent / "verify_draw.py").read_text("utf-8")
    advice = dict(re.findall(r"^    (V\d\d): '(.+?)',?$", page, flags=re.M))
    assert list(advice) == [f"V{n:02d}" for n in range(1, 22)]
    assert [step for step, words in advice.items() if f'"{words}"' not in python] == []


@browser_tests
def test_over_http_the_page_can_be_kept_as_the_one_file_it_is(
    chromium: Browser, site: str, tab: Page
) -> None:
    assert tab.locator("#save").is_hidden()
    page = chromium.new_page()
    page.goto(f"{site}/verifier.html#src=/draw/1/transcript.json")
    page.wait_for_selector("#state-transcript.slot__s--ok")
    with page.expect_download() as kept:
        page.get_by_role("link", name="把本页存到这台设备").click()
    assert kept.value.suggested_filename == "verifier.html"
    assert Path(kept.value.path()).read_bytes() == PAGE.read_bytes()
    page.close()


@browser_tests
def test_over_http_only_a_path_of_the_same_site_is_fetched(chromium: Browser, site: str) -> None:
    tab = chromium.new_page()
    noise: list[str] = []
    tab.on("console", lambda message: noise.append(message.text))
    tab.goto(f"{site}/verifier.html#src=/draw/1/transcript.json")
    tab.wait_for_selector("#state-transcript.slot__s--ok")
    tab.click("#start")
    assert tab.locator("#verdict h2").inner_text().startswith("核验通过")
    assert noise == []
    for address in ("//127.0.0.1/x.json", "/\\127.0.0.1/x", "https:x", "%2F%2F127.0.0.1/x"):
        tab.goto("about:blank")
        tab.goto(f"{site}/verifier.html#src={address}")
        tab.get_by_text("不是本站的文件").wait_for()
    assert set(Site.asked) == {"/verifier.html", "/draw/1/transcript.json"}
    tab.goto("about:blank")
    tab.goto(f"{site}/verifier.html#src=/draw/2/transcript.json")
    tab.get_by_text("读不到 /draw/2/transcript.json（404）").wait_for()
    tab.close()

"""The independent Python verifier agrees with every vector and lets no altered transcript through."""

import ast
import copy
import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from .synthetic import Builder

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "static" / "verify" / "verify_draw.py"
VECTORS = ROOT / "tests" / "golden" / "vectors"


def load_verifier():
    """Import the script by its path, leaving no __pycache__ among the static files."""
    spec = importlib.util.spec_from_file_location("verify_draw", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


V = load_verifier()
MICRO = json.loads((VECTORS / "micro.json").read_text(encoding="utf-8"))
NEGATIVE = json.loads((VECTORS / "negative.json").read_text(encoding="utf-8"))
CASES = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(VECTORS.glob("pos-*.json"))}
RUNG_ANY = {"cap_add": 0, "reach": "any", "skill": False}


def verify(case):
    return V.verify(case["transcript"], case["openings"], case["anchors"], case["prev"])


def patched(case, operations):
    """Apply RFC 6902 add, remove and replace to a copy of a case."""
    case = copy.deepcopy(case)
    for operation in operations:
        *parents, last = [
            part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]
        ]
        place = case
        for part in parents:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if isinstance(place, list):
            last = len(place) if last == "-" else int(last)
        if operation["op"] == "remove":
            del place[last]
        elif operation["op"] == "add" and isinstance(place, list):
            place.insert(last, operation["value"])
        else:
            place[last] = operation["value"]
    return case


def rechain(transcript):
    """Recompute the head after a change, as a forger with the database would."""
    hasher = V.Hash(transcript["v"])
    transcript["head"] = hasher.heads(transcript["draw_id"], transcript["events"])[-1]
    return transcript


def write(folder, name, value):
    path = folder / name
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    path.write_bytes(data)
    return str(path)


def command(*words):
    """Run the real command line: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(SCRIPT), *words],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


def words_for(case, folder):
    words = [write(folder, "transcript.json", case["transcript"])]
    if case["openings"] is not None:
        words += ["--openings", write(folder, "openings.json", case["openings"])]
    if case["prev"] is not None:
        words += ["--prev", write(folder, "prev.json", case["prev"])]
    for anchor in case["anchors"]:
        words += ["--anchor", f"{anchor['seq']}:{anchor['head']}"]
    return words


class TestVectors:
    @pytest.mark.parametrize("name", CASES)
    def test_positive_case_passes_through_the_command_line(self, name, tmp_path):
        code, out, err = command(*words_for(CASES[name], tmp_path), "--json")
        assert (code, json.loads(out), err) == (0, CASES[name]["expect"], "")

    @pytest.mark.parametrize("name", [negative["name"] for negative in NEGATIVE])
    def test_negative_case_fails_at_its_step(self, name):
        negative = next(n for n in NEGATIVE if n["name"] == name)
        outcome = verify(patched(CASES[negative["base"]], negative["patch"]))
        steps = list(outcome["steps"].items())
        at = [step for step, _ in steps].index(negative["fails"])
        assert (outcome["ok"], outcome["failed"]) == (False, negative["fails"])
        assert steps[at][1] == "fail"
        assert {word for _, word in steps[:at]} <= {"pass", "na"}
        assert {word for _, word in steps[at + 1 :]} <= {"skipped"}

    def test_no_vector_was_lost(self):
        assert len(CASES) >= 14
        assert len(NEGATIVE) >= 51

    @pytest.mark.parametrize("name", CASES)
    def test_every_beginning_of_a_transcript_is_not_yet_wrong(self, name):
        whole = CASES[name]["transcript"]
        for length in range(1, len(whole["events"]) + 1):
            part = rechain({**whole, "events": whole["events"][:length]})
            outcome = V.verify(part)
            assert outcome["failed"] == ("V03" if length < 2 else None), length
            assert "fail" not in outcome["steps"].values() or length < 2


class TestMicroVectors:
    def test_hashes_agree_in_both_versions(self):
        for vector in MICRO["hash"]:
            for version in V.Hash.VERSIONS:
                assert V.Hash(version).h(*vector["fields"]) == vector[version]

    def test_pure_python_sm3_agrees_with_the_vectors(self):
        for vector in MICRO["hash"]:
            data = vector["text"].encode()
            twin = V.PureSM3(data[:70]).copy()
            twin.update(data[70:])
            assert V.PureSM3(data).hexdigest() == twin.hexdigest() == vector["MC1-SM3"]

    def test_whole_transcript_passes_with_the_pure_python_sm3(self, monkeypatch):
        def no_sm3(data=b""):
            raise ValueError("unsupported hash type sm3")

        monkeypatch.setattr(V, "_openssl_sm3", no_sm3)
        assert V.Hash("MC1-SM3").new is V.PureSM3
        assert verify(CASES["pos-12-sm3"]) == CASES["pos-12-sm3"]["expect"]

    def test_canonical_text_agrees(self):
        for vector in MICRO["canon"]:
            assert V.canon(vector["value"]) == vector["text"]

    def test_what_has_no_canonical_text_is_refused(self):
        for vector in MICRO["canon_invalid"]:
            with pytest.raises((V.Unreadable, ValueError)):
                V.canon(V.load_json(vector["json"].encode()))

    def test_merkle_roots_agree(self):
        for vector in MICRO["merkle"]:
            for version in V.Hash.VERSIONS:
                assert V.Hash(version).merkle(vector["texts"]) == vector[version]

    def test_quota_arithmetic_agrees(self):
        for vector in MICRO["quota"]:
            need, limit = V.quota(vector, vector["base"], vector["pool"])
            missing = V.shortfall({**vector, "last": True, "draw": limit}, need)
            assert (need, limit, missing) == (vector["need"], vector["limit"], vector["shortfall_if_last"])

    def test_assignments_agree(self):
        for vector in MICRO["assignment"]:
            solved = solve(vector, give_up=True)
            assert (solved[0] if solved else None) == vector["answer"]
            assert solve(vector, give_up=False) == (vector["kept_answer"], vector["lacking"])

    def test_canonical_certificates_hold_and_none_holds_for_a_kept_visit(self):
        checked = 0
        for vector in MICRO["assignment"]:
            kept = set(range(len(vector["want"]))) - set(vector["lacking"])
            for cert in vector.get("certs", []):
                assert surplus(vector, cert) > 0
                assert set(cert["r"]) - {cert["t"]} <= kept
                checked += 1
        assert checked


def mask(numbers):
    return sum(1 << n for n in numbers)


def solve(problem, *, give_up):
    """Run the verifier's algorithm on an index-form problem of micro.json."""
    cand = [mask(c) for c in problem["candidates"]]
    skilled = [None if s is None else c & mask(s) for c, s in zip(cand, problem["skilled"], strict=True)]
    state = V.Assignment(
        problem["want"], cand, skilled, lambda x: problem["candidates"][x], problem["places"]
    )  # fmt: skip
    return state.solve(give_up)


def surplus(problem, cert):
    """Left side minus right side of the certificate inequality (§8)."""
    outside = 0
    for x in cert["r"]:
        free = set(problem["candidates"][x]) - set(cert["v"])
        if problem["skilled"][x] is None:
            outside += len(free)
        else:
            able = free & set(problem["skilled"][x])
            outside += len(able) + min(len(free - able), problem["want"][x] - 1)
    return sum(problem["want"][x] for x in cert["r"]) - outside - sum(problem["places"][i] for i in cert["v"])


def exists(problem, visits, chosen):
    """Exhaustive search: can `visits` all be completed given the members `chosen` so far?"""

    def fill(position, places):
        if position == len(visits):
            return True
        x = visits[position]
        fixed = chosen.get(x, [])
        for team in teams(problem, x, fixed):
            rest = dict(places)
            for i in team:
                rest[i] -= 1
            if min(rest.values(), default=0) >= 0 and fill(position + 1, rest):
                return True
        return False

    return fill(0, dict(enumerate(problem["places"])))


def teams(problem, x, fixed):
    """All admissible teams of visit x that contain `fixed`."""

    def grow(team, candidates):
        if len(team) == problem["want"][x]:
            skilled = problem["skilled"][x]
            if skilled is None or set(team) & set(skilled):
                yield team
            return
        for n, i in enumerate(candidates):
            yield from grow([*team, i], candidates[n + 1 :])

    yield from grow(list(fixed), [i for i in problem["candidates"][x] if i not in fixed])


def flow_exists(problem, visits, chosen):
    """The same question by a textbook maximum flow on an explicit graph, for bigger problems."""
    edges = {}

    def edge(a, b, capacity):
        if capacity > 0:
            edges.setdefault(a, {})[b] = capacity
            edges.setdefault(b, {}).setdefault(a, 0)

    places, demand = list(problem["places"]), 0
    for x in visits:
        fixed, skilled = chosen.get(x, []), problem["skilled"][x]
        unskilled = [i for i in problem["candidates"][x] if skilled is not None and i not in skilled]
        room = problem["want"][x] - 1 - len(set(unskilled) & set(fixed))
        if room < 0 and skilled is not None:
            return False
        edge("source", ("visit", x), problem["want"][x] - len(fixed))
        edge(("visit", x), ("unskilled", x), room)
        demand += problem["want"][x] - len(fixed)
        for i in problem["candidates"][x]:
            if i in fixed:
                places[i] -= 1
            else:
                edge(("unskilled" if i in unskilled else "visit", x), i, 1)
    for i, left in enumerate(places):
        if left < 0:
            return False
        edge(i, "sink", left)

    def push(node, seen):
        if node == "sink":
            return True
        seen.add(node)
        for other in list(edges.get(node, ())):
            if edges[node][other] > 0 and other not in seen and push(other, seen):
                edges[node][other] -= 1
                edges[other][node] += 1
                return True
        return False

    return all(push("source", set()) for _ in range(demand))


def read_aloud(problem, exists):
    """§8 word for word: (teams, lacking), one candidate at a time, asking `exists` every time."""
    kept = []
    for x in range(len(problem["want"])):
        if exists(problem, [*kept, x], {}):
            kept.append(x)
    chosen = {}
    for x in kept:
        for i in problem["candidates"][x]:
            if len(chosen.get(x, [])) == problem["want"][x]:
                break
            trial = {**chosen, x: [*chosen.get(x, []), i]}
            if exists(problem, kept, trial):
                chosen = trial
    count = range(len(problem["want"]))
    return [chosen.get(x) for x in count], [x for x in count if x not in kept]


def random_problem(rng, *, visits=6, people=5):
    """A small problem around a hidden assignment, with places just about enough, so that swaps are needed."""
    people = rng.randint(2, people)
    want = [rng.randint(1, min(3, people)) for _ in range(rng.randint(1, visits))]
    able = set(rng.sample(range(people), rng.randint(1, people)))
    places, candidates, skilled = [0] * people, [], []
    for need in want:
        team = rng.sample(range(people), need)
        others = [i for i in range(people) if i not in team and rng.random() < 0.5]
        candidates.append(rng.sample(team + others, need + len(others)))
        skilled.append(
            sorted(able & set(candidates[-1])) if rng.random() < 0.5 and able & set(team) else None
        )
        for i in team:
            places[i] += 1
    for _ in range(rng.choice([0, 0, 0, 1, 2])):
        places[rng.randrange(people)] += 1
    if rng.random() < 0.35:
        places[rng.randrange(people)] = 0
    return {"candidates": candidates, "skilled": skilled, "want": want, "places": places}


class TestAssignment:
    def test_answer_equals_exhaustive_search_on_small_problems(self):
        rng = random.Random(20261102)
        moved = lacked = 0
        for _ in range(1500):
            problem = random_problem(rng)
            expected = read_aloud(problem, exists)
            assert solve(problem, give_up=False) == expected, problem
            whole = solve(problem, give_up=True)
            assert (whole is None) == bool(expected[1])
            assert whole in (None, expected)
            lacked += bool(expected[1])
            moved += not expected[1] and expected[0] != serial_choice(problem)
        assert lacked > 200
        assert moved > 100

    def test_answer_equals_textbook_flow_on_middling_problems(self):
        rng = random.Random(11)
        for _ in range(60):
            problem = random_problem(rng, visits=24, people=9)
            assert solve(problem, give_up=False) == read_aloud(problem, flow_exists), problem

    def test_answer_does_not_change_when_inspectors_are_renumbered(self):
        rng = random.Random(7)
        for _ in range(40):
            problem = random_problem(rng, visits=25, people=9)
            names = list(range(len(problem["places"])))
            rng.shuffle(names)
            renamed = {
                "want": problem["want"],
                "candidates": [[names[i] for i in c] for c in problem["candidates"]],
                "skilled": [s if s is None else [names[i] for i in s] for s in problem["skilled"]],
                "places": [problem["places"][names.index(n)] for n in range(len(names))],
            }
            answer, lacking = solve(problem, give_up=False)
            assert solve(renamed, give_up=False) == (
                [team if team is None else [names[i] for i in team] for team in answer],
                lacking,
            )


def serial_choice(problem):
    """First come, first served without swaps: what a careless implementation would publish."""
    places, answer = list(problem["places"]), []
    for x, candidates in enumerate(problem["candidates"]):
        team = [i for i in candidates if places[i] > 0][: problem["want"][x]]
        for i in team:
            places[i] -= 1
        answer.append(team)
    return answer


def leaves(value, path=()):
    """All places of a document: (path, value) of every scalar and every container inside it."""
    if path:
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from leaves(item, (*path, key))


def altered(rng, value):
    """A different value: sometimes of another type, mostly the same kind with one small change."""
    if isinstance(value, bool):
        return rng.choice([not value, int(value), None])
    if isinstance(value, int):
        return rng.choice([value + 1, value - 1, float(value), str(value), value + 10**16])
    if isinstance(value, str):
        if not value:
            return rng.choice(["0", None, "a" * 64])
        at = rng.randrange(len(value))
        other = rng.choice([c for c in "0123456789abcdef" if c != value[at]])
        if rng.random() < 0.8:
            return value[:at] + other + value[at + 1 :]
        return rng.choice([value[:-1], value + "\n", value + "0", None])
    if isinstance(value, list):
        if not value:
            return rng.choice([["0" * 64], None, {}])
        at = rng.randrange(len(value))
        other = rng.randrange(len(value))
        exchanged = list(value)
        exchanged[at], exchanged[other] = exchanged[other], exchanged[at]
        shorter = value[:at] + value[at + 1 :]
        return (
            exchanged
            if exchanged != value and rng.random() < 0.4
            else rng.choice([shorter, [*value, value[at]]])
        )
    if isinstance(value, dict):
        key = rng.choice(sorted(value))
        return rng.choice([{k: v for k, v in value.items() if k != key}, {**value, "extra": 0}, list(value)])
    return rng.choice([0, "", {}, []])


def with_change(document, path, value):
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return document


# What a forger can rewrite together with the chain without contradicting the draw itself: facts for the
# record only. Heads on paper (anchors, V21) are what binds these.
RECORD_ONLY = {
    "announce": {"when", "place", "verifiers"},
    "spotcheck": {"cs"},
    "slip": {"commit"},  # only a slip that was never opened, in an attempt that failed
    "result": {"certs"},  # any certificate whose sums hold is as good
    "sign": {"by"},
    "round_causes": {"approver", "started", "causes"},
    "round_result": {"certs"},
    "unmask": {"cs", "who", "why"},
    "opening": {"cs", "to"},
    "void": {"why", "text", "by"},
}


class TestMutations:
    def test_no_single_change_of_a_transcript_passes(self):
        """Every field of a transcript lies under the head or under a row root, so none is exempt here."""
        rng = random.Random(1)
        count = {"V01": 0, "V02": 0, "later": 0}
        for name, case in CASES.items():
            places = list(leaves(case["transcript"]))
            for path, value in rng.sample(places, min(len(places), 180)):
                new = altered(rng, value)
                if json.dumps(new, sort_keys=True) == json.dumps(value, sort_keys=True):
                    continue
                changed = {**case, "transcript": with_change(case["transcript"], path, new)}
                outcome = verify(changed)
                assert not outcome["ok"], (name, path, value, new)
                failed = outcome["failed"]
                count[failed if failed in count else "later"] += 1
        assert sum(count.values()) >= 2000
        assert min(count["V01"], count["V02"], count["later"]) >= 100

    def test_no_single_change_of_an_opening_passes(self):
        """Leaving out whole openings is legitimate (only drawn targets are opened), so items stay."""
        rng = random.Random(2)
        count = 0
        for name, case in CASES.items():
            if case["openings"] is None:
                continue
            places = [
                (path, value) for path, value in leaves(case["openings"]) if not isinstance(value, list)
            ]
            for path, value in rng.sample(places, min(len(places), 30)):
                changed = {**case, "openings": with_change(case["openings"], path, altered(rng, value))}
                outcome = verify(changed)
                assert outcome["failed"] in ("V01", "V19", "V20"), (name, path, value)
                count += 1
        assert count >= 250

    def test_no_rechained_change_passes_except_facts_for_the_record(self):
        """The forger also recomputes the head: now the draw itself must contradict him."""
        rng = random.Random(3)
        failed = {}
        for name, case in CASES.items():
            if case["expect"]["seed"] is None:
                continue  # without a seed nothing but the head binds the manifest
            transcript = case["transcript"]
            places = [
                (path, value)
                for path, value in leaves(transcript["events"])
                if len(path) >= 3 and path[1] == "body"
                and path[2] not in RECORD_ONLY.get(transcript["events"][path[0]]["type"], ())
            ]  # fmt: skip
            for path, value in rng.sample(places, min(len(places), 60)):
                changed = with_change(transcript, ("events", *path), altered(rng, value))
                try:
                    rechain(changed)
                except ValueError:
                    continue  # has no canonical text, hence no head
                if json.dumps(changed, sort_keys=True) == json.dumps(transcript, sort_keys=True):
                    continue
                outcome = V.verify(changed, case["openings"])
                assert not outcome["ok"], (name, path, value)
                failed[outcome["failed"]] = failed.get(outcome["failed"], 0) + 1
        assert sum(failed.values()) >= 450
        assert {"V01", "V11", "V12", "V13", "V17"} <= set(failed)

    def test_facts_for_the_record_are_bound_by_paper_heads(self):
        case = CASES["pos-08-rounds"]
        changed = with_change(case["transcript"], ("events", 0, "body", "verifiers"), [])
        rechain(changed)
        assert V.verify(changed, case["openings"])["ok"]
        assert V.verify(changed, case["openings"], case["anchors"])["failed"] == "V21"

    def test_rearranged_events_never_crash_the_verifier(self):
        rng = random.Random(4)
        passed = 0
        for case in CASES.values():
            for _ in range(60):
                transcript = copy.deepcopy(case["transcript"])
                events = transcript["events"]
                for _ in range(rng.randint(1, 2)):
                    at = rng.randrange(len(events))
                    move = rng.choice(["drop", "twice", "exchange", "last"])
                    if move == "drop" and len(events) > 2:
                        del events[at]
                    elif move == "twice":
                        events.insert(rng.randrange(len(events) + 1), copy.deepcopy(events[at]))
                    elif move == "exchange":
                        other = rng.randrange(len(events))
                        events[at], events[other] = events[other], events[at]
                    else:
                        events.append(events.pop(at))
                for seq, event in enumerate(events, 1):
                    event["seq"] = seq
                outcome = V.verify(rechain(transcript), case["openings"])
                passed += outcome["ok"]
                assert outcome["failed"] is None or outcome["steps"][outcome["failed"]] == "fail"
        assert passed < 14 * 60 * 0.6


def continued(name, length, *additions):
    """The first `length` events of a vector, then others given as (type, body), with the head recomputed."""
    transcript = CASES[name]["transcript"]
    events = transcript["events"][:length]
    for kind, body in additions:
        at = f"2026-11-02T09:{len(events):02d}:00+08:00"
        events = [*events, {"seq": len(events) + 1, "type": kind, "at": at, "body": body}]
    return rechain({**transcript, "events": events})


def voided(why):
    return ("void", {"why": why, "text": "", "by": [{"role": "discipline", "ref": "0" * 64}]})


CLOSED = ("close", {"rounds": 0, "visits": 0, "lacking": 0})


class TestAbortedDraws:
    """§5 and §11: what may be given up when, and what must still be completed."""

    @pytest.mark.parametrize(
        "name, length, why, step",
        [
            ("pos-08-rounds", 2, "ERROR", None),
            ("pos-08-rounds", 4, "ORDER", None),
            ("pos-08-rounds", 6, "ERROR", "V18"),
            ("pos-08-rounds", 6, "SECRET_LOST", None),
            ("pos-08-rounds", 9, "SEATS", "V18"),
            ("pos-08-rounds", 9, "PUB", "V18"),
            ("pos-08-rounds", 10, "OTHER", "V18"),
            ("pos-08-rounds", 11, "OTHER", None),
            ("pos-08-rounds", 14, "REGISTER", None),
            ("pos-11-lottery-void", 9, "PUB", None),
            ("pos-13-void-seats", 11, "SEATS", "V18"),
            ("pos-13-void-seats", 14, "SEATS", "V18"),
            ("pos-13-void-seats", 16, "SEATS", None),
        ],
    )
    def test_void_needs_a_result_or_one_of_three_reasons_after_the_lock(self, name, length, why, step):
        assert V.verify(continued(name, length, voided(why)))["failed"] == step

    def test_void_closes_everything_but_openings(self):
        known = {"cs": [CASES["pos-08-rounds"]["transcript"]["targets"][0][:64]], "to": "public"}
        good = continued("pos-08-rounds", 2, voided("ERROR"), ("opening", known), CLOSED)
        assert V.verify(good)["failed"] is None
        lock = ("lock", {"attempt": 1})
        for additions in (
            [voided("ERROR"), voided("ERROR")],
            [voided("ERROR"), lock],
            [voided("ERROR"), CLOSED, CLOSED],
        ):
            assert V.verify(continued("pos-08-rounds", 2, *additions))["failed"] == "V03"
        assert V.verify(continued("pos-08-rounds", 1, voided("ERROR")))["failed"] == "V03"

    def test_a_round_given_up_before_its_result_changes_no_number(self):
        close = {"rounds": 0, "visits": 30, "lacking": 0}
        outcome = V.verify(continued("pos-08-rounds", 14, voided("ERROR"), ("close", close)))
        assert outcome["ok"]
        assert outcome["visits"] == 30
        assert [outcome["steps"][step] for step in ("V15", "V16", "V17")] == ["pass", "na", "na"]

    def test_the_verdict_does_not_promise_a_result_that_is_not_there(self, tmp_path):
        transcript = continued("pos-08-rounds", 2, voided("ERROR"), CLOSED)
        code, out, _ = command(write(tmp_path, "t.json", transcript))
        assert code == 0
        assert "结论：已有的记录全部通过，但其中还没有抽取结果。本次抽取已经作废。" in out


def swaps_read_aloud(builder, seed, teams, body, limits):
    """§10 step 2 with plain sets; changes `teams`, counts in `limits` how often a rule bit."""
    targets = {row[:64]: row.split("|") for row in builder.targets}
    people = {row[:64]: row.split("|") for row in builder.inspectors}
    named = {(cause["t"], cause["i"]) for cause in body["causes"]}
    barred = {tuple(row.split("|")[:2]) for row in builder.recusals} | named

    def reaches(i, t, rung):
        return rung["reach"] == "any" or targets[t][3] in people[i][1].split("+")

    def served(t, team):
        return not targets[t][5] or any(targets[t][5] in people[i][3].split("+") for i in team)

    def options(rung, t1, i1, *, ignore=None):
        for t2, team2 in teams.items():
            for i2 in team2:
                after1 = [i2 if i == i1 else i for i in teams[t1]]
                after2 = [i1 if i == i2 else i for i in team2]
                if (
                    t2 != t1 and t2 not in body["started"] and i2 not in teams[t1] and i1 not in team2
                    and (ignore == "barred" or not {(t1, i2), (t2, i1)} & barred)
                    and (ignore == "named" or (t2, i2) not in named)
                    and reaches(i2, t1, rung) and reaches(i1, t2, rung)
                    and served(t1, after1) and served(t2, after2)
                ):  # fmt: skip
                    yield builder.hash.h("swap", seed, t1, i1, t2, i2), t2, i2

    def swap(t1, i1):
        for level, rung in enumerate(builder.frozen["team"]["ladder"]):
            best = min(options(rung, t1, i1), default=None)
            for rule in limits:
                limits[rule] += best is not None and min(options(rung, t1, i1, ignore=rule)) != best
            if best:
                _, t2, i2 = best
                teams[t1][teams[t1].index(i1)], teams[t2][teams[t2].index(i2)] = i2, i1
                return {"t1": t1, "i1": i1, "t2": t2, "i2": i2, "level": level}
        teams[t1].remove(i1)
        return {"t1": t1, "i1": i1, "t2": "", "i2": "", "level": -1}

    return [swap(cause["t"], cause["i"]) for cause in body["causes"]]


class TestRounds:
    def test_an_added_inspector_can_be_named_only_after_the_round(self):
        added = CASES["pos-07-lacking-add"]["transcript"]["events"][13]["body"]["causes"][0]["rows"][0][:64]
        opening = ("opening", {"cs": [added], "to": "public"})
        assert V.verify(continued("pos-07-lacking-add", 13, opening))["failed"] == "V18"
        assert V.verify(continued("pos-07-lacking-add", 15, opening))["failed"] is None

    def build(self, inspectors):
        """One visit, so that nobody can be swapped with."""
        builder = Builder(V, seed=5).rows(
            targets=40, inspectors=inspectors, recusals=0, areas=1, capacity=lambda n: 3, skilled_share=0,
            needy_share=0,
        )  # fmt: skip
        return (
            builder.manifest(draws={"special": 0, "key": 0, "general": 1}, ladder=[RUNG_ANY])
            .entropy()
            .result()
            .finish()
        )

    def swap_round(self, builder):
        """Append the causes of a round that swaps the lead; return (t, lead, second, xa, xb, seed_r)."""
        [[t, [lead, second]]] = builder.events[5]["body"]["teams"]
        cause = {"k": "swap", "t": t, "i": lead, "why": "KIN", "ev": "0" * 64}
        builder.add("round_causes", {"r": 1, "approver": "unit_head", "started": [], "causes": [cause]})
        xa, xb = builder.keys["a"][-2], builder.keys["b"][-2]
        return t, lead, second, xa, xb, builder.hash.h("reseed", builder.seed, 1, xa, xb)

    def add_result(self, builder, xa, xb, seed, **others):
        body = {
            "r": 1,
            "xa": xa,
            "xb": xb,
            "seed": seed,
            "strata": [],
            "level": 0,
            "lacking": [],
            "certs": [],
        }
        builder.add("round_result", {**body, **others})
        return V.verify(builder.transcript())

    def test_without_a_partner_the_member_leaves_and_the_first_ticket_replaces_him(self):
        builder = self.build(inspectors=6)
        t, lead, second, xa, xb, seed = self.swap_round(builder)
        key = builder.hash.h("visit", seed, t)
        others = [row[:64] for row in builder.inspectors if row[:64] not in (lead, second)]
        substitute = min(others, key=lambda i: builder.hash.h("pair", key, i))
        swaps = [{"t1": t, "i1": lead, "t2": "", "i2": "", "level": -1}]
        outcome = self.add_result(builder, xa, xb, seed, swaps=swaps, teams=[[t, [substitute]]])
        assert (outcome["failed"], outcome["visits"]) == (None, 1)

    def test_without_anybody_left_the_visit_lacks_and_needs_a_certificate(self):
        for cert_holds in (True, False):
            builder = self.build(inspectors=2)
            t, lead, second, xa, xb, seed = self.swap_round(builder)
            cert = {"t": t, "r": [t], "v": [] if cert_holds else sorted([lead, second])}
            swaps = [{"t1": t, "i1": lead, "t2": "", "i2": "", "level": -1}]
            outcome = self.add_result(builder, xa, xb, seed, swaps=swaps, teams=[], lacking=[t], certs=[cert])
            assert outcome["failed"] == (None if cert_holds else "V17")

    def test_swaps_equal_the_protocol_read_aloud(self):
        rng, passed, limits = random.Random(8), 0, {"barred": 0, "named": 0}
        for seed in range(40):
            builder = Builder(V, seed=seed).rows(
                targets=30, inspectors=7, recusals=25, areas=2, capacity=lambda n: 9, skilled_share=0.5,
                needy_share=0.5,
            )  # fmt: skip
            ladder = [{"cap_add": 0, "reach": "area", "skill": True}, {**RUNG_ANY, "skill": True}]
            draws = {"special": 1, "key": 2, "general": 3}
            builder.manifest(draws=draws, ladder=ladder).entropy().result().finish()
            teams = {t: list(team) for t, team in builder.events[5]["body"]["teams"]}
            if len(teams) < 4 or builder.events[5]["body"]["lacking"]:
                continue
            seats = rng.sample([(t, i) for t in sorted(teams) for i in teams[t]], 3)
            causes = [{"k": "swap", "t": t, "i": i, "why": "KIN", "ev": "0" * 64} for t, i in seats]
            causes.sort(key=V.canon)
            started = sorted(set(teams) - {t for t, _ in seats})[:1]
            body = {"r": 1, "approver": "unit_head", "started": started, "causes": causes}
            builder.add("round_causes", body)
            xa, xb = builder.keys["a"][-2], builder.keys["b"][-2]
            seed_r = builder.hash.h("reseed", builder.seed, 1, xa, xb)
            swaps = swaps_read_aloud(builder, seed_r, teams, body, limits)
            if all(swap["level"] >= 0 for swap in swaps):
                assert self.add_result(builder, xa, xb, seed_r, swaps=swaps, teams=[])["failed"] is None
                passed += 1
        assert passed >= 10
        assert min(limits.values()) > 0

    def test_a_result_numbered_otherwise_than_its_causes_fails(self):
        builder = self.build(inspectors=6)
        *_, xa, xb, seed = self.swap_round(builder)
        assert self.add_result(builder, xa, xb, seed, r=2, swaps=[], teams=[])["failed"] == "V15"

    def test_a_certificate_where_nothing_lacks_fails(self):
        builder = self.build(inspectors=6)
        result = builder.events[5]["body"]
        t = result["teams"][0][0]
        result["certs"] = [{"t": t, "r": [t], "v": []}]
        assert V.verify(builder.transcript())["failed"] == "V14"


class TestLottery:
    @pytest.mark.parametrize(
        "source, numbers, good",
        [
            ("cn.ssq", "03.09.14.20.27.33.05", True),
            ("cn.ssq", "03.09.14.20.27.33.33", True),
            ("cn.ssq", "09.03.14.20.27.33.05", False),
            ("cn.ssq", "03.09.14.20.27.27.05", False),
            ("cn.ssq", "3.9.14.20.27.33.5", False),
            ("cn.ssq", "03.09.14.20.27.33", False),
            ("cn.dlt", "03.09.14.20.27.05.11", True),
            ("cn.dlt", "03.09.14.20.27.11.05", False),
            ("cn.3d", "9.0.9", True),
            ("cn.3d", "09.00.09", False),
            ("cn.3d", "909", False),
            ("cn.3d", "9.0.9.", False),
            ("cn.3d", None, False),
        ],
    )
    def test_numbers_are_written_as_their_source_draws_them(self, source, numbers, good):
        if good:
            V.check_lottery({"source": source, "issue": "2026001"}, numbers)
        else:
            with pytest.raises(V.StepFailed):
                V.check_lottery({"source": source, "issue": "2026001"}, numbers)


class TestCommandLine:
    """Exit codes of §14: 0 passed, 1 a step failed, 2 unreadable or usage, 3 unsupported version."""

    CASE = CASES["pos-10-rehearsal"]

    @pytest.fixture
    def path(self, tmp_path):
        return write(tmp_path, "transcript.json", self.CASE["transcript"])

    def test_people_read_one_line_per_step_and_a_verdict(self, tmp_path):
        code, out, err = command(*words_for(self.CASE, tmp_path))
        lines = out.splitlines()
        head = self.CASE["expect"]["head"]
        assert (code, err) == (0, "")
        assert [line[:3] for line in lines[:21]] == [f"V{n:02d}" for n in range(1, 22)]
        assert lines[0] == "V01  通过  文件格式正确"
        assert lines[14] == "V15  不适用  替换原因成立且先于密钥"
        block = "\n".join(lines[21:])
        for word in (
            "140521-2026Q4-R01",
            "演练",
            self.CASE["expect"]["seed"],
            head,
            f"{head[:4]}-{head[4:8]}",
            "2 家",
        ):
            assert word in block

    def test_a_failure_says_what_differs_and_what_to_do(self, tmp_path):
        negative = next(n for n in NEGATIVE if n["name"].startswith("selection_replaced"))
        changed = patched(CASES[negative["base"]], negative["patch"])
        code, out, _ = command(*words_for(changed, tmp_path))
        assert code == 1
        assert "V12  不通过  抽中名单由种子算出" in out
        assert "第 2 项起不同" in out
        assert changed["transcript"]["events"][10]["body"]["strata"][0]["sel"][1] in out
        assert "怎么办：" in out
        assert "V13  未检查" in out
        assert "结论：不通过" in out

    def test_a_formal_draw_is_called_formal(self, tmp_path):
        _, out, _ = command(*words_for(CASES["pos-01-basic"], tmp_path))
        assert "种类：正式" in out
        assert "演练" not in out

    def test_a_failed_step_is_exit_one(self, path):
        assert command(path, "--anchor", f"2:{'0' * 64}", "--json")[0] == 1

    @pytest.mark.parametrize(
        "value", [[], None, 7, "MC1-transcript", {}, {"v": 1}, {"format": "MC1-transcript", "v": "MC1"}]
    )
    def test_json_that_is_no_transcript_fails_the_first_step(self, tmp_path, value):
        code, out, _ = command(write(tmp_path, "other.json", value), "--json")
        assert (code, json.loads(out)["failed"]) == (1, "V01")

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"not json",
            b"{} {}",
            b'{"a": NaN}',
            b'{"a": "\xff"}',
            '{"v": "MC1"}'.encode("utf-16"),
            b"\xef\xbb\xbf{}",
            b'{"v": "MC1", "v": "MC1"}',
            b'{"events": [{"seq": 1, "seq": 1}]}',
            b"[" * 100000,
        ],
    )
    def test_unreadable_text_is_exit_two(self, tmp_path, data):
        code, out, err = command(write(tmp_path, "bad.json", data), "--json")
        assert (code, out) == (2, "")
        assert err.startswith("无法核验：")

    def test_a_key_twice_deep_inside_a_good_transcript_is_exit_two(self, tmp_path):
        data = (
            json.dumps(self.CASE["transcript"]).replace('"kind": "R"', '"kind": "R", "kind": "R"', 1).encode()
        )
        assert command(write(tmp_path, "twice.json", data))[0] == 2

    @pytest.mark.parametrize(
        "words", [[], ["a.json", "b.json"], ["--nonsense"], ["--anchor"], ["--openings"]]
    )
    def test_a_wrong_command_is_exit_two(self, words):
        code, out, err = command(*words)
        assert (code, out) == (2, "")
        assert "用法" in err

    @pytest.mark.parametrize(
        "anchor",
        ["", "2", f"2:{'0' * 63}", f"2:{'G' * 64}", f"x:{'0' * 64}", f"-1:{'0' * 64}", f"02:{'0' * 64}"],
    )
    def test_a_wrong_anchor_is_exit_two(self, path, anchor):
        assert command(path, f"--anchor={anchor}")[0] == 2

    def test_help_explains_the_usage(self):
        code, out, err = command("--help")
        assert (code, out.strip(), err) == (0, V.USAGE, "")

    def test_a_missing_file_is_exit_two(self, path, tmp_path):
        for words in (
            [str(tmp_path / "none.json")],
            [str(tmp_path)],
            [path, "--prev", str(tmp_path / "none.json")],
        ):
            assert command(*words)[0] == 2

    def test_another_version_stops_at_the_format_and_is_called_unsupported(self, tmp_path):
        code, out, err = command(write(tmp_path, "t.json", {**self.CASE["transcript"], "v": "MC2"}), "--json")
        outcome = json.loads(out)
        assert (code, outcome["ok"], outcome["failed"]) == (3, False, "V01")
        assert [step for step, state in outcome["steps"].items() if state != "skipped"] == ["V01"]
        assert "不支持版本" in err

    def test_several_anchors_are_all_checked(self, path):
        heads = V.Hash("MC1").heads(self.CASE["transcript"]["draw_id"], self.CASE["transcript"]["events"])
        good = [f"--anchor={seq}:{head}" for seq, head in enumerate(heads)]
        assert command(path, *good)[0] == 0
        assert command(path, *good, f"--anchor=3:{heads[4]}")[0] == 1
        assert command(path, f"--anchor={len(heads)}:{heads[-1]}")[0] == 1

    def test_null_files_are_not_taken_for_absent_ones(self, path, tmp_path):
        nothing = write(tmp_path, "null.json", None)
        assert json.loads(command(path, "--openings", nothing, "--json")[1])["failed"] == "V01"
        assert json.loads(command(path, "--prev", nothing, "--json")[1])["failed"] == "V21"


class TestPreviousDraw:
    CASE = CASES["pos-09-second-batch"]

    def check(self, prev):
        return V.verify(self.CASE["transcript"], None, (), prev)["failed"]

    def test_the_right_one_passes(self):
        assert self.check(self.CASE["prev"]) is None

    def test_another_draw_or_damage_fails(self):
        prev = self.CASE["prev"]
        others = [
            CASES["pos-02-overlay-swap"]["transcript"],
            CASES["pos-10-rehearsal"]["transcript"],
            {**prev, "draw_id": "140521-2026Q4-09"},
            {**prev, "events": prev["events"][:5]},
            {**prev, "events": None},
            {**prev, "events": [1] * 40},
            {**prev, "v": "MC7"},
            {**prev, "v": "MC1-SM3"},
            {},
            [],
            0,
        ]
        assert [self.check(other) for other in others] == ["V21"] * len(others)

    def test_events_after_the_linked_head_do_not_matter(self):
        prev = self.CASE["prev"]
        link = self.CASE["transcript"]["events"][1]["body"]["prev"]["seq"]
        assert self.check({**prev, "events": prev["events"][:link]}) is None

    def test_a_first_draw_has_no_previous_one(self):
        first = CASES["pos-01-basic"]["transcript"]
        assert V.verify(first, None, (), CASES["pos-02-overlay-swap"]["transcript"])["failed"] == "V21"


class TestSize:
    """A county-wide year in one draw: 11,259 targets, 120 inspectors, about 1,700 visits."""

    DRAWS = {"special": 300, "key": 400, "general": 1000}

    def build(self, *, capacity, ladder, needy_share=0.3):
        builder = Builder(V, seed=7).rows(
            targets=11259, inspectors=120, recusals=300, areas=8, capacity=capacity,
            skilled_share=0.3, needy_share=needy_share,
        )  # fmt: skip
        builder.manifest(draws=self.DRAWS, ladder=ladder).entropy()
        return builder.result().finish().transcript()

    def test_ample_places_pass_and_an_exchange_of_two_members_is_found(self):
        transcript = self.build(
            capacity=lambda n: 60, ladder=[{"cap_add": 0, "reach": "area", "skill": True}, RUNG_ANY]
        )
        outcome = V.verify(transcript)
        assert outcome["ok"]
        assert 1600 < outcome["visits"] <= 1700
        teams = transcript["events"][5]["body"]["teams"]
        first = next(n for n in range(900) if not set(teams[n][1]) & set(teams[n + 700][1]))
        teams[first][1][1], teams[first + 700][1][1] = teams[first + 700][1][1], teams[first][1][1]
        assert V.verify(rechain(transcript))["failed"] == "V13"

    def test_tight_places_with_skills_pass_on_the_first_feasible_rung(self):
        ladder = [{"cap_add": n, "reach": "area", "skill": True} for n in (0, 2, 4, 6, 8)]
        ladder += [{"cap_add": 0, "reach": "any", "skill": True}, {**RUNG_ANY, "cap_add": 9}]
        transcript = self.build(capacity=lambda n: 28, ladder=ladder)
        result = transcript["events"][5]["body"]
        assert V.verify(transcript)["ok"]
        assert result["level"] > 0
        assert not result["lacking"]


class TestTheFileItself:
    TREE = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 8))

    def test_it_imports_only_the_standard_library(self):
        names = set()
        for node in ast.walk(self.TREE):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names.add(node.module.split(".")[0])
        assert names <= {"__future__", "argparse", "collections", "hashlib", "json", "re", "sys"}

    def test_it_avoids_what_came_after_python_3_8(self):
        called = {node.attr for node in ast.walk(self.TREE) if isinstance(node, ast.Attribute)}
        assert not called & {"removeprefix", "removesuffix", "bit_count", "pairwise", "file_digest"}
        keywords = {
            (getattr(n.func, "id", ""), k.arg)
            for n in ast.walk(self.TREE)
            if isinstance(n, ast.Call)
            for k in n.keywords
        }
        assert ("zip", "strict") not in keywords

    def test_it_runs_alone_from_another_directory_without_site_packages(self, tmp_path):
        script = tmp_path / "v.py"
        script.write_bytes(SCRIPT.read_bytes())
        transcript = write(tmp_path, "t.json", CASES["pos-01-basic"]["transcript"])
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(script), transcript], cwd=tmp_path, capture_output=True
        )
        assert done.returncode == 0
        assert len(done.stdout.splitlines()) > 25

    def test_it_prints_on_a_console_that_has_no_chinese(self, tmp_path):
        transcript = write(tmp_path, "t.json", CASES["pos-01-basic"]["transcript"])
        done = subprocess.run(
            [sys.executable, str(SCRIPT), transcript], capture_output=True, env={"PYTHONIOENCODING": "ascii"}
        )
        assert (done.returncode, done.stderr) == (0, b"")

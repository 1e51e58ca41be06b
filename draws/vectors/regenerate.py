"""Positive cases made again from their secrets, with the functions the ceremony uses (protocol §15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from draws.rules.mc1.chains import chain_release, chain_tip
from draws.rules.mc1.entropy import op_commit
from draws.rules.mc1.hashing import HashSuite, suite_of
from draws.rules.mc1.manifest import build_manifest, strata_of
from draws.rules.mc1.rows import commit_record
from draws.rules.mc1.state import DrawState
from draws.rules.mc1.transcript import assemble_openings, assemble_transcript

from .cases import VectorCase

COMPUTED = ("reveal", "result", "round_result", "close")


def regeneration_faults(case: VectorCase) -> Iterator[str]:
    """What cannot be made again, one sentence each; nothing without secrets."""
    if not case.secrets:
        return
    suite = suite_of(case.transcript["v"])
    if case.openings is not None:
        yield from _commitments(case, suite)
    yield from _manifest(case, suite)
    yield from _events(case, suite)


def _commitments(case: VectorCase, suite: HashSuite) -> Iterator[str]:
    master, draw_id = bytes.fromhex(case.secrets["master"]), case.transcript["draw_id"]
    made = [commit_record(suite, master, draw_id, entry["record"]) for entry in case.openings["openings"]]
    if assemble_openings(draw_id, made) != case.openings:
        yield "由主密钥重算的盲号或密码与公开文件不同"


def _manifest(case: VectorCase, suite: HashSuite) -> Iterator[str]:
    stated, secrets, draw_id = case.transcript["events"][1]["body"], case.secrets, case.transcript["draw_id"]
    length = stated["chains"]["len"]
    kept = ("kind", "draw_id", "prev", "rulebook", "overrides", "team", "seats", "pub")
    made = build_manifest(
        suite,
        **{key: stated[key] for key in kept},
        strata=strata_of(stated),
        op_commit=op_commit(suite, draw_id, secrets["op_secret"]),
        chains={
            "len": length,
            "a": chain_tip(suite, secrets["chain_a"], length),
            "b": chain_tip(suite, secrets["chain_b"], length),
            "b_holder": stated["chains"]["b_holder"],
        },
        targets=case.transcript["targets"],
        inspectors=case.transcript["inspectors"],
        recusals=case.transcript["recusals"],
    )
    yield from (f"重做的冻结单 {key} 不同" for key in made if made[key] != stated[key])


def _events(case: VectorCase, suite: HashSuite) -> Iterator[str]:
    rows = {key: case.transcript[key] for key in ("targets", "inspectors", "recusals")}
    draw_id, events = case.transcript["draw_id"], []
    state = DrawState(suite.version, draw_id, **rows)
    for event in case.transcript["events"]:
        kind, body = event["type"], event["body"]
        made = _body(state, case.secrets, body, kind) if kind in COMPUTED else body
        if made != body:
            yield f"重做的第 {event['seq']} 个事件 {kind} 不同"
            return
        events.append(state.next_event(kind, event["at"], made))
        state.apply(events[-1])
    if assemble_transcript(suite, draw_id, events, **rows) != case.transcript:
        yield "重做的抽取记录不同"


def _body(state: DrawState, secrets: dict[str, str], stated: dict[str, Any], kind: str) -> dict[str, Any]:
    if kind == "reveal":
        return state.reveal_body(op_secret=secrets["op_secret"], pub=stated["pub"])
    if kind == "result":
        return state.result_body()
    if kind == "close":
        return state.close_body()
    length = state.manifest["chains"]["len"]
    links = (secrets[chain] for chain in ("chain_a", "chain_b"))
    return state.round_result_body(*(chain_release(state.suite, link, length, state.round) for link in links))

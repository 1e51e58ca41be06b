"""Steps V18–V21: the other events, openings, anchors and the previous draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import HashUnavailable, ListBroken, Mc1Error, OrderBroken
from ..events import heads
from ..hashing import suite_of
from ..rows import commitment_of
from ..voids import check_void
from .case import Case

NAMING = ("spotcheck", "unmask", "opening")
FINAL = ("sign", "void")


def v18_other_events(case: Case) -> bool:
    known = case.population.index.keys() | {row[:64] for row in case.transcript["inspectors"]}
    locks, has_result = 0, False
    for event in case.events:
        kind, body = event["type"], event["body"]
        if kind in NAMING:
            _check_known(known, event)
        elif kind == "round_causes":
            known |= {row[:64] for cause in body["causes"] for row in cause.get("rows", ())}
        elif kind == "lock":
            locks = max(locks, body["attempt"])
        elif kind == "result":
            has_result = True
        elif kind == "void":
            has_lottery = case.manifest["pub"] is not None
            check_void(body["why"], locks=locks, has_result=has_result, has_lottery=has_lottery)
        elif kind == "close":
            _check_close(case, body)
    return True


def _check_known(known: set[str], event: Mapping[str, Any]) -> None:
    strangers = [c for c in event["body"]["cs"] if c not in known]
    if strangers:
        raise ListBroken(f"第 {event['seq']} 个事件写的盲号 {strangers[0][:8]} 当时不在名单里")


def _check_close(case: Case, body: Mapping[str, Any]) -> None:
    visits, lacking = 0, 0
    if case.standing is not None:
        visits, lacking = len(case.standing.visits), len(case.standing.lacking())
    stated = {"rounds": case.rounds_done, "visits": visits, "lacking": lacking}
    if dict(body) != stated:
        raise OrderBroken(
            f"关闭时应是替换 {case.rounds_done} 轮、检查 {visits} 家、缺组 {lacking} 家，与记录不同"
        )


def v19_names(case: Case) -> bool:
    if case.openings is None:
        return False
    if case.openings["draw_id"] != case.draw_id:
        raise ListBroken("公开文件不是这次抽取的")
    before = ""
    for opening in case.openings["openings"]:
        if opening["c"] <= before:
            raise ListBroken(f"公开文件没有按盲号排列，或 {opening['c'][:8]} 重复")
        before = opening["c"]
        if commitment_of(case.suite, opening["salt"], opening["record"]) != opening["c"]:
            raise ListBroken(f"盲号 {opening['c'][:8]} 不是由公开的名称和密码算出的")
    return True


def v20_rows(case: Case) -> bool:
    if case.openings is None:
        return False
    rows = {
        "T": {row[:64]: row for row in case.transcript["targets"]},
        "I": {row[:64]: row for row in case.transcript["inspectors"]} | case.added,
    }
    seen: set[tuple[str, str]] = set()
    for opening in case.openings["openings"]:
        c, record = opening["c"], opening["record"]
        if rows[record["k"]].get(c) != f"{c}|{record['row']}":
            raise ListBroken(f"公开的“{record['name']}”与名单里盲号 {c[:8]} 的行不一致，或不在名单里")
        if (record["k"], record["uid"]) in seen:
            raise ListBroken(f"业务编号 {record['uid']} 在名单里出现两次")
        seen.add((record["k"], record["uid"]))
    return True


def v21_outside(case: Case) -> bool:
    if not case.anchors and case.previous is None:
        return False
    for anchor in case.anchors or ():
        _check_anchor(case, anchor)
    if case.previous is not None:
        _check_previous(case)
    return True


def _check_anchor(case: Case, anchor: Any) -> None:
    try:
        seq, head = anchor["seq"], anchor["head"]
    except (LookupError, TypeError):
        raise OrderBroken("纸质记录的链头没有写全序号（seq）和链头（head）") from None
    if type(seq) is not int or not 0 <= seq < len(case.heads):
        raise OrderBroken(f"纸质记录写的是第 {seq} 个事件之后，记录里没有这个事件")
    if case.heads[seq] != head:
        raise OrderBroken(f"第 {seq} 个事件之后的链头与纸质记录不同")


def _check_previous(case: Case) -> None:
    """Only what the frozen link speaks of: the previous draw up to its event `seq`; later events are not its business."""
    stated, previous = case.manifest["prev"], case.previous
    try:
        events = previous["events"][: stated["seq"]]
        chain = heads(suite_of(previous["v"]), previous["draw_id"], events)
        kinds = [event["body"]["kind"] for event in events if event["type"] == "freeze"]
        final = any(event["type"] in FINAL for event in events)
    except HashUnavailable:
        raise
    except (Mc1Error, LookupError, TypeError, ValueError, RecursionError) as broken:
        raise OrderBroken(f"上一次抽取的记录不合格式：{broken}") from broken
    if previous["draw_id"] != stated["draw_id"]:
        raise OrderBroken("给出的不是冻结单写明的上一次抽取")
    if len(events) != stated["seq"] or not events or chain[-1] != stated["head"]:
        raise OrderBroken("上一次抽取在写明事件之后的链头与冻结单不同，历史被改动过")
    if not final:
        raise OrderBroken("冻结单要接在上一次抽取的签字、作废或更后的事件之后")
    if kinds != ["F"]:
        raise OrderBroken("上一次抽取不是正式抽取")

"""The log beside the stage: one short sentence per event, without names."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from draws.rules.mc1.voids import WORDS as VOID_WORDS


class LogLine(NamedTuple):
    """`time` is 14:51:38."""

    seq: int
    time: str
    text: str


def log_of(events: Iterable[Mapping[str, Any]], seats: Mapping[str, str]) -> list[LogLine]:
    """In the order of the events; seats: titles by seat id."""
    return [
        LogLine(event["seq"], event["at"][11:19], sentence)
        for event in events
        if (sentence := sentence_of(event, seats))
    ]


def sentence_of(event: Mapping[str, Any], seats: Mapping[str, str]) -> str:
    """What the announcer says and the log writes; empty for events that concern nobody in the room."""
    body = event["body"]
    seat = seats.get(body.get("seat", ""), body.get("seat", ""))
    said = _SENTENCES.get(event["type"])
    return said(body, seat, seats) if said else ""


def _retry(body: Mapping[str, Any], seat: str, seats: Mapping[str, str]) -> str:
    missing = "、".join(seats.get(name, name) for name in body["missing"])
    return f"{missing}没有开签，第 {body['attempt']} 次作废，重新封签"


def _result(body: Mapping[str, Any], seat: str, seats: Mapping[str, str]) -> str:
    visits = len({c for stratum in body["strata"] for c in stratum["sel"]})
    lacking = f"，{len(body['lacking'])} 家缺组" if body["lacking"] else "，检查组排定"
    return f"抽出 {visits} 家{lacking}"


def _round(body: Mapping[str, Any], seat: str, seats: Mapping[str, str]) -> str:
    added = sum(len(stratum["sel"]) for stratum in body["strata"])
    parts = [f"替补 {added} 家"] if added else []
    parts += [f"改派 {len(body['teams'])} 组"] if body["teams"] else []
    parts += [f"互换 {len(body['swaps'])} 人"] if body["swaps"] else []
    return f"第 {body['r']} 轮替换：{'，'.join(parts) or '无变化'}"


_SENTENCES = {
    "announce": lambda body, seat, seats: "抽取会已公告",
    "freeze": lambda body, seat, seats: f"名单已冻结，{body['n_t']} 家、{body['n_i']} 人",
    "spotcheck": lambda body, seat, seats: f"名单抽验 {len(body['cs'])} 家",
    "slip": lambda body, seat, seats: f"{seat}已封签",
    "lock": lambda body, seat, seats: "封签收齐，已锁定",
    "open": lambda body, seat, seats: f"{seat}公开数字" if body["nonce"] else f"{seat}报数，复诵一致",
    "retry": _retry,
    "reveal": lambda body, seat, seats: f"种子揭示 {body['seed'][:8]}",
    "result": _result,
    "sign": lambda body, seat, seats: f"{len(body['by'])} 人签字，记录封存",
    "round_causes": lambda body, seat, seats: f"第 {body['r']} 轮替换：{len(body['causes'])} 项原因已登记",
    "round_result": _round,
    "opening": lambda body, seat, seats: f"公开名称 {len(body['cs'])} 个" if body["to"] == "public" else "",
    "void": lambda body, seat, seats: f"抽取中止：{VOID_WORDS[body['why']]}",
    "close": lambda body, seat, seats: f"办结：{body['visits']} 家，替换 {body['rounds']} 轮",
}

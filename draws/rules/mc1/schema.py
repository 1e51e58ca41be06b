"""Format of transcripts and openings: step V01 (§14), the JSON Schema plus the rules beside it."""

from __future__ import annotations

import itertools
from typing import Any

from . import patterns
from .canonical import canon
from .errors import FormatBroken
from .hashing import HASH_NAMES
from .rows import check_inspector_facts, check_target_facts
from .shapes import (
    Check,
    all_of,
    boolean,
    free_text,
    integer,
    one_of,
    or_null,
    pair,
    record,
    rows,
    text,
)

_hex = text(patterns.HEX, "64 位小写十六进制")
_hex_or_empty = text(rf"(?:{patterns.HEX})?", "64 位小写十六进制或空")
_code = text(patterns.CODE, "代码（1–32 位字母、数字和 . _ -）")
_code_or_empty = text(rf"(?:{patterns.CODE})?", "代码或空")
_draw_id = text(patterns.DRAW_ID, "抽取编号")
_time = text(patterns.TIME, "带时区的时间")
_count = integer(0, patterns.MAX_COUNT)
_total = integer(0, 10**12)
_attempt = integer(1, patterns.MAX_ATTEMPTS)
_round = integer(1, patterns.MAX_ROUNDS)
_version = one_of(*HASH_NAMES)
_kind = one_of("F", "R")
_cs = rows(_hex, 1, patterns.MAX_OPENINGS, ascending=True)
_signatures = rows(record({"role": _code, "ref": _hex}), 1, 100)
_lottery = or_null(
    record(
        {
            "source": one_of("cn.ssq", "cn.dlt", "cn.3d"),
            "issue": text(patterns.LOTTERY_ISSUE, "开奖期号（4–12 位数字）"),
        }
    )
)

_target_text = text(patterns.TARGET_ROW, "检查对象行")
_inspector_text = text(patterns.INSPECTOR_ROW, "检查人员行")
_recusal = text(patterns.RECUSAL_ROW, "回避行")


def _target(value: Any) -> None:
    _target_text(value)
    if "+" in value:
        check_target_facts(value[65:])


def _inspector(value: Any) -> None:
    _inspector_text(value)
    if "+" in value:
        check_inspector_facts(value[65:])


_stratum = record(
    {
        "id": _code,
        "line": _code,
        "body": _code,
        "basis": one_of("rate", "officers", "count", "all"),
        "num": _count,
        "den": integer(1, patterns.MAX_COUNT),
        "officers": _count,
        "floor": _count,
        "before": _count,
        "extra": _count,
        "last": boolean,
        "draw": _count,
        "order": one_of("uniform", "uninspected_first"),
        "skill": _code_or_empty,
    }
)
_rung = record({"cap_add": integer(0, 999), "reach": one_of("area", "body", "any"), "skill": boolean})
_manifest_shape = record(
    {
        "v": _version,
        "kind": _kind,
        "draw_id": _draw_id,
        "prev": record(
            {
                "draw_id": text(rf"(?:{patterns.FORMAL_ID})?", "正式抽取的编号或空"),
                "seq": integer(0, patterns.MAX_EVENTS),
                "head": _hex,
            }
        ),
        "rulebook": record({"id": _code, "hash": _hex}),
        "n_t": integer(0, patterns.MAX_TARGETS),
        "n_i": integer(0, patterns.MAX_INSPECTORS),
        "n_r": integer(0, patterns.MAX_RECUSALS),
        "t_root": _hex,
        "i_root": _hex,
        "r_root": _hex,
        "strata": rows(_stratum, 1, patterns.MAX_STRATA),
        "overrides": rows(record({"c": _hex, "rule": _code, "approval_hash": _hex}), 0, patterns.MAX_TARGETS),
        "team": record({"g": integer(2, 9), "ladder": rows(_rung, 1, 9)}),
        "op_commit": _hex,
        "chains": record({"len": _round, "a": _hex, "b": _hex, "b_holder": _code}),
        "seats": rows(
            record({"id": _code, "role": _code, "method": one_of("sealed", "spoken")}),
            1,
            patterns.MAX_SEATS,
        ),
        "pub": _lottery,
    }
)


def check_serial(kind: str, draw_id: str) -> None:
    """A rehearsal and only a rehearsal has a serial that begins with R (§4)."""
    if (kind == "R") != draw_id.rsplit("-", 1)[1].startswith("R"):
        raise FormatBroken(f"种类 {kind} 与编号 {draw_id} 不一致：演练的序号以 R 开头，正式的不能", ("kind",))


def _check_prev(manifest: dict[str, Any]) -> None:
    prev, draw_id = manifest["prev"], manifest["draw_id"]
    empty = [prev["draw_id"] == "", prev["seq"] == 0, prev["head"] == patterns.ZEROS]
    if any(empty) and not all(empty):
        raise FormatBroken("没有上一次抽取时，编号、序号、链头都要为空（零）", ("prev",))
    if empty[0]:
        return
    if prev["draw_id"].split("-")[0] != draw_id.split("-")[0]:
        raise FormatBroken("上一次抽取不是同一单位的", ("prev", "draw_id"))
    if prev["draw_id"] == draw_id:
        raise FormatBroken("上一次抽取不能是本次自己", ("prev", "draw_id"))


def _check_manifest_rules(manifest: dict[str, Any]) -> None:
    for key in ("strata", "seats"):
        ids = [entry["id"] for entry in manifest[key]]
        if len(set(ids)) != len(ids):
            raise FormatBroken("编号有重复", (key,))
    if all(seat["role"] == "operator" for seat in manifest["seats"]):
        raise FormatBroken("除组织方外至少要有一个席位", ("seats",))
    overrides = [(entry["c"], entry["rule"]) for entry in manifest["overrides"]]
    if any(a >= b for a, b in itertools.pairwise(overrides)):
        raise FormatBroken("要按（盲号，规则）顺序排列且不能重复", ("overrides",))
    check_serial(manifest["kind"], manifest["draw_id"])
    _check_prev(manifest)


check_manifest_format: Check = all_of(_manifest_shape, _check_manifest_rules)

_cause_shapes = {
    kind: record({"k": one_of(kind), "why": _code, "ev": _hex, **fields})
    for kind, fields in {
        "add": {"rows": rows(_inspector, 1, patterns.MAX_INSPECTORS, ascending=True)},
        "void": {"t": _hex},
        "absent": {"i": _hex, "ts": _cs},
        "recuse": {"t": _hex, "i": _hex},
        "swap": {"t": _hex, "i": _hex},
    }.items()
}


def _cause(value: Any) -> None:
    kind = value.get("k") if type(value) is dict else None
    if type(kind) is not str or kind not in _cause_shapes:
        raise FormatBroken("替换原因要写明 k：add、void、absent、recuse 或 swap")
    _cause_shapes[kind](value)


def _check_causes_order(body: dict[str, Any]) -> None:
    texts = [canon(cause) for cause in body["causes"]]
    if any(a >= b for a, b in itertools.pairwise(texts)):
        raise FormatBroken("要按规范文本顺序排列且不能重复", ("causes",))


_many = patterns.MAX_TARGETS
_assignment = {
    "level": integer(0, 8),
    "teams": rows(pair(_hex, rows(_hex, 0, 9)), 0, _many),
    "lacking": rows(_hex, 0, _many),
    "certs": rows(
        record(
            {
                "t": _hex,
                "r": rows(_hex, 1, _many, unique=True),
                "v": rows(_hex, 0, _many, unique=True),
            }
        ),
        0,
        _many,
    ),
}
_stratum_result = record(
    {
        "id": _code,
        "base": _count,
        "pool": _count,
        "need": _total,
        "shortfall": _total,
        "sel": rows(_hex, 0, _many),
    }
)
_swap_result = record(
    {
        "t1": _hex,
        "i1": _hex,
        "t2": _hex_or_empty,
        "i2": _hex_or_empty,
        "level": integer(-1, 8),
    }
)
BODIES: dict[str, Check] = {
    "announce": record(
        {
            "draw_id": _draw_id,
            "kind": _kind,
            "when": _time,
            "place": free_text(0, 100),
            "pub": _lottery,
            "verifiers": rows(_hex, 0, 100),
        }
    ),
    "freeze": check_manifest_format,
    "spotcheck": record({"cs": _cs}),
    "slip": record({"attempt": _attempt, "seat": _code, "commit": _hex}),
    "lock": record({"attempt": _attempt}),
    "open": record(
        {
            "attempt": _attempt,
            "seat": _code,
            "digits": text(patterns.DIGITS, "6–64 位数字"),
            "nonce": text(patterns.NONCE, "32–64 位小写十六进制或空"),
        }
    ),
    "retry": record({"attempt": _attempt, "missing": rows(_code, 1, patterns.MAX_SEATS)}),
    "reveal": record(
        {
            "attempt": _attempt,
            "op_secret": _hex,
            "pub": or_null(text(r"[0-9.]{1,64}", "开奖号码")),
            "seed": _hex,
        }
    ),
    "result": record({"strata": rows(_stratum_result, 0, _many), **_assignment}),
    "sign": record({"by": _signatures}),
    "round_causes": all_of(
        record(
            {
                "r": _round,
                "approver": _code,
                "started": rows(_hex, 0, _many, ascending=True),
                "causes": rows(_cause, 1, _many),
            }
        ),
        _check_causes_order,
    ),
    "round_result": record(
        {
            "r": _round,
            "xa": _hex,
            "xb": _hex,
            "seed": _hex,
            "strata": rows(record({"id": _code, "vacant": _count, "sel": rows(_hex, 0, _many)}), 0, _many),
            "swaps": rows(_swap_result, 0, _many),
            **_assignment,
        }
    ),
    "unmask": record({"cs": _cs, "who": _code, "why": _code}),
    "opening": record({"cs": _cs, "to": one_of("public", "discipline", "party", "superior")}),
    "void": record(
        {
            "why": one_of("SECRET_LOST", "SEATS", "PUB", "ERROR", "REGISTER", "ORDER", "OTHER"),
            "text": free_text(0, 500),
            "by": _signatures,
        }
    ),
    "close": record({"rounds": integer(0, patterns.MAX_ROUNDS), "visits": _count, "lacking": _count}),
}

_event_shape = record(
    {
        "seq": integer(1, patterns.MAX_EVENTS),
        "type": one_of(*BODIES),
        "at": _time,
        "body": lambda value: None,
    }
)


def check_body(kind: str, body: Any) -> None:
    """The body of one event (§5); raises `FormatBroken` with the path inside the body."""
    BODIES[kind](body)


def check_event(value: Any) -> None:
    _event_shape(value)
    try:
        check_body(value["type"], value["body"])
    except FormatBroken as broken:
        raise broken.under("body") from None


check_transcript: Check = record(
    {
        "format": one_of("MC1-transcript"),
        "v": _version,
        "draw_id": _draw_id,
        "events": rows(check_event, 1, patterns.MAX_EVENTS),
        "targets": rows(_target, 0, patterns.MAX_TARGETS),
        "inspectors": rows(_inspector, 0, patterns.MAX_INSPECTORS),
        "recusals": rows(_recusal, 0, patterns.MAX_RECUSALS),
        "head": _hex,
    }
)

_record = record(
    {
        "k": one_of("T", "I"),
        "uid": text(patterns.UID, "业务编号"),
        "name": free_text(1, 200),
        "row": text(patterns.RECORD_ROW, "名单行"),
        "ev": _hex_or_empty,
    }
)
check_openings: Check = record(
    {
        "format": one_of("MC1-openings"),
        "draw_id": _draw_id,
        "openings": rows(record({"c": _hex, "salt": _hex, "record": _record}), 0, patterns.MAX_OPENINGS),
    }
)

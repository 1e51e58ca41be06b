"""Who saw which name when, and which drawn codes are still closed: read from the chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from draws.chain import events_of, state_of
from draws.models import Draw
from foundation.asked import wholes
from foundation.organisation.models import User
from foundation.sheets.columns import Column, Sheet

KINDS = {"spotcheck": "现场抽验", "unmask": "局内查看", "opening": "公开"}
AUDIENCES = {"public": "公众", "discipline": "纪检监督", "party": "企业本身", "superior": "上级"}
WHY = {
    "DISPATCH": "派发检查任务",
    "OVERSIGHT": "监督查看",
    "REVIEW": "结果审核",
    "CERTIFICATE": "出具抽取证明",
}
CLOSED_NAME = "保密中"

SHEET = Sheet(
    "draw-names", "名称查看与公开",
    (
        Column("draw", "抽取会", "code"), Column("seq", "事件", "number"), Column("at", "时间"), Column("kind", "性质"),
        Column("who", "谁"), Column("why", "为什么"), Column("code", "屏幕编号", "code"), Column("name", "名称"),
    ),
    notes=("名称只列已向公众公开的；其余只写编号，看这张表本身不会泄密。",),
)  # fmt: skip
CLOSED_SHEET = Sheet(
    "draw-closed", "未公开",
    (
        Column("draw", "抽取会", "code"), Column("code", "屏幕编号", "code"), Column("state", "状态"), Column("reason", "为什么还没公开"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Sighting:
    """One event that let somebody see names; `codes` are (screen code, name or 保密中)."""

    seq: int
    at: str
    kind: str
    who: str
    why: str
    codes: tuple[tuple[str, str], ...]

    @property
    def time(self) -> str:
        return self.at[:16].replace("T", " ")


@dataclass(frozen=True)
class Code:
    """A drawn target and whether its name is public; `reason` says why not."""

    commitment: str
    code: str
    opened_at: str
    reason: str
    voided: bool

    @property
    def opened(self) -> bool:
        return bool(self.opened_at)


def sightings(draw: Draw) -> list[Sighting]:
    """In the order of the chain. Three queries."""
    events = [event for event in events_of(draw) if event["type"] in KINDS]
    public = {c for event in events if _is_public(event) for c in event["body"]["cs"]}
    rows = [
        *draw.snapshot_targets.values_list("commitment", "code", "name"),
        *draw.snapshot_inspectors.values_list("commitment", "code", "name"),
    ]
    known = {c: (code, name if c in public else CLOSED_NAME) for c, code, name in rows}
    users = _users(events)
    return [
        Sighting(
            event["seq"], event["at"], KINDS[event["type"]], _who(event, users), _why(event["body"]),
            tuple(sorted(known[c] for c in event["body"]["cs"])),
        )
        for event in events
    ]  # fmt: skip


def _is_public(event: dict[str, Any]) -> bool:
    return event["type"] == "opening" and event["body"]["to"] == "public"


def _users(events: list[dict[str, Any]]) -> dict[str, str]:
    ids = {event["body"]["who"].removeprefix("user.") for event in events if event["type"] == "unmask"}
    found = User.objects.filter(pk__in=wholes(sorted(ids))).select_related("unit")
    return {
        f"user.{user.pk}": f"{user.name}（{user.unit.name}）" if user.unit else user.name for user in found
    }


def _who(event: dict[str, Any], users: dict[str, str]) -> str:
    body = event["body"]
    if event["type"] == "spotcheck":
        return "在场各席"
    return users.get(body["who"], body["who"]) if event["type"] == "unmask" else AUDIENCES[body["to"]]


def _why(body: dict[str, Any]) -> str:
    return WHY.get(body.get("why", ""), body.get("why", ""))


def drawn_codes(draw: Draw) -> list[Code]:
    """Everything that was ever drawn, also what was voided later, in the order of the screen codes."""
    standing = state_of(draw).standing if draw.freeze_hash else None
    if standing is None:
        return []
    opened: dict[str, str] = {}
    for event in events_of(draw):
        if _is_public(event):
            opened |= {c: opened.get(c, event["at"][:10]) for c in event["body"]["cs"]}
    ever = {c for chosen in standing.selected.values() for c in chosen}
    rows = draw.snapshot_targets.filter(commitment__in=ever).order_by("code")
    return [
        Code(row.commitment, row.code, opened.get(row.commitment, ""), _reason(draw, row, standing.voided), row.commitment in standing.voided)
        for row in rows
    ]  # fmt: skip


def _reason(draw: Draw, row: Any, voided: set[str]) -> str:
    if draw.state == Draw.State.VOID:
        return "抽取已中止，没有检查"
    end = "，办结时仍未公开" if draw.state == Draw.State.CLOSED else ""
    if row.commitment in voided:
        return f"抽中后作废，等组织员或纪检公开{end}"
    if row.started_on is None:
        return f"检查还没有开始{end}"
    return f"{row.started_on:%m-%d} 开始检查，结果审核、公示时公开{end}"


def sighting_rows(draw: Draw) -> Iterator[dict[str, Any]]:
    """One row per event and code, for the file."""
    for one in sightings(draw):
        for code, name in one.codes:
            yield {
                "draw": draw.number, "seq": one.seq, "at": one.time, "kind": one.kind, "who": one.who, "why": one.why, "code": code,
                "name": name,
            }  # fmt: skip


def closed_rows(draw: Draw) -> Iterator[dict[str, Any]]:
    """What has not been opened to the public, with the reason."""
    for one in drawn_codes(draw):
        if not one.opened:
            yield {"draw": draw.number, "code": one.code, "state": "未公开", "reason": one.reason}

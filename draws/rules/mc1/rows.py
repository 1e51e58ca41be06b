"""Rows, records, salts and commitments (§3)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from . import patterns
from .canonical import canon
from .errors import FormatBroken, ListBroken
from .hashing import HashSuite

TARGET, INSPECTOR = "T", "I"
AVAILABLE = "A"
ELIGIBLE = "E"

_TARGET_FACTS = re.compile(patterns.TARGET_FACTS)
_INSPECTOR_FACTS = re.compile(patterns.INSPECTOR_FACTS)
_RECUSAL = re.compile(patterns.RECUSAL_ROW)
_UID = re.compile(patterns.UID)
_HEX = re.compile(patterns.HEX)


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """A target row without its commitment: `p|w|a|b|n|memberships`."""

    visits_this_year: int
    weight: int
    area: str
    body: str
    skill: str
    memberships: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        members = "+".join(f"{stratum}:{status}" for stratum, status in sorted(self.memberships))
        row = f"{self.visits_this_year}|{self.weight}|{self.area}|{self.body}|{self.skill}|{members}"
        check_target_facts(row)
        return row

    def eligible_in(self) -> tuple[str, ...]:
        return tuple(stratum for stratum, status in self.memberships if status == ELIGIBLE)

    def counted_in(self) -> tuple[str, ...]:
        """Strata whose base this target counts in: every status that does not begin with X (§4)."""
        return tuple(stratum for stratum, status in self.memberships if not status.startswith("X"))


@dataclass(frozen=True, slots=True)
class InspectorRow:
    """An inspector row `c|areas|body|skills|capacity|status`; `c` is empty before the commitment."""

    c: str
    areas: frozenset[str]
    body: str
    skills: frozenset[str]
    capacity: int
    status: str

    @property
    def facts(self) -> str:
        areas, skills = "+".join(sorted(self.areas)), "+".join(sorted(self.skills))
        row = f"{areas}|{self.body}|{skills}|{self.capacity}|{self.status}"
        check_inspector_facts(row)
        return row

    @property
    def available(self) -> bool:
        return self.status == AVAILABLE


@dataclass(frozen=True, slots=True)
class Commitment:
    """One committed record: `c` is the 盲号, `salt` and `record` stay closed until the opening."""

    c: str
    salt: str
    record: dict[str, Any]

    @property
    def row(self) -> str:
        return f"{self.c}|{self.record['row']}"

    @property
    def opening(self) -> dict[str, Any]:
        return {"c": self.c, "salt": self.salt, "record": self.record}


def check_target_facts(text: str) -> None:
    if not _TARGET_FACTS.fullmatch(text):
        raise FormatBroken(f"检查对象行“{text}”不合格式“次数|权重|片区|管辖单位|专业|层:状态”")
    memberships = text.rsplit("|", 1)[1]
    if "+" in memberships:
        check_ascending([member.split(":", 1)[0] for member in memberships.split("+")], "检查对象行的层")


def check_inspector_facts(text: str) -> None:
    if not _INSPECTOR_FACTS.fullmatch(text):
        raise FormatBroken(f"检查人员行“{text}”不合格式“片区|单位|专业|名额|状态”")
    areas, _, skills, _, _ = text.split("|")
    for codes, what in ((areas, "片区"), (skills, "专业")):
        if "+" in codes:
            check_ascending(codes.split("+"), f"检查人员行的{what}")


def check_ascending(texts: list[str], what: str) -> None:
    """Strictly ascending by code point (§2); raises `FormatBroken`."""
    for before, after in itertools.pairwise(texts):
        if not before < after:
            raise FormatBroken(f"{what}要按字符顺序排列且不能重复：“{after[:16]}”排在“{before[:16]}”之后")


def parse_target_facts(text: str) -> TargetFacts:
    check_target_facts(text)
    visits, weight, area, body, skill, members = text.split("|")
    pairs = tuple(tuple(member.split(":", 1)) for member in members.split("+"))
    return TargetFacts(int(visits), int(weight), area, body, skill, pairs)  # type: ignore[arg-type]


def parse_inspector(row: str) -> InspectorRow:
    c, _, facts = row.partition("|")
    check_inspector_facts(facts)
    areas, body, skills, capacity, status = facts.split("|")
    return InspectorRow(c, _codes(areas), body, _codes(skills), int(capacity), status)


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split("+")) if text else frozenset()


def recusal_row(t: str, i: str, reason: str) -> str:
    """`t|i|reason`: commitments of target and inspector, reason from `RECUSAL_REASONS`."""
    row = f"{t}|{i}|{reason}"
    if not _RECUSAL.fullmatch(row):
        raise FormatBroken(f"回避行不合格式：原因“{reason}”要在 {'、'.join(patterns.RECUSAL_REASONS)} 之内")
    return row


def recusal_pairs(rows: list[str]) -> set[tuple[str, str]]:
    return {(row[:64], row[65:129]) for row in rows}


def make_record(kind: str, uid: str, name: str, facts: str, evidence: str = "") -> dict[str, Any]:
    """The secret record of §3; `evidence` is HEX for every status other than E / A, or empty."""
    if not _UID.fullmatch(uid):
        raise FormatBroken(f"业务编号“{uid}”只能是 1–64 位字母、数字和 . _ -")
    if not 1 <= len(name) <= 200:
        raise FormatBroken(f"“{uid}”的名称要有 1–200 个字")
    if evidence and not _HEX.fullmatch(evidence):
        raise FormatBroken(f"“{uid}”的证明材料指纹要是 64 位十六进制")
    (check_target_facts if kind == TARGET else check_inspector_facts)(facts)
    return {"k": kind, "uid": uid, "name": name, "row": facts, "ev": evidence}


def salt_of(suite: HashSuite, master: bytes, draw_id: str, kind: str, uid: str) -> str:
    """Hex HMAC-H(master, "MC1|salt|draw_id|k|uid"); `master` is 32 random bytes, new for every draw."""
    if len(master) != 32:
        raise FormatBroken(f"主密钥要有 32 字节，现有 {len(master)} 字节")
    return suite.hmac(master, f"MC1|salt|{draw_id}|{kind}|{uid}")


def commitment_of(suite: HashSuite, salt: str, record: dict[str, Any]) -> str:
    return suite.h("leaf", salt, canon(record))


def commit_record(suite: HashSuite, master: bytes, draw_id: str, record: dict[str, Any]) -> Commitment:
    """Commit one record: derive its salt, hash it, and keep what a later opening needs."""
    salt = salt_of(suite, master, draw_id, record["k"], record["uid"])
    return Commitment(commitment_of(suite, salt, record), salt, record)


def sorted_rows(commitments: list[Commitment]) -> list[str]:
    """Row texts in the frozen order; sorting by commitment hides the register's order (§3)."""
    rows = sorted(commitment.row for commitment in commitments)
    for before, after in itertools.pairwise(rows):
        if before[:64] == after[:64]:
            raise ListBroken(f"名单里有重复的盲号 {after[:8]}，请检查业务编号是否重复")
    return rows

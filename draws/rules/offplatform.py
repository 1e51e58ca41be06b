"""Reading and checking a list that was drawn elsewhere: what is on each line, what differs from the rules. source: AMB-54"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_SPLIT = re.compile(r"[\s,，、;；]+")
WHY_OUT = {
    "C.CAP": "已到年度次数上限", "C.DRAWN": "本期已抽中过", "C.ONCE": "这一项已抽过", "C.CLOSED": "已关闭或注销",
    "C.SUPERIOR": "上级已检查、本期排除", "C.OFFPOOL": "属于本期的排除对象",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One target and its inspectors, as codes."""

    target: str
    team: tuple[str, ...] = ()


def read_lines(text: str) -> list[Line]:
    """`T00001 ZF001 ZF002` per line: the target, then its inspectors; empty lines are skipped."""
    rows = [[word for word in _SPLIT.split(line) if word] for line in text.splitlines()]
    return [Line(row[0], tuple(row[1:])) for row in rows if row]


def off_number(code: str, period: str, serial: int) -> str:
    """`{bureau}-{period}-P01`: P for 平台外; the middle is the period, as in a draw's own number."""
    return f"{code}-{period}-P{serial:02}"


def pool_differences(
    names: Mapping[int, str], status: Mapping[int, str], drawn: Collection[int], required: int, line: str
) -> list[str]:
    """What the list has that a draw here would not have given, in sentences; nothing is corrected.

    names: target id → name · status: id → code of the pool · drawn: ids on the list · required: number to be drawn
    """
    found = []
    for pk in sorted(drawn):
        code = status.get(pk)
        if code is None:
            found.append(f"{names[pk]}不在“{line}”的范围里")
        elif code != "E":
            found.append(f"{names[pk]}：{WHY_OUT.get(code, '不在可抽的名单里')}")
    if len(drawn) != required:
        found.append(f"“{line}”应抽 {required} 家，这次登记 {len(drawn)} 家")
    return found


def team_differences(name: str, team: Collection[str], barred: Collection[str], minimum: int) -> list[str]:
    """Teams below the minimum, and people who have declared a conflict with the target."""
    found = [f"{name}：{person}与它有利害关系，应回避" for person in sorted(set(team) & set(barred))]
    if team and len(team) < minimum:
        found.append(f"{name}：检查人员 {len(team)} 名，不足 {minimum} 名")
    return found

"""One thing entered twice: pairs that deserve a look, each with what argues for it. source: QS-7.3 (名录真实完整)

Two sites under one credit code are no duplicates; the same name, sound, permit or a one-letter slip beside the same
telephone or address are worth a look. Nothing is decided here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from registry.rules.names import plain, sounds

CROWD = 30  # what more entries than this share says nothing about any two of them
_SHORTEST = 4
_COUNTERS = frozenset("0123456789一二三四五六七八九十甲乙丙丁东西南北中新老上下大小前后")


@dataclass(frozen=True)
class Listed:
    """One entry as the comparison sees it."""

    id: int
    name: str
    former: tuple[str, ...] = ()
    uscc: str = ""
    address: str = ""
    phone: str = ""
    permits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pair:
    """first < second; `score`: the higher, the likelier."""

    first: int
    second: int
    grounds: tuple[str, ...]
    score: int


def pairs(rows: Iterable[Listed], apart: Collection[tuple[int, int]] = ()) -> list[Pair]:
    """Likeliest first. apart: pairs somebody has looked at, lower id first."""
    listed = {row.id: row for row in rows}
    names = {row.id: plain(row.name) for row in listed.values()}
    found: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for text, weight, groups in _blocks(listed, names):
        for group in groups:
            for pair in combinations(sorted(set(group)), 2):
                found[pair].setdefault(text, weight)
    for pair in _slips(names):
        text = _argues(listed[pair[0]], listed[pair[1]])
        if text:
            found[pair].setdefault(f"名称只差一个字，{text}", 60)
    kept = (
        Pair(one, two, tuple(grounds), sum(grounds.values()) + _bonus(listed[one], listed[two]))
        for (one, two), grounds in found.items() if (one, two) not in apart
    )  # fmt: skip
    return sorted(kept, key=lambda pair: (-pair.score, pair.first, pair.second))


def _blocks(listed: dict[int, Listed], names: dict[int, str]) -> Iterator[tuple[str, int, list[list[int]]]]:
    yield "许可证编号相同", 90, _shared((number, row.id) for row in listed.values() for number in row.permits)
    yield "名称相同（不计公司字样和标点）", 80, _shared((name, pk) for pk, name in names.items() if name)
    old = [(plain(name), row.id) for row in listed.values() for name in row.former]
    known = {name for name, _ in old}
    now = [(name, pk) for pk, name in names.items() if name in known]
    yield "一个的曾用名是另一个的名称", 70, _shared([*old, *now])
    yield "读音相同", 50, _shared((sounds(name), pk) for pk, name in names.items() if len(name) >= _SHORTEST)


def _shared(keys: Iterable[tuple[str, int]]) -> list[list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for key, pk in keys:
        groups[key].append(pk)
    return [group for group in groups.values() if 1 < len(group) <= CROWD]


def _slips(names: dict[int, str]) -> set[tuple[int, int]]:
    """Pairs of names one letter apart (replaced, left out or added); 一厂 and 二厂 are two things, not a slip."""
    groups: dict[str, list[int]] = defaultdict(list)
    for pk, name in names.items():
        if len(name) >= _SHORTEST:
            groups[name].append(pk)
            for at in range(len(name)):
                groups[name[:at] + name[at + 1 :]].append(pk)
    found = set()
    for group in groups.values():
        if 1 < len(group) <= CROWD:
            found |= {
                pair
                for pair in combinations(sorted(set(group)), 2)
                if _is_slip(names[pair[0]], names[pair[1]])
            }
    return found


def _is_slip(one: str, two: str) -> bool:
    if one == two:
        return False
    short, long = sorted((one, two), key=len)
    head = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    different = {long[head], short[head]} if len(short) == len(long) else {long[head]}
    rest = short[head + 1 :] if len(short) == len(long) else short[head:]
    return rest == long[head + 1 :] and not different & _COUNTERS


def _argues(one: Listed, two: Listed) -> str:
    if one.uscc and one.uscc == two.uscc:
        return "信用代码相同"
    if one.phone and one.phone == two.phone:
        return "电话相同"
    return "地址相同" if one.address and one.address == two.address else ""


def _bonus(one: Listed, two: Listed) -> int:
    """Same code, telephone, address argue for it; two different codes argue against it."""
    score = 10 * bool(one.phone and one.phone == two.phone) + 10 * bool(
        one.address and one.address == two.address
    )
    if one.uscc and two.uscc:
        score += 15 if one.uscc == two.uscc else -30
    return score

"""A whole bureau as values: areas, units, targets, inspectors. Deterministic by (rulebook, sizes, seed)."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from config.synthetic import codes, names
from config.synthetic.mixes import MIXES, Group, Mix, UnitMix
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook

SPECIALITIES = ["水", "大气", "土壤和固废", "核与辐射", "建设项目", "监测"]


@dataclass(frozen=True)
class World:
    """`targets`, `inspectors`: rows as {column title: cell}, as a bureau's own Excel would have them."""

    rulebook: Rulebook
    mix: Mix
    areas: tuple[tuple[str, str], ...]
    units: tuple[UnitMix, ...]
    targets: tuple[dict[str, Any], ...]
    inspectors: tuple[dict[str, Any], ...]


def make_world(
    rulebook_id: str, *, on: date, targets: int | None = None, inspectors: int | None = None, seed: int = 1
) -> World:
    """targets, inspectors: totals; None = the sizes of the documents.

    raises: KeyError for a rulebook without a mix of its own
    """
    book, mix = library.get(rulebook_id), MIXES[rulebook_id]
    random = Random(f"{rulebook_id}|{seed}")  # noqa: S311 plausible data, not chance that matters
    areas = tuple((f"A{n + 1:02d}", names.TOWNS[n]) for n in range(mix.towns))
    rows = _targets(book, mix, random, on, _scaled([group.count for group in mix.groups], targets))
    people = _inspectors(mix, random, on, _scaled([unit.officers for unit in mix.units], inspectors))
    return World(book, mix, areas, mix.units, tuple(rows), tuple(people))


def _scaled(counts: list[int], total: int | None) -> list[int]:
    """Counts in the same proportions that sum to `total` (largest remainders), each at least one if it was."""
    if total is None:
        return counts
    exact = [Fraction(count * total, sum(counts)) for count in counts]
    whole = [max(1, int(part)) for part in exact]
    order = sorted(range(len(counts)), key=lambda at: int(exact[at]) - exact[at])
    for at in order[: max(0, total - sum(whole))]:
        whole[at] += 1
    return whole


def _targets(book: Rulebook, mix: Mix, random: Random, on: date, counts: list[int]) -> list[dict[str, Any]]:
    taken_names: set[str] = set()
    taken_codes: set[str] = set()
    rows: list[Any] = []
    for group, count in zip(mix.groups, counts, strict=True):
        for n in range(count):
            town = group.town if group.town is not None else n % _open_towns(mix)
            rows.append(_target(book, mix, group, random, on, town, taken_names, taken_codes, len(rows) + 1))
    return rows


def _open_towns(mix: Mix) -> int:
    """Towns that belong to an instance; the last ones may be outside all of them."""
    owned = {town for unit in mix.units for town in unit.towns}
    return max(owned) + 1 if owned else mix.towns


def _target(
    book: Rulebook, mix: Mix, group: Group, random: Random, on: date, town: int, taken_names: set[str], taken_codes: set[str], number: int
) -> dict[str, Any]:  # fmt: skip
    row: dict[str, Any] = {"对象类型": group.kind, "片区": names.TOWNS[town], **group.cells}
    if "风险标记" in row:
        row["风险标记"] = _flag_text(book, row["风险标记"], on)
    if group.name:
        row["名称"] = names.numbered(f"{names.TOWNS[town]}{group.name}", taken_names)
        row["对象编号"] = f"{mix.region}-{number:05d}"
        return row
    row["名称"] = names.enterprise(random, mix.place, taken_names)
    code = codes.uscc(random, mix.region, taken_codes)
    row |= {
        "统一社会信用代码": code, "对象编号": f"{code}.01", "地址": f"{names.TOWNS[town]}工业路{random.randint(1, 200)}号",
        "法定代表人": names.person(random, set()), "行业": random.choice(names.TRADES), "主体类型": "有限责任公司",
    }  # fmt: skip
    return row


def _flag_text(book: Rulebook, flag: str, on: date) -> str:
    """标记|发生日期|依据, three months ago: active under every look-back there is."""
    return f"{book.flag(flag).zh}|{on - timedelta(days=90)}|台账第{flag}号"


def _inspectors(mix: Mix, random: Random, on: date, counts: list[int]) -> list[dict[str, Any]]:
    taken: set[str] = set()
    rows: list[Any] = []
    for unit, count in zip(mix.units, counts, strict=True):
        towns = [names.TOWNS[town] for town in (unit.towns or range(mix.towns))]
        for n in range(count):
            rows.append(_inspector(mix, unit, random, on, n, len(rows) + 1, towns, taken))
    return rows


def _inspector(
    mix: Mix, unit: UnitMix, random: Random, on: date, n: int, number: int, towns: list[str], taken: set[str]
) -> dict[str, Any]:
    certificate = codes.certificate(mix.region, number)
    return {
        "人员编号": certificate, "姓名": names.person(random, taken), "性别": random.choice(["男", "女"]), "单位": unit.name,
        "职务": "副队长" if n == 0 else "执法员", "手机": f"1380000{number:04d}", "人员类别": "行政执法人员", "执法证号": certificate, "证件类型": "行政执法证",
        "发证日期": str(on - timedelta(days=700)), "有效期至": str(on + timedelta(days=1100)), "在编": "是", "在岗": "是",
        "片区": "、".join(towns), "业务专长": SPECIALITIES[n % len(SPECIALITIES)],
    }  # fmt: skip

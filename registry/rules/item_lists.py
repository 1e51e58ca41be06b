"""The list of items as documents print it: its columns, what an item lacks, the shipped lines. source: CAP-03, CAP-06"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from foundation.rulebook.model import Rulebook

_FOLDER = Path(__file__).parent.parent / "data" / "lists"
# 规则书 item_rules.fields 里的每个叫法，对到事项的哪一格。source: QS-5.3, NM-10.2, XY-A1.1, QZ-A2.1, WL-A.0
HEADINGS = {
    "序号": "no", "抽查项目": "name", "抽查事项": "name", "抽查事项名称": "name", "事项名称": "name",
    "事项类别": "category", "抽查类型": "category", "检查对象": "targets", "检查方式": "modes", "抽查方式及要求": "modes_and_remark",
    "检查主体": "offices", "抽查主体": "offices", "发起部门": "offices", "检查依据": "basis", "抽查依据": "basis",
    "检查内容": "contents", "抽查内容": "contents", "内设机构": "owner", "部门": "bureau", "抽查比例": "ratio",
    "检查频次": "frequency", "抽查频次": "frequency", "抽查比例和频次": "ratio_and_frequency", "抽取对象数量（家）": "count", "备注": "remark",
}  # fmt: skip
DEFAULT_FIELDS = ("序号", "抽查事项", "检查对象", "检查内容", "检查方式", "检查主体", "检查依据")
_BY_SCOPE = frozenset({"ratio", "frequency", "count", "ratio_and_frequency"})
_NEVER_MISSING = frozenset({"no", "bureau", "remark", "count"})
_WHERE = {
    "ratio": "对象范围的抽查比例",
    "frequency": "对象范围的抽查频次",
    "ratio_and_frequency": "对象范围的抽查比例和频次",
}


@dataclass(frozen=True)
class ShippedLine:
    """One line of a printed list: the words of the document; the figures come from the quota."""

    item: str
    quota: str
    clause: str
    target: str
    size: str
    frequency: str
    ratio: str
    count: str


@dataclass(frozen=True)
class ShippedList:
    lines: tuple[ShippedLine, ...] = ()
    groups: Mapping[str, tuple[str, ...]] | None = None
    remarks: Mapping[str, str] | None = None

    def of(self, item: str) -> tuple[ShippedLine, ...]:
        return tuple(line for line in self.lines if line.item == item)

    def groups_of(self, item: str) -> list[str]:
        return list((self.groups or {}).get(item, ()))

    def remark_of(self, item: str) -> str:
        return (self.remarks or {}).get(item, "")


@lru_cache(maxsize=8)
def shipped(rulebook: str) -> ShippedList:
    """What the product ships for a rulebook; empty when its document prints no list with figures."""
    path = _FOLDER / f"{rulebook}.toml"
    if not path.exists():
        return ShippedList()
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return ShippedList(
        tuple(ShippedLine(**line) for line in raw.get("lines", ())),
        raw.get("groups", {}),
        raw.get("remarks", {}),
    )


def figures(book: Rulebook, quota: str) -> tuple[str, Decimal | None]:
    """Period and rate of a quota; no rate where the book gives several or counts officers or leaves it to the plan."""
    found = next((one for one in book.quotas if one.id == quota), None)
    if found is None:
        return "", None
    plain = found.basis == "population" and len(found.rates) == 1
    return found.period, found.rates[0] if plain else None


def fields_of(book: Rulebook | None) -> tuple[str, ...]:
    return book.item_rules.fields if book and book.item_rules.fields else DEFAULT_FIELDS


def by_scope(fields: Iterable[str]) -> bool:
    """Whether the table has one row per line of an item, as Wulong's, or one per item."""
    return any(HEADINGS.get(field) in _BY_SCOPE for field in fields)


def missing(
    book: Rulebook | None, values: Mapping[str, object], scopes: Iterable[Mapping[str, object]]
) -> list[str]:
    """Headings of the rulebook that the item leaves empty; a basis only where one is compulsory. source: QS-5.2, QS-5.3"""
    lines = list(scopes)
    found = []
    for field in fields_of(book) if book else ():
        key = HEADINGS.get(field, "")
        if not key or key in _NEVER_MISSING:
            continue
        if key == "basis" and book and not book.item_rules.legal_basis_required:
            continue
        if not _filled(key, values, lines):
            found.append(_WHERE.get(key, field))
    return list(dict.fromkeys(found))


def _filled(key: str, values: Mapping[str, object], lines: list[Mapping[str, object]]) -> bool:
    if key == "ratio_and_frequency":
        return bool(lines) and all(line["ratio"] or line["frequency"] for line in lines)
    if key in _BY_SCOPE:
        return bool(lines) and all(line[key] for line in lines)
    if key == "targets":
        return bool(values["targets"]) or bool(lines)
    return bool(values["modes" if key == "modes_and_remark" else key])

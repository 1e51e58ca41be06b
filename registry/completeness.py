"""Permit holders of the platform against the register: who is missing here, who is missing there. source: CAP-08, CAP-09"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from foundation.organisation.models import Organisation
from foundation.sheets.columns import Column, Sheet, is_empty
from foundation.sheets.errors import CellWrong
from foundation.sheets.heads import find_headers
from foundation.sheets.reading import read
from registry.models import Permit, Target
from registry.rules import uscc
from registry.rules.names import plain

SHEET = Sheet(
    "permits", "许可证名单",
    (
        Column("name", "名称", required=True, synonyms=("单位名称", "企业名称", "排污单位名称", "持证单位", "单位名")),
        Column("number", "许可证编号", "code", required=True, max_length=40, synonyms=("排污许可证编号", "许可证号", "排污许可证号", "登记编号", "证书编号")),
        Column("uscc", "统一社会信用代码", "code", max_length=40, synonyms=("信用代码", "社会信用代码", "统一代码")),
        Column("category", "管理类别", synonyms=("排污许可管理类别", "许可管理类别", "排污许可类别")),
        Column("address", "地址", synonyms=("生产经营场所地址", "详细地址", "单位地址")),
    ),
    unit="家",
)  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """One line of the platform's list."""

    row: int
    name: str
    number: str
    uscc: str = ""
    category: str = ""
    address: str = ""


@dataclass(frozen=True)
class Compared:
    """rows = matched + missing + faulty; `unlisted`: permits of ours that the list does not have."""

    sha256: str
    rows: int
    matched: int
    missing: list[dict[str, Any]]
    unlisted: list[dict[str, Any]]
    faulty: list[dict[str, Any]]


def compare(organisation: Organisation, file_name: str, data: bytes) -> Compared:
    """raises: SheetRefused for what is no list of permits"""
    holders, faulty = _read(file_name, data)
    numbers = set(Permit.objects.filter(target__organisation=organisation).values_list("number", flat=True))
    missing = [
        _told(holder, _known(organisation, holder)) for holder in holders if holder.number not in numbers
    ]
    listed = {holder.number for holder in holders}
    return Compared(
        hashlib.sha256(data).hexdigest(), len(holders) + len(faulty), len(holders) - len(missing), missing,
        _unlisted(organisation, listed), faulty,
    )  # fmt: skip


def _read(file_name: str, data: bytes) -> tuple[list[Holder], list[dict[str, Any]]]:
    grid = read(file_name, data)
    layout = find_headers(SHEET, grid)
    holders: list[Holder] = []
    faulty: list[dict[str, Any]] = []
    for index, line in enumerate(grid.rows(layout.row + 1), layout.row + 1):
        cells = {key: line[place] if place < len(line) else None for key, place in layout.places.items()}
        if all(is_empty(cell) for cell in cells.values()):
            continue
        try:
            holders.append(_holder(index + 1, cells))
        except (CellWrong, uscc.CodeWrong) as wrong:
            name = cells.get("name")
            faulty.append(
                {"row": index + 1, "name": "" if is_empty(name) else str(name), "fault": _message(wrong)}
            )
    return holders, faulty


def _holder(row: int, cells: dict[str, Any]) -> Holder:
    values = {key: SHEET.column(key).parse(cell) for key, cell in cells.items() if not is_empty(cell)}
    if not values.get("number"):
        raise uscc.CodeWrong("没有许可证编号")
    values["number"] = uscc.parse_permit(values["number"])[0]
    return Holder(row, **{"name": "", **values})


def _message(wrong: Exception) -> str:
    return str(getattr(wrong, "message", "") or wrong)


def _known(organisation: Organisation, holder: Holder) -> Target | None:
    """An entry that is probably the holder's, without this permit: same code, or the same name."""
    rows = Target.objects.of(organisation).present().defer("search").order_by("id")
    code = uscc.normalise(holder.uscc) or (holder.number[:18] if not holder.number.startswith("H9") else "")
    found = rows.filter(entity__uscc=code).first() if code else None
    return found or rows.filter(name=holder.name).first() or _same_name(rows, holder.name)


def _same_name(rows: Iterable[Target], name: str) -> Target | None:
    head = plain(name)[:4]
    near = rows.filter(name__contains=head)[:50] if len(head) == 4 else ()  # type: ignore[attr-defined]
    return next((row for row in near if plain(row.name) == plain(name)), None)


def _told(holder: Holder, entry: Target | None) -> dict[str, Any]:
    return {
        "row": holder.row, "name": holder.name, "number": holder.number, "category": holder.category, "address": holder.address,
        "target": entry.pk if entry else None, "entry": entry.name if entry else "",
    }  # fmt: skip


def _unlisted(organisation: Organisation, listed: set[str]) -> list[dict[str, Any]]:
    rows = Permit.objects.filter(target__organisation=organisation, target__merged_into=None)
    rows = rows.exclude(target__status__in=Target.GONE).order_by("target__name", "number")
    found = rows.values_list("number", "target", "target__name", "valid_until")
    return [
        {"number": number, "target": pk, "name": name, "until": str(until or "")}
        for number, pk, name, until in found.iterator(chunk_size=2000) if number not in listed
    ]  # fmt: skip

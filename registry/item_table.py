"""The item list under the rulebook's own headings, as the documents print it. source: QS-5.3, NM-10.2, XY-A1.1, QZ-A2.1, WL-A.0"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from django.db.models import QuerySet

from foundation.organisation.models import Organisation
from foundation.rulebook.model import Rulebook
from foundation.sheets import writing
from foundation.sheets.columns import Column, Sheet
from registry.imports.items import MODE_LABELS
from registry.models import InspectionItem, ItemScope
from registry.policies import book_of
from registry.rules.item_lists import HEADINGS, by_scope, fields_of

_WIDE = frozenset({"contents", "basis", "targets", "ratio", "ratio_and_frequency", "name"})


@dataclass
class ItemTable:
    """`rows`: one list of cell texts per line, in the order of `fields`; several lines of one item follow each other."""

    title: str
    fields: tuple[str, ...]
    rows: list[list[str]] = field(default_factory=list)

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """Heading, and whether its cells hold long text."""
        return [(name, HEADINGS.get(name) in _WIDE) for name in self.fields]


LISTS = {"department": "随机抽查事项清单", "joint": "部门联合抽查事项清单"}


def published_items(
    organisation: Organisation, on: date, kind: str = "department"
) -> QuerySet[InspectionItem]:
    """The items in force on a day of one of both lists. source: QS-5.1, QS-5.1b, WL-2.5"""
    found = InspectionItem.objects.filter(organisation=organisation).published(on).on_list(kind)
    return in_order(found)


def in_order(items: QuerySet[InspectionItem]) -> QuerySet[InspectionItem]:
    return items.select_related("organisation").prefetch_related("scopes").order_by("code", "-version")


def table_of(organisation: Organisation, on: date, kind: str = "department") -> ItemTable:
    return table(
        published_items(organisation, on, kind),
        book_of(organisation, on),
        f"{organisation.name}{LISTS[kind]}",
    )


def table(items: Iterable[InspectionItem], book: Rulebook | None, title: str) -> ItemTable:
    """Items with their lines prefetched."""
    fields = fields_of(book)
    made = ItemTable(title, fields)
    for item in items:
        own: list[ItemScope] = sorted(item.scopes.all(), key=lambda row: row.no)
        lines: Sequence[ItemScope | None] = own if own and by_scope(fields) else [None]
        for scope in lines:
            made.rows.append([_cell(name, item, scope) for name in fields])
    return made


def _cell(name: str, item: InspectionItem, scope: ItemScope | None) -> str:
    key = HEADINGS.get(name, "")
    if key == "ratio_and_frequency":
        return "，".join(part for part in (scope.ratio, scope.frequency) if part) if scope else ""
    if key in ("ratio", "frequency", "count"):
        return str(getattr(scope, key)) if scope else ""
    if key == "targets" and scope:
        return f"{scope.target}（{scope.size}）" if scope.size else scope.target
    return _PLAIN[key](item) if key in _PLAIN else ""


def _modes(item: InspectionItem) -> str:
    return "、".join(MODE_LABELS.get(mode, mode) for mode in item.modes)


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{n}.{line}" for n, line in enumerate(lines, 1)) if len(lines) > 1 else "".join(lines)


_PLAIN = {
    "no": lambda item: item.no or item.code,
    "name": lambda item: item.name,
    "category": lambda item: item.category,
    "targets": lambda item: item.targets,
    "modes": _modes,
    "modes_and_remark": lambda item: "。".join(part for part in (_modes(item), item.remark) if part),
    "offices": lambda item: "、".join(item.offices),
    "basis": lambda item: "\n".join(item.basis),
    "contents": lambda item: _numbered(item.contents),
    "owner": lambda item: item.owner,
    "bureau": lambda item: item.organisation.name,
    "remark": lambda item: item.remark,
}


def workbook(made: ItemTable) -> IO[bytes]:
    """An Excel file with the headings of the rulebook."""
    columns = tuple(Column(name, name) for name in made.fields)
    records = (dict(zip(made.fields, row, strict=True)) for row in made.rows)
    return writing.write_xlsx(Sheet("item-list", "抽查事项清单", columns), records)

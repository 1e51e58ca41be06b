"""Versions of one item: what changed, why, by whom, and what was done with each. source: QS-5.4, CAP-04"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from foundation.ledger.models import Entry
from registry.imports.items import SHEET
from registry.models import InspectionItem
from registry.records import ITEM_FIELDS

ACTS = {
    "registry.create_item": "编制", "registry.edit_item": "修改", "registry.edit_item_parts": "修改检查单或对象范围",
    "registry.revise_item": "建立新版本", "registry.approve_item": "批准", "registry.return_item": "退回",
    "registry.publish_item": "公布", "registry.repeal_item": "废止",
}  # fmt: skip


@dataclass
class VersionRow:
    item: InspectionItem
    changes: list[dict[str, str]] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    @property
    def why(self) -> str:
        parts = (self.item.change_reason, self.item.change_note)
        return "：".join(part for part in parts if part)


def versions(item: InspectionItem) -> list[VersionRow]:
    """Newest first; each against the version before it. Three queries and one per version for its acts."""
    same = InspectionItem.objects.filter(organisation=item.organisation, code=item.code)
    found = list(
        same.select_related("created_by", "approved_by")
        .prefetch_related("scopes", "checkpoints")
        .order_by("version")
    )
    rows = []
    for number, row in enumerate(found):
        old = found[number - 1] if number else None
        rows.append(VersionRow(row, _changes(old, row) if old else [], _acts(row)))
    return rows[::-1]


def _changes(old: InspectionItem, new: InspectionItem) -> list[dict[str, str]]:
    pairs = [(SHEET.column(name).title, _shown(old, name), _shown(new, name)) for name in ITEM_FIELDS]
    pairs += [("对象范围", _scopes(old), _scopes(new)), ("检查单", _points(old), _points(new))]
    return [
        {"label": label, "old": before, "new": after} for label, before, after in pairs if before != after
    ]


def _shown(item: InspectionItem, name: str) -> str:
    return SHEET.column(name).shown(getattr(item, name)).strip()


def _scopes(item: InspectionItem) -> str:
    rows = sorted(item.scopes.all(), key=lambda row: row.no)
    return "\n".join(
        " ".join(filter(None, (row.target, row.frequency, row.ratio, row.count))) for row in rows
    )


def _points(item: InspectionItem) -> str:
    rows = sorted(item.checkpoints.all(), key=lambda row: row.no)
    return "\n".join(" ".join(filter(None, (row.title, row.standard, row.method))) for row in rows)


def _acts(item: InspectionItem) -> list[str]:
    entries = Entry.objects.of(item).filter(act__in=ACTS).order_by("pk")
    return [
        f"{timezone.localtime(entry.at):%Y-%m-%d} {entry.actor_name}{ACTS[entry.act]}{_reason(entry)}"
        for entry in entries
    ]


def _reason(entry: Entry) -> str:
    reason = json.loads(entry.content).get("data", {}).get("reason")
    return f"（{reason}）" if reason else ""


def records(item: InspectionItem) -> Iterator[dict[str, Any]]:
    """One row per changed field; one without a field for the first version."""
    for row in versions(item):
        base = {
            "version": str(row.item.version), "day": str(row.item.effective_from or ""), "why": row.why,
            "by": row.item.created_by.name if row.item.created_by else "",
        }  # fmt: skip
        for change in row.changes or [{"label": "", "old": "", "new": ""}]:
            yield base | {
                "field": change["label"], "old": change["old"].splitlines(), "new": change["new"].splitlines(),
            }  # fmt: skip

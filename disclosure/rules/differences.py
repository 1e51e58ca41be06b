"""What a correction changed, as rows old → new, for the strip on the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LABELS = {
    "target.name": "检查对象", "target.uscc": "信用代码", "target.area": "乡镇", "target.tier": "层级",
    "checked_on": "检查日期", "mode": "检查方式", "production": "生产状态", "outcome.name": "检查结果",
    "status": "状态", "sentence": "结论", "items": "检查事项", "followups": "处理", "inspectors": "检查人员",
    "completion": "完成情况", "strata": "各层数量", "state": "状态", "tasks": "计划任务", "name": "名称",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Fields whose value differs, in the order of LABELS; what the publication adds is left out."""
    rows = [(label, _at(old, path), _at(new, path)) for path, label in LABELS.items()]
    return [Change(label, _text(before), _text(after)) for label, before, after in rows if before != after]


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return _row(value)
    if isinstance(value, list):
        return f"{len(value)} 项（{'；'.join(map(_text, value))}）" if value else "无"
    return str(value)


def _row(row: Mapping[str, Any]) -> str:
    """An item with its result and handling, a follow-up with its end, a person; else all values."""
    if "result" in row:
        more = "，".join([*row.get("problems", ()), *row.get("handling", ())])
        return f"{row['name']}：{row['result']}" + (f"，{more}" if more else "")
    if "text" in row:
        return "，".join(filter(None, (row["text"], row.get("demand", ""), row.get("note", ""))))
    if "drawn" in row:
        return f"{row['name']}：应抽 {row['required']}，抽出 {row['drawn']}"
    return str(row["name"]) if "name" in row else "，".join(filter(None, map(_text, row.values())))

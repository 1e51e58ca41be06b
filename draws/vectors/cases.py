"""Vector files: positive cases, negative patches, micro vectors (protocol §15)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draws.rules.mc1.canonical import read_json
from foundation.errors import RuleBroken

MATERIAL = ("transcript", "openings", "anchors", "prev")
NOT_CASES = ("negative.json", "micro.json")


class VectorsUnusable(RuleBroken):
    """The folder, a file or a tool that the check needs is missing or broken."""


@dataclass(frozen=True)
class VectorCase:
    """One thing to verify. `expect` is the whole report; a negative case knows only the step that fails."""

    name: str
    transcript: Any
    openings: Any
    anchors: Any
    prev: Any
    secrets: Any = None
    expect: dict[str, Any] | None = None
    fails: str = ""
    blind_in_browser: bool = False

    @property
    def positive(self) -> bool:
        return self.expect is not None

    def judge(self, report: dict[str, Any]) -> str:
        """Empty when the report is as expected, else what differs."""
        if self.expect is not None:
            keys = [
                key
                for key in sorted({*self.expect, *report})
                if self.expect.get(key, _ABSENT) != report.get(key, _ABSENT)
            ]
            return "；".join(f"{key} 应为 {self.expect.get(key)}，得到 {report.get(key)}" for key in keys)
        if report.get("ok") is False and report.get("failed") == self.fails:
            return ""
        return f"应在 {self.fails} 不通过，得到 {report.get('failed')}"


_ABSENT = object()


def load_json(path: Path) -> Any:
    try:
        return read_json(path.read_bytes())
    except OSError as missing:
        raise VectorsUnusable(f"读不到 {path.name}：{missing.strerror}") from missing


def load_positive(folder: Path) -> dict[str, VectorCase]:
    """Positive cases by file stem; every *.json but negative, micro and *.schema.json is one."""
    if not folder.is_dir():
        raise VectorsUnusable(f"没有文件夹 {folder}")
    found = {}
    for path in sorted(folder.glob("*.json")):
        if path.name in NOT_CASES or path.name.endswith(".schema.json"):
            continue
        found[path.stem] = _positive(path.stem, load_json(path))
    if not found and not any((folder / name).exists() for name in NOT_CASES):
        raise VectorsUnusable(f"{folder} 里没有向量文件（*.json）")
    return found


def _positive(name: str, value: Any) -> VectorCase:
    if not isinstance(value, dict) or "transcript" not in value or "expect" not in value:
        raise VectorsUnusable(f"{name}.json 里没有 transcript 和 expect，不是一个正例")
    material: dict[str, Any] = {key: value.get(key) for key in MATERIAL}
    return VectorCase(name, **material, secrets=value.get("secrets"), expect=value["expect"])


def load_negative(folder: Path, positive: dict[str, VectorCase]) -> Iterator[VectorCase]:
    """Negative cases one by one, each patched from its base; the file is optional."""
    path = folder / "negative.json"
    if not path.exists():
        return
    for entry in load_json(path):
        base = positive.get(entry["base"])
        if base is None:
            raise VectorsUnusable(f"反例 {entry['name']} 的基础 {entry['base']} 不在文件夹里")
        material = {key: getattr(base, key) for key in MATERIAL}
        patched = apply_patch(material, entry["patch"])
        blind = any(_whole_float(operation.get("value")) for operation in entry["patch"])
        yield VectorCase(entry["name"], **patched, fails=entry["fails"], blind_in_browser=blind)


def _whole_float(value: Any) -> bool:
    """JS cannot tell 1.0 from 1 and may let it pass (protocol §14)."""
    if isinstance(value, dict):
        return any(map(_whole_float, value.values()))
    if isinstance(value, list):
        return any(map(_whole_float, value))
    return isinstance(value, float) and value.is_integer()


def apply_patch(document: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """RFC 6902 `add`, `remove` and `replace` on a copy of the document."""
    patched = copy.deepcopy(document)
    for operation in operations:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
        parent = patched
        for part in parts[:-1]:
            parent = parent[int(part)] if isinstance(parent, list) else parent[part]
        _APPLY[operation["op"]](parent, parts[-1], copy.deepcopy(operation.get("value")))
    return patched


def _add(parent: Any, key: str, value: Any) -> None:
    if isinstance(parent, list):
        parent.insert(len(parent) if key == "-" else int(key), value)
    else:
        parent[key] = value


def _remove(parent: Any, key: str, value: Any) -> None:
    del parent[int(key) if isinstance(parent, list) else key]


def _replace(parent: Any, key: str, value: Any) -> None:
    parent[int(key) if isinstance(parent, list) else key] = value


_APPLY = {"add": _add, "remove": _remove, "replace": _replace}

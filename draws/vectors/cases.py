"""Vector files: positive cases, negative patches, micro vectors (protocol §15)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from draws.rules.mc1.canonical import read_json
from foundation.errors import RuleBroken

# Keys of a report that say nothing binding once a step has failed (protocol §14).
INFORMATIVE = frozenset(("seed", "head", "visits"))
MATERIAL = ("transcript", "openings", "anchors", "prev")
MICRO_SECTIONS = frozenset(
    ("hash", "canon", "canon_invalid", "merkle", "inclusion", "salt", "chain", "quota", "assignment")
)


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
            judged = {*self.expect, *report}
            if self.expect.get("ok") is False:
                judged -= INFORMATIVE
            keys = [
                key for key in sorted(judged) if self.expect.get(key, _ABSENT) != report.get(key, _ABSENT)
            ]
            return "；".join(f"{key} 应为 {self.expect.get(key)}，得到 {report.get(key)}" for key in keys)
        if report.get("ok") is False and report.get("failed") == self.fails:
            return ""
        return f"应在 {self.fails} 不通过，得到 {report.get('failed')}"


_ABSENT = object()
# What a broken vector file raises when something it should hold is missing or of another type.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError)


@dataclass
class VectorFolder:
    """Everything in a folder, told apart by content, whatever the files are called.

    positive: by path inside the folder without `.json` · unusable: what could not be read, and why: each
    counts as a failure
    """

    positive: dict[str, VectorCase] = field(default_factory=dict)
    negative: list[VectorCase] = field(default_factory=list)
    micro: dict[str, dict[str, Any]] = field(default_factory=dict)
    unusable: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path, bases_from: Path | None = None) -> VectorFolder:
        """bases_from: folder with the positive cases that negative ones name but `folder` does not hold.

        raises: VectorsUnusable if there is no folder or nothing in it
        """
        if not folder.is_dir():
            raise VectorsUnusable(f"没有文件夹 {folder}")
        found = cls()
        patches: list[tuple[str, list[Any]]] = []
        bases: dict[str, VectorCase] = {}
        for path in sorted(folder.rglob("*.json")):
            if path.name.endswith(".schema.json") or not path.is_file():
                continue
            name = path.relative_to(folder).with_suffix("").as_posix()
            try:
                value = load_json(path)
            except RuleBroken as broken:
                found.unusable.append((name, broken.message))
                continue
            if isinstance(value, list):
                patches.append((name, value))
            elif isinstance(value, dict) and "transcript" in value and isinstance(value.get("expect"), dict):
                found.positive[name] = case = _positive(name, value)
                bases |= {case.name: case, path.stem: case, str(value.get("name", name)): case}
            elif isinstance(value, dict) and value.keys() & MICRO_SECTIONS:
                found.micro[name] = value
            elif not (isinstance(value, dict) and "$schema" in value):
                found.unusable.append(
                    (name, "认不出是哪种向量：正例要有 transcript 和 expect，反例是数组，微向量按类分组")
                )
        if patches and bases_from is not None and bases_from.is_dir():
            bases = {case.name: case for case in load_positive(bases_from).values()} | bases
        for name, entries in patches:
            for number, entry in enumerate(entries, 1):
                found._take_negative(f"{name} 第 {number} 条", entry, bases)
        if not any((found.positive, found.negative, found.micro, found.unusable)):
            raise VectorsUnusable(f"{folder} 里没有向量文件（*.json）")
        return found

    def _take_negative(self, place: str, entry: Any, bases: dict[str, VectorCase]) -> None:
        try:
            self.negative.append(_negative(entry, bases))
        except VectorsUnusable as unusable:
            self.unusable.append((place, unusable.message))
        except MALFORMED as broken:
            self.unusable.append((place, f"反例写法有误（{type(broken).__name__}：{broken}）"))


def load_json(path: Path) -> Any:
    try:
        return read_json(path.read_bytes())
    except OSError as missing:
        raise VectorsUnusable(f"读不到 {path.name}：{missing.strerror}") from missing


def load_positive(folder: Path) -> dict[str, VectorCase]:
    """Positive cases by name of the file."""
    return VectorFolder.read(folder).positive


def load_negative(folder: Path) -> list[VectorCase]:
    """Negative cases, each patched from its base."""
    return VectorFolder.read(folder).negative


def _positive(name: str, value: dict[str, Any]) -> VectorCase:
    material: dict[str, Any] = {key: value.get(key) for key in MATERIAL}
    return VectorCase(name, **material, secrets=value.get("secrets"), expect=value["expect"])


def _negative(entry: dict[str, Any], bases: dict[str, VectorCase]) -> VectorCase:
    name, step = entry["name"], entry["fails"]
    base = bases.get(entry["base"])
    if base is None:
        raise VectorsUnusable(
            f"反例 {name} 的基础 {entry['base']} 不在文件夹里。请补上，或用 --bases 指明所在文件夹"
        )
    patched = apply_patch({key: getattr(base, key) for key in MATERIAL}, entry["patch"])
    blind = any(_whole_float(operation.get("value")) for operation in entry["patch"])
    return VectorCase(name, **patched, fails=step, blind_in_browser=blind)


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

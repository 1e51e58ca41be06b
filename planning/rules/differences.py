"""What changed between two versions of a plan, or between the plan and today."""

from collections.abc import Mapping
from dataclasses import dataclass

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Difference:
    """One number or field that differs; None = it was not there."""

    line: str
    unit: str
    period: str
    label: str
    old: str
    new: str


def numbers(old: Mapping[Key, tuple[int, int]], new: Mapping[Key, tuple[int, int]]) -> list[Difference]:
    """Differences of (base, number) per (line, unit, period), in the order of the new version."""
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        for at, label in enumerate(("基数", "应抽")):
            before, after = _cell(old, key, at), _cell(new, key, at)
            if before != after:
                found.append(Difference(*key, label, before, after))
    return found


def _cell(rows: Mapping[Key, tuple[int, int]], key: Key, at: int) -> str:
    return str(rows[key][at]) if key in rows else "（无）"


def fields(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> list[Difference]:
    """Differences of task fields per line; a task that came or went is one difference."""
    found = []
    for line in [*new, *(line for line in old if line not in new)]:
        before, after = old.get(line), new.get(line)
        if before is None or after is None:
            found.append(
                Difference(
                    line,
                    "",
                    "",
                    "任务",
                    "（无）" if before is None else "有",
                    "（无）" if after is None else "有",
                )
            )
            continue
        found += [
            Difference(line, "", "", label, before.get(label, ""), after[label])
            for label in after
            if before.get(label, "") != after[label]
        ]
    return found

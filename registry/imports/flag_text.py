"""风险标记 in one cell: 标记|日期|依据；标记|日期|依据."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date

from foundation.sheets.columns import Column
from foundation.sheets.errors import CellWrong

_SEPARATORS = re.compile(r"[；;|｜\n]+")
_DAY = Column("happened_on", "发生日期", "date")


def parse_flags(text: str, known: Mapping[str, str]) -> list[list[str]]:
    """[[flag id, ISO date, evidence], …] in the order written. raises: CellWrong"""
    by_name = {**{name: flag for flag, name in known.items()}, **{flag: flag for flag in known}}
    found = []
    for part in re.split(r"[；;\n]+", text):
        if not part.strip():
            continue
        pieces = [piece.strip() for piece in re.split(r"[|｜]", part)]
        if len(pieces) != 3 or not all(pieces):
            raise CellWrong(f"“{part.strip()}”看不懂。请写成：标记|发生日期|依据，三项都要有")
        if pieces[0] not in by_name:
            near = difflib.get_close_matches(pieces[0], known.values(), n=1, cutoff=0.3)
            hint = f"是不是“{near[0]}”？" if near else ""
            raise CellWrong(f"没有“{pieces[0]}”这种标记。{hint}可以写：{'、'.join(known.values())}")
        day: date = _DAY.parse(pieces[1])
        found.append([by_name[pieces[0]], day.isoformat(), pieces[2][:200]])
    return found


def write_flags(rows: Iterable[tuple[str, date | str, str]], known: Mapping[str, str]) -> str:
    """The inverse of `parse_flags`; separators inside the evidence give way to commas."""
    return "；".join(
        f"{known.get(flag, flag)}|{day}|{_SEPARATORS.sub('，', text)}" for flag, day, text in rows
    )

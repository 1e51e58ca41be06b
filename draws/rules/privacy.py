"""Warnings before the freeze about rows that could identify somebody. source: draw-protocol.md §12"""

from collections import Counter
from collections.abc import Iterable

from draws.rules.protocol import FEW_ALIKE, SMALL_ROSTER


def warnings_of(target_facts: Iterable[str], inspectors: int) -> list[str]:
    """Sentences; `target_facts` are rows without the commitment."""
    alike = Counter("|".join(facts.split("|")[2:]) for facts in target_facts)
    rare = [number for number in alike.values() if number < FEW_ALIKE]
    found = []
    if rare:
        found.append(
            f"有 {sum(rare)} 个对象的片区、单位、专业和层与别家相同的不足 {FEW_ALIKE} 家，名单行可能被人认出；"
            "可合并片区代码，或只把名单行交给观察席。"
        )
    if inspectors < SMALL_ROSTER:
        found.append(
            f"检查人员只有 {inspectors} 人（少于 {SMALL_ROSTER} 人），人员名单行在办结前只给观察席。"
        )
    return found

"""An item that rests on a law no longer in force is flagged. source: design.md §4 (LegalBasis)"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent.parent / "data" / "repealed.toml"


@dataclass(frozen=True)
class RepealedLaw:
    zh: str
    names: tuple[str, ...]
    not_in: tuple[str, ...]
    repealed_on: date
    successor: str


@lru_cache(maxsize=1)
def repealed_laws() -> tuple[RepealedLaw, ...]:
    raw = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(
        RepealedLaw(
            law["zh"],
            (law["zh"], *law.get("short", ())),
            tuple(law.get("except", ())),
            raw["repealed_on"],
            raw["successor"],
        )
        for law in raw["laws"]
    )


def repealed_basis(texts: Iterable[str], on: date) -> tuple[str, ...]:
    """One sentence for each repealed law that the texts cite on that day; empty when all is in force."""
    found = []
    for law in repealed_laws():
        if law.repealed_on > on:
            continue
        cited = (_without(text, law.not_in) for text in texts)
        if any(name in text for text in cited for name in law.names):
            found.append(f"引用的《{law.zh}》已于 {law.repealed_on} 废止，请对照{law.successor}改写依据")
    return tuple(dict.fromkeys(found))


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text

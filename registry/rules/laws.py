"""An item that rests on a law no longer in force is flagged. source: design.md §4 (LegalBasis)"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from registry.rules import citations

_FILE = Path(__file__).parent.parent / "data" / "repealed.toml"
_SUCCESSORS = _FILE.with_name("successors.toml")


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


@dataclass(frozen=True)
class DatedBasis:
    """What the bureau recorded of one law (article empty) or one article."""

    law: str
    article: str
    repealed_on: date


def repealed_basis(texts: Iterable[str], on: date, recorded: Iterable[DatedBasis] = ()) -> tuple[str, ...]:
    """One sentence for each law or article no longer in force that the texts cite on that day; empty when all is in force.

    recorded: what the bureau knows beyond the shipped list
    """
    texts = list(texts)
    found = [f"引用的{one}已于 {day} 废止，请改写依据" for one, day in _recorded(texts, on, list(recorded))]
    for law in repealed_laws():
        if law.repealed_on > on:
            continue
        cited = (_without(text, law.not_in) for text in texts)
        if any(name in text for text in cited for name in law.names):
            found.append(f"引用的《{law.zh}》已于 {law.repealed_on} 废止，请对照{law.successor}改写依据")
    return tuple(dict.fromkeys(found))


def _recorded(
    texts: list[str], on: date, recorded: list[DatedBasis]
) -> list[tuple[citations.Citation, date]]:
    past = [basis for basis in recorded if basis.repealed_on <= on]
    found = []
    for one in citations.all_cited(texts) if past else ():
        days = [basis.repealed_on for basis in past if covers(basis.law, basis.article, one)]
        if days and not repealed_on(one.law, on):
            found.append((one, min(days)))
    return found


def covers(law: str, article: str, one: citations.Citation) -> bool:
    """Whether a recorded law, or article of a law, is what the citation names."""
    return citations.plain(law) == citations.plain(one.law) and article in ("", one.article)


def repealed_on(law: str, on: date) -> date | None:
    """Day of repeal by the shipped list of a law named exactly so."""
    name = citations.plain(law)
    return next(
        (one.repealed_on for one in repealed_laws() if name in one.names and one.repealed_on <= on), None
    )


@dataclass(frozen=True)
class Successor:
    """A reported successor of an article; a hint to be checked against the official text, never printed unchecked."""

    law: str
    article: str
    new_law: str
    new_article: str
    source: str


@lru_cache(maxsize=1)
def successors() -> tuple[Successor, ...]:
    raw = tomllib.loads(_SUCCESSORS.read_text(encoding="utf-8"))
    return tuple(Successor(**row) for row in raw["articles"])


def successor_of(one: citations.Citation) -> Successor | None:
    """A hint for the article, or at least the law that replaced it."""
    for hint in successors():
        if citations.plain(one.law) == hint.law and one.article == hint.article:
            return hint
    name = citations.plain(one.law)
    law = next((law for law in repealed_laws() if name in law.names), None)
    return Successor(law.zh, one.article, law.successor.strip("《》"), "", "") if law else None


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text

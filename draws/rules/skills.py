"""Neutral codes for expertise, and which expertise a target needs. source: draw-protocol.md §3, rulebooks [team] match"""

from collections.abc import Iterable, Mapping

RADIATION = ("核与辐射", "辐射", "核技术利用")


def skill_codes(specialities: Iterable[str]) -> dict[str, str]:
    """业务专长 -> S01, S02 … in the order of the words; the meaning is published with the names."""
    return {word: f"S{number:02}" for number, word in enumerate(sorted(set(specialities)), 1)}


def needed_skill(categories: Iterable[str], radiation: bool, codes: Mapping[str, str]) -> str:
    """Code of the expertise a target needs, or "": a 监管类别 of the same name, or nuclear technology in use. The fallback
    where the items of the line name none (`stratum.skill` goes first). source: draw-protocol.md §8, decisions/0042
    """
    wanted = [*(RADIATION if radiation else ()), *sorted(categories)]
    return next((codes[word] for word in wanted if word in codes), "")

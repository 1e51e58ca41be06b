"""Local scope labels of a rulebook, and what they are called on screen."""

import tomllib
from functools import lru_cache
from pathlib import Path

from foundation.rulebook.model import Rulebook

_FILE = Path(__file__).parent.parent / "data" / "categories.toml"


@lru_cache(maxsize=1)
def labels() -> dict[str, str]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def label(category: str) -> str:
    return labels().get(category, category)


def used_by(book: Rulebook) -> dict[str, str]:
    """Labels that any selector of the rulebook asks for, id → Chinese, in the order of their first use."""
    found: dict[str, str] = {}
    selectors = [part.when for part in book.tiers]
    selectors += [part.when for part in book.quotas]
    selectors += [part.when for part in book.coverage]
    selectors += [part.when for part in book.exclusions]
    for selector in selectors:
        for alternative in selector.alternatives:
            for condition in alternative:
                if condition.kind == "is" and condition.name == "category":
                    found |= {word: label(word) for word in condition.operand}
    return found

"""The rulebooks that ship with the software."""

from functools import lru_cache

from .errors import UnknownRulebook
from .loader import BOOKS, load
from .model import Rulebook


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Rulebook]:
    books = (load(path) for path in sorted(BOOKS.glob("*.toml")))
    return {book.id: book for book in books}


def available() -> dict[str, Rulebook]:
    """Shipped rulebooks by id; read once per process."""
    return dict(_shipped())


def get(rulebook_id: str) -> Rulebook:
    """raises: UnknownRulebook"""
    books = _shipped()
    if rulebook_id not in books:
        raise UnknownRulebook(rulebook_id, books)
    return books[rulebook_id]

"""How far a job in the background has come; kept in the cache, since the job's own transaction shows nothing yet."""

from collections.abc import Callable

from django.core.cache import cache

_SECONDS = 3600


def _key(kind: str, batch_id: int) -> str:
    return f"intake:{kind}:{batch_id}"


def teller(kind: str, batch_id: int, total: int) -> Callable[[int], None]:
    """A function that notes how many rows are done. total: rows of the job, at least 1"""
    key = _key(kind, batch_id)
    cache.set(key, (0, max(1, total)), _SECONDS)

    def tell(done: int) -> None:
        cache.set(key, (min(done, total), max(1, total)), _SECONDS)

    return tell


def told(kind: str, batch_id: int) -> tuple[int, int]:
    """(rows done, rows in all); (0, 1) before the job has begun."""
    return cache.get(_key(kind, batch_id)) or (0, 1)


def forget(kind: str, batch_id: int) -> None:
    cache.delete(_key(kind, batch_id))

"""Text as it is kept: trimmed, there, and no longer than its column on any database."""

from foundation.errors import RuleBroken


def words(text: str, limit: int, missing: str, what: str) -> str:
    """raises: RuleBroken with `missing` when there is nothing, or saying that `what` is too long"""
    kept = text.strip()
    if not kept:
        raise RuleBroken(missing, code="words_missing")
    if len(kept) > limit:
        raise RuleBroken(f"{what}有 {len(kept)} 个字，超过 {limit} 个。请缩短。", code="too_long")
    return kept

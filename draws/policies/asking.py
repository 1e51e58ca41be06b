"""The reason for a disabled button, or a plain yes and no."""

from collections.abc import Callable
from typing import Any

from foundation.errors import RuleBroken


def why_not(check: Callable[..., None], *args: Any, **given: Any) -> str:
    """The reason for a disabled button, empty when the step is open."""
    try:
        check(*args, **given)
    except RuleBroken as broken:
        return broken.message
    return ""


def can(check: Callable[..., None]) -> Callable[..., bool]:
    return lambda *args, **given: not why_not(check, *args, **given)

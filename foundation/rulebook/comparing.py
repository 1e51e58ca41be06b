"""When an expected value of an example agrees with the computed one."""

from collections.abc import Mapping
from datetime import date
from typing import Any

_UNORDERED = {"reasons_last", "reasons"}
_NONE = (None, "", "none", False)


def agrees(actual: Mapping[str, Any], expect: Mapping[str, Any]) -> bool:
    """Every expected key is there and equal."""
    return all(key in actual and equal(key, actual[key], wanted) for key, wanted in expect.items())


def equal(key: str, actual: Any, wanted: Any, *, unordered: bool = False) -> bool:
    """Exact, except that lists of reasons (and any list with `unordered`) are compared as sets.

    An empty text, "none" or no value at all stands for "there is no such date".
    """
    if wanted in _NONE and actual in _NONE and not isinstance(wanted, int):
        return True
    if isinstance(actual, date) and isinstance(wanted, str):
        return actual.isoformat() == wanted
    if isinstance(actual, Mapping) and isinstance(wanted, Mapping):
        return actual.keys() >= wanted.keys() and all(equal(k, actual[k], v) for k, v in wanted.items())
    if (unordered or key in _UNORDERED) and isinstance(actual, list) and isinstance(wanted, list):
        return sorted(map(repr, actual)) == sorted(map(repr, wanted))
    if isinstance(actual, bool) is not isinstance(wanted, bool):
        return False
    return bool(actual == wanted)

"""Canonical JSON, a subset of RFC 8785 (§2), and strict reading of JSON files (§14)."""

from __future__ import annotations

import json
import re
from typing import Any

from .errors import NotCanonical, Unreadable

MAX_INTEGER = 9007199254740991
_KEY = re.compile(r"[a-z0-9_]+")
# Made once: json.dumps would build an encoder for every call, and a freeze makes tens of thousands.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canon(value: Any) -> str:
    """The canonical text of a value; raises `NotCanonical` for anything outside the subset."""
    check_canonical(value)
    return _ENCODER.encode(value)


def check_canonical(value: Any) -> None:
    """Refuse floats, large integers, lone surrogates, other keys and other types (`True` is not 1)."""
    kind = type(value)
    if kind is str:
        if not value.isascii():
            _check_text(value)
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str or not _KEY.fullmatch(key):
                raise NotCanonical(f"键“{key!r}”只能由小写字母、数字和下划线组成")
            if type(item) is not str or not item.isascii():
                check_canonical(item)
    elif kind is list or kind is tuple:
        for item in value:
            check_canonical(item)
    elif kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise NotCanonical(f"整数 {value} 超出 ±{MAX_INTEGER}")
    elif kind is not bool and value is not None:
        raise NotCanonical(
            f"{kind.__name__} 类型的值不能写成规范 JSON，只许整数、文字、真假、空值、列表、对象"
        )


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as surrogate:
        raise NotCanonical("文字中有孤立的代理字符，请在导入时改正") from surrogate


def read_json(data: bytes | str) -> Any:
    """Parse a file of §14: UTF-8 without BOM, no key twice, no NaN; raises `Unreadable`."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except (ValueError, RecursionError) as broken:
        raise Unreadable(f"文件不是 UTF-8 编码的 JSON：{broken}") from broken


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("同一个对象里有重复的键")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} 不是 JSON")

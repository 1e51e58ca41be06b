"""Small checkers of JSON values, put together in `schema.py`. A checker raises `FormatBroken` or returns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any

from .errors import FormatBroken

Check = Callable[[Any], None]


def text(pattern: str, what: str) -> Check:
    """A string that matches the whole pattern."""
    match = re.compile(pattern).fullmatch

    def check(value: Any) -> None:
        if type(value) is not str or not match(value):
            raise FormatBroken(f"{_shown(value)} 不是{what}")

    return check


def free_text(shortest: int, longest: int) -> Check:
    """Any text; its length counts code points (§2), lone surrogates are errors."""

    def check(value: Any) -> None:
        if type(value) is not str or not shortest <= len(value) <= longest:
            raise FormatBroken(f"要有 {shortest}–{longest} 个字的文字")
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise FormatBroken("文字中有孤立的代理字符")

    return check


def integer(lowest: int, highest: int) -> Check:
    def check(value: Any) -> None:
        if type(value) is not int or not lowest <= value <= highest:
            raise FormatBroken(f"{_shown(value)} 不是 {lowest}–{highest} 的整数")

    return check


def one_of(*options: str) -> Check:
    def check(value: Any) -> None:
        if type(value) is not str or value not in options:
            raise FormatBroken(f"{_shown(value)} 不在 {'、'.join(options)} 之内")

    return check


def boolean(value: Any) -> None:
    if type(value) is not bool:
        raise FormatBroken(f"{_shown(value)} 不是真或假")


def or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def record(fields: Mapping[str, Check]) -> Check:
    """An object with exactly these keys."""
    names = set(fields)

    def check(value: Any) -> None:
        if type(value) is not dict:
            raise FormatBroken("要是对象")
        if value.keys() != names:
            odd = sorted(map(str, names.symmetric_difference(value)))
            raise FormatBroken(f"键不齐或有多余：{'、'.join(odd)}")
        for name, field in fields.items():
            try:
                field(value[name])
            except FormatBroken as broken:
                raise broken.under(name) from None

    return check


def rows(item: Check, fewest: int, most: int, *, ascending: bool = False, unique: bool = False) -> Check:
    """A list of checked items; `ascending` is strict and for texts only, as is `unique`."""

    def check(value: Any) -> None:
        if type(value) is not list or not fewest <= len(value) <= most:
            raise FormatBroken(f"要是 {fewest}–{most} 项的列表")
        index = 0
        try:
            for index, entry in enumerate(value):  # noqa: B007
                item(entry)
        except FormatBroken as broken:
            raise broken.under(index) from None
        if unique and len(set(value)) != len(value):
            raise FormatBroken("列表里有重复的项")
        if ascending and any(a >= b for a, b in itertools.pairwise(value)):
            raise FormatBroken("列表要按字符顺序排列且不能重复")

    return check


def pair(first: Check, second: Check) -> Check:
    def check(value: Any) -> None:
        if type(value) is not list or len(value) != 2:
            raise FormatBroken("要是两项的列表")
        for index, part in enumerate((first, second)):
            try:
                part(value[index])
            except FormatBroken as broken:
                raise broken.under(index) from None

    return check


def all_of(*checks: Check) -> Check:
    def check(value: Any) -> None:
        for part in checks:
            part(value)

    return check


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"

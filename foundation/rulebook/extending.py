"""One rulebook refining another: values only stricter or additional. source: rulebooks.md §3 `extends`

A table without id replaces the keys it writes. In an array an entry with the identity of an entry of the
base refines it key by key; any other entry is added. Nothing can be removed.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from .model import TABLES, Table
from .parsed import Parsed, ParsedBook
from .schema import shown, specs
from .values import Origin

_OWN = "rulebook"


def extend(book: ParsedBook, base: ParsedBook) -> None:
    """Fills `book` with everything it inherits and reports each value that would be laxer than the base."""
    for table in TABLES:
        if table.name == _OWN:
            continue
        own, inherited = book.tables.get(table.name, []), base.tables.get(table.name, [])
        merged = _merge_array(book, table, inherited, own) if table.many else _merge_one(book, inherited, own)
        if merged:
            book.tables[table.name] = merged
    book.base_hash = base.hash


def _merge_one(book: ParsedBook, inherited: list[Parsed], own: list[Parsed]) -> list[Parsed]:
    return [_refine(book, inherited[0], own[0])] if own else inherited


def _merge_array(book: ParsedBook, table: Table, inherited: list[Parsed], own: list[Parsed]) -> list[Parsed]:
    merged = list(inherited)
    for entry in own:
        place = next((i for i, old in enumerate(inherited) if old.identity == _identity(entry)), None)
        if place is None:
            _check_added(book, entry)
            merged.append(entry)
        else:
            merged[place] = _refine(book, merged[place], entry)
    return merged


def _identity(entry: Parsed) -> tuple[Any, ...]:
    return entry.identity


def _check_added(book: ParsedBook, entry: Parsed) -> None:
    for key, spec in specs(entry.table.cls).items():
        if spec.required and key not in entry.given:
            book.report(
                entry, key, f"新增的一项缺少必填字段（{spec.zh}）", "请补上；若要细化原有项，请核对标识"
            )
    pointers = [key for key in entry.table.identity if key in entry.given and key not in entry.src]
    if pointers and "*" not in entry.src:
        book.report(entry, "src", f"新增的一项没有写明来源：{'、'.join(pointers)}", "请补上")
    if entry.table.name == "activities" and entry.values.get("random") is False:
        book.report(entry, "random", "新增了无须随机抽取的活动，比原规则书宽", "请改为 random = true")


def _refine(book: ParsedBook, old: Parsed, new: Parsed) -> Parsed:
    known = specs(old.table.cls)
    for key in new.values:
        if key in old.table.identity:
            continue
        before = old.values.get(key, known[key].default)
        limit = known[key].tighten(before, new.values[key])
        if limit:
            book.report(
                new,
                key,
                f"比被细化的规则书宽：原为 {shown_value(before)}，现为 {shown_value(new.values[key])}",
                limit,
            )
    if old.table.name == "plan":
        _check_plan_due(book, old, new)
    return replace(
        new,
        index=old.index,
        values=old.values | new.values,
        given=old.given | new.given,
        src=_explicit(old) | _explicit(new),
    )


def _explicit(entry: Parsed) -> dict[str, Origin]:
    """Origins key by key, because "*" of the one table must not speak for keys of the other."""
    star = entry.src.get("*")
    return {key: origin for key in entry.given if (origin := entry.src.get(key, star)) is not None}


def _check_plan_due(book: ParsedBook, old: Parsed, new: Parsed) -> None:
    before, after = _plan_due(old.values), _plan_due(old.values | new.values)
    if before and after and after > before:
        book.report(new, "due", "计划截止日比被细化的规则书晚", f"不能晚于 {before.month}月{before.day}日")


def _plan_due(values: dict[str, Any]) -> date | None:
    due = values.get("due")
    return due and due.in_year(2023 if values.get("due_year") == "previous" else 2024)


def shown_value(value: Any) -> str:
    if value is None:
        return "（未写）"
    if isinstance(value, tuple):
        return f"[{'、'.join(map(str, value))}]"
    return shown(value) if isinstance(value, str | bool) else str(value)

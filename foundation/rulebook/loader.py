"""Reading a rulebook file: strict, and telling everything that is wrong with it at once."""

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .entries import Entry
from .errors import Problem, RulebookInvalid
from .extending import extend
from .model import TABLES, Rulebook, Table
from .parsed import Parsed, ParsedBook
from .references import check_references, selector_names
from .schema import Mismatch, attribute_names, shown, specs
from .selectors import Names, parse_selector
from .values import Origin

SCHEMA_VERSION = 1
BOOKS = Path(__file__).parent / "books"


def load(path: Path | str, *, find: Callable[[str], Path | None] | None = None) -> Rulebook:
    """The rulebook in this file.

    find: file of the rulebook named by `extends`; default: beside this file, then the shipped ones.
    raises: RulebookInvalid with every fault found.
    """
    path = Path(path)
    book = _read(path, find or _beside(path), ())
    return _build(book)


def _beside(path: Path) -> Callable[[str], Path | None]:
    def find(rulebook_id: str) -> Path | None:
        candidates = (path.parent / f"{rulebook_id}.toml", BOOKS / f"{rulebook_id}.toml")
        return next((candidate for candidate in candidates if candidate.is_file()), None)

    return find


def _read(path: Path, find: Callable[[str], Path | None], chain: tuple[str, ...]) -> ParsedBook:
    content = path.read_bytes()
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        problem = Problem(
            path.name, "", "", f"不是有效的 TOML 文件（{error}）", "请按提示的行列改正，并以 UTF-8 保存"
        )
        raise RulebookInvalid([problem]) from error
    book = ParsedBook(path.name, hashlib.sha256(content).hexdigest())
    partial = isinstance(raw.get("rulebook"), dict) and "extends" in raw["rulebook"]
    _parse_top(book, raw, partial=partial)
    if partial and book.problems:
        raise RulebookInvalid(book.problems)
    if partial:
        _extend(book, find, chain)
    check_references(book)
    if book.problems:
        raise RulebookInvalid(book.problems)
    return book


def _extend(book: ParsedBook, find: Callable[[str], Path | None], chain: tuple[str, ...]) -> None:
    about = book.one("rulebook")
    own, parent_id = about.values["id"], about.values["extends"]
    if parent_id == own or parent_id in chain:
        book.report(about, "extends", "规则书不能直接或间接细化自己", "请改为另一份规则书的编号")
        return
    parent_path = find(parent_id)
    if parent_path is None:
        book.report(about, "extends", f"找不到规则书“{parent_id}”", "请核对编号，或把该文件放在同一目录")
        return
    extend(book, _read(parent_path, find, (*chain, own)))


def _parse_top(book: ParsedBook, raw: Mapping[str, Any], *, partial: bool) -> None:
    if raw.get("schema") != SCHEMA_VERSION or isinstance(raw.get("schema"), bool):
        fact = (
            f"结构版本应为 {SCHEMA_VERSION}，现为 {shown(raw['schema'])}"
            if "schema" in raw
            else "缺少结构版本"
        )
        book.add("", "schema", fact, f"请在文件开头写 schema = {SCHEMA_VERSION}")
    known = {table.name for table in TABLES}
    for name in raw:
        if name != "schema" and name not in known:
            book.add(f"[{name}]", "", "不认识的表", f"请删去或改名；允许的表：{'、'.join(sorted(known))}")
    for table in TABLES:
        _parse_table(book, table, raw.get(table.name), partial=partial)


def _parse_table(book: ParsedBook, table: Table, raw: Any, *, partial: bool) -> None:
    title = f"[[{table.name}]]" if table.many else f"[{table.name}]"
    if raw is None or raw == []:
        if table.required and not partial:
            book.add(title, "", f"缺少必需的表（{table.cls.zh_name}）", "请补上")
        return
    shape = list if table.many else dict
    if not isinstance(raw, shape) or (table.many and not all(isinstance(item, dict) for item in raw)):
        book.add(f"[{table.name}]", "", f"应写成 {title}，现为{shown(raw)}", f"请改为 {title}")
        return
    for index, item in enumerate(raw if table.many else [raw], 1):
        book.tables.setdefault(table.name, []).append(_parse_entry(book, table, index, item, partial=partial))


def _parse_entry(
    book: ParsedBook, table: Table, index: int, raw: Mapping[str, Any], *, partial: bool
) -> Parsed:
    name = raw.get("id") if isinstance(raw.get("id"), str) else ""
    parsed = Parsed(table, index if table.many else 0, str(name))
    known = specs(table.cls)
    for key, value in raw.items():
        if key == "src":
            continue
        if key not in known:
            book.report(parsed, key, "不认识的字段", f"请删去或改名；允许的字段：{'、'.join(known)}")
            continue
        parsed.given.add(key)
        try:
            parsed.values[key] = known[key].parse(value)
        except Mismatch as error:
            book.report(parsed, key, f"{error.inside}{error.fact}", error.remedy)
    needed = table.identity or ("id",) if partial and table.name != "rulebook" else tuple(known)
    for key in known:
        if known[key].required and key not in raw and key in needed:
            book.report(parsed, key, f"缺少必填字段（{known[key].zh}）", "请补上")
    _parse_origins(book, parsed, raw.get("src"), free=set(table.identity) if partial else set())
    return parsed


def _parse_origins(book: ParsedBook, parsed: Parsed, raw: Any, *, free: set[str]) -> None:
    """`free`: keys that need no origin, because they only point at an entry of the base."""
    if not isinstance(raw, dict):
        fact = "缺少来源表" if raw is None else f"来源应为表，现为 {shown(raw)}"
        book.report(parsed, "src", fact, '请写成 src = { "*" = "条款号" }')
        return
    for key, text in raw.items():
        if key != "*" and key not in parsed.given:
            book.report(parsed, f"src.{key}", "本表没有这个字段", "请删去，或改为本表写明的字段名")
            continue
        try:
            parsed.src[key] = Origin.parse(text)
        except (ValueError, TypeError):
            remedy = "请写条款号（如 QS-10.7）、AMB-nn、LAW:法律名称 或 DEFAULT"
            book.report(parsed, f"src.{key}", f"来源 {shown(text)} 格式不对", remedy)
    if "*" not in raw:
        missing = sorted(parsed.given - set(raw) - free)
        if missing:
            book.report(parsed, "src", f"没有写明来源：{'、'.join(missing)}", '请逐项补上，或用 "*" 统一写明')


def _build(book: ParsedBook) -> Rulebook:
    names = selector_names(book)
    built: dict[str, Any] = {}
    for table in TABLES:
        entries = [_build_entry(parsed, names) for parsed in book.tables.get(table.name, [])]
        built[table.attribute] = tuple(entries) if table.many else entries[0]
    return Rulebook(hash=book.hash, base_hash=book.base_hash, **built)


def _build_entry(parsed: Parsed, names: Names) -> Entry:
    cls = parsed.table.cls
    attributes = attribute_names(cls)
    values: dict[str, Any] = {}
    for key, spec in specs(cls).items():
        if key not in parsed.values:
            continue
        value = parsed.values[key]
        values[attributes[key]] = parse_selector(value, names)[0] if spec.selects else value
    return cls(src=dict(parsed.src), present=frozenset(parsed.given), **values)

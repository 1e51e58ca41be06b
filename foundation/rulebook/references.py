"""Checks that need more than one field: references, unique ids, fields that depend on each other."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from .parsed import Parsed, ParsedBook
from .schema import specs
from .selectors import Names, parse_selector
from .tables import PERIODS_PER_YEAR, Flag
from .values import MonthDay

Fault = tuple[str, str, str]
_NOT_EMPTY = {
    ("quotas", "bodies"): "至少写明一个抽取主体",
    ("coverage", "bodies"): "至少写明一个适用主体",
    ("reports", "bodies"): "至少写明一个报送主体",
    ("inspection", "modes"): "至少写明一种检查方式，首项为默认方式",
    ("results", "codes"): "至少写明一个结果代码",
    ("stated", "quotas"): "至少写明一个配额行",
}


def check_references(book: ParsedBook) -> None:
    """Adds a problem for every rule of rulebooks.md §3 that spans fields or tables."""
    names = selector_names(book)
    for table in list(book.tables):
        _check_unique(book, table)
        for entry in book.all(table):
            for key, fact, remedy in _entry_faults(book, entry, names):
                book.report(entry, key, fact, remedy)


def selector_names(book: ParsedBook) -> Names:
    flags = {
        entry.values["id"]: Flag(
            id=entry.values["id"],
            zh=entry.values.get("zh", ""),
            lookback_months=entry.values.get("lookback_months", 0),
        )
        for entry in book.all("flags")
        if "id" in entry.values
    }
    grades = next((entry.values.get("credit_grades", ()) for entry in book.all("register")), ())
    return Names(flags, book.ids("tiers"), book.ids("activities"), grades)


def _check_unique(book: ParsedBook, table: str) -> None:
    seen: dict[Any, Parsed] = {}
    for entry in book.all(table):
        for identity in _identities(book, entry):
            first = seen.setdefault(identity, entry)
            if first is not entry:
                book.report(
                    entry, entry.table.identity[0], f"与第 {first.index} 项重复", "请改名或合并这两项"
                )
                break


def _identities(book: ParsedBook, entry: Parsed) -> Iterator[tuple[Any, ...]]:
    """A tier id may appear once per body, everything else once."""
    if not entry.table.identity or any(key not in entry.values for key in entry.table.identity[:1]):
        return
    if entry.table.name == "tiers":
        for body in entry.values.get("bodies") or book.ids("bodies"):
            yield entry.values["id"], body
    else:
        yield entry.identity


def _entry_faults(book: ParsedBook, entry: Parsed, names: Names) -> Iterator[Fault]:
    yield from _missing_references(book, entry)
    yield from _selector_faults(entry, names)
    for (table, key), remedy in _NOT_EMPTY.items():
        if entry.table.name == table and entry.values.get(key) == ():
            yield key, "不能为空", remedy
    yield from _SPECIAL.get(entry.table.name, _nothing)(book, entry)


def _missing_references(book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    for key, spec in specs(entry.table.cls).items():
        if not spec.refs or key not in entry.values:
            continue
        known = book.ids(spec.refs)
        value = entry.values[key]
        for item in value if isinstance(value, tuple) else (value,):
            if item is not None and item not in known:
                yield (
                    key,
                    f"[[{spec.refs}]] 中没有“{item}”",
                    f"请改为已有的标识：{'、'.join(known) or '（无）'}",
                )


def _selector_faults(entry: Parsed, names: Names) -> Iterator[Fault]:
    for key, spec in specs(entry.table.cls).items():
        if spec.selects and key in entry.values:
            for error in parse_selector(entry.values[key], names)[1]:
                yield key, f"{error.inside}{error.fact}", error.remedy


def _nothing(_book: ParsedBook, _entry: Parsed) -> Iterator[Fault]:
    yield from ()


def _rulebook(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    start, end = entry.values.get("effective_from"), entry.values.get("effective_to")
    if start and end and end < start:
        yield "effective_to", f"失效日期 {end} 早于施行日期 {start}", "请核对两个日期"


def _register(book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    known = book.ids("quotas")
    for expected in entry.values.get("expected", ()):
        if expected.quota not in known:
            yield "expected", f"[[quotas]] 中没有“{expected.quota}”", "请改为已有的配额行标识"
        if expected.count < 0:
            yield "expected", f"{expected.quota} 的数量 {expected.count} 为负", "请写非负整数"


def _flags(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("lookback_months", 0) < 0:
        yield "lookback_months", "月数不能为负", "请写非负整数，0 表示直至撤销"


def _tiers(book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("when") == () and not entry.values.get("overlay") and (after := _after(book, entry)):
        yield "when", f"空条件 [] 认定全部对象，其后的“{after}”永远认定不到", "请把全部对象的类别放在最后"
    if entry.values.get("bodies") == () and "bodies" in entry.given:
        yield "bodies", "不能为空", "请写明适用主体；适用于全部主体时删去此字段"
    if any("tier" in alternative for alternative in entry.values.get("when", ())):
        yield "when", "监管类别的认定条件不能引用监管类别", "请改用对象属性或标志"


def _after(book: ParsedBook, entry: Parsed) -> str:
    """The next tier of the partition that holds for one of the same bodies; "" if there is none."""
    everybody = book.ids("bodies")
    bodies = set(entry.values.get("bodies") or everybody)
    for other in book.all("tiers")[book.all("tiers").index(entry) + 1 :]:
        if not other.values.get("overlay") and bodies & set(other.values.get("bodies") or everybody):
            return other.name
    return ""


def _quotas(book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    basis, period, rates = (entry.values.get(key) for key in ("basis", "period", "rates"))
    if basis and period and rates is not None:
        yield from _rates(basis, period, rates)
    if entry.values.get("id") in entry.values.get("except", ()):
        yield "except", "配额行不能除外自己", "请删去本行的标识"
    elif _circular(book, entry):
        yield "except", "除外关系成环", "请删去其中一处除外"


def _rates(basis: str, period: str, rates: tuple[Decimal, ...]) -> Iterator[Fault]:
    periods = PERIODS_PER_YEAR[period]
    if basis == "manual":
        if rates:
            yield "rates", f"按计划填数的配额行不应有比例，现有 {len(rates)} 个", "请写成 rates = []"
        return
    if len(rates) not in {1, periods}:
        yield "rates", f"比例有 {len(rates)} 个", f"周期 {period} 应写 1 个或 {periods} 个比例"
    if basis == "population" and any(rate > 1 for rate in rates):
        yield "rates", "按对象数计算的比例大于 1（100%）", '请写成小数，如 25% 写 "0.25"'


def _circular(book: ParsedBook, entry: Parsed) -> bool:
    removed = {line.values.get("id"): line.values.get("except", ()) for line in book.all("quotas")}
    start, seen, queue = entry.values.get("id"), set(), list(entry.values.get("except", ()))
    while queue:
        line = queue.pop()
        if line == start:
            return True
        if line not in seen:
            seen.add(line)
            queue.extend(removed.get(line, ()))
    return False


def _stated(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("count", 0) < 0:
        yield "count", "数量不能为负", "请写文件载明的数量"


def _coverage(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("times", 1) < 1:
        yield "times", "次数小于 1", "请写 1 或更大的整数"
    if entry.values.get("every") == "lifecycle" and "window" not in entry.given:
        yield "window", "全周期覆盖缺少期限", "请写明 window = { from = …, until = …, plus = … }"


def _caps(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("max", 1) < 1:
        yield "max", "上限次数小于 1", "请写 1 或更大的整数"
    if entry.values.get("exempt") == ():
        yield "exempt", "空条件 [] 表示全部对象豁免，上限将不起作用", "没有豁免对象时写 [{ tier = [] }]"


def _team(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("min", 1) < 1:
        yield "min", "最少人数小于 1", "请写 1 或更大的整数"


def _items(book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    offered = next((item.values.get("modes", ()) for item in book.all("inspection")), ())
    unknown = [mode for mode in entry.values.get("modes", ()) if offered and mode not in offered]
    if unknown:
        yield "modes", f"[inspection] modes 中没有“{'、'.join(unknown)}”", "请改为已列入的检查方式"


def _inspection(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    pair = ("enter_within", "enter_from")
    given = [key for key in pair if key in entry.given]
    if len(given) == 1:
        missing = pair[1 - pair.index(given[0])]
        yield missing, f"写了 {given[0]} 而缺少 {missing}", "录入期限与起算须同时写明"
    yield from _positive(entry, "enter_within")


def _results(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    ids = [code.id for code in entry.values.get("codes", ())]
    for code in sorted({item for item in ids if ids.count(item) > 1}):
        yield "codes", f"结果代码“{code}”重复", "请改名或删去重复的一项"


def _disclosure(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    yield from _positive(entry, "within")


def _positive(entry: Parsed, key: str) -> Iterator[Fault]:
    value = entry.values.get(key)
    if value is not None and value.n < 1:
        yield key, f"期限 {value} 不是正数", '请写成 "20wd" 这样的期限'


def _plan(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if "due_year" in entry.given and "due" not in entry.given:
        yield "due", "写了 due_year 而缺少 due", "请补上截止月日，或删去 due_year"
    if "due" in entry.given and "due_year" not in entry.given:
        yield "due_year", "写了 due 而缺少 due_year", "请写 same 或 previous"
    if "publish_within" in entry.given and "publish_by" in entry.given:
        yield "publish_by", "publish_within 与 publish_by 只能写一个", "请删去其中一个"
    yield from _positive(entry, "publish_within")


def _reports(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("every") == "quarter" and isinstance(entry.values.get("by"), MonthDay):
        yield "by", "按季报送不能用固定月日", '请写成季末之后的间隔，如 "+5d"'


def _assessment(_book: ParsedBook, entry: Parsed) -> Iterator[Fault]:
    if entry.values.get("disclosure_rate", 0) > 1:
        yield "disclosure_rate", "公示率大于 1（100%）", '请写成小数，如 "1.00"'


_SPECIAL: dict[str, Callable[[ParsedBook, Parsed], Iterator[Fault]]] = {
    "rulebook": _rulebook,
    "register": _register,
    "flags": _flags,
    "tiers": _tiers,
    "quotas": _quotas,
    "stated": _stated,
    "coverage": _coverage,
    "caps": _caps,
    "team": _team,
    "items": _items,
    "inspection": _inspection,
    "results": _results,
    "disclosure": _disclosure,
    "plan": _plan,
    "reports": _reports,
    "assessment": _assessment,
}

"""A plan as a table to print: in the columns the rulebook asks for, a row per period, or a row per item of the list.

source: QS-9.2, NM-22.1, XY-A2.0 (a row per period), WL-A (a row per item)
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from foundation.rulebook.tables import PERIODS_PER_YEAR
from foundation.rulebook.tables import Quota as Rule
from planning.plan_page import Line, Sheet
from planning.rules import naming
from planning.rules.terms import PERIOD_ZH, long_zh, rate_text
from planning.sheet_columns import columns, span


@dataclass(frozen=True)
class Cell:
    """Text over `span` rows; a cell below one that spans is left out of its row."""

    text: str
    span: int = 1


@dataclass(frozen=True)
class Column:
    """numeric: centred, never wrapped · width: in Chinese characters"""

    title: str
    width: int
    narrow: bool = False


@dataclass(frozen=True)
class Table:
    """rows as printed: cells in column order, each `None` where a cell above spans it"""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | None, ...], ...]

    @property
    def shares(self) -> list[int]:
        """Width of each column in percent of the page."""
        total = sum(column.width for column in self.columns)
        return [column.width * 100 // total for column in self.columns]

    @property
    def plain(self) -> list[list[str]]:
        """Every cell filled, spanned ones with the text above."""
        found: list[list[str]] = []
        for row in self.rows:
            found.append([cell.text if cell else found[-1][at] for at, cell in enumerate(row)])
        return found


def default(book: Rulebook) -> str:
    """A list of items prints by item; rates that differ between periods or bodies print by period; else by field."""
    if len(book.items) > 1:
        return "item"
    uneven = any(len(set(line.rates)) > 1 for line in book.quotas if line.role == "draw")
    return "period" if uneven or len(book.items) == 1 else "fields"


def table(found: Sheet, layout: str) -> Table:
    return _MAKERS[layout](found)


# ---- in the rulebook's own columns ----


def _fields(found: Sheet) -> Table:
    wanted = columns(found.book)
    heads = (Column("序号", 4, narrow=True), *(Column(one.title, one.width) for one in wanted))
    rows = (
        (Cell(str(no)), *(Cell(one.value(found, line)) for one in wanted))
        for no, line in enumerate(found.lines, 1)
    )
    return Table(heads, tuple(rows))


# ---- a row per period: 附件2 of XY ----

_PERIOD = (
    Column("序号", 4, narrow=True), Column("抽查计划名称", 16), Column("抽查任务名称", 14), Column("抽查类型（定向或不定向）", 8, narrow=True),
    Column("抽查事项类别（一般检查事项或重点检查事项）", 10, narrow=True), Column("部门联合抽查（是或否）", 6, narrow=True),
    Column("抽查事项", 14), Column("抽查对象范围", 16), Column("抽查对象比例", 28), Column("抽查起止时间", 8, narrow=True),
    Column("实施部门", 14),
)  # fmt: skip


def _periods(found: Sheet) -> Table:
    grouped: dict[str, list[tuple[Line, int]]] = defaultdict(list)
    for line in found.lines:
        for at, cell in enumerate(line.cells):
            grouped[cell.row.period].append((line, at))
    order = sorted(grouped, key=lambda period: (Period.parse(period).first, -_months(period)))
    return Table(
        _PERIOD, tuple(_period_row(found, no, period, grouped[period]) for no, period in enumerate(order, 1))
    )


def _months(period: str) -> int:
    return 12 // PERIODS_PER_YEAR[Period.parse(period).kind]


def _period_row(found: Sheet, no: int, period: str, lines: list[tuple[Line, int]]) -> tuple[Cell, ...]:
    tasks = [line.task for line, _ in lines]
    printed = [_printed(found, line) for line, _ in lines]
    asked = Period.parse(period)
    cells = (
        str(no), f"{long_zh(asked)}{_subject(found)}",
        _join(naming.short_scope(found.book, found.book.line(task.line)) for task in tasks),
        _join("定向" if task.directed else "不定向" for task in tasks),
        _join(one.category for one in printed) or "一般检查事项", "是" if found.plan.kind == "joint_departments" else "否",
        _join((one.name for one in printed), "；"), _join((one.targets for one in printed), "；") or _join((task.scope for task in tasks), "；"),
        _rates(found, lines), span(asked), _join(_unit(found, line) for line, _ in lines),
    )  # fmt: skip
    return tuple(Cell(text) for text in cells)


def _subject(found: Sheet) -> str:
    """What the plan is about, without bureau and year: 抽查计划."""
    bureau, name = found.plan.organisation, found.plan.name
    for word in (bureau.name, bureau.short_name, f"{found.plan.year}年度", f"{found.plan.year}年"):
        name = name.replace(word, "") if word else name
    return name or "抽查计划"


@dataclass(frozen=True)
class _Printed:
    """The items of a task in words, from the published list, else from the rulebook's own item."""

    name: str
    category: str
    targets: str
    contents: tuple[str, ...]


def _printed(found: Sheet, line: Line) -> _Printed:
    items = list(line.task.items.all())
    own = found.book.line(line.task.line).item
    printed = found.book.item(own) if own else None
    contents = tuple(content for item in items for content in item.contents)
    return _Printed(
        "；".join(dict.fromkeys(item.name for item in items)) or (printed.zh if printed else ""),
        _join(item.category for item in items) or (printed.category if printed else ""),
        _join((item.targets for item in items), "；") or (printed.targets if printed else ""),
        contents or (printed.contents if printed else ()),
    )


def _join(words: Iterator[str], mark: str = "、") -> str:
    return mark.join(word for word in dict.fromkeys(words) if word)


def _unit(found: Sheet, line: Line) -> str:
    return line.unit if found.several else "、".join(line.task.offices) or line.unit


def _rates(found: Sheet, lines: list[tuple[Line, int]]) -> str:
    """一般排污单位按1：2的比例；重点排污单位：支队各科室5%，支队各直属大队25%. Numbers in brackets."""
    by_scope: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for line, at in lines:
        rule = found.book.line(line.task.line)
        body = "、".join(found.book.body(one).zh for one in rule.bodies)
        by_scope[naming.short_scope(found.book, rule)].append(
            (body, _rate(rule, line, at), line.cells[at].number)
        )
    return "；".join(_scope_rates(scope, parts) for scope, parts in by_scope.items()) + "。"


def _scope_rates(scope: str, parts: list[tuple[str, str, int]]) -> str:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for body, rate, number in parts:
        sums[body, rate] += number
    if len({rate for _, rate in sums}) == 1:
        return f"{scope}{parts[0][1]}（{sum(sums.values())}家）"
    return f"{scope}：" + "，".join(f"{body}{rate}（{number}家）" for (body, rate), number in sums.items())


def _rate(rule: Rule, line: Line, at: int) -> str:
    if rule.basis == "manual":
        return "按计划填数"
    rates = tuple(Decimal(rate) for rate in line.task.rates) or rule.rates
    text = rate_text(rule, rates[at] if len(rates) > 1 else rates[0])
    return f"按{text.replace(':', '：')}的比例" if rule.basis == "officers" else text


# ---- a row per line of the item list: attachment of WL ----

_ITEM = (
    Column("序号", 4, narrow=True), Column("发起部门", 10), Column("抽查事项名称", 16), Column("检查内容", 36), Column("检查对象", 22),
    Column("抽查频次", 8, narrow=True), Column("抽查比例", 14), Column("抽取对象数量（家）", 10, narrow=True),
)  # fmt: skip
_SHARED = 4  # columns an item's sub-scopes share


def _items(found: Sheet) -> Table:
    runs: list[list[Line]] = []
    for line in found.lines:
        key = _item_key(found, line)
        if runs and _item_key(found, runs[-1][0]) == key:
            runs[-1].append(line)
        else:
            runs.append([line])
    rows = (row for no, run in enumerate(runs, 1) for row in _item_rows(found, no, run))
    return Table(_ITEM, tuple(rows))


def _item_key(found: Sheet, line: Line) -> object:
    return found.book.line(line.task.line).item or tuple(item.pk for item in line.task.items.all())


def _item_rows(found: Sheet, no: int, run: list[Line]) -> Iterator[tuple[Cell | None, ...]]:
    printed = _printed(found, run[0])
    several = len(printed.contents) > 1
    numbered = "；".join(f"{at}.{text}" if several else text for at, text in enumerate(printed.contents, 1))
    shared = (str(no), "、".join(run[0].task.offices), printed.name, numbered or "按事项清单")
    for at, line in enumerate(run):
        rule = found.book.line(line.task.line)
        own = (
            f"{line.task.scope}（{line.unit}，{line.base} 家）" if found.several else f"{line.task.scope}（{line.base} 家）",
            f"{len(line.cells)}次/年", "按计划填数" if line.manual else f"{PERIOD_ZH[rule.period]}抽查{line.rate}",
            str(line.total) if not line.missing else "待填",
        )  # fmt: skip
        head = [None if at else Cell(text, len(run)) for text in shared]
        yield (*head, *(Cell(text) for text in own))


_MAKERS: dict[str, Callable[[Sheet], Table]] = {"fields": _fields, "period": _periods, "item": _items}
TITLES = {"fields": "年度抽查计划表", "period": "抽查计划表", "item": "随机抽查事项清单"}
LAYOUTS = {"fields": "规则书要求的栏目", "period": "一期一行的抽查计划表", "item": "一事一行的抽查事项清单"}

"""Columns of a plan sheet: the fields the rulebook asks for, under the names it uses. source: QS-9.2, NM-22.1, XY-A2.0, WL-7.7"""

from collections.abc import Callable
from dataclasses import dataclass

from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from planning.forms import MODE_LABELS
from planning.plan_page import Line, Sheet
from planning.rules.terms import PERIOD_ZH

Value = Callable[[Sheet, Line], str]


@dataclass(frozen=True)
class Column:
    title: str
    value: Value
    width: int = 16


def columns(book: Rulebook) -> list[Column]:
    """The basic columns, named as in the book where it has a word for them, then what else the book asks for."""
    fields = [*book.plan.fields, *(name for name in book.plan.joint_fields if name not in book.plan.fields)]
    used: set[str] = set()
    found = []
    for names, value, width in _BASIC:
        title = next((field for field in fields if field in names), names[0])
        used.update(names)
        found.append(Column(title, value, width))
    for field in book.plan.fields:
        if field not in used and field in _FURTHER:
            found.append(Column(field, _FURTHER[field], 20))
    return found


def _items(sheet: Sheet, line: Line) -> str:
    return "；".join(item.name for item in line.task.items.all()) or "未选事项"


def _focus(sheet: Sheet, line: Line) -> str:
    contents = [content for item in line.task.items.all() for content in item.contents]
    return "；".join(contents[:6]) or "按事项清单"


def _times(sheet: Sheet, line: Line) -> str:
    return "、".join(dict.fromkeys(span(Period.parse(cell.row.period)) for cell in line.cells))


def span(period: Period) -> str:
    """1月—3月; one month alone."""
    return (
        f"{period.first.month}月—{period.last.month}月"
        if period.first.month != period.last.month
        else f"{period.first.month}月"
    )


def _rate(sheet: Sheet, line: Line) -> str:
    return f"{PERIOD_ZH[line.task.period]} {line.rate}"


def _amounts(sheet: Sheet, line: Line) -> str:
    several = len(line.cells) > 1
    parts = "、".join(str(cell.number) for cell in line.cells)
    return f"{line.total}（{parts}）" if several else str(line.total)


def _offices(sheet: Sheet, line: Line) -> str:
    own = "、".join(line.task.offices)
    return f"{line.unit}（{own}）" if sheet.several and own and own != line.unit else own or line.unit


def _people(sheet: Sheet, line: Line) -> str:
    return f"每组不少于 {sheet.book.team.min} 人，持有效执法证，随机选派"


def _jurisdiction(sheet: Sheet, line: Line) -> str:
    bodies = sheet.book.line(line.task.line).bodies
    whole = sheet.book.body(bodies[0]).area == "whole"
    return "本行政区域" if whole else f"{line.unit}管辖区域"


_BASIC: tuple[tuple[tuple[str, ...], Value, int], ...] = (
    (("抽查任务名称", "抽查任务", "联合抽查任务"), lambda sheet, line: line.task.name, 26),
    (("抽查类型",), lambda sheet, line: "定向" if line.task.directed else "不定向", 9),
    (("抽查事项", "联合抽查事项"), _items, 28),
    (("抽查对象范围", "检查对象范围", "检查对象的范围"), lambda sheet, line: f"{line.task.scope}（{line.base} 家）", 26),
    (("抽查比例", "抽取比例或数量", "抽查比例或数量", "随机抽查比例和频率"), _rate, 16),
    (("抽查对象数量（家次）", "抽查对象数量", "被抽查单位数量（家次）", "抽查规模"), _amounts, 16),
    (("检查起止时间", "检查时间", "抽查时间"), _times, 16),
    (("检查方式",), lambda sheet, line: MODE_LABELS.get(line.task.method, line.task.method), 12),
    (("检查主体", "检查部门", "实施部门"), _offices, 22),
)  # fmt: skip
_FURTHER: dict[str, Value] = {
    "抽取时间": lambda sheet, line: f"{PERIOD_ZH[line.task.period]}开抽取会确定",
    "抽取部门": lambda sheet, line: line.unit,
    "抽查范围": _jurisdiction,
    "检查重点": _focus,
    "年度随机抽查事项占比": lambda sheet, line: "100%",
    "对执法检查人员的要求": _people,
}

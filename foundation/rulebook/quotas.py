"""How many targets a line must yield in a period, and the arithmetic. source: rulebooks.md §5"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from .errors import CannotEvaluate
from .tables import Quota
from .values import ceil_times, decimal_text, percent_text


@dataclass(frozen=True)
class QuotaNumber:
    """One number for one line, body instance and period.

    base: targets in the population · multiplicand: what the rate multiplies (targets or officers) ·
    raw: exact product · computed: after rounding up · floor: number of the approved plan where it binds ·
    number: what must be drawn.
    """

    line: str
    basis: str
    index: int
    base: int | None
    multiplicand: int
    rate: Decimal | None
    raw: Fraction
    computed: int
    floor: int | None
    number: int

    @property
    def sentence(self) -> str:
        """The arithmetic as it is shown beside the number."""
        text = self._arithmetic()
        if self.floor is None:
            return text
        if self.floor > self.computed:
            return f"{text}；年度计划数 {self.floor} 高于本期重算数 {self.computed}，按计划数 {self.floor}"
        return f"{text}；不低于年度计划数 {self.floor}，按本期重算数"

    def _arithmetic(self) -> str:
        if self.base == 0:
            return "对象数为 0，本期配额为 0，不适用"
        if self.rate is None:
            return f"按年度计划填写的数量 {self.computed}"
        product = decimal_text(self.raw)
        if self.basis == "officers":
            text = f"{self.multiplicand} 人 × {decimal_text(self.rate)} = {product}"
        else:
            text = f"{self.multiplicand} × {percent_text(self.rate)} = {product}"
        rounded = "，整除，没有进位" if self.raw == self.computed else f"，向上取整为 {self.computed}"
        return text + rounded


def quota_number(
    line: Quota,
    index: int,
    *,
    base: int | None = None,
    officers: int | None = None,
    manual: int | None = None,
    plan_floor: int | None = None,
) -> QuotaNumber:
    """Quota of one body instance in the index-th period of the year.

    base: targets of the line on the snapshot day; may be None for officers and manual lines
    officers: headcount on the snapshot day (INV-09), needed by `basis = "officers"`
    manual: number in the plan, needed by `basis = "manual"`
    plan_floor: number in the approved plan where `plan.freeze = "floor"`, else None
    raises: CannotEvaluate if a number is missing, negative, or the index is not a period of this line
    source: rulebooks.md §5, AMB-01, AMB-03, AMB-04, AMB-30, AMB-31
    """
    if not 1 <= index <= line.periods:
        raise CannotEvaluate(
            f"配额行“{line.id}”一年有 {line.periods} 期，没有第 {index} 期。请核对周期序号。"
        )
    for name, value in (("对象数", base), ("人数", officers), ("计划填数", manual), ("计划数", plan_floor)):
        if value is not None and value < 0:
            raise CannotEvaluate(f"配额行“{line.id}”的{name} {value} 为负。请改为非负整数。")
    rate = None if line.basis == "manual" else line.rate(index)
    multiplicand = _multiplicand(line, base, officers, manual)
    raw, computed = (Fraction(multiplicand), multiplicand) if rate is None else ceil_times(rate, multiplicand)
    if base == 0:
        raw, computed = Fraction(0), 0
    number = max(computed, plan_floor or 0)
    return QuotaNumber(
        line.id, line.basis, index, base, multiplicand, rate, raw, computed, plan_floor, number
    )


def _multiplicand(line: Quota, base: int | None, officers: int | None, manual: int | None) -> int:
    needed = {
        "population": (base, "对象数"),
        "officers": (officers, "在编在岗持证人数"),
        "manual": (manual, "年度计划填写的数量"),
    }
    value, name = needed[line.basis]
    if value is None:
        raise CannotEvaluate(f"配额行“{line.id}”缺少{name}，无法计算。请先补上。")
    return value


@dataclass(frozen=True)
class QuotaSum:
    """A line over several body instances: each rounds on its own, totals are sums. source: AMB-33"""

    parts: tuple[QuotaNumber, ...]

    @property
    def number(self) -> int:
        return sum(part.number for part in self.parts)

    @property
    def sentence(self) -> str:
        if len(self.parts) == 1:
            return self.parts[0].sentence
        terms = " + ".join(str(part.number) for part in self.parts)
        return f"{terms} = {self.number}（各单位分别计算、分别进位）"


def quota_sum(
    line: Quota,
    index: int,
    *,
    base: Sequence[int] | None = None,
    officers: Sequence[int] | None = None,
    manual: Sequence[int] | None = None,
    plan_floor: Sequence[int] | None = None,
) -> QuotaSum:
    """As `quota_number`, one entry per body instance in every sequence given."""
    given = {"base": base, "officers": officers, "manual": manual, "plan_floor": plan_floor}
    present = {name: values for name, values in given.items() if values is not None}
    lengths = {len(values) for values in present.values()}
    if len(lengths) > 1:
        raise CannotEvaluate(f"配额行“{line.id}”各单位的数字个数不一致。请逐单位补齐。")
    count = lengths.pop() if lengths else 1
    numbers = (
        quota_number(line, index, **{name: values[place] for name, values in present.items()})
        for place in range(count)
    )
    return QuotaSum(tuple(numbers))

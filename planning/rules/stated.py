"""Numbers printed in the source document beside those worked out, and why they differ. source: AMB-28, AMB-63

Comparison only: the register decides the population and the rate decides the quota.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundation.rulebook.model import Rulebook
from foundation.rulebook.quotas import quota_number
from foundation.rulebook.tables import Quota, Stated
from foundation.rulebook.values import percent_text
from foundation.rulebook.yearly import Comparison, compare
from planning.rules import naming

_MOST = 400  # the largest population tried when asking which one would give the printed number


@dataclass(frozen=True)
class LineYear:
    """What a line came to over the year: base per instance, numbers per period summed over the instances."""

    base: int
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.numbers)


@dataclass(frozen=True)
class Beside:
    """kind: 家次 (visits of a year) or 对象数 (population) · why: the arithmetic, and where the difference comes from"""

    kind: str
    name: str
    printed: str
    computed: int
    difference: int
    ok: bool
    why: str
    ref: str


def beside(book: Rulebook, years: Mapping[str, LineYear]) -> list[Beside]:
    """Every printed number whose lines are in the plan: populations first, then yearly numbers."""
    return [*_populations(book, years), *_yearly(book, years)]


def _populations(book: Rulebook, years: Mapping[str, LineYear]) -> list[Beside]:
    found = []
    for printed in book.register.expected:
        if printed.quota in years:
            compared = compare(years[printed.quota].base, printed)
            found.append(
                Beside(
                    "对象数", naming.short_scope(book, book.line(printed.quota)), _printed(compared, printed.about), compared.computed,
                    compared.computed - compared.stated, compared.ok, _population_words(compared),
                    book.register.origin("expected").ref,
                )
            )  # fmt: skip
    return found


def _printed(compared: Comparison, about: bool) -> str:
    return f"{'约 ' if about else ''}{compared.stated}"


def _population_words(compared: Comparison) -> str:
    gap = compared.computed - compared.stated
    if not gap:
        return "名录与文件载明的数相同"
    words = f"名录现有 {compared.computed} 家，比文件载明{'多' if gap > 0 else '少'} {abs(gap)} 家"
    return f"{words}，在约数范围内" if compared.ok else f"{words}；以名录为准，请核对有无漏登或已关停"


def _yearly(book: Rulebook, years: Mapping[str, LineYear]) -> list[Beside]:
    found = []
    for printed in book.stated:
        if all(line in years for line in printed.quotas):
            total = sum(years[line].total for line in printed.quotas)
            compared = compare(total, printed)
            found.append(
                Beside(
                    "家次", "、".join(naming.short_scope(book, book.line(line)) for line in printed.quotas),
                    _printed(compared, printed.about), total, total - printed.count, compared.ok,
                    _yearly_words(book, printed, compared, years), printed.origin("count").ref,
                )
            )  # fmt: skip
    return found


def _yearly_words(
    book: Rulebook, printed: Stated, compared: Comparison, years: Mapping[str, LineYear]
) -> str:
    sums = "；".join(
        _sum_words(book.line(line), years[line], len(printed.quotas) > 1, book) for line in printed.quotas
    )
    if compared.ok:
        return f"{sums}。{'在约数范围内' if compared.computed != compared.stated else '相符'}"
    if len(printed.quotas) > 1:
        return f"{sums}。差在各范围的对象数，与文件编制时不同"
    line = book.line(printed.quotas[0])
    fitting = populations(line, printed)
    if not fitting:
        return f"{sums}。按文件的比例逐期进位，没有哪个对象数能得出文件的数，请核对文件"
    return f"{sums}。文件的数对应 {_range(fitting)} 家对象，名录现有 {years[line.id].base} 家"


def _sum_words(line: Quota, year: LineYear, named: bool, book: Rulebook) -> str:
    """重点管理类：18 家×100%，4 期各 18，共 72."""
    each = set(year.numbers)
    rate = percent_text(line.rates[0]) if line.rates and line.basis == "population" else ""
    start = f"{naming.short_scope(book, line)}：" if named else ""
    times = f"{year.base} 家×{rate}" if rate else f"{year.base} 家"
    if len(year.numbers) == 1:
        return f"{start}{times}，向上取整 {year.total}"
    parts = (
        f"{len(year.numbers)} 期各 {year.numbers[0]}" if len(each) == 1 else "＋".join(map(str, year.numbers))
    )
    return f"{start}{times}，逐期向上取整，{parts}，共 {year.total}"


def populations(line: Quota, printed: Stated) -> Sequence[int]:
    """Populations from which the printed yearly number would follow; empty when none does or rates do not multiply it."""
    if line.basis != "population":
        return ()
    return [
        base for base in range(_MOST + 1)
        if compare(sum(quota_number(line, at, base=base).number for at in range(1, line.periods + 1)), printed).ok
    ]  # fmt: skip


def _range(found: Sequence[int]) -> str:
    return str(found[0]) if len(found) == 1 else f"{found[0]}—{found[-1]}"

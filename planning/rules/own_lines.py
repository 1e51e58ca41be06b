"""Lines a bureau adds to the book in its own plan, and the book with them added.

A plan may be stricter than the rulebook, never laxer: the book's lines stay as they are, whatever is added stands
beside them with a scope, a number and a document of its own. Widening the scope of a line of the book is such an
addition: the targets that come in are counted and drawn apart, so that the book's own targets get no less.

source: rulebooks.md §1.5, QS-10.4, NM-25.3, NM-25.4, WL-7.3, WL-7.4
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from foundation.rulebook import stricter
from foundation.rulebook.model import Rulebook
from foundation.rulebook.selectors import Condition, Names, Selector, parse_selector
from foundation.rulebook.tables import Quota
from foundation.rulebook.values import Origin, decimal_text

PREFIX = "local_"
_KEYS = (
    "id", "bodies", "item", "when", "except", "period", "basis", "rates", "bound", "rounding", "order", "role",
)  # fmt: skip

Raw = Mapping[str, Any]
"""An own line as the plan keeps it: id, zh, source, activity, bodies, when, except, period, basis, rates, order, widens."""


@dataclass(frozen=True, kw_only=True)
class OwnLine(Quota):
    """A line of the plan. zh: its name · source: the document it rests on · activity: which activity of the book ·
    widens: the line of the book whose scope it adds to, "" when it stands alone"""

    local: ClassVar[bool] = True
    zh: str = ""
    source: str = ""
    activity: str = ""
    widens: str = ""


def names_of(book: Rulebook) -> Names:
    return Names(
        flags={flag.id: flag for flag in book.flags}, tiers={tier.id for tier in book.tiers},
        activities={one.id for one in book.activities}, credit_grades=book.register.credit_grades, own=True,
    )  # fmt: skip


def own_line(book: Rulebook, raw: Raw) -> OwnLine:
    """raises: ValueError with every fault when it names what the book does not know"""
    selector, faults = parse_selector(raw["when"], names_of(book))
    known = {line.id for line in book.quotas}
    wrong = [str(fault) for fault in faults]
    wrong += [f"没有抽取主体 {body}" for body in raw["bodies"] if body not in {one.id for one in book.bodies}]
    wrong += [f"没有配额 {line}" for line in raw["except"] if line not in known]
    if wrong:
        raise ValueError("；".join(wrong))
    return OwnLine(
        id=raw["id"], zh=raw["zh"], source=raw["source"], activity=raw["activity"], widens=raw["widens"], item=None,
        bodies=tuple(raw["bodies"]), when=selector, except_=tuple(raw["except"]), period=raw["period"], basis=raw["basis"],
        rates=tuple(Decimal(rate) for rate in raw["rates"]), bound="at_least", rounding="up", order=raw["order"], role="draw",
        window=None, lifetime_once=False, src={"*": Origin("local", raw["source"])}, present=frozenset(_KEYS),
    )  # fmt: skip


def fits(book: Rulebook, raw: Raw) -> bool:
    try:
        own_line(book, raw)
    except ValueError:
        return False
    return True


def with_own(book: Rulebook, rows: Sequence[Raw]) -> Rulebook:
    """The book as the plan has it. Its hash stays that of the file."""
    return replace(book, quotas=(*book.quotas, *(own_line(book, raw) for raw in rows))) if rows else book


def next_id(used: Iterable[str]) -> str:
    """local_3 after local_2, whichever version of a plan had it."""
    numbers = [int(one.removeprefix(PREFIX)) for one in used if one.removeprefix(PREFIX).isdecimal()]
    return f"{PREFIX}{max(numbers, default=0) + 1}"


def raw_of(selector: Selector) -> list[dict[str, Any]]:
    """A selector as a file would write it."""
    return [dict(_written(condition) for condition in alternative) for alternative in selector.alternatives]


def _written(condition: Condition) -> tuple[str, Any]:
    suffix = {"min": "_min", "max": "_max", "within_months": "_within_months"}.get(condition.kind, "")
    operand = condition.operand
    if condition.kind == "flag":
        return condition.name, [flag.id for flag in operand]
    if isinstance(operand, tuple):
        return condition.name, list(operand)
    return f"{condition.name}{suffix}", decimal_text(operand) if isinstance(operand, Decimal) else operand


def laxer(line: Quota, wanted: Sequence[Raw]) -> str | None:
    """Why a scope may not replace that of a line of the book: it would let go of somebody the book means. [] is everybody."""
    if not wanted:
        return None
    if line.when.selects_all:
        return "原范围是其余全部对象，加了条件就少了人"
    return stricter.wider(raw_of(line.when), list(wanted))


def ranged(line: Quota) -> bool:
    """A condition beyond the tier: an area, a label, an industry, a kind set beforehand. source: NM-26.2, WL-6.2"""
    return any(
        condition.kind != "tier" for alternative in line.when.alternatives for condition in alternative
    )


def narrowed(line: Quota) -> bool:
    """By area or label: a directed draw. source: NM-26.1, WL-6.1"""
    return any(
        condition.name in ("area", "label")
        for alternative in line.when.alternatives
        for condition in alternative
    )


@dataclass(frozen=True)
class Room:
    """How the visits a cap allows to the targets of a line of the book are spoken for in the year.

    allowed: cap × targets it binds · needed: what the line must draw from them at least · own: what own lines may take
    """

    line: str
    cap: str
    targets: int
    allowed: int
    needed: int
    own: int

    @property
    def short(self) -> int:
        return max(self.own - max(self.allowed - self.needed, 0), 0)


@dataclass(frozen=True)
class Asked:
    """One line and instance over the year. numbers: required per period · base: ids · bound: those under the cap"""

    line: Quota
    numbers: tuple[int, ...]
    base: frozenset[int]
    bound: frozenset[int]

    def least(self) -> int:
        """What it must draw from targets under the cap, when all the others are drawn every time."""
        free = len(self.base - self.bound)
        return sum(max(number - free, 0) for number in self.numbers)

    def most(self, among: frozenset[int]) -> int:
        shared = len(among & self.base)
        return sum(min(number, shared) for number in self.numbers)


def rooms(found: Sequence[Asked], cap: str, most: int) -> list[Room]:
    """Lines of the book whose targets an own line may draw as well, at the worst: own lines must never use up the visits
    the book's lines need. source: rulebooks.md §1.5, AMB-07, AMB-10
    """
    own = [asked for asked in found if asked.line.local]
    return [
        Room(asked.line.id, cap, len(asked.bound), most * len(asked.bound), asked.least(), taken)
        for asked in found
        if not asked.line.local and (taken := sum(one.most(asked.bound) for one in own))
    ]

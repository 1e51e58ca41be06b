"""The year of a plan, line by line and quarter by quarter: what is asked, what can be, what stays out of reach.

source: AMB-05, AMB-07; the people: rulebooks.md §3 [team]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.rulebook.periods import Period
from foundation.rulebook.shortfall import REASON_LABELS
from foundation.rulebook.simulation import YearResult
from planning.rules import naming, terms
from planning.rules.feasibility import Finding, Scene
from planning.rules.figures import Figure
from planning.rules.outlook import by_row, evenest
from planning.rules.workload import AreaLoad, Room


@dataclass(frozen=True)
class Cell:
    """One period: asked, possible, missing and why. span: quarters it covers"""

    period: str
    span: int
    required: int
    drawn: int
    short: int
    reasons: str


@dataclass(frozen=True)
class Line:
    """One line and instance. distinct: different targets in the evenest year · missed: at least so many stay unvisited"""

    name: str
    tier: str
    unit: str
    base: int
    cells: tuple[Cell, ...]
    distinct: int

    @property
    def required(self) -> int:
        return sum(cell.required for cell in self.cells)

    @property
    def drawn(self) -> int:
        return sum(cell.drawn for cell in self.cells)

    @property
    def short(self) -> int:
        return sum(cell.short for cell in self.cells)

    @property
    def missed(self) -> int:
        return max(self.base - self.distinct, 0)


@dataclass(frozen=True)
class Quarter:
    """Visits against people. Longer periods are drawn in their first quarter, as in the simulation."""

    name: str
    visits: int
    team: int
    workdays: int
    room: Room

    @property
    def seats(self) -> int:
        return self.visits * self.team

    @property
    def enough(self) -> bool:
        return self.room.people >= self.team and self.seats <= self.room.days if self.visits else True

    @property
    def share(self) -> int:
        """Percent of the person-days that the visits take, one visit per day."""
        return -(-100 * self.seats // self.room.days) if self.room.days else 0


_SPAN = {"month": 1, "quarter": 1, "half_year": 2, "year": 4}


def lines(scene: Scene) -> list[Line]:
    """In the order of the book."""
    return [_line(scene, figures, evenest(scene.book, figures)) for figures in by_row(scene.figures).values()]


def _line(scene: Scene, figures: Sequence[Figure], year: YearResult) -> Line:
    ordered, first = sorted(figures, key=lambda figure: figure.period), figures[0]
    cells = tuple(
        Cell(terms.short_zh(figure.period), _SPAN[figure.period.kind], found.quota, found.drawn, found.shortfall,
             "、".join(REASON_LABELS[reason] for reason in found.reasons))
        for figure, found in zip(ordered, year.periods, strict=True)
    )  # fmt: skip
    return Line(
        naming.short_name(scene.book, first.line), naming.tier_of(first.line), scene.names.get(first.unit, ""), first.base,
        cells, year.distinct,
    )  # fmt: skip


def visits_by_quarter(scene: Scene) -> list[int]:
    """Draws of the evenest year by the quarter in which the period begins."""
    found = [0, 0, 0, 0]
    for figures in by_row(scene.figures).values():
        ordered = sorted(figures, key=lambda figure: figure.period)
        for figure, period in zip(ordered, evenest(scene.book, figures).periods, strict=True):
            found[Period.containing(figure.period.first, "quarter").index - 1] += period.drawn
    return found


def expected_visits(scene: Scene) -> dict[int, list[float]]:
    """Target → visits expected per quarter of the evenest year, every member of a base alike. Longer periods count in
    their first quarter, as everywhere on the page."""
    found: dict[int, list[float]] = {}
    for figures in by_row(scene.figures).values():
        ordered = sorted(figures, key=lambda figure: figure.period)
        for figure, period in zip(ordered, evenest(scene.book, figures).periods, strict=True):
            at = Period.containing(figure.period.first, "quarter").index - 1
            for target in figure.members.base:
                found.setdefault(target, [0.0] * 4)[at] += period.drawn / figure.base
    return found


def people_findings(
    scene: Scene, quarters: Sequence[Quarter], areas: Sequence[AreaLoad], names: Mapping[int, str]
) -> list[Finding]:
    """Quarters that the people cannot do, and areas nobody looks after."""
    origin = scene.book.team.origin("min")
    found = [
        Finding(
            "bad", "quarter", f"{one.name}人员不够：{one.visits} 家需要 {one.seats} 人次，在岗持证 {one.room.people} 人只有 {one.room.days} 个人日",
            f"请假少 {one.room.lost_leave} 个人日，证件过期或未发少 {one.room.lost_certificate} 个人日。",
            ("调整请假和换证", "分批抽取，把任务匀到全季", "请其他单位支援，或把不按季的任务挪到别的季度"), origin,
        )
        for one in quarters if not one.enough
    ]  # fmt: skip
    bare = [names.get(one.area, "") for one in areas if one.visits and not one.people]
    staffed = any(one.people for one in areas)
    if bare and staffed:
        found.append(Finding(
            "warn", "area_people", f"{len(bare)} 个片区没有登记负责的检查人员：{'、'.join(bare[:6])}", "抽到这些片区时由别的片区的人去，路上要多花时间。",
            ("到检查人员名录补登片区", "不补也行：编组时自动扩大到全局"), scene.book.team.origin("match"),
        ))  # fmt: skip
    for one in areas:
        if one.short:
            busy = max(one.quarters, key=lambda quarter: quarter.needed - quarter.days)
            found.append(Finding(
                "warn", "travel", f"{names.get(one.area, '')}路程紧：最忙的一季约 {busy.visits:.0f} 家，连路上要 {busy.needed:.0f} 人日，负责的 {one.people} 人只有 {busy.days} 人日",
                "按本局在“统筹依据”里填的一天查几家、路上几天估算，不是规定的数。", ("把同一片区的检查排在同一天", "给这个片区增加负责的人"),
            ))  # fmt: skip
    return found


def quarters(
    scene: Scene, year: int, rooms: Sequence[Room], workdays: Sequence[Sequence[date]]
) -> list[Quarter]:
    """rooms, workdays: one per quarter."""
    visits = visits_by_quarter(scene)
    return [
        Quarter(terms.short_zh(period), visits[at], scene.book.team.min, len(workdays[at]), rooms[at])
        for at, period in enumerate(Period.of_year(year, "quarter"))
    ]

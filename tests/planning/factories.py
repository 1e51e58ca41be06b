"""A small bureau that goes by one of the five rulebooks, with targets for every line."""

from dataclasses import dataclass
from datetime import date

from foundation.organisation.actions import adopt_rulebook
from foundation.organisation.models import Organisation, Unit, User
from foundation.rulebook import library
from foundation.rulebook.model import Rulebook
from planning import actions
from planning.models import AnnualPlan, Drawn
from registry.models import InspectionItem, Target, TargetFlag
from tests.factories import (
    create_area,
    create_inspector,
    create_organisation,
    create_target,
    create_unit,
    create_user,
)

BOOKS = ("qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024")
TODAY = date(2026, 10, 9)

WULONG_CATEGORIES = (
    "urban_wwtp", "industrial_park_wwtp", "township_wwtp", "key_water_industry", "source_urban_or_large",
    "gas_key_or_fuel", "carbon_market", "soil_key", "land_party", "hw_operator",
)  # fmt: skip


@dataclass
class Bureau:
    organisation: Organisation
    book: Rulebook
    planner: User
    head: User
    units: list[Unit]

    def unit(self, body: str) -> Unit:
        return next(unit for unit in self.units if unit.body == body)


def create_bureau(book_id: str = "qinshui-2022", **fields) -> Bureau:
    """Two areas, one instance for each drawing body (two where the rulebook has many), two users, no targets."""
    organisation = create_organisation(**fields)
    areas = [create_area(organisation, name="城关镇"), create_area(organisation, name="端河镇")]
    book = library.get(book_id)
    units = []
    for body in book.bodies:
        if not any(body.id in line.bodies for line in book.quotas):
            continue
        for at in range(2 if body.instances == "many" else 1):
            own = tuple(areas) if body.instances == "one" else (areas[at],)
            units.append(create_unit(organisation, body=body.id, areas=own))
    planner = create_user(organisation, "planner", name="林岚")
    head = create_user(organisation, "unit_head", name="周正")
    adopt_rulebook(by=head, organisation=organisation, rulebook_id=book_id, effective_from=date(2026, 1, 1))
    return Bureau(organisation, book, planner, head, units)


def publish_items(bureau: Bureau) -> list[InspectionItem]:
    """The rulebook's own items, or one general item where it has none."""
    codes = [(item.id, item.zh) for item in bureau.book.items] or [("general", "污染源日常监督检查")]
    return [
        InspectionItem.objects.create(
            organisation=bureau.organisation, code=code, name=name, status="published", effective_from=date(2026, 1, 1),
        )
        for code, name in codes
    ]  # fmt: skip


def create_targets(bureau: Bureau, count: int, **fields) -> list[Target]:
    areas = list(bureau.organisation.areas.order_by("code"))
    return [create_target(bureau.organisation, area=areas[at % 2], **fields) for at in range(count)]


def flag(bureau: Bureau, targets: list[Target], name: str, on: date = date(2026, 2, 1)) -> None:
    for target in targets:
        TargetFlag.objects.create(target=target, flag=name, happened_on=on, evidence="通报")


def fill(bureau: Bureau) -> Bureau:
    """Targets for every tier or scope of the bureau's rulebook, six officers for every instance, items."""
    publish_items(bureau)
    for unit in bureau.units:
        for _ in range(6):
            create_inspector(bureau.organisation, unit=unit)
    flags = {"qinshui-2022": "penalised", "neimenggu-2024": "violation", "xinyang-2023": "special_listed",
             "quzhou-2017": "high_risk", "wulong-2024": "violation"}  # fmt: skip
    create_targets(bureau, 12, permit_class="key", key_polluter_list=True, control_level="provincial")
    create_targets(bureau, 30, permit_class="registration", control_level="municipal")
    create_targets(bureau, 10, permit_class="simplified", control_level="county")
    flag(bureau, create_targets(bureau, 6, control_level="municipal"), flags[bureau.book.id])
    if bureau.book.id == "wulong-2024":
        for category in WULONG_CATEGORIES:
            create_targets(bureau, 3, categories=[category])
    return bureau


def approved_plan(bureau: Bureau, *, year: int = 2026, issue: bool = True) -> AnnualPlan:
    """A plan that went the whole way; manual numbers are filled in with 1."""
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=year, on=TODAY)
    fill_manual(bureau, plan)
    plan = actions.submit_plan(by=bureau.planner, plan=plan)
    plan = actions.approve_plan(by=bureau.head, plan=plan)
    if not issue:
        return plan
    return actions.issue_plan(
        by=bureau.planner, plan=plan, number="青环发〔2026〕3号", issued_on=date(2030, 1, 1)
    )


def joint_plan(
    bureau: Bureau, lines: tuple[str, ...], *, lead: Unit | None = None, lead_name: str = "", kind: str = "joint_departments"
) -> AnnualPlan:  # fmt: skip
    """An approved joint plan of these lines, led by an office of ours or by another department."""
    plan = actions.create_plan(
        by=bureau.planner, organisation=bureau.organisation, year=2026, on=TODAY, kind=kind
    )
    actions.edit_details(
        by=bureau.planner, plan=plan, name=plan.name, lead=lead, lead_kind="market" if lead_name else "own", lead_name=lead_name
    )  # fmt: skip
    for task in plan.tasks.exclude(line__in=lines):
        actions.drop_task(by=bureau.planner, task=task)
    fill_manual(bureau, plan)
    other = actions.add_participant(by=bureau.planner, plan=plan, name="县水利局")
    actions.submit_plan(by=bureau.planner, plan=plan)
    actions.record_agreement(
        by=bureau.planner, participant=other, agreed_on=date(2026, 1, 9), agreement="复函〔2026〕2号"
    )
    return actions.approve_plan(by=bureau.head, plan=plan)


def fill_manual(bureau: Bureau, plan: AnnualPlan) -> None:
    manual = {line.id for line in bureau.book.quotas if line.basis == "manual"}
    for task in plan.tasks.filter(line__in=manual):
        for row in task.numbers.select_related("unit"):
            actions.set_manual(
                by=bureau.planner,
                task=task,
                unit=row.unit,
                period=row.period,
                number=1,
                source="年度监管工作方案",
                on=TODAY,
            )


def note(
    bureau: Bureau,
    line: str,
    targets: list[Target],
    *,
    period: str = "2026Q4",
    serial: str = "01",
    unit: Unit | None = None,
) -> int:
    return actions.note_drawn(
        organisation=bureau.organisation, period=period, rows=[(line, unit or bureau.units[0], target) for target in targets],
        draw_number=f"{bureau.organisation.code}-{period}-{serial}", on=TODAY, by=None,
    )  # fmt: skip


def standing_count() -> int:
    return Drawn.objects.standing().count()


def headcount(bureau: Bureau, unit: Unit) -> list:
    from personnel.models import Inspector

    return list(Inspector.objects.filter(unit=unit).order_by("pk"))

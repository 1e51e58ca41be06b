"""A bureau with completed, reviewed inspections, ready to be published."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from disclosure import actions
from disclosure.models import DisclosureTask, Publication
from draws.models import Draw, DrawStratum, SnapshotTarget
from foundation.organisation.models import Organisation, User
from inspections.models import FollowUp, Record, Review, TeamMember, Visit, VisitCredit, VisitItem
from personnel.models import Inspector
from planning.models import AnnualPlan, Quota
from registry.models import Entity, InspectionItem, PriorInspection, Target, TierAssignment
from tests.factories import create_inspector, create_target, create_user
from tests.planning import factories as plan

BEIJING = ZoneInfo("Asia/Shanghai")
_numbers = count(1)
USCC = "91110108551385082Q"


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), BEIJING)


@dataclass
class Office:
    """One bureau, the people around a publication, one signed draw."""

    bureau: plan.Bureau
    draw: Draw
    publisher: User
    head: User
    reviewer: User
    team: list[Inspector]
    items: list[InspectionItem] = field(default_factory=list)

    @property
    def organisation(self) -> Organisation:
        return self.bureau.organisation


def create_office(
    book: str = "qinshui-2022", *, period: str = "2026Q4", serial: str = "01", **fields
) -> Office:
    bureau = plan.create_bureau(book, **fields)
    items = [
        InspectionItem.objects.create(
            organisation=bureau.organisation, code=f"item{n}", name=name, status="published",
            effective_from=date(2026, 1, 1), basis=["《排污许可管理条例》第十七条"], contents=["危险废物标签", "台账"],
        )
        for n, name in enumerate(("危险废物贮存与管理", "污染防治设施运行"))
    ]  # fmt: skip
    team = [
        create_inspector(bureau.organisation, unit=bureau.units[0], name=name, certificate_no=number)
        for name, number in (("王建国", "ZF14053721"), ("欧阳明", "ZF14054777"))
    ]
    return Office(
        bureau, create_draw(bureau, period=period, serial=serial),
        create_user(bureau.organisation, "publisher", name="公示员甲"), bureau.head,
        create_user(bureau.organisation, "reviewer", name="审核人乙"), team, items,
    )  # fmt: skip


def create_draw(bureau: plan.Bureau, *, period: str = "2026Q4", serial: str = "01", **fields) -> Draw:
    """A signed draw as a bare row, without its ceremony; its names cannot be opened."""
    organisation, book, unit = bureau.organisation, bureau.book, bureau.units[0]
    year = int(period[:4])
    annual = AnnualPlan.objects.filter(organisation=organisation, year=year).first() or AnnualPlan.objects.create(
        organisation=organisation, year=year, name=f"{year}年度双随机抽查计划", rulebook_id=book.id,
        rulebook_hash=book.hash, author=bureau.planner,
    )  # fmt: skip
    draw = Draw.objects.create(**{
        "organisation": organisation, "number": f"{organisation.code}-{period}-{serial}", "kind": "F", "period": period,
        "serial": serial, "plan": annual, "rulebook_id": book.id, "rulebook_hash": book.hash, "state": "signed",
        "scheduled_at": at(date(year, 10, 13)), "place": "二楼会议室", "operator": create_user(organisation, "operator"),
        "freeze_hash": "f" * 64, "head": "5e0971da" * 8, **fields,
    })  # fmt: skip
    line = next(line for line in book.quotas if unit.body in line.bodies and line.role == "draw")
    quota = Quota.objects.create(
        organisation=organisation, plan=annual, period=period, line=line.id, unit=unit, base=100, pool=90, required=25,
        snapshot_on=date(year, 10, 9),
    ) if not Quota.objects.filter(organisation=organisation, period=period, line=line.id, unit=unit).exists() else Quota.objects.get(
        organisation=organisation, period=period, line=line.id, unit=unit
    )  # fmt: skip
    DrawStratum.objects.create(
        draw=draw, quota=quota, stratum=line.id, line=line.id, unit=unit, period=period
    )
    return draw


def create_company(
    office: Office, name: str = "青禾德昌铸造有限公司", *, uscc: str = USCC, **fields
) -> Target:
    organisation = office.organisation
    entity = Entity.objects.filter(organisation=organisation, uscc=uscc).first() if uscc else None
    if uscc and entity is None:
        entity = Entity.objects.create(
            organisation=organisation, name=name, uscc=uscc, legal_representative="赵德昌"
        )
    target = create_target(
        organisation, area=organisation.areas.order_by("code").first(), name=name, entity=entity, contact="钱多多",
        phone="13812345678", **fields,
    )  # fmt: skip
    TierAssignment.objects.create(
        target=target, body=office.bureau.units[0].body, tier="key", computed_tier="key", since=date(2026, 1, 1),
        reason="列入重点排污单位名录", clause="QS-8.2",
    )  # fmt: skip
    return target


def create_visit(
    office: Office, *, target: Target | None = None, completed_on: date = date(2026, 11, 5), outcome: str = "no_problem",
    reviewed: bool = True, draw: Draw | None = None, note: str = "", **fields,
) -> Visit:  # fmt: skip
    """A completed inspection with both items, a signed record and, by default, a passed review."""
    n = next(_numbers)
    draw = draw or office.draw
    target = target or create_company(office, f"青禾第{n}铸造有限公司", uscc="")
    commitment = f"{n:064x}"
    SnapshotTarget.objects.create(
        draw=draw,
        target=target,
        commitment=commitment,
        code=f"重{n:03}",
        uid=target.uid,
        name=target.name,
        row="行",
    )
    visit = Visit.objects.create(**{
        "organisation": office.organisation, "number": f"{draw.number}-{n:03}", "draw": draw, "target": target,
        "commitment": commitment, "strata": [draw.strata.get().stratum], "state": "reviewed" if reviewed else "submitted",
        "dispatched_at": at(completed_on - timedelta(days=3)), "arrived_at": at(completed_on),
        "finished_at": at(completed_on, 11), "completed_on": completed_on, **fields,
    })  # fmt: skip
    VisitCredit.objects.create(visit=visit, draw=draw, commitment=commitment, strata=visit.strata)
    for position, inspector in enumerate(office.team):
        TeamMember.objects.create(visit=visit, inspector=inspector, position=position)
    for item in office.items:
        VisitItem.objects.create(visit=visit, item=item, result="no_problem")
    if outcome != "no_problem":
        VisitItem.objects.filter(visit=visit, item=office.items[0]).update(
            result=outcome, note=note or "贮存间 2 处标签未更新"
        )
    record = Record.objects.create(
        visit=visit, version=1, outcome=outcome, summary="检查情况", content="{}", sha256="0" * 64,
        written_by=create_user(office.organisation, "inspector"), submitted_at=at(completed_on, 12),
    )  # fmt: skip
    if reviewed:
        Review.objects.create(record=record, reviewer=office.reviewer, passed=True)
    return visit


def waive(office: Office, *, on: date = date(2026, 11, 3), problem_found: bool = False, **given) -> Visit:
    """A drawn visit that gave way to another check."""
    prior_target = create_company(office, "青禾代查化工厂", uscc="")
    prior = PriorInspection.objects.create(
        target=prior_target, level="own", on=on, problem_found=problem_found, source="监测台账"
    )
    visit = create_visit(
        office, target=prior_target, state="waived", waived_for=prior, void_reason="监督性监测：同期已做", arrived_at=None,
        finished_at=None, reviewed=False, **given,
    )  # fmt: skip
    visit.completed_on = None
    visit.save(update_fields=["completed_on"])
    return visit


def merge(visit: Visit, draw: Draw) -> VisitCredit:
    """Another draw hit the same target; both count for one visit."""
    commitment = f"{next(_numbers):064x}"
    SnapshotTarget.objects.create(
        draw=draw, target=visit.target, commitment=commitment, code="般099", uid=visit.target.uid, name=visit.target.name,
        row="行",
    )  # fmt: skip
    return VisitCredit.objects.create(
        visit=visit, draw=draw, commitment=commitment, strata=[draw.strata.get().stratum]
    )


def order_correction(
    visit: Visit, *, due_on: date, closed_on: date | None = None, kind: str = "rectification"
) -> FollowUp:
    first = visit.items.order_by("pk").first()
    return FollowUp.objects.create(
        visit=visit, visit_item=first, kind=kind, problem="标签未更新", demand="更换全部标签，联系人钱多多 13812345678",
        due_on=due_on, state="done" if closed_on else "open", closed_on=closed_on,
        closing_note="标签已更新" if closed_on else "", opened_at=at(visit.completed_on, 12),
    )  # fmt: skip


def task_of(office: Office, visit: Visit, *, on: date = date(2026, 11, 10)) -> DisclosureTask:
    actions.ensure_tasks(organisation=office.organisation, on=on)
    return DisclosureTask.objects.get(visit=visit)


def publish(
    office: Office, visit: Visit | None = None, *, on: date = date(2026, 11, 17), **given
) -> Publication:
    """The whole way from a completed inspection to its publication."""
    task = task_of(office, visit or create_visit(office, **given))
    return publish_task(office, task, on=on)


def publish_task(office: Office, task: DisclosureTask, *, on: date = date(2026, 11, 17)) -> Publication:
    moment = at(on, 15)
    if task.state in ("waiting", "returned"):
        actions.propose(by=office.publisher, task=task, now=moment)
    actions.approve(by=office.head, task=task, now=moment)
    return actions.publish(by=office.publisher, task=task, now=moment)

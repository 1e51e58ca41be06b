"""What the teams do in the field, on their own accounts: arrive, answer every check point, sign; another reviews."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from config.rehearsal.bureau import Bureau
from config.rehearsal.schedule import Schedule, at
from foundation.organisation.models import User
from inspections import actions
from inspections.models import Visit
from inspections.rules import modes
from inspections.rules.signing import Signed
from registry.models import CheckPoint

PROBLEM_EVERY = 7
SITE = settings.PUBLIC_URL


def create(bureau: Bureau, schedule: Schedule, draw) -> list[Visit]:
    return actions.create_visits(
        by=bureau.staff.operator, draw=draw, now=schedule.held_at + timedelta(hours=3)
    )


def carry_out(
    bureau: Bureau,
    schedule: Schedule,
    visits: list[Visit],
    accounts: dict[int, User],
    tell: Callable[[int, int], None],
) -> list[Visit]:
    """Every visit that has a team, spread over the days; every seventh finds something. returns the completed ones."""
    done = []
    for n, visit in enumerate(visits):
        day = schedule.visit_days[n * len(schedule.visit_days) // len(visits)]
        if one(bureau, visit, accounts, at(day, 9 + n % 6), problem=n % PROBLEM_EVERY == PROBLEM_EVERY - 1):
            done.append(visit)
        tell(n + 1, len(visits))
    return done


def one(
    bureau: Bureau,
    visit: Visit,
    accounts: dict[int, User],
    arrival: datetime,
    *,
    problem: bool,
    review: bool = True,
) -> bool:
    """One visit from notice to signed record, and its review. returns: False for a visit without a team"""
    team = list(visit.team.filter(left_at=None).select_related("inspector").order_by("position"))
    if not team:
        return False
    lead = accounts[team[0].inspector_id]
    sent = arrival - timedelta(minutes=50)
    actions.dispatch(by=bureau.staff.operator, visit=visit, scheduled_on=arrival.date(), site=SITE, now=sent)
    steps = modes.steps(bureau.world.rulebook.inspection.onsite_steps, visit.mode)
    actions.arrive(
        by=lead, visit=visit, steps=list(steps), received_by="值班负责人", device="演练手机", now=arrival
    )
    actions.set_production_state(by=lead, visit=visit, state="normal", sampled=False, source="在线监控数据")
    _answer(visit, lead, arrival, problem)
    signatures = [
        Signed("inspector", member.inspector.name, inspector=member.inspector_id) for member in team
    ]
    signatures.append(Signed("enterprise", "值班负责人"))
    summary = "现场检查发现一处问题，已当场责令改正。" if problem else "现场检查未发现问题。"
    finished = arrival + timedelta(hours=1, minutes=30)
    actions.submit_record(
        by=lead, visit=visit, summary=summary, signatures=signatures, finished_at=finished, now=finished
    )
    if review:
        actions.review(
            by=bureau.staff.reviewer,
            visit=visit,
            passed=True,
            opinion="记录完整，同意",
            now=finished + timedelta(hours=2),
        )
    visit.refresh_from_db()
    return True


def _answer(visit: Visit, lead: User, arrival: datetime, problem: bool) -> None:
    """The whole checklist together; where something is found, it is the first line of the first item."""
    items = list(visit.items.select_related("item").order_by("id"))
    points: dict[int, list[int]] = {item.item_id: [] for item in items}
    rows = CheckPoint.objects.filter(item__in=list(points)).order_by("item", "no")
    for item_id, pk in rows.values_list("item", "pk"):
        points[item_id].append(pk)
    filled = [
        actions.Filled(item, dict.fromkeys(points[item.item_id], ("clear", "")), "no_problem")
        for item in items
    ]
    if problem:
        found = dict.fromkeys(points[items[0].item_id][:1], ("problem", "危险废物贮存间标识不全"))
        filled[0] = actions.Filled(
            items[0], {**filled[0].answers, **found}, "ordered_correct", "危险废物贮存间标识不全，责令五日内改正",
            "五日内补齐标识", (arrival + timedelta(days=7)).date(),
        )  # fmt: skip
    actions.save_items(by=lead, visit=visit, filled=filled, now=arrival + timedelta(minutes=40))

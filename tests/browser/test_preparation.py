"""Every page of the preparation at the desk and on a phone: no accessibility finding, nothing wider than the screen."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from draws import actions
from draws.models import ConflictOfInterest, Draw, FeasibilityRun
from personnel.models import Inspector
from planning.models import Quota
from registry.models import Target
from tests.browser.test_ceremony import DESKTOP, PHONE, Person
from tests.browser.test_ceremony import _one_request_at_a_time as _one_request_at_a_time
from tests.browser.test_ceremony import people as people
from tests.browser.test_ceremony import shots as shots
from tests.draws import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = (
    "", "arrange/", "counts/", "pool/", "roster/", "conflicts/", "seats/", "seats/S1/edit/", "feasibility/", "announcement/", "confirm/",
    "withdraw/",
)  # fmt: skip


def furnish(house: make.House) -> Draw:
    """A draw with something to see on every page."""
    tomorrow = timezone.localtime() + timedelta(days=4)
    draw = make.prepare(
        house,
        scheduled_at=tomorrow,
        pub=("cn.ssq", "2026120"),
        pub_expected_at=tomorrow + timedelta(hours=12),
    )
    people, targets = Inspector.objects.of(house.organisation), Target.objects.of(house.organisation)
    first, second = people.order_by("pk")[:2]
    people.filter(pk=first.pk).update(certificate_valid_until=timezone.localdate() - timedelta(days=2))
    people.filter(pk=second.pk).update(certificate_valid_until=timezone.localdate() + timedelta(days=20))
    ConflictOfInterest.objects.create(
        organisation=house.organisation, inspector=second, target=targets.first(), relation="KIN", since=make.plan.TODAY,
        evidence="申报表 7 号", declared_by=house.discipline,
    )  # fmt: skip
    last(house)
    for n, target in enumerate(targets.order_by("pk")[:2]):
        change = actions.ask_pool_change(
            by=house.operator,
            draw=draw,
            kind="exclude",
            target=target,
            reason="正在立案调查，不宜同时抽查",
            evidence="立案通知〔2026〕7号",
        )
        if n:
            actions.approve_pool_change(by=house.head, change=change)
            actions.endorse_pool_change(by=house.discipline, change=change)
    for seat, role, title, method in (
        ("S1", "npc", "人大代表", "sealed"),
        ("S2", "media", "媒体代表", "sealed"),
        ("D1", "dice", "二十枚骰子", "spoken"),
    ):
        actions.add_seat(by=house.operator, draw=draw, seat=seat, role=role, title=title, method=method)
    return draw


def last(house: make.House) -> None:
    """A last period with other members."""
    for quota in Quota.objects.filter(organisation=house.organisation, period=make.PERIOD):
        Quota.objects.create(
            organisation=quota.organisation, plan=quota.plan, period="2026Q3", line=quota.line, unit=quota.unit, base=quota.base, pool=0,
            required=0, snapshot_on=quota.snapshot_on, snapshot=quota.snapshot[2:], confirmed_at=make.ANNOUNCED, confirmed_by=house.head,
        )  # fmt: skip


def tight(draw: Draw, by) -> None:
    """A finished run of which some seeds failed, as a bureau with few people would see it."""
    run = actions.rehearse_seeds(by=by, draw=draw, on=timezone.localdate())
    report = {
        "seeds": 200, "failed": 12, "relaxed": 61, "visits": [14, 17], "lacking": 2, "inspectors": 9, "recusals": 4,
        "levels": [
            {"rung": "片区内人员，专业对口", "runs": 127}, {"rung": "片区内人员，专业对口，每人可多查 4 家", "runs": 40},
            {"rung": "全局人员，次数不限", "runs": 33},
        ],
        "bottlenecks": [
            {"kind": "专业", "what": "危废", "runs": 40, "sentence": "危废专业的人不够：最紧的一次，7 家可用 3 人共 6 个名额，需要 7 个。",
             "options": ["为有条件的人登记危废专业", "接受放宽：1 人次由其他专业的人补"]},
            {"kind": "证件", "what": "陈12", "runs": 33, "sentence": "陈12没有有效执法证：最紧的一次，17 家可用 9 人共 30 个名额，需要 34 个。",
             "options": ["抽取前为陈12换发执法证并在人员名录登记", "另增 4 人次可派的人"]},
        ],
        "warnings": ["检查人员少于 30 人，人员名单行在办结前只给观察席。"],
    }  # fmt: skip
    FeasibilityRun.objects.filter(pk=run.pk).update(
        state="done", done=200, report=json.loads(json.dumps(report)), finished_at=timezone.now()
    )


def test_every_page_of_the_preparation_stands_at_both_sizes(people):
    house = make.create_house()
    draw = furnish(house)
    tight(draw, house.operator)
    for name, viewport in (("desk", DESKTOP), ("phone", PHONE)):
        host: Person = people(name, viewport)
        host.sign_in(house.operator)
        for path in PATHS:
            host.go(f"/desk/draws/{draw.number}/{path}")
            host.shot(f"prep-{name}-{path.replace('/', '-') or 'list'}")
        assert host.said == []
    officer: Person = people("officer", DESKTOP)
    officer.sign_in(house.discipline)
    for path in ("pool/", "conflicts/", "confirm/"):
        officer.go(f"/desk/draws/{draw.number}/{path}")
        officer.shot(f"prep-officer-{path[:-1]}")
    planner: Person = people("planner", DESKTOP)
    planner.sign_in(house.bureau.planner)
    planner.go("/desk/objects/reviews/")
    planner.shot("prep-reviews")
    assert officer.said == planner.said == []


def test_the_sheet_of_codes_prints_from_the_button(people):
    house = make.create_house()
    draw = make.prepare(house)
    for n in (1, 2, 3):
        actions.add_seat(
            by=house.operator, draw=draw, seat=f"S{n}", role="media", title=f"媒体代表 {n}", method="sealed"
        )
    host: Person = people("host", DESKTOP)
    host.sign_in(house.operator)
    page = host.go(f"/desk/draws/{draw.number}/seats/")
    page.locator("details.confirm > summary", has_text="印席位码").click()
    page.locator("dialog[open] button[type=submit]").click()
    page.wait_for_selector(".slipcard--many")
    assert page.locator(".slipcard--many").count() == 3
    host.shot("prep-codes")
    assert host.said == []

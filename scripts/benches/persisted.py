"""A whole draw of 10,000 targets with everything that is stored: announce, freeze, slips, lock, reveal, result.

Each step is the action that the pages call, on SQLite in a file. Compared with the pure rules on lists of that size:
what is above one is reading the registers, deciding who belongs where, and storing.
"""

import os
import tempfile
from pathlib import Path

from benches import rules
from benches._figures import Figure, compared, timed

TARGETS, PEOPLE = int(os.environ.get("BENCH_TARGETS", "10000")), 120
LIMIT = 10.0  # seconds of processor time, end to end


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        steps = walk(settle_in(Path(folder)))
    registered = rules.register()
    pure, _ = timed(lambda: rules.played(rules.freeze(*registered)))
    other = f"{rules.ROWS} 行纯规则的冻结与抽取"
    whole = sum(steps.values())
    return [
        compared(f"{TARGETS} 家从公告到结果全程入库", whole, other, pure, at_most=LIMIT),
        *(compared(f"其中{name}", seconds, other, pure) for name, seconds in steps.items()),
    ]


def settle_in(folder: Path):
    """A bureau with confirmed quotas over TARGETS targets, in a database of its own."""
    os.environ |= {
        "VAR_DIR": str(folder),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.draws import factories as at

    house = at.create_house(quotas=False)
    fill(house)
    house.quotas = confirm(house)
    return house


def fill(house) -> None:
    from registry.models import Target
    from tests.factories import create_inspector

    organisation, areas = house.organisation, list(house.organisation.areas.all())
    levels = ("provincial", "municipal", "county")
    Target.objects.bulk_create(
        [Target(organisation=organisation, area=areas[n % 2], uid=f"91140521MA{n:08d}.01", name=f"青禾县第{n}号环境监管对象有限公司",
                control_level=levels[n % 7 % 3], permit_class=("key", "simplified", "registration")[n % 3],
                categories=["hw_operator"] if n % 9 == 0 else [])
         for n in range(TARGETS - Target.objects.count())],
        batch_size=500,
    )  # fmt: skip
    for n in range(PEOPLE):
        create_inspector(
            organisation, unit=house.bureau.units[n % len(house.bureau.units)], areas=(areas[n % 2],)
        )


def confirm(house) -> list:
    from planning import actions as planning
    from tests.draws.factories import PERIOD
    from tests.planning import factories as plan

    quotas = planning.confirm_quotas(
        organisation=house.organisation, period=PERIOD, on=plan.TODAY, by=house.bureau.planner
    )
    return [quota for quota in quotas if house.bureau.book.line(quota.line).role == "draw"]


def walk(house) -> dict[str, float]:
    """Processor seconds by step."""
    from draws import actions
    from draws.models import Draw
    from tests.draws import factories as at

    draw = at.prepare(house)
    prepared, devices = timed(lambda: at.ready(house, draw))
    froze, _ = timed(lambda: actions.freeze(by=house.operator, draw=draw, on=at.ON, now=at.HELD))
    drew, _ = timed(lambda: at.give_digits(house, draw, devices))
    if Draw.objects.get(pk=draw.pk).state != Draw.State.RESULT:
        raise SystemExit("抽取没有走到结果，不能比较")
    return {"入席并公告": prepared, "冻结": froze, "封签、掷骰、揭示、结果": drew}

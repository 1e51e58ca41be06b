"""Plain functions that make valid rows with as few words as possible."""

from datetime import date
from itertools import count

from foundation.organisation.models import Area, Organisation, RoleGrant, Unit, User
from personnel.models import Inspector
from registry.models import Target

_numbers = count(1)


def create_organisation(code: str = "", **fields) -> Organisation:
    n = next(_numbers)
    return Organisation.objects.create(
        code=code or f"{100000 + n}", name=fields.pop("name", f"青禾{n}县生态环境局"), **fields
    )


def create_area(organisation: Organisation, **fields) -> Area:
    n = next(_numbers)
    return Area.objects.create(
        organisation=organisation,
        code=fields.pop("code", f"A{n:02}"),
        name=fields.pop("name", f"第{n}镇"),
        **fields,
    )


def create_unit(organisation: Organisation, *, areas: tuple[Area, ...] = (), **fields) -> Unit:
    n = next(_numbers)
    unit = Unit.objects.create(
        organisation=organisation,
        code=fields.pop("code", f"U{n}"),
        name=fields.pop("name", f"第{n}科"),
        **fields,
    )
    unit.areas.set(areas)
    return unit


def create_user(organisation: Organisation | None = None, *roles: str, **fields) -> User:
    n = next(_numbers)
    organisation = organisation or create_organisation()
    user = User(
        username=fields.pop("username", f"user{n}"),
        name=fields.pop("name", f"林{n}"),
        organisation=organisation,
        **fields,
    )
    user.set_password("mingchou-2026")
    user.save()
    for role in roles:
        RoleGrant.objects.create(user=user, role=role)
    return user


def create_target(organisation: Organisation, *, area: Area | None = None, **fields) -> Target:
    n = next(_numbers)
    area = area or Area.objects.filter(organisation=organisation).first() or create_area(organisation)
    return Target.objects.create(
        organisation=organisation,
        area=area,
        uid=fields.pop("uid", f"T{n:05}"),
        name=fields.pop("name", f"青禾第{n}化工厂"),
        **fields,
    )


def create_inspector(
    organisation: Organisation, *, unit: Unit | None = None, areas: tuple[Area, ...] = (), **fields
) -> Inspector:
    n = next(_numbers)
    unit = unit or Unit.objects.filter(organisation=organisation).first() or create_unit(organisation)
    defaults = {
        "uid": f"ZF{n:05}",
        "name": f"陈{n}",
        "certificate_no": f"ZF{n:05}",
        "certificate_issued_on": date(2020, 1, 1),
        "certificate_valid_until": date(2030, 1, 1),
    }
    inspector = Inspector.objects.create(organisation=organisation, unit=unit, **(defaults | fields))
    inspector.areas.set(areas)
    return inspector

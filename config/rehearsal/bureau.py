"""A bureau from nothing: organisation, staff, rulebook, items, registers from Excel."""

from dataclasses import dataclass
from datetime import date

from config.rehearsal import people
from config.rehearsal.people import Staff
from config.synthetic import World
from config.synthetic.sheets import workbook
from foundation.errors import RuleBroken
from foundation.organisation import actions as organising
from foundation.organisation.models import Area, Organisation, Unit, User
from foundation.organisation.roles import Role
from personnel import actions as personnel
from personnel.models import Inspector
from registry import actions as registry

KINDS = {"执法队": Unit.Kind.BRIGADE, "科室": Unit.Kind.OFFICE, "分局": Unit.Kind.BRANCH}


@dataclass(frozen=True)
class Bureau:
    organisation: Organisation
    world: World
    staff: Staff


def found(world: World, on: date, *, prefix: str = "", password: str | None = None) -> Bureau:
    """Organisation with areas, units and accounts; the rulebook adopted from the first day it can be."""
    organisation = Organisation.objects.create(
        code=world.mix.region,
        name=world.mix.bureau,
        short_name=world.mix.place + "局",
        complaint_phone="0000-12345",
    )
    areas = {
        code: Area.objects.create(organisation=organisation, code=code, name=name)
        for code, name in world.areas
    }
    units = [_unit(organisation, unit, list(areas.values())) for unit in world.units]
    staff = people.hire(organisation, units[0], password, prefix)
    registry.adopt_rulebook(
        by=staff.head, organisation=organisation, rulebook_id=world.rulebook.id,
        effective_from=min(world.rulebook.about.effective_from, on), on=on,
    )  # fmt: skip
    return Bureau(organisation, world, staff)


def _unit(organisation: Organisation, unit, areas: list[Area]) -> Unit:
    made = Unit.objects.create(
        organisation=organisation, code=unit.code, name=unit.name, kind=KINDS[unit.kind], body=unit.body
    )
    made.areas.set([areas[town] for town in unit.towns] or areas)
    return made


def ship_items(bureau: Bureau, on: date) -> int:
    made = registry.ship_items(
        organisation=bureau.organisation,
        rulebook=bureau.world.rulebook,
        by=bureau.staff.planner,
        approved_by=bureau.staff.head,
        on=on,
    )
    return len(made)


def import_targets(bureau: Bureau, on: date) -> int:
    """The register's Excel: checked, then committed; a single bad row stops it."""
    data = workbook("检查对象", bureau.world.targets)
    batch = registry.check_file(
        organisation=bureau.organisation,
        kind="targets",
        file_name="检查对象名录.xlsx",
        data=data,
        on=on,
        by=bureau.staff.planner,
    )
    _refuse_errors(batch.errors)
    registry.commit_import(batch=batch, on=on, by=bureau.staff.planner)
    return batch.rows


def import_inspectors(bureau: Bureau, on: date) -> int:
    data = workbook("检查人员", bureau.world.inspectors)
    batch = personnel.check_file(
        organisation=bureau.organisation,
        file_name="检查人员名录.xlsx",
        data=data,
        on=on,
        by=bureau.staff.planner,
    )
    _refuse_errors(batch.errors)
    personnel.commit_import(batch=batch, on=on, by=bureau.staff.planner)
    return batch.rows


def _refuse_errors(errors: list) -> None:
    if errors:
        raise RuleBroken(
            f"示例名录有 {len(errors)} 处不合规则，第一处：{errors[0]}", code="synthetic_rows_wrong"
        )


def give_accounts(bureau: Bureau, *, prefix: str = "", password: str | None = None) -> dict[int, User]:
    """A login for every inspector (certificate number as user name), tied to the register."""
    made = {}
    for inspector in Inspector.objects.of(bureau.organisation).order_by("uid"):
        user = organising.create_user(
            by=None, organisation=bureau.organisation, username=prefix + inspector.uid, name=inspector.name, password=password,
            unit=inspector.unit, must_change_password=False,
        )  # fmt: skip
        organising.grant_role(by=None, user=user, role=Role.INSPECTOR)
        personnel.link_user(inspector=inspector, user=user, by=None)
        made[inspector.pk] = user
    return made

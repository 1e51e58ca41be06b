"""The synthetic bureaus of the five rulebooks hand in lists without a fault."""

import pytest

from config.synthetic.sheets import workbook
from config.synthetic.world import make_world
from foundation.organisation.models import Area, Unit
from personnel import actions
from personnel.models import Inspector
from tests.factories import create_organisation
from tests.personnel.factories import TODAY, adopt, create_planner

pytestmark = pytest.mark.django_db
BOOKS = ["qinshui-2022", "neimenggu-2024", "xinyang-2023", "quzhou-2017", "wulong-2024"]


@pytest.mark.parametrize("rulebook", BOOKS)
def test_a_synthetic_list_is_imported_whole(rulebook):
    world = make_world(rulebook, on=TODAY, targets=5, inspectors=24)
    bureau = create_organisation()
    adopt(bureau, rulebook)
    Area.objects.bulk_create(Area(organisation=bureau, code=code, name=name) for code, name in world.areas)
    Unit.objects.bulk_create(
        Unit(organisation=bureau, code=unit.code, name=unit.name) for unit in world.units
    )
    planner = create_planner(bureau)
    batch = actions.check_file(
        organisation=bureau,
        file_name="名录.xlsx",
        data=workbook("检查人员", world.inspectors),
        on=TODAY,
        by=planner,
    )
    assert batch.errors == []
    actions.commit_import(batch=batch, on=TODAY, by=planner)
    assert Inspector.objects.of(bureau).officers_on(TODAY).count() == len(world.inspectors)

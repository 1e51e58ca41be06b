"""An inspector sees the names of his own visits and opens none. source: QZ-9.3"""

import pytest

from draws import actions, queries
from draws.chain import events_of
from draws.rules.last_teams import last_teams
from foundation.errors import NotAllowed
from tests.draws import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed():
    house = make.create_house()
    draw, _ = make.signed(house)
    return house, draw


def test_an_inspector_is_shown_his_own_visits_and_no_others(sealed):
    house, draw = sealed
    teams = last_teams(events_of(draw))
    person = draw.snapshot_inspectors.filter(commitment__in=next(iter(teams.values()))).first()
    user = make.login_of(person.inspector)
    own = [visit for visit, team in teams.items() if person.commitment in team]
    other = [visit for visit, team in teams.items() if person.commitment not in team]
    assert own
    assert other
    assert [
        row["commitment"] for row in actions.unmask(by=user, draw=draw, commitments=own, why="DISPATCH")
    ] == sorted(own)
    with pytest.raises(NotAllowed, match="自己那一组"):
        actions.unmask(by=user, draw=draw, commitments=[*own, other[0]], why="DISPATCH")
    with pytest.raises(NotAllowed, match="公开名称须由"):
        actions.open_names(by=user, draw=draw, commitments=own, to="public")
    assert len(queries.visits_of(draw)) == len(teams)

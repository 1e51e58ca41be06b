"""After the visit the target and its team are opened; on screens people stay masked. source: MC1 §12"""

import json

import pytest
from django.test import Client

from draws import actions, queries
from draws.chain import events_of, state_of
from draws.models import Draw
from draws.rules.last_teams import last_teams
from foundation.errors import RuleBroken
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.draws.pages import words

pytestmark = pytest.mark.django_db


def commitment_of(draw: Draw, person) -> str:
    return draw.snapshot_inspectors.get(inspector=person).commitment


def opened(draw: Draw) -> dict[str, dict]:
    return {entry["c"]: entry["record"] for entry in queries.openings_of(draw)["openings"]}


def test_the_last_teams_are_those_of_the_chain_after_every_kind_of_round():
    house = make.create_house("quzhou-2017")
    draw, _ = make.signed(house, kind="R")
    before = {visit.commitment: visit for visit in queries.visits_of(draw)}
    first, second, third = list(before)[:3]
    proof = {"evidence": "材料一份"}
    gone = commitment_of(draw, before[first].team[0])
    for asked in (
        {"kind": "recuse", "target": first, "inspector": gone},
        {"kind": "swap", "target": second, "inspector": commitment_of(draw, before[second].team[0])},
        {"kind": "void", "target": third, "why": "CLOSED", "reason": "已拆除"},
        {"kind": "absent", "inspector": gone, "why": "ILL", "reason": "住院"},
    ):
        try:
            held = make.ask(house, draw, asked.pop("kind"), **asked, **proof)
            make.replace(house, draw, [held])
        except RuleBroken:  # an absent person may have nothing left
            continue
        teams = last_teams(events_of(draw))
        standing = state_of(Draw.objects.get(pk=draw.pk)).standing
        assert {t: set(visit.team) for t, visit in standing.visits.items()} == {
            t: teams[t] for t in standing.visits
        }
        assert set(teams) == set(standing.visits) | standing.voided
    assert teams[third], "a voided target keeps the team it had"


def test_the_team_is_opened_with_its_target_and_the_file_verifies(tmp_path):
    house = make.create_house()
    draw, _ = make.signed(house)
    visit = queries.visits_of(draw)[0]
    assert opened(draw) == {}
    actions.open_visited(by=house.operator, draw=draw, commitments=[visit.commitment], now=make.HELD)
    found = opened(draw)
    team = {commitment_of(draw, person): person for person in visit.team}
    assert set(found) == {visit.commitment, *team}
    for commitment, person in team.items():
        assert found[commitment]["k"] == "I"
        assert found[commitment]["name"] == person.name
    assert make.body_of(draw, "opening")["to"] == "public"
    again = draw.head_seq
    actions.open_visited(by=house.operator, draw=draw, commitments=[visit.commitment], now=make.HELD)
    draw.refresh_from_db()
    assert draw.head_seq == again, "nothing is chained twice"
    said = verdicts(draw, tmp_path)
    assert (said["V18"], said["V19"], said["V20"]) == ("pass", "pass", "pass")


def test_the_public_pages_of_the_draw_name_nobody_whose_file_is_open():
    house = make.create_house()
    draw, _ = make.signed(house)
    visit = queries.visits_of(draw)[0]
    actions.open_visited(by=house.operator, draw=draw, commitments=[visit.commitment], now=make.HELD)
    anybody = Client()
    result = draw.events.get(type="result").seq
    for path in ("", "?mode=screen", f"?at={result}&scene=team", "events"):
        page = words(anybody.get(f"/draw/{draw.number}/{path}"))
        for person in visit.team:
            assert person.name not in page, path
    names = json.loads(anybody.get(f"/draw/{draw.number}/openings.json").content)["openings"]
    assert {entry["record"]["name"] for entry in names} == {visit.target.name, *(p.name for p in visit.team)}

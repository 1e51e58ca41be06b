"""Five kinds of replacement: causes first, then both keys, and the file still verifies."""

import pytest

from draws import actions, queries
from draws.models import RefusedAct, ReplacementRequest
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from planning.models import Drawn
from tests.draws import factories as make
from tests.draws.checking import verdicts
from tests.factories import create_inspector

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


@pytest.fixture
def draw(house):
    return make.signed(house)[0]


def code_of(draw, person) -> str:
    return draw.snapshot_inspectors.get(inspector=person).commitment


def visit(draw, commitment):
    return next((one for one in queries.visits_of(draw) if one.commitment == commitment), None)


def test_a_recused_inspector_leaves_the_team_and_a_drawn_one_comes(house, draw, tmp_path):
    before = queries.visits_of(draw)[0]
    gone = before.team[0]
    make.replace(
        house,
        draw,
        [make.ask(house, draw, "recuse", target=before.commitment, inspector=code_of(draw, gone))],
    )
    after = visit(draw, before.commitment)
    assert gone not in after.team
    assert len(after.team) == 2
    assert before.team[1] in after.team
    assert verdicts(draw, tmp_path)["V17"] == "pass"


def test_an_absent_inspector_leaves_every_visit_that_has_not_begun(house, draw, tmp_path):
    person = queries.visits_of(draw)[0].team[0]
    his = [one.commitment for one in queries.visits_of(draw) if person in one.team]
    actions.note_started(draw=draw, commitments=his[:1], on=make.ON)
    asked = make.ask(house, draw, "absent", inspector=code_of(draw, person), why="ILL", reason="住院")
    if len(his) == 1:
        with pytest.raises(RuleBroken, match="没有尚未开始"):
            make.replace(house, draw, [asked])
        return
    make.replace(house, draw, [asked])
    assert person in visit(draw, his[0]).team
    assert not any(person in visit(draw, one).team for one in his[1:])
    assert verdicts(draw, tmp_path)["V15"] == "pass"


def test_a_void_target_is_replaced_by_one_of_the_same_stratum_and_planning_knows(house, draw, tmp_path):
    gone = queries.visits_of(draw)[0]
    make.replace(
        house, draw, [make.ask(house, draw, "void", target=gone.commitment, why="CLOSED", reason="已拆除")]
    )
    assert visit(draw, gone.commitment) is None
    result = make.body_of(draw, "round_result")
    assert {row["id"] for row in result["strata"]} == set(gone.strata)
    standing = Drawn.objects.filter(draw_number=draw.number, voided_on=None)
    assert not standing.filter(target=gone.target).exists()
    assert standing.count() == sum(len(one.strata) for one in queries.visits_of(draw))
    assert verdicts(draw, tmp_path)["V17"] == "pass"


def test_a_swap_exchanges_two_inspectors_and_changes_no_load(tmp_path):
    house = make.create_house("quzhou-2017")
    draw, _ = make.signed(house, kind="R")
    before = queries.visits_of(draw)[0]
    person = before.team[0]
    load = sum(person in one.team for one in queries.visits_of(draw))
    make.replace(
        house,
        draw,
        [make.ask(house, draw, "swap", target=before.commitment, inspector=code_of(draw, person))],
    )
    (swap,) = make.body_of(draw, "round_result")["swaps"]
    assert person not in visit(draw, before.commitment).team
    if swap["level"] >= 0:
        assert sum(person in one.team for one in queries.visits_of(draw)) == load
    assert verdicts(draw, tmp_path)["V17"] == "pass"


def test_people_are_added_to_the_roster_with_a_commitment_of_their_own(house, draw, tmp_path):
    person = create_inspector(house.organisation, unit=house.bureau.units[0], name="卞新")
    make.replace(
        house, draw, [make.ask(house, draw, "add", inspectors=[person], why="SHORT", reason="人手不足")]
    )
    row = draw.snapshot_inspectors.get(inspector=person)
    assert row.added_round == 1
    assert row.commitment in queries.state_of(draw).standing.inspectors
    opened = actions.open_names(by=house.operator, draw=draw, commitments=[row.commitment], to="public")
    assert opened[0]["record"]["name"] == "卞新"
    assert verdicts(draw, tmp_path)["V20"] == "pass"


def test_two_rounds_follow_each_other_with_the_next_keys(house, draw, tmp_path):
    for _ in range(2):
        gone = queries.visits_of(draw)[0].commitment
        make.replace(house, draw, [make.ask(house, draw, "void", target=gone, why="CLOSED", reason="已拆除")])
    assert queries.state_of(draw).rounds_done == 2
    actions.close(by=house.operator, draw=draw)
    assert make.body_of(draw, "close")["rounds"] == 2
    assert verdicts(draw, tmp_path)["V16"] == "pass"


def test_the_causes_are_chained_before_either_key_is_known(house, draw):
    asked = make.ask(
        house, draw, "void", target=queries.visits_of(draw)[0].commitment, why="CLOSED", reason="已拆除"
    )
    actions.decide_replacement(by=house.head, request=asked, approve=True)
    actions.start_round(by=house.operator, draw=draw, requests=[asked])
    assert make.types_of(draw)[-1] == "round_causes"
    with pytest.raises(RuleBroken, match="密钥链 B"):
        actions.release_b(by=house.discipline, draw=draw, xb=make.key_b(house, 2))
    with pytest.raises(NotAllowed, match="须由其本人"):
        actions.release_b(by=house.operator, draw=draw, xb=make.key_b(house, 1))
    actions.release_b(by=house.discipline, draw=draw, xb=make.key_b(house, 1))
    assert make.types_of(draw)[-1] == "round_result"
    with pytest.raises(OutOfOrder, match="没有登记了原因"):
        actions.release_b(by=house.discipline, draw=draw, xb=make.key_b(house, 2))
    assert RefusedAct.objects.filter(draw=draw, act="draws.release_b").count() == 3


def test_nobody_approves_what_he_asked_for_and_a_refusal_needs_words(house, draw):
    asked = make.ask(
        house, draw, "void", target=queries.visits_of(draw)[0].commitment, why="CLOSED", reason="已拆除"
    )
    with pytest.raises(NotAllowed, match="分管领导"):
        actions.decide_replacement(by=house.second_operator, request=asked, approve=True)
    with pytest.raises(RuleBroken, match="写明理由"):
        actions.decide_replacement(by=house.head, request=asked, approve=False)
    actions.decide_replacement(by=house.head, request=asked, approve=False, note="照片显示仍在运行")
    with pytest.raises(OutOfOrder, match="不能再批"):
        actions.decide_replacement(by=house.head, request=asked, approve=True)
    with pytest.raises(OutOfOrder, match="已批准"):
        actions.start_round(by=house.operator, draw=draw, requests=[asked])
    assert ReplacementRequest.objects.get(pk=asked.pk).state == "refused"


def test_a_visit_that_has_begun_is_not_replaced(house, draw):
    begun = queries.visits_of(draw)[0].commitment
    assert actions.note_started(draw=draw, commitments=[begun], on=make.ON) == 1
    assert actions.note_started(draw=draw, commitments=[begun], on=make.ON) == 0
    with pytest.raises(RuleBroken, match="已经开始"):
        make.ask(house, draw, "void", target=begun, why="CLOSED", reason="已拆除")


def test_a_kind_that_the_rulebook_does_not_know_and_a_reason_that_does_not_fit_are_refused(house, draw):
    visit_ = queries.visits_of(draw)[0]
    person = code_of(draw, visit_.team[0])
    with pytest.raises(RuleBroken, match="没有规定互换"):
        make.ask(house, draw, "swap", target=visit_.commitment, inspector=person)
    with pytest.raises(RuleBroken, match="不适用于“回避”"):
        make.ask(house, draw, "recuse", target=visit_.commitment, inspector=person, why="CLOSED")
    with pytest.raises(RuleBroken, match="不适用于“对象不能检查”"):
        make.ask(house, draw, "void", target=visit_.commitment, why="KIN")
    assert RefusedAct.objects.filter(draw=draw, act="draws.request_replacement").count() == 3


@pytest.mark.parametrize("book", ["quzhou-2017", "xinyang-2023"])
def test_a_locked_list_is_changed_with_a_proof_only(book):
    house = make.create_house(book)
    draw, _ = make.signed(house, kind="R")
    gone = queries.visits_of(draw)[0].commitment
    with pytest.raises(RuleBroken, match="要有证据"):
        make.ask(house, draw, "void", target=gone, why="CLOSED", reason="已拆除")
    asked = make.ask(house, draw, "void", target=gone, why="CLOSED", reason="已拆除", evidence="照片 3 张")
    assert asked.state == "requested"
    with pytest.raises(OutOfOrder, match="已在办理"):
        make.ask(house, draw, "void", target=gone, why="CLOSED", reason="已拆除", evidence="照片 3 张")
    assert draw.replacements.count() == 1

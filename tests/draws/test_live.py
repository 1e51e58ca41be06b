"""What the live page, the files and the printed minutes show, and what they keep back."""

import json

import pytest
from django.template.loader import render_to_string

from draws import actions, documents, exports, queries
from draws.errors import NotYetPublic
from draws.rules.mc1.canonical import canon, read_json
from draws.rules.mc1.events import next_head, start_head
from draws.rules.mc1.selection import ticket
from foundation.documents import actions as documents_of_house
from foundation.documents import rendering
from personnel.models import Inspector
from registry.models import Target
from tests.draws import factories as make
from tests.factories import create_inspector

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return make.create_house()


def test_a_browser_can_recompute_the_chain_from_what_it_is_given(house):
    draw, _ = make.signed(house)
    head = start_head(make.SUITE, draw.number)
    shown = queries.public_events(draw)
    for event in shown:
        head = next_head(make.SUITE, head, read_json(event["content"]))
        assert head == event["head"]
    assert [event["seq"] for event in shown] == list(range(1, draw.head_seq + 1))
    assert queries.public_events(draw, after=draw.head_seq) == []
    assert queries.public_events(draw, after=2)[0]["seq"] == 3


def test_the_screen_gets_codes_in_rank_order_with_their_ranking_values(house):
    draw, _ = make.signed(house)
    (result,) = [event for event in queries.public_events(draw) if event["type"] == "result"]
    seed = queries.state_of(draw).seed
    for stratum in result["screen"]["strata"]:
        assert [one["rank"] for one in stratum["sel"]] == list(range(1, len(stratum["sel"]) + 1))
        keys = [(one["visits"], one["value"]) for one in stratum["sel"]]
        assert keys == sorted(keys)
        for one in stratum["sel"]:
            assert ticket(make.SUITE, seed, stratum["id"], one["commitment"]).startswith(one["value"])
    assert len(result["screen"]["teams"]) == len(queries.visits_of(draw))


def test_no_name_is_in_any_event_or_on_the_minutes(house):
    draw, _ = make.signed(house)
    person = queries.visits_of(draw)[0].team[0]
    asked = make.ask(
        house, draw, "recuse", target=queries.visits_of(draw)[0].commitment,
        inspector=draw.snapshot_inspectors.get(inspector=person).commitment,
    )  # fmt: skip
    make.replace(house, draw, [asked])
    page = documents.minutes(str(draw.pk))
    printed = render_to_string(page.template, page.context)
    shown = json.dumps(queries.public_events(draw), ensure_ascii=False) + printed
    for name in [
        *Target.objects.values_list("name", flat=True),
        *Inspector.objects.values_list("name", flat=True),
    ]:
        assert name not in shown


def test_the_minutes_carry_head_seats_objections_and_the_ledgers_checkpoint(house):
    draw, devices = make.frozen(house)
    make.give_digits(house, draw, devices)
    for person in (house.operator, house.discipline):
        actions.sign(by=person, draw=draw, opinion="agree", signature=person.name)
    words = "第 3 枚骰子滚到桌下，<重掷>一次。"
    actions.sign(seat=devices[0].seat, opinion="object", statement=words, signature="席")
    actions.note_unsigned(by=house.discipline, draw=draw, seat=devices[1].seat, why="提前离席")
    actions.seal(by=house.operator, draw=draw)
    page = documents.minutes(str(draw.pk))
    printed = render_to_string(page.template, page.context)
    assert all(draw.head[at : at + 8] in printed for at in range(0, 64, 8))
    assert draw.freeze_hash[:8] in printed
    assert "第 3 枚骰子滚到桌下，&lt;重掷&gt;一次。" in printed
    assert "提前离席" in printed
    assert page.context["checkpoint"].hash[:8] in printed
    for name in queries.strata_names(draw).values():
        assert name in printed
    assert "演练" not in printed


def test_a_rehearsal_is_marked_on_paper(house):
    draw, _ = make.signed(house, kind="R")
    page = documents.minutes(str(draw.pk))
    assert page.context["mark"] == "演练"


def test_the_public_gets_the_rows_when_they_no_longer_identify_anybody(house):
    draw, devices = make.frozen(house)
    with pytest.raises(NotYetPublic, match="还没有结束"):
        exports.transcript_json(draw, "public")
    make.give_digits(house, draw, devices)
    draw.refresh_from_db()
    with pytest.raises(NotYetPublic, match="检查人员不足 30 人"):
        exports.transcript_json(draw, "public")
    make.sign_all(house, draw, devices)
    actions.seal(by=house.operator, draw=draw)
    actions.close(by=house.operator, draw=draw)
    assert json.loads(exports.transcript_json(draw, "public"))["head"] == draw.head
    assert json.loads(exports.openings_json(draw))["openings"] == []
    assert queries.public_events(draw)[-1]["type"] == "close"


def test_a_large_roster_lets_the_public_verify_at_once(house):
    for _ in range(30):
        create_inspector(house.organisation, unit=house.bureau.units[0])
    draw, _ = make.signed(house)
    assert queries.why_not_public(draw) == ""


def test_where_the_list_is_secret_until_the_visit_the_public_sees_numbers_only():
    house = make.create_house("quzhou-2017")
    draw, _ = make.signed(house, kind="R")
    (result,) = [event for event in queries.public_events(draw, "public") if event["type"] == "result"]
    assert result["body"] is None
    assert result["content"] is None
    assert all("sel" not in stratum and "need" in stratum for stratum in result["screen"]["strata"])
    assert "teams" not in result["screen"]
    (seen,) = [event for event in queries.public_events(draw, "observer") if event["type"] == "result"]
    assert seen["body"]["teams"]
    with pytest.raises(NotYetPublic, match="保密"):
        queries.transcript_of(draw, "public")


def test_events_cost_a_fixed_number_of_queries(house, django_assert_max_num_queries):
    draw, _ = make.signed(house)
    queries.public_events(draw)
    with django_assert_max_num_queries(6):
        queries.public_events(draw)
    with django_assert_max_num_queries(4):
        queries.visits_of(draw)


def test_stored_events_are_the_canonical_bytes(house):
    draw, _ = make.signed(house)
    for event in draw.events.all():
        assert canon(read_json(event.content)) == event.content


def test_the_minutes_become_a_pdf(house, django_capture_on_commit_callbacks):
    if rendering.unavailable_reason():
        pytest.skip(rendering.unavailable_reason())
    draw, _ = make.signed(house, kind="R")
    with django_capture_on_commit_callbacks(execute=True):
        document = documents_of_house.request(
            kind="draw_minutes",
            subject_id=draw.pk,
            title="抽取记录单",
            organisation=house.organisation,
            by=house.operator,
        )
    document.refresh_from_db()
    assert document.state == "ready", document.problem
    assert document.file.read(5) == b"%PDF-"

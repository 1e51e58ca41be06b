"""辅助人员 on a visit: on top of a complete team only, recused like anybody, named but never counted. source: NM-18.3, WL-5.8"""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from draws import actions as draws
from draws.models import ConflictOfInterest
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections import actions
from inspections.documents import notice_context
from inspections.models import VisitAssistant
from inspections.rules.assisting import AssistantRefused
from inspections.rules.signing import SignatureWrong, Signed
from personnel.models import Assistant
from registry.models import Entity
from tests.factories import create_organisation, create_target, create_user
from tests.inspections import factories as make
from tests.registry.factories import uscc

pytestmark = pytest.mark.django_db


def create_assistant(organisation, **fields) -> Assistant:
    return Assistant.objects.create(organisation=organisation, **{
        "uid": f"FZ-{Assistant.objects.count()}", "kind": "monitoring", "name": "青禾监测公司", "document": "青环委〔2026〕3号",
        "valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31), **fields,
    })  # fmt: skip


@pytest.fixture
def case():
    return make.create_case("wulong-2024")


@pytest.fixture
def helper(case):
    return create_assistant(case.organisation)


def add(case, helper, **given):
    return actions.add_assistant(**{
        "by": case.operator, "visit": case.visit, "assistant": helper, "task": "采样", "now": make.DISPATCHED, **given,
    })  # fmt: skip


def test_an_assistant_is_named_on_notice_and_record_and_signs_nothing(case, helper):
    row = add(case, helper)
    make.dispatch(case, assistants=0)
    assert case.fresh().assistants == 1
    assert notice_context(case.visit)["helpers"][0]["name"] == helper.name
    make.arrive(case)
    make.fill(case)
    with pytest.raises(SignatureWrong, match="不在现在的检查组里"):
        make.submit(case, signatures=[*make.signatures(case), Signed("inspector", helper.name, 10**6)])
    record = make.submit(case)
    content = json.loads(record.content)
    assert content["assistants"] == [
        {
            "name": helper.name,
            "institution": "",
            "kind": "监测检测机构",
            "document": helper.document,
            "task": "采样",
        }
    ]
    assert helper.name not in str(content["team"]) + str(content["signatures"])
    assert Entry.objects.of(case.visit).filter(act="inspections.add_assistant").count() == 1
    with pytest.raises(OutOfOrder, match="已经结束"):
        actions.remove_assistant(by=case.operator, visit=case.visit, helper=row, reason="x")


def test_a_record_without_assistants_is_written_as_before(case):
    make.submitted(case)
    assert "assistants" not in json.loads(case.visit.records.get().content)


def test_a_team_without_its_minimum_gets_no_assistant(case, helper):
    member = case.visit.team.order_by("-position").first()
    member.left_at = make.DISPATCHED
    member.save()
    with pytest.raises(SignatureWrong, match="至少要 2 人"):
        add(case, helper)
    assert not VisitAssistant.objects.exists()


def test_a_relation_to_the_target_or_its_owner_bars_without_saying_which(case, helper):
    officer = create_user(case.organisation, "discipline")
    entity = Entity.objects.create(organisation=case.organisation, name="某公司", uscc=uscc(7))
    case.visit.target.entity = entity
    case.visit.target.save()
    given = {
        "by": officer,
        "assistant": helper,
        "relation": "SHARE",
        "since": date(2026, 1, 1),
        "evidence": "股权登记",
    }
    held = draws.declare_conflict(entity=entity, **given)
    with pytest.raises(AssistantRefused, match="回避") as refused:
        add(case, helper)
    assert "股" not in refused.value.message
    draws.withdraw_conflict(by=officer, conflict=held)
    add(case, helper)
    draws.declare_conflict(target=case.visit.target, **given)
    with pytest.raises(AssistantRefused, match="回避"):
        make.dispatch(case)
    row = case.visit.helpers.get()
    actions.remove_assistant(by=case.operator, visit=case.visit, helper=row, reason="回避")
    make.dispatch(case)


def test_an_assistant_is_checked_again_on_the_day(case, helper):
    add(case, helper)
    make.dispatch(case)
    helper.ended_on = date(2026, 11, 19)
    helper.save()
    with pytest.raises(AssistantRefused, match="2026-11-20 没有有效的委托"):
        make.arrive(case)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"task": " "}, RuleBroken, "协助内容"),
        ({"by": "reviewer"}, NotAllowed, "抽取组织员"),
        ({"assistant": "lapsed"}, AssistantRefused, "没有有效的委托"),
        ({"assistant": "foreign"}, RuleBroken, "不在本局"),
    ],
)
def test_what_is_wrong_with_a_pick_is_said(case, helper, change, error, words):
    people = {
        "lapsed": create_assistant(case.organisation, valid_until=date(2026, 10, 1)),
        "foreign": create_assistant(create_organisation()), "reviewer": case.reviewer,
    }  # fmt: skip
    with pytest.raises(error, match=words):
        add(case, helper, **{key: people.get(value, value) for key, value in change.items()})
    add(case, helper)
    with pytest.raises(OutOfOrder, match="已经在"):
        add(case, helper)
    with pytest.raises(RuleBroken, match="原因"):
        actions.remove_assistant(
            by=case.operator, visit=case.visit, helper=case.visit.helpers.get(), reason=" "
        )


def test_a_rulebook_without_assistants_needs_an_item_open_to_third_parties():
    case = make.create_case("qinshui-2022")
    helper = create_assistant(case.organisation)
    with pytest.raises(AssistantRefused, match="没有规定"):
        add(case, helper)
    item = case.items[0].item
    item.third_party = True
    item.save()
    assert add(case, helper).assistant == helper


def test_a_declaration_is_of_one_person_and_the_database_says_so(case, helper):
    officer = create_user(case.organisation, "discipline")
    target = create_target(case.organisation)
    given = {"relation": "KIN", "since": date(2026, 1, 1), "evidence": "x", "target": target}
    for people in ({}, {"assistant": helper, "inspector": case.people[0]}):
        with pytest.raises(RuleBroken, match="一名"):
            draws.declare_conflict(by=officer, **people, **given)
        with pytest.raises(IntegrityError), transaction.atomic():
            ConflictOfInterest.objects.create(
                organisation=case.organisation, declared_by=officer, **people, **given
            )
    with pytest.raises(NotAllowed):
        draws.declare_conflict(by=case.lead, assistant=helper, **given)
    draws.declare_conflict(by=officer, assistant=helper, **given)
    with pytest.raises(OutOfOrder, match="申报过"):
        draws.declare_conflict(by=officer, assistant=helper, **given)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_officer_declares_for_an_assistant_on_the_page(case, helper):
    officer = create_user(case.organisation, "discipline")
    client, target = signed_in(officer), create_target(case.organisation, name="甲厂")
    given = {"uid": target.uid, "relation": "KIN", "since": "2026-01-01", "evidence": "申报表2号"}
    url = reverse("draws:conflict-new")
    assert client.post(url, given).status_code == 422
    assert (
        client.post(url, {**given, "assistant": helper.pk, "inspector": case.people[0].pk}).status_code == 422
    )
    assert client.post(url, {**given, "assistant": helper.pk}).status_code == 302
    text = client.get(reverse("draws:conflicts")).content.decode()
    assert "青禾监测公司" in text
    again = reverse("draws:conflict-again", args=[ConflictOfInterest.objects.get().pk])
    assert client.post(again, {**given, "relation": "EMPLOY"}).status_code == 302
    assert ConflictOfInterest.objects.get(withdrawn_at=None).assistant == helper
    assert signed_in(case.lead).get(url).content.decode().count("青禾监测公司") == 0
    rows = b"".join(
        client.get(reverse("draws:conflicts-export"), {"format": "csv"}).streaming_content
    ).decode()
    assert "青禾监测公司" in rows


def test_the_page_of_a_visit_adds_and_removes(case, helper):
    case.operator = make.grant(case.operator, "unit_head")
    client = signed_in(case.operator)
    page = reverse("inspections:visit", args=[case.visit.pk])
    assert "加辅助人员" in client.get(page).content.decode()
    url = reverse("inspections:add-assistant", args=[case.visit.pk])
    assert client.post(url, {"assistant": helper.pk}).status_code == 302
    assert not case.visit.helpers.exists()
    client.post(url, {"assistant": helper.pk, "task": "采样"})
    row = case.visit.helpers.get()
    assert "青环委〔2026〕3号" in client.get(page).content.decode()
    client.post(reverse("inspections:remove-assistant", args=[case.visit.pk, row.pk]), {"reason": "有事"})
    assert not case.visit.helpers.filter(left_at=None).exists()
    assert "<s>青禾监测公司</s>" in client.get(page).content.decode()
    make.dispatch(case)
    assert signed_in(case.reviewer).post(url, {"assistant": helper.pk, "task": "采样"}).status_code == 403
    assert not case.visit.helpers.filter(left_at=None).exists()

"""Checks without a draw: only the listed cases, with a source, approved by another, booked. source: QS-3.3, QS-6.3, QS-8.1, QS-8.2"""

import io
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from inspections import actions
from inspections.models import SpecialCheck
from inspections.rules import exempting
from registry.models import PriorInspection
from tests.factories import create_organisation, create_target, create_user
from tests.inspections import factories as make
from tests.planning.factories import BOOKS

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=make.BEIJING)


@pytest.fixture
def case():
    return make.create_case()


@pytest.fixture
def head(case):
    return create_user(case.organisation, "unit_head", name="周正明")


def registered(case, **given) -> SpecialCheck:
    return actions.register_special(**{
        "by": case.operator, "target": case.visit.target, "activity": "complaint", "reference": "12369-2026-0088",
        "reason": "群众举报夜间排放异味", "planned_on": DAY, "now": NOW, **given,
    })  # fmt: skip


@pytest.mark.parametrize("book", BOOKS)
def test_every_listed_kind_is_either_drawn_or_exempt(book):
    found = library.get(book)
    assert len(exempting.cases(found)) + len(exempting.must_be_drawn(found)) == len(found.activities)
    for activity in found.activities:
        given = {"activity": activity.id, "reference": "a", "reason": "b"}
        if activity.random:
            with pytest.raises(exempting.ExemptionRefused, match=f"“{activity.zh}”须随机抽取"):
                exempting.check(found, **given)
        else:
            name, clause = exempting.check(found, **given)
            assert name == activity.zh
            assert clause


def test_the_six_reasons_of_qinshui():
    assert list(exempting.cases(library.get("qinshui-2022")).values()) == [
        "投诉举报", "上级部门转办交办", "其他部门移送案件", "突发环境事件", "核安全检查", "数据分析或监测发现问题线索",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"activity": "campaign"}, "须随机抽取"),
        ({"activity": "zzz"}, "列明不适用双随机的只有：投诉举报"),
        ({"reference": " "}, "来源编号"),
        ({"reason": ""}, "事由"),
        ({"planned_on": DAY - timedelta(days=1)}, "已过去"),
        ({"planned_on": date(9999, 12, 31)}, "不像真的日期"),
    ],
)
def test_what_is_no_exemption_is_refused_with_the_reason(case, given, words):
    with pytest.raises(RuleBroken, match=words):
        registered(case, **given)
    assert not SpecialCheck.objects.exists()


def test_approved_by_another_then_carried_out_and_booked_once(case, head):
    made = registered(case)
    assert (made.number, made.clause, made.activity_name) == (
        "青环检登〔2026〕1号",
        "法规 QS-8.1",
        "投诉举报",
    )
    result = {
        "special": made,
        "checked_on": DAY,
        "problem_found": True,
        "outcome": "活性炭箱未更换",
        "now": NOW,
    }
    with pytest.raises(OutOfOrder, match="批准以后"):
        actions.finish_special(by=case.operator, **result)
    with pytest.raises(NotAllowed):
        actions.decide_special(by=case.operator, special=made, approve=True)
    with pytest.raises(RuleBroken, match="写明理由"):
        actions.decide_special(by=head, special=made, approve=False)
    actions.decide_special(by=head, special=made, approve=True, now=NOW)
    with pytest.raises(OutOfOrder):
        actions.decide_special(by=head, special=made, approve=False, note="又不批了")
    for day in (DAY - timedelta(days=1), DAY + timedelta(days=1)):
        with pytest.raises(RuleBroken, match="应在批准之日"):
            actions.finish_special(by=case.operator, **result | {"checked_on": day})
    actions.finish_special(by=case.operator, **result)
    booked = PriorInspection.objects.get(target=case.visit.target)
    assert (booked.on, booked.problem_found, booked.level) == (DAY, True, "own")
    assert booked.source == "青环检登〔2026〕1号 投诉举报"
    acts = list(Entry.objects.of(made).order_by("seq").values_list("act", flat=True))
    assert acts == [
        "inspections.register_special",
        "inspections.decide_special",
        "inspections.finish_special",
    ]


def test_the_one_who_registers_never_approves_even_with_both_roles(case):
    both = create_user(case.organisation, "operator", "unit_head")
    made = registered(case, by=both)
    with pytest.raises(NotAllowed, match="须由另一人"):
        actions.decide_special(by=both, special=made, approve=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialCheck.objects.filter(pk=made.pk).update(state="approved", decided_by=both)


def test_another_bureaus_target_is_out_of_reach(case):
    with pytest.raises(NotAllowed):
        registered(case, target=create_target(create_organisation()))


def enter(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_register_in_pages(case, head, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    operator, target = enter(case.operator), case.visit.target
    assert "没有这样的检查" in operator.get("/desk/tasks/special/").content.decode()
    page = operator.get("/desk/tasks/special/new/").content.decode()
    assert "专项检查、部门联合检查一律随机抽取" in page
    given = {
        "activity": "complaint",
        "target": "没有这家",
        "reference": "=1+1",
        "reason": "<b>𬭚</b>",
        "planned_on": "2026-11-24",
    }
    refused = operator.post("/desk/tasks/special/new/", given)
    assert refused.status_code == 422
    assert "名录里没有这个对象" in refused.content.decode()
    assert "须随机" not in refused.content.decode().split("一律随机抽取")[1]
    assert operator.post("/desk/tasks/special/new/", {**given, "activity": "campaign"}).status_code == 422
    assert operator.post("/desk/tasks/special/new/", {**given, "target": target.uid}).status_code == 302
    made = SpecialCheck.objects.get()
    own, boss = f"/desk/tasks/special/{made.pk}/", enter(head)
    assert "&lt;b&gt;𬭚&lt;/b&gt;" in operator.get(own).content.decode()
    assert target.name in boss.get("/desk/").content.decode()
    assert operator.post(f"{own}decide/", {"approve": "yes"}).status_code == 403
    boss.post(f"{own}decide/", {"approve": "yes"})
    bad = operator.post(f"{own}finish/", {"checked_on": "2026-11-24", "outcome": "x"})
    assert bad.status_code == 422
    assert "请选择结果" in bad.content.decode()
    operator.post(f"{own}finish/", {"checked_on": "2026-11-24", "problem_found": "0", "outcome": "未见异常"})
    listed = operator.get("/desk/tasks/special/?state=done").content.decode()
    assert "不经抽取的 1 家次" in listed
    assert made.number in listed
    assert operator.get("/desk/tasks/special/?state=zzz&page=-1").status_code == 200
    sheet = load_workbook(
        io.BytesIO(b"".join(operator.get("/desk/tasks/special/export/").streaming_content))
    ).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    stranger = enter(create_user(create_organisation(), "operator"))
    assert stranger.get(own).status_code == 404
    assert enter(case.lead).get("/desk/tasks/special/").status_code == 403

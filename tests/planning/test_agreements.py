"""Joint plans and who agreed, details, months, publication, make-up draws, exceptions of every kind."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from foundation.documents.uploads import FileRefused
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from planning import actions, policies
from planning.actions.makeups import missing
from planning.models import AnnualPlan, Drawn, MakeUp, Override, PlanParticipant, Quota
from planning.rules import principles
from registry.models import Target
from tests.factories import create_unit, create_user
from tests.planning import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 9)


@pytest.fixture
def bureau():
    return make.fill(make.create_bureau("neimenggu-2024"))


@pytest.fixture
def joint(bureau):
    plan = actions.create_plan(
        by=bureau.planner,
        organisation=bureau.organisation,
        year=2026,
        on=make.TODAY,
        kind="joint_departments",
    )
    make.fill_manual(bureau, plan)
    return plan


def lead(bureau, plan, **fields):
    unit = create_unit(bureau.organisation, name="固体废物科")
    return actions.edit_details(by=bureau.planner, plan=plan, name=plan.name, lead=unit, **fields)


# ---- joint plans ----


def test_joint_plan_is_approved_only_when_every_participant_has_agreed(bureau, joint):
    with pytest.raises(RuleBroken, match="牵头方"):
        actions.submit_plan(by=bureau.planner, plan=joint)
    lead(bureau, joint, level="盟市、旗县")
    with pytest.raises(RuleBroken, match="参与方"):
        actions.submit_plan(by=bureau.planner, plan=joint)
    for name in ("市场监管局", "水利局"):
        actions.add_participant(by=bureau.planner, plan=joint, name=name)
    actions.submit_plan(by=bureau.planner, plan=joint)
    market, water = joint.participants.order_by("pk")
    actions.record_agreement(
        by=bureau.planner, participant=market, agreed_on=DAY, agreement="复函〔2026〕2号"
    )
    with pytest.raises(RuleBroken, match="水利局") as refused:
        actions.approve_plan(by=bureau.head, plan=joint)
    assert "市场监管局" not in refused.value.message
    actions.record_agreement(by=bureau.planner, participant=water, agreed_on=DAY, agreement="会签单")
    assert actions.approve_plan(by=bureau.head, plan=joint).status == AnnualPlan.Status.APPROVED
    with pytest.raises(OutOfOrder, match="批准之前"):
        actions.record_agreement(by=bureau.planner, participant=water, agreed_on=DAY, agreement="改")


def test_agreement_needs_its_document_and_a_planner(bureau, joint):
    found = actions.add_participant(by=bureau.planner, plan=joint, name="水利局")
    with pytest.raises(RuleBroken, match="文件"):
        actions.record_agreement(by=bureau.planner, participant=found, agreed_on=DAY, agreement=" ")
    with pytest.raises(NotAllowed):
        actions.record_agreement(by=bureau.head, participant=found, agreed_on=DAY, agreement="复函")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanParticipant.objects.filter(pk=found.pk).update(agreed_on=DAY)


def test_participants_are_named_once_and_only_in_a_joint_plan(bureau, joint):
    actions.add_participant(by=bureau.planner, plan=joint, name="水利局")
    for name in ("水利局", " "):
        with pytest.raises(RuleBroken):
            actions.add_participant(by=bureau.planner, plan=joint, name=name)
    own = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    with pytest.raises(RuleBroken, match="自己的计划"):
        actions.add_participant(by=bureau.planner, plan=own, name="水利局")


def test_amended_joint_plan_asks_its_participants_again(bureau, joint):
    lead(bureau, joint)
    found = actions.add_participant(by=bureau.planner, plan=joint, name="水利局")
    actions.record_agreement(by=bureau.planner, participant=found, agreed_on=DAY, agreement="复函")
    actions.submit_plan(by=bureau.planner, plan=joint)
    actions.approve_plan(by=bureau.head, plan=joint)
    draft = actions.amend_plan(by=bureau.planner, plan=joint, reason="增加对象", on=make.TODAY)
    assert [(one.name, one.agreed_on) for one in draft.participants.all()] == [("水利局", None)]
    assert draft.lead == AnnualPlan.objects.get(pk=joint.pk).lead


def test_quotas_rest_on_the_departments_own_plan(bureau, joint):
    lead(bureau, joint)
    found = actions.add_participant(by=bureau.planner, plan=joint, name="水利局")
    actions.record_agreement(by=bureau.planner, participant=found, agreed_on=DAY, agreement="复函")
    actions.submit_plan(by=bureau.planner, plan=joint)
    actions.approve_plan(by=bureau.head, plan=joint)
    assert not AnnualPlan.objects.in_force(bureau.organisation, 2026).exists()


def test_joint_plan_takes_the_joint_items_and_drops_what_is_not_done_together():
    bureau = make.fill(make.create_bureau("wulong-2024"))
    plan = actions.create_plan(
        by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY, kind="internal_joint"
    )
    lines = list(plan.tasks.order_by("no").values_list("line", flat=True))
    assert lines
    assert all(bureau.book.item(bureau.book.line(line).item).joint == "internal" for line in lines)
    actions.drop_task(by=bureau.planner, task=plan.tasks.first())
    assert plan.tasks.count() == len(lines) - 1


def test_department_plan_keeps_every_line_of_the_book(bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    with pytest.raises(RuleBroken, match="NM-25"):
        actions.drop_task(by=bureau.planner, task=plan.tasks.get(line="key"))


# ---- details, months, publication ----


def test_head_of_a_plan_is_changed_while_it_is_a_draft(bureau):
    plan = make.approved_plan(bureau)
    with pytest.raises(OutOfOrder):
        actions.edit_details(by=bureau.planner, plan=plan, name="另一个")
    draft = actions.amend_plan(by=bureau.planner, plan=plan, reason="调整", on=make.TODAY)
    with pytest.raises(RuleBroken, match="文号"):
        actions.edit_details(by=bureau.planner, plan=draft, name="新名", superior_issued_on=DAY)
    done = actions.edit_details(
        by=bureau.planner, plan=draft, name="新名", weighed="矿区集中", superior_document="内环办〔2026〕1号",
        superior_issued_on=DAY, lead=bureau.units[0],
    )  # fmt: skip
    assert (done.name, done.weighed, done.superior_issued_on, done.lead) == ("新名", "矿区集中", DAY, None)


def test_months_add_up_or_are_refused_and_give_way_to_a_new_number(bureau):
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    row = plan.tasks.get(line="key").numbers.get(period="2026Q2")
    with pytest.raises(RuleBroken, match=f"应抽 {row.number} 家"):
        actions.set_months(by=bureau.planner, number=row, months=[row.number, 1, 0])
    row = actions.set_months(by=bureau.planner, number=row, months=[0, 0, row.number])
    actions.recalculate(by=bureau.planner, plan=plan, on=make.TODAY)
    row.refresh_from_db()
    assert row.months == [0, 0, row.number]
    actions.edit_task(by=bureau.planner, task=row.task, on=make.TODAY, rates=["1"])
    row.refresh_from_db()
    assert row.months == []


def test_first_publication_is_kept_and_not_overwritten(bureau):
    draft = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    with pytest.raises(OutOfOrder, match="印发"):
        actions.note_published(by=None, plan=draft, published_on=DAY, published_at="网站")
    make.fill_manual(bureau, draft)
    actions.submit_plan(by=bureau.planner, plan=draft)
    actions.approve_plan(by=bureau.head, plan=draft)
    plan = actions.issue_plan(by=bureau.planner, plan=draft, number="3号", issued_on=date(2030, 1, 1))
    actions.note_published(by=None, plan=plan, published_on=date(2030, 1, 8), published_at="公示 P-2026-01")
    again = actions.note_published(by=None, plan=plan, published_on=date(2030, 2, 8), published_at="别处")
    assert (again.published_on, again.published_at) == (date(2030, 1, 8), "公示 P-2026-01")


# ---- make-up draws (AMB-15) ----


@pytest.fixture
def missed():
    """Key targets of a bureau: quota 3 each quarter, 1 drawn in the third, 4 in the fourth."""
    bureau = make.fill(make.create_bureau())
    make.approved_plan(bureau)
    for period in ("2026Q3", "2026Q4"):
        actions.confirm_quotas(
            organisation=bureau.organisation, period=period, on=make.TODAY, by=bureau.planner
        )
    key = list(Target.objects.filter(organisation=bureau.organisation, permit_class="key").order_by("pk"))
    make.note(bureau, "key", key[:1], period="2026Q3")
    make.note(bureau, "key", key[1:5], period="2026Q4")
    return bureau, Quota.objects.get(period="2026Q3", line="key")


def test_surplus_of_a_later_quarter_makes_up_for_a_missed_one(missed):
    bureau, quota = missed
    later = Drawn.objects.filter(period="2026Q4", line="key").order_by("pk")
    assert missing(quota) == 2
    with pytest.raises(RuleBroken, match="多抽了 1 家"):
        actions.note_make_up(by=bureau.planner, missed=quota, drawn=later[:2], reason="暴雨停抽")
    actions.note_make_up(by=bureau.planner, missed=quota, drawn=later[:1], reason="暴雨停抽")
    assert missing(quota) == 1
    with pytest.raises(RuleBroken, match="多抽了 0 家"):
        actions.note_make_up(by=bureau.planner, missed=quota, drawn=later[1:2], reason="暴雨停抽")
    assert MakeUp.objects.get().drawn.period == "2026Q4"
    assert Entry.objects.filter(act="planning.note_make_up").count() == 1


def test_make_up_is_of_the_same_line_and_a_later_period(missed):
    bureau, quota = missed
    fourth = Quota.objects.get(period="2026Q4", line="key")
    earlier = Drawn.objects.filter(period="2026Q3", line="key")
    with pytest.raises(RuleBroken, match="后面一期"):
        actions.note_make_up(by=bureau.planner, missed=fourth, drawn=earlier, reason="补")
    with pytest.raises(RuleBroken, match="理由"):
        actions.note_make_up(by=bureau.planner, missed=quota, drawn=earlier, reason=" ")
    with pytest.raises(NotAllowed):
        actions.note_make_up(by=bureau.head, missed=quota, drawn=earlier, reason="补")


# ---- exceptions (AMB-57) ----


def ask(bureau, rule, **fields):
    given = {"reason": "会议推迟", "evidence": "会议纪要", "no_file_reason": "纸质文件在档案室", **fields}
    return actions.request_override(
        by=bureau.planner, organisation=bureau.organisation, year=2026, rule=rule, **given
    )


def test_exception_keeps_its_clause_and_is_not_asked_for_twice(missed):
    bureau, _ = missed
    found = ask(bureau, "twice_a_year", line="key")
    assert found.clause == "QS-10.17"
    with pytest.raises(RuleBroken, match="等待审批"):
        ask(bureau, "twice_a_year", line="key")
    actions.approve_override(by=bureau.head, override=found)
    with pytest.raises(RuleBroken, match="已批准"):
        ask(bureau, "twice_a_year", line="key")


def test_principal_plan_date_can_be_set_aside_and_a_hard_one_cannot(missed):
    hard, _ = missed
    with pytest.raises(RuleBroken, match="硬性规定"):
        ask(hard, principles.PLAN_DUE)
    soft = make.fill(make.create_bureau("wulong-2024"))
    make.approved_plan(soft)
    assert ask(soft, principles.PLAN_DUE).clause == "WL-7.8"
    assert Override.objects.get(organisation=soft.organisation).target is None


@pytest.mark.once
@pytest.mark.parametrize("book_id", make.BOOKS)
def test_every_rule_is_either_open_to_exception_or_hard_and_names_its_clause(book_id):
    book = library.get(book_id)
    for rule in principles.rules(book):
        assert rule.zh
        assert rule.clause
        if rule.hard:
            with pytest.raises(RuleBroken, match="没有例外"):
                policies.check_overridable(book, rule.id)
        else:
            assert policies.check_overridable(book, rule.id) == rule.clause


# ---- who leads, and the papers of a joint plan ----


def test_joint_plan_led_by_another_department_names_it_and_keeps_it(bureau, joint):
    with pytest.raises(RuleBroken, match="牵头单位"):
        actions.edit_details(by=bureau.planner, plan=joint, name=joint.name, lead_kind="market")
    done = actions.edit_details(
        by=bureau.planner, plan=joint, name=joint.name, lead_kind="market", lead_name="县市场监督管理局"
    )
    assert (done.led_by, done.get_lead_kind_display()) == ("县市场监督管理局", "市场监管部门牵头")
    back = actions.edit_details(
        by=bureau.planner, plan=done, name=joint.name, lead=bureau.units[0], lead_name="不留"
    )
    assert (back.led_by, back.lead_name) == (bureau.units[0].name, "")


def test_rules_of_a_joint_plan_are_attached_with_their_fingerprint(bureau, joint, client):
    pdf = SimpleUploadedFile("规范.pdf", b"%PDF-1.7 joint")
    kept = actions.add_plan_file(by=bureau.planner, plan=joint, title="跨部门抽查工作规范", file=pdf)
    with pytest.raises(RuleBroken, match="已经附上"):
        actions.add_plan_file(by=bureau.planner, plan=joint, title="再传", file=pdf)
    with pytest.raises(FileRefused):
        actions.add_plan_file(
            by=bureau.planner, plan=joint, title="假的", file=SimpleUploadedFile("规范.pdf", b"MZ")
        )
    client.force_login(bureau.head)
    given = client.get(reverse("planning:plan_file", args=[kept.pk]))
    assert b"".join(given.streaming_content) == b"%PDF-1.7 joint"
    assert kept.sha256[:4] in client.get(reverse("planning:details", args=[joint.pk])).content.decode()
    client.force_login(create_user(None, "planner"))
    assert client.get(reverse("planning:plan_file", args=[kept.pk])).status_code == 404
    actions.remove_plan_file(by=bureau.planner, file=kept)
    assert not joint.files.exists()

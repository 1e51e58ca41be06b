"""From completed inspection to publication, correction, withdrawal: who may, in which order, what stays."""

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from disclosure import actions
from disclosure.models import DisclosureTask, Objection, Publication
from disclosure.rules import states
from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from inspections.models import Record, VisitItem
from tests.disclosure import factories as make
from tests.factories import create_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


def test_a_task_is_opened_once_for_each_completed_inspection():
    office = make.create_office()
    make.create_visit(office)
    make.create_visit(office, reviewed=False)
    make.create_visit(office, completed_on=date(2026, 11, 6), state="assigned")
    first = actions.ensure_tasks(organisation=office.organisation, on=date(2026, 11, 10))
    second = actions.ensure_tasks(organisation=office.organisation, on=date(2026, 11, 10))
    assert (first.opened, second.opened, second.moved) == (3, 0, 0)
    assert sorted(DisclosureTask.objects.values_list("kind", flat=True)) == ["draw", "result", "result"]


def test_a_result_that_is_not_reviewed_cannot_be_proposed():
    office = make.create_office()
    task = make.task_of(office, make.create_visit(office, reviewed=False))
    with pytest.raises(OutOfOrder, match="审核通过后"):
        actions.propose(by=office.publisher, task=task)


def test_nobody_approves_what_he_proposed():
    office = make.create_office()
    both = create_user(office.organisation, "publisher", "unit_head")
    task = make.task_of(office, make.create_visit(office))
    actions.propose(by=both, task=task)
    with pytest.raises(NotAllowed, match="由您本人经办"):
        actions.approve(by=both, task=task)
    DisclosureTask.objects.filter(pk=task.pk, state="proposed").get()
    with pytest.raises(DatabaseError), transaction.atomic():
        DisclosureTask.objects.filter(pk=task.pk).update(approved_by=both)


@pytest.mark.parametrize("role", ["planner", "operator", "inspector", "reviewer", "auditor", "sysadmin"])
def test_only_the_publisher_proposes_and_only_the_head_approves(role):
    office = make.create_office()
    task = make.task_of(office, make.create_visit(office))
    other = create_user(office.organisation, role)
    with pytest.raises(NotAllowed):
        actions.propose(by=other, task=task)
    actions.propose(by=office.publisher, task=task)
    with pytest.raises(NotAllowed):
        actions.approve(by=other, task=task)
    with pytest.raises(NotAllowed):
        actions.approve(by=create_user(None, "unit_head"), task=task)


def test_a_publication_appears_only_after_approval_and_publication():
    office = make.create_office()
    target = make.create_company(office)
    task = make.task_of(office, make.create_visit(office, target=target))
    with pytest.raises(OutOfOrder):
        actions.publish(by=office.publisher, task=task)
    actions.propose(by=office.publisher, task=task)
    with pytest.raises(OutOfOrder):
        actions.publish(by=office.publisher, task=task)
    actions.approve(by=office.head, task=task)
    assert not Publication.objects.search("德昌").exists()
    made = actions.publish(by=office.publisher, task=task, now=make.at(date(2026, 11, 17)))
    assert list(Publication.objects.search("德昌")) == [made]
    assert (made.number, made.version, task.state) == ("2026-4-01-001", 1, "published")
    assert made.record["sentence"] == "2026年11月5日检查，未发现问题。"
    assert made.record["deadline"]["on_time"] is True


def test_what_changed_after_the_approval_is_not_published():
    office = make.create_office()
    visit = make.create_visit(office)
    task = make.task_of(office, visit)
    actions.propose(by=office.publisher, task=task)
    actions.approve(by=office.head, task=task)
    VisitItem.objects.filter(visit=visit).update(result="ordered_correct", note="后来改的")
    with pytest.raises(RuleBroken, match="批准之后有变化"):
        actions.publish(by=office.publisher, task=task)
    actions.return_(by=office.head, task=task, reason="内容变了")
    assert task.state == "returned"


def test_the_database_refuses_to_change_or_delete_a_publication():
    made = make.publish(make.create_office())
    for act in (lambda: Publication.objects.filter(pk=made.pk).update(title="改"), made.delete):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            act()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM disclosure_publication")
    assert Publication.objects.get().title == made.title


def test_a_correction_keeps_number_and_old_version():
    office = make.create_office()
    visit = make.create_visit(office)
    first = make.publish(office, visit)
    task = DisclosureTask.objects.get(visit=visit)
    with pytest.raises(RuleBroken, match="没有要更正的内容"):
        actions.correct(by=office.publisher, task=task, reason="试试")
    record = visit.records.get()
    Record.objects.create(
        visit=visit, version=2, outcome="ordered_correct", summary="更正", content="{}", sha256="1" * 64,
        written_by=record.written_by, correction_reason="漏记",
    )  # fmt: skip
    actions.correct(by=office.publisher, task=task, reason="漏列 1 项问题")
    second = make.publish_task(office, task, on=date(2026, 11, 20))
    assert (second.number, second.version, second.nature) == (first.number, 2, "correction")
    assert second.record["previous_sha256"] == first.sha256
    assert second.record["deadline"]["first_published_on"] == "2026-11-17"
    assert list(Publication.objects.results().current()) == [second]
    assert Publication.objects.get(pk=first.pk).record["outcome"]["code"] == "no_problem"


def test_a_withdrawal_keeps_the_page_and_drops_the_text():
    office = make.create_office()
    visit = make.create_visit(office)
    first = make.publish(office, visit)
    task = DisclosureTask.objects.get(visit=visit)
    actions.withdraw(by=office.publisher, task=task, reason="对象登记错误")
    assert Publication.objects.get() == first
    gone = make.publish_task(office, task)
    assert (gone.number, gone.version, gone.withdrawn) == (first.number, 2, True)
    assert gone.record["withdrawn_sha256"] == first.sha256
    assert "sentence" not in gone.record
    with pytest.raises(RuleBroken, match="已经撤回"):
        actions.withdraw(by=office.publisher, task=task, reason="再撤")


def test_a_refused_correction_leaves_the_publication_alone():
    office = make.create_office()
    visit = make.create_visit(office)
    make.publish(office, visit)
    task = DisclosureTask.objects.get(visit=visit)
    actions.withdraw(by=office.publisher, task=task, reason="对象登记错误")
    actions.return_(by=office.head, task=task, reason="登记无误")
    assert (task.state, task.nature, Publication.objects.count()) == ("published", "first", 1)


def test_numbers_are_never_used_twice():
    office = make.create_office()
    numbers = [make.publish(office).number for _ in range(3)]
    visit = make.create_visit(office)
    made = make.publish(office, visit)
    task = DisclosureTask.objects.get(visit=visit)
    actions.withdraw(by=office.publisher, task=task, reason="误发")
    make.publish_task(office, task)
    after = make.publish(office).number
    assert [*numbers, made.number, after] == [f"2026-4-01-{n:03}" for n in range(1, 6)]


def test_two_organisations_never_share_a_number():
    one, two = make.create_office(), make.create_office()
    assert make.publish(one).number != make.publish(two).number


def test_not_publishing_needs_a_listed_reason_and_a_second_person():
    office = make.create_office()
    task = make.task_of(office, make.create_visit(office))
    with pytest.raises(RuleBroken, match="只能是规则书列出的"):
        actions.exempt(by=office.publisher, task=task, exemption="领导不同意", reason="不便")
    with pytest.raises(RuleBroken, match="具体理由"):
        actions.exempt(by=office.publisher, task=task, exemption="依法依规不适合公开", reason=" ")
    actions.exempt(by=office.publisher, task=task, exemption="依法依规不适合公开", reason="涉军单位")
    assert task.state == "proposed"
    with pytest.raises(NotAllowed):
        actions.approve(by=office.publisher, task=task)
    actions.approve(by=office.head, task=task)
    assert task.state == "exempt"
    assert not Publication.objects.exists()


def test_every_step_is_in_the_ledger():
    office = make.create_office()
    made = make.publish(office)
    acts = list(
        Entry.objects.filter(act__startswith="disclosure.").values_list("act", flat=True).order_by("seq")
    )
    assert acts == [
        "disclosure.ensure_tasks",
        "disclosure.propose",
        "disclosure.approve",
        "disclosure.publish",
    ]
    assert made.sha256 in Entry.objects.get(act="disclosure.publish").content


def test_an_objection_gets_a_receipt_and_a_working_day_deadline(holidays_2026):
    made = make.publish(make.create_office())
    sent = actions.receive(
        number=made.number,
        from_name="青禾德昌",
        contact="0000-1",
        text="第 1 项不符",
        now=make.at(date(2026, 11, 19)),
    )
    assert sent.receipt.startswith("20261119-")
    assert sent.due_on == date(2026, 11, 26)
    again = {"number": made.number, "from_name": "青禾德昌", "contact": "0000-1"}
    assert actions.receive(**again, text=" 第 1 项不符") == sent, "按了两下提交，还是那一张回执"
    assert actions.receive(**again, text="第 2 项不符") != sent


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"number": "2026-4-01-999"}, "没有编号"),
        ({"text": "  "}, "内容"),
        ({"from_name": ""}, "姓名"),
        ({"text": "长" * 1001}, "超过"),
    ],
)
def test_a_bad_objection_is_refused_with_the_reason(given, words):
    made = make.publish(make.create_office())
    whole = {"number": made.number, "from_name": "某企业", "contact": "邮箱", "text": "不符"} | given
    with pytest.raises(RuleBroken, match=words):
        actions.receive(**whole)
    assert not Objection.objects.exists()


def test_an_objection_is_answered_once_and_in_clean_words():
    office = make.create_office()
    made = make.publish(office)
    sent = actions.receive(number=made.number, from_name="某企业", contact="邮箱", text="不符")
    with pytest.raises(NotAllowed):
        actions.answer(
            by=create_user(office.organisation, "planner"), objection=sent, answer="已核", accepted=False
        )
    with pytest.raises(RuleBroken, match="电话号码"):
        actions.answer(by=office.publisher, objection=sent, answer="请拨 13812345678", accepted=False)
    actions.answer(by=office.publisher, objection=sent, answer="经核实，原结果无误。", accepted=False)
    with pytest.raises(OutOfOrder):
        actions.answer(by=office.publisher, objection=sent, answer="再答", accepted=True)


@pytest.mark.once
def test_the_state_table_in_the_docs_is_the_one_in_the_code():
    assert (ROOT / "docs/states/disclosure.md").read_text(encoding="utf-8") == states.markdown()


def test_every_state_of_the_table_is_a_state_of_the_task():
    assert {state for move in states.MOVES for state in (*move.before, move.after)} == set(
        DisclosureTask.State.values
    )
    assert {nature for move in states.MOVES for nature in move.natures} <= set(DisclosureTask.Nature.values)


def test_a_visit_reopened_after_approval_is_not_published():
    office = make.create_office()
    visit = make.create_visit(office)
    task = make.task_of(office, visit)
    actions.propose(by=office.publisher, task=task)
    actions.approve(by=office.head, task=task)
    type(visit).objects.filter(pk=visit.pk).update(state="returned")
    with pytest.raises(OutOfOrder, match="审核通过后"):
        actions.publish(by=office.publisher, task=task)


def test_a_visit_that_two_draws_hit_is_published_once_with_both():
    office = make.create_office()
    second = make.create_draw(office.bureau, serial="02")
    visit = make.create_visit(office)
    make.merge(visit, second)
    made = make.publish(office, visit)
    assert [other["number"] for other in made.record["draw"]["also"]] == [second.number]
    assert list(Publication.objects.results().search(second.number)) == [made]


def test_a_waived_inspection_is_published_with_the_check_that_replaced_it():
    office = make.create_office("quzhou-2017")
    visit = make.waive(office)
    task = make.task_of(office, visit)
    assert task.clock_from == date(2026, 12, 31)
    made = make.publish_task(office, task)
    assert made.record["sentence"] == "2026年11月3日检查，由监督性监测代替，未发现问题，本次不再现场检查。"
    assert made.record["items"] == []


def test_a_holiday_notice_moves_the_open_deadlines_only(holidays_2026):
    from foundation.workdays.models import HolidayYear

    office = make.create_office()
    done = make.publish(office, completed_on=date(2026, 12, 20), on=date(2026, 12, 28))
    waiting = make.task_of(office, make.create_visit(office, completed_on=date(2026, 12, 20)))
    assert waiting.provisional
    year = HolidayYear.objects.create(year=2027, status="final", source="国办发明电〔2026〕9号")
    for day in (1, 4):
        year.days.create(date=date(2027, 1, day), kind="rest", name="元旦")
    before = waiting.due_on
    assert actions.refresh_deadlines(organisation=office.organisation) == 1
    waiting.refresh_from_db()
    assert (waiting.provisional, waiting.due_on > before) == (False, True)
    assert DisclosureTask.objects.get(publications=done).provisional
    assert actions.refresh_deadlines(organisation=office.organisation) == 0

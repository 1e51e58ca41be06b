"""Tasks of a plan's own, and widened scopes: beside the book, never instead of it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import OutOfOrder, RuleBroken
from foundation.ledger.models import Entry
from foundation.rulebook import library
from planning import actions, overlaps, plan_page, policies, scoping, simulating, trial
from planning.actions.own_lines import Terms
from planning.models import PlanTask, Quota
from planning.rules import own_lines
from planning.rules.own_lines import Asked
from planning.rules.principles import DAILY_SCOPE
from registry.models import TargetTag
from tests.factories import create_user
from tests.planning import factories as make

SOURCE = "青环发〔2026〕2号 年度监管工作方案"


def terms(**fields) -> Terms:
    given_ = {
        "name": "城关镇企业加查", "source": SOURCE, "bodies": ["county"], "when": [{"kind": ["enterprise"], "tier": ["general"]}],
        "rates": [Decimal("0.10")],
    }  # fmt: skip
    return Terms(**(given_ | fields))


def quota_numbers(plan, line):
    return list(plan.tasks.get(line=line).numbers.order_by("period").values_list("base", "number"))


# ---- rules: no database ----


def test_scope_may_grow_but_never_let_go_of_anybody():
    key = library.get("qinshui-2022").line("key")
    assert own_lines.laxer(key, [{"tier": ["key", "special"]}]) is None
    assert own_lines.laxer(key, []) is None
    assert own_lines.laxer(key, [{"tier": ["special"]}])
    assert own_lines.laxer(key, [{"tier": ["key"], "area": ["01"]}])


def test_every_scope_of_the_five_books_reads_back_as_it_was_written():
    for book in library.available().values():
        for line in book.quotas:
            found, faults = own_lines.parse_selector(own_lines.raw_of(line.when), own_lines.names_of(book))
            assert (found, faults) == (line.when, [])


def test_number_of_an_own_line_is_never_used_twice():
    assert own_lines.next_id([]) == "local_1"
    assert own_lines.next_id(["local_1", "local_4", "key"]) == "local_5"


@given(
    st.integers(1, 60), st.integers(0, 60), st.lists(st.integers(0, 30), min_size=1, max_size=4),
    st.lists(st.integers(0, 30), min_size=1, max_size=4), st.integers(1, 3),
)  # fmt: skip
def test_what_own_lines_leave_is_enough_whenever_no_room_is_short(
    size, shared, book_numbers, own_numbers, most
):
    """Whoever an own line takes, the book's line still finds as many visits as it needs under the cap."""
    book = library.get("qinshui-2022")
    base = frozenset(range(size))
    key = Asked(book.line("key"), tuple(min(one, size) for one in book_numbers), base, base)
    own = own_lines.own_line(
        book,
        {"id": "local_1", "zh": "自设", "source": "方案", "activity": "daily", "bodies": ["county"], "when": [], "except": [],
         "period": "quarter", "basis": "population", "rates": ["0.1"], "order": "uniform", "widens": ""},
    )  # fmt: skip
    others = frozenset(range(size - min(shared, size), 2 * size))
    rooms = own_lines.rooms([key, Asked(own, tuple(own_numbers), others, others)], "twice", most)
    spent = sum(min(number, len(base & others)) for number in own_numbers)
    if not any(room.short for room in rooms) and sum(key.numbers) <= most * size:
        assert most * size - spent >= sum(key.numbers)


# ---- in a plan ----


@pytest.fixture
def bureau(db):
    return make.fill(make.create_bureau())


@pytest.fixture
def draft(bureau):
    return actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)


def add(bureau, plan, **fields):
    items = list(plan.tasks.first().items.all())
    return actions.add_own_task(
        by=bureau.planner, plan=plan, terms=terms(**{"items": items} | fields), on=make.TODAY
    )


def test_own_task_has_its_own_number_and_document_and_leaves_the_book_alone(bureau, draft):
    before = {task.line: quota_numbers(draft, task.line) for task in draft.tasks.all()}
    task = add(bureau, draft)
    draft.refresh_from_db()
    base = quota_numbers(draft, "general")[0][0]
    assert quota_numbers(draft, task.line) == [(base, -(-base // 10))] * 4
    assert {line: quota_numbers(draft, line) for line in before} == before
    row = task.numbers.first()
    assert row.explanation["parts"][0]["origin"] == "local"
    assert (row.explanation["clause"], task.is_local, task.basis) == (SOURCE, True, f"本局自设（{SOURCE}）")
    assert plan_page.sheet(draft).lines[-1].task == task
    assert SOURCE in Entry.objects.get(act="planning.add_own_task").content


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"source": " "}, "source_missing"), ({"name": ""}, "name_missing"), ({"when": [{}]}, "scope_missing"), ({"bodies": []}, "body_missing"),
        ({"rates": []}, "rate_missing"), ({"rates": [Decimal(0)]}, "rate_missing"), ({"rates": [Decimal("0.1")] * 3}, "rate_count"),
        ({"when": [{"colour": ["red"]}]}, "scope_unknown"), ({"activity": "complaint"}, "activity_not_random"),
    ],
)  # fmt: skip
def test_own_task_that_lacks_something_is_refused(bureau, draft, wrong, code):
    with pytest.raises(RuleBroken) as refusal:
        add(bureau, draft, **wrong)
    assert refusal.value.code == code
    assert not PlanTask.objects.filter(origin="local").exists()


def test_database_refuses_an_own_task_without_its_document(draft):
    with pytest.raises(IntegrityError, match="local_task_names_its_source"):
        PlanTask.objects.create(plan=draft, no=99, name="x", line="local_9", origin="local", period="year")


def test_fixed_count_and_labels_and_areas(bureau, draft):
    area = bureau.organisation.areas.order_by("code").first()
    chosen = scoping.Target.objects.of(bureau.organisation).filter(area=area).first()
    TargetTag.objects.create(target=chosen, group="行业", value="炼焦")
    when = [{"label": ["行业：炼焦"], "area": [area.code]}]
    task = add(
        bureau, draft, when=when, basis="manual", rates=(), count=1, period="half_year", activity="campaign"
    )
    draft.refresh_from_db()
    assert quota_numbers(draft, task.line) == [(1, 1), (1, 1)]
    assert task.directed
    assert task.scope == f"标识为行业：炼焦且片区为{area.name}"
    assert scoping.count(draft, trial.book_of(draft).line(task.line), make.TODAY, manual=1).names == (
        chosen.name,
    )


def test_changed_own_task_is_worked_out_anew(bureau, draft):
    task = add(bureau, draft)
    actions.change_own_task(
        by=bureau.planner, task=task, on=make.TODAY,
        terms=terms(period="year", rates=[Decimal("0.50")], items=list(task.items.all())),
    )  # fmt: skip
    base = quota_numbers(draft, "general")[0][0]
    assert quota_numbers(draft, task.line) == [(base, -(-base // 2))]


def test_own_task_can_be_dropped_and_a_task_of_the_book_cannot(bureau, draft):
    task = add(bureau, draft)
    actions.drop_own_task(by=bureau.planner, task=task)
    draft.refresh_from_db()
    assert draft.own_lines == []
    with pytest.raises(RuleBroken, match="不能去掉"):
        actions.drop_own_task(by=bureau.planner, task=draft.tasks.get(line="key"))


def test_own_task_goes_all_the_way_to_quota_overlaps_simulation_and_amendment(bureau, draft):
    task = add(bureau, draft)
    plan = actions.submit_plan(by=bureau.planner, plan=draft)
    plan = actions.approve_plan(by=bureau.head, plan=plan)
    actions.confirm_quotas(
        organisation=bureau.organisation, period="2026Q4", on=make.TODAY, by=bureau.planner
    )
    quota = Quota.objects.get(line=task.line)
    assert (quota.required, quota.explanation["clause"]) == (
        task.numbers.get(period="2026Q4").number,
        SOURCE,
    )
    assert (
        Quota.objects.get(line="general").required == draft.tasks.get(line="general").numbers.first().number
    )
    found = overlaps.find([bureau.organisation], trial.Period.parse("2026Q4"), make.TODAY)
    assert any(claim.task == task.name for row in found.rows for claim in row.site.claims)
    assert any(slot.line.id == task.line for slot in simulating.of_plan(plan, make.TODAY).slots)
    amended = actions.amend_plan(by=bureau.planner, plan=plan, reason="下半年加任务", on=make.TODAY)
    assert amended.tasks.get(line=task.line).source == SOURCE
    assert add(bureau, amended, name="另一项").line == "local_2"
    assert {one["name"].split("\u3000")[0] for one in plan_page.changes(plan, amended)} == {"另一项"}


def test_approved_plan_takes_no_more_own_tasks(bureau, draft):
    plan = actions.submit_plan(by=bureau.planner, plan=draft)
    with pytest.raises(OutOfOrder):
        add(bureau, plan)


def test_task_with_a_confirmed_quota_stays_in_the_account_of_the_year(bureau, draft):
    task = add(bureau, draft)
    plan = actions.approve_plan(by=bureau.head, plan=actions.submit_plan(by=bureau.planner, plan=draft))
    actions.confirm_quotas(
        organisation=bureau.organisation, period="2026Q3", on=make.TODAY, by=bureau.planner
    )
    amended = actions.amend_plan(by=bureau.planner, plan=plan, reason="任务取消", on=make.TODAY)
    kept = amended.tasks.get(line=task.line)
    with pytest.raises(RuleBroken, match="已确认过配额"):
        actions.drop_own_task(by=bureau.planner, task=kept)
    with pytest.raises(RuleBroken, match="周期和抽取主体不能再改"):
        actions.change_own_task(by=bureau.planner, task=kept, on=make.TODAY, terms=terms(period="year"))
    items = list(kept.items.all())
    actions.change_own_task(
        by=bureau.planner,
        task=kept,
        on=make.TODAY,
        terms=terms(basis="manual", rates=(), count=0, items=items),
    )
    assert {number for _, number in quota_numbers(amended, task.line)} == {0}


def test_plan_that_follows_a_provisional_one_keeps_its_own_tasks(bureau):
    first = actions.create_plan(
        by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY, provisional=True
    )
    task = add(bureau, first, basis="manual", rates=(), count=3)
    actions.approve_plan(by=bureau.head, plan=actions.submit_plan(by=bureau.planner, plan=first))
    second = actions.create_plan(
        by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY
    )
    assert [number for _, number in quota_numbers(second, task.line)] == [3] * 4
    assert second.tasks.get(line=task.line).source == SOURCE


def test_what_was_drawn_under_a_line_of_an_older_version_keeps_its_name(bureau, draft):
    task = add(bureau, draft, name="旧任务")
    plan = actions.approve_plan(by=bureau.head, plan=actions.submit_plan(by=bureau.planner, plan=draft))
    amended = actions.amend_plan(by=bureau.planner, plan=plan, reason="任务取消", on=make.TODAY)
    actions.drop_own_task(by=bureau.planner, task=amended.tasks.get(line=task.line))
    amended.refresh_from_db()
    actions.approve_plan(by=bureau.head, plan=actions.submit_plan(by=bureau.planner, plan=amended))
    target = scoping.Target.objects.of(bureau.organisation).first()
    make.note(bureau, task.line, [target])
    make.note(bureau, "key", [target], serial="02")
    found = overlaps.find([bureau.organisation], trial.Period.parse("2026Q4"), make.TODAY)
    (row,) = [row for row in found.rows if row.target == target]
    assert "旧任务" in {claim.task for claim in row.site.claims}


# ---- never less than the book ----


def test_widened_scope_keeps_the_books_own_number_and_adds_the_rest_apart(bureau, draft):
    task = draft.tasks.get(line="special")
    before, general = quota_numbers(draft, "special"), quota_numbers(draft, "general")[0][0]
    more = actions.widen_scope(
        by=bureau.planner, task=task, when=[{"tier": ["special", "general"]}], source=SOURCE, on=make.TODAY
    )
    assert quota_numbers(draft, "special") == before
    rate = library.get("qinshui-2022").line("special").rates[0]
    assert quota_numbers(draft, more.line) == [(general, -(-general * rate // 1))] * 4
    actions.edit_task(by=bureau.planner, task=task, on=make.TODAY, rates=["0.5"])
    assert quota_numbers(draft, more.line)[0] == (general, -(-general // 2))
    actions.widen_scope(
        by=bureau.planner, task=task, when=[{"tier": ["special"]}], source=SOURCE, on=make.TODAY
    )
    assert not PlanTask.objects.filter(origin="local").exists()


def test_narrower_scope_is_refused_with_the_clause(bureau, draft):
    with pytest.raises(RuleBroken, match="QS-") as refusal:
        actions.widen_scope(
            by=bureau.planner, task=draft.tasks.get(line="key"), when=[{"tier": ["key"], "kind": ["project"]}], source=SOURCE, on=make.TODAY,
        )  # fmt: skip
    assert refusal.value.code == "laxer_than_rulebook"


@pytest.mark.django_db
def test_own_task_that_would_spend_the_visits_of_the_book_is_refused():
    """NM: one visit a year, 25% of the key ones each quarter: nothing is left for anybody else."""
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    make.fill_manual(bureau, plan)
    add(bureau, plan, bodies=["league"], when=[{"tier": ["key"]}], activity="campaign")
    with pytest.raises(RuleBroken, match="只剩") as refusal:
        actions.submit_plan(by=bureau.planner, plan=plan)
    assert (refusal.value.code, refusal.value.clause) == ("cap_spent", "NM-25.1")


@pytest.mark.django_db
def test_nm_s05_filter_on_a_daily_check():
    """A range set beforehand for a daily check needs an approved exception of NM-26.2; for a campaign with its period and
    industry it is a directed draw, accepted with the document it rests on."""
    bureau = make.fill(make.create_bureau("neimenggu-2024"))
    for target in scoping.Target.objects.of(bureau.organisation).filter(flags__isnull=False)[:3]:
        TargetTag.objects.create(target=target, group="行业", value="炼焦")
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    make.fill_manual(bureau, plan)
    coking = [{"label": ["行业：炼焦"], "tier": ["special"]}]
    daily = add(bureau, plan, name="炼焦行业日常检查", bodies=["league"], when=coking)
    with pytest.raises(RuleBroken, match="NM-26.2"):
        actions.submit_plan(by=bureau.planner, plan=plan)
    asked = actions.request_override(
        by=bureau.planner, organisation=bureau.organisation, year=2026, rule=DAILY_SCOPE, line=daily.line,
        reason="冬季错峰期间炼焦行业集中反弹", evidence="自治区通报第 3 期", no_file_reason="纸质文件在档案室",
    )  # fmt: skip
    plan = actions.submit_plan(by=bureau.planner, plan=plan)
    with pytest.raises(RuleBroken, match="另一人批准"):
        actions.approve_plan(by=bureau.head, plan=plan)
    actions.approve_override(by=bureau.head, override=asked)
    plan = actions.approve_plan(by=bureau.head, plan=plan)

    draft = actions.amend_plan(by=bureau.planner, plan=plan, reason="改为专项", on=make.TODAY)
    actions.drop_own_task(by=bureau.planner, task=draft.tasks.get(line=daily.line))
    draft.refresh_from_db()
    special = add(
        bureau,
        draft,
        name="炼焦行业专项",
        bodies=["league"],
        when=coking,
        activity="campaign",
        period="half_year",
    )
    assert special.directed
    actions.submit_plan(by=bureau.planner, plan=draft)


@pytest.mark.django_db
def test_book_without_directed_draws_takes_no_scope_by_area():
    bureau = make.fill(make.create_bureau("quzhou-2017"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    area = bureau.organisation.areas.first()
    with pytest.raises(RuleBroken) as refusal:
        add(bureau, plan, bodies=["city"], when=[{"area": [area.code]}])
    assert refusal.value.code == "directed_refused"


# ---- pages, without JavaScript ----


def typed(item, **fields):
    return {
        "name": "一般企业加查", "source": SOURCE, "activity": "daily", "bodies": ["county"], "period": "quarter", "basis": "population",
        "rates": "10%", "method": "onsite", "items": [item.pk], "scope_tier": ["general"], **fields,
    }  # fmt: skip


def test_pages_of_an_own_task_count_save_refuse_and_drop(bureau, draft, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: make.TODAY)
    item = draft.tasks.first().items.first()
    new = reverse("planning:own_new", args=[draft.pk])
    client.force_login(bureau.head)
    assert client.get(new).status_code == 403
    client.force_login(create_user(None, "planner"))
    assert client.get(new).status_code == 404
    client.force_login(bureau.planner)
    tried = client.post(new, typed(item, **{"try": "1"}))
    assert (tried.status_code, PlanTask.objects.filter(origin="local").exists()) == (200, False)
    assert "家在范围里" in tried.content.decode()
    assert client.post(new, typed(item, rates="百分之十")).status_code == 422
    assert client.post(new, typed(item)).status_code == 302
    task = PlanTask.objects.get(origin="local")
    changed = client.post(
        reverse("planning:own_task", args=[task.pk]), typed(item, basis="manual", rates="", count=2)
    )
    assert (changed.status_code, task.numbers.get(period="2026Q1").number) == (302, 2)
    assert SOURCE in client.get(reverse("planning:task", args=[task.pk])).content.decode()
    scope = reverse("planning:scope", args=[draft.tasks.get(line="key").pk])
    narrow = client.post(scope, {"scope_tier": ["special"], "source": SOURCE})
    assert narrow.status_code == 422
    assert "规则书的范围一家也不能少" in narrow.content.decode()
    assert client.post(reverse("planning:own_drop", args=[task.pk])).status_code == 302
    assert not PlanTask.objects.filter(origin="local").exists()


# ---- lines whose scope cannot grow: why, and the way out ----


@pytest.mark.django_db
def test_a_line_by_officers_says_why_it_cannot_grow_and_leads_to_a_task_of_ones_own(client):
    bureau = make.fill(make.create_bureau("xinyang-2023"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    book = trial.book_of(plan)
    task = next(one for one in plan.tasks.order_by("no") if book.line(one.line).basis == "officers")
    client.force_login(bureau.planner)
    page = client.get(reverse("planning:scope", args=[task.pk])).content.decode()
    assert "名单再大也不多抽一家" in page
    way = f"{reverse('planning:own_new', args=[plan.pk])}?like={task.pk}"
    assert way in page
    form = client.get(way).content.decode()
    assert f"{task.name}（本局加查）" in form
    assert '<option value="manual" selected>' in form
    line = book.line(task.line)
    for body in line.bodies:
        assert f'value="{body}" id="id_bodies_' in form
    with pytest.raises(RuleBroken, match="另设任务"):
        actions.widen_scope(by=bureau.planner, task=task, when=[], source="文件", on=make.TODAY)


@pytest.mark.once
def test_each_kind_of_fixed_line_has_its_own_reason():
    lines = [line for name in make.BOOKS for line in library.get(name).quotas]
    said = {policies.why_not_widened(line) for line in lines}
    assert len(said - {""}) >= 2
    for line in lines:
        fixed = line.window is not None or line.lifetime_once or line.basis == "officers"
        assert bool(policies.why_not_widened(line)) == fixed


@pytest.mark.django_db
def test_the_page_of_grounds_fills_in_everybody_but_the_best_grade(client):
    bureau = make.fill(make.create_bureau("wulong-2024"))
    plan = actions.create_plan(by=bureau.planner, organisation=bureau.organisation, year=2026, on=make.TODAY)
    client.force_login(bureau.planner)
    assert "?lower=1" in client.get(reverse("planning:factors", args=[plan.pk])).content.decode()
    form = client.get(f"{reverse('planning:own_new', args=[plan.pk])}?lower=1").content.decode()
    grades = bureau.book.register.credit_grades
    ticked = [
        grade
        for grade in grades
        if f'value="{grade}" id=' in form and "checked" in form.split(f'value="{grade}" id=')[1][:60]
    ]
    assert ticked == list(grades[1:])

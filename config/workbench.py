"""The one to-do list: what waits for a person, from every app, sorted by when it is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import NoReverseMatch, reverse

from disclosure.models import DisclosureTask, Objection
from draws import conflict_queries
from draws.models import Draw, OffPlatformDraw, ReplacementRequest
from foundation.organisation import roles
from foundation.organisation.models import Organisation, User
from foundation.rulebook.periods import Period
from foundation.workdays.models import calendar
from foundation.workdays.rules import Calendar, workdays_between
from inspections.models import FollowUp, SpecialCheck, Visit
from personnel import expiry, queries, rules
from personnel.models import Inspector
from planning import agenda
from planning.models import AnnualPlan, Override, Quota
from registry.models import ImportBatch

SHOWN = 10


@dataclass(frozen=True)
class Todo:
    """One thing to do. `left`: working days until due, negative when overdue; None when nothing sets a date."""

    kind: str
    title: str
    note: str
    url: str
    button: str
    due_on: date | None = None
    left: int | None = None


@dataclass(frozen=True)
class Desk:
    todos: list[Todo]
    overdue: int
    today: int
    soon: int


def link(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def desk_of(user: User, on: date) -> Desk:
    """Everything that waits for the user's roles, earliest first; what has no date comes last."""
    days = calendar()
    held = roles.permissions_of(user)
    own = user.organisation
    found = [todo for source in _sources(held) for todo in source(own, user, on, days) if todo.url]
    found.sort(key=lambda todo: (todo.due_on is None, todo.due_on or on, todo.kind, todo.title))
    left = [todo.left for todo in found if todo.left is not None]
    return Desk(found, sum(n < 0 for n in left), sum(n == 0 for n in left), sum(0 < n <= 3 for n in left))


def _sources(held: frozenset[str]):
    table = {
        "disclosure.edit": [_to_publish, _to_answer],
        "disclosure.approve": [_to_approve_publication],
        "inspections.review": [_to_review],
        "inspections.own": [_to_visit, _to_recheck],
        "personnel.own": [_own_certificate, _own_conflicts],
        "personnel.edit": [_certificates_due],
        "personnel.conflicts": [_withdrawals],
        "planning.approve": [_plans_to_approve, _overrides_to_approve],
        "planning.edit": [_plans_to_mend, _duties_due],
        "registry.import": [_imports_to_confirm],
        "draws.approve": [_replacements_to_decide, _specials_to_decide, _off_platform_to_decide],
        "draws.operate": [_draws_due, _draws_to_prepare, _replacements_to_run, _visits_to_send],
        "draws.supervise": [_draws_to_watch],
    }
    for permission, sources in table.items():
        if permission in held:
            yield from sources


def _left(due: date | None, on: date, days: Calendar) -> int | None:
    """Working days from today to the due day; negative when it has passed."""
    return None if due is None else workdays_between(days, on, due)


def _to_publish(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = (
        DisclosureTask.objects.filter(organisation=own, state__in=["waiting", "returned"])
        .with_subjects()
        .order_by("due_on")
    )
    for task in waiting[:50]:
        note = f"{task.clock_from}起算" + (f"；退回：{task.return_reason}" if task.return_reason else "")
        yield Todo(
            "公示",
            task.subject_name,
            note,
            link("disclosure:publish"),
            "送审",
            task.due_on,
            _left(task.due_on, on, days),
        )


def _to_approve_publication(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = (
        DisclosureTask.objects.filter(organisation=own, state="proposed")
        .exclude(proposed_by=user)
        .with_subjects()
        .order_by("due_on")
    )
    for task in waiting[:50]:
        yield Todo(
            "公示批准",
            task.subject_name,
            "公示员已送审",
            link("disclosure:publish"),
            "批准",
            task.due_on,
            _left(task.due_on, on, days),
        )


def _to_answer(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    for objection in Objection.objects.filter(organisation=own, state="received").order_by("due_on")[:20]:
        due = objection.due_on
        yield Todo(
            "异议",
            f"{objection.number} 的异议",
            f"回执 {objection.receipt}",
            link("disclosure:objections"),
            "答复",
            due,
            _left(due, on, days),
        )


def _specials_to_decide(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = SpecialCheck.objects.filter(organisation=own, state="requested").exclude(requested_by=user)
    for special in waiting.select_related("target").order_by("planned_on", "id")[:20]:
        yield Todo(
            "非随机检查", special.target.name, f"{special.activity_name} {special.reference}", link("inspections:special", special.pk),
            "批准", special.planned_on, _left(special.planned_on, on, days),
        )  # fmt: skip


def _off_platform_to_decide(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = OffPlatformDraw.objects.filter(organisation=own, state="requested", approver=user)
    for off in waiting.order_by("requested_at")[:20]:
        yield Todo("平台外抽取", off.number, off.reason, link("draws:off-one", off.pk), "批准", None, None)


def _to_review(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = (
        Visit.objects.filter(organisation=own, state="submitted")
        .select_related("target")
        .order_by("completed_on", "id")
    )
    for visit in waiting.exclude(team__inspector__user=user)[:50]:
        yield Todo(
            "审核",
            visit.target.name,
            f"{visit.number}，{visit.completed_on}查完",
            link("inspections:reviews"),
            "审核",
            visit.enter_due_on,
            _left(visit.enter_due_on, on, days),
        )


def _to_visit(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    mine = (
        Visit.objects.of_inspector(user)
        .filter(state__in=["assigned", "started", "returned"])
        .exclude(dispatched_at=None)
    )
    for visit in mine.select_related("target").order_by("due_on", "id")[:50]:
        yield Todo(
            "检查",
            visit.target.name,
            visit.number,
            link("phone:home") or "/m/",
            "去检查",
            visit.due_on,
            _left(visit.due_on, on, days),
        )


def _to_recheck(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    mine = (
        FollowUp.objects.filter(visit__in=Visit.objects.of_inspector(user), state="open")
        .select_related("visit__target")
        .order_by("due_on")
    )
    for row in mine[:50]:
        yield Todo(
            "复查",
            row.visit.target.name,
            row.problem[:60],
            link("inspections:followups"),
            "登记",
            row.due_on,
            _left(row.due_on, on, days),
        )


def _own_certificate(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    """One's own certificate, unless a renewal is in hand."""
    for person in Inspector.objects.active().filter(user=user):
        paper = queries.past_of([person]).covered(person.pk, on)
        if rules.certificate_state(paper, on) in expiry.BUCKETS:
            note = f"{paper.number}，换好后请计划编制员登记"
            yield Todo(
                "证件", "我的执法证到期", note, link("personnel:inspector", person.pk), "查看", paper.valid_until,
                _left(paper.valid_until, on, days),
            )  # fmt: skip


def _own_conflicts(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    if conflict_queries.unconfirmed(user, on):
        note = "没有需要申报的，也要本人确认一次"
        yield Todo("利害关系", f"{on.year} 年利害关系年度确认", note, link("draws:conflicts"), "确认")


def _certificates_due(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    """Those that run out within the first alarm, or have; the rest are in the calendar."""
    alarming = [row for row in expiry.rows_of(own, on) if row.alarming and row.badge.state != rules.LATER]
    for row in alarming[:20]:
        title = f"{row.person.name}的{row.kind or '证件'}{row.badge.words}"
        yield Todo(
            "证件", title, f"{row.person.unit.name}，{row.number}", link("personnel:inspector", row.person.pk), "登记换证",
            row.until, _left(row.until, on, days),
        )  # fmt: skip


def _withdrawals(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = conflict_queries.to_decide(user)
    if waiting:
        yield Todo(
            "利害关系", f"{waiting} 条申请撤回", "您同意以前，仍要回避", link("draws:conflicts"), "办理"
        )


def _plans_to_approve(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    for plan in AnnualPlan.objects.filter(organisation=own, status="submitted").exclude(author=user):
        yield Todo("计划", plan.name, f"第 {plan.version} 版，待批准", link("planning:plan", plan.pk), "批准")


def _overrides_to_approve(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = Override.objects.filter(organisation=own, approved_by=None, refused_reason="").exclude(
        requested_by=user
    )
    for override in waiting:
        yield Todo("例外", override.reason[:60], f"规则 {override.rule}", link("planning:quotas"), "办理")


def _plans_to_mend(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    for plan in AnnualPlan.objects.filter(organisation=own, status__in=["draft", "returned"]):
        note = f"退回：{plan.return_reason}" if plan.return_reason else "还没有送审"
        yield Todo("计划", plan.name, note, link("planning:plan", plan.pk), "编制")


def _duties_due(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    """Plans, register reviews and reports the rulebook sets a day for."""
    for duty in agenda.near(own, on):
        if duty.kind != "draw":
            url = f"{link('planning:calendar')}?month={duty.due:%Y-%m}#{duty.key}"
            yield Todo(
                duty.kind_zh,
                duty.title,
                f"依据 {duty.origin}",
                url,
                "查看",
                duty.due,
                _left(duty.due, on, days),
            )


def _draws_due(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    """Periods whose draw window is open and whose draw is not even prepared."""
    prepared = set(
        Draw.objects.filter(organisation=own, kind="F").exclude(state="void").values_list("period", flat=True)
    )
    for duty in agenda.near(own, on):
        if duty.kind == "draw" and duty.key.removeprefix("draw.") not in prepared:
            url = link("draws:draws")
            yield Todo(
                "抽取",
                duty.title,
                f"窗口至 {duty.due}，依据 {duty.origin}",
                url,
                "筹备",
                duty.due,
                _left(duty.due, on, days),
            )


def _imports_to_confirm(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    for batch in ImportBatch.objects.filter(organisation=own, state="checked").order_by("-id")[:5]:
        note = f"{batch.rows} 行，错误 {len(batch.errors)} 处"
        yield Todo(
            "名录",
            f"{batch.file_name} 待核对",
            note,
            link(
                "registry:import-batch" if batch.kind == "targets" else "registry:import-items-batch",
                batch.pk,
            ),
            "核对",
        )


def _replacements_to_decide(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = ReplacementRequest.objects.filter(draw__organisation=own, state="requested").exclude(
        requested_by=user
    )
    for asked in waiting.select_related("draw"):
        yield Todo(
            "改派",
            f"{asked.draw.number} {asked.get_kind_display()}",
            asked.reason[:60],
            link("draws:adjust", asked.draw.number),
            "批准",
        )


def _replacements_to_run(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    for asked in ReplacementRequest.objects.filter(draw__organisation=own, state="approved").select_related(
        "draw"
    ):
        yield Todo(
            "改派",
            f"{asked.draw.number} {asked.get_kind_display()}",
            "已批准，待两方密钥重抽",
            link("draws:adjust", asked.draw.number),
            "执行",
        )


def _draws_to_prepare(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    running = Draw.objects.filter(organisation=own).exclude(state__in=["signed", "closed", "void"])
    for draw in running.order_by("scheduled_at"):
        day = draw.scheduled_at.date()
        yield Todo(
            "抽取",
            f"{draw} 抽取会",
            f"{draw.place}，{draw.get_state_display()}",
            link("draws:draw", draw.number),
            "准备",
            day,
            _left(day, on, days),
        )


def _visits_to_send(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    waiting = Visit.objects.filter(organisation=own, state="assigned", dispatched_at=None).count()
    if waiting:
        yield Todo(
            "派发",
            f"{waiting} 件检查任务待派发通知书",
            "派发后检查组才看得到去哪里",
            link("inspections:visits"),
            "派发",
        )


def _draws_to_watch(own: Organisation, user: User, on: date, days: Calendar) -> Iterator[Todo]:
    running = Draw.objects.filter(organisation=own, discipline=user).exclude(
        state__in=["signed", "closed", "void"]
    )
    for draw in running.order_by("scheduled_at"):
        day = draw.scheduled_at.date()
        yield Todo(
            "监督",
            f"{draw} 抽取会",
            f"{draw.place}，{draw.get_state_display()}",
            link("draws:draw", draw.number),
            "查看",
            day,
            _left(day, on, days),
        )


@dataclass(frozen=True)
class Ladder:
    """应抽 → 已抽 → 已检查 → 已审核 → 已公示 of a period."""

    period: Period
    rows: list[dict]


def ladder_of(organisation: Organisation, on: date, held: frozenset[str]) -> Ladder | None:
    """The current quarter's progress, or the latest with quotas; None before the first quota.

    A number leads on only for who may open the page behind it.
    """
    current = Period.containing(on, "quarter").id
    known = Quota.objects.filter(organisation=organisation, period__regex=r"Q[1-4]$").order_by("-period")
    newest = known.filter(period__lte=current).values_list("period", flat=True).first()
    if newest is None:
        return None
    draws = Draw.objects.filter(organisation=organisation, period=newest, kind="F").exclude(state="void")
    quotas = Quota.objects.filter(organisation=organisation, period=newest)
    required = sum(quotas.values_list("required", flat=True))
    visits = Visit.objects.filter(draw__in=draws).exclude(state="void")
    done = visits.filter(state__in=["submitted", "returned", "reviewed"]).count()
    reviewed = visits.filter(state="reviewed").count()
    published = DisclosureTask.objects.filter(visit__in=visits, state__in=["published", "exempt"]).count()
    drawn = visits.count()
    rows = [
        {
            "label": "应抽",
            "value": required,
            "note": "",
            "url": link("planning:quota_period", newest) if "planning.view" in held else "",
        },
        {
            "label": "已抽",
            "value": drawn,
            "note": "一家几条线只去一次，家数可少于应抽家次" if drawn < required else "",
            "url": link("draws:draws") if "draws.view" in held else "",
        },
        {
            "label": "已检查",
            "value": done,
            "note": f"{drawn - done} 家还没有查完" if drawn > done else "",
            "url": link("inspections:visits") if "inspections.view" in held else "",
        },
        {
            "label": "已审核",
            "value": reviewed,
            "note": f"{done - reviewed} 家待审" if done > reviewed else "",
            "url": link("inspections:reviews") if "inspections.review" in held else "",
        },
        {
            "label": "已公示",
            "value": published,
            "note": f"{reviewed - published} 家待公示" if reviewed > published else "",
            "url": link("disclosure:publish") if "disclosure.view" in held else "",
        },
    ]
    return Ladder(Period.parse(newest), rows)

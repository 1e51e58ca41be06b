"""Who may do what with a plan, and what its state allows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from foundation.errors import NotAllowed, OutOfOrder, RuleBroken
from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can, check_another, check_may
from foundation.rulebook import stricter
from foundation.rulebook.model import Rulebook
from foundation.rulebook.tables import Quota as Line
from planning.models import AnnualPlan, Override, PlanTask, Quota, YearSimulation
from planning.rules import own_lines, principles, weights
from planning.rules.own_lines import OwnLine
from planning.rules.principles import DRAW_WINDOW as DRAW_WINDOW
from registry.models import InspectionItem

Status = AnnualPlan.Status

TRANSITIONS: dict[str, dict[str, frozenset[str]]] = {
    "edit": {"from": frozenset({Status.DRAFT, Status.RETURNED})},
    "submit": {"from": frozenset({Status.DRAFT, Status.RETURNED})},
    "approve": {"from": frozenset({Status.SUBMITTED})},
    "return": {"from": frozenset({Status.SUBMITTED})},
    "issue": {"from": frozenset({Status.APPROVED})},
    "amend": {"from": frozenset({Status.APPROVED, Status.ISSUED})},
}
_STEPS = {
    "edit": "修改",
    "submit": "送审",
    "approve": "批准",
    "return": "退回",
    "issue": "印发",
    "amend": "修订",
}
_REMEDY = {
    "edit": "已送审或批准的计划不能直接改；要改请先退回，或另做修订。",
    "submit": "请先看计划现在的状态。",
    "approve": "只有已送审的计划才能批准。",
    "return": "只有已送审的计划才能退回。",
    "issue": "计划须先经批准。",
    "amend": "只有已批准或已印发的计划才能修订；编制中的直接修改即可。",
}


BEFORE_APPROVAL = (Status.DRAFT, Status.RETURNED, Status.SUBMITTED)


def check_state(plan: AnnualPlan, step: str) -> None:
    """raises: OutOfOrder naming the present state and what to do"""
    if plan.status not in TRANSITIONS[step]["from"]:
        raise OutOfOrder(
            f"计划“{plan.name}”现在是“{plan.get_status_display()}”，不能{_STEPS[step]}。{_REMEDY[step]}"
        )


def check_planner(user: User, plan: AnnualPlan) -> None:
    check_may(user, "planning.edit", plan.organisation)


def may_record_agreement(user: User, plan: AnnualPlan) -> bool:
    mine = user.organisation_id == plan.organisation_id and can(user, "planning.edit")
    return mine and plan.is_joint and plan.status in BEFORE_APPROVAL


def check_joint(plan: AnnualPlan) -> None:
    if not plan.is_joint:
        raise RuleBroken("这是本部门自己的计划，没有参与方。要联合请另编联合抽查计划。", code="not_joint")


def joined(plan: AnnualPlan) -> frozenset[str]:
    """Lines that stand in a joint plan of the same bureau and year, drafts included."""
    rows = PlanTask.objects.filter(plan__organisation=plan.organisation_id, plan__year=plan.year)
    rows = rows.exclude(plan__kind=AnnualPlan.DEPARTMENT).exclude(plan__status=Status.SUPERSEDED)
    return frozenset(rows.values_list("line", flat=True))


def check_not_joined(task: PlanTask) -> None:
    """A reason why a task is not joint belongs to one that is not. raises: RuleBroken. source: NM-19.2"""
    if task.plan.is_joint:
        raise RuleBroken(
            "“不能联合的理由”写在本部门计划里；这是联合计划，不联合的请去掉这项任务。", code="joint"
        )
    if task.line in joined(task.plan):
        raise RuleBroken(
            f"“{task.name}”已列在联合计划里，不能又写不能联合。请先从联合计划去掉它，或把理由清空。",
            code="joined_already",
        )


def check_together(plan: AnnualPlan, *, agreed: bool) -> None:
    """A joint plan has one lead and at least one participant; agreed: and each of them has agreed.

    raises: RuleBroken naming who is missing. source: QS-9.3, QS-9.4, NM-21.1, NM-21.2
    """
    if not plan.is_joint:
        return
    if not plan.led_by:
        raise RuleBroken(
            "联合计划要有一个牵头方，谁发起、谁组织、谁负责。请在“计划说明”里选发起科室，或写明牵头单位。",
            code="lead_missing",
        )
    participants = list(plan.participants.order_by("pk"))
    if not participants:
        raise RuleBroken("联合计划至少要有一个参与方。请在“参与方”里添加。", code="participant_missing")
    silent = [one.name for one in participants if one.agreed_on is None]
    if agreed and silent:
        raise RuleBroken(
            f"这些参与方还没有登记同意：{'、'.join(silent)}。请登记同意日期和文件后再批准。",
            code="not_agreed",
        )


def check_edit(user: User, plan: AnnualPlan) -> None:
    check_may(user, "planning.edit", plan.organisation)
    check_state(plan, "edit")


def check_approve(user: User, plan: AnnualPlan, step: str = "approve") -> None:
    """The author of a plan never approves or returns it."""
    check_may(user, "planning.approve", plan.organisation)
    check_state(plan, step)
    check_another(user, plan.author, "计划")


def allowed(user: User, plan: AnnualPlan) -> frozenset[str]:
    """Steps whose button a page may show to this user."""
    if user.organisation_id != plan.organisation_id:
        return frozenset()
    open_steps = {step for step, rule in TRANSITIONS.items() if plan.status in rule["from"]}
    mine = {"edit", "submit", "issue", "amend"} if can(user, "planning.edit") else set()
    if can(user, "planning.approve") and plan.author_id != user.pk:
        mine |= {"approve", "return"}
    return frozenset(open_steps & mine)


def check_rates(book: Rulebook, line: Line, rates: tuple[Decimal, ...], reason: str) -> None:
    """A plan may be stricter than the rulebook, never laxer. source: rulebooks.md §1.5, QS-10.2

    raises: RuleBroken with the clause when a rate is lower, or when more than the text plans lacks a reason
    """
    clause = line.origin("rates").ref
    if line.basis == "manual":
        raise RuleBroken(
            f"“{line.id}”按计划填数，没有比例可改。请填写各期数量。", code="no_rate", clause=clause
        )
    if len(rates) not in (1, line.periods):
        raise RuleBroken(
            f"比例要么一个数通用，要么逐期 {line.periods} 个；现在是 {len(rates)} 个。请补齐。",
            code="rate_count",
        )
    limit = stricter.higher_each(line.rates, rates)
    if limit:
        raise RuleBroken(f"计划比例低于规则书（{clause}）：{limit}。计划只能更严，请改为不低于规则书的比例。",
                         code="laxer_than_rulebook", clause=clause)  # fmt: skip
    if line.bound == "target" and rates != line.rates and not reason.strip():
        raise RuleBroken(f"{clause} 是计划数，不是下限；多抽会增加企业负担，请写明提高比例的理由。",
                         code="surplus_needs_reason", clause=clause)  # fmt: skip


def checked_method(book: Rulebook, line: Line, method: str) -> str:
    """raises: RuleBroken for a mode the rulebook does not give this line"""
    modes = book.item(line.item).modes if line.item else book.inspection.modes
    if method not in modes:
        clause = book.inspection.origin("modes").ref
        raise RuleBroken(
            f"规则书没有给这项任务这种检查方式（{clause}）。请从列表里选。",
            code="unknown_mode",
            clause=clause,
        )
    return method


def checked_items(plan: AnnualPlan, items: Sequence[InspectionItem]) -> Sequence[InspectionItem]:
    """raises: RuleBroken for items that are not published, or another bureau's"""
    strangers = [item.name for item in items if item.organisation_id != plan.organisation_id]
    unpublished = [item.name for item in items if item.status != InspectionItem.Status.PUBLISHED]
    if strangers or unpublished:
        raise RuleBroken(f"这些事项未公布或不属于本局，不能列入计划：{'、'.join((strangers + unpublished)[:5])}。请先公布事项清单。",
                         code="item_not_published")  # fmt: skip
    return items


def check_own_plan(plan: AnnualPlan) -> None:
    """Own tasks stand in the department's plan, on which the quotas rest."""
    if plan.is_joint:
        raise RuleBroken(
            "自设任务和改范围写在本部门计划里，联合计划从中选取。请到本部门计划办理。", code="not_department"
        )


def check_own(task: PlanTask) -> None:
    if not task.is_local:
        raise RuleBroken(
            f"“{task.name}”是规则书要求的任务，不能去掉；范围只能扩大，比例只能提高。", code="not_own"
        )


def _confirmed(plan: AnnualPlan, line: str) -> bool:
    quotas = Quota.objects.filter(
        organisation=plan.organisation, line=line, period__startswith=str(plan.year)
    )
    return quotas.exclude(confirmed_at=None).exists()


def check_not_confirmed(plan: AnnualPlan, task: PlanTask) -> None:
    """A task whose quota was confirmed in the year stays in the account of the year. raises: RuleBroken with the way out"""
    if _confirmed(plan, task.line):
        raise RuleBroken(
            f"“{task.name}”今年已确认过配额，不能去掉，否则全年对账里就没有它了。以后各期不再抽的，改为固定家数 0。",
            code="quota_confirmed",
        )


def check_shape_kept(plan: AnnualPlan, line: OwnLine, *, bodies: Sequence[str], period: str) -> None:
    """Confirmed quotas are kept by body and period: those two may not change under them."""
    if (set(bodies), period) != (set(line.bodies), line.period) and _confirmed(plan, line.id):
        raise RuleBroken(
            f"“{line.zh}”今年已确认过配额，周期和抽取主体不能再改。请另加一项任务，把这一项以后各期改为固定家数 0。",
            code="quota_confirmed",
        )


def check_own_line(book: Rulebook, line: OwnLine) -> None:
    """What every own line must say, and whether the book allows a directed one.

    raises: RuleBroken naming the field and the remedy
    """
    if not line.zh:
        raise RuleBroken("请填写任务名称。", code="name_missing")
    if not line.source:
        raise RuleBroken(
            "请写明来源文件，例如 年度监管工作方案的文号；自设任务要有依据。", code="source_missing"
        )
    if not line.bodies:
        raise RuleBroken("请选择由谁抽取。", code="body_missing")
    if not all(line.when.alternatives or [()]) and not line.widens:
        raise RuleBroken(
            "请至少选一个范围条件；对全部对象多抽，请提高规则书各行的比例。", code="scope_missing"
        )
    if line.basis != "manual" and (not line.rates or any(rate <= 0 for rate in line.rates)):
        raise RuleBroken("请填写大于 0 的比例，或改为固定家数。", code="rate_missing")
    if line.basis != "manual" and len(line.rates) not in (1, line.periods):
        raise RuleBroken(f"比例要么一个数通用，要么逐期 {line.periods} 个。请补齐。", code="rate_count")
    activity = next((one for one in book.activities if one.id == line.activity), None)
    if activity is None or not activity.random:
        raise RuleBroken("这类检查不经抽取，不能列为抽查任务。请从列表里选。", code="activity_not_random")
    if own_lines.narrowed(line) and not line.widens and book.draw.directed == "no":
        clause = book.draw.origin("directed").ref
        raise RuleBroken(
            f"规则书不允许定向抽取（{clause or '产品默认'}），自设任务不能按片区或标识设范围。请改用类别、对象类型等条件。",
            code="directed_refused", clause=clause,
        )  # fmt: skip


def why_no_weights(book: Rulebook) -> str:
    """Why the book knows no weighted draw, with its clause; "" where it does. source: QS-10.3, AMB-52"""
    if book.draw.weights:
        return ""
    clause = book.draw.origin("weights").ref
    return f"规则书不允许加权抽取（{clause or '产品默认：文件没有规定'}），同一层里每一家机会相同。"


def check_weights(book: Rulebook, rows: Sequence[Mapping[str, Any]]) -> None:
    """raises: RuleBroken with the clause where the book knows no weights; naming what a rule lacks. source: QS-10.3, AMB-52"""
    clause = book.draw.origin("weights").ref
    refused = why_no_weights(book)
    if rows and refused:
        raise RuleBroken(f"{refused}要多查某些对象，请另设任务。", code="weights_refused", clause=clause)
    for row in rows:
        if not isinstance(row["weight"], int) or not weights.ONE < row["weight"] <= weights.MOST:
            raise RuleBroken(
                f"权重要是 2 到 {weights.MOST} 的整数；一张签的不用写。",
                code="weight_out_of_range",
                clause=clause,
            )
        if not all(row["when"] or [()]):
            raise RuleBroken("请至少选一个条件；人人一样的权重等于没有。", code="weight_without_condition")
        if not row["reason"]:
            raise RuleBroken(
                "请写明加权的理由，例如 上年被处罚；它会在抽取会上公开。", code="weight_without_reason"
            )
    try:
        weights.read(book, rows)
    except ValueError as faults:
        raise RuleBroken(f"条件里有规则书不认识的：{faults}。请重新选择。", code="weight_unknown") from None


def why_not_widened(line: Line) -> str:
    """Why a wider scope would not bring one target more into a draw of this line; "" where it would. source: rulebooks.md §5"""
    if line.basis == "officers":
        return "这条配额是人数乘比例（应抽＝比例×在编在岗人数），名单再大也不多抽一家，规则书的对象反而机会变小。"
    if line.lifetime_once:
        return (
            "这条配额每家一生只抽一次，只算建设期内的项目；放进来的别的对象没有这样的期限，算不出该抽多少。"
        )
    if line.window is not None:
        return "这条配额只算期限内的对象（从开工到投产后若干月）；放进来的别的对象没有这样的期限，算不出该抽多少。"
    return ""


def check_widen(book: Rulebook, line: Line, when: Sequence[Mapping[str, Any]]) -> None:
    """A scope may take in more than the book's, never less. raises: RuleBroken with the clause"""
    clause = line.origin("when").ref
    limit = own_lines.laxer(line, list(when))
    if limit:
        raise RuleBroken(
            f"新范围比规则书窄（{clause}）：{limit}。规则书的范围一家也不能少，请把原有条件选回来。",
            code="laxer_than_rulebook", clause=clause,
        )  # fmt: skip
    if line.local:
        raise RuleBroken("这是本局自设的任务，请直接修改它的范围。", code="own_line")
    fixed = why_not_widened(line)
    if fixed:
        raise RuleBroken(f"{fixed}要多查请另设任务。", code="not_widened", clause=clause)


def check_daily_scope(plan: AnnualPlan, book: Rulebook, line: OwnLine, *, approved: bool) -> None:
    """Daily checks have no range set beforehand, in principle: an exception must be approved, or at first asked for.

    raises: RuleBroken with the clause. source: NM-26.2, WL-6.2
    """
    rule = principles.find(book, principles.DAILY_SCOPE)
    if rule is None or line.activity != principles.DAILY or not own_lines.ranged(line):
        return
    asked = Override.objects.filter(
        organisation=plan.organisation, year=plan.year, rule=rule.id, line=line.id, refused_reason=""
    )
    if (asked.exclude(approved_by=None) if approved else asked).exists():
        return
    raise RuleBroken(
        f"“{line.zh}”是日常检查，提前设定了范围条件；{rule.clause} 原则上不允许。"
        f"请在任务页申请例外{'并由另一人批准' if approved else ''}，或改为特定时段的专项检查。",
        code="exception_missing", clause=rule.clause,
    )  # fmt: skip


def check_overridable(book: Rulebook, rule: str) -> str:
    """The clause of a rule one may depart from. source: AMB-57

    raises: RuleBroken for a rule that has no exception or is not in the book
    """
    found = principles.find(book, rule)
    if found is None:
        raise RuleBroken(f"规则书里没有“{rule}”这条规则。请从列表里选。", code="unknown_rule")
    if found.hard:
        raise RuleBroken(f"{found.clause} 是硬性规定，没有例外。", code="no_exception", clause=found.clause)
    return found.clause


def check_proof(files: Sequence[object], no_file_reason: str, clause: str) -> None:
    """Evidence of an exception is a file with its fingerprint, or the reason why there is none. raises: RuleBroken"""
    if not files and not no_file_reason.strip():
        raise RuleBroken(
            "请附证据文件（照片、PDF、Word 或 Excel，上传即算指纹）；确实没有文件的，写明为什么没有。",
            code="proof_missing", clause=clause,
        )  # fmt: skip


def needs_object(book: Rulebook, rule: str) -> bool:
    """Whether an exception must name a target or a line; those about a date of the year do not."""
    found = principles.find(book, rule)
    return found is None or found.about != "year"


def is_about_line(book: Rulebook, rule: str) -> bool:
    found = principles.find(book, rule)
    return found is not None and found.about == "line"


def check_decide_override(user: User, override: Override) -> None:
    check_may(user, "planning.approve", override.organisation)
    check_another(user, override.requested_by, "例外申请")
    if override.approved_at or override.refused_reason:
        raise OutOfOrder("这条例外申请已经处理过了，不能再处理一次。要改变结果请另行申请。")


def check_attach(user: User, override: Override) -> None:
    check_request_override(user, override.organisation)
    if override.requested_by_id != user.pk:
        raise NotAllowed("证据由申请人上传。请找申请人补交。")
    if override.approved_at or override.refused_reason:
        raise OutOfOrder("这条例外已经处理过了，证据不能再改。")


def can_attach(user: User, override: Override) -> bool:
    try:
        check_attach(user, override)
    except RuleBroken:
        return False
    return True


def check_request_override(user: User, organisation: object) -> None:
    if not (can(user, "planning.edit") or can(user, "draws.operate")):
        raise NotAllowed("申请例外须由计划编制员或抽取组织员办理。")
    if user.organisation != organisation:
        raise NotAllowed(f"您属于{user.organisation.name}，不能为别的机构申请例外。")


def check_simulate(user: User, plan: AnnualPlan) -> None:
    """Whoever sees the plan of his own bureau may try it out; nothing is decided by it."""
    if user.organisation_id != plan.organisation_id:
        raise NotAllowed(f"您属于{user.organisation.name}，不能为{plan.organisation.name}模拟。")
    if not any(can(user, code) for code in ("planning.edit", "planning.approve", "draws.operate")):
        raise NotAllowed("年度模拟由计划编制员、分管领导或抽取组织员发起。")
    waiting = [YearSimulation.State.WAITING, YearSimulation.State.RUNNING]
    if YearSimulation.objects.filter(plan=plan, state__in=waiting).exists():
        raise OutOfOrder("这份计划已有一次模拟正在进行，请等它完成。")


def can_simulate(user: User, plan: AnnualPlan) -> bool:
    try:
        check_simulate(user, plan)
    except RuleBroken:
        return False
    return True


def check_note_duty(user: User, organisation: Organisation) -> None:
    """Plans, reviews and reports are the planner's; the leader may note them as well."""
    if user.organisation_id != organisation.pk:
        raise NotAllowed(f"您属于{user.organisation.name}，不能为{organisation.name}登记。")
    if not (can(user, "planning.edit") or can(user, "planning.approve")):
        raise NotAllowed("定期工作的办结由计划编制员或分管领导登记。")


def can_note_duty(user: User, organisation: Organisation) -> bool:
    try:
        check_note_duty(user, organisation)
    except NotAllowed:
        return False
    return True

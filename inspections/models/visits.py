"""A visit: one target, one team, all merged items, and what was found at each check point."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from draws.models import Draw
from foundation.organisation.models import Organisation, ScopedQuerySet, User
from personnel.models import Assistant, Inspector
from planning.models import PlanTask
from registry.models import CheckPoint, InspectionItem, PriorInspection, Target


class VisitQuerySet(ScopedQuerySet):
    def joint(self) -> Self:
        """Checks made together with others. source: NM-7.2"""
        return self.exclude(joint_task=None)

    def of_inspector(self, user: User) -> Self:
        """Only the visits whose present team the user is in."""
        return self.filter(team__inspector__user=user, team__left_at=None).distinct()

    def open(self) -> Self:
        return self.exclude(state__in=Visit.ENDED)

    def to_do(self) -> Self:
        """Those the team still has to work on."""
        return self.filter(state__in=[Visit.State.ASSIGNED, Visit.State.STARTED, Visit.State.RETURNED])

    def overdue_on(self, on: date) -> Self:
        return self.to_do().filter(due_on__lt=on)

    def matching(self, words: str) -> Self:
        """By number, or by name where the name is not secret any more."""
        found = self
        for word in words.split():
            named = Q(target__name__icontains=word) & (Q(secret=False) | ~Q(state=Visit.State.ASSIGNED))
            found = found.filter(Q(number__icontains=word) | named)
        return found


class Visit(models.Model):
    """一次检查：一个对象、一个检查组、合并的全部事项（进一次门、查多项事）。"""

    class State(models.TextChoices):
        ASSIGNED = "assigned", "待检查"
        STARTED = "started", "检查中"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "退回"
        REVIEWED = "reviewed", "已审核"
        WAIVED = "waived", "免予检查"
        VOID = "void", "不再检查"

    ENDED = (State.REVIEWED, State.WAIVED, State.VOID)

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    number = models.CharField("检查任务编号", max_length=40, unique=True)
    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    code = models.CharField("屏幕编号", max_length=12, blank=True, help_text="如 重012")
    secret = models.BooleanField(
        "检查前名称保密", default=False, help_text="规则书 draw.list_secret_until = visit"
    )
    strata = models.JSONField("所属层", default=list)
    joint_task = models.ForeignKey(
        PlanTask, models.PROTECT, verbose_name="联合任务", null=True, blank=True, related_name="+",
        help_text="联合检查属于哪份联合计划的哪一项；只记录、只公示本部门的事项",
    )  # fmt: skip
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASSIGNED)
    mode = models.CharField("检查方式", max_length=24, default="onsite")
    mode_reason = models.CharField("非默认方式的理由", max_length=200, blank=True)
    due_on = models.DateField("完成期限", null=True, blank=True)
    notice_year = models.PositiveSmallIntegerField("通知书年度", null=True, blank=True)
    notice_serial = models.PositiveIntegerField("通知书序号", null=True, blank=True)
    notice_number = models.CharField("通知书文号", max_length=60, blank=True)
    notice_site = models.CharField(
        "核对网址", max_length=200, blank=True, help_text="通知书二维码所指的本系统地址"
    )
    year_count = models.PositiveSmallIntegerField("本年度第几次", null=True, blank=True)
    year_cap = models.PositiveSmallIntegerField(
        "年度上限", null=True, blank=True, help_text="空＝不受次数上限限制"
    )
    scheduled_on = models.DateField("检查日期", null=True, blank=True)
    assistants = models.PositiveSmallIntegerField("协助人数", default=0, help_text="派发时确定")
    dispatched_at = models.DateTimeField("派发时间", null=True, blank=True)
    dispatched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="派发人",
        null=True,
        blank=True,
        related_name="+",
    )
    arrived_at = models.DateTimeField("到场时间", null=True, blank=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="到场登记人",
        null=True,
        blank=True,
        related_name="+",
    )
    arrival_code = models.CharField("入企码", max_length=80, blank=True)
    onsite_steps = models.JSONField("已确认的现场步骤", default=list, blank=True)
    received_by = models.CharField("被检查单位在场人员", max_length=60, blank=True)
    finished_at = models.DateTimeField("检查结束时间", null=True, blank=True)
    completed_on = models.DateField(
        "完成日",
        null=True,
        blank=True,
        help_text="签字提交的记录所载的检查结束日；公示期限由此起算。source: AMB-16",
    )
    enter_due_on = models.DateField("录入期限", null=True, blank=True)
    device = models.CharField(
        "移动执法设备", max_length=60, blank=True, help_text="到场登记所用手机的编号，或移动执法系统的设备号"
    )
    field_started_at = models.DateTimeField(
        "现场开始时间", null=True, blank=True, help_text="移动执法系统所记；到场登记时以它为准"
    )
    field_ended_at = models.DateTimeField("现场结束时间", null=True, blank=True)
    sampled = models.BooleanField("是否采样", null=True, blank=True)
    survey_files = models.JSONField("现场勘查笔录", default=list, blank=True, help_text="证据材料的指纹")
    off_site_source = models.CharField(
        "所用文件或数据来源", max_length=200, blank=True, help_text="非现场检查据以检查的文件号、平台和时段"
    )
    production_state = models.CharField("生产状态", max_length=20, blank=True)
    production_note = models.CharField("生产状态说明", max_length=300, blank=True)
    returned_reason = models.CharField("退回或更正的理由", max_length=500, blank=True)
    waived_for = models.ForeignKey(
        PriorInspection,
        models.PROTECT,
        verbose_name="代替本次的检查",
        null=True,
        blank=True,
        related_name="+",
    )
    void_reason = models.CharField("不再检查的原因", max_length=500, blank=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查任务"
        constraints = [
            models.UniqueConstraint(fields=["draw", "commitment"], name="target_is_visited_once_per_draw"),
            models.CheckConstraint(
                condition=Q(state__in=["assigned", "started", "submitted", "returned", "reviewed", "waived", "void"]),
                name="visit_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["organisation", "notice_year", "notice_serial"], name="notice_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(dispatched_at__isnull=False), name="visit_starts_after_its_notice",
                violation_error_message="没有派发通知的检查不能开始。",
            ),
            models.CheckConstraint(
                condition=Q(field_started_at=None, field_ended_at=None) | Q(field_ended_at__gte=models.F("field_started_at")),
                name="field_times_come_together", violation_error_message="现场结束时间不能早于开始时间。",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | Q(waived_for__isnull=False), name="waived_visit_names_the_other_check"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "reviewed"]) | Q(completed_on__isnull=False), name="submitted_visit_has_a_day"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organisation", "state", "due_on"], name="visit_by_deadline")]

    def __str__(self) -> str:
        return self.number

    @property
    def name_is_open(self) -> bool:
        """Staff who may look at visits may read the name: always, unless it is secret until the visit starts."""
        return not self.secret or self.state != self.State.ASSIGNED


class VisitCredit(models.Model):
    """抽中的一个盲号记到哪次检查：同一对象被几次抽取抽中，合并为一次检查，各记各的名额。source: AMB-26"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="credits")
    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    strata = models.JSONField("所属层", default=list)
    ended_at = models.DateTimeField("退出时间", null=True, blank=True, help_text="替换轮中退出的")

    class Meta:
        verbose_name = verbose_name_plural = "名额"
        constraints = [
            models.UniqueConstraint(fields=["draw", "commitment"], name="drawn_target_is_credited_once")
        ]


class TeamMember(models.Model):
    """检查组成员；离组（回避、替换）留痕。"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="team")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    position = models.PositiveSmallIntegerField("次序", help_text="0 为主办")
    auxiliary = models.BooleanField("辅助人员", default=False)
    round = models.PositiveSmallIntegerField("加入轮次", default=0)
    joined_at = models.DateTimeField("加入时间", default=timezone.now)
    left_at = models.DateTimeField("离组时间", null=True, blank=True)
    left_reason = models.CharField("离组原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查组成员"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "inspector"], condition=Q(left_at=None), name="inspector_is_in_the_team_once"
            ),
        ]


class VisitAssistant(models.Model):
    """到场协助的辅助人员：挑选的，不计入检查组，不签字；离开留痕。source: NM-18.3, WL-5.8, AMB-25"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="helpers")
    assistant = models.ForeignKey(Assistant, models.PROTECT, verbose_name="辅助人员", related_name="+")
    task = models.CharField("协助内容", max_length=200)
    document = models.CharField("委托文书", max_length=100)
    added_at = models.DateTimeField("加入时间", default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="挑选人", related_name="+"
    )
    left_at = models.DateTimeField("离开时间", null=True, blank=True)
    left_reason = models.CharField("离开原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到场辅助人员"
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "assistant"], condition=Q(left_at=None), name="assistant_helps_a_visit_once",
                violation_error_message="这名辅助人员已经在这次检查里。",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | ~Q(left_reason=""), name="assistant_leaves_with_a_reason",
                violation_error_message="请写明不再协助的原因。",
            ),
            models.CheckConstraint(
                condition=~Q(task=""), name="assistant_has_a_task", violation_error_message="请写明协助什么。"
            ),
        ]  # fmt: skip


class VisitItem(models.Model):
    """本次检查的一个事项（按抽取时的版本）。"""

    visit = models.ForeignKey(Visit, models.PROTECT, verbose_name="检查任务", related_name="items")
    item = models.ForeignKey(InspectionItem, models.PROTECT, verbose_name="抽查事项", related_name="+")
    result = models.CharField("结果", max_length=32, blank=True, help_text="规则书 results.codes 的 id")
    note = models.CharField("情况", max_length=2000, blank=True)
    demand = models.CharField("整改要求", max_length=500, blank=True)
    demand_due_on = models.DateField("整改期限", null=True, blank=True)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="填写人",
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = verbose_name_plural = "检查事项"
        constraints = [
            models.UniqueConstraint(fields=["visit", "item"], name="item_is_checked_once_per_visit")
        ]


class CheckResult(models.Model):
    """检查单一行的结果。"""

    class Result(models.TextChoices):
        CLEAR = "clear", "未发现问题"
        PROBLEM = "problem", "发现问题"
        NOT_APPLICABLE = "na", "不涉及"

    visit_item = models.ForeignKey(VisitItem, models.PROTECT, verbose_name="检查事项", related_name="checks")
    checkpoint = models.ForeignKey(CheckPoint, models.PROTECT, verbose_name="检查要点", related_name="+")
    result = models.CharField("结果", max_length=8, choices=Result.choices)
    note = models.CharField("问题记录", max_length=1000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查单结果"
        constraints = [
            models.UniqueConstraint(fields=["visit_item", "checkpoint"], name="checkpoint_is_answered_once"),
            models.CheckConstraint(
                condition=~Q(result="problem") | ~Q(note=""), name="problem_is_described",
                violation_error_message="发现问题的，要写明问题。",
            ),
            models.CheckConstraint(condition=Q(result__in=["clear", "problem", "na"]), name="check_result_is_known"),
        ]  # fmt: skip

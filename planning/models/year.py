"""Around a plan: simulated years, areas, duties done, interpretations of a rule."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.organisation.models import Area, Organisation, User
from planning.models.plans import AnnualPlan


class YearSimulation(models.Model):
    """把一份计划的一年抽许多遍：在后台做，种子公开，结果与任何一次抽取会无关。"""

    class State(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在模拟"
        DONE = "done", "已完成"
        FAILED = "failed", "没有做成"

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="simulations")
    on = models.DateField("名录日")
    runs = models.PositiveIntegerField("模拟年数")
    seed = models.PositiveIntegerField("种子", default=1)
    done = models.PositiveIntegerField("已模拟", default=0)
    state = models.CharField("状态", max_length=8, choices=State.choices, default=State.WAITING)
    inputs = models.CharField("计划数指纹", max_length=64, blank=True)
    result = models.JSONField("结果", default=dict, blank=True)
    problem = models.CharField("没有做成的原因", max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    requested_at = models.DateTimeField("发起时间", default=timezone.now)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "年度模拟"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="simulation_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["waiting", "running"]), name="one_simulation_of_a_plan_at_a_time",
                violation_error_message="这份计划已有一次模拟正在进行，请等它完成。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plan}模拟 {self.runs} 年"


class AreaProfile(models.Model):
    """一个片区编制计划时要看的情况：环境质量、面积，和本局估计的路程。都不是规则书里的数。"""

    area = models.OneToOneField(Area, models.PROTECT, verbose_name="片区", related_name="+")
    quality = models.CharField("环境质量", max_length=200, blank=True, help_text="例如 断面Ⅲ类，优良天数 85%")
    quality_source = models.CharField("环境质量来源", max_length=200, blank=True)
    square_km = models.DecimalField("面积（平方公里）", max_digits=9, decimal_places=2, null=True, blank=True)
    visits_per_day = models.PositiveSmallIntegerField("一组一天能查几家", default=1)
    trip_days = models.DecimalField(
        "每出去一天另在路上几天", max_digits=3, decimal_places=1, default=Decimal(0)
    )

    class Meta:
        verbose_name = verbose_name_plural = "片区情况"
        constraints = [
            models.CheckConstraint(condition=Q(visits_per_day__gte=1), name="a_day_has_at_least_one_visit"),
            models.CheckConstraint(condition=Q(trip_days__gte=0), name="trip_takes_no_negative_days"),
            models.CheckConstraint(
                condition=Q(quality="") | ~Q(quality_source=""), name="area_quality_names_its_source",
                violation_error_message="环境质量要写明来源，例如 监测月报。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.area}情况"


class DutyDone(models.Model):
    """规则书要求的一件定期工作办完了：哪一件、哪一天、凭什么。只登记，不修改。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    duty = models.CharField("事项", max_length=80, help_text="如 report.quarterly_statistics.2026Q3")
    done_on = models.DateField("办结日期")
    note = models.CharField("文号或去向", max_length=200)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    noted_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "定期工作办结"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "duty"], name="duty_is_done_once", violation_error_message="这件工作已经登记办结。"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="done_duty_names_its_proof"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.duty


class RuleNoteQuerySet(models.QuerySet):
    def visible_in(self, organisation: Organisation) -> Self:
        """The bureau's own and those of the organisations above it, which it can only read. source: QS-23.1, NM-45.1"""
        above = [organisation.pk]
        parent = organisation.parent
        while parent is not None and parent.pk not in above:
            above.append(parent.pk)
            parent = parent.parent
        return self.filter(organisation__in=above)

    def in_force(self) -> Self:
        return self.filter(withdrawn_at=None)


class RuleNote(models.Model):
    """对规则书一条规则的解释：谁、何时、依据什么文件；只增不改，收回留痕。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    rulebook_id = models.CharField("规则书", max_length=60)
    rule = models.CharField("规则", max_length=120, help_text="表名/条目，如 quota/key")
    rule_title = models.CharField("规则名称", max_length=300)
    text = models.CharField("解释", max_length=1000)
    document = models.CharField("解释的文件", max_length=200, blank=True, help_text="文号；没有发文的不填")
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="解释人", related_name="+")
    written_at = models.DateTimeField("时间", default=timezone.now)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="收回人", null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("收回的原因", max_length=300, blank=True)

    objects = RuleNoteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则解释"
        indexes = [models.Index(fields=["organisation", "rulebook_id"], name="note_by_rulebook")]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="rule_note_says_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="withdrawn_note_has_a_reason",
                violation_error_message="请写明收回的原因。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.rule_title

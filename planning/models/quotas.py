"""What must be drawn per line, body and period, what was drawn, and what is made up for."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet, Unit
from planning.models.plans import AnnualPlan


class QuotaQuerySet(ScopedQuerySet):
    def of_period(self, organisation: Organisation, period: str) -> Self:
        return self.filter(organisation=organisation, period=period)


class Quota(models.Model):
    """某期某线某主体应抽多少，以及说明它的那句话。确认后不再改动。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="quotas")
    period = models.CharField("期", max_length=8)
    line = models.CharField("配额线", max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="抽取主体", related_name="+")
    base = models.PositiveIntegerField("基数")
    officers = models.PositiveIntegerField("在编在岗人数", default=0)
    pool = models.PositiveIntegerField("可抽")
    required = models.PositiveIntegerField("应抽")
    floor = models.PositiveIntegerField("计划下限", default=0)
    shortfall = models.PositiveIntegerField("预计缺口", default=0)
    reasons = models.JSONField("缺口原因", default=list)
    explanation = models.JSONField("算式与条款", default=dict)
    snapshot_on = models.DateField("名录快照日")
    snapshot = models.JSONField(
        "快照名单", default=list, help_text="基数里每个对象的主键；全期各批共用", blank=True
    )
    snapshot_hash = models.CharField("快照校验码", max_length=64, blank=True)
    exclusions = models.JSONField("选用的排除", default=list, blank=True, help_text="规则书里可选的排除规则")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "配额"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "period", "line", "unit"], name="quota_is_unique_in_period"
            ),
            models.CheckConstraint(condition=Q(pool__lte=F("base")), name="pool_is_within_base"),
            models.CheckConstraint(
                condition=Q(required__gte=F("floor")) | Q(base=0), name="quota_is_not_below_the_plan"
            ),
        ]


class DrawnQuerySet(models.QuerySet):
    def standing(self) -> Self:
        """Not taken back by a replacement round or a void draw."""
        return self.filter(voided_on=None)

    def of_year(self, organisation: Organisation, year: int) -> Self:
        return self.filter(organisation=organisation, period__startswith=str(year))


class Drawn(models.Model):
    """某期某线抽中过谁；由抽取应用的动作写入，供下一批、年度上限和“终身一次”使用。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    period = models.CharField("期", max_length=8)
    line = models.CharField("配额线", max_length=32)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="抽取主体", related_name="+")
    target = models.ForeignKey("registry.Target", models.PROTECT, verbose_name="检查对象", related_name="+")
    draw_number = models.CharField("抽取会编号", max_length=40)
    drawn_on = models.DateField("抽取日期")
    voided_on = models.DateField("作废日期", null=True, blank=True, help_text="替换轮中退出的")

    objects = DrawnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已抽中"
        indexes = [models.Index(fields=["organisation", "period", "line"], name="drawn_by_line")]
        constraints = [
            models.UniqueConstraint(
                fields=["draw_number", "line", "unit", "target"],
                name="target_is_drawn_once_per_line_and_draw",
            )
        ]


class MakeUp(models.Model):
    """补抽：后来一期多抽的一家，记到欠抽的那一期，只在全年对账里抵。source: AMB-15"""

    missed = models.ForeignKey(Quota, models.PROTECT, verbose_name="欠抽的配额", related_name="+")
    drawn = models.OneToOneField(Drawn, models.PROTECT, verbose_name="补抽中的对象", related_name="+")
    reason = models.CharField("理由", max_length=300)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    noted_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "补抽"
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="make_up_has_a_reason")]

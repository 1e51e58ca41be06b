"""What is true of an inspector for a time: certificates, periods in post, absences; what he did in a year."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Unit
from personnel.models.people import Inspector


class Certificate(models.Model):
    """一本证件；换证另立一条，旧证留在历史里。检查人员身上的证号、日期是当前这本的抄件。"""

    inspector = models.ForeignKey(
        Inspector, models.PROTECT, verbose_name="检查人员", related_name="certificates"
    )
    number = models.CharField("证号", max_length=40)
    kind = models.CharField("证件类型", max_length=40, blank=True)
    issuer = models.CharField("发证机关", max_length=60, blank=True)
    issued_on = models.DateField("发证日期", null=True, blank=True)
    valid_until = models.DateField("有效期至")
    entitles = models.BooleanField("执法资格", default=True, help_text="凭它可以执法；上岗证、内审证等不算")
    revoked_on = models.DateField("注销日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "证件"
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="certificate_has_a_number"),
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(valid_until__gte=F("issued_on")), name="paper_ends_after_it_starts",
                violation_error_message="证件有效期不能早于发证日期。",
            ),
            models.UniqueConstraint(
                fields=["inspector", "number", "valid_until"], name="paper_is_registered_once",
                violation_error_message="这本证件已登记过。",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class Posting(models.Model):
    """任职时段：在哪个单位、什么职务、是否在编。没有任何时段的人，按现在的在编在岗计到所有日子。"""

    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="postings")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+")
    post = models.CharField("职务", max_length=60, blank=True)
    established = models.BooleanField("在编", default=True)
    since = models.DateField("起", null=True, blank=True, help_text="空＝建档以前就在岗")
    until = models.DateField("止", null=True, blank=True, help_text="空＝至今")
    reason = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职时段"
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="posting_ends_after_it_starts",
                violation_error_message="任职时段的结束日期不能早于开始日期。",
            ),
            models.UniqueConstraint(fields=["inspector", "since"], name="posting_starts_once"),
        ]  # fmt: skip


class AbsenceQuerySet(models.QuerySet):
    def touching(self, first, last) -> Self:
        """Those with at least one day in the period."""
        return self.filter(since__lte=last).filter(Q(until=None) | Q(until__gte=first))


class Absence(models.Model):
    """请假、培训、借调：这段时间不参加抽取。"""

    class Reason(models.TextChoices):
        LEAVE = "leave", "请假"
        TRAINING = "training", "培训"
        SECONDED = "seconded", "借调"
        DUTY = "duty", "值守或专案"
        OTHER = "other", "其他"

    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="absences")
    reason = models.CharField("原因", max_length=10, choices=Reason.choices)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "离岗"
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")), name="absence_ends_after_it_starts",
                violation_error_message="离岗的结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["leave", "training", "seconded", "duty", "other"]), name="absence_reason_is_known"
            ),
        ]  # fmt: skip


class YearTally(models.Model):
    """年度检查次数：由上层应用从检查任务点数后写入，每次重数覆盖。source: QS-7.10, NM-17.1, WL-5.5"""

    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="tallies")
    year = models.PositiveSmallIntegerField("年度")
    led = models.PositiveIntegerField("主办", default=0)
    assisted = models.PositiveIntegerField("协办", default=0)
    recused = models.PositiveIntegerField("回避", default=0)
    replaced = models.PositiveIntegerField("被替换", default=0)
    problems = models.PositiveIntegerField("发现问题", default=0)
    counted_at = models.DateTimeField("点数时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "年度检查次数"
        constraints = [
            models.UniqueConstraint(fields=["inspector", "year"], name="tally_is_kept_once_a_year"),
        ]

    @property
    def visits(self) -> int:
        return self.led + self.assisted

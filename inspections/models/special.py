"""Checks that are not drawn."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet
from registry.models import Target


class SpecialCheck(models.Model):
    """不适用双随机的检查：按规则书列明的情形登记，批准后才去，去了记结果。source: CAP-77, QS-3.3, QS-8.1"""

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        DONE = "done", "已检查"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    year = models.PositiveSmallIntegerField("登记年度")
    serial = models.PositiveIntegerField("登记序号")
    number = models.CharField("登记号", max_length=60)
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    activity = models.CharField("情形", max_length=40, help_text="规则书 activities 的 id，random = false")
    activity_name = models.CharField("情形名称", max_length=60)
    clause = models.CharField("依据条款", max_length=40)
    reference = models.CharField("来源编号", max_length=80, help_text="举报、转办、移送、监测报告等的编号")
    reason = models.CharField("事由", max_length=500)
    planned_on = models.DateField("拟检查日期")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    requested_at = models.DateTimeField("登记时间", default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    checked_on = models.DateField("检查日期", null=True, blank=True)
    problem_found = models.BooleanField("发现问题", null=True, blank=True)
    outcome = models.CharField("检查情况", max_length=1000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不适用双随机的检查"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "serial"], name="special_check_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "approved", "refused", "done"]), name="special_check_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="special_check_names_its_source"),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_by__isnull=False) & ~Q(decided_by=models.F("requested_by")),
                name="special_check_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(checked_on__isnull=False, problem_found__isnull=False) & ~Q(outcome=""),
                name="special_check_done_has_a_result",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

"""Declared conflicts of interest."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation
from personnel.models import Inspector
from registry.models import Entity, Target


class ConflictQuerySet(models.QuerySet):
    def in_force(self, on) -> Self:
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gte=on)).filter(withdrawn_at=None)


class ConflictOfInterest(models.Model):
    """利害关系：检查人员与检查对象或市场主体；只有需要的人看得到。"""

    class Relation(models.TextChoices):
        KIN = "KIN", "近亲属"
        SHARE = "SHARE", "持股或投资"
        EMPLOY = "EMPLOY", "曾任职"
        CREDIT = "CREDIT", "债权债务"
        DISPUTE = "DISPUTE", "纠纷"
        OTHER = "OTHER", "其他"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    target = models.ForeignKey(
        Target, models.PROTECT, verbose_name="检查对象", null=True, blank=True, related_name="+"
    )
    entity = models.ForeignKey(
        Entity, models.PROTECT, verbose_name="市场主体", null=True, blank=True, related_name="+"
    )
    relation = models.CharField("关系", max_length=8, choices=Relation.choices)
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)
    evidence = models.CharField("依据", max_length=300)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申报人", related_name="+"
    )
    declared_at = models.DateTimeField("申报时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "利害关系"
        constraints = [
            models.CheckConstraint(
                condition=Q(target__isnull=False, entity=None) | Q(target=None, entity__isnull=False),
                name="conflict_names_a_target_or_an_entity", violation_error_message="请选择一个检查对象或一个市场主体。",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="conflict_ends_after_it_starts",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=["KIN", "SHARE", "EMPLOY", "CREDIT", "DISPUTE", "OTHER"]), name="conflict_relation_is_known"
            ),
        ]  # fmt: skip

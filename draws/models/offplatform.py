"""Draws that were not held in this system: on paper, or on another platform. Never part of the event chain."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet
from personnel.models import Inspector
from planning.models import Quota
from registry.models import Target


def _person(label: str, *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=label, null=null, blank=null, related_name="+"
    )


class OffPlatformDrawQuerySet(ScopedQuerySet):
    def counted(self) -> Self:
        """Approved and not taken back: their targets stand in quota and cap."""
        return self.filter(state=OffPlatformDraw.State.APPROVED)

    def of_year(self, organisation: Organisation, year: int) -> Self:
        return self.filter(organisation=organisation, period__startswith=str(year))


class OffPlatformDraw(models.Model):
    """平台外抽取：有理由、有批准人、有证据才收；结果照登，不能核验。source: QS-3.4, QS-13.1, QS-13.2, AMB-54"""

    class Kind(models.TextChoices):
        PAPER = "paper", "线下抽取"
        PLATFORM = "platform", "其他平台抽取"

    class State(models.TextChoices):
        REQUESTED = "requested", "待批准"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        VOID = "void", "已作废"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    period = models.CharField("期", max_length=8)
    serial = models.PositiveSmallIntegerField("序号")
    number = models.CharField("登记号", max_length=40, unique=True)
    kind = models.CharField("怎样抽的", max_length=8, choices=Kind.choices)
    platform = models.CharField("平台名称", max_length=60, blank=True)
    platform_number = models.CharField("平台上的编号", max_length=60, blank=True)
    held_at = models.DateTimeField("抽取时间")
    place = models.CharField("地点", max_length=100)
    method = models.CharField("办法和在场的人", max_length=500)
    reason = models.CharField("为什么没有在本系统抽", max_length=300)
    file = models.FileField("证据文件", upload_to="offplatform/%Y/%m/")
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("指纹", max_length=64)
    differences = models.JSONField("登记时核对出的差异", default=list, blank=True)
    requested_by = _person("登记人")
    requested_at = models.DateTimeField("登记时间", default=timezone.now)
    approver = _person("批准人")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REQUESTED)
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    decision_note = models.CharField("批准意见", max_length=300, blank=True)
    voided_by = _person("作废人", null=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    void_reason = models.CharField("作废理由", max_length=300, blank=True)

    objects = OffPlatformDrawQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "平台外抽取"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "period", "serial"], name="off_platform_number_is_used_once"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(sha256=""), name="off_platform_draw_has_reason_and_evidence",
                violation_error_message="平台外抽取要写明理由，附证据文件。",
            ),
            models.CheckConstraint(
                condition=~Q(approver=F("requested_by")), name="off_platform_draw_is_approved_by_another",
                violation_error_message="登记人不能批准自己登记的平台外抽取。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="platform") | ~Q(platform="") & ~Q(platform_number=""), name="other_platform_is_named",
                violation_error_message="在其他平台抽的，要写明平台名称和平台上的编号。",
            ),
            models.CheckConstraint(
                condition=Q(state="requested") | Q(decided_at__isnull=False), name="decided_off_platform_draw_has_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="void") | ~Q(void_reason="") & Q(voided_by__isnull=False), name="void_off_platform_draw_says_why"
            ),
            models.CheckConstraint(condition=Q(kind__in=["paper", "platform"]), name="off_platform_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "approved", "refused", "void"]), name="off_platform_state_is_known"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class OffPlatformRow(models.Model):
    """平台外抽中的一家，记哪一条配额，配了哪些检查人员。"""

    draw = models.ForeignKey(OffPlatformDraw, models.PROTECT, verbose_name="平台外抽取", related_name="rows")
    quota = models.ForeignKey(Quota, models.PROTECT, verbose_name="配额", related_name="+")
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    team = models.ManyToManyField(Inspector, verbose_name="检查人员", blank=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "平台外抽中的对象"
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "quota", "target"], name="target_is_drawn_once_off_platform_per_quota",
                violation_error_message="同一家在同一条配额里只能登记一次。",
            )
        ]  # fmt: skip

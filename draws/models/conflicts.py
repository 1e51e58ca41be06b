"""Declared conflicts of interest, their evidence, the yearly confirmation, and who looked."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, User
from foundation.organisation.policies import can
from personnel.models import Assistant, Inspector
from registry.models import Entity, Target


class ConflictQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gte=on)).filter(withdrawn_at=None)

    def visible_to(self, user: User) -> Self:
        """All of the bureau for its discipline officer, one's own for an inspector, none for anybody else."""
        if can(user, "personnel.conflicts"):
            return self.filter(organisation=user.organisation_id)
        if can(user, "personnel.own"):
            return self.filter(inspector__user=user)
        return self.none()

    def touching(self, target: Target) -> Self:
        """With the target itself, or with the entity it belongs to."""
        if target.entity_id is None:
            return self.filter(target=target)
        return self.filter(Q(target=target) | Q(entity=target.entity_id))

    def waiting(self) -> Self:
        """Whose withdrawal an inspector has asked for."""
        return self.filter(withdrawn_at=None).exclude(withdrawal_asked_at=None)


class ConflictOfInterest(models.Model):
    """利害关系：检查人员或辅助人员与检查对象或市场主体；只有需要的人看得到。"""

    class Relation(models.TextChoices):
        KIN = "KIN", "近亲属"
        SHARE = "SHARE", "持股或投资"
        EMPLOY = "EMPLOY", "曾任职"
        CREDIT = "CREDIT", "债权债务"
        DISPUTE = "DISPUTE", "纠纷"
        OTHER = "OTHER", "其他"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    inspector = models.ForeignKey(
        Inspector, models.PROTECT, verbose_name="检查人员", null=True, blank=True, related_name="+"
    )
    assistant = models.ForeignKey(
        Assistant, models.PROTECT, verbose_name="辅助人员", null=True, blank=True, related_name="+"
    )
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
    replaces = models.ForeignKey(
        "self", models.PROTECT, verbose_name="代替的申报", null=True, blank=True, related_name="+"
    )
    withdrawal_asked_at = models.DateTimeField("申请撤回时间", null=True, blank=True)
    withdrawal_reason = models.CharField("撤回的理由", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="撤回人",
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "利害关系"
        constraints = [
            models.CheckConstraint(
                condition=Q(inspector__isnull=False, assistant=None) | Q(inspector=None, assistant__isnull=False),
                name="conflict_is_of_an_inspector_or_an_assistant",
                violation_error_message="请选择一名检查人员或一名辅助人员。",
            ),
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
            models.CheckConstraint(
                condition=Q(withdrawal_asked_at=None) | ~Q(withdrawal_reason=""), name="withdrawal_is_asked_with_a_reason",
                violation_error_message="申请撤回要写明理由。",
            ),
        ]  # fmt: skip

    @property
    def subject(self) -> str:
        named = self.target or self.entity
        return named.name if named else ""

    @property
    def person(self) -> Inspector | Assistant | None:
        return self.inspector or self.assistant

    @property
    def place(self) -> str:
        """Where the person belongs: the unit, or 辅助人员 and the institution."""
        if self.inspector:
            return self.inspector.unit.name
        kept = self.assistant.institution if self.assistant else ""
        return f"辅助人员，{kept}" if kept else "辅助人员"

    def is_of(self, user: User) -> bool:
        return self.inspector is not None and self.inspector.user_id == user.pk


class ConflictEvidence(models.Model):
    """利害关系的佐证材料，上传即算指纹；看得到那条申报的人才看得到。"""

    conflict = models.ForeignKey(
        ConflictOfInterest, models.PROTECT, verbose_name="利害关系", related_name="files"
    )
    file = models.FileField("文件", upload_to="conflicts/%Y/%m/")
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("指纹", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "利害关系佐证"
        constraints = [
            models.UniqueConstraint(fields=["conflict", "sha256"], name="conflict_evidence_is_uploaded_once")
        ]


class ConflictConfirmation(models.Model):
    """年度确认：本人声明没有需要申报的，或已申报的属实、没有遗漏。"""

    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    declared = models.PositiveSmallIntegerField("当时有效的申报", help_text="0 = 没有需要申报的")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "利害关系年度确认"
        constraints = [
            models.UniqueConstraint(
                fields=["inspector", "year"], name="conflicts_are_confirmed_once_a_year",
                violation_error_message="这一年已经确认过。",
            )
        ]  # fmt: skip


class ConflictLook(models.Model):
    """谁在哪天看过一条申报（本人看自己的不记）。source: QZ-9.1"""

    class Place(models.TextChoices):
        LIST = "list", "名单"
        DRAW = "draw", "抽取会准备"
        EXPORT = "export", "导出"
        FILE = "file", "佐证材料"

    conflict = models.ForeignKey(
        ConflictOfInterest, models.PROTECT, verbose_name="利害关系", related_name="looks"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="谁", related_name="+")
    on = models.DateField("哪天")
    place = models.CharField("在哪里", max_length=8, choices=Place.choices)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "利害关系查看记录"
        constraints = [
            models.UniqueConstraint(
                fields=["conflict", "by", "on", "place"], name="look_is_noted_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(place__in=["list", "draw", "export", "file"]), name="look_place_is_known"
            ),
        ]

"""What keeping the target register leaves behind: changes, requests for a second person, merges, dictionaries, ratings.

The models of this room are named again in `registry.models`.
"""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet

TARGET = "registry.Target"


def _person(label: str, *, null: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=label, null=null, blank=null, related_name="+"
    )


def _organisation() -> models.ForeignKey:
    return models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")


class TargetChange(models.Model):
    """一次变更：谁、何时、为什么、改前改后。只增不改。"""

    target = models.ForeignKey(TARGET, models.PROTECT, verbose_name="检查对象", related_name="changes")
    act = models.CharField("办理事项", max_length=40)
    fields = models.JSONField("改前改后", default=list, help_text="每项：label、old、new")
    reason = models.CharField("原因", max_length=300, blank=True)
    at = models.DateTimeField("办理时间", default=timezone.now)
    by = _person("办理人")
    approved_by = _person("批准人")

    class Meta:
        verbose_name = verbose_name_plural = "变更记录"
        indexes = [
            models.Index(fields=["target", "at"], name="change_by_target"),
            models.Index(fields=["at"], name="change_by_time"),
        ]


class PendingChangeQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(state=PendingChange.State.WAITING)


class PendingChange(models.Model):
    """要第二个人点头的变更：状态、移出名录、人工改定层级、合并与撤销合并。"""

    class Kind(models.TextChoices):
        STATUS = "status", "变更状态"
        TIER = "tier", "人工改定层级"
        END_TIER = "end_tier", "取消人工改定"
        MERGE = "merge", "合并重复"
        UNMERGE = "unmerge", "撤销合并"

    class State(models.TextChoices):
        WAITING = "waiting", "待审批"
        APPROVED = "approved", "已批准"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    organisation = _organisation()
    target = models.ForeignKey(TARGET, models.PROTECT, verbose_name="检查对象", related_name="pending")
    kind = models.CharField("事项", max_length=10, choices=Kind.choices)
    values = models.JSONField("内容", default=dict)
    fields = models.JSONField("改前改后", default=list)
    reason = models.CharField("原因和依据", max_length=300)
    batch = models.ForeignKey(
        "registry.ImportBatch",
        models.PROTECT,
        verbose_name="导入批次",
        null=True,
        blank=True,
        related_name="asked",
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.WAITING)
    requested_by = _person("申请人", null=False)
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_by = _person("审批人")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True)

    objects = PendingChangeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待审变更"
        indexes = [
            models.Index(fields=["organisation", "state", "requested_at"], name="pending_change_by_state")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "kind"], condition=Q(state="waiting"), name="one_request_of_a_kind_waits",
                violation_error_message="这个对象已有同类变更在等审批。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "withdrawn"]) | Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by")),
                name="change_is_decided_by_another",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="requested_change_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind__in=["status", "tier", "end_tier", "merge", "unmerge"]), name="change_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "approved", "returned", "withdrawn"]), name="change_state_is_known"
            ),
        ]  # fmt: skip


class Merge(models.Model):
    """一次合并：谁并入谁，哪些记录跟着过去；撤销时照此搬回。"""

    target = models.ForeignKey(TARGET, models.PROTECT, verbose_name="被并入的重复项", related_name="merges")
    into = models.ForeignKey(TARGET, models.PROTECT, verbose_name="保留的对象", related_name="absorbed")
    moved = models.JSONField("搬动的记录", default=dict, help_text="表名 → 编号；former 为新增的曾用名")
    at = models.DateTimeField("合并时间", default=timezone.now)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "合并记录"
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(undone_at=None), name="target_is_merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(target=F("into")), name="target_is_not_merged_into_itself"),
        ]


class DistinctPair(models.Model):
    """看过了，不是重复：查重时不再列出。"""

    first = models.ForeignKey(TARGET, models.PROTECT, verbose_name="对象一", related_name="+")
    second = models.ForeignKey(TARGET, models.PROTECT, verbose_name="对象二", related_name="+")
    reason = models.CharField("理由", max_length=200)
    by = _person("判断人", null=False)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "不是重复"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_is_told_apart_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_is_in_order"),
        ]


class LabelTermQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on)).filter(
            Q(valid_until=None) | Q(valid_until__gte=on)
        )


class LabelTerm(models.Model):
    """标识字典的一个词：属于哪一类，从何日到何日可用。"""

    organisation = _organisation()
    group = models.CharField("标识类别", max_length=40)
    value = models.CharField("标识", max_length=60)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_until = models.DateField("停用日期", null=True, blank=True)
    source = models.CharField("出处", max_length=200, blank=True)

    objects = LabelTermQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标识字典"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "group", "value"], name="label_term_is_listed_once",
                violation_error_message="字典里已有这个词。",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="label_term_ends_after_it_starts", violation_error_message="停用日期不能早于启用日期。",
            ),
        ]  # fmt: skip


class CreditRating(models.Model):
    """一次信用评价：哪套办法、几级、哪天评的、到哪天为止。"""

    target = models.ForeignKey(TARGET, models.PROTECT, verbose_name="检查对象", related_name="ratings")
    scheme = models.CharField("评价办法", max_length=60)
    grade = models.CharField("等级", max_length=10)
    rated_on = models.DateField("评定日期")
    valid_until = models.DateField("有效期止", null=True, blank=True)
    source = models.CharField("依据", max_length=200)
    recorded_by = _person("登记人")

    class Meta:
        verbose_name = verbose_name_plural = "信用评价"
        constraints = [
            models.UniqueConstraint(
                fields=["target", "scheme", "rated_on"], name="rating_is_recorded_once_a_day",
                violation_error_message="这套办法当天的评价已登记。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("rated_on")), name="rating_ends_after_it_starts",
                violation_error_message="有效期止不能早于评定日期。",
            ),
        ]  # fmt: skip


class SavedFilter(models.Model):
    """自己存下的筛选条件；网址本身就能分享。"""

    user = _person("所有人", null=False)
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "常用筛选"
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_name_is_unique")]


class PermitComparison(models.Model):
    """许可证平台导出的名单与名录对照一次的结果：平台有而名录没有，名录有而平台没有。"""

    organisation = _organisation()
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    rows = models.PositiveIntegerField("行数")
    matched = models.PositiveIntegerField("对上的")
    missing = models.JSONField("名录里没有的", default=list)
    unlisted = models.JSONField("名单里没有的", default=list)
    faulty = models.JSONField("看不懂的行", default=list)
    by = _person("对照人", null=False)
    at = models.DateTimeField("对照时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "许可名单对照"

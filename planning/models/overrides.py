"""Exceptions to 原则上 and the files that prove them, and the files of a plan."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.organisation.models import Organisation, ScopedQuerySet
from planning.models.plans import AnnualPlan


class OverrideQuerySet(ScopedQuerySet):
    def approved(self, organisation: Organisation, year: int) -> Self:
        return self.filter(organisation=organisation, year=year, approved_by__isnull=False)


class Override(models.Model):
    """对“原则上”的例外：规则、对象、理由、证据、申请人、另一人批准。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    rule = models.CharField("规则", max_length=40, help_text="规则书里“原则上”规则的 id")
    clause = models.CharField("条款", max_length=40, blank=True)
    target = models.ForeignKey(
        "registry.Target", models.PROTECT, verbose_name="检查对象", null=True, blank=True, related_name="+"
    )
    line = models.CharField("配额线", max_length=32, blank=True)
    reason = models.CharField("理由", max_length=300)
    evidence = models.CharField("证据", max_length=300)
    no_file_reason = models.CharField("没有证据文件的理由", max_length=200, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+"
    )
    requested_at = models.DateTimeField("申请时间", default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    refused_reason = models.CharField("不同意理由", max_length=300, blank=True)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "例外批准"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")), name="override_is_approved_by_another",
                violation_error_message="申请人不能批准自己申请的例外。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_a_reason"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.rule


class Upload(models.Model):
    """收下的一个文件：按内容核对类型，上传即算指纹，内容不再改。"""

    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("指纹", max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class OverrideFile(Upload):
    """例外的证据文件，只增不改。"""

    override = models.ForeignKey(Override, models.PROTECT, verbose_name="例外", related_name="files")
    file = models.FileField("文件", upload_to="overrides/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "例外证据文件"
        constraints = [
            models.UniqueConstraint(fields=["override", "sha256"], name="override_file_is_uploaded_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="override_file_is_not_empty"),
        ]


class PlanFile(Upload):
    """计划的附件：联合抽查的制度、工作规范、会签和往来文件。"""

    plan = models.ForeignKey(AnnualPlan, models.PROTECT, verbose_name="年度计划", related_name="files")
    title = models.CharField("文件名称", max_length=200)
    file = models.FileField("文件", upload_to="plans/%Y/%m/")

    class Meta:
        verbose_name = verbose_name_plural = "计划附件"
        constraints = [
            models.UniqueConstraint(fields=["plan", "sha256"], name="plan_file_is_uploaded_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="plan_file_is_not_empty"),
        ]

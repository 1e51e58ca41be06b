"""What is inspected: versioned items and their check points."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from foundation.organisation.models import Organisation, ScopedQuerySet
from registry.models.common import one_of


class ItemQuerySet(ScopedQuerySet):
    def published(self, on: date) -> Self:
        """What may be drawn and inspected on a day: 未公布的事项不得检查."""
        return self.filter(status=InspectionItem.Status.PUBLISHED, effective_from__lte=on)

    def on_list(self, kind: str) -> Self:
        """joint: 部门联合抽查事项清单; anything else: the bureau's own. source: QS-5.1b"""
        return self.filter(joint="external") if kind == "joint" else self.exclude(joint="external")


class InspectionItem(models.Model):
    """抽查事项的一个版本。"""

    class Status(models.TextChoices):
        DRAFT = "draft", "草稿"
        APPROVED = "approved", "已批准"
        PUBLISHED = "published", "已公布"
        REPEALED = "repealed", "已废止"

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    code = models.CharField("事项编号", max_length=32)
    version = models.PositiveIntegerField("版本", default=1)
    no = models.CharField("序号", max_length=20, blank=True)
    name = models.CharField("抽查事项", max_length=200)
    category = models.CharField("事项类别", max_length=40, blank=True)
    offices = models.JSONField("检查主体", default=list, blank=True)
    targets = models.CharField("检查对象", max_length=300, blank=True)
    contents = models.JSONField("检查内容", default=list, blank=True)
    basis = models.JSONField("检查依据", default=list, blank=True)
    modes = models.JSONField("检查方式", default=list, blank=True)
    joint = models.CharField("联合检查", max_length=10, default="none")
    third_party = models.BooleanField("可委托第三方协助", default=False)
    owner = models.CharField("内设机构", max_length=60, blank=True, help_text="负责这一事项的科室、大队")
    partners = models.JSONField("配合部门", default=list, blank=True, help_text="部门联合事项才有")
    expertise = models.CharField(
        "所需专长",
        max_length=40,
        blank=True,
        help_text="检查组里至少一人要有的业务专长；空着按监管类别同名匹配",
    )
    power_ref = models.CharField("权责清单编号", max_length=60, blank=True)
    groups = models.JSONField("检查内容类别", default=list, blank=True, help_text="规则书列的检查内容")
    remark = models.CharField("备注", max_length=300, blank=True)
    change_reason = models.CharField("调整事由", max_length=60, blank=True)
    change_note = models.CharField("调整说明", max_length=300, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    effective_from = models.DateField("公布日期", null=True, blank=True)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="编制人",
        null=True,
        blank=True,
        related_name="+",
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="批准人",
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽查事项"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "code", "version"], name="item_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["organisation", "code"],
                condition=Q(status="published"),
                name="one_version_of_an_item_is_published",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(effective_from__isnull=False),
                name="published_item_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("created_by")),
                name="item_is_approved_by_another",
            ),
            one_of("status", "item_status_is_known", "draft approved published repealed"),
        ]

    def __str__(self) -> str:
        return self.name


class CheckPoint(models.Model):
    """检查单的一行：检查项、要点、标准、方式。"""

    item = models.ForeignKey(
        InspectionItem, models.PROTECT, verbose_name="抽查事项", related_name="checkpoints"
    )
    no = models.PositiveSmallIntegerField("序号")
    title = models.CharField("检查项", max_length=200)
    points = models.CharField("检查要点", max_length=500, blank=True)
    standard = models.CharField("检查标准", max_length=500, blank=True)
    method = models.CharField("检查方式", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查要点"
        constraints = [
            models.UniqueConstraint(fields=["item", "no"], name="checkpoint_number_is_unique_in_item")
        ]

"""Batches of imported targets and the columns of their sources."""

from django.db import models
from django.db.models import Q

from foundation.intake import models as intake
from registry.models.common import one_of
from registry.models.items import InspectionItem
from registry.models.targets import Target


class ImportBatch(intake.Batch):
    """一次 Excel 导入：上传、核对、确认、可撤销。"""

    kind = models.CharField("类别", max_length=20, help_text="targets / items")

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        constraints = [
            one_of("state", "import_state_is_known", intake.STATE_NAMES),
            one_of("kind", "import_kind_is_known", "targets items"),
        ]


class ImportPart(intake.Part):
    """导入批次的一段变化。"""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, verbose_name="批次", related_name="parts")

    class Meta:
        verbose_name = verbose_name_plural = "导入变化"
        constraints = [models.UniqueConstraint(fields=["batch", "no"], name="import_part_is_numbered_once")]


class ImportedRow(models.Model):
    """已导入批次的一行：动了哪个对象、改了什么、改后是第几版；撤销和一企一档的经过都看它。"""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, verbose_name="批次", related_name="imported")
    target = models.ForeignKey(
        Target, models.PROTECT, verbose_name="检查对象", null=True, related_name="imported"
    )
    item = models.ForeignKey(
        InspectionItem, models.PROTECT, verbose_name="抽查事项", null=True, related_name="imported"
    )
    row = models.PositiveIntegerField("行号")
    added = models.BooleanField("新增")
    version = models.PositiveIntegerField("导入后版本")
    fields = models.JSONField("字段", default=list, help_text="字段、旧值、新值")
    before = models.JSONField("原值", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "导入明细"
        constraints = [
            models.CheckConstraint(
                condition=Q(target=None, item__isnull=False) | Q(target__isnull=False, item=None),
                name="imported_row_is_a_target_or_an_item",
            )
        ]

    @property
    def of_target(self) -> Target:
        """The target of a row of targets."""
        assert self.target is not None
        return self.target

    @property
    def of_item(self) -> InspectionItem:
        """The item of a row of items."""
        assert self.item is not None
        return self.item


class ColumnMapping(intake.Mapping):
    """列对应：外部导出文件的表头，对到本系统的哪一列。按来源起名，下次自动认出。"""

    kind = models.CharField("类别", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "列对应"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"], name="mapping_name_is_unique_per_kind",
                violation_error_message="这个名称的列对应已存在。",
            )
        ]  # fmt: skip

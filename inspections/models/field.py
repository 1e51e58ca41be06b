"""Batches of inspection data from other mobile systems."""

from django.db import models
from django.db.models import Q

from foundation.intake import models as intake
from inspections.models.visits import VisitItem


class FieldImport(intake.Batch):
    """从别的移动执法系统导入的一批检查数据：上传、核对、确认、可撤销。source: NM-14.1, WL-4.6, QZ-7.1"""

    class Meta:
        verbose_name = verbose_name_plural = "移动执法导入批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=intake.STATE_NAMES.split()), name="field_import_state_is_known"
            )
        ]


class FieldImportPart(intake.Part):
    """移动执法导入批次的一段变化。"""

    batch = models.ForeignKey(FieldImport, models.PROTECT, verbose_name="批次", related_name="parts")

    class Meta:
        verbose_name = verbose_name_plural = "移动执法导入变化"
        constraints = [
            models.UniqueConstraint(fields=["batch", "no"], name="field_import_part_is_numbered_once")
        ]


class FieldImportedRow(models.Model):
    """已导入批次的一行：哪次检查的哪个事项、改了什么、原来是什么、附了哪些材料。"""

    batch = models.ForeignKey(FieldImport, models.PROTECT, verbose_name="批次", related_name="imported")
    visit_item = models.ForeignKey(VisitItem, models.PROTECT, verbose_name="检查事项", related_name="+")
    row = models.PositiveIntegerField("行号")
    fields = models.JSONField("字段", default=list, help_text="字段、旧值、新值")
    before = models.JSONField("原值", default=dict)
    after = models.JSONField("导入的值", default=dict)
    files = models.JSONField("材料指纹", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "移动执法导入明细"


class FieldMapping(intake.Mapping):
    """列对应：移动执法系统导出文件的表头，对到本系统的哪一列。"""

    class Meta:
        verbose_name = verbose_name_plural = "移动执法列对应"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="field_mapping_name_is_unique",
                violation_error_message="这个名称的列对应已存在。",
            )
        ]  # fmt: skip

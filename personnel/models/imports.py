"""Files taken in: batches, their changes, what each row did, remembered columns."""

from django.db import models
from django.db.models import Q

from foundation.intake import models as intake
from personnel.models.assistants import Assistant
from personnel.models.people import Inspector


class PersonnelImport(intake.Batch):
    """一次名册导入（检查人员或辅助人员）：上传、核对、确认、可撤销。"""

    class Kind(models.TextChoices):
        INSPECTORS = "inspectors", "检查人员"
        ASSISTANTS = "assistants", "辅助人员"

    kind = models.CharField("名册", max_length=10, choices=Kind.choices, default=Kind.INSPECTORS)

    class Meta:
        verbose_name = verbose_name_plural = "人员导入批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=intake.STATE_NAMES.split()), name="personnel_import_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["inspectors", "assistants"]), name="personnel_import_kind_is_known"
            ),
        ]


class PersonnelImportPart(intake.Part):
    """人员导入批次的一段变化。"""

    batch = models.ForeignKey(PersonnelImport, models.PROTECT, verbose_name="批次", related_name="parts")

    class Meta:
        verbose_name = verbose_name_plural = "人员导入变化"
        constraints = [
            models.UniqueConstraint(fields=["batch", "no"], name="personnel_import_part_is_numbered_once")
        ]


class PersonnelImportedRow(models.Model):
    """已导入批次的一行：动了谁、改了什么、改后是第几版。"""

    batch = models.ForeignKey(PersonnelImport, models.PROTECT, verbose_name="批次", related_name="imported")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="imported")
    row = models.PositiveIntegerField("行号")
    added = models.BooleanField("新增")
    version = models.PositiveIntegerField("导入后版本")
    fields = models.JSONField("字段", default=list, help_text="字段、旧值、新值")
    before = models.JSONField("原值", default=dict)
    dated = models.JSONField("原来的证件和任职时段", default=dict, help_text="撤销时照此恢复")

    class Meta:
        verbose_name = verbose_name_plural = "人员导入明细"


class AssistantImportedRow(models.Model):
    """已导入批次的一行：动了哪个辅助人员、改了什么、改后是第几版。"""

    batch = models.ForeignKey(
        PersonnelImport, models.PROTECT, verbose_name="批次", related_name="imported_assistants"
    )
    assistant = models.ForeignKey(Assistant, models.PROTECT, verbose_name="辅助人员", related_name="imported")
    row = models.PositiveIntegerField("行号")
    added = models.BooleanField("新增")
    version = models.PositiveIntegerField("导入后版本")
    fields = models.JSONField("字段", default=list, help_text="字段、旧值、新值")
    before = models.JSONField("原值", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "辅助人员导入明细"


class PersonnelMapping(intake.Mapping):
    """列对应：外部人员名册的表头，对到本系统的哪一列。按来源起名，下次自动认出。"""

    kind = models.CharField(
        "名册", max_length=10, choices=PersonnelImport.Kind.choices, default=PersonnelImport.Kind.INSPECTORS
    )

    class Meta:
        verbose_name = verbose_name_plural = "人员列对应"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["inspectors", "assistants"]), name="personnel_mapping_kind_is_known"
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "name"], name="personnel_mapping_name_is_unique",
                violation_error_message="这个名称的列对应已存在。",
            )
        ]  # fmt: skip

"""The lists as they were frozen."""

from django.db import models

from draws.models.draw import Draw
from personnel.models import Inspector
from registry.models import Target


class SnapshotTarget(models.Model):
    """冻结时的一个检查对象：公开的是盲号和行，名称和盐封闭保存。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="snapshot_targets")
    target = models.ForeignKey(Target, models.PROTECT, verbose_name="检查对象", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    code = models.CharField("屏幕编号", max_length=12, help_text="如 重012，只在本次抽取内有效")
    uid = models.CharField("对象编号", max_length=64)
    name = models.CharField("名称", max_length=200)
    row = models.CharField("行", max_length=4000)
    evidence = models.TextField("状态依据（规范 JSON）", blank=True)
    started_on = models.DateField(
        "检查开始日", null=True, blank=True, help_text="开始后不再替换；由检查应用写入"
    )

    class Meta:
        verbose_name = verbose_name_plural = "冻结的检查对象"
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "commitment"], name="target_commitment_is_unique_in_draw"
            ),
            models.UniqueConstraint(fields=["draw", "target"], name="target_is_frozen_once"),
        ]


class SnapshotInspector(models.Model):
    """冻结时（或增补轮加入）的一名检查人员。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="snapshot_inspectors")
    inspector = models.ForeignKey(Inspector, models.PROTECT, verbose_name="检查人员", related_name="+")
    commitment = models.CharField("盲号", max_length=64)
    code = models.CharField("屏幕编号", max_length=12, help_text="如 员03，只在本次抽取内有效")
    uid = models.CharField("人员编号", max_length=64)
    name = models.CharField("姓名", max_length=60)
    row = models.CharField("行", max_length=4000)
    evidence = models.TextField("状态依据（规范 JSON）", blank=True)
    added_round = models.PositiveSmallIntegerField("增补轮次", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "冻结的检查人员"
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "commitment"], name="inspector_commitment_is_unique_in_draw"
            ),
            models.UniqueConstraint(fields=["draw", "inspector"], name="inspector_is_frozen_once"),
        ]


class RecusalRow(models.Model):
    """冻结的回避行（公开的是盲号对与原因类别）。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="recusal_rows")
    row = models.CharField("行", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "冻结的回避"
        constraints = [models.UniqueConstraint(fields=["draw", "row"], name="recusal_row_is_unique_in_draw")]

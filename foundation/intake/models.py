"""What a register that takes files keeps of them; abstract, the tables belong to the apps."""

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from foundation.organisation.models import Organisation


class CompactJSON(json.JSONEncoder):
    """Chinese as Chinese: a third of the size of escaped text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})


class State(models.TextChoices):
    MAPPING = "mapping", "待对列"
    READING = "reading", "正在核对"
    FAILED = "failed", "未能读取"
    CHECKED = "checked", "待确认"
    WRITING = "writing", "正在写入"
    COMMITTED = "committed", "已导入"
    UNDOING = "undoing", "正在撤销"
    UNDONE = "undone", "已撤销"
    DROPPED = "dropped", "已放弃"


BUSY = (State.READING, State.WRITING, State.UNDOING)
STATE_NAMES = " ".join(State.values)


class Batch(models.Model):
    """一个上传的文件：核对、确认、可撤销。变化按段存在 Part 里；原文件留到定局为止。"""

    State = State

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件指纹", max_length=64)
    sheet = models.CharField("工作表", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECKED)
    rows = models.PositiveIntegerField("行数", default=0)
    unchanged = models.PositiveIntegerField("不变行数", default=0)
    added = models.PositiveIntegerField("新增行数", default=0)
    changed = models.PositiveIntegerField("变更行数", default=0)
    errors = models.JSONField("错误", default=list, encoder=CompactJSON)
    rejected = models.JSONField("错误行原文", default=list, encoder=CompactJSON)
    unknown = models.JSONField("没有认出的列", default=list, encoder=CompactJSON)
    columns = models.JSONField("所用列对应", default=dict, help_text="表头 → 列", encoder=CompactJSON)
    source = models.CharField("来源", max_length=40, blank=True, help_text="所用列对应的名称")
    upload = models.BinaryField("原文件", null=True, blank=True)
    problem = models.TextField("没有办成的原因", blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="经办人",
        null=True,
        blank=True,
        related_name="+",
    )
    started_at = models.DateTimeField("后台开始时间", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    committed_at = models.DateTimeField("确认时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    parts: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.file_name

    @property
    def busy(self) -> bool:
        return self.state in BUSY

    @property
    def good(self) -> int:
        """Rows that would be or were written."""
        return self.added + self.changed

    def each_part(self, **wanted: Any) -> Iterator[list[dict]]:
        """The changes part by part; one part in memory at a time."""
        for pk in list(self.parts.filter(**wanted).order_by("no").values_list("pk", flat=True)):
            yield self.parts.get(pk=pk).changes

    @property
    def changes(self) -> list[dict]:
        """All changes in the order of the file; for long batches walk through `each_part`."""
        found = [change for part in self.each_part() for change in part]
        return sorted(found, key=lambda change: change["row"])


class Part(models.Model):
    """一段变化：每行新增或变更、字段、旧值、新值。子类给出指向批次的外键 batch（related_name="parts"）。"""

    no = models.PositiveIntegerField("段号")
    changes = models.JSONField("变化", default=list, encoder=CompactJSON)
    added = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    noticed = models.PositiveIntegerField("有提示的行", default=0)

    class Meta:
        abstract = True


class Mapping(models.Model):
    """列对应：外部文件的表头，对到本系统的哪一列；按来源起名，下次自动认出。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    name = models.CharField("名称", max_length=40)
    columns = models.JSONField("列对应", default=dict, help_text="表头 → 列", encoder=CompactJSON)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

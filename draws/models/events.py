"""The event log of a draw, and the acts that were refused."""

from typing import Self

from django.db import models
from django.utils import timezone

from draws.models.draw import Draw


class DrawEventQuerySet(models.QuerySet):
    def after(self, seq: int) -> Self:
        return self.filter(seq__gt=seq).order_by("seq")


class DrawEvent(models.Model):
    """事件链的一环；数据库拒绝修改和删除（触发器）。`content` 是 {seq,type,at,body} 的规范 JSON 原文。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="events")
    seq = models.PositiveIntegerField("序号")
    type = models.CharField("类型", max_length=16)
    at = models.CharField("时间", max_length=25)
    content = models.TextField("内容")
    head = models.CharField("此后链首", max_length=64)
    recorded_at = models.DateTimeField("写入时间", default=timezone.now)

    objects = DrawEventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "抽取事件"
        constraints = [
            models.UniqueConstraint(fields=["draw", "seq"], name="event_number_is_unique_in_draw"),
            models.UniqueConstraint(fields=["draw", "head"], name="event_head_is_unique_in_draw"),
        ]


class RefusedAct(models.Model):
    """被拒绝的操作：谁、想做什么、为什么不行。"""

    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="抽取会", related_name="refusals")
    at = models.DateTimeField("时间", default=timezone.now)
    actor_name = models.CharField("操作人", max_length=60)
    act = models.CharField("操作", max_length=40)
    reason = models.CharField("拒绝理由", max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = "被拒绝的操作"

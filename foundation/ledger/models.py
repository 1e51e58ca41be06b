"""Append-only, hash-chained record of every act that matters."""

from collections.abc import Iterator
from typing import Self

from django.conf import settings
from django.db import models

from foundation.ledger.rules import GENESIS, Link
from foundation.ledger.words import word_of
from foundation.organisation.models import Organisation, ScopedQuerySet


class EntryQuerySet(ScopedQuerySet):
    def in_order(self) -> Self:
        return self.order_by("seq")

    def of(self, subject: models.Model) -> Self:
        """Entries about one object, newest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by(
            "-seq"
        )

    def links(self) -> Iterator[Link]:
        rows = self.in_order().values_list("seq", "previous_hash", "content", "hash")
        return (Link(*row) for row in rows.iterator(chunk_size=2000))


class Entry(models.Model):
    """一条操作记录。数据库拒绝修改和删除（触发器）。"""

    seq = models.PositiveBigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="操作人",
        null=True,
        blank=True,
        related_name="+",
    )
    actor_name = models.CharField("操作人姓名", max_length=60)
    act = models.CharField("操作", max_length=60)
    subject_type = models.CharField("对象类型", max_length=60)
    subject_id = models.CharField("对象编号", max_length=64)
    subject_name = models.CharField("对象名称", max_length=200, blank=True)
    content = models.TextField("内容（规范 JSON）")
    previous_hash = models.CharField("前一条指纹", max_length=64, unique=True)
    hash = models.CharField("指纹", max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="ledger_by_subject"),
            models.Index(fields=["organisation", "-seq"], name="ledger_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"第 {self.seq} 条 {self.act}"

    @property
    def word(self) -> str:
        return word_of(self.act)


class Head(models.Model):
    """The chain's end; the one row every writer locks."""

    id = models.PositiveSmallIntegerField("编号", primary_key=True, default=1)
    seq = models.PositiveBigIntegerField("末条序号", default=0)
    hash = models.CharField("末条指纹", max_length=64, default=GENESIS)

    class Meta:
        verbose_name = verbose_name_plural = "记录链末端"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="ledger_has_one_head")]

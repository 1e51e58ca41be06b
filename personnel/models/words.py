"""The bureau's own lists: specialities, and staff left out of the register with the reason."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from foundation.organisation.models import Organisation


class SpecialityQuerySet(models.QuerySet):
    def of(self, organisation: Organisation) -> Self:
        return self.filter(organisation=organisation)

    def offered(self) -> Self:
        return self.filter(retired_at=None)


class Speciality(models.Model):
    """业务专长字典：填表时供选；字典之外的词可以自己写，名录里标出来。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    word = models.CharField("专长", max_length=40)
    note = models.CharField("说明", max_length=200, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = SpecialityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "业务专长字典"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "word"], name="speciality_is_listed_once",
                violation_error_message="字典里已有这个专长。",
            ),
            models.CheckConstraint(condition=~Q(word=""), name="speciality_is_a_word"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.word


class Omission(models.Model):
    """在花名册上而没有列入名录的人，和没有列入的理由。source: NM-15.1, XY-2.7, WL-5.1"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    name = models.CharField("姓名", max_length=60)
    unit = models.CharField("单位", max_length=60, blank=True)
    certificate_no = models.CharField("执法证号", max_length=40, blank=True)
    reason = models.CharField("没有列入的理由", max_length=200)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    noted_at = models.DateTimeField("登记时间", default=timezone.now)
    ended_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "没有列入名录的人员"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "certificate_no"], condition=Q(ended_at=None), name="omission_is_noted_once",
                violation_error_message="这个人没有列入的理由已登记过。",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(name=""), name="omission_has_a_reason",
                violation_error_message="请写明姓名和没有列入的理由。",
            ),
        ]  # fmt: skip

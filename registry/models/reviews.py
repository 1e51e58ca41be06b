"""The periodic review of a register."""

from django.conf import settings
from django.db import models

from foundation.organisation.models import Organisation, Unit


class RegisterReview(models.Model):
    """名录的定期复核：哪一期、全部还是哪个单位、谁、增减了多少。只登记，不修改。"""

    organisation = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构", related_name="+")
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        verbose_name="单位",
        null=True,
        blank=True,
        related_name="+",
        help_text="空＝全部名录",
    )
    period = models.CharField("复核的一期", max_length=8, help_text="如 2026Q3、2026Y")
    reviewed_on = models.DateField("复核日期")
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    added = models.PositiveIntegerField("新增", default=0)
    closed = models.PositiveIntegerField("关停、取缔", default=0)
    changed = models.PositiveIntegerField("其他变更", default=0)
    material = models.CharField("依据的清单或材料", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "名录复核"
        indexes = [models.Index(fields=["organisation", "reviewed_on"], name="review_by_day")]

    def __str__(self) -> str:
        return f"{self.period} 名录复核"

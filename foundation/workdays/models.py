"""The yearly holiday arrangement: one row per year, one per day that does not follow its weekday."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from .rules import Calendar, SpecialDay


class HolidayYearQuerySet(models.QuerySet):
    def final(self) -> Self:
        """Years whose notice is in."""
        return self.filter(status=HolidayYear.Status.FINAL)

    def calendar(self) -> Calendar:
        """Working-day calendar of these years; two queries. Provisional years count as not announced."""
        years = self.final()
        days = Holiday.objects.filter(year__in=years).values_list("date", "kind", "name")
        special = {
            date: SpecialDay("work" if kind == Holiday.Kind.WORK else "rest", name)
            for date, kind, name in days
        }
        return Calendar(special, dict(years.order_by("year").values_list("year", "source")))


class HolidayYear(models.Model):
    """一年的放假安排；`正式` 以国务院办公厅通知为据，`暂定` 的年份按周末和法定节假日推算。"""

    class Status(models.TextChoices):
        FINAL = "final", "正式"
        PROVISIONAL = "provisional", "暂定"

    year = models.PositiveSmallIntegerField(
        "年份",
        primary_key=True,
        validators=[
            MinValueValidator(2000, "年份应在 2000 至 2200 之间。"),
            MaxValueValidator(2200, "年份应在 2000 至 2200 之间。"),
        ],
    )
    status = models.CharField("状态", max_length=12, choices=Status.choices, default=Status.PROVISIONAL)
    source = models.CharField("文号或来源", max_length=200, blank=True)

    objects = HolidayYearQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "放假安排年份"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year__gte=2000, year__lte=2200),
                name="holiday_year_is_plausible",
                violation_error_message="年份应在 2000 至 2200 之间。",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["final", "provisional"]),
                name="holiday_year_status_is_known",
                violation_error_message="状态只能是正式或暂定。",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="final", source=""),
                name="final_holiday_year_names_its_notice",
                violation_error_message="正式的年份须写明通知文号或来源。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年放假安排"


class Holiday(models.Model):
    """一个不按星期的日子：放假（休）或调休上班（班）。"""

    class Kind(models.TextChoices):
        REST = "rest", "休"
        WORK = "work", "班"

    year = models.ForeignKey(
        HolidayYear, models.PROTECT, verbose_name="年份", related_name="days", db_column="year"
    )
    date = models.DateField("日期", unique=True, error_messages={"unique": "这一天已经登记过。"})
    kind = models.CharField("类型", max_length=4, choices=Kind.choices)
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "节假日与调休"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["rest", "work"]),
                name="holiday_kind_is_known",
                violation_error_message="类型只能是休或班。",
            ),
            models.CheckConstraint(
                condition=~models.Q(name=""),
                name="holiday_has_a_name",
                violation_error_message="请填写节日名称。",
            ),
            models.CheckConstraint(
                condition=models.Q(date__year=models.F("year")),
                name="holiday_lies_in_its_year",
                violation_error_message="日期不在所属年份内。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}（{self.get_kind_display()}）"


def calendar() -> Calendar:
    """The working-day calendar as it stands in the database; two queries."""
    return HolidayYear.objects.all().calendar()

"""Filters of the plan list; every view of it is a link."""

from typing import Any

import django_filters

from planning.models import AnnualPlan


class PlanFilter(django_filters.FilterSet):
    year = django_filters.ChoiceFilter(label="年度", empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=AnnualPlan.Status.choices, empty_label="全部")

    class Meta:
        model = AnnualPlan
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = self.queryset.order_by("-year").values_list("year", flat=True).distinct()
        self.filters["year"].extra["choices"] = [(year, f"{year} 年") for year in years]

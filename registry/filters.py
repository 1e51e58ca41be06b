"""What the lists may be narrowed to."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet

from foundation.organisation.models import Area, Organisation, Unit
from registry.models import InspectionItem, Target, TierAssignment
from registry.rules.tiers import LABELS

SORTS = {
    "name": "name",
    "uid": "uid",
    "area": "area__code",
    "status": "status",
    "permit_class": "permit_class",
}
YES_NO = [("1", "是"), ("0", "否")]


class TargetFilter(django_filters.FilterSet):
    """`tier`: of any body, or of the body named in `body`."""

    q = django_filters.CharFilter(method="words", label="名称、编号、信用代码或拼音首字母")
    area = django_filters.ModelChoiceFilter(queryset=Area.objects.none(), label="片区", empty_label="全部")
    tier = django_filters.ChoiceFilter(
        choices=list(LABELS.items()), method="in_tier", label="层级", empty_label="全部"
    )
    status = django_filters.ChoiceFilter(choices=Target.Status.choices, label="状态", empty_label="全部")
    kind = django_filters.ChoiceFilter(choices=Target.Kind.choices, label="对象类型", empty_label="全部")
    permit_class = django_filters.ChoiceFilter(
        choices=Target.PermitClass.choices, label="许可管理类别", empty_label="全部"
    )
    unit = django_filters.ModelChoiceFilter(
        queryset=Unit.objects.none(), label="监管单位", empty_label="全部"
    )
    positive_list = django_filters.ChoiceFilter(
        choices=YES_NO, method="yes_no", label="正面清单", empty_label="全部"
    )
    key_polluter_list = django_filters.ChoiceFilter(
        choices=YES_NO, method="yes_no", label="重点排污单位名录", empty_label="全部"
    )

    class Meta:
        model = Target
        fields: list[str] = []

    def __init__(
        self, *args: Any, organisations: QuerySet[Organisation] | None = None, body: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.body = body
        visible = organisations if organisations is not None else Organisation.objects.none()
        for name, model in (("area", Area), ("unit", Unit)):
            self.filters[name].queryset = model.objects.filter(organisation__in=visible).order_by(
                "organisation", "code"
            )

    def words(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        return queryset.matching(value)  # type: ignore[attr-defined]

    def yes_no(self, queryset: QuerySet[Target], name: str, value: str) -> QuerySet[Target]:
        return queryset.filter(**{name: value == "1"})

    def in_tier(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        rows = TierAssignment.objects.filter(target=OuterRef("pk"), tier=value, until=None)
        return queryset.filter(Exists(rows.filter(body=self.body) if self.body else rows))


def ordered(queryset: QuerySet[Target], sort: str) -> QuerySet[Target]:
    """By the name in the query string, minus for descending; always ending with the id."""
    name = SORTS.get(sort.removeprefix("-"), "name")
    return queryset.order_by(f"-{name}" if sort.startswith("-") else name, "id")


class ItemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="事项名称")
    status = django_filters.ChoiceFilter(
        choices=InspectionItem.Status.choices, label="状态", empty_label="全部"
    )

    class Meta:
        model = InspectionItem
        fields: list[str] = []

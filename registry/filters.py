"""What the lists may be narrowed to."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.choices import BaseChoiceIterator
from django.utils.functional import cached_property

from foundation.organisation.models import Area, Organisation, Unit
from foundation.rulebook.model import Rulebook
from registry import quality
from registry.models import InspectionItem, PriorInspection, Target, TargetFlag, TargetTag, TierAssignment
from registry.rules.tiers import LABELS
from registry.widgets import LeanSelect

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
    area = django_filters.ChoiceFilter(choices=[], label="片区", empty_label="全部")
    tier = django_filters.ChoiceFilter(
        choices=list(LABELS.items()), method="in_tier", label="层级", empty_label="全部"
    )
    status = django_filters.ChoiceFilter(choices=Target.Status.choices, label="状态", empty_label="全部")
    kind = django_filters.ChoiceFilter(choices=Target.Kind.choices, label="对象类型", empty_label="全部")
    permit_class = django_filters.ChoiceFilter(
        choices=Target.PermitClass.choices, label="许可管理类别", empty_label="全部"
    )
    unit = django_filters.ChoiceFilter(choices=[], label="监管单位", empty_label="全部")
    positive_list = django_filters.ChoiceFilter(
        choices=YES_NO, method="yes_no", label="正面清单", empty_label="全部"
    )
    key_polluter_list = django_filters.ChoiceFilter(
        choices=YES_NO, method="yes_no", label="重点排污单位名录", empty_label="全部"
    )

    control_level = django_filters.ChoiceFilter(
        choices=Target.ControlLevel.choices, label="控制级别", empty_label="全部"
    )
    credit_grade = django_filters.CharFilter(field_name="credit_grade", label="环境信用等级")
    industry = django_filters.CharFilter(field_name="industry", lookup_expr="contains", label="行业")
    tag = django_filters.CharFilter(method="labelled", label="标识")
    flag = django_filters.ChoiceFilter(
        choices=[], method="flagged", label="风险标记（未撤销）", empty_label="全部"
    )
    visited = django_filters.ChoiceFilter(
        choices=YES_NO, method="visited_this_year", label="今年已查", empty_label="全部"
    )
    issue = django_filters.ChoiceFilter(
        choices=[(issue.id, issue.zh) for issue in quality.ISSUES], method="doubtful", label="数据质量", empty_label="全部"
    )  # fmt: skip
    lacking = django_filters.ChoiceFilter(
        choices=list(quality.FIELD_NAMES.items()), method="without", label="缺必填项", empty_label="全部"
    )

    class Meta:
        model = Target
        fields: list[str] = []

    def __init__(
        self, *args: Any, organisations: QuerySet[Organisation] | None = None, body: str = "", book: Rulebook | None = None,
        today: date | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.body = body
        self.today = today or timezone.localdate()
        self.filters["flag"].extra["choices"] = [(flag.id, flag.zh) for flag in book.flags] if book else []
        for each in self.filters.values():
            if isinstance(each, django_filters.ChoiceFilter):
                each.extra["widget"] = LeanSelect
        visible = organisations if organisations is not None else Organisation.objects.none()
        for name, model in (("area", Area), ("unit", Unit)):
            rows = model._default_manager.filter(organisation__in=visible).order_by("organisation", "code")
            self.filters[name].extra["choices"] = Named(rows)

    def words(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        return queryset.matching(value)  # type: ignore[attr-defined]

    def yes_no(self, queryset: QuerySet[Target], name: str, value: str) -> QuerySet[Target]:
        return queryset.filter(**{name: value == "1"})

    def labelled(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        return queryset.filter(Exists(TargetTag.objects.filter(target=OuterRef("pk"), value=value.strip())))

    def flagged(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        rows = TargetFlag.objects.filter(target=OuterRef("pk"), flag=value, revoked_on=None)
        return queryset.filter(Exists(rows))

    def visited_this_year(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        rows = PriorInspection.objects.filter(
            target=OuterRef("pk"), level="own", counted=True, on__year=self.today.year, on__lte=self.today
        )
        return queryset.filter(Exists(rows) if value == "1" else ~Exists(rows))

    def doubtful(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        return quality.narrowed(queryset, value, self.today)

    def without(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        return quality.lacking(queryset, value)

    def in_tier(self, queryset: QuerySet[Target], _name: str, value: str) -> QuerySet[Target]:
        rows = TierAssignment.objects.filter(tier=value, until=None)
        return queryset.filter(pk__in=(rows.filter(body=self.body) if self.body else rows).values("target"))


class Named(BaseChoiceIterator):
    """Areas or units by name, asked for when the field is drawn or filled in, once."""

    def __init__(self, rows: QuerySet) -> None:
        self._rows = rows

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in self._rows.values_list("pk", "name")]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)


def ordered(queryset: QuerySet[Target], sort: str) -> QuerySet[Target]:
    """By the name in the query string, minus for descending; always ending with the id."""
    name = SORTS.get(sort.removeprefix("-"), "name")
    return queryset.order_by(f"-{name}" if sort.startswith("-") else name, "id")


class ItemFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", label="事项名称")
    list = django_filters.ChoiceFilter(
        choices=[("department", "本部门清单"), ("joint", "部门联合清单")],
        method="on_list",
        label="清单",
        empty_label="全部",
    )
    status = django_filters.ChoiceFilter(
        choices=InspectionItem.Status.choices, label="状态", empty_label="全部"
    )

    lacking = django_filters.ChoiceFilter(
        choices=[("power_ref", "没有权责清单编号"), ("owner", "没有内设机构")],
        method="without", label="缺什么", empty_label="全部",
    )  # fmt: skip

    class Meta:
        model = InspectionItem
        fields: list[str] = []

    def without(self, queryset: QuerySet[InspectionItem], _name: str, value: str) -> QuerySet[InspectionItem]:
        """Items nobody answers for, or that no entry of the power list backs. source: QS-6.4, WL-3.3"""
        return queryset.filter(**{value: ""})

    def on_list(self, queryset: QuerySet[InspectionItem], _name: str, value: str) -> QuerySet[InspectionItem]:
        return queryset.on_list(value)  # type: ignore[attr-defined]

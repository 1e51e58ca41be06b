"""Filters of the list of draws; every view of it is a link."""

import django_filters

from draws.models import Draw


class DrawFilter(django_filters.FilterSet):
    number = django_filters.CharFilter(lookup_expr="icontains", label="编号")
    period = django_filters.CharFilter(lookup_expr="istartswith", label="期")
    kind = django_filters.ChoiceFilter(label="性质", choices=Draw.Kind.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=Draw.State.choices, empty_label="全部")

    class Meta:
        model = Draw
        fields: list[str] = []

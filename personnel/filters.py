"""Filters and sorting of the register; every view of it is a link."""

from datetime import date

import django_filters
from django.db.models import F, QuerySet

from foundation.organisation.models import Area, Organisation, Unit
from personnel import queries, rules
from personnel.adoption import book_of
from personnel.models import Inspector

SORTS = {"name": "name", "uid": "uid", "unit": "unit__code", "certificate": "certificate_valid_until"}


class InspectorFilter(django_filters.FilterSet):
    """`on`: the day by which certificates and absences are judged."""

    q = django_filters.CharFilter(label="姓名、编号、证号、单位", method="by_words")
    unit = django_filters.ModelChoiceFilter(label="单位", queryset=Unit.objects.none(), empty_label="全部")
    status = django_filters.ChoiceFilter(
        label="可用情况", choices=list(rules.STATUS_LABELS.items()), empty_label="全部", method="by_status"
    )
    certificate = django_filters.ChoiceFilter(
        label="执法证",
        choices=list(rules.CERTIFICATE_LABELS.items()),
        empty_label="全部",
        method="by_certificate",
    )
    area = django_filters.ModelChoiceFilter(
        label="片区", field_name="areas", queryset=Area.objects.none(), empty_label="全部"
    )
    lacking = django_filters.ChoiceFilter(
        label="资料", choices=[("yes", "不全")], empty_label="全部", method="by_lacking"
    )
    speciality = django_filters.ChoiceFilter(label="业务专长", empty_label="全部", method="by_speciality")

    class Meta:
        model = Inspector
        fields: list[str] = []

    def __init__(self, *args, organisation: Organisation, on: date, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.on, self.organisation = on, organisation
        self.filters["unit"].queryset = Unit.objects.filter(organisation=organisation).order_by("code")
        self.filters["area"].queryset = Area.objects.filter(organisation=organisation).order_by("code")
        words = queries.specialities(organisation)
        self.filters["speciality"].extra["choices"] = [(word, word) for word in words]

    def by_words(self, found: QuerySet, _name: str, words: str) -> QuerySet:
        return found.matching(words)

    def by_status(self, found: QuerySet, _name: str, status: str) -> QuerySet:
        return queries.in_status(found, status, self.on)

    def by_certificate(self, found: QuerySet, _name: str, state: str) -> QuerySet:
        return queries.in_certificate(found, state, self.on)

    def by_lacking(self, found: QuerySet, _name: str, _value: str) -> QuerySet:
        return found.filter(pk__in=queries.incomplete(found, book_of(self.organisation, self.on)))

    def by_speciality(self, found: QuerySet, _name: str, word: str) -> QuerySet:
        return queries.with_speciality(found, word)


def in_order(found: QuerySet[Inspector], sort: str) -> QuerySet[Inspector]:
    """sort: a key of SORTS, with a minus for descending; anything else means by number."""
    field = F(SORTS.get(sort.lstrip("-"), "uid"))
    first = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return found.order_by(first, "uid", "id")

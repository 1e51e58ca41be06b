"""Filters of the ledger page; every view of it is a link."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from foundation.ledger.models import Entry
from foundation.ledger.words import acts_called


class EntryFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(field_name="subject_name", lookup_expr="icontains", label="对象")
    act = django_filters.CharFilter(method="called", label="操作")
    actor = django_filters.CharFilter(field_name="actor_name", lookup_expr="icontains", label="操作人")
    since = django_filters.DateFilter(
        field_name="at", lookup_expr="date__gte", label="自", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        field_name="at", lookup_expr="date__lte", label="至", widget=forms.DateInput(attrs={"type": "date"})
    )

    def called(self, rows: QuerySet[Entry], name: str, value: str) -> QuerySet[Entry]:
        """By the word on the screen, or by the code in the chain."""
        return rows.filter(Q(act__in=acts_called(value)) | Q(act__istartswith=value))

    class Meta:
        model = Entry
        fields: list[str] = []

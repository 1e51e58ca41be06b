"""Filters of the lists; every view of them is a link."""

import django_filters
from django import forms
from django.db.models import QuerySet

from inspections.models import Feedback, FollowUp, Visit

DUE = [("late", "已逾期"), ("open", "未完成")]


class VisitFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(method="by_words", label="对象名称或编号")
    state = django_filters.ChoiceFilter(choices=Visit.State.choices, label="状态", empty_label="全部")
    due = django_filters.ChoiceFilter(choices=DUE, method="by_due", label="期限", empty_label="全部")
    period = django_filters.CharFilter(
        field_name="draw__period", lookup_expr="iexact", label="期", help_text="如 2026Q4"
    )
    joint = django_filters.ChoiceFilter(
        choices=[("yes", "联合检查")], method="by_joint", label="联合", empty_label="全部"
    )
    member = django_filters.CharFilter(method="by_member", label="检查人员")
    since = django_filters.DateFilter(
        field_name="due_on", lookup_expr="gte", label="期限自", widget=forms.DateInput(attrs={"type": "date"})
    )
    until = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label="期限至", widget=forms.DateInput(attrs={"type": "date"})
    )

    rating = django_filters.ChoiceFilter(
        field_name="feedback__rating", choices=Feedback.Rating.choices, label="企业评价", empty_label="全部"
    )
    rated_from = django_filters.DateFilter(
        field_name="feedback__received_at", lookup_expr="date__gte", label="评价自", widget=forms.DateInput(attrs={"type": "date"})
    )  # fmt: skip
    rated_to = django_filters.DateFilter(
        field_name="feedback__received_at", lookup_expr="date__lte", label="评价至", widget=forms.DateInput(attrs={"type": "date"})
    )  # fmt: skip

    class Meta:
        model = Visit
        fields: list[str] = []

    def __init__(self, *args, today, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def by_words(self, visits: QuerySet[Visit], _name: str, value: str) -> QuerySet[Visit]:
        return visits.matching(value)

    def by_due(self, visits: QuerySet[Visit], _name: str, value: str) -> QuerySet[Visit]:
        return visits.overdue_on(self.today) if value == "late" else visits.to_do()

    def by_joint(self, visits: QuerySet[Visit], _name: str, value: str) -> QuerySet[Visit]:
        return visits.joint()

    def by_member(self, visits: QuerySet[Visit], _name: str, value: str) -> QuerySet[Visit]:
        return visits.filter(team__inspector__name__icontains=value, team__left_at=None).distinct()


class FollowUpFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(
        field_name="visit__target__name", lookup_expr="icontains", label="对象名称"
    )
    kind = django_filters.ChoiceFilter(choices=FollowUp.Kind.choices, label="类别", empty_label="全部")

    class Meta:
        model = FollowUp
        fields: list[str] = []

"""档案: all draws of the bureau, void ones and rehearsals included, and the complete file of each."""

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from draws import archive, exports
from draws.models import Draw, OffPlatformDraw, ReplacementRequest
from draws.views.common import staff_draw
from foundation.organisation.policies import can

PER_PAGE = 25


class ArchiveFilter(django_filters.FilterSet):
    year = django_filters.CharFilter(field_name="period", lookup_expr="startswith", label="年度或期")
    kind = django_filters.ChoiceFilter(label="性质", choices=Draw.Kind.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=Draw.State.choices, empty_label="全部")
    number = django_filters.CharFilter(lookup_expr="icontains", label="编号")
    place = django_filters.CharFilter(lookup_expr="icontains", label="地点")
    people = django_filters.CharFilter(method="by_people", label="主持人或纪检")
    having = django_filters.ChoiceFilter(
        method="by_remark", label="有", empty_label="不限",
        choices=[("objection", "异议"), ("replacement", "替换"), ("retry", "重抽")],
    )  # fmt: skip

    class Meta:
        model = Draw
        fields: list[str] = []

    def by_people(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(Q(operator__name__icontains=value) | Q(discipline__name__icontains=value))

    def by_remark(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        done = ReplacementRequest.Kind.values
        wanted = {
            "objection": Q(seats__opinion="object") | Q(presences__opinion="object"),
            "replacement": Q(replacements__round__isnull=False, replacements__kind__in=done),
            "retry": Q(retries__isnull=False),
        }
        return rows.filter(wanted[value]).distinct()


def _found(request: HttpRequest) -> Any:
    if not can(request.user, "draws.view"):
        raise PermissionDenied("抽取会档案由抽取组织员、纪检监督员、计划编制员、分管领导和审计员查看。")
    scope = Draw.objects.visible_to(request.user).order_by("-scheduled_at", "-pk")
    return ArchiveFilter(request.GET, queryset=scope)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    found = _found(request)
    page_obj = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    shown = Draw.objects.filter(pk__in=[draw.pk for draw in page_obj]).order_by("-scheduled_at", "-pk")
    off = OffPlatformDraw.objects.visible_to(request.user).count()
    context = {
        "off_platform": off, "off_words": f"登记 {off} 次，不在下表，不能核验。",
        "filter": found, "page_obj": page_obj, "rows": archive.rows(shown), "query": request.GET.urlencode(),
    }  # fmt: skip
    return render(request, "draws/archive.html", context)


@require_safe
def download(request: HttpRequest, fmt: str) -> HttpResponse:
    """The rows of the filter as csv or xlsx."""
    return exports.table(archive.SHEET, archive.rows(_found(request).qs), "抽取会档案", fmt)


@require_safe
def bundle(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    response = HttpResponse(archive.bundle(draw), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{draw.number}.zip"'
    return response

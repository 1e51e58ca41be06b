"""The annual plans and their versions: filtered, paged, exported."""

from collections.abc import Iterable
from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.intake.files import respond
from foundation.organisation.policies import can
from foundation.rulebook import library
from foundation.sheets.columns import Column, Sheet
from planning.filters import PlanFilter
from planning.models import AnnualPlan
from planning.views.common import plans

PER_PAGE = 30
SHEET = Sheet("plans", "年度计划", (
    Column("organisation", "机构"), Column("year", "年度"), Column("name", "计划"), Column("version", "版本"), Column("status", "状态"),
    Column("rulebook", "规则书"), Column("author", "编制"), Column("approver", "批准"), Column("number", "文号"), Column("issued_on", "印发日期", "date"),
    Column("reason", "修订原因"),
))  # fmt: skip


def _filtered(request: HttpRequest) -> PlanFilter:
    return PlanFilter(request.GET, queryset=plans(request).order_by("-year", "kind", "-version"))


@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    found = _filtered(request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    for plan in page:
        plan.book_name = book_name(plan)
    context = {
        "filter": found, "page_obj": page, "may_edit": can(request.user, "planning.edit"),
        "filtered": any(value for key, value in request.GET.items() if key in found.filters),
    }  # fmt: skip
    return render(request, "planning/plans.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """What the list shows now, as a file."""
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return respond(SHEET, _records(_filtered(request).qs), "年度计划", fmt)


def _records(found: Iterable[AnnualPlan]) -> Iterable[dict[str, str | int | date | None]]:
    for plan in found:
        yield {
            "organisation": plan.organisation.name, "year": str(plan.year), "name": plan.name, "version": str(plan.version),
            "status": plan.get_status_display(), "rulebook": book_name(plan), "author": plan.author.name,
            "approver": plan.approver.name if plan.approver else "", "number": plan.number, "issued_on": plan.issued_on,
            "reason": plan.amendment_reason,
        }  # fmt: skip


def book_name(plan: AnnualPlan) -> str:
    """The title of the book, as its first page prints it."""
    return library.get(plan.rulebook_id).zh

"""名录复核: what the rulebook asks for, what is missing, the record, one more."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import RuleBroken
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.models import Organisation
from foundation.organisation.pages import status_of
from foundation.rulebook.periods import Period
from foundation.sheets.columns import Column, Sheet
from registry import actions, exports, policies
from registry.forms import ReviewForm
from registry.models import RegisterReview
from registry.reviews import review_need
from registry.rules.reviews import EVERY_ZH
from registry.views.common import PAGE, put_errors, require, today, visible_targets

SHEET = Sheet("reviews", "名录复核", (
    Column("period", "复核的一期"), Column("unit", "单位"), Column("reviewed_on", "复核日期", "date"), Column("added", "新增", "number"),
    Column("closed", "关停、取缔", "number"), Column("changed", "其他变更", "number"), Column("material", "依据"), Column("by", "登记人"),
))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def reviews(request: HttpRequest) -> HttpResponse:
    visible_targets(request)
    organisation = request.user.organisation
    form = ReviewForm(request.POST or None, periods=_periods(), organisation=organisation)
    if request.method == "POST":
        require(policies.can_edit(request.user, organisation), "名录复核由本局计划编制员登记。")
        done, status = _record(request, form)
        return redirect("registry:reviews") if done else _page(request, form, status)
    return _page(request, form)


def _record(request: HttpRequest, form: ReviewForm) -> tuple[bool, int]:
    if not form.is_valid():
        return False, 422
    try:
        row = actions.record_review(
            by=request.user, organisation=request.user.organisation, on=today(), **form.cleaned_data
        )
    except (RuleBroken, ValidationError) as broken:
        put_errors(form, broken)
        return False, status_of(broken)
    messages.success(request, f"已登记 {row.period} 的名录复核。")
    return True, 200


def _page(request: HttpRequest, form: ReviewForm, status: int = 200) -> HttpResponse:
    organisation = request.user.organisation
    context: dict[str, Any] = {
        "form": form, "page": Paginator(_rows(organisation), PAGE).get_page(request.GET.get("page")),
        "may_edit": policies.can_edit(request.user, organisation), **_need(organisation),
    }  # fmt: skip
    return render(request, "registry/reviews.html", context, status=status)


def _need(organisation: Organisation) -> dict[str, Any]:
    try:
        book = rulebook_of(organisation, today())
    except RuleBroken as broken:
        return {"problem": broken.message}
    need = review_need(organisation, book, today())
    return {"need": need, "every": EVERY_ZH[need.every], "clause": book.register.origin("review_every").ref}


def _rows(organisation: Organisation) -> QuerySet[RegisterReview]:
    rows = RegisterReview.objects.filter(organisation=organisation)
    return rows.select_related("unit", "reviewed_by").order_by("-reviewed_on", "-pk")


def _periods() -> list[tuple[str, str]]:
    """The running quarter and the four before it, this year and the last."""
    now = Period.containing(today(), "quarter")
    quarters = [now.shift(-back) for back in (1, 0, 2, 3, 4)]
    return [
        (one.id, one.zh) for one in (*quarters, Period(now.year, "year", 1), Period(now.year - 1, "year", 1))
    ]


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    visible_targets(request)
    records = (
        {
            "period": row.period, "unit": row.unit.name if row.unit else "全部名录", "reviewed_on": row.reviewed_on, "added": row.added,
            "closed": row.closed, "changed": row.changed, "material": row.material, "by": row.reviewed_by.name,
        }
        for row in _rows(request.user.organisation)
    )  # fmt: skip
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.respond(SHEET, records, f"名录复核_{today()}", fmt)

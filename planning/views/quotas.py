"""The quota page of a period, the members behind one number, confirmation, exceptions."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from foundation.errors import RuleBroken
from foundation.organisation.pages import refused
from foundation.organisation.policies import can
from foundation.rulebook.periods import Period
from planning import actions, board, exports, roll
from planning.forms import OverrideForm
from planning.rules.terms import long_zh, neighbours
from planning.views.common import check_view, organisation, period_or_404
from planning.views.exceptions import ask_for

PER_PAGE = 50


@require_GET
def quotas(request: HttpRequest) -> HttpResponse:
    """The present quarter's page."""
    check_view(request)
    return redirect("planning:quota_period", Period.containing(timezone.localdate(), "quarter").id)


@require_GET
def quota_period(request: HttpRequest, period: str) -> HttpResponse:
    return _page(request, period_or_404(period))


def _page(request: HttpRequest, period: Period) -> HttpResponse:
    bureau = organisation(request)
    before, after = neighbours(period)
    context: dict = {"period": period, "before": before, "after": after, "bureau": bureau}
    try:
        found = board.board(bureau, period, timezone.localdate(), opened=request.GET.get("open", ""))
    except RuleBroken as broken:
        return render(request, "planning/quotas_empty.html", context | {"reason": broken.message})
    mine = can(request.user, "planning.edit") and bureau.pk == request.user.organisation_id
    return render(request, "planning/quotas.html", context | {"board": found, "may_confirm": mine})


@require_POST
def confirm(request: HttpRequest, period: str) -> HttpResponse:
    asked, today = period_or_404(period), timezone.localdate()
    bureau = organisation(request)
    chosen = request.POST.getlist("exclusion")
    try:
        found = actions.confirm_quotas(
            organisation=bureau, period=asked.id, on=today, by=request.user, exclusions=chosen
        )
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request, asked))
    messages.success(
        request,
        f"已确认 {len(found)} 条配额，共应抽 {sum(quota.required for quota in found)} 家。可以筹备抽取会。",
    )
    return redirect("planning:quota_period", asked.id)


@require_GET
def xlsx(request: HttpRequest, period: str) -> HttpResponse:
    asked, bureau = period_or_404(period), organisation(request)
    try:
        book = exports.quota_workbook(board.board(bureau, asked, timezone.localdate()))
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request, asked))
    return FileResponse(book, as_attachment=True, filename=f"{bureau.name}{long_zh(asked)}配额.xlsx")


@require_GET
def line(request: HttpRequest, period: str, line: str, unit: int) -> HttpResponse:
    """Who is behind a number: every member with its status and the reason."""
    bureau = organisation(request)
    try:
        found = roll.roll(
            bureau,
            period_or_404(period),
            line,
            unit,
            timezone.localdate(),
            status=request.GET.get("status", ""),
        )
    except KeyError:
        raise Http404("没有这条配额") from None
    page = Paginator(found.entries, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "roll": found, "page_obj": page, "may_ask": can(request.user, "planning.edit") or can(request.user, "draws.operate"),
        "form": OverrideForm(book=found.book),
    }  # fmt: skip
    return render(request, "planning/roll.html", context)


@require_POST
def ask(request: HttpRequest, period: str, line: str, unit: int) -> HttpResponse:
    """Ask for an exception for one target of a line."""
    bureau, asked = organisation(request), period_or_404(period)
    try:
        found = roll.roll(bureau, asked, line, unit, timezone.localdate())
    except KeyError:
        raise Http404("没有这条配额") from None
    form = OverrideForm(request.POST, request.FILES, book=found.book)

    def page() -> HttpResponse:
        entries = Paginator(found.entries, PER_PAGE).get_page(1)
        context = {"roll": found, "page_obj": entries, "may_ask": True, "form": form}
        return render(request, "planning/roll.html", context, status=422)

    if not form.is_valid():
        return page()
    try:
        ask_for(request, year=asked.year, **form.cleaned_data)
    except RuleBroken as broken:
        return refused(request, broken, page)
    return redirect("planning:line", period, line, unit)

"""The quota page of a period, the members behind one number, confirmation, exceptions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import RuleBroken
from foundation.organisation.policies import can
from foundation.rulebook.library import available
from foundation.rulebook.periods import Period
from planning import actions, board, exports, roll
from planning.forms import ExceptionForm, OverrideForm
from planning.models import AnnualPlan, Override
from planning.policies import DRAW_WINDOW
from planning.rules.terms import long_zh, neighbours
from planning.trial import book_of
from planning.views.common import check_view, organisation, period_or_404, refused
from registry.models import Target

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
    form = OverrideForm(request.POST, book=found.book)
    if not form.is_valid():
        page = Paginator(found.entries, PER_PAGE).get_page(1)
        return render(
            request,
            "planning/roll.html",
            {"roll": found, "page_obj": page, "may_ask": True, "form": form},
            status=422,
        )
    try:
        _ask(request, year=asked.year, **form.cleaned_data)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("planning:line", period, line, unit)


@require_http_methods(["GET", "POST"])
def overrides(request: HttpRequest) -> HttpResponse:
    """Every exception asked for, newest first (the yearly list of AMB-57), and the form to ask for one."""
    check_view(request)
    today = timezone.localdate()
    plan = AnnualPlan.objects.in_force(request.user.organisation, today.year).first()
    form = (
        ExceptionForm(request.POST or None, book=book_of(plan), initial={"year": today.year})
        if plan
        else None
    )
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _ask(request, **form.cleaned_data)
        except RuleBroken as broken:
            return refused(request, broken, lambda: _overrides(request, form))
        return redirect("planning:overrides")
    return _overrides(request, form)


def _ask(request: HttpRequest, *, target: str, **data: Any) -> None:
    bureau = request.user.organisation
    found = Target.objects.of(bureau).filter(uid=target).first() if target else None
    if target and found is None:
        raise RuleBroken("名录里没有这个对象编号。请到检查对象页核对。", code="unknown_target")
    actions.request_override(by=request.user, organisation=bureau, target=found, **data)
    messages.success(request, "已申请例外，等待分管领导批准。")


def _overrides(request: HttpRequest, form: ExceptionForm | None = None) -> HttpResponse:
    found = (
        Override.objects.visible_to(request.user)
        .select_related("target", "requested_by", "approved_by")
        .order_by("-id")
    )
    context = {
        "page_obj": Paginator(found, PER_PAGE).get_page(request.GET.get("page")), "may_decide": can(request.user, "planning.approve"),
        "words": _rules(request), "form": form if can(request.user, "planning.edit") or can(request.user, "draws.operate") else None,
    }  # fmt: skip
    invalid = bool(form and form.is_bound and form.errors)
    return render(request, "planning/overrides.html", context, status=422 if invalid else 200)


def _rules(request: HttpRequest) -> dict[str, str]:
    used = set(AnnualPlan.objects.visible_to(request.user).values_list("rulebook_id", flat=True))
    books = [book for book in available().values() if book.id in used]
    words = {
        cap.id: f"每家每年不超过 {cap.max} 次（{cap.origin('max').ref}）"
        for book in books
        for cap in book.caps
    }
    return (
        words | {rule.id: rule.zh for book in books for rule in book.exclusions} | {DRAW_WINDOW: "抽取时间"}
    )


@require_POST
def decide(request: HttpRequest, override_id: int) -> HttpResponse:
    check_view(request)
    found = get_object_or_404(Override.objects.visible_to(request.user), pk=override_id)
    try:
        if request.POST.get("decision") == "approve":
            actions.approve_override(by=request.user, override=found)
            messages.success(request, "已批准例外；它会写入抽取记录。")
        elif request.POST.get("decision") == "refuse":
            actions.refuse_override(by=request.user, override=found, reason=request.POST.get("reason", ""))
            messages.success(request, "已记下不同意。")
        else:
            raise PermissionDenied("请选择同意或不同意。")
    except RuleBroken as broken:
        return refused(request, broken, lambda: _overrides(request))
    return redirect("planning:overrides")

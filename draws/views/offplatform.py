"""平台外抽取: the list with its report, registering one, one of them with its approval. source: QS-3.4, AMB-54"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from draws import actions, exports, offplatform, policies
from draws.forms import OffPlatformForm
from draws.models import OffPlatformDraw
from draws.views.draws import quotas_of
from foundation.documents.serving import send
from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from foundation.organisation.policies import can
from foundation.rulebook.errors import CannotEvaluate
from foundation.rulebook.periods import Period
from planning.models import Quota
from planning.trial import book_in_use

PER_PAGE = 25
State = OffPlatformDraw.State


def _scope(request: HttpRequest) -> QuerySet[OffPlatformDraw]:
    if not can(request.user, "draws.view"):
        raise PermissionDenied("平台外抽取由抽取组织员、纪检监督员、计划编制员、分管领导和审计员查看。")
    rows = OffPlatformDraw.objects.visible_to(request.user).select_related(
        "requested_by", "approver", "voided_by"
    )
    return rows.annotate(targets=Count("rows")).order_by("-held_at", "-pk")


def _found(request: HttpRequest) -> QuerySet[OffPlatformDraw]:
    state, rows = request.GET.get("state", ""), _scope(request)
    return rows.filter(state=state) if state in State.values else rows


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    everything = _scope(request)
    asked = request.GET.get("state", "")
    tabs = [{"label": "全部", "url": "?", "count": everything.count(), "current": asked not in State.values}] + [
        {"label": label, "url": f"?state={state}", "count": everything.filter(state=state).count(), "current": asked == state}
        for state, label in State.choices
    ]  # fmt: skip
    context = {
        "page_obj": Paginator(_found(request), PER_PAGE).get_page(request.GET.get("page")), "tabs": tabs, "query": request.GET.urlencode(),
        "why_no_new": policies.why_not(policies.check_register_off_platform, request.user, request.user.organisation),
        "not_verifiable": offplatform.NOT_VERIFIABLE,
    }  # fmt: skip
    return render(request, "draws/off/list.html", context)


@require_safe
def download(request: HttpRequest, fmt: str) -> HttpResponse:
    """The report: one row per target, as csv or xlsx."""
    return exports.table(
        offplatform.SHEET, list(offplatform.report_rows(_found(request), request.user)), "平台外抽取报告", fmt
    )


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """?period=2026Q4 chooses the quotas."""
    organisation = request.user.organisation
    refused = policies.why_not(policies.check_register_off_platform, request.user, organisation)
    if refused:
        raise PermissionDenied(refused)
    period, quotas, problem = _period_and_quotas(request)
    sent = request.method == "POST"
    form = OffPlatformForm(
        request.POST if sent else None, request.FILES if sent else None, organisation=organisation, user=request.user, quotas=quotas
    )  # fmt: skip
    status = 422 if sent else 200
    if sent and form.is_valid():
        try:
            made = actions.register_off_platform(
                by=request.user, organisation=organisation, period=period, lines=form.lines(), **form.told()
            )
            messages.success(
                request, f"{made.number} 已登记，等{made.approver.name}批准；批准以后才计入配额和次数。"
            )
            return redirect("draws:off-one", made.pk)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = status_of(broken)
    context = {"form": form, "period": period, "quotas": quotas, "problem": problem}
    return render(request, "draws/off/new.html", context, status=status)


def _period_and_quotas(request: HttpRequest) -> tuple[str, list[Quota], str]:
    """The period asked for, its confirmed quotas, and why there are none."""
    today, organisation = timezone.localdate(), request.user.organisation
    asked = request.GET.get("period", "").strip()
    try:
        period = Period.parse(asked) if asked else Period.containing(today, "quarter")
        book = book_in_use(organisation, period.year, today)
        return period.id, quotas_of(organisation, period.id, book), ""
    except (RuleBroken, CannotEvaluate, ValueError) as broken:
        return asked, [], getattr(broken, "message", "") or "期写成 2026Q4。"


@never_cache
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_scope(request), pk=pk))


def _page(request: HttpRequest, off: OffPlatformDraw, status: int = 200) -> HttpResponse:
    context = {
        "off": off, "rows": list(offplatform.report_rows([off], request.user)), "not_verifiable": offplatform.NOT_VERIFIABLE,
        "why_not_decide": policies.why_not(policies.check_decide_off_platform, request.user, off),
        "why_closed": policies.why_not(policies.check_read_off_platform, request.user, off),
        "why_not_void": policies.why_not(policies.check_void_off_platform, request.user, off),
    }  # fmt: skip
    return render(request, "draws/off/one.html", context, status=status)


@require_safe
def evidence(request: HttpRequest, pk: int) -> FileResponse:
    off = get_object_or_404(_scope(request), pk=pk)
    refused = policies.why_not(policies.check_read_off_platform, request.user, off)
    if refused:
        raise PermissionDenied(refused)
    return send(off)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    approve, note = request.POST.get("approve") == "yes", request.POST.get("reason", "")
    said = "已批准，抽中的对象计入配额和次数。" if approve else "已退回，理由写在登记上。"
    return _act(
        request, pk, lambda off: actions.decide_off_platform(by=request.user, off=off, approve=approve, note=note), said
    )  # fmt: skip


@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _act(
        request, pk, lambda off: actions.void_off_platform(by=request.user, off=off, reason=reason), "已作废，不再计入配额和次数。"
    )  # fmt: skip


def _act(request: HttpRequest, pk: int, act: Callable[[OffPlatformDraw], Any], said: str) -> HttpResponse:
    off = get_object_or_404(_scope(request), pk=pk)
    try:
        act(off)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return _page(request, off, status_of(broken))
    messages.success(request, said)
    return redirect("draws:off-one", pk)

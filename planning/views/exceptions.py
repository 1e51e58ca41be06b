"""The yearly list of exceptions to 原则上: ask, decide, print. source: AMB-57"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.asked import whole
from foundation.documents.serving import send
from foundation.errors import RuleBroken
from foundation.organisation.pages import refused
from foundation.organisation.policies import can
from foundation.rulebook.library import available
from foundation.rulebook.model import Rulebook
from planning import actions, exports
from planning.forms import ExceptionForm
from planning.models import AnnualPlan, Override, OverrideFile
from planning.rules import naming, principles
from planning.trial import book_of
from planning.views.common import check_view
from registry.models import Target

PER_PAGE = 30


@require_http_methods(["GET", "POST"])
def overrides(request: HttpRequest) -> HttpResponse:
    """Every exception asked for, newest first, and the form to ask for one."""
    check_view(request)
    form = _form(request)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            ask_for(request, **form.cleaned_data)
        except RuleBroken as broken:
            return refused(request, broken, lambda: _page(request, form))
        return redirect("planning:overrides")
    return _page(request, form)


def _form(request: HttpRequest) -> ExceptionForm | None:
    plan = AnnualPlan.objects.in_force(request.user.organisation, timezone.localdate().year).first()
    may = can(request.user, "planning.edit") or can(request.user, "draws.operate")
    if plan is None or not may:
        return None
    return ExceptionForm(
        request.POST or None, request.FILES or None, book=book_of(plan), initial={"year": plan.year}
    )


def ask_for(request: HttpRequest, *, target: str, file: UploadedFile | None = None, **data: Any) -> None:
    bureau = request.user.organisation
    found = Target.objects.of(bureau).filter(uid=target).first() if target else None
    if target and found is None:
        raise RuleBroken("名录里没有这个对象编号。请到检查对象页核对。", code="unknown_target")
    actions.request_override(
        by=request.user, organisation=bureau, target=found, files=[file] if file else [], **data
    )
    messages.success(request, "已申请例外，等待分管领导批准。")


@require_GET
def evidence(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A file of an exception, for whoever may see the exception."""
    check_view(request)
    found = get_object_or_404(
        OverrideFile, pk=file_id, override__in=Override.objects.visible_to(request.user)
    )
    try:
        return send(found)
    except RuleBroken as lost:
        messages.error(request, lost.message)
        return redirect("planning:overrides")


@require_POST
def attach(request: HttpRequest, override_id: int) -> HttpResponse:
    check_view(request)
    found = get_object_or_404(Override.objects.visible_to(request.user), pk=override_id)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise RuleBroken("请先选一个文件。", code="file_missing")
        actions.attach_evidence(by=request.user, override=found, file=file)
        messages.success(request, "已收下证据文件并算出指纹。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("planning:overrides")


def _found(request: HttpRequest) -> QuerySet[Override]:
    found = (
        Override.objects.visible_to(request.user)
        .select_related("target", "requested_by", "approved_by")
        .prefetch_related("files")
    )
    year = whole(request.GET.get("year"))
    return (found if year is None else found.filter(year=year)).order_by("-id")


def _page(request: HttpRequest, form: ExceptionForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    plan = AnnualPlan.objects.in_force(request.user.organisation, today.year).first()
    context = {
        "page_obj": Paginator(_found(request), PER_PAGE).get_page(request.GET.get("page")), "today": today,
        "may_decide": can(request.user, "planning.approve"), "words": _rules(request), "lines": _lines(request),
        "year": request.GET.get("year", ""), "form": form, "me": request.user.pk, "hard": principles.without_exception(book_of(plan)) if plan else (),
        "years": sorted(set(Override.objects.visible_to(request.user).values_list("year", flat=True)), reverse=True),
    }  # fmt: skip
    invalid = bool(form and form.is_bound and form.errors)
    return render(request, "planning/overrides.html", context, status=422 if invalid else 200)


def _books(request: HttpRequest) -> list[Rulebook]:
    used = set(AnnualPlan.objects.visible_to(request.user).values_list("rulebook_id", flat=True))
    return [book for book in available().values() if book.id in used]


def _rules(request: HttpRequest) -> dict[str, str]:
    return {rule.id: rule.zh for book in _books(request) for rule in principles.rules(book)}


def _lines(request: HttpRequest) -> dict[str, str]:
    own = (
        AnnualPlan.objects.visible_to(request.user).exclude(own_lines=[]).values_list("own_lines", flat=True)
    )
    return {line.id: naming.short_scope(book, line) for book in _books(request) for line in book.quotas} | {
        raw["id"]: raw["zh"] for rows in own for raw in rows
    }


@require_GET
def xlsx(request: HttpRequest) -> HttpResponse:
    check_view(request)
    year = whole(request.GET.get("year"))
    title = f"{request.user.organisation.name}{'' if year is None else f'{year}年'}例外申请"
    return FileResponse(
        exports.override_workbook(title, _found(request), _rules(request)),
        as_attachment=True,
        filename=f"{title}.xlsx",
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
        return refused(request, broken, lambda: _page(request, _form_unbound(request)))
    return redirect("planning:overrides")


def _form_unbound(request: HttpRequest) -> ExceptionForm | None:
    plan = AnnualPlan.objects.in_force(request.user.organisation, timezone.localdate().year).first()
    return (
        ExceptionForm(book=book_of(plan), initial={"year": plan.year})
        if plan and can(request.user, "planning.edit")
        else None
    )

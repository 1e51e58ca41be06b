"""The yearly plan: list, new, page, steps, tasks."""

from collections.abc import Callable
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.asked import whole
from foundation.documents import actions as documents
from foundation.documents import word
from foundation.documents.rendering import unavailable_reason
from foundation.errors import RuleBroken
from foundation.organisation.models import Unit
from foundation.organisation.pages import refused
from foundation.organisation.policies import can
from planning import actions, exports, layouts, plan_page, policies, trial, weighted
from planning import documents as sheets
from planning.forms import DayForm, IssueForm, ManualForm, PlanForm, TaskForm
from planning.models import AnnualPlan, PlanTask
from planning.rules import principles
from planning.views.common import organisation, plans
from planning.views.own_lines import exceptions_of, missing_exception


@require_http_methods(["GET", "POST"])
def plan_new(request: HttpRequest) -> HttpResponse:
    bureau, today = organisation(request), timezone.localdate()
    if not can(request.user, "planning.edit"):
        raise PermissionDenied("计划由计划编制员编制。")
    try:
        book = trial.governing_book(bureau, today.year, today)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("rulebook")
    first = principles.first_kind(book, set(bureau.units.exclude(body="").values_list("body", flat=True)))
    form = PlanForm(request.POST or None, book=book, initial={"year": today.year, "kind": first})
    if request.method == "POST" and form.is_valid():
        try:
            plan = actions.create_plan(by=request.user, organisation=bureau, on=today, **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(
                request, f"已按规则书《{book.zh}》编出 {plan.tasks.count()} 项任务。请逐项核对后送审。"
            )
            return redirect("planning:plan", plan.pk)
    return render(
        request, "planning/plan_new.html", {"form": form, "book": book}, status=422 if form.is_bound else 200
    )


@require_GET
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(plans(request), pk=plan_id))


def _page(request: HttpRequest, found: AnnualPlan, issue: IssueForm | None = None) -> HttpResponse:
    sheet, today = plan_page.sheet(found), timezone.localdate()
    against = _against(request, found)
    context = {
        "plan": found, "sheet": sheet, "findings": plan_page.findings(found, sheet.book, today), "book": sheet.book,
        "comparisons": plan_page.comparisons(sheet), "duties": plan_page.duties(found, sheet.book), "today": today,
        "versions": plan_page.versions(found), "against": against, "changes": plan_page.changes(against, found) if against else [],
        "layouts": layouts.LAYOUTS, "usual": layouts.default(sheet.book), "papers": _papers(found),
        "allowed": policies.allowed(request.user, found), "issue_form": issue or IssueForm(initial={"issued_on": today}),
        "document": documents.latest("plan_sheet", found.pk), "pdf_reason": unavailable_reason(), "day_form": DayForm(),
        "is_superior": found.organisation.branches.exists(),
        "own": found.author_id == request.user.pk and can(request.user, "planning.approve"),
    }  # fmt: skip
    return render(request, "planning/plan.html", context, status=422 if issue and issue.errors else 200)


def _papers(found: AnnualPlan) -> list[dict[str, object]]:
    """Newest finished PDF of each layout that is not the usual one."""
    made = (
        (layout, documents.latest("plan_sheet", sheets.subject(found, layout))) for layout in layouts.LAYOUTS
    )
    return [{"layout": layout, "pk": one.pk} for layout, one in made if one and one.state == one.State.READY]


def _against(request: HttpRequest, found: AnnualPlan) -> AnnualPlan | None:
    """The version to compare with: ?against=2, otherwise the one this version amends."""
    asked = _number(request.GET.get("against"))
    others = [one for one in plan_page.versions(found) if one.pk != found.pk]
    return next((one for one in others if one.version == asked), found.amends)


def _step(
    request: HttpRequest, plan_id: int, act: Callable[[AnnualPlan], AnnualPlan], done: str
) -> HttpResponse:
    found = get_object_or_404(plans(request), pk=plan_id)
    try:
        result = act(found)
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request, plans(request).get(pk=plan_id)))
    messages.success(request, done)
    return redirect("planning:plan", result.pk)


@require_POST
def submit(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _step(
        request,
        plan_id,
        lambda plan: actions.submit_plan(by=request.user, plan=plan),
        "已送审，等待分管领导批准。",
    )


@require_POST
def approve(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _step(
        request,
        plan_id,
        lambda plan: actions.approve_plan(by=request.user, plan=plan),
        "已批准。可以印发，也可以据此抽取。",
    )


@require_POST
def return_(request: HttpRequest, plan_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        plan_id,
        lambda plan: actions.return_plan(by=request.user, plan=plan, reason=reason),
        "已退回编制人。",
    )


@require_POST
def issue(request: HttpRequest, plan_id: int) -> HttpResponse:
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _page(request, get_object_or_404(plans(request), pk=plan_id), form)
    return _step(
        request,
        plan_id,
        lambda plan: actions.issue_plan(by=request.user, plan=plan, **form.cleaned_data),
        "已印发。公开期限由印发日起算。",
    )


@require_POST
def file(request: HttpRequest, plan_id: int) -> HttpResponse:
    found, form = get_object_or_404(plans(request), pk=plan_id), DayForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写报备日期，例如 2026-01-20。")
        return redirect("planning:plan", found.pk)
    day = form.cleaned_data["day"]
    return _step(
        request,
        plan_id,
        lambda plan: actions.file_plan(by=request.user, plan=plan, filed_on=day),
        "已记下报备日期。",
    )


@require_POST
def amend(request: HttpRequest, plan_id: int) -> HttpResponse:
    reason, today = request.POST.get("reason", ""), timezone.localdate()
    return _step(
        request, plan_id, lambda plan: actions.amend_plan(by=request.user, plan=plan, reason=reason, on=today),
        "已建立修订稿。原版在新版印发前继续有效。",
    )  # fmt: skip


@require_POST
def recalculate(request: HttpRequest, plan_id: int) -> HttpResponse:
    today = timezone.localdate()
    return _step(
        request,
        plan_id,
        lambda plan: actions.recalculate(by=request.user, plan=plan, on=today),
        f"已按 {today} 的名录重算。",
    )


@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    found = get_object_or_404(
        PlanTask.objects.select_related("plan__organisation"), pk=task_id, plan__in=plans(request)
    )
    book = trial.book_of(found.plan)
    form = TaskForm(request.POST or None, task=found, book=book)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_task(by=request.user, task=found, on=timezone.localdate(), **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error(
                "rates" if broken.code in ("laxer_than_rulebook", "rate_count") else None, broken.message
            )
        else:
            messages.success(request, f"已保存“{found.name}”。")
            return redirect("planning:plan", found.plan_id)
    context = {
        "task": found, "plan": found.plan, "form": form, "line": book.line(found.line), "book": book,
        "numbers": found.numbers.select_related("unit").order_by("unit__code", "period"), "manual": book.line(found.line).basis == "manual", "several": found.numbers.values("unit").distinct().count() > 1,
        "may_edit": "edit" in policies.allowed(request.user, found.plan), "asked": exceptions_of(found),
        "needs": missing_exception(found, book), "weights": weighted.words_of(found),
    }  # fmt: skip
    return render(request, "planning/task.html", context, status=422 if form.is_bound else 200)


@require_POST
def manual(request: HttpRequest, task_id: int) -> HttpResponse:
    found = get_object_or_404(PlanTask, pk=task_id, plan__in=plans(request))
    form = ManualForm(request.POST)
    unit = get_object_or_404(Unit, pk=_number(request.POST.get("unit")), organisation=found.plan.organisation)
    if not form.is_valid():
        messages.error(request, "请填不小于 0 的整数，并写明来源文件。")
        return redirect("planning:task", found.pk)
    try:
        actions.set_manual(
            by=request.user,
            task=found,
            unit=unit,
            period=request.POST.get("period", ""),
            on=timezone.localdate(),
            **form.cleaned_data,
        )
        messages.success(request, "已填写。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("planning:task", found.pk)


def _number(text: str | None) -> int:
    return whole(text) or 0


def _layout(value: str | None) -> str:
    """raises: Http404 for a layout there is not; "" = the one that suits the rulebook"""
    if value and value not in layouts.LAYOUTS:
        raise Http404("没有这种表式")
    return value or ""


@require_GET
def xlsx(request: HttpRequest, plan_id: int) -> HttpResponse:
    found, layout = get_object_or_404(plans(request), pk=plan_id), _layout(request.GET.get("layout"))
    return FileResponse(
        exports.plan_workbook(plan_page.sheet(found), layout),
        as_attachment=True,
        filename=f"{found.name}.xlsx",
    )


@require_GET
def docx(request: HttpRequest, plan_id: int) -> HttpResponse:
    """The plan as an official document to be edited and stamped."""
    found, layout = get_object_or_404(plans(request), pk=plan_id), _layout(request.GET.get("layout"))
    made = BytesIO(word.to_docx(sheets.plan_paper(found, layout)))
    return FileResponse(made, as_attachment=True, filename=f"{found.name}.docx", content_type=word.TYPE)


@require_POST
def pdf(request: HttpRequest, plan_id: int) -> HttpResponse:
    found = get_object_or_404(plans(request), pk=plan_id)
    layout = _layout(request.POST.get("layout"))
    documents.request(
        kind="plan_sheet",
        subject_id=sheets.subject(found, layout) if layout else found.pk,
        title=found.name,
        organisation=found.organisation,
        by=request.user,
    )
    messages.info(request, "计划表正在生成，完成后在本页下载。")
    return redirect("planning:plan", found.pk)

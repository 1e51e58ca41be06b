"""Tasks of the bureau's own, and the scope of a task, each with a live count of who falls in."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import RuleBroken
from foundation.rulebook.model import Rulebook
from planning import actions, policies, scoping, trial
from planning.models import AnnualPlan, Override, PlanTask
from planning.rules import own_lines, principles
from planning.rules.own_lines import OwnLine
from planning.scope_forms import (
    NOTHING,
    OwnTaskForm,
    Start,
    WidenForm,
    beside,
    lower_grades,
    second_look,
)
from planning.views.common import plans
from registry import actions as registry

PROBE = f"{own_lines.PREFIX}0"


def _plan(request: HttpRequest, plan_id: int) -> AnnualPlan:
    found = get_object_or_404(plans(request), pk=plan_id)
    if "edit" not in policies.allowed(request.user, found):
        raise PermissionDenied("编制中或退回的计划由计划编制员修改；已批准的请先另做修订。")
    return found


def _task(request: HttpRequest, task_id: int) -> PlanTask:
    found = get_object_or_404(
        PlanTask.objects.select_related("plan__organisation"), pk=task_id, plan__in=plans(request)
    )
    _plan(request, found.plan_id)
    return found


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, plan_id: int) -> HttpResponse:
    return _own(request, _plan(request, plan_id), None)


@require_POST
def recheck(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A superior's second look: what its branches checked this year comes in, then the task with that scope. source: NM-30.2"""
    plan = _plan(request, plan_id)
    try:
        new = registry.note_checks_below(
            organisation=plan.organisation, on=timezone.localdate(), by=request.user
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("planning:plan", plan.pk)
    messages.success(
        request, f"已取下级今年的检查，新增 {new} 次。下面的任务只从下级已查过的对象里抽，其余请补填。"
    )
    return redirect(f"{reverse('planning:own_new', args=[plan.pk])}?recheck=1")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)
    return _own(request, task.plan, task)


def _own(request: HttpRequest, plan: AnnualPlan, task: PlanTask | None) -> HttpResponse:
    """POST with `try` only counts: all of the page, or the count alone for the live update."""
    book, trying = trial.book_of(plan), "try" in request.POST
    choices = scoping.options(plan.organisation, book)
    form = OwnTaskForm(
        request.POST or None,
        plan=plan,
        book=book,
        task=task,
        choices=choices,
        start=_start(request, plan, book),
    )
    valid = request.method == "POST" and form.is_valid()
    if valid and not trying:
        try:
            saved = _save(request, plan, task, form)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(
                request,
                f"已保存“{saved.name}”，全年应抽 {sum(saved.numbers.values_list('number', flat=True))} 家次。",
            )
            return redirect("planning:task", saved.pk)
    found = _counted(plan, book, task, form)
    if request.headers.get("HX-Request"):
        return render(request, "planning/_scope_count.html", {"count": found, "plan": plan})
    context = {"plan": plan, "task": task, "form": form, "count": found, "tried": trying, "book": book}
    return render(
        request,
        "planning/own_task.html",
        context,
        status=422 if form.is_bound and form.errors and not trying else 200,
    )


def _start(request: HttpRequest, plan: AnnualPlan, book: Rulebook) -> Start:
    """?like=<task> from a task whose scope cannot grow · ?lower=1 from the page of grounds ·
    ?recheck=1 a superior's second look
    """
    like = request.GET.get("like", "")
    task = plan.tasks.filter(pk=int(like), origin=PlanTask.Origin.BOOK).first() if like.isdecimal() else None
    if task is not None:
        return beside(task, book.line(task.line))
    if request.GET.get("recheck"):
        return second_look(plan.organisation, plan.year)
    return lower_grades(book) if request.GET.get("lower") else NOTHING


def _save(request: HttpRequest, plan: AnnualPlan, task: PlanTask | None, form: OwnTaskForm) -> PlanTask:
    today = timezone.localdate()
    if task is None:
        return actions.add_own_task(by=request.user, plan=plan, terms=form.terms, on=today)
    return actions.change_own_task(by=request.user, task=task, terms=form.terms, on=today)


def _counted(
    plan: AnnualPlan, book: Rulebook, task: PlanTask | None, form: OwnTaskForm
) -> scoping.Count | None:
    """What is ticked so far; fields that are still empty do not keep from counting who falls in."""
    if not form.is_bound:
        line = book.line(task.line) if task else None
        return (
            scoping.count(plan, line, timezone.localdate(), manual=None)
            if isinstance(line, OwnLine)
            else None
        )
    data = form.cleaned_data if hasattr(form, "cleaned_data") else {}
    when = form.when
    if not when or not data.get("bodies"):
        return None
    before = book.line(task.line) if task else None
    raw = {
        "id": task.line if task else PROBE, "zh": data.get("name") or "本任务", "source": data.get("source") or "试算",
        "activity": data.get("activity", ""), "bodies": data["bodies"], "when": when, "period": data.get("period", "quarter"),
        "except": list(before.except_) if before else [], "order": "uninspected_first", "widens": "",
        "basis": data.get("basis", "population"), "rates": [str(rate) for rate in data.get("rates") or []],
    }  # fmt: skip
    manual = None
    if raw["basis"] != "manual" and len(raw["rates"]) not in (1, own_lines.own_line(book, raw).periods):
        raw["basis"], raw["rates"] = "manual", []
    if raw["basis"] == "manual":
        manual = data.get("count") or 0
    return scoping.count(plan, own_lines.own_line(book, raw), timezone.localdate(), manual=manual)


@require_http_methods(["GET", "POST"])
def scope(request: HttpRequest, task_id: int) -> HttpResponse:
    """The scope of a task of the book: may grow, never shrink."""
    task = _task(request, task_id)
    if task.is_local:
        return redirect("planning:own_task", task.pk)
    plan, book = task.plan, trial.book_of(task.plan)
    line, now = book.line(task.line), _widening(book, task)
    trying = "try" in request.POST
    form = WidenForm(
        request.POST or None, line=line, now=now, choices=scoping.options(plan.organisation, book)
    )
    if request.method == "POST" and form.is_valid() and not trying:
        try:
            added = actions.widen_scope(
                by=request.user,
                task=task,
                when=form.when,
                source=form.cleaned_data["source"],
                on=timezone.localdate(),
            )
        except RuleBroken as broken:
            form.add_error("source" if broken.code == "source_missing" else None, broken.message)
        else:
            messages.success(
                request, f"已扩大范围，多出来的单列为“{added.name}”。" if added else "范围与规则书相同。"
            )
            return redirect("planning:plan", plan.pk)
    context = {
        "plan": plan,
        "task": task,
        "form": form,
        "line": line,
        "now": now,
        "tried": trying,
        "fixed": policies.why_not_widened(line),
        **_widened(plan, book, task, form),
    }
    if request.headers.get("HX-Request"):
        return render(request, "planning/_scope_count.html", context)
    return render(
        request,
        "planning/scope.html",
        context,
        status=422 if form.is_bound and form.errors and not trying else 200,
    )


def _widening(book: Rulebook, task: PlanTask) -> OwnLine | None:
    return next((one for one in book.quotas if isinstance(one, OwnLine) and one.widens == task.line), None)


def _widened(plan: AnnualPlan, book: Rulebook, task: PlanTask, form: WidenForm) -> dict[str, Any]:
    if not form.is_bound or not form.is_valid():
        return {"change": None, "count": None}
    line, today = book.line(task.line), timezone.localdate()
    change = scoping.change_of(plan, line, form.when, today)
    now = _widening(book, task)
    if change.refused or not change.added:
        return {"change": change, "count": None}
    raw = {
        "id": now.id if now else PROBE, "zh": "扩大的范围", "source": "试算", "activity": principles.DAILY, "bodies": list(line.bodies),
        "when": form.when, "except": [line.id, *line.except_], "period": line.period, "basis": line.basis,
        "rates": task.rates or [str(rate) for rate in line.rates], "order": line.order, "widens": line.id,
    }  # fmt: skip
    manual = 0 if line.basis == "manual" else None
    return {
        "change": change,
        "count": scoping.count(plan, own_lines.own_line(book, raw), today, manual=manual),
    }


@require_POST
def drop(request: HttpRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)
    try:
        actions.drop_own_task(by=request.user, task=task)
        messages.success(request, f"已去掉“{task.name}”。规则书要求的任务不变。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("planning:plan", task.plan_id)


@require_POST
def ask(request: HttpRequest, task_id: int) -> HttpResponse:
    """The exception a daily check with a range set beforehand needs. source: NM-26.2, WL-6.2"""
    task = _task(request, task_id)
    try:
        actions.request_override(
            by=request.user, organisation=task.plan.organisation, year=task.plan.year, rule=principles.DAILY_SCOPE, line=task.line,
            reason=request.POST.get("reason", ""), evidence=request.POST.get("evidence", ""),
            files=[file for file in (request.FILES.get("file"),) if file], no_file_reason=request.POST.get("no_file_reason", ""),
        )  # fmt: skip
        messages.success(request, "已申请例外，等待分管领导批准；批准后计划才能批准。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("planning:task", task.pk)


def exceptions_of(task: PlanTask) -> list[Override]:
    """Exceptions asked for this task, the newest first."""
    found = Override.objects.filter(organisation=task.plan.organisation, year=task.plan.year, line=task.line)
    return list(found.select_related("approved_by").order_by("-pk")) if task.is_local else []


def missing_exception(task: PlanTask, book: Rulebook) -> principles.Principle | None:
    """The exception this task still needs before the plan can be approved."""
    line = book.line(task.line)
    return scoping.filter_rule(task.plan, book, line) if isinstance(line, OwnLine) else None

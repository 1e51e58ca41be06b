"""Weights of one task: what is set, whom it meets today, one more rule, one less."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import RuleBroken
from planning import actions, policies, scoping, trial, weighted
from planning.models import PlanTask
from planning.scope_forms import WeightForm
from planning.views.common import plans


def _task(request: HttpRequest, task_id: int) -> PlanTask:
    return get_object_or_404(
        PlanTask.objects.select_related("plan__organisation"), pk=task_id, plan__in=plans(request)
    )


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, task_id: int) -> HttpResponse:
    task = _task(request, task_id)
    book = trial.book_of(task.plan)
    form = WeightForm(request.POST or None, choices=scoping.options(task.plan.organisation, book), scope={})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_weights(by=request.user, task=task, rows=[*task.weights, form.row])
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, "已加上，随计划一起送审、批准。")
            return redirect("planning:weights", task.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "planning/weights.html", _context(request, task, form), status=status)


def _context(request: HttpRequest, task: PlanTask, form: WeightForm) -> dict[str, Any]:
    book = trial.book_of(task.plan)
    saved = PlanTask.objects.select_related("plan__organisation").get(pk=task.pk)
    refused = policies.why_no_weights(book)
    return {
        "task": saved, "plan": saved.plan, "form": form, "words": weighted.words_of(saved), "refused": refused,
        "clause": book.draw.origin("weights").ref, "counts": weighted.counts(saved, timezone.localdate()) if saved.weights else {},
        "may_edit": "edit" in policies.allowed(request.user, saved.plan) and not saved.plan.is_joint and not refused,
    }  # fmt: skip


@require_POST
def drop(request: HttpRequest, task_id: int, at: int) -> HttpResponse:
    task = _task(request, task_id)
    rows = [row for number, row in enumerate(task.weights) if number != at]
    try:
        actions.set_weights(by=request.user, task=task, rows=rows)
        messages.success(request, "已去掉这条权重。")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("planning:weights", task.pk)

"""What is agreed about a plan beside its numbers: head, participants, months, tasks left out."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.documents.serving import send
from foundation.errors import RuleBroken
from planning import actions, factors, plan_page, policies, trial
from planning.forms import AgreementForm, DetailsForm, MonthsForm, PlanFileForm
from planning.models import PlanFile, PlannedNumber, PlanParticipant, PlanTask
from planning.views.common import fault, plans


@require_http_methods(["GET", "POST"])
def details(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Head of a plan, what was weighed, and, for a joint plan, who takes part and has agreed."""
    plan = get_object_or_404(plans(request), pk=plan_id)
    form = DetailsForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_details(by=request.user, plan=plan, **form.cleaned_data)
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, "已保存计划说明。")
            return redirect("planning:details", plan.pk)
    book, today = trial.book_of(plan), timezone.localdate()
    context = {
        "plan": plan, "form": form, "book": book, "allowed": policies.allowed(request.user, plan),
        "participants": plan.participants.select_related("recorded_by").order_by("pk"),
        "may_agree": policies.may_record_agreement(request.user, plan), "agreement_form": AgreementForm(initial={"agreed_on": today}),
        "files": plan.files.select_related("uploaded_by").order_by("pk"), "factors": factors.factors(plan.organisation, book, today),
    }  # fmt: skip
    return render(request, "planning/details.html", context, status=422 if form.is_bound else 200)


def _back(request: HttpRequest, where: tuple[str, int], act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
        messages.success(request, done)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect(*where)


@require_POST
def add(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan, name = get_object_or_404(plans(request), pk=plan_id), request.POST.get("name", "")
    return _back(request, ("planning:details", plan.pk),
                 lambda: actions.add_participant(by=request.user, plan=plan, name=name), f"已添加参与方“{name.strip()}”。")  # fmt: skip


@require_POST
def remove(request: HttpRequest, participant_id: int) -> HttpResponse:
    found = get_object_or_404(PlanParticipant, pk=participant_id, plan__in=plans(request))
    return _back(request, ("planning:details", found.plan_id),
                 lambda: actions.remove_participant(by=request.user, participant=found), f"已移出“{found.name}”。")  # fmt: skip


@require_POST
def agree(request: HttpRequest, participant_id: int) -> HttpResponse:
    found = get_object_or_404(PlanParticipant, pk=participant_id, plan__in=plans(request))
    form = AgreementForm(request.POST)
    if not form.is_valid():
        messages.error(request, fault(form))
        return redirect("planning:details", found.plan_id)
    return _back(
        request, ("planning:details", found.plan_id),
        lambda: actions.record_agreement(by=request.user, participant=found, **form.cleaned_data),
        f"已登记“{found.name}”同意。",
    )  # fmt: skip


@require_POST
def drop(request: HttpRequest, task_id: int) -> HttpResponse:
    found = get_object_or_404(PlanTask, pk=task_id, plan__in=plans(request))
    return _back(request, ("planning:plan", found.plan_id),
                 lambda: actions.drop_task(by=request.user, task=found), f"已从联合计划去掉“{found.name}”。")  # fmt: skip


@require_POST
def add_file(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan, form = get_object_or_404(plans(request), pk=plan_id), PlanFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, fault(form))
        return redirect("planning:details", plan.pk)
    return _back(request, ("planning:details", plan.pk),
                 lambda: actions.add_plan_file(by=request.user, plan=plan, **form.cleaned_data), "已附上并算出指纹。")  # fmt: skip


@require_POST
def remove_file(request: HttpRequest, file_id: int) -> HttpResponse:
    found = get_object_or_404(PlanFile, pk=file_id, plan__in=plans(request))
    return _back(request, ("planning:details", found.plan_id),
                 lambda: actions.remove_plan_file(by=request.user, file=found), f"已去掉附件“{found.title}”。")  # fmt: skip


@require_GET
def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    found = get_object_or_404(PlanFile, pk=file_id, plan__in=plans(request))
    try:
        return send(found)
    except RuleBroken as lost:
        messages.error(request, lost.message)
        return redirect("planning:details", found.plan_id)


@require_GET
def monthly(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Twelve months of every task."""
    plan = get_object_or_404(plans(request), pk=plan_id)
    context = {"plan": plan, "sheet": plan_page.sheet(plan), "allowed": policies.allowed(request.user, plan),
               "months": range(1, 13)}  # fmt: skip
    return render(request, "planning/months.html", context)


@require_POST
def set_months(request: HttpRequest, number_id: int) -> HttpResponse:
    found = get_object_or_404(
        PlannedNumber.objects.select_related("task__plan", "unit"),
        pk=number_id,
        task__plan__in=plans(request),
    )
    form = MonthsForm(request.POST, number=found)
    if not form.is_valid():
        messages.error(request, "每月的数请填不小于 0 的整数；全部留空就是均匀分到各月。")
        return redirect("planning:task", found.task_id)
    return _back(
        request, ("planning:task", found.task_id),
        lambda: actions.set_months(by=request.user, number=found, months=form.months), "已保存分月安排。",
    )  # fmt: skip

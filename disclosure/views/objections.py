"""企业异议: the list by deadline, one objection with its answer."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from disclosure import actions, desk, policies, statistics
from disclosure.forms import AnswerForm
from disclosure.models import Objection, Publication
from foundation.errors import NotAllowed, RuleBroken
from foundation.workdays.models import calendar
from foundation.workdays.rules import workdays_between

PER_PAGE = 50


@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    try:
        policies.check_viewer(request.user)
    except NotAllowed as broken:
        return desk.refused(request, broken)
    today, days, done = timezone.localdate(), calendar(), request.GET.get("tab") == "answered"
    found = Objection.objects.visible_to(request.user)
    rows = (
        found.exclude(state="received").order_by("-answered_at")
        if done
        else found.open().order_by(F("due_on").asc(), "pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    tabs = [{"label": "待答复", "url": "?tab=open", "count": found.open().count(), "current": not done},
            {"label": "已答复", "url": "?tab=answered", "count": found.count() - found.open().count(), "current": done}]  # fmt: skip
    context = {
        "page_obj": page, "tabs": tabs, "today": today, "numbers": statistics.objection_numbers(today),
        "rows": [{"objection": row, "left": workdays_between(days, today, row.due_on) if row.due_on else None} for row in page],
    }  # fmt: skip
    return render(request, "disclosure/objections.html", context)


@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    policies.check_viewer(request.user)
    found = get_object_or_404(Objection.objects.visible_to(request.user), pk=objection_id)
    form, status = AnswerForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.answer(by=request.user, objection=found, **form.cleaned_data)
                messages.success(
                    request,
                    "已答复，答复公开在该条结果下面。"
                    + ("如需改动公示，请另行更正。" if found.accepted else ""),
                )
                return redirect("disclosure:objection", found.pk)
            except RuleBroken as broken:
                form.add_error("answer", broken.message)
    about = Publication.objects.filter(number=found.number).order_by("-version").first()
    context = {"objection": found, "form": form, "publication": about, "today": timezone.localdate(),
               "left": workdays_between(calendar(), timezone.localdate(), found.due_on) if found.due_on else None,
               "why_not": policies.why_not(policies.check_answer, request.user, found)}  # fmt: skip
    return render(request, "disclosure/objection.html", context, status=status)

"""移送文书: written from a follow-up, listed, exported; what came back is noted."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from foundation.documents import actions as documents
from foundation.documents import word
from foundation.errors import NotAllowed, RuleBroken
from inspections import actions, exports, policies
from inspections.documents import handover_paper
from inspections.forms import HandoverForm, ReceiptForm
from inspections.models import FollowUp, Handover
from inspections.views import rectify
from inspections.views.common import posted
from inspections.views.tasks import XLSX

PER_PAGE = 30


def _handovers(request: HttpRequest) -> QuerySet[Handover]:
    """Those of follow-ups the person works with."""
    rows = Handover.objects.filter(followup__in=rectify.scope(request))
    return rows.select_related("followup__visit__target", "sent_by", "organisation").order_by(
        "-year", "-serial"
    )


@require_GET
def handovers(request: HttpRequest) -> HttpResponse:
    rows = _handovers(request)
    if request.GET.get("waiting") == "1":
        rows = rows.filter(received_on=None)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    waiting = _handovers(request).filter(received_on=None).count()
    return render(request, "inspections/handovers.html", {"page_obj": page, "waiting": waiting})


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    name = f"移送文书-{timezone.localdate()}.xlsx"
    return FileResponse(
        exports.handovers_file(_handovers(request)), as_attachment=True, filename=name, content_type=XLSX
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, followup_id: int) -> HttpResponse:
    found = get_object_or_404(rectify.scope(request), pk=followup_id)
    form = HandoverForm(
        posted(request), initial={"sent_on": timezone.localdate(), "to_whom": found.handed_to}
    )
    if form.is_bound and form.is_valid():
        made = _do(form, lambda: actions.hand_over(by=request.user, followup=found, **form.cleaned_data))
        if made is not None:
            return redirect("inspections:handover", made.pk)
    why_not = policies.why_not(
        policies.check_change_followup, request.user, FollowUp.objects.get(pk=found.pk)
    )
    context = {"followup": found, "form": form, "why_not": why_not}
    return render(request, "inspections/handover_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest, handover_id: int) -> HttpResponse:
    found = get_object_or_404(_handovers(request), pk=handover_id)
    start = {
        "received_on": found.received_on or timezone.localdate(),
        "received_by": found.received_by,
        "case_number": found.case_number,
    }
    form = ReceiptForm(posted(request), initial=start)
    if form.is_bound and form.is_valid():
        row = Handover.objects.get(pk=found.pk)
        if (
            _do(form, lambda: actions.note_receipt(by=request.user, handover=row, **form.cleaned_data))
            is not None
        ):
            return redirect("inspections:handover", found.pk)
    context = {
        "handover": found, "form": form, "paper": documents.latest("handover", found.pk),
        "why_not": policies.why_not(policies.check_note_receipt, request.user, found),
    }  # fmt: skip
    return render(request, "inspections/handover.html", context, status=422 if form.is_bound else 200)


@require_GET
def as_word(request: HttpRequest, handover_id: int) -> HttpResponse:
    found = get_object_or_404(_handovers(request), pk=handover_id)
    response = HttpResponse(word.to_docx(handover_paper(found)), content_type=word.TYPE)
    response["Content-Disposition"] = f'attachment; filename="handover-{found.year}-{found.serial}.docx"'
    return response


def _do(form: Any, act: Any) -> Handover | None:
    """Do it; what a rule says stands at the top of the form."""
    try:
        return act()
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return None

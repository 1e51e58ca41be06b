"""不适用双随机的检查: the register, a new line, one line with its approval and result."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.adoption import rulebook_of
from foundation.organisation.policies import can
from inspections import actions, exports, policies
from inspections.forms import FinishSpecialForm, SpecialForm
from inspections.models import SpecialCheck, Visit
from inspections.rules import exempting
from inspections.views.common import attempt, need, posted
from inspections.views.tasks import XLSX

PER_PAGE = 30


def _scope(request: HttpRequest) -> QuerySet[SpecialCheck]:
    need(request, "inspections.view")
    rows = SpecialCheck.objects.visible_to(request.user).select_related(
        "target", "requested_by", "decided_by"
    )
    return rows.order_by("-year", "-serial")


@require_GET
def specials(request: HttpRequest) -> HttpResponse:
    found, year = _scope(request), timezone.localdate().year
    rows = (
        found.filter(state=request.GET["state"])
        if request.GET.get("state") in SpecialCheck.State.values
        else found
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    drawn = Visit.objects.visible_to(request.user).filter(completed_on__year=year).count()
    done = found.filter(checked_on__year=year).count()
    tabs = [{"label": "全部", "url": "?", "count": found.count(), "current": not request.GET.get("state")}] + [
        {"label": label, "url": f"?state={state}", "count": found.filter(state=state).count(), "current": request.GET.get("state") == state}
        for state, label in SpecialCheck.State.choices
    ]  # fmt: skip
    context = {
        "page_obj": page,
        "tabs": tabs,
        "year": year,
        "drawn": drawn,
        "done": done,
        "may": can(request.user, "draws.operate"),
    }
    return render(request, "inspections/specials.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    name = f"不适用双随机的检查-{timezone.localdate()}.xlsx"
    return FileResponse(
        exports.specials_file(_scope(request)), as_attachment=True, filename=name, content_type=XLSX
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    need(request, "draws.operate")
    book = rulebook_of(request.user.organisation, timezone.localdate())
    form = SpecialForm(
        posted(request), choices=exempting.cases(book), organisation=request.user.organisation,
        initial={"planned_on": timezone.localdate()},
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        try:
            made = actions.register_special(by=request.user, **form.cleaned_data)
            return redirect("inspections:special", made.pk)
        except NotAllowed as refused:
            raise PermissionDenied(refused.message) from refused
        except RuleBroken as broken:
            form.add_error(None, broken.message)
    context = {
        "form": form,
        "book": book,
        "drawn": exempting.must_be_drawn(book),
        "cases": exempting.cases(book),
    }
    return render(request, "inspections/special_new.html", context, status=422 if form.is_bound else 200)


@require_GET
def special(request: HttpRequest, special_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(_scope(request), pk=special_id))


@require_POST
def decide(request: HttpRequest, special_id: int) -> HttpResponse:
    found = get_object_or_404(_scope(request), pk=special_id)
    approve, note = request.POST.get("approve") == "yes", request.POST.get("note", "")
    attempt(
        request, lambda: actions.decide_special(by=request.user, special=found, approve=approve, note=note),
        f"{found.number} {'已批准，可以去检查' if approve else '不予批准'}。",
    )  # fmt: skip
    return redirect("inspections:special", found.pk)


@require_POST
def finish(request: HttpRequest, special_id: int) -> HttpResponse:
    found = get_object_or_404(_scope(request), pk=special_id)
    form = FinishSpecialForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, 422)
    attempt(
        request, lambda: actions.finish_special(by=request.user, special=found, **form.cleaned_data),
        "检查结果已登记，列在该对象的检查里；不占年度次数上限。",
    )  # fmt: skip
    return redirect("inspections:special", found.pk)


def _page(request: HttpRequest, found: SpecialCheck, form: Any = None, status: int = 200) -> HttpResponse:
    context = {
        "special": found, "form": form or FinishSpecialForm(initial={"checked_on": timezone.localdate()}),
        "why_not_decide": policies.why_not(policies.check_decide_special, request.user, found),
        "why_not_finish": policies.why_not(policies.check_finish_special, request.user, found),
    }  # fmt: skip
    return render(request, "inspections/special.html", context, status=status)

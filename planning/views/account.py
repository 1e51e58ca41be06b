"""The account of a year: what each period required, drew, missed, and what was made up later. source: AMB-15"""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from foundation.errors import RuleBroken
from foundation.organisation.policies import can
from foundation.rulebook.periods import Period
from planning import account as accounts
from planning import actions, exports
from planning.actions.makeups import missing
from planning.forms import MakeUpForm
from planning.models import Quota
from planning.rules import naming
from planning.rules.terms import long_zh
from planning.trial import book_of
from planning.views.common import check_view, organisation


@require_GET
def account(request: HttpRequest, year: int) -> HttpResponse:
    bureau = organisation(request)
    context: dict = {"year": year, "bureau": bureau, "before": year - 1, "after": year + 1}
    if not 2015 <= year <= 2100:
        raise Http404("没有这一年")
    try:
        found = accounts.account_of(bureau, year, timezone.localdate())
    except RuleBroken as broken:
        return render(request, "planning/account_empty.html", context | {"reason": broken.message})
    mine = can(request.user, "planning.edit") and bureau.pk == request.user.organisation_id
    return render(request, "planning/account.html", context | {"account": found, "may_edit": mine})


@require_GET
def xlsx(request: HttpRequest, year: int) -> HttpResponse:
    bureau = organisation(request)
    try:
        found = accounts.account_of(bureau, year, timezone.localdate())
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("planning:account", year)
    return FileResponse(
        exports.account_workbook(found), as_attachment=True, filename=f"{bureau.name}{year}年全年对账.xlsx"
    )


@require_http_methods(["GET", "POST"])
def make_up(request: HttpRequest, quota_id: int) -> HttpResponse:
    """Credit surplus targets of a later period to a missed one."""
    check_view(request)
    quota = get_object_or_404(
        Quota.objects.visible_to(request.user).select_related("plan", "unit"), pk=quota_id
    )
    form = MakeUpForm(request.POST or None, rows=accounts.spare_rows(quota))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.note_make_up(
                by=request.user, missed=quota, drawn=form.drawn, reason=form.cleaned_data["reason"]
            )
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        else:
            messages.success(request, f"已登记补抽 {len(made)} 家，只在全年对账里抵欠数。")
            return redirect("planning:account", Period.parse(quota.period).year)
    name = naming.short_scope(book_of(quota.plan), book_of(quota.plan).line(quota.line))
    context = {"quota": quota, "form": form, "missing": missing(quota), "name": name, "period": long_zh(Period.parse(quota.period)),
               "year": Period.parse(quota.period).year}  # fmt: skip
    return render(request, "planning/make_up.html", context, status=422 if form.is_bound else 200)

"""/desk/settings/: the working-day calendar, year by year, and the import of a notice."""

import csv

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.holidays import entering
from config.holidays.forms import ConfirmForm, UploadForm
from disclosure.models import DisclosureTask
from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.policies import can
from foundation.sheets.columns import guarded
from foundation.workdays.models import Holiday, HolidayYear

MANAGE = "holidays.manage"
RECENT = 6
SHOWN_ERRORS = 50


@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    return _page(request, UploadForm(initial={"year": _next_open_year()}))


def _page(request: HttpRequest, form: UploadForm, *, status: int = 200, **more: object) -> HttpResponse:
    today = timezone.localdate()
    years = HolidayYear.objects.order_by("-year").prefetch_related("days")
    waiting = DisclosureTask.objects.open().filter(
        organisation__in=Organisation.objects.visible_to(request.user), provisional=True
    )
    context = {
        "years": years if request.GET.get("all") else years[:RECENT], "all": bool(request.GET.get("all")), "form": form,
        "may": can(request.user, MANAGE), "open_year": _next_open_year(), "today": today, "waiting": waiting.count(), **more,
    }  # fmt: skip
    return render(request, "settings/calendar.html", context, status=status)


def _next_open_year() -> int:
    """The first year from this one on whose notice is not in."""
    final = set(HolidayYear.objects.final().values_list("year", flat=True))
    year = timezone.localdate().year
    while year in final:
        year += 1
    return year


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Step two: what the file says and what it would change. Nothing stays written."""
    _need(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        parsed = form.parsed()
    except RuleBroken as broken:
        form.add_error("file", broken.message)
        return _page(request, form, status=422)
    if parsed.errors:
        form.add_error(
            "file", f"文件有 {len(parsed.errors)} 处错误，一天也没有导入。请按下面改正后重新上传。"
        )
        return _page(
            request,
            form,
            status=422,
            faults=parsed.errors[:SHOWN_ERRORS],
            more_faults=len(parsed.errors) > SHOWN_ERRORS,
        )
    given = {"year": parsed.year, "source": form.cleaned_data["source"]}
    try:
        tried = entering.trial(by=request.user, parsed=parsed, source=given["source"])
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return _page(request, form, status=422)
    confirm = ConfirmForm(initial={**given, "rows": ConfirmForm.carried(parsed)})
    context = {
        "parsed": parsed,
        "trial": tried,
        "form": confirm,
        "named": can(request.user, "disclosure.view"),
        **given,
    }
    return render(request, "settings/holidays.html", context)


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    _need(request)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有导入：页面上的内容不完整。请重新上传文件。")
        return redirect("settings")
    try:
        change, moved = entering.enter(
            by=request.user, parsed=form.cleaned_data["parsed"], source=form.cleaned_data["source"]
        )
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, f"{change.sentence}。期限重算：{moved} 件有变化。")
    return redirect("settings")


@require_GET
def year_file(request: HttpRequest, year: int) -> HttpResponse:
    """A year's days in the form the import takes."""
    found = get_object_or_404(HolidayYear, year=year)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="holidays-{year}.csv"'
    response.write("\ufeff")
    rows = csv.writer(response)
    rows.writerow(["日期", "类型", "名称"])
    for day in Holiday.objects.filter(year=found).order_by("date"):
        rows.writerow([day.date.isoformat(), day.get_kind_display(), guarded(day.name)])
    return response


def _need(request: HttpRequest) -> None:
    if not can(request.user, MANAGE):
        raise PermissionDenied(NotAllowed("您没有维护放假安排的权限，请找计划编制员或系统管理员。").message)

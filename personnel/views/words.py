"""The dictionary of specialities; the staff list against the register."""

from collections import Counter
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.models import Organisation
from personnel import actions, pages, policies
from personnel.forms import StaffForm
from personnel.models import Inspector, Omission, Speciality
from personnel.views.common import organisation


def _own(request: HttpRequest) -> Organisation:
    bureau = organisation(request)
    if not policies.can_edit(request.user, bureau):
        raise PermissionDenied("检查人员名录由本机构的计划编制员维护。")
    return bureau


def _do(request: HttpRequest, act: Callable[[], object], done: str, home: str) -> HttpResponse:
    try:
        act()
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        messages.success(request, done)
    return redirect(home)


@require_GET
def words(request: HttpRequest) -> HttpResponse:
    """字典里的专长、各有多少人，和字典之外的写法。"""
    bureau = organisation(request)
    held = Counter(word for row in Inspector.objects.of(bureau).active() for word in row.specialities)
    listed = list(Speciality.objects.of(bureau).order_by("retired_at", "word"))
    known = {row.word for row in listed if not row.retired_at}
    context = {
        "bureau": bureau, "views": pages.view_tabs(request.user, "words", request.GET.get("org", "")),
        "rows": [(row, held[row.word]) for row in listed], "free": sorted((w, n) for w, n in held.items() if w not in known),
        "offered": sorted(known), "may_edit": policies.can_edit(request.user, bureau),
    }  # fmt: skip
    return render(request, "personnel/words.html", context)


@require_POST
def add_word(request: HttpRequest) -> HttpResponse:
    bureau, word = _own(request), request.POST.get("word", "")
    note = request.POST.get("note", "")[:200]
    return _do(
        request, lambda: actions.add_speciality(organisation=bureau, word=word, note=note, by=request.user),
        f"字典已加“{word}”。", "personnel:words",
    )  # fmt: skip


@require_POST
def retire_word(request: HttpRequest, word_id: int) -> HttpResponse:
    row = get_object_or_404(Speciality.objects.of(_own(request)), pk=word_id)
    return _do(
        request, lambda: actions.retire_speciality(speciality=row, by=request.user), f"“{row.word}”已停用，已有的人不变。",
        "personnel:words",
    )  # fmt: skip


@require_POST
def replace_word(request: HttpRequest) -> HttpResponse:
    bureau, old, new = _own(request), request.POST.get("old", ""), request.POST.get("new", "")
    return _do(
        request, lambda: actions.replace_speciality(organisation=bureau, old=old, new=new, by=request.user),
        f"名录里的“{old}”已改为“{new}”。", "personnel:words",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest) -> HttpResponse:
    """花名册对照：谁没有列入名录，理由是什么。粘贴的名单不保存。"""
    bureau = _own(request)
    form = StaffForm(request.POST if request.method == "POST" and "staff" in request.POST else None)
    omitted = list(
        Omission.objects.filter(organisation=bureau, ended_at=None)
        .select_related("noted_by")
        .order_by("name")
    )
    context = {
        "bureau": bureau, "form": form, "omitted": omitted, "checked": False,
        "views": pages.view_tabs(request.user, "words", request.GET.get("org", "")),
    }  # fmt: skip
    if form.is_bound and form.is_valid():
        people = form.people()
        context |= {"checked": True, "count": len(people), "missing": _missing(bureau, people, omitted)}
    return render(
        request, "personnel/staff.html", context, status=422 if form.is_bound and form.errors else 200
    )


def _missing(
    bureau: Organisation, people: list[tuple[str, str, str]], omitted: list[Omission]
) -> list[tuple[str, str, str]]:
    """Found neither by name nor by certificate number."""
    here = list(Inspector.objects.of(bureau).values_list("name", "certificate_no", "uid"))
    names = {name for name, _, _ in here} | {row.name for row in omitted}
    numbers = {n for _, certificate, uid in here for n in (certificate, uid) if n}
    numbers |= {row.certificate_no for row in omitted if row.certificate_no}
    return [one for one in people if one[0] not in names and (not one[2] or one[2] not in numbers)]


@require_POST
def omit(request: HttpRequest) -> HttpResponse:
    bureau = _own(request)
    given = {key: request.POST.get(key, "")[:60] for key in ("name", "unit", "certificate_no")}
    reason = request.POST.get("reason", "")[:200]
    return _do(
        request, lambda: actions.note_omission(organisation=bureau, reason=reason, by=request.user, **given),
        f"已登记{given['name']}没有列入的理由。", "personnel:staff",
    )  # fmt: skip


@require_POST
def end_omission(request: HttpRequest, omission_id: int) -> HttpResponse:
    row = get_object_or_404(Omission, organisation=_own(request), pk=omission_id)
    return _do(
        request,
        lambda: actions.end_omission(omission=row, by=request.user),
        f"{row.name}的理由已撤销。",
        "personnel:staff",
    )

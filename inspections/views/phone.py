"""The inspector's phone: my visits, one visit as a task list, arrival, state, items, evidence."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from draws.models import SwapConsent
from foundation.documents.serving import send
from foundation.errors import NotAllowed, RuleBroken
from foundation.workdays.models import calendar
from inspections import actions, books, phone, queries, showing
from inspections.forms import ArriveForm, ItemForm, StatusForm
from inspections.models import Evidence, Visit, VisitItem
from inspections.rules import demanding, modes, outcomes
from inspections.views import devices
from inspections.views.common import attempt, need, posted
from planning.joint import together

S = Visit.State
OPEN = (S.STARTED, S.RETURNED)


def own(request: HttpRequest, visit_id: int, *states: str) -> Visit:
    """One of the user's own visits, else 404; sent back to the task list view by the caller when the state is another."""
    need(request, "inspections.own")
    scope = Visit.objects.of_inspector(request.user).select_related(
        "draw__plan", "target__entity", "organisation"
    )
    scope = scope.exclude(dispatched_at=None)
    return get_object_or_404(scope.filter(state__in=states) if states else scope, pk=visit_id)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    need(request, "inspections.own")
    today = timezone.localdate()
    mine = queries.in_order(queries.listed(Visit.objects.of_inspector(request.user)))
    rows = queries.rows(mine.to_do(), request.user, today, calendar())
    done = queries.rows(
        mine.exclude(state__in=[S.ASSIGNED, S.STARTED, S.RETURNED])[:10], request.user, today, calendar()
    )
    asked = SwapConsent.objects.waiting_for(request.user).count()
    return render(
        request,
        "phone/home.html",
        phone.my_visits(rows, today) | {"done": done, "today": today, "swaps": asked},
    )


@require_GET
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    today = timezone.localdate()
    context = {
        "visit": found, "tasks": phone.tasks(found), "next": phone.next_step(found), "today": today,
        "left": queries.left(found.due_on, today, calendar()), "team": books.team_of(found),
        "joint": together(found.joint_task) if found.joint_task else None,
        "shown": True, **showing.beside(found, request.user),
    }  # fmt: skip
    return render(request, "phone/visit.html", context)


@require_http_methods(["GET", "POST"])
def arrive(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    if found.state != S.ASSIGNED:
        return redirect("phone:visit", found.pk)
    book = books.rulebook_of_visit(found)
    form = ArriveForm(posted(request), steps=modes.steps(book.inspection.onsite_steps, found.mode))
    if form.is_bound and form.is_valid() and _try(
        form, lambda: actions.arrive(by=request.user, visit=found, device=devices.number(request), **form.cleaned_data)
    ):  # fmt: skip
        messages.success(request, f"已到场 {timezone.localtime(found.arrived_at):%H:%M}。")
        return devices.remembered(request, _onward("phone:status", found.pk, saved="arrive"), found.device)
    context = {
        "visit": found, "form": form, "team": books.team_of(found), "helpers": books.helpers_of(found),
        "items": found.items.select_related("item").order_by("id"),
        "mode": modes.MODES[found.mode], "qr": showing.notice_address(found), "me": request.user,
    }  # fmt: skip
    return render(request, "phone/arrive.html", context, status=422 if form.is_bound else 200)


def _onward(name: str, *args: int, saved: str) -> HttpResponse:
    """To the next page, telling it which draft on the device is done with."""
    return redirect(f"{reverse(name, args=args)}?saved={saved}")


def _try(form, act) -> bool:
    """Do one act; what a rule says stands at the top of the form."""
    try:
        act()
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return False
    return True


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    if found.state not in OPEN:
        return redirect("phone:visit", found.pk)
    book = books.rulebook_of_visit(found)
    form = StatusForm(
        posted(request), initial=StatusForm.start(found), source=demanding.source_is_asked(found.mode),
        sampling=demanding.sampling_is_asked(book, found.mode),
    )  # fmt: skip
    if form.is_bound and form.is_valid() and _try(
        form, lambda: actions.set_production_state(by=request.user, visit=found, **form.cleaned_data)
    ):  # fmt: skip
        return _onward("phone:review" if phone.short_path(found) else "phone:items", found.pk, saved="status")
    return render(
        request, "phone/status.html", {"visit": found, "form": form}, status=422 if form.is_bound else 200
    )


@require_GET
def items(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    if found.state == S.ASSIGNED:
        return redirect("phone:visit", found.pk)
    rows = showing.items(found)
    return render(
        request, "phone/items.html", {"visit": found, "items": rows, "tasks": phone.item_tasks(found, rows)}
    )


@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, visit_id: int, number: int) -> HttpResponse:
    found = own(request, visit_id)
    if found.state not in OPEN:
        return redirect("phone:visit", found.pk)
    rows = list(found.items.select_related("item").order_by("id"))
    if not 1 <= number <= len(rows):
        return redirect("phone:items", found.pk)
    row = rows[number - 1]
    points = list(row.item.checkpoints.order_by("no"))
    codes = books.codes(books.rulebook_of_visit(found))
    form = ItemForm(
        posted(request),
        points=points,
        codes=codes,
        initial=ItemForm.start(row, queries.answers_of(row.pk)),
    )
    if form.is_bound and form.is_valid() and _save_item(request, row, form):
        last = number == len(rows)
        args = (found.pk,) if last else (found.pk, number + 1)
        return _onward("phone:items" if last else "phone:item", *args, saved=f"item-{number}")
    return render(
        request,
        "phone/item.html",
        phone.item_page(found, rows, number, form),
        status=422 if form.is_bound else 200,
    )


def _save_item(request: HttpRequest, row: VisitItem, form: ItemForm) -> bool:
    """The answers, then the photos chosen on the same page."""
    data = form.cleaned_data
    fine = _try(form, lambda: actions.save_item(
        by=request.user, visit_item=row, answers=form.answers(), result=data["result"], note=data["note"],
        demand=data["demand"], demand_due_on=data["demand_due_on"],
    ))  # fmt: skip
    return fine and all(
        _try(
            form,
            lambda file=file: actions.add_evidence(
                by=request.user, visit=row.visit, file=file, visit_item=row
            ),
        )
        for file in request.FILES.getlist("photos")
    )


@require_http_methods(["GET", "POST"])
def evidence(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    if request.method == "POST":
        chosen = request.FILES.getlist("files")
        if not chosen:
            messages.error(request, "没有选择文件，请先拍照或选择。")
        for file in chosen:
            attempt(
                request,
                lambda file=file: actions.add_evidence(
                    by=request.user, visit=found, file=file, survey=request.POST.get("survey") == "1"
                ),
                f"{file.name} 已上传并计算指纹。",
            )
        return redirect("phone:evidence", found.pk)
    rows = found.evidence.select_related("visit_item__item").order_by("id")
    return render(
        request,
        "phone/evidence.html",
        {
            "visit": found,
            "evidence": rows,
            "open": found.state in OPEN,
            "sampling": demanding.sampling_is_asked(books.rulebook_of_visit(found), found.mode),
        },
    )


@require_GET
def evidence_file(request: HttpRequest, visit_id: int, evidence_id: int) -> HttpResponse:
    found = own(request, visit_id)
    return send(get_object_or_404(Evidence.objects.filter(visit=found), pk=evidence_id))


@require_POST
def finish(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    attempt(request, lambda: actions.finish(by=request.user, visit=found), "已记下检查结束时间。")
    return redirect("phone:review", found.pk)


def outcome_choices(found: Visit) -> list[tuple[str, str]]:
    """Whole-visit results the rulebook has; empty means “as the items say”."""
    codes = books.codes(books.rulebook_of_visit(found))
    return [("", "按各事项的结果"), *((code, codes[code]) for code in outcomes.WHOLE_VISIT if code in codes)]

"""All draws of the bureau, and preparing a new one."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from draws import actions, policies, queries
from draws.filters import DrawFilter
from draws.forms import DrawForm
from draws.models import Draw, DrawStratum
from draws.sources import joint_of
from foundation.errors import RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.pages import status_of
from foundation.organisation.policies import can
from foundation.rulebook.errors import CannotEvaluate
from foundation.rulebook.model import Rulebook
from foundation.rulebook.periods import Period
from planning.joint import together
from planning.models import Quota
from planning.rules.naming import short_name, tier_of
from planning.rules.terms import own_period
from planning.trial import book_in_use

PER_PAGE = 25


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    if not can(request.user, "draws.view"):
        raise PermissionDenied("抽取会由抽取组织员、纪检监督员、计划编制员、分管领导和审计员查看。")
    scope = Draw.objects.visible_to(request.user).select_related("organisation", "operator", "retries")
    scope = scope.annotate(layers=Count("strata"), planned=Sum("strata__quota__required"))
    found = DrawFilter(request.GET, queryset=scope.order_by("-scheduled_at", "-pk"))
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found, "page_obj": page, "figures": queries.statistics(request.user.organisation, timezone.localdate().year),
        "sees_conflicts": can(request.user, "personnel.conflicts") or can(request.user, "personnel.own"),
        "why_no_new": policies.why_not(policies.check_prepare, request.user, request.user.organisation),
    }  # fmt: skip
    return render(request, "draws/draws.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """?period=2026Q4 chooses the quotas; ?retries=<number> repeats a void draw under a new number."""
    organisation = request.user.organisation
    refused = policies.why_not(policies.check_prepare, request.user, organisation)
    if refused:
        raise PermissionDenied(refused)
    again = _again(request)
    try:
        period = _period(request, organisation, again)
        book = book_in_use(organisation, Period.parse(period).year, timezone.localdate())
        quotas = quotas_of(organisation, period, book)
    except CannotEvaluate as broken:
        return render(request, "draws/new.html", {"problem": str(broken)}, status=404)
    except RuleBroken as broken:
        return render(request, "draws/new.html", {"problem": broken.message}, status=409)
    form = DrawForm(
        request.POST or None, organisation=organisation, quotas=quotas, team_size=book.team.min, user=request.user,
        initial=_initial(again, request.GET.get("kind", Draw.Kind.FORMAL)),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            draw = actions.prepare(
                by=request.user, organisation=organisation, period=period, retries=again, **form.given()
            )
        except RuleBroken as broken:
            if (made := _made_before(broken, request, form.given())) is not None:
                messages.info(request, f"{made} 刚才已经建立，没有再建一次。")
                return redirect("draws:draw", made.number)
            form.add_error(None, broken.message)
            return _form(request, form, period, book, again, status_of(broken))
        messages.success(request, f"已建立 {draw}。请按清单做完准备再公告。")
        return redirect("draws:draw", draw.number)
    return _form(request, form, period, book, again, 422 if form.is_bound else 200)


def _made_before(broken: RuleBroken, request: HttpRequest, given: dict[str, Any]) -> Draw | None:
    """The draw this person has already made of the very same form: a second click, a second tab, the back button."""
    held = broken.facts.get("held_by")
    same = (
        isinstance(held, Draw)
        and held.operator_id == request.user.pk
        and (held.scheduled_at, held.place) == (given["scheduled_at"], given["place"].strip())
    )
    return held if same and isinstance(held, Draw) else None


def _form(
    request: HttpRequest, form: DrawForm, period: str, book: Rulebook, again: Draw | None, status: int
) -> HttpResponse:
    rows = quota_rows(form, book)
    now = Period.parse(period)
    context = {
        "form": form, "rows": rows, "period": period, "again": again, "book": book, "before": now.shift(-1).id, "after": now.shift(1).id,
    }  # fmt: skip
    return render(request, "draws/new.html", context, status=status)


def quota_rows(form: DrawForm, book: Rulebook, without: Draw | None = None) -> list[dict[str, Any]]:
    """The quotas of the form with their names, and who else holds a batch of each."""
    taken = _taken([quota.pk for quota in form.quotas], without)
    joint = _joint(form.quotas)
    return [
        {
            **row, "label": short_name(book, book.line(row["quota"].line)), "tier": tier_of(book.line(row["quota"].line)),
            "taken": taken.get(row["quota"].pk, ""), "joint": joint.get(row["quota"].line, ""),
        }
        for row in form.rows()
    ]  # fmt: skip


def quotas_of(organisation: Organisation, period: str, book: Rulebook) -> list[Quota]:
    """Confirmed quotas that a draw of this period may take, in the order of the book."""
    asked = Period.parse(period)
    order = {line.id: at for at, line in enumerate(book.quotas) if line.role == "draw"}
    wanted = {line.id: own_period(line, asked).id for line in book.quotas if line.role == "draw"}
    found = (
        Quota.objects.filter(organisation=organisation, period__in=set(wanted.values()), line__in=wanted)
        .exclude(confirmed_at=None)
        .select_related("unit", "plan")
    )
    mine = [quota for quota in found if quota.period == wanted[quota.line]]
    return sorted(mine, key=lambda quota: (order[quota.line], quota.unit.code))


def _joint(quotas: list[Quota]) -> dict[str, str]:
    """Line -> the joint check it is part of, with its lead."""
    if not quotas:
        return {}
    found = joint_of(quotas[0].organisation, quotas[0].period, [quota.line for quota in quotas])
    return {line: together(task).sentence for line, task in found.items()}


def _taken(quotas: list[int], without: Draw | None = None) -> dict[int, str]:
    """Quota -> number of the draw that already holds a batch of it, or is preparing one."""
    preparing = Q(draw__kind=Draw.Kind.FORMAL, draw__state__in=policies.BEFORE_FREEZE)
    rows = DrawStratum.objects.filter(Q(active=True) | preparing, quota__in=quotas).exclude(draw=without)
    rows = rows.select_related("draw").order_by("active", "pk")
    return {row.quota_id: row.draw.number for row in rows}


def _again(request: HttpRequest) -> Draw | None:
    number = request.GET.get("retries")
    if not number:
        return None
    return get_object_or_404(Draw.objects.visible_to(request.user), number=number, state=Draw.State.VOID)


def _period(request: HttpRequest, organisation: Organisation, again: Draw | None) -> str:
    """Asked for, or of the draw that is repeated, or the latest quarter with confirmed quotas, or today's."""
    if request.GET.get("period"):
        return Period.parse(request.GET["period"]).id
    if again is not None:
        return again.period
    quarters = Quota.objects.filter(organisation=organisation, period__contains="Q").exclude(
        confirmed_at=None
    )
    latest = quarters.order_by("-period").values_list("period", flat=True).first()
    return latest or Period.containing(timezone.localdate(), "quarter").id


def _initial(again: Draw | None, kind: str) -> dict[str, Any]:
    if again is None:
        return {"kind": kind if kind in Draw.Kind.values else Draw.Kind.FORMAL}
    return {
        "kind": again.kind,
        "place": again.place,
        "discipline": again.discipline_id,
        "team_size": again.team_size,
    }

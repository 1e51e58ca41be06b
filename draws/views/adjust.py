"""Replacements after the draw: asked for, decided by another, carried out in rounds with both keys."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import actions, policies, queries
from draws.forms import ReplacementForm
from draws.models import Draw, ReplacementRequest
from draws.queries import DrawnVisit
from draws.views.common import attempt, insider_draw, verb
from foundation.organisation.policies import can
from personnel.models import Inspector

HOME = "draws:adjust"
State, Kind = ReplacementRequest.State, ReplacementRequest.Kind


@never_cache
@require_safe
def adjust(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _draw(request: HttpRequest, number: str) -> Draw:
    draw = insider_draw(request, number)
    if not (can(request.user, "draws.view") or can(request.user, "inspections.own")):
        raise PermissionDenied("替换由检查人员申请，由抽取组织员、纪检监督员和分管领导办理。")
    return draw


def _visits(request: HttpRequest, draw: Draw) -> list[DrawnVisit]:
    """Drawn visits this person may speak of: staff all of them by code, an inspector his own."""
    visits = queries.visits_of(draw)
    if can(request.user, "draws.view"):
        return visits
    return [visit for visit in visits if any(person.user_id == request.user.pk for person in visit.team)]


def _page(
    request: HttpRequest, number: str, status: int = 200, form: ReplacementForm | None = None
) -> HttpResponse:
    draw = _draw(request, number)
    user, check = request.user, policies.why_not
    visits = _visits(request, draw)
    asked = list(draw.replacements.select_related("requested_by", "decided_by").order_by("-pk"))
    if not can(user, "draws.view"):
        asked = [row for row in asked if row.requested_by_id == user.pk]
    codes = _codes(draw)
    state = queries.state_of(draw)
    context = {
        "draw": draw, "form": form or _form(draw, visits), "why_request": check(policies.check_request_replacement, user, draw),
        "why_round": check(policies.check_start_round, user, draw), "rows": [_row(row, codes, user) for row in asked],
        "approved": [_row(row, codes, user) for row in asked if row.state == State.APPROVED and row.round is None],
        "open_round": state.round if state.opened is not None else None, "rounds": state.rounds_done, "figures": _figures(asked, len(visits), state),
        "length": state.manifest["chains"]["len"] if draw.freeze_hash else 0,
    }  # fmt: skip
    return render(request, "draws/adjust.html", context, status=status)


def _codes(draw: Draw) -> dict[str, str]:
    rows = dict(draw.snapshot_targets.values_list("commitment", "code"))
    return rows | dict(draw.snapshot_inspectors.values_list("commitment", "code"))


def _row(asked: ReplacementRequest, codes: dict[str, str], user: Any) -> dict[str, Any]:
    about = [codes.get(asked.target, ""), codes.get(asked.inspector, "")]
    added = "、".join(person.name for person in asked.inspectors.all()) if asked.kind == Kind.ADD else ""
    return {
        "asked": asked, "about": " ".join(word for word in about if word) or added,
        "why": dict(ReplacementForm.WHY).get(asked.why, asked.why),
        "why_decide": policies.why_not(policies.check_decide_replacement, user, asked),
    }  # fmt: skip


def _figures(asked: list[ReplacementRequest], visits: int, state: Any) -> list[dict[str, Any]]:
    done = sum(row.state == State.DONE for row in asked)
    return [
        {"label": "申请", "value": len(asked), "unit": "件"},
        {"label": "已执行", "value": done, "unit": "件", "note": f"{state.rounds_done} 轮"},
        {"label": "不同意", "value": sum(row.state == State.REFUSED for row in asked), "unit": "件"},
        {"label": "现有检查", "value": visits, "unit": "家"},
    ]


def _form(draw: Draw, visits: list[DrawnVisit], data: Any = None) -> ReplacementForm:
    codes = dict(draw.snapshot_inspectors.values_list("inspector_id", "code"))
    commitments = dict(draw.snapshot_inspectors.values_list("inspector_id", "commitment"))
    people = {person.pk: person for visit in visits for person in visit.team}
    targets = [
        (visit.commitment, f"{visit.code}（{'、'.join(codes[p.pk] for p in visit.team) or '缺组'}）")
        for visit in visits
    ]
    named = sorted((commitments[pk], f"{codes[pk]} {person.name}") for pk, person in people.items())
    others = Inspector.objects.of(draw.organisation).active().exclude(pk__in=list(codes)).order_by("name")
    return ReplacementForm(
        data, targets=targets, people=sorted(named, key=lambda pair: pair[1]), others=others
    )


@verb(HOME)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    draw = _draw(request, number)
    form = _form(draw, _visits(request, draw), request.POST)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    return attempt(
        request, draw, lambda: actions.request_replacement(by=request.user, draw=draw, **form.cleaned_data), page=_page, home=HOME,
        said="申请已提交，等待另一人批准。",
    )  # fmt: skip


@verb(HOME)
def decide(request: HttpRequest, number: str, asked: int) -> HttpResponse:
    draw = _draw(request, number)
    held = get_object_or_404(draw.replacements, pk=asked)
    approve = request.POST.get("approve") == "yes"
    note = request.POST.get("reason", "")
    return attempt(
        request, draw, lambda: actions.decide_replacement(by=request.user, request=held, approve=approve, note=note), page=_page, home=HOME,
        said="已同意，可以执行。" if approve else "已退回，理由已告知申请人。",
    )  # fmt: skip


@verb(HOME)
def start_round(request: HttpRequest, number: str) -> HttpResponse:
    """Chain the causes; from here only the holder of chain B can go on."""
    draw = _draw(request, number)
    chosen = draw.replacements.filter(pk__in=[pk for pk in request.POST.getlist("selected") if pk.isdigit()])
    return attempt(
        request, draw, lambda: actions.start_round(by=request.user, draw=draw, requests=list(chosen)), page=_page, home=HOME,
        said="原因已登记。请乙方密钥持有人在监督页交出本轮密钥。",
    )  # fmt: skip

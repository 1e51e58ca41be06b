"""Replacements after the draw: asked for, decided by another, carried out in rounds with both keys."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import actions, policies, queries
from draws.forms import ReplacementForm
from draws.models import Draw, ReplacementRequest
from draws.queries import DrawnVisit
from draws.rounds import codes_of, rounds_of
from draws.rules import grounds
from draws.swaps import consents_of
from draws.views.common import attempt, insider_draw, verb
from foundation.asked import wholes
from foundation.organisation.policies import can
from foundation.rulebook import library
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


def _kind(request: HttpRequest) -> str:
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    return asked if asked in Kind.values else Kind.RECUSE


def _page(
    request: HttpRequest, number: str, status: int = 200, form: ReplacementForm | None = None
) -> HttpResponse:
    draw = _draw(request, number)
    user, check, kind = request.user, policies.why_not, _kind(request)
    visits = _visits(request, draw)
    asked = list(
        draw.replacements.select_related("requested_by", "decided_by")
        .prefetch_related("inspectors")
        .order_by("-pk")
    )
    if not can(user, "draws.view"):
        asked = [row for row in asked if row.requested_by_id == user.pk]
    codes, state = codes_of(draw), queries.state_of(draw)
    rows = [_row(row, codes, user) for row in asked]
    waiting = state.round if state.opened is not None else None
    context = {
        "draw": draw, "form": form or _form(draw, visits, kind), "why_request": check(policies.check_request_replacement, user, draw),
        "why_round": check(policies.check_start_round, user, draw), "rows": rows, "open_round": waiting,
        "approved": [row for row in rows if row["asked"].state == State.APPROVED and row["asked"].round is None],
        "rounds": rounds_of(draw) if can(user, "draws.view") else [], "left": _left(draw, state), "figures": _figures(asked, len(visits), state),
        "kinds": [{"kind": one, "title": grounds.TITLES[one], "current": one == kind} for one in grounds.TITLES],
        "nobody": kind == Kind.ADD and not _addable(draw).exists(), "ground": grounds.ground_of(library.get(draw.rulebook_id), kind), "steps": _steps(draw, asked, waiting), "sees_report": can(user, "draws.view"),
    }  # fmt: skip
    return render(request, "draws/adjust.html", context, status=status)


def _left(draw: Draw, state: Any) -> int:
    return state.manifest["chains"]["len"] - state.round if draw.freeze_hash else 0


def _steps(draw: Draw, asked: list[ReplacementRequest], waiting: int | None) -> list[dict[str, str]]:
    """The road of a replacement with the step that is next marked; who does it stands below."""
    if waiting is not None:
        now = 3
    elif any(row.state == State.APPROVED and row.round is None for row in asked):
        now = 2
    else:
        now = 1 if any(row.state == State.REQUESTED for row in asked) else 0
    holder = draw.chain_b_by.name if draw.chain_b_by else "乙方"
    road = [
        ("申请", "写明原因类别和事由"), ("另一人批准", "分管领导，不能是申请人"), ("登记原因", f"{draw.operator.name}或另一名组织员；登记后不能撤"),
        ("交出乙方密钥", f"{holder}在自己的浏览器里"), ("算出结果", "系统，谁都能重算"),
    ]  # fmt: skip
    return [
        {"label": label, "note": note, "state": "done" if at < now else "now" if at == now else "todo"}
        for at, (label, note) in enumerate(road)
    ]


def _row(asked: ReplacementRequest, codes: dict[str, str], user: Any) -> dict[str, Any]:
    about = [codes.get(asked.target, ""), codes.get(asked.inspector, "")]
    added = "、".join(person.name for person in asked.inspectors.all()) if asked.kind == Kind.ADD else ""
    return {
        "asked": asked, "about": " ".join(word for word in about if word) or added, "why": grounds.WORDS.get(asked.why, asked.why),
        "why_decide": policies.why_not(policies.check_decide_replacement, user, asked), "next": _next(asked),
        **_swap(asked, user),
    }  # fmt: skip


def _swap(asked: ReplacementRequest, user: Any) -> dict[str, Any]:
    """How far the agreement of a swap is; nothing for the other kinds or once it is settled."""
    if asked.kind != Kind.SWAP:
        return {}
    refused = asked.consents.filter(answer="refused").select_related("inspector").first()
    if asked.state not in ReplacementRequest.OPEN or asked.round is not None:
        return {"refused_because": refused.reason if refused else ""}
    return {
        "consents": consents_of(asked.draw, asked), "why_again": policies.why_not(policies.check_ask_again, user, asked),
    }  # fmt: skip


def _next(asked: ReplacementRequest) -> str:
    """What happens with a request now."""
    if asked.state == State.REQUESTED:
        return "等分管领导批准"
    if asked.state == State.DECLINED:
        return "有人不同意，互换到此为止；请改申请回避"
    if asked.state == State.APPROVED:
        return "等组织员登记原因" if asked.round is None else f"第 {asked.round} 轮等乙方密钥"
    return f"第 {asked.round} 轮已执行" if asked.state == State.DONE else ""


def _figures(asked: list[ReplacementRequest], visits: int, state: Any) -> list[dict[str, Any]]:
    done = sum(row.state == State.DONE for row in asked)
    return [
        {"label": "申请", "value": len(asked), "unit": "件"},
        {"label": "已执行", "value": done, "unit": "件", "note": f"{state.rounds_done} 轮"},
        {"label": "不同意", "value": sum(row.state == State.REFUSED for row in asked), "unit": "件"},
        {"label": "现有检查", "value": visits, "unit": "家"},
    ]


def _addable(draw: Draw) -> QuerySet[Inspector]:
    """Active people of the bureau who are not on the list of this draw."""
    known = draw.snapshot_inspectors.values("inspector")
    return Inspector.objects.of(draw.organisation).active().exclude(pk__in=known).order_by("name")


def _form(draw: Draw, visits: list[DrawnVisit], kind: str, data: Any = None) -> ReplacementForm:
    rows = draw.snapshot_inspectors.values_list("inspector_id", "code", "commitment")
    codes = {pk: code for pk, code, _ in rows}
    commitments = {pk: commitment for pk, _, commitment in rows}
    begun = set(draw.snapshot_targets.exclude(started_on=None).values_list("commitment", flat=True))
    open_visits = [visit for visit in visits if visit.commitment not in begun]
    people = {person.pk: person for visit in open_visits for person in visit.team}
    targets = [
        (visit.commitment, f"{visit.code}（{'、'.join(codes[p.pk] for p in visit.team) or '缺组'}）")
        for visit in open_visits
    ]
    named = sorted((f"{codes[pk]} {person.name}", commitments[pk]) for pk, person in people.items())
    return ReplacementForm(
        data, kind=kind, targets=targets, people=[(c, words) for words, c in named], others=_addable(draw),
        evidence=grounds.needs_evidence(library.get(draw.rulebook_id), kind),
    )  # fmt: skip


@verb(HOME)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    draw = _draw(request, number)
    form = _form(draw, _visits(request, draw), _kind(request), request.POST)
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
def ask_again(request: HttpRequest, number: str, asked: int) -> HttpResponse:
    """Ask those who have become possible partners of a swap since it was asked for."""
    draw = _draw(request, number)
    held = get_object_or_404(draw.replacements, pk=asked)
    return attempt(
        request, draw, lambda: actions.ask_swap_again(by=request.user, request=held), page=_page, home=HOME,
        said="已征求。每个人在自己的手机“我的检查”里答复。",
    )  # fmt: skip


@verb(HOME)
def start_round(request: HttpRequest, number: str) -> HttpResponse:
    """Chain the causes; from here only the holder of chain B can go on."""
    draw = _draw(request, number)
    chosen = draw.replacements.filter(pk__in=wholes(request.POST.getlist("selected")))
    return attempt(
        request, draw, lambda: actions.start_round(by=request.user, draw=draw, requests=list(chosen)), page=_page, home=HOME,
        said="原因已登记。请乙方密钥持有人在监督页交出本轮密钥。",
    )  # fmt: skip

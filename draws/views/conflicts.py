"""Declared conflicts of interest: the discipline officer sees all, an inspector his own, nobody else any.

The same views serve the desk and the phone (`phone=True`); a phone page is always one's own.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from draws import actions, conflict_queries
from draws.forms.conflicts import ConflictForm, WithdrawalForm
from draws.models import ConflictEvidence, ConflictLook, ConflictOfInterest
from draws.readiness.conflicts import conflicts_of
from draws.views.common import staff_draw
from foundation.asked import calendar_year
from foundation.documents.serving import send
from foundation.errors import RuleBroken
from foundation.intake.files import respond
from foundation.organisation.pages import status_of
from foundation.organisation.policies import can
from foundation.sheets.columns import Column, Sheet
from personnel.models import Assistant, Inspector

REFUSED = "利害关系由纪检监督员和检查人员本人查看。"
P = ConflictLook.Place
SHEET = Sheet("conflicts", "利害关系", (
    Column("inspector", "人员"), Column("unit", "单位"), Column("subject", "企业或对象"), Column("whole", "全部检查对象", "yes_no"),
    Column("relation", "关系"), Column("since", "起", "date"), Column("until", "止", "date"), Column("evidence", "依据"),
    Column("files", "佐证材料指纹", "lines"), Column("by", "申报人"), Column("at", "申报时间"), Column("withdrawn", "已撤回", "yes_no"),
    Column("reason", "撤回的理由"),
))  # fmt: skip
YEAR_SHEET = Sheet("confirmations", "年度确认", (
    Column("name", "检查人员"), Column("unit", "单位"), Column("state", "确认情况"), Column("declared", "当时有效的申报", "number"),
    Column("at", "确认时间"),
))  # fmt: skip


def _oversees(request: HttpRequest) -> bool:
    return can(request.user, "personnel.conflicts")


def _people(request: HttpRequest, phone: bool = False) -> QuerySet[Inspector]:
    """Inspectors for whom this person may declare."""
    own = Inspector.objects.of(request.user.organisation).order_by("name")
    if _oversees(request) and not phone:
        return own.active()
    if can(request.user, "personnel.own"):
        return own.filter(user=request.user)
    raise PermissionDenied(REFUSED)


def _helpers(request: HttpRequest, phone: bool = False) -> QuerySet[Assistant]:
    """Assistants for whom this person may declare: the discipline officer for all of the bureau."""
    if not _oversees(request) or phone:
        return Assistant.objects.none()
    return Assistant.objects.of(request.user.organisation).filter(ended_on=None).order_by("name", "id")


def _scope(request: HttpRequest, phone: bool = False) -> QuerySet[ConflictOfInterest]:
    _people(request, phone)
    rows = ConflictOfInterest.objects.visible_to(request.user)
    if phone:
        rows = rows.filter(inspector__user=request.user)
    return rows.select_related("inspector__unit", "assistant", "target", "entity", "declared_by").prefetch_related("files").order_by(
        "withdrawn_at", "-declared_at", "-pk"
    )  # fmt: skip


def _look(request: HttpRequest, rows: Iterable[ConflictOfInterest], place: str) -> None:
    actions.note_looks(by=request.user, organisation=request.user.organisation, conflicts=rows, place=place)


@never_cache
@require_safe
def conflicts(request: HttpRequest, phone: bool = False) -> HttpResponse:
    return _page(request, phone)


def _page(request: HttpRequest, phone: bool = False, status: int = 200) -> HttpResponse:
    on = timezone.localdate()
    rows = list(_scope(request, phone))
    _look(request, rows, P.LIST)
    own = Inspector.objects.filter(user=request.user).first()
    context = {
        "rows": rows, "today": on, "all": _oversees(request) and not phone, "linked": _people(request, phone).exists(),
        "in_force": set(ConflictOfInterest.objects.filter(pk__in=[row.pk for row in rows]).in_force(on).values_list("pk", flat=True)),
        "waiting": sum(row.withdrawal_asked_at is not None and row.withdrawn_at is None for row in rows),
        "own": own, "confirmed": conflict_queries.confirmation_of(own, on.year) if own else None,
        "looks": conflict_queries.looks_at(own) if own else [],
        "year": conflict_queries.year_of(request.user.organisation, on.year) if _oversees(request) and not phone else None,
    }  # fmt: skip
    return render(
        request, "phone/conflicts.html" if phone else "draws/conflicts.html", context, status=status
    )


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The same rows as the page: all for the discipline officer, one's own for an inspector."""
    rows = list(_scope(request))
    _look(request, rows, P.EXPORT)
    return respond(SHEET, map(_record, rows), "利害关系", _format(request))


def _record(row: ConflictOfInterest) -> dict[str, Any]:
    return {
        "inspector": row.person.name if row.person else "", "unit": row.place, "subject": row.subject, "whole": not row.target,
        "relation": row.get_relation_display(), "since": row.since, "until": row.until, "evidence": row.evidence,
        "files": [f"{file.name} {file.sha256}" for file in row.files.all()], "by": row.declared_by.name,
        "at": f"{timezone.localtime(row.declared_at):%Y-%m-%d %H:%M}", "withdrawn": bool(row.withdrawn_at),
        "reason": row.withdrawal_reason,
    }  # fmt: skip


def _format(request: HttpRequest) -> str:
    return "csv" if request.GET.get("format") == "csv" else "xlsx"


@never_cache
@require_safe
def year(request: HttpRequest) -> HttpResponseBase:
    """Who has confirmed this year, and who has not; for the discipline officer."""
    if not _oversees(request):
        raise PermissionDenied("年度确认情况由纪检监督员查看；您本人的在“我的利害关系”。")
    chosen = calendar_year(request.GET.get("year"), timezone.localdate().year)
    found = conflict_queries.year_of(request.user.organisation, chosen)
    if request.GET.get("format"):
        return respond(YEAR_SHEET, _year_records(found), f"利害关系年度确认_{chosen}", _format(request))
    return render(
        request, "draws/conflict_year.html", {"year": found, "this_year": timezone.localdate().year}
    )


def _year_records(found: conflict_queries.Year) -> Iterator[dict[str, Any]]:
    for row in found.rows:
        done = row.done
        yield {
            "name": row.person.name, "unit": row.person.unit.name, "state": row.words,
            "declared": done.declared if done else None,
            "at": f"{timezone.localtime(done.confirmed_at):%Y-%m-%d %H:%M}" if done else "",
        }  # fmt: skip


@never_cache
@require_safe
def of_draw(request: HttpRequest, number: str) -> HttpResponse:
    """利害关系 of one draw: the discipline officer sees who with whom, everybody else how many only."""
    draw = staff_draw(request, number)
    on = timezone.localdate()
    sees = _oversees(request) and draw.organisation_id == request.user.organisation_id
    found = conflicts_of(draw, on)
    if sees:
        _look(request, [row.conflict for row in found], P.DRAW)
    context = {
        "draw": draw, "sees": sees, "rows": found if sees else [], "pairs": sum(row.pairs for row in found),
        "people": len({row.conflict.inspector_id for row in found}), "count": len(found),
        "barred": [row for row in found if row.all_barred] if sees else [],
        "missing": conflict_queries.year_of(draw.organisation, on.year).missing,
    }  # fmt: skip
    return render(request, "draws/prep/conflicts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, phone: bool = False) -> HttpResponse:
    helpers = _helpers(request, phone)
    form = ConflictForm(
        _sent(request), request.FILES or None, people=_people(request, phone), helpers=helpers
    )
    return _declare(
        request, phone, form, lambda: actions.declare_conflict(by=request.user, **form.given()),
        "已登记{0.person.name}的利害关系，{1}。", {"form": form},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest, conflict: int, phone: bool = False) -> HttpResponse:
    """Declare one anew; the old one is withdrawn, by the officer at once, by an inspector on request."""
    held = get_object_or_404(_scope(request, phone), pk=conflict, withdrawn_at=None)
    _look(request, [held], P.LIST)
    people = Inspector.objects.filter(pk=held.inspector_id or 0)
    form = ConflictForm(_sent(request), request.FILES or None, people=people, conflict=held)

    def act() -> ConflictOfInterest:
        given = form.given()
        given.pop("inspector")
        given.pop("assistant")
        return actions.redeclare_conflict(by=request.user, conflict=held, **given)

    return _declare(
        request, phone, form, act, "已改报，新的一条从下次冻结名单起生效。", {"form": form, "old": held}
    )


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _declare(
    request: HttpRequest, phone: bool, form: ConflictForm, act: Callable[[], ConflictOfInterest], said: str,
    context: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    template = "phone/conflict_new.html" if phone else "draws/conflict_new.html"
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = act()
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = status_of(broken)
        else:
            binds = "分派到检查组时生效" if made.assistant_id else "下次冻结名单时生效"
            messages.success(request, said.format(made, binds))
            return _home(phone)
    return render(request, template, context, status=status)


def _home(phone: bool) -> HttpResponse:
    return redirect("mine:conflicts" if phone else "draws:conflicts")


def _one(
    request: HttpRequest, conflict: int, phone: bool, act: Callable[[ConflictOfInterest], object], said: str
) -> HttpResponse:
    """POST: one act on one declaration in scope, then back; GET goes back at once."""
    held = get_object_or_404(_scope(request, phone), pk=conflict)
    if request.method == "POST":
        try:
            act(held)
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return _page(request, phone, status_of(broken))
        messages.success(request, said)
    return _home(phone)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, conflict: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _one(
        request, conflict, False,
        lambda held: actions.withdraw_conflict(by=request.user, conflict=held, reason=reason), "已撤回；记录保留。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, conflict: int) -> HttpResponse:
    return _one(
        request, conflict, False, lambda held: actions.refuse_withdrawal(by=request.user, conflict=held),
        "没有同意撤回，继续回避。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, conflict: int, phone: bool = False) -> HttpResponse:
    """An inspector asks for the withdrawal of his own."""
    form = WithdrawalForm(_sent(request))
    if form.is_bound and not form.is_valid():
        messages.error(request, "请写明撤回的理由，例如股份已转让、已满回避年限。")
        get_object_or_404(_scope(request, phone), pk=conflict)
        return _page(request, phone, 422)
    return _one(
        request, conflict, phone,
        lambda held: actions.ask_withdrawal(by=request.user, conflict=held, reason=form.cleaned_data["reason"]),
        "已申请撤回。纪检监督员同意以前，仍要回避。",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, phone: bool = False) -> HttpResponse:
    """The yearly word of the person himself."""
    own = Inspector.objects.filter(user=request.user).first()
    if own is None:
        raise PermissionDenied("您的账号还没有关联检查人员档案，不能确认。")
    if request.method == "POST":
        try:
            actions.confirm_conflicts(by=request.user, inspector=own, on=timezone.localdate())
        except RuleBroken as broken:
            messages.error(request, broken.message)
            return _page(request, phone, status_of(broken))
        messages.success(request, "年度确认已记下。以后有变化，请随时申报。")
    return _home(phone)


@never_cache
@require_safe
def file(request: HttpRequest, conflict: int, file_id: int, phone: bool = False) -> HttpResponse:
    """One file of evidence, for whoever may see the declaration."""
    held = get_object_or_404(_scope(request, phone), pk=conflict)
    row = ConflictEvidence.objects.filter(conflict=held, pk=file_id).first()
    if row is None:
        raise Http404("没有这份材料")
    _look(request, [held], P.FILE)
    return send(row)

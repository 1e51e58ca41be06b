"""排除与放回: asked for with reason and evidence, approved by the leader, endorsed by the discipline officer."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.forms import PoolChangeForm
from draws.models import Draw, PoolChange, PoolChangeFile
from draws.readiness.exceptions import changes_of, exclusions_of, overrides_of, rule_name, rules_to_set_aside
from draws.views.common import attempt, staff_draw, verb
from foundation.documents.serving import send
from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from foundation.sheets.columns import Column, Sheet
from planning.trial import book_of
from registry.exports import respond

HOME = "draws:pool"
SHEET = Sheet("pool", "排除与放回", (
    Column("kind", "类别"), Column("uid", "对象编号"), Column("name", "名称"), Column("rule", "规则"), Column("reason", "理由"),
    Column("evidence", "证据"), Column("files", "证据文件", "lines"), Column("requested", "申请人"), Column("approved", "批准人"), Column("endorsed", "纪检核可人"),
    Column("state", "状态"), Column("refused", "不同意理由"),
))  # fmt: skip


@require_safe
def pool(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(
    request: HttpRequest, number: str, status: int = 200, form: PoolChangeForm | None = None
) -> HttpResponse:
    draw = staff_draw(request, number)
    context = {
        "draw": draw, "rows": _rows(request, draw), "overrides": overrides_of(draw), "exclusions": exclusions_of(draw),
        "form": form or _form(draw), "why": policies.why_not(policies.check_ask_pool_change, request.user, draw),
    }  # fmt: skip
    return render(request, "draws/prep/pool.html", context, status=status)


def _form(draw: Draw, data: Any = None, files: Any = None) -> PoolChangeForm:
    return PoolChangeForm(
        data, files, organisation=draw.organisation, rules=rules_to_set_aside(book_of(draw.plan))
    )


def _rows(request: HttpRequest, draw: Draw) -> list[dict[str, Any]]:
    book, user = book_of(draw.plan), request.user
    return [
        {
            "change": change, "rule": rule_name(book, change.rule) if change.rule else "",
            "approve": policies.can_approve_pool_change(user, change), "endorse": policies.can_endorse_pool_change(user, change),
            "refuse": policies.can_refuse_pool_change(user, change),
        }
        for change in changes_of(draw)
    ]  # fmt: skip


@verb(HOME)
def ask(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    form = _form(draw, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    try:
        change = actions.ask_pool_change(by=request.user, draw=draw, **form.given())
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return _page(request, number, status=status_of(broken), form=form)
    said = f"已申请{change.get_kind_display()}{change.target.name}，等分管领导批准、纪检监督员核可。"
    return attempt(request, draw, lambda: None, page=_page, home=HOME, said=said)


def _decide(
    request: HttpRequest, number: str, change: int, do: Callable[..., Any], said: str, **more: str
) -> HttpResponse:
    draw = staff_draw(request, number)
    row: PoolChange = get_object_or_404(
        draw.pool_changes.select_related("target", "draw__discipline"), pk=change
    )
    return attempt(
        request, draw, lambda: do(by=request.user, change=row, **more), page=_page, home=HOME, said=said
    )


@verb(HOME)
def approve(request: HttpRequest, number: str, change: int) -> HttpResponse:
    return _decide(request, number, change, actions.approve_pool_change, "已批准。")


@verb(HOME)
def endorse(request: HttpRequest, number: str, change: int) -> HttpResponse:
    return _decide(request, number, change, actions.endorse_pool_change, "已核可。")


@verb(HOME)
def refuse(request: HttpRequest, number: str, change: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _decide(request, number, change, actions.refuse_pool_change, "已记下不同意。", reason=reason)


@require_safe
def proof(request: HttpRequest, number: str, file_id: int) -> HttpResponseBase:
    """A file of a request, for whoever may see the draw's preparation."""
    draw = staff_draw(request, number)
    found = get_object_or_404(PoolChangeFile, pk=file_id, change__draw=draw)
    try:
        return send(found)
    except RuleBroken as lost:
        messages.error(request, lost.message)
        return redirect(HOME, number)


@require_safe
def export(request: HttpRequest, number: str) -> HttpResponseBase:
    draw = staff_draw(request, number)
    book = book_of(draw.plan)
    records = (
        {
            "kind": row.get_kind_display(), "uid": row.target.uid, "name": row.target.name, "reason": row.reason, "evidence": row.evidence,
            "rule": rule_name(book, row.rule) if row.rule else "",
            "files": [f"{file.name}（{file.sha256}）" for file in row.files.all()] or ([f"没有：{row.no_file_reason}"] if row.no_file_reason else []),
            "requested": row.requested_by.name,
            "approved": row.approved_by.name if row.approved_by else "", "endorsed": row.endorsed_by.name if row.endorsed_by else "",
            "state": row.state_words, "refused": row.refused_reason,
        }
        for row in changes_of(draw)
    )  # fmt: skip
    return respond(
        SHEET, records, f"{draw.number}排除与放回", "csv" if request.GET.get("format") == "csv" else "xlsx"
    )

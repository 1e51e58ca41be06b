"""Saved filters, and acts on several targets at once."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from foundation.errors import RuleBroken
from registry import actions, exports, policies, upkeep_forms
from registry.labelling import labels_of
from registry.models import SavedFilter, Target
from registry.views.common import number, require, today, visible_targets

AT_ONCE = 500


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    visible_targets(request)
    query = request.POST.get("query", "")
    try:
        row = actions.save_filter(user=request.user, name=request.POST.get("name", ""), query=query)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("registry:targets")
    messages.success(request, f"已保存“{row.name}”。网址本身就带着条件，可以发给同事。")
    return redirect(f"{reverse('registry:targets')}?{row.query}")


@require_POST
def drop(request: HttpRequest, saved_id: int) -> HttpResponse:
    row = get_object_or_404(SavedFilter, pk=saved_id, user=request.user)
    actions.drop_filter(saved=row, user=request.user)
    messages.success(request, f"已删去“{row.name}”这组条件。")
    return redirect("registry:targets")


def _add_labels(row: Target, data: dict[str, Any], request: HttpRequest) -> None:
    held = labels_of(row).get(data["group"], [])
    values = list(dict.fromkeys([*held, *data["values"]]))
    actions.set_tags(target=row, group=data["group"], values=values, on=today(), by=request.user)


def _flag(row: Target, data: dict[str, Any], request: HttpRequest) -> None:
    actions.record_flag(target=row, on=today(), by=request.user, **data)


def _status(row: Target, data: dict[str, Any], request: HttpRequest) -> None:
    actions.request_status(target=row, on=today(), by=request.user, **data)


Act = tuple[Callable[..., forms.Form], Callable[[Target, dict[str, Any], HttpRequest], None], str, str]
ACTS: dict[str, Act] = {
    "label": (upkeep_forms.BatchLabelForm, _add_labels, "批量加标识", "已加标识"),
    "flag": (upkeep_forms.BatchFlagForm, _flag, "批量登记风险标记", "已登记标记"),
    "status": (upkeep_forms.BatchStatusForm, _status, "批量申请变更状态", "已提交申请"),
}


@require_POST
def batch(request: HttpRequest) -> HttpResponseBase:
    """First the rows chosen in the list, then the form for all of them."""
    rows = _chosen(request)
    act = request.POST.get("action", "")
    if not rows:
        messages.error(request, f"没有选中检查对象，或一次选得太多（最多 {AT_ONCE} 家）。请在列表里勾选。")
        return redirect("registry:targets")
    if act == "export":
        return exports.export_targets(request.user.organisation, rows, today(), "xlsx")
    require(act in ACTS, "没有这种批量办理。请回到列表重新选择。")
    require(policies.can_edit(request.user, request.user.organisation), "检查对象由本局计划编制员维护。")
    kind, do, title, done = ACTS[act]
    book = exports.book_of(request.user.organisation, today())
    form = kind(request.POST if "go" in request.POST else None, book=book, today=today())
    if form.is_bound and form.is_valid():
        refused = _each(rows, form.cleaned_data, do, request)
        return _told(request, len(rows), refused, done)
    context = {"form": form, "rows": rows, "action": act, "title": title}
    return render(request, "registry/batch.html", context, status=422 if form.is_bound else 200)


def _chosen(request: HttpRequest) -> QuerySet[Target]:
    ids = [pk for text in request.POST.getlist("selected") if (pk := number(text)) is not None]
    rows = visible_targets(request).unmerged().order_by("name", "id")
    return rows.filter(pk__in=ids) if len(ids) <= AT_ONCE else rows.none()


def _each(
    rows: QuerySet[Target], data: dict[str, Any], do: Callable[[Target, dict[str, Any], HttpRequest], None], request: HttpRequest
) -> list[str]:  # fmt: skip
    """Names with the reason of refusal; every target stands for itself."""
    refused = []
    for row in rows:
        try:
            do(row, data, request)
        except RuleBroken as broken:
            refused.append(f"{row.name}：{broken.message}")
        except ValidationError as error:
            refused.append(f"{row.name}：{'；'.join(error.messages)}")
    return refused


def _told(request: HttpRequest, total: int, refused: list[str], done: str) -> HttpResponse:
    if total > len(refused):
        messages.success(request, f"{total - len(refused)} 家{done}。")
    if refused:
        more = f"等 {len(refused)} 家" if len(refused) > 5 else ""
        messages.warning(request, f"{len(refused)} 家没有办成：{'　'.join(refused[:5])}{more}")
    return redirect("registry:targets")

"""检查依据: what the list rests on, what is no longer in force, and moving items to the new article."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form, model_to_dict
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from foundation.sheets.columns import Column, Sheet
from registry import actions, exports, legal, policies
from registry.item_forms import BasisForm, RemapForm
from registry.models import BasisRemap, LegalBasis
from registry.rules import citations, laws
from registry.views.common import put_errors, refused, require, today, visible_items

SHEET = Sheet("bases", "检查依据", (
    Column("law", "名称"), Column("article", "条"), Column("count", "引用的事项数"), Column("repealed_on", "废止日期"),
    Column("effective_from", "施行日期"), Column("text", "条文"), Column("source", "出处"), Column("items", "事项", "lines"),
))  # fmt: skip
DONE_SHOWN = 20
WRITERS = "检查依据由本局计划编制员登记。"


@require_safe
def bases(request: HttpRequest) -> HttpResponse:
    visible_items(request)
    own = request.user.organisation
    rows = legal.basis_rows(own, today())
    remaps = (
        BasisRemap.objects.filter(organisation=own)
        .select_related("proposed_by", "confirmed_by")
        .order_by("-pk")
    )
    context = {
        "rows": rows, "repealed": sum(row.repealed_on is not None for row in rows), "remaps": remaps[:DONE_SHOWN],
        "recorded": LegalBasis.objects.of(own).order_by("law", "article"), "may_edit": policies.can_edit(request.user, own),
    }  # fmt: skip
    return render(request, "registry/bases.html", context)


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    visible_items(request)
    records = (
        {
            "law": row.citation.law, "article": row.citation.article, "count": str(len(row.items)),
            "repealed_on": str(row.repealed_on or ""), "items": [item.name for item in row.items],
            "effective_from": str((row.recorded and row.recorded.effective_from) or ""),
            "text": row.recorded.text if row.recorded else "", "source": row.recorded.source if row.recorded else "",
        }
        for row in legal.basis_rows(request.user.organisation, today())
    )  # fmt: skip
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.respond(SHEET, records, f"检查依据_{today()}", fmt)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, basis_id: int | None = None) -> HttpResponse:
    visible_items(request)
    own = request.user.organisation
    require(policies.can_edit(request.user, own), WRITERS)
    row = get_object_or_404(LegalBasis.objects.of(own), pk=basis_id) if basis_id else None
    start = model_to_dict(row) if row else {name: request.GET.get(name, "") for name in ("law", "article")}
    form = BasisForm(request.POST or None, initial=start)

    def save() -> str:
        actions.record_basis(organisation=own, values=form.cleaned_data, by=request.user, basis=row)
        messages.success(request, "已登记。引用它的事项按登记的日期提示。")
        return "registry:bases"

    return _form(request, form, save, {"title": "改依据" if row else "登记依据", "button": "登记"})


def _form(request: HttpRequest, form: Form, save: Callable[[], str], context: dict[str, Any]) -> HttpResponse:
    """A form on a page of its own, back to the list of bases."""
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            return redirect(save())
        except (RuleBroken, ValidationError) as broken:
            put_errors(form, broken)
            status = status_of(broken)
    return render(request, "registry/basis_form.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    visible_items(request)
    own = request.user.organisation
    require(policies.can_edit(request.user, own), "更换依据由本局计划编制员提出。")
    old = citations.Citation(
        request.GET.get("law", "")[:120], citations.article(request.GET.get("article", "")[:40])
    )
    hint = laws.successor_of(old)
    start = {"old_law": old.law, "old_article": old.article}
    if hint:
        start |= {"new_law": hint.new_law, "new_article": hint.new_article, "source": hint.source}
    form = RemapForm(request.POST or None, initial=start)
    if form.is_bound:
        old = citations.Citation(
            request.POST.get("old_law", "")[:120], request.POST.get("old_article", "")[:40]
        )

    def save() -> str:
        made = actions.propose_remap(organisation=own, by=request.user, **form.cleaned_data)
        messages.success(request, "已提出。另一人核对条号并确认后，才改到事项里。")
        return reverse("registry:remap", args=[made.pk])

    context = {
        "title": f"更换{old}",
        "button": "提出",
        "items": legal.citing(own, old.law, old.article),
        "old": old,
    }
    return _form(request, form, save, context)


def _remap(request: HttpRequest, remap_id: int) -> BasisRemap:
    visible_items(request)
    rows = BasisRemap.objects.filter(organisation=request.user.organisation)
    return get_object_or_404(rows.select_related("organisation", "proposed_by", "confirmed_by"), pk=remap_id)


def _page(request: HttpRequest, row: BasisRemap, status: int = 200) -> HttpResponse:
    user = request.user
    context = {
        "remap": row, "rows": _changes(row), "may_confirm": policies.can_approve(user, row.organisation),
        "may_edit": policies.can_edit(user, row.organisation), "proposed_it": row.proposed_by_id == user.pk,
        "waiting": row.items.filter(added_version=True, item__status="draft").count() if row.state == "confirmed" else 0,
    }  # fmt: skip
    return render(request, "registry/remap.html", context, status=status)


def _changes(row: BasisRemap) -> list[dict[str, Any]]:
    """Before confirmation: what would change; afterwards: what did."""
    if row.state in (BasisRemap.State.CONFIRMED, BasisRemap.State.UNDONE):
        return [
            {"name": moved.name, "before": moved.before, "after": moved.after, "item": moved.item}
            for moved in row.items.select_related("item").order_by("pk")
        ]
    if row.state == BasisRemap.State.DROPPED:
        return []
    new = citations.Citation(row.new_law, row.new_article)
    return [
        {"name": item.name, "before": item.basis, "item": item,
         "after": citations.rewritten(item.basis, row.old_law, row.old_article, new)}
        for item in legal.citing(row.organisation, row.old_law, row.old_article)
    ]  # fmt: skip


@require_safe
def remap(request: HttpRequest, remap_id: int) -> HttpResponse:
    return _page(request, _remap(request, remap_id))


def _do(request: HttpRequest, remap_id: int, do: Callable[[BasisRemap], str]) -> HttpResponse:
    row = _remap(request, remap_id)
    try:
        messages.success(request, do(row))
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    return redirect("registry:remap", row.pk)


@require_POST
def confirm(request: HttpRequest, remap_id: int) -> HttpResponse:
    def do(row: BasisRemap) -> str:
        done = actions.confirm_remap(
            remap=row, source=request.POST.get("reason", "")[:200], on=today(), by=request.user
        )
        return f"已确认，改了 {done.items.count()} 个事项的依据；已公布的事项另起了新版本，等待公布。"

    return _do(request, remap_id, do)


@require_POST
def drop(request: HttpRequest, remap_id: int) -> HttpResponse:
    def do(row: BasisRemap) -> str:
        actions.drop_remap(remap=row, reason=request.POST.get("reason", ""), by=request.user)
        return "已放弃，事项没有改动。"

    return _do(request, remap_id, do)


@require_POST
def undo(request: HttpRequest, remap_id: int) -> HttpResponse:
    def do(row: BasisRemap) -> str:
        kept = actions.undo_remap(remap=row, reason=request.POST.get("reason", ""), by=request.user)
        return "已撤销。" + (f"这些事项已批准、公布或又改过，保持原样：{'、'.join(kept)}。" if kept else "")

    return _do(request, remap_id, do)


@require_POST
def publish(request: HttpRequest, remap_id: int) -> HttpResponse:
    def do(row: BasisRemap) -> str:
        done = actions.publish_remapped(remap=row, on=today(), by=request.user)
        return f"已批准并公布 {done} 个事项的新版本，旧版本同时废止。"

    return _do(request, remap_id, do)

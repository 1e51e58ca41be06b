"""抽查事项清单: list, page, draft, approval, publication."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import RuleBroken
from foundation.organisation import expertise
from registry import actions, exports, filters, forms, legal, policies
from registry.imports.items import JOINT_LABELS, MODE_LABELS
from registry.models import InspectionItem
from registry.views.common import PAGE, put_errors, refused, require, today, visible_items


@require_GET
def items(request: HttpRequest) -> HttpResponse:
    found = filters.ItemFilter(request.GET, queryset=visible_items(request).prefetch_related("scopes"))
    page = Paginator(found.qs.order_by("code", "-version"), PAGE).get_page(request.GET.get("page"))
    own = request.user.organisation
    known, book = legal.recorded(item.organisation_id for item in page), exports.book_of(own, today())
    context = {
        "filter": found, "page": page,
        "rows": [
            (item, legal.warnings_of(item, today(), known), _modes(item), policies.missing_of(item, book) if item.organisation_id == own.pk else [])
            for item in page
        ],
        "may_edit": policies.can_edit(request.user, own), "may_import": policies.can_import(request.user, own),
        "query": request.GET.urlencode(), "narrowed": bool(found.form.changed_data),
    }  # fmt: skip
    return render(request, "registry/items.html", context)


def _modes(item: InspectionItem) -> str:
    return "、".join(MODE_LABELS.get(mode, mode) for mode in item.modes)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    found = filters.ItemFilter(request.GET, queryset=visible_items(request))
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.export_items(found.qs.order_by("code", "-version"), today(), fmt)


def one_item(request: HttpRequest, item_id: int) -> InspectionItem:
    return get_object_or_404(visible_items(request), pk=item_id)


def _page(request: HttpRequest, row: InspectionItem, status: int = 200) -> HttpResponse:
    versions = (
        visible_items(request).filter(organisation=row.organisation, code=row.code).order_by("-version")
    )
    own = policies.can_approve(request.user, row.organisation)
    lacks = policies.missing_of(row, exports.book_of(row.organisation, today()))
    context = {
        "item": row, "points": row.checkpoints.order_by("no"), "scopes": row.scopes.order_by("no"), "versions": versions,
        "warnings": legal.warnings_of(row, today(), legal.recorded([row.organisation_id])),
        "missing": lacks, "missing_text": f"规则书要求列明：{'、'.join(lacks)}。补齐后才能批准。", "modes": _modes(row), "joint": JOINT_LABELS.get(row.joint, row.joint),
        "may_edit": policies.can_edit(request.user, row.organisation), "may_approve": own,
        "wrote_it": row.created_by_id == request.user.pk, "matching": _matching(row),
    }  # fmt: skip
    return render(request, "registry/item.html", context, status=status)


def _matching(row: InspectionItem) -> str:
    """How the expertise of the team is found for this item, and whether the rulebook matches by it at all. source: QS-12.2"""
    book = exports.book_of(row.organisation, today())
    if book is not None and "expertise" not in book.team.match:
        return "本局的规则书编组不看专长，这里只作记载"
    if not row.expertise:
        return "按对象的监管类别与人员专长同名匹配"
    if row.expertise not in expertise.words(row.organisation):
        return "专长字典里已没有这个词，编组时找不到人。请另起新版本改正"
    return "检查组里至少一人要有；没有人可派时按冻结单写定的次序放宽，并写明"


@require_GET
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    return _page(request, one_item(request, item_id))


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    organisation = request.user.organisation
    require(policies.can_edit(request.user, organisation), "抽查事项由本局计划编制员编制。")
    form = forms.ItemForm(
        request.POST or None, book=exports.book_of(organisation, today()), words=expertise.words(organisation)
    )

    def save() -> InspectionItem:
        return actions.create_item(
            organisation=organisation, code=form.cleaned_data["code"], values=form.values, by=request.user
        )

    return _save(request, form, save, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, item_id: int) -> HttpResponse:
    row = one_item(request, item_id)
    require(policies.can_edit(request.user, row.organisation), "抽查事项由本局计划编制员编制。")
    form = forms.ItemForm(
        request.POST or None, item=row, book=exports.book_of(row.organisation, today()), words=expertise.words(row.organisation)
    )  # fmt: skip
    return _save(request, form, lambda: actions.edit_item(item=row, values=form.values, by=request.user), row)


def _save(
    request: HttpRequest, form: forms.ItemForm, save: Callable[[], InspectionItem], row: InspectionItem | None
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            saved = save()
        except (RuleBroken, ValidationError) as error:
            put_errors(form, error)
            status = 409
        else:
            messages.success(request, f"已保存“{saved.name}”第 {saved.version} 版（草稿）。")
            return redirect("registry:item", saved.pk)
    return render(request, "registry/item_form.html", {"form": form, "item": row}, status=status)


def _do(request: HttpRequest, item_id: int, do: Callable[[InspectionItem], Any], done: str) -> HttpResponse:
    row = one_item(request, item_id)
    try:
        after = do(row)
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    messages.success(request, done)
    return redirect("registry:item", after.pk)


@require_POST
def approve(request: HttpRequest, item_id: int) -> HttpResponse:
    return _do(
        request,
        item_id,
        lambda row: actions.approve_item(item=row, on=today(), by=request.user),
        "已批准，可以公布。",
    )


@require_POST
def send_back(request: HttpRequest, item_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _do(
        request,
        item_id,
        lambda row: actions.return_item(item=row, reason=reason, by=request.user),
        "已退回编制人。",
    )


@require_POST
def publish(request: HttpRequest, item_id: int) -> HttpResponse:
    return _do(
        request,
        item_id,
        lambda row: actions.publish_item(item=row, on=today(), by=request.user),
        "已公布，自今日起可以抽查。",
    )


@require_POST
def repeal(request: HttpRequest, item_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _do(
        request,
        item_id,
        lambda row: actions.repeal_item(item=row, reason=reason, on=today(), by=request.user),
        "已废止，今后不再抽查。",
    )

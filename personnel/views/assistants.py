"""The auxiliary register under /desk/assistants/."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import EditedMeanwhile, RuleBroken
from foundation.intake.files import respond
from foundation.organisation.models import Organisation
from foundation.organisation.pages import status_of
from personnel import actions, pages, policies, rules
from personnel.adoption import book_of
from personnel.assistant_imports import AssistantRegister, records
from personnel.forms import AssistantFilterForm, AssistantForm, EndForm
from personnel.models import Assistant
from personnel.views.common import check_view, note_broken, organisation

PER_PAGE = 30


def _found(request: HttpRequest, bureau: Organisation, form: AssistantFilterForm) -> QuerySet[Assistant]:
    rows, asked, on = Assistant.objects.of(bureau), form.cleaned_data, timezone.localdate()
    rows = rows.matching(asked["q"]) if asked.get("q") else rows
    rows = rows.filter(kind=asked["kind"]) if asked.get("kind") else rows
    if asked.get("state"):
        now = rows.commissioned_on(on)
        rows = now if asked["state"] == "now" else rows.exclude(pk__in=now.values("pk"))
    return rows.order_by("kind", "name", "uid", "id")


def _filter(request: HttpRequest) -> AssistantFilterForm:
    form = AssistantFilterForm(request.GET)
    form.is_valid()
    return form


@require_GET
def assistants(request: HttpRequest) -> HttpResponse:
    bureau, today, form = organisation(request), timezone.localdate(), _filter(request)
    page = Paginator(_found(request, bureau, form), PER_PAGE).get_page(request.GET.get("page"))
    book = book_of(bureau, today)
    context = {
        "bureau": bureau, "today": today, "form": form, "page_obj": page,
        "rows": [(row, row.commissioned(today), _badge(row)) for row in page.object_list],
        "views": pages.view_tabs(request.user, "assistants", request.GET.get("org", "")),
        "may_edit": policies.can_edit(request.user, bureau), "may_import": policies.can_import(request.user, bureau),
        "filtered": any(form.cleaned_data.values()), "wanted": bool(book and book.personnel.auxiliary_register),
    }  # fmt: skip
    return render(request, "personnel/assistants.html", context)


def _badge(row: Assistant) -> rules.Badge:
    """The commission as a certificate is shown."""
    paper = rules.Certificate(row.document, row.valid_from, row.valid_until)
    return rules.certificate_badge(paper, timezone.localdate())


@require_GET
def export(request: HttpRequest, fmt: str) -> HttpResponseBase:
    """What the list shows now, with the columns of the import. Phones in full for whoever keeps the register."""
    bureau = organisation(request)
    if fmt not in ("xlsx", "csv"):
        raise Http404("只能导出 xlsx 或 csv")
    found = records(_found(request, bureau, _filter(request)))
    if not policies.can_edit(request.user, bureau):
        found = (record | {"phone": rules.masked_phone(record["phone"])} for record in found)
    return respond(AssistantRegister(bureau).sheet, found, f"辅助人员库_{timezone.localdate()}", fmt)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    bureau = organisation(request)
    if not policies.can_edit(request.user, bureau):
        raise PermissionDenied("辅助人员库由本机构的计划编制员维护。")
    form = AssistantForm(request.POST or None, organisation=bureau)
    return _save(request, form, lambda: actions.create_assistant(
        organisation=bureau, values=form.values(), areas=list(form.cleaned_data["areas"]), by=request.user
    ), {})  # fmt: skip


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, assistant_id: int) -> HttpResponse:
    row = _editable(request, assistant_id)
    form = AssistantForm(request.POST or None, instance=row, organisation=row.organisation)
    return _save(request, form, lambda: actions.edit_assistant(
        assistant=row, version=form.cleaned_data["version"] or 0, values=form.values(),
        areas=list(form.cleaned_data["areas"]), by=request.user,
    ), {"row": row, "end_form": EndForm(initial={"ended_on": timezone.localdate()})})  # fmt: skip


def _save(request: HttpRequest, form: AssistantForm, act: Any, context: dict[str, Any]) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except EditedMeanwhile as meanwhile:
            status = status_of(meanwhile)
            context |= {
                "meanwhile": meanwhile.message,
                "differences": pages.differences(meanwhile.differences),
            }
            form.again(meanwhile.version)
        except RuleBroken as broken:
            note_broken(form, broken)
        else:
            messages.success(request, f"{form.cleaned_data['name']}的资料已保存。")
            return redirect("personnel:assistants")
    return render(request, "personnel/assistant_form.html", {"form": form, **context}, status=status)


def _editable(request: HttpRequest, assistant_id: int) -> Assistant:
    check_view(request)
    row = get_object_or_404(
        Assistant.objects.visible_to(request.user).select_related("organisation"), pk=assistant_id
    )
    if not policies.can_edit(request.user, row.organisation):
        raise PermissionDenied("辅助人员库由本机构的计划编制员维护。")
    return row


@require_POST
def end(request: HttpRequest, assistant_id: int) -> HttpResponse:
    row, form = _editable(request, assistant_id), EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填解除日期和原因。")
        return redirect("personnel:assistant_edit", row.pk)
    try:
        actions.end_commission(assistant=row, by=request.user, **form.cleaned_data)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect("personnel:assistant_edit", row.pk)
    messages.success(request, f"{row.name}的委托已解除，记录保留。")
    return redirect("personnel:assistants")

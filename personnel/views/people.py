"""The register: list, one person, create and edit."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from foundation.errors import EditedMeanwhile, RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.pages import status_of
from foundation.organisation.policies import can
from personnel import actions, exports, pages, policies, queries
from personnel.adoption import book_of
from personnel.filters import InspectorFilter, in_order
from personnel.forms import AbsenceForm, AccountForm, InspectorForm
from personnel.models import Inspector
from personnel.views.common import editable_or_404, inspector_or_404, note_broken, note_invalid, organisation

PER_PAGE = 30


def _filtered(request: HttpRequest, bureau: Organisation) -> InspectorFilter:
    people = Inspector.objects.of(bureau)
    return InspectorFilter(request.GET, queryset=people, organisation=bureau, on=timezone.localdate())


@require_GET
def inspectors(request: HttpRequest) -> HttpResponse:
    if can(request.user, "personnel.own") and not can(request.user, "personnel.view"):
        return _own(request)
    bureau, today = organisation(request), timezone.localdate()
    found = _filtered(request, bureau)
    people: QuerySet[Inspector] = found.qs.select_related("unit").prefetch_related("areas")
    lacking = queries.incomplete(Inspector.objects.of(bureau), book_of(bureau, today))
    page = Paginator(in_order(people, request.GET.get("sort", "")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "filter": found, "page_obj": page, "rows": pages.list_rows(page.object_list, today, lacking), "today": today,
        "figures": pages.figures(queries.roll(bureau, today), f"?org={bureau.code}", len(lacking)), "bureau": bureau, "filtered": any(request.GET.get(name) for name in found.filters),
        "views": pages.view_tabs(request.user, "list", request.GET.get("org", "")), "tabs": pages.bureau_tabs(request.user, bureau), "may_edit": policies.can_edit(request.user, bureau),
        "may_import": policies.can_import(request.user, bureau), "lacking": lacking,
    }  # fmt: skip
    return render(request, "personnel/inspectors.html", context)


def _own(request: HttpRequest) -> HttpResponse:
    own = Inspector.objects.filter(user=request.user).first()
    if own is None:
        raise PermissionDenied("您的账号还没有关联检查人员档案，请计划编制员在您的档案页关联。")
    return redirect("personnel:inspector", own.pk)


@require_GET
def export(request: HttpRequest, fmt: str) -> StreamingHttpResponse | FileResponse:
    """What the list shows now, as a file."""
    bureau, today = organisation(request), timezone.localdate()
    if fmt not in ("xlsx", "csv"):
        raise Http404("只能导出 xlsx 或 csv")
    people = Inspector.objects.filter(pk__in=_filtered(request, bureau).qs.values("pk"))
    phones = policies.can_edit(request.user, bureau)
    return exports.export_inspectors(bureau, people, today, fmt, phones=phones)


@require_GET
def inspector(request: HttpRequest, inspector_id: int) -> HttpResponse:
    return page_of(request, inspector_or_404(request, inspector_id))


def page_of(request: HttpRequest, found: Inspector, **forms: AbsenceForm | AccountForm) -> HttpResponse:
    today, may_edit = timezone.localdate(), policies.can_edit(request.user, found.organisation)
    context = {
        "person": found, "today": today, "may_edit": may_edit, "may_change": policies.can_change(request.user, found),
        "page": pages.inspector_page(found, request.user, today), "own_only": not can(request.user, "personnel.view"),
        "absence_form": forms.get("absence_form") or AbsenceForm(initial={"since": today}),
        "account_form": forms.get("account_form") or (AccountForm(inspector=found) if may_edit else None),
    }  # fmt: skip
    return render(request, "personnel/inspector.html", context)


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    bureau, today = request.user.organisation, timezone.localdate()
    if not policies.can_edit(request.user, bureau):
        raise PermissionDenied("检查人员名录由计划编制员维护。")
    book = book_of(bureau, today)
    form = InspectorForm(request.POST or None, organisation=bureau, book=book)
    if request.method == "POST" and form.is_valid():
        areas = list(form.cleaned_data["areas"])
        try:
            made = actions.create_inspector(
                organisation=bureau, values=form.values(), areas=areas, on=today, by=request.user,
                posted_since=form.cleaned_data["posted_since"],
            )  # fmt: skip
        except RuleBroken as broken:
            note_broken(form, broken)
        except ValidationError as invalid:
            note_invalid(form, invalid)
        else:
            messages.success(request, f"{made.name}已列入检查人员名录。")
            return redirect("personnel:inspector", made.pk)
    return render(request, "personnel/form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, inspector_id: int) -> HttpResponse:
    found, today = editable_or_404(request, inspector_id), timezone.localdate()
    book, name = book_of(found.organisation, today), found.name
    form = InspectorForm(request.POST or None, instance=found, organisation=found.organisation, book=book)
    context = {"form": form, "person_id": inspector_id, "name": name, "differences": []}
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, form)
        except EditedMeanwhile as meanwhile:
            status = status_of(meanwhile)
            context |= {"form": form.again(meanwhile.version), "meanwhile": meanwhile.message}
            context["differences"] = pages.differences(meanwhile.differences)
        except RuleBroken as broken:
            note_broken(form, broken)
        except ValidationError as invalid:
            note_invalid(form, invalid)
        else:
            messages.success(request, f"{form.cleaned_data['name']}的资料已保存。")
            return redirect("personnel:inspector", inspector_id)
    return render(request, "personnel/form.html", context, status=status)


def _save(request: HttpRequest, form: InspectorForm) -> None:
    actions.edit_inspector(
        inspector=form.instance, version=form.cleaned_data["version"] or 0, values=form.values(),
        areas=list(form.cleaned_data["areas"]), on=timezone.localdate(), by=request.user,
        since=form.cleaned_data["effective_on"],
    )  # fmt: skip

"""检查对象: list, page, edit, status, flags, tier, prior inspections."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import EditedMeanwhile, NotAllowed, RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.pages import over_version
from foundation.rulebook.model import Rulebook
from registry import actions, exports, filters, forms, policies, presenters
from registry.models import PendingChange, SavedFilter, Target, TargetFlag, TierAssignment
from registry.paging import CappedPaginator
from registry.views.common import PAGE, act_page, put_errors, refused, require, today, visible_targets


def filtered(request: HttpRequest) -> tuple[filters.TargetFilter, str, Rulebook | None]:
    """The filter over what the user may see, the body whose tiers are shown, and the rulebook it is one of."""
    book = exports.book_of(request.user.organisation, today())
    bodies = [body.id for body in book.bodies] if book else []
    asked = request.GET.get("body", "")
    body = asked if asked in bodies else (bodies[0] if bodies else "")
    visible = Organisation.objects.visible_to(request.user)
    found = filters.TargetFilter(
        request.GET, queryset=visible_targets(request).unmerged(), organisations=visible, body=body, book=book, today=today()
    )  # fmt: skip
    return found, body, book


BATCH = [
    {"label": "加标识", "value": "label"}, {"label": "登记风险标记", "value": "flag"},
    {"label": "申请变更状态", "value": "status"}, {"label": "导出所选", "value": "export"},
]  # fmt: skip


@require_GET
def targets(request: HttpRequest) -> HttpResponse:
    found, body, book = filtered(request)
    rows = filters.ordered(found.qs, request.GET.get("sort", "name"))
    narrowed = bool(found.form.changed_data)
    page = CappedPaginator(rows, PAGE, plain=found.queryset).get_page(request.GET.get("page"))
    context = {
        "filter": found, "page": page, "rows": presenters.target_rows(page.object_list, today(), body),
        "counts": presenters.tier_figures(request.user, page.paginator, found, body), "bodies": book.bodies if book and len(book.bodies) > 1 else (), "body": body,
        "may_edit": policies.can_edit(request.user, request.user.organisation),
        "may_import": policies.can_import(request.user, request.user.organisation), "narrowed": narrowed,
        "query": request.GET.urlencode(), "year": today().year, "batch": BATCH,
        "saved": [(row, f"?{row.query}") for row in SavedFilter.objects.filter(user=request.user).order_by("name")],
        "waiting": PendingChange.objects.visible_to(request.user).waiting().count(),
    }  # fmt: skip
    return render(request, "registry/targets.html", context)


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    found, _, _ = filtered(request)
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.export_targets(request.user.organisation, found.qs, today(), fmt)


def _target(request: HttpRequest, target_id: int) -> Target:
    return get_object_or_404(visible_targets(request), pk=target_id)


def _page(request: HttpRequest, row: Target, status: int = 200) -> HttpResponse:
    book = exports.book_of(row.organisation, today())
    context = presenters.dossier(row, book, request.user, today())
    if request.GET.get("only") == "inspections":
        context["timeline"] = [line for line in context["timeline"] if line.inspection]
    return render(request, "registry/target.html", context, status=status)


@require_GET
def target(request: HttpRequest, target_id: int) -> HttpResponse:
    return _page(request, _target(request, target_id))


def _own(request: HttpRequest, target_id: int) -> Target:
    """A target the user may change. raises: PermissionDenied"""
    row = _target(request, target_id)
    require(policies.can_edit(request.user, row.organisation), "检查对象由本局计划编制员维护。")
    require(row.merged_into_id is None, "这个对象已并入别的对象，请改那一个，或先撤销合并。")
    return row


def _asked(request: HttpRequest, target_id: int) -> Target:
    """A target whose change the user may ask for. raises: PermissionDenied"""
    row = _target(request, target_id)
    require(policies.can_request(request.user, row.organisation), "变更由本局计划编制员或分管领导申请。")
    require(row.merged_into_id is None, "这个对象已并入别的对象，请改那一个，或先撤销合并。")
    return row


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    organisation = request.user.organisation
    require(policies.can_edit(request.user, organisation), "检查对象由本局计划编制员维护。")
    book = exports.book_of(organisation, today())
    form = forms.TargetForm(request.POST or None, organisation=organisation, book=book)
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.create_target(
                organisation=organisation, values=form.values, entity=form.entity, permit=form.permit, tags=form.tags,
                on=today(), by=request.user,
            )  # fmt: skip
        except (RuleBroken, ValidationError) as error:
            put_errors(form, error)
        else:
            messages.success(request, f"已建立检查对象“{row.name}”，编号 {row.uid}。")
            return redirect("registry:target", row.pk)
    return render(request, "registry/target_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _own(request, target_id)
    book = exports.book_of(row.organisation, today())
    form = forms.TargetForm(request.POST or None, instance=row, organisation=row.organisation, book=book)
    context, status = {"form": form, "target": row}, 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_target(
                target=row, version=form.cleaned_data["version"] or 0, values=form.values, entity=form.entity, permit=form.permit,
                tags=form.tags, reason=form.cleaned_data["reason"], on=today(), by=request.user,
            )  # fmt: skip
        except EditedMeanwhile as meanwhile:
            context |= {
                "form": _again(form, meanwhile),
                "meanwhile": meanwhile,
                "rows": _differences(meanwhile),
            }
            status = 409
        except (RuleBroken, ValidationError) as error:
            put_errors(form, error)
        else:
            messages.success(request, "已保存。")
            return redirect("registry:target", row.pk)
    return render(request, "registry/target_form.html", context, status=status)


def _again(form: forms.TargetForm, meanwhile: EditedMeanwhile) -> forms.TargetForm:
    form.data = over_version(form.data, meanwhile.version)
    return form


def _differences(meanwhile: EditedMeanwhile) -> list[dict[str, str]]:
    return [{"label": label, "old": theirs, "new": mine} for _, label, theirs, mine in meanwhile.differences]


@require_http_methods(["GET", "POST"])
def change_status(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _asked(request, target_id)
    form = forms.StatusForm(request.POST or None, target=row, initial={"since": today()})
    return act_page(
        request, form, lambda data: actions.request_status(target=row, on=today(), by=request.user, **data),
        done="已提交，另一人批准后生效；现在的状态没有变。", back=reverse("registry:target", args=[row.pk]), target=row,
        title="申请变更状态", button="提交",
        intro=f"现在是“{row.get_status_display()}”，自 {row.status_since or '建档'} 起。由分管领导批准后生效，不影响已冻结的抽取。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def record_flag(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _own(request, target_id)
    form = forms.FlagForm(request.POST or None, book=exports.book_of(row.organisation, today()))
    return act_page(
        request, form, lambda data: actions.record_flag(target=row, on=today(), by=request.user, **data),
        done="已登记，层级已按规则重算。", back=reverse("registry:target", args=[row.pk]), target=row, title="登记风险标记", button="登记",
        intro="登记后层级立即按规则书重算；撤销不删除。",
    )  # fmt: skip


@require_POST
def revoke_flag(request: HttpRequest, target_id: int, flag_id: int) -> HttpResponse:
    row = _own(request, target_id)
    flag = get_object_or_404(
        TargetFlag.objects.select_related("target__organisation"), pk=flag_id, target=row
    )
    reason = request.POST.get("reason", "")
    try:
        actions.revoke_flag(flag=flag, revoked_on=today(), reason=reason, on=today(), by=request.user)
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    messages.success(request, "已撤销，层级已按规则重算。")
    return redirect("registry:target", row.pk)


@require_http_methods(["GET", "POST"])
def record_inspection(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _own(request, target_id)
    form = forms.PriorForm(request.POST or None, today=today(), initial={"on": today()})
    return act_page(
        request, form, lambda data: actions.record_prior_inspection(target=row, by=request.user, **data),
        done="已登记检查。", back=reverse("registry:target", args=[row.pk]), target=row, title="登记已做的检查", button="登记",
        intro="本系统派发的检查完成后自动登记；这里补登上级、下级或系统启用前的检查。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def override_tier(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _asked(request, target_id)
    book = exports.book_of(row.organisation, today())
    require(book is not None, "本局还没有采用规则书，不能改定层级。")
    form = forms.TierForm(request.POST or None, book=book)
    return act_page(
        request, form, lambda data: actions.request_tier(target=row, on=today(), by=request.user, **data),
        done="已提交，另一人批准后生效；现在的层级没有变。", back=reverse("registry:target", args=[row.pk]), target=row,
        title="申请改层级", button="提交",
        intro="由分管领导批准后生效。改定后仍显示按规则应为哪一层级；以后重算不会盖掉，取消须写明理由。",
    )  # fmt: skip


@require_POST
def end_override(request: HttpRequest, target_id: int, assignment_id: int) -> HttpResponse:
    row = _target(request, target_id)
    assignment = get_object_or_404(
        TierAssignment.objects.select_related("target__organisation"), pk=assignment_id, target=row
    )
    try:
        actions.request_end_of_tier(
            assignment=assignment, reason=request.POST.get("reason", ""), by=request.user
        )
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    messages.success(request, "已提交取消改定的申请，另一人批准后恢复规则的结论。")
    return redirect("registry:target", row.pk)


@require_POST
def recompute(request: HttpRequest) -> HttpResponse:
    try:
        summary = actions.recompute_tiers(organisation=request.user.organisation, on=today(), by=request.user)
    except NotAllowed as broken:
        require(False, broken.message)
    except RuleBroken as broken:
        messages.error(request, broken.message)
    else:
        text = f"已按规则书重算 {summary.targets} 个对象：{summary.changed} 个层级有变化，{summary.overridden} 个人工改定保持不变。"
        messages.success(request, text)
        for name, notice in summary.notices[:5]:
            messages.warning(request, f"{name}：{notice}")
    return redirect("registry:targets")

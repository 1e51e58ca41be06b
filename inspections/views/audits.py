"""稽查: the list, a new one, one with its findings and how they were put right."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import NotAllowed, RuleBroken
from foundation.intake.files import respond
from foundation.organisation.models import Organisation
from foundation.sheets.columns import Column, Sheet
from inspections import actions, policies
from inspections.forms import AuditForm, FindingForm
from inspections.models import Audit, AuditFinding, Visit
from inspections.views.common import attempt, need, posted

PER_PAGE = 30
SHEET = Sheet("audits", "稽查", (
    Column("number", "稽查编号"), Column("organisation", "稽查机构"), Column("audited", "被稽查机构"), Column("method", "方式"),
    Column("first", "时段起", "date"), Column("last", "时段止", "date"), Column("subject", "稽查内容"), Column("visit", "检查任务编号"),
    Column("problem", "问题"), Column("demand", "整改要求"), Column("due_on", "整改期限", "date"), Column("state", "整改状态"),
    Column("rectification", "整改情况"), Column("conclusion", "稽查结论"), Column("concluded_on", "办结日期", "date"),
))  # fmt: skip


def _scope(request: HttpRequest) -> QuerySet[Audit]:
    need(request, "inspections.view", *policies.AUDITORS)
    rows = Audit.objects.visible_to(request.user).select_related(
        "organisation", "audited", "opened_by", "concluded_by"
    )
    return rows.order_by("-year", "-serial", "-id")


def _may_audit(request: HttpRequest) -> bool:
    own = request.user.organisation
    return policies.can(policies.check_audit, request.user, own, own)


@require_GET
def audits(request: HttpRequest) -> HttpResponse:
    found = _scope(request)
    closed = request.GET.get("state") == "done"
    left = Count("findings", filter=Q(findings__accepted_on=None))
    rows = found.exclude(concluded_on=None) if closed else found.filter(concluded_on=None)
    page = Paginator(rows.annotate(all=Count("findings"), left=left), PER_PAGE).get_page(
        request.GET.get("page")
    )
    tabs = [
        {"label": "办理中", "url": "?", "current": not closed, "count": found.filter(concluded_on=None).count()},
        {"label": "已办结", "url": "?state=done", "current": closed, "count": found.exclude(concluded_on=None).count()},
    ]  # fmt: skip
    return render(
        request, "inspections/audits.html", {"page_obj": page, "tabs": tabs, "may": _may_audit(request)}
    )


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """A line per finding; one without findings is a line of its own."""
    return respond(SHEET, _records(_scope(request)), f"稽查_{timezone.localdate()}", "xlsx")


def _records(rows: QuerySet[Audit]) -> Iterator[dict[str, Any]]:
    for row in rows.prefetch_related("findings__visit"):
        own = {
            "number": row.number, "organisation": row.organisation.name, "audited": row.audited.name, "method": row.get_method_display(),
            "first": row.first, "last": row.last, "subject": row.subject, "conclusion": row.conclusion, "concluded_on": row.concluded_on,
        }  # fmt: skip
        findings = sorted(row.findings.all(), key=lambda finding: finding.pk)
        for finding in findings:
            yield own | {
                "visit": finding.visit.number if finding.visit else "", "problem": finding.problem, "demand": finding.demand,
                "due_on": finding.due_on, "state": finding.state, "rectification": finding.rectification,
            }  # fmt: skip
        if not findings:
            yield own


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    need(request, *policies.AUDITORS)
    below = Organisation.objects.visible_to(request.user).order_by("code")
    form = AuditForm(posted(request), organisations=below, initial={"audited": request.user.organisation})
    if form.is_bound and form.is_valid():
        try:
            made = actions.open_audit(by=request.user, **form.cleaned_data)
            return redirect("inspections:audit", made.pk)
        except NotAllowed as refused:
            raise PermissionDenied(refused.message) from refused
        except RuleBroken as broken:
            form.add_error(None, broken.message)
        except ValidationError as invalid:
            form.add_error(None, invalid)
    return render(request, "inspections/audit_new.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def audit(request: HttpRequest, audit_id: int) -> HttpResponse:
    """POST registers a finding."""
    found = get_object_or_404(_scope(request), pk=audit_id)
    form = FindingForm(posted(request), audited=found.audited)
    if form.is_bound and form.is_valid():
        attempt(
            request, lambda: actions.add_finding(by=request.user, audit=found, **form.cleaned_data),
            "问题已登记，被稽查机构看得到。",
        )  # fmt: skip
        return redirect("inspections:audit", found.pk)
    return render(
        request,
        "inspections/audit.html",
        _context(request, found, form),
        status=422 if form.is_bound else 200,
    )


def _context(request: HttpRequest, found: Audit, form: FindingForm) -> dict[str, Any]:
    own = policies.can(policies.check_audit, request.user, found.organisation, found.audited)
    rows = found.findings.select_related("visit", "found_by", "rectified_by", "accepted_by").order_by("id")
    visits = Visit.objects.filter(
        organisation=found.audited, completed_on__gte=found.first, completed_on__lte=found.last
    )
    return {
        "audit": found, "form": form, "findings": rows, "may_audit": own and not found.concluded_on, "today": timezone.localdate(),
        "may_rectify": not found.concluded_on and policies.can(policies.check_rectify, request.user, found),
        "visits": visits.count(), "reviewed": visits.filter(state=Visit.State.REVIEWED).count(),
    }  # fmt: skip


def _finding(request: HttpRequest, audit_id: int, finding_id: int) -> AuditFinding:
    found = get_object_or_404(_scope(request), pk=audit_id)
    return get_object_or_404(found.findings.select_related("audit"), pk=finding_id)


@require_POST
def rectify(request: HttpRequest, audit_id: int, finding_id: int) -> HttpResponse:
    row, text = _finding(request, audit_id, finding_id), request.POST.get("rectification", "")
    attempt(
        request,
        lambda: actions.rectify_finding(
            by=request.user, finding=row, rectification=text, on=timezone.localdate()
        ),
        "整改情况已登记，等稽查机构认可。",
    )
    return redirect("inspections:audit", audit_id)


@require_POST
def judge(request: HttpRequest, audit_id: int, finding_id: int) -> HttpResponse:
    row, accept = _finding(request, audit_id, finding_id), request.POST.get("accept") == "yes"
    reason = request.POST.get("reason", "")
    attempt(
        request,
        lambda: actions.judge_finding(
            by=request.user, finding=row, accept=accept, reason=reason, on=timezone.localdate()
        ),
        "已认可整改。" if accept else "已退回，请被稽查机构重新整改。",
    )
    return redirect("inspections:audit", audit_id)


@require_POST
def conclude(request: HttpRequest, audit_id: int) -> HttpResponse:
    found, text = get_object_or_404(_scope(request), pk=audit_id), request.POST.get("conclusion", "")
    attempt(
        request, lambda: actions.conclude_audit(by=request.user, audit=found, conclusion=text, on=timezone.localdate()),
        "稽查已办结。",
    )  # fmt: skip
    return redirect("inspections:audit", found.pk)

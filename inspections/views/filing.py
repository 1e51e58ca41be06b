"""卷宗: filing one visit, the list of case files, one package."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from foundation.documents.serving import stored
from inspections import actions, exports, policies
from inspections.models import CaseFile
from inspections.views.common import attempt, need
from inspections.views.tasks import XLSX, scope

PER_PAGE = 30


def _cases(request: HttpRequest) -> QuerySet[CaseFile]:
    """The latest version of each case first by number; names of ended visits are not secret."""
    need(request, "inspections.view", "inspections.review")
    rows = CaseFile.objects.visible_to(request.user).select_related("visit__target", "filed_by")
    return rows.order_by("-year", "-serial", "-version")


@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    page = Paginator(_cases(request), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "inspections/cases.html", {"page_obj": page})


@require_GET
def export(request: HttpRequest) -> HttpResponse:
    name = f"卷宗目录-{timezone.localdate()}.xlsx"
    return FileResponse(
        exports.cases_file(_cases(request)), as_attachment=True, filename=name, content_type=XLSX
    )


@require_GET
def package(request: HttpRequest, case_id: int) -> HttpResponse:
    found = get_object_or_404(_cases(request), pk=case_id)
    if not policies.can_read_name(request.user, found.visit):
        raise Http404("没有这一卷")
    name = f"{found.number}-第{found.version}版.zip"
    response = FileResponse(
        stored(found.file), as_attachment=True, filename=name, content_type="application/zip"
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def file_case(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = get_object_or_404(scope(request), pk=visit_id)
    attempt(request, lambda: actions.file_case(by=request.user, visit=found), "已归档，卷宗可以下载。")
    return redirect("inspections:visit", found.pk)

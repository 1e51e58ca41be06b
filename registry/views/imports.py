"""导入三步：上传、核对、确认；同一套页面用于检查对象和抽查事项。"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import RuleBroken
from foundation.sheets.errors import SheetRefused
from foundation.sheets.guard import MAX_BYTES
from registry import actions, exports, forms, policies, presenters
from registry.models import ColumnMapping, ImportBatch
from registry.views.common import refused, require, today

KINDS = {"targets": "检查对象", "items": "抽查事项"}


def _batches(request: HttpRequest) -> QuerySet[ImportBatch]:
    organisation = request.user.organisation
    require(policies.can_import(request.user, organisation), "导入由本局计划编制员办理。")
    return ImportBatch.objects.filter(organisation=organisation).select_related("created_by", "organisation")


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    batches = _batches(request).filter(kind=kind).defer("errors", "rejected", "changes").order_by("-id")
    form, refusal, status = forms.UploadForm(request.POST or None, request.FILES or None), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect("registry:import-batch", _check(request, kind, form).pk)
            except SheetRefused as broken:
                refusal = broken.message
            except RuleBroken as broken:
                refusal, status = broken.message, 409
        else:
            refusal = "；".join(text for texts in form.errors.values() for text in texts) + "。"
    context = {
        "kind": kind, "label": KINDS[kind], "refusal": refusal, "page": Paginator(batches, 10).get_page(request.GET.get("page")),
        "mappings": ColumnMapping.objects.filter(organisation=request.user.organisation, kind=kind).order_by("name"),
        "steps": presenters.steps(None), "max_mb": MAX_BYTES // 1024 // 1024,
    }  # fmt: skip
    return render(request, "registry/import.html", context, status=status)


def _check(request: HttpRequest, kind: str, form: forms.UploadForm) -> ImportBatch:
    file, name = form.cleaned_data["file"], form.cleaned_data["mapping"]
    organisation = request.user.organisation
    if file.size > MAX_BYTES:
        raise SheetRefused(
            f"文件有 {file.size / 1024 / 1024:.1f} MB，最大 {MAX_BYTES // 1024 // 1024} MB。请删去多余的工作表，或分成几个文件。"
        )
    mapping = actions.mapping_columns(organisation, kind, name) if name else None
    return actions.check_file(
        organisation=organisation,
        kind=kind,
        file_name=file.name,
        data=file.read(),
        on=today(),
        by=request.user,
        mapping=mapping,
    )


@require_GET
def template(request: HttpRequest, kind: str) -> FileResponse:
    _batches(request)
    return exports.export_template(request.user.organisation, kind, today())


def _batch(request: HttpRequest, batch_id: int) -> ImportBatch:
    return get_object_or_404(_batches(request), pk=batch_id)


def _page(request: HttpRequest, batch: ImportBatch, status: int = 200) -> HttpResponse:
    sheet = exports.sheet_of(batch.organisation, batch.kind, today())
    context = presenters.preview(batch, sheet) | {"kind": batch.kind, "label": KINDS[batch.kind]}
    return render(request, "registry/import_batch.html", context, status=status)


@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _page(request, _batch(request, batch_id))


@require_GET
def errors(request: HttpRequest, batch_id: int) -> FileResponse:
    return exports.export_errors(_batch(request, batch_id), today())


@require_POST
def correct(request: HttpRequest, batch_id: int) -> HttpResponse:
    row = _batch(request, batch_id)
    number = request.POST.get("row", "")
    values = {key: text for key, text in request.POST.items() if key not in ("row", "csrfmiddlewaretoken")}
    try:
        after = actions.correct_row(
            batch=row, row=int(number) if number.isdigit() else 0, values=values, on=today(), by=request.user
        )
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    left = any(record["row"] == int(number) for record in after.rejected)
    if left:
        messages.warning(request, f"第 {number} 行还有错误，见下表。")
    else:
        messages.success(request, f"第 {number} 行已改正，重新核对过。")
    return redirect("registry:import-batch", row.pk)


@require_POST
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    row = _batch(request, batch_id)
    skip = request.POST.get("errors") == "skip"
    try:
        after = actions.commit_import(batch=row, skip_errors=skip, on=today(), by=request.user)
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    messages.success(request, f"已导入 {len(after.changes)} 行。需要时可以在本页整批撤销。")
    return redirect("registry:import-batch", row.pk)


@require_POST
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    row = _batch(request, batch_id)
    try:
        undone = actions.undo_import(batch=row, on=today(), by=request.user)
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    messages.success(request, f"已撤销 {undone.restored} 行。")
    if undone.kept:
        names = "、".join(undone.kept[:10]) + ("等" if len(undone.kept) > 10 else "")
        messages.warning(request, f"{len(undone.kept)} 行导入后改过或用过，保持现状：{names}。")
    return redirect("registry:import-batch", row.pk)


@require_POST
def drop(request: HttpRequest, batch_id: int) -> HttpResponse:
    row = _batch(request, batch_id)
    try:
        actions.drop_import(batch=row, by=request.user)
    except RuleBroken as broken:
        return _page(request, row, refused(request, broken))
    messages.success(request, "已放弃这次导入，名录没有变化。")
    return redirect("registry:import-items" if row.kind == "items" else "registry:import")

"""Imports: upload, check, correct, confirm, undo."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from foundation.errors import RuleBroken
from personnel import actions, exports
from personnel.actions.batches import register_of
from personnel.forms import CommitForm, UploadForm
from personnel.import_page import import_page, upload_steps
from personnel.models import PersonnelImport
from personnel.views.common import batches, refused, status_of

PER_PAGE = 30


@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    found = batches(request).defer("changes", "rejected", "errors").order_by("-created_at", "-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "personnel/imports.html", {"page_obj": page})


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    batches(request)
    bureau, today = request.user.organisation, timezone.localdate()
    sheet = register_of(bureau, today).sheet
    form = UploadForm(request.POST or None, request.FILES or None, organisation=bureau, sheet=sheet)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            batch = _check(request, form)
        except RuleBroken as broken:
            form.add_error("file", broken.message)
            status = status_of(broken)
        else:
            return redirect("personnel:import", batch.pk)
    context = {"form": form, "steps": upload_steps(), "sheet": sheet}
    return render(request, "personnel/upload.html", context, status=status)


def _check(request: HttpRequest, form: UploadForm) -> PersonnelImport:
    bureau, file, name = request.user.organisation, form.cleaned_data["file"], form.cleaned_data["save_as"]
    if name and form.cleaned_data["columns"]:
        columns = form.mapping_columns()
        actions.save_mapping(organisation=bureau, name=name, columns=columns, by=request.user)
    return actions.check_file(
        organisation=bureau, file_name=file.name, data=file.read(), mapping=form.mapping_columns(),
        on=timezone.localdate(), by=request.user,
    )  # fmt: skip


@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(batches(request), pk=batch_id))


def _page(request: HttpRequest, found: PersonnelImport) -> HttpResponse:
    found.refresh_from_db()
    context = {
        "batch": found, "page": import_page(found, timezone.localdate()), "waits": found.state == found.State.CHECKED,
        "committed": found.state == found.State.COMMITTED,
    }  # fmt: skip
    return render(request, "personnel/import.html", context)


@require_GET
def errors(request: HttpRequest, batch_id: int) -> FileResponse:
    found = get_object_or_404(batches(request), pk=batch_id)
    return exports.export_errors(found, timezone.localdate())


def _step(request: HttpRequest, batch_id: int, act: Callable[[PersonnelImport], str]) -> HttpResponse:
    """One action on a batch, then back to its page; `act` returns what to say."""
    found = get_object_or_404(batches(request), pk=batch_id)
    try:
        said = act(found)
    except RuleBroken as broken:
        return refused(request, broken, lambda: _page(request, found))
    messages.success(request, said)
    return redirect("personnel:import", found.pk)


@require_POST
def correct(request: HttpRequest, batch_id: int) -> HttpResponse:
    row, key = request.POST.get("row", ""), request.POST.get("key", "")

    def act(found: PersonnelImport) -> str:
        if not row.isdecimal():
            raise RuleBroken("没有指明改哪一行。请刷新页面再试。", code="row_not_named")
        values = {key: request.POST.get("value", "")}
        left = actions.correct_row(
            batch=found, row=int(row), values=values, on=timezone.localdate(), by=request.user
        )
        waiting = any(record["row"] == int(row) for record in left.rejected)
        return f"第 {row} 行已改，还有别的错误。" if waiting else f"第 {row} 行已改好。"

    return _step(request, batch_id, act)


@require_POST
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    form = CommitForm(request.POST)
    skip = form.is_valid() and bool(form.cleaned_data["skip_errors"])

    def act(found: PersonnelImport) -> str:
        done = actions.commit_import(batch=found, skip_errors=skip, on=timezone.localdate(), by=request.user)
        left = f"，{len(done.rejected)} 行留到下次" if done.rejected else ""
        return f"已导入 {len(done.changes)} 人{left}。发现不对可以整批撤销。"

    return _step(request, batch_id, act)


@require_POST
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    def act(found: PersonnelImport) -> str:
        undone = actions.undo_import(batch=found, on=timezone.localdate(), by=request.user)
        kept = (
            f"导入后改过或用过的 {len(undone.kept)} 人保持现状：{'、'.join(undone.kept[:10])}。"
            if undone.kept
            else ""
        )
        return f"已撤销 {undone.restored} 人。{kept}"

    return _step(request, batch_id, act)


@require_POST
def drop(request: HttpRequest, batch_id: int) -> HttpResponse:
    def act(found: PersonnelImport) -> str:
        actions.drop_import(batch=found, by=request.user)
        return "已放弃这份文件，名录没有改动。"

    return _step(request, batch_id, act)

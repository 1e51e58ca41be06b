"""The pages of an import, the same for every register: upload, columns, check, correct, confirm, undo, sources."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from foundation.errors import NotAllowed, RuleBroken
from foundation.intake import files, pages, progress, sources, steps
from foundation.intake.doors import Door, door
from foundation.intake.forms import ColumnsForm, CommitForm, SourceForm, UploadForm, corrections
from foundation.intake.models import Batch, State
from foundation.organisation.pages import status_of
from foundation.sheets.columns import Sheet
from foundation.sheets.errors import SheetRefused
from foundation.sheets.heads import find_headers, headers_of
from foundation.sheets.reading import read

PER_PAGE = 20
_UNKNOWN_HEADERS = ("no_headers", "headers_missing", "headers_repeated")


def today() -> date:
    return timezone.localdate()


def _open(request: HttpRequest, kind: str) -> Door:
    """raises: Http404, PermissionDenied"""
    gate = door(kind)
    try:
        gate.may(request.user, request.user.organisation)
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from None
    return gate


def _found(request: HttpRequest, kind: str, batch_id: int) -> tuple[Door, Batch]:
    gate = _open(request, kind)
    return gate, get_object_or_404(gate.batches_of(request.user.organisation), pk=batch_id)


def _sheet(request: HttpRequest, gate: Door) -> Sheet:
    return gate.register(request.user.organisation, today()).sheet


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, kind: str) -> HttpResponse:
    gate = _open(request, kind)
    mappings = list(gate.mappings_of(request.user.organisation))
    form, status = UploadForm(request.POST or None, request.FILES or None, mappings=mappings), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(pages.Urls(gate, _take(request, gate, form).pk).batch)
            except RuleBroken as broken:
                form.add_error("file", broken.message)
                status = 422 if isinstance(broken, SheetRefused) else status_of(broken)
    found = gate.batches_of(request.user.organisation).defer("errors", "rejected", "upload").order_by("-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, pages.Urls(gate, row.pk).batch) for row in page]
    context = pages.upload_page(gate, _sheet(request, gate)) | {"form": form, "page": page, "rows": rows}
    return render(request, "intake/upload.html", context | {"mappings": mappings}, status=status)


def _take(request: HttpRequest, gate: Door, form: UploadForm) -> Batch:
    """Checked at once, left to a worker, or kept until a person says which column is which."""
    file, bureau = form.cleaned_data["file"], request.user.organisation
    what = {
        "door": gate,
        "organisation": bureau,
        "file_name": file.name,
        "data": file.read(),
        "by": request.user,
    }
    try:
        grid = read(*gate.table(file.name, what["data"]), prefer=_sheet(request, gate).title)
        known = form.mapping
        source, columns = (known.name, known.columns) if known else sources.recognised(gate, bureau, grid)
        if file.size > steps.LONG_FILE:
            find_headers(_sheet(request, gate), grid, columns)
            return steps.receive(**what, mapping=columns, source=source)
        return steps.check_file(**what, mapping=columns, source=source, on=today())
    except SheetRefused as refused:
        if refused.code not in _UNKNOWN_HEADERS:
            raise
        return steps.ask_columns(**what, problem=refused.message)


@require_GET
def batch(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    gate, found = _found(request, kind, batch_id)
    if found.state == State.MAPPING:
        return redirect(pages.Urls(gate, found.pk).columns)
    return _page(request, gate, found)


def _page(request: HttpRequest, gate: Door, found: Batch, status: int = 200) -> HttpResponse:
    found.refresh_from_db()
    context = pages.batch_page(gate, found, _sheet(request, gate))
    if found.busy:
        context |= _progress(gate, found)
    return render(request, "intake/batch.html", context, status=status)


def _progress(gate: Door, found: Batch) -> dict:
    done, total = progress.told(gate.kind, found.pk)
    words = pages.BUSY_WORDS[State(found.state)]
    text = f"{words}：{done} / {total} 行" if done else f"{words}…"
    return {
        "progress_url": pages.Urls(gate, found.pk).progress,
        "value": done,
        "max": total,
        "progress_text": text,
    }


@require_GET
def progress_of(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    gate, found = _found(request, kind, batch_id)
    if not found.busy:
        return HttpResponseClientRefresh()
    told = _progress(gate, found)
    context = {
        "url": told["progress_url"],
        "value": told["value"],
        "max": told["max"],
        "text": told["progress_text"],
    }
    return render(request, "components/progress.html", context)


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    gate, found = _found(request, kind, batch_id)
    urls, sheet = pages.Urls(gate, found.pk), _sheet(request, gate)
    try:
        steps.check_columns_open(found)
        grid = read(*gate.table(found.file_name, bytes(found.upload)), prefer=sheet.title)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return redirect(urls.batch if found.state != State.MAPPING else urls.upload)
    headers = headers_of(sheet, grid, found.columns)
    form = ColumnsForm(
        request.POST or None,
        sheet=sheet,
        headers=headers,
        sources=gate.sources,
        initial={"source": found.source},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and (done := _choose(request, gate, found, form)):
            return redirect(done)
    context = {"door": gate, "batch": found, "urls": urls, "form": form, "steps": pages.steps(found)}
    return render(request, "intake/columns.html", context, status=status)


def _choose(request: HttpRequest, gate: Door, found: Batch, form: ColumnsForm) -> str:
    try:
        steps.choose_columns(
            door=gate, batch=found, columns=form.columns, source=form.cleaned_data["source"],
            on=today(), by=request.user,
        )  # fmt: skip
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return ""
    return pages.Urls(gate, found.pk).batch


@require_GET
def template(request: HttpRequest, kind: str) -> FileResponse:
    return files.template(_sheet(request, _open(request, kind)))


@require_GET
def errors(request: HttpRequest, kind: str, batch_id: int) -> FileResponse:
    gate, found = _found(request, kind, batch_id)
    return files.errors(found, _sheet(request, gate))


@require_GET
def changes(request: HttpRequest, kind: str, batch_id: int) -> StreamingHttpResponse | FileResponse:
    gate, found = _found(request, kind, batch_id)
    return files.changes(found, _sheet(request, gate))


def _step(request: HttpRequest, kind: str, batch_id: int, act: Callable[[Door, Batch], str]) -> HttpResponse:
    """One action on a batch, then back to its page; `act` returns what to say."""
    gate, found = _found(request, kind, batch_id)
    try:
        said = act(gate, found)
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return _page(request, gate, found, status_of(broken))
    if said:
        messages.success(request, said)
    return redirect(pages.Urls(gate, found.pk).batch)


@require_POST
def correct(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    def act(gate: Door, found: Batch) -> str:
        written = {record["row"]: record["cells"] for record in found.rejected}
        rows = corrections(request.POST.dict(), written)
        if not rows:
            raise RuleBroken("没有一格改过。请先在“改成”里填写，再重新核对。", code="nothing_corrected")
        after = steps.correct_rows(door=gate, batch=found, rows=rows, on=today(), by=request.user)
        left = {record["row"] for record in after.rejected}
        fixed = len(set(rows) - left)
        rest = f"还有 {len(left)} 行有错误。" if left else "没有错误了。"
        return f"重新核对过：改好 {fixed} 行，{rest}"

    return _step(request, kind, batch_id, act)


@require_POST
def commit(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    form = CommitForm(request.POST)
    skip = form.is_valid() and bool(form.cleaned_data["skip_errors"])

    def act(gate: Door, found: Batch) -> str:
        if found.good > steps.LONG_BATCH:
            steps.order_commit(door=gate, batch=found, skip_errors=skip, by=request.user)
            return ""
        done = steps.commit(door=gate, batch=found, skip_errors=skip, on=today(), by=request.user)
        left = f"，{len(done.rejected)} 行留到下次" if done.rejected else ""
        return f"已导入 {done.good} 行{left}。发现不对可以整批撤销。"

    return _step(request, kind, batch_id, act)


@require_POST
def undo(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    def act(gate: Door, found: Batch) -> str:
        if found.good > steps.LONG_BATCH:
            steps.order_undo(door=gate, batch=found, by=request.user)
            return ""
        undone = steps.undo(door=gate, batch=found, on=today(), by=request.user)
        return f"已撤销 {undone.restored} 行。"

    return _step(request, kind, batch_id, act)


@require_POST
def drop(request: HttpRequest, kind: str, batch_id: int) -> HttpResponse:
    def act(gate: Door, found: Batch) -> str:
        steps.drop(door=gate, batch=found, by=request.user)
        return "已放弃这份文件，名录没有改动。"

    return _step(request, kind, batch_id, act)


@require_GET
def source_list(request: HttpRequest, kind: str) -> HttpResponse:
    return _sources_page(request, _open(request, kind))


def _sources_page(request: HttpRequest, gate: Door, status: int = 200) -> HttpResponse:
    sheet = _sheet(request, gate)
    titles = {column.key: column.title for column in sheet.columns}
    rows = [
        (row, [(theirs, titles.get(key, "不导入")) for theirs, key in row.columns.items()])
        for row in gate.mappings_of(request.user.organisation)
    ]
    context = {"door": gate, "urls": pages.Urls(gate), "rows": rows, "place": gate.place}
    return render(request, "intake/sources.html", context, status=status)


def _source_step(request: HttpRequest, kind: str, source_id: int, act: Callable) -> HttpResponse:
    gate = _open(request, kind)
    row = get_object_or_404(gate.mappings_of(request.user.organisation), pk=source_id)
    try:
        messages.success(request, act(gate, row))
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return _sources_page(request, gate, status_of(broken))
    return redirect(pages.Urls(gate).sources)


@require_POST
def rename_source(request: HttpRequest, kind: str, source_id: int) -> HttpResponse:
    def act(gate: Door, row: sources.models.Mapping) -> str:
        form = SourceForm(request.POST)
        name = form.cleaned_data["name"] if form.is_valid() else ""
        sources.rename_mapping(door=gate, mapping=row, name=name, by=request.user)
        return f"已改名为“{row.name}”。"

    return _source_step(request, kind, source_id, act)


@require_POST
def delete_source(request: HttpRequest, kind: str, source_id: int) -> HttpResponse:
    def act(gate: Door, row: sources.models.Mapping) -> str:
        name = row.name
        sources.delete_mapping(door=gate, mapping=row, by=request.user)
        return f"已删去来源“{name}”。用它导入过的内容不变。"

    return _source_step(request, kind, source_id, act)

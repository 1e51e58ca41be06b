"""Keeping the register true: data quality, duplicates, permit lists compared, what a recomputation would change."""

from datetime import date
from itertools import islice

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import RuleBroken
from foundation.organisation.models import Area, Organisation
from foundation.rulebook.periods import Period
from foundation.sheets.columns import Column, Sheet
from foundation.sheets.guard import taken
from registry import actions, duplicates, expected, exports, policies, preview, quality
from registry.models import Merge, PermitComparison, Target
from registry.views.common import PAGE, number, refused, require, today, visible_targets

SHOWN = 200
QUALITY_SHEET = Sheet("quality", "数据质量", (
    Column("issue", "问题"), Column("count", "家数", "number"), Column("remedy", "怎么办"),
))  # fmt: skip
PAIR_SHEET = Sheet("pairs", "疑似重复", (
    Column("first", "对象一"), Column("first_uid", "编号一"), Column("second", "对象二"), Column("second_uid", "编号二"), Column("grounds", "相像之处"),
))  # fmt: skip
SHIFT_SHEET = Sheet("shifts", "层级变化预览", (
    Column("uid", "对象编号"), Column("name", "名称"), Column("area", "片区"), Column("body", "抽取主体"), Column("old", "现在按规则"),
    Column("new", "届时按规则"), Column("reason", "理由", max_length=400), Column("clause", "条款"), Column("kept", "人工改定"),
))  # fmt: skip
EXPECTED_SHEET = Sheet("expected", "与文件载明数比较", (
    Column("name", "范围"), Column("printed", "文件载明"), Column("actual", "名录现有", "number"),
    Column("words", "说明"), Column("clause", "条款"),
))  # fmt: skip
GAP_SHEET = Sheet("gaps", "许可名单对照", (
    Column("side", "哪边没有"), Column("name", "名称"), Column("number", "许可证编号"), Column("category", "管理类别"), Column("note", "说明"),
))  # fmt: skip


# ---------- data quality ----------


def _figures(request: HttpRequest) -> list[dict]:
    rows = visible_targets(request).order_by()
    book = exports.book_of(request.user.organisation, today())
    figures = [
        {"issue": issue.zh, "remedy": issue.remedy, "group": issue.group, "query": f"issue={issue.id}",
         "count": quality.narrowed(rows, issue.id, today()).count()}
        for issue in quality.ISSUES
    ]  # fmt: skip
    figures += [
        {"issue": f"缺“{quality.FIELD_NAMES[name]}”", "remedy": "规则书列为必填，补上", "group": "规则书必填项",
         "query": f"lacking={name}", "count": quality.lacking(rows, name).count()}
        for name in quality.compulsory(book)
    ]  # fmt: skip
    return figures


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    figures = _figures(request)
    context = {
        "figures": figures, "doubtful": sum(row["count"] > 0 for row in figures),
        "total": visible_targets(request).present().count(), "today": today(),
    }  # fmt: skip
    return render(request, "registry/quality.html", context)


@require_safe
def export_report(request: HttpRequest) -> HttpResponseBase:
    return exports.respond(QUALITY_SHEET, _figures(request), f"数据质量_{today()}", _fmt(request))


# ---------- duplicates ----------


def _area(request: HttpRequest) -> int | None:
    return number(request.GET.get("area", ""))


@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    return _pairs_page(request)


def _pairs_page(request: HttpRequest, status: int = 200) -> HttpResponse:
    visible_targets(request)
    organisation, area = request.user.organisation, _area(request)
    too_many = duplicates.too_many(organisation, area)
    found = [] if too_many else duplicates.suspicions(organisation, area)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")), "too_many": too_many, "area": area,
        "areas": Area.objects.filter(organisation=organisation).order_by("code"),
        "may_request": policies.can_request(request.user, organisation), "may_edit": policies.can_edit(request.user, organisation),
        "merges": Merge.objects.filter(target__organisation=organisation, undone_at=None).select_related("target", "into").order_by("-at")[:SHOWN],
    }  # fmt: skip
    return render(request, "registry/duplicates.html", context, status=status)


@require_safe
def export_pairs(request: HttpRequest) -> HttpResponseBase:
    visible_targets(request)
    organisation, area = request.user.organisation, _area(request)
    require(not duplicates.too_many(organisation, area), "名录太大，请先选片区再导出。")
    records = (
        {"first": row.first.name, "first_uid": row.first.uid, "second": row.second.name, "second_uid": row.second.uid,
         "grounds": "；".join(row.grounds)}
        for row in duplicates.suspicions(organisation, area)
    )  # fmt: skip
    return exports.respond(PAIR_SHEET, records, f"疑似重复_{today()}", _fmt(request))


@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    """`target` goes into `into`."""
    rows = visible_targets(request)
    target = get_object_or_404(rows, pk=_number(request, "target"))
    into = get_object_or_404(rows, pk=_number(request, "into"))
    try:
        actions.request_merge(
            target=target, into=into, reason=request.POST.get("reason", ""), by=request.user
        )
    except RuleBroken as broken:
        return _pairs_page(request, refused(request, broken))
    messages.success(
        request,
        f"已提交：把“{target.name}”（{target.uid}）并入“{into.name}”（{into.uid}），另一人批准后生效。",
    )
    return redirect("registry:duplicates")


@require_POST
def unmerge(request: HttpRequest, merge_id: int) -> HttpResponse:
    visible_targets(request)
    organisations = Organisation.objects.visible_to(request.user)
    rows = Merge.objects.filter(target__organisation__in=organisations).select_related(
        "target__organisation", "into"
    )
    row = get_object_or_404(rows, pk=merge_id)
    try:
        actions.request_unmerge(merge=row, reason=request.POST.get("reason", ""), by=request.user)
    except RuleBroken as broken:
        return _pairs_page(request, refused(request, broken))
    messages.success(request, f"已提交撤销“{row.target.name}”的合并，另一人批准后恢复。")
    return redirect("registry:duplicates")


@require_POST
def apart(request: HttpRequest) -> HttpResponse:
    rows = visible_targets(request)
    first = get_object_or_404(rows, pk=_number(request, "target"))
    second = get_object_or_404(rows, pk=_number(request, "into"))
    try:
        actions.tell_apart(first=first, second=second, reason=request.POST.get("reason", ""), by=request.user)
    except RuleBroken as broken:
        return _pairs_page(request, refused(request, broken))
    messages.success(request, "已记下不是重复，以后不再列出。")
    return redirect("registry:duplicates")


def _number(request: HttpRequest, name: str) -> int:
    return number(request.POST.get(name, "")) or 0


# ---------- permit lists ----------


@require_http_methods(["GET", "HEAD", "POST"])
def completeness(request: HttpRequest) -> HttpResponse:
    visible_targets(request)
    organisation, refusal, status = request.user.organisation, "", 200
    if request.method == "POST":
        require(policies.can_edit(request.user, organisation), "许可名单由本局计划编制员对照。")
        file = request.FILES.get("file")
        if file is None:
            refusal, status = "请选择许可证平台导出的名单。", 422
        else:
            try:
                row = actions.compare_permits(
                    organisation=organisation, file_name=file.name, data=taken(file), by=request.user
                )
            except RuleBroken as broken:
                refusal, status = broken.message, 422
            else:
                return redirect("registry:comparison", row.pk)
    rows = (
        PermitComparison.objects.filter(organisation=organisation).select_related("by").order_by("-at", "-id")
    )
    too_many = expected.too_many(organisation)
    book = exports.book_of(organisation, today())
    context = {
        "too_many": too_many, "printed": bool(book and book.register.expected),
        "expected": [] if too_many else expected.rows(organisation, book, today()),
        "page": Paginator(rows.defer("missing", "unlisted", "faulty"), PAGE).get_page(request.GET.get("page")), "refusal": refusal,
        "may_edit": policies.can_edit(request.user, organisation),
        "no_permit": quality.narrowed(visible_targets(request), "no_permit", today()).count(),
    }  # fmt: skip
    return render(request, "registry/completeness.html", context, status=status)


@require_safe
def export_expected(request: HttpRequest) -> HttpResponseBase:
    visible_targets(request)
    organisation = request.user.organisation
    found = expected.rows(organisation, exports.book_of(organisation, today()), today())
    records = (
        {"name": row.name, "printed": row.printed, "actual": row.actual, "words": row.words, "clause": row.clause}
        for row in found
    )  # fmt: skip
    return exports.respond(EXPECTED_SHEET, records, f"与文件载明数比较_{today()}", _fmt(request))


def _comparison(request: HttpRequest, comparison_id: int) -> PermitComparison:
    visible_targets(request)
    rows = PermitComparison.objects.filter(organisation__in=Organisation.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("by"), pk=comparison_id)


@require_safe
def comparison(request: HttpRequest, comparison_id: int) -> HttpResponse:
    row = _comparison(request, comparison_id)
    context = {
        "comparison": row, "missing": row.missing[:SHOWN], "unlisted": row.unlisted[:SHOWN], "faulty": row.faulty[:SHOWN],
        "counts": {"missing": len(row.missing), "unlisted": len(row.unlisted), "faulty": len(row.faulty)}, "shown": SHOWN,
        "may_edit": policies.can_edit(request.user, request.user.organisation),
    }  # fmt: skip
    return render(request, "registry/comparison.html", context)


@require_safe
def export_comparison(request: HttpRequest, comparison_id: int) -> HttpResponseBase:
    row = _comparison(request, comparison_id)
    records = [
        {"side": "名录里没有", "name": one["name"], "number": one["number"], "category": one["category"],
         "note": f"疑为“{one['entry']}”，未登记这张证" if one["entry"] else "名录里没有这一家"}
        for one in row.missing
    ]  # fmt: skip
    records += [
        {"side": "名单里没有", "name": one["name"], "number": one["number"], "note": f"有效期至 {one['until'] or '未填'}"}
        for one in row.unlisted
    ]  # fmt: skip
    records += [
        {"side": "看不懂", "name": one["name"], "note": f"第 {one['row']} 行：{one['fault']}"}
        for one in row.faulty
    ]
    return exports.respond(GAP_SHEET, records, f"许可名单对照_{row.pk}", _fmt(request))


# ---------- preview of tiers ----------


def _day(request: HttpRequest) -> date:
    """The day asked for, else the first of the next quarter."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return Period.containing(today(), "quarter").shift(1).first


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    visible_targets(request)
    organisation, on = request.user.organisation, _day(request)
    book = exports.book_of(organisation, on)
    too_many = Target.objects.of(organisation).present().count() > preview.READ_AT_ONCE
    found = [] if book is None or too_many else list(preview.shifts(organisation, book, on))
    context = {
        "book": book, "on": on, "too_many": too_many, "total": len(found), "shifts": list(islice(found, SHOWN)), "shown": SHOWN,
        "kept": sum(row.kept for row in found), "bodies": {body.id: body.zh for body in book.bodies} if book else {},
        "moves": preview.summary(found),
    }  # fmt: skip
    return render(request, "registry/preview.html", context)


@require_safe
def export_tiers(request: HttpRequest) -> HttpResponseBase:
    visible_targets(request)
    organisation, on = request.user.organisation, _day(request)
    book = exports.book_of(organisation, on)
    require(book is not None, "本局那一天还没有采用规则书，不能预览。")
    assert book is not None
    bodies = {body.id: body.zh for body in book.bodies}
    records = (
        {"uid": row.target.uid, "name": row.target.name, "area": row.target.area.name, "body": bodies.get(row.body, row.body),
         "old": row.old, "new": row.new, "reason": row.reason, "clause": row.clause, "kept": "保持不变" if row.kept else ""}
        for row in preview.shifts(organisation, book, on)
    )  # fmt: skip
    return exports.respond(SHIFT_SHEET, records, f"层级变化预览_{on}", _fmt(request))


def _fmt(request: HttpRequest) -> str:
    return "csv" if request.GET.get("format") == "csv" else "xlsx"

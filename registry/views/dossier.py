"""一企一档 beside the form: permits, ratings, labels; the entity above the site; the dictionary of labels."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import NotAllowed, RuleBroken
from foundation.organisation.models import Organisation
from foundation.organisation.pages import status_of
from foundation.sheets.columns import Column, Sheet
from registry import actions, exports, policies, presenters, upkeep_forms
from registry.models import Entity, LabelTerm, Permit, Target, TargetTag
from registry.views.common import PAGE, act_page, put_errors, require, today, visible_targets

ENTITY_SHEET = Sheet("entities", "市场主体", (
    Column("name", "名称"), Column("uscc", "统一社会信用代码"), Column("legal_representative", "法定代表人"), Column("entity_type", "主体类型"),
    Column("sites", "场所数", "number"),
))  # fmt: skip
TERM_SHEET = Sheet("terms", "标识字典", (
    Column("group", "标识类别"), Column("value", "标识"), Column("valid_from", "启用日期", "date"), Column("valid_until", "停用日期", "date"),
    Column("source", "出处"),
))  # fmt: skip


def _own(request: HttpRequest, target_id: int) -> Target:
    row = get_object_or_404(visible_targets(request), pk=target_id)
    require(policies.can_edit(request.user, row.organisation), "检查对象由本局计划编制员维护。")
    require(row.merged_into_id is None, "这个对象已并入别的对象，请改那一个，或先撤销合并。")
    return row


@require_http_methods(["GET", "POST"])
def permit(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _own(request, target_id)
    form = upkeep_forms.PermitForm(request.POST or None, initial={"category": row.permit_class})
    return act_page(
        request, form, lambda data: actions.record_permit(target=row, on=today(), by=request.user, **data),
        done="许可证已登记。", back=reverse("registry:target", args=[row.pk]), target=row, title="登记许可证", button="登记",
        intro="一个对象可以有几张许可证；旧证保留在档案里。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def rating(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _own(request, target_id)
    form = upkeep_forms.RatingForm(request.POST or None)
    return act_page(
        request, form, lambda data: actions.record_rating(target=row, on=today(), by=request.user, **data),
        done="信用评价已登记，层级已按规则重算。", back=reverse("registry:target", args=[row.pk]), target=row, title="登记信用评价",
        button="登记", intro="每次评价连同办法、日期和依据一起留档。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def labels(request: HttpRequest, target_id: int) -> HttpResponse:
    row = _own(request, target_id)
    held = list(dict.fromkeys(row.tags.order_by("id").values_list("group", flat=True)))
    group = request.GET.get("group", "")
    values = list(row.tags.filter(group=group).order_by("id").values_list("value", flat=True))
    form = upkeep_forms.LabelForm(
        request.POST or None, book=exports.book_of(row.organisation, today()), held=held, initial={"group": group, "values": values}
    )  # fmt: skip
    return act_page(
        request, form, lambda data: actions.set_tags(target=row, on=today(), by=request.user, **data),
        done="标识已更新，层级已按规则重算。", back=reverse("registry:target", args=[row.pk]), target=row, title="改标识", button="保存",
        intro="一次改一类：填的就是这一类以后的全部标识。",
    )  # fmt: skip


# ---------- entities ----------


def _entities(request: HttpRequest) -> QuerySet[Entity]:
    visible_targets(request)
    rows = Entity.objects.filter(organisation__in=Organisation.objects.visible_to(request.user))
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(
            Q(name__contains=words) | Q(uscc__startswith=words.upper()) | Q(legal_representative=words)
        )
    if request.GET.get("sites") == "many":
        rows = rows.annotate(n=Count("targets", filter=Q(targets__merged_into=None))).filter(n__gt=1)
    return rows.order_by("name", "id")


@require_safe
def entities(request: HttpRequest) -> HttpResponse:
    page = Paginator(_entities(request), PAGE).get_page(request.GET.get("page"))
    ids = [row.pk for row in page]
    counts = dict(
        Target.objects.filter(entity__in=ids, merged_into=None).values("entity").annotate(n=Count("id")).values_list("entity", "n")
    )  # fmt: skip
    context = {
        "page": page,
        "rows": [(row, counts.get(row.pk, 0)) for row in page],
        "words": request.GET.get("q", ""),
    }
    return render(request, "registry/entities.html", context)


@require_safe
def export_entities(request: HttpRequest) -> HttpResponseBase:
    rows = _entities(request).annotate(sites=Count("targets", filter=Q(targets__merged_into=None)))
    records = rows.values("name", "uscc", "legal_representative", "entity_type", "sites").iterator(
        chunk_size=2000
    )
    fmt = "csv" if request.GET.get("format") == "csv" else "xlsx"
    return exports.respond(ENTITY_SHEET, records, f"市场主体_{today()}", fmt)


@require_safe
def entity(request: HttpRequest, entity_id: int) -> HttpResponse:
    targets = visible_targets(request).filter(entity=entity_id).order_by("uid")
    row = get_object_or_404(
        Entity.objects.filter(organisation__in=Organisation.objects.visible_to(request.user)), pk=entity_id
    )
    sites = presenters.target_rows(targets.unmerged(), today())
    permits = (
        Permit.objects.filter(target__in=[site.target for site in sites])
        .select_related("target")
        .order_by("number")
    )
    context = {
        "entity": row, "sites": sites, "merged": [site for site in targets if site.merged_into_id],
        "permits": [presenters.permit_line(one, today()) for one in permits], "facts": presenters.entity_facts(row),
        "year": today().year, "visits": sum(site.visits for site in sites),
    }  # fmt: skip
    return render(request, "registry/entity.html", context)


# ---------- dictionary ----------


@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    visible_targets(request)
    organisation = request.user.organisation
    book = exports.book_of(organisation, today())
    form = upkeep_forms.TermForm(request.POST or None, book=book)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_term(organisation=organisation, on=today(), by=request.user, **form.cleaned_data)
        except (RuleBroken, ValidationError) as broken:
            put_errors(form, broken)
            status = status_of(broken)
        else:
            messages.success(request, "字典已更新；已经给出的标识不受影响。")
            return redirect("registry:terms")
    context = {
        "form": form, "groups": _groups(organisation, book), "free": bool(book and book.register.free_labels),
        "may_edit": policies.can_edit(request.user, organisation), "today": today(),
    }  # fmt: skip
    return render(request, "registry/terms.html", context, status=status)


def _groups(organisation: Organisation, book) -> list[dict]:
    """Groups of the rulebook first, then those in use; each with its words and how many targets bear them."""
    used: dict[str, dict[str, int]] = {}
    tags = TargetTag.objects.filter(target__organisation=organisation, target__merged_into=None)
    for group, value, n in (
        tags.values("group", "value").annotate(n=Count("id")).values_list("group", "value", "n")
    ):
        used.setdefault(group, {})[value] = n
    listed: dict[str, list[LabelTerm]] = {}
    for term in LabelTerm.objects.filter(organisation=organisation).order_by("group", "value"):
        listed.setdefault(term.group, []).append(term)
    names = dict.fromkeys([*(book.register.labels if book else ()), *listed, *sorted(used)])
    return [_group(name, listed.get(name, []), used.get(name, {}), book) for name in names]


def _group(name: str, listed: list[LabelTerm], used: dict[str, int], book) -> dict:
    words = {term.value for term in listed}
    rows = [{"value": term.value, "term": term, "count": used.get(term.value, 0)} for term in listed]
    rows += [
        {"value": value, "term": None, "count": n} for value, n in sorted(used.items()) if value not in words
    ]
    return {
        "name": name,
        "rows": rows,
        "closed": bool(listed),
        "of_book": bool(book and name in book.register.labels),
    }


@require_POST
def seed_terms(request: HttpRequest) -> HttpResponse:
    visible_targets(request)
    try:
        made = actions.seed_terms(organisation=request.user.organisation, on=today(), by=request.user)
    except NotAllowed as refusal:
        raise PermissionDenied(refusal.message) from None
    except RuleBroken as broken:
        messages.info(request, broken.message)
    else:
        messages.success(
            request, f"已按规则书建字典：{len(made)} 个词，自采用之日起可用。不合用的可以停用，缺的可以加。"
        )
    return redirect("registry:terms")


@require_safe
def export_terms(request: HttpRequest) -> HttpResponseBase:
    visible_targets(request)
    rows = LabelTerm.objects.filter(organisation=request.user.organisation).order_by("group", "value")
    records = rows.values("group", "value", "valid_from", "valid_until", "source").iterator(chunk_size=2000)
    return exports.respond(
        TERM_SHEET, records, f"标识字典_{today()}", "csv" if request.GET.get("format") == "csv" else "xlsx"
    )

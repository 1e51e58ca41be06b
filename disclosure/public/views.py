"""Home, results, companies."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from disclosure import exports, statistics
from disclosure.models import Objection, Publication
from disclosure.public import board, links
from disclosure.public.filters import ResultSearch, suggestions
from disclosure.public.marks import mark_of
from disclosure.public.serving import latest_change, public_page, show
from foundation.asked import whole
from foundation.organisation.models import Organisation
from foundation.rulebook.periods import Period

PER_PAGE = 20
LATEST = 5


@public_page
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    period = Period.containing(today, "quarter")
    context = {
        "latest": board.cards(Publication.objects.results().current().newest_first()[:LATEST]),
        "next_draw": board.next_draw(), "promise": board.promise(today), "numbers": statistics.disclosure_numbers(),
        "objections": statistics.objection_numbers(today), "period": period.id,
        "quarter": statistics.quarter(Organisation.objects.all(), period, today), "verify_url": links.verifier(),
        "latest_draw": board.latest_draw(), "hint": board.hint(),
    }  # fmt: skip
    return show(request, "open/home.html", context)


@public_page
def results(request: HttpRequest) -> HttpResponse:
    form = ResultSearch(request.GET)
    page = Paginator(form.found(), PER_PAGE).get_page(request.GET.get("page"))
    words = request.GET.get("q", "").strip()
    context = {
        "form": form, "page_obj": page, "cards": board.cards(page.object_list), "words": words,
        "suggestions": suggestions(words) if words and not page.object_list else [],
        "draws": board.draws_named(words), "query": request.GET.urlencode(),
    }  # fmt: skip
    return show(request, "open/results.html", context)


@public_page
def results_file(request: HttpRequest, kind: str) -> HttpResponse:
    """下载本结果: the rows of a search, in the format asked for."""
    rows = ResultSearch(request.GET).found()
    return exports.download(exports.made(exports.table_rows(rows), kind), kind, "results")


@public_page
def result(request: HttpRequest, number: str) -> HttpResponse:
    versions = list(Publication.objects.results().filter(number=number).order_by("-version"))
    if not versions:
        raise Http404("没有这个编号的公示")
    current = versions[0]
    record, origin = board.with_marks(current.record), board.origin(current.record)
    context = {
        "publication": current, "record": record, "mark": mark_of(current),
        "corrections": board.corrections(versions), "history": board.history(current.record),
        "origin": origin,
        "objections": Objection.objects.shown_with(number), "page_url": request.build_absolute_uri(request.path),
        "kept": board.kept(versions),
    }  # fmt: skip
    return show(
        request,
        "open/result.html",
        context,
        modified=latest_change(number, current.published_at, origin.get("changed_at")),
    )


@public_page
def company(request: HttpRequest, uscc: str) -> HttpResponse:
    found = list(Publication.objects.results().current().filter(uscc=uscc).order_by("-happened_on", "-pk"))
    if not found:
        return show(request, "open/company.html", {"uscc": uscc, "cards": []}, status=404)
    context = {
        "uscc": uscc,
        "name": found[0].subject,
        "cards": board.cards(found),
        "entries": board.timeline(found),
    }
    return show(request, "open/company.html", context, modified=max(row.published_at for row in found))


@public_page
def result_json(request: HttpRequest, number: str) -> HttpResponse:
    """The published text itself, byte for byte, so that its fingerprint can be checked."""
    rows = Publication.objects.filter(number=number).order_by("-version")
    version = whole(request.GET.get("version"))
    row = rows.first() if version is None else get_object_or_404(rows, version=version)
    if row is None or (not row.withdrawn and rows[0].withdrawn):
        raise Http404("没有这个编号的公示，或已撤回")
    return HttpResponse(row.content, content_type="application/json; charset=utf-8")

"""For search engines: every public page, in files of at most 20,000 addresses, and what they may not visit."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from disclosure.models import Publication
from disclosure.public import board
from disclosure.public.serving import public_page
from draws.models import Draw
from foundation.asked import whole

PER_FILE = 20_000
FIXED = ("home", "results", "draws", "plans", "lists", "notices", "data", "stats", "objection", "verify", "help", "accessibility")  # fmt: skip
PRIVATE = ("/desk/", "/m/", "/e/", "/login/", "/api/")


@public_page
def index(request: HttpRequest) -> HttpResponse:
    files = range(1, -(-_results().count() // PER_FILE) + 1)
    paths = [
        reverse("open:sitemap", args=["pages"]),
        *(reverse("open:sitemap", args=[f"results-{n}"]) for n in files),
    ]
    return _xml(request, "open/sitemap_index.xml", paths)


@public_page
def part(request: HttpRequest, name: str) -> HttpResponse:
    """`pages`: everything but results · `results-N`: the N-th twenty thousand, oldest first."""
    if name == "pages":
        return _xml(request, "open/sitemap.xml", _pages())
    number = whole(name.removeprefix("results-"))
    if number is None:
        raise Http404("没有这份站点地图")
    start = (number - 1) * PER_FILE
    numbers = list(_results()[start : start + PER_FILE]) if start >= 0 else []
    if not numbers:
        raise Http404("没有这份站点地图")
    return _xml(request, "open/sitemap.xml", [reverse("open:result", args=[one]) for one in numbers])


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), "Allow: /open/", f"Sitemap: {_site(request)}/sitemap.xml"]  # fmt: skip
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _results():
    rows = Publication.objects.results().current().exclude(nature="withdrawal")
    return rows.order_by("pk").values_list("number", flat=True)


def _pages() -> list[str]:
    draws = (
        Draw.objects.formal().filter(state__in=board.KNOWN).order_by("pk").values_list("number", flat=True)
    )
    plans = Publication.objects.filter(kind="plan").current().order_by("pk").values_list("number", flat=True)
    return [
        *(reverse(f"open:{name}") for name in FIXED), reverse("open-rulebook"),
        *(reverse("open:draw", args=[number]) for number in draws),
        *(reverse("open:plan", args=[number]) for number in plans),
    ]  # fmt: skip


def _site(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _xml(request: HttpRequest, template: str, paths: Iterable[str]) -> HttpResponse:
    context = {"site": _site(request), "paths": list(paths), "messages": ()}
    return render(request, template, context, content_type="application/xml; charset=utf-8")

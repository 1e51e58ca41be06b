"""Finding one's own 抽取证明 among the names that are public. Whoever is not among them learns nothing from asking."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from disclosure.public import board
from disclosure.public.serving import public_page, show
from draws import certificates
from draws.models import Draw


@public_page
def search(request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(Draw.objects.formal().filter(state__in=board.KNOWN), number=number)
    words = request.GET.get("q", "").strip()[:100]
    rows = certificates.public_matches(found, words) if found.freeze_hash else []
    context = {
        "draw": found, "words": words, "short": 0 < len(words) < certificates.LEAST_WORDS,
        "rows": [
            {
                "name": board.public_name(row.name, row.target.entity_id is not None), "uid": row.uid, "code": row.code,
                "url": reverse("live:certificate", args=[number, row.commitment]),
            }
            for row in rows
        ],
    }  # fmt: skip
    return show(request, "open/certificate.html", context)

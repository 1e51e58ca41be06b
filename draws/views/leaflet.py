"""The leaflet that everybody leaves with: a page to print or photograph, and a text file."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import leaflet as leaflets
from draws.models import Draw
from draws.views.common import live_draw, seat_of


@login_not_required
@never_cache
@require_safe
def leaflet(request: HttpRequest, number: str) -> HttpResponse:
    draw = _begun(request, number)
    return render(request, "draws/leaflet_print.html", leaflets.context_of(draw, seat_of(request, draw)))


@login_not_required
@never_cache
@require_safe
def text(request: HttpRequest, number: str) -> HttpResponse:
    draw = _begun(request, number)
    title = f"{draw.period} 双随机抽取{'演练' if draw.kind == Draw.Kind.REHEARSAL else '会'}，校验码留存"
    said = leaflets.text_of(draw, seat_of(request, draw), title=title)
    answer = HttpResponse("\ufeff" + said, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{draw.number}-head-{draw.head[:8]}.txt"'
    return answer


def _begun(request: HttpRequest, number: str) -> Draw:
    draw = live_draw(request, number)
    if not draw.head:
        raise Http404("这次抽取会还没有公告，没有可以带走的校验码")
    return draw

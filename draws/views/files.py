"""Files of a draw for anybody: transcript, openings, the verifier on them, the printed minutes."""

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from draws import documents as papers
from draws import exports, queries
from draws.errors import NotYetPublic
from draws.models import Draw
from draws.verifier import verifier
from draws.views.common import audience_of, live_draw
from foundation.documents import actions as documents
from foundation.documents import word
from foundation.documents.models import Document
from foundation.errors import RuleBroken

JSON = "application/json; charset=utf-8"
MINUTES_LATER = "抽取记录单在签字封存后公开。"


@login_not_required
@never_cache
@require_safe
def transcript(request: HttpRequest, number: str) -> HttpResponse:
    draw = live_draw(request, number)
    try:
        body = exports.transcript_json(draw, audience_of(request, draw))
    except RuleBroken as broken:
        return _refused(broken)
    return _file(body, f"{draw.number}-transcript.json")


@login_not_required
@never_cache
@require_safe
def openings(request: HttpRequest, number: str) -> HttpResponse:
    draw = live_draw(request, number)
    try:
        body = exports.openings_json(draw)
    except RuleBroken as broken:
        return _refused(broken)
    return _file(body, f"{draw.number}-openings.json")


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """One button: the verifier with this draw's files, or why they are not out yet."""
    draw = live_draw(request, number)
    reason = _not_yet(request, draw)
    if not reason:
        return redirect(_with_files(draw))
    context = {
        "draw": draw,
        "reason": reason,
        "page_url": request.build_absolute_uri(f"/draw/{draw.number}/"),
    }
    return render(request, "draws/verify.html", context)


@login_not_required
@require_safe
def verifier_page(request: HttpRequest, number: str) -> HttpResponse:
    """The shipped verifier, byte for byte; its address says with `#src=` what to load."""
    live_draw(request, number)
    page = verifier()
    allowed = {
        "default-src": [NONE], "script-src": list(page.scripts), "style-src": list(page.styles), "img-src": ["data:"],
        "connect-src": [SELF], "base-uri": [NONE], "form-action": [NONE], "frame-ancestors": [NONE],
    }  # fmt: skip
    return csp_replace(allowed)(lambda _: HttpResponse(page.content))(request)


@login_not_required
@never_cache
@require_safe
def minutes(request: HttpRequest, number: str) -> HttpResponse:
    """The minutes as a PDF: for everybody once the draw is signed or void, before that for those inside."""
    draw = live_draw(request, number)
    if _closed_to(request, draw):
        return _sorry(request, draw, MINUTES_LATER, 403)
    document = documents.latest("draw_minutes", draw.pk)
    if document is None or document.state != Document.State.READY:
        reason = (
            document.problem
            if document and document.problem
            else "抽取记录单还没有生成，请主持人在抽取会页面点“生成记录单”。"
        )
        return _sorry(request, draw, reason, 404)
    response = HttpResponse(document.file.read(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{draw.number}-minutes.pdf"'
    return response


@login_not_required
@never_cache
@require_safe
def minutes_word(request: HttpRequest, number: str) -> HttpResponse:
    """The same minutes as a Word file, as they stand now."""
    draw = live_draw(request, number)
    if _closed_to(request, draw):
        return _sorry(request, draw, MINUTES_LATER, 403)
    response = HttpResponse(word.to_docx(papers.minutes_paper(draw)), content_type=word.TYPE)
    response["Content-Disposition"] = f'attachment; filename="{draw.number}-minutes.docx"'
    return response


def _closed_to(request: HttpRequest, draw: Draw) -> bool:
    finished = draw.state in (Draw.State.SIGNED, Draw.State.CLOSED, Draw.State.VOID)
    return not finished and audience_of(request, draw) == "public"


def _sorry(request: HttpRequest, draw: Draw, reason: str, status: int) -> HttpResponse:
    return render(request, "draws/verify.html", {"draw": draw, "reason": reason}, status=status)


def _not_yet(request: HttpRequest, draw: Draw) -> str:
    if not draw.freeze_hash:
        return f"{draw.number} 还没有冻结名单，没有可核验的记录。"
    return queries.why_not_public(draw) if audience_of(request, draw) == "public" else ""


def _with_files(draw: Draw) -> str:
    def at(name: str) -> str:
        return reverse(f"live:{name}", args=[draw.number])

    address = f"{at('verifier')}#src={at('transcript')}"
    if draw.events.filter(type="opening").exists():
        address += f"&openings={at('openings')}"
    return address


def _file(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=JSON)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _refused(broken: RuleBroken) -> HttpResponse:
    status = 403 if isinstance(broken, NotYetPublic) else 409
    return JsonResponse({"error": broken.message}, status=status, json_dumps_params={"ensure_ascii": False})

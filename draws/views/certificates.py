"""抽取证明: the page behind its address for whoever holds it, and handing one out at the desk."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from draws import actions, certificates, policies
from draws import documents as papers
from draws.certificates import Certificate
from draws.models import Draw
from draws.views.common import attempt, live_draw, staff_draw, verb
from foundation.documents import actions as documents
from foundation.documents import word
from foundation.documents.models import Document
from foundation.documents.rendering import unavailable_reason
from foundation.organisation.policies import can

KIND = "draw_certificate"
HOME = "draws:certificates"


def _certificate(request: HttpRequest, number: str, key: str) -> Certificate:
    draw = live_draw(request, number)
    commitment = certificates.commitment_of_key(draw, key)
    if commitment is None or not draw.snapshot_targets.filter(commitment=commitment).exists():
        raise Http404("没有这份抽取证明，或还不能公开")
    return certificates.certificate_of(draw, commitment)


@login_not_required
@never_cache
@require_safe
def page(request: HttpRequest, number: str, key: str) -> HttpResponse:
    found = _certificate(request, number, key)
    context = {
        "found": found, "draw": found.draw, "key": key, "document": documents.latest(KIND, found.row.commitment),
        "pdf_reason": unavailable_reason(), "address": certificates.address_of(found.draw, found.row.commitment),
        "mark": papers.REHEARSAL if found.draw.kind == Draw.Kind.REHEARSAL else "",
    }  # fmt: skip
    return render(request, "draws/certificate.html", context)


@login_not_required
@never_cache
@require_safe
def openings(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """For both verifiers, beside the transcript."""
    return _json(_certificate(request, number, key).openings, f"{number}-opening.json")


@login_not_required
@never_cache
@require_safe
def proof(request: HttpRequest, number: str, key: str) -> HttpResponse:
    return _json(_certificate(request, number, key).proof, f"{number}-certificate.json")


@login_not_required
@never_cache
@require_safe
def docx(request: HttpRequest, number: str, key: str) -> HttpResponse:
    paper = papers.certificate_paper(_certificate(request, number, key))
    response = HttpResponse(word.to_docx(paper), content_type=word.TYPE)
    response["Content-Disposition"] = f'attachment; filename="{number}-certificate.docx"'
    return response


@login_not_required
@never_cache
@require_safe
def pdf(request: HttpRequest, number: str, key: str) -> HttpResponse:
    found = _certificate(request, number, key)
    document = documents.latest(KIND, found.row.commitment)
    if document is None or document.state != Document.State.READY:
        return redirect("live:certificate", number, key)
    response = HttpResponse(document.file.read(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{number}-certificate.pdf"'
    return response


# 持有地址就是凭据，页面不用登录、不写 cookie；重复点只会得到同一份。
@csrf_exempt
@login_not_required
@require_POST
def make_pdf(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Have the PDF made in the background; one that is as new as the chain is not made again."""
    found = _certificate(request, number, key)
    draw, latest = found.draw, documents.latest(KIND, found.row.commitment)
    newest = draw.events.order_by("-seq").values_list("recorded_at", flat=True).first()
    stale = (
        latest is None or latest.state == Document.State.FAILED or (newest and latest.requested_at < newest)
    )
    if stale and not unavailable_reason():
        title = f"{draw.number}抽取证明{found.row.commitment[:8]}"
        documents.request(
            kind=KIND, subject_id=found.row.commitment, title=title, organisation=draw.organisation, by=None
        )
    return redirect("live:certificate", number, key)


def _json(value: dict, name: str) -> HttpResponse:
    response = JsonResponse(value, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# -- at the desk ------------------------------------------------------------------------------------------


@require_safe
def desk(request: HttpRequest, number: str) -> HttpResponse:
    return _desk(request, number)


def _desk(request: HttpRequest, number: str, status: int = 200) -> HttpResponse:
    """Find an enterprise in the frozen list; whether it was drawn is not said before the certificate is out."""
    draw = staff_draw(request, number)
    words = request.GET.get("q", "").strip()
    out = certificates.opened_to(draw, "public", "party") if draw.freeze_hash else set()
    rows = (
        list(draw.snapshot_targets.filter(name__icontains=words).order_by("uid")[: certificates.MOST])
        if words
        else []
    )
    rows = rows or list(
        draw.snapshot_targets.filter(uid__istartswith=words)[: certificates.MOST] if words else []
    )
    context = {
        "draw": draw, "words": words, "why_state": policies.why_not(policies.check_open_names, request.user, draw),
        "rows": [
            {
                "row": row, "why": policies.why_not(policies.check_certify, request.user, draw, row),
                "url": reverse("live:certificate", args=[number, certificates.key_of(draw, row.commitment)]) if row.commitment in out and _may_open(request, draw) else "",
            }
            for row in rows
        ],
    }  # fmt: skip
    context["refused"] = next((one["why"] for one in context["rows"] if one["why"] and not one["url"]), "")
    return render(request, "draws/certificates.html", context, status=status)


def _may_open(request: HttpRequest, draw: Draw) -> bool:
    """An address is a key: only those who may hand one out get it."""
    return request.user.organisation_id == draw.organisation_id and (
        can(request.user, "draws.operate") or can(request.user, "draws.supervise")
    )


@verb(HOME)
def certify(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    if not _may_open(request, draw):
        raise PermissionDenied("抽取证明由本局的抽取组织员或纪检监督员出具。")
    row = get_object_or_404(draw.snapshot_targets, uid=request.POST.get("uid", ""))
    done: list[str] = []

    def act() -> None:
        actions.certify(by=request.user, draw=draw, row=row, reason=request.POST.get("reason", ""))
        done.append(certificates.key_of(draw, row.commitment))

    answer = attempt(
        request, draw, act, page=_desk, home=HOME, said=f"已为{row.name}出具抽取证明，并记入事件链。"
    )
    return redirect("live:certificate", number, done[0]) if done else answer

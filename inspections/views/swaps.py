"""互换征求意见 on the inspector's phone: everybody whom a swap may move answers for himself. source: QZ-6.8a, AMB-24"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from draws import actions as draws
from draws import swaps as questions
from draws.models import SwapConsent
from foundation.errors import NotAllowed, RuleBroken
from inspections.views.common import need

PAGE = "phone/swaps.html"


@require_GET
def swaps(request: HttpRequest) -> HttpResponse:
    need(request, "inspections.own")
    return _page(request)


def _page(request: HttpRequest, status: int = 200) -> HttpResponse:
    waiting, settled = questions.questions_for(request.user)
    return render(request, PAGE, {"waiting": waiting, "settled": settled}, status=status)


@require_POST
def answer(request: HttpRequest, consent_id: int) -> HttpResponse:
    need(request, "inspections.own")
    mine = SwapConsent.objects.of(request.user).select_related("request__draw", "inspector")
    consent = get_object_or_404(mine, pk=consent_id)
    agree = request.POST.get("agree") == "yes"
    try:
        draws.answer_swap(
            by=request.user, request=consent.request, consent=consent, agree=agree, reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except NotAllowed as refused:
        raise PermissionDenied(refused.message) from refused
    except RuleBroken as broken:
        messages.error(request, broken.message)
        return _page(request, status=409)
    messages.success(request, "已记下：同意互换。" if agree else "已记下：不同意。这件互换到此为止。")
    return redirect("phone:swaps")

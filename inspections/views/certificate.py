"""The enterprise's own 抽取证明, by the token on its notice: was I in the pot, why was I drawn."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from draws import actions, certificates, policies
from foundation.errors import RuleBroken
from inspections import tokens
from inspections.models import Visit


# 通知书上的令牌就是凭据，不用登录，也就没有可冒用的 cookie。
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """GET says whether it may be had yet; POST hands the opening out, which is chained, and goes to the certificate."""
    found = tokens.visit_of(token)
    if found is None or found.state == Visit.State.VOID:
        raise Http404("没有这次检查")
    draw, row = found.draw, found.draw.snapshot_targets.get(commitment=found.commitment)
    reason = policies.why_not(policies.check_party, draw, row)
    if request.method == "POST" and not reason:
        try:
            actions.certify_party(draw=draw, row=row)
            return redirect("live:certificate", draw.number, certificates.key_of(draw, row.commitment))
        except RuleBroken as broken:
            reason = broken.message
    context = {"visit": found, "organisation": found.organisation, "reason": reason}
    return render(request, "phone/certificate.html", context, status=409 if request.method == "POST" else 200)

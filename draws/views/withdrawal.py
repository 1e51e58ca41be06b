"""不再举行: the one way to end a draw that was never held, in plain words."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.forms import WithdrawForm
from draws.queries import unfinished_formal
from draws.views.common import attempt, staff_draw, verb

HOME = "draws:withdraw"


@never_cache
@require_safe
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(
    request: HttpRequest, number: str, status: int = 200, form: WithdrawForm | None = None
) -> HttpResponse:
    draw = staff_draw(request, number)
    why = policies.why_not(policies.check_operator, request.user, draw)
    context = {
        "draw": draw, "form": form or WithdrawForm(request=request), "open": draw.state in policies.BEFORE_FREEZE, "why": why,
        "waiting": [other.number for other in unfinished_formal(draw)] if draw.kind == "F" else [],
    }  # fmt: skip
    return render(request, "draws/prep/withdraw.html", context, status=status)


@sensitive_post_parameters("password")
@verb(HOME)
def act(request: HttpRequest, number: str) -> HttpResponse:
    """Both signatures: the operator is signed in, the second person enters his own password here."""
    draw = staff_draw(request, number)
    form = WithdrawForm(request.POST, request=request)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    said = form.cleaned_data
    done = attempt(
        request, draw,
        lambda: actions.withdraw(by=request.user, draw=draw, reason=said["reason"], second=said["second"], on=timezone.localdate()),
        page=_page, home=HOME, said=f"{draw.number} 已撤下，原因已公开，编号不再使用。",
    )  # fmt: skip
    return redirect("draws:draw", number) if done.status_code == 302 else done

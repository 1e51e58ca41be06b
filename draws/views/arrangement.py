"""期次与名额: what is drawn, when, where, by how many, with which lottery; until the announcement it may change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from draws import actions, policies
from draws.forms import ArrangeForm
from draws.models import Draw
from draws.rules.lotteries import LOTTERIES
from draws.scenes.strata import lines_of
from draws.views.common import attempt, staff_draw, verb
from draws.views.draws import quota_rows, quotas_of
from planning.trial import book_of

HOME = "draws:arrange"


@require_safe
def arrange(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(
    request: HttpRequest, number: str, status: int = 200, form: ArrangeForm | None = None
) -> HttpResponse:
    draw = staff_draw(request, number)
    book = book_of(draw.plan)
    form = form or ArrangeForm.of(draw, _quotas(draw))
    context = {
        "draw": draw, "book": book, "lottery": LOTTERIES.get(draw.pub_source, ""), "lines": lines_of(draw), "form": form, "rows": quota_rows(form, book, without=draw),
        "why": policies.why_not(policies.check_revise, request.user, draw),
    }  # fmt: skip
    return render(request, "draws/prep/arrange.html", context, status=status)


def _quotas(draw: Draw) -> list:
    return quotas_of(draw.organisation, draw.period, book_of(draw.plan))


@verb(HOME)
def revise(request: HttpRequest, number: str) -> HttpResponse:
    draw = staff_draw(request, number)
    form = ArrangeForm.of(draw, _quotas(draw), request.POST)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    return attempt(
        request, draw, lambda: actions.revise(by=request.user, draw=draw, **form.given()), page=_page, home=HOME, said="安排已改。"
    )  # fmt: skip

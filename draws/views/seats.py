"""Seats of a draw: who may bring digits; a code is shown once, on the sheet to print."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from draws import actions, policies
from draws.forms import SeatForm
from draws.models import Draw, Seat
from draws.rules.enough import seating_gap
from draws.views.common import attempt, staff_draw, verb
from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of

HOME = "draws:seats"


@never_cache
@require_safe
def seats(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200, form: SeatForm | None = None) -> HttpResponse:
    draw = staff_draw(request, number)
    context = {
        "draw": draw, "seats": draw.seats.select_related("user").order_by("position"), "form": form or SeatForm(draw=draw),
        "why": policies.why_not(policies.check_add_seat, request.user, draw), "gap": seating_gap(policies.seats_of(draw)),
        "waiting": draw.seats.filter(joined_at=None, method=Seat.Method.SEALED, user=None).count(),
    }  # fmt: skip
    return render(request, "draws/seats.html", context, status=status)


@verb(HOME)
def add(request: HttpRequest, number: str) -> HttpResponse:
    """No redirect: the code exists only in this answer."""
    draw = staff_draw(request, number)
    form = SeatForm(request.POST, draw=draw)
    if not form.is_valid():
        return _page(request, number, status=422, form=form)
    try:
        seat, code = actions.add_seat(by=request.user, draw=draw, **form.seat())
    except RuleBroken as broken:
        form.add_error(None, broken.message)
        return _page(request, number, status=status_of(broken), form=form)
    return _sheet(request, draw, seat, code)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str, seat: str) -> HttpResponse:
    draw, held = _seat(request, number, seat)
    form = SeatForm.of(held, request.POST or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.edit_seat(by=request.user, draw=draw, seat=held, **form.words())
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            status = status_of(broken)
        else:
            messages.success(request, _edited(changed))
            return redirect(HOME, number)
    why = policies.why_not(policies.check_edit_seat, request.user, draw, held)
    return render(
        request,
        "draws/prep/seat_edit.html",
        {"draw": draw, "seat": held, "form": form, "why": why},
        status=status,
    )


def _edited(seat: Seat) -> str:
    if seat.method == Seat.Method.SPOKEN or seat.joined_at or seat.code_hash or seat.user_id:
        return f"{seat.title}已改。"
    return f"{seat.title}已改。换了人或方式，原来的席位码作废，请换发或重印。"


@never_cache
@verb(HOME)
def codes(request: HttpRequest, number: str) -> HttpResponse:
    """No redirect: the codes exist only in this answer, one sheet to print and cut."""
    draw = staff_draw(request, number)
    made: list[tuple[Seat, str]] = []
    refused = attempt(
        request,
        draw,
        lambda: made.extend(actions.print_codes(by=request.user, draw=draw)),
        page=_page,
        home=HOME,
        said="",
    )
    if not made:
        return refused
    address = request.build_absolute_uri(f"/draw/{draw.number}/join/")
    rows = [{"seat": seat, "code": code, "code_url": f"{address}{code}/"} for seat, code in made]
    return render(request, "draws/prep/seat_codes.html", {"draw": draw, "rows": rows, "join_url": address})


@verb(HOME)
def reissue(request: HttpRequest, number: str, seat: str) -> HttpResponse:
    draw, held = _seat(request, number, seat)
    made: list[str] = []
    refused = attempt(
        request,
        draw,
        lambda: made.append(actions.reissue_code(by=request.user, draw=draw, seat=held)),
        page=_page,
        home=HOME,
        said="",
    )
    return _sheet(request, draw, held, made[0]) if made else refused


@verb(HOME)
def remove(request: HttpRequest, number: str, seat: str) -> HttpResponse:
    draw, held = _seat(request, number, seat)
    return attempt(
        request,
        draw,
        lambda: actions.remove_seat(by=request.user, draw=draw, seat=held),
        page=_page,
        home=HOME,
        said=f"已移除{held.title}。",
    )


def _seat(request: HttpRequest, number: str, seat: str) -> tuple[Draw, Seat]:
    draw = staff_draw(request, number)
    held = get_object_or_404(draw.seats, seat=seat)
    held.draw = draw
    return draw, held


@never_cache
def _sheet(request: HttpRequest, draw: Draw, seat: Seat, code: str) -> HttpResponse:
    address = request.build_absolute_uri(f"/draw/{draw.number}/join/")
    context: dict[str, Any] = {
        "draw": draw,
        "seat": seat,
        "code": code,
        "join_url": address,
        "code_url": f"{address}{code}/",
    }
    return render(request, "draws/seat_sheet.html", context)

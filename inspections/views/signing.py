"""The end of a visit on the phone: check answers, sign, receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from inspections import actions, books, phone, showing
from inspections.forms import SignForm
from inspections.marks import mark_of
from inspections.rules import demanding, modes, outcomes, signing
from inspections.views.common import posted
from inspections.views.phone import OPEN, _try, outcome_choices, own


@require_GET
def review(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    if found.state not in OPEN:
        return redirect("phone:visit", found.pk)
    items = showing.items(found)
    short = phone.short_path(found)
    missing = [row for row in items if not row["complete"]]
    context = {
        "lacks": demanding.missing(books.rulebook_of_visit(found), books.held_of(found)) if found.production_state else [],
        "visit": found, "tasks": phone.item_tasks(found, items), "missing": [] if short else missing, "short": short,
        "production": outcomes.PRODUCTION.get(found.production_state, ""), "evidence_count": found.evidence.count(),
        "may_end": bool(found.production_state), "uncooperative": any(code == outcomes.UNCOOPERATIVE for code, _ in outcome_choices(found)),
    }  # fmt: skip
    return render(request, "phone/review.html", context)


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    if found.state not in OPEN or not found.production_state:
        return redirect("phone:visit", found.pk)
    today = timezone.localdate()
    able = signing.able_to_sign(books.team_of(found), today)
    correcting = found.records.exists()
    start = {
        "summary": phone.suggested_summary(found), "correction_reason": found.returned_reason[:300],
        "enterprise_name": found.received_by, "outcome": outcomes.DEREGISTERED if phone.short_path(found) else "",
    }  # fmt: skip
    form = SignForm(posted(request), choices=outcome_choices(found), correcting=correcting, initial=start)
    if form.is_bound and form.is_valid() and _try(form, lambda: _submit(request, found, form, able)):
        return redirect("phone:done", found.pk)
    context = {
        "visit": found, "form": form, "able": [{"member": member, "name": f"sign-{member.inspector}"} for member in able],
        "met": modes.meets_the_enterprise(found.mode), "correcting": correcting,
        "unable": [member for member in books.team_of(found) if member not in able],
    }  # fmt: skip
    return render(request, "phone/sign.html", context, status=422 if form.is_bound else 200)


def _submit(request: HttpRequest, found, form: SignForm, able: list[signing.Member]) -> None:
    data = form.cleaned_data
    actions.submit_record(
        by=request.user, visit=found, outcome=data["outcome"], summary=data["summary"],
        correction_reason=data.get("correction_reason", ""),
        signatures=form.signatures([(member.inspector, member.name) for member in able]),
    )  # fmt: skip


@require_GET
def done(request: HttpRequest, visit_id: int) -> HttpResponse:
    found = own(request, visit_id)
    record = found.records.order_by("-version").first()
    if record is None:
        return redirect("phone:visit", found.pk)
    codes = books.codes(books.rulebook_of_visit(found))
    context = {
        "visit": found,
        "record": record,
        "outcome": codes[record.outcome],
        "address": showing.notice_address(found),
        "mark": mark_of(record.outcome),
    }
    return render(request, "phone/done.html", context)

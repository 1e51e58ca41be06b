"""Certificates and periods in post of one person, each on a small page of its own."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.errors import RuleBroken
from foundation.organisation.pages import status_of
from personnel import actions, policies
from personnel.forms import CertificateForm, LeaveForm, PostingForm, RevokeForm
from personnel.models import Inspector
from personnel.views.common import editable_or_404, note_broken


def _person(request: HttpRequest, inspector_id: int) -> Inspector:
    found = editable_or_404(request, inspector_id)
    if not policies.can_change(request.user, found):
        raise PermissionDenied("本人的证件和任职时段不能自己改，请另一名计划编制员办理。")
    return found


def _page(
    request: HttpRequest, person: Inspector, form: BaseForm, act: Callable[[], object], *, title: str, done: str,
    hint: str = "", button: str = "保存", **more: object,
) -> HttpResponse:  # fmt: skip
    """A form, one action, back to the person's page."""
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except RuleBroken as broken:
            note_broken(form, broken)
            status = status_of(broken)
        else:
            messages.success(request, done)
            return redirect("personnel:inspector", person.pk)
    context = {"person": person, "form": form, "title": title, "hint": hint, "button": button, **more}
    return render(request, "personnel/small_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def new_certificate(request: HttpRequest, inspector_id: int) -> HttpResponse:
    person = _person(request, inspector_id)
    first = {"kind": person.certificate_type, "issuer": person.certificate_issuer, "entitles": True}
    form = CertificateForm(request.POST or None, initial=first)
    return _page(
        request, person, form, title="登记证件",
        act=lambda: actions.register_certificate(inspector=person, by=request.user, **form.values()),
        done="证件已登记，原来的留在历史里。", button="登记",
        hint="换证、续证在这里另登一本，旧证留在历史里；没有断档的，不再提醒到期。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def certificate(request: HttpRequest, inspector_id: int, certificate_id: int) -> HttpResponse:
    """Correct one; 0 is the one that stands on the person and has no row yet."""
    person = _person(request, inspector_id)
    paper = person.certificates.filter(pk=certificate_id).first()
    if certificate_id == 0 and request.method == "POST":
        paper = actions.keep_history(inspector=person, by=request.user)
        if paper is not None:
            return redirect("personnel:certificate", person.pk, paper.pk)
    if paper is None:
        raise Http404("没有这本证件")
    form = CertificateForm(request.POST or None, instance=paper)
    return _page(
        request, person, form, title=f"更正证件 {paper.number}",
        act=lambda: actions.correct_certificate(
            certificate=paper, values=form.values(), reason=form.cleaned_data["reason"], by=request.user
        ),
        done="证件已更正。", paper=paper, hint="只改录错的。换了新证，请另登一本。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, inspector_id: int, certificate_id: int) -> HttpResponse:
    person = _person(request, inspector_id)
    paper = person.certificates.filter(pk=certificate_id).first()
    if paper is None:
        raise Http404("没有这本证件")
    form = RevokeForm(request.POST or None, initial={"revoked_on": timezone.localdate()})
    return _page(
        request, person, form, title=f"注销证件 {paper.number}",
        act=lambda: actions.revoke_certificate(certificate=paper, by=request.user, **form.cleaned_data),
        done="证件已注销，从那天起不能凭它执法。", button="注销", hint="从这一天起这本证件不再算数；记录保留。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def new_posting(request: HttpRequest, inspector_id: int) -> HttpResponse:
    person = _person(request, inspector_id)
    first = {"unit": person.unit_id, "post": person.post, "established": person.established}
    form = PostingForm(request.POST or None, organisation=person.organisation, initial=first)
    return _page(
        request, person, form, title="补登任职时段",
        act=lambda: actions.register_posting(inspector=person, by=request.user, **form.cleaned_data),
        done="任职时段已登记。", button="登记",
        hint="补登以前的时段，或登记已经定下的将来变动。人数按日期从时段算。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def posting(request: HttpRequest, inspector_id: int, posting_id: int) -> HttpResponse:
    person = _person(request, inspector_id)
    row = person.postings.filter(pk=posting_id).first()
    if posting_id == 0 and request.method == "POST":
        row = actions.begin_history(inspector=person, by=request.user)
        if row is not None:
            return redirect("personnel:posting", person.pk, row.pk)
    if row is None:
        raise Http404("没有这个任职时段")
    form = PostingForm(request.POST or None, organisation=person.organisation, instance=row)
    return _page(
        request, person, form, title="更正任职时段",
        act=lambda: actions.correct_posting(posting=row, by=request.user, **form.cleaned_data),
        done="任职时段已更正。", hint="改的是这一段本身。调到别的单位，请用“修改资料”。",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, inspector_id: int) -> HttpResponse:
    """Leave the post from a day on, or come back to it."""
    person = _person(request, inspector_id)
    turn = request.POST.get("turn") or ("leave" if person.in_post else "return")
    form = LeaveForm(request.POST or None, initial={"on": timezone.localdate(), "turn": turn})
    leaves = turn == "leave"
    verb = "离开岗位" if leaves else "恢复岗位"
    hint = (
        "从这一天起不再参加抽取，也不计入在编在岗持证人数。档案和历史保留，以后可以恢复。"
        if leaves
        else "从这一天起，证件有效、没有请假的，重新参加抽取。"
    )

    def act() -> object:
        given = {name: form.cleaned_data[name] for name in ("on", "reason")}
        turned = actions.deactivate if leaves else actions.reactivate
        return turned(inspector=person, by=request.user, **given)

    return _page(
        request,
        person,
        form,
        title=verb,
        button=verb,
        hint=hint,
        act=act,
        done=f"{person.name}的{verb}已登记。",
    )
